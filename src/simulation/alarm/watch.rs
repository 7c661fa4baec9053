//! One alarm during one run.

use super::{Alarm, AlarmState, Point, Window, evaluate};
use crate::simulation::arrivals::MINUTE;
use crate::simulation::metrics::Metrics;
use serde::{Deserialize, Serialize};

/// The state of an alarm, evaluated minute by minute.
#[derive(Clone, Debug)]
pub struct Watch {
    pub state: AlarmState,
    /// The minute of the next evaluation.
    next: u64,
    /// By the minute in which its period ends (for wall-clock windows: by period), from 1.
    points: Vec<Point>,
    /// The evaluation range, filled anew each time.
    window: Vec<Point>,
    /// When it last went to ALARM, in minutes.
    pub entered: Option<u64>,
    /// When it first did.
    pub first_entered: Option<u64>,
}

/// What an evaluation saw and decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// In minutes.
    pub at: u64,
    /// The newest datapoint; none where it is missing.
    pub value: Option<f64>,
    pub point: Point,
    pub state: AlarmState,
    /// The evaluation range, oldest first, as the guide draws it: `0-X-X`.
    pub window: String,
}

/// How an alarm's datapoints fell over all replications.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmTally {
    pub breaching: u64,
    pub ok: u64,
    pub missing: u64,
    /// Replications in which it was ever in ALARM.
    pub alarmed: u64,
}

impl AlarmTally {
    pub fn merge(&mut self, other: &AlarmTally) {
        self.breaching += other.breaching;
        self.ok += other.ok;
        self.missing += other.missing;
        self.alarmed += other.alarmed;
    }

    /// Adds what a run came to.
    pub fn add(&mut self, watch: &Watch) {
        for point in &watch.points {
            match point {
                Point::Breaching => self.breaching += 1,
                Point::Ok => self.ok += 1,
                Point::Missing | Point::LowSample => self.missing += 1,
            }
        }
        self.alarmed += u64::from(watch.first_entered.is_some());
    }
}

impl Watch {
    pub fn new(alarm: &Alarm) -> Watch {
        Watch {
            state: alarm.initial,
            next: 1,
            points: Vec::new(),
            window: Vec::new(),
            entered: None,
            first_entered: None,
        }
    }

    /// Back to the start, with the memory kept.
    pub fn reset(&mut self, alarm: &Alarm) {
        self.state = alarm.initial;
        self.next = 1;
        self.points.clear();
        self.entered = None;
        self.first_entered = None;
    }

    /// The minute of the last evaluation.
    pub fn evaluated(&self) -> u64 {
        self.next - 1
    }

    /// Makes all evaluations up to a minute. The metrics must hold all that closed before it.
    pub fn advance(&mut self, alarm: &Alarm, metrics: &Metrics, minute: u64, mut tell: Option<&mut Vec<Evaluation>>) {
        while self.next <= minute {
            let at = self.next;
            self.next += 1;
            let delay = metrics.switches.publish_delay.as_nanos().div_ceil(MINUTE);
            let visible = at.saturating_sub(delay);
            let period = u64::from(alarm.period);
            // Where the newest period ends, and how many places apart periods are in `points`.
            let (end, apart) = match alarm.window {
                Window::Sliding => (visible, period as usize),
                Window::Wallclock => (visible / period, 1),
            };
            let mut newest = None;
            if end as usize > self.points.len() {
                let (end, partly) = match alarm.window {
                    Window::Sliding => (end, end < period),
                    Window::Wallclock => (end * period, false),
                };
                let value = metrics.value(&alarm.query, end.saturating_sub(period), end);
                newest = value.map(|(value, _)| value);
                // A period that began before the rollout and holds nothing of it is as those before.
                let point = match alarm.point(value) {
                    Point::Missing if partly => alarm.before,
                    point => point,
                };
                self.points.push(point);
            } else if alarm.window == Window::Wallclock {
                // Nothing new since the last evaluation.
                continue;
            }
            self.window.clear();
            for back in (0..alarm.range as usize).rev() {
                let place = (end as usize).checked_sub(1 + back * apart);
                self.window.push(place.and_then(|place| self.points.get(place)).copied().unwrap_or(alarm.before));
            }
            let state = evaluate(&self.window, alarm.periods, alarm.datapoints, alarm.missing).unwrap_or(self.state);
            if state == AlarmState::Alarm && self.state != AlarmState::Alarm {
                self.entered = Some(at);
                self.first_entered.get_or_insert(at);
            }
            self.state = state;
            if let Some(told) = &mut tell {
                let point = self.window.last().copied().unwrap_or_default();
                let window = self.window.iter().map(|point| point.symbol()).collect();
                told.push(Evaluation { at, value: newest, point, state, window });
            }
        }
    }

