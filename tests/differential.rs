//! JSONata against the npm package `jsonata` 2.0.6, on expressions made by `differential/grammar.txt`.
//!
//! Each function, operator and error occurs at least fifty times; values, codes, messages, positions and tokens are
//! compared. `WEIR_DIFFERENTIAL=N` makes N times as many expressions, `WEIR_SEED=N` others.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use weir::asl::query::jsonata::{Answer, Dialect, Error, Fixed, INTERNAL, Jsonata, functions};
use weir::base::{Key, Value};

const GRAMMAR: &str = include_str!("differential/grammar.txt");

/// How often each line of `function`, `operator` and `code` is made.
const EACH: usize = 56;

/// How deep kinds may nest; then come ways that need no others.
const DEPTH: u32 = 4;

/// How long jsonata-js may take for all.
const PATIENCE: Duration = Duration::from_secs(50);

const INPUTS: [&str; 4] = [
    r#"{"name":"Ada Å","price":12.5,"ok":true,"numbers":[4,1,3,1],"tags":["x","a","b"],"a":[{"b":1},{"b":[2,3]}],
        "mixed":[1,"a",null,true,{"a":1},[2]],"nested":{"list":[[1,2],[{"a":1}]]},
        "items":[{"name":"pen","price":3,"tags":["x"],"a":1},{"name":"ink","price":7.5,"tags":["y","z"]},
            {"name":"cap","price":7.5}],
        "owner":{"name":"Bo","address":{"city":"Ulm"}}}"#,
    r#"{"name":null,"price":"9","ok":"false","tags":"x","items":{"name":"one","price":1},"numbers":7,"mixed":{},"a":0}"#,
    r#"[{"name":"x","price":1,"items":[]},{"name":"y","price":2,"tags":["b","a"]},[{"name":"z"}]]"#,
    r#""text""#,
];

struct Grammar {
    kinds: BTreeMap<&'static str, Vec<&'static str>>,
    /// Kind, label, template.
    roots: Vec<(&'static str, &'static str, &'static str)>,
}

impl Grammar {
    fn read() -> Grammar {
        let mut grammar = Grammar { kinds: BTreeMap::new(), roots: Vec::new() };
        for line in GRAMMAR.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (head, template) = line.split_once(": ").unwrap_or_else(|| panic!("{line}"));
            match head.split_once(' ') {
                Some((kind, label)) => grammar.roots.push((kind, label, template)),
                None => grammar.kinds.entry(head).or_default().push(template),
            }
        }
        grammar
    }

    /// Writes a template with its kinds made.
    fn make(&self, template: &str, depth: u32, draw: &mut impl FnMut(usize) -> usize, out: &mut String) {
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('«') {
            let (kind, behind) = after.split_once('»').unwrap();
            out.push_str(before);
            let ways = self.kinds.get(kind).unwrap_or_else(|| panic!("no way to make {kind}"));
            let leaves: Vec<&str> = ways.iter().copied().filter(|way| !way.contains('«')).collect();
            let ways = if depth == 0 && !leaves.is_empty() { &leaves } else { ways };
            self.make(ways[draw(ways.len())], depth.saturating_sub(1), draw, out);
            rest = behind;
        }
        out.push_str(rest);
    }
}

struct Case {
    kind: &'static str,
    label: &'static str,
    source: String,
    input: usize,
}

fn cases() -> Vec<Case> {
    let grammar = Grammar::read();
    let number = |name: &str, default: u64| std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(default);
    let each = EACH * number("WEIR_DIFFERENTIAL", 1) as usize;
    let mut key = Key::new(number("WEIR_SEED", 1));
    let mut draw = |below: usize| {
        key = key.with(1);
        ((key.uniform() * below as f64) as usize).min(below - 1)
    };
    let mut known = BTreeSet::new();
    let mut cases = Vec::new();
    for &(kind, label, template) in &grammar.roots {
        let mut made = 0;
        // Some ways do not have that many results.
        for _ in 0..each * 4 {
            let mut source = String::new();
            grammar.make(template, draw(DEPTH as usize) as u32 + 1, &mut draw, &mut source);
            let input = draw(12).saturating_sub(12 - INPUTS.len());
            if source.len() <= 600 && known.insert((source.clone(), input)) {
                cases.push(Case { kind, label, source, input });
                made += 1;
            }
            if made == each {
                break;
            }
        }
    }
    cases
}

