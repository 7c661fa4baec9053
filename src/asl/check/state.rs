//! One state: its Type, the fields that go with it, and how it is left.

use super::object::{At, otherwise_written};
use super::resources::{self, Use};
use super::{Checker, Resources};
use crate::asl::fields::{self, Owner};
use crate::asl::program::{Pattern, Resource};
use crate::asl::{QueryLanguage, State, StateType};
use crate::base::Text;
use crate::base::document::{listed, nearest};

const WAITS: [&str; 4] = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];

impl<'d> Checker<'d> {
    pub(super) fn state(&mut self, state: &'d State) {
        if self.is_full() {
            return;
        }
        let at = At::new(&state.node, state.pointer.clone()).at_key(state.name_span);
        if !at.node.is_object() {
            return self.no_state(&at, state);
        }
        let Some(state_type) = state.state_type else { return self.unknown_type(&at) };
        let language = state.language;
        self.object(&at, Owner::State(state_type), language);
        self.downgraded(&at);
        match state_type {
            StateType::Succeed | StateType::Fail => {}
            StateType::Choice => self.choices(&at, language),
            _ => self.left(&at),
        }
        match state_type {
            StateType::Wait => self.wait(&at),
            StateType::Map => self.map(&at, state),
            StateType::Task => self.task(&at),
            StateType::Pass => self.pass(&at),
            _ => {}
        }
        self.recovery(&at);
    }

    /// What stands among the states and is none: often a field of the machine.
    fn no_state(&mut self, at: &At<'d>, state: &State) {
        let misplaced = fields::of(Owner::Definition).any(|field| field.name == &*state.name);
        let before = self.findings.len();
        self.wrong_type(at, "an object");
        if let Some(finding) = self.findings.get_mut(before).filter(|_| misplaced) {
            finding.diagnostic.help =
                Some(format!("`{}` is a field of the definition: move it out of `States`", state.name));
        }
    }

