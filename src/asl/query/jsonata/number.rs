//! Numbers as JavaScript reads, rounds and writes them.

use std::fmt::Write;

/// Writes a number as `String(n)` does in JavaScript: the fewest digits that read back equal, an exponent from 1e21 up
/// and below 1e-6.
pub(super) fn write(number: f64, out: &mut String) {
    if number == 0.0 {
        out.push('0');
    } else if number.is_nan() {
        out.push_str("NaN");
    } else if number.is_infinite() {
        out.push_str(if number < 0.0 { "-Infinity" } else { "Infinity" });
    } else if number.abs() < 1e15 && libm::trunc(number) == number {
        // Writing to a string cannot fail.
        let _ = write!(out, "{}", number as i64);
    } else {
        if number < 0.0 {
            out.push('-');
        }
        Digits::shortest(number.abs()).write(out);
    }
}

pub(super) fn to_string(number: f64) -> String {
    let mut out = String::new();
    write(number, &mut out);
    out
}

/// Writes a number as `$string` does: rounded to 15 significant digits.
pub(super) fn write_rounded(number: f64, out: &mut String) {
    write(to_precision_15(number), out);
}

/// The nearest number with 15 significant digits, a tie going away from zero, as `Number(n.toPrecision(15))`.
pub(super) fn to_precision_15(number: f64) -> f64 {
    if !number.is_finite() || number == 0.0 || (number.abs() < 1e15 && libm::trunc(number) == number) {
        return number;
    }
    let digits = Digits::shortest(number.abs());
    if digits.text.len() <= 15 {
        // A decimal of up to 15 digits survives the way through a double, so rounding gives it back.
        return number;
    }
    // Rust rounds a tie to even. An exact tie has 16 digits, the last one a 5, and nothing but zeros after them.
    let exact = format!("{:.40e}", number.abs());
    let mantissa: String = exact.chars().take_while(|c| *c != 'e').filter(char::is_ascii_digit).collect();
    let tie = mantissa.get(15..).is_some_and(|rest| rest.starts_with('5') && rest.bytes().skip(1).all(|b| b == b'0'));
    let rounded: f64 = if tie {
        let head: u64 = mantissa.get(..15).and_then(|head| head.parse().ok()).unwrap_or(0);
        format!("{}e{}", head + 1, digits.point - 15).parse().unwrap_or(number)
    } else {
        format!("{:.14e}", number.abs()).parse().unwrap_or(number)
    };
    if number < 0.0 { -rounded } else { rounded }
}

/// The decimal digits of a positive number, and where the point stands: `0.123` has its point at 0, `12.3` at 2.
struct Digits {
    text: String,
    point: i32,
}

impl Digits {
    fn shortest(number: f64) -> Digits {
        let text = format!("{number:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let point = exponent.parse::<i32>().unwrap_or(0) + 1;
        let mut text: String = mantissa.chars().filter(char::is_ascii_digit).collect();
        // Of two that are equally near Rust takes the upper, JavaScript the even one.
        if text.len() >= 16 && text.ends_with(['1', '3', '5', '7', '9']) {
            let exact = format!("{number:.40e}");
            let mantissa: String = exact.chars().take_while(|c| *c != 'e').filter(char::is_ascii_digit).collect();
            if let Some((lower, rest)) = mantissa.split_at_checked(text.len())
                && lower != text
                && rest.starts_with('5')
                && rest.bytes().skip(1).all(|byte| byte == b'0')
                && format!("{lower}e{}", point - lower.len() as i32).parse() == Ok(number)
            {
                text = lower.to_owned();
            }
        }
        Digits { text, point }
    }

    fn write(&self, out: &mut String) {
        let (digits, point) = (self.text.as_str(), self.point);
        let count = digits.len() as i32;
        let zeros = |out: &mut String, count: i32| (0..count).for_each(|_| out.push('0'));
        if (count..=21).contains(&point) {
            out.push_str(digits);
            zeros(out, point - count);
        } else if (1..=21).contains(&point) {
            let (whole, fraction) = digits.split_at_checked(point as usize).unwrap_or((digits, ""));
            out.push_str(whole);
            out.push('.');
            out.push_str(fraction);
        } else if (-5..=0).contains(&point) {
            out.push_str("0.");
            zeros(out, -point);
            out.push_str(digits);
        } else {
            let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
            out.push_str(first);
            if !rest.is_empty() {
                out.push('.');
                out.push_str(rest);
            }
            let exponent = point - 1;
            let _ = write!(out, "e{}{}", if exponent < 0 { '-' } else { '+' }, exponent.abs());
        }
    }
}

/// `Number(text)` for a decimal number without spaces around it; NaN for all else.
pub(super) fn parse_decimal(text: &str) -> f64 {
    match text {
        "Infinity" | "+Infinity" => return f64::INFINITY,
        "-Infinity" => return f64::NEG_INFINITY,
        _ => {}
    }
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    if plain { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

/// `Number(text)` where the text begins with `0x`, `0o` or `0b`.
pub(super) fn parse_prefixed(text: &str) -> f64 {
    let radix = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => return f64::NAN,
    };
    let digits = text.get(2..).unwrap_or("");
    if digits.is_empty() {
        return f64::NAN;
    }
    match u128::from_str_radix(digits.trim_start_matches('+'), radix) {
        Ok(_) if digits.starts_with('+') => f64::NAN,
        Ok(int) => int as f64,
        // Too long for exact rounding: as good as one digit after the other gets.
        Err(_) => digits
            .chars()
            .try_fold(0.0, |sum, c| c.to_digit(radix).map(|digit| sum * f64::from(radix) + f64::from(digit)))
            .unwrap_or(f64::NAN),
    }
}

/// `parseInt(text)`: the integer that a text begins with, after spaces; NaN if there is none.
pub(super) fn parse_int(text: &str) -> f64 {
    let text = text.trim_start_matches(is_space);
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        let end = hex.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(hex.len());
        return match hex.get(..end) {
            Some("") | None => f64::NAN,
            Some(digits) => sign * parse_prefixed(&format!("0x{digits}")),
        };
    }
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    match text.get(..end) {
        Some("") | None => f64::NAN,
        Some(digits) => sign * digits.parse::<f64>().unwrap_or(f64::NAN),
    }
}

/// What JavaScript's `\s` and `trim` take for a space.
pub(super) fn is_space(c: char) -> bool {
    matches!(
        c,
        '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}'
    )
}

/// `Math.round`: to the nearest integer, a tie going up.
pub(super) fn round_half_up(number: f64) -> f64 {
    let floor = libm::floor(number);
    if number - floor >= 0.5 { floor + 1.0 } else { floor }
}

/// The rounding of `$round`: ties go to the even neighbour, and the decimal point is moved in the digits so that no
/// binary fraction gets in the way.
pub(super) fn round(number: f64, precision: f64) -> f64 {
    let shift = precision != 0.0 && !precision.is_nan();
    let mut number = number;
    if shift {
        number = shifted(number, precision);
    }
    let mut result = round_half_up(number);
    if (result - number).abs() == 0.5 && libm::fmod(result, 2.0).abs() == 1.0 {
        result -= 1.0;
    }
    if shift {
        result = shifted(result, -precision);
    }
    // JSON does not do -0.
    if result == 0.0 { 0.0 } else { result }
}

fn shifted(number: f64, by: f64) -> f64 {
    let text = to_string(number);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, ""));
    let exponent = if exponent.is_empty() { by } else { parse_decimal(exponent) + by };
    parse_decimal(&format!("{mantissa}e{}", to_string(exponent)))
}

