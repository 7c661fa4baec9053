//! Where the simulated executions go: each way as wide as their share, a strand per version in its colour; and where they
//! fail.

use super::picture::{Box, Picture, Way};
use crate::base::Text;
use crate::simulation::report::{count, percent};
use crate::simulation::trail::Flow;
use crate::ui::chart::version_class;
use crate::ui::simulate::Flows;
use std::rc::Rc;
use yew::prelude::*;

/// How wide a way is that all executions go.
const WIDE: f64 = 18.0;
/// How wide one is that any go.
const THIN: f64 = 1.0;

#[derive(Clone, PartialEq, Properties)]
pub struct FlowProps {
    pub picture: Rc<Picture>,
    pub flows: Rc<Flows>,
    /// The version that is drawn alone.
    pub of: Option<AttrValue>,
}

/// The share that goes a way which is one of several: ` 5.3 %`.
pub fn share(way: &Way, flows: &Flows, of: Option<&str>) -> String {
    let shown = || flows.versions.iter().filter(|(version, _)| of.is_none_or(|of| **version == *of));
    let all: u64 = shown().map(|(_, flow)| flow.executions).sum();
    if way.is_double || !way.is_fork || all == 0 {
        return String::new();
    }
    let gone: u64 = shown().map(|(_, flow)| flow.gone(way.from.as_ref(), way.to.as_ref())).sum();
    percent(gone as f64 / all as f64)
}

/// What goes on below the boxes of a [`Picture`].
#[component]
pub fn FlowLayer(FlowProps { picture, flows, of }: &FlowProps) -> Html {
    let is_of = |version: &str| of.as_ref().is_none_or(|of| &**of == version);
    let shown: Vec<&(Rc<str>, Flow)> = flows.versions.iter().filter(|(version, _)| is_of(version)).collect();
    let all: u64 = shown.iter().map(|(_, flow)| flow.executions).sum();
    if all == 0 {
        return Html::default();
    }
    html! {
        <g class="flow">
            { for picture.ways.iter().filter(|way| !way.is_double).map(|way| strands(way, &shown, all)) }
            { for picture.boxes.iter().map(|state| losses(state, &shown)) }
        </g>
    }
}

/// A way, as wide as its traffic.
fn strands(way: &Way, shown: &[&(Rc<str>, Flow)], all: u64) -> Html {
    // A Fail state has no end but this one.
    let lost = |flow: &Flow| match (&way.from, &way.to) {
        (Some(from), None) => flow.failed.get(from).copied().unwrap_or(0),
        _ => 0,
    };
    let gone = |flow: &Flow| flow.gone(way.from.as_ref(), way.to.as_ref());
    let sum: u64 = shown.iter().map(|(_, flow)| gone(flow) + lost(flow)).sum();
    if sum == 0 {
        return Html::default();
    }
    // Iterations go a way more often than there are executions: that is as wide as it gets.
    let wide = |count: u64| if count == 0 { 0.0 } else { (WIDE * count as f64 / all.max(sum) as f64).max(THIN) };
    let parts: Vec<(String, u64)> = shown
        .iter()
        .flat_map(|(version, flow)| [(version_class(version), gone(flow)), ("lost".to_owned(), lost(flow))])
        .filter(|(_, count)| *count > 0)
        .collect();
    let whole: f64 = parts.iter().map(|(_, count)| wide(*count)).sum();
    let mut left = -whole / 2.0;
    let said = shown
        .iter()
        .filter(|(_, flow)| gone(flow) + lost(flow) > 0)
        .map(|(version, flow)| format!("v{version}: {} of {}", count(gone(flow) + lost(flow)), count(flow.executions)))
        .collect::<Vec<_>>()
        .join(" · ");
    html! {
        <g>
            <title>{ said }</title>
            { for parts.iter().map(|(class, count)| {
                let width = wide(*count);
                let middle = left + width / 2.0;
                left += width;
                html! { <path class={class.clone()} d={way.path.clone()} transform={format!("translate({middle:.2} 0)")} stroke-width={format!("{width:.2}")} /> }
            }) }
        </g>
    }
}

/// How many failed in a state, beside it.
fn losses(state: &Box, shown: &[&(Rc<str>, Flow)]) -> Html {
    let of = |flow: &Flow| flow.failed.get(&state.name as &Text).copied().unwrap_or(0);
    let sum: u64 = shown.iter().map(|(_, flow)| of(flow)).sum();
    if sum == 0 {
        return Html::default();
    }
    let said = shown
        .iter()
        .map(|(version, flow)| {
            format!("v{version}: {} of {} entered", count(of(flow)), count(flow.entered(&state.name)))
        })
        .collect::<Vec<_>>()
        .join(" · ");
    let (x, y) = (state.rect.right() + 7.0, state.rect.y + state.rect.height / 2.0 + 4.0);
    html! {
        <text class="loss" x={format!("{x:.1}")} y={format!("{y:.1}")}>
            <title>{ format!("failed here: {said}") }</title>
            { format!("× {}", count(sum)) }
        </text>
    }
}
