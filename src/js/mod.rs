//! The JavaScript API: what the npm package exports, thin and typed.
//!
//! Not a place for logic: each function turns JavaScript values into the library's own, calls it, and turns the answer
//! back. `cargo xtask package` builds the library with this module as a WebAssembly module of its own, so that these
//! exports do not weigh on the page. `www/npm/` holds what is better said in JavaScript, and the types.
//!
//! ```
//! assert_eq!(weir::js::version(), env!("CARGO_PKG_VERSION"));
//! ```

mod memory;
mod playground;
mod simulation;
mod validate;

pub use playground::Playground;
pub use simulation::SimulationRun;

use crate::base::{Diagnostic, Value};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

/// The version of this package, such as `0.1.0`.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// The JSON text of anything. Documents go in and out as texts: what JavaScript makes of its objects, and with whatever
/// they run when they are read, is done before the library is entered.
fn json(value: &impl Serialize) -> Result<String, JsValue> {
    serde_json::to_string(value).map_err(|error| JsError::new(&error.to_string()).into())
}

/// A document from its JSON text.
fn take(text: &str) -> Result<Value, JsValue> {
    Value::parse(text).map_err(|error| named("SyntaxError", &error.message))
}

/// An `Error` with a name.
fn named(name: &str, message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    error.set_name(name);
    error.into()
}

/// An `Error` that holds diagnostics: its message tells the first, its `diagnostics` all.
fn refused(diagnostics: &[Diagnostic]) -> JsValue {
    let first = diagnostics.first().map_or(String::new(), |first| match first.pointer.is_root() {
        true => first.message.clone(),
        false => format!("{}: {}", first.pointer, first.message),
    });
    let error = named("InvalidDocument", &first);
    let list: Vec<validate::Told<'_>> =
        diagnostics.iter().map(|diagnostic| validate::Told::new(diagnostic, None)).collect();
    if let Ok(list) = json(&list).map(|list| js_sys::JSON::parse(&list)) {
        // A plain property of a plain object: it cannot fail.
        let _ = js_sys::Reflect::set(&error, &"diagnostics".into(), &list.unwrap_or(JsValue::UNDEFINED));
    }
    error
}
