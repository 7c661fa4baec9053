//! Expressions beside jsonata-core, in nanoseconds of one evaluation; medians of rounds in which both take turns.

use jsonata_core::{
    Expression,
    evaluator::{Context, Evaluator},
    parser,
    value::JValue,
};
use std::hint::black_box;
use std::time::Instant;
use weir::asl::query::jsonata::{Dialect, Fixed, Jsonata};
use weir::base::Value;

const ROUNDS: usize = 15;
const TURNS: u32 = 5_000;

const EXPRESSIONS: [&str; 6] = [
    "$states.input.count + 1",
    "'Dear ' & $states.input.name & ', no ' & $states.input.count & '!'",
    "$sum($states.input.items[price > 5].price)",
    "$map($states.input.items, function($v) { {'id': $v.id, 'total': $v.price * $v.count} })",
    "$states.input.count > 40 and $states.input.name = 'Ada'",
    "$replace($states.input.text, /[aeiou]+/, '*')",
];

fn once(mut run: impl FnMut()) -> f64 {
    let begin = Instant::now();
    (0..TURNS).for_each(|_| run());
    begin.elapsed().as_nanos() as f64 / f64::from(TURNS)
}

fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

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
    let states = Value::object([("input", input)]);
    let theirs = JValue::from_json_str(&states.to_json()).expect("it is JSON");
    let mut environment = Fixed::default();
    environment.variables.insert("states".to_owned(), states);
    // Theirs in three ways: with the variable bound once, bound anew each time as a state has to, and by its virtual
    // machine, which knows no variables and is given the data themselves.
    println!(
        "ns of one evaluation, medians of {ROUNDS} rounds; target: none slower than the best of jsonata-core's ways"
    );
    println!("{:>9}{:>12}{:>12}{:>12}{:>8}  expression", "weir", "core bound", "core fresh", "core vm", "ratio");
    for source in EXPRESSIONS {
        let jsonata = Jsonata::compile(source, Dialect::Aws).expect("it compiles");
        let ast = parser::parse(source).expect("it parses");
        let mut context = Context::new();
        context.bind("states".into(), theirs.clone());
        let mut evaluator = Evaluator::with_context(context);
        let vm = Expression::compile(&source.replace("$states.", "")).expect("it compiles");
        let ours = jsonata.evaluate(None, &mut environment).expect("it is evaluated");
        let ours = ours.value().expect("a value").to_json();
        let told = |value: JValue| value.to_json_string().expect("it is JSON");
        assert_eq!(told(evaluator.evaluate(&ast, &JValue::Null).expect("it is evaluated")), ours, "{source}");
        assert_eq!(told(vm.evaluate(&theirs).expect("it is evaluated")), ours, "{source}");
        let mut rounds = [const { Vec::new() }; 4];
        for _ in 0..ROUNDS {
            rounds[0].push(once(|| drop(black_box(jsonata.evaluate(None, &mut environment)))));
            rounds[1].push(once(|| drop(black_box(evaluator.evaluate(&ast, &JValue::Null)))));
            rounds[2].push(once(|| {
                let mut context = Context::new();
                context.bind("states".into(), theirs.clone());
                drop(black_box(Evaluator::with_context(context).evaluate(&ast, &JValue::Null)));
            }));
            rounds[3].push(once(|| drop(black_box(vm.evaluate(&theirs)))));
        }
        let [ours, bound, fresh, vm] = rounds.each_mut().map(|round| median(round));
        let ratio = bound.min(fresh).min(vm) / ours;
        println!("{ours:>9.0}{bound:>12.0}{fresh:>12.0}{vm:>12.0}{ratio:>8.2}  {source}");
    }
}
