//! Who answers a call: a mocked response, a behaviour, the account itself, a worker with a task token, or an echo.

use super::Account;
use super::driver::{Due, ExecutionId, Held, Parent, Run, START_COST, Wants};
use super::shape::{Dates, Give};
use crate::asl::program::{Pattern, Resource, Service};
use crate::base::document::{Findings, Place};
use crate::base::value::read;
use crate::base::{Delay, Diagnostic, Object, Text, Value};
use crate::engine::tasks::mock::Mocked;
use crate::engine::tasks::{Asked, Behaviour, Circumstances, Outcome, echo};
use crate::engine::vintage;
use crate::engine::{Answer, Call, Failure, Invoke, Status};
use std::collections::BTreeMap;
use std::rc::Rc;

/// How the tasks of state machines behave, by machine and version; the unpublished definition has its own.
#[derive(Debug, Default)]
pub struct Behaviours {
    by_version: BTreeMap<(Text, Option<u32>), Entry>,
}

#[derive(Debug)]
struct Entry {
    document: Value,
    states: Rc<BTreeMap<Text, Behaviour>>,
}

impl Account {
    /// Says how the tasks of a version behave (of the unpublished definition, without a version): an object of rules
    /// by the name of the state, as scenario documents have them. A state that is not named echoes.
    ///
    /// # Errors
    /// All that is wrong with the document; then nothing has changed.
    pub fn set_behaviours(
        &mut self,
        machine: &str,
        version: Option<u32>,
        document: &Value,
    ) -> Result<(), Vec<Diagnostic>> {
        let parsed = read::parse(&document.to_json());
        let mut findings = Findings::default();
        let mut states = BTreeMap::new();
        let place = Place::root(&parsed.root);
        let members = place.free_object(&mut findings);
        // Input classes are the scenario's: an account knows none, so any may be named, and no rule for some applies.
        let mut classes = Vec::new();
        named_classes(document, &mut classes);
        for (member, place) in members.iter().flat_map(|members| members.iter()) {
            if let Some(behaviour) = Behaviour::read(&place, &classes, &mut findings) {
                states.insert(member.key.clone(), behaviour);
            }
        }
        if findings.list.iter().any(Diagnostic::is_error) {
            return Err(findings.list);
        }
        let entry = Entry { document: document.clone(), states: Rc::new(states) };
        self.behaviours.by_version.insert((machine.into(), version), entry);
        Ok(())
    }

    /// The document that [`Account::set_behaviours`] took.
    pub fn behaviours(&self, machine: &str, version: Option<u32>) -> Option<&Value> {
        self.behaviours.by_version.get(&(machine.into(), version)).map(|entry| &entry.document)
    }

    /// Answers a call, now or on the agenda.
    pub(super) fn answer(&mut self, id: ExecutionId, invoke: Invoke) {
        let now = self.now;
        match invoke.call {
            Call::Reader => {
                let lists = self.driver.run(id).is_some_and(|run| {
                    matches!(invoke.resource(run.execution.program()), Some(Resource::Service(service)) if service.action.starts_with("listObjects"))
                });
                let answer = self.objects.read(&invoke.arguments, lists);
                return self.driver.agenda.add(now, Due::Answer(id, invoke.token, answer));
            }
            Call::Writer => {
                let answer = self.objects.write(&invoke.arguments);
                return self.driver.agenda.add(now, Due::Answer(id, invoke.token, answer));
            }
            Call::Task => {}
        }
        let Some(run) = self.driver.run_mut(id) else { return };
        let program = Rc::clone(run.execution.program());
        let Some(resource) = invoke.resource(&program).cloned() else { return };
        let Some(state) = program.states.lookup(invoke.state).map(|state| state.name.clone()) else { return };
        let scripted = match run.mocked(&state) {
            Some(answer) => Some((Delay::ZERO, Some(answer))),
            None => {
                let entry = self.behaviours.by_version.get(&(run.machine.clone(), run.version));
                let behaviour = entry.and_then(|entry| entry.states.get(&state));
                behaviour.map(|behaviour| run.drawn(behaviour, &invoke, &resource, now))
            }
        };
        if let Some((after, answer)) = scripted {
            self.announce(id, &invoke, &resource);
            if let Some(answer) = answer {
                self.driver.agenda.add(now + after, Due::Answer(id, invoke.token, answer));
            }
        } else {
            self.unscripted(id, &invoke, &resource);
        }
        // After the answer: what comes at the last moment is in time.
        if let Some(deadline) = invoke.deadline {
            self.driver.agenda.add(deadline, Due::Answer(id, invoke.token, Answer::TimedOut));
        }
    }

    /// What the history tells of a call before its result.
    fn announce(&mut self, id: ExecutionId, invoke: &Invoke, resource: &Resource) {
        let answers = match resource {
            Resource::Activity(_) => vec![Answer::Scheduled, Answer::Started { worker: None }],
            Resource::Service(service) if service.pattern != Pattern::RequestResponse => {
                vec![Answer::Submitted(Object::new().into())]
            }
            _ => Vec::new(),
        };
        for answer in answers {
            self.resolve(id, invoke.token, answer);
        }
    }

