//! AWS CLI commands: `aws stepfunctions …` as text, from requests and to requests.
//!
//! What a page does is told as commands that work against real AWS, and commands that are typed run on the account. The
//! tables of request shapes say which options there are; nothing here knows an operation by name.
//!
//! ```
//! use weir::{base::Value, service::{Account, Settings, aws_cli}};
//! let request = Value::parse(r#"{"stateMachineArn": "arn:x", "publish": true}"#).unwrap();
//! let line = aws_cli::command("UpdateStateMachine", &request);
//! assert_eq!(line, "aws stepfunctions update-state-machine --state-machine-arn arn:x --publish");
//! let mut account = Account::new(Settings::default());
//! assert!(aws_cli::run(&mut account, &line).unwrap_err().contains("(InvalidArn)"));
//! ```

mod setup;
mod shorthand;
mod words;

pub use setup::setup;

use super::protocol::{OPERATIONS, Operation};
use super::shape::{Member, Shape, Structure};
use super::{Account, ServiceError};
use crate::base::{Object, Value};
use shorthand::value_of;
use std::iter::Peekable;
use words::{quoted, words};

const PROGRAM: [&str; 2] = ["aws", "stepfunctions"];

/// Options that every command of the AWS CLI takes, and whether a value follows. They change nothing here.
const COMMON: [(&str, bool); 16] = [
    ("--region", true),
    ("--profile", true),
    ("--endpoint-url", true),
    ("--color", true),
    ("--ca-bundle", true),
    ("--cli-read-timeout", true),
    ("--cli-connect-timeout", true),
    ("--cli-binary-format", true),
    ("--cli-error-format", true),
    ("--no-cli-pager", false),
    ("--no-verify-ssl", false),
    ("--no-sign-request", false),
    ("--no-cli-auto-prompt", false),
    ("--cli-auto-prompt", false),
    ("--debug", false),
    ("--v2-debug", false),
];

/// Options that would change what is printed, and what to do instead.
const REFUSED: [(&str, &str); 5] = [
    ("--query", "the whole answer is printed"),
    ("--generate-cli-skeleton", "`help` behind the command tells its options"),
    ("--cli-input-yaml", "give the request as JSON, by `--cli-input-json`"),
    ("--max-items", "use `--max-results`"),
    ("--starting-token", "use `--next-token`"),
];

/// Lists that the AWS CLI does not put together of their pages, as it does others.
const IN_PAGES: [&str; 2] = ["ListStateMachineAliases", "ListStateMachineVersions"];

/// The command that makes a request. Strings that a shell would take apart are quoted.
pub fn command(operation: &str, request: &Value) -> String {
    let mut line = format!("aws stepfunctions {}", kebab(operation));
    let members = || request.as_object().into_iter().flat_map(Object::iter);
    // The AWS CLI would read a file, or an address, in the place of such a string.
    let is_address = |value: &Value| {
        let text = value.as_str().unwrap_or_default();
        ["file://", "fileb://", "http://", "https://"].iter().any(|scheme| text.starts_with(scheme))
    };
    if members().any(|(_, value)| is_address(value)) {
        return line + " --cli-input-json " + &quoted(&request.to_json());
    }
    for (name, value) in members() {
        let option = format!("--{}", kebab(name));
        match value {
            Value::Null => {}
            Value::Bool(true) => line += &format!(" {option}"),
            Value::Bool(false) => line += &format!(" --no-{}", kebab(name)),
            Value::String(text) if text.starts_with('-') => line += &format!(" {option}={}", quoted(text)),
            Value::String(text) => line += &format!(" {option} {}", quoted(text)),
            other => line += &format!(" {option} {}", quoted(&other.to_json())),
        }
    }
    line
}

