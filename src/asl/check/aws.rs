//! Findings in AWS's words, as ValidateStateMachineDefinition and InvalidDefinition errors tell them.

use super::Finding;
use crate::asl::Definition;
use crate::base::value::read::Node;
use crate::base::{Pointer, Severity};

/// What AWS says of a finding, as far as it is known.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub code: &'static str,
    /// Its text; ours stands in where nobody recorded it.
    pub message: Option<String>,
    pub place: Place,
}

/// Where AWS says that it is.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// Where we say so.
    Same,
    Other(Pointer),
    Nowhere,
}

impl Default for Told {
    fn default() -> Told {
        Told { code: "SCHEMA_VALIDATION_FAILED", message: None, place: Place::Same }
    }
}

/// An entry of `diagnostics` in the answer of ValidateStateMachineDefinition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsDiagnostic {
    pub severity: &'static str,
    pub code: &'static str,
    pub message: String,
    pub location: AwsLocation,
}

/// AWS leaves the location out where there is no document to point into.
pub type AwsLocation = Option<String>;

/// The findings about a definition as AWS tells them, in its order: that a flow never ends comes last.
pub fn to_aws(definition: &Definition, findings: &[Finding]) -> Vec<AwsDiagnostic> {
    let last = |finding: &&Finding| finding.diagnostic.code == "no-end";
    let (ends, others): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(last);
    others.into_iter().chain(ends).map(|finding| finding.to_aws(definition)).collect()
}

impl Finding {
    /// `definition`: the one that it is about.
    pub fn to_aws(&self, definition: &Definition) -> AwsDiagnostic {
        let diagnostic = &self.diagnostic;
        let location = match &self.aws.place {
            Place::Same => Some(location(&definition.root, &diagnostic.pointer)),
            Place::Other(pointer) => Some(location(&definition.root, pointer)),
            Place::Nowhere => None,
        };
        AwsDiagnostic {
            severity: if diagnostic.severity == Severity::Error { "ERROR" } else { "WARNING" },
            code: self.aws.code,
            message: self.aws.message.clone().unwrap_or_else(|| sentence(&diagnostic.message)),
            location,
        }
    }
}

/// As AWS writes a place: elements in brackets, `/States/Choice/Choices[0]/Next`.
fn location(root: &Node, pointer: &Pointer) -> String {
    let mut text = String::new();
    let mut node = Some(root);
    for part in pointer.parts() {
        match node {
            Some(array) if array.is_array() => {
                text.push_str(&format!("[{part}]"));
                node = part.parse().ok().and_then(|index: usize| array.elements().get(index));
            }
            _ => {
                text.push('/');
                text.push_str(&part);
                node = node.and_then(|object| object.get(&part));
            }
        }
    }
    if text.is_empty() { "/".to_owned() } else { text }
}

/// What an InvalidDefinition error quotes of these findings: `CODE: message at /location`, and so for each error. None
/// without errors.
pub fn invalid_definition(definition: &Definition, findings: &[Finding]) -> Option<String> {
    let told = to_aws(definition, findings).into_iter().filter(|told| told.severity == "ERROR");
    let errors: Vec<String> = told
        // Where there is no place, AWS writes that, too.
        .map(|told| format!("{}: {} at {}", told.code, told.message, told.location.as_deref().unwrap_or("null")))
        .collect();
    (!errors.is_empty()).then(|| errors.join(", "))
}

fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
