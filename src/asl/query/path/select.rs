//! Reading.

use super::filter::Sight;
use super::{Kind, Path, PathError, Segment};
use crate::asl::query::java;
use crate::base::value::MAX_DEPTH;
use crate::base::{Array, Object, Value};

/// What reading one path may visit. The largest payload of AWS holds some 100,000 values; a path that looks at each of
/// them several times is still answered, one whose work multiplies is not.
const MAX_VISITS: usize = 1_000_000;
/// How much of a value is shown in an error.
const SHOWN: usize = 10_000;

pub(super) struct Budget(usize);

impl Budget {
    pub fn spend(&mut self, visits: usize) -> Result<(), Kind> {
        self.0 = self.0.checked_sub(visits).ok_or(Kind::TooMuch)?;
        Ok(())
    }

    pub fn left(&self) -> usize {
        self.0
    }
}

impl Path {
    /// What the path says of the value that its [`root`](Path::root) names: for a definite path that value, shared, for
    /// all others an array of what was found, which may be nothing.
    ///
    /// # Errors
    /// A definite path finds nothing; the data do not fit the path; the path asks for too much work.
    pub fn select(&self, root: &Value) -> Result<Value, PathError> {
        let mut at = root;
        for (n, step) in self.steps.iter().take(self.definite).enumerate() {
            at = match (&step.segment, at) {
                (Segment::Name(name), Value::Object(object)) => match object.get(name) {
                    Some(member) => member,
                    None => return self.absent(n, self.missing(n)),
                },
                (Segment::Names(names), Value::Object(object)) => return Ok(union(names, object)),
                (segment, at) => match child(at, segment) {
                    Ok(child) => child,
                    Err(kind) => return self.absent(n, kind),
                },
            };
        }
        if self.is_definite() { Ok(at.clone()) } else { self.search(root, at) }
    }

    /// Indefinite paths find nothing where a definite one fails because there is nothing.
    fn absent(&self, step: usize, kind: Kind) -> Result<Value, PathError> {
        let error = self.error(kind, step);
        if self.is_definite() || !error.is_missing() { Err(error) } else { Ok(Array::new().into()) }
    }

    fn missing(&self, step: usize) -> Kind {
        if step + 1 == self.steps.len() { Kind::Missing } else { Kind::MissingProperty }
    }

    /// The indefinite rest of a path.
    fn search(&self, root: &Value, from: &Value) -> Result<Value, PathError> {
        let mut budget = Budget(MAX_VISITS);
        let mut nodes = vec![from];
        let Some((last, between)) = self.steps.get(self.definite..).and_then(<[_]>::split_last) else {
            return Ok(from.clone());
        };
        let last_index = self.steps.len() - 1;
        // The order is the same as if each value were followed to its end before the next one.
        for (n, step) in between.iter().enumerate() {
            let n = self.definite + n;
            let mut found = Vec::new();
            let mut walk = Walk { root, budget: &mut budget, leaf: false, strict: n == self.definite };
            for node in nodes {
                walk.expand(&step.segment, node, &mut |value| found.push(value)).map_err(|kind| self.error(kind, n))?;
            }
            nodes = found;
        }
        let mut results = Array::new();
        let strict = last_index == self.definite;
        let mut walk = Walk { root, budget: &mut budget, leaf: true, strict };
        for node in nodes {
            let walked = match (&last.segment, node) {
                (Segment::Names(names), Value::Object(object)) => {
                    results.push(union(names, object));
                    walk.budget.spend(names.len())
                }
                (segment, node) => walk.expand(segment, node, &mut |value| results.push(value.clone())),
            };
            walked.map_err(|kind| self.error(kind, last_index))?;
        }
        if results.depth() > MAX_DEPTH {
            return Err(self.error(Kind::TooDeep, last_index));
        }
        Ok(results.into())
    }
}

/// Follows names and indexes.
pub(super) fn definite<'v, 's>(
    root: &'v Value,
    mut segments: impl Iterator<Item = &'s Segment>,
) -> Result<&'v Value, Kind> {
    segments.try_fold(root, child)
}

/// One step of a definite path; [`Kind::Missing`] for a member that is not there.
fn child<'v>(at: &'v Value, segment: &Segment) -> Result<&'v Value, Kind> {
    match (segment, at) {
        (Segment::Name(name), Value::Object(object)) => object.get(name).ok_or(Kind::Missing),
        (Segment::Index(index), Value::Array(array)) => element(array, *index).ok_or(Kind::OutOfRange),
        (Segment::Index(_), Value::Null) => Err(Kind::Null),
        (Segment::Index(_), other) => Err(Kind::NoArray(shown(other))),
        _ => Err(Kind::NoObject),
    }
}

