//! The runner of the simulation: it remembers what came of every path that an execution has taken, and interprets only
//! what it has not seen yet.
//!
//! Between its draws an execution is a function of its version and input class. So the draws of an execution are a path
//! in a tree: a node is a draw (which case of a behaviour, whether past the timeout, how long a jittered wait), a leaf
//! what became of it, and its duration the sum of the latencies on the way. Branches and iterations are trees below a
//! fork, which takes as long as the longest. An execution whose path is known costs its draws; any other runs through
//! the [interpreter](super::interpret), which leaves its path in the tree. Both tell the same, bit for bit, so it does
//! not matter who has seen what.
//!
//! What breaks the premise is always interpreted: what reads the clock, its own name or token, or entropy; Map in
//! distributed mode; executions in which a branch fails while others run; and all that is new once the tree is full.
//! [`Coverage`] tells how many these were, and why.
//!
//! ```
//! use weir::simulation::{run::{Budget, Merge, Simulation}, runner::Runner, scenario::Scenario, tree::Tree};
//! use std::rc::Rc;
//! let scenario = Rc::new(Scenario::parse(r#"{"weir": 1, "traffic": {"kind": "poisson", "per_min": 60}, "horizon_ms": 6000000,
//!   "alias": {"weights": {"1": 100}}, "versions": {"1": {"definition": {"StartAt": "A", "States": {
//!     "A": {"Type": "Task", "Resource": "x", "End": true, "Retry": [{"ErrorEquals": ["States.ALL"]}]}}},
//!     "behaviour": {"A": {"outcomes": [{"p": 0.2, "outcome": "error", "error": "E"}]}}}}}"#).unwrap());
//! let mut simulation = Simulation::new(Rc::clone(&scenario), Tree::new(&scenario).unwrap());
//! simulation.begin(0);
//! while !simulation.advance(Budget { executions: 1000 }).is_done {}
//! assert!(simulation.runner().coverage().interpreted < 10);
//! ```

mod ahead;
mod learn;
mod nodes;
#[cfg(test)]
mod tests;
mod ways;

use super::interpret::{Driver, Machine, Machines};
use super::runner::{Ahead, Coverage, Customer, Fate, Future, LANES, Runner, Start};
use super::scenario::Scenario;
use super::trail::Trail;
use crate::asl::program::Facts;
use crate::base::{Delay, Diagnostic, Key, Text, Time};
use learn::{Recorder, Steps};
use nodes::{Call, NO_TRAIL, Nodes, Unknown, Walk};
use rustc_hash::FxHashMap;
use ways::Ways;

const RACE: &str = "branches race";

/// Trails that are told apart: more of them are no picture.
const MAX_TRAILS: usize = 4_000;

/// Runs the versions of a scenario.
#[derive(Debug)]
pub struct Tree {
    machines: Machines,
    driver: Driver,
    nodes: Nodes,
    /// By version.
    versions: Vec<Version>,
    coverage: Coverage,
    trails: Trails,
    /// The trail of the execution that was run last.
    last: u32,
}

/// The different trails, by number.
#[derive(Debug, Default)]
struct Trails {
    list: Vec<Trail>,
    numbers: FxHashMap<Trail, u32>,
}

impl Trails {
    fn number(&mut self, trail: Trail) -> u32 {
        if let Some(number) = self.numbers.get(&trail) {
            return *number;
        }
        if self.list.len() >= MAX_TRAILS {
            return NO_TRAIL;
        }
        let number = self.list.len() as u32;
        self.list.push(trail.clone());
        self.numbers.insert(trail, number);
        number
    }
}

#[derive(Debug)]
struct Version {
    /// By input class.
    roots: Vec<u32>,
    ways: Vec<Ways>,
    /// TimeoutSeconds; [`Delay::MAX`] where there is none.
    limit: Delay,
    /// Why its executions are no function of their draws, if they are not.
    breach: Option<&'static str>,
}

