//! `|pattern|update, delete|`: a copy of a value in which some objects are changed.
//!
//! jsonata-js copies the value and then changes the copy in place. Here values cannot be changed in place; what an
//! object has become is noted by its address in the copy, and the whole is put together in the end.

use super::call::{Context, Proc};
use super::{At, Machine};
use crate::asl::query::jsonata::error::{R, internal, raise};
use crate::asl::query::jsonata::function::{Function, Transform};
use crate::asl::query::jsonata::program::Term;
use crate::asl::query::jsonata::signature;
use crate::asl::query::jsonata::value::{Kind, Val};
use crate::base::{Object, Text, Value};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// What objects of the copy have become, by their address. Never iterated. The copy is alive as long as this is, so that
/// no address is used twice.
type Changed = FxHashMap<*const Object, Val>;

impl Machine<'_> {
    pub(super) fn apply_transform(
        &mut self,
        transform: &Transform,
        arguments: Vec<Val>,
        context: Context<'_>,
    ) -> R<Val> {
        let arguments = signature::check(&signature::OBJECT_OR_ARRAY, arguments, context.input)?;
        self.transform(transform, arguments.into_iter().next().unwrap_or_default())
    }

    pub(super) fn transform(&mut self, transform: &Transform, input: Val) -> R<Val> {
        if input.is_undefined() {
            return Ok(input);
        }
        let program = self.program(transform.program);
        let at = At { program: &program, id: transform.program, frame: transform.frame };
        let node = &program.terms[transform.term];
        let Term::Transform(code) = &node.term else { return Ok(Val::Undefined) };
        let position = node.position.unwrap_or(0);

        let Val::Function(clone) = self.raw(at, code.clone, &input)? else {
            return Err(self.raise_at(at, node.span, position, "T2013"));
        };
        let proc = match &*clone {
            Function::Native(native) => Proc::Native(*native),
            _ => Proc::Function(clone),
        };
        let copy = self.apply(&proc, vec![input], Context { input: &Val::Json(Value::Null), frame: at.frame })?;

        let found = self.eval(at, code.pattern, &copy)?;
        let matches: Vec<Val> = match found.elements() {
            _ if found.is_undefined() => return Ok(copy),
            Some(elements) => elements.iter().collect(),
            None => vec![found],
        };
        let mut changed = Changed::default();
        for found in matches {
            self.budget.spend(8)?;
            if matches!(&found, Val::Function(function) if !function.is_object()) {
                return Err(self.raise_at(at, node.span, position, "D1010"));
            }
            let key = address(&found);
            let current = self.current(&found, &changed)?;
            let update = self.eval(at, code.update, &current)?;
            let mut members = members_of(&current);
            match update.kind() {
                Kind::Undefined => {}
                Kind::Object => {
                    if let Some(update) = update.members() {
                        for (name, val) in update.iter() {
                            self.budget.spend(1)?;
                            match members.as_mut() {
                                Some(members) => put(members, name.clone(), val),
                                None if found.is_array() => {}
                                None => return Err(not_an_object(name, &found)),
                            }
                        }
                    }
                }
                _ => {
                    let node = &program.terms[code.update];
                    let raised = raise("T2011").value(update);
                    return Err(place(self, at, raised, node));
                }
            }
            if let Some(delete) = code.delete {
                // It sees what the update has made.
                let context = match &members {
                    Some(members) => self.object(members.clone())?,
                    None => current,
                };
                let names = self.eval(at, delete, &context)?;
                self.delete(at, &program.terms[delete], &names, members.as_mut())?;
            }
            if let (Some(key), Some(members)) = (key, members) {
                let object = self.object(members)?;
                changed.insert(key, object);
            }
        }
        self.current(&copy, &changed)
    }

    fn delete(
        &mut self,
        at: At<'_>,
        node: &crate::asl::query::jsonata::program::Node,
        names: &Val,
        members: Option<&mut Vec<(Text, Val)>>,
    ) -> R<()> {
        let all: Vec<Val> = match names.elements() {
            _ if names.is_undefined() => return Ok(()),
            Some(elements) => elements.iter().collect(),
            None => vec![names.clone()],
        };
        self.budget.spend_items(all.len())?;
        if all.iter().any(|name| name.kind() != Kind::String) {
            let raised = raise("T2012").value(names.clone());
            return Err(place(self, at, raised, node));
        }
        if let Some(members) = members {
            for name in &all {
                self.budget.spend_items(members.len())?;
                members.retain(|(key, _)| Some(&**key) != name.as_str());
            }
        }
        Ok(())
    }

    /// A value of the copy as it has become.
    fn current(&mut self, val: &Val, changed: &Changed) -> R<Val> {
        if changed.is_empty() {
            return Ok(val.clone());
        }
        self.budget.spend(1)?;
        match val {
            Val::Json(value) => Ok(match self.current_json(value, changed)? {
                Some(val) => val,
                None => val.clone(),
            }),
            Val::List(list) => {
                let mut vals = Vec::with_capacity(list.len());
                for val in list.elements().iter() {
                    vals.push(self.current(&val, changed)?);
                }
                self.list(vals, list.flags)
            }
            Val::Record(_) => {
                let mut members = Vec::new();
                for (key, val) in members_of(val).unwrap_or_default() {
                    members.push((key, self.current(&val, changed)?));
                }
                self.object(members)
            }
            other => Ok(other.clone()),
        }
    }

    /// Nothing where nothing has changed.
    fn current_json(&mut self, value: &Value, changed: &Changed) -> R<Option<Val>> {
        self.budget.spend(1)?;
        match value {
            Value::Array(array) => {
                let mut vals: Option<Vec<Val>> = None;
                for (at, item) in array.iter().enumerate() {
                    if let Some(now) = self.current_json(item, changed)? {
                        let vals = vals.get_or_insert_with(|| array.iter().cloned().map(Val::Json).collect());
                        if let Some(old) = vals.get_mut(at) {
                            *old = now;
                        }
                    }
                }
                vals.map(|vals| self.array(vals)).transpose()
            }
            Value::Object(object) => {
                if let Some(now) = changed.get(&Rc::as_ptr(object)) {
                    // What was put into it may have changed since.
                    let now = now.clone();
                    return Ok(Some(self.inside(&now, changed)?));
                }
                let mut members: Option<Vec<(Text, Val)>> = None;
                for (at, (_, item)) in object.iter().enumerate() {
                    if let Some(now) = self.current_json(item, changed)? {
                        let members = members.get_or_insert_with(|| {
                            object.iter().map(|(key, value)| (key.clone(), Val::Json(value.clone()))).collect()
                        });
                        if let Some((_, old)) = members.get_mut(at) {
                            *old = now;
                        }
                    }
                }
                members.map(|members| self.object(members)).transpose()
            }
            _ => Ok(None),
        }
    }

    /// The members of an object as they have become, but not itself.
    fn inside(&mut self, val: &Val, changed: &Changed) -> R<Val> {
        // An object that an update has put into itself would go on for ever.
        self.budget.enter()?;
        let mut members = Vec::new();
        for (key, val) in members_of(val).unwrap_or_default() {
            members.push((key, self.current(&val, changed)?));
        }
        self.budget.leave();
        self.object(members)
    }
}

