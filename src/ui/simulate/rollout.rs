//! The Rollout tab: one strategy, played a thousand times, beside what the closed form says.

use super::alarms::Alarms;
use super::document::{Document, number};
use super::explain::Explain;
use super::parts::{Choice, Number};
use super::strategy::StrategyForm;
use crate::base::Value;
use crate::simulation::alarm::{AlarmState, Point};
use crate::simulation::presets::{PRESETS, Preset};
use crate::simulation::report::{
    Estimate, ExactReport, Mean, Report, RolloutReport, RunReport, chance, count, number as plain,
};
use crate::simulation::rollout::Deed;
use crate::simulation::scenario::Scenario;
use crate::ui::chart::{Draw, Mark, Plot, Row, Series, Unit, time, version_class};
use std::rc::Rc;
use yew::prelude::*;

/// Something compared by who it is.
#[derive(Debug)]
pub struct Same<T>(pub Rc<T>);

impl<T> Clone for Same<T> {
    fn clone(&self) -> Same<T> {
        Same(Rc::clone(&self.0))
    }
}

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Same<T>) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct SettingsProps {
    pub document: Same<Document>,
    pub on_edit: Callback<(&'static str, Option<Value>)>,
    pub on_preset: Callback<Preset>,
}

/// The name of a preset, as its document has it.
fn name_of(preset: &Preset) -> String {
    let name =
        Value::parse(preset.document).ok().and_then(|root| root.get("name").and_then(Value::as_str).map(str::to_owned));
    name.unwrap_or_else(|| preset.id.to_owned())
}

/// Strategy, alarms and how often.
#[component]
pub fn Settings(props: &SettingsProps) -> Html {
    let document = &props.document.0;
    let edit = |key: &'static str| {
        let on_edit = props.on_edit.clone();
        move |value: Value| on_edit.emit((key, Some(value)))
    };
    let (strategy, alarms, horizon) = (edit("strategy"), edit("alarms"), edit("horizon_ms"));
    let on_preset = {
        let on_preset = props.on_preset.clone();
        Callback::from(move |id: String| {
            if let Some(preset) = PRESETS.iter().find(|preset| preset.id == id) {
                on_preset.emit(*preset);
            }
        })
    };
    let presets = use_memo((), |()| {
        let mut options = vec![(AttrValue::from(""), AttrValue::from("choose …"))];
        options.extend(PRESETS.iter().map(|preset| (AttrValue::from(preset.id), AttrValue::from(name_of(preset)))));
        options
    });
    let called = document.get("/name").and_then(Value::as_str).unwrap_or_default();
    let preset =
        PRESETS.iter().zip(presets.iter().skip(1)).find(|(_, (_, name))| !called.is_empty() && **name == *called);
    let alarms_json = Value::array(document.alarms()).to_json();
    html! {
        <div class="rollout-settings">
            <Choice label="example" options={(*presets).clone()} value={preset.map_or("", |(preset, _)| preset.id)} onchange={on_preset} />
            if let Some((preset, _)) = preset {
                <p class="expectation">{ preset.expectation }</p>
            }
            <h3>{ format!("Roll out v{} over v{}", document.new, document.old) }</h3>
            <StrategyForm strategy={document.strategy().to_json()} alarms={alarms_json.clone()} new={document.new.to_string()} onchange={Callback::from(strategy)} />
            <h3>{ "Alarms that guard it" }</h3>
            <Alarms alarms={alarms_json} old={document.old.to_string()} new={document.new.to_string()} alias={document.alias().to_owned()} onchange={Callback::from(alarms)} />
            <h3>{ "Play it" }</h3>
            <div class="fields">
                <Number label="each lasts" value={document.horizon()} min={1.0} max={100_000.0} whole={false} unit="min" onchange={Callback::from(move |value: f64| horizon(number(value * 60_000.0)))} />
            </div>
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct ResultProps {
    pub report: Same<Report>,
    pub scenario: Same<Scenario>,
    pub is_stale: bool,
}

#[component]
pub fn Results(props: &ResultProps) -> Html {
    let (report, scenario) = (&props.report.0, &props.scenario.0);
    let Some(rollout) = &report.rollout else {
        return html! { <p class="empty">{ "This strategy never touches the alias: there is nothing to tell." }</p> };
    };
    html! {
        <div class={classes!("rollout-results", props.is_stale.then_some("stale"))}>
            { warnings(report) }
            { headline(rollout, report) }
            <div class="rollout-columns">
                <div class="rollout-charts">
                    <DetectionPlot report={props.report.clone()} />
                    if let Some(run) = &report.run {
                        <p class="one-run">{ format!("The first of {} replications, minute by minute", count(report.replications)) }</p>
                        <WeightPlot report={props.report.clone()} new={scenario.new_name().to_owned()} />
                        { for scenario.alarms.iter().enumerate().map(|(n, _)| html! {
                            <AlarmPlot report={props.report.clone()} scenario={props.scenario.clone()} alarm={n} />
                        }) }
                        <FailurePlot report={props.report.clone()} new={scenario.new_name().to_owned()} />
                        { log(run) }
                    }
                </div>
                <div class="rollout-numbers">
                    { numbers(rollout, report, scenario) }
                    { ends(rollout, report) }
                    { blast(rollout, scenario) }
                    { exactness(rollout) }
                </div>
            </div>
        </div>
    }
}

fn warnings(report: &Report) -> Html {
    if report.warnings.is_empty() {
        return Html::default();
    }
    html! {
        <ul class="warnings" aria-label="Warnings">
            { for report.warnings.iter().map(|warning| html! {
                <li><span>{ sentence(&warning.message) }</span>{ " " }<span class="mend">{ format!("Mend: {}", warning.mend) }</span></li>
            }) }
        </ul>
    }
}

/// A message as a sentence.
pub fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

fn headline(rollout: &RolloutReport, report: &Report) -> Html {
    let Estimate { value, low, high, of } = rollout.rollback;
    let exact = rollout.exact.answer().map(|answer| answer.passage.total());
    html! {
        <p class="headline">
            <Explain
                class="big"
                value={chance(exact.unwrap_or(value))}
                name="P(rollback)"
                formula={if exact.is_some() { "closed form: the alarm machine as a Markov chain over its last datapoints" } else { "replications rolled back / replications" }}
                filled={format!("{} of {} rolled back: {} ({}–{})", count(rollout.rolled_back), count(of), chance(value), plain(100.0 * low), plain(100.0 * high))}
                says="How often this rollout turns back, were it played on traffic like this again and again."
            />
            <span>{ "of these rollouts are rolled back" }</span>
            <span class="faint">{ report.sentences.iter().skip(2).map(|said| sentence(said)).collect::<Vec<_>>().join(" ") }</span>
        </p>
    }
}

/// `14.2 (14.0–14.4)`
pub(super) fn with_interval(mean: &Mean, unit: &str) -> String {
    match (mean.low, mean.high) {
        (Some(low), Some(high)) => format!("{}{unit} ({}–{})", plain(mean.mean), plain(low), plain(high)),
        _ => format!("{}{unit}", plain(mean.mean)),
    }
}

pub(super) fn estimate(estimate: &Estimate) -> String {
    format!("{} ({}–{})", chance(estimate.value), plain(100.0 * estimate.low), plain(100.0 * estimate.high))
}

fn numbers(rollout: &RolloutReport, report: &Report, scenario: &Scenario) -> Html {
    let exact = rollout.exact.answer();
    let new = scenario.new_name();
    let line = |name: String,
                exact: Option<String>,
                played: Option<String>,
                formula: &'static str,
                says: &'static str| {
        let cell = |value: Option<String>, how: &str| match value {
            None => html! { <td class="faint">{ "–" }</td> },
            Some(value) => html! {
                <td><Explain {value} name={format!("{name}, {how}")} {formula} {says} /></td>
            },
        };
        html! { <tr><th scope="row">{ name.clone() }</th>{ cell(exact, "exact") }{ cell(played, "simulated") }</tr> }
    };
    let detection = &rollout.detection;
    let blast = &rollout.blast;
    html! {
        <table class="by-version numbers">
            <thead><tr><td /><th scope="col">{ "exact" }</th><th scope="col">{ format!("{} times", count(report.replications)) }</th></tr></thead>
            <tbody>
                { line("P(rollback)".into(), exact.map(|e| chance(e.passage.total())), Some(estimate(&rollout.rollback)), "rolled back / played, with Wilson's interval", "The exact value lies in the interval 95 times in 100.") }
                { line("mean time to it".into(), exact.and_then(|e| e.passage.mean()).map(|m| format!("{} min", plain(m))), detection.mean_if_detected.as_ref().map(|m| with_interval(m, " min")), "Σ k · P(first alarm at minute k) / P(rollback)", "From the first share of traffic to the rollback, of those that are rolled back.") }
                { line("half by".into(), None, Some(detection.median.map_or("never".into(), |m| format!("{} min", plain(m)))), "median over all replications; not detected counts as never", "Half of all rollouts are rolled back by then.") }
                { line(format!("failures on v{new}"), exact.map(|e| plain(e.failures_new)), Some(with_interval(&blast.failed, "")), "executions started on the new version that ever fail, per rollout", "The whole blast radius: what customers of the new version meet, until the end.") }
                { line("only because of it".into(), exact.map(|e| plain(e.excess)), Some(with_interval(&blast.attributable, "")), "of these, would have succeeded on the old version with the same draws", "What would not have happened without this rollout.") }
                { line("after the rollback".into(), None, Some(with_interval(&blast.after_rollback, "")), "of these, failed at or after the rollback", "Executions keep the version they were started on: a rollback does not save them.") }
                { line("running then".into(), None, blast.in_flight.as_ref().map(|m| with_interval(m, "")), "executions of the new version open at the rollback", "They go on on the new version, as on AWS, unless somebody stops them.") }
                { line("false rollback".into(), exact.map(|e| chance(e.false_rollback)), rollout.false_rollback.as_ref().map(estimate), "the same with the old version in the place of the new", "How often a version that changes nothing would be turned back.") }
                if rollout.false_refusal.is_some_and(|refused| refused.value > 0.0) {
                    { line("false refusal".into(), None, rollout.false_refusal.as_ref().map(estimate), "the same, turned away before anything is shifted", "A smoke test fails by chance, or an alarm rings already.") }
                }
                { line("time to 100 %".into(), exact.and_then(|e| e.minutes_to_full).map(|m| format!("{} min", plain(m))), rollout.harmless_minutes_to_full.as_ref().or(rollout.minutes_to_full.as_ref()).map(|m| with_interval(m, " min")), "the instant at which all start on a new version that changes nothing, where that lasts", "What caution costs a good version.") }
                if let Some(decided) = &rollout.decided_after {
                    { line("decided after".into(), None, Some(with_interval(decided, "")), "executions of the new version that had closed", "What a sequential test needed to see.") }
                }
            </tbody>
        </table>
    }
}

/// How the replications ended, as one bar.
fn ends(rollout: &RolloutReport, report: &Report) -> Html {
    let all = report.replications.max(1) as f64;
    let parts = [
        ("completed", "ok", rollout.completed),
        ("rolled back", "bad", rollout.rolled_back),
        ("refused", "refused", rollout.refused),
        ("paused", "paused", rollout.paused),
        ("undecided", "open", rollout.undecided),
    ];
    bar("How they ended", &parts.map(|(name, class, n)| (name.to_owned(), class, n as f64 / all, count(n))))
}

fn blast(rollout: &RolloutReport, scenario: &Scenario) -> Html {
    let blast = &rollout.blast;
    let all = blast.failed.mean;
    if all <= 0.0 {
        return Html::default();
    }
    let after = blast.after_rollback.mean.min(all);
    let only = blast.attributable.mean.min(all);
    let parts = [
        ("only because of it".to_owned(), "bad", only / all, plain(only)),
        (format!("would fail on v{} too", scenario.old_name()), "open", (all - only) / all, plain(all - only)),
    ];
    let times = [
        ("before the rollback".to_owned(), "paused", (all - after) / all, plain(all - after)),
        ("after it".to_owned(), "refused", after / all, plain(after)),
    ];
    html! { <>{ bar("Blast radius: whose fault", &parts) }{ bar("Blast radius: when", &times) }</> }
}

fn bar(title: &'static str, parts: &[(String, &'static str, f64, String)]) -> Html {
    let mut x = 0.0;
    html! {
        <figure class="parts">
            <figcaption>{ title }</figcaption>
            <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                { for parts.iter().map(|(_, class, share, _)| {
                    let from = x;
                    x += 100.0 * share;
                    html! { <rect class={*class} x={format!("{from:.2}")} y="0" width={format!("{:.2}", 100.0 * share)} height="4" /> }
                }) }
            </svg>
            <ul>
                { for parts.iter().filter(|(_, _, share, _)| *share > 0.0).map(|(name, class, _, value)| html! {
                    <li><i class={*class} />{ name.clone() }{ " " }<b>{ value.clone() }</b></li>
                }) }
            </ul>
        </figure>
    }
}

