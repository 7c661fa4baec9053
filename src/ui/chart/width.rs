//! How wide an element is, as it changes.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use yew::prelude::*;

/// The width of an element in CSS pixels; 0 before it is known.
#[hook]
pub fn use_width(node: NodeRef) -> f64 {
    let width = use_state_eq(|| 0.0);
    use_effect_with(node, {
        let width = width.clone();
        move |node| {
            let element = node.cast::<web_sys::Element>();
            let measured = element.clone();
            let changed = Closure::<dyn FnMut()>::new(move || {
                if let Some(element) = &measured {
                    width.set(f64::from(element.client_width()));
                }
            });
            let observer = web_sys::ResizeObserver::new(changed.as_ref().unchecked_ref()).ok();
            if let (Some(observer), Some(element)) = (&observer, &element) {
                observer.observe(element);
            }
            move || {
                if let Some(observer) = observer {
                    observer.disconnect();
                }
                drop(changed);
            }
        }
    });
    *width
}
