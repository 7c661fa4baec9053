//! Literate cases: `suite/**/*.md` say what a definition does, and this plays them.
//!
//! A case is a section (`## What it shows`) with blocks of code. Their info strings say what they are: `json definition`,
//! `json input` (`{}` where there is none), `json answers` (by state, what its calls get, one after the other: `{"Return":
//! …}`, `{"Throw": {"Error", "Cause"}}`, `"Timeout"`, `"Silence"` until a heartbeat is missed; without any, an echo), and
//! what is expected: `json output`, or `text error` (`Error: Cause`), and `text history` (a line an event, with its state).
//! `json objects` (`{"bucket/key": "text"}`) are what an ItemReader finds, `json written` the files that a ResultWriter is
//! to have written, by the last part of their keys. Answers of a Map are those of its reader and writer.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use weir::asl::program::{Kind, Resource};
use weir::asl::{Definition, Program, StateType, compile};
use weir::base::{Delay, Key, Object, Time, Value};
use weir::engine::agenda::Agenda;
use weir::engine::history::{Event, EventKind, Log};
use weir::engine::{Answer, Call, Effect, Execution, Failure, Invoke, Start, Status, Token};

struct Case {
    name: String,
    blocks: BTreeMap<String, String>,
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        match entry.path() {
            path if path.is_dir() => files(&path, found),
            path if path.extension().is_some_and(|extension| extension == "md") => found.push(path),
            _ => {}
        }
    }
    found.sort();
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite");
    let mut paths = Vec::new();
    files(&root, &mut paths);
    let mut cases: Vec<Case> = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let file = path.strip_prefix(&root).unwrap().display().to_string();
        let mut open: Option<(String, String)> = None;
        for line in text.lines() {
            match (&mut open, line.strip_prefix("```")) {
                (None, Some(info)) => {
                    let kind = info.split_whitespace().last().unwrap_or_default();
                    open = Some((kind.to_owned(), String::new()));
                }
                (Some((kind, body)), Some(_)) => {
                    let case = cases.last_mut().unwrap_or_else(|| panic!("{file}: a block before the first case"));
                    let before = case.blocks.insert(kind.clone(), std::mem::take(body));
                    assert!(before.is_none(), "{}: two blocks `{kind}`", case.name);
                    open = None;
                }
                (Some((_, body)), None) => {
                    body.push_str(line);
                    body.push('\n');
                }
                (None, None) => {
                    if let Some(title) = line.strip_prefix("## ") {
                        cases.push(Case { name: format!("{file}: {title}"), blocks: BTreeMap::new() });
                    }
                }
            }
        }
        assert!(open.is_none(), "{file}: a block that is never closed");
    }
    cases
}

/// What came of a case.
struct Played {
    execution: Execution,
    log: Log,
    /// By the last part of the key.
    written: BTreeMap<String, Value>,
}

impl Case {
    fn json(&self, block: &str) -> Option<Value> {
        let text = self.blocks.get(block)?;
        Some(
            Value::parse(text)
                .unwrap_or_else(|error| panic!("{}: `{block}` is not JSON: {}", self.name, error.message)),
        )
    }

