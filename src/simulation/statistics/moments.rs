//! Number, mean and spread of values.

use serde::Serialize;

/// Number, mean and variance, by Welford's recurrence: the result depends on the order of the values in the last bits
/// only, and the simulation adds in the order of replications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Moments {
    pub n: u64,
    pub mean: f64,
    /// Σ(x − mean)²
    squares: f64,
}

impl Moments {
    pub fn of(values: impl IntoIterator<Item = f64>) -> Moments {
        let mut moments = Moments::default();
        values.into_iter().for_each(|value| moments.add(value));
        moments
    }

    /// Of whole numbers that were added up, in whatever order; the values are in units of `unit`.
    pub fn of_sums(n: u64, sum: u128, squares: u128, unit: f64) -> Moments {
        let all = u128::from(n.max(1));
        let squares = (all * squares).saturating_sub(sum * sum) as f64 / all as f64;
        Moments { n, mean: sum as f64 / all as f64 / unit, squares: squares / (unit * unit) }
    }

    pub fn add(&mut self, value: f64) {
        self.n += 1;
        let before = value - self.mean;
        self.mean += before / self.n as f64;
        self.squares += before * (value - self.mean);
    }

    /// The unbiased variance; needs two values.
    pub fn variance(&self) -> Option<f64> {
        (self.n >= 2).then(|| self.squares / (self.n - 1) as f64)
    }

    pub fn deviation(&self) -> Option<f64> {
        self.variance().map(libm::sqrt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let moments = Moments::of([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        assert_eq!((moments.n, moments.mean), (8, 5.0));
        assert!((moments.variance().unwrap() - 32.0 / 7.0).abs() < 1e-14);
        assert_eq!(Moments::of([3.0]).variance(), None);
        let sums = Moments::of_sums(8, 40, 232, 1.0);
        assert_eq!((sums.mean, sums.variance()), (moments.mean, moments.variance()));
        assert_eq!(Moments::of_sums(0, 0, 0, 60.0).mean, 0.0);
    }
}
