//! The part of the program that a first view does not need, which the page fetches when that is shown.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// `www/later.ts`: takes the exports of this module, with which the later part is put together. In a module that was
    /// split (`xtask/split`) the stubs for later functions call it, too, with nothing: then it returns when they are there.
    #[wasm_bindgen(js_namespace = weir, js_name = later)]
    fn later(exports: JsValue);
}

/// Comes first in a program, before a function is called that may be a later one.
pub fn begin() {
    later(wasm_bindgen::exports());
}
