//! Moving a strand: into a state, through it, out of it, and what happens when it fails there.

use super::group::Group;
use super::strand::{Phase, StrandId};
use super::{Answer, Effect, Execution, Failure, Now, ScopeId, Status, data};
use crate::asl::StateId;
use crate::asl::program::{Kind, Next, State};
use crate::asl::query::{QueryError, Scope as QueryScope};
use crate::base::{Key, Object, Text, Time, Value};
use crate::engine::history::{Event, EventId, EventKind, Record};
use std::rc::Rc;

/// Why a state could not do its work.
#[derive(Debug)]
pub(super) enum Fault {
    /// A query gave nothing; AWS tells which state it was in.
    Query(QueryError),
    /// The runtime cannot go on here; AWS tells which state it was in.
    Runtime(String),
    /// An error with a name, told as it is.
    Failure(Failure),
}

impl From<QueryError> for Fault {
    fn from(error: QueryError) -> Fault {
        Fault::Query(error)
    }
}

/// What the work of a state came to, so far.
pub(super) enum Work {
    /// It has a result; the way out is still to be found.
    Result(Value),
    /// It is out of the state, or waits for something.
    Under,
}

impl Execution {
    pub(super) fn main(&self) -> &super::Scope {
        use crate::base::Id;
        &self.scopes[ScopeId::from_usize(0)]
    }

    // ---- events

    /// Tells an event of a scope that no state is part of.
    pub(super) fn emit_scope<R: Record>(&mut self, now: &mut Now<'_, R>, scope: ScopeId, kind: EventKind) -> EventId {
        self.emit_event(now, scope, EventId(0), None, kind)
    }

    /// Tells an event that follows the latest one of the strand.
    pub(super) fn emit<R: Record>(&mut self, now: &mut Now<'_, R>, id: StrandId, kind: EventKind) -> EventId {
        let previous = self.strands[id].previous;
        self.emit_after(now, id, previous, kind)
    }

