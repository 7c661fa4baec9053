//! Events as GetExecutionHistory gives them.

use super::{Event, EventKind, Scheduled};
use crate::asl::Program;
use crate::asl::program::{Kind, Resource};
use crate::base::{Object, Text, Value};
use crate::engine::interpreter::Failure;

/// What the events of an execution do not hold, but its history shows.
#[derive(Clone, Debug)]
pub struct History<'p> {
    pub program: &'p Program,
    pub role_arn: Text,
    /// For an execution that was started through a version or an alias.
    pub version_arn: Option<Text>,
    pub alias_arn: Option<Text>,
    pub region: Text,
    /// The input as the caller wrote it, which the first event repeats.
    pub input_text: Option<Text>,
    /// Without it, inputs and outputs are left out.
    pub include_data: bool,
}

/// An event ready for the outside, but for its timestamp.
#[derive(Clone, Debug)]
pub struct Exported {
    /// `TaskScheduled`.
    pub event_type: Text,
    /// `taskScheduledEventDetails` and the object there.
    pub details: Option<(Text, Object)>,
}

/// Builds the object of the details.
struct Details<'h> {
    members: Object,
    history: &'h History<'h>,
}

impl Details<'_> {
    fn put(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.members.insert(key.into(), value.into());
        self
    }

    fn maybe(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.put(key, value),
            None => self,
        }
    }

    /// A payload as the JSON text that it is on the wire, and the note beside it.
    fn data(self, key: &str, value: &Value) -> Self {
        self.text(key, value.to_json().into())
    }

    fn text(self, key: &str, text: Text) -> Self {
        let details = Value::object([("truncated", Value::Bool(false))]);
        let this = if self.history.include_data { self.put(key, text) } else { self };
        this.put(&format!("{key}Details"), details)
    }

    fn failure(self, failure: &Failure) -> Self {
        self.maybe("error", failure.error.clone()).maybe("cause", failure.cause.clone())
    }
}

