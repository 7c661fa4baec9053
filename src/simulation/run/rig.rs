//! One replication: arrivals, routing, completions, alarms and decisions, in the order of rollouts.md 2.6.
//!
//! Between two decisions the weight is constant, and whatever starts later completes later. So all starts up to the next
//! decision are drawn at once, each with its whole future, and booked in the minutes in which they complete; then the
//! alarms are evaluated and the controller acts. That needs no queue. Only where executions hinder each other
//! (throttling), or a controller hears of every completion, they are taken one by one in the order of time.

use super::detail::{Detail, Sample};
use super::route;
use super::tally::{NEVER, Row, Tally};
use crate::base::{Delay, Key, Time};
use crate::engine::tasks::DriftPer;
use crate::simulation::Sides;
use crate::simulation::alarm::{Alarm, Evaluation, Watch};
use crate::simulation::arrivals::{ARRIVAL, Arrival, Arrivals, MINUTE};
use crate::simulation::metrics::{Close, Dimension, Measure, Metric, Metrics, Query, Statistic, Stream};
use crate::simulation::rollout::{Cause, Controller, Decision, Ending, Look, OnRollback, Plan, Smoke, Stage};
use crate::simulation::runner::{Ahead, Customer, Fate, LANES, LOSS, Runner, SMOKE, Start};
use crate::simulation::scenario::{MAX_MINUTES, Scenario, Throttle, WorkflowType};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::rc::Rc;

/// Billed durations are rounded up to this.
const BILLED: u64 = 100_000_000;
/// Decisions at one instant; more are a controller that goes round.
const MAX_ACTS: u32 = 10_000;
/// Minutes whose alarms are evaluated before anyone asks how much the budget has left.
const PIECE: u64 = 256;
/// Durations that are kept before those that nobody will ask for are forgotten.
const KEPT: f64 = 1e6;
/// After so long a start is tried again, in nanoseconds.
const AGAIN: u64 = 1_000_000_000;
/// A replication is kept in full for charts unless that takes more bytes than this.
const MAX_WATCHED: u64 = 64_000_000;

/// Everything that one replication after the other is played with.
#[derive(Debug)]
pub(super) struct Rig<R> {
    scenario: Rc<Scenario>,
    pub runner: R,
    arrivals: Arrivals,
    metrics: Metrics,
    watches: Vec<Watch>,
    /// Executions are taken one by one.
    ordered: bool,
    /// Which executions of the new version run at any instant is remembered.
    remembers: bool,
    /// What they are is, too: they may be stopped.
    aborts: bool,
    /// Which executions are open is known.
    counts_open: bool,
    /// What an evaluation of each alarm costs.
    efforts: Vec<u64>,
    /// How many minutes durations are kept, where percentiles are asked for.
    times_for: Option<u64>,
    /// For whom.
    timed: Vec<Dimension>,
    /// How many minutes metrics are late.
    delay: u64,
    /// After so many minutes old durations are forgotten.
    stride: u64,
    /// But not where charts show them.
    keeps_times: bool,
    express: bool,
    /// The starts of one minute in the order of time, where they are needed so.
    listed: Vec<Arrival>,
    open: BinaryHeap<Reverse<Open>>,
    /// All wait equally long, so they come up in the order in which they were refused.
    again: VecDeque<Again>,
    ledger: Vec<Entry>,
    running: Running,
    course: Course,
    /// What charts want to know, if they do.
    watch: Option<Box<Watching>>,
    /// What was done besides running executions, in executions: the next look at the budget takes it off.
    spent: u64,
}

/// An execution that is about to start: its draws that no version has a part in.
#[derive(Clone, Copy, Debug)]
struct Lane {
    key: Key,
    at: Time,
    class: u32,
    new: bool,
}

/// Whether an execution runs on the new version under a weight.
#[inline(always)]
fn is_new(key: Key, weight: u8) -> bool {
    // No draw decides over all or nothing.
    weight >= 100 || (weight > 0 && route(key) < weight)
}

/// An execution that is running: when it closes, and its number with whether it is on the new version and closes well.
type Open = (u64, u64);
/// A start that is tried again: when, its minute and index, and how often it was tried.
type Again = (u64, u64, u32, u32);

/// When the executions of the new version that run close, and which of them badly. Those that have closed are forgotten
/// when there is no room for more.
#[derive(Debug, Default)]
struct Running {
    /// Twice the end, and 1 where it is a bad one.
    ends: Vec<u64>,
}

impl Running {
    fn add(&mut self, end: u64, bad: bool, now: u64) {
        if self.ends.len() == self.ends.capacity() {
            self.ends.retain(|known| known >> 1 > now);
            make_room(&mut self.ends);
        }
        self.ends.push(end.min(u64::MAX >> 1) << 1 | u64::from(bad));
    }

