//! Findings in AWS's words, as ValidateStateMachineDefinition and InvalidDefinition errors tell them.

use super::Finding;
use crate::base::{Pointer, Severity};

/// What AWS says of a finding, as far as it is known.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub code: &'static str,
    /// Its text; ours stands in where nobody recorded it.
    pub message: Option<String>,
    /// Where it says so; the place of the finding if none is set.
    pub location: Option<Pointer>,
}

impl Default for Told {
    fn default() -> Told {
        Told { code: "SCHEMA_VALIDATION_FAILED", message: None, location: None }
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

impl Finding {
    pub fn to_aws(&self) -> AwsDiagnostic {
        let diagnostic = &self.diagnostic;
        let pointer = self.aws.location.as_ref().unwrap_or(&diagnostic.pointer);
        let nowhere = matches!(diagnostic.code, "syntax" | "not-an-object" | "too-large");
        let location = if pointer.is_root() { "/".to_owned() } else { pointer.to_string() };
        AwsDiagnostic {
            severity: if diagnostic.severity == Severity::Error { "ERROR" } else { "WARNING" },
            code: self.aws.code,
            message: self.aws.message.clone().unwrap_or_else(|| sentence(&diagnostic.message)),
            location: (!nowhere).then_some(location),
        }
    }
}

/// What an InvalidDefinition error quotes of these findings: `CODE: message at /location`, and so for each error. None
/// without errors.
pub fn invalid_definition(findings: &[Finding]) -> Option<String> {
    let errors: Vec<String> = findings
        .iter()
        .filter(|finding| finding.diagnostic.is_error())
        .map(|finding| {
            let told = finding.to_aws();
            match told.location {
                Some(location) => format!("{}: {} at {location}", told.code, told.message),
                None => format!("{}: {}", told.code, told.message),
            }
        })
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
