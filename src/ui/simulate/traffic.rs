//! The Traffic tab: who goes where at the alias's weight, and what becomes of them.

use super::Opened;
use super::explain::Explain;
use super::field::{Crowd, Field};
use super::parts::Number;
use crate::base::sort::sort_by_key;
use crate::simulation::customers::{Period, Told};
use crate::simulation::report::{Quantile, VersionReport, count, number, percent};
use crate::simulation::statistics::wilson;
use crate::ui::chart::{Draw, Mark, Plot, Row, Series, Unit, duration, version_class};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub struct TrafficProps {
    pub told: Counted,
    /// What the alias has now; the counts may be of a moment ago.
    pub weight: u8,
    pub crowd: Crowd,
    pub stamp: u32,
    /// Which run the customers are of.
    pub run: u32,
    pub count: u64,
    pub horizon: u64,
    pub alias: AttrValue,
    pub old: AttrValue,
    pub new: AttrValue,
    pub errors: Rc<[Rc<str>]>,
    /// What is shown is of settings that are no more.
    pub is_stale: bool,
    /// What these counts leave out.
    pub note: Option<AttrValue>,
    pub on_weight: Callback<u8>,
    pub on_open: Callback<Opened>,
}

/// Counts, compared by who they are.
#[derive(Clone, Debug)]
pub struct Counted(pub Rc<Told>);

