//! What no other alternative beats, and what is recommended.

use super::{Line, Want};
use crate::base::Text;
use crate::simulation::report::{chance, number, percent};
use serde::Serialize;

/// The alternative to take, and why; or why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recommendation {
    pub name: Option<Text>,
    pub reason: String,
}

/// Which alternatives no other beats: is at least as good in failures that are its fault, minutes to 100 % and turning
/// back for nothing, and better in one of them. (The Pareto front.)
pub fn front(lines: &[Line]) -> Vec<bool> {
    let goals = |line: &Line| {
        let never = f64::INFINITY;
        [line.attributable.mean, line.minutes_to_full.unwrap_or(never), line.cries_wolf().unwrap_or(0.0)]
    };
    let beats = |a: &Line, b: &Line| {
        let (a, b) = (goals(a), goals(b));
        let pairs = || a.iter().zip(&b);
        pairs().all(|(a, b)| a <= b) && pairs().any(|(a, b)| a < b)
    };
    lines.iter().map(|line| !lines.iter().any(|other| beats(other, line))).collect()
}

pub(super) fn recommend(lines: &[Line], want: Want) -> Recommendation {
    let catches = |line: &Line| line.catches() >= want.catch;
    let calm = |line: &Line| line.cries_wolf().unwrap_or(0.0) <= want.false_rollback;
    let asked = format!(
        "catches the new version with P ≥ {} and turns a harmless one back in {} at most",
        number(want.catch),
        percent(want.false_rollback)
    );
    let smallest = |fits: &dyn Fn(&Line) -> bool| {
        let fitting = lines.iter().filter(|line| fits(line));
        fitting.min_by(|a, b| a.attributable.mean.total_cmp(&b.attributable.mean))
    };
    if let Some(best) = smallest(&|line| catches(line) && calm(line)) {
        let others = lines.iter().filter(|line| catches(line) && calm(line)).count() - 1;
        let reason = format!(
            "`{}`: the smallest blast radius that {asked}. It costs {} failures, catches {} and turns back for nothing {}{}",
            best.name,
            number(best.attributable.mean),
            chance(best.catches()),
            chance(best.cries_wolf().unwrap_or(0.0)),
            match others {
                0 => "; no other does that".to_owned(),
                1 => "; one other does that with more failures".to_owned(),
                n => format!("; {n} others do that with more failures"),
            }
        );
        return Recommendation { name: Some(best.name.clone()), reason };
    }
    let surest = lines.iter().max_by(|a, b| a.catches().total_cmp(&b.catches()));
    let reason = match (surest, smallest(&catches), smallest(&calm)) {
        (None, ..) => "there is nothing to compare".to_owned(),
        (Some(surest), None, _) => format!(
            "none {asked}: none catches it that often, the surest is `{}` with {}. A lower threshold or a longer watch \
             catches more",
            surest.name,
            percent(surest.catches())
        ),
        (_, Some(line), _) => format!(
            "none {asked}: those that catch it cry wolf, `{}` in {} of harmless rollouts. More datapoints to alarm make \
             it calmer",
            line.name,
            percent(line.cries_wolf().unwrap_or(0.0))
        ),
    };
    Recommendation { name: None, reason }
}
