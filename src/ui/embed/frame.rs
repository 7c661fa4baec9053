//! What stands around the panes of an embed: nothing but what is wrong, and the way to the whole page.

use crate::ui::simulate::sentence;
use crate::workspace::embed::{Embed, Pane, Wrong};
use yew::prelude::*;

/// What an embed is drawn of.
#[derive(Debug)]
pub struct Frame<'a> {
    pub shows: &'a Embed,
    pub machine: &'a str,
    /// Name, heading where the pane has none of its own, and contents.
    pub panes: Vec<(Pane, Html)>,
    /// What stands below them, or floats above.
    pub more: Html,
    /// The link to the whole page: where it leads at first, and itself.
    pub source: &'a str,
    pub way: NodeRef,
    /// Brings the link up to what is on the page.
    pub on_leave: Callback<()>,
    /// Brings back what the link held, where something has changed.
    pub on_reset: Option<Callback<()>>,
}

pub fn frame(frame: Frame) -> Html {
    let Frame { shows, machine, panes, more, source, way, on_leave, on_reset } = frame;
    html! {
        <main class="embed" aria-label={format!("Weir: {machine}")} data-readonly={shows.is_readonly.then_some("")}>
            { for shows.wrong.iter().map(wrong) }
            if !panes.is_empty() {
                <div class="embed-panes">{ for panes.into_iter().map(section) }</div>
            }
            { more }
            <footer class="embed-foot">
                <a href={format!("./{source}")} target="_blank" rel="noopener"
                    ref={way}
                    onpointerdown={on_leave.reform(|_: PointerEvent| ())}
                    onfocus={on_leave.reform(|_: FocusEvent| ())}
                    onclick={on_leave.reform(|_: MouseEvent| ())}>
                    { logo() }<b>{ "Weir" }</b><span>{ "Open in the playground" }</span><span aria-hidden="true">{ "↗" }</span><span class="unseen">{ " (new tab)" }</span>
                </a>
                if let Some(on_reset) = on_reset {
                    <button type="button" class="small quiet" onclick={on_reset.reform(|_: MouseEvent| ())} title="as it was when the page was opened">{ "Reset" }</button>
                }
            </footer>
        </main>
    }
}

fn section((pane, contents): (Pane, Html)) -> Html {
    let class = classes!("pane", format!("embed-{}", pane.name()));
    // The simulation and the workflow have headings of their own.
    let has_head = !pane.is_simulation() && pane != Pane::Graph;
    html! {
        <section key={pane.name()} {class} aria-label={if pane.is_simulation() { "Simulation" } else { pane.title() }}>
            if has_head {
                <header class="pane-head"><h2>{ pane.title() }</h2></header>
            }
            { contents }
        </section>
    }
}

fn wrong(wrong: &Wrong) -> Html {
    html! {
        <div class="problems" role="alert">
            <p><b>{ sentence(&wrong.what) }</b></p>
            <p class="help">{ sentence(&wrong.mend) }</p>
        </div>
    }
}

pub fn logo() -> Html {
    html! {
        <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" class="logo"><path d="M2 5c3-2 5-2 8 0s5 2 8 0M2 11c3-2 5-2 8 0" /><path class="v2" d="M10 11c3 2 5 2 8 0" /></svg>
    }
}
