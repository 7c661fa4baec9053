//! The field: every execution at (its start, its routing draw), and the weight as the line that parts them.

use super::Opened;
use crate::simulation::Sides;
use crate::simulation::customers::{Customers, OPEN};
use crate::ui::chart::{Scale, Shape, time, use_width, version_class};
use gloo::render::{AnimationFrame, request_animation_frame};
use std::cell::RefCell;
use std::f64::consts::TAU;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{
    CanvasRenderingContext2d, HtmlCanvasElement, ImageBitmap, OffscreenCanvas, OffscreenCanvasRenderingContext2d,
};
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub struct FieldProps {
    pub customers: Crowd,
    /// Changes whenever the customers do.
    pub stamp: u32,
    /// Which run they are of.
    pub run: u32,
    /// How many there will be, and when everything ends, in nanoseconds.
    pub count: u64,
    pub horizon: u64,
    pub weight: u8,
    pub old: AttrValue,
    pub new: AttrValue,
    pub errors: Rc<[Rc<str>]>,
    pub on_weight: Callback<u8>,
    pub on_open: Callback<Opened>,
}

/// Customers that grow while they are drawn.
#[derive(Clone, Debug, Default)]
pub struct Crowd(pub Rc<RefCell<Customers>>);

impl PartialEq for Crowd {
    fn eq(&self, other: &Crowd) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

const HEIGHT: f64 = 232.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 22.0;
/// More dots than this are drawn for none.
const MOST: u64 = 8_000;
/// How long the line takes to its new place, in milliseconds.
const MOVES: f64 = 160.0;

/// What is drawn where.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Frame {
    width: f64,
    count: u64,
    horizon: u64,
    /// The size of a dot, and how many executions it stands for.
    radius: f64,
    each: u64,
}

impl Frame {
    fn new(width: f64, count: u64, horizon: u64) -> Frame {
        let area = (width - LEFT - RIGHT).max(1.0) * (HEIGHT - TOP - BOTTOM);
        let most = ((area / 18.0) as u64).clamp(100, MOST);
        let each = round_up(count.div_ceil(most).max(1));
        let dots = (count / each).max(1) as f64;
        let radius = (libm::sqrt(area / dots) * 0.3).clamp(1.3, 3.6);
        Frame { width, count, horizon, radius, each }
    }

    fn x(&self) -> Scale {
        Scale::new((0.0, self.horizon.max(1) as f64), (LEFT, (self.width - RIGHT).max(LEFT + 1.0)))
    }

    /// From hundredths of a percent.
    fn y(&self) -> Scale {
        Scale::new((0.0, 10_000.0), (HEIGHT - BOTTOM, TOP))
    }

    /// The dot at a place, or the nearest to it.
    fn nearest(&self, customers: &Customers, (px, py): (f64, f64), within: f64) -> Option<usize> {
        let (x, y) = (self.x(), self.y());
        let from = customers.at.partition_point(|at| x.place(*at as f64) < px - within);
        let to = customers.at.partition_point(|at| x.place(*at as f64) <= px + within);
        let far = |n: &usize| {
            let dx = customers.at.get(*n).map_or(0.0, |at| x.place(*at as f64) - px);
            let dy = customers.route.get(*n).map_or(0.0, |route| y.place(f64::from(*route)) - py);
            dx * dx + dy * dy
        };
        let dots = (from..to).filter(|n| (*n as u64).is_multiple_of(self.each));
        let best = dots.min_by(|a, b| far(a).total_cmp(&far(b)))?;
        (far(&best) <= within * within).then_some(best)
    }
}

/// 1, 2, 5, 10, 20 … at least `n`.
fn round_up(n: u64) -> u64 {
    let mut power = 1;
    loop {
        if let Some(round) = [1, 2, 5].into_iter().map(|step| step * power).find(|round| *round >= n) {
            return round;
        }
        power *= 10;
    }
}

/// Dots, drawn once and stamped thousands of times; bitmaps, because of a canvas a copy is taken at each stamp.
struct Stamps {
    /// By version (old, new) and outcome (succeeded, running, failed, failed on both).
    images: Vec<ImageBitmap>,
    /// Half of their width, in device pixels.
    half: f64,
}

const OUTCOMES: usize = 4;

