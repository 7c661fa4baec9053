//! What is wrong with a definition, and how to mend it.
//!
//! Every problem is told once, where it is. A definition without errors compiles; one with errors still has an outline
//! and a picture. [`aws`](Finding::to_aws) tells a finding as ValidateStateMachineDefinition would.
//!
//! ```
//! use weir::asl::{Definition, check::{Profile, check}};
//! let definition = Definition::parse(r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Nxet": "B", "End": true}}}"#);
//! let findings = check(&definition, &Profile::default());
//! assert_eq!(findings[0].diagnostic.code, "unknown-field");
//! assert_eq!(findings[0].diagnostic.help.as_deref(), Some("did you mean `Next`?"));
//! ```

mod aws;
mod choice;
mod dataflow;
mod flow;
mod map;
mod object;
mod queries;
mod recovery;
pub mod resources;
mod state;
#[cfg(test)]
mod tests;
mod variables;

pub use aws::{AwsDiagnostic, AwsLocation, invalid_definition, to_aws};
pub use recovery::ERRORS;

use super::model::{Definition, MachineId};
use crate::base::sort::sort_by_key;
use crate::base::{Diagnostic, Pointer, Severity, Span};
use std::cell::Cell;

/// Whose rules hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    pub resources: Resources,
    /// Whether `${…}` may stand for any text, as in files that CloudFormation or SAM fills in.
    pub substitutions: bool,
    /// Whether the definition is for an Express workflow.
    pub express: bool,
    /// Whether paths that lead to what no state before can have made are told. AWS does not.
    pub data_flow: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resources {
    /// What AWS can call.
    Aws,
    /// Any URI, as the States Language says.
    Spec,
}

impl Default for Profile {
    fn default() -> Profile {
        Profile { resources: Resources::Aws, substitutions: true, express: false, data_flow: true }
    }
}

/// A diagnostic, and how AWS tells the same.
#[derive(Clone, Debug)]
pub struct Finding {
    pub diagnostic: Diagnostic,
    aws: aws::Told,
}

/// The longest definition that AWS takes, in bytes.
pub const MAX_LENGTH: usize = 1_048_576;
/// Definitions nest at most this deep: some forty Parallel or Map states inside of each other.
pub const MAX_DEPTH: usize = 250;
/// No more is told of one definition: whoever has mended these will ask again.
const MAX_FINDINGS: usize = 1000;

/// Finds everything that is wrong with a definition, in the order of the text; errors before warnings at one place.
pub fn check(definition: &Definition, profile: &Profile) -> Vec<Finding> {
    let mut checker = Checker {
        definition,
        profile,
        findings: Vec::new(),
        machine: None,
        sees: Sees::Nothing,
        reads: Vec::new(),
        known: Cell::new(None),
    };
    checker.syntax();
    if checker.findings.is_empty() && !definition.root.is_object() {
        let at = checker.root();
        at.error(&mut checker, "not-an-object", "a definition is a JSON object")
            .aws("SCHEMA_VALIDATION_FAILED", "Definition must be a valid JSON object")
            .aws_nowhere();
    }
    // Of one that is too large this is all that is told: whoever waits is to have an answer.
    let is_too_large = definition.text.len() > MAX_LENGTH;
    if definition.root.is_object() && !is_too_large && !checker.is_too_deep() {
        checker.machines();
        checker.flows();
        checker.variables();
        if profile.data_flow {
            checker.data_flow();
        }
    }
    let mut findings = checker.findings;
    sort_by_key(&mut findings, |finding| (finding.diagnostic.span.start, finding.diagnostic.severity));
    findings
}

/// Whether a definition has no errors.
pub fn is_valid(definition: &Definition, profile: &Profile) -> bool {
    check(definition, profile).iter().all(|finding| !finding.diagnostic.is_error())
}

struct Checker<'d> {
    definition: &'d Definition,
    profile: &'d Profile,
    findings: Vec<Finding>,
    /// Whose states are looked at.
    machine: Option<MachineId>,
    /// What the expressions of the field at hand see.
    sees: Sees,
    /// Every variable that a query reads.
    reads: Vec<variables::Read>,
    /// A place inside of a string that was looked for: how far it is into it, and its offset in the text.
    known: Cell<Option<(Span, (usize, u32))>>,
}

