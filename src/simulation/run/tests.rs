//! Replications: that chunks, workers and ways of computing make no difference, and that the order of events is kept.

use super::rig::Rig;
use super::*;
use crate::base::value::read::parse as parse_json;
use crate::base::{Key, Value};
use crate::simulation::tree::Tree;

/// A scenario by parts, with version 1 that never fails and version 2 that fails `p`.
fn scenario(p: f64, latency: &str, rest: &str) -> Rc<Scenario> {
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "x", "End": true}}}"#;
    let version = |p: f64| {
        format!(
            r#"{{"definition": {definition}, "behaviour": {{"A": {{"latency": {latency},
                "outcomes": [{{"p": {p}, "outcome": "error", "error": "E"}}]}}}}}}"#
        )
    };
    let text = format!(
        r#"{{"weir": 1, "seed": 5, "alias": {{"weights": {{"1": 100}}}},
            "versions": {{"1": {}, "2": {}}}, {rest}}}"#,
        version(0.0),
        version(p)
    );
    assert!(parse_json(&text).errors.is_empty(), "{text}");
    Rc::new(Scenario::parse(&text).unwrap_or_else(|findings| panic!("{findings:#?}")))
}

const POISSON: &str = r#""traffic": {"kind": "poisson", "per_min": 60}"#;
const ALARM: &str = r#""alarms": [{"name": "bad", "metric": "ExecutionsFailed", "statistic": "Sum",
    "dimension": {"Version": "2"}, "operator": ">=", "threshold": 2, "N": 3, "M": 2}]"#;
const CANARY: &str = r#""strategy": {"kind": "canary", "weight": 20, "interval_ms": 300000, "bake_ms": 300000}"#;
const EXPONENTIAL: &str = r#"{"kind": "exponential", "mean_ms": 40000}"#;
const AT_ONCE: &str = r#"{"kind": "constant", "ms": 0}"#;

fn simulation(scenario: &Rc<Scenario>) -> Simulation<Tree> {
    Simulation::new(Rc::clone(scenario), Tree::new(scenario).unwrap())
}

fn run(scenario: &Rc<Scenario>, budget: u64) -> Merge {
    let mut simulation = simulation(scenario);
    let mut merge = Merge::new(scenario);
    while let Some(block) = merge.wanted() {
        simulation.begin(block);
        while !simulation.advance(Budget { executions: budget }).is_done {}
        merge.add(simulation.take().unwrap());
    }
    merge
}

fn same(a: &Merge, b: &Merge) {
    assert_eq!(a.rows(), b.rows());
    assert_eq!(a.tally(), b.tally());
}

