//! What expressions compute with: JSON, and what JSON has no word for.
//!
//! The input is never copied or converted: it stays [`Value`] inside of [`Val::Json`]. Only what an expression makes
//! and JSON cannot hold gets a form of its own: nothing at all, sequences, functions, infinite numbers.

use super::function::Function;
use crate::base::sort::sort_by_key;
use crate::base::{Number, Object, Text, Value};
use rustc_hash::FxHashMap;
use std::rc::Rc;

#[derive(Clone, Debug, Default)]
pub(super) enum Val {
    /// Nothing, JSONata's answer where a path leads nowhere.
    #[default]
    Undefined,
    Json(Value),
    /// A computed number: a double, maybe not a finite one.
    Float(f64),
    /// An array that is a sequence, or holds what JSON does not.
    List(Rc<List>),
    /// An object that holds what JSON does not.
    Record(Rc<Record>),
    Function(Rc<Function>),
}

/// The type of a value, in the words of JavaScript where they matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Undefined,
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
    Function,
}

impl Val {
    pub const FALSE: Val = Val::Json(Value::Bool(false));

    pub fn kind(&self) -> Kind {
        match self {
            Val::Undefined => Kind::Undefined,
            Val::Json(Value::Null) => Kind::Null,
            Val::Json(Value::Bool(_)) => Kind::Bool,
            Val::Json(Value::Number(_)) | Val::Float(_) => Kind::Number,
            Val::Json(Value::String(_)) => Kind::String,
            Val::Json(Value::Array(_)) | Val::List(_) => Kind::Array,
            Val::Json(Value::Object(_)) | Val::Record(_) => Kind::Object,
            Val::Function(_) => Kind::Function,
        }
    }

    pub fn is_undefined(&self) -> bool {
        matches!(self, Val::Undefined)
    }

