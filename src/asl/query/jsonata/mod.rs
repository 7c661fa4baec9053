//! JSONata 2.0.6, as Step Functions evaluates it.
//!
//! An expression is compiled once, to terms with numbers and variables with places, and evaluated with a budget: what a
//! hostile expression could use up (steps, nesting, elements, bytes) ends with an error. It reads no clock and draws no
//! lots: an [`Environment`] gives it the present, random numbers and variables. Not here: `{% … %}`, `$states` and AWS's
//! sentences around errors, which are [`Expression`](super::Expression)'s.
//!
//! Codes, messages and positions of errors are those of the npm package `jsonata` 2.0.6. Named differences: characters
//! beyond U+FFFF are one character to a regular expression, lone surrogates cannot be held, look-around in regular
//! expressions and endless recursion end with an error of the budget.
//!
//! ```
//! use weir::asl::query::jsonata::{Dialect, Fixed, Jsonata};
//! use weir::base::Value;
//! let jsonata = Jsonata::compile("$sum(order.(price * count))", Dialect::Reference).unwrap();
//! let input = Value::parse(r#"{"order": [{"price": 2, "count": 3}, {"price": 5, "count": 1}]}"#).unwrap();
//! let answer = jsonata.evaluate(Some(&input), &mut Fixed::default()).unwrap();
//! assert_eq!(answer.value(), Some(&Value::from(11_i64)));
//! let error = jsonata.evaluate(Some(&Value::parse(r#"{"order": {"price": "2"}}"#).unwrap()), &mut Fixed::default());
//! assert_eq!(error.unwrap_err().code, "T2001");
//! ```

mod analysis;
mod budget;
mod compile;
mod error;
mod function;
mod functions;
mod json;
mod lexer;
mod machine;
mod number;
mod parser;
mod program;
mod regex;
mod shape;
mod signature;
mod syntax;
mod value;

pub use analysis::{ContextReference, FreeVariable, StatesReference, Uses};
pub use budget::Limits;
pub use error::{Error, INTERNAL, MEMORY, TIMEOUT};

use crate::base::{Key, Span, Time, Value};
use analysis::Analysis;
use machine::Machine;
use program::Program;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Which functions there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Those of jsonata-js, `$eval` included.
    Reference,
    /// Those of Step Functions: without `$eval`, with `$partition`, `$range`, `$hash`, `$uuid`, `$parse`, and a `$random`
    /// that takes a seed.
    Aws,
}

/// What an evaluation can ask for besides its input.
pub trait Environment {
    fn limits(&self) -> Limits;

    /// The value of a variable, by its name without `$`.
    fn variable(&mut self, name: &str) -> Option<Value>;

    /// A member of `$states`.
    fn states(&mut self, member: &str) -> Option<Value>;

    /// The present; asked for once in an evaluation.
    fn now(&mut self) -> Time;

    /// Random bits.
    fn random(&mut self) -> u64;

    /// Hears how many steps the evaluation took.
    fn spent(&mut self, _steps: u64) {}
}

/// An environment of given variables, the present at `now`, and random numbers that are the same each time.
#[derive(Clone, Debug)]
pub struct Fixed {
    pub limits: Limits,
    pub variables: BTreeMap<String, Value>,
    pub now: Time,
    pub draws: u64,
}

impl Default for Fixed {
    fn default() -> Fixed {
        Fixed { limits: Limits::REFERENCE, variables: BTreeMap::new(), now: Time::ZERO, draws: 0 }
    }
}

impl Environment for Fixed {
    fn limits(&self) -> Limits {
        self.limits
    }

    fn variable(&mut self, name: &str) -> Option<Value> {
        self.variables.get(name).cloned()
    }

    fn states(&mut self, member: &str) -> Option<Value> {
        self.variables.get("states")?.get(member).cloned()
    }

    fn now(&mut self) -> Time {
        self.now
    }

    fn random(&mut self) -> u64 {
        self.draws += 1;
        Key::new(self.draws).bits()
    }
}

/// What an expression gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Value(Value),
    /// Nothing, as of a path that leads nowhere.
    Undefined,
    /// It is a function, or holds one.
    Function,
}

impl Answer {
    pub fn value(&self) -> Option<&Value> {
        match self {
            Answer::Value(value) => Some(value),
            _ => None,
        }
    }
}

/// An expression that can be evaluated.
#[derive(Debug)]
pub struct Jsonata {
    program: Rc<Program>,
    analysis: Analysis,
    dialect: Dialect,
    length: u32,
}

impl Jsonata {
    /// # Errors
    /// The first mistake, with its place.
    pub fn compile(source: &str, dialect: Dialect) -> Result<Jsonata, Error> {
        let whole = Span::new(0, u32::try_from(source.len()).unwrap_or(u32::MAX));
        match compile::compile(source, dialect) {
            Ok((program, analysis)) => Ok(Jsonata { program: Rc::new(program), analysis, dialect, length: whole.end }),
            Err(raised) => Err(raised.into_error(whole)),
        }
    }

    /// # Errors
    /// What went wrong, and in which part of the expression.
    pub fn evaluate(&self, input: Option<&Value>, environment: &mut dyn Environment) -> Result<Answer, Error> {
        let mut machine = Machine::new(Rc::clone(&self.program), self.dialect, environment);
        let answer = machine.run(input).and_then(|val| {
            if val.is_undefined() {
                return Ok(Answer::Undefined);
            }
            Ok(json::convert(val, &mut machine.budget)?.map_or(Answer::Function, Answer::Value))
        });
        machine.settle();
        answer.map_err(|raised| raised.into_error(Span::new(0, self.length)))
    }

    pub fn uses(&self) -> Uses {
        self.analysis.uses
    }

    /// Variables that it does not bind itself; functions of the language are not among them, nor is `$states`.
    pub fn free_variables(&self) -> impl Iterator<Item = &FreeVariable> {
        let is_known = |name: &str| name == "states" || functions::find(name, self.dialect).is_some();
        self.analysis.free.iter().filter(move |free| !is_known(&free.name))
    }

    pub fn states(&self) -> &[StatesReference] {
        &self.analysis.states
    }

    /// Where it reads the context that it is evaluated in, which Step Functions refuses.
    pub fn context(&self) -> &[ContextReference] {
        &self.analysis.context
    }
}

/// The names of all functions of a dialect, without `$`.
pub fn functions(dialect: Dialect) -> impl Iterator<Item = &'static str> {
    functions::names(dialect)
}
