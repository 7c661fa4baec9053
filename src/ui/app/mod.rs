//! The whole page: where the panes stand, and what becomes of what they ask for.

mod bar;
mod dialogs;
mod embedded;

use super::embed::{self, Embedded};
use super::inspector::{Inspector, Subject};
use super::panes::Action;
use super::panes::definition::DefinitionPane;
use super::panes::inputs::InputsPane;
use super::panes::tasks::TasksPane;
use super::panes::versions::{MOVE, VersionsPane, routing};
use super::simulate::{Document, Flows, Heard, Opened, Order, SimulatePane, Tab as Simulation};
use super::splitter::Splitter;
use super::store::{Keep, Saved, Store, View, restore};
use super::workflow::{Path, WorkflowPane};
use super::{host, trouble};
use crate::base::Value;
use crate::service::aws_cli;
use crate::simulation::presets::Preset;
use crate::workspace::Workspace;
use crate::workspace::export::Format;
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlElement, KeyboardEvent, StorageEvent};
use yew::prelude::*;

/// What the left column shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Definition,
    Tasks,
    Input,
}

/// The panes, of which a narrow window shows one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Definition,
    Workflow,
    Versions,
    Simulate,
}

const PLACES: [(Place, &str); 4] = [
    (Place::Definition, "Definition"),
    (Place::Workflow, "Workflow"),
    (Place::Versions, "Versions"),
    (Place::Simulate, "Simulate"),
];

/// A sentence for the user, and whether what it tells can be taken back.
#[derive(Clone, Debug, PartialEq)]
struct Notice {
    text: String,
    is_bad: bool,
    undo: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Share,
    Embed,
    Shortcuts,
}

