//! The seam to whatever runs an execution: its whole future is a function of the version, the customer and the draws.
//!
//! A [`Runner`] answers that function. It is asked millions of times a second, so it allocates nothing per execution
//! and names errors by number. The simulation knows nothing of states and tasks; a runner knows nothing of weights,
//! alarms and rollouts.

use super::metrics::Close;
use super::trail::Trail;
use crate::base::{Delay, Key, Text, Time};
use crate::engine::tasks::Latency;
use serde::{Deserialize, Serialize};

/// The purposes of draws that belong to an execution as a whole. Those of its attempts are keyed below it by state name,
/// iteration path, visit, attempt and purpose.
pub const CLASS: u64 = Key::word("class");
pub const ROUTE: u64 = Key::word("route");
pub const LOSS: u64 = Key::word("loss");
pub const SAMPLE: u64 = Key::word("sample");
pub const SMOKE: u64 = Key::word("smoke");

/// Whose execution it is, whatever version it is routed to.
#[derive(Clone, Copy, Debug)]
pub struct Customer {
    /// (seed, replication, execution)
    pub key: Key,
    /// The number of the input class.
    pub class: u32,
    pub start: Time,
    /// When the version got its first share of traffic.
    pub live_since: Time,
    /// How many executions of the version were started before.
    pub number: u64,
}

/// So many executions are drawn side by side, because each draw waits for the one that its key is below.
pub const LANES: usize = 16;

/// An execution that is about to start.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    pub key: Key,
    /// The place of its version in the scenario.
    pub version: usize,
    pub class: u32,
}

/// Where an execution has come to by draws that were made ahead of it.
#[derive(Clone, Copy, Debug)]
pub struct Ahead {
    /// A place that only its runner knows.
    pub at: u32,
    pub elapsed: Delay,
}

impl Ahead {
    /// Nothing was drawn ahead.
    pub const NOTHING: Ahead = Ahead { at: u32::MAX, elapsed: Delay::ZERO };
}

/// What becomes of an execution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fate {
    /// How it ends; nothing where it never does.
    pub close: Option<Close>,
    /// The number of its error among [`Runner::errors`]; 0 where there is none.
    pub error: u32,
    pub duration: Delay,
    /// States entered and attempts made again: what a Standard workflow is billed by.
    pub transitions: u32,
    /// Calls of tasks.
    pub attempts: u32,
}

/// Runs executions of the scenario's versions.
pub trait Runner {
    /// A replication begins: what its executions share, such as outages, is drawn anew.
    fn begin(&mut self, replication: Key, end: Time);

    /// The future of a customer's execution on a version, told by its place in the scenario.
    fn run(&mut self, version: usize, customer: &Customer) -> Fate;

    /// Makes the first draws of many executions side by side. It decides nothing: [`run_on`](Runner::run_on) tells the same
    /// with them as without.
    fn draw_ahead(&self, _starts: &[Start; LANES], ahead: &mut [Ahead; LANES]) {
        ahead.fill(Ahead::NOTHING);
    }

    /// [`run`](Runner::run), for an execution of which something was drawn ahead.
    fn run_on(&mut self, version: usize, customer: &Customer, _ahead: Ahead) -> Fate {
        self.run(version, customer)
    }

    /// The names of errors by their numbers; the first stands for none.
    fn errors(&self) -> &[Text];

    /// Everything that can become of an execution of a class that starts at an instant, with probabilities.
    ///
    /// # Errors
    /// Why that cannot be told in closed form, in plain words.
    fn futures(&self, version: usize, class: u32, start: Time, live_since: Time) -> Result<Vec<Future>, String>;

    /// Whether [`futures`](Runner::futures) are the same at all times.
    fn is_steady(&self, version: usize) -> bool;

    /// The trail of the execution that was run last, by its number among [`trails`](Runner::trails); nothing where it is not
    /// known, or where there are too many different ones.
    fn trail(&self) -> Option<u32> {
        None
    }

    /// The trails by their numbers, of all versions.
    fn trails(&self) -> &[Trail] {
        &[]
    }

    /// What the executions since it was last asked cost beyond the usual, in executions: a budget counts it.
    fn effort(&mut self) -> u64 {
        0
    }

    /// How the executions were run so far.
    fn coverage(&self) -> Coverage {
        Coverage::default()
    }

    /// The rules of a version's behaviours whose guards never decide, whatever becomes of its executions: the place of the
    /// behaviour and that of the rule. None are told where that is not known.
    fn idle_guards(&self, _version: usize) -> Vec<(usize, usize)> {
        Vec::new()
    }

    /// The tasks of a version about which the scenario says nothing.
    fn silent(&self, _version: usize) -> &[Text] {
        &[]
    }
}

/// How executions were run: remembered, or interpreted and why. That depends on who ran which, so it is no part of the
/// results.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    pub executions: u64,
    pub interpreted: u64,
    /// Why, and how many.
    pub reasons: Vec<(String, u64)>,
    /// What is remembered, in draws.
    pub nodes: u64,
}

impl Coverage {
    /// Counts an execution that was interpreted.
    pub fn count(&mut self, reason: &str) {
        self.executions += 1;
        self.interpreted += 1;
        self.add(reason, 1);
    }

    fn add(&mut self, reason: &str, count: u64) {
        match self.reasons.iter_mut().find(|(known, _)| known == reason) {
            Some((_, sum)) => *sum += count,
            None => self.reasons.push((reason.to_owned(), count)),
        }
    }

    /// Adds what another worker did.
    pub fn merge(&mut self, other: &Coverage) {
        self.executions += other.executions;
        self.interpreted += other.interpreted;
        self.nodes = self.nodes.max(other.nodes);
        other.reasons.iter().for_each(|(reason, count)| self.add(reason, *count));
    }

    /// The share of executions that were interpreted.
    pub fn share(&self) -> f64 {
        if self.executions == 0 { 0.0 } else { self.interpreted as f64 / self.executions as f64 }
    }
}

/// One of the things that can become of an execution. The probability that it happens within x of the start is
/// p F(min(x − offset, cut)), where F is the distribution function of the latency.
#[derive(Clone, Debug, PartialEq)]
pub struct Future {
    pub p: f64,
    pub close: Option<Close>,
    /// What passes for certain.
    pub offset: Delay,
    /// The one part of its duration that is left to chance, where there is one.
    pub latency: Option<Latency>,
    /// The latency is not longer than this.
    pub cut: Option<Delay>,
    pub transitions: u32,
}

impl Future {
    /// P(it happens, and the execution closes within x of its start).
    pub fn within(&self, x: Delay) -> f64 {
        let Some(left) = x.as_nanos().checked_sub(self.offset.as_nanos()) else { return 0.0 };
        if self.close.is_none() {
            return 0.0;
        }
        match &self.latency {
            None => self.p,
            Some(latency) => {
                let left = self.cut.map_or(left, |cut| left.min(cut.as_nanos()));
                self.p * latency.cdf(Delay::from_nanos(left))
            }
        }
    }

    /// P(it happens), were one to wait for ever.
    pub fn ever(&self) -> f64 {
        self.p
            * match (&self.latency, self.cut) {
                (Some(latency), Some(cut)) => latency.cdf(cut),
                _ => 1.0,
            }
    }
}
