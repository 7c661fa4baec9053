//! The answer: what a simulation came to, with an interval beside every number and a sentence beside every table.
//!
//! A [`Report`] is made of the merged blocks and of nothing else, so whoever computed them, it is the same. It is JSON
//! by serde (`schema.json` is beside this file), CSV by [`Report::csv`] and Markdown by [`Report::markdown`].
//!
//! ```
//! use weir::simulation::simulate;
//! let report = simulate(r#"{"weir": 1, "seed": 7, "traffic": {"kind": "poisson", "per_min": 100, "stop": {"count": 10000}},
//!   "versions": {"5": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}},
//!                "6": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}}},
//!   "alias": {"weights": {"5": 90, "6": 10}}}"#).unwrap();
//! let split = report.split.unwrap();
//! assert!(split.observed.low < 0.1 && 0.1 < split.observed.high, "{}", split.sentence);
//! ```

mod csv;
mod markdown;
mod plain;
mod rollout;
mod run;
#[cfg(test)]
mod tests;
mod version;

pub use plain::{chance, count, number, percent};
pub use rollout::{Blast, Detection, ExactReport, RolloutReport};
pub use run::{DecisionReport, RunReport};
pub use version::{ClassReport, DurationReport, ErrorReport, Quantile, VersionReport};

use super::Sides;
use super::alarm::{Alarm, AlarmTally};
use super::cost::{Cost, Use, cost};
use super::run::{Detail, Merge, Row, Tally, VersionTally};
use super::runner::{Coverage, Runner};
use super::scenario::Scenario;
use super::statistics::{Interval, Moments, mean_interval, wilson};
use super::warnings::{Warning, warnings};
use crate::base::special::normal_cdf;
use crate::base::{Delay, Text};
use serde::Serialize;
use std::sync::Arc;

pub(in crate::simulation) use version::reports as version_reports;

/// The JSON Schema of a report.
pub const SCHEMA: &str = include_str!("schema.json");

/// All intervals hold what they estimate with this probability.
pub const CONFIDENCE: f64 = 0.95;

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The version of the format.
    pub weir: u64,
    pub name: Option<Text>,
    pub seed: u64,
    pub replications: u64,
    pub executions: u64,
    pub horizon_minutes: f64,
    /// The old and the new version; one where there is only one.
    pub versions: Vec<VersionReport>,
    /// Whether the traffic was split as the weights say; of one run.
    pub split: Option<SplitReport>,
    pub rollout: Option<RolloutReport>,
    pub alarms: Vec<AlarmReport>,
    pub series: Series,
    /// The first replication in full.
    pub run: Option<RunReport>,
    /// Of one replication, on average.
    pub cost: Cost,
    pub warnings: Vec<Warning>,
    /// How executions were run: no result, but what it took. Whoever plays on several workers merges theirs.
    pub coverage: Coverage,
    /// What it comes to, in plain words.
    pub sentences: Vec<String>,
    /// In the order of replications.
    #[serde(skip)]
    pub rows: Arc<Vec<Row>>,
    #[serde(skip)]
    pub tally: Tally,
    #[serde(skip)]
    pub detail: Option<Detail>,
}

/// A proportion with its score interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// Of how many.
    pub of: u64,
}

impl Estimate {
    pub fn new(successes: u64, of: u64) -> Estimate {
        let Interval { low, high } = wilson(successes, of, CONFIDENCE);
        Estimate { value: if of == 0 { 0.0 } else { successes as f64 / of as f64 }, low, high, of }
    }
}

/// A mean with its t-interval, where there are two values or more.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Mean {
    pub mean: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub of: u64,
}

impl Mean {
    pub fn new(moments: &Moments) -> Mean {
        let interval = mean_interval(moments, CONFIDENCE);
        Mean {
            mean: moments.mean,
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
            of: moments.n,
        }
    }
}

/// Expected against observed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SplitReport {
    /// The share of the new version that the weights promise these starts.
    pub expected: f64,
    pub observed: Estimate,
    /// (observed − expected) in standard deviations of chance.
    pub z: f64,
    /// P(as far off, or further, by chance): that of the χ² test with one degree of freedom.
    pub p: f64,
    pub sentence: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AlarmReport {
    pub name: Text,
    /// What it asks, in words.
    pub rule: String,
    /// Replications in which it was ever in ALARM.
    pub alarmed: Estimate,
    /// Datapoints past the threshold, of all periods, with or without data.
    pub breaching: Estimate,
    pub missing: Estimate,
}

/// Minutes over all replications, as means of one.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Series {
    /// The weight of the new version in percent.
    pub weight: Vec<f64>,
    /// By version: started, closed, failed.
    pub started: Sides<Vec<f64>>,
    pub closed: Sides<Vec<f64>>,
    pub failed: Sides<Vec<f64>>,
}

impl Series {
    fn new(tally: &Tally) -> Series {
        let n = tally.replications.max(1) as f64;
        let mut series = Series::default();
        for minute in &tally.minutes {
            series.weight.push(minute.weight as f64 / n);
            let pairs = [
                (&mut series.started, minute.started),
                (&mut series.closed, minute.closed),
                (&mut series.failed, minute.failed),
            ];
            for (columns, values) in pairs {
                columns.zip(&values, |column, value| column.push(*value as f64 / n));
            }
        }
        series
    }
}

