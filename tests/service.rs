//! The control plane beyond the facts of `facts.rs`: what the API reference says of single operations, and requests that
//! are wrong in every way.

use std::fmt::Write;
use std::hash::{DefaultHasher, Hasher};
use weir::base::{Delay, Key, Value};
use weir::service::{Account, Clock, ServiceError, Settings};

const ROLE: &str = "arn:aws:iam::123456789012:role/r";

fn account(clock: Clock) -> Account {
    Account::new(Settings { seed: 7, clock, ..Settings::default() })
}

fn call(account: &mut Account, operation: &str, request: &str) -> Value {
    match account.call(operation, &Value::parse(request).unwrap()) {
        Ok(response) => response,
        Err(error) => panic!("{operation} {request}: {error}"),
    }
}

fn refused(account: &mut Account, operation: &str, request: &str) -> ServiceError {
    match account.call(operation, &Value::parse(request).unwrap()) {
        Ok(response) => panic!("{operation} {request}: {}", response.to_json()),
        Err(error) => error,
    }
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}: {}", value.to_json())).into()
}

/// Creates a machine and gives its ARN.
fn machine(account: &mut Account, name: &str, definition: &str) -> String {
    let definition = Value::from(definition).to_json();
    let request = format!(r#"{{"name": "{name}", "definition": {definition}, "roleArn": "{ROLE}"}}"#);
    text(&call(account, "CreateStateMachine", &request), "/stateMachineArn")
}

fn start(account: &mut Account, machine: &str) -> String {
    text(&call(account, "StartExecution", &format!(r#"{{"stateMachineArn": "{machine}"}}"#)), "/executionArn")
}

/// A machine whose one state waits for a worker of the activity `work`, and a task of it.
fn task(account: &mut Account) -> (String, String) {
    let activity = text(&call(account, "CreateActivity", r#"{"name": "work"}"#), "/activityArn");
    let definition = format!(
        r#"{{"StartAt": "T", "States": {{"T": {{"Type": "Task", "Resource": "{activity}", "HeartbeatSeconds": 60, "End": true}}}}}}"#
    );
    let machine = machine(account, "works", &definition);
    let execution = start(account, &machine);
    let task = call(account, "GetActivityTask", &format!(r#"{{"activityArn": "{activity}"}}"#));
    (execution, text(&task, "/taskToken"))
}

#[test]
fn a_token_is_good_once_and_known_for_ever() {
    let mut account = account(Clock::Leap);
    let (_, token) = task(&mut account);
    let answer = format!(r#"{{"taskToken": "{token}", "output": "1"}}"#);
    call(&mut account, "SendTaskSuccess", &answer);
    assert_eq!(refused(&mut account, "SendTaskSuccess", &answer).code, "TaskTimedOut");
    let beat = format!(r#"{{"taskToken": "{token}"}}"#);
    assert_eq!(refused(&mut account, "SendTaskHeartbeat", &beat).code, "TaskTimedOut");
    assert_eq!(refused(&mut account, "SendTaskHeartbeat", r#"{"taskToken": "x"}"#).code, "InvalidToken");
}

#[test]
fn a_token_times_out_with_its_heartbeat() {
    let mut account = account(Clock::Manual);
    let (execution, token) = task(&mut account);
    account.advance(Delay::from_secs(50));
    let beat = format!(r#"{{"taskToken": "{token}"}}"#);
    call(&mut account, "SendTaskHeartbeat", &beat);
    account.advance(Delay::from_secs(50));
    let status = |account: &mut Account| {
        text(&call(account, "DescribeExecution", &format!(r#"{{"executionArn": "{execution}"}}"#)), "/status")
    };
    assert_eq!(status(&mut account), "RUNNING");
    account.advance(Delay::from_secs(10));
    assert_eq!(status(&mut account), "FAILED");
    assert_eq!(refused(&mut account, "SendTaskHeartbeat", &beat).code, "TaskTimedOut");
}

#[test]
fn a_redrive_with_the_same_token_is_one() {
    let mut account = account(Clock::Manual);
    let definition = r#"{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "No"}}}"#;
    let machine = machine(&mut account, "fails", definition);
    let execution = start(&mut account, &machine);
    let redrive = |account: &mut Account, token: &str| {
        let request = format!(r#"{{"executionArn": "{execution}", "clientToken": "{token}"}}"#);
        text(&call(account, "RedriveExecution", &request), "/redriveDate")
    };
    let count = |account: &mut Account| {
        let request = format!(r#"{{"executionArn": "{execution}"}}"#);
        call(account, "DescribeExecution", &request).get("redriveCount").and_then(Value::as_i64).unwrap()
    };
    let first = redrive(&mut account, "a");
    account.advance(Delay::from_secs(60));
    assert_eq!((redrive(&mut account, "a"), count(&mut account)), (first.clone(), 1));
    assert_ne!(redrive(&mut account, "b"), first);
    assert_eq!(count(&mut account), 2);
    // A client token is forgotten after a quarter of an hour.
    account.advance(Delay::from_secs(15 * 60));
    redrive(&mut account, "a");
    assert_eq!(count(&mut account), 3);
    let spaced = format!(r#"{{"executionArn": "{execution}", "clientToken": "a b"}}"#);
    assert!(refused(&mut account, "RedriveExecution", &spaced).message.contains("[!-~]+"));
}

#[test]
fn executions_are_listed_by_the_time_of_their_end() {
    let mut account = account(Clock::Leap);
    let long = r#"{"StartAt": "W", "States": {"W": {"Type": "Wait", "SecondsPath": "$", "End": true}}}"#;
    let machine = machine(&mut account, "waits", long);
    for (name, seconds) in [("a", 60), ("b", 5), ("c", 30)] {
        let request = format!(r#"{{"stateMachineArn": "{machine}", "name": "{name}", "input": "{seconds}"}}"#);
        call(&mut account, "StartExecution", &request);
    }
    let mut names = Vec::new();
    let mut token = String::new();
    loop {
        let request = format!(r#"{{"stateMachineArn": "{machine}", "maxResults": 2{token}}}"#);
        let page = call(&mut account, "ListExecutions", &request);
        for item in page.get("executions").and_then(Value::as_array).unwrap().iter() {
            names.push(text(item, "/name"));
        }
        match page.get("nextToken").and_then(Value::as_str) {
            Some(next) => token = format!(r#", "nextToken": "{next}""#),
            None => break,
        }
    }
    assert_eq!(names, ["a", "c", "b"]);
    let pending = format!(r#"{{"stateMachineArn": "{machine}", "statusFilter": "PENDING_REDRIVE"}}"#);
    assert_eq!(refused(&mut account, "ListExecutions", &pending).code, "ValidationException");
}

#[test]
fn a_map_run_can_be_changed_while_it_is_under_way() {
    let mut account = account(Clock::Manual);
    let definition = r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "Label": "lab", "ItemsPath": "$.items",
        "MaxConcurrencyPath": "$.most", "ToleratedFailurePercentage": 12.5,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "C", "States": {
            "C": {"Type": "Choice", "Choices": [{"Variable": "$", "NumericGreaterThan": 3, "Next": "F"}], "Default": "W"},
            "F": {"Type": "Fail"}, "W": {"Type": "Wait", "Seconds": 100, "End": true}}},
        "End": true}}}"#;
    let machine = machine(&mut account, "maps", definition);
    let input = Value::from(r#"{"items": [1, 2, 3, 4, 5, 6], "most": 2}"#).to_json();
    let started =
        call(&mut account, "StartExecution", &format!(r#"{{"stateMachineArn": "{machine}", "input": {input}}}"#));
    let execution = text(&started, "/executionArn");
    let runs = call(&mut account, "ListMapRuns", &format!(r#"{{"executionArn": "{execution}"}}"#));
    let arn = text(&runs, "/mapRuns/0/mapRunArn");
    let told = |account: &mut Account| {
        let run = call(account, "DescribeMapRun", &format!(r#"{{"mapRunArn": "{arn}"}}"#));
        let number = |pointer: &str| run.pointer(pointer).and_then(Value::as_f64).unwrap();
        let counts = ["pending", "running", "succeeded", "failed", "total"];
        let counts = counts.map(|name| number(&format!("/executionCounts/{name}")) as i64);
        let settings = ["/maxConcurrency", "/toleratedFailurePercentage", "/toleratedFailureCount"].map(number);
        (text(&run, "/status"), counts, settings)
    };
    assert_eq!(told(&mut account), ("RUNNING".into(), [4, 2, 0, 0, 6], [2.0, 12.5, 0.0]));
    let change = format!(
        r#"{{"mapRunArn": "{arn}", "maxConcurrency": 3, "toleratedFailureCount": 3, "toleratedFailurePercentage": 50}}"#
    );
    call(&mut account, "UpdateMapRun", &change);
    assert_eq!(told(&mut account), ("RUNNING".into(), [3, 3, 0, 0, 6], [3.0, 50.0, 3.0]));
    account.advance(Delay::from_secs(100));
    // Without the new bounds a half of failures would have ended it: both hold.
    assert_eq!(told(&mut account), ("SUCCEEDED".into(), [0, 0, 3, 3, 6], [3.0, 50.0, 3.0]));
    let error = refused(&mut account, "UpdateMapRun", &change);
    assert_eq!((error.code, error.reason), ("ValidationException", Some("CANNOT_UPDATE_COMPLETED_MAP_RUN")));
}

#[test]
fn a_role_is_the_arn_of_a_role() {
    let mut account = account(Clock::Leap);
    let arn = machine(&mut account, "a", r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#);
    for role in
        ["r", "arn:aws:iam::1234:role/r", "arn:aws:iam::123456789012:role/", "arn:aws:lambda::123456789012:role/r"]
    {
        let request = format!(r#"{{"stateMachineArn": "{arn}", "roleArn": "{role}"}}"#);
        let error = refused(&mut account, "UpdateStateMachine", &request);
        assert_eq!((error.code, &*error.message), ("InvalidArn", &*format!("Invalid Role Arn: '{role}'")));
    }
}

#[test]
fn what_a_test_of_a_state_may_be_given() {
    let mut account = account(Clock::Leap);
    let task =
        r#""definition": "{\"Type\": \"Task\", \"Resource\": \"arn:aws:states:::lambda:invoke\", \"End\": true}""#;
    for (rest, message) in [
        (
            r#""mock": {"result": "{}", "errorOutput": {"error": "E"}}"#,
            "A test mock should have only one of the following fields: [result, errorOutput].",
        ),
        (r#""context": "{}", "roleArn": "x""#, "TestState does not support Context when a mock is not specified."),
    ] {
        assert_eq!(refused(&mut account, "TestState", &format!("{{{task}, {rest}}}")).message, message);
    }
    let long = r#"{"definition": "{\"Type\": \"Wait\", \"Seconds\": 301, \"End\": true}"}"#;
    let answer = call(&mut account, "TestState", long);
    assert_eq!((text(&answer, "/status"), text(&answer, "/error")), ("FAILED".into(), "States.Timeout".into()));
    let map = Value::from(
        r#"{"Type": "Map", "ItemsPath": "$.list", "ItemSelector": {"n.$": "$$.Map.Item.Index", "of.$": "$.name"},
            "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}, "End": true}"#,
    );
    let map = format!(
        r#"{{"definition": {}, "input": "{{\"list\": [7, 8], \"name\": \"x\"}}", "mock": {{"result": "[1, 2]"}}, "inspectionLevel": "DEBUG"}}"#,
        map.to_json()
    );
    let told = call(&mut account, "TestState", &map);
    assert_eq!(text(&told, "/inspectionData/afterItemSelector"), r#"[{"n":0,"of":"x"},{"n":1,"of":"x"}]"#);
}

// ---- whatever comes

/// Requests that are good, for an account as `furnished` makes it.
const REQUESTS: &[(&str, &str)] = &[
    ("CreateActivity", r#"{"name": "other", "tags": [{"key": "k", "value": "v"}]}"#),
    (
        "CreateStateMachine",
        r#"{"name": "new", "definition": "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true}}}", "roleArn": "arn:aws:iam::123456789012:role/r", "type": "EXPRESS", "publish": true, "versionDescription": "d", "loggingConfiguration": {"level": "ALL", "includeExecutionData": true, "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": "g"}}]}, "tracingConfiguration": {"enabled": true}, "encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k", "kmsDataKeyReusePeriodSeconds": 60}, "tags": [{"key": "k", "value": "v"}]}"#,
    ),
    (
        "CreateStateMachineAlias",
        r#"{"name": "TEST", "description": "d", "routingConfiguration": [{"stateMachineVersionArn": "M:1", "weight": 90}, {"stateMachineVersionArn": "M:2", "weight": 10}]}"#,
    ),
    ("DeleteActivity", r#"{"activityArn": "ACTIVITY"}"#),
    ("DeleteStateMachine", r#"{"stateMachineArn": "M"}"#),
    ("DeleteStateMachineAlias", r#"{"stateMachineAliasArn": "M:PROD"}"#),
    ("DeleteStateMachineVersion", r#"{"stateMachineVersionArn": "M:2"}"#),
    ("DescribeActivity", r#"{"activityArn": "ACTIVITY"}"#),
    ("DescribeExecution", r#"{"executionArn": "EXECUTION", "includedData": "ALL_DATA"}"#),
    ("DescribeMapRun", r#"{"mapRunArn": "arn:aws:states:us-east-1:123456789012:mapRun:m/l:1"}"#),
    ("DescribeStateMachine", r#"{"stateMachineArn": "M:PROD", "includedData": "METADATA_ONLY"}"#),
    ("DescribeStateMachineAlias", r#"{"stateMachineAliasArn": "M:PROD"}"#),
    ("DescribeStateMachineForExecution", r#"{"executionArn": "EXECUTION"}"#),
    ("GetActivityTask", r#"{"activityArn": "ACTIVITY", "workerName": "w"}"#),
    (
        "GetExecutionHistory",
        r#"{"executionArn": "EXECUTION", "maxResults": 2, "reverseOrder": true, "includeExecutionData": false}"#,
    ),
    ("ListActivities", r#"{"maxResults": 2, "nextToken": "t"}"#),
    (
        "ListExecutions",
        r#"{"stateMachineArn": "M:1", "statusFilter": "SUCCEEDED", "maxResults": 2, "redriveFilter": "NOT_REDRIVEN"}"#,
    ),
    ("ListMapRuns", r#"{"executionArn": "EXECUTION"}"#),
    ("ListStateMachineAliases", r#"{"stateMachineArn": "M", "maxResults": 1}"#),
    ("ListStateMachineVersions", r#"{"stateMachineArn": "M", "maxResults": 1}"#),
    ("ListStateMachines", r#"{"maxResults": 1}"#),
    ("ListTagsForResource", r#"{"resourceArn": "M"}"#),
    ("PublishStateMachineVersion", r#"{"stateMachineArn": "M", "revisionId": "INITIAL", "description": "d"}"#),
    ("RedriveExecution", r#"{"executionArn": "FAILED", "clientToken": "t"}"#),
    ("SendTaskFailure", r#"{"taskToken": "TOKEN", "error": "E", "cause": "C"}"#),
    ("SendTaskHeartbeat", r#"{"taskToken": "TOKEN"}"#),
    ("SendTaskSuccess", r#"{"taskToken": "TOKEN", "output": "{\"a\": 1}"}"#),
    ("StartExecution", r#"{"stateMachineArn": "M:PROD", "name": "n", "input": "{\"a\": 1}", "traceHeader": "h"}"#),
    ("StartSyncExecution", r#"{"stateMachineArn": "M", "name": "n", "input": "{}"}"#),
    ("StopExecution", r#"{"executionArn": "EXECUTION", "error": "E", "cause": "C"}"#),
    ("TagResource", r#"{"resourceArn": "M", "tags": [{"key": "k", "value": "v"}]}"#),
    (
        "TestState",
        r#"{"definition": "{\"Type\": \"Map\", \"ItemSelector\": {\"a.$\": \"$$.Map.Item.Value\"}, \"ItemProcessor\": {\"StartAt\": \"P\", \"States\": {\"P\": {\"Type\": \"Pass\", \"End\": true}}}, \"End\": true}", "input": "[1]", "inspectionLevel": "TRACE", "mock": {"result": "[1]", "fieldValidationMode": "NONE"}, "context": "{\"Execution\": {\"Name\": \"x\"}}", "variables": "{\"v\": 1}", "stateConfiguration": {"mapIterationFailureCount": 1, "retrierRetryCount": 0, "mapItemReaderData": "[1]", "errorCausedByState": "P"}}"#,
    ),
    ("UntagResource", r#"{"resourceArn": "M", "tagKeys": ["k"]}"#),
    (
        "UpdateMapRun",
        r#"{"mapRunArn": "arn:aws:states:us-east-1:123456789012:mapRun:m/l:1", "maxConcurrency": 1, "toleratedFailurePercentage": 1.5, "toleratedFailureCount": 1}"#,
    ),
    (
        "UpdateStateMachine",
        r#"{"stateMachineArn": "M", "roleArn": "arn:aws:iam::123456789012:role/s", "publish": true, "versionDescription": "d"}"#,
    ),
    (
        "UpdateStateMachineAlias",
        r#"{"stateMachineAliasArn": "M:PROD", "routingConfiguration": [{"stateMachineVersionArn": "M:2", "weight": 100}]}"#,
    ),
    (
        "ValidateStateMachineDefinition",
        r#"{"definition": "{\"StartAt\": 1}", "type": "STANDARD", "severity": "WARNING", "maxResults": 1}"#,
    ),
];

/// An account with something of each kind in which nothing is due, and the ARNs in it.
fn furnished() -> (Account, Vec<(&'static str, String)>) {
    let mut account = account(Clock::Manual);
    let pass = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;
    let m = machine(&mut account, "m", pass);
    call(&mut account, "PublishStateMachineVersion", &format!(r#"{{"stateMachineArn": "{m}"}}"#));
    let other = format!(r#"{{"stateMachineArn": "{m}", "roleArn": "{ROLE}2", "publish": true}}"#);
    call(&mut account, "UpdateStateMachine", &other);
    let routes = format!(
        r#"{{"name": "PROD", "routingConfiguration": [{{"stateMachineVersionArn": "{m}:1", "weight": 100}}]}}"#
    );
    call(&mut account, "CreateStateMachineAlias", &routes);
    let execution = start(&mut account, &m);
    let fails = machine(&mut account, "fails", r#"{"StartAt": "F", "States": {"F": {"Type": "Fail"}}}"#);
    let failed = start(&mut account, &fails);
    let (_, token) = task(&mut account);
    let activity = text(&call(&mut account, "ListActivities", "{}"), "/activities/0/activityArn");
    account.advance(Delay::ZERO);
    // Instants are told as on the wire from here on.
    account.request("AWSStepFunctions.ListActivities", "{}");
    let names = vec![("ACTIVITY", activity), ("EXECUTION", execution), ("FAILED", failed), ("TOKEN", token), ("M", m)];
    (account, names)
}

/// The whole of an account, as a number.
fn whole(account: &Account) -> u64 {
    struct Hash(DefaultHasher);
    impl Write for Hash {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            self.0.write(text.as_bytes());
            Ok(())
        }
    }
    let mut hash = Hash(DefaultHasher::new());
    write!(hash, "{account:?}").unwrap();
    hash.0.finish()
}

/// The request with some of its values changed.
fn mutated(value: &Value, key: Key) -> Value {
    let draw = |purpose: u64, below: u64| key.with(purpose).bits() % below;
    let strange = |n: u64| match n {
        0 => Value::Null,
        1 => true.into(),
        2 => (-1_i64).into(),
        3 => 1e308.into(),
        4 => "".into(),
        5 => "x".repeat(300).into(),
        6 => Value::parse("[]").unwrap(),
        7 => Value::parse(r#"[{}, null, [1]]"#).unwrap(),
        8 => Value::parse(r#"{"": {"a": 1}}"#).unwrap(),
        9 => Value::parse(&format!("{}1{}", "[".repeat(100), "]".repeat(100))).unwrap(),
        10 => "\u{0}\u{fffe}é{".into(),
        11 => i64::MAX.into(),
        _ => "arn:aws:states:us-east-1:123456789012:stateMachine:m:9".into(),
    };
    match value {
        Value::Object(object) => {
            let at = draw(0, object.len().max(1) as u64) as usize;
            let members = object.iter().enumerate().filter_map(|(n, (name, member))| {
                let member = match (n == at, draw(1, 4)) {
                    (false, _) => member.clone(),
                    (true, 0) => return None,
                    (true, 1) => strange(draw(2, 13)),
                    (true, _) => mutated(member, key.with(3)),
                };
                Some((name.clone(), member))
            });
            Value::object(members)
        }
        Value::Array(items) if !items.is_empty() => {
            let mut items = items.to_vec();
            let at = draw(4, items.len() as u64) as usize;
            match draw(5, 3) {
                0 => items.push(items[at].clone()),
                1 => items[at] = strange(draw(6, 13)),
                _ => items[at] = mutated(&items[at], key.with(7)),
            }
            items.into()
        }
        Value::String(text) if draw(8, 2) == 0 && text.is_ascii() => {
            let at = draw(9, text.len().max(1) as u64) as usize;
            let (head, tail) = text.split_at(at.min(text.len()));
            match draw(10, 3) {
                0 => head.into(),
                1 => format!("{head}\"{{1{tail}").into(),
                _ => format!("{tail}{head}").into(),
            }
        }
        _ => strange(draw(11, 13)),
    }
}

#[test]
fn mutated_requests() {
    let (mut account, names) = furnished();
    let (mut accepted, mut refused) = (0, 0);
    for n in 0..10_000_u64 {
        let key = Key::new(11).with(n);
        let (operation, request) = REQUESTS[(key.with_str("operation").bits() % REQUESTS.len() as u64) as usize];
        let mut body = request.to_owned();
        for (name, arn) in &names {
            body = body
                .replace(&format!("\"{name}\""), &format!("\"{arn}\""))
                .replace(&format!("\"{name}:"), &format!("\"{arn}:"));
        }
        if !key.with_str("whole").bits().is_multiple_of(20) {
            body = mutated(&Value::parse(&body).unwrap(), key).to_json();
        }
        // A body that is not JSON at all.
        if key.with_str("cut").bits().is_multiple_of(20) {
            body.truncate((0..=body.len() / 2).rev().find(|at| body.is_char_boundary(*at)).unwrap_or(0));
        }
        let before = whole(&account);
        let answer = account.request(&format!("AWSStepFunctions.{operation}"), &body);
        let told = Value::parse(&answer.body).unwrap();
        if answer.status == 200 {
            accepted += 1;
            // Another one, before nothing is left.
            if accepted % 10 == 0 {
                account = furnished().0;
            }
            // Whatever it caused is done before the next one.
            account.advance(Delay::ZERO);
            continue;
        }
        refused += 1;
        assert!(matches!(answer.status, 400 | 402 | 409), "{operation} {body}: {}", answer.body);
        assert!(text(&told, "/__type").contains('#'), "{operation} {body}: {}", answer.body);
        assert!(whole(&account) == before, "{operation} {body} was refused ({}) and changed something", answer.body);
    }
    println!("mutated requests: {accepted} accepted, {refused} refused");
    assert!(accepted > 1000 && refused > 2500, "{accepted} accepted, {refused} refused");
}