    /// Without a mock and without a behaviour.
    fn unscripted(&mut self, id: ExecutionId, invoke: &Invoke, resource: &Resource) {
        match resource {
            Resource::Activity(arn) => {
                let name = arn.rsplit(':').next().unwrap_or_default();
                let owned = self.owns(arn);
                match self.activities.get_mut(name).filter(|_| owned) {
                    Some(activity) => {
                        let task_token = invoke.task_token();
                        activity.waiting.push_back((task_token.clone(), invoke.arguments.clone()));
                        let held =
                            Held { run: id, token: invoke.token, heartbeat: invoke.heartbeat, last_beat: self.now };
                        self.driver.held.insert(task_token, held);
                        self.resolve(id, invoke.token, Answer::Scheduled);
                    }
                    None => self.resolve(id, invoke.token, Answer::Missing),
                }
            }
            Resource::Service(service) => {
                let child = ExecutionId(self.driver.runs.len());
                let done = self.call_itself(id, invoke, service);
                match (service.pattern, done) {
                    // It is answered when the execution that it started ends.
                    (Pattern::RequestResponse, Some(Ok(_))) if self.driver.parents.contains_key(&child) => {
                        self.answer_parent(child);
                    }
                    (Pattern::WaitForTaskToken, done) => {
                        match done {
                            Some(Err(failure)) => return self.resolve(id, invoke.token, Answer::SubmitFailed(failure)),
                            Some(Ok(response)) => self.resolve(id, invoke.token, Answer::Submitted(response)),
                            None => self.resolve(id, invoke.token, Answer::Submitted(Object::new().into())),
                        }
                        self.hold(id, invoke);
                    }
                    (Pattern::Sync, Some(Ok(response))) => {
                        self.resolve(id, invoke.token, Answer::Submitted(response));
                        // Whoever was handed its token can end it before the job does.
                        self.hold(id, invoke);
                        // It may have come to its end at once.
                        self.answer_parent(child);
                    }
                    (Pattern::Sync, Some(Err(failure))) => {
                        self.resolve(id, invoke.token, Answer::SubmitFailed(failure));
                    }
                    (_, Some(Ok(response))) => self.resolve(id, invoke.token, Answer::Succeeded(response)),
                    (_, Some(Err(failure))) => self.resolve(id, invoke.token, Answer::Failed(failure)),
                    (pattern, None) => {
                        if pattern == Pattern::Sync {
                            self.resolve(id, invoke.token, Answer::Submitted(Object::new().into()));
                        }
                        self.resolve(id, invoke.token, Answer::Succeeded(echo(Some(resource), &invoke.arguments)));
                    }
                }
            }
            Resource::Lambda(_) => {
                self.resolve(id, invoke.token, Answer::Succeeded(echo(Some(resource), &invoke.arguments)));
            }
        }
    }

    fn hold(&mut self, id: ExecutionId, invoke: &Invoke) {
        let task_token = invoke.task_token();
        if let Some(heartbeat) = invoke.heartbeat {
            self.driver.agenda.add(self.now + heartbeat, Due::Heartbeat(task_token.clone()));
        }
        let held = Held { run: id, token: invoke.token, heartbeat: invoke.heartbeat, last_beat: self.now };
        self.driver.held.insert(task_token, held);
    }

    /// Calls of Step Functions itself: `states:startExecution` and `aws-sdk:sfn:…` act on this account.
    fn call_itself(&mut self, id: ExecutionId, invoke: &Invoke, service: &Service) -> Option<Result<Value, Failure>> {
        let action = service.action.split('.').next().unwrap_or_default();
        let optimised = &*service.service == "states" && matches!(action, "startExecution" | "startSyncExecution");
        if !optimised && &*service.service != "aws-sdk:sfn" {
            return None;
        }
        let mut operation = action.to_owned();
        if let Some(first) = operation.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let mut request = renamed(&invoke.arguments, str::to_ascii_lowercase);
        // The optimised integration, and the SDK one too, take JSON where the API takes its text.
        if let Value::Object(object) = &mut request
            && let Some(input) = object.get("input").filter(|input| input.as_str().is_none()).cloned()
        {
            Rc::make_mut(object).insert("input".into(), input.to_json().into());
        }
        let before = self.driver.runs.len();
        let response = self.dispatch(&operation, &request, Dates::Iso);
        if self.driver.runs.len() > before {
            self.driver.owed += START_COST;
            let wants = match service.pattern {
                Pattern::Sync if service.action.ends_with(".sync:2") => Some(Wants::Json),
                Pattern::Sync => Some(Wants::Texts),
                Pattern::RequestResponse if action == "startSyncExecution" => Some(Wants::Response),
                _ => None,
            };
            if let Some(wants) = wants {
                self.driver.parents.insert(ExecutionId(before), Parent { run: id, token: invoke.token, wants });
            }
        }
        Some(match response {
            Ok(response) => Ok(renamed(&response, str::to_ascii_uppercase)),
            Err(error) => {
                let code = error.code.strip_suffix("Exception").unwrap_or(error.code);
                let (message, status) = (&error.message, error.status);
                let request = invoke.key.with_str("request").uuid();
                // The two kinds of integration stand on two generations of AWS's SDK.
                let (name, cause) = if optimised {
                    let tail = format!("Status Code: {status}; Error Code: {code}; Request ID: {request}; Proxy: null");
                    ("StepFunctions", format!("{message} (Service: AWSStepFunctions; {tail})"))
                } else {
                    let attempts = if vintage::tells_sdk_attempts(self.now) { " (SDK Attempt Count: 1)" } else { "" };
                    let tail = format!("Status Code: {status}, Request ID: {request}){attempts}");
                    ("Sfn", format!("{message} (Service: Sfn, {tail}"))
                };
                Err(Failure::new(&format!("{name}.{code}Exception"), cause))
            }
        })
    }

