//! Requests by the name of the operation, and the AWS JSON 1.0 protocol on top.

use super::activity::*;
use super::alias::*;
use super::execution::*;
use super::map_run::*;
use super::shape::{self, Dates, Give, Structure};
use super::state_machine::*;
use super::tag::*;
use super::test_state::*;
use super::validate::*;
use super::version::*;
use super::{Account, ServiceError};
use crate::base::{Object, Value};

/// What the name of an operation is prefixed with in `X-Amz-Target`.
const TARGET: &str = "AWSStepFunctions.";

/// An answer of AWS JSON 1.0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// JSON.
    pub body: String,
}

/// An operation: its name in the API, the shape of its request.
#[derive(Debug)]
pub struct Operation {
    pub name: &'static str,
    pub request: &'static Structure,
}

macro_rules! operations {
    ($( $name:ident => $method:ident ),* $(,)?) => {
        /// All operations of the service, by name.
        pub static OPERATIONS: &[Operation] = &[$( Operation { name: stringify!($name), request: &$name::SHAPE } ),*];

        impl Account {
            pub(super) fn dispatch(&mut self, operation: &str, request: &Value, dates: Dates) -> Result<Value, ServiceError> {
                self.dates = dates;
                match operation {
                    $( stringify!($name) => {
                        let request: $name = shape::read(&$name::SHAPE, request)?;
                        let response = self.$method(request)?;
                        Ok(response.give(dates).unwrap_or_else(|| Object::new().into()))
                    } )*
                    _ => Err(ServiceError::unknown_operation()),
                }
            }
        }
    };
}

operations! {
    CreateActivity => create_activity,
    CreateStateMachine => create_state_machine,
    CreateStateMachineAlias => create_state_machine_alias,
    DeleteActivity => delete_activity,
    DeleteStateMachine => delete_state_machine,
    DeleteStateMachineAlias => delete_state_machine_alias,
    DeleteStateMachineVersion => delete_state_machine_version,
    DescribeActivity => describe_activity,
    DescribeExecution => describe_execution,
    DescribeMapRun => describe_map_run,
    DescribeStateMachine => describe_state_machine,
    DescribeStateMachineAlias => describe_state_machine_alias,
    DescribeStateMachineForExecution => describe_state_machine_for_execution,
    GetActivityTask => get_activity_task,
    GetExecutionHistory => get_execution_history,
    ListActivities => list_activities,
    ListExecutions => list_executions,
    ListMapRuns => list_map_runs,
    ListStateMachineAliases => list_state_machine_aliases,
    ListStateMachineVersions => list_state_machine_versions,
    ListStateMachines => list_state_machines,
    ListTagsForResource => list_tags_for_resource,
    PublishStateMachineVersion => publish_state_machine_version,
    RedriveExecution => redrive_execution,
    SendTaskFailure => send_task_failure,
    SendTaskHeartbeat => send_task_heartbeat,
    SendTaskSuccess => send_task_success,
    StartExecution => start_execution,
    StartSyncExecution => start_sync_execution,
    StopExecution => stop_execution,
    TagResource => tag_resource,
    TestState => test_state,
    UntagResource => untag_resource,
    UpdateMapRun => update_map_run,
    UpdateStateMachine => update_state_machine,
    UpdateStateMachineAlias => update_state_machine_alias,
    ValidateStateMachineDefinition => validate_state_machine_definition,
}

impl Account {
    /// Calls an operation by its name in the API reference, such as `PublishStateMachineVersion`. Instants are told as
    /// `2026-01-01T00:00:00.000Z`.
    ///
    /// # Errors
    /// The exception that AWS would throw; then nothing has changed.
    pub fn call(&mut self, operation: &str, request: &Value) -> Result<Value, ServiceError> {
        self.dispatch(operation, request, Dates::Iso)
    }

    /// Answers a request of AWS JSON 1.0: `target` is the header `X-Amz-Target`, `body` the body. It always answers.
    pub fn request(&mut self, target: &str, body: &str) -> Response {
        let answer = match target.strip_prefix(TARGET) {
            Some(operation) => {
                // An empty body is an empty request, as botocore sends it for operations without members.
                let body = if body.trim().is_empty() { "{}" } else { body };
                match Value::parse(body) {
                    Ok(request) => self.dispatch(operation, &request, Dates::Epoch),
                    Err(_) => Err(ServiceError::serialization("")),
                }
            }
            None => Err(ServiceError::unknown_operation()),
        };
        match answer {
            Ok(response) => Response { status: 200, body: response.to_json() },
            Err(error) => Response { status: error.status, body: error.body().to_json() },
        }
    }
}
