//! Good texts, to be broken: those of `tests/suite`, of the examples and presets, and, where they are there, the recorded
//! cases and the definitions of others, which are read from their own folder and kept nowhere.

use super::{DIVIDER, Property};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use weir::base::{Object, Value};
use weir::simulation::presets::PRESETS;
use weir::workspace::{Workspace, link};

/// Longer ones are left out: what they show, shorter ones do, and more often in the same time.
const LONGEST: usize = 12_000;

fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    if here.ends_with("fuzz") && here.join("src/properties").is_dir() { here.parent().unwrap_or(here) } else { here }
}

/// The good texts of a property, always in the same order.
pub fn of(property: &Property) -> Vec<String> {
    let mut texts = match property.name {
        "json" => recorded("executions").iter().map(Value::to_pretty).chain(definitions()).collect(),
        "yaml" => definitions().iter().map(|text| as_yaml(text)).chain(yaml()).collect(),
        "checked" => definitions().into_iter().chain(suite().into_iter().map(|(definition, ..)| definition)).collect(),
        "path" => queries(|key, text| !text.starts_with("States.") && (key.ends_with(".$") || key.ends_with("Path"))),
        "intrinsic" => queries(|_, text| text.starts_with("States.")),
        "jsonata" => jsonata(),
        "regex" => regexes(),
        "interpreted" => runs(),
        "mocked" => vec![MOCKS.to_owned()],
        "requested" => requests(),
        "commanded" => commands(),
        "scenario" => scenarios(),
        "comparison" => comparisons(),
        "workspace" => workspaces(),
        "link" => workspaces().iter().map(|text| link::encode(text)).collect(),
        "embedded" => embedded(),
        _ => Vec::new(),
    };
    texts.retain(|text| text.len() <= LONGEST);
    texts.sort();
    texts.dedup();
    texts
}

/// Inputs that were found by looking, with their names.
pub fn cases(property: &Property) -> Vec<(String, String)> {
    let folder = root().join("fuzz/cases").join(property.name);
    let read = |path: &PathBuf| {
        let bytes = std::fs::read(path).unwrap_or_default();
        (path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned())
    };
    files(&folder).iter().map(read).collect()
}

/// Puts seeds and words into a folder, for libFuzzer.
#[allow(dead_code, reason = "CI has no folder of them")]
pub fn write(property: &Property, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (n, text) in of(property).iter().chain(cases(property).iter().map(|(_, text)| text)).enumerate() {
        std::fs::write(folder.join(format!("seed-{n}")), text)?;
    }
    let word = |word: &&str| {
        let bytes: String = word.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
        format!("\"{bytes}\"\n")
    };
    std::fs::write(folder.with_extension("dict"), property.words.iter().map(word).collect::<String>())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(files(&path)),
            path => found.push(path),
        }
    }
    found.sort();
    found
}

fn texts(folder: &Path, extension: &str) -> Vec<String> {
    let wanted = |path: &&PathBuf| path.extension().is_some_and(|found| found == extension);
    files(folder).iter().filter(wanted).filter_map(|path| std::fs::read_to_string(path).ok()).collect()
}

/// The folder of what others wrote, if it is there.
fn others() -> Option<PathBuf> {
    let named = std::env::var_os("WEIR_CONFORMANCE").map(PathBuf::from);
    Some(named.unwrap_or_else(|| root().join("../shared/conformance"))).filter(|folder| folder.is_dir())
}

fn recorded(part: &str) -> Vec<Value> {
    let Some(others) = others() else { return Vec::new() };
    texts(&others.join("aws").join(part), "json").iter().filter_map(|text| Value::parse(text).ok()).collect()
}

fn definitions() -> Vec<String> {
    let mut found = others().map(|others| texts(&others.join("definitions"), "json")).unwrap_or_default();
    found.retain(|text| text.contains("StartAt"));
    found.extend(texts(&root().join("www/examples"), "json"));
    found
}