    /// The datapoints of the last evaluation, oldest first.
    pub fn window(&self) -> &[Point] {
        &self.window
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Delay;
    use crate::simulation::alarm::{Operator, TreatMissing};
    use crate::simulation::metrics::{Close, Dimension, Measure, Metric, Query, Statistic, Stream, Switches};

    fn alarm(period: u32, periods: u32, datapoints: u32, threshold: f64) -> Alarm {
        let measure = Measure::Statistic(Metric::ExecutionsFailed, Statistic::Sum);
        Alarm {
            name: "failures".into(),
            query: Query { dimension: Dimension::NewVersion, measure },
            operator: Operator::AtLeast,
            threshold,
            period,
            periods,
            datapoints,
            range: Alarm::default_range(periods),
            missing: TreatMissing::Missing,
            ignore_low_samples: false,
            window: Window::Sliding,
            initial: AlarmState::Ok,
            before: Point::Ok,
        }
    }

    /// Metrics with so many failures, and one success, in each minute; `-` is a minute without executions.
    fn metrics(failures: &str, delay: u64) -> Metrics {
        let switches = Switches { publish_delay: Delay::from_secs(delay), ..Switches::default() };
        let mut metrics = Metrics::new(switches);
        metrics.clear(failures.len() as u64, |_| false, false);
        for (minute, count) in failures.chars().enumerate() {
            let at = minute as u64 * MINUTE;
            if let Some(count) = count.to_digit(10) {
                metrics.close(Stream::New, at, 0, Close::Succeeded, false);
                (0..count).for_each(|_| metrics.close(Stream::New, at, 0, Close::Failed, false));
            }
        }
        metrics
    }

    fn states(alarm: &Alarm, metrics: &Metrics, minutes: u64) -> String {
        let mut watch = Watch::new(alarm);
        let mut told = Vec::new();
        watch.advance(alarm, metrics, minutes, Some(&mut told));
        // Evaluating piece by piece comes to the same.
        let mut again = Watch::new(alarm);
        (1..=minutes).for_each(|minute| again.advance(alarm, metrics, minute, None));
        assert_eq!((again.state, again.entered), (watch.state, watch.entered));
        told.iter().map(|evaluation| evaluation.state.name().chars().next().unwrap()).collect()
    }

    #[test]
    fn m_of_n() {
        assert_eq!(states(&alarm(1, 1, 1, 1.0), &metrics("00100", 0), 5), "OOAOO");
        assert_eq!(states(&alarm(1, 3, 2, 1.0), &metrics("0101000", 0), 7), "OOOAOOO");
        assert_eq!(states(&alarm(1, 3, 3, 1.0), &metrics("110111", 0), 6), "OOOOOA");
    }

    #[test]
    fn sliding_periods_overlap() {
        let minutes = "001001002";
        assert_eq!(states(&alarm(3, 1, 1, 2.0), &metrics(minutes, 0), 9), "OOOOOOOOA");
        assert_eq!(states(&alarm(4, 1, 1, 2.0), &metrics(minutes, 0), 9), "OOOOOAOOA");
        // Two of the last two periods of three minutes.
        assert_eq!(states(&alarm(3, 2, 2, 1.0), &metrics("100100000", 0), 9), "OOOAAAOOO");
    }

    #[test]
    fn wallclock_periods_do_not() {
        let mut alarm = alarm(4, 1, 1, 2.0);
        alarm.window = Window::Wallclock;
        // Told at the ends of periods only.
        assert_eq!(states(&alarm, &metrics("0010010020", 0), 10), "OO");
        assert_eq!(states(&alarm, &metrics("0110010020", 0), 10), "AO");
    }

    #[test]
    fn late_metrics_are_seen_late() {
        assert_eq!(states(&alarm(1, 1, 1, 1.0), &metrics("00100", 90), 5), "OOOOA");
    }

    #[test]
    fn what_was_before() {
        let mut alarm = alarm(1, 3, 3, 1.0);
        assert_eq!(states(&alarm, &metrics("1-1---", 0), 6), "OOOOAA");
        alarm.before = Point::Missing;
        assert_eq!(states(&alarm, &metrics("1-----", 0), 6), "IIAAAI");
        alarm.period = 5;
        alarm.periods = 1;
        alarm.datapoints = 1;
        alarm.before = Point::Ok;
        assert_eq!(states(&alarm, &metrics("----1-", 0), 6), "OOOOAA");
    }

    #[test]
    fn percentiles_of_few_samples_can_be_ignored() {
        let mut alarm = alarm(1, 1, 1, 1.0);
        alarm.query.measure = Measure::Statistic(Metric::ExecutionsFailed, Statistic::Percentile(0.5));
        assert_eq!(states(&alarm, &metrics("0909", 0), 4), "OAOA");
        alarm.ignore_low_samples = true;
        assert_eq!(states(&alarm, &metrics("0909", 0), 4), "OOOO");
        assert_eq!(super::super::low_samples(0.99).round(), 1000.0);
        assert_eq!(super::super::low_samples(0.1).round(), 100.0);
    }
}
