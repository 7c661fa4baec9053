//! A dialog: the browser's own, which keeps the focus inside and closes by Escape.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub struct DialogProps {
    pub title: AttrValue,
    #[prop_or_default]
    pub class: Classes,
    pub on_close: Callback<()>,
    pub children: Html,
}

#[component]
pub fn Dialog(props: &DialogProps) -> Html {
    let node = use_node_ref();
    use_effect_with((), {
        let node = node.clone();
        move |()| {
            if let Some(dialog) = node.cast::<HtmlDialogElement>() {
                // It fails only for one that is open already.
                let _ = dialog.show_modal();
            }
        }
    });
    let onclose = props.on_close.reform(|_: Event| ());
    let close = {
        let node = node.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(dialog) = node.cast::<HtmlDialogElement>() {
                dialog.close();
            }
        })
    };
    html! {
        <dialog ref={node} class={classes!("dialog", props.class.clone())} aria-label={props.title.clone()} {onclose}>
            <header>
                <h2>{ props.title.clone() }</h2>
                <button type="button" class="icon-button" aria-label="close" onclick={close}>{ "×" }</button>
            </header>
            { props.children.clone() }
        </dialog>
    }
}
