//! The same bytes on every machine: blocks of replications, on any number of workers, natively and in WebAssembly
//! (`cargo xtask test --only wasm` runs this file in Node, too).
//!
//! `UPDATE_EXPECT=1 cargo test --test determinism` writes `determinism.txt` anew, after a change that means to change
//! what is drawn.

mod blocks;

use blocks::{digest, play, worker};
use std::rc::Rc;
use weir::simulation::presets::PRESETS;
use weir::simulation::run::BLOCK;
#[cfg(not(target_arch = "wasm32"))]
use weir::simulation::run::Merge;
use weir::simulation::scenario::{Effort, Scenario};

/// `name block digest`, a line each.
const EXPECTED: &str = include_str!("determinism.txt");

/// Of the 1,000 replications that are played, every third block is looked at: what a browser has the time for.
const REPLICATIONS: u64 = 10 * BLOCK;
const EVERY: u64 = 3;

/// A latency of every law, drift, outages, timeouts, jitter, branches, iterations, classes, limits.
const EVERYTHING: &str = r#"{"weir": 1, "seed": 11, "horizon_ms": 900000,
  "traffic": {"kind": "diurnal", "mean_per_min": 30, "amplitude": 0.5, "period_ms": 600000,
              "burst": {"kind": "geometric", "mean": 1.5}},
  "inputs": [{"name": "small", "weight": 3, "json": {"items": [1, 2]}}, {"name": "large", "weight": 1, "json": {"items": [1, 2, 3, 4, 5]}}],
  "versions": {"1": {"definition": DEFINITION, "behaviour": BEHAVIOUR}, "2": {"definition": DEFINITION, "behaviour": BEHAVIOUR}},
  "alias": {"weights": {"1": 100}, "propagation_ms": 7000},
  "metrics": {"loss": 0.1},
  "alarms": [{"name": "slow", "metric": "ExecutionTime", "statistic": "p90", "dimension": {"Version": "2"}, "operator": ">",
              "threshold": 16000, "N": 3, "M": 2},
             {"name": "bad", "dimension": {"Alias": "PROD"}, "operator": ">", "threshold": 0.5, "N": 2,
              "ratio": {"num": "ExecutionsFailed", "den": "ExecutionsStarted"}}],
  "strategy": {"kind": "linear", "weight": 25, "interval_ms": 120000, "bake_ms": 120000}}"#;

const DEFINITION: &str = r#"{"StartAt": "Both", "TimeoutSeconds": 120, "States": {
  "Both": {"Type": "Parallel", "ResultPath": null, "Next": "Each", "Catch": [{"ErrorEquals": ["Late"], "ResultPath": null, "Next": "Each"}],
    "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "x", "TimeoutSeconds": 8, "End": true,
                    "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "JitterStrategy": "FULL"}]}}},
                 {"StartAt": "B", "States": {"B": {"Type": "Task", "Resource": "x", "End": true}}}]},
  "Each": {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "End": true, "ItemProcessor": {"StartAt": "C", "States": {
     "C": {"Type": "Task", "Resource": "x", "End": true}}}}}}"#;

const BEHAVIOUR: &str = r#"{
  "A": {"latency": {"kind": "lognormal", "median_ms": 900, "sigma": 1.2},
        "outcomes": [{"p": 0.1, "outcome": "error", "error": "Down", "latency": {"kind": "gamma", "shape": 0.7, "mean_ms": 300}},
                     {"p": 0.02, "outcome": "error", "error": "Drifting", "drift": {"per": "minute", "slope": 0.02, "cap": 0.5}}]},
  "B": {"latency": {"kind": "mixture", "parts": [{"weight": 9, "latency": {"kind": "exponential", "mean_ms": 700}},
                                                 {"weight": 1, "latency": {"kind": "uniform", "from_ms": 100, "to_ms": 20000}}]},
        "outcomes": [{"p": 0.3, "outcome": "error", "error": "Late", "correlated": {"group": "db", "rate_per_min": 0.3, "mean_ms": 20000}}]},
  "C": {"latency": {"kind": "empirical", "values_ms": [300, 700, 2000, 9000]}}}"#;

