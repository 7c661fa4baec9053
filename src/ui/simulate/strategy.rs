//! The controls of a rollout strategy. What each kind asks for is data, so that there is one form for all.

use super::document::{number, text, with};
use super::parts::{Choice, Number};
use crate::base::Value;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

/// One member of a strategy.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Member {
    /// Its pointer below the strategy, one or two keys deep.
    keys: &'static [&'static str],
    label: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// A number times `scale`, between two values; its unit.
    Amount {
        scale: f64,
        min: f64,
        max: f64,
        whole: bool,
        unit: &'static str,
    },
    Words(&'static [(&'static str, &'static str)]),
}

const fn amount(
    keys: &'static [&'static str],
    label: &'static str,
    scale: f64,
    (min, max): (f64, f64),
    unit: &'static str,
) -> Member {
    Member { keys, label, kind: Kind::Amount { scale, min, max, whole: true, unit } }
}

const MINUTE: f64 = 60_000.0;
const BAKE: Member = Member {
    keys: &["bake_ms"],
    label: "then watch for",
    kind: Kind::Amount { scale: MINUTE, min: 0.0, max: 100_000.0, whole: false, unit: "min" },
};
const INTERVAL: Member = Member {
    keys: &["interval_ms"],
    label: "each for",
    kind: Kind::Amount { scale: MINUTE, min: 0.1, max: 100_000.0, whole: false, unit: "min" },
};
const WEIGHT: Member = amount(&["weight"], "weight", 1.0, (1.0, 100.0), "%");
const PROBABILITY: (f64, f64) = (0.0001, 0.9999);

const fn probability(keys: &'static [&'static str], label: &'static str) -> Member {
    Member {
        keys,
        label,
        kind: Kind::Amount {
            scale: 0.01,
            min: PROBABILITY.0 * 100.0,
            max: PROBABILITY.1 * 100.0,
            whole: false,
            unit: "%",
        },
    }
}

/// A kind of strategy: its name in the document, what it is called, what it does, what it begins with, and its members.
pub(super) struct Strategy {
    pub kind: &'static str,
    pub name: &'static str,
    pub does: &'static str,
    /// `NEW` stands for the number of the new version.
    pub initial: &'static str,
    members: &'static [Member],
}

