//! Web workers: what page and worker say to each other, the worker's side, and the page's handle to one.
//!
//! Page and worker are the same WebAssembly module, compiled once by the page (`www/main.ts`) and posted to each worker
//! (`www/worker.ts`). Not here: what is computed. A worker reads a [`Request`], calls the library, and posts [`Reply`]s.
//!
//! ```no_run
//! use weir::worker::{Reply, Request, Worker};
//! let worker = Worker::start(|reply| match reply {
//!     Reply::Pong { version } => assert_eq!(version, env!("CARGO_PKG_VERSION")),
//! });
//! worker.post(&Request::Ping);
//! ```

mod handle;
mod serve;

pub use handle::Worker;
pub use serve::serve;

use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

/// What the page asks of a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Request {
    /// Answer [`Reply::Pong`].
    Ping,
}

/// What a worker tells the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Reply {
    /// The worker runs; `version` is the one of its code.
    Pong { version: String },
}

/// A message as it travels. The types above have no map that JavaScript could not hold, so this cannot fail; were it
/// to, the other side would get `undefined` and say so.
fn encode(message: &impl Serialize) -> JsValue {
    serde_wasm_bindgen::to_value(message).unwrap_or(JsValue::UNDEFINED)
}
