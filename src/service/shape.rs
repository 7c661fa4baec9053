//! Shapes of requests and responses: from a [`Value`] to a typed request, with AWS's messages for what violates the
//! model, and from a typed response back.
//!
//! The shapes are data: the same tables tell the AWS CLI commands which options an operation has.

use super::ServiceError;
use crate::base::{Number, Object, Text, Time, Value};
use std::fmt::Write;

/// What a member of a request may be.
#[derive(Debug)]
pub enum Shape {
    Text(TextShape),
    Integer { min: i64, max: i64 },
    Float { min: f64, max: f64 },
    Boolean,
    List { of: &'static Shape, min: usize, max: usize },
    Structure(&'static Structure),
}

#[derive(Debug)]
pub struct TextShape {
    /// Of characters, or of bytes where `bytes` says so.
    pub min: usize,
    pub max: usize,
    pub bytes: bool,
    pub pattern: Option<Pattern>,
    /// The words that it must be one of; any text where there are none.
    pub words: &'static [&'static str],
    /// Never shown in messages.
    pub sensitive: bool,
}

/// A regular expression of the model, and the same as a function.
#[derive(Debug)]
pub struct Pattern {
    pub text: &'static str,
    pub holds: fn(&str) -> bool,
}

#[derive(Debug)]
pub struct Structure {
    pub name: &'static str,
    pub members: &'static [Member],
}

#[derive(Debug)]
pub struct Member {
    pub name: &'static str,
    pub shape: &'static Shape,
    pub required: bool,
}

impl Structure {
    pub fn member(&self, name: &str) -> Option<&'static Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

const TEXT: TextShape =
    TextShape { min: 0, max: usize::MAX, bytes: false, pattern: None, words: &[], sensitive: false };

impl Shape {
    pub const fn text(min: usize, max: usize) -> Shape {
        Shape::Text(TextShape { min, max, ..TEXT })
    }

    pub const fn sensitive(min: usize, max: usize) -> Shape {
        Shape::Text(TextShape { min, max, sensitive: true, ..TEXT })
    }

    /// A payload: measured in bytes, never shown.
    pub const fn data(max: usize) -> Shape {
        Shape::Text(TextShape { max, bytes: true, sensitive: true, ..TEXT })
    }

    pub const fn words(words: &'static [&'static str]) -> Shape {
        Shape::Text(TextShape { words, ..TEXT })
    }

    pub const fn pattern(min: usize, max: usize, text: &'static str, holds: fn(&str) -> bool) -> Shape {
        Shape::Text(TextShape { min, max, pattern: Some(Pattern { text, holds }), ..TEXT })
    }

    pub const fn integer(min: i64, max: i64) -> Shape {
        Shape::Integer { min, max }
    }

    pub const fn list(of: &'static Shape) -> Shape {
        Shape::List { of, min: 0, max: usize::MAX }
    }
}

/// Reads a request.
///
/// # Errors
/// SerializationException for a value of the wrong type, ValidationException for all constraints that are violated.
pub fn read<T: Take>(structure: &Structure, value: &Value) -> Result<T, ServiceError> {
    check(structure, value).map(|()| T::take(value))
}

fn check(structure: &Structure, value: &Value) -> Result<(), ServiceError> {
    if value.as_object().is_none() {
        return Err(ServiceError::serialization("Unexpected value type in payload"));
    }
    check_types(structure, value)?;
    let mut violations = Vec::new();
    constrain(structure, value, "", &mut violations);
    if violations.is_empty() { Ok(()) } else { Err(ServiceError::constraints(&violations)) }
}

fn check_types(structure: &Structure, value: &Value) -> Result<(), ServiceError> {
    for member in structure.members {
        if let Some(value) = given(value, member.name) {
            check_type(member.shape, value)?;
        }
    }
    Ok(())
}

/// The member, unless it is null or missing, which is the same.
fn given<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.get(name).filter(|value| !value.is_null())
}

