//! As much of JSON Schema as `schema.json` uses, to test that it says what the decoder does.

use super::SCHEMA;
use crate::base::Value;

/// Why the schema refuses a document, if it does.
pub fn refusal(document: &Value) -> Option<String> {
    refusal_by(&Value::parse(SCHEMA).unwrap(), document)
}

/// Why another schema refuses it.
pub fn refusal_by(root: &Value, document: &Value) -> Option<String> {
    check(root, root, document, "").err()
}

const KEYWORDS: [&str; 28] = [
    "$schema",
    "title",
    "description",
    "$defs",
    "$ref",
    "type",
    "const",
    "enum",
    "oneOf",
    "anyOf",
    "not",
    "required",
    "properties",
    "additionalProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "items",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
];

fn check(root: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let schema = schema.as_object().expect("a schema is an object");
    let refuse = |why: &str| Err(format!("{at}: {why}"));
    for (keyword, rule) in schema.iter() {
        assert!(KEYWORDS.contains(&&**keyword), "unknown keyword {keyword}");
        let number = rule.as_f64().unwrap_or(f64::NAN);
        let list = || rule.as_array().expect("a list").iter();
        let passes = |schema: &Value| check(root, schema, value, at).is_ok();
        let fine = match &**keyword {
            "$ref" => {
                let target = root.pointer(rule.as_str().unwrap().strip_prefix('#').unwrap()).expect("a definition");
                check(root, target, value, at)?;
                true
            }
            "type" => match rule.as_str().unwrap() {
                "integer" => value.as_number().is_some_and(|number| number.is_integer()),
                name => value.type_name() == name,
            },
            "const" => value == rule,
            "enum" => list().any(|known| known == value),
            "oneOf" => {
                let passing = list().filter(|schema| passes(schema)).count();
                if passing == 0 && list().len() > 2 {
                    // Of alternatives by kind, the one that is meant tells more.
                    for schema in list() {
                        let kind = schema.pointer("/properties/kind/const");
                        if kind.is_some() && kind == value.get("kind") {
                            check(root, schema, value, at)?;
                        }
                    }
                }
                passing == 1
            }
            "anyOf" => list().any(passes),
            "not" => !passes(rule),
            "required" => match value.as_object() {
                Some(object) => list().all(|key| object.contains_key(key.as_str().unwrap())),
                None => true,
            },
            "properties" => {
                for (key, schema) in rule.as_object().unwrap().iter() {
                    if let Some(member) = value.get(key) {
                        check(root, schema, member, &format!("{at}/{key}"))?;
                    }
                }
                true
            }
            "additionalProperties" => {
                let known = schema.get("properties").and_then(Value::as_object);
                for (key, member) in value.as_object().into_iter().flat_map(|object| object.iter()) {
                    if known.is_some_and(|known| known.contains_key(key)) {
                        continue;
                    }
                    match rule {
                        Value::Bool(false) => return refuse(&format!("unknown {key}")),
                        rule => check(root, rule, member, &format!("{at}/{key}"))?,
                    }
                }
                true
            }
            "propertyNames" => {
                let keys = value.as_object().into_iter().flat_map(|object| object.keys());
                keys.map(|key| Value::from(&**key)).all(|key| check(root, rule, &key, at).is_ok())
            }
            "minProperties" => value.as_object().is_none_or(|object| object.len() as f64 >= number),
            "maxProperties" => value.as_object().is_none_or(|object| object.len() as f64 <= number),
            "items" => {
                for (n, item) in value.as_array().into_iter().flat_map(|array| array.iter()).enumerate() {
                    check(root, rule, item, &format!("{at}/{n}"))?;
                }
                true
            }
            "minItems" => value.as_array().is_none_or(|array| array.len() as f64 >= number),
            "maxItems" => value.as_array().is_none_or(|array| array.len() as f64 <= number),
            "minimum" => value.as_f64().is_none_or(|x| x >= number),
            "maximum" => value.as_f64().is_none_or(|x| x <= number),
            "exclusiveMinimum" => value.as_f64().is_none_or(|x| x > number),
            "exclusiveMaximum" => value.as_f64().is_none_or(|x| x < number),
            "multipleOf" => value.as_f64().is_none_or(|x| x % number == 0.0),
            "minLength" => value.as_str().is_none_or(|text| text.chars().count() as f64 >= number),
            "maxLength" => value.as_str().is_none_or(|text| text.chars().count() as f64 <= number),
            "pattern" => value.as_str().is_none_or(|text| matches(rule.as_str().unwrap(), text)),
            _ => true,
        };
        if !fine {
            return refuse(&format!("{keyword} {}", rule.to_json()));
        }
    }
    Ok(())
}

/// The patterns that there are.
fn matches(pattern: &str, text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match pattern {
        "^[0-9]+$" => digits(text),
        r"^\{%[\s\S]*%\}$" => text.len() >= 4 && text.starts_with("{%") && text.ends_with("%}"),
        _ => {
            let words = ["Sum", "Average", "Minimum", "Maximum", "Min", "Max", "SampleCount"];
            let percentile = text.strip_prefix('p').map(|p| p.split_once('.').map_or((p, "0"), |parts| parts));
            assert!(words.iter().all(|word| pattern.contains(word)));
            words.contains(&text) || percentile.is_some_and(|(whole, part)| digits(whole) && digits(part))
        }
    }
}
