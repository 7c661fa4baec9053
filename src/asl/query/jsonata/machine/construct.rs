//! Arrays and objects that an expression writes, and grouping.

use super::{At, Machine};
use crate::asl::query::jsonata::error::{R, internal};
use crate::asl::query::jsonata::program::{Group, TermId};
use crate::asl::query::jsonata::value::{CONS, Elements, Row, TUPLES, Val, array_index};
use crate::base::sort::sort_by_key;
use crate::base::{Text, Value};
use rustc_hash::FxHashMap;

impl Machine<'_> {
    /// `[a, b]`: arrays that are not written as such are dissolved into it.
    pub(super) fn array_of(&mut self, at: At<'_>, items: &[(TermId, bool)], cons: bool, input: &Val) -> R<Val> {
        if let ([(item, false)], false) = (items, cons) {
            let val = self.eval(at, *item, input)?;
            return match val {
                Val::Undefined => Ok(Val::Json(crate::base::Array::new().into())),
                array if array.is_array() => self.plain_copy(array),
                other => self.array(vec![other]),
            };
        }
        let mut vals = Vec::with_capacity(items.len());
        for (item, is_array) in items {
            let val = self.eval(at, *item, input)?;
            match val.elements() {
                _ if val.is_undefined() => {}
                Some(elements) if !is_array => {
                    self.budget.allow_items(vals.len() + elements.len())?;
                    self.budget.spend_items(elements.len())?;
                    vals.extend(elements.iter());
                }
                _ => vals.push(val),
            }
        }
        if cons { self.list(vals, CONS) } else { self.array(vals) }
    }

    /// An array with the same elements that is no sequence.
    fn plain_copy(&mut self, array: Val) -> R<Val> {
        match array {
            Val::List(list) => {
                if let Elements::Range { .. } = list.elements() {
                    return Ok(Val::List(list.flagged(0)));
                }
                self.budget.spend_items(list.len())?;
                let vals = list.into_vals();
                self.array(vals)
            }
            json => Ok(json),
        }
    }

    /// `$append`
    pub fn append(&mut self, first: Val, second: Val) -> R<Val> {
        if first.is_undefined() {
            return Ok(second);
        }
        if second.is_undefined() {
            return Ok(first);
        }
        let count = |val: &Val| val.elements().map_or(1, Elements::len);
        let total = count(&first) + count(&second);
        self.budget.allow_items(total)?;
        self.budget.spend(total as u64 / 2 + 1)?;
        let mut vals = Vec::with_capacity(total);
        for val in [first, second] {
            match val {
                Val::List(list) => vals.extend(list.into_vals()),
                Val::Json(Value::Array(array)) => vals.extend(array.iter().cloned().map(Val::Json)),
                other => vals.push(other),
            }
        }
        self.array(vals)
    }

    /// `{key: value}`: of one item, or of the items of a sequence, grouped by key.
    pub(super) fn grouped(&mut self, at: At<'_>, group: &Group, input: &Val) -> R<Val> {
        if let Val::List(list) = input
            && let Some(rows) = list.as_rows()
        {
            if list.flags & TUPLES != 0 {
                return self.group_rows(at, group, rows.to_vec());
            }
            // Rows that were sorted are objects like others.
            let mut items = Vec::with_capacity(rows.len());
            for row in rows {
                items.push(self.row_as_object(at.program, row)?);
            }
            return self.group_items(at, group, items);
        }
        match input.elements() {
            None => self.group_one(at, group, input),
            Some(elements) => {
                self.budget.spend_items(elements.len())?;
                let mut items: Vec<Val> = elements.iter().collect();
                if items.is_empty() {
                    // So that an object is made where there is no item.
                    items.push(Val::Undefined);
                }
                self.group_items(at, group, items)
            }
        }
    }

    fn group_one(&mut self, at: At<'_>, group: &Group, item: &Val) -> R<Val> {
        if !group.plain {
            return self.group_items(at, group, vec![item.clone()]);
        }
        let frame = match group.scope {
            Some(scope) => self.push_frame(at.program, at.id, scope, at.frame, None)?,
            None => at.frame,
        };
        let inner = At { frame, ..at };
        for _ in &group.pairs {
            self.budget.visit()?;
        }
        let mut members = Vec::with_capacity(group.pairs.len());
        for pair in &group.pairs {
            let val = self.eval(inner, pair.value, item)?;
            if let (Some(key), false) = (&pair.literal, val.is_undefined()) {
                members.push((key.clone(), val));
            }
        }
        if group.scope.is_some() {
            self.drop_frame(frame);
        }
        self.object(members)
    }

    fn group_items(&mut self, at: At<'_>, group: &Group, items: Vec<Val>) -> R<Val> {
        let frame = match group.scope {
            Some(scope) => self.push_frame(at.program, at.id, scope, at.frame, None)?,
            None => at.frame,
        };
        let inner = At { frame, ..at };
        let mut groups: Groups<Vec<Val>> = Groups::default();
        // An item is put to others of its key, and a group becomes a list and a member.
        self.budget.spend(items.len() as u64 * 4)?;
        for item in items {
            for (index, pair) in group.pairs.iter().enumerate() {
                let key = self.eval(inner, pair.key, &item)?;
                if let Some(key) = self.key(at, group, key)? {
                    let known = groups.at(key, index).map_err(|key| self.twice(at, group, &key))?;
                    known.push(item.clone());
                }
            }
        }
        let mut members = Vec::new();
        for (key, index, items) in groups.in_order() {
            let data = self.group_data(items)?;
            let Some(pair) = group.pairs.get(index) else { continue };
            let val = self.eval(inner, pair.value, &data)?;
            if !val.is_undefined() {
                members.push((key, val));
            }
        }
        if group.scope.is_some() {
            self.drop_frame(frame);
        }
        self.object(members)
    }

    /// The items of a group as the context of its value: one as it is, more appended to each other.
    fn group_data(&mut self, items: Vec<Val>) -> R<Val> {
        let mut items = items.into_iter();
        let first = items.next().unwrap_or_default();
        let rest: Vec<Val> = items.collect();
        if rest.is_empty() {
            return Ok(first);
        }
        let mut defined: Vec<Val> = std::iter::once(first).chain(rest).filter(|val| !val.is_undefined()).collect();
        if defined.len() < 2 {
            return Ok(defined.pop().unwrap_or_default());
        }
        let mut vals = Vec::with_capacity(defined.len());
        for val in defined {
            match val.elements() {
                Some(elements) => {
                    self.budget.spend_items(elements.len())?;
                    vals.extend(elements.iter());
                }
                None => vals.push(val),
            }
        }
        self.array(vals)
    }

    fn group_rows(&mut self, at: At<'_>, group: &Group, rows: Vec<Row>) -> R<Val> {
        let mut groups: Groups<Vec<Row>> = Groups::default();
        if rows.is_empty() {
            return Err(internal("Cannot read properties of undefined (reading '@')"));
        }
        for row in rows {
            for (index, pair) in group.pairs.iter().enumerate() {
                let item = row.item.clone();
                let key =
                    self.in_row(at, group.scope, Some(row.clone()), |machine, at| machine.eval(at, pair.key, &item))?;
                if let Some(key) = self.key(at, group, key)? {
                    let known = groups.at(key, index).map_err(|key| self.twice(at, group, &key))?;
                    known.push(row.clone());
                }
            }
        }
        let mut members = Vec::new();
        for (key, index, rows) in groups.in_order() {
            let row = self.reduce_rows(rows)?;
            let Some(pair) = group.pairs.get(index) else { continue };
            let item = row.item.clone();
            let val = self.in_row(at, group.scope, Some(row), |machine, at| machine.eval(at, pair.value, &item))?;
            if !val.is_undefined() {
                members.push((key, val));
            }
        }
        self.object(members)
    }

    fn key(&mut self, at: At<'_>, group: &Group, key: Val) -> R<Option<Text>> {
        match key {
            Val::Undefined => Ok(None),
            Val::Json(Value::String(text)) => {
                self.budget.spend_long_text(text.len())?;
                Ok(Some(text))
            }
            other => Err(self.raise_at(at, group.span, group.position, "T1003").value(other)),
        }
    }

    fn twice(&self, at: At<'_>, group: &Group, key: &Text) -> Box<crate::asl::query::jsonata::error::Raised> {
        self.raise_at(at, group.span, group.position, "D1009").value(key)
    }
}

