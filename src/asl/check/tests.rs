//! One line a rule: what is wrong, and what is told where.

use super::*;

fn told(text: &str, profile: &Profile) -> Vec<String> {
    let definition = Definition::parse(text);
    check(&definition, profile)
        .iter()
        .map(|finding| {
            let mark = if finding.diagnostic.is_error() { "" } else { "warning " };
            format!("{mark}{} {}", finding.diagnostic.code, finding.diagnostic.pointer)
        })
        .collect()
}

/// What is told of a state with these fields, without the part of the pointers that leads to the state.
fn of_state(fields: &str) -> Vec<String> {
    let text = format!(r#"{{"StartAt": "A", "States": {{"A": {{{fields}}}, "Z": {{"Type": "Succeed"}}}}}}"#);
    let told = told(&text, &Profile::default()).into_iter();
    told.filter(|line| line != "unreachable /States/Z").map(|line| line.replace("/States/A", "")).collect()
}

#[test]
fn states() {
    let cases: &[(&str, &[&str])] = &[
        (r#""Type": "Pass", "End": true"#, &[]),
        (r#""Type": "Pass""#, &["missing-field "]),
        (r#""Type": "Pass", "End": false"#, &["missing-field /End"]),
        (r#""Type": "Pass", "Next": "Z", "End": true"#, &["exclusive-fields /End"]),
        (r#""Type": "Pass", "Next": "Y""#, &["unknown-state /Next"]),
        (r#""Type": "Pass", "End": "true""#, &["wrong-type /End"]),
        (r#""Type": "Pass", "End": true, "End": true"#, &["duplicate-key /End"]),
        (r#""Type": "Pass", "End": true, "Foo": 1"#, &["unknown-field /Foo"]),
        (r#""Type": "pass", "End": true"#, &["unknown-type /Type"]),
        (r#""End": true"#, &["missing-field "]),
        (r#""Type": "Pass", "Result": {"a.$": "$.b"}, "End": true"#, &["warning pass-result-is-static /Result/a.$"]),
        (r#""Type": "Wait", "End": true"#, &["missing-field "]),
        (r#""Type": "Wait", "Seconds": -1, "End": true"#, &["out-of-range /Seconds"]),
        (r#""Type": "Wait", "Seconds": 1.5, "End": true"#, &["wrong-type /Seconds"]),
        (r#""Type": "Wait", "Seconds": 1, "SecondsPath": "$.a", "End": true"#, &["exclusive-fields /SecondsPath"]),
        (
            r#""Type": "Wait", "Seconds": 1, "Timestamp": "2026-01-01T00:00:00Z", "End": true"#,
            &["exclusive-fields /Timestamp"],
        ),
        (r#""Type": "Wait", "Timestamp": "2026-13-01T00:00:00Z", "End": true"#, &["not-a-timestamp /Timestamp"]),
        (r#""Type": "Wait", "SecondsPath": "$.a[*]", "End": true"#, &["not-a-reference-path /SecondsPath"]),
        (r#""Type": "Fail", "Cause": "$.cause""#, &["warning no-path /Cause"]),
        (r#""Type": "Fail", "CausePath": "States.Uuid()""#, &["intrinsic-syntax /CausePath"]),
        (r#""Type": "Fail", "Next": "Z""#, &["unknown-field /Next"]),
        (r#""Type": "Task", "End": true"#, &["missing-field "]),
        (
            r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invok", "End": true"#,
            &["unknown-resource /Resource"],
        ),
        (
            r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.sync", "End": true"#,
            &["unknown-resource /Resource"],
        ),
        (
            r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.other", "End": true"#,
            &["unknown-resource /Resource"],
        ),
        (r#""Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": true"#, &[]),
        (r#""Type": "Task", "Resource": "${Function}", "End": true"#, &[]),
        (r#""Type": "Task", "Resource": {"Ref": "Function"}, "End": true"#, &[]),
        (r#""Type": "Task", "Resource": {"Ref": 1, "b": 2}, "End": true"#, &["wrong-type /Resource"]),
        (
            r#""Type": "Task", "Resource": "arn:aws:states:::http:invoke", "TimeoutSeconds": 5, "HeartbeatSeconds": 5, "End": true"#,
            &["out-of-range /HeartbeatSeconds"],
        ),
    ];
    for (fields, expected) in cases {
        assert_eq!(of_state(fields), *expected, "{fields}");
    }
}

#[test]
fn queries() {
    let cases: &[(&str, &[&str])] = &[
        (r#""InputPath": "a""#, &["path-syntax /InputPath"]),
        (r#""InputPath": null"#, &[]),
        (r#""InputPath": 1"#, &["wrong-type /InputPath"]),
        (r#""ResultPath": "$$.a""#, &["not-a-reference-path /ResultPath"]),
        (r#""ResultPath": "$.a[*]""#, &["not-a-reference-path /ResultPath"]),
        (r#""Parameters": {"a.$": 1}"#, &["wrong-type /Parameters/a.$"]),
        (r#""Parameters": {"a.$": "b"}"#, &["intrinsic-syntax /Parameters/a.$"]),
        (r#""Parameters": {"a.$": "$."}"#, &["path-syntax /Parameters/a.$"]),
        (r#""Parameters": {"a": "$.b"}"#, &["warning no-dollar /Parameters/a"]),
        (r#""Parameters": {"a": "$5.00 and more"}"#, &[]),
        (r#""Parameters": {"a": 1, "a.$": "$.a"}"#, &["duplicate-key /Parameters/a.$"]),
        (r#""Parameters": [{"a.$": "$x.y"}]"#, &["warning undefined-variable /Parameters/0/a.$"]),
        (r#""Assign": {"x.$": "$x"}"#, &[]),
        (r#""Assign": {"states": 1}"#, &["variable-name /Assign/states"]),
        (r#""Assign": {"a-b": 1}"#, &["warning variable-name /Assign/a-b"]),
        (r#""Assign": [1]"#, &["wrong-type /Assign"]),
        (r#""Output": 1"#, &["wrong-query-language /Output"]),
        (r#""QueryLanguage": "JSONata", "InputPath": "$""#, &["wrong-query-language /InputPath"]),
        (r#""QueryLanguage": "JSONata", "Output": "{% 1""#, &["jsonata-syntax /Output"]),
        (r#""QueryLanguage": "JSONata", "Output": [{"a": "1 %}"}]"#, &["jsonata-syntax /Output/0/a"]),
        (r#""QueryLanguage": "JSONata", "Output": "{%\n1 %}""#, &["jsonata-syntax /Output"]),
        (r#""QueryLanguage": "JSONata", "Output": "{%}""#, &["jsonata-syntax /Output"]),
        (r#""QueryLanguage": "jsonata""#, &["unknown-value /QueryLanguage"]),
    ];
    for (fields, expected) in cases {
        assert_eq!(of_state(&format!(r#""Type": "Pass", "End": true, {fields}"#)), *expected, "{fields}");
    }
}

/// Where the States Language has `$states.result` and `$states.errorOutput`.
#[test]
fn members_of_states() {
    let task =
        r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "QueryLanguage": "JSONata", "End": true"#;
    let map = r#""Type": "Map", "QueryLanguage": "JSONata", "End": true, "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true, "QueryLanguage": "JSONata", "Output""#;
    for (fields, expected) in [
        (
            format!(r#"{task}, "Output": "{{% $states.result.a %}}", "Assign": {{"x": ["{{% $states.result %}}"]}}"#),
            &[][..],
        ),
        (format!(r#"{task}, "Arguments": {{"a": "{{% $states.result %}}"}}"#), &["states-member /Arguments/a"]),
        (format!(r#"{task}, "Output": "{{% $states.errorOutput %}}""#), &["states-member /Output"]),
        (
            format!(
                r#"{task}, "Catch": [{{"ErrorEquals": ["a"], "Next": "Z", "Output": "{{% $states.errorOutput %}}"}}]"#
            ),
            &[],
        ),
        (
            format!(r#"{task}, "Catch": [{{"ErrorEquals": ["a"], "Next": "Z", "Output": "{{% $states.result %}}"}}]"#),
            &["states-member /Catch/0/Output"],
        ),
        (
            r#""Type": "Pass", "QueryLanguage": "JSONata", "End": true, "Output": "{% $states.result %}""#.to_owned(),
            &["states-member /Output"],
        ),
        (
            format!(r#"{map}: "{{% $states.result %}}"}}}}}}, "Output": "{{% $states.result %}}""#),
            &["states-member /ItemProcessor/States/P/Output"],
        ),
    ] {
        assert_eq!(of_state(&fields), *expected, "{fields}");
    }
    let text = r#"{"StartAt": "A", "QueryLanguage": "JSONata", "States": {"A": {"Type": "Pass", "End": true, "Output": "{% $states.errorOutput.Cause %}"}}}"#;
    let definition = Definition::parse(text);
    let told = check(&definition, &Profile::default());
    assert_eq!(told[0].diagnostic.span.of(text), "$states.errorOutput");
    assert_eq!(told[0].to_aws(&definition).message, "Field '$states.errorOutput' does not exist.");
}

#[test]
fn choices() {
    let cases: &[(&str, &[&str])] = &[
        (r#"{"Variable": "$.a", "IsNull": true, "Next": "Z"}"#, &[]),
        (r#"{"Variable": "$.a", "IsNull": true}"#, &["missing-field /Choices/0"]),
        (r#"{"Variable": "$.a", "Next": "Z"}"#, &["missing-field /Choices/0"]),
        (r#"{"IsNull": true, "Next": "Z"}"#, &["missing-field /Choices/0"]),
        (
            r#"{"Variable": "$.a", "IsNull": true, "IsString": true, "Next": "Z"}"#,
            &["exclusive-fields /Choices/0/IsString"],
        ),
        (
            r#"{"Variable": "$.a", "Not": {"Variable": "$.a", "IsNull": true}, "Next": "Z"}"#,
            &["exclusive-fields /Choices/0/Variable"],
        ),
        (r#"{"And": [], "Next": "Z"}"#, &["empty /Choices/0/And"]),
        (r#"{"Or": [{"Not": {"Variable": "$.a"}}], "Next": "Z"}"#, &["missing-field /Choices/0/Or/0/Not"]),
        (
            r#"{"Not": {"Variable": "$.a", "IsNull": true, "Next": "Z"}, "Next": "Z"}"#,
            &["unknown-field /Choices/0/Not/Next"],
        ),
        (
            r#"{"Variable": "$.a", "NumericEqualsPath": "b", "Next": "Z"}"#,
            &["path-syntax /Choices/0/NumericEqualsPath"],
        ),
        (r#"{"Variable": "$.a", "NumericEquals": "1", "Next": "Z"}"#, &["wrong-type /Choices/0/NumericEquals"]),
        (r#"{"Variable": "$.a", "StringEquals": "$.b", "Next": "Z"}"#, &["warning no-path /Choices/0/StringEquals"]),
        (
            r#"{"Variable": "$.a", "TimestampEquals": "now", "Next": "Z"}"#,
            &["not-a-timestamp /Choices/0/TimestampEquals"],
        ),
    ];
    for (rule, expected) in cases {
        assert_eq!(of_state(&format!(r#""Type": "Choice", "Choices": [{rule}], "Default": "Z""#)), *expected, "{rule}");
    }
    let condition = |text: &str| {
        of_state(&format!(
            r#""Type": "Choice", "QueryLanguage": "JSONata", "Choices": [{{"Condition": {text}, "Next": "Z"}}]"#
        ))
    };
    assert_eq!(condition("true"), Vec::<String>::new());
    assert_eq!(condition("\"{% true %}\""), Vec::<String>::new());
    assert_eq!(condition("\"true\""), ["not-an-expression /Choices/0/Condition"]);
    assert_eq!(condition("1"), ["wrong-type /Choices/0/Condition"]);
    assert_eq!(of_state(r#""Type": "Choice", "Choices": [], "Default": "Z""#), ["empty /Choices"]);
}

#[test]
fn recovery() {
    let cases: &[(&str, &[&str])] = &[
        (r#""Retry": []"#, &[]),
        (r#""Retry": [{"ErrorEquals": []}]"#, &["empty /Retry/0/ErrorEquals"]),
        (r#""Retry": [{"ErrorEquals": ["a", 1]}]"#, &["wrong-type /Retry/0/ErrorEquals/1"]),
        (r#""Retry": [{"ErrorEquals": ["a", "States.ALL"]}]"#, &["states-all /Retry/0/ErrorEquals/1"]),
        (
            r#""Retry": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["a"]}]"#,
            &["states-all /Retry/0/ErrorEquals/0"],
        ),
        (r#""Retry": [{"ErrorEquals": ["States.Timeuot"]}]"#, &["warning unknown-error /Retry/0/ErrorEquals/0"]),
        (r#""Retry": [{"ErrorEquals": ["a"], "BackoffRate": 0.5}]"#, &["out-of-range /Retry/0/BackoffRate"]),
        (r#""Retry": [{"ErrorEquals": ["a"], "JitterStrategy": "HALF"}]"#, &["unknown-value /Retry/0/JitterStrategy"]),
        (r#""Catch": [{"ErrorEquals": ["a"]}]"#, &["missing-field /Catch/0"]),
        (r#""Catch": [{"ErrorEquals": ["a"], "Next": "Y"}]"#, &["unknown-state /Catch/0/Next"]),
        (r#""Catch": {"ErrorEquals": ["a"], "Next": "Z"}"#, &["wrong-type /Catch"]),
    ];
    for (fields, expected) in cases {
        let state = format!(r#""Type": "Task", "Resource": "arn:aws:states:::http:invoke", "End": true, {fields}"#);
        assert_eq!(of_state(&state), *expected, "{fields}");
    }
}

#[test]
fn maps_and_branches() {
    let inner = r#""StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}"#;
    let map = |fields: &str, config: &str| {
        of_state(&format!(r#""Type": "Map", "End": true, {fields} "ItemProcessor": {{{config} {inner}}}"#))
    };
    let distributed = r#""ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},"#;
    assert_eq!(map("", ""), Vec::<String>::new());
    assert_eq!(map(r#""Label": "a","#, distributed), Vec::<String>::new());
    assert_eq!(map(r#""Label": "a b","#, distributed), ["label /Label"]);
    assert_eq!(map(r#""Label": "a","#, ""), ["warning only-distributed /Label"]);
    assert_eq!(
        map("", r#""ProcessorConfig": {"Mode": "DISTRIBUTED"},"#),
        ["missing-field /ItemProcessor/ProcessorConfig"]
    );
    assert_eq!(map(r#""Parameters": {}, "ItemSelector": {},"#, ""), ["exclusive-fields /Parameters"]);
    assert_eq!(map(r#""ToleratedFailurePercentage": 101,"#, distributed), ["out-of-range /ToleratedFailurePercentage"]);
    assert_eq!(
        map(r#""ItemReader": {"Resource": "arn:aws:states:::sqs:sendMessage"},"#, distributed),
        ["unknown-resource /ItemReader/Resource"]
    );
    assert_eq!(of_state(r#""Type": "Map", "End": true"#), ["missing-field "]);
    assert_eq!(of_state(r#""Type": "Map", "End": true, "ItemProcessor": {}"#), ["missing-field /ItemProcessor"]);
    assert_eq!(of_state(r#""Type": "Parallel", "End": true, "Branches": [1]"#), ["wrong-type /Branches/0"]);
    assert_eq!(
        of_state(
            r#""Type": "Parallel", "End": true, "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Pass", "Next": "Z"}}}]"#
        ),
        ["no-end /Branches/0/States", "unknown-state /Branches/0/States/B/Next"]
    );
    assert_eq!(
        of_state(
            r#""Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}]"#
        ),
        ["duplicate-state /Branches/0"]
    );
}

#[test]
fn definitions() {
    let cases: &[(&str, &[&str])] = &[
        ("", &["syntax "]),
        ("  ", &["syntax "]),
        ("[]", &["not-an-object "]),
        ("{}", &["missing-field "]),
        (r#"{"StartAt": "A", "States": {}}"#, &["empty /States"]),
        (r#"{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}"#, &["unknown-state /StartAt"]),
        (
            r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "B": {"Type": "Succeed"}}}"#,
            &["unreachable /States/B"],
        ),
        (r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}"#, &["no-end /States"]),
        (r#"{"StartAt": "A", "States": {"A": 1}}"#, &["wrong-type /States/A"]),
        (r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}, "Version": "2"}"#, &["unknown-value /Version"]),
        (
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Succeed", "QueryLanguage": "JSONPath"}}}"#,
            &["wrong-query-language /States/A/QueryLanguage"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(told(text, &Profile::default()), *expected, "{text}");
    }
    let long = format!(r#"{{"StartAt": "{0}", "States": {{"{0}": {{"Type": "Succeed"}}}}}}"#, "é".repeat(81));
    assert_eq!(told(&long, &Profile::default()).len(), 1);
}

#[test]
fn profiles() {
    let task = |resource: &str| {
        format!(r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Task", "Resource": "{resource}", "End": true}}}}}}"#)
    };
    let spec = Profile { resources: Resources::Spec, substitutions: false, express: false, data_flow: true };
    let express = Profile { express: true, ..Profile::default() };
    let aws = Profile { substitutions: false, ..Profile::default() };
    let wrong = ["unknown-resource /States/A/Resource"];
    for (resource, in_spec, in_aws) in [
        ("foo:bar", true, false),
        ("foo", false, false),
        ("${Function}", false, false),
        ("arn:aws:lambda:us-east-1:1:function:f", true, true),
        ("arn:aws:lambda:us-east-1:1:function:f:", false, false),
        ("arn:aws", false, false),
        ("arn:aws:states:::dynamodb:query", true, false),
        ("arn:aws:states:::aws-sdk:dynamodb:query", true, true),
        ("arn:aws:states:us-east-1:1:activity:a", true, true),
    ] {
        for (profile, fits) in [(&spec, in_spec), (&aws, in_aws)] {
            assert_eq!(told(&task(resource), profile).is_empty(), fits, "{resource} {profile:?}");
            assert!(fits || told(&task(resource), profile) == wrong);
        }
    }
    for resource in [
        "arn:aws:states:us-east-1:1:activity:a",
        "arn:aws:states:::ecs:runTask.sync",
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    ] {
        assert_eq!(told(&task(resource), &express), ["not-in-express /States/A/Resource"]);
    }
}

#[test]
fn hostile_definitions_end_soon() {
    let pass = r#"{"Type": "Succeed"}"#;
    let deep = |open: &str, close: &str, n: usize| format!("{}{}", open.repeat(n), close.repeat(n));
    let choice = |test: &str| {
        format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Choice", "Choices": [{{"Next": "B", {test}}}]}}, "B": {pass}}}}}"#
        )
    };
    let members = |n: usize| (0..n).map(|i| format!(r#""f{i}": 1"#)).collect::<Vec<_>>().join(",");
    let same = |n: usize| (0..n).map(|_| r#""A": {"Type": "Pass", "Next": "Nowhere"}"#).collect::<Vec<_>>().join(",");
    let targets = |n: usize| {
        (0..n).map(|i| format!(r#""S{i}": {{"Type": "Pass", "Next": "s{}"}}"#, i + 1)).collect::<Vec<_>>().join(",")
    };
    let chain = |n: usize| {
        (0..n).map(|i| format!(r#""S{i}": {{"Type": "Pass", "Next": "S{}"}}"#, i + 1)).collect::<Vec<_>>().join(",")
    };
    let branch = r#"{"StartAt":"A","States":{"A":{"Type":"Parallel","End":true,"Branches":["#;
    let texts = [
        choice(&format!(r#""Not": {}"#, deep(r#"{"Not": "#, "}", 120))),
        choice(&format!(r#""And": {}"#, deep(r#"[{"And": "#, "}]", 110))),
        choice(&format!(r#""Not": {}"#, deep(r#"{"Not": "#, "}", 900))),
        format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Pass", "End": true, "Parameters": {}}}}}}}"#,
            deep("[", "]", 240)
        ),
        deep(branch, "]}}}", 49),
        deep(branch, "]}}}", 20_000),
        format!(r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Pass", "End": true, {}}}}}}}"#, members(50_000)),
        format!(r#"{{"StartAt": "A", "States": {{{}}}}}"#, same(20_000)),
        format!(r#"{{"StartAt": "S0", "States": {{{}}}}}"#, targets(20_000)),
        format!(r#"{{"StartAt": "S0", "States": {{{}}}}}"#, chain(20_000)),
    ];
    for text in texts {
        let start = std::time::Instant::now();
        let definition = Definition::parse(&text);
        let findings = check(&definition, &Profile::default());
        assert!(findings.len() <= MAX_FINDINGS + 50);
        println!("{} bytes: {} findings in {:?}", text.len(), findings.len(), start.elapsed());
    }
}

/// Warned of: a path, and what there is instead. Not warned of: what may be there.
#[test]
fn data_that_no_state_makes() {
    let cases = [
        // A template makes just its members.
        (
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"total.$": "$.sum"}, "Next": "B"},
                "B": {"Type": "Pass", "InputPath": "$.totl", "End": true}}}"#,
            vec!["no way to this state brings `$.totl` (did you mean `total`?) at /States/B/InputPath"],
        ),
        // What a task gives may be anything; beside it, what was there before.
        (
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"id": 1}, "Next": "T"},
                "T": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "ResultPath": "$.r", "Next": "B"},
                "B": {"Type": "Pass", "Parameters": {"fine.$": "$.r.whatever", "good.$": "$.id", "bad.$": "$.di", "call.$": "States.Format('{}', $.no)"}, "End": true}}}"#,
            vec![
                "no way to this state brings `$.di` (did you mean `id`?) at /States/B/Parameters/bad.$",
                "no way to this state brings `$.no` (there is `id` or `r` by then) at /States/B/Parameters/call.$",
            ],
        ),
        // One way is enough; a catcher hands on an error; a text has no members.
        (
            r#"{"StartAt": "C", "States": {"C": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": true, "Next": "A"}], "Default": "B"},
                "A": {"Type": "Pass", "Result": {"a": {"deep": "text"}}, "Next": "T"}, "B": {"Type": "Pass", "Result": {"b": 1}, "Next": "T"},
                "T": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "Parameters": {"a.$": "$.a", "b.$": "$.b", "d.$": "$.a.deep.er"},
                    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "F"}], "End": true},
                "F": {"Type": "Fail", "CausePath": "$.Reason"}}}"#,
            vec![
                "no way to this state brings `$.a.deep.er` (there is no object by then) at /States/T/Parameters/d.$",
                "no way to this state brings `$.Reason` (there is `Cause` or `Error` by then) at /States/F/CausePath",
            ],
        ),
        // Loops, items and branches.
        (
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"n": 1}, "Next": "M"},
                "M": {"Type": "Map", "ItemsPath": "$.items", "ItemSelector": {"v.$": "$$.Map.Item.Value", "n.$": "$.n"}, "ResultPath": "$.out", "Next": "C",
                    "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "Parameters": {"ok.$": "$.v.any", "bad.$": "$.wrong"}, "End": true}}}},
                "C": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "M"}], "Default": "S"}, "S": {"Type": "Succeed"}}}"#,
            vec![
                "no way to this state brings `$.items` (there is `n` or `out` by then) at /States/M/ItemsPath",
                "no way to this state brings `$.wrong` (there is `n` or `v` by then) at /States/M/ItemProcessor/States/I/Parameters/bad.$",
            ],
        ),
    ];
    for (text, expected) in cases {
        let findings = check(&Definition::parse(text), &Profile::default());
        let told: Vec<String> = findings
            .iter()
            .filter(|finding| finding.diagnostic.code == "no-such-data")
            .map(|finding| {
                let diagnostic = &finding.diagnostic;
                format!(
                    "{} ({}) at {}",
                    diagnostic.message,
                    diagnostic.help.as_deref().unwrap_or("-"),
                    diagnostic.pointer
                )
            })
            .collect();
        assert_eq!(told, expected, "{text}");
    }
}

/// Code, text and place as AWS has them, in its order. (Its API reference names the codes; the texts are from what its
/// users report.)
#[test]
fn in_the_words_of_aws() {
    let target = |from: &str| {
        format!(
            r#"{{"StartAt": "A", "States": {{"A": {from}, "T": {{"Type": "Task", "Resource": "arn:aws:states:::http:invoke",
                "Catch": [{{"ErrorEquals": ["a"], "Next": "N"}}], "End": true}}}}}}"#
        )
    };
    let of = |state: &str| format!(r#"{{"StartAt": "A", "States": {{"A": {state}}}}}"#);
    let cases: Vec<(String, &str)> = vec![
        (
            target(
                r#"{"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "T"}, {"Variable": "$.a", "IsNull": true, "Next": "X"}], "Default": "Y"}"#,
            ),
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /States/A/Choices[1]/Next, MISSING_TRANSITION_TARGET: Missing 'Next' target: Y at /States/A/Default, MISSING_TRANSITION_TARGET: Missing 'Next' target: N at /States/T/Catch[0]/Next",
        ),
        (
            r#"{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}"#.into(),
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /StartAt",
        ),
        (of(r#"{"Type": "Pass", "Next": "A"}"#), "MISSING_END_STATE: Workflow has no terminal state at null"),
        (
            of(r#"{"Type": "Pass", "Next": "B"}"#),
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next, MISSING_END_STATE: Workflow has no terminal state at null",
        ),
        (
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}, "B": {"Type": "Pass", "Next": "A"}}}"#
                .into(),
            "MISSING_END_STATE: Workflow has no terminal state at null",
        ),
        (
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}, "B": {"Type": "Pass", "End": true}}}"#
                .into(),
            "MISSING_TRANSITION_TARGET: State \"B\" is not reachable. at /States/B",
        ),
        (
            of(r#"{"Type": "Wait", "Seconds": 1, "TimeoutSeconds": 3, "End": true}"#),
            "SCHEMA_VALIDATION_FAILED: Field 'TimeoutSeconds' is not supported at /States/A",
        ),
        (
            of(r#"{"Type": "Pass", "Output": 1, "End": true}"#),
            "SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage at /States/A",
        ),
        (
            of(r#"{"Type": "Pass", "OutputPath": "a", "End": true}"#),
            "SCHEMA_VALIDATION_FAILED: Value must be a valid JSONPath. at /States/A/OutputPath",
        ),
        (
            of(
                r#"{"Type": "Map", "ItemProcessor": {"QueryLanguage": "JSONata", "StartAt": "B", "States": {"B": {"Type": "Succeed"}}}, "End": true}"#,
            ),
            "SCHEMA_VALIDATION_FAILED: Field 'QueryLanguage' is not supported at /States/A/ItemProcessor",
        ),
        (
            of(r#"{"Type": "Pass", "QueryLanguage": "JSONata", "Output": {"v": ["{% phone %}"]}, "End": true}"#),
            "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported. at /States/A/Output/v[0]",
        ),
        (
            of(r#"{"Type": "Pass", "QueryLanguage": "JSONata", "Output": {"v": "{% 1 + %}"}, "End": true}"#),
            "INVALID_JSONATA_EXPRESSION: Unexpected end of expression at /States/A/Output/v",
        ),
        (
            of(
                r#"{"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.errorOutput.Error %}", "End": true}"#,
            ),
            "UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.errorOutput' does not exist. at /States/A/Output",
        ),
        (
            r#"{"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": [{"Variable": "$", "StringMatches": "x"}], "Default": "B"}, "B": {"Type": "Succeed"}}}"#.into(),
            "SCHEMA_VALIDATION_FAILED: These fields are required: [Next] at /States/A/Choices[0]",
        ),
    ];
    let profile = Profile { substitutions: false, data_flow: false, ..Profile::default() };
    for (text, expected) in cases {
        let definition = Definition::parse(&text);
        let findings = check(&definition, &profile);
        assert_eq!(invalid_definition(&definition, &findings).as_deref(), Some(expected), "{text}");
        let told = to_aws(&definition, &findings);
        assert!(told.iter().all(|told| told.location.is_some() != (told.code == "MISSING_END_STATE")), "{told:?}");
    }
}

/// What is told of the same mistake by another name, and how it is mended.
#[test]
fn mends() {
    let state = |fields: &str| format!(r#"{{"StartAt": "A", "States": {{"A": {{{fields}}}}}}}"#);
    let map = |fields: &str| {
        state(&format!(
            r#""Type": "Map", {fields}, "End": true, "ItemProcessor": {{"ProcessorConfig": {{"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}},
                "StartAt": "B", "States": {{"B": {{"Type": "Succeed"}}}}}}"#
        ))
    };
    let output = |expression: &str| {
        state(&format!(r#""Type": "Succeed", "QueryLanguage": "JSONata", "Output": "{{% {expression} %}}""#))
    };
    let cases = [
        (output("$sm([1])"), "there is no function `$sm`", "did you mean `$sum`?"),
        (
            output("$eval('1')"),
            "there is no function `$eval`",
            "Step Functions evaluates no texts; `$parse` reads JSON",
        ),
        (output("$states.inpt"), "`$states` has no `inpt`", "did you mean `$states.input`?"),
        (
            output("$states.result"),
            "`$states.result` has no value here",
            "only `Output` and `Assign` of Task, Parallel and Map states see a result",
        ),
        (
            map(r#""ItemBatcher": {}"#),
            "`ItemBatcher` says nothing of how large a batch is",
            "give it `MaxItemsPerBatch`, `MaxInputBytesPerBatch` or both",
        ),
        (
            map(
                r#""ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "GIVEN"}}"#,
            ),
            "the names of the columns are not given",
            "list them in `CSVHeaders`, or take them from the FIRST_ROW",
        ),
        (
            r#"{"StartAt": "A", "States": {"QueryLanguage": "JSONata", "A": {"Type": "Succeed"}}}"#.into(),
            "expected an object, found a string",
            "`QueryLanguage` is a field of the definition: move it out of `States`",
        ),
        (
            state(r#""Type": "Succeed", "QueryLanguage": "JSONata", "Output": "{% 1 %}\n""#),
            "blanks follow the `%}` of this expression",
            "the string ends with `%}`; in YAML `|-` and `>-` leave no line break behind it",
        ),
        (
            state(r#""Type": "Pass", "End": true, "Xyzzy": 1"#),
            "a Pass state has no field `Xyzzy`",
            "remove it; a note can stand in `Comment`",
        ),
        (
            map(r#""ItemBatcher": {"MaxItemsPerBatch": 1, "Xyzzy": 1}"#),
            "`ItemBatcher` has no field `Xyzzy`",
            "its fields are `BatchInput`, `MaxItemsPerBatch`, `MaxItemsPerBatchPath`, `MaxInputBytesPerBatch` and `MaxInputBytesPerBatchPath`",
        ),
        (
            r#"{"StateMachines": {}, "MockedResponses": {}}"#.into(),
            "`States` and `StartAt` are missing",
            "this is a mock configuration: it says what the tasks of a definition answer",
        ),
        (
            r#"{"Resources": {}}"#.into(),
            "`States` and `StartAt` are missing",
            "this is a template: a definition stands in its `Definition`, or in the file that `DefinitionUri` names",
        ),
    ];
    for (text, message, help) in cases {
        let findings = check(&Definition::parse(&text), &Profile::default());
        let told: Vec<(&str, Option<&str>)> =
            findings.iter().map(|finding| (&*finding.diagnostic.message, finding.diagnostic.help.as_deref())).collect();
        assert!(told.contains(&(message, Some(help))), "{text}: {told:?}");
    }
}

/// How to mend what is wrong.
#[test]
fn mends_of_what_has_the_wrong_form() {
    for (state, help) in [
        (r#""type": "Pass", "End": true"#, "write `type` as `Type`"),
        (r#""Type": "Pass", "End": "true""#, "write it without the quotation marks"),
        (r#""Type": "Wait", "Seconds": "3", "End": true"#, "write it without the quotation marks"),
        (r#""Type": "Pass", "Comment": 3, "End": true"#, "write it in quotation marks"),
        (
            r#""Type": "Pass", "Output": 3, "End": true"#,
            "use `Parameters`, or set `QueryLanguage` to the other language",
        ),
        (r#""Type": "Succeed", "Output": 3"#, "select from the input by `OutputPath`"),
        (
            r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true, "Retry": [{}]"#,
            "name the errors that it is for, as in `[\"States.ALL\"]`",
        ),
        (
            r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true, "Retry": [{"errorEquals": ["E"]}]"#,
            "write `errorEquals` as `ErrorEquals`",
        ),
        (
            r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true, "Retry": [{"ErrorEquals": "E"}]"#,
            "write it in brackets, as in `[…]`, even where it is only one",
        ),
    ] {
        let text = format!(r#"{{"StartAt": "A", "States": {{"A": {{{state}}}}}}}"#);
        let findings = check(&Definition::parse(&text), &Profile::default());
        let told: Vec<&str> = findings.iter().filter_map(|finding| finding.diagnostic.help.as_deref()).collect();
        assert!(told.contains(&help), "{state}: {told:?}");
    }
}
