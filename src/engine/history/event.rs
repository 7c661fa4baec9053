//! The one vocabulary of what happens in an execution: the events of GetExecutionHistory.

use crate::asl::StateId;
use crate::base::{Text, Time, Value};
use crate::engine::interpreter::Failure;
use crate::id;

id! {
    /// A history of its own: the execution itself is the first, each child execution of a Map in distributed mode has
    /// another.
    pub ScopeId,
}

/// The number of an event in its history, from 1. Zero stands for "none".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u32);

/// Something that happened, as GetExecutionHistory tells it.
#[derive(Clone, Debug)]
pub struct Event {
    pub scope: ScopeId,
    pub id: EventId,
    /// The event that led to it: not always the one before.
    pub previous: EventId,
    pub at: Time,
    /// The state that it happened in, where it happened in one.
    pub state: Option<StateId>,
    pub kind: EventKind,
}

/// Payloads are null where the [`Record`](super::Record) takes no data.
#[derive(Clone, Debug)]
pub enum EventKind {
    ExecutionStarted {
        input: Value,
    },
    ExecutionSucceeded {
        output: Value,
    },
    ExecutionFailed(Failure),
    ExecutionTimedOut(Failure),
    ExecutionAborted(Failure),
    ExecutionRedriven {
        count: u32,
    },
    /// `PassStateEntered` and its like, by the type of the state.
    StateEntered {
        input: Value,
    },
    StateExited {
        output: Value,
        assigned: Option<Value>,
    },
    /// A Task, Wait, Parallel or Map state that did not come to its end.
    StateAborted,
    TaskScheduled(Box<Scheduled>),
    TaskStarted {
        worker: Option<Text>,
    },
    TaskStartFailed(Failure),
    TaskSubmitted {
        output: Value,
    },
    TaskSubmitFailed(Failure),
    TaskSucceeded {
        output: Value,
    },
    TaskFailed(Failure),
    TaskTimedOut(Failure),
    MapStateStarted {
        length: u32,
    },
    MapStateSucceeded,
    MapStateFailed,
    MapIterationStarted {
        index: u32,
    },
    MapIterationSucceeded {
        index: u32,
    },
    MapIterationFailed {
        index: u32,
    },
    MapIterationAborted {
        index: u32,
    },
    MapRunStarted {
        arn: Text,
        limits: Box<RunLimits>,
    },
    MapRunSucceeded,
    MapRunFailed(Failure),
    MapRunAborted,
    ParallelStateStarted,
    ParallelStateSucceeded,
    ParallelStateFailed,
    EvaluationFailed {
        failure: Failure,
        location: Text,
    },
}

/// What bounds a Map Run, as DescribeMapRun tells it.
#[derive(Clone, Debug)]
pub struct RunLimits {
    /// Zero: none is said.
    pub concurrency: u32,
    pub tolerated_count: i64,
    pub tolerated_percentage: f64,
}

/// What a Task was called with.
#[derive(Clone, Debug)]
pub struct Scheduled {
    pub parameters: Value,
    pub timeout: Option<i64>,
    pub heartbeat: Option<i64>,
    /// The RoleArn of Credentials.
    pub role: Option<Value>,
}