pub(super) const STRATEGIES: [Strategy; 12] = [
    Strategy {
        kind: "canary",
        name: "Canary",
        does: "a small weight for a time, then all",
        initial: r#"{"kind": "canary", "weight": 10, "interval_ms": 300000, "bake_ms": 600000}"#,
        members: &[WEIGHT, INTERVAL, BAKE],
    },
    Strategy {
        kind: "linear",
        name: "Linear",
        does: "equal steps, the first at once",
        initial: r#"{"kind": "linear", "weight": 10, "interval_ms": 60000, "bake_ms": 600000}"#,
        members: &[WEIGHT, INTERVAL, BAKE],
    },
    Strategy {
        kind: "steps",
        name: "Custom steps",
        does: "weights of your own, each held for a time",
        initial: r#"{"kind": "steps", "steps": [{"weight": 1, "hold_ms": 300000}, {"weight": 10, "hold_ms": 300000}, {"weight": 50, "hold_ms": 300000}], "bake_ms": 600000}"#,
        members: &[BAKE],
    },
    Strategy {
        kind: "allAtOnce",
        name: "All at once",
        does: "100 % at once, watched for a time",
        initial: r#"{"kind": "allAtOnce", "bake_ms": 600000}"#,
        members: &[BAKE],
    },
    Strategy {
        kind: "blueGreen",
        name: "Blue/green",
        does: "smoke tests by version ARN, then 100 %",
        initial: r#"{"kind": "blueGreen", "smoke": {"executions": 20, "max_failures": 0}, "bake_ms": 600000}"#,
        members: &[
            amount(&["smoke", "executions"], "smoke tests", 1.0, (1.0, 10_000.0), ""),
            amount(&["smoke", "max_failures"], "may fail", 1.0, (0.0, 10_000.0), ""),
            BAKE,
        ],
    },
    Strategy {
        kind: "cloudFormation",
        name: "CloudFormation",
        does: "DeploymentPreference of AWS::StepFunctions::StateMachineAlias, by its rules",
        initial: r#"{"kind": "cloudFormation", "Type": "CANARY", "Percentage": 10, "Interval": 5, "Alarms": ["failures"]}"#,
        members: &[
            Member {
                keys: &["Type"],
                label: "type",
                kind: Kind::Words(&[("CANARY", "CANARY"), ("LINEAR", "LINEAR"), ("ALL_AT_ONCE", "ALL_AT_ONCE")]),
            },
            amount(&["Percentage"], "percentage", 1.0, (1.0, 99.0), "%"),
            amount(&["Interval"], "interval", 1.0, (1.0, 2100.0), "min"),
        ],
    },
    Strategy {
        kind: "codeDeploy",
        name: "CodeDeploy's names",
        does: "a predefined deployment configuration",
        initial: r#"{"kind": "codeDeploy", "name": "Canary10Percent5Minutes", "bake_ms": 600000}"#,
        members: &[
            Member {
                keys: &["name"],
                label: "configuration",
                kind: Kind::Words(&[
                    ("Canary10Percent5Minutes", "Canary10Percent5Minutes"),
                    ("Canary10Percent10Minutes", "Canary10Percent10Minutes"),
                    ("Canary10Percent15Minutes", "Canary10Percent15Minutes"),
                    ("Canary10Percent30Minutes", "Canary10Percent30Minutes"),
                    ("Linear10PercentEvery1Minute", "Linear10PercentEvery1Minute"),
                    ("Linear10PercentEvery2Minutes", "Linear10PercentEvery2Minutes"),
                    ("Linear10PercentEvery3Minutes", "Linear10PercentEvery3Minutes"),
                    ("Linear10PercentEvery10Minutes", "Linear10PercentEvery10Minutes"),
                    ("AllAtOnce", "AllAtOnce"),
                ]),
            },
            BAKE,
        ],
    },
    Strategy {
        kind: "awsSample",
        name: "AWS's sample scripts",
        does: "the deployers in AWS's samples, which poll",
        initial: r#"{"kind": "awsSample", "strategy": "canary", "increment": 10, "interval_s": 300, "poll_s": 60}"#,
        members: &[
            Member {
                keys: &["strategy"],
                label: "script",
                kind: Kind::Words(&[("canary", "canary"), ("linear", "linear"), ("allAtOnce", "all at once")]),
            },
            amount(&["increment"], "increment", 1.0, (1.0, 99.0), "%"),
            amount(&["interval_s"], "interval", 1.0, (1.0, 1e6), "s"),
            amount(&["poll_s"], "asks every", 1.0, (1.0, 1e6), "s"),
        ],
    },
    Strategy {
        kind: "argo",
        name: "Argo Rollouts",
        does: "steps and a background analysis, by Argo's rules",
        initial: r#"{"kind": "argo", "steps": [{"setWeight": 10}, {"pause": {"duration_ms": 300000}}, {"setWeight": 50}, {"pause": {"duration_ms": 300000}}],
            "analysis": {"metrics": [{"name": "failures", "metric": "ExecutionsFailed", "statistic": "Sum", "dimension": {"Version": "NEW"},
            "interval_ms": 60000, "failureLimit": 1, "failureCondition": {"operator": ">=", "threshold": 2}}]}}"#,
        members: &[BAKE],
    },
    Strategy {
        kind: "flagger",
        name: "Flagger",
        does: "steps while checks pass, by Flagger's rules",
        initial: r#"{"kind": "flagger", "interval_ms": 60000, "stepWeight": 10, "maxWeight": 50, "threshold": 3, "metrics": [{"name": "failures",
            "ratio": {"num": "ExecutionsFailed", "den": "ExecutionsStarted"}, "dimension": {"Version": "NEW"}, "window_ms": 60000, "thresholdRange": {"max": 0.02}}]}"#,
        members: &[
            INTERVAL,
            amount(&["stepWeight"], "step", 1.0, (1.0, 100.0), "%"),
            amount(&["maxWeight"], "up to", 1.0, (1.0, 100.0), "%"),
            amount(&["threshold"], "failed checks to roll back", 1.0, (1.0, 1e6), ""),
        ],
    },
    Strategy {
        kind: "sprt",
        name: "Sequential test (SPRT)",
        does: "Wald's test on every execution that closes",
        initial: r#"{"kind": "sprt", "weight": 10, "p0": 0.005, "p1": 0.05, "alpha": 0.05, "beta": 0.05}"#,
        members: &[
            WEIGHT,
            probability(&["p0"], "good: fails"),
            probability(&["p1"], "bad: fails"),
            probability(&["alpha"], "false rollback"),
            probability(&["beta"], "missed"),
        ],
    },
    Strategy {
        kind: "manual",
        name: "By hand",
        does: "a person at the slider, at given times",
        initial: r#"{"kind": "manual", "actions": [{"at_ms": 0, "weight": 10}, {"at_ms": 300000, "weight": 50}, {"at_ms": 600000, "do": "promote"}]}"#,
        members: &[],
    },
];

