//! What is told of one run, for charts.

use super::plain;
use crate::base::Text;
use crate::simulation::Sides;
use crate::simulation::alarm::Evaluation;
use crate::simulation::rollout::{Cause, Decision, Deed};
use crate::simulation::run::{Columns, Detail, Shown};
use crate::simulation::scenario::Scenario;
use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunReport {
    pub replication: u64,
    /// By minute: the old and the new version.
    pub versions: Sides<Columns>,
    /// From which minute, what weight of the new version new starts saw.
    pub weights: Vec<(f64, u8)>,
    /// By alarm.
    pub alarms: Vec<Vec<Evaluation>>,
    pub decisions: Vec<DecisionReport>,
    /// All executions, or a sample of them.
    pub executions: Vec<Shown>,
    pub executions_seen: u64,
    /// The names of errors by their numbers in `executions`.
    pub errors: Vec<Text>,
}

/// One entry of the log.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DecisionReport {
    pub minute: f64,
    pub deed: Deed,
    pub before: u8,
    pub after: u8,
    #[serde(flatten)]
    pub cause: Cause,
    pub sentence: String,
}

pub(super) fn report(scenario: &Scenario, errors: &[Text], detail: &Detail) -> RunReport {
    let in_minutes = |nanos: u64| nanos as f64 / super::super::arrivals::MINUTE as f64;
    RunReport {
        replication: detail.replication,
        versions: detail.versions.clone(),
        weights: detail.weights.iter().map(|(from, weight)| (in_minutes(*from), *weight)).collect(),
        alarms: detail.evaluations.clone(),
        decisions: detail.decisions.iter().map(|decision| decision_report(scenario, detail, decision)).collect(),
        executions: detail.executions.clone(),
        executions_seen: detail.seen,
        errors: errors.to_vec(),
    }
}

fn decision_report(scenario: &Scenario, detail: &Detail, decision: &Decision) -> DecisionReport {
    let minute = decision.at.as_nanos() as f64 / super::super::arrivals::MINUTE as f64;
    DecisionReport {
        minute,
        deed: decision.deed,
        before: decision.before,
        after: decision.after,
        cause: decision.cause.clone(),
        sentence: plain::decision(scenario, detail, decision),
    }
}
