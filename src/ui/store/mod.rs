//! What the page knows: a workspace, and what was done to it. Every action goes through here, and each that touches the
//! account is an operation of the service.
//!
//! Not here: pictures, and the simulation's results, which the SIMULATE pane keeps.

mod keep;

pub use keep::{Keep, Saved, linked, restore};

use crate::asl::check::{Profile, check};
use crate::asl::{Definition, hints};
use crate::base::sort::sort_by_key;
use crate::base::{Diagnostic, Text, Value};
use crate::engine::tasks::mock::MockConfiguration;
use crate::service::{Account, ServiceError, aws_cli};
use crate::ui::panes::versions::MOVE;
use crate::workspace::export::{Export, Format, export};
use crate::workspace::{Workspace, import};
use std::rc::Rc;

/// Texts longer than this are looked at when the author pauses.
const LONG: usize = 60_000;
/// Findings about a file that are told.
const TOLD: usize = 4;
/// Steps that can be taken back.
const UNDO: usize = 100;
/// And what they may weigh together.
const UNDO_BYTES: usize = 20_000_000;
/// Commands that are remembered.
const TRANSCRIPT: usize = 1000;
/// Lines of a dragged slider, and steps back through it, are one if they follow each other within this, in milliseconds.
const ONE_MOVE: f64 = 800.0;

/// A command as the AWS CLI tab shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub command: Rc<str>,
    /// What it printed, or what went wrong.
    pub answer: Result<Rc<str>, Rc<str>>,
    what: Rc<str>,
    at: f64,
    /// Of a line that is no command: the document that the commands after it begin with.
    from: Option<Rc<str>>,
}

impl Line {
    pub fn is_command(&self) -> bool {
        self.from.is_none()
    }
}

/// A version as the page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct VersionRow {
    pub number: u32,
    pub description: Option<Text>,
    pub created: Rc<str>,
    pub definition: Text,
    /// The aliases that refer to it, each with its weight.
    pub aliases: Vec<(Text, u8)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AliasRow {
    pub name: Text,
    pub description: Option<Text>,
    /// (version, weight), the older first.
    pub routes: Vec<(u32, u8)>,
}

/// An execution that was started by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    pub arn: Text,
    pub name: Text,
    pub version: Option<u32>,
    pub alias: Option<Text>,
    pub status: &'static str,
    pub started: Rc<str>,
    pub seconds: Option<f64>,
    pub error: Option<Text>,
}

/// The mocked answers of tasks, compared by whether they are the same ones.
#[derive(Clone, Debug)]
pub struct Mocks(pub Rc<MockConfiguration>);

impl PartialEq for Mocks {
    fn eq(&self, other: &Mocks) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// What the panes show; made anew after each action, and compared by them.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub machine: Text,
    pub machine_arn: Text,
    pub draft: Rc<str>,
    /// The draft as it was when it was last looked at: what is drawn, and what the diagnostics are of. A long one is
    /// looked at when its author pauses.
    pub seen: Rc<str>,
    /// The version that the draft already is, where it is one.
    pub published_as: Option<u32>,
    pub next_version: u32,
    /// Newest first.
    pub versions: Rc<[VersionRow]>,
    /// Their texts.
    pub definitions: Rc<[(u32, Text)]>,
    pub aliases: Rc<[AliasRow]>,
    /// The alias whose traffic is simulated.
    pub alias: Option<Text>,
    pub diagnostics: Rc<[Diagnostic]>,
    /// How tasks behave: of the draft, then of each version, newest first.
    pub behaviours: Rc<[(Option<u32>, Value)]>,
    pub mocks: Option<Mocks>,
    pub inputs: Value,
    pub scenario: Rc<str>,
    pub runs: Rc<[RunRow]>,
    pub transcript: Rc<[Line]>,
    pub can_undo: Option<Rc<str>>,
    pub can_redo: Option<Rc<str>>,
}

impl View {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    pub fn version_arn(&self, number: u32) -> String {
        format!("{}:{number}", self.machine_arn)
    }
}

#[derive(Debug)]
struct Step {
    /// What was done, in a few words.
    what: Rc<str>,
    document: Rc<str>,
    /// Whether the draft is taken back with it. Else it stays: what was typed since is not the step's.
    with_draft: bool,
    at: f64,
}