    /// How many run, and how many of them will close badly. What closes at this very instant has closed before anyone
    /// decides.
    fn at(&self, now: u64) -> (u32, u32) {
        let running = self.ends.iter().filter(|known| **known >> 1 > now);
        running.fold((0, 0), |(all, bad), known| (all + 1, bad + (*known as u32 & 1)))
    }
}

/// Makes room in a list that what is over was taken out of: half as much again, so that it is not done all the time.
fn make_room<T>(list: &mut Vec<T>) {
    if list.len() * 3 > list.capacity() * 2 || list.capacity() < 1000 {
        list.reserve_exact((list.capacity() / 2).max(1000));
    }
}

/// An execution of the new version.
#[derive(Clone, Copy, Debug)]
struct Entry {
    start: u64,
    end: u64,
    fate: Fate,
    class: u32,
    lost: bool,
    attributable: bool,
}

#[derive(Debug, Default)]
struct Watching {
    evaluations: Vec<Vec<Evaluation>>,
    sample: Sample,
}

/// Where a replication stands.
#[derive(Debug)]
struct Course {
    replication: u64,
    key: Key,
    /// The old version plays the new one.
    twin: bool,
    horizon: u64,
    /// All starts before it are drawn.
    now: u64,
    minute: MinuteCursor,
    /// The minute in which old durations were forgotten last.
    settled: u64,
    /// Starts that are still allowed.
    left: u64,
    controller: Controller,
    /// What the alias holds, and what starts see.
    written: u8,
    weight: u8,
    propagating: VecDeque<(u64, u8)>,
    weights: Vec<(u64, u8)>,
    edits: usize,
    decisions: Vec<Decision>,
    ending: Option<Ending>,
    smoked: Option<(Time, u32)>,
    full: u64,
    live_since: Sides<Time>,
    numbers: Sides<u64>,
    closed: (u64, u64),
    tokens: (f64, u64),
    sequence: u64,
    /// Bad ends since the rollback.
    after: u32,
    row: Row,
    done: bool,
}

#[derive(Clone, Copy, Debug)]
struct MinuteCursor {
    minute: u64,
    key: Key,
    count: u32,
    next: u32,
    listed: bool,
}

impl<R: Runner> Rig<R> {
    pub fn new(scenario: Rc<Scenario>, runner: R) -> Rig<R> {
        let arrivals = arrivals(&scenario);
        let by_number = scenario.versions.iter().flat_map(|version| &version.behaviours).any(|(_, behaviour)| {
            behaviour.cases.iter().any(|case| case.drift.is_some_and(|drift| drift.per == DriftPer::Execution))
        });
        let plan = &scenario.strategy.plan;
        let ordered = scenario.throttle.is_some() || plan.follows_closes() || by_number;
        let aborts = scenario.strategy.on_rollback == OnRollback::Abort;
        // Where starts are evenly spaced, executions can close at the very instant of a rollback, too.
        let remembers = aborts || turns_back_off_minutes(plan) || !scenario.traffic.rate.is_poisson();
        let limited = scenario.throttle.is_some_and(|throttle| throttle.max_open.is_some());
        let counts_open = limited || plan.follows_closes();
        let percentile = |query: &Query| {
            matches!(query.measure, Measure::Statistic(Metric::ExecutionTime, Statistic::Percentile(_)))
        };
        // What asks for percentiles, and how many minutes it looks back.
        let mut asked: Vec<(&Query, u64)> = Vec::new();
        asked.extend(scenario.alarms.iter().map(|alarm| (&alarm.query, u64::from(alarm.period))));
        match plan {
            Plan::Argo(argo) => asked.extend(argo.measurements().map(|asks| (&asks.query, asks.window))),
            Plan::Flagger(flagger) => asked.extend(flagger.checks.iter().map(|asks| (&asks.query, asks.window))),
            _ => {}
        }
        asked.retain(|(query, _)| percentile(query));
        let timed = asked.iter().map(|(query, _)| query.dimension).collect();
        let delay = scenario.metrics.publish_delay.as_nanos().div_ceil(MINUTE);
        let times_for = asked.iter().map(|(_, back)| back + delay + 1).max();
        let length = scenario.length().unwrap_or(Delay::from_nanos(MINUTE));
        let per_minute = scenario.traffic.rate.expected(length) / (length.as_nanos() as f64 / MINUTE as f64).max(1.0);
        let effort = |alarm: &Alarm| {
            let samples = if percentile(&alarm.query) { per_minute * f64::from(alarm.period) / 8.0 } else { 0.0 };
            alarm.effort() + samples as u64
        };
        let efforts = scenario.alarms.iter().map(effort).collect();
        let stride = ((KEPT / per_minute.max(1.0)) as u64).max(1);
        Rig {
            arrivals,
            metrics: Metrics::new(scenario.metrics),
            watches: scenario.alarms.iter().map(Watch::new).collect(),
            ordered,
            remembers,
            aborts,
            counts_open,
            efforts,
            times_for,
            timed,
            delay,
            stride,
            keeps_times: false,
            express: scenario.price.workflow_type == WorkflowType::Express,
            listed: Vec::new(),
            open: BinaryHeap::new(),
            again: VecDeque::new(),
            ledger: Vec::new(),
            running: Running::default(),
            course: Course::new(&scenario, 0, Key::new(0), false, 0),
            watch: None,
            spent: 0,
            scenario,
            runner,
        }
    }

