//! What a scenario's author should know before believing the answer, each with the mend.
//!
//! Nothing here is an error: the scenario is played as it is written.
//!
//! ```
//! use weir::simulation::simulate;
//! let report = simulate(r#"{"weir": 1, "traffic": {"kind": "poisson", "per_min": 10}, "horizon_ms": 600000,
//!   "alias": {"weights": {"1": 100}}, "strategy": {"kind": "canary", "weight": 10, "interval_ms": 300000},
//!   "versions": {"1": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}},
//!                "2": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Fail"}}}}},
//!   "alarms": [{"name": "bad", "metric": "ExecutionsFailed", "statistic": "Sum", "dimension": {"Alias": "PROD"},
//!               "operator": ">=", "threshold": 1}]}"#).unwrap();
//! let codes: Vec<_> = report.warnings.iter().map(|warning| warning.code).collect();
//! assert_eq!(codes, ["few-executions", "alias-dimension", "watch-ends-at-promotion"]);
//! ```

use super::alarm::{Alarm, AlarmState, TreatMissing, low_samples};
use super::arrivals::MINUTE;
use super::metrics::{Dimension, Measure, Statistic};
use super::report::{number, percent};
use super::rollout::{AlarmAtStart, Plan, Steps};
use super::run::Tally;
use super::runner::Runner;
use super::scenario::{Scenario, minutes};
use super::statistics::executions_to_see;
use crate::base::value::read::Node;
use crate::base::{Delay, Pointer};
use crate::engine::tasks::Outcome;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// A stable name.
    pub code: &'static str,
    /// Where in the scenario, as a JSON pointer.
    pub pointer: String,
    pub message: String,
    pub mend: String,
}

/// With fewer executions per period a rate is noise.
const FEW: f64 = 20.0;

/// What is known of the rollout's first weight.
struct Canary {
    weight: f64,
    hold: Delay,
    /// Mean starts of the new version per minute while it is held.
    per_min: f64,
}

pub(super) fn warnings(scenario: &Scenario, runner: &impl Runner, tally: &Tally) -> Vec<Warning> {
    let mut list = List { scenario, found: Vec::new() };
    let canary = scenario.strategy.plan.canary().map(|(weight, hold)| {
        let length = minutes(hold);
        let starts = scenario.traffic.rate.expected(hold) * f64::from(weight) / 100.0;
        Canary { weight: f64::from(weight) / 100.0, hold, per_min: if length > 0.0 { starts / length } else { 0.0 } }
    });
    for guard in &scenario.strategy.guards {
        if let Some(alarm) = scenario.alarms.get(*guard) {
            list.guard(*guard, alarm, canary.as_ref(), tally);
        }
    }
    if let Some(canary) = &canary {
        list.canary(canary, runner, tally);
    }
    list.strategy();
    list.retries();
    list.silence(runner);
    list.guards(runner);
    list.found
}

struct List<'s> {
    scenario: &'s Scenario,
    found: Vec<Warning>,
}

