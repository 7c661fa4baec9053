//! `{"kind": "canary", "weight": 10, "interval_ms": 300000, "bake_ms": 600000}`: a small weight for a time, then all.

use super::steps::{Look, Step, Steps, read_weight};
use crate::base::Delay;
use crate::base::document::{Findings, Members};
use crate::simulation::scenario::read_length;

pub(super) fn plan(weight: u8, interval: Delay, bake: Delay, look: Look) -> Steps {
    let step = |weight, hold| Step { weight, hold, watched: true };
    Steps { steps: vec![step(weight, interval), step(100, bake)], look, ..Steps::hold([]) }
}

pub(super) fn read(members: &Members, bake: Delay, look: Look, findings: &mut Findings) -> Option<Steps> {
    let weight = members.required("weight", findings).and_then(|at| read_weight(&at, findings));
    let interval = members.required("interval_ms", findings).and_then(|at| read_length(&at, findings));
    Some(plan(weight?, interval?, bake, look))
}
