//! The customers of a run, each with what becomes of it on the old version and on the new one.
//!
//! A weight changes who goes where, never who comes: so with both futures at hand, any weight is a matter of counting.
//! [`Starts`] says who comes, [`Both`] plays each on both versions in pieces that anybody can compute anywhere, and
//! [`tell`] counts for a weight. For that weight the counts are those that [`simulate`](super::simulate) reports. Not
//! here: rollouts, alarms and limits, in which executions feed back on each other ([`feeds_back`]).
//!
//! ```
//! use std::rc::Rc;
//! use weir::simulation::{customers::{Both, Customers, Starts, tell}, runner, runner::Runner, scenario::Scenario};
//! let scenario = Rc::new(Scenario::parse(r#"{"weir": 1, "alias": {"weights": {"1": 90, "2": 10}},
//!   "traffic": {"kind": "poisson", "per_min": 60, "stop": {"count": 5000}},
//!   "versions": {"1": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}},
//!                "2": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "Bug"}}}}}}"#).unwrap());
//! let starts = Rc::new(Starts::new(&scenario));
//! let mut both = Both::new(Rc::clone(&scenario), Rc::clone(&starts), runner(&scenario).unwrap());
//! let mut customers = Customers::default();
//! for piece in 0..starts.pieces() {
//!     both.begin(piece);
//!     while !both.advance(1000, &mut customers) {}
//! }
//! let told = tell(&scenario, &starts, both.runner().errors(), &customers, 25, 60);
//! assert_eq!(told.split.unwrap().observed.of, 5000);
//! assert_eq!(told.versions[1].failed, told.versions[1].started);
//! ```

use super::Sides;
use super::arrivals::{Arrival, Arrivals, MINUTE};
use super::metrics::Close;
use super::report::{SplitReport, VersionReport, version_reports};
use super::run::{Tally, VersionTally, arrivals, horizon};
use super::runner::{CLASS, Customer, ROUTE, Runner};
use super::scenario::{Scenario, WorkflowType};
use super::trail::Trail;
use crate::base::{Key, Text, Time};
use crate::engine::tasks::DriftPer;
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// Customers in a piece, unless a single minute brings more.
const PIECE: u64 = 2_000;

/// Why the counts of [`tell`] would not be those of a run: executions that feed back on each other.
pub fn feeds_back(scenario: &Scenario) -> Option<&'static str> {
    let cases = || scenario.versions.iter().flat_map(|version| &version.behaviours).flat_map(|(_, rule)| &rule.cases);
    if scenario.throttle.is_some() {
        Some("limits on starts are left out here: they make executions hinder each other")
    } else if cases().any(|case| case.drift.is_some_and(|drift| drift.per == DriftPer::Execution)) {
        Some("drift per execution counts all customers here, whichever version they go to")
    } else {
        None
    }
}

/// Who comes when: all starts of the first replication.
#[derive(Clone, Debug)]
pub struct Starts {
    arrivals: Arrivals,
    key: Key,
    /// How many come before each minute, and in all.
    before: Vec<u64>,
    /// Of each piece, its first minute; and the end of the last.
    cuts: Vec<u64>,
    /// When everything ends, in nanoseconds.
    pub horizon: u64,
}

impl Starts {
    pub fn new(scenario: &Scenario) -> Starts {
        let arrivals = arrivals(scenario);
        let key = Key::new(scenario.seed).with(0);
        let most = scenario.traffic.count.unwrap_or(u64::MAX);
        let (mut before, mut cuts, mut sum, mut last) = (vec![0], vec![0], 0, 0);
        for minute in 0..arrivals.minutes() {
            if sum >= most {
                break;
            }
            sum = (sum + u64::from(arrivals.count(minute, key.with(minute)))).min(most);
            before.push(sum);
            if sum - last >= PIECE {
                cuts.push(minute + 1);
                last = sum;
            }
        }
        let minutes = before.len() as u64 - 1;
        if cuts.last() != Some(&minutes) {
            cuts.push(minutes);
        }
        let horizon = horizon(scenario, &arrivals, key);
        Starts { arrivals, key, before, cuts, horizon }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.before.last().copied().unwrap_or(0)
    }

    pub fn pieces(&self) -> u64 {
        self.cuts.len() as u64 - 1
    }

    /// The key of the replication, below which a customer's is (minute, index).
    pub fn key(&self) -> Key {
        self.key
    }
}

