//! What if: rollouts played thousands of times before they happen once.
//!
//! A [`scenario`] says who starts what, how tasks behave, which [`alarm`]s there are and how the new version is rolled
//! out ([`rollout`]). [`run`] plays it: [`arrivals`] start executions, a [`runner`] tells what becomes of each, and
//! completions fill [`metrics`] that alarms read and controllers act upon. [`exact`] gives the same answers without dice
//! where there is a closed form, and a [`report`] tells both. There is no clock, no network, and no state machine here:
//! what an execution does is the runner's business.
//!
//! A host reads a [`scenario::Scenario`], makes a [`runner()`] of it in each worker, plays blocks with a
//! [`run::Simulation`], puts them together in a [`run::Merge`], and makes the [`report::Report`]; [`simulate`] is all of
//! that in one go. [`interpret::replay`] opens any of the executions with its history.
//!
//! ```
//! let report = weir::simulation::simulate(r#"{"weir": 1, "seed": 7, "replications": 200, "horizon_ms": 900000,
//!   "traffic": {"kind": "poisson", "per_min": 100}, "alias": {"weights": {"5": 100}},
//!   "versions": {"5": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}},
//!                "6": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "x", "End": true}}},
//!                      "behaviour": {"A": {"outcomes": [{"p": 0.2, "outcome": "error", "error": "Bug"}]}}}},
//!   "alarms": [{"name": "failures", "metric": "ExecutionsFailed", "statistic": "Sum", "dimension": {"Version": "6"},
//!               "operator": ">=", "threshold": 1, "N": 3, "M": 2}],
//!   "strategy": {"kind": "canary", "weight": 10, "interval_ms": 300000, "bake_ms": 600000}}"#).unwrap();
//! let rollout = report.rollout.unwrap();
//! assert!(rollout.rollback.value > 0.99);
//! assert!((rollout.exact.answer().unwrap().passage.mean().unwrap() - 2.33).abs() < 0.01);
//! ```

pub mod alarm;
pub mod arrivals;
pub mod compare;
pub mod cost;
pub mod customers;
pub mod exact;
pub mod interpret;
pub mod metrics;
pub mod presets;
pub mod report;
pub mod rollout;
pub mod run;
pub mod runner;
pub mod scenario;
mod sides;
pub mod statistics;
pub mod trail;
pub mod tree;
mod warnings;

pub use sides::Sides;
pub use warnings::Warning;

use crate::base::Diagnostic;
use report::Report;
use run::{Budget, Merge, Simulation};
use scenario::Scenario;
use std::rc::Rc;
use tree::Tree;

/// What runs the executions of a scenario, for [`Simulation::new`]. Every worker makes its own.
///
/// # Errors
/// What is wrong with the definitions, and behaviours of tasks that are not there.
pub fn runner(scenario: &Scenario) -> Result<Tree, Vec<Diagnostic>> {
    Tree::new(scenario)
}

/// Plays a scenario document to its end. For progress and Stop, see [`run`].
///
/// # Errors
/// All that is wrong with the document.
pub fn simulate(document: &str) -> Result<Report, Vec<Diagnostic>> {
    let scenario = Rc::new(Scenario::parse(document)?);
    let runner = runner(&scenario)?;
    let mut simulation = Simulation::new(Rc::clone(&scenario), runner);
    let mut merge = Merge::new(&scenario);
    while let Some(block) = merge.wanted() {
        simulation.begin(block);
        while !simulation.advance(Budget { executions: u64::MAX }).is_done {}
        simulation.take().into_iter().for_each(|block| merge.add(block));
    }
    Ok(Report::new(&scenario, simulation.runner(), &merge, simulation.detail()))
}