fn check_type(shape: &Shape, value: &Value) -> Result<(), ServiceError> {
    let wrong = |expected: &str| {
        let message = match value {
            Value::Object(_) => "Start of structure or map found where not expected.".to_owned(),
            Value::Array(_) => "Start of list found where not expected".to_owned(),
            Value::String(_) => format!("STRING_VALUE can not be converted to {expected}"),
            Value::Number(_) => format!("NUMBER_VALUE can not be converted to {expected}"),
            Value::Bool(true) => format!("TRUE_VALUE can not be converted to {expected}"),
            Value::Bool(false) => format!("FALSE_VALUE can not be converted to {expected}"),
            Value::Null => format!("NULL_VALUE can not be converted to {expected}"),
        };
        Err(ServiceError::serialization(message))
    };
    match (shape, value) {
        (Shape::Text(_), Value::String(_))
        | (Shape::Integer { .. } | Shape::Float { .. }, Value::Number(_))
        | (Shape::Boolean, Value::Bool(_)) => Ok(()),
        (Shape::Structure(structure), Value::Object(_)) => check_types(structure, value),
        (Shape::List { of, .. }, Value::Array(items)) => {
            items.iter().filter(|item| !item.is_null()).try_for_each(|item| check_type(of, item))
        }
        (Shape::Text(_), _) => wrong("a String"),
        (Shape::Integer { .. }, _) => wrong("an Integer"),
        (Shape::Float { .. }, _) => wrong("a Float"),
        (Shape::Boolean, _) => wrong("a Boolean"),
        (Shape::List { .. }, Value::Object(_)) | (Shape::Structure(_), Value::Array(_)) => wrong(""),
        (Shape::List { .. }, _) => Err(ServiceError::serialization("Expected list or null")),
        (Shape::Structure(_), _) => Err(ServiceError::serialization("Expected structure or null")),
    }
}

fn constrain(structure: &Structure, value: &Value, path: &str, violations: &mut Vec<String>) {
    for member in structure.members {
        let path = if path.is_empty() { member.name.to_owned() } else { format!("{path}.{}", member.name) };
        match given(value, member.name) {
            Some(value) => constrain_value(member.shape, value, &path, violations),
            None if member.required => {
                violations
                    .push(format!("Value null at '{path}' failed to satisfy constraint: Member must not be null"));
            }
            None => {}
        }
    }
}

fn constrain_value(shape: &Shape, value: &Value, path: &str, violations: &mut Vec<String>) {
    let told = |constraint: String| {
        let shown = match shape {
            Shape::Text(TextShape { sensitive: true, .. }) => String::new(),
            _ => format!(" '{}'", display(shape, value)),
        };
        format!("Value{shown} at '{path}' failed to satisfy constraint: Member must {constraint}")
    };
    match shape {
        Shape::Text(text) => violations.extend(text.violated(value.as_str().unwrap_or_default()).map(told)),
        Shape::Integer { min, max } => {
            let number = integer(value);
            if number > *max {
                violations.push(told(format!("have value less than or equal to {max}")));
            }
            if number < *min {
                violations.push(told(format!("have value greater than or equal to {min}")));
            }
        }
        Shape::Float { min, max } => {
            let number = value.as_f64().unwrap_or(0.0);
            if number > *max {
                violations.push(told(format!("have value less than or equal to {max}")));
            }
            if number < *min {
                violations.push(told(format!("have value greater than or equal to {min}")));
            }
        }
        Shape::Boolean => {}
        Shape::Structure(structure) => constrain(structure, value, path, violations),
        Shape::List { of, min, max } => {
            let items = value.as_array().map(|items| &items[..]).unwrap_or_default();
            if items.len() > *max {
                violations.push(told(format!("have length less than or equal to {max}")));
            }
            if items.len() < *min {
                violations.push(told(format!("have length greater than or equal to {min}")));
            }
            match of {
                // Of a list of texts all constraints are told at once.
                Shape::Text(text) => {
                    let bad = |item: &Value| text.violated(item.as_str().unwrap_or_default()).next().is_some();
                    if items.iter().any(bad) {
                        violations.push(told(format!("satisfy constraint: [{}]", text.constraints().join(", "))));
                    }
                }
                of => {
                    for (n, item) in items.iter().enumerate() {
                        constrain_value(of, item, &format!("{path}.{}.member", n + 1), violations);
                    }
                }
            }
        }
    }
}

impl TextShape {
    fn violated(&self, text: &str) -> impl Iterator<Item = String> {
        let length = if self.bytes { text.len() } else { text.chars().count() };
        let long = (length > self.max).then(|| format!("have length less than or equal to {}", self.max));
        let short = (length < self.min).then(|| format!("have length greater than or equal to {}", self.min));
        let pattern = self.pattern.as_ref().filter(|pattern| !(pattern.holds)(text));
        let pattern = pattern.map(|pattern| format!("satisfy regular expression pattern: {}", pattern.text));
        let word = (!self.words.is_empty() && !self.words.contains(&text))
            .then(|| format!("satisfy enum value set: [{}]", self.words.join(", ")));
        [long, short, pattern, word].into_iter().flatten()
    }

    /// All of its constraints, as one message about a list of such texts names them.
    fn constraints(&self) -> Vec<String> {
        let mut constraints = vec![
            format!("Member must have length less than or equal to {}", self.max),
            format!("Member must have length greater than or equal to {}", self.min),
        ];
        if let Some(pattern) = &self.pattern {
            constraints.push(format!("Member must satisfy regular expression pattern: {}", pattern.text));
        }
        constraints
    }
}

/// An integer; a fraction is cut off, as AWS does.
fn integer(value: &Value) -> i64 {
    match value.as_number() {
        Some(Number::Int(int)) => *int,
        Some(number) => number.as_f64() as i64,
        None => 0,
    }
}

