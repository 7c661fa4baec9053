//! CloudWatch alarms on the metrics of a run: what they look at, and the machine that changes their state.
//!
//! An [`Alarm`] is the definition, [`evaluate`] the rule, and [`Watch`] one alarm during one run, which is evaluated at
//! every whole minute. What is done about an alarm is not decided here but in [`rollout`](super::rollout).
//!
//! ```
//! use weir::simulation::alarm::{AlarmState, Point, TreatMissing, evaluate};
//! let points = [Point::Missing, Point::Ok, Point::Breaching, Point::Breaching];
//! assert_eq!(evaluate(&points, 3, 2, TreatMissing::Missing), Some(AlarmState::Alarm));
//! ```

mod machine;
mod read;
mod watch;

pub use machine::{AlarmState, Point, TreatMissing, evaluate};
pub(super) use read::{Names, read_name, read_query, read_window};
pub use watch::{AlarmTally, Evaluation, Watch};

use super::metrics::{Measure, Query, Statistic};
use crate::base::Text;
use serde::Serialize;

/// An alarm on the metrics of the scenario's machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    pub name: Text,
    pub query: Query,
    pub operator: Operator,
    pub threshold: f64,
    /// Minutes in a period.
    pub period: u32,
    /// EvaluationPeriods, N.
    pub periods: u32,
    /// DatapointsToAlarm, M.
    pub datapoints: u32,
    /// How many datapoints are fetched to find N real ones: N + max(⌊N/3⌋, 2) unless the author says otherwise. (AWS
    /// documents no formula; this one gives the guide's 5 for N = 3.)
    pub range: u32,
    pub missing: TreatMissing,
    /// Whether a percentile of too few samples changes nothing.
    pub ignore_low_samples: bool,
    pub window: Window,
    pub initial: AlarmState,
    /// What the periods before the rollout hold.
    pub before: Point,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Operator {
    #[serde(rename = ">=")]
    AtLeast,
    #[serde(rename = ">")]
    Above,
    #[serde(rename = "<")]
    Below,
    #[serde(rename = "<=")]
    AtMost,
}

impl Operator {
    pub const WORDS: [(&str, Operator); 8] = [
        (">=", Operator::AtLeast),
        (">", Operator::Above),
        ("<", Operator::Below),
        ("<=", Operator::AtMost),
        ("GreaterThanOrEqualToThreshold", Operator::AtLeast),
        ("GreaterThanThreshold", Operator::Above),
        ("LessThanThreshold", Operator::Below),
        ("LessThanOrEqualToThreshold", Operator::AtMost),
    ];

    /// ComparisonOperator, as CloudWatch calls it.
    pub fn name(self) -> &'static str {
        let is_it = |(word, operator): &&(&str, Operator)| *operator == self && word.ends_with("Threshold");
        Operator::WORDS.iter().find(is_it).map_or("", |(word, _)| word)
    }

    pub fn holds(self, value: f64, threshold: f64) -> bool {
        match self {
            Operator::AtLeast => value >= threshold,
            Operator::Above => value > threshold,
            Operator::Below => value < threshold,
            Operator::AtMost => value <= threshold,
        }
    }

    pub fn symbol(self) -> &'static str {
        match self {
            Operator::AtLeast => "≥",
            Operator::Above => ">",
            Operator::Below => "<",
            Operator::AtMost => "≤",
        }
    }
}

/// EvaluationWindow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Window {
    /// Periods end at the evaluation, which is every minute.
    #[default]
    Sliding,
    /// Periods end at whole multiples of their length.
    Wallclock,
}

impl Alarm {
    /// The evaluation range that is taken where none is given.
    pub fn default_range(periods: u32) -> u32 {
        periods + (periods / 3).max(2)
    }

    /// What an evaluation costs, in executions: it reads the minutes of a period, and the evaluation range.
    pub fn effort(&self) -> u64 {
        1 + u64::from(self.range + 2 * self.period) / 16
    }

    /// What a value is to the alarm; `samples` is of how many it is made.
    pub fn point(&self, value: Option<(f64, u64)>) -> Point {
        let Some((value, samples)) = value else { return Point::Missing };
        if let Measure::Statistic(_, Statistic::Percentile(p)) = self.query.measure
            && self.ignore_low_samples
            && (samples as f64) < low_samples(p)
        {
            return Point::LowSample;
        }
        if self.operator.holds(value, self.threshold) { Point::Breaching } else { Point::Ok }
    }
}

/// With fewer samples a percentile says little: 10/(1 − p), or 10/p below the median (CloudWatch User Guide,
/// "Percentile-based CloudWatch alarms and low data samples").
pub fn low_samples(p: f64) -> f64 {
    10.0 / (if p >= 0.5 { 1.0 - p } else { p }).max(1e-9)
}
