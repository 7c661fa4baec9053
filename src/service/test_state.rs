//! TestState: one state by itself, with mocked answers, and a look at what becomes of its data on the way.
//!
//! The state is played by the interpreter that plays executions, in a definition that has nothing but it. What its data
//! are on the way is what smaller states make of them: one with its InputPath only, one with its Parameters, and so on.

use super::mock_schema::{Mode, mistake};
use super::shape::{Shape, request, response};
use super::shapes::{ARN, CAUSE, DATA, DEFINITION, ERROR};
use super::state_machine::Type;
use super::{Account, ServiceError, definition};
use crate::asl::program::{Kind, Pattern, Resource};
use crate::asl::{self, Definition, Program, StateType};
use crate::base::{Delay, Key, Object, Text, Time, Value};
use crate::engine::history::{EventKind, Log};
use crate::engine::{Answer, Effect, Execution, Failure, Identity, Start, Status};
use std::rc::Rc;

request! {
    MockErrorOutput as "MockErrorOutput" {
        error "error": Option<Text> = ERROR,
        cause "cause": Option<Text> = CAUSE,
    }
}

request! {
    MockInput as "MockInput" {
        result "result": Option<Text> = DATA,
        error_output "errorOutput": Option<MockErrorOutput> = Shape::Structure(&MockErrorOutput::SHAPE),
        mode "fieldValidationMode": Option<Text> = Shape::words(&["STRICT", "PRESENT", "NONE"]),
    }
}

const STATE_NAME: Shape = Shape::sensitive(1, 80);
const COUNT: Shape = Shape::integer(0, i32::MAX as i64);

request! {
    TestStateConfiguration as "TestStateConfiguration" {
        retrier_retry_count "retrierRetryCount": Option<i64> = COUNT,
        error_caused_by_state "errorCausedByState": Option<Text> = STATE_NAME,
        map_iteration_failure_count "mapIterationFailureCount": Option<i64> = COUNT,
        map_item_reader_data "mapItemReaderData": Option<Text> = DATA,
    }
}

request! {
    TestState as "TestStateInput" {
        definition "definition": Text = DEFINITION,
        role_arn "roleArn": Option<Text> = ARN,
        input "input": Option<Text> = DATA,
        inspection_level "inspectionLevel": Option<Text> = Shape::words(&["INFO", "DEBUG", "TRACE"]),
        reveal_secrets "revealSecrets": Option<bool> = Shape::Boolean,
        variables "variables": Option<Text> = DATA,
        state_name "stateName": Option<Text> = STATE_NAME,
        mock "mock": Option<MockInput> = Shape::Structure(&MockInput::SHAPE),
        context "context": Option<Text> = DATA,
        state_configuration "stateConfiguration": Option<TestStateConfiguration> = Shape::Structure(&TestStateConfiguration::SHAPE),
    }
}

response! {
    TestedState {
        output "output": Option<Text>,
        error "error": Option<Text>,
        cause "cause": Option<Text>,
        inspection_data "inspectionData": Option<Value>,
        next_state "nextState": Option<Text>,
        status "status": &'static str,
    }
}

/// What the state is called in the definition that it is played in, and in the context object.
const STATE: &str = "StateName";
/// The state before it, which gives variables their values.
const BEFORE: &str = "weir before";
/// What Map and Parallel states are played as: their results are given, not made.
const STAND_IN: &str = "arn:aws:lambda:us-east-1:123456789012:function:stand-in";

/// A test that would take longer times out.
const LONGEST: Delay = Delay::from_secs(300);
/// The inputs of more iterations are not told.
const MOST_ITERATIONS: usize = 1000;

/// All that a state is played with.
struct Stage<'a> {
    input: Value,
    variables: Option<&'a Object>,
    context: Value,
    /// The language of the definition around it.
    language: Option<Text>,
    key: Key,
    now: Time,
}

/// What came of a state.
struct Played {
    /// What its Task was called with.
    arguments: Option<Value>,
    /// The output, and the state behind it.
    end: Result<(Value, Option<Text>), Failure>,
    assigned: Option<Value>,
    /// A Task was called, and this came of it.
    result: Option<Value>,
}

