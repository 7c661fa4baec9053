//! JSON values that are shared, never copied: cloning one costs a counter, changing one copies what is shared.
//!
//! A [`Value`] has no places; the tree with places, for texts that a person is editing, is [`read::Node`]. Numbers keep
//! integers exactly, as JSONPath states must; members keep the order in which they were written.

mod array;
mod edge;
mod number;
mod object;
pub mod read;
mod write;
pub mod yaml;

pub use array::Array;
pub use number::Number;
pub use object::Object;
pub use read::{ReadError, parse};
pub use write::write_string;

use std::rc::Rc;

/// A shared string.
pub type Text = Rc<str>;

/// Values nest at most this deep: what reads or builds values refuses more, so that walking one never exhausts the
/// stack. (AWS reads JSON with the same limit.)
pub const MAX_DEPTH: u32 = 1000;

#[derive(Clone, Debug, Default)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    String(Text),
    Array(Rc<Array>),
    Object(Rc<Object>),
}

impl Value {
    /// Reads one JSON text (RFC 8259).
    ///
    /// # Errors
    /// The first place where the text is not JSON, or nests deeper than [`MAX_DEPTH`].
    pub fn parse(text: &str) -> Result<Value, ReadError> {
        read::value(text)
    }

    pub fn array(items: impl IntoIterator<Item = Value>) -> Value {
        Value::Array(Rc::new(items.into_iter().collect()))
    }

    pub fn object<K: Into<Text>>(members: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::Object(Rc::new(members.into_iter().map(|(key, value)| (key.into(), value)).collect()))
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(bool) => Some(*bool),
            _ => None,
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The integer, if it is written as one and fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number()?.as_i64()
    }

    pub fn as_f64(&self) -> Option<f64> {
        self.as_number().map(Number::as_f64)
    }

    pub fn as_array(&self) -> Option<&Array> {
        match self {
            Value::Array(array) => Some(array),
            _ => None,
        }
    }

    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The member of an object; nothing for all else.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_object()?.get(key)
    }

    /// The element of an array; nothing for all else.
    pub fn at(&self, index: usize) -> Option<&Value> {
        self.as_array()?.get(index)
    }

    /// Follows an RFC 6901 pointer.
    pub fn pointer(&self, pointer: &str) -> Option<&Value> {
        if pointer.is_empty() {
            return Some(self);
        }
        pointer.strip_prefix('/')?.split('/').try_fold(self, |value, part| match value {
            Value::Object(object) if part.contains('~') => object.get(&part.replace("~1", "/").replace("~0", "~")),
            Value::Object(object) => object.get(part),
            Value::Array(array) => array.get(part.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// The JSON name of its type: `null`, `boolean`, `number`, `string`, `array` or `object`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }

    /// How deep it nests: 0 for scalars, 1 for an array of scalars. Never too small; may be too large after removals.
    pub fn depth(&self) -> u32 {
        match self {
            Value::Array(array) => array.depth(),
            Value::Object(object) => object.depth(),
            _ => 0,
        }
    }

    /// Whether both are the same shared thing, or equal scalars: a quick "certainly equal".
    pub fn is_same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Array(a), Value::Array(b)) => Rc::ptr_eq(a, b),
            (Value::Object(a), Value::Object(b)) => Rc::ptr_eq(a, b),
            (Value::String(a), Value::String(b)) => Rc::ptr_eq(a, b),
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            _ => false,
        }
    }
}

/// Equal as JSON: the order of members does not count, `1` equals `1.0`.
impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => a == b,
            (Value::String(a), Value::String(b)) => a == b,
            (Value::Array(a), Value::Array(b)) => Rc::ptr_eq(a, b) || a == b,
            (Value::Object(a), Value::Object(b)) => Rc::ptr_eq(a, b) || a == b,
            _ => false,
        }
    }
}

impl From<bool> for Value {
    fn from(bool: bool) -> Value {
        Value::Bool(bool)
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Value {
        Value::Number(Number::Int(int))
    }
}

impl From<u32> for Value {
    fn from(int: u32) -> Value {
        Value::Number(Number::Int(i64::from(int)))
    }
}

impl From<usize> for Value {
    fn from(int: usize) -> Value {
        Value::Number(Number::from(int as u64))
    }
}

impl From<u64> for Value {
    fn from(int: u64) -> Value {
        Value::Number(Number::from(int))
    }
}

impl From<f64> for Value {
    fn from(float: f64) -> Value {
        Value::Number(Number::Float(float))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(Rc::from(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::String(Rc::from(text))
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Value {
        Value::String(text)
    }
}

impl From<Array> for Value {
    fn from(array: Array) -> Value {
        Value::Array(Rc::new(array))
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Value {
        Value::Object(Rc::new(object))
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Value {
        Value::Array(Rc::new(Array::from(items)))
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(option: Option<T>) -> Value {
        option.map_or(Value::Null, Into::into)
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Value {
        Value::array(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_enough_to_pass_around() {
        assert!(size_of::<Value>() <= 24);
    }

    #[test]
    fn copies_only_what_is_shared() {
        let before = Value::parse(r#"{"a":{"b":1},"c":[1,2]}"#).unwrap();
        let mut after = before.clone();
        if let Value::Object(object) = &mut after {
            Rc::make_mut(object).insert("d".into(), Value::Null);
        }
        assert_eq!(before.to_json(), r#"{"a":{"b":1},"c":[1,2]}"#);
        assert_eq!(after.to_json(), r#"{"a":{"b":1},"c":[1,2],"d":null}"#);
        assert!(before.get("a").unwrap().is_same(after.get("a").unwrap()));
    }

    #[test]
    fn equality_ignores_order_and_number_form() {
        let a = Value::parse(r#"{"a":1,"b":[1.0,"x"]}"#).unwrap();
        let b = Value::parse(r#"{"b":[1,"x"],"a":1.0}"#).unwrap();
        assert_eq!(a, b);
        assert_ne!(a, Value::parse(r#"{"b":[1,"x"]}"#).unwrap());
    }

    #[test]
    fn depth_is_known_without_walking() {
        assert_eq!(Value::parse("[[1],{}]").unwrap().depth(), 2);
        assert_eq!(Value::from(1_i64).depth(), 0);
    }
}
