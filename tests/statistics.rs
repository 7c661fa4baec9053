//! The simulator's oracles: values in closed form that the project did not compute (`conformance/oracles.json`).
//!
//! A simulation oracle is a scenario document played by the public `simulate`; a function or logic oracle calls the
//! function that the product itself uses. The folder is looked for at `$WEIR_CONFORMANCE` and beside the checkout; where
//! it is absent, one line says so. Debug builds play a tenth of the replications, with the tolerance that belongs to it.
//! `WEIR_ORACLES=lag` plays those whose id holds `lag`.

mod blocks;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use weir::asl::{Definition, compile};
use weir::base::special::binomial_sf;
use weir::base::{Delay, Key, Value};
use weir::simulation::alarm::{AlarmState, Point, TreatMissing, evaluate};
use weir::simulation::arrivals::Arrivals;
use weir::simulation::cost::{Use, cost};
use weir::simulation::exact::exact;
use weir::simulation::report::Report;
use weir::simulation::run::{End, Row};
use weir::simulation::runner;
use weir::simulation::scenario::{Price, Rate, Scenario, Traffic};
use weir::simulation::statistics::{
    Moments, Sprt, chi_square, clopper_pearson, executions_to_see, fisher_greater, mann_whitney, wilson,
};

/// Oracles that are known to fail, with the reason. A failure that is not listed breaks the build, and so does a listed
/// one that passes.
const KNOWN_FAILURES: [(&str, &str); 0] = [];

/// Debug builds do this part of the work.
const THIN: u64 = if cfg!(debug_assertions) { 10 } else { 1 };

/// One number against another.
struct Check {
    what: String,
    observed: f64,
    expected: f64,
    tolerance: f64,
}

impl Check {
    fn holds(&self) -> bool {
        (self.observed - self.expected).abs() <= self.tolerance
    }

    /// How far off it is, 1 being as far as it may.
    fn off(&self) -> f64 {
        let off = (self.observed - self.expected).abs();
        if self.tolerance > 0.0 { off / self.tolerance } else { f64::from(u8::from(off > 0.0)) }
    }
}

/// An oracle as it is written.
struct Oracle<'a>(&'a Value);

impl Oracle<'_> {
    fn id(&self) -> &str {
        self.text("id")
    }

    fn text(&self, key: &str) -> &str {
        self.0.get(key).and_then(Value::as_str).unwrap_or("")
    }

    fn parameter(&self, key: &str) -> Option<&Value> {
        self.0.get("parameters")?.get(key)
    }

    fn has(&self, key: &str) -> bool {
        self.parameter(key).is_some()
    }

    fn number(&self, key: &str) -> f64 {
        self.parameter(key).and_then(Value::as_f64).unwrap_or_else(|| panic!("{}: no parameter {key}", self.id()))
    }

    fn number_or(&self, key: &str, default: f64) -> f64 {
        self.parameter(key).and_then(Value::as_f64).unwrap_or(default)
    }

    fn numbers(&self, key: &str) -> Vec<f64> {
        let list = self.parameter(key).and_then(Value::as_array).unwrap_or_else(|| panic!("{}: no {key}", self.id()));
        list.iter().filter_map(Value::as_f64).collect()
    }

    fn word(&self, key: &str) -> &str {
        self.parameter(key).and_then(Value::as_str).unwrap_or("")
    }

    fn expected(&self) -> &Value {
        self.0.get("expected").unwrap_or(&Value::Null)
    }

    fn tolerance(&self) -> &Value {
        self.0.get("tolerance").unwrap_or(&Value::Null)
    }

    fn is_function(&self) -> bool {
        self.text("kind") == "function"
    }

    /// How many replications, executions or periods are played, and by what the tolerance grows.
    fn size(&self) -> (u64, f64) {
        let tolerance = self.tolerance();
        let size = tolerance.get("replications").or_else(|| tolerance.get("executions")).and_then(Value::as_i64);
        let size = size.unwrap_or(1).unsigned_abs();
        if size < 1000 { (size, 1.0) } else { (size / THIN, (THIN as f64).sqrt()) }
    }

    /// Compares one number, or each of a list or object of numbers, with what is expected.
    fn compare(&self, observed: &[(&str, f64)], widen: f64) -> Vec<Check> {
        let allowed = self.tolerance().get("abs").unwrap_or(&Value::Null);
        let check = |(n, (what, value)): (usize, &(&str, f64))| {
            let pick = |from: &Value| match from {
                Value::Number(number) => Some(number.as_f64()),
                Value::Array(list) => list.get(n).and_then(Value::as_f64),
                Value::Object(members) => members.get(what).and_then(Value::as_f64),
                _ => None,
            };
            let expected = pick(self.expected()).unwrap_or_else(|| panic!("{}: no {what} expected", self.id()));
            let tolerance = pick(allowed).unwrap_or_else(|| panic!("{}: no tolerance for {what}", self.id()));
            Check { what: (*what).to_owned(), observed: *value, expected, tolerance: tolerance * widen }
        };
        observed.iter().enumerate().map(check).collect()
    }
}

// ── scenario documents ──────────────────────────────────────────────────────────────────────────────────────────────

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

