//! The page's workers: hands out pieces, puts what comes back in order, and tells how far it is.

use super::job;
use super::wire::{Reply, Request, Task};
use super::{Problem, Worker};
use crate::base::Text;
use crate::simulation::customers::{Customers, Starts};
use crate::simulation::report::Report;
use crate::simulation::run::{Detail, Merge};
use crate::simulation::scenario::Scenario;
use js_sys::Date;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

/// Pieces that a worker has been asked for at once: it goes on with one while the page hears of the other.
const AHEAD: usize = 2;
/// The least time between two reports of one run, in milliseconds.
const REPORT: f64 = 250.0;
/// More workers than this gain nothing.
const MOST: u32 = 8;

/// What a run tells.
#[derive(Clone, Debug)]
pub enum Update {
    /// How far it is; about ten times a second, and at the end.
    Progress(Progress),
    /// The customers that follow those told before, the names of all errors by their numbers, and whether these are the
    /// last.
    Customers { customers: Rc<Customers>, errors: Rc<[Text]>, is_last: bool },
    /// What the replications so far come to.
    Report { report: Rc<Report>, is_last: bool },
    /// It cannot be played, or no further.
    Problems(Rc<[Problem]>),
    /// A worker died and was started again; the run goes on.
    Restarted(String),
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    pub executions: u64,
    /// The part of the whole that is done.
    pub share: f64,
    pub per_second: f64,
    /// Seconds, when there is enough to tell by.
    pub left: Option<f64>,
}

/// Workers, started when they are first needed.
#[derive(Clone, Debug)]
pub struct Pool {
    inner: Rc<RefCell<Inner>>,
}

impl PartialEq for Pool {
    fn eq(&self, other: &Pool) -> bool {
        Rc::ptr_eq(&self.inner, &other.inner)
    }
}

/// A run under way; dropped, it stops.
#[derive(Debug)]
pub struct Run {
    id: u32,
    pool: Weak<RefCell<Inner>>,
}

impl Run {
    /// Stops it. Nothing more is told.
    pub fn stop(&self) {
        if let Some(pool) = self.pool.upgrade() {
            Inner::close(&pool, self.id);
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Inner {
    size: usize,
    desks: Vec<Desk>,
    runs: BTreeMap<u32, Running>,
    last: u32,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} workers, {} runs", self.desks.len(), self.runs.len())
    }
}

/// A worker, and what it was asked for.
struct Desk {
    worker: Worker,
    /// Runs that it knows.
    open: Vec<u32>,
    asked: Vec<(u32, u64)>,
}

type Listener = Rc<dyn Fn(Update)>;

struct Running {
    task: Task,
    document: Text,
    scenario: Rc<Scenario>,
    /// Pieces that were given to a worker that died, and how often each did.
    again: Vec<u64>,
    deaths: u32,
    work: Work,
    listener: Listener,
    /// When the first worker was ready.
    begun: Option<f64>,
    executions: u64,
    progress_told: f64,
    report_told: f64,
}

enum Work {
    Rollout {
        merge: Box<Merge>,
        runner: Box<job::Runner>,
        detail: Option<Box<Detail>>,
        /// Blocks that have come, in order or not.
        came: u64,
    },
    Customers {
        count: u64,
        pieces: u64,
        asked: u64,
        /// The piece whose customers are told next, and parts of those that came too early.
        next: u64,
        early: BTreeMap<u64, (Vec<Customers>, bool)>,
        errors: Rc<[Text]>,
        told: u64,
    },
}

impl Default for Pool {
    fn default() -> Pool {
        Pool::new()
    }
}

impl Pool {
    /// One worker less than there are processors, so that the page keeps one.
    pub fn new() -> Pool {
        let processors = gloo::utils::window().navigator().hardware_concurrency() as u32;
        Pool::of((processors.saturating_sub(1)).clamp(1, MOST) as usize)
    }

    pub fn of(size: usize) -> Pool {
        Pool { inner: Rc::new(RefCell::new(Inner { size, desks: Vec::new(), runs: BTreeMap::new(), last: 0 })) }
    }

