//! WORKFLOW: the definition as a picture, with the path of an opened execution in it, or what two versions differ in.

mod flow;
mod path;
mod picture;

pub use path::Path;

use crate::asl::{Definition, StateType};
use crate::base::Text;
use crate::ui::chart::{Mark, version_class};
use crate::ui::simulate::Flows;
use crate::ui::simulate::parts::Choice;
use flow::FlowLayer;
use picture::{Box, Change, Picture};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, SvgElement};
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub struct WorkflowProps {
    /// The text in the editor.
    pub draft: Rc<str>,
    /// Number and definition, newest first.
    pub versions: Rc<[(u32, Text)]>,
    pub selected: Option<Rc<str>>,
    /// Takes the name of the state that was chosen.
    pub on_select: Callback<Rc<str>>,
    /// How far the opened execution has come.
    #[prop_or_default]
    pub path: Option<Rc<Path>>,
    /// Where the simulated executions go.
    #[prop_or_default]
    pub flows: Option<Rc<Flows>>,
}

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// The text of a version, or of the draft.
    One(Option<u32>),
    /// The second, with what has changed since the first.
    Two(Option<u32>, Option<u32>),
}

/// What is seen: the middle, and how much larger than whole.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Camera {
    zoom: f64,
    x: f64,
    y: f64,
}

const WHOLE: Camera = Camera { zoom: 1.0, x: 0.5, y: 0.5 };
/// The whole of what is larger is too small to be read: one sees where it begins, this much of it.
const LARGEST: f64 = 3000.0;
const BEGINNING: (f64, f64) = (1100.0, 700.0);

/// What is seen of a picture at first.
fn opening(picture: &Picture) -> Camera {
    let (wide, high) = (picture.width + MARGIN, picture.height + MARGIN);
    if wide.max(high) <= LARGEST {
        return WHOLE;
    }
    // Of the two, the one that shows more fills the pane.
    let zoom = (wide / BEGINNING.0).max(high / BEGINNING.1);
    Camera { zoom, x: 0.5, y: (0.5 / zoom).max(0.5 * BEGINNING.1 / high).min(0.5) }
}

/// Around the picture, on both sides together.
const MARGIN: f64 = 24.0;
/// A small workflow is not blown up beyond this.
const LEAST: (f64, f64) = (430.0, 330.0);
/// Versions with a button; the others are in the list of the diff.
const BUTTONS: usize = 4;

fn name(target: Option<u32>) -> String {
    target.map_or_else(|| "draft".to_owned(), |number| number.to_string())
}

