//! CloudFormation templates (`AWS::StepFunctions::*`), and those of the Serverless Application Model.

use super::design::{Design, Rollout, member, pascal};
use crate::base::{Object, Text, Value};
use crate::simulation::alarm::{Alarm, TreatMissing};
use crate::simulation::metrics::{Dimension, Measure, Metric, Query, Statistic};

/// The names of the resources of a design.
pub(super) struct Ids {
    pub machine: String,
    pub version: String,
    pub alias: String,
    pub alarms: Vec<String>,
}

/// The parameter of the role that executions assume.
pub(super) const ROLE: &str = "RoleArn";

impl Ids {
    pub fn of(design: &Design) -> Ids {
        let machine = pascal(&design.machine);
        let version = format!("{machine}Version");
        // As SAM makes it.
        let alias = format!(
            "{machine}Alias{}",
            design
                .alias
                .as_ref()
                .map(|alias| alias.name.replace(|c: char| !c.is_ascii_alphanumeric(), ""))
                .unwrap_or_default()
        );
        let mut alarms: Vec<String> = Vec::new();
        for alarm in &design.alarms {
            let name = format!("{machine}{}Alarm", pascal(&alarm.name));
            let mut free = (1..).map(|n| if n == 1 { name.clone() } else { format!("{name}{n}") });
            let taken = |id: &String| alarms.contains(id) || [&machine, &version, &alias].contains(&id);
            let id = free.find(|id| !taken(id));
            alarms.extend(id);
        }
        Ids { machine, version, alias, alarms }
    }
}

pub(super) fn reference(id: &str) -> Value {
    Value::object([("Ref", Value::from(id))])
}

/// A resource: its type, its properties, and whether what it stands for outlives it.
pub(super) struct Resource {
    pub id: String,
    pub type_: &'static str,
    pub properties: Value,
    pub is_kept: bool,
}

/// Machine, version, alias and alarms.
pub(super) fn resources(design: &Design, ids: &Ids) -> Vec<Resource> {
    let machine = Value::object(
        [
            Some(("StateMachineName", Value::from(design.machine.clone()))),
            Some(("StateMachineType", Value::from(if design.is_express { "EXPRESS" } else { "STANDARD" }))),
            Some(("RoleArn", reference(ROLE))),
            Some(("DefinitionString", Value::from(design.definition.clone()))),
        ]
        .into_iter()
        .flatten(),
    );
    let revision =
        Value::object([("Fn::GetAtt", Value::array([ids.machine.as_str().into(), "StateMachineRevisionId".into()]))]);
    let version = Value::object(
        [
            Some(("StateMachineArn", reference(&ids.machine))),
            // Without it nothing of the version changes with the definition, and none is published.
            Some(("StateMachineRevisionId", revision)),
            member("Description", design.description.clone().map(Value::from)),
        ]
        .into_iter()
        .flatten(),
    );
    let resource = |id: &str, type_, properties, is_kept| Resource { id: id.to_owned(), type_, properties, is_kept };
    let mut list = vec![
        resource(&ids.machine, "AWS::StepFunctions::StateMachine", machine, false),
        // Replaced is deleted, and with it what a rollback goes back to.
        resource(&ids.version, "AWS::StepFunctions::StateMachineVersion", version, true),
    ];
    list.extend(alarms(design, ids));
    if let Some(alias) = &design.alias {
        let mut preference = preference(design, ids);
        preference.insert("StateMachineVersionArn".into(), reference(&ids.version));
        let alias = Value::object(
            [
                Some(("Name", Value::from(alias.name.clone()))),
                member("Description", alias.description.clone().map(Value::from)),
                Some(("DeploymentPreference", preference.into())),
            ]
            .into_iter()
            .flatten(),
        );
        list.push(resource(&ids.alias, "AWS::StepFunctions::StateMachineAlias", alias, false));
    }
    list
}

fn alarms(design: &Design, ids: &Ids) -> Vec<Resource> {
    let made = |(alarm, id): (&Alarm, &String)| Resource {
        id: id.clone(),
        type_: "AWS::CloudWatch::Alarm",
        properties: alarm_of(design, ids, alarm),
        is_kept: false,
    };
    design.alarms.iter().zip(&ids.alarms).map(made).collect()
}

