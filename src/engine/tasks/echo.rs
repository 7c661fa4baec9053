//! What a call answers that nothing was said about.

use crate::asl::program::Resource;
use crate::base::Value;

/// The answer of a call that gives back what it was given, in the shape of its integration: a function behind
/// `lambda:invoke` answers with its `Payload`, anything else with its arguments.
///
/// ```
/// use weir::{asl::program::Resource, base::Value, engine::tasks::echo};
/// let invoke = Resource::parse(&"arn:aws:states:::lambda:invoke".into());
/// let arguments = Value::parse(r#"{"FunctionName": "f", "Payload": {"total": 3}}"#).unwrap();
/// let answer = echo(Some(&invoke), &arguments);
/// assert_eq!(answer.pointer("/Payload/total"), Some(&Value::from(3_i64)));
/// ```
pub fn echo(resource: Option<&Resource>, arguments: &Value) -> Value {
    match resource {
        Some(Resource::Service(service)) if &*service.service == "lambda" && service.action.starts_with("invoke") => {
            Value::object([
                ("ExecutedVersion", Value::from("$LATEST")),
                ("Payload", arguments.get("Payload").cloned().unwrap_or_else(|| crate::base::Object::new().into())),
                ("StatusCode", Value::from(200_i64)),
            ])
        }
        _ => arguments.clone(),
    }
}