    /// Forgets durations after so many minutes: it must not change anything.
    #[cfg(test)]
    pub fn forget_after(&mut self, minutes: u64) {
        self.stride = minutes;
    }

    /// How many durations are kept, and how many executions of the new version.
    #[cfg(test)]
    pub fn remembered(&self) -> (u64, usize) {
        (self.metrics.listed_times(), self.running.ends.len() + self.ledger.len())
    }

    /// Takes executions one by one even where that is not needed: it must not change anything.
    #[cfg(test)]
    pub fn take_one_by_one(&mut self) {
        self.ordered = true;
    }

    /// Begins a replication. `twin` lets the old version play the new one; `watched` keeps what charts want.
    pub fn begin(&mut self, replication: u64, twin: bool, watched: bool) {
        let key = Key::new(self.scenario.seed).with(replication);
        let horizon = horizon(&self.scenario, &self.arrivals, key);
        self.runner.begin(key, Time::from_nanos(horizon));
        self.spent += self.runner.effort() + horizon / MINUTE / 16;
        let watched = watched && self.is_watchable(horizon / MINUTE);
        // Durations are kept for charts only as long as that is little.
        let few = self.scenario.traffic.rate.expected(Delay::from_nanos(horizon)) < 1e6;
        let smoke = smoke_of(&self.scenario.strategy.plan);
        self.keeps_times = watched && few;
        let hears = |dimension: &Dimension, stream| self.scenario.metrics.hears(*dimension, stream);
        let timed = |stream| self.keeps_times || self.timed.iter().any(|dimension| hears(dimension, stream));
        self.metrics.clear(horizon.div_ceil(MINUTE), timed, smoke.is_some());
        for (watch, alarm) in self.watches.iter_mut().zip(&self.scenario.alarms) {
            watch.reset(alarm);
        }
        self.listed.clear();
        self.open.clear();
        self.again.clear();
        self.ledger.clear();
        self.running.ends.clear();
        let mut old = std::mem::replace(&mut self.course, Course::new(&self.scenario, replication, key, twin, horizon));
        // The memory of the last replication serves the next.
        old.decisions.clear();
        old.weights.clear();
        self.course.decisions = old.decisions;
        self.course.weights = old.weights;
        self.course.weights.push((0, self.course.weight));
        self.watch = watched.then(|| {
            let evaluations = vec![Vec::new(); self.watches.len()];
            Box::new(Watching { evaluations, sample: Sample::default() })
        });
        if let Some(smoke) = smoke {
            self.smoke(smoke, key);
        }
    }

    /// Whether a replication of so many minutes can be kept in full.
    fn is_watchable(&self, minutes: u64) -> bool {
        let evaluations = self.scenario.alarms.iter().map(|alarm| 64 + u64::from(alarm.range)).sum::<u64>();
        minutes * (200 + evaluations) < MAX_WATCHED
    }

    /// Executions by version ARN, before anything is shifted.
    fn smoke(&mut self, smoke: Smoke, key: Key) {
        let version = self.version(true);
        let (mut end, mut failures) = (0, 0);
        for n in 0..smoke.executions {
            let key = key.with(SMOKE).with(u64::from(n));
            let class = self.scenario.class_of(key);
            let customer = Customer { key, class, start: Time::ZERO, live_since: Time::ZERO, number: 0 };
            let fate = self.runner.run(version, &customer);
            self.metrics.start(Stream::Direct, 0);
            let closes = fate.duration.as_nanos();
            match fate.close {
                Some(close) => {
                    self.metrics.close(Stream::Direct, closes, closes, close, false);
                    end = end.max(closes);
                    failures += u32::from(close != Close::Succeeded);
                }
                None => end = NEVER,
            }
        }
        self.course.smoked = Some((Time::from_nanos(end), failures));
    }

    /// The place of a version, as the runner knows it.
    #[inline(always)]
    fn version(&self, new: bool) -> usize {
        if new && !self.course.twin { self.scenario.new } else { self.scenario.old }
    }

