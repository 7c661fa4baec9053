//! When executions start.
//!
//! Arrivals are keyed per minute: how many there are in a minute is one draw, and each of them finds its instant in it
//! by a draw of its own through the inverse of the cumulative rate. So a worker starts at any minute without redrawing
//! what came before, and any execution can be told its time alone. Instants are whole nanoseconds.
//!
//! ```
//! use weir::base::{Delay, Key, Time};
//! use weir::simulation::arrivals::Arrivals;
//! use weir::simulation::scenario::{Rate, Traffic};
//! let traffic = Traffic { rate: Rate::Constant { per_min: 7.0 }, burst: None, count: None, duration: None };
//! let arrivals = Arrivals::new(&traffic, Delay::from_secs(180));
//! let mut times = Vec::new();
//! (0..3).for_each(|minute| arrivals.list(minute, Key::new(1), &mut times));
//! assert_eq!((times.len(), times[7].at(1)), (21, Time::from_millis(60_000)));
//! ```

use super::scenario::{Burst, Rate, Traffic};
use crate::base::special::{gamma_q, poisson_pmf};
use crate::base::{Delay, Key, Time};

/// The purpose of the draws that decide when executions start, and how many.
pub const ARRIVAL: u64 = Key::word("arrival");
const BURST: u64 = Key::word("burst");

pub const MINUTE: u64 = 60_000_000_000;

/// The starts of one scenario.
#[derive(Clone, Debug)]
pub struct Arrivals {
    rate: Rate,
    burst: Option<Burst>,
    /// No start at or after it, in nanoseconds.
    end: u64,
    /// By minute; the last stands for all that follow, unless the rate comes round.
    counts: Vec<PoissonLaw>,
    comes_round: bool,
    /// Of the minute in which the end lies, where it is cut short.
    cut: Option<(u64, PoissonLaw)>,
}

/// One start of a minute: when in it, in 36 bits, and its place among those of it, which is what its draws are keyed by.
/// There may be millions of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival(u64);

const INDEX_BITS: u32 = 28;
/// Starts of a minute; the rates that there may be bring a tenth of that.
const MAX_INDEX: u32 = (1 << INDEX_BITS) - 1;

impl Arrival {
    fn new(at: Time, minute: u64, index: u32) -> Arrival {
        Arrival(at.as_nanos().saturating_sub(minute * MINUTE) << INDEX_BITS | u64::from(index))
    }

    /// The instant, in the minute that it was listed of.
    pub fn at(self, minute: u64) -> Time {
        Time::from_nanos(minute * MINUTE + (self.0 >> INDEX_BITS))
    }

    pub fn index(self) -> u32 {
        self.0 as u32 & MAX_INDEX
    }
}

impl Arrivals {
    /// The starts before `end` (and before the end of the traffic, if that is earlier).
    pub fn new(traffic: &Traffic, end: Delay) -> Arrivals {
        let end = traffic.duration.map_or(end, |duration| duration.min(end)).as_nanos();
        let last_minute = end.div_ceil(MINUTE);
        let (varying, comes_round) = match &traffic.rate {
            Rate::Constant { .. } | Rate::Poisson { .. } => (1, false),
            Rate::Ramp { over, .. } => (over.as_nanos().div_ceil(MINUTE) + 1, false),
            Rate::Piecewise { steps } => {
                let sum = steps.iter().fold(Delay::ZERO, |sum, (_, length)| sum + *length);
                (sum.as_nanos().div_ceil(MINUTE) + 1, false)
            }
            Rate::Diurnal { period_min, .. } => (*period_min, true),
        };
        let events = |from: u64, to: u64| {
            let (from, to) = (Delay::from_nanos(from), Delay::from_nanos(to));
            let executions = traffic.rate.expected(to) - traffic.rate.expected(from);
            PoissonLaw::new((executions / traffic.burst.map_or(1.0, Burst::mean)).max(0.0))
        };
        let whole = |minute: u64| events(minute * MINUTE, (minute + 1) * MINUTE);
        let counts = match traffic.rate {
            Rate::Constant { .. } => Vec::new(),
            _ => (0..varying.min(last_minute.max(1))).map(whole).collect(),
        };
        let cut = !end.is_multiple_of(MINUTE);
        let cut = cut.then(|| (last_minute - 1, events((last_minute - 1) * MINUTE, end)));
        Arrivals { rate: traffic.rate.clone(), burst: traffic.burst, end, counts, comes_round, cut }
    }

