//! Parallel: all branches at once.

use super::super::group::Group;
use super::super::run::{Fault, Work};
use super::super::strand::{Phase, StrandId};
use super::super::{Execution, Now};
use crate::asl::program::{FlowId, State};
use crate::engine::history::{EventKind, Record};

impl Execution {
    pub(in super::super) fn fork<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        state: &State,
        branches: &[FlowId],
    ) -> Result<Work, Fault> {
        let input = self.arguments(now, id, state)?;
        let started = self.emit(now, id, EventKind::ParallelStateStarted);
        self.strands[id].trigger = started;
        let key = self.attempt_key(id);
        let mut group = Group::new(branches.len(), u32::MAX);
        group.running = branches.len() as u32;
        group.next = group.running;
        self.strands[id].phase = Phase::Group(Box::new(group));
        for (index, flow) in branches.iter().enumerate() {
            self.spawn(id, index as u32, *flow, input.clone(), key, started);
        }
        Ok(Work::Under)
    }
}
