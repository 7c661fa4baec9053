//! The service: requests of the wire protocol, and AWS CLI commands.

use super::data::written;
use weir::base::Value;
use weir::service::aws_cli::{self, Command};
use weir::service::{Account, Settings};

/// An account with something in it, so that not every name is unknown.
fn furnished() -> Account {
    let mut account = Account::new(Settings::default());
    let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Next":"B"},"B":{"Type":"Pass","End":true}}}"#;
    let machine = "arn:aws:states:us-east-1:123456789012:stateMachine:m";
    for (operation, request) in [
        (
            "CreateStateMachine",
            format!(
                r#"{{"name":"m","definition":{},"roleArn":"arn:aws:iam::123456789012:role/r","publish":true}}"#,
                Value::from(definition).to_json()
            ),
        ),
        (
            "CreateStateMachineAlias",
            format!(
                r#"{{"name":"PROD","routingConfiguration":[{{"stateMachineVersionArn":"{machine}:1","weight":100}}]}}"#
            ),
        ),
        ("StartExecution", format!(r#"{{"stateMachineArn":"{machine}:PROD","name":"e"}}"#)),
        ("CreateActivity", r#"{"name":"a"}"#.to_owned()),
    ] {
        let answer = account.request(&format!("AWSStepFunctions.{operation}"), &request);
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    account
}

/// Whatever is asked is answered in JSON, and what is refused has changed nothing.
fn unchanged_if_refused(account: &mut Account, what: &str, ask: impl FnOnce(&mut Account) -> bool) {
    let before = account.export().to_json();
    if !ask(account) {
        assert!(account.export().to_json() == before, "refused, and yet something is another: {what}");
    }
}

/// What the account keeps can be kept.
fn kept(account: &Account) {
    let document = account.export();
    written(&document);
    let again = Account::import(&document).unwrap_or_else(|findings| panic!("{findings:?} in {}", document.to_json()));
    assert_eq!(again.export().to_json(), document.to_json());
}

/// A request a line: the name of the operation, and the body.
pub fn requested(text: &str) {
    let mut account = furnished();
    for line in text.lines().take(20) {
        let (operation, body) = line.split_once(' ').unwrap_or((line, ""));
        unchanged_if_refused(&mut account, line, |account| {
            let answer = account.request(&format!("AWSStepFunctions.{operation}"), body);
            let read = Value::parse(&answer.body).unwrap_or_else(|error| panic!("{error} in {}", answer.body));
            match answer.status {
                200 => written(&read),
                status => {
                    assert!(matches!(status, 400 | 402 | 409), "{status}");
                    assert!(
                        read.get("__type").and_then(Value::as_str).is_some_and(|name| !name.is_empty()),
                        "{}",
                        answer.body
                    );
                }
            }
            answer.status == 200
        });
    }
    kept(&account);
}

/// A command a line. What is understood is told as a command that is understood alike.
pub fn commanded(text: &str) {
    let mut account = furnished();
    for line in text.lines().take(20) {
        assert!(aws_cli::complete(line).len() < 10_000);
        match aws_cli::parse(line) {
            Err(why) => assert!(!why.is_empty()),
            Ok(Command::Help(text)) => assert!(!text.is_empty()),
            Ok(Command::Call { operation, request, .. }) => {
                let again = aws_cli::command(operation, &request);
                match aws_cli::parse(&again) {
                    Ok(Command::Call { operation: told, request: read, .. }) => {
                        assert_eq!((told, read.to_json()), (operation, request.to_json()), "{line}\n{again}");
                    }
                    other => panic!("{line} is told as {again}, and that is {other:?}"),
                }
            }
        }
        unchanged_if_refused(&mut account, line, |account| match aws_cli::run(account, line) {
            Ok(_) => true,
            Err(why) => {
                assert!(!why.is_empty());
                false
            }
        });
    }
    kept(&account);
}
