//! Intervals that hold what is estimated, with a stated confidence.

use super::Moments;
use crate::base::special::{beta_quantile, binomial_sf, normal_quantile, student_quantile};
use serde::Serialize;

/// A closed interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    pub fn half_width(self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

/// The score interval of a proportion with `successes` of `n`, without continuity correction: the p at which
/// |p̂ − p| = z √(p(1 − p)/n). (Wilson 1927.) Nothing is known of 0 of 0: [0, 1].
pub fn wilson(successes: u64, n: u64, confidence: f64) -> Interval {
    if n == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let z = normal_quantile(0.5 + confidence / 2.0);
    let (k, m, z2) = (successes as f64, n as f64, z * z);
    let centre = (k + z2 / 2.0) / (m + z2);
    let half = z / (m + z2) * libm::sqrt(k * (m - k) / m + z2 / 4.0);
    // Rounding must not move the ends that are exact.
    Interval {
        low: if successes == 0 { 0.0 } else { centre - half },
        high: if successes >= n { 1.0 } else { centre + half },
    }
}

/// The interval of a proportion that holds it with at least the stated confidence, by quantiles of the beta
/// distribution. (Clopper and Pearson 1934.)
pub fn clopper_pearson(successes: u64, n: u64, confidence: f64) -> Interval {
    let tail = (1.0 - confidence) / 2.0;
    let k = successes.min(n) as f64;
    let misses = n.saturating_sub(successes) as f64;
    Interval {
        low: if k == 0.0 { 0.0 } else { beta_quantile(k, misses + 1.0, tail) },
        high: if misses == 0.0 { 1.0 } else { beta_quantile(k + 1.0, misses, 1.0 - tail) },
    }
}

/// The interval of a mean: x̄ ± t s/√n with Student's t of n − 1 degrees of freedom. Needs two values.
pub fn mean_interval(moments: &Moments, confidence: f64) -> Option<Interval> {
    let deviation = moments.deviation()?;
    let n = moments.n as f64;
    let half = student_quantile(0.5 + confidence / 2.0, n - 1.0) * deviation / libm::sqrt(n);
    Some(Interval { low: moments.mean - half, high: moments.mean + half })
}

/// The ranks (from 1) of two of n sorted values that hold the p-quantile of any continuous law between them, with at
/// least the stated confidence: the number of values below it is binomial(n, p). (David and Nagaraja, "Order
/// Statistics", 7.1.) Nothing where n is too small for that.
pub fn order_statistic_ranks(n: u64, p: f64, confidence: f64) -> Option<(u64, u64)> {
    if n == 0 || !(0.0..=1.0).contains(&p) {
        return None;
    }
    let tail = (1.0 - confidence) / 2.0;
    // P(K ≥ low) ≥ 1 − tail: the value of rank `low` lies below the quantile; the largest such rank is sought.
    let low = last_where(n, |rank| binomial_sf(rank, n, p) >= 1.0 - tail);
    // P(K ≥ high) ≤ tail: the value of rank `high` lies above it.
    let high = last_where(n, |rank| binomial_sf(rank, n, p) > tail) + 1;
    (low >= 1 && high <= n).then_some((low, high))
}

/// The largest number of 0..=n for which a property holds that, once lost, is never regained.
fn last_where(n: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, n + 1);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proportions_at_the_ends() {
        assert_eq!(wilson(0, 0, 0.95), Interval { low: 0.0, high: 1.0 });
        assert_eq!(wilson(0, 50, 0.95).low, 0.0);
        assert_eq!(wilson(50, 50, 0.95).high, 1.0);
        assert_eq!(clopper_pearson(0, 50, 0.95).low, 0.0);
        assert_eq!(clopper_pearson(50, 50, 0.95).high, 1.0);
        // 1 − 0.025^(1/50), the rule of three's exact form.
        assert!((clopper_pearson(0, 50, 0.95).high - (1.0 - 0.025_f64.powf(1.0 / 50.0))).abs() < 1e-14);
    }

    #[test]
    fn exact_interval_holds_the_other() {
        for (k, n) in [(1, 20), (3, 40), (500, 1000), (19, 20)] {
            let (exact, score) = (clopper_pearson(k, n, 0.95), wilson(k, n, 0.95));
            assert!(exact.half_width() > score.half_width(), "{k} of {n}");
            assert!(exact.contains(k as f64 / n as f64) && score.contains(k as f64 / n as f64));
        }
    }

    #[test]
    fn means_need_two_values() {
        assert_eq!(mean_interval(&Moments::of([1.0]), 0.95), None);
        // scipy 1.17: stats.t.interval(0.95, 4, loc=3, scale=sem)
        let interval = mean_interval(&Moments::of([1.0, 2.0, 3.0, 4.0, 5.0]), 0.95).unwrap();
        assert!((interval.low - 1.036_756_838_522_438_7).abs() < 1e-12, "{interval:?}");
    }

    #[test]
    fn ranks_cover_the_quantile() {
        // The textbook case: 95 % for the median of 20 lies between the 6th and the 15th.
        assert_eq!(order_statistic_ranks(20, 0.5, 0.95), Some((6, 15)));
        assert_eq!(order_statistic_ranks(100, 0.99, 0.95), None);
        let (low, high) = order_statistic_ranks(100_000, 0.99, 0.95).unwrap();
        assert!(low < 99_000 && 99_000 < high && high - low < 140, "{low} {high}");
    }
}
