//! `www/main.ts`, typed: what the browser does for the page.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Hands the user a file.
    #[wasm_bindgen(js_namespace = weir, js_name = download)]
    pub fn download(name: &str, text: &str);
}