#[component]
pub fn WorkflowPane(props: &WorkflowProps) -> Html {
    let chosen = use_state(|| Shown::One(None));
    // None: nobody has moved it yet.
    let moved = use_state(|| None::<Camera>);
    let drag = use_mut_ref(|| None::<(i32, i32, Camera)>);
    // The last text that could be drawn stays while a newer one is broken.
    let last = use_mut_ref(|| None::<Rc<Picture>>);
    let exists =
        |target: Option<u32>| target.is_none_or(|number| props.versions.iter().any(|(known, _)| *known == number));
    let shown = match (&props.path, *chosen) {
        // What was executed is drawn, whatever was drawn before.
        (Some(path), _) if exists(path.version) => Shown::One(path.version),
        (_, shown @ Shown::One(target)) if exists(target) => shown,
        (_, shown @ Shown::Two(before, after)) if exists(before) && exists(after) => shown,
        _ => Shown::One(None),
    };
    let text = |target: Option<u32>| match target {
        None => Rc::clone(&props.draft),
        Some(number) => {
            let found = props.versions.iter().find(|(known, _)| *known == number);
            found.map_or_else(|| Rc::clone(&props.draft), |(_, text)| Rc::clone(text))
        }
    };
    let texts = match shown {
        Shown::One(target) => (text(target), None),
        Shown::Two(before, after) => (text(after), Some(text(before))),
    };
    let drawn = use_memo(texts, |(text, before)| {
        let definition = Definition::read(text);
        let before = before.as_ref().map(|before| Definition::read(before));
        let is_broken = !definition.syntax.is_empty();
        Picture::of(&definition, before.as_ref()).filter(|_| !is_broken).map(Rc::new)
    });
    let is_stale = drawn.is_none();
    if let Some(drawn) = &*drawn {
        // Most keystrokes change nothing in the picture: the same one is not drawn again.
        let mut last = last.borrow_mut();
        if last.as_ref() != Some(drawn) {
            *last = Some(Rc::clone(drawn));
        }
    }
    let picture = last.borrow().clone();
    let on_camera = use_callback((), {
        let moved = moved.clone();
        move |next: Camera, ()| moved.set(Some(next))
    });
    let camera = moved.or(picture.as_deref().map(opening)).unwrap_or(WHOLE);
    let choose = |next: Shown| {
        let (chosen, moved) = (chosen.clone(), moved.clone());
        Callback::from(move |_: MouseEvent| {
            chosen.set(next);
            moved.set(None);
        })
    };
    let newest = props.versions.first().map(|(number, _)| *number);
    let second = props.versions.get(1).map(|(number, _)| *number);
    let is_published = props.versions.first().is_some_and(|(_, text)| *text == props.draft);
    // What one wants to see first: what has changed since the last version.
    let diff = if is_published { (second, newest) } else { (newest, None) };
    let options: Vec<(AttrValue, AttrValue)> = [None]
        .into_iter()
        .chain(props.versions.iter().map(|(number, _)| Some(*number)))
        .map(|target| {
            (AttrValue::from(name(target)), target.map_or("draft".into(), |number| format!("v{number}").into()))
        })
        .collect();
    let pick = |is_after: bool| {
        let chosen = chosen.clone();
        Callback::from(move |value: String| {
            if let Shown::Two(before, after) = shown {
                let target = value.parse().ok();
                chosen.set(if is_after { Shown::Two(before, target) } else { Shown::Two(target, after) });
            }
        })
    };
    let zoom = |factor: f64| {
        let (picture, moved) = (picture.clone(), moved.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(picture) = &picture {
                moved.set(Some(zoomed(picture, camera, factor)));
            }
        })
    };
    let whole = {
        let moved = moved.clone();
        Callback::from(move |_: MouseEvent| moved.set(Some(WHOLE)))
    };
    // Of the draft, that is what its versions do in states of the same names.
    let of = match shown {
        Shown::One(Some(number)) => Some(AttrValue::from(number.to_string())),
        _ => None,
    };
    let flows = props.flows.clone().filter(|_| props.path.is_none() && matches!(shown, Shown::One(_)));
    html! {
        <>
            <header class="pane-head">
                <h2>{ "Workflow" }</h2>
                <div class="segments" role="group" aria-label="what is drawn">
                    <button type="button" aria-pressed={(shown == Shown::One(None)).to_string()} onclick={choose(Shown::One(None))}>{ "draft" }</button>
                    { for props.versions.iter().take(BUTTONS).map(|(number, _)| html! {
                        <button type="button" class={version_class(&number.to_string())} aria-pressed={(shown == Shown::One(Some(*number))).to_string()} onclick={choose(Shown::One(Some(*number)))}><Mark version={number.to_string()} />{ format!("v{number}") }</button>
                    }) }
                    if let (Some(_), true) = (newest, !is_published || second.is_some()) {
                        <button type="button" aria-pressed={matches!(shown, Shown::Two(..)).to_string()} onclick={choose(Shown::Two(diff.0, diff.1))}>{ "diff" }</button>
                    }
                </div>
                <span class="spacer" />
                <button type="button" class="icon-button" aria-label="smaller" title="smaller" onclick={zoom(1.0 / 1.4)}>{ "−" }</button>
                <button type="button" class="icon-button" aria-label="larger" title="larger" onclick={zoom(1.4)}>{ "+" }</button>
                <button type="button" class="icon-button" aria-label="whole" title="whole" onclick={whole}><svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" fill="none" stroke="currentColor" stroke-width="1.5" /></svg></button>
            </header>
            if let Shown::Two(before, after) = shown {
                <div class="diff-head">
                    <Choice label="from" options={options.clone()} value={name(before)} onchange={pick(false)} />
                    <Choice label="to" {options} value={name(after)} onchange={pick(true)} />
                    { told(picture.as_deref()) }
                </div>
            }
            <div class={classes!("graph", is_stale.then_some("stale"))}>
                if let Some(picture) = picture {
                    <Graph {picture} {camera} {on_camera} {drag} selected={props.selected.clone()} on_select={props.on_select.clone()} path={props.path.clone()} flows={flows.clone()} of={of.clone()} />
                } else {
                    <p class="empty">{ "Nothing to draw yet: a definition has StartAt and States." }</p>
                }
                if is_stale {
                    <p class="graph-note" role="status">{ "The text cannot be read as it is: this is how it was." }</p>
                }
            </div>
        </>
    }
}

