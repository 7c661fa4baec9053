//! The page's side: a handle to one worker.

use super::wire::{Reply, Request, decode, encode};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::MessageEvent;

#[wasm_bindgen]
extern "C" {
    /// `www/main.ts`: a worker that has been sent the page's compiled module. `died` hears, once, why it is no more.
    #[wasm_bindgen(js_namespace = weir, js_name = startWorker)]
    fn start_worker(died: &js_sys::Function) -> web_sys::Worker;
}

/// A running worker. It ends when this is dropped, in the middle of whatever it does.
#[derive(Debug)]
pub struct Worker {
    worker: web_sys::Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_death: Closure<dyn FnMut(String)>,
}

impl Worker {
    /// Starts a worker; `on_reply` hears all that it says, and `on_death` why it ended by itself. Requests posted before
    /// it is ready wait for it.
    pub fn start(on_reply: impl Fn(Reply) + 'static, on_death: impl Fn(String) + 'static) -> Worker {
        let on_death = Closure::<dyn FnMut(String)>::new(on_death);
        let worker = start_worker(on_death.as_ref().unchecked_ref());
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            // What is no reply is the worker's last words, which `www/main.ts` hears by a listener of its own.
            if let Some(reply) = decode(&message.data()) {
                on_reply(reply);
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Worker { worker, _on_message: on_message, _on_death: on_death }
    }

    pub fn post(&self, request: &Request) {
        // It fails only for values that cannot be cloned, and bytes can.
        let _ = self.worker.post_message(&encode(request));
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.terminate();
    }
}