/// As the other side tells it.
fn ours(case: &Case, input: &Value) -> Result<Answer, Error> {
    let jsonata = Jsonata::compile(&case.source, Dialect::Reference)?;
    jsonata.evaluate(Some(input), &mut Fixed::default())
}

fn canonical(value: &Value) -> String {
    match value {
        // The sign of zero is lost in JSON.
        Value::Number(number) => format!("{:?}", number.as_f64() + 0.0),
        Value::Array(array) => format!("[{}]", array.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Object(object) => {
            let members: BTreeMap<_, _> = object.iter().map(|(key, value)| (key.clone(), canonical(value))).collect();
            format!("{members:?}")
        }
        other => other.to_json(),
    }
}

/// What is to be equal, as a text; and the code of an error.
fn told_by_us(answer: &Result<Answer, Error>) -> String {
    match answer {
        Ok(Answer::Value(value)) => canonical(value),
        Ok(Answer::Undefined) => "undefined".to_owned(),
        Ok(Answer::Function) => "function".to_owned(),
        Err(error) if error.code == INTERNAL => "an error of JavaScript".to_owned(),
        Err(error) => {
            let shown = |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), canonical);
            let position = error.position.map_or("-".to_owned(), |position| position.to_string());
            format!("{} {:?} at {position} token {}", error.code, error.message, shown(&error.token))
        }
    }
}

fn told_by_them(line: &str) -> (String, Option<String>) {
    let Ok(told) = Value::parse(line) else { return ("half of a surrogate pair".to_owned(), None) };
    let text = |name: &str| told.get(name).and_then(Value::as_str);
    match text("kind").unwrap_or_default() {
        "value" => (canonical(told.get("value").unwrap_or(&Value::Null)), None),
        "error" => match text("code") {
            None => ("an error of JavaScript".to_owned(), None),
            Some(code) => {
                let shown = |name: &str| told.get(name).map_or("-".to_owned(), canonical);
                let position =
                    told.get("position").and_then(Value::as_i64).map_or("-".to_owned(), |place| place.to_string());
                let message = text("message").unwrap_or_default();
                (format!("{code} {message:?} at {position} token {}", shown("token")), Some(code.to_owned()))
            }
        },
        kind => (kind.to_owned(), None),
    }
}

/// Numbers in a text, as far as 12 digits tell.
fn without_last_digits(text: &str) -> String {
    let parts = text.split_inclusive(|c: char| !c.is_ascii_digit() && c != '.');
    let short = |part: &str| match part.trim_end_matches(|c: char| !c.is_ascii_digit()).parse::<f64>() {
        Ok(number) => format!("{number:.12e}"),
        Err(_) => part.to_owned(),
    };
    parts.map(short).collect()
}