    pub fn size(&self) -> usize {
        self.inner.borrow().size
    }

    /// Plays a scenario document; `listener` hears of it, never before this returns.
    pub fn run(&self, task: Task, document: Text, listener: impl Fn(Update) + 'static) -> Run {
        let mut inner = self.inner.borrow_mut();
        inner.last += 1;
        let id = inner.last;
        let listener: Listener = Rc::new(listener);
        match Running::new(task, document, Rc::clone(&listener)) {
            Ok(running) => {
                inner.runs.insert(id, running);
                drop(inner);
                let pool = Rc::downgrade(&self.inner);
                wasm_bindgen_futures::spawn_local(async move {
                    if let Some(pool) = pool.upgrade() {
                        Inner::hand_out(&pool);
                    }
                });
            }
            Err(problems) => {
                let stopped = Rc::downgrade(&self.inner);
                wasm_bindgen_futures::spawn_local(async move {
                    if stopped.upgrade().is_some() {
                        listener(Update::Problems(problems.into()));
                    }
                });
            }
        }
        Run { id, pool: Rc::downgrade(&self.inner) }
    }
}

impl Running {
    fn new(task: Task, document: Text, listener: Listener) -> Result<Running, Vec<Problem>> {
        let scenario = job::read(&document)?;
        let work = match task {
            Task::Rollout => {
                let runner = Box::new(job::runner(&scenario)?);
                Work::Rollout { merge: Box::new(Merge::new(&scenario)), runner, detail: None, came: 0 }
            }
            Task::Customers => {
                let starts = Starts::new(&scenario);
                Work::Customers {
                    count: starts.count(),
                    pieces: starts.pieces(),
                    asked: 0,
                    next: 0,
                    early: BTreeMap::new(),
                    errors: Rc::from([]),
                    told: 0,
                }
            }
        };
        Ok(Running {
            task,
            document,
            scenario,
            again: Vec::new(),
            deaths: 0,
            work,
            listener,
            begun: None,
            executions: 0,
            progress_told: 0.0,
            report_told: Date::now() - REPORT / 2.0,
        })
    }

    /// The next piece that nobody was asked for.
    fn wanted(&mut self) -> Option<u64> {
        if let Some(piece) = self.again.pop() {
            return Some(piece);
        }
        match &mut self.work {
            Work::Rollout { merge, .. } => merge.wanted(),
            Work::Customers { pieces, asked, .. } => {
                *asked += 1;
                (*asked <= *pieces).then(|| *asked - 1)
            }
        }
    }

    fn progress(&self) -> Progress {
        let seconds = self.begun.map_or(0.0, |begun| Date::now() - begun).max(1.0) / 1000.0;
        let share = match &self.work {
            Work::Rollout { merge, came, .. } => {
                let most = self.scenario.effort.most().div_ceil(crate::simulation::run::BLOCK).max(1);
                if merge.is_enough() { 1.0 } else { (*came as f64 / most as f64).min(0.99) }
            }
            Work::Customers { count, .. } => self.executions as f64 / (*count).max(1) as f64,
        };
        Progress {
            executions: self.executions,
            share,
            per_second: self.executions as f64 / seconds,
            left: (share > 0.02 && seconds > 0.3).then(|| seconds / share * (1.0 - share)),
        }
    }

    fn report(&self) -> Option<Report> {
        let Work::Rollout { merge, runner, detail, .. } = &self.work else { return None };
        Some(Report::new(&self.scenario, &**runner, merge, detail.as_deref()))
    }
}

impl Inner {
    fn close(pool: &Rc<RefCell<Inner>>, id: u32) {
        // A listener that stops its run from within an update finds the pool free: updates are told without it.
        let Ok(mut inner) = pool.try_borrow_mut() else { return };
        let known = inner.runs.remove(&id);
        for desk in &mut inner.desks {
            if let Some(place) = desk.open.iter().position(|run| *run == id) {
                desk.open.swap_remove(place);
                desk.worker.post(&Request::Close { run: id });
            }
            desk.asked.retain(|(run, _)| *run != id);
        }
        drop(inner);
        // What the listener holds may drop other runs: not while the pool is borrowed.
        drop(known);
    }

