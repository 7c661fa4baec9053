//! VERSIONS & ALIASES.

use super::Action;
use super::dialog::Dialog;
use crate::base::{Text, Value};
use crate::ui::chart::{Mark, version_class};
use crate::ui::store::{AliasRow, VersionRow, View};
use std::rc::Rc;
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

/// What of the pane is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    #[default]
    Whole,
    Versions,
    Aliases,
}

#[derive(Clone, PartialEq, Properties)]
pub struct VersionsProps {
    pub view: Rc<View>,
    #[prop_or_default]
    pub part: Part,
    pub on: Callback<Action>,
}

/// What moving a weight is called: the moves of one drag are one step.
pub const MOVE: &str = "move of a weight";

fn typed(event: &InputEvent) -> String {
    event.target_unchecked_into::<HtmlInputElement>().value()
}

#[component]
pub fn VersionsPane(props: &VersionsProps) -> Html {
    let VersionsProps { view, part, on } = props;
    let (shows_versions, shows_aliases) = (*part != Part::Aliases, *part != Part::Versions);
    let makes_alias = use_state(|| false);
    let starts = use_state(|| None::<String>);
    let new_alias = {
        let makes_alias = makes_alias.clone();
        Callback::from(move |_| makes_alias.set(true))
    };
    let start = {
        let starts = starts.clone();
        Callback::from(move |target: String| starts.set(Some(target)))
    };
    html! {
        <div class="versions">
            if shows_versions {
                <Publish view={Rc::clone(view)} on={on.clone()} />
                <ul class="rows" aria-label="Versions">
                    { for view.versions.iter().map(|version| html! {
                        <Version key={version.number} version={version.clone()} arn={view.version_arn(version.number)} on={on.clone()} start={start.clone()} />
                    }) }
                </ul>
            }
            if view.versions.is_empty() {
                <p class="empty">{ "No versions yet. A version is a snapshot of the definition that never changes; an alias sends executions to one or two of them." }</p>
            }
            if *part == Part::Whole {
                <header class="sub">
                    <h3>{ "Aliases" }</h3>
                    <button type="button" class="small" onclick={new_alias} disabled={view.versions.is_empty()}>{ "New alias" }</button>
                </header>
            }
            { for view.aliases.iter().filter(|_| shows_aliases).map(|alias| html! {
                <Alias key={alias.name.to_string()} alias={alias.clone()} view={Rc::clone(view)} on={on.clone()} start={start.clone()} />
            }) }
            if shows_aliases && view.aliases.is_empty() && !view.versions.is_empty() {
                <p class="empty">{ "No alias yet. Make one to send a share of the executions to another version." }</p>
            }
            if *makes_alias {
                <NewAlias view={Rc::clone(view)} on={on.clone()} on_close={Callback::from({ let makes_alias = makes_alias.clone(); move |()| makes_alias.set(false) })} />
            }
            if let Some(target) = &*starts {
                <StartDialog view={Rc::clone(view)} target={target.clone()} on={on.clone()} on_close={Callback::from({ let starts = starts.clone(); move |()| starts.set(None) })} />
            }
        </div>
    }
}

