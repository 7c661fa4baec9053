//! Compares what we answer with what AWS was recorded to answer, through the recorder's placeholders
//! (`aws/README.md` of the conformance data).

use std::collections::BTreeMap;
use weir::base::Value;

/// Compares values of one recording. A placeholder matches anything, but the same thing wherever it stands.
#[derive(Clone, Default)]
pub struct Comparer {
    /// Placeholders without brackets that stand for a whole value.
    pub bare: Vec<String>,
    /// Whether the recorder read the whole recording again to mask it, and with it strings that hold JSON.
    pub reread: bool,
    bound: BTreeMap<String, String>,
}

impl Comparer {
    pub fn new(bare: Vec<String>, reread: bool) -> Comparer {
        Comparer { bare, reread, bound: BTreeMap::new() }
    }

    /// Tells the first difference, as a path and what was expected there.
    pub fn compare(&mut self, expected: &Value, actual: &Value) -> Result<(), String> {
        self.value(expected, actual, "")
    }

    fn value(&mut self, expected: &Value, actual: &Value, path: &str) -> Result<(), String> {
        let differs = || Err(format!("at {path}: expected {}, found {}", shown(expected), shown(actual)));
        if let Value::String(text) = expected
            && self.bare.iter().any(|bare| **bare == **text)
        {
            return Ok(());
        }
        match (expected, actual) {
            (Value::Array(a), Value::Array(b)) => {
                if a.len() != b.len() {
                    return Err(format!("at {path}: expected {} elements, found {}", a.len(), b.len()));
                }
                a.iter().zip(b.iter()).enumerate().try_for_each(|(n, (a, b))| self.value(a, b, &format!("{path}/{n}")))
            }
            (Value::Object(a), Value::Object(b)) => {
                for (key, expected) in a.iter() {
                    match b.get(key) {
                        Some(actual) => self.value(expected, actual, &format!("{path}/{key}"))?,
                        None => return Err(format!("at {path}/{key}: expected {}, found nothing", shown(expected))),
                    }
                }
                match b.keys().find(|key| !a.contains_key(key)) {
                    Some(extra) => Err(format!(
                        "at {path}/{extra}: expected nothing, found {}",
                        shown(&b.get(extra).cloned().unwrap_or_default())
                    )),
                    None => Ok(()),
                }
            }
            (Value::String(a), Value::String(b)) => {
                if self.text(a, b) {
                    Ok(())
                } else {
                    differs()
                }
            }
            // What was recorded as a string that holds JSON may be parsed on one side only.
            (Value::String(text), other) | (other, Value::String(text))
                if matches!(other, Value::Object(_) | Value::Array(_)) =>
            {
                match Value::parse(text) {
                    Ok(parsed) if matches!(expected, Value::String(_)) => self.value(&parsed, actual, path),
                    Ok(parsed) => self.value(expected, &parsed, path),
                    Err(_) => differs(),
                }
            }
            (a, b) if a == b => Ok(()),
            (_, Value::String(text)) if self.reread && Value::parse(text).as_ref() == Ok(expected) => Ok(()),
            // A whole value that was masked, whatever its type.
            (Value::String(text), _) if angle_token(text).is_some_and(|token| token.len() == text.len()) => Ok(()),
            _ => differs(),
        }
    }

    fn text(&mut self, expected: &str, actual: &str) -> bool {
        if expected == actual {
            return true;
        }
        let actual = &mask_dates(actual);
        if expected == actual {
            return true;
        }
        // White space inside of JSON is lost where the recorder parsed it, and AWS changed it in 2024.
        if expected.starts_with(['[', '{', '"'])
            && let (Ok(a), Ok(b)) = (Value::parse(expected), Value::parse(actual))
            && !(matches!(a, Value::String(_)) && matches!(b, Value::String(_)) && expected.len() < 2)
        {
            let before = self.bound.clone();
            if self.value(&a, &b, "").is_ok() {
                return true;
            }
            self.bound = before;
        }
        let pattern = parse_pattern(expected, &self.bare);
        if pattern.iter().all(|part| matches!(part, Part::Literal(_))) {
            return false;
        }
        let before = self.bound.clone();
        let matched = self.matches(&pattern, actual);
        if !matched {
            self.bound = before;
        }
        matched
    }

