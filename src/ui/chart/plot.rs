//! A plot: lines, steps and bands over an x axis of minutes, with a readout and a table in its place.

use super::scale::{Scale, duration, time};
use super::width::use_width;
use crate::simulation::report::number;
use std::fmt::Write;
use std::rc::Rc;
use yew::prelude::*;

/// What is drawn, in values.
#[derive(Clone, Debug, PartialEq)]
pub enum Draw {
    /// Through points; a gap where there is no value.
    Line(Vec<(f64, Option<f64>)>),
    /// From each point on until the next; the last until the end of the axis.
    Step(Vec<(f64, f64)>),
    /// Between two values; a gap where there are none.
    Band(Vec<(f64, Option<(f64, f64)>)>),
    /// Dots; the text is the class of each.
    Dots(Vec<(f64, f64, &'static str)>),
    /// From the bottom up: from x to x.
    Bars(Vec<(f64, f64, f64)>),
    /// A horizontal line.
    Level(f64),
    /// A vertical line with a word beside it.
    Instant(f64, AttrValue),
    /// The whole height, from x to x.
    Span(f64, f64),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Classes of its elements; `v1` … `v8` give it the colour of a version.
    pub class: String,
    pub draw: Draw,
}

impl Series {
    pub fn new(class: impl Into<String>, draw: Draw) -> Series {
        Series { class: class.into(), draw }
    }
}

/// What is read at a place of the x axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub x: f64,
    pub cells: Vec<String>,
}

/// What the y axis counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Of shares.
    Percent,
    /// Of milliseconds.
    Duration,
    Number,
}

