//! The lines between panes, which can be moved. Sizes are custom properties of the parent, in percent.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub struct SplitterProps {
    /// What it moves, for those who do not see.
    pub label: AttrValue,
    /// The custom property: `--left`.
    pub name: &'static str,
    pub value: f64,
    /// Whether the line stands upright: moved from left to right.
    pub upright: bool,
    /// Whether the size is counted from the right, or from below.
    #[prop_or(false)]
    pub from_end: bool,
    /// Takes the new size when the line is let go.
    pub onchange: Callback<(&'static str, f64)>,
}

const LEAST: f64 = 15.0;
const MOST: f64 = 75.0;

fn parent(node: &NodeRef) -> Option<HtmlElement> {
    node.cast::<Element>()?.parent_element()?.dyn_into().ok()
}

fn show(node: &NodeRef, name: &str, value: f64) {
    if let Some(parent) = parent(node) {
        // A property of that name is taken by every browser.
        let _ = parent.style().set_property(name, &format!("{value:.2}%"));
    }
}

#[component]
pub fn Splitter(props: &SplitterProps) -> Html {
    let node = use_node_ref();
    let moved = use_mut_ref(|| None::<f64>);
    let SplitterProps { name, value, upright, from_end, .. } = *props;
    use_effect_with((name, value.to_bits()), {
        let node = node.clone();
        move |_| show(&node, name, value)
    });
    let onpointerdown = {
        let (node, moved) = (node.clone(), moved.clone());
        Callback::from(move |event: PointerEvent| {
            if let Some(element) = node.cast::<Element>() {
                let _ = element.set_pointer_capture(event.pointer_id());
                *moved.borrow_mut() = Some(value);
                event.prevent_default();
            }
        })
    };
    let onpointermove = {
        let (node, moved) = (node.clone(), moved.clone());
        Callback::from(move |event: PointerEvent| {
            if moved.borrow().is_none() {
                return;
            }
            let Some(parent) = parent(&node) else { return };
            let around = parent.get_bounding_client_rect();
            let share = if upright {
                (f64::from(event.client_x()) - around.left()) / around.width()
            } else {
                (f64::from(event.client_y()) - around.top()) / around.height()
            };
            let percent = 100.0 * if from_end { 1.0 - share } else { share };
            let percent = percent.clamp(LEAST, MOST);
            *moved.borrow_mut() = Some(percent);
            show(&node, name, percent);
        })
    };
    let onpointerup = {
        let (moved, onchange) = (moved.clone(), props.onchange.clone());
        Callback::from(move |_: PointerEvent| {
            if let Some(percent) = moved.borrow_mut().take() {
                onchange.emit((name, percent));
            }
        })
    };
    let onkeydown = {
        let onchange = props.onchange.clone();
        Callback::from(move |event: KeyboardEvent| {
            let step = match (event.key().as_str(), upright) {
                ("ArrowRight", true) | ("ArrowDown", false) => 2.0,
                ("ArrowLeft", true) | ("ArrowUp", false) => -2.0,
                _ => return,
            };
            event.prevent_default();
            onchange.emit((name, (value + if from_end { -step } else { step }).clamp(LEAST, MOST)));
        })
    };
    html! {
        <div
            ref={node}
            class={classes!("splitter", if upright { "upright" } else { "level" })}
            role="separator"
            tabindex="0"
            aria-label={props.label.clone()}
            aria-orientation={if upright { "vertical" } else { "horizontal" }}
            aria-valuenow={format!("{value:.0}")}
            aria-valuemin={LEAST.to_string()}
            aria-valuemax={MOST.to_string()}
            {onpointerdown}
            {onpointermove}
            onpointerup={onpointerup.clone()}
            onpointercancel={onpointerup}
            {onkeydown}
        />
    }
}