/// Guards over what tasks are called with, the class and the attempt.
const GUARDS: &str = r#"{"weir": 1, "seed": 12, "horizon_ms": 600000, "traffic": {"kind": "poisson", "per_min": 60},
  "inputs": [{"name": "small", "weight": 3, "json": {"items": [1, 2]}}, {"name": "large", "weight": 1, "json": {"items": [1, 2, 3, 4, 5]}}],
  "versions": {"1": {"definition": DEFINITION}, "2": {"definition": DEFINITION, "behaviour": {
    "A": [{"guard": "{% $count($states.input.items) > 2 and $attempt < 3 %}", "latency": {"kind": "exponential", "mean_ms": 900},
           "outcomes": [{"p": 0.6, "outcome": "error", "error": "TooLarge"}]},
          {"guard": "{% $class = 'small' %}", "outcomes": [{"p": 0.01, "outcome": "error", "error": "Down"}]}],
    "C": {"guard": "{% $states.input % 2 = 1 %}", "latency": {"kind": "uniform", "from_ms": 10, "to_ms": 5000},
          "outcomes": [{"p": 0.02, "outcome": "error", "error": "Odd"}]}}}},
  "alias": {"weights": {"1": 100}},
  "alarms": [{"name": "bad", "metric": "ExecutionsFailed", "statistic": "Sum", "dimension": {"Version": "2"}, "operator": ">=",
              "threshold": 3, "N": 3, "M": 2}],
  "strategy": {"kind": "canary", "weight": 20, "interval_ms": 180000, "bake_ms": 120000}}"#;

/// The presets, one with everything, and one with guards.
fn scenarios() -> Vec<(&'static str, String)> {
    let mut all: Vec<_> = PRESETS.iter().map(|preset| (preset.id, preset.document.to_owned())).collect();
    all.push(("everything", EVERYTHING.replace("DEFINITION", DEFINITION).replace("BEHAVIOUR", BEHAVIOUR)));
    all.push(("guards", GUARDS.replace("DEFINITION", DEFINITION)));
    all
}

fn read(document: &str) -> Rc<Scenario> {
    let mut scenario = blocks::read(document);
    scenario.effort = Effort::Replications(REPLICATIONS);
    Rc::new(scenario)
}

fn looked_at() -> impl Iterator<Item = u64> {
    (0..REPLICATIONS / BLOCK).step_by(EVERY as usize)
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn blocks_are_the_same_everywhere() {
    let mut told = String::new();
    for (name, document) in scenarios() {
        let scenario = read(&document);
        let mut simulation = worker(&scenario);
        for number in looked_at() {
            let digest = digest(&play(&mut simulation, number, 100_000));
            told.push_str(&format!("{name} {number} {digest:016x}\n"));
        }
    }
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/determinism.txt"), told).unwrap();
    }
    for (told, expected) in told.lines().zip(EXPECTED.lines()) {
        assert_eq!(told, expected);
    }
    assert_eq!(told.lines().count(), EXPECTED.lines().count());
}

/// The oracles that the native `statistics` test has played last, which left their digests.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen_test::wasm_bindgen_test]
fn oracles_are_the_same_as_natively() {
    use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
    #[wasm_bindgen(module = "fs")]
    extern "C" {
        #[wasm_bindgen(js_name = readFileSync, catch)]
        fn read_file(path: &str, encoding: &str) -> Result<String, JsValue>;
    }
    // The native tests have their folder beside that of this target.
    let Ok(text) = read_file(concat!(env!("CARGO_TARGET_TMPDIR"), "/../../tmp/oracles.json"), "utf8") else {
        return wasm_bindgen_test::console_log!("no oracles: `cargo test --test statistics` has not played them");
    };
    let played: Vec<(String, Vec<String>)> = serde_json::from_str(&text).unwrap();
    for (document, digests) in &played {
        assert_eq!(&blocks::digests(document, digests.len() as u64, 50_000), digests, "{document}");
    }
    wasm_bindgen_test::console_log!("{} scenarios of oracles", played.len());
}

/// Three workers that know different paths, in pieces of different sizes and in another order.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn workers_make_no_difference() {
    for (name, document) in
        scenarios().into_iter().filter(|(name, _)| ["canary", "everything", "guards"].contains(name))
    {
        let whole = {
            let scenario = read(&document);
            let (mut simulation, mut merge) = (worker(&scenario), Merge::new(&scenario));
            while let Some(number) = merge.wanted() {
                merge.add(play(&mut simulation, number, u64::MAX));
            }
            (merge.rows().to_vec(), merge.tally().clone())
        };
        let parts: Vec<Vec<String>> = std::thread::scope(|threads| {
            let document = &document;
            let one = move |worker_number: u64| {
                let scenario = read(document);
                let mut simulation = worker(&scenario);
                let own = (0..REPLICATIONS / BLOCK).rev().filter(|number| number % 3 == worker_number);
                let played = own.map(|number| play(&mut simulation, number, 997 + worker_number));
                played.map(|block| serde_json::to_string(&block).unwrap()).collect::<Vec<_>>()
            };
            let handles: Vec<_> = (0..3).map(|number| threads.spawn(move || one(number))).collect();
            handles.into_iter().map(|handle| handle.join().unwrap()).collect()
        });
        let scenario = read(&document);
        let mut merge = Merge::new(&scenario);
        while merge.wanted().is_some() {}
        parts.iter().flatten().for_each(|block| merge.add(serde_json::from_str(block).unwrap()));
        assert!((merge.rows(), merge.tally()) == (&whole.0[..], &whole.1), "{name}");
    }
}
