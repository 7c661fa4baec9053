//! Replications: the same rollout played again and again on keyed randomness.
//!
//! The work comes in blocks of [`BLOCK`] replications, which anybody can compute anywhere: a [`Simulation`] computes
//! blocks, a [`Merge`] puts them together in the order of their numbers and says when there are enough. So one worker
//! and ten give the same bytes, and a run that is stopped can go on. Nothing here knows what a chart or a report is.
//!
//! ```
//! use std::rc::Rc;
//! use weir::simulation::{run::{Budget, Merge, Simulation}, runner, scenario::Scenario};
//! let scenario = Rc::new(Scenario::parse(r#"{"weir": 1, "replications": 30, "horizon_ms": 300000,
//!   "traffic": {"kind": "poisson", "per_min": 60}, "alias": {"weights": {"1": 90, "2": 10}},
//!   "versions": {"1": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}},
//!                "2": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Fail"}}}}}}"#).unwrap());
//! let mut simulation = Simulation::new(Rc::clone(&scenario), runner(&scenario).unwrap());
//! let mut merge = Merge::new(&scenario);
//! while let Some(block) = merge.wanted() {
//!     simulation.begin(block);
//!     while !simulation.advance(Budget { executions: 1000 }).is_done {}
//!     merge.add(simulation.take().unwrap());
//! }
//! assert_eq!(merge.rows().len(), 30);
//! let failed: u32 = merge.rows().iter().map(|row| row.failed.new).sum();
//! assert!((800..1000).contains(&failed));
//! ```

mod detail;
mod rig;
mod tally;
#[cfg(test)]
mod tests;

pub use detail::{Columns, Detail, Sample, Shown, ShownClose};
pub use tally::{Closes, Durations, End, NEVER, PooledMinute, Row, Tally, Twins, VersionTally};

use super::rollout::Plan;
use super::runner::{ROUTE, Runner};
use super::scenario::{Effort, Scenario};
use super::statistics::wilson;
use crate::base::Key;
use rig::Rig;
pub(in crate::simulation) use rig::{arrivals, horizon};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// The routing draw of an execution, in percent.
#[inline(always)]
fn route(execution: Key) -> u8 {
    (execution.with(ROUTE).uniform() * 100.0) as u8
}

/// Replications in a block.
pub const BLOCK: u64 = 100;

/// The least number of replications after which precision is asked for: fewer flatter themselves.
const LEAST: u64 = 10 * BLOCK;

/// How much may be done before an answer.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    pub executions: u64,
}

/// How far a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Executions started since the last answer.
    pub executions: u64,
    /// Replications of the block that are over.
    pub replications: u64,
    pub is_done: bool,
}

/// A block of replications, computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    pub number: u64,
    pub rows: Vec<Row>,
    pub tally: Tally,
}

/// Computes blocks.
#[derive(Debug)]
pub struct Simulation<R> {
    scenario: Rc<Scenario>,
    rig: Rig<R>,
    block: Option<Block>,
    /// The replication under way, and whether it is the twin's turn.
    under_way: Option<(u64, bool)>,
    end: u64,
    detail: Option<Detail>,
}

impl<R: Runner> Simulation<R> {
    pub fn new(scenario: Rc<Scenario>, runner: R) -> Simulation<R> {
        let rig = Rig::new(Rc::clone(&scenario), runner);
        Simulation { scenario, rig, block: None, under_way: None, end: 0, detail: None }
    }

    /// Begins a block; one under way is given up.
    pub fn begin(&mut self, number: u64) {
        let first = number * BLOCK;
        self.end = (first + BLOCK).min(self.scenario.effort.most());
        self.block = Some(Block { number, rows: Vec::new(), tally: Tally::default() });
        self.under_way = None;
        self.next(first);
    }

    fn next(&mut self, replication: u64) {
        if replication < self.end {
            // The first of all replications is the one that charts show.
            self.rig.begin(replication, false, replication == 0);
            self.under_way = Some((replication, false));
        }
    }