/// A strategy of a kind as it begins.
pub(super) fn initial(kind: &str, new: &str, alarms: &[Value]) -> Value {
    let known = STRATEGIES.iter().find(|known| known.kind == kind);
    let written = known.map_or("{}", |known| known.initial).replace("NEW", new);
    let strategy = Value::parse(&written).unwrap_or_default();
    if kind != "cloudFormation" {
        return strategy;
    }
    let names: Vec<Value> = alarms.iter().filter_map(|alarm| alarm.get("name").cloned()).collect();
    with(&strategy, "Alarms", (!names.is_empty()).then(|| Value::array(names)))
}

fn put(strategy: &Value, keys: &[&str], value: Value) -> Value {
    match keys {
        [key] => with(strategy, key, Some(value)),
        [key, inner] => {
            let below = strategy.get(key).cloned().unwrap_or_else(|| Value::object::<&str>([]));
            with(strategy, key, Some(with(&below, inner, Some(value))))
        }
        _ => strategy.clone(),
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct FormProps {
    /// As JSON.
    pub strategy: AttrValue,
    pub alarms: AttrValue,
    pub new: AttrValue,
    pub onchange: Callback<Value>,
}

#[component]
pub fn StrategyForm(props: &FormProps) -> Html {
    let strategy = Value::parse(&props.strategy).unwrap_or_default();
    let kind = strategy.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    let known = STRATEGIES.iter().find(|known| known.kind == kind);
    let set_kind = {
        let (onchange, new, alarms) = (props.onchange.clone(), props.new.clone(), props.alarms.clone());
        Callback::from(move |kind: String| {
            let alarms = Value::parse(&alarms)
                .ok()
                .and_then(|alarms| alarms.as_array().map(|a| a.iter().cloned().collect::<Vec<_>>()));
            onchange.emit(initial(&kind, &new, &alarms.unwrap_or_default()));
        })
    };
    let options: Vec<(AttrValue, AttrValue)> =
        STRATEGIES.iter().map(|known| (known.kind.into(), known.name.into())).collect();
    let set = |keys: &'static [&'static str]| {
        let (onchange, strategy) = (props.onchange.clone(), strategy.clone());
        move |value: Value| onchange.emit(put(&strategy, keys, value))
    };
    let member = |member: &Member| {
        let mut at = Some(&strategy);
        for key in member.keys {
            at = at.and_then(|value| value.get(key));
        }
        let set = set(member.keys);
        match member.kind {
            Kind::Amount { scale, min, max, whole, unit } => {
                let value = at.and_then(Value::as_f64).unwrap_or(0.0) / scale;
                let value = (value * 1e6).round() / 1e6;
                let onchange = Callback::from(move |value: f64| set(number((value * scale * 1e9).round() / 1e9)));
                html! { <Number label={member.label} {value} {min} {max} {whole} {unit} {onchange} /> }
            }
            Kind::Words(words) => {
                let value = at.and_then(Value::as_str).unwrap_or_default().to_owned();
                let options = words
                    .iter()
                    .map(|(value, name)| (AttrValue::from(*value), AttrValue::from(*name)))
                    .collect::<Vec<_>>();
                html! { <Choice label={member.label} {options} {value} onchange={Callback::from(move |value: String| set(text(&value)))} /> }
            }
        }
    };
    let word = |key: &'static str, label: &'static str, options: [(&'static str, &'static str); 2]| {
        let value = strategy.get(key).and_then(Value::as_str).unwrap_or(options[0].0).to_owned();
        let (onchange, strategy) = (props.onchange.clone(), strategy.clone());
        let options = options.map(|(value, name)| (AttrValue::from(value), AttrValue::from(name))).to_vec();
        html! { <Choice {label} {options} {value} onchange={Callback::from(move |value: String| onchange.emit(with(&strategy, key, Some(text(&value)))))} /> }
    };
    html! {
        <div class="strategy-form">
            <Choice label="strategy" options={options} value={kind.clone()} onchange={set_kind} />
            if let Some(known) = known {
                <p class="hint">{ known.does }</p>
                <div class="fields">{ for known.members.iter().map(member) }</div>
            }
            if kind == "steps" {
                <Steps strategy={props.strategy.clone()} onchange={props.onchange.clone()} />
            }
            <details>
                <summary>{ "More" }</summary>
                <div class="fields">
                    { word("on_alarm_at_start", "alarm rings at the start", [("fail", "refuse the rollout"), ("ignore", "go on")]) }
                    { word("on_rollback", "running executions at a rollback", [("keep", "go on, as on AWS"), ("abort", "are stopped")]) }
                </div>
                <Json json={props.strategy.clone()} label="strategy as JSON" onchange={props.onchange.clone()} />
            </details>
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct StepsProps {
    strategy: AttrValue,
    onchange: Callback<Value>,
}

/// A row for each step.
#[component]
fn Steps(props: &StepsProps) -> Html {
    let strategy = Value::parse(&props.strategy).unwrap_or_default();
    let steps: Vec<Value> = strategy
        .get("steps")
        .and_then(Value::as_array)
        .map(|steps| steps.iter().cloned().collect())
        .unwrap_or_default();
    let change = {
        let (strategy, onchange) = (strategy.clone(), props.onchange.clone());
        move |steps: Vec<Value>| onchange.emit(with(&strategy, "steps", Some(Value::array(steps))))
    };
    let set = |n: usize, key: &'static str, scale: f64| {
        let (steps, change) = (steps.clone(), change.clone());
        Callback::from(move |value: f64| {
            let mut steps = steps.clone();
            if let Some(step) = steps.get_mut(n) {
                *step = with(step, key, Some(number(value * scale)));
            }
            change(steps);
        })
    };
    let add = {
        let (steps, change) = (steps.clone(), change.clone());
        Callback::from(move |_: MouseEvent| {
            let mut steps = steps.clone();
            steps.push(Value::object([("weight", number(50.0)), ("hold_ms", number(5.0 * MINUTE))]));
            change(steps);
        })
    };
    let remove = |n: usize| {
        let (steps, change) = (steps.clone(), change.clone());
        Callback::from(move |_: MouseEvent| {
            let mut steps = steps.clone();
            if n < steps.len() {
                steps.remove(n);
            }
            change(steps);
        })
    };
    html! {
        <ol class="steps">
            { for steps.iter().enumerate().map(|(n, step)| html! {
                <li>
                    <Number label={format!("weight of step {}", n + 1)} hides_label={true} value={step.get("weight").and_then(Value::as_f64).unwrap_or(0.0)} min={0.0} max={100.0} unit="% for" onchange={set(n, "weight", 1.0)} />
                    <Number label={format!("minutes of step {}", n + 1)} hides_label={true} value={step.get("hold_ms").and_then(Value::as_f64).unwrap_or(0.0) / MINUTE} min={0.1} max={100_000.0} whole={false} unit="min" onchange={set(n, "hold_ms", MINUTE)} />
                    if steps.len() > 1 {
                        <button type="button" class="quiet" aria-label={format!("remove step {}", n + 1)} onclick={remove(n)}>{ "×" }</button>
                    }
                </li>
            }) }
            <li class="add"><button type="button" class="quiet" onclick={add}>{ "+ step" }</button></li>
        </ol>
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct JsonProps {
    pub json: AttrValue,
    pub label: AttrValue,
    pub onchange: Callback<Value>,
}

/// The same as a text, for what has no control of its own.
#[component]
pub fn Json(props: &JsonProps) -> Html {
    let trouble = use_state_eq(|| None::<String>);
    let pretty = Value::parse(&props.json).map(|value| value.to_pretty()).unwrap_or_else(|_| props.json.to_string());
    let onchange = {
        let (trouble, onchange) = (trouble.clone(), props.onchange.clone());
        Callback::from(move |event: Event| {
            match Value::parse(&event.target_unchecked_into::<HtmlTextAreaElement>().value()) {
                Ok(value) => {
                    trouble.set(None);
                    onchange.emit(value);
                }
                Err(error) => trouble.set(Some(error.message)),
            }
        })
    };
    html! {
        <label class="json">
            <span class="name">{ props.label.clone() }</span>
            <textarea rows="8" spellcheck="false" value={pretty} {onchange} />
            if let Some(trouble) = &*trouble {
                <span class="trouble-line" role="alert">{ trouble.clone() }</span>
            }
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::{Document, default_alarm};
    use super::*;
    use crate::simulation::scenario::Scenario;

    /// What each kind begins with can be played.
    #[test]
    fn all_kinds_are_strategies() {
        let example = super::super::example();
        for known in &STRATEGIES {
            let strategy = initial(known.kind, "2", &[default_alarm("2", "v2-failures")]);
            let settings = Document::read(&example).unwrap().edited("strategy", Some(strategy));
            let document = Document::read(&Document::merged(&example, &settings).unwrap()).unwrap();
            let scenario = Scenario::parse(&document.rollout().to_json());
            assert!(scenario.is_ok(), "{}: {:?}", known.kind, scenario.err());
        }
    }

    #[test]
    fn members_are_put_where_they_belong() {
        let strategy = initial("blueGreen", "2", &[]);
        let put = put(&strategy, &["smoke", "executions"], number(7.0));
        assert_eq!(put.pointer("/smoke/executions").and_then(Value::as_i64), Some(7));
        assert_eq!(put.pointer("/smoke/max_failures").and_then(Value::as_i64), Some(0));
    }
}