impl Report {
    /// Makes the report of merged replications.
    pub fn new(scenario: &Scenario, runner: &impl Runner, merge: &Merge, detail: Option<&Detail>) -> Report {
        let (rows, tally) = (merge.rows(), merge.tally());
        let executions = tally.versions.iter().map(|version| version.started).sum();
        let split = detail.and_then(split);
        let rollout = rollout::report(scenario, runner, rows, tally);
        let versions = version::reports(scenario, runner.errors(), tally);
        let alarms = scenario.alarms.iter().zip(&tally.alarms).map(|(alarm, sums)| alarm_report(alarm, sums, tally));
        let horizon = detail.map(|detail| detail.horizon).or(scenario.length()).unwrap_or_default();
        let mut report = Report {
            weir: super::scenario::VERSION,
            name: scenario.name.clone(),
            seed: scenario.seed,
            replications: tally.replications,
            executions,
            horizon_minutes: horizon.as_secs_f64() / 60.0,
            versions,
            split,
            rollout,
            alarms: alarms.collect(),
            series: Series::new(tally),
            run: detail.map(|detail| run::report(scenario, runner.errors(), detail)),
            cost: cost(&scenario.price, usage(tally.replications, tally.versions.iter())),
            warnings: warnings(scenario, runner, tally),
            coverage: runner.coverage(),
            sentences: Vec::new(),
            rows: merge.shared_rows(),
            tally: tally.clone(),
            detail: detail.cloned(),
        };
        report.sentences = plain::sentences(scenario, &report);
        report
    }
}

/// What some versions used in one replication, on average.
fn usage<'v>(replications: u64, versions: impl Iterator<Item = &'v VersionTally>) -> Use {
    let n = replications.max(1) as f64;
    let mut used = Use::default();
    for version in versions {
        used.executions += version.started as f64 / n;
        used.transitions += version.transitions as f64 / n;
        used.billed_seconds += version.billed as f64 / 10.0 / n;
    }
    used
}

fn alarm_report(alarm: &Alarm, sums: &AlarmTally, tally: &Tally) -> AlarmReport {
    let all = sums.breaching + sums.ok + sums.missing;
    AlarmReport {
        name: alarm.name.clone(),
        rule: plain::rule(alarm),
        alarmed: Estimate::new(sums.alarmed, tally.replications),
        breaching: Estimate::new(sums.breaching, all),
        missing: Estimate::new(sums.missing, all),
    }
}

/// Compares the split of one run with what its weights promise. Nothing where a weight changed within a minute, so that
/// minutes do not tell who saw which, or where nothing was split.
fn split(detail: &Detail) -> Option<SplitReport> {
    const MINUTE: u64 = super::arrivals::MINUTE;
    if detail.weights.iter().any(|(from, _)| from % MINUTE != 0) {
        return None;
    }
    let Sides { old, new } = &detail.versions;
    let (mut expected, mut variance, mut all, mut on_new) = (0.0, 0.0, 0_u64, 0_u64);
    for (minute, (old, new)) in old.started.iter().zip(&new.started).enumerate() {
        let before = detail.weights.partition_point(|(from, _)| *from <= minute as u64 * MINUTE);
        let weight = before.checked_sub(1).and_then(|last| detail.weights.get(last)).map_or(0, |(_, weight)| *weight);
        let (weight, n) = (f64::from(weight) / 100.0, u64::from(*old) + u64::from(*new));
        expected += n as f64 * weight;
        variance += n as f64 * weight * (1.0 - weight);
        all += n;
        on_new += u64::from(*new);
    }
    SplitReport::new(on_new, all, expected, variance)
}

impl SplitReport {
    /// `on_new` of `all` went to the new version, where `expected` were promised with that variance. Nothing where
    /// nothing was left to chance.
    pub(in crate::simulation) fn new(on_new: u64, all: u64, expected: f64, variance: f64) -> Option<SplitReport> {
        if variance <= 0.0 || all == 0 {
            return None;
        }
        let z = (on_new as f64 - expected) / libm::sqrt(variance);
        let p = 2.0 * normal_cdf(-z.abs());
        let observed = Estimate::new(on_new, all);
        let expected = expected / all as f64;
        let half = 1.959_963_984_540_054 * libm::sqrt(variance) / all as f64;
        let sentence = format!(
            "observed {} of {}; expected {} ± {}: {} (χ² p = {})",
            percent(observed.value),
            count(all),
            percent(expected),
            percent(half),
            if p >= 0.01 { "chance explains it" } else { "chance hardly explains it" },
            plain::p_value(p),
        );
        Some(SplitReport { expected, observed, z, p, sentence })
    }
}

/// Minutes, where it comes.
fn minutes(nanos: u64) -> Option<f64> {
    (nanos != super::run::NEVER).then(|| Delay::from_nanos(nanos).as_secs_f64() / 60.0)
}