pub enum Msg {
    Do(Action),
    Settings(Rc<str>),
    Weight(u8),
    Opened(Opened),
    Flows(Rc<Flows>),
    /// At so many events of the opened execution.
    Look(usize),
    Close,
    Tab(Tab),
    Place(Place),
    Show(Option<Shown>),
    Undo(bool),
    /// The draft has been left alone for a moment.
    Check,
    Save,
    /// Another tab has written.
    Elsewhere,
    /// What is on this page, or what the other tab has written.
    Settle {
        theirs: bool,
    },
    /// Another link in the address.
    Link,
    Replace(&'static str, Box<Workspace>),
    File(String, String),
    Resize(&'static str, f64),
    Tell(String),
    Hush,
    Key(KeyboardEvent),
    Export(&'static str),
    /// For the tool that deploys it.
    Write(Format),
    /// By the page around this one.
    Asked(String),
    Heard(Heard),
    /// The link to the whole page is about to be followed.
    Leave,
    /// What the link held is wanted again.
    Reset,
}

/// How long the author pauses, and how long a sentence stays, in milliseconds.
const PAUSE: u32 = 250;
const STAYS: u32 = 8_000;

pub struct App {
    store: Store,
    view: Rc<View>,
    /// Changes when the text in the editor is another for another reason than typing.
    revision: u32,
    selected: Option<Rc<str>>,
    tab: Tab,
    place: Place,
    shown: Option<Shown>,
    notice: Option<Notice>,
    keep: Keep,
    saved: Saved,
    checks: Option<Timeout>,
    hushes: Option<Timeout>,
    /// The execution that is looked at, and after how many of its events.
    opened: Option<(Subject, usize)>,
    path: Option<Rc<Path>>,
    /// Where the simulated executions go.
    flows: Option<Rc<Flows>>,
    hands: Hands,
    file: NodeRef,
    /// Where this is a part of another page.
    embed: Option<Embedded>,
    /// What the simulation is to do, and how often it was told.
    order: Option<(u32, Order)>,
    _asked: Option<Closure<dyn FnMut(String)>>,
    _listeners: [EventListener; 4],
}

/// What the panes call; made once, so that a pane is drawn again only when what it shows has changed.
struct Hands {
    on: Callback<Action>,
    on_resize: Callback<(&'static str, f64)>,
    on_select: Callback<Rc<str>>,
    on_settings: Callback<Rc<str>>,
    on_weight: Callback<u8>,
    on_open: Callback<Opened>,
    on_flows: Callback<Rc<Flows>>,
    on_preset: Callback<Preset>,
    on_heard: Callback<Heard>,
}

impl Hands {
    fn new(ctx: &Context<App>) -> Hands {
        let link = ctx.link();
        Hands {
            on: link.callback(Msg::Do),
            on_resize: link.callback(|(name, percent)| Msg::Resize(name, percent)),
            on_select: link.callback(|name| Msg::Do(Action::Select(Some(name)))),
            on_settings: link.callback(Msg::Settings),
            on_weight: link.callback(Msg::Weight),
            on_open: link.callback(Msg::Opened),
            on_flows: link.callback(Msg::Flows),
            on_preset: link.callback(|preset: Preset| preset_message(&preset)),
            on_heard: link.callback(Msg::Heard),
        }
    }
}

fn location() -> String {
    let location = gloo::utils::window().location();
    let part = |part: Result<String, wasm_bindgen::JsValue>| part.unwrap_or_default();
    format!("{}{}{}", part(location.origin()), part(location.pathname()), part(location.search()))
}

/// The fragment has been read: a reload is to open what is kept, not the link again.
fn forget_link() {
    let address = location();
    if let Ok(history) = gloo::utils::window().history() {
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&address));
    }
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> App {
        let mut notice = None;
        let (embed, store) = match Embedded::open(&host::fragment()) {
            Some((mut embedded, workspace)) => {
                let store = Store::new(workspace);
                embedded.original = store.document();
                (Some(embedded), store)
            }
            None => (None, opened(&mut notice)),
        };
        let mut store = store;
        let window = gloo::utils::window();
        let link = ctx.link().clone();
        let storage = EventListener::new(&window, "storage", move |event| {
            let key = event.dyn_ref::<StorageEvent>().and_then(StorageEvent::key);
            if Keep::is_ours(key) {
                link.send_message(Msg::Elsewhere);
            }
        });
        let link = ctx.link().clone();
        // Whoever leaves at once loses nothing.
        let leaves = EventListener::new(&window, "pagehide", move |_| link.send_message(Msg::Save));
        let link = ctx.link().clone();
        let hash = EventListener::new(&window, "hashchange", move |_| link.send_message(Msg::Link));
        let link = ctx.link().clone();
        let keys = EventListener::new(&window, "keydown", move |event| {
            if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
                link.send_message(Msg::Key(event.clone()));
            }
        });
        let view = Rc::new(store.view());
        let mut app = App {
            store,
            view,
            revision: 0,
            selected: None,
            tab: Tab::Definition,
            place: Place::Simulate,
            shown: None,
            notice,
            keep: Keep::default(),
            saved: Saved::Kept,
            checks: None,
            hushes: None,
            opened: None,
            path: None,
            flows: None,
            hands: Hands::new(ctx),
            file: NodeRef::default(),
            _asked: embed.is_some().then(|| {
                let link = ctx.link().clone();
                let hear = Closure::new(move |message| link.send_message(Msg::Asked(message)));
                host::listen(&hear);
                hear
            }),
            embed,
            order: None,
            _listeners: [storage, hash, keys, leaves],
        };
        app.save_later(ctx);
        app
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Do(action) => self.act(ctx, action),
            Msg::Settings(settings) => {
                if let Ok(settings) = Value::parse(&settings) {
                    self.store.set_simulation(settings);
                    self.refresh(ctx);
                }
            }
            Msg::Weight(weight) => {
                let Some(document) = Document::read(&self.view.scenario) else { return false };
                let routes = (document.old.parse().ok(), document.new.parse().ok());
                if let (Some(alias), (Some(old), Some(new))) = (self.view.alias.clone(), routes) {
                    self.act(ctx, Action::Route(MOVE, alias, vec![(old, 100 - weight), (new, weight)]));
                }
            }
            Msg::Opened(opened) => {
                // As it was played: to the last customer, whatever the horizon of rollouts is.
                let played = Document::read(&self.view.scenario).map(|document| document.traffic());
                let played = played.unwrap_or_else(|| Rc::clone(&self.view.scenario));
                match Subject::of_simulation(&played, self.view.alias.clone(), &opened) {
                    Ok(subject) => self.open(subject),
                    Err(why) => self.tell(ctx, format!("This execution cannot be opened: {why}"), true, false),
                }
            }
            Msg::Flows(flows) => {
                if self.flows.as_ref() == Some(&flows) {
                    return false;
                }
                self.flows = Some(flows);
            }
            Msg::Look(count) => self.look(count),
            Msg::Close => {
                self.opened = None;
                self.path = None;
            }
            Msg::Tab(tab) => self.tab = tab,
            Msg::Place(place) => self.place = place,
            Msg::Show(shown) => self.shown = shown,
            Msg::Undo(again) => {
                if let Some(what) = self.store.step_back(again) {
                    let word = if again { "Done again" } else { "Taken back" };
                    self.tell(ctx, format!("{word}: {what}"), false, false);
                    self.revision += 1;
                    self.refresh(ctx);
                }
            }
            Msg::Check => {
                self.checks = None;
                self.refresh(ctx);
            }
            // An embed has nothing to do with what is kept.
            Msg::Save | Msg::Elsewhere if self.embed.is_some() => return false,
            Msg::Save => {
                if self.saved == Saved::Changed || self.saved == Saved::Refused {
                    self.saved = self.keep.write(&self.store.document());
                }
            }
            Msg::Elsewhere => self.saved = Saved::Elsewhere,
            Msg::Settle { theirs: true } => {
                let restored = restore();
                self.store.replace("the other tab's changes", restored.workspace);
                self.saved = Saved::Kept;
                self.revision += 1;
                self.refresh(ctx);
            }
            Msg::Settle { theirs: false } => {
                self.saved = Saved::Changed;
                self.save_later(ctx);
            }
            Msg::Link if self.embed.is_some() || Embedded::is_wanted() => {
                // What is embedded, and how, is read when the page begins.
                let _ = gloo::utils::window().location().reload();
            }
            Msg::Link => {
                let restored = restore();
                if let Some(text) = restored.notice {
                    self.tell(ctx, text, true, false);
                } else if restored.from_link {
                    self.store.replace("opening of the link", restored.workspace);
                    self.tell(ctx, "The workspace of the link is open.".into(), false, true);
                    self.revision += 1;
                    self.refresh(ctx);
                }
                forget_link();
            }
            Msg::Replace(..) if self.is_fixed() => self.refuse(ctx),
            Msg::Replace(what, workspace) => {
                self.store.replace(what, *workspace);
                self.selected = None;
                self.tell(ctx, format!("Open: {what}."), false, true);
                self.revision += 1;
                self.refresh(ctx);
            }
            Msg::File(name, text) => match self.store.open_file(&name, &text) {
                Ok(said) => {
                    self.selected = None;
                    self.revision += 1;
                    self.refresh(ctx);
                    self.tell(ctx, said, false, true);
                }
                Err(why) => self.tell(ctx, why, true, false),
            },
            Msg::Resize(name, percent) => {
                let mut layout = self.store.layout().as_object().cloned().unwrap_or_default();
                layout.insert(name.trim_start_matches('-').into(), Value::from((percent * 100.0).round() / 100.0));
                self.store.set_layout(layout.into());
                self.save_later(ctx);
            }
            Msg::Tell(text) => self.tell(ctx, text, false, false),
            Msg::Hush => {
                self.notice = None;
                self.hushes = None;
            }
            Msg::Key(event) => return self.key(ctx, &event),
            Msg::Write(format) => self.write(ctx, format),
            Msg::Export(what) => self.export(what),
            Msg::Asked(message) => self.obey(ctx, &message),
            Msg::Heard(heard) => {
                self.hear(heard);
                return false;
            }
            Msg::Leave => {
                self.leave();
                return false;
            }
            Msg::Reset => self.reset(ctx),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        if let Some(embedded) = &self.embed {
            return self.embedded(ctx, embedded);
        }
        let place = PLACES.iter().find(|(place, _)| *place == self.place).map_or("", |(_, name)| name);
        let size = |name: &str, or: f64| self.store.layout().get(name).and_then(Value::as_f64).unwrap_or(or);
        let Hands { on, on_resize, .. } = &self.hands;
        let view = &self.view;
        let link = ctx.link();
        html! {
            <>
                { self.header(ctx) }
                { self.banner(ctx) }
                <main id="main" tabindex="-1" class="panes" data-shown={place}>
                    <section class="pane" id="pane-Definition" aria-label="Definition pane" tabindex="-1">
                        { self.tabs(ctx) }
                        { self.left(on) }
                    </section>
                    <Splitter label="width of the definition" name="--left" value={size("left", 30.0)} upright={true} onchange={on_resize.clone()} />
                    <section class="pane" id="pane-Workflow" aria-label="Workflow" tabindex="-1">
                        { self.workflow() }
                    </section>
                    <Splitter label="width of versions and aliases" name="--right" value={size("right", 27.0)} upright={true} from_end={true} onchange={on_resize.clone()} />
                    <section class="pane" id="pane-Versions" aria-label="Versions and aliases" tabindex="-1">
                        <header class="pane-head"><h2>{ "Versions & aliases" }</h2><span class="hint">{ view.machine.to_string() }</span></header>
                        <div class="pane-body"><VersionsPane view={Rc::clone(view)} on={on.clone()} /></div>
                    </section>
                    <Splitter label="height of the upper panes" name="--upper" value={size("upper", 44.0)} upright={false} onchange={on_resize.clone()} />
                    <div class="pane" id="pane-Simulate" tabindex="-1">
                        { self.simulation(None) }
                        { self.inspector(ctx) }
                    </div>
                </main>
                <nav class="switch" aria-label="Panes">
                    { for PLACES.iter().map(|(place, name)| {
                        let place = *place;
                        html! { <button type="button" aria-pressed={(place == self.place).to_string()} onclick={link.callback(move |_| Msg::Place(place))}>{ *name }</button> }
                    }) }
                </nav>
                { self.notice(ctx) }
                { self.dialog(ctx) }
            </>
        }
    }
}

/// The workspace of the link or of the browser, and what its user should know about it.
fn opened(notice: &mut Option<Notice>) -> Store {
    let restored = restore();
    let mut store = Store::new(restored.workspace);
    *notice = restored.notice.map(|text| Notice { text, is_bad: true, undo: false });
    if let Some(before) = restored.behind {
        store.put_behind("opening of the link", before);
        let text = "This came with the link. What you had here before is one Undo away.".to_owned();
        *notice = Some(Notice { text, is_bad: false, undo: true });
    }
    if let Some(text) = trouble::rescued(super::panes::definition::LABEL) {
        store.type_draft(text.into());
    }
    forget_link();
    store
}

/// (version, percent) of the alias that is shown.
fn routes(view: &View) -> &[(u32, u8)] {
    view.aliases.iter().find(|alias| Some(&alias.name) == view.alias.as_ref()).map_or(&[], |alias| &alias.routes)
}

fn preset_message(preset: &Preset) -> Msg {
    match Workspace::from_scenario(preset.document, "workflow", None) {
        Ok(workspace) => Msg::Replace(preset.id, workspace.into()),
        // A test reads all presets.
        Err(_) => Msg::Hush,
    }
}

impl App {
    /// What the store says now, kept in a moment.
    fn refresh(&mut self, ctx: &Context<Self>) {
        self.view = Rc::new(self.store.view());
        self.save_later(ctx);
        if self.embed.as_ref().is_some_and(|embedded| embedded.speaks) {
            self.tell_weights();
        }
    }

