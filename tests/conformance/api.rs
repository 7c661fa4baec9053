//! Replays recorded sequences of API calls against an account.

use crate::compare::{Comparer, parse_strings};
use weir::asl::Definition;
use weir::base::{Text, Time, Value};
use weir::service::{Account, Settings};

pub fn check(case: &Value) -> Result<(), String> {
    let steps = case.get("steps").and_then(Value::as_array).ok_or("no steps")?;
    let mut account =
        Account::new(Settings { account_id: "111111111111".into(), start_time: recorded(case), ..Settings::default() });
    let bare: Vec<String> = case
        .pointer("/placeholders/bare")
        .and_then(Value::as_array)
        .into_iter()
        .flat_map(|names| names.iter())
        .filter_map(|name| name.as_str().map(str::to_owned))
        .chain(["datetime".to_owned(), "timestamp".to_owned(), "creation-date".to_owned()])
        .collect();
    let mut answers: Vec<Value> = Vec::new();
    for (n, step) in steps.iter().enumerate() {
        let operation = step.get("operation").and_then(Value::as_str).ok_or("no operation")?;
        let mut request = step.get("request").cloned().unwrap_or_default();
        for reference in step.get("refs").and_then(Value::as_array).into_iter().flat_map(|refs| refs.iter()) {
            let from = reference.get("fromStep").and_then(Value::as_i64).unwrap_or(0) as usize;
            let path = reference.get("path").and_then(Value::as_str).unwrap_or_default();
            let param = reference.get("param").and_then(Value::as_str).unwrap_or_default();
            let Some(live) = answers.get(from).and_then(|answer| dotted(answer, path)) else {
                return Err(format!("step {n}: nothing at {path} in the answer of step {from}"));
            };
            request = with(&request, param, live);
        }
        // What happened outside of the recorded calls: a worker that takes a task of an activity, and answers it.
        if operation == "GetExecutionHistory" {
            work(&mut account, case);
        }
        if operation == "CreateStack"
            && let Some(template) = request.get("TemplateBody").and_then(Value::as_str)
        {
            stack(&mut account, template)?;
            answers.push(Value::default());
            continue;
        }
        let response = account.request(&format!("AWSStepFunctions.{operation}"), &request.to_json());
        let body = Value::parse(&response.body).map_err(|error| format!("step {n}: {}", error.message))?;
        let body = without_timestamps(&body);
        answers.push(body.clone());
        account.advance(weir::base::Delay::from_millis(1));
        let Some(expect) = step.get("expect").filter(|expect| !expect.is_null()) else {
            if response.status != 200 {
                return Err(format!("step {n} {operation}: refused: {}", response.body));
            }
            continue;
        };
        // The recorder's client refused the request: no answer of AWS.
        let code = expect.pointer("/error/code").and_then(Value::as_str);
        let client = expect.get("error").is_some() && matches!(code, None | Some("ParamValidationError"));
        if client || expect.get("client_side").and_then(Value::as_bool) == Some(true) {
            continue;
        }
        let mut comparer = Comparer::new(bare.clone(), true);
        let told = |error: String| format!("step {n} {operation}: {error}; answered {}", shortened(&response.body));
        if let Some(error) = expect.get("error") {
            let code = body.get("__type").and_then(Value::as_str).and_then(|name| name.split('#').next_back());
            let message = body.get("message").or(body.get("Message")).cloned().unwrap_or_default();
            let actual = Value::object([("code", Value::from(code.unwrap_or_default())), ("message", message)]);
            comparer.compare(error, &actual).map_err(told)?;
        } else if let Some(expected) = expect.get("response") {
            comparer.compare(expected, &parse_strings(&body)).map_err(told)?;
        } else if let Some(part) = expect.get("response_part").and_then(Value::as_str) {
            let actual = dotted(&parse_strings(&body), part).unwrap_or_default();
            comparer.compare(&expect.get("value").cloned().unwrap_or_default(), &actual).map_err(told)?;
        }
    }
    Ok(())
}

/// What CloudFormation makes of the state machines of a template.
fn stack(account: &mut Account, template: &str) -> Result<(), String> {
    let template = Definition::read(template).root.to_value();
    let resources = template.get("Resources").and_then(Value::as_object).ok_or("a template without resources")?;
    for resource in resources.values() {
        if resource.get("Type").and_then(Value::as_str) != Some("AWS::StepFunctions::StateMachine") {
            continue;
        }
        let property = |name: &str| resource.get("Properties").and_then(|properties| properties.get(name)).cloned();
        let definition = match (property("DefinitionString"), property("Definition")) {
            (Some(text), _) => text,
            (None, definition) => Value::from(definition.unwrap_or_default().to_json()),
        };
        let role = property("RoleArn").filter(|role| role.as_str().is_some_and(|role| role.starts_with("arn:")));
        let request = Value::object([
            ("name", property("StateMachineName").unwrap_or_else(|| "machine".into())),
            ("definition", definition),
            ("roleArn", role.unwrap_or_else(|| "arn:aws:iam::111111111111:role/role".into())),
        ]);
        account.call("CreateStateMachine", &request).map_err(|error| error.message.clone())?;
    }
    Ok(())
}

