//! Comparisons: the strategy table of rollouts.md 4, sweeps, and what is wrong with a document.

use super::*;
use crate::simulation::presets::PRESETS;

fn scenario() -> &'static str {
    PRESETS.iter().find(|preset| preset.id == "watch-ends").unwrap().document
}

fn document(rest: &str) -> String {
    format!(
        r#"{{"weir": 1, "scenario": {}, {rest}}}"#,
        scenario().replace(r#""replications": 1000"#, r#""replications": 300"#)
    )
}

/// Exact values from the table "Strategy table of one bad version".
#[test]
fn the_strategy_table() {
    let canary = |weight: u32, minutes: u32, bake: u32| {
        let (interval, bake) = (minutes * 60_000, bake * 60_000);
        format!(r#"{{"kind": "canary", "weight": {weight}, "interval_ms": {interval}, "bake_ms": {bake}}}"#)
    };
    let step = |weight: u32| format!(r#"{{"weight": {weight}, "hold_ms": 300000}}"#);
    let steps =
        format!(r#"{{"kind": "steps", "steps": [{}, {}, {}], "bake_ms": 300000}}"#, step(5), step(25), step(50));
    let strategies = [
        ("all at once", r#"{"kind": "allAtOnce", "bake_ms": 600000}"#.to_owned()),
        ("canary", canary(10, 5, 0)),
        ("canary and bake", canary(10, 5, 10)),
        ("linear", r#"{"kind": "linear", "weight": 10, "interval_ms": 60000, "bake_ms": 60000}"#.to_owned()),
        ("canary 1 %", canary(1, 10, 0)),
        ("steps", steps),
    ];
    let variants: Vec<String> = strategies
        .iter()
        .map(|(name, strategy)| format!(r#"{{"name": "{name}", "patch": {{"strategy": {strategy}}}}}"#))
        .collect();
    let report = compare(&document(&format!(r#""variants": [{}]"#, variants.join(", ")))).unwrap();
    let expected = [
        (1.000, 2.09, 10.4, 0.0004, 0.0),
        (0.049, 3.63, 121.3, 0.0000, 5.0),
        (1.000, 6.77, 11.7, 0.0004, 5.0),
        (0.9996, 4.93, 7.9, 0.0001, 9.0),
        (0.0000, 6.2, 100.5, 0.0000, 10.0),
        (1.000, 10.31, 9.5, 0.0002, 15.0),
    ];
    for (line, (p, minutes, failures, false_rollback, full)) in report.lines.iter().zip(expected) {
        let near = |value: f64, expected: f64, tolerance: f64| {
            assert!((value - expected).abs() <= tolerance, "{}: {value} is not {expected}", line.name);
        };
        near(line.catches(), p, 6e-4);
        near(line.false_rollback.unwrap(), false_rollback, 6e-5);
        near(line.minutes_to_full.unwrap(), full, 1e-9);
        // Of 300 replications.
        near(line.failures.mean, failures, 0.06 * failures + 1.0);
        if line.rollback.value > 0.9 {
            near(line.mean_minutes_to_rollback.unwrap(), minutes, 0.5);
        }
    }
    // Linear has the fewest failures, all at once is the fastest; the canary that nobody watches loses to all at once.
    let on_front: Vec<&str> = report.lines.iter().filter(|line| line.on_front).map(|line| &*line.name).collect();
    assert!(on_front.contains(&"all at once") && on_front.contains(&"linear"), "{on_front:?}");
    assert_eq!(report.recommendation.name.as_deref(), Some("linear"));
    assert!(report.recommendation.reason.starts_with("`linear`: the smallest blast radius that catches"));
    assert_eq!(report.markdown().lines().count(), 10);
}

/// A version that a smoke test turns away is caught, and a harmless one that it turns away is not spared. What a harmless
/// version waits is told of harmless versions.
#[test]
fn a_smoke_test_catches() {
    let smoke = |executions: u32| {
        let strategy =
            format!(r#"{{"kind": "blueGreen", "smoke": {{"executions": {executions}}}, "bake_ms": 600000}}"#);
        format!(r#"{{"name": "{executions} smoke tests", "patch": {{"alarms": [], "strategy": {strategy}}}}}"#)
    };
    let report = compare(&document(&format!(r#""variants": [{}, {}]"#, smoke(20), smoke(200)))).unwrap();
    for (line, n) in report.lines.iter().zip([20, 200]) {
        // 5 % of the new version's executions fail, 0.1 % of the old one's; 300 replications, 4.5 standard deviations.
        for (seen, p) in [(line.catches(), 0.05_f64), (line.cries_wolf().unwrap(), 0.001)] {
            let expected = 1.0 - (1.0 - p).powi(n);
            let tolerance = 4.5 * (expected * (1.0 - expected) / 300.0).sqrt() + 1e-4;
            assert!((seen - expected).abs() <= tolerance, "{}: {seen} is not {expected}", line.name);
        }
        assert_eq!((line.rollback.value, line.false_rollback), (0.0, Some(0.0)));
        assert!(line.minutes_to_full.is_some_and(|minutes| minutes < 1.0), "{line:?}");
    }
    assert!(report.recommendation.name.is_none(), "{:?}", report.recommendation);
}

#[test]
fn sweeps_over_two_values() {
    let sweep = r#""sweep": [{"pointer": "/strategy/weight", "values": [5, 20]}, {"pointer": "/alarms/0/threshold", "values": [1, 2, 3]}]"#;
    let report = compare(&document(sweep)).unwrap();
    assert_eq!(report.swept, ["/strategy/weight", "/alarms/0/threshold"]);
    let names: Vec<&str> = report.lines.iter().map(|line| &*line.name).collect();
    assert_eq!(names[..2], ["weight 5, threshold 1", "weight 5, threshold 2"]);
    assert_eq!(report.lines.len(), 6);
    // A lower threshold catches more and is wrong more often.
    for lines in report.lines.chunks(3) {
        assert!(lines.windows(2).all(|pair| pair[0].catches() > pair[1].catches()));
        assert!(lines.windows(2).all(|pair| pair[0].false_rollback > pair[1].false_rollback));
    }
}

#[test]
fn says_why_none_is_recommended() {
    let sweep = |want: &str| {
        let sweep = r#""sweep": [{"pointer": "/alarms/0/threshold", "values": [2, 3]}]"#;
        compare(&document(&format!("{sweep}, {want}"))).unwrap().recommendation
    };
    let none = sweep(r#""want": {"catch": 0.99}"#);
    assert_eq!(none.name, None);
    assert!(
        none.reason.contains("none catches it that often, the surest is `threshold 2` with 4.93 %"),
        "{}",
        none.reason
    );
    let wolf = sweep(r#""want": {"catch": 0.04, "false_rollback": 0}"#);
    assert!(wolf.reason.contains("those that catch it cry wolf"), "{}", wolf.reason);
}

#[test]
fn refuses_what_cannot_be_compared() {
    let told = |text: &str| {
        let findings = Comparison::parse(text).unwrap_err();
        findings.into_iter().map(|f| (f.pointer.to_string(), f.message)).collect::<Vec<_>>()
    };
    let one = |pointer: &str, message: &str| vec![(pointer.to_owned(), message.to_owned())];
    assert_eq!(
        told("{"),
        one("", "expected a member or `}`, found the end of the text")
            .iter()
            .map(|_| told("{")[0].clone())
            .collect::<Vec<_>>()
    );
    assert_eq!(told(&document(r#""want": {}"#)), one("", "nothing to compare"));
    assert_eq!(
        told(&document(r#""variants": []"#)),
        one("/variants", "0 alternatives, between 1 and 400 are possible")
    );
    assert_eq!(
        told(&document(r#""sweep": [{"pointer": "/strategy/wait", "values": [1]}]"#)),
        one("/sweep/0", "there is nothing at `/strategy/wait` in the scenario")
    );
    assert_eq!(
        told(&document(r#""sweep": [{"pointer": "/strategy/weight", "values": [10, 110]}]"#)),
        one(
            "/sweep/0/values/1",
            "`weight 110`: at `/strategy/weight`: `110` is out of range: it must be at least 0 and at most 100"
        )
    );
    let many = (0..500).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(
        told(&document(&format!(r#""sweep": [{{"pointer": "/seed", "values": [{many}]}}]"#))),
        one("/sweep/0", "500 alternatives, between 1 and 400 are possible")
    );
}
