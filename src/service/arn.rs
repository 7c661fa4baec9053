//! The ARNs of Step Functions, and what is not one.

use super::ServiceError;
use crate::base::Text;

/// What an ARN of Step Functions names. (Reference, "ARN formats and resolution")
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arn {
    /// `…:stateMachine:<name>`, and behind a colon a version or an alias, or behind a slash the label of a Map.
    StateMachine { name: Text, qualifier: Option<Qualifier> },
    /// `…:execution:<machine>:<name>`; the machine of a child of a Map Run is `<machine>/<label>`.
    Execution { machine: Text, name: Text },
    /// `…:express:<machine>:<name>:<id>`
    Express,
    /// `…:activity:<name>`
    Activity { name: Text },
    /// `…:mapRun:<machine>/<label>:<id>`
    MapRun,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Qualifier {
    /// Digits.
    Version(u32),
    /// Anything else.
    Alias(Text),
    Label(Text),
}

/// The types of resources, as ARNs spell them.
pub const STATE_MACHINE: &str = "stateMachine";
pub const EXECUTION: &str = "execution";
pub const ACTIVITY: &str = "activity";
pub const MAP_RUN: &str = "mapRun";

impl Arn {
    /// Reads an ARN of one of the types that are valid where it stands.
    ///
    /// # Errors
    /// InvalidArn.
    pub fn parse(text: &str, valid: &[&str]) -> Result<Arn, ServiceError> {
        let malformed = || ServiceError::invalid_arn(format_args!("Invalid ARN prefix: {text}"));
        let mut parts = text.splitn(7, ':');
        if parts.next() != Some("arn") {
            return Err(malformed());
        }
        let (_partition, service, _region, _account) = (parts.next(), parts.next(), parts.next(), parts.next());
        let (Some("states"), Some(kind), Some(rest)) = (service, parts.next(), parts.next()) else {
            return Err(malformed());
        };
        if !valid.contains(&kind) {
            return Err(ServiceError::invalid_arn(format_args!("Resource type not valid in this context: {kind}")));
        }
        Arn::resource(kind, rest).ok_or_else(malformed)
    }

    fn resource(kind: &str, rest: &str) -> Option<Arn> {
        let given = |text: &str| (!text.is_empty()).then(|| Text::from(text));
        match kind {
            STATE_MACHINE => {
                let (name, qualifier) = match rest.split_once(':') {
                    Some((name, qualifier)) => (name, Some(Qualifier::parse(qualifier)?)),
                    None => match rest.split_once('/') {
                        Some((name, label)) => (name, Some(Qualifier::Label(given(label)?))),
                        None => (rest, None),
                    },
                };
                Some(Arn::StateMachine { name: given(name)?, qualifier })
            }
            EXECUTION => {
                let (machine, name) = rest.split_once(':')?;
                Some(Arn::Execution { machine: given(machine)?, name: given(name)? })
            }
            "express" => Some(Arn::Express),
            ACTIVITY => Some(Arn::Activity { name: given(rest)? }),
            MAP_RUN => Some(Arn::MapRun),
            _ => None,
        }
    }
}

impl Qualifier {
    fn parse(text: &str) -> Option<Qualifier> {
        if text.is_empty() || text.contains([':', '/']) {
            return None;
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            // A number that no version can have names none.
            return Some(Qualifier::Version(text.parse().unwrap_or(0)));
        }
        Some(Qualifier::Alias(text.into()))
    }
}

/// # Errors
/// InvalidArn for what is not the ARN of a role: `arn:<partition>:iam::<twelve digits>:role/<name>`.
pub fn check_role(text: &str) -> Result<(), ServiceError> {
    let mut parts = text.splitn(6, ':');
    let is_role = parts.next() == Some("arn")
        && parts.next().is_some_and(|partition| partition.starts_with("aws"))
        && parts.next() == Some("iam")
        && parts.next() == Some("")
        && parts.next().is_some_and(|id| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()))
        && parts.next().and_then(|rest| rest.strip_prefix("role/")).is_some_and(|name| !name.is_empty());
    if is_role { Ok(()) } else { Err(ServiceError::new("InvalidArn", format!("Invalid Role Arn: '{text}'"))) }
}

/// Whether a state machine, an execution or an activity may have that name.
pub fn is_name(name: &str) -> bool {
    let is_bad = |c: char| {
        c.is_whitespace()
            || "<>{}[]?*\"#%\\^|~`$&,;:/".contains(c)
            || matches!(c, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}'..='\u{ffff}' | '\u{10ffff}')
    };
    !name.is_empty() && !name.contains(is_bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Arn, String> {
        Arn::parse(text, &[STATE_MACHINE, EXECUTION, ACTIVITY]).map_err(|error| error.into_exception().message)
    }

    #[test]
    fn forms() {
        let prefix = "arn:aws:states:us-east-1:123456789012";
        let machine = |qualifier| Ok(Arn::StateMachine { name: "m".into(), qualifier });
        for (rest, expected) in [
            ("stateMachine:m", machine(None)),
            ("stateMachine:m:12", machine(Some(Qualifier::Version(12)))),
            ("stateMachine:m:v1.0", machine(Some(Qualifier::Alias("v1.0".into())))),
            ("stateMachine:m:-", machine(Some(Qualifier::Alias("-".into())))),
            ("stateMachine:m/label", machine(Some(Qualifier::Label("label".into())))),
            ("stateMachine:m:99999999999", machine(Some(Qualifier::Version(0)))),
            ("execution:m:e", Ok(Arn::Execution { machine: "m".into(), name: "e".into() })),
            ("express:m:e:1", Err("Invalid Arn: 'Resource type not valid in this context: express'".into())),
            ("stateMachine:", Err(format!("Invalid Arn: 'Invalid ARN prefix: {prefix}:stateMachine:'"))),
            ("execution:m", Err(format!("Invalid Arn: 'Invalid ARN prefix: {prefix}:execution:m'"))),
        ] {
            assert_eq!(parse(&format!("{prefix}:{rest}")), expected, "{rest}");
        }
        assert_eq!(parse("m").unwrap_err(), "Invalid Arn: 'Invalid ARN prefix: m'");
        assert!(parse("arn:aws:lambda:us-east-1:1:function:f").is_err());
    }

    #[test]
    fn names() {
        assert!(is_name("a-b_c.d1"));
        assert!(is_name("é"));
        for bad in ["", "a b", "a\tb", "a:b", "a\u{7f}", "a\u{85}", "x\\y", "x\"y", "a|b", "a\u{fffe}"] {
            assert!(!is_name(bad), "{bad:?}");
        }
    }
}
