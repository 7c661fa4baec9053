//! The values of options: plain, in JSON, or in the shorthand syntax of the AWS CLI, such as
//! `level=ALL,destinations=[{cloudWatchLogsLogGroup={logGroupArn=arn:…}}]`.

use super::super::shape::{Shape, Structure};
use crate::base::{Object, Value};

/// The value of an option that was given as these words; only a list can be given as several.
pub fn value_of(shape: &Shape, texts: &[String]) -> Result<Value, String> {
    let first = texts.first().map_or("", |text| text.trim_start());
    match shape {
        Shape::List { .. } if first.starts_with('[') => json(first),
        Shape::List { of, .. } => texts.iter().map(|text| one(of, text)).collect(),
        shape => one(shape, texts.first().map_or("", String::as_str)),
    }
}

fn one(shape: &Shape, text: &str) -> Result<Value, String> {
    match shape {
        Shape::Structure(_) if text.trim_start().starts_with('{') => json(text),
        Shape::Structure(structure) => {
            let mut shorthand = Shorthand { rest: text, nested: 0 };
            shorthand.structure(structure)
        }
        Shape::List { of, .. } => one(of, text),
        shape => scalar(shape, text),
    }
}

fn json(text: &str) -> Result<Value, String> {
    Value::parse(text).map_err(|error| format!("invalid JSON: {}", error.message))
}

fn scalar(shape: &Shape, text: &str) -> Result<Value, String> {
    match shape {
        Shape::Integer { .. } => {
            text.parse::<i64>().map(Value::from).map_err(|_| format!("`{text}` is not an integer"))
        }
        Shape::Float { .. } => text.parse::<f64>().map(Value::from).map_err(|_| format!("`{text}` is not a number")),
        Shape::Boolean => match text {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(format!("`{text}` is neither true nor false")),
        },
        _ => Ok(text.into()),
    }
}

struct Shorthand<'t> {
    rest: &'t str,
    /// How many brackets and braces are open.
    nested: usize,
}

impl Shorthand<'_> {
    /// `key=value,key=value`
    fn structure(&mut self, structure: &Structure) -> Result<Value, String> {
        let mut object = Object::new();
        loop {
            let Some((key, rest)) = self.rest.split_once('=') else {
                return Err(format!("expected `key=value`, found `{}`; it can be given as JSON, too", self.rest));
            };
            let key = key.trim();
            let Some(member) = structure.member(key) else {
                let known: Vec<&str> = structure.members.iter().map(|member| member.name).collect();
                return Err(format!("unknown key `{key}`; known are {}", known.join(", ")));
            };
            self.rest = rest;
            let value = self.value(member.shape)?;
            object.insert(member.name.into(), value);
            if !self.takes(',') {
                break;
            }
        }
        match self.rest.chars().next() {
            Some(c) if self.nested == 0 => Err(format!("`{c}` is not expected behind a value")),
            _ => Ok(object.into()),
        }
    }

    fn value(&mut self, shape: &Shape) -> Result<Value, String> {
        match shape {
            Shape::Structure(structure) => {
                self.opens('{')?;
                let value = self.structure(structure)?;
                self.closes('}')?;
                Ok(value)
            }
            Shape::List { of, .. } => {
                self.opens('[')?;
                let mut items = Vec::new();
                while !self.rest.starts_with(']') {
                    items.push(self.value(of)?);
                    if !self.takes(',') {
                        break;
                    }
                }
                self.closes(']')?;
                Ok(items.into())
            }
            shape => {
                let text = self.text()?;
                scalar(shape, &text)
            }
        }
    }

    /// A plain value, in quotes or up to the next comma.
    fn text(&mut self) -> Result<String, String> {
        let quote = self.rest.chars().next().filter(|c| matches!(c, '\'' | '"'));
        let mut chars = self.rest.char_indices().skip(usize::from(quote.is_some()));
        let mut text = String::new();
        while let Some((at, c)) = chars.next() {
            let ends = match quote {
                Some(quote) => c == quote,
                None => c == ',' || (self.nested > 0 && matches!(c, ']' | '}')),
            };
            if ends {
                let behind = if quote.is_some() { at + c.len_utf8() } else { at };
                self.rest = self.rest.get(behind..).unwrap_or_default();
                return Ok(text);
            }
            match c {
                '\\' => text.extend(chars.next().map(|(_, c)| c)),
                c => text.push(c),
            }
        }
        self.rest = "";
        if quote.is_some() { Err("a quote is not closed".into()) } else { Ok(text) }
    }

    fn takes(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn opens(&mut self, c: char) -> Result<(), String> {
        self.nested += 1;
        if self.takes(c) { Ok(()) } else { Err(format!("expected `{c}`, found `{}`", self.rest)) }
    }

    fn closes(&mut self, c: char) -> Result<(), String> {
        self.nested -= 1;
        if self.takes(c) { Ok(()) } else { Err(format!("a `{c}` is missing")) }
    }
}
