//! Reading documents of our own formats: all that is wrong is told, each with its pointer, its place and the mend.
//!
//! A [`Place`] is a value of the document that knows where it is; asking it for what it must hold files a finding where
//! it does not. Nothing here knows what a document is about.
//!
//! ```
//! use weir::base::document::{Findings, Place, Range};
//! use weir::base::value::read::parse;
//! let parsed = parse(r#"{"rate": -1, "color": "red"}"#);
//! let mut findings = Findings::default();
//! let traffic = Place::root(&parsed.root);
//! let members = traffic.object(&mut findings, &["rate", "colour"]).unwrap();
//! assert_eq!(members.required("rate", &mut findings).and_then(|rate| rate.number(Range::POSITIVE, &mut findings)), None);
//! let [colour, rate] = &findings.list[..] else { panic!() };
//! assert_eq!((colour.pointer.as_str(), colour.help.as_deref()), ("/color", Some("did you mean `colour`?")));
//! assert_eq!((rate.pointer.as_str(), &*rate.message), ("/rate", "`-1` is out of range: it must be greater than 0"));
//! ```

use super::value::read::{Kind, Member, Node};
use super::{Diagnostic, Number, Pointer, Span, Text};
use std::fmt;

/// What is wrong with a document.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    pub list: Vec<Diagnostic>,
}

impl Findings {
    pub fn push(&mut self, finding: Diagnostic) {
        self.list.push(finding);
    }

    pub fn has_errors(&self) -> bool {
        self.list.iter().any(Diagnostic::is_error)
    }
}

/// A value of a document, and where it is.
#[derive(Clone, Debug)]
pub struct Place<'n> {
    pub node: &'n Node,
    pub pointer: Pointer,
}

/// The members of an object, once it is known to be one.
#[derive(Clone, Debug)]
pub struct Members<'n> {
    place: Place<'n>,
}

/// The numbers that a place takes.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    low: Option<(f64, bool)>,
    high: Option<(f64, bool)>,
}

impl Range {
    pub const ANY: Range = Range { low: None, high: None };
    pub const POSITIVE: Range = Range { low: Some((0.0, false)), high: None };
    pub const NOT_NEGATIVE: Range = Range { low: Some((0.0, true)), high: None };
    /// From 0 to 1, both included.
    pub const PROBABILITY: Range = Range::between(0.0, 1.0);
    /// Between 0 and 1, without them.
    pub const INNER_PROBABILITY: Range = Range { low: Some((0.0, false)), high: Some((1.0, false)) };

    /// Both ends included.
    pub const fn between(low: f64, high: f64) -> Range {
        Range { low: Some((low, true)), high: Some((high, true)) }
    }

    /// The same, up to `high`.
    pub const fn up_to(self, high: f64) -> Range {
        Range { low: self.low, high: Some((high, true)) }
    }

    fn holds(self, x: f64) -> bool {
        let above = self.low.is_none_or(|(low, with)| x > low || (with && x == low));
        let below = self.high.is_none_or(|(high, with)| x < high || (with && x == high));
        above && below
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.low {
            Some((low, true)) => write!(f, "at least {low}")?,
            Some((low, false)) => write!(f, "greater than {low}")?,
            None => {}
        }
        if self.low.is_some() && self.high.is_some() {
            f.write_str(" and ")?;
        }
        match self.high {
            Some((high, true)) => write!(f, "at most {high}"),
            Some((high, false)) => write!(f, "less than {high}"),
            None => Ok(()),
        }
    }
}

impl<'n> Place<'n> {
    pub fn root(node: &'n Node) -> Place<'n> {
        Place { node, pointer: Pointer::root() }
    }

    pub fn span(&self) -> Span {
        self.node.span
    }

    /// A finding about this place.
    pub fn error(&self, code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, self.pointer.clone(), self.node.span, message)
    }

    pub fn warning(&self, code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(code, self.pointer.clone(), self.node.span, message)
    }