impl Account {
    /// Plays one state. A failure of the state is an answer, not an exception.
    pub fn test_state(&mut self, request: TestState) -> Result<TestedState, ServiceError> {
        let (state, language, whole) = find(&request)?;
        let kind = state.get("Type").and_then(Value::as_str).and_then(StateType::from_name);
        let mock = request.mock.as_ref().filter(|mock| mock.result.is_some() || mock.error_output.is_some());
        let configuration = request.state_configuration.clone().unwrap_or(TestStateConfiguration {
            retrier_retry_count: None,
            error_caused_by_state: None,
            map_iteration_failure_count: None,
            map_item_reader_data: None,
        });
        let holds_others = matches!(kind, Some(StateType::Map | StateType::Parallel));
        if mock.is_some_and(|mock| mock.result.is_some() && mock.error_output.is_some()) {
            return Err(ServiceError::validation(
                "A test mock should have only one of the following fields: [result, errorOutput].",
            ));
        }
        if mock.is_some() && request.reveal_secrets == Some(true) {
            return Err(ServiceError::validation("TestState does not support RevealSecrets when a mock is specified."));
        }
        match (kind, mock) {
            (Some(kind), Some(_)) if !holds_others && kind != StateType::Task => {
                let message = format!("State type '{}' is not supported when a mock is specified", kind.name());
                return Err(ServiceError::validation(message));
            }
            (_, None) if configuration.map_iteration_failure_count.is_some() => {
                let message = "TestState does not support MapIterationFailureCount when a mock is not specified.";
                return Err(ServiceError::validation(message));
            }
            (_, None) if request.context.is_some() => {
                return Err(ServiceError::validation(
                    "TestState does not support Context when a mock is not specified.",
                ));
            }
            (Some(StateType::Map | StateType::Parallel), None) => {
                let message = "TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]";
                return Err(ServiceError::new("InvalidDefinition", message));
            }
            (Some(StateType::Task), None) if request.role_arn.is_none() => {
                return Err(ServiceError::validation("RoleArn must be specified when testing a Task state"));
            }
            _ => {}
        }
        valid(whole.as_ref().unwrap_or(&alone(&state, language.as_ref(), None)))?;
        let input = json(request.input.as_deref().unwrap_or("{}"), "input")?;
        let given = match request.context.as_deref() {
            Some(text) => Some(context(&json(text, "context")?, &state)?),
            None => None,
        };
        let variables = match request.variables.as_deref() {
            Some(text) => Some(json(text, "variables")?),
            None => None,
        };
        let variables = variables.as_ref().and_then(Value::as_object).filter(|variables| !variables.is_empty());
        let answer = mock.map(|mock| answer(mock, &state, kind)).transpose()?;
        // Two tests in a row are two executions.
        self.created += 1;
        let key = self.key.with_str("test").with(self.created);
        let context = given.unwrap_or_else(|| self.context_of(&request, &input, kind, key));
        let stage = Stage { input, variables, context, language, key, now: self.now };
        let answer = match (&answer, exceeds(&state, &configuration, &stage)) {
            (Some(Answer::Succeeded(_)), true) if kind == Some(StateType::Map) => Some(Answer::Failed(Failure::new(
                "States.ExceedToleratedFailureThreshold",
                "The specified tolerated failure threshold was exceeded",
            ))),
            _ => answer,
        };
        let inspects = matches!(request.inspection_level.as_deref(), Some("DEBUG" | "TRACE"));
        Ok(tell(&state, kind, &stage, answer.as_ref(), &configuration, inspects))
    }

    /// The context object of an execution that there is not.
    fn context_of(&self, request: &TestState, input: &Value, kind: Option<StateType>, key: Key) -> Value {
        let (machine, name) = (key.with_str("machine").uuid(), key.with_str("execution").uuid());
        let now = self.now.to_rfc3339();
        let execution = Value::object([
            ("Id", Value::from(&*self.arn("express", &format!("{machine}:{name}")))),
            ("Input", input.clone()),
            ("Name", name.into()),
            ("RoleArn", request.role_arn.clone().map_or(Value::Null, Value::String)),
            ("StartTime", now.clone().into()),
        ]);
        let arn = self.arn("stateMachine", &machine);
        let machine = Value::object([("Id", Value::String(arn)), ("Name", machine.into())]);
        let mut state = vec![("Name", Value::from(STATE)), ("EnteredTime", now.into())];
        if matches!(kind, Some(StateType::Task | StateType::Map | StateType::Parallel)) {
            state.push(("RetryCount", 0_i64.into()));
        }
        Value::object([("Execution", execution), ("StateMachine", machine), ("State", Value::object(state))])
    }
}

