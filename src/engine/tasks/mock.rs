//! Mocked service integrations: the configuration file of Step Functions Local (Developer Guide, "Using mocked service
//! integrations").
//!
//! ```
//! use weir::engine::tasks::mock::{MockConfiguration, Mocked};
//! let file = r#"{
//!     "StateMachines": {"Orders": {"TestCases": {"Flaky": {"Charge": "TwiceDown"}}}},
//!     "MockedResponses": {"TwiceDown": {
//!         "0-1": {"Throw": {"Error": "Down", "Cause": "try again"}},
//!         "2": {"Return": {"status": "OK"}}}}}"#;
//! let mocks = MockConfiguration::parse(file).unwrap();
//! let charge = mocks.test_case("Orders", "Flaky").unwrap().response("Charge").unwrap();
//! assert!(matches!(charge.at(1), Some(Mocked::Throw(_))));
//! assert!(matches!(charge.at(2), Some(Mocked::Return(_))));
//! assert!(charge.at(3).is_none());
//! ```

use crate::base::value::read::{self, Node};
use crate::base::{Diagnostic, Pointer, Text, Value};
use crate::engine::Failure;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::rc::Rc;

#[derive(Clone, Debug, Default)]
pub struct MockConfiguration {
    machines: BTreeMap<Text, BTreeMap<Text, Rc<TestCase>>>,
    document: Value,
}

/// The answers of one test case, by the name of the state.
#[derive(Clone, Debug, Default)]
pub struct TestCase {
    responses: BTreeMap<Text, Rc<MockedResponse>>,
}

/// What a state answers, by how often it was called before.
#[derive(Clone, Debug)]
pub struct MockedResponse {
    pub name: Text,
    steps: Vec<(RangeInclusive<u32>, Mocked)>,
}

#[derive(Clone, Debug)]
pub enum Mocked {
    Return(Value),
    Throw(Failure),
}

impl MockConfiguration {
    /// # Errors
    /// Everything that is wrong with the file.
    pub fn parse(text: &str) -> Result<MockConfiguration, Vec<Diagnostic>> {
        let parsed = read::parse(text);
        let syntax = |error: &read::ReadError| Diagnostic::error("syntax", Pointer::root(), error.span, &error.message);
        let mut reader = Reader { findings: parsed.errors.iter().map(syntax).collect() };
        let mut mocks = MockConfiguration { machines: BTreeMap::new(), document: parsed.root.to_value() };
        if reader.findings.is_empty() {
            mocks.machines = reader.file(&parsed.root);
        }
        if reader.findings.is_empty() { Ok(mocks) } else { Err(reader.findings) }
    }

    pub fn test_case(&self, machine: &str, name: &str) -> Option<&Rc<TestCase>> {
        self.machines.get(machine)?.get(name)
    }

    /// The names of the test cases of a state machine.
    pub fn test_cases(&self, machine: &str) -> impl Iterator<Item = &Text> {
        self.machines.get(machine).into_iter().flat_map(BTreeMap::keys)
    }

    /// The file, as a value.
    pub fn document(&self) -> &Value {
        &self.document
    }
}

impl TestCase {
    /// The answers of a state; none where the test case does not mock it.
    pub fn response(&self, state: &str) -> Option<&Rc<MockedResponse>> {
        self.responses.get(state)
    }
}

impl MockedResponse {
    /// The answer to the n-th call, from 0.
    pub fn at(&self, n: u32) -> Option<&Mocked> {
        self.steps.iter().find(|(range, _)| range.contains(&n)).map(|(_, mocked)| mocked)
    }
}

struct Reader {
    findings: Vec<Diagnostic>,
}

impl Reader {
    fn error(&mut self, code: &'static str, node: &Node, pointer: &Pointer, message: String, help: &str) {
        let finding = Diagnostic::error(code, pointer.clone(), node.span, message);
        self.findings.push(if help.is_empty() { finding } else { finding.help(help) });
    }