/// A shell script of commands, which stops at the first that fails. It runs in whatever account the AWS CLI is set up
/// for: the account of the ARNs in it stands as a variable.
pub fn script<'l>(lines: impl IntoIterator<Item = &'l str>) -> String {
    // What cannot be taken apart was never run.
    let lines: Vec<Vec<String>> = lines.into_iter().map(|line| words(line).unwrap_or_default()).collect();
    let mut script = String::from("#!/usr/bin/env bash\nset -euo pipefail\nexport AWS_PAGER=\n");
    let mut account = None;
    let owners = || lines.iter().flatten().filter_map(|word| owner(word));
    if let Some((region, id)) = owners().find(|(region, _)| !region.is_empty()).or_else(|| owners().next()) {
        script += "\n# The roles that state machines run with must exist in the account.\n";
        script += "ACCOUNT=${ACCOUNT:-$(aws sts get-caller-identity --query Account --output text)}\n";
        if !region.is_empty() {
            script += &format!("export AWS_DEFAULT_REGION={}\n", quoted(region));
        }
        account = Some(format!(":{id}:"));
    }
    script.push('\n');
    for line in &lines {
        for (n, word) in line.iter().enumerate() {
            let space = if n > 0 { " " } else { "" };
            let word = match &account {
                Some(account) => word.split(account.as_str()).map(quoted).collect::<Vec<_>>().join("\":$ACCOUNT:\""),
                None => quoted(word),
            };
            script += &format!("{space}{word}");
        }
        script.push('\n');
    }
    script
}

/// Region and account of the first ARN in a text.
fn owner(text: &str) -> Option<(&str, &str)> {
    text.match_indices("arn:").find_map(|(at, _)| {
        let mut parts = text.get(at..)?.split(':').skip(3);
        let (region, id) = (parts.next()?, parts.next()?);
        (id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit())).then_some((region, id))
    })
}

/// A command that was understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Call {
        operation: &'static str,
        request: Value,
        /// Whether the pages of a list are put together.
        joins: bool,
    },
    /// What `help` answers.
    Help(String),
}

/// Runs a command on the account and gives what the AWS CLI would print: the response in JSON, or nothing.
///
/// # Errors
/// What the AWS CLI would print to standard error: for a command that it does not understand, or an exception.
pub fn run(account: &mut Account, line: &str) -> Result<String, String> {
    match parse(line)? {
        Command::Help(text) => Ok(text),
        Command::Call { operation, request, joins } => {
            let mut response = account.call(operation, &request).map_err(|error| told(operation, &error))?;
            while let Some(token) = response.get("nextToken").filter(|_| joins).cloned() {
                let next = with(&request, "nextToken", token);
                let page = account.call(operation, &next).map_err(|error| told(operation, &error))?;
                response = joined(&response, &page);
            }
            let empty = response.as_object().is_some_and(Object::is_empty);
            Ok(if empty { String::new() } else { response.to_pretty() })
        }
    }
}

fn with(request: &Value, name: &str, value: Value) -> Value {
    let mut object = request.as_object().cloned().unwrap_or_default();
    object.insert(name.into(), value);
    object.into()
}

/// Two pages as one: their lists one behind the other, and the token of the second.
fn joined(first: &Value, second: &Value) -> Value {
    let members = first.as_object().into_iter().flat_map(Object::iter).filter(|(key, _)| &***key != "nextToken");
    let mut all: Object = members.map(|(key, value)| (key.clone(), value.clone())).collect();
    for (key, value) in second.as_object().into_iter().flat_map(Object::iter) {
        let items = match (all.get(key).and_then(Value::as_array), value.as_array()) {
            (Some(before), Some(items)) => before.iter().chain(items.iter()).cloned().collect(),
            _ => value.clone(),
        };
        all.insert(key.clone(), items);
    }
    all.into()
}

/// An exception as the AWS CLI tells it.
pub fn told(operation: &str, error: &ServiceError) -> String {
    format!("An error occurred ({}) when calling the {operation} operation: {}", error.code, error.message)
}