/// The state that is meant, the language of the definition around it, and that definition, where there is one.
fn find(request: &TestState) -> Result<(Object, Option<Text>, Option<Definition>), ServiceError> {
    let definition = Definition::parse(&request.definition);
    let Some(name) = &request.state_name else {
        let root = definition.root.to_value();
        return Ok((root.as_object().cloned().unwrap_or_default(), None, None));
    };
    let found = definition.states.iter().find(|state| state.name == *name);
    let state = found.ok_or_else(|| ServiceError::validation("State not found in definition"))?;
    let object = state.node.to_value().as_object().cloned().unwrap_or_default();
    let language = definition.root.get("QueryLanguage").and_then(|node| node.as_text().cloned());
    Ok((object, language, Some(definition)))
}

fn valid(definition: &Definition) -> Result<(), ServiceError> {
    match asl::check::invalid_definition(definition, &definition::findings(definition, Type::Standard)) {
        Some(errors) => Err(ServiceError::invalid_definition(errors)),
        None => Ok(()),
    }
}

/// A definition that has nothing but a state, and where its ways lead.
fn alone(state: &Object, language: Option<&Text>, variables: Option<&Object>) -> Definition {
    let mut states = Object::new();
    let mut start = STATE;
    if let Some(variables) = variables {
        start = BEFORE;
        states.insert(
            BEFORE.into(),
            Value::object([
                ("Type", Value::from("Pass")),
                ("QueryLanguage", "JSONPath".into()),
                ("Assign", variables.clone().into()),
                ("Next", STATE.into()),
            ]),
        );
    }
    states.insert(STATE.into(), state.clone().into());
    let mut targets = Vec::new();
    let mut see = |object: &Object| {
        for key in ["Next", "Default"] {
            targets.extend(object.get(key).and_then(Value::as_str).map(Text::from));
        }
    };
    see(state);
    for key in ["Catch", "Choices"] {
        let rules = state.get(key).and_then(Value::as_array);
        rules.into_iter().flat_map(|rules| rules.iter()).filter_map(Value::as_object).for_each(&mut see);
    }
    for target in targets {
        if !states.contains_key(&target) {
            states.insert(target, Value::object([("Type", "Succeed")].map(|(key, value)| (key, Value::from(value)))));
        }
    }
    let mut machine = Object::new();
    if let Some(language) = language {
        machine.insert("QueryLanguage".into(), language.clone().into());
    }
    machine.insert("StartAt".into(), start.into());
    machine.insert("States".into(), states.into());
    Definition::parse(&Value::from(machine).to_json())
}

fn json(text: &str, what: &str) -> Result<Value, ServiceError> {
    Value::parse(text).map_err(|_| match what {
        "input" => {
            ServiceError::new("InvalidExecutionInput", format!("Invalid State Machine Execution Input: '{text}'"))
        }
        _ => ServiceError::validation(format!("Invalid value for '{what}': it is not valid JSON")),
    })
}

/// A context object that was given, if it may be one.
fn context(value: &Value, state: &Object) -> Result<Value, ServiceError> {
    let refused = |why: String| Err(ServiceError::validation(format!("Invalid Context object provided: {why}")));
    let Some(object) = value.as_object() else { return refused("it must be an object".to_owned()) };
    // By section: members, and which of them are texts.
    let sections: [(&str, &[&str], &[&str]); 5] = [
        (
            "Execution",
            &["Id", "Input", "Name", "RoleArn", "StartTime", "RedriveCount", "RedriveTime"],
            &["Id", "Name", "RoleArn", "StartTime", "RedriveTime"],
        ),
        ("State", &["EnteredTime", "Name", "RetryCount"], &["EnteredTime", "Name"]),
        ("StateMachine", &["Id", "Name"], &["Id", "Name"]),
        ("Task", &["Token"], &["Token"]),
        ("Map", &["Item"], &[]),
    ];
    for (section, value) in object.iter() {
        let Some((_, members, texts)) = sections.iter().find(|(name, ..)| **name == **section) else {
            return refused(format!("Field '{section}' is not allowed"));
        };
        let Some(inner) = value.as_object() else { return refused(format!("{section} must be an object")) };
        for (name, value) in inner.iter() {
            if !members.contains(&&**name) {
                return refused(format!("Field '{name}' is not allowed"));
            }
            if texts.contains(&&**name) && value.as_str().is_none() {
                return refused(format!("{section}.{name} must be a string"));
            }
        }
    }
    let resource = state.get("Resource").and_then(Value::as_str).unwrap_or_default();
    let waits = resource.contains(".sync") || resource.ends_with(".waitForTaskToken");
    if object.contains_key("Task") && !waits {
        return refused("Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern".to_owned());
    }
    Ok(value.clone())
}

