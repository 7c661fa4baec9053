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
        // Guards: by what was answered before, by class, by attempt, by iteration; with drift below one of them.
        (
            "T",
            format!(
                r#""States": {{"T": {}, "M": {{"Type": "Map", "ItemsPath": "$.items", "End": true, "ItemProcessor": {{"StartAt": "U",
                    "States": {{"U": {}}}}}}}}}"#,
                t(r#""Parameters": {"kind.$": "$.kind"}, "ResultPath": "$.t", "Next": "M", "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.t", "Next": "M"}]"#),
                t(r#""End": true"#)
            ),
            r#""T": [{"guard": "{% $states.input.kind = 'odd' and $attempt < 3 %}", "latency": {"kind": "exponential", "mean_ms": 500},
                      "outcomes": [{"p": 0.5, "outcome": "error", "error": "A"}]},
                     {"guard": "{% $class = 'three' %}", "outcomes": [{"p": 0.1, "outcome": "error", "error": "B",
                      "drift": {"per": "minute", "slope": 0.02}}]}, {"outcomes": [{"p": 0.01, "outcome": "error", "error": "C"}]}],
               "U": {"guard": "{% $states.input = 2 %}", "latency": {"kind": "constant", "ms": 70}, "outcomes": [{"p": 0.03, "outcome": "error", "error": "B"}]}"#
                .into(),
            r#", "inputs": [{"name": "one", "json": {"kind": "odd", "items": [1]}}, {"name": "two", "json": {"kind": "even", "items": [1, 2]}},
                {"name": "three", "json": {"kind": "even", "items": [3, 2]}}]"#,
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
        let most = [0.01, 0.03, 0.01, 0.01, 0.01, 0.01, 0.5, 0.02, 0.1, 1.0, 0.02, 0.01][n];
        assert!(*share <= most, "{n}: {share}");
    }
    assert_eq!(shares[9], 1.0);
}

