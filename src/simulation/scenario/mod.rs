//! The scenario: one document that says who starts executions of what, how tasks behave, which alarms there are, how
//! the new version is rolled out, and how often all of that is to be played.
//!
//! A [`Scenario`] cannot express what is impossible: [`Scenario::read`] refuses a document with everything that is wrong
//! in it, each with its pointer and the mend. `schema.json` beside this file is the same in JSON Schema, for editors.
//! Nothing runs here.
//!
//! ```
//! use weir::simulation::scenario::Scenario;
//! let findings = Scenario::parse(r#"{"weir": 1, "traffic": {"kind": "poisson", "per_min": -3}}"#).unwrap_err();
//! let told: Vec<_> = findings.iter().map(|f| (f.pointer.as_str(), &*f.message)).collect();
//! assert_eq!(told, [
//!     ("/traffic/per_min", "`-3` is out of range: it must be greater than 0 and at most 10000000"),
//!     ("", "`versions` is missing"),
//!     ("", "`alias` is missing"),
//! ]);
//! ```

mod limits;
mod read;
#[cfg(test)]
pub(in crate::simulation) mod schema;
#[cfg(test)]
mod tests;
mod traffic;

pub use limits::{Price, Throttle, WorkflowType};
pub use traffic::{Burst, MAX_EXECUTIONS, MAX_MINUTES, Rate, Traffic};
pub(in crate::simulation) use traffic::{minutes, read_length, read_rhythm};

use super::alarm::Alarm;
use super::metrics::Switches;
use super::rollout::Strategy;
use super::runner::CLASS;
use crate::base::value::read::Node;
use crate::base::{Delay, Diagnostic, Key, Text, Time, Value};
use crate::engine::tasks::Behaviour;

/// The version of the format that is written here.
pub const VERSION: u64 = 1;

/// The JSON Schema of the document.
pub const SCHEMA: &str = include_str!("schema.json");

#[derive(Clone, Debug)]
pub struct Scenario {
    /// What it is called, where it has a name.
    pub name: Option<Text>,
    pub seed: u64,
    /// When everything ends; the end of the traffic where it is not given.
    pub horizon: Option<Delay>,
    pub effort: Effort,
    /// Whether the same rollout is also played with the old version in the place of the new, to see how often it is
    /// rolled back for nothing.
    pub twin: bool,
    pub traffic: Traffic,
    pub inputs: Vec<InputClass>,
    pub versions: Vec<Version>,
    /// The place of the version that the alias points to before the rollout.
    pub old: usize,
    /// The place of the version that is rolled out.
    pub new: usize,
    pub alias: Alias,
    pub alarms: Vec<Alarm>,
    pub metrics: Switches,
    pub strategy: Strategy,
    pub throttle: Option<Throttle>,
    pub price: Price,
    /// The document, for findings that come later.
    pub root: Node,
}

/// How often the rollout is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effort {
    /// `"replications": 1000`
    Replications(u64),
    /// `"precision": {"half_width": 0.01, "relative": 0.1, "most": 100000}`: until the 95 % interval of the rollback
    /// probability is this narrow, absolutely or by its value.
    Precision { half_width: f64, relative: f64, most: u64 },
}

impl Effort {
    /// The most replications there will be.
    pub fn most(self) -> u64 {
        match self {
            Effort::Replications(n) | Effort::Precision { most: n, .. } => n,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct InputClass {
    pub name: Text,
    /// P(an execution is of this class or one before it).
    pub up_to: f64,
    /// P(an execution is of this class).
    pub share: f64,
    pub json: Value,
}

#[derive(Clone, Debug)]
pub struct Version {
    /// Its number.
    pub name: Text,
    /// The definition, with its place in the document.
    pub definition: Node,
    pub definition_pointer: crate::base::Pointer,
    /// By the names of Task states.
    pub behaviours: Vec<(Text, Behaviour)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    pub name: Text,
    /// The weight of the new version before the rollout.
    pub weight: u8,
    /// How long starts go on by the former weights after an update.
    pub propagation: Delay,
    /// Updates that somebody else makes: when, and the weight of the new version.
    pub edits: Vec<(Time, u8)>,
}

impl Scenario {
    /// Reads a document.
    ///
    /// # Errors
    /// All that is wrong with it; warnings may be among the findings.
    pub fn parse(text: &str) -> Result<Scenario, Vec<Diagnostic>> {
        read::parse(text)
    }

    /// Reads a document that is read as JSON already, such as a part of another.
    ///
    /// # Errors
    /// All that is wrong with it; warnings may be among the findings.
    pub fn read(root: &Node) -> Result<Scenario, Vec<Diagnostic>> {
        read::read(root)
    }

    pub fn old_name(&self) -> &str {
        self.versions.get(self.old).map_or("", |version| &version.name)
    }

    pub fn new_name(&self) -> &str {
        self.versions.get(self.new).map_or("", |version| &version.name)
    }

    /// The input class of the execution with that key.
    #[inline]
    pub fn class_of(&self, execution: Key) -> u32 {
        let Some(last) = self.inputs.len().checked_sub(1).filter(|last| *last > 0) else { return 0 };
        let u = execution.with(CLASS).uniform();
        self.inputs.iter().position(|class| u < class.up_to).unwrap_or(last) as u32
    }

    /// The time within which everything happens, where it does not depend on chance.
    pub fn length(&self) -> Option<Delay> {
        self.horizon.or(self.traffic.duration)
    }
}
