//! That the tree and the interpreter tell the same, whatever the scenario.

use super::*;
use crate::simulation::interpret::Interpret;
use crate::simulation::metrics::Close;
use crate::simulation::run::{Budget, Merge, Row, Simulation, Tally};
use crate::simulation::scenario::Effort;
use std::rc::Rc;

/// A scenario with one version of those states, and what their tasks do.
fn scenario(start: &str, states: &str, behaviour: &str, rest: &str) -> Rc<Scenario> {
    let text = format!(
        r#"{{"weir": 1, "seed": 3, "alias": {{"weights": {{"1": 100}}}}, "horizon_ms": 600000,
            "traffic": {{"kind": "poisson", "per_min": 100}},
            "versions": {{"1": {{"definition": {{"StartAt": "{start}", {states}}}, "behaviour": {{{behaviour}}}}}}} {rest}}}"#
    );
    Rc::new(Scenario::parse(&text).unwrap_or_else(|findings| panic!("{text} {findings:#?}")))
}

fn new<R>(made: Result<R, Vec<Diagnostic>>) -> R {
    made.unwrap_or_else(|findings| panic!("{findings:#?}"))
}

/// The fates of so many customers.
fn fates<R: Runner>(runner: &mut R, scenario: &Scenario, count: u64) -> Vec<(Fate, Text)> {
    let replication = Key::new(9);
    runner.begin(replication, Time::from_millis(600_000));
    let fate = |n: u64| {
        let key = replication.with(n);
        let start = Time::from_nanos(n * 60_123_456);
        let customer = Customer { key, class: scenario.class_of(key), start, live_since: Time::ZERO, number: n };
        let fate = runner.run(0, &customer);
        let error = runner.errors()[fate.error as usize].clone();
        (Fate { error: 0, ..fate }, error)
    };
    (0..count).map(fate).collect()
}

const RETRY: &str = r#""Retry": [{"ErrorEquals": ["A"], "IntervalSeconds": 2, "BackoffRate": 1.5, "MaxAttempts": 2, "MaxDelaySeconds": 3},
    {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1, "JitterStrategy": "FULL"}]"#;
const AB: &str = r#"{"latency": {"kind": "exponential", "mean_ms": 900}, "outcomes": [{"p": 0.2, "outcome": "error", "error": "A"},
    {"p": 0.1, "outcome": "error", "error": "B", "latency": {"kind": "lognormal", "median_ms": 500, "sigma": 1}},
    {"outcome": "success", "output": {"n": 3}}]}"#;

