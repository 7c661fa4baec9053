//! A module of Terraform, in HCL, for the provider `hashicorp/aws`.

use super::cloud_formation::{missing_of, number, statistic_of};
use super::design::{Design, Rollout, snake};
use crate::base::Value;
use crate::simulation::alarm::Alarm;
use crate::simulation::metrics::{Dimension, Measure, Metric};

pub(super) fn module(design: &mut Design) -> String {
    let name = snake(&design.machine);
    if design.alias.is_some() {
        let pace = match design.rollout {
            Rollout::AllAtOnce => "apply it with weight_of_new_version = 100".to_owned(),
            Rollout::Canary(percent, minutes) => {
                format!("apply it with weight_of_new_version = {percent}, and {minutes} minutes later with 100")
            }
            Rollout::Linear(percent, minutes) => {
                format!(
                    "apply it with weight_of_new_version = {percent}, {minutes} minutes later with {}, and so on up to 100",
                    2 * u32::from(percent)
                )
            }
        };
        design.notes.push(format!(
            "Terraform moves an alias at once and asks no alarm: {pace}; with 0 where an alarm is in ALARM."
        ));
        if let Some(at) = design.notes.iter().position(|note| note.starts_with("An alias that is new")) {
            design.notes.remove(at);
        }
    }
    let mut out = String::from("# Designed with Weir.\n");
    for note in &design.notes {
        out += &format!("# {note}\n");
    }
    out += "\nterraform {\n  required_providers {\n    aws = {\n      source  = \"hashicorp/aws\"\n      version = \">= 5.40\"\n    }\n  }\n}\n";
    out +=
        "\nvariable \"role_arn\" {\n  description = \"The role that executions assume\"\n  type        = string\n}\n";
    if design.alias.is_some() {
        out += "\nvariable \"old_version_arn\" {\n  description = \"The version that the alias leads to before this one; none at the first time\"\n  type        = string\n  default     = null\n}\n";
        out += "\nvariable \"weight_of_new_version\" {\n  description = \"Percent of the executions that start on the new version\"\n  type        = number\n  default     = 100\n\n  validation {\n    condition     = var.weight_of_new_version >= 0 && var.weight_of_new_version <= 100\n    error_message = \"Between 0 and 100.\"\n  }\n}\n";
    }
    let mut lines = vec![
        ("name", quoted(&design.machine)),
        ("type", quoted(if design.is_express { "EXPRESS" } else { "STANDARD" })),
        ("role_arn", "var.role_arn".to_owned()),
        ("publish", "true".to_owned()),
    ];
    lines.extend(design.description.as_ref().map(|description| ("version_description", quoted(description))));
    lines.push(("definition", format!("<<EOT\n{}\nEOT", escaped(design.definition.trim_end()))));
    out += &format!("\nresource \"aws_sfn_state_machine\" \"{name}\" {{\n{}}}\n", aligned(&lines));
    if let Some(alias) = &design.alias {
        let mut lines = vec![("name", quoted(&alias.name))];
        lines.extend(alias.description.as_ref().map(|description| ("description", quoted(description))));
        out += &format!("\nresource \"aws_sfn_alias\" \"{}\" {{\n{}", snake(&alias.name), aligned(&lines));
        out += &format!(
            "\n  routing_configuration {{\n    state_machine_version_arn = aws_sfn_state_machine.{name}.state_machine_version_arn\n    \
             weight                    = var.old_version_arn == null ? 100 : var.weight_of_new_version\n  }}\n"
        );
        out += OLD_ROUTE;
    }
    for alarm in &design.alarms {
        out += &alarm_of(design, &name, alarm);
    }
    out
}

/// The second route of the alias, while there are two.
const OLD_ROUTE: &str = r#"
  dynamic "routing_configuration" {
    for_each = var.old_version_arn == null || var.weight_of_new_version == 100 ? [] : [var.old_version_arn]

    content {
      state_machine_version_arn = routing_configuration.value
      weight                    = 100 - var.weight_of_new_version
    }
  }
}
"#;

