//! The JavaScript API: what the npm package exports, thin and typed.
//!
//! Not a place for logic: each function turns JavaScript values into the library's own, calls it, and turns the answer
//! back. `cargo xtask package` builds the library with this module as a WebAssembly module of its own, so that these
//! exports do not weigh on the page.
//!
//! ```
//! assert_eq!(weir::js::version(), env!("CARGO_PKG_VERSION"));
//! ```

use wasm_bindgen::prelude::wasm_bindgen;

/// The version of this package, such as `0.1.0`.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
