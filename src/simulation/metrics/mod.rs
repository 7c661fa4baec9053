//! What CloudWatch is told of executions, and what can be asked of it: counts and durations per minute, by where the
//! executions came from. (Developer Guide, "Monitoring Step Functions using CloudWatch"; dimension sets as of
//! "Associating executions with a version or alias".)

mod times;

use super::arrivals::MINUTE;
use super::statistics::nearest_rank;
use crate::base::Delay;
use serde::Serialize;
use times::Times;

/// How an execution was started, which decides the dimension sets that hear of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Through the alias, on the version that it pointed to before the rollout.
    Old,
    /// Through the alias, on the version that is being rolled out.
    New,
    /// By the ARN of the new version: a smoke test.
    Direct,
}

impl Stream {
    pub const ALL: [Stream; 3] = [Stream::Old, Stream::New, Stream::Direct];
}

/// The dimension sets of `AWS/States`. There is none that names a version and an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Dimension {
    /// {StateMachineArn}
    Machine,
    /// {StateMachineArn, Alias}
    Alias,
    /// {StateMachineArn, Version} of the old version
    OldVersion,
    /// {StateMachineArn, Version} of the new version
    NewVersion,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Metric {
    ExecutionsStarted,
    ExecutionsSucceeded,
    ExecutionsFailed,
    ExecutionsTimedOut,
    ExecutionsAborted,
    /// Of the machine only: starts that were refused.
    ExecutionThrottled,
    /// In milliseconds.
    ExecutionTime,
}

impl Metric {
    pub const WORDS: [(&str, Metric); 7] = [
        ("ExecutionsStarted", Metric::ExecutionsStarted),
        ("ExecutionsSucceeded", Metric::ExecutionsSucceeded),
        ("ExecutionsFailed", Metric::ExecutionsFailed),
        ("ExecutionsTimedOut", Metric::ExecutionsTimedOut),
        ("ExecutionsAborted", Metric::ExecutionsAborted),
        ("ExecutionThrottled", Metric::ExecutionThrottled),
        ("ExecutionTime", Metric::ExecutionTime),
    ];

    pub fn name(self) -> &'static str {
        Metric::WORDS.iter().find(|(_, metric)| *metric == self).map_or("", |(name, _)| name)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub enum Statistic {
    Sum,
    Average,
    Minimum,
    Maximum,
    SampleCount,
    /// `p90` is 0.9.
    Percentile(f64),
}

/// What is asked of the metrics of a stretch of time.
#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    Statistic(Metric, Statistic),
    /// Metric math: the sum of some counts by the sum of others. There is no value where the divisor is 0.
    Ratio(Vec<Metric>, Vec<Metric>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub dimension: Dimension,
    pub measure: Measure,
}

/// What AWS does not say for certain, as switches. (rollouts.md, 2.14)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Switches {
    pub publish_delay: Delay,
    /// The close of an execution publishes 1 for its status and 0 for the others.
    pub publish_zeros: bool,
    /// The part of closes of which nothing is heard.
    pub loss: f64,
    pub version_dimension_counts_alias_starts: bool,
}

impl Default for Switches {
    fn default() -> Switches {
        Switches {
            publish_delay: Delay::ZERO,
            publish_zeros: true,
            loss: 0.0,
            version_dimension_counts_alias_starts: true,
        }
    }
}

impl Switches {
    /// Whether a dimension set hears of a stream.
    pub fn hears(&self, dimension: Dimension, stream: Stream) -> bool {
        match (dimension, stream) {
            (Dimension::Machine, _) | (Dimension::NewVersion, Stream::Direct) => true,
            (Dimension::Alias, stream) => stream != Stream::Direct,
            (Dimension::OldVersion, Stream::Old) | (Dimension::NewVersion, Stream::New) => {
                self.version_dimension_counts_alias_starts
            }
            _ => false,
        }
    }
}

/// How an execution ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Close {
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
}

/// One minute of one stream. Sums of times are in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Minute {
    pub started: u32,
    pub succeeded: u32,
    pub failed: u32,
    pub timed_out: u32,
    pub aborted: u32,
    pub throttled: u32,
    /// Sum, least and greatest of the durations of what closed.
    pub time: u64,
    pub time_min: u64,
    pub time_max: u64,
    /// How much of the minute was left when each execution started and closed: what the time spent running is made of.
    pub after_starts: u64,
    pub after_closes: u64,
}

impl Minute {
    #[inline(always)]
    pub fn closed(&self) -> u32 {
        self.succeeded + self.failed + self.timed_out + self.aborted
    }

