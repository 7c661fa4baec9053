//! The pane itself: what is shown, what is played, and when it is played again.

use super::compare::{Compare, alternatives};
use super::cost::Cost;
use super::document::{Document, MOST_EXECUTIONS, number, text, with};
use super::executions::Executions;
use super::field::Crowd;
use super::parts::{Choice, Number};
use super::rollout::{Results, Same, Settings};
use super::sweep::{Knob, Sweep, alternatives as swept, knobs};
use super::traffic::{Counted, Traffic};
use super::{Flows, Heard, Opened, Order};
use crate::base::Value;
use crate::simulation::compare::{Alternative, Comparison, ComparisonReport, Want};
use crate::simulation::customers::{Count, Customers, Starts, feeds_back};
use crate::simulation::presets::Preset;
use crate::simulation::report::{Report, count, number as plain};
use crate::simulation::scenario::Scenario;
use crate::ui::panes::Action;
use crate::ui::panes::cli::CliPane;
use crate::ui::panes::executions::Runs;
use crate::ui::store::{Line, RunRow};
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
    /// Told where the customers go, whenever that is counted anew.
    #[prop_or_default]
    pub on_flows: Callback<Rc<Flows>>,
    /// Takes a preset in the place of the whole scenario.
    #[prop_or_default]
    pub on_preset: Callback<Preset>,
    /// Executions that were started by hand.
    #[prop_or_default]
    pub runs: Rc<[RunRow]>,
    /// What was done so far.
    #[prop_or_default]
    pub transcript: Rc<[Line]>,
    /// What the tables of those ask for.
    #[prop_or_default]
    pub on: Callback<Action>,
    /// The tabs that are shown, where that is not all of them; with none, it plays unseen.
    #[prop_or_default]
    pub tabs: Option<Rc<[Tab]>>,
    /// What is to be done, each with a number of its own.
    #[prop_or_default]
    pub order: Option<(u32, Order)>,
    /// Told what was played, when it is done or counted anew.
    #[prop_or_default]
    pub on_heard: Option<Callback<Heard>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Traffic,
    Rollout,
    Compare,
    Executions,
    Cost,
    Cli,
}

const TABS: [Tab; 6] = [Tab::Traffic, Tab::Rollout, Tab::Compare, Tab::Executions, Tab::Cost, Tab::Cli];

impl Tab {
    /// What is played for it.
    const fn shows(self) -> What {
        match self {
            Tab::Rollout => What::Rollout,
            Tab::Compare => What::Compare,
            _ => What::Traffic,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Tab::Traffic => "Traffic",
            Tab::Rollout => "Rollout",
            Tab::Compare => "Compare",
            Tab::Cost => "Cost",
            Tab::Executions => "Executions",
            Tab::Cli => "AWS CLI",
        }
    }
}

/// The plays of the pane: each is begun, stopped and stale by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Traffic,
    Rollout,
    Compare,
}

/// How a play stands.
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
    /// Compares strategies, or the values of a knob by its pointer.
    Compare(String),
    /// The settings have been left alone for a moment.
    Settled,
    /// Of which run.
    Heard(What, u32, Update),
    Tell,
}

/// Customers that are counted within one frame.
const AT_ONCE: usize = 120_000;
/// Settings must be left alone for so long before they are played, in milliseconds.
const SETTLES: u32 = 180;
/// The least time between two pictures of customers that are still coming, in milliseconds.
const PICTURE: f64 = 60.0;

/// Something that is played.
#[derive(Debug, Default)]
struct Play {
    /// What is played.
    document: Option<Rc<str>>,
    number: u32,
    run: Option<Run>,
    state: State,
    progress: Progress,
    /// What is shown is of another run.
    is_stale: bool,
    restarted: bool,
}

impl Play {
    fn is_running(&self) -> bool {
        matches!(self.state, State::Running | State::Waiting)
    }

    fn stop(&mut self) {
        if self.is_running() {
            self.run = None;
            self.state = State::Stopped;
        }
    }

    fn begin(&mut self, ctx: &Context<SimulatePane>, pool: &Pool, what: What, document: Rc<str>) {
        // The old one first: its pieces are not wanted any more.
        self.run = None;
        self.number += 1;
        self.progress = Progress::default();
        self.is_stale = true;
        self.restarted = false;
        self.state = State::Running;
        self.document = Some(Rc::clone(&document));
        let (link, number) = (ctx.link().clone(), self.number);
        let task = if what == What::Traffic { Task::Customers } else { Task::Rollout };
        let tell = move |update| link.send_message(Msg::Heard(what, number, update));
        self.run = Some(pool.run(task, document, tell));
    }

