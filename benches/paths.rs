//! Nanoseconds per read and write of a path, and per call of an intrinsic function. `cargo bench --bench paths`.

use std::hint::black_box;
use std::time::Instant;
use weir::asl::query::Path;
use weir::asl::query::intrinsic::{Call, Failure};
use weir::base::Value;

/// The median of 25 runs.
fn measure(name: &str, mut work: impl FnMut()) {
    let times = 20_000;
    let mut runs: Vec<f64> = (0..25)
        .map(|_| {
            let started = Instant::now();
            (0..times).for_each(|_| work());
            started.elapsed().as_nanos() as f64 / f64::from(times)
        })
        .collect();
    runs.sort_by(f64::total_cmp);
    println!("{name:<60}{:>9.1} ns", runs.get(12).copied().unwrap_or_default());
}

fn main() {
    let input = r#"{"order": {"id": "o-17", "total": 12.5, "address": {"city": "Lund"}}, "customer": {"name": "Ada"},
        "items": [{"id": 1, "price": 8}, {"id": 2, "price": 10.5}, {"id": 3, "price": 22}]}"#;
    let Ok(input) = Value::parse(input) else { return };
    for text in [
        "$.order.id",
        "$.order.address.city",
        "$.items[2].price",
        "$.none.x",
        "$.items[*].id",
        "$..id",
        "$.items[?(@.price > 9)].id",
    ] {
        let Ok(path) = Path::parse(text) else { return };
        measure(&format!("read {text}"), || drop(black_box(path.select(black_box(&input)))));
    }
    for text in ["$.result", "$.order.status", "$.order.address.zip"] {
        let Ok(path) = Path::parse(text) else { return };
        let (value, mut alone) = (Value::from("done"), input.clone());
        if path.set(&mut alone, Value::Null).is_err() {
            return;
        }
        measure(&format!("write {text}, nobody shares it"), || {
            drop(black_box(path.set(black_box(&mut alone), value.clone())))
        });
        measure(&format!("write {text}, into a copy"), || {
            let mut copy = input.clone();
            let _ = black_box(path.set(black_box(&mut copy), value.clone()));
        });
    }
    for text in [
        "States.Format('order {} of {}', $.order.id, $.customer.name)",
        "States.MathAdd($.items[0].price, 1)",
        "States.Hash($.order.id, 'SHA-256')",
    ] {
        let Ok(call) = Call::parse(text) else { return };
        measure(text, || {
            let value = call.evaluate::<Failure>(
                &mut |path| {
                    path.select(&input)
                        .map_err(|error| Failure { call: path.text().clone(), reason: error.to_string() })
                },
                &mut || 0,
            );
            drop(black_box(value));
        });
    }
}
