//! The pane itself: what is shown, what is played, and when it is played again.

use super::Opened;
use super::document::{Document, MOST_EXECUTIONS, number, text, with};
use super::field::Crowd;
use super::parts::{Choice, Number};
use super::traffic::{Counted, Traffic};
use crate::base::Value;
use crate::simulation::customers::{Customers, Starts, feeds_back, tell};
use crate::simulation::presets::Preset;
use crate::simulation::report::{count, number as plain};
use crate::simulation::scenario::Scenario;
use crate::worker::{Pool, Problem, Progress, Run, Task, Update};
use gloo::render::{AnimationFrame, request_animation_frame};
use gloo::timers::callback::Timeout;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The whole scenario document.
    pub scenario: Rc<str>,
    /// Takes an object of all members of the scenario but `versions`, `alias` and `inputs`.
    #[prop_or_default]
    pub on_settings: Callback<Rc<str>>,
    /// Takes the weight of the version that the alias gives a share, in percent.
    #[prop_or_default]
    pub on_weight: Callback<u8>,
    #[prop_or_default]
    pub on_open: Callback<Opened>,
    /// Takes a preset in the place of the whole scenario.
    #[prop_or_default]
    pub on_preset: Callback<Preset>,
    /// What the tabs Executions and AWS CLI hold; they are not there without it.
    #[prop_or_default]
    pub executions: Option<Html>,
    #[prop_or_default]
    pub cli: Option<Html>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Traffic,
    Executions,
    Cli,
}

impl Tab {
    const fn name(self) -> &'static str {
        match self {
            Tab::Traffic => "Traffic",
            Tab::Executions => "Executions",
            Tab::Cli => "AWS CLI",
        }
    }
}

/// How a run stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum State {
    /// It is about to begin.
    #[default]
    Waiting,
    Running,
    Stopped,
    Done,
    Failed(Rc<[Problem]>),
}