/// What a mock makes of the call.
fn answer(mock: &MockInput, state: &Object, kind: Option<StateType>) -> Result<Answer, ServiceError> {
    if let Some(output) = &mock.error_output {
        let (error, cause) = (output.error.clone(), output.cause.clone());
        return Ok(Answer::Failed(Failure { error, cause, heartbeat: false }));
    }
    let text = mock.result.as_deref().unwrap_or("null");
    let refused = |message: &'static str| ServiceError::validation(message);
    let result = Value::parse(text).map_err(|_| refused("Mocked result must be valid JSON"))?;
    match kind {
        Some(StateType::Map | StateType::Parallel) => {
            let Some(items) = result.as_array() else { return Err(refused("Mocked result must be an array.")) };
            let branches = state.get("Branches").and_then(Value::as_array);
            if branches.is_some_and(|branches| branches.len() != items.len() && !branches.is_empty()) {
                let message = "Mocked result must contain the same number of items as number of Parallel branches.";
                return Err(refused(message));
            }
        }
        _ => {
            let mode = match mock.mode.as_deref() {
                Some("NONE") => None,
                Some("PRESENT") => Some(Mode::Present),
                _ => Some(Mode::Strict),
            };
            let resource = match state.get("Resource") {
                Some(Value::String(text)) => Some(Resource::parse(text)),
                _ => None,
            };
            if let (Some(mode), Some(Resource::Service(service))) = (mode, resource)
                && let Some(why) =
                    mistake(service.service.trim_start_matches("aws-sdk:"), &service.action, &result, mode)
            {
                return Err(ServiceError::validation(format!("Mock result schema validation error: {why}")));
            }
        }
    }
    Ok(Answer::Succeeded(result))
}

/// Whether more iterations of a Map have failed than it tolerates. One that says nothing of it tolerates all.
fn exceeds(state: &Object, configuration: &TestStateConfiguration, stage: &Stage<'_>) -> bool {
    let Some(failed) = configuration.map_iteration_failure_count else { return false };
    let number = |name: &str| bound(state, name, stage).and_then(|value| value.as_f64());
    if number("ToleratedFailureCount").is_some_and(|most| failed as f64 > most) {
        return true;
    }
    let total = items(state, configuration, stage).map_or(1, |items| items.len().max(1));
    number("ToleratedFailurePercentage").is_some_and(|most| 100.0 * failed as f64 / total as f64 > most)
}

/// What a Map iterates over.
fn items(state: &Object, configuration: &TestStateConfiguration, stage: &Stage<'_>) -> Option<Vec<Value>> {
    let items = match (&configuration.map_item_reader_data, state.get("Items")) {
        (Some(data), _) if state.contains_key("ItemReader") => Value::parse(data).ok(),
        (_, Some(items)) => value_of(items, stage),
        _ => after(state, &["InputPath", "ItemsPath"], stage),
    };
    items?.as_array().map(|items| items.to_vec())
}

/// What the iterations of a Map with an ItemSelector are given.
fn selected(
    state: &Object,
    configuration: &TestStateConfiguration,
    is_jsonata: bool,
    stage: &Stage<'_>,
) -> Option<Value> {
    let selector = state.get("ItemSelector")?;
    let items = items(state, configuration, stage).filter(|items| items.len() <= MOST_ITERATIONS)?;
    let input = if is_jsonata { stage.input.clone() } else { after(state, &["InputPath"], stage)? };
    let inputs = items.into_iter().enumerate().map(|(index, value)| {
        let mut context = stage.context.as_object().cloned().unwrap_or_default();
        let item = Value::object([("Index", Value::from(index)), ("Value", value)]);
        context.insert("Map".into(), Value::object([("Item", item)]));
        let stage = Stage { input: input.clone(), context: context.into(), language: None, ..*stage };
        match is_jsonata {
            true => value_of(selector, &stage),
            false => play_pass(&[("Parameters", selector.clone())], None, &stage),
        }
    });
    inputs.collect::<Option<Vec<Value>>>().map(Value::from)
}

