//! `{"kind": "linear", "weight": 10, "interval_ms": 60000, "bake_ms": 60000}`: 10 %, 20 %, … 100 %, the first at once.

use super::steps::{Look, Step, Steps, read_weight};
use crate::base::Delay;
use crate::base::document::{Findings, Members};
use crate::simulation::scenario::read_length;

/// p, 2p, 3p, … and at last 100, which is held for the bake time.
pub(super) fn plan(weight: u8, interval: Delay, bake: Delay, look: Look) -> Steps {
    let below = (1..=100u32).map(|n| n * u32::from(weight)).take_while(|weight| (1..100).contains(weight));
    let mut steps: Vec<Step> =
        below.map(|weight| Step { weight: weight as u8, hold: interval, watched: true }).collect();
    steps.push(Step { weight: 100, hold: bake, watched: true });
    Steps { steps, look, ..Steps::hold([]) }
}

pub(super) fn read(members: &Members, bake: Delay, look: Look, findings: &mut Findings) -> Option<Steps> {
    let at = members.required("weight", findings);
    let weight = at.as_ref().and_then(|at| read_weight(at, findings));
    let interval = members.required("interval_ms", findings).and_then(|at| read_length(&at, findings));
    if weight == Some(0)
        && let Some(at) = at
    {
        findings.push(at.error("out-of-range", "steps of 0 % lead nowhere").help("give a weight from 1 to 100"));
    }
    Some(plan(weight?, interval?, bake, look))
}
