//! An execution as it stood after some of its events: the debugger's eyes. Going back is looking at fewer events.

use super::{Event, EventKind, ScopeId};
use crate::asl::StateId;
use crate::base::{Object, Value};
use std::collections::BTreeMap;

/// What the first events of a history add up to.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// States that were entered.
    pub states: BTreeMap<StateId, Visits>,
    /// Ways that were gone, and how often; none is where the flow began.
    pub ways: BTreeMap<(Option<StateId>, StateId), u32>,
    /// What Assign has set, by the latest value.
    pub variables: Object,
    /// The state of the last event.
    pub current: Option<StateId>,
}

/// What happened in one state.
#[derive(Clone, Debug, Default)]
pub struct Visits {
    pub entered: u32,
    pub left: u32,
    /// Attempts of a Task, and of Parallel and Map states, that failed or timed out.
    pub failed: u32,
    /// The last visit's.
    pub input: Option<Value>,
    pub output: Option<Value>,
}

impl Visits {
    /// Whether it is being run.
    pub fn is_active(&self) -> bool {
        self.entered > self.left
    }
}

impl View {
    /// The view after the first `count` events of a scope.
    pub fn at(events: &[Event], scope: ScopeId, count: usize) -> View {
        let mut view = View::default();
        let seen: Vec<&Event> = events.iter().filter(|event| event.scope == scope).take(count).collect();
        for event in &seen {
            view.see(event, &seen);
        }
        view
    }

    fn see(&mut self, event: &Event, seen: &[&Event]) {
        self.current = event.state.or(self.current);
        let Some(state) = event.state else { return };
        let visits = self.states.entry(state).or_default();
        match &event.kind {
            EventKind::StateEntered { input } => {
                visits.entered += 1;
                visits.input = Some(input.clone());
                visits.output = None;
                // Ids count from 1 and have no gaps.
                let before = (event.previous.0 as usize).checked_sub(1).and_then(|index| seen.get(index));
                let from = before
                    .filter(|before| matches!(before.kind, EventKind::StateExited { .. }))
                    .and_then(|before| before.state);
                *self.ways.entry((from, state)).or_default() += 1;
            }
            EventKind::StateExited { output, assigned } => {
                visits.left += 1;
                visits.output = Some(output.clone());
                for (name, value) in assigned.iter().filter_map(Value::as_object).flat_map(Object::iter) {
                    self.variables.insert(name.clone(), value.clone());
                }
            }
            EventKind::TaskFailed(_)
            | EventKind::TaskTimedOut(_)
            | EventKind::TaskStartFailed(_)
            | EventKind::TaskSubmitFailed(_)
            | EventKind::EvaluationFailed { .. }
            | EventKind::MapStateFailed
            | EventKind::ParallelStateFailed => visits.failed += 1,
            _ => {}
        }
    }
}
