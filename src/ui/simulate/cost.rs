//! The Cost tab: what executions of each version cost, at list prices or the author's.

use super::document::{Document, number, text, with};
use super::explain::Explain;
use super::parts::{Choice, Number};
use super::rollout::{Same, version};
use super::traffic::Counted;
use crate::base::Value;
use crate::simulation::cost::{Use, cost};
use crate::simulation::report::{VersionReport, count, number as plain};
use crate::simulation::scenario::{Price, Scenario, WorkflowType};
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub struct CostProps {
    pub told: Counted,
    pub scenario: Same<Scenario>,
    pub document: Same<Document>,
    pub is_stale: bool,
    pub on_edit: Callback<(&'static str, Option<Value>)>,
}

/// Minutes in a month of 30 days.
const MONTH: f64 = 43_200.0;

fn usd(value: f64) -> String {
    if value > 0.0 && value < 0.01 { format!("${}", plain(value)) } else { format!("${}", cents(value)) }
}

/// `1,234.50`
fn cents(value: f64) -> String {
    let whole = value.floor();
    let rest = ((value - whole) * 100.0).round().min(99.0);
    format!("{}.{rest:02}", count(whole as u64))
}

#[component]
pub fn Cost(props: &CostProps) -> Html {
    let (told, price) = (&props.told.0, props.scenario.0.price);
    let standard = price.workflow_type == WorkflowType::Standard;
    let all: u64 = told.versions.iter().map(|version| version.started).sum();
    let per_min = props.scenario.0.traffic.rate.at(crate::base::Delay::ZERO);
    let monthly = per_min * MONTH;
    let of = |version: &VersionReport, executions: f64| {
        let used = Use {
            executions,
            transitions: version.transitions_per_execution * executions,
            billed_seconds: version.billed_per_execution * executions,
        };
        cost(&price, used).usd
    };
    let edit = |key: &'static str| {
        let (on_edit, price) = (
            props.on_edit.clone(),
            props.document.0.get("/price").cloned().unwrap_or_else(|| Value::object::<&str>([])),
        );
        move |value: Value| on_edit.emit(("price", Some(with(&price, key, Some(value)))))
    };
    let (set_type, set_transitions, set_requests, set_memory) =
        (edit("type"), edit("per_1000_transitions"), edit("per_million_requests"), edit("memory_mb"));
    let kinds = vec![("STANDARD".into(), "Standard".into()), ("EXPRESS".into(), "Express".into())];
    let blended: f64 =
        told.versions.iter().map(|version| of(version, monthly * version.started as f64 / all.max(1) as f64)).sum();
    let row = |report: &VersionReport| {
        let share = report.started as f64 / all.max(1) as f64;
        let million = of(report, 1e6);
        let unit = if standard { report.transitions_per_execution } else { report.billed_per_execution };
        let filled = filled(&price, report);
        html! {
            <tr>
                <th scope="row">{ version(&report.version) }</th>
                <td>{ if report.started == 0 { "–".to_owned() } else { plain(unit) } }</td>
                <td>
                    if report.started == 0 { { "–" } } else {
                        <Explain
                            value={usd(million)}
                            name={format!("a million executions of version {}", report.version)}
                            formula={if standard { "transitions × price per transition" } else { "requests × price + GB-hours × price by tier" }}
                            {filled}
                            says={if standard { "Every state entered and every retry is a transition; versions and aliases are free." } else { "Each execution is billed by duration, rounded up to 100 ms, and memory, rounded up to 64 MB." }}
                        />
                    }
                </td>
                <td>{ count(report.started) }</td>
                <td>{ usd(report.cost.usd) }</td>
                <td>{ usd(of(report, monthly * share)) }</td>
            </tr>
        }
    };
    html! {
        <div class={classes!("cost", props.is_stale.then_some("stale"))}>
            <div class="fields">
                <Choice label="workflow type" options={kinds} value={if standard { "STANDARD" } else { "EXPRESS" }} onchange={Callback::from(move |kind: String| set_type(text(&kind)))} />
                if standard {
                    <Number label="USD per 1,000 transitions" value={price.per_1000_transitions} min={0.0} max={1e6} whole={false} onchange={Callback::from(move |value: f64| set_transitions(number(value)))} />
                } else {
                    <Number label="USD per million requests" value={price.per_million_requests} min={0.0} max={1e6} whole={false} onchange={Callback::from(move |value: f64| set_requests(number(value)))} />
                    <Number label="memory" value={price.memory_mb} min={0.0} max={1e6} unit="MB" onchange={Callback::from(move |value: f64| set_memory(number(value)))} />
                }
            </div>
            <div class="cost-table" tabindex="0">
                <table class="by-version">
                    <thead>
                        <tr>
                            <th scope="col">{ "version" }</th>
                            <th scope="col">{ if standard { "transitions each" } else { "billed seconds each" } }</th>
                            <th scope="col">{ "a million executions" }</th>
                            <th scope="col">{ "executions here" }</th>
                            <th scope="col">{ "cost here" }</th>
                            <th scope="col">{ "its share of a month" }</th>
                        </tr>
                    </thead>
                    <tbody>{ for told.versions.iter().map(row) }</tbody>
                    <tfoot>
                        <tr>
                            <th scope="row">{ "together" }</th>
                            <td /><td />
                            <td>{ count(all) }</td>
                            <td>{ usd(told.versions.iter().map(|version| version.cost.usd).sum()) }</td>
                            <td>
                                <Explain
                                    value={usd(blended)}
                                    name="a month"
                                    formula="rate × 30 days × cost of an execution, as the weight mixes versions"
                                    filled={format!("{} / min × {} min = {} executions", plain(per_min), count(MONTH as u64), count(monthly as u64))}
                                    says="What the bill would be at this rate and this weight, before the free tier."
                                />
                            </td>
                        </tr>
                    </tfoot>
                </table>
            </div>
            <p class="hint">{ "List prices of us-east-1. What tasks cost (Lambda and others) is not part of it." }</p>
        </div>
    }
}

fn filled(price: &Price, report: &VersionReport) -> String {
    match price.workflow_type {
        WorkflowType::Standard => {
            format!(
                "{} × 1,000,000 / 1,000 × ${}",
                plain(report.transitions_per_execution),
                plain(price.per_1000_transitions)
            )
        }
        WorkflowType::Express => format!(
            "${} + {} s × 1,000,000 × {} MB",
            plain(price.per_million_requests),
            plain(report.billed_per_execution),
            plain(crate::simulation::cost::billed_memory_mb(price.memory_mb))
        ),
    }
}
