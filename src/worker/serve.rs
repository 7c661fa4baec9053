//! The worker's side: requests in, slices of work, replies out. And the same within the page, where there are no workers.

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
    /// Where replies go.
    post: Box<dyn Fn(&Reply)>,
    /// How long a slice is meant to take, in milliseconds.
    slice: f64,
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
    let to = scope.clone();
    let desk = Rc::new(RefCell::new(Desk::new(&channel, SLICE, move |reply| post(&to, reply))));
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
    fn new(channel: &MessageChannel, slice: f64, post: impl Fn(&Reply) + 'static) -> Desk {
        Desk {
            post: Box::new(post),
            slice,
            jobs: BTreeMap::new(),
            budget: 200,
            untold: BTreeMap::new(),
            told_at: 0.0,
            bell: channel.port1(),
            is_rung: false,
        }
    }

    fn hear(&mut self, request: Request) {
        match request {
            Request::Ping => (self.post)(&Reply::Pong { version: env!("CARGO_PKG_VERSION").to_owned() }),
            Request::Open { run, task, scenario } => match Job::open(run, task, &scenario) {
                Ok(job) => {
                    self.jobs.insert(run, job);
                    (self.post)(&Reply::Opened { run });
                }
                Err(problems) => (self.post)(&Reply::Problems { run, problems }),
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

    /// Plays for a moment: the newest run first, for that is what the user looks at.
    fn slice(&mut self) {
        self.is_rung = false;
        let begin = Date::now();
        let Desk { post, jobs, untold, budget, slice, .. } = self;
        while let Some((run, job)) = jobs.iter_mut().rev().find(|(_, job)| !job.is_idle()) {
            let start = Date::now();
            let played = job.advance(*budget, &mut |reply| post(reply));
            *untold.entry(*run).or_default() += played;
            let now = Date::now();
            if now - start > 1.5 * *slice {
                *budget = (*budget / 2).max(1);
            } else if played >= *budget && now - start < *slice / 4.0 {
                *budget = (*budget * 2).min(1 << 24);
            }
            if now - begin >= *slice {
                break;
            }
        }
        let now = Date::now();
        if now - self.told_at >= WORD {
            self.told_at = now;
            for (run, executions) in std::mem::take(&mut self.untold) {
                (self.post)(&Reply::Progress { run, executions });
            }
        }
        if self.jobs.values().any(|job| !job.is_idle()) {
            self.ring();
        }
    }
}

/// How long a slice is meant to take within the page, in milliseconds: it shares its thread with all that is drawn.
const SHORT: f64 = 8.0;

/// What plays within the page itself, in slices between its frames: a page without an origin of its own, as in a sandbox,
/// is given no workers.
pub struct Local {
    desk: Rc<RefCell<Desk>>,
    requests: Rc<RefCell<Vec<Request>>>,
    channel: MessageChannel,
    _work: Closure<dyn FnMut(MessageEvent)>,
}

impl std::fmt::Debug for Local {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Local")
    }
}

impl Local {
    /// Nothing, where the browser does not even have channels. `on_reply` is never called from within `post`.
    pub fn start(on_reply: impl Fn(Reply) + 'static) -> Option<Local> {
        let channel = MessageChannel::new().ok()?;
        let (requests, replies) = (Rc::new(RefCell::new(Vec::new())), Rc::new(RefCell::new(Vec::new())));
        let told = Rc::clone(&replies);
        let post = move |reply: &Reply| told.borrow_mut().push(reply.clone());
        let desk = Rc::new(RefCell::new(Desk::new(&channel, SHORT, post)));
        let (at_work, asked) = (Rc::clone(&desk), Rc::clone(&requests));
        let work = Closure::<dyn FnMut(MessageEvent)>::new(move |_| {
            let heard: Vec<Request> = std::mem::take(&mut *asked.borrow_mut());
            let mut desk = at_work.borrow_mut();
            heard.into_iter().for_each(|request| desk.hear(request));
            desk.slice();
            drop(desk);
            let told: Vec<Reply> = std::mem::take(&mut *replies.borrow_mut());
            told.into_iter().for_each(&on_reply);
        });
        channel.port2().set_onmessage(Some(work.as_ref().unchecked_ref()));
        Some(Local { desk, requests, channel, _work: work })
    }

    pub fn post(&self, request: &Request) {
        self.requests.borrow_mut().push(request.clone());
        // While it works it looks for requests anyway.
        if let Ok(mut desk) = self.desk.try_borrow_mut() {
            desk.ring();
        }
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.channel.port2().set_onmessage(None);
    }
}