/// A number that a state has as such, as an expression, or by a path.
fn bound(state: &Object, name: &str, stage: &Stage<'_>) -> Option<Value> {
    if let Some(value) = state.get(name) {
        return if value.as_str().is_some() { value_of(value, stage) } else { Some(value.clone()) };
    }
    let path = state.get(&format!("{name}Path"))?;
    play_pass(&[("InputPath", path.clone())], None, stage)
}

/// The value of a JSONata field.
fn value_of(field: &Value, stage: &Stage<'_>) -> Option<Value> {
    play_pass(&[("Output", field.clone())], Some("JSONata"), stage)
}

/// What a Pass state with these fields makes of the input.
fn play_pass(fields: &[(&str, Value)], language: Option<&str>, stage: &Stage<'_>) -> Option<Value> {
    let mut pass = Object::new();
    pass.insert("Type".into(), "Pass".into());
    if let Some(language) = language {
        pass.insert("QueryLanguage".into(), language.into());
    }
    for (key, value) in fields {
        pass.insert((*key).into(), value.clone());
    }
    pass.insert("End".into(), true.into());
    play(&pass, stage, None)?.end.ok().map(|(output, _)| output)
}

/// What the data are behind some of the fields of a state, each applied to what the one before gives.
fn after(state: &Object, fields: &[&str], stage: &Stage<'_>) -> Option<Value> {
    let mut value = stage.input.clone();
    for field in fields {
        let Some(given) = state.get(field) else { continue };
        // Paths select alike, whatever the field is called.
        let name = if *field == "ItemsPath" { "InputPath" } else { field };
        let stage = Stage { input: value, context: stage.context.clone(), language: None, ..*stage };
        value = play_pass(&[(name, given.clone())], None, &stage)?;
    }
    Some(value)
}

