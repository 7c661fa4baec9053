//! Wald's sequential probability ratio test: look after every execution and decide as soon as enough is known, without
//! the false alarms of peeking at a test of fixed size. (Wald 1945.)

use serde::Serialize;

/// H₀: an execution fails with probability `p0` (good); H₁: with `p1` (bad).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sprt {
    /// What a failure adds to the log-likelihood ratio: ln(p₁/p₀).
    failure: f64,
    /// What a success adds: ln((1 − p₁)/(1 − p₀)), negative.
    success: f64,
    /// Bad from here up: ln((1 − β)/α).
    upper: f64,
    /// Good from here down: ln(β/(1 − α)).
    lower: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Verdict {
    Undecided,
    /// The failure probability is p₀ or less.
    Good,
    /// It is p₁ or more.
    Bad,
}

/// What the test does where executions fail with a given probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SprtOutlook {
    /// P(declared bad).
    pub bad: f64,
    /// The mean number of executions until the decision.
    pub executions: f64,
}

impl Sprt {
    /// `alpha` bounds P(declared bad | p₀), `beta` bounds P(declared good | p₁). Nothing unless 0 < p₀ < p₁ < 1, α and
    /// β are positive, and α + β < 1.
    pub fn new(p0: f64, p1: f64, alpha: f64, beta: f64) -> Option<Sprt> {
        let possible = 0.0 < p0 && p0 < p1 && p1 < 1.0 && alpha > 0.0 && beta > 0.0 && alpha + beta < 1.0;
        possible.then(|| Sprt {
            failure: libm::log(p1 / p0),
            success: libm::log((1.0 - p1) / (1.0 - p0)),
            upper: libm::log((1.0 - beta) / alpha),
            lower: libm::log(beta / (1.0 - alpha)),
        })
    }

    /// After so many executions, of which so many failed.
    pub fn verdict(&self, executions: u64, failures: u64) -> Verdict {
        let successes = executions.saturating_sub(failures) as f64;
        let ratio = failures as f64 * self.failure + successes * self.success;
        if ratio >= self.upper {
            Verdict::Bad
        } else if ratio <= self.lower {
            Verdict::Good
        } else {
            Verdict::Undecided
        }
    }

    /// Exact, by the recursion over (executions, failures), until less than 1e-13 is undecided or `most` executions.
    pub fn outlook(&self, p: f64, most: u64) -> SprtOutlook {
        // `open[f]` is P(undecided after n executions, f of them failed); few f are possible at a time.
        let mut open = vec![1.0];
        let (mut bad, mut executions) = (0.0, 0.0);
        for n in 1..=most {
            let undecided = open.iter().sum::<f64>();
            executions += undecided;
            if undecided < 1e-13 {
                break;
            }
            let mut next = vec![0.0; open.len() + 1];
            for (failures, mass) in open.iter().enumerate() {
                for (failures, mass) in [(failures, mass * (1.0 - p)), (failures + 1, mass * p)] {
                    match self.verdict(n, failures as u64) {
                        Verdict::Bad => bad += mass,
                        Verdict::Good => {}
                        Verdict::Undecided => {
                            if let Some(place) = next.get_mut(failures) {
                                *place += mass;
                            }
                        }
                    }
                }
            }
            while next.last() == Some(&0.0) {
                next.pop();
            }
            open = next;
        }
        SprtOutlook { bad, executions }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_its_promises() {
        let test = Sprt::new(0.01, 0.05, 0.05, 0.1).unwrap();
        let (good, bad) = (test.outlook(0.01, 100_000), test.outlook(0.05, 100_000));
        assert!(good.bad < 0.05 && 1.0 - bad.bad < 0.11, "{good:?} {bad:?}");
        // Worst in between.
        assert!(test.outlook(0.025, 100_000).executions > good.executions);
    }

    #[test]
    fn decides_by_counts() {
        let test = Sprt::new(0.01, 0.05, 0.05, 0.1).unwrap();
        assert_eq!(test.verdict(2, 2), Verdict::Bad);
        assert_eq!(test.verdict(54, 0), Verdict::Undecided);
        assert_eq!(test.verdict(55, 0), Verdict::Good);
        assert_eq!(Sprt::new(0.05, 0.01, 0.05, 0.1), None);
        assert_eq!(Sprt::new(0.01, 0.05, 0.0, 0.1), None);
    }
}