fn address(val: &Val) -> Option<*const Object> {
    match val {
        Val::Json(Value::Object(object)) => Some(Rc::as_ptr(object)),
        _ => None,
    }
}

fn members_of(val: &Val) -> Option<Vec<(Text, Val)>> {
    match val {
        Val::Json(Value::Object(object)) => {
            Some(object.iter().map(|(key, value)| (key.clone(), Val::Json(value.clone()))).collect())
        }
        Val::Record(record) => Some(Rc::clone(record).into_members()),
        _ => None,
    }
}

fn put(members: &mut Vec<(Text, Val)>, name: Text, val: Val) {
    match members.iter_mut().find(|(key, _)| *key == name) {
        Some((_, old)) => *old = val,
        None => members.push((name, val)),
    }
}

fn not_an_object(name: &Text, found: &Val) -> Box<crate::asl::query::jsonata::error::Raised> {
    let of = match found.kind() {
        Kind::Undefined | Kind::Null => {
            let what = if found.is_undefined() { "undefined" } else { "null" };
            return internal(&format!("Cannot set properties of {what} (setting '{name}')"));
        }
        Kind::String => format!("string '{}'", found.as_str().unwrap_or("")),
        Kind::Number => format!("number '{}'", super::super::json::for_message(found)),
        _ => format!("boolean '{}'", super::super::json::for_message(found)),
    };
    internal(&format!("Cannot create property '{name}' on {of}"))
}

fn place(
    machine: &Machine<'_>,
    at: At<'_>,
    mut raised: Box<crate::asl::query::jsonata::error::Raised>,
    node: &crate::asl::query::jsonata::program::Node,
) -> Box<crate::asl::query::jsonata::error::Raised> {
    let _ = machine;
    raised.position = node.position.map(|offset| at.program.position(offset));
    if at.id == super::MAIN {
        raised.span = Some(node.span);
    }
    raised
}
