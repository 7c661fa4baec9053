//! Functions of instants. The present is that of the environment, the same for a whole evaluation.

use super::super::error::{R, raise};
use super::super::machine::{Context, Machine};
use super::super::number;
use super::super::value::Val;
use super::date_picture::{ISO_8601, Picture, utc};
use super::take;

fn present(machine: &mut Machine<'_>) -> f64 {
    machine.now().as_millis() as f64
}

/// Pays for a picture: a part of it may have a sign for each of its digits, which are put between them one by one.
fn spend(machine: &mut Machine<'_>, picture: &str) -> R<()> {
    machine.budget.spend_text(picture.len() * 8)?;
    machine.budget.spend_text(picture.len().saturating_mul(picture.len()))
}

fn written(machine: &mut Machine<'_>, millis: f64, picture: &Val, zone: &Val) -> R<Val> {
    let picture = picture.as_str().unwrap_or(ISO_8601);
    spend(machine, picture)?;
    machine.budget.spend_text(zone.as_str().map_or(0, str::len))?;
    let text = Picture::read(picture)?.write(millis, zone.as_str())?;
    machine.text(text)
}

pub(super) fn now(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [picture, zone] = take(arguments);
    let millis = present(machine);
    written(machine, millis, &picture, &zone)
}

pub(super) fn millis(machine: &mut Machine<'_>, _: Vec<Val>, _: Context<'_>) -> R<Val> {
    Ok(Val::Float(present(machine)))
}

pub(super) fn from_millis(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [millis, picture, zone] = take(arguments);
    match millis.as_f64() {
        Some(millis) => written(machine, millis, &picture, &zone),
        None => Ok(Val::Undefined),
    }
}

pub(super) fn to_millis(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [text, picture] = take(arguments);
    let Some(timestamp) = text.as_str() else { return Ok(Val::Undefined) };
    machine.budget.spend_text(timestamp.len())?;
    let Some(picture) = picture.as_str() else {
        return match iso(timestamp) {
            Some(millis) => Ok(Val::Float(millis)),
            None => Err(raise("D3110").value(timestamp)),
        };
    };
    spend(machine, picture)?;
    let picture = Picture::read(picture)?;
    let now = present(machine);
    Ok(picture.parse(timestamp, now, &mut machine.budget)?.map(Val::Float).into())
}

/// A timestamp of ISO 8601 as jsonata-js lets it pass, and as `Date.parse` then reads it; not a number where that does
/// not know what to make of it. Nothing where it is none. Without an offset it is UTC.
fn iso(text: &str) -> Option<f64> {
    let mut rest = text;
    // Takes so many characters that are in these ranges.
    let mut take = |ranges: &[std::ops::RangeInclusive<char>]| {
        let part = rest.get(..ranges.len())?;
        if !part.chars().zip(ranges).all(|(c, range)| range.contains(&c)) {
            return None;
        }
        rest = rest.get(ranges.len()..)?;
        Some(part)
    };
    const DIGIT: std::ops::RangeInclusive<char> = '0'..='9';
    let sign = |c: char| c..=c;
    let year = take(&[DIGIT, DIGIT, DIGIT, DIGIT])?;
    let mut months = Vec::new();
    while let Some(part) = take(&[sign('-'), '0'..='1', DIGIT]) {
        months.push(part);
    }
    let mut days = Vec::new();
    while let Some(part) = take(&[sign('-'), '0'..='3', DIGIT]) {
        days.push(part);
    }
    let mut times = Vec::new();
    while let Some(part) =
        take(&[sign('T'), '0'..='2', DIGIT, sign(':'), '0'..='5', DIGIT, sign(':'), '0'..='5', DIGIT])
    {
        times.push(part);
    }
    let mut fraction = None;
    if let Some(digits) = rest.strip_prefix('.') {
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        if end == 0 {
            return None;
        }
        fraction = digits.get(..end);
        rest = digits.get(end..)?;
    }
    let offset = match rest.as_bytes() {
        b"" => Some(0.0),
        b"Z" => Some(0.0),
        [sign @ (b'+' | b'-'), hours @ ..] => {
            let digits: Vec<u8> = match hours {
                [a, b, b':', c, d] | [a, b, c, d] => vec![*a, *b, *c, *d],
                _ => return None,
            };
            let is_good = digits.iter().all(u8::is_ascii_digit)
                && digits.first().is_some_and(|c| *c <= b'2')
                && digits.get(2).is_some_and(|c| *c <= b'5');
            if !is_good {
                return None;
            }
            let number = number::parse_int(std::str::from_utf8(&digits).ok()?);
            let minutes = libm::floor(number / 100.0) * 60.0 + libm::fmod(number, 100.0);
            Some(if *sign == b'-' { -minutes } else { minutes })
        }
        _ => return None,
    };
    let has_offset = !rest.is_empty();
    let two = |part: &str, at: usize| part.get(at..at + 2).map_or(f64::NAN, number::parse_int);
    // A day such as `-05` looks like a month.
    let mut fields = months.iter().chain(&days).map(|part| two(part, 1));
    let (month, day) = (fields.next().unwrap_or(1.0), fields.next().unwrap_or(1.0));
    let is_odd = fields.next().is_some() || times.len() > 1 || (times.is_empty() && (fraction.is_some() || has_offset));
    let (hour, minute, second) = match times.first() {
        Some(time) => (two(time, 1), two(time, 4), two(time, 7)),
        None => (0.0, 0.0, 0.0),
    };
    let is_past = hour > 24.0 || (hour == 24.0 && (minute > 0.0 || second > 0.0));
    if is_odd || is_past || !(1.0..=12.0).contains(&month) || !(1.0..=31.0).contains(&day) {
        return Some(f64::NAN);
    }
    let millis: f64 = fraction.map_or(0.0, |digits| {
        let digits: String = digits.chars().chain("000".chars()).take(3).collect();
        number::parse_int(&digits)
    });
    let year = number::parse_int(year);
    // Years as they are, not those of the last century.
    let start = if year < 100.0 {
        utc(year + 400.0, month - 1.0, day) - 146_097.0 * super::date_picture::DAY
    } else {
        utc(year, month - 1.0, day)
    };
    let time = ((hour * 60.0 + minute) * 60.0 + second) * 1000.0 + millis;
    let whole = start + time - offset? * 60_000.0;
    Some(whole)
}
