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

use crate::base::document::{listed, nearest};
use crate::base::sort::sort_by_key;
use crate::base::value::read::{self, Node};
use crate::base::{Diagnostic, Object, Pointer, Span, Text, Value};
use crate::engine::Failure;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::rc::Rc;

#[derive(Clone, Debug, Default)]
pub struct MockConfiguration {
    machines: BTreeMap<Text, BTreeMap<Text, Rc<TestCase>>>,
    document: Value,
    remarks: Vec<Diagnostic>,
}

/// What is wrong with a file is told up to so many times.
const TOLD: usize = 100;
/// Names that a mistaken one is compared with, and names that are listed.
const COMPARED: usize = 1000;
const LISTED: usize = 8;

/// The answers of one test case, by the name of the state.
#[derive(Clone, Debug, Default)]
pub struct TestCase {
    responses: BTreeMap<Text, Rc<MockedResponse>>,
}

/// What a state answers, by how often it was called before.
#[derive(Clone, Debug)]
pub struct MockedResponse {
    pub name: Text,
    /// In order, without overlaps.
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
        MockConfiguration::read(&parsed.root, &parsed.errors)
    }

    /// The same of a text that is read already, with what was wrong with it.
    ///
    /// # Errors
    /// Everything that is wrong with the file.
    pub fn read(root: &Node, errors: &[read::ReadError]) -> Result<MockConfiguration, Vec<Diagnostic>> {
        let syntax = |error: &read::ReadError| Diagnostic::error("syntax", Pointer::root(), error.span, &error.message);
        let findings = errors.iter().take(TOLD).map(syntax).collect();
        let mut reader = Reader { findings, remarks: Vec::new() };
        let mut mocks = MockConfiguration { document: root.to_value(), ..MockConfiguration::default() };
        if reader.findings.is_empty() {
            mocks.machines = reader.file(root);
            mocks.remarks = reader.remarks;
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

    /// The names of the state machines.
    pub fn machines(&self) -> impl ExactSizeIterator<Item = &Text> {
        self.machines.keys()
    }

    /// What can be played, and is hardly meant: calls without an answer between others.
    pub fn remarks(&self) -> &[Diagnostic] {
        &self.remarks
    }

    /// The same for a state machine of another name.
    #[must_use]
    pub fn renamed(mut self, from: &str, to: &Text) -> MockConfiguration {
        let within = |value: &Value, change: &dyn Fn(&Text, &Value) -> (Text, Value)| {
            Value::object(value.as_object().into_iter().flat_map(Object::iter).map(|(key, value)| change(key, value)))
        };
        let name = |key: &Text| if **key == *from { to.clone() } else { key.clone() };
        for (key, cases) in std::mem::take(&mut self.machines) {
            self.machines.insert(name(&key), cases);
        }
        self.document = within(&self.document, &|key, value| match &**key {
            "StateMachines" => (key.clone(), within(value, &|key, value| (name(key), value.clone()))),
            _ => (key.clone(), value.clone()),
        });
        self
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

    /// The states that are mocked, by name, with what they answer.
    pub fn responses(&self) -> impl ExactSizeIterator<Item = (&Text, &Rc<MockedResponse>)> {
        self.responses.iter()
    }
}

impl MockedResponse {
    /// The answer to the n-th call, from 0.
    pub fn at(&self, n: u32) -> Option<&Mocked> {
        let before = self.steps.partition_point(|(range, _)| *range.end() < n);
        self.steps.get(before).filter(|(range, _)| range.contains(&n)).map(|(_, mocked)| mocked)
    }
}

struct Reader {
    findings: Vec<Diagnostic>,
    remarks: Vec<Diagnostic>,
}

impl Reader {
    fn error(&mut self, code: &'static str, node: &Node, pointer: &Pointer, message: String, help: &str) {
        let finding = Diagnostic::error(code, pointer.clone(), node.span, message);
        self.find(if help.is_empty() { finding } else { finding.help(help) });
    }

    fn find(&mut self, finding: Diagnostic) {
        if self.findings.len() < TOLD {
            self.findings.push(finding);
        }
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
            self.find(
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
                let steps = self.steps(&member.value, member.key_span, &pointer.key(&member.key));
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
                    let known: Vec<&str> = responses.keys().take(COMPARED).map(|name| &**name).collect();
                    let help = match (nearest(&name, &known), known.get(..LISTED).unwrap_or(&known)) {
                        _ if self.findings.len() >= TOLD => String::new(),
                        (Some(near), _) => format!("did you mean `{near}`?"),
                        (None, []) => format!("put `{name}` into `MockedResponses`"),
                        (None, first) => format!("`MockedResponses` has {}", listed(first)),
                    };
                    let message = format!("there is no mocked response `{name}`");
                    self.error("unknown-name", &state.value, &pointer, message, &help);
                }
            }
        }
        case
    }

    fn steps(&mut self, node: &Node, name: Span, pointer: &Pointer) -> Vec<(RangeInclusive<u32>, Mocked)> {
        let mut steps = Vec::new();
        for step in self.object(node, pointer) {
            let range = parse_range(&step.key).map_err(|(message, help)| {
                self.find(Diagnostic::error("bad-range", pointer.key(&step.key), step.key_span, message).help(help));
            });
            let mocked = self.mocked(&step.value, &pointer.key(&step.key));
            if let (Ok(range), Some(mocked)) = (range, mocked) {
                steps.push((range, mocked, step));
            }
        }
        sort_by_key(&mut steps, |(range, ..)| *range.start());
        // The next call that has no answer yet, and where the one before it has its own.
        let (mut next, mut last) = (0_u64, "");
        for (range, _, step) in &steps {
            let start = u64::from(*range.start());
            if start < next {
                let message = format!("`{}` overlaps `{last}`", step.key);
                let finding = Diagnostic::error("bad-range", pointer.key(&step.key), step.key_span, message);
                self.find(finding.help("a call has one answer: let each range begin where the one before has ended"));
            } else if start > next {
                self.gap(next, start - 1, name, pointer);
            }
            if u64::from(*range.end()) + 1 > next {
                (next, last) = (u64::from(*range.end()) + 1, &step.key);
            }
        }
        if node.members().is_empty() {
            let remark = Diagnostic::warning("gap", pointer.clone(), name, "no call has an answer");
            self.remarks.push(remark.help("give it one, as in `\"0\": {\"Return\": {}}`"));
        }
        steps.into_iter().map(|(range, mocked, _)| (range, mocked)).collect()
    }

    fn gap(&mut self, from: u64, to: u64, name: Span, pointer: &Pointer) {
        if self.remarks.len() >= TOLD {
            return;
        }
        let (message, range) = match from == to {
            true => (format!("call {from} has no answer, and a later one has"), from.to_string()),
            false => (format!("calls {from} to {to} have no answer, and a later one has"), format!("{from}-{to}")),
        };
        let help = format!("calls are counted from 0; a call without an answer fails: add `\"{range}\"`");
        self.remarks.push(Diagnostic::warning("gap", pointer.clone(), name, message).help(help));
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
            (Some(_), Some(_)) => {
                let message = "an answer has `Return` or `Throw`, not both".into();
                let help = "give each a call of its own, as in `\"0\": {\"Throw\": …}, \"1\": {\"Return\": …}`";
                self.error("bad-answer", node, pointer, message, help);
                None
            }
            (None, None) => {
                let help = "`{\"Return\": {…}}` succeeds, `{\"Throw\": {\"Error\": \"…\"}}` fails";
                let message = "an answer has either `Return` or `Throw`".into();
                self.error("missing-field", node, pointer, message, help);
                None
            }
        }
    }
}