    /// Closed other than by success, but for those that somebody stopped.
    pub fn bad(&self) -> u32 {
        self.failed + self.timed_out
    }

    #[inline(always)]
    fn close(&mut self, left: u64, time: u64, close: Close) {
        let first = self.closed() == 0;
        *self.count(close) += 1;
        self.time = self.time.saturating_add(time);
        self.time_min = if first { time } else { self.time_min.min(time) };
        self.time_max = self.time_max.max(time);
        self.after_closes = self.after_closes.saturating_add(left);
    }

    fn reopen(&mut self, left: u64, time: u64, close: Close) {
        let count = self.count(close);
        *count = count.saturating_sub(1);
        self.time = self.time.saturating_sub(time);
        self.after_closes = self.after_closes.saturating_sub(left);
    }

    #[inline(always)]
    fn count(&mut self, close: Close) -> &mut u32 {
        match close {
            Close::Succeeded => &mut self.succeeded,
            Close::Failed => &mut self.failed,
            Close::TimedOut => &mut self.timed_out,
            Close::Aborted => &mut self.aborted,
        }
    }

    pub fn add(&mut self, other: &Minute) {
        let (old, new) = (self.closed(), other.closed());
        if new > 0 {
            self.time_min = if old > 0 { self.time_min.min(other.time_min) } else { other.time_min };
            self.time_max = self.time_max.max(other.time_max);
        }
        self.started += other.started;
        self.succeeded += other.succeeded;
        self.failed += other.failed;
        self.timed_out += other.timed_out;
        self.aborted += other.aborted;
        self.throttled += other.throttled;
        self.time = self.time.saturating_add(other.time);
        self.after_starts = self.after_starts.saturating_add(other.after_starts);
        self.after_closes = self.after_closes.saturating_add(other.after_closes);
    }
}

/// The minutes of one run.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    pub switches: Switches,
    streams: Streams<Vec<Minute>>,
    /// What CloudWatch has heard of them, where some is lost.
    heard: Option<Streams<Vec<Minute>>>,
    /// Durations by minute, where a percentile is asked for.
    times: Option<Times>,
}

/// One of each [`Stream`].
#[derive(Clone, Debug, Default)]
struct Streams<T> {
    old: T,
    new: T,
    direct: T,
}

impl<T> Streams<T> {
    #[inline]
    fn of(&self, stream: Stream) -> &T {
        match stream {
            Stream::Old => &self.old,
            Stream::New => &self.new,
            Stream::Direct => &self.direct,
        }
    }

    #[inline(always)]
    fn of_mut(&mut self, stream: Stream) -> &mut T {
        match stream {
            Stream::Old => &mut self.old,
            Stream::New => &mut self.new,
            Stream::Direct => &mut self.direct,
        }
    }
}

impl Streams<Vec<Minute>> {
    #[inline(always)]
    fn start(&mut self, stream: Stream, minute: usize, left: u64) {
        if let Some(minute) = self.of_mut(stream).get_mut(minute) {
            minute.started += 1;
            minute.after_starts = minute.after_starts.saturating_add(left);
        }
    }
}

impl Metrics {
    pub fn new(switches: Switches) -> Metrics {
        Metrics { switches, heard: (switches.loss > 0.0).then(Default::default), ..Metrics::default() }
    }

    /// Forgets all and makes room for so many minutes; what happens later is not kept. `times` says of which streams
    /// durations are kept, because percentiles of ExecutionTime will be asked for; `direct` is where executions are started
    /// by version ARN.
    pub fn clear(&mut self, minutes: u64, times: impl Fn(Stream) -> bool, direct: bool) {
        let room = |stream: Stream| if stream == Stream::Direct && !direct { 0 } else { minutes as usize };
        for streams in std::iter::once(&mut self.streams).chain(self.heard.as_mut()) {
            for stream in Stream::ALL {
                streams.of_mut(stream).clear();
                streams.of_mut(stream).resize(room(stream), Minute::default());
            }
        }
        self.times = match Stream::ALL.into_iter().any(&times) {
            true => {
                let mut kept = self.times.take().unwrap_or_default();
                kept.clear(|stream| if times(stream) { room(stream) } else { 0 });
                Some(kept)
            }
            false => None,
        };
    }

    pub fn stream(&self, stream: Stream) -> &[Minute] {
        self.streams.of(stream)
    }

    /// A percentile of the durations of a minute in nanoseconds, where they are kept.
    pub fn time_in(&self, stream: Stream, minute: u64, p: f64) -> Option<u64> {
        self.times.as_ref()?.percentile(|other| other == stream, p, minute, minute + 1)
    }