/// The state as it is played: by itself, at its first and only attempt.
fn playable(state: &Object, kind: Option<StateType>) -> Object {
    let mut played = state.clone();
    played.remove("Retry");
    if matches!(kind, Some(StateType::Map | StateType::Parallel)) {
        let kept = [
            "Comment",
            "QueryLanguage",
            "InputPath",
            "ResultSelector",
            "ResultPath",
            "OutputPath",
            "Output",
            "Assign",
            "Catch",
            "Next",
            "End",
        ];
        played = state
            .iter()
            .filter(|(key, _)| kept.contains(&&***key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        played.insert("Type".into(), "Task".into());
        played.insert("Resource".into(), STAND_IN.into());
    }
    played
}

/// Nothing where the state cannot be played at all.
fn play(state: &Object, stage: &Stage<'_>, answer: Option<&Answer>) -> Option<Played> {
    let program: Rc<Program> = Rc::new(asl::compile(&alone(state, stage.language.as_ref(), stage.variables)).ok()?);
    let identity = Rc::new(Identity { context: Some(stage.context.clone()), ..Identity::default() });
    let start = Start { input: stage.input.clone(), identity, key: stage.key, ..Start::new(Value::Null) };
    let mut log = Log::default();
    let now = stage.now;
    let mut execution = Execution::start(Rc::clone(&program), start, now, &mut log);
    let (mut arguments, mut result) = (None, None);
    // A state, the one before and the one behind it: some steps each.
    for _ in 0..100 {
        while let Some(effect) = execution.poll_effect() {
            match effect {
                Effect::Sleep { until, .. } if until > now + LONGEST => {
                    return Some(Played { arguments, end: Err(Failure::timeout()), assigned: None, result });
                }
                Effect::Sleep { token, until } => drop(execution.resolve(token, Answer::Woken, until, &mut log)),
                Effect::Cancel { .. } => {}
                Effect::Invoke(invoke) => {
                    let resource = invoke.resource(&program);
                    let mut before = Vec::new();
                    match resource {
                        Some(Resource::Activity(_)) => {
                            before.extend([Answer::Scheduled, Answer::Started { worker: None }]);
                        }
                        Some(Resource::Service(service)) if service.pattern != Pattern::RequestResponse => {
                            before.push(Answer::Submitted(Object::new().into()));
                        }
                        _ => {}
                    }
                    // Nobody is there to ask: what is given comes back.
                    let last = answer.cloned().unwrap_or_else(|| Answer::Succeeded(invoke.arguments.clone()));
                    if let Answer::Succeeded(value) = &last {
                        result = Some(value.clone());
                    }
                    arguments = Some(invoke.arguments.clone());
                    for answer in before.into_iter().chain([last]) {
                        execution.resolve(invoke.token, answer, now, &mut log);
                    }
                }
            }
        }
        if !execution.step(now, &mut log).is_moved() {
            break;
        }
    }
    let name = |event: &crate::engine::Event| {
        event.state.and_then(|id| program.states.lookup(id)).map(|state| state.name.clone())
    };
    let exit = log
        .events
        .iter()
        .position(|event| matches!(event.kind, EventKind::StateExited { .. }) && name(event).as_deref() == Some(STATE));
    if let Some(at) = exit
        && let Some(EventKind::StateExited { output, assigned }) = log.events.get(at).map(|event| &event.kind)
    {
        let entered = log.events.iter().skip(at + 1).find(|event| matches!(event.kind, EventKind::StateEntered { .. }));
        let end = Ok((output.clone(), entered.and_then(name)));
        return Some(Played { arguments, end, assigned: assigned.clone(), result });
    }
    let failure = execution.failure().cloned().filter(|_| execution.status() != Status::Running);
    Some(Played { arguments, end: Err(failure.unwrap_or_default()), assigned: None, result })
}

/// The answer of the API.
fn tell(
    state: &Object,
    kind: Option<StateType>,
    stage: &Stage<'_>,
    answer: Option<&Answer>,
    configuration: &TestStateConfiguration,
    inspects: bool,
) -> TestedState {
    let none = || Played { arguments: None, end: Err(Failure::default()), assigned: None, result: None };
    let played = play(&playable(state, kind), stage, answer).unwrap_or_else(none);
    // What the Task said, before anything caught it.
    let failed = match answer {
        Some(Answer::Failed(failure)) if played.arguments.is_some() => Some(failure.clone()),
        _ => played.end.as_ref().err().cloned(),
    };
    let tried = configuration.retrier_retry_count.unwrap_or(0).unsigned_abs();
    let mut details = Object::new();
    let mut status = "SUCCEEDED";
    if let Some(failure) = &failed {
        status = "FAILED";
        let again = retry(state, stage, failure, tried);
        if let Some((index, wait)) = again {
            details.insert("retryIndex".into(), Value::from(index));
            if let Some(seconds) = wait {
                status = "RETRIABLE";
                details.insert("retryBackoffIntervalSeconds".into(), Value::from(seconds));
            }
        }
        if status == "FAILED"
            && let Some(index) = caught(state, stage, failure).filter(|_| played.end.is_ok())
        {
            status = "CAUGHT_ERROR";
            details.insert("catchIndex".into(), Value::from(index));
        }
    }
    let (output, next_state) = match &played.end {
        Ok((output, next)) if status != "RETRIABLE" => (Some(output.to_json().into()), next.clone()),
        _ => (None, None),
    };
    let inspection_data = inspects.then(|| {
        let mut data = inspect(state, kind, stage, answer, configuration, &played, failed.is_some());
        if !details.is_empty() {
            data.insert("errorDetails".into(), details.into());
        }
        let mut variables = stage.variables.cloned().unwrap_or_default();
        let assigned = played.assigned.as_ref().and_then(Value::as_object);
        for (name, value) in assigned.into_iter().flat_map(Object::iter) {
            variables.insert(name.clone(), value.clone());
        }
        if !variables.is_empty() {
            data.insert("variables".into(), Value::from(variables).to_json().into());
        }
        data.into()
    });
    let (error, cause) = failed.map_or((None, None), |failure| (failure.error, failure.cause));
    TestedState { output, error, cause, inspection_data, next_state, status }
}

/// The program of a state, with its Retry and Catch.
fn recovery<T>(state: &Object, stage: &Stage<'_>, see: impl FnOnce(&asl::program::Recovery) -> Option<T>) -> Option<T> {
    let kept = ["Retry", "Catch", "Next", "End", "QueryLanguage"];
    let mut task: Object = state
        .iter()
        .filter(|(key, _)| kept.contains(&&***key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    task.insert("Type".into(), "Task".into());
    task.insert("Resource".into(), STAND_IN.into());
    let program = asl::compile(&alone(&task, stage.language.as_ref(), None)).ok()?;
    let found = program.states.iter().find(|state| matches!(state.kind, Kind::Task(_)))?;
    see(found.recovery()?)
}

/// The retrier that takes the failure, and how long it waits; no time where it has tried often enough.
fn retry(state: &Object, stage: &Stage<'_>, failure: &Failure, tried: u64) -> Option<(usize, Option<i64>)> {
    recovery(state, stage, |recovery| {
        let index = recovery.retriers.iter().position(|retrier| failure.matches(&retrier.errors))?;
        let retrier = recovery.retriers.get(index)?;
        if tried >= u64::from(retrier.max_attempts) {
            return Some((index, None));
        }
        let wait = retrier.interval.as_secs_f64() * libm::pow(retrier.backoff_rate, tried as f64);
        let wait = retrier.max_delay.map_or(wait, |most| wait.min(most.as_secs_f64()));
        Some((index, Some(libm::round(wait) as i64)))
    })
}

fn caught(state: &Object, stage: &Stage<'_>, failure: &Failure) -> Option<usize> {
    recovery(state, stage, |recovery| recovery.catchers.iter().position(|catcher| failure.matches(&catcher.errors)))
}

/// `inspectionData`: the data at each step on their way, as JSON texts.
fn inspect(
    state: &Object,
    kind: Option<StateType>,
    stage: &Stage<'_>,
    answer: Option<&Answer>,
    configuration: &TestStateConfiguration,
    played: &Played,
    failed: bool,
) -> Object {
    let mut data = Object::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            data.insert(name.into(), value.to_json().into());
        }
    };
    put("input", Some(stage.input.clone()));
    let own = state.get("QueryLanguage").and_then(Value::as_str);
    let is_jsonata = own.or(stage.language.as_deref()) == Some("JSONata");
    let is_task = kind == Some(StateType::Task);
    let done = !failed && played.end.is_ok();
    if is_jsonata {
        if is_task {
            put("afterArguments", played.arguments.clone());
            put("result", played.result.clone().filter(|_| answer.is_none() || done).filter(|_| done));
        }
    } else {
        let result = state.get("Result").filter(|_| kind == Some(StateType::Pass));
        let made = match kind {
            Some(StateType::Pass) if result.is_none() => after(state, &["InputPath", "Parameters"], stage),
            Some(StateType::Pass) => result.cloned(),
            _ => played.result.clone(),
        };
        if result.is_none() && kind != Some(StateType::Parallel) {
            put("afterInputPath", after(state, &["InputPath"], stage));
        }
        match kind {
            Some(StateType::Pass) if result.is_none() => put("afterParameters", made.clone()),
            Some(StateType::Task) => put("afterParameters", played.arguments.clone()),
            Some(StateType::Map) => put("afterItemsPath", after(state, &["InputPath", "ItemsPath"], stage)),
            _ => {}
        }
        let has_result = matches!(kind, Some(StateType::Pass | StateType::Task | StateType::Map | StateType::Parallel));
        if done && has_result {
            if result.is_some() || is_task {
                put("result", made.clone());
            }
            let selected = match (state.get("ResultSelector"), &made) {
                (Some(selector), Some(made)) if kind != Some(StateType::Pass) => {
                    let stage = Stage { input: made.clone(), context: stage.context.clone(), language: None, ..*stage };
                    play_pass(&[("Parameters", selector.clone())], None, &stage)
                }
                _ => made,
            };
            put("afterResultSelector", selected);
            let mut whole = playable(state, kind);
            whole.remove("OutputPath");
            let put_in = play(&whole, stage, answer).and_then(|played| played.end.ok());
            put("afterResultPath", put_in.map(|(output, _)| output));
        }
    }
    if kind == Some(StateType::Map) {
        put("afterItemSelector", selected(state, configuration, is_jsonata, stage));
        let count = |name: &str| bound(state, name, stage);
        data.insert("maxConcurrency".into(), count("MaxConcurrency").unwrap_or_else(|| 0_i64.into()));
        for (field, name) in [
            ("ToleratedFailureCount", "toleratedFailureCount"),
            ("ToleratedFailurePercentage", "toleratedFailurePercentage"),
        ] {
            if let Some(value) = count(field) {
                data.insert(name.into(), value);
            }
        }
    }
    data
}
