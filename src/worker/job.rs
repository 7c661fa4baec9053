//! One run in one worker.

use super::Problem;
use super::wire::{Reply, Task, WireDetail};
use crate::base::Text;
use crate::simulation::customers::{Both, Customers, Starts};
use crate::simulation::run::{Budget, Simulation};
use crate::simulation::runner::Runner as _;
use crate::simulation::scenario::Scenario;
use crate::simulation::tree::Tree;
use std::collections::VecDeque;
use std::rc::Rc;

/// What runs executions.
pub type Runner = Tree;

/// Customers in one message: what the page takes in within a millisecond or two.
const PART: usize = 4_000;

/// A scenario that is being played.
#[derive(Debug)]
pub struct Job {
    run: u32,
    work: Work,
    /// Pieces that are still to be played, and whether the first is under way.
    pieces: VecDeque<u64>,
    begun: bool,
    detail_told: bool,
}

#[derive(Debug)]
enum Work {
    Replications(Box<Simulation<Runner>>),
    Customers(Box<(Both<Runner>, Customers)>),
}

/// The runner of a scenario.
///
/// # Errors
/// What is wrong with its definitions.
pub fn runner(scenario: &Rc<Scenario>) -> Result<Runner, Vec<Problem>> {
    crate::simulation::runner(scenario).map_err(|found| found.into_iter().map(Problem::from).collect())
}

/// The scenario of a document.
///
/// # Errors
/// What is wrong with it.
pub fn read(document: &str) -> Result<Rc<Scenario>, Vec<Problem>> {
    let read = Scenario::parse(document);
    read.map(Rc::new).map_err(|found| found.into_iter().filter(|found| found.is_error()).map(Problem::from).collect())
}

impl Job {
    /// # Errors
    /// Why the document cannot be played.
    pub fn open(run: u32, task: Task, document: &str) -> Result<Job, Vec<Problem>> {
        let scenario = read(document)?;
        let runner = runner(&scenario)?;
        let work = match task {
            Task::Rollout => Work::Replications(Box::new(Simulation::new(scenario, runner))),
            Task::Customers => {
                let starts = Rc::new(Starts::new(&scenario));
                Work::Customers(Box::new((Both::new(scenario, starts, runner), Customers::default())))
            }
        };
        Ok(Job { run, work, pieces: VecDeque::new(), begun: false, detail_told: false })
    }

    pub fn ask(&mut self, piece: u64) {
        self.pieces.push_back(piece);
    }

    /// Whether there is nothing to do.
    pub fn is_idle(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Plays about so many executions; how many it were, and what there is to tell.
    pub fn advance(&mut self, budget: u64, tell: &mut dyn FnMut(&Reply)) -> u64 {
        let (run, Some(piece)) = (self.run, self.pieces.front().copied()) else { return 0 };
        let begins = !std::mem::replace(&mut self.begun, true);
        match &mut self.work {
            Work::Replications(simulation) => {
                if begins {
                    simulation.begin(piece);
                }
                let progress = simulation.advance(Budget { executions: budget });
                if let Some(block) = simulation.take() {
                    if !self.detail_told
                        && let Some(detail) = simulation.detail()
                    {
                        self.detail_told = true;
                        tell(&Reply::Detail { run, detail: WireDetail::from(detail) });
                    }
                    tell(&Reply::Block { run, block });
                    self.pieces.pop_front();
                    self.begun = false;
                }
                progress.executions
            }
            Work::Customers(under_way) => {
                let (both, customers) = &mut **under_way;
                if begins {
                    both.begin(piece);
                }
                let before = customers.len();
                let room = PART.saturating_sub(before).max(1) as u64;
                let done = both.advance(budget.min(room), customers);
                let played = (customers.len() - before) as u64;
                if done || customers.len() >= PART {
                    let errors: Vec<Text> = both.runner().errors().to_vec();
                    tell(&Reply::Customers { run, piece, customers: std::mem::take(customers), errors, done });
                }
                if done {
                    self.pieces.pop_front();
                    self.begun = false;
                }
                played
            }
        }
    }
}
