//! Two texts beside each other.

use super::Language;
use super::host::{self, DiffModule, DiffOptions, DiffView, Side, encode};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

#[derive(Clone, Debug, PartialEq, Properties)]
pub struct DiffProps {
    pub before: Rc<str>,
    /// Its accessible name, such as `version 1`.
    pub before_label: AttrValue,
    pub after: Rc<str>,
    pub after_label: AttrValue,
    #[prop_or_default]
    pub language: Language,
}

/// What became of a view, whose module may arrive when nobody waits for it any more.
enum Showing {
    Waiting,
    View(DiffView),
    Over,
}

/// Two texts beside each other, with what differs marked and long runs of what does not folded; read only.
#[component]
pub fn Diff(props: &DiffProps) -> Html {
    let parent = use_node_ref();
    let missing = use_state(|| false);
    use_effect_with(props.clone(), {
        let (parent, missing) = (parent.clone(), missing.clone());
        move |props| {
            let props = props.clone();
            let showing = Rc::new(RefCell::new(Showing::Waiting));
            let shown = Rc::clone(&showing);
            yew::platform::spawn_local(async move {
                let module = match host::load_diff().await {
                    Ok(module) => module.unchecked_into::<DiffModule>(),
                    Err(error) => {
                        gloo::console::error!("weir: the view of differences could not be loaded", error);
                        return missing.set(true);
                    }
                };
                let mut showing = shown.borrow_mut();
                if let (Showing::Waiting, Some(parent)) = (&*showing, parent.cast::<Element>()) {
                    let options = DiffOptions {
                        before: Side { doc: &props.before, aria_label: &props.before_label },
                        after: Side { doc: &props.after, aria_label: &props.after_label },
                        language: props.language.name(),
                    };
                    *showing = Showing::View(module.create(&parent, &encode(&options)));
                }
            });
            move || {
                if let Showing::View(view) = showing.replace(Showing::Over) {
                    view.destroy();
                }
            }
        }
    });
    html! {
        <div class="diff">
            <div class="diff-view" ref={parent} />
            if *missing {
                <p role="alert">{ "The view of differences could not be loaded: load the page again." }</p>
            }
        </div>
    }
}
