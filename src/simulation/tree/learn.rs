//! Learning a path from an execution that was interpreted.

use super::nodes::{Call, Counts, Edge, Fork, Leaf, Node, Nodes, Site, UNSEEN};
use crate::asl::{Program, StateId};
use crate::base::{Delay, Text};
use crate::engine::history::{Event, EventId, EventKind, ScopeId};
use crate::engine::{Execution, Record, Rung, Token};
use crate::simulation::interpret::{Ask, Listen, Machine, is_silent};
use crate::simulation::metrics::Close;
use crate::simulation::runner::Fate;
use crate::simulation::trail::Trail;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Follows an execution: whether all of its Parallel and Map states come to their good end, and the ways it goes.
#[derive(Debug, Default)]
pub struct Steps {
    begun: u32,
    joined: u32,
    ways: BTreeMap<(Option<StateId>, Option<StateId>), u32>,
    /// States that were left, by the event that tells it, and nothing has come after them yet.
    left: Vec<(ScopeId, EventId, StateId)>,
    /// Where it is or was last, as far as a failure would come from there.
    at: Option<StateId>,
    failed: bool,
}

impl Steps {
    /// Whether no branch failed, was given up or still runs.
    pub fn all_joined(&self) -> bool {
        self.begun == self.joined
    }

    /// The ways that were gone.
    pub fn trail(mut self, program: &Program) -> Trail {
        for (.., state) in std::mem::take(&mut self.left) {
            *self.ways.entry((Some(state), None)).or_default() += 1;
        }
        let name = |id: StateId| program.states.lookup(id).map(|state| Text::clone(&state.name));
        let way =
            |((from, to), count): (&(Option<_>, Option<_>), &u32)| ((from.and_then(name), to.and_then(name)), *count);
        let failed_in = self.at.filter(|_| self.failed).and_then(name);
        Trail { ways: self.ways.iter().map(way).collect(), failed_in }
    }
}

impl Record for Steps {
    const DATA: bool = false;

    fn record(&mut self, event: Event) {
        match event.kind {
            EventKind::ParallelStateStarted | EventKind::MapStateStarted { .. } => self.begun += 1,
            EventKind::ParallelStateSucceeded | EventKind::MapStateSucceeded => self.joined += 1,
            EventKind::StateEntered { .. } => {
                // What was left last is what was come from, nearly always.
                let before = self.left.iter().rposition(|left| (left.0, left.1) == (event.scope, event.previous));
                let from = before.map(|place| self.left.swap_remove(place).2);
                *self.ways.entry((from, event.state)).or_default() += 1;
                self.at = event.state;
            }
            EventKind::StateExited { .. } => {
                self.left.extend(event.state.map(|state| (event.scope, event.id, state)));
            }
            EventKind::TaskFailed(_) | EventKind::TaskTimedOut(_) | EventKind::EvaluationFailed { .. } => {
                self.at = event.state.or(self.at);
            }
            EventKind::ExecutionFailed(_) => self.failed = true,
            _ => {}
        }
    }
}

/// Takes down the draws of an execution.
#[derive(Debug, Default)]
pub struct Recorder {
    notes: Vec<Note>,
}

/// A draw, or a wait.
#[derive(Debug)]
struct Note {
    way: Vec<Rung>,
    what: What,
    so_far: Counts,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Call { role: usize, rule: usize, case: usize, is_late: bool, limit: Option<Delay> },
    Pause(Delay),
    Jitter(Delay),
}

fn counts(execution: &Execution, attempts: u32) -> Counts {
    Counts { transitions: u32::try_from(execution.transitions()).unwrap_or(u32::MAX), attempts }
}

