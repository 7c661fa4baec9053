//! Definitions that other people wrote, through the checker: verdicts, places, time; and broken copies of them.

use std::path::PathBuf;
use std::time::{Duration, Instant};
use weir::asl::check::{AwsDiagnostic, Finding, Profile, Resources, check, invalid_definition, to_aws};
use weir::asl::{Definition, compile};
use weir::base::{Key, Value};

struct Entry {
    id: String,
    set: String,
    text: String,
    /// `valid`, `invalid`, or nothing stated.
    expect: Option<bool>,
    problems: Option<i64>,
}

fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("WEIR_CONFORMANCE").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance"));
    if !folder.join("definitions/index.json").is_file() {
        println!("definitions: not attempted, there is no {}", folder.display());
        return None;
    }
    Some(folder)
}

/// All definitions, in the order of the index.
fn entries() -> Vec<Entry> {
    let Some(folder) = folder() else { return Vec::new() };
    let folder = folder.join("definitions");
    let index = Value::parse(&std::fs::read_to_string(folder.join("index.json")).unwrap()).unwrap();
    let mut entries = Vec::new();
    for (set, list) in index.as_object().unwrap().iter() {
        for entry in list.as_array().unwrap().iter() {
            let text = |key: &str| entry.get(key).and_then(Value::as_str);
            let file = text("file").unwrap();
            entries.push(Entry {
                id: format!("{set}/{file}"),
                set: set.to_string(),
                text: std::fs::read_to_string(folder.join(&**set).join(file)).unwrap(),
                expect: text("expect").map(|expect| expect == "valid"),
                problems: entry.get("expected_problems").and_then(Value::as_number).and_then(|n| n.as_i64()),
            });
        }
    }
    entries
}

fn profile(set: &str) -> Profile {
    let resources = if set == "statelint" { Resources::Spec } else { Resources::Aws };
    Profile { resources, ..Profile::default() }
}

fn told(finding: &Finding) -> String {
    let diagnostic = &finding.diagnostic;
    let help = diagnostic.help.as_deref().unwrap_or("-");
    format!("    {} {} ({help}) at {} {:?}", diagnostic.code, diagnostic.message, diagnostic.pointer, diagnostic.span)
}

fn has_places(definition: &Definition, findings: &[Finding]) -> bool {
    let length = definition.text.len() as u32;
    findings.iter().map(|finding| &finding.diagnostic).all(|found| {
        let span = found.span;
        (span.start < span.end || length == 0) && span.end <= length && !found.message.is_empty()
    })
}

/// How long it takes to read and to check a definition: the least of some, because others use the machine, too.
fn time(entry: &Entry) -> Duration {
    let times = (0..7).map(|_| {
        let start = Instant::now();
        check(&Definition::read(&entry.text), &profile(&entry.set));
        start.elapsed()
    });
    times.min().unwrap_or_default()
}

