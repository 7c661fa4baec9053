//! The native command, as a shell runs it.

use std::process::{Command, Output};

fn weir(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_weir")).args(arguments).output().unwrap()
}

#[test]
fn says_its_version() {
    let output = weir(&["--version"]);
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), concat!("weir ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_command_that_is_none_is_named_and_help_shown() {
    let output = weir(&["frobnicate"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("`frobnicate`") && text.contains("usage:"), "{text}");
}

/// A file of this test run, with that text.
fn file(name: &str, text: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path.to_string_lossy().into_owned()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const RETRIES: &str = r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": {
      "Type": "Task",
      "Resource": "${ChargeFunction}",
      "Retry": [{"ErrorEquals": ["Down"], "IntervalSeconds": 2}],
      "ResultPath": "$.charge",
      "End": true
    }
  }
}"#;

const MOCKS: &str = r#"{
  "StateMachines": {"Orders": {"TestCases": {"Flaky": {"Charge": "Flaky"}, "Dead": {"Charge": "Dead"}}}},
  "MockedResponses": {
    "Flaky": {"0": {"Throw": {"Error": "Down", "Cause": "try again"}}, "1": {"Return": {"status": "OK"}}},
    "Dead": {"0": {"Throw": {"Error": "Dead", "Cause": "for good"}}}
  }
}"#;

#[test]
fn check_shows_the_place_and_the_mend() {
    let wrong = file(
        "wrong.asl.json",
        "{\n  \"StartAt\": \"A\",\n  \"States\": {\n    \"A\": {\"Type\": \"Pass\", \"Nxet\": \"B\", \"End\": true}\n  }\n}\n",
    );
    let right = file("right.asl.json", RETRIES);
    let output = weir(&["check", &wrong, &right]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stdout);
    let expected = format!(
        "error[unknown-field]: a Pass state has no field `Nxet`\n --> {wrong}:4:27\n  |\n4 |     \"A\": {{\"Type\": \"Pass\", \"Nxet\": \"B\", \"End\": true}}\n  |                           ^^^^^^ did you mean `Next`?\n\n{wrong}: 1 error\n{right}: valid, 1 state\n2 files: 1 valid, 1 with errors\n"
    );
    assert_eq!(told, expected);
    assert_eq!(weir(&["check", &right]).status.code(), Some(0));
}

#[test]
fn check_in_json_tells_what_aws_would() {
    let wrong = file("empty.asl.json", "{}");
    let output = weir(&["check", "--json", &wrong]);
    assert_eq!(output.status.code(), Some(1));
    let told = weir::base::Value::parse(&text(&output.stdout)).unwrap();
    let at = |pointer: &str| told.pointer(pointer).and_then(|value| value.as_str()).map(str::to_owned);
    assert_eq!(at("/0/diagnostics/0/code").as_deref(), Some("missing-field"));
    assert_eq!(at("/0/diagnostics/0/aws/message").as_deref(), Some("These fields are required: [States, StartAt]"));
    assert_eq!(at("/0/diagnostics/0/aws/location").as_deref(), Some("/"));
}

