//! What Step Functions adds ("Transforming data with JSONata in Step Functions", JSONata functions provided by Step
//! Functions). Their arguments are checked as AWS was seen to do, which no signature of jsonata-js could say: some
//! are refused when they are missing, others make the answer undefined.

use super::super::error::{MEMORY, R, Raised, TOO_LARGE, raise, raise_text};
use super::super::json;
use super::super::machine::{Context, Machine};
use super::super::value::{Kind, SEQUENCE, Val};
use super::take;
use crate::base::{Number, Value};
use md5::Digest;

/// `T0410`, the text of which names the function.
fn mismatch(index: usize) -> Box<Raised> {
    raise("T0410").index(index)
}

fn failed(message: impl Into<String>) -> Box<Raised> {
    let mut raised = raise("D3137");
    raised.message = Some(message.into());
    raised
}

fn no_more(arguments: &[Val], count: usize) -> R<()> {
    if arguments.iter().skip(count).any(|argument| !argument.is_undefined()) {
        Err(mismatch(count + 1))
    } else {
        Ok(())
    }
}

/// A number without its fraction.
fn integer(val: &Val, index: usize) -> R<f64> {
    match val.as_f64() {
        Some(number) if number.is_finite() => Ok(libm::trunc(number)),
        _ => Err(mismatch(index)),
    }
}

/// `$partition(array, size)`: the array in parts of that size.
pub(super) fn partition(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    no_more(&arguments, 2)?;
    let [array, size] = take(arguments);
    if array.is_undefined() {
        return Ok(array);
    }
    let Some(elements) = array.elements() else { return Err(raise("T0412").value(array).index(1)) };
    if elements.len() == 0 {
        return Ok(Val::Undefined);
    }
    if size.is_undefined() {
        return machine.array(vec![array]);
    }
    let size = integer(&size, 2)?;
    if size < 0.0 {
        return Err(failed("Second argument must be zero or greater"));
    }
    if size == 0.0 {
        return Ok(Val::Undefined);
    }
    let size = (size as usize).min(elements.len());
    machine.budget.spend_items(elements.len() * 8)?;
    let mut parts = Vec::with_capacity(elements.len().div_ceil(size));
    for start in (0..elements.len()).step_by(size) {
        let part = (start..(start + size).min(elements.len())).map(|at| elements.at(at)).collect();
        parts.push(machine.array(part)?);
    }
    machine.array(parts)
}

/// The most elements that AWS was seen to give.
const RANGE: f64 = 360_145.0;

/// `$range(first, last, step)`: the last one is in if a step lands on it.
pub(super) fn range(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    no_more(&arguments, 3)?;
    let [first, last, step] = take(arguments);
    let (first, last) = (integer(&first, 1)?, integer(&last, 2)?);
    if step.is_undefined() {
        return Ok(Val::Undefined);
    }
    let step = integer(&step, 3)?;
    if step == 0.0 || (step > 0.0 && first > last) || (step < 0.0 && first < last) {
        return Ok(Val::Undefined);
    }
    let count = libm::floor((last - first) / step) + 1.0;
    if count > RANGE {
        return Err(raise_text(MEMORY, TOO_LARGE));
    }
    let count = count as usize;
    machine.budget.spend_items(count)?;
    let vals = (0..count).map(|at| Val::Float(first + at as f64 * step)).collect();
    machine.list(vals, SEQUENCE)
}

/// `$hash(text, algorithm)`, in hexadecimal digits.
pub(super) fn hash(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    no_more(&arguments, 2)?;
    let [text, algorithm] = take(arguments);
    let Some(text) = text.as_str() else { return Err(mismatch(1)) };
    let Some(algorithm) = algorithm.as_str() else {
        return if algorithm.is_undefined() { Ok(algorithm) } else { Err(mismatch(2)) };
    };
    machine.budget.spend_text(text.len() * 8)?;
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Ok(Val::from(match algorithm {
        "MD5" => hex(&md5::Md5::digest(text)),
        "SHA-1" => hex(&sha1::Sha1::digest(text)),
        "SHA-256" => hex(&sha2::Sha256::digest(text)),
        "SHA-384" => hex(&sha2::Sha384::digest(text)),
        "SHA-512" => hex(&sha2::Sha512::digest(text)),
        other => {
            let message = format!("Hash algorithm '{other}' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5");
            return Err(failed(message));
        }
    }))
}

