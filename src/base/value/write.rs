//! Values as JSON text.

use super::{Number, Value};
use std::fmt::Write;

impl Value {
    /// Its compact JSON text.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        out
    }

    /// Its JSON text with two spaces of indent.
    pub fn to_pretty(&self) -> String {
        let mut out = String::new();
        pretty(self, 0, &mut out);
        out
    }

    pub fn write_json(&self, out: &mut String) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(true) => out.push_str("true"),
            Value::Bool(false) => out.push_str("false"),
            Value::Number(number) => number.write_json(out),
            Value::String(text) => write_string(text, out),
            Value::Array(array) => {
                out.push('[');
                for (at, item) in array.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write_json(out);
                }
                out.push(']');
            }
            Value::Object(object) => {
                out.push('{');
                for (at, (key, value)) in object.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    write_string(key, out);
                    out.push(':');
                    value.write_json(out);
                }
                out.push('}');
            }
        }
    }

    /// The length of its compact JSON text in bytes of UTF-8, the measure of AWS's payload limits. Remembered by arrays
    /// and objects, so that asking again after a small change costs the change. (A value that holds the same part twice,
    /// which holds another twice, and so on, is small in memory and has a text beyond measure: `usize::MAX` then.)
    pub fn json_len(&self) -> usize {
        match self {
            Value::Null => 4,
            Value::Bool(bool) => 5 - usize::from(*bool),
            Value::Number(Number::Int(int)) => int_len(*int),
            Value::Number(number) => {
                let mut text = String::new();
                number.write_json(&mut text);
                text.len()
            }
            Value::String(text) => string_len(text),
            Value::Array(array) => remembered(&array.json_len, || {
                let items = array.iter().map(Value::json_len);
                items.fold(1 + array.len().max(1), usize::saturating_add)
            }),
            Value::Object(object) => remembered(&object.json_len, || {
                let members = object.iter().map(|(key, value)| value.json_len().saturating_add(string_len(key) + 1));
                members.fold(1 + object.len().max(1), usize::saturating_add)
            }),
        }
    }
}

fn remembered(cell: &std::cell::Cell<usize>, measure: impl FnOnce() -> usize) -> usize {
    if cell.get() == 0 {
        cell.set(measure());
    }
    cell.get()
}

impl Number {
    /// Its JSON text: integers as they are, doubles in the fewest digits that read back equal, with `.0` where they are
    /// integral and an exponent from 1e16 up and below 1e-5.
    pub fn write_json(&self, out: &mut String) {
        // Writing to a string cannot fail.
        let _ = match self {
            Number::Int(int) => write!(out, "{int}"),
            Number::Big(text) => out.write_str(text),
            Number::Float(float) => {
                let size = float.abs();
                if size != 0.0 && !(1e-5..1e16).contains(&size) {
                    write!(out, "{float:e}")
                } else if libm::trunc(*float) == *float {
                    write!(out, "{float:.1}")
                } else {
                    write!(out, "{float}")
                }
            }
        };
    }
}

fn int_len(int: i64) -> usize {
    let digits = int.unsigned_abs().checked_ilog10().unwrap_or(0) as usize + 1;
    digits + usize::from(int < 0)
}

/// Writes a string with its quotes, escaping what JSON demands and no more.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(text.get(plain..at).unwrap_or(""));
        plain = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            8 => out.push_str("\\b"),
            12 => out.push_str("\\f"),
            other => {
                let _ = write!(out, "\\u{other:04x}");
            }
        }
    }
    out.push_str(text.get(plain..).unwrap_or(""));
    out.push('"');
}

fn string_len(text: &str) -> usize {
    let escapes: usize = text
        .bytes()
        .map(|byte| match byte {
            b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 8 | 12 => 1,
            0..b' ' => 5,
            _ => 0,
        })
        .sum();
    text.len() + 2 + escapes
}

fn pretty(value: &Value, indent: usize, out: &mut String) {
    let line = |indent: usize, out: &mut String| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", indent));
    };
    match value {
        Value::Array(array) if !array.is_empty() => {
            out.push('[');
            for (at, item) in array.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                line(indent + 1, out);
                pretty(item, indent + 1, out);
            }
            line(indent, out);
            out.push(']');
        }
        Value::Object(object) if !object.is_empty() => {
            out.push('{');
            for (at, (key, value)) in object.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                line(indent + 1, out);
                write_string(key, out);
                out.push_str(": ");
                pretty(value, indent + 1, out);
            }
            line(indent, out);
            out.push('}');
        }
        plain => plain.write_json(out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_that_of_the_text() {
        for text in [
            "null",
            "true",
            "false",
            "0",
            "-1",
            "10",
            "-9223372036854775808",
            "123456789012345678901234567890",
            "1.5",
            "1e300",
            r#""a\"\\\n\u0001é😀""#,
            "[]",
            "[1]",
            "[1,[2,3],{}]",
            "{}",
            r#"{"a":1,"b":{"c":[null]}}"#,
        ] {
            let value = Value::parse(text).unwrap();
            assert_eq!(value.json_len(), value.to_json().len(), "{text}");
        }
    }

    #[test]
    fn doubles_read_back_equal() {
        for float in [0.1, 1.0, -2.5e-7, 1e16, 1.7976931348623157e308, 5e-324, 123_456_789.125, 90.570_000_000_000_01] {
            let text = Value::from(float).to_json();
            assert_eq!(Value::parse(&text).unwrap().as_f64(), Some(float), "{text}");
        }
        assert_eq!(Value::from(1.0).to_json(), "1.0");
        assert_eq!(Value::from(1e16).to_json(), "1e16");
    }

    #[test]
    fn pretty_reads_back() {
        let value = Value::parse(r#"{"a":[1,{"b":[]}],"c":{}}"#).unwrap();
        assert_eq!(Value::parse(&value.to_pretty()).unwrap(), value);
        assert!(value.to_pretty().contains("\n    {\n      \"b\": []\n    }"));
    }
}
