//! Definitions that other people wrote, run a thousand times each with inputs and task results made of what they read.
//!
//! Nothing is expected of the results but that there are some: no panic, no end that never comes, and no definition
//! refused without a word. How much of the definitions the runs visit is printed.

#[path = "real_input/invention.rs"]
mod invention;

use invention::Inventor;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use weir::asl::check::{Profile, Resources, check};
use weir::asl::program::{Kind, Pattern, Program, Resource};
use weir::asl::{Definition, compile, substitutions};
use weir::base::{Delay, Key, Time, Value};
use weir::engine::agenda::Agenda;
use weir::engine::history::{Event, EventKind, Record};
use weir::engine::{Answer, Call, Effect, Execution, Failure, Invoke, Limits, Start, Status, Token};

const RUNS: u64 = 1000;
/// Of those that loop: so many events and no more.
const EVENTS: u32 = 1000;

/// Which states were entered.
struct Seen(Vec<bool>);

impl Record for Seen {
    const DATA: bool = false;

    fn record(&mut self, event: Event) {
        if let (EventKind::StateEntered { .. }, Some(state)) = (&event.kind, event.state)
            && let Some(seen) = self.0.get_mut(weir::base::Id::index(state))
        {
            *seen = true;
        }
    }
}

fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("WEIR_CONFORMANCE").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance"));
    let found = Some(folder.join("definitions")).filter(|folder| folder.is_dir());
    if found.is_none() {
        println!("real input: not attempted, there is no {}", folder.display());
    }
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for set in std::fs::read_dir(folder).unwrap() {
        let set = set.unwrap().path();
        if set.is_dir() {
            found.extend(std::fs::read_dir(set).unwrap().map(|file| file.unwrap().path()));
        }
    }
    found.sort();
    found
}

/// What became of one definition.
#[derive(Default)]
struct Outcome {
    states: usize,
    visited: usize,
    succeeded: u64,
    unvisited: Vec<String>,
    /// The cause of most of its failures.
    failed_by: String,
    refused: bool,
}

/// None for what is not about: distributed Maps, files that are no definitions.
fn outcome(path: &Path) -> Option<Outcome> {
    let text = std::fs::read_to_string(path).unwrap();
    let written = Definition::read(&text);
    written.root.get("States")?;
    let filled = substitutions::fill(&written.root.to_value(), &Default::default());
    let definition = Definition::parse(&filled.to_json());
    // As the States Language has it: what is called is made up here, whatever it is.
    let profile = Profile { resources: Resources::Spec, ..Profile::default() };
    let told = check(&definition, &profile);
    if told.iter().any(|finding| finding.diagnostic.is_error()) {
        return Some(Outcome { refused: true, ..Outcome::default() });
    }
    let program = match compile(&definition) {
        Ok(program) => Rc::new(program),
        Err(error) => panic!("{}: has no errors and does not compile: {}", path.display(), error.message),
    };
    if program.facts.distributed {
        return None;
    }
    let inventor = Inventor::new(&filled, Key::new(1).with_str(&path.to_string_lossy()));
    let mut seen = Seen(vec![false; program.states.len()]);
    let mut succeeded = 0;
    let mut failures: BTreeMap<String, u64> = BTreeMap::new();
    for n in 0..RUNS {
        let execution = run(&program, &inventor, Key::new(n), &mut seen);
        succeeded += u64::from(execution.status() == Status::Succeeded);
        if let Some(failure) = execution.failure() {
            // Which state, and which path: what comes behind is the value.
            let told = [&failure.error, &failure.cause].map(|text| text.as_deref().unwrap_or("-")).join(": ");
            let cause: String = told.chars().take(300).collect();
            *failures.entry(cause).or_default() += 1;
        }
    }
    let failed_by = failures.into_iter().max_by_key(|(_, times)| *times).map(|(cause, _)| cause).unwrap_or_default();
    let unvisited =
        program.states.iter().zip(&seen.0).filter(|(_, seen)| !**seen).map(|(state, _)| state.name.to_string());
    let unvisited: Vec<String> = unvisited.collect();
    let states = program.states.len();
    Some(Outcome { states, visited: states - unvisited.len(), succeeded, unvisited, failed_by, refused: false })
}

