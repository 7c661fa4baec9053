//! Runs recorded executions through the interpreter, with the recorded answers of their tasks.

use crate::compare::{Comparer, parse_strings};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use weir::asl::program::Resource;
use weir::asl::{Definition, compile};
use weir::base::{Key, Object, Text, Time, Value};
use weir::engine::agenda::Agenda;
use weir::engine::history::History;
use weir::engine::{Answer, Call, Effect, Execution, Failure, Identity, Invoke, Limits, Log, Start, Status, Token};

/// What a run of a case came to; an error tells the first difference.
pub fn check(case: &Value) -> Result<(), String> {
    let expected = case.get("expected").ok_or("no expectation")?;
    let definition = case.get("definition").ok_or("no definition")?;
    let program = compile(&Definition::parse(&definition.to_json()))
        .map_err(|error| format!("does not compile: {} {}", error.pointer, error.message))?;
    let mut run = Run::new(case);
    let express = case.get("state_machine_type").and_then(Value::as_str) == Some("EXPRESS");
    let input = case.get("input").cloned().unwrap_or_default();
    let start = Start {
        input: input.clone(),
        identity: Rc::new(run.identity()),
        key: Key::new(1),
        limits: if express { Limits { events: u32::MAX, ..Limits::default() } } else { Limits::default() },
    };
    let mut execution = Execution::start(Rc::new(program), start, run.now, &mut run.log);
    run.finish(&mut execution, expected.get("status").and_then(Value::as_str) == Some("ABORTED"));
    let comparer = || Comparer::new(bare(case), case.pointer("/masks/jsonpaths").is_some());
    let status = execution.status().name();
    let want = expected.get("status").and_then(Value::as_str).unwrap_or_default();
    if status != want {
        return Err(format!("expected {want}, found {status}: {:?}", execution.failure()));
    }
    if let Some(output) = expected.get("output") {
        let actual = execution.output().map(Value::to_json).map(Value::from).unwrap_or_default();
        comparer().compare(output, &parse_strings(&actual)).map_err(|error| format!("output {error}"))?;
    }
    for (key, actual) in [
        ("error", execution.failure().and_then(|f| f.error.clone())),
        ("cause", execution.failure().and_then(|f| f.cause.clone())),
    ] {
        if let Some(expected) = expected.get(key) {
            comparer()
                .compare(expected, &parse_strings(&Value::from(actual)))
                .map_err(|error| format!("{key} {error}"))?;
        }
    }
    match expected.get("history") {
        Some(Value::Array(history)) => {
            let actual = run.history(&execution);
            let normalised = expected.get("history_ids").and_then(Value::as_str) == Some("parallel-normalised");
            let compare = if normalised { compare_normalised } else { compare_exact };
            compare(history, &actual, &mut comparer())
        }
        _ => Ok(()),
    }
}

fn bare(case: &Value) -> Vec<String> {
    let bindings = case.get("bindings").and_then(Value::as_object);
    let listed = case.pointer("/placeholders/bare").and_then(Value::as_array);
    let names = listed.into_iter().flat_map(|names| names.iter()).filter_map(Value::as_str);
    names.filter(|name| bindings.is_none_or(|bindings| !bindings.contains_key(name))).map(str::to_owned).collect()
}

fn compare_exact(expected: &[Value], actual: &[Value], comparer: &mut Comparer) -> Result<(), String> {
    for (n, expected) in expected.iter().enumerate() {
        let Some(actual) = actual.get(n) else {
            return Err(format!("event {} is missing: {}", n + 1, expected.to_json()));
        };
        comparer.compare(&without_state(expected), actual).map_err(|error| format!("event {}: {error}", n + 1))?;
    }
    match actual.get(expected.len()) {
        Some(extra) => Err(format!("event {} is too many: {}", expected.len() + 1, extra.to_json())),
        None => Ok(()),
    }
}

