//! The page's side: a handle to one worker.

use super::{Reply, Request, encode};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::MessageEvent;

#[wasm_bindgen]
extern "C" {
    /// `www/main.ts`: a worker that has been sent the page's compiled module.
    #[wasm_bindgen(js_namespace = weir, js_name = startWorker)]
    fn start_worker() -> web_sys::Worker;
}

/// A running worker. It ends when this is dropped, in the middle of whatever it does.
#[derive(Debug)]
pub struct Worker {
    worker: web_sys::Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Worker {
    /// Starts a worker; `on_reply` hears all that it says. Requests posted before it is ready wait for it.
    pub fn start(on_reply: impl Fn(Reply) + 'static) -> Worker {
        let worker = start_worker();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            match serde_wasm_bindgen::from_value(message.data()) {
                Ok(reply) => on_reply(reply),
                // Not ours to answer: `www/main.ts` hears a worker's last words by a listener of its own.
                Err(_) => gloo::console::debug!("weir: a message that is no reply", message.data()),
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Worker { worker, _on_message: on_message }
    }

    pub fn post(&self, request: &Request) {
        // It fails only for values that cannot be cloned, and a `Request` holds none.
        let _ = self.worker.post_message(&encode(request));
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}
