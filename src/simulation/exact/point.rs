//! What a period of an alarm is, with probabilities, where what closes in it are independent Poisson numbers.

use super::closings::{Counted, Path, expected};
use super::passage::Chances;
use crate::base::Delay;
use crate::base::special::{poisson_pmf, poisson_sf};
use crate::simulation::alarm::{Alarm, Operator};
use crate::simulation::metrics::{Close, Dimension, Measure, Metric, Statistic};
use crate::simulation::runner::{Future, Runner};
use crate::simulation::scenario::Scenario;
use crate::simulation::statistics::nearest_rank;

/// The chances of the alarm's period [from, to), in nanoseconds, unless it was rolled back before.
pub(super) fn chances(
    scenario: &Scenario,
    runner: &impl Runner,
    path: &Path,
    new: usize,
    alarm: &Alarm,
    from: u64,
    to: u64,
) -> Result<Chances, String> {
    let heard = scenario.metrics.version_dimension_counts_alias_starts;
    let sides: &[(usize, bool)] = match alarm.query.dimension {
        Dimension::NewVersion if heard => &[(new, true)],
        Dimension::OldVersion if heard => &[(scenario.old, false)],
        Dimension::NewVersion | Dimension::OldVersion => &[],
        Dimension::Alias | Dimension::Machine => &[(new, true), (scenario.old, false)],
    };
    let mean = |which: &dyn Fn(&Future) -> bool, longer_than: Option<Delay>| -> Result<f64, String> {
        let mut sum = 0.0;
        for (version, is_new) in sides {
            let counted = Counted { version: *version, is_new: *is_new, which, longer_than };
            sum += expected(scenario, runner, path, &counted, from, to)?;
        }
        Ok(sum * (1.0 - scenario.metrics.loss))
    };
    let of = |metric: Metric| {
        move |future: &Future| match (metric, future.close) {
            (Metric::ExecutionsSucceeded, Some(Close::Succeeded)) => true,
            (Metric::ExecutionsFailed, Some(Close::Failed)) => true,
            (Metric::ExecutionsTimedOut, Some(Close::TimedOut)) => true,
            (Metric::ExecutionsAborted, Some(Close::Aborted)) => true,
            (Metric::ExecutionTime, close) => close.is_some(),
            _ => false,
        }
    };
    if alarm.ignore_low_samples && matches!(alarm.query.measure, Measure::Statistic(_, Statistic::Percentile(_))) {
        return Err("percentiles of few samples are ignored".into());
    }
    let depends = "starts and completions of a minute depend on each other";
    match &alarm.query.measure {
        Measure::Statistic(Metric::ExecutionsStarted | Metric::ExecutionThrottled, _) => Err(depends.into()),
        Measure::Statistic(Metric::ExecutionTime, Statistic::Percentile(p)) => {
            let at_least = match alarm.operator {
                Operator::Above => false,
                Operator::AtLeast => true,
                _ => return Err("the alarm waits for a percentile to fall".into()),
            };
            // Durations are whole nanoseconds: "at least x" is "more than the nanosecond before x".
            let nanos = alarm.threshold.max(0.0) * 1e6;
            let limit = Delay::from_nanos((nanos as u64).saturating_sub(u64::from(at_least)));
            let all = mean(&of(Metric::ExecutionTime), None)?;
            let slow = mean(&of(Metric::ExecutionTime), Some(limit))?;
            Ok(rank_chances(slow, (all - slow).max(0.0), *p))
        }
        Measure::Statistic(Metric::ExecutionTime, _) => Err("a mean of durations has no closed form".into()),
        Measure::Statistic(metric, statistic) => {
            let ones = mean(&of(*metric), None)?;
            let all = mean(&of(Metric::ExecutionTime), None)?;
            let zeros = if scenario.metrics.publish_zeros { (all - ones).max(0.0) } else { 0.0 };
            match statistic {
                Statistic::Sum => Ok(sum_chances(ones, zeros, alarm)),
                Statistic::Average => Ok(rate_chances(ones, zeros, alarm)),
                _ => Err("there is no closed form for this statistic of a count".into()),
            }
        }
        Measure::Ratio(above, below) => {
            if above.iter().any(|metric| !below.contains(metric)) {
                return Err("the ratio is not one of a part to its whole".into());
            }
            let counts = [Metric::ExecutionsStarted, Metric::ExecutionThrottled];
            if below.iter().any(|metric| counts.contains(metric)) {
                return Err(depends.into());
            }
            let once =
                |metrics: &[Metric]| metrics.iter().enumerate().all(|(n, m)| !metrics.iter().take(n).any(|k| k == m));
            if !once(above) || !once(below) {
                return Err("the ratio names a count twice".into());
            }
            let sum =
                |metrics: &[Metric]| metrics.iter().map(|metric| mean(&of(*metric), None)).sum::<Result<f64, _>>();
            let ones = sum(above)?;
            Ok(rate_chances(ones, (sum(below)? - ones).max(0.0), alarm))
        }
    }
}