/// Columns, an entry per customer in the order of starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customers {
    /// Its start in nanoseconds.
    pub at: Vec<u64>,
    /// Its place among the starts of its minute.
    pub index: Vec<u32>,
    /// Its routing draw in hundredths of a percent: it goes to the new version when the weight is above its percent.
    pub route: Vec<u16>,
    pub class: Vec<u16>,
    pub futures: Sides<Futures>,
    /// The different trails of these customers, in the order in which they come up.
    pub trails: Vec<Trail>,
}

/// What becomes of the customers on one version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Futures {
    /// A [`Close`] by its number; [`OPEN`] where it never ends.
    pub close: Vec<u8>,
    /// The number of its error; 0 is none.
    pub error: Vec<u16>,
    /// In nanoseconds.
    pub duration: Vec<u64>,
    pub transitions: Vec<u32>,
    pub attempts: Vec<u32>,
    /// The place of its trail among [`Customers::trails`]; [`UNTOLD`] where that is not known.
    pub trail: Vec<u16>,
}

/// It never closes.
pub const OPEN: u8 = 9;

/// Nobody knows which way it went.
pub const UNTOLD: u16 = u16::MAX;

impl Futures {
    /// `places`: where the trails of the others are now.
    fn append(&mut self, other: &Futures, places: &[u16]) {
        self.close.extend_from_slice(&other.close);
        self.error.extend_from_slice(&other.error);
        self.duration.extend_from_slice(&other.duration);
        self.transitions.extend_from_slice(&other.transitions);
        self.attempts.extend_from_slice(&other.attempts);
        let place = |trail: &u16| places.get(usize::from(*trail)).copied().unwrap_or(UNTOLD);
        self.trail.extend(other.trail.iter().map(place));
    }

    /// Failed or timed out.
    #[inline]
    pub fn is_bad(&self, customer: usize) -> bool {
        self.close.get(customer).is_some_and(|close| *close == 1 || *close == 2)
    }

    /// Whether it is over at an instant, had it begun at another.
    #[inline]
    pub fn is_over(&self, customer: usize, at: u64, now: u64) -> bool {
        let (Some(close), Some(duration)) = (self.close.get(customer), self.duration.get(customer)) else {
            return false;
        };
        *close != OPEN && at.saturating_add(*duration) <= now
    }
}

fn close_of(number: u8) -> Option<Close> {
    [Close::Succeeded, Close::Failed, Close::TimedOut, Close::Aborted].get(usize::from(number)).copied()
}

impl Customers {
    pub fn len(&self) -> usize {
        self.at.len()
    }

    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// Those that come later, added.
    pub fn append(&mut self, other: &Customers) {
        self.at.extend_from_slice(&other.at);
        self.index.extend_from_slice(&other.index);
        self.route.extend_from_slice(&other.route);
        self.class.extend_from_slice(&other.class);
        let places: Vec<u16> = other.trails.iter().map(|trail| self.place(trail)).collect();
        self.futures.zip(&other.futures, |own, others| own.append(others, &places));
    }

    /// The place of a trail, which may be new.
    fn place(&mut self, trail: &Trail) -> u16 {
        let known = self.trails.iter().position(|known| known == trail);
        let place = known.unwrap_or_else(|| {
            self.trails.push(trail.clone());
            self.trails.len() - 1
        });
        u16::try_from(place).unwrap_or(UNTOLD)
    }

    /// Whether a customer goes to the new version at that weight.
    #[inline]
    pub fn goes_to_new(&self, customer: usize, weight: u8) -> bool {
        self.route.get(customer).is_some_and(|route| route / 100 < u16::from(weight))
    }
}

/// Plays customers on both versions, piece by piece.
#[derive(Debug)]
pub struct Both<R> {
    scenario: Rc<Scenario>,
    starts: Rc<Starts>,
    runner: R,
    minute: u64,
    end: u64,
    /// Of the minute under way: its starts, and the next of them.
    listed: Vec<Arrival>,
    next: usize,
    /// The places of the runner's trails among those of the customers, as far as they are looked up.
    places: Vec<u16>,
}

/// Not looked up yet.
const UNKNOWN: u16 = u16::MAX - 1;

