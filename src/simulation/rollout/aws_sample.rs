//! `{"kind": "awsSample", "strategy": "canary", "increment": 5, "interval_s": 120, "poll_s": 60}`: the deployers in
//! AWS's samples (`gradual-deploy`, read at 88855b6).
//!
//! After each write but the canary's last they poll the alarms while less than the interval has passed: at 0, 60, … but
//! not at its end. The canary looks no more once it has written 100 %; linear and all-at-once watch one more interval.

use super::steps::{Look, Step, Steps, read_weight};
use super::{all_at_once, canary, linear};
use crate::base::Delay;
use crate::base::document::{Findings, Members, Range};

#[derive(Clone, Copy)]
enum Script {
    Canary,
    Linear,
    AllAtOnce,
}

pub(super) fn read(members: &Members, findings: &mut Findings) -> Option<Steps> {
    let words = [("canary", Script::Canary), ("linear", Script::Linear), ("allAtOnce", Script::AllAtOnce)];
    let script = members.required("strategy", findings).and_then(|at| at.word(&words, findings));
    let increment = match members.get("increment") {
        Some(at) => at.integer(Range::between(1.0, 99.0), findings).and_then(|_| read_weight(&at, findings)),
        None => Some(5),
    };
    let mut secs = |key: &str, default: u64| match members.get(key) {
        Some(at) => at.integer(Range::between(1.0, 1e6), findings),
        None => Some(default),
    };
    let (interval, poll) = (secs("interval_s", 120), secs("poll_s", 60));
    let look = Look::Every { poll: Delay::from_secs(poll?), at_end: false };
    let interval = Delay::from_secs(interval?);
    Some(match script? {
        Script::Canary => {
            let mut steps = canary::plan(increment?, interval, Delay::ZERO, look);
            if let Some(last) = steps.steps.last_mut() {
                *last = Step { watched: false, ..*last };
            }
            steps
        }
        Script::Linear => linear::plan(increment?, interval, interval, look),
        Script::AllAtOnce => all_at_once::plan(interval, look),
    })
}