impl Unit {
    pub fn write(self, value: f64) -> String {
        match self {
            Unit::Percent => format!("{} %", number((value * 1e4).round() / 100.0)),
            Unit::Duration => duration(value),
            Unit::Number => number(value),
        }
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct PlotProps {
    pub title: AttrValue,
    /// What stands at the right of the title while nothing is pointed at.
    #[prop_or_default]
    pub aside: Html,
    /// In minutes.
    pub x: (f64, f64),
    pub y: (f64, f64),
    pub unit: Unit,
    pub series: Rc<Vec<Series>>,
    /// The columns of the rows after the time.
    pub heads: Vec<AttrValue>,
    pub rows: Rc<Vec<Row>>,
    #[prop_or(120.0)]
    pub height: f64,
    /// The marks at the y axis, where round values will not do.
    #[prop_or_default]
    pub y_ticks: Option<Vec<f64>>,
    /// Places of the x axis and what is written there, where it does not count minutes.
    #[prop_or_default]
    pub x_ticks: Option<Vec<(f64, AttrValue)>>,
}

/// Room for the words at the axes.
const LEFT: f64 = 44.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 20.0;

#[component]
pub fn Plot(props: &PlotProps) -> Html {
    let node = use_node_ref();
    let width = use_width(node.clone());
    let at = use_state_eq(|| None::<usize>);
    let as_table = use_state_eq(|| false);
    let right = (width - RIGHT).max(LEFT + 1.0);
    let bottom = (props.height - BOTTOM).max(TOP + 1.0);
    let x = Scale::new(props.x, (LEFT, right));
    let y = Scale::new(props.y, (bottom, TOP));

    let last = props.rows.len().saturating_sub(1);
    let onpointermove = {
        let (at, rows, node) = (at.clone(), Rc::clone(&props.rows), node.clone());
        Callback::from(move |event: PointerEvent| {
            let Some(element) = node.cast::<web_sys::Element>() else { return };
            let minute = x.value(f64::from(event.client_x()) - element.get_bounding_client_rect().left());
            at.set(nearest(&rows, minute));
        })
    };
    let onpointerleave = {
        let at = at.clone();
        Callback::from(move |_| at.set(None))
    };
    let onblur = {
        let at = at.clone();
        Callback::from(move |_| at.set(None))
    };
    let onkeydown = {
        let at = at.clone();
        Callback::from(move |event: KeyboardEvent| {
            let step = if event.shift_key() { 10 } else { 1 };
            let next = match (event.key().as_str(), *at) {
                ("ArrowRight", Some(at)) => Some((at + step).min(last)),
                ("ArrowLeft", Some(at)) => Some(at.saturating_sub(step)),
                ("ArrowRight" | "Home", _) => Some(0),
                ("ArrowLeft" | "End", _) => Some(last),
                ("Escape", _) => None,
                _ => return,
            };
            event.prevent_default();
            at.set(next);
        })
    };
    let toggle = {
        let as_table = as_table.clone();
        Callback::from(move |_: MouseEvent| as_table.set(!*as_table))
    };
    let named = |place: f64| match &props.x_ticks {
        None => AttrValue::from(time(place)),
        Some(ticks) => ticks.iter().find(|(tick, _)| *tick == place).map(|(_, name)| name.clone()).unwrap_or_default(),
    };
    let pointed = at.and_then(|at| props.rows.get(at));
    let readout = match pointed {
        Some(row) => {
            let cells = props.heads.iter().zip(&row.cells).map(|(head, cell)| {
                html! { <span class="pair"><span class="head">{ head.clone() }</span>{ " " }<b>{ cell.clone() }</b></span> }
            });
            html! { <><span class="pair"><b>{ named(row.x) }</b></span>{ for cells }</> }
        }
        None => props.aside.clone(),
    };
    let x_ticks = props.x_ticks.clone().unwrap_or_else(|| {
        let ticks = Scale::time_ticks(props.x, ((width / 84.0) as u32).clamp(2, 14));
        ticks.into_iter().map(|tick| (tick, AttrValue::from(time(tick)))).collect()
    });
    let y_ticks = props.y_ticks.clone().unwrap_or_else(|| Scale::ticks(props.y, 3));
    html! {
        <figure class="plot" ref={node}>
            <figcaption>
                <span class="title">{ props.title.clone() }</span>
                <span class="readout" aria-live="polite">{ readout }</span>
                <button
                    type="button"
                    class="quiet table-toggle"
                    aria-pressed={as_table.to_string()}
                    aria-label={format!("{} as a table", props.title)}
                    title={if *as_table { "show the chart" } else { "show the numbers" }}
                    onclick={toggle}
                >
                    <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true"><path d="M1 2.5h10M1 6h10M1 9.5h10M5 2.5v7" /></svg>
                </button>
            </figcaption>
            if *as_table {
                <div class="plot-table" tabindex="0">
                    <table>
                        <thead><tr><th scope="col">{ if props.x_ticks.is_some() { "value" } else { "time" } }</th>{ for props.heads.iter().map(|head| html! { <th scope="col">{ head.clone() }</th> }) }</tr></thead>
                        <tbody>
                            { for props.rows.iter().take(2000).map(|row| html! {
                                <tr><th scope="row">{ named(row.x) }</th>{ for row.cells.iter().map(|cell| html! { <td>{ cell.clone() }</td> }) }</tr>
                            }) }
                        </tbody>
                    </table>
                </div>
            } else if width > 0.0 {
                <svg
                    class="plot-drawing"
                    width={width.to_string()}
                    height={props.height.to_string()}
                    tabindex="0"
                    role="img"
                    aria-label={format!("{}; arrow keys read it from left to right", props.title)}
                    {onpointermove}
                    {onpointerleave}
                    {onblur}
                    {onkeydown}
                >
                    <g class="axis" aria-hidden="true">
                        { for y_ticks.iter().map(|tick| {
                            let place = format!("{:.1}", y.place(*tick));
                            html! {
                                <>
                                    <line x1={LEFT.to_string()} x2={right.to_string()} y1={place.clone()} y2={place.clone()} />
                                    <text class="y" x={(LEFT - 6.0).to_string()} y={place} dy="0.32em">{ props.unit.write(*tick) }</text>
                                </>
                            }
                        }) }
                        { for x_ticks.iter().map(|(tick, name)| {
                            let place = x.place(*tick);
                            let class = if place > right - 24.0 && props.x_ticks.is_none() { "x end" } else { "x" };
                            html! { <text {class} x={format!("{place:.1}")} y={(props.height - 5.0).to_string()}>{ name.clone() }</text> }
                        }) }
                    </g>
                    { for props.series.iter().map(|series| drawn(series, &x, &y, (LEFT, right), (TOP, bottom))) }
                    if let Some(row) = pointed {
                        <line class="pointed" x1={x.place(row.x).to_string()} x2={x.place(row.x).to_string()} y1={TOP.to_string()} y2={bottom.to_string()} />
                    }
                </svg>
            } else {
                <svg class="plot-drawing" width="1" height={props.height.to_string()} aria-hidden="true" />
            }
        </figure>
    }
}

/// The row whose place is the nearest.
fn nearest(rows: &[Row], x: f64) -> Option<usize> {
    let after = rows.partition_point(|row| row.x < x);
    let before = after.checked_sub(1);
    let far = |place: usize| rows.get(place).map_or(f64::INFINITY, |row| (row.x - x).abs());
    match before {
        Some(before) if far(before) <= far(after) => Some(before),
        _ if after < rows.len() => Some(after),
        before => before,
    }
}

fn drawn(series: &Series, x: &Scale, y: &Scale, (left, right): (f64, f64), (top, bottom): (f64, f64)) -> Html {
    let class = |kind: &'static str| classes!(kind, series.class.clone());
    // What leaves the plot is cut at its edge.
    let place = |value: f64| y.place(value).clamp(top - 1.0, bottom + 1.0);
    let mut path = String::new();
    // Writing to a string cannot fail.
    match &series.draw {
        Draw::Line(points) => {
            let mut draws = false;
            for (at, value) in points {
                match value {
                    Some(value) => {
                        let _ =
                            write!(path, "{}{:.1} {:.1}", if draws { "L" } else { "M" }, x.place(*at), place(*value));
                        // A single point between gaps is a dot.
                        if !draws {
                            path.push_str("h.01");
                        }
                        draws = true;
                    }
                    None => draws = false,
                }
            }
            html! { <path class={class("line")} d={path} /> }
        }
        Draw::Step(points) => {
            for (n, (at, value)) in points.iter().enumerate() {
                let at = x.place(*at).clamp(left, right);
                match n {
                    0 => drop(write!(path, "M{at:.1} {:.1}", place(*value))),
                    _ => drop(write!(path, "H{at:.1}V{:.1}", place(*value))),
                }
            }
            let _ = write!(path, "H{right:.1}");
            html! { <path class={class("step")} d={path} /> }
        }
        Draw::Band(points) => {
            for run in points.split(|(_, band)| band.is_none()).filter(|run| !run.is_empty()) {
                let edge = |path: &mut String, start: &str, at: f64, value: f64| {
                    let _ = write!(path, "{start}{:.1} {:.1}", x.place(at), place(value));
                };
                for (n, (at, band)) in run.iter().enumerate() {
                    let Some((_, high)) = band else { continue };
                    edge(&mut path, if n == 0 { "M" } else { "L" }, *at, *high);
                }
                for (at, band) in run.iter().rev() {
                    let Some((low, _)) = band else { continue };
                    edge(&mut path, "L", *at, *low);
                }
                path.push('Z');
            }
            html! { <path class={class("band")} d={path} /> }
        }
        Draw::Dots(points) => {
            let dots = points.iter().map(|(at, value, kind)| {
                let (cx, cy) = (x.place(*at), place(*value));
                if *kind == "breaching" {
                    let d = format!("M{:.1} {:.1}l6 6m0 -6l-6 6", cx - 3.0, cy - 3.0);
                    html! { <path class={classes!("dot", *kind)} {d} /> }
                } else {
                    html! { <circle class={classes!("dot", *kind)} cx={format!("{cx:.1}")} cy={format!("{cy:.1}")} r="2.5" /> }
                }
            });
            html! { <g class={series.class.clone()}>{ for dots }</g> }
        }
        Draw::Bars(bars) => {
            for (from, to, value) in bars {
                let (from, to) = (x.place(*from), x.place(*to));
                let gap = if to - from > 4.0 { 1.0 } else { 0.0 };
                let _ = write!(
                    path,
                    "M{:.1} {bottom:.1}V{:.1}H{:.1}V{bottom:.1}Z",
                    from + gap / 2.0,
                    place(*value),
                    to - gap / 2.0
                );
            }
            html! { <path class={class("bars")} d={path} /> }
        }
        Draw::Level(value) => {
            let at = format!("{:.1}", place(*value));
            html! { <line class={class("level")} x1={left.to_string()} x2={right.to_string()} y1={at.clone()} y2={at} /> }
        }
        Draw::Instant(at, word) => {
            let place = x.place(*at);
            let end = place > right - 90.0;
            let text = format!("{:.1}", if end { place - 4.0 } else { place + 4.0 });
            html! {
                <g class={class("instant")}>
                    <line x1={place.to_string()} x2={place.to_string()} y1={top.to_string()} y2={bottom.to_string()} />
                    <text class={if end { "end" } else { "" }} x={text} y={(top + 9.0).to_string()}>{ word.clone() }</text>
                </g>
            }
        }
        Draw::Span(from, to) => {
            let (from, to) = (x.place(*from).max(left), x.place(*to).min(right));
            html! { <rect class={class("span")} x={from.to_string()} y={top.to_string()} width={(to - from).max(0.0).to_string()} height={(bottom - top).to_string()} /> }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_row_is_pointed_at() {
        let rows: Vec<Row> = [1.0, 3.0, 5.0].map(|x| Row { x, cells: Vec::new() }).into();
        let at = |x| nearest(&rows, x);
        assert_eq!([0.0, 1.9, 2.1, 4.0, 99.0].map(at), [Some(0), Some(0), Some(1), Some(1), Some(2)]);
        assert_eq!(nearest(&[], 1.0), None);
    }
}
