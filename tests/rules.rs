//! The rules of the checker, a row each: `rules/rows.txt` says what is told of which definition. And what is told of any:
//! where a text stops, what is given twice, how long it takes.

use std::time::{Duration, Instant};
use weir::asl::Definition;
use weir::asl::check::{Finding, Profile, Resources, check};
use weir::base::Value;
use weir::service::{Account, Settings};

/// A definition that leads to a state, and from it to another.
fn around(state: &str) -> String {
    let choice =
        r#"{"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": true, "Next": "S"}], "Default": "Z"}"#;
    format!(r#"{{"StartAt": "S0", "States": {{"S0": {choice}, "S": {state}, "Z": {{"Type": "Succeed"}}}}}}"#)
}

fn told(findings: &[Finding], within: &str) -> String {
    let told: Vec<String> = findings
        .iter()
        .map(|finding| {
            let diagnostic = &finding.diagnostic;
            let mark = if diagnostic.is_error() { "" } else { "warning " };
            let pointer = diagnostic.pointer.as_str();
            let inner = pointer.strip_prefix(within).filter(|rest| rest.is_empty() || rest.starts_with('/'));
            format!("{mark}{} {}", diagnostic.code, inner.unwrap_or(pointer)).trim_end().to_owned()
        })
        .collect();
    if told.is_empty() { "valid".to_owned() } else { told.join("; ") }
}

#[test]
fn rows() {
    let (mut rows, mut wrong) = (0, Vec::new());
    for line in include_str!("rules/rows.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (json, expected) = line.split_once(" => ").unwrap_or_else(|| panic!("no `=>` in {line}"));
        let (spec, json) = json.strip_prefix("spec ").map_or((false, json), |json| (true, json));
        let root = Definition::parse(json).root;
        let is_whole = root.get("StartAt").is_some() || root.get("States").is_some();
        let text = if is_whole { json.to_owned() } else { around(json) };
        let resources = if spec { Resources::Spec } else { Resources::Aws };
        let definition = Definition::parse(&text);
        let findings = check(&definition, &Profile { resources, ..Profile::default() });
        let found = told(&findings, if is_whole { "" } else { "/States/S" });
        rows += 1;
        if found != expected {
            wrong.push(format!("{json}\n  expected {expected}\n  found    {found}"));
        }
        // Each says where and why, and AWS's way of saying it has no backtick of ours.
        for finding in &findings {
            let span = finding.diagnostic.span;
            assert!(span.start < span.end && span.end as usize <= text.len(), "{json}: no place");
            assert!(
                finding.diagnostic.message.starts_with(|c: char| !c.is_uppercase())
                    || finding.diagnostic.code.starts_with("jsonata"),
                "{json}: {}",
                finding.diagnostic.message
            );
        }
    }
    println!("rules: {} of {rows} rows", rows - wrong.len());
    assert!(rows > 800, "only {rows} rows are read");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const ORDERS: &str = include_str!("rules/orders.asl.json");

/// Wherever the text stops, there is an answer with a place, and the states that were whole are still told about.
#[test]
fn every_end_of_the_text() {
    let texts = [
        ORDERS,
        "StartAt: A\nStates:\n  A:\n    Type: Wait\n    Seconds: {a: [1, \"é\"]}\n    Next: 'B'\n  B:\n    Type: Succeed\n",
    ];
    for text in texts {
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let cut = &text[..end];
            let definition = Definition::read(cut);
            let findings = check(&definition, &Profile::default());
            let is_json = text.starts_with('{');
            if is_json && !text[end..].trim().is_empty() {
                assert!(findings.iter().any(|finding| finding.diagnostic.is_error()), "nothing is wrong with {cut}");
            }
            for finding in &findings {
                let span = finding.diagnostic.span;
                assert!(
                    span.end as usize <= cut.len() && (span.start < span.end || cut.is_empty()),
                    "{span:?} in {cut}"
                );
            }
        }
    }
    let cut = &ORDERS[..ORDERS.find("\"Refused\": {").unwrap()];
    let codes: Vec<&str> =
        check(&Definition::read(cut), &Profile::default()).iter().map(|f| f.diagnostic.code).collect();
    assert!(codes.contains(&"syntax") && !codes.contains(&"missing-field"), "{codes:?}");
}

/// What is underlined, in JSON and in YAML: exactly the part that is wrong, with escapes before it, too.
#[test]
fn places() {
    let cases = [
        (
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Succeed", "Output": "{% 'é\"' & $sm([1]) %}"}}}"#,
            "$sm",
        ),
        (
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Succeed", "Output": {"a": ["{% \t 1 + total %}"]}}}}"#,
            "total",
        ),
        (
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Succeed", "Output": "{% $states.inptu.x %}"}}}"#,
            "$states.inptu",
        ),
        (
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Succeed", "Output": "{% (1 + ) %}"}}}"#,
            ")",
        ),
        (r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed", "InputPath": "$.\u00e9[1"}}}"#, "["),
        (
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true, "Parameters": {"a.$": "States.Format('{}', States.Fromat('x'))"}}}}"#,
            "States.Fromat",
        ),
        (
            "QueryLanguage: JSONata\nStartAt: A\nStates:\n  A:\n    Type: Succeed\n    Output:\n      é: '{% ''x'' & total %}'\n",
            "total",
        ),
        ("StartAt: A\nStates:\n  A:\n    Type: Succeed\n    \"OutptuPath\": $.a\n", "\"OutptuPath\""),
        ("StartAt: B\nStates:\n  A: {Type: Succeed}\n", "B"),
    ];
    for (text, marked) in cases {
        let definition = Definition::read(text);
        let findings = check(&definition, &Profile::default());
        let places: Vec<&str> = findings.iter().map(|finding| finding.diagnostic.span.of(text)).collect();
        assert!(places.contains(&marked), "{marked} is not among {places:?} of {text}");
    }
}