/// Groups by key, in the order in which the keys came up.
struct Groups<T> {
    groups: Vec<(Text, usize, T)>,
    /// Never iterated.
    by_key: FxHashMap<Text, usize>,
}

impl<T> Default for Groups<T> {
    fn default() -> Self {
        Groups { groups: Vec::new(), by_key: FxHashMap::default() }
    }
}

impl<T: Default> Groups<T> {
    /// The group of a key that a pair has given.
    ///
    /// # Errors
    /// The key, if another pair has given it before.
    fn at(&mut self, key: Text, pair: usize) -> Result<&mut T, Text> {
        let at = match self.by_key.get(&key) {
            Some(at) => *at,
            None => {
                self.by_key.insert(key.clone(), self.groups.len());
                self.groups.push((key.clone(), pair, T::default()));
                self.groups.len() - 1
            }
        };
        match self.groups.get_mut(at) {
            Some((_, index, group)) if *index == pair => Ok(group),
            _ => Err(key),
        }
    }

    /// In the order of JavaScript.
    fn in_order(self) -> Vec<(Text, usize, T)> {
        let mut groups = self.groups;
        if groups.iter().any(|(key, ..)| array_index(key).is_some()) {
            sort_by_key(&mut groups, |(key, ..)| array_index(key).map_or(u64::MAX, u64::from));
        }
        groups
    }
}
