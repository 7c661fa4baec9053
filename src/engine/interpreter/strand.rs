//! The threads of control of an execution, as data: one for the main flow, one for each running branch or iteration.

use super::context::MapItem;
use super::group::Group;
use super::{Answer, Failure, ScopeId, Token};
use crate::asl::StateId;
use crate::asl::query::Variables;
use crate::base::{Delay, IndexVec, Key, Time, Value};
use crate::engine::history::{EventId, Scheduled};
use crate::id;
use std::ops::{Index, IndexMut};
use std::rc::Rc;

id! {
    pub(super) StrandId,
}

#[derive(Debug)]
pub(super) struct Strand {
    pub scope: ScopeId,
    pub state: StateId,
    /// The strand whose Parallel or Map state it is a branch or iteration of, and which one.
    pub parent: Option<(StrandId, u32)>,
    pub phase: Phase,
    /// Counts what it waited for, so that late answers are known.
    pub turn: u32,
    /// The input of the state.
    pub input: Value,
    pub variables: Variables,
    /// The item of the innermost Map around it.
    pub item: Option<Rc<MapItem>>,
    /// What draws are keyed by, down to this branch or iteration.
    pub key: Key,
    /// How often each state that a flow can come back to was entered before.
    visits: Vec<(StateId, u32)>,
    /// The visit of the state that it is in.
    pub visit: u32,
    /// Its latest event.
    pub previous: EventId,
    /// The event that the present work answers to: what happens at once shares its predecessor.
    pub trigger: EventId,
    pub entered: EventId,
    pub entered_at: Time,
    /// How often the state was tried before, by all retriers together.
    pub attempt: u32,
    /// How often each retrier has acted on this visit.
    pub retries: Vec<u32>,
    /// Between two attempts: the wait of which jitter leaves a part.
    pub spread: Option<Delay>,
}

/// What a strand is doing.
#[derive(Debug, Default)]
pub(super) enum Phase {
    /// About to enter its state.
    #[default]
    Enter,
    /// About to do the work of its state again.
    Again,
    /// In a Task, or in a call of a Map; waits for an answer.
    Calling,
    /// In a Task whose activity is still to be found.
    Proposed(Box<Scheduled>),
    /// In a Wait state.
    Sleeping,
    /// Between two attempts.
    Retrying,
    /// An answer has come.
    Answered(Answer),
    /// In a Parallel or Map state whose branches or iterations run.
    Group(Box<Group>),
    /// All of them have ended.
    Joined(Value),
    /// One of them has failed.
    Broken(Box<Group>, Failure),
    /// In a Map in distributed mode that reads its items or writes its results.
    Mapping(Box<Group>),
    /// The same, once the answer has come.
    Mapped(Box<Group>, Answer),
    /// The execution ended while it was here: where a redrive begins.
    Halted,
}

impl Phase {
    pub fn awaits_answer(&self) -> bool {
        matches!(self, Phase::Calling | Phase::Proposed(_) | Phase::Sleeping | Phase::Retrying | Phase::Mapping(_))
    }

    /// The group that it keeps, while it goes on.
    pub fn group(&self) -> Option<&Group> {
        match self {
            Phase::Group(group) | Phase::Mapping(group) | Phase::Mapped(group, _) => Some(group),
            _ => None,
        }
    }
}

impl Strand {
    /// Counts a visit of the state that is entered; `repeats` tells whether a flow can come back to it at all.
    pub fn count_visit(&mut self, repeats: bool) {
        self.visit = 0;
        if repeats {
            let state = self.state;
            match self.visits.iter_mut().find(|(id, _)| *id == state) {
                Some((_, visits)) => {
                    *visits += 1;
                    self.visit = *visits;
                }
                None => self.visits.push((state, 0)),
            }
        }
    }
}

/// The arena of strands. Places of ended ones are used again; `turn` goes on counting there, so no old token is taken
/// for a new one.
#[derive(Debug, Default)]
pub(super) struct Strands {
    slots: IndexVec<StrandId, Slot>,
    free: Vec<StrandId>,
}

#[derive(Debug)]
enum Slot {
    Used(Box<Strand>),
    Free { turn: u32 },
}

impl Strands {
    pub fn add(&mut self, scope: ScopeId, state: StateId, input: Value, key: Key) -> StrandId {
        let mut strand = Strand {
            scope,
            state,
            parent: None,
            phase: Phase::Enter,
            turn: 0,
            input,
            variables: Variables::default(),
            item: None,
            key,
            visits: Vec::new(),
            visit: 0,
            previous: EventId(0),
            trigger: EventId(0),
            entered: EventId(0),
            entered_at: Time::ZERO,
            attempt: 0,
            retries: Vec::new(),
            spread: None,
        };
        match self.free.pop() {
            Some(id) => {
                if let Some(slot) = self.slots.lookup_mut(id) {
                    if let Slot::Free { turn } = slot {
                        strand.turn = *turn + 1;
                    }
                    *slot = Slot::Used(Box::new(strand));
                }
                id
            }
            None => self.slots.push(Slot::Used(Box::new(strand))),
        }
    }

    pub fn remove(&mut self, id: StrandId) {
        if let Some(slot) = self.slots.lookup_mut(id)
            && let Slot::Used(strand) = slot
        {
            *slot = Slot::Free { turn: strand.turn };
            self.free.push(id);
        }
    }

    pub fn live(&self, id: StrandId) -> Option<&Strand> {
        match self.slots.lookup(id) {
            Some(Slot::Used(strand)) => Some(strand),
            _ => None,
        }
    }

    pub fn live_mut(&mut self, id: StrandId) -> Option<&mut Strand> {
        match self.slots.lookup_mut(id) {
            Some(Slot::Used(strand)) => Some(strand),
            _ => None,
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Strand> {
        self.slots.iter().filter_map(|slot| match slot {
            Slot::Used(strand) => Some(&**strand),
            Slot::Free { .. } => None,
        })
    }

    pub fn ids(&self) -> Vec<StrandId> {
        self.slots.ids().filter(|id| self.live(*id).is_some()).collect()
    }

    /// The token of what the strand waits for next.
    pub fn next_token(&mut self, id: StrandId) -> Token {
        let strand = &mut self[id];
        strand.turn += 1;
        Token { strand: id, turn: strand.turn }
    }
}

// INVARIANT: whoever holds the id of a strand holds it while the strand lives; only the ready queue may hold one longer,
// and it asks `live_mut`.
impl Index<StrandId> for Strands {
    type Output = Strand;

    #[expect(clippy::panic, reason = "an id is only held while its strand lives")]
    fn index(&self, id: StrandId) -> &Strand {
        match self.live(id) {
            Some(strand) => strand,
            None => panic!("strand {id:?} has ended"),
        }
    }
}

impl IndexMut<StrandId> for Strands {
    #[expect(clippy::panic, reason = "an id is only held while its strand lives")]
    fn index_mut(&mut self, id: StrandId) -> &mut Strand {
        match self.live_mut(id) {
            Some(strand) => strand,
            None => panic!("strand {id:?} has ended"),
        }
    }
}
