//! Reading YAML 1.2 into the same tree as JSON.
//!
//! What JSON has no word for is told: keys that are no scalars, numbers that are not finite, more than one document.
//! Merge keys (`<<`) are merged. The short forms of CloudFormation become what they stand for: `!Ref Table` is `{"Ref": "Table"}`.
//!
//! ```
//! use weir::base::value::yaml::parse;
//! let parsed = parse("StartAt: A\nStates:\n  A: {Type: Wait, Seconds: 3, End: true}\n");
//! assert!(parsed.errors.is_empty());
//! assert_eq!(parsed.root.to_value().to_json(), r#"{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":3,"End":true}}}"#);
//! ```

use super::read::{Kind, Member, Node, Parsed, ReadError};
use super::{MAX_DEPTH, Number, Text};
use crate::base::Span;
use rustc_hash::{FxHashMap, FxHashSet};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use std::borrow::Cow;

/// So many values may come of the aliases in a text. (A few lines of them can stand for more than fits anywhere.)
const MAX_ALIASED: usize = 100_000;

/// Reads a text that may be broken: up to the first mistake in its syntax.
pub fn parse(text: &str) -> Parsed {
    let offsets = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at as u32).collect());
    let mut reader = Reader {
        text,
        offsets,
        errors: Vec::new(),
        open: Vec::new(),
        root: None,
        anchors: FxHashMap::default(),
        aliased: 0,
    };
    reader.read();
    let end = Span::at(text.len() as u32);
    let root = reader.root.unwrap_or(Node { span: end, kind: Kind::Missing });
    if matches!(root.kind, Kind::Missing) && reader.errors.is_empty() {
        reader.errors.push(ReadError { span: end, message: "expected a value".into(), help: None });
    }
    Parsed { root, errors: reader.errors }
}

/// A mapping or sequence that has not ended.
struct Open {
    start: u32,
    anchor: usize,
    tag: Option<Text>,
    /// The key that waits for its value; none in sequences and before keys.
    key: Option<(Text, Span)>,
    is_mapping: bool,
    members: Vec<Member>,
    items: Vec<Node>,
}

struct Reader<'t> {
    text: &'t str,
    /// Where each character begins; the same as its number in a text of ASCII.
    offsets: Option<Vec<u32>>,
    errors: Vec<ReadError>,
    open: Vec<Open>,
    root: Option<Node>,
    /// What has a name: the node, how many values it holds, and how deep.
    anchors: FxHashMap<usize, (Node, usize, usize)>,
    aliased: usize,
}

