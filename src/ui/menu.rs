//! A menu: a button, and what it offers. Arrows move, Escape closes, whoever goes elsewhere closes it too.

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};
use yew::prelude::*;

#[derive(Clone, PartialEq)]
pub struct Item {
    pub label: AttrValue,
    /// A line below it.
    pub about: Option<AttrValue>,
    pub on: Callback<()>,
}

#[derive(Clone, PartialEq, Properties)]
pub struct MenuProps {
    pub label: AttrValue,
    pub items: Vec<Item>,
}

fn focus(element: Option<web_sys::Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let is_open = use_state(|| false);
    let (root, list) = (use_node_ref(), use_node_ref());
    let toggle = {
        let is_open = is_open.clone();
        Callback::from(move |_: MouseEvent| is_open.set(!*is_open))
    };
    use_effect_with(*is_open, {
        let list = list.clone();
        move |is_open| {
            if *is_open {
                focus(list.cast::<web_sys::Element>().and_then(|list| list.first_element_child()));
            }
        }
    });
    let onkeydown = {
        let (is_open, root) = (is_open.clone(), root.clone());
        Callback::from(move |event: KeyboardEvent| {
            let at = gloo::utils::document().active_element();
            let next = match (event.key().as_str(), *is_open) {
                ("Escape", true) => {
                    is_open.set(false);
                    root.cast::<web_sys::Element>().and_then(|root| root.first_element_child())
                }
                ("ArrowDown", false) => {
                    is_open.set(true);
                    None
                }
                ("ArrowDown", true) => at.and_then(|at| at.next_element_sibling()),
                ("ArrowUp", true) => at.and_then(|at| at.previous_element_sibling()),
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            focus(next);
        })
    };
    let onfocusout = {
        let (is_open, root) = (is_open.clone(), root.clone());
        Callback::from(move |event: FocusEvent| {
            let target = event.related_target().and_then(|target| target.dyn_into::<Node>().ok());
            let inside = root.cast::<Node>().is_some_and(|root| root.contains(target.as_ref()));
            if !inside {
                is_open.set(false);
            }
        })
    };
    html! {
        <div class="menu" ref={root} {onkeydown} {onfocusout}>
            <button type="button" aria-haspopup="menu" aria-expanded={is_open.to_string()} onclick={toggle}>{ props.label.clone() }<span aria-hidden="true" class="arrow">{ "▾" }</span></button>
            if *is_open {
                <div class="menu-list" role="menu" aria-label={props.label.clone()} ref={list}>
                    { for props.items.iter().map(|item| {
                        let (on, is_open) = (item.on.clone(), is_open.clone());
                        let onclick = move |_: MouseEvent| {
                            is_open.set(false);
                            on.emit(());
                        };
                        html! {
                            <button type="button" role="menuitem" tabindex="-1" {onclick}>
                                <span>{ item.label.clone() }</span>
                                if let Some(about) = &item.about { <small>{ about.clone() }</small> }
                            </button>
                        }
                    }) }
                </div>
            }
        </div>
    }
}
