//! Nanoseconds that JSONata takes for an expression which was compiled before.
//!
//! `cargo bench --bench expressions`. Beside it what jsonata-core and jsonata-js take, as it was measured once.

use std::hint::black_box;
use std::time::Instant;
use weir::asl::query::jsonata::{Dialect, Fixed, Jsonata};
use weir::base::Value;

fn main() {
    let items: Value = (0..20_i64)
        .map(|n| Value::object([("id", Value::from(n)), ("price", (n * 3 % 11).into()), ("count", (n % 4).into())]))
        .collect();
    let input = Value::object([
        ("count", Value::from(41_i64)),
        ("name", "Ada".into()),
        ("text", "the quick brown fox jumps over the lazy dog".into()),
        ("items", items),
    ]);
    let mut environment = Fixed::default();
    environment.variables.insert("states".to_owned(), Value::object([("input", input)]));

    println!("{:>9}{:>14}{:>13}  expression", "ns", "jsonata-core", "jsonata-js");
    for (source, core, js) in [
        ("$states.input.count + 1", 401, 2_339),
        ("'Dear ' & $states.input.name & ', no ' & $states.input.count & '!'", 1_080, 5_250),
        ("$sum($states.input.items[price > 5].price)", 3_716, 30_834),
        ("$map($states.input.items, function($v) { {'id': $v.id, 'total': $v.price * $v.count} })", 11_661, 143_203),
        ("$states.input.count > 40 and $states.input.name = 'Ada'", 594, 5_481),
        ("$replace($states.input.text, /[aeiou]+/, '*')", 14_529, 5_128),
    ] {
        let jsonata = Jsonata::compile(source, Dialect::Aws).unwrap();
        let mut rounds: Vec<f64> = (0..7)
            .map(|_| {
                let begin = Instant::now();
                const TURNS: u32 = 20_000;
                for _ in 0..TURNS {
                    black_box(jsonata.evaluate(None, &mut environment).unwrap());
                }
                begin.elapsed().as_nanos() as f64 / f64::from(TURNS)
            })
            .collect();
        rounds.sort_by(f64::total_cmp);
        println!("{:>9.0}{core:>14}{js:>13}  {source}", rounds[3]);
    }
}