    /// The first minute in which nothing starts any more.
    pub fn minutes(&self) -> u64 {
        self.end.div_ceil(MINUTE)
    }

    /// Whether each execution starts alone, so that [`at`](Arrivals::at) tells its time.
    pub fn is_single(&self) -> bool {
        self.burst.is_none()
    }

    /// How many start in a minute; `key` is that of the minute.
    pub fn count(&self, minute: u64, key: Key) -> u32 {
        if let Rate::Constant { per_min } = self.rate {
            return self.first_index(minute + 1, per_min).saturating_sub(self.first_index(minute, per_min)) as u32;
        }
        let events = self.events(minute, key);
        match self.burst {
            None => events,
            Some(burst) => {
                (0..events).fold(0, |sum: u32, event| sum.saturating_add(burst_size(burst, key, event))).min(MAX_INDEX)
            }
        }
    }

    fn events(&self, minute: u64, key: Key) -> u32 {
        let u = || key.with(ARRIVAL).uniform();
        if minute * MINUTE >= self.end {
            return 0;
        }
        match &self.cut {
            Some((cut, law)) if *cut == minute => law.draw(u()),
            _ => self.law(minute).map_or(0, |law| law.draw(u())),
        }
    }

    fn law(&self, minute: u64) -> Option<&PoissonLaw> {
        let varying = self.counts.len() as u64;
        let index = if self.comes_round { minute % varying.max(1) } else { minute.min(varying.saturating_sub(1)) };
        self.counts.get(index as usize)
    }

    /// When an execution starts whose draws are keyed by `key`, the `index`-th of its minute, if each starts alone.
    #[inline(always)]
    pub fn at(&self, minute: u64, index: u32, key: Key) -> Time {
        match self.rate {
            Rate::Constant { per_min } => {
                Time::from_nanos(even(self.first_index(minute, per_min) + u64::from(index), per_min))
            }
            _ => self.place(minute, key.with(ARRIVAL).uniform()),
        }
    }

    /// The instant in a minute that has the part `u` of the minute's starts before it.
    #[inline(always)]
    fn place(&self, minute: u64, u: f64) -> Time {
        let start = minute * MINUTE;
        let length = (self.end.saturating_sub(start)).min(MINUTE);
        let inside = match &self.rate {
            Rate::Constant { .. } | Rate::Poisson { .. } => u * length as f64,
            rate => invert(rate, start, length, u),
        };
        // Rounding down keeps it inside; the last nanosecond is the last place.
        Time::from_nanos(start + (inside as u64).min(length.saturating_sub(1)))
    }

    /// Adds the starts of a minute in the order of time.
    pub fn list(&self, minute: u64, key: Key, out: &mut Vec<Arrival>) {
        let first = out.len();
        let count = self.count(minute, key);
        out.reserve_exact(count as usize);
        match self.burst {
            Some(burst) => {
                let mut index = 0;
                for event in 0..self.events(minute, key) {
                    let at = self.place(minute, key.with(BURST).with(u64::from(event)).with(ARRIVAL).uniform());
                    for _ in 0..burst_size(burst, key, event).min(count - index) {
                        out.push(Arrival::new(at, minute, index));
                        index += 1;
                    }
                }
            }
            None => {
                let at = |index| self.at(minute, index, key.with(u64::from(index)));
                out.extend((0..count).map(|index| Arrival::new(at(index), minute, index)));
            }
        }
        if let Some(added) = out.get_mut(first..) {
            added.sort_unstable();
        }
    }