/// `{"Type": "CANARY", "Percentage": 10, "Interval": 5, "Alarms": […]}`
fn preference(design: &Design, ids: &Ids) -> Object {
    let (kind, numbers) = match design.rollout {
        Rollout::AllAtOnce => ("ALL_AT_ONCE", None),
        Rollout::Canary(percent, minutes) => ("CANARY", Some((percent, minutes))),
        Rollout::Linear(percent, minutes) => ("LINEAR", Some((percent, minutes))),
    };
    let mut preference = Object::new();
    preference.insert("Type".into(), kind.into());
    if let Some((percent, minutes)) = numbers {
        preference.insert("Percentage".into(), Value::from(u32::from(percent)));
        preference.insert("Interval".into(), Value::from(minutes));
    }
    // Names, and not ARNs: those would be names of alarms that do not exist, which count as OK.
    let alarms: Vec<Value> =
        design.guards.iter().filter_map(|guard| ids.alarms.get(*guard)).map(|id| reference(id)).collect();
    if !alarms.is_empty() {
        preference.insert("Alarms".into(), alarms.into());
    }
    preference
}

/// The dimensions of a metric: names and values.
pub(super) fn dimensions(design: &Design, ids: &Ids, dimension: Dimension) -> Value {
    let named = |name: &'static str, value: Value| Value::object([("Name", Value::from(name)), ("Value", value)]);
    let mut list = vec![named("StateMachineArn", reference(&ids.machine))];
    match dimension {
        Dimension::Machine => {}
        Dimension::Alias => {
            list.extend(design.alias.as_ref().map(|alias| named("Alias", alias.name.clone().into())));
        }
        Dimension::OldVersion => list.push(named("Version", design.old.to_string().into())),
        // arn:aws:states:REGION:ACCOUNT:stateMachine:NAME:NUMBER
        Dimension::NewVersion => {
            let parts = Value::object([("Fn::Split", Value::array([":".into(), reference(&ids.version)]))]);
            let number = Value::object([("Fn::Select", Value::array([Value::from(7_u32), parts]))]);
            list.push(named("Version", number));
        }
    }
    Value::array(list)
}

fn alarm_of(design: &Design, ids: &Ids, alarm: &Alarm) -> Value {
    let period = Value::from(alarm.period * 60);
    let mut members: Vec<(Text, Value)> = vec![("AlarmDescription".into(), alarm.name.clone().into())];
    let mut put = |key: &str, value: Value| members.push((key.into(), value));
    let Query { dimension, measure } = &alarm.query;
    match measure {
        Measure::Statistic(metric, statistic) => {
            put("Namespace", "AWS/States".into());
            put("MetricName", metric.name().into());
            put("Dimensions", dimensions(design, ids, *dimension));
            match statistic_of(*statistic) {
                Ok(name) => put("Statistic", name.into()),
                Err(percentile) => put("ExtendedStatistic", percentile.into()),
            }
            put("Period", period);
        }
        Measure::Ratio(above, below) => {
            let mut queries = Vec::new();
            let mut sum = |letter: char, metrics: &[Metric]| {
                let mut names = Vec::new();
                for (n, metric) in (1..).zip(metrics) {
                    let id = format!("{letter}{n}");
                    let of = Value::object([
                        ("Namespace", Value::from("AWS/States")),
                        ("MetricName", metric.name().into()),
                        ("Dimensions", dimensions(design, ids, *dimension)),
                    ]);
                    let stat = Value::object([("Metric", of), ("Period", period.clone()), ("Stat", "Sum".into())]);
                    queries.push(Value::object([
                        ("Id", Value::from(id.clone())),
                        ("MetricStat", stat),
                        ("ReturnData", false.into()),
                    ]));
                    names.push(id);
                }
                names.join(" + ")
            };
            let expression = format!("({}) / ({})", sum('a', above), sum('b', below));
            queries.push(Value::object([
                ("Id", Value::from("ratio")),
                ("Expression", expression.into()),
                ("ReturnData", true.into()),
            ]));
            put("Metrics", queries.into());
        }
    }
    put("ComparisonOperator", alarm.operator.name().into());
    put("Threshold", number(alarm.threshold));
    put("EvaluationPeriods", Value::from(alarm.periods));
    put("DatapointsToAlarm", Value::from(alarm.datapoints));
    put("TreatMissingData", missing_of(alarm.missing).into());
    if alarm.ignore_low_samples {
        put("EvaluateLowSampleCountPercentile", "ignore".into());
    }
    Value::object(members)
}

/// A number without a point where it needs none.
pub(super) fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 { Value::from(value as i64) } else { Value::from(value) }
}