    fn play(&self) -> Played {
        let text = self.blocks.get("definition").unwrap_or_else(|| panic!("{}: no definition", self.name));
        let program = Rc::new(
            compile(&Definition::read(text)).unwrap_or_else(|error| panic!("{}: {}", self.name, error.message)),
        );
        let mut answers: BTreeMap<String, VecDeque<Value>> = BTreeMap::new();
        for (state, list) in self.json("answers").as_ref().and_then(Value::as_object).into_iter().flat_map(Object::iter)
        {
            answers.insert(state.to_string(), list.as_array().unwrap().iter().cloned().collect());
        }
        let input = self.json("input").unwrap_or_else(|| Object::new().into());
        let mut now = Time::from_rfc3339("2026-01-01T00:00:00Z").unwrap();
        let mut log = Log::default();
        let mut agenda: Agenda<(Token, Answer)> = Agenda::new();
        let start = Start { key: Key::new(7), ..Start::new(input) };
        let mut execution = Execution::start(Rc::clone(&program), start, now, &mut log);
        let objects = self.json("objects");
        let mut written = BTreeMap::new();
        for _ in 0..100_000 {
            while let Some(effect) = execution.poll_effect() {
                match effect {
                    Effect::Sleep { token, until } => agenda.add(until, (token, Answer::Woken)),
                    Effect::Cancel { .. } => {}
                    Effect::Invoke(invoke) => {
                        let name = program.states[invoke.state].name.to_string();
                        let given = answers.get_mut(&name).and_then(VecDeque::pop_front);
                        if invoke.call != Call::Task && given.is_none() {
                            let answer = match invoke.call {
                                Call::Reader => read(objects.as_ref(), &invoke, &program),
                                _ => Answer::Succeeded(write(&invoke.arguments, &mut written)),
                            };
                            agenda.add(now, (invoke.token, answer));
                            continue;
                        }
                        let is_activity = matches!(invoke.resource(&program), Some(Resource::Activity(_)));
                        if is_activity {
                            agenda.add(now, (invoke.token, Answer::Scheduled));
                            agenda.add(now, (invoke.token, Answer::Started { worker: None }));
                        }
                        let text =
                            |value: &Value, key: &str| value.pointer(key).and_then(Value::as_str).map(Into::into);
                        // A task takes a second.
                        let then = now + Delay::from_secs(1);
                        let (at, answer) = match &given {
                            None => (then, Answer::Succeeded(invoke.arguments.clone())),
                            Some(Value::String(word)) if &**word == "Timeout" => {
                                (invoke.deadline.unwrap_or(then), Answer::TimedOut)
                            }
                            Some(Value::String(word)) if &**word == "Silence" => {
                                (now + invoke.heartbeat.expect("HeartbeatSeconds"), Answer::HeartbeatTimedOut)
                            }
                            Some(value) if value.get("Throw").is_some() => {
                                let (error, cause) = (text(value, "/Throw/Error"), text(value, "/Throw/Cause"));
                                (then, Answer::Failed(Failure { error, cause, heartbeat: false }))
                            }
                            Some(value) => (then, Answer::Succeeded(value.get("Return").cloned().unwrap_or_default())),
                        };
                        agenda.add(at, (invoke.token, answer));
                    }
                }
            }
            if execution.step(now, &mut log).is_moved() {
                continue;
            }
            let Some((at, (token, answer))) = agenda.next() else { break };
            now = now.max(at);
            execution.resolve(token, answer, now, &mut log);
        }
        Played { execution, log, written }
    }

    /// What is not as it says.
    fn judge(&self, played: &Played) -> Result<(), String> {
        let Played { execution, log, written } = played;
        let failure = execution.failure().map(|failure| {
            let (error, cause) = (failure.error.as_deref().unwrap_or("-"), failure.cause.as_deref().unwrap_or("-"));
            format!("{error}: {cause}")
        });
        match (self.json("output"), self.blocks.get("error")) {
            (Some(expected), None) => match execution.output() {
                Some(output) if *output == expected => {}
                Some(output) => return Err(format!("output {}", output.to_json())),
                None => return Err(format!("no output, but {}", failure.unwrap_or_else(|| "no end".into()))),
            },
            (None, Some(expected)) => {
                let failure = failure.unwrap_or_else(|| "no failure".into());
                if failure != expected.trim() {
                    return Err(format!("fails with {failure}"));
                }
            }
            _ => return Err("a case has either an output or an error".into()),
        }
        for (name, expected) in
            self.json("written").as_ref().and_then(Value::as_object).into_iter().flat_map(Object::iter)
        {
            match written.get(&**name) {
                Some(found) if found == expected => {}
                Some(found) => return Err(format!("`{name}` holds {}", found.to_json())),
                None => return Err(format!("`{name}` was not written, but {:?}", written.keys())),
            }
        }
        let Some(expected) = self.blocks.get("history") else { return Ok(()) };
        let told = history(execution.program(), &log.events);
        let wanted: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if told != wanted { Err(format!("the history is\n{}", told.join("\n"))) } else { Ok(()) }
    }
}

