//! What is remembered, and walking through it.

use crate::base::{Delay, Key, Time};
use crate::engine::tasks::{Circumstances, LATENCY, Latency, OUTCOME, OutagePath};
use crate::engine::{JITTER, spread};
use crate::simulation::interpret::{EPOCH, Machine, TIMEOUT};
use crate::simulation::metrics::Close;
use crate::simulation::runner::{Customer, Fate};
use rustc_hash::FxHashMap;

/// Where no execution has been yet.
pub const UNSEEN: u32 = u32::MAX;

/// Of executions whose ways are not told.
pub const NO_TRAIL: u32 = u32::MAX;

/// Nodes; some 30 MB.
const MAX_NODES: usize = 100_000;

/// The trees of all versions and input classes.
#[derive(Debug, Default)]
pub struct Nodes {
    pub(super) nodes: Vec<Node>,
}

#[derive(Debug)]
pub(super) enum Node {
    Call(Call),
    /// A wait that is the same every time.
    Pause {
        delay: Delay,
        so_far: Counts,
        next: u32,
    },
    /// A wait of which jitter leaves a part.
    Jitter {
        site: Site,
        wait: Delay,
        so_far: Counts,
        next: u32,
    },
    Fork(Box<Fork>),
    /// The end of a branch or iteration.
    Joined,
    /// The end of the execution.
    Leaf(Leaf),
}

/// An attempt: what its key has below that of its thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Site {
    pub word: u64,
    pub visit: u32,
    pub attempt: u32,
}

/// What was done up to a draw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub transitions: u32,
    pub attempts: u32,
}

/// A call of a task.
#[derive(Debug)]
pub(super) struct Call {
    pub site: Site,
    pub edges: Box<[Edge]>,
    /// Whether probabilities are the same at all times.
    pub steady: bool,
    pub role: usize,
    pub first_case: usize,
    /// The longest latency that is waited for; [`Delay::MAX`] where there is none.
    pub limit: Delay,
    pub so_far: Counts,
}

/// A case of a behaviour.
#[derive(Debug)]
pub(super) struct Edge {
    pub p: f64,
    pub latency: Latency,
    /// There is no answer within the limit, whatever the latency.
    pub silent: bool,
    /// Where it goes on after the answer, and after the limit.
    pub answered: u32,
    pub late: u32,
}

/// Branches or iterations. Those that draw nothing take no time and are left out.
#[derive(Debug)]
pub(super) struct Fork {
    pub site: Site,
    pub is_iteration: bool,
    /// How many run side by side.
    pub limit: u32,
    /// (index, root), ascending.
    pub branches: Vec<(u32, u32)>,
    /// Where it goes on, by the ends of the branches.
    pub joins: FxHashMap<Box<[u32]>, u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub close: Option<Close>,
    pub error: u32,
    pub counts: Counts,
    /// The number of its trail; [`NO_TRAIL`] where that is not told.
    pub trail: u32,
}

/// Why a walk does not come to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    Unseen,
    /// What happens depends on which branch is first.
    Race,
}

/// Whose execution is sought.
pub struct Walk<'a> {
    pub machine: &'a Machine,
    pub customer: &'a Customer,
    pub outages: &'a [OutagePath],
    /// TimeoutSeconds of the machine; [`Delay::MAX`] where it has none.
    pub limit: Delay,
}

/// Where a thread has come to.
enum End {
    At(u32),
    /// The machine's time ran out, or nothing is to come: what was done until then.
    Expired(Counts),
    Never(Counts),
}

impl Site {
    #[inline(always)]
    pub(super) fn key(&self, thread: Key) -> Key {
        thread.with(self.word).with(u64::from(self.visit)).with(u64::from(self.attempt))
    }
}

#[inline(always)]
fn fate(customer: &Customer, close: Option<Close>, error: u32, counts: Counts, duration: Delay) -> Fate {
    let begin = EPOCH + customer.start.since(Time::ZERO);
    Fate {
        close,
        error,
        // As far as time goes.
        duration: (begin + duration).since(begin),
        transitions: counts.transitions,
        attempts: counts.attempts,
    }
}

impl Nodes {
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_full(&self) -> bool {
        self.nodes.len() >= MAX_NODES
    }

    /// What becomes of an execution, if its path is known, and the number of its trail.
    #[inline]
    pub fn walk(&self, root: u32, walk: &Walk) -> Result<(Fate, u32), Unknown> {
        let (end, elapsed) = self.thread::<true>(root, walk.customer.key, Delay::ZERO, walk)?;
        match end {
            End::At(node) => self.leaf(node, walk.customer, elapsed).ok_or(Unknown::Unseen),
            // They end anywhere on the way.
            End::Expired(counts) => {
                Ok((fate(walk.customer, Some(Close::TimedOut), TIMEOUT, counts, walk.limit), NO_TRAIL))
            }
            End::Never(counts) => {
                let fate = fate(walk.customer, None, 0, counts, Delay::ZERO);
                Ok((Fate { duration: Delay::MAX, ..fate }, NO_TRAIL))
            }
        }
    }

    /// What becomes of an execution that has come to a leaf.
    #[inline(always)]
    pub fn leaf(&self, node: u32, customer: &Customer, elapsed: Delay) -> Option<(Fate, u32)> {
        match self.nodes.get(node as usize)? {
            Node::Leaf(leaf) => Some((fate(customer, leaf.close, leaf.error, leaf.counts, elapsed), leaf.trail)),
            _ => None,
        }
    }