    /// The first of evenly spaced starts that does not lie before a minute (or the end).
    fn first_index(&self, minute: u64, per_min: f64) -> u64 {
        let from = (minute * MINUTE).min(self.end);
        let mut index = libm::ceil(from as f64 / MINUTE as f64 * per_min) as u64;
        // The estimate may be one off where a start falls on the boundary.
        while index > 0 && even(index - 1, per_min) >= from {
            index -= 1;
        }
        while even(index, per_min) < from {
            index += 1;
        }
        index
    }
}

/// The instant of the i-th evenly spaced start.
fn even(index: u64, per_min: f64) -> u64 {
    (index as f64 * MINUTE as f64 / per_min) as u64
}

fn burst_size(burst: Burst, minute: Key, event: u32) -> u32 {
    match burst {
        Burst::Fixed(size) => size,
        Burst::Geometric { mean } if mean <= 1.0 => 1,
        Burst::Geometric { mean } => {
            let u = 1.0 - minute.with(BURST).with(u64::from(event)).uniform();
            // P(size > k) = (1 − 1/mean)^k.
            let size = 1.0 + libm::log(u) / libm::log1p(-1.0 / mean);
            (size as u32).clamp(1, 100_000_000)
        }
    }
}

/// The offset in [start, start + length) at which the part `u` of the starts in it has happened.
fn invert(rate: &Rate, start: u64, length: u64, u: f64) -> f64 {
    let minute = MINUTE as f64;
    let expected = |offset: f64| rate.expected(Delay::from_nanos(start + offset as u64));
    let (before, after) = (expected(0.0), expected(length as f64));
    let target = u * (after - before);
    match rate {
        Rate::Ramp { from_per_min, to_per_min, over } => {
            let slope = (to_per_min - from_per_min) / (over.as_nanos() as f64 / minute);
            let here = rate.at(Delay::from_nanos(start));
            // Inside the ramp: here t + slope t²/2 = target, solved without cancellation.
            let left = over.as_nanos().saturating_sub(start) as f64 / minute;
            let in_ramp = left.min(length as f64 / minute);
            let ramped = (here + slope * in_ramp / 2.0) * in_ramp;
            let t = if target <= ramped {
                2.0 * target / (here + libm::sqrt((here * here + 2.0 * slope * target).max(0.0)))
            } else {
                in_ramp + (target - ramped) / to_per_min
            };
            if t.is_nan() { 0.0 } else { t * minute }
        }
        Rate::Piecewise { steps } => {
            let mut left = target;
            let mut now = start as f64;
            let stop = (start + length) as f64;
            let mut end = 0.0;
            for (n, (per_min, step)) in steps.iter().enumerate() {
                end += step.as_nanos() as f64;
                let end = if n + 1 == steps.len() { stop } else { end.min(stop) };
                if end <= now {
                    continue;
                }
                let here = per_min * (end - now) / minute;
                if left < here || end >= stop {
                    return now - start as f64 + if *per_min > 0.0 { left / per_min * minute } else { 0.0 };
                }
                left -= here;
                now = end;
            }
            now - start as f64
        }
        // A few steps of Newton's method are exact to the nanosecond where the rate is nearly even within the minute. Where
        // it is not, they are kept between what is known to be too early and too late.
        _ => {
            let mut t = u * length as f64;
            let (mut early, mut late) = (0.0, length as f64);
            for step in 0..100 {
                let here = rate.at(Delay::from_nanos(start + t as u64)) / minute;
                let off = expected(t) - before - target;
                if off > 0.0 {
                    late = t
                } else {
                    early = t
                }
                let newton = t - off / here;
                let next = if (early..=late).contains(&newton) { newton } else { (early + late) / 2.0 };
                // Far from the start the sums are not exact to the nanosecond any more.
                let close = if step < 8 { 0.5 } else { 1000.0 };
                let is_close = (next - t).abs() < close;
                t = next;
                if is_close {
                    break;
                }
            }
            t
        }
    }
}

/// Poisson variates by inversion, sought from the mode: about √mean steps.
#[derive(Clone, Copy, Debug)]
struct PoissonLaw {
    mean: f64,
    mode: u32,
    /// P(N = mode) and P(N ≤ mode).
    at_mode: f64,
    up_to_mode: f64,
}

