//! One value of the author's own rollout, tried at several sizes: what a larger weight, a lower threshold or a smaller
//! mistake would come to.

use super::compare::table;
use super::document::{Document, number};
use super::rollout::{Same, sentence};
use crate::base::Value;
use crate::base::sort::sort_by;
use crate::simulation::compare::{Alternative, ComparisonReport, Line, Want, swept};
use crate::simulation::report::{chance, number as plain};
use crate::ui::chart::{Draw, Mark, Plot, Row, Series, Unit, version_class};
use std::rc::Rc;
use yew::prelude::*;

/// A value of a scenario that can be swept over.
#[derive(Clone, Debug, PartialEq)]
pub struct Knob {
    /// Where it is in the scenario that the Rollout tab plays.
    pub pointer: String,
    pub name: String,
    /// Whether it is the author's to choose; what is not is a circumstance, like the traffic.
    is_chosen: bool,
    /// How many of the scenario's units one of those that are shown has.
    scale: f64,
    unit: &'static str,
    /// In the units that are shown.
    now: f64,
    values: Vec<f64>,
}

impl Knob {
    fn write(&self, value: f64) -> String {
        format!("{}{}", plain(value), self.unit)
    }
}

/// Round values about one, from a tenth of it to ten times as much, and the value itself; about 1 where there is none.
fn about(now: f64, (least, most): (f64, f64), whole: bool) -> Vec<f64> {
    if now == 0.0 {
        return ordered(about(1.0, (least, most), whole).into_iter().chain([now]).collect());
    }
    let power = libm::pow(10.0, libm::floor(libm::log10(now.max(1e-9))));
    let rounds = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0].map(|round| round * power);
    let mut values: Vec<f64> = rounds.into_iter().filter(|value| (now / 10.0..=now * 10.0).contains(value)).collect();
    values.push(now);
    values.retain(|value| (least..=most).contains(value) && (!whole || value.fract() == 0.0));
    ordered(values)
}

fn ordered(mut values: Vec<f64>) -> Vec<f64> {
    sort_by(&mut values, f64::total_cmp);
    values.dedup_by(|a, b| (*a - *b).abs() <= 1e-9 * b.abs());
    values
}

