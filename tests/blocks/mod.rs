//! Blocks of replications, and the digests of them that must be the same everywhere.

use std::rc::Rc;
use weir::base::Key;
use weir::simulation::run::{BLOCK, Block, Budget, Simulation};
use weir::simulation::runner;
use weir::simulation::scenario::Scenario;
use weir::simulation::tree::Tree;

pub fn read(document: &str) -> Scenario {
    Scenario::parse(document).unwrap_or_else(|findings| panic!("{document}\n{findings:#?}"))
}

pub fn worker(scenario: &Rc<Scenario>) -> Simulation<Tree> {
    let runner = runner(scenario).unwrap_or_else(|findings| panic!("{findings:#?}"));
    Simulation::new(Rc::clone(scenario), runner)
}

pub fn play(simulation: &mut Simulation<Tree>, number: u64, budget: u64) -> Block {
    simulation.begin(number);
    while !simulation.advance(Budget { executions: budget }).is_done {}
    simulation.take().unwrap()
}

/// Of everything that is in a block.
pub fn digest(block: &Block) -> u64 {
    Key::word(&serde_json::to_string(block).unwrap())
}

/// The digests of the first blocks of a scenario, no more than `most`.
#[allow(dead_code, reason = "each of the tests that share this has its own use for it")]
pub fn digests(document: &str, most: u64, budget: u64) -> Vec<String> {
    let scenario = Rc::new(read(document));
    let mut simulation = worker(&scenario);
    let count = scenario.effort.most().div_ceil(BLOCK).min(most);
    (0..count).map(|number| format!("{:016x}", digest(&play(&mut simulation, number, budget)))).collect()
}
