//! The Embed dialog: which panes, in what theme, and the line of HTML that brings them into another page, with the thing
//! itself beside it.

use crate::ui::host;
use crate::ui::panes::dialog::Dialog;
use crate::ui::simulate::parts::{Choice, Number};
use crate::workspace::embed::{Embed, PANES, Pane, Theme, USUAL};
use crate::workspace::{Workspace, link};
use gloo::events::EventListener;
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub struct EmbedProps {
    /// The workspace.
    pub document: String,
    /// The address of this page, without a fragment.
    pub page: String,
    pub on_close: Callback<()>,
    pub on_copy: Callback<String>,
}

/// The two ways to write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Element,
    Frame,
}

/// Links longer than this are better a file beside the author's page.
const LONG: usize = 16_000;
/// The height of a frame before its own is known.
const HIGH: f64 = 640.0;

/// How wide the preview is at first: as a column of text, where there is room for that.
fn room() -> f64 {
    let window = gloo::utils::window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(HIGH);
    (window - 66.0).clamp(280.0, 640.0).round()
}

/// What an embed shows: the parameter of a link, and the attribute of the element.
fn source(document: &str) -> (&'static str, String) {
    let is_same = |workspace: &Workspace| workspace.to_json() == document;
    let named =
        ["orders", "empty"].into_iter().chain(crate::simulation::presets::PRESETS.iter().map(|preset| preset.id));
    let mut named = named.filter(|id| Workspace::of_gallery(id).is_ok_and(|workspace| is_same(&workspace)));
    match named.next() {
        Some(id) => ("scenario", id.to_owned()),
        None => ("workspace", link::encode(document).trim_start_matches("w=").to_owned()),
    }
}