#[test]
fn verdicts() {
    let (mut stated, mut agreed, mut wrong) = (0, 0, Vec::new());
    let mut times: Vec<(Duration, String)> = Vec::new();
    for entry in entries() {
        let definition = Definition::read(&entry.text);
        let findings = check(&definition, &profile(&entry.set));
        times.push((time(&entry), entry.id.clone()));
        assert!(has_places(&definition, &findings), "{}: a finding without a place", entry.id);
        let errors: Vec<&Finding> = findings.iter().filter(|finding| finding.diagnostic.is_error()).collect();
        let is_valid = errors.is_empty();
        let listed = || errors.iter().map(|finding| told(finding)).collect::<Vec<_>>().join("\n");
        match entry.expect {
            Some(expected) => {
                stated += 1;
                if expected == is_valid {
                    agreed += 1;
                } else {
                    wrong.push(format!(
                        "{}: expected {}\n{}",
                        entry.id,
                        if expected { "valid" } else { "invalid" },
                        listed()
                    ));
                }
                if let Some(problems) = entry.problems.filter(|problems| *problems != errors.len() as i64) {
                    println!("{}: {} errors where its source counts {problems}\n{}", entry.id, errors.len(), listed());
                }
            }
            None if !is_valid => println!("{}: no verdict is stated, and we say\n{}", entry.id, listed()),
            None => {
                if let Err(error) = compile(&definition) {
                    println!("{}: without errors, but does not compile: {}", entry.id, error.message);
                }
            }
        }
    }
    println!("definitions: {agreed} of {stated} stated verdicts agree");
    times.sort();
    if let (Some(middle), Some((slowest, id))) = (times.get(times.len() / 2), times.last()) {
        println!("read and checked: median {:?} a definition, at most {slowest:?} for {id}", middle.0);
        assert!(*slowest < Duration::from_millis(5), "{id}: {slowest:?}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Broken copies: whatever the text, an answer, with places.
#[test]
fn mutations() {
    let entries = entries();
    let sets: std::collections::BTreeSet<&str> = entries.iter().map(|entry| &*entry.set).collect();
    for set in sets {
        let texts: Vec<&str> = entries.iter().filter(|entry| entry.set == set).map(|entry| &*entry.text).collect();
        let mut slowest = Duration::ZERO;
        for n in 0..1000 {
            let key = Key::new(7).with(Key::word(set)).with(n);
            let text = mutated(texts[(key.with(0).bits() % texts.len() as u64) as usize], key);
            let definition = Definition::read(&text);
            let start = Instant::now();
            let findings = check(&definition, &profile(set));
            slowest = slowest.max(start.elapsed());
            assert!(has_places(&definition, &findings), "a finding without a place in\n{text}");
            if !findings.iter().any(|finding| finding.diagnostic.is_error()) {
                let _ = compile(&definition);
            }
        }
        println!("{set}: 1000 broken copies, slowest {slowest:?}");
    }
}

/// A text with one to three tokens cut, swapped, doubled or taken out.
fn mutated(text: &str, key: Key) -> String {
    let mut tokens: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$');
        let end = match word(first) {
            true => rest.find(|c| !word(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        tokens.push(&rest[..end]);
        rest = &rest[end..];
    }
    for n in 0..1 + key.with(1).bits() % 3 {
        let draw = |purpose: u64, below: usize| (key.with(10 + n).with(purpose).bits() % below.max(1) as u64) as usize;
        let (a, b) = (draw(0, tokens.len()), draw(1, tokens.len()));
        match draw(2, 4) {
            0 if n == 0 => tokens.truncate(a),
            1 => tokens.swap(a, b),
            2 => {
                tokens.remove(a);
            }
            _ => tokens.insert(a, tokens[b]),
        }
        if tokens.is_empty() {
            break;
        }
    }
    tokens.concat()
}

fn recorded(part: &str) -> Vec<(String, Value)> {
    let Some(folder) = folder() else { return Vec::new() };
    let mut cases = Vec::new();
    for area in std::fs::read_dir(folder.join("aws").join(part)).unwrap() {
        for file in std::fs::read_dir(area.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let plain = Value::parse(&text).unwrap();
            let mut bindings: Vec<(String, String)> = Vec::new();
            for (token, value) in
                plain.get("bindings").and_then(Value::as_object).into_iter().flat_map(|found| found.iter())
            {
                bindings.push((token.to_string(), value.as_str().unwrap_or_default().to_owned()));
            }
            bindings.sort_by_key(|(token, _)| std::cmp::Reverse(token.len()));
            let bound = bindings.iter().fold(text, |text, (token, value)| text.replace(token.as_str(), value));
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            cases.push((name, Value::parse(&bound).unwrap_or(plain)));
        }
    }
    cases.sort_by(|(a, _), (b, _)| a.cmp(b));
    cases
}

/// What AWS ran has no errors.
#[test]
fn recorded_executions() {
    let mut wrong = Vec::new();
    let cases = recorded("executions");
    for (id, case) in &cases {
        let definition = Definition::parse(&case.get("definition").unwrap().to_json());
        let express = case.get("state_machine_type").and_then(Value::as_str) == Some("EXPRESS");
        let profile = Profile { substitutions: false, express, ..Profile::default() };
        let findings = check(&definition, &profile);
        let errors: Vec<String> = findings.iter().filter(|finding| finding.diagnostic.is_error()).map(told).collect();
        if !errors.is_empty() {
            wrong.push(format!("{id}\n{}", errors.join("\n")));
        }
    }
    println!("recorded executions: {} of {} have no errors", cases.len() - wrong.len(), cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What AWS says of definitions, word by word.
#[test]
fn recorded_answers() {
    let (mut asked, mut wrong) = (0, Vec::new());
    for (id, case) in recorded("api") {
        for step in case.get("steps").and_then(Value::as_array).unwrap().iter() {
            let Some(text) = step.pointer("/request/definition").and_then(Value::as_str) else { continue };
            let operation = step.get("operation").and_then(Value::as_str).unwrap_or_default();
            let express = step.pointer("/request/type").and_then(Value::as_str) == Some("EXPRESS");
            let definition = Definition::parse(text);
            let findings = check(&definition, &Profile { substitutions: false, express, ..Profile::default() });
            let error = step.pointer("/expect/error/code").and_then(Value::as_str);
            match operation {
                "ValidateStateMachineDefinition" => {
                    let diagnostic = |told: AwsDiagnostic| {
                        let mut members =
                            vec![("code", Value::from(told.code)), ("message", Value::from(told.message))];
                        members.extend(told.location.map(|location| ("location", Value::from(location))));
                        members.push(("severity", Value::from(told.severity)));
                        Value::object(members)
                    };
                    let told: Value = to_aws(&definition, &findings).into_iter().map(diagnostic).collect();
                    let expected = step.pointer("/expect/response/diagnostics").cloned().unwrap_or_default();
                    let sorted = |value: &Value| {
                        value
                            .to_json()
                            .split(',')
                            .map(|part| part.trim_matches(['[', ']', '{', '}']).to_owned())
                            .collect::<std::collections::BTreeSet<_>>()
                    };
                    asked += 1;
                    if sorted(&told) != sorted(&expected) {
                        wrong.push(format!("{id}: expected {}, found {}", expected.to_json(), told.to_json()));
                    }
                }
                "CreateStateMachine" | "UpdateStateMachine" => {
                    let expected = match error {
                        Some("InvalidDefinition") => step.pointer("/expect/error/message").and_then(Value::as_str),
                        _ => None,
                    };
                    asked += 1;
                    let told = invalid_definition(&definition, &findings)
                        .map(|errors| format!("Invalid State Machine Definition: '{errors}'"));
                    if told.as_deref() != expected {
                        wrong.push(format!("{id}: expected {expected:?}, found {told:?}"));
                    }
                }
                _ => {}
            }
        }
    }
    println!("recorded answers about definitions: {} of {asked} equal", asked - wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
