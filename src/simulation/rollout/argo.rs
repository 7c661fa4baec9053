//! `{"kind": "argo", "steps": [{"setWeight": 20}, {"pause": {"duration_ms": 300000}}, {"analysis": {"metrics": […]}}]}`:
//! Argo Rollouts' canary with analysis, by the rules of its controller (analysis.go at 045c1cf).
//!
//! A measurement fails, succeeds, is inconclusive, or errs (no data). A metric is Failed once *more* than failureLimit
//! measurements failed (the fourth, for a limit of 3), Inconclusive once more than inconclusiveLimit were, and in Error
//! once more than consecutiveErrorLimit in a row erred; it is Successful when `count` were taken that did not err. What
//! erred is asked again after the interval, or after 10 s where there is none. Failed and Error abort to weight 0, Inconclusive pauses for ever. A background analysis goes on until the last step is done.

use super::steps::read_weight;
use super::{Cause, Deed, Stage};
use crate::base::document::{Findings, Members, Place, Range};
use crate::base::{Delay, Text, Time};
use crate::engine::tasks::read_millis;
use crate::simulation::alarm::{Names, Operator, read_name, read_query, read_window};
use crate::simulation::arrivals::MINUTE;
use crate::simulation::metrics::Query;
use crate::simulation::scenario::{read_length, read_rhythm};

/// When a measurement that erred is taken again, where no interval says so.
const ERROR_RETRY: Delay = Delay::from_secs(10);

#[derive(Clone, Debug, PartialEq)]
pub struct Argo {
    pub steps: Vec<ArgoStep>,
    /// Measurements that run beside the steps, from a step on.
    pub background: Option<(usize, Vec<Measurement>)>,
    pub bake: Delay,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ArgoStep {
    SetWeight(u8),
    /// Without a duration it waits for a person.
    Pause(Option<Delay>),
    Analysis(Vec<Measurement>),
}

/// One metric of an AnalysisTemplate.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    pub name: Text,
    pub query: Query,
    /// How far back it looks, in minutes.
    pub window: u64,
    pub initial_delay: Delay,
    pub interval: Delay,
    /// None: it goes on until the analysis is ended.
    pub count: Option<u32>,
    pub failure_limit: u32,
    pub inconclusive_limit: u32,
    pub consecutive_error_limit: u32,
    pub success: Option<Condition>,
    pub failure: Option<Condition>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition {
    pub operator: Operator,
    pub threshold: f64,
}

impl Condition {
    fn holds(self, value: f64) -> bool {
        self.operator.holds(value, self.threshold)
    }

