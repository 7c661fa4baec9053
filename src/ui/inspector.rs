//! One execution: its history, and what it was at each event of it.

use super::chart::{Mark, duration, version_class};
use super::workflow::Path;
use crate::asl::Program;
use crate::base::value::Value;
use crate::base::{Id, Object, Text, Time};
use crate::engine::history::{Event, EventKind, History, ScopeId, View};
use crate::service::Account;
use crate::simulation::interpret::{Which, replay};
use crate::simulation::scenario::Scenario;
use crate::ui::simulate::Opened;
use std::rc::Rc;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

/// An execution with all that its history needs.
#[derive(Debug)]
struct Told {
    name: String,
    program: Rc<Program>,
    events: Vec<Event>,
    version: Option<u32>,
    alias: Option<Text>,
    status: &'static str,
    started: Time,
    /// In milliseconds.
    took: Option<f64>,
    failure: Option<(Text, Text)>,
    role_arn: Text,
    version_arn: Option<Text>,
    alias_arn: Option<Text>,
    region: Text,
    input_text: Option<Text>,
}

#[derive(Clone, Debug)]
pub struct Subject(Rc<Told>);

impl PartialEq for Subject {
    fn eq(&self, other: &Subject) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

fn main_scope() -> ScopeId {
    ScopeId::from_usize(0)
}

impl Subject {
    /// An execution of the account.
    pub fn of_account(account: &Account, arn: &str) -> Option<Subject> {
        let run = account.run(arn)?;
        let failure = run
            .execution
            .failure()
            .map(|failure| (failure.error.clone().unwrap_or_default(), failure.cause.clone().unwrap_or_default()));
        let stopped = run.execution.stopped();
        Some(Subject(Rc::new(Told {
            name: run.name.to_string(),
            program: Rc::clone(run.execution.program()),
            events: run.log.events.iter().filter(|event| event.scope == main_scope()).cloned().collect(),
            version: run.version,
            alias: run.alias.clone(),
            status: run.status().name(),
            started: run.execution.started(),
            took: stopped.map(|stopped| stopped.since(run.execution.started()).as_secs_f64() * 1e3),
            failure,
            role_arn: run.revision.role_arn.clone(),
            version_arn: run.version_arn(),
            alias_arn: run.alias_arn(),
            region: account.settings().region.clone(),
            input_text: Some(run.input.clone()),
        })))
    }

    /// An execution of a simulation, run again.
    ///
    /// # Errors
    /// Why it cannot be.
    pub fn of_simulation(scenario: &str, alias: Option<Text>, opened: &Opened) -> Result<Subject, String> {
        let first = |findings: Vec<crate::base::Diagnostic>| {
            findings.first().map_or_else(String::new, |finding| finding.message.clone())
        };
        let scenario = Scenario::parse(scenario).map_err(first)?;
        let which =
            Which { replication: opened.replication, minute: opened.minute, index: opened.index, ..Which::default() };
        let found = replay(&scenario, which, &opened.version).map_err(first)?;
        let found = found.ok_or("there is no such execution in this scenario any more")?;
        let failure = found
            .execution
            .failure()
            .map(|failure| (failure.error.clone().unwrap_or_default(), failure.cause.clone().unwrap_or_default()));
        let status =
            match found.log.events.iter().rev().find(|event| event.scope == main_scope()).map(|event| &event.kind) {
                Some(EventKind::ExecutionSucceeded { .. }) => "SUCCEEDED",
                Some(EventKind::ExecutionFailed(_)) => "FAILED",
                Some(EventKind::ExecutionTimedOut(_)) => "TIMED_OUT",
                Some(EventKind::ExecutionAborted(_)) => "ABORTED",
                _ => "RUNNING",
            };
        let is_main = |event: &&Event| event.scope == main_scope();
        Ok(Subject(Rc::new(Told {
            name: format!("minute {}, number {}", opened.minute + 1, opened.index + 1),
            events: found.log.events.iter().filter(is_main).cloned().collect(),
            program: found.program,
            version: opened.version.parse().ok(),
            alias,
            status,
            started: found.start,
            took: found.duration.map(|took| took.as_secs_f64() * 1e3),
            failure,
            role_arn: found.identity.role_arn.clone(),
            version_arn: None,
            alias_arn: None,
            region: "us-east-1".into(),
            input_text: None,
        })))
    }

    pub fn len(&self) -> usize {
        self.0.events.len()
    }

    /// How far it has come after so many events.
    pub fn path(&self, count: usize) -> Path {
        let told = &self.0;
        let view = View::at(&told.events, main_scope(), count);
        let failed = count == self.len() && matches!(told.status, "FAILED" | "TIMED_OUT" | "ABORTED");
        Path::of(&told.program, told.version, &view, failed)
    }

