//! Several rollouts of the same change on the same customers: which one, and why?
//!
//! A comparison is a scenario and what to change in it: named variants, or one or two values swept over. All
//! alternatives play with the scenario's seed, so their customers arrive at the same instants with the same luck. The
//! answer is a table, the front of those that no other beats in everything, and a recommendation with its reason.
//!
//! ```
//! use weir::simulation::compare::compare;
//! let report = compare(r#"{"weir": 1, "scenario": {"weir": 1, "replications": 200, "horizon_ms": 1800000,
//!     "traffic": {"kind": "poisson", "per_min": 100}, "alias": {"weights": {"5": 100}},
//!     "versions": {"5": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}},
//!                  "6": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "x", "End": true}}},
//!                        "behaviour": {"A": {"outcomes": [{"p": 0.05, "outcome": "error", "error": "Bug"}]}}}},
//!     "alarms": [{"name": "failures", "metric": "ExecutionsFailed", "statistic": "Sum", "dimension": {"Version": "6"},
//!                 "operator": ">=", "threshold": 2, "N": 3, "M": 2}]},
//!   "variants": [
//!     {"name": "watched", "patch": {"strategy": {"kind": "canary", "weight": 10, "interval_ms": 300000, "bake_ms": 600000}}},
//!     {"name": "unwatched", "patch": {"strategy": {"kind": "canary", "weight": 10, "interval_ms": 300000}}}]}"#).unwrap();
//! assert_eq!(report.recommendation.name.as_deref(), Some("watched"));
//! ```

mod front;
mod read;

pub use front::{Recommendation, front};
pub use read::{Alternative, Comparison, Want, swept};

use super::report::{Report, chance, number};
use crate::base::{Diagnostic, Text};
use serde::Serialize;
use std::fmt::Write;

/// What a comparison came to.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComparisonReport {
    pub weir: u64,
    /// What is swept over; empty where there are only variants.
    pub swept: Vec<String>,
    pub lines: Vec<Line>,
    pub recommendation: Recommendation,
}

/// One alternative.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    pub name: Text,
    /// The swept values, as JSON.
    pub values: Vec<String>,
    pub rollback: super::report::Estimate,
    /// Where there is a closed form.
    pub rollback_exact: Option<f64>,
    /// Before anything was shifted: by a smoke test, or by an alarm that rang already.
    pub refused: super::report::Estimate,
    pub mean_minutes_to_rollback: Option<f64>,
    pub failures: super::report::Mean,
    pub attributable: super::report::Mean,
    /// Of a version that is no worse than the old one: rolled back, and refused.
    pub false_rollback: Option<f64>,
    pub false_refusal: f64,
    /// Of such a version.
    pub minutes_to_full: Option<f64>,
    pub usd: f64,
    /// Whether no other is better in failures, minutes to full and false rollbacks at once.
    pub on_front: bool,
}

impl Line {
    /// P(the new version is turned back): rolled back, exact where that is known, or refused.
    pub fn catches(&self) -> f64 {
        (self.rollback_exact.unwrap_or(self.rollback.value) + self.refused.value).min(1.0)
    }

    /// The same for a version that is no worse than the old one; `None` where that was not played.
    pub fn cries_wolf(&self) -> Option<f64> {
        self.false_rollback.map(|rolled_back| (rolled_back + self.false_refusal).min(1.0))
    }