    fn workflow(&self) -> Html {
        html! {
            <WorkflowPane
                draft={Rc::clone(&self.view.seen)}
                versions={Rc::clone(&self.view.definitions)}
                selected={self.selected.clone()}
                on_select={self.hands.on_select.clone()}
                path={self.path.clone()}
                flows={self.flows.clone()}
            />
        }
    }

    /// With some of its tabs, or all.
    fn simulation(&self, tabs: Option<Rc<[Simulation]>>) -> Html {
        let Hands { on, on_settings, on_weight, on_open, on_flows, on_preset, on_heard, .. } = &self.hands;
        let view = &self.view;
        let on_heard = tabs.is_some().then(|| on_heard.clone());
        html! {
            <SimulatePane
                scenario={Rc::clone(&view.scenario)}
                on_settings={on_settings.clone()}
                on_weight={on_weight.clone()}
                on_open={on_open.clone()}
                on_flows={on_flows.clone()}
                on_preset={on_preset.clone()}
                runs={Rc::clone(&view.runs)}
                transcript={Rc::clone(&view.transcript)}
                on={on.clone()}
                {tabs}
                order={self.order}
                {on_heard}
            />
        }
    }

    fn inspector(&self, ctx: &Context<Self>) -> Html {
        let Some((subject, count)) = &self.opened else { return Html::default() };
        html! {
            <Inspector
                subject={subject.clone()}
                count={*count}
                on_count={ctx.link().callback(Msg::Look)}
                on_close={ctx.link().callback(|()| Msg::Close)}
                on_copy={self.hands.on.reform(|text| Action::Copy(text, "history"))}
            />
        }
    }