#[test]
fn check_knows_profiles_and_express() {
    let task = |resource: &str| {
        format!(r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Task", "Resource": "{resource}", "End": true}}}}}}"#)
    };
    let uri = file("uri.asl.json", &task("foo:bar"));
    assert_eq!(weir(&["check", &uri]).status.code(), Some(1));
    assert_eq!(weir(&["check", &uri, "--profile=spec"]).status.code(), Some(0));
    let waits = file("waits.asl.json", &task("arn:aws:states:::sqs:sendMessage.waitForTaskToken"));
    assert_eq!(weir(&["check", &waits]).status.code(), Some(0));
    assert_eq!(weir(&["check", "--express", &waits]).status.code(), Some(1));
    for wrong in [
        &["check"] as &[&str],
        &["check", "--profile", "x", &uri],
        &["check", "--frob", &uri],
        &["check", "/no/such/file"],
    ] {
        assert_eq!(weir(wrong).status.code(), Some(2), "{wrong:?}");
    }
}

/// What is mistyped at night: what was meant, in one line, and nothing that is right is held back.
#[test]
fn mistakes_in_calling_are_answered_in_a_line() {
    let right = file("called.asl.json", RETRIES);
    let input = file("input.json", "{}");
    let utf16 = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("utf16.asl.json");
    std::fs::write(&utf16, [0xff, 0xfe, b'{', 0, b'}', 0]).unwrap();
    for (wrong, part) in [
        (&["chek", &right] as &[&str], "no command `chek`; did you mean `check`?"),
        (&[&right], "says what is wrong with it"),
        (&["check", &right, "--profil", "aws"], "no option `--profil`; did you mean `--profile`?"),
        (&["check", &right, "--json=yes"], "`--json` takes no value"),
        (&["run", &right, "--mock", "m.json"], "did you mean `--mocks`?"),
        (&["run", &right, "--input", &input, "--input", "{}"], "`--input` is given twice"),
        (&["run", &right, "--input", "inptu.json"], "neither JSON nor a file that there is"),
        (&["run", "no-such-file.json"], "there is no file `no-such-file.json`"),
        (&["check", env!("CARGO_TARGET_TMPDIR")], "is a folder"),
        (&["check", &utf16.to_string_lossy()], "is in UTF-16"),
        (&["check"], "which file?"),
    ] {
        let output = weir(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        let told = text(&output.stderr);
        assert!(told.contains(part) && told.lines().count() == 1, "{wrong:?}: {told}");
    }
    assert!(text(&weir(&["help"]).stdout).contains("usage:"));
    // A file that cannot be read does not hide what is wrong with the others.
    let wrong = file("called-wrong.asl.json", "{}");
    let output = weir(&["check", "/no/such/file", &wrong, &right]);
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stdout);
    assert!(
        told.contains("error[missing-field]") && told.ends_with("3 files: 1 valid, 1 with errors, 1 not read\n"),
        "{told}"
    );
    let output = weir(&["check", "--json", "/no/such/file", &right]);
    assert!(weir::base::Value::parse(&text(&output.stdout)).is_ok() && output.status.code() == Some(2));
    // No escape sequences where nobody looks at a terminal.
    assert!(!told.contains('\u{1b}'));
}

#[test]
fn check_reads_the_standard_input() {
    let output = with_input(&["check", "-"], "{\"StartAt\": \"A\"");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains(" --> -:1:1\n"), "{}", text(&output.stdout));
    assert_eq!(with_input(&["check", "-"], RETRIES).status.code(), Some(0));
}

