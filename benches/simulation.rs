//! Executions per second of the simulation. `cargo bench --bench simulation`

use std::rc::Rc;
use std::time::Instant;
use weir::base::{Delay, Key, Text, Time};
use weir::simulation::metrics::Close;
use weir::simulation::run::{Budget, Merge, Simulation};
use weir::simulation::runner::{Customer, Fate, Future, Runner};
use weir::simulation::scenario::Scenario;
use weir::simulation::tree::Tree;

/// The order workflow of the shared benchmarks, Charge retried after 1 s, 2 s and 4 s and failing 1 % and 5 %.
fn scenario(latency: &str, traffic: &str, rest: &str) -> Rc<Scenario> {
    let folder = std::env::var("WEIR_CONFORMANCE").unwrap_or_else(|_| "../shared/conformance".into());
    let read = |name: &str| std::fs::read_to_string(format!("{folder}/bench/{name}")).unwrap();
    let retry = r#""Type": "Task", "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "BackoffRate": 2,
        "MaxAttempts": 3}]"#;
    let definition = read("b_order.json").replacen(r#""Type": "Task""#, retry, 1);
    let input = read("b_input.json");
    let version = |p: f64| {
        format!(
            r#"{{"definition": {definition}, "behaviour": {{"Charge": {{"latency": {latency},
                "outcomes": [{{"p": {p}, "outcome": "error", "error": "Declined"}},
                             {{"outcome": "success", "output": {{"status": "OK"}}}}]}}}}}}"#
        )
    };
    let text = format!(
        r#"{{"weir": 1, "seed": 7, "traffic": {traffic}, "versions": {{"1": {}, "2": {}}}, {rest},
            "inputs": [{{"name": "order", "weight": 1, "json": {input}}}], "alias": {{"weights": {{"1": 100}}}}}}"#,
        version(0.01),
        version(0.05)
    );
    Rc::new(Scenario::parse(&text).unwrap_or_else(|findings| panic!("{findings:?}")))
}

/// What an outcome tree does at least: one draw that decides, one for the latency, and a leaf.
struct Leaf {
    errors: [Text; 1],
}

const ATTEMPT: u64 = Key::word("Charge");
const OUTCOME: u64 = Key::word("outcome");
const LATENCY: u64 = Key::word("latency");

impl Runner for Leaf {
    fn begin(&mut self, _: Key, _: Time) {}

    #[inline]
    fn run(&mut self, version: usize, customer: &Customer) -> Fate {
        let key = customer.key.with(ATTEMPT).with(0).with(0);
        let bad = key.with(OUTCOME).uniform() < [0.01, 0.05][version.min(1)];
        let seconds = -libm::log(1.0 - key.with(LATENCY).uniform());
        let close = Some(if bad { Close::Failed } else { Close::Succeeded });
        let duration = Delay::from_nanos((seconds * 1e9 + 0.5) as u64);
        Fate { close, error: 0, duration, transitions: 5, attempts: 1 }
    }

    fn errors(&self) -> &[Text] {
        &self.errors
    }

    fn futures(&self, _: usize, _: u32, _: Time, _: Time) -> Result<Vec<Future>, String> {
        Err("it is not asked".into())
    }

    fn is_steady(&self, _: usize) -> bool {
        true
    }
}

fn tree(scenario: &Scenario) -> Tree {
    Tree::new(scenario).unwrap_or_else(|findings| panic!("{findings:?}"))
}

fn measure<R: Runner>(name: &str, scenario: &Rc<Scenario>, runner: impl Fn(&Scenario) -> R) {
    // `cargo bench --bench simulation -- bare` measures those whose name holds `bare`.
    if std::env::args().skip(1).any(|only| !only.starts_with('-') && !name.contains(&*only)) {
        return;
    }
    let mut times = Vec::new();
    let mut executions = 0;
    for _ in 0..5 {
        let begin = Instant::now();
        let mut simulation = Simulation::new(Rc::clone(scenario), runner(scenario));
        let mut merge = Merge::new(scenario);
        while let Some(block) = merge.wanted() {
            simulation.begin(block);
            while !simulation.advance(Budget { executions: 1_000_000 }).is_done {}
            merge.add(simulation.take().unwrap_or_else(|| panic!("the block is done")));
        }
        executions = merge.tally().versions.iter().map(|version| version.started).sum::<u64>();
        times.push(begin.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let median = times[times.len() / 2];
    println!("{name:<44} {executions:>12} executions {median:>8.3} s {:>8.2} M/s", executions as f64 / median / 1e6);
}

fn main() {
    let canary = r#""replications": 1000, "twin": false, "horizon_ms": 1800000,
        "strategy": {"kind": "canary", "weight": 10, "interval_ms": 300000, "bake_ms": 600000},
        "alarms": [{"name": "failures", "metric": "ExecutionsFailed", "statistic": "Sum", "dimension": {"Version": "2"},
                    "operator": ">=", "threshold": 2, "N": 3, "M": 2}]"#;
    let poisson = r#"{"kind": "poisson", "per_min": 100}"#;
    let exponential = r#"{"kind": "exponential", "mean_ms": 1000}"#;
    let lognormal = r#"{"kind": "lognormal", "median_ms": 1000, "sigma": 0.5}"#;
    let constant = r#"{"kind": "constant", "ms": 0}"#;
    measure("1,000 canaries, exponential latency", &scenario(exponential, poisson, canary), tree);
    measure("1,000 canaries, log-normal latency", &scenario(lognormal, poisson, canary), tree);
    measure("1,000 canaries, no latency", &scenario(constant, poisson, canary), tree);
    let once = r#""replications": 1, "horizon_ms": 6000000"#;
    let dense = r#"{"kind": "poisson", "per_min": 100000}"#;
    measure("one run of 10,000,000, exponential latency", &scenario(exponential, dense, once), tree);
    let leaf = |_: &Scenario| Leaf { errors: ["".into()] };
    measure("1,000 canaries, bare draws", &scenario(exponential, poisson, canary), leaf);
    measure("one run of 10,000,000, bare draws", &scenario(exponential, dense, once), leaf);
}