    fn end(&mut self, state: State) {
        self.state = state;
        self.run = None;
    }
}

/// The traffic as it is counted.
#[derive(Debug, Default)]
struct Stream {
    play: Play,
    scenario: Option<(Rc<Scenario>, Rc<Starts>)>,
    crowd: Crowd,
    errors: Option<Rc<[Rc<str>]>>,
    stamp: u32,
    /// Which run the customers are of.
    run: u32,
    told: Option<Counted>,
    told_at: f64,
    count: Option<Count>,
}

/// Alternatives, played one after the other.
#[derive(Debug, Default)]
struct Contest {
    play: Play,
    /// The document that they were made of.
    of: Option<Rc<str>>,
    /// What is swept over; else strategies are compared.
    knob: Option<Knob>,
    alternatives: Vec<Alternative>,
    reports: Vec<Report>,
    told: Option<Same<ComparisonReport>>,
}

pub struct SimulatePane {
    pool: Pool,
    tab: Tab,
    document: Option<Same<Document>>,
    stream: Stream,
    rollout: Play,
    /// The report and the scenario that it is of.
    report: Option<(Same<Report>, Same<Scenario>)>,
    contest: Contest,
    waits: Option<Timeout>,
    frame: Option<AnimationFrame>,
}

fn read(scenario: &str) -> Option<Same<Document>> {
    Document::read(scenario).map(|document| Same(Rc::new(document)))
}

