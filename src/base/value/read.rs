//! Reading JSON (RFC 8259).
//!
//! [`parse`] is for texts that a person is editing: it always answers with a tree whose every node knows its place,
//! and with all that is wrong. [`value`] is for data: a value or the first error.
//!
//! ```
//! use weir::base::value::read::parse;
//! let parsed = parse(r#"{"StartAt": "A", "States": {"A": {"Type": "Pass" "End": true}}"#);
//! assert_eq!(parsed.errors.len(), 2); // a comma is missing, and a brace
//! assert_eq!(parsed.root.get("StartAt").and_then(|node| node.as_str()), Some("A"));
//! ```

use super::{Array, MAX_DEPTH, Number, Object, Text, Value};
use crate::base::Span;
use std::fmt;
use std::rc::Rc;

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    pub span: Span,
    pub message: String,
    pub help: Option<&'static str>,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.message, self.span.start)
    }
}

impl std::error::Error for ReadError {}

/// A value with its place in the text. Cloning one is cheap: what is inside of it is shared.
#[derive(Clone, Debug)]
pub struct Node {
    pub span: Span,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Null,
    Bool(bool),
    Number(Number),
    String(Text),
    Array(Rc<[Node]>),
    /// All members as written: a key may occur twice.
    Object(Rc<[Member]>),
    /// Nothing where a value must stand; an error says so.
    Missing,
}

#[derive(Clone, Debug)]
pub struct Member {
    pub key: Text,
    pub key_span: Span,
    pub value: Node,
}

impl Node {
    pub fn members(&self) -> &[Member] {
        match &self.kind {
            Kind::Object(members) => members,
            _ => &[],
        }
    }

    pub fn elements(&self) -> &[Node] {
        match &self.kind {
            Kind::Array(elements) => elements,
            _ => &[],
        }
    }

    /// The last member with that key: the one that counts.
    pub fn member(&self, key: &str) -> Option<&Member> {
        self.members().iter().rfind(|member| &*member.key == key)
    }

    pub fn get(&self, key: &str) -> Option<&Node> {
        self.member(key).map(|member| &member.value)
    }

    pub fn as_str(&self) -> Option<&str> {
        self.as_text().map(|text| &**text)
    }

    pub fn as_text(&self) -> Option<&Text> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(bool) => Some(bool),
            _ => None,
        }
    }

    pub fn as_number(&self) -> Option<&Number> {
        match &self.kind {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    pub fn is_object(&self) -> bool {
        matches!(self.kind, Kind::Object(_))
    }

    pub fn is_array(&self) -> bool {
        matches!(self.kind, Kind::Array(_))
    }

    /// The JSON name of its type, as [`Value::type_name`]; `nothing` where a value is missing.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "boolean",
            Kind::Number(_) => "number",
            Kind::String(_) => "string",
            Kind::Array(_) => "array",
            Kind::Object(_) => "object",
            Kind::Missing => "nothing",
        }
    }

    /// The value without its places; what is missing is null.
    pub fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Null | Kind::Missing => Value::Null,
            Kind::Bool(bool) => Value::Bool(*bool),
            Kind::Number(number) => Value::Number(number.clone()),
            Kind::String(text) => Value::String(text.clone()),
            Kind::Array(elements) => elements.iter().map(Node::to_value).collect(),
            Kind::Object(members) => {
                let members = members.iter().map(|member| (member.key.clone(), member.value.to_value()));
                Value::Object(Rc::new(members.collect()))
            }
        }
    }
}

/// A tree for every text, and what is wrong with the text.
#[derive(Clone, Debug)]
pub struct Parsed {
    pub root: Node,
    pub errors: Vec<ReadError>,
}

/// Reads a text that may be broken. At most 50 errors are told.
pub fn parse(text: &str) -> Parsed {
    let mut reader = Reader::new(text, Nodes);
    let root = reader.document();
    Parsed { root, errors: reader.errors }
}

