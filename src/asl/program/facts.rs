//! What the results of a program can depend on besides its input and the answers of its tasks.

use super::walk::{Query, queries};
use super::{Kind, State, Until};
use crate::asl::query::{Expression, Path, Root};

/// Where all are false, an execution is a function of its input and of the answers to its tasks: whoever knows one run
/// knows all that get the same answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Any part of the context object is read (`$$`, `$states.context`).
    pub context: bool,
    /// Instants are read: StartTime, EnteredTime, `$now`, `$millis`, or a Wait until a timestamp.
    pub clock: bool,
    /// The name or ARN of the execution is read.
    pub identity: bool,
    /// A task token is read.
    pub token: bool,
    /// Random numbers or UUIDs are drawn without a seed.
    pub entropy: bool,
    /// A Map in distributed mode.
    pub distributed: bool,
}

impl Facts {
    fn see_expression(&mut self, expression: &Expression) {
        let uses = expression.uses();
        self.clock |= uses.clock;
        self.entropy |= uses.entropy;
        for names in expression.context_paths() {
            self.see_context(&names);
        }
    }

    fn see_path(&mut self, path: &Path) {
        if *path.root() == Root::Context {
            self.see_context(&path.leading_names());
        }
    }

    /// A read below the context object, by the names of which it is certain.
    fn see_context(&mut self, names: &[&str]) {
        self.context = true;
        match names {
            ["Execution", "Input" | "RoleArn" | "RedriveCount", ..] | ["StateMachine", ..] | ["Map", ..] => {}
            ["State", "Name" | "RetryCount", ..] => {}
            ["Execution", "StartTime" | "RedriveTime", ..] | ["State", "EnteredTime", ..] => self.clock = true,
            ["Execution", "Name" | "Id", ..] => self.identity = true,
            ["Task", ..] => self.token = true,
            ["State", ..] => self.clock = true,
            ["Execution", ..] => (self.clock, self.identity) = (true, true),
            _ => (self.clock, self.identity, self.token) = (true, true, true),
        }
    }

    /// Every query of a state.
    pub(super) fn see_state(&mut self, state: &State) {
        queries(state, &mut |query| match query {
            Query::Path(path) => self.see_path(path),
            Query::Intrinsic(call) => {
                self.entropy |= call.uses_entropy();
                call.paths(&mut |path| self.see_path(path));
            }
            Query::Jsonata(expression) => self.see_expression(expression),
        });
        match &state.kind {
            // How long it waits depends on when it is reached.
            Kind::Wait { until: Until::Timestamp(_), .. } => self.clock = true,
            // What it reads and writes is not told here: nothing about such a run is taken for granted.
            Kind::Map(map) if map.distributed.is_some() => self.distributed = true,
            _ => {}
        }
    }
}