    fn definition(&self) -> Html {
        let view = &self.view;
        html! {
            <DefinitionPane
                draft={Rc::clone(&view.draft)}
                seen={Rc::clone(&view.seen)}
                revision={self.revision}
                diagnostics={Rc::clone(&view.diagnostics)}
                selected={self.selected.clone()}
                read_only={self.is_fixed()}
                on={self.hands.on.clone()}
            />
        }
    }

    fn tasks(&self) -> Html {
        let view = &self.view;
        html! {
            <TasksPane view={Rc::clone(view)} behaviours={Rc::clone(&view.behaviours)} selected={self.selected.clone()} read_only={self.is_fixed()} on={self.hands.on.clone()} />
        }
    }

    // Neither is a part of what calls it: the first view does without (www/later.txt).
    #[inline(never)]
    fn write(&mut self, ctx: &Context<Self>, format: Format) {
        match self.store.write(self.view.alias.as_deref(), format) {
            Ok(export) => {
                let file = format.file(&self.view.machine);
                host::download(&file, &export.text);
                let notes = export.notes.join(" ");
                self.tell(ctx, format!("{file} is written. {notes}").trim_end().to_owned(), false, false);
            }
            Err(why) => self.tell(ctx, why, true, false),
        }
    }

    #[inline(never)]
    fn export(&mut self, what: &str) {
        match what {
            "script" => host::download(&format!("{}.sh", self.view.machine), &self.store.script()),
            "workspace" => host::download("weir-workspace.json", &self.store.document()),
            "mocks" => {
                if let Some(mocks) = self.store.account().mock_configuration() {
                    host::download("MockConfigFile.json", &(mocks.document().to_pretty() + "\n"));
                }
            }
            "scenario" => host::download("scenario.json", &self.view.scenario),
            _ => {
                let ending = if self.view.draft.trim_start().starts_with('{') { "json" } else { "yaml" };
                host::download(&format!("{}.asl.{ending}", self.view.machine), &self.view.draft);
            }
        }
    }