fn run(program: &Rc<Program>, inventor: &Inventor, key: Key, seen: &mut Seen) -> Execution {
    let limits = Limits { events: EVENTS, ..Limits::default() };
    let start = Start { input: inventor.value(key), key, limits, ..Start::new(Value::Null) };
    let mut now = Time::from_rfc3339("2026-01-01T00:00:00Z").unwrap();
    let mut agenda: Agenda<(Token, Answer)> = Agenda::new();
    let mut execution = Execution::start(program.clone(), start, now, seen);
    for _ in 0..20 * EVENTS {
        while let Some(effect) = execution.poll_effect() {
            match effect {
                Effect::Sleep { token, until } => agenda.add(until, (token, Answer::Woken)),
                Effect::Cancel { .. } => {}
                Effect::Invoke(invoke) => answer(program, inventor, &invoke, now, &mut agenda),
            }
        }
        if execution.step(now, seen).is_moved() {
            continue;
        }
        let Some((at, (token, answer))) = agenda.next().filter(|_| execution.status() == Status::Running) else {
            let waits: Vec<&str> = execution.active_states().map(|(state, _)| &*program.states[state].name).collect();
            assert_ne!(execution.status(), Status::Running, "nothing moves it any more; it is in {waits:?}");
            return execution;
        };
        now = now.max(at);
        execution.resolve(token, answer, now, seen);
    }
    panic!("an execution that never ends");
}

/// The task succeeds with something that the definition can read, or fails with one of the errors that it waits for.
fn answer(program: &Program, inventor: &Inventor, invoke: &Invoke, now: Time, agenda: &mut Agenda<(Token, Answer)>) {
    let resource = invoke.resource(program);
    let at = now + Delay::from_millis(100);
    match resource {
        Some(Resource::Activity(_)) => agenda.add(now, (invoke.token, Answer::Scheduled)),
        Some(resource) if resource.pattern() != Pattern::RequestResponse => {
            agenda.add(now, (invoke.token, Answer::Submitted(inventor.value(invoke.key.with(1)))));
        }
        _ => {}
    }
    let state = &program.states[invoke.state];
    let names: Vec<String> = match (&state.kind, invoke.call) {
        (Kind::Task(task), Call::Task) => {
            let retried = task.recovery.retriers.iter().flat_map(|retrier| &retrier.errors);
            let caught = task.recovery.catchers.iter().flat_map(|catcher| &catcher.errors);
            retried.chain(caught).map(|error| format!("{error:?}")).collect()
        }
        _ => Vec::new(),
    };
    let draw = invoke.key.with(2);
    let fails = draw.uniform() < if names.is_empty() { 0.02 } else { 0.25 };
    let answer = if fails {
        let pick = names.get((draw.with(1).bits() % names.len().max(1) as u64) as usize).map(String::as_str);
        match pick {
            Some("Timeout") => Answer::TimedOut,
            Some(name) => {
                let plain = name.strip_prefix("Named(\"").and_then(|name| name.strip_suffix("\")"));
                Answer::Failed(Failure::new(plain.unwrap_or("Some.Error"), "made up"))
            }
            None => Answer::Failed(Failure::new("Some.Error", "made up")),
        }
    } else {
        Answer::Succeeded(inventor.value(invoke.key))
    };
    agenda.add(at, (invoke.token, answer));
}

#[test]
fn thousand_runs_of_each() {
    let Some(folder) = folder() else { return };
    let files = files(&folder);
    let start = std::time::Instant::now();
    // Two halves: what an execution is made of does not go from thread to thread.
    let half = |part: usize| {
        let files: Vec<PathBuf> = files.iter().skip(part).step_by(2).cloned().collect();
        std::thread::spawn(move || {
            files.into_iter().filter_map(|path| Some((outcome(&path)?, path))).collect::<Vec<_>>()
        })
    };
    let threads = [half(0), half(1)];
    let outcomes: Vec<(Outcome, PathBuf)> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    let sum = |of: fn(&Outcome) -> usize| outcomes.iter().map(|(outcome, _)| of(outcome)).sum::<usize>();
    let (states, visited, refused) = (sum(|o| o.states), sum(|o| o.visited), sum(|o| usize::from(o.refused)));
    for (outcome, path) in outcomes.iter().filter(|(outcome, _)| !outcome.unvisited.is_empty()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        println!(
            "{name}: {} of {} states, {} of {RUNS} succeeded; not {:?}; most failed by {}",
            outcome.visited, outcome.states, outcome.succeeded, outcome.unvisited, outcome.failed_by
        );
    }
    let share = 100.0 * visited as f64 / states.max(1) as f64;
    println!(
        "real input: {} definitions, {refused} of them refused with a diagnostic; {visited} of {states} states visited ({share:.1} %) in {:?}",
        outcomes.len(),
        start.elapsed()
    );
    assert!(share >= 80.0, "only {share:.1} % of the states are visited");
}
