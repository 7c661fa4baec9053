use super::*;
use crate::base::Value;

fn made(format: Format) -> Export {
    export(&Workspace::example(), Some("PROD"), format).unwrap()
}

/// Everything that a template refers to is in it.
fn dangling(template: &Value) -> Vec<String> {
    let known = |id: &str| {
        ["Resources", "Parameters"].iter().any(|part| template.get(part).is_some_and(|part| part.get(id).is_some()))
    };
    fn walk(value: &Value, found: &mut Vec<String>) {
        if let Some(id) = value.get("Ref").and_then(Value::as_str) {
            found.push(id.to_owned());
        }
        if let Some(id) = value.pointer("/Fn::GetAtt/0").and_then(Value::as_str) {
            found.push(id.to_owned());
        }
        value.as_object().into_iter().flat_map(crate::base::Object::iter).for_each(|(_, inner)| walk(inner, found));
        value.as_array().into_iter().flat_map(|list| list.iter()).for_each(|inner| walk(inner, found));
    }
    let mut found = Vec::new();
    walk(template, &mut found);
    found.retain(|id| !known(id));
    found
}

#[test]
fn a_template_rolls_the_new_version_out() {
    let export = made(Format::CloudFormation);
    let template = Value::parse(&export.text).unwrap();
    assert_eq!(dangling(&template), Vec::<String>::new());
    let alias = template.pointer("/Resources/OrdersAliasPROD/Properties").unwrap();
    assert_eq!(alias.get("Name").and_then(Value::as_str), Some("PROD"));
    let preference = alias.get("DeploymentPreference").unwrap();
    assert_eq!(
        preference.to_json(),
        r#"{"Type":"CANARY","Percentage":10,"Interval":5,"Alarms":[{"Ref":"OrdersV2FailuresAlarm"}],"StateMachineVersionArn":{"Ref":"OrdersVersion"}}"#
    );
    let version = template.pointer("/Resources/OrdersVersion").unwrap();
    assert_eq!(version.get("DeletionPolicy").and_then(Value::as_str), Some("Retain"));
    let workspace = Workspace::example();
    let machine = workspace.account.machine("orders").unwrap();
    let definition = template.pointer("/Resources/Orders/Properties/DefinitionString").and_then(Value::as_str);
    assert_eq!(definition, Some(&*machine.versions[&2].revision.definition));
    let alarm = template.pointer("/Resources/OrdersV2FailuresAlarm/Properties").unwrap();
    assert_eq!(alarm.get("MetricName").and_then(Value::as_str), Some("ExecutionsFailed"));
    assert_eq!(
        alarm.pointer("/Dimensions/1/Value").unwrap().to_json(),
        r#"{"Fn::Select":[7,{"Fn::Split":[":",{"Ref":"OrdersVersion"}]}]}"#
    );
    assert!(export.notes.iter().any(|note| note.contains("deploy the version before this one")));
}

#[test]
fn sam_generates_version_and_alias() {
    let template = Value::parse(&made(Format::Sam).text).unwrap();
    let machine = template.pointer("/Resources/Orders/Properties").unwrap();
    assert_eq!(machine.get("AutoPublishAlias").and_then(Value::as_str), Some("PROD"));
    assert_eq!(machine.pointer("/Definition/StartAt").and_then(Value::as_str), Some("Receive"));
    // Those are made by the transformation.
    assert!(dangling(&template).iter().all(|id| ["OrdersVersion", "OrdersAliasPROD"].contains(&id.as_str())));
}

#[test]
fn what_a_tool_cannot_do_is_told() {
    let mut workspace = Workspace::example();
    let strategies = [
        (
            r#"{"kind": "sprt", "weight": 10, "p0": 0.01, "p1": 0.05, "alpha": 0.05, "beta": 0.05}"#,
            "ALL_AT_ONCE",
            "all at once",
        ),
        (
            r#"{"kind": "steps", "steps": [{"weight": 5, "hold_ms": 60000}, {"weight": 50, "hold_ms": 60000}]}"#,
            "ALL_AT_ONCE",
            "one step, or equal ones",
        ),
        (r#"{"kind": "linear", "weight": 20, "interval_ms": 120000}"#, "LINEAR", ""),
        (r#"{"kind": "canary", "weight": 20, "interval_ms": 90000}"#, "ALL_AT_ONCE", "whole minutes"),
        (r#"{"kind": "allAtOnce", "bake_ms": 60000}"#, "ALL_AT_ONCE", "watches no more"),
    ];
    for (strategy, kind, note) in strategies {
        let mut simulation = workspace.simulation.as_object().cloned().unwrap();
        simulation.insert("strategy".into(), Value::parse(strategy).unwrap());
        workspace.simulation = simulation.into();
        let export = export(&workspace, None, Format::CloudFormation).unwrap();
        let template = Value::parse(&export.text).unwrap();
        let preference = template.pointer("/Resources/OrdersAliasPROD/Properties/DeploymentPreference").unwrap();
        assert_eq!(preference.get("Type").and_then(Value::as_str), Some(kind), "{strategy} {:?}", export.notes);
        assert!(export.notes.iter().any(|told| told.contains(note)), "{strategy} {:?}", export.notes);
        assert!(export.notes.iter().all(|told| export.text.contains(told)), "{:?}", export.notes);
    }
}

#[test]
fn texts_are_escaped() {
    let mut workspace = Workspace::example();
    let definition = r#"{"Comment": "a ${b} %{c} `d` \\ \"e\"", "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
    for (operation, members) in [
        ("UpdateStateMachine", vec![("definition", Value::from(definition))]),
        ("PublishStateMachineVersion", Vec::new()),
    ] {
        let arn = workspace.account.machine("orders").unwrap().arn.clone();
        let request = Value::object([("stateMachineArn", Value::from(arn))].into_iter().chain(members));
        workspace.account.call(operation, &request).unwrap();
    }
    let terraform = export(&workspace, None, Format::Terraform).unwrap();
    // PROD still leads to versions 1 and 2.
    assert!(!terraform.text.contains("a $${b}"));
    let arn = workspace.account.machine("orders").unwrap().arn.clone();
    let delete = Value::object([("stateMachineAliasArn", Value::from(format!("{arn}:PROD")))]);
    workspace.account.call("DeleteStateMachineAlias", &delete).unwrap();
    let terraform = export(&workspace, None, Format::Terraform).unwrap();
    assert!(terraform.text.contains(r#"a $${b} %%{c} `d` \\ \"e\""#), "{}", terraform.text);
    assert!(!terraform.text.contains("aws_sfn_alias"));
    let template = export(&workspace, None, Format::CloudFormation).unwrap();
    assert!(!template.text.contains("StateMachineAlias\""));
    assert!(export(&workspace, Some("LIVE"), Format::Sam).unwrap_err().contains("LIVE"));
}