    fn unknown_type(&mut self, at: &At<'d>) {
        let known = StateType::ALL.map(StateType::name);
        match at.get("Type") {
            None => {
                let help = otherwise_written(at, "Type").unwrap_or_else(|| listed(&known));
                at.error(self, "missing-field", "`Type` is missing")
                    .help(help)
                    .aws("SCHEMA_VALIDATION_FAILED", "These fields are required: [Type]");
            }
            Some(given) => match given.text() {
                None => self.wrong_type(&given, "a string"),
                Some(word) => {
                    let help = match nearest(word, &known) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => listed(&known),
                    };
                    given.error(self, "unknown-type", format!("`{word}` is not a Type of states")).help(help);
                }
            },
        }
    }

    /// A definition in JSONata has no states in JSONPath.
    fn downgraded(&mut self, at: &At<'d>) {
        let Some(given) = at.get("QueryLanguage") else { return };
        if self.definition.language() == QueryLanguage::Jsonata
            && given.text().is_some_and(|text| &**text == "JSONPath")
        {
            given
                .error(
                    self,
                    "wrong-query-language",
                    "the whole definition is in JSONata, and states in JSONPath cannot be part of it",
                )
                .help("set `QueryLanguage` to JSONPath for the definition and to JSONata for the states that need it")
                .aws(
                    "SCHEMA_VALIDATION_FAILED",
                    "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
                )
                .aws_at(&at.pointer);
        }
    }

    /// Either Next or End.
    fn left(&mut self, at: &At<'d>) {
        let end = at.get("End");
        let ends = end.as_ref().and_then(|end| end.node.as_bool());
        match (at.has("Next"), end) {
            (true, Some(end)) if ends != Some(false) => self.both("Next", "End", &end),
            (false, Some(end)) if ends == Some(false) => {
                end.error(self, "missing-field", "this state has no `Next`, and does not end the flow either")
                    .help("set `End` to true, or say which state is `Next`");
            }
            (false, None) => {
                at.error(self, "missing-field", "this state has neither `Next` nor `End`")
                    .help("add `\"End\": true`, or say which state is `Next`");
            }
            _ => {}
        }
    }

    fn wait(&mut self, at: &At<'d>) {
        let given: Vec<&str> = WAITS.into_iter().filter(|key| at.has(key)).collect();
        match given.as_slice() {
            [] => {
                at.error(self, "missing-field", "a Wait state says for how long, or until when")
                    .help(format!("give it {}", listed(&WAITS)));
            }
            [_] => {}
            // A field and its Path are told already.
            [first, second, ..] if *second == format!("{first}Path") && given.len() == 2 => {}
            [first, .., last] => {
                if let Some(second) = at.get(last) {
                    self.both(first, last, &second);
                }
            }
        }
    }

    fn task(&mut self, at: &At<'d>) {
        let seconds = |key: &str| at.get(key).and_then(|at| at.node.as_number()?.as_i64());
        if let (Some(timeout), Some(heartbeat), Some(given)) =
            (seconds("TimeoutSeconds"), seconds("HeartbeatSeconds"), at.get("HeartbeatSeconds"))
            && heartbeat >= timeout
        {
            given
                .error(self, "out-of-range", "`HeartbeatSeconds` is not smaller than `TimeoutSeconds`")
                .help("no heartbeat could be missed in time");
        }
    }

    fn pass(&mut self, at: &At<'d>) {
        let Some(result) = at.get("Result") else { return };
        let mut open = vec![result];
        while let Some(at) = open.pop() {
            for (member, value) in at.members() {
                if member.key.ends_with(".$")
                    && value.text().is_some_and(|text| super::queries::looks_like_a_query(text))
                {
                    value
                        .warning(
                            self,
                            "pass-result-is-static",
                            "nothing in `Result` is evaluated: this key and its value stay as they are",
                        )
                        .help("use `Parameters`")
                        .aws_code("PASS_RESULT_IS_STATIC");
                }
                open.push(value);
            }
            open.extend(at.elements());
        }
    }

    /// The Resource of a Task, of an ItemReader or of a ResultWriter.
    pub(super) fn resource(&mut self, at: &At<'d>, owner: Owner) {
        let Some(arn) = at.text() else {
            // `{"Fn::GetAtt": …}`, `{"Ref": …}`: CloudFormation fills it in.
            let [member] = at.node.members() else { return self.wrong_type(at, "a string") };
            let filled_in = self.profile.substitutions && (&*member.key == "Ref" || member.key.starts_with("Fn::"));
            if !filled_in {
                self.wrong_type(at, "a string");
            }
            return;
        };
        if self.is_substitution(arn) {
            return;
        }
        let used = if matches!(owner, Owner::State(_)) { Use::Task } else { Use::Map };
        if !self.is_resource(arn, used) {
            let help = match self.profile.resources {
                Resources::Aws => {
                    "name a Lambda function, an activity, or an integration such as `arn:aws:states:::lambda:invoke`"
                }
                Resources::Spec => "name it by a URI",
            };
            at.error(self, "unknown-resource", format!("`{arn}` is not a resource that can be called"))
                .help(help)
                .aws(
                    "SCHEMA_VALIDATION_FAILED",
                    format!("The resource provided {arn} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region."),
                );
        } else if self.profile.express && used == Use::Task {
            self.express(at, arn);
        }
    }

    fn is_resource(&self, arn: &Text, used: Use) -> bool {
        let Some(rest) = arn.strip_prefix("arn:") else {
            return self.profile.resources == Resources::Spec && is_uri(arn);
        };
        let parts: Vec<&str> = rest.splitn(5, ':').collect();
        let [partition, service, region, account, resource] = parts.as_slice() else { return false };
        let name = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        if partition.is_empty()
            || service.is_empty()
            || resource.is_empty()
            || ![partition, service, region, account].iter().all(|part| name(part))
        {
            return false;
        }
        match (*service, Resource::parse(arn)) {
            ("lambda", _) => is_function(resource),
            (_, Resource::Activity(_)) => {
                resource.strip_prefix("activity:").is_some_and(|activity| !activity.is_empty())
            }
            ("states", Resource::Service(service)) => {
                let action = service.action.split('.').next().unwrap_or_default();
                let version_2 = service.action.ends_with(".sync:2");
                let known = resources::is_known(&service.service, action, service.pattern, version_2, used);
                let pattern_known = service.pattern != Pattern::RequestResponse || !service.action.contains('.');
                self.profile.resources == Resources::Spec || (known && pattern_known)
            }
            _ => true,
        }
    }

    fn express(&mut self, at: &At<'d>, arn: &Text) {
        let (what, told) = match Resource::parse(arn) {
            Resource::Activity(_) => ("an activity", "Express state machine does not support Activity ARN"),
            resource @ Resource::Service(_) => match resource.pattern() {
                Pattern::Sync => ("`.sync`", "Express state machine does not support '.sync' service integration"),
                // The blank at the end is AWS's.
                Pattern::WaitForTaskToken => (
                    "`.waitForTaskToken`",
                    "Express state machine does not support '.waitForTaskToken' service integration ",
                ),
                Pattern::RequestResponse => return,
            },
            Resource::Lambda(_) => return,
        };
        at.error(self, "not-in-express", format!("an Express workflow cannot wait for {what}"))
            .help("use a Standard workflow")
            .aws("SCHEMA_VALIDATION_FAILED", told);
    }
}

/// `function:NAME` and perhaps a version or an alias.
fn is_function(resource: &str) -> bool {
    let mut parts = resource.split(':');
    let word =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let kind = parts.next() == Some("function");
    let name = parts.next().is_some_and(word);
    let qualifier = parts.next().is_none_or(|qualifier| qualifier == "$LATEST" || word(qualifier));
    kind && name && qualifier && parts.next().is_none()
}

/// RFC 3986, as far as it is about the scheme and blanks.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let scheme_fits = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    scheme_fits
        && !rest.is_empty()
        && !rest.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '{' | '}'))
}
