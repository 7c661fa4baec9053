//! The facts that a toy gets wrong (`reference/versions-and-aliases.md`, section 10): a test named after each.

use weir::base::{Delay, Value};
use weir::service::metrics::{Dimension, Metric};
use weir::service::{Account, Clock, ServiceError, Settings};

const ROLE: &str = "arn:aws:iam::123456789012:role/r";

/// A workflow whose output tells which text it is.
fn pass(result: i64) -> String {
    format!(r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Pass", "Result": {result}, "End": true}}}}}}"#)
}

fn wait() -> String {
    r#"{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "Next": "B"}, "B": {"Type": "Pass", "End": true}}}"#
        .into()
}

struct Client(Account);

/// A request, written as JSON.
macro_rules! request {
    ($($key:literal: $value:expr),* $(,)?) => { Value::object::<&str>([$(($key, Value::from($value))),*]) };
}

impl Client {
    fn new() -> Client {
        Client(Account::new(Settings { seed: 7, ..Settings::default() }))
    }

    fn call(&mut self, operation: &str, request: Value) -> Value {
        match self.0.call(operation, &request) {
            Ok(response) => response,
            Err(error) => panic!("{operation} {}: {error}", request.to_json()),
        }
    }

    fn refused(&mut self, operation: &str, request: Value) -> ServiceError {
        match self.0.call(operation, &request) {
            Ok(response) => panic!("{operation} {}: {}", request.to_json(), response.to_json()),
            Err(error) => error,
        }
    }

    fn create(&mut self, name: &str, definition: String) -> String {
        let created =
            self.call("CreateStateMachine", request! {"name": name, "definition": definition, "roleArn": ROLE});
        text(&created, "stateMachineArn")
    }

    fn update(&mut self, arn: &str, definition: String) -> Value {
        self.call("UpdateStateMachine", request! {"stateMachineArn": arn, "definition": definition})
    }

    fn publish(&mut self, arn: &str) -> String {
        text(&self.call("PublishStateMachineVersion", request! {"stateMachineArn": arn}), "stateMachineVersionArn")
    }

    /// A machine with two versions; the second is the newest revision.
    fn two_versions(&mut self) -> String {
        let arn = self.create("orders", pass(1));
        self.publish(&arn);
        self.update(&arn, pass(2));
        self.publish(&arn);
        arn
    }

    fn alias(&mut self, arn: &str, name: &str, routes: &[(u32, i64)]) -> String {
        let request = request! {"name": name, "routingConfiguration": routing(arn, routes)};
        text(&self.call("CreateStateMachineAlias", request), "stateMachineAliasArn")
    }

    fn start(&mut self, arn: &str) -> String {
        text(&self.call("StartExecution", request! {"stateMachineArn": arn}), "executionArn")
    }

    fn describe(&mut self, execution: &str) -> Value {
        self.call("DescribeExecution", request! {"executionArn": execution})
    }

    fn describe_machine(&mut self, arn: &str) -> Value {
        self.call("DescribeStateMachine", request! {"stateMachineArn": arn})
    }

    fn versions(&mut self, arn: &str) -> Vec<String> {
        let list = self.call("ListStateMachineVersions", request! {"stateMachineArn": arn});
        let items = list.get("stateMachineVersions").and_then(Value::as_array).unwrap();
        items.iter().map(|item| text(item, "stateMachineVersionArn").rsplit(':').next().unwrap().to_owned()).collect()
    }
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_else(|| panic!("no {key} in {}", value.to_json())).to_owned()
}

fn routing(arn: &str, routes: &[(u32, i64)]) -> Value {
    let route = |(version, weight): &(u32, i64)| {
        request! {"stateMachineVersionArn": format!("{arn}:{version}"), "weight": *weight}
    };
    routes.iter().map(route).collect()
}

fn has(value: &Value, key: &str) -> bool {
    value.as_object().is_some_and(|object| object.contains_key(key))
}

#[test]
fn fact_1_publishing_an_unchanged_revision_returns_the_same_version() {
    let mut client = Client::new();
    let arn = client.create("orders", pass(1));
    assert_eq!(client.publish(&arn), format!("{arn}:1"));
    assert_eq!(client.publish(&arn), format!("{arn}:1"));
}

#[test]
fn fact_2_numbers_are_never_used_again() {
    let mut client = Client::new();
    let arn = client.two_versions();
    client.call("DeleteStateMachineVersion", request! {"stateMachineVersionArn": format!("{arn}:2")});
    assert_eq!(client.publish(&arn), format!("{arn}:3"));
}

#[test]
fn fact_3_an_update_that_changes_nothing_publishes_nothing_new() {
    let mut client = Client::new();
    let arn = client.create("orders", pass(1));
    client.publish(&arn);
    for _ in 0..2 {
        let request = request! {"stateMachineArn": arn.as_str(), "definition": pass(1), "publish": true};
        let updated = client.call("UpdateStateMachine", request);
        assert_eq!(text(&updated, "stateMachineVersionArn"), format!("{arn}:1"));
        assert!(!has(&updated, "revisionId"));
    }
}

#[test]
fn fact_4_the_first_revision_has_no_id() {
    let mut client = Client::new();
    let arn = client.create("orders", pass(1));
    assert!(!has(&client.describe_machine(&arn), "revisionId"));
    let guard = request! {"stateMachineArn": arn.as_str(), "revisionId": "INITIAL"};
    assert_eq!(text(&client.call("PublishStateMachineVersion", guard), "stateMachineVersionArn"), format!("{arn}:1"));
    let id = text(&client.update(&arn, pass(2)), "revisionId");
    assert_eq!(id.len(), 36);
}

#[test]
fn fact_5_another_role_is_another_revision() {
    let mut client = Client::new();
    let arn = client.create("orders", pass(1));
    client.publish(&arn);
    let other = request! {"stateMachineArn": arn.as_str(), "roleArn": "arn:aws:iam::123456789012:role/other"};
    assert!(has(&client.call("UpdateStateMachine", other), "revisionId"));
    assert_eq!(client.publish(&arn), format!("{arn}:2"));
}

#[test]
fn fact_6_a_revision_id_guards_and_does_not_choose() {
    let mut client = Client::new();
    let arn = client.create("orders", pass(1));
    let first = text(&client.update(&arn, pass(2)), "revisionId");
    let second = text(&client.update(&arn, pass(3)), "revisionId");
    let request = request! {"stateMachineArn": arn.as_str(), "revisionId": first.as_str()};
    let error = client.refused("PublishStateMachineVersion", request);
    assert_eq!((error.code, error.status), ("ConflictException", 409));
    assert_eq!(
        error.message,
        format!(
            "Failed to publish the State Machine version for revision {first}. The current State Machine revision is {second}."
        )
    );
}

#[test]
fn fact_7_an_unqualified_start_has_no_version() {
    let mut client = Client::new();
    let arn = client.two_versions();
    let execution = client.start(&arn);
    let described = client.describe(&execution);
    assert_eq!(text(&described, "output"), "2");
    assert!(!has(&described, "stateMachineVersionArn") && !has(&described, "stateMachineAliasArn"));
}

#[test]
fn fact_8_a_version_start_has_no_alias() {
    let mut client = Client::new();
    let arn = client.two_versions();
    let alias = client.alias(&arn, "PROD", &[(1, 100)]);
    let execution = client.start(&format!("{arn}:1"));
    let described = client.describe(&execution);
    assert_eq!(text(&described, "stateMachineVersionArn"), format!("{arn}:1"));
    assert!(!has(&described, "stateMachineAliasArn"));
    let through = client.call("ListExecutions", request! {"stateMachineArn": alias});
    assert_eq!(through.get("executions").and_then(Value::as_array).unwrap().len(), 0);
}

#[test]
fn fact_9_an_execution_names_its_machine_unqualified() {
    let mut client = Client::new();
    let arn = client.two_versions();
    let alias = client.alias(&arn, "PROD", &[(1, 100)]);
    let execution = client.start(&alias);
    assert!(execution.starts_with("arn:aws:states:us-east-1:123456789012:execution:orders:"));
    assert_eq!(execution.split(':').count(), 8);
    assert_eq!(text(&client.describe(&execution), "stateMachineArn"), arn);
}

#[test]
fn fact_10_a_start_does_not_tell_the_version() {
    let mut client = Client::new();
    let arn = client.two_versions();
    let alias = client.alias(&arn, "PROD", &[(1, 50), (2, 50)]);
    let started = client.call("StartExecution", request! {"stateMachineArn": alias});
    let keys: Vec<&str> = started.as_object().unwrap().keys().map(|key| &**key).collect();
    assert_eq!(keys, ["executionArn", "startDate"]);
}

#[test]
fn fact_11_each_start_draws_for_itself() {
    let mut client = Client::new();
    let arn = client.two_versions();
    let alias = client.alias(&arn, "PROD", &[(1, 90), (2, 10)]);
    let n = 2000;
    let mut newer = Vec::new();
    for _ in 0..n {
        let execution = client.start(&alias);
        newer.push(text(&client.describe(&execution), "output") == "2");
    }
    let count = newer.iter().filter(|newer| **newer).count() as f64;
    // Four standard deviations of the binomial around 200.
    assert!((count - 200.0).abs() < 4.0 * (n as f64 * 0.1 * 0.9_f64).sqrt(), "{count}");
    // No quota: tens without a canary, and tens with several, both occur.
    let by_ten: Vec<usize> = newer.chunks(10).map(|ten| ten.iter().filter(|newer| **newer).count()).collect();
    assert!(by_ten.contains(&0) && by_ten.iter().any(|count| *count > 2));
}

#[test]
fn fact_12_a_change_of_the_alias_is_for_later_starts() {
    let mut client = Client::new();
    let arn = client.create("orders", wait());
    client.publish(&arn);
    client.update(&arn, pass(2));
    client.publish(&arn);
    let alias = client.alias(&arn, "PROD", &[(1, 100)]);
    let running = client.start(&alias);
    let update = request! {"stateMachineAliasArn": alias.as_str(), "routingConfiguration": routing(&arn, &[(2, 100)])};
    client.call("UpdateStateMachineAlias", update);
    assert_eq!(text(&client.describe(&running), "stateMachineVersionArn"), format!("{arn}:1"));
    let after = client.start(&alias);
    assert_eq!(text(&client.describe(&after), "stateMachineVersionArn"), format!("{arn}:2"));
}

#[test]
fn fact_13_redrive_keeps_version_and_alias() {
    let mut client = Client::new();
    let fails = r#"{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}}"#;
    let arn = client.create("orders", fails.into());
    client.publish(&arn);
    client.update(&arn, pass(2));
    client.publish(&arn);
    let alias = client.alias(&arn, "PROD", &[(1, 100)]);
    let execution = client.start(&alias);
    assert_eq!(text(&client.describe(&execution), "redriveStatus"), "REDRIVABLE");
    let update = request! {"stateMachineAliasArn": alias.as_str(), "routingConfiguration": routing(&arn, &[(2, 100)])};
    client.call("UpdateStateMachineAlias", update);
    client.call("RedriveExecution", request! {"executionArn": execution.as_str()});
    let described = client.describe(&execution);
    assert_eq!(text(&described, "status"), "FAILED");
    assert_eq!(text(&described, "stateMachineVersionArn"), format!("{arn}:1"));
    assert_eq!(text(&described, "stateMachineAliasArn"), alias);
    assert_eq!(described.get("redriveCount"), Some(&Value::from(1_i64)));
}

#[test]
fn fact_14_one_or_two_distinct_versions_that_add_up() {
    let mut client = Client::new();
    let arn = client.two_versions();
    client.update(&arn, pass(3));
    client.publish(&arn);
    let other = client.create("others", pass(1));
    client.publish(&other);
    let mixed = [routing(&arn, &[(1, 50)]), routing(&other, &[(1, 50)])];
    let mixed: Value = mixed.iter().filter_map(|routes| routes.at(0).cloned()).collect();
    for (routes, part) in [
        (routing(&arn, &[(1, 50), (2, 25), (3, 25)]), "have length less than or equal to 2"),
        (routing(&arn, &[(1, 99)]), "Sum of routing configuration weights must equal 100. Received: [99]"),
        (routing(&arn, &[(1, 70), (2, 29)]), "Received: [70, 29]"),
        (routing(&arn, &[(1, 50), (1, 50)]), "must contain distinct state machine version ARNs"),
        (routing(&arn, &[(1, 101)]), "have value less than or equal to 100"),
        (mixed, "versions of the same state machine"),
    ] {
        let request = request! {"name": "PROD", "routingConfiguration": routes};
        let error = client.refused("CreateStateMachineAlias", request);
        assert_eq!(error.code, "ValidationException");
        assert!(error.message.contains(part), "{}", error.message);
    }
    client.alias(&arn, "PROD", &[(1, 100), (2, 0)]);
}

#[test]
fn fact_15_an_alias_points_to_versions_only() {
    let mut client = Client::new();
    let arn = client.two_versions();
    let alias = client.alias(&arn, "PROD", &[(1, 100)]);
    for target in [arn, alias] {
        let route = request! {"stateMachineVersionArn": target.as_str(), "weight": 100_i64};
        let request = request! {"name": "OTHER", "routingConfiguration": Value::array([route])};
        let error = client.refused("CreateStateMachineAlias", request);
        assert_eq!(
            error.message,
            format!("Routing configuration must contain state machine version ARNs. Received: [{target}]")
        );
    }
}

#[test]
fn fact_16_the_name_of_an_alias_has_something_besides_digits() {
    let mut client = Client::new();
    let arn = client.two_versions();
    for good in ["v1", "1.0", "-", ".", "PROD-2", &"a".repeat(80)] {
        client.alias(&arn, good, &[(1, 100)]);
    }
    for bad in ["123", "a b", "a:b", "é", &"a".repeat(81)] {
        let request = request! {"name": bad, "routingConfiguration": routing(&arn, &[(1, 100)])};
        assert_eq!(client.refused("CreateStateMachineAlias", request).code, "ValidationException", "{bad}");
    }
}

#[test]
fn fact_17_a_version_that_an_alias_refers_to_stays() {
    let mut client = Client::new();
    let arn = client.two_versions();
    client.alias(&arn, "PROD", &[(1, 100), (2, 0)]);
    client.alias(&arn, "TEST", &[(2, 100)]);
    let error = client.refused("DeleteStateMachineVersion", request! {"stateMachineVersionArn": format!("{arn}:2")});
    assert_eq!(error.code, "ConflictException");
    assert_eq!(
        error.message,
        "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [PROD, TEST]"
    );
}

#[test]
fn fact_18_deleting_twice_is_no_error() {
    let mut client = Client::new();
    let arn = client.two_versions();
    let alias = client.alias(&arn, "PROD", &[(1, 100)]);
    for _ in 0..2 {
        client.call("DeleteStateMachineAlias", request! {"stateMachineAliasArn": alias.as_str()});
        client.call("DeleteStateMachineVersion", request! {"stateMachineVersionArn": format!("{arn}:1")});
    }
    for _ in 0..2 {
        client.call("DeleteStateMachine", request! {"stateMachineArn": arn.as_str()});
    }
}

#[test]
fn fact_19_deleting_a_machine_takes_versions_and_aliases_along() {
    let mut client = Client::new();
    let arn = client.create("orders", wait());
    client.publish(&arn);
    let alias = client.alias(&arn, "PROD", &[(1, 100)]);
    client.0.set_clock(Clock::Manual);
    client.start(&alias);
    client.call("DeleteStateMachine", request! {"stateMachineArn": arn.as_str()});
    // It goes when its last execution has ended.
    assert_eq!(text(&client.describe_machine(&arn), "status"), "DELETING");
    let error = client.refused("StartExecution", request! {"stateMachineArn": arn.as_str()});
    assert_eq!(error.code, "StateMachineDeleting");
    client.0.advance(Delay::from_secs(61));
    let error = client.refused("DescribeStateMachine", request! {"stateMachineArn": arn.as_str()});
    assert_eq!(error.code, "StateMachineDoesNotExist");
}

#[test]
fn fact_20_deleting_a_version_does_not_stop_its_executions() {
    let mut client = Client::new();
    let arn = client.create("orders", wait());
    client.publish(&arn);
    let execution = client.start(&format!("{arn}:1"));
    client.call("DeleteStateMachineVersion", request! {"stateMachineVersionArn": format!("{arn}:1")});
    assert_eq!(text(&client.describe(&execution), "status"), "SUCCEEDED");
    let error = client.refused("StartExecution", request! {"stateMachineArn": format!("{arn}:1")});
    assert_eq!(error.code, "StateMachineDoesNotExist");
}

#[test]
fn fact_21_an_alias_of_another_description_is_a_conflict() {
    let mut client = Client::new();
    let arn = client.two_versions();
    let first = client.alias(&arn, "PROD", &[(1, 100)]);
    assert_eq!(client.alias(&arn, "PROD", &[(1, 100)]), first);
    let request = request! {"name": "PROD", "description": "d", "routingConfiguration": routing(&arn, &[(1, 100)])};
    let error = client.refused("CreateStateMachineAlias", request);
    assert_eq!(error.code, "ConflictException");
    assert!(error.message.contains("a different routing configuration"));
}

#[test]
fn fact_22_an_alias_finds_its_machine_by_the_versions() {
    let mut client = Client::new();
    let arn = client.two_versions();
    assert_eq!(client.alias(&arn, "PROD", &[(1, 100)]), format!("{arn}:PROD"));
}

#[test]
fn fact_23_updating_an_alias_keeps_what_is_not_given() {
    let mut client = Client::new();
    let arn = client.two_versions();
    let alias = client.alias(&arn, "PROD", &[(1, 90), (2, 10)]);
    client.call("UpdateStateMachineAlias", request! {"stateMachineAliasArn": alias.as_str(), "description": "d"});
    let update = request! {"stateMachineAliasArn": alias.as_str(), "routingConfiguration": routing(&arn, &[(2, 100)])};
    client.call("UpdateStateMachineAlias", update);
    let described = client.call("DescribeStateMachineAlias", request! {"stateMachineAliasArn": alias.as_str()});
    assert_eq!(text(&described, "description"), "d");
    assert_eq!(described.get("routingConfiguration"), Some(&routing(&arn, &[(2, 100)])));
}

#[test]
fn fact_24_updating_an_alias_that_is_not_there() {
    let mut client = Client::new();
    let arn = client.two_versions();
    let request = request! {"stateMachineAliasArn": format!("{arn}:NONE"), "description": "d"};
    let error = client.refused("UpdateStateMachineAlias", request);
    assert_eq!(
        (error.code, &*error.message),
        ("ResourceNotFound", "Request references a resource that does not exist.")
    );
    client.call("DeleteStateMachineAlias", request! {"stateMachineAliasArn": format!("{arn}:NONE")});
}

#[test]
fn fact_25_updating_a_version() {
    let mut client = Client::new();
    let arn = client.two_versions();
    let request = request! {"stateMachineArn": format!("{arn}:2"), "definition": pass(3)};
    let error = client.refused("UpdateStateMachine", request);
    assert_eq!(error.code, "StateMachineDoesNotExist");
    assert_eq!(error.message, format!("State Machine Does Not Exist: '{arn}:2'"));
}

#[test]
fn fact_26_a_version_description_needs_publish() {
    let mut client = Client::new();
    let request = request! {"name": "orders", "definition": pass(1), "roleArn": ROLE, "versionDescription": "d"};
    let error = client.refused("CreateStateMachine", request);
    assert_eq!(error.message, "Version description can only be set when publish is true");
}

#[test]
fn fact_27_creating_again_looks_at_the_text_but_not_at_the_role() {
    let mut client = Client::new();
    let arn = client.create("orders", pass(1));
    let again = request! {"name": "orders", "definition": pass(1), "roleArn": "arn:aws:iam::123456789012:role/other"};
    assert_eq!(text(&client.call("CreateStateMachine", again), "stateMachineArn"), arn);
    assert_eq!(text(&client.describe_machine(&arn), "roleArn"), ROLE);
    let spaced = request! {"name": "orders", "definition": pass(1) + " ", "roleArn": ROLE};
    let error = client.refused("CreateStateMachine", spaced);
    assert_eq!(error.message, format!("State Machine Already Exists: '{arn}'"));
}

#[test]
fn fact_28_versions_newest_first_aliases_oldest_first() {
    let mut client = Client::new();
    let arn = client.two_versions();
    assert_eq!(client.versions(&arn), ["2", "1"]);
    for name in ["b", "a"] {
        client.alias(&arn, name, &[(1, 100)]);
    }
    let list = client.call("ListStateMachineAliases", request! {"stateMachineArn": arn.as_str()});
    let names: Vec<String> = list
        .get("stateMachineAliases")
        .and_then(Value::as_array)
        .unwrap()
        .iter()
        .map(|item| text(item, "stateMachineAliasArn").rsplit(':').next().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["b", "a"]);
}

#[test]
fn fact_29_items_of_lists_are_bare() {
    let mut client = Client::new();
    let arn = client.two_versions();
    client.alias(&arn, "PROD", &[(1, 100)]);
    for (operation, key, expected) in [
        ("ListStateMachineVersions", "stateMachineVersions", ["stateMachineVersionArn", "creationDate"]),
        ("ListStateMachineAliases", "stateMachineAliases", ["stateMachineAliasArn", "creationDate"]),
    ] {
        let list = client.call(operation, request! {"stateMachineArn": arn.as_str()});
        let first = list.get(key).and_then(|items| items.at(0)).and_then(Value::as_object).unwrap();
        let keys: Vec<&str> = first.keys().map(|key| &**key).collect();
        assert_eq!(keys, expected);
    }
}

#[test]
fn fact_30_what_is_missing_is_absent_and_not_null() {
    fn no_nulls(value: &Value) -> bool {
        match value {
            Value::Null => false,
            Value::Array(items) => items.iter().all(no_nulls),
            Value::Object(object) => object.values().all(no_nulls),
            _ => true,
        }
    }
    let mut client = Client::new();
    let arn = client.two_versions();
    let execution = client.start(&arn);
    assert!(no_nulls(&client.describe(&execution)));
    assert!(no_nulls(&client.describe_machine(&arn)));
    let history = client.call("GetExecutionHistory", request! {"executionArn": execution.as_str()});
    assert!(no_nulls(&history));
}

#[test]
fn fact_31_tags_are_of_the_machine_only() {
    let mut client = Client::new();
    let arn = client.two_versions();
    let tags = || Value::array([request! {"key": "k", "value": "v"}]);
    client.call("TagResource", request! {"resourceArn": arn.as_str(), "tags": tags()});
    let error = client.refused("TagResource", request! {"resourceArn": format!("{arn}:1"), "tags": tags()});
    assert_eq!((error.code, &*error.message), ("ResourceNotFound", &*format!("Resource not found: '{arn}:1'")));
}

#[test]
fn fact_32_names_of_executions_collide_over_versions() {
    let mut client = Client::new();
    let arn = client.two_versions();
    client.call("StartExecution", request! {"stateMachineArn": format!("{arn}:1"), "name": "x"});
    let error = client.refused("StartExecution", request! {"stateMachineArn": format!("{arn}:2"), "name": "x"});
    assert_eq!(error.code, "ExecutionAlreadyExists");
    assert!(error.message.ends_with(":execution:orders:x'"));
}

#[test]
fn fact_33_metrics_of_an_alias_mix_its_versions() {
    let mut client = Client::new();
    let arn = client.two_versions();
    let alias = client.alias(&arn, "PROD", &[(1, 50), (2, 50)]);
    for _ in 0..40 {
        client.start(&alias);
    }
    client.start(&format!("{arn}:2"));
    client.call("ListExecutions", request! {"stateMachineArn": arn.as_str()});
    let metrics = client.0.metrics();
    let sum = |dimension| -> f64 {
        metrics.points(&arn, Metric::ExecutionsSucceeded, &dimension).map(|(_, points)| points.sum).sum()
    };
    let (first, second) = (sum(Dimension::Version(1)), sum(Dimension::Version(2)));
    assert_eq!(sum(Dimension::Alias("PROD".into())), 40.0);
    assert_eq!(sum(Dimension::StateMachine), 41.0);
    assert!(first > 0.0 && second > 1.0);
    assert_eq!(first + second, 41.0);
}

#[test]
fn fact_34_each_start_is_two_data_points() {
    let mut client = Client::new();
    let arn = client.create("orders", pass(1));
    let execution = client.start(&arn);
    client.describe(&execution);
    let metrics = client.0.metrics();
    let points: Vec<_> = metrics.points(&arn, Metric::ExecutionsStarted, &Dimension::StateMachine).collect();
    assert_eq!(points.len(), 1);
    assert_eq!((points[0].1.sum, points[0].1.sample_count), (1.0, 2));
}

#[test]
fn fact_44_rolling_back_the_alias_leaves_the_machine_as_it_is() {
    let mut client = Client::new();
    let arn = client.two_versions();
    let alias = client.alias(&arn, "PROD", &[(1, 90), (2, 10)]);
    let update = request! {"stateMachineAliasArn": alias.as_str(), "routingConfiguration": routing(&arn, &[(1, 100)])};
    client.call("UpdateStateMachineAlias", update);
    let execution = client.start(&arn);
    assert_eq!(text(&client.describe(&execution), "output"), "2");
}

#[test]
fn fact_46_express_executions_cannot_be_described() {
    let mut client = Client::new();
    let request = request! {"name": "fast", "definition": pass(1), "roleArn": ROLE, "type": "EXPRESS"};
    let arn = text(&client.call("CreateStateMachine", request), "stateMachineArn");
    let execution = client.start(&arn);
    for operation in ["DescribeExecution", "GetExecutionHistory", "StopExecution"] {
        let error = client.refused(operation, request! {"executionArn": execution.as_str()});
        assert_eq!(error.message, "Invalid Arn: 'Resource type not valid in this context: express'");
    }
    let error = client.refused("ListExecutions", request! {"stateMachineArn": arn.as_str()});
    assert_eq!(error.code, "StateMachineTypeNotSupported");
}

#[test]
fn fact_48_versions_share_the_type() {
    let mut client = Client::new();
    let arn = client.two_versions();
    let update = request! {"stateMachineArn": arn.as_str(), "definition": pass(3), "type": "EXPRESS"};
    client.call("UpdateStateMachine", update);
    client.publish(&arn);
    for number in 1..=3 {
        assert_eq!(text(&client.describe_machine(&format!("{arn}:{number}")), "type"), "STANDARD");
    }
    let again = request! {"name": "orders", "definition": pass(3), "roleArn": ROLE, "type": "EXPRESS"};
    assert_eq!(client.refused("CreateStateMachine", again).code, "StateMachineAlreadyExists");
}

/// Bodies of requests, broken in all ways by keyed randomness: nothing panics, everything is answered, and what is
/// refused changes nothing.
#[test]
fn hostile_bodies() {
    use weir::base::Key;
    let mut client = Client::new();
    let arn = client.two_versions();
    client.alias(&arn, "PROD", &[(1, 90), (2, 10)]);
    let execution = client.start(&format!("{arn}:PROD"));
    let bodies: Vec<(&str, String)> = [
        ("CreateStateMachine", request! {"name": "n", "definition": pass(1), "roleArn": ROLE, "publish": true, "tags": Value::array([request! {"key": "k"}])}),
        ("UpdateStateMachine", request! {"stateMachineArn": arn.as_str(), "definition": pass(4), "publish": true}),
        ("PublishStateMachineVersion", request! {"stateMachineArn": arn.as_str(), "description": "d"}),
        ("CreateStateMachineAlias", request! {"name": "B", "routingConfiguration": routing(&arn, &[(1, 30), (2, 70)])}),
        ("UpdateStateMachineAlias", request! {"stateMachineAliasArn": format!("{arn}:PROD"), "routingConfiguration": routing(&arn, &[(2, 100)])}),
        ("StartExecution", request! {"stateMachineArn": format!("{arn}:PROD"), "name": "e", "input": "{\"a\": [1, 2]}"}),
        ("ListExecutions", request! {"stateMachineArn": arn.as_str(), "maxResults": 10_i64, "statusFilter": "FAILED"}),
        ("GetExecutionHistory", request! {"executionArn": execution.as_str(), "reverseOrder": true, "maxResults": 2_i64}),
        ("DeleteStateMachineVersion", request! {"stateMachineVersionArn": format!("{arn}:2")}),
        ("ValidateStateMachineDefinition", request! {"definition": pass(1), "severity": "WARNING"}),
        ("TagResource", request! {"resourceArn": arn.as_str(), "tags": Value::array([request! {"key": "k", "value": "v"}])}),
        ("SendTaskSuccess", request! {"taskToken": "t", "output": "1"}),
    ]
    .into_iter()
    .map(|(operation, request)| (operation, request.to_json()))
    .collect();
    let pieces =
        ["null", "[]", "{}", "-1", "1e999", "\"\"", "true", "\u{0}", "é", "}", "\"a\":", "999999999999999999999"];
    let mut refused = 0;
    for n in 0..20_000_u64 {
        let key = Key::new(11).with(n);
        let pick = |purpose: u64, of: usize| (key.with(purpose).bits() % of as u64) as usize;
        let (operation, body) = &bodies[pick(0, bodies.len())];
        let mut body: Vec<char> = body.chars().collect();
        for change in 0..=pick(1, 3) as u64 {
            let at = pick(10 + change, body.len().max(1));
            let end = (at + pick(20 + change, 12)).min(body.len());
            match pick(30 + change, 4) {
                0 => drop(body.drain(at..end)),
                1 => body.truncate(at),
                2 => drop(body.splice(at..end, pieces[pick(40 + change, pieces.len())].chars())),
                _ => {
                    let copy: Vec<char> = body[at..end].to_vec();
                    body.splice(at..at, copy);
                }
            }
        }
        let body: String = body.into_iter().collect();
        let before = client.0.export();
        let runs = client.0.runs().len();
        let answer = client.0.request(&format!("AWSStepFunctions.{operation}"), &body);
        let parsed = Value::parse(&answer.body).expect("JSON");
        if answer.status != 200 {
            refused += 1;
            assert!(parsed.get("__type").is_some(), "{}", answer.body);
            assert_eq!(client.0.export(), before, "{operation} {body}");
            assert_eq!(client.0.runs().len(), runs);
        }
    }
    println!("hostile bodies: {refused} of 20000 refused, nothing changed by them");
    assert!(refused > 10_000);
}
