//! Paths: each step maps the items that the step before it has found, and what it finds is one flat sequence.

use super::{At, Machine, is_numeric};
use crate::asl::query::jsonata::error::{R, internal};
use crate::asl::query::jsonata::program::{Filter, Path, Stage, Step, StepKind};
use crate::asl::query::jsonata::value::{Elements, KEEP, Kind, OUTER, SEQUENCE, Seq, TUPLES, Val};
use crate::base::Value;

/// What the steps so far have found.
pub(super) enum Work {
    One(Val),
    /// The elements of an array that is there already.
    Array(Val),
    Many(Vec<Val>),
}

impl Work {
    pub(super) fn len(&self) -> usize {
        match self {
            Work::One(_) => 1,
            Work::Array(array) => array.elements().map_or(0, Elements::len),
            Work::Many(vals) => vals.len(),
        }
    }

    pub(super) fn into_vals(self) -> Vec<Val> {
        match self {
            Work::One(only) => vec![only],
            Work::Array(array) => array.elements().into_iter().flat_map(Elements::iter).collect(),
            Work::Many(vals) => vals,
        }
    }
}

/// What one step has found.
enum Found {
    /// An array that is a value, found by the last step: it stays as it is.
    Plain(Val),
    Work(Work),
}

/// Gathers what a step finds, one item after the other.
#[derive(Default)]
struct Gather {
    /// The first find, kept whole as long as it is the only one.
    first: Option<Val>,
    many: Vec<Val>,
    count: usize,
}

impl Gather {
    fn add(&mut self, val: Val) {
        self.count += 1;
        match self.first.take() {
            None if self.count == 1 => self.first = Some(val),
            first => {
                if let Some(first) = first {
                    splice(&mut self.many, first);
                }
                splice(&mut self.many, val);
            }
        }
    }

    fn finish(self, last: bool) -> Found {
        match self.first {
            Some(only) if only.is_array() && !only.is_sequence() && last => Found::Plain(only),
            Some(only) if only.is_array() && !only.is_cons() => Found::Work(Work::Array(only)),
            Some(only) => Found::Work(Work::One(only)),
            None => Found::Work(Work::Many(self.many)),
        }
    }
}

/// An array is dissolved into the sequence, unless it was written as one.
fn splice(many: &mut Vec<Val>, val: Val) {
    match val.elements() {
        Some(elements) if !val.is_cons() => many.extend(elements.iter()),
        _ => many.push(val),
    }
}