impl Reader<'_> {
    fn offset(&self, marker: &Marker) -> u32 {
        let end = self.text.len() as u32;
        match &self.offsets {
            None => (marker.index() as u32).min(end),
            Some(offsets) => offsets.get(marker.index()).copied().unwrap_or(end),
        }
    }

    fn error(&mut self, span: Span, message: impl Into<String>, help: Option<&'static str>) {
        self.errors.push(ReadError { span, message: message.into(), help });
    }

    fn read(&mut self) {
        let mut documents = 0;
        let mut parser = Parser::new_from_str(self.text);
        while let Some(next) = parser.next_event() {
            let (event, place) = match next {
                Ok(next) => next,
                Err(error) => {
                    let at = self.offset(error.marker());
                    let message = error.info().trim_end_matches('.').to_owned();
                    self.error(Span::at(at), message, None);
                    break;
                }
            };
            let span = Span::new(self.offset(&place.start), self.offset(&place.end));
            match event {
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents == 2 {
                        self.error(span, "a second document begins here", Some("only one is read"));
                        return;
                    }
                }
                Event::MappingStart(anchor, tag) => self.begin(span, anchor, tag, true),
                Event::SequenceStart(anchor, tag) => self.begin(span, anchor, tag, false),
                Event::MappingEnd | Event::SequenceEnd => self.end(span.end),
                Event::Scalar(text, style, anchor, tag) => {
                    let node = self.scalar(&text, style, tag.as_deref(), span);
                    self.keep(anchor, &node);
                    self.put(node);
                }
                Event::Alias(anchor) => self.alias(anchor, span),
                Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            }
            if self.open.len() > MAX_DEPTH as usize {
                self.error(span, "values are nested more than 1000 levels deep", None);
                break;
            }
        }
        // Broken off: what was read until then.
        while !self.open.is_empty() {
            self.end(self.text.len() as u32);
        }
    }

    fn begin(&mut self, span: Span, anchor: usize, tag: Option<Cow<'_, Tag>>, is_mapping: bool) {
        let tag = tag.and_then(|tag| short_form(&tag));
        self.open.push(Open {
            start: span.start,
            anchor,
            tag,
            key: None,
            is_mapping,
            members: Vec::new(),
            items: Vec::new(),
        });
    }

    fn end(&mut self, end: u32) {
        let Some(open) = self.open.pop() else { return };
        let Open { start, anchor, tag, key, is_mapping, mut members, items } = open;
        if let Some((key, key_span)) = key {
            members.push(Member { key, key_span, value: Node { span: Span::at(end), kind: Kind::Missing } });
        }
        // The end of a block is where the next thing begins: what is blank before that is no part of it.
        let inside = self.text.get(start as usize..end as usize).unwrap_or("");
        let span = Span::new(start, start + inside.trim_end().len() as u32);
        let kind = if is_mapping { Kind::Object(self.merged(members).into()) } else { Kind::Array(items.into()) };
        let node = tagged(tag, Node { span, kind });
        self.keep(anchor, &node);
        self.put(node);
    }

    /// `<<: *name`: the members of other mappings, where there are none of the same key. YAML 1.2 has forgotten it, and
    /// everybody writes it.
    fn merged(&mut self, members: Vec<Member>) -> Vec<Member> {
        let is_merge = |member: &Member| &*member.key == "<<" && member.key_span.of(self.text).starts_with('<');
        if !members.iter().any(is_merge) {
            return members;
        }
        let (merges, mut own): (Vec<Member>, Vec<Member>) = members.into_iter().partition(is_merge);
        let mut keys: FxHashSet<Text> = own.iter().map(|member| member.key.clone()).collect();
        for merge in merges {
            let sources = match &merge.value.kind {
                Kind::Array(items) => items.iter().collect(),
                _ => vec![&merge.value],
            };
            for source in sources {
                if !source.is_object() {
                    self.error(merge.key_span, "`<<` takes mappings", Some("name one, as in `<<: *name`"));
                    continue;
                }
                own.extend(source.members().iter().filter(|member| keys.insert(member.key.clone())).cloned());
            }
        }
        own
    }

    fn keep(&mut self, anchor: usize, node: &Node) {
        if anchor > 0 {
            let (size, depth) = measure(node);
            self.anchors.insert(anchor, (node.clone(), size, depth));
        }
    }

    fn alias(&mut self, anchor: usize, span: Span) {
        let Some((node, size, depth)) = self.anchors.get(&anchor).cloned() else {
            self.error(span, "this names nothing that is complete", None);
            return self.put(Node { span, kind: Kind::Missing });
        };
        self.aliased += size;
        if self.aliased > MAX_ALIASED || self.open.len() + depth > MAX_DEPTH as usize {
            if self.aliased <= MAX_ALIASED + size {
                self.error(span, "the aliases of this text stand for too much", None);
            }
            return self.put(Node { span, kind: Kind::Missing });
        }
        self.put(Node { span, ..node });
    }

    /// Files a node where it belongs.
    fn put(&mut self, node: Node) {
        let Some(open) = self.open.last_mut() else {
            self.root.get_or_insert(node);
            return;
        };
        if !open.is_mapping {
            return open.items.push(node);
        }
        if let Some((key, key_span)) = open.key.take() {
            return open.members.push(Member { key, key_span, value: node });
        }
        let key = match &node.kind {
            Kind::String(text) => text.clone(),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => node.span.of(self.text).trim().into(),
            _ => {
                open.key = Some(("".into(), node.span));
                return self.error(node.span, "a key is a single word or string", None);
            }
        };
        open.key = Some((key, node.span));
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Node {
        let string = |text: &str| Node { span, kind: Kind::String(text.into()) };
        if let Some(short) = tag.and_then(short_form) {
            return tagged(Some(short), string(text));
        }
        let is_text = tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
        if style != ScalarStyle::Plain || is_text {
            return string(text);
        }
        let kind = match text {
            "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
            "true" | "True" | "TRUE" => Kind::Bool(true),
            "false" | "False" | "FALSE" => Kind::Bool(false),
            ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "-.inf" | "-.Inf" | "-.INF" | "+.inf" => {
                self.error(span, format!("`{text}` is not a number of JSON"), Some("JSON numbers are finite"));
                Kind::Missing
            }
            _ => number(text).map_or_else(|| Kind::String(text.into()), Kind::Number),
        };
        Node { span, kind }
    }
}