/// A value as messages show it: `[RoutingConfigurationListItem(stateMachineVersionArn=…, weight=50)]`.
fn display(shape: &Shape, value: &Value) -> String {
    match (shape, value) {
        (Shape::List { of, .. }, Value::Array(items)) => {
            let items: Vec<String> = items.iter().map(|item| display(of, item)).collect();
            format!("[{}]", items.join(", "))
        }
        (Shape::Structure(structure), Value::Object(_)) => {
            let mut out = format!("{}(", structure.name);
            for (n, member) in structure.members.iter().enumerate() {
                let shown = given(value, member.name).map_or("null".to_owned(), |value| display(member.shape, value));
                let comma = if n > 0 { ", " } else { "" };
                // Writing to a string cannot fail.
                let _ = write!(out, "{comma}{}={shown}", member.name);
            }
            out + ")"
        }
        (Shape::Integer { .. }, value) => integer(value).to_string(),
        (_, Value::String(text)) => text.to_string(),
        (_, other) => other.to_json(),
    }
}

/// A type that a member of a request is read as, once it is known to fit its shape.
pub trait Take: Sized {
    /// Whether the member must be given.
    const REQUIRED: bool = true;

    fn take(value: &Value) -> Self;

    fn absent() -> Self {
        Self::take(&Value::Null)
    }

    fn member(value: &Value, name: &str) -> Self {
        given(value, name).map_or_else(Self::absent, Self::take)
    }
}

impl<T: Take> Take for Option<T> {
    const REQUIRED: bool = false;

    fn take(value: &Value) -> Self {
        Some(T::take(value))
    }

    fn absent() -> Self {
        None
    }
}

impl<T: Take> Take for Vec<T> {
    fn take(value: &Value) -> Self {
        value.as_array().map(|items| items.iter().map(T::take).collect()).unwrap_or_default()
    }
}

impl Take for Text {
    fn take(value: &Value) -> Self {
        match value {
            Value::String(text) => text.clone(),
            _ => "".into(),
        }
    }
}

impl Take for bool {
    fn take(value: &Value) -> Self {
        value.as_bool().unwrap_or_default()
    }
}

impl Take for i64 {
    fn take(value: &Value) -> Self {
        integer(value)
    }
}

impl Take for f64 {
    fn take(value: &Value) -> Self {
        value.as_f64().unwrap_or_default()
    }
}

/// How a response tells instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dates {
    /// `2026-01-01T00:00:00.000Z`
    Iso,
    /// Seconds since 1970, as on the wire.
    Epoch,
}

/// A type that a member of a response may have. Nothing where the member is left out.
pub trait Give {
    fn give(&self, dates: Dates) -> Option<Value>;
}

/// Adds a member, unless it is left out.
pub fn put(object: &mut Object, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        object.insert(key.into(), value);
    }
}

impl<T: Give> Give for Option<T> {
    fn give(&self, dates: Dates) -> Option<Value> {
        self.as_ref()?.give(dates)
    }
}

impl<T: Give> Give for Vec<T> {
    fn give(&self, dates: Dates) -> Option<Value> {
        Some(self.iter().filter_map(|item| item.give(dates)).collect())
    }
}

impl Give for Time {
    fn give(&self, dates: Dates) -> Option<Value> {
        Some(match dates {
            Dates::Iso => self.to_rfc3339().into(),
            Dates::Epoch => Value::from(self.as_millis() as f64 / 1000.0),
        })
    }
}

