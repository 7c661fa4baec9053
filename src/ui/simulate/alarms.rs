//! The controls of alarms: each reads as the sentence that it is.

use super::document::{default_alarm, number, text, with};
use super::parts::{Choice, Number};
use super::strategy::Json;
use crate::base::Value;
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub struct AlarmsProps {
    /// As JSON.
    pub alarms: AttrValue,
    pub old: AttrValue,
    pub new: AttrValue,
    pub alias: AttrValue,
    pub onchange: Callback<Value>,
}

const METRICS: [(&str, &str); 6] = [
    ("ExecutionsFailed", "ExecutionsFailed"),
    ("ExecutionsTimedOut", "ExecutionsTimedOut"),
    ("ExecutionsSucceeded", "ExecutionsSucceeded"),
    ("ExecutionsStarted", "ExecutionsStarted"),
    ("ExecutionTime", "ExecutionTime"),
    ("ratio", "failed / started"),
];
const STATISTICS: [&str; 6] = ["Sum", "Average", "Maximum", "p50", "p90", "p99"];
const OPERATORS: [(&str, &str); 4] = [(">=", "≥"), (">", ">"), ("<=", "≤"), ("<", "<")];
const MISSING: [(&str, &str); 4] =
    [("missing", "missing"), ("notBreaching", "not breaching"), ("breaching", "breaching"), ("ignore", "ignored")];

fn pairs(words: &[(&str, &str)]) -> Vec<(AttrValue, AttrValue)> {
    words.iter().map(|(value, name)| (AttrValue::from(value.to_string()), AttrValue::from(name.to_string()))).collect()
}

/// An alarm on a metric, or on the share of failures.
fn on_metric(alarm: &Value, metric: &str) -> Value {
    if metric == "ratio" {
        let bare = with(&with(alarm, "metric", None), "statistic", None);
        let ratio = Value::object([("num", text("ExecutionsFailed")), ("den", text("ExecutionsStarted"))]);
        return with(&with(&bare, "ratio", Some(ratio)), "threshold", Some(number(0.02)));
    }
    let bare = with(alarm, "ratio", None);
    let statistic = if metric == "ExecutionTime" { "p90" } else { "Sum" };
    let threshold = if metric == "ExecutionTime" { 5000.0 } else { 2.0 };
    let changed = with(&with(&bare, "metric", Some(text(metric))), "statistic", Some(text(statistic)));
    with(&changed, "threshold", Some(number(threshold)))
}

