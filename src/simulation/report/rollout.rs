//! What is told of a rollout.

use super::{Estimate, Mean, minutes};
use crate::base::sort::sort;
use crate::simulation::arrivals::MINUTE;
use crate::simulation::exact::{Exact, exact};
use crate::simulation::rollout::Plan;
use crate::simulation::run::{End, NEVER, Row, Tally};
use crate::simulation::runner::Runner;
use crate::simulation::scenario::Scenario;
use crate::simulation::statistics::{Moments, nearest_rank};
use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RolloutReport {
    pub strategy: &'static str,
    pub rollback: Estimate,
    /// How replications ended.
    pub completed: u64,
    pub rolled_back: u64,
    pub refused: u64,
    pub paused: u64,
    pub undecided: u64,
    pub detection: Detection,
    pub blast: Blast,
    /// With the old version in the place of the new.
    pub false_rollback: Option<Estimate>,
    /// The same: nothing is shifted, because of a smoke test that failed or an alarm that rang already.
    pub false_refusal: Option<Estimate>,
    /// The same: to 100 % that survives; of the replications that get there.
    pub harmless_minutes_to_full: Option<Mean>,
    /// To 100 % that survives; of the replications that get there.
    pub minutes_to_full: Option<Mean>,
    /// Executions of the new version until the decision, where the strategy counts them.
    pub decided_after: Option<Mean>,
    pub exact: ExactReport,
}

/// The time from the first share of traffic to the rollback, in minutes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Detection {
    /// Of the replications that were rolled back: read it beside the probability of that.
    pub mean_if_detected: Option<Mean>,
    /// Of all; None is never.
    pub median: Option<f64>,
    pub p90: Option<f64>,
    /// By minute, from 1: the share of replications that were rolled back by then.
    pub by_minute: Vec<Estimate>,
}

/// Executions of the new version that fail, in one replication.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Blast {
    pub failed: Mean,
    /// Of these: would have succeeded on the old version with the same draws.
    pub attributable: Mean,
    /// Of these: after the rollback.
    pub after_rollback: Mean,
    /// Running on the new version when it was rolled back; of the replications in which it was.
    pub in_flight: Option<Mean>,
}

/// The closed form, or why there is none.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase", untagged)]
pub enum ExactReport {
    Answer(Box<Exact>),
    #[serde(rename_all = "camelCase")]
    Reasons {
        does_not_apply: Vec<String>,
    },
}

impl ExactReport {
    pub fn answer(&self) -> Option<&Exact> {
        match self {
            ExactReport::Answer(answer) => Some(answer),
            ExactReport::Reasons { .. } => None,
        }
    }
}

/// More points than this no curve needs.
const MAX_CURVE: u64 = 1500;

pub(super) fn report(scenario: &Scenario, runner: &impl Runner, rows: &[Row], tally: &Tally) -> Option<RolloutReport> {
    if matches!(scenario.strategy.plan, Plan::Nothing) {
        return None;
    }
    let n = rows.len() as u64;
    let ends = |end: End| rows.iter().filter(|row| row.ending == end).count() as u64;
    let mean = |value: &dyn Fn(&Row) -> f64, of: &dyn Fn(&Row) -> bool| {
        let moments = Moments::of(rows.iter().filter(|row| of(row)).map(value));
        (moments.n > 0).then(|| Mean::new(&moments))
    };
    let all = |value: &dyn Fn(&Row) -> f64| Mean::new(&Moments::of(rows.iter().map(value)));
    let turned = |row: &Row| row.is_rolled_back();
    let in_minutes = |nanos: u64| nanos as f64 / MINUTE as f64;
    let mut times: Vec<u64> = rows.iter().map(Row::detection).collect();
    sort(&mut times);
    let quantile = |p: f64| times.get(nearest_rank(n, p)? as usize - 1).copied().and_then(minutes);
    let last = scenario.length().map_or(0, |length| length.as_nanos() / MINUTE).min(MAX_CURVE);
    let by = |minute: u64| times.partition_point(|time| *time != NEVER && *time <= minute * MINUTE) as u64;
    let detection = Detection {
        mean_if_detected: mean(&|row| in_minutes(row.detection()), &turned),
        median: quantile(0.5),
        p90: quantile(0.9),
        by_minute: (1..=last).map(|minute| Estimate::new(by(minute), n)).collect(),
    };
    let blast = Blast {
        failed: all(&|row| f64::from(row.failed.new)),
        attributable: all(&|row| f64::from(row.attributable)),
        after_rollback: all(&|row| f64::from(row.after_rollback)),
        in_flight: mean(&|row| f64::from(row.in_flight), &turned),
    };
    let twins = tally.twins;
    let of_twins = |count: u64| (twins.played > 0).then(|| Estimate::new(count, twins.played));
    let waits = Moments::of_sums(twins.full, twins.full_ms, twins.full_ms_squared, 60_000.0);
    let exact = match exact(scenario, runner) {
        Ok(answer) => ExactReport::Answer(Box::new(answer)),
        Err(does_not_apply) => ExactReport::Reasons { does_not_apply },
    };
    Some(RolloutReport {
        strategy: scenario.strategy.kind,
        rollback: Estimate::new(ends(End::RolledBack), n),
        completed: ends(End::Completed),
        rolled_back: ends(End::RolledBack),
        refused: ends(End::Refused),
        paused: ends(End::Paused),
        undecided: ends(End::Undecided),
        detection,
        blast,
        false_rollback: of_twins(twins.rolled_back),
        false_refusal: of_twins(twins.refused),
        harmless_minutes_to_full: (twins.full > 0).then(|| Mean::new(&waits)),
        minutes_to_full: mean(&|row| in_minutes(row.full), &|row| row.full != NEVER),
        decided_after: mean(&|row| f64::from(row.decided_after), &|row| row.decided_after > 0),
        exact,
    })
}