    /// The call at a node, if there is one.
    #[inline(always)]
    pub fn call(&self, node: u32) -> Option<&Call> {
        match self.nodes.get(node as usize)? {
            Node::Call(call) => Some(call),
            _ => None,
        }
    }

    /// Follows a thread that begins at `elapsed`. In a branch the time of the machine must not run out.
    #[inline(always)]
    fn thread<const MAIN: bool>(
        &self,
        root: u32,
        key: Key,
        mut elapsed: Delay,
        walk: &Walk,
    ) -> Result<(End, Delay), Unknown> {
        let mut at = root;
        loop {
            let node = self.nodes.get(at as usize).ok_or(Unknown::Unseen)?;
            let so_far = match node {
                Node::Leaf(_) | Node::Joined => return Ok((End::At(at), elapsed)),
                Node::Call(call) => {
                    match call.draw(key, elapsed, walk) {
                        Some((latency, next)) => {
                            elapsed = elapsed + latency;
                            at = next;
                        }
                        None if !MAIN => return Err(Unknown::Race),
                        None if walk.limit < Delay::MAX => return Ok((End::Expired(call.so_far), elapsed)),
                        None => return Ok((End::Never(call.so_far), elapsed)),
                    }
                    call.so_far
                }
                Node::Pause { delay, so_far, next } => {
                    elapsed = elapsed + *delay;
                    at = *next;
                    *so_far
                }
                Node::Jitter { site, wait, so_far, next } => {
                    elapsed = elapsed + spread(*wait, site.key(key).with(JITTER));
                    at = *next;
                    *so_far
                }
                Node::Fork(fork) => {
                    (at, elapsed) = self.fork(fork, key, elapsed, walk)?;
                    if elapsed > walk.limit {
                        return Err(Unknown::Race);
                    }
                    continue;
                }
            };
            if elapsed > walk.limit {
                return if MAIN { Ok((End::Expired(so_far), elapsed)) } else { Err(Unknown::Race) };
            }
        }
    }

    /// Follows branches side by side: where it goes on, and when.
    fn fork(&self, fork: &Fork, key: Key, begin: Delay, walk: &Walk) -> Result<(u32, Delay), Unknown> {
        let key = fork.site.key(key);
        let mut ends = Vec::with_capacity(fork.branches.len());
        // The times at which the places that they run in become free.
        let places = fork.branches.len().min(fork.limit.max(1) as usize);
        let mut free = vec![begin; if places < fork.branches.len() { places } else { 0 }];
        let mut last = begin;
        for (index, root) in &fork.branches {
            let key = if fork.is_iteration { key.with(u64::from(*index)) } else { key };
            let place = free.iter_mut().min();
            let start = place.as_deref().copied().unwrap_or(begin);
            let (end, elapsed) = self.thread::<false>(*root, key, start, walk)?;
            let End::At(end) = end else { return Err(Unknown::Race) };
            if let Some(place) = place {
                *place = elapsed;
            }
            ends.push(end);
            last = last.max(elapsed);
        }
        let next = fork.joins.get(&ends[..]).copied().ok_or(Unknown::Unseen)?;
        Ok((next, last))
    }
}

impl Call {
    /// The case that a draw decides for, where probabilities are the same at all times.
    #[inline(always)]
    pub(super) fn edge(&self, outcome: f64) -> Option<&Edge> {
        let (mut chosen, mut rest) = self.edges.split_first()?;
        let mut left = outcome;
        while let Some((next, after)) = rest.split_first() {
            left -= chosen.p;
            if left < 0.0 {
                break;
            }
            (chosen, rest) = (next, after);
        }
        Some(chosen)
    }

    /// How long the attempt takes, and where it goes on. Nothing: it never ends.
    #[inline(always)]
    fn draw(&self, thread: Key, elapsed: Delay, walk: &Walk) -> Option<(Delay, u32)> {
        let key = self.site.key(thread);
        // As `Behaviour::draw` does.
        let (mut chosen, mut rest) = self.edges.split_first()?;
        if !rest.is_empty() {
            let mut left = key.with(OUTCOME).uniform();
            let mut n = 0;
            while let Some((next, after)) = rest.split_first() {
                left -= if self.steady { chosen.p } else { self.chance(n, elapsed, walk) };
                if left < 0.0 {
                    break;
                }
                (chosen, rest) = (next, after);
                n += 1;
            }
        }
        if chosen.silent {
            return (self.limit < Delay::MAX).then_some((self.limit, chosen.late));
        }
        let latency = chosen.latency.draw_in_place(key.with(LATENCY));
        Some(if latency > self.limit { (self.limit, chosen.late) } else { (latency, chosen.answered) })
    }

    /// The probability of a case at this moment.
    #[cold]
    fn chance(&self, case: usize, elapsed: Delay, walk: &Walk) -> f64 {
        let customer = walk.customer;
        let now = EPOCH + customer.start.since(Time::ZERO) + elapsed;
        let circumstances = Circumstances {
            class: customer.class,
            attempt: self.site.attempt + 1,
            now: Time::ZERO + now.since(EPOCH),
            live_since: customer.live_since,
            number: customer.number,
            outages: walk.outages,
            // The rule is chosen.
            guards: 0,
        };
        let behaviour = walk.machine.behaviour(self.role);
        behaviour.cases.get(self.first_case + case).map_or(0.0, |case| case.chance(&circumstances))
    }
}
