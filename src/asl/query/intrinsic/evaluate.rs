//! What the functions do.

use super::format::Pattern;
use super::{Argument, Failure, Function, Node, base64, hash, random};
use crate::asl::query::java;
use crate::asl::query::path::Path;
use crate::base::sort::sort_by_key;
use crate::base::value::MAX_DEPTH;
use crate::base::{Array, Number, Object, Text, Value};
use rustc_hash::FxHashSet;

/// The longest text that is encoded, decoded or hashed, in UTF-16 units.
const MAX_CODED: usize = 10_000;
/// The most items of a range.
const MAX_RANGE: i64 = 1000;
/// The largest text that is looked through or made, in bytes: four times what a state may hand on.
const MAX_TEXT: usize = 1 << 20;

/// What is wrong with the arguments; the name of the function is put before it.
enum Bad {
    Arguments,
    Because(&'static str),
    Template,
}

impl Node {
    pub(super) fn evaluate<E: From<Failure>>(
        &self,
        call: &Text,
        resolve: &mut dyn FnMut(&Path) -> Result<Value, E>,
        entropy: &mut dyn FnMut() -> u64,
    ) -> Result<Value, E> {
        let mut values = Vec::with_capacity(self.arguments.len());
        for argument in &self.arguments {
            values.push(match argument {
                Argument::Literal(value) => value.clone(),
                Argument::Path(path) => resolve(path)?,
                Argument::Call(node) => node.evaluate(call, resolve, entropy)?,
            });
        }
        self.apply(values, entropy).map_err(|bad| {
            let name = self.function.name();
            let reason = match bad {
                Bad::Arguments => format!("Invalid arguments in {name}"),
                Bad::Because(why) => format!("Invalid arguments in {name}: {why}"),
                Bad::Template => format!("Invalid template in {name}: matching '}}' not found for '{{'."),
            };
            Failure { call: call.clone(), reason }.into()
        })
    }

