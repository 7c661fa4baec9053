//! The page's side: a handle to one worker.

use super::serve::Local;
use super::wire::{Reply, Request, decode, encode};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::MessageEvent;

#[wasm_bindgen]
extern "C" {
    /// `www/main.ts`: a worker that has been sent the page's compiled module. `died` hears, once, why it is no more.
    /// Nothing where the browser gives this page none.
    #[wasm_bindgen(js_namespace = weir, js_name = startWorker)]
    fn start_worker(died: &js_sys::Function) -> Option<web_sys::Worker>;
}

/// A running worker. It ends when this is dropped, in the middle of whatever it does.
#[derive(Debug)]
pub struct Worker {
    at_work: AtWork,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_death: Closure<dyn FnMut(String)>,
}

#[derive(Debug)]
enum AtWork {
    Thread(web_sys::Worker),
    /// In the page itself.
    Here(Option<Local>),
}

impl Worker {
    /// Starts a worker; `on_reply` hears all that it says, and `on_death` why it ended by itself. Requests posted before
    /// it is ready wait for it.
    pub fn start(on_reply: impl Fn(Reply) + 'static, on_death: impl Fn(String) + 'static) -> Worker {
        let on_death = Closure::<dyn FnMut(String)>::new(on_death);
        let worker = start_worker(on_death.as_ref().unchecked_ref());
        let on_reply = Rc::new(on_reply);
        let heard = Rc::clone(&on_reply);
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            // What is no reply is the worker's last words, which `www/main.ts` hears by a listener of its own.
            if let Some(reply) = decode(&message.data()) {
                heard(reply);
            }
        });
        let at_work = match worker {
            Some(worker) => {
                worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
                AtWork::Thread(worker)
            }
            None => AtWork::Here(Local::start(move |reply| on_reply(reply))),
        };
        Worker { at_work, _on_message: on_message, _on_death: on_death }
    }

    /// Whether it is on the page's own thread: then a second one gains nothing.
    pub fn is_here(&self) -> bool {
        matches!(self.at_work, AtWork::Here(_))
    }

    pub fn post(&self, request: &Request) {
        match &self.at_work {
            // It fails only for values that cannot be cloned, and bytes can.
            AtWork::Thread(worker) => drop(worker.post_message(&encode(request))),
            AtWork::Here(local) => local.iter().for_each(|local| local.post(request)),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let AtWork::Thread(worker) = &self.at_work {
            worker.set_onmessage(None);
            worker.terminate();
        }
    }
}
