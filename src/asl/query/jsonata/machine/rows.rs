//! Paths that bind: `@$v` binds the item, `#$i` its index, and a step that a `%` means binds the item before it. Such a
//! path carries rows along, an item and what is bound beside it, instead of items.

use super::path::{Work, start};
use super::{At, Machine};
use crate::asl::query::jsonata::error::R;
use crate::asl::query::jsonata::program::{Filter, Path, Program, ScopeId, Stage, Step, StepKind};
use crate::asl::query::jsonata::value::{Elements, KEEP, List, Row, SEQUENCE, Seq, TUPLES, Val};
use crate::base::Text;
use std::rc::Rc;

impl Machine<'_> {
    pub(super) fn path_of_rows(&mut self, at: At<'_>, path: &Path, input: &Val) -> R<Val> {
        let rows_from = path.rows_from.unwrap_or(0);
        let mut items = start(path, input);
        let mut rows: Option<(Vec<Row>, u8)> = None;
        for (index, step) in path.steps.iter().enumerate() {
            if index == 0 && step.cons {
                let input = match items {
                    Work::Array(array) => array,
                    other => self.list(other.into_vals(), SEQUENCE)?,
                };
                let StepKind::Term(term) = step.kind else { return Ok(Val::Undefined) };
                let val = self.eval(at, term, &input)?;
                if rows_from > 0 && path.group.is_none() && val.elements().is_some_and(|elements| elements.len() == 0) {
                    return Ok(val);
                }
                // It binds nothing, and where it should have, what follows is of the input.
                items = if step.focus.is_some() { Work::Array(input) } else { Work::Array(val) };
                continue;
            }
            if index < rows_from {
                let found = self.step_vals(at, step, items)?;
                if found.is_empty() {
                    return self.no_rows(at, path);
                }
                items = Work::Many(found);
                continue;
            }
            rows = Some(match rows {
                None => {
                    let items = std::mem::replace(&mut items, Work::Many(Vec::new())).into_vals();
                    self.first_rows(at, step, items)?
                }
                Some((rows, flags)) => self.next_rows(at, step, rows, flags)?,
            });
        }
        let Some((rows, flags)) = rows else { return self.no_rows(at, path) };
        let keep = if path.keep { KEEP } else { 0 };
        if let Some(group) = &path.group {
            let list = self.rows(rows, flags)?;
            return Ok(self.grouped(at, group, &list)?.collapse());
        }
        if path.gives_rows && flags & TUPLES != 0 {
            return self.rows(rows, flags | keep);
        }
        if path.gives_rows {
            let mut objects = Vec::with_capacity(rows.len());
            for row in &rows {
                objects.push(self.row_as_object(at.program, row)?);
            }
            return self.list(objects, 0);
        }
        let seq = rows.into_iter().fold(Seq::Empty, |mut seq, row| {
            seq.push(row.item);
            seq
        });
        self.sequence(seq, path.keep)
    }

    fn no_rows(&mut self, at: At<'_>, path: &Path) -> R<Val> {
        match &path.group {
            Some(group) => {
                let nothing = self.list(Vec::new(), SEQUENCE)?;
                self.grouped(at, group, &nothing)
            }
            None => Ok(Val::Undefined),
        }
    }

    fn rows(&mut self, rows: Vec<Row>, flags: u8) -> R<Val> {
        self.budget.allow_items(rows.len())?;
        let list = List::rows(rows, if flags & TUPLES == 0 { flags } else { flags | SEQUENCE });
        self.budget.allow_nesting(list.depth())?;
        Ok(Val::List(Rc::new(list)))
    }

    /// The first step that binds, over items.
    fn first_rows(&mut self, at: At<'_>, step: &Step, items: Vec<Val>) -> R<(Vec<Row>, u8)> {
        if let StepKind::Sort(sort) = &step.kind {
            let sorted = self.sort_items(at, sort, items)?;
            let rows = sorted.into_iter().enumerate().map(|(index, item)| {
                let mut row = Row { item, ..Row::default() };
                if let Some(name) = step.index {
                    row.bind(name, Val::from(index));
                }
                row
            });
            let rows = rows.collect();
            return self.row_stages(at, &step.stages, rows, TUPLES);
        }
        let rows = items.into_iter().map(|item| Row { item, ..Row::default() }).collect();
        self.next_rows(at, step, rows, TUPLES)
    }

    fn next_rows(&mut self, at: At<'_>, step: &Step, rows: Vec<Row>, flags: u8) -> R<(Vec<Row>, u8)> {
        if let StepKind::Sort(sort) = &step.kind {
            let single = rows.len() < 2;
            let sorted = self.sort_rows(at, sort, rows, flags)?;
            // What was sorted is no stream of rows any more for jsonata-js: what follows sees the rows themselves.
            return self.row_stages(at, &step.stages, sorted, if single { flags } else { 0 });
        }
        let mut found = Vec::new();
        for row in rows {
            let val = match &step.kind {
                StepKind::Name(name) => {
                    self.budget.visit()?;
                    self.lookup(&row.item, name)?.collapse()
                }
                StepKind::Term(term) => {
                    let item = row.item.clone();
                    self.in_row(at, step.scope, Some(row.clone()), |machine, at| machine.eval(at, *term, &item))?
                }
                StepKind::Sort(_) => Val::Undefined,
            };
            if val.is_undefined() {
                continue;
            }
            if let Val::List(list) = &val
                && list.flags & TUPLES != 0
                && let Some(inner) = list.as_rows()
            {
                for inner_row in inner {
                    self.budget.spend(1)?;
                    let mut merged = Row { item: inner_row.item.clone(), bound: Rc::clone(&row.bound) };
                    for (name, val) in inner_row.bound.iter() {
                        merged.bind(*name, val.clone());
                    }
                    found.push(merged);
                }
                continue;
            }
            let one;
            let elements = match val.elements() {
                Some(elements) => elements,
                None => {
                    one = [val.clone()];
                    Elements::Vals(&one)
                }
            };
            for (index, item) in elements.iter().enumerate() {
                self.budget.spend(1)?;
                let mut next = Row { item: item.clone(), bound: Rc::clone(&row.bound) };
                if let Some(name) = step.focus {
                    next.bind(name, item);
                    next.item = row.item.clone();
                }
                if let Some(name) = step.index {
                    next.bind(name, Val::from(index));
                }
                if let Some(name) = step.ancestor {
                    next.bind(name, row.item.clone());
                }
                found.push(next);
            }
        }
        self.budget.allow_items(found.len())?;
        self.row_stages(at, &step.stages, found, TUPLES)
    }

    fn row_stages(&mut self, at: At<'_>, stages: &[Stage], rows: Vec<Row>, flags: u8) -> R<(Vec<Row>, u8)> {
        let (mut rows, mut flags) = (rows, flags);
        for stage in stages {
            match stage {
                Stage::Index(name) => {
                    for (index, row) in rows.iter_mut().enumerate() {
                        row.bind(*name, Val::from(index));
                    }
                }
                Stage::Filter(filter) => {
                    let val = self.filter_rows(at, filter, rows, flags)?;
                    let Val::List(list) = val else { return Ok((Vec::new(), flags)) };
                    flags = list.flags & TUPLES;
                    rows = list.as_rows().map(<[Row]>::to_vec).unwrap_or_default();
                }
            }
        }
        Ok((rows, flags))
    }

    /// The rows that a predicate picks.
    pub(super) fn filter_rows(&mut self, at: At<'_>, filter: &Filter, rows: Vec<Row>, flags: u8) -> R<Val> {
        let count = rows.len();
        if let Some(index) = filter.index {
            let picked = super::path::floor_index(index, count).and_then(|index| rows.into_iter().nth(index));
            return self.rows(picked.into_iter().collect(), flags);
        }
        let mut found = Vec::new();
        for (index, row) in rows.into_iter().enumerate() {
            let (context, bound) = match flags & TUPLES {
                0 => (self.row_as_object(at.program, &row)?, None),
                _ => (row.item.clone(), Some(row.clone())),
            };
            let answer = self.in_row(at, filter.scope, bound, |machine, at| machine.eval(at, filter.term, &context))?;
            for _ in 0..self.picks(&answer, index, count)? {
                found.push(row.clone());
            }
        }
        self.rows(found, flags)
    }

    /// Evaluates with what a row binds.
    pub(super) fn in_row<T>(
        &mut self,
        at: At<'_>,
        scope: Option<ScopeId>,
        row: Option<Row>,
        evaluate: impl FnOnce(&mut Self, At<'_>) -> R<T>,
    ) -> R<T> {
        let Some(scope) = scope else { return evaluate(self, at) };
        let frame = self.push_frame(at.program, at.id, scope, at.frame, row)?;
        let answer = evaluate(self, At { frame, ..at })?;
        self.drop_frame(frame);
        Ok(answer)
    }

    /// A row as jsonata-js has it: an object with the item under `@`.
    pub(super) fn row_as_object(&mut self, program: &Program, row: &Row) -> R<Val> {
        let name = |symbol| -> Text { program.symbols[symbol].clone() };
        let mut members = vec![(Text::from("@"), row.item.clone())];
        members.extend(row.bound.iter().map(|(symbol, val)| (name(*symbol), val.clone())));
        self.object(members)
    }

    /// The rows of a group as one: each name is bound to all that it was bound to.
    pub(super) fn reduce_rows(&mut self, rows: Vec<Row>) -> R<Row> {
        let mut rows = rows.into_iter();
        let mut sum = rows.next().unwrap_or_default();
        for row in rows {
            sum.item = self.append(sum.item, row.item)?;
            for (name, val) in row.bound.iter() {
                let before = sum.get(*name).cloned().unwrap_or_default();
                let both = self.append(before, val.clone())?;
                sum.bind(*name, both);
            }
        }
        Ok(sum)
    }
}