    fn start(pool: &Rc<RefCell<Inner>>, place: usize) -> Desk {
        let (heard, died) = (Rc::downgrade(pool), Rc::downgrade(pool));
        let worker = Worker::start(
            move |reply| {
                if let Some(pool) = heard.upgrade() {
                    Inner::hear(&pool, place, reply);
                }
            },
            move |why| {
                // Not from within its own call: the handle that is dropped holds the closure that runs.
                let died = died.clone();
                wasm_bindgen_futures::spawn_local(async move {
                    if let Some(pool) = died.upgrade() {
                        Inner::bury(&pool, place, &why);
                    }
                });
            },
        );
        Desk { worker, open: Vec::new(), asked: Vec::new() }
    }

    /// Gives every worker something to do, the newest run first.
    fn hand_out(pool: &Rc<RefCell<Inner>>) {
        if pool.borrow().runs.is_empty() {
            return;
        }
        loop {
            let place = pool.borrow().desks.len();
            let is_here = pool.borrow().desks.first().is_some_and(|desk| desk.worker.is_here());
            if place >= pool.borrow().size || is_here {
                break;
            }
            let desk = Inner::start(pool, place);
            pool.borrow_mut().desks.push(desk);
        }
        let mut inner = pool.borrow_mut();
        let Inner { desks, runs, .. } = &mut *inner;
        for ahead in 1..=AHEAD {
            for desk in desks.iter_mut() {
                if desk.asked.len() >= ahead {
                    continue;
                }
                for (run, running) in runs.iter_mut().rev() {
                    let Some(piece) = running.wanted() else { continue };
                    if !desk.open.contains(run) {
                        desk.open.push(*run);
                        let scenario = Text::clone(&running.document);
                        desk.worker.post(&Request::Open { run: *run, task: running.task, scenario });
                    }
                    desk.asked.push((*run, piece));
                    desk.worker.post(&Request::Play { run: *run, piece });
                    break;
                }
            }
        }
    }

    fn hear(pool: &Rc<RefCell<Inner>>, place: usize, reply: Reply) {
        let mut inner = pool.borrow_mut();
        let Inner { desks, runs, .. } = &mut *inner;
        let (run, piece) = match &reply {
            Reply::Pong { .. } => return,
            Reply::Opened { run }
            | Reply::Progress { run, .. }
            | Reply::Detail { run, .. }
            | Reply::Problems { run, .. } => (*run, None),
            Reply::Block { run, block } => (*run, Some(block.number)),
            Reply::Customers { run, piece, done, .. } => (*run, done.then_some(*piece)),
        };
        if let (Some(piece), Some(desk)) = (piece, desks.get_mut(place)) {
            desk.asked.retain(|asked| *asked != (run, piece));
        }
        let Some(running) = runs.get_mut(&run) else {
            drop(inner);
            return Inner::hand_out(pool);
        };
        let listener = Rc::clone(&running.listener);
        let (updates, is_over) = running.take(reply);
        // It stays until it is told, so that the listener can still stop it.
        let over = if is_over { runs.remove(&run) } else { None };
        drop(inner);
        Inner::hand_out(pool);
        updates.into_iter().for_each(|update| listener(update));
        if is_over {
            Inner::close(pool, run);
        }
        drop(over);
    }

