//! Numbers that explain themselves: how they come about, with the values filled in, and what they mean.

use wasm_bindgen::{JsCast, JsValue};
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub struct ExplainProps {
    pub value: AttrValue,
    /// What the number is.
    pub name: AttrValue,
    /// How it comes about, in general, and with the values filled in.
    pub formula: AttrValue,
    #[prop_or_default]
    pub filled: AttrValue,
    /// What it means, in one plain sentence.
    pub says: AttrValue,
    #[prop_or_default]
    pub class: Classes,
}

/// The width of a note, as simulate.css has it, and its distance from edges.
const WIDTH: f64 = 300.0;
const MARGIN: f64 = 8.0;

/// The note stands above everything, below its number, or above that where there is no room.
fn place(number: &web_sys::Element, note: &web_sys::HtmlElement) {
    let call = |name: &str| {
        let function = js_sys::Reflect::get(note, &JsValue::from(name)).ok();
        if let Some(function) = function.and_then(|function| function.dyn_into::<js_sys::Function>().ok()) {
            // It fails where the note is shown already.
            let _ = function.call0(note);
        }
    };
    call("showPopover");
    let window = gloo::utils::window();
    let size = |size: Result<JsValue, JsValue>| size.ok().and_then(|size| size.as_f64()).unwrap_or(1000.0);
    let (width, height) = (size(window.inner_width()), size(window.inner_height()));
    let (at, own) = (number.get_bounding_client_rect(), note.get_bounding_client_rect());
    let left = at.left().min(width - WIDTH - MARGIN).max(MARGIN);
    let below = at.bottom() + 6.0;
    let top = if below + own.height() > height - MARGIN { (at.top() - own.height() - 6.0).max(MARGIN) } else { below };
    let style = note.style();
    let _ = style.set_property("left", &format!("{left:.0}px"));
    let _ = style.set_property("top", &format!("{top:.0}px"));
}

#[component]
pub fn Explain(props: &ExplainProps) -> Html {
    let open = use_state_eq(|| false);
    let pinned = use_state_eq(|| false);
    let (number, note) = (use_node_ref(), use_node_ref());
    use_effect_with(*open, {
        let (number, note) = (number.clone(), note.clone());
        move |open| {
            if let (true, Some(number), Some(note)) =
                (*open, number.cast::<web_sys::Element>(), note.cast::<web_sys::HtmlElement>())
            {
                place(&number, &note);
            }
        }
    });
    let set = |to: bool| {
        let (open, pinned) = (open.clone(), pinned.clone());
        move || {
            open.set(to);
            if !to {
                pinned.set(false);
            }
        }
    };
    let (show, hide) = (set(true), set(false));
    let onclick = {
        let (open, pinned, hide) = (open.clone(), pinned.clone(), hide.clone());
        Callback::from(move |_: MouseEvent| {
            if *pinned {
                hide();
            } else {
                pinned.set(true);
                open.set(true);
            }
        })
    };
    let onpointerenter = {
        let show = show.clone();
        Callback::from(move |event: PointerEvent| {
            if event.pointer_type() == "mouse" {
                show();
            }
        })
    };
    let onpointerleave = {
        let (pinned, hide) = (pinned.clone(), hide.clone());
        Callback::from(move |_: PointerEvent| {
            if !*pinned {
                hide();
            }
        })
    };
    let onblur = {
        let hide = hide.clone();
        Callback::from(move |_: FocusEvent| hide())
    };
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            hide();
        }
    });
    html! {
        <span class={classes!("explain", props.class.clone())} {onpointerenter} {onpointerleave}>
            <button
                ref={number}
                type="button"
                class="number"
                aria-expanded={open.to_string()}
                aria-label={format!("{}: {}", props.name, props.value)}
                {onclick}
                {onblur}
                {onkeydown}
            >
                { props.value.clone() }
            </button>
            if *open {
                <span ref={note} class="note" popover="manual" role="note">
                    <b>{ props.name.clone() }</b>
                    <code>{ props.formula.clone() }</code>
                    if !props.filled.is_empty() {
                        <code class="filled">{ props.filled.clone() }</code>
                    }
                    <span>{ props.says.clone() }</span>
                </span>
            }
        </span>
    }
}