/// `$random(seed)`: with a seed, the first draw of `java.util.Random`, as on AWS.
pub(super) fn random(machine: &mut Machine<'_>, arguments: Vec<Val>, context: Context<'_>) -> R<Val> {
    no_more(&arguments, 1)?;
    let [seed] = take(arguments);
    if seed.is_undefined() {
        return super::numbers::random(machine, Vec::new(), context);
    }
    Ok(Val::Float(java_random(integer(&seed, 1)? as i64)))
}

/// `new Random(seed).nextDouble()`: a linear congruential generator of 48 bits (Java SE, class Random).
fn java_random(seed: i64) -> f64 {
    const MULTIPLIER: u64 = 0x5_DEEC_E66D;
    const MASK: u64 = (1 << 48) - 1;
    let mut state = (seed as u64 ^ MULTIPLIER) & MASK;
    let mut next = |bits: u32| {
        state = (state.wrapping_mul(MULTIPLIER).wrapping_add(0xB)) & MASK;
        state >> (48 - bits)
    };
    let high = next(26);
    let low = next(27);
    ((high << 27) + low) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// `$uuid()`: random, version 4.
pub(super) fn uuid(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    no_more(&arguments, 0)?;
    let (high, low) = (machine.random(), machine.random());
    let high = (high & !0xF000) | 0x4000;
    let low = (low & !(3 << 62)) | (2 << 62);
    let uuid = format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xFFFF,
        high & 0xFFFF,
        low >> 48,
        low & 0xFFFF_FFFF_FFFF
    );
    Ok(Val::from(uuid))
}

/// `$parse(text)`: JSON; a key must not come twice, and numbers are those of Java.
pub(super) fn parse(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    no_more(&arguments, 1)?;
    let [text] = take(arguments);
    let Some(text) = text.as_str() else {
        return if text.kind() == Kind::Undefined { Ok(text) } else { Err(mismatch(1)) };
    };
    machine.budget.spend_text(text.len() * 64)?;
    let invalid = || failed("Invalid JSON");
    let tree = crate::base::value::read::parse(text);
    if !tree.errors.is_empty() || repeats_key(&tree.root) {
        return Err(invalid());
    }
    let value = json::parse(text).ok_or_else(invalid)?;
    Ok(Val::Json(java_numbers(value).ok_or_else(invalid)?))
}

fn repeats_key(node: &crate::base::value::read::Node) -> bool {
    let mut keys = rustc_hash::FxHashSet::default();
    node.members().iter().any(|member| !keys.insert(&*member.key) || repeats_key(&member.value))
        || node.elements().iter().any(repeats_key)
}

/// Integers that fit a `long` stay exact, all else is a double, which is an integer again if it is one.
fn java_numbers(value: Value) -> Option<Value> {
    Some(match value {
        Value::Number(number @ Number::Int(_)) => Value::Number(number),
        Value::Number(number) => {
            let float = number.as_f64();
            if !float.is_finite() {
                return None;
            }
            match number.as_i64() {
                Some(int) => Value::Number(Number::Int(int)),
                None => Value::Number(Number::Float(float)),
            }
        }
        Value::Array(array) => array.iter().cloned().map(java_numbers).collect::<Option<crate::base::Array>>()?.into(),
        Value::Object(object) => {
            let members = object.iter().map(|(key, value)| Some((key.clone(), java_numbers(value.clone())?)));
            members.collect::<Option<crate::base::Object>>()?.into()
        }
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seen on AWS.
    #[test]
    fn random_with_a_seed() {
        for (seed, draw) in [(42, 0.727_563_680_032_868_1), (0, 0.730_967_787_376_657), (7, 0.730_699_042_060_042_1)] {
            assert_eq!(java_random(seed), draw);
        }
    }
}