/// What an ItemReader finds.
fn read(objects: Option<&Value>, invoke: &Invoke, program: &Program) -> Answer {
    let text = |key: &str| invoke.arguments.get(key).and_then(Value::as_str).unwrap_or_default();
    let lists =
        matches!(invoke.resource(program), Some(Resource::Service(service)) if &*service.action == "listObjectsV2");
    let inside = format!("{}/", text("Bucket"));
    let objects = || objects.and_then(Value::as_object).into_iter().flat_map(Object::iter);
    if lists && invoke.arguments.get("Key").is_none() {
        let keys = objects().filter_map(|(path, _)| path.strip_prefix(&inside));
        let keys = keys.filter(|key| key.starts_with(text("Prefix")));
        return Answer::Succeeded(keys.map(|key| Value::object([("Key", Value::from(key))])).collect());
    }
    let path = inside.clone() + text("Key");
    match objects().find(|(found, _)| ***found == *path) {
        Some((_, body)) => Answer::Succeeded(body.clone()),
        None => Answer::Failed(Failure::new("S3.NoSuchKeyException", "The specified key does not exist.")),
    }
}

/// Takes the files of a ResultWriter.
fn write(arguments: &Value, written: &mut BTreeMap<String, Value>) -> Value {
    for file in arguments.get("Files").and_then(Value::as_array).unwrap().iter() {
        let text = |key: &str| file.get(key).and_then(Value::as_str).unwrap();
        let name = text("Key").rsplit('/').next().unwrap();
        let body = if name.ends_with(".json") { Value::parse(text("Body")).unwrap() } else { text("Body").into() };
        written.insert(name.to_owned(), body);
    }
    arguments.get("Output").cloned().unwrap()
}

/// A line an event: its type, and its state where that is new.
fn history(program: &Program, events: &[Event]) -> Vec<String> {
    let history = weir::engine::history::History {
        program,
        role_arn: "role".into(),
        version_arn: None,
        alias_arn: None,
        region: "us-east-1".into(),
        input_text: None,
        include_data: false,
    };
    let line = |event: &Event| {
        let state = event.state.and_then(|id| program.states.lookup(id));
        let name = state.map(|state| format!(" {}", state.name)).unwrap_or_default();
        format!("{}{name}", history.export(event).event_type)
    };
    events.iter().map(line).collect()
}