macro_rules! give_as_value {
    ($($type:ty),*) => {$(
        impl Give for $type {
            fn give(&self, _: Dates) -> Option<Value> {
                Some(self.clone().into())
            }
        }
    )*};
}
give_as_value!(Text, &'static str, String, bool, i64, u32, f64, Object);

impl Give for Value {
    fn give(&self, _: Dates) -> Option<Value> {
        Some(self.clone())
    }
}

/// Declares a structure of a request: a Rust type, its shape, and how one becomes the other.
macro_rules! request {
    ($(#[$doc:meta])* $name:ident as $wire:literal { $( $(#[$field_doc:meta])* $field:ident $key:literal: $type:ty = $shape:expr ),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $( $(#[$field_doc])* pub $field: $type ),* }

        impl $name {
            pub const SHAPE: $crate::service::shape::Structure = $crate::service::shape::Structure {
                name: $wire,
                members: &[$( $crate::service::shape::Member {
                    name: $key,
                    shape: &$shape,
                    required: <$type as $crate::service::shape::Take>::REQUIRED,
                } ),*],
            };
        }

        impl $crate::service::shape::Take for $name {
            fn take(_value: &$crate::base::Value) -> Self {
                $name { $( $field: <$type as $crate::service::shape::Take>::member(_value, $key) ),* }
            }
        }
    };
}

/// Declares a structure of a response.
macro_rules! response {
    ($(#[$doc:meta])* $name:ident { $( $(#[$field_doc:meta])* $field:ident $key:literal: $type:ty ),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $( $(#[$field_doc])* pub $field: $type ),* }

        impl $crate::service::shape::Give for $name {
            fn give(&self, _dates: $crate::service::shape::Dates) -> Option<$crate::base::Value> {
                let mut _object = $crate::base::Object::new();
                $( $crate::service::shape::put(
                    &mut _object,
                    $key,
                    $crate::service::shape::Give::give(&self.$field, _dates),
                ); )*
                Some(_object.into())
            }
        }
    };
}

pub(crate) use {request, response};

#[cfg(test)]
mod tests {
    use super::*;

    request! {
        Item as "Item" { weight "weight": i64 = Shape::integer(0, 100), note "note": Option<Text> = Shape::sensitive(1, 3) }
    }

    request! {
        Request as "Request" {
            name "name": Text = Shape::pattern(1, 5, "[a-z]+", |text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase())),
            level "level": Option<Text> = Shape::words(&["A", "B"]),
            items "items": Option<Vec<Item>> = Shape::List { of: &Shape::Structure(&Item::SHAPE), min: 1, max: 2 },
            keys "keys": Option<Vec<Text>> = Shape::list(&Shape::text(1, 2)),
            on "on": Option<bool> = Shape::Boolean,
        }
    }

    fn answer(text: &str) -> Result<Request, ServiceError> {
        read(&Request::SHAPE, &Value::parse(text).unwrap())
    }

    #[test]
    fn reads_what_fits() {
        let request =
            answer(r#"{"name": "abc", "items": [{"weight": 7.9}], "on": true, "level": null, "more": 1}"#).unwrap();
        let item = Item { weight: 7, note: None };
        let expected = Request { name: "abc".into(), level: None, items: Some(vec![item]), keys: None, on: Some(true) };
        assert_eq!(request, expected);
    }

    #[test]
    fn counts_violations() {
        let prefix = |n: &str| format!("{n} detected: ");
        let failed = "failed to satisfy constraint: Member must";
        for (text, expected) in [
            ("{}", format!("{}Value null at 'name' {failed} not be null", prefix("1 validation error"))),
            (
                r#"{"name": ""}"#,
                format!(
                    "{}Value '' at 'name' {failed} have length greater than or equal to 1; Value '' at 'name' {failed} satisfy regular expression pattern: [a-z]+",
                    prefix("2 validation errors")
                ),
            ),
            (
                r#"{"name": "a", "level": "C"}"#,
                format!("{}Value 'C' at 'level' {failed} satisfy enum value set: [A, B]", prefix("1 validation error")),
            ),
            (
                r#"{"name": "a", "items": [{"weight": 101, "note": "long"}]}"#,
                format!(
                    "{}Value '101' at 'items.1.member.weight' {failed} have value less than or equal to 100; Value at 'items.1.member.note' {failed} have length less than or equal to 3",
                    prefix("2 validation errors")
                ),
            ),
            (
                r#"{"name": "a", "items": [{"weight": 1}, {"weight": 2}, {"weight": 3}]}"#,
                format!(
                    "{}Value '[Item(weight=1, note=null), Item(weight=2, note=null), Item(weight=3, note=null)]' at 'items' {failed} have length less than or equal to 2",
                    prefix("1 validation error")
                ),
            ),
            (
                r#"{"name": "a", "keys": ["a", "abc"]}"#,
                format!(
                    "{}Value '[a, abc]' at 'keys' {failed} satisfy constraint: [Member must have length less than or equal to 2, Member must have length greater than or equal to 1]",
                    prefix("1 validation error")
                ),
            ),
        ] {
            let error = answer(text).unwrap_err();
            assert_eq!((error.code, &error.message), ("ValidationException", &expected), "{text}");
        }
    }

    #[test]
    fn types_come_first() {
        for (text, message) in [
            (r#"{"name": 1, "level": "C"}"#, "NUMBER_VALUE can not be converted to a String"),
            (r#"{"name": {}}"#, "Start of structure or map found where not expected."),
            (r#"{"name": "a", "items": {}}"#, "Start of structure or map found where not expected."),
            (r#"{"name": "a", "items": [{"weight": "1"}]}"#, "STRING_VALUE can not be converted to an Integer"),
            (r#"{"name": "a", "items": "x"}"#, "Expected list or null"),
            (r#"{"name": "a", "on": 1}"#, "NUMBER_VALUE can not be converted to a Boolean"),
            ("[]", "Unexpected value type in payload"),
        ] {
            let error = answer(text).unwrap_err();
            assert_eq!((error.code, &*error.message), ("SerializationException", message), "{text}");
        }
    }
}
