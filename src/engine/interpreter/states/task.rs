//! Task: calls a resource and takes its answer.

use super::super::run::{Fault, Work};
use super::super::strand::{Phase, StrandId};
use super::super::{Answer, Call, Effect, Execution, Failure, Invoke, Now};
use super::io::too_large;
use crate::asl::program::{Resource, Source, State, Task};
use crate::asl::query::NumberRange;
use crate::base::{Delay, Value};
use crate::engine::history::{EventKind, Record, Scheduled};

/// What TimeoutSeconds and HeartbeatSeconds may be.
const BOUNDS: NumberRange = NumberRange::integers(1, 99_999_999);

impl Execution {
    pub(in super::super) fn call_task<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        state: &State,
        task: &Task,
    ) -> Result<Work, Fault> {
        let timeout = self.bound(now, id, state, task.timeout.as_ref(), "TimeoutSeconds")?;
        let heartbeat = self.bound(now, id, state, task.heartbeat.as_ref(), "HeartbeatSeconds")?;
        let arguments = self.arguments(now, id, state)?;
        let credentials = match &task.credentials {
            Some(template) => {
                let input = self.effective_input(now, id, state)?;
                Some(self.query(now.at, id, &input, |scope| template.evaluate(scope))?)
            }
            None => None,
        };
        let role = credentials.as_ref().and_then(|credentials| credentials.get("RoleArn").cloned());
        let parameters = super::super::data::<R>(&arguments);
        let scheduled = Box::new(Scheduled { parameters, timeout, heartbeat, role });
        self.strands[id].phase = if matches!(task.resource, Resource::Activity(_)) {
            // Whether there is such an activity, and when a worker takes the task, is for the world to say.
            Phase::Proposed(scheduled)
        } else {
            self.emit(now, id, EventKind::TaskScheduled(scheduled));
            self.emit(now, id, EventKind::TaskStarted { worker: None });
            Phase::Calling
        };
        let deadline = timeout.map(|secs| now.at + Delay::from_secs(secs.unsigned_abs()));
        let heartbeat = heartbeat.map(|secs| Delay::from_secs(secs.unsigned_abs()));
        self.invoke(id, Call::Task, arguments, deadline, heartbeat);
        Ok(Work::Under)
    }

    pub(in super::super) fn invoke(
        &mut self,
        id: StrandId,
        call: Call,
        arguments: Value,
        deadline: Option<crate::base::Time>,
        heartbeat: Option<Delay>,
    ) {
        let token = self.strands.next_token(id);
        let key = self.attempt_key(id);
        let strand = &self.strands[id];
        let (scope, state, attempt) = (strand.scope, strand.state, strand.attempt);
        let invoke = Invoke { token, scope, state, call, arguments, deadline, heartbeat, key, attempt };
        self.effects.push_back(Effect::Invoke(Box::new(invoke)));
    }

    pub(in super::super) fn task_answered<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        task: &Task,
        answer: Answer,
    ) -> Result<Work, Fault> {
        let failed = |kind: fn(Failure) -> EventKind, failure: Failure| (kind(failure.clone()), failure);
        let (event, failure) = match answer {
            Answer::Succeeded(output) => {
                if output.json_len() > self.limits.payload {
                    let name = match &task.resource {
                        Resource::Service(service) => &service.service,
                        other => other.arn(),
                    };
                    failed(EventKind::TaskFailed, too_large(name))
                } else {
                    let told = super::super::data::<R>(&output);
                    let event = self.emit(now, id, EventKind::TaskSucceeded { output: told });
                    self.strands[id].trigger = event;
                    return Ok(Work::Result(output));
                }
            }
            Answer::Failed(failure) => failed(EventKind::TaskFailed, failure),
            Answer::SubmitFailed(failure) => failed(EventKind::TaskSubmitFailed, failure),
            Answer::TimedOut => failed(EventKind::TaskTimedOut, Failure::timeout()),
            Answer::HeartbeatTimedOut => {
                failed(EventKind::TaskTimedOut, Failure { heartbeat: true, ..Failure::timeout() })
            }
            Answer::Missing => {
                return Err(Fault::Runtime(format!("The activity {} does not exist.", task.resource.arn())));
            }
            // Progress is told where it arrives.
            Answer::Scheduled | Answer::Started { .. } | Answer::Submitted(_) | Answer::Woken => {
                return Ok(Work::Under);
            }
        };
        let event = self.emit(now, id, event);
        self.strands[id].trigger = event;
        Err(Fault::Failure(failure))
    }

    /// TimeoutSeconds or HeartbeatSeconds.
    fn bound<R: Record>(
        &self,
        now: &Now<'_, R>,
        id: StrandId,
        state: &State,
        source: Option<&Source<i64>>,
        field: &str,
    ) -> Result<Option<i64>, Fault> {
        let Some(source) = source else { return Ok(None) };
        let value = match (self.jsonata_number(now, id, source, BOUNDS)?, source) {
            (Some(value), _) => value,
            (None, Source::Path(path)) => {
                let input = self.effective_input(now, id, state)?;
                self.query(now.at, id, &input, |scope| scope.read(path))?
            }
            (None, _) => return Ok(None),
        };
        match value.as_i64().filter(|_| BOUNDS.holds(&value)) {
            Some(secs) => Ok(Some(secs)),
            None => {
                let suffix = if matches!(source, Source::Path(_)) { "Path" } else { "" };
                Err(Fault::Runtime(format!(
                    "The {field}{suffix} field refers to a value that is not a positive integer: {}",
                    value.to_json()
                )))
            }
        }
    }
}