    /// It is of another type than it must be.
    fn mistyped<T>(&self, wanted: &str, findings: &mut Findings) -> Option<T> {
        // Where nothing stands at all, the reader of the text has told so.
        if !matches!(self.node.kind, Kind::Missing) {
            let found = self.node.type_name();
            findings.push(self.error("wrong-type", format!("expected {wanted}, found {}", with_article(found))));
        }
        None
    }

    /// Its members, which are to be among `known`.
    pub fn object(&self, findings: &mut Findings, known: &[&str]) -> Option<Members<'n>> {
        let members = self.free_object(findings)?;
        for member in self.node.members() {
            if known.contains(&&*member.key) {
                continue;
            }
            let mut finding = Diagnostic::error(
                "unknown-member",
                self.pointer.key(&member.key),
                member.key_span,
                format!("unknown member `{}`", member.key),
            );
            finding.help = Some(match nearest(&member.key, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", listed(known)),
            });
            findings.push(finding);
        }
        Some(members)
    }

    /// Its members, which are to be among `known`, where [`free_object`](Place::free_object) has told of all else.
    pub fn known_members(&self, findings: &mut Findings, known: &[&str]) -> Option<Members<'n>> {
        let before = findings.list.len();
        let members = self.object(findings, known);
        let mut nth = 0;
        findings.list.retain(|finding| {
            nth += 1;
            nth <= before || finding.code == "unknown-member"
        });
        members
    }

    /// Its members, whatever they are called.
    pub fn free_object(&self, findings: &mut Findings) -> Option<Members<'n>> {
        if !self.node.is_object() {
            return self.mistyped("an object", findings);
        }
        let members = self.node.members();
        for (n, member) in members.iter().enumerate() {
            if members.iter().take(n).any(|earlier| earlier.key == member.key) {
                findings.push(Diagnostic::error(
                    "duplicate-member",
                    self.pointer.key(&member.key),
                    member.key_span,
                    format!("`{}` is written twice", member.key),
                ));
            }
        }
        Some(Members { place: self.clone() })
    }

    /// Its elements.
    pub fn array(&self, findings: &mut Findings) -> Option<Vec<Place<'n>>> {
        if !self.node.is_array() {
            return self.mistyped("an array", findings);
        }
        let place = |(n, node): (usize, &'n Node)| Place { node, pointer: self.pointer.index(n) };
        Some(self.node.elements().iter().enumerate().map(place).collect())
    }

    pub fn string(&self, findings: &mut Findings) -> Option<Text> {
        match self.node.as_text() {
            Some(text) => Some(text.clone()),
            None => self.mistyped("a string", findings),
        }
    }

    pub fn bool(&self, findings: &mut Findings) -> Option<bool> {
        match self.node.as_bool() {
            Some(bool) => Some(bool),
            None => self.mistyped("true or false", findings),
        }
    }

    pub fn number(&self, range: Range, findings: &mut Findings) -> Option<f64> {
        let Some(number) = self.node.as_number() else { return self.mistyped("a number", findings) };
        let float = number.as_f64();
        if range.holds(float) {
            return Some(float);
        }
        findings.push(self.error("out-of-range", format!("`{}` is out of range: it must be {range}", shown(number))));
        None
    }

    pub fn integer(&self, range: Range, findings: &mut Findings) -> Option<u64> {
        let float = self.number(range, findings)?;
        if libm::trunc(float) == float && (0.0..=9e15).contains(&float) {
            return Some(float as u64);
        }
        findings.push(self.error("wrong-type", format!("`{float}` is not a whole number")));
        None
    }

    /// One of the words that stand for something.
    pub fn word<T: Copy>(&self, words: &[(&str, T)], findings: &mut Findings) -> Option<T> {
        let text = self.string(findings)?;
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == &*text) {
            return Some(*meaning);
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let finding = self.error("unknown-word", format!("`{text}` is not known here"));
        findings.push(match nearest(&text, &known) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help(format!("one of {}", listed(&known))),
        });
        None
    }
}

