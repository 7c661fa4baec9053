//! Retry and Catch, and the redrive of what nobody caught.

use super::run::Fault;
use super::strand::{Phase, StrandId};
use super::{Effect, Execution, Failure, Now, ScopeId, Status};
use crate::asl::QueryLanguage;
use crate::asl::program::{Catcher, Kind, Next, Retrier, State};
use crate::asl::query::QueryError;
use crate::base::{Delay, Key, Text, Value};
use crate::engine::history::{EventKind, Record};

/// The purpose of a draw that spreads retries.
pub const JITTER: u64 = Key::word("jitter");

impl Execution {
    /// Finds what is to be done about a failure in a state.
    pub(super) fn recover<R: Record>(&mut self, now: &mut Now<'_, R>, id: StrandId, state: &State, failure: Failure) {
        if let Some(recovery) = state.recovery() {
            for (n, retrier) in recovery.retriers.iter().enumerate() {
                if !failure.matches(&retrier.errors) {
                    continue;
                }
                // The first that matches decides; once it is used up, no other is asked.
                if self.retry(now, id, n, retrier) {
                    return;
                }
                break;
            }
        }
        let failed = match state.kind {
            Kind::Map(_) => Some(EventKind::MapStateFailed),
            Kind::Parallel { .. } => Some(EventKind::ParallelStateFailed),
            _ => None,
        };
        if let Some(kind) = failed.filter(|_| !failure.is_terminal()) {
            let trigger = self.strands[id].trigger;
            let event = self.emit_after(now, id, trigger, kind);
            self.strands[id].trigger = event;
        }
        let catchers = state.recovery().map(|recovery| recovery.catchers.as_slice()).unwrap_or_default();
        match catchers.iter().find(|catcher| failure.matches(&catcher.errors)) {
            Some(catcher) => {
                self.drop_children(id);
                if let Err(fault) = self.catch(now, id, state, catcher, &failure) {
                    let (failure, location) = self.failure_of(id, state, fault);
                    self.tell_evaluation(now, id, &failure, location);
                    self.fail_strand(now, id, failure);
                }
            }
            None => self.fail_strand(now, id, failure),
        }
    }

    /// Tries again later, if the retrier is not used up.
    fn retry<R: Record>(&mut self, now: &mut Now<'_, R>, id: StrandId, n: usize, retrier: &Retrier) -> bool {
        let key = self.attempt_key(id).with(JITTER);
        let strand = &mut self.strands[id];
        if strand.retries.len() <= n {
            strand.retries.resize(n + 1, 0);
        }
        let Some(used) = strand.retries.get_mut(n) else { return false };
        if *used >= retrier.max_attempts {
            return false;
        }
        let full = retrier.wait(*used);
        let delay = if retrier.full_jitter { spread(full, key) } else { full };
        *used += 1;
        strand.spread = retrier.full_jitter.then_some(full);
        self.drop_children(id);
        let token = self.strands.next_token(id);
        self.strands[id].phase = Phase::Retrying;
        self.effects.push_back(Effect::Sleep { token, until: now.at + delay });
        true
    }

    fn catch<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        state: &State,
        catcher: &Catcher,
        failure: &Failure,
    ) -> Result<(), Fault> {
        let error = failure.output();
        let strand = &self.strands[id];
        let (output, assigned) = match state.language {
            QueryLanguage::JsonPath => {
                let assigned = match &catcher.assign {
                    Some(assign) => self.query(now.at, id, &error, |scope| super::states::evaluate(assign, scope))?,
                    None => Vec::new(),
                };
                (super::states::place(&catcher.result_path, &strand.input, error)?, assigned)
            }
            QueryLanguage::Jsonata => self.query_after(now.at, id, &strand.input, None, Some(&error), |scope| {
                let output = catcher.output.as_ref().map(|template| template.evaluate(scope)).transpose()?;
                let assigned: Result<Vec<(Text, Value)>, QueryError> =
                    catcher.assign.as_ref().map_or(Ok(Vec::new()), |assign| super::states::evaluate(assign, scope));
                Ok((output.unwrap_or_else(|| error.clone()), assigned?))
            })?,
        };
        self.check_size(state, &output)?;
        self.check_assigned(id, state, &assigned)?;
        self.exit(now, id, output, assigned, Next::State(catcher.next));
        Ok(())
    }

    /// Goes on with an execution that did not succeed, from where it stopped (RedriveExecution). Whether it could.
    pub fn redrive<R: Record>(&mut self, at: crate::base::Time, record: &mut R) -> bool {
        if !matches!(self.status(), Status::Failed | Status::TimedOut | Status::Aborted) {
            return false;
        }
        let now = &mut Now { at, record };
        let scopes: Vec<ScopeId> = self.scopes.ids().collect();
        for scope in scopes {
            let entry = &mut self.scopes[scope];
            if matches!(entry.status, Status::Running | Status::Succeeded) {
                continue;
            }
            entry.status = Status::Running;
            entry.stopped = None;
            entry.failure = None;
            entry.full = false;
            entry.redrives += 1;
            entry.redriven = Some(at);
            let count = entry.redrives;
            let event = self.emit_scope(now, scope, EventKind::ExecutionRedriven { count });
            for id in self.strands.ids() {
                if self.strands[id].scope == scope {
                    self.revive(id, event);
                }
            }
        }
        true
    }

    /// Lets a halted strand do the work of its state again.
    fn revive(&mut self, id: StrandId, event: crate::engine::history::EventId) {
        let entered = self.strands[id].entered.0 > 0;
        let strand = &mut self.strands[id];
        if matches!(strand.phase, Phase::Halted) {
            strand.retries.clear();
            strand.attempt = 0;
            strand.previous = event;
            strand.trigger = event;
            strand.phase = if entered { Phase::Again } else { Phase::Enter };
            self.ready.push_back(id);
        }
    }
}

/// The part of a wait that JitterStrategy FULL leaves of it; `key` is that of the attempt with [`JITTER`].
pub fn spread(wait: Delay, key: Key) -> Delay {
    Delay::from_secs_f64(wait.as_secs_f64() * key.uniform())
}

impl Retrier {
    /// How long to wait before the attempt that follows `used` earlier retries of this retrier, before jitter:
    /// min(IntervalSeconds × BackoffRate^used, MaxDelaySeconds).
    pub fn wait(&self, used: u32) -> Delay {
        let factor = libm::pow(self.backoff_rate, f64::from(used));
        let full = Delay::from_secs_f64(self.interval.as_secs_f64() * factor);
        self.max_delay.map_or(full, |max| full.min(max))
    }
}
