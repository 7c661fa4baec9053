//! TASKS: what comes of each call of a Task state, by version, and how long it takes.
//!
//! What is edited is the document that scenarios have (`engine::tasks::behaviour`). The controls know its usual form, one
//! rule with outcomes and a law; every other form is edited as JSON.

use super::Action;
use super::field::{JsonField, TextField, num};
use crate::asl::{Definition, StateType};
use crate::base::document::{Findings, Place};
use crate::base::value::read::parse;
use crate::base::{Object, Text, Value};
use crate::engine::tasks::Latency;
use crate::simulation::report::number as plain;
use crate::ui::chart::duration;
use crate::ui::simulate::parts::{Choice, Number};
use crate::ui::store::{Mocks, View};
use crate::workspace::import;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub struct TasksProps {
    pub view: Rc<View>,
    /// The documents of the draft and of versions, as [`View::versions`] has them; the draft's first.
    pub behaviours: Rc<[(Option<u32>, Value)]>,
    pub selected: Option<Rc<str>>,
    /// Whether they can only be looked at.
    #[prop_or_default]
    pub read_only: bool,
    pub on: Callback<Action>,
}

const KINDS: [(&str, &str); 4] = [
    ("constant", "always"),
    ("uniform", "evenly from … to"),
    ("exponential", "exponential"),
    ("lognormal", "log-normal"),
];

const OUTCOMES: [(&str, &str); 4] =
    [("success", "succeeds"), ("error", "fails"), ("timeout", "times out"), ("never", "never answers")];

fn words(pairs: &[(&'static str, &'static str)]) -> Vec<(AttrValue, AttrValue)> {
    pairs.iter().map(|(value, words)| (AttrValue::from(*value), AttrValue::from(*words))).collect()
}

fn with(value: &Value, key: &str, member: Option<Value>) -> Value {
    let mut object = value.as_object().cloned().unwrap_or_default();
    match member {
        Some(member) => drop(object.insert(key.into(), member)),
        None => drop(object.remove(key)),
    }
    object.into()
}