impl<'n> Members<'n> {
    pub fn place(&self) -> &Place<'n> {
        &self.place
    }

    /// The member with that key, where there is one.
    pub fn get(&self, key: &str) -> Option<Place<'n>> {
        let node = self.place.node.get(key)?;
        Some(Place { node, pointer: self.place.pointer.key(key) })
    }

    /// The member with that key, which must be there.
    pub fn required(&self, key: &str, findings: &mut Findings) -> Option<Place<'n>> {
        let found = self.get(key);
        if found.is_none() {
            findings.push(self.place.error("missing-member", format!("`{key}` is missing")));
        }
        found
    }

    /// All of them, in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = (&'n Member, Place<'n>)> + '_ {
        let place =
            |member: &'n Member| (member, Place { node: &member.value, pointer: self.place.pointer.key(&member.key) });
        self.place.node.members().iter().map(place)
    }
}

fn shown(number: &Number) -> String {
    let mut text = String::new();
    number.write_json(&mut text);
    text
}

fn with_article(type_name: &str) -> String {
    match type_name {
        "null" | "nothing" => type_name.to_owned(),
        "array" | "object" => format!("an {type_name}"),
        _ => format!("a {type_name}"),
    }
}

/// `a`, `b` or `c`, each in backticks.
pub fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// The known word that differs least from `word`, if it differs little.
pub fn nearest<'w>(word: &str, known: &[&'w str]) -> Option<&'w str> {
    let far = (word.chars().count() / 3).clamp(1, 3);
    let distances = known.iter().map(|candidate| (distance(word, candidate, far), *candidate));
    distances.filter(|(distance, _)| *distance <= far).min_by_key(|(distance, _)| *distance).map(|(_, near)| near)
}

/// How many letters must be put, taken, changed, or swapped with their neighbour, whatever their case; more than `far`
/// where it is more.
fn distance(a: &str, b: &str, far: usize) -> usize {
    let letters = |text: &str| -> Vec<char> { text.chars().take(80).flat_map(char::to_lowercase).collect() };
    let (a, b) = (letters(a), letters(b));
    if a.len().abs_diff(b.len()) > far {
        return far + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(far + 1);
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (at(&last, j) + usize::from(x != y)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            if i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x) {
                least = least.min(at(&before, j - 1) + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::value::read::parse;

    #[test]
    fn nearest_words() {
        assert_eq!(nearest("trafic", &["traffic", "alias"]), Some("traffic"));
        assert_eq!(nearest("Poisson", &["constant", "poisson"]), Some("poisson"));
        assert_eq!(nearest("xyz", &["traffic", "alias"]), None);
        assert_eq!(nearest("Nxet", &["End", "Next"]), Some("Next"));
        assert_eq!(distance("kitten", "sitting", 9), 3);
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` or `c`");
    }

    #[test]
    fn tells_types_and_ranges() {
        let parsed = parse(r#"{"a": 1.5, "b": "x", "c": [true], "a": 2}"#);
        let mut findings = Findings::default();
        let members = Place::root(&parsed.root).object(&mut findings, &["a", "b", "c"]).unwrap();
        assert_eq!(findings.list.pop().map(|f| f.message), Some("`a` is written twice".to_owned()));
        assert_eq!(members.get("a").unwrap().integer(Range::POSITIVE, &mut findings), Some(2));
        assert_eq!(members.get("b").unwrap().number(Range::ANY, &mut findings), None);
        assert_eq!(members.get("b").unwrap().word(&[("y", 1), ("z", 2)], &mut findings), None);
        let item = members.get("c").unwrap().array(&mut findings).unwrap().remove(0);
        assert_eq!(item.string(&mut findings), None);
        let told: Vec<_> = findings.list.iter().map(|f| (f.pointer.as_str(), &*f.message)).collect();
        assert_eq!(
            told,
            [
                ("/b", "expected a number, found a string"),
                ("/b", "`x` is not known here"),
                ("/c/0", "expected a string, found a boolean"),
            ]
        );
        assert_eq!(Range::PROBABILITY.to_string(), "at least 0 and at most 1");
    }
}