impl<R: Runner> Both<R> {
    pub fn new(scenario: Rc<Scenario>, starts: Rc<Starts>, mut runner: R) -> Both<R> {
        runner.begin(starts.key, Time::from_nanos(starts.horizon));
        Both { scenario, starts, runner, minute: 0, end: 0, listed: Vec::new(), next: 0, places: Vec::new() }
    }

    /// Begins a piece; one under way is given up.
    pub fn begin(&mut self, piece: u64) {
        let cut = |n: u64| self.starts.cuts.get(n as usize).copied().unwrap_or(0);
        (self.minute, self.end) = (cut(piece), cut(piece + 1));
        self.listed.clear();
        self.next = 0;
    }

    /// Plays so many customers of the piece and adds them. Whether the piece is done.
    pub fn advance(&mut self, mut budget: u64, out: &mut Customers) -> bool {
        // These may be other customers than those of the last time.
        self.places.clear();
        while self.minute < self.end {
            let minute_key = self.starts.key.with(self.minute);
            if self.listed.is_empty() {
                self.list();
            }
            while let Some(arrival) = self.listed.get(self.next).copied() {
                if budget == 0 {
                    return false;
                }
                self.next += 1;
                let key = minute_key.with(u64::from(arrival.index()));
                self.play(key, arrival.at(self.minute), arrival.index(), out);
                budget = budget.saturating_sub(1 + self.runner.effort());
            }
            self.listed.clear();
            self.next = 0;
            self.minute += 1;
        }
        true
    }

    /// Lists the starts of the minute, no more than are allowed.
    fn list(&mut self) {
        let Starts { arrivals, key, before, .. } = &*self.starts;
        arrivals.list(self.minute, key.with(self.minute), &mut self.listed);
        let at = |n: u64| before.get(n as usize).copied().unwrap_or(0);
        let most = at(self.minute + 1).saturating_sub(at(self.minute));
        self.listed.truncate(most as usize);
    }

    fn play(&mut self, key: Key, at: Time, index: u32, out: &mut Customers) {
        let u = key.with(ROUTE).uniform() * 100.0;
        let percent = u as u16;
        let route = percent * 100 + (((u - f64::from(percent)) * 100.0) as u16).min(99);
        let classes = &self.scenario.inputs;
        let class = if classes.len() < 2 {
            0
        } else {
            let u = key.with(CLASS).uniform();
            classes.iter().position(|class| u < class.up_to).unwrap_or(classes.len() - 1)
        };
        let number = out.len() as u64;
        let customer = Customer { key, class: class as u32, start: at, live_since: Time::ZERO, number };
        out.at.push(at.as_nanos());
        out.index.push(index);
        out.route.push(route);
        out.class.push(class as u16);
        for new in [false, true] {
            let version = if new { self.scenario.new } else { self.scenario.old };
            let fate = self.runner.run(version, &customer);
            let futures = out.futures.of_mut(new);
            futures.close.push(fate.close.map_or(OPEN, |close| close as u8));
            futures.error.push(fate.error.min(u32::from(u16::MAX)) as u16);
            futures.duration.push(fate.duration.as_nanos());
            futures.transitions.push(fate.transitions);
            futures.attempts.push(fate.attempts);
            let trail = match self.runner.trail() {
                Some(number) => self.place(number as usize, out),
                None => UNTOLD,
            };
            out.futures.of_mut(new).trail.push(trail);
        }
    }

    /// The place of a trail of the runner's among those of the customers.
    fn place(&mut self, number: usize, out: &mut Customers) -> u16 {
        if number >= self.places.len() {
            self.places.resize(number + 1, UNKNOWN);
        }
        let (Some(place), Some(trail)) = (self.places.get_mut(number), self.runner.trails().get(number)) else {
            return UNTOLD;
        };
        if *place == UNKNOWN {
            *place = out.place(trail);
        }
        *place
    }

    pub fn runner(&self) -> &R {
        &self.runner
    }
}

/// What customers come to at one weight.
#[derive(Clone, Debug)]
pub struct Told {
    pub weight: u8,
    /// The old and the new version.
    pub versions: Vec<VersionReport>,
    pub split: Option<SplitReport>,
    /// The length of a period in nanoseconds.
    pub period: u64,
    pub periods: Vec<Sides<Period>>,
    /// Failures on the new version that would have been none on the old one.
    pub attributable: u64,
    /// How many took each of [`Customers::trails`].
    pub trails: Sides<Vec<u32>>,
}

