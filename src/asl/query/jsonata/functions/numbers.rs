//! Functions of numbers.

use super::super::error::{R, internal, raise};
use super::super::machine::{Context, Machine};
use super::super::number;
use super::super::value::{Kind, Val};
use super::{items, take};

fn numbers(val: &Val) -> impl Iterator<Item = f64> {
    items(val).map(|val| val.as_f64().unwrap_or(f64::NAN))
}

fn spend(machine: &mut Machine<'_>, val: &Val) -> R<usize> {
    let count = val.elements().map_or(0, super::Elements::len);
    machine.budget.spend_items(count)?;
    match val.kind() {
        Kind::Array | Kind::Undefined => Ok(count),
        _ => Err(internal("args.forEach is not a function")),
    }
}

pub(super) fn sum(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    spend(machine, &val)?;
    if val.is_undefined() {
        return Ok(val);
    }
    Ok(Val::Float(numbers(&val).fold(0.0, |sum, number| sum + number)))
}

pub(super) fn average(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    match spend(machine, &val)? {
        0 => Ok(Val::Undefined),
        count => Ok(Val::Float(numbers(&val).fold(0.0, |sum, number| sum + number) / count as f64)),
    }
}

pub(super) fn max(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    extreme(machine, arguments, |best, number| number > best)
}

pub(super) fn min(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    extreme(machine, arguments, |best, number| number < best)
}

/// The number itself, as it was written, that beats all others.
fn extreme(machine: &mut Machine<'_>, arguments: Vec<Val>, beats: fn(f64, f64) -> bool) -> R<Val> {
    let [val] = take(arguments);
    spend(machine, &val)?;
    let mut best: Option<(f64, Val)> = None;
    for item in items(&val) {
        let number = item.as_f64().unwrap_or(f64::NAN);
        if number.is_nan() {
            return Ok(Val::Float(number));
        }
        if best.as_ref().is_none_or(|(best, _)| beats(*best, number)) {
            best = Some((number, item));
        }
    }
    Ok(best.map(|(_, item)| item).into())
}

/// Applies to a number; undefined stays undefined, and an integer stays as it is where `apply` leaves it.
fn unary(arguments: Vec<Val>, apply: fn(f64) -> f64) -> R<Val> {
    let [val] = take(arguments);
    if val.is_undefined() {
        return Ok(val);
    }
    let Some(number) = val.as_f64() else { return Ok(Val::Float(number_of(&val))) };
    let result = apply(number);
    Ok(if result == number { val } else { Val::Float(result) })
}

/// `Number(value)` of what is none.
fn number_of(val: &Val) -> f64 {
    match val.kind() {
        Kind::Null => 0.0,
        Kind::Bool => f64::from(u8::from(val.as_bool() == Some(true))),
        _ => val.as_f64().unwrap_or(f64::NAN),
    }
}

pub(super) fn floor(_: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    unary(arguments, libm::floor)
}

pub(super) fn ceil(_: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    unary(arguments, libm::ceil)
}

pub(super) fn abs(_: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    unary(arguments, f64::abs)
}

pub(super) fn round(_: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val, precision] = take(arguments);
    if val.is_undefined() {
        return Ok(val);
    }
    let number = number_of(&val);
    let rounded = number::round(number, precision.as_f64().unwrap_or(0.0));
    Ok(if rounded == number { val } else { Val::Float(rounded) })
}

pub(super) fn sqrt(_: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    if val.is_undefined() {
        return Ok(val);
    }
    let number = number_of(&val);
    if number < 0.0 {
        return Err(raise("D3060").value(val).index(1));
    }
    Ok(Val::Float(libm::sqrt(number)))
}

pub(super) fn power(_: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [base, exponent] = take(arguments);
    if base.is_undefined() {
        return Ok(base);
    }
    let (x, y) = (number_of(&base), if exponent.is_undefined() { f64::NAN } else { number_of(&exponent) });
    // JavaScript, other than C, has no opinion on 1 to the power of what is no number.
    let result = if y.is_nan() || (x.abs() == 1.0 && y.is_infinite()) { f64::NAN } else { libm::pow(x, y) };
    if result.is_finite() { Ok(Val::Float(result)) } else { Err(raise("D3061").value(base).extra(exponent).index(1)) }
}

pub(super) fn random(machine: &mut Machine<'_>, _: Vec<Val>, _: Context<'_>) -> R<Val> {
    Ok(Val::Float((machine.random() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)))
}

pub(super) fn format_base(_: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val, radix] = take(arguments);
    if val.is_undefined() {
        return Ok(val);
    }
    let number = number::round(number_of(&val), 0.0);
    let radix = if radix.is_undefined() { 10.0 } else { number::round(number_of(&radix), 0.0) };
    if !(2.0..=36.0).contains(&radix) {
        return match radix.is_nan() {
            true => Err(internal("toString() radix must be between 2 and 36")),
            false => Err(raise("D3100").value(radix)),
        };
    }
    Ok(Val::from(number::to_radix(number, radix as u32)))
}

pub(super) fn number(_: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    match val.kind() {
        Kind::Undefined | Kind::Number => Ok(val),
        Kind::Bool => Ok(Val::Float(number_of(&val))),
        Kind::String => {
            let text = val.as_str().unwrap_or("");
            if is_decimal(text) {
                let number = number::parse_decimal(text);
                if number.is_finite() {
                    return Ok(Val::Float(number));
                }
            }
            if has_prefix(text) {
                return Ok(Val::Float(number::parse_prefixed(text.trim_matches(number::is_space))));
            }
            Err(raise("D3030").value(val).index(1))
        }
        _ => Err(raise("D3030").value(val).index(1)),
    }
}

/// `-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?`
fn is_decimal(text: &str) -> bool {
    fn digits(text: &str) -> Option<&str> {
        let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
        (rest.len() < text.len()).then_some(rest)
    }
    let whole = || {
        let mut rest = digits(text.strip_prefix('-').unwrap_or(text))?;
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = digits(fraction)?;
        }
        if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
            rest = digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))?;
        }
        Some(rest.is_empty())
    };
    whole() == Some(true)
}

/// `/^(0[xX][0-9A-Fa-f]+)|(0[oO][0-7]+)|(0[bB][0-1]+)$/`, of which only the first is bound to the beginning and only the
/// last to the end.
fn has_prefix(text: &str) -> bool {
    let begins = |text: &str, letters: [char; 2], radix: u32| {
        let rest = text.strip_prefix('0').and_then(|rest| rest.strip_prefix(letters));
        rest.is_some_and(|rest| rest.chars().next().is_some_and(|c| c.is_digit(radix)))
    };
    let tail = text.trim_end_matches(['0', '1']);
    let ends = tail.len() < text.len() && (tail.ends_with("0b") || tail.ends_with("0B"));
    begins(text, ['x', 'X'], 16)
        || text.match_indices('0').any(|(at, _)| text.get(at..).is_some_and(|rest| begins(rest, ['o', 'O'], 8)))
        || ends
}