/// A law of the oracles as one of a scenario.
fn law(task: &Value) -> String {
    let number = |key: &str| task.get(key).and_then(Value::as_f64).unwrap_or(0.0);
    match task.get("dist").and_then(Value::as_str) {
        Some("exponential") => format!(r#"{{"kind": "exponential", "mean_ms": {}}}"#, 1000.0 * number("mean_s")),
        Some("lognormal") => {
            let median = 1000.0 * number("median_s");
            format!(r#"{{"kind": "lognormal", "median_ms": {median}, "sigma": {}}}"#, number("sigma"))
        }
        Some("uniform") => {
            let (from, to) = (1000.0 * number("from_s"), 1000.0 * number("to_s"));
            format!(r#"{{"kind": "uniform", "from_ms": {from}, "to_ms": {to}}}"#)
        }
        _ => constant(1000.0 * number("seconds")),
    }
}

fn constant(ms: f64) -> String {
    format!(r#"{{"kind": "constant", "ms": {ms}}}"#)
}

/// Tasks that follow one another: name, what more the state says, its behaviour.
fn version(states: &[(String, String, String)]) -> String {
    let (mut definition, mut behaviour) = (Vec::new(), Vec::new());
    for (n, (name, more, task)) in states.iter().enumerate() {
        let next = match states.get(n + 1) {
            Some((next, ..)) => format!(r#""Next": "{next}""#),
            None => r#""End": true"#.to_owned(),
        };
        definition.push(format!(r#""{name}": {{"Type": "Task", "Resource": "{FUNCTION}", {more} {next}}}"#));
        behaviour.push(format!(r#""{name}": {task}"#));
    }
    let (first, states, tasks) = (&states[0].0, definition.join(", "), behaviour.join(", "));
    format!(r#"{{"definition": {{"StartAt": "{first}", "States": {{{states}}}}}, "behaviour": {{{tasks}}}}}"#)
}

fn sequence(laws: &[String]) -> String {
    let task = |(n, law): (usize, &String)| (format!("Task{n}"), String::new(), format!(r#"{{"latency": {law}}}"#));
    version(&laws.iter().enumerate().map(task).collect::<Vec<_>>())
}

/// One task that fails with a probability after a latency.
fn failing(p: f64, latency: &str) -> String {
    let outcomes = format!(r#"[{{"p": {p}, "outcome": "error", "error": "Bug"}}]"#);
    version(&[("Task".into(), String::new(), format!(r#"{{"latency": {latency}, "outcomes": {outcomes}}}"#))])
}

fn healthy() -> String {
    failing(0.0, &constant(0.0))
}

const SEED: u64 = 20_261_123;

/// A document of parts: the old version, the new one, and the weight of the new one before any rollout.
fn document(old: &str, new: &str, weight: u32, rest: &str) -> String {
    let alias = match weight {
        0 => r#"{"5": 100}"#.to_owned(),
        weight => format!(r#"{{"5": {}, "6": {weight}}}"#, 100 - weight),
    };
    format!(
        r#"{{"weir": 1, "seed": {SEED}, "twin": false, "versions": {{"5": {old}, "6": {new}}},
            "alias": {{"name": "PROD", "weights": {alias}}}, {rest}}}"#
    )
}

/// One version alone, so many executions of it in a minute.
fn alone(version: &str, executions: u64, rest: &str) -> String {
    format!(
        r#"{{"weir": 1, "seed": {SEED}, "versions": {{"5": {version}}}, "alias": {{"weights": {{"5": 100}}}},
            "traffic": {{"kind": "constant", "per_min": {executions}, "stop": {{"count": {executions}}}}} {rest}}}"#
    )
}

/// What was played, and the digests of its first 1,000 replications: `tests/determinism.rs` compares them with those of
/// WebAssembly.
static PLAYED: Mutex<BTreeMap<String, Vec<String>>> = Mutex::new(BTreeMap::new());

fn play(document: &str) -> Report {
    let digests = blocks::digests(document, 10 / THIN, u64::MAX);
    // Another worker, in other pieces.
    assert_eq!(digests.last(), blocks::digests(document, 10 / THIN, 10_007).last(), "{document}");
    PLAYED.lock().expect("no worker panics").insert(document.to_owned(), digests);
    weir::simulation::simulate(document).unwrap_or_else(|findings| panic!("{document}\n{findings:#?}"))
}

fn ms(minutes: f64) -> f64 {
    minutes * 60_000.0
}

fn traffic(kind: &str, per_min: f64) -> String {
    format!(r#""traffic": {{"kind": "{kind}", "per_min": {per_min}}}"#)
}

fn poisson(per_min: f64) -> String {
    traffic("poisson", per_min)
}

/// The oracles count failures: a minute in which nothing completes is one with none, which is to say that missing data
/// is not breaching and that no older data is looked for in its place.
fn counting(o: &Oracle) -> String {
    failures_alarm(o, &format!(r#", "treatMissing": "notBreaching", "range": {}"#, o.number_or("N", 1.0)))
}

fn failures_alarm(o: &Oracle, more: &str) -> String {
    let (threshold, period) = (o.number("threshold"), o.number_or("period_s", 60.0));
    let (n, m) = (o.number_or("N", 1.0), o.number_or("M", 1.0));
    format!(
        r#""alarms": [{{"name": "failures", "metric": "ExecutionsFailed", "statistic": "Sum", "dimension": {{"Version": "6"}},
            "operator": ">=", "threshold": {threshold}, "period_s": {period}, "N": {n}, "M": {m} {more}}}]"#
    )
}

fn share(rows: &[Row], of: impl Fn(&Row) -> bool) -> f64 {
    rows.iter().filter(|row| of(row)).count() as f64 / rows.len() as f64
}

fn mean(rows: &[Row], of: impl Fn(&Row) -> u32) -> f64 {
    Moments::of(rows.iter().map(|row| f64::from(of(row)))).mean
}

fn mean_minutes_to_rollback(rows: &[Row]) -> Option<f64> {
    let turned = rows.iter().filter(|row| row.is_rolled_back());
    let moments = Moments::of(turned.map(|row| row.detection() as f64 / 60e9));
    (moments.n > 0).then_some(moments.mean)
}

/// Weights by step as a strategy: the steps below 100, then 100, which is watched for so many minutes.
fn steps(weights: &[f64], step_min: f64, bake_min: f64) -> String {
    let mut below: Vec<(f64, f64)> = Vec::new();
    for weight in weights.iter().filter(|weight| **weight < 100.0) {
        match below.last_mut() {
            Some((last, length)) if last == weight => *length += step_min,
            _ => below.push((*weight, step_min)),
        }
    }
    let bake = format!(r#""bake_ms": {}"#, ms(bake_min));
    if below.is_empty() {
        return format!(r#""strategy": {{"kind": "allAtOnce", {bake}}}"#);
    }
    let step = |(weight, length): &(f64, f64)| format!(r#"{{"weight": {weight}, "hold_ms": {}}}"#, ms(*length));
    let list = below.iter().map(step).collect::<Vec<_>>().join(", ");
    format!(r#""strategy": {{"kind": "steps", "steps": [{list}], {bake}}}"#)
}

/// One weight, watched for some minutes.
fn held(weight: f64, minutes: f64) -> String {
    if weight < 100.0 { steps(&[weight], minutes, 0.0) } else { steps(&[], 0.0, minutes) }
}

// ── the oracles, by group ───────────────────────────────────────────────────────────────────────────────────────────

/// What came of an oracle; nothing where it is of no kind that is known here.
fn attempt(o: &Oracle) -> Option<Vec<Check>> {
    match o.text("group") {
        "split" => split(o),
        "interval" | "gof" => function(o),
        "arrivals" => arrivals(o),
        "blast" => blast(o),
        "alarm-logic" => alarm_logic(o),
        "alarm" => breaches(o),
        "detect" if o.has("completions_per_min") => sparse(o),
        "detect" => detect(o),
        "lag" => lag(o),
        "latency" => latency(o),
        "retry" => retry(o),
        "load" => load(o),
        "controller" => controller(o),
        "strategy" => strategy(o),
        _ => None,
    }
}

fn split(o: &Oracle) -> Option<Vec<Check>> {
    let healthy = healthy();
    if o.has("weights") {
        let (weights, step) = (o.numbers("weights"), o.number("step_min"));
        let traffic = traffic("constant", o.number("rate_per_min"));
        let horizon = ms(step * weights.len() as f64);
        let rest = format!(r#"{traffic}, {}, "horizon_ms": {horizon}"#, steps(&weights, step, 0.0));
        let report = play(&document(&healthy, &healthy, 0, &rest));
        return Some(o.compare(&[("share", report.versions[1].started as f64 / report.executions as f64)], 1.0));
    }
    let (n, weight) = (o.number("executions"), o.number("weight_new") as u32);
    let (replications, widen) = o.size();
    let traffic = format!(r#""traffic": {{"kind": "poisson", "per_min": {n}, "stop": {{"count": {n}}}}}"#);
    let rest = format!(r#"{traffic}, "replications": {replications}"#);
    let report = play(&document(&healthy, &healthy, weight, &rest));
    assert!(report.rows.iter().all(|row| f64::from(row.started.old + row.started.new) == n));
    let observed = match o.text("measure").contains("count 0") {
        true => share(&report.rows, |row| row.started.new == 0),
        false => mean(&report.rows, |row| row.started.new),
    };
    Some(o.compare(&[("new", observed)], widen))
}

fn function(o: &Oracle) -> Option<Vec<Check>> {
    let pair = |key: &str| {
        let list = o.numbers(key);
        (list[0] as u64, list[1] as u64)
    };
    let observed = if o.has("confidence") {
        let interval = if o.id().starts_with("clopper") { clopper_pearson } else { wilson };
        let interval = interval(o.number("k") as u64, o.number("n") as u64, o.number("confidence"));
        vec![("low", interval.low), ("high", interval.high)]
    } else if o.has("expected_weights") {
        let observed: Vec<u64> = o.numbers("observed").iter().map(|n| *n as u64).collect();
        let result = chi_square(&observed, &o.numbers("expected_weights"))?;
        vec![("statistic", result.statistic), ("p", result.p)]
    } else if o.has("experiment") {
        let result = mann_whitney(&o.numbers("experiment"), &o.numbers("control"))?;
        vec![("U", result.u), ("p", result.p)]
    } else if o.id().starts_with("fisher") {
        vec![("p", fisher_greater(pair("new"), pair("old")))]
    } else {
        return None;
    };
    Some(o.compare(&observed, 1.0))
}

fn arrivals(o: &Oracle) -> Option<Vec<Check>> {
    let run = |traffic: &str, minutes: f64| {
        let rest = format!(r#""traffic": {traffic}, "horizon_ms": {}"#, ms(minutes));
        play(&document(&healthy(), &healthy(), 0, &rest))
    };
    if o.text("kind") == "logic" {
        // A rule, not chance: the function that the simulation uses.
        let rate = Rate::Constant { per_min: o.number("rate_per_min") };
        let traffic = Traffic { rate, burst: None, count: None, duration: None };
        let arrivals = Arrivals::new(&traffic, Delay::from_secs_f64(60.0 * o.number("minutes")));
        let mut list = Vec::new();
        for minute in 0..arrivals.minutes() {
            let mut starts = Vec::new();
            arrivals.list(minute, Key::new(1).with(minute), &mut starts);
            list.extend(starts.iter().map(|start| start.at(minute)));
        }
        let told = |key: &str| match key.strip_prefix("seconds_of_index_") {
            Some(index) => list[index.parse::<usize>().expect("an index")].as_secs_f64(),
            None if key == "count" => list.len() as f64,
            None => list[list.len() - 1].as_secs_f64(),
        };
        let keys: Vec<&str> = o.expected().as_object()?.keys().map(|key| &**key).collect();
        return Some(o.compare(&keys.iter().map(|key| (*key, told(key))).collect::<Vec<_>>(), 1.0));
    }
    if o.has("rate_to") {
        let (from, to, over) = (o.number("rate_from"), o.number("rate_to"), o.number("minutes"));
        let traffic =
            format!(r#"{{"kind": "ramp", "from_per_min": {from}, "to_per_min": {to}, "over_ms": {}}}"#, ms(over));
        let report = run(&traffic, over);
        let starts = &report.run.as_ref()?.executions;
        assert_eq!(report.executions as usize, starts.len(), "all are shown");
        let observed = match o.text("measure").contains("mean arrival time") {
            true => Moments::of(starts.iter().map(|shown| shown.at as f64 / 1e9)).mean,
            false => starts.len() as f64,
        };
        return Some(o.compare(&[("ramp", observed)], 1.0));
    }
    if o.has("amplitude") {
        let (mean, amplitude) = (o.number("mean_per_min"), o.number("amplitude"));
        let period = ms(o.number("period_min"));
        let traffic = format!(
            r#"{{"kind": "diurnal", "mean_per_min": {mean}, "amplitude": {amplitude}, "period_ms": {period}}}"#
        );
        let report = run(&traffic, o.number("to_min"));
        let started: f64 = report.series.started.old.iter().skip(o.number("from_min") as usize).sum();
        return Some(o.compare(&[("count", started)], 1.0));
    }
    let traffic = format!(r#"{{"kind": "poisson", "per_min": {}}}"#, o.number("rate_per_min"));
    let report = run(&traffic, o.number("minutes"));
    let by_minute = Moments::of(report.series.started.old.iter().copied());
    let observed = match o.text("measure").contains("var/mean") {
        true => by_minute.variance()? / by_minute.mean,
        false => report.executions as f64,
    };
    Some(o.compare(&[("count", observed)], 1.0))
}

fn blast(o: &Oracle) -> Option<Vec<Check>> {
    if o.is_function() {
        let n = executions_to_see(o.number("p"), o.number("confidence"))?;
        return Some(o.compare(&[("n", n as f64)], 1.0));
    }
    let (replications, widen) = o.size();
    let (strategy, length) = if o.has("weights") {
        let (weights, step) = (o.numbers("weights"), o.number("step_min"));
        (steps(&weights, step, 0.0), step * weights.len() as f64)
    } else {
        (held(o.number("weight_new"), o.number("minutes")), o.number("minutes"))
    };
    let bad = if o.has("leak_per_min") {
        let drift = format!(r#"{{"per": "minute", "slope": {}}}"#, o.number("leak_per_min"));
        let outcome = format!(r#"{{"p": 0, "outcome": "error", "error": "Leak", "drift": {drift}}}"#);
        version(&[("Task".into(), String::new(), format!(r#"{{"outcomes": [{outcome}]}}"#))])
    } else {
        failing(o.number("p_new"), &constant(0.0))
    };
    let rest = format!(
        r#"{}, {strategy}, "horizon_ms": {}, "replications": {replications}"#,
        poisson(o.number("rate_per_min")),
        ms(length)
    );
    let report = play(&document(&healthy(), &bad, 0, &rest));
    let observed = match o.text("measure").contains("share") {
        true => share(&report.rows, |row| row.failed.new == 0),
        false => mean(&report.rows, |row| row.failed.new),
    };
    Some(o.compare(&[("failures", observed)], widen))
}

fn alarm_logic(o: &Oracle) -> Option<Vec<Check>> {
    let point = |c: char| match c {
        'X' => Point::Breaching,
        '0' => Point::Ok,
        _ => Point::Missing,
    };
    let points: Vec<Point> = o.word("points").chars().map(point).collect();
    assert_eq!(points.len(), o.number("evaluation_range") as usize);
    let (n, m) = (o.number("evaluation_periods") as u32, o.number("datapoints_to_alarm") as u32);
    let check = |word: &str, expected: &str| {
        let (_, treat) = TreatMissing::WORDS.iter().find(|(known, _)| *known == word)?;
        let state = evaluate(&points, n, m, *treat).map_or("RETAIN", AlarmState::name);
        let same = expected == state || (expected == "NOT_ALARM" && state != "ALARM");
        let observed = f64::from(u8::from(same));
        Some(Check { what: format!("{word}: {state}"), observed, expected: 1.0, tolerance: 0.0 })
    };
    match o.expected() {
        Value::Object(expected) => expected.iter().map(|(word, state)| check(word, state.as_str()?)).collect(),
        expected => Some(vec![check(o.word("treat_missing_data"), expected.as_str()?)?]),
    }
}

/// The share of periods that breach, in one long run at a constant weight.
fn breaches(o: &Oracle) -> Option<Vec<Check>> {
    let (periods, widen) = o.size();
    let horizon = format!(r#""horizon_ms": {}"#, ms(periods as f64));
    if o.has("n_per_period") {
        let p = o.number("p_exceed");
        let part = |weight: f64, millis: f64| format!(r#"{{"weight": {weight}, "latency": {}}}"#, constant(millis));
        let slow = format!(r#"{{"kind": "mixture", "parts": [{}, {}]}}"#, part(1.0 - p, 1.0), part(p, 3.0));
        let version = failing(0.0, &slow);
        let percentile = 100.0 * o.number("percentile");
        let alarm = format!(
            r#""alarms": [{{"name": "slow", "metric": "ExecutionTime", "statistic": "p{percentile}",
                "dimension": {{"Version": "5"}}, "operator": ">", "threshold": 2}}]"#
        );
        let rest = format!("{}, {alarm}, {horizon}", traffic("constant", o.number("n_per_period")));
        let report = play(&document(&version, &version, 0, &rest));
        return Some(o.compare(&[("breach", report.alarms[0].breaching.value)], widen));
    }
    let operator = if o.has("operator") { o.word("operator") } else { ">=" };
    let threshold = o.number("threshold");
    let what = match threshold < 1.0 {
        true => r#""ratio": {"num": "ExecutionsFailed", "den": ["ExecutionsSucceeded", "ExecutionsFailed"]}"#,
        false => r#""metric": "ExecutionsFailed", "statistic": "Sum""#,
    };
    let alarm = |name: &str, dimension: &str| {
        format!(
            r#"{{"name": "{name}", {what}, "dimension": {dimension}, "operator": "{operator}", "threshold": {threshold}}}"#
        )
    };
    let (on_version, on_alias) = (alarm("version", r#"{"Version": "6"}"#), alarm("alias", r#"{"Alias": "PROD"}"#));
    let kind = if o.word("arrivals") == "constant" { "constant" } else { "poisson" };
    let traffic = traffic(kind, o.number("rate_per_min"));
    let rest = format!(r#"{traffic}, "alarms": [{on_version}, {on_alias}], {horizon}"#);
    let (old, new) = (o.number_or("p_old", 0.0), o.number("p_new"));
    let (old, new) = (failing(old, &constant(0.0)), failing(new, &constant(0.0)));
    let report = play(&document(&old, &new, o.number("weight_new") as u32, &rest));
    let breaching = |n: usize| report.alarms[n].breaching.value;
    Some(match o.expected() {
        Value::Object(_) => o.compare(&[("version", breaching(0)), ("alias", breaching(1))], widen),
        _ => o.compare(&[("breach", breaching(0))], widen),
    })
}

/// A weight that is held and watched for some minutes.
fn watched(o: &Oracle, replications: u64, latency: &str) -> String {
    let length = o.number("minutes");
    let kind = if o.word("arrivals") == "constant" { "constant" } else { "poisson" };
    let alarm = counting(o);
    let alarm = match o.word("evaluation") {
        "tumbling" => alarm.replace(r#""treatMissing""#, r#""window": "wallclock", "treatMissing""#),
        _ => alarm,
    };
    // AWS's sample script polls, and not at the end of its interval.
    let strategy = match o.has("poll_s") {
        true => format!(
            r#""strategy": {{"kind": "awsSample", "strategy": "canary", "increment": {}, "interval_s": {}, "poll_s": {}}}"#,
            o.number("weight_new"),
            60.0 * length,
            o.number("poll_s")
        ),
        false => held(o.number("weight_new"), length),
    };
    let rest = format!(
        r#"{}, {alarm}, {strategy}, "horizon_ms": {}, "replications": {replications}"#,
        traffic(kind, o.number("rate_per_min")),
        ms(length)
    );
    let (old, new) = (failing(o.number_or("p_old", 0.0), latency), failing(o.number("p_new"), latency));
    document(&old, &new, 0, &rest)
}

/// How many replications a statement about detections is of: its tolerance counts the detected ones only.
fn replications(o: &Oracle) -> u64 {
    let measure = o.text("measure").replace(',', "");
    let numbers = measure.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse::<u64>().ok());
    numbers.max().filter(|n| *n >= 1000).unwrap_or(10_000) / THIN
}

fn detection(o: &Oracle, rows: &[Row]) -> Option<Vec<Check>> {
    let widen = (THIN as f64).sqrt();
    let by = |minute: u64| share(rows, |row| row.detection() <= minute * 60_000_000_000);
    if let Some(expected) = o.expected().as_array() {
        let names: Vec<String> = (1..=expected.len()).map(|minute| format!("by {minute}")).collect();
        let values: Vec<(&str, f64)> = names.iter().zip(1..).map(|(name, minute)| (&**name, by(minute))).collect();
        return Some(o.compare(&values, widen));
    }
    let observed = match o.id().ends_with("TTD") {
        true => mean_minutes_to_rollback(rows)?,
        false => share(rows, Row::is_rolled_back),
    };
    Some(o.compare(&[("detection", observed)], widen))
}

fn detect(o: &Oracle) -> Option<Vec<Check>> {
    let task = constant(1000.0 * o.number_or("task_seconds", 0.0));
    if o.is_function() {
        // The closed form that the product shows beside the dice.
        let scenario = Scenario::parse(&watched(o, 1, &task)).ok()?;
        let answer = exact(&scenario, &runner(&scenario).ok()?).ok()?;
        let quantile = |p: f64| answer.passage.quantile(p).map(|minute| minute as f64);
        return Some(o.compare(&[("median", quantile(0.5)?), ("p90", quantile(0.9)?)], 1.0));
    }
    detection(o, &play(&watched(o, replications(o), &task)).rows)
}

fn sparse(o: &Oracle) -> Option<Vec<Check>> {
    let (replications, widen) = o.size();
    let length = o.number("minutes");
    let before = if o.word("before") == "no datapoints" { "missing" } else { "notBreaching" };
    let (treat, range, state) = (o.word("treat_missing_data"), o.number("evaluation_range"), o.word("start_state"));
    let more = format!(r#", "treatMissing": "{treat}", "range": {range}, "before": "{before}", "initial": "{state}""#);
    let zeros = o.parameter("publish_zeros")?.as_bool()?;
    let rest = format!(
        r#"{}, {}, {}, "horizon_ms": {}, "metrics": {{"publish_zeros": {zeros}}}, "replications": {replications}"#,
        poisson(o.number("completions_per_min")),
        failures_alarm(o, &more),
        held(100.0, length),
        ms(length)
    );
    let report = play(&document(&healthy(), &failing(o.number("p_new"), &constant(0.0)), 0, &rest));
    Some(o.compare(&[("P", share(&report.rows, Row::is_rolled_back))], widen))
}

fn lag(o: &Oracle) -> Option<Vec<Check>> {
    let task = law(o.parameter("task")?);
    if o.has("threshold") {
        return detection(o, &play(&watched(o, replications(o), &task)).rows);
    }
    let (replications, widen) = o.size();
    if o.has("weights") {
        let (weights, step) = (o.numbers("weights"), o.number("step_min"));
        let version = failing(0.0, &task);
        let rest = format!(
            r#"{}, {}, "horizon_ms": {}, "replications": {replications}"#,
            poisson(o.number("rate_per_min")),
            steps(&weights, step, 0.0),
            ms(step * weights.len() as f64)
        );
        let report = play(&document(&version, &version, 0, &rest));
        let names: Vec<String> = (1..=weights.len()).map(|minute| format!("minute {minute}")).collect();
        let values = names.iter().zip(&report.series.closed.new).map(|(name, closed)| (&**name, *closed));
        return Some(o.compare(&values.collect::<Vec<_>>(), widen));
    }
    // A person rolls back at a stated time.
    let (weight, end) = (o.number("weight_new"), ms(o.number("minutes")));
    let actions = format!(r#"[{{"at_ms": 0, "weight": {weight}}}, {{"at_ms": {end}, "do": "rollBack"}}]"#);
    let rest = format!(
        r#"{}, "strategy": {{"kind": "manual", "actions": {actions}}}, "horizon_ms": {}, "replications": {replications}"#,
        poisson(o.number("rate_per_min")),
        end + 60_000.0
    );
    let (old, new) = (failing(0.0, &task), failing(o.number_or("p_new", 0.0), &task));
    let report = play(&document(&old, &new, 0, &rest));
    assert!(report.rows.iter().all(|row| row.ending == End::RolledBack));
    let observed = match o.has("p_new") {
        true => mean(&report.rows, |row| row.after_rollback),
        false => mean(&report.rows, |row| row.in_flight),
    };
    Some(o.compare(&[("after", observed)], widen))
}

/// The mean or a percentile of durations, in seconds.
fn duration(o: &Oracle, report: &Report) -> f64 {
    let durations = &report.tally.versions.old.durations;
    let in_id = || o.id().rsplit_once("-p").and_then(|(_, percent)| percent.parse::<f64>().ok());
    match o.parameter("percentile").and_then(Value::as_f64).or_else(|| in_id().map(|percent| percent / 100.0)) {
        Some(p) => durations.histogram.percentile(p).expect("there are durations") as f64 / 1e9,
        None => durations.mean().expect("there are durations") / 1e9,
    }
}

fn laws(tasks: &Value) -> Option<Vec<String>> {
    Some(tasks.as_array()?.iter().map(law).collect())
}

fn latency(o: &Oracle) -> Option<Vec<Check>> {
    let (executions, widen) = o.size();
    let version = if let Some(tasks) = o.parameter("tasks") {
        sequence(&laws(tasks)?)
    } else if o.has("branches") {
        let task = law(o.parameter("task")?);
        let names: Vec<String> = (0..o.number("branches") as usize).map(|n| format!("Task{n}")).collect();
        let branch = |name: &String| {
            let state = format!(r#""{name}": {{"Type": "Task", "Resource": "{FUNCTION}", "End": true}}"#);
            format!(r#"{{"StartAt": "{name}", "States": {{{state}}}}}"#)
        };
        let behaviour = |name: &String| format!(r#""{name}": {{"latency": {task}}}"#);
        let branches = names.iter().map(branch).collect::<Vec<_>>().join(", ");
        let behaviours = names.iter().map(behaviour).collect::<Vec<_>>().join(", ");
        let state = format!(r#""P": {{"Type": "Parallel", "Branches": [{branches}], "End": true}}"#);
        format!(r#"{{"definition": {{"StartAt": "P", "States": {{{state}}}}}, "behaviour": {{{behaviours}}}}}"#)
    } else if o.has("timeout_s") {
        let more = format!(r#""TimeoutSeconds": {},"#, o.number("timeout_s"));
        version(&[("Task".into(), more, format!(r#"{{"latency": {}}}"#, law(o.parameter("task")?)))])
    } else {
        return None;
    };
    let report = play(&alone(&version, executions, ""));
    let observed = match o.id().ends_with("-P") {
        true => {
            let timeout = report.versions[0].errors.iter().find(|error| &*error.error == "States.Timeout")?;
            timeout.count as f64 / report.executions as f64
        }
        false => duration(o, &report),
    };
    Some(o.compare(&[("value", observed)], widen))
}

fn retrier(o: &Oracle, error: &str, most: f64) -> String {
    let mut fields = format!(r#""ErrorEquals": ["{error}"], "MaxAttempts": {most}"#);
    // The States Language wants a positive interval; where the oracle has none, a second is as good.
    for key in ["IntervalSeconds", "BackoffRate", "MaxDelaySeconds"] {
        if o.number_or(key, 0.0) > 0.0 {
            fields += &format!(r#", "{key}": {}"#, o.number(key));
        }
    }
    if o.word("JitterStrategy") == "FULL" {
        fields += r#", "JitterStrategy": "FULL""#;
    }
    format!("{{{fields}}}")
}

fn retry(o: &Oracle) -> Option<Vec<Check>> {
    let (executions, widen) = o.size();
    let error = |p: f64, name: &str| format!(r#"{{"p": {p}, "outcome": "error", "error": "{name}"}}"#);
    let (retry, outcomes) = if o.has("p_A") {
        let retry = [retrier(o, "A", o.number("MaxAttempts_A")), retrier(o, "B", o.number("MaxAttempts_B"))];
        (retry.join(", "), [error(o.number("p_A"), "A"), error(o.number("p_B"), "B")].join(", "))
    } else {
        (retrier(o, "States.ALL", o.number("MaxAttempts")), error(o.number_or("p_task", 0.0), "Bug"))
    };
    let task = o.parameter("task").map_or_else(|| constant(0.0), law);
    let behaviour = format!(r#"{{"latency": {task}, "outcomes": [{outcomes}]}}"#);
    let version = version(&[("Task".into(), format!(r#""Retry": [{retry}],"#), behaviour)]);
    if o.is_function() {
        let scenario = Scenario::parse(&alone(&version, 1, "")).ok()?;
        let program =
            compile(&Definition::from_node("".into(), scenario.versions[0].definition.clone(), Vec::new())).ok()?;
        let task = &program.states[program.state_named("Task")?];
        let retrier = task.recovery()?.retriers.first()?;
        let names: Vec<String> = (1..=retrier.max_attempts).map(|n| format!("wait {n}")).collect();
        let waits = names.iter().zip(0..).map(|(name, used)| (&**name, retrier.wait(used).as_secs_f64()));
        return Some(o.compare(&waits.collect::<Vec<_>>(), 1.0));
    }
    if o.has("rate_per_min") {
        // The alarm must hear of what fails after its retries: it is watched a minute longer.
        let length = o.number("minutes");
        let (rate, stop) = (o.number("rate_per_min"), ms(length));
        let rest = format!(
            r#""traffic": {{"kind": "poisson", "per_min": {rate}, "stop": {{"duration_ms": {stop}}}}}, {}, {},
                "horizon_ms": {}, "replications": {executions}"#,
            counting(o),
            held(o.number("weight_new"), length + 1.0),
            ms(length + 1.0)
        );
        let report = play(&document(&healthy(), &version, 0, &rest));
        return Some(o.compare(&[("P", share(&report.rows, Row::is_rolled_back))], widen));
    }
    let report = play(&alone(&version, executions, ""));
    let observed = if o.id().contains("attempts") {
        report.versions[0].attempts_per_execution
    } else if o.id().contains("fail") || o.has("p_A") {
        report.versions[0].failure_rate.value
    } else {
        // Without latency a duration is what was waited.
        duration(o, &report)
    };
    Some(o.compare(&[("value", observed)], widen))
}

fn load(o: &Oracle) -> Option<Vec<Check>> {
    if o.id().starts_with("cost-standard") {
        let executions = o.number("executions");
        let each = o.number_or("transitions_per_execution", o.number_or("transitions", 0.0));
        let used = Use { executions, transitions: executions * each, billed_seconds: 0.0 };
        return Some(o.compare(&[("usd", cost(&Price::default(), used).usd)], 1.0));
    }
    if o.has("rounding_s") {
        let (executions, widen) = o.size();
        let version = failing(0.0, &law(o.parameter("task")?));
        let report = play(&alone(&version, executions, r#", "price": {"type": "EXPRESS"}"#));
        return Some(o.compare(&[("seconds", report.versions[0].billed_per_execution)], widen));
    }
    // Where the oracle says "same", or that any duration law will do: three exponential tasks of 2 s.
    let same = || vec![r#"{"kind": "exponential", "mean_ms": 2000}"#.to_owned(); 3];
    let version = sequence(&o.parameter("tasks").and_then(laws).unwrap_or_else(same));
    let (observations, widen) = o.size();
    let length = match o.has("limit") {
        true => observations as f64 + 2.0,
        false => 1.0 + (o.tolerance().get("run_s")?.as_f64()? / 60.0).ceil(),
    };
    let rest = format!(r#"{}, "horizon_ms": {}"#, poisson(60.0 * o.number("rate_per_s")), ms(length));
    let report = play(&document(&version, &version, 0, &rest));
    let columns = &report.run.as_ref()?.versions.old;
    if o.has("limit") {
        // At whole minutes, which are as good as independent for executions of some seconds.
        let running = columns.running.get(2..)?;
        let over = running.iter().filter(|running| **running as f64 > o.number("limit")).count();
        return Some(o.compare(&[("P", over as f64 / running.len() as f64)], widen));
    }
    Some(o.compare(&[("running", Moments::of(columns.concurrency.iter().skip(1).copied()).mean)], 1.0))
}

fn controller(o: &Oracle) -> Option<Vec<Check>> {
    let (replications, widen) = o.size();
    if o.has("failureLimit") {
        let (count, limit, q) = (o.number("count"), o.number("failureLimit"), o.number("q"));
        if o.is_function() {
            // The misreading fails at the limit instead of beyond it.
            let from = limit as u64 + u64::from(!o.id().ends_with("ge"));
            return Some(o.compare(&[("P", binomial_sf(from, count as u64, q))], 1.0));
        }
        // One execution a minute, so that each measurement fails by one draw.
        let metric = format!(
            r#"{{"name": "failures", "metric": "ExecutionsFailed", "statistic": "Sum", "dimension": {{"Version": "6"}},
                "initialDelay_ms": 60000, "interval_ms": 60000, "count": {count}, "failureLimit": {limit},
                "failureCondition": {{"operator": ">=", "threshold": 1}}}}"#
        );
        let analysis = format!(r#"{{"analysis": {{"metrics": [{metric}]}}}}"#);
        let strategy = format!(r#""strategy": {{"kind": "argo", "steps": [{{"setWeight": 100}}, {analysis}]}}"#);
        let rest = format!(
            r#"{}, {strategy}, "horizon_ms": {}, "replications": {replications}"#,
            traffic("constant", 1.0),
            ms(count + 2.0)
        );
        let report = play(&document(&healthy(), &failing(q, &constant(0.0)), 0, &rest));
        assert!(report.rows.iter().all(|row| matches!(row.ending, End::RolledBack | End::Completed)));
        return Some(o.compare(&[("P", share(&report.rows, Row::is_rolled_back))], widen));
    }
    if o.has("alpha") {
        let (p0, p1, alpha, beta) = (o.number("p0"), o.number("p1"), o.number("alpha"), o.number("beta"));
        let (p, is_number) = (o.number("p"), o.id().ends_with("ASN"));
        if o.is_function() {
            let outlook = Sprt::new(p0, p1, alpha, beta)?.outlook(p, 1_000_000);
            return Some(o.compare(&[("value", if is_number { outlook.executions } else { outlook.bad })], 1.0));
        }
        let test = format!(r#""p0": {p0}, "p1": {p1}, "alpha": {alpha}, "beta": {beta}"#);
        let rest = format!(
            r#"{}, "strategy": {{"kind": "sprt", "weight": 100, {test}}}, "horizon_ms": 180000, "replications": {replications}"#,
            traffic("constant", 600.0)
        );
        let report = play(&document(&healthy(), &failing(p, &constant(0.0)), 0, &rest));
        assert!(report.rows.iter().all(|row| row.ending != End::Undecided), "1,800 executions are enough");
        let observed = match is_number {
            true => mean(&report.rows, |row| row.decided_after),
            false => share(&report.rows, Row::is_rolled_back),
        };
        return Some(o.compare(&[("value", observed)], widen));
    }
    None
}

fn strategy(o: &Oracle) -> Option<Vec<Check>> {
    let (replications, widen) = o.size();
    let weights = o.numbers("weights_by_minute");
    let full = weights.iter().take_while(|weight| **weight < 100.0).count() as f64;
    let task = constant(1000.0 * o.number_or("task_seconds", 0.0));
    let rate = o.number("rate_per_min");
    let rest = format!(
        r#"{}, {}, {}, "horizon_ms": {}, "replications": {replications}"#,
        poisson(rate),
        counting(o),
        steps(&weights, 1.0, (o.number("monitored_minutes") - full).max(0.0)),
        ms(o.number("horizon_min"))
    );
    let report = play(&document(&failing(o.number("p_old"), &task), &failing(o.number("p_new"), &task), 0, &rest));
    let rows = &report.rows;
    let (p, failures) = (share(rows, Row::is_rolled_back), mean(rows, |row| row.failed.new));
    let mut checks = o.compare(&[("P_rollback", p), ("failures_new", failures)], widen);
    // Where none is rolled back there is no time to tell.
    if let Some(minutes) = mean_minutes_to_rollback(rows) {
        checks.extend(o.compare(&[("mean_minutes_to_rollback", minutes)], widen));
    }
    let failures_tolerance = checks[1].tolerance;
    let mut also = |what: &str, observed: f64, key: &str, tolerance: f64| {
        let expected = o.expected().get(key).and_then(Value::as_f64);
        checks.extend(expected.map(|expected| Check { what: what.into(), observed, expected, tolerance }));
    };
    // What would not have failed on the old version with the same draws is the excess over its rate.
    also("attributable", mean(rows, |row| row.attributable), "excess_failures", failures_tolerance);
    if let Some(row) = rows.iter().find(|row| !row.is_rolled_back()) {
        also("minutes to full", row.full as f64 / 60e9, "minutes_to_full_rollout_if_not_rolled_back", 1e-9);
    }
    // The closed form that is shown beside it.
    let exact = report.rollout.as_ref()?.exact.answer()?;
    also("exact P", exact.passage.total(), "P_rollback", 1e-9);
    also("exact minutes", exact.passage.mean().unwrap_or(0.0), "mean_minutes_to_rollback", 1e-6);
    also("exact failures", exact.failures_new, "failures_new", 1e-6);
    also("exact excess", exact.excess, "excess_failures", 1e-6);
    Some(checks)
}

// ── the table ───────────────────────────────────────────────────────────────────────────────────────────────────────

struct Line {
    id: String,
    checks: Option<Vec<Check>>,
    seconds: f64,
}

fn oracles_text() -> Option<String> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/conformance");
    let folder = std::env::var("WEIR_CONFORMANCE").unwrap_or_else(|_| beside.to_owned());
    std::fs::read_to_string(format!("{folder}/oracles.json")).ok()
}

/// Plays all oracles whose id holds `only`, on all cores, and gives them in their order.
fn lines(text: &str, only: &str) -> BTreeMap<usize, Line> {
    let next = AtomicUsize::new(0);
    let lines = Mutex::new(BTreeMap::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            // Values are not shared between threads: each reads its own.
            scope.spawn(|| {
                let all = Value::parse(text).expect("the oracles are JSON");
                let list = all.get("oracles").and_then(Value::as_array).expect("a list of oracles");
                while let Some(value) = list.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let oracle = Oracle(value);
                    if !oracle.id().contains(only) {
                        continue;
                    }
                    let begin = Instant::now();
                    let checks = attempt(&oracle);
                    let line = Line { id: oracle.id().into(), checks, seconds: begin.elapsed().as_secs_f64() };
                    let place = list.iter().position(|other| other.is_same(value)).unwrap_or(0);
                    lines.lock().expect("no worker panics").insert(place, line);
                }
            });
        }
    });
    lines.into_inner().expect("no worker panics")
}

#[test]
fn oracles() {
    let Some(text) = oracles_text() else {
        println!("oracles: the conformance folder is not here (set WEIR_CONFORMANCE)");
        return;
    };
    let only = std::env::var("WEIR_ORACLES").unwrap_or_default();
    let lines = lines(&text, &only);
    if only.is_empty() {
        let played: Vec<_> = PLAYED.lock().expect("no worker panics").clone().into_iter().collect();
        let text = serde_json::to_string(&played).expect("strings");
        std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/oracles.json"), text).expect("room for it");
    }
    let (mut passed, mut failed, mut missing) = (0, Vec::new(), Vec::new());
    for Line { id, checks, seconds } in lines.values() {
        let Some(checks) = checks else {
            println!("{id:<46} not attempted");
            missing.push(id.as_str());
            continue;
        };
        let worst = checks.iter().max_by(|a, b| a.off().total_cmp(&b.off())).expect("an oracle has a value");
        let ok = checks.iter().all(Check::holds);
        println!(
            "{id:<46} {:>13.6} expected {:>13.6} ± {:<10.6} {:>4.0} % {seconds:>6.2} s {}{}",
            worst.observed,
            worst.expected,
            worst.tolerance,
            100.0 * worst.off(),
            if ok { "" } else { "FAILED " },
            if checks.len() > 1 { &worst.what } else { "" },
        );
        if ok { passed += 1 } else { failed.push(id.as_str()) }
    }
    println!("oracles: {passed} passed, {} failed, {} not attempted of {}", failed.len(), missing.len(), lines.len());
    let known: Vec<&str> = KNOWN_FAILURES.iter().map(|(id, _)| *id).filter(|id| id.contains(&only)).collect();
    assert_eq!(failed, known, "failures are those that are listed");
    assert!(missing.is_empty(), "not attempted: {missing:?}");
}

/// The comparer notices a change of any expected value.
#[test]
fn a_changed_oracle_fails() {
    let oracle = |text: &str| Value::parse(text).expect("JSON");
    let holds = |value: &Value, observed: &[(&str, f64)]| Oracle(value).compare(observed, 1.0).iter().all(Check::holds);
    let one = oracle(r#"{"id": "x", "expected": 0.5, "tolerance": {"abs": 0.1}}"#);
    assert!(holds(&one, &[("p", 0.6)]) && !holds(&one, &[("p", 0.61)]) && !holds(&one, &[("p", f64::NAN)]));
    let list = oracle(r#"{"id": "x", "expected": [1, 2], "tolerance": {"abs": 0}}"#);
    assert!(holds(&list, &[("a", 1.0), ("b", 2.0)]) && !holds(&list, &[("a", 1.0), ("b", 3.0)]));
    let named = oracle(r#"{"id": "x", "expected": {"a": 1, "b": 2}, "tolerance": {"abs": {"a": 0, "b": 1}}}"#);
    assert!(holds(&named, &[("a", 1.0), ("b", 3.0)]) && !holds(&named, &[("a", 1.5), ("b", 3.0)]));
    let logic = |expected: &str| {
        let text = format!(
            r#"{{"id": "x", "expected": "{expected}", "tolerance": {{"abs": 0}}, "parameters": {{"points": "--X--",
                "evaluation_range": 5, "evaluation_periods": 3, "datapoints_to_alarm": 3, "treat_missing_data": "missing"}}}}"#
        );
        alarm_logic(&Oracle(&oracle(&text))).expect("known").iter().all(Check::holds)
    };
    assert!(logic("ALARM") && !logic("OK") && !logic("NOT_ALARM"));
}