impl Stamps {
    fn new(probes: &[String; 3], versions: [&str; 2], radius: f64, ratio: f64) -> Option<Stamps> {
        let half = libm::ceil((radius * 1.5 + 1.0) * ratio);
        let mut images = Vec::new();
        for (version, colour) in versions.iter().zip(probes) {
            for outcome in 0..OUTCOMES {
                let canvas = OffscreenCanvas::new(2 * half as u32, 2 * half as u32).ok()?;
                let context: OffscreenCanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
                context.translate(half, half).ok()?;
                context.scale(ratio, ratio).ok()?;
                stamp(&context, Shape::of(version), radius, outcome, colour, &probes[2]);
                images.push(canvas.transfer_to_image_bitmap().ok()?);
            }
        }
        Some(Stamps { images, half })
    }
}

fn canvas(width: f64, height: f64) -> Option<(HtmlCanvasElement, CanvasRenderingContext2d)> {
    let canvas: HtmlCanvasElement = gloo::utils::document().create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context = context(&canvas)?;
    Some((canvas, context))
}

fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}

fn outline(context: &OffscreenCanvasRenderingContext2d, shape: Shape, radius: f64) {
    context.begin_path();
    if shape == Shape::Circle {
        let _ = context.arc(0.0, 0.0, radius, 0.0, TAU);
        return;
    }
    for (n, (x, y)) in shape.corners().into_iter().enumerate() {
        match n {
            0 => context.move_to(x * radius, y * radius),
            _ => context.line_to(x * radius, y * radius),
        }
    }
    context.close_path();
}

fn stamp(
    context: &OffscreenCanvasRenderingContext2d,
    shape: Shape,
    radius: f64,
    outcome: usize,
    colour: &str,
    red: &str,
) {
    context.set_fill_style_str(colour);
    context.set_stroke_style_str(colour);
    match outcome {
        0 => {
            outline(context, shape, radius);
            context.fill();
        }
        1 => {
            context.set_line_width(1.0);
            outline(context, shape, radius - 0.2);
            context.stroke();
        }
        _ => {
            // A failure is a cross, whatever the version: where it lies says which that is.
            let arm = radius * 1.15 + 0.5;
            context.set_stroke_style_str(red);
            context.set_line_width(1.5);
            context.begin_path();
            context.move_to(-arm, -arm);
            context.line_to(arm, arm);
            context.move_to(arm, -arm);
            context.line_to(-arm, arm);
            context.stroke();
            if outcome == 3 {
                context.set_line_width(1.0);
                outline(context, Shape::Circle, radius * 1.5 + 0.5);
                context.stroke();
            }
        }
    }
}

/// What the layers are made for: all else moves only the line between them.
#[derive(Clone, Debug, PartialEq)]
struct Look {
    frame: Frame,
    /// Which run the customers are of.
    run: u32,
    theme: u32,
    versions: [AttrValue; 2],
    ratio: f64,
}

/// All dots as if everybody went to the old version, and as if everybody went to the new one. A dot lies where its routing
/// draw puts it, so that a weight is a line between the two pictures, and moving it draws no more than the dots beside it.
struct Layers {
    look: Look,
    stamps: Stamps,
    sides: Sides<HtmlCanvasElement>,
    /// Customers that are drawn.
    drawn: usize,
}

impl Layers {
    fn new(look: Look, probes: &[String; 3]) -> Option<Layers> {
        let Look { frame, ratio, versions: [old, new], .. } = &look;
        let stamps = Stamps::new(probes, [old, new], frame.radius, *ratio)?;
        let (width, height) = (frame.width * ratio, HEIGHT * ratio);
        let sides = Sides { old: canvas(width, height)?.0, new: canvas(width, height)?.0 };
        Some(Layers { look, stamps, sides, drawn: 0 })
    }

    /// Draws those that have come.
    fn add(&mut self, customers: &Customers) {
        let each = self.look.frame.each.max(1) as usize;
        for is_new in [false, true] {
            let Some(context) = context(self.sides.of(is_new)) else { continue };
            let dots = (self.drawn.next_multiple_of(each)..customers.len()).step_by(each);
            self.dots(&context, customers, dots.map(|n| (n, is_new)));
        }
        self.drawn = customers.len();
    }

