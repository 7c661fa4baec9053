//! The text of a call.

use super::format::Pattern;
use super::function::Takes;
use super::{Argument, Function, Node, SyntaxError};
use crate::asl::query::path::Path;
use crate::base::Value;

type Parsed<T> = Result<T, SyntaxError>;

/// How deep calls nest (AWS Developer Guide, "Intrinsic functions").
const MAX_NESTING: usize = 10;

pub(super) fn parse(text: &str) -> Parsed<Node> {
    let mut parser = Parser { text, at: 0 };
    let node = parser.call(1)?;
    if parser.at < text.len() {
        let error = SyntaxError::new(parser.at, text.len(), "expected the end behind the call");
        return Err(error.help("only one function can be called; others can be its arguments"));
    }
    Ok(node)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

/// An argument and where it stands.
struct Found<'a> {
    argument: Argument,
    start: usize,
    end: usize,
    /// What stands between the quotes of a text.
    source: Option<&'a str>,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn error_here(&self, message: impl Into<String>) -> SyntaxError {
        let width = self.peek().map_or(0, char::len_utf8);
        SyntaxError::new(self.at, self.at + width, message)
    }

    /// Goes over letters, digits and dots.
    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '.' && c != '_').unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or("")
    }

    fn call(&mut self, depth: usize) -> Parsed<Node> {
        let start = self.at;
        let name = self.word();
        let name_end = self.at;
        if !name.starts_with("States.") {
            let shown = if name.is_empty() { self.rest() } else { name };
            let error =
                SyntaxError::new(start, self.text.len(), format!("expected a function or a path, found `{shown}`"));
            return Err(error.help("a function is called like `States.Format('{}', $.id)`, a path begins with `$`"));
        }
        let Some(function) = Function::ALL.into_iter().find(|function| function.name() == name) else {
            return Err(unknown(name, start, name_end));
        };
        if depth > MAX_NESTING {
            return Err(SyntaxError::new(start, name_end, format!("functions nest at most {MAX_NESTING} deep")));
        }
        let open = self.at;
        if self.peek() != Some('(') {
            let error = self.error_here(format!("expected `(` behind `{name}`"));
            return Err(error.help(format!("it is called like `{}`", function.usage())));
        }
        self.at += 1;
        let mut found: Vec<Found<'_>> = Vec::new();
        loop {
            self.space();
            match self.peek() {
                None => return Err(SyntaxError::new(open, open + 1, "this parenthesis is not closed")),
                Some(')') if found.is_empty() => break,
                _ => {}
            }
            found.push(self.argument(depth)?);
            self.space();
            match self.peek() {
                Some(',') => self.at += 1,
                Some(')') => break,
                None => return Err(SyntaxError::new(open, open + 1, "this parenthesis is not closed")),
                Some(c) => return Err(self.error_here(format!("expected `,` or `)` behind an argument, found `{c}`"))),
            }
        }
        self.at += 1;
        check(function, &found, (start, self.at))?;
        let pattern = match (function, found.first()) {
            (Function::Format, Some(Found { source: Some(source), start, end, .. })) => {
                Some(pattern(source, found.len() - 1, (*start, *end))?)
            }
            _ => None,
        };
        Ok(Node { function, arguments: found.into_iter().map(|found| found.argument).collect(), pattern })
    }

    fn argument(&mut self, depth: usize) -> Parsed<Found<'a>> {
        let start = self.at;
        let mut source = None;
        let argument = match self.peek() {
            Some('$') => Argument::Path(Box::new(self.path()?)),
            Some('\'') => {
                let (value, inside) = self.string()?;
                source = Some(inside);
                Argument::Literal(value)
            }
            Some('0'..='9' | '-') => Argument::Literal(self.number()?),
            Some('"') => {
                return Err(self.error_here("texts stand in single quotes").help("write `'text'`"));
            }
            Some(',' | ')') | None => {
                return Err(self.error_here("expected an argument").help("remove the comma, or write `null`"));
            }
            _ if self.rest().starts_with("States.") => Argument::Call(self.call(depth + 1)?),
            Some(c) => {
                let word = self.word();
                match word {
                    "null" => Argument::Literal(Value::Null),
                    "true" => Argument::Literal(true.into()),
                    "false" => Argument::Literal(false.into()),
                    word => {
                        let shown = if word.is_empty() { c.to_string() } else { word.to_owned() };
                        let end = start + shown.len();
                        let error = SyntaxError::new(start, end, format!("expected an argument, found `{shown}`"));
                        return Err(error.help("an argument is a path, a text in single quotes, a number, `true`, `false`, `null` or a call"));
                    }
                }
            }
        };
        Ok(Found { argument, start, end: self.at, source })
    }

    /// A path, which ends at the comma or parenthesis that is not within its own brackets.
    fn path(&mut self) -> Parsed<Path> {
        let start = self.at;
        let (mut brackets, mut parentheses, mut quoted) = (0_usize, 0_usize, false);
        let end = self.rest().char_indices().find(|(_, c)| {
            match c {
                '\'' if brackets > 0 => quoted = !quoted,
                _ if quoted => {}
                '[' => brackets += 1,
                ']' => brackets = brackets.saturating_sub(1),
                '(' if brackets == 0 => parentheses += 1,
                ')' if brackets == 0 && parentheses > 0 => parentheses -= 1,
                ')' | ',' => return brackets == 0 && parentheses == 0,
                _ => {}
            }
            false
        });
        self.at = end.map_or(self.text.len(), |(end, _)| start + end);
        let text = self.text.get(start..self.at).unwrap_or("").trim_end();
        Path::parse(text).map_err(|error| error.shifted(start))
    }

    /// A text in single quotes, and what stands between them.
    fn string(&mut self) -> Parsed<(Value, &'a str)> {
        let open = self.at;
        let mut text = String::new();
        let mut chars = self.text.char_indices().skip_while(|(at, _)| *at <= open);
        while let Some((at, c)) = chars.next() {
            match c {
                '\'' => {
                    self.at = at + 1;
                    return Ok((text.into(), self.text.get(open + 1..at).unwrap_or("")));
                }
                '\\' => match chars.next() {
                    Some((_, c @ ('\'' | '{' | '}' | '\\'))) => text.push(c),
                    next => {
                        let end = next.map_or(at + 1, |(at, c)| at + c.len_utf8());
                        let shown = self.text.get(at..end).unwrap_or("");
                        let error = SyntaxError::new(at, end, format!("`{shown}` is not an escape"));
                        return Err(
                            error.help(r"only `\'`, `\{`, `\}` and `\\` are; in JSON each backslash is written twice")
                        );
                    }
                },
                c => text.push(c),
            }
        }
        Err(SyntaxError::new(open, open + 1, "this quote is not closed"))
    }

    fn number(&mut self) -> Parsed<Value> {
        let start = self.at;
        let rest = self.rest();
        let end =
            rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '+' | '-')).unwrap_or(rest.len());
        self.at += end;
        let digits = rest.get(..end).unwrap_or("");
        // What JSON takes for a number is one.
        match Value::parse(digits) {
            Ok(number @ Value::Number(_)) => Ok(number),
            _ => Err(SyntaxError::new(start, self.at, format!("`{digits}` is not a number"))),
        }
    }
}