/// What `$states` holds besides the input and the context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sees {
    Nothing,
    Result,
    Error,
}

/// A finding that may still be added to.
struct Adding<'c>(&'c mut Finding);

impl Adding<'_> {
    fn help(self, help: impl Into<String>) -> Self {
        self.0.diagnostic.help = Some(help.into());
        self
    }

    /// AWS's code and text for it.
    fn aws(self, code: &'static str, message: impl Into<String>) -> Self {
        self.0.aws.code = code;
        self.0.aws.message = Some(message.into());
        self
    }

    /// AWS's code, where its text is not known.
    fn aws_code(self, code: &'static str) -> Self {
        self.0.aws.code = code;
        self
    }

    /// Where AWS says it is, if that is another place.
    fn aws_at(self, pointer: &Pointer) -> Self {
        self.0.aws.place = aws::Place::Other(pointer.clone());
        self
    }

    /// AWS names no place.
    fn aws_nowhere(self) -> Self {
        self.0.aws.place = aws::Place::Nowhere;
        self
    }
}

impl<'d> Checker<'d> {
    fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        pointer: &Pointer,
        span: Span,
        message: impl Into<String>,
    ) -> Adding<'_> {
        let span = self.visible(span);
        let diagnostic = Diagnostic { severity, ..Diagnostic::error(code, pointer.clone(), span, message) };
        self.findings.push(Finding { diagnostic, aws: aws::Told::default() });
        let last = self.findings.len() - 1;
        #[expect(clippy::indexing_slicing, reason = "it was pushed the line before")]
        Adding(&mut self.findings[last])
    }

    /// A place to underline: of whole characters, even where nothing stands.
    fn visible(&self, span: Span) -> Span {
        let text = &self.definition.text;
        let whole = |at: &usize| text.is_char_boundary(*at);
        let mut start = (0..=(span.start as usize).min(text.len())).rev().find(whole).unwrap_or(0);
        let mut end = ((span.end as usize).max(start)..=text.len()).find(whole).unwrap_or(text.len());
        if start == end {
            let before = || text.get(..start).and_then(|text| text.chars().next_back());
            match text.get(start..).and_then(|text| text.chars().next()) {
                Some(c) => end += c.len_utf8(),
                None => start -= before().map_or(0, char::len_utf8),
            }
        }
        Span::new(start as u32, end as u32)
    }

    fn syntax(&mut self) {
        let root = Pointer::root();
        for error in &self.definition.syntax {
            let empty = self.definition.text.trim().is_empty();
            let message = if empty { "the definition is empty".to_owned() } else { error.message.clone() };
            let adding = self.add(Severity::Error, "syntax", &root, error.span, message).aws_nowhere();
            let adding = match error.help {
                Some(help) => adding.help(help),
                None => adding,
            };
            if empty {
                adding.aws("SCHEMA_VALIDATION_FAILED", "Definition must be a valid JSON object");
            } else {
                adding.aws_code("INVALID_JSON_DESCRIPTION");
            }
        }
        if self.definition.text.len() > MAX_LENGTH {
            self.add(
                Severity::Error,
                "too-large",
                &root,
                Span::at(0),
                format!("the definition has {} bytes", self.definition.text.len()),
            )
            .help(format!("AWS takes definitions up to {MAX_LENGTH} bytes"))
            .aws_nowhere();
        }
    }

    /// Whether enough is told.
    fn is_full(&self) -> bool {
        self.findings.len() >= MAX_FINDINGS
    }

    /// Tells a definition that nests so deep that walking it could exhaust the stack.
    fn is_too_deep(&mut self) -> bool {
        let mut open = vec![(&self.definition.root, 1)];
        while let Some((node, depth)) = open.pop() {
            if depth > MAX_DEPTH {
                let span = Span::at(node.span.start);
                let message = format!("this is nested more than {MAX_DEPTH} levels deep");
                self.add(Severity::Error, "too-deep", &Pointer::root(), span, message)
                    .help("move inner workflows into state machines of their own")
                    .aws_code("TOO_DEEPLY_NESTED");
                return true;
            }
            open.extend(node.elements().iter().map(|element| (element, depth + 1)));
            open.extend(node.members().iter().map(|member| (&member.value, depth + 1)));
        }
        false
    }

    fn root(&self) -> object::At<'d> {
        object::At::new(&self.definition.root, Pointer::root())
    }
}
