//! Paths and intrinsic functions by themselves: stated by others, and against hostile texts. What AWS makes of them is
//! in the recorded executions (`conformance.rs`).

use std::path::{Path as File, PathBuf};
use weir::asl::query::Path;
use weir::asl::query::intrinsic::{Call, Failure};
use weir::asl::query::path::SyntaxError;
use weir::base::{Key, Value};

fn data() -> Option<PathBuf> {
    let from_env = std::env::var_os("WEIR_CONFORMANCE").map(PathBuf::from);
    let beside = File::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance");
    let found = from_env.into_iter().chain([beside]).find(|path| path.join("aws").is_dir());
    if found.is_none() {
        println!("conformance: no data at ../shared/conformance or $WEIR_CONFORMANCE; not run");
    }
    found
}

fn files(folder: &File) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(path: &File) -> Option<Value> {
    Value::parse(&std::fs::read_to_string(path).ok()?).ok()
}

// ---- definitions of others

/// The texts that are paths or calls, with the field they are for.
fn queries<'v>(value: &'v Value, found: &mut Vec<(&'v str, &'v str)>) {
    const FIELDS: [&str; 7] =
        ["InputPath", "OutputPath", "ResultPath", "ItemsPath", "SecondsPath", "TimestampPath", "Variable"];
    match value {
        Value::Array(items) => items.iter().for_each(|item| queries(item, found)),
        Value::Object(members) => {
            for (key, member) in members.iter() {
                match member.as_str() {
                    Some(text) if key.ends_with(".$") || FIELDS.contains(&&**key) => found.push((key, text)),
                    _ => queries(member, found),
                }
            }
        }
        _ => {}
    }
}

fn parse(text: &str) -> Result<(), SyntaxError> {
    if text.starts_with("States.") { Call::parse(text).map(drop) } else { Path::parse(text).map(drop) }
}

/// What real definitions say is understood, and what others call wrong is refused.
#[test]
fn definitions_of_others() {
    let Some(data) = data() else { return };
    let folder = data.join("definitions");
    let index = read(&folder.join("index.json")).unwrap_or_default();
    let (mut count, mut wrong) = (0, Vec::new());
    for (source, entries) in index.as_object().into_iter().flat_map(|members| members.iter()) {
        for entry in entries.as_array().into_iter().flat_map(|entries| entries.iter()) {
            let Some(name) = entry.get("file").and_then(Value::as_str) else { continue };
            if entry.get("expect").and_then(Value::as_str) == Some("invalid") {
                continue;
            }
            let Some(definition) = read(&folder.join(&**source).join(name)) else { continue };
            let mut found = Vec::new();
            queries(&definition, &mut found);
            // Placeholders of deployment tools are filled in before Step Functions reads the text.
            for (key, text) in found.into_iter().filter(|(_, text)| !text.contains("${")) {
                count += 1;
                if let Err(error) = parse(text) {
                    wrong.push(format!("{source}/{name}: {key}: {text}: {error:?}"));
                }
            }
        }
    }
    println!("definitions of others: {} of {count} paths and calls understood", count - wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 1000, "only {count} found: the data have another form");
    for (name, refused) in [
        ("asl-validator/invalid-json-path.json", 4),
        ("asl-validator/invalid-math-add.json", 1),
        ("asl-validator/invalid-task-credentials-object.json", 1),
        ("statelint/invalid-function-invocation.json", 1),
        ("statelint/parameter-path-problems.json", 2),
    ] {
        let definition = read(&folder.join(name)).unwrap_or_default();
        let mut found = Vec::new();
        queries(&definition, &mut found);
        let errors = found.iter().filter(|(_, text)| parse(text).is_err()).count();
        assert_eq!(errors, refused, "{name}");
    }
}

/// What AWS refused when a definition was created.
#[test]
fn refused_by_aws() {
    let Some(data) = data() else { return };
    let (mut refused, mut wrong) = (0, Vec::new());
    for file in files(&data.join("aws/api")) {
        let case = read(&file).unwrap_or_default();
        for step in case.get("steps").and_then(Value::as_array).into_iter().flat_map(|steps| steps.iter()) {
            let message = step.pointer("/expect/error/message").and_then(Value::as_str).unwrap_or_default();
            let Some((_, field)) = message.split_once("The value for the field '") else { continue };
            let Some((field, _)) = field.split_once("' must be a valid JSONPath") else { continue };
            let text = step.pointer("/request/definition").and_then(Value::as_str).unwrap_or_default();
            let definition = Value::parse(text).unwrap_or_default();
            let mut found = Vec::new();
            queries(&definition, &mut found);
            for (_, text) in found.into_iter().filter(|(key, _)| *key == field) {
                refused += 1;
                if parse(text).is_ok() {
                    wrong.push(text.to_owned());
                }
            }
        }
    }
    println!("refused by AWS: {} of {refused} refused", refused - wrong.len());
    assert!(refused > 0 && wrong.is_empty(), "{wrong:?}");
}

// ---- hostile texts

const SEEDS: [&str; 12] = [
    "$.order.items[0]['a b'].x",
    "$$.Execution.Input..name[*].y",
    "$name.a[-1][1:2][0,3].*",
    "$.a[?(@.b == 'c' && (@.d >= 1.5 || !@.e) && $.f != null)].g",
    r"$.a[?(@.b =~ /(x|y)*[a-z]{2,3}\//i)]",
    r"$['it\'s','b'].ü[(@.length-1)]",
    "States.Format('{} is \\'{}\\' \\{\\}', $.a, $$.b['c, d)'])",
    "States.Array('é', 2020, -1.5e3, null, true, States.UUID())",
    "States.MathAdd(States.ArrayLength($.a[?(@.b == c, d)]), -1)",
    "States.JsonMerge($.a, $.b, false)",
    "States.ArrayGetItem(States.StringSplit('a,b', ','), 1)",
    "States.MathRandom(1, 10, $x.seed)",
];

