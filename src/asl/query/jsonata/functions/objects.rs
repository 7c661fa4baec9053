//! Functions of objects, of values of any type, and those that raise errors.

use super::super::error::{R, internal, raise};
use super::super::json;
use super::super::machine::{self, Context, Machine};
use super::super::value::{Kind, List, Members, OUTER, SEQUENCE, Seq, Val};
use super::take;
use crate::base::Text;
use crate::base::sort::sort_by_key;
use rustc_hash::FxHashSet;
use std::rc::Rc;

pub(super) fn boolean(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    Ok(machine.boolean(&val)?.map(Val::from).into())
}

pub(super) fn not(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    Ok(machine.boolean(&val)?.map(|bool| Val::from(!bool)).into())
}

pub(super) fn exists(_: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    Ok(Val::from(!val.is_undefined()))
}

pub(super) fn type_of(_: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    let name = match val.kind() {
        Kind::Undefined => return Ok(val),
        Kind::Null => "null",
        Kind::Number if machine::is_numeric(&val)? => "number",
        Kind::String => "string",
        Kind::Bool => "boolean",
        Kind::Array => "array",
        Kind::Function => "function",
        // What is no number at all is an object to jsonata-js.
        Kind::Object | Kind::Number => "object",
    };
    Ok(Val::from(name))
}

pub(super) fn keys(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    let mut seen = FxHashSet::default();
    let mut found: Vec<Text> = Vec::new();
    gather_keys(machine, &val, &mut |key| {
        if seen.insert(key.clone()) {
            found.push(key.clone());
        }
    })?;
    // Those of an array become the keys of one object, and so are in its order.
    sort_by_key(&mut found, |key| super::super::value::array_index(key).map_or(u64::MAX, u64::from));
    let seq = found.into_iter().fold(Seq::Empty, |mut seq, key| {
        seq.push(Val::from(key));
        seq
    });
    machine.raw_sequence(seq)
}

fn gather_keys(machine: &mut Machine<'_>, val: &Val, see: &mut dyn FnMut(&Text)) -> R<()> {
    if let Some(elements) = val.elements() {
        for element in elements.iter() {
            machine.budget.spend(1)?;
            gather_keys(machine, &element, see)?;
        }
    } else if let Some(members) = val.members() {
        machine.budget.spend(members.len() as u64 * 2)?;
        members.iter().for_each(|(key, _)| see(key));
    }
    Ok(())
}

pub(super) fn lookup(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val, key] = take(arguments);
    let key = super::to_text(&key, &mut machine.budget)?;
    machine.lookup(&val, &key)
}

pub(super) fn spread(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    spread_of(machine, val)
}

fn spread_of(machine: &mut Machine<'_>, val: Val) -> R<Val> {
    machine.budget.spend(1)?;
    if let Some(elements) = val.elements() {
        let mut parts = machine.raw_sequence(Seq::Empty)?;
        let mut flat = Vec::new();
        let mut appended = false;
        for element in elements.iter() {
            let part = spread_of(machine, element)?;
            if part.is_undefined() {
                continue;
            }
            appended = true;
            match part.elements() {
                Some(elements) => {
                    machine.budget.spend_items(elements.len())?;
                    flat.extend(elements.iter());
                }
                None => flat.push(part),
            }
        }
        if appended {
            parts = machine.array(flat)?;
        }
        return Ok(parts);
    }
    match val.members() {
        Some(members) => {
            let mut parts = Seq::Empty;
            for (key, val) in members.iter() {
                machine.budget.spend(1)?;
                parts.push(machine.object(vec![(key.clone(), val)])?);
            }
            machine.raw_sequence(parts)
        }
        None => Ok(val),
    }
}

pub(super) fn merge(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    if val.is_undefined() {
        return Ok(val);
    }
    let Some(elements) = val.elements() else { return Err(internal("arg.forEach is not a function")) };
    let mut merged = Merged::default();
    for element in elements.iter() {
        let members = element.members();
        machine.budget.spend(1 + members.map_or(0, Members::len) as u64 * 6)?;
        for (key, val) in members.into_iter().flat_map(Members::iter) {
            machine.budget.spend_long_text(key.len())?;
            merged.put(key, val);
        }
    }
    machine.object(merged.members)
}

/// Members by key, each where its key came first.
#[derive(Default)]
struct Merged {
    members: Vec<(Text, Val)>,
    /// Never iterated.
    places: rustc_hash::FxHashMap<Text, usize>,
}

impl Merged {
    fn put(&mut self, key: &Text, val: Val) {
        match self.places.get(key).and_then(|at| self.members.get_mut(*at)) {
            Some((_, old)) => *old = val,
            None => {
                self.places.insert(key.clone(), self.members.len());
                self.members.push((key.clone(), val));
            }
        }
    }
}

pub(super) fn error(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [message] = take(arguments);
    let mut raised = raise("D3137");
    raised.message = Some(message_or(machine, &message, "$error() function evaluated")?);
    Err(raised)
}

pub(super) fn assert(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [condition, message] = take(arguments);
    if condition.is_truthy() {
        return Ok(Val::Undefined);
    }
    let mut raised = raise("D3141");
    raised.message = Some(message_or(machine, &message, "$assert() statement failed")?);
    Err(raised)
}

fn message_or(machine: &mut Machine<'_>, message: &Val, default: &str) -> R<String> {
    if message.is_truthy() { super::to_text(message, &mut machine.budget) } else { Ok(default.to_owned()) }
}

pub(super) fn clone(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    match val.kind() {
        Kind::Undefined => Ok(val),
        Kind::Function => Err(internal("Unexpected end of JSON input")),
        _ => Ok(Val::Json(json::clone(&val, &mut machine.budget)?)),
    }
}

pub(super) fn eval(machine: &mut Machine<'_>, arguments: Vec<Val>, context: Context<'_>) -> R<Val> {
    let [source, focus] = take(arguments);
    let Some(source) = source.as_text().cloned() else {
        return if source.is_undefined() { Ok(source) } else { Err(internal("path.charAt is not a function")) };
    };
    let input = match focus {
        Val::Undefined => context.input.clone(),
        array if array.is_array() && !array.is_sequence() => {
            Val::List(Rc::new(List::new(vec![array], SEQUENCE | OUTER)))
        }
        other => other,
    };
    machine.eval_source(&source, &input, context.frame)
}
