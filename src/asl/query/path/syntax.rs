//! The text of a path.

use super::filter::{Condition, Filter, Operand, Pattern, Relation, number};
use super::{Path, Root, Segment, Step};
use crate::base::{Span, Text};
use std::fmt::Write;

/// Where a text is no path, or no call of an intrinsic function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong: lower case, no full stop, the author's words in backticks.
    pub message: String,
    /// Where, in the text that was read.
    pub span: Span,
    /// How to mend it, where there is more to say.
    pub help: Option<String>,
}

impl SyntaxError {
    pub(in super::super) fn new(start: usize, end: usize, message: impl Into<String>) -> SyntaxError {
        SyntaxError { message: message.into(), span: Span::new(start as u32, end as u32), help: None }
    }

    #[must_use]
    pub(in super::super) fn help(mut self, help: impl Into<String>) -> SyntaxError {
        self.help = Some(help.into());
        self
    }

    /// The same, told in a text that holds the one that was read from `by` bytes on.
    #[must_use]
    pub(in super::super) fn shifted(mut self, by: usize) -> SyntaxError {
        self.span = self.span.shifted(by as u32);
        self
    }
}

type Parsed<T> = Result<T, SyntaxError>;

/// No real path has more parts: what walks along a path may recurse.
const MAX_PARTS: usize = 250;
/// No real filter nests its parentheses deeper.
const MAX_NESTING: usize = 30;

/// Operators that newer versions of Jayway have.
const WORDS: [&str; 10] = ["in", "nin", "subsetof", "anyof", "noneof", "size", "empty", "contains", "all", "type"];

pub(super) fn parse(text: &str) -> Parsed<Path> {
    let mut parser = Parser { text, at: 0, nesting: 0 };
    let root = parser.root()?;
    let segments = parser.segments(Place::Path)?;
    parser.space();
    if let Some(c) = parser.peek() {
        let message = format!("expected `.` or `[`, found `{c}`");
        return Err(parser.error_at(parser.at, message));
    }
    let mut canonical = String::from("$");
    let mut steps = Vec::with_capacity(segments.len());
    for segment in segments {
        let start = canonical.len() as u32;
        print(&segment, &mut canonical);
        steps.push(Step { segment, start, end: canonical.len() as u32 });
    }
    let definite = steps.iter().take_while(|step| step.segment.is_definite()).count();
    Ok(Path { text: text.into(), canonical: canonical.into(), root, steps, definite })
}

/// A segment as Jayway prints it.
fn print(segment: &Segment, out: &mut String) {
    let bound = |bound: &Option<i32>| bound.map_or(String::new(), |bound| bound.to_string());
    // Writing to a string cannot fail.
    let _ = match segment {
        Segment::Name(name) => write!(out, "['{name}']"),
        Segment::Index(index) => write!(out, "[{index}]"),
        Segment::Names(names) => {
            let names: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
            write!(out, "[{}]", names.join(", "))
        }
        Segment::Indexes(indexes) => {
            let indexes: Vec<String> = indexes.iter().map(i32::to_string).collect();
            write!(out, "[{}]", indexes.join(","))
        }
        Segment::Slice(from, to) => write!(out, "[{}:{}]", bound(from), bound(to)),
        Segment::Wildcard => write!(out, "[*]"),
        Segment::Filter(_) => write!(out, "[?]"),
        Segment::Scan(target) => {
            out.push_str("..");
            print(target, out);
            Ok(())
        }
    };
}