/// Where the recorder sorted and cleared the events of a Parallel state: events with ids one by one, the rest as a set.
fn compare_normalised(expected: &[Value], actual: &[Value], comparer: &mut Comparer) -> Result<(), String> {
    let mut rest: Vec<Value> = actual.to_vec();
    let (numbered, loose): (Vec<&Value>, Vec<&Value>) =
        expected.iter().partition(|event| event.get("id").is_some_and(|id| !id.is_null()));
    for event in numbered {
        let id = event.get("id").cloned().unwrap_or_default();
        let found =
            rest.iter().position(|actual| actual.get("id") == Some(&id)).ok_or(format!("no event {}", id.to_json()))?;
        let actual = rest.remove(found);
        comparer.compare(&without_state(event), &actual).map_err(|error| format!("event {}: {error}", id.to_json()))?;
    }
    for event in loose {
        let bare = without(&without_state(event), &["id", "previousEventId"]);
        let found = rest
            .iter()
            .position(|actual| comparer.clone().compare(&bare, &without(actual, &["id", "previousEventId"])).is_ok());
        let found = found.ok_or_else(|| format!("no event like {}", bare.to_json()))?;
        let actual = rest.remove(found);
        comparer.compare(&bare, &without(&actual, &["id", "previousEventId"]))?;
    }
    // The recorder drops these.
    let dropped =
        |event: &Value| event.get("type").and_then(Value::as_str).is_some_and(|name| name.starts_with("ParallelState"));
    match rest.iter().find(|event| !dropped(event)) {
        Some(extra) => Err(format!("too many: {}", extra.to_json())),
        None => Ok(()),
    }
}

fn without_state(event: &Value) -> Value {
    without(event, &["state"])
}

fn without(event: &Value, keys: &[&str]) -> Value {
    let Some(object) = event.as_object() else { return event.clone() };
    Value::object(
        object.iter().filter(|(key, _)| !keys.contains(&&***key)).map(|(key, value)| (key.clone(), value.clone())),
    )
}

struct Run<'c> {
    case: &'c Value,
    now: Time,
    agenda: Agenda<(Token, Answer)>,
    log: Log,
    mocks: BTreeMap<String, VecDeque<&'c Value>>,
}

