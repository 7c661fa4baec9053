//! What is kept of runs: a row per replication, and sums over all of them that do not care in which order they are
//! made.

use crate::simulation::Sides;
use crate::simulation::alarm::AlarmTally;
use crate::simulation::metrics::{Close, Metrics, Stream};
use crate::simulation::rollout::Ending;
use crate::simulation::statistics::Histogram;
use serde::{Deserialize, Serialize};

/// "Never": an instant that does not come.
pub const NEVER: u64 = u64::MAX;

/// One replication. Instants are in nanoseconds, [`NEVER`] where they do not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// When the new version got its first share of traffic.
    pub first_shift: u64,
    pub rolled_back: u64,
    /// The alarm that did it, by its place; `u32::MAX` where none did.
    pub alarm: u32,
    /// When 100 % was reached that was not rolled back later.
    pub full: u64,
    pub ending: End,
    /// Starts through the alias on the old and the new version.
    pub started: Sides<u32>,
    /// Of these, failed or timed out, whenever that was.
    pub failed: Sides<u32>,
    /// Failures of the new version that would have succeeded on the old one with the same draws.
    pub attributable: u32,
    /// Failures of the new version after the rollback.
    pub after_rollback: u32,
    /// Executions of the new version that ran when it was rolled back.
    pub in_flight: u32,
    /// Starts that were refused for good.
    pub dropped: u32,
    /// Executions of the new version that had closed when the rollout was decided, where its strategy counts them.
    pub decided_after: u32,
    /// States entered and attempts made again, of the old and the new version.
    pub transitions: Sides<u64>,
    /// Billed duration in units of 100 ms.
    pub billed: Sides<u64>,
}

/// How a replication ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum End {
    /// Nothing was decided until the horizon.
    #[default]
    Undecided,
    Completed,
    RolledBack,
    Refused,
    Paused,
}

impl From<Option<Ending>> for End {
    fn from(ending: Option<Ending>) -> End {
        match ending {
            None => End::Undecided,
            Some(Ending::Completed) => End::Completed,
            Some(Ending::RolledBack) => End::RolledBack,
            Some(Ending::Refused) => End::Refused,
            Some(Ending::Paused) => End::Paused,
        }
    }
}

impl Default for Row {
    fn default() -> Row {
        Row {
            first_shift: NEVER,
            rolled_back: NEVER,
            alarm: u32::MAX,
            full: NEVER,
            ending: End::Undecided,
            started: Sides::default(),
            failed: Sides::default(),
            attributable: 0,
            after_rollback: 0,
            in_flight: 0,
            dropped: 0,
            decided_after: 0,
            transitions: Sides::default(),
            billed: Sides::default(),
        }
    }
}

impl Row {
    pub fn is_rolled_back(&self) -> bool {
        self.rolled_back != NEVER
    }

    /// Nanoseconds from the first share of traffic to the rollback; [`NEVER`] where there was none.
    pub fn detection(&self) -> u64 {
        if self.is_rolled_back() { self.rolled_back.saturating_sub(self.first_shift) } else { NEVER }
    }
}

/// Executions of one version, over all replications.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionTally {
    pub started: u64,
    pub closes: Closes,
    /// By the number of the error.
    pub errors: Vec<u64>,
    pub durations: Durations,
    pub transitions: u64,
    pub attempts: u64,
    /// In units of 100 ms, each execution rounded up.
    pub billed: u64,
    /// By input class: started, failed or timed out.
    pub classes: Vec<(u64, u64)>,
}

/// Executions by how they closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closes {
    pub succeeded: u64,
    pub failed: u64,
    pub timed_out: u64,
    pub aborted: u64,
}

impl Closes {
    #[inline(always)]
    pub fn add(&mut self, close: Close) {
        *self.of_mut(close) += 1;
    }

    #[inline(always)]
    pub fn of_mut(&mut self, close: Close) -> &mut u64 {
        match close {
            Close::Succeeded => &mut self.succeeded,
            Close::Failed => &mut self.failed,
            Close::TimedOut => &mut self.timed_out,
            Close::Aborted => &mut self.aborted,
        }
    }