/// One period of one version.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Period {
    pub started: u32,
    /// Closed by themselves in this period, whenever they were started.
    pub closed: u32,
    /// Of these, failed or timed out.
    pub bad: u32,
    /// Percentiles 50, 90 and 99 of the durations of what closed, in milliseconds.
    pub latency: Option<[f64; 3]>,
}

/// The length of a period such that there are about so many: whole minutes, and round.
fn period(horizon: u64, wanted: u64) -> u64 {
    let minutes = horizon.div_ceil(MINUTE);
    let round = [1, 2, 3, 4, 5, 10, 15, 20, 30, 60, 120, 360, 720, 1440];
    let fits = round.into_iter().find(|length| minutes.div_ceil(*length) <= wanted);
    fits.unwrap_or_else(|| minutes.div_ceil(wanted.max(1)).div_ceil(1440) * 1440).max(1) * MINUTE
}

/// Counts customers as a weight splits them; `periods` is how many periods there may be. For many of them, and for those
/// that are still coming, see [`Count`].
pub fn tell(
    scenario: &Scenario,
    starts: &Starts,
    errors: &[Text],
    customers: &Customers,
    weight: u8,
    periods: u64,
) -> Told {
    let mut count = Count::new(scenario, starts, weight, periods);
    count.advance(customers, usize::MAX);
    count.tell(scenario, errors)
}

/// A count under way: some thousands of customers at a time, and those that come later when they come.
#[derive(Clone, Debug)]
pub struct Count {
    weight: u8,
    express: bool,
    classes: usize,
    period: u64,
    periods: Vec<Sides<Period>>,
    /// The durations of what closed, by period.
    times: Sides<Vec<Vec<u64>>>,
    tally: Tally,
    attributable: u64,
    trails: Sides<Vec<u32>>,
    counted: usize,
    /// Whether the durations are in order.
    is_sorted: bool,
}

/// A weight that is further away is counted anew.
const NEAR: u8 = 20;
/// Adding as many takes one out: sums wrap.
const TAKEN: u64 = u64::MAX;

impl Count {
    pub fn new(scenario: &Scenario, starts: &Starts, weight: u8, periods: u64) -> Count {
        let period = period(starts.horizon, periods);
        let count = starts.horizon.div_ceil(period) as usize;
        Count {
            weight,
            express: scenario.price.workflow_type == WorkflowType::Express,
            classes: if scenario.inputs.len() > 1 { scenario.inputs.len() } else { 0 },
            period,
            periods: vec![Sides::default(); count],
            times: Sides { old: vec![Vec::new(); count], new: vec![Vec::new(); count] },
            tally: Tally { replications: 1, ..Tally::default() },
            attributable: 0,
            trails: Sides::default(),
            counted: 0,
            is_sorted: false,
        }
    }

    pub fn weight(&self) -> u8 {
        self.weight
    }

    /// Counts for another weight by moving those who change sides, where that is less work than counting anew. Whether it
    /// was; if not, nothing has changed.
    pub fn shift(&mut self, starts: &Starts, customers: &Customers, weight: u8, periods: u64) -> bool {
        let is_near = self.weight.abs_diff(weight) <= NEAR && self.period == period(starts.horizon, periods);
        if !is_near || !self.is_sorted || self.counted < customers.len() {
            return false;
        }
        let rises = weight > self.weight;
        let changes = u16::from(self.weight.min(weight))..u16::from(self.weight.max(weight));
        for n in 0..self.counted {
            if customers.route.get(n).is_some_and(|route| changes.contains(&(route / 100))) {
                self.book(customers, n, !rises, TAKEN);
                self.book(customers, n, rises, 1);
            }
        }
        for is_new in [false, true] {
            let sums = self.tally.versions.of_mut(is_new);
            if sums.started == 0 {
                // As if nobody had ever been there.
                *sums = VersionTally::default();
            }
        }
        self.weight = weight;
        true
    }

    /// Counts so many of those that were not counted yet. Whether that were all.
    pub fn advance(&mut self, customers: &Customers, most: usize) -> bool {
        let end = customers.len().min(self.counted.saturating_add(most));
        self.is_sorted &= self.counted == end;
        for n in self.counted..end {
            self.book(customers, n, customers.goes_to_new(n, self.weight), 1);
        }
        self.counted = end;
        end == customers.len()
    }

