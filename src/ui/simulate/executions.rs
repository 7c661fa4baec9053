//! The Executions tab: every execution of the traffic, by version, status and error; and those that were started by hand.

use super::Opened;
use super::field::Crowd;
use super::parts::Choice;
use crate::simulation::arrivals::MINUTE;
use crate::simulation::customers::OPEN;
use crate::simulation::report::count;
use crate::ui::chart::{Mark, duration, time, version_class};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub struct ExecutionsProps {
    pub customers: Crowd,
    /// Changes whenever the customers do.
    pub stamp: u32,
    pub weight: u8,
    pub old: AttrValue,
    pub new: AttrValue,
    pub errors: Rc<[Rc<str>]>,
    pub on_open: Callback<Opened>,
    /// The other table, and how many are in it.
    pub by_hand: Html,
    pub by_hand_count: usize,
}

/// Rows on a page.
const PAGE: usize = 100;

/// By [`Futures::close`](crate::simulation::customers::Futures::close).
const STATUSES: [(u8, &str, &str); 5] = [
    (0, "SUCCEEDED", "succeeded"),
    (1, "FAILED", "failed"),
    (2, "TIMED_OUT", "timed out"),
    (3, "ABORTED", "aborted"),
    (OPEN, "RUNNING", "never ends"),
];