/// (start, states, behaviours, the rest)
fn cases() -> Vec<(&'static str, String, String, &'static str)> {
    let task = |more: &str| format!(r#"{{"Type": "Task", "Resource": "x", {more}}}"#);
    let t = |more: &str| task(&format!("{more}, {RETRY}"));
    vec![
        ("T", format!(r#""States": {{"T": {}}}"#, t(r#""End": true"#)), format!(r#""T": {AB}"#), ""),
        // A loop that chance ends, with visits.
        (
            "T",
            format!(
                r#""States": {{"T": {}, "W": {{"Type": "Wait", "Seconds": 3, "Next": "T"}}, "D": {{"Type": "Succeed"}}}}"#,
                t(r#""Next": "D", "TimeoutSeconds": 2, "Catch": [{"ErrorEquals": ["B"], "Next": "W"}, {"ErrorEquals": ["States.Timeout"], "ResultPath": "$.e", "Next": "W"}]"#)
            ),
            format!(r#""T": {AB}"#),
            "",
        ),
        // The machine's own timeout; heartbeats; what never answers.
        (
            "T",
            format!(
                r#""TimeoutSeconds": 4, "States": {{"T": {}, "U": {}}}"#,
                t(r#""Next": "U", "HeartbeatSeconds": 1, "TimeoutSeconds": 3"#),
                task(r#""End": true"#)
            ),
            format!(r#""T": {AB}, "U": {{"outcomes": [{{"p": 0.1, "outcome": "never"}}, {{"p": 0.1, "outcome": "timeout"}}]}}"#),
            "",
        ),
        (
            "U",
            format!(r#""States": {{"U": {}}}"#, task(r#""End": true"#)),
            r#""U": {"outcomes": [{"p": 0.1, "outcome": "never"}, {"p": 0.1, "outcome": "timeout", "latency": {"kind": "gamma", "shape": 2, "mean_ms": 10}}]}"#.into(),
            "",
        ),
        // Data steers: a Choice on the output, classes with inputs of their own.
        (
            "C",
            format!(
                r#""States": {{"C": {{"Type": "Choice", "Choices": [{{"Variable": "$.big", "BooleanEquals": true, "Next": "T"}}], "Default": "P"}},
                    "P": {{"Type": "Pass", "Result": {{"n": 1}}, "Next": "D"}}, "T": {},
                    "D": {{"Type": "Choice", "Choices": [{{"Variable": "$.n", "NumericGreaterThan": 2, "Next": "F"}}], "Default": "S"}},
                    "F": {{"Type": "Fail", "Error": "TooBig"}}, "S": {{"Type": "Succeed"}}}}"#,
                t(r#""Next": "D""#)
            ),
            format!(r#""T": {AB}"#),
            r#", "inputs": [{"name": "small", "weight": 3, "json": {"big": false}}, {"name": "big", "weight": 1, "json": {"big": true}}]"#,
        ),
        // Drift, outages.
        (
            "T",
            format!(r#""States": {{"T": {}, "U": {}}}"#, t(r#""Next": "U""#), task(r#""End": true"#)),
            format!(
                r#""T": {AB}, "U": {{"latency": {{"kind": "uniform", "from_ms": 10, "to_ms": 9000}}, "outcomes": [
                {{"p": 0.05, "outcome": "error", "error": "D", "drift": {{"per": "minute", "slope": 0.04, "cap": 0.9}}}},
                {{"p": 0.9, "outcome": "error", "error": "O", "correlated": {{"group": "db", "rate_per_min": 0.5, "mean_ms": 30000}}}}]}}"#
            ),
            "",
        ),
        // Branches; one fails now and then.
        (
            "P",
            format!(
                r#""States": {{"P": {{"Type": "Parallel", "Next": "W", "Branches": [
                    {{"StartAt": "T", "States": {{"T": {}}}}}, {{"StartAt": "U", "States": {{"U": {}, "V": {{"Type": "Wait", "Seconds": 1, "End": true}}}}}},
                    {{"StartAt": "N", "States": {{"N": {{"Type": "Pass", "End": true}}}}}}],
                    "Catch": [{{"ErrorEquals": ["States.ALL"], "Next": "W"}}], "Retry": [{{"ErrorEquals": ["B"], "MaxAttempts": 1}}]}},
                    "W": {{"Type": "Wait", "Seconds": 1, "End": true}}}}"#,
                t(r#""End": true"#),
                task(r#""Next": "V""#)
            ),
            format!(r#""T": {AB}, "U": {AB}"#),
            "",
        ),
        // Iterations, two at a time, with branches inside, and a machine that has not all day.
        (
            "M",
            format!(
                r#""TimeoutSeconds": 12, "States": {{"M": {{"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "Next": "C",
                    "ItemProcessor": {{"StartAt": "K", "States": {{
                        "K": {{"Type": "Choice", "Choices": [{{"Variable": "$", "NumericEquals": 2, "Next": "Z"}}], "Default": "T"}},
                        "Z": {{"Type": "Pass", "End": true}},
                        "T": {}, "Q": {{"Type": "Parallel", "End": true, "Branches": [{{"StartAt": "U", "States": {{"U": {}}}}},
                            {{"StartAt": "X", "States": {{"X": {{"Type": "Wait", "Seconds": 2, "End": true}}}}}}]}}}}}}}},
                    "C": {{"Type": "Choice", "Choices": [{{"Variable": "$[1]", "IsPresent": true, "Next": "T2"}}], "Default": "Y"}},
                    "T2": {}, "Y": {{"Type": "Succeed"}}}}"#,
                t(r#""Next": "Q""#),
                task(r#""End": true"#),
                t(r#""End": true"#)
            ),
            format!(
                r#""T": {}, "T2": {AB}, "U": {{"latency": {{"kind": "empirical", "values_ms": [100, 1000, 2500]}}}}"#,
                AB.replace("0.2", "0.02").replace("0.1", "0.01")
            ),
            r#", "inputs": [{"name": "all", "weight": 1, "json": {"items": [1, 2, 3, 4]}}]"#,
        ),
        // What the clock and the name steer.
        (
            "P",
            format!(
                r#""States": {{"P": {{"Type": "Pass", "Parameters": {{"t.$": "$$.Execution.Name"}}, "Next": "C"}},
                    "C": {{"Type": "Choice", "Choices": [{{"Variable": "$.t", "StringLessThan": "8", "Next": "T"}}], "Default": "S"}},
                    "T": {}, "S": {{"Type": "Wait", "Timestamp": "2026-01-01T00:05:00Z", "End": true}}}}"#,
                t(r#""End": true"#)
            ),
            format!(r#""T": {AB}"#),
            "",
        ),
        // A definition that loops for ever, and one that fails in the runtime.
        ("L", r#""States": {"L": {"Type": "Pass", "Next": "L"}}"#.into(), String::new(), ""),
        (
            "T",
            format!(
                r#""States": {{"T": {}, "R": {{"Type": "Pass", "InputPath": "$.missing", "End": true}}}}"#,
                task(r#""Next": "R""#)
            ),
            format!(r#""T": {AB}"#),
            "",
        ),
    ]
}

#[test]
fn tells_what_the_interpreter_tells() {
    for (start, states, behaviour, rest) in cases() {
        let scenario = scenario(start, &states, &behaviour, rest);
        let count = if start == "L" { 3 } else { 3000 };
        let mut tree = new(Tree::new(&scenario));
        let told = fates(&mut tree, &scenario, count);
        let interpreted = fates(&mut new(Interpret::new(&scenario)), &scenario, count);
        for (n, (tree, interpreted)) in told.iter().zip(&interpreted).enumerate() {
            assert_eq!(tree, interpreted, "customer {n} of {states}");
        }
        let coverage = tree.coverage();
        let breaches = coverage.reasons.iter().any(|(reason, _)| reason == "it is no function of its draws");
        assert!(!breaches, "{states}: {coverage:?}");
        // Once more, now that it is known.
        assert_eq!(fates(&mut tree, &scenario, count), told, "{states}");
    }
}

#[test]
fn remembers_what_can_be_remembered() {
    let shares: Vec<f64> = cases()
        .iter()
        .map(|(start, states, behaviour, rest)| {
            let scenario = scenario(start, states, behaviour, rest);
            let mut tree = new(Tree::new(&scenario));
            let count = if *start == "L" { 100 } else { 20_000 };
            fates(&mut tree, &scenario, count);
            tree.coverage().share()
        })
        .collect();
    // Where branches fail, the failures are interpreted; what reads its name is always.
    for (n, share) in shares.iter().enumerate() {
        let most = [0.01, 0.03, 0.01, 0.01, 0.01, 0.01, 0.5, 0.02, 1.0, 0.02, 0.01][n];
        assert!(*share <= most, "{n}: {share}");
    }
    assert_eq!(shares[8], 1.0);
}

#[test]
fn a_loop_without_end_fails_as_aws_lets_it_fail() {
    let scenario = scenario("L", r#""States": {"L": {"Type": "Pass", "Next": "L"}}"#, "", "");
    let fate = &fates(&mut new(Tree::new(&scenario)), &scenario, 1)[0];
    assert_eq!((fate.0.close, &*fate.1), (Some(Close::Failed), "States.Runtime"));
}

/// Whole rollouts, through the same door as the product's.
#[test]
fn rollouts_are_the_same() {
    for preset in crate::simulation::presets::PRESETS {
        let mut scenario = Scenario::parse(preset.document).unwrap_or_else(|_| panic!("{}", preset.id));
        scenario.effort = Effort::Replications(30);
        let scenario = Rc::new(scenario);
        fn play<R: Runner>(scenario: &Rc<Scenario>, runner: R) -> (Vec<Row>, Tally) {
            let mut simulation = Simulation::new(Rc::clone(scenario), runner);
            let mut merge = Merge::new(scenario);
            simulation.begin(0);
            while !simulation.advance(Budget { executions: 5000 }).is_done {}
            merge.add(simulation.take().unwrap());
            (merge.rows().to_vec(), merge.tally().clone())
        }
        let tree = play(&scenario, new(Tree::new(&scenario)));
        let interpreted = play(&scenario, new(Interpret::new(&scenario)));
        assert_eq!(tree, interpreted, "{}", preset.id);
    }
}