/// Definition, input and answers of the cases of the suite.
fn suite() -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for text in texts(&root().join("tests/suite"), "md") {
        for section in text.split("\n## ") {
            let block = |kind: &str| {
                let body = section.split_once(&format!("```json {kind}\n"))?.1;
                Some(body.split_once("```")?.0.trim().to_owned())
            };
            let Some(definition) = block("definition") else { continue };
            let input = block("input").unwrap_or_else(|| "{}".to_owned());
            found.push((definition, input, block("answers").unwrap_or_else(|| "{}".to_owned())));
        }
    }
    found
}

fn as_yaml(text: &str) -> String {
    fn write(value: &Value, depth: usize, out: &mut String) {
        let indent = "  ".repeat(depth);
        match value {
            Value::Object(members) if !members.is_empty() => {
                for (key, member) in members.iter() {
                    *out += &format!(
                        "\n{indent}{}:",
                        if key.chars().all(char::is_alphanumeric) { key.to_string() } else { format!("{key:?}") }
                    );
                    write(member, depth + 1, out);
                }
            }
            Value::Array(items) if !items.is_empty() => {
                for item in items.iter() {
                    *out += &format!("\n{indent}-");
                    write(item, depth + 1, out);
                }
            }
            other => *out += &format!(" {}", other.to_json()),
        }
    }
    let mut out = String::new();
    write(&Value::parse(text).unwrap_or_default(), 0, &mut out);
    out.trim_start().to_owned()
}

fn yaml() -> Vec<String> {
    [
        "StartAt: A\nStates:\n  A: &a\n    Type: Pass\n    Comment: >-\n      folded\n      text\n    Next: B\n  B: {Type: Succeed}\n",
        "a: |\n  kept\n  lines\nb: [1, 0x1f, 1e3, .inf, ~, yes, \"é\\u00e9\"]\n? key\n: value\n# comment\n",
        "base: &base {x: 1}\nmore:\n  <<: *base\n  y: !!str 2\n",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// The texts of definitions that are queries, each with something to ask.
fn queries(wanted: fn(&str, &str) -> bool) -> Vec<String> {
    fn walk(value: &Value, wanted: fn(&str, &str) -> bool, found: &mut Vec<String>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| walk(item, wanted, found)),
            Value::Object(members) => {
                for (key, member) in members.iter() {
                    match member.as_str() {
                        Some(text) if wanted(key, text) => found.push(text.to_owned()),
                        _ => walk(member, wanted, found),
                    }
                }
            }
            _ => {}
        }
    }
    const DATA: &str = r#"{"a": {"b": [1, 2.5, "x", null, {"c": true}]}, "items": [{"id": 1, "price": 3}, {"id": "2", "price": 7}], "text": "a-b,c"}"#;
    let mut found: Vec<String> = [
        "$.a.b[0,2]",
        "$..price",
        "$.items[?(@.price > 3 && @.id =~ /[0-9]+/i)]",
        "$.a.b[-2:]",
        "$['a']['b'][4].c",
        "$$.Execution.Id",
        "$.items.length()",
        "States.Format('{} of {}', $.items[0].id, States.ArrayLength($.a.b))",
        "States.ArrayPartition(States.ArrayRange(1, 9, 2), 2)",
        "States.JsonMerge($.a, $.items[0], false)",
        "States.StringSplit($.text, '-,')",
        "States.MathRandom(1, 9, 7)",
        "States.StringToJson('[1]')",
        "States.Base64Decode(States.Base64Encode('ä'))",
        "States.Hash($.text, 'SHA-1')",
        "States.ArrayUnique($.a.b)",
        "States.UUID()",
    ]
    .into_iter()
    .filter(|text| wanted("x.$", text))
    .map(str::to_owned)
    .collect();
    for case in recorded("executions") {
        walk(case.get("definition").unwrap_or(&Value::Null), wanted, &mut found);
    }
    found.iter().map(|text| format!("{text}{DIVIDER}{DATA}")).collect()
}