/// Reads one JSON text.
///
/// # Errors
/// The first place where it is not JSON.
pub fn value(text: &str) -> Result<Value, ReadError> {
    let mut reader = Reader::new(text, Values);
    let value = reader.document();
    match reader.errors.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(value),
    }
}

/// The offset in `text` of what stands `decoded` bytes into the string whose literal `span` covers: where a mistake
/// inside of an expression is, behind any escapes before it. In YAML, too.
pub fn offset_in_string(text: &str, span: Span, decoded: usize) -> u32 {
    offset_behind(text, span, (0, span.start + 1), decoded).1
}

/// As [`offset_in_string`], from a place on that is known: how far that is into the string, and its offset. So is the
/// answer, from which the next search may go on; a long string is walked through once.
pub fn offset_behind(text: &str, span: Span, known: (usize, u32), decoded: usize) -> (usize, u32) {
    if !span.of(text).starts_with('"') {
        return (decoded, super::yaml::offset_in_scalar(text, span, decoded));
    }
    let (mut done, mut last) = known;
    let start = last;
    let literal = Span::new(start, span.end).of(text);
    let mut chars = literal.char_indices();
    while done < decoded {
        let Some((at, c)) = chars.next() else { break };
        let mut width = c.len_utf8();
        let mut end = at + width;
        if c == '\\' {
            let Some((at, escape)) = chars.next() else { break };
            width = escape.len_utf8();
            end = at + width;
            if escape == 'u' {
                let unit = |at: usize| literal.get(at..at + 4).and_then(|hex| u32::from_str_radix(hex, 16).ok());
                let first = unit(end).unwrap_or(0);
                end += 4;
                width = char::from_u32(first).map_or(4, char::len_utf8);
                let pair = (0xD800..0xDC00).contains(&first);
                let skip = if pair { 10 } else { 4 };
                end += if pair { 6 } else { 0 };
                chars.by_ref().take(skip).for_each(drop);
            }
        }
        done += width;
        last = start + end as u32;
    }
    (done, last)
}

/// What a reader makes of what it reads.
trait Build {
    type Out;
    fn null(&self, span: Span) -> Self::Out;
    fn bool(&self, span: Span, bool: bool) -> Self::Out;
    fn number(&self, span: Span, number: Number) -> Self::Out;
    fn string(&self, span: Span, text: Text) -> Self::Out;
    fn array(&self, span: Span, items: Vec<Self::Out>) -> Self::Out;
    fn object(&self, span: Span, members: Vec<(Text, Span, Self::Out)>) -> Self::Out;
    fn missing(&self, span: Span) -> Self::Out;
}

struct Nodes;

impl Build for Nodes {
    type Out = Node;
    fn null(&self, span: Span) -> Node {
        Node { span, kind: Kind::Null }
    }
    fn bool(&self, span: Span, bool: bool) -> Node {
        Node { span, kind: Kind::Bool(bool) }
    }
    fn number(&self, span: Span, number: Number) -> Node {
        Node { span, kind: Kind::Number(number) }
    }
    fn string(&self, span: Span, text: Text) -> Node {
        Node { span, kind: Kind::String(text) }
    }
    fn array(&self, span: Span, items: Vec<Node>) -> Node {
        Node { span, kind: Kind::Array(items.into()) }
    }
    fn object(&self, span: Span, members: Vec<(Text, Span, Node)>) -> Node {
        let members = members.into_iter().map(|(key, key_span, value)| Member { key, key_span, value });
        Node { span, kind: Kind::Object(members.collect()) }
    }
    fn missing(&self, span: Span) -> Node {
        Node { span, kind: Kind::Missing }
    }
}

struct Values;

