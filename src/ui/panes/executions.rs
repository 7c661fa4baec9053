//! Executions that were started by hand.

use super::Action;
use crate::base::Text;
use crate::base::sort::sort;
use crate::ui::chart::{Mark, duration, version_class};
use crate::ui::simulate::parts::Choice;
use crate::ui::store::RunRow;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub struct RunsProps {
    pub runs: Rc<[RunRow]>,
    pub on: Callback<Action>,
}

/// The rows that are shown.
const SHOWN: usize = 200;

#[component]
pub fn Runs(props: &RunsProps) -> Html {
    let version = use_state(String::new);
    let alias = use_state(String::new);
    let status = use_state(String::new);
    if props.runs.is_empty() {
        return html! { <p class="empty">{ "None yet: Start, at a version or an alias, runs one execution and opens it." }</p> };
    }
    let choice = |label: &'static str, state: &UseStateHandle<String>, of: &dyn Fn(&RunRow) -> Option<String>| {
        let mut words: Vec<String> = props.runs.iter().filter_map(of).collect();
        sort(&mut words);
        words.dedup();
        let mut options = vec![(AttrValue::from(""), AttrValue::from("all"))];
        options.extend(words.into_iter().map(|word| (AttrValue::from(word.clone()), AttrValue::from(word))));
        let set = state.clone();
        html! { <Choice {label} {options} value={(**state).clone()} onchange={Callback::from(move |value| set.set(value))} /> }
    };
    let of_version = |run: &RunRow| run.version.map(|version| format!("v{version}"));
    let of_alias = |run: &RunRow| run.alias.as_ref().map(Text::to_string);
    let of_status = |run: &RunRow| Some(run.status.to_owned());
    let is = |state: &str, found: Option<String>| state.is_empty() || found.as_deref() == Some(state);
    let wanted =
        |run: &&RunRow| is(&version, of_version(run)) && is(&alias, of_alias(run)) && is(&status, of_status(run));
    html! {
        <>
            <div class="filters">
                { choice("version", &version, &of_version) }
                { choice("alias", &alias, &of_alias) }
                { choice("status", &status, &of_status) }
            </div>
            <table class="grid">
                <thead><tr>
                    <th scope="col">{ "name" }</th><th scope="col">{ "version" }</th><th scope="col">{ "alias" }</th><th scope="col">{ "status" }</th>
                    <th scope="col">{ "error" }</th><th scope="col">{ "started" }</th><th scope="col" class="n">{ "duration" }</th>
                </tr></thead>
                <tbody>
                    { for props.runs.iter().filter(wanted).take(SHOWN).map(|run| {
                        let (on, arn) = (props.on.clone(), run.arn.clone());
                        let is_bad = matches!(run.status, "FAILED" | "TIMED_OUT" | "ABORTED");
                        html! {
                            <tr key={run.arn.to_string()}>
                                <td><button type="button" class="link" onclick={move |_| on.emit(Action::Open(arn.clone()))}>{ run.name.to_string() }</button></td>
                                { match run.version {
                                    Some(number) => html! { <td class={version_class(&number.to_string())}><Mark version={number.to_string()} />{ format!("v{number}") }</td> },
                                    None => html! { <td>{ "–" }</td> },
                                } }
                                <td>{ run.alias.as_deref().unwrap_or("–").to_owned() }</td>
                                <td class={is_bad.then_some("bad")}>{ if is_bad { "× " } else { "" } }{ run.status }</td>
                                <td>{ run.error.as_deref().unwrap_or("").to_owned() }</td>
                                <td>{ run.started.to_string() }</td>
                                <td class="n">{ run.seconds.map_or_else(|| "–".to_owned(), |seconds| duration(seconds * 1e3)) }</td>
                            </tr>
                        }
                    }) }
                </tbody>
            </table>
        </>
    }
}