#[derive(Debug)]
pub struct Store {
    workspace: Workspace,
    alias: Option<Text>,
    undo: Vec<Step>,
    redo: Vec<Step>,
    transcript: Vec<Line>,
    /// What is wrong with the text that was looked at last.
    checked: (Rc<str>, Rc<[Diagnostic]>),
}

fn now() -> f64 {
    js_sys::Date::now()
}

impl Store {
    pub fn new(workspace: Workspace) -> Store {
        let checked = (Rc::from(""), Rc::from([]));
        let mut store =
            Store { workspace, alias: None, undo: Vec::new(), redo: Vec::new(), transcript: Vec::new(), checked };
        store.begin_transcript("the script begins with the commands that make what is here");
        store
    }

    /// What commands do from here on, they do to what is here now.
    fn begin_transcript(&mut self, why: &str) {
        let from = Some(self.workspace.to_json().into());
        if self.transcript.last().is_some_and(|line| !line.is_command()) {
            self.transcript.pop();
        }
        self.transcript.push(Line {
            command: format!("# {why}").into(),
            answer: Ok("".into()),
            what: "".into(),
            at: 0.0,
            from,
        });
    }

    /// A shell script that makes what is here, in an account that has none of these machines: first what was here when
    /// the commands began, then the commands.
    pub fn script(&self) -> String {
        let begin = self.transcript.iter().rposition(|line| !line.is_command()).unwrap_or(0);
        let (before, after) = self.transcript.split_at(begin);
        let from = after.first().or(before.last()).and_then(|line| line.from.as_deref()).unwrap_or_default();
        let mut lines = Vec::new();
        if let Ok(workspace) = Workspace::parse(from) {
            lines.extend(workspace.account.machines().flat_map(aws_cli::setup));
        }
        // AWS knows no test cases: an execution with one is Step Functions Local's.
        let is_local = |line: &Line| {
            let target = line.command.split_once(" --state-machine-arn ").map_or("", |(_, target)| target);
            target.split(' ').next().is_some_and(|arn| arn.contains('#'))
        };
        let done = after.iter().filter(|line| line.is_command() && line.answer.is_ok() && !is_local(line));
        lines.extend(done.map(|line| line.command.to_string()));
        aws_cli::script(lines.iter().map(String::as_str))
    }

    /// The machine, its alias and the rollout for the tool that deploys them.
    ///
    /// # Errors
    /// Why there is nothing to write.
    pub fn write(&self, alias: Option<&str>, format: Format) -> Result<Export, String> {
        export(&self.workspace, alias, format)
    }

    pub fn document(&self) -> String {
        self.workspace.to_json()
    }

    pub fn account(&self) -> &Account {
        &self.workspace.account
    }

    pub fn layout(&self) -> &Value {
        &self.workspace.layout
    }

    pub fn set_layout(&mut self, layout: Value) {
        self.workspace.layout = layout;
    }

    pub fn draft(&self) -> &Text {
        &self.workspace.draft
    }

    pub fn behaviours(&self, version: Option<u32>) -> Option<&Value> {
        self.workspace.account.behaviours(&self.workspace.machine, version)
    }

    /// What is wrong with the draft. It takes its time with a long one.
    pub fn check(&mut self) -> Rc<[Diagnostic]> {
        if self.checked.0 != self.workspace.draft {
            self.checked = (self.workspace.draft.clone(), diagnose(&self.workspace.draft));
        }
        Rc::clone(&self.checked.1)
    }

    /// The version that the draft is, where it is one.
    fn published_as(&self) -> Option<u32> {
        let machine = self.workspace.account.machine(&self.workspace.machine)?;
        let unchanged = *machine.revision.definition == *self.workspace.draft;
        machine.version_of_revision().filter(|_| unchanged).map(|version| version.number)
    }

    /// What is shown after the author has typed; all else is as it was, and of a long text what is seen in it, too.
    pub fn view_typed(&mut self, before: &View) -> View {
        let draft = self.workspace.draft.clone();
        let typed = View { draft: draft.clone(), published_as: self.published_as(), ..before.clone() };
        if draft.len() > LONG { typed } else { View { seen: draft, diagnostics: self.check(), ..typed } }
    }