impl PoissonLaw {
    fn new(mean: f64) -> PoissonLaw {
        let mode = libm::floor(mean) as u32;
        PoissonLaw {
            mean,
            mode,
            at_mode: poisson_pmf(u64::from(mode), mean),
            up_to_mode: if mean == 0.0 { 1.0 } else { gamma_q(f64::from(mode) + 1.0, mean) },
        }
    }

    /// The smallest n with P(N ≤ n) > u.
    fn draw(&self, u: f64) -> u32 {
        let (mut n, mut p, mut below) = (self.mode, self.at_mode, self.up_to_mode);
        if u < below {
            while n > 0 && u < below - p {
                below -= p;
                p *= f64::from(n) / self.mean;
                n -= 1;
            }
        } else {
            while u >= below && p > 1e-300 {
                n += 1;
                p *= self.mean / f64::from(n);
                below += p;
            }
        }
        n
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::statistics::Moments;

    fn arrivals(rate: Rate, burst: Option<Burst>, minutes: f64) -> Arrivals {
        let traffic = Traffic { rate, burst, count: None, duration: None };
        Arrivals::new(&traffic, Delay::from_secs_f64(minutes * 60.0))
    }

    fn all(arrivals: &Arrivals, key: Key) -> Vec<Time> {
        let mut all = Vec::new();
        for minute in 0..arrivals.minutes() {
            let mut out = Vec::new();
            arrivals.list(minute, key.with(minute), &mut out);
            assert_eq!(out.len(), arrivals.count(minute, key.with(minute)) as usize);
            assert!(out.is_sorted());
            let start = Time::from_nanos(minute * MINUTE);
            let times: Vec<Time> = out.iter().map(|arrival| arrival.at(minute)).collect();
            assert!(times.iter().all(|at| *at >= start && at.since(start).as_nanos() < MINUTE));
            assert!(times.is_sorted());
            all.extend(times);
        }
        assert!(all.iter().all(|at| at.as_nanos() < arrivals.end));
        all
    }

    #[test]
    fn constant_is_even() {
        for per_min in [7.0, 0.1, 60.0, 6000.0, 1.0 / 3.0, 100.5] {
            let times = all(&arrivals(Rate::Constant { per_min }, None, 30.5), Key::new(1));
            assert_eq!(times.len(), (per_min * 30.5_f64).ceil() as usize, "{per_min}");
            for (n, at) in times.iter().enumerate() {
                assert_eq!(at.as_nanos(), (n as f64 * 60e9 / per_min) as u64);
            }
        }
    }

    #[test]
    fn poisson_counts_have_mean_and_variance() {
        for mean in [0.02, 0.5, 6.0, 60.0, 5000.0] {
            let law = PoissonLaw::new(mean);
            let counts = Moments::of((0..50_000).map(|n| f64::from(law.draw(Key::new(9).with(n).uniform()))));
            assert!((counts.mean - mean).abs() < 4.5 * (mean / 5e4).sqrt(), "{mean}: {}", counts.mean);
            let dispersion = counts.variance().unwrap() / counts.mean;
            assert!((dispersion - 1.0).abs() < 4.5 * (2.0 / 5e4 + 1.0 / (mean * 5e4)).sqrt(), "{mean}: {dispersion}");
        }
        assert_eq!(PoissonLaw::new(0.0).draw(0.999_999), 0);
        // The largest draw there is ends.
        assert!(PoissonLaw::new(5.0).draw(1.0 - f64::EPSILON / 2.0) < 100);
        assert!((900_000..1_100_000).contains(&PoissonLaw::new(1e6).draw(0.3)));
    }

    /// Starts in a time of changing rate are where the cumulative rate puts them.
    #[test]
    fn changing_rates() {
        let min = |n: u64| Delay::from_secs(60 * n);
        for rate in [
            Rate::Ramp { from_per_min: 0.0, to_per_min: 600.0, over: min(10) },
            Rate::Ramp { from_per_min: 900.0, to_per_min: 0.0, over: Delay::from_secs(450) },
            Rate::Piecewise { steps: vec![(100.0, Delay::from_secs(90)), (0.0, min(2)), (900.0, Delay::from_secs(7))] },
            Rate::Diurnal { mean_per_min: 300.0, amplitude: 1.0, period_min: 7, phase: Delay::from_secs(20) },
            Rate::Diurnal { mean_per_min: 200.0, amplitude: 1.0, period_min: 1, phase: Delay::ZERO },
            Rate::Diurnal { mean_per_min: 300.0, amplitude: 0.9, period_min: 2, phase: Delay::from_secs(70) },
        ] {
            let arrivals = arrivals(rate.clone(), None, 12.25);
            let whole = rate.expected(Delay::from_nanos(arrivals.end));
            let mut times: Vec<f64> = Vec::new();
            for seed in 0..20 {
                let drawn = all(&arrivals, Key::new(seed));
                times.extend(drawn.iter().map(|at| rate.expected(at.since(Time::ZERO)) / whole));
            }
            let n = times.len() as f64;
            assert!((n / 20.0 - whole).abs() < 4.5 * (whole / 20.0).sqrt(), "{rate:?}: {n}");
            // By the cumulative rate, they are uniform (Kolmogorov–Smirnov).
            times.sort_by(f64::total_cmp);
            let off = |(k, u): (usize, &f64)| (u - k as f64 / n).abs();
            let worst = times.iter().enumerate().map(off).fold(0.0, f64::max);
            assert!(worst < 2.2 / n.sqrt(), "{rate:?}: {worst}");
        }
    }

    #[test]
    fn rate_is_the_slope_of_what_is_expected() {
        let rate = Rate::Diurnal { mean_per_min: 100.0, amplitude: 0.8, period_min: 1440, phase: Delay::ZERO };
        assert!((rate.expected(Delay::from_secs(360 * 60)) - 54_334.649_444_186_35).abs() < 1e-8);
        for t in [0, 1000, 40_000, 80_000] {
            let slope = rate.expected(Delay::from_secs(t + 1)) - rate.expected(Delay::from_secs(t));
            assert!((slope * 60.0 - rate.at(Delay::from_millis(t * 1000 + 500))).abs() < 1e-5);
        }
    }

    #[test]
    fn bursts_keep_the_rate() {
        for burst in [Burst::Fixed(5), Burst::Geometric { mean: 5.0 }, Burst::Geometric { mean: 1.0 }] {
            let arrivals = arrivals(Rate::Poisson { per_min: 50.0 }, Some(burst), 4000.0);
            let counts = Moments::of((0..4000).map(|m| f64::from(arrivals.count(m, Key::new(2).with(m)))));
            assert!((counts.mean - 50.0).abs() < 3.0, "{burst:?}: {}", counts.mean);
            let dispersion = counts.variance().unwrap() / counts.mean;
            // E[size²]/E[size]: 5 for a fixed size, 2·5 − 1 for the geometric law.
            let expected = match burst {
                Burst::Fixed(n) => f64::from(n),
                Burst::Geometric { mean } => 2.0 * mean - 1.0,
            };
            assert!((dispersion / expected - 1.0).abs() < 0.12, "{burst:?}: {dispersion}");
        }
        let some = arrivals(Rate::Poisson { per_min: 50.0 }, Some(Burst::Fixed(5)), 3.0);
        assert_eq!(all(&some, Key::new(1)).len() % 5, 0);
    }

    #[test]
    fn a_worker_starts_anywhere() {
        let arrivals = arrivals(Rate::Poisson { per_min: 60.0 }, None, 1000.0);
        let (mut alone, mut first) = (Vec::new(), Vec::new());
        arrivals.list(777, Key::new(1).with(777), &mut alone);
        (0..1000).for_each(|minute| {
            if minute == 777 {
                arrivals.list(minute, Key::new(1).with(minute), &mut first);
            }
        });
        assert_eq!(alone, first);
        arrivals.list(1000, Key::new(1), &mut alone);
        assert_eq!(alone.len(), first.len(), "nothing starts after the end");
    }
}
