//! What the API refuses with: AWS's exception names and messages.

use crate::base::{Object, Value};
use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

/// An exception of the API. Nothing has changed when one is answered.
///
/// It is a pointer, because it passes through many results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceError(Box<Exception>);

/// What a [`ServiceError`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The name of the exception, as SDKs know it: `StateMachineDoesNotExist`.
    pub code: &'static str,
    pub message: String,
    /// The HTTP status.
    pub status: u16,
    /// What a ValidationException gives as its reason.
    pub reason: Option<&'static str>,
    /// Where AWS files the exception: the part of `__type` before `#`.
    namespace: &'static str,
}

/// Exceptions of Step Functions itself.
const SERVICE: &str = "com.amazonaws.swf.service.v2.model";
/// Violations of the constraints of the model, found before the service sees the request.
const CONSTRAINTS: &str = "com.amazon.coral.validate";
/// Requests that are not understood at all.
const PROTOCOL: &str = "com.amazon.coral.service";

impl Deref for ServiceError {
    type Target = Exception;

    fn deref(&self) -> &Exception {
        &self.0
    }
}

impl ServiceError {
    /// An exception that the service declares.
    pub fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> ServiceError {
        ServiceError::of(SERVICE, code, message.into())
    }

    fn of(namespace: &'static str, code: &'static str, message: Cow<'static, str>) -> ServiceError {
        let status = match code {
            "ConflictException" => 409,
            "ServiceQuotaExceededException" => 402,
            _ => 400,
        };
        ServiceError(Box::new(Exception { code, message: message.into_owned(), status, reason: None, namespace }))
    }

    /// A ValidationException that the service itself throws.
    pub fn validation(message: impl Into<Cow<'static, str>>) -> ServiceError {
        ServiceError::new("ValidationException", message)
    }

    #[must_use]
    pub fn because(mut self, reason: &'static str) -> ServiceError {
        self.0.reason = Some(reason);
        self
    }

    /// The ValidationException that counts violated constraints.
    pub(super) fn constraints(violations: &[String]) -> ServiceError {
        let noun = if violations.len() == 1 { "error" } else { "errors" };
        let message = format!("{} validation {noun} detected: {}", violations.len(), violations.join("; "));
        ServiceError::of(CONSTRAINTS, "ValidationException", message.into())
    }

    /// A body that is not JSON, or that has a value of the wrong type.
    pub(super) fn serialization(message: impl Into<Cow<'static, str>>) -> ServiceError {
        ServiceError::of(PROTOCOL, "SerializationException", message.into())
    }

    pub(super) fn unknown_operation() -> ServiceError {
        ServiceError::of(PROTOCOL, "UnknownOperationException", "".into())
    }

    /// What it says, to be kept.
    pub fn into_exception(self) -> Exception {
        *self.0
    }

    /// The error body of AWS JSON 1.0.
    pub fn body(&self) -> Value {
        let mut body = Object::with_capacity(3);
        body.insert("__type".into(), format!("{}#{}", self.namespace, self.code).into());
        if self.namespace == PROTOCOL {
            if !self.message.is_empty() {
                body.insert("Message".into(), self.message.as_str().into());
            }
        } else {
            body.insert("message".into(), self.message.as_str().into());
        }
        if let Some(reason) = self.reason {
            body.insert("reason".into(), reason.into());
        }
        body.into()
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for ServiceError {}

// The exceptions that several operations throw.
impl ServiceError {
    pub(super) fn invalid_arn(what: impl fmt::Display) -> ServiceError {
        ServiceError::new("InvalidArn", format!("Invalid Arn: '{what}'"))
    }

    pub(super) fn invalid_name(name: &str) -> ServiceError {
        ServiceError::new("InvalidName", format!("Invalid Name: '{name}'"))
    }

    pub(super) fn invalid_token() -> ServiceError {
        ServiceError::new("InvalidToken", "Invalid Token: 'Invalid token'")
    }

    pub(super) fn invalid_definition(what: impl fmt::Display) -> ServiceError {
        ServiceError::new("InvalidDefinition", format!("Invalid State Machine Definition: '{what}'"))
    }

    pub(super) fn no_machine(arn: &str) -> ServiceError {
        ServiceError::new("StateMachineDoesNotExist", format!("State Machine Does Not Exist: '{arn}'"))
    }

    pub(super) fn deleting(arn: &str) -> ServiceError {
        ServiceError::new("StateMachineDeleting", format!("State Machine Deleting: '{arn}'"))
    }

    pub(super) fn no_execution(arn: &str) -> ServiceError {
        ServiceError::new("ExecutionDoesNotExist", format!("Execution Does Not Exist: '{arn}'"))
    }

    pub(super) fn no_activity(arn: &str) -> ServiceError {
        ServiceError::new("ActivityDoesNotExist", format!("Activity Does Not Exist: '{arn}'"))
    }

    /// A tag, map run or alias whose resource is not there.
    pub(super) fn no_resource(arn: &str) -> ServiceError {
        ServiceError::new("ResourceNotFound", format!("Resource not found: '{arn}'"))
    }

    pub(super) fn no_reference() -> ServiceError {
        ServiceError::new("ResourceNotFound", "Request references a resource that does not exist.")
    }

    pub(super) fn type_not_supported() -> ServiceError {
        ServiceError::new(
            "StateMachineTypeNotSupported",
            "This operation is not supported by this type of state machine",
        )
    }
}
