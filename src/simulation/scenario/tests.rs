//! What a scenario may and may not be: the decoder's findings, and that the JSON Schema says the same as far as a
//! schema can.

use super::*;
use crate::base::value::Object;

const BASE: &str = r#"{
  "weir": 1, "name": "a canary", "seed": 7, "horizon_ms": 900000, "replications": 10,
  "traffic": {"kind": "poisson", "per_min": 100},
  "inputs": [{"name": "eu", "weight": 3}, {"name": "us", "json": {"country": "US"}}],
  "versions": {
    "5": {"definition": {"StartAt": "Charge", "States": {"Charge": {"Type": "Task", "Resource": "x", "End": true}}}},
    "6": {"definition": {"StartAt": "Charge", "States": {"Charge": {"Type": "Task", "Resource": "x", "End": true}}},
          "behaviour": {"Charge": [{"classes": ["us"], "latency": {"kind": "exponential", "mean_ms": 100},
            "outcomes": [{"p": 0.05, "outcome": "error", "error": "Declined"}, {"outcome": "success", "output": 1}]}]}}},
  "alias": {"name": "PROD", "weights": {"5": 100}},
  "alarms": [{"name": "bad", "metric": "ExecutionsFailed", "statistic": "Sum", "dimension": {"Version": "6"},
              "operator": ">=", "threshold": 2, "period_s": 60, "N": 3, "M": 2}],
  "metrics": {"publish_delay_ms": 60000},
  "strategy": {"kind": "canary", "weight": 10, "interval_ms": 300000, "bake_ms": 600000}}"#;

/// The base document with something else at a pointer; nothing there where the text is empty.
fn with(pointer: &str, json: &str) -> Value {
    fn set(value: &Value, parts: &[&str], json: &str) -> Value {
        let Some((first, rest)) = parts.split_first() else {
            return Value::parse(json).unwrap_or_else(|error| panic!("{json}: {error}"));
        };
        let gone = rest.is_empty() && json.is_empty();
        match value {
            Value::Array(list) => {
                let at: usize = first.parse().unwrap();
                let each = |(n, item): (usize, &Value)| if n == at { set(item, rest, json) } else { item.clone() };
                list.iter().enumerate().map(each).collect()
            }
            Value::Object(members) => {
                let mut changed = Object::new();
                for (key, value) in members.iter() {
                    if **key != **first {
                        changed.insert(key.clone(), value.clone());
                    } else if !gone {
                        changed.insert(key.clone(), set(value, rest, json));
                    }
                }
                if !members.contains_key(first) {
                    changed.insert((*first).into(), set(&Value::Null, rest, json));
                }
                changed.into()
            }
            _ => panic!("{first} is in no object"),
        }
    }
    let base = Value::parse(BASE).unwrap();
    let parts: Vec<&str> = pointer.split('/').skip(1).collect();
    if pointer.is_empty() { base } else { set(&base, &parts, json) }
}

fn findings(document: &Value) -> Vec<(String, String)> {
    match Scenario::parse(&document.to_json()) {
        Ok(_) => Vec::new(),
        Err(list) => list.into_iter().map(|f| (f.pointer.to_string(), f.message)).collect(),
    }
}

const ALARM: &str = r#"{"name": "a", "dimension": {}, "operator": ">", "threshold": 1"#;