const BITS: [&str; 24] = [
    "$",
    "$$",
    ".",
    "..",
    "[",
    "]",
    "(",
    ")",
    "[?(",
    ")]",
    "'",
    "\\",
    "\"",
    ",",
    "@",
    "*",
    "=~ /",
    "&&",
    "!",
    "-",
    "é",
    "\u{10FFFF}",
    "States.",
    "0",
];

/// No text makes a parser panic or hang, errors point into the text, and what is read can be used.
#[test]
fn mutated_texts() {
    let value =
        Value::parse(r#"{"a": [{"b": "x", "d": 2, "x": {"y": null}}, [1, [2]], "t"], "f": 1, "name": {"a": []}}"#);
    let value = value.unwrap_or_default();
    let mut key = Key::new(2026);
    let mut random = |below: usize| {
        key = key.with(1);
        (key.bits() % below.max(1) as u64) as usize
    };
    let (mut read, mut refused) = (0, 0);
    for round in 0..30_000 {
        let mut text: Vec<char> = SEEDS[round % SEEDS.len()].chars().collect();
        for _ in 0..=random(4) {
            let at = random(text.len() + 1);
            match random(4) {
                0 => drop(text.splice(at..at, BITS[random(BITS.len())].chars())),
                1 => drop(text.drain(at..(at + random(4)).min(text.len()))),
                2 => {
                    let other: Vec<char> = SEEDS[random(SEEDS.len())].chars().collect();
                    let from = random(other.len());
                    text.splice(at..at, other[from..(from + random(12)).min(other.len())].iter().copied());
                }
                _ => text.truncate(at),
            }
        }
        let text: String = text.into_iter().collect();
        let error = match Path::parse(&text) {
            Ok(path) => {
                read += 1;
                assert_eq!(&**path.text(), text);
                let found = path.select(&value);
                assert!(
                    path.is_definite() || found.as_ref().map_or(true, |found| found.as_array().is_some()),
                    "{text}"
                );
                let mut changed = value.clone();
                if path.set(&mut changed, Value::from(9_i64)).is_ok() {
                    assert!(path.is_reference_path(), "{text}");
                    assert_eq!(path.select(&changed).ok(), Some(Value::from(9_i64)), "{text}");
                }
                None
            }
            Err(error) => Some(error),
        };
        let error = match Call::parse(&text) {
            Ok(call) => {
                read += 1;
                let mut resolve = |path: &Path| {
                    path.select(&value)
                        .map_err(|error| Failure { call: text.as_str().into(), reason: error.to_string() })
                };
                let _ = call.evaluate::<Failure>(&mut resolve, &mut || 7);
                None
            }
            Err(call) => error.or(Some(call)),
        };
        if let Some(error) = error {
            refused += 1;
            let span = error.span;
            assert!(span.start <= span.end && text.get(span.range()).is_some(), "{text}: {error:?}");
            assert!(!error.message.is_empty() && !error.message.ends_with('.'), "{text}: {error:?}");
        }
    }
    println!("mutated texts: {read} read, {refused} refused");
    assert!(read > 3_000 && refused > 3_000, "{read} read, {refused} refused");
}

/// A scan by the path and one by hand find the same.
#[test]
fn scans_by_hand() {
    fn walk<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
        let inside: Vec<&Value> = match value {
            Value::Array(items) => items.iter().collect(),
            Value::Object(members) => members.values().collect(),
            _ => return,
        };
        found.extend(&inside);
        inside.into_iter().for_each(|value| walk(value, found));
    }
    let mut key = Key::new(5);
    let mut random = || {
        key = key.with(1);
        key.bits() as usize
    };
    fn grow(random: &mut dyn FnMut() -> usize, depth: usize) -> Value {
        match random() % if depth == 0 { 2 } else { 4 } {
            0 => Value::Null,
            1 => Value::from(random() as u64 % 10),
            2 => (0..random() % 4).map(|_| grow(random, depth - 1)).collect(),
            _ => Value::object((0..random() % 4).map(|n| (["a", "b", "c", "d"][n], grow(random, depth - 1)))),
        }
    }
    let everything = Path::parse("$..*");
    let named = Path::parse("$..a");
    for _ in 0..500 {
        let root = grow(&mut random, 6);
        let mut found = Vec::new();
        walk(&root, &mut found);
        let by_path = everything.as_ref().ok().and_then(|path| path.select(&root).ok()).unwrap_or_default();
        assert_eq!(by_path.as_array().map(|found| found.to_vec()), Some(found.iter().copied().cloned().collect()));
        let named_by_hand: Vec<Value> =
            std::iter::once(&root).chain(found).filter_map(|value| value.get("a").cloned()).collect();
        let by_path = named.as_ref().ok().and_then(|path| path.select(&root).ok()).unwrap_or_default();
        let mut by_path: Vec<String> =
            by_path.as_array().into_iter().flat_map(|found| found.iter()).map(Value::to_json).collect();
        // By hand, values of one level come before those of the next.
        let mut named_by_hand: Vec<String> = named_by_hand.iter().map(Value::to_json).collect();
        by_path.sort();
        named_by_hand.sort();
        assert_eq!(by_path, named_by_hand);
    }
}