/// What a diff amounts to.
fn told(picture: Option<&Picture>) -> Html {
    let Some(picture) = picture else { return Html::default() };
    let names = |change: Change| {
        picture
            .boxes
            .iter()
            .filter(|state| state.change == change)
            .map(|state| state.name.to_string())
            .collect::<Vec<_>>()
    };
    let removed: Vec<String> = picture.removed.iter().map(Text::to_string).collect();
    let parts =
        [("+", "added", names(Change::Added)), ("~", "changed", names(Change::Changed)), ("−", "removed", removed)];
    if parts.iter().all(|(.., names)| names.is_empty()) {
        return html! { <span class="hint">{ "the states are the same" }</span> };
    }
    html! {
        { for parts.into_iter().filter(|(.., names)| !names.is_empty()).map(|(sign, class, names)| html! {
            <span class={classes!("change", class)}>{ format!("{sign} {}", names.join(", ")) }</span>
        }) }
    }
}

fn zoomed(picture: &Picture, camera: Camera, factor: f64) -> Camera {
    let closest = picture.width.max(picture.height) / 200.0;
    let zoom = (camera.zoom * factor).clamp(1.0, closest.max(12.0));
    if zoom <= 1.0 { WHOLE } else { Camera { zoom, ..camera } }
}

#[derive(Clone, PartialEq, Properties)]
struct GraphProps {
    picture: Rc<Picture>,
    camera: Camera,
    on_camera: Callback<Camera>,
    drag: Drag,
    selected: Option<Rc<str>>,
    on_select: Callback<Rc<str>>,
    path: Option<Rc<Path>>,
    flows: Option<Rc<Flows>>,
    of: Option<AttrValue>,
}

/// Where a drag began, and what was seen then.
type Drag = Rc<std::cell::RefCell<Option<(i32, i32, Camera)>>>;

