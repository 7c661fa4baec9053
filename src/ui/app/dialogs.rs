//! What the bar opens: the link, the embed, the keys.

use super::{App, Msg, Shown, location};
use crate::ui::embed::EmbedDialog;
use crate::ui::panes::Action;
use crate::ui::panes::dialog::Dialog;
use crate::workspace::link;
use web_sys::HtmlInputElement;
use yew::prelude::*;

impl App {
    pub(super) fn dialog(&self, ctx: &Context<Self>) -> Html {
        let on_close = ctx.link().callback(|()| Msg::Show(None));
        match self.shown {
            None => Html::default(),
            Some(Shown::Shortcuts) => html! {
                <Dialog title="Keyboard" {on_close}>
                    <dl class="keys-list">
                        { for SHORTCUTS.iter().map(|(keys, what)| html! { <><dt><kbd>{ *keys }</kbd></dt><dd>{ *what }</dd></> }) }
                    </dl>
                </Dialog>
            },
            Some(Shown::Embed) => html! {
                <EmbedDialog document={self.store.document()} page={location()} {on_close} on_copy={self.hands.on.reform(|line| Action::Copy(line, "line"))} />
            },
            Some(Shown::Share) => {
                let address = format!("{}#{}", location(), link::encode(&self.store.document()));
                let size = address.len();
                let copied = {
                    let (link, address) = (ctx.link().clone(), address.clone());
                    Callback::from(move |_: MouseEvent| {
                        link.send_message(Msg::Do(Action::Copy(address.clone(), "link")))
                    })
                };
                html! {
                    <Dialog title="Share" {on_close}>
                        <div class="form">
                            <label>{ "Link to this workspace" }<input type="text" class="code" readonly={true} value={address} onfocus={Callback::from(|event: FocusEvent| {
                                event.target_unchecked_into::<HtmlInputElement>().select();
                            })} /></label>
                            <p class="hint">{ format!("{size} characters. The whole workspace is in the link itself: nothing is sent anywhere.") }
                                if size > 8_000 { { " Some programs cut links of this length: a file is safer." } }
                            </p>
                            <footer><button type="button" class="primary" onclick={copied}>{ "Copy link" }</button></footer>
                        </div>
                    </Dialog>
                }
            }
        }
    }
}

const SHORTCUTS: [(&str, &str); 9] = [
    ("Alt 1 … 4", "definition, workflow, versions, simulation"),
    ("Ctrl Z", "take the last action back (in the editor: the last typing)"),
    ("Ctrl Shift Z", "do it again"),
    ("Ctrl F", "search in the editor"),
    ("Ctrl Space", "proposals in the editor"),
    ("Esc, then Tab", "leave the editor"),
    ("← →", "tabs; dots of the picture in order of time"),
    ("Enter", "open the chosen dot or state"),
    ("?", "this list"),
];
