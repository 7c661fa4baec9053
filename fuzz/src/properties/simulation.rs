//! Scenarios and comparisons: read, and played for a while.

use super::told;
use std::rc::Rc;
use weir::base::Diagnostic;
use weir::simulation::compare::Comparison;
use weir::simulation::report::Report;
use weir::simulation::run::{Block, Budget, Merge, Simulation};
use weir::simulation::runner;
use weir::simulation::scenario::Scenario;
use weir::simulation::tree::Tree;

/// How much of a block is played before it is taken for too long.
const EXECUTIONS: u64 = 2_000;
const SLICE: u64 = 97;

/// It is refused with places, or it is played: alike in slices and in one go, and the report can be told.
pub fn scenario(text: &str) {
    match Scenario::parse(text) {
        Err(findings) => {
            assert!(findings.iter().any(Diagnostic::is_error), "refused without an error: {findings:?}");
            told(text, &findings);
        }
        Ok(scenario) => played(text, &Rc::new(scenario)),
    }
}

fn played(text: &str, scenario: &Rc<Scenario>) {
    let worker = |scenario: &Rc<Scenario>| -> Result<Simulation<Tree>, Vec<Diagnostic>> {
        Ok(Simulation::new(Rc::clone(scenario), runner(scenario)?))
    };
    let mut slices = match worker(scenario) {
        Ok(simulation) => simulation,
        Err(findings) => return told(text, &findings),
    };
    let Some(block) = first(&mut slices, SLICE) else { return };
    let Ok(mut whole) = worker(scenario) else { panic!("it is refused the second time") };
    let again = first(&mut whole, EXECUTIONS);
    assert!(again.as_ref().is_none_or(|again| same(again, &block)), "slices make a difference");
    let mut merge = Merge::new(scenario);
    if merge.wanted() == Some(0) {
        merge.add(block);
        let report = Report::new(scenario, slices.runner(), &merge, slices.detail());
        assert!(!report.markdown().is_empty() && !report.csv().is_empty());
        assert!(serde_json::to_string(&report).is_ok());
    }
}

/// The first block, if it comes to its end in time.
fn first(simulation: &mut Simulation<Tree>, slice: u64) -> Option<Block> {
    simulation.begin(0);
    for _ in 0..EXECUTIONS / slice {
        if simulation.advance(Budget { executions: slice }).is_done {
            return simulation.take();
        }
    }
    None
}

fn same(one: &Block, other: &Block) -> bool {
    serde_json::to_string(one).ok() == serde_json::to_string(other).ok()
}

/// It is refused with places, or every scenario that it makes can be read.
pub fn comparison(text: &str) {
    match Comparison::parse(text) {
        Err(findings) => {
            assert!(!findings.is_empty());
            told(text, &findings);
        }
        Ok(comparison) => {
            for alternative in &comparison.alternatives {
                if let Err(findings) = Scenario::parse(&alternative.document) {
                    panic!("{findings:?} in {}", alternative.document);
                }
            }
        }
    }
}