    /// Counts a customer on a side, or takes it out again.
    #[inline]
    fn book(&mut self, customers: &Customers, n: usize, new: bool, by: u64) {
        let sums = self.tally.versions.of_mut(new);
        let futures = customers.futures.of(new);
        let (Some(at), Some(end)) = (customers.at.get(n), book(customers, n, new, by, self.express, sums)) else {
            return;
        };
        let (bad, few) = (futures.is_bad(n), by as u32);
        if self.classes > 0 {
            sums.classes.resize(self.classes, (0, 0));
            let class = customers.class.get(n).copied().unwrap_or(0);
            if let Some((started, failed)) = sums.classes.get_mut(usize::from(class)) {
                *started = started.wrapping_add(by);
                *failed = failed.wrapping_add(if bad { by } else { 0 });
            }
        }
        if new && bad && !customers.futures.old.is_bad(n) {
            self.attributable = self.attributable.wrapping_add(by);
        }
        let trail = futures.trail.get(n).map_or(UNTOLD, |trail| *trail);
        if trail != UNTOLD {
            let trails = self.trails.of_mut(new);
            if trails.len() <= usize::from(trail) {
                trails.resize(usize::from(trail) + 1, 0);
            }
            if let Some(count) = trails.get_mut(usize::from(trail)) {
                *count = count.wrapping_add(few);
            }
        }
        if let Some(here) = self.periods.get_mut((at / self.period) as usize) {
            let started = &mut here.of_mut(new).started;
            *started = started.wrapping_add(few);
        }
        let place = (end / self.period) as usize;
        if let (Some(here), Some(times)) = (self.periods.get_mut(place), self.times.of_mut(new).get_mut(place)) {
            let here = here.of_mut(new);
            here.closed = here.closed.wrapping_add(few);
            here.bad = here.bad.wrapping_add(if bad { few } else { 0 });
            let time = end - at;
            if !self.is_sorted {
                times.push(time);
                return;
            }
            let place = times.partition_point(|known| *known < time);
            if by == 1 {
                times.insert(place, time);
            } else if place < times.len() {
                times.remove(place);
            }
        }
    }

    /// What those that are counted come to.
    pub fn tell(&mut self, scenario: &Scenario, errors: &[Text]) -> Told {
        for new in [false, true] {
            for (here, times) in self.periods.iter_mut().zip(self.times.of_mut(new)) {
                if !self.is_sorted {
                    times.sort_unstable();
                }
                here.of_mut(new).latency = percentiles(times);
            }
        }
        self.is_sorted = true;
        let weight = self.weight;
        let all = self.counted as f64;
        let share = f64::from(weight) / 100.0;
        let (expected, variance) = (all * share, all * share * (1.0 - share));
        Told {
            weight,
            versions: version_reports(scenario, errors, &self.tally),
            split: SplitReport::new(self.tally.versions.new.started, self.counted as u64, expected, variance),
            period: self.period,
            periods: self.periods.clone(),
            attributable: self.attributable,
            trails: self.trails.clone(),
        }
    }
}

/// Adds a customer to the sums of a version, or takes it out. When it closes; never, where it does not (or so late that
/// none knows).
#[inline]
fn book(customers: &Customers, n: usize, new: bool, by: u64, express: bool, sums: &mut VersionTally) -> Option<u64> {
    let futures = customers.futures.of(new);
    let (at, duration) = (*customers.at.get(n)?, *futures.duration.get(n)?);
    let error = usize::from(*futures.error.get(n)?);
    let add = |sum: &mut u64, value: u64| *sum = sum.wrapping_add(by.wrapping_mul(value));
    add(&mut sums.started, 1);
    add(&mut sums.transitions, u64::from(*futures.transitions.get(n)?));
    add(&mut sums.attempts, u64::from(*futures.attempts.get(n)?));
    if error > 0 {
        if sums.errors.len() <= error {
            sums.errors.resize(error + 1, 0);
        }
        sums.errors.get_mut(error).into_iter().for_each(|count| add(count, 1));
    }
    let Some(close) = close_of(*futures.close.get(n)?) else { return Some(u64::MAX) };
    add(sums.closes.of_mut(close), 1);
    if by == 1 {
        sums.durations.add(duration);
    } else {
        sums.durations.take(duration);
    }
    if express {
        add(&mut sums.billed, duration.div_ceil(100_000_000));
    }
    Some(at.saturating_add(duration))
}

