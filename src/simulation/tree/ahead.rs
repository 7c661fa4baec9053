//! The first draws of many executions side by side.
//!
//! A draw is a chain of multiplications, each of which waits for the one before, and what it decides is a branch. One
//! execution after the other leaves a processor idle for most of that time. So the first call of [`LANES`] executions is
//! drawn in short loops, one per step of the chain, whose rounds do not wait for each other.

use super::nodes::Call;
use crate::base::{Delay, Key};
use crate::engine::tasks::{LATENCY, OUTCOME};
use crate::simulation::runner::{Ahead, LANES};

/// Where executions have come to after their first call. `limit` is how long they may take.
#[inline]
pub fn draw(calls: &[(&Call, Delay); LANES], keys: &[Key; LANES], ahead: &mut [Ahead; LANES]) {
    let mut attempts = *keys;
    for (key, (call, _)) in attempts.iter_mut().zip(calls) {
        *key = call.site.key(*key);
    }
    let mut draws = [(0.0, 0.0); LANES];
    for ((outcome, _), key) in draws.iter_mut().zip(&attempts) {
        *outcome = key.with(OUTCOME).uniform();
    }
    for ((_, latency), key) in draws.iter_mut().zip(&attempts) {
        *latency = key.with(LATENCY).uniform();
    }
    for (((ahead, (call, limit)), key), (outcome, latency)) in ahead.iter_mut().zip(calls).zip(&attempts).zip(&draws) {
        *ahead = Ahead::NOTHING;
        let Some(edge) = call.edge(*outcome) else { continue };
        if edge.silent {
            continue;
        }
        let elapsed = edge.latency.quantile(*latency).unwrap_or_else(|| edge.latency.draw(key.with(LATENCY)));
        let (elapsed, at) = if elapsed > call.limit { (call.limit, edge.late) } else { (elapsed, edge.answered) };
        if elapsed <= *limit {
            *ahead = Ahead { at, elapsed };
        }
    }
}