    /// Goes on with the block, at most so far.
    pub fn advance(&mut self, budget: Budget) -> Progress {
        // One is for the replication.
        let mut left = budget.executions.max(2);
        let most = left;
        while let (Some(block), Some((replication, twin))) = (&mut self.block, self.under_way) {
            // A replication costs something even where nothing starts in it.
            left = left.saturating_sub(1);
            let is_over = self.rig.advance(&mut left, &mut block.tally);
            if !is_over {
                break;
            }
            self.under_way = None;
            if !twin {
                block.rows.push(self.rig.row());
                if let Some(detail) = self.rig.detail() {
                    self.detail = Some(detail);
                }
                if has_twin(&self.scenario) {
                    self.rig.begin(replication, true, false);
                    self.under_way = Some((replication, true));
                    continue;
                }
            }
            self.next(replication + 1);
            if left == 0 {
                break;
            }
        }
        let replications = self.block.as_ref().map_or(0, |block| block.rows.len() as u64);
        Progress { executions: most - left, replications, is_done: self.under_way.is_none() }
    }

    /// The block, once it is done.
    pub fn take(&mut self) -> Option<Block> {
        if self.under_way.is_some() { None } else { self.block.take() }
    }

    /// The first replication in full, once its block is done.
    pub fn detail(&self) -> Option<&Detail> {
        self.detail.as_ref()
    }

    pub fn runner(&self) -> &R {
        &self.rig.runner
    }

    pub fn runner_mut(&mut self) -> &mut R {
        &mut self.rig.runner
    }
}

/// Whether the rollout is also played with the old version in the place of the new.
fn has_twin(scenario: &Scenario) -> bool {
    let can_turn_back = match &scenario.strategy.plan {
        Plan::Nothing | Plan::Manual(_) => false,
        Plan::Steps(steps) => !scenario.strategy.guards.is_empty() || steps.checks_drift || steps.smoke.is_some(),
        Plan::Argo(_) | Plan::Flagger(_) | Plan::Sprt(_) => true,
    };
    scenario.twin && can_turn_back && scenario.effort.most() > 1
}

/// Puts blocks together and says which are wanted.
#[derive(Debug)]
pub struct Merge {
    effort: Effort,
    /// Shared with the reports that are made of them: they are what is large.
    rows: Arc<Vec<Row>>,
    tally: Tally,
    /// The next block in order.
    next: u64,
    /// Blocks that came before their turn.
    early: BTreeMap<u64, Block>,
    /// The next block that nobody was asked for.
    asked: u64,
    is_enough: bool,
}

impl Merge {
    pub fn new(scenario: &Scenario) -> Merge {
        Merge {
            effort: scenario.effort,
            rows: Arc::default(),
            tally: Tally::default(),
            next: 0,
            early: BTreeMap::new(),
            asked: 0,
            is_enough: false,
        }
    }

    /// A block that nobody was asked for yet; nothing when there are enough.
    pub fn wanted(&mut self) -> Option<u64> {
        if self.is_enough || self.asked * BLOCK >= self.effort.most() {
            return None;
        }
        self.asked += 1;
        Some(self.asked - 1)
    }

    /// Takes a block. Blocks past those that are enough are left out, whenever they come.
    pub fn add(&mut self, block: Block) {
        self.early.insert(block.number, block);
        while !self.is_enough
            && let Some(block) = self.early.remove(&self.next)
        {
            self.next += 1;
            let rows = Arc::make_mut(&mut self.rows);
            if rows.is_empty()
                && let Effort::Replications(all) = self.effort
            {
                rows.reserve_exact(all as usize);
            }
            rows.extend_from_slice(&block.rows);
            self.tally.merge(&block.tally);
            self.is_enough = self.rows.len() as u64 >= self.effort.most() || self.is_precise();
        }
    }

    fn is_precise(&self) -> bool {
        let Effort::Precision { half_width, relative, .. } = self.effort else { return false };
        let n = self.rows.len() as u64;
        let rolled_back = self.rows.iter().filter(|row| row.is_rolled_back()).count() as u64;
        let half = wilson(rolled_back, n, 0.95).half_width();
        n >= LEAST && (half <= half_width || half <= relative * rolled_back as f64 / n as f64)
    }

    /// Whether no more blocks are needed.
    pub fn is_enough(&self) -> bool {
        self.is_enough
    }

    /// In the order of replications.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(in crate::simulation) fn shared_rows(&self) -> Arc<Vec<Row>> {
        Arc::clone(&self.rows)
    }

    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The share of what is wanted at most that is done.
    pub fn progress(&self) -> f64 {
        self.rows.len() as f64 / self.effort.most() as f64
    }
}