    fn save_later(&mut self, ctx: &Context<Self>) {
        // Until the user has said which of two tabs is right, nothing is overwritten. An embed keeps nothing.
        if self.saved == Saved::Elsewhere || self.embed.is_some() {
            return;
        }
        self.saved = Saved::Changed;
        let link = ctx.link().clone();
        self.keep.later(move || link.send_message(Msg::Save));
    }

    fn tell(&mut self, ctx: &Context<Self>, text: String, is_bad: bool, undo: bool) {
        self.notice = Some(Notice { text, is_bad, undo });
        let link = ctx.link().clone();
        // What went wrong stays until it is read.
        self.hushes = (!is_bad).then(|| Timeout::new(STAYS, move || link.send_message(Msg::Hush)));
    }

    fn act(&mut self, ctx: &Context<Self>, action: Action) {
        if self.is_fixed() && embed::changes_workflow(&action) {
            return self.refuse(ctx);
        }
        match action {
            Action::Type(text) => {
                self.store.type_draft(text);
                self.view = Rc::new(self.store.view_typed(&self.view));
                self.checks = (!Rc::ptr_eq(&self.view.seen, &self.view.draft)).then(|| {
                    let link = ctx.link().clone();
                    Timeout::new(PAUSE, move || link.send_message(Msg::Check))
                });
                self.save_later(ctx);
            }
            Action::Call(what, operation, request) => match self.store.call(what, operation, &request) {
                Ok(_) => {
                    self.refresh(ctx);
                    self.tell(ctx, format!("Done: {what}."), false, true);
                }
                Err(error) => {
                    self.refresh(ctx);
                    self.tell(ctx, aws_cli::told(operation, &error), true, false);
                }
            },
            Action::Publish(description) => {
                let published = self.store.publish(&description);
                self.refresh(ctx);
                match published {
                    Ok(number) => {
                        let text =
                            format!("Version {number} is published. It gets executions when an alias sends it some.");
                        self.tell(ctx, text, false, true);
                    }
                    Err(error) => self.tell(ctx, aws_cli::told("PublishStateMachineVersion", &error), true, false),
                }
            }
            Action::Behave(version, document) => {
                let changed = self.store.set_behaviours(version, &document);
                self.refresh(ctx);
                if let Err(findings) = changed {
                    let first =
                        findings.first().map_or(String::new(), |first| format!("{}: {}", first.pointer, first.message));
                    self.tell(ctx, format!("This behaviour is not possible: {first}"), true, false);
                }
            }
            Action::Unmock => {
                self.store.set_mocks("removal of the mocks", None);
                self.refresh(ctx);
                self.tell(ctx, "The mocked answers are gone.".into(), false, true);
            }
            Action::SaveMocks => self.export("mocks"),
            Action::Inputs(inputs) => {
                self.store.set_inputs(inputs);
                self.refresh(ctx);
            }
            Action::LookAt(alias) => {
                self.store.look_at_alias(alias);
                self.refresh(ctx);
            }
            Action::Route(what, alias, routes) => {
                let request = routing(&self.view.machine_arn, &alias, &routes);
                let answer = self.store.call(what, "UpdateStateMachineAlias", &request);
                self.refresh(ctx);
                if let Err(error) = answer {
                    self.tell(ctx, aws_cli::told("UpdateStateMachineAlias", &error), true, false);
                }
            }
            Action::Start { target, name, input } => self.start(ctx, &target, &name, &input),
            Action::Open(arn) => {
                if let Some(subject) = Subject::of_account(self.store.account(), &arn) {
                    self.open(subject);
                }
            }
            Action::Cli(line) => {
                let answer = self.store.cli(&line);
                self.revision += u32::from(**self.store.draft() != *self.view.draft);
                self.refresh(ctx);
                if let Err(why) = answer {
                    self.notice = None;
                    gloo::console::debug!(why);
                }
            }
            Action::Edit(text) => {
                if *text != *self.view.draft {
                    self.store.replace_draft("change of the text", text);
                    self.revision += 1;
                    self.refresh(ctx);
                    self.tell(ctx, "The text of the version is in the editor.".into(), false, true);
                }
                self.tab = Tab::Definition;
                self.place = Place::Definition;
            }
            Action::Select(state) => {
                self.selected = state;
                if self.tab == Tab::Input {
                    self.tab = Tab::Definition;
                }
            }
            Action::Copy(text, what) => copy(ctx, text, what),
            Action::CopyScript => copy(ctx, self.store.script(), "script"),
        }
    }