#[test]
fn chunks_and_workers_make_no_difference() {
    let rest = format!(r#"{POISSON}, {ALARM}, {CANARY}, "replications": 350, "horizon_ms": 900000"#);
    let scenario = scenario(0.03, EXPONENTIAL, &rest);
    let whole = run(&scenario, u64::MAX);
    same(&whole, &run(&scenario, 7));
    // Three workers, whose blocks come in any order, over the wire.
    let mut merge = Merge::new(&scenario);
    let mut asked: Vec<u64> = std::iter::from_fn(|| merge.wanted()).collect();
    asked.reverse();
    for blocks in asked.chunks(2) {
        let mut worker = simulation(&scenario);
        for block in blocks {
            worker.begin(*block);
            while !worker.advance(Budget { executions: 1234 }).is_done {}
            let text = serde_json::to_string(&worker.take().unwrap()).unwrap();
            merge.add(serde_json::from_str(&text).unwrap());
        }
    }
    same(&whole, &merge);
    assert!(whole.rows().iter().any(Row::is_rolled_back) && !whole.rows().iter().all(Row::is_rolled_back));
}

/// Booking whole futures between decisions comes to the same as taking every event in the order of time.
#[test]
fn booking_ahead_is_exact() {
    let manual = r#""strategy": {"kind": "manual", "actions": [{"at_ms": 0, "weight": 10}, {"at_ms": 61000, "weight": 50},
        {"at_ms": 150500, "do": "rollBack"}]}"#;
    let constant = r#""traffic": {"kind": "constant", "per_min": 60}"#;
    let bursts = r#""traffic": {"kind": "poisson", "per_min": 60, "burst": {"kind": "fixed", "executions": 4}}"#;
    let counted = r#""traffic": {"kind": "poisson", "per_min": 60, "stop": {"count": 333}}"#;
    let steps = r#""strategy": {"kind": "steps", "poll_ms": 25000, "steps": [{"weight": 10, "hold_ms": 45000},
        {"weight": 60, "hold_ms": 100000}], "bake_ms": 60000}"#;
    let flagger = r#""strategy": {"kind": "flagger", "interval_ms": 30000, "stepWeight": 20, "maxWeight": 80, "threshold": 3,
        "metrics": [{"name": "rate", "ratio": {"num": "ExecutionsFailed", "den": "ExecutionsStarted"},
                     "dimension": {"Version": "2"}, "thresholdRange": {"max": 0.1}}]}"#;
    let slow = r#"{"kind": "constant", "ms": 60000}"#;
    let propagating = r#""metrics": {"loss": 0.1, "publish_delay_ms": 60000}, "seed": 6"#;
    for strategy in [CANARY, manual, steps, flagger] {
        for traffic in [POISSON, constant, bursts, counted] {
            for latency in [AT_ONCE, slow, EXPONENTIAL] {
                for extra in [r#""horizon_ms": 690000"#, propagating] {
                    let horizon = if extra.contains("horizon") { "" } else { r#", "horizon_ms": 600000"# };
                    let rest = format!(r#"{traffic}, {ALARM}, {strategy}, "replications": 20, {extra}{horizon}"#);
                    let rest = rest.replace(r#", "seed": 6"#, "");
                    let scenario = scenario(0.15, latency, &rest);
                    let ahead = run(&scenario, 1000);
                    let mut rig = Rig::new(Rc::clone(&scenario), Tree::new(&scenario).unwrap());
                    rig.take_one_by_one();
                    let mut tally = Tally::default();
                    for (replication, row) in ahead.rows().iter().enumerate() {
                        rig.begin(replication as u64, false, false);
                        while !rig.advance(&mut 17, &mut tally) {}
                        assert_eq!(rig.row(), *row, "{rest}");
                    }
                    tally.twins = ahead.tally().twins;
                    assert_eq!(&tally, ahead.tally(), "{rest}");
                }
            }
        }
    }
}

/// rollouts.md 2.6 with everything at whole minutes.
#[test]
fn ties_are_broken_as_said() {
    // One start a minute, at 0:00, 1:00, …; each fails after exactly a minute.
    let traffic = r#""traffic": {"kind": "constant", "per_min": 1}, "horizon_ms": 600000"#;
    let alarm = r#""alarms": [{"name": "bad", "metric": "ExecutionsFailed", "statistic": "Sum", "dimension": {"Version": "2"},
        "operator": ">=", "threshold": 1}]"#;
    let all = |hold: u64| {
        let strategy =
            format!(r#""strategy": {{"kind": "steps", "steps": [{{"weight": 99, "hold_ms": {hold}}}], "bake_ms": 0}}"#);
        let scenario =
            scenario(1.0, r#"{"kind": "constant", "ms": 60000}"#, &format!("{traffic}, {alarm}, {strategy}"));
        run(&scenario, 100).rows()[0]
    };
    // The first completes at 1:00, which is in the second minute, which is seen at 2:00: before the promotion at 2:00.
    let row = all(120_000);
    assert_eq!(row.rolled_back, 120_000_000_000);
    // The start at 2:00 sees the old weights; those of 0:00 and 1:00 fail at 1:00 and 2:00, where completions come first.
    assert_eq!((row.started.new, row.failed.new, row.in_flight, row.after_rollback), (2, 2, 0, 0));
    // A promotion at 1:59 is too early for it.
    assert_eq!(all(119_000).rolled_back, NEVER);
    assert_eq!(all(119_000).full, 119_000_000_000);
}

#[test]
fn a_weight_that_rises_takes_nobody_back() {
    let started = |weight: u8| {
        let strategy = format!(r#""strategy": {{"kind": "manual", "actions": [{{"at_ms": 0, "weight": {weight}}}]}}"#);
        let scenario = scenario(0.1, AT_ONCE, &format!(r#"{POISSON}, {strategy}, "horizon_ms": 600000"#));
        let mut simulation = simulation(&scenario);
        simulation.begin(0);
        while !simulation.advance(Budget { executions: 10 }).is_done {}
        let on_new = simulation.detail().unwrap().executions.iter().filter(|shown| shown.new).map(|shown| shown.at);
        on_new.collect::<Vec<_>>()
    };
    let (few, many) = (started(10), started(25));
    assert!(few.len() < many.len() && few.iter().all(|at| many.contains(at)));
}

/// Any execution on the chart can be run again alone.
#[test]
fn shown_executions_can_be_run_again() {
    let rest = format!(r#"{POISSON}, {ALARM}, {CANARY}, "horizon_ms": 900000"#);
    let scenario = scenario(0.1, EXPONENTIAL, &rest);
    let mut simulation = simulation(&scenario);
    simulation.begin(0);
    while !simulation.advance(Budget { executions: 10_000 }).is_done {}
    let detail = simulation.detail().unwrap().clone();
    let key = crate::base::Key::new(5).with(0);
    assert_eq!(detail.seen as usize, detail.executions.len());
    for shown in &detail.executions {
        let version = if shown.new { scenario.new } else { scenario.old };
        let fate = simulation.runner_mut().run(version, &shown.customer(key));
        assert_eq!((fate.duration.as_nanos(), fate.error), (shown.duration, shown.error));
    }
    // The columns tell of the same executions.
    let started: u32 = detail.versions.iter().flat_map(|columns| &columns.started).sum();
    assert_eq!(started as usize, detail.executions.len());
    assert_eq!(detail.decisions[0].after, 20);
    assert_eq!(detail.evaluations[0].len(), 15);
}

#[test]
fn the_rest_of_a_large_sample_is_fair() {
    let rest = r#""traffic": {"kind": "poisson", "per_min": 60000}, "horizon_ms": 120000,
        "strategy": {"kind": "allAtOnce"}"#;
    let scenario = scenario(0.01, AT_ONCE, rest);
    let mut simulation = simulation(&scenario);
    simulation.begin(0);
    while !simulation.advance(Budget { executions: 100_000 }).is_done {}
    let detail = simulation.detail().unwrap();
    let of = |close: ShownClose| detail.executions.iter().filter(|shown| shown.close == Some(close)).count();
    assert!(detail.seen > 110_000);
    assert_eq!(of(ShownClose::Succeeded), 2000);
    assert!((1000..1500).contains(&of(ShownClose::Failed)));
}

#[test]
fn precision_stops_the_run() {
    let effort = r#""precision": {"half_width": 0.02, "relative": 0, "most": 9000}"#;
    let rest = format!(r#"{POISSON}, {ALARM}, {CANARY}, {effort}, "twin": false, "horizon_ms": 660000"#);
    let scenario = scenario(0.02, AT_ONCE, &rest);
    let merge = run(&scenario, 100_000);
    let n = merge.rows().len() as u64;
    let rolled_back = merge.rows().iter().filter(|row| row.is_rolled_back()).count() as u64;
    assert!(wilson(rolled_back, n, 0.95).half_width() <= 0.02);
    assert!((LEAST..9000).contains(&n) && n.is_multiple_of(BLOCK), "{n}");
    // Blocks that came too many change nothing.
    let mut late = run(&scenario, 100_000);
    let mut simulation = simulation(&scenario);
    simulation.begin(n / BLOCK);
    while !simulation.advance(Budget { executions: 100_000 }).is_done {}
    late.add(simulation.take().unwrap());
    same(&merge, &late);
}

#[test]
fn twins_are_rolled_back_for_nothing() {
    let rest = format!(r#"{POISSON}, {ALARM}, {CANARY}, "replications": 300, "horizon_ms": 660000"#);
    // Both fail alike: half of all, so the alarm rings at once.
    let text = scenario(0.0, AT_ONCE, &rest);
    let twins = run(&text, 10_000).tally().twins;
    assert_eq!((twins.played, twins.rolled_back), (300, 0));
}

#[test]
fn rolling_back_can_stop_what_runs() {
    let slow = r#"{"kind": "exponential", "mean_ms": 300000}"#;
    let strategy = |on: &str| {
        format!(
            r#""strategy": {{"kind": "manual", "on_rollback": "{on}", "actions": [{{"at_ms": 0, "weight": 50}},
            {{"at_ms": 300000, "do": "rollBack"}}]}}"#
        )
    };
    let rows = |on: &str| {
        let rest = format!(r#"{POISSON}, {}, "replications": 50, "horizon_ms": 3600000"#, strategy(on));
        run(&scenario(0.5, slow, &rest), 10_000)
    };
    let (keep, abort) = (rows("keep"), rows("abort"));
    for (keep, abort) in keep.rows().iter().zip(abort.rows()) {
        assert_eq!((keep.started, keep.in_flight), (abort.started, abort.in_flight));
        assert_eq!(keep.failed.new, abort.failed.new + keep.after_rollback);
        assert_eq!(abort.after_rollback, 0);
    }
    let aborted = abort.tally().versions.new.closes.aborted;
    assert_eq!(aborted, abort.rows().iter().map(|row| u64::from(row.in_flight)).sum::<u64>());
    assert_eq!(keep.tally().versions.new.closes.all(), abort.tally().versions.new.closes.all());
}

/// Whoever rolls back: what closes at that instant has closed, and is neither stopped nor damage of the time after.
#[test]
fn what_closes_as_it_is_rolled_back_has_closed() {
    // One start a second; each fails after a minute, so the first 61 have failed at 2:00.
    let traffic = r#""traffic": {"kind": "constant", "per_min": 60}, "horizon_ms": 600000"#;
    let minute = r#"{"kind": "constant", "ms": 60000}"#;
    let alarm = ALARM.replace(r#""N": 3, "M": 2"#, r#""N": 1"#);
    let person = |more: &str| {
        format!(
            r#""kind": "manual", "actions": [{{"at_ms": 0, "weight": 100}}, {{"at_ms": {more}, "do": "rollBack"}}]"#
        )
    };
    let plans = [
        (person("120000"), 60),
        // Off the minute, where the open executions are remembered one by one.
        (person("90000"), 60),
        (r#""kind": "allAtOnce", "bake_ms": 300000"#.into(), 60),
        (r#""kind": "allAtOnce", "bake_ms": 300000, "poll_ms": 30000"#.into(), 60),
        // The third failure decides, at 1:02, which has seen 62 starts.
        (r#""kind": "sprt", "weight": 100, "p0": 0.1, "p1": 0.5, "alpha": 0.01, "beta": 0.1"#.into(), 60),
    ];
    for (plan, running) in plans {
        for on in ["keep", "abort"] {
            let rest = format!(r#"{traffic}, {alarm}, "twin": false, "strategy": {{{plan}, "on_rollback": "{on}"}}"#);
            let merge = run(&scenario(1.0, minute, &rest), 1000);
            let row = merge.rows()[0];
            let after = if on == "keep" { row.in_flight } else { 0 };
            let told = (row.is_rolled_back(), row.in_flight, row.after_rollback);
            assert_eq!(told, (true, running - 1, after), "{plan} {on}");
            let aborted = merge.tally().versions.new.closes.aborted;
            assert_eq!(aborted, if on == "keep" { 0 } else { u64::from(row.in_flight) }, "{plan} {on}");
        }
    }
}

/// An alarm on the version of a scenario that has no other hears of its executions.
#[test]
fn a_version_alone_is_heard() {
    let text = r#"{"weir": 1, "traffic": {"kind": "constant", "per_min": 10}, "horizon_ms": 300000,
        "alias": {"weights": {"1": 100}}, "versions": {"1": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Fail"}}}}},
        "alarms": [{"name": "bad", "metric": "ExecutionsFailed", "statistic": "Sum", "dimension": {"Version": "1"},
          "operator": ">=", "threshold": 10}]}"#;
    let merge = run(&Rc::new(Scenario::parse(text).unwrap()), 1000);
    assert_eq!(merge.tally().alarms[0].breaching, 5);
}

#[test]
fn throttled_starts_wait_or_are_lost() {
    let limit = |on: &str| format!(r#""concurrency": {{"bucket": 10, "refill_per_s": 0.5, "on_throttle": "{on}"}}"#);
    let row = |on: &str| {
        let rest = format!(r#"{POISSON}, "horizon_ms": 600000, {}"#, limit(on));
        run(&scenario(0.0, AT_ONCE, &rest), 100).rows()[0]
    };
    let (drop, retry) = (row("drop"), row("retry"));
    // Ten at once and one every two seconds, of about 600.
    assert!((305..=311).contains(&drop.started.old), "{drop:?}");
    assert!((305..=311).contains(&retry.started.old), "{retry:?}");
    assert!(drop.dropped + drop.started.old > 520);
    let open = r#""concurrency": {"max_open": 3}"#;
    let rest = format!(r#"{POISSON}, "horizon_ms": 600000, {open}"#);
    let scenario = scenario(0.0, r#"{"kind": "constant", "ms": 10000}"#, &rest);
    let mut simulation = simulation(&scenario);
    simulation.begin(0);
    while !simulation.advance(Budget { executions: 10 }).is_done {}
    assert!(simulation.detail().unwrap().versions.old.running.iter().all(|running| *running <= 3));
}

#[test]
fn smoke_tests_come_first() {
    let strategy =
        r#""strategy": {"kind": "blueGreen", "smoke": {"executions": 20, "max_failures": 0}, "bake_ms": 60000}"#;
    let row = |p: f64| {
        let rest = format!(r#"{POISSON}, {strategy}, "horizon_ms": 600000"#);
        run(&scenario(p, r#"{"kind": "constant", "ms": 5000}"#, &rest), 100).rows()[0]
    };
    let good = row(0.0);
    assert_eq!((good.first_shift, good.ending), (5_000_000_000, End::Completed));
    let bad = row(0.9);
    assert_eq!((bad.first_shift, bad.ending, bad.started.new), (NEVER, End::Refused, 0));
}

/// Values that no author means, put where others stand.
const STRANGE: [&str; 24] = [
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "\"6\"",
    "\"x\"",
    "0",
    "-1",
    "1",
    "2",
    "0.5",
    "99",
    "100",
    "101",
    "1e-9",
    "-1e-300",
    "59999",
    "86400000",
    "1000000",
    "1e9",
    "9007199254740993",
    "1e18",
    "1e300",
];

/// The document with something else at one place that chance picks: a strange value, a copy of what stands elsewhere, or
/// nothing.
fn mutated(document: &Value, key: Key) -> Value {
    fn count(value: &Value) -> u64 {
        let members = value.as_object().into_iter().flat_map(|object| object.values());
        1 + value.as_array().into_iter().flat_map(|list| list.iter()).chain(members).map(count).sum::<u64>()
    }
    fn nth(value: &Value, mut n: u64) -> Value {
        if n == 0 {
            return value.clone();
        }
        n -= 1;
        let members = value.as_object().into_iter().flat_map(|object| object.values());
        for child in value.as_array().into_iter().flat_map(|list| list.iter()).chain(members) {
            let inside = count(child);
            if n < inside {
                return nth(child, n);
            }
            n -= inside;
        }
        Value::Null
    }
    /// Nothing where `with` is nothing: the place is taken out.
    fn put(value: &Value, n: &mut u64, with: Option<&Value>) -> Option<Value> {
        if *n == 0 {
            *n = u64::MAX;
            return with.cloned();
        }
        *n -= 1;
        Some(match value {
            Value::Array(list) => list.iter().filter_map(|child| put(child, n, with)).collect::<Vec<_>>().into(),
            Value::Object(members) => {
                let mut made = crate::base::Object::new();
                for (key, child) in members.iter() {
                    if let Some(child) = put(child, n, with) {
                        made.insert(key.clone(), child);
                    }
                }
                made.into()
            }
            other => other.clone(),
        })
    }
    let all = count(document);
    let pick = |purpose: u64, of: u64| key.with(purpose).bits() % of;
    let with = match pick(0, 10) {
        0 => None,
        1 | 2 => Some(nth(document, 1 + pick(1, all - 1))),
        _ => Some(Value::parse(STRANGE[pick(2, STRANGE.len() as u64) as usize]).unwrap()),
    };
    put(document, &mut (1 + pick(3, all - 1)), with.as_ref()).unwrap_or_default()
}

/// Whatever a document says, it is refused with places and words, or it is played in slices that end. What the schema
/// refuses is refused.
#[test]
fn documents_gone_wrong() {
    let others = [
        r#"{"kind": "argo", "steps": [{"setWeight": 20}, {"pause": {"duration_ms": 60000}}, {"analysis": {"metrics": [
            {"name": "m", "metric": "ExecutionsFailed", "statistic": "Sum", "dimension": {"Version": "6"}, "count": 3,
             "interval_ms": 60000, "failureCondition": {"operator": ">", "threshold": 0}}]}}]}"#,
        r#"{"kind": "flagger", "interval_ms": 60000, "stepWeight": 10, "maxWeight": 50, "threshold": 2, "metrics": [{"name": "m",
            "metric": "ExecutionTime", "statistic": "p90", "dimension": {"Version": "6"}, "window_ms": 120000,
            "thresholdRange": {"max": 500}}]}"#,
        r#"{"kind": "manual", "actions": [{"at_ms": 0, "weight": 10}, {"at_ms": 99999, "do": "rollBack"}]}"#,
        r#"{"kind": "steps", "poll_ms": 30000, "on_rollback": "abort", "steps": [{"weight": 10, "hold_ms": 90000}]}"#,
        r#"{"kind": "cloudFormation", "Type": "LINEAR", "Percentage": 30, "Interval": 2, "Alarms": ["failures"]}"#,
    ];
    let mut documents: Vec<Value> = Vec::new();
    for (n, preset) in crate::simulation::presets::PRESETS.iter().enumerate() {
        let document = Value::parse(preset.document).unwrap();
        let mut made = document.as_object().unwrap().clone();
        if n % 2 == 0 {
            made.insert("strategy".into(), Value::parse(others[n / 2 % others.len()]).unwrap());
        }
        if n % 3 == 0 {
            let limits = r#"{"bucket": 10, "refill_per_s": 1, "max_open": 5, "on_throttle": "retry"}"#;
            made.insert("concurrency".into(), Value::parse(limits).unwrap());
        }
        documents.push(made.into());
    }
    let (mut refused, mut played) = (0, 0);
    for n in 0..4000_u64 {
        let key = Key::new(99).with(n);
        let mut document = mutated(&documents[n as usize % documents.len()], key);
        if n % 4 == 0 {
            document = mutated(&document, key.with(1));
        }
        let text = document.to_json();
        let scenario = Scenario::parse(&text).and_then(|scenario| Ok((Tree::new(&scenario)?, scenario)));
        let (tree, scenario) = match scenario {
            Ok(both) => both,
            Err(findings) => {
                refused += 1;
                assert!(findings.iter().any(|finding| finding.is_error()), "{text}");
                for finding in &findings {
                    let place = finding.pointer.to_string();
                    let parent = place.rsplit_once('/').map_or("", |(parent, _)| parent);
                    assert!(document.pointer(&place).or(document.pointer(parent)).is_some(), "{place} in {text}");
                    assert!(!finding.message.is_empty() && finding.span.end as usize <= text.len(), "{finding:?}");
                }
                continue;
            }
        };
        played += 1;
        assert_eq!(crate::simulation::scenario::schema::refusal(&document), None, "{text}");
        let mut simulation = Simulation::new(Rc::new(scenario), tree);
        simulation.begin(0);
        for _ in 0..3 {
            let begin = std::time::Instant::now();
            let done = simulation.advance(Budget { executions: 2000 }).is_done;
            assert!(begin.elapsed().as_secs() < 20, "a slice without end: {text}");
            if done {
                break;
            }
        }
    }
    assert!(refused > 1000 && played > 300, "{refused} {played}");
}

/// Little happens in a long time: the slices end all the same, and what is too much is refused before it begins.
#[test]
fn long_times_end() {
    let far = r#""strategy": {"kind": "allAtOnce", "bake_ms": 60000000000}, "horizon_ms": 60000000000"#;
    let rare = r#""traffic": {"kind": "poisson", "per_min": 0.000001}"#;
    let rest = format!(r#"{rare}, {ALARM}, {far}, "replications": 10, "twin": false"#);
    let scenario = scenario(0.1, AT_ONCE, &rest);
    let mut simulation = simulation(&scenario);
    simulation.begin(0);
    let mut slices = 0;
    while slices < 50 && !simulation.advance(Budget { executions: 10_000 }).is_done {
        slices += 1;
    }
    assert_eq!(slices, 50, "a million minutes take more than 50 slices of 10,000");
    // In one go and in slices, it comes to the same.
    let shorter = rest.replace("60000000000", "6000000000").replace("0.000001", "0.01");
    let shorter = super::tests::scenario(0.5, AT_ONCE, &shorter);
    same(&run(&shorter, u64::MAX), &run(&shorter, 777));
    let told = |from: &str, to: &str| {
        let text = scenario.root.to_value().to_json().replace(from, to);
        let findings = Scenario::parse(&text).unwrap_err();
        let told = findings.iter().map(|finding| (finding.pointer.to_string(), finding.help.is_some()));
        told.collect::<Vec<_>>()
    };
    let at = |pointer: &str| vec![(pointer.to_owned(), true)];
    assert_eq!(told(r#""replications":10"#, r#""replications":1000000"#), at("/replications"));
    assert_eq!(told(r#""bake_ms""#, r#""poll_ms":0.001,"bake_ms""#), at("/strategy/poll_ms"));
    assert_eq!(told(r#""horizon_ms":60000000000"#, r#""horizon_ms":3200000000000"#), at("/horizon_ms"));
    let outage = r#""correlated":{"group":"g","rate_per_min":900,"mean_ms":1},"error":"E""#;
    let first = format!("/versions/{}/behaviour/A", scenario.versions[0].name);
    assert_eq!(told(r#""error":"E""#, outage), at(&first));
}

/// Percentiles of many durations, with the past forgotten: the same as without.
#[test]
fn durations_are_forgotten_once_nobody_asks() {
    let alarm = r#""alarms": [{"name": "slow", "metric": "ExecutionTime", "statistic": "p90", "dimension": {"Version": "2"},
        "operator": ">", "threshold": 92000, "period_s": 180, "N": 2, "M": 1}]"#;
    let traffic = r#""traffic": {"kind": "poisson", "per_min": 300}"#;
    let rest = format!(r#"{traffic}, {alarm}, {CANARY}, "replications": 20, "horizon_ms": 900000"#);
    let scenario = scenario(0.2, EXPONENTIAL, &rest);
    let whole = run(&scenario, u64::MAX);
    let mut rig = Rig::new(Rc::clone(&scenario), Tree::new(&scenario).unwrap());
    rig.forget_after(1);
    let mut tally = Tally::default();
    for (replication, row) in whole.rows().iter().enumerate() {
        rig.begin(replication as u64, false, false);
        while !rig.advance(&mut 999, &mut tally) {}
        assert_eq!(rig.row(), *row);
    }
    let turned = whole.rows().iter().filter(|row| row.is_rolled_back()).count();
    assert!(turned > 2 && turned < 18, "{turned}");
}

/// What nobody needs to know any more takes no room, where nobody acts for long, too.
#[test]
fn the_past_takes_no_room() {
    let alarm = r#""alarms": [{"name": "slow", "metric": "ExecutionTime", "statistic": "p90", "dimension": {},
        "operator": ">", "threshold": 9000000, "period_s": 120}]"#;
    let strategy = |more: &str| {
        format!(
            r#""strategy": {{"kind": "steps", "steps": [{{"weight": 100, "hold_ms": 6000000}}], "bake_ms": 0, {more}}}"#
        )
    };
    let (polls, aborts) = (r#""poll_ms": 90000"#, r#""on_rollback": "abort""#);
    for (more, remembers) in [(r#""alarms": ["none"]"#, false), (polls, true), (aborts, true)] {
        let traffic = r#""traffic": {"kind": "poisson", "per_min": 2000}"#;
        let rest = format!(r#"{traffic}, {alarm}, {}, "twin": false, "horizon_ms": 6000000"#, strategy(more));
        let scenario = scenario(0.2, EXPONENTIAL, &rest);
        let mut rig = Rig::new(Rc::clone(&scenario), Tree::new(&scenario).unwrap());
        rig.forget_after(1);
        rig.begin(0, false, false);
        while !rig.advance(&mut u64::MAX.clone(), &mut Tally::default()) {}
        let (times, executions) = rig.remembered();
        assert!(rig.row().started.new > 190_000, "{more}");
        assert!(times < 20_000 && executions < 10_000 && (executions > 0) == remembers, "{more}: {times} {executions}");
    }
}