impl Tree {
    /// Compiles the scenario's versions.
    ///
    /// # Errors
    /// What is wrong with the definitions, and behaviours of tasks that are not there.
    pub fn new(scenario: &Scenario) -> Result<Tree, Vec<Diagnostic>> {
        let machines = Machines::new(scenario)?;
        let version = |machine: &Machine| Version {
            roots: vec![nodes::UNSEEN; machine.inputs.len()],
            ways: machine.inputs.iter().map(|_| Ways::default()).collect(),
            limit: machine.program.timeout.unwrap_or(Delay::MAX),
            breach: breach(machine.program.facts),
        };
        let versions = machines.list.iter().map(version).collect();
        let (driver, nodes, coverage, trails) = Default::default();
        Ok(Tree { machines, driver, nodes, versions, coverage, trails, last: NO_TRAIL })
    }

    /// The call that an execution begins with, where its probabilities are the same at all times, and how long all may
    /// take.
    #[inline(always)]
    fn first_call(&self, start: &Start) -> Option<(&Call, Delay)> {
        let own = self.versions.get(start.version).filter(|own| own.breach.is_none())?;
        let call = self.nodes.call(*own.roots.get(start.class as usize)?).filter(|call| call.steady)?;
        Some((call, own.limit))
    }

    /// Interprets an execution, and remembers its path if it can be.
    #[cold]
    fn interpret(&mut self, version: usize, customer: &Customer, reason: &'static str, learns: bool) -> Fate {
        let (Some(machine), Some(own)) = (self.machines.list.get(version), self.versions.get_mut(version)) else {
            return Fate::default();
        };
        let mut steps = Steps::default();
        if !learns {
            self.coverage.count(reason);
            let played = self.driver.run(&self.machines, machine, customer, &mut steps, &mut ());
            self.last = self.trails.number(steps.trail(&machine.program));
            return self.machines.fate(&played);
        }
        let mut recorder = Recorder::default();
        let played = self.driver.run(&self.machines, machine, customer, &mut steps, &mut recorder);
        let fate = self.machines.fate(&played);
        let class = customer.class as usize;
        let all_joined = steps.all_joined();
        self.last = self.trails.number(steps.trail(&machine.program));
        if !all_joined {
            self.coverage.count(RACE);
        } else if played.is_overflow {
            self.coverage.count("it is given up");
        } else if let Some(root) = own.roots.get_mut(class) {
            self.coverage.count(reason);
            let learnt = self.nodes.learn(root, machine, &recorder, &fate, self.last);
            // What was learnt must tell what was seen; if it does not, something is read that nobody thought of.
            let told = self.nodes.walk(*root, &walk(&self.machines, machine, customer));
            if !learnt || told.map(|(fate, _)| fate) != Ok(fate) {
                own.breach = Some("it is no function of its draws");
            }
        }
        fate
    }
}

fn walk<'a>(machines: &'a Machines, machine: &'a Machine, customer: &'a Customer) -> Walk<'a> {
    Walk { machine, customer, outages: &machines.outages, limit: machine.program.timeout.unwrap_or(Delay::MAX) }
}

/// What the outcome of an execution depends on besides its draws.
fn breach(facts: Facts) -> Option<&'static str> {
    let breaches = [
        (facts.clock, "it reads the clock"),
        (facts.identity, "it reads its own name"),
        (facts.token, "it reads a task token"),
        (facts.entropy, "it draws random numbers of its own"),
        (facts.distributed, "it has a Map in distributed mode"),
    ];
    breaches.iter().find(|(is_so, _)| *is_so).map(|(_, reason)| *reason)
}

impl Runner for Tree {
    fn begin(&mut self, replication: Key, end: Time) {
        let outages = self.machines.begin(replication, end);
        self.driver.add_effort(outages);
    }

