//! The reference suite of JSONata 2.0.6: results, codes, and expressions made hostile.

#[path = "jsonata/generate.rs"]
mod generate;

use generate::{DATA, Generator};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use weir::asl::query::jsonata::{Answer, Dialect, Error, Fixed, INTERNAL, Jsonata, Limits};
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

#[test]
fn hostile_expressions_end() {
    on_a_small_stack(|| {
        let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        let sources = [
            deep("(", ")"),
            deep("[", "]"),
            deep("{\"a\":", "}"),
            deep("-", ""),
            "1+".repeat(100_000) + "1",
            "a.".repeat(100_000) + "a",
            "$f(".repeat(50_000),
            "($f := function($n) { $f($n + 1) + 1 }; $f(0))".to_owned(),
            "($f := function($n) { $f($n + 1) }; $f(0))".to_owned(),
            "[1..9999999]".to_owned(),
            "$map([1..800000], function($v) { [1..800000] })".to_owned(),
            "$pad('', 6000000000)".to_owned(),
            "($s := 'x'; $reduce([1..60], function($a, $b) { $a & $a }, $s))".to_owned(),
            "$match($pad('', 30000, 'a'), /(a*)*b/)".to_owned(),
            "$replace($pad('', 30000, 'a'), /(a|aa)+$/, 'b')".to_owned(),
            "$formatInteger(1e300, 'I') & $formatInteger(1e300, 'w') & $formatInteger(1e300, 'a')".to_owned(),
            "$formatNumber(1e-300, '0.0e0') & $formatNumber(0, '0.0e0')".to_owned(),
            "$toMillis($pad('', 30000, '1'), '[Y][M][D][H][m][s]')".to_owned(),
            "$toMillis($pad('', 3000, 'one'), '[Yw][Mw][Dw][Hw][mw][sw]x')".to_owned(),
            "{'a': {'b': 1}} ~> |a|{'z': $}|".to_owned(),
            "$fromMillis(1e300) & $fromMillis(-1e300, '[W] [w] [X] [x] [F] [MNn]')".to_owned(),
        ];
        for source in sources {
            for dialect in [Dialect::Reference, Dialect::Aws] {
                let Ok(jsonata) = Jsonata::compile(&source, dialect) else { continue };
                let mut environment = Fixed { limits: Limits::AWS, ..Fixed::default() };
                let _ = jsonata.evaluate(Some(&Value::from(1_i64)), &mut environment);
            }
        }
    });
}

/// Why an answer may be another one than that of the npm package.
fn named_difference(source: &str, expected: &Value, found: &Result<Answer, Error>) -> Option<&'static str> {
    let message = expected.get("message").and_then(Value::as_str);
    match (found, message) {
        (Err(error), Some(message)) if error.message.contains("of function undefined") => message
            .contains("of function")
            .then_some("npm keeps the name that a function of the language was last called by, in another evaluation"),
        (Err(_), Some(_)) => Some("of several mistakes in one list npm tells the one that its promises come to first"),
        (Err(error), None) if error.code == INTERNAL => {
            Some("npm calls a method of JavaScript that strings and arrays share")
        }
        (Ok(_), _) if source.contains("]@$") || source.starts_with("[].tags") || source.contains("].tags.%") => {
            Some("npm loses the rows of a path that begins with an array and binds or looks up")
        }
        (Ok(_), None) if expected.get("thrown").is_some() => Some("npm has no stack left"),
        (Ok(_), Some(_)) if source.contains("['', items[0]][0]") => {
            Some("npm takes the empty text for the list that it is in")
        }
        _ => None,
    }
}

/// Generated expressions, by this evaluator and by the npm package: the same values, codes and messages.
#[test]
fn the_npm_package_agrees() {
    const COUNT: usize = 24_000;
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    if !root.join("www/node_modules/jsonata").is_dir() {
        println!("jsonata: not compared, www/node_modules has no jsonata (`cargo xtask test` installs it)");
        return;
    }
    on_a_small_stack(move || {
        let data = Value::parse(DATA).unwrap();
        let mut generator = Generator::new(7);
        let sources: Vec<String> = (0..COUNT).map(|n| generator.expression(n)).collect();
        let mut node = Command::new("node")
            .arg(root.join("tests/jsonata/oracle.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node");
        let mut stdin = node.stdin.take().unwrap();
        let lines: Vec<String> = sources
            .iter()
            .map(|source| Value::object([("expr", Value::from(source.as_str())), ("data", data.clone())]).to_json())
            .collect();
        let writer = std::thread::spawn(move || {
            for line in lines {
                writeln!(stdin, "{line}").unwrap();
            }
        });
        let answers = String::from_utf8(node.wait_with_output().unwrap().stdout).unwrap();
        writer.join().unwrap();
        let answers: Vec<Value> = answers.lines().map(|line| Value::parse(line).unwrap()).collect();
        assert_eq!(answers.len(), COUNT);
        let mut codes: BTreeMap<String, u32> = BTreeMap::new();
        let mut differences = Vec::new();
        let mut named: BTreeMap<&str, u32> = BTreeMap::new();
        for (source, expected) in sources.iter().zip(&answers) {
            let code = expected.get("code").and_then(Value::as_str);
            *codes.entry(code.unwrap_or("no error").to_owned()).or_default() += 1;
            let mut environment = Fixed::default();
            let found = match Jsonata::compile(source, Dialect::Reference) {
                Ok(jsonata) => jsonata.evaluate(Some(&data), &mut environment),
                Err(error) => Err(error),
            };
            let is_same = match (&found, code) {
                (Ok(Answer::Undefined), None) => expected.get("undefined").is_some(),
                (Ok(Answer::Function), None) => expected.get("function").is_some(),
                (Ok(Answer::Value(value)), None) => {
                    expected.get("value").is_some_and(|other| canonical(other) == canonical(value))
                }
                (Err(error), Some(code)) => {
                    error.code == code
                        && Some(error.message.as_str()) == expected.get("message").and_then(Value::as_str)
                }
                // What JavaScript throws by itself has no code.
                (Err(_), None) => expected.get("thrown").is_some(),
                (Ok(_), Some(_)) => false,
            };
            if !is_same {
                if let Some(why) = named_difference(source, expected, &found) {
                    *named.entry(why).or_default() += 1;
                    continue;
                }
                let found = match found {
                    Ok(answer) => format!("{answer:?}"),
                    Err(error) => error.to_string(),
                };
                differences.push(format!("{source}\n    npm  {}\n    here {found}", expected.to_json()));
            }
        }
        for (code, count) in &codes {
            println!("{code:<10} {count:>6}");
        }
        for name in generate::functions() {
            let count = sources.iter().filter(|source| source.contains(&format!("${name}("))).count();
            println!("${name:<20} {count:>6}");
            assert!(count >= 50, "${name} occurs {count} times only");
        }
        let excused: u32 = named.values().sum();
        for (why, count) in &named {
            println!("named difference: {count:>3} × {why}");
        }
        assert!(excused * 200 < COUNT as u32, "{excused} differences with a name are too many");
        println!(
            "jsonata: {} of {COUNT} generated expressions as the npm package has them",
            COUNT - differences.len() - excused as usize
        );
        let shown: Vec<String> = differences.iter().take(60).map(|told| told.chars().take(700).collect()).collect();
        assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), shown.join("\n"));
    });
}