/// The core schema of YAML 1.2: numbers of JSON, with a sign and leading zeros, in base 8 and 16 too.
fn number(text: &str) -> Option<Number> {
    let based =
        |digits: &str, base| i64::from_str_radix(digits, base).ok().map(|number| Number::parse(&number.to_string()))?;
    if let Some(digits) = text.strip_prefix("0x") {
        return based(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return based(digits, 8);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let sign = if text.starts_with('-') { "-" } else { "" };
    let looks_like_one = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && unsigned.contains(|c: char| c.is_ascii_digit())
        && unsigned.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'-' | b'+'));
    if !looks_like_one || unsigned.parse::<f64>().is_err() {
        return None;
    }
    let digits = unsigned.trim_start_matches('0');
    let digits =
        if digits.starts_with(|c: char| c.is_ascii_digit()) { digits.to_owned() } else { format!("0{digits}") };
    // `1.` is a number here, and none in JSON.
    let plain = digits.strip_suffix('.').unwrap_or(&digits).replace(".e", "e").replace(".E", "E");
    Number::parse(&format!("{sign}{plain}"))
}

/// The function of CloudFormation that a tag is short for.
fn short_form(tag: &Tag) -> Option<Text> {
    if tag.handle != "!" || tag.suffix.is_empty() {
        return None;
    }
    Some(match &*tag.suffix {
        name @ ("Ref" | "Condition") => name.into(),
        name => format!("Fn::{name}").into(),
    })
}

fn tagged(name: Option<Text>, node: Node) -> Node {
    let Some(key) = name else { return node };
    let member = Member { key, key_span: node.span, value: node.clone() };
    Node { span: node.span, kind: Kind::Object([member].into()) }
}

/// How many values are in a node, itself included, and how deep it is.
fn measure(node: &Node) -> (usize, usize) {
    let (mut size, mut deepest) = (0, 0);
    let mut open = vec![(node, 1)];
    while let Some((node, depth)) = open.pop() {
        size += 1;
        deepest = deepest.max(depth);
        open.extend(node.elements().iter().map(|element| (element, depth + 1)));
        open.extend(node.members().iter().map(|member| (&member.value, depth + 1)));
    }
    (size, deepest)
}

/// The offset in `text` of what stands `decoded` bytes into the scalar that `span` covers.
pub(super) fn offset_in_scalar(text: &str, span: Span, decoded: usize) -> u32 {
    let literal = span.of(text);
    let end = span.end;
    let found = match literal.chars().next() {
        Some('\'') => {
            let mut left = decoded;
            let mut at = 1;
            let mut chars = literal.char_indices().skip(1);
            while left > 0 {
                let Some((start, c)) = chars.next() else { break };
                // Two of them are one.
                if c == '\'' {
                    chars.next();
                    at = start + 2;
                } else {
                    at = start + c.len_utf8();
                }
                left = left.saturating_sub(c.len_utf8());
            }
            at
        }
        _ if literal.contains('\n') => in_block(text, span, decoded),
        _ => decoded,
    };
    (span.start + found as u32).min(end)
}

/// In a block, which its span shows from its first word on, the indentation of each line is no part of the text.
fn in_block(text: &str, span: Span, decoded: usize) -> usize {
    let before = text.get(..span.start as usize).unwrap_or("");
    let indent = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
    let (mut at, mut left, mut skipped) = (0, decoded, 0);
    for line in span.of(text).split_inclusive('\n') {
        let length = line.len() - skipped;
        if left < length {
            return at + skipped + left;
        }
        left -= length;
        at += line.len();
        // The first line begins behind its own.
        let next = text.get(span.start as usize + at..).unwrap_or("");
        skipped = indent.min(next.len() - next.trim_start_matches(' ').len());
    }
    at
}

#[cfg(test)]
mod tests {
    use super::super::read::offset_in_string;
    use super::*;

    fn json(text: &str) -> String {
        let parsed = parse(text);
        assert!(parsed.errors.is_empty(), "{text}: {:?}", parsed.errors);
        parsed.root.to_value().to_json()
    }