    pub fn view(&mut self) -> View {
        let diagnostics = self.check();
        let published_as = self.published_as();
        let workspace = &self.workspace;
        let account = &workspace.account;
        let machine = account.machine(&workspace.machine);
        let mut versions = Vec::new();
        let mut aliases = Vec::new();
        if let Some(machine) = machine {
            for alias in &machine.aliases {
                let mut routes: Vec<(u32, u8)> =
                    alias.routing.routes().iter().map(|route| (route.version, route.weight)).collect();
                sort_by_key(&mut routes, |(version, _)| *version);
                aliases.push(AliasRow { name: alias.name.clone(), description: alias.description.clone(), routes });
            }
            for version in machine.versions.values().rev() {
                let of = |alias: &AliasRow| {
                    let route = alias.routes.iter().find(|(number, _)| *number == version.number)?;
                    Some((alias.name.clone(), route.1))
                };
                versions.push(VersionRow {
                    number: version.number,
                    description: version.description.clone().filter(|text| !text.is_empty()),
                    created: version.created.to_rfc3339().into(),
                    definition: version.revision.definition.clone(),
                    aliases: aliases.iter().filter_map(of).collect(),
                });
            }
        }
        let document =
            |version| (version, self.behaviours(version).cloned().unwrap_or_else(|| crate::base::Object::new().into()));
        let numbers = versions.iter().map(|row: &VersionRow| Some(row.number));
        let behaviours: Vec<_> = [None].into_iter().chain(numbers).map(document).collect();
        let known = |name: &&Text| aliases.iter().any(|alias| alias.name == **name);
        let alias = self.alias.as_ref().filter(known).or(aliases.first().map(|alias| &alias.name)).cloned();
        let row = |run: &crate::service::Run| RunRow {
            arn: run.arn.clone(),
            name: run.name.clone(),
            version: run.version,
            alias: run.alias.clone(),
            status: run.status().name(),
            started: run.execution.started().to_rfc3339().into(),
            seconds: run.execution.stopped().map(|stopped| stopped.since(run.execution.started()).as_secs_f64()),
            error: run.execution.failure().and_then(|failure| failure.error.clone()),
        };
        let runs = account.runs().iter().rev().filter(|run| run.machine == workspace.machine).map(row);
        View {
            machine: workspace.machine.clone(),
            machine_arn: machine.map(|machine| machine.arn.clone()).unwrap_or_else(|| "".into()),
            draft: workspace.draft.clone(),
            seen: workspace.draft.clone(),
            published_as,
            next_version: machine.map_or(1, |machine| machine.next_version),
            definitions: versions.iter().map(|row| (row.number, row.definition.clone())).collect(),
            versions: versions.into(),
            aliases: aliases.into(),
            scenario: workspace.to_scenario(alias.as_deref()).into(),
            alias,
            diagnostics,
            behaviours: behaviours.into(),
            mocks: account.mock_configuration().map(|mocks| Mocks(Rc::clone(mocks))),
            inputs: workspace.inputs.clone(),
            runs: runs.collect(),
            transcript: self.transcript.iter().cloned().collect(),
            can_undo: self.undo.last().map(|step| Rc::clone(&step.what)),
            can_redo: self.redo.last().map(|step| Rc::clone(&step.what)),
        }
    }

