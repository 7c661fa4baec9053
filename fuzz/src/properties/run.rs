//! The interpreter, with a definition, an input and the answers of tasks; and files of mocked answers.

use super::data::written;
use super::{parts, told};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use weir::asl::check::{Profile, Resources, is_valid};
use weir::asl::program::{Program, Resource};
use weir::asl::{Definition, compile};
use weir::base::{Delay, Key, Object, Time, Value};
use weir::engine::agenda::Agenda;
use weir::engine::history::{History, View};
use weir::engine::tasks::mock::{MockConfiguration, Mocked};
use weir::engine::{Answer, Call, Effect, Execution, Failure, Invoke, Limits, Log, Record, Start, Status, Token};

/// Of one history.
const EVENTS: u32 = 300;
/// Steps, of all histories together.
const STEPS: u32 = 5_000;

/// How the machine is driven; it must make no difference.
#[derive(Clone, Copy)]
enum Driver {
    /// Its effects are asked for after every step.
    StepByStep,
    /// It goes on until it waits.
    InOneGo,
}

/// A definition that is accepted ends, or waits for something; its events and results do not depend on who drives or
/// listens.
pub fn interpreted(text: &str) {
    let [definition, input, answers] = parts(text);
    let definition = Definition::read(definition);
    let profile = Profile { resources: Resources::Spec, substitutions: false, data_flow: false, ..Profile::default() };
    if !is_valid(&definition, &profile) {
        return;
    }
    let Ok(program) = compile(&definition).map(Rc::new) else { return };
    let input = Value::parse(input).unwrap_or_else(|_| Object::new().into());
    let answers = Value::parse(answers).unwrap_or_default();
    let mut log = Log::default();
    let whole = play(&program, &input, &answers, Driver::InOneGo, &mut log);
    let mut steps = Log::default();
    let stepwise = play(&program, &input, &answers, Driver::StepByStep, &mut steps);
    assert_eq!(outcome(&whole), outcome(&stepwise));
    // Maps hold no order of their own in what they print of the two.
    assert_eq!(log.events.len(), steps.events.len());
    assert!(log.events.iter().zip(&steps.events).all(|(one, other)| format!("{one:?}") == format!("{other:?}")));
    assert_eq!(outcome(&whole), outcome(&play(&program, &input, &answers, Driver::InOneGo, &mut ())));

    let history = History {
        program: &program,
        role_arn: "role".into(),
        version_arn: None,
        alias_arn: None,
        region: "us-east-1".into(),
        input_text: None,
        include_data: true,
    };
    if let Some(first) = log.events.first() {
        let _ = View::at(&log.events, first.scope, log.events.len());
    }
    for event in &log.events {
        assert!(event.previous < event.id, "{event:?}");
        if let Some((_, details)) = history.export(event).details {
            written(&details.into());
        }
    }
    if let Some(output) = whole.output() {
        written(output);
    }
}

fn outcome(execution: &Execution) -> String {
    let output = execution.output().map(Value::to_json);
    format!("{:?} {output:?} {:?} {}", execution.status(), execution.failure(), execution.transitions())
}

fn play<R: Record>(program: &Rc<Program>, input: &Value, answers: &Value, driver: Driver, record: &mut R) -> Execution {
    let mut given: BTreeMap<&str, VecDeque<&Value>> = BTreeMap::new();
    for (state, list) in answers.as_object().into_iter().flat_map(Object::iter) {
        given.insert(state, list.as_array().into_iter().flat_map(|list| list.iter()).collect());
    }
    let mut now = Time::from_millis(1_767_225_600_000);
    let mut agenda: Agenda<(Token, Answer)> = Agenda::new();
    let limits = Limits { events: EVENTS, ..Limits::default() };
    let start = Start { key: Key::new(7), limits, ..Start::new(input.clone()) };
    let mut execution = Execution::start(Rc::clone(program), start, now, record);
    for _ in 0..STEPS {
        let is_moved = execution.step(now, record).is_moved();
        if is_moved && matches!(driver, Driver::InOneGo) {
            continue;
        }
        while let Some(effect) = execution.poll_effect() {
            match effect {
                Effect::Sleep { token, until } => agenda.add(until, (token, Answer::Woken)),
                Effect::Cancel { .. } => {}
                Effect::Invoke(invoke) => answer(program, &invoke, &mut given, now, &mut agenda),
            }
        }
        if is_moved {
            continue;
        }
        if execution.status() != Status::Running {
            break;
        }
        let (at, (token, answer)) = agenda.next().unwrap_or_else(|| panic!("nothing moves it any more"));
        now = now.max(at);
        execution.resolve(token, answer, now, record);
    }
    // What loops beyond all histories, or waits for ever, is stopped as StopExecution does.
    execution.abort(Failure::default(), now, record);
    assert_ne!(execution.status(), Status::Running);
    execution
}