    /// Tells an event of the strand that follows a given one.
    pub(super) fn emit_after<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        previous: EventId,
        kind: EventKind,
    ) -> EventId {
        let strand = &self.strands[id];
        let (scope, state) = (strand.scope, strand.state);
        let event = self.emit_event(now, scope, previous, Some(state), kind);
        self.strands[id].previous = event;
        event
    }

    fn emit_event<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        scope: ScopeId,
        previous: EventId,
        state: Option<StateId>,
        kind: EventKind,
    ) -> EventId {
        let entry = &mut self.scopes[scope];
        // The last place of a history is for the event that ends it.
        let last = matches!(
            kind,
            EventKind::ExecutionFailed(_) | EventKind::ExecutionTimedOut(_) | EventKind::ExecutionAborted(_)
        );
        if entry.full && !last {
            return entry.last_event;
        }
        entry.last_event.0 += 1;
        entry.full |= entry.last_event.0 + 1 >= self.limits.events && !last;
        let id = entry.last_event;
        now.record.record(Event { scope, id, previous, at: now.at, state, kind });
        id
    }

    // ---- moving

    pub(super) fn move_strand<R: Record>(&mut self, now: &mut Now<'_, R>, id: StrandId) {
        // It may have been aborted while it stood in the queue.
        let Some(strand) = self.strands.live_mut(id) else { return };
        let scope = strand.scope;
        let program = Rc::clone(&self.program);
        let state = &program.states[strand.state];
        let work = match std::mem::take(&mut strand.phase) {
            Phase::Enter => {
                self.enter(now, id, state);
                self.work(now, id, state)
            }
            Phase::Again => self.work(now, id, state),
            Phase::Answered(answer) => self.answered(now, id, state, answer),
            Phase::Joined(results) => Ok(self.joined(now, id, state, results)),
            Phase::Broken(group, failure) => {
                strand.phase = Phase::Group(group);
                Err(Fault::Failure(failure))
            }
            Phase::Mapped(group, answer) => self.map_answered(now, id, state, group, answer),
            // Nothing to do: it waits for others.
            waiting => {
                strand.phase = waiting;
                return;
            }
        };
        let done = match work {
            Ok(Work::Under) => Ok(()),
            Ok(Work::Result(result)) => self.leave(now, id, state, result),
            Err(fault) => Err(fault),
        };
        if let Err(fault) = done {
            self.fail_state(now, id, state, fault);
        }
        if self.scopes[scope].full && self.scopes[scope].status == Status::Running {
            self.overflow(now, scope);
        }
    }

    fn enter<R: Record>(&mut self, now: &mut Now<'_, R>, id: StrandId, state: &State) {
        let strand = &mut self.strands[id];
        strand.count_visit(state.repeats);
        strand.attempt = 0;
        strand.retries.clear();
        strand.entered_at = now.at;
        strand.trigger = strand.previous;
        let input = data::<R>(&strand.input);
        self.transitions += 1;
        let entered = self.emit(now, id, EventKind::StateEntered { input });
        self.strands[id].entered = entered;
    }

    /// Begins the work of the state that the strand is in.
    fn work<R: Record>(&mut self, now: &mut Now<'_, R>, id: StrandId, state: &State) -> Result<Work, Fault> {
        match &state.kind {
            Kind::Pass { result, io, .. } => self.pass(now, id, result.as_ref(), io),
            Kind::Task(task) => self.call_task(now, id, state, task),
            Kind::Choice(choice) => self.choose(now, id, state, choice),
            Kind::Wait { until, io, .. } => self.wait(now, id, state, until, io),
            Kind::Succeed { .. } => Ok(Work::Result(self.effective_input(now, id, state)?)),
            Kind::Fail { error, cause, .. } => self.fail(now, id, state, error.as_ref(), cause.as_ref()),
            Kind::Parallel { branches, .. } => self.fork(now, id, state, branches),
            Kind::Map(map) => self.map(now, id, state, map),
        }
    }

    /// Notes an answer and lets the strand go on; events of progress are told at once.
    pub(super) fn take_answer<R: Record>(&mut self, now: &mut Now<'_, R>, id: StrandId, answer: Answer) {
        match answer {
            Answer::Scheduled => {
                if let Phase::Proposed(scheduled) = std::mem::replace(&mut self.strands[id].phase, Phase::Calling) {
                    self.emit(now, id, EventKind::TaskScheduled(scheduled));
                }
            }
            Answer::Started { worker } => {
                self.emit(now, id, EventKind::TaskStarted { worker });
            }
            Answer::Submitted(output) => {
                let output = data::<R>(&output);
                self.emit(now, id, EventKind::TaskSubmitted { output });
            }
            answer => {
                let strand = &mut self.strands[id];
                strand.turn += 1;
                strand.phase = match std::mem::take(&mut strand.phase) {
                    Phase::Mapping(group) => Phase::Mapped(group, answer),
                    _ => Phase::Answered(answer),
                };
                self.ready.push_back(id);
            }
        }
    }

    fn answered<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        state: &State,
        answer: Answer,
    ) -> Result<Work, Fault> {
        match (&state.kind, answer) {
            (Kind::Wait { .. }, Answer::Woken) => self.wake(now, id, state),
            // The delay of a retrier is over.
            (_, Answer::Woken) => self.try_again(now, id, state),
            (Kind::Task(task), answer) => self.task_answered(now, id, task, answer),
            _ => Ok(Work::Under),
        }
    }

    pub(super) fn try_again<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        state: &State,
    ) -> Result<Work, Fault> {
        let strand = &mut self.strands[id];
        strand.attempt += 1;
        strand.trigger = strand.previous;
        self.transitions += 1;
        self.work(now, id, state)
    }

    /// Leaves the state for the next one, with an output that is checked already.
    pub(super) fn exit<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        output: Value,
        assigned: Vec<(Text, Value)>,
        next: Next,
    ) {
        let trigger = self.strands[id].trigger;
        let told = if R::DATA && !assigned.is_empty() {
            Some(assigned.iter().cloned().collect::<Object>().into())
        } else {
            None
        };
        // A Parallel or Map state is left in the same breath as its last branch ends.
        let state = &self.program.states[self.strands[id].state];
        let joined = matches!(state.kind, Kind::Parallel { .. } | Kind::Map(_)) && trigger > self.strands[id].entered;
        let previous = if joined { trigger } else { self.strands[id].previous };
        self.emit_after(now, id, previous, EventKind::StateExited { output: data::<R>(&output), assigned: told });
        let strand = &mut self.strands[id];
        for (name, value) in assigned {
            strand.variables.set(name, value);
        }
        match next {
            Next::State(state) => {
                strand.state = state;
                strand.input = output;
                strand.entered = EventId(0);
                strand.phase = Phase::Enter;
                self.ready.push_back(id);
            }
            Next::End => self.end(now, id, output),
        }
    }

    /// The flow of the strand has come to its end.
    fn end<R: Record>(&mut self, now: &mut Now<'_, R>, id: StrandId, output: Value) {
        match self.strands[id].parent {
            Some((parent, index)) => self.join(now, id, parent, index, output),
            None => {
                let (scope, previous) = (self.strands[id].scope, self.strands[id].previous);
                let told = data::<R>(&output);
                self.emit_event(now, scope, previous, None, EventKind::ExecutionSucceeded { output: told });
                self.strands.remove(id);
                let entry = &mut self.scopes[scope];
                entry.status = Status::Succeeded;
                entry.stopped = Some(now.at);
                entry.output = Some(output.clone());
                if let Some((owner, index)) = entry.owner {
                    self.child_ended(now, owner, index, Ok(output));
                }
            }
        }
    }

    // ---- failing

    /// The failure that a fault is, with the place that AWS puts before its reason.
    pub(super) fn failure_of(&self, id: StrandId, state: &State, fault: Fault) -> (Failure, Option<Text>) {
        let place = |reason: &str| {
            let entered = self.strands[id].entered.0;
            format!(
                "An error occurred while executing the state '{}' (entered at the event id #{entered}). {reason}",
                state.name
            )
        };
        match fault {
            Fault::Query(error) => (Failure::new(error.error_name(), place(&error.reason())), error.location()),
            Fault::Runtime(reason) => (Failure::new("States.Runtime", place(&reason)), None),
            Fault::Failure(failure) => (failure, None),
        }
    }

    /// The state could not do its work: tries again, goes another way, or fails.
    pub(super) fn fail_state<R: Record>(&mut self, now: &mut Now<'_, R>, id: StrandId, state: &State, fault: Fault) {
        let (failure, location) = self.failure_of(id, state, fault);
        self.tell_evaluation(now, id, &failure, location);
        self.recover(now, id, state, failure);
    }

    /// Tells that a JSONata expression failed, if one did.
    pub(super) fn tell_evaluation<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        failure: &Failure,
        location: Option<Text>,
    ) {
        if let Some(location) = location {
            // Of a Timestamp it was seen to follow the state's own event, of all other fields what led to that.
            let strand = &self.strands[id];
            let trigger = if &*location == "Timestamp" { strand.entered } else { strand.trigger };
            let event =
                self.emit_after(now, id, trigger, EventKind::EvaluationFailed { failure: failure.clone(), location });
            self.strands[id].trigger = event;
        }
    }

    /// Nothing catches it in this flow: its Parallel or Map state fails, or the execution does. What nothing can catch
    /// was seen to end the execution at once, without a word of the states around.
    pub(super) fn fail_strand<R: Record>(&mut self, now: &mut Now<'_, R>, id: StrandId, failure: Failure) {
        match self.strands[id].parent {
            Some((parent, index)) if !failure.is_terminal() => self.break_group(now, id, parent, index, failure),
            _ => {
                let scope = self.strands[id].scope;
                let previous = self.strands[id].previous;
                self.emit_event(now, scope, previous, None, EventKind::ExecutionFailed(failure.clone()));
                self.end_scope(now, scope, Status::Failed, failure);
            }
        }
    }

    /// The history of a scope has no place left.
    fn overflow<R: Record>(&mut self, now: &mut Now<'_, R>, scope: ScopeId) {
        let limit = self.limits.events;
        let failure = Failure::new(
            "States.Runtime",
            format!("The execution reached the maximum number of history events ({limit})."),
        );
        let previous = self.scopes[scope].last_event;
        self.emit_event(now, scope, previous, None, EventKind::ExecutionFailed(failure.clone()));
        self.end_scope(now, scope, Status::Failed, failure);
    }

    /// Ends a scope that did not succeed. Its strands stay where they are, so that a redrive finds them.
    fn end_scope<R: Record>(&mut self, now: &mut Now<'_, R>, scope: ScopeId, status: Status, failure: Failure) {
        let entry = &mut self.scopes[scope];
        entry.status = status;
        entry.stopped = Some(now.at);
        entry.failure = Some(failure.clone());
        let owner = entry.owner;
        for id in self.strands.ids() {
            if self.strands[id].scope == scope {
                self.halt(id);
                self.abort_scopes(now, id);
            }
        }
        if let Some((owner, index)) = owner {
            self.child_ended(now, owner, index, Err(failure));
        }
    }

    /// Ends the child executions of the Map state that a strand is in.
    pub(super) fn abort_scopes<R: Record>(&mut self, now: &mut Now<'_, R>, owner: StrandId) {
        let owned =
            |entry: &super::Scope| entry.status == Status::Running && entry.owner.is_some_and(|(id, _)| id == owner);
        let scopes: Vec<ScopeId> =
            self.scopes.iter_enumerated().filter(|(_, entry)| owned(entry)).map(|(id, _)| id).collect();
        for scope in scopes {
            // Without its owner, so that nobody is told of an end that was wanted.
            self.emit_scope(now, scope, EventKind::ExecutionAborted(Failure::default()));
            let entry = &mut self.scopes[scope];
            let owner = entry.owner.take();
            self.end_scope(now, scope, Status::Aborted, Failure::default());
            self.scopes[scope].owner = owner;
        }
    }

    /// Ends everything from outside.
    pub(super) fn stop<R: Record>(&mut self, now: &mut Now<'_, R>, status: Status, failure: Failure) {
        if self.status() != Status::Running {
            return;
        }
        let scopes: Vec<_> = self.scopes.ids().collect();
        for scope in scopes {
            if self.scopes[scope].status != Status::Running {
                continue;
            }
            let kind = match status {
                Status::TimedOut => EventKind::ExecutionTimedOut(failure.clone()),
                _ => EventKind::ExecutionAborted(failure.clone()),
            };
            self.emit_scope(now, scope, kind);
            let entry = &mut self.scopes[scope];
            entry.status = status;
            entry.stopped = Some(now.at);
            entry.failure = Some(failure.clone());
        }
        for id in self.strands.ids() {
            self.halt(id);
        }
    }

    /// Leaves a strand where it is, for a redrive; what it waited for is not wanted any more.
    pub(super) fn halt(&mut self, id: StrandId) {
        self.cancel(id);
        let strand = &mut self.strands[id];
        strand.turn += 1;
        match &strand.phase {
            // What is done stays done: a redrive runs only the rest.
            Phase::Group(_) => {}
            _ => strand.phase = Phase::Halted,
        }
    }

    /// Tells the world that what the strand waits for is not wanted any more.
    pub(super) fn cancel(&mut self, id: StrandId) {
        let strand = &self.strands[id];
        if strand.phase.awaits_answer() {
            let token = super::Token { strand: id, turn: strand.turn };
            self.effects.push_back(Effect::Cancel { token });
        }
    }

    // ---- what queries see

    /// Runs queries of the state that a strand is in.
    pub(super) fn query<T>(
        &self,
        at: Time,
        id: StrandId,
        input: &Value,
        run: impl FnOnce(&QueryScope<'_>) -> Result<T, QueryError>,
    ) -> Result<T, QueryError> {
        self.query_after(at, id, input, None, None, run)
    }

    /// The same once there is a result, or an Error Output.
    pub(super) fn query_after<T>(
        &self,
        at: Time,
        id: StrandId,
        input: &Value,
        result: Option<&Value>,
        error_output: Option<&Value>,
        run: impl FnOnce(&QueryScope<'_>) -> Result<T, QueryError>,
    ) -> Result<T, QueryError> {
        let context = || self.context(id);
        // Queries of one attempt draw from streams of their own, told apart by how far the attempt has come.
        let key: Key = self.attempt_key(id).with_str("query").with(u64::from(self.strands[id].turn));
        let mut scope = QueryScope::new(input, &context, &self.strands[id].variables, at, key);
        (scope.result, scope.error_output) = (result, error_output);
        run(&scope)
    }

    /// A group of strands, wherever the phase of their owner keeps it.
    pub(super) fn group_mut(&mut self, id: StrandId) -> Option<&mut Group> {
        match &mut self.strands.live_mut(id)?.phase {
            Phase::Group(group) | Phase::Mapping(group) | Phase::Mapped(group, _) => Some(group),
            _ => None,
        }
    }
}
