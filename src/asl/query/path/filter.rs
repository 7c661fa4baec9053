//! Filters: which items a path takes.
//!
//! All literals are texts: `10`, `'10'` and `true` are compared with numbers and booleans by what they say. What
//! cannot be compared is no match, for `!=` as well.

use super::select::{Budget, definite};
use super::{Kind, Segment};
use crate::asl::query::java;
use crate::base::{Number, Text, Value};
use regex_lite::{Regex, RegexBuilder};
use std::cmp::Ordering;

#[derive(Clone, Debug)]
pub(super) struct Filter {
    pub condition: Condition,
}

#[derive(Clone, Debug)]
pub(super) enum Condition {
    Any(Vec<Condition>),
    All(Vec<Condition>),
    Not(Box<Condition>),
    /// `@.x`, `!@.x`
    Exists {
        operand: Operand,
        negated: bool,
    },
    Compare {
        left: Operand,
        relation: Relation,
        right: Operand,
    },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Relation {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Matches,
}

#[derive(Clone, Debug)]
pub(super) enum Operand {
    /// `@`
    Item,
    /// `@.x`, `$.x`: always definite.
    Path {
        from_root: bool,
        segments: Vec<Segment>,
    },
    /// `'text'`, `text`, `10`, `true`, `null`
    Literal {
        text: Text,
        number: Option<Number>,
    },
    Pattern(Pattern),
}

/// A regular expression that must match the whole text.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    regex: Regex,
    /// What matching one byte may cost.
    weight: usize,
}

/// What a compiled pattern may weigh: matching takes time in proportion.
const MAX_PATTERN: usize = 1 << 15;

impl Pattern {
    pub fn new(source: &str, ignore_case: bool) -> Result<Pattern, String> {
        let build = |pattern: &str| {
            let mut builder = RegexBuilder::new(pattern);
            let regex = builder.case_insensitive(ignore_case).size_limit(MAX_PATTERN).nest_limit(30).build();
            regex.map_err(|error| error.to_string())
        };
        // First as it is, so that `a)(b` does not slip through.
        build(source)?;
        let weight = 1 + source.len() / 8 + if source.contains('{') { 100 } else { 0 };
        Ok(Pattern { regex: build(&format!(r"\A(?:{source})\z"))?, weight })
    }
}

/// What a filter looks at.
#[derive(Clone, Copy)]
pub(super) struct Sight<'v> {
    pub root: &'v Value,
    pub item: &'v Value,
}

impl Filter {
    pub fn accepts(&self, sight: Sight<'_>, budget: &mut Budget) -> Result<bool, Kind> {
        self.condition.holds(sight, budget)
    }
}