    fn new(alternative: &Alternative, report: &Report) -> Line {
        let rollout = report.rollout.as_ref();
        let none = super::report::Mean { mean: 0.0, low: None, high: None, of: 0 };
        let nothing = super::report::Estimate::new(0, 0);
        let answer = rollout.and_then(|rollout| rollout.exact.answer());
        let played = rollout.and_then(|rollout| rollout.false_rollback.map(|estimate| estimate.value));
        Line {
            name: alternative.name.clone(),
            values: alternative.values.clone(),
            rollback: rollout.map_or(nothing, |rollout| rollout.rollback),
            rollback_exact: answer.map(|answer| answer.passage.total()),
            refused: rollout
                .map_or(nothing, |rollout| super::report::Estimate::new(rollout.refused, report.replications)),
            mean_minutes_to_rollback: rollout.and_then(|r| r.detection.mean_if_detected.map(|mean| mean.mean)),
            failures: rollout.map_or(none, |rollout| rollout.blast.failed),
            attributable: rollout.map_or(none, |rollout| rollout.blast.attributable),
            false_rollback: answer.map(|answer| answer.false_rollback).or(played),
            false_refusal: rollout.and_then(|rollout| rollout.false_refusal).map_or(0.0, |estimate| estimate.value),
            minutes_to_full: answer.and_then(|answer| answer.minutes_to_full).or_else(|| {
                rollout.and_then(|r| r.harmless_minutes_to_full.or(r.minutes_to_full)).map(|mean| mean.mean)
            }),
            usd: report.cost.usd,
            on_front: false,
        }
    }
}

impl ComparisonReport {
    /// Of the reports of all alternatives, in their order.
    pub fn new(comparison: &Comparison, reports: &[Report]) -> ComparisonReport {
        let each = comparison.alternatives.iter().zip(reports);
        let mut lines: Vec<Line> = each.map(|(alternative, report)| Line::new(alternative, report)).collect();
        let on_front = front(&lines);
        lines.iter_mut().zip(on_front).for_each(|(line, on_front)| line.on_front = on_front);
        let recommendation = front::recommend(&lines, comparison.want);
        ComparisonReport { weir: super::scenario::VERSION, swept: comparison.swept.clone(), lines, recommendation }
    }

    /// A line per alternative (RFC 4180).
    pub fn csv(&self) -> String {
        let mut out = String::from("name");
        self.swept.iter().for_each(|pointer| {
            // Writing to a string cannot fail.
            let _ = write!(out, ",{}", quoted(pointer));
        });
        out.push_str(
            ",rollback,rollback_exact,refused,mean_min_to_rollback,failures,attributable,false_rollback,false_refusal,\
             min_to_full,usd,on_front\r\n",
        );
        for line in &self.lines {
            let optional = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
            out.push_str(&quoted(&line.name));
            line.values.iter().for_each(|value| {
                let _ = write!(out, ",{}", quoted(value));
            });
            let _ = write!(
                out,
                ",{},{},{},{},{},{},{},{},{},{},{}\r\n",
                line.rollback.value,
                optional(line.rollback_exact),
                line.refused.value,
                optional(line.mean_minutes_to_rollback),
                line.failures.mean,
                line.attributable.mean,
                optional(line.false_rollback),
                line.false_refusal,
                optional(line.minutes_to_full),
                line.usd,
                line.on_front,
            );
        }
        out
    }

    /// The table in Markdown.
    pub fn markdown(&self) -> String {
        let mut out = String::from(
            "| | P(turned back) | min to rollback | failures | only because of it | falsely | min to full | USD | |\n\
             |---|---|---|---|---|---|---|---|---|\n",
        );
        for line in &self.lines {
            let optional = |value: Option<f64>| value.map_or("–".to_owned(), number);
            // Writing to a string cannot fail.
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
                line.name.replace('|', "\\|"),
                chance(line.catches()),
                optional(line.mean_minutes_to_rollback),
                number(line.failures.mean),
                number(line.attributable.mean),
                line.cries_wolf().map_or("–".to_owned(), chance),
                optional(line.minutes_to_full),
                number(line.usd),
                if line.on_front { "●" } else { "" },
            );
        }
        let _ = writeln!(out, "\n{}", self.recommendation.reason);
        out
    }
}

/// A field of a CSV file.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// Plays a comparison to its end.
///
/// # Errors
/// All that is wrong with the document, and with the scenarios that it makes.
pub fn compare(document: &str) -> Result<ComparisonReport, Vec<Diagnostic>> {
    let comparison = Comparison::parse(document)?;
    let reports = comparison.alternatives.iter().map(|alternative| super::simulate(&alternative.document));
    let reports: Vec<Report> = reports.collect::<Result<_, _>>()?;
    Ok(ComparisonReport::new(&comparison, &reports))
}

#[cfg(test)]
mod tests;