/// By hand: the odd fail at every second call and are not tried a third time; nobody else fails.
#[test]
fn guards_decide_and_are_told_exactly() {
    let states = r#""States": {"T": {"Type": "Task", "Resource": "x", "End": true, "Retry": [{"ErrorEquals": ["A"], "MaxAttempts": 1}]}}"#;
    let behaviour = r#""T": {"guard": "{% $states.input.n % 2 = 1 %}", "outcomes": [{"p": 0.5, "outcome": "error", "error": "A"}]}"#;
    let inputs = r#", "inputs": [{"name": "odd", "weight": 1, "json": {"n": 7}}, {"name": "even", "weight": 3, "json": {"n": 8}}]"#;
    let scenario = scenario("T", states, behaviour, inputs);
    let mut tree = new(Tree::new(&scenario));
    for (class, failing) in [(0, 0.25), (1, 0.0)] {
        let futures = tree.futures(0, class, Time::ZERO, Time::ZERO).unwrap();
        let failed: f64 = futures.iter().filter(|f| f.close == Some(Close::Failed)).map(|f| f.p).sum();
        assert!((failed - failing).abs() < 1e-12, "{class}: {failed}");
    }
    let told = fates(&mut tree, &scenario, 40_000);
    let failed = told.iter().filter(|(fate, _)| fate.close == Some(Close::Failed)).count() as f64 / 40_000.0;
    assert!((failed - 0.0625).abs() < 4.5 * (0.0625 * 0.9375 / 40_000_f64).sqrt(), "{failed}");
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

/// Machines that nobody thought of: states, retries, catches, timeouts, branches, iterations, and what tasks do, all by
/// chance.
struct Chance {
    key: Key,
    drawn: u64,
    behaviours: String,
}

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.drawn += 1;
        self.key.with(self.drawn).bits() % most
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }

    fn latency(&mut self) -> String {
        let ms = [0, 1, 400, 1000, 1000, 2500][self.below(6) as usize];
        match self.below(7) {
            0 | 1 => format!(r#"{{"kind": "constant", "ms": {ms}}}"#),
            2 => format!(r#"{{"kind": "exponential", "mean_ms": {ms}}}"#),
            3 => format!(r#"{{"kind": "uniform", "from_ms": {}, "to_ms": {ms}}}"#, ms / 2),
            4 => format!(r#"{{"kind": "gamma", "shape": 0.8, "mean_ms": {ms}}}"#),
            5 => r#"{"kind": "empirical", "values_ms": [1000, 1000, 2000, 5000]}"#.to_owned(),
            _ => {
                let (a, b) = (self.latency(), self.latency());
                format!(
                    r#"{{"kind": "mixture", "parts": [{{"weight": 3, "latency": {a}}}, {{"weight": 1, "latency": {b}}}]}}"#
                )
            }
        }
    }

    fn rule(&mut self) -> String {
        let mut outcomes = Vec::new();
        for error in ["A", "B", "C"].iter().take(self.below(4) as usize) {
            let more = match self.below(6) {
                0 => r#", "drift": {"per": "minute", "slope": 0.03, "cap": 0.4}"#.to_owned(),
                1 => r#", "drift": {"per": "execution", "slope": 0.001}"#.to_owned(),
                2 => r#", "correlated": {"group": "g", "rate_per_min": 1, "mean_ms": 9000}"#.to_owned(),
                3 => format!(r#", "latency": {}"#, self.latency()),
                _ => String::new(),
            };
            outcomes.push(format!(r#"{{"p": 0.1, "outcome": "error", "error": "{error}"{more}}}"#));
        }
        if self.below(4) == 0 {
            let silence = self.one(&["never", "timeout"]);
            outcomes.push(format!(r#"{{"p": 0.05, "outcome": "{silence}"}}"#));
        }
        if self.below(2) == 0 {
            outcomes.push(r#"{"outcome": "success", "output": {"n": 3, "items": [1, 2, 3]}}"#.to_owned());
        }
        let covers = match self.below(8) {
            0 | 4 => r#""classes": ["one"], "#,
            1 | 5 => r#""attempts": {"from": 2}, "#,
            2 => r#""guard": "{% $states.input.r.n = 3 %}", "#,
            3 => r#""guard": "{% $class = 'two' or $attempt > 1 or $count($states.input.items) = 1 %}", "#,
            _ => "",
        };
        format!(r#"{{{covers}"latency": {}, "outcomes": [{}]}}"#, self.latency(), outcomes.join(", "))
    }

    fn recovery(&mut self, catch_to: &str) -> String {
        let mut out = String::new();
        if self.below(2) == 0 {
            let (error, jitter) = (self.one(&["A", "States.ALL", "States.Timeout"]), self.one(&["FULL", "NONE"]));
            let (most, interval) = (self.below(3), 1 + self.below(3));
            out += &format!(
                r#""Retry": [{{"ErrorEquals": ["{error}"], "MaxAttempts": {most}, "IntervalSeconds": {interval},
                    "BackoffRate": 1.5, "JitterStrategy": "{jitter}"}}], "#
            );
        }
        if self.below(2) == 0 {
            let error = self.one(&["B", "States.ALL"]);
            out +=
                &format!(r#""Catch": [{{"ErrorEquals": ["{error}"], "ResultPath": "$.e", "Next": "{catch_to}"}}], "#);
        }
        out
    }

    /// States that follow one another, and what comes last.
    fn states(&mut self, prefix: &str, depth: u32) -> String {
        let mut states = Vec::new();
        let count = 1 + self.below(3);
        for n in 0..count {
            let (name, next) = (format!("{prefix}{n}"), format!("{prefix}{}", n + 1));
            let kind = self.below(if depth > 1 { 6 } else { 8 });
            let state = match kind {
                0..=2 => {
                    let rules =
                        if self.below(3) == 0 { format!("[{}, {}]", self.rule(), self.rule()) } else { self.rule() };
                    let comma = if self.behaviours.is_empty() { "" } else { ", " };
                    self.behaviours += &format!(r#"{comma}"{name}": {rules}"#);
                    let timeout = if self.below(3) == 0 { r#""TimeoutSeconds": 2, "# } else { "" };
                    let recovery = self.recovery(&next);
                    format!(
                        r#""Type": "Task", "Resource": "x", "ResultPath": "$.r", {timeout}{recovery}"Next": "{next}""#
                    )
                }
                3 => format!(r#""Type": "Wait", "Seconds": {}, "Next": "{next}""#, self.below(3)),
                4 => format!(r#""Type": "Pass", "Result": {{"n": 2}}, "ResultPath": "$.p", "Next": "{next}""#),
                5 => format!(
                    r#""Type": "Choice", "Choices": [{{"And": [{{"Variable": "$.r.n", "IsPresent": true}},
                        {{"Variable": "$.r.n", "NumericEquals": 3}}], "Next": "{prefix}{count}"}}], "Default": "{next}""#
                ),
                6 => {
                    let (a, b) =
                        (self.states(&format!("{name}a"), depth + 1), self.states(&format!("{name}b"), depth + 1));
                    let recovery = self.recovery(&next);
                    format!(
                        r#""Type": "Parallel", "ResultPath": "$.q", {recovery}"Branches": [{{"StartAt": "{name}a0", {a}}},
                            {{"StartAt": "{name}b0", {b}}}], "Next": "{next}""#
                    )
                }
                _ => {
                    let (item, most) = (self.states(&format!("{name}m"), depth + 1), self.below(3));
                    let recovery = self.recovery(&next);
                    format!(
                        r#""Type": "Map", "ItemsPath": "$.items", "ResultPath": "$.m", "MaxConcurrency": {most}, {recovery}
                            "ItemSelector": {{"items": [7]}}, "ItemProcessor": {{"StartAt": "{name}m0", {item}}}, "Next": "{next}""#
                    )
                }
            };
            states.push(format!(r#""{name}": {{{state}}}"#));
        }
        states.push(format!(r#""{prefix}{count}": {{"Type": "Succeed"}}"#));
        format!(r#""States": {{{}}}"#, states.join(", "))
    }
}

#[test]
fn tells_the_same_of_machines_made_by_chance() {
    let (mut remembered, mut all, mut raced) = (0, 0, 0);
    for n in 0..250 {
        let mut chance = Chance { key: Key::new(77).with(n), drawn: 0, behaviours: String::new() };
        let states = chance.states("S", 0);
        let timeout = if chance.below(4) == 0 { r#""TimeoutSeconds": 8, "# } else { "" };
        let inputs = r#", "inputs": [{"name": "one", "weight": 1, "json": {"items": [1, 2]}},
            {"name": "two", "weight": 2, "json": {"items": [1, 2, 3], "r": {"n": 3}}}]"#;
        let scenario = scenario("S0", &format!("{timeout}{states}"), &chance.behaviours, inputs);
        let mut tree = new(Tree::new(&scenario));
        let told = fates(&mut tree, &scenario, 300);
        let interpreted = fates(&mut new(Interpret::new(&scenario)), &scenario, 300);
        for (customer, (tree, interpreted)) in told.iter().zip(&interpreted).enumerate() {
            assert_eq!(tree, interpreted, "customer {customer} of machine {n}: {timeout}{states}");
        }
        let coverage = tree.coverage();
        assert!(!coverage.reasons.iter().any(|(why, _)| why == "it is no function of its draws"), "{n}: {states}");
        raced += coverage.reasons.iter().filter(|(why, _)| why == RACE).map(|(_, count)| count).sum::<u64>();
        remembered += coverage.executions - coverage.interpreted;
        all += coverage.executions;
    }
    // Most are remembered, and branches that fail beside others are among them too.
    assert!(remembered * 2 > all && raced > 100, "{remembered} of {all} remembered, {raced} raced");
}
