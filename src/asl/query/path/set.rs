//! Writing: ResultPath.

use super::{Kind, Path, PathError, Segment, Step};
use crate::base::value::MAX_DEPTH;
use crate::base::{Object, Value};
use std::rc::Rc;

impl Path {
    /// Puts a value where the path says (States Language, "ResultPath"): members that are missing on the way are made.
    /// What nobody else holds is changed in place, what is shared is copied, once. `root` says the same as before where
    /// this fails.
    ///
    /// # Errors
    /// [`PathError::is_conflict`] where something on the way is neither an object nor an element that an array has; or
    /// the result nests too deep; or the path is no Reference Path.
    pub fn set(&self, root: &mut Value, value: Value) -> Result<(), PathError> {
        if !self.is_reference_path() {
            return Err(self.error(Kind::NotWritable, self.steps.len()));
        }
        if self.steps.len() as u32 + value.depth() > MAX_DEPTH {
            return Err(self.error(Kind::TooDeep, self.steps.len()));
        }
        put(root, &self.steps, value).map_err(|left| self.error(Kind::Conflict, self.steps.len() - left))
    }
}

/// An error tells how many steps were still to go.
fn put(at: &mut Value, steps: &[Step], value: Value) -> Result<(), usize> {
    let Some((step, rest)) = steps.split_first() else {
        *at = value;
        return Ok(());
    };
    match (&step.segment, at) {
        (Segment::Name(name), Value::Object(object)) => {
            if !rest.is_empty() && object.contains_key(name) {
                return Rc::make_mut(object).update(name, |member| put(member, rest, value));
            }
            let value = wrap(rest, value)?;
            Rc::make_mut(object).insert(name.clone(), value);
            Ok(())
        }
        (Segment::Index(index), Value::Array(array)) => {
            let index = usize::try_from(*index).ok().filter(|index| *index < array.len()).ok_or(steps.len())?;
            Rc::make_mut(array).update(index, |item| put(item, rest, value)).unwrap_or(Err(steps.len()))
        }
        _ => Err(steps.len()),
    }
}

/// The value in new objects, one for each name.
fn wrap(steps: &[Step], value: Value) -> Result<Value, usize> {
    steps.iter().enumerate().rev().try_fold(value, |value, (n, step)| match &step.segment {
        Segment::Name(name) => Ok(Object::from_iter([(name.clone(), value)]).into()),
        _ => Err(steps.len() - n),
    })
}