impl List<'_> {
    fn add(&mut self, code: &'static str, pointer: impl Into<String>, message: String, mend: impl Into<String>) {
        self.found.push(Warning { code, pointer: pointer.into(), message, mend: mend.into() });
    }

    /// About an alarm that guards the rollout.
    fn guard(&mut self, place: usize, alarm: &Alarm, canary: Option<&Canary>, tally: &Tally) {
        let pointer = format!("/alarms/{place}");
        let name = &alarm.name;
        let on_new = alarm.query.dimension == Dimension::NewVersion;
        if let Some(canary) = canary {
            let per_period = canary.per_min * f64::from(alarm.period);
            let is_rate = !matches!(alarm.query.measure, Measure::Statistic(_, Statistic::Sum));
            if per_period < FEW {
                let message = format!(
                    "the canary gets {} executions in a period of alarm `{name}`{}",
                    number(per_period),
                    if is_rate { ": one failure among them is a high rate" } else { "" }
                );
                self.add("few-executions", &pointer, message, "a larger weight, or longer periods");
            }
            if matches!(alarm.query.dimension, Dimension::Alias | Dimension::Machine) && canary.weight < 1.0 {
                let message = format!(
                    "alarm `{name}` looks at both versions: a failure rate of the new one shows with a factor of {}",
                    number(canary.weight)
                );
                let mend = format!("give it the dimension `{{\"Version\": \"{}\"}}`", self.scenario.new_name());
                self.add("alias-dimension", format!("{pointer}/dimension"), message, mend);
            }
            let empty = libm::exp(-canary.per_min * f64::from(alarm.period));
            if alarm.missing == TreatMissing::Missing && on_new && alarm.periods > 1 && empty > 0.05 {
                let message = format!(
                    "{} of the periods of alarm `{name}` hold no data, and `missing` lets old breaching periods ring it",
                    percent(empty)
                );
                self.add(
                    "sparse-data",
                    format!("{pointer}/treatMissing"),
                    message,
                    "treat missing data as `notBreaching`",
                );
            }
            let looks_back = u64::from(alarm.period) * u64::from(alarm.datapoints);
            if looks_back * MINUTE > canary.hold.as_nanos() {
                let message = format!(
                    "alarm `{name}` needs {looks_back} min to ring, the canary lasts {} min",
                    number(minutes(canary.hold))
                );
                self.add("window-too-long", &pointer, message, "fewer or shorter periods, or a longer canary");
            } else if u64::from(alarm.period * alarm.periods) * MINUTE > canary.hold.as_nanos() {
                let message = format!(
                    "alarm `{name}` looks at {} min, the canary lasts {} min: what was before it counts too",
                    alarm.period * alarm.periods,
                    number(minutes(canary.hold))
                );
                self.add("window-beyond-canary", &pointer, message, "fewer or shorter periods, or a longer canary");
            }
        }
        if alarm.missing == TreatMissing::Breaching && on_new {
            let message = format!(
                "alarm `{name}` takes missing data as breaching, and the new version has none before it gets executions"
            );
            self.add(
                "breaching-without-data",
                format!("{pointer}/treatMissing"),
                message,
                "treat missing data as `notBreaching`",
            );
        }
        if let Measure::Statistic(_, Statistic::Percentile(p)) = alarm.query.measure {
            let per_min = canary.map_or(0.0, |canary| canary.per_min);
            let needs = low_samples(p);
            if canary.is_some() && per_min * f64::from(alarm.period) < needs {
                let message = format!(
                    "p{} wants {} executions in a period, the canary gives {}",
                    number(100.0 * p),
                    number(needs),
                    number(per_min * f64::from(alarm.period))
                );
                self.add("low-samples", &pointer, message, "a lower percentile, or longer periods");
            }
        }
        let median = tally.versions.new.durations.histogram.percentile(0.5);
        if let Some(median) = median.filter(|median| *median > u64::from(alarm.period) * MINUTE) {
            let message = format!(
                "half of the executions take more than {} min, the periods of alarm `{name}` are {} min: it rings late",
                number(median as f64 / MINUTE as f64),
                alarm.period
            );
            self.add("slow-executions", &pointer, message, "a longer canary: outcomes come at completion");
        }
        if alarm.initial == AlarmState::Alarm && self.scenario.strategy.at_start == AlarmAtStart::Fail {
            let message =
                format!("alarm `{name}` rings already: the rollout is refused, even if it is the fix (SAM issue 716)");
            self.add("alarm-at-start", format!("{pointer}/initial"), message, "`\"on_alarm_at_start\": \"ignore\"`");
        }
    }

    /// About what a canary can see.
    fn canary(&mut self, canary: &Canary, runner: &impl Runner, tally: &Tally) {
        let futures = runner.futures(self.scenario.new, 0, crate::base::Time::ZERO, crate::base::Time::ZERO);
        let bad = |future: &&super::runner::Future| {
            matches!(future.close, Some(super::metrics::Close::Failed | super::metrics::Close::TimedOut))
        };
        let version = &tally.versions.new;
        let exact = futures.ok().filter(|_| self.scenario.inputs.len() < 2 && runner.is_steady(self.scenario.new));
        let p = match exact {
            Some(futures) => futures.iter().filter(bad).map(super::runner::Future::ever).sum::<f64>(),
            None if version.started > 0 => version.closes.bad() as f64 / version.started as f64,
            None => return,
        };
        let none = libm::exp(-canary.per_min * minutes(canary.hold) * p);
        if p > 0.0 && none > 0.2 {
            let needed = executions_to_see(p, 0.95).unwrap_or(0);
            let message = format!(
                "{} of all canaries see no failure at all: {} executions show one of {} with 95 % probability",
                percent(none),
                number(needed as f64),
                percent(p)
            );
            let canary_minutes = needed as f64 / canary.per_min.max(1e-9);
            let mend = format!("a canary of {} min at this weight, or a larger weight", number(canary_minutes));
            self.add("unseen-failures", "/strategy", message, mend);
        }
    }

    /// About the strategy itself.
    fn strategy(&mut self) {
        let strategy = &self.scenario.strategy;
        for name in &strategy.unknown_alarms {
            let message = format!("there is no alarm `{name}`: AWS counts it as OK, and nothing is guarded");
            self.add("unknown-alarm", "/strategy", message, "the name of an alarm, not its ARN");
        }
        let Plan::Steps(Steps { steps, .. }) = &strategy.plan else { return };
        let Some(last) = steps.last() else { return };
        for (n, pair) in steps.windows(2).enumerate() {
            if let [before, after] = pair
                && after.weight < before.weight
            {
                let message = format!("the weight falls from {} % to {} %", before.weight, after.weight);
                let pointer = format!("/strategy/steps/{}", n + 1);
                self.add("falling-weight", pointer, message, "steps that rise, unless going back is what you want");
            }
        }
        if strategy.kind == "cloudFormation" && steps.len() == 1 && !last.watched {
            let message = "CloudFormation asks no alarm when it shifts ALL_AT_ONCE".to_owned();
            return self.add(
                "all-at-once-unwatched",
                "/strategy",
                message,
                "CANARY or LINEAR, or a `bake_ms` of your own",
            );
        }
        if !strategy.guards.is_empty() && (last.hold == Delay::ZERO || !last.watched) {
            let message = "nobody looks once all executions start on the new version".to_owned();
            self.add(
                "watch-ends-at-promotion",
                "/strategy",
                message,
                "give `bake_ms`: how long the alarms are watched at 100 %",
            );
        }
    }

    /// About tasks of which nothing is known.
    fn silence(&mut self, runner: &impl Runner) {
        for (place, version) in self.scenario.versions.iter().enumerate() {
            let silent: Vec<&str> = runner.silent(place).iter().map(|task| &**task).collect();
            if !silent.is_empty() {
                let message = format!(
                    "nothing is said of {} of version {}: it answers at once with what it was given",
                    crate::base::document::listed(&silent),
                    version.name
                );
                let pointer = format!("/versions/{}", version.name);
                self.add(
                    "silent-task",
                    pointer,
                    message,
                    "give it a `behaviour`: how long it takes, and how often it fails",
                );
            }
        }
    }

    /// About rules that decide nothing.
    fn guards(&mut self, runner: &impl Runner) {
        for (place, version) in self.scenario.versions.iter().enumerate() {
            for (behaviour, rule) in runner.idle_guards(place) {
                let Some((task, _)) = version.behaviours.get(behaviour) else { continue };
                let pointer = Pointer::root().key("versions").key(&version.name).key("behaviour").key(task);
                let at = self.scenario.root.get("versions").and_then(|versions| versions.get(&version.name));
                let at = at.and_then(|version| version.get("behaviour")).and_then(|tasks| tasks.get(task));
                let pointer = if at.is_some_and(Node::is_array) { pointer.index(rule) } else { pointer };
                let message = format!(
                    "the guard of rule {} of `{task}` of version {} never holds, or a rule before it decides",
                    rule + 1,
                    version.name
                );
                self.add(
                    "guard-never-holds",
                    pointer.key("guard").to_string(),
                    message,
                    "compare it with what the task is called with, `$states.input`, or put the rule first",
                );
            }
        }
    }

    /// About Retry that hides errors from alarms.
    fn retries(&mut self) {
        let version = self.scenario.versions.get(self.scenario.new);
        let Some(version) = version else { return };
        let Some(states) = version.definition.get("States") else { return };
        for (task, behaviour) in &version.behaviours {
            let error = |case: &crate::engine::tasks::Case| matches!(case.outcome, Outcome::Error { .. });
            let p = behaviour.cases.iter().filter(|case| error(case)).map(|case| case.p).fold(0.0, f64::max);
            let retry = states.get(task).and_then(|state| state.get("Retry"));
            let most = |retrier: &Node| {
                let most = retrier.get("MaxAttempts").and_then(Node::as_number);
                most.map_or(3.0, |number| number.as_f64())
            };
            let retries = retry.map_or(0.0, |retry| retry.elements().iter().map(most).fold(0.0, f64::max));
            if p > 0.0 && retries >= 1.0 {
                let hidden = libm::pow(p, retries + 1.0);
                let message = format!(
                    "Retry makes of {} failing attempts of `{task}` {} failing executions: alarms on failures see only these",
                    percent(p),
                    percent(hidden)
                );
                let mend = "watch the transitions per execution, or the duration";
                self.add("retries-hide", format!("/versions/{}", version.name), message, mend);
            }
        }
    }
}
