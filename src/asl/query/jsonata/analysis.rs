//! What an expression reads, as far as its text tells.

use super::functions::Native;
use super::value::Val;
use crate::base::{Span, Text};

/// A variable that the expression does not bind itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeVariable {
    /// Without its `$`.
    pub name: Text,
    /// Where it stands, in bytes of the expression.
    pub spans: Vec<Span>,
}

/// A place where `$states` is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatesReference {
    /// The names behind it that are read for certain: `["context", "Execution", "Name"]`. Empty where all of it may be.
    pub path: Vec<Text>,
    /// The text from `$states` to the last of these names, in bytes of the expression.
    pub span: Span,
}

/// A place where an expression reads the context it is evaluated in, of which Step Functions has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextReference {
    /// `$`, `$$`, or the name of a field.
    pub name: Text,
    pub span: Span,
}

impl ContextReference {
    /// How AWS refuses it in a definition, as `UNSUPPORTED_JSONATA_EXPRESSION`.
    pub fn message(&self) -> String {
        match &*self.name {
            "$$" => "Reference to '$$' is not supported.".to_owned(),
            name => format!("Reference to '{name}' at the top level is not supported."),
        }
    }
}

/// What makes an expression more than a function of the values it reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// `$now`, `$millis`, or `$toMillis` with a picture that has no year.
    pub clock: bool,
    /// `$random` without a seed, `$uuid`, `$shuffle`.
    pub entropy: bool,
}

#[derive(Debug, Default)]
pub(super) struct Analysis {
    pub free: Vec<FreeVariable>,
    pub states: Vec<StatesReference>,
    pub context: Vec<ContextReference>,
    pub uses: Uses,
}

impl Uses {
    /// The function is passed on as a value, or gets arguments that are not known.
    pub(super) fn see_value(&mut self, native: Native) {
        match native.name() {
            "now" | "millis" | "toMillis" => self.clock = true,
            "random" | "uuid" | "shuffle" => self.entropy = true,
            _ => {}
        }
    }

    /// The function is called, with arguments that are literals or not known.
    pub(super) fn see_call(&mut self, native: Native, arguments: &[Option<&Val>]) {
        match (native.name(), arguments) {
            // The rest of an instant is taken from the present where the picture has no year.
            ("toMillis", [] | [_]) => {}
            ("toMillis", [_, Some(picture), ..]) if picture.as_str().is_some_and(|text| text.contains("[Y")) => {}
            ("random", [Some(seed), ..]) if seed.as_f64().is_some() => {}
            _ => self.see_value(native),
        }
    }
}
