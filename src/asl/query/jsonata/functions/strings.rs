//! Functions of texts. Characters are code points, as in jsonata-js.

use super::super::error::{R, internal};
use super::super::machine::{Context, Machine};
use super::super::value::{Kind, Val};
use super::{slice, take, to_text};

/// The text of an argument; undefined where there is none.
pub(super) fn text_of(val: &Val) -> R<Option<&str>> {
    match (val.as_str(), val.kind()) {
        (Some(text), _) => Ok(Some(text)),
        (None, Kind::Undefined) => Ok(None),
        (None, _) => Err(internal("the argument is not a string")),
    }
}

pub(super) fn string(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val, pretty] = take(arguments);
    machine.string(&val, pretty.is_truthy())
}

pub(super) fn length(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    let Some(text) = text_of(&val)? else { return Ok(Val::Undefined) };
    machine.budget.spend_text(text.len())?;
    Ok(Val::from(text.chars().count()))
}

/// The characters in a range of code points.
fn characters(text: &str, range: std::ops::Range<usize>) -> &str {
    if text.is_ascii() {
        return text.get(range).unwrap_or("");
    }
    let place = |at: usize| text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte);
    let (start, end) = (place(range.start), place(range.end));
    text.get(start..end.max(start)).unwrap_or("")
}

pub(super) fn substring(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val, start, length] = take(arguments);
    // With its other arguments given before it takes a list, too, and joins a part of it.
    let list: Option<Vec<Val>> = val.elements().map(|elements| elements.iter().collect());
    let text = match &list {
        Some(_) => "",
        None => match text_of(&val)? {
            Some(text) => text,
            None => return Ok(Val::Undefined),
        },
    };
    // Where characters are of several bytes they are counted one by one.
    machine.budget.spend_text(if text.is_ascii() { text.len() } else { text.len() * 3 })?;
    let count = list.as_ref().map_or_else(|| text.chars().count(), Vec::len);
    // What is missing is 0 to `slice`, and NaN in sums.
    let mut from = start.as_f64().unwrap_or(f64::NAN);
    if count as f64 + from < 0.0 {
        from = 0.0;
    }
    let end = match length.as_f64() {
        None if length.is_undefined() => None,
        None => return Err(internal("the length is not a number")),
        Some(length) if length <= 0.0 => return Ok(Val::from("")),
        Some(length) if from >= 0.0 => Some(from + length),
        Some(length) => Some(count as f64 + from + length),
    };
    let part = slice(count, from, end);
    match list {
        None => Ok(Val::from(characters(text, part))),
        Some(list) => {
            machine.budget.spend_items(list.len())?;
            let part = list.get(part).unwrap_or_default();
            let defined = |val: &&Val| !val.is_undefined() && !matches!(val, Val::Json(crate::base::Value::Null));
            let mut joined = String::new();
            for val in part.iter().filter(defined) {
                joined.push_str(&to_text(val, &mut machine.budget)?);
                machine.budget.allow_text(joined.len())?;
            }
            Ok(Val::from(joined))
        }
    }
}

/// A text to search for, which is prepared for that.
pub(super) fn needle(machine: &mut Machine<'_>, val: &Val) -> R<String> {
    let text = to_text(val, &mut machine.budget)?;
    machine.budget.spend_text(text.len() * 4)?;
    Ok(text)
}

pub(super) fn substring_before(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val, chars] = take(arguments);
    let Some(text) = text_of(&val)? else { return Ok(Val::Undefined) };
    let chars = needle(machine, &chars)?;
    machine.budget.spend_text(text.len())?;
    Ok(match text.split_once(&*chars) {
        Some((before, _)) => Val::from(before),
        None => val,
    })
}

pub(super) fn substring_after(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val, chars] = take(arguments);
    let Some(text) = text_of(&val)? else { return Ok(Val::Undefined) };
    let wanted = needle(machine, &chars)?;
    machine.budget.spend_text(text.len())?;
    match text.split_once(&*wanted) {
        Some(_) if chars.is_undefined() => Err(internal("Cannot read properties of undefined (reading 'length')")),
        Some((_, after)) => Ok(Val::from(after)),
        None => Ok(val),
    }
}

pub(super) fn lowercase(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    let Some(text) = text_of(&val)? else { return Ok(Val::Undefined) };
    machine.budget.spend_text(text.len())?;
    machine.text(text.to_lowercase())
}

pub(super) fn uppercase(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    let Some(text) = text_of(&val)? else { return Ok(Val::Undefined) };
    machine.budget.spend_text(text.len())?;
    machine.text(text.to_uppercase())
}

pub(super) fn trim(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    let Some(text) = text_of(&val)? else { return Ok(Val::Undefined) };
    machine.budget.spend_text(text.len())?;
    let mut trimmed = String::with_capacity(text.len());
    for word in text.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()) {
        if !trimmed.is_empty() {
            trimmed.push(' ');
        }
        trimmed.push_str(word);
    }
    Ok(Val::from(trimmed))
}

pub(super) fn pad(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val, width, filler] = take(arguments);
    let Some(text) = text_of(&val)? else { return Ok(Val::Undefined) };
    machine.budget.spend_text(text.len())?;
    let filler = text_of(&filler)?.filter(|filler| !filler.is_empty()).unwrap_or(" ").to_owned();
    machine.budget.spend_text(filler.len())?;
    let width = width.as_f64().unwrap_or(f64::NAN);
    let missing = width.abs() - text.chars().count() as f64;
    if missing.is_nan() || missing <= 0.0 {
        return Ok(val);
    }
    if libm::trunc(missing) != missing || missing >= 4_294_967_295.0 {
        return Err(internal("Invalid array length"));
    }
    let missing = missing as usize;
    machine.budget.allow_text(text.len().saturating_add(missing))?;
    // Character by character.
    machine.budget.spend_text(missing.saturating_mul(4))?;
    let padding: String = filler.chars().cycle().take(missing).collect();
    machine.text(if width > 0.0 { format!("{text}{padding}") } else { format!("{padding}{text}") })
}

pub(super) fn join(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val, separator] = take(arguments);
    if val.is_undefined() {
        return Ok(val);
    }
    let separator = if separator.is_undefined() { String::new() } else { to_text(&separator, &mut machine.budget)? };
    let Some(elements) = val.elements() else { return Err(internal("strs.join is not a function")) };
    let mut joined = String::new();
    for (at, element) in elements.iter().enumerate() {
        machine.budget.spend(1)?;
        if at > 0 {
            joined.push_str(&separator);
        }
        match element.as_str() {
            Some(text) => joined.push_str(text),
            None if matches!(element.kind(), Kind::Undefined | Kind::Null) => {}
            None => joined.push_str(&to_text(&element, &mut machine.budget)?),
        }
        machine.budget.allow_text(joined.len())?;
    }
    machine.budget.spend_text(joined.len())?;
    Ok(Val::from(joined))
}
