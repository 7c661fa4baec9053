//! A stack of the AWS CDK, in TypeScript. The CDK has these resources as CloudFormation has them (level 1).

use super::cloud_formation::{Ids, ROLE, resources};
use super::design::{Design, pascal};
use crate::base::Value;
use crate::simulation::metrics::Dimension;

pub(super) fn stack(design: &mut Design) -> String {
    design.note_old_version();
    let ids = Ids::of(design);
    let mut out = String::from("// Designed with Weir.\n");
    for note in &design.notes {
        out += &format!("// {note}\n");
    }
    let uses_functions = design.alarms.iter().any(|alarm| alarm.query.dimension == Dimension::NewVersion);
    let functions = if uses_functions { "Fn, " } else { "" };
    out += &format!(
        "import {{ CfnOutput, CfnParameter, {functions}RemovalPolicy, Stack, type StackProps }} from \"aws-cdk-lib\";\n"
    );
    if !design.alarms.is_empty() {
        out += "import { CfnAlarm } from \"aws-cdk-lib/aws-cloudwatch\";\n";
    }
    let alias = if design.alias.is_some() { "CfnStateMachineAlias, " } else { "" };
    out += &format!(
        "import {{ CfnStateMachine, {alias}CfnStateMachineVersion }} from \"aws-cdk-lib/aws-stepfunctions\";\n"
    );
    out += "import type { Construct } from \"constructs\";\n\n";
    let class = format!("{}Stack", pascal(&design.machine));
    out += &format!(
        "export class {class} extends Stack {{\n  constructor(scope: Construct, id: string, props?: StackProps) {{\n    super(scope, id, props);\n"
    );
    out += &format!(
        "    const executionRole = new CfnParameter(this, \"{ROLE}\", {{ description: \"The role that executions assume\" }});\n"
    );
    let list = resources(design, &ids);
    for resource in &list {
        let construct = format!("Cfn{}", resource.type_.rsplit("::").next().unwrap_or_default());
        out += &format!("    const {} = new {construct}(this, \"{}\", ", variable(&resource.id), resource.id);
        write(&resource.properties, 4, &mut out);
        out += ");\n";
        if resource.is_kept {
            out += &format!("    {}.applyRemovalPolicy(RemovalPolicy.RETAIN);\n", variable(&resource.id));
        }
    }
    let shown = if design.alias.is_some() { &ids.alias } else { &ids.version };
    out += &format!("    new CfnOutput(this, \"StartHere\", {{ value: {}.ref }});\n  }}\n}}\n", variable(shown));
    out
}

/// `OrdersVersion` → `ordersVersion`
fn variable(id: &str) -> String {
    let mut chars = id.chars();
    chars.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(chars).collect()
}

fn refers(id: &str) -> String {
    if id == ROLE { "executionRole.valueAsString".to_owned() } else { format!("{}.ref", variable(id)) }
}

/// A property as TypeScript: references are expressions, and names begin small.
fn write(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Object(object) => {
            let mut members = object.iter();
            if let (Some((key, inner)), None) = (members.next(), members.next()) {
                match (&**key, inner.as_array()) {
                    ("Ref", _) => return *out += &refers(inner.as_str().unwrap_or_default()),
                    ("Fn::GetAtt", Some(parts)) => {
                        let mut parts = parts.iter().filter_map(Value::as_str);
                        let (id, attribute) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                        return *out += &format!("{}.attr{attribute}", variable(id));
                    }
                    ("Fn::Select" | "Fn::Split", Some(parts)) => {
                        *out += if &**key == "Fn::Select" { "Fn.select(" } else { "Fn.split(" };
                        for (n, part) in parts.iter().enumerate() {
                            *out += if n > 0 { ", " } else { "" };
                            write(part, indent, out);
                        }
                        return out.push(')');
                    }
                    _ => {}
                }
            }
            *out += "{\n";
            for (key, inner) in object.iter() {
                *out += &format!("{}{}: ", " ".repeat(indent + 2), variable(key));
                write(inner, indent + 2, out);
                *out += ",\n";
            }
            *out += &format!("{}}}", " ".repeat(indent));
        }
        Value::Array(array) => {
            out.push('[');
            for (n, item) in array.iter().enumerate() {
                *out += if n > 0 { ", " } else { "" };
                write(item, indent, out);
            }
            out.push(']');
        }
        Value::String(text) if text.contains('\n') => *out += &template(text),
        // JSON's texts are TypeScript's as well.
        _ => value.write_json(out),
    }
}

/// A text of several lines.
fn template(text: &str) -> String {
    format!("`{}`", text.replace('\\', "\\\\").replace('`', "\\`").replace("${", "\\${"))
}
