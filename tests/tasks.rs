//! What an account itself answers to the tasks of its executions: nested executions, objects, Map Runs.

use weir::base::{Delay, Value};
use weir::engine::tasks::mock::MockConfiguration;
use weir::service::{Account, Clock, Settings};

const ROLE: &str = "arn:aws:iam::123456789012:role/r";
const CHILD: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:child";

struct Client(Account);

impl Client {
    fn new(clock: Clock) -> Client {
        Client(Account::new(Settings { seed: 7, clock, ..Settings::default() }))
    }

    fn call(&mut self, operation: &str, members: &[(&str, &str)]) -> Value {
        let request = Value::object(members.iter().map(|(key, value)| (*key, Value::from(*value))));
        self.0.call(operation, &request).unwrap_or_else(|error| panic!("{operation} {}: {error}", request.to_json()))
    }

    fn create(&mut self, name: &str, definition: &str) {
        self.call("CreateStateMachine", &[("name", name), ("definition", definition), ("roleArn", ROLE)]);
    }

    fn start(&mut self, name: &str, input: &str) -> String {
        let arn = CHILD.replace("child", name);
        text(&self.call("StartExecution", &[("stateMachineArn", &arn), ("input", input)]), "executionArn")
    }

    fn describe(&mut self, execution: &str) -> Value {
        self.call("DescribeExecution", &[("executionArn", execution)])
    }

    fn types(&mut self, execution: &str) -> Vec<String> {
        let history = self.call("GetExecutionHistory", &[("executionArn", execution)]);
        history.get("events").and_then(Value::as_array).unwrap().iter().map(|event| text(event, "type")).collect()
    }
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_else(|| panic!("no {key} in {}", value.to_json())).to_owned()
}

fn json(value: &Value, key: &str) -> Value {
    Value::parse(&text(value, key)).unwrap()
}

/// A machine of one Task that starts the child.
fn parent(pattern: &str, input: &str) -> String {
    format!(
        r#"{{"StartAt": "T", "States": {{"T": {{"Type": "Task", "Resource": "arn:aws:states:::states:startExecution{pattern}",
            "Parameters": {{"StateMachineArn": "{CHILD}", "Input": {input}}}, "End": true}}}}}}"#
    )
}