    pub fn all(&self) -> u64 {
        self.succeeded + self.failed + self.timed_out + self.aborted
    }

    /// Failed or timed out.
    pub fn bad(&self) -> u64 {
        self.failed + self.timed_out
    }

    fn merge(&mut self, other: &Closes) {
        self.succeeded += other.succeeded;
        self.failed += other.failed;
        self.timed_out += other.timed_out;
        self.aborted += other.aborted;
    }
}

/// Durations in nanoseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "DurationsText", into = "DurationsText")]
pub struct Durations {
    pub histogram: Histogram,
    pub sum: u128,
}

/// As workers send it: u128 has no place in many formats.
#[derive(Clone, Serialize, Deserialize)]
struct DurationsText {
    bins: Vec<(u32, u64)>,
    sum: (u64, u64),
}

impl From<DurationsText> for Durations {
    fn from(text: DurationsText) -> Durations {
        let sum = (u128::from(text.sum.0) << 64) | u128::from(text.sum.1);
        Durations { histogram: Histogram::from_pairs(text.bins), sum }
    }
}

impl From<Durations> for DurationsText {
    fn from(durations: Durations) -> DurationsText {
        let sum = ((durations.sum >> 64) as u64, durations.sum as u64);
        DurationsText { bins: durations.histogram.to_pairs(), sum }
    }
}

impl Durations {
    #[inline(always)]
    pub fn add(&mut self, nanos: u64) {
        self.histogram.add(nanos);
        self.sum += u128::from(nanos);
    }

    /// Takes one out that was added.
    pub fn take(&mut self, nanos: u64) {
        self.histogram.take(nanos);
        self.sum -= u128::from(nanos);
    }

    pub fn mean(&self) -> Option<f64> {
        (!self.histogram.is_empty()).then(|| self.sum as f64 / self.histogram.len() as f64)
    }
}

impl VersionTally {
    pub fn merge(&mut self, other: &VersionTally) {
        self.started += other.started;
        self.closes.merge(&other.closes);
        self.errors.resize(self.errors.len().max(other.errors.len()), 0);
        self.errors.iter_mut().zip(&other.errors).for_each(|(mine, theirs)| *mine += theirs);
        self.durations.histogram.merge(&other.durations.histogram);
        self.durations.sum += other.durations.sum;
        self.transitions += other.transitions;
        self.attempts += other.attempts;
        self.billed += other.billed;
        self.classes.resize(self.classes.len().max(other.classes.len()), (0, 0));
        for (mine, theirs) in self.classes.iter_mut().zip(&other.classes) {
            mine.0 += theirs.0;
            mine.1 += theirs.1;
        }
    }
}

/// One minute over all replications, of the old and the new version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PooledMinute {
    pub started: Sides<u64>,
    pub closed: Sides<u64>,
    pub failed: Sides<u64>,
    /// Sum of the weights of the new version, in percent, that held when the minute began.
    pub weight: u64,
}

impl PooledMinute {
    fn merge(&mut self, other: &PooledMinute) {
        let pairs =
            [(&mut self.started, &other.started), (&mut self.closed, &other.closed), (&mut self.failed, &other.failed)];
        for (mine, theirs) in pairs {
            mine.zip(theirs, |mine, theirs| *mine += theirs);
        }
        self.weight += other.weight;
    }
}

/// Sums over replications.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub replications: u64,
    /// Through the alias: on the old and the new version.
    pub versions: Sides<VersionTally>,
    pub minutes: Vec<PooledMinute>,
    pub alarms: Vec<AlarmTally>,
    pub twins: Twins,
}

/// Replications in which the old version plays the new one: a change that changes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Twins {
    pub played: u64,
    pub rolled_back: u64,
    /// By a smoke test or by an alarm that rang already.
    pub refused: u64,
    /// How many came to 100 % and stayed there; the sums of their milliseconds until then, and of the squares of these.
    pub full: u64,
    pub full_ms: u128,
    pub full_ms_squared: u128,
}