#[component]
fn Graph(props: &GraphProps) -> Html {
    let GraphProps { picture, camera, on_camera, drag, selected, path, .. } = props;
    let focused = use_state(|| None::<Text>);
    let node = use_node_ref();
    let (wide, high) = ((picture.width + MARGIN).max(LEAST.0), (picture.height + MARGIN).max(LEAST.1));
    let (width, height) = (wide / camera.zoom, high / camera.zoom);
    let left = (picture.width - wide) / 2.0 + wide * camera.x - width / 2.0;
    let top = (picture.height - high) / 2.0 + high * camera.y - height / 2.0;
    let onwheel = {
        let (on_camera, camera, picture) = (on_camera.clone(), *camera, Rc::clone(picture));
        Callback::from(move |event: WheelEvent| {
            // Without Ctrl the wheel is the page's. A pinch on a touchpad comes as Ctrl and wheel.
            if event.ctrl_key() {
                event.prevent_default();
                on_camera.emit(zoomed(&picture, camera, (-event.delta_y() / 240.0).exp2()));
            }
        })
    };
    let onpointerdown = {
        let (drag, camera) = (Rc::clone(drag), *camera);
        Callback::from(move |event: PointerEvent| {
            *drag.borrow_mut() = Some((event.client_x(), event.client_y(), camera))
        })
    };
    let onpointermove = {
        let (drag, on_camera, node) = (Rc::clone(drag), on_camera.clone(), node.clone());
        Callback::from(move |event: PointerEvent| {
            let Some((x, y, from)) = *drag.borrow() else { return };
            if from.zoom <= 1.0 || event.buttons() == 0 {
                return;
            }
            let Some(element) = node.cast::<Element>() else { return };
            let around = element.get_bounding_client_rect();
            // The picture fills the pane in one direction.
            let scale = (around.width() / width).min(around.height() / height).max(1e-9);
            let moved = |by: i32, whole: f64| f64::from(by) / scale / whole;
            on_camera.emit(Camera {
                x: (from.x - moved(event.client_x() - x, wide)).clamp(0.0, 1.0),
                y: (from.y - moved(event.client_y() - y, high)).clamp(0.0, 1.0),
                ..from
            });
        })
    };
    let onpointerup = {
        let drag = Rc::clone(drag);
        Callback::from(move |_: PointerEvent| *drag.borrow_mut() = None)
    };
    let onkeydown = {
        let (picture, focused, node) = (Rc::clone(picture), focused.clone(), node.clone());
        let (on_camera, camera) = (on_camera.clone(), *camera);
        Callback::from(move |event: KeyboardEvent| {
            if event.ctrl_key() || event.meta_key() || event.alt_key() {
                return;
            }
            let at = focused.as_ref().and_then(|name| picture.boxes.iter().position(|known| known.name == *name));
            let key = event.key();
            let next = match key.as_str() {
                "+" => return on_camera.emit(zoomed(&picture, camera, 1.4)),
                "-" => return on_camera.emit(zoomed(&picture, camera, 1.0 / 1.4)),
                "0" => return on_camera.emit(WHOLE),
                "ArrowDown" | "ArrowUp" | "ArrowLeft" | "ArrowRight" => walk(&picture, at.unwrap_or(0), &key),
                "Home" => Some(0),
                "End" => picture.boxes.len().checked_sub(1),
                _ => return,
            };
            event.prevent_default();
            if let Some(found) = next.and_then(|next| picture.boxes.get(next)) {
                focused.set(Some(found.name.clone()));
                let rect = found.rect;
                let is_seen = rect.y >= top && rect.bottom() <= top + height;
                if camera.zoom > 1.0 && !is_seen {
                    let y = (rect.y + rect.height / 2.0 - (picture.height - high) / 2.0) / high;
                    let x = (rect.center_x() - (picture.width - wide) / 2.0) / wide;
                    on_camera.emit(Camera { x, y, ..camera });
                }
                focus(&node, next.unwrap_or(0));
            }
        })
    };
    let first = picture.boxes.first().map(|state| state.name.clone());
    let is_known = |name: &&Text| picture.boxes.iter().any(|state| state.name == **name);
    let entry = focused.as_ref().filter(is_known).cloned().or(first);
    html! {
        <svg ref={node} class={classes!("workflow", (camera.zoom > 1.0).then_some("movable"), path.is_some().then_some("followed"))} viewBox={format!("{left:.1} {top:.1} {width:.1} {height:.1}")} role="group" aria-label="states of the workflow: arrows walk, Enter goes to the text" {onwheel} {onpointerdown} {onpointermove} onpointerup={onpointerup.clone()} onpointerleave={onpointerup} {onkeydown}>
            <defs>
                { for [("arrow", ""), ("arrow-gone", "gone")].iter().map(|(id, class)| html! {
                    <marker id={*id} class={*class} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 .5 7.5 4 0 7.5z" /></marker>
                }) }
            </defs>
            { for picture.boxes.iter().filter(|state| state.holds_others).map(frame) }
            { for picture.groups.iter().map(|rect| html! {
                <rect class="group" x={num(rect.x)} y={num(rect.y)} width={num(rect.width)} height={num(rect.height)} rx="6" />
            }) }
            if let Some(flows) = &props.flows {
                <FlowLayer picture={Rc::clone(picture)} flows={Rc::clone(flows)} of={props.of.clone()} />
            }
            { for picture.terminals.iter().map(|(rect, is_start)| html! {
                <circle class={if *is_start { "terminal start" } else { "terminal" }} cx={num(rect.center_x())} cy={num(rect.y + rect.height / 2.0)} r={num(rect.width / 2.0)} />
            }) }
            { for picture.ways.iter().map(|way| {
                let gone = path.as_ref().is_some_and(|path| path.has_gone(way.from.as_deref(), way.to.as_deref()));
                let share = match &props.flows {
                    Some(flows) => flow::share(way, flows, props.of.as_deref()),
                    None => String::new(),
                };
                html! {
                    <g class={classes!("way", way.is_catch.then_some("catch"), gone.then_some("gone"))}>
                        <path class="reach" d={way.path.clone()}>if !way.label.is_empty() { <title>{ way.label.clone() }</title> }</path>
                        <path class="line" d={way.path.clone()} marker-end={if gone { "url(#arrow-gone)" } else { "url(#arrow)" }} />
                        if !(way.label.is_empty() && share.is_empty()) {
                            <text class={way.to_left.then_some("to-left")} x={num(way.at.0 + if way.to_left { -6.0 } else { 6.0 })} y={num(way.at.1 + 3.0)}>
                                { way.label.clone() }
                                if !share.is_empty() { <tspan class="share" dx={if way.label.is_empty() { "0" } else { "6" }}>{ share }</tspan> }
                            </text>
                        }
                    </g>
                }
            }) }
            { for picture.boxes.iter().map(|state| {
                let name: Rc<str> = Rc::clone(&state.name);
                let visit = path.as_ref().and_then(|path| path.states.get(&state.name));
                let is_current = path.as_ref().is_some_and(|path| path.current.as_ref() == Some(&state.name));
                let choose = {
                    let (on_select, focused, name) = (props.on_select.clone(), focused.clone(), Rc::clone(&name));
                    move || {
                        focused.set(Some(Rc::clone(&name)));
                        on_select.emit(Rc::clone(&name));
                    }
                };
                let onclick = {
                    let choose = choose.clone();
                    Callback::from(move |_: MouseEvent| choose())
                };
                let onkeydown = Callback::from(move |event: KeyboardEvent| {
                    if matches!(event.key().as_str(), "Enter" | " ") {
                        event.prevent_default();
                        choose();
                    }
                });
                let onfocus = {
                    let (focused, name) = (focused.clone(), Rc::clone(&state.name));
                    Callback::from(move |_: FocusEvent| focused.set(Some(Rc::clone(&name))))
                };
                let rect = state.rect;
                let is_selected = selected.as_deref() == Some(&*state.name);
                let outcome = visit.map(|visit| visit.class());
                let mut said = state.said.clone();
                if let Some(visit) = visit {
                    said += &format!("; {}", visit.said());
                }
                let sign = visit.map_or(state.change.sign(), |visit| visit.sign());
                html! {
                    <g key={state.name.to_string()} class={classes!("state", state.change.class(), outcome, is_selected.then_some("selected"), is_current.then_some("current"), state.holds_others.then_some("outer"))}
                        tabindex={if entry.as_ref() == Some(&state.name) { "0" } else { "-1" }} role="button" aria-label={said.clone()} aria-pressed={is_selected.to_string()} {onclick} {onkeydown} {onfocus}>
                        <title>{ said }</title>
                        <rect class="box" x={num(rect.x)} y={num(rect.y)} width={num(rect.width)} height={num(if state.holds_others { 28.0 } else { rect.height })} rx="5" />
                        <path class="type" d={icon(state.kind)} transform={format!("translate({:.1} {:.1})", rect.x + 9.0, rect.y + if state.holds_others { 7.0 } else { rect.height / 2.0 - 7.0 })} />
                        <text x={num(rect.x + 29.0)} y={num(rect.y + if state.holds_others { 18.0 } else { rect.height / 2.0 + 4.0 })}>{ short(&state.name, rect.width) }</text>
                        if !sign.is_empty() {
                            <text class="sign" x={num(rect.right() - 10.0)} y={num(rect.y + if state.holds_others { 18.0 } else { rect.height / 2.0 + 4.0 })}>{ sign }</text>
                        }
                    </g>
                }
            }) }
        </svg>
    }
}

