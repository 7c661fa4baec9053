//! Encodings of texts: percent signs, base 64.

use super::super::error::{R, internal, raise};
use super::super::machine::{Context, Machine};
use super::super::value::Val;
use super::super::{Dialect, error::Raised};
use super::strings::text_of;
use super::take;

/// What neither `encodeURI` nor `encodeURIComponent` touches, besides letters and digits.
const MARKS: &[u8] = b"-_.!~*'()";
/// What `encodeURI` leaves, and `decodeURI` does not make.
const RESERVED: &[u8] = b";/?:@&=+$,#";

fn percent(machine: &mut Machine<'_>, arguments: Vec<Val>, keep: &[u8]) -> R<Val> {
    let [val] = take(arguments);
    let Some(text) = text_of(&val)? else { return Ok(Val::Undefined) };
    machine.budget.spend_text(text.len() * 3)?;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || MARKS.contains(&byte) || keep.contains(&byte) {
            out.push(char::from(byte));
        } else {
            for digit in [byte >> 4, byte & 15] {
                out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase());
            }
            // The sign goes in front of its two digits.
            out.insert(out.len() - 2, '%');
        }
    }
    machine.text(out)
}

pub(super) fn encode_component(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    percent(machine, arguments, b"")
}

pub(super) fn encode(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    percent(machine, arguments, RESERVED)
}

fn unpercent(machine: &mut Machine<'_>, arguments: Vec<Val>, keep: &[u8], name: &'static str) -> R<Val> {
    let [val] = take(arguments);
    let Some(text) = text_of(&val)? else { return Ok(Val::Undefined) };
    machine.budget.spend_text(text.len())?;
    match decoded(text, keep) {
        Some(decoded) => Ok(Val::from(decoded)),
        None => Err(malformed(val, name)),
    }
}

fn malformed(val: Val, name: &'static str) -> Box<Raised> {
    raise("D3140").value(val).extra(name)
}

fn decoded(text: &str, keep: &[u8]) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let byte = |text: &str| u8::from_str_radix(text.get(..2).filter(|hex| !hex.starts_with('+'))?, 16).ok();
        let first = byte(after)?;
        let count = match first {
            0..0x80 => 1,
            0xC0..0xE0 => 2,
            0xE0..0xF0 => 3,
            0xF0..0xF8 => 4,
            _ => return None,
        };
        let mut bytes = vec![first];
        let mut behind = after.get(2..)?;
        for _ in 1..count {
            let next = behind.strip_prefix('%')?;
            bytes.push(byte(next)?);
            behind = next.get(2..)?;
        }
        if count == 1 && keep.contains(&first) {
            out.push('%');
            out.push_str(after.get(..2)?);
        } else {
            out.push_str(std::str::from_utf8(&bytes).ok()?);
        }
        rest = behind;
    }
    out.push_str(rest);
    Some(out)
}

pub(super) fn decode_component(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    unpercent(machine, arguments, b"", "decodeUrlComponent")
}

pub(super) fn decode(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    unpercent(machine, arguments, RESERVED, "decodeUrl")
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Of the low bytes of its UTF-16 units, as jsonata-js has it.
pub(super) fn base64_encode(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    let Some(text) = text_of(&val)? else { return Ok(Val::Undefined) };
    machine.budget.spend_text(text.len() * 2)?;
    let bytes: Vec<u8> = text.encode_utf16().map(|unit| unit as u8).collect();
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let digit = (bits >> (18 - 6 * place)) & 63;
            let letter = ALPHABET.get(digit as usize).copied().unwrap_or(b'=');
            out.push(char::from(if place <= chunk.len() as u32 { letter } else { b'=' }));
        }
    }
    machine.text(out)
}

/// Each byte becomes the character with its number. Node passes over what is no digit; AWS does not.
pub(super) fn base64_decode(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val] = take(arguments);
    let Some(text) = text_of(&val)? else { return Ok(Val::Undefined) };
    machine.budget.spend_text(text.len())?;
    let mut out = String::with_capacity(text.len());
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes() {
        let digit = match byte {
            b'=' => break,
            b'-' => Some(62),
            b'_' => Some(63),
            _ => ALPHABET.iter().position(|letter| *letter == byte).map(|at| at as u32),
        };
        let Some(digit) = digit else {
            if machine.dialect == Dialect::Aws {
                return Err(internal("Illegal base64 character"));
            }
            continue;
        };
        bits = bits << 6 | digit;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(char::from((bits >> count) as u8));
        }
    }
    machine.text(out)
}