    fn open(&mut self, subject: Subject) {
        let count = subject.len();
        self.opened = Some((subject, count));
        self.place = Place::Simulate;
        self.look(count);
    }

    fn look(&mut self, count: usize) {
        if let Some((subject, at)) = &mut self.opened {
            *at = count;
            self.path = Some(Rc::new(subject.path(count)));
        }
    }

    fn start(&mut self, ctx: &Context<Self>, target: &str, name: &str, input: &str) {
        let mut request = vec![("stateMachineArn", Value::from(target)), ("input", Value::from(input))];
        if !name.trim().is_empty() {
            request.push(("name", Value::from(name.trim())));
        }
        let answer = self.store.call("start", "StartExecution", &Value::object(request));
        match answer {
            Ok(response) => {
                let arn = response.get("executionArn").and_then(Value::as_str).unwrap_or_default().to_owned();
                let described = Value::object([("executionArn", Value::from(arn.as_str()))]);
                // The clock leaps to its end when it is looked at.
                let _ = self.store.call("look", "DescribeExecution", &described);
                self.refresh(ctx);
                self.act(ctx, Action::Open(arn.into()));
            }
            Err(error) => {
                self.refresh(ctx);
                self.tell(ctx, aws_cli::told("StartExecution", &error), true, false);
            }
        }
    }

    fn key(&mut self, ctx: &Context<Self>, event: &KeyboardEvent) -> bool {
        // In a field the keys are the field's.
        let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        let in_field = target.is_some_and(|target| {
            matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
                || target.class_name() == "editor-view"
        });
        let control = event.ctrl_key() || event.meta_key();
        let message = match (event.key().as_str(), control, event.alt_key()) {
            // These are of what an embed does not have.
            ("s" | "1" | "2" | "3" | "4" | "?", ..) if self.embed.is_some() => return false,
            ("s", true, false) => {
                event.prevent_default();
                Msg::Save
            }
            (digit @ ("1" | "2" | "3" | "4"), false, true) => {
                event.prevent_default();
                let at = digit.parse::<usize>().unwrap_or(1) - 1;
                let Some((place, name)) = PLACES.get(at).copied() else { return false };
                let pane = gloo::utils::document().get_element_by_id(&format!("pane-{name}"));
                if let Some(pane) = pane.and_then(|pane| pane.dyn_into::<HtmlElement>().ok()) {
                    // A pane that is not shown yet takes the focus when it is.
                    gloo::timers::callback::Timeout::new(0, move || drop(pane.focus())).forget();
                }
                Msg::Place(place)
            }
            _ if in_field => return false,
            ("z", true, false) => Msg::Undo(event.shift_key()),
            ("Z", true, false) => Msg::Undo(true),
            ("y", true, false) => Msg::Undo(true),
            ("?", false, false) => Msg::Show(Some(Shown::Shortcuts)),
            _ => return false,
        };
        ctx.link().send_message(message);
        false
    }