#[component]
pub fn TasksPane(props: &TasksProps) -> Html {
    let TasksProps { view, behaviours, selected, read_only, on } = props;
    let chosen = use_state(|| None::<Option<u32>>);
    let newest = view.versions.first().map(|version| version.number);
    // The newest version is the one that is played; the draft is nobody's traffic yet.
    let target = chosen.filter(|chosen| behaviours.iter().any(|(version, _)| version == chosen)).unwrap_or(newest);
    let document = behaviours.iter().find(|(version, _)| *version == target).map(|(_, value)| value.clone());
    let document = document.unwrap_or_else(|| Object::new().into());
    let text: Rc<str> = match target {
        None => Rc::clone(&view.seen),
        Some(number) => {
            let version = view.versions.iter().find(|version| version.number == number);
            version.map_or_else(|| "".into(), |version| Rc::clone(&version.definition))
        }
    };
    let tasks = use_memo(text, |text| {
        let definition = Definition::read(text);
        let task = |state: &&crate::asl::State| state.state_type == Some(StateType::Task);
        definition.states.iter().filter(task).map(|state| state.name.clone()).collect::<Vec<Text>>()
    });
    let choose = {
        let chosen = chosen.clone();
        Callback::from(move |value: String| chosen.set(Some(value.parse().ok())))
    };
    let mut options: Vec<(AttrValue, AttrValue)> = vec![("draft".into(), "the draft".into())];
    options.extend(
        view.versions
            .iter()
            .map(|row| (AttrValue::from(row.number.to_string()), AttrValue::from(format!("version {}", row.number)))),
    );
    let value = target.map_or_else(|| "draft".to_owned(), |number| number.to_string());
    let before =
        target.and_then(|number| behaviours.iter().find(|(version, _)| version.is_some_and(|other| other < number)));
    html! {
        <div class="form-pane">
            <div class="form-head">
                <Choice label="of" {options} {value} onchange={choose} />
                if let Some((Some(number), other)) = before.filter(|(_, other)| *other != document && !read_only) {
                    <button type="button" class="small" onclick={{
                        let (on, other) = (on.clone(), other.clone());
                        move |_| on.emit(Action::Behave(target, other.clone()))
                    }}>{ format!("Same as version {number}") }</button>
                }
            </div>
            if tasks.is_empty() {
                <p class="empty">{ "This definition has no Task states: nothing in it takes time or fails by chance." }</p>
            }
            <fieldset class="bare" disabled={*read_only}>{ for tasks.iter().map(|name| {
                let change = {
                    let (on, document, name) = (on.clone(), document.clone(), name.clone());
                    Callback::from(move |rule: Option<Value>| on.emit(Action::Behave(target, with(&document, &name, rule))))
                };
                let rule = document.get(name).cloned();
                let is_selected = selected.as_deref() == Some(&**name);
                html! { <Task key={format!("{target:?} {name}")} name={name.clone()} {rule} {is_selected} {change} /> }
            }) }</fieldset>
            if let Some(mocks) = &view.mocks {
                <Mocked view={Rc::clone(view)} mocks={mocks.clone()} {read_only} on={on.clone()} />
            }
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct MockedProps {
    view: Rc<View>,
    mocks: Mocks,
    read_only: bool,
    on: Callback<Action>,
}

/// Test cases and remarks that are shown.
const SHOWN: usize = 20;

/// Which states do not behave as above, in which test case.
#[component]
fn Mocked(props: &MockedProps) -> Html {
    let MockedProps { view, mocks, read_only, on } = props;
    let remarks = use_memo(
        (mocks.clone(), view.machine.clone(), Rc::clone(&view.definitions), Rc::clone(&view.seen)),
        |(mocks, machine, versions, seen)| {
            let texts = versions.iter().map(|(_, text)| &**text).chain([&**seen]);
            // That the file has other machines, too, was told when it was opened.
            let all: Vec<&str> = mocks.0.machines().map(|name| &**name).collect();
            import::remarks(&mocks.0, machine, &all, texts)
        },
    );
    let cases: Vec<&Text> = mocks.0.test_cases(&view.machine).collect();
    let states = |name: &Text| {
        let Some(case) = mocks.0.test_case(&view.machine, name) else { return String::new() };
        let mut states: Vec<&str> = case.responses().take(SHOWN).map(|(state, _)| &**state).collect();
        let more = case.responses().len().saturating_sub(SHOWN);
        let more = (more > 0).then(|| format!("{more} more"));
        states.extend(more.as_deref());
        if states.is_empty() { "nothing".to_owned() } else { states.join(", ") }
    };
    let ask = |action: Action| {
        let on = on.clone();
        Callback::from(move |_: MouseEvent| on.emit(action.clone()))
    };
    html! {
        <section class="task" aria-label="test cases">
            <header>
                <h3>{ "Test cases" }</h3>
                <span class="actions">
                    <button type="button" class="small quiet" onclick={ask(Action::SaveMocks)} title="as MockConfigFile.json">{ "Save" }</button>
                    if !read_only {
                        <button type="button" class="small quiet" onclick={ask(Action::Unmock)}>{ "Remove" }</button>
                    }
                </span>
            </header>
            <p class="hint">{ "An execution that is started with a test case gets the mocked answers of these states; all else is as above." }</p>
            <dl class="cases">
                { for cases.iter().take(SHOWN).map(|name| html! { <><dt>{ name.to_string() }</dt><dd>{ states(name) }</dd></> }) }
            </dl>
            if cases.is_empty() {
                <p class="hint">{ format!("The file has none of {}.", view.machine) }</p>
            }
            if cases.len() > SHOWN {
                <p class="hint">{ format!("and {} more", cases.len() - SHOWN) }</p>
            }
            if !remarks.is_empty() {
                <details>
                    <summary>{ if remarks.len() == 1 { "1 remark".to_owned() } else { format!("{} remarks", remarks.len()) } }</summary>
                    <ul class="remarks">
                        { for remarks.iter().take(SHOWN).map(|remark| html! {
                            <li><code>{ remark.pointer.to_string() }</code>{ format!(": {}", remark.message) }
                                if let Some(help) = &remark.help { { format!(" ({help})") } }
                            </li>
                        }) }
                    </ul>
                </details>
            }
        </section>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct TaskProps {
    name: Text,
    rule: Option<Value>,
    is_selected: bool,
    change: Callback<Option<Value>>,
}

/// Whether the controls can show a rule.
fn is_usual(rule: &Value) -> bool {
    let Some(rule) = rule.as_object() else { return false };
    let known = rule.keys().all(|key| matches!(&**key, "latency" | "outcomes"));
    let plain = |outcome: &Value| {
        outcome.as_object().is_some_and(|outcome| {
            outcome.keys().all(|key| matches!(&**key, "p" | "outcome" | "output" | "error" | "cause"))
        })
    };
    let outcomes = rule.get("outcomes").and_then(Value::as_array);
    let rests = outcomes.map_or(0, |outcomes| outcomes.iter().filter(|outcome| outcome.get("p").is_none()).count());
    let kind = rule.get("latency").and_then(|law| law.get("kind")).and_then(Value::as_str).unwrap_or("constant");
    let law = KINDS.iter().any(|(known, _)| *known == kind);
    known && law && rests <= 1 && outcomes.is_none_or(|outcomes| outcomes.iter().all(plain))
}

#[component]
fn Task(props: &TaskProps) -> Html {
    let TaskProps { name, rule, is_selected, change } = props;
    let Some(rule) = rule else {
        let set = change.reform(|_: MouseEvent| {
            let text = r#"{"latency": {"kind": "constant", "ms": 0}, "outcomes": [{"outcome": "success"}]}"#;
            Some(Value::parse(text).unwrap_or_default())
        });
        return html! {
            <section class={classes!("task", is_selected.then_some("selected"))} aria-label={name.to_string()}>
                <header><h3>{ name.to_string() }</h3><button type="button" class="small" onclick={set}>{ "Set" }</button></header>
                <p class="hint">{ "default: gives back what it was given, at once" }</p>
            </section>
        };
    };
    let unset = change.reform(|_: MouseEvent| None);
    let write = change.reform(Some);
    html! {
        <section class={classes!("task", is_selected.then_some("selected"))} aria-label={name.to_string()}>
            <header>
                <h3>{ name.to_string() }</h3>
                <button type="button" class="small quiet" onclick={unset}>{ "Default" }</button>
            </header>
            if is_usual(rule) {
                <Law law={rule.get("latency").cloned().unwrap_or_default()} change={{
                    let (rule, write) = (rule.clone(), write.clone());
                    Callback::from(move |law| write.emit(with(&rule, "latency", Some(law))))
                }} />
                <Outcomes outcomes={rule.get("outcomes").cloned().unwrap_or_default()} change={{
                    let (rule, write) = (rule.clone(), write.clone());
                    Callback::from(move |outcomes| write.emit(with(&rule, "outcomes", Some(outcomes))))
                }} />
            }
            <details open={!is_usual(rule)}>
                <summary>{ "as JSON" }</summary>
                <JsonField label={format!("behaviour of {name}")} value={rule.clone()} onchange={write.clone()} />
            </details>
        </section>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct LawProps {
    law: Value,
    change: Callback<Value>,
}

/// How long an attempt takes, and the picture of its chances.
#[component]
fn Law(props: &LawProps) -> Html {
    let LawProps { law, change } = props;
    let kind = law.get("kind").and_then(Value::as_str).unwrap_or("constant").to_owned();
    let ms = |key: &str, or: f64| law.get(key).and_then(Value::as_f64).unwrap_or(or);
    // What is known of the old law is the best guess at the new one.
    let middle = ms("ms", ms("mean_ms", ms("median_ms", (ms("from_ms", 0.0) + ms("to_ms", 200.0)) / 2.0)));
    let choose = {
        let change = change.clone();
        Callback::from(move |kind: String| {
            let members = match &*kind {
                "uniform" => vec![("from_ms", num(0.0)), ("to_ms", num(middle * 2.0))],
                "exponential" => vec![("mean_ms", num(middle))],
                "lognormal" => vec![("median_ms", num(middle)), ("sigma", num(0.5))],
                _ => vec![("ms", num(middle))],
            };
            let object = [("kind", Value::from(kind.as_str()))].into_iter().chain(members);
            change.emit(Value::object(object));
        })
    };
    let number = |label: &'static str, key: &'static str, unit: &'static str, value: f64, max: f64| {
        let (change, law) = (change.clone(), law.clone());
        let onchange = Callback::from(move |value: f64| change.emit(with(&law, key, Some(num(value)))));
        html! { <Number {label} {value} min={0.0} {max} whole={false} {unit} {onchange} /> }
    };
    const LONGEST: f64 = 86_400_000.0;
    html! {
        <div class="law">
            <Choice label="takes" options={words(&KINDS)} value={kind.clone()} onchange={choose} />
            { match &*kind {
                "uniform" => html! { <>
                    { number("from", "from_ms", "ms", ms("from_ms", 0.0), ms("to_ms", LONGEST)) }
                    { number("to", "to_ms", "ms", ms("to_ms", 0.0), LONGEST) }
                </> },
                "exponential" => number("mean", "mean_ms", "ms", ms("mean_ms", 0.0), LONGEST),
                "lognormal" => html! { <>
                    { number("median", "median_ms", "ms", ms("median_ms", 0.0), LONGEST) }
                    { number("spread σ", "sigma", "", ms("sigma", 0.5), 5.0) }
                </> },
                _ => number("", "ms", "ms", ms("ms", 0.0), LONGEST),
            } }
            <Sketch law={law.clone()} />
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct SketchProps {
    law: Value,
}

/// The density of a law, from its distribution, with the median and the 99th percentile in words.
#[component]
fn Sketch(props: &SketchProps) -> Html {
    const WIDTH: usize = 96;
    const HEIGHT: f64 = 24.0;
    let Some(law) = read(&props.law) else { return Html::default() };
    if law.constant().is_some() {
        return Html::default();
    }
    let below = |ms: f64| law.cdf(crate::base::Delay::from_nanos((ms * 1e6) as u64));
    let at = |share: f64| {
        let (mut low, mut high) = (0.0, 1.0);
        while below(high) < share && high < 1e9 {
            high *= 2.0;
        }
        for _ in 0..40 {
            let middle = (low + high) / 2.0;
            if below(middle) < share { low = middle } else { high = middle }
        }
        high
    };
    let (median, slow) = (at(0.5), at(0.99));
    let end = slow * 1.1;
    let step = end / WIDTH as f64;
    let heights: Vec<f64> = (0..WIDTH).map(|n| below((n + 1) as f64 * step) - below(n as f64 * step)).collect();
    let top = heights.iter().copied().fold(1e-12, f64::max);
    let mut path = format!("M0 {HEIGHT}");
    for (n, height) in heights.iter().enumerate() {
        path += &format!("L{n} {:.1}", HEIGHT - height / top * (HEIGHT - 2.0));
    }
    path += &format!("L{WIDTH} {HEIGHT}Z");
    let said = format!("half within {}, 99 % within {}", duration(median), duration(slow));
    html! {
        <span class="sketch">
            <svg viewBox={format!("0 0 {WIDTH} {HEIGHT}")} width={WIDTH.to_string()} height={HEIGHT.to_string()} aria-hidden="true"><path d={path} /></svg>
            <span class="hint">{ said }</span>
        </span>
    }
}

fn read(law: &Value) -> Option<Latency> {
    let parsed = parse(&law.to_json());
    Latency::read(&Place::root(&parsed.root), &mut Findings::default())
}

#[derive(Clone, PartialEq, Properties)]
struct OutcomesProps {
    outcomes: Value,
    change: Callback<Value>,
}

/// What may come of an attempt: shares that sum to 100 %, of which one is what the others leave.
#[component]
fn Outcomes(props: &OutcomesProps) -> Html {
    let OutcomesProps { outcomes, change } = props;
    let mut list: Vec<Value> = outcomes.as_array().map(|list| list.iter().cloned().collect()).unwrap_or_default();
    if list.iter().all(|outcome| outcome.get("p").is_some()) {
        list.push(Value::object([("outcome", "success")].map(|(key, value)| (key, Value::from(value)))));
    }
    let taken: f64 = list.iter().filter_map(|outcome| outcome.get("p")).filter_map(Value::as_f64).sum();
    let rest = (1.0 - taken).max(0.0);
    let emit = {
        let change = change.clone();
        move |list: &[Value]| change.emit(list.iter().cloned().collect())
    };
    let add = {
        let (emit, list) = (emit.clone(), list.clone());
        Callback::from(move |_: MouseEvent| {
            let mut list = list.clone();
            let share = num(rest.min(0.05));
            list.insert(0, Value::object([("p", share), ("outcome", "error".into()), ("error", "Failed".into())]));
            emit(&list);
        })
    };
    html! {
        <>
            <ul class="outcomes">
                { for list.iter().enumerate().map(|(n, outcome)| {
                    let edit = {
                        let (emit, list) = (emit.clone(), list.clone());
                        move |key: &'static str, value: Option<Value>| {
                            let mut list = list.clone();
                            if let Some(entry) = list.get_mut(n) {
                                *entry = with(entry, key, value);
                            }
                            emit(&list);
                        }
                    };
                    let share = outcome.get("p").and_then(Value::as_f64);
                    let kind = outcome.get("outcome").and_then(Value::as_str).unwrap_or("success").to_owned();
                    let text = |key: &'static str, label: &'static str, placeholder: &'static str| {
                        let edit = edit.clone();
                        let value = outcome.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
                        let onchange = Callback::from(move |text: String| {
                            // An error has a name; a cause it may lack.
                            let value = (!text.is_empty() || key == "error").then(|| Value::from(text.as_str()));
                            edit(key, value);
                        });
                        html! { <TextField {label} {value} {placeholder} {onchange} /> }
                    };
                    let choose = {
                        let (emit, list) = (emit.clone(), list.clone());
                        Callback::from(move |kind: String| {
                            let mut list = list.clone();
                            if let Some(entry) = list.get_mut(n) {
                                let mut fresh = with(&Object::new().into(), "p", entry.get("p").cloned());
                                fresh = with(&fresh, "outcome", Some(kind.as_str().into()));
                                *entry = if kind == "error" { with(&fresh, "error", Some("Failed".into())) } else { fresh };
                            }
                            emit(&list);
                        })
                    };
                    let set_share = {
                        let edit = edit.clone();
                        Callback::from(move |percent: f64| edit("p", Some(num(percent / 100.0))))
                    };
                    let remove = {
                        let (emit, list) = (emit.clone(), list.clone());
                        Callback::from(move |_: MouseEvent| {
                            let mut list = list.clone();
                            list.remove(n);
                            emit(&list);
                        })
                    };
                    let write = {
                        let edit = edit.clone();
                        Callback::from(move |value: Value| edit("output", Some(value)))
                    };
                    let has_output = outcome.get("output").is_some();
                    let says = {
                        let edit = edit.clone();
                        Callback::from(move |what: String| {
                            edit("output", (what == "json").then(|| Object::new().into()));
                        })
                    };
                    html! {
                        <li class={if kind == "success" { "good" } else { "bad" }}>
                            <div class="outcome">
                                if let Some(share) = share {
                                    <Number label="share of attempts" hides_label={true} value={round(share * 100.0)} min={0.0} max={round((share + rest) * 100.0)} whole={false} unit="%" onchange={set_share} />
                                } else {
                                    <span class="rest" title="what the others leave">{ format!("{} %", plain(round(rest * 100.0))) }</span>
                                }
                                <Choice label="what comes of it" hides_label={true} options={words(&OUTCOMES)} value={kind.clone()} onchange={choose} />
                                if kind == "error" {
                                    { text("error", "error name", "Error name") }
                                    { text("cause", "cause", "cause (optional)") }
                                }
                                if kind == "success" {
                                    <Choice label="its result" hides_label={true} options={words(&[("echo", "with what it was given"), ("json", "with this result:")])} value={if has_output { "json" } else { "echo" }} onchange={says} />
                                }
                                if share.is_some() {
                                    <button type="button" class="small quiet" onclick={remove} aria-label="remove this outcome" title="remove this outcome">{ "×" }</button>
                                }
                            </div>
                            if let Some(output) = outcome.get("output").filter(|_| kind == "success") {
                                <JsonField label="result" value={output.clone()} onchange={write} />
                            }
                        </li>
                    }
                }) }
            </ul>
            <button type="button" class="small" onclick={add} disabled={rest <= 0.0}>{ "Add a failure" }</button>
        </>
    }
}

/// Percents as people write them.
fn round(percent: f64) -> f64 {
    (percent * 1e6).round() / 1e6
}
