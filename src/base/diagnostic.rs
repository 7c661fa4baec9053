//! Findings about an author's text.

use super::Span;
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Error,
    Warning,
}

/// A finding about a text: collected, never thrown. The text is still the author's; this says what to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    /// A stable name of the rule, such as `unknown-state`.
    pub code: &'static str,
    /// The place in the document's structure, as an RFC 6901 pointer.
    pub pointer: Pointer,
    /// The place in the text.
    pub span: Span,
    /// What is wrong: lower case, no full stop, the author's words in backticks.
    pub message: String,
    /// How to mend it, where there is more to say than the message does.
    pub help: Option<String>,
}

impl Diagnostic {
    pub fn error(code: &'static str, pointer: Pointer, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Error, code, pointer, span, message: message.into(), help: None }
    }

    pub fn warning(code: &'static str, pointer: Pointer, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, pointer, span, message) }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// An RFC 6901 JSON pointer: `/States/Charge/Next`; the empty string is the whole document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pointer(String);

impl Pointer {
    pub const fn root() -> Pointer {
        Pointer(String::new())
    }

    /// The pointer to a member of the object that this one points to.
    #[must_use]
    pub fn key(&self, key: &str) -> Pointer {
        let mut text = self.0.clone();
        text.push('/');
        for c in key.chars() {
            match c {
                '~' => text.push_str("~0"),
                '/' => text.push_str("~1"),
                c => text.push(c),
            }
        }
        Pointer(text)
    }

    /// The pointer to an element of the array that this one points to.
    #[must_use]
    pub fn index(&self, index: usize) -> Pointer {
        Pointer(format!("{}/{index}", self.0))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The unescaped parts from the root down.
    pub fn parts(&self) -> impl Iterator<Item = String> + '_ {
        self.0.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~"))
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Pointer {
    fn from(text: &str) -> Pointer {
        Pointer(text.to_owned())
    }
}
