//! Executions per second of the interpreter on one core, for the definitions of the shared benchmark folder.
//!
//! `cargo bench --bench engine`. Tasks are answered `{"status":"OK"}` after a latency draw.

mod drive;

use drive::run;
use std::rc::Rc;
use std::time::Instant;
use weir::asl::{Definition, compile};
use weir::base::{Key, Value};
use weir::engine::agenda::Agenda;
use weir::engine::{Log, Status, Tally};

fn main() {
    let folder = std::env::var("WEIR_CONFORMANCE").unwrap_or_else(|_| "../shared/conformance".into());
    let read = |name: &str| std::fs::read_to_string(format!("{folder}/bench/{name}")).unwrap();
    let order = Value::parse(&read("b_input.json")).unwrap();
    let items: Value = (0..100).map(|n: i64| Value::object([("n", Value::from(n))])).collect();
    let items = Value::object([("items", items)]);
    let ok = Value::parse(r#"{"status":"OK"}"#).unwrap();
    let identity = Rc::default();
    println!("{:<16}{:>16}{:>16}", "definition", "tally/s", "history/s");
    for (name, input, count) in [
        ("a_pass.json", &order, 200_000),
        ("b_order.json", &order, 200_000),
        ("c_map.json", &items, 5_000),
        ("d_parallel.json", &order, 50_000),
        ("e_retry.json", &order, 50_000),
    ] {
        let program = match compile(&Definition::parse(&read(name))) {
            Ok(program) => Rc::new(program),
            Err(error) => {
                println!("{name}: {}", error.message);
                continue;
            }
        };
        let mut agenda = Agenda::new();
        let mut rates = [Vec::new(), Vec::new()];
        for _ in 0..5 {
            let begin = Instant::now();
            let mut tally = Tally::default();
            let mut statuses = 0;
            for n in 0..count {
                let status = run(&program, input, &identity, Key::new(7).with(n), &mut agenda, &ok, &mut tally);
                statuses += u64::from(status == Status::Succeeded);
            }
            rates[0].push(count as f64 / begin.elapsed().as_secs_f64());
            let begin = Instant::now();
            for n in 0..count {
                let mut log = Log::default();
                run(&program, input, &identity, Key::new(7).with(n), &mut agenda, &ok, &mut log);
                std::hint::black_box(log);
            }
            rates[1].push(count as f64 / begin.elapsed().as_secs_f64());
            assert_eq!(statuses, count, "{name} does not succeed");
        }
        for rates in &mut rates {
            rates.sort_by(f64::total_cmp);
        }
        println!("{name:<16}{:>16.0}{:>16.0}", rates[0][2], rates[1][2]);
    }
}