/// What can be swept over in a rollout.
pub fn knobs(document: &Document) -> Vec<Knob> {
    let root = document.rollout();
    let mut knobs = Vec::new();
    let mut knob = |pointer: String,
                    name: String,
                    is_chosen: bool,
                    (scale, unit): (f64, &'static str),
                    values: &dyn Fn(f64) -> Vec<f64>| {
        let Some(now) = root.pointer(&pointer).and_then(Value::as_f64).map(|value| value / scale) else { return };
        knobs.push(Knob { pointer, name, is_chosen, scale, unit, now, values: values(now) });
    };
    let weights = |now: f64| ordered(vec![1.0, 2.0, 5.0, 10.0, 20.0, 35.0, 50.0, 75.0, now]);
    const MINUTES: (f64, &str) = (60_000.0, " min");
    const PERCENT: (f64, &str) = (1.0, " %");
    for key in ["weight", "Percentage", "increment", "stepWeight"] {
        knob(format!("/strategy/{key}"), "weight".into(), true, PERCENT, &weights);
    }
    let minutes = |now: f64| about(now, (0.1, 10_000.0), false);
    knob("/strategy/interval_ms".into(), "time for each step".into(), true, MINUTES, &minutes);
    knob("/strategy/Interval".into(), "time for each step".into(), true, (1.0, " min"), &|now| {
        about(now, (1.0, 2100.0), true)
    });
    knob("/strategy/bake_ms".into(), "time to watch at 100 %".into(), true, MINUTES, &|now| {
        ordered(about(now, (0.1, 10_000.0), false).into_iter().chain([0.0]).collect())
    });
    knob("/strategy/smoke/executions".into(), "smoke tests".into(), true, (1.0, ""), &|now| {
        about(now, (1.0, 10_000.0), true)
    });
    for (n, alarm) in document.alarms().iter().enumerate() {
        let name = alarm.get("name").and_then(Value::as_str).unwrap_or_default();
        knob(format!("/alarms/{n}/threshold"), format!("threshold of {name}"), true, (1.0, ""), &|now| match now {
            now if now.fract() == 0.0 && now <= 8.0 => (1..=8).map(f64::from).collect(),
            now => about(now, (1e-9, 1e12), now.fract() == 0.0),
        });
        let periods = alarm.get("N").and_then(Value::as_f64).unwrap_or(1.0);
        if periods > 1.0 {
            knob(format!("/alarms/{n}/M"), format!("datapoints to alarm of {name}"), true, (1.0, ""), &|_| {
                (1..=periods.min(12.0) as u32).map(f64::from).collect()
            });
        }
    }
    let behaviour = format!("/versions/{}/behaviour", document.new);
    let tasks = root.pointer(&behaviour).and_then(Value::as_object).cloned().unwrap_or_default();
    for (task, behaviour) in tasks.iter() {
        let outcomes = behaviour.get("outcomes").and_then(Value::as_array).cloned().unwrap_or_default();
        for (n, outcome) in outcomes.iter().enumerate() {
            let Some(kind) = outcome.get("outcome").and_then(Value::as_str).filter(|kind| *kind != "success") else {
                continue;
            };
            let error = outcome.get("error").and_then(Value::as_str).unwrap_or(kind);
            let escaped = task.replace('~', "~0").replace('/', "~1");
            let pointer = format!("/versions/{}/behaviour/{escaped}/outcomes/{n}/p", document.new);
            knob(pointer, format!("how often {task} ends in {error}"), false, (0.01, " %"), &|now| {
                about(now, (0.001, 100.0), false)
            });
        }
    }
    knob("/traffic/per_min".into(), "traffic".into(), false, (1.0, " / min"), &|now| about(now, (0.01, 1e6), false));
    knobs
}

/// The scenarios that a knob makes.
pub fn alternatives(document: &Document, knob: &Knob) -> Vec<Alternative> {
    let values = knob.values.iter().map(|value| number(value * knob.scale));
    let mut made = swept(&document.rollout(), &knob.pointer, values);
    for alternative in &mut made {
        let value = alternative.values.first().and_then(|value| value.parse::<f64>().ok()).unwrap_or_default();
        alternative.name = knob.write(value / knob.scale).into();
    }
    made
}

/// What is drawn of a line.
type Reading = fn(&Line) -> Option<f64>;

#[derive(Clone, PartialEq, Properties)]
pub struct SweepProps {
    pub report: Same<ComparisonReport>,
    pub knob: Knob,
    pub old: AttrValue,
    pub new: AttrValue,
    /// How many there will be.
    pub of: usize,
    pub is_stale: bool,
}

#[component]
pub fn Sweep(props: &SweepProps) -> Html {
    let SweepProps { report, knob, old, new, of, is_stale } = props;
    let lines = &report.0.lines;
    let done = lines.len();
    // Values lie side by side, however far apart they are.
    let ticks: Vec<(f64, AttrValue)> =
        lines.iter().enumerate().map(|(n, line)| (n as f64, AttrValue::from(line.name.to_string()))).collect();
    let x = (-0.3, of.max(&2).saturating_sub(1) as f64 + 0.3);
    let now = lines.iter().position(|line| *line.name == *knob.write(knob.now));
    let marked = if knob.is_chosen { report.0.recommendation.name.as_deref() } else { None };
    let at = |value: Reading| -> Draw {
        Draw::Line(lines.iter().enumerate().map(|(n, line)| (n as f64, value(line))).collect())
    };
    let dots = |value: Reading| -> Draw {
        Draw::Dots(lines.iter().enumerate().filter_map(|(n, line)| Some((n as f64, value(line)?, "sure"))).collect())
    };
    let yours = || now.map(|now| Series::new("yours", Draw::Instant(now as f64, "yours".into())));
    let (catches, wolf): (Reading, Reading) = (|line| Some(line.catches()), Line::cries_wolf);
    let turned: Vec<Series> = [
        Series::new(version_class(old), at(wolf)),
        Series::new(version_class(old), dots(wolf)),
        Series::new(version_class(new), at(catches)),
        Series::new(version_class(new), dots(catches)),
    ]
    .into_iter()
    .chain(yours())
    .collect();
    let turned_rows = lines.iter().enumerate().map(|(n, line)| Row {
        x: n as f64,
        cells: vec![chance(line.catches()), line.cries_wolf().map_or("–".into(), chance)],
    });
    let fault: Reading = |line| Some(line.attributable.mean);
    let band = lines.iter().enumerate().map(|(n, line)| (n as f64, line.attributable.low.zip(line.attributable.high)));
    let failures: Vec<Series> = [
        Series::new(version_class(new), Draw::Band(band.collect())),
        Series::new(version_class(new), at(fault)),
        Series::new(version_class(new), dots(fault)),
    ]
    .into_iter()
    .chain(yours())
    .collect();
    let most = lines.iter().filter_map(|line| line.attributable.high.or(fault(line))).fold(1e-9, f64::max);
    let failure_rows = lines
        .iter()
        .enumerate()
        .map(|(n, line)| Row { x: n as f64, cells: vec![plain(line.attributable.mean), plain(line.failures.mean)] });
    html! {
        <div class={classes!("compare", is_stale.then_some("stale"))}>
            <p class="recommendation">
                if done < *of {
                    <span class="faint">{ format!("{done} of {of} values played on the same customers …") }</span>
                } else {
                    { conclusion(&report.0, knob) }
                }
            </p>
            <div class="compare-columns">
                <div class="compare-table" tabindex="0">{ table(&report.0, "value", false, marked) }</div>
                <div class="sweep-plots">
                    <Plot
                        title="Turned back"
                        aside={html! { <><span class="pair"><Mark version={new.clone()} />{ format!("v{new}") }</span><span class="pair"><Mark version={old.clone()} />{ "a harmless one" }</span></> }}
                        {x}
                        y={(0.0, 1.0)}
                        unit={Unit::Percent}
                        series={Rc::new(turned)}
                        heads={vec![AttrValue::from(format!("v{new}")), AttrValue::from("harmless")]}
                        rows={Rc::new(turned_rows.collect::<Vec<_>>())}
                        x_ticks={ticks.clone()}
                        height={150.0}
                    />
                    <Plot
                        title="Failures that are its fault"
                        aside={html! { <span class="faint">{ "a rollout · band: 95 %" }</span> }}
                        {x}
                        y={(0.0, most * 1.1)}
                        unit={Unit::Number}
                        series={Rc::new(failures)}
                        heads={vec![AttrValue::from("its fault"), AttrValue::from("all")]}
                        rows={Rc::new(failure_rows.collect::<Vec<_>>())}
                        x_ticks={ticks}
                        height={150.0}
                    />
                </div>
            </div>
        </div>
    }
}

/// What the values say: which to take, or, of a circumstance, from where on the rollout can be relied on.
fn conclusion(report: &ComparisonReport, knob: &Knob) -> Html {
    if knob.is_chosen {
        return match &report.recommendation.name {
            Some(name) => {
                let reason = &report.recommendation.reason;
                let reason = reason.split_once(": ").map_or(&**reason, |(_, reason)| reason);
                html! { <><b>{ format!("Take {name}. ") }</b><span>{ sentence(reason) }</span></> }
            }
            None => {
                html! { <><b>{ "No value will do. " }</b><span>{ sentence(&report.recommendation.reason) }</span></> }
            }
        };
    }
    let want = Want::default();
    let sure = |line: &Line| line.catches() >= want.catch;
    let relied = report.lines.len() - report.lines.iter().rev().take_while(|line| sure(line)).count();
    let said = match (report.lines.get(relied), relied.checked_sub(1).and_then(|n| report.lines.get(n))) {
        (Some(_), None) => (
            "Sure at all of these. ".to_owned(),
            format!("the new version is turned back with P ≥ {}", plain(want.catch)),
        ),
        (Some(from), Some(below)) => (
            format!("Sure from {} on. ", from.name),
            format!(
                "the new version is turned back with P ≥ {}; at {}, {}",
                plain(want.catch),
                below.name,
                chance(below.catches())
            ),
        ),
        (None, Some(surest)) => (
            "Sure at none of these. ".to_owned(),
            format!("even at {} the new version is turned back in {} only", surest.name, chance(surest.catches())),
        ),
        (None, None) => return Html::default(),
    };
    html! { <><b>{ said.0 }</b><span>{ sentence(&said.1) }</span></> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_values_about_one() {
        assert_eq!(about(5.0, (0.001, 100.0), false), [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0]);
        assert_eq!(about(3.0, (1.0, 100.0), true), [1.0, 2.0, 3.0, 5.0, 10.0, 20.0]);
        assert_eq!(about(0.0, (0.01, 100.0), false), [0.0, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]);
        assert_eq!(about(100.0, (0.01, 1e6), false), [10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0]);
    }

    #[test]
    fn every_knob_of_every_preset_can_be_played() {
        for preset in crate::simulation::presets::PRESETS {
            let document = Document::read(preset.document).unwrap();
            let knobs = knobs(&document);
            assert!(knobs.len() >= 3, "{}: {knobs:?}", preset.id);
            for knob in knobs {
                let made = alternatives(&document, &knob);
                assert!(made.len() >= 2, "{}: {knob:?}", preset.id);
                assert!(made.iter().any(|made| *made.name == *knob.write(knob.now)), "{}: {knob:?}", preset.id);
            }
        }
    }
}
