//! What a state machine is configured with besides its definition and role: logging, tracing, encryption.

use super::ServiceError;
use super::shape::{Shape, request, response};
use super::shapes::ARN;
use crate::base::Text;

request! {
    /// Where and how much an execution logs.
    LoggingConfiguration as "LoggingConfiguration" {
        level "level": Option<Text> = Shape::words(&["ALL", "ERROR", "FATAL", "OFF"]),
        include_execution_data "includeExecutionData": Option<bool> = Shape::Boolean,
        destinations "destinations": Option<Vec<LogDestination>> = Shape::list(&Shape::Structure(&LogDestination::SHAPE)),
    }
}

request! {
    LogDestination as "LogDestination" {
        group "cloudWatchLogsLogGroup": Option<LogGroup> = Shape::Structure(&LogGroup::SHAPE),
    }
}

request! {
    LogGroup as "CloudWatchLogsLogGroup" { arn "logGroupArn": Option<Text> = ARN }
}

request! {
    /// X-Ray.
    TracingConfiguration as "TracingConfiguration" { enabled "enabled": Option<bool> = Shape::Boolean }
}

request! {
    /// The key that data are encrypted with.
    EncryptionConfiguration as "EncryptionConfiguration" {
        key "kmsKeyId": Option<Text> = Shape::text(1, 2048),
        reuse_seconds "kmsDataKeyReusePeriodSeconds": Option<i64> = Shape::integer(60, 900),
        kind "type": Text = Shape::words(&[OWNED_KEY, CUSTOMER_KEY]),
    }
}

const OWNED_KEY: &str = "AWS_OWNED_KEY";
const CUSTOMER_KEY: &str = "CUSTOMER_MANAGED_KMS_KEY";

response! {
    /// A logging configuration that AWS takes.
    Logging {
        destinations "destinations": Option<Vec<Destination>>,
        include_execution_data "includeExecutionData": bool,
        level "level": Text,
    }
}

response! { Destination { group "cloudWatchLogsLogGroup": Option<Group> } }

response! { Group { arn "logGroupArn": Option<Text> } }

response! { Tracing { enabled "enabled": bool } }

response! {
    Encryption {
        key "kmsKeyId": Option<Text>,
        reuse_seconds "kmsDataKeyReusePeriodSeconds": Option<i64>,
        kind "type": Text,
    }
}

impl Default for Logging {
    fn default() -> Logging {
        Logging { destinations: None, include_execution_data: false, level: "OFF".into() }
    }
}

impl Logging {
    /// # Errors
    /// InvalidLoggingConfiguration: something is to be logged, but not to exactly one place.
    pub fn new(asked: LoggingConfiguration) -> Result<Logging, ServiceError> {
        let level = asked.level.unwrap_or_else(|| "OFF".into());
        let count = asked.destinations.as_ref().map_or(0, Vec::len);
        if count > 1 || (&*level != "OFF" && count != 1) {
            return Err(ServiceError::new(
                "InvalidLoggingConfiguration",
                "Invalid Logging Configuration: Must specify exactly one Log Destination.",
            ));
        }
        let group = |group: LogGroup| Group { arn: group.arn };
        let destination = |destination: LogDestination| Destination { group: destination.group.map(group) };
        let destinations = asked.destinations.map(|all| all.into_iter().map(destination).collect());
        Ok(Logging { destinations, include_execution_data: asked.include_execution_data.unwrap_or(false), level })
    }
}

impl Tracing {
    pub fn new(asked: &TracingConfiguration) -> Tracing {
        Tracing { enabled: asked.enabled.unwrap_or(false) }
    }
}

impl Default for Encryption {
    fn default() -> Encryption {
        Encryption { key: None, reuse_seconds: None, kind: OWNED_KEY.into() }
    }
}

impl Encryption {
    /// # Errors
    /// InvalidEncryptionConfiguration: a key of the customer's without its id, or an id without such a key.
    pub fn new(asked: EncryptionConfiguration) -> Result<Encryption, ServiceError> {
        let customer = &*asked.kind == CUSTOMER_KEY;
        let invalid = |reason: &str| {
            let message = format!("Invalid Encryption Configuration: {reason}");
            Err(ServiceError::new("InvalidEncryptionConfiguration", message))
        };
        match (customer, &asked.key) {
            (true, None) => invalid("kmsKeyId must be specified when type is CUSTOMER_MANAGED_KMS_KEY"),
            (false, Some(_)) => invalid("kmsKeyId must not be specified when type is AWS_OWNED_KEY"),
            _ => {
                let reuse_seconds = asked.reuse_seconds.or(customer.then_some(300));
                Ok(Encryption { key: asked.key, reuse_seconds, kind: asked.kind })
            }
        }
    }
}