#[test]
fn check_shows_a_part_of_a_long_line() {
    let long =
        format!(r#"{{"Comment": "{}", "StartAt": "A", "States": {{"A": {{"Type": "Sucseed"}}}}}}"#, "x".repeat(5000));
    let output = text(&weir(&["check", &file("long.asl.json", &long)]).stdout);
    assert!(
        output.contains("did you mean `Succeed`?") && output.lines().all(|line| line.chars().count() < 200),
        "{output}"
    );
}

#[test]
fn run_shows_the_history() {
    let (definition, mocks) = (file("retries.asl.json", RETRIES), file("mocks.json", MOCKS));
    let output = weir(&["run", &definition, "--input", r#"{"order": 7}"#, "--mocks", &mocks, "--case", "Flaky"]);
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{told}{}", text(&output.stderr));
    assert!(
        told.contains("TaskStateEntered") && told.contains("LambdaFunctionFailed") && told.contains("error Down"),
        "{told}"
    );
    assert!(told.ends_with("SUCCEEDED after 2.000 s: {\"order\":7,\"charge\":{\"status\":\"OK\"}}\n"), "{told}");
    let dead = weir(&["run", &definition, "--mocks", &mocks, "--case", "Dead"]);
    assert_eq!(dead.status.code(), Some(1));
    assert!(text(&dead.stdout).ends_with("FAILED after 0.000 s: Dead: for good\n"), "{}", text(&dead.stdout));
}

#[test]
fn run_in_json_is_what_the_service_answers() {
    let definition = file("json.asl.json", RETRIES);
    let output = weir(&["run", &definition, "--json", "--set", "ChargeFunction=arn:aws:lambda:us-east-1:1:function:f"]);
    let told = weir::base::Value::parse(&text(&output.stdout)).unwrap();
    assert_eq!(told.get("status").and_then(|status| status.as_str()), Some("SUCCEEDED"));
    let types = told.get("events").and_then(|events| events.as_array()).unwrap();
    assert_eq!(
        types.iter().next().and_then(|event| event.get("type")).and_then(|kind| kind.as_str()),
        Some("ExecutionStarted")
    );
    assert!(told.to_json().contains("arn:aws:lambda:us-east-1:1:function:f"));
}

#[test]
fn run_says_what_it_misses() {
    let (definition, mocks) = (file("misses.asl.json", RETRIES), file("misses.json", MOCKS));
    let broken = file("broken.asl.json", "{");
    let elsewhere = file(
        "elsewhere.json",
        r#"{"StateMachines": {"M": {"TestCases": {"C": {"Chrage": "R"}}}}, "MockedResponses": {"R": {"0": {"Return": {}}}}}"#,
    );
    for (wrong, code, part) in [
        (&["run", &definition, "--input", "{"] as &[&str], 2, "neither JSON nor a file"),
        (&["run", &definition, "--mocks", &mocks], 2, "which test case? name it with `--case`: Dead, Flaky"),
        (&["run", &definition, "--mocks", &mocks, "--case", "Other"], 2, "no test case `Other`"),
        (&["run", &definition, "--mocks", &definition], 2, "is not a mock configuration"),
        (&["run", &definition, "--set", "x"], 2, "--set NAME=VALUE"),
        (&["run", &definition, "--seed", "x"], 2, "is not a seed"),
        (&["run", &definition, &definition], 2, "only one definition"),
        (&["run", &broken], 1, "never closed"),
        (&["run", &broken], 1, "has errors, and is not run"),
        (
            &["run", &definition, "--mocks", &elsewhere],
            0,
            "mocks `Chrage`, and there is no such state; did you mean `Charge`?",
        ),
    ] {
        let output = weir(wrong);
        assert_eq!(output.status.code(), Some(code), "{wrong:?}");
        assert!(text(&output.stderr).contains(part), "{wrong:?}: {}", text(&output.stderr));
    }
    let express = weir(&["run", "--express", &definition, "--input", "{\"a\":1}"]);
    assert!(text(&express.stdout).starts_with("SUCCEEDED"), "{}{}", text(&express.stdout), text(&express.stderr));
}

const SCENARIO: &str = r#"{"weir": 1, "seed": 7, "replications": 200, "horizon_ms": 900000,
    "traffic": {"kind": "poisson", "per_min": 100}, "alias": {"weights": {"5": 100}},
    "versions": {"5": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}},
                 "6": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "x", "End": true}}},
                       "behaviour": {"A": {"outcomes": [{"p": 0.2, "outcome": "error", "error": "Bug"}]}}}},
    "alarms": [{"name": "failures", "metric": "ExecutionsFailed", "statistic": "Sum", "dimension": {"Version": "6"},
                "operator": ">=", "threshold": 1, "N": 3, "M": 2}],
    "strategy": {"kind": "canary", "weight": 10, "interval_ms": 300000, "bake_ms": 600000}}"#;

