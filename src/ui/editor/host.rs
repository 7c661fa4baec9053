//! `www/editor.ts`, typed: the only door to the text editor's JavaScript.

use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// `www/main.ts`: fetches the editor's module when it is first needed.
    #[wasm_bindgen(js_namespace = weir, js_name = loadEditor, catch)]
    pub async fn load() -> Result<JsValue, JsValue>;

    /// The module: `www/editor.ts`.
    #[derive(Clone, Debug)]
    pub type Module;

    #[wasm_bindgen(method)]
    pub fn create(this: &Module, parent: &web_sys::Element, options: &JsValue) -> View;

    /// One editor on the page.
    #[derive(Clone, Debug)]
    pub type View;

    #[wasm_bindgen(method, js_name = onChange)]
    pub fn on_change(this: &View, callback: Option<&js_sys::Function>);
    #[wasm_bindgen(method, js_name = setDoc)]
    pub fn set_doc(this: &View, text: &str);
    #[wasm_bindgen(method, js_name = setLanguage)]
    pub fn set_language(this: &View, language: &str);
    #[wasm_bindgen(method, js_name = setReadOnly)]
    pub fn set_read_only(this: &View, read_only: bool);
    #[wasm_bindgen(method, js_name = setDiagnostics)]
    pub fn set_diagnostics(this: &View, diagnostics: &JsValue);
    #[wasm_bindgen(method, js_name = setHighlights)]
    pub fn set_highlights(this: &View, ranges: &JsValue);
    #[wasm_bindgen(method, js_name = setCompletions)]
    pub fn set_completions(this: &View, source: Option<&js_sys::Function>);
    #[wasm_bindgen(method, js_name = setHover)]
    pub fn set_hover(this: &View, source: Option<&js_sys::Function>);
    #[wasm_bindgen(method, js_name = goTo)]
    pub fn go_to(this: &View, from: u32, to: u32);
    #[wasm_bindgen(method)]
    pub fn focus(this: &View);
    #[wasm_bindgen(method)]
    pub fn destroy(this: &View);
}

#[wasm_bindgen]
extern "C" {
    /// `www/main.ts`: fetches the module of the view of two texts when it is first needed.
    #[wasm_bindgen(js_namespace = weir, js_name = loadDiff, catch)]
    pub async fn load_diff() -> Result<JsValue, JsValue>;

    /// The module: `www/diff.ts`.
    pub type DiffModule;

    #[wasm_bindgen(method)]
    pub fn create(this: &DiffModule, parent: &web_sys::Element, options: &JsValue) -> DiffView;

    /// One view of two texts on the page.
    pub type DiffView;

    #[wasm_bindgen(method)]
    pub fn destroy(this: &DiffView);
}

#[derive(Debug, Serialize)]
pub struct DiffOptions<'a> {
    pub before: Side<'a>,
    pub after: Side<'a>,
    pub language: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Side<'a> {
    pub doc: &'a str,
    pub aria_label: &'a str,
}

/// Offsets are in UTF-16 units, here and below.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Options<'a> {
    pub doc: &'a str,
    pub language: &'a str,
    pub read_only: bool,
    pub aria_label: &'a str,
}

#[derive(Debug, Serialize)]
pub struct Finding<'a> {
    pub from: u32,
    pub to: u32,
    pub severity: &'a str,
    pub message: &'a str,
    pub help: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub struct Range {
    pub from: u32,
    pub to: u32,
}

/// What the editor asks a source of completions or of explanations.
#[derive(Debug, Deserialize)]
pub struct Asked {
    pub doc: String,
    pub at: u32,
    pub explicit: bool,
}

#[derive(Debug, Serialize)]
pub struct Proposals<'a> {
    pub from: u32,
    pub options: Vec<Proposal<'a>>,
}

#[derive(Debug, Serialize)]
pub struct Proposal<'a> {
    pub label: &'a str,
    pub detail: Option<&'a str>,
    pub info: Option<&'a str>,
    pub apply: Option<&'a str>,
    #[serde(rename = "type")]
    pub kind: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub struct Explanation<'a> {
    pub from: u32,
    pub to: u32,
    pub text: &'a str,
}

/// These types hold nothing that JavaScript could not.
pub fn encode(value: &impl Serialize) -> JsValue {
    serde_wasm_bindgen::to_value(value).unwrap_or(JsValue::UNDEFINED)
}
