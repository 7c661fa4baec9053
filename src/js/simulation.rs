//! Simulations for JavaScript: piece by piece, so that whoever runs one stays responsive.

use super::{json, refused};
use crate::simulation::report::Report;
use crate::simulation::run::{Budget, Merge, Simulation};
use crate::simulation::runner;
use crate::simulation::scenario::Scenario;
use crate::simulation::tree::Tree;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// A simulation under way. `www/npm/simulate.js` makes a promise of it.
#[wasm_bindgen(skip_typescript)]
pub struct SimulationRun {
    scenario: Rc<Scenario>,
    simulation: Simulation<Tree>,
    merge: Merge,
    is_begun: bool,
    executions: u64,
    is_done: bool,
}

#[wasm_bindgen]
impl SimulationRun {
    /// Of a scenario's JSON text. Throws an error with `diagnostics` where something is wrong with it.
    #[wasm_bindgen(constructor)]
    pub fn new(scenario: &str) -> Result<SimulationRun, JsValue> {
        let scenario = Rc::new(Scenario::parse(scenario).map_err(|findings| refused(&findings))?);
        let tree = runner(&scenario).map_err(|findings| refused(&findings))?;
        Ok(SimulationRun {
            simulation: Simulation::new(Rc::clone(&scenario), tree),
            merge: Merge::new(&scenario),
            scenario,
            is_begun: false,
            executions: 0,
            is_done: false,
        })
    }

    /// Goes on for about so many executions. Whether it is done.
    pub fn advance(&mut self, executions: f64) -> bool {
        if self.is_done {
            return true;
        }
        if !self.is_begun {
            match self.merge.wanted() {
                Some(block) => {
                    self.simulation.begin(block);
                    self.is_begun = true;
                }
                None => {
                    self.is_done = true;
                    return true;
                }
            }
        }
        let progress = self.simulation.advance(Budget { executions: executions.max(1.0) as u64 });
        self.executions += progress.executions;
        if progress.is_done {
            if let Some(block) = self.simulation.take() {
                self.merge.add(block);
            }
            self.is_begun = false;
        }
        false
    }

    /// Executions so far.
    #[wasm_bindgen(getter)]
    pub fn executions(&self) -> f64 {
        self.executions as f64
    }

    /// Replications that are over.
    #[wasm_bindgen(getter)]
    pub fn replications(&self) -> f64 {
        self.merge.rows().len() as f64
    }

    /// How many replications there can be at most.
    #[wasm_bindgen(getter, js_name = mostReplications)]
    pub fn most_replications(&self) -> f64 {
        self.scenario.effort.most() as f64
    }

    /// What came out so far, as JSON text.
    pub fn report(&self) -> Result<String, JsValue> {
        let report = Report::new(&self.scenario, self.simulation.runner(), &self.merge, self.simulation.detail());
        json(&report)
    }
}