/// Reads a command.
///
/// # Errors
/// What is not understood, and how to write it.
pub fn parse(line: &str) -> Result<Command, String> {
    let words = words(line)?;
    let mut words = words.into_iter();
    let name = words.next().unwrap_or_default();
    if name != PROGRAM[0] {
        return Err(format!("`{name}`: command not found; commands here begin with `aws stepfunctions`"));
    }
    let mut service = words.next();
    // Such options may stand before the name of the service, too.
    while let Some(takes) = service.as_deref().and_then(common) {
        if takes {
            words.next();
        }
        service = words.next();
    }
    match service.as_deref() {
        Some("stepfunctions") => {}
        Some("help") | None => return Ok(Command::Help(help())),
        Some(other) => return Err(format!("`aws {other}` is not here: only `aws stepfunctions`")),
    }
    let name = words.next().unwrap_or_default();
    if name.is_empty() || name == "help" {
        return Ok(Command::Help(help()));
    }
    let Some(operation) = OPERATIONS.iter().find(|operation| kebab(operation.name) == name) else {
        let known: Vec<String> = OPERATIONS.iter().map(|operation| kebab(operation.name)).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let near = crate::base::document::nearest(&name, &known);
        let help = near.map_or("see `aws stepfunctions help`".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(format!("aws stepfunctions has no command `{name}`; {help}"));
    };
    read_options(operation, words.peekable())
}

/// Whether a value follows an option that every command takes; nothing for other words.
fn common(word: &str) -> Option<bool> {
    let (option, inline) = word.split_once('=').map_or((word, false), |(option, _)| (option, true));
    let (_, takes) = COMMON.iter().find(|(common, _)| *common == option)?;
    Some(*takes && !inline)
}

fn read_options(operation: &Operation, mut words: Peekable<impl Iterator<Item = String>>) -> Result<Command, String> {
    let mut request = Object::new();
    let mut given = None;
    let pages = operation.request.member("nextToken").is_some() && !IN_PAGES.contains(&operation.name);
    let mut joins = pages;
    while let Some(word) = words.next() {
        if word == "help" || word == "--help" {
            return Ok(Command::Help(help_of(operation)));
        }
        if let Some(takes) = common(&word) {
            if takes {
                words.next();
            }
            continue;
        }
        let (option, mut inline) = match word.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option.to_owned(), Some(value.to_owned())),
            _ => (word.clone(), None),
        };
        if let Some((_, instead)) = REFUSED.iter().find(|(refused, _)| *refused == option) {
            return Err(format!("`{option}` is not supported here: {instead}"));
        }
        let is_flag = inline.is_none();
        let mut value = || match inline.take().or_else(|| words.next()) {
            Some(text) if text.starts_with("file://") || text.starts_with("fileb://") => {
                Err(format!("`{text}`: there are no files here; give the text itself, in single quotes"))
            }
            Some(text) => Ok(text),
            None => Err(format!("`{option}` needs a value")),
        };
        match &*option {
            "--output" => match &*value()? {
                "json" => continue,
                other => return Err(format!("`--output {other}` is not supported here: answers are JSON")),
            },
            "--cli-input-json" => {
                let parsed = Value::parse(&value()?).map_err(|error| format!("`{option}`: {}", error.message))?;
                let object = parsed.as_object().ok_or_else(|| format!("`{option}` takes an object"))?;
                if let Some(unknown) = object.keys().find(|key| operation.request.member(key).is_none()) {
                    return Err(format!("`{option}`: `{}` has no parameter `{unknown}`", kebab(operation.name)));
                }
                given = Some(object.clone());
                continue;
            }
            "--no-paginate" => {
                joins = false;
                continue;
            }
            "--page-size" if pages => {
                let size = value()?;
                let size = size.parse::<i64>().map_err(|_| format!("`{option}`: `{size}` is not an integer"))?;
                request.insert("maxResults".into(), size.into());
                continue;
            }
            _ => {}
        }
        let Some(name) = option.strip_prefix("--") else {
            return Err(format!("`{word}` is not an option; options begin with `--`"));
        };
        let find = |name: &str| operation.request.members.iter().find(|member| kebab(member.name) == name);
        let member = find(name);
        if let Some(member) = name.strip_prefix("no-").and_then(find)
            && matches!(member.shape, Shape::Boolean)
        {
            request.insert(member.name.into(), Value::Bool(false));
            continue;
        }
        let Some(member) = member else {
            let known: Vec<String> = operation.request.members.iter().map(|member| kebab(member.name)).collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let help = match crate::base::document::nearest(name, &known) {
                Some(near) => format!("did you mean `--{near}`?"),
                None => format!("it takes --{}", known.join(", --")),
            };
            return Err(format!("`{}` has no option `{option}`; {help}", kebab(operation.name)));
        };
        if matches!(member.shape, Shape::Boolean) && is_flag {
            request.insert(member.name.into(), Value::Bool(true));
            continue;
        }
        let mut texts = vec![value()?];
        // A list may be given as several words.
        if matches!(member.shape, Shape::List { .. }) {
            while let Some(text) = words.next_if(|word| !word.starts_with("--")) {
                texts.push(text);
            }
        }
        let value = value_of(member.shape, &texts).map_err(|error| format!("`{option}`: {error}"))?;
        joins &= !matches!(member.name, "maxResults" | "nextToken");
        request.insert(member.name.into(), value);
    }
    if let Some(mut object) = given {
        for (key, value) in request.iter() {
            object.insert(key.clone(), value.clone());
        }
        return Ok(Command::Call { operation: operation.name, request: object.into(), joins });
    }
    let missing = |member: &&Member| member.required && !request.contains_key(member.name);
    let missing: Vec<String> =
        operation.request.members.iter().filter(missing).map(|member| kebab(member.name)).collect();
    if !missing.is_empty() {
        return Err(format!("the following arguments are required: --{}", missing.join(", --")));
    }
    Ok(Command::Call { operation: operation.name, request: request.into(), joins })
}

