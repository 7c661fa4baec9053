//! What is told of a version.

use super::{Estimate, usage};
use crate::base::Text;
use crate::base::sort::sort_by;
use crate::simulation::cost::{Cost, cost};
use crate::simulation::run::{Closes, Tally, VersionTally};
use crate::simulation::scenario::Scenario;
use crate::simulation::statistics::{nearest_rank, order_statistic_ranks};
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionReport {
    pub version: Text,
    pub started: u64,
    pub succeeded: u64,
    pub failed: u64,
    pub timed_out: u64,
    pub aborted: u64,
    /// Never closed.
    pub running: u64,
    /// Failed or timed out, of those that closed by themselves.
    pub failure_rate: Estimate,
    /// The most frequent first.
    pub errors: Vec<ErrorReport>,
    pub duration: Option<DurationReport>,
    /// States entered and attempts made again.
    pub transitions_per_execution: f64,
    pub attempts_per_execution: f64,
    /// In seconds, each rounded up to 100 ms; of Express workflows.
    pub billed_per_execution: f64,
    pub classes: Vec<ClassReport>,
    /// Of one replication, on average.
    pub cost: Cost,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ErrorReport {
    pub error: Text,
    pub share: Estimate,
    pub count: u64,
}

/// In milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DurationReport {
    pub mean: f64,
    pub p50: Quantile,
    pub p90: Quantile,
    pub p99: Quantile,
}

/// A percentile of durations in milliseconds, by nearest rank, with the interval of order statistics.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Quantile {
    pub value: f64,
    /// None where there are too few executions to bound it.
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Whether there are as many as CloudWatch wants for this percentile.
    pub enough: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClassReport {
    pub class: Text,
    pub started: u64,
    pub failure_rate: Estimate,
}

pub(in crate::simulation) fn reports(scenario: &Scenario, errors: &[Text], tally: &Tally) -> Vec<VersionReport> {
    let alone = scenario.old == scenario.new;
    let names = [scenario.old_name(), scenario.new_name()];
    let each = tally.versions.iter().zip(names).take(if alone { 1 } else { 2 });
    each.map(|(version, name)| report(scenario, errors, tally.replications, version, name)).collect()
}

fn report(
    scenario: &Scenario,
    errors: &[Text],
    replications: u64,
    version: &VersionTally,
    name: &str,
) -> VersionReport {
    let Closes { succeeded, failed, timed_out, aborted } = version.closes;
    let bad = version.closes.bad();
    let per = |sum: u64| if version.started == 0 { 0.0 } else { sum as f64 / version.started as f64 };
    let mut counts: Vec<ErrorReport> = errors
        .iter()
        .zip(&version.errors)
        .filter(|(_, count)| **count > 0)
        .map(|(error, count)| ErrorReport {
            error: error.clone(),
            count: *count,
            share: Estimate::new(*count, version.started),
        })
        .collect();
    sort_by(&mut counts, |a, b| b.count.cmp(&a.count).then_with(|| a.error.cmp(&b.error)));
    let class = |(class, (started, failed)): (&crate::simulation::scenario::InputClass, &(u64, u64))| ClassReport {
        class: class.name.clone(),
        started: *started,
        failure_rate: Estimate::new(*failed, *started),
    };
    VersionReport {
        version: name.into(),
        started: version.started,
        succeeded,
        failed,
        timed_out,
        aborted,
        running: version.started - version.closes.all(),
        failure_rate: Estimate::new(bad, succeeded + bad),
        errors: counts,
        duration: durations(version),
        transitions_per_execution: per(version.transitions),
        attempts_per_execution: per(version.attempts),
        billed_per_execution: per(version.billed) / 10.0,
        classes: scenario.inputs.iter().zip(&version.classes).map(class).collect(),
        cost: cost(&scenario.price, usage(replications, std::iter::once(version))),
    }
}

fn durations(version: &VersionTally) -> Option<DurationReport> {
    let histogram = &version.durations.histogram;
    let n = histogram.len();
    let of_rank = |rank: u64| histogram.of_rank(rank).map(|nanos| nanos as f64 / 1e6);
    let quantile = |p: f64| {
        let ranks = order_statistic_ranks(n, p, super::CONFIDENCE);
        Some(Quantile {
            value: of_rank(nearest_rank(n, p)?)?,
            low: ranks.and_then(|(low, _)| of_rank(low)),
            high: ranks.and_then(|(_, high)| of_rank(high)),
            enough: n as f64 >= crate::simulation::alarm::low_samples(p) - 1e-6,
        })
    };
    let mean = version.durations.mean()? / 1e6;
    Some(DurationReport { mean, p50: quantile(0.5)?, p90: quantile(0.9)?, p99: quantile(0.99)? })
}
