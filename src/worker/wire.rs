//! Messages as they travel: bytes, which cost the page a hundredth of what objects do.

use super::Problem;
use crate::base::{Delay, Text};
use crate::simulation::Sides;
use crate::simulation::alarm::Evaluation;
use crate::simulation::customers::Customers;
use crate::simulation::rollout::{Cause, Decision, Deed};
use crate::simulation::run::{Block, Columns, Detail, Shown};
use js_sys::Uint8Array;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};

/// What is played of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// Every customer of the first replication on both versions.
    Customers,
    /// The rollout, again and again.
    Rollout,
}

/// What the page asks of a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Answer [`Reply::Pong`].
    Ping,
    /// Get ready to play this scenario.
    Open { run: u32, task: Task, scenario: Text },
    /// Play a piece: a block of replications, or a piece of the customers.
    Play { run: u32, piece: u64 },
    /// Nobody waits for this run any more.
    Close { run: u32 },
}

/// What a worker tells the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// The worker runs; `version` is the one of its code.
    Pong { version: String },
    /// The run is ready to be played.
    Opened { run: u32 },
    /// Executions played since the last word of it.
    Progress { run: u32, executions: u64 },
    /// A piece is done.
    Block { run: u32, block: Block },
    /// The first replication in full; before its block.
    Detail { run: u32, detail: WireDetail },
    /// Customers of a piece, in their order; `done` with the last of them. `errors` are the names of their errors.
    Customers { run: u32, piece: u64, customers: Customers, errors: Vec<Text>, done: bool },
    /// The scenario cannot be played.
    Problems { run: u32, problems: Vec<Problem> },
}

/// A [`Detail`] in the form in which it travels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WireDetail {
    replication: u64,
    versions: Sides<Columns>,
    weights: Vec<(u64, u8)>,
    evaluations: Vec<Vec<Evaluation>>,
    decisions: Vec<(u64, Deed, WireCause, u8, u8)>,
    executions: Vec<Shown>,
    seen: u64,
    horizon: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum WireCause {
    Plan(u64),
    Alarm(u64),
    Drift(u8, u8),
    Smoke(u32, u32),
    Check(Text, Option<f64>, u32),
    Sprt(u64, u64),
    Person,
}

impl From<&Cause> for WireCause {
    fn from(cause: &Cause) -> WireCause {
        match cause {
            Cause::Plan { step } => WireCause::Plan(*step as u64),
            Cause::Alarm { alarm } => WireCause::Alarm(*alarm as u64),
            Cause::Drift { expected, actual } => WireCause::Drift(*expected, *actual),
            Cause::Smoke { failures, executions } => WireCause::Smoke(*failures, *executions),
            Cause::Check { name, value, failures } => WireCause::Check(name.clone(), *value, *failures),
            Cause::Sprt { executions, failures } => WireCause::Sprt(*executions, *failures),
            Cause::Person => WireCause::Person,
        }
    }
}

impl From<WireCause> for Cause {
    fn from(cause: WireCause) -> Cause {
        match cause {
            WireCause::Plan(step) => Cause::Plan { step: step as usize },
            WireCause::Alarm(alarm) => Cause::Alarm { alarm: alarm as usize },
            WireCause::Drift(expected, actual) => Cause::Drift { expected, actual },
            WireCause::Smoke(failures, executions) => Cause::Smoke { failures, executions },
            WireCause::Check(name, value, failures) => Cause::Check { name, value, failures },
            WireCause::Sprt(executions, failures) => Cause::Sprt { executions, failures },
            WireCause::Person => Cause::Person,
        }
    }
}

impl From<&Detail> for WireDetail {
    fn from(detail: &Detail) -> WireDetail {
        let decision = |decision: &Decision| {
            let Decision { at, deed, cause, before, after } = decision;
            (at.as_nanos(), *deed, WireCause::from(cause), *before, *after)
        };
        WireDetail {
            replication: detail.replication,
            versions: detail.versions.clone(),
            weights: detail.weights.clone(),
            evaluations: detail.evaluations.clone(),
            decisions: detail.decisions.iter().map(decision).collect(),
            executions: detail.executions.clone(),
            seen: detail.seen,
            horizon: detail.horizon.as_nanos(),
        }
    }
}

impl From<WireDetail> for Detail {
    fn from(wire: WireDetail) -> Detail {
        let decision = |(at, deed, cause, before, after): (u64, Deed, WireCause, u8, u8)| Decision {
            at: crate::base::Time::from_nanos(at),
            deed,
            cause: cause.into(),
            before,
            after,
        };
        Detail {
            replication: wire.replication,
            versions: wire.versions,
            weights: wire.weights,
            evaluations: wire.evaluations,
            decisions: wire.decisions.into_iter().map(decision).collect(),
            executions: wire.executions,
            seen: wire.seen,
            horizon: Delay::from_nanos(wire.horizon),
        }
    }
}

/// A message as bytes of JavaScript's. The types above have nothing that bytes could not hold; were encoding to fail,
/// the other side would get no bytes at all and say so.
pub fn encode(message: &impl Serialize) -> Uint8Array {
    Uint8Array::from(&postcard::to_allocvec(message).unwrap_or_default()[..])
}

/// The message that such bytes are; nothing where they are none.
pub fn decode<T: DeserializeOwned>(data: &JsValue) -> Option<T> {
    let bytes = data.dyn_ref::<Uint8Array>()?.to_vec();
    postcard::from_bytes(&bytes).ok()
}