    /// Draws some dots; failures last, so that nothing lies over them.
    fn dots(
        &self,
        context: &CanvasRenderingContext2d,
        customers: &Customers,
        dots: impl Iterator<Item = (usize, bool)>,
    ) {
        let Look { frame, ratio, .. } = &self.look;
        let (x, y) = (frame.x(), frame.y());
        let mut crosses: Vec<(usize, f64, f64)> = Vec::new();
        for (n, is_new) in dots {
            let (Some(at), Some(route)) = (customers.at.get(n), customers.route.get(n)) else { break };
            let futures = customers.futures.of(is_new);
            let outcome = if !futures.is_over(n, *at, frame.horizon) || futures.close.get(n) == Some(&OPEN) {
                1
            } else if futures.is_bad(n) {
                if customers.futures.of(!is_new).is_bad(n) { 3 } else { 2 }
            } else {
                0
            };
            let left = (x.place(*at as f64) * ratio - self.stamps.half).round();
            let top = (y.place(f64::from(*route)) * ratio - self.stamps.half).round();
            let image = usize::from(is_new) * OUTCOMES + outcome;
            if outcome >= 2 {
                crosses.push((image, left, top));
            } else {
                self.stamp(context, image, left, top);
            }
        }
        crosses.into_iter().for_each(|(image, left, top)| self.stamp(context, image, left, top));
    }

    fn stamp(&self, context: &CanvasRenderingContext2d, image: usize, left: f64, top: f64) {
        if let Some(image) = self.stamps.images.get(image) {
            let _ = context.draw_image_with_image_bitmap(image, left, top);
        }
    }

    /// Shows all dots as a weight parts them.
    fn show(&self, canvas: &HtmlCanvasElement, customers: &Customers, weight: f64) {
        let Some(context) = context(canvas) else { return };
        let Look { frame, ratio, .. } = &self.look;
        let (width, height) = (frame.width * ratio, HEIGHT * ratio);
        context.clear_rect(0.0, 0.0, width, height);
        let (y, line) = (frame.y(), weight * 100.0);
        // What lies on the line is cut by neither picture, but drawn.
        let reach = 2.0 * self.stamps.half;
        let upper = (y.place(line) * ratio - self.stamps.half).round().clamp(0.0, height);
        let lower = (upper + reach).min(height);
        let part = |side: &HtmlCanvasElement, from: f64, to: f64| {
            let high = to - from;
            if high > 0.0 {
                let _ = context.draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
                    side, 0.0, from, width, high, 0.0, from, width, high,
                );
            }
        };
        part(&self.sides.old, 0.0, upper);
        part(&self.sides.new, lower, height);
        context.save();
        context.begin_path();
        context.rect(0.0, upper, width, lower - upper);
        context.clip();
        let near = reach / ratio;
        let (low, high) = (y.value(y.place(line) + near), y.value(y.place(line) - near));
        let each = frame.each.max(1) as usize;
        let beside = (0..self.drawn).step_by(each).filter_map(|n| {
            let route = f64::from(*customers.route.get(n)?);
            (route >= low && route <= high).then_some((n, route < line))
        });
        self.dots(&context, customers, beside);
        context.restore();
    }
}

/// A step that is no larger follows a hand at the slider, which moves by itself.
const STEP: f64 = 5.0;

/// The weight on its way from where it was to where it is.
#[hook]
fn use_moving(weight: u8) -> f64 {
    let shown = use_mut_ref(|| f64::from(weight));
    let frame = use_mut_ref(|| None::<AnimationFrame>);
    let update = use_force_update();
    let to = f64::from(weight);
    if (*shown.borrow() - to).abs() <= STEP && frame.borrow().is_none() {
        // At once, and not in a second picture after this one.
        *shown.borrow_mut() = to;
    }
    let now = *shown.borrow();
    use_effect_with(weight, move |_| {
        let from = *shown.borrow();
        *frame.borrow_mut() = None;
        if from == to {
            return;
        }
        let calm = gloo::utils::window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
        if (from - to).abs() <= STEP || calm.is_some_and(|query| query.matches()) {
            *shown.borrow_mut() = to;
            update.force_update();
        } else {
            let moving = Moving { shown, frame, update, from, to };
            moving.go(None);
        }
    });
    now
}

/// A weight that moves by itself.
#[derive(Clone)]
struct Moving {
    shown: Rc<RefCell<f64>>,
    frame: Rc<RefCell<Option<AnimationFrame>>>,
    update: UseForceUpdateHandle,
    from: f64,
    to: f64,
}