fn alarm_of(design: &Design, machine: &str, alarm: &Alarm) -> String {
    let resource = format!("aws_sfn_state_machine.{machine}");
    let mut dimensions = vec![("StateMachineArn", format!("{resource}.arn"))];
    match alarm.query.dimension {
        Dimension::Machine => {}
        Dimension::Alias => dimensions.extend(design.alias.as_ref().map(|alias| ("Alias", quoted(&alias.name)))),
        Dimension::OldVersion => {
            dimensions.push(("Version", "element(split(\":\", var.old_version_arn), 7)".to_owned()));
        }
        Dimension::NewVersion => {
            dimensions.push(("Version", format!("element(split(\":\", {resource}.state_machine_version_arn), 7)")));
        }
    }
    let dimensions = |indent: usize| {
        let (lines, edge) = (aligned(&dimensions), " ".repeat(indent));
        let lines: String = lines.lines().map(|line| format!("{edge}{line}\n")).collect();
        format!("{edge}dimensions = {{\n{lines}{edge}}}\n")
    };
    let mut out = format!("\nresource \"aws_cloudwatch_metric_alarm\" \"{}\" {{\n", snake(&alarm.name));
    // There is nothing to watch before there was another version.
    if alarm.query.dimension == Dimension::OldVersion {
        out += "  count = var.old_version_arn == null ? 0 : 1\n\n";
    }
    let period = (alarm.period * 60).to_string();
    let mut lines = vec![
        ("alarm_name", quoted(&format!("{}-{}", design.machine, alarm.name))),
        ("comparison_operator", quoted(alarm.operator.name())),
        ("threshold", number(alarm.threshold).to_json()),
        ("evaluation_periods", alarm.periods.to_string()),
        ("datapoints_to_alarm", alarm.datapoints.to_string()),
        ("treat_missing_data", quoted(missing_of(alarm.missing))),
    ];
    if alarm.ignore_low_samples {
        lines.push(("evaluate_low_sample_count_percentiles", quoted("ignore")));
    }
    match &alarm.query.measure {
        Measure::Statistic(metric, statistic) => {
            lines.push(("namespace", quoted("AWS/States")));
            lines.push(("metric_name", quoted(metric.name())));
            lines.push(("period", period));
            lines.push(match statistic_of(*statistic) {
                Ok(name) => ("statistic", quoted(name)),
                Err(percentile) => ("extended_statistic", quoted(&percentile)),
            });
            out += &aligned(&lines);
            out += &dimensions(2);
        }
        Measure::Ratio(above, below) => {
            out += &aligned(&lines);
            let mut sum = |letter: char, metrics: &[Metric]| {
                let mut names = Vec::new();
                for (n, metric) in (1..).zip(metrics) {
                    let id = format!("{letter}{n}");
                    let name = quoted(metric.name());
                    out += &format!(
                        "\n  metric_query {{\n    id = \"{id}\"\n\n    metric {{\n      namespace   = \"AWS/States\"\n      \
                         metric_name = {name}\n      period      = {period}\n      stat        = \"Sum\"\n{}    }}\n  }}\n",
                        dimensions(6),
                    );
                    names.push(id);
                }
                names.join(" + ")
            };
            let expression = format!("({}) / ({})", sum('a', above), sum('b', below));
            out += &format!(
                "\n  metric_query {{\n    id          = \"ratio\"\n    expression  = \"{expression}\"\n    return_data = true\n  }}\n"
            );
        }
    }
    out + "}\n"
}

/// Arguments as `terraform fmt` puts them: the signs below each other.
fn aligned(lines: &[(&str, String)]) -> String {
    let width = lines.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
    lines.iter().map(|(key, value)| format!("  {key:<width$} = {value}\n")).collect()
}

/// HCL's texts are JSON's, but for what begins a template.
fn quoted(text: &str) -> String {
    escaped(&Value::from(text).to_json())
}

fn escaped(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}