    /// Goes on with the replication while the budget, a number of executions, lasts. Whether it is over.
    pub fn advance(&mut self, budget: &mut u64, tally: &mut Tally) -> bool {
        let scenario = Rc::clone(&self.scenario);
        let plan = &scenario.strategy.plan;
        while !self.course.done {
            if self.spent > 0 {
                *budget = budget.saturating_sub(std::mem::take(&mut self.spent));
                if *budget == 0 {
                    return false;
                }
            }
            let course = &self.course;
            let act = course.controller.next(plan).as_nanos();
            let edit = scenario.alias.edits.get(course.edits).map_or(NEVER, |(at, _)| at.as_nanos());
            let propagated = course.propagating.front().map_or(NEVER, |(at, _)| *at);
            let mut boundary = act.min(edit).min(propagated).min(course.horizon);
            if self.times_for.is_some() {
                // Nothing happens there, but that the past is forgotten.
                boundary = boundary.min((course.settled + self.stride) * MINUTE);
            }
            if course.now < boundary {
                let reached = match self.ordered {
                    true => self.start_in_order(boundary, budget, tally, plan),
                    false => self.start_all(boundary, budget, tally),
                };
                if !reached {
                    return false;
                }
                continue;
            }
            let acts = act <= course.now && course.ending.is_none();
            let looks = acts || course.now >= course.horizon || self.times_for.is_some();
            if looks && !self.watch_up_to(self.course.now / MINUTE) {
                continue;
            }
            if let Some(back) = self.times_for {
                let minute = self.course.now / MINUTE;
                self.course.settled = minute;
                if !self.keeps_times {
                    self.metrics.settle_times(minute.saturating_sub(self.delay), minute.saturating_sub(back));
                }
            }
            self.decide(plan);
            let course = &mut self.course;
            let over = course.now >= course.horizon || (course.twin && course.ending.is_some());
            if over {
                self.finish(tally);
            }
        }
        true
    }

    /// Draws all starts up to an instant. Whether the budget lasted.
    fn start_all(&mut self, to: u64, budget: &mut u64, tally: &mut Tally) -> bool {
        while self.course.now < to {
            let minute = self.course.now / MINUTE;
            let minute_end = (minute + 1) * MINUTE;
            let until = to.min(minute_end);
            let listed = self.course.minute.minute == minute && self.course.minute.listed;
            if minute >= self.arrivals.minutes() || (self.course.left == 0 && !listed) {
                self.course.now = to;
                break;
            }
            self.enter(minute);
            let whole = self.course.now == minute * MINUTE && until == minute_end;
            let cursor = self.course.minute;
            let cut = u64::from(cursor.count - cursor.next) > self.course.left;
            if whole && !cursor.listed && !cut && self.arrivals.is_single() {
                let mut index = cursor.next;
                let mut lanes = [Lane { key: cursor.key, at: Time::ZERO, class: 0, new: false }; LANES];
                let mut ahead = [Ahead::NOTHING; LANES];
                while index < cursor.count && *budget > 0 {
                    self.draw_ahead(minute, index, &mut lanes, &mut ahead);
                    for (lane, ahead) in lanes.iter().zip(&ahead) {
                        if index == cursor.count || *budget == 0 {
                            break;
                        }
                        self.start(lane, *ahead, minute, index, tally);
                        index += 1;
                        *budget = budget.saturating_sub(1 + self.runner.effort());
                    }
                }
                self.course.minute.next = index;
                self.course.left -= u64::from(index - cursor.next);
                if index < cursor.count {
                    return false;
                }
            } else {
                self.list();
                while let Some(arrival) = self.listed.get(self.course.minute.next as usize).copied()
                    && arrival.at(minute).as_nanos() < until
                {
                    if *budget == 0 {
                        return false;
                    }
                    self.course.minute.next += 1;
                    let key = cursor.key.with(u64::from(arrival.index()));
                    let lane = self.lane(key, arrival.at(minute));
                    self.start(&lane, Ahead::NOTHING, minute, arrival.index(), tally);
                    *budget = budget.saturating_sub(1 + self.runner.effort());
                }
            }
            self.course.now = until;
            // A minute costs something even where nothing starts in it.
            *budget = budget.saturating_sub(1);
            if *budget == 0 && until < to {
                return false;
            }
        }
        true
    }

    /// An execution that starts under the weight of now.
    #[inline(always)]
    fn lane(&self, key: Key, at: Time) -> Lane {
        Lane { key, at, class: self.scenario.class_of(key), new: is_new(key, self.course.weight) }
    }

