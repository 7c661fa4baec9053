//! The same answers without dice, where there is a closed form: the probability of a rollback, when it comes, and how
//! many executions fail until then. (rollouts.md 2.13)
//!
//! Where starts are Poisson and executions independent, the executions that complete in different minutes are
//! independent Poisson numbers, whatever their durations. So an alarm on a count, a rate or a percentile of one period
//! is a sequence of independent points, and the alarm machine a Markov chain over the last few of them. Where that does
//! not hold, [`exact`] says why and answers nothing: it never approximates in silence.
//!
//! ```
//! use weir::simulation::{exact::exact, runner, scenario::Scenario};
//! let scenario = Scenario::parse(r#"{"weir": 1, "traffic": {"kind": "poisson", "per_min": 60}, "horizon_ms": 300000,
//!   "alias": {"weights": {"1": 100}}, "strategy": {"kind": "canary", "weight": 10, "interval_ms": 300000},
//!   "versions": {"1": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}},
//!                "2": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "x", "End": true}}},
//!                      "behaviour": {"A": {"outcomes": [{"p": 0.1, "outcome": "error", "error": "E"}]}}}},
//!   "alarms": [{"name": "bad", "metric": "ExecutionsFailed", "statistic": "Sum", "dimension": {"Version": "2"},
//!               "operator": ">=", "threshold": 1}]}"#).unwrap();
//! let answer = exact(&scenario, &runner(&scenario).unwrap()).unwrap();
//! assert!((answer.passage.total() - 0.950_212_9).abs() < 1e-7); // 1 − e^(−0.6 · 5)
//! ```

mod closings;
mod passage;
mod point;

pub use passage::{Chances, FirstPassage, first_passage};

use super::alarm::{AlarmState, Window, evaluate};
use super::arrivals::MINUTE;
use super::rollout::{AlarmAtStart, Look, OnRollback, Plan};
use super::runner::Runner;
use super::scenario::Scenario;
use crate::base::Delay;
use closings::Path;
use serde::Serialize;

/// What the closed form says.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Exact {
    /// When the rollback comes, if it comes: by minute of the alarm's evaluation.
    pub passage: FirstPassage,
    /// Per period of the alarm, were there no rollback: P(missing), P(not breaching), P(breaching).
    pub points: Vec<Chances>,
    /// Mean number of executions of the new version that are started and ever fail.
    pub failures_new: f64,
    /// What of that is above the failures that as many executions of the old version have.
    pub excess: f64,
    /// Mean number of executions that are started on the new version.
    pub started_new: f64,
    /// P(rollback) with the old version in the place of the new.
    pub false_rollback: f64,
    /// When 100 % is reached unless it is rolled back, in minutes.
    pub minutes_to_full: Option<f64>,
}

/// The answers for a scenario.
///
/// # Errors
/// All reasons why there is no closed form, in plain words.
pub fn exact(scenario: &Scenario, runner: &impl Runner) -> Result<Exact, Vec<String>> {
    let mut reasons = Vec::new();
    let mut unless = |condition: bool, reason: &str| {
        if !condition {
            reasons.push(reason.to_owned());
        }
    };
    unless(scenario.traffic.rate.is_poisson(), "starts are evenly spaced, not Poisson");
    unless(scenario.traffic.burst.is_none(), "executions start in bursts");
    unless(scenario.traffic.count.is_none(), "the traffic stops after a number of executions");
    unless(scenario.throttle.is_none(), "throttling makes executions hinder each other");
    unless(scenario.alias.edits.is_empty(), "somebody else writes the alias");
    unless(scenario.alias.propagation == Delay::ZERO, "weights take time to propagate");
    unless(
        scenario.alias.weight == 0 || matches!(scenario.strategy.plan, Plan::Nothing),
        "the alias is split at the start",
    );
    unless(scenario.strategy.guards.len() < 2, "several alarms share the same executions");
    unless(
        scenario.strategy.on_rollback == OnRollback::Keep || scenario.strategy.guards.is_empty(),
        "a rollback stops what still runs, so failures depend on the alarm",
    );
    let path = match path(scenario) {
        Ok(path) => Some(path),
        Err(reason) => {
            reasons.push(reason);
            None
        }
    };
    let (Some(path), true) = (path, reasons.is_empty()) else { return Err(reasons) };
    let answer = |new: usize| solve(scenario, runner, &path, new).map_err(|reason| vec![reason]);
    let Solution { passage, points, failures, started } = answer(scenario.new)?;
    let twin = answer(scenario.old)?;
    let failing_old = closings::failing(scenario, runner, scenario.old).map_err(|reason| vec![reason])?;
    let excess = failures - started * failing_old;
    let minutes_to_full = path.full.map(|nanos| nanos as f64 / MINUTE as f64);
    let false_rollback = twin.passage.total();
    Ok(Exact { passage, points, failures_new: failures, excess, started_new: started, false_rollback, minutes_to_full })
}

