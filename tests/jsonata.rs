//! The reference suite of JSONata 2.0.6: results, codes, and expressions made hostile.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use weir::asl::query::jsonata::{Answer, Dialect, Environment, Fixed, Jsonata, Limits};
use weir::base::{Key, Object, Value};

/// Cases that a Rust text cannot hold: they are about halves of surrogate pairs.
const GAPS: [&str; 2] = ["function-encodeUrl/case002.json", "function-encodeUrlComponent/case002.json"];

struct Case {
    id: String,
    group: String,
    document: Value,
}

impl Case {
    fn text(&self, key: &str) -> &str {
        self.document.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    fn run(&self) -> Result<Answer, String> {
        let number = |key: &str| self.document.get(key).and_then(Value::as_i64);
        let mut environment = Fixed { limits: Limits::REFERENCE, ..Fixed::default() };
        if let Some(depth) = number("depth") {
            environment.limits.depth = depth as u32;
        }
        if let Some(limit) = number("timelimit") {
            // Some steps take a few nanoseconds, some a hundred.
            environment.limits.fuel = limit as u64 * 20_000;
        }
        for (name, value) in self.document.get("bindings").and_then(Value::as_object).into_iter().flat_map(Object::iter)
        {
            environment.variables.insert(name.to_string(), value.clone());
        }
        let jsonata = Jsonata::compile(self.text("expr"), Dialect::Reference).map_err(|error| error.code.to_owned())?;
        jsonata.evaluate(self.document.get("data"), &mut environment).map_err(|error| error.code.to_owned())
    }

    /// What is wrong with the answer, if anything is.
    fn judge(&self) -> Option<String> {
        let answer = self.run();
        let expected = self.document.get("result");
        match (self.text("kind"), answer) {
            ("result", Ok(Answer::Value(value))) => {
                let expected = expected?;
                let is_right = if self.document.get("unordered").is_some() {
                    let sorted = |value: &Value| {
                        let mut items: Vec<String> =
                            value.as_array().into_iter().flat_map(|array| array.iter()).map(canonical).collect();
                        items.sort();
                        items
                    };
                    sorted(&value) == sorted(expected)
                } else {
                    canonical(&value) == canonical(expected)
                };
                (!is_right).then(|| format!("expected {}, found {}", expected.to_json(), value.to_json()))
            }
            ("undefined", Ok(Answer::Undefined)) => None,
            ("code", Err(code)) if code == self.text("code") => None,
            ("none", Ok(_)) => None,
            (kind, answer) => {
                let wanted = match kind {
                    "result" => expected.map(Value::to_json).unwrap_or_default(),
                    "code" => self.text("code").to_owned(),
                    kind => kind.to_owned(),
                };
                Some(format!("expected {wanted}, found {answer:?}"))
            }
        }
    }
}

/// Members in the order of their names, and integers as such: what `assert.deepEqual` compares.
fn canonical(value: &Value) -> String {
    match value {
        Value::Number(number) => format!("{:?}", number.as_f64()),
        Value::Array(array) => format!("[{}]", array.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Object(object) => {
            let members: BTreeMap<_, _> = object.iter().map(|(key, value)| (key.clone(), canonical(value))).collect();
            format!("{members:?}")
        }
        other => other.to_json(),
    }
}

fn cases() -> Vec<Case> {
    let named = std::env::var_os("WEIR_CONFORMANCE").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance"));
    let file = folder.join("jsonata/suite-2.0.6.jsonl");
    let Ok(text) = std::fs::read_to_string(&file) else {
        println!("jsonata: not attempted, there is no {}", file.display());
        return Vec::new();
    };
    let case = |line: &str| {
        // Lines with halves of surrogate pairs cannot be read; what stands in front of those can.
        let member = |key: &str| line.split(&format!("\"{key}\":\"")).nth(1).and_then(|rest| rest.split('"').next());
        let text = |key: &str| member(key).unwrap_or_default().to_owned();
        Case { id: text("id"), group: text("group"), document: Value::parse(line).unwrap_or_default() }
    };
    text.lines().filter(|line| !line.is_empty()).map(case).collect()
}

/// Runs on a stack like that of WebAssembly.
fn on_a_small_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    // Frames of unoptimised native code are larger than those of the wasm that is published.
    let size = if cfg!(debug_assertions) { 8 << 20 } else { 1 << 20 };
    std::thread::Builder::new().stack_size(size).spawn(run).unwrap().join().unwrap()
}

#[test]
fn the_reference_suite() {
    on_a_small_stack(|| {
        let cases = cases();
        let mut groups: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
        let mut failures = Vec::new();
        for case in &cases {
            let (right, all) = groups.entry(&case.group).or_default();
            *all += 1;
            match case.judge() {
                None => *right += 1,
                Some(_) if GAPS.contains(&&*case.id) => {}
                Some(why) => failures.push(format!("{}: {} — {why}", case.id, case.text("expr"))),
            }
        }
        for (group, (right, all)) in &groups {
            println!("{group:<40} {right:>4} of {all}");
        }
        let right: u32 = groups.values().map(|(right, _)| right).sum();
        println!("jsonata: {right} of {} cases; gaps: {}", cases.len(), GAPS.join(", "));
        let told: Vec<String> = failures.iter().map(|failure| failure.chars().take(400).collect()).collect();
        assert!(failures.is_empty(), "{} cases fail:\n{}", failures.len(), told.join("\n"));
    });
}

/// Broken copies of the suite's expressions: each ends, with an answer or an error, and within its budget.
#[test]
fn broken_expressions() {
    on_a_small_stack(|| {
        let cases = cases();
        let limits = Limits { fuel: 200_000, ..Limits::AWS };
        let pieces = [
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "$",
            "%",
            "/",
            "~>",
            "**",
            "^(",
            "function($x){",
            "\"",
            "ä",
            "9e9",
            "..",
            "?",
            ":=",
            "|",
            "@$v",
            "#$i",
        ];
        let mut tried = 0;
        for (n, case) in cases.iter().enumerate() {
            let source = case.text("expr");
            let mut key = Key::new(7).with(n as u64);
            let mut draw = |below: usize| {
                key = key.with(1);
                (key.uniform() * below.max(1) as f64) as usize
            };
            for _ in 0..4 {
                let mut text: Vec<char> = source.chars().collect();
                for _ in 0..1 + draw(3) {
                    let at = draw(text.len() + 1).min(text.len());
                    match draw(3) {
                        0 if at < text.len() => drop(text.remove(at)),
                        1 => {
                            let piece = pieces[draw(pieces.len())];
                            text.splice(at..at, piece.chars());
                        }
                        _ => {
                            let from = draw(text.len() + 1).min(at);
                            let copy = text[from..at].to_vec();
                            text.splice(at..at, copy);
                        }
                    }
                }
                let text: String = text.into_iter().collect();
                tried += 1;
                for dialect in [Dialect::Reference, Dialect::Aws] {
                    if let Ok(jsonata) = Jsonata::compile(&text, dialect) {
                        let mut environment = Fixed { limits, ..Fixed::default() };
                        let _ = jsonata.evaluate(case.document.get("data"), &mut environment);
                    }
                }
            }
        }
        println!("jsonata: {tried} broken expressions, none of which panics or hangs");
    });
}

/// Remembers how many steps were spent.
struct Counted(Fixed, u64);

impl Environment for Counted {
    fn limits(&self) -> Limits {
        self.0.limits()
    }
    fn variable(&mut self, name: &str) -> Option<Value> {
        self.0.variable(name)
    }
    fn states(&mut self, member: &str) -> Option<Value> {
        self.0.states(member)
    }
    fn now(&mut self) -> weir::base::Time {
        self.0.now()
    }
    fn random(&mut self) -> u64 {
        self.0.random()
    }
    fn spent(&mut self, steps: u64) {
        self.1 = steps;
    }
}

/// Expressions that want to take for ever, or all of the stack or memory. `tests/package/` asks the same of WebAssembly.
fn hostile() -> Vec<String> {
    let source = |line: &str| {
        let line = Value::parse(line).unwrap();
        let part = |name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default();
        let times = line.get("times").and_then(Value::as_i64).unwrap_or(0) as usize;
        let (before, after) = (part("before").repeat(times), part("after").repeat(times));
        [part("expression"), part("start"), &before, part("between"), &after, part("end")].concat()
    };
    include_str!("hostile.jsonl").lines().map(source).collect()
}

#[test]
fn hostile_expressions_end() {
    on_a_small_stack(|| {
        let mut slowest = (Duration::ZERO, String::new());
        for source in hostile() {
            for dialect in [Dialect::Reference, Dialect::Aws] {
                let Ok(jsonata) = Jsonata::compile(&source, dialect) else { continue };
                let mut environment = Counted(Fixed { limits: Limits::AWS, ..Fixed::default() }, 0);
                let begin = Instant::now();
                let _ = jsonata.evaluate(Some(&Value::from(1_i64)), &mut environment);
                slowest = slowest.max((begin.elapsed(), source.chars().take(80).collect()));
                assert!(environment.1 <= Limits::AWS.fuel, "{} steps: {source:.80}", environment.1);
            }
        }
        println!("jsonata: the slowest hostile expression takes {:.1?}: {}", slowest.0, slowest.1);
    });
}