impl Build for Values {
    type Out = Value;
    fn null(&self, _: Span) -> Value {
        Value::Null
    }
    fn bool(&self, _: Span, bool: bool) -> Value {
        Value::Bool(bool)
    }
    fn number(&self, _: Span, number: Number) -> Value {
        Value::Number(number)
    }
    fn string(&self, _: Span, text: Text) -> Value {
        Value::String(text)
    }
    fn array(&self, _: Span, items: Vec<Value>) -> Value {
        Array::from(items).into()
    }
    fn object(&self, _: Span, members: Vec<(Text, Span, Value)>) -> Value {
        members.into_iter().map(|(key, _, value)| (key, value)).collect::<Object>().into()
    }
    fn missing(&self, _: Span) -> Value {
        Value::Null
    }
}

const MAX_ERRORS: usize = 50;

struct Reader<'a, B> {
    text: &'a str,
    at: usize,
    build: B,
    errors: Vec<ReadError>,
    depth: u32,
}

impl<'a, B: Build> Reader<'a, B> {
    fn new(text: &'a str, build: B) -> Self {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Reader { text, at, build, errors: Vec::new(), depth: 0 }
    }

    fn document(&mut self) -> B::Out {
        self.space();
        if self.peek().is_none() {
            self.error(Span::at(self.at as u32), "the text is empty", Some("expected a JSON value"));
            return self.build.missing(Span::at(self.at as u32));
        }
        let value = self.value();
        self.space();
        if let Some(c) = self.next_char() {
            let span = Span::new(self.at as u32, (self.at + c.len_utf8()) as u32);
            self.error(
                span,
                format!("expected the end of the text, found {}", shown(c)),
                Some("a JSON text is one value"),
            );
        }
        value
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next_char(&self) -> Option<char> {
        self.text.get(self.at..).and_then(|rest| rest.chars().next())
    }

    fn since(&self, start: usize) -> Span {
        Span::new(start as u32, self.at as u32)
    }

    fn error(&mut self, span: Span, message: impl Into<String>, help: Option<&'static str>) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(ReadError { span, message: message.into(), help });
        }
    }

