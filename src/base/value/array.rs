use super::Value;
use std::cell::Cell;
use std::ops::Deref;

/// The elements of a JSON array; a slice of values that knows how deep it nests.
#[derive(Clone, Debug, Default)]
pub struct Array {
    items: Vec<Value>,
    inner_depth: u32,
    /// The length of its JSON text, once somebody asked; 0 before.
    pub(super) json_len: Cell<usize>,
}

impl Array {
    pub fn new() -> Array {
        Array::default()
    }

    pub fn with_capacity(capacity: usize) -> Array {
        Array { items: Vec::with_capacity(capacity), ..Array::default() }
    }

    pub fn push(&mut self, value: Value) {
        self.inner_depth = self.inner_depth.max(value.depth());
        self.json_len.set(0);
        self.items.push(value);
    }

    /// Replaces an element; whether there is one at that index.
    pub fn set(&mut self, index: usize, value: Value) -> bool {
        self.inner_depth = self.inner_depth.max(value.depth());
        self.json_len.set(0);
        self.items.get_mut(index).map(|item| *item = value).is_some()
    }

    /// Changes an element in place by what `change` makes of it; nothing where there is none.
    pub fn update<T>(&mut self, index: usize, change: impl FnOnce(&mut Value) -> T) -> Option<T> {
        let item = self.items.get_mut(index)?;
        let answer = change(item);
        self.inner_depth = self.inner_depth.max(item.depth());
        self.json_len.set(0);
        Some(answer)
    }

    pub fn depth(&self) -> u32 {
        self.inner_depth + 1
    }

    pub fn into_vec(self) -> Vec<Value> {
        self.items
    }
}

impl Deref for Array {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        &self.items
    }
}

impl From<Vec<Value>> for Array {
    fn from(items: Vec<Value>) -> Array {
        let inner_depth = items.iter().map(Value::depth).max().unwrap_or(0);
        Array { items, inner_depth, json_len: Cell::new(0) }
    }
}

impl FromIterator<Value> for Array {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Array {
        Array::from(items.into_iter().collect::<Vec<_>>())
    }
}

impl PartialEq for Array {
    fn eq(&self, other: &Array) -> bool {
        self.items == other.items
    }
}

impl<'a> IntoIterator for &'a Array {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;
    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}
