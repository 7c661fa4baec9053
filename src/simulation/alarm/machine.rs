//! The rule by which an alarm changes its state: M of N datapoints, four ways to treat missing ones, and the guard
//! against premature alarms. (CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data".)

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlarmState {
    #[default]
    #[serde(rename = "OK")]
    Ok,
    #[serde(rename = "ALARM")]
    Alarm,
    #[serde(rename = "INSUFFICIENT_DATA")]
    InsufficientData,
}

impl AlarmState {
    pub fn name(self) -> &'static str {
        match self {
            AlarmState::Ok => "OK",
            AlarmState::Alarm => "ALARM",
            AlarmState::InsufficientData => "INSUFFICIENT_DATA",
        }
    }
}

/// One period as the alarm sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Point {
    /// No datapoint.
    #[default]
    Missing,
    /// Not past the threshold.
    Ok,
    /// Past the threshold.
    Breaching,
    /// A percentile of too few samples, which is to be ignored.
    LowSample,
}

impl Point {
    /// As the CloudWatch User Guide draws it.
    pub fn symbol(self) -> char {
        match self {
            Point::Missing => '-',
            Point::Ok => '0',
            Point::Breaching => 'X',
            Point::LowSample => '~',
        }
    }
}

/// TreatMissingData.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TreatMissing {
    #[default]
    Missing,
    Ignore,
    Breaching,
    NotBreaching,
}

impl TreatMissing {
    pub const WORDS: [(&str, TreatMissing); 4] = [
        ("missing", TreatMissing::Missing),
        ("ignore", TreatMissing::Ignore),
        ("breaching", TreatMissing::Breaching),
        ("notBreaching", TreatMissing::NotBreaching),
    ];
}

/// The state that an evaluation leads to; nothing where it stays as it is.
///
/// `points` is the evaluation range, oldest first; `periods` is N, `datapoints` M.
///
/// ```
/// use weir::simulation::alarm::{AlarmState, Point, TreatMissing, evaluate};
/// let points = "0-X-X".chars().map(|c| match c { 'X' => Point::Breaching, '0' => Point::Ok, _ => Point::Missing });
/// let state = evaluate(&points.collect::<Vec<_>>(), 3, 2, TreatMissing::Missing);
/// assert_eq!(state, Some(AlarmState::Alarm));
/// ```
pub fn evaluate(points: &[Point], periods: u32, datapoints: u32, missing: TreatMissing) -> Option<AlarmState> {
    use AlarmState::{Alarm, InsufficientData, Ok};
    if points.last() == Some(&Point::LowSample) {
        return None;
    }
    // The newest N real points, or all where there are fewer.
    let (mut real, mut breaching) = (0, 0);
    // How many periods ago the oldest breaching point is, the newest period counting as 1.
    let mut oldest = 0;
    for (age, point) in (1..).zip(points.iter().rev()) {
        match point {
            Point::Ok => real += 1,
            Point::Breaching => {
                real += 1;
                breaching += 1;
                oldest = age;
            }
            Point::Missing | Point::LowSample => {}
        }
        if real == periods {
            break;
        }
    }
    if real == 0 {
        return match missing {
            TreatMissing::Missing => Some(InsufficientData),
            TreatMissing::Ignore => None,
            TreatMissing::Breaching => Some(Alarm),
            TreatMissing::NotBreaching => Some(Ok),
        };
    }
    let alarm_if = |condition: bool| Some(if condition { Alarm } else { Ok });
    if real == periods || missing == TreatMissing::NotBreaching {
        return alarm_if(breaching >= datapoints);
    }
    if missing == TreatMissing::Breaching {
        return alarm_if(breaching + (periods - real) >= datapoints);
    }
    if breaching >= datapoints {
        Some(Alarm)
    } else if breaching < real {
        Some(Ok)
    } else if missing == TreatMissing::Ignore {
        None
    } else {
        // Nothing but breaching points and gaps: an alarm only once the oldest has had M periods' time.
        Some(if oldest >= datapoints { Alarm } else { InsufficientData })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn points(text: &str) -> Vec<Point> {
        let point = |c| match c {
            'X' => Point::Breaching,
            '0' => Point::Ok,
            '~' => Point::LowSample,
            _ => Point::Missing,
        };
        text.chars().map(point).collect()
    }

    /// The guide's two tables (3 of 3 and 2 of 3 with an evaluation range of 5), and its prose about premature alarms.
    #[test]
    fn the_tables_of_the_guide() {
        for (text, m, expected) in [
            ("0-X-X", 3, "OOOO"),
            ("0----", 3, "OOOO"),
            ("-----", 3, "I.AO"),
            ("0XX-X", 3, "AAAA"),
            ("--X--", 3, "A.AO"),
            ("0-X-X", 2, "AAAA"),
            ("00X-X", 2, "AAAA"),
            ("0-X--", 2, "OOAO"),
            ("-----", 2, "I.AO"),
            ("--X--", 2, "A.AO"),
            ("----X", 3, "I.AO"),
            ("---X-", 3, "I.AO"),
            ("---X0", 3, "OOOO"),
            ("--X-0", 3, "OOOO"),
            ("XX--X", 3, "AAAA"),
        ] {
            for ((_, treat), expected) in TreatMissing::WORDS.iter().zip(expected.chars()) {
                let state = evaluate(&points(text), 3, m, *treat);
                let letter = match state {
                    None => '.',
                    Some(AlarmState::Ok) => 'O',
                    Some(AlarmState::Alarm) => 'A',
                    Some(AlarmState::InsufficientData) => 'I',
                };
                assert_eq!(letter, expected, "{text} {m} of 3 {treat:?}");
            }
        }
    }

    #[test]
    fn low_samples_change_nothing() {
        assert_eq!(evaluate(&points("0X~"), 1, 1, TreatMissing::Missing), None);
        assert_eq!(evaluate(&points("X~0"), 2, 2, TreatMissing::Missing), Some(AlarmState::Ok));
    }

    /// More breaching points never calm an alarm.
    #[test]
    fn breaching_is_monotone() {
        let all = |n: u32| (0..5).map(move |k| ["-", "0", "X"][(n / 3u32.pow(k) % 3) as usize]).collect::<String>();
        for n in 0..243 {
            let text = all(n);
            for at in text.match_indices('0').map(|(at, _)| at) {
                let mut worse = text.clone();
                worse.replace_range(at..=at, "X");
                for (_, treat) in TreatMissing::WORDS {
                    for m in 1..=3 {
                        let before = evaluate(&points(&text), 3, m, treat);
                        let after = evaluate(&points(&worse), 3, m, treat);
                        let alarm = Some(AlarmState::Alarm);
                        assert!(before != alarm || after == alarm, "{text} {worse} {m} {treat:?}");
                    }
                }
            }
        }
    }
}
