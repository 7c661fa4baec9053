//! A JSONata expression where a state uses it: `$states`, variables, and AWS's texts around its errors.

use super::jsonata::{Answer, Dialect, Environment, Error, FreeVariable, Jsonata, Limits, StatesReference, Uses};
use super::{NumberRange, QueryError, Scope, Unexpected};
use crate::base::{Text, Time, Value};

#[derive(Debug)]
pub struct Expression {
    /// What stands between `{%` and `%}`.
    text: Text,
    /// The field that holds it, as AWS names it: `Output/total`.
    field: Text,
    jsonata: Jsonata,
}

impl Expression {
    /// What stands between `{%` and `%}`, if a string is an expression.
    pub fn source(text: &str) -> Option<&str> {
        text.strip_prefix("{%")?.strip_suffix("%}").map(str::trim)
    }

    /// # Errors
    /// The first mistake; its place is one of `source`.
    pub fn compile(source: &str, field: &str) -> Result<Expression, Error> {
        Ok(Expression { text: source.into(), field: field.into(), jsonata: Jsonata::compile(source, Dialect::Aws)? })
    }

    pub fn uses(&self) -> Uses {
        self.jsonata.uses()
    }

    pub fn jsonata(&self) -> &Jsonata {
        &self.jsonata
    }

    /// The variables that it reads.
    pub fn variables(&self) -> impl Iterator<Item = &FreeVariable> {
        self.jsonata.free_variables()
    }

    /// The reads of the context object, each by the names of which it is certain.
    pub fn context_paths(&self) -> Vec<Vec<&str>> {
        let below = |reference: &'_ StatesReference| -> Option<usize> {
            match reference.path.first() {
                None => Some(0),
                Some(first) => (&**first == "context").then_some(1),
            }
        };
        let paths = self.jsonata.states().iter().filter_map(|reference| {
            let from = below(reference)?;
            Some(reference.path.iter().skip(from).map(|name| &**name).collect())
        });
        paths.collect()
    }

    /// # Errors
    /// [`QueryError::Jsonata`] where it gives nothing, or what is no JSON, or fails.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, QueryError> {
        match self.jsonata.evaluate(None, &mut Surroundings { scope }) {
            Ok(Answer::Value(value)) => Ok(value),
            Ok(Answer::Undefined) => Err(self.error(Unexpected::Undefined)),
            Ok(Answer::Function) => Err(self.error(Unexpected::Unsupported)),
            Err(error) => Err(self.error(Unexpected::Threw { tail: error.tail() })),
        }
    }

    /// # Errors
    /// As [`Expression::evaluate`], and where the value is of another type.
    pub fn expect(&self, scope: &Scope<'_>, expected: &'static str) -> Result<Value, QueryError> {
        let found = self.evaluate(scope)?;
        if found.type_name() == expected { Ok(found) } else { Err(self.error(Unexpected::Type { expected, found })) }
    }

    /// What a Map can iterate over: an array or an object.
    ///
    /// # Errors
    /// As [`Expression::expect`].
    pub fn expect_items(&self, scope: &Scope<'_>) -> Result<Value, QueryError> {
        let found = self.evaluate(scope)?;
        match found {
            Value::Array(_) | Value::Object(_) => Ok(found),
            found => Err(self.error(Unexpected::Type { expected: "array", found })),
        }
    }

    /// A number that must also be in a range.
    ///
    /// # Errors
    /// As [`Expression::expect`], and where the number is out of the range.
    pub fn expect_number(&self, scope: &Scope<'_>, range: NumberRange) -> Result<Value, QueryError> {
        let found = self.expect(scope, "number")?;
        if range.holds(&found) { Ok(found) } else { Err(self.error(Unexpected::Range { expected: range, found })) }
    }

    fn error(&self, problem: Unexpected) -> QueryError {
        QueryError::Jsonata { text: self.text.clone(), field: self.field.clone(), problem }
    }
}

/// What a state's expressions see.
struct Surroundings<'s, 'a> {
    scope: &'s Scope<'a>,
}

impl Environment for Surroundings<'_, '_> {
    fn limits(&self) -> Limits {
        Limits::AWS
    }

    fn variable(&mut self, name: &str) -> Option<Value> {
        if name != "states" {
            return self.scope.variables.get(name).cloned();
        }
        let members = ["input", "context", "result", "errorOutput"];
        Some(Value::object(members.into_iter().filter_map(|member| Some((member, self.states(member)?)))))
    }

    fn states(&mut self, member: &str) -> Option<Value> {
        match member {
            "input" => Some(self.scope.input.clone()),
            "context" => Some(self.scope.context().clone()),
            "result" => self.scope.result.cloned(),
            "errorOutput" => self.scope.error_output.cloned(),
            _ => None,
        }
    }

    fn now(&mut self) -> Time {
        self.scope.now
    }

    fn random(&mut self) -> u64 {
        self.scope.entropy()
    }
}