    /// Makes the first draws of those that start next in a minute, from the `first` on; past the last they are of nobody.
    #[inline(always)]
    fn draw_ahead(&self, minute: u64, first: u32, lanes: &mut [Lane; LANES], ahead: &mut [Ahead; LANES]) {
        let minute_key = self.course.minute.key;
        for (lane, index) in lanes.iter_mut().zip(first..) {
            lane.key = minute_key.with(u64::from(index));
        }
        for (lane, index) in lanes.iter_mut().zip(first..) {
            lane.at = self.arrivals.at(minute, index, lane.key);
        }
        for lane in lanes.iter_mut() {
            *lane = self.lane(lane.key, lane.at);
        }
        let starts = lanes.map(|Lane { key, class, new, .. }| Start { key, class, version: self.version(new) });
        self.runner.draw_ahead(&starts, ahead);
    }

    /// Goes to a minute, unless it is there.
    fn enter(&mut self, minute: u64) {
        if self.course.minute.minute != minute {
            let key = self.course.key.with(minute);
            let count = self.arrivals.count(minute, key);
            self.course.minute = MinuteCursor { minute, key, count, next: 0, listed: false };
        }
    }

    /// Lists the starts of the minute in the order of time, no more than are allowed.
    fn list(&mut self) {
        let cursor = &mut self.course.minute;
        if cursor.listed {
            return;
        }
        self.listed.clear();
        self.arrivals.list(cursor.minute, cursor.key, &mut self.listed);
        self.listed.truncate(self.course.left.min(u64::from(u32::MAX)) as usize);
        cursor.listed = true;
        cursor.count = self.listed.len() as u32;
        self.course.left -= self.listed.len() as u64;
    }

    /// Takes starts and completions one by one. Whether the budget lasted.
    fn start_in_order(&mut self, to: u64, budget: &mut u64, tally: &mut Tally, plan: &Plan) -> bool {
        while self.course.now < to {
            let minute = self.course.now / MINUTE;
            let until = to.min((minute + 1) * MINUTE);
            let goes_on = minute < self.arrivals.minutes() && (self.course.left > 0 || self.course.minute.listed);
            if goes_on {
                self.enter(minute);
                self.list();
            }
            loop {
                let listed = if goes_on { self.listed.get(self.course.minute.next as usize) } else { None };
                let first = listed.map_or(NEVER, |arrival| arrival.at(minute).as_nanos());
                let again = self.again.front().map_or(NEVER, |(at, ..)| *at);
                let closes = self.open.peek().map_or(NEVER, |Reverse((end, ..))| *end);
                // At one instant: completions, then starts.
                let next = closes.min(first).min(again);
                if next > until || (next == until && closes > until) {
                    break;
                }
                if closes == next {
                    if self.close_next(plan) {
                        return true;
                    }
                    continue;
                }
                if *budget == 0 {
                    return false;
                }
                *budget -= 1;
                let (minute, index, tries) = if first <= again {
                    let index = listed.map_or(0, |arrival| arrival.index());
                    self.course.minute.next += 1;
                    (minute, index, 0)
                } else {
                    let Some((_, minute, index, tries)) = self.again.pop_front() else { break };
                    (minute, index, tries)
                };
                self.try_start(next, minute, index, tries, tally);
                *budget = budget.saturating_sub(self.runner.effort());
            }
            self.course.now = until;
            *budget = budget.saturating_sub(1);
            if *budget == 0 && until < to {
                return false;
            }
        }
        true
    }

    /// An execution closes. Whether the controller made something of it, so that the weight may be another.
    fn close_next(&mut self, plan: &Plan) -> bool {
        let Some(Reverse((end, which))) = self.open.pop() else { return false };
        let (new, well) = (which & 2 != 0, which & 1 != 0);
        if !new || !self.course.controller.hears_closes() {
            return false;
        }
        self.course.closed.0 += 1;
        self.course.closed.1 += u64::from(!well);
        let before = self.course.decisions.len();
        let now = self.course.now;
        self.course.now = end;
        self.on_stage(|controller, stage| controller.closed(plan, stage));
        if self.course.decisions.len() > before {
            self.course.row.decided_after = self.course.closed.0 as u32;
            return true;
        }
        self.course.now = now;
        false
    }

    /// Starts an execution unless a limit forbids it.
    fn try_start(&mut self, at: u64, minute: u64, index: u32, tries: u32, tally: &mut Tally) {
        if let Some(throttle) = self.scenario.throttle {
            let (tokens, since) = self.course.tokens;
            let refill = (at - since) as f64 / 1e9 * throttle.refill_per_s;
            let tokens = (tokens + refill).min(throttle.bucket);
            let full = throttle.max_open.is_some_and(|most| self.open.len() as u64 >= most);
            if tokens < 1.0 || full {
                self.course.tokens = (tokens, at);
                self.metrics.throttle(at);
                let later = at + AGAIN;
                if throttle.retries && tries < Throttle::MAX_TRIES && later < self.course.horizon {
                    self.again.push_back((later, minute, index, tries + 1));
                } else {
                    self.course.row.dropped += 1;
                }
                return;
            }
            self.course.tokens = (tokens - 1.0, at);
        }
        let key = self.course.key.with(minute).with(u64::from(index));
        let lane = self.lane(key, Time::from_nanos(at));
        let (new, fate) = self.start(&lane, Ahead::NOTHING, minute, index, tally);
        if self.counts_open {
            let end = fate.close.map_or(NEVER, |_| at.saturating_add(fate.duration.as_nanos()));
            let well = fate.close == Some(Close::Succeeded);
            self.course.sequence += 1;
            self.open.push(Reverse((end, self.course.sequence << 2 | u64::from(new) << 1 | u64::from(well))));
        }
    }