    #[inline]
    fn run(&mut self, version: usize, customer: &Customer) -> Fate {
        let (Some(machine), Some(own)) = (self.machines.list.get(version), self.versions.get(version)) else {
            return Fate::default();
        };
        if let Some(reason) = own.breach {
            return self.interpret(version, customer, reason, false);
        }
        let root = own.roots.get(customer.class as usize).copied().unwrap_or(nodes::UNSEEN);
        match self.nodes.walk(root, &walk(&self.machines, machine, customer)) {
            Ok((fate, trail)) => {
                self.coverage.executions += 1;
                self.last = trail;
                fate
            }
            Err(Unknown::Unseen) if self.nodes.is_full() => {
                self.interpret(version, customer, "the tree of outcomes is full", false)
            }
            Err(Unknown::Unseen) => self.interpret(version, customer, "a path is taken for the first time", true),
            Err(Unknown::Race) => self.interpret(version, customer, RACE, false),
        }
    }

    #[inline]
    fn draw_ahead(&self, starts: &[Start; LANES], ahead: &mut [Ahead; LANES]) {
        ahead.fill(Ahead::NOTHING);
        let Some(any) = starts.iter().find_map(|start| self.first_call(start)) else { return };
        let mut calls = [any; LANES];
        let mut keys = [Key::new(0); LANES];
        let mut idle = 0_u32;
        for (lane, ((call, key), start)) in calls.iter_mut().zip(&mut keys).zip(starts).enumerate() {
            *key = start.key;
            match self.first_call(start) {
                Some(first) => *call = first,
                // It is drawn in vain.
                None => idle |= 1 << lane,
            }
        }
        ahead::draw(&calls, &keys, ahead);
        if idle != 0 {
            let idle = ahead.iter_mut().enumerate().filter(|(lane, _)| idle >> lane & 1 == 1);
            idle.for_each(|(_, ahead)| *ahead = Ahead::NOTHING);
        }
    }

    #[inline(always)]
    fn run_on(&mut self, version: usize, customer: &Customer, ahead: Ahead) -> Fate {
        if ahead.at != nodes::UNSEEN
            && let Some((fate, trail)) = self.nodes.leaf(ahead.at, customer, ahead.elapsed)
        {
            self.coverage.executions += 1;
            self.last = trail;
            return fate;
        }
        self.run(version, customer)
    }

    fn errors(&self) -> &[Text] {
        &self.machines.errors
    }

    fn futures(&self, version: usize, class: u32, start: Time, live_since: Time) -> Result<Vec<Future>, String> {
        let (Some(machine), Some(own)) = (self.machines.list.get(version), self.versions.get(version)) else {
            return Ok(Vec::new());
        };
        if let Some(reason) = own.breach {
            return Err(format!("an execution is no function of its draws: {reason}"));
        }
        match own.ways.get(class as usize) {
            Some(ways) => ways.futures(&self.machines, machine, class, start, live_since),
            None => Ok(Vec::new()),
        }
    }

    fn is_steady(&self, version: usize) -> bool {
        self.machines.list.get(version).is_none_or(Machine::is_steady)
    }

    #[inline]
    fn trail(&self) -> Option<u32> {
        (self.last != NO_TRAIL).then_some(self.last)
    }

    fn trails(&self) -> &[Trail] {
        &self.trails.list
    }

    #[inline]
    fn effort(&mut self) -> u64 {
        self.driver.take_effort()
    }

    fn coverage(&self) -> Coverage {
        Coverage { nodes: self.nodes.len() as u64, ..self.coverage.clone() }
    }

    fn idle_guards(&self, version: usize) -> Vec<(usize, usize)> {
        let (Some(machine), Some(own)) = (self.machines.list.get(version), self.versions.get(version)) else {
            return Vec::new();
        };
        let guarded = machine.guarded_rules();
        if guarded.is_empty() || own.breach.is_some() {
            return Vec::new();
        }
        let Some(hold) = ways::guards_that_hold(&self.machines, machine) else { return Vec::new() };
        let holds = |role: usize, guard: u32| hold.get(role).is_some_and(|bits| bits >> guard & 1 == 1);
        let idle = guarded.into_iter().filter(|(place, _, guard)| !holds(place + 1, *guard));
        idle.map(|(place, rule, _)| (place, rule)).collect()
    }

    fn silent(&self, version: usize) -> &[Text] {
        self.machines.list.get(version).map_or(&[], |machine| &machine.silent)
    }
}
