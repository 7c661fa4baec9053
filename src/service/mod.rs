//! The control plane: the API of AWS Step Functions as functions of an account that lives in memory.
//!
//! An [`Account`] keeps state machines, versions, aliases and executions, and moves virtual time. What it does not know
//! is the network, the clock, and any browser: a host calls [`Account::call`] with the name of an operation, or hands
//! it requests of the wire protocol ([`Account::request`]).
//!
//! ```
//! use weir::{base::Value, service::{Account, Settings}};
//! let mut account = Account::new(Settings::default());
//! let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;
//! let request = Value::object([("name", Value::from("orders")), ("definition", definition.into()),
//!     ("roleArn", "arn:aws:iam::123456789012:role/r".into()), ("publish", true.into())]);
//! let created = account.call("CreateStateMachine", &request).unwrap();
//! let version = created.get("stateMachineVersionArn").and_then(Value::as_str).unwrap();
//! assert_eq!(version, "arn:aws:states:us-east-1:123456789012:stateMachine:orders:1");
//! let error = account.call("StartExecution", &Value::object([("stateMachineArn", Value::from("nonsense"))]));
//! assert_eq!(error.unwrap_err().message, "Invalid Arn: 'Invalid ARN prefix: nonsense'");
//! ```

mod account;
pub mod activity;
pub mod alias;
mod answer;
pub mod arn;
pub mod aws_cli;
mod configuration;
mod definition;
mod document;
mod driver;
mod error;
pub mod execution;
pub mod map_run;
pub mod metrics;
mod mock_schema;
mod object;
mod page;
mod protocol;
pub mod router;
pub mod shape;
mod shapes;
pub mod state_machine;
pub mod tag;
pub mod test_state;
pub mod validate;
pub mod version;

pub use account::{Account, Clock, Settings};
pub use driver::Run;
pub use error::{Exception, ServiceError};
pub use object::Objects;
pub use protocol::{OPERATIONS, Operation, Response};
