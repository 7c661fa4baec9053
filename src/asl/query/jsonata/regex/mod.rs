//! Regular expressions of JavaScript, on a matcher that can be stopped.
//!
//! JSONata hands its patterns to the `RegExp` of JavaScript, so this reads that syntax (without the flags `u` and `v`)
//! and matches as it does: captures are forgotten at each turn of a loop, `.` and `\s` know its line ends and spaces.
//! The one difference: a character beyond U+FFFF is one character here, two halves there.
//!
//! No engine from elsewhere serves: one that takes linear time cannot be stopped when pattern and text are both long,
//! and matches other things; one that backtracks can take for ever. Here every few steps cost fuel; and what runs long
//! without back-references remembers where it has failed, which makes it linear.
//!
//! ```text
//! let regex = Regex::new("(\\d+)-(\\d+)", Flags::default())?;
//! let found = regex.find("see 10-20", 0, &mut budget)?;    // 4..9, groups 4..6 and 7..9
//! ```

mod compile;
mod parse;
mod run;

use super::budget::Budget;
use super::error::R;
use crate::base::Text;
use crate::base::sort::sort;
use std::ops::Range;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags {
    pub ignore_case: bool,
    pub multiline: bool,
}

#[derive(Debug)]
pub(super) struct Regex {
    pub source: Text,
    program: compile::Program,
}

/// What was found, in bytes of the text. A group that took no part is nothing.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub range: Range<usize>,
    pub groups: Vec<Option<Range<usize>>>,
}

impl Regex {
    /// # Errors
    /// What V8 says of the pattern behind `Invalid regular expression: /…/: `, or that its repetitions are too large.
    pub fn new(source: &str, flags: Flags) -> Result<Regex, &'static str> {
        let pattern = parse::pattern(source)?;
        Ok(Regex { source: source.into(), program: compile::program(&pattern, flags)? })
    }

    /// The first match that begins at byte `from` or later.
    ///
    /// # Errors
    /// When the fuel is used up.
    pub fn find(&self, text: &str, from: usize, budget: &mut Budget) -> R<Option<Found>> {
        run::find(&self.program, text, from, budget)
    }
}

/// A set of characters.
#[derive(Clone, Debug, Default, PartialEq)]
struct Set {
    /// Those below 128, a bit each.
    ascii: u128,
    /// The others, in no order, both ends included.
    ranges: Vec<(char, char)>,
    negated: bool,
}

impl Set {
    fn add(&mut self, from: char, to: char) {
        for code in u32::from(from)..=u32::from(to).min(127) {
            self.ascii |= 1 << code;
        }
        if to > '\u{7f}' {
            self.ranges.push((from.max('\u{80}'), to));
        }
    }

    fn add_set(&mut self, other: &Set) {
        if !other.negated {
            self.ascii |= other.ascii;
            self.ranges.extend_from_slice(&other.ranges);
            return;
        }
        // The complement: what lies between its ranges.
        self.ascii |= !other.ascii;
        let mut ranges = other.ranges.clone();
        sort(&mut ranges);
        let mut next = '\u{80}';
        for (from, to) in ranges {
            if let Some(before) = previous(from).filter(|before| *before >= next) {
                self.ranges.push((next, before));
            }
            match following(to) {
                Some(after) => next = next.max(after),
                None => return,
            }
        }
        self.ranges.push((next, char::MAX));
    }

    #[inline]
    fn has(&self, c: char) -> bool {
        self.inside(c) != self.negated
    }

    /// Whether it has a character that is `c` but for its case.
    fn has_folded(&self, c: char) -> bool {
        [c, fold(c), lower(c), lower(fold(c))].into_iter().any(|variant| self.inside(variant)) != self.negated
    }

    #[inline]
    fn inside(&self, c: char) -> bool {
        match u32::from(c) {
            code @ 0..128 => self.ascii & (1 << code) != 0,
            _ => self.ranges.iter().any(|(from, to)| *from <= c && c <= *to),
        }
    }
}

fn previous(c: char) -> Option<char> {
    let code = u32::from(c).checked_sub(1)?;
    char::from_u32(code).or(Some('\u{d7ff}'))
}

fn following(c: char) -> Option<char> {
    if c == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(u32::from(c) + 1) }
}

/// The character that stands for all that differ from it only by case (ECMA-262, Canonicalize without `u`).
fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_uppercase();
    }
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        // What is not ASCII never becomes ASCII: 'ſ' is not 's'.
        (Some(only), None) if !only.is_ascii() => only,
        _ => c,
    }
}

fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(only), None) => only,
        _ => c,
    }
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