impl History<'_> {
    pub fn export(&self, event: &Event) -> Exported {
        let state = event.state.map(|id| &self.program.states[id]);
        let name = || state.map_or(Value::Null, |state| state.name.clone().into());
        let kind = state.map_or("", |state| state.kind.name());
        let new = || Details { members: Object::new(), history: self };
        let (event_type, prefix, details): (String, &str, Option<Details<'_>>) = match &event.kind {
            EventKind::ExecutionStarted { input } => {
                let text = self.input_text.clone().unwrap_or_else(|| input.to_json().into());
                let details = new()
                    .text("input", text)
                    .put("roleArn", self.role_arn.clone())
                    .maybe("stateMachineAliasArn", self.alias_arn.clone())
                    .maybe("stateMachineVersionArn", self.version_arn.clone());
                ("ExecutionStarted".into(), "executionStarted", Some(details))
            }
            EventKind::ExecutionSucceeded { output } => {
                ("ExecutionSucceeded".into(), "executionSucceeded", Some(new().data("output", output)))
            }
            EventKind::ExecutionFailed(failure) => {
                ("ExecutionFailed".into(), "executionFailed", Some(new().failure(failure)))
            }
            EventKind::ExecutionTimedOut(failure) => {
                ("ExecutionTimedOut".into(), "executionTimedOut", Some(new().failure(failure)))
            }
            EventKind::ExecutionAborted(failure) => {
                ("ExecutionAborted".into(), "executionAborted", Some(new().failure(failure)))
            }
            EventKind::ExecutionRedriven { count } => {
                ("ExecutionRedriven".into(), "executionRedriven", Some(new().put("redriveCount", *count)))
            }
            EventKind::StateEntered { input } => {
                (format!("{kind}StateEntered"), "stateEntered", Some(new().data("input", input).put("name", name())))
            }
            EventKind::StateExited { output, assigned } => {
                let details = new().put("name", name()).data("output", output);
                (format!("{kind}StateExited"), "stateExited", Some(with_assigned(details, assigned.as_ref())))
            }
            EventKind::StateAborted => (format!("{kind}StateAborted"), "", None),
            EventKind::MapStateStarted { length } => {
                ("MapStateStarted".into(), "mapStateStarted", Some(new().put("length", *length)))
            }
            EventKind::MapStateSucceeded => ("MapStateSucceeded".into(), "", None),
            EventKind::MapStateFailed => ("MapStateFailed".into(), "", None),
            EventKind::MapIterationStarted { index } => {
                iteration("Started", new().put("index", *index).put("name", name()))
            }
            EventKind::MapIterationSucceeded { index } => {
                iteration("Succeeded", new().put("index", *index).put("name", name()))
            }
            EventKind::MapIterationFailed { index } => {
                iteration("Failed", new().put("index", *index).put("name", name()))
            }
            EventKind::MapIterationAborted { index } => {
                iteration("Aborted", new().put("index", *index).put("name", name()))
            }
            EventKind::MapRunStarted { arn } => {
                ("MapRunStarted".into(), "mapRunStarted", Some(new().put("mapRunArn", arn.clone())))
            }
            EventKind::MapRunSucceeded => ("MapRunSucceeded".into(), "", None),
            EventKind::MapRunAborted => ("MapRunAborted".into(), "", None),
            EventKind::MapRunFailed(failure) => ("MapRunFailed".into(), "mapRunFailed", Some(new().failure(failure))),
            EventKind::ParallelStateStarted => ("ParallelStateStarted".into(), "", None),
            EventKind::ParallelStateSucceeded => ("ParallelStateSucceeded".into(), "", None),
            EventKind::ParallelStateFailed => ("ParallelStateFailed".into(), "", None),
            EventKind::EvaluationFailed { failure, location } => {
                let details = new().failure(failure).put("location", location.clone()).put("state", name());
                ("EvaluationFailed".into(), "evaluationFailed", Some(details))
            }
            task => {
                let resource = match state.map(|state| &state.kind) {
                    Some(Kind::Task(task)) => Some(&task.resource),
                    _ => None,
                };
                return self.task(resource, task, new());
            }
        };
        let details = details.map(|details| (format!("{prefix}EventDetails").into(), details.members));
        Exported { event_type: event_type.into(), details }
    }

    /// Events of a Task, which are named after what it calls.
    fn task(&self, resource: Option<&Resource>, kind: &EventKind, details: Details<'_>) -> Exported {
        let (family, prefix) = match resource {
            Some(Resource::Lambda(_)) => ("LambdaFunction", "lambdaFunction"),
            Some(Resource::Activity(_)) => ("Activity", "activity"),
            _ => ("Task", "task"),
        };
        let service = match resource {
            Some(Resource::Service(service)) => Some(service),
            _ => None,
        };
        let details = match service {
            Some(service) => {
                details.put("resource", service.action.clone()).put("resourceType", service.service.clone())
            }
            None => details,
        };
        let (moment, details) = match kind {
            EventKind::TaskScheduled(scheduled) => ("Scheduled", Some(self.scheduled(resource, scheduled, details))),
            EventKind::TaskStarted { worker } => match resource {
                // Nothing is to be told of the start of a function.
                Some(Resource::Lambda(_)) => ("Started", None),
                _ => ("Started", Some(details.maybe("workerName", worker.clone()))),
            },
            EventKind::TaskStartFailed(failure) => ("StartFailed", Some(details.failure(failure))),
            EventKind::TaskSubmitted { output } => ("Submitted", Some(details.data("output", output))),
            EventKind::TaskSubmitFailed(failure) => match resource {
                Some(Resource::Service(_)) => ("SubmitFailed", Some(details.failure(failure))),
                _ => ("ScheduleFailed", Some(details.failure(failure))),
            },
            EventKind::TaskSucceeded { output } => ("Succeeded", Some(details.data("output", output))),
            EventKind::TaskFailed(failure) => ("Failed", Some(details.failure(failure))),
            EventKind::TaskTimedOut(failure) => ("TimedOut", Some(details.failure(failure))),
            _ => ("", None),
        };
        let details = details.map(|details| (format!("{prefix}{moment}EventDetails").into(), details.members));
        Exported { event_type: format!("{family}{moment}").into(), details }
    }

    fn scheduled<'d>(&self, resource: Option<&Resource>, scheduled: &Scheduled, details: Details<'d>) -> Details<'d> {
        let details = match resource {
            Some(Resource::Service(_)) => {
                details.put("parameters", scheduled.parameters.to_json()).put("region", self.region.clone())
            }
            Some(other) => details.put("resource", other.arn().clone()).data("input", &scheduled.parameters),
            None => details,
        };
        let role = scheduled.role.clone().map(|role| Value::object([("roleArn", role)]));
        details
            .maybe("timeoutInSeconds", scheduled.timeout)
            .maybe("heartbeatInSeconds", scheduled.heartbeat)
            .maybe("taskCredentials", role)
    }
}

fn iteration<'d>(moment: &str, details: Details<'d>) -> (String, &'static str, Option<Details<'d>>) {
    let prefix = match moment {
        "Started" => "mapIterationStarted",
        "Succeeded" => "mapIterationSucceeded",
        "Failed" => "mapIterationFailed",
        _ => "mapIterationAborted",
    };
    (format!("MapIteration{moment}"), prefix, Some(details))
}

fn with_assigned<'d>(details: Details<'d>, assigned: Option<&Value>) -> Details<'d> {
    let Some(variables) = assigned.and_then(Value::as_object) else { return details };
    let texts: Object = variables.iter().map(|(name, value)| (name.clone(), Value::from(value.to_json()))).collect();
    let note = Value::object([("truncated", Value::Bool(false))]);
    let details =
        if details.history.include_data { details.put("assignedVariables", Value::from(texts)) } else { details };
    details.put("assignedVariablesDetails", note)
}