    /// Starts an execution through the alias and books its whole future.
    #[inline]
    fn start(&mut self, lane: &Lane, ahead: Ahead, minute: u64, index: u32, tally: &mut Tally) -> (bool, Fate) {
        let Lane { key, at, class, new } = *lane;
        let course = &mut self.course;
        let counted = course.numbers.of_mut(new);
        let number = *counted;
        *counted += 1;
        let customer = Customer { key, class, start: at, live_since: *course.live_since.of(new), number };
        let version = self.version(new);
        let fate = self.runner.run_on(version, &customer, ahead);
        let stream = if new { Stream::New } else { Stream::Old };
        let start = at.as_nanos();
        self.metrics.start(stream, start);
        let lost = self.metrics.switches.loss > 0.0 && key.with(LOSS).uniform() < self.metrics.switches.loss;
        let duration = fate.duration.as_nanos();
        let end = start.saturating_add(duration);
        if let Some(close) = fate.close {
            self.metrics.close(stream, end, duration, close, lost);
        }
        if self.course.twin {
            return (new, fate);
        }
        *self.course.row.started.of_mut(new) += 1;
        let bad = matches!(fate.close, Some(Close::Failed | Close::TimedOut));
        let mut on_old = false;
        if new && bad && self.scenario.old != self.scenario.new {
            // The same customer with the same draws on the old version.
            let customer = Customer { live_since: self.course.live_since.old, ..customer };
            let other = self.runner.run(self.scenario.old, &customer);
            on_old = matches!(other.close, Some(Close::Failed | Close::TimedOut));
        }
        let entry = Entry { start, end, fate, class, lost, attributable: bad && !on_old };
        if new && self.remembers {
            self.remember(entry, bad, tally);
        } else {
            self.count(new, &entry, tally);
        }
        if let Some(watch) = &mut self.watch {
            watch.sample.add(&customer, (minute, index), new, &fate, on_old);
        }
        (new, fate)
    }

    /// Adds an execution of the new version to those of which a rollback wants to know.
    fn remember(&mut self, entry: Entry, bad: bool, tally: &mut Tally) {
        let now = self.course.now;
        if self.course.ending.is_some() {
            // Nobody turns back any more.
            self.course.after += u32::from(bad && self.course.row.is_rolled_back());
            return self.count(true, &entry, tally);
        }
        if !self.aborts {
            self.running.add(entry.fate.close.map_or(NEVER, |_| entry.end), bad, now);
            return self.count(true, &entry, tally);
        }
        if self.ledger.len() == self.ledger.capacity() {
            let mut ledger = std::mem::take(&mut self.ledger);
            ledger.retain(|entry| {
                let runs = entry.end > now || entry.fate.close.is_none();
                if !runs {
                    self.count(true, entry, tally);
                }
                runs
            });
            make_room(&mut ledger);
            self.ledger = ledger;
        }
        self.ledger.push(entry);
    }

    /// Adds an execution to the sums.
    #[inline(always)]
    fn count(&mut self, new: bool, entry: &Entry, tally: &mut Tally) {
        let row = &mut self.course.row;
        let version = tally.versions.of_mut(new);
        let Fate { close, error, duration, transitions, attempts } = entry.fate;
        version.started += 1;
        version.attempts += u64::from(attempts);
        version.transitions += u64::from(transitions);
        *row.transitions.of_mut(new) += u64::from(transitions);
        let bad = matches!(close, Some(Close::Failed | Close::TimedOut));
        if let Some(close) = close {
            version.closes.add(close);
            let nanos = duration.as_nanos();
            version.durations.add(nanos);
            if self.express {
                let billed = nanos.div_ceil(BILLED);
                version.billed += billed;
                *row.billed.of_mut(new) += billed;
            }
        }
        if error > 0 {
            match version.errors.get_mut(error as usize) {
                Some(count) => *count += 1,
                None => {
                    version.errors.resize(error as usize, 0);
                    version.errors.push(1);
                }
            }
        }
        if self.scenario.inputs.len() > 1 {
            if version.classes.len() < self.scenario.inputs.len() {
                version.classes.resize(self.scenario.inputs.len(), (0, 0));
            }
            if let Some((started, failed)) = version.classes.get_mut(entry.class as usize) {
                *started += 1;
                *failed += u64::from(bad);
            }
        }
        if bad {
            *row.failed.of_mut(new) += 1;
            row.attributable += u32::from(new && entry.attributable);
        }
    }