/// What may follow what was typed so far: whole words that begin with its last one.
pub fn complete(line: &str) -> Vec<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let open = !line.is_empty() && !line.ends_with(char::is_whitespace);
    let (done, last) = match words.split_last() {
        Some((last, done)) if open => (done, *last),
        _ => (words.as_slice(), ""),
    };
    let candidates: Vec<String> = match done {
        [] => vec!["aws".into()],
        ["aws"] => vec!["stepfunctions".into()],
        ["aws", "stepfunctions"] => {
            OPERATIONS.iter().map(|operation| kebab(operation.name)).chain(["help".into()]).collect()
        }
        ["aws", "stepfunctions", name, rest @ ..] => {
            let operation = OPERATIONS.iter().find(|operation| kebab(operation.name) == **name);
            let members = operation.map_or(&[] as &[Member], |operation| operation.request.members);
            let options = members.iter().map(|member| format!("--{}", kebab(member.name)));
            options.filter(|option| !rest.contains(&option.as_str())).collect()
        }
        _ => Vec::new(),
    };
    candidates.into_iter().filter(|word| word.starts_with(last)).collect()
}

fn help() -> String {
    let mut text = String::from("aws stepfunctions <command> [--option value …]\n\nCommands:\n");
    for operation in OPERATIONS {
        text += &format!("  {}\n", kebab(operation.name));
    }
    text + "\n`aws stepfunctions <command> help` tells its options.\n"
}

fn help_of(operation: &Operation) -> String {
    let mut text = format!("aws stepfunctions {}\n\nOptions:\n", kebab(operation.name));
    for member in operation.request.members {
        let required = if member.required { " (required)" } else { "" };
        text += &format!("  --{} <{}>{required}\n", kebab(member.name), told_shape(member.shape));
    }
    text
}

fn told_shape(shape: &Shape) -> String {
    match shape {
        Shape::Text(text) if !text.words.is_empty() => text.words.join("|"),
        Shape::Text(_) => "string".into(),
        Shape::Integer { .. } => "integer".into(),
        Shape::Float { .. } => "number".into(),
        Shape::Boolean => "flag".into(),
        Shape::List { of, .. } => format!("list of {}", told_shape(of)),
        Shape::Structure(structure) => told_structure(structure),
    }
}

fn told_structure(structure: &Structure) -> String {
    structure.members.iter().map(|member| format!("{}=…", member.name)).collect::<Vec<_>>().join(",")
}