/// `3` or `1-2`; else what is wrong with it, and how to mend it.
fn parse_range(text: &str) -> Result<RangeInclusive<u32>, (String, String)> {
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    match (number(from), number(to)) {
        (Some(from), Some(to)) if from <= to => Ok(from..=to),
        (Some(from), Some(to)) => Err((format!("`{text}` runs backwards"), format!("write `\"{to}-{from}\"`"))),
        _ => {
            Err((format!("`{text}` is neither a number nor a range"), "count calls from 0: `\"0\"`, `\"1-2\"`".into()))
        }
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
            "MockedResponses": {"R": {"0-1": {"Return": 1}, "1": {"Throw": {"Cause": "c"}}, "2-1": {"Return": 1}, "3": {}},
                "S": {"1-3": {"Return": 1}, "0": {"Return": 1}, "2": {"Return": 1}, "-1": {"Return": 1, "Throw": {"Error": "E"}}}}}"#;
        let expected = [
            ("/MockedResponses/R/1/Throw", "the field `Error` is required"),
            ("/MockedResponses/R/2-1", "`2-1` runs backwards"),
            ("/MockedResponses/R/3", "an answer has either `Return` or `Throw`"),
            ("/MockedResponses/R/1", "`1` overlaps `0-1`"),
            ("/MockedResponses/S/-1", "`-1` is neither a number nor a range"),
            ("/MockedResponses/S/-1", "an answer has `Return` or `Throw`, not both"),
            ("/MockedResponses/S/2", "`2` overlaps `1-3`"),
            ("/StateMachines/M/X", "unknown field `X`"),
            ("/StateMachines/M/TestCases/C/A", "there is no mocked response `Nope`"),
            ("/StateMachines/M/TestCases/C/B", "expected a string, found number"),
        ];
        let expected: Vec<_> = expected.map(|(place, message)| (place.to_owned(), message.to_owned())).into();
        assert_eq!(errors(text), expected);
        let mended = MockConfiguration::parse(
            r#"{"StateMachines": {"M": {"TestCases": {"C": {"A": "Twise"}}}}, "MockedResponses": {"Twice": {}}}"#,
        );
        assert_eq!(mended.unwrap_err()[0].help.as_deref(), Some("did you mean `Twice`?"));
    }

    #[test]
    fn calls_without_an_answer_are_told() {
        let text = r#"{"StateMachines": {}, "MockedResponses": {"Late": {"5": {"Return": 2}, "1-2": {"Return": 1}}, "None": {}}}"#;
        let mocks = MockConfiguration::parse(text).unwrap();
        let told: Vec<_> = mocks.remarks().iter().map(|remark| (remark.pointer.as_str(), &*remark.message)).collect();
        let expected = [
            ("/MockedResponses/Late", "call 0 has no answer, and a later one has"),
            ("/MockedResponses/Late", "calls 3 to 4 have no answer, and a later one has"),
            ("/MockedResponses/None", "no call has an answer"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_renamed_machine_is_the_same() {
        let text = r#"{"StateMachines":{"Theirs":{"TestCases":{"C":{"A":"R"}}},"B":{}},"MockedResponses":{"R":{"0":{"Return":1}}}}"#;
        let mocks = MockConfiguration::parse(text).unwrap().renamed("Theirs", &"ours".into());
        assert!(mocks.test_case("ours", "C").is_some() && mocks.test_case("Theirs", "C").is_none());
        assert_eq!(mocks.document().to_json(), text.replace("Theirs", "ours"));
    }

    #[test]
    fn large_files_are_read_at_once() {
        let steps: String = (0..60_000).rev().map(|n| format!(r#""{n}": {{"Return": {n}}},"#)).collect();
        let cases: String = (0..60_000).map(|n| format!(r#""S{n}": "Nope{n}","#)).collect();
        let text = format!(
            r#"{{"MockedResponses": {{"R": {{{steps} "60000": {{"Return": 1}}}}}}, "StateMachines": {{"M": {{"TestCases": {{"C": {{{cases} "A": "R"}}}}}}}}}}"#
        );
        assert_eq!(errors(&text).len(), TOLD);
        let mocks =
            MockConfiguration::parse(&text.replace("Nope", "R").replace(&cases.replace("Nope", "R"), "")).unwrap();
        let response = mocks.test_case("M", "C").unwrap().response("A").unwrap();
        assert!(matches!(response.at(31_234), Some(Mocked::Return(value)) if value.as_i64() == Some(31_234)));
        assert!(response.at(60_001).is_none() && mocks.remarks().is_empty());
    }

    #[test]
    fn what_is_no_file_is_told() {
        assert_eq!(errors("[]")[0].1, "expected an object, found array");
        assert_eq!(errors("{}")[0].1, "the field `StateMachines` is required");
        assert!(!errors("{").is_empty());
        assert!(errors(r#"{"StateMachines": {}}"#).is_empty());
    }
}