    /// Whether a file is a definition, or holds one; a whole workspace takes the place of this one.
    ///
    /// # Errors
    /// What the file is not.
    pub fn open_file(&mut self, name: &str, text: &str) -> Result<String, String> {
        let opened = format!("opening of {name}");
        if text.len() > crate::workspace::MAX_LENGTH {
            return Err(format!("{name} is larger than 20 MB, the most that is opened here"));
        }
        let definition = Definition::read(text);
        let value = definition.root.to_value();
        if value.get("weir").is_some() {
            let workspace = Workspace::parse(text).map_err(|findings| {
                let first = findings.first();
                let place = first.map(|first| first.pointer.to_string()).filter(|place| !place.is_empty());
                let message = first.map_or("", |first| &first.message);
                let more = findings.len().saturating_sub(1);
                let more = if more > 0 { format!(", and {more} more") } else { String::new() };
                format!(
                    "{name} cannot be opened: {}{message}{more}",
                    place.map(|place| format!("{place}: ")).unwrap_or_default()
                )
            })?;
            self.replace(&opened, workspace);
            return Ok(format!("{name} is open"));
        }
        if import::is_mocks(&value) {
            return self.open_mocks(name, &definition);
        }
        // What DescribeStateMachine and its like answer.
        let described = value.get("definition").and_then(Value::as_str).map(Rc::<str>::from);
        let is_definition = ["States", "StartAt"].iter().any(|key| value.get(key).is_some());
        if let Some(text) = described.or_else(|| is_definition.then(|| text.into())) {
            self.replace_draft(&opened, text);
            return Ok(format!("the definition of {name} is in the editor: publish it to make it a version"));
        }
        let mut machines = import::definitions(&value).into_iter();
        if let Some((id, definition)) = machines.next() {
            let text = definition.map_err(|why| format!("{id} in {name}: {why}"))?;
            self.replace_draft(&opened, text.into());
            let others: Vec<String> = machines.map(|(id, _)| id.to_string()).collect();
            let others = if others.is_empty() { String::new() } else { format!(" (not {})", others.join(", ")) };
            return Ok(format!("{id} of {name}{others} is in the editor: publish it to make it a version"));
        }
        Err(match definition.syntax.first() {
            Some(error) => format!("{name} is neither JSON nor YAML: {}", error.message),
            None => format!(
                "{name} is no workspace of Weir, no definition (it has no `States`), no answer of describe-state-machine, no template with a state machine and no mock configuration of Step Functions Local"
            ),
        })
    }

    /// The mock configuration of Step Functions Local in the place of the one that was here.
    #[inline(never)]
    fn open_mocks(&mut self, name: &str, file: &Definition) -> Result<String, String> {
        let account = &self.workspace.account;
        let told = |findings: &[Diagnostic]| {
            let told = |finding: &Diagnostic| {
                let place = if finding.pointer.is_root() { "" } else { ": " };
                let help = finding.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
                format!("\n{}{place}{}{help}", finding.pointer, finding.message)
            };
            let more = findings.len().saturating_sub(TOLD);
            let more = if more > 0 { format!("\nand {more} more") } else { String::new() };
            findings.iter().take(TOLD).map(told).collect::<String>() + &more
        };
        let (mocks, from) = import::mocks(file, account)
            .map_err(|findings| format!("{name} is not taken as it is:{}", told(&findings)))?;
        let machine = self.workspace.machine.clone();
        let here: Vec<&str> = account.machines().map(|machine| &*machine.name).collect();
        let versions = account.machine(&machine).into_iter().flat_map(|machine| machine.versions.values());
        let texts = versions.map(|version| &*version.revision.definition).chain([&*self.workspace.draft]);
        let remarks = import::remarks(&mocks, &machine, &here, texts);
        let count = mocks.test_cases(&machine).count();
        let cases = if count == 1 { "1 test case" } else { &*format!("{count} test cases") };
        let mut said = format!("{name} is open: {cases} of {machine}, to be chosen where an execution is started");
        if let Some(from) = from {
            said += &format!(". Its one machine `{from}` is taken for `{machine}`, the one that is here");
        }
        said += &told(&remarks);
        self.set_mocks(&format!("opening of {name}"), Some(mocks));
        Ok(said)
    }

    // ---- what is done

    /// Other answers of tasks, or none any more.
    #[inline(never)]
    pub fn set_mocks(&mut self, what: &str, mocks: Option<MockConfiguration>) {
        let before = self.workspace.to_json();
        self.workspace.account.set_mock_configuration(mocks);
        self.remember(what, before);
    }

    /// The author has typed. Taking that back is the editor's business.
    pub fn type_draft(&mut self, text: Rc<str>) {
        self.workspace.draft = text;
    }

    /// Calls an operation, remembers its command, and lets it be taken back.
    pub fn call(&mut self, what: &str, operation: &str, request: &Value) -> Result<Value, ServiceError> {
        let before = self.workspace.to_json();
        let answer = self.workspace.account.call(operation, request);
        let told = match &answer {
            Ok(response) if response.as_object().is_some_and(|object| object.is_empty()) => Ok("".into()),
            Ok(response) => Ok(response.to_pretty().into()),
            Err(error) => Err(aws_cli::told(operation, error).into()),
        };
        self.tell(aws_cli::command(operation, &repeatable(request, &answer)), told, what);
        let only_looks = ["Start", "Describe", "List", "Get"].iter().any(|verb| operation.starts_with(verb));
        if answer.is_ok() && !only_looks {
            self.remember(what, before);
        }
        answer
    }