    fn apply(&self, values: Vec<Value>, entropy: &mut dyn FnMut() -> u64) -> Result<Value, Bad> {
        if self.function == Function::Array {
            let array = Array::from(values);
            return if array.depth() > MAX_DEPTH { Err(TOO_DEEP) } else { Ok(array.into()) };
        }
        let mut rest = values.into_iter();
        // What is not given is null, which no function takes where it needs something.
        let mut next = || rest.next().unwrap_or_default();
        match self.function {
            Function::Format => {
                let template = next();
                let dynamic;
                let pattern = match &self.pattern {
                    Some(pattern) => pattern,
                    None => {
                        dynamic = Pattern::parse(text(&template)?).map_err(|_| Bad::Template)?;
                        &dynamic
                    }
                };
                format(pattern, rest.as_slice())
            }
            Function::StringToJson => match text(&next())?.trim() {
                "" => Ok(Value::Null),
                json => Value::parse(json).map_err(|_| Bad::Arguments),
            },
            Function::JsonToString => {
                let value = next();
                if value.json_len() > MAX_TEXT { Err(TOO_LONG) } else { Ok(value.to_json().into()) }
            }
            Function::Array => Err(Bad::Arguments),
            Function::ArrayPartition => {
                let (array, size) = (next(), integer(&next())?);
                let size = usize::try_from(size).ok().filter(|size| *size > 0).ok_or(Bad::Arguments)?;
                let chunks = items(&array)?.chunks(size);
                Ok(chunks.map(|chunk| Value::array(chunk.iter().cloned())).collect())
            }
            Function::ArrayContains => contains(items(&next())?, &next()).map(Value::from),
            Function::ArrayRange => range(integer(&next())?, integer(&next())?, integer(&next())?),
            Function::ArrayGetItem => {
                let (array, index) = (next(), integer(&next())?);
                let items = items(&array)?;
                match usize::try_from(index).ok().and_then(|index| items.get(index)) {
                    Some(item) => Ok(item.clone()),
                    // As AWS was seen to do.
                    None if items.is_empty() => Ok(Value::Null),
                    None => Err(Bad::Arguments),
                }
            }
            Function::ArrayLength => Ok(items(&next())?.len().into()),
            Function::ArrayUnique => unique(&next()),
            Function::Base64Encode => Ok(base64::encode(coded(&next())?.as_bytes()).into()),
            Function::Base64Decode => {
                Ok(String::from_utf8_lossy(&base64::decode(&coded(&next())?)).into_owned().into())
            }
            Function::Hash => {
                let (data, algorithm) = (next(), next());
                let data = if data.as_str().is_some() { data } else { shown(&data)?.into() };
                Ok(hash(&coded(&data)?, text(&algorithm)?).ok_or(Bad::Arguments)?.into())
            }
            Function::JsonMerge => {
                let (Value::Object(left), Value::Object(right), deep) = (next(), next(), next()) else {
                    return Err(Bad::Arguments);
                };
                // Anything that does not say "true" is taken for false.
                if shown(&deep)? == "true" { Err(Bad::Arguments) } else { Ok(merge(&left, &right).into()) }
            }
            Function::MathRandom => {
                let (from, below) = (int32(integer(&next())?)?, int32(integer(&next())?)?);
                if from >= below {
                    return Err(Bad::Arguments);
                }
                Ok(match self.arguments.len() {
                    3 => random::seeded(from, below, integer(&next())?),
                    _ => random::between(from, below, entropy),
                }
                .into())
            }
            Function::MathAdd => {
                let (a, b) = (int32(rounded(&next())?)?, int32(rounded(&next())?)?);
                Ok(i64::from(a.checked_add(b).ok_or(Bad::Arguments)?).into())
            }
            Function::StringSplit => {
                let (whole, separators) = (next(), next());
                let (whole, separators) = (text(&whole)?, text(&separators)?);
                let separators: FxHashSet<char> = separators.chars().collect();
                let parts = whole.split(|c| separators.contains(&c)).filter(|part| !part.is_empty());
                Ok(parts.map(Value::from).collect())
            }
            Function::Uuid => Ok(random::uuid(entropy).into()),
        }
    }
}

const TOO_DEEP: Bad = Bad::Because("the result is nested deeper than 1000 levels.");
const TOO_LONG: Bad = Bad::Because("the text is longer than 1048576 bytes.");

fn text(value: &Value) -> Result<&str, Bad> {
    value.as_str().ok_or(Bad::Arguments)
}

fn items(value: &Value) -> Result<&[Value], Bad> {
    value.as_array().map(|array| &**array).ok_or(Bad::Arguments)
}

/// A number without its fraction, as Java's `intValue` gives it.
fn integer(value: &Value) -> Result<i64, Bad> {
    match value.as_number().ok_or(Bad::Arguments)? {
        Number::Int(int) => Ok(*int),
        Number::Float(float) => Ok(*float as i64),
        Number::Big(_) => Err(Bad::Arguments),
    }
}

/// A number rounded to the next integer, a half up.
fn rounded(value: &Value) -> Result<i64, Bad> {
    match value.as_number().ok_or(Bad::Arguments)? {
        Number::Float(float) => {
            let floor = libm::floor(*float);
            Ok(floor as i64 + i64::from(float - floor >= 0.5 && floor < i64::MAX as f64))
        }
        _ => integer(value),
    }
}

fn int32(int: i64) -> Result<i32, Bad> {
    i32::try_from(int).map_err(|_| Bad::Arguments)
}

/// A text that is not too long to be coded.
fn coded(value: &Value) -> Result<Text, Bad> {
    let Value::String(text) = value else { return Err(Bad::Arguments) };
    let long = text.len() > MAX_CODED && text.encode_utf16().nth(MAX_CODED).is_some();
    if long { Err(Bad::Arguments) } else { Ok(text.clone()) }
}

/// A value as Java prints it.
fn shown(value: &Value) -> Result<String, Bad> {
    let mut out = String::new();
    java::print(value, &mut out, MAX_TEXT).map_err(|_| TOO_LONG)?;
    Ok(out)
}

fn format(pattern: &Pattern, values: &[Value]) -> Result<Value, Bad> {
    if pattern.places() != values.len() {
        return Err(Bad::Because("number of arguments do not match the occurrences of {}."));
    }
    let mut out = String::new();
    for (n, text) in pattern.texts.iter().enumerate() {
        out.push_str(text);
        if let Some(value) = values.get(n) {
            java::print(value, &mut out, MAX_TEXT).map_err(|_| TOO_LONG)?;
        }
    }
    Ok(out.into())
}

/// AWS compares what Java prints, so that `[1]` contains `'1'`, and objects must name their members in the same order.
fn contains(items: &[Value], wanted: &Value) -> Result<bool, Bad> {
    let wanted = shown(wanted)?;
    let (mut total, mut text) = (0, String::new());
    for item in items {
        if let Value::String(item) = item {
            if **item == *wanted {
                return Ok(true);
            }
            continue;
        }
        text.clear();
        java::print(item, &mut text, MAX_TEXT - total).map_err(|_| TOO_LONG)?;
        if text == wanted {
            return Ok(true);
        }
        total += text.len();
    }
    Ok(false)
}

fn range(first: i64, last: i64, step: i64) -> Result<Value, Bad> {
    let (first, last, step) = (int32(first)?, int32(last)?, int32(step)?);
    let [first, last, step] = [first, last, step].map(i64::from);
    if step == 0 {
        return Err(Bad::Arguments);
    }
    // Both bounds belong to it; of a range in the other direction nothing is left.
    let count = ((last - first) / step + 1).max(0);
    let count = if (last - first).signum() * step.signum() < 0 { 0 } else { count };
    if count > MAX_RANGE {
        return Err(Bad::Arguments);
    }
    Ok((0..count).map(|n| Value::from(first + n * step)).collect())
}

/// AWS keeps the items in a Java set and hands them on in its order: by their hash codes, in a table that is as large
/// as the number of items made it.
fn unique(value: &Value) -> Result<Value, Bad> {
    let items = items(value)?;
    if value.json_len() > MAX_TEXT {
        return Err(TOO_LONG);
    }
    let table = (items.len() * 4 / 3 + 1).max(16).next_power_of_two();
    let mut seen = FxHashSet::default();
    let mut kept: Vec<(usize, &Value)> = Vec::new();
    for item in items {
        let mut identity = String::new();
        identify(item, &mut identity);
        if seen.insert(identity) {
            let hash = java::hash_code(item) as u32;
            kept.push(((hash ^ (hash >> 16)) as usize & (table - 1), item));
        }
    }
    sort_by_key(&mut kept, |(bucket, _)| *bucket);
    Ok(kept.into_iter().map(|(_, item)| item.clone()).collect())
}

/// A text that two values share exactly if they are equal in Java: `1` is not `1.0`, the order of members is nothing.
fn identify(value: &Value, out: &mut String) {
    match value {
        Value::Array(array) => {
            out.push('[');
            for item in array.iter() {
                identify(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(object) => {
            let mut members: Vec<(&Text, &Value)> = object.iter().collect();
            sort_by_key(&mut members, |(key, _)| *key);
            out.push('{');
            for (key, member) in members {
                Value::String(key.clone()).write_json(out);
                out.push(':');
                identify(member, out);
                out.push(',');
            }
            out.push('}');
        }
        plain => plain.write_json(out),
    }
}

/// The members of both; the right one's win, and keep the places of those that they replace.
fn merge(left: &Object, right: &Object) -> Object {
    let mut merged = left.clone();
    for (key, value) in right.iter() {
        merged.insert(key.clone(), value.clone());
    }
    merged
}
