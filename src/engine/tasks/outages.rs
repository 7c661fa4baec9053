//! Times in which a group of tasks fails together. Without them attempts are independent, and Retry looks far better
//! than it is.

use super::laws::read_millis;
use crate::base::document::{Findings, Place, Range};
use crate::base::{Delay, Key, Text, Time};

/// `{"group": "database", "rate_per_min": 0.01, "mean_ms": 30000}`: outages begin after exponential times of that rate
/// and last exponential times of that mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Outage {
    /// All cases that name the group share its outages.
    pub group: Text,
    pub rate_per_min: f64,
    pub mean: Delay,
}

/// The outages of one group in one run: the same for every execution of it.
#[derive(Clone, Debug, Default)]
pub struct OutagePath {
    /// (begin, end), ascending.
    spans: Vec<(Time, Time)>,
}

/// Outages of one run; more than anyone will look at.
const MAX_SPANS: u64 = 100_000;

impl Outage {
    pub fn read(place: &Place, findings: &mut Findings) -> Option<Outage> {
        let members = place.object(findings, &["group", "rate_per_min", "mean_ms"])?;
        let group = members.required("group", findings).and_then(|at| at.string(findings));
        let rate = Range::POSITIVE.up_to(1000.0);
        let rate_per_min = members.required("rate_per_min", findings).and_then(|at| at.number(rate, findings));
        let mean = members.required("mean_ms", findings).and_then(|at| read_millis(&at, findings));
        Some(Outage { group: group?, rate_per_min: rate_per_min?, mean: mean? })
    }

    /// Draws the outages that begin before `end`; `key` is that of the run.
    pub fn path(&self, key: Key, start: Time, end: Time) -> OutagePath {
        let key = key.with_str("outage").with_str(&self.group);
        let exponential = |key: Key, mean: f64| Delay::from_secs_f64(-libm::log(1.0 - key.uniform()) * mean);
        let mut spans = Vec::new();
        let mut now = start;
        for n in 0..MAX_SPANS {
            let key = key.with(n);
            let begin = now + exponential(key.with(0), 60.0 / self.rate_per_min);
            if begin >= end {
                break;
            }
            now = begin + exponential(key.with(1), self.mean.as_secs_f64());
            spans.push((begin, now));
        }
        OutagePath { spans }
    }
}

impl OutagePath {
    /// Whether there is an outage then.
    pub fn is_out(&self, at: Time) -> bool {
        let begun = self.spans.partition_point(|(begin, _)| *begin <= at);
        begun.checked_sub(1).and_then(|last| self.spans.get(last)).is_some_and(|(_, end)| at < *end)
    }

    /// (begin, end) of each, ascending.
    pub fn spans(&self) -> &[(Time, Time)] {
        &self.spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn out_for_the_stated_part_of_the_time() {
        let outage = Outage { group: "db".into(), rate_per_min: 0.1, mean: Delay::from_secs(120) };
        let path = outage.path(Key::new(5), Time::ZERO, Time::from_millis(60_000 * 1_000_000));
        let out = (0..1_000_000).filter(|minute| path.is_out(Time::from_millis(minute * 60_000))).count();
        // Ten minutes up, two down on average.
        assert!((out as f64 / 1e6 - 1.0 / 6.0).abs() < 0.004, "{out}");
        assert_eq!(path.spans(), outage.path(Key::new(5), Time::ZERO, Time::from_millis(60_000 * 1_000_000)).spans());
        assert!(!OutagePath::default().is_out(Time::ZERO));
    }
}
