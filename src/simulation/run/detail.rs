//! One replication in full, for charts: minutes by version, the weight line, alarms, decisions, and executions that can
//! be run again.

use super::route;
use crate::base::sort::sort;
use crate::base::{Delay, Key};
use crate::simulation::Sides;
use crate::simulation::alarm::Evaluation;
use crate::simulation::arrivals::MINUTE;
use crate::simulation::metrics::{Close, Metrics, Minute, Stream};
use crate::simulation::rollout::Decision;
use crate::simulation::runner::{Customer, Fate, SAMPLE};
use serde::{Deserialize, Serialize};
use std::collections::BinaryHeap;

/// Executions kept of each version and status where there are more than can be drawn one by one.
const PER_GROUP: usize = 2_000;
/// Up to so many, all are kept.
const ALL: usize = 20_000;

/// An execution, and what it takes to run it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    /// Its start in nanoseconds.
    pub at: u64,
    /// Its minute and its place among the starts of it: what its draws are keyed by, below the replication.
    pub minute: u64,
    pub index: u32,
    /// Whether it ran on the new version.
    pub new: bool,
    /// Its routing draw, in percent: it runs on the new version when the weight is above it.
    pub route: u8,
    pub class: u32,
    /// None: it runs for ever.
    pub close: Option<ShownClose>,
    pub error: u32,
    pub duration: u64,
    /// Of a failure on the new version: whether it would have failed on the old one too.
    pub fails_on_old: bool,
    pub number: u64,
    pub live_since: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ShownClose {
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
}

impl From<Close> for ShownClose {
    fn from(close: Close) -> ShownClose {
        match close {
            Close::Succeeded => ShownClose::Succeeded,
            Close::Failed => ShownClose::Failed,
            Close::TimedOut => ShownClose::TimedOut,
            Close::Aborted => ShownClose::Aborted,
        }
    }
}

/// Keeps all executions while they are few, and then of each version and status those with the least keyed number:
/// whoever draws the sample in whatever order draws the same.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    groups: [BinaryHeap<(u64, Shown)>; 10],
    /// All of them, in a few words each.
    pub seen: [u64; 10],
}

impl Sample {
    #[inline]
    pub fn add(&mut self, customer: &Customer, place: (u64, u32), new: bool, fate: &Fate, on_old: bool) {
        let close = fate.close.map(ShownClose::from);
        let group = usize::from(new) * 5 + close.map_or(4, |close| close as usize);
        let priority = customer.key.with(SAMPLE).bits();
        let (Some(heap), Some(seen)) = (self.groups.get_mut(group), self.seen.get_mut(group)) else { return };
        *seen += 1;
        // That is most of them, where there are many.
        if heap.len() >= ALL && heap.peek().is_some_and(|(highest, _)| priority >= *highest) {
            return;
        }
        if heap.len() >= ALL {
            heap.pop();
        }
        let shown = Shown {
            at: customer.start.as_nanos(),
            minute: place.0,
            index: place.1,
            new,
            route: route(customer.key),
            class: customer.class,
            close,
            error: fate.error,
            duration: fate.duration.as_nanos(),
            fails_on_old: on_old,
            number: customer.number,
            live_since: customer.live_since.as_nanos(),
        };
        heap.push((priority, shown));
    }

    /// In the order of their starts.
    fn into_list(self) -> Vec<Shown> {
        let few = self.seen.iter().sum::<u64>() <= ALL as u64;
        let mut list = Vec::new();
        for heap in self.groups {
            let sorted = heap.into_sorted_vec();
            let keep = if few { sorted.len() } else { PER_GROUP };
            list.extend(sorted.into_iter().take(keep).map(|(_, shown)| shown));
        }
        sort(&mut list);
        list
    }
}

impl Shown {
    /// The customer whose execution it is, in the replication of that key.
    pub fn customer(&self, replication: Key) -> Customer {
        Customer {
            key: replication.with(self.minute).with(u64::from(self.index)),
            class: self.class,
            start: crate::base::Time::from_nanos(self.at),
            live_since: crate::base::Time::from_nanos(self.live_since),
            number: self.number,
        }
    }
}

/// Columns of one version, an entry per minute.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Columns {
    pub started: Vec<u32>,
    pub succeeded: Vec<u32>,
    pub failed: Vec<u32>,
    pub timed_out: Vec<u32>,
    pub aborted: Vec<u32>,
    /// Executions running when the minute begins.
    pub running: Vec<i64>,
    /// Time average of the number running.
    pub concurrency: Vec<f64>,
    /// Mean duration in milliseconds of what closed; NaN is told as null.
    pub mean_ms: Vec<Option<f64>>,
    /// Percentiles of the same, where durations are kept.
    pub p50_ms: Vec<Option<f64>>,
    pub p90_ms: Vec<Option<f64>>,
    pub p99_ms: Vec<Option<f64>>,
}

impl Columns {
    fn of(metrics: &Metrics, stream: Stream) -> Columns {
        let mut columns = Columns::default();
        let mut running = 0_i64;
        for (n, minute) in metrics.stream(stream).iter().enumerate() {
            columns.started.push(minute.started);
            columns.succeeded.push(minute.succeeded);
            columns.failed.push(minute.failed);
            columns.timed_out.push(minute.timed_out);
            columns.aborted.push(minute.aborted);
            columns.running.push(running);
            columns.concurrency.push(concurrency(running, minute));
            running += i64::from(minute.started) - i64::from(minute.closed());
            let closed = minute.closed();
            columns.mean_ms.push((closed > 0).then(|| minute.time as f64 / f64::from(closed) / 1e6));
            let percent = |p: f64| metrics.time_in(stream, n as u64, p).map(|nanos| nanos as f64 / 1e6);
            columns.p50_ms.push(percent(0.5));
            columns.p90_ms.push(percent(0.9));
            columns.p99_ms.push(percent(0.99));
        }
        columns
    }
}

/// The time average of the number running in a minute that begins with `running`.
fn concurrency(running: i64, minute: &Minute) -> f64 {
    let changes = minute.after_starts as f64 - minute.after_closes as f64;
    running as f64 + changes / MINUTE as f64
}

/// One replication in full.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    pub replication: u64,
    /// By minute: the old and the new version.
    pub versions: Sides<Columns>,
    /// From which nanosecond, what weight new starts see.
    pub weights: Vec<(u64, u8)>,
    /// By alarm.
    pub evaluations: Vec<Vec<Evaluation>>,
    pub decisions: Vec<Decision>,
    pub executions: Vec<Shown>,
    /// How many there were, of whom `executions` may be a sample.
    pub seen: u64,
    pub horizon: Delay,
}

impl Detail {
    pub(super) fn new(
        replication: u64,
        metrics: &Metrics,
        weights: Vec<(u64, u8)>,
        evaluations: Vec<Vec<Evaluation>>,
        decisions: Vec<Decision>,
        sample: Sample,
        horizon: Delay,
    ) -> Detail {
        let versions = Sides { old: Stream::Old, new: Stream::New }.map(|stream| Columns::of(metrics, *stream));
        let seen = sample.seen.iter().sum();
        Detail { replication, versions, weights, evaluations, decisions, executions: sample.into_list(), seen, horizon }
    }
}
