//! State machines in what other tools keep: templates of CloudFormation and SAM.
//!
//! ```
//! use weir::{asl::Definition, workspace::import};
//! let template = "Resources:\n  Flow:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: !Sub '{\"StartAt\": \"A\"}'\n";
//! let found = import::definitions(&Definition::read(template).root.to_value());
//! assert_eq!(&*found[0].0, "Flow");
//! assert_eq!(found[0].1.as_deref(), Ok("{\"StartAt\": \"A\"}"));
//! ```

use crate::base::{Object, Text, Value};

/// The logical ids of the state machines of a template, each with its definition or why there is none. What a function of
/// the template makes stands as `${…}` in it, as `DefinitionSubstitutions` does.
pub fn definitions(template: &Value) -> Vec<(Text, Result<String, String>)> {
    let resources = template.get("Resources").and_then(Value::as_object);
    let mut found = Vec::new();
    for (id, resource) in resources.into_iter().flat_map(Object::iter) {
        let kind = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
        if !matches!(kind, "AWS::StepFunctions::StateMachine" | "AWS::Serverless::StateMachine") {
            continue;
        }
        let property = |name: &str| resource.get("Properties").and_then(|properties| properties.get(name));
        let definition = if let Some(definition) = property("DefinitionString") {
            text(definition).ok_or_else(|| "its `DefinitionString` is made when it is deployed".to_owned())
        } else if let Some(definition) = property("Definition") {
            Ok(plain(definition).to_pretty() + "\n")
        } else if let Some(place) = property("DefinitionUri").or(property("DefinitionS3Location")) {
            let place = place.as_str().map_or_else(|| place.to_json(), str::to_owned);
            Err(format!("its definition is in `{place}`: open that file"))
        } else {
            Err("it has no definition".to_owned())
        };
        found.push((id.clone(), definition));
    }
    found
}

/// A value without the functions of templates: what they make is a text.
fn plain(value: &Value) -> Value {
    if let Some(text) = text(value) {
        return text.into();
    }
    match value {
        Value::Object(object) => Value::object(object.iter().map(|(key, inner)| (key.clone(), plain(inner)))),
        Value::Array(array) => Value::array(array.iter().map(plain)),
        _ => value.clone(),
    }
}

/// A text, or what a function makes of texts.
fn text(value: &Value) -> Option<String> {
    if let Some(text) = value.as_str() {
        return Some(text.to_owned());
    }
    let mut members = value.as_object()?.iter();
    let ((name, argument), None) = (members.next()?, members.next()) else { return None };
    match &**name {
        "Ref" => Some(format!("${{{}}}", argument.as_str()?)),
        "Fn::GetAtt" => {
            let parts = argument.as_array().map(|parts| parts.iter().filter_map(Value::as_str).collect::<Vec<_>>());
            Some(format!(
                "${{{}}}",
                argument.as_str().map_or_else(|| parts.unwrap_or_default().join("."), str::to_owned)
            ))
        }
        "Fn::Sub" => argument.as_str().or_else(|| argument.as_array()?.iter().next()?.as_str()).map(str::to_owned),
        "Fn::Join" => {
            let (separator, list) = (argument.pointer("/0")?.as_str()?, argument.pointer("/1")?.as_array()?);
            Some(list.iter().map(text).collect::<Option<Vec<String>>>()?.join(separator))
        }
        "Fn::ImportValue" | "Fn::FindInMap" => Some(format!("${{{name}}}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::Definition;
    use crate::workspace::Workspace;
    use crate::workspace::export::{Format, export};

    #[test]
    fn reads_what_is_written_here() {
        for format in [Format::CloudFormation, Format::Sam] {
            let made = export(&Workspace::example(), None, format).unwrap();
            let found = definitions(&Value::parse(&made.text).unwrap());
            let [(id, Ok(definition))] = found.as_slice() else { panic!("{found:?}") };
            assert_eq!(&**id, "Orders");
            let kept = Workspace::example();
            let newest = &kept.account.machine("orders").unwrap().versions[&2].revision.definition;
            assert_eq!(Value::parse(definition).unwrap(), Value::parse(newest).unwrap());
        }
    }

    #[test]
    fn functions_become_placeholders() {
        let template = r#"
Resources:
  Queue: {Type: AWS::SQS::Queue}
  One:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: A
        States:
          A: {Type: Task, Resource: !GetAtt Charge.Arn, Parameters: {Queue: !Ref Queue, "x.$": $.x}, End: true}
  Two:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: !Join ["", ['{"StartAt": "', !Ref First, '"}']]
  Three:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: flows/three.asl.json}
  Four:
    Type: AWS::StepFunctions::StateMachine
"#;
        let found = definitions(&Definition::read(template).root.to_value());
        let ids: Vec<&str> = found.iter().map(|(id, _)| &**id).collect();
        assert_eq!(ids, ["One", "Two", "Three", "Four"]);
        let one = Value::parse(found[0].1.as_deref().unwrap()).unwrap();
        assert_eq!(one.pointer("/States/A/Resource").and_then(Value::as_str), Some("${Charge.Arn}"));
        assert_eq!(one.pointer("/States/A/Parameters").unwrap().to_json(), r#"{"Queue":"${Queue}","x.$":"$.x"}"#);
        assert_eq!(found[1].1.as_deref(), Ok(r#"{"StartAt": "${First}"}"#));
        assert!(found[2].1.as_ref().unwrap_err().contains("flows/three.asl.json"));
        assert!(found[3].1.is_err());
        assert_eq!(definitions(&Value::Null), []);
    }
}
