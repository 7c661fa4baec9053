//! Values as Java shows them: AWS's engine keeps JSON in Java's maps and lists, and in places that can be seen.

use crate::base::{Number, Value};
use std::fmt::Write;

/// Appends a value as Java's `toString` gives it: `{a=1, b=[x, 2.0]}`. Stops, and says so, when `out` is longer than
/// `limit` bytes: a value that is small in memory can have a text beyond measure.
pub(super) fn print(value: &Value, out: &mut String, limit: usize) -> Result<(), TooLong> {
    match value {
        Value::String(text) => out.push_str(text),
        Value::Number(Number::Float(float)) => print_double(*float, out),
        Value::Array(array) => {
            out.push('[');
            for (at, item) in array.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                print(item, out, limit)?;
            }
            out.push(']');
        }
        Value::Object(object) => {
            out.push('{');
            for (at, (key, member)) in object.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                out.push_str(key);
                out.push('=');
                print(member, out, limit)?;
            }
            out.push('}');
        }
        plain => plain.write_json(out),
    }
    if out.len() > limit { Err(TooLong) } else { Ok(()) }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct TooLong;

/// `Double.toString`: `1.5`, `1.0E7`, `1.0E-4`.
fn print_double(double: f64, out: &mut String) {
    let size = double.abs();
    // Writing to a string cannot fail.
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        let _ = write!(out, "{double:?}");
        return;
    }
    let text = format!("{double:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let point = if digits.contains('.') { "" } else { ".0" };
    let _ = write!(out, "{digits}{point}E{exponent}");
}

/// `hashCode`, by which Java's sets order what they hold.
pub(super) fn hash_code(value: &Value) -> i32 {
    let fold = |bits: u64| (bits ^ (bits >> 32)) as i32;
    match value {
        Value::Null => 0,
        Value::Bool(bool) => {
            if *bool {
                1231
            } else {
                1237
            }
        }
        Value::Number(Number::Int(int)) => i32::try_from(*int).unwrap_or_else(|_| fold(*int as u64)),
        Value::Number(Number::Float(float)) => fold(float.to_bits()),
        Value::Number(Number::Big(text)) => hash_text(text),
        Value::String(text) => hash_text(text),
        Value::Array(array) => {
            array.iter().fold(1, |hash: i32, item| hash.wrapping_mul(31).wrapping_add(hash_code(item)))
        }
        Value::Object(object) => {
            let members = object.iter().map(|(key, member)| hash_text(key) ^ hash_code(member));
            members.fold(0, i32::wrapping_add)
        }
    }
}

fn hash_text(text: &str) -> i32 {
    text.encode_utf16().fold(0, |hash: i32, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(json: &str) -> String {
        let mut out = String::new();
        print(&Value::parse(json).unwrap(), &mut out, 1000).unwrap();
        out
    }

    #[test]
    fn prints_as_java_does() {
        for (json, expected) in [
            (r#"{"Arg1": 1, "Arg2": [], "b": ["x", null, {"c": true}]}"#, "{Arg1=1, Arg2=[], b=[x, null, {c=true}]}"),
            ("1.1", "1.1"),
            ("1.0", "1.0"),
            ("-0.0", "-0.0"),
            ("0.001", "0.001"),
            ("0.00012", "1.2E-4"),
            ("1e7", "1.0E7"),
            ("9999999.5", "9999999.5"),
            ("12345678.9", "1.23456789E7"),
            ("1e300", "1.0E300"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            (r#""é\n""#, "é\n"),
        ] {
            assert_eq!(shown(json), expected, "{json}");
        }
    }

    #[test]
    fn stops_where_a_text_is_beyond_measure() {
        let mut value = Value::from("x");
        for _ in 0..100 {
            value = Value::array([value.clone(), value]);
        }
        assert!(print(&value, &mut String::new(), 10_000).is_err());
    }

    /// Values of `hashCode` as a Java shell gives them.
    #[test]
    fn hashes_as_java_does() {
        for (json, expected) in [
            ("null", 0),
            ("true", 1231),
            ("false", 1237),
            ("-1", -1),
            ("4294967296", 1),
            (r#""hello""#, 99_162_322),
            (r#""01""#, 1537),
            ("[1,2]", 994),
            ("[2,1]", 1024),
            (r#"{"a":1,"b":2}"#, 192),
            ("1.5", 1_073_217_536),
        ] {
            assert_eq!(hash_code(&Value::parse(json).unwrap()), expected, "{json}");
        }
    }
}
