//! Running one execution of a simulation again, alone and with its whole history.

use super::drive::{Driver, EPOCH};
use super::machines::Machines;
use crate::asl::Program;
use crate::base::{Delay, Diagnostic, Key, Text, Time, Value};
use crate::engine::{Execution, Identity, Log};
use crate::simulation::arrivals::Arrival;
use crate::simulation::run::{Shown, arrivals, horizon};
use crate::simulation::runner::{Customer, Fate};
use crate::simulation::scenario::Scenario;
use std::rc::Rc;

/// Which execution of a simulation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Which {
    pub replication: u64,
    /// The minute of its start, and its place among the starts of it.
    pub minute: u64,
    pub index: u32,
    /// When the version got its first share of traffic, and how many executions of it were started before: what
    /// probabilities that drift go by.
    pub live_since: Time,
    pub number: u64,
}

impl Which {
    /// The n-th execution of a replication, from 0, by minute and place; none where there are not so many.
    pub fn nth(scenario: &Scenario, replication: u64, number: u64) -> Option<Which> {
        let arrivals = arrivals(scenario);
        let key = Key::new(scenario.seed).with(replication);
        let mut left = number;
        for minute in 0..arrivals.minutes() {
            let count = u64::from(arrivals.count(minute, key.with(minute)));
            if left < count {
                return Some(Which { replication, minute, index: left as u32, number, ..Which::default() });
            }
            left -= count;
        }
        None
    }
}

impl Shown {
    /// Which execution of the simulation it is.
    pub fn which(&self, replication: u64) -> Which {
        let live_since = Time::from_nanos(self.live_since);
        Which { replication, minute: self.minute, index: self.index, live_since, number: self.number }
    }
}

/// An execution of a simulation as the inspector opens it.
#[derive(Debug)]
pub struct Replay {
    pub program: Rc<Program>,
    /// Its input class, and the input.
    pub class: u32,
    pub input: Value,
    pub identity: Rc<Identity>,
    /// When it starts on the scenario's clock, which reads zero at 2026-01-01T00:00:00Z.
    pub start: Time,
    /// All events.
    pub log: Log,
    /// The execution as it ended.
    pub execution: Execution,
    /// What the simulation booked of it; the number of its error is that of [`Runner::errors`](super::Runner::errors).
    pub fate: Fate,
    pub error: Option<Text>,
    /// Nothing where it never ends.
    pub duration: Option<Delay>,
}

/// Runs an execution of a simulation again, on the version of that name.
///
/// ```
/// use weir::simulation::{interpret::{Which, replay}, scenario::Scenario};
/// let document = r#"{"weir": 1, "traffic": {"kind": "poisson", "per_min": 60, "stop": {"count": 10}},
///   "versions": {"1": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 5, "End": true}}}}},
///   "alias": {"weights": {"1": 100}}}"#;
/// let scenario = Scenario::parse(document).unwrap();
/// let replay = replay(&scenario, Which::nth(&scenario, 0, 3).unwrap(), "1").unwrap().unwrap();
/// assert_eq!(replay.log.events.len(), 4);
/// assert_eq!(replay.duration.unwrap().as_secs_f64(), 5.0);
/// ```
///
/// # Errors
/// What is wrong with the definitions. Nothing is the answer where there is no such version or execution.
pub fn replay(scenario: &Scenario, which: Which, version: &str) -> Result<Option<Replay>, Vec<Diagnostic>> {
    let mut machines = Machines::new(scenario)?;
    let Some(place) = scenario.versions.iter().position(|known| *known.name == *version) else { return Ok(None) };
    let arrivals = arrivals(scenario);
    let replication = Key::new(scenario.seed).with(which.replication);
    let minute = replication.with(which.minute);
    if which.minute >= arrivals.minutes() {
        return Ok(None);
    }
    let mut listed = Vec::new();
    arrivals.list(which.minute, minute, &mut listed);
    let found = listed.iter().find(|arrival| arrival.index == which.index);
    let Some(Arrival { at, .. }) = found.copied() else { return Ok(None) };
    let key = minute.with(u64::from(which.index));
    let class = scenario.class_of(key);
    let customer = Customer { key, class, start: at, live_since: which.live_since, number: which.number };
    machines.begin(replication, Time::from_nanos(horizon(scenario, &arrivals, replication)));
    let Some(machine) = machines.list.get(place) else { return Ok(None) };
    let mut log = Log::default();
    let (execution, played) = Driver::default().play(&machines, machine, &customer, &mut log, &mut ());
    Ok(Some(Replay {
        program: Rc::clone(&machine.program),
        class,
        input: machine.inputs.get(class as usize).cloned().unwrap_or_default(),
        identity: super::drive::identity::<Log>(machine, key),
        start: EPOCH + at.since(Time::ZERO),
        log,
        execution,
        fate: machines.fate(&played),
        error: played.error.clone(),
        duration: played.close.map(|_| played.duration),
    }))
}
