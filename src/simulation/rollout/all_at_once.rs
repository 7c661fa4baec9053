//! `{"kind": "allAtOnce", "bake_ms": 600000}`: 100 % at once, watched for the bake time.

use super::steps::{Look, Step, Steps};
use crate::base::Delay;

pub(super) fn plan(bake: Delay, look: Look) -> Steps {
    Steps { steps: vec![Step { weight: 100, hold: bake, watched: true }], look, ..Steps::hold([]) }
}
