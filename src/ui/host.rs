//! `www/main.ts`, typed: what the browser does for the page.

use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Hands the user a file.
    #[wasm_bindgen(js_namespace = weir, js_name = download)]
    pub fn download(name: &str, text: &str);

    /// `www/embedded.ts`: says something to the page around this one, as JSON; to nobody where there is none.
    #[wasm_bindgen(js_namespace = weir, js_name = say)]
    pub fn say(message: &str);

    /// Hears what the page around this one says, as JSON.
    #[wasm_bindgen(js_namespace = weir, js_name = listen)]
    pub fn listen(hear: &Closure<dyn FnMut(String)>);

    /// Makes `<weir-playground>` known to this page, too.
    #[wasm_bindgen(js_namespace = weir, js_name = loadEmbed)]
    pub fn load_embed();
}

/// The browser's storage for this site; nothing where the browser, or a sandbox, allows none.
pub fn storage() -> Option<web_sys::Storage> {
    gloo::utils::window().local_storage().ok().flatten()
}

/// What stands in the address after `#`, with it.
pub fn fragment() -> String {
    gloo::utils::window().location().hash().unwrap_or_default()
}