impl Moving {
    fn go(self, begun: Option<f64>) {
        let frame = Rc::clone(&self.frame);
        let handle = request_animation_frame(move |now| {
            let begun = begun.unwrap_or(now);
            let share = ((now - begun) / MOVES).clamp(0.0, 1.0);
            let eased = 1.0 - (1.0 - share) * (1.0 - share);
            *self.shown.borrow_mut() = self.from + (self.to - self.from) * eased;
            self.update.force_update();
            if share < 1.0 {
                self.go(Some(begun));
            } else {
                *self.frame.borrow_mut() = None;
            }
        });
        *frame.borrow_mut() = Some(handle);
    }
}

/// A number that changes when the page turns light or dark.
#[hook]
fn use_theme() -> u32 {
    let turns = use_state_eq(|| 0_u32);
    use_effect_with((), {
        let setter = turns.setter();
        move |()| {
            let turned = std::cell::Cell::new(0);
            let changed = Closure::<dyn FnMut()>::new(move || {
                turned.set(turned.get() + 1);
                setter.set(turned.get());
            });
            let query = gloo::utils::window().match_media("(prefers-color-scheme: dark)").ok().flatten();
            let listener = changed.as_ref().unchecked_ref::<js_sys::Function>();
            if let Some(query) = &query {
                let _ = query.add_event_listener_with_callback("change", listener);
            }
            let observer = web_sys::MutationObserver::new(listener).ok();
            let options = web_sys::MutationObserverInit::new();
            options.set_attributes(true);
            if let Some(observer) = &observer {
                let _ = observer.observe_with_options(&gloo::utils::document_element(), &options);
            }
            move || {
                if let Some(query) = query {
                    let _ = query.remove_event_listener_with_callback("change", changed.as_ref().unchecked_ref());
                }
                if let Some(observer) = observer {
                    observer.disconnect();
                }
            }
        }
    });
    *turns
}