impl Component for SimulatePane {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> SimulatePane {
        let mut pane = SimulatePane {
            pool: Pool::new(),
            tab: tabs(ctx).first().copied().unwrap_or(Tab::Traffic),
            document: read(&ctx.props().scenario),
            stream: Stream::default(),
            rollout: Play::default(),
            report: None,
            contest: Contest::default(),
            waits: None,
            frame: None,
        };
        pane.play(ctx, What::Traffic);
        pane.catch_up(ctx, pane.tab.shows());
        pane
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Props) -> bool {
        if !tabs(ctx).contains(&self.tab) {
            self.tab = tabs(ctx).first().copied().unwrap_or(Tab::Traffic);
            self.catch_up(ctx, self.tab.shows());
        }
        if let Some((_, order)) = ctx.props().order.filter(|_| ctx.props().order != old.order) {
            self.obey(ctx, order);
        }
        if ctx.props().scenario == old.scenario {
            return true;
        }
        self.document = read(&ctx.props().scenario);
        let is_played = |what: What| self.wanted(what).as_ref() == self.played(what);
        let (shows, traffic) = (self.tab.shows(), is_played(What::Traffic));
        let shown = shows == What::Traffic || is_played(shows);
        if traffic {
            // Only the weight has moved, or nothing that matters.
            self.count(ctx);
        }
        if traffic && shown {
            self.waits = None;
        } else {
            let link = ctx.link().clone();
            self.waits = Some(Timeout::new(SETTLES, move || link.send_message(Msg::Settled)));
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Show(tab) => {
                self.tab = tab;
                self.catch_up(ctx, tab.shows());
            }
            Msg::Edit(key, value) => {
                if let Some(document) = &self.document {
                    ctx.props().on_settings.emit(document.0.edited(key, value));
                }
                return false;
            }
            Msg::Compare(pointer) => {
                let known = self.document.as_ref().map(|Same(document)| knobs(document)).unwrap_or_default();
                self.contest.knob = known.into_iter().find(|knob| knob.pointer == pointer);
                self.contest.told = None;
                self.play(ctx, What::Compare);
            }
            Msg::Play => self.play(ctx, self.tab.shows()),
            Msg::Settled => {
                self.waits = None;
                self.catch_up(ctx, What::Traffic);
                self.catch_up(ctx, self.tab.shows());
            }
            Msg::Stop => {
                self.waits = None;
                match self.tab.shows() {
                    What::Traffic => self.stream.play.stop(),
                    What::Rollout => self.rollout.stop(),
                    What::Compare => self.contest.play.stop(),
                }
                self.count(ctx);
            }
            Msg::Heard(what, number, update) => {
                let current = match what {
                    What::Traffic => &mut self.stream.play,
                    What::Rollout => &mut self.rollout,
                    What::Compare => &mut self.contest.play,
                };
                // What was said before it was stopped or begun anew.
                if number != current.number || !current.is_running() {
                    return false;
                }
                match update {
                    Update::Progress(progress) => current.progress = progress,
                    Update::Restarted(_) => current.restarted = true,
                    Update::Problems(problems) => current.end(State::Failed(problems)),
                    Update::Customers { customers, errors, is_last } => {
                        return self.arrive(ctx, &customers, errors, is_last);
                    }
                    Update::Report { report, is_last } => self.reported(ctx, what, report, is_last),
                }
                return what == self.tab.shows();
            }
            Msg::Tell => {
                self.frame = None;
                let early = js_sys::Date::now() - self.stream.told_at < PICTURE;
                if early && self.stream.play.is_running() {
                    self.picture(ctx);
                    return false;
                }
                self.count(ctx);
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        if tabs(ctx).is_empty() {
            return Html::default();
        }
        html! {
            <section class="simulate" aria-label="Simulate">
                { self.control(ctx) }
                { self.tabs(ctx) }
                <div class="simulate-body" role="tabpanel" id="simulate-panel" aria-labelledby={format!("simulate-tab-{}", self.tab.name())} tabindex="-1">
                    { match self.tab {
                        Tab::Traffic => self.traffic(ctx),
                        Tab::Rollout => self.rollout(ctx),
                        Tab::Compare => self.compare(ctx),
                        Tab::Cost => self.cost(ctx),
                        Tab::Executions => self.executions(ctx),
                        Tab::Cli => html! { <CliPane transcript={Rc::clone(&props.transcript)} on={props.on.clone()} /> },
                    } }
                </div>
            </section>
        }
    }
}

/// The tabs that are shown.
fn tabs(ctx: &Context<SimulatePane>) -> &[Tab] {
    ctx.props().tabs.as_deref().unwrap_or(&TABS)
}

impl SimulatePane {
    #[inline(never)]
    fn obey(&mut self, ctx: &Context<Self>, order: Order) {
        match order {
            Order::Play(tab) => {
                self.tab = tab.unwrap_or(self.tab);
                self.play(ctx, self.tab.shows());
            }
            Order::Stop => ctx.link().send_message(Msg::Stop),
            Order::Open(number) => {
                let customers = self.stream.crowd.0.borrow();
                let document = self.document.as_ref().map(|document| &document.0);
                let opened = document.and_then(|document| {
                    Opened::of(&customers, number.checked_sub(1)?, document.weight, &document.old, &document.new)
                });
                match (opened, &ctx.props().on_heard) {
                    (Some(opened), _) => ctx.props().on_open.emit(opened),
                    (None, Some(heard)) => heard.emit(Heard::NoSuch { number, of: customers.len() }),
                    (None, None) => {}
                }
            }
        }
    }

    /// The document that is to be played now.
    fn wanted(&self, what: What) -> Option<Rc<str>> {
        let document = &self.document.as_ref()?.0;
        Some(match what {
            What::Traffic => document.traffic(),
            What::Rollout | What::Compare => document.rollout().to_json().into(),
        })
    }

    /// The document that is being played, or was.
    fn played(&self, what: What) -> Option<&Rc<str>> {
        match what {
            What::Traffic => self.stream.play.document.as_ref(),
            What::Rollout => self.rollout.document.as_ref(),
            What::Compare => self.contest.of.as_ref(),
        }
    }

    /// Plays what was not played yet as it is now.
    fn catch_up(&mut self, ctx: &Context<Self>, what: What) {
        if self.wanted(what).as_ref() != self.played(what) {
            self.play(ctx, what);
        }
    }

    /// Plays something from the beginning. What is shown stays until the first of it is there.
    fn play(&mut self, ctx: &Context<Self>, what: What) {
        let Some(document) = self.wanted(what) else { return };
        match what {
            What::Traffic => self.stream.play.begin(ctx, &self.pool, what, document),
            What::Rollout => self.rollout.begin(ctx, &self.pool, what, document),
            What::Compare => {
                let Some(Same(own)) = &self.document else { return };
                let contest = &mut self.contest;
                // As it is now, if it is there still.
                contest.knob = contest
                    .knob
                    .take()
                    .and_then(|known| knobs(own).into_iter().find(|knob| knob.pointer == known.pointer));
                let alternatives = contest.knob.as_ref().map_or_else(|| alternatives(own), |knob| swept(own, knob));
                contest.of = Some(document);
                contest.reports.clear();
                contest.alternatives = alternatives;
                if let Some(first) = contest.alternatives.first() {
                    contest.play.begin(ctx, &self.pool, what, first.document.as_str().into());
                }
            }
        }
    }

    /// Customers have come.
    fn arrive(&mut self, ctx: &Context<Self>, customers: &Customers, errors: Rc<[Rc<str>]>, is_last: bool) -> bool {
        let stream = &mut self.stream;
        if std::mem::take(&mut stream.play.is_stale) {
            *stream.crowd.0.borrow_mut() = Customers::default();
            let document = stream.play.document.clone().unwrap_or_default();
            let scenario = Scenario::parse(&document).ok().map(Rc::new);
            stream.scenario = scenario.map(|scenario| {
                let starts = Rc::new(Starts::new(&scenario));
                (scenario, starts)
            });
            stream.run = stream.play.number;
            stream.told_at = 0.0;
            stream.count = None;
        }
        stream.crowd.0.borrow_mut().append(customers);
        stream.errors = Some(errors);
        if is_last {
            stream.play.end(State::Done);
            stream.told_at = 0.0;
        }
        self.picture(ctx);
        is_last
    }

    /// Replications have come.
    fn reported(&mut self, ctx: &Context<Self>, what: What, report: Rc<Report>, is_last: bool) {
        if what == What::Compare {
            if is_last {
                self.next_alternative(ctx, &report);
            }
            return;
        }
        let play = &mut self.rollout;
        if std::mem::take(&mut play.is_stale) || self.report.is_none() {
            let document = play.document.clone().unwrap_or_default();
            let Ok(scenario) = Scenario::parse(&document) else { return };
            self.report = Some((Same(Rc::clone(&report)), Same(Rc::new(scenario))));
        } else if let Some((known, _)) = &mut self.report {
            *known = Same(report);
        }
        if is_last {
            play.end(State::Done);
            if let (Some(heard), Some((Same(report), _))) = (&ctx.props().on_heard, &self.report) {
                heard.emit(Heard::Rollout(Rc::clone(report)));
            }
        }
    }

    fn next_alternative(&mut self, ctx: &Context<Self>, report: &Report) {
        let contest = &mut self.contest;
        contest.reports.push(report.clone());
        let done = contest.reports.len();
        let alternatives = contest.alternatives.iter().take(done).cloned().collect();
        let comparison = Comparison { alternatives, swept: Vec::new(), want: Want::default() };
        contest.told = Some(Same(Rc::new(ComparisonReport::new(&comparison, &contest.reports))));
        match contest.alternatives.get(done) {
            Some(next) => contest.play.begin(ctx, &self.pool, What::Compare, next.document.as_str().into()),
            None => contest.play.end(State::Done),
        }
        contest.play.is_stale = false;
    }

    /// Counts what has come when the page is next drawn.
    fn picture(&mut self, ctx: &Context<Self>) {
        if self.frame.is_none() {
            let link = ctx.link().clone();
            self.frame = Some(request_animation_frame(move |_| link.send_message(Msg::Tell)));
        }
    }

    /// Counts the customers for the weight that the alias has now; many of them, over several frames.
    fn count(&mut self, ctx: &Context<Self>) {
        let stream = &mut self.stream;
        let (Some((scenario, starts)), Some(Same(document))) = (&stream.scenario, &self.document) else { return };
        if stream.count.as_ref().is_none_or(|count| count.weight() != document.weight) {
            // Periods such that the version with the smaller share has enough executions in each to say something.
            let weight = document.weight.min(100 - document.weight);
            let smaller = f64::from(weight) / 100.0 * starts.count() as f64;
            let periods = ((smaller / 30.0) as u64).clamp(20, 60);
            let customers = stream.crowd.0.borrow();
            let shifted =
                stream.count.as_mut().is_some_and(|count| count.shift(starts, &customers, document.weight, periods));
            if !shifted {
                stream.count = Some(Count::new(scenario, starts, document.weight, periods));
            }
        }
        let Some(count) = &mut stream.count else { return };
        if !count.advance(&stream.crowd.0.borrow(), AT_ONCE) {
            return self.picture(ctx);
        }
        let errors = stream.errors.clone().unwrap_or_else(|| Rc::from([]));
        let told = count.tell(scenario, &errors);
        ctx.props().on_flows.emit(Rc::new(Flows::of(&told, &stream.crowd.0.borrow())));
        let told = Rc::new(told);
        if let Some(heard) = ctx.props().on_heard.as_ref().filter(|_| !stream.play.is_running()) {
            heard.emit(Heard::Traffic(Rc::clone(&told)));
        }
        stream.told = Some(Counted(told));
        stream.told_at = js_sys::Date::now();
        stream.stamp += 1;
    }

    fn control(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let title = if let [tab] = tabs(ctx) { tab.name() } else { "Simulate" };
        let Some(Same(document)) = self.document.as_ref().filter(|_| *tabs(ctx) != [Tab::Cli]) else {
            return html! { <header class="simulate-control"><h2>{ title }</h2></header> };
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
        let set_replications = link.callback(|value: f64| Msg::Edit("replications", Some(number(value))));
        let set_seed = link.callback(|value: f64| Msg::Edit("seed", Some(number(value))));
        let mut kinds = vec![("poisson".into(), "Poisson".into()), ("constant".into(), "evenly spaced".into())];
        if !["poisson", "constant"].contains(&&*kind) {
            kinds.push((AttrValue::from(kind.clone()), AttrValue::from(kind.clone())));
        }
        html! {
            <header class="simulate-control">
                <h2>{ title }</h2>
                <div class="simulate-settings">
                    if self.tab.shows() == What::Traffic {
                        <Number label="executions" value={document.executions() as f64} min={1.0} max={MOST_EXECUTIONS as f64} step={1000.0} class="wide" onchange={set_count} />
                    } else {
                        <Number label="rollouts" value={document.replications() as f64} min={1.0} max={100_000.0} step={100.0} class="wide" onchange={set_replications} />
                    }
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
        let what = self.tab.shows();
        let play = match what {
            What::Traffic => &self.stream.play,
            What::Rollout => &self.rollout,
            What::Compare => &self.contest.play,
        };
        let Play { state, progress, restarted, .. } = play;
        let running = play.is_running();
        // Alternatives are played one after the other.
        let of = self.contest.alternatives.len().max(1) as f64;
        let share = match self.tab.shows() {
            What::Compare => (self.contest.reports.len() as f64 + progress.share.min(1.0)) / of,
            _ => progress.share.min(1.0),
        };
        let onclick = ctx.link().callback(move |_| if running { Msg::Stop } else { Msg::Play });
        let done = count(progress.executions);
        let said = match state {
            State::Waiting => "about to begin".to_owned(),
            State::Running => {
                let left =
                    progress.left.filter(|left| *left >= 1.0).map(|left| format!(" · {} s left", plain(left.ceil())));
                format!(
                    "{:.0} % · {} / s{}",
                    100.0 * share.min(1.0),
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
                <progress max="1" value={format!("{:.3}", if *state == State::Done { 1.0 } else { share.min(1.0) })} aria-label="progress" />
                <span class="said" role="status">{ said }</span>
                if *restarted {
                    <span class="hint">{ "a worker died and was started again" }</span>
                }
            </div>
        }
    }

    fn tabs(&self, ctx: &Context<Self>) -> Html {
        let tabs = tabs(ctx);
        if tabs.len() == 1 {
            return Html::default();
        }
        let current = self.tab;
        let onkeydown = {
            let (link, tabs) = (ctx.link().clone(), tabs.to_vec());
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
        let Some(Same(document)) = &self.document else { return nothing() };
        if let State::Failed(problems) = &stream.play.state {
            return problems_view("The traffic cannot be played", problems);
        }
        let (Some(told), Some((scenario, starts))) = (&stream.told, &stream.scenario) else {
            return waiting(&stream.play);
        };
        html! {
            <Traffic
                told={told.clone()}
                weight={document.weight}
                crowd={stream.crowd.clone()}
                stamp={stream.stamp}
                run={stream.run}
                count={starts.count()}
                horizon={starts.horizon}
                alias={document.alias().to_owned()}
                old={scenario.old_name().to_owned()}
                new={scenario.new_name().to_owned()}
                errors={stream.errors.clone().unwrap_or_else(|| Rc::from([]))}
                is_stale={stream.play.is_stale}
                note={feeds_back(scenario).map(AttrValue::from)}
                on_weight={ctx.props().on_weight.clone()}
                on_open={ctx.props().on_open.clone()}
            />
        }
    }

    fn rollout(&self, ctx: &Context<Self>) -> Html {
        let Some(document) = &self.document else { return nothing() };
        if document.0.is_single() {
            return html! { <p class="empty">{ "There is one version only: publish a second one, and its rollout is played here." }</p> };
        }
        let on_edit = ctx.link().callback(|(key, value)| Msg::Edit(key, value));
        html! {
            <div class="rollout">
                <Settings document={document.clone()} {on_edit} on_preset={ctx.props().on_preset.clone()} />
                if let State::Failed(problems) = &self.rollout.state {
                    { problems_view("This rollout cannot be played", problems) }
                } else if let Some((report, scenario)) = &self.report {
                    <Results report={report.clone()} scenario={scenario.clone()} is_stale={self.rollout.is_stale} />
                } else {
                    { waiting(&self.rollout) }
                }
            </div>
        }
    }

    fn compare(&self, ctx: &Context<Self>) -> Html {
        let Some(document) = &self.document else { return nothing() };
        if document.0.is_single() {
            return html! { <p class="empty">{ "There is one version only: publish a second one, and ways of rolling it out are compared here." }</p> };
        }
        let contest = &self.contest;
        let (of, is_stale) = (contest.alternatives.len(), contest.play.is_stale);
        let shown = match (&contest.play.state, &contest.told, &contest.knob) {
            (State::Failed(problems), ..) => problems_view("These rollouts cannot be compared", problems),
            (_, Some(report), None) => html! { <Compare report={report.clone()} {of} {is_stale} /> },
            (_, Some(report), Some(knob)) => html! {
                <Sweep
                    report={report.clone()}
                    knob={knob.clone()}
                    old={document.0.old.to_string()}
                    new={document.0.new.to_string()}
                    {of}
                    {is_stale}
                />
            },
            (_, None, _) => waiting(&contest.play),
        };
        let mut options = vec![(AttrValue::from(""), AttrValue::from("strategies"))];
        options.extend(knobs(&document.0).into_iter().map(|knob| (knob.pointer.into(), knob.name.into())));
        let value = contest.knob.as_ref().map_or(String::new(), |knob| knob.pointer.clone());
        html! {
            <>
                <div class="compare-what"><Choice label="compare" {options} {value} onchange={ctx.link().callback(Msg::Compare)} /></div>
                { shown }
            </>
        }
    }

    fn executions(&self, ctx: &Context<Self>) -> Html {
        let Props { runs, on, .. } = ctx.props();
        let by_hand = html! { <Runs runs={Rc::clone(runs)} on={on.clone()} /> };
        let by_hand_count = runs.len();
        let stream = &self.stream;
        let (Some(Same(document)), Some((scenario, _))) = (&self.document, &stream.scenario) else { return by_hand };
        html! {
            <Executions
                customers={stream.crowd.clone()}
                stamp={stream.stamp}
                weight={document.weight}
                old={scenario.old_name().to_owned()}
                new={scenario.new_name().to_owned()}
                errors={stream.errors.clone().unwrap_or_else(|| Rc::from([]))}
                on_open={ctx.props().on_open.clone()}
                {by_hand}
                {by_hand_count}
            />
        }
    }

    fn cost(&self, ctx: &Context<Self>) -> Html {
        let stream = &self.stream;
        let Some(document) = &self.document else { return nothing() };
        if let State::Failed(problems) = &stream.play.state {
            return problems_view("The traffic cannot be played", problems);
        }
        let (Some(told), Some((scenario, _))) = (&stream.told, &stream.scenario) else { return waiting(&stream.play) };
        html! {
            <Cost
                told={told.clone()}
                scenario={Same(Rc::clone(scenario))}
                document={document.clone()}
                is_stale={stream.play.is_stale}
                on_edit={ctx.link().callback(|(key, value)| Msg::Edit(key, value))}
            />
        }
    }
}

fn nothing() -> Html {
    html! { <p class="empty">{ "There is no alias yet: publish a version and point an alias to it, then its traffic is played here." }</p> }
}

fn waiting(play: &Play) -> Html {
    let words = match play.state {
        State::Stopped => "Stopped before anything was played. Run plays it from the beginning.",
        _ => "The first results are on their way …",
    };
    html! { <p class="empty">{ words }</p> }
}

/// `310 k`
fn rate(per_second: f64) -> String {
    match per_second {
        rate if rate >= 1e6 => format!("{} M", plain(rate / 1e6)),
        rate if rate >= 1e3 => format!("{} k", plain(rate / 1e3)),
        rate => plain(rate.round()),
    }
}

fn problems_view(what: &str, problems: &[Problem]) -> Html {
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