/// The 50th, 90th and 99th percentile in milliseconds, by nearest rank. The times are in order.
fn percentiles(times: &[u64]) -> Option<[f64; 3]> {
    let of = |percent: usize| {
        let rank = (times.len() * percent).div_ceil(100).max(1) - 1;
        times.get(rank).map(|time| *time as f64 / 1e6)
    };
    Some([of(50)?, of(90)?, of(99)?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::{runner, simulate};

    fn document(traffic: &str, weights: &str) -> String {
        let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "x", "End": true,
            "Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 2, "MaxAttempts": 1}]}}}"#;
        let version = |p: f64| {
            format!(
                r#"{{"definition": {definition}, "behaviour": {{"A": {{
                    "latency": {{"kind": "exponential", "mean_ms": 40000}},
                    "outcomes": [{{"p": {p}, "outcome": "error", "error": "E"}}]}}}}}}"#
            )
        };
        format!(
            r#"{{"weir": 1, "seed": 5, "traffic": {traffic}, "alias": {{"weights": {weights}}},
                "inputs": [{{"name": "small", "weight": 3}}, {{"name": "large"}}],
                "versions": {{"1": {}, "2": {}}}}}"#,
            version(0.1),
            version(0.4)
        )
    }

    fn play(document: &str, budget: u64, backwards: bool) -> (Scenario, Starts, Vec<Text>, Customers) {
        let scenario = Rc::new(Scenario::parse(document).unwrap());
        let starts = Rc::new(Starts::new(&scenario));
        let mut both = Both::new(Rc::clone(&scenario), Rc::clone(&starts), runner(&scenario).unwrap());
        let mut pieces: Vec<u64> = (0..starts.pieces()).collect();
        if backwards {
            pieces.reverse();
        }
        let mut parts: Vec<(u64, Customers)> = Vec::new();
        for piece in pieces {
            let mut part = Customers::default();
            both.begin(piece);
            while !both.advance(budget, &mut part) {}
            parts.push((piece, part));
        }
        parts.sort_by_key(|(piece, _)| *piece);
        let mut all = Customers::default();
        parts.iter().for_each(|(_, part)| all.append(part));
        let errors = both.runner().errors().to_vec();
        ((*scenario).clone(), (*starts).clone(), errors, all)
    }

    const TRAFFICS: [&str; 4] = [
        r#"{"kind": "poisson", "per_min": 100, "stop": {"count": 7001}}"#,
        r#"{"kind": "constant", "per_min": 0.3, "stop": {"count": 50}}"#,
        r#"{"kind": "poisson", "per_min": 30000, "stop": {"duration_ms": 90000}}"#,
        r#"{"kind": "poisson", "per_min": 50, "burst": {"kind": "fixed", "executions": 9}, "stop": {"count": 3000}}"#,
    ];

    /// The whole point: the counts for a weight are those of a run with that weight.
    #[test]
    fn counts_are_those_of_a_run() {
        for traffic in TRAFFICS {
            for weight in [0, 10, 37, 100] {
                let weights = format!(r#"{{"1": {}, "2": {weight}}}"#, 100 - weight);
                let document = document(traffic, &weights);
                let (scenario, starts, errors, customers) = play(&document, u64::MAX, false);
                let told = tell(&scenario, &starts, &errors, &customers, weight, 60);
                let report = simulate(&document).unwrap();
                assert_eq!(told.versions, report.versions, "{traffic} {weight}");
                assert_eq!(told.split.map(|split| split.sentence), report.split.map(|split| split.sentence));
                let attributable: u32 = report.rows.iter().map(|row| row.attributable).sum();
                assert_eq!(told.attributable, u64::from(attributable));
                let started: u32 = told.periods.iter().flat_map(Sides::iter).map(|period| period.started).sum();
                assert_eq!(u64::from(started), report.executions);
            }
        }
    }

    #[test]
    fn pieces_make_no_difference() {
        for traffic in TRAFFICS {
            let document = document(traffic, r#"{"1": 90, "2": 10}"#);
            let (_, _, _, whole) = play(&document, u64::MAX, false);
            let (_, starts, _, pieces) = play(&document, 7, true);
            assert!(whole == pieces, "{traffic}");
            assert_eq!(whole.len() as u64, starts.count());
        }
    }

    /// A count that goes on while customers come tells the same in the end.
    #[test]
    fn counts_go_on() {
        let document = document(TRAFFICS[0], r#"{"1": 90, "2": 10}"#);
        let (scenario, starts, errors, customers) = play(&document, u64::MAX, false);
        let whole = tell(&scenario, &starts, &errors, &customers, 30, 60);
        let mut count = Count::new(&scenario, &starts, 30, 60);
        while !count.advance(&customers, 999) {
            count.tell(&scenario, &errors);
        }
        let told = count.tell(&scenario, &errors);
        assert_eq!((told.versions, told.split, told.periods), (whole.versions, whole.split, whole.periods));
    }

    /// Who fails at the first attempt and at the second fails in A; all others go from A to the end.
    #[test]
    fn trails_tell_where_they_went() {
        let document = document(TRAFFICS[0], r#"{"1": 90, "2": 10}"#);
        let (scenario, starts, errors, customers) = play(&document, 500, true);
        let told = tell(&scenario, &starts, &errors, &customers, 30, 60);
        let a = || Some(Text::from("A"));
        let ends = |customer: &Trail| customer.ways.iter().any(|(way, _)| *way == (a(), None));
        for (new, version) in [(false, &told.versions[0]), (true, &told.versions[1])] {
            let counts = told.trails.of(new).iter().map(|count| u64::from(*count));
            let by_trail: Vec<(&Trail, u64)> = customers.trails.iter().zip(counts).collect();
            let sum = |wanted: &dyn Fn(&Trail) -> bool| -> u64 {
                by_trail.iter().filter(|(trail, _)| wanted(trail)).map(|(_, count)| count).sum()
            };
            assert_eq!(sum(&|_| true), version.started);
            assert_eq!(sum(&|trail| trail.failed_in == a()), version.failed);
            assert_eq!(sum(&ends), version.succeeded);
            assert!(version.failed > 10);
        }
    }

    /// A weight that moves on tells what it tells when it is counted anew.
    #[test]
    fn shifted_counts_are_those_counted_anew() {
        for traffic in [TRAFFICS[0], TRAFFICS[3]] {
            let document = document(traffic, r#"{"1": 90, "2": 10}"#);
            let (scenario, starts, errors, customers) = play(&document, u64::MAX, false);
            let mut count = Count::new(&scenario, &starts, 10, 60);
            assert!(!count.shift(&starts, &customers, 11, 60), "nothing is counted yet");
            count.advance(&customers, usize::MAX);
            count.tell(&scenario, &errors);
            for weight in [11, 30, 12, 0, 1, 20, 40, 60, 80, 100, 95] {
                assert!(count.shift(&starts, &customers, weight, 60));
                let (shifted, anew) =
                    (count.tell(&scenario, &errors), tell(&scenario, &starts, &errors, &customers, weight, 60));
                assert_eq!(shifted.versions, anew.versions, "{weight}");
                assert_eq!((shifted.split, shifted.periods), (anew.split, anew.periods), "{weight}");
                assert_eq!((shifted.weight, shifted.attributable), (anew.weight, anew.attributable), "{weight}");
                for (shifted, anew) in shifted.trails.iter().zip(anew.trails.iter()) {
                    let at = |trails: &[u32], n: usize| trails.get(n).copied().unwrap_or(0);
                    assert!((0..customers.trails.len()).all(|n| at(shifted, n) == at(anew, n)), "{weight}");
                }
            }
            assert!(!count.shift(&starts, &customers, 95 - NEAR - 1, 60), "that is far");
        }
    }

    #[test]
    fn nobody_turns_back_when_the_weight_rises() {
        let document = document(TRAFFICS[0], r#"{"1": 90, "2": 10}"#);
        let (_, _, _, customers) = play(&document, u64::MAX, false);
        for n in 0..customers.len() {
            let on_new: Vec<bool> = (0..=100).map(|weight| customers.goes_to_new(n, weight)).collect();
            assert!(on_new.is_sorted(), "{n}");
            assert!(!on_new[0] && on_new[100]);
        }
    }

    #[test]
    fn periods_are_round() {
        let minutes = |minutes: u64| period(minutes * MINUTE, 60) / MINUTE;
        assert_eq!([1, 60, 61, 100, 301, 86_400, 1_000_000].map(minutes), [1, 1, 2, 2, 10, 1440, 17_280]);
    }
}
