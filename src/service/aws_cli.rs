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

use super::protocol::{OPERATIONS, Operation};
use super::shape::{Member, Shape, Structure};
use super::{Account, ServiceError};
use crate::base::{Object, Value};

const PROGRAM: [&str; 2] = ["aws", "stepfunctions"];

/// Options that every command of the AWS CLI takes, and whether a value follows. They change nothing here.
const COMMON: [(&str, bool); 8] = [
    ("--region", true),
    ("--profile", true),
    ("--output", true),
    ("--endpoint-url", true),
    ("--no-cli-pager", false),
    ("--no-paginate", false),
    ("--color", true),
    ("--debug", false),
];

/// The command that makes a request. Strings that a shell would take apart are quoted.
pub fn command(operation: &str, request: &Value) -> String {
    let mut line = format!("aws stepfunctions {}", kebab(operation));
    for (name, value) in request.as_object().into_iter().flat_map(Object::iter) {
        let option = format!("--{}", kebab(name));
        match value {
            Value::Null => {}
            Value::Bool(true) => line += &format!(" {option}"),
            Value::Bool(false) => line += &format!(" --no-{}", kebab(name)),
            Value::String(text) => line += &format!(" {option} {}", quoted(text)),
            other => line += &format!(" {option} {}", quoted(&other.to_json())),
        }
    }
    line
}

/// A shell script of commands, which stops at the first that fails.
pub fn script<'l>(lines: impl IntoIterator<Item = &'l str>) -> String {
    let mut script = String::from("#!/usr/bin/env bash\nset -euo pipefail\n\n");
    for line in lines {
        script += line;
        script.push('\n');
    }
    script
}

/// A command that was understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Call {
        operation: &'static str,
        request: Value,
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
        Command::Call { operation, request } => {
            let response = account.call(operation, &request).map_err(|error| told(operation, &error))?;
            let empty = response.as_object().is_some_and(Object::is_empty);
            Ok(if empty { String::new() } else { response.to_pretty() })
        }
    }
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
    match words.next().as_deref() {
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
    read_options(operation, words)
}

fn read_options(operation: &Operation, mut words: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut request = Object::new();
    while let Some(word) = words.next() {
        if word == "help" || word == "--help" {
            return Ok(Command::Help(help_of(operation)));
        }
        let (option, mut inline) = match word.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option.to_owned(), Some(value.to_owned())),
            _ => (word.clone(), None),
        };
        if let Some((_, takes)) = COMMON.iter().find(|(common, _)| *common == option) {
            if *takes && inline.is_none() {
                words.next();
            }
            continue;
        }
        if matches!(option.as_str(), "--query" | "--cli-input-json" | "--cli-input-yaml" | "--generate-cli-skeleton") {
            return Err(format!("`{option}` is not supported here"));
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
        if matches!(member.shape, Shape::Boolean) && inline.is_none() {
            request.insert(member.name.into(), Value::Bool(true));
            continue;
        }
        let Some(text) = inline.take().or_else(|| words.next()) else {
            return Err(format!("`{option}` needs a value"));
        };
        if text.starts_with("file://") {
            return Err(format!("`{text}`: there are no files here; give the text itself, in single quotes"));
        }
        let value = value_of(member.shape, &text).map_err(|error| format!("`{option}`: {error}"))?;
        request.insert(member.name.into(), value);
    }
    if let Some(missing) =
        operation.request.members.iter().find(|member| member.required && !request.contains_key(member.name))
    {
        return Err(format!("the following arguments are required: --{}", kebab(missing.name)));
    }
    Ok(Command::Call { operation: operation.name, request: request.into() })
}

/// The value of an option: plain, in JSON, or in the shorthand syntax of the AWS CLI.
fn value_of(shape: &Shape, text: &str) -> Result<Value, String> {
    let json = || Value::parse(text).map_err(|error| format!("invalid JSON: {}", error.message));
    match shape {
        Shape::Text(_) => Ok(text.into()),
        Shape::Integer { .. } => {
            text.parse::<i64>().map(Value::from).map_err(|_| format!("`{text}` is not an integer"))
        }
        Shape::Float { .. } => text.parse::<f64>().map(Value::from).map_err(|_| format!("`{text}` is not a number")),
        Shape::Boolean => match text {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(format!("`{text}` is neither true nor false")),
        },
        Shape::List { of, .. } => match text.trim_start().starts_with('[') {
            true => json(),
            false if matches!(of, Shape::Structure(_)) => {
                text.split_whitespace().map(|item| shorthand(of, item)).collect::<Result<Value, _>>()
            }
            false => text.split(',').map(|item| value_of(of, item)).collect::<Result<Value, _>>(),
        },
        Shape::Structure(_) if text.trim_start().starts_with('{') => json(),
        Shape::Structure(_) => shorthand(shape, text),
    }
}

/// `stateMachineVersionArn=arn:…,weight=90`
fn shorthand(shape: &Shape, text: &str) -> Result<Value, String> {
    let Shape::Structure(structure) = shape else { return value_of(shape, text) };
    let mut object = Object::new();
    for part in text.split(',') {
        let Some((key, value)) = part.split_once('=') else {
            return Err(format!("expected `key=value`, found `{part}`; lists of structures can be given as JSON"));
        };
        let Some(member) = structure.member(key) else {
            let known: Vec<&str> = structure.members.iter().map(|member| member.name).collect();
            return Err(format!("unknown key `{key}`; known are {}", known.join(", ")));
        };
        object.insert(key.into(), value_of(member.shape, value)?);
    }
    Ok(object.into())
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

/// A word as a POSIX shell must be given it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Words as a POSIX shell splits them, without expansions.
fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('\'') => break,
                        Some(c) => word.push(c),
                        None => return Err("a single quote is not closed".into()),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('"') => break,
                        Some('\\') => match chars.next() {
                            Some(c @ ('"' | '\\' | '$' | '`')) => word.push(c),
                            Some('\n') => {}
                            Some(c) => {
                                word.push('\\');
                                word.push(c);
                            }
                            None => return Err("a double quote is not closed".into()),
                        },
                        Some(c) => word.push(c),
                        None => return Err("a double quote is not closed".into()),
                    }
                }
            }
            '\\' => match chars.next() {
                // A line that goes on.
                Some('\n') => {}
                Some(c) => word.get_or_insert_default().push(c),
                None => return Err("the line ends with a backslash".into()),
            },
            '|' | '>' | '<' | ';' | '&' | '$' | '`' => {
                return Err(format!("`{c}` is not supported here; put it in single quotes if it is part of a value"));
            }
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
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
        ] {
            let request = Value::parse(request).unwrap();
            let line = command(operation, &request);
            assert_eq!(parse(&line), Ok(Command::Call { operation, request }), "{line}");
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
    fn words_complete() {
        assert_eq!(complete("a"), ["aws"]);
        assert_eq!(complete("aws stepfunctions pub"), ["publish-state-machine-version"]);
        assert_eq!(complete("aws stepfunctions start-execution --n"), ["--name"]);
        assert!(complete("aws stepfunctions start-execution --name x ").iter().all(|option| option != "--name"));
        assert!(run(&mut account(), "aws stepfunctions start-execution help").unwrap().contains("--input <string>"));
        assert!(run(&mut account(), "aws stepfunctions help").unwrap().contains("list-map-runs"));
    }
}
