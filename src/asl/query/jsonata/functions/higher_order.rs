//! Functions that call functions.

use super::super::error::{R, internal, raise};
use super::super::function::Function;
use super::super::machine::{self, Context, Machine};
use super::super::value::{Elements, Kind, Seq, Val};
use super::take;
use std::rc::Rc;

/// A function that is called with as many arguments as it takes: the value, its place, and the whole.
struct Callee<'c> {
    function: Rc<Function>,
    arity: usize,
    whole: &'c Val,
    context: Context<'c>,
}

impl<'c> Callee<'c> {
    fn new(machine: &Machine<'_>, function: &Val, whole: &'c Val, context: Context<'c>) -> R<Callee<'c>> {
        match function.as_function() {
            Some(function) => {
                let arity = machine.arity(function);
                Ok(Callee { function: Rc::clone(function), arity, whole, context })
            }
            None => Err(internal("Cannot read properties of undefined (reading 'arity')")),
        }
    }

    fn call(&self, machine: &mut Machine<'_>, val: Val, place: impl FnOnce() -> Val) -> R<Val> {
        machine.budget.spend(1)?;
        let mut arguments = Vec::with_capacity(self.arity.clamp(1, 3));
        arguments.push(val);
        if self.arity >= 2 {
            arguments.push(place());
        }
        if self.arity >= 3 {
            arguments.push(self.whole.clone());
        }
        machine.invoke(&self.function, arguments, self.context)
    }
}

fn elements(val: &Val) -> R<Elements<'_>> {
    val.elements().ok_or_else(|| internal("the argument is not an array"))
}

pub(super) fn map(machine: &mut Machine<'_>, arguments: Vec<Val>, context: Context<'_>) -> R<Val> {
    let [val, function] = take(arguments);
    if val.is_undefined() {
        return Ok(val);
    }
    let elements = elements(&val)?;
    let mut found = Seq::Empty;
    if elements.len() > 0 {
        let callee = Callee::new(machine, &function, &val, context)?;
        for (at, item) in elements.iter().enumerate() {
            let answer = callee.call(machine, item, || Val::from(at))?;
            if !answer.is_undefined() {
                found.push(answer);
            }
        }
    }
    machine.raw_sequence(found)
}

pub(super) fn filter(machine: &mut Machine<'_>, arguments: Vec<Val>, context: Context<'_>) -> R<Val> {
    let [val, function] = take(arguments);
    if val.is_undefined() {
        return Ok(val);
    }
    let elements = elements(&val)?;
    let mut found = Seq::Empty;
    if elements.len() > 0 {
        let callee = Callee::new(machine, &function, &val, context)?;
        for (at, item) in elements.iter().enumerate() {
            let answer = callee.call(machine, item.clone(), || Val::from(at))?;
            if machine.is_true(&answer)? {
                found.push(item);
            }
        }
    }
    machine.raw_sequence(found)
}

pub(super) fn single(machine: &mut Machine<'_>, arguments: Vec<Val>, context: Context<'_>) -> R<Val> {
    let [val, function] = take(arguments);
    if val.is_undefined() {
        return Ok(val);
    }
    let elements = elements(&val)?;
    let callee = match function.is_undefined() || elements.len() == 0 {
        true => None,
        false => Some(Callee::new(machine, &function, &val, context)?),
    };
    let mut found = None;
    for (at, item) in elements.iter().enumerate() {
        machine.budget.spend(1)?;
        if let Some(callee) = &callee {
            let answer = callee.call(machine, item.clone(), || Val::from(at))?;
            if !machine.is_true(&answer)? {
                continue;
            }
        }
        if found.is_some() {
            return Err(raise("D3138").index(at));
        }
        found = Some(item);
    }
    found.ok_or_else(|| raise("D3139"))
}

pub(super) fn reduce(machine: &mut Machine<'_>, arguments: Vec<Val>, context: Context<'_>) -> R<Val> {
    let [val, function, init] = take(arguments);
    if val.is_undefined() {
        return Ok(val);
    }
    let Some(function) = function.as_function() else {
        return Err(internal("Cannot read properties of undefined (reading 'arity')"));
    };
    let arity = machine.arity(function);
    if arity < 2 {
        return Err(raise("D3050").index(1));
    }
    let elements = elements(&val)?;
    let (mut sum, first) = match init {
        Val::Undefined if elements.len() > 0 => (elements.at(0), 1),
        init => (init, 0),
    };
    for at in first..elements.len() {
        machine.budget.spend(1)?;
        let mut arguments = vec![sum, elements.at(at)];
        if arity >= 3 {
            arguments.push(Val::from(at));
        }
        if arity >= 4 {
            arguments.push(val.clone());
        }
        sum = machine.invoke(function, arguments, context)?;
    }
    Ok(sum)
}

pub(super) fn each(machine: &mut Machine<'_>, arguments: Vec<Val>, context: Context<'_>) -> R<Val> {
    let [val, function] = take(arguments);
    let mut found = Seq::Empty;
    if let Some(members) = val.members().filter(|members| members.len() > 0) {
        let callee = Callee::new(machine, &function, &val, context)?;
        for (key, item) in members.iter() {
            let answer = callee.call(machine, item, || Val::from(key))?;
            if !answer.is_undefined() {
                found.push(answer);
            }
        }
    }
    machine.raw_sequence(found)
}

pub(super) fn sift(machine: &mut Machine<'_>, arguments: Vec<Val>, context: Context<'_>) -> R<Val> {
    let [val, function] = take(arguments);
    let mut found = Vec::new();
    if let Some(members) = val.members().filter(|members| members.len() > 0) {
        let callee = Callee::new(machine, &function, &val, context)?;
        for (key, item) in members.iter() {
            let answer = callee.call(machine, item.clone(), || Val::from(key))?;
            if machine.is_true(&answer)? {
                found.push((key.clone(), item));
            }
        }
    }
    if found.is_empty() { Ok(Val::Undefined) } else { machine.object(found) }
}

pub(super) fn sort(machine: &mut Machine<'_>, arguments: Vec<Val>, context: Context<'_>) -> R<Val> {
    let [val, function] = take(arguments);
    if val.is_undefined() {
        return Ok(val);
    }
    let elements = elements(&val)?;
    if elements.len() < 2 {
        return Ok(val);
    }
    let items: Vec<Val> = elements.iter().collect();
    let sorted = match function.as_function() {
        Some(function) => machine.merge_sort(items, &mut |machine, a, b| {
            machine.budget.spend(1)?;
            let answer = machine.invoke(function, vec![a.clone(), b.clone()], context)?;
            Ok(answer.is_truthy())
        })?,
        None => {
            let mut numbers = true;
            for item in &items {
                numbers &= machine::is_numeric(item)?;
            }
            let texts = items.iter().all(|item| item.kind() == Kind::String);
            if !numbers && !texts {
                return Err(raise("D3070").index(1));
            }
            machine.merge_sort(items, &mut |machine, a, b| {
                machine.budget.spend(1)?;
                Ok(machine.order(a, b)? == Some(std::cmp::Ordering::Greater))
            })?
        }
    };
    machine.array(sorted)
}