/// Where segments stand: within a filter, a name also ends where an operator may begin.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Path,
    Filter,
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    nesting: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Goes over `word` if it is next.
    fn eat(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.bump();
        }
    }

    fn error(&self, start: usize, message: impl Into<String>) -> SyntaxError {
        SyntaxError::new(start, self.at.max(start), message)
    }

    /// An error at the character there.
    fn error_at(&self, at: usize, message: impl Into<String>) -> SyntaxError {
        let width = self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        SyntaxError::new(at, at + width, message)
    }

    fn expect(&mut self, word: &str, after: &str) -> Parsed<()> {
        if self.eat(word) {
            return Ok(());
        }
        Err(match self.peek() {
            Some(c) => self.error_at(self.at, format!("expected `{word}` {after}, found `{c}`")),
            None => self.error_at(self.at, format!("expected `{word}` {after}, but the path ends")),
        })
    }

    fn root(&mut self) -> Parsed<Root> {
        if self.eat("$$") {
            if self.peek().is_some_and(|c| c != '.' && c != '[' && !c.is_whitespace()) {
                let error = self.error_at(self.at, "expected `.` or `[` behind `$$`");
                return Err(error.help("`$$` is the context object, as in `$$.Execution.Id`; a variable is `$name`"));
            }
            return Ok(Root::Context);
        }
        if !self.eat("$") {
            let error = SyntaxError::new(0, self.text.len(), format!("expected a path, found `{}`", self.text));
            return Err(error.help("a path begins with `$`: `$.order.id`"));
        }
        let start = self.at;
        match self.peek() {
            Some(c) if c.is_alphabetic() || c == '_' => {}
            _ => return Ok(Root::Input),
        }
        while self.peek().is_some_and(|c| c.is_alphanumeric() || c == '_') {
            self.bump();
        }
        Ok(Root::Variable(self.text.get(start..self.at).unwrap_or("").into()))
    }

    fn segments(&mut self, place: Place) -> Parsed<Vec<Segment>> {
        let mut segments: Vec<Segment> = Vec::new();
        loop {
            let start = self.at;
            let segment = if self.eat("..") {
                Segment::Scan(Box::new(self.step(place, start)?))
            } else if self.eat(".") {
                self.step(place, start)?
            } else if self.peek() == Some('[') {
                self.bracket(place)?
            } else {
                return Ok(segments);
            };
            if let Some(Segment::Names(_)) = segments.last() {
                let error = self.error(start, "a union of names can only end a path");
                return Err(error.help("read the members one by one"));
            }
            if matches!(&segment, Segment::Scan(target) if matches!(**target, Segment::Names(_))) {
                return Err(self.error(start, "a union of names cannot be looked for at every depth"));
            }
            if segments.len() == MAX_PARTS {
                return Err(self.error(start, format!("a path has at most {MAX_PARTS} parts")));
            }
            segments.push(segment);
        }
    }

    /// What follows one dot or two.
    fn step(&mut self, place: Place, dot: usize) -> Parsed<Segment> {
        match self.peek() {
            Some('[') => self.bracket(place),
            Some('*') => {
                self.bump();
                Ok(Segment::Wildcard)
            }
            _ => self.name(place, dot),
        }
    }

    fn name(&mut self, place: Place, dot: usize) -> Parsed<Segment> {
        let start = self.at;
        let mut name = String::new();
        while let Some(c) = self.peek() {
            let ends = match place {
                Place::Path => matches!(c, '.' | '['),
                Place::Filter => matches!(c, '.' | '[' | '=' | '!' | '<' | '>' | '&' | '|') || c.is_whitespace(),
            };
            if ends || (matches!(c, ')' | ']') && place == Place::Filter) {
                break;
            }
            // A second path behind a space: something is missing between them.
            let apart = c == '$' && name.ends_with(' ');
            if apart || matches!(c, '(' | ')' | ']' | '\'' | '"' | '*' | '?' | ',') {
                return Err(self.bad_name(start, c));
            }
            self.bump();
            // A backslash takes the next character for what it is (States Language, "Reference Paths").
            name.push(if c == '\\' { self.bump().unwrap_or(c) } else { c });
        }
        let name = name.trim_end();
        if name.is_empty() {
            let error = self.error(dot, "expected a name behind the dot");
            return Err(error.help("a path does not end in a dot; names are separated by single dots: `$.order.id`"));
        }
        Ok(Segment::Name(name.into()))
    }

    fn bad_name(&self, start: usize, c: char) -> SyntaxError {
        let name = self.text.get(start..self.at).unwrap_or("");
        if c == '(' {
            let close = self.rest().find(')').map_or(self.text.len(), |at| self.at + at + 1);
            let error = SyntaxError::new(start, close, format!("`{name}()` is a function, and paths have none"));
            return error.help("Step Functions has intrinsic functions instead: `States.ArrayLength($.items)`");
        }
        let error = self.error_at(self.at, format!("`{c}` cannot be part of a name"));
        error.help("put special names into brackets and quotes: `$['a (b)']`")
    }

    fn bracket(&mut self, place: Place) -> Parsed<Segment> {
        let open = self.at;
        self.bump();
        self.space();
        let segment = match self.peek() {
            Some('\'') => self.names()?,
            Some('*') => {
                self.bump();
                Segment::Wildcard
            }
            Some('?') if place == Place::Filter => {
                let error = self.error_at(self.at, "there is no filter within a filter");
                return Err(error.help("use a path of names and indexes"));
            }
            Some('?') => {
                self.bump();
                Segment::Filter(self.filter()?)
            }
            Some('(') => self.counted_back()?,
            Some('0'..='9' | '-' | ':') => self.indexes()?,
            Some('"') => {
                let error = self.error_at(self.at, "names in brackets stand in single quotes");
                return Err(error.help("write `['name']`"));
            }
            Some(_) => {
                let error =
                    self.error_at(self.at, "expected a name in single quotes, an index, `*` or `?` in brackets");
                return Err(error.help("write `['name']`, `[0]`, `[*]` or `[?(@.name == 'x')]`"));
            }
            None => return Err(self.error_at(open, "this bracket is not closed")),
        };
        self.space();
        if self.peek().is_none() {
            return Err(self.error_at(open, "this bracket is not closed"));
        }
        self.expect("]", "to close the bracket")?;
        Ok(segment)
    }

    fn names(&mut self) -> Parsed<Segment> {
        let first = self.quoted()?;
        let mut names = vec![first.clone()];
        self.space();
        while self.eat(",") {
            self.space();
            if self.peek() != Some('\'') {
                return Err(self.error_at(self.at, "expected another name in single quotes"));
            }
            names.push(self.quoted()?);
            self.space();
        }
        Ok(if names.len() == 1 { Segment::Name(first) } else { Segment::Names(names) })
    }

    /// A text in single quotes. Only the quote can be escaped; all other backslashes are part of the text, as
    /// recorded on AWS.
    fn quoted(&mut self) -> Parsed<Text> {
        let open = self.at;
        self.bump();
        let mut text = String::new();
        loop {
            match self.bump() {
                Some('\'') => return Ok(text.into()),
                Some('\\') if self.peek() == Some('\'') => {}
                Some(c) => {
                    text.push(c);
                    continue;
                }
                None => return Err(self.error_at(open, "this quote is not closed")),
            }
            self.bump();
            text.push('\'');
        }
    }

    /// `(@.length-1)`, `(@.size() - 1)`: an index from the end.
    fn counted_back(&mut self) -> Parsed<Segment> {
        let start = self.at;
        let close = self.rest().find(')').and_then(|at| {
            // The parentheses of `size()` are closed first.
            let inner = self.rest().get(..=at)?.ends_with("()");
            let more = if inner { self.rest().get(at + 1..)?.find(')')? + 1 } else { 0 };
            Some(self.at + at + more)
        });
        let inside = close.and_then(|close| self.text.get(start + 1..close)).unwrap_or("");
        let (length, back) = inside.split_once('-').unwrap_or((inside, ""));
        let back = back.trim().parse::<i32>().ok().filter(|back| *back > 0);
        match (length.trim(), back, close) {
            ("@.length" | "@.size()" | "@.length()", Some(back), Some(close)) => {
                self.at = close + 1;
                Ok(Segment::Index(-back))
            }
            _ => {
                let error =
                    SyntaxError::new(start, close.map_or(self.text.len(), |at| at + 1), "expected `(@.length-1)`");
                Err(error.help("only indexes from the end are computed; filters are written `[?(…)]`"))
            }
        }
    }

    /// `0`, `-1`, `0,2`, `1:`, `:2`, `1:2`
    fn indexes(&mut self) -> Parsed<Segment> {
        let start = self.at;
        let first = self.integer()?;
        self.space();
        if self.eat(":") {
            self.space();
            let to = self.integer()?;
            self.space();
            if self.peek() == Some(':') {
                let error = self.error_at(self.at, "slices have no step");
                return Err(error.help("write `[from:to]`"));
            }
            if first.is_none() && to.is_none() {
                return Err(self
                    .error(start, "this slice has neither a start nor an end")
                    .help("all elements are `[*]`"));
            }
            return Ok(Segment::Slice(first, to));
        }
        let first = first.ok_or_else(|| self.error_at(start, "expected an index"))?;
        let mut indexes = vec![first];
        while self.eat(",") {
            self.space();
            indexes.push(self.integer()?.ok_or_else(|| self.error_at(self.at, "expected another index"))?);
            self.space();
        }
        Ok(if indexes.len() == 1 { Segment::Index(first) } else { Segment::Indexes(indexes) })
    }

    fn integer(&mut self) -> Parsed<Option<i32>> {
        let start = self.at;
        self.eat("-");
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.bump();
        }
        match self.text.get(start..self.at).unwrap_or("") {
            "" => Ok(None),
            digits => {
                let index = digits.parse().ok();
                index.map(Some).ok_or_else(|| self.error(start, format!("`{digits}` is not an index")))
            }
        }
    }

    // ---- filters

    fn filter(&mut self) -> Parsed<Filter> {
        self.space();
        if self.peek() != Some('(') {
            let error = self.error_at(self.at, "expected `(` behind `?`");
            return Err(error.help("a filter is written `[?(@.price < 10)]`"));
        }
        let open = self.at;
        self.bump();
        let condition = self.either()?;
        self.close(open)?;
        Ok(Filter { condition })
    }

    fn close(&mut self, open: usize) -> Parsed<()> {
        self.space();
        if self.peek().is_none() {
            return Err(self.error_at(open, "this parenthesis is not closed"));
        }
        self.expect(")", "to close the parenthesis")
    }

    fn either(&mut self) -> Parsed<Condition> {
        let mut any = vec![self.both()?];
        self.space();
        while self.eat("||") {
            any.push(self.both()?);
            self.space();
        }
        Ok(one_or(any, Condition::Any))
    }

    fn both(&mut self) -> Parsed<Condition> {
        let mut all = vec![self.condition()?];
        self.space();
        while self.eat("&&") {
            all.push(self.condition()?);
            self.space();
        }
        Ok(one_or(all, Condition::All))
    }

    fn condition(&mut self) -> Parsed<Condition> {
        self.space();
        let start = self.at;
        let negated = self.eat("!");
        self.space();
        if self.peek() == Some('(') {
            let open = self.at;
            self.bump();
            self.nesting += 1;
            if self.nesting > MAX_NESTING {
                return Err(self.error_at(open, format!("parentheses nest at most {MAX_NESTING} deep")));
            }
            let inner = self.either()?;
            self.close(open)?;
            self.nesting -= 1;
            return Ok(if negated { Condition::Not(Box::new(inner)) } else { inner });
        }
        let left = self.operand()?;
        let end = self.at;
        self.space();
        let operator = self.at;
        match (self.relation()?, negated) {
            (None, _) => match left {
                Operand::Item | Operand::Path { .. } => Ok(Condition::Exists { operand: left, negated }),
                _ => Err(self.error(start, "expected a comparison").help("compare it with a path: `@.name == 'x'`")),
            },
            (Some(_), true) => {
                let error = SyntaxError::new(start, end, "`!` stands only before a path that may be missing");
                Err(error.help("write `!=`, or put the comparison into parentheses"))
            }
            (Some(relation), false) => {
                self.space();
                let right = self.operand()?;
                let patterns = [&left, &right].into_iter().filter(|side| matches!(side, Operand::Pattern(_))).count();
                if patterns != usize::from(relation == Relation::Matches) {
                    let error = self.error(operator, "`=~` compares with a regular expression, and nothing else does");
                    return Err(error.help("write `@.name =~ /ab.*/i`"));
                }
                Ok(Condition::Compare { left, relation, right })
            }
        }
    }

    fn relation(&mut self) -> Parsed<Option<Relation>> {
        let start = self.at;
        let known = [
            ("==", Relation::Equal),
            ("!=", Relation::NotEqual),
            ("<=", Relation::AtMost),
            (">=", Relation::AtLeast),
            ("=~", Relation::Matches),
            ("<", Relation::Less),
            (">", Relation::Greater),
        ];
        for (sign, relation) in known {
            if self.eat(sign) {
                if self.peek() == Some('=') {
                    self.bump();
                    return Err(self.error(start, "this is not an operator").help("write `==` or `!=`"));
                }
                return Ok(Some(relation));
            }
        }
        if self.eat("=") {
            return Err(self.error(start, "`=` is not an operator").help("write `==`"));
        }
        let word = self.rest().split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
        if word.is_empty() {
            return Ok(None);
        }
        self.at += word.len();
        let error = self.error(start, format!("`{word}` is not an operator"));
        Err(if WORDS.contains(&word.to_ascii_lowercase().as_str()) {
            error.help("Step Functions has no operators that are words: combine comparisons with `&&` and `||`")
        } else {
            error.help("the operators are `==`, `!=`, `<`, `<=`, `>`, `>=` and `=~`")
        })
    }

    fn operand(&mut self) -> Parsed<Operand> {
        let start = self.at;
        match self.peek() {
            Some(sign @ ('@' | '$')) => {
                self.bump();
                if self.peek().is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '$')) {
                    let error = self.error_at(self.at, format!("expected `.` or `[` behind `{sign}`"));
                    return Err(error.help("a filter sees the item as `@` and the whole value as `$`, no variables"));
                }
                let segments = self.segments(Place::Filter)?;
                if !segments.iter().all(Segment::is_definite) {
                    let path = self.text.get(start..self.at).unwrap_or("");
                    let error = self.error(start, format!("the path `{path}` in a filter can give several values"));
                    return Err(error.help("use a path of names and indexes"));
                }
                Ok(match (sign, segments.is_empty()) {
                    ('@', true) => Operand::Item,
                    _ => Operand::Path { from_root: sign == '$', segments },
                })
            }
            Some('\'') => Ok(literal(&self.quoted()?)),
            Some('"') => {
                let error = self.error_at(self.at, "texts in filters stand in single quotes");
                Err(error.help("write `'text'`: Step Functions would take double quotes for a part of the text"))
            }
            Some('/') => self.pattern(),
            Some('[' | '{') => Err(self.error_at(self.at, "a filter cannot compare with arrays or objects")),
            _ => self.bare(),
        }
    }

    /// A number, `true`, `null`, or a text without quotes, which Step Functions takes as well.
    fn bare(&mut self) -> Parsed<Operand> {
        let start = self.at;
        while let Some(c) = self.peek() {
            if matches!(c, ')' | '=' | '<' | '>' | '!' | '"' | '\'')
                || ["&&", "||"].iter().any(|and| self.rest().starts_with(and))
            {
                break;
            }
            self.bump();
        }
        match self.text.get(start..self.at).unwrap_or("").trim() {
            "" => {
                Err(self.error_at(start, "expected something to compare").help("a path such as `@.name`, or `'text'`"))
            }
            text => Ok(literal(text)),
        }
    }

    fn pattern(&mut self) -> Parsed<Operand> {
        let open = self.at;
        self.bump();
        let mut escaped = false;
        let end = loop {
            let at = self.at;
            match self.bump() {
                Some('/') if !escaped => break at,
                Some(c) => escaped = c == '\\' && !escaped,
                None => return Err(self.error_at(open, "this regular expression is not closed")),
            }
        };
        let source = self.text.get(open + 1..end).unwrap_or("");
        let ignore_case = self.eat("i");
        match Pattern::new(source, ignore_case) {
            Ok(pattern) => Ok(Operand::Pattern(pattern)),
            Err(reason) => {
                let error =
                    SyntaxError::new(open, self.at, format!("this regular expression cannot be read: {reason}"));
                Err(error.help("look-around and back-references are not supported"))
            }
        }
    }
}

fn one_or(mut conditions: Vec<Condition>, many: impl FnOnce(Vec<Condition>) -> Condition) -> Condition {
    match (conditions.len(), conditions.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            conditions.extend(last);
            many(conditions)
        }
    }
}

fn literal(text: &str) -> Operand {
    Operand::Literal { text: text.into(), number: number(text) }
}