    /// Evaluates the alarms and lets everyone act who wants to at this instant.
    fn decide(&mut self, plan: &Plan) {
        let now = self.course.now;
        let scenario = Rc::clone(&self.scenario);
        while let Some((at, weight)) = scenario.alias.edits.get(self.course.edits)
            && at.as_nanos() <= now
        {
            self.course.edits += 1;
            self.on_stage(|_, stage| stage.edit_outside(*weight));
        }
        for _ in 0..MAX_ACTS {
            if self.course.controller.next(plan).as_nanos() > now || self.course.ending.is_some() {
                break;
            }
            self.spent += 1;
            self.on_stage(|controller, stage| controller.act(plan, stage));
        }
        self.see();
    }

    /// Evaluates the alarms up to a minute, or some of it. Whether that was all.
    fn watch_up_to(&mut self, minute: u64) -> bool {
        let mut reached = true;
        for (n, (watch, alarm)) in self.watches.iter_mut().zip(&self.scenario.alarms).enumerate() {
            let told = self.watch.as_mut().and_then(|watch| watch.evaluations.get_mut(n));
            let to = minute.min(watch.evaluated() + PIECE);
            self.spent += to.saturating_sub(watch.evaluated()) * self.efforts.get(n).copied().unwrap_or(1);
            watch.advance(alarm, &self.metrics, to, told);
            reached &= to == minute;
        }
        reached
    }

    /// Lets someone act, and takes note of what was done.
    fn on_stage(&mut self, act: impl FnOnce(&mut Controller, &mut Stage)) {
        let scenario = Rc::clone(&self.scenario);
        let course = &mut self.course;
        let first = course.decisions.len();
        let mut stage = Stage {
            now: Time::from_nanos(course.now),
            weight: course.written,
            alarms: &scenario.alarms,
            watches: &self.watches,
            metrics: Some(&self.metrics),
            guards: &scenario.strategy.guards,
            at_start: scenario.strategy.at_start,
            closed: course.closed,
            smoked: course.smoked,
            decisions: std::mem::take(&mut course.decisions),
            ending: course.ending,
        };
        act(&mut course.controller, &mut stage);
        let Stage { decisions, ending, weight, .. } = stage;
        course.decisions = decisions;
        let turned = course.ending.is_none() && ending == Some(Ending::RolledBack);
        course.ending = ending;
        if weight != course.written {
            course.written = weight;
            let seen = course.now.saturating_add(scenario.alias.propagation.as_nanos());
            course.propagating.push_back((seen, weight));
        }
        if weight == 100 {
            course.full = course.full.min(course.now);
        } else if course.decisions.len() > first {
            course.full = NEVER;
        }
        if turned {
            let cause = course.decisions.last().map(|decision| &decision.cause);
            if let Some(Cause::Alarm { alarm }) = cause {
                course.row.alarm = *alarm as u32;
            }
            course.row.rolled_back = course.now;
            self.turn_back();
        }
        self.see();
    }

    /// Weights that have propagated are what starts see.
    fn see(&mut self) {
        let course = &mut self.course;
        while let Some((at, weight)) = course.propagating.front().copied()
            && at <= course.now
        {
            course.propagating.pop_front();
            course.weight = weight;
            course.weights.push((course.now, weight));
            if weight > 0 && course.row.first_shift == NEVER {
                course.row.first_shift = course.now;
                course.live_since.new = Time::from_nanos(course.now);
            }
        }
    }

    /// The rollout was rolled back at this instant: what of the new version still runs?
    fn turn_back(&mut self) {
        let now = self.course.now;
        if !self.remembers {
            let done = self.metrics.stream(Stream::New).iter().take((now / MINUTE) as usize);
            let (closed, _) = done.fold((0, 0), |(closed, bad), m| (closed + m.closed(), bad + m.bad()));
            self.course.row.in_flight = self.course.row.started.new.saturating_sub(closed);
            return;
        }
        if !self.aborts {
            (self.course.row.in_flight, self.course.after) = self.running.at(now);
            return;
        }
        let running = |entry: &Entry| entry.end > now || entry.fate.close.is_none();
        self.course.row.in_flight = self.ledger.iter().filter(|entry| running(entry)).count() as u32;
        for entry in self.ledger.iter_mut().filter(|entry| running(entry)) {
            if let Some(close) = entry.fate.close {
                self.metrics.reopen(Stream::New, entry.end, entry.fate.duration.as_nanos(), close, entry.lost);
            }
            let ran = Delay::from_nanos(now - entry.start);
            entry.end = now;
            entry.fate = Fate { close: Some(Close::Aborted), error: 0, duration: ran, ..entry.fate };
            entry.attributable = false;
            self.metrics.close(Stream::New, now, ran.as_nanos(), Close::Aborted, entry.lost);
        }
    }

