//! From values to places, and the round values that are written at an axis.

/// A linear scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    from: (f64, f64),
    to: (f64, f64),
}

impl Scale {
    /// Values `from` to places `to`; either may run downwards.
    pub fn new(from: (f64, f64), to: (f64, f64)) -> Scale {
        let from = if from.0 == from.1 { (from.0, from.0 + 1.0) } else { from };
        Scale { from, to }
    }

    pub fn place(&self, value: f64) -> f64 {
        let share = (value - self.from.0) / (self.from.1 - self.from.0);
        self.to.0 + share * (self.to.1 - self.to.0)
    }

    /// The value at a place.
    pub fn value(&self, place: f64) -> f64 {
        let share = (place - self.to.0) / (self.to.1 - self.to.0);
        self.from.0 + share * (self.from.1 - self.from.0)
    }

    /// About so many round values in a range.
    pub fn ticks((low, high): (f64, f64), wanted: u32) -> Vec<f64> {
        let rough = (high - low) / f64::from(wanted.max(1));
        if !rough.is_finite() || rough <= 0.0 {
            return vec![low];
        }
        let power = libm::pow(10.0, libm::floor(libm::log10(rough)));
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * power).find(|step| *step >= rough * 0.999);
        every(low, high, step.unwrap_or(10.0 * power))
    }

    /// The same for minutes.
    pub fn time_ticks((low, high): (f64, f64), wanted: u32) -> Vec<f64> {
        const STEPS: [f64; 17] = [
            1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 240.0, 480.0, 720.0, 1440.0, 2880.0, 10_080.0,
            40_320.0, 525_600.0,
        ];
        let rough = (high - low) / f64::from(wanted.max(1));
        if rough < 1.0 {
            return Scale::ticks((low, high), wanted);
        }
        let step = STEPS.into_iter().find(|step| *step >= rough);
        every(low, high, step.unwrap_or(525_600.0))
    }
}

fn every(low: f64, high: f64, step: f64) -> Vec<f64> {
    let first = libm::ceil(low / step - 1e-9);
    let mut ticks = Vec::new();
    for n in 0..100 {
        let tick = (first + f64::from(n)) * step;
        if tick > high + step * 1e-6 {
            break;
        }
        // Multiples of 0.1 that are not quite.
        ticks.push((tick / step).round() * step);
    }
    ticks
}

/// Minutes as people say them: `40 min`, `1 h 40`, `2 d 3 h`.
pub fn time(minutes: f64) -> String {
    let whole = libm::round(minutes * 100.0) / 100.0;
    if whole < 60.0 {
        let text = format!("{whole:.2}");
        return format!("{} min", text.trim_end_matches('0').trim_end_matches('.'));
    }
    let minutes = libm::round(minutes) as u64;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match (days, hours, minutes) {
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes:02}"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// Milliseconds as people say them: `850 ms`, `1.2 s`, `3 min 20 s`.
pub fn duration(millis: f64) -> String {
    let number = crate::simulation::report::number;
    if millis < 1000.0 {
        return format!("{} ms", number(millis));
    }
    let seconds = millis / 1000.0;
    if seconds < 120.0 {
        return format!("{} s", number(seconds));
    }
    if seconds < 7200.0 {
        let seconds = libm::round(seconds) as u64;
        return format!("{} min {:02} s", seconds / 60, seconds % 60);
    }
    time(seconds / 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(Scale::ticks((0.0, 1.0), 5), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(Scale::ticks((0.0, 0.07), 4), [0.0, 0.02, 0.04, 0.06]);
        assert_eq!(Scale::ticks((3.0, 3.0), 4), [3.0]);
        assert_eq!(Scale::time_ticks((0.0, 100.0), 6), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(Scale::time_ticks((0.0, 1440.0), 6), [0.0, 240.0, 480.0, 720.0, 960.0, 1200.0, 1440.0]);
        assert!(Scale::ticks((0.0, f64::INFINITY), 4).len() < 2);
    }

    #[test]
    fn times_are_plain() {
        assert_eq!([0.5, 40.0, 100.0, 120.0, 3060.0].map(time), ["0.5 min", "40 min", "1 h 40", "2 h", "2 d 3 h"]);
        assert_eq!([0.25, 850.0, 1234.0, 200_000.0].map(duration), ["0.25 ms", "850 ms", "1.23 s", "3 min 20 s"]);
    }
}
