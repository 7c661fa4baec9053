//! One replication: arrivals, routing, completions, alarms and decisions, in the order of rollouts.md 2.6.
//!
//! Between two decisions the weight is constant, and whatever starts later completes later. So all starts up to the next
//! decision are drawn at once, each with its whole future, and booked in the minutes in which they complete; then the
//! alarms are evaluated and the controller acts. That needs no queue. Only where executions hinder each other
//! (throttling), or a controller hears of every completion, they are taken one by one in the order of time.

mod course;
mod decisions;
mod order;
mod running;
mod starts;

pub(in crate::simulation) use course::{arrivals, horizon};

use super::detail::{Detail, Sample};
use super::tally::{NEVER, Row, Tally};
use crate::base::{Delay, Key, Time};
use crate::engine::tasks::DriftPer;
use crate::simulation::alarm::{Alarm, Evaluation, Watch};
use crate::simulation::arrivals::{Arrival, Arrivals, MINUTE};
use crate::simulation::metrics::{Close, Dimension, Measure, Metric, Metrics, Query, Statistic, Stream};
use crate::simulation::rollout::{Look, OnRollback, Plan, Smoke};
use crate::simulation::runner::{Customer, Runner, SMOKE};
use crate::simulation::scenario::{Scenario, WorkflowType};
use course::Course;
use order::{Again, Open};
use running::{Entry, Running};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::rc::Rc;

/// Durations that are kept before those that nobody will ask for are forgotten.
const KEPT: f64 = 1e6;
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

#[derive(Debug, Default)]
struct Watching {
    evaluations: Vec<Vec<Evaluation>>,
    sample: Sample,
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
