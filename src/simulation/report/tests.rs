//! The report keeps its schema, and its tables and sentences say what its numbers do.

use super::*;
use crate::base::Value;
use crate::simulation::presets::PRESETS;
use crate::simulation::scenario::schema;
use crate::simulation::simulate;

fn report(id: &str) -> Report {
    let preset = PRESETS.iter().find(|preset| preset.id == id).unwrap();
    simulate(&preset.document.replace(r#""replications": 1000"#, r#""replications": 100"#)).unwrap()
}

#[test]
fn reports_keep_the_schema() {
    let schema = Value::parse(SCHEMA).unwrap();
    for id in ["canary", "blue-green", "latency-regression", "some-inputs", "stuck-alarm", "retries-hide"] {
        let text = serde_json::to_string(&report(id)).unwrap();
        let json = Value::parse(&text).unwrap();
        assert_eq!(schema::refusal_by(&schema, &json), None, "{id}");
    }
}

#[test]
fn tables_for_spreadsheets() {
    let report = report("canary");
    let csv = report.csv();
    let lines: Vec<&str> = csv.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 101);
    let columns = |line: &str| line.split(',').count();
    assert!(lines.iter().all(|line| columns(line) == columns(lines[0])));
    assert!(lines[1].starts_with("0,RolledBack,0,2,,"), "{}", lines[1]);
    let series = report.series_csv();
    assert_eq!(series.lines().count(), 31);
    assert!(series.lines().nth(1).unwrap().starts_with("0,10,"));
}

#[test]
fn tables_for_people() {
    let text = report("watch-ends").markdown();
    for part in [
        "# A small canary, and nobody looks after it",
        "100 replications, ",
        "| P(rollback), exact | 4.93 % |",
        "| failures on the new version | 1",
        "Sum of ExecutionsFailed of the new version ≥ 2 in 2 of 3 periods of 1 min",
        "nobody looks once all executions start on the new version. Mend: give `bake_ms`",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let rows = text.lines().filter(|line| line.starts_with("| 5 |") || line.starts_with("| 6 |"));
    assert_eq!(rows.count(), 2);
}

#[test]
fn sentences_say_what_the_numbers_do() {
    let report = report("canary");
    let said = report.sentences.join("\n");
    for part in [
        "the intervals do not touch",
        "rolled back in 100 % (96.3–100) of 100 replications",
        "the closed form says 100 %: the dice agree",
        "half of all replications are rolled back within 2 min",
        "executions fail on version 6",
        "a version that changes nothing would be rolled back in ",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
    let decision = &report.run.as_ref().unwrap().decisions[1];
    assert_eq!(
        decision.sentence,
        "rolled back: all new executions start on version 5. Alarm `v6-failures`: 2 of the newest 3 datapoints are ≥ 1, 2 are enough: 000XX"
    );
}

#[test]
fn costs_are_those_of_what_ran() {
    let report = report("retries-hide");
    let [old, new] = &report.versions[..] else { panic!("two versions") };
    let price = |transitions: f64| transitions * 0.025 / 1000.0;
    for version in [old, new] {
        let transitions = version.transitions_per_execution * version.started as f64 / report.replications as f64;
        assert!((version.cost.usd - price(transitions)).abs() < 1e-9);
    }
    assert!((report.cost.usd - old.cost.usd - new.cost.usd).abs() < 1e-9);
    // Three states; a retry is one more transition.
    assert_eq!(old.transitions_per_execution, 3.0);
    assert!(new.transitions_per_execution > 3.2);
}

/// A rule that never decides is told, with its place; not one that might, in whatever branch and attempt.
#[test]
fn guards_that_never_hold() {
    let rules = |guards: &[&str]| {
        let rule = |guard: &&str| {
            format!(r#"{{"guard": "{guard}", "outcomes": [{{"p": 0.5, "outcome": "error", "error": "E"}}]}}"#)
        };
        format!("[{}]", guards.iter().map(rule).collect::<Vec<_>>().join(", "))
    };
    let told = |charge: &str, ship: &str| {
        let task = |next: &str| {
            format!(
                r#"{{"Type": "Task", "Resource": "x", "Retry": [{{"ErrorEquals": ["E"], "MaxAttempts": 1}}], {next}}}"#
            )
        };
        let charge_state = task(r#""Next": "Both""#);
        let ship_state = task(r#""End": true"#);
        let branch = r#"{"StartAt": "Log", "States": {"Log": {"Type": "Pass", "End": true}}}"#;
        let ships = format!(r#"{{"StartAt": "Ship", "States": {{"Ship": {ship_state}}}}}"#);
        let text = format!(
            r#"{{"weir": 1, "traffic": {{"kind": "poisson", "per_min": 60}}, "horizon_ms": 60000, "alias": {{"weights": {{"1": 100}}}},
                "inputs": [{{"name": "eu", "json": {{"amount": 5}}}}, {{"name": "us", "json": {{"amount": 50}}}}],
                "versions": {{"1": {{"definition": {{"StartAt": "Charge", "States": {{"Charge": {charge_state},
                    "Both": {{"Type": "Parallel", "Branches": [{branch}, {ships}], "End": true}}}}}},
                  "behaviour": {{"Charge": {charge}, "Ship": {ship}}}}}}}}}"#
        );
        let report = simulate(&text).unwrap_or_else(|findings| panic!("{findings:#?}"));
        let warnings = report.warnings.iter().filter(|warning| warning.code == "guard-never-holds");
        warnings.map(|warning| warning.pointer.clone()).collect::<Vec<_>>()
    };
    let all = ["{% $states.input.amount > 10 and $attempt = 2 %}", "{% $attempt = 1 %}"];
    assert_eq!(told(&rules(&all), &rules(&all)), [""; 0]);
    let charge = "/versions/1/behaviour/Charge";
    assert_eq!(told(&rules(&["{% $states.input.amont > 10 %}", all[1]]), "{}"), [format!("{charge}/0/guard")]);
    // Behind one that always holds, and for an attempt that is never made.
    assert_eq!(told(&rules(&["{% true %}", all[1]]), "{}"), [format!("{charge}/1/guard")]);
    let third = r#"{"guard": "{% $attempt = 3 %}"}"#;
    assert_eq!(told("{}", third), ["/versions/1/behaviour/Ship/guard"]);
}

/// Steps may go back: that is played, and told.
#[test]
fn a_weight_that_falls_is_told() {
    let text = PRESETS.iter().find(|preset| preset.id == "watch-ends").unwrap().document;
    let steps = r#"{"kind": "steps", "steps": [{"weight": 50, "hold_ms": 60000}, {"weight": 20, "hold_ms": 60000}]}"#;
    let text = text.replace(r#""replications": 1000"#, r#""replications": 2"#);
    let mut root = Value::parse(&text).unwrap().as_object().cloned().unwrap();
    root.insert("strategy".into(), Value::parse(steps).unwrap());
    let report = simulate(&Value::from(root).to_json()).unwrap();
    let told = report.warnings.iter().find(|warning| warning.code == "falling-weight").unwrap();
    assert_eq!((&*told.pointer, &*told.message), ("/strategy/steps/1", "the weight falls from 50 % to 20 %"));
}
