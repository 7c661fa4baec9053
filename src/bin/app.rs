//! The program of the page and of its workers: one WebAssembly module, which looks where it woke up.

use wasm_bindgen::JsCast;
use web_sys::DedicatedWorkerGlobalScope;

fn main() {
    weir::worker::later::begin();
    weir::ui::trouble::install();
    match js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() {
        Ok(worker) => weir::worker::serve(worker),
        Err(_) => weir::ui::open(),
    }
}