/// `UpdateStateMachineAlias` as `update-state-machine-alias`.
fn kebab(name: &str) -> String {
    let mut out = String::new();
    for (n, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && n > 0 {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Settings;

    fn account() -> Account {
        let mut account = Account::new(Settings::default());
        let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "it's", "End": true}}}"#;
        let request = Value::object([
            ("name", Value::from("orders")),
            ("definition", definition.into()),
            ("roleArn", "arn:aws:iam::123456789012:role/r".into()),
            ("publish", true.into()),
        ]);
        run(&mut account, &command("CreateStateMachine", &request)).unwrap();
        account
    }

    const ARN: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:orders";

    #[test]
    fn what_is_told_can_be_typed() {
        for (operation, request) in [
            (
                "CreateStateMachine",
                r#"{"name": "a", "definition": "{\"it's\": \"\\\"\"}\n", "roleArn": "r", "publish": true}"#,
            ),
            (
                "UpdateStateMachineAlias",
                r#"{"stateMachineAliasArn": "a", "routingConfiguration": [{"stateMachineVersionArn": "v", "weight": 10}]}"#,
            ),
            ("ListExecutions", r#"{"stateMachineArn": "a b", "maxResults": 5}"#),
            ("TagResource", r#"{"resourceArn": "a", "tags": [{"key": "k", "value": ""}]}"#),
            ("GetExecutionHistory", r#"{"executionArn": "a", "reverseOrder": false}"#),
            ("StopExecution", r#"{"executionArn": "a", "error": "-x", "cause": "--"}"#),
            ("StopExecution", r#"{"executionArn": "a", "cause": "file://it's.json"}"#),
        ] {
            let request = Value::parse(request).unwrap();
            let line = command(operation, &request);
            let Ok(Command::Call { operation: parsed, request: read, .. }) = parse(&line) else { panic!("{line}") };
            assert_eq!((parsed, read), (operation, request), "{line}");
        }
    }

    #[test]
    fn shorthand_and_json_are_the_same() {
        let plain = format!(
            "aws stepfunctions create-state-machine-alias --name PROD --routing-configuration stateMachineVersionArn={ARN}:1,weight=100"
        );
        let json = format!(
            "aws stepfunctions create-state-machine-alias --name=PROD \\\n --routing-configuration '[{{\"stateMachineVersionArn\": \"{ARN}:1\", \"weight\": 100}}]' --region us-east-1"
        );
        assert_eq!(parse(&plain), parse(&json));
        let printed = run(&mut account(), &plain).unwrap();
        assert!(printed.starts_with("{\n  \"stateMachineAliasArn\": "), "{printed}");
    }

    #[test]
    fn mistakes_are_told() {
        for (line, part) in [
            ("ls", "command not found"),
            ("aws s3 ls", "only `aws stepfunctions`"),
            ("aws stepfunctions publish-version", "no command `publish-version`"),
            ("aws stepfunctions start-executon", "did you mean `start-execution`?"),
            ("aws stepfunctions start-execution", "--state-machine-arn"),
            ("aws stepfunctions start-execution --state-machine-arm x", "did you mean `--state-machine-arn`?"),
            ("aws stepfunctions start-execution --state-machine-arn", "needs a value"),
            ("aws stepfunctions list-executions --max-results ten", "`ten` is not an integer"),
            ("aws stepfunctions tag-resource --resource-arn a --tags 'k'", "expected `key=value`"),
            ("aws stepfunctions tag-resource --resource-arn a --tags '[{'", "invalid JSON"),
            (
                "aws stepfunctions tag-resource --resource-arn a --tags key=k,colour=red",
                "unknown key `colour`; known are key, value",
            ),
            ("aws stepfunctions create-state-machine --logging-configuration level=ALL,destinations=[", "expected `{`"),
            ("aws stepfunctions create-state-machine --logging-configuration level=ALL,destinations=x", "expected `[`"),
            ("aws stepfunctions create-state-machine --logging-configuration level='\"ALL'", "a quote is not closed"),
            ("aws stepfunctions create-state-machine", "required: --name, --definition, --role-arn"),
            ("aws stepfunctions create-state-machine --cli-input-json '{\"nam\": 1}'", "no parameter `nam`"),
            ("aws stepfunctions create-state-machine --cli-input-json 1", "takes an object"),
            ("aws stepfunctions create-state-machine --cli-input-json file://a.json", "there are no files here"),
            ("aws stepfunctions list-state-machines --output text", "answers are JSON"),
            ("aws stepfunctions list-state-machines --query x", "the whole answer is printed"),
            ("aws stepfunctions describe-execution --execution-arn \"$arn\"", "`$` is not supported"),
            ("aws stepfunctions list-state-machines\naws stepfunctions list-activities", "more than one line"),
            ("aws stepfunctions create-state-machine --definition file://a.json", "there are no files here"),
            ("aws stepfunctions list-state-machines | jq", "`|` is not supported"),
            ("aws stepfunctions list-state-machines 'x", "not closed"),
        ] {
            let error = run(&mut account(), line).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
        let error = run(
            &mut account(),
            &format!("aws stepfunctions delete-state-machine-alias --state-machine-alias-arn {ARN}"),
        );
        assert!(
            error
                .unwrap_err()
                .starts_with("An error occurred (ValidationException) when calling the DeleteStateMachineAlias")
        );
    }

    #[test]
    fn lists_structures_and_requests_in_all_forms() {
        let read = |line: &str| match parse(line) {
            Ok(Command::Call { request, .. }) => request.to_json(),
            other => panic!("{line}: {other:?}"),
        };
        for (options, expected) in [
            (
                r"tag-resource --resource-arn a --tags key=k,value=v 'key=l,value=b c' --region r",
                r#"{"resourceArn":"a","tags":[{"key":"k","value":"v"},{"key":"l","value":"b c"}]}"#,
            ),
            (
                r#"tag-resource --tags key=k,value='"a,b"' 'key=l,value=c\,d' --resource-arn=a"#,
                r#"{"tags":[{"key":"k","value":"a,b"},{"key":"l","value":"c,d"}],"resourceArn":"a"}"#,
            ),
            (r"untag-resource --resource-arn a --tag-keys k l,m", r#"{"resourceArn":"a","tagKeys":["k","l,m"]}"#),
            (
                r"update-state-machine --state-machine-arn a --logging-configuration level=ALL,destinations=[{cloudWatchLogsLogGroup={logGroupArn=g}}],includeExecutionData=true",
                r#"{"stateMachineArn":"a","loggingConfiguration":{"level":"ALL","destinations":[{"cloudWatchLogsLogGroup":{"logGroupArn":"g"}}],"includeExecutionData":true}}"#,
            ),
            (
                r#"start-execution --cli-input-json '{"stateMachineArn": "a", "name": "n"}' --name m --input "{\"path\": \"$.a\"}" # that is all"#,
                r#"{"stateMachineArn":"a","name":"m","input":"{\"path\": \"$.a\"}"}"#,
            ),
        ] {
            assert_eq!(read(&format!("aws --region x stepfunctions {options}")), expected);
        }
    }

    #[test]
    fn pages_are_put_together() {
        let mut account = account();
        let start = format!("aws stepfunctions start-execution --state-machine-arn {ARN}");
        for _ in 0..5 {
            run(&mut account, &start).unwrap();
        }
        let list = format!("aws stepfunctions list-executions --state-machine-arn {ARN} --output json");
        let count = |options: &str, account: &mut Account| {
            let answer = Value::parse(&run(account, &format!("{list} {options}")).unwrap()).unwrap();
            (answer.get("executions").and_then(Value::as_array).unwrap().len(), answer.get("nextToken").is_some())
        };
        assert_eq!(count("--page-size 2", &mut account), (5, false));
        assert_eq!(count("--page-size 2 --no-paginate", &mut account), (2, true));
        assert_eq!(count("--max-results 2", &mut account), (2, true));
    }

    #[test]
    fn a_script_is_of_no_account() {
        let lines = [
            "aws stepfunctions create-state-machine --name x \\\n --role-arn arn:aws:iam::123456789012:role/r",
            "aws stepfunctions start-execution --input '{\"a\": \"arn:x:123456789012:y\"}'",
        ];
        let script = script(lines);
        assert!(!script.contains("123456789012"), "{script}");
        assert!(
            script.ends_with(concat!(
                "create-state-machine --name x --role-arn arn:aws:iam:\":$ACCOUNT:\"role/r\n",
                "aws stepfunctions start-execution --input '{\"a\": \"arn:x'\":$ACCOUNT:\"'y\"}'\n"
            )),
            "{script}"
        );
    }

    #[test]
    fn words_complete() {
        assert_eq!(complete("a"), ["aws"]);
        assert_eq!(complete("aws stepfunctions pub"), ["publish-state-machine-version"]);
        assert_eq!(complete("aws stepfunctions start-execution --n"), ["--name"]);
        assert!(complete("aws stepfunctions start-execution --name x ").iter().all(|option| option != "--name"));
        assert!(run(&mut account(), "aws stepfunctions start-execution help").unwrap().contains("--input <string>"));
        assert!(run(&mut account(), "aws stepfunctions help").unwrap().contains("list-map-runs"));
    }
}