/// Recordings of histories leave them out.
fn without_timestamps(body: &Value) -> Value {
    let Some(events) = body.get("events").and_then(Value::as_array) else { return body.clone() };
    let bare = |event: &Value| {
        let members = event.as_object().into_iter().flat_map(|event| event.iter());
        Value::object(
            members.filter(|(key, _)| &***key != "timestamp").map(|(key, value)| (key.clone(), value.clone())),
        )
    };
    with(body, "events", events.iter().map(bare).collect())
}

fn shortened(text: &str) -> String {
    text.chars().take(700).collect()
}

/// `a.b[0].c`
fn dotted(value: &Value, path: &str) -> Option<Value> {
    let mut value = value.clone();
    for part in path.split(['.', '[', ']']).filter(|part| !part.is_empty()) {
        value = match part.parse::<usize>() {
            Ok(index) => value.at(index)?.clone(),
            Err(_) => value.get(part)?.clone(),
        };
    }
    Some(value)
}

fn with(value: &Value, path: &str, new: Value) -> Value {
    let (head, rest) = match path.find(['.', '[']) {
        Some(at) => (&path[..at], path[at..].trim_start_matches('.')),
        None => (path, ""),
    };
    if let Some(inside) = path.strip_prefix('[') {
        let (index, rest) = inside.split_once(']').unwrap_or((inside, ""));
        let index: usize = index.parse().unwrap_or(0);
        let items = value.as_array().map(|items| items.to_vec()).unwrap_or_default();
        return items
            .into_iter()
            .enumerate()
            .map(|(n, item)| {
                if n != index {
                    return item;
                }
                let rest = rest.trim_start_matches('.');
                if rest.is_empty() { new.clone() } else { with(&item, rest, new.clone()) }
            })
            .collect();
    }
    let inner = |old: Option<&Value>| {
        if rest.is_empty() { new.clone() } else { with(&old.cloned().unwrap_or_default(), rest, new.clone()) }
    };
    let mut members: Vec<(Text, Value)> = Vec::new();
    let mut found = false;
    for (key, old) in value.as_object().into_iter().flat_map(|object| object.iter()) {
        if **key == *head {
            found = true;
            members.push((key.clone(), inner(Some(old))));
        } else {
            members.push((key.clone(), old.clone()));
        }
    }
    if !found {
        members.push((head.into(), inner(None)));
    }
    Value::object(members)
}

/// The worker that some cases have beside their calls: it takes each task, and gives back its input or fails it.
fn work(account: &mut Account, case: &Value) {
    let setup = case.get("setup").and_then(Value::as_array).into_iter().flat_map(|setup| setup.iter());
    for step in setup.filter(|step| step.get("operation").and_then(Value::as_str) == Some("sfn_activity_consumer")) {
        let template = step.pointer("/request/template").cloned().unwrap_or_default();
        let text = template.to_json();
        let activity = step.pointer("/request/activity_arn").cloned().unwrap_or_default();
        let mut poll = vec![("activityArn", activity)];
        let states = template.get("States").cloned().unwrap_or_default();
        if let Some(worker) = states.pointer("/GetActivityTask/Parameters/WorkerName") {
            poll.push(("workerName", worker.clone()));
        }
        let Ok(task) = account.call("GetActivityTask", &Value::object(poll)) else { continue };
        let (Some(token), Some(input)) = (task.get("taskToken"), task.get("input")) else { continue };
        let _ = if text.contains("sendTaskSuccess") {
            account.call("SendTaskSuccess", &Value::object([("taskToken", token.clone()), ("output", input.clone())]))
        } else if text.contains("sendTaskFailure") {
            let parameters = states
                .as_object()
                .into_iter()
                .flat_map(|states| states.values())
                .filter_map(|state| state.get("Parameters"))
                .find(|parameters| parameters.get("TaskToken.$").is_some())
                .cloned()
                .unwrap_or_default();
            // A path of theirs is always that of the task's input.
            let given = |key: &str| match parameters.get(key) {
                Some(value) => value.clone(),
                None if parameters.get(&format!("{key}.$")).is_some() => input.clone(),
                None => Value::Null,
            };
            let request =
                Value::object([("taskToken", token.clone()), ("error", given("Error")), ("cause", given("Cause"))]);
            account.call("SendTaskFailure", &request)
        } else {
            Ok(Value::Null)
        };
    }
}

fn recorded(case: &Value) -> Time {
    let text = case.pointer("/source/recorded_date").and_then(Value::as_str).unwrap_or_default();
    let day = text.split_once(", ").and_then(|(date, time)| {
        let mut parts = date.split('-');
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        Time::from_rfc3339(&format!("{year}-{month}-{day}T{time}Z"))
    });
    day.or(Time::from_rfc3339("2025-01-01T00:00:00Z")).unwrap_or(Time::ZERO)
}