#[test]
fn cases_do_what_they_say() {
    let cases = cases();
    let mut failures = Vec::new();
    for case in &cases {
        if let Err(why) = case.judge(&case.play()) {
            failures.push(format!("{}\n    {why}", case.name));
        }
    }
    println!("suite: {} of {} cases", cases.len() - failures.len(), cases.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_edge_is_visited() {
    let expected = expected_edges();
    let seen: Vec<BTreeSet<String>> = cases().iter().map(|case| edges(&case.play())).collect();
    let missing = |seen: &[&BTreeSet<String>]| -> Vec<&String> {
        expected.iter().filter(|edge| !seen.iter().any(|seen| seen.contains(*edge))).collect()
    };
    let all: Vec<&BTreeSet<String>> = seen.iter().collect();
    let never = missing(&all);
    println!("suite: {} of {} edges", expected.len() - never.len(), expected.len());
    assert!(never.is_empty(), "never seen: {never:#?}");
    // It can fail: without the cases that visit an edge, that edge is missed.
    for edge in &expected {
        let others: Vec<_> = seen.iter().filter(|seen| !seen.contains(edge)).collect();
        assert!(others.len() < seen.len() && missing(&others).contains(&edge), "{edge} is seen where it is not");
    }
}

/// What can come of a state of a type, by how far its work had come: all of it happens in some case.
fn expected_edges() -> BTreeSet<String> {
    use StateType::*;
    let mut expected: BTreeSet<String> = BTreeSet::new();
    let mut expect = |kinds: &[StateType], edges: &[&str]| {
        for kind in kinds {
            expected.extend(edges.iter().map(|edge| format!("{} {edge}", kind.name())));
        }
    };
    expect(&[Pass, Choice, Succeed], &["exits", "fails at its work"]);
    expect(&[Fail], &["fails at its work"]);
    expect(&[Wait], &["exits", "fails at its input", "fails at its output", "is aborted"]);
    expect(
        &[Task, Parallel, Map],
        &[
            "exits",
            "fails at its input",
            "fails at its work",
            "fails at its output",
            "is aborted",
            "tries again",
            "is caught at its work",
        ],
    );
    expect(&[Task], &["times out", "misses a heartbeat"]);
    expect(
        &[Map],
        &[
            "has read its items",
            "fails at reading",
            "has written its results",
            "fails at writing",
            "tolerates failures",
            "tolerates no more failures",
        ],
    );
    expected
}

/// What the case has come by.
fn edges(played: &Played) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let program = played.execution.program();
    let events = &played.log.events;
    for (at, event) in events.iter().enumerate() {
        let (Some(id), EventKind::StateEntered { .. }) = (event.state, &event.kind) else { continue };
        let kind = type_of(&program.states[id].kind);
        let mut see = |edge: &str| {
            seen.insert(format!("{} {edge}", kind.name()));
        };
        // The events of this visit: those of the state until it is left, or entered again.
        let mut own = events
            .iter()
            .skip(at + 1)
            .filter(|later| later.state == Some(id))
            .take_while(|later| !matches!(later.kind, EventKind::StateEntered { .. }));
        let own: Vec<&EventKind> = own.by_ref().map(|event| &event.kind).collect();
        let is_work = |kind: &&EventKind| {
            matches!(
                kind,
                EventKind::TaskScheduled(_)
                    | EventKind::MapStateStarted { .. }
                    | EventKind::ParallelStateStarted
                    | EventKind::MapRunStarted { .. }
            )
        };
        let begun = own.iter().filter(|kind| is_work(kind)).count();
        let broke = own.iter().any(|kind| {
            matches!(
                kind,
                EventKind::TaskFailed(_)
                    | EventKind::TaskTimedOut(_)
                    | EventKind::MapStateFailed
                    | EventKind::ParallelStateFailed
                    | EventKind::MapRunFailed(_)
            )
        });
        let done = own.iter().any(|kind| {
            matches!(
                kind,
                EventKind::TaskSucceeded { .. } | EventKind::MapStateSucceeded | EventKind::ParallelStateSucceeded
            )
        });
        let left = own.iter().any(|kind| matches!(kind, EventKind::StateExited { .. }));
        if own.iter().any(|kind| matches!(kind, EventKind::StateAborted)) {
            see("is aborted");
            continue;
        }
        for kind in &own {
            if let EventKind::TaskTimedOut(failure) = kind {
                see(if failure.heartbeat { "misses a heartbeat" } else { "times out" });
            }
        }
        if begun > 1 {
            see("tries again");
        }
        if let Kind::Map(map) = &program.states[id].kind
            && let Some(distributed) = &map.distributed
        {
            for kind in &own {
                match kind {
                    EventKind::MapRunSucceeded => {
                        if distributed.reader.is_some() {
                            see("has read its items");
                        }
                        if distributed.writer.is_some() {
                            see("has written its results");
                        }
                        if played.execution.children().any(|child| child.status == Status::Failed) {
                            see("tolerates failures");
                        }
                    }
                    EventKind::MapRunFailed(failure) => match failure.error.as_deref() {
                        Some("States.ItemReaderFailed") => see("fails at reading"),
                        Some("States.ResultWriterFailed") => see("fails at writing"),
                        _ => see("tolerates no more failures"),
                    },
                    _ => {}
                }
            }
        }
        let simple = matches!(kind, StateType::Pass | StateType::Choice | StateType::Succeed | StateType::Fail);
        match (left, broke) {
            (true, true) if begun <= 1 => see("is caught at its work"),
            (true, _) => see("exits"),
            (false, _) if simple => see("fails at its work"),
            (false, true) => see("fails at its work"),
            (false, false) if done => see("fails at its output"),
            // A Wait that was begun is not told in the history: it fails later than it was entered.
            (false, false) if kind == StateType::Wait => {
                let ended = events.last().map(|last| last.at);
                see(if ended > Some(event.at) { "fails at its output" } else { "fails at its input" });
            }
            (false, false) if begun > 0 => see("fails at its work"),
            (false, false) => see("fails at its input"),
        }
    }
    seen
}

fn type_of(kind: &Kind) -> StateType {
    match kind {
        Kind::Pass { .. } => StateType::Pass,
        Kind::Task(_) => StateType::Task,
        Kind::Choice(_) => StateType::Choice,
        Kind::Wait { .. } => StateType::Wait,
        Kind::Succeed { .. } => StateType::Succeed,
        Kind::Fail { .. } => StateType::Fail,
        Kind::Parallel { .. } => StateType::Parallel,
        Kind::Map(_) => StateType::Map,
    }
}