impl Twins {
    pub fn add(&mut self, row: &Row) {
        self.played += 1;
        self.rolled_back += u64::from(row.is_rolled_back());
        self.refused += u64::from(row.ending == End::Refused);
        if row.full != NEVER {
            let ms = u128::from(row.full / 1_000_000);
            self.full += 1;
            self.full_ms += ms;
            self.full_ms_squared += ms * ms;
        }
    }

    fn merge(&mut self, other: &Twins) {
        self.played += other.played;
        self.rolled_back += other.rolled_back;
        self.refused += other.refused;
        self.full += other.full;
        self.full_ms += other.full_ms;
        self.full_ms_squared += other.full_ms_squared;
    }
}

/// Minutes of which a pooled series is kept: more than any screen shows.
pub const MAX_POOLED: usize = 200_000;

impl Tally {
    pub fn merge(&mut self, other: &Tally) {
        self.replications += other.replications;
        self.versions.zip(&other.versions, VersionTally::merge);
        if self.minutes.len() < other.minutes.len() {
            self.minutes.resize(other.minutes.len(), PooledMinute::default());
        }
        self.minutes.iter_mut().zip(&other.minutes).for_each(|(mine, theirs)| mine.merge(theirs));
        if self.alarms.len() < other.alarms.len() {
            self.alarms.resize(other.alarms.len(), AlarmTally::default());
        }
        self.alarms.iter_mut().zip(&other.alarms).for_each(|(mine, theirs)| mine.merge(theirs));
        self.twins.merge(&other.twins);
    }

    /// Adds the minutes of a run; `weights` are (from which nanosecond, weight), ascending.
    pub fn add_minutes(&mut self, metrics: &Metrics, weights: &[(u64, u8)], minute_nanos: u64) {
        let streams = Sides { old: metrics.stream(Stream::Old), new: metrics.stream(Stream::New) };
        let minutes = streams.old.len().min(MAX_POOLED);
        if self.minutes.len() < minutes {
            self.minutes.resize(minutes, PooledMinute::default());
        }
        let mut next = 0;
        let mut weight = 0;
        for (n, pooled) in self.minutes.iter_mut().take(minutes).enumerate() {
            while let Some((from, new)) = weights.get(next)
                && *from <= n as u64 * minute_nanos
            {
                weight = u64::from(*new);
                next += 1;
            }
            pooled.weight += weight;
            for new in [false, true] {
                let Some(minute) = streams.of(new).get(n) else { continue };
                *pooled.started.of_mut(new) += u64::from(minute.started);
                *pooled.closed.of_mut(new) += u64::from(minute.closed());
                *pooled.failed.of_mut(new) += u64::from(minute.bad());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_do_not_care_for_order() {
        let tally = |seed: u64| {
            let mut version = VersionTally {
                started: seed,
                closes: Closes { succeeded: seed, failed: 1, timed_out: 2, aborted: 3 },
                ..VersionTally::default()
            };
            version.errors.resize(seed as usize % 5, seed);
            version.classes.resize(seed as usize % 3, (seed, 1));
            (0..seed).for_each(|n| version.durations.add(n * seed * 1_000_000_007));
            let minute = PooledMinute { weight: seed, ..PooledMinute::default() };
            let minutes = vec![minute; seed as usize % 4];
            let alarms = vec![AlarmTally { breaching: seed, ..AlarmTally::default() }];
            Tally {
                replications: 1,
                versions: Sides { old: version, new: VersionTally::default() },
                minutes,
                alarms,
                twins: Twins { played: 1, full_ms: u128::from(seed), ..Twins::default() },
            }
        };
        let all = |order: &[u64]| {
            let mut sum = Tally::default();
            order.iter().for_each(|seed| sum.merge(&tally(*seed)));
            sum
        };
        assert_eq!(all(&[3, 14, 15, 92]), all(&[92, 15, 3, 14]));
    }
}