    pub fn is_array(&self) -> bool {
        matches!(self, Val::Json(Value::Array(_)) | Val::List(_))
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Val::Json(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&Text> {
        match self {
            Val::Json(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// As a double, which is what JSONata computes in; maybe not a finite one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Val::Float(float) => Some(*float),
            Val::Json(Value::Number(Number::Int(int))) => Some(*int as f64),
            Val::Json(Value::Number(number)) => Some(number.as_f64()),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Val::Json(Value::Bool(bool)) => Some(*bool),
            _ => None,
        }
    }

    pub fn as_function(&self) -> Option<&Rc<Function>> {
        match self {
            Val::Function(function) => Some(function),
            _ => None,
        }
    }

    /// The elements of an array; nothing for all else.
    pub fn elements(&self) -> Option<Elements<'_>> {
        match self {
            Val::Json(Value::Array(array)) => Some(Elements::Json(array)),
            Val::List(list) => Some(list.elements()),
            _ => None,
        }
    }

    /// The members of an object; nothing for all else.
    pub fn members(&self) -> Option<Members<'_>> {
        match self {
            Val::Json(Value::Object(object)) => Some(Members::Json(object)),
            Val::Record(record) => Some(Members::Record(record)),
            _ => None,
        }
    }

    fn has(&self, flag: u8) -> bool {
        matches!(self, Val::List(list) if list.flags & flag != 0)
    }

    pub fn is_sequence(&self) -> bool {
        self.has(SEQUENCE)
    }

    /// Whether it was written as an array inside of a path, which then stays one.
    pub fn is_cons(&self) -> bool {
        self.has(CONS)
    }

    /// How deep it nests; see [`Value::depth`].
    pub fn depth(&self) -> u32 {
        match self {
            Val::Json(value) => value.depth(),
            Val::List(list) => list.depth,
            Val::Record(record) => record.depth,
            Val::Function(function) => function.depth(),
            Val::Undefined | Val::Float(_) => 0,
        }
    }

    /// What JavaScript takes for true.
    pub fn is_truthy(&self) -> bool {
        match self {
            Val::Undefined | Val::Json(Value::Null) => false,
            Val::Json(Value::Bool(bool)) => *bool,
            Val::Json(Value::String(text)) => !text.is_empty(),
            Val::Json(Value::Number(_)) | Val::Float(_) => self.as_f64().is_some_and(|n| n != 0.0 && !n.is_nan()),
            _ => true,
        }
    }

    /// A sequence of one stands for its element and an empty one for nothing, unless it is marked to stay (`[]`).
    pub fn collapse(self) -> Val {
        match self {
            Val::List(ref list) if list.flags & (SEQUENCE | TUPLES) == SEQUENCE && list.len() < 2 => {
                match list.elements().get(0) {
                    None => Val::Undefined,
                    Some(_) if list.flags & KEEP != 0 => self,
                    Some(only) => only,
                }
            }
            other => other,
        }
    }

    /// As JSON, if it is, without looking into it: a number that was computed becomes an integer where it is one.
    pub fn into_json(self) -> Result<Value, Val> {
        match self {
            Val::Json(value) => Ok(value),
            Val::Float(float) if float.is_finite() => Ok(Value::Number(Number::from_computed(float))),
            other => Err(other),
        }
    }
}

impl From<f64> for Val {
    fn from(float: f64) -> Val {
        Val::Float(float)
    }
}

impl From<bool> for Val {
    fn from(bool: bool) -> Val {
        Val::Json(Value::Bool(bool))
    }
}

impl From<usize> for Val {
    fn from(count: usize) -> Val {
        Val::Json(Value::from(count))
    }
}

impl From<&str> for Val {
    fn from(text: &str) -> Val {
        Val::Json(Value::from(text))
    }
}

impl From<String> for Val {
    fn from(text: String) -> Val {
        Val::Json(Value::from(text))
    }
}

impl From<Text> for Val {
    fn from(text: Text) -> Val {
        Val::Json(Value::String(text))
    }
}

impl From<Option<Val>> for Val {
    fn from(option: Option<Val>) -> Val {
        option.unwrap_or_default()
    }
}

/// Results of a query, as against an array that is a value.
pub(super) const SEQUENCE: u8 = 1;
/// A sequence that stays one even with a single element.
pub(super) const KEEP: u8 = 2;
/// Written as `[…]` at the beginning or the end of a path.
pub(super) const CONS: u8 = 4;
/// Holds an array that is the input, so that it is taken for one item.
pub(super) const OUTER: u8 = 8;
/// Its elements are [`Row`]s of a path with bindings.
pub(super) const TUPLES: u8 = 16;

#[derive(Debug)]
pub(super) struct List {
    items: Items,
    pub flags: u8,
    depth: u32,
}

#[derive(Debug)]
enum Items {
    Vals(Vec<Val>),
    /// Integers one after the other, as `[1..1000000]` gives them: never written out.
    Range {
        first: f64,
        len: usize,
    },
    Rows(Vec<Row>),
}

/// One item of a path with bindings (`@$v`, `#$i`, `%`), and what is bound beside it. Shared: most rows bind what the
/// row before them did.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub item: Val,
    pub bound: Rc<Vec<(Symbol, Val)>>,
}

crate::id! {
    /// The name of a variable, or the label of a parent, in one program.
    pub(super) Symbol,
}

impl Row {
    pub fn get(&self, name: Symbol) -> Option<&Val> {
        self.bound.iter().find(|(known, _)| *known == name).map(|(_, val)| val)
    }

    pub fn bind(&mut self, name: Symbol, val: Val) {
        let bound = Rc::make_mut(&mut self.bound);
        match bound.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = val,
            None => bound.push((name, val)),
        }
    }

    fn depth(&self) -> u32 {
        let bound = self.bound.iter().map(|(_, val)| val.depth()).max().unwrap_or(0);
        self.item.depth().max(bound) + 1
    }
}

impl List {
    pub fn new(items: Vec<Val>, flags: u8) -> List {
        let depth = items.iter().map(Val::depth).max().unwrap_or(0) + 1;
        List { items: Items::Vals(items), flags, depth }
    }

    pub fn range(first: f64, len: usize, flags: u8) -> List {
        List { items: Items::Range { first, len }, flags, depth: 1 }
    }

    pub fn rows(rows: Vec<Row>, flags: u8) -> List {
        let depth = rows.iter().map(Row::depth).max().unwrap_or(0) + 1;
        List { items: Items::Rows(rows), flags, depth }
    }

    pub fn len(&self) -> usize {
        self.elements().len()
    }

    pub fn depth(&self) -> u32 {
        self.depth
    }

