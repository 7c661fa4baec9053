//! What other tools keep: state machines in templates of CloudFormation and SAM, and the answers of tasks in the mock
//! configuration files of Step Functions Local.
//!
//! ```
//! use weir::{asl::Definition, workspace::import};
//! let template = "Resources:\n  Flow:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: !Sub '{\"StartAt\": \"A\"}'\n";
//! let found = import::definitions(&Definition::read(template).root.to_value());
//! assert_eq!(&*found[0].0, "Flow");
//! assert_eq!(found[0].1.as_deref(), Ok("{\"StartAt\": \"A\"}"));
//! ```

use crate::asl::{Definition, StateType};
use crate::base::document::{listed, nearest};
use crate::base::sort::sort;
use crate::base::{Diagnostic, Object, Pointer, Span, Text, Value};
use crate::engine::tasks::mock::MockConfiguration;
use crate::service::Account;

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

/// Whether a document is, or is meant to be, a mock configuration.
pub fn is_mocks(document: &Value) -> bool {
    ["StateMachines", "MockedResponses"].iter().any(|key| document.get(key).is_some())
}

/// A mock configuration for the state machines of an account. Answers are found by the machine's name: where the file
/// has one machine and the account one, of another name, the file's is taken for it. Its name in the file comes with it.
/// The file comes as it was read when nobody knew yet what it is.
///
/// # Errors
/// What is wrong with the file; and that none of its state machines is here.
pub fn mocks(file: &Definition, account: &Account) -> Result<(MockConfiguration, Option<Text>), Vec<Diagnostic>> {
    let mocks = MockConfiguration::read(&file.root, &file.syntax)?;
    let pointer = Pointer::root().key("StateMachines");
    let names: Vec<Text> = mocks.machines().cloned().collect();
    let here: Vec<&str> = account.machines().map(|machine| &*machine.name).collect();
    match (names.as_slice(), here.as_slice()) {
        (names, here) if names.iter().any(|name| here.contains(&&**name)) => Ok((mocks, None)),
        ([], _) => {
            let finding = Diagnostic::error("no-machine", pointer, Span::default(), "there is no state machine in it");
            Err(vec![finding.help("put `{\"<name>\": {\"TestCases\": {…}}}` there")])
        }
        ([theirs], [ours]) => Ok((mocks.renamed(theirs, &(*ours).into()), Some(theirs.clone()))),
        (names, here) => Err(names.iter().take(MOST).map(|name| unknown_machine(name, here, true)).collect()),
    }
}

fn unknown_machine(name: &str, here: &[&str], refuses: bool) -> Diagnostic {
    let pointer = Pointer::root().key("StateMachines").key(name);
    let message = format!("there is no state machine `{name}` here");
    let target = nearest(name, here).map_or_else(|| listed(here.get(..8).unwrap_or(here)), |near| format!("`{near}`"));
    let finding = match refuses {
        true => Diagnostic::error("unknown-machine", pointer, Span::default(), message),
        false => Diagnostic::warning("unknown-machine", pointer, Span::default(), message),
    };
    finding.help(format!("if it is {target}, rename it in the file"))
}

/// What of a mock configuration is never asked for by a state machine with these definitions, or answers less than is
/// asked: states that none of them has, or that call nothing; machines that are not here; and the file's own gaps.
pub fn remarks<'t>(
    mocks: &MockConfiguration,
    machine: &str,
    here: &[&str],
    definitions: impl IntoIterator<Item = &'t str>,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let definitions: Vec<Definition> = definitions.into_iter().map(Definition::read).collect();
    let (mut states, mut tasks): (Vec<&str>, Vec<&str>) = Default::default();
    for state in definitions.iter().flat_map(|definition| definition.states.iter()) {
        states.push(&state.name);
        if state.state_type == Some(StateType::Task) {
            tasks.push(&state.name);
        }
    }
    for names in [&mut states, &mut tasks] {
        sort(names);
        names.dedup();
    }
    let pointer = Pointer::root().key("StateMachines").key(machine).key("TestCases");
    for name in mocks.test_cases(machine) {
        let Some(case) = mocks.test_case(machine, name) else { continue };
        for (state, _) in case.responses() {
            let has = |names: &[&str]| names.binary_search(&&**state).is_ok();
            let message = match has(&states) {
                _ if has(&tasks) => continue,
                true => format!("`{state}` is no Task state: it asks nobody for an answer"),
                false => format!("there is no state `{state}`"),
            };
            if found.len() >= MOST {
                return found;
            }
            let remark = Diagnostic::warning("unknown-state", pointer.key(name).key(state), Span::default(), message);
            found.push(match (nearest(state, &tasks), tasks.as_slice()) {
                (Some(near), _) => remark.help(format!("did you mean `{near}`?")),
                (None, []) => remark,
                (None, tasks) => remark.help(format!("Task states: {}", listed(tasks.get(..8).unwrap_or(tasks)))),
            });
        }
    }
    let strangers = mocks.machines().filter(|name| !here.contains(&&***name));
    found.extend(strangers.map(|name| unknown_machine(name, here, false)));
    found.extend(mocks.remarks().iter().cloned());
    found.truncate(MOST);
    found
}

