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
        (format!(r#"{task}, "Arguments": {{"a": "{{% $states.result %}}"}}"#), &["jsonata-context /Arguments/a"]),
        (format!(r#"{task}, "Output": "{{% $states.errorOutput %}}""#), &["jsonata-context /Output"]),
        (
            format!(
                r#"{task}, "Catch": [{{"ErrorEquals": ["a"], "Next": "Z", "Output": "{{% $states.errorOutput %}}"}}]"#
            ),
            &[],
        ),
        (
            format!(r#"{task}, "Catch": [{{"ErrorEquals": ["a"], "Next": "Z", "Output": "{{% $states.result %}}"}}]"#),
            &["jsonata-context /Catch/0/Output"],
        ),
        (
            r#""Type": "Pass", "QueryLanguage": "JSONata", "End": true, "Output": "{% $states.result %}""#.to_owned(),
            &["jsonata-context /Output"],
        ),
        (
            format!(r#"{map}: "{{% $states.result %}}"}}}}}}, "Output": "{{% $states.result %}}""#),
            &["jsonata-context /ItemProcessor/States/P/Output"],
        ),
    ] {
        assert_eq!(of_state(&fields), *expected, "{fields}");
    }
    let text = r#"{"StartAt": "A", "QueryLanguage": "JSONata", "States": {"A": {"Type": "Pass", "End": true, "Output": "{% $states.errorOutput.Cause %}"}}}"#;
    let told = check(&Definition::parse(text), &Profile::default());
    assert_eq!(told[0].diagnostic.span.of(text), "$states.errorOutput.Cause");
    assert_eq!(told[0].to_aws().message, "Field '$states.errorOutput' does not exist.");
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
