use super::{Text, Value};
use rustc_hash::FxHashMap;
use std::cell::Cell;

/// The members of a JSON object, in the order in which they were first put. Few members are searched one by one; many
/// get an index.
#[derive(Clone, Debug, Default)]
pub struct Object {
    members: Vec<(Text, Value)>,
    /// Position by key, from [`INDEXED`] members on. Never iterated, so its order cannot show.
    index: Option<Box<FxHashMap<Text, u32>>>,
    inner_depth: u32,
    /// The length of its JSON text, once somebody asked; 0 before.
    pub(super) json_len: Cell<usize>,
}

/// From this many members on a hash beats comparing keys.
const INDEXED: usize = 24;

impl Object {
    pub fn new() -> Object {
        Object::default()
    }

    pub fn with_capacity(capacity: usize) -> Object {
        Object { members: Vec::with_capacity(capacity), ..Object::default() }
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        match &self.index {
            Some(index) => self.members.get(*index.get(key)? as usize).map(|(_, value)| value),
            None => self.members.iter().find(|(name, _)| &**name == key).map(|(_, value)| value),
        }
    }

    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    fn position(&self, key: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(key).map(|at| *at as usize),
            None => self.members.iter().position(|(name, _)| &**name == key),
        }
    }

    /// Puts a member. A known key keeps its place and gets the new value; the former value is returned.
    pub fn insert(&mut self, key: Text, value: Value) -> Option<Value> {
        self.inner_depth = self.inner_depth.max(value.depth());
        self.json_len.set(0);
        if let Some((_, known)) = self.position(&key).and_then(|at| self.members.get_mut(at)) {
            return Some(std::mem::replace(known, value));
        }
        if let Some(index) = &mut self.index {
            index.insert(key.clone(), self.members.len() as u32);
        }
        self.members.push((key, value));
        if self.index.is_none() && self.members.len() > INDEXED {
            self.build_index();
        }
        None
    }

    /// Changes the member with that key in place, putting `null` there first if it is new.
    pub fn update<T>(&mut self, key: &Text, change: impl FnOnce(&mut Value) -> T) -> T {
        if !self.contains_key(key) {
            self.insert(key.clone(), Value::Null);
        }
        let mut spare = Value::Null;
        let at = self.position(key);
        let value = at.and_then(|at| self.members.get_mut(at)).map_or(&mut spare, |(_, value)| value);
        let answer = change(value);
        self.inner_depth = self.inner_depth.max(value.depth());
        self.json_len.set(0);
        answer
    }

    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.position(key)?;
        self.json_len.set(0);
        let (_, value) = self.members.remove(at);
        if self.index.is_some() {
            self.build_index();
        }
        Some(value)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Text, &Value)> + ExactSizeIterator {
        self.members.iter().map(|(key, value)| (key, value))
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Text> + ExactSizeIterator {
        self.members.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator {
        self.members.iter().map(|(_, value)| value)
    }

    pub fn depth(&self) -> u32 {
        self.inner_depth + 1
    }

    fn build_index(&mut self) {
        let positions = self.members.iter().enumerate().map(|(at, (key, _))| (key.clone(), at as u32));
        self.index = Some(Box::new(positions.collect()));
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Object) -> bool {
        self.len() == other.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl FromIterator<(Text, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (Text, Value)>>(members: I) -> Object {
        let members = members.into_iter();
        let mut object = Object::with_capacity(members.size_hint().0);
        for (key, value) in members {
            object.insert(key, value);
        }
        object
    }
}

impl IntoIterator for Object {
    type Item = (Text, Value);
    type IntoIter = std::vec::IntoIter<(Text, Value)>;
    fn into_iter(self) -> Self::IntoIter {
        self.members.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_behave_alike() {
        let mut object = Object::new();
        for i in 0..100 {
            assert_eq!(object.insert(format!("k{i}").into(), Value::from(i as i64)), None);
            assert!(object.insert(format!("k{}", i / 2).into(), Value::from(-1_i64)).is_some());
            assert_eq!(object.len(), i + 1);
        }
        assert_eq!(object.remove("k3"), Some(Value::from(-1_i64)));
        assert_eq!(object.get("k3"), None);
        assert_eq!(object.get("k99"), Some(&Value::from(99_i64)));
        assert_eq!(object.keys().next_back().map(|k| &**k), Some("k99"));
    }
}