/// The frame of a state that others are inside of.
fn frame(state: &Box) -> Html {
    let rect = state.rect;
    html! { <rect class="frame" x={num(rect.x)} y={num(rect.y)} width={num(rect.width)} height={num(rect.height)} rx="6" /> }
}

fn num(value: f64) -> String {
    format!("{value:.1}")
}

/// As much of a name as there is room for.
fn short(name: &str, width: f64) -> String {
    let room = ((width - 40.0) / 7.0).max(3.0) as usize;
    if name.chars().count() <= room { name.to_owned() } else { name.chars().take(room - 1).chain(['…']).collect() }
}

/// The state that an arrow key leads to: down and up along the ways, left and right among those at the same height.
#[inline(never)]
fn walk(picture: &Picture, at: usize, key: &str) -> Option<usize> {
    let here = picture.boxes.get(at)?;
    let closest = |among: &mut dyn Iterator<Item = usize>| {
        among.min_by(|a, b| {
            let off = |n: &usize| {
                let there = picture.boxes.get(*n).map_or(here.rect, |found| found.rect);
                (there.center_x() - here.rect.center_x()).abs() * 0.3 + (there.y - here.rect.y).abs()
            };
            off(a).total_cmp(&off(b))
        })
    };
    let row = |sign: f64| {
        let beside = move |(n, other): (usize, &Box)| {
            let is_level = other.rect.y < here.rect.bottom() && here.rect.y < other.rect.bottom();
            let side = (other.rect.center_x() - here.rect.center_x()) * sign > 1.0;
            (is_level && side && n != at).then_some(n)
        };
        picture.boxes.iter().enumerate().filter_map(beside)
    };
    match key {
        "ArrowDown" => closest(&mut here.next.iter().copied()),
        "ArrowUp" => closest(&mut here.before.iter().copied()),
        "ArrowLeft" => closest(&mut row(-1.0)),
        _ => closest(&mut row(1.0)),
    }
}