#[component]
pub fn Field(props: &FieldProps) -> Html {
    let (node, canvas, probes) = (use_node_ref(), use_node_ref(), use_node_ref());
    let width = use_width(node.clone());
    let theme = use_theme();
    let weight = use_moving(props.weight);
    let pointed = use_state_eq(|| None::<usize>);
    let dragging = use_state_eq(|| false);
    let layers = use_mut_ref(|| None::<Layers>);
    let frame = Frame::new(width, props.count, props.horizon);
    let ratio = gloo::utils::window().device_pixel_ratio().clamp(1.0, 3.0);
    let look = Look { frame, run: props.run, theme, versions: [props.old.clone(), props.new.clone()], ratio };

    use_effect_with((look, props.stamp, weight.to_bits()), {
        let (canvas, probes, customers) = (canvas.clone(), probes.clone(), props.customers.clone());
        move |(look, _, weight)| {
            let Some(canvas) = canvas.cast::<HtmlCanvasElement>().filter(|_| look.frame.width > 0.0) else { return };
            let size = (look.frame.width * look.ratio) as u32;
            if canvas.width() != size {
                canvas.set_width(size);
                canvas.set_height((HEIGHT * look.ratio) as u32);
            }
            let mut layers = layers.borrow_mut();
            if layers.as_ref().is_none_or(|layers| layers.look != *look) {
                *layers = Layers::new(look.clone(), &colours(&probes));
            }
            if let Some(layers) = &mut *layers {
                let customers = customers.0.borrow();
                layers.add(&customers);
                layers.show(&canvas, &customers, f64::from_bits(*weight));
            }
        }
    });

    let place = {
        let node = node.clone();
        move |event: &PointerEvent| {
            let rect = node.cast::<web_sys::Element>().map(|element| element.get_bounding_client_rect());
            let (left, top) = rect.map_or((0.0, 0.0), |rect| (rect.left(), rect.top()));
            (f64::from(event.client_x()) - left, f64::from(event.client_y()) - top)
        }
    };
    let line_y = frame.y().place(weight * 100.0);
    let to_weight = move |y: f64| (frame.y().value(y) / 100.0).round().clamp(0.0, 100.0) as u8;
    let onpointermove = {
        let (pointed, customers, place) = (pointed.clone(), props.customers.clone(), place.clone());
        let (dragging, on_weight, current) = (dragging.clone(), props.on_weight.clone(), props.weight);
        Callback::from(move |event: PointerEvent| {
            let at = place(&event);
            if *dragging {
                let weight = to_weight(at.1);
                if weight != current {
                    on_weight.emit(weight);
                }
            } else {
                pointed.set(frame.nearest(&customers.0.borrow(), at, 12.0));
            }
        })
    };
    let onpointerdown = {
        let (dragging, place) = (dragging.clone(), place.clone());
        Callback::from(move |event: PointerEvent| {
            if (place(&event).1 - line_y).abs() < 5.0 {
                event.prevent_default();
                if let Some(target) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) {
                    let _ = target.set_pointer_capture(event.pointer_id());
                }
                dragging.set(true);
            }
        })
    };
    let onpointerup = {
        let dragging = dragging.clone();
        Callback::from(move |_: PointerEvent| dragging.set(false))
    };
    let leave = {
        let pointed = pointed.clone();
        move || pointed.set(None)
    };
    let onpointerleave = {
        let leave = leave.clone();
        Callback::from(move |_: PointerEvent| leave())
    };
    let open = {
        let (customers, on_open, current) = (props.customers.clone(), props.on_open.clone(), props.weight);
        let (old, new) = (props.old.clone(), props.new.clone());
        move |n: usize| {
            if let Some(opened) = Opened::of(&customers.0.borrow(), n, current, &old, &new) {
                on_open.emit(opened);
            }
        }
    };
    let onclick = {
        let (pointed, open) = (pointed.clone(), open.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(n) = *pointed {
                open(n);
            }
        })
    };
    let onkeydown = {
        let (pointed, customers) = (pointed.clone(), props.customers.clone());
        Callback::from(move |event: KeyboardEvent| {
            let each = frame.each as usize;
            let last = customers.0.borrow().len().saturating_sub(1) / each * each;
            let step = each * if event.shift_key() { 20 } else { 1 };
            let next = match (event.key().as_str(), *pointed) {
                ("Enter", Some(n)) => return open(n),
                ("ArrowRight", Some(n)) => Some((n + step).min(last)),
                ("ArrowLeft", Some(n)) => Some(n.saturating_sub(step)),
                ("ArrowRight" | "Home", _) => Some(0),
                ("ArrowLeft" | "End", _) => Some(last),
                ("Escape", _) => None,
                _ => return,
            };
            event.prevent_default();
            pointed.set(next);
        })
    };
    let onblur = Callback::from(move |_: FocusEvent| leave());

    let (x, y) = (frame.x(), frame.y());
    let minutes = props.horizon as f64 / 60e9;
    let ticks = Scale::time_ticks((0.0, minutes), ((width / 84.0) as u32).clamp(2, 14));
    let right = (width - RIGHT).max(LEFT + 1.0);
    let customers = props.customers.0.borrow();
    let seen = pointed.and_then(|n| Seen::of(&customers, n, props, frame.horizon));
    let (old_class, new_class) = (version_class(&props.old), version_class(&props.new));
    html! {
        <div class="field" ref={node}>
            <span class="probes" ref={probes} aria-hidden="true">
                <i class={old_class.clone()} /><i class={new_class.clone()} /><i class="failure" />
            </span>
            <canvas ref={canvas} class="field-dots" aria-hidden="true" />
            if width > 0.0 {
                <svg
                    class={classes!("field-frame", dragging.then_some("dragging"), pointed.is_some().then_some("pointing"))}
                    width={width.to_string()}
                    height={HEIGHT.to_string()}
                    tabindex="0"
                    role="application"
                    aria-label={format!("{} executions by start and routing draw; arrow keys go from one to the next, Enter opens it", props.count)}
                    {onpointermove} {onpointerdown} {onpointerup} {onpointerleave} {onclick} {onkeydown} {onblur}
                >
                    <rect class={classes!("share", new_class)} x={LEFT.to_string()} y={line_y.to_string()} width={(right - LEFT).to_string()} height={(HEIGHT - BOTTOM - line_y).max(0.0).to_string()} />
                    <g class="axis" aria-hidden="true">
                        { for [0.0, 50.0, 100.0].iter().map(|tick: &f64| html! {
                            <text class="y" x={(LEFT - 6.0).to_string()} y={y.place(tick * 100.0).to_string()} dy="0.32em">{ format!("{tick} %") }</text>
                        }) }
                        <line x1={LEFT.to_string()} x2={right.to_string()} y1={(HEIGHT - BOTTOM).to_string()} y2={(HEIGHT - BOTTOM).to_string()} />
                        { for ticks.iter().map(|tick| {
                            let place = x.place(tick * 60e9);
                            let class = if place > right - 24.0 { "x end" } else { "x" };
                            html! { <text {class} x={format!("{place:.1}")} y={(HEIGHT - 6.0).to_string()}>{ time(*tick) }</text> }
                        }) }
                    </g>
                    <line class="weight-line" x1={LEFT.to_string()} x2={right.to_string()} y1={format!("{line_y:.1}")} y2={format!("{line_y:.1}")} />
                    <g class="weight-flag">
                        <text x={(right - 4.0).to_string()} y={format!("{:.1}", if line_y < 26.0 { line_y + 14.0 } else { line_y - 5.0 })}>
                            { format!("weight {} %", weight.round()) }
                        </text>
                    </g>
                    if let Some(seen) = &seen {
                        <circle class="seen" cx={format!("{:.1}", x.place(seen.at as f64))} cy={format!("{:.1}", y.place(f64::from(seen.route)))} r={(frame.radius + 4.0).to_string()} />
                    }
                </svg>
            }
            <p class="field-legend">
                if let Some(seen) = seen {
                    <span aria-live="polite">{ seen.sentence }</span>
                } else {
                    <span>{ legend(&frame) }</span>
                    <span class="keys">
                        <span><i class="key ok" />{ "succeeded" }</span>
                        <span><i class="key open" />{ "running at the end" }</span>
                        <span><i class="key bad" />{ "failed" }</span>
                        <span><i class="key both" />{ "would fail on the other version, too" }</span>
                    </span>
                }
            </p>
        </div>
    }
}

