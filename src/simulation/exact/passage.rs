//! When an alarm first goes to ALARM, from independent points.

use crate::simulation::alarm::{Alarm, AlarmState, Point, TreatMissing, evaluate};
use serde::Serialize;

/// What a period is to the alarm, with probabilities that add up to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Chances {
    pub missing: f64,
    pub ok: f64,
    pub breaching: f64,
}

/// The law of a first time: `at[k]` is P(it comes with evaluation k + 1).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FirstPassage {
    pub at: Vec<f64>,
}

impl FirstPassage {
    pub fn never(evaluations: usize) -> FirstPassage {
        FirstPassage { at: vec![0.0; evaluations] }
    }

    /// P(it comes at all).
    pub fn total(&self) -> f64 {
        self.at.iter().sum()
    }

    /// P(it comes with evaluation `k` or before).
    pub fn by(&self, k: u64) -> f64 {
        self.at.iter().take(usize::try_from(k).unwrap_or(usize::MAX)).sum()
    }

    /// The mean, given that it comes.
    pub fn mean(&self) -> Option<f64> {
        let weighted = self.at.iter().zip(1_u32..).map(|(p, k)| p * f64::from(k)).sum::<f64>();
        let total = self.total();
        (total > 0.0).then(|| weighted / total)
    }

    /// The smallest evaluation by which it has come with probability p, given that it comes.
    pub fn quantile(&self, p: f64) -> Option<u64> {
        let level = p * self.total();
        let mut sum = 0.0;
        let place = self.at.iter().position(|q| {
            sum += q;
            sum >= level && sum > 0.0
        });
        place.map(|place| place as u64 + 1)
    }
}

/// The largest number of windows that are kept apart.
const MAX_STATES: usize = 20_000;
/// Gaps that are this rare in every period are taken as none where an alarm looks back far.
const RARE: f64 = 1e-13;

/// When the alarm first goes to ALARM, if its points are independent and it begins otherwise.
///
/// # Errors
/// That the alarm looks back over too many periods.
pub fn first_passage(points: &[Chances], alarm: &Alarm) -> Result<FirstPassage, String> {
    if let Some((points, alarm)) = without_gaps(points, alarm) {
        return first_passage(&points, &alarm);
    }
    let gaps = points.iter().any(|chances| chances.missing > RARE);
    let looks_back = |symbols: usize, range: u32| symbols.checked_pow(range.saturating_sub(1));
    // Without gaps the newest N points are all that counts.
    let symbols: &[Point] = match gaps {
        true => &[Point::Missing, Point::Ok, Point::Breaching],
        false => &[Point::Ok, Point::Breaching],
    };
    let range = if gaps { alarm.range } else { alarm.periods };
    let Some(states) = looks_back(symbols.len(), range).filter(|states| *states <= MAX_STATES) else {
        let with = if gaps { " with gaps" } else { "" };
        return Err(format!("an alarm over {} periods{with} has too many windows", alarm.periods));
    };
    // Before the rollout there may be gaps, even where there are none in it.
    if !gaps && alarm.before == Point::Missing && alarm.periods > 1 {
        return first_passage_with_gaps(points, alarm);
    }
    check_length(points, states)?;
    Ok(walk(points, alarm, symbols, range, states))
}

/// Whether the chain is over before anyone has waited for it.
fn check_length(points: &[Chances], states: usize) -> Result<(), String> {
    if points.len().saturating_mul(states) <= 50_000_000 {
        return Ok(());
    }
    Err(format!("{} periods with {states} windows each are too many", points.len()))
}

/// Where no older point is looked for in the place of a missing one, and such a one counts as a point of a kind, it is
/// one of that kind: there are fewer windows to keep apart then. Nothing where there is no gap to fill.
fn without_gaps(points: &[Chances], alarm: &Alarm) -> Option<(Vec<Chances>, Alarm)> {
    let stands_for = match alarm.missing {
        TreatMissing::NotBreaching => Point::Ok,
        TreatMissing::Breaching => Point::Breaching,
        TreatMissing::Missing | TreatMissing::Ignore => return None,
    };
    let has_gaps = alarm.before == Point::Missing || points.iter().any(|chances| chances.missing > 0.0);
    if alarm.range != alarm.periods || !has_gaps {
        return None;
    }
    let filled = |chances: &Chances| {
        let Chances { missing, ok, breaching } = *chances;
        match stands_for {
            Point::Ok => Chances { missing: 0.0, ok: ok + missing, breaching },
            _ => Chances { missing: 0.0, ok, breaching: breaching + missing },
        }
    };
    let before = if alarm.before == Point::Missing { stands_for } else { alarm.before };
    Some((points.iter().map(filled).collect(), Alarm { before, ..alarm.clone() }))
}

fn first_passage_with_gaps(points: &[Chances], alarm: &Alarm) -> Result<FirstPassage, String> {
    let symbols = [Point::Missing, Point::Ok, Point::Breaching];
    let states = symbols.len().checked_pow(alarm.range - 1).filter(|states| *states <= MAX_STATES);
    match states {
        Some(states) => {
            check_length(points, states)?;
            Ok(walk(points, alarm, &symbols, alarm.range, states))
        }
        None => Err(format!("an alarm over {} periods, begun with gaps, has too many windows", alarm.periods)),
    }
}

/// The chain over the last `range` − 1 points, as digits, the oldest highest.
fn walk(points: &[Chances], alarm: &Alarm, symbols: &[Point], range: u32, states: usize) -> FirstPassage {
    let base = symbols.len();
    // Which windows ring: the digits of the state, then the new symbol.
    let mut window = vec![Point::Ok; range as usize];
    let rings: Vec<bool> = (0..states * base)
        .map(|number| {
            let mut rest = number;
            for place in window.iter_mut().rev() {
                *place = symbols.get(rest % base).copied().unwrap_or_default();
                rest /= base;
            }
            let state = evaluate(&window, alarm.periods, alarm.datapoints, alarm.missing);
            state == Some(AlarmState::Alarm)
        })
        .collect();
    let before = symbols.iter().position(|symbol| *symbol == alarm.before).unwrap_or(0);
    let start = (1..range).fold(0, |number, _| number * base + before);
    let mut now = vec![0.0; states];
    if let Some(place) = now.get_mut(start) {
        *place = 1.0;
    }
    let mut at = Vec::with_capacity(points.len());
    for chances in points {
        let mut next = vec![0.0; states];
        let mut rung = 0.0;
        for (state, mass) in now.iter().enumerate().filter(|(_, mass)| **mass > 0.0) {
            for (digit, symbol) in symbols.iter().enumerate() {
                let p = mass
                    * match symbol {
                        Point::Missing => chances.missing,
                        Point::Ok => chances.ok,
                        _ => chances.breaching,
                    };
                let number = state * base + digit;
                if rings.get(number) == Some(&true) {
                    rung += p;
                } else if let Some(place) = next.get_mut(number % states) {
                    *place += p;
                }
            }
        }
        at.push(rung);
        now = next;
    }
    FirstPassage { at }
}
