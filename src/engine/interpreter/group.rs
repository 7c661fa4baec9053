//! Strands that belong together: the branches of a Parallel state, the iterations of a Map.

use super::run::{Fault, Work};
use super::states::MapRun;
use super::strand::{Phase, StrandId};
use super::{Execution, Failure, Now};
use crate::asl::StateId;
use crate::asl::program::{FlowId, Kind, State};
use crate::base::sort::sort_by_key;
use crate::base::{Key, Value};
use crate::engine::history::{EventId, EventKind, Record};
use std::rc::Rc;

/// The branches or iterations of one attempt of a state, kept by the strand that waits for them.
#[derive(Debug)]
pub(super) struct Group {
    pub results: Vec<Option<Value>>,
    pub running: u32,
    /// The first index that was not started.
    pub next: u32,
    /// How many may run at once.
    pub limit: u32,
    /// What a Map iterates over.
    pub items: Rc<[Value]>,
    /// Whether these are the pairs of an object.
    pub keyed: bool,
    /// A Map in distributed mode.
    pub run: Option<MapRun>,
}

impl Group {
    pub fn new(count: usize, limit: u32) -> Group {
        Group { results: vec![None; count], running: 0, next: 0, limit, items: Rc::new([]), keyed: false, run: None }
    }

    pub fn is_done(&self) -> bool {
        self.running == 0 && self.next as usize >= self.results.len()
    }

    /// The index that may start now.
    pub fn startable(&self) -> Option<u32> {
        let may = self.running < self.limit && (self.next as usize) < self.results.len();
        may.then_some(self.next)
    }

    /// The results in order; what failed and was tolerated is left out.
    pub fn collect(&mut self) -> Value {
        std::mem::take(&mut self.results).into_iter().flatten().collect()
    }
}

impl Execution {
    /// Starts a branch or iteration below a strand.
    pub(super) fn spawn(
        &mut self,
        parent: StrandId,
        index: u32,
        flow: FlowId,
        input: Value,
        key: Key,
        after: EventId,
    ) -> StrandId {
        let scope = self.strands[parent].scope;
        let start = self.program.flows[flow].start;
        let child = self.strands.add(scope, start, input, key);
        let (variables, item) = {
            let parent = &self.strands[parent];
            (parent.variables.inner(), parent.item.clone())
        };
        let strand = &mut self.strands[child];
        strand.parent = Some((parent, index));
        strand.previous = after;
        strand.variables = variables;
        strand.item = item;
        self.ready.push_back(child);
        child
    }

    /// A branch or iteration has come to its end.
    pub(super) fn join<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        child: StrandId,
        parent: StrandId,
        index: u32,
        output: Value,
    ) {
        let after = self.strands[child].previous;
        self.strands.remove(child);
        let Some(group) = self.group_mut(parent) else { return };
        group.running -= 1;
        if let Some(result) = group.results.get_mut(index as usize) {
            *result = Some(output);
        }
        let program = Rc::clone(&self.program);
        let mut last = after;
        if let Kind::Map(map) = &program.states[self.strands[parent].state].kind {
            last = self.emit_after(now, parent, after, EventKind::MapIterationSucceeded { index });
            self.strands[parent].trigger = after;
            if let Err(fault) = self.start_iterations(now, parent, map) {
                return self.wreck(now, parent, fault);
            }
        }
        let Some(group) = self.group_mut(parent) else { return };
        if group.is_done() {
            let results = group.collect();
            let strand = &mut self.strands[parent];
            strand.previous = last;
            strand.trigger = last;
            strand.phase = Phase::Joined(results);
            // At once, before anything else moves.
            self.ready.push_front(parent);
        }
    }

    /// A branch or iteration has failed, and with it all of them.
    pub(super) fn break_group<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        child: StrandId,
        parent: StrandId,
        index: u32,
        failure: Failure,
    ) {
        let after = self.strands[child].previous;
        let is_map = matches!(self.program.states[self.strands[parent].state].kind, Kind::Map(_));
        if is_map {
            self.emit_after(now, parent, after, EventKind::MapIterationFailed { index });
        }
        self.abort_children(now, parent, after, is_map.then_some(child));
        let strand = &mut self.strands[parent];
        strand.previous = after;
        strand.trigger = after;
        let group = match std::mem::take(&mut strand.phase) {
            Phase::Group(group) => group,
            other => {
                strand.phase = other;
                return;
            }
        };
        strand.phase = Phase::Broken(group, failure);
        self.ready.push_front(parent);
    }

    /// An iteration could not be started: the Map fails by a fault of its own.
    fn wreck<R: Record>(&mut self, now: &mut Now<'_, R>, parent: StrandId, fault: Fault) {
        let after = self.strands[parent].trigger;
        self.abort_children(now, parent, after, None);
        self.drop_children(parent);
        let program = Rc::clone(&self.program);
        let state = &program.states[self.strands[parent].state];
        self.fail_state(now, parent, state, fault);
    }

    /// Tells that the strands below one are given up, and halts them. `failed` is the one that failed by itself.
    pub(super) fn abort_children<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        parent: StrandId,
        after: EventId,
        failed: Option<StrandId>,
    ) {
        let is_map = matches!(self.program.states[self.strands[parent].state].kind, Kind::Map(_));
        let of_parent = |id: StrandId| {
            let (owner, index) = self.strands.live(id)?.parent?;
            (owner == parent).then_some((index, id))
        };
        let mut children: Vec<(u32, StrandId)> = self.strands.ids().into_iter().filter_map(of_parent).collect();
        // Not by their places in the arena, which are used again in any order.
        sort_by_key(&mut children, |(index, _)| *index);
        for (index, id) in children {
            self.abort_children(now, id, after, None);
            let state = self.strands[id].state;
            let inside = self.strands[id].entered.0 > 0;
            if inside && failed != Some(id) && self.can_abort(state) {
                self.emit_after(now, id, after, EventKind::StateAborted);
            }
            if is_map && failed != Some(id) {
                self.emit_after(now, parent, after, EventKind::MapIterationAborted { index });
            }
            self.halt(id);
        }
        self.abort_scopes(now, parent);
    }

    /// Whether the history has an event for a state of this type that is given up.
    fn can_abort(&self, state: StateId) -> bool {
        matches!(
            self.program.states[state].kind,
            Kind::Task(_) | Kind::Wait { .. } | Kind::Parallel { .. } | Kind::Map(_)
        )
    }

    /// Forgets the strands below one.
    pub(super) fn drop_children(&mut self, parent: StrandId) {
        for id in self.strands.ids() {
            let Some(strand) = self.strands.live(id) else { continue };
            let owner = strand.parent.or(self.scopes[strand.scope].owner).map(|(owner, _)| owner);
            if owner == Some(parent) && id != parent {
                self.drop_children(id);
                self.cancel(id);
                self.strands.remove(id);
            }
        }
    }

    /// Goes on where all of a group have ended.
    pub(super) fn joined<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        state: &State,
        results: Value,
    ) -> Work {
        let previous = self.strands[id].previous;
        let kind = match state.kind {
            Kind::Map(_) => EventKind::MapStateSucceeded,
            _ => EventKind::ParallelStateSucceeded,
        };
        self.emit_after(now, id, previous, kind);
        Work::Result(results)
    }
}
