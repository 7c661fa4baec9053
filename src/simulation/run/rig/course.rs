//! Where a replication stands.

use crate::base::{Delay, Key, Time};
use crate::simulation::Sides;
use crate::simulation::arrivals::{ARRIVAL, Arrivals, MINUTE};
use crate::simulation::rollout::{Controller, Decision, Ending};
use crate::simulation::run::tally::{NEVER, Row};
use crate::simulation::scenario::{MAX_MINUTES, Scenario};
use std::collections::VecDeque;

/// Where a replication stands.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) replication: u64,
    pub(super) key: Key,
    /// The old version plays the new one.
    pub(super) twin: bool,
    pub(super) horizon: u64,
    /// All starts before it are drawn.
    pub(super) now: u64,
    pub(super) minute: MinuteCursor,
    /// The minute in which old durations were forgotten last.
    pub(super) settled: u64,
    /// Starts that are still allowed.
    pub(super) left: u64,
    pub(super) controller: Controller,
    /// What the alias holds, and what starts see.
    pub(super) written: u8,
    pub(super) weight: u8,
    pub(super) propagating: VecDeque<(u64, u8)>,
    pub(super) weights: Vec<(u64, u8)>,
    pub(super) edits: usize,
    pub(super) decisions: Vec<Decision>,
    pub(super) ending: Option<Ending>,
    pub(super) smoked: Option<(Time, u32)>,
    pub(super) full: u64,
    pub(super) live_since: Sides<Time>,
    pub(super) numbers: Sides<u64>,
    pub(super) closed: (u64, u64),
    pub(super) tokens: (f64, u64),
    pub(super) sequence: u64,
    /// Bad ends since the rollback.
    pub(super) after: u32,
    pub(super) row: Row,
    pub(super) done: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct MinuteCursor {
    pub(super) minute: u64,
    pub(super) key: Key,
    pub(super) count: u32,
    pub(super) next: u32,
    pub(super) listed: bool,
}

impl Course {
    pub(super) fn new(scenario: &Scenario, replication: u64, key: Key, twin: bool, horizon: u64) -> Course {
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