/// The way that the weight goes unless it is rolled back, and until when the alarms are looked at.
fn path(scenario: &Scenario) -> Result<Path, String> {
    let horizon = scenario.length().ok_or("nothing says when it ends")?.as_nanos();
    let mut path = Path { segments: Vec::new(), horizon, watched: 0, full: None };
    match &scenario.strategy.plan {
        Plan::Nothing => path.segments.push((0, scenario.alias.weight)),
        Plan::Steps(steps) => {
            if steps.smoke.is_some() {
                return Err("smoke tests come first".into());
            }
            let mut now = 0_u64;
            let mut watching = true;
            for step in &steps.steps {
                path.segments.push((now, step.weight));
                if step.weight == 100 {
                    path.full.get_or_insert(now);
                }
                let end = now.saturating_add(step.hold.as_nanos());
                watching &= step.watched;
                if watching {
                    // A poll that leaves out the end of its step hears of that minute where the next step begins.
                    path.watched = end / MINUTE;
                    let deaf = matches!(steps.look, Look::Every { at_end: false, .. });
                    let last = steps.steps.iter().take_while(|step| step.watched).count();
                    if deaf && path.segments.len() == last && end % MINUTE == 0 {
                        path.watched = path.watched.saturating_sub(1);
                    }
                }
                now = end;
            }
            if let Look::Every { poll, .. } = steps.look
                && poll.as_nanos() != MINUTE
            {
                return Err("the alarms are not asked every minute".into());
            }
            let whole = steps.steps.iter().all(|step| step.hold.as_nanos() % MINUTE == 0);
            if matches!(steps.look, Look::Every { .. }) && !whole {
                return Err("the steps are no whole minutes, so the alarms are asked between their evaluations".into());
            }
        }
        _ => return Err("the controller's decisions depend on more than an alarm".into()),
    }
    // Times, and what drifts, count from the first share of traffic.
    if !matches!(scenario.strategy.plan, Plan::Nothing) && path.segments.first().is_some_and(|(_, weight)| *weight == 0)
    {
        return Err("the rollout begins with a weight of 0".into());
    }
    path.watched = path.watched.min(horizon / MINUTE);
    if scenario.strategy.guards.is_empty() {
        path.watched = 0;
    }
    Ok(path)
}

struct Solution {
    passage: FirstPassage,
    points: Vec<Chances>,
    failures: f64,
    started: f64,
}

/// Solves it with the version at `new` in the place of the new one.
fn solve(scenario: &Scenario, runner: &impl Runner, path: &Path, new: usize) -> Result<Solution, String> {
    let mut points = Vec::new();
    let mut passage = FirstPassage::never(path.watched as usize);
    let guard = scenario.strategy.guards.first().and_then(|guard| scenario.alarms.get(*guard));
    if let Some(alarm) = guard {
        if alarm.initial == AlarmState::Alarm {
            let refused = scenario.strategy.at_start == AlarmAtStart::Fail;
            let so = if refused { ", so the rollout is refused" } else { " when the rollout begins" };
            return Err(format!("the alarm rings already{so}"));
        }
        let period = u64::from(alarm.period);
        if period > 1 && alarm.window == Window::Sliding {
            return Err(format!("sliding windows of {period} minutes overlap"));
        }
        let delay = scenario.metrics.publish_delay.as_nanos().div_ceil(MINUTE);
        let periods = path.watched.saturating_sub(delay) / period;
        if !closings::is_quick(scenario, runner, path, periods) {
            return Err(format!("{periods} periods in which something always changes are too many"));
        }
        for n in 0..periods {
            let (from, to) = (n * period * MINUTE, (n + 1) * period * MINUTE);
            points.push(point::chances(scenario, runner, path, new, alarm, from, to)?);
        }
        // While nothing is published yet, the alarm sees what was before the rollout.
        let rings_before = delay > 0
            && alarm.window == Window::Sliding
            && evaluate(&vec![alarm.before; alarm.range as usize], alarm.periods, alarm.datapoints, alarm.missing)
                == Some(AlarmState::Alarm);
        let by_period = if rings_before { FirstPassage::never(0) } else { first_passage(&points, alarm)? };
        if rings_before && let Some(first) = passage.at.first_mut() {
            *first = 1.0;
        }
        for (n, p) in by_period.at.iter().enumerate() {
            let minute = (n as u64 + 1) * period + delay;
            if let Some(place) = passage.at.get_mut(minute as usize - 1) {
                *place = *p;
            }
        }
    }
    let mut sum = 0.0;
    let add = |p: &f64| {
        sum += p;
        sum
    };
    let by: Vec<f64> = passage.at.iter().map(add).collect();
    let survives = |nanos: u64| {
        let last = by.len().min((nanos / MINUTE) as usize);
        1.0 - last.checked_sub(1).and_then(|last| by.get(last)).copied().unwrap_or(0.0)
    };
    let (started, failures) = closings::exposure(scenario, runner, path, new, survives)?;
    Ok(Solution { passage, points, failures, started })
}

#[cfg(test)]
mod tests;