fn answer(
    program: &Program,
    invoke: &Invoke,
    given: &mut BTreeMap<&str, VecDeque<&Value>>,
    now: Time,
    agenda: &mut Agenda<(Token, Answer)>,
) {
    let then = now + Delay::from_secs(1);
    if invoke.call != Call::Task {
        // An ItemReader reads what the answers have for its state; a ResultWriter says what it wrote.
        let state = program.states.lookup(invoke.state).map(|state| state.name.clone()).unwrap_or_default();
        let body = given.get_mut(&*state).and_then(VecDeque::pop_front).cloned();
        let output = body.or_else(|| invoke.arguments.get("Output").cloned()).unwrap_or_default();
        return agenda.add(now, (invoke.token, Answer::Succeeded(output)));
    }
    if matches!(invoke.resource(program), Some(Resource::Activity(_))) {
        agenda.add(now, (invoke.token, Answer::Scheduled));
        agenda.add(now, (invoke.token, Answer::Started { worker: None }));
    }
    let state = program.states.lookup(invoke.state).map(|state| state.name.clone()).unwrap_or_default();
    let given = given.get_mut(&*state).and_then(VecDeque::pop_front);
    let text = |value: &Value, key: &str| value.pointer(key).and_then(Value::as_str).map(Into::into);
    let (at, answer) = match given {
        None => (then, Answer::Succeeded(invoke.arguments.clone())),
        Some(Value::String(word)) if &**word == "Timeout" => (invoke.deadline.unwrap_or(then), Answer::TimedOut),
        Some(Value::String(word)) if &**word == "Silence" => {
            (invoke.heartbeat.map_or(then, |beat| now + beat), Answer::HeartbeatTimedOut)
        }
        Some(Value::String(word)) if &**word == "Submitted" => {
            agenda.add(then, (invoke.token, Answer::Submitted(invoke.arguments.clone())));
            (then, Answer::Succeeded(Value::from("done")))
        }
        Some(value) if value.get("Throw").is_some() => {
            let (error, cause) = (text(value, "/Throw/Error"), text(value, "/Throw/Cause"));
            (then, Answer::Failed(Failure { error, cause, heartbeat: false }))
        }
        Some(value) => (then, Answer::Succeeded(value.get("Return").cloned().unwrap_or_default())),
    };
    agenda.add(at, (invoke.token, answer));
}

/// A file of mocked answers: refused with places, or each answer is there.
pub fn mocked(text: &str) {
    match MockConfiguration::parse(text) {
        Err(findings) => {
            assert!(!findings.is_empty());
            told(text, &findings);
        }
        Ok(mocks) => {
            let machines = mocks.document().get("StateMachines").and_then(Value::as_object);
            for (machine, _) in machines.into_iter().flat_map(Object::iter) {
                for name in mocks.test_cases(machine) {
                    assert!(mocks.test_case(machine, name).is_some());
                    let Some(response) = mocks.test_case(machine, name).and_then(|case| case.response("A")) else {
                        continue;
                    };
                    if let Some(Mocked::Return(value)) = response.at(0) {
                        written(value);
                    }
                }
            }
        }
    }
}