#[component]
pub fn Alarms(props: &AlarmsProps) -> Html {
    let alarms: Vec<Value> = Value::parse(&props.alarms)
        .ok()
        .and_then(|alarms| alarms.as_array().map(|a| a.iter().cloned().collect()))
        .unwrap_or_default();
    let change = {
        let onchange = props.onchange.clone();
        move |alarms: Vec<Value>| onchange.emit(Value::array(alarms))
    };
    let replace = |n: usize| {
        let (alarms, change) = (alarms.clone(), change.clone());
        move |alarm: Option<Value>| {
            let mut alarms = alarms.clone();
            match (alarm, alarms.get_mut(n)) {
                (Some(alarm), Some(place)) => *place = alarm,
                (None, Some(_)) => drop(alarms.remove(n)),
                _ => {}
            }
            change(alarms);
        }
    };
    let add = {
        let (alarms, change, new) = (alarms.clone(), change.clone(), props.new.clone());
        Callback::from(move |_: MouseEvent| {
            let name = (1..)
                .map(|n| format!("alarm-{n}"))
                .find(|name| alarms.iter().all(|alarm| alarm.get("name").and_then(Value::as_str) != Some(name)));
            let mut alarms = alarms.clone();
            alarms.push(default_alarm(&new, &name.unwrap_or_default()));
            change(alarms);
        })
    };
    let row = |(n, alarm): (usize, &Value)| {
        let amount = |key: &'static str,
                      label: &'static str,
                      scale: f64,
                      default: f64,
                      (min, max): (f64, f64),
                      whole: bool,
                      unit: &'static str| {
            let (replace, alarm) = (replace(n), alarm.clone());
            let value = alarm.get(key).and_then(Value::as_f64).unwrap_or(default) / scale;
            let onchange = Callback::from(move |value: f64| {
                let mut changed = with(&alarm, key, Some(number(value * scale)));
                // M is at most N, whichever was changed last.
                let of = |key: &str| changed.get(key).and_then(Value::as_f64).unwrap_or(1.0);
                if of("M") > of("N") {
                    let other = if key == "M" { "N" } else { "M" };
                    changed = with(&changed, other, Some(number(value)));
                }
                replace(Some(changed));
            });
            html! { <Number {label} hides_label={true} {value} {min} {max} {whole} {unit} {onchange} /> }
        };
        let words =
            |key: &'static str, label: &'static str, options: Vec<(AttrValue, AttrValue)>, default: &'static str| {
                let (replace, alarm) = (replace(n), alarm.clone());
                let value = alarm.get(key).and_then(Value::as_str).unwrap_or(default).to_owned();
                let onchange =
                    Callback::from(move |value: String| replace(Some(with(&alarm, key, Some(text(&value))))));
                html! { <Choice {label} hides_label={true} {options} {value} {onchange} /> }
            };
        let name = alarm.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let is_ratio = alarm.get("ratio").is_some();
        let metric =
            if is_ratio { "ratio" } else { alarm.get("metric").and_then(Value::as_str).unwrap_or("ExecutionsFailed") }
                .to_owned();
        let set_metric = {
            let (replace, alarm) = (replace(n), alarm.clone());
            Callback::from(move |metric: String| replace(Some(on_metric(&alarm, &metric))))
        };
        let dimension =
            match (alarm.pointer("/dimension/Version").and_then(Value::as_str), alarm.pointer("/dimension/Alias")) {
                (Some(version), _) => version.to_owned(),
                (None, Some(_)) => "alias".to_owned(),
                (None, None) => "machine".to_owned(),
            };
        let set_dimension = {
            let (replace, alarm, alias) = (replace(n), alarm.clone(), props.alias.clone());
            Callback::from(move |to: String| {
                let dimension = match &*to {
                    "alias" => Value::object([("Alias", text(&alias))]),
                    "machine" => Value::object::<&str>([]),
                    version => Value::object([("Version", text(version))]),
                };
                replace(Some(with(&alarm, "dimension", Some(dimension))));
            })
        };
        let dimensions = vec![
            (props.new.clone(), AttrValue::from(format!("version {}", props.new))),
            (props.old.clone(), AttrValue::from(format!("version {}", props.old))),
            ("alias".into(), AttrValue::from(format!("alias {}", props.alias))),
            ("machine".into(), "the machine".into()),
        ];
        let dimension =
            if dimensions.iter().any(|(known, _)| *known == *dimension) { dimension } else { props.new.to_string() };
        let mut statistics: Vec<&str> = STATISTICS.to_vec();
        let statistic = alarm.get("statistic").and_then(Value::as_str).unwrap_or("Sum");
        if !statistics.contains(&statistic) {
            statistics.push(statistic);
        }
        let statistics = statistics
            .into_iter()
            .map(|name| (AttrValue::from(name.to_owned()), AttrValue::from(name.to_owned())))
            .collect();
        let remove = {
            let replace = replace(n);
            Callback::from(move |_: MouseEvent| replace(None))
        };
        let json = {
            let replace = replace(n);
            Callback::from(move |alarm: Value| replace(Some(alarm)))
        };
        html! {
            <li class="alarm">
                <div class="alarm-head">
                    <b>{ name.clone() }</b>
                    <button type="button" class="quiet" aria-label={format!("remove alarm {name}")} onclick={remove}>{ "×" }</button>
                </div>
                <div class="sentence">
                    if !is_ratio {
                        { words("statistic", "statistic", statistics, "Sum") }
                        <span>{ "of" }</span>
                    }
                    <Choice label="metric" hides_label={true} options={pairs(&METRICS)} value={metric} onchange={set_metric} />
                    <span>{ "of" }</span>
                    <Choice label="dimension" hides_label={true} options={dimensions} value={dimension} onchange={set_dimension} />
                    { words("operator", "operator", pairs(&OPERATORS), ">=") }
                    { amount("threshold", "threshold", 1.0, 1.0, (0.0, 1e12), false, "") }
                    <span>{ "in" }</span>
                    { amount("M", "datapoints to alarm", 1.0, 1.0, (1.0, 1000.0), true, "of") }
                    { amount("N", "evaluation periods", 1.0, 1.0, (1.0, 1000.0), true, "periods of") }
                    { amount("period_s", "period in minutes", 60.0, 60.0, (1.0, 1440.0), true, "min;") }
                    <span>{ "no data is" }</span>
                    { words("treatMissing", "missing data", pairs(&MISSING), "missing") }
                </div>
                <details>
                    <summary>{ "All of it" }</summary>
                    <Json json={alarm.to_json()} label={format!("alarm {name} as JSON")} onchange={json} />
                </details>
            </li>
        }
    };
    html! {
        <ul class="alarms">
            { for alarms.iter().enumerate().map(row) }
            <li><button type="button" class="quiet" onclick={add}>{ "+ alarm" }</button></li>
        </ul>
    }
}