#[test]
fn sync_gives_texts_and_sync_2_gives_json() {
    let mut client = Client::new(Clock::Leap);
    client.create("child", r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": [1], "End": true}}}"#);
    client.create("one", &parent(".sync", r#"{"a": 1}"#));
    client.create("two", &parent(".sync:2", r#"{"a": 1}"#));
    for (name, input, output) in [("one", r#""{\"a\":1}""#, r#""[1]""#), ("two", r#"{"a":1}"#, "[1]")] {
        let execution = client.start(name, "{}");
        let given = json(&client.describe(&execution), "output");
        assert_eq!(given.get("Input").unwrap().to_json(), input, "{name}");
        assert_eq!(given.get("Output").unwrap().to_json(), output, "{name}");
        assert_eq!(text(&given, "Status"), "SUCCEEDED");
    }
}

#[test]
fn a_nested_execution_that_fails_is_a_failed_task() {
    let mut client = Client::new(Clock::Leap);
    client
        .create("child", r#"{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Broken", "Cause": "here"}}}"#);
    client.create("parent", &parent(".sync:2", "{}"));
    let execution = client.start("parent", "{}");
    let described = client.describe(&execution);
    assert_eq!(text(&described, "error"), "States.TaskFailed");
    let cause = json(&described, "cause");
    assert_eq!((text(&cause, "Error"), text(&cause, "Cause")), ("Broken".into(), "here".into()));
    assert_eq!((text(&cause, "Status"), text(&cause, "Input")), ("FAILED".into(), "{}".into()));
}

#[test]
fn what_cannot_be_started_was_not_submitted() {
    let mut client = Client::new(Clock::Leap);
    client.create("waits", &parent(".sync", "{}"));
    client.create("asks", &parent("", "{}"));
    for (name, event) in [("waits", "TaskSubmitFailed"), ("asks", "TaskFailed")] {
        let execution = client.start(name, "{}");
        assert_eq!(client.types(&execution)[4], event, "{name}");
        let described = client.describe(&execution);
        assert_eq!(text(&described, "error"), "StepFunctions.StateMachineDoesNotExistException");
        let cause = text(&described, "cause");
        let tail = "(Service: AWSStepFunctions; Status Code: 400; Error Code: StateMachineDoesNotExist; Request ID: ";
        assert!(cause.contains(tail) && cause.ends_with("; Proxy: null)"), "{cause}");
    }
}

#[test]
fn a_token_ends_a_sync_task_before_its_execution() {
    let mut client = Client::new(Clock::Manual);
    client.create("child", r#"{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "End": true}}}"#);
    client.create("parent", &parent(".sync", r#"{"token.$": "$$.Task.Token"}"#));
    let execution = client.start("parent", "{}");
    let children = client.call("ListExecutions", &[("stateMachineArn", CHILD)]);
    let child = text(children.pointer("/executions/0").unwrap(), "executionArn");
    let token = text(&json(&client.describe(&child), "input"), "token");
    client.call("SendTaskSuccess", &[("taskToken", &token), ("output", r#""early""#)]);
    assert_eq!(text(&client.describe(&execution), "output"), r#""early""#);
    assert_eq!(text(&client.describe(&child), "status"), "RUNNING");
}

#[test]
fn a_map_run_reads_and_writes_objects_and_tells_its_bounds() {
    let mut client = Client::new(Clock::Leap);
    client.0.put_object("in", "rows.jsonl", "1\n2\n3\n");
    client.create(
        "map",
        r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "MaxConcurrencyPath": "$.most", "ToleratedFailureCountPath": "$.bad", "ToleratedFailurePercentage": 12.5, "End": true,
            "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSONL"}, "Parameters": {"Bucket": "in", "Key": "rows.jsonl"}},
            "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSON"}, "Parameters": {"Bucket": "out", "Prefix": "runs"}},
            "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}}}}"#,
    );
    let execution = client.start("map", r#"{"most": 2, "bad": 5}"#);
    let output = json(&client.describe(&execution), "output");
    let key = text(output.get("ResultWriterDetails").unwrap(), "Key");
    let manifest = Value::parse(client.0.object("out", &key).expect("a manifest")).unwrap();
    let written = text(manifest.pointer("/ResultFiles/SUCCEEDED/0").unwrap(), "Key");
    assert_eq!(client.0.object("out", &written).map(|body| &**body), Some("[1,2,3]"));
    assert_eq!(manifest.pointer("/ResultFiles/FAILED").unwrap().to_json(), "[]");
    let run = client.call("DescribeMapRun", &[("mapRunArn", &text(&output, "MapRunArn"))]);
    for (key, expected) in
        [("maxConcurrency", 2.0), ("toleratedFailureCount", 5.0), ("toleratedFailurePercentage", 12.5)]
    {
        assert_eq!(run.get(key).and_then(Value::as_f64), Some(expected), "{key}");
    }
    assert_eq!(run.pointer("/itemCounts/succeeded").and_then(Value::as_i64), Some(3));
}

/// Ranges, throws and returns of a test case that is named behind the ARN (Developer Guide, "Using mocked service
/// integrations").
#[test]
fn a_test_case_answers_in_the_place_of_services() {
    let mut client = Client::new(Clock::Leap);
    let mocks = MockConfiguration::parse(
        r#"{"StateMachines": {"child": {"TestCases": {"Flaky": {"T": "Down"}, "Dead": {"T": "Gone"}}}},
            "MockedResponses": {
                "Down": {"0": {"Throw": {"Error": "Down"}}, "1-2": {"Throw": {"Error": "Slow", "Cause": "again"}}, "3": {"Return": {"ok": true}}},
                "Gone": {"0": {"Throw": {"Error": "Gone", "Cause": "for good"}}}}}"#,
    );
    client.0.set_mock_configuration(Some(mocks.unwrap()));
    client.create(
        "child",
        r#"{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "Parameters": {"TableName": "t", "Key": {}}, "End": true,
            "Retry": [{"ErrorEquals": ["Down", "Slow"], "IntervalSeconds": 1, "MaxAttempts": 3}]}}}"#,
    );
    let start = |client: &mut Client, case: &str| client.start(&format!("child#{case}"), "{}");
    let flaky = start(&mut client, "Flaky");
    assert_eq!(text(&client.describe(&flaky), "output"), r#"{"ok":true}"#);
    assert_eq!(client.types(&flaky).iter().filter(|kind| *kind == "TaskFailed").count(), 3);
    let dead = start(&mut client, "Dead");
    let described = client.describe(&dead);
    assert_eq!((text(&described, "error"), text(&described, "cause")), ("Gone".into(), "for good".into()));
}

#[test]
fn an_express_execution_tells_its_end_and_keeps_no_history() {
    let mut client = Client::new(Clock::Leap);
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Fail", "ErrorPath": "$.e", "Cause": "c"}}}"#;
    client.call(
        "CreateStateMachine",
        &[("name", "child"), ("definition", definition), ("roleArn", ROLE), ("type", "EXPRESS")],
    );
    let ended = client.call("StartSyncExecution", &[("stateMachineArn", CHILD), ("input", r#"{"e": "E"}"#)]);
    assert_eq!(
        (text(&ended, "status"), text(&ended, "error"), text(&ended, "cause")),
        ("FAILED".into(), "E".into(), "c".into())
    );
    let execution = client.start("child", r#"{"e": "E"}"#);
    for operation in ["GetExecutionHistory", "DescribeExecution"] {
        let request = Value::object([("executionArn", Value::from(execution.as_str()))]);
        assert!(client.0.call(operation, &request).is_err(), "{operation}");
    }
}

#[test]
fn a_task_waits_for_the_express_execution_that_it_calls() {
    let mut client = Client::new(Clock::Leap);
    let definition = r#"{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3, "Next": "F"}, "F": {"Type": "Fail", "Error": "E"}}}"#;
    client.call(
        "CreateStateMachine",
        &[("name", "child"), ("definition", definition), ("roleArn", ROLE), ("type", "EXPRESS")],
    );
    client.create(
        "parent",
        &format!(
            r#"{{"StartAt": "T", "States": {{"T": {{"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:startSyncExecution", "Parameters": {{"StateMachineArn": "{CHILD}"}}, "End": true}}}}}}"#
        ),
    );
    let execution = client.start("parent", "{}");
    let described = client.describe(&execution);
    let given = json(&described, "output");
    // The call itself succeeds.
    assert_eq!((text(&given, "Status"), text(&given, "Error")), ("FAILED".into(), "E".into()));
    assert_eq!(text(&described, "stopDate"), "2026-01-01T00:00:03.000Z");
}

/// A machine that starts itself without end: a call costs what its budget allows, and the next one goes on.
#[test]
fn executions_that_start_themselves_overflow_nothing() {
    for pattern in ["", ".sync", ".sync:2", ".waitForTaskToken"] {
        let mut client = Client::new(Clock::Leap);
        client.create("child", &parent(pattern, "{}"));
        let execution = client.start("child", "{}");
        let status = text(&client.describe(&execution), "status");
        assert_eq!(status, if pattern.is_empty() { "SUCCEEDED" } else { "RUNNING" }, "{pattern}");
    }
}

#[test]
fn who_gives_up_a_sync_task_stops_its_execution() {
    let mut client = Client::new(Clock::Manual);
    client.create("child", r#"{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "End": true}}}"#);
    client.create("parent", &parent(".sync", "{}"));
    client.create("late", &parent(".sync", "{}").replace(r#""End""#, r#""TimeoutSeconds": 5, "End""#));
    let status = |client: &mut Client, execution: &str| text(&client.describe(execution), "status");
    let newest = |client: &mut Client| {
        let children = client.call("ListExecutions", &[("stateMachineArn", CHILD)]);
        text(children.pointer("/executions/0").unwrap(), "executionArn")
    };
    let stopped = client.start("parent", "{}");
    let child = newest(&mut client);
    client.call("StopExecution", &[("executionArn", &stopped)]);
    assert_eq!((status(&mut client, &stopped), status(&mut client, &child)), ("ABORTED".into(), "ABORTED".into()));
    client.0.advance(Delay::from_secs(1));
    let late = client.start("late", "{}");
    let child = newest(&mut client);
    assert_eq!(status(&mut client, &child), "RUNNING");
    client.0.advance(Delay::from_secs(5));
    assert_eq!((status(&mut client, &late), status(&mut client, &child)), ("FAILED".into(), "ABORTED".into()));
}

/// One Assign sets 256 KiB at most, and all variables together hold 10 MiB.
#[test]
fn variables_have_bounds() {
    let end = |variables: usize, length: usize| {
        let state = |n: usize| {
            format!(
                r#""S{n}": {{"Type": "Pass", "Assign": {{"v{n}": "{{% $pad('', {length}, 'x') %}}"}}, "Output": 1, "Next": "S{}"}}"#,
                n + 1
            )
        };
        let states: Vec<String> = (0..variables).map(state).collect();
        let definition = format!(
            r#"{{"QueryLanguage": "JSONata", "StartAt": "S0", "States": {{{}, "S{variables}": {{"Type": "Succeed"}}}}}}"#,
            states.join(", ")
        );
        let mut client = Client::new(Clock::Leap);
        client.create("machine", &definition);
        let execution = client.start("machine", "{}");
        let told = client.describe(&execution);
        told.get("error").and_then(Value::as_str).map_or_else(|| text(&told, "status"), str::to_owned)
    };
    assert_eq!(end(1, 262_142), "SUCCEEDED");
    assert_eq!(end(1, 262_143), "States.DataLimitExceeded");
    assert_eq!(end(40, 262_142), "SUCCEEDED");
    assert_eq!(end(41, 262_142), "States.DataLimitExceeded");
}