fn exactness(rollout: &RolloutReport) -> Html {
    match &rollout.exact {
        ExactReport::Answer(_) => Html::default(),
        ExactReport::Reasons { does_not_apply } => html! {
            <div class="hint">
                <p>{ "There is no closed form for this rollout:" }</p>
                <ul>{ for does_not_apply.iter().map(|reason| html! { <li>{ reason.clone() }</li> }) }</ul>
            </div>
        },
    }
}

fn log(run: &RunReport) -> Html {
    html! {
        <ol class="decisions" aria-label="What was decided, and why">
            { for run.decisions.iter().take(60).map(|decision| html! {
                <li class={classes!(matches!(decision.deed, Deed::RollBack | Deed::Refuse).then_some("failure"))}>
                    <span class="when">{ time(decision.minute) }</span>
                    <span>{ sentence(&decision.sentence) }</span>
                </li>
            }) }
        </ol>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct ReportProps {
    report: Same<Report>,
    #[prop_or_default]
    new: AttrValue,
}

/// The end of the x axis, in minutes.
fn axis(report: &Report) -> (f64, f64) {
    (0.0, report.horizon_minutes.max(1.0))
}

#[component]
fn DetectionPlot(ReportProps { report, .. }: &ReportProps) -> Html {
    let (series, rows) = (*use_memo(report.clone(), |report| {
        let Some(rollout) = &report.0.rollout else { return (Rc::new(Vec::new()), Rc::new(Vec::new())) };
        let exact = rollout.exact.answer();
        let mut line = vec![(0.0, 0.0)];
        let mut band = vec![(0.0, Some((0.0, 0.0)))];
        let mut closed = vec![(0.0, 0.0)];
        let mut rows = Vec::new();
        for (n, played) in rollout.detection.by_minute.iter().enumerate() {
            let minute = n as f64 + 1.0;
            line.push((minute, played.value));
            band.push((minute, Some((played.low, played.high))));
            let by = exact.map(|exact| exact.passage.by(n as u64 + 1));
            closed.extend(by.map(|by| (minute, by)));
            rows.push(Row { x: minute, cells: vec![by.map_or("–".into(), chance), estimate(played)] });
        }
        let mut series = vec![Series::new("simulated", Draw::Band(band)), Series::new("simulated", Draw::Step(line))];
        if exact.is_some() {
            series.push(Series::new("exact", Draw::Step(closed)));
        }
        (Rc::new(series), Rc::new(rows))
    }))
    .clone();
    html! {
        <Plot
            title="Rolled back by then"
            aside={html! { <span class="faint">{ "line: exact · band: simulated, 95 %" }</span> }}
            x={axis(&report.0)}
            y={(0.0, 1.0)}
            y_ticks={Some(vec![0.0, 0.5, 1.0])}
            unit={Unit::Percent}
            {series}
            heads={vec![AttrValue::from("exact"), AttrValue::from("simulated")]}
            {rows}
            height={150.0}
        />
    }
}

#[component]
fn WeightPlot(ReportProps { report, new }: &ReportProps) -> Html {
    let (series, rows) = (*use_memo((report.clone(), new.clone()), |(report, new)| {
        let Some(run) = &report.0.run else { return (Rc::new(Vec::new()), Rc::new(Vec::new())) };
        let steps: Vec<(f64, f64)> =
            run.weights.iter().map(|(from, weight)| (*from, f64::from(*weight) / 100.0)).collect();
        let mut series = vec![Series::new(version_class(new), Draw::Step(steps))];
        for decision in &run.decisions {
            let (class, word) = match decision.deed {
                Deed::RollBack => ("failure", "rolled back"),
                Deed::Refuse => ("failure", "refused"),
                Deed::Complete => ("", "done"),
                Deed::Pause => ("", "paused"),
                _ => continue,
            };
            series.push(Series::new(class, Draw::Instant(decision.minute, word.into())));
        }
        let weight =
            |minute: f64| run.weights.iter().rev().find(|(from, _)| *from <= minute).map_or(0, |(_, weight)| *weight);
        let shares = |n: usize| {
            let (old, new) = (
                run.versions.old.started.get(n).copied().unwrap_or(0),
                run.versions.new.started.get(n).copied().unwrap_or(0),
            );
            format!("{new} of {}", old + new)
        };
        let rows = (0..run.versions.old.started.len())
            .map(|n| Row { x: n as f64, cells: vec![format!("{} %", weight(n as f64)), shares(n)] });
        (Rc::new(series), Rc::new(rows.collect::<Vec<_>>()))
    }))
    .clone();
    html! {
        <Plot
            title={format!("Weight of v{new}")}
            x={axis(&report.0)}
            y={(0.0, 1.0)}
            y_ticks={Some(vec![0.0, 0.5, 1.0])}
            unit={Unit::Percent}
            {series}
            heads={vec![AttrValue::from("weight"), AttrValue::from("started on it")]}
            {rows}
            height={104.0}
        />
    }
}

#[derive(Clone, PartialEq, Properties)]
struct AlarmProps {
    report: Same<Report>,
    scenario: Same<Scenario>,
    alarm: usize,
}

#[component]
fn AlarmPlot(AlarmProps { report, scenario, alarm }: &AlarmProps) -> Html {
    let (series, rows, top) = (*use_memo((report.clone(), scenario.clone(), *alarm), |(report, scenario, place)| {
        let none = (Rc::new(Vec::new()), Rc::new(Vec::new()), 1.0);
        let (Some(run), Some(alarm)) = (&report.0.run, scenario.0.alarms.get(*place)) else { return none };
        let told = run.alarms.get(*place).map(Vec::as_slice).unwrap_or_default();
        let mut series = Vec::new();
        // Where it rings.
        let mut since = None;
        for evaluation in told {
            match (evaluation.state == AlarmState::Alarm, since) {
                (true, None) => since = Some(evaluation.at as f64),
                (false, Some(from)) => {
                    series.push(Series::new("failure", Draw::Span(from, evaluation.at as f64)));
                    since = None;
                }
                _ => {}
            }
        }
        if let Some(from) = since {
            series.push(Series::new("failure", Draw::Span(from, report.0.horizon_minutes)));
        }
        // What it had before it when the rollout was turned back by it.
        let decided = run.decisions.iter().find(
            |decision| matches!(&decision.cause, crate::simulation::rollout::Cause::Alarm { alarm } if alarm == place),
        );
        if let Some(decision) = decided {
            let window = f64::from(alarm.periods * alarm.period);
            series.push(Series::new("window", Draw::Span((decision.minute - window).max(0.0), decision.minute)));
        }
        series.push(Series::new("failure", Draw::Level(alarm.threshold)));
        let dots = told.iter().filter_map(|evaluation| {
            let kind = match evaluation.point {
                Point::Breaching => "breaching",
                Point::Ok => "ok",
                Point::LowSample => "few",
                Point::Missing => "missing",
            };
            // A datapoint stands in the middle of its period.
            let x = evaluation.at as f64 - f64::from(alarm.period) / 2.0;
            evaluation.value.or((kind == "missing").then_some(0.0)).map(|value| (x, value, kind))
        });
        let dots: Vec<_> = dots.collect();
        let top = dots.iter().map(|(_, value, _)| *value).fold(alarm.threshold * 1.5, f64::max).max(1e-9);
        series.push(Series::new("datapoints", Draw::Dots(dots)));
        let rows = told.iter().map(|evaluation| {
            let state = match evaluation.state {
                AlarmState::Alarm => "ALARM",
                AlarmState::Ok => "OK",
                AlarmState::InsufficientData => "INSUFFICIENT_DATA",
            };
            let value = evaluation.value.map_or("no data".to_owned(), plain);
            Row { x: evaluation.at as f64, cells: vec![value, evaluation.window.clone(), state.to_owned()] }
        });
        (Rc::new(series), Rc::new(rows.collect::<Vec<_>>()), top * 1.1)
    }))
    .clone();
    let told = report.0.alarms.get(*alarm);
    html! {
        <Plot
            title={told.map_or(String::new(), |told| format!("Alarm {}", told.name))}
            aside={html! { <span class="faint">{ told.map_or(String::new(), |told| told.rule.clone()) }</span> }}
            x={axis(&report.0)}
            y={(0.0, top)}
            unit={Unit::Number}
            {series}
            heads={vec![AttrValue::from("value"), AttrValue::from("window"), AttrValue::from("state")]}
            {rows}
            height={112.0}
        />
    }
}

#[component]
fn FailurePlot(ReportProps { report, new }: &ReportProps) -> Html {
    let (series, rows, top) = (*use_memo(report.clone(), |report| {
        let Some(run) = &report.0.run else { return (Rc::new(Vec::new()), Rc::new(Vec::new()), 1.0) };
        let bad = |columns: &crate::simulation::run::Columns, n: usize| {
            columns.failed.get(n).copied().unwrap_or(0) + columns.timed_out.get(n).copied().unwrap_or(0)
        };
        let (mut bars, mut rows, mut top) = (Vec::new(), Vec::new(), 1.0_f64);
        for n in 0..run.versions.new.failed.len() {
            let (old, new) = (bad(&run.versions.old, n), bad(&run.versions.new, n));
            top = top.max(f64::from(new));
            if new > 0 {
                bars.push((n as f64, n as f64 + 1.0, f64::from(new)));
            }
            rows.push(Row { x: n as f64 + 0.5, cells: vec![new.to_string(), old.to_string()] });
        }
        (Rc::new(vec![Series::new("failure", Draw::Bars(bars))]), Rc::new(rows), top * 1.1)
    }))
    .clone();
    html! {
        <Plot
            title={format!("Failures of v{new} a minute")}
            x={axis(&report.0)}
            y={(0.0, top)}
            unit={Unit::Number}
            {series}
            heads={vec![AttrValue::from(format!("v{new}")), AttrValue::from("the other")]}
            {rows}
            height={96.0}
        />
    }
}

/// The mark and number of a version.
pub fn version(number: &str) -> Html {
    html! { <span class="version-name"><Mark version={number.to_owned()} />{ format!("v{number}") }</span> }
}
