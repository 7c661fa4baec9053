//! The worker's side.

use super::{Reply, Request, encode};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Answers the page from now on. Called once, by the program when it wakes up in a worker.
pub fn serve(scope: DedicatedWorkerGlobalScope) {
    let replies = scope.clone();
    let answer = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
        let Ok(request) = serde_wasm_bindgen::from_value(message.data()) else {
            return gloo::console::error!("weir: a message that is no request", message.data());
        };
        let reply = match request {
            Request::Ping => Reply::Pong { version: env!("CARGO_PKG_VERSION").to_owned() },
        };
        // It fails only for values that cannot be cloned, and a `Reply` holds none.
        let _ = replies.post_message(&encode(&reply));
    });
    scope.set_onmessage(Some(answer.as_ref().unchecked_ref()));
    // As long as the worker lives.
    answer.forget();
}
