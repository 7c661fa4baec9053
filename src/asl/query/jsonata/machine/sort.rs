//! Sorting: a stable merge sort that asks a comparison which may fail.

use super::{At, Machine};
use crate::asl::query::jsonata::error::R;
use crate::asl::query::jsonata::program::Sort;
use crate::asl::query::jsonata::value::{Kind, Row, TUPLES, Val};
use std::cmp::Ordering;

impl Machine<'_> {
    /// Sorts as jsonata-js does: halves, each sorted, and merged. `after` tells whether the first comes behind the second.
    pub fn merge_sort<T>(&mut self, items: Vec<T>, after: &mut dyn FnMut(&mut Self, &T, &T) -> R<bool>) -> R<Vec<T>> {
        if items.len() < 2 {
            return Ok(items);
        }
        self.budget.spend_items(items.len())?;
        let mut left = items;
        let right = left.split_off(left.len() / 2);
        let left = self.merge_sort(left, after)?;
        let right = self.merge_sort(right, after)?;
        let mut merged = Vec::with_capacity(left.len() + right.len());
        let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let next = if after(self, a, b)? { right.next() } else { left.next() };
            merged.extend(next);
        }
        merged.extend(left);
        merged.extend(right);
        Ok(merged)
    }

    /// `items^(term)`
    pub(super) fn sort_items(&mut self, at: At<'_>, sort: &Sort, items: Vec<Val>) -> R<Vec<Val>> {
        self.merge_sort(items, &mut |machine, a, b| {
            let mut order = Ordering::Equal;
            for (descending, term) in &sort.terms {
                let a = machine.in_row(at, sort.scope, None, |machine, at| machine.eval(at, *term, a))?;
                let b = machine.in_row(at, sort.scope, None, |machine, at| machine.eval(at, *term, b))?;
                order = machine.compare_terms(at, sort, &a, &b, *descending)?;
                if order.is_ne() {
                    break;
                }
            }
            Ok(order.is_gt())
        })
    }

    pub(super) fn sort_rows(&mut self, at: At<'_>, sort: &Sort, rows: Vec<Row>, flags: u8) -> R<Vec<Row>> {
        self.merge_sort(rows, &mut |machine, a, b| {
            let mut order = Ordering::Equal;
            for (descending, term) in &sort.terms {
                let mut values = [Val::Undefined, Val::Undefined];
                for (row, value) in [a, b].into_iter().zip(&mut values) {
                    let (context, bound) = match flags & TUPLES {
                        0 => (machine.row_as_object(at.program, row)?, None),
                        _ => (row.item.clone(), Some(row.clone())),
                    };
                    *value = machine.in_row(at, sort.scope, bound, |machine, at| machine.eval(at, *term, &context))?;
                }
                let [a, b] = &values;
                order = machine.compare_terms(at, sort, a, b, *descending)?;
                if order.is_ne() {
                    break;
                }
            }
            Ok(order.is_gt())
        })
    }

    /// What is undefined comes last, whatever the direction.
    fn compare_terms(&mut self, at: At<'_>, sort: &Sort, a: &Val, b: &Val, descending: bool) -> R<Ordering> {
        match (a.is_undefined(), b.is_undefined()) {
            (true, true) => return Ok(Ordering::Equal),
            (true, false) => return Ok(Ordering::Greater),
            (false, true) => return Ok(Ordering::Less),
            (false, false) => {}
        }
        let sortable = |val: &Val| matches!(val.kind(), Kind::String | Kind::Number);
        if !sortable(a) || !sortable(b) {
            let wrong = if sortable(a) { b } else { a };
            return Err(self.raise_at(at, sort.span, sort.position, "T2008").value(wrong.clone()));
        }
        if a.kind() != b.kind() {
            let raised = self.raise_at(at, sort.span, sort.position, "T2007");
            return Err(raised.value(a.clone()).value2(b.clone()));
        }
        // What is no number at all is behind everything, as in jsonata-js.
        let order = self.order(a, b)?.unwrap_or(Ordering::Greater);
        Ok(if descending { order.reverse() } else { order })
    }
}