fn jsonata() -> Vec<String> {
    const DATA: &str = r#"{"a": [{"b": 1}, {"b": [2, 3]}], "name": "Ada Å", "n": 12.5, "items": [{"price": 3, "tags": ["x"]}, {"price": 7.5}]}"#;
    let mut found: Vec<String> = [
        "$sum(items.(price * 2))",
        "$map(a, function($v, $i) { $v.b + $i })",
        "items^(>price)[0].tags",
        "a@$x.b#$i[$i > 0].{'i': $i, 'x': $x}",
        "($f := function($n) { $n < 2 ? 1 : $n * $f($n - 1) }; $f(9))",
        "items{price: tags}",
        "$ ~> |items|{'y': 1}, 'tags'|",
        "$formatNumber(n, '#,##0.00')",
        "$fromMillis(1e12, '[Y0001]-[M01]-[D01] [FNn] [H]:[m01][Z]')",
        "$toMillis('2026-01-01T00:00:00Z')",
        "$replace(name, /[a-z]+/, function($m) { $m.match & '!' })",
        "$partition([1..9], 2) ~> $reverse",
        "$hash('x', 'SHA-256') & $string($range(1, 9, 2))",
        "$parse('{\"a\": [1]}').a",
        "%.a",
        "**.b[1]",
        "$states.input.items[price > 5].price",
        "$sift($, λ($v, $k) { $k != 'a' })",
        "$formatInteger(1999, 'Ww') & $parseInteger('one', 'w')",
    ]
    .iter()
    .map(|source| format!("{source}{DIVIDER}{DATA}"))
    .collect();
    let suite = others().and_then(|others| std::fs::read_to_string(others.join("jsonata/suite-2.0.6.jsonl")).ok());
    for case in suite.iter().flat_map(|suite| suite.lines()).filter_map(|line| Value::parse(line).ok()) {
        let Some(source) = case.get("expr").and_then(Value::as_str) else { continue };
        found.push(format!("{source}{DIVIDER}{}", case.get("data").unwrap_or(&Value::Null).to_json()));
    }
    found
}

fn regexes() -> Vec<String> {
    [
        r"a(b|c)*?d{2,3}",
        r"^\s*(\w+)\s*=\s*(.*)$",
        r"[^a-z\d\-]+",
        r"(?:x|y)+\b",
        r"\u0061\x62\cJ",
        r"(a*)*b",
        r"(a|aa)+$",
        r"",
        r"(?=a)b",
        r"\1(a)",
        r"[\s\S]",
        r".{0,5}?z",
        r"[A-Za-z_][0-9]?",
        r"\/\\\.",
        r"(?<year>\d{4})",
    ]
    .iter()
    .map(|pattern| format!("{pattern}{DIVIDER}abbcd aaab = x9 é😀\n2026-01-01"))
    .collect()
}

fn runs() -> Vec<String> {
    let mut found: Vec<String> =
        suite().iter().map(|(definition, input, answers)| [&**definition, input, answers].join(DIVIDER)).collect();
    for case in recorded("executions") {
        let member = |name: &str| case.get(name).unwrap_or(&Value::Null).to_json();
        let mut answers = Object::new();
        for (state, attempts) in case.get("mocks").and_then(Value::as_object).into_iter().flat_map(Object::iter) {
            let answer = |attempt: &Value| match attempt.pointer("/response/output") {
                Some(output) => Value::object([(
                    "Return",
                    output.as_str().and_then(|text| Value::parse(text).ok()).unwrap_or_default(),
                )]),
                None => {
                    let response = attempt.get("response").cloned().unwrap_or_default();
                    let part = |name| response.get(name).cloned().unwrap_or_default();
                    Value::object([("Throw", Value::object([("Error", part("error")), ("Cause", part("cause"))]))])
                }
            };
            answers.insert(
                state.clone(),
                attempts.as_array().into_iter().flat_map(|attempts| attempts.iter()).map(answer).collect(),
            );
        }
        found.push([member("definition"), member("input"), Value::from(answers).to_json()].join(DIVIDER));
    }
    for definition in definitions() {
        found.push([&*definition, "{}", "{}"].join(DIVIDER));
    }
    found
}