impl Listen for Recorder {
    fn draw(&mut self, ask: &Ask) -> (usize, Delay) {
        let (case, latency) = ask.behaviour.draw(ask.invoke.key, ask.circumstances);
        let is_late = ask.limit.is_some_and(|limit| ask.is_silent(case) || latency > limit);
        let way = ask.execution.way(ask.invoke.token);
        // Its guards are functions of the data, and that of the path.
        let rule = ask.behaviour.rule(ask.circumstances).map_or(0, |(rule, _)| rule);
        let what = What::Call { role: ask.role, rule, case, is_late, limit: ask.limit };
        self.notes.push(Note { way, what, so_far: counts(ask.execution, ask.attempts) });
        (case, latency)
    }

    fn slept(&mut self, execution: &Execution, token: Token, pause: Delay, attempts: u32) {
        let what = execution.spread_of(token).map_or(What::Pause(pause), What::Jitter);
        self.notes.push(Note { way: execution.way(token), what, so_far: counts(execution, attempts) });
    }
}

/// A place for the number of a node.
enum Slot {
    Root,
    Next(u32),
    Edge { node: u32, edge: usize, is_late: bool },
    Branch { fork: u32, nth: usize },
    Join { fork: u32, ends: Box<[u32]> },
}

/// Puts one execution into the tree.
struct Pupil<'a> {
    nodes: &'a mut Nodes,
    root: &'a mut u32,
    machine: &'a Machine,
}

impl Nodes {
    /// Remembers the path of an execution. Whether it agrees with what is known.
    pub fn learn(&mut self, root: &mut u32, machine: &Machine, recorder: &Recorder, fate: &Fate, trail: u32) -> bool {
        let mut pupil = Pupil { nodes: self, root, machine };
        let notes: Vec<&Note> = recorder.notes.iter().collect();
        let Some(end) = pupil.thread(Slot::Root, 0, &notes) else { return false };
        // The end of time comes anywhere, and is not on the path.
        if !matches!(fate.close, Some(Close::Succeeded | Close::Failed)) {
            return true;
        }
        let counts = Counts { transitions: fate.transitions, attempts: fate.attempts };
        let leaf = Leaf { close: fate.close, error: fate.error, counts, trail };
        let node = pupil.settle(&end, || Node::Leaf(leaf));
        matches!(pupil.nodes.nodes.get(node as usize), Some(Node::Leaf(known)) if *known == leaf)
    }
}