impl Machine<'_> {
    pub(super) fn path(&mut self, at: At<'_>, path: &Path, input: &Val) -> R<Val> {
        if path.rows_from.is_some() {
            return self.path_of_rows(at, path, input);
        }
        let mut work = start(path, input);
        let mut plain = None;
        for (index, step) in path.steps.iter().enumerate() {
            let last = index + 1 == path.steps.len();
            match self.step(at, step, work, last)? {
                Found::Plain(val) => {
                    plain = Some(val);
                    work = Work::Many(Vec::new());
                    break;
                }
                Found::Work(found) => work = found,
            }
            if work.len() == 0 {
                break;
            }
        }
        if let Some(plain) = plain {
            return self.finish_plain(at, path, plain);
        }
        if let Some(group) = &path.group {
            let flags = if path.keep { SEQUENCE | KEEP } else { SEQUENCE };
            let sequence = self.list(work.into_vals(), flags)?;
            return Ok(self.grouped(at, group, &sequence)?.collapse());
        }
        match work {
            Work::One(only) if !path.keep => Ok(only),
            Work::Array(array) => self.as_sequence(array, path.keep),
            Work::One(only) => self.sequence(Seq::One(only), path.keep),
            Work::Many(vals) => {
                let seq = match vals.len() {
                    0 => Seq::Empty,
                    1 => vals.into_iter().next().map_or(Seq::Empty, Seq::One),
                    _ => Seq::Many(vals),
                };
                self.sequence(seq, path.keep)
            }
        }
    }

    /// A path that ends in an array which is a value.
    fn finish_plain(&mut self, at: At<'_>, path: &Path, plain: Val) -> R<Val> {
        let val = match path.keep && plain.is_cons() && !plain.is_sequence() {
            true => self.list(vec![plain], SEQUENCE | KEEP)?,
            false => plain,
        };
        match &path.group {
            Some(group) => Ok(self.grouped(at, group, &val)?.collapse()),
            None => Ok(val.collapse()),
        }
    }

    /// The elements of an array as a sequence of its own.
    fn as_sequence(&mut self, array: Val, keep: bool) -> R<Val> {
        let flags = if keep { SEQUENCE | KEEP } else { SEQUENCE };
        if let Val::List(list) = array {
            return Ok(Val::List(list.flagged(flags)).collapse());
        }
        let elements = array.elements().map_or(0, Elements::len);
        self.budget.spend_items(elements)?;
        let vals: Vec<Val> = array.elements().into_iter().flat_map(Elements::iter).collect();
        Ok(self.list(vals, flags)?.collapse())
    }

    fn step(&mut self, at: At<'_>, step: &Step, work: Work, last: bool) -> R<Found> {
        let term = match &step.kind {
            StepKind::Sort(sort) => {
                let vals = work.into_vals();
                let sorted = self.sort_items(at, sort, vals)?;
                let found = self.list_of_sorted(sorted)?;
                return Ok(match self.stages(at, &step.stages, found)? {
                    val if last && !val.is_sequence() => Found::Plain(val),
                    val => Found::Work(Work::Array(val)),
                });
            }
            StepKind::Term(term) if step.cons => {
                // It sees all items at once.
                let input = match work {
                    Work::Array(array) => array,
                    other => self.list(other.into_vals(), SEQUENCE)?,
                };
                let val = self.eval(at, *term, &input)?;
                return Ok(match val.elements() {
                    Some(elements) if last || elements.len() == 0 => Found::Plain(val),
                    Some(_) => Found::Work(Work::Array(val)),
                    None if last || val.as_str() == Some("") => Found::Plain(val),
                    None if val.kind() == Kind::Null => {
                        return Err(internal("Cannot read properties of null (reading 'length')"));
                    }
                    // A text has a length, too, and its characters have indexes.
                    None => {
                        let text = val.as_str().unwrap_or("");
                        self.budget.allow_items(text.len())?;
                        Found::Work(Work::Many(text.chars().map(|c| Val::from(c.to_string())).collect()))
                    }
                });
            }
            StepKind::Name(name) => {
                if let (Work::One(item), true) = (&work, step.stages.is_empty()) {
                    // The common case: a member of an object.
                    self.budget.visit()?;
                    return Ok(match self.lookup(item, name)?.collapse() {
                        Val::Undefined => Found::Work(Work::Many(Vec::new())),
                        array if array.is_array() && last && !array.is_sequence() => Found::Plain(array),
                        array if array.is_array() && !array.is_cons() => Found::Work(Work::Array(array)),
                        val => Found::Work(Work::One(val)),
                    });
                }
                None
            }
            StepKind::Term(term) => Some(*term),
        };
        let mut gather = Gather::default();
        let mut each = |machine: &mut Self, item: &Val| -> R<()> {
            let mut val = match (&step.kind, term) {
                (_, Some(term)) => machine.eval(at, term, item)?,
                (StepKind::Name(name), None) => {
                    machine.budget.visit()?;
                    machine.lookup(item, name)?.collapse()
                }
                _ => Val::Undefined,
            };
            for stage in &step.stages {
                if let Stage::Filter(filter) = stage {
                    val = machine.filter(at, filter, val)?;
                }
            }
            if !val.is_undefined() {
                if let Some(elements) = val.elements() {
                    machine.budget.spend_items(elements.len())?;
                    machine.budget.allow_items(gather.many.len() + elements.len())?;
                }
                gather.add(val);
            }
            Ok(())
        };
        match &work {
            Work::One(item) => each(self, item)?,
            Work::Many(items) => items.iter().try_for_each(|item| each(self, item))?,
            Work::Array(array) => {
                if let Some(elements) = array.elements() {
                    elements.iter().try_for_each(|item| each(self, &item))?;
                }
            }
        }
        self.budget.allow_items(gather.many.len())?;
        Ok(gather.finish(last))
    }

    /// What a step that is not the last finds.
    pub(super) fn step_vals(&mut self, at: At<'_>, step: &Step, work: Work) -> R<Vec<Val>> {
        Ok(match self.step(at, step, work, false)? {
            Found::Plain(val) => Work::Array(val).into_vals(),
            Found::Work(work) => work.into_vals(),
        })
    }

    /// The filters behind a sorting step.
    fn stages(&mut self, at: At<'_>, stages: &[Stage], mut val: Val) -> R<Val> {
        for stage in stages {
            if let Stage::Filter(filter) = stage {
                val = self.filter(at, filter, val)?;
            }
        }
        Ok(val)
    }

    /// `value[predicate]`: the elements at an index, or those for which the predicate is true.
    pub(super) fn filter(&mut self, at: At<'_>, filter: &Filter, val: Val) -> R<Val> {
        if let Val::List(list) = &val
            && let Some(rows) = list.as_rows()
        {
            let rows = rows.to_vec();
            let flags = list.flags & TUPLES;
            return self.filter_rows(at, filter, rows, flags);
        }
        if let Some(index) = filter.index {
            let Some(elements) = val.elements() else {
                return match floor_index(index, 1) {
                    Some(0) if !val.is_undefined() => self.raw_sequence(Seq::One(val)),
                    _ => self.raw_sequence(Seq::Empty),
                };
            };
            let item = floor_index(index, elements.len()).map(|index| elements.at(index)).unwrap_or_default();
            return match item.kind() {
                Kind::Undefined => self.raw_sequence(Seq::Empty),
                Kind::Array => Ok(item),
                _ => self.raw_sequence(Seq::One(item)),
            };
        }
        let frame = match filter.scope {
            Some(scope) => self.push_frame(at.program, at.id, scope, at.frame, None)?,
            None => at.frame,
        };
        let inner = At { frame, ..at };
        let mut found = Seq::Empty;
        let count = val.elements().map_or(1, Elements::len);
        for index in 0..count {
            let item = match val.elements() {
                Some(elements) => elements.at(index),
                None => val.clone(),
            };
            let answer = self.eval(inner, filter.term, &item)?;
            for _ in 0..self.picks(&answer, index, count)? {
                found.push(item.clone());
            }
        }
        if filter.scope.is_some() {
            self.drop_frame(frame);
        }
        self.raw_sequence(found)
    }

    /// How often a predicate's answer picks the item at an index: an index picks one, an array of them each, all else
    /// is true or not.
    pub(super) fn picks(&mut self, answer: &Val, index: usize, count: usize) -> R<usize> {
        if is_numeric(answer)? {
            return Ok(usize::from(answer.as_f64().and_then(|at| floor_index(at, count)) == Some(index)));
        }
        if let Some(elements) = answer.elements() {
            self.budget.spend_items(elements.len())?;
            let mut numbers = true;
            for element in elements.iter() {
                numbers &= is_numeric(&element)?;
            }
            if numbers {
                let at = |element: Val| element.as_f64().and_then(|at| floor_index(at, count)) == Some(index);
                return Ok(elements.iter().filter(|element| at(element.clone())).count());
            }
        }
        Ok(usize::from(self.boolean(answer)? == Some(true)))
    }

    /// The member of an object, or those of the objects in an array.
    pub(in super::super) fn lookup(&mut self, input: &Val, name: &str) -> R<Val> {
        match input {
            Val::Json(Value::Object(object)) => Ok(object.get(name).cloned().map(Val::Json).unwrap_or_default()),
            Val::Record(record) => Ok(record.get(name).cloned().unwrap_or_default()),
            Val::Json(Value::Array(_)) | Val::List(_) => {
                let mut found = Seq::Empty;
                for item in input.elements().into_iter().flat_map(Elements::iter) {
                    self.budget.spend(1)?;
                    let val = self.lookup(&item, name)?;
                    match val.elements() {
                        Some(elements) => {
                            self.budget.spend_items(elements.len())?;
                            found.extend(elements);
                        }
                        None if val.is_undefined() => {}
                        None => found.push(val),
                    }
                }
                self.raw_sequence(found)
            }
            _ => Ok(Val::Undefined),
        }
    }

    /// `*`: the values of all members.
    pub(super) fn wildcard(&mut self, input: &Val) -> R<Val> {
        let input = match input {
            Val::List(list) if list.flags & OUTER != 0 => list.elements().at(0),
            other => other.clone(),
        };
        let mut found = Seq::Empty;
        let mut plain = false;
        let mut see = |machine: &mut Self, val: Val| -> R<()> {
            machine.budget.spend(1)?;
            if val.is_array() {
                // From here on jsonata-js has an array, no sequence.
                plain = true;
                machine.flatten(&val, &mut found)
            } else {
                found.push(val);
                Ok(())
            }
        };
        if let Some(elements) = input.elements() {
            for element in elements.iter() {
                see(self, element)?;
            }
        } else if let Some(members) = input.members() {
            // They are put in order, too.
            self.budget.spend(members.len() as u64 * 2)?;
            for (_, val) in members.iter() {
                see(self, val)?;
            }
        }
        if plain {
            let vals = match found {
                Seq::Empty => Vec::new(),
                Seq::One(only) => vec![only],
                Seq::Many(vals) => vals,
            };
            return self.array(vals);
        }
        self.raw_sequence(found)
    }

    fn flatten(&mut self, val: &Val, found: &mut Seq) -> R<()> {
        self.budget.spend(1)?;
        match val.elements() {
            Some(elements) => elements.iter().try_for_each(|element| self.flatten(&element, found)),
            None => {
                found.push(val.clone());
                Ok(())
            }
        }
    }

    /// `**`: the value itself, the values of its members, and so on.
    pub(super) fn descendants(&mut self, input: &Val) -> R<Val> {
        if input.is_undefined() {
            return Ok(Val::Undefined);
        }
        let mut found = Seq::Empty;
        self.descend(input, &mut found)?;
        match found {
            Seq::One(only) => Ok(only),
            other => self.raw_sequence(other),
        }
    }

    fn descend(&mut self, val: &Val, found: &mut Seq) -> R<()> {
        self.budget.spend(1)?;
        if let Some(elements) = val.elements() {
            return elements.iter().try_for_each(|element| self.descend(&element, found));
        }
        found.push(val.clone());
        if let Some(members) = val.members() {
            self.budget.spend(members.len() as u64)?;
            for (_, val) in members.iter() {
                self.descend(&val, found)?;
            }
        }
        Ok(())
    }
}

/// What a path begins with: the items of the context, or the context as the one item.
pub(super) fn start(path: &Path, input: &Val) -> Work {
    if input.is_array() && !path.absolute { Work::Array(input.clone()) } else { Work::One(input.clone()) }
}

/// An index as it is written, counted from the end if it is negative; nothing if there is no such element.
pub(super) fn floor_index(index: f64, count: usize) -> Option<usize> {
    let floor = libm::floor(index);
    let index = if floor < 0.0 { count as f64 + floor } else { floor };
    (index >= 0.0 && index < count as f64).then_some(index as usize)
}

impl Machine<'_> {
    /// What sorting has left, as the array that it is.
    fn list_of_sorted(&mut self, sorted: Vec<Val>) -> R<Val> {
        match sorted.len() {
            // jsonata-js gives back the sequence itself where there is nothing to sort.
            0 | 1 => self.list(sorted, SEQUENCE),
            _ => self.list(sorted, 0),
        }
    }
}
