//! Why a query gave no value, in AWS's words.

use super::intrinsic;
use super::path::{Path, PathError};
use crate::base::{Text, Value};

/// A query that failed while a state ran. The interpreter adds which state, and gives it the error name that AWS does.
#[derive(Clone, Debug)]
pub enum QueryError {
    /// A path on its own, as in InputPath.
    Path {
        text: Text,
        error: PathError,
    },
    /// A path of a state whose input is null.
    NullInput,
    /// A ResultPath that does not fit the input.
    ResultPath {
        text: Text,
        input: Value,
    },
    /// A path in a payload template.
    Field {
        text: Text,
        field: Text,
        input: Value,
    },
    Intrinsic {
        text: Text,
        reason: String,
    },
    Jsonata {
        text: Text,
        field: Text,
        problem: Unexpected,
    },
    /// What a Wait state was given is no instant; only in JSONata is that an error of the query.
    Timestamp {
        value: Text,
    },
    /// The result nests deeper than values may.
    TooDeep,
}

/// What is wrong with the result of a JSONata expression.
#[derive(Clone, Debug)]
pub enum Unexpected {
    Undefined,
    /// `. T1006: Attempted to invoke a non-function`
    Threw {
        tail: String,
    },
    Type {
        expected: &'static str,
        found: Value,
    },
    /// A number that the field cannot take.
    Range {
        expected: NumberRange,
        found: Value,
    },
    /// A function, which is no JSON.
    Unsupported,
}

/// Which numbers a field takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumberRange {
    pub from: i64,
    pub to: i64,
    /// Whether it takes fractions.
    pub fractions: bool,
}

impl NumberRange {
    pub const fn integers(from: i64, to: i64) -> NumberRange {
        NumberRange { from, to, fractions: false }
    }

    pub fn holds(self, value: &Value) -> bool {
        match value.as_i64() {
            Some(int) => (self.from..=self.to).contains(&int),
            None => {
                let inside = |float: f64| (self.from as f64..=self.to as f64).contains(&float);
                self.fractions && value.as_f64().is_some_and(inside)
            }
        }
    }
}

impl std::fmt::Display for NumberRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = if self.fractions { "a number" } else { "an integer" };
        match self.to {
            i64::MAX => write!(f, "{what} of at least {}", self.from),
            to => write!(f, "{what} from {} to {to}", self.from),
        }
    }
}

impl QueryError {
    pub fn path(path: &Path, error: PathError) -> QueryError {
        QueryError::Path { text: path.text().clone(), error }
    }

    /// The name that Retry and Catch see.
    pub fn error_name(&self) -> &'static str {
        match self {
            // AWS documents `States.IntrinsicFailure` for intrinsic functions, but was only seen to say this.
            QueryError::Path { .. }
            | QueryError::NullInput
            | QueryError::Field { .. }
            | QueryError::Intrinsic { .. } => "States.Runtime",
            // Here, too, what was seen: the documented name is `States.ResultPathMatchFailure`.
            QueryError::ResultPath { .. } => "States.ReferencePathConflict",
            QueryError::Jsonata { .. } | QueryError::Timestamp { .. } => "States.QueryEvaluationError",
            QueryError::TooDeep => "States.DataLimitExceeded",
        }
    }

    /// The field of the state whose JSONata failed, as EvaluationFailed events name it.
    pub fn location(&self) -> Option<Text> {
        match self {
            QueryError::Jsonata { field, .. } => Some(field.clone()),
            QueryError::Timestamp { .. } => Some("Timestamp".into()),
            _ => None,
        }
    }

    /// What AWS says behind "An error occurred while executing the state …".
    pub fn reason(&self) -> String {
        match self {
            QueryError::Path { text, error } => format!("Invalid path '{text}' : {error}"),
            QueryError::NullInput => "Unable to apply Path transformation to null or empty input.".to_owned(),
            QueryError::ResultPath { text, input } => {
                format!("Unable to apply ReferencePath {text} to input {}", input.to_json())
            }
            QueryError::Field { text, field, input } => format!(
                "The JSONPath '{text}' specified for the field '{field}' could not be found in the input '{}'",
                input.to_json()
            ),
            QueryError::Intrinsic { text, reason } => {
                format!("The function '{text}' had the following error: {reason}")
            }
            QueryError::Timestamp { value } => {
                format!(
                    "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: {value}"
                )
            }
            QueryError::TooDeep => "The result is nested deeper than 1000 levels.".to_owned(),
            QueryError::Jsonata { text, field, problem } => {
                let what = format!("The JSONata expression '{text}' specified for the field '{field}'");
                match problem {
                    Unexpected::Undefined => format!("{what} returned nothing (undefined)."),
                    Unexpected::Threw { tail } => format!("{what} threw an error during evaluation{tail}"),
                    // AWS documents that such a value fails the query, but not in which words.
                    Unexpected::Range { expected, found } => {
                        format!(
                            "{what} returned a value that is out of range. Expected {expected}, but was {}",
                            found.to_json()
                        )
                    }
                    Unexpected::Unsupported => format!("{what} returned an unsupported result type."),
                    Unexpected::Type { expected, found } => format!(
                        "{what} returned an unexpected result type. Expected '{expected}', but was '{}' for value: {}",
                        found.type_name(),
                        found.to_json()
                    ),
                }
            }
        }
    }
}

impl From<intrinsic::Failure> for QueryError {
    fn from(failure: intrinsic::Failure) -> QueryError {
        QueryError::Intrinsic { text: failure.call, reason: failure.reason }
    }
}
