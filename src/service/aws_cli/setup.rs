//! The commands that make a state machine as it stands, in an account that has none of that name: what a script begins with
//! whose other commands change it.

use super::command;
use crate::base::Value;
use crate::service::state_machine::{Revision, StateMachine, Type};
use crate::service::version::Version;
use std::rc::Rc;

/// The commands, in their order. Versions get the numbers that they have here: those that were deleted are made and deleted
/// again.
pub fn setup(machine: &StateMachine) -> Vec<String> {
    let mut commands = Vec::new();
    let mut tell = |operation: &str, members: Vec<(&'static str, Value)>| {
        commands.push(command(operation, &Value::object(members)));
    };
    let arn = || Value::from(machine.arn.clone());
    // What is published at a number: of one that was deleted, the next that is there.
    let at = |number: u32| -> Rc<Revision> {
        let next = machine.versions.range(number..).next();
        Rc::clone(next.map_or(&machine.revision, |(_, version)| &version.revision))
    };
    let mut now = at(1);
    let mut first = vec![
        ("name", machine.name.clone().into()),
        ("definition", now.definition.clone().into()),
        ("roleArn", now.role_arn.clone().into()),
    ];
    if machine.kind == Type::Express {
        first.push(("type", machine.kind.name().into()));
    }
    tell("CreateStateMachine", first);
    let update = |before: &Revision, after: &Revision| {
        let mut members = vec![("stateMachineArn", arn())];
        if before.definition != after.definition {
            members.push(("definition", after.definition.clone().into()));
        }
        if before.role_arn != after.role_arn {
            members.push(("roleArn", after.role_arn.clone().into()));
        }
        members
    };
    let is_same = |a: &Revision, b: &Revision| a.definition == b.definition && a.role_arn == b.role_arn;
    // Whether what is there now has a version already: to publish it again would give that one.
    let mut has_version = false;
    for number in 1..machine.next_version {
        let next = at(number);
        if !is_same(&now, &next) {
            tell("UpdateStateMachine", update(&now, &next));
        } else if has_version {
            // There and back again: the same, and a revision of its own.
            for is_other in [true, false] {
                let tracing = Value::object([("enabled", (now.tracing.enabled != is_other).into())]);
                tell("UpdateStateMachine", vec![("stateMachineArn", arn()), ("tracingConfiguration", tracing)]);
            }
        }
        now = next;
        let version: Option<&Version> = machine.versions.get(&number);
        let mut members = vec![("stateMachineArn", arn())];
        if let Some(description) = version.and_then(|version| version.description.clone()) {
            members.push(("description", description.into()));
        }
        tell("PublishStateMachineVersion", members);
        has_version = version.is_some();
        if !has_version {
            let arn = format!("{}:{number}", machine.arn);
            tell("DeleteStateMachineVersion", vec![("stateMachineVersionArn", arn.into())]);
        }
    }
    if !is_same(&now, &machine.revision) {
        tell("UpdateStateMachine", update(&now, &machine.revision));
    }
    for alias in &machine.aliases {
        let routes = alias.routing.routes().iter().map(|route| {
            let version = format!("{}:{}", machine.arn, route.version);
            Value::object([
                ("stateMachineVersionArn", version.into()),
                ("weight", Value::from(u32::from(route.weight))),
            ])
        });
        let mut members = vec![
            ("name", alias.name.clone().into()),
            ("routingConfiguration", Value::array(routes.collect::<Vec<_>>())),
        ];
        if let Some(description) = alias.description.clone() {
            members.push(("description", description.into()));
        }
        tell("CreateStateMachineAlias", members);
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::super::run;
    use super::*;
    use crate::service::{Account, Settings};

    fn definition(n: u32) -> String {
        format!(r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Pass", "Result": {n}, "End": true}}}}}}"#)
    }

    /// What can be seen of a machine, but for ids and instants.
    fn seen(account: &mut Account) -> String {
        let machine = account.machine("m").unwrap();
        let versions: Vec<_> = machine
            .versions
            .values()
            .map(|version| (version.number, version.revision.definition.clone(), version.description.clone()))
            .collect();
        let aliases: Vec<_> =
            machine.aliases.iter().map(|alias| (&alias.name, &alias.description, alias.routing.routes())).collect();
        let revision = (&machine.revision.definition, &machine.revision.role_arn, machine.next_version);
        format!("{versions:?} {aliases:?} {revision:?}")
    }

    #[test]
    fn makes_what_there_is() {
        let mut account = Account::new(Settings::default());
        let mut call = |operation: &str, request: &str| {
            account.call(operation, &Value::parse(request).unwrap()).unwrap_or_else(|error| panic!("{error:?}"));
        };
        let quoted = |n: u32| Value::from(definition(n)).to_json();
        let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:m";
        let role = "arn:aws:iam::123456789012:role/r";
        let update =
            |n: u32| format!(r#"{{"stateMachineArn": "{arn}", "definition": {}, "publish": true}}"#, quoted(n));
        call(
            "CreateStateMachine",
            &format!(r#"{{"name": "m", "roleArn": "{role}", "definition": {}, "publish": true}}"#, quoted(1)),
        );
        for n in [2, 3, 4] {
            call("UpdateStateMachine", &update(n));
        }
        call(
            "UpdateStateMachine",
            &format!(
                r#"{{"stateMachineArn": "{arn}", "roleArn": "{role}2", "publish": true, "versionDescription": "it's mine"}}"#
            ),
        );
        // Another way there and back, published.
        call("UpdateStateMachine", &update(7));
        call("UpdateStateMachine", &update(4));
        for gone in [2, 3, 6] {
            call("DeleteStateMachineVersion", &format!(r#"{{"stateMachineVersionArn": "{arn}:{gone}"}}"#));
        }
        call("UpdateStateMachine", &format!(r#"{{"stateMachineArn": "{arn}", "definition": {}}}"#, quoted(9)));
        let route = |version: u32, weight: u32| {
            format!(r#"{{"stateMachineVersionArn": "{arn}:{version}", "weight": {weight}}}"#)
        };
        call(
            "CreateStateMachineAlias",
            &format!(
                r#"{{"name": "PROD", "description": "all", "routingConfiguration": [{}, {}]}}"#,
                route(1, 90),
                route(5, 10)
            ),
        );
        call("CreateStateMachineAlias", &format!(r#"{{"name": "NEXT", "routingConfiguration": [{}]}}"#, route(4, 100)));

        let commands = setup(account.machine("m").unwrap());
        let mut other = Account::new(Settings::default());
        for line in &commands {
            run(&mut other, line).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
        assert_eq!(seen(&mut other), seen(&mut account));
    }
}