fn focus(node: &NodeRef, at: usize) {
    let states = node.cast::<Element>().and_then(|element| element.query_selector_all(".state").ok());
    if let Some(element) = states.and_then(|states| states.get(at as u32)) {
        if let Some(element) = element.dyn_ref::<SvgElement>() {
            let _ = element.focus();
        } else if let Some(element) = element.dyn_ref::<HtmlElement>() {
            let _ = element.focus();
        }
    }
}

/// A sign of 14 by 14 for a type of state.
fn icon(kind: Option<StateType>) -> &'static str {
    match kind {
        Some(StateType::Task) => "M2 2h10v10H2zM5 7l1.7 2L9.5 5",
        Some(StateType::Choice) => "M7 1l6 6-6 6-6-6z",
        Some(StateType::Wait) => "M7 1a6 6 0 1 0 .01 0M7 4v3l2 1.5",
        Some(StateType::Pass) => "M1 7h11M8 3l4 4-4 4",
        Some(StateType::Succeed) => "M2 7.5L5.5 11 12 3.5",
        Some(StateType::Fail) => "M3 3l8 8M11 3l-8 8",
        Some(StateType::Parallel) => "M3 2v10M7 2v10M11 2v10",
        Some(StateType::Map) => "M2 3h10M2 7h10M2 11h10",
        None => "M4.5 4.5a2.5 2.5 0 1 1 3.6 2.2c-.8.5-1.1.9-1.1 1.8M7 11v.6",
    }
}
