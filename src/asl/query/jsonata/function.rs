//! Functions as values.

use super::functions::{self, Native};
use super::program::{LambdaId, SiteId};
use super::regex::Regex;
use super::value::Val;
use crate::base::Text;
use std::cell::Cell;
use std::rc::Rc;

/// One of the programs of an evaluation: the expression itself, the one of `~>`, those of `$eval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ProgramId(pub u32);

crate::id! {
    /// Variables that are bound, in an evaluation.
    pub(super) FrameId,
}

#[derive(Debug)]
pub(super) enum Function {
    Native(Native),
    Lambda(Lambda),
    /// A function that was passed as an argument. It has another identity, forgets its context, and is a function of
    /// JavaScript, which shows in a few places.
    Passed(Rc<Function>, Called),
    /// `/…/`: takes a text, gives what it finds first.
    Regex(Rc<Matcher>),
    /// Finds the next.
    Next(Rc<Matcher>, Text),
    Transform(Transform),
    /// A call in the last place of a function, not made yet: program, term of the call, and what it will see.
    Thunk(Thunk),
    /// A function of the language, with some arguments given.
    PartialNative(PartialNative),
}

#[derive(Debug)]
pub(super) struct Lambda {
    pub program: ProgramId,
    pub lambda: LambdaId,
    pub frame: FrameId,
    /// The context in which it was defined.
    pub input: Val,
    /// Arguments that are given already.
    pub partial: Option<Partial>,
    pub called: Called,
}

#[derive(Debug)]
pub(super) struct Partial {
    /// By the index of the parameter.
    pub given: Vec<(usize, Val)>,
    /// The parameters that are still open.
    pub open: Vec<usize>,
}

#[derive(Debug)]
pub(super) struct Transform {
    pub program: ProgramId,
    pub term: super::program::TermId,
    pub frame: FrameId,
    pub called: Called,
}

#[derive(Debug)]
pub(super) struct Thunk {
    pub program: ProgramId,
    pub term: super::program::TermId,
    pub frame: FrameId,
    pub input: Val,
}

#[derive(Debug)]
pub(super) struct PartialNative {
    pub function: Rc<Function>,
    /// Nothing is open.
    pub arguments: Vec<Option<Val>>,
    pub called: Called,
}

/// A regular expression and where it goes on, which all that it has found share.
#[derive(Debug)]
pub(super) struct Matcher {
    pub regex: Rc<Regex>,
    pub last: Cell<usize>,
    /// Of the literal, for messages.
    pub position: u32,
}

/// The calls of a function by name that were the last to give it a name and a place for messages.
#[derive(Debug, Default)]
pub(super) struct Called {
    pub token: Cell<Option<(ProgramId, SiteId)>>,
    pub position: Cell<Option<Position>>,
}

/// A place in messages, in UTF-16 units.
pub(super) type Position = u32;

impl Function {
    /// How many arguments it takes, which decides how many a higher-order function gives it. `parameters` counts those
    /// of a lambda.
    pub fn arity(&self, parameters: impl Fn(&Lambda) -> usize) -> usize {
        match self {
            Function::Native(native) => native.arity(),
            Function::Lambda(lambda) => match &lambda.partial {
                Some(partial) => partial.open.len(),
                None => parameters(lambda),
            },
            Function::Passed(inner, _) => inner.arity(parameters),
            Function::Regex(_) => 2,
            Function::Next(..) | Function::Thunk(_) => 0,
            Function::Transform(_) => 1,
            Function::PartialNative(partial) => partial.arguments.iter().filter(|argument| argument.is_none()).count(),
        }
    }

    /// Whether jsonata-js has an object for it, which is true in a condition; else it is a function of JavaScript.
    pub fn is_object(&self) -> bool {
        !matches!(self, Function::Passed(..) | Function::Regex(_) | Function::Next(..))
    }

    /// How deep the values nest that it holds.
    pub fn depth(&self) -> u32 {
        let inner = match self {
            Function::Lambda(lambda) => {
                let given = lambda.partial.iter().flat_map(|partial| &partial.given);
                given.map(|(_, val)| val.depth()).max().unwrap_or(0).max(lambda.input.depth())
            }
            Function::Passed(inner, _) => inner.depth(),
            Function::Thunk(thunk) => thunk.input.depth(),
            Function::PartialNative(partial) => {
                let given = partial.arguments.iter().flatten().map(Val::depth).max().unwrap_or(0);
                given.max(partial.function.depth())
            }
            _ => 0,
        };
        inner + 1
    }

    pub fn is_same(a: &Rc<Function>, b: &Rc<Function>) -> bool {
        match (&**a, &**b) {
            (Function::Native(a), Function::Native(b)) => a == b,
            _ => Rc::ptr_eq(a, b),
        }
    }
}

impl Native {
    pub fn name(self) -> &'static str {
        functions::spec(self).name
    }

    pub fn arity(self) -> usize {
        functions::spec(self).arity
    }
}
