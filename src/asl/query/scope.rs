//! What the queries of one state can see at one moment.

use super::QueryError;
use super::path::{Path, Root};
use crate::base::{Key, Object, Text, Time, Value};
use std::cell::{Cell, OnceCell};
use std::rc::Rc;

/// The variables of a flow (States Language, "Workflow variables"). Flows inside of a Parallel or Map state see those
/// of the outer flow and have their own besides.
#[derive(Clone, Debug, Default)]
pub struct Variables(Option<Rc<Frame>>);

#[derive(Clone, Debug)]
struct Frame {
    own: Object,
    outer: Variables,
}

impl Variables {
    pub fn get(&self, name: &str) -> Option<&Value> {
        let mut variables = self;
        while let Variables(Some(frame)) = variables {
            if let Some(value) = frame.own.get(name) {
                return Some(value);
            }
            variables = &frame.outer;
        }
        None
    }

    /// A new scope inside of this one.
    #[must_use]
    pub fn inner(&self) -> Variables {
        match self {
            Variables(None) => Variables(None),
            Variables(Some(_)) => Variables(Some(Rc::new(Frame { own: Object::new(), outer: self.clone() }))),
        }
    }

    pub fn set(&mut self, name: Text, value: Value) {
        let frame = self.0.get_or_insert_with(|| Rc::new(Frame { own: Object::new(), outer: Variables(None) }));
        Rc::make_mut(frame).own.insert(name, value);
    }

    /// Those of this scope and of the ones around it; one that is hidden by another is among them.
    pub fn all(&self) -> impl Iterator<Item = (&Text, &Value)> {
        let frames = std::iter::successors(self.0.as_ref(), |frame| frame.outer.0.as_ref());
        frames.flat_map(|frame| frame.own.iter())
    }

    /// How many [`Variables::all`] are.
    pub fn count(&self) -> usize {
        let frames = std::iter::successors(self.0.as_ref(), |frame| frame.outer.0.as_ref());
        frames.map(|frame| frame.own.len()).sum()
    }

    /// Those of the innermost scope.
    pub fn own(&self) -> impl Iterator<Item = (&Text, &Value)> {
        self.0.iter().flat_map(|frame| frame.own.iter())
    }
}

/// Everything a query may ask for.
pub struct Scope<'a> {
    /// `$` in JSONPath: the effective input at this point; `$states.input` in JSONata: the input of the state.
    pub input: &'a Value,
    /// `$states.result`.
    pub result: Option<&'a Value>,
    /// `$states.errorOutput`.
    pub error_output: Option<&'a Value>,
    /// `$$`, `$states.context`: built when first asked for.
    pub context: &'a dyn Fn() -> Value,
    pub variables: &'a Variables,
    pub now: Time,
    /// What random draws of these queries are keyed by.
    pub key: Key,
    made: OnceCell<Value>,
    draws: Cell<u64>,
}

impl<'a> Scope<'a> {
    pub fn new(
        input: &'a Value,
        context: &'a dyn Fn() -> Value,
        variables: &'a Variables,
        now: Time,
        key: Key,
    ) -> Scope<'a> {
        let (made, draws) = (OnceCell::new(), Cell::new(0));
        Scope { input, result: None, error_output: None, context, variables, now, key, made, draws }
    }

    pub fn context(&self) -> &Value {
        self.made.get_or_init(self.context)
    }

    /// The next of this scope's random numbers.
    pub fn entropy(&self) -> u64 {
        let n = self.draws.get();
        self.draws.set(n + 1);
        self.key.with(n).bits()
    }

    /// What a path says: its value, or for an indefinite path all values.
    ///
    /// # Errors
    /// [`QueryError::Path`] where a definite path finds nothing, [`QueryError::NullInput`] where there is no input to
    /// look into.
    pub fn read(&self, path: &Path) -> Result<Value, QueryError> {
        let root = match path.root() {
            Root::Input if self.input.is_null() => return Err(QueryError::NullInput),
            Root::Input => self.input,
            Root::Context => self.context(),
            Root::Variable(name) => match self.variables.get(name) {
                Some(value) => value,
                None => return Err(QueryError::path(path, path.missing_root())),
            },
        };
        path.select(root).map_err(|error| QueryError::path(path, error))
    }
}
