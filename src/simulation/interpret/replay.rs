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
    let found = listed.iter().find(|arrival: &&Arrival| arrival.index() == which.index);
    let Some(at) = found.map(|arrival| arrival.at(which.minute)) else { return Ok(None) };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::EventKind;
    use crate::simulation::run::{Budget, ShownClose, Simulation};
    use crate::simulation::runner;

    /// What is drawn as a dot opens as the execution that was counted.
    #[test]
    fn every_shown_execution_can_be_opened() {
        let definition = r#"{"StartAt": "T", "TimeoutSeconds": 9, "States": {"T": {"Type": "Task", "Resource": "x", "Next": "M",
            "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 2, "JitterStrategy": "FULL"}]},
            "M": {"Type": "Map", "ItemsPath": "$.items", "End": true, "ItemProcessor": {"StartAt": "U", "States": {
                "U": {"Type": "Task", "Resource": "x", "End": true}}}}}}"#;
        let behaviour = |p: f64| {
            format!(
                r#"{{"T": {{"latency": {{"kind": "exponential", "mean_ms": 900}}, "outcomes": [
                        {{"p": {p}, "outcome": "error", "error": "E", "drift": {{"per": "minute", "slope": 0.05, "cap": 0.9}}}},
                        {{"p": 0.5, "outcome": "error", "error": "O", "correlated": {{"group": "db", "rate_per_min": 0.4, "mean_ms": 30000}}}}]}},
                     "U": {{"latency": {{"kind": "uniform", "from_ms": 1, "to_ms": 9000}}}}}}"#
            )
        };
        let traffics = [
            r#"{"kind": "poisson", "per_min": 20}"#,
            r#"{"kind": "poisson", "per_min": 10, "burst": {"kind": "fixed", "executions": 3}}"#,
        ];
        for traffic in traffics {
            let text = format!(
                r#"{{"weir": 1, "seed": 4, "traffic": {traffic}, "horizon_ms": 300000, "alias": {{"weights": {{"1": 100}}}},
                    "inputs": [{{"name": "few", "weight": 2, "json": {{"items": [1]}}}}, {{"name": "many", "json": {{"items": [1, 2, 3]}}}}],
                    "strategy": {{"kind": "manual", "actions": [{{"at_ms": 60000, "weight": 50}}]}},
                    "versions": {{"1": {{"definition": {definition}, "behaviour": {}}}, "2": {{"definition": {definition}, "behaviour": {}}}}}}}"#,
                behaviour(0.1),
                behaviour(0.3)
            );
            let scenario = Rc::new(Scenario::parse(&text).unwrap_or_else(|findings| panic!("{findings:#?}")));
            let mut simulation = Simulation::new(Rc::clone(&scenario), runner(&scenario).unwrap());
            simulation.begin(0);
            while !simulation.advance(Budget { executions: u64::MAX }).is_done {}
            let detail = simulation.detail().unwrap();
            let mut failed = 0;
            for shown in &detail.executions {
                let version = if shown.new { "2" } else { "1" };
                let replay = replay(&scenario, shown.which(0), version).unwrap().unwrap();
                assert_eq!(replay.fate.close.map(ShownClose::from), shown.close);
                assert_eq!((replay.fate.error, replay.class), (shown.error, shown.class));
                assert_eq!(
                    (replay.fate.duration.as_nanos(), replay.start),
                    (shown.duration, EPOCH + Delay::from_nanos(shown.at))
                );
                let ends = |kind: &EventKind| {
                    matches!(
                        kind,
                        EventKind::ExecutionSucceeded { .. }
                            | EventKind::ExecutionFailed(_)
                            | EventKind::ExecutionTimedOut(_)
                    )
                };
                assert!(replay.log.events.iter().filter(|event| ends(&event.kind)).count() == 1);
                failed += u32::from(shown.close != Some(ShownClose::Succeeded));
            }
            assert!(failed > 5 && detail.executions.len() > 40, "{failed} of {}", detail.executions.len());
        }
        let scenario = Scenario::parse(crate::simulation::presets::PRESETS[0].document).unwrap();
        assert!(replay(&scenario, Which { minute: 1 << 40, ..Which::default() }, "6").unwrap().is_none());
        assert!(replay(&scenario, Which::default(), "none").unwrap().is_none());
    }
}
