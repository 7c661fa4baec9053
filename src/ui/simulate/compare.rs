//! The Compare tab: several strategies on the same customers, which no other beats, and which to take.

use super::document::{Document, text, with};
use super::explain::Explain;
use super::rollout::{Same, estimate, sentence, with_interval};
use super::strategy::initial;
use crate::base::Value;
use crate::simulation::compare::{Alternative, ComparisonReport, Line, Want};
use crate::simulation::report::{chance, number as plain};
use crate::ui::chart::{Scale, time, use_width};
use yew::prelude::*;

/// The strategies that are compared: the author's own, and the usual ones.
pub fn alternatives(document: &Document) -> Vec<Alternative> {
    const USUAL: [(&str, &str); 8] = [
        ("all at once", r#"{"kind": "allAtOnce", "bake_ms": 900000}"#),
        (
            "blue/green, 20 smoke tests",
            r#"{"kind": "blueGreen", "smoke": {"executions": 20, "max_failures": 0}, "bake_ms": 900000}"#,
        ),
        ("canary 1 % for 5 min", r#"{"kind": "canary", "weight": 1, "interval_ms": 300000, "bake_ms": 600000}"#),
        ("canary 10 % for 5 min", r#"{"kind": "canary", "weight": 10, "interval_ms": 300000, "bake_ms": 600000}"#),
        ("canary 10 % for 15 min", r#"{"kind": "canary", "weight": 10, "interval_ms": 900000, "bake_ms": 600000}"#),
        ("canary 50 % for 5 min", r#"{"kind": "canary", "weight": 50, "interval_ms": 300000, "bake_ms": 600000}"#),
        ("linear 10 % a minute", r#"{"kind": "linear", "weight": 10, "interval_ms": 60000, "bake_ms": 600000}"#),
        ("linear 10 % every 3 min", r#"{"kind": "linear", "weight": 10, "interval_ms": 180000, "bake_ms": 300000}"#),
    ];
    let root = document.rollout();
    let played = |strategy: &Value| {
        let strategy = with(strategy, "to", Some(text(&document.new)));
        with(&root, "strategy", Some(strategy)).to_json()
    };
    let own = document.strategy();
    let mut list = vec![Alternative { name: "yours".into(), values: Vec::new(), document: played(&own) }];
    // One of the usual ones may be the author's own.
    let plain = with(&own, "to", None).to_json();
    let usual = USUAL.iter().filter_map(|(name, strategy)| Some((*name, Value::parse(strategy).ok()?)));
    let sprt = ("sequential test at 10 %", initial("sprt", &document.new, &[]));
    for (name, strategy) in usual.chain([sprt]).filter(|(_, strategy)| strategy.to_json() != plain) {
        list.push(Alternative { name: name.into(), values: Vec::new(), document: played(&strategy) });
    }
    list
}

#[derive(Clone, PartialEq, Properties)]
pub struct CompareProps {
    pub report: Same<ComparisonReport>,
    /// How many there will be.
    pub of: usize,
    pub is_stale: bool,
}

#[component]
pub fn Compare(props: &CompareProps) -> Html {
    let report = &props.report.0;
    let done = report.lines.len();
    html! {
        <div class={classes!("compare", props.is_stale.then_some("stale"))}>
            <p class="recommendation">
                if done < props.of {
                    <span class="faint">{ format!("{done} of {} strategies played on the same customers …", props.of) }</span>
                } else if let Some(name) = &report.recommendation.name {
                    <b>{ format!("Take {name}. ") }</b>
                    <span>{ sentence(report.recommendation.reason.split_once(": ").map_or(&*report.recommendation.reason, |(_, reason)| reason)) }</span>
                } else {
                    <b>{ "None of them will do. " }</b><span>{ sentence(&report.recommendation.reason) }</span>
                }
            </p>
            <div class="compare-columns">
                <div class="compare-table" tabindex="0">{ table(report, "strategy", true, report.recommendation.name.as_deref()) }</div>
                <Front report={props.report.clone()} />
            </div>
        </div>
    }
}

/// `A`, `B`, …
fn letter(n: usize) -> String {
    char::from_u32('A' as u32 + (n % 26) as u32).map_or(String::new(), String::from)
}

/// What a column is called, how its numbers come about, and what they mean.
const COLUMNS: [(&str, &str, &str); 7] = [
    (
        "turned back",
        "P(rollback), exact where there is a closed form, + P(refused before anything is shifted)",
        "How often the new version, as it behaves here, does not come through.",
    ),
    ("min to it", "mean, of those rolled back", "From the first share of traffic to the rollback."),
    ("failures", "executions on the new version that fail, per rollout", "The whole blast radius."),
    ("its fault", "of these, would have succeeded on the old version", "What this rollout costs customers."),
    (
        "for nothing",
        "the same with the old version in the place of the new",
        "How often a harmless version is turned back.",
    ),
    ("min to 100 %", "exact, or the mean of harmless versions that get there", "How long a good version waits."),
    (
        "USD",
        "list price of all executions in one rollout",
        "Versions and aliases are free; retries and states are not.",
    ),
];

/// The numbers of a line, by column: what is shown, and what it is made of.
fn numbers(line: &Line) -> [(Option<String>, String); 7] {
    let rolled_back = match line.rollback_exact {
        Some(exact) => format!("{} rolled back; simulated {}", chance(exact), estimate(&line.rollback)),
        None => format!("{} rolled back", estimate(&line.rollback)),
    };
    let refused = match line.refused.value {
        value if value > 0.0 => format!(" + {} refused", estimate(&line.refused)),
        _ => String::new(),
    };
    let falsely =
        format!("{} rolled back + {} refused", chance(line.false_rollback.unwrap_or(0.0)), chance(line.false_refusal));
    [
        (Some(chance(line.catches())), rolled_back + &refused),
        (line.mean_minutes_to_rollback.map(plain), String::new()),
        (Some(plain(line.failures.mean)), with_interval(&line.failures, "")),
        (Some(plain(line.attributable.mean)), with_interval(&line.attributable, "")),
        (line.cries_wolf().map(chance), falsely),
        (line.minutes_to_full.map(plain), String::new()),
        (Some(plain(line.usd)), String::new()),
    ]
}

/// The lines side by side. Those of a sweep have no letter, because no picture calls them by it; `mark` is set off.
pub(super) fn table(report: &ComparisonReport, what: &str, has_letters: bool, mark: Option<&str>) -> Html {
    let row = |(n, line): (usize, &Line)| {
        let cells = COLUMNS.iter().zip(numbers(line)).map(|((name, formula, says), (value, filled))| match value {
            None => html! { <td class="faint">{ "–" }</td> },
            Some(value) => html! {
                <td><Explain {value} name={format!("{name}, {}", line.name)} formula={*formula} {filled} says={*says} /></td>
            },
        });
        html! {
            <tr class={classes!((mark == Some(&*line.name)).then_some("chosen"))}>
                <th scope="row">
                    if has_letters {
                        <span class={classes!("letter", line.on_front.then_some("front"))}>{ letter(n) }</span>
                    }
                    { line.name.to_string() }
                </th>
                { for cells }
            </tr>
        }
    };
    html! {
        <table class="by-version">
            <thead>
                <tr>
                    <th scope="col">{ what.to_owned() }</th>
                    { for COLUMNS.iter().map(|(name, formula, says)| html! {
                        <th scope="col"><Explain value={*name} name={*name} formula={*formula} says={*says} /></th>
                    }) }
                </tr>
            </thead>
            <tbody>{ for report.lines.iter().enumerate().map(row) }</tbody>
        </table>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct FrontProps {
    report: Same<ComparisonReport>,
}

const HEIGHT: f64 = 300.0;
const LEFT: f64 = 52.0;
const BOTTOM: f64 = 40.0;

/// How long a good version waits against what a bad one costs: below and left of a point there is nothing better.
#[component]
fn Front(FrontProps { report }: &FrontProps) -> Html {
    let node = use_node_ref();
    let width = use_width(node.clone());
    let lines = &report.0.lines;
    let points: Vec<(usize, &Line, f64, f64)> = lines
        .iter()
        .enumerate()
        .filter_map(|(n, line)| Some((n, line, line.minutes_to_full?, line.attributable.mean)))
        .collect();
    let is_wolf = |line: &Line| line.cries_wolf().is_some_and(|share| share > Want::default().false_rollback);
    let wolves = lines.iter().any(is_wolf);
    let most = |of: fn(&(usize, &Line, f64, f64)) -> f64| points.iter().map(of).fold(1e-9, f64::max);
    let (right, top) = ((width - 24.0).max(LEFT + 1.0), 12.0);
    let (x_end, y_end) = (most(|point| point.2) * 1.08, most(|point| point.3) * 1.12);
    // What is at once lies beside the axis, not on it.
    let x = Scale::new((-0.03 * x_end, x_end), (LEFT, right));
    let y = Scale::new((0.0, y_end), (HEIGHT - BOTTOM, top));
    html! {
        <figure class="plot front-plot" ref={node}>
            <figcaption><span class="title">{ "Speed against damage" }</span><span class="readout"><span class="faint">{ "filled: no other is better in everything" }{ if wolves { " · red: turns back more than 5 % of harmless ones" } else { "" } }</span></span></figcaption>
            if width > 0.0 {
                <svg class="plot-drawing" width={width.to_string()} height={HEIGHT.to_string()} role="img" aria-label="Minutes to 100 % against failures that are the rollout's fault; the table has the numbers">
                    <g class="axis" aria-hidden="true">
                        { for Scale::ticks((0.0, y_end), 4).iter().map(|tick| {
                            let place = y.place(*tick).to_string();
                            html! { <><line x1={LEFT.to_string()} x2={right.to_string()} y1={place.clone()} y2={place.clone()} /><text class="y" x={(LEFT - 6.0).to_string()} y={place} dy="0.32em">{ plain(*tick) }</text></> }
                        }) }
                        { for Scale::time_ticks((0.0, x_end), 5).iter().map(|tick| html! {
                            <text class="x" x={x.place(*tick).to_string()} y={(HEIGHT - BOTTOM + 16.0).to_string()}>{ time(*tick) }</text>
                        }) }
                        <text class="x" x={((LEFT + right) / 2.0).to_string()} y={(HEIGHT - 6.0).to_string()}>{ "until all start on the new version, if it is good" }</text>
                        <text class="y" x={(right).to_string()} y={(top + 2.0).to_string()}>{ "↑ failures that are its fault" }</text>
                    </g>
                    { for points.iter().map(|(n, line, minutes, failures)| {
                        let (cx, cy) = (x.place(*minutes), y.place(*failures));
                        html! {
                            <g class={classes!("point", line.on_front.then_some("front"), is_wolf(line).then_some("wolf"))}>
                                <circle cx={cx.to_string()} cy={cy.to_string()} r="9" />
                                <text x={cx.to_string()} y={cy.to_string()} dy="0.35em">{ letter(*n) }</text>
                                <title>{ line.name.to_string() }</title>
                            </g>
                        }
                    }) }
                </svg>
            }
        </figure>
    }
}
