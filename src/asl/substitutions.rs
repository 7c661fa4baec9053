//! Definitions as they stand in SAM and CloudFormation projects, where `${Name}` is filled in when they are deployed.
//!
//! ```
//! use weir::asl::substitutions::fill;
//! use weir::base::Value;
//! let definition = Value::parse(r#"{"Resource": "${Charge}", "Parameters": {"TableName": "${Orders}"}}"#).unwrap();
//! let given = [("Orders".into(), Value::from("orders-1"))].into();
//! let filled = fill(&definition, &given);
//! assert_eq!(filled.get("Resource").unwrap(), &Value::from("arn:aws:lambda:us-east-1:123456789012:function:Charge"));
//! assert_eq!(filled.pointer("/Parameters/TableName").unwrap(), &Value::from("orders-1"));
//! ```

use crate::base::value::MAX_DEPTH;
use crate::base::{Text, Value};
use std::collections::BTreeMap;

/// A definition with every `${Name}` replaced: by what is given for it, else by its name, or by a Lambda function of that
/// name where a whole Resource is asked for. `{"Ref": …}` and `{"Fn::GetAtt": …}` in place of a Resource, too.
pub fn fill(definition: &Value, given: &BTreeMap<Text, Value>) -> Value {
    filled(definition, given, "", MAX_DEPTH)
}

fn filled(value: &Value, given: &BTreeMap<Text, Value>, key: &str, depth: u32) -> Value {
    match value {
        Value::String(text) => filled_text(text, given, key),
        Value::Object(object) if key == "Resource" => function(&referred(object.iter().next().map(|(_, to)| to))),
        Value::Object(object) if depth > 0 => {
            Value::object(object.iter().map(|(key, value)| (key.clone(), filled(value, given, key, depth - 1))))
        }
        Value::Array(items) if depth > 0 => items.iter().map(|item| filled(item, given, key, depth - 1)).collect(),
        other => other.clone(),
    }
}

fn filled_text(text: &Text, given: &BTreeMap<Text, Value>, key: &str) -> Value {
    let whole =
        text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).filter(|name| !name.contains(['{', '}']));
    if let Some(name) = whole {
        return match given.get(name) {
            Some(value) => value.clone(),
            None if key == "Resource" => function(name),
            None => name.into(),
        };
    }
    let mut out = String::new();
    let mut rest: &str = text;
    while let Some((before, (name, after))) =
        rest.split_once("${").and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        out.push_str(before);
        match given.get(name) {
            Some(Value::String(value)) => out.push_str(value),
            Some(other) => out.push_str(&other.to_json()),
            // What is not asked for by a plain name would not do as a partition.
            None if key == "Resource" && before.ends_with("arn:") => out.push_str("aws"),
            None => out.push_str(name),
        }
        rest = after;
    }
    if out.is_empty() { Value::String(text.clone()) } else { Value::from(out + rest) }
}

/// The name that a `Ref` or `Fn::GetAtt` refers to.
fn referred(to: Option<&Value>) -> String {
    match to {
        Some(Value::Array(parts)) => referred(parts.first()),
        Some(Value::String(text)) => text.split('.').next().unwrap_or_default().to_owned(),
        _ => "Function".to_owned(),
    }
}

/// The ARN of a Lambda function of that name, without the characters that those names do not have.
fn function(name: &str) -> Value {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    format!("arn:aws:lambda:us-east-1:123456789012:function:{plain}").into()
}
