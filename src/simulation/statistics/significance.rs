//! Tests: how surprising the observed is where nothing but chance is at work.

use crate::base::sort::sort_by;
use crate::base::special::{gamma_q, ln_choose, normal_cdf};
use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ChiSquare {
    pub statistic: f64,
    pub degrees: u64,
    /// P(a statistic at least as large | the weights are right).
    pub p: f64,
}

/// Pearson's goodness of fit: Σ (O − E)²/E, with E in proportion to `weights`; k − 1 degrees of freedom. Nothing where
/// the lists differ in length, all counts are zero, or a weight is not positive.
pub fn chi_square(observed: &[u64], weights: &[f64]) -> Option<ChiSquare> {
    let total = observed.iter().sum::<u64>() as f64;
    let sum = weights.iter().sum::<f64>();
    if observed.len() != weights.len() || observed.len() < 2 || total == 0.0 || !weights.iter().all(|w| *w > 0.0) {
        return None;
    }
    let term = |(o, w): (&u64, &f64)| {
        let expected = total * w / sum;
        let off = *o as f64 - expected;
        off * off / expected
    };
    let statistic = observed.iter().zip(weights).map(term).sum::<f64>();
    let degrees = observed.len() as u64 - 1;
    Some(ChiSquare { statistic, degrees, p: gamma_q(degrees as f64 / 2.0, statistic / 2.0) })
}

/// Fisher's exact test, one-sided: P(at least this many failures fall on the new version | both fail alike), the upper
/// tail of the hypergeometric distribution. Each pair is (failures, executions).
pub fn fisher_greater(new: (u64, u64), old: (u64, u64)) -> f64 {
    let (failed, all) = (new.0 + old.0, new.1 + old.1);
    let ln_all = ln_choose(all as f64, failed as f64);
    let most = failed.min(new.1);
    let least = failed.saturating_sub(old.1).max(new.0);
    let term =
        |k: u64| libm::exp(ln_choose(new.1 as f64, k as f64) + ln_choose(old.1 as f64, (failed - k) as f64) - ln_all);
    // From the small end up, so that small terms are not lost.
    (least..=most).rev().map(term).sum::<f64>().min(1.0)
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RankSum {
    /// The number of pairs in which the first sample is larger, ties counting half.
    pub u: f64,
    /// Two-sided.
    pub p: f64,
}

/// Mann and Whitney's rank test of two samples, by the normal approximation with corrections for ties and continuity
/// (as `wilcox.test(exact = FALSE)` of R). Nothing where a sample is empty; p is 1 where all values are equal.
pub fn mann_whitney(first: &[f64], second: &[f64]) -> Option<RankSum> {
    if first.is_empty() || second.is_empty() || first.iter().chain(second).any(|value| value.is_nan()) {
        return None;
    }
    let (m, n) = (first.len() as f64, second.len() as f64);
    let mut all: Vec<(f64, bool)> =
        first.iter().map(|v| (*v, true)).chain(second.iter().map(|v| (*v, false))).collect();
    sort_by(&mut all, |a, b| a.0.total_cmp(&b.0));
    let (mut ranks, mut ties, mut before) = (0.0, 0.0, 0.0);
    for group in all.chunk_by(|a, b| a.0 == b.0) {
        let size = group.len() as f64;
        let rank = before + (size + 1.0) / 2.0;
        ranks += rank * group.iter().filter(|(_, of_first)| *of_first).count() as f64;
        ties += size * size * size - size;
        before += size;
    }
    let u = ranks - m * (m + 1.0) / 2.0;
    let total = m + n;
    let variance = m * n / 12.0 * (total + 1.0 - ties / (total * (total - 1.0)));
    let off = u - m * n / 2.0;
    let p = if variance <= 0.0 {
        1.0
    } else {
        // The continuity correction moves half a step towards the mean.
        let z = (off.abs() - 0.5) / libm::sqrt(variance);
        (2.0 * normal_cdf(-z)).min(1.0)
    };
    Some(RankSum { u, p })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goodness_of_fit() {
        // scipy 1.17: stats.chisquare([16, 18, 16, 14, 12, 12]) and with f_exp
        let even = chi_square(&[16, 18, 16, 14, 12, 12], &[1.0; 6]).unwrap();
        assert!((even.statistic - 2.0).abs() < 1e-12 && (even.p - 0.849_145_036_084_609_6).abs() < 1e-12);
        assert_eq!(chi_square(&[0, 0], &[1.0, 1.0]), None);
        assert_eq!(chi_square(&[1, 2], &[1.0, 0.0]), None);
        assert_eq!(chi_square(&[1], &[1.0]), None);
    }

    #[test]
    fn exact_test_of_two_proportions() {
        // scipy 1.17: stats.fisher_exact([[8, 2], [1, 5]], alternative="greater")
        assert!((fisher_greater((8, 10), (1, 6)) - 0.024_475_524_475_524_486).abs() < 1e-14);
        assert!((fisher_greater((0, 10), (3, 10)) - 1.0).abs() < 1e-12);
        assert!((fisher_greater((5, 5), (5, 5)) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn rank_test() {
        // scipy 1.17: stats.mannwhitneyu(x, y, method="asymptotic")
        let result = mann_whitney(&[1.0, 5.0, 7.0, 8.0, 12.0], &[2.0, 3.0, 4.0, 6.0]).unwrap();
        assert_eq!(result.u, 15.0);
        assert!((result.p - 0.270_344_140_654_780_1).abs() < 1e-13, "{}", result.p);
        assert_eq!(mann_whitney(&[1.0, 1.0], &[1.0]).unwrap().p, 1.0);
        assert_eq!(mann_whitney(&[], &[1.0]), None);
    }
}
