//! Intrinsic functions: `States.Format('order {}', $.id)` (States Language, "Intrinsic Functions").
//!
//! A [`Call`] is parsed once, with every mistake that no input can mend: an unknown function, a wrong number of
//! arguments, a literal of the wrong type. (AWS finds the latter two only when a state runs.) It asks its caller what
//! its paths say and for random bits, and knows nothing else.
//!
//! ```
//! use weir::asl::query::intrinsic::{Call, Failure};
//! use weir::base::Value;
//! let input = Value::parse(r#"{"name": "Ada", "ids": [3, 4]}"#).unwrap();
//! let call = Call::parse("States.Format('{} has {}', $.name, States.ArrayLength($.ids))").unwrap();
//! let said = call.evaluate::<Failure>(&mut |path| Ok(path.select(&input).unwrap()), &mut || 0).unwrap();
//! assert_eq!(said.as_str(), Some("Ada has 2"));
//! ```

mod base64;
mod evaluate;
mod format;
mod function;
mod hash;
mod random;
mod syntax;
#[cfg(test)]
mod tests;

pub use super::path::SyntaxError;
pub use function::Function;
pub use hash::hash;

use super::path::Path;
use crate::base::{Text, Value};
use format::Pattern;

/// A call of an intrinsic function, with all calls that are its arguments.
#[derive(Clone, Debug)]
pub struct Call {
    text: Text,
    node: Node,
}

#[derive(Clone, Debug)]
struct Node {
    function: Function,
    arguments: Vec<Argument>,
    /// What is formatted, where it is written out in the call.
    pattern: Option<Pattern>,
}

#[derive(Clone, Debug)]
enum Argument {
    Literal(Value),
    Path(Box<Path>),
    Call(Node),
}

/// Why a call gives nothing, in AWS's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The whole call as written, whichever function in it failed.
    pub call: Text,
    /// `Invalid arguments in States.MathAdd`
    pub reason: String,
}

impl Call {
    /// Reads a call.
    ///
    /// # Errors
    /// The first place where it is none, or can never give a value, with a span within `text`.
    pub fn parse(text: &str) -> Result<Call, SyntaxError> {
        Ok(Call { text: text.into(), node: syntax::parse(text)? })
    }

    /// As its author wrote it.
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// Whether its value is a matter of chance: `States.UUID`, and `States.MathRandom` without a seed.
    pub fn uses_entropy(&self) -> bool {
        self.node.uses_entropy()
    }

    /// Shows every path in it.
    pub fn paths(&self, see: &mut dyn FnMut(&Path)) {
        self.node.paths(see);
    }

    /// Its value. `resolve` says what a path says, `entropy` gives 64 random bits at each call.
    ///
    /// # Errors
    /// That of the first path that gives nothing, or a [`Failure`].
    pub fn evaluate<E: From<Failure>>(
        &self,
        resolve: &mut dyn FnMut(&Path) -> Result<Value, E>,
        entropy: &mut dyn FnMut() -> u64,
    ) -> Result<Value, E> {
        self.node.evaluate(&self.text, resolve, entropy)
    }
}

impl Node {
    fn uses_entropy(&self) -> bool {
        let drawn = match self.function {
            Function::Uuid => true,
            Function::MathRandom => self.arguments.len() < 3,
            _ => false,
        };
        drawn || self.arguments.iter().any(|argument| matches!(argument, Argument::Call(node) if node.uses_entropy()))
    }

    fn paths(&self, see: &mut dyn FnMut(&Path)) {
        for argument in &self.arguments {
            match argument {
                Argument::Literal(_) => {}
                Argument::Path(path) => see(path),
                Argument::Call(node) => node.paths(see),
            }
        }
    }
}