fn element(page: &str, (key, value): &(&str, String), shows: &Embed, most: f64) -> String {
    let folder = page.rsplit_once('/').map_or(page, |(folder, _)| folder);
    let readonly = if shows.is_readonly { " readonly" } else { "" };
    let theme = if shows.theme == Theme::Auto { String::new() } else { format!(r#" theme="{}""#, shows.theme.name()) };
    let most = if most > 0.0 { format!(r#" max-height="{most}""#) } else { String::new() };
    let panes = shows.panes.iter().map(|pane| pane.name()).collect::<Vec<_>>().join(",");
    format!(
        r#"<script async src="{folder}/embed.js"></script><weir-playground {key}="{value}" embed="{panes}"{theme}{readonly}{most}></weir-playground>"#
    )
}

fn frame(page: &str, (key, value): &(&str, String), shows: &Embed, height: f64) -> String {
    let key = if *key == "workspace" { "w" } else { key };
    let address = format!("{page}#{key}={value}&{}", shows.write()).replace('&', "&amp;");
    format!(
        r#"<iframe src="{address}" title="Weir playground" width="100%" height="{height}" loading="lazy" allow="clipboard-write" style="border:0"></iframe>"#
    )
}

#[component]
pub fn EmbedDialog(props: &EmbedProps) -> Html {
    let panes = use_state(|| USUAL.to_vec());
    let theme = use_state(|| Theme::Auto);
    let readonly = use_state(|| false);
    let most = use_state(|| 0.0_f64);
    let width = use_state(room);
    let form = use_state(|| Form::Element);
    let height = use_state(|| None::<f64>);
    let (preview, line) = (use_node_ref(), use_node_ref());
    let source = use_memo(props.document.clone(), |document| source(document));
    use_effect_with((), |()| host::load_embed());
    // How high it is, as it says itself.
    use_effect_with((), {
        let (preview, height) = (preview.clone(), height.setter());
        move |()| {
            let listener = preview.cast::<Element>().map(|element| {
                EventListener::new(&element, "resize", move |event| {
                    let detail = js_sys::Reflect::get(event, &JsValue::from_str("detail")).ok();
                    let said =
                        detail.and_then(|detail| js_sys::Reflect::get(&detail, &JsValue::from_str("height")).ok());
                    height.set(said.and_then(|height| height.as_f64()));
                })
            });
            move || drop(listener)
        }
    });
    use_effect_with(*width as u32, {
        let preview = preview.clone();
        move |width| {
            if let Some(element) = preview.cast::<web_sys::HtmlElement>() {
                let _ = element.style().set_property("width", &format!("{width}px"));
            }
        }
    });
    let shows = Embed { panes: (*panes).clone(), theme: *theme, is_readonly: *readonly, wrong: Vec::new() };
    let names = shows.panes.iter().map(|pane| pane.name()).collect::<Vec<_>>().join(",");
    let high = if *most > 0.0 { height.unwrap_or(HIGH).min(*most) } else { height.unwrap_or(HIGH) };
    let html = match *form {
        Form::Element => element(&props.page, &source, &shows, *most),
        Form::Frame => frame(&props.page, &source, &shows, high),
    };
    let toggle = |pane: Pane| {
        let panes = panes.clone();
        Callback::from(move |_: MouseEvent| {
            let mut now = (*panes).clone();
            match now.iter().position(|known| *known == pane) {
                // One at least is shown.
                Some(_) if now.len() == 1 => return,
                Some(at) => drop(now.remove(at)),
                None => now.push(pane),
            }
            panes.set(now);
        })
    };
    let choose = |next: Form| {
        let form = form.clone();
        Callback::from(move |_: MouseEvent| form.set(next))
    };
    let copy = {
        let (on_copy, html, line) = (props.on_copy.clone(), html.clone(), line.clone());
        Callback::from(move |_: MouseEvent| {
            // Where the clipboard is not allowed, it is copied by hand.
            if let Some(line) = line.cast::<HtmlTextAreaElement>() {
                line.select();
            }
            on_copy.emit(html.clone());
        })
    };
    let themes = [("auto", "of the page around it"), ("light", "light"), ("dark", "dark")];
    let themes = themes.map(|(value, words)| (AttrValue::from(value), AttrValue::from(words))).to_vec();
    let set_theme = {
        let theme = theme.clone();
        Callback::from(move |name: String| {
            theme.set(match &*name {
                "light" => Theme::Light,
                "dark" => Theme::Dark,
                _ => Theme::Auto,
            });
        })
    };
    let heights = [0, 360, 480, 640, 800].map(|most| match most {
        0 => (AttrValue::from("0"), AttrValue::from("of what it shows")),
        most => (AttrValue::from(most.to_string()), AttrValue::from(format!("at most {most} px"))),
    });
    let heights = heights.to_vec();
    let set_most = {
        let most = most.clone();
        Callback::from(move |height: String| most.set(height.parse().unwrap_or(0.0)))
    };
    let set_readonly = {
        let readonly = readonly.clone();
        Callback::from(move |event: Event| readonly.set(event.target_unchecked_into::<HtmlInputElement>().checked()))
    };
    let set_width = {
        let width = width.clone();
        Callback::from(move |value: f64| width.set(value))
    };
    let attribute = |name: &str| (source.0 == name).then(|| source.1.clone());
    html! {
        <Dialog title="Embed" class="embed-dialog" on_close={props.on_close.clone()}>
            <div class="embed-choices form">
                <fieldset class="embed-names">
                    <legend>{ "Panes, in the order in which they are chosen" }</legend>
                    { for PANES.iter().map(|(pane, _, title)| {
                        let place = panes.iter().position(|known| known == pane);
                        html! {
                            <button type="button" class="small toggle" aria-pressed={place.is_some().to_string()} onclick={toggle(*pane)}>
                                if let Some(place) = place { <span class="place">{ place + 1 }</span> }
                                { *title }
                            </button>
                        }
                    }) }
                </fieldset>
                <div class="embed-settings">
                    <Choice label="theme" options={themes} value={theme.name()} onchange={set_theme} />
                    <Choice label="height" options={heights} value={most.to_string()} onchange={set_most} />
                    <span class="check"><input type="checkbox" id="embed-readonly" checked={*readonly} onchange={set_readonly} /><label for="embed-readonly">{ "read-only, but for weights and runs" }</label></span>
                </div>
                <div class="embed-line">
                    <div class="segments" role="group" aria-label="form">
                        <button type="button" aria-pressed={(*form == Form::Element).to_string()} onclick={choose(Form::Element)}>{ "Element" }</button>
                        <button type="button" aria-pressed={(*form == Form::Frame).to_string()} onclick={choose(Form::Frame)}>{ "iframe" }</button>
                    </div>
                    <span class="hint">{ match *form {
                        Form::Element => "loads when it is scrolled to, and is as high as what it shows",
                        Form::Frame => "where scripts of others are not allowed",
                    } }</span>
                    <textarea ref={line} class="code" readonly={true} rows="4" aria-label="line of HTML" value={html.clone()} onfocus={Callback::from(|event: FocusEvent| event.target_unchecked_into::<HtmlTextAreaElement>().select())} />
                    <footer>
                        <span class="hint">{ told(html.len(), source.0) }</span>
                        <button type="button" class="primary" onclick={copy}>{ "Copy" }</button>
                    </footer>
                </div>
            </div>
            <div class="embed-preview">
                <header><h3>{ "Preview" }</h3><Number label="width" value={*width} min={280.0} max={1440.0} step={20.0} unit="px" onchange={set_width} /></header>
                <div class="embed-stage" tabindex="0" role="group" aria-label="preview">
                    <weir-playground
                        ref={preview}
                        title="Preview of the embed"
                        scenario={attribute("scenario")}
                        workspace={attribute("workspace")}
                        embed={names}
                        theme={theme.name()}
                        readonly={*readonly}
                        max-height={(*most > 0.0).then(|| most.to_string())}
                    />
                </div>
            </div>
        </Dialog>
    }
}

/// What one should know of the line.
fn told(length: usize, key: &str) -> String {
    let long = if length > LONG {
        ". A file is better here: save the workspace beside your page and write its name, as in workspace=\"orders.json\""
    } else if key == "workspace" {
        ": the workspace is in it, and nothing is sent anywhere"
    } else {
        ""
    };
    format!("{} characters{long}", crate::simulation::report::count(length as u64))
}