    #[inline(always)]
    pub fn start(&mut self, stream: Stream, at: u64) {
        let (minute, left) = place(at);
        self.streams.start(stream, minute, left);
        if let Some(heard) = &mut self.heard {
            heard.start(stream, minute, left);
        }
    }

    pub fn throttle(&mut self, at: u64) {
        let (minute, _) = place(at);
        for streams in std::iter::once(&mut self.streams).chain(self.heard.as_mut()) {
            if let Some(minute) = streams.of_mut(Stream::Old).get_mut(minute) {
                minute.throttled += 1;
            }
        }
    }

    /// Books an execution that ends at `at` after `time`, in the minute that holds `at`.
    #[inline]
    pub fn close(&mut self, stream: Stream, at: u64, time: u64, close: Close, lost: bool) {
        let (minute, left) = place(at);
        let Some(known) = self.streams.of_mut(stream).get_mut(minute) else { return };
        known.close(left, time, close);
        if lost {
            return;
        }
        if let Some(heard) = &mut self.heard
            && let Some(heard) = heard.of_mut(stream).get_mut(minute)
        {
            heard.close(left, time, close);
        }
        if let Some(times) = &mut self.times {
            times.add(stream, minute, time);
        }
    }

    /// Takes back what [`close`](Metrics::close) booked, of an execution that is stopped before its end.
    pub fn reopen(&mut self, stream: Stream, at: u64, time: u64, close: Close, lost: bool) {
        let (minute, left) = place(at);
        if let Some(known) = self.streams.of_mut(stream).get_mut(minute) {
            known.reopen(left, time, close);
        }
        if lost {
            return;
        }
        if let Some(heard) = &mut self.heard
            && let Some(heard) = heard.of_mut(stream).get_mut(minute)
        {
            heard.reopen(left, time, close);
        }
        if let Some(times) = &mut self.times {
            times.take(stream, minute, time);
        }
    }

    /// Nothing closes before `minute` any more, and nobody will ask for durations of what closed before `asked`.
    pub fn settle_times(&mut self, minute: u64, asked: u64) {
        if let Some(times) = &mut self.times {
            times.forget(asked);
            times.settle(minute);
        }
    }

    #[cfg(test)]
    pub fn listed_times(&self) -> u64 {
        self.times.as_ref().map_or(0, Times::listed)
    }

    /// Forgets all durations.
    pub fn forget_times(&mut self) {
        self.times = None;
    }

    /// The value over the minutes [from, to), and of how many samples it is made. Nothing where there are none.
    pub fn value(&self, query: &Query, from: u64, to: u64) -> Option<(f64, u64)> {
        match &query.measure {
            Measure::Statistic(metric, statistic) => self.statistic(query.dimension, *metric, *statistic, from, to),
            Measure::Ratio(above, below) => {
                let sum = |metrics: &[Metric]| {
                    let sum = |metric: &Metric| self.samples(query.dimension, *metric, from, to).ones;
                    metrics.iter().map(sum).sum::<u64>()
                };
                let below = sum(below);
                (below > 0).then(|| (sum(above) as f64 / below as f64, below))
            }
        }
    }

    fn heard(&self, dimension: Dimension, from: u64, to: u64) -> impl Iterator<Item = &Minute> {
        let streams = self.heard.as_ref().unwrap_or(&self.streams);
        let heard = Stream::ALL.into_iter().filter(move |stream| self.switches.hears(dimension, *stream));
        heard.flat_map(move |stream| streams.of(stream).get(from as usize..to as usize).unwrap_or_default())
    }

    fn samples(&self, dimension: Dimension, metric: Metric, from: u64, to: u64) -> Samples {
        let zeros = self.switches.publish_zeros;
        let mut samples = Samples::default();
        for minute in self.heard(dimension, from, to) {
            let closed = u64::from(minute.closed());
            let (ones, zeros) = match metric {
                // 1 at the start and 0 at the close, whatever the switch says: that much is documented.
                Metric::ExecutionsStarted => (u64::from(minute.started), closed),
                Metric::ExecutionThrottled if dimension == Dimension::Machine => (u64::from(minute.throttled), 0),
                Metric::ExecutionThrottled => (0, 0),
                Metric::ExecutionTime => (closed, 0),
                _ => {
                    let ones = match metric {
                        Metric::ExecutionsFailed => minute.failed,
                        Metric::ExecutionsTimedOut => minute.timed_out,
                        Metric::ExecutionsAborted => minute.aborted,
                        _ => minute.succeeded,
                    };
                    let ones = u64::from(ones);
                    (ones, if zeros { closed - ones } else { 0 })
                }
            };
            samples.ones += ones;
            samples.zeros += zeros;
        }
        samples
    }