/// Remarks that are made.
const MOST: usize = 100;

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
    fn mocks_are_for_the_machines_that_are_here() {
        let account = Workspace::example().account;
        let mocks = |text: &str, account: &Account| mocks(&Definition::read(text), account);
        let file = |machines: &str| {
            format!(r#"{{"StateMachines": {machines}, "MockedResponses": {{"R": {{"1": {{"Return": 1}}}}}}}}"#)
        };
        let case = r#"{"TestCases": {"C": {"Charge": "R", "Chrage": "R", "Receive": "R", "Zzz": "R"}}}"#;
        // One there and one here: it is that one.
        let (taken, from) = mocks(&file(&format!(r#"{{"Theirs": {case}}}"#)), &account).unwrap();
        assert_eq!(from.as_deref(), Some("Theirs"));
        assert!(taken.test_case("orders", "C").is_some());
        // Several, one of which is here; and the others are told.
        let (taken, from) = mocks(&file(&format!(r#"{{"Theirs": {{}}, "orders": {case}}}"#)), &account).unwrap();
        assert_eq!(from, None);
        let definition = account.machine("orders").unwrap().revision.definition.clone();
        let told: Vec<String> = remarks(&taken, "orders", &["orders"], [&*definition])
            .iter()
            .map(|remark| format!("{}: {}; {}", remark.pointer, remark.message, remark.help.as_deref().unwrap_or("")))
            .collect();
        assert_eq!(
            told,
            [
                "/StateMachines/orders/TestCases/C/Chrage: there is no state `Chrage`; did you mean `Charge`?",
                "/StateMachines/orders/TestCases/C/Receive: `Receive` is no Task state: it asks nobody for an answer; Task states: `Charge`",
                "/StateMachines/orders/TestCases/C/Zzz: there is no state `Zzz`; Task states: `Charge`",
                "/StateMachines/Theirs: there is no state machine `Theirs` here; if it is `orders`, rename it in the file",
                "/MockedResponses/R: call 0 has no answer, and a later one has; calls are counted from 0; a call without an answer fails: add `\"0\"`",
            ]
        );
        // Several, none of which is here: nobody guesses.
        let refused = mocks(&file(r#"{"Order": {}, "B": {}}"#), &account).unwrap_err();
        let told: Vec<_> = refused.iter().map(|finding| (finding.pointer.as_str(), finding.help.as_deref())).collect();
        let help = Some("if it is `orders`, rename it in the file");
        assert_eq!(told, [("/StateMachines/B", help), ("/StateMachines/Order", help)]);
        assert!(mocks(&file("{}"), &account).unwrap_err()[0].message.contains("no state machine"));
        assert_eq!(mocks("{", &account).unwrap_err()[0].code, "syntax");
        assert!(is_mocks(&Value::parse(&file("{}")).unwrap()) && !is_mocks(&Value::parse("{}").unwrap()));
    }

    #[test]
    fn mocks_are_kept_and_answer() {
        let mut workspace = Workspace::example();
        let before = workspace.to_json();
        let file = r#"{"StateMachines": {"orders": {"TestCases": {"Declined": {"Charge": "No"}}}},
            "MockedResponses": {"No": {"0-9": {"Throw": {"Error": "CardDeclined", "Cause": "mocked"}}}}}"#;
        let (taken, _) = mocks(&Definition::read(file), &workspace.account).unwrap();
        workspace.account.set_mock_configuration(Some(taken));
        let mut again = Workspace::parse(&workspace.to_json()).unwrap();
        assert_eq!(again.to_json(), workspace.to_json());
        let arn = format!("{}:PROD#Declined", again.account.machine("orders").unwrap().arn);
        let input = again.inputs.pointer("/0/json").unwrap().to_json();
        let request = Value::object([("stateMachineArn", Value::from(arn)), ("input", input.into())]);
        let started = again.account.call("StartExecution", &request).unwrap();
        let arn = started.get("executionArn").cloned().unwrap();
        let history = again.account.call("GetExecutionHistory", &Value::object([("executionArn", arn)]));
        assert!(history.unwrap().to_json().contains("CardDeclined"));
        // A document of before there were any opens as it did.
        assert!(Workspace::parse(&before).unwrap().account.mock_configuration().is_none());
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