#[test]
fn good_documents() {
    let alarm = |rest: &str| format!("[{ALARM}, {rest}}}]");
    let count = r#""metric": "ExecutionsFailed", "statistic": "Sum""#;
    for (pointer, json) in [
        ("", String::new()),
        ("/$schema", r#""scenario.schema.json""#.into()),
        ("/replications", String::new()),
        ("/traffic", r#"{"kind": "constant", "per_min": 0.5, "stop": {"count": 10}}"#.into()),
        ("/traffic", r#"{"kind": "ramp", "from_per_min": 0, "to_per_min": 9, "over_ms": 60000}"#.into()),
        ("/traffic", r#"{"kind": "piecewise", "steps": [{"per_min": 1, "for_ms": 1}], "burst": {"kind": "fixed", "executions": 5}}"#.into()),
        ("/traffic", r#"{"kind": "diurnal", "mean_per_min": 9, "amplitude": 1, "phase_ms": 3, "burst": {"kind": "geometric", "mean": 2.5}}"#.into()),
        ("/alias", r#"{"weights": {"5": 90, "6": 10}, "propagation_ms": 5000, "edits": [{"at_ms": 1, "weights": {"6": 100}}]}"#.into()),
        ("/alarms", alarm(count)),
        ("/alarms", alarm(r#""metric": "ExecutionTime", "statistic": "p99.9", "lowSample": "ignore", "window": "wallclock""#)),
        ("/alarms", alarm(r#""ratio": {"num": "ExecutionsFailed", "den": ["ExecutionsSucceeded", "ExecutionsFailed"]}"#)),
        ("/alarms", alarm(&format!(r#"{count}, "treatMissing": "breaching", "initial": "INSUFFICIENT_DATA", "before": "missing", "range": 9"#))),
        ("/metrics", r#"{"publish_zeros": false, "loss": 0.1, "version_dimension_counts_alias_starts": false}"#.into()),
        ("/concurrency", r#"{"bucket": 1300, "refill_per_s": 300, "max_open": 100, "on_throttle": "retry"}"#.into()),
        ("/price", r#"{"type": "EXPRESS", "memory_mb": 64, "per_gb_hour": [1, 2, 3]}"#.into()),
        ("/strategy", String::new()),
        ("/strategy", r#"{"kind": "allAtOnce", "to": "6", "on_rollback": "abort", "on_alarm_at_start": "ignore"}"#.into()),
        ("/strategy", r#"{"kind": "blueGreen", "smoke": {"executions": 20}, "poll_ms": 60000}"#.into()),
        ("/strategy", r#"{"kind": "linear", "weight": 10, "interval_ms": 60000, "alarms": ["bad", "no such alarm"]}"#.into()),
        ("/strategy", r#"{"kind": "steps", "steps": [{"weight": 5, "hold_ms": 1}, {"weight": 100, "hold_ms": 1}]}"#.into()),
        ("/strategy", r#"{"kind": "cloudFormation", "Type": "LINEAR", "Percentage": 20, "Interval": 5, "Alarms": ["bad"]}"#.into()),
        ("/strategy", r#"{"kind": "cloudFormation", "Type": "LINEAR", "Percentage": 20, "Interval": 5, "first_increment_at_start": false}"#.into()),
        ("/strategy", r#"{"kind": "awsSample", "strategy": "canary", "increment": 10, "interval_s": 300}"#.into()),
        ("/strategy", r#"{"kind": "codeDeploy", "name": "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"}"#.into()),
        ("/strategy", r#"{"kind": "argo", "steps": [{"setWeight": 20}, {"pause": {}}, {"pause": {"duration_ms": 5}}, {"analysis": {"metrics": [
            {"name": "m", "metric": "ExecutionsFailed", "statistic": "Sum", "dimension": {"Alias": "PROD"}, "count": 3, "interval_ms": 60000,
             "failureCondition": {"operator": ">", "threshold": 0}}]}}]}"#.into()),
        ("/strategy", r#"{"kind": "flagger", "interval_ms": 60000, "stepWeight": 10, "maxWeight": 50, "metrics": [{"name": "m",
            "metric": "ExecutionTime", "statistic": "Average", "dimension": {"Version": "6"}, "thresholdRange": {"max": 500}}]}"#.into()),
        ("/strategy", r#"{"kind": "sprt", "weight": 10, "p0": 0.01, "p1": 0.05, "alpha": 0.05, "beta": 0.1}"#.into()),
        ("/strategy", r#"{"kind": "manual", "actions": [{"at_ms": 0, "weight": 10}, {"at_ms": 5, "do": "promote"}]}"#.into()),
        ("/versions/6/behaviour/Charge", r#"{"guard": "{% $states.input.n > 1 and $class = 'us' and $attempt = 1 %}"}"#.into()),
        ("/versions/6/behaviour/Charge", r#"{"attempts": {"from": 2}, "outcomes": [{"p": 1, "outcome": "never"}]}"#.into()),
    ] {
        let document = with(pointer, &json);
        assert_eq!(findings(&document), [], "{pointer} {json}");
        assert_eq!(schema::refusal(&document), None, "{pointer} {json}");
    }
}

/// What is wrong, where the decoder says so, its message, and whether a schema can see it.
#[test]
fn bad_documents() {
    let alarm = |rest: &str| format!("[{ALARM}, {rest}}}]");
    let count = r#""metric": "ExecutionsFailed", "statistic": "Sum""#;
    let mut seen = 0;
    for (pointer, json, at, message, in_schema) in [
        ("/weir", "2".to_owned(), "/weir", "a scenario of format 2 is not known here", true),
        ("/weir", String::new(), "", "`weir` is missing", true),
        ("/trafic", "1".into(), "/trafic", "unknown member `trafic`", true),
        ("/traffic", String::new(), "", "`traffic` is missing", true),
        ("/concurrency", "{}".into(), "/concurrency", "nothing is limited", false),
        ("/concurrency", r#"{"on_throttle": "retry"}"#.into(), "/concurrency", "nothing is limited", false),
        (
            "/traffic/per_min",
            "0".into(),
            "/traffic/per_min",
            "`0` is out of range: it must be greater than 0 and at most 10000000",
            true,
        ),
        (
            "/traffic/per_min",
            "100000000".into(),
            "/traffic/per_min",
            "`100000000` is out of range: it must be greater than 0 and at most 10000000",
            true,
        ),
        ("/traffic/kind", r#""Poison""#.into(), "/traffic/kind", "`Poison` is not known here", true),
        ("/traffic/over_ms", "1".into(), "/traffic/over_ms", "unknown member `over_ms`", true),
        ("/traffic/stop", "{}".into(), "/traffic/stop", "nothing says when to stop", true),
        (
            "/traffic",
            r#"{"kind": "diurnal", "mean_per_min": 9, "amplitude": 1.5}"#.into(),
            "/traffic/amplitude",
            "`1.5` is out of range: it must be at least 0 and at most 1",
            true,
        ),
        (
            "/traffic",
            r#"{"kind": "diurnal", "mean_per_min": 9, "amplitude": 1, "period_ms": 90000}"#.into(),
            "/traffic/period_ms",
            "the period must be a whole number of minutes",
            true,
        ),
        (
            "/traffic",
            r#"{"kind": "ramp", "from_per_min": 0, "to_per_min": 0, "over_ms": 9}"#.into(),
            "/traffic",
            "both rates are 0: nothing ever starts",
            false,
        ),
        (
            "/horizon_ms",
            "0".into(),
            "/horizon_ms",
            "`0` is out of range: it must be greater than 0 and at most 60000000000",
            true,
        ),
        (
            "/horizon_ms",
            "1000000000000".into(),
            "/horizon_ms",
            "`1000000000000` is out of range: it must be greater than 0 and at most 60000000000",
            true,
        ),
        ("/horizon_ms", String::new(), "", "nothing says when it ends", false),
        (
            "/replications",
            "1000000000".into(),
            "/replications",
            "`1000000000` is out of range: it must be at least 1 and at most 1000000",
            true,
        ),
        (
            "/traffic/per_min",
            "10000000".into(),
            "/replications",
            "15000000000 executions are more than 10000000000",
            false,
        ),
        ("/precision", "{}".into(), "/precision", "both `replications` and `precision`", true),
        (
            "/seed",
            "-1".into(),
            "/seed",
            "`-1` is out of range: it must be at least 0 and at most 9007199254740991",
            true,
        ),
        ("/seed", "1.5".into(), "/seed", "`1.5` is not a whole number", true),
        (
            "/inputs",
            r#"[{"name": "a", "weight": 0}]"#.into(),
            "/inputs",
            "the weights of the input classes add up to 0",
            false,
        ),
        ("/inputs/1/name", r#""eu""#.into(), "/inputs/1", "two input classes are called `eu`", false),
        ("/versions", "{}".into(), "/versions", "there is no version to run", true),
        ("/versions/v7", r#"{"definition": {}}"#.into(), "/versions/v7", "`v7` is no version number", true),
        (
            "/versions/7",
            r#"{"definition": {}}"#.into(),
            "",
            "more than two versions, and nothing says which is rolled out",
            false,
        ),
        (
            "/versions/6/definition",
            "3".into(),
            "/versions/6/definition",
            "expected an object: the definition itself",
            true,
        ),
        (
            "/versions/6/behaviour/Charge/0/outcomes/0/p",
            "1.2".into(),
            "/versions/6/behaviour/Charge/0/outcomes/0/p",
            "`1.2` is out of range: it must be at least 0 and at most 1",
            true,
        ),
        (
            "/versions/6/behaviour/Charge/0/classes/0",
            r#""uk""#.into(),
            "/versions/6/behaviour/Charge/0/classes/0",
            "there is no input class `uk`",
            false,
        ),
        (
            "/versions/6/behaviour/Charge/0/guard",
            r#""$attempt = 1""#.into(),
            "/versions/6/behaviour/Charge/0/guard",
            "expected a JSONata expression",
            true,
        ),
        (
            "/versions/6/behaviour/Charge/0/guard",
            r#""{% $states.input.n > %}""#.into(),
            "/versions/6/behaviour/Charge/0/guard",
            "Unexpected end of expression",
            false,
        ),
        (
            "/alias/weights",
            r#"{"5": 70, "6": 29}"#.into(),
            "/alias/weights",
            "Sum of routing configuration weights must equal 100. Received: [70, 29]",
            false,
        ),
        (
            "/alias/weights",
            r#"{"5": 100.5}"#.into(),
            "/alias/weights/5",
            "`100.5` is out of range: it must be at least 0 and at most 100",
            true,
        ),
        ("/alias/weights", r#"{"4": 100}"#.into(), "/alias/weights/4", "there is no version `4`", false),
        ("/alias/weights", "{}".into(), "/alias/weights", "an alias points to one or two versions, not 0", true),
        (
            "/alarms/0/period_s",
            "0".into(),
            "/alarms/0/period_s",
            "`0` is out of range: it must be at least 1 and at most 86400",
            true,
        ),
        (
            "/alarms/0/period_s",
            "90".into(),
            "/alarms/0/period_s",
            "a period of 90 s is no whole number of minutes",
            true,
        ),
        ("/alarms/0/M", "4".into(), "/alarms/0/M", "4 of 3 datapoints can never breach", false),
        ("/alarms/0/N", "0".into(), "/alarms/0/N", "`0` is out of range: it must be at least 1 and at most 1000", true),
        (
            "/alarms/0/dimension/Version",
            r#""7""#.into(),
            "/alarms/0/dimension/Version",
            "an alarm on nothing: version `7` gets no executions",
            false,
        ),
        (
            "/alarms/0/dimension",
            r#"{"Version": "6", "Alias": "PROD"}"#.into(),
            "/alarms/0/dimension/Alias",
            "there is no metric with both a Version and an Alias dimension",
            true,
        ),
        (
            "/alarms/0/dimension",
            r#"{"Alias": "TEST"}"#.into(),
            "/alarms/0/dimension/Alias",
            "an alarm on nothing: the alias is called `PROD`",
            false,
        ),
        ("/alarms/0/statistic", r#""Mean""#.into(), "/alarms/0/statistic", "`Mean` is no statistic", true),
        (
            "/alarms/0/metric",
            r#""ExecutionFailed""#.into(),
            "/alarms/0/metric",
            "`ExecutionFailed` is not known here",
            true,
        ),
        ("/alarms/0/metric", String::new(), "/alarms/0", "neither `metric` nor `ratio`", true),
        (
            "/alarms",
            alarm(&format!(r#"{count}, "ratio": {{"num": "ExecutionsFailed", "den": "ExecutionsFailed"}}"#)),
            "/alarms/0",
            "both `metric` and `ratio`",
            true,
        ),
        (
            "/alarms",
            alarm(r#""ratio": {"num": "ExecutionTime", "den": "ExecutionsFailed"}"#),
            "/alarms/0/ratio/num",
            "`ExecutionTime` is no count",
            true,
        ),
        (
            "/alarms",
            alarm(r#""metric": "ExecutionsFailed", "statistic": "p0""#),
            "/alarms/0/statistic",
            "`p0` is no statistic",
            false,
        ),
        (
            "/metrics/loss",
            "2".into(),
            "/metrics/loss",
            "`2` is out of range: it must be at least 0 and at most 1",
            true,
        ),
        (
            "/strategy/weight",
            "101".into(),
            "/strategy/weight",
            "`101` is out of range: it must be at least 0 and at most 100",
            true,
        ),
        ("/strategy/weight", "2.5".into(), "/strategy/weight", "`2.5` is not a whole number", true),
        ("/strategy/to", r#""9""#.into(), "/strategy/to", "there is no version `9`", false),
        (
            "/strategy",
            r#"{"kind": "linear", "weight": 0, "interval_ms": 5}"#.into(),
            "/strategy/weight",
            "steps of 0 % lead nowhere",
            true,
        ),
        (
            "/strategy",
            r#"{"kind": "steps", "steps": []}"#.into(),
            "/strategy/steps",
            "0 steps, between 1 and 1000 are possible",
            true,
        ),
        (
            "/strategy",
            r#"{"kind": "codeDeploy", "name": "Canary10Percent7Minutes"}"#.into(),
            "/strategy/name",
            "`Canary10Percent7Minutes` is no predefined deployment configuration",
            false,
        ),
        (
            "/strategy",
            r#"{"kind": "sprt", "weight": 9, "p0": 0.5, "p1": 0.1, "alpha": 0.1, "beta": 0.1}"#.into(),
            "/strategy",
            "these do not make a test",
            false,
        ),
        (
            "/strategy",
            r#"{"kind": "manual", "actions": [{"at_ms": 5}]}"#.into(),
            "/strategy/actions/0",
            "an action is a `weight`, or a `do`",
            true,
        ),
        (
            "/strategy",
            r#"{"kind": "argo", "steps": [{"setWeight": 5, "pause": {}}]}"#.into(),
            "/strategy/steps/0",
            "a step does one thing",
            true,
        ),
        (
            "/concurrency",
            r#"{"max_open": 0}"#.into(),
            "/concurrency/max_open",
            "`0` is out of range: it must be at least 1 and at most 1000000000",
            true,
        ),
        ("/price", r#"{"per_gb_hour": [1]}"#.into(), "/price/per_gb_hour", "1 prices for three tiers", true),
        (
            "/alarms",
            alarm(&format!(r#"{count}, "period_s": 300, "N": 300"#)),
            "/alarms/0/N",
            "300 periods of 5 minutes are longer than CloudWatch's day",
            false,
        ),
        (
            "/alarms",
            alarm(&format!(r#"{count}, "period_s": 7200, "N": 85"#)),
            "/alarms/0/N",
            "85 periods of 120 minutes are longer than CloudWatch's seven days",
            false,
        ),
        (
            "/strategy",
            r#"{"kind": "sprt", "weight": 0, "p0": 0.01, "p1": 0.05, "alpha": 0.05, "beta": 0.1}"#.into(),
            "/strategy/weight",
            "a test at 0 % never hears anything",
            false,
        ),
        (
            "/strategy",
            r#"{"kind": "blueGreen", "smoke": {"executions": 3, "max_failures": 3}}"#.into(),
            "/strategy/smoke",
            "3 executions never fail more often than 3 times",
            false,
        ),
        (
            "/strategy",
            r#"{"kind": "allAtOnce", "to": "5"}"#.into(),
            "/strategy",
            "version `5` takes all starts already: there is nothing to roll out",
            false,
        ),
    ] {
        let mut document = with(pointer, &json);
        if message.contains("15000000000") {
            let text = with("/traffic/per_min", "10000000").to_json();
            document = Value::parse(&text.replace(r#""replications":10,"#, r#""replications":100,"#)).unwrap();
            let told = findings(&document);
            assert_eq!(told, [(at.to_owned(), message.to_owned())]);
        } else {
            let told = findings(&document);
            assert_eq!(told.first(), Some(&(at.to_owned(), message.to_owned())), "{pointer} {json}: {told:?}");
        }
        assert_eq!(
            schema::refusal(&document).is_some(),
            in_schema,
            "{pointer} {json}: {:?}",
            schema::refusal(&document)
        );
        seen += 1;
    }
    assert!(seen > 50);
}

/// Where as many come as may, each of them would try three hundred times.
#[test]
fn too_many_tries_are_refused() {
    let limits = r#"{"bucket": 1, "refill_per_s": 0.5, "on_throttle": "retry"}"#;
    let text = with("/concurrency", limits).to_json().replace(r#""per_min":100"#, r#""per_min":1000000"#);
    let told = |text: &str| findings(&Value::parse(text).unwrap());
    let message = "each of 15000000 starts may be tried 300 times more";
    assert_eq!(told(&text), [("/concurrency".to_owned(), message.to_owned())]);
    assert_eq!(told(&text.replace("\"retry\"", "\"drop\"")), []);
    assert_eq!(told(&text.replace("1000000", "1000")), []);
}

/// The texts of CloudFormation's handler.
#[test]
fn cloud_formation_says_it_in_its_words() {
    let say = |preference: &str, alias: &str| {
        let strategy = format!(r#"{{"kind": "cloudFormation", {preference}}}"#);
        let mut text = with("/strategy", &strategy).to_json();
        text = text.replace(r#""weights":{"5":100}"#, &format!(r#""weights":{alias}"#));
        findings(&Value::parse(&text).unwrap()).into_iter().map(|(_, message)| message).collect::<Vec<_>>()
    };
    let whole = r#"{"5":100}"#;
    assert_eq!(
        say(r#""Type": "CANARY""#, whole),
        [
            "Deployments of type 'CANARY' require an interval and percentage for traffic shifting. Configure the deployment \
          preference with the 'interval' and 'percentage' properties and try again."
        ]
    );
    assert_eq!(
        say(r#""Type": "LINEAR", "Percentage": 10"#, whole),
        [
            "Deployments of type 'LINEAR' require an interval for traffic shifting. Configure the deployment preference with \
          the 'interval' property and try again."
        ]
    );
    assert_eq!(
        say(r#""Type": "LINEAR", "Percentage": 20, "Interval": 600"#, whole),
        ["The linear deployment configured is estimated to take 3000 minutes, which exceeds the maximum allowable \
          deployment time of 2100 minutes. Configure the deployment preference to use a higher shift percentage or lower \
          time interval and try again."]
    );
    assert_eq!(
        say(r#""Type": "CANARY", "Percentage": 20, "Interval": 6"#, r#"{"5":90,"6":10}"#),
        [
            "Failed to start deployment of type 'CANARY', invalid initial state detected. Expected the alias to be routing \
          100% of traffic towards one version, but it is currently routing traffic towards two. Update the alias to route \
          100% of traffic towards one version and try the deployment again."
        ]
    );
    assert_eq!(say(r#""Type": "ALL_AT_ONCE""#, r#"{"5":90,"6":10}"#), [""; 0]);
}

#[test]
fn all_that_is_wrong_is_told() {
    let text = BASE
        .replace(r#""per_min": 100"#, r#""per_min": -100"#)
        .replace(r#""threshold": 2"#, r#""threshold": "two""#)
        .replace(r#""weight": 10, "interval_ms""#, r#""weight": 110, "intervall_ms""#)
        .replace(r#""p": 0.05"#, r#""p": 5"#);
    let told: Vec<_> = Scenario::parse(&text).unwrap_err().iter().map(|f| f.pointer.to_string()).collect();
    let p = "/versions/6/behaviour/Charge/0/outcomes/0/p";
    // The versions are not known, so what names them is not looked at.
    assert_eq!(
        told,
        ["/traffic/per_min", p, "/alarms/0/threshold", "/strategy/intervall_ms", "/strategy/weight", "/strategy"]
    );
    // Each at its place in the text.
    for finding in Scenario::parse(&text).unwrap_err() {
        assert!(finding.span.end as usize <= text.len() && finding.span.start < finding.span.end);
    }
}

#[test]
fn broken_texts_are_refused() {
    for text in ["", "{", "[]", "null", "{\"weir\": 1,}", &"[".repeat(5000), "\u{0}", "{\"weir\": 1, \"weir\": 1}"] {
        assert!(Scenario::parse(text).is_err());
    }
    // Anything cut off anywhere is refused and nothing panics.
    for end in (0..BASE.len()).filter(|end| BASE.is_char_boundary(*end)) {
        assert!(Scenario::parse(&BASE[..end]).is_err());
    }
}
