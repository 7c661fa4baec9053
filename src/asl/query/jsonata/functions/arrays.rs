//! Functions of arrays.

use super::super::error::{R, internal};
use super::super::machine::{Context, Machine};
use super::super::value::{Elements, SEQUENCE, Val};
use super::take;
use crate::base::Text;
use rustc_hash::FxHashSet;

pub(super) fn count(_: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    match (val.elements(), val.members()) {
        (Some(elements), _) => Ok(Val::from(elements.len())),
        (None, Some(members)) => Ok(members.get("length").into()),
        (None, None) if val.is_undefined() => Ok(Val::from(0_usize)),
        (None, None) => Ok(Val::Undefined),
    }
}

pub(super) fn append(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [first, second] = take(arguments);
    machine.append(first, second)
}

pub(super) fn reverse(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    match val.elements() {
        None if val.is_undefined() => Ok(val),
        Some(elements) if elements.len() > 1 => {
            machine.budget.spend_items(elements.len())?;
            let reversed = (0..elements.len()).rev().map(|at| elements.at(at)).collect();
            machine.array(reversed)
        }
        _ => Ok(val),
    }
}

pub(super) fn zip(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let length = arguments.iter().map(|argument| argument.elements().map_or(0, Elements::len)).min().unwrap_or(0);
    machine.budget.spend_items(length * arguments.len() * 4)?;
    let mut rows = Vec::with_capacity(length);
    for at in 0..length {
        let row = arguments.iter().map(|argument| argument.elements().map(|elements| elements.at(at)).into());
        let row = row.collect();
        rows.push(machine.array(row)?);
    }
    machine.array(rows)
}

pub(super) fn shuffle(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    let Some(elements) = val.elements() else {
        return if val.is_undefined() { Ok(val) } else { Err(internal("the argument is not an array")) };
    };
    if elements.len() < 2 {
        return Ok(val);
    }
    machine.budget.spend_items(elements.len() * 4)?;
    let mut shuffled: Vec<Val> = Vec::with_capacity(elements.len());
    for (at, item) in elements.iter().enumerate() {
        let uniform = (machine.random() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0);
        let place = (uniform * (at + 1) as f64) as usize;
        shuffled.push(item);
        shuffled.swap(place.min(at), at);
    }
    machine.array(shuffled)
}

pub(super) fn distinct(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    let Some(elements) = val.elements().filter(|elements| elements.len() > 1) else { return Ok(val) };
    machine.budget.spend_items(elements.len() * 2)?;
    let mut found: Vec<Val> = Vec::new();
    // Texts and numbers are known by a hash; all else is compared with all else.
    let mut texts: FxHashSet<Text> = FxHashSet::default();
    let mut numbers: FxHashSet<u64> = FxHashSet::default();
    let mut others: Vec<Val> = Vec::new();
    for item in elements.iter() {
        let new = match (item.as_text(), item.as_f64()) {
            (Some(text), _) => {
                machine.budget.spend_long_text(text.len())?;
                texts.insert(text.clone())
            }
            (None, Some(number)) if number.is_nan() => true,
            (None, Some(number)) => numbers.insert((number + 0.0).to_bits()),
            (None, None) => {
                let mut known = false;
                for other in &others {
                    known |= machine.equal(other, &item)?;
                    if known {
                        break;
                    }
                }
                if !known {
                    others.push(item.clone());
                }
                !known
            }
        };
        if new {
            found.push(item);
        }
    }
    if val.is_sequence() { machine.list(found, SEQUENCE) } else { machine.array(found) }
}