    fn tabs(&self, ctx: &Context<Self>) -> Html {
        let tabs = [(Tab::Definition, "Definition"), (Tab::Tasks, "Tasks"), (Tab::Input, "Input")];
        let current = tabs.iter().position(|(tab, _)| *tab == self.tab).unwrap_or(0);
        let onkeydown = ctx.link().batch_callback(move |event: KeyboardEvent| {
            let next = match event.key().as_str() {
                "ArrowRight" => (current + 1) % 3,
                "ArrowLeft" => (current + 2) % 3,
                _ => return None,
            };
            event.prevent_default();
            let (tab, name) = *tabs.get(next)?;
            let button = gloo::utils::document().get_element_by_id(&format!("tab-{name}"));
            if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
                let _ = button.focus();
            }
            Some(Msg::Tab(tab))
        });
        html! {
            <div class="pane-head tabs" role="tablist" aria-label="Definition, tasks and input" {onkeydown}>
                { for tabs.iter().map(|(tab, name)| {
                    let tab = *tab;
                    let selected = tab == self.tab;
                    html! {
                        <button type="button" role="tab" id={format!("tab-{name}")} aria-selected={selected.to_string()} aria-controls="left" tabindex={if selected { "0" } else { "-1" }} onclick={ctx.link().callback(move |_| Msg::Tab(tab))}>{ *name }</button>
                    }
                }) }
            </div>
        }
    }

    fn left(&self, on: &Callback<Action>) -> Html {
        html! {
            <>
                // The editor stays where it is when another tab is looked at: its undo and its place are in it.
                <div class="left" id={if self.tab == Tab::Definition { "left" } else { "left-editor" }} role="tabpanel" aria-label="Definition" hidden={self.tab != Tab::Definition}>
                    { self.definition() }
                </div>
                if self.tab != Tab::Definition {
                    <div class="left pane-body" id="left" role="tabpanel" aria-label={if self.tab == Tab::Tasks { "Tasks" } else { "Input" }}>
                        if self.tab == Tab::Tasks {
                            { self.tasks() }
                        } else {
                            <InputsPane inputs={self.view.inputs.clone()} on={on.clone()} />
                        }
                    </div>
                }
            </>
        }
    }

    fn notice(&self, ctx: &Context<Self>) -> Html {
        let Some(notice) = &self.notice else { return Html::default() };
        let link = ctx.link();
        html! {
            <div class={classes!("notice", notice.is_bad.then_some("bad"))} role={if notice.is_bad { "alert" } else { "status" }}>
                <span>{ notice.text.clone() }</span>
                if notice.undo && self.view.can_undo.is_some() {
                    <button type="button" class="small" onclick={link.callback(|_| Msg::Undo(false))}>{ "Undo" }</button>
                }
                <button type="button" class="small quiet" aria-label="close" onclick={link.callback(|_| Msg::Hush)}>{ "×" }</button>
            </div>
        }
    }
}

async fn read_file(file: web_sys::File) -> Msg {
    let name = file.name();
    match wasm_bindgen_futures::JsFuture::from(file.text()).await {
        Ok(text) => Msg::File(name, text.as_string().unwrap_or_default()),
        Err(_) => Msg::Tell(format!("{name} could not be read")),
    }
}

/// Puts a text on the clipboard; where that is not allowed, says so.
fn copy(ctx: &Context<App>, text: String, what: &'static str) {
    ctx.link().send_future(async move {
        let clipboard = gloo::utils::window().navigator().clipboard();
        Msg::Tell(match wasm_bindgen_futures::JsFuture::from(clipboard.write_text(&text)).await {
            Ok(_) => format!("The {what} is on the clipboard."),
            Err(_) => format!("This browser does not allow copying: select the {what} and copy it by hand."),
        })
    });
}