    /// Runs a command that was typed.
    pub fn cli(&mut self, line: &str) -> Result<String, String> {
        let before = self.workspace.to_json();
        let answer = aws_cli::run(&mut self.workspace.account, line);
        let told = answer.as_ref().map(|text| Rc::from(text.as_str())).map_err(|error| Rc::from(error.as_str()));
        self.tell(line.trim().to_owned(), told, "");
        if self.workspace.account.machine(&self.workspace.machine).is_none() {
            // The machine that was looked at is gone: the first that is left takes its place.
            let first = self.workspace.account.machines().next();
            let first = first.map(|machine| (machine.name.clone(), machine.revision.definition.clone()));
            match first {
                Some((name, definition)) => (self.workspace.machine, self.workspace.draft) = (name, definition),
                None => self.workspace = Workspace::empty(),
            }
        }
        if self.workspace.to_json() != before {
            self.remember("command", before);
        }
        answer
    }

    /// Publishes the draft: the update of the machine where it is one, then the version. The tasks of the new version
    /// behave as those of the draft.
    pub fn publish(&mut self, description: &str) -> Result<u32, ServiceError> {
        let before = self.workspace.to_json();
        let undo = self.undo.len();
        let present = self.workspace.account.machine(&self.workspace.machine);
        let arn = present.map(|machine| machine.arn.clone()).unwrap_or_else(|| "".into());
        let changed = present.is_none_or(|machine| *machine.revision.definition != *self.workspace.draft);
        if changed {
            let request = Value::object([
                ("stateMachineArn", Value::String(arn.clone())),
                ("definition", Value::String(Rc::clone(&self.workspace.draft))),
            ]);
            self.call("update", "UpdateStateMachine", &request)?;
        }
        let mut request = vec![("stateMachineArn", Value::String(arn))];
        if !description.trim().is_empty() {
            request.push(("description", description.trim().into()));
        }
        let response = self.call("publish", "PublishStateMachineVersion", &Value::object(request))?;
        let arn = response.get("stateMachineVersionArn").and_then(Value::as_str).unwrap_or_default();
        let number = arn.rsplit(':').next().and_then(|number| number.parse().ok()).unwrap_or(1);
        if self.behaviours(Some(number)).is_none()
            && let Some(behaviours) = self.behaviours(None).cloned()
        {
            // What was read once can be read again.
            let _ = self.workspace.account.set_behaviours(&self.workspace.machine.clone(), Some(number), &behaviours);
        }
        self.undo.truncate(undo);
        self.remember(&format!("publish of version {number}"), before);
        Ok(number)
    }

    pub fn set_behaviours(&mut self, version: Option<u32>, document: &Value) -> Result<(), Vec<Diagnostic>> {
        let before = self.workspace.to_json();
        self.workspace.account.set_behaviours(&self.workspace.machine.clone(), version, document)?;
        self.remember("change of a task", before);
        Ok(())
    }

    pub fn set_inputs(&mut self, inputs: Value) {
        let before = self.workspace.to_json();
        self.workspace.inputs = inputs;
        self.remember("change of inputs", before);
    }

    pub fn set_simulation(&mut self, settings: Value) {
        let before = self.workspace.to_json();
        self.workspace.simulation = settings;
        self.remember("change of settings", before);
    }

    pub fn look_at_alias(&mut self, alias: Text) {
        self.alias = Some(alias);
    }

    /// Another workspace in the place of this one; what was there can be had back.
    pub fn replace(&mut self, what: &str, workspace: Workspace) {
        let before = self.workspace.to_json();
        self.workspace = workspace;
        self.alias = None;
        self.remember_all(what, before, true);
        self.begin_transcript(&format!("{what}: the script begins with what is here now"));
    }

    /// Another text in the editor.
    pub fn replace_draft(&mut self, what: &str, draft: Rc<str>) {
        let before = self.workspace.to_json();
        self.workspace.draft = draft;
        self.remember_all(what, before, true);
    }

    /// Puts a workspace that is none of this session's where Undo finds it.
    pub fn put_behind(&mut self, what: &str, document: String) {
        self.remember_all(what, document, true);
    }