    pub fn elements(&self) -> Elements<'_> {
        match &self.items {
            Items::Vals(vals) => Elements::Vals(vals),
            Items::Range { first, len } => Elements::Range { first: *first, len: *len },
            Items::Rows(rows) => Elements::Rows(rows),
        }
    }

    pub fn as_rows(&self) -> Option<&[Row]> {
        match &self.items {
            Items::Rows(rows) => Some(rows),
            _ => None,
        }
    }

    /// The same elements with other flags; nothing is copied for a range.
    pub fn flagged(self: Rc<List>, flags: u8) -> Rc<List> {
        if self.flags == flags {
            return self;
        }
        match Rc::try_unwrap(self) {
            Ok(mut own) => {
                own.flags = flags;
                Rc::new(own)
            }
            Err(shared) => {
                let items = match &shared.items {
                    Items::Vals(vals) => Items::Vals(vals.clone()),
                    Items::Range { first, len } => Items::Range { first: *first, len: *len },
                    Items::Rows(rows) => Items::Rows(rows.clone()),
                };
                Rc::new(List { items, flags, depth: shared.depth })
            }
        }
    }

    /// Its elements, moved out where nobody else holds them.
    pub fn into_vals(self: Rc<List>) -> Vec<Val> {
        match Rc::try_unwrap(self) {
            Ok(List { items: Items::Vals(vals), .. }) => vals,
            Ok(list) => list.elements().iter().collect(),
            Err(shared) => shared.elements().iter().collect(),
        }
    }
}