    /// A worker died: another one takes its place, and its pieces are played again.
    fn bury(pool: &Rc<RefCell<Inner>>, place: usize, why: &str) {
        let fresh = Inner::start(pool, place);
        let mut told: Vec<(Listener, Update)> = Vec::new();
        let mut inner = pool.borrow_mut();
        let Inner { desks, runs, .. } = &mut *inner;
        let dead = desks.get_mut(place).map(|desk| std::mem::replace(desk, fresh));
        let mut over = Vec::new();
        for (run, piece) in dead.iter().flat_map(|desk| desk.asked.iter().copied()) {
            let Some(running) = runs.get_mut(&run) else { continue };
            running.again.push(piece);
            if let Work::Customers { early, .. } = &mut running.work {
                // What it had told of the piece will come again, from its beginning.
                early.remove(&piece);
            }
            if told.iter().any(|(listener, _)| Rc::ptr_eq(listener, &running.listener)) {
                continue;
            }
            running.deaths += 1;
            if running.deaths > 2 {
                let message = "the workers that play this scenario die of it".to_owned();
                let help = Some(format!("this is a fault of Weir, not yours; what the last one said: {why}"));
                let problem = Problem { pointer: String::new(), message, help };
                told.push((Rc::clone(&running.listener), Update::Problems([problem].into())));
                over.push(run);
            } else {
                told.push((Rc::clone(&running.listener), Update::Restarted(why.to_owned())));
            }
        }
        drop(inner);
        drop(dead);
        over.into_iter().for_each(|run| Inner::close(pool, run));
        told.into_iter().for_each(|(listener, update)| listener(update));
        Inner::hand_out(pool);
    }
}

impl Running {
    /// Takes a reply in: what is to be told, and whether that is all.
    fn take(&mut self, reply: Reply) -> (Vec<Update>, bool) {
        let mut updates = Vec::new();
        let mut is_over = false;
        let now = Date::now();
        match reply {
            Reply::Pong { .. } => {}
            Reply::Opened { .. } => drop(self.begun.get_or_insert(now)),
            Reply::Problems { problems, .. } => return (vec![Update::Problems(problems.into())], true),
            Reply::Progress { executions, .. } => self.executions += executions,
            Reply::Detail { detail: wire, .. } => {
                if let Work::Rollout { detail, .. } = &mut self.work {
                    *detail = Some(Box::new(wire.into()));
                }
            }
            Reply::Block { block, .. } => {
                if let Work::Rollout { merge, came, .. } = &mut self.work {
                    *came += 1;
                    merge.add(block);
                    is_over = merge.is_enough();
                }
                if is_over || now - self.report_told >= REPORT {
                    self.report_told = now;
                    updates.extend(self.report().map(|report| {
                        self.executions = self.executions.max(report.executions);
                        Update::Report { report: Rc::new(report), is_last: is_over }
                    }));
                }
            }
            Reply::Customers { piece, customers, errors, done, .. } => {
                is_over = self.take_customers(piece, customers, errors, done, &mut updates);
            }
        }
        if is_over || now - self.progress_told >= 100.0 {
            self.progress_told = now;
            updates.insert(0, Update::Progress(self.progress()));
        }
        (updates, is_over)
    }

    fn take_customers(
        &mut self,
        piece: u64,
        customers: Customers,
        names: Vec<Text>,
        done: bool,
        updates: &mut Vec<Update>,
    ) -> bool {
        let Work::Customers { pieces, next, early, errors, told, count, .. } = &mut self.work else { return false };
        if names.len() > errors.len() {
            *errors = names.into();
        }
        let (parts, is_whole) = early.entry(piece).or_default();
        parts.push(customers);
        *is_whole = done;
        let mut ready: Option<Customers> = None;
        // Only whole pieces are told: one whose worker dies is played again from its beginning.
        while early.get(next).is_some_and(|(_, is_whole)| *is_whole) {
            for part in early.remove(next).into_iter().flat_map(|(parts, _)| parts) {
                match &mut ready {
                    None => ready = Some(part),
                    Some(ready) => ready.append(&part),
                }
            }
            *next += 1;
        }
        let is_last = *next >= *pieces;
        if let Some(customers) = ready {
            *told += customers.len() as u64;
            self.executions = if is_last { *count } else { self.executions.max(*told) };
            updates.push(Update::Customers { customers: Rc::new(customers), errors: Rc::clone(errors), is_last });
        }
        is_last
    }
}
