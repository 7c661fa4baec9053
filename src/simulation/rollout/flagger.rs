//! `{"kind": "flagger", "interval_ms": 60000, "stepWeight": 10, "maxWeight": 50, "threshold": 5, "metrics": […]}`:
//! Flagger's canary analysis, by the rules of its scheduler (scheduler.go at 15bd6ad).
//!
//! Every interval: if as many checks have failed as the threshold allows, roll back (so it acts one tick after the last
//! failed check; failed checks are never forgiven). Otherwise check: a failure, and no traffic is one, holds the weight;
//! a success raises it by a step, and after the highest weight promotes. The first tick only sets the first weight.

use super::steps::read_weight;
use super::{Cause, Deed, Stage};
use crate::base::document::{Findings, Members, Place, Range};
use crate::base::{Delay, Text, Time};
use crate::simulation::alarm::{Names, read_name, read_query, read_window};
use crate::simulation::arrivals::MINUTE;
use crate::simulation::metrics::Query;
use crate::simulation::scenario::read_rhythm;

#[derive(Clone, Debug, PartialEq)]
pub struct Flagger {
    pub interval: Delay,
    pub step_weight: u8,
    pub max_weight: u8,
    /// Failed checks that are one too many.
    pub threshold: u32,
    pub checks: Vec<Check>,
    pub bake: Delay,
}

/// One metric with its thresholdRange.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    pub name: Text,
    pub query: Query,
    /// How far back it looks, in minutes.
    pub window: u64,
    pub min: Option<f64>,
    pub max: Option<f64>,
}

pub(super) fn read(members: &Members, bake: Delay, names: &Names, findings: &mut Findings) -> Option<Flagger> {
    let interval = members.required("interval_ms", findings).and_then(|at| read_rhythm(&at, findings));
    let mut weight = |key: &str| {
        let at = members.required(key, findings)?;
        let weight = read_weight(&at, findings)?;
        if weight == 0 {
            findings.push(at.error("out-of-range", "`0` is out of range: it must be at least 1 and at most 100"));
        }
        (weight > 0).then_some(weight)
    };
    let (step_weight, max_weight) = (weight("stepWeight"), weight("maxWeight"));
    let threshold = match members.get("threshold") {
        Some(at) => at.integer(Range::between(1.0, 1e6), findings),
        None => Some(1),
    };
    let window = interval.map_or(1, |interval| (interval.as_nanos() / MINUTE).max(1));
    let mut checks = Vec::new();
    if let Some(at) = members.get("metrics") {
        for place in at.array(findings)? {
            checks.extend(read_check(&place, window, names, findings));
        }
    }
    Some(Flagger {
        interval: interval?,
        step_weight: step_weight?,
        max_weight: max_weight?,
        threshold: threshold? as u32,
        checks,
        bake,
    })
}

fn read_check(place: &Place, window: u64, names: &Names, findings: &mut Findings) -> Option<Check> {
    let known = ["name", "metric", "statistic", "ratio", "dimension", "window_ms", "thresholdRange"];
    let members = place.object(findings, &known)?;
    let name = members.required("name", findings).and_then(|at| read_name(&at, findings));
    let query = read_query(&members, names, findings);
    let window = members.get("window_ms").map_or(Some(window), |at| read_window(&at, findings));
    let at = members.required("thresholdRange", findings)?;
    let range = at.object(findings, &["min", "max"])?;
    let mut end = |key: &str| range.get(key).map(|at| at.number(Range::ANY, findings));
    let (min, max) = (end("min"), end("max"));
    if min.is_none() && max.is_none() {
        findings.push(at.error("missing-member", "a range without ends holds everything").help("give `min` or `max`"));
    }
    Some(Check {
        name: name?,
        query: query?,
        window: window?,
        min: min.map_or(Some(None), |read| read.map(Some))?,
        max: max.map_or(Some(None), |read| read.map(Some))?,
    })
}

#[derive(Debug, Default)]
pub struct FlaggerRun {
    next: Time,
    failed: u32,
    promoted: bool,
    ended: bool,
}

impl FlaggerRun {
    pub(super) fn next(&self) -> Time {
        if self.ended { Time::MAX } else { self.next }
    }

    pub(super) fn act(&mut self, plan: &Flagger, stage: &mut Stage) {
        self.tick(plan, stage);
        self.ended = stage.ending.is_some();
    }

    fn tick(&mut self, plan: &Flagger, stage: &mut Stage) {
        let plan_cause = Cause::Plan { step: usize::from(stage.weight) };
        if self.promoted {
            return stage.complete(plan_cause);
        }
        self.next = stage.now + plan.interval;
        if self.failed >= plan.threshold {
            let cause = Cause::Check { name: "failed checks".into(), value: None, failures: self.failed };
            return stage.roll_back(cause);
        }
        if stage.weight == 0 && self.failed == 0 {
            return stage.shift(plan.step_weight.min(plan.max_weight), plan_cause);
        }
        if let Some((name, value)) = failing(plan, stage) {
            self.failed += 1;
            let cause = Cause::Check { name, value, failures: self.failed };
            return stage.decide(Deed::Hold, cause, stage.weight);
        }
        if stage.weight < plan.max_weight {
            let weight = stage.weight.saturating_add(plan.step_weight).min(plan.max_weight);
            return stage.shift(weight, plan_cause);
        }
        stage.shift(100, plan_cause.clone());
        self.promoted = true;
        self.next = stage.now + plan.bake;
        if plan.bake == Delay::ZERO {
            stage.complete(plan_cause);
        }
    }
}

/// The first check that fails, if any does.
fn failing(plan: &Flagger, stage: &Stage) -> Option<(Text, Option<f64>)> {
    let failing = |check: &&Check| match stage.value(&check.query, check.window) {
        None => true,
        Some(value) => check.min.is_some_and(|min| value < min) || check.max.is_some_and(|max| value > max),
    };
    let check = plan.checks.iter().find(failing)?;
    Some((check.name.clone(), stage.value(&check.query, check.window)))
}