/// The elements of any array.
#[derive(Clone, Copy)]
pub(super) enum Elements<'a> {
    Json(&'a [Value]),
    Vals(&'a [Val]),
    Range { first: f64, len: usize },
    Rows(&'a [Row]),
}

impl<'a> Elements<'a> {
    pub fn len(self) -> usize {
        match self {
            Elements::Json(values) => values.len(),
            Elements::Vals(vals) => vals.len(),
            Elements::Range { len, .. } => len,
            Elements::Rows(rows) => rows.len(),
        }
    }

    pub fn get(self, index: usize) -> Option<Val> {
        match self {
            Elements::Json(values) => values.get(index).map(|value| Val::Json(value.clone())),
            Elements::Vals(vals) => vals.get(index).cloned(),
            Elements::Range { first, len } => (index < len).then_some(Val::Float(first + index as f64)),
            Elements::Rows(rows) => rows.get(index).map(|row| row.item.clone()),
        }
    }

    /// The element, or nothing past the end, as JavaScript has it.
    pub fn at(self, index: usize) -> Val {
        self.get(index).unwrap_or_default()
    }

    pub fn iter(self) -> impl Iterator<Item = Val> + use<'a> {
        (0..self.len()).map(move |index| self.at(index))
    }
}

/// An object with members that JSON has no word for.
#[derive(Debug, Default)]
pub(super) struct Record {
    members: Vec<(Text, Val)>,
    /// Position by key, from [`INDEXED`] members on. Never iterated, so its order cannot show.
    index: Option<Box<FxHashMap<Text, u32>>>,
    depth: u32,
}

/// From this many members on a hash beats comparing keys.
const INDEXED: usize = 24;

impl Record {
    pub fn get(&self, key: &str) -> Option<&Val> {
        match &self.index {
            Some(index) => self.members.get(*index.get(key)? as usize).map(|(_, val)| val),
            None => self.members.iter().find(|(name, _)| &**name == key).map(|(_, val)| val),
        }
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }

    pub fn depth(&self) -> u32 {
        self.depth
    }

    pub fn into_members(self: Rc<Record>) -> Vec<(Text, Val)> {
        Rc::try_unwrap(self).map_or_else(|shared| shared.members.clone(), |own| own.members)
    }
}

impl FromIterator<(Text, Val)> for Record {
    /// A known key keeps its place and gets the new value.
    fn from_iter<I: IntoIterator<Item = (Text, Val)>>(members: I) -> Record {
        let mut record = Record::default();
        for (key, val) in members {
            record.depth = record.depth.max(val.depth());
            let known = match &record.index {
                Some(index) => index.get(&key).map(|at| *at as usize),
                None => record.members.iter().position(|(name, _)| *name == key),
            };
            if let Some((_, old)) = known.and_then(|at| record.members.get_mut(at)) {
                *old = val;
                continue;
            }
            if let Some(index) = &mut record.index {
                index.insert(key.clone(), record.members.len() as u32);
            }
            record.members.push((key, val));
            if record.index.is_none() && record.members.len() > INDEXED {
                let positions = record.members.iter().enumerate().map(|(at, (key, _))| (key.clone(), at as u32));
                record.index = Some(Box::new(positions.collect()));
            }
        }
        record.depth += 1;
        record
    }
}

/// The members of any object.
#[derive(Clone, Copy)]
pub(super) enum Members<'a> {
    Json(&'a Object),
    Record(&'a Record),
}

impl<'a> Members<'a> {
    pub fn len(self) -> usize {
        match self {
            Members::Json(object) => object.len(),
            Members::Record(record) => record.len(),
        }
    }

    pub fn get(self, key: &str) -> Option<Val> {
        match self {
            Members::Json(object) => object.get(key).map(|value| Val::Json(value.clone())),
            Members::Record(record) => record.get(key).cloned(),
        }
    }

    /// In the order of JavaScript: keys that are array indexes first, by number, then the others as they were put.
    pub fn iter(self) -> Box<dyn Iterator<Item = (&'a Text, Val)> + 'a> {
        let indexed = match self {
            Members::Json(object) => object.keys().any(|key| array_index(key).is_some()),
            Members::Record(record) => record.members.iter().any(|(key, _)| array_index(key).is_some()),
        };
        if indexed {
            let place = |key: &Text| array_index(key).map_or(u64::MAX, u64::from);
            let mut sorted: Vec<(u64, (&'a Text, Val))> =
                self.as_put().map(|(key, val)| (place(key), (key, val))).collect();
            sort_by_key(&mut sorted, |(place, _)| *place);
            return Box::new(sorted.into_iter().map(|(_, member)| member));
        }
        self.as_put()
    }

    fn as_put(self) -> Box<dyn Iterator<Item = (&'a Text, Val)> + 'a> {
        match self {
            Members::Json(object) => Box::new(object.iter().map(|(key, value)| (key, Val::Json(value.clone())))),
            Members::Record(record) => Box::new(record.members.iter().map(|(key, val)| (key, val.clone()))),
        }
    }
}

/// The number that a key is, if JavaScript orders it before other keys for it: `"0"`, `"42"`, not `"042"`.
pub(super) fn array_index(key: &str) -> Option<u32> {
    let first = key.bytes().next()?;
    if !first.is_ascii_digit() || key.len() > 10 || (first == b'0' && key.len() > 1) {
        return None;
    }
    let canonical = key.bytes().all(|byte| byte.is_ascii_digit());
    key.parse().ok().filter(|index| canonical && *index != u32::MAX)
}

/// What a path or a filter has found so far; a single find needs no list.
#[derive(Debug, Default)]
pub(super) enum Seq {
    #[default]
    Empty,
    One(Val),
    Many(Vec<Val>),
}

impl Seq {
    pub fn push(&mut self, val: Val) {
        match self {
            Seq::Empty => *self = Seq::One(val),
            Seq::Many(vals) => vals.push(val),
            Seq::One(first) => *self = Seq::Many(vec![std::mem::take(first), val]),
        }
    }

    pub fn extend(&mut self, elements: Elements<'_>) {
        match elements.len() {
            0 => {}
            1 => self.push(elements.at(0)),
            more => {
                let mut vals = match std::mem::take(self) {
                    Seq::Empty => Vec::with_capacity(more),
                    Seq::One(first) => vec![first],
                    Seq::Many(vals) => vals,
                };
                vals.extend(elements.iter());
                *self = Seq::Many(vals);
            }
        }
    }

    /// The sequence as a value that does not stand for its only element yet.
    pub fn into_list(self, flags: u8) -> Val {
        let vals = match self {
            Seq::Empty => Vec::new(),
            Seq::One(only) => vec![only],
            Seq::Many(vals) => vals,
        };
        Val::List(Rc::new(List::new(vals, flags)))
    }

    /// See [`Val::collapse`].
    pub fn collapse(self, keep: bool) -> Val {
        match self {
            Seq::Empty => Val::Undefined,
            Seq::One(only) if !keep => only,
            other => other.into_list(if keep { SEQUENCE | KEEP } else { SEQUENCE }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_small_as_a_value() {
        assert_eq!(size_of::<Val>(), size_of::<Value>());
        assert_eq!(size_of::<Option<Val>>(), size_of::<Value>());
    }

    #[test]
    fn keys_in_the_order_of_javascript() {
        let val = Val::Json(Value::parse(r#"{"b":0,"10":1,"a":2,"9":3,"01":4}"#).unwrap());
        let keys: Vec<&str> = val.members().unwrap().iter().map(|(key, _)| &**key).collect();
        assert_eq!(keys, ["9", "10", "b", "a", "01"]);
    }
}