#[derive(Debug)]
pub enum Msg {
    Show(Tab),
    Edit(&'static str, Option<Value>),
    Play,
    Stop,
    /// The settings have been left alone for a moment.
    Settled,
    /// Of which run.
    Heard(u32, Update),
    Tell,
}

/// Settings must be left alone for so long before they are played, in milliseconds.
const SETTLES: u32 = 180;
/// The least time between two pictures of customers that are still coming, in milliseconds.
const PICTURE: f64 = 60.0;

/// The traffic as it is played and counted.
#[derive(Debug, Default)]
struct Stream {
    /// What is played.
    document: Option<Rc<str>>,
    scenario: Option<(Rc<Scenario>, Rc<Starts>)>,
    number: u32,
    run: Option<Run>,
    state: State,
    progress: Progress,
    crowd: Crowd,
    errors: Option<Rc<[Rc<str>]>>,
    stamp: u32,
    told: Option<Counted>,
    told_at: f64,
    /// What is shown is of another run.
    is_stale: bool,
    restarted: bool,
}

pub struct SimulatePane {
    pool: Pool,
    tab: Tab,
    document: Option<Document>,
    stream: Stream,
    waits: Option<Timeout>,
    frame: Option<AnimationFrame>,
}

impl Component for SimulatePane {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> SimulatePane {
        let mut pane = SimulatePane {
            pool: Pool::new(),
            tab: Tab::Traffic,
            document: Document::read(&ctx.props().scenario),
            stream: Stream::default(),
            waits: None,
            frame: None,
        };
        pane.play(ctx);
        pane
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Props) -> bool {
        if ctx.props().scenario == old.scenario {
            return true;
        }
        self.document = Document::read(&ctx.props().scenario);
        let is_same = self.document.as_ref().map(Document::traffic) == self.stream.document;
        if is_same {
            self.waits = None;
            self.count();
        } else {
            let link = ctx.link().clone();
            self.waits = Some(Timeout::new(SETTLES, move || link.send_message(Msg::Settled)));
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Show(tab) => self.tab = tab,
            Msg::Edit(key, value) => {
                if let Some(document) = &self.document {
                    ctx.props().on_settings.emit(document.edited(key, value));
                }
                return false;
            }
            Msg::Play | Msg::Settled => self.play(ctx),
            Msg::Stop => {
                self.waits = None;
                self.stream.run = None;
                self.stream.state = State::Stopped;
                self.count();
            }
            Msg::Heard(number, update) if number == self.stream.number => return self.hear(ctx, update),
            Msg::Heard(..) => return false,
            Msg::Tell => {
                self.frame = None;
                if js_sys::Date::now() - self.stream.told_at < PICTURE && self.stream.state == State::Running {
                    self.picture(ctx);
                    return false;
                }
                self.count();
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        html! {
            <section class="simulate" aria-label="Simulate">
                { self.control(ctx) }
                { self.tabs(ctx) }
                <div class="simulate-body" role="tabpanel" id="simulate-panel" aria-labelledby={format!("simulate-tab-{}", self.tab.name())} tabindex="-1">
                    { match self.tab {
                        Tab::Traffic => self.traffic(ctx),
                        Tab::Executions => props.executions.clone().unwrap_or_default(),
                        Tab::Cli => props.cli.clone().unwrap_or_default(),
                    } }
                </div>
            </section>
        }
    }
}

impl SimulatePane {
    /// Plays the traffic from the beginning. What is shown stays until the first of it is there.
    fn play(&mut self, ctx: &Context<Self>) {
        self.waits = None;
        let stream = &mut self.stream;
        stream.run = None;
        stream.number += 1;
        stream.progress = Progress::default();
        stream.is_stale = true;
        stream.restarted = false;
        let Some(document) = &self.document else {
            stream.state = State::Failed(Rc::from([]));
            return;
        };
        let played = document.traffic();
        stream.document = Some(Rc::clone(&played));
        stream.state = State::Running;
        let (link, number) = (ctx.link().clone(), stream.number);
        stream.run =
            Some(self.pool.run(Task::Customers, played, move |update| link.send_message(Msg::Heard(number, update))));
    }

    fn hear(&mut self, ctx: &Context<Self>, update: Update) -> bool {
        let stream = &mut self.stream;
        match update {
            Update::Progress(progress) => stream.progress = progress,
            Update::Restarted(_) => stream.restarted = true,
            Update::Problems(problems) => {
                stream.state = State::Failed(problems);
                stream.run = None;
            }
            Update::Customers { customers, errors, is_last } => {
                if std::mem::take(&mut stream.is_stale) {
                    *stream.crowd.0.borrow_mut() = Customers::default();
                    let document = stream.document.clone().unwrap_or_default();
                    let scenario = Scenario::parse(&document).ok().map(Rc::new);
                    stream.scenario = scenario.map(|scenario| {
                        let starts = Rc::new(Starts::new(&scenario));
                        (scenario, starts)
                    });
                    stream.told_at = 0.0;
                }
                stream.crowd.0.borrow_mut().append(&customers);
                stream.errors = Some(errors);
                if is_last {
                    stream.state = State::Done;
                    stream.run = None;
                    stream.told_at = 0.0;
                }
                self.picture(ctx);
                return is_last;
            }
            Update::Report { .. } => return false,
        }
        true
    }

    /// Counts what has come when the page is next drawn.
    fn picture(&mut self, ctx: &Context<Self>) {
        if self.frame.is_none() {
            let link = ctx.link().clone();
            self.frame = Some(request_animation_frame(move |_| link.send_message(Msg::Tell)));
        }
    }

    /// Counts the customers for the weight that the alias has now.
    fn count(&mut self) {
        let stream = &mut self.stream;
        let (Some((scenario, starts)), Some(document)) = (&stream.scenario, &self.document) else { return };
        let errors = stream.errors.clone().unwrap_or_else(|| Rc::from([]));
        // Periods such that the version with the smaller share has enough executions in each to say something.
        let smaller = f64::from(document.weight.min(100 - document.weight)) / 100.0 * starts.count() as f64;
        let periods = ((smaller / 30.0) as u64).clamp(20, 60);
        let told = tell(scenario, starts, &errors, &stream.crowd.0.borrow(), document.weight, periods);
        stream.told = Some(Counted(Rc::new(told)));
        stream.told_at = js_sys::Date::now();
        stream.stamp += 1;
    }

    fn control(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let Some(document) = &self.document else {
            return html! { <header class="simulate-control"><h2>{ "Simulate" }</h2></header> };
        };
        let traffic = document.get("/traffic").cloned().unwrap_or_default();
        let kind = traffic.get("kind").and_then(Value::as_str).unwrap_or("poisson").to_owned();
        let rate = traffic.get("per_min").and_then(Value::as_f64);
        let edit = |of: &Value, key: &'static str| {
            let (link, of) = (link.clone(), of.clone());
            move |value: Value| link.send_message(Msg::Edit("traffic", Some(with(&of, key, Some(value)))))
        };
        let set_count = {
            let set = edit(&traffic, "stop");
            Callback::from(move |value: f64| set(Value::object([("count", number(value))])))
        };
        let set_rate = {
            let set = edit(&traffic, "per_min");
            Callback::from(move |value: f64| set(number(value)))
        };
        let set_kind = {
            let (link, stop, rate) = (link.clone(), traffic.get("stop").cloned(), rate.unwrap_or(100.0));
            Callback::from(move |kind: String| {
                let plain = Value::object([("kind", text(&kind)), ("per_min", number(rate))]);
                link.send_message(Msg::Edit("traffic", Some(with(&plain, "stop", stop.clone()))));
            })
        };
        let set_seed = link.callback(|value: f64| Msg::Edit("seed", Some(number(value))));
        let mut kinds = vec![("poisson".into(), "Poisson".into()), ("constant".into(), "evenly spaced".into())];
        if !["poisson", "constant"].contains(&&*kind) {
            kinds.push((AttrValue::from(kind.clone()), AttrValue::from(kind.clone())));
        }
        html! {
            <header class="simulate-control">
                <h2>{ "Simulate" }</h2>
                <div class="simulate-settings">
                    <Number label="executions" value={document.executions() as f64} min={1.0} max={MOST_EXECUTIONS as f64} step={1000.0} class="wide" onchange={set_count} />
                    <Choice label="arrivals" options={kinds} value={kind} onchange={set_kind} />
                    if let Some(rate) = rate {
                        <Number label="rate per minute" hides_label={true} value={rate} min={0.01} max={1e6} whole={false} unit="/ min" onchange={set_rate} />
                    }
                    <Number label="seed" value={document.seed() as f64} min={0.0} max={9_007_199_254_740_991.0} onchange={set_seed} />
                </div>
                { self.progress(ctx) }
            </header>
        }
    }

    fn progress(&self, ctx: &Context<Self>) -> Html {
        let Stream { state, progress, restarted, .. } = &self.stream;
        let running = matches!(state, State::Running | State::Waiting);
        let onclick = ctx.link().callback(move |_| if running { Msg::Stop } else { Msg::Play });
        let done = count(progress.executions);
        let said = match state {
            State::Waiting => "about to begin".to_owned(),
            State::Running => {
                let left =
                    progress.left.filter(|left| *left >= 1.0).map(|left| format!(" · {} s left", plain(left.ceil())));
                format!(
                    "{:.0} % · {} / s{}",
                    100.0 * progress.share.min(1.0),
                    rate(progress.per_second),
                    left.unwrap_or_default()
                )
            }
            State::Stopped => format!("stopped after {done}"),
            State::Done => format!("{done} executions · {} / s", rate(progress.per_second)),
            State::Failed(_) => "not played".to_owned(),
        };
        html! {
            <div class="simulate-progress">
                <button type="button" class={if running { "stop" } else { "run" }} {onclick}>
                    <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
                        if running { <rect x="1.5" y="1.5" width="7" height="7" /> } else { <path d="M2 1l7 4-7 4z" /> }
                    </svg>
                    { if running { "Stop" } else { "Run" } }
                </button>
                <progress max="1" value={format!("{:.3}", if *state == State::Done { 1.0 } else { progress.share.min(1.0) })} aria-label="progress" />
                <span class="said" role="status">{ said }</span>
                if *restarted {
                    <span class="hint">{ "a worker died and was started again" }</span>
                }
            </div>
        }
    }

    fn tabs(&self, ctx: &Context<Self>) -> Html {
        let mut tabs = vec![Tab::Traffic];
        tabs.extend(ctx.props().executions.is_some().then_some(Tab::Executions));
        tabs.extend(ctx.props().cli.is_some().then_some(Tab::Cli));
        let current = self.tab;
        let onkeydown = {
            let (link, tabs) = (ctx.link().clone(), tabs.clone());
            Callback::from(move |event: KeyboardEvent| {
                let at = tabs.iter().position(|tab| *tab == current).unwrap_or(0);
                let next = match event.key().as_str() {
                    "ArrowRight" => (at + 1) % tabs.len(),
                    "ArrowLeft" => (at + tabs.len() - 1) % tabs.len(),
                    _ => return,
                };
                event.prevent_default();
                if let Some(tab) = tabs.get(next) {
                    link.send_message(Msg::Show(*tab));
                    let button = gloo::utils::document().get_element_by_id(&format!("simulate-tab-{}", tab.name()));
                    if let Some(button) =
                        button.and_then(|button| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(button).ok())
                    {
                        let _ = button.focus();
                    }
                }
            })
        };
        html! {
            <div class="simulate-tabs" role="tablist" aria-label="What is shown" {onkeydown}>
                { for tabs.iter().map(|tab| {
                    let tab = *tab;
                    let selected = tab == self.tab;
                    html! {
                        <button
                            type="button"
                            role="tab"
                            id={format!("simulate-tab-{}", tab.name())}
                            aria-selected={selected.to_string()}
                            aria-controls="simulate-panel"
                            tabindex={if selected { "0" } else { "-1" }}
                            onclick={ctx.link().callback(move |_| Msg::Show(tab))}
                        >
                            { tab.name() }
                        </button>
                    }
                }) }
            </div>
        }
    }

    fn traffic(&self, ctx: &Context<Self>) -> Html {
        let stream = &self.stream;
        let Some(document) = &self.document else {
            return html! { <p class="empty">{ "There is no alias yet: publish a version and point an alias to it, then its traffic is played here." }</p> };
        };
        if let State::Failed(problems) = &stream.state {
            return problems_view("The traffic cannot be played", problems);
        }
        let (Some(told), Some((scenario, starts))) = (&stream.told, &stream.scenario) else {
            let words = if stream.state == State::Stopped {
                "Stopped before anything was played."
            } else {
                "The first executions are on their way …"
            };
            return html! { <p class="empty">{ words }</p> };
        };
        html! {
            <Traffic
                told={told.clone()}
                crowd={stream.crowd.clone()}
                stamp={stream.stamp}
                count={starts.count()}
                horizon={starts.horizon}
                alias={document.alias().to_owned()}
                old={scenario.old_name().to_owned()}
                new={scenario.new_name().to_owned()}
                errors={stream.errors.clone().unwrap_or_else(|| Rc::from([]))}
                is_stale={stream.is_stale}
                note={feeds_back(scenario).map(AttrValue::from)}
                on_weight={ctx.props().on_weight.clone()}
                on_open={ctx.props().on_open.clone()}
            />
        }
    }
}

/// `310 k`
fn rate(per_second: f64) -> String {
    match per_second {
        rate if rate >= 1e6 => format!("{} M", plain(rate / 1e6)),
        rate if rate >= 1e3 => format!("{} k", plain(rate / 1e3)),
        rate => plain(rate.round()),
    }
}

pub(super) fn problems_view(what: &str, problems: &[Problem]) -> Html {
    html! {
        <div class="problems" role="alert">
            <p><b>{ what.to_owned() }</b></p>
            <ul>
                { for problems.iter().take(20).map(|problem| html! {
                    <li>
                        <span>{ problem.message.clone() }</span>
                        if !problem.pointer.is_empty() {
                            <code>{ problem.pointer.clone() }</code>
                        }
                        if let Some(help) = &problem.help {
                            <span class="help">{ help.clone() }</span>
                        }
                    </li>
                }) }
            </ul>
        </div>
    }
}