    fn history(&self) -> History<'_> {
        let told = &self.0;
        History {
            program: &told.program,
            role_arn: told.role_arn.clone(),
            version_arn: told.version_arn.clone(),
            alias_arn: told.alias_arn.clone(),
            region: told.region.clone(),
            input_text: told.input_text.clone(),
            include_data: true,
        }
    }

    /// `events` as GetExecutionHistory gives them.
    pub fn to_json(&self) -> String {
        let history = self.history();
        let event = |event: &Event| {
            let exported = history.export(event);
            let mut object = Object::with_capacity(5);
            object.insert("timestamp".into(), Value::from(event.at.to_rfc3339()));
            object.insert("type".into(), Value::String(exported.event_type));
            object.insert("id".into(), Value::from(event.id.0));
            object.insert("previousEventId".into(), Value::from(event.previous.0));
            if let Some((key, details)) = exported.details {
                object.insert(key, details.into());
            }
            Value::from(object)
        };
        let events: Value = self.0.events.iter().map(event).collect();
        Value::object([("events", events)]).to_pretty()
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct InspectorProps {
    pub subject: Subject,
    /// How many events are looked at.
    pub count: usize,
    pub on_count: Callback<usize>,
    pub on_close: Callback<()>,
    pub on_copy: Callback<String>,
}

/// Rows of the table around the cursor.
const ROWS: usize = 200;

#[component]
pub fn Inspector(props: &InspectorProps) -> Html {
    let InspectorProps { subject, count, on_count, .. } = props;
    let count = *count;
    let told = &*subject.0;
    let total = told.events.len();
    let (body, root) = (use_node_ref(), use_node_ref());
    use_effect_with(subject.clone(), {
        let root = root.clone();
        move |_| {
            if let Some(root) = root.cast::<HtmlElement>() {
                let _ = root.focus();
            }
        }
    });
    use_effect_with(count, {
        let body = body.clone();
        move |_| {
            let current =
                body.cast::<web_sys::Element>().and_then(|body| body.query_selector(".current").ok().flatten());
            if let (Some(row), Some(body)) = (
                current.and_then(|row| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(row).ok()),
                body.cast::<HtmlElement>(),
            ) {
                // Only the table scrolls: `scroll_into_view` would move the page, too.
                let (top, bottom) = (row.offset_top(), row.offset_top() + row.offset_height());
                if top < body.scroll_top() + 28 {
                    body.set_scroll_top(top - 28);
                } else if bottom > body.scroll_top() + body.client_height() {
                    body.set_scroll_top(bottom - body.client_height());
                }
            }
        }
    });
    let go = |to: usize| {
        let on_count = on_count.clone();
        let to = to.clamp(1, total.max(1));
        Callback::from(move |_: MouseEvent| on_count.emit(to))
    };
    let onkeydown = {
        let (on_count, on_close) = (on_count.clone(), props.on_close.clone());
        Callback::from(move |event: KeyboardEvent| {
            let next = match event.key().as_str() {
                "ArrowRight" | "ArrowDown" => count + 1,
                "ArrowLeft" | "ArrowUp" => count.saturating_sub(1),
                "Home" => 1,
                "End" => total,
                "Escape" => {
                    event.prevent_default();
                    return on_close.emit(());
                }
                _ => return,
            };
            event.prevent_default();
            on_count.emit(next.clamp(1, total.max(1)));
        })
    };
    let slide = {
        let on_count = on_count.clone();
        Callback::from(move |event: InputEvent| {
            if let Ok(at) = event.target_unchecked_into::<HtmlInputElement>().value().parse() {
                on_count.emit(at);
            }
        })
    };
    let copy = {
        let (on_copy, subject) = (props.on_copy.clone(), subject.clone());
        Callback::from(move |_: MouseEvent| on_copy.emit(subject.to_json()))
    };
    let view = View::at(&told.events, main_scope(), count);
    let history = subject.history();
    let from = (count.saturating_sub(1) / ROWS) * ROWS;
    let is_bad = matches!(told.status, "FAILED" | "TIMED_OUT" | "ABORTED");
    let current = view.current.and_then(|id| Some((told.program.states.lookup(id)?, view.states.get(&id)?)));
    let event = count.checked_sub(1).and_then(|at| told.events.get(at));
    html! {
        <section class="inspector" aria-label={format!("execution {}", told.name)} tabindex="-1" ref={root} {onkeydown}>
            <header class="pane-head">
                <h2>{ "Execution" }</h2>
                <b>{ told.name.clone() }</b>
                if let Some(number) = told.version {
                    <span class={version_class(&number.to_string())}><Mark version={number.to_string()} />{ format!("v{number}") }</span>
                }
                if let Some(alias) = &told.alias { <span class="chip">{ alias.to_string() }</span> }
                <span class={if is_bad { "status bad" } else { "status" }}>{ if is_bad { "× " } else { "" } }{ told.status }</span>
                if let Some((error, cause)) = &told.failure {
                    <span class="bad">{ error.to_string() }{ if cause.is_empty() { String::new() } else { format!(": {cause}") } }</span>
                }
                <span class="hint">{ told.took.map_or_else(|| "has not ended".to_owned(), |took| format!("took {}", duration(took))) }</span>
                <span class="spacer" />
                <button type="button" class="small" onclick={copy}>{ "Copy history" }</button>
                <button type="button" class="icon-button" aria-label="close the execution" title="close (Esc)" onclick={props.on_close.reform(|_: MouseEvent| ())}>{ "×" }</button>
            </header>
            <div class="inspector-body">
                <div class="events" ref={body} tabindex="0" role="group" aria-label="events">
                    <table class="grid">
                        <thead><tr><th scope="col" class="n">{ "id" }</th><th scope="col">{ "type" }</th><th scope="col">{ "state" }</th><th scope="col" class="n">{ "after" }</th></tr></thead>
                        <tbody>
                            { for told.events.iter().enumerate().skip(from).take(ROWS).map(|(at, event)| {
                                let exported = history.export(event);
                                let state = event.state.and_then(|id| told.program.states.lookup(id)).map(|state| state.name.to_string());
                                let is_bad = exported.event_type.contains("Failed") || exported.event_type.contains("TimedOut") || exported.event_type.contains("Aborted");
                                let is_current = at + 1 == count;
                                html! {
                                    <tr key={at} class={classes!(is_current.then_some("current"), (at >= count).then_some("later"))} aria-current={is_current.then_some("step")} onclick={go(at + 1)}>
                                        <td class="n">{ event.id.0 }</td>
                                        <td class={is_bad.then_some("bad")}>{ if is_bad { "× " } else { "" } }{ exported.event_type.to_string() }</td>
                                        <td>{ state.unwrap_or_default() }</td>
                                        <td class="n">{ duration(event.at.since(told.started).as_secs_f64() * 1e3) }</td>
                                    </tr>
                                }
                            }) }
                        </tbody>
                    </table>
                </div>
                <div class="at">
                    <div class="steps-bar">
                        <button type="button" class="small" onclick={go(1)} disabled={count <= 1} aria-label="first event">{ "|◀" }</button>
                        <button type="button" class="small" onclick={go(count.saturating_sub(1))} disabled={count <= 1} aria-label="one event back">{ "◀" }</button>
                        <input type="range" min="1" max={total.to_string()} value={count.to_string()} oninput={slide} aria-label="event" aria-valuetext={format!("event {count} of {total}")} />
                        <button type="button" class="small" onclick={go(count + 1)} disabled={count >= total} aria-label="one event on">{ "▶" }</button>
                        <button type="button" class="small" onclick={go(total)} disabled={count >= total} aria-label="last event">{ "▶|" }</button>
                        <span class="hint" role="status">{ format!("event {count} of {total}") }</span>
                    </div>
                    if let Some(event) = event {
                        if let Some((key, details)) = history.export(event).details {
                            <Data title={key.to_string()} value={Value::from(details)} open={true} />
                        }
                    }
                    if let Some((state, visits)) = current {
                        <h3>{ format!("{} at this event", state.name) }</h3>
                        if let Some(input) = &visits.input { <Data title="input" value={input.clone()} open={true} /> }
                        if let Some(output) = &visits.output { <Data title="output" value={output.clone()} open={true} /> }
                    }
                    if !view.variables.is_empty() {
                        <Data title="variables" value={Value::from(view.variables.clone())} open={true} />
                    }
                </div>
            </div>
        </section>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct DataProps {
    title: AttrValue,
    value: Value,
    open: bool,
}

/// Longer texts are cut: a payload may have 256 KiB.
const LONGEST: usize = 20_000;

#[component]
fn Data(props: &DataProps) -> Html {
    let mut text = props.value.to_pretty();
    if text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
        text += "\n… (the rest is in the copied history)";
    }
    html! {
        <details class="data" open={props.open}>
            <summary>{ props.title.clone() }</summary>
            <pre>{ text }</pre>
        </details>
    }
}
