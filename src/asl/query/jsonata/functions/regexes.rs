//! Functions that search texts, for a text or with a matcher: a regular expression, or any function that answers as one.

use super::super::error::{R, internal, raise};
use super::super::function::{Function, Matcher};
use super::super::machine::{Context, Machine};
use super::super::value::{Kind, Val};
use super::{byte_offset, strings::text_of, take, unit_offset};
use crate::base::Text;
use std::ops::Range;
use std::rc::Rc;

/// One find.
enum Found {
    /// Of a regular expression, in bytes.
    Regex { range: Range<usize>, groups: Vec<Option<Range<usize>>> },
    /// What a function answered.
    Custom(Val),
}

/// Goes from find to find.
struct Search<'c> {
    matcher: Rc<Function>,
    text: Text,
    context: Context<'c>,
}

impl<'c> Search<'c> {
    fn new(matcher: &Val, text: Text, context: Context<'c>) -> R<Search<'c>> {
        match matcher.as_function() {
            Some(matcher) => Ok(Search { matcher: Rc::clone(matcher), text, context }),
            None => Err(internal("Cannot read properties of undefined (reading 'apply')")),
        }
    }

    fn regex(&self) -> Option<&Rc<Matcher>> {
        match &*self.matcher {
            Function::Regex(matcher) => Some(matcher),
            Function::Passed(inner, _) => match &**inner {
                Function::Regex(matcher) => Some(matcher),
                _ => None,
            },
            _ => None,
        }
    }

    fn first(&self, machine: &mut Machine<'_>) -> R<Option<Found>> {
        match self.regex() {
            Some(matcher) => self.find(machine, matcher, 0),
            None => {
                let answer = machine.invoke(&self.matcher, vec![Val::from(&self.text)], self.context)?;
                custom(answer)
            }
        }
    }

    fn next(&self, machine: &mut Machine<'_>, found: &Found) -> R<Option<Found>> {
        match (found, self.regex()) {
            (Found::Regex { .. }, Some(matcher)) => {
                let from = matcher.last.get();
                if from >= self.text.len() {
                    return Ok(None);
                }
                let next = self.find(machine, matcher, from)?;
                if let Some(Found::Regex { range, .. }) = &next
                    && range.is_empty()
                {
                    // It would never move on.
                    return Err(raise("D1004").value(&matcher.regex.source).position(matcher.position));
                }
                Ok(next)
            }
            (Found::Custom(val), _) => {
                let next = member(val, "next");
                let Some(next) = next.as_function() else {
                    return Err(internal("Cannot read properties of undefined (reading 'apply')"));
                };
                let answer = machine.invoke(next, vec![Val::Undefined], self.context)?;
                custom(answer)
            }
            (Found::Regex { .. }, None) => Ok(None),
        }
    }

    fn find(&self, machine: &mut Machine<'_>, matcher: &Rc<Matcher>, from: usize) -> R<Option<Found>> {
        machine.budget.spend(1)?;
        let found = matcher.regex.find(&self.text, from, &mut machine.budget)?;
        matcher.last.set(found.as_ref().map_or(0, |found| found.range.end));
        Ok(found.map(|found| Found::Regex { range: found.range, groups: found.groups }))
    }

    fn part(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or("")
    }

    /// The text that was found.
    fn matched(&self, found: &Found) -> Val {
        match found {
            Found::Regex { range, .. } => Val::from(self.part(range)),
            Found::Custom(val) => member(val, "match"),
        }
    }

    fn groups(&self, machine: &mut Machine<'_>, found: &Found) -> R<Val> {
        match found {
            Found::Regex { groups, .. } => {
                let group = |group: &Option<Range<usize>>| group.as_ref().map(|range| Val::from(self.part(range)));
                let groups = groups.iter().map(|range| group(range).into()).collect();
                machine.array(groups)
            }
            Found::Custom(val) => Ok(member(val, "groups")),
        }
    }

    /// Where it begins, in UTF-16 units.
    fn start(&self, found: &Found) -> Val {
        match found {
            Found::Regex { range, .. } => Val::from(unit_offset(&self.text, range.start)),
            Found::Custom(val) => member(val, "start"),
        }
    }

    /// Where it begins, in bytes.
    fn start_byte(&self, found: &Found) -> usize {
        match found {
            Found::Regex { range, .. } => range.start,
            Found::Custom(val) => self.byte(&member(val, "start")),
        }
    }

    fn byte(&self, units: &Val) -> usize {
        byte_offset(&self.text, units.as_f64().unwrap_or(0.0)).unwrap_or(self.text.len())
    }
}

fn member(val: &Val, name: &str) -> Val {
    val.members().and_then(|members| members.get(name)).into()
}

/// The answer of a function, if it looks like a find.
fn custom(answer: Val) -> R<Option<Found>> {
    if answer.is_undefined() {
        return Ok(None);
    }
    let looks = member(&answer, "start").kind() == Kind::Number
        || member(&answer, "end").kind() == Kind::Number
        || member(&answer, "groups").is_array()
        || member(&answer, "next").kind() == Kind::Function;
    if answer.is_truthy() && !looks {
        return Err(raise("T1010"));
    }
    if answer.kind() == Kind::Null {
        return Err(internal("Cannot read properties of null (reading 'match')"));
    }
    Ok(Some(Found::Custom(answer)))
}

/// The limit of finds; nothing where there is none.
fn limit(val: &Val, code: &'static str, index: usize) -> R<Option<f64>> {
    match val.as_f64() {
        Some(limit) if limit < 0.0 => Err(raise(code).value(val.clone()).index(index)),
        Some(limit) => Ok(Some(limit)),
        None if val.is_undefined() => Ok(None),
        None => Err(internal("the limit is not a number")),
    }
}

pub(super) fn contains(machine: &mut Machine<'_>, arguments: Vec<Val>, context: Context<'_>) -> R<Val> {
    let [val, token] = take(arguments);
    let Some(text) = text_of(&val)? else { return Ok(Val::Undefined) };
    machine.budget.spend_text(text.len() * 4)?;
    if let Some(token) = token.as_str() {
        machine.budget.spend_text(token.len() * 4)?;
        return Ok(Val::from(text.contains(token)));
    }
    let search = Search::new(&token, text.into(), context)?;
    Ok(Val::from(search.first(machine)?.is_some()))
}

/// `$match`
pub(super) fn find_all(machine: &mut Machine<'_>, arguments: Vec<Val>, context: Context<'_>) -> R<Val> {
    let [val, matcher, most] = take(arguments);
    let Some(text) = text_of(&val)? else { return Ok(Val::Undefined) };
    let limit = limit(&most, "D3040", 3)?;
    let mut all = super::super::value::Seq::Empty;
    if limit.is_none_or(|limit| limit > 0.0) {
        let search = Search::new(&matcher, text.into(), context)?;
        let mut count = 0.0;
        let mut found = search.first(machine)?;
        while let Some(one) = found.filter(|_| limit.is_none_or(|limit| count < limit)) {
            machine.budget.spend(1)?;
            let groups = search.groups(machine, &one)?;
            all.push(machine.object(vec![
                ("match".into(), search.matched(&one)),
                ("index".into(), search.start(&one)),
                ("groups".into(), groups),
            ])?);
            found = search.next(machine, &one)?;
            count += 1.0;
        }
    }
    machine.raw_sequence(all)
}

pub(super) fn split(machine: &mut Machine<'_>, arguments: Vec<Val>, context: Context<'_>) -> R<Val> {
    let [val, separator, most] = take(arguments);
    let Some(text) = text_of(&val)? else { return Ok(Val::Undefined) };
    let limit = limit(&most, "D3020", 3)?;
    if limit.is_some_and(|limit| limit <= 0.0) {
        return machine.array(Vec::new());
    }
    machine.budget.spend_text(text.len())?;
    let mut parts: Vec<Val> = Vec::new();
    if let Some(separator) = separator.as_str() {
        // It is prepared for the search.
        machine.budget.spend_text(separator.len() * 4)?;
        // JavaScript takes the lower 32 bits of it.
        let most = limit.map_or(usize::MAX, |limit| libm::fmod(libm::trunc(limit), 4_294_967_296.0) as usize);
        let mut put = |part: &str| -> R<()> {
            machine.budget.spend(2)?;
            parts.push(Val::from(part));
            Ok(())
        };
        if separator.is_empty() {
            let mut buffer = [0; 4];
            text.chars().take(most).try_for_each(|c| put(c.encode_utf8(&mut buffer)))?;
        } else {
            text.split(separator).take(most).try_for_each(put)?;
        }
        return machine.array(parts);
    }
    let search = Search::new(&separator, text.into(), context)?;
    let mut count = 0.0;
    let mut start = 0;
    let mut found = search.first(machine)?;
    if found.is_none() {
        return machine.array(vec![val]);
    }
    while let Some(one) = found.filter(|_| limit.is_none_or(|limit| count < limit)) {
        machine.budget.spend(1)?;
        // JavaScript takes the two ends in any order.
        let (from, to) = (start, search.start_byte(&one));
        parts.push(Val::from(search.part(&(from.min(to)..from.max(to)))));
        start = match &one {
            Found::Regex { range, .. } => range.end,
            Found::Custom(val) => search.byte(&member(val, "end")),
        };
        found = search.next(machine, &one)?;
        count += 1.0;
    }
    if limit.is_none_or(|limit| count < limit) {
        parts.push(Val::from(search.part(&(start..search.text.len()))));
    }
    machine.array(parts)
}

pub(super) fn replace(machine: &mut Machine<'_>, arguments: Vec<Val>, context: Context<'_>) -> R<Val> {
    let [val, pattern, replacement, most] = take(arguments);
    let Some(text) = text_of(&val)? else { return Ok(Val::Undefined) };
    if pattern.as_str() == Some("") {
        return Err(raise("D3010").value(pattern).index(2));
    }
    let limit = limit(&most, "D3011", 4)?;
    if limit.is_some_and(|limit| limit <= 0.0) {
        return Ok(val);
    }
    machine.budget.spend_text(text.len())?;
    let mut result = String::new();
    let mut count = 0.0;
    let mut position = 0;
    if let Some(pattern) = pattern.as_str() {
        machine.budget.spend_text(pattern.len() * 4)?;
        let replacement = super::to_text(&replacement, &mut machine.budget)?;
        for (at, _) in text.match_indices(pattern) {
            if limit.is_some_and(|limit| count >= limit) {
                break;
            }
            result.push_str(text.get(position..at).unwrap_or(""));
            result.push_str(&replacement);
            machine.budget.spend_text(replacement.len())?;
            machine.budget.allow_text(result.len())?;
            position = at + pattern.len();
            count += 1.0;
        }
        result.push_str(text.get(position..).unwrap_or(""));
        return machine.text(result);
    }
    let search = Search::new(&pattern, text.into(), context)?;
    let mut found = search.first(machine)?;
    if found.is_none() {
        return Ok(val);
    }
    while let Some(one) = found.filter(|_| limit.is_none_or(|limit| count < limit)) {
        machine.budget.spend(1)?;
        let start = search.start_byte(&one);
        result.push_str(search.part(&(position.min(start)..position.max(start))));
        match (replacement.as_str(), replacement.as_function()) {
            (Some(template), _) => substitute(machine, &search, &one, template, &mut result)?,
            (None, Some(function)) => {
                let argument = as_object(machine, &search, &one)?;
                let answer = machine.invoke(function, vec![argument], context)?;
                match answer.as_str() {
                    Some(text) => result.push_str(text),
                    None => return Err(raise("D3012").value(answer)),
                }
            }
            (None, None) => return Err(internal("replacer.apply is not a function")),
        }
        machine.budget.allow_text(result.len())?;
        position = match &one {
            Found::Regex { range, .. } => range.end,
            Found::Custom(val) => match member(val, "match").as_str() {
                Some(matched) => start + matched.len(),
                None => return Err(internal("Cannot read properties of undefined (reading 'length')")),
            },
        };
        found = search.next(machine, &one)?;
        count += 1.0;
    }
    result.push_str(search.part(&(position.min(search.text.len())..search.text.len())));
    machine.text(result)
}

/// A find as a function that makes the replacement sees it.
fn as_object(machine: &mut Machine<'_>, search: &Search<'_>, found: &Found) -> R<Val> {
    match found {
        Found::Custom(val) => Ok(val.clone()),
        Found::Regex { range, .. } => {
            let groups = search.groups(machine, found)?;
            let mut members = vec![
                ("match".into(), search.matched(found)),
                ("start".into(), search.start(found)),
                ("end".into(), Val::from(unit_offset(&search.text, range.end))),
                ("groups".into(), groups),
            ];
            if let Some(matcher) = search.regex() {
                let next = Function::Next(Rc::clone(matcher), search.text.clone());
                members.push(("next".into(), Val::Function(Rc::new(next))));
            }
            machine.object(members)
        }
    }
}

/// Writes a replacement: `$0` is the find, `$1` its first group, `$$` a dollar.
fn substitute(
    machine: &mut Machine<'_>,
    search: &Search<'_>,
    found: &Found,
    template: &str,
    out: &mut String,
) -> R<()> {
    let groups = search.groups(machine, found)?;
    let count = groups.elements().map_or(0, super::Elements::len);
    // How many digits can name a group.
    let digits = match count {
        0 => 1,
        count => libm::floor(libm::log(count as f64) * std::f64::consts::LOG10_E) as usize + 1,
    };
    machine.budget.spend_text(template.len())?;
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(behind) = after.strip_prefix('$') {
            out.push('$');
            rest = behind;
        } else if let Some(behind) = after.strip_prefix('0') {
            let matched = search.matched(found);
            let matched = matched.as_str().unwrap_or("undefined");
            machine.budget.spend_text(matched.len())?;
            out.push_str(matched);
            rest = behind;
        } else {
            let number = |digits: usize| {
                let run: String = after.chars().take(digits).take_while(char::is_ascii_digit).collect();
                run.parse::<usize>().ok()
            };
            let mut index = number(digits);
            if digits > 1 && index.is_some_and(|index| index > count) {
                index = number(digits - 1);
            }
            match index {
                Some(index) => {
                    let group = groups.elements().and_then(|groups| groups.get(index.wrapping_sub(1)));
                    if let Some(group) = group.filter(|group| !group.is_undefined()) {
                        out.push_str(&super::to_text(&group, &mut machine.budget)?);
                    }
                    rest = after.get(index.to_string().len()..).unwrap_or("");
                }
                None => {
                    out.push('$');
                    rest = after;
                }
            }
        }
    }
    out.push_str(rest);
    Ok(())
}