/// A statistic, or a percentile.
pub(super) fn statistic_of(statistic: Statistic) -> Result<&'static str, String> {
    Ok(match statistic {
        Statistic::Sum => "Sum",
        Statistic::Average => "Average",
        Statistic::Minimum => "Minimum",
        Statistic::Maximum => "Maximum",
        Statistic::SampleCount => "SampleCount",
        Statistic::Percentile(p) => return Err(format!("p{}", (p * 1e6).round() / 1e4)),
    })
}

pub(super) fn missing_of(missing: TreatMissing) -> &'static str {
    TreatMissing::WORDS.iter().find(|(_, known)| *known == missing).map_or("missing", |(word, _)| word)
}

fn parameters() -> Value {
    let role = Value::object([
        ("Type", Value::from("String")),
        ("Description", "The role that executions assume".into()),
        ("AllowedPattern", "^arn:[^:]+:iam::\\d{12}:role/.+$".into()),
    ]);
    Value::object([(ROLE, role)])
}

fn document(design: &Design, transform: Option<&str>, resources: Object, outputs: Value) -> String {
    let notes = Value::array(design.notes.iter().map(|note| Value::from(note.as_str())));
    let metadata = Value::object([("Weir", Value::object([("Notes", notes)]))]);
    let document = Value::object(
        [
            Some(("AWSTemplateFormatVersion", Value::from("2010-09-09"))),
            member("Transform", transform.map(Value::from)),
            Some(("Description", format!("State machine {}, designed with Weir", design.machine).into())),
            (!design.notes.is_empty()).then_some(("Metadata", metadata)),
            Some(("Parameters", parameters())),
            Some(("Resources", resources.into())),
            Some(("Outputs", outputs)),
        ]
        .into_iter()
        .flatten(),
    );
    document.to_pretty() + "\n"
}

fn outputs(parts: &[(&'static str, &str)]) -> Value {
    Value::object(parts.iter().map(|(name, id)| (*name, Value::object([("Value", reference(id))]))))
}

pub(super) fn template(design: &mut Design) -> String {
    design.note_old_version();
    let ids = Ids::of(design);
    let mut all = Object::new();
    for resource in resources(design, &ids) {
        let mut entry = Object::new();
        entry.insert("Type".into(), resource.type_.into());
        if resource.is_kept {
            entry.insert("DeletionPolicy".into(), "Retain".into());
            entry.insert("UpdateReplacePolicy".into(), "Retain".into());
        }
        entry.insert("Properties".into(), resource.properties);
        all.insert(resource.id.into(), entry.into());
    }
    let mut named = vec![("StateMachineArn", ids.machine.as_str()), ("StateMachineVersionArn", &ids.version)];
    if design.alias.is_some() {
        named.push(("StateMachineAliasArn", &ids.alias));
    }
    document(design, None, all, outputs(&named))
}

pub(super) fn serverless(design: &mut Design) -> Result<String, String> {
    design.note_old_version();
    if design.description.is_some() {
        design.notes.push("SAM gives the versions that it publishes no description.".to_owned());
    }
    let ids = Ids::of(design);
    // SAM takes an object; numbers and order are the author's.
    let definition = Value::parse(&design.definition).map_err(|error| error.message)?;
    let mut properties = Object::new();
    let mut put = |key: &str, value: Value| drop(properties.insert(key.into(), value));
    put("Name", design.machine.clone().into());
    put("Type", if design.is_express { "EXPRESS" } else { "STANDARD" }.into());
    put("Role", reference(ROLE));
    put("Definition", definition);
    if let Some(alias) = &design.alias {
        put("AutoPublishAlias", alias.name.clone().into());
        // Else event sources start the machine without a version, past the alias.
        put("UseAliasAsEventTarget", true.into());
        put("DeploymentPreference", preference(design, &ids).into());
    }
    let mut all = Object::new();
    let machine =
        Value::object([("Type", Value::from("AWS::Serverless::StateMachine")), ("Properties", properties.into())]);
    all.insert(ids.machine.clone().into(), machine);
    for alarm in alarms(design, &ids) {
        let entry = Value::object([("Type", Value::from(alarm.type_)), ("Properties", alarm.properties)]);
        all.insert(alarm.id.into(), entry);
    }
    let mut named = vec![("StateMachineArn", ids.machine.as_str())];
    if design.alias.is_some() {
        named.push(("StateMachineAliasArn", &ids.alias));
    }
    Ok(document(design, Some("AWS::Serverless-2016-10-31"), all, outputs(&named)))
}