    fn matches(&mut self, pattern: &[Part], text: &str) -> bool {
        match pattern {
            [] => text.is_empty(),
            [Part::Literal(literal), rest @ ..] => {
                text.strip_prefix(literal.as_str()).is_some_and(|text| self.matches(rest, text))
            }
            [Part::Token(token), rest @ ..] => {
                if let Some(bound) = self.bound.get(token).cloned() {
                    return text.strip_prefix(bound.as_str()).is_some_and(|text| self.matches(rest, text));
                }
                let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
                for end in ends.filter(|end| *end > 0 || text.is_empty()) {
                    self.bound.insert(token.clone(), text[..end].to_owned());
                    if self.matches(rest, &text[end..]) {
                        return true;
                    }
                    self.bound.remove(token);
                }
                false
            }
        }
    }
}

enum Part {
    Literal(String),
    Token(String),
}

/// Splits a recorded string at its placeholders.
fn parse_pattern(text: &str, bare: &[String]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let angle = (c == '<').then(|| angle_token(rest)).flatten();
        let word = bare.iter().find(|bare| bare.len() > 3 && rest.starts_with(bare.as_str()));
        let token = angle.or(word.map(String::as_str));
        match token {
            Some(token) => {
                if !literal.is_empty() {
                    parts.push(Part::Literal(std::mem::take(&mut literal)));
                }
                // A placeholder for JSON that was cut out may stand for several things.
                let unique = token.starts_with("<json-input").then(|| format!("{token}@{}", parts.len()));
                parts.push(Part::Token(unique.unwrap_or_else(|| token.to_owned())));
                rest = &rest[token.len()..];
            }
            None => {
                literal.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    parts
}

/// `<uuid:1>`, `<<task_token>:1>`.
fn angle_token(text: &str) -> Option<&str> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' => {
                depth -= 1;
                if depth == 0 {
                    return text.get(..=at);
                }
            }
            ' ' | '\n' | '"' => return None,
            _ => {}
        }
    }
    None
}

/// The recorder writes `date` for every ISO-8601 instant with seconds and an offset.
pub fn mask_dates(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        match instant_len(rest.as_bytes()) {
            Some(len) => {
                out.push_str("date");
                rest = &rest[len..];
            }
            None => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out
}

fn instant_len(bytes: &[u8]) -> Option<usize> {
    const SHAPE: &[u8; 19] = b"0000-00-00T00:00:00";
    let fits = bytes.len() > 19
        && SHAPE
            .iter()
            .zip(bytes)
            .all(|(shape, byte)| if *shape == b'0' { byte.is_ascii_digit() } else { shape == byte });
    if !fits {
        return None;
    }
    let mut at = 19;
    if bytes.get(at) == Some(&b'.') {
        at += 1 + bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    }
    match bytes.get(at) {
        Some(b'Z') => Some(at + 1),
        Some(b'+' | b'-') => {
            let offset = bytes.get(at + 1..at + 6)?;
            (offset[2] == b':').then_some(at + 6)
        }
        _ => None,
    }
}

/// The recorder parsed strings that hold JSON objects, one level deep.
pub fn parse_strings(value: &Value) -> Value {
    match value {
        Value::String(text) if text.starts_with('{') => Value::parse(text).unwrap_or_else(|_| value.clone()),
        Value::Array(items) => items.iter().map(parse_strings).collect(),
        Value::Object(members) => Value::object(members.iter().map(|(key, value)| (key.clone(), parse_strings(value)))),
        other => other.clone(),
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_json();
    match text.char_indices().nth(400) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
