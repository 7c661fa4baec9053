//! Milliseconds in which a definition of AWS's largest size is read and checked. The target is 200.
//!
//! `cargo bench --bench check`.

use std::time::Instant;
use weir::asl::Definition;
use weir::asl::check::{MAX_LENGTH, Profile, check};

/// States until the definition is as long as one may be; the last of them ends.
fn filled(language: &str, state: impl Fn(usize) -> String) -> String {
    let mut text = format!(r#"{{"QueryLanguage": "{language}", "StartAt": "S0", "States": {{"#);
    for n in 0.. {
        let next = state(n);
        if text.len() + next.len() + 50 > MAX_LENGTH {
            return text + &format!(r#""S{n}": {{"Type": "Succeed"}}}}}}"#);
        }
        text += &next;
    }
    text
}

/// One state around a field's value, which is repeated until the definition is as long as one may be.
fn long(before: &str, between: impl Fn(usize) -> String, after: &str) -> String {
    let mut text = before.to_owned();
    for n in 0.. {
        let next = between(n);
        if text.len() + next.len() + after.len() > MAX_LENGTH {
            break;
        }
        text += &next;
    }
    text + after
}

fn main() {
    let pass = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true, "#;
    let expression = format!(r#"{{"QueryLanguage": "JSONata", {}"Output": "{{% ["#, &pass[1..]);
    let texts = [
        (
            "states in JSONPath",
            filled("JSONPath", |n| {
                let state = match n % 4 {
                    0 => {
                        r#""Type": "Pass", "Parameters": {"a.$": "$.x.y", "b.$": "States.Format('{} {}', $.x, $$.State.Name)"}"#
                    }
                    1 => {
                        r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f", "Payload.$": "$"}, "Retry": [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 2}], "ResultPath": "$.t""#
                    }
                    2 => {
                        r#""Type": "Choice", "Choices": [{"Variable": "$.x", "NumericGreaterThan": 5, "Next": "S0"}], "Default": "#
                    }
                    _ => {
                        r#""Type": "Map", "ItemsPath": "$.items", "ItemProcessor": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#
                    }
                };
                let next = n + 1;
                if n % 4 == 2 {
                    format!("\"S{n}\": {{{state}\"S{next}\"}},\n")
                } else {
                    format!("\"S{n}\": {{{state}, \"Next\": \"S{next}\"}},\n")
                }
            }),
        ),
        (
            "states in JSONata",
            filled("JSONata", |n| {
                let state = match n % 3 {
                    0 => {
                        r#""Type": "Pass", "Output": "{% $map($states.input.items, function($v) { {'id': $v.id, 'n': $v.price * $v.count} }) %}", "Assign": {"sum": "{% $sum($states.input.items[price > 5].price) %}"}"#
                    }
                    1 => {
                        r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "f", "Payload": "{% $states.input %}"}, "Output": "{% $merge([$states.input, {'r': $states.result.Payload}]) %}""#
                    }
                    _ => {
                        r#""Type": "Map", "Items": "{% $states.input.items %}", "ItemProcessor": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#
                    }
                };
                format!("\"S{n}\": {{{state}, \"Next\": \"S{}\"}},\n", n + 1)
            }),
        ),
        ("no target exists", filled("JSONPath", |n| format!(r#""S{n}": {{"Type": "Pass", "Next": "Missing{n}"}},"#))),
        (
            "paths that end early",
            long(&format!(r#"{pass}"Parameters": {{"a": 1"#), |n| format!(r#", "k{n}.$": "$.a.b[{n}""#), "}}}}"),
        ),
        (
            "one long intrinsic",
            long(&format!(r#"{pass}"Parameters": {{"a.$": "States.Array($.a"#), |_| ",$.a".into(), r#")"}}}}"#),
        ),
        ("one long expression", long(&expression, |n| format!("$v{n},"), r#"1] %}"}}}"#)),
        ("one broken expression", long(&expression, |_| "$x + ".into(), r#") %}"}}}"#)),
    ];
    println!("{:>8}{:>10}{:>10}  1 MB of", "ms", "target", "findings");
    for (name, text) in texts {
        let mut rounds = Vec::new();
        let mut findings = 0;
        for _ in 0..5 {
            let begin = Instant::now();
            findings = check(&Definition::parse(&text), &Profile::default()).len();
            rounds.push(begin.elapsed().as_secs_f64() * 1e3);
        }
        rounds.sort_by(f64::total_cmp);
        println!("{:>8.0}{:>10}{findings:>10}  {name}", rounds[2], 200);
    }
}
