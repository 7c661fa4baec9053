//! The errors of a running machine: plain values that Retry and Catch match.

use crate::asl::program::ErrorName;
use crate::base::{Object, Text, Value};

/// Error and Cause, as in the history. A Fail state or a callback may give neither.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    pub error: Option<Text>,
    pub cause: Option<Text>,
    /// A timeout for want of heartbeats, which `States.HeartbeatTimeout` catches as well.
    pub heartbeat: bool,
}

impl Failure {
    pub fn new(error: &str, cause: impl Into<Text>) -> Failure {
        Failure { error: Some(error.into()), cause: Some(cause.into()), heartbeat: false }
    }

    /// A failure with a name and nothing to say.
    pub fn named(error: &str) -> Failure {
        Failure { error: Some(error.into()), cause: None, heartbeat: false }
    }

    pub fn timeout() -> Failure {
        Failure::named("States.Timeout")
    }

    /// What a catcher is given: the Error Output.
    pub fn output(&self) -> Value {
        let mut output = Object::with_capacity(2);
        output.insert("Error".into(), self.error.clone().into());
        // A timeout has no cause in the history, but an empty one here.
        let cause = self.cause.clone().or_else(|| self.error.as_deref().is_some_and(is_timeout).then(|| "".into()));
        output.insert("Cause".into(), cause.into());
        output.into()
    }

    /// Whether it is what the runtime could not make sense of, which nothing catches, not even by its name.
    pub fn is_terminal(&self) -> bool {
        self.error.as_deref() == Some("States.Runtime")
    }

    /// Whether an ErrorEquals covers it.
    pub fn matches(&self, names: &[ErrorName]) -> bool {
        let error = self.error.as_deref().unwrap_or("");
        if self.is_terminal() {
            return false;
        }
        names.iter().any(|name| match name {
            ErrorName::All => true,
            ErrorName::TaskFailed => !is_timeout(error),
            ErrorName::Timeout => is_timeout(error),
            ErrorName::Named(name) => **name == *error || (self.heartbeat && **name == *"States.HeartbeatTimeout"),
        })
    }
}

fn is_timeout(error: &str) -> bool {
    matches!(error, "States.Timeout" | "States.HeartbeatTimeout")
}