    /// What a `.sync` task is told when the execution that it started has ended.
    pub(super) fn nested_answer(&mut self, child: ExecutionId, wants: Wants) -> Answer {
        if wants == Wants::Response {
            let response = self.sync_response(child, true).and_then(|response| response.give(Dates::Iso));
            return Answer::Succeeded(renamed(&response.unwrap_or_default(), str::to_ascii_uppercase));
        }
        let Some(run) = self.driver.run(child) else { return Answer::Succeeded(Value::Null) };
        let description = self.describe_run(run).unwrap_or_default();
        let mut description = renamed(&description, str::to_ascii_uppercase);
        if run.status() == Status::Succeeded {
            // `.sync:2` gives as JSON what `.sync` gives as its text.
            if wants == Wants::Json
                && let Value::Object(object) = &mut description
            {
                for key in ["Input", "Output"] {
                    let parsed = object.get(key).and_then(Value::as_str).and_then(|text| Value::parse(text).ok());
                    if let Some(value) = parsed {
                        Rc::make_mut(object).insert(key.into(), value);
                    }
                }
            }
            return Answer::Succeeded(description);
        }
        Answer::Failed(Failure::new("States.TaskFailed", description.to_json()))
    }
}

impl Run {
    /// The next mocked response of a state, where its test case has one.
    fn mocked(&mut self, state: &Text) -> Option<Answer> {
        let response = Rc::clone(self.test_case.as_ref()?.response(state)?);
        let calls = self.calls.entry(state.clone()).or_default();
        let call = *calls;
        *calls += 1;
        Some(match response.at(call) {
            Some(Mocked::Return(value)) => Answer::Succeeded(value.clone()),
            Some(Mocked::Throw(failure)) => Answer::Failed(failure.clone()),
            None => Answer::Failed(Failure::new(
                "States.Runtime",
                format!("The mocked response `{}` has no answer for call {call}.", response.name),
            )),
        })
    }

    /// What a behaviour makes of an attempt, and after how long; nothing where no answer ever comes.
    fn drawn(
        &self,
        behaviour: &Behaviour,
        invoke: &Invoke,
        resource: &Resource,
        now: crate::base::Time,
    ) -> (Delay, Option<Answer>) {
        let (class, attempt) = (u32::MAX, invoke.attempt + 1);
        let at = Circumstances {
            class,
            attempt,
            guards: behaviour.guards(class, &Asked { input: &invoke.arguments, class: None, attempt }, &mut 0),
            now,
            live_since: self.live_since,
            number: self.number,
            ..Circumstances::default()
        };
        let (case, latency) = behaviour.draw(invoke.key, &at);
        let answer = match behaviour.cases.get(case).map(|case| &case.outcome) {
            Some(Outcome::Success { output: Some(output) }) => Some(Answer::Succeeded(output.clone())),
            Some(Outcome::Success { output: None }) | None => {
                Some(Answer::Succeeded(echo(Some(resource), &invoke.arguments)))
            }
            Some(Outcome::Error { error, cause }) => {
                Some(Answer::Failed(Failure { error: Some(error.clone()), cause: cause.clone(), heartbeat: false }))
            }
            Some(Outcome::Timeout) => invoke.deadline.is_none().then_some(Answer::TimedOut),
            Some(Outcome::Never) => None,
        };
        (latency, answer)
    }
}

fn named_classes(value: &Value, found: &mut Vec<Text>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| named_classes(item, found)),
        Value::Object(object) => {
            for (key, member) in object.iter() {
                match member.as_array() {
                    Some(names) if &**key == "classes" => {
                        found.extend(names.iter().filter_map(|name| name.as_str().map(Text::from)));
                    }
                    _ => named_classes(member, found),
                }
            }
        }
        _ => {}
    }
}

/// The same with the first letter of each key changed: the API writes `stateMachineArn` where tasks write
/// `StateMachineArn`.
fn renamed(value: &Value, change: fn(&str) -> String) -> Value {
    match value {
        Value::Object(object) => Value::object(object.iter().map(|(key, value)| {
            let (first, rest) = key.char_indices().nth(1).map_or((&**key, ""), |(at, _)| key.split_at(at));
            (Text::from(change(first) + rest), renamed(value, change))
        })),
        Value::Array(items) => items.iter().map(|item| renamed(item, change)).collect(),
        other => other.clone(),
    }
}