/// `number.toString(radix)` of an integer, for a radix from 2 to 36.
pub(super) fn to_radix(number: f64, radix: u32) -> String {
    if radix == 10 || !number.is_finite() {
        return to_string(number);
    }
    let mut rest = number.abs();
    let base = f64::from(radix);
    let mut digits = Vec::new();
    // Digits below half the distance to the next double are not known; they are written as zeros.
    let unknown = |number: f64| (f64::from_bits(number.to_bits() + 1) - number) / 2.0;
    while unknown(rest) > base {
        rest /= base;
        digits.push('0');
    }
    rest = libm::floor(rest);
    loop {
        let digit = libm::fmod(rest, base);
        digits.push(char::from_digit(digit as u32, radix).unwrap_or('0'));
        rest = (rest - digit) / base;
        if rest <= 0.0 {
            break;
        }
    }
    if number < 0.0 {
        digits.push('-');
    }
    digits.into_iter().rev().collect()
}

/// `Math.abs(number).toFixed(places)`.
pub(super) fn to_fixed(number: f64, places: usize) -> String {
    let size = number.abs();
    if size < 1e21 { format!("{size:.places$}") } else { to_string(size) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_as_javascript_does() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (-1.5e300, "-1.5e+300"),
            (1e-6, "0.000001"),
            (1.5e-7, "1.5e-7"),
            (123_456.789, "123456.789"),
            (9_007_199_254_740_993.0, "9007199254740992"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(to_string(number), text);
        }
    }

    #[test]
    fn rounded_to_15_digits() {
        let rounded = |number| to_string(to_precision_15(number));
        assert_eq!(rounded(1.0 / 3.0), "0.333333333333333");
        assert_eq!(rounded(0.1 + 0.2), "0.3");
        assert_eq!(rounded(90.570_000_000_000_01), "90.57");
        // An exact tie: JavaScript goes up.
        assert_eq!(rounded(1_125_899_906_842_625.0), "1125899906842630");
        assert_eq!(rounded(-1_125_899_906_842_625.0), "-1125899906842630");
    }

    #[test]
    fn rounding_is_to_even() {
        for (number, precision, expected) in [
            (2.5, 0.0, 2.0),
            (3.5, 0.0, 4.0),
            (-0.5, 0.0, 0.0),
            (1.005, 2.0, 1.0),
            (12345.0, -2.0, 12300.0),
            (4.525, 2.0, 4.52),
        ] {
            assert_eq!(round(number, precision), expected, "{number} {precision}");
        }
        assert!(round(1.0, 1.5).is_nan());
    }

    #[test]
    fn integers_in_other_bases() {
        assert_eq!(to_radix(255.0, 16), "ff");
        assert_eq!(to_radix(-5.0, 2), "-101");
        assert_eq!(to_radix(1e20, 7), "344015313561621001540000");
        assert_eq!(parse_int(" 12px"), 12.0);
        assert_eq!(parse_int("0x1Fz"), 31.0);
        assert!(parse_int("px").is_nan());
    }
}