impl<'c> Run<'c> {
    fn new(case: &'c Value) -> Run<'c> {
        let mut mocks: BTreeMap<String, VecDeque<&Value>> = BTreeMap::new();
        for (state, attempts) in case.get("mocks").and_then(Value::as_object).into_iter().flat_map(Object::iter) {
            let attempts = attempts.as_array().into_iter().flat_map(|attempts| attempts.iter());
            mocks.insert(state.to_string(), attempts.collect());
        }
        let recorded = case.pointer("/source/recorded_date").and_then(Value::as_str);
        let now = recorded.and_then(recorded_time).unwrap_or(Time::from_rfc3339("2025-01-01T00:00:00Z").unwrap());
        Run { case, now, agenda: Agenda::new(), log: Log::default(), mocks }
    }

    fn role(&self) -> Text {
        let bindings = self.case.get("bindings").and_then(Value::as_object);
        let named = bindings.and_then(|bindings| bindings.get("snf_role_arn").or(bindings.get("sfn_role_arn")));
        // Else the one that the recorded start shows.
        let shown = self.case.pointer("/expected/history/0/executionStartedEventDetails/roleArn");
        let role = named.or(shown).and_then(Value::as_str).filter(|role| !role.contains('<'));
        role.unwrap_or("arn:aws:iam::111111111111:role/snf-role").into()
    }

    fn identity(&self) -> Identity {
        let bound = self
            .case
            .get("bindings")
            .and_then(|bindings| bindings.get("<ArnPart_0idx>").or(bindings.get("<ExpressExecArn_Part0_0idx>")));
        let machine = bound.and_then(Value::as_str).unwrap_or("machine");
        let account = "us-east-1:111111111111";
        let express = self.case.get("state_machine_type").and_then(Value::as_str) == Some("EXPRESS");
        let (kind, tail) = if express { ("express", "execution:0001") } else { ("execution", "execution") };
        Identity {
            arn: format!("arn:aws:states:{account}:{kind}:{machine}:{tail}").into(),
            name: "execution".into(),
            role_arn: self.role(),
            state_machine_arn: format!("arn:aws:states:{account}:stateMachine:{machine}").into(),
            state_machine_name: machine.into(),
            map_run_arn: None,
            context: None,
        }
    }

    fn has_quality(&self, flag: &str) -> bool {
        let flags = self.case.get("quality").and_then(Value::as_array);
        flags.is_some_and(|flags| flags.iter().any(|found| found.as_str() == Some(flag)))
    }

    fn finish(&mut self, execution: &mut Execution, abort: bool) {
        for _ in 0..1_000_000 {
            while let Some(effect) = execution.poll_effect() {
                match effect {
                    Effect::Sleep { token, until } => self.agenda.add(until, (token, Answer::Woken)),
                    Effect::Cancel { .. } => {}
                    Effect::Invoke(invoke) => self.answer(execution, &invoke),
                }
            }
            if execution.step(self.now, &mut self.log).is_moved() {
                continue;
            }
            if abort && execution.status() == Status::Running {
                execution.abort(Failure::default(), self.now, &mut self.log);
            }
            let Some((at, (token, answer))) = self.agenda.next() else { return };
            if execution.status() != Status::Running {
                return;
            }
            self.now = self.now.max(at);
            execution.resolve(token, answer, self.now, &mut self.log);
        }
        panic!("the execution does not end");
    }

    fn answer(&mut self, execution: &Execution, invoke: &Invoke) {
        let program = execution.program();
        match invoke.call {
            Call::Reader => {
                let lists = invoke.arguments.get("Key").is_none()
                    && matches!(invoke.resource(program), Some(Resource::Service(service)) if &*service.action == "listObjectsV2");
                let answer = self.read(&invoke.arguments, lists);
                self.agenda.add(self.now, (invoke.token, answer));
            }
            Call::Writer => {
                let output = invoke.arguments.get("Output").cloned().unwrap_or_default();
                self.agenda.add(self.now, (invoke.token, Answer::Succeeded(output)));
            }
            Call::Task => {
                let name = program.states[invoke.state].name.to_string();
                let mock = self.mocks.get_mut(&name).and_then(VecDeque::pop_front);
                let activity = matches!(invoke.resource(program), Some(Resource::Activity(_)));
                let Some(mock) = mock else {
                    let answer = if activity {
                        Answer::Missing
                    } else if self.has_quality("distributed-map-child-task-responses-not-recorded") {
                        // What the children's tasks answered is not known; an echo keeps their shape.
                        Answer::Succeeded(invoke.arguments.get("Payload").unwrap_or(&invoke.arguments).clone())
                    } else {
                        Answer::Failed(Failure::new("Unmocked", name))
                    };
                    self.agenda.add(self.now, (invoke.token, answer));
                    return;
                };
                if activity {
                    self.agenda.add(self.now, (invoke.token, Answer::Scheduled));
                    let started = self
                        .case
                        .pointer("/expected/history")
                        .and_then(Value::as_array)
                        .into_iter()
                        .flat_map(|h| h.iter());
                    let started =
                        started.filter_map(|event| event.pointer("/activityStartedEventDetails/workerName")).next();
                    let started_at_all = self.case.to_json().contains("ActivityStarted");
                    if started_at_all {
                        let worker = started.and_then(Value::as_str).map(Text::from);
                        self.agenda.add(self.now, (invoke.token, Answer::Started { worker }));
                    }
                }
                if let Some(submitted) = mock.get("submitted") {
                    self.agenda.add(self.now, (invoke.token, Answer::Submitted(text_value(submitted.get("output")))));
                }
                let response = mock.get("response").cloned().unwrap_or_default();
                let kind = response.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
                let text = |key: &str| {
                    response.get(key).map(|value| match value {
                        Value::String(text) => text.clone(),
                        other => other.to_json().into(),
                    })
                };
                if kind.ends_with("Succeeded") {
                    self.agenda.add(self.now, (invoke.token, Answer::Succeeded(text_value(response.get("output")))));
                } else if kind.ends_with("TimedOut") {
                    let beat = invoke.heartbeat.map(|heartbeat| self.now + heartbeat);
                    match (beat, invoke.deadline) {
                        (Some(beat), deadline) if deadline.is_none_or(|deadline| beat < deadline) => {
                            self.agenda.add(beat, (invoke.token, Answer::HeartbeatTimedOut))
                        }
                        (_, deadline) => {
                            self.agenda.add(deadline.unwrap_or(self.now), (invoke.token, Answer::TimedOut))
                        }
                    }
                } else {
                    let failure = Failure { error: text("error"), cause: text("cause"), heartbeat: false };
                    let answer = if kind.ends_with("SubmitFailed") { Answer::SubmitFailed } else { Answer::Failed };
                    self.agenda.add(self.now, (invoke.token, answer(failure)));
                }
            }
        }
    }

    /// What an ItemReader finds in the objects of the case.
    fn read(&self, arguments: &Value, lists: bool) -> Answer {
        let setup = self.case.get("setup").and_then(Value::as_array).into_iter().flat_map(|setup| setup.iter());
        let objects = setup
            .filter(|step| step.get("operation").and_then(Value::as_str) == Some("put_object"))
            .filter_map(|step| step.get("request"));
        let mut objects = objects.filter(|object| object.get("Bucket") == arguments.get("Bucket"));
        if lists {
            let entry = |object: &Value| {
                let size = object.get("Body").and_then(Value::as_str).map_or(0, str::len);
                Value::object([
                    ("Etag", Value::from("\"etag\"")),
                    ("LastModified", Value::from(1_i64)),
                    ("Key", object.get("Key").cloned().unwrap_or_default()),
                    ("Size", Value::from(size)),
                    ("StorageClass", Value::from("STANDARD")),
                ])
            };
            return Answer::Succeeded(objects.map(entry).collect());
        }
        match objects.find(|object| object.get("Key") == arguments.get("Key")) {
            Some(object) => Answer::Succeeded(object.get("Body").cloned().unwrap_or_default()),
            None => Answer::Failed(Failure::new("S3.NoSuchKeyException", "The specified key does not exist.")),
        }
    }

    fn history(&self, execution: &Execution) -> Vec<Value> {
        let input = self.case.get("input").map(Value::to_json).map(Text::from);
        let history = History {
            program: execution.program(),
            role_arn: self.role(),
            version_arn: None,
            alias_arn: None,
            region: "us-east-1".into(),
            input_text: input,
            include_data: true,
        };
        let main = self.log.events.first().map(|event| event.scope);
        let events = self.log.events.iter().filter(|event| Some(event.scope) == main);
        events
            .map(|event| {
                let exported = history.export(event);
                let mut object = Object::new();
                object.insert("id".into(), Value::from(event.id.0));
                object.insert("previousEventId".into(), Value::from(event.previous.0));
                object.insert("type".into(), Value::String(exported.event_type));
                if let Some((key, details)) = exported.details {
                    object.insert(key, parse_strings(&details.into()));
                }
                object.into()
            })
            .collect()
    }
}

/// A payload as recorded: an object, or the text of anything else.
fn text_value(recorded: Option<&Value>) -> Value {
    match recorded {
        Some(Value::String(text)) => Value::parse(text).unwrap_or_else(|_| Value::String(text.clone())),
        Some(other) => other.clone(),
        None => Value::Null,
    }
}

/// `24-10-2023, 12:52:08`.
fn recorded_time(text: &str) -> Option<Time> {
    let (date, time) = text.split_once(", ")?;
    let mut parts = date.split('-');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    Time::from_rfc3339(&format!("{year}-{month}-{day}T{time}Z"))
}