/// What may differ, and why.
fn named_difference(case: &Case, theirs: &str, ours: &str) -> Option<&'static str> {
    let rules: [(bool, &str); 11] = [
        (theirs == "half of a surrogate pair", "a text cannot hold half of a surrogate pair"),
        (theirs.contains("async function (...params)"), "a function as a text is not its source in jsonata-js"),
        (theirs.contains(r#"\"_jsonata_"#), "a function in a message does not tell its insides"),
        (theirs == "cycle" && ours.starts_with("U1001"), "a value cannot hold itself, which is too deep"),
        (case.source.contains("__proto__"), "`__proto__` is a name like others"),
        (
            theirs == "an error of JavaScript" && case.source.contains(".next()"),
            "a pattern that met nothing instead of a text goes on, and finds no more",
        ),
        (
            (case.source.contains("ower") || case.source.contains("parseInteger"))
                && without_last_digits(theirs) == without_last_digits(ours),
            "the last digits of powers, which V8 computes in a way of its own",
        ),
        (
            case.label == "partial ?"
                && [theirs, ours].iter().any(|told| told.starts_with("an error") || told.starts_with("D3061")),
            "what a signature would refuse is refused, too, where partial application goes round the signature",
        ),
        (theirs.replace("[null]", "[]") == ours, "an input is never written to"),
        (
            theirs == "an error of JavaScript" && ours.starts_with("T1006"),
            "a call of null, or of nothing in the last place of a function, is a call of what is no function",
        ),
        (case.source.contains("constructor"), "`constructor` is a name like others"),
    ];
    rules.iter().find(|(holds, _)| *holds).map(|(_, name)| *name)
}

/// Answers of jsonata-js, a line for each case. Nothing if there is no node or no package.
fn oracle(cases: &[Case]) -> Option<Vec<String>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named = std::env::var_os("WEIR_JSONATA").map(PathBuf::from);
    let package = named.unwrap_or_else(|| here.join("www/node_modules/jsonata"));
    if !package.join("jsonata.js").is_file() {
        println!("differential: not attempted, there is no {}: `npm ci` in www/ brings it", package.display());
        return None;
    }
    let version = std::fs::read_to_string(package.join("package.json")).ok()?;
    assert!(version.contains(r#""version": "2.0.6""#), "{} is not version 2.0.6", package.display());
    let node = Command::new("node")
        .arg("--stack-size=4000")
        .arg(here.join("tests/differential/oracle.mjs"))
        .arg(package)
        .args(functions(Dialect::Reference))
        .env("TZ", "UTC")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut node) = node else {
        println!("differential: not attempted, there is no node");
        return None;
    };
    let mut questions = String::new();
    for case in cases {
        let source = Value::from(case.source.as_str()).to_json();
        questions.push_str(&format!("[{source},{}]\n", INPUTS[case.input].replace('\n', " ")));
    }
    let mut pipe = node.stdin.take()?;
    let asking = std::thread::spawn(move || pipe.write_all(questions.as_bytes()));
    let answers = BufReader::new(node.stdout.take()?);
    // jsonata-js has no budget: an expression may take it for ever.
    let (done, waiting) = mpsc::channel::<()>();
    let watching = std::thread::spawn(move || {
        let in_time = waiting.recv_timeout(PATIENCE) != Err(mpsc::RecvTimeoutError::Timeout);
        if !in_time {
            let _ = node.kill();
        }
        let _ = node.wait();
    });
    let answers: Vec<String> = answers.lines().map_while(Result::ok).collect();
    drop(done);
    watching.join().unwrap();
    if let Some(case) = cases.get(answers.len()) {
        panic!("jsonata-js did not answer `{}` within {PATIENCE:?}", case.source);
    }
    let _ = asking.join();
    Some(answers)
}

#[test]
fn as_jsonata_js_does() {
    let cases = cases();
    let start = Instant::now();
    let Some(answers) = oracle(&cases) else { return };
    println!("differential: jsonata-js answered in {:.1?}", start.elapsed());
    let start = Instant::now();
    let inputs: Vec<Value> = INPUTS.iter().map(|input| Value::parse(input).unwrap()).collect();
    let mut counts: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let mut named: BTreeMap<&str, usize> = BTreeMap::new();
    let mut differences = Vec::new();
    let mut slowest = (Duration::ZERO, "");
    for (case, line) in cases.iter().zip(&answers) {
        let (theirs, code) = told_by_them(line);
        if case.kind != "code" {
            *counts.entry((case.kind, case.label.to_owned())).or_default() += 1;
        }
        if let Some(code) = code {
            *counts.entry(("code", code)).or_default() += 1;
        }
        let begun = Instant::now();
        let ours = told_by_us(&ours(case, &inputs[case.input]));
        slowest = slowest.max((begun.elapsed(), &case.source));
        if ours != theirs {
            match named_difference(case, &theirs, &ours) {
                Some(name) => *named.entry(name).or_default() += 1,
                None => differences.push((case, theirs, ours)),
            }
        }
    }
    for kind in ["function", "operator", "code"] {
        let of_kind = counts.iter().filter(|((of, _), _)| *of == kind);
        let told: Vec<String> = of_kind.map(|((_, label), count)| format!("{label} {count}")).collect();
        println!("{kind}s ({}): {}", told.len(), told.join(", "));
    }
    for (name, count) in &named {
        println!("{count} differ: {name}");
    }
    for (case, theirs, ours) in differences.iter().take(200) {
        println!(
            "{} {}: {}   on input {}\n    theirs {theirs}\n    ours   {ours}",
            case.kind, case.label, case.source, case.input
        );
    }
    println!("differential: {:.1?} at most, for {}", slowest.0, slowest.1);
    let (all, unnamed) = (cases.len(), differences.len());
    println!("differential: {all} expressions in {:.1?}, {unnamed} differences without a name", start.elapsed());

    let rare: Vec<_> = counts.iter().filter(|(_, count)| **count < 50).collect();
    let never: Vec<_> =
        functions(Dialect::Reference).filter(|name| !counts.contains_key(&("function", (*name).to_owned()))).collect();
    assert!(differences.is_empty());
    assert!(rare.is_empty() && never.is_empty(), "too rare: {rare:?} {never:?}");
    assert!(cases.len() >= 20_000, "only {} expressions", cases.len());
}