impl Pupil<'_> {
    fn slot(&mut self, slot: &Slot) -> Option<&mut u32> {
        match slot {
            Slot::Root => Some(self.root),
            Slot::Next(node) => match self.nodes.nodes.get_mut(*node as usize)? {
                Node::Pause { next, .. } | Node::Jitter { next, .. } => Some(next),
                _ => None,
            },
            Slot::Edge { node, edge, is_late } => match self.nodes.nodes.get_mut(*node as usize)? {
                Node::Call(call) => {
                    let edge = call.edges.get_mut(*edge)?;
                    Some(if *is_late { &mut edge.late } else { &mut edge.answered })
                }
                _ => None,
            },
            Slot::Branch { fork, nth } => match self.nodes.nodes.get_mut(*fork as usize)? {
                Node::Fork(fork) => fork.branches.get_mut(*nth).map(|(_, root)| root),
                _ => None,
            },
            Slot::Join { fork, ends } => match self.nodes.nodes.get_mut(*fork as usize)? {
                Node::Fork(fork) => Some(fork.joins.entry(ends.clone()).or_insert(UNSEEN)),
                _ => None,
            },
        }
    }

    /// The node at a place; if there is none yet, a new one.
    fn settle(&mut self, slot: &Slot, make: impl FnOnce() -> Node) -> u32 {
        let new = self.nodes.nodes.len() as u32;
        match self.slot(slot) {
            Some(place) if *place == UNSEEN => *place = new,
            Some(place) => return *place,
            None => return UNSEEN,
        }
        self.nodes.nodes.push(make());
        new
    }

    /// Puts the draws of a thread into the tree, in their order: the place after the last of them. `depth` is how many
    /// forks it is below.
    fn thread(&mut self, mut slot: Slot, depth: usize, notes: &[&Note]) -> Option<Slot> {
        let mut rest = notes;
        while let Some((note, after)) = rest.split_first() {
            let rung = *note.way.get(depth)?;
            if note.way.len() == depth + 1 {
                slot = self.draw(slot, rung, note)?;
                rest = after;
                continue;
            }
            let same = |note: &&&Note| {
                let here = note.way.get(depth).map(|here| (here.state, here.visit, here.attempt));
                note.way.len() > depth + 1 && here == Some((rung.state, rung.visit, rung.attempt))
            };
            let count = rest.iter().take_while(same).count();
            let (inside, after) = rest.split_at_checked(count)?;
            slot = self.fork(slot, rung, depth, inside)?;
            rest = after;
        }
        Some(slot)
    }

    fn site(&self, rung: Rung) -> Site {
        Site { word: self.machine.program.states[rung.state].word, visit: rung.visit, attempt: rung.attempt }
    }

    fn draw(&mut self, slot: Slot, rung: Rung, note: &Note) -> Option<Slot> {
        let (site, so_far) = (self.site(rung), note.so_far);
        match note.what {
            What::Pause(delay) => {
                let node = self.settle(&slot, || Node::Pause { delay, so_far, next: UNSEEN });
                let known = self.nodes.nodes.get(node as usize)?;
                matches!(known, Node::Pause { delay: known, .. } if *known == delay).then_some(Slot::Next(node))
            }
            What::Jitter(wait) => {
                let node = self.settle(&slot, || Node::Jitter { site, wait, so_far, next: UNSEEN });
                let known = self.nodes.nodes.get(node as usize)?;
                matches!(known, Node::Jitter { site: known, .. } if *known == site).then_some(Slot::Next(node))
            }
            What::Call { role, rule, case, is_late, limit } => {
                let behaviour = self.machine.behaviour(role);
                let rule = behaviour.rules.get(rule)?;
                let first_case = rule.first_case();
                let edge = |(n, case): (usize, &crate::engine::tasks::Case)| Edge {
                    p: case.p,
                    latency: case.latency.clone(),
                    silent: is_silent(behaviour, first_case + n, limit),
                    answered: UNSEEN,
                    late: UNSEEN,
                };
                let node = self.settle(&slot, || {
                    let edges = behaviour.cases_of(rule).iter().enumerate().map(edge).collect();
                    let limit = limit.unwrap_or(Delay::MAX);
                    Node::Call(Call { site, edges, steady: rule.is_steady(), role, first_case, limit, so_far })
                });
                let known = self.nodes.nodes.get(node as usize)?;
                let same = matches!(known, Node::Call(known) if (known.site, known.limit, known.first_case) == (site, limit.unwrap_or(Delay::MAX), first_case));
                let edge = case.checked_sub(first_case)?;
                same.then_some(Slot::Edge { node, edge, is_late })
            }
        }
    }

    fn fork(&mut self, slot: Slot, rung: Rung, depth: usize, notes: &[&Note]) -> Option<Slot> {
        let mut branches: BTreeMap<u32, Vec<&Note>> = BTreeMap::new();
        for note in notes {
            branches.entry(note.way.get(depth)?.inside?.index).or_default().push(note);
        }
        let (site, inside) = (self.site(rung), rung.inside?);
        let node = self.settle(&slot, || {
            Node::Fork(Box::new(Fork {
                site,
                is_iteration: inside.is_iteration,
                limit: inside.limit,
                branches: branches.keys().map(|index| (*index, UNSEEN)).collect(),
                joins: FxHashMap::default(),
            }))
        });
        match self.nodes.nodes.get(node as usize)? {
            Node::Fork(known) if known.site == site && known.branches.len() == branches.len() => {}
            _ => return None,
        }
        let mut ends = Vec::with_capacity(branches.len());
        for (nth, notes) in branches.values().enumerate() {
            let end = self.thread(Slot::Branch { fork: node, nth }, depth + 1, notes)?;
            ends.push(self.settle(&end, || Node::Joined));
        }
        Some(Slot::Join { fork: node, ends: ends.into() })
    }
}
