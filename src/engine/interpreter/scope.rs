//! What has a history of its own: the execution, and each child execution of a Map in distributed mode.

use super::context::Identity;
use super::strand::StrandId;
use super::{Failure, ScopeId};
use crate::base::{Time, Value};
use crate::engine::history::EventId;
use std::rc::Rc;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Status {
    #[default]
    Running,
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
}

impl Status {
    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Status::Running => "RUNNING",
            Status::Succeeded => "SUCCEEDED",
            Status::Failed => "FAILED",
            Status::TimedOut => "TIMED_OUT",
            Status::Aborted => "ABORTED",
        }
    }
}

#[derive(Debug)]
pub(super) struct Scope {
    pub identity: Rc<Identity>,
    pub input: Value,
    pub started: Time,
    pub stopped: Option<Time>,
    pub status: Status,
    pub output: Option<Value>,
    pub failure: Option<Failure>,
    pub last_event: EventId,
    /// Its history is full; it is about to fail for that.
    pub full: bool,
    pub redrives: u32,
    pub redriven: Option<Time>,
    /// The strand in the Map state that started it, and the index of its item or batch.
    pub owner: Option<(StrandId, u32)>,
}

impl Scope {
    pub fn new(identity: Rc<Identity>, input: Value, started: Time, owner: Option<(StrandId, u32)>) -> Scope {
        Scope {
            identity,
            input,
            started,
            stopped: None,
            status: Status::Running,
            output: None,
            failure: None,
            last_event: EventId(0),
            full: false,
            redrives: 0,
            redriven: None,
            owner,
        }
    }

    pub fn as_child(&self, scope: ScopeId) -> Option<ChildExecution<'_>> {
        let (_, index) = self.owner?;
        Some(ChildExecution {
            scope,
            index,
            identity: &self.identity,
            input: &self.input,
            status: self.status,
            output: self.output.as_ref(),
            failure: self.failure.as_ref(),
            started: self.started,
            stopped: self.stopped,
        })
    }
}

/// A child execution of a Map in distributed mode, seen from outside.
#[derive(Clone, Debug)]
pub struct ChildExecution<'e> {
    /// Whose events are its history.
    pub scope: ScopeId,
    /// The index of its item or batch.
    pub index: u32,
    pub identity: &'e Identity,
    pub input: &'e Value,
    pub status: Status,
    pub output: Option<&'e Value>,
    pub failure: Option<&'e Failure>,
    pub started: Time,
    pub stopped: Option<Time>,
}
