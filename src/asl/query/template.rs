//! Payload templates: JSON with queries in it.
//!
//! In JSONPath a member whose key ends in `.$` holds a path or an intrinsic function and gives up the suffix
//! (States Language, "Payload Template"). In JSONata every string within `{% %}`, at any depth, is an expression.

use super::intrinsic::Call;
use super::path::{Path, Root};
use super::{Expression, QueryError, Scope};
use crate::base::value::MAX_DEPTH;
use crate::base::{Array, Object, Text, Value};

#[derive(Debug)]
pub enum Template {
    /// No query inside.
    Constant(Value),
    Array(Vec<Template>),
    /// Keys without their `.$`.
    Object(Vec<(Text, Template)>),
    /// A path, and the key that it stands at, as AWS's messages name it.
    Path {
        path: Path,
        field: Text,
    },
    Intrinsic {
        call: Call,
        field: Text,
    },
    Jsonata(Expression),
}

impl Template {
    /// The value with every query replaced by its result.
    ///
    /// # Errors
    /// That of the first query, in the order of the text, that gives none.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, QueryError> {
        match self {
            Template::Constant(value) => Ok(value.clone()),
            Template::Path { path, field } => scope.read(path).or_else(|error| in_field(error, path, field, scope)),
            Template::Intrinsic { call, .. } => call
                .evaluate(&mut |path| scope.read(path).map_err(|error| in_call(error, path, call, scope)), &mut || {
                    scope.entropy()
                }),
            Template::Jsonata(expression) => expression.evaluate(scope),
            Template::Array(items) => {
                let mut array = Array::with_capacity(items.len());
                for item in items {
                    array.push(item.evaluate(scope)?);
                }
                shallow(array.into())
            }
            Template::Object(members) => {
                let mut object = Object::with_capacity(members.len());
                for (key, member) in members {
                    object.insert(key.clone(), member.evaluate(scope)?);
                }
                shallow(object.into())
            }
        }
    }

    /// Shows every part, outer before inner.
    pub fn visit(&self, see: &mut dyn FnMut(&Template)) {
        see(self);
        match self {
            Template::Array(items) => items.iter().for_each(|item| item.visit(see)),
            Template::Object(members) => members.iter().for_each(|(_, member)| member.visit(see)),
            _ => {}
        }
    }

    /// An array of these, or a constant if all are.
    pub fn array(items: Vec<Template>) -> Template {
        let constant = |item: &Template| if let Template::Constant(value) = item { Some(value.clone()) } else { None };
        match items.iter().map(constant).collect::<Option<Vec<_>>>() {
            Some(values) => Template::Constant(values.into()),
            None => Template::Array(items),
        }
    }

    /// An object of these, or a constant if all are.
    pub fn object(members: Vec<(Text, Template)>) -> Template {
        let constant = |(key, member): &(Text, Template)| match member {
            Template::Constant(value) => Some((key.clone(), value.clone())),
            _ => None,
        };
        match members.iter().map(constant).collect::<Option<Object>>() {
            Some(object) => Template::Constant(object.into()),
            None => Template::Object(members),
        }
    }
}

/// What a payload template makes of a path that gives nothing: AWS takes an element that an array does not have for
/// null, and reports all else that is missing with the field it is for.
fn in_field(error: QueryError, path: &Path, field: &Text, scope: &Scope<'_>) -> Result<Value, QueryError> {
    match &error {
        QueryError::Path { error, .. } if error.is_out_of_range() => Ok(Value::Null),
        QueryError::Path { error, .. } if error.is_missing() => {
            let input = if *path.root() == Root::Context { scope.context() } else { scope.input };
            Err(QueryError::Field { text: path.text().clone(), field: field.clone(), input: input.clone() })
        }
        _ => Err(error),
    }
}

/// The same within a call, where nothing missing is forgiven. AWS names a path into the context object as if it were
/// one into the input.
fn in_call(error: QueryError, path: &Path, call: &Call, scope: &Scope<'_>) -> QueryError {
    let QueryError::Path { error, .. } = error else { return error };
    let reason = if error.is_missing() {
        let text = path.text();
        let text = if *path.root() == Root::Context { text.get(1..).unwrap_or("") } else { text };
        let input = scope.input.to_json();
        format!("The JsonPath argument for the field '{text}' could not be found in the input '{input}'")
    } else {
        error.to_string()
    };
    QueryError::Intrinsic { text: call.text().clone(), reason }
}

fn shallow(value: Value) -> Result<Value, QueryError> {
    if value.depth() > MAX_DEPTH { Err(QueryError::TooDeep) } else { Ok(value) }
}