    fn read(place: &Place, findings: &mut Findings) -> Option<Condition> {
        let members = place.object(findings, &["operator", "threshold"])?;
        let operator = members.required("operator", findings).and_then(|at| at.word(&Operator::WORDS, findings));
        let threshold = members.required("threshold", findings).and_then(|at| at.number(Range::ANY, findings));
        Some(Condition { operator: operator?, threshold: threshold? })
    }
}

pub(super) fn read(members: &Members, bake: Delay, names: &Names, findings: &mut Findings) -> Option<Argo> {
    let at = members.required("steps", findings)?;
    let mut steps = Vec::new();
    for place in at.array(findings)? {
        let Some(step) = place.object(findings, &["setWeight", "pause", "analysis"]) else { continue };
        let read = match (step.get("setWeight"), step.get("pause"), step.get("analysis")) {
            (Some(at), None, None) => read_weight(&at, findings).map(ArgoStep::SetWeight),
            (None, Some(at), None) => {
                at.object(findings, &["duration_ms"]).and_then(|pause| match pause.get("duration_ms") {
                    Some(at) => read_length(&at, findings).map(|length| ArgoStep::Pause(Some(length))),
                    None => Some(ArgoStep::Pause(None)),
                })
            }
            (None, None, Some(at)) => {
                read_analysis(&at, names, true, findings).map(|(_, list)| ArgoStep::Analysis(list))
            }
            _ => {
                let finding = place.error("missing-member", "a step does one thing");
                findings.push(finding.help("one of `setWeight`, `pause` and `analysis`"));
                None
            }
        };
        steps.extend(read);
    }
    if steps.len() > 1000 {
        findings.push(at.error("out-of-range", "more than 1000 steps"));
    }
    let background = members.get("analysis").map(|at| read_analysis(&at, names, false, findings));
    Some(Argo { steps, background: background.map_or(Some(None), |read| read.map(Some))?, bake })
}

fn read_analysis(
    place: &Place,
    names: &Names,
    is_step: bool,
    findings: &mut Findings,
) -> Option<(usize, Vec<Measurement>)> {
    let known: &[&str] = if is_step { &["metrics"] } else { &["metrics", "startingStep"] };
    let members = place.object(findings, known)?;
    let start = match members.get("startingStep") {
        Some(at) => at.integer(Range::between(0.0, 1000.0), findings),
        None => Some(0),
    };
    let at = members.required("metrics", findings)?;
    let mut list = Vec::new();
    for place in at.array(findings)? {
        list.extend(read_measurement(&place, names, is_step, findings));
    }
    if at.node.elements().is_empty() {
        findings.push(at.error("out-of-range", "an analysis of nothing"));
    }
    Some((start? as usize, list))
}

fn read_measurement(place: &Place, names: &Names, is_step: bool, findings: &mut Findings) -> Option<Measurement> {
    let members = place.object(
        findings,
        &[
            "name",
            "metric",
            "statistic",
            "ratio",
            "dimension",
            "window_ms",
            "interval_ms",
            "initialDelay_ms",
            "count",
            "failureLimit",
            "inconclusiveLimit",
            "consecutiveErrorLimit",
            "successCondition",
            "failureCondition",
        ],
    )?;
    let name = members.required("name", findings).and_then(|at| read_name(&at, findings));
    let query = read_query(&members, names, findings);
    let window = members.get("window_ms").map_or(Some(1), |at| read_window(&at, findings));
    let interval = members.get("interval_ms").map(|at| read_rhythm(&at, findings));
    let initial_delay = members.get("initialDelay_ms").map_or(Some(Delay::ZERO), |at| read_millis(&at, findings));
    let mut whole = |key: &str, default: u64| match members.get(key) {
        Some(at) => at.integer(Range::between(0.0, 1e6), findings),
        None => Some(default),
    };
    // Without an interval there is one measurement; with one and no count they go on.
    let count = whole("count", 0).map(|count| if interval.is_none() { count.max(1) } else { count });
    let limits = (whole("failureLimit", 0), whole("inconclusiveLimit", 0), whole("consecutiveErrorLimit", 4));
    let mut condition = |key: &str| members.get(key).map(|at| Condition::read(&at, findings));
    let (success, failure) = (condition("successCondition"), condition("failureCondition"));
    if success.is_none() && failure.is_none() {
        let finding = place.error("missing-member", "nothing says what a good or a bad value is");
        findings.push(finding.help("give `successCondition` or `failureCondition`"));
    }
    if is_step && count == Some(0) {
        let finding = place.error("missing-member", "an analysis step that never ends");
        findings.push(finding.help("give `count`: how many measurements it takes"));
    }
    if interval.is_none() && count.is_some_and(|count| count > 1) {
        findings.push(place.error("missing-member", "more than one measurement needs `interval_ms`"));
    }
    Some(Measurement {
        name: name?,
        query: query?,
        window: window?,
        initial_delay: initial_delay?,
        interval: interval.unwrap_or(Some(ERROR_RETRY))?,
        count: count.map(|count| (count > 0).then_some(count as u32))?,
        failure_limit: limits.0? as u32,
        inconclusive_limit: limits.1? as u32,
        consecutive_error_limit: limits.2? as u32,
        success: success.map_or(Some(None), |read| read.map(Some))?,
        failure: failure.map_or(Some(None), |read| read.map(Some))?,
    })
}

/// Counts of one metric.
#[derive(Clone, Debug, Default)]
struct Count {
    taken: u32,
    failed: u32,
    inconclusive: u32,
    errors_in_a_row: u32,
    next: Time,
    done: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    Running,
    Successful,
    Failed,
    Inconclusive,
}

/// An AnalysisRun.
#[derive(Clone, Debug, Default)]
struct Analysis {
    counts: Vec<Count>,
}

impl Analysis {
    fn start(&mut self, list: &[Measurement], now: Time) {
        self.counts.clear();
        self.counts.extend(list.iter().map(|metric| Count { next: now + metric.initial_delay, ..Count::default() }));
    }

    fn next(&self) -> Time {
        self.counts.iter().filter(|count| !count.done).map(|count| count.next).min().unwrap_or(Time::MAX)
    }

    /// Takes the measurements that are due. Where a metric ends the analysis, its place and last value are told too. A
    /// failed one counts more than one that is inconclusive.
    fn act(&mut self, list: &[Measurement], stage: &Stage) -> (Phase, usize, Option<f64>) {
        let mut inconclusive = None;
        for (n, (metric, count)) in list.iter().zip(&mut self.counts).enumerate() {
            if count.done || count.next > stage.now {
                continue;
            }
            let value = stage.value(&metric.query, metric.window);
            count.take(metric, value, stage.now);
            if count.failed > metric.failure_limit || count.errors_in_a_row > metric.consecutive_error_limit {
                return (Phase::Failed, n, value);
            }
            if count.inconclusive > metric.inconclusive_limit {
                inconclusive.get_or_insert((Phase::Inconclusive, n, value));
            }
        }
        if let Some(ended) = inconclusive {
            return ended;
        }
        let over = self.counts.iter().all(|count| count.done);
        (if over { Phase::Successful } else { Phase::Running }, 0, None)
    }