#[component]
pub fn Executions(props: &ExecutionsProps) -> Html {
    let by_hand = use_state(|| false);
    let version = use_state(String::new);
    let status = use_state(String::new);
    let error = use_state(String::new);
    let page = use_state(|| 0_usize);
    let set = |state: &UseStateHandle<String>| {
        let (state, page) = (state.clone(), page.clone());
        Callback::from(move |value: String| {
            state.set(value);
            page.set(0);
        })
    };
    let show = |hand: bool| {
        let by_hand = by_hand.clone();
        Callback::from(move |_: MouseEvent| by_hand.set(hand))
    };
    let total = props.customers.0.borrow().len();
    let sources = html! {
        <div class="segments" role="group" aria-label="which executions">
            <button type="button" aria-pressed={(!*by_hand).to_string()} onclick={show(false)}>{ format!("Simulated {}", count(total as u64)) }</button>
            <button type="button" aria-pressed={by_hand.to_string()} onclick={show(true)}>{ format!("Started by hand {}", props.by_hand_count) }</button>
        </div>
    };
    if *by_hand {
        return html! { <div class="executions"><div class="filters">{ sources }</div>{ props.by_hand.clone() }</div> };
    }
    let customers = props.customers.0.borrow();
    let wanted_status = STATUSES.iter().find(|(_, name, _)| **name == **status).map(|(number, _, _)| *number);
    let wanted_error = error.parse::<u16>().ok();
    let wanted_new = match &**version {
        "" => None,
        name => Some(*name == *props.new),
    };
    let side =
        |n: usize| if customers.goes_to_new(n, props.weight) { &customers.futures.new } else { &customers.futures.old };
    let is_wanted = |n: &usize| {
        let futures = side(*n);
        wanted_new.is_none_or(|new| customers.goes_to_new(*n, props.weight) == new)
            && wanted_status.is_none_or(|status| futures.close.get(*n) == Some(&status))
            && wanted_error.is_none_or(|error| futures.error.get(*n) == Some(&error))
    };
    let mut found = 0;
    let mut rows = Vec::new();
    for n in (0..customers.len()).filter(is_wanted) {
        if found / PAGE == *page {
            rows.push(n);
        }
        found += 1;
    }
    let pages = found.div_ceil(PAGE).max(1);
    let any = |words: &'static str| (AttrValue::from(""), AttrValue::from(words));
    let mut versions = vec![any("all")];
    let mut names = vec![props.old.clone()];
    if props.new != props.old {
        names.push(props.new.clone());
    }
    versions.extend(names.into_iter().map(|name| (name.clone(), AttrValue::from(format!("version {name}")))));
    let mut statuses = vec![any("all")];
    statuses.extend(STATUSES.iter().map(|(_, name, words)| (AttrValue::from(*name), AttrValue::from(*words))));
    let mut errors = vec![any("all")];
    let named = props.errors.iter().enumerate().filter(|(_, name)| !name.is_empty());
    errors.extend(named.map(|(n, name)| (AttrValue::from(n.to_string()), AttrValue::from(Rc::clone(name)))));
    let turn = |by: isize| {
        let page = page.clone();
        Callback::from(move |_: MouseEvent| page.set(page.saturating_add_signed(by)))
    };
    html! {
        <div class="executions">
            <div class="filters">
                { sources }
                <Choice label="version" options={versions} value={(*version).clone()} onchange={set(&version)} />
                <Choice label="status" options={statuses} value={(*status).clone()} onchange={set(&status)} />
                if errors.len() > 1 {
                    <Choice label="error" options={errors} value={(*error).clone()} onchange={set(&error)} />
                }
                <span class="hint" role="status">{ format!("{} of {}", count(found as u64), count(total as u64)) }</span>
                if pages > 1 {
                    <span class="pager">
                        <button type="button" class="quiet" onclick={turn(-1)} disabled={*page == 0} aria-label="earlier executions">{ "‹" }</button>
                        <span class="hint">{ format!("page {} of {}", count(*page as u64 + 1), count(pages as u64)) }</span>
                        <button type="button" class="quiet" onclick={turn(1)} disabled={*page + 1 >= pages} aria-label="later executions">{ "›" }</button>
                    </span>
                }
            </div>
            if rows.is_empty() {
                <p class="empty">{ if total == 0 { "Nothing was simulated yet." } else { "No execution is like that." } }</p>
            } else {
                <table class="grid">
                    <thead><tr>
                        <th scope="col">{ "#" }</th><th scope="col">{ "start" }</th><th scope="col">{ "version" }</th><th scope="col">{ "status" }</th>
                        <th scope="col">{ "error" }</th><th scope="col" class="n">{ "duration" }</th><th scope="col" class="n">{ "transitions" }</th><th scope="col" class="n">{ "attempts" }</th>
                    </tr></thead>
                    <tbody>
                        { for rows.into_iter().filter_map(|n| {
                            let futures = side(n);
                            let name = if customers.goes_to_new(n, props.weight) { &props.new } else { &props.old };
                            let close = *futures.close.get(n)?;
                            let words = STATUSES.iter().find(|(number, ..)| *number == close).map_or("", |(_, _, words)| words);
                            let opened = Opened::of(&customers, n, props.weight, &props.old, &props.new)?;
                            let open = props.on_open.clone();
                            let error = props.errors.get(usize::from(*futures.error.get(n)?)).cloned().unwrap_or_default();
                            let at = *customers.at.get(n)? as f64 / MINUTE as f64;
                            let is_bad = futures.is_bad(n);
                            Some(html! {
                                <tr key={n}>
                                    <td><button type="button" class="link" onclick={move |_| open.emit(opened.clone())} aria-label={format!("open execution {}", n + 1)}>{ count(n as u64 + 1) }</button></td>
                                    <td>{ time(at) }</td>
                                    <td class={version_class(name)}><Mark version={name.clone()} />{ format!("v{name}") }</td>
                                    <td class={is_bad.then_some("bad")}>{ if is_bad { "× " } else { "" } }{ words }</td>
                                    <td>{ error.to_string() }</td>
                                    <td class="n">{ if close == OPEN { "–".to_owned() } else { duration(*futures.duration.get(n)? as f64 / 1e6) } }</td>
                                    <td class="n">{ *futures.transitions.get(n)? }</td>
                                    <td class="n">{ *futures.attempts.get(n)? }</td>
                                </tr>
                            })
                        }) }
                    </tbody>
                </table>
            }
        </div>
    }
}