    fn statistic(
        &self,
        dimension: Dimension,
        metric: Metric,
        statistic: Statistic,
        from: u64,
        to: u64,
    ) -> Option<(f64, u64)> {
        let Samples { ones, zeros } = self.samples(dimension, metric, from, to);
        let n = ones + zeros;
        if n == 0 {
            return None;
        }
        let millis = |nanos: u64| nanos as f64 / 1e6;
        let value = match (metric, statistic) {
            (_, Statistic::SampleCount) => n as f64,
            (Metric::ExecutionTime, Statistic::Percentile(p)) => millis(self.time_percentile(dimension, p, from, to)?),
            (Metric::ExecutionTime, _) => {
                let sum: u64 = self.heard(dimension, from, to).map(|minute| minute.time).sum();
                let mut closed = self.heard(dimension, from, to).filter(|minute| minute.closed() > 0);
                match statistic {
                    Statistic::Sum => millis(sum),
                    Statistic::Average => millis(sum) / n as f64,
                    Statistic::Minimum => millis(closed.map(|minute| minute.time_min).min()?),
                    _ => millis(closed.by_ref().map(|minute| minute.time_max).max()?),
                }
            }
            (_, Statistic::Sum) => ones as f64,
            (_, Statistic::Average) => ones as f64 / n as f64,
            (_, Statistic::Minimum) => f64::from(u8::from(zeros == 0)),
            (_, Statistic::Maximum) => f64::from(u8::from(ones > 0)),
            (_, Statistic::Percentile(p)) => f64::from(u8::from(nearest_rank(n, p)? > zeros)),
        };
        Some((value, n))
    }

    fn time_percentile(&self, dimension: Dimension, p: f64, from: u64, to: u64) -> Option<u64> {
        self.times.as_ref()?.percentile(|stream| self.switches.hears(dimension, stream), p, from, to)
    }
}

/// The minute that holds an instant, and how much of it is left then.
#[inline(always)]
fn place(nanos: u64) -> (usize, u64) {
    let minute = if nanos < 1 << 62 {
        // A division of 64 bits is the slowest thing that a processor does here: the nearest double is one off at most.
        let near = (nanos as i64 as f64 * (1.0 / MINUTE as f64)) as i64 as u64;
        let before = near * MINUTE;
        near + u64::from(nanos.wrapping_sub(before) as i64 >= MINUTE as i64) - u64::from(before > nanos)
    } else {
        nanos / MINUTE
    };
    (minute as usize, (minute + 1).wrapping_mul(MINUTE).wrapping_sub(nanos))
}

/// Datapoints of a count: how many were 1 and how many 0.
#[derive(Clone, Copy, Debug, Default)]
struct Samples {
    ones: u64,
    zeros: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: Dimension = Dimension::NewVersion;

    fn filled(switches: Switches) -> Metrics {
        let mut metrics = Metrics::new(switches);
        metrics.clear(3, |_| true, true);
        for (n, close) in [Close::Succeeded, Close::Failed, Close::Succeeded, Close::TimedOut].into_iter().enumerate() {
            let n = n as u64;
            metrics.start(Stream::New, n * 1_000_000_000);
            metrics.close(Stream::New, MINUTE + n, (n + 1) * 10_000_000, close, false);
        }
        metrics.start(Stream::Old, 5);
        metrics.close(Stream::Old, 2 * MINUTE - 1, 1_000_000, Close::Failed, false);
        metrics.start(Stream::Direct, 7);
        metrics.close(Stream::Direct, 2 * MINUTE, 1_000_000, Close::Failed, false);
        metrics
    }

    fn ask(metrics: &Metrics, dimension: Dimension, metric: Metric, statistic: Statistic) -> Option<f64> {
        let query = Query { dimension, measure: Measure::Statistic(metric, statistic) };
        metrics.value(&query, 1, 2).map(|(value, _)| value)
    }

    #[test]
    fn every_instant_has_its_minute() {
        for minute in [0, 1, 2, 59, 1_000_003, (1 << 62) / MINUTE, u64::MAX / MINUTE] {
            for nanos in [minute * MINUTE, minute * MINUTE + 1, (minute * MINUTE).saturating_add(MINUTE - 1)] {
                assert_eq!(place(nanos).0 as u64, nanos / MINUTE, "{nanos}");
            }
            let before = (minute * MINUTE).saturating_sub(1);
            assert_eq!(place(before), ((before / MINUTE) as usize, MINUTE - before % MINUTE));
        }
    }