fn unknown(name: &str, start: usize, end: usize) -> SyntaxError {
    let error = SyntaxError::new(start, end, format!("there is no function `{name}`"));
    match Function::ALL.into_iter().find(|function| function.name().eq_ignore_ascii_case(name)) {
        Some(function) => error.help(format!("write `{}`", function.name())),
        None => {
            let names: Vec<&str> = Function::ALL.into_iter().map(Function::name).collect();
            error.help(format!("there are {}", names.join(", ")))
        }
    }
}

/// The number of the arguments, and the types of those that are written out.
fn check(function: Function, found: &[Found<'_>], (start, end): (usize, usize)) -> Parsed<()> {
    let signature = function.signature();
    let most = if signature.rest.is_some() { usize::MAX } else { signature.takes.len() };
    if found.len() < signature.required || found.len() > most {
        let count = found.len();
        let plural = if count == 1 { "" } else { "s" };
        let message = format!("`{}` is called with {count} argument{plural}", function.name());
        return Err(SyntaxError::new(start, end, message).help(format!("it is called like `{}`", function.usage())));
    }
    let takes = signature.takes.iter().copied().chain(std::iter::repeat(signature.rest.unwrap_or(Takes::Anything)));
    for (found, takes) in found.iter().zip(takes) {
        let Argument::Literal(value) = &found.argument else { continue };
        let wanted = match (takes, value) {
            (Takes::Anything, _) | (Takes::Text, Value::String(_)) | (Takes::Number, Value::Number(_)) => continue,
            (Takes::Shallow, value) if value.as_bool() != Some(true) => continue,
            (Takes::Text, _) => "a string",
            (Takes::Number, _) => "a number",
            (Takes::Array, _) => "an array",
            (Takes::Object, _) => "an object",
            (Takes::Shallow, _) => "false",
        };
        let given = match value {
            Value::Bool(true) => "true".to_owned(),
            value => format!("a {}", value.type_name()),
        };
        let given = if value.is_null() { "null".to_owned() } else { given };
        let message = format!("`{}` takes {wanted} here, not {given}", function.name());
        let error = SyntaxError::new(found.start, found.end, message);
        return Err(match takes {
            Takes::Array | Takes::Object => error.help("give it with a path, or by another function"),
            Takes::Number if value.as_str().is_some() => error.help("numbers are written without quotes"),
            Takes::Shallow => error.help("objects are merged at their first level only"),
            _ => error,
        });
    }
    Ok(())
}

/// The pattern of a Format that has one written out.
fn pattern(source: &str, values: usize, (start, end): (usize, usize)) -> Parsed<Pattern> {
    let pattern = Pattern::parse(source).map_err(|bad| {
        let inside = start + 1;
        let error = SyntaxError::new(inside + bad.start, inside + bad.end, bad.message);
        error.help(r"a value goes to `{}`; for the brace itself write `\{` or `\}`")
    })?;
    if pattern.places() != values {
        let places = pattern.places();
        let count = |n: usize, noun: &str| format!("{n} {noun}{}", if n == 1 { "" } else { "s" });
        let message = format!("{} for {} of `{{}}`", count(values, "value"), count(places, "place"));
        return Err(SyntaxError::new(start, end, message).help("give one argument for each `{}`"));
    }
    Ok(pattern)
}