fn element(array: &Array, index: i32) -> Option<&Value> {
    let back = index.unsigned_abs() as usize;
    array.get(if index < 0 { array.len().checked_sub(back)? } else { back })
}

fn union(names: &[crate::base::Text], object: &Object) -> Value {
    let members = names.iter().filter_map(|name| Some((name.clone(), object.get(name)?.clone())));
    Value::object(members)
}

fn shown(value: &Value) -> String {
    let mut text = String::new();
    if java::print(value, &mut text, SHOWN).is_err() {
        text.push('…');
    }
    text
}

struct Walk<'w, 'v> {
    root: &'v Value,
    budget: &'w mut Budget,
    /// Whether this is the last step.
    leaf: bool,
    /// Whether all before was definite: then a value of the wrong type is an error.
    strict: bool,
}

impl<'v> Walk<'_, 'v> {
    /// Shows what one step leads to from one value, in order.
    fn expand(&mut self, segment: &Segment, at: &'v Value, found: &mut dyn FnMut(&'v Value)) -> Result<(), Kind> {
        match (segment, at) {
            (Segment::Name(_) | Segment::Index(_), at) => {
                self.budget.spend(1)?;
                if let Ok(value) = child(at, segment) {
                    found(value);
                }
            }
            (Segment::Wildcard, Value::Object(object)) => {
                self.budget.spend(object.len())?;
                object.values().for_each(found);
            }
            (Segment::Wildcard, Value::Array(array)) => {
                self.budget.spend(array.len())?;
                array.iter().for_each(found);
            }
            (Segment::Indexes(indexes), Value::Array(array)) => {
                self.budget.spend(indexes.len())?;
                indexes.iter().filter_map(|index| element(array, *index)).for_each(found);
            }
            (Segment::Slice(from, to), Value::Array(array)) => {
                let indexes = slice(*from, *to, array.len());
                self.budget.spend(indexes.len())?;
                indexes.filter_map(|index| element(array, index)).for_each(found);
            }
            (Segment::Filter(filter), Value::Array(array)) => {
                for item in array.iter() {
                    if filter.accepts(Sight { root: self.root, item }, self.budget)? {
                        found(item);
                    }
                }
            }
            // An object is tested itself, not its members.
            #[expect(clippy::collapsible_match, reason = "a guard cannot fail with an error")]
            (Segment::Filter(filter), item @ Value::Object(_)) => {
                if filter.accepts(Sight { root: self.root, item }, self.budget)? {
                    found(item);
                }
            }
            (Segment::Scan(target), at) => self.scan(target, at, found)?,
            (Segment::Slice(..) | Segment::Indexes(_), Value::Null) => {}
            (Segment::Slice(..) | Segment::Indexes(_), other) if self.strict => {
                return Err(Kind::NoArray(shown(other)));
            }
            (Segment::Filter(_), other) if self.strict => return Err(Kind::Primitive(shown(other))),
            _ => {}
        }
        Ok(())
    }

    /// Looks for a segment at every depth: a value before what is in it.
    fn scan(&mut self, target: &Segment, at: &'v Value, found: &mut dyn FnMut(&'v Value)) -> Result<(), Kind> {
        let strict = std::mem::replace(&mut self.strict, false);
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            match (target, at) {
                // Within a scan, arrays are not filtered: those of their items that are objects are met later.
                (Segment::Filter(_), Value::Array(_)) => {}
                // Jayway goes on from every item here, whatever the index.
                (Segment::Index(_) | Segment::Indexes(_) | Segment::Slice(..), Value::Array(array)) if !self.leaf => {
                    array.iter().for_each(&mut *found);
                }
                _ => self.expand(target, at, found)?,
            }
            match at {
                Value::Array(array) => {
                    self.budget.spend(array.len())?;
                    open.extend(array.iter().rev());
                }
                Value::Object(object) => {
                    self.budget.spend(object.len())?;
                    open.extend(object.values().rev());
                }
                _ => {}
            }
        }
        self.strict = strict;
        Ok(())
    }
}

/// The indexes of a slice. A single negative bound counts from the end; of two, a negative end does so only behind a
/// negative start: in Jayway `[1:-1]` is empty.
fn slice(from: Option<i32>, to: Option<i32>, len: usize) -> std::ops::Range<i32> {
    let len = i32::try_from(len).unwrap_or(i32::MAX);
    let from_end = |bound: i32| if bound < 0 { bound.saturating_add(len) } else { bound };
    let to = match (from, to) {
        (_, None) => len,
        (Some(0..), Some(to)) => to,
        (_, Some(to)) => from_end(to),
    };
    from.map_or(0, from_end).max(0)..to.min(len)
}
