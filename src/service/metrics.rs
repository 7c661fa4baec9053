//! What CloudWatch would show of executions (namespace `AWS/States`), by minute.

use super::Account;
use super::driver::Run;
use crate::base::{Delay, Text, Time};
use crate::engine::Status;
use std::collections::BTreeMap;

/// The dimension set of a data point; beside it there always is the machine's ARN.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    StateMachine,
    Version(u32),
    /// Mixes the versions that the alias routes to.
    Alias(Text),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    ExecutionsStarted,
    ExecutionsSucceeded,
    ExecutionsFailed,
    ExecutionsTimedOut,
    ExecutionsAborted,
    /// Milliseconds from start to end.
    ExecutionTime,
    ExecutionsRedriven,
}

/// The data points of one minute.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Points {
    pub sum: f64,
    pub sample_count: u64,
    pub minimum: f64,
    pub maximum: f64,
}

#[derive(Debug, Default)]
pub struct Metrics {
    /// By machine, metric, dimension and minute since 1970.
    points: BTreeMap<(Text, Metric, Dimension, u64), Points>,
}

impl Metrics {
    fn add(&mut self, run: &Run, metric: Metric, at: Time, value: f64) {
        let minute = at.as_millis() / 60_000;
        let dimensions = [
            Some(Dimension::StateMachine),
            run.version.map(Dimension::Version),
            run.alias.clone().map(Dimension::Alias),
        ];
        for dimension in dimensions.into_iter().flatten() {
            let points = self.points.entry((run.machine_arn.clone(), metric, dimension, minute)).or_default();
            if points.sample_count == 0 {
                (points.minimum, points.maximum) = (value, value);
            }
            points.sum += value;
            points.sample_count += 1;
            points.minimum = points.minimum.min(value);
            points.maximum = points.maximum.max(value);
        }
    }

    pub(super) fn started(&mut self, run: &Run, at: Time) {
        self.add(run, Metric::ExecutionsStarted, at, 1.0);
    }

    pub(super) fn redriven(&mut self, run: &Run, at: Time) {
        self.add(run, Metric::ExecutionsRedriven, at, 1.0);
    }

    pub(super) fn ended(&mut self, run: &Run, at: Time, duration: Delay) {
        // The second data point of each start: its count reads 2, its sum 1.
        self.add(run, Metric::ExecutionsStarted, at, 0.0);
        let metric = match run.status() {
            Status::Succeeded => Metric::ExecutionsSucceeded,
            Status::TimedOut => Metric::ExecutionsTimedOut,
            Status::Aborted => Metric::ExecutionsAborted,
            Status::Failed | Status::Running => Metric::ExecutionsFailed,
        };
        self.add(run, metric, at, 1.0);
        self.add(run, Metric::ExecutionTime, at, duration.as_millis_f64());
    }

    /// The data points of a metric, in the order of time; each with the start of its minute.
    pub fn points<'m>(
        &'m self,
        machine_arn: &str,
        metric: Metric,
        dimension: &Dimension,
    ) -> impl Iterator<Item = (Time, &'m Points)> {
        let from = (Text::from(machine_arn), metric, dimension.clone(), 0);
        let to = (Text::from(machine_arn), metric, dimension.clone(), u64::MAX);
        self.points.range(from..=to).map(|((.., minute), points)| (Time::from_millis(minute * 60_000), points))
    }
}

impl Account {
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }
}
