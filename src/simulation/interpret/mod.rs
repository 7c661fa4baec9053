//! A runner that interprets: every execution goes through the engine, state by state, in virtual time of its own.
//!
//! It runs whatever the engine runs. The world behind the Task states is the scenario's behaviours, which draw by the
//! key of the attempt, so that the [`tree`](super::tree), a [`replay`] and this runner tell the same of an execution. It
//! remembers nothing from one execution to the next: that is the tree's business.
//!
//! ```
//! use weir::base::{Key, Time};
//! use weir::simulation::{interpret::Interpret, runner::{Customer, Runner}, scenario::Scenario};
//! let scenario = Scenario::parse(r#"{"weir": 1, "traffic": {"kind": "constant", "per_min": 60, "stop": {"count": 10}},
//!   "versions": {"1": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 5, "End": true}}}}},
//!   "alias": {"weights": {"1": 100}}}"#).unwrap();
//! let mut interpret = Interpret::new(&scenario).unwrap();
//! let customer = Customer { key: Key::new(1), class: 0, start: Time::ZERO, live_since: Time::ZERO, number: 0 };
//! assert_eq!(interpret.run(0, &customer).duration.as_secs_f64(), 5.0);
//! ```

mod drive;
mod machines;
mod replay;

pub(in crate::simulation) use drive::{Ask, Driver, EPOCH, Listen, is_silent};
pub(in crate::simulation) use machines::{Machine, Machines, TIMEOUT};
pub use replay::{Replay, Which, replay};

use super::runner::{Coverage, Customer, Fate, Future, Runner};
use super::scenario::Scenario;
use crate::base::{Diagnostic, Key, Text, Time};

/// Interprets the versions of a scenario.
#[derive(Debug)]
pub struct Interpret {
    machines: Machines,
    driver: Driver,
    coverage: Coverage,
}

impl Interpret {
    /// Compiles the scenario's versions.
    ///
    /// # Errors
    /// What is wrong with the definitions, and behaviours of tasks that are not there.
    pub fn new(scenario: &Scenario) -> Result<Interpret, Vec<Diagnostic>> {
        let machines = Machines::new(scenario)?;
        Ok(Interpret { machines, driver: Driver::default(), coverage: Coverage::default() })
    }
}

impl Runner for Interpret {
    fn begin(&mut self, replication: Key, end: Time) {
        self.machines.begin(replication, end);
    }

    fn run(&mut self, version: usize, customer: &Customer) -> Fate {
        let Some(machine) = self.machines.list.get(version) else { return Fate::default() };
        let played = self.driver.run(&self.machines, machine, customer, &mut (), &mut ());
        self.coverage.count("everything is interpreted");
        self.machines.fate(&played)
    }

    fn errors(&self) -> &[Text] {
        &self.machines.errors
    }

    fn futures(&self, _: usize, _: u32, _: Time, _: Time) -> Result<Vec<Future>, String> {
        Err("every execution is interpreted".into())
    }

    fn is_steady(&self, version: usize) -> bool {
        self.machines.list.get(version).is_none_or(Machine::is_steady)
    }

    fn effort(&mut self) -> u64 {
        self.driver.take_effort()
    }

    fn coverage(&self) -> Coverage {
        self.coverage.clone()
    }
}
