//! Laws of the duration of workflows whose tasks follow one another or run side by side.

use crate::base::special::{gamma_p, solve};

/// The quantile of the sum of `shape` exponential durations of equal mean (Erlang's law).
pub fn erlang_quantile(shape: u32, mean: f64, p: f64) -> f64 {
    rising_quantile(f64::from(shape) * mean, p, |x| gamma_p(f64::from(shape), x / mean))
}

/// The mean of the longest of n exponential durations of equal mean: m Hₙ.
pub fn max_exponential_mean(n: u32, mean: f64) -> f64 {
    mean * (1..=n).map(|k| 1.0 / f64::from(k)).sum::<f64>()
}

/// The quantile of the longest of n exponential durations: (1 − e^(−x/m))ⁿ = p.
pub fn max_exponential_quantile(n: u32, mean: f64, p: f64) -> f64 {
    -mean * libm::log1p(-libm::pow(p, 1.0 / f64::from(n)))
}

/// The sum of exponential durations of different means.
///
/// ```
/// use weir::simulation::statistics::Hypoexponential;
/// let sum = Hypoexponential::new(&[1.0, 2.0, 5.0]).unwrap();
/// assert_eq!(sum.mean(), 8.0);
/// assert!((sum.cdf(sum.quantile(0.99)) - 0.99).abs() < 1e-12);
/// ```
#[derive(Clone, Debug)]
pub struct Hypoexponential {
    /// (weight, mean): P(X > x) = Σ weight e^(−x/mean).
    terms: Vec<(f64, f64)>,
}

impl Hypoexponential {
    /// Nothing unless the means are positive and differ by a thousandth at least: nearer ones cancel in this form.
    pub fn new(means: &[f64]) -> Option<Hypoexponential> {
        let distinct = |(n, a): (usize, &f64)| means.iter().skip(n + 1).all(|b| (a - b).abs() > 1e-3 * a.max(*b));
        if means.is_empty() || !means.iter().all(|mean| *mean > 0.0) || !means.iter().enumerate().all(distinct) {
            return None;
        }
        let weight = |mean: f64| means.iter().filter(|m| **m != mean).map(|m| mean / (mean - m)).product::<f64>();
        Some(Hypoexponential { terms: means.iter().map(|mean| (weight(*mean), *mean)).collect() })
    }

    pub fn mean(&self) -> f64 {
        self.terms.iter().map(|(_, mean)| mean).sum()
    }

    pub fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        1.0 - self.terms.iter().map(|(weight, mean)| weight * libm::exp(-x / mean)).sum::<f64>()
    }

    pub fn quantile(&self, p: f64) -> f64 {
        rising_quantile(self.mean(), p, |x| self.cdf(x))
    }
}

/// The quantile of the sum of two independent durations, of which the first is told by its quantile function and the
/// second by its distribution function: ∫ F₂(x − Q₁(u)) du over (0, 1), by Simpson's rule in a variable that thins out
/// the ends. About six digits for smooth laws.
pub fn sum_quantile(first: impl Fn(f64) -> f64, second: impl Fn(f64) -> f64, scale: f64, p: f64) -> f64 {
    const STEPS: u32 = 4000;
    // u = t³(10 − 15t + 6t²) has derivative 30 t²(1 − t)², which tames the infinite ends of Q₁.
    let points: Vec<(f64, f64)> = (1..STEPS)
        .map(|n| {
            let t = f64::from(n) / f64::from(STEPS);
            let u = t * t * t * (10.0 - 15.0 * t + 6.0 * t * t);
            let simpson = if n % 2 == 1 { 4.0 } else { 2.0 };
            let weight = 30.0 * t * t * (1.0 - t) * (1.0 - t) * simpson / (3.0 * f64::from(STEPS));
            (first(u), weight)
        })
        .collect();
    let cdf = |x: f64| points.iter().filter(|(d, _)| *d < x).map(|(d, weight)| weight * second(x - d)).sum::<f64>();
    rising_quantile(scale, p, cdf)
}

/// The x with F(x) = p, sought from a typical size up.
fn rising_quantile(scale: f64, p: f64, cdf: impl Fn(f64) -> f64) -> f64 {
    if !(0.0..1.0).contains(&p) || scale.is_nan() || scale <= 0.0 {
        return if p == 1.0 { f64::INFINITY } else { f64::NAN };
    }
    let mut high = scale;
    for _ in 0..60 {
        if cdf(high) >= p {
            break;
        }
        high *= 2.0;
    }
    solve(0.0, high, |x| cdf(x) - p)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::special::{normal_cdf, normal_quantile};

    #[test]
    fn known_quantiles() {
        // scipy 1.17: stats.gamma.ppf([.5, .99], 3, scale=2)
        assert!((erlang_quantile(3, 2.0, 0.5) - 5.348_120_627_447_118).abs() < 1e-12);
        assert!((erlang_quantile(3, 2.0, 0.99) - 16.811_893_829_770_927).abs() < 1e-11);
        assert!((max_exponential_mean(4, 3.0) - 6.25).abs() < 1e-14);
        assert!(Hypoexponential::new(&[2.0, 2.0]).is_none());
        assert!(Hypoexponential::new(&[]).is_none());
    }

    #[test]
    fn sums_of_two() {
        // Two exponential durations, whose sum is known.
        let known = Hypoexponential::new(&[1.0, 3.0]).unwrap().quantile(0.9);
        let summed = sum_quantile(|u| -libm::log1p(-u), |x| 1.0 - libm::exp(-x / 3.0), 4.0, 0.9);
        assert!((known - summed).abs() < 1e-5 * known, "{known} {summed}");
        // Two log-normal ones.
        let first = |u: f64| libm::exp(0.5 * normal_quantile(u));
        let second = |x: f64| normal_cdf(libm::log(x / 2.0) / 0.75);
        assert!(sum_quantile(first, second, 3.8, 0.95) > sum_quantile(first, second, 3.8, 0.5));
    }
}