fn with_input(arguments: &[&str], input: &str) -> Output {
    use std::io::Write;
    use std::process::Stdio;
    let mut command = Command::new(env!("CARGO_BIN_EXE_weir"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn simulates_a_scenario_in_every_format() {
    let told = |format: &str| {
        let output = with_input(&["simulate", "-", "--format", format], SCENARIO);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let table = told("table");
    assert!(table.contains("P(rollback)") && table.contains('─') && !table.contains("|---"), "{table}");
    assert!(told("markdown").contains("| P(rollback) |"));
    let report: serde_json::Value = serde_json::from_str(&told("json")).unwrap();
    assert_eq!((&report["replications"], &report["seed"]), (&200.into(), &7.into()));
    assert!(report["rollout"]["rollback"]["value"].as_f64().unwrap() > 0.99);
    assert_eq!(told("csv").lines().count(), 201);
    // However many threads there are, whatever comes first.
    assert_eq!(told("csv"), told("csv"));
    let library = weir::simulation::simulate(SCENARIO).unwrap();
    assert_eq!(told("csv"), library.csv());
    let mut report = report;
    let mut own: serde_json::Value = serde_json::to_value(&library).unwrap();
    // Who had seen which path is no result.
    for told in [&mut report, &mut own] {
        told.as_object_mut().unwrap().remove("coverage");
    }
    assert_eq!(report, own);
}

#[test]
fn compares_variants() {
    let strategy = |bake: u32| {
        format!(r#"{{"strategy": {{"kind": "canary", "weight": 10, "interval_ms": 300000, "bake_ms": {bake}}}}}"#)
    };
    let comparison = format!(
        r#"{{"weir": 1, "scenario": {SCENARIO}, "variants": [{{"name": "watched", "patch": {}}}, {{"name": "unwatched", "patch": {}}}]}}"#,
        strategy(600_000),
        strategy(0)
    );
    let output = with_input(&["compare", "-", "--format=json"], &comparison);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["lines"].as_array().unwrap().len(), 2);
    assert!(report["recommendation"]["reason"].is_string());
    let table = String::from_utf8(with_input(&["compare", "-"], &comparison).stdout).unwrap();
    assert!(table.contains("unwatched") && table.contains('─'), "{table}");
}

/// Ctrl-C ends it at once, with a sentence and the code that shells know.
#[cfg(unix)]
#[test]
fn can_be_interrupted() {
    use std::io::Write;
    use std::process::Stdio;
    let long = SCENARIO.replacen("\"replications\": 200", "\"replications\": 1000000", 1);
    assert_ne!(long, SCENARIO);
    let comparison = format!(r#"{{"weir": 1, "scenario": {long}, "variants": [{{"name": "a", "patch": {{}}}}]}}"#);
    for (command, document, what) in [("simulate", long, "simulation"), ("compare", comparison, "comparison")] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_weir"));
        child.args([command, "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().unwrap();
        // More than a pipe holds: once it is written, the command reads, and has heard of signals before that.
        let padded = format!("{document}{}", " ".repeat(1 << 20));
        child.stdin.take().unwrap().write_all(padded.as_bytes()).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(300));
        assert!(child.try_wait().unwrap().is_none(), "{command}: it plays");
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        let begin = std::time::Instant::now();
        let output = child.wait_with_output().unwrap();
        assert!(begin.elapsed().as_secs() < 5, "{command}: {:?}", begin.elapsed());
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(130), String::new()));
        assert_eq!(text(&output.stderr), format!("weir: the {what} was stopped, so there is no result\n"));
    }
}

#[test]
fn tells_where_a_scenario_is_wrong() {
    let output = with_input(&["simulate", "-"], &SCENARIO.replace("\"per_min\": 100", "\"per_min\": -3"));
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("`-3` is out of range") && text.contains("--> -:2:47"), "{text}");
    for wrong in [
        &["simulate"][..],
        &["simulate", "no-such-file"],
        &["simulate", "-", "--format", "xml"],
        &["compare", "-", "--fast"],
    ] {
        let output = with_input(wrong, "");
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn yaml_is_read_as_well() {
    let yaml = "StartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: ${Function}\n    Retry:\n      - ErrorEquals: [States.ALL]\n        BackofRate: 2\n    End: true\n";
    let output = weir(&["check", &file("retry.asl.yaml", yaml)]);
    let told = text(&output.stdout);
    assert!(told.contains("8 |         BackofRate: 2\n  |         ^^^^^^^^^^ did you mean `BackoffRate`?"), "{told}");
    let output =
        weir(&["run", &file("right.asl.yaml", &yaml.replace("BackofRate", "BackoffRate")), "--input", "{\"a\":1}"]);
    assert!(text(&output.stdout).ends_with("SUCCEEDED after 0.000 s: {\"a\":1}\n"), "{}", text(&output.stderr));
}

#[test]
fn a_scenario_is_written_for_the_tool_that_deploys_it() {
    const ORDERS: &str = include_str!("../www/examples/order.scenario.json");
    let orders = &*file("orders.scenario.json", ORDERS);
    let output = weir(&["export", orders, "--as", "cloudformation"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("AWS::StepFunctions::StateMachineAlias"));
    assert!(text(&output.stderr).contains("note: An alias that is new goes to its version at once"));
    for (wrong, told) in [
        (&["export", orders][..], "`--as` which of cloudformation, sam, cdk, terraform?"),
        (&["export", orders, "--as", "cloudfromation"], "did you mean `cloudformation`?"),
        (&["export", orders, "--as", "sam", "--alias", "LIVE"], "there is no alias LIVE"),
        (&["export", orders, "--as", "sam", "--alais", "LIVE"], "did you mean `--alias`?"),
    ] {
        let output = weir(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(text(&output.stderr).contains(told), "{wrong:?}: {}", text(&output.stderr));
    }
    assert_eq!(weir(&["export", &file("nothing.json", "{\"weir\": 1}"), "--as", "sam"]).status.code(), Some(1));
}