    /// The members of what must be an object.
    fn object<'n>(&mut self, node: &'n Node, pointer: &Pointer) -> &'n [read::Member] {
        if !node.is_object() {
            let message = format!("expected an object, found {}", node.type_name());
            self.error("wrong-type", node, pointer, message, "");
        }
        node.members()
    }

    fn text(&mut self, node: &Node, pointer: &Pointer) -> Option<Text> {
        if node.as_text().is_none() {
            let message = format!("expected a string, found {}", node.type_name());
            self.error("wrong-type", node, pointer, message, "");
        }
        node.as_text().cloned()
    }

    fn known(&mut self, members: &[read::Member], pointer: &Pointer, known: &[&str]) {
        for member in members.iter().filter(|member| !known.contains(&&*member.key)) {
            let message = format!("unknown field `{}`", member.key);
            let help = format!("known here: {}", known.join(", "));
            self.findings.push(
                Diagnostic::error("unknown-field", pointer.key(&member.key), member.key_span, message).help(help),
            );
        }
    }

    fn file(&mut self, root: &Node) -> BTreeMap<Text, BTreeMap<Text, Rc<TestCase>>> {
        let top = Pointer::root();
        let members = self.object(root, &top);
        self.known(members, &top, &["StateMachines", "MockedResponses"]);
        let mut responses = BTreeMap::new();
        if let Some(node) = root.get("MockedResponses") {
            let pointer = top.key("MockedResponses");
            for member in self.object(node, &pointer) {
                let steps = self.steps(&member.value, &pointer.key(&member.key));
                let response = MockedResponse { name: member.key.clone(), steps };
                responses.insert(member.key.clone(), Rc::new(response));
            }
        }
        let mut machines = BTreeMap::new();
        let Some(node) = root.get("StateMachines") else {
            if root.is_object() {
                let help = "put `{\"<name>\": {\"TestCases\": {…}}}` there";
                self.error("missing-field", root, &top, "the field `StateMachines` is required".into(), help);
            }
            return machines;
        };
        let pointer = top.key("StateMachines");
        for machine in self.object(node, &pointer) {
            let pointer = pointer.key(&machine.key);
            let members = self.object(&machine.value, &pointer);
            self.known(members, &pointer, &["TestCases"]);
            let mut cases = BTreeMap::new();
            if let Some(node) = machine.value.get("TestCases") {
                let pointer = pointer.key("TestCases");
                for case in self.object(node, &pointer) {
                    let case_of = self.test_case(&case.value, &pointer.key(&case.key), &responses);
                    cases.insert(case.key.clone(), Rc::new(case_of));
                }
            }
            machines.insert(machine.key.clone(), cases);
        }
        machines
    }

    fn test_case(
        &mut self,
        node: &Node,
        pointer: &Pointer,
        responses: &BTreeMap<Text, Rc<MockedResponse>>,
    ) -> TestCase {
        let mut case = TestCase::default();
        for state in self.object(node, pointer) {
            let pointer = pointer.key(&state.key);
            let Some(name) = self.text(&state.value, &pointer) else { continue };
            match responses.get(&name) {
                Some(response) => {
                    case.responses.insert(state.key.clone(), Rc::clone(response));
                }
                None => {
                    let known: Vec<&str> = responses.keys().map(|name| &**name).collect();
                    let help = format!("`MockedResponses` has {}", known.join(", "));
                    let message = format!("there is no mocked response `{name}`");
                    self.error("unknown-name", &state.value, &pointer, message, &help);
                }
            }
        }
        case
    }

    fn steps(&mut self, node: &Node, pointer: &Pointer) -> Vec<(RangeInclusive<u32>, Mocked)> {
        let mut steps: Vec<(RangeInclusive<u32>, Mocked)> = Vec::new();
        for step in self.object(node, pointer) {
            let pointer = pointer.key(&step.key);
            let Some(range) = parse_range(&step.key) else {
                let message = format!("`{}` is neither a number nor a range", step.key);
                let help = "count calls from 0: \"0\", \"1-2\"";
                self.findings.push(Diagnostic::error("bad-range", pointer, step.key_span, message).help(help));
                continue;
            };
            if let Some((other, _)) =
                steps.iter().find(|(other, _)| other.start() <= range.end() && range.start() <= other.end())
            {
                let message = format!("`{}` overlaps {}-{}", step.key, other.start(), other.end());
                self.findings.push(Diagnostic::error("bad-range", pointer.clone(), step.key_span, message));
            }
            if let Some(mocked) = self.mocked(&step.value, &pointer) {
                steps.push((range, mocked));
            }
        }
        steps
    }

    fn mocked(&mut self, node: &Node, pointer: &Pointer) -> Option<Mocked> {
        let members = self.object(node, pointer);
        self.known(members, pointer, &["Return", "Throw"]);
        match (node.get("Return"), node.get("Throw")) {
            (Some(value), None) => Some(Mocked::Return(value.to_value())),
            (None, Some(throw)) => {
                let pointer = pointer.key("Throw");
                let members = self.object(throw, &pointer);
                self.known(members, &pointer, &["Error", "Cause"]);
                let field = |reader: &mut Reader, key: &str| {
                    throw.get(key).and_then(|node| reader.text(node, &pointer.key(key)))
                };
                let (error, cause) = (field(self, "Error"), field(self, "Cause"));
                if error.is_none() && throw.get("Error").is_none() {
                    self.error("missing-field", throw, &pointer, "the field `Error` is required".into(), "");
                }
                Some(Mocked::Throw(Failure { error, cause, heartbeat: false }))
            }
            _ => {
                let message = "a mocked response has either `Return` or `Throw`".into();
                self.error("missing-field", node, pointer, message, "");
                None
            }
        }
    }
}