#[component]
fn Publish(props: &VersionsProps) -> Html {
    let description = use_state(String::new);
    let view = &props.view;
    let unchanged = view.published_as;
    let label = match unchanged {
        Some(number) => format!("Published as version {number}"),
        None => format!("Publish as version {}", view.next_version),
    };
    let why = match (view.has_errors(), unchanged) {
        (true, _) => Some("the definition has errors"),
        (_, Some(_)) => Some("the definition has not changed since"),
        _ => None,
    };
    let publish = {
        let (on, description) = (props.on.clone(), description.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            on.emit(Action::Publish((*description).clone()));
            description.set(String::new());
        })
    };
    let oninput = {
        let description = description.clone();
        Callback::from(move |event: InputEvent| description.set(typed(&event)))
    };
    html! {
        <form class="publish" onsubmit={publish}>
            if why.is_none() {
                <input type="text" aria-label="description of the version" placeholder="what is new? (optional)" maxlength="256" value={(*description).clone()} {oninput} />
            }
            <button type="submit" class={classes!(why.is_none().then_some("primary"))} disabled={why.is_some()} title={why.unwrap_or("UpdateStateMachine, then PublishStateMachineVersion")}>{ label }</button>
        </form>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct VersionProps {
    version: VersionRow,
    arn: String,
    on: Callback<Action>,
    start: Callback<String>,
}

#[component]
fn Version(props: &VersionProps) -> Html {
    let VersionProps { version, arn, on, start } = props;
    let delete = {
        let (on, arn) = (on.clone(), arn.clone());
        Callback::from(move |_| {
            let request = Value::object([("stateMachineVersionArn", Value::from(arn.as_str()))]);
            on.emit(Action::Call("deletion of a version", "DeleteStateMachineVersion", request));
        })
    };
    let edit = {
        let (on, text) = (on.clone(), version.definition.clone());
        Callback::from(move |_| on.emit(Action::Edit(text.clone())))
    };
    let run = {
        let (start, arn) = (start.clone(), arn.clone());
        Callback::from(move |_| start.emit(arn.clone()))
    };
    let number = version.number.to_string();
    html! {
        <li class={classes!("version", version_class(&number))}>
            <span class="version-name"><Mark version={number.clone()} />{ format!("v{number}") }</span>
            <span class="version-about">
                <span class="description">{ version.description.as_deref().unwrap_or("").to_owned() }</span>
                { for version.aliases.iter().map(|(name, weight)| html! { <span class="chip">{ format!("{name} {weight} %") }</span> }) }
            </span>
            <span class="actions">
                <button type="button" class="small" onclick={run} title={format!("start one execution of version {number}")}>{ "Start" }</button>
                <button type="button" class="small quiet" onclick={edit} title="put its text into the editor">{ "Edit" }</button>
                <button type="button" class="small quiet" onclick={delete} aria-label={format!("delete version {number}")} title={format!("delete version {number}")}>{ "×" }</button>
            </span>
        </li>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct AliasProps {
    alias: AliasRow,
    view: Rc<View>,
    on: Callback<Action>,
    start: Callback<String>,
}

/// An alias is drawn as what it is: a line from the old version to the new one, and how much of it goes where.
#[component]
fn Alias(props: &AliasProps) -> Html {
    let AliasProps { alias, view, on, start } = props;
    let arn = format!("{}:{}", view.machine_arn, alias.name);
    let is_shown = view.alias.as_ref() == Some(&alias.name);
    let numbers: Vec<u32> = view.versions.iter().rev().map(|version| version.number).collect();
    // With one route the other end is the version that could get a share: the newest besides it.
    let (old, new, weight) = match alias.routes.as_slice() {
        [(old, _), (new, weight)] => (*old, Some(*new), *weight),
        [(only, _)] => {
            let other = numbers.iter().rev().find(|number| *number != only).copied();
            match other {
                Some(other) if other > *only => (*only, Some(other), 0),
                Some(other) => (other, Some(*only), 100),
                None => (*only, None, 0),
            }
        }
        _ => return Html::default(),
    };
    let route = {
        let (on, name) = (on.clone(), alias.name.clone());
        move |what: &'static str, old: u32, new: Option<u32>, weight: u8| {
            let routes = match new {
                Some(new) if new != old => vec![(old, 100 - weight), (new, weight)],
                _ => vec![(old, 100)],
            };
            on.emit(Action::Route(what, name.clone(), routes));
        }
    };
    let set_weight = {
        let route = route.clone();
        move |text: String| {
            if let Ok(weight) = text.trim().parse::<f64>() {
                route(MOVE, old, new, weight.round().clamp(0.0, 100.0) as u8);
            }
        }
    };
    let slide = {
        let set = set_weight.clone();
        Callback::from(move |event: InputEvent| set(typed(&event)))
    };
    let write =
        Callback::from(move |event: Event| set_weight(event.target_unchecked_into::<HtmlInputElement>().value()));
    let end = |is_new: bool| {
        let route = route.clone();
        Callback::from(move |_: MouseEvent| match is_new {
            true => route("promotion", new.unwrap_or(old), None, 0),
            false => route("rollback", old, None, 0),
        })
    };
    let choose = |is_new: bool| {
        let route = route.clone();
        Callback::from(move |event: Event| {
            let chosen = event.target_unchecked_into::<HtmlSelectElement>().value().parse::<u32>().unwrap_or(old);
            match is_new {
                true => route("choice of a version", old, Some(chosen), weight),
                false => route("choice of a version", chosen, new.filter(|new| *new != chosen), weight),
            }
        })
    };
    let delete = {
        let (on, arn) = (on.clone(), arn.clone());
        Callback::from(move |_| {
            let request = Value::object([("stateMachineAliasArn", Value::from(arn.as_str()))]);
            on.emit(Action::Call("deletion of an alias", "DeleteStateMachineAlias", request));
        })
    };
    let look = {
        let (on, name) = (on.clone(), alias.name.clone());
        Callback::from(move |_| on.emit(Action::LookAt(name.clone())))
    };
    let run = {
        let (start, arn) = (start.clone(), arn.clone());
        Callback::from(move |_| start.emit(arn.clone()))
    };
    let select = |label: &str, value: u32, other: Option<u32>, onchange: Callback<Event>| {
        html! {
            <span class={classes!("route", version_class(&value.to_string()))}>
                <Mark version={value.to_string()} />
                <select aria-label={format!("{label} version of {}", alias.name)} {onchange}>
                    { for numbers.iter().filter(|number| Some(**number) != other).map(|number| html! {
                        <option value={number.to_string()} selected={*number == value}>{ format!("v{number}") }</option>
                    }) }
                </select>
            </span>
        }
    };
    let new_class = new.map(|new| version_class(&new.to_string()));
    html! {
        <section class={classes!("alias", is_shown.then_some("shown"))} aria-label={format!("alias {}", alias.name)}>
            <header>
                <button type="button" class="alias-name" aria-pressed={is_shown.to_string()} onclick={look} title="simulate the traffic of this alias">{ alias.name.to_string() }</button>
                <span class="description">{ alias.description.as_deref().unwrap_or("").to_owned() }</span>
                <button type="button" class="small" onclick={run} title={format!("start one execution through {}", alias.name)}>{ "Start" }</button>
                <button type="button" class="small quiet" onclick={delete} aria-label={format!("delete alias {}", alias.name)} title={format!("delete alias {}", alias.name)}>{ "×" }</button>
            </header>
            <div class="alias-split">
                { select("older", old, new, choose(false)) }
                if let Some(new) = new {
                    <input class={classes!("weight", new_class)} type="range" min="0" max="100" step="1" value={weight.to_string()} oninput={slide} aria-label={format!("weight of version {new} in {}", alias.name)} />
                    { select("newer", new, Some(old), choose(true)) }
                    <label class="percent"><input type="number" min="0" max="100" step="1" value={weight.to_string()} onchange={write} aria-label={format!("percent of version {new} in {}", alias.name)} />{ "%" }</label>
                } else {
                    <span class="description">{ "all executions" }</span>
                }
            </div>
            if new.is_some() {
                <div class="ends">
                    <button type="button" class="small" onclick={end(false)} disabled={weight == 0 && alias.routes.len() == 1} title={format!("all executions to version {old}")}>{ "Roll back" }</button>
                    <button type="button" class="small" onclick={end(true)} disabled={weight == 100 && alias.routes.len() == 1} title={format!("all executions to version {}", new.unwrap_or(old))}>{ "Promote" }</button>
                </div>
            }
        </section>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct NewAliasProps {
    view: Rc<View>,
    on: Callback<Action>,
    on_close: Callback<()>,
}

#[component]
fn NewAlias(props: &NewAliasProps) -> Html {
    let name = use_state(String::new);
    let version = use_state(|| props.view.versions.first().map_or(1, |version| version.number));
    let taken = props.view.aliases.iter().any(|alias| *alias.name == **name);
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let wrong = if name.is_empty() {
        Some("give it a name, such as PROD")
    } else if name.len() > 80 {
        Some("80 characters are the most")
    } else if !name.chars().all(word) {
        Some("letters, digits, and . _ - only")
    } else if name.bytes().all(|c| c.is_ascii_digit()) {
        Some("digits alone would be a version: add a letter")
    } else if taken {
        Some("there is an alias of this name")
    } else {
        None
    };
    let onsubmit = {
        let (props, name, version) = (props.clone(), name.clone(), version.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let route = Value::object([
                ("stateMachineVersionArn", Value::from(props.view.version_arn(*version))),
                ("weight", Value::from(100_i64)),
            ]);
            let request =
                Value::object([("name", Value::from(name.as_str())), ("routingConfiguration", Value::array([route]))]);
            props.on.emit(Action::Call("new alias", "CreateStateMachineAlias", request));
            props.on_close.emit(());
        })
    };
    let oninput = {
        let name = name.clone();
        Callback::from(move |event: InputEvent| name.set(typed(&event)))
    };
    let onchange = {
        let version = version.clone();
        Callback::from(move |event: Event| {
            if let Ok(number) = event.target_unchecked_into::<HtmlSelectElement>().value().parse() {
                version.set(number);
            }
        })
    };
    html! {
        <Dialog title="New alias" on_close={props.on_close.clone()}>
            <form class="form" {onsubmit}>
                <label>{ "Name" }<input type="text" value={(*name).clone()} {oninput} aria-describedby="alias-rule" autocomplete="off" /></label>
                <p id="alias-rule" class="hint" role="status">{ wrong.unwrap_or("good") }</p>
                <label>{ "All executions go to" }
                    <select {onchange}>
                        { for props.view.versions.iter().map(|row| html! { <option value={row.number.to_string()} selected={row.number == *version}>{ format!("version {}", row.number) }</option> }) }
                    </select>
                </label>
                <footer><button type="submit" class="primary" disabled={wrong.is_some()}>{ "Create alias" }</button></footer>
            </form>
        </Dialog>
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct StartProps {
    pub view: Rc<View>,
    /// The ARN that is chosen at first.
    pub target: String,
    pub on: Callback<Action>,
    pub on_close: Callback<()>,
}

/// Test cases that can be chosen; more are for the AWS CLI.
const CASES: usize = 500;

/// Starts one execution by hand.
#[component]
pub fn StartDialog(props: &StartProps) -> Html {
    let view = &props.view;
    let target = use_state(|| props.target.clone());
    let name = use_state(String::new);
    let input = use_state(|| {
        let first = view.inputs.at(0).and_then(|class| class.get("json")).map(Value::to_pretty);
        first.unwrap_or_else(|| "{}".into())
    });
    let wrong = Value::parse(&input).err();
    let case = use_state(String::new);
    let cases: Vec<Text> =
        view.mocks.iter().flat_map(|mocks| mocks.0.test_cases(&view.machine)).take(CASES).cloned().collect();
    let mut targets: Vec<(String, String)> = view
        .aliases
        .iter()
        .map(|alias| (format!("{}:{}", view.machine_arn, alias.name), format!("alias {}", alias.name)))
        .collect();
    targets.extend(view.versions.iter().map(|row| (view.version_arn(row.number), format!("version {}", row.number))));
    targets.push((view.machine_arn.to_string(), "the unpublished definition".into()));
    let onsubmit = {
        let (props, name, input) = (props.clone(), name.clone(), input.clone());
        let target = if case.is_empty() { (*target).clone() } else { format!("{}#{}", *target, *case) };
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            props.on_close.emit(());
            props.on.emit(Action::Start { target: target.clone(), name: (*name).clone(), input: (*input).clone() });
        })
    };
    let choose = {
        let target = target.clone();
        Callback::from(move |event: Event| target.set(event.target_unchecked_into::<HtmlSelectElement>().value()))
    };
    let choose_case = {
        let case = case.clone();
        Callback::from(move |event: Event| case.set(event.target_unchecked_into::<HtmlSelectElement>().value()))
    };
    let set_name = {
        let name = name.clone();
        Callback::from(move |event: InputEvent| name.set(typed(&event)))
    };
    let set_input = {
        let input = input.clone();
        Callback::from(move |event: InputEvent| input.set(event.target_unchecked_into::<HtmlTextAreaElement>().value()))
    };
    html! {
        <Dialog title="Start an execution" on_close={props.on_close.clone()}>
            <form class="form" {onsubmit}>
                <label>{ "Of" }
                    <select onchange={choose}>
                        { for targets.into_iter().map(|(arn, words)| html! { <option value={arn.clone()} selected={arn == *target}>{ words }</option> }) }
                    </select>
                </label>
                if !cases.is_empty() {
                    <label>{ "Test case" }
                        <select onchange={choose_case}>
                            <option value="" selected={case.is_empty()}>{ "none" }</option>
                            { for cases.iter().map(|name| html! { <option value={name.to_string()} selected={**name == **case}>{ name.to_string() }</option> }) }
                        </select>
                    </label>
                }
                <label>{ "Name" }<input type="text" placeholder="made up if left empty" maxlength="80" value={(*name).clone()} oninput={set_name} autocomplete="off" /></label>
                <label>{ "Input" }<textarea class="code" rows="10" spellcheck="false" value={(*input).clone()} oninput={set_input} aria-invalid={wrong.is_some().to_string()} /></label>
                if let Some(error) = &wrong {
                    <p class="hint bad" role="status">{ format!("not JSON: {}", error.message) }</p>
                }
                <footer><button type="submit" class="primary" disabled={wrong.is_some()}>{ "Start" }</button></footer>
            </form>
        </Dialog>
    }
}

/// `arn` of an alias and its routes as a request of UpdateStateMachineAlias.
pub fn routing(machine_arn: &Text, alias: &Text, routes: &[(u32, u8)]) -> Value {
    let items = routes.iter().map(|(version, weight)| {
        Value::object([
            ("stateMachineVersionArn", Value::from(format!("{machine_arn}:{version}"))),
            ("weight", Value::from(u32::from(*weight))),
        ])
    });
    Value::object([
        ("stateMachineAliasArn", Value::from(format!("{machine_arn}:{alias}"))),
        ("routingConfiguration", items.collect()),
    ])
}