impl PartialEq for Counted {
    fn eq(&self, other: &Counted) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Fewer than so many, and a share says little.
const FEW: u32 = 20;

#[component]
pub fn Traffic(props: &TrafficProps) -> Html {
    let told = &props.told.0;
    let single = props.old == props.new;
    html! {
        <div class={classes!("traffic", props.is_stale.then_some("stale"))}>
            <div class="traffic-main">
                <Field
                    customers={props.crowd.clone()}
                    stamp={props.stamp}
                    run={props.run}
                    count={props.count}
                    horizon={props.horizon}
                    weight={props.weight}
                    old={props.old.clone()}
                    new={props.new.clone()}
                    errors={Rc::clone(&props.errors)}
                    on_weight={props.on_weight.clone()}
                    on_open={props.on_open.clone()}
                />
                <div class="multiples">
                    if !single {
                        <SharePlot told={props.told.clone()} new={props.new.clone()} horizon={props.horizon} />
                    }
                    <SuccessPlot told={props.told.clone()} old={props.old.clone()} new={props.new.clone()} horizon={props.horizon} />
                    <LatencyPlot told={props.told.clone()} old={props.old.clone()} new={props.new.clone()} horizon={props.horizon} />
                </div>
            </div>
            <aside class="traffic-aside" aria-label="The split in numbers">
                if !single {
                    <WeightControl weight={props.weight} alias={props.alias.clone()} old={props.old.clone()} new={props.new.clone()} on_weight={props.on_weight.clone()} />
                }
                { split(told) }
                { table(told, single) }
                if let Some(note) = &props.note {
                    <p class="hint">{ note.clone() }</p>
                }
            </aside>
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct WeightProps {
    weight: u8,
    alias: AttrValue,
    old: AttrValue,
    new: AttrValue,
    on_weight: Callback<u8>,
}

#[component]
fn WeightControl(props: &WeightProps) -> Html {
    let oninput = {
        let on_weight = props.on_weight.clone();
        Callback::from(move |event: InputEvent| {
            if let Ok(weight) = event.target_unchecked_into::<HtmlInputElement>().value().parse::<u8>() {
                on_weight.emit(weight);
            }
        })
    };
    let onkeydown = {
        let (on_weight, weight) = (props.on_weight.clone(), props.weight);
        Callback::from(move |event: KeyboardEvent| {
            let next = match (event.shift_key(), event.key().as_str()) {
                (true, "ArrowRight" | "ArrowUp") => weight.saturating_add(10).min(100),
                (true, "ArrowLeft" | "ArrowDown") => weight.saturating_sub(10),
                _ => return,
            };
            event.prevent_default();
            on_weight.emit(next);
        })
    };
    let onchange = {
        let on_weight = props.on_weight.clone();
        Callback::from(move |weight: f64| on_weight.emit(weight as u8))
    };
    html! {
        <div class={classes!("weight-control", version_class(&props.new))}>
            <span class="route"><Mark version={props.old.clone()} />{ format!("v{}", props.old) }</span>
            <input
                type="range"
                min="0"
                max="100"
                step="1"
                aria-label={format!("weight of version {} in alias {}", props.new, props.alias)}
                value={props.weight.to_string()}
                {oninput}
                {onkeydown}
            />
            <span class="route"><Mark version={props.new.clone()} />{ format!("v{}", props.new) }</span>
            <Number
                label={format!("weight of version {}, in percent", props.new)}
                hides_label={true}
                value={f64::from(props.weight)}
                min={0.0}
                max={100.0}
                unit="%"
                {onchange}
            />
        </div>
    }
}

fn split(told: &Told) -> Html {
    let Some(split) = &told.split else {
        return html! { <p class="split">{ "nothing is left to chance: all executions go one way" }</p> };
    };
    let (n, w) = (split.observed.of as f64, split.expected);
    let on_new = (split.observed.value * n).round();
    let (said, chance) = split.sentence.split_once(": ").unwrap_or((&split.sentence, ""));
    let chi = split.z * split.z;
    let (low, high) = (number(100.0 * split.observed.low), number(100.0 * split.observed.high));
    html! {
        <p class="split">
            <Explain
                class="big"
                value={percent(split.observed.value)}
                name="observed share of the new version"
                formula="k / n, with Wilson's interval"
                filled={format!("{} / {} = {} ({low}–{high})", count(on_new as u64), count(split.observed.of), percent(split.observed.value))}
                says="Of all that were started, so many drew a number below the weight. The interval holds the true share 95 times in 100."
            />
            <span>{ format!("{said}: ") }</span>
            <Explain
                value={chance.to_owned()}
                name="χ² test of the split"
                formula="χ² = (k − n·w)² / (n·w·(1 − w)), one degree of freedom"
                filled={format!("({} − {})² / ({} · {} · {}) = {}", count(on_new as u64), number(n * w), count(split.observed.of), number(w), number(1.0 - w), number(chi))}
                says={format!("A fair draw is at least this far off {} times in 100. Below 1 in 100 something else than chance would be at work.", number(100.0 * split.p))}
            />
        </p>
    }
}

fn table(told: &Told, single: bool) -> Html {
    let all: u64 = told.versions.iter().map(|version| version.started).sum();
    let versions = || told.versions.iter();
    let line = |name: &'static str, cell: &dyn Fn(&VersionReport) -> Html| {
        html! { <tr><th scope="row">{ name }</th>{ for versions().map(|version| html! { <td>{ cell(version) }</td> }) }</tr> }
    };
    html! {
        <table class="by-version">
            <caption class="unseen">{ "Results by version" }</caption>
            <thead>
                <tr>
                    <td />
                    { for versions().map(|version| html! {
                        <th scope="col"><Mark version={version.version.to_string()} />{ format!("v{}", version.version) }</th>
                    }) }
                </tr>
            </thead>
            <tbody>
                { line("executions", &|version| html! { <span class="plain">{ count(version.started) }</span> }) }
                if !single {
                    { line("share", &|version| share(version, all)) }
                }
                { line("success", &success) }
                { line("p50", &|version| quantile(version, 50, version.duration.as_ref().map(|d| d.p50))) }
                { line("p90", &|version| quantile(version, 90, version.duration.as_ref().map(|d| d.p90))) }
                { line("p99", &|version| quantile(version, 99, version.duration.as_ref().map(|d| d.p99))) }
                { line("transitions", &transitions) }
                { line("errors", &|version| errors(version)) }
            </tbody>
        </table>
    }
}

fn share(version: &VersionReport, all: u64) -> Html {
    if all == 0 {
        return html! { "–" };
    }
    let interval = wilson(version.started, all, 0.95);
    html! {
        <Explain
            value={percent(version.started as f64 / all as f64)}
            name={format!("share of version {}", version.version)}
            formula="k / n, with Wilson's interval"
            filled={format!("{} / {} ({}–{} %)", count(version.started), count(all), number(100.0 * interval.low), number(100.0 * interval.high))}
            says="The part of all executions that the alias sent to this version."
        />
    }
}

fn success(version: &VersionReport) -> Html {
    let rate = &version.failure_rate;
    if rate.of == 0 {
        return html! { <span class="faint">{ "–" }</span> };
    }
    let (low, high) = (100.0 * (1.0 - rate.high), 100.0 * (1.0 - rate.low));
    html! {
        <>
            <Explain
                value={percent(1.0 - rate.value)}
                name={format!("success of version {}", version.version)}
                formula="succeeded / closed, with Wilson's interval"
                filled={format!("{} / {} = {} ({}–{})", count(version.succeeded), count(rate.of), percent(1.0 - rate.value), number(low), number(high))}
                says={format!("Of those that closed by themselves; {} failed, {} timed out, {} still run.", count(version.failed), count(version.timed_out), count(version.running))}
            />
            <span class="interval">{ format!("{}–{}", number(low), number(high)) }</span>
        </>
    }
}

fn quantile(version: &VersionReport, p: u32, quantile: Option<Quantile>) -> Html {
    let Some(Quantile { value, low, high, enough }) = quantile else {
        return html! { <span class="faint">{ "–" }</span> };
    };
    let n = version.failure_rate.of;
    let rank = (n * u64::from(p)).div_ceil(100);
    let interval = match (low, high) {
        (Some(low), Some(high)) => format!("; 95 %: {} to {}", duration(low), duration(high)),
        _ => String::new(),
    };
    html! {
        <Explain
            class={classes!((!enough).then_some("few"))}
            value={duration(value)}
            name={format!("p{p} of the duration, version {}", version.version)}
            formula={format!("value of rank ⌈0.{p} · n⌉, with the interval of order statistics")}
            filled={format!("rank {} of {}{interval}", count(rank), count(n))}
            says={if enough { format!("{p} of 100 executions take this long at most.") } else { "Too few executions for this percentile: CloudWatch would call it a low sample.".to_owned() }}
        />
    }
}

fn transitions(version: &VersionReport) -> Html {
    if version.started == 0 {
        return html! { <span class="faint">{ "–" }</span> };
    }
    html! {
        <Explain
            value={number(version.transitions_per_execution)}
            name={format!("transitions per execution, version {}", version.version)}
            formula="(states entered + attempts made again) / executions"
            filled={format!("{} / {}", count((version.transitions_per_execution * version.started as f64).round() as u64), count(version.started))}
            says="What a Standard workflow is billed by; a version that retries more shows here before it fails."
        />
    }
}

fn errors(version: &VersionReport) -> Html {
    if version.errors.is_empty() {
        return html! { <span class="faint">{ "none" }</span> };
    }
    html! {
        <ul class="errors">
            { for version.errors.iter().take(5).map(|error| html! {
                <li><span class="error-name">{ error.error.to_string() }</span>{ " " }<b>{ count(error.count) }</b></li>
            }) }
            if version.errors.len() > 5 {
                <li class="faint">{ format!("and {} more", version.errors.len() - 5) }</li>
            }
        </ul>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct ShareProps {
    told: Counted,
    new: AttrValue,
    horizon: u64,
}

fn minutes(horizon: u64) -> (f64, f64) {
    (0.0, (horizon as f64 / 60e9).max(1.0))
}

/// The middle of a period, in minutes.
fn middle(n: usize, told: &Told, horizon: u64) -> f64 {
    let (from, to) = (n as u64 * told.period, ((n as u64 + 1) * told.period).min(horizon.max(1)));
    (from + to) as f64 / 2.0 / 60e9
}

fn percents(value: f64) -> String {
    Unit::Percent.write(value)
}

#[component]
fn SharePlot(ShareProps { told, new, horizon }: &ShareProps) -> Html {
    let (series, rows, y) = (*use_memo((told.clone(), *horizon), |(told, horizon)| {
        let told = &told.0;
        let w = f64::from(told.weight) / 100.0;
        let mut line = Vec::new();
        let mut band = Vec::new();
        let mut rows = Vec::new();
        let (mut low, mut high) = (w, w);
        for (n, period) in told.periods.iter().enumerate() {
            let x = middle(n, told, *horizon);
            let all = period.old.started + period.new.started;
            let share = (all > 0).then(|| f64::from(period.new.started) / f64::from(all));
            let half = 1.959_964 * libm::sqrt(w * (1.0 - w) / f64::from(all.max(1)));
            line.push((x, share));
            band.push((x, (all > 0).then(|| ((w - half).max(0.0), (w + half).min(1.0)))));
            if let Some(share) = share {
                low = low.min(share).min(w - half);
                high = high.max(share).max(w + half);
                rows.push(Row {
                    x,
                    cells: vec![
                        percents(share),
                        format!("{} ± {}", percents(w), percents(half)),
                        format!("{} of {}", period.new.started, all),
                    ],
                });
            }
        }
        let low = if low < 0.3 { 0.0 } else { (low - 0.05).max(0.0) };
        let y = (low, (high * 1.1).clamp(0.02, 1.0));
        let class = told.versions.get(1).map_or("v2".to_owned(), |version| version_class(&version.version));
        let series = vec![
            Series::new(class.clone(), Draw::Band(band)),
            Series::new("weight", Draw::Step(vec![(0.0, w)])),
            Series::new(class, Draw::Line(line)),
        ];
        (Rc::new(series), Rc::new(rows), y)
    }))
    .clone();
    html! {
        <Plot
            title={format!("Share of v{new}")}
            aside={html! { <span class="faint">{ "line: weight · band: where chance puts 95 %" }</span> }}
            x={minutes(*horizon)}
            {y}
            unit={Unit::Percent}
            {series}
            heads={vec![AttrValue::from("share"), AttrValue::from("expected"), AttrValue::from("n")]}
            {rows}
        />
    }
}

#[derive(Clone, PartialEq, Properties)]
struct BothProps {
    told: Counted,
    old: AttrValue,
    new: AttrValue,
    horizon: u64,
}

/// The sides that there are, with their numbers.
fn sides<'a>(old: &'a AttrValue, new: &'a AttrValue) -> impl Iterator<Item = (bool, &'a AttrValue)> {
    [(false, old), (true, new)].into_iter().take(if old == new { 1 } else { 2 })
}

#[component]
fn SuccessPlot(BothProps { told, old, new, horizon }: &BothProps) -> Html {
    let (series, rows, y) =
        (*use_memo((told.clone(), *horizon, old.clone(), new.clone()), |(told, horizon, old, new)| {
            let told = &told.0;
            let mut series = Vec::new();
            let mut low: f64 = 0.99;
            let mut cells: Vec<Vec<String>> = vec![Vec::new(); told.periods.len()];
            for (is_new, version) in sides(old, new) {
                let (mut line, mut band, mut few) = (Vec::new(), Vec::new(), Vec::new());
                for (n, (period, cells)) in told.periods.iter().zip(&mut cells).enumerate() {
                    let x = middle(n, told, *horizon);
                    let Period { closed, bad, .. } = *period.of(is_new);
                    let good = u64::from(closed - bad);
                    let rate = good as f64 / f64::from(closed.max(1));
                    let interval = wilson(good, u64::from(closed), 0.95);
                    line.push((x, (closed >= FEW).then_some(rate)));
                    band.push((x, (closed >= FEW).then_some((interval.low, interval.high))));
                    if closed >= FEW {
                        low = low.min(interval.low);
                    } else if closed > 0 {
                        low = low.min(rate - 0.01);
                        few.push((x, rate, "few"));
                    }
                    cells.push(if closed > 0 { format!("{} (n {closed})", percents(rate)) } else { "–".to_owned() });
                }
                let class = version_class(version);
                series.push(Series::new(class.clone(), Draw::Band(band)));
                series.push(Series::new("few", Draw::Dots(few)));
                series.push(Series::new(class, Draw::Line(line)));
            }
            let rows =
                cells.into_iter().enumerate().map(|(n, cells)| Row { x: middle(n, told, *horizon), cells }).collect();
            // Bands first: no line lies under one.
            sort_by_key(&mut series, |series| !matches!(series.draw, Draw::Band(_)));
            (Rc::new(series), Rc::new(rows), ((low - 0.01).max(0.0), 1.0))
        }))
        .clone();
    html! {
        <Plot
            title="Success"
            aside={legend(old, new)}
            x={minutes(*horizon)}
            {y}
            unit={Unit::Percent}
            {series}
            heads={sides(old, new).map(|(_, version)| AttrValue::from(format!("v{version}"))).collect::<Vec<_>>()}
            {rows}
        />
    }
}

fn legend(old: &AttrValue, new: &AttrValue) -> Html {
    html! { { for sides(old, new).map(|(_, version)| html! { <span class="pair"><Mark version={version.clone()} />{ format!("v{version}") }</span> }) } }
}

#[component]
fn LatencyPlot(BothProps { told, old, new, horizon }: &BothProps) -> Html {
    let (series, rows, top) =
        (*use_memo((told.clone(), *horizon, old.clone(), new.clone()), |(told, horizon, old, new)| {
            let told = &told.0;
            let mut series = Vec::new();
            let mut highs = Vec::new();
            let mut cells: Vec<Vec<String>> = vec![Vec::new(); told.periods.len()];
            for (is_new, version) in sides(old, new) {
                for (place, name) in ["p50", "p90", "p99"].into_iter().enumerate() {
                    let line = told.periods.iter().enumerate().map(|(n, period)| {
                        let value = period.of(is_new).latency.and_then(|latency| latency.get(place).copied());
                        (middle(n, told, *horizon), value)
                    });
                    series.push(Series::new(format!("{} {name}", version_class(version)), Draw::Line(line.collect())));
                }
                for (period, cells) in told.periods.iter().zip(&mut cells) {
                    let latency = period.of(is_new).latency;
                    highs.extend(latency.map(|[.., p99]| p99));
                    cells.push(latency.map_or("–".to_owned(), |values| values.map(duration).join(" · ")));
                }
            }
            let top = highs.into_iter().max_by(f64::total_cmp).unwrap_or(1.0).max(1e-3) * 1.05;
            let rows =
                cells.into_iter().enumerate().map(|(n, cells)| Row { x: middle(n, told, *horizon), cells }).collect();
            (Rc::new(series), Rc::new(rows), top)
        }))
        .clone();
    html! {
        <Plot
            title="Latency"
            aside={html! { <span class="faint percentiles"><i class="p50" />{ "p50" }<i class="p90" />{ "p90" }<i class="p99" />{ "p99" }</span> }}
            x={minutes(*horizon)}
            y={(0.0, top)}
            unit={Unit::Duration}
            {series}
            heads={sides(old, new).map(|(_, version)| AttrValue::from(format!("v{version} p50 · p90 · p99"))).collect::<Vec<_>>()}
            {rows}
        />
    }
}