/// What ValidateStateMachineDefinition makes of `severity` and `maxResults`, and what CreateStateMachine says of the same.
#[test]
fn asked_of_the_service() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": -1, "Retry": [], "Next": "B"},
        "B": {"Type": "Fail", "Cause": "$.cause", "End": true}}}"#;
    let mut account = Account::new(Settings::default());
    let mut ask = |more: &str| {
        let mut request = Value::parse(&format!("{{{more}}}")).unwrap().as_object().cloned().unwrap();
        request.insert("definition".into(), text.into());
        account.call("ValidateStateMachineDefinition", &request.into())
    };
    let mut answer = |more: &str| {
        let told = ask(more).unwrap();
        let list = told.get("diagnostics").and_then(Value::as_array).unwrap();
        let of = |key: &str| -> String {
            let texts = list.iter().map(|one| one.get(key).and_then(Value::as_str).unwrap_or("-"));
            texts.collect::<Vec<_>>().join(" ")
        };
        let result = told.get("result").and_then(Value::as_str).unwrap().to_owned();
        let truncated = told.get("truncated").and_then(Value::as_bool).unwrap();
        (result, of("severity"), of("location"), truncated)
    };
    let told = |severities: &str, places: &str, truncated| {
        ("FAIL".to_owned(), severities.to_owned(), places.to_owned(), truncated)
    };
    let errors = told("ERROR ERROR ERROR", "/States/A/Seconds /States/A /States/B", false);
    assert_eq!(answer(""), errors);
    assert_eq!(answer(r#""severity": "ERROR", "maxResults": 0"#), errors);
    assert_eq!(answer(r#""maxResults": 3"#), errors);
    assert_eq!(answer(r#""maxResults": 2"#), told("ERROR ERROR", "/States/A/Seconds /States/A", true));
    assert_eq!(
        answer(r#""severity": "WARNING""#),
        told("ERROR ERROR WARNING ERROR", "/States/A/Seconds /States/A /States/B/Cause /States/B", false)
    );
    assert!(answer(r#""severity": "WARNING", "maxResults": 3"#).3);
    for wrong in [r#""severity": "INFO""#, r#""maxResults": 101"#, r#""maxResults": -1"#] {
        assert_eq!(ask(wrong).unwrap_err().code, "ValidationException", "{wrong}");
    }
    let request = Value::object([
        ("name", Value::from("m")),
        ("roleArn", "arn:aws:iam::123456789012:role/r".into()),
        ("definition", text.into()),
    ]);
    let refused = account.call("CreateStateMachine", &request).unwrap_err();
    assert_eq!(refused.code, "InvalidDefinition");
    let told = "SCHEMA_VALIDATION_FAILED: Field 'Retry' is not supported at /States/A, SCHEMA_VALIDATION_FAILED: Field 'End' is not supported at /States/B'";
    assert!(refused.message.starts_with("Invalid State Machine Definition: '"), "{}", refused.message);
    assert!(refused.message.ends_with(told), "{}", refused.message);
}

/// The least of a few, so that a busy machine does not count.
fn time(text: &str) -> (Duration, usize) {
    let mut findings = 0;
    let times = (0..5).map(|_| {
        let start = Instant::now();
        findings = check(&Definition::read(text), &Profile::default()).len();
        start.elapsed()
    });
    (times.min().unwrap_or_default(), findings)
}

/// A definition of a megabyte, and one that is larger than AWS takes.
#[test]
fn large_definitions() {
    let of_size = |bytes: usize| {
        let state = |n: usize| {
            format!(
                r#""State {n}": {{"Type": "Pass", "Parameters": {{"id.$": "$.orders[{n}].id", "text.$": "States.Format('{{}}-{{}}', $.a.b, 'x')", "note": "{}"}}, "ResultPath": "$.r", "Next": "State {}"}},"#,
                "n".repeat(n % 60),
                n + 1
            )
        };
        let mut text = String::from(r#"{"StartAt": "State 0", "States": {"#);
        let mut n = 0;
        while text.len() < bytes - 400 {
            text += &state(n);
            n += 1;
        }
        text + &format!(r#""State {n}": {{"Type": "Succeed"}}}}}}"#)
    };
    let megabyte = of_size(1_048_576);
    assert!(megabyte.len() <= 1_048_576 && megabyte.len() > 1_000_000);
    let (quarter, _) = time(&of_size(262_144));
    let (took, findings) = time(&megabyte);
    println!("{} bytes: {findings} findings in {took:?}; a quarter of it takes {quarter:?}", megabyte.len());
    assert_eq!(findings, 0);
    // What grows with the square would be sixteen times as long.
    assert!(took < 9 * quarter, "a quarter takes {quarter:?}, the whole {took:?}");
    let larger = of_size(5_000_000);
    let start = Instant::now();
    let findings = check(&Definition::read(&larger), &Profile::default());
    println!("{} bytes: refused in {:?}", larger.len(), start.elapsed());
    let first = &findings[0].diagnostic;
    assert_eq!((first.code, &*first.message), ("too-large", &*format!("the definition has {} bytes", larger.len())));
    assert_eq!(first.help.as_deref(), Some("AWS takes definitions up to 1048576 bytes"));
}
