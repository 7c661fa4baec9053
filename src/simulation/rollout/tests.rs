//! Each strategy by its own rules: what it writes and when.

use crate::simulation::report::Report;
use crate::simulation::simulate;

/// Version 5 never fails, version 6 always does (or never); one execution a second.
fn play(strategy: &str, p: f64, more: &str) -> Report {
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "x", "End": true}}}"#;
    let text = format!(
        r#"{{"weir": 1, "traffic": {{"kind": "constant", "per_min": 60}}, "horizon_ms": 7200000, "alias": {{"weights": {{"5": 100}}}},
            "versions": {{"5": {{"definition": {definition}}}, "6": {{"definition": {definition}, "behaviour": {{"A":
              {{"outcomes": [{{"p": {p}, "outcome": "error", "error": "E"}}]}}}}}}}},
            "strategy": {{{strategy}}} {more}}}"#
    );
    simulate(&text).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

const ALARM: &str = r#", "alarms": [{"name": "bad", "metric": "ExecutionsFailed", "statistic": "Sum",
    "dimension": {"Version": "6"}, "operator": ">=", "threshold": 1}]"#;

/// `0:10 5:100 5:done`
fn line(report: &Report) -> String {
    let word = |decision: &crate::simulation::report::DecisionReport| {
        let what = match format!("{:?}", decision.deed).as_str() {
            "Shift" => decision.after.to_string(),
            "Complete" => "done".to_owned(),
            other => other.to_lowercase(),
        };
        format!("{}:{what}", decision.minute)
    };
    report.run.as_ref().unwrap().decisions.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn timelines() {
    let cloud = |rest: &str| format!(r#""kind": "cloudFormation", {rest}"#);
    for (strategy, expected) in [
        (r#""kind": "allAtOnce", "bake_ms": 600000"#.to_owned(), "0:100 10:done"),
        (r#""kind": "canary", "weight": 10, "interval_ms": 300000, "bake_ms": 600000"#.into(), "0:10 5:100 15:done"),
        (r#""kind": "linear", "weight": 30, "interval_ms": 60000"#.into(), "0:30 1:60 2:90 3:100 3:done"),
        (cloud(r#""Type": "CANARY", "Percentage": 10, "Interval": 5"#), "0:10 5:100 5:done"),
        (
            cloud(r#""Type": "LINEAR", "Percentage": 10, "Interval": 5"#),
            "0:10 5:20 10:30 15:40 20:50 25:60 30:70 35:80 40:90 45:100 45:done",
        ),
        (cloud(r#""Type": "LINEAR", "Percentage": 33, "Interval": 1"#), "0:33 1:66 2:99 3:100 3:done"),
        (cloud(r#""Type": "LINEAR", "Percentage": 60, "Interval": 7"#), "0:60 7:100 7:done"),
        (
            cloud(r#""Type": "LINEAR", "Percentage": 50, "Interval": 1, "first_increment_at_start": false"#),
            "0:0 1:50 2:100 2:done",
        ),
        (cloud(r#""Type": "ALL_AT_ONCE""#), "0:100 0:done"),
        (r#""kind": "codeDeploy", "name": "LambdaCanary10Percent30Minutes""#.into(), "0:10 30:100 30:done"),
        (r#""kind": "codeDeploy", "name": "AllAtOnce""#.into(), "0:100 0:done"),
        (
            r#""kind": "awsSample", "strategy": "canary", "increment": 10, "interval_s": 300"#.into(),
            "0:10 5:100 5:done",
        ),
        (
            r#""kind": "awsSample", "strategy": "linear", "increment": 40, "interval_s": 120"#.into(),
            "0:40 2:80 4:100 6:done",
        ),
        (r#""kind": "awsSample", "strategy": "allAtOnce", "interval_s": 120"#.into(), "0:100 2:done"),
        (
            r#""kind": "flagger", "interval_ms": 60000, "stepWeight": 20, "maxWeight": 50"#.into(),
            "0:20 1:40 2:50 3:100 3:done",
        ),
        (
            r#""kind": "argo", "steps": [{"setWeight": 20}, {"pause": {"duration_ms": 90000}}, {"setWeight": 60}]"#
                .into(),
            "0:20 1.5:60 1.5:100 1.5:done",
        ),
        (r#""kind": "argo", "steps": [{"setWeight": 20}, {"pause": {}}]"#.into(), "0:20 0:pause"),
    ] {
        assert_eq!(line(&play(&strategy, 0.0, "")), expected, "{strategy}");
    }
}

/// Who looks when, at a version that fails at once: the alarm goes to ALARM at 1:00.
#[test]
fn who_looks_when() {
    let sample = |rest: &str| format!(r#""kind": "awsSample", {rest}"#);
    for (strategy, expected) in [
        (r#""kind": "canary", "weight": 50, "interval_ms": 300000"#.to_owned(), "0:50 1:rollback"),
        // Polled every two and a half minutes, and at the end of the step before the promotion.
        (r#""kind": "canary", "weight": 50, "interval_ms": 300000, "poll_ms": 150000"#.into(), "0:50 2.5:rollback"),
        (r#""kind": "canary", "weight": 50, "interval_ms": 60000"#.into(), "0:50 1:rollback"),
        // CloudFormation asks only the alarms of its list, and none when it shifts all at once.
        (r#""kind": "cloudFormation", "Type": "CANARY", "Percentage": 50, "Interval": 5"#.into(), "0:50 5:100 5:done"),
        (
            r#""kind": "cloudFormation", "Type": "CANARY", "Percentage": 50, "Interval": 5, "Alarms": ["bad"]"#.into(),
            "0:50 1:rollback",
        ),
        (r#""kind": "cloudFormation", "Type": "ALL_AT_ONCE", "Alarms": ["bad"]"#.into(), "0:100 0:done"),
        // An ARN is the name of no alarm.
        (
            r#""kind": "cloudFormation", "Type": "CANARY", "Percentage": 50, "Interval": 5, "Alarms": ["arn:bad"]"#
                .into(),
            "0:50 5:100 5:done",
        ),
        // The scripts do not look at the end of their interval, nor after the canary.
        (sample(r#""strategy": "canary", "increment": 50, "interval_s": 60"#), "0:50 1:100 1:done"),
        (sample(r#""strategy": "canary", "increment": 50, "interval_s": 61"#), "0:50 1:rollback"),
        // The linear one looks as soon as it has written the next step.
        (sample(r#""strategy": "linear", "increment": 50, "interval_s": 60"#), "0:50 1:100 1:rollback"),
    ] {
        assert_eq!(line(&play(&strategy, 1.0, ALARM)), expected, "{strategy}");
    }
}

#[test]
fn drift_ends_a_deployment() {
    let strategy = r#""kind": "cloudFormation", "Type": "CANARY", "Percentage": 10, "Interval": 5, "Alarms": ["bad"]"#;
    let text = |edits: &str| {
        let report = play(strategy, 0.0, ALARM);
        assert_eq!(line(&report), "0:10 5:100 5:done");
        let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;
        let text = format!(
            r#"{{"weir": 1, "traffic": {{"kind": "constant", "per_min": 60}}, "horizon_ms": 600000,
                "alias": {{"weights": {{"5": 100}}, "edits": [{edits}]}}, "strategy": {{{strategy}}} {ALARM},
                "versions": {{"5": {{"definition": {definition}}}, "6": {{"definition": {definition}}}}}}}"#
        );
        simulate(&text).unwrap_or_else(|findings| panic!("{findings:#?}"))
    };
    let report = text(r#"{"at_ms": 100000, "weights": {"5": 50, "6": 50}}"#);
    assert_eq!(line(&report), "0:10 1.6666666666666667:outsideedit 2:rollback");
    let said = &report.run.as_ref().unwrap().decisions[2].sentence;
    assert!(said.contains("drift detected. Expected routing configuration: '{6: 10, 5: 90}'"), "{said}");
}

#[test]
fn flagger_counts_failed_checks() {
    let flagger = |threshold: u32| {
        format!(
            r#""kind": "flagger", "interval_ms": 60000, "stepWeight": 20, "maxWeight": 60, "threshold": {threshold}, "metrics": [
            {{"name": "success", "ratio": {{"num": "ExecutionsSucceeded", "den": ["ExecutionsSucceeded", "ExecutionsFailed"]}},
              "dimension": {{"Version": "6"}}, "thresholdRange": {{"min": 0.99}}}}]"#
        )
    };
    // It acts one tick after the last failed check, and holds the weight until then.
    assert_eq!(line(&play(&flagger(1), 1.0, "")), "0:20 1:hold 2:rollback");
    assert_eq!(line(&play(&flagger(3), 1.0, "")), "0:20 1:hold 2:hold 3:hold 4:rollback");
    assert_eq!(line(&play(&flagger(1), 0.0, "")), "0:20 1:40 2:60 3:100 3:done");
    // No traffic is a failed check.
    let quiet = r#", "concurrency": {"max_open": 1, "bucket": 1, "refill_per_s": 0.000001}"#;
    assert_eq!(line(&play(&flagger(2), 0.0, quiet)), "0:20 1:hold 2:hold 3:rollback");
}

#[test]
fn argo_counts_measurements() {
    let metric = |rest: &str| {
        format!(
            r#"{{"name": "m", "metric": "ExecutionsFailed", "statistic": "Average", "dimension": {{"Version": "6"}},
                "interval_ms": 60000, "initialDelay_ms": 60000, {rest}}}"#
        )
    };
    let bad = r#""failureCondition": {"operator": ">", "threshold": 0.5}"#;
    let step = |rest: &str| {
        format!(r#""kind": "argo", "steps": [{{"setWeight": 50}}, {{"analysis": {{"metrics": [{}]}}}}]"#, metric(rest))
    };
    // More than the limit, not the limit.
    assert_eq!(line(&play(&step(&format!(r#""count": 10, "failureLimit": 3, {bad}"#)), 1.0, "")), "0:50 4:rollback");
    assert_eq!(line(&play(&step(&format!(r#""count": 3, "failureLimit": 3, {bad}"#)), 1.0, "")), "0:50 3:100 3:done");
    assert_eq!(line(&play(&step(&format!(r#""count": 2, {bad}"#)), 0.0, "")), "0:50 2:100 2:done");
    // Neither good nor bad: it waits for a person.
    let both = r#""count": 5, "inconclusiveLimit": 1, "successCondition": {"operator": "<", "threshold": 0.1},
        "failureCondition": {"operator": ">", "threshold": 1}"#;
    assert_eq!(line(&play(&step(both), 1.0, "")), "0:50 2:pause");
    // No data is an error; more than four in a row fail.
    let unseen =
        step(&format!(r#""count": 9, "failureLimit": 9, {bad}"#)).replace(r#""setWeight": 50"#, r#""setWeight": 0"#);
    assert_eq!(line(&play(&unseen, 1.0, "")), "0:0 5:rollback");
    // What errs does not count, and is asked again: nothing is known before the first minute is over.
    let late = step(&format!(r#""count": 2, {bad}"#)).replace(r#""initialDelay_ms": 60000, "#, "");
    assert_eq!(line(&play(&late, 0.0, "")), "0:50 2:100 2:done");
    let at_once =
        late.replace(r#""interval_ms": 60000, "#, "").replace(r#""count": 2, "#, r#""consecutiveErrorLimit": 6, "#);
    assert_eq!(line(&play(&at_once, 0.0, "")), "0:50 1:100 1:done");
    assert_eq!(line(&play(&at_once.replace("6,", "5,"), 0.0, "")), "0:50 0.8333333333333334:rollback");
    // Of two metrics the failed one decides.
    let failing =
        metric(&format!(r#""count": 9, "failureLimit": 1, {bad}"#)).replace(r#""name": "m""#, r#""name": "n""#);
    let two = step(both).replace("]}}]", &format!(", {failing}]}}}}]"));
    assert_eq!(line(&play(&two, 1.0, "")), "0:50 2:rollback");
    // Beside the steps, until they are done.
    let background = |p: f64| {
        let strategy = format!(
            r#""kind": "argo", "steps": [{{"setWeight": 20}}, {{"pause": {{"duration_ms": 150000}}}}, {{"setWeight": 40}},
                {{"pause": {{"duration_ms": 150000}}}}], "analysis": {{"startingStep": 2, "metrics": [{}]}}"#,
            metric(&format!(r#""failureLimit": 0, {bad}"#))
        );
        line(&play(&strategy, p, ""))
    };
    assert_eq!(background(1.0), "0:20 2.5:40 3.5:rollback");
    assert_eq!(background(0.0), "0:20 2.5:40 5:100 5:done");
}

#[test]
fn sprt_decides_by_executions() {
    let sprt = r#""kind": "sprt", "weight": 50, "p0": 0.01, "p1": 0.05, "alpha": 0.05, "beta": 0.1, "bake_ms": 60000"#;
    let bad = play(sprt, 1.0, "");
    assert_eq!(bad.rows[0].decided_after, 2);
    assert!(line(&bad).ends_with(":rollback"));
    let good = play(sprt, 0.0, "");
    assert_eq!(good.rows[0].decided_after, 55);
    assert!(line(&good).ends_with("done"));
}