/// Numbers of a Poisson variate that are worth adding up, with their probabilities.
fn likely(mean: f64) -> impl Iterator<Item = (u64, f64)> {
    let spread = 12.0 * libm::sqrt(mean) + 40.0;
    let (from, to) = ((mean - spread).max(0.0) as u64, (mean + spread) as u64);
    (from..=to).map(move |k| (k, poisson_pmf(k, mean)))
}

fn whole(missing: f64, breaching: f64) -> Chances {
    Chances { missing, breaching, ok: (1.0 - missing - breaching).max(0.0) }
}

/// Of a sum of `ones`; there is a point where there is a one or a zero.
fn sum_chances(ones: f64, zeros: f64, alarm: &Alarm) -> Chances {
    let none = libm::exp(-zeros);
    let missing = libm::exp(-ones) * none;
    let breaching = |(k, p): (u64, f64)| {
        let p = if k == 0 { p * (1.0 - none) } else { p };
        if alarm.operator.holds(k as f64, alarm.threshold) { p } else { 0.0 }
    };
    whole(missing, likely(ones).map(breaching).sum())
}

/// Of ones by all; there is a point where there is either.
fn rate_chances(ones: f64, zeros: f64, alarm: &Alarm) -> Chances {
    let breaches = |ones: u64, zeros: u64| {
        ones + zeros > 0 && alarm.operator.holds(ones as f64 / (ones + zeros) as f64, alarm.threshold)
    };
    // A rate falls as zeros are added, so those that breach are the first or the last of them.
    let rises = matches!(alarm.operator, Operator::Above | Operator::AtLeast);
    let missing = libm::exp(-ones - zeros);
    let most = (zeros + 12.0 * libm::sqrt(zeros) + 40.0) as u64;
    let breaching = |(k, p): (u64, f64)| {
        let first = u64::from(k == 0);
        let edge = partition(first, most, |zeros| breaches(k, zeros) == rises);
        let below = poisson_sf(first, zeros) - poisson_sf(edge, zeros);
        p * if rises { below } else { poisson_sf(edge, zeros) }
    };
    whole(missing, likely(ones).map(breaching).sum())
}

/// Of a percentile: whether the value of its rank is one of the slow.
fn rank_chances(slow: f64, quick: f64, p: f64) -> Chances {
    let missing = libm::exp(-slow - quick);
    let most = (quick + 12.0 * libm::sqrt(quick) + 40.0) as u64;
    let breaching = |(k, chance): (u64, f64)| {
        if k == 0 {
            return 0.0;
        }
        // With more quick ones the rank moves into them.
        let edge = partition(0, most, |quick| nearest_rank(k + quick, p).is_some_and(|rank| rank > quick));
        chance * (1.0 - poisson_sf(edge, quick))
    };
    whole(missing, likely(slow).map(breaching).sum())
}

/// The first number from `low` on, up to `high`, for which a property is lost that is never regained.
fn partition(low: u64, high: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (low, high.max(low) + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
