//! When the program itself fails: a sentence on the page, and the author's text kept.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// `www/main.ts` and `www/worker.ts`: tells the user what happened and keeps what stands in the editors. It is
    /// JavaScript because after a panic this module's memory is in no state to be trusted.
    #[wasm_bindgen(js_namespace = weir, js_name = trouble)]
    pub fn tell(what: &str);

    /// `www/main.ts`: whether the program has failed. Then it is JavaScript that keeps what was typed.
    #[wasm_bindgen(js_namespace = weir, js_name = isTroubled)]
    pub fn is_troubled() -> bool;

    /// `www/main.ts`: what stood in the editor of this name when the page failed; once, and then no more.
    #[wasm_bindgen(js_namespace = weir, js_name = rescued)]
    pub fn rescued(label: &str) -> Option<String>;
}

/// From now on a panic, in the page or in a worker, is told to the user.
pub fn install() {
    yew::set_custom_panic_hook(Box::new(|panic| {
        let text = panic.to_string();
        gloo::console::error!(&text);
        tell(&text);
    }));
}