    #[test]
    fn counts_by_dimension() {
        let metrics = filled(Switches::default());
        for (dimension, failed) in
            [(NEW, 1.0), (Dimension::OldVersion, 1.0), (Dimension::Alias, 2.0), (Dimension::Machine, 2.0)]
        {
            assert_eq!(ask(&metrics, dimension, Metric::ExecutionsFailed, Statistic::Sum), Some(failed));
        }
        let all = Query {
            dimension: Dimension::Machine,
            measure: Measure::Statistic(Metric::ExecutionsFailed, Statistic::Sum),
        };
        assert_eq!(metrics.value(&all, 0, 3), Some((3.0, 6)));
        let query = Query { dimension: Dimension::Alias, ..all.clone() };
        assert_eq!(metrics.value(&query, 0, 3), Some((2.0, 5)));
        assert_eq!(metrics.value(&all, 0, 1), None, "started, but nothing closed");
        let hidden = filled(Switches { version_dimension_counts_alias_starts: false, ..Switches::default() });
        assert_eq!(ask(&hidden, NEW, Metric::ExecutionsFailed, Statistic::Sum), None);
    }

    #[test]
    fn zeros_make_the_average_a_rate() {
        let with = filled(Switches::default());
        let without = filled(Switches { publish_zeros: false, ..Switches::default() });
        assert_eq!(ask(&with, NEW, Metric::ExecutionsFailed, Statistic::Average), Some(0.25));
        assert_eq!(ask(&without, NEW, Metric::ExecutionsFailed, Statistic::Average), Some(1.0));
        assert_eq!(ask(&with, NEW, Metric::ExecutionsAborted, Statistic::Sum), Some(0.0));
        assert_eq!(ask(&without, NEW, Metric::ExecutionsAborted, Statistic::Sum), None);
        assert_eq!(ask(&with, NEW, Metric::ExecutionsFailed, Statistic::Percentile(0.75)), Some(0.0));
        assert_eq!(ask(&with, NEW, Metric::ExecutionsFailed, Statistic::Percentile(0.76)), Some(1.0));
        // Two datapoints per execution.
        let query =
            Query { dimension: NEW, measure: Measure::Statistic(Metric::ExecutionsStarted, Statistic::SampleCount) };
        assert_eq!(without.value(&query, 0, 2).map(|(value, _)| value), Some(9.0));
    }

    #[test]
    fn times_in_milliseconds() {
        let metrics = filled(Switches::default());
        let time = |statistic| ask(&metrics, NEW, Metric::ExecutionTime, statistic);
        assert_eq!(time(Statistic::Average), Some(25.0));
        assert_eq!(time(Statistic::Minimum), Some(10.0));
        assert_eq!(time(Statistic::Maximum), Some(40.0));
        assert_eq!(time(Statistic::Percentile(0.5)), Some(20.0));
        assert_eq!(time(Statistic::Sum), Some(100.0));
        assert_eq!(time(Statistic::SampleCount), Some(4.0));
    }

    #[test]
    fn what_is_lost_is_not_heard_of() {
        let mut metrics = filled(Switches { loss: 0.5, ..Switches::default() });
        metrics.close(Stream::New, MINUTE + 9, 70_000_000, Close::Failed, true);
        assert_eq!(ask(&metrics, NEW, Metric::ExecutionsFailed, Statistic::Sum), Some(1.0));
        assert_eq!(ask(&metrics, NEW, Metric::ExecutionTime, Statistic::Average), Some(25.0));
        assert_eq!(metrics.stream(Stream::New)[1].failed, 2);
    }

    #[test]
    fn ratios_need_a_divisor() {
        let metrics = filled(Switches::default());
        let bad = vec![Metric::ExecutionsFailed, Metric::ExecutionsTimedOut];
        let query = Query { dimension: NEW, measure: Measure::Ratio(bad, vec![Metric::ExecutionsStarted]) };
        assert_eq!(metrics.value(&query, 0, 2), Some((2.0 / 5.0, 5)));
        assert_eq!(metrics.value(&query, 2, 3), None);
    }

    #[test]
    fn an_aborted_execution_is_taken_back() {
        let (plain, mut metrics) = (filled(Switches::default()), filled(Switches::default()));
        metrics.close(Stream::New, MINUTE + 9, 20_000_000, Close::Failed, false);
        metrics.reopen(Stream::New, MINUTE + 9, 20_000_000, Close::Failed, false);
        assert_eq!(metrics.stream(Stream::New), plain.stream(Stream::New));
        let p50 = |m: &Metrics| ask(m, NEW, Metric::ExecutionTime, Statistic::Percentile(0.5));
        assert_eq!(p50(&metrics), p50(&plain));
    }
}