    fn space(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(b'/') => {
                    let start = self.at;
                    let rest = self.text.get(start..).unwrap_or("");
                    let len = if rest.starts_with("//") {
                        rest.find('\n').unwrap_or(rest.len())
                    } else if rest.starts_with("/*") {
                        rest.find("*/").map_or(rest.len(), |at| at + 2)
                    } else {
                        return;
                    };
                    self.at += len;
                    self.error(self.since(start), "JSON has no comments", Some("put the text into a `Comment` field"));
                }
                _ => return,
            }
        }
    }

    fn value(&mut self) -> B::Out {
        let start = self.at;
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => {
                let text = self.string();
                self.build.string(self.since(start), text)
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b',' | b':' | b']' | b'}') | None => {
                let found = self.next_char().map_or("the end of the text".to_owned(), shown);
                let end = start + usize::from(self.peek().is_some());
                self.error(Span::new(start as u32, end as u32), format!("expected a value, found {found}"), None);
                self.build.missing(Span::at(start as u32))
            }
            Some(b'\'') => {
                let text = self.single_quoted();
                self.build.string(self.since(start), text)
            }
            Some(_) => self.word(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> B::Out) -> B::Out {
        if self.depth >= MAX_DEPTH {
            let span = Span::new(self.at as u32, self.at as u32 + 1);
            self.error(span, format!("nested deeper than {MAX_DEPTH} levels"), None);
            self.at = self.text.len();
            return self.build.missing(span);
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> B::Out {
        let start = self.at;
        self.at += 1;
        let mut members = Vec::new();
        loop {
            self.space();
            match self.peek() {
                Some(b'}') => {
                    self.at += 1;
                    break;
                }
                None | Some(b']') => {
                    self.never_closed(start, "{", "}");
                    break;
                }
                Some(b',') => {
                    self.unexpected("expected a member", None);
                    continue;
                }
                _ => {}
            }
            let Some((key, key_span)) = self.key() else { continue };
            self.space();
            if self.peek() == Some(b':') {
                self.at += 1;
                self.space();
            } else {
                self.error(Span::at(self.at as u32), "expected `:` after the key", None);
            }
            let value = self.value();
            members.push((key, key_span, value));
            self.separator(b'}');
        }
        self.build.object(self.since(start), members)
    }

    fn array(&mut self) -> B::Out {
        let start = self.at;
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.space();
            match self.peek() {
                Some(b']') => {
                    self.at += 1;
                    break;
                }
                None | Some(b'}') => {
                    self.never_closed(start, "[", "]");
                    break;
                }
                Some(b':') => {
                    self.unexpected("expected an element", Some("members with keys stand in `{ }`"));
                    continue;
                }
                Some(b',') => {
                    self.unexpected("expected an element", None);
                    continue;
                }
                _ => {}
            }
            items.push(self.value());
            self.separator(b']');
        }
        self.build.array(self.since(start), items)
    }

    /// After an element or member: takes a comma, or tells that one is missing.
    fn separator(&mut self, close: u8) {
        let end = self.at as u32;
        self.space();
        match self.peek() {
            Some(b',') => {
                let comma = self.at as u32;
                self.at += 1;
                self.space();
                if self.peek() == Some(close) {
                    let help = Some("JSON allows no comma after the last one");
                    self.error(Span::new(comma, comma + 1), "a comma with nothing behind it", help);
                }
            }
            Some(b']' | b'}') | None => {}
            Some(b'"' | b'{' | b'[' | b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'\'' | b'_') => {
                self.error(Span::at(end), "a comma is missing here", None);
            }
            Some(_) => self.unexpected("expected `,` or the end", None),
        }
    }

    fn never_closed(&mut self, start: usize, open: &str, close: &str) {
        let span = Span::new(start as u32, start as u32 + 1);
        self.error(span, format!("this `{open}` is never closed by a `{close}`"), None);
    }

    /// Skips one character that cannot stand here.
    fn unexpected(&mut self, expected: &str, help: Option<&'static str>) {
        let start = self.at;
        if let Some(c) = self.next_char() {
            self.at += c.len_utf8();
            self.error(self.since(start), format!("{expected}, found {}", shown(c)), help);
        }
    }

    fn key(&mut self) -> Option<(Text, Span)> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => {
                let key = self.string();
                Some((key, self.since(start)))
            }
            Some(b'\'') => {
                let key = self.single_quoted();
                Some((key, self.since(start)))
            }
            _ => {
                let word = self.bare_word();
                if word.is_empty() {
                    self.unexpected("expected a key in double quotes", None);
                    return None;
                }
                let span = self.since(start);
                self.error(span, format!("the key `{word}` needs double quotes"), None);
                Some((word.into(), span))
            }
        }
    }

    fn bare_word(&mut self) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or("");
        let end = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '+' | '-')))
            .unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or("")
    }

    fn word(&mut self) -> B::Out {
        let start = self.at;
        let word = self.bare_word();
        let span = self.since(start);
        match word {
            "null" => return self.build.null(span),
            "true" => return self.build.bool(span, true),
            "false" => return self.build.bool(span, false),
            "" => self.unexpected("expected a value", None),
            _ => {
                let help = match word {
                    "True" | "TRUE" => Some("write `true`"),
                    "False" | "FALSE" => Some("write `false`"),
                    "None" | "NULL" | "Null" | "undefined" => Some("write `null`"),
                    "NaN" | "Infinity" => Some("JSON numbers are finite"),
                    _ => Some("strings need double quotes"),
                };
                self.error(span, format!("`{}` is not a JSON value", shorten(word)), help);
            }
        }
        self.build.missing(self.since(start))
    }

    fn number(&mut self) -> B::Out {
        let start = self.at;
        let word = self.bare_word();
        let span = self.since(start);
        match grammatical(word).then(|| Number::parse(word)) {
            Some(Some(number)) => return self.build.number(span, number),
            Some(None) => self.error(
                span,
                format!("the number `{}` is too large", shorten(word)),
                Some("doubles end near 1.8e308"),
            ),
            None => {
                let help = if word.trim_start_matches('-').starts_with('0') {
                    Some("a number has no leading zeros")
                } else {
                    Some("numbers look like `-12`, `0.5` or `1e6`")
                };
                self.error(span, format!("`{}` is not a JSON number", shorten(word)), help);
            }
        }
        self.build.missing(span)
    }

    fn single_quoted(&mut self) -> Text {
        let start = self.at;
        let rest = self.text.get(start + 1..).unwrap_or("");
        let end = rest.find(['\'', '\n']).unwrap_or(rest.len());
        self.at = start + 1 + end + usize::from(rest.as_bytes().get(end) == Some(&b'\''));
        self.error(self.since(start), "strings take double quotes", None);
        rest.get(..end).unwrap_or("").into()
    }

    fn string(&mut self) -> Text {
        let start = self.at;
        self.at += 1;
        let bytes = self.text.as_bytes();
        let mut plain = self.at;
        let mut decoded: Option<String> = None;
        loop {
            let byte = bytes.get(self.at).copied();
            let run = self.text.get(plain..self.at).unwrap_or("");
            match byte {
                Some(b'"') => {
                    self.at += 1;
                    return match decoded {
                        None => run.into(),
                        Some(mut text) => {
                            text.push_str(run);
                            text.into()
                        }
                    };
                }
                Some(b'\\') => {
                    let text = decoded.get_or_insert_default();
                    text.push_str(run);
                    let c = self.escape();
                    decoded.get_or_insert_default().push(c);
                    plain = self.at;
                }
                Some(b'\n') | None => {
                    let help =
                        Some("strings end on the line on which they begin; a line break inside is written `\\n`");
                    self.error(self.since(start), "this string is never closed", help);
                    let mut text = decoded.unwrap_or_default();
                    text.push_str(run);
                    return text.into();
                }
                Some(control @ 0..b' ') => {
                    let span = Span::new(self.at as u32, self.at as u32 + 1);
                    self.error(
                        span,
                        format!("a control character (U+{control:04X}) in a string"),
                        Some("write it as an escape such as `\\t`"),
                    );
                    self.at += 1;
                }
                Some(_) => self.at += 1,
            }
        }
    }

    /// One escape, from its backslash on.
    fn escape(&mut self) -> char {
        let start = self.at;
        self.at += 1;
        let Some(c) = self.next_char() else { return char::REPLACEMENT_CHARACTER };
        if c == '\n' {
            return char::REPLACEMENT_CHARACTER;
        }
        self.at += c.len_utf8();
        match c {
            '"' | '\\' | '/' => c,
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => self.unicode(start),
            other => {
                self.error(
                    self.since(start),
                    format!("`\\{other}` is not an escape of JSON"),
                    Some("a backslash is written `\\\\`"),
                );
                other
            }
        }
    }

    fn unicode(&mut self, start: usize) -> char {
        let Some(first) = self.hex4() else {
            self.error(self.since(start), "`\\u` takes four hexadecimal digits", None);
            return char::REPLACEMENT_CHARACTER;
        };
        if let Some(c) = char::from_u32(first) {
            return c;
        }
        // A surrogate: good only as the first of a pair.
        let mark = self.at;
        if first < 0xDC00 && self.text.get(mark..mark + 2) == Some("\\u") {
            self.at += 2;
            if let Some(second @ 0xDC00..0xE000) = self.hex4() {
                let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                return char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            }
            self.at = mark;
        }
        self.error(
            self.since(start),
            "half of a surrogate pair is not a character",
            Some("write both halves, or the character itself"),
        );
        char::REPLACEMENT_CHARACTER
    }

    fn hex4(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}