    fn finish(&mut self, tally: &mut Tally) {
        self.course.done = true;
        let ledger = std::mem::take(&mut self.ledger);
        ledger.iter().for_each(|entry| self.count(true, entry, tally));
        self.ledger = ledger;
        let turned = self.course.row.rolled_back;
        let mut after = self.course.after;
        let course = &mut self.course;
        if turned != NEVER && !self.remembers {
            let done = self.metrics.stream(Stream::New).iter().take((turned / MINUTE) as usize);
            let before: u32 = done.map(|minute| minute.bad()).sum();
            after = course.row.failed.new.saturating_sub(before);
        }
        course.row.after_rollback = if turned == NEVER { 0 } else { after };
        course.row.full = course.full;
        course.row.ending = course.ending.into();
        if course.twin {
            tally.twins.add(&course.row);
            return;
        }
        tally.replications += 1;
        tally.add_minutes(&self.metrics, &course.weights, MINUTE);
        tally.alarms.resize(self.watches.len(), Default::default());
        tally.alarms.iter_mut().zip(&self.watches).for_each(|(sums, watch)| sums.add(watch));
    }

    /// What the replication came to, once it is over.
    pub fn row(&self) -> Row {
        self.course.row
    }

    /// The replication in full, once it is over, if it was watched.
    pub fn detail(&mut self) -> Option<Detail> {
        let Watching { evaluations, sample } = *self.watch.take()?;
        if !self.keeps_times {
            self.metrics.forget_times();
        }
        let course = &self.course;
        Some(Detail::new(
            course.replication,
            &self.metrics,
            course.weights.clone(),
            evaluations,
            course.decisions.clone(),
            sample,
            Delay::from_nanos(course.horizon),
        ))
    }
}

impl Course {
    fn new(scenario: &Scenario, replication: u64, key: Key, twin: bool, horizon: u64) -> Course {
        let weight = scenario.alias.weight;
        let row = Row { first_shift: if weight > 0 { 0 } else { NEVER }, ..Row::default() };
        Course {
            replication,
            key,
            twin,
            horizon,
            now: 0,
            // No minute yet: the key of none is that of the replication's arrivals.
            minute: MinuteCursor { minute: NEVER, key: key.with(ARRIVAL), count: 0, next: 0, listed: false },
            settled: 0,
            left: scenario.traffic.count.unwrap_or(u64::MAX),
            controller: Controller::new(&scenario.strategy.plan),
            written: weight,
            weight,
            propagating: VecDeque::new(),
            weights: Vec::new(),
            edits: 0,
            decisions: Vec::new(),
            ending: None,
            smoked: None,
            full: NEVER,
            live_since: Sides::default(),
            numbers: Sides::default(),
            closed: (0, 0),
            tokens: (scenario.throttle.map_or(0.0, |throttle| throttle.bucket), 0),
            sequence: 0,
            after: 0,
            row,
            done: false,
        }
    }
}

/// When everything ends. Where only a number of executions says so, that depends on the draws.
pub(in crate::simulation) fn horizon(scenario: &Scenario, arrivals: &Arrivals, key: Key) -> u64 {
    let Some(count) = scenario.traffic.count.filter(|_| scenario.length().is_none()) else {
        return scenario.length().unwrap_or_default().as_nanos();
    };
    let mut sum = 0;
    for minute in 0..MAX_MINUTES {
        sum += u64::from(arrivals.count(minute, key.with(minute)));
        if sum >= count {
            return (minute + 1) * MINUTE;
        }
    }
    MAX_MINUTES * MINUTE
}

/// All starts of a scenario.
pub(in crate::simulation) fn arrivals(scenario: &Scenario) -> Arrivals {
    Arrivals::new(&scenario.traffic, scenario.length().unwrap_or(Delay::from_secs(60 * MAX_MINUTES)))
}

/// The smoke test that a plan begins with.
fn smoke_of(plan: &Plan) -> Option<Smoke> {
    match plan {
        Plan::Steps(steps) => steps.smoke,
        _ => None,
    }
}

/// Whether a plan may roll back at instants that are no whole minutes, so that minutes alone do not tell what ran then.
fn turns_back_off_minutes(plan: &Plan) -> bool {
    match plan {
        Plan::Nothing => false,
        Plan::Steps(steps) => steps.look != Look::Always,
        Plan::Manual(actions) => actions.iter().any(|action| action.at.as_nanos() % MINUTE != 0),
        _ => true,
    }
}
