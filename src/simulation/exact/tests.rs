//! The closed form agrees with the dice.

use super::*;
use crate::simulation::run::{Budget, Merge, Simulation, Twins};
use crate::simulation::statistics::{Moments, wilson};
use crate::simulation::tree::Tree;
use std::rc::Rc;

fn scenario(p: f64, latency: &str, rest: &str) -> Rc<Scenario> {
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "x", "Next": "B",
        "Retry": [{"ErrorEquals": ["Again"], "IntervalSeconds": 5, "MaxAttempts": 2}], "TimeoutSeconds": 100},
        "B": {"Type": "Wait", "Seconds": 7, "End": true}}}"#;
    let version = |p: f64| {
        format!(
            r#"{{"definition": {definition}, "behaviour": {{"A": {{"latency": {latency},
                "outcomes": [{{"p": {p}, "outcome": "error", "error": "E"}}]}}}}}}"#
        )
    };
    let text = format!(
        r#"{{"weir": 1, "seed": 5, "replications": 4000, "alias": {{"weights": {{"1": 100}}}},
            "versions": {{"1": {}, "2": {}}}, {rest}}}"#,
        version(0.01),
        version(p)
    );
    Rc::new(Scenario::parse(&text).unwrap_or_else(|findings| panic!("{findings:#?}")))
}

const ALARM: &str = r#""name": "bad", "dimension": {"Version": "2"}"#;

#[test]
fn agrees_with_the_dice() {
    let poisson = r#""traffic": {"kind": "poisson", "per_min": 20}, "horizon_ms": 900000"#;
    let ramp =
        r#""traffic": {"kind": "ramp", "from_per_min": 5, "to_per_min": 40, "over_ms": 500000}, "horizon_ms": 900000"#;
    let canary = r#""strategy": {"kind": "canary", "weight": 30, "interval_ms": 270000, "bake_ms": 240000}"#;
    let linear = r#""strategy": {"kind": "cloudFormation", "Type": "LINEAR", "Percentage": 30, "Interval": 2, "Alarms": ["bad"]}"#;
    let sample = r#""strategy": {"kind": "awsSample", "strategy": "canary", "increment": 40, "interval_s": 300}"#;
    let at_once = r#"{"kind": "constant", "ms": 0}"#;
    let slow = r#"{"kind": "exponential", "mean_ms": 50000}"#;
    let uniform = r#"{"kind": "mixture", "parts": [{"weight": 1, "latency": {"kind": "uniform", "from_ms": 10, "to_ms": 90000}},
        {"weight": 1, "latency": {"kind": "lognormal", "median_ms": 20000, "sigma": 0.8}}]}"#;
    let failed = r#""metric": "ExecutionsFailed", "operator": ">=""#;
    let sum = format!(r#""alarms": [{{{ALARM}, {failed}, "statistic": "Sum", "threshold": 2, "N": 3, "M": 2}}]"#);
    let sparse = format!(
        r#""alarms": [{{{ALARM}, {failed}, "statistic": "Sum", "threshold": 1, "N": 3, "before": "missing"}}],
            "metrics": {{"publish_zeros": false, "publish_delay_ms": 60000, "loss": 0.1}}"#
    );
    let rate = format!(r#""alarms": [{{{ALARM}, {failed}, "statistic": "Average", "threshold": 0.3, "N": 2}}]"#);
    let ratio =
        r#""alarms": [{"name": "bad", "dimension": {"Alias": "PROD"}, "operator": ">", "threshold": 0.15, "N": 2,
        "ratio": {"num": "ExecutionsFailed", "den": ["ExecutionsFailed", "ExecutionsSucceeded"]}}]"#
            .to_owned();
    let clock = format!(
        r#""alarms": [{{{ALARM}, {failed}, "statistic": "Sum", "threshold": 5, "period_s": 180, "window": "wallclock"}}]"#
    );
    let p90 = format!(
        r#""alarms": [{{{ALARM}, "metric": "ExecutionTime", "operator": ">", "statistic": "p80", "threshold": 90000, "N": 2}}]"#
    );
    // Until something is published, it sees what was before, and that rings.
    let blind = format!(
        r#""alarms": [{{{ALARM}, {failed}, "statistic": "Sum", "threshold": 2, "N": 3, "M": 2, "before": "breaching"}}],
            "metrics": {{"publish_delay_ms": 90000}}"#
    );
    let mut checked = 0;
    for (traffic, strategy, latency, alarm) in [
        (poisson, canary, at_once, &sum),
        (poisson, canary, slow, &sum),
        (ramp, linear, uniform, &sum),
        (poisson, sample, slow, &sum),
        (poisson, canary, uniform, &sparse),
        (ramp, canary, slow, &rate),
        (poisson, linear, uniform, &ratio),
        (poisson, canary, slow, &clock),
        (poisson, canary, slow, &p90),
        (poisson, canary, slow, &blind),
    ] {
        let scenario = scenario(0.12, latency, &format!("{traffic}, {strategy}, {alarm}"));
        let tree = Tree::new(&scenario).unwrap();
        let answer = exact(&scenario, &tree).unwrap_or_else(|reasons| panic!("{reasons:?}"));
        let mut simulation = Simulation::new(Rc::clone(&scenario), tree);
        let mut merge = Merge::new(&scenario);
        while let Some(block) = merge.wanted() {
            simulation.begin(block);
            while !simulation.advance(Budget { executions: u64::MAX }).is_done {}
            merge.add(simulation.take().unwrap());
        }
        let (rows, n) = (merge.rows(), merge.rows().len() as u64);
        let label = format!("{traffic} {strategy} {alarm}");
        // P(rollback) by each minute, within 4.5 standard deviations.
        for minute in 1..=15 {
            let by = rows.iter().filter(|row| row.rolled_back <= minute * MINUTE).count() as f64 / n as f64;
            let p = answer.passage.by(minute);
            let sd = (p * (1.0 - p) / n as f64).sqrt();
            assert!((by - p).abs() <= 4.5 * sd + 1e-9, "{label} minute {minute}: {by} {p}");
        }
        let failures = Moments::of(rows.iter().map(|row| f64::from(row.failed.new)));
        let off = (failures.mean - answer.failures_new).abs() / (failures.deviation().unwrap() / (n as f64).sqrt());
        assert!(off < 4.5, "{label}: {} {}", failures.mean, answer.failures_new);
        let excess = Moments::of(rows.iter().map(|row| f64::from(row.attributable)));
        let off = (excess.mean - answer.excess).abs() / (excess.deviation().unwrap() / (n as f64).sqrt());
        assert!(off < 4.5, "{label}: {} {}", excess.mean, answer.excess);
        let Twins { played: twins, rolled_back: turned, .. } = merge.tally().twins;
        assert!(
            wilson(turned, twins, 0.99999).contains(answer.false_rollback),
            "{label}: {turned} {}",
            answer.false_rollback
        );
        checked += u32::from((0.02..0.98).contains(&answer.passage.total()));
    }
    assert!(checked >= 7, "most cases are neither certain nor impossible: {checked}");
}