    /// Takes the last step back, or again what was taken back. What it was.
    pub fn step_back(&mut self, again: bool) -> Option<Rc<str>> {
        let (from, to) = if again { (&mut self.redo, &mut self.undo) } else { (&mut self.undo, &mut self.redo) };
        let step = from.pop()?;
        let Ok(mut workspace) = Workspace::parse(&step.document) else { return None };
        let document = self.workspace.to_json().into();
        to.push(Step { what: Rc::clone(&step.what), document, with_draft: step.with_draft, at: 0.0 });
        if !step.with_draft {
            workspace.draft = self.workspace.draft.clone();
        }
        workspace.layout = self.workspace.layout.clone();
        let gone = std::mem::replace(&mut self.workspace, workspace);
        if gone.machine == self.workspace.machine {
            // Documents hold no executions; those that were started stay.
            self.workspace.account.take_executions(gone.account);
        }
        let word = if again { "done again" } else { "taken back" };
        self.begin_transcript(&format!("{word}: {}. The script begins with what is here now", step.what));
        Some(step.what)
    }

    fn remember(&mut self, what: &str, before: String) {
        self.remember_all(what, before, false);
    }

    fn remember_all(&mut self, what: &str, before: String, with_draft: bool) {
        let at = now();
        self.redo.clear();
        if let Some(last) = self.undo.last_mut()
            && what == MOVE
            && *last.what == *what
            && at - last.at < ONE_MOVE
        {
            last.at = at;
            return;
        }
        self.undo.push(Step { what: what.into(), document: before.into(), with_draft, at });
        let size = |steps: &[Step]| steps.iter().map(|step| step.document.len()).sum::<usize>();
        while self.undo.len() > UNDO || (self.undo.len() > 1 && size(&self.undo) > UNDO_BYTES) {
            self.undo.remove(0);
        }
    }

    fn tell(&mut self, command: String, answer: Result<Rc<str>, Rc<str>>, what: &str) {
        let at = now();
        let line = Line { command: command.into(), answer, what: what.into(), at, from: None };
        let repeats =
            self.transcript.last().is_some_and(|last| what == MOVE && *last.what == *what && at - last.at < ONE_MOVE);
        if repeats {
            self.transcript.pop();
        }
        self.transcript.push(line);
        if self.transcript.len() > TRANSCRIPT {
            self.transcript.clear();
            self.begin_transcript("there were more commands than are kept: the script begins with what is here now");
        }
    }
}

/// A request with the name that an execution was given, so that its command starts one of that name anywhere.
fn repeatable(request: &Value, answer: &Result<Value, ServiceError>) -> Value {
    let arn = answer.as_ref().ok().and_then(|response| response.get("executionArn")).and_then(Value::as_str);
    match (arn.and_then(|arn| arn.rsplit(':').next()), request.as_object()) {
        (Some(name), Some(object)) if object.contains_key("stateMachineArn") => {
            let mut object = object.clone();
            object.insert("name".into(), name.into());
            object.into()
        }
        _ => request.clone(),
    }
}

/// What is wrong with a definition, in JSON or YAML.
pub fn diagnose(text: &str) -> Rc<[Diagnostic]> {
    check(&Definition::read(text), &Profile::default()).into_iter().map(|finding| finding.diagnostic).collect()
}

/// What the editor shows about a place.
#[inline(never)]
pub fn hover(question: &crate::ui::editor::Question) -> Option<crate::ui::editor::Hover> {
    let found = hints::hover(&Definition::read(&question.text), question.at)?;
    Some(crate::ui::editor::Hover { span: found.span, text: format!("{}\n{}", found.title, found.about).into() })
}

/// What the editor proposes at a place.
#[inline(never)]
pub fn complete(question: &crate::ui::editor::Question) -> crate::ui::editor::Completions {
    // Nobody waits for what was not asked for.
    if question.text.len() > LONG && !question.explicit {
        return crate::ui::editor::Completions { from: question.at, options: Vec::new() };
    }
    let found = hints::complete(&Definition::read(&question.text), question.at);
    let Some(found) = found else { return crate::ui::editor::Completions { from: question.at, options: Vec::new() } };
    let options = found.proposals.into_iter().map(|proposal| crate::ui::editor::Completion {
        label: proposal.label.into(),
        apply: Some(proposal.insert.into()),
        ..crate::ui::editor::Completion::default()
    });
    crate::ui::editor::Completions { from: found.span.start, options: options.collect() }
}