impl Condition {
    fn holds(&self, sight: Sight<'_>, budget: &mut Budget) -> Result<bool, Kind> {
        budget.spend(1)?;
        match self {
            Condition::Any(any) => {
                for condition in any {
                    if condition.holds(sight, budget)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Condition::All(all) => {
                for condition in all {
                    if !condition.holds(sight, budget)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Condition::Not(condition) => Ok(!condition.holds(sight, budget)?),
            // What is null does not exist.
            Condition::Exists { operand, negated } => {
                Ok(operand.value(sight).is_some_and(|value| !value.is_null()) != *negated)
            }
            Condition::Compare { left, relation, right } => match (left, right) {
                (Operand::Pattern(pattern), side) | (side, Operand::Pattern(pattern)) => {
                    matches(pattern, side, sight, budget)
                }
                _ => Ok(side(left, sight).zip(side(right, sight)).is_some_and(|(a, b)| relation.holds(&a, &b))),
            },
        }
    }
}

impl Operand {
    fn value<'v>(&self, sight: Sight<'v>) -> Option<&'v Value> {
        match self {
            // AWS documents that `@` matches objects only.
            Operand::Item => Some(sight.item).filter(|item| matches!(item, Value::Object(_))),
            Operand::Path { from_root, segments } => {
                definite(if *from_root { sight.root } else { sight.item }, segments.iter()).ok()
            }
            Operand::Literal { .. } | Operand::Pattern(_) => None,
        }
    }
}

/// One side of a comparison.
enum Side<'v> {
    Value(&'v Value),
    Literal(&'v str, Option<&'v Number>),
}

fn side<'v>(operand: &'v Operand, sight: Sight<'v>) -> Option<Side<'v>> {
    match operand {
        Operand::Literal { text, number } => Some(Side::Literal(text, number.as_ref())),
        operand => operand.value(sight).map(Side::Value),
    }
}

fn matches(pattern: &Pattern, operand: &Operand, sight: Sight<'_>, budget: &mut Budget) -> Result<bool, Kind> {
    let mut shown = String::new();
    let text = match operand {
        Operand::Literal { text, .. } => text,
        operand => match operand.value(sight) {
            None | Some(Value::Null) => return Ok(false),
            Some(Value::String(text)) => text,
            Some(other) => {
                java::print(other, &mut shown, budget.left()).map_err(|_| Kind::TooMuch)?;
                &*shown
            }
        },
    };
    budget.spend(text.len().div_ceil(2) * pattern.weight)?;
    Ok(pattern.regex.is_match(text))
}

impl Relation {
    fn holds(self, actual: &Side<'_>, expected: &Side<'_>) -> bool {
        let null = |side: &Side<'_>| matches!(side, Side::Value(Value::Null));
        let ordering = compare(actual, expected);
        match self {
            Relation::Equal => ordering == Some(Ordering::Equal),
            Relation::NotEqual => ordering.is_some_and(Ordering::is_ne),
            _ if null(actual) != null(expected) => false,
            Relation::Less => ordering.is_some_and(Ordering::is_lt),
            Relation::AtMost => ordering.is_some_and(Ordering::is_le),
            Relation::Greater => ordering.is_some_and(Ordering::is_gt),
            Relation::AtLeast => ordering.is_some_and(Ordering::is_ge),
            Relation::Matches => false,
        }
    }
}

/// How the left side is ordered to the right one; nothing where they cannot be compared. A text on the right is read
/// as what stands on the left, not the other way round.
fn compare(left: &Side<'_>, right: &Side<'_>) -> Option<Ordering> {
    match (is_nullish(left), is_nullish(right)) {
        (true, true) => return Some(Ordering::Equal),
        (true, false) => return Some(Ordering::Less),
        (false, true) => return Some(Ordering::Greater),
        (false, false) => {}
    }
    match (left, right) {
        (Side::Value(Value::Number(a)), Side::Value(Value::Number(b))) => a.partial_cmp(b),
        (Side::Value(Value::Number(a)), Side::Literal(_, Some(b))) => a.partial_cmp(*b),
        (Side::Value(Value::Number(a)), Side::Value(Value::String(b))) => a.partial_cmp(&number(b)?),
        (Side::Value(Value::Bool(a)), Side::Value(Value::Bool(b))) => Some(a.cmp(b)),
        (Side::Value(Value::Bool(a)), right) => Some(a.cmp(&text(right)?.eq_ignore_ascii_case("true"))),
        (left, right) => {
            let (left, right) = (text(left)?, text(right)?);
            // Java orders texts by UTF-16 units.
            Some(left.encode_utf16().cmp(right.encode_utf16()))
        }
    }
}

fn text<'s>(side: &Side<'s>) -> Option<&'s str> {
    match side {
        Side::Value(Value::String(text)) => Some(text),
        Side::Literal(text, _) => Some(text),
        Side::Value(_) => None,
    }
}

/// The number that a text says.
pub(super) fn number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    if plain && text.parse::<f64>().is_ok() { Number::parse(text) } else { None }
}

fn is_nullish(side: &Side<'_>) -> bool {
    match side {
        Side::Value(Value::Null) | Side::Literal("null", _) => true,
        Side::Value(Value::String(text)) => &**text == "null",
        _ => false,
    }
}