    fn cause(&self, list: &[Measurement], n: usize, value: Option<f64>) -> Cause {
        let name = list.get(n).map_or_else(|| "".into(), |metric| metric.name.clone());
        Cause::Check { name, value, failures: self.counts.get(n).map_or(0, |count| count.failed) }
    }
}

impl Count {
    fn take(&mut self, metric: &Measurement, value: Option<f64>, now: Time) {
        self.next = now + metric.interval;
        let Some(value) = value else {
            self.errors_in_a_row += 1;
            return;
        };
        self.taken += 1;
        self.done = metric.count == Some(self.taken);
        self.errors_in_a_row = 0;
        let fails = metric.failure.map(|condition| condition.holds(value));
        let succeeds = metric.success.map(|condition| condition.holds(value));
        match (fails, succeeds) {
            (Some(true), _) | (None, Some(false)) => self.failed += 1,
            (Some(false), Some(false)) => self.inconclusive += 1,
            _ => {}
        }
    }
}

impl Stage<'_> {
    /// What the metrics of the last minutes say, as far as they are published.
    pub(super) fn value(&self, query: &Query, minutes: u64) -> Option<f64> {
        let metrics = self.metrics?;
        let visible = self.now.as_nanos().saturating_sub(metrics.switches.publish_delay.as_nanos()) / MINUTE;
        metrics.value(query, visible.saturating_sub(minutes), visible).map(|(value, _)| value)
    }
}

#[derive(Debug)]
pub struct ArgoRun {
    step: usize,
    /// When the present step is over; MAX while an analysis decides.
    due: Time,
    analysis: Analysis,
    background: Analysis,
    promoted: bool,
    ended: bool,
}

impl ArgoRun {
    pub(super) fn new(_: &Argo) -> ArgoRun {
        ArgoRun {
            step: 0,
            due: Time::ZERO,
            analysis: Analysis::default(),
            background: Analysis::default(),
            promoted: false,
            ended: false,
        }
    }

    pub(super) fn next(&self, _: &Argo) -> Time {
        if self.ended { Time::MAX } else { self.due.min(self.analysis.next()).min(self.background.next()) }
    }

    pub(super) fn act(&mut self, plan: &Argo, stage: &mut Stage) {
        self.move_on(plan, stage);
        self.ended = stage.ending.is_some();
    }

    fn move_on(&mut self, plan: &Argo, stage: &mut Stage) {
        // Rollback before promotion: measurements come first.
        if let Some((_, list)) = &plan.background
            && self.background.next() <= stage.now
        {
            let (phase, n, value) = self.background.act(list, stage);
            self.end_by(phase, self.background.cause(list, n, value), stage);
        }
        if let Some(ArgoStep::Analysis(list)) = plan.steps.get(self.step)
            && self.analysis.next() <= stage.now
            && stage.ending.is_none()
        {
            let (phase, n, value) = self.analysis.act(list, stage);
            self.end_by(phase, self.analysis.cause(list, n, value), stage);
            if phase == Phase::Successful {
                self.step += 1;
                self.due = stage.now;
            }
        }
        while stage.ending.is_none() && self.due <= stage.now {
            self.take(plan, stage);
        }
    }

    fn end_by(&mut self, phase: Phase, cause: Cause, stage: &mut Stage) {
        match phase {
            Phase::Failed => stage.roll_back(cause),
            Phase::Inconclusive => stage.pause(cause),
            Phase::Running | Phase::Successful => {}
        }
    }

    /// Begins the next step, or ends the one that is due.
    fn take(&mut self, plan: &Argo, stage: &mut Stage) {
        if let Some((start, list)) = &plan.background
            && self.step == *start
            && self.background.counts.is_empty()
            && !self.promoted
        {
            self.background.start(list, stage.now);
        }
        let cause = Cause::Plan { step: self.step };
        match plan.steps.get(self.step) {
            Some(ArgoStep::SetWeight(weight)) => {
                stage.shift(*weight, cause);
                self.step += 1;
            }
            Some(ArgoStep::Pause(None)) => stage.pause(cause),
            Some(ArgoStep::Pause(Some(length))) => {
                self.due = stage.now + *length;
                self.step += 1;
            }
            Some(ArgoStep::Analysis(list)) => {
                self.analysis.start(list, stage.now);
                self.due = Time::MAX;
                // The first measurement may be due at once.
                if self.analysis.next() <= stage.now {
                    let (phase, n, value) = self.analysis.act(list, stage);
                    self.end_by(phase, self.analysis.cause(list, n, value), stage);
                    if phase == Phase::Successful {
                        self.step += 1;
                        self.due = stage.now;
                    }
                }
            }
            None if !self.promoted => {
                if stage.weight < 100 {
                    stage.shift(100, cause);
                }
                // All steps done: the background analysis is ended with them.
                self.background = Analysis::default();
                self.promoted = true;
                self.due = stage.now + plan.bake;
            }
            None => {
                stage.decide(Deed::Complete, cause, stage.weight);
                stage.ending = Some(super::Ending::Completed);
            }
        }
    }
}

impl Argo {
    /// All that it measures.
    pub fn measurements(&self) -> impl Iterator<Item = &Measurement> {
        let in_steps = self.steps.iter().flat_map(|step| match step {
            ArgoStep::Analysis(list) => list.as_slice(),
            _ => &[],
        });
        in_steps.chain(self.background.iter().flat_map(|(_, list)| list))
    }
}
