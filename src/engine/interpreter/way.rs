//! Where in an execution something waits: for whoever remembers what came of one run and compares it with another.

use super::strand::Phase;
use super::{Execution, Token};
use crate::asl::StateId;
use crate::asl::program::Kind;
use crate::base::Delay;

/// One level of the way from an execution down to an attempt. Its words, one below the other, lead from the key of the
/// execution to that of the attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rung {
    pub state: StateId,
    pub visit: u32,
    pub attempt: u32,
    /// Where the way goes on inside of the state.
    pub inside: Option<Inside>,
}

/// The branch or iteration in which a way goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inside {
    pub index: u32,
    /// Whether the index is a word of the key, as it is in a Map; branches differ by the names of their states.
    pub is_iteration: bool,
    /// How many may run side by side.
    pub limit: u32,
}

impl Execution {
    /// The way to what waits for a token, outermost first; empty where nothing does.
    pub fn way(&self, token: Token) -> Vec<Rung> {
        let mut way = Vec::new();
        let mut next = if self.is_waiting(token) { Some((token.strand, None)) } else { None };
        while let Some((id, inside)) = next {
            let Some(strand) = self.strands.live(id) else { break };
            way.push(Rung { state: strand.state, visit: strand.visit, attempt: strand.attempt, inside });
            next = strand.parent.map(|(parent, index)| {
                let owner = self.strands.live(parent);
                let is_iteration =
                    owner.is_some_and(|owner| matches!(self.program.states[owner.state].kind, Kind::Map(_)));
                let limit = owner.map_or(u32::MAX, |owner| match &owner.phase {
                    Phase::Group(group) => group.limit,
                    _ => u32::MAX,
                });
                (parent, Some(Inside { index, is_iteration, limit }))
            });
        }
        way.reverse();
        way
    }

    /// The wait of which jitter made the pause that a token waits for, where it did.
    pub fn spread_of(&self, token: Token) -> Option<Delay> {
        let strand = self.strands.live(token.strand).filter(|_| self.is_waiting(token))?;
        if matches!(strand.phase, Phase::Retrying) { strand.spread } else { None }
    }
}
