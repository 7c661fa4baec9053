//! Plain words.

use super::{Estimate, Mean, Report};
use crate::simulation::alarm::Alarm;
use crate::simulation::arrivals::MINUTE;
use crate::simulation::metrics::{Dimension, Measure, Statistic};
use crate::simulation::rollout::{Cause, Decision, Deed, alarm_message, drift_message};
use crate::simulation::run::Detail;
use crate::simulation::scenario::Scenario;

/// A share as people write it: `9.87 %`, `0.0152 %`.
pub fn percent(share: f64) -> String {
    format!("{} %", number(100.0 * share))
}

/// A probability: `57.6 %`, never `100 %` for what is not certain, and no row of zeros for what hardly ever happens.
pub fn chance(p: f64) -> String {
    match p {
        p if p > 0.9995 && p < 1.0 => "> 99.9 %".to_owned(),
        p if p > 0.0 && p < 1e-5 => "< 0.001 %".to_owned(),
        p => percent(p),
    }
}

/// Three significant digits, and no more places than that needs.
pub fn number(x: f64) -> String {
    if x == 0.0 || !x.is_finite() {
        return if x.is_nan() { "–".into() } else { format!("{x}") };
    }
    let size = libm::floor(libm::log10(x.abs())) as i32;
    let places = (2 - size).clamp(0, 12) as usize;
    let text = format!("{x:.places$}");
    if size >= 3 {
        return count(libm::round(x).abs() as u64).replacen("", if x < 0.0 { "-" } else { "" }, 1);
    }
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// `10,000`
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `.66`, `< .001`
pub fn p_value(p: f64) -> String {
    if p < 0.001 {
        return "< .001".into();
    }
    let text = format!("{p:.2}");
    if p < 0.1 { format!("{p:.3}").replacen("0.", ".", 1) } else { text.replacen("0.", ".", 1) }
}

/// `57.6 % (56.9–58.3)`
pub fn estimate(estimate: &Estimate) -> String {
    format!("{} ({}–{})", percent(estimate.value), number(100.0 * estimate.low), number(100.0 * estimate.high))
}

/// `14.2 (14.0–14.4)`
pub fn mean(mean: &Mean) -> String {
    match (mean.low, mean.high) {
        (Some(low), Some(high)) => format!("{} ({}–{})", number(mean.mean), number(low), number(high)),
        _ => number(mean.mean),
    }
}

/// What an alarm asks: `Sum of ExecutionsFailed of version 6 ≥ 2 in 2 of 3 periods of 1 min`.
pub(super) fn rule(alarm: &Alarm) -> String {
    let what = match &alarm.query.measure {
        Measure::Statistic(metric, statistic) => {
            let statistic = match statistic {
                Statistic::Percentile(p) => format!("p{}", number(100.0 * p)),
                other => format!("{other:?}"),
            };
            format!("{statistic} of {}", metric.name())
        }
        Measure::Ratio(above, below) => {
            let names = |metrics: &[crate::simulation::metrics::Metric]| {
                metrics.iter().map(|metric| metric.name()).collect::<Vec<_>>().join(" + ")
            };
            format!("({}) / ({})", names(above), names(below))
        }
    };
    let whose = match alarm.query.dimension {
        Dimension::Machine => "the machine",
        Dimension::Alias => "the alias",
        Dimension::OldVersion => "the old version",
        Dimension::NewVersion => "the new version",
    };
    let (operator, threshold) = (alarm.operator.symbol(), number(alarm.threshold));
    let (m, n, period) = (alarm.datapoints, alarm.periods, alarm.period);
    format!("{what} of {whose} {operator} {threshold} in {m} of {n} periods of {period} min")
}

/// What was decided, and why.
pub(super) fn decision(scenario: &Scenario, detail: &Detail, decision: &Decision) -> String {
    let new = scenario.new_name();
    let what = match decision.deed {
        Deed::Shift if decision.after == 100 => format!("all new executions start on version {new}"),
        Deed::Shift => format!("{} % of new executions start on version {new}", decision.after),
        Deed::RollBack => format!("rolled back: all new executions start on version {}", scenario.old_name()),
        Deed::Refuse => "refused: nothing is shifted".to_owned(),
        Deed::Pause => "paused until a person decides".to_owned(),
        Deed::Hold => format!("the weight stays at {} %", decision.after),
        Deed::Complete => "done: nobody looks any more".to_owned(),
        Deed::OutsideEdit => format!("somebody else set the weight to {} %", decision.after),
    };
    let is_cloud_formation = scenario.strategy.kind == "cloudFormation";
    let why = match &decision.cause {
        Cause::Plan { .. } | Cause::Person => return what,
        Cause::Alarm { alarm } => {
            let name = scenario.alarms.get(*alarm).map_or("", |alarm| &*alarm.name);
            if decision.deed == Deed::Refuse {
                let stuck = "is in ALARM already. An alarm that the old version set off blocks the very rollout that \
                             mends it (SAM issue 716): wait until it is OK, or set `on_alarm_at_start` to `ignore`";
                return format!("{what}. Alarm `{name}` {stuck}");
            }
            let why = alarm_words(scenario, detail, *alarm, decision);
            if is_cloud_formation { format!("{} {why}", alarm_message(&[name])) } else { why }
        }
        Cause::Drift { expected, actual } => {
            let routes = |weight: &u8| format!("{{{new}: {weight}, {}: {}}}", scenario.old_name(), 100 - weight);
            drift_message("CANARY", &routes(expected), &routes(actual))
        }
        Cause::Smoke { failures, executions } => format!("{failures} of {executions} smoke tests failed"),
        Cause::Check { name, value, failures } => {
            let value =
                value.map_or_else(|| "there was no data".to_owned(), |value| format!("it was {}", number(value)));
            format!("check `{name}`: {value}, {failures} failed so far")
        }
        Cause::Sprt { executions, failures } => {
            format!("{failures} of {} executions of version {new} had failed", count(*executions))
        }
    };
    format!("{what}. {why}")
}

/// "2 of the newest 3 datapoints are ≥ 2, 2 are enough: 0-X-X"
fn alarm_words(scenario: &Scenario, detail: &Detail, alarm: usize, decision: &Decision) -> String {
    let Some(definition) = scenario.alarms.get(alarm) else { return String::new() };
    let minute = decision.at.as_nanos() / MINUTE;
    let told = detail.evaluations.get(alarm).and_then(|told| told.iter().rfind(|told| told.at <= minute));
    let window = told.map_or("", |told| &told.window);
    let real = window.chars().rev().filter(|symbol| matches!(symbol, 'X' | '0')).take(definition.periods as usize);
    let (newest, breaching) = real.fold((0, 0), |(all, bad), symbol| (all + 1, bad + u32::from(symbol == 'X')));
    format!(
        "Alarm `{}`: {breaching} of the newest {newest} datapoints are {} {}, {} are enough: {window}",
        definition.name,
        definition.operator.symbol(),
        number(definition.threshold),
        definition.datapoints,
    )
}

/// What the whole comes to.
pub(super) fn sentences(scenario: &Scenario, report: &Report) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(split) = &report.split {
        said.push(split.sentence.clone());
    }
    if let [old, new] = &report.versions[..]
        && old.started > 0
        && new.started > 0
    {
        let (a, b) = (&old.failure_rate, &new.failure_rate);
        let apart = a.high < b.low || b.high < a.low;
        said.push(format!(
            "version {} fails {} of its executions, version {} {}: {}",
            new.version,
            estimate(b),
            old.version,
            estimate(a),
            if apart { "the intervals do not touch" } else { "that may be chance" }
        ));
    }
    let Some(rollout) = &report.rollout else { return said };
    let n = count(report.replications);
    if report.replications == 1 {
        return said;
    }
    said.push(format!("rolled back in {} of {n} replications", estimate(&rollout.rollback)));
    if rollout.refused > 0 {
        let refused = Estimate::new(rollout.refused, report.replications);
        said.push(format!("refused before anything was shifted in {}", estimate(&refused)));
    }
    if let Some(answer) = rollout.exact.answer() {
        let exact = answer.passage.total();
        let agrees = rollout.rollback.low <= exact && exact <= rollout.rollback.high;
        said.push(format!(
            "the closed form says {}: {}",
            percent(exact),
            if agrees { "the dice agree" } else { "outside of the interval, as one in twenty is" }
        ));
    }
    match rollout.detection.median {
        Some(median) => said.push(format!("half of all replications are rolled back within {} min", number(median))),
        None => said.push("more than half of all replications are never rolled back".to_owned()),
    }
    let blast = &rollout.blast;
    said.push(format!(
        "{} executions fail on version {}, {} of them only because of it, {} after the rollback",
        mean(&blast.failed),
        scenario.new_name(),
        number(blast.attributable.mean),
        number(blast.after_rollback.mean)
    ));
    if let Some(twin) = &rollout.false_rollback {
        let refused = rollout.false_refusal.as_ref().filter(|refused| refused.value > 0.0);
        let refused = refused.map_or(String::new(), |refused| format!(" and refused in {}", estimate(refused)));
        said.push(format!("a version that changes nothing would be rolled back in {}{refused}", estimate(twin)));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        for (x, text) in [
            (0.0, "0"),
            (9.87, "9.87"),
            (10.0, "10"),
            (0.6, "0.6"),
            (0.000_152, "0.000152"),
            (57.59, "57.6"),
            (1234.5, "1,235"),
            (-1234.4, "-1,234"),
            (123.456, "123"),
            (99.99, "100"),
        ] {
            assert_eq!(number(x), text);
        }
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(percent(0.0987), "9.87 %");
        let chances = [0.576, 0.999_96, 1.0, 0.0, 9e-14, 0.000_02].map(chance);
        assert_eq!(chances, ["57.6 %", "> 99.9 %", "100 %", "0 %", "< 0.001 %", "0.002 %"]);
        assert_eq!((p_value(0.66), p_value(0.0123), p_value(0.0)), (".66".into(), ".012".into(), "< .001".into()));
    }
}
