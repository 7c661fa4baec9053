//! How many executions a question needs.

use crate::base::special::normal_quantile;

/// P(none of `executions` is of a kind that has probability p): (1 − p)ⁿ.
pub fn chance_of_none(p: f64, executions: f64) -> f64 {
    libm::exp(executions * libm::log1p(-p))
}

/// The smallest number of executions that shows at least one failure of probability p with the stated confidence:
/// ⌈ln(1 − c)/ln(1 − p)⌉. Nothing where p is 0 or c is 1.
pub fn executions_to_see(p: f64, confidence: f64) -> Option<u64> {
    if !(p > 0.0 && p <= 1.0 && (0.0..1.0).contains(&confidence)) {
        return None;
    }
    let n = libm::log1p(-confidence) / libm::log1p(-p);
    Some(libm::ceil(n - 1e-12 * n).max(1.0) as u64)
}

/// How many executions of each version tell failure probabilities p₁ and p₂ apart in a two-sided test of level α with
/// the stated power: ((z₁₋α⸝₂ √(2p̄q̄) + z_power √(p₁q₁ + p₂q₂))/(p₁ − p₂))². (Fleiss, "Statistical Methods for Rates
/// and Proportions", 3.2.) Nothing where the two are equal.
pub fn executions_to_compare(p1: f64, p2: f64, alpha: f64, power: f64) -> Option<u64> {
    let mean = (p1 + p2) / 2.0;
    let spread = |p: f64| p * (1.0 - p);
    let by_level = normal_quantile(1.0 - alpha / 2.0) * libm::sqrt(2.0 * spread(mean));
    let by_power = normal_quantile(power) * libm::sqrt(spread(p1) + spread(p2));
    let root = (by_level + by_power) / (p1 - p2);
    let n = libm::ceil(root * root);
    (n.is_finite() && n < 1e15).then_some(n as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_sizes() {
        assert_eq!(executions_to_see(0.01, 0.95), Some(299));
        assert_eq!(executions_to_see(0.1, 0.95), Some(29));
        assert_eq!(executions_to_see(0.5, 0.5), Some(1));
        assert_eq!(executions_to_see(1.0, 0.95), Some(1));
        assert_eq!(executions_to_see(0.0, 0.95), None);
        // The usual textbook case, 10 % against 15 % with 80 % power.
        assert_eq!(executions_to_compare(0.10, 0.15, 0.05, 0.8), Some(686));
        assert_eq!(executions_to_compare(0.1, 0.1, 0.05, 0.8), None);
        assert!((chance_of_none(0.1, 20.0) - 0.121_576_654_590_569_35).abs() < 1e-15);
    }
}