/// Starts at the rate 6 t per minute, and exponential latencies of m minutes: of those before T so many have closed.
#[test]
fn a_rising_rate_with_latency_is_exact() {
    let m = 0.8;
    let closed = |t: f64| 6.0 * (t * t / 2.0 - (m * t - m * m + m * m * libm::exp(-t / m)));
    let ramp =
        r#""traffic": {"kind": "ramp", "from_per_min": 0, "to_per_min": 60, "over_ms": 600000}, "horizon_ms": 600000"#;
    let alarm = format!(
        r#""alarms": [{{{ALARM}, "metric": "ExecutionsFailed", "operator": ">=", "statistic": "Sum", "threshold": 1}}]"#
    );
    let rest = format!(r#"{ramp}, {alarm}, "strategy": {{"kind": "allAtOnce", "bake_ms": 60000}}"#);
    let scenario = scenario(0.12, r#"{"kind": "exponential", "mean_ms": 48000}"#, &rest);
    let answer = exact(&scenario, &Tree::new(&scenario).unwrap()).unwrap();
    // Those that succeed wait for seven seconds more.
    let (failed, succeeded) = (0.12 * closed(1.0), 0.88 * closed(1.0 - 7.0 / 60.0));
    let point = answer.points[0];
    // None of these closes before the wait is over: a piece ends there, so they are as exact as the others, and seven times
    // as many.
    assert!((-libm::log(point.missing) - failed - succeeded).abs() < 5e-8, "{point:?}");
    assert!((-libm::log1p(-point.breaching) - failed).abs() < 1e-8, "{point:?}");
}

/// A ramp from 0 brings a + b s starts up to s, so each corner of the distribution function is one of what closes.
#[test]
fn corners_inside_of_a_piece_are_exact() {
    // Uniform from 11.3 to 44.9 s, then 7 s of Wait; failures do not wait.
    let law = r#"{"kind": "uniform", "from_ms": 11300, "to_ms": 44900}"#;
    let rest = r#""traffic": {"kind": "ramp", "from_per_min": 0, "to_per_min": 600, "over_ms": 600000}, "horizon_ms": 600000,
        "strategy": {"kind": "allAtOnce", "bake_ms": 300000},
        "alarms": [{"name": "bad", "dimension": {"Version": "2"}, "metric": "ExecutionsFailed", "statistic": "Sum",
                    "operator": ">=", "threshold": 1}]"#;
    let scenario = scenario(0.01, law, rest);
    let answer = exact(&scenario, &Tree::new(&scenario).unwrap()).unwrap();
    // Starts per second grow by 1/60 each second. Closed by t: ∫ s/60 F(t − s) ds, twice integrated by hand:
    // F has slope 1/(b − a) between the corners, so that it is ((t − a)³₊ − (t − b)³₊) / (360 (b − a)).
    let (a, b) = (11.3, 44.9);
    let cube = |x: f64| x.max(0.0).powi(3);
    let closed = |t: f64| 0.01 * (cube(t - a) - cube(t - b)) / (360.0 * (b - a));
    for (n, point) in answer.points.iter().enumerate() {
        let (from, to) = (60.0 * n as f64, 60.0 * (n as f64 + 1.0));
        let breaching = 1.0 - (closed(from) - closed(to)).exp();
        assert!((point.breaching - breaching).abs() < 1e-9, "{n}: {} {breaching}", point.breaching);
    }
}

#[test]
fn says_why_not() {
    let canary = r#""strategy": {"kind": "canary", "weight": 30, "interval_ms": 300000}"#;
    let alarm =
        format!(r#"{{{ALARM}, "metric": "ExecutionsFailed", "statistic": "Sum", "operator": ">=", "threshold": 1}}"#);
    let sliding = alarm.replace(r#""threshold""#, r#""period_s": 300, "threshold""#);
    let far = alarm.replace(r#""threshold""#, r#""N": 20, "M": 10, "threshold""#);
    let at_once = r#"{"kind": "constant", "ms": 0}"#;
    let poisson = r#""traffic": {"kind": "poisson", "per_min": 1}, "horizon_ms": 2400000"#;
    for (latency, rest, reason) in [
        (
            at_once,
            format!(r#""traffic": {{"kind": "constant", "per_min": 20}}, "horizon_ms": 600000, {canary}"#),
            "starts are evenly spaced, not Poisson",
        ),
        (
            at_once,
            format!(r#"{poisson}, {canary}, "concurrency": {{"max_open": 5}}"#),
            "throttling makes executions hinder each other",
        ),
        (at_once, format!(r#"{poisson}, {canary}, "alarms": [{sliding}]"#), "sliding windows of 5 minutes overlap"),
        (
            at_once,
            format!(r#"{poisson}, "strategy": {{"kind": "allAtOnce", "bake_ms": 1800000}}, "alarms": [{far}]"#),
            "an alarm over 20 periods with gaps has too many windows",
        ),
        (
            at_once,
            format!(
                r#"{poisson}, "strategy": {{"kind": "sprt", "weight": 10, "p0": 0.01, "p1": 0.05, "alpha": 0.05, "beta": 0.1}}"#
            ),
            "the controller's decisions depend on more than an alarm",
        ),
        (
            r#"{"kind": "constant", "ms": 90000}"#,
            format!(r#"{poisson}, {}, "alarms": [{alarm}]"#, canary.replace("30,", r#"30, "on_rollback": "abort","#)),
            "a rollback stops what still runs, so failures depend on the alarm",
        ),
        (
            at_once,
            format!(
                r#"{poisson}, "strategy": {{"kind": "steps", "steps": [{{"weight": 0, "hold_ms": 60000}}]}}, "alarms": [{alarm}]"#
            ),
            "the rollout begins with a weight of 0",
        ),
        (
            at_once,
            format!(
                r#"{poisson}, {}, "alarms": [{}]"#,
                canary.replace("30,", r#"30, "on_alarm_at_start": "ignore","#),
                alarm.replace(r#""threshold""#, r#""initial": "ALARM", "threshold""#)
            ),
            "the alarm rings already when the rollout begins",
        ),
    ] {
        let scenario = scenario(0.1, latency, &rest);
        let reasons = exact(&scenario, &Tree::new(&scenario).unwrap()).unwrap_err();
        assert_eq!(reasons, [reason], "{rest}");
    }
}

/// Gaps that count as points are points: the same law with fewer windows, and one for windows that are long.
#[test]
fn gaps_that_count_are_points() {
    let alarm = |n: u32, m: u32, treat: &str, before: &str| {
        let poisson = r#""traffic": {"kind": "poisson", "per_min": 2}, "horizon_ms": 2400000"#;
        let rest = format!(
            r#"{poisson}, "strategy": {{"kind": "allAtOnce", "bake_ms": 2400000}}, "alarms": [{{{ALARM}, "metric": "ExecutionsFailed",
                "statistic": "Sum", "operator": ">=", "threshold": 1, "N": {n}, "M": {m}, "range": {n},
                "treatMissing": "{treat}", "before": "{before}"}}]"#
        );
        scenario(0.4, r#"{"kind": "constant", "ms": 0}"#, &rest)
    };
    // A minute breaches when something fails in it (or nothing ends in it, where that counts): k of N by counting.
    for (n, m, treat, before) in [
        (1, 1, "notBreaching", "missing"),
        (3, 2, "notBreaching", "notBreaching"),
        (3, 3, "breaching", "notBreaching"),
        (4, 2, "breaching", "missing"),
        (15, 10, "notBreaching", "notBreaching"),
    ] {
        let scenario = alarm(n, m, treat, before);
        let answer = exact(&scenario, &Tree::new(&scenario).unwrap()).unwrap_or_else(|reasons| panic!("{reasons:?}"));
        let breaches = |point: &Chances| point.breaching + if treat == "breaching" { point.missing } else { 0.0 };
        let was = u32::from(treat == "breaching" && before == "missing");
        // Windows as bits, the newest lowest.
        let all = (1_u32 << (n - 1)) - 1;
        let mut windows = std::collections::BTreeMap::from([(was * all, 1.0)]);
        for (minute, point) in answer.points.iter().enumerate() {
            let (mut next, mut rung) = (std::collections::BTreeMap::new(), 0.0);
            for (window, mass) in &windows {
                for (bit, p) in [(1, breaches(point)), (0, 1.0 - breaches(point))] {
                    let whole = window << 1 | bit;
                    if whole.count_ones() >= m {
                        rung += mass * p
                    } else {
                        *next.entry(whole & all).or_insert(0.0) += mass * p
                    }
                }
            }
            assert!((answer.passage.at[minute] - rung).abs() < 1e-12, "{m} of {n} {treat} {minute}");
            windows = next;
        }
        assert!(answer.passage.total() > 0.01);
    }
}

/// A rollout of weeks has its answer while somebody waits, or says that it has none.
#[test]
fn long_rollouts_are_told_at_once() {
    let begin = std::time::Instant::now();
    let rest = |traffic: &str| {
        format!(
            r#"{traffic}, "horizon_ms": 6000000000, "strategy": {{"kind": "canary", "weight": 10, "interval_ms": 3000000000,
                "bake_ms": 3000000000}}, "alarms": [{{{ALARM}, "metric": "ExecutionsFailed", "statistic": "Sum",
                "operator": ">=", "threshold": 9}}]"#
        )
    };
    let steady = scenario(
        0.1,
        r#"{"kind": "exponential", "mean_ms": 900}"#,
        &rest(r#""traffic": {"kind": "poisson", "per_min": 5}"#),
    );
    let answer = exact(&steady, &Tree::new(&steady).unwrap()).unwrap();
    assert_eq!(answer.passage.at.len(), 100_000);
    let ramp = r#""traffic": {"kind": "ramp", "from_per_min": 5, "to_per_min": 9, "over_ms": 5000000000}"#;
    let changing = scenario(0.1, r#"{"kind": "constant", "ms": 0}"#, &rest(ramp));
    let reasons = exact(&changing, &Tree::new(&changing).unwrap()).unwrap_err();
    assert_eq!(reasons, ["100000 periods in which something always changes are too many"]);
    assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
}
