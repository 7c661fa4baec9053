//! The worker's side: requests in, slices of work, replies out.

use super::job::Job;
use super::wire::{Reply, Request, decode, encode};
use js_sys::{Array, Date};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, MessagePort};

/// How long a slice is meant to take, in milliseconds: a Stop is heard after one.
const SLICE: f64 = 20.0;
/// How often the page is told how far it is, in milliseconds.
const WORD: f64 = 80.0;

struct Desk {
    scope: DedicatedWorkerGlobalScope,
    jobs: BTreeMap<u32, Job>,
    /// Executions in a slice, as fast as they have been lately.
    budget: u64,
    /// Executions played since the page was told, by run; and when that was.
    untold: BTreeMap<u32, u64>,
    told_at: f64,
    /// The worker's messages to itself: the next slice, after whatever the page has said meanwhile.
    bell: MessagePort,
    is_rung: bool,
}

/// Answers the page from now on. Called once, by the program when it wakes up in a worker.
pub fn serve(scope: DedicatedWorkerGlobalScope) {
    let Ok(channel) = MessageChannel::new() else { return };
    let desk = Rc::new(RefCell::new(Desk {
        scope: scope.clone(),
        jobs: BTreeMap::new(),
        budget: 200,
        untold: BTreeMap::new(),
        told_at: 0.0,
        bell: channel.port1(),
        is_rung: false,
    }));
    let at_work = Rc::clone(&desk);
    let work = Closure::<dyn FnMut(MessageEvent)>::new(move |_| at_work.borrow_mut().slice());
    channel.port2().set_onmessage(Some(work.as_ref().unchecked_ref()));
    let answer = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| match decode(&message.data()) {
        Some(request) => desk.borrow_mut().hear(request),
        None => gloo::console::error!("weir: a message that is no request", message.data()),
    });
    scope.set_onmessage(Some(answer.as_ref().unchecked_ref()));
    // As long as the worker lives.
    work.forget();
    answer.forget();
}

fn post(scope: &DedicatedWorkerGlobalScope, reply: &Reply) {
    let bytes = encode(reply);
    // It fails only for values that cannot be cloned, and bytes can.
    let _ = scope.post_message_with_transfer(&bytes, &Array::of1(&bytes.buffer()));
}

impl Desk {
    fn hear(&mut self, request: Request) {
        match request {
            Request::Ping => post(&self.scope, &Reply::Pong { version: env!("CARGO_PKG_VERSION").to_owned() }),
            Request::Open { run, task, scenario } => match Job::open(run, task, &scenario) {
                Ok(job) => {
                    self.jobs.insert(run, job);
                    post(&self.scope, &Reply::Opened { run });
                }
                Err(problems) => post(&self.scope, &Reply::Problems { run, problems }),
            },
            Request::Play { run, piece } => {
                if let Some(job) = self.jobs.get_mut(&run) {
                    job.ask(piece);
                    self.ring();
                }
            }
            Request::Close { run } => {
                self.jobs.remove(&run);
                self.untold.remove(&run);
            }
        }
    }

    fn ring(&mut self) {
        if !self.is_rung {
            self.is_rung = self.bell.post_message(&wasm_bindgen::JsValue::NULL).is_ok();
        }
    }

    /// Plays for about 20 ms: the newest run first, for that is what the user looks at.
    fn slice(&mut self) {
        self.is_rung = false;
        let begin = Date::now();
        let Desk { scope, jobs, untold, budget, .. } = self;
        while let Some((run, job)) = jobs.iter_mut().rev().find(|(_, job)| !job.is_idle()) {
            let start = Date::now();
            let played = job.advance(*budget, &mut |reply| post(scope, reply));
            *untold.entry(*run).or_default() += played;
            let now = Date::now();
            if now - start > 1.5 * SLICE {
                *budget = (*budget / 2).max(1);
            } else if played >= *budget && now - start < SLICE / 4.0 {
                *budget = (*budget * 2).min(1 << 24);
            }
            if now - begin >= SLICE {
                break;
            }
        }
        let now = Date::now();
        if now - self.told_at >= WORD {
            self.told_at = now;
            for (run, executions) in std::mem::take(&mut self.untold) {
                post(&self.scope, &Reply::Progress { run, executions });
            }
        }
        if self.jobs.values().any(|job| !job.is_idle()) {
            self.ring();
        }
    }
}