/// Whether a word follows the grammar of JSON numbers, which is stricter than Rust's.
fn grammatical(word: &str) -> bool {
    let word = word.strip_prefix('-').unwrap_or(word);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = match word.find(['e', 'E']) {
        Some(at) => (word.get(..at).unwrap_or(""), word.get(at + 1..)),
        None => (word, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

fn shown(c: char) -> String {
    if c.is_control() { format!("U+{:04X}", c as u32) } else { format!("`{c}`") }
}

fn shorten(word: &str) -> String {
    let mut chars = word.chars();
    let head: String = chars.by_ref().take(40).collect();
    if chars.next().is_some() { head + "…" } else { head }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_json_allows() {
        let value =
            value(" {\"a\\u00e9\\ud83d\\ude00\": [1, -0.5e+3, true, false, null, \"\\n\\/\"], \"\": {}} ").unwrap();
        assert_eq!(value.to_json(), r#"{"aé😀":[1,-500.0,true,false,null,"\n/"],"":{}}"#);
    }

    #[test]
    fn refuses_what_json_does_not() {
        for wrong in [
            "",
            " ",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "--1",
            "'a'",
            "\"a",
            "\"\t\"",
            "\"\\x\"",
            "\"\\ud800\"",
            "nul",
            "True",
            "1 2",
            "{\"a\" 1}",
            "[1 2]",
            "{\"a\":}",
            "// x\n1",
            "1e999",
            "\"\\u12\"",
            "]",
        ] {
            assert!(value(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_key_twice_counts_once() {
        assert_eq!(value(r#"{"a":1,"a":2}"#).unwrap().to_json(), r#"{"a":2}"#);
        assert_eq!(parse(r#"{"a":1,"a":2}"#).root.members().len(), 2);
    }

    #[test]
    fn depth_ends() {
        let deep = |n: usize| "[".repeat(n) + &"]".repeat(n);
        assert!(value(&deep(1000)).is_ok());
        assert!(value(&deep(1001)).is_err());
        assert!(value(&"[".repeat(3_000_000)).is_err());
        assert!(!parse(&"{\"a\":".repeat(300_000)).errors.is_empty());
    }

    #[test]
    fn a_broken_text_still_has_a_tree() {
        let parsed =
            parse("{\"StartAt\": \"A\",\n \"States\": {\"A\": {\"Type\": Pass, \"Next\" \"B\"}, B: {\"End\": tru");
        let states = parsed.root.get("States").unwrap();
        assert_eq!(states.members().len(), 2);
        assert_eq!(states.get("A").unwrap().get("Next").unwrap().as_str(), Some("B"));
        assert!(parsed.errors.len() >= 5);
        let text = "[1 2]";
        assert_eq!(parse(text).errors[0].span, Span::at(2));
    }

    #[test]
    fn every_prefix_and_mutation_ends() {
        let text = r#"{"a": [1, 2.5, "x\u00e9\n"], "b": {"c": null, "d": true}}"#;
        for end in 0..text.len() {
            let _ = parse(&text[..end]);
            for replacement in ["{", "}", "[", "]", "\"", ",", ":", "\\", "'", "/", "é"] {
                let mut mutated = text.to_owned();
                mutated.replace_range(end..=end, replacement);
                let _ = parse(&mutated);
            }
        }
    }

    #[test]
    fn places_inside_of_strings() {
        let text = r#"  "a\n\u00e9\ud83d\ude00b""#;
        let span = Span::new(2, text.len() as u32);
        let at = |decoded| &text[offset_in_string(text, span, decoded) as usize..];
        assert_eq!(at(0), r#"a\n\u00e9\ud83d\ude00b""#);
        assert_eq!(at(1), r#"\n\u00e9\ud83d\ude00b""#);
        assert_eq!(at(2), r#"\u00e9\ud83d\ude00b""#);
        assert_eq!(at(4), r#"\ud83d\ude00b""#);
        assert_eq!(at(8), "b\"");
    }
}