fn legend(frame: &Frame) -> String {
    match frame.each {
        1 => "one dot is one execution".to_owned(),
        n => format!("one dot in {n} executions is drawn"),
    }
}

/// The colours that the style sheet gives to the probes.
fn colours(probes: &NodeRef) -> [String; 3] {
    let window = gloo::utils::window();
    let element = probes.cast::<web_sys::Element>();
    [0, 1, 2].map(|n| {
        let probe = element.as_ref().and_then(|element| element.children().item(n));
        let style = probe.and_then(|probe| window.get_computed_style(&probe).ok().flatten());
        style.and_then(|style| style.get_property_value("color").ok()).unwrap_or_else(|| "gray".to_owned())
    })
}

/// What is said of the execution that is pointed at.
struct Seen {
    at: u64,
    route: u16,
    sentence: String,
}

impl Seen {
    fn of(customers: &Customers, n: usize, props: &FieldProps, horizon: u64) -> Option<Seen> {
        let (at, route) = (*customers.at.get(n)?, *customers.route.get(n)?);
        let new = customers.goes_to_new(n, props.weight);
        let version = if new { &props.new } else { &props.old };
        let fate = |new: bool| {
            let futures = customers.futures.of(new);
            let lasts = crate::ui::chart::duration(*futures.duration.get(n)? as f64 / 1e6);
            let name = props.errors.get(usize::from(*futures.error.get(n)?)).map_or("", |name| name);
            Some(match futures.close.get(n)? {
                _ if !futures.is_over(n, at, horizon) => "still running at the end".to_owned(),
                0 => format!("succeeded after {lasts}"),
                1 => format!("failed with {name} after {lasts}"),
                2 => format!("timed out after {lasts}"),
                _ => "never ends".to_owned(),
            })
        };
        let (own, other) = (fate(new)?, fate(!new)?);
        let other_version = if new { &props.old } else { &props.new };
        let mut sentence = format!(
            "execution {} at {}: draw {:.2} → v{version}, {own}",
            n + 1,
            time(at as f64 / 60e9),
            f64::from(route) / 100.0,
        );
        if props.old != props.new {
            sentence.push_str(&format!(
                "; on v{other_version} it would have {}",
                other.replace("still running", "been running").replace("never ends", "gone on for ever")
            ));
        }
        Some(Seen { at, route, sentence })
    }
}