/// `3` or `1-2`.
fn parse_range(text: &str) -> Option<RangeInclusive<u32>> {
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    match text.split_once('-') {
        Some((from, to)) => Some(number(from)?..=number(to)?).filter(|range| !range.is_empty()),
        None => number(text).map(|n| n..=n),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<(String, String)> {
        let findings = MockConfiguration::parse(text).map(|_| ()).err().unwrap_or_default();
        findings.into_iter().map(|finding| (finding.pointer.to_string(), finding.message)).collect()
    }

    #[test]
    fn every_mistake_has_its_place() {
        let text = r#"{"StateMachines": {"M": {"TestCases": {"C": {"A": "Nope", "B": 1}}, "X": 1}},
            "MockedResponses": {"R": {"0-1": {"Return": 1}, "1": {"Throw": {"Cause": "c"}}, "2-1": {}, "3": {}}}}"#;
        let expected = [
            ("/MockedResponses/R/1", "`1` overlaps 0-1"),
            ("/MockedResponses/R/1/Throw", "the field `Error` is required"),
            ("/MockedResponses/R/2-1", "`2-1` is neither a number nor a range"),
            ("/MockedResponses/R/3", "a mocked response has either `Return` or `Throw`"),
            ("/StateMachines/M/X", "unknown field `X`"),
            ("/StateMachines/M/TestCases/C/A", "there is no mocked response `Nope`"),
            ("/StateMachines/M/TestCases/C/B", "expected a string, found number"),
        ];
        let expected: Vec<_> = expected.map(|(place, message)| (place.to_owned(), message.to_owned())).into();
        assert_eq!(errors(text), expected);
    }

    #[test]
    fn what_is_no_file_is_told() {
        assert_eq!(errors("[]")[0].1, "expected an object, found array");
        assert_eq!(errors("{}")[0].1, "the field `StateMachines` is required");
        assert!(!errors("{").is_empty());
        assert!(errors(r#"{"StateMachines": {}}"#).is_empty());
    }
}