    #[test]
    fn reads_what_yaml_has() {
        for (text, expected) in [
            ("a: 1", r#"{"a":1}"#),
            ("- 1\n- [a, 'b''c', \"d\\n\"]\n- {x: , y: ~}", r#"[1,["a","b'c","d\n"],{"x":null,"y":null}]"#),
            ("a: |\n  b\n  c\nd: >-\n  e\n  f", r#"{"a":"b\nc\n","d":"e f"}"#),
            ("[true, False, null, yes, 2026-01-01T00:00:00Z]", r#"[true,false,null,"yes","2026-01-01T00:00:00Z"]"#),
            (
                "[+1, -0.5, 1e3, 007, .5, 0x10, 0o17, 1.2.3, 1., '1', !!str 1]",
                r#"[1,-0.5,1000.0,7,0.5,16,15,"1.2.3",1,"1","1"]"#,
            ),
            ("1: a\ntrue: b", r#"{"1":"a","true":"b"}"#),
            ("a: &x {b: 1}\nc: *x", r#"{"a":{"b":1},"c":{"b":1}}"#),
            (
                "a: !Ref b\nc: !GetAtt d.e\nf: !Sub 'g ${h}'",
                r#"{"a":{"Ref":"b"},"c":{"Fn::GetAtt":"d.e"},"f":{"Fn::Sub":"g ${h}"}}"#,
            ),
            ("a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3", r#"{"a":{"b":1,"c":2},"d":{"c":3,"b":1}}"#),
            ("a: {<<: [{b: 1}, {b: 2, c: 3}], '<<': d}", r#"{"a":{"<<":"d","b":1,"c":3}}"#),
            ("# only\n---\na: b # c\n...", r#"{"a":"b"}"#),
        ] {
            assert_eq!(json(text), expected, "{text}");
        }
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "é: 'ü'\nb:\n  - c: d\n\n# end\n";
        let root = parse(text).root;
        let b = root.member("b").unwrap();
        assert_eq!(b.key_span.of(text), "b");
        assert_eq!(root.get("é").unwrap().span.of(text), "'ü'");
        assert_eq!(b.value.elements()[0].get("c").unwrap().span.of(text), "d");
        let within = |text: &str, key: &str, decoded| {
            let span = parse(text).root.get(key).unwrap().span;
            text[offset_in_string(text, span, decoded) as usize..].to_owned()
        };
        assert_eq!(within("a: 'b''c'", "a", 2), "c'");
        assert_eq!(within("a: bcd", "a", 1), "cd");
        assert_eq!(within("a: \"b\\nc\"", "a", 2), "c\"");
        assert_eq!(within("a: |\n  bc\n  de\n", "a", 4), "e\n");
    }

    #[test]
    fn tells_what_is_wrong() {
        for text in ["a: [", "a: b: c", "a: .inf", "? [a]\n: b", "a: *b", "a\n---\nb", "", "a: \"b", "%x"] {
            let parsed = parse(text);
            assert!(!parsed.errors.is_empty(), "{text:?}");
            assert!(parsed.errors.iter().all(|error| error.span.end as usize <= text.len()), "{text:?}");
        }
        assert_eq!(
            parse("a: 1\nb: [2").root.get("a").and_then(|node| node.as_number()).and_then(Number::as_i64),
            Some(1)
        );
    }

    #[test]
    fn hostile_texts_end_soon() {
        let laughs = (0..40).map(|n| format!("a{}: &a{} [*a{n}, *a{n}]\n", n + 1, n + 1)).collect::<String>();
        assert!(!parse(&format!("a0: &a0 x\n{laughs}")).errors.is_empty());
        assert!(!parse(&"[".repeat(100_000)).errors.is_empty());
        assert!(!parse(&"- ".repeat(100_000)).errors.is_empty());
        assert!(!parse(&"{a: ".repeat(50_000)).errors.is_empty());
        let text = "a: &x [1, 'b''c', \"d\\u00e9\"]\nb: *x\nc: |\n  é\n  - {x: y}\n? z\n: !Ref q\n";
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let _ = parse(&text[..end]);
            for with in ["{", "}", "[", "]", "\"", "'", ":", "-", "|", "&", "*", "!", "\n", "\t", "é", "%", "?"] {
                let mut mutated = text.to_owned();
                mutated.insert_str(end, with);
                let parsed = parse(&mutated);
                assert!(parsed.errors.iter().all(|error| error.span.end as usize <= mutated.len()));
            }
        }
    }
}