const MOCKS: &str = r#"{"StateMachines": {"Orders": {"TestCases": {"Flaky": {"Charge": "TwiceDown", "A": "Fine"}}}},
 "MockedResponses": {"TwiceDown": {"0-1": {"Throw": {"Error": "Down", "Cause": "try again"}}, "2": {"Return": {"StatusCode": 200}}},
  "Fine": {"0": {"Return": {"Payload": [1, "x"]}}}}}"#;

const MACHINE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:m";

fn operations() -> Vec<(&'static str, String)> {
    let machine = MACHINE;
    let execution = "arn:aws:states:us-east-1:123456789012:execution:m:e";
    let definition = r#""{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"End\":true}}}""#;
    vec![
        ("CreateStateMachine", format!(r#"{{"name":"n","definition":{definition},"roleArn":"arn:aws:iam::123456789012:role/r","type":"EXPRESS","tags":[{{"key":"k","value":"v"}}],"loggingConfiguration":{{"level":"OFF"}},"tracingConfiguration":{{"enabled":true}}}}"#)),
        ("UpdateStateMachine", format!(r#"{{"stateMachineArn":"{machine}","definition":{definition},"publish":true,"versionDescription":"two"}}"#)),
        ("PublishStateMachineVersion", format!(r#"{{"stateMachineArn":"{machine}","description":"d"}}"#)),
        ("CreateStateMachineAlias", format!(r#"{{"name":"DEV","description":"d","routingConfiguration":[{{"stateMachineVersionArn":"{machine}:1","weight":100}}]}}"#)),
        ("UpdateStateMachineAlias", format!(r#"{{"stateMachineAliasArn":"{machine}:PROD","routingConfiguration":[{{"stateMachineVersionArn":"{machine}:1","weight":100}}]}}"#)),
        ("DescribeStateMachineAlias", format!(r#"{{"stateMachineAliasArn":"{machine}:PROD"}}"#)),
        ("ListStateMachineAliases", format!(r#"{{"stateMachineArn":"{machine}:1","maxResults":1}}"#)),
        ("ListStateMachineVersions", format!(r#"{{"stateMachineArn":"{machine}"}}"#)),
        ("DeleteStateMachineVersion", format!(r#"{{"stateMachineVersionArn":"{machine}:1"}}"#)),
        ("DeleteStateMachineAlias", format!(r#"{{"stateMachineAliasArn":"{machine}:PROD"}}"#)),
        ("DeleteStateMachine", format!(r#"{{"stateMachineArn":"{machine}"}}"#)),
        ("DescribeStateMachine", format!(r#"{{"stateMachineArn":"{machine}:1","includedData":"ALL_DATA"}}"#)),
        ("ListStateMachines", r#"{"maxResults":10}"#.to_owned()),
        ("StartExecution", format!(r#"{{"stateMachineArn":"{machine}:PROD","name":"f","input":"{{\"x\":1}}","traceHeader":"t"}}"#)),
        ("StartSyncExecution", format!(r#"{{"stateMachineArn":"{machine}"}}"#)),
        ("DescribeExecution", format!(r#"{{"executionArn":"{execution}"}}"#)),
        ("GetExecutionHistory", format!(r#"{{"executionArn":"{execution}","reverseOrder":true,"maxResults":2,"includeExecutionData":false}}"#)),
        ("ListExecutions", format!(r#"{{"stateMachineArn":"{machine}","statusFilter":"SUCCEEDED","redriveFilter":"NOT_REDRIVEN"}}"#)),
        ("StopExecution", format!(r#"{{"executionArn":"{execution}","error":"E","cause":"C"}}"#)),
        ("RedriveExecution", format!(r#"{{"executionArn":"{execution}","clientToken":"t"}}"#)),
        ("DescribeStateMachineForExecution", format!(r#"{{"executionArn":"{execution}"}}"#)),
        ("ListMapRuns", format!(r#"{{"executionArn":"{execution}"}}"#)),
        ("TagResource", format!(r#"{{"resourceArn":"{machine}","tags":[{{"key":"a","value":"b"}}]}}"#)),
        ("UntagResource", format!(r#"{{"resourceArn":"{machine}","tagKeys":["a"]}}"#)),
        ("ListTagsForResource", format!(r#"{{"resourceArn":"{machine}"}}"#)),
        ("TestState", r#"{"definition":"{\"Type\":\"Task\",\"Resource\":\"arn:aws:states:::lambda:invoke\",\"End\":true}","input":"{}","inspectionLevel":"TRACE","mock":{"result":"{}"},"stateConfiguration":{"retrierRetryCount":1}}"#.to_owned()),
        ("ValidateStateMachineDefinition", format!(r#"{{"definition":{definition},"severity":"WARNING","maxResults":5}}"#)),
        ("CreateActivity", r#"{"name":"b","tags":[]}"#.to_owned()),
        ("DescribeActivity", r#"{"activityArn":"arn:aws:states:us-east-1:123456789012:activity:a"}"#.to_owned()),
        ("GetActivityTask", r#"{"activityArn":"arn:aws:states:us-east-1:123456789012:activity:a","workerName":"w"}"#.to_owned()),
        ("ListActivities", "{}".to_owned()),
        ("SendTaskSuccess", r#"{"taskToken":"AAAA","output":"{}"}"#.to_owned()),
        ("SendTaskFailure", r#"{"taskToken":"AAAA","error":"E"}"#.to_owned()),
        ("SendTaskHeartbeat", r#"{"taskToken":"AAAA"}"#.to_owned()),
        ("UpdateMapRun", r#"{"mapRunArn":"arn:aws:states:us-east-1:123456789012:mapRun:m/M:x","maxConcurrency":2}"#.to_owned()),
        ("DescribeMapRun", r#"{"mapRunArn":"arn:aws:states:us-east-1:123456789012:mapRun:m/M:x"}"#.to_owned()),
        ("DeleteActivity", r#"{"activityArn":"arn:aws:states:us-east-1:123456789012:activity:a"}"#.to_owned()),
    ]
}

/// The recorded sequences, and every operation once.
fn requests() -> Vec<String> {
    let mut found: Vec<String> = operations().iter().map(|(operation, body)| format!("{operation} {body}")).collect();
    for (before, after) in operations().iter().zip(operations().iter().skip(1)) {
        found.push(format!("{} {}\n{} {}", before.0, before.1, after.0, after.1));
    }
    for case in recorded("api") {
        let mut names: Vec<(&str, &str)> = Vec::new();
        for (token, value) in case.get("bindings").and_then(Value::as_object).into_iter().flat_map(Object::iter) {
            names.push((token, value.as_str().unwrap_or_default()));
        }
        names.sort_by_key(|(token, _)| std::cmp::Reverse(token.len()));
        let mut lines = String::new();
        for step in case.get("steps").and_then(Value::as_array).into_iter().flat_map(|steps| steps.iter()) {
            let (Some(operation), Some(request)) = (step.get("operation").and_then(Value::as_str), step.get("request"))
            else {
                continue;
            };
            let bound = names.iter().fold(request.to_json(), |text, (token, value)| text.replace(token, value));
            lines += &format!("{operation} {bound}\n");
        }
        found.push(lines);
    }
    found
}

fn commands() -> Vec<String> {
    let made = operations()
        .into_iter()
        .map(|(operation, body)| weir::service::aws_cli::command(operation, &Value::parse(&body).unwrap_or_default()));
    let mut found: Vec<String> = made.collect();
    found.extend([
        format!("aws stepfunctions update-state-machine-alias --state-machine-alias-arn {MACHINE}:PROD --routing-configuration stateMachineVersionArn={MACHINE}:1,weight=90 stateMachineVersionArn={MACHINE}:2,weight=10"),
        "aws stepfunctions start-execution help".to_owned(),
        "aws stepfunctions list-state-machines --max-results=3 --output json --no-cli-pager".to_owned(),
        format!("aws stepfunctions tag-resource --resource-arn {MACHINE} --tags key=a,value=b key=c,value='d e'"),
    ]);
    found
}

fn scenarios() -> Vec<String> {
    let mut found: Vec<String> = PRESETS.iter().map(|preset| preset.document.to_owned()).collect();
    found.extend(texts(&root().join("www/examples"), "json").into_iter().filter(|text| text.contains("\"weir\"")));
    if let Some(oracles) = others().and_then(|others| std::fs::read_to_string(others.join("oracles.json")).ok()) {
        fn walk(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Object(members) if members.get("versions").is_some() && members.get("traffic").is_some() => {
                    found.push(value.to_json())
                }
                Value::Object(members) => members.iter().for_each(|(_, member)| walk(member, found)),
                Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
                _ => {}
            }
        }
        walk(&Value::parse(&oracles).unwrap_or_default(), &mut found);
    }
    found
}

fn comparisons() -> Vec<String> {
    let around = |scenario: &str, rest: &str| format!("{{\"weir\": 1, \"scenario\": {scenario}, {rest}}}");
    let rests = [
        r#""variants": [{"name": "fast", "patch": {"strategy": {"kind": "all_at_once"}}}, {"name": "slow", "patch": {"strategy": {"weight": 5}}}]"#,
        r#""sweep": [{"pointer": "/strategy/weight", "values": [5, 10, 20]}], "want": {"catch": 0.9, "false_rollback": 0.1}"#,
        r#""sweep": [{"pointer": "/seed", "values": [1, 2]}, {"pointer": "/alias/weights", "values": [{"5": 100}]}]"#,
    ];
    scenarios().iter().flat_map(|scenario| rests.map(|rest| around(scenario, rest))).collect()
}

fn workspaces() -> Vec<String> {
    let mut found = vec![Workspace::example().to_json(), Workspace::empty().to_json()];
    for preset in PRESETS {
        found.extend(Workspace::from_scenario(preset.document, "orders", None).map(|workspace| workspace.to_json()));
    }
    found
}

/// Fragments, and messages.
fn embedded() -> Vec<String> {
    let document = Workspace::empty().to_json();
    let set = |what: &str| format!(r#"{{"weir": 1, "type": "set", "id": 7, {what}}}"#);
    let mut found: Vec<String> = [
        "#scenario=canary&embed=graph,alias,traffic&theme=dark&readonly",
        "#embed=rollout%2Ccompare,executions,cost,cli&theme=auto&readonly=false",
        "embed=definition,tasks,input,versions&w=eJw",
        "#w=x&embed",
        r#"{"weir": 1, "type": "run", "pane": "rollout"}"#,
        r#"{"weir": 1, "type": "open", "execution": 17}"#,
        r#"{"weir": 1, "type": "export", "id": "a"}"#,
    ]
    .map(str::to_owned)
    .into();
    found.push(set(
        r#""weights": {"1": 90, "2": 10}, "alias": "PROD", "theme": "light", "embed": "graph", "readonly": true"#,
    ));
    found.push(set(r#""weights": {"2": 25}, "scenario": "canary""#));
    found.push(set(&format!(r#""workspace": {document}"#)));
    found.push(set(&format!(r#""workspace": "{}""#, link::encode(&document))));
    found
}

/// How many bytes of good texts there are, by property: what a test says of itself.
#[allow(dead_code, reason = "libFuzzer counts them itself")]
pub fn counted() -> BTreeMap<&'static str, usize> {
    super::ALL.iter().map(|property| (property.name, of(property).len())).collect()
}
