//! `$formatInteger` and `$parseInteger`: pictures of whole numbers (XPath and XQuery Functions 3.1, section 4.6.1), as
//! far as jsonata-js knows them.

use super::super::error::{R, internal, raise};
use super::super::machine::{Context, Machine};
use super::super::number;
use super::super::value::Val;
use super::take;

/// The zeros of the families of decimal digits.
const ZEROS: [u32; 37] = [
    0x30, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6,
    0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
    0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    Upper,
    Title,
}

#[derive(Clone, Debug)]
pub(super) enum Style {
    Letters,
    Roman,
    Words,
    Digits {
        zero: u32,
        grouping: Grouping,
    },
    /// A sequence that is counted in no known way.
    Unknown(String),
}

#[derive(Clone, Debug)]
pub(super) enum Grouping {
    /// The same sign at every so many digits.
    Regular(usize, char),
    /// Signs at places, counted from the right; the rightmost first.
    Places(Vec<(usize, char)>),
}

#[derive(Clone, Debug)]
pub(super) struct Picture {
    pub style: Style,
    pub case: Case,
    pub ordinal: bool,
    /// The least number of digits.
    pub mandatory: usize,
    pub optional: usize,
    /// The least and the most digits that are read, if they are limited.
    pub width: Option<(usize, usize)>,
}

impl Picture {
    pub fn read(text: &str) -> R<Picture> {
        let end = text.rfind(';').unwrap_or(text.len());
        let (primary, modifier) = (text.get(..end).unwrap_or(""), text.get(end + 1..).unwrap_or(""));
        let ordinal = modifier.starts_with('o');
        let (style, case) = match primary {
            "A" => (Style::Letters, Case::Upper),
            "a" => (Style::Letters, Case::Lower),
            "I" => (Style::Roman, Case::Upper),
            "i" => (Style::Roman, Case::Lower),
            "W" => (Style::Words, Case::Upper),
            "Ww" => (Style::Words, Case::Title),
            "w" => (Style::Words, Case::Lower),
            digits => return Picture::of_digits(digits, ordinal),
        };
        Ok(Picture { style, case, ordinal, mandatory: 0, optional: 0, width: None })
    }

    fn of_digits(text: &str, ordinal: bool) -> R<Picture> {
        let (mut family, mut mandatory, mut optional) = (None, 0, 0);
        let mut signs = Vec::new();
        for c in text.chars().rev() {
            let code = u32::from(c);
            match ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)) {
                Some(zero) if family.is_some_and(|family| family != *zero) => return Err(raise("D3131")),
                Some(zero) => {
                    family = Some(*zero);
                    mandatory += 1;
                }
                None if c == '#' => optional += 1,
                None => signs.push((mandatory + optional, c)),
            }
        }
        let style = match family {
            None => Style::Unknown(text.to_owned()),
            Some(zero) => {
                let grouping = match (regular(&signs), signs.first()) {
                    (Some(step), Some((_, sign))) => Grouping::Regular(step, *sign),
                    _ => Grouping::Places(signs),
                };
                Style::Digits { zero, grouping }
            }
        };
        Ok(Picture { style, case: Case::Lower, ordinal, mandatory, optional, width: None })
    }

    /// A number that was rounded down.
    pub fn write(&self, number: f64) -> R<String> {
        let size = number.abs();
        let text = match &self.style {
            Style::Letters => letters(size, if self.case == Case::Upper { b'A' } else { b'a' }),
            // jsonata-js counts thousands by calling itself.
            Style::Roman if size > MOST_ROMAN => {
                return Err(internal("Maximum call stack size exceeded"));
            }
            Style::Roman if self.case == Case::Upper => roman(size).to_uppercase(),
            Style::Roman => roman(size),
            Style::Words => {
                let text = words(size, self.ordinal)?;
                match self.case {
                    Case::Upper => text.to_uppercase(),
                    Case::Lower => text.to_lowercase(),
                    Case::Title => text,
                }
            }
            Style::Digits { zero, grouping } => self.digits(size, *zero, grouping),
            Style::Unknown(token) => return Err(raise("D3130").value(token.as_str())),
        };
        Ok(if number < 0.0 { format!("-{text}") } else { text })
    }

    fn digits(&self, size: f64, zero: u32, grouping: &Grouping) -> String {
        let mut digits: Vec<char> = number::to_string(size).chars().collect();
        while digits.len() < self.mandatory {
            digits.insert(0, '0');
        }
        if zero != 0x30 {
            for c in &mut digits {
                *c = char::from_u32(u32::from(*c) + zero - 0x30).unwrap_or(*c);
            }
        }
        let mut put = |place: usize, sign: char| {
            if let Some(at) = digits.len().checked_sub(place) {
                digits.insert(at, sign);
            } else {
                // `substr` of JavaScript counts from the end where it should begin before the text.
                let kept = (place - digits.len()).min(digits.len());
                digits.drain(..digits.len() - kept);
                digits.insert(0, sign);
            }
        };
        match grouping {
            Grouping::Regular(step, sign) => {
                let count = number::to_string(size).chars().count().max(self.mandatory);
                for turn in (1..=count.saturating_sub(1) / step).rev() {
                    put(turn * step, *sign);
                }
            }
            Grouping::Places(places) => places.iter().rev().for_each(|(place, sign)| put(*place, *sign)),
        }
        let mut text: String = digits.iter().collect();
        if self.ordinal {
            let is_teen = digits.len() > 1 && digits.get(digits.len() - 2) == Some(&'1');
            text.push_str(match digits.last() {
                Some('1') if !is_teen => "st",
                Some('2') if !is_teen => "nd",
                Some('3') if !is_teen => "rd",
                _ => "th",
            });
        }
        text
    }

    /// What a text says, that was found to be of this kind.
    pub fn parse(&self, text: &str) -> R<f64> {
        Ok(match &self.style {
            Style::Letters => letters_value(text, if self.case == Case::Upper { b'A' } else { b'a' }),
            Style::Roman if self.case == Case::Upper => roman_value(text),
            Style::Roman => roman_value(&text.to_uppercase()),
            Style::Words => words_value(&text.to_lowercase()),
            Style::Digits { zero, grouping } => {
                let mut digits = text;
                if self.ordinal {
                    let end = digits.char_indices().rev().nth(1).map_or(0, |(at, _)| at);
                    digits = digits.get(..end).unwrap_or("");
                }
                let is_sign = |c: char| match grouping {
                    // What jsonata-js strips is a comma, whatever the picture says.
                    Grouping::Regular(..) => c == ',',
                    Grouping::Places(places) => places.iter().any(|(_, sign)| *sign == c),
                };
                let digit = |c: char| match (u32::from(c) + 0x30).checked_sub(*zero) {
                    Some(digit) => Ok(char::from_u32(digit).unwrap_or(c)),
                    None => Err(internal("Invalid code point")),
                };
                let digits: String = digits.chars().filter(|c| !is_sign(*c)).map(digit).collect::<R<_>>()?;
                number::parse_int(&digits)
            }
            Style::Unknown(token) => return Err(raise("D3130").value(token.as_str())),
        })
    }

    /// Where a text of this kind, which begins here, may end: the furthest first.
    pub fn ends(&self, text: &str) -> R<Vec<usize>> {
        let run = |is_in: &dyn Fn(char) -> bool| {
            let mut ends: Vec<usize> =
                text.char_indices().take_while(|(_, c)| is_in(*c)).map(|(at, c)| at + c.len_utf8()).collect();
            ends.reverse();
            ends
        };
        Ok(match &self.style {
            // Matching does not look at the case.
            Style::Letters => run(&|c| c.is_ascii_alphabetic()),
            Style::Roman => run(&|c| "MDCLXVImdclxvi".contains(c)),
            Style::Words => word_ends(text),
            Style::Digits { .. } => {
                let mut ends = run(&|c| c.is_ascii_digit());
                if let Some((least, most)) = self.width {
                    ends.retain(|end| (least..=most).contains(end));
                }
                if self.ordinal {
                    let suffix = |end: &usize| {
                        let after = text.get(*end..*end + 2)?.to_ascii_lowercase();
                        matches!(&*after, "th" | "st" | "nd" | "rd").then_some(*end + 2)
                    };
                    ends = ends.iter().filter_map(suffix).collect();
                }
                ends
            }
            Style::Unknown(token) => return Err(raise("D3130").value(token.as_str())),
        })
    }
}

/// The step at which the same sign stands everywhere, if it does.
fn regular(signs: &[(usize, char)]) -> Option<usize> {
    let (_, sign) = signs.first()?;
    if signs.iter().any(|(_, other)| other != sign) {
        return None;
    }
    fn divisor(a: usize, b: usize) -> usize {
        if b == 0 { a } else { divisor(b, a % b) }
    }
    let step = signs.iter().map(|(place, _)| *place).fold(0, divisor);
    let everywhere = (1..=signs.len()).all(|turn| signs.iter().any(|(place, _)| *place == turn * step));
    (everywhere && step > 0).then_some(step)
}

/// `27` as `aa`.
fn letters(mut size: f64, first: u8) -> String {
    let mut letters = Vec::new();
    while size > 0.0 && size.is_finite() {
        letters.push(char::from(first + libm::fmod(size - 1.0, 26.0) as u8));
        size = libm::floor((size - 1.0) / 26.0);
    }
    letters.iter().rev().collect()
}

fn letters_value(text: &str, first: u8) -> f64 {
    // Added up as jsonata-js does, which shows in the last digits of large numbers.
    let digits = text.chars().rev().enumerate();
    let value =
        |(at, c): (usize, char)| (f64::from(u32::from(c)) - f64::from(first) + 1.0) * libm::pow(26.0, at as f64);
    digits.map(value).fold(0.0, |sum, value| sum + value)
}

const ROMAN: [(f64, &str); 13] = [
    (1000.0, "m"),
    (900.0, "cm"),
    (500.0, "d"),
    (400.0, "cd"),
    (100.0, "c"),
    (90.0, "xc"),
    (50.0, "l"),
    (40.0, "xl"),
    (10.0, "x"),
    (9.0, "ix"),
    (5.0, "v"),
    (4.0, "iv"),
    (1.0, "i"),
];

/// More thousands are not written out.
const MOST_ROMAN: f64 = 10_000_000.0;

fn roman(size: f64) -> String {
    let mut rest = size;
    let mut text = String::new();
    for (value, numeral) in ROMAN {
        while rest >= value {
            text.push_str(numeral);
            rest -= value;
        }
    }
    text
}

fn roman_value(text: &str) -> f64 {
    let (mut sum, mut most) = (0.0, 1.0);
    for c in text.chars().rev() {
        let value = match c {
            'M' => 1000.0,
            'D' => 500.0,
            'C' => 100.0,
            'L' => 50.0,
            'X' => 10.0,
            'V' => 5.0,
            'I' => 1.0,
            _ => f64::NAN,
        };
        if value < most {
            sum -= value;
        } else {
            most = value;
            sum += value;
        }
    }
    sum
}

const FEW: [&str; 20] = [
    "Zero",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
    "Thirteen",
    "Fourteen",
    "Fifteen",
    "Sixteen",
    "Seventeen",
    "Eighteen",
    "Nineteen",
];
const FEW_ORDINAL: [&str; 20] = [
    "Zeroth",
    "First",
    "Second",
    "Third",
    "Fourth",
    "Fifth",
    "Sixth",
    "Seventh",
    "Eighth",
    "Ninth",
    "Tenth",
    "Eleventh",
    "Twelfth",
    "Thirteenth",
    "Fourteenth",
    "Fifteenth",
    "Sixteenth",
    "Seventeenth",
    "Eighteenth",
    "Nineteenth",
];
const TENS: [&str; 9] = ["Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety", "Hundred"];
const MAGNITUDES: [&str; 4] = ["Thousand", "Million", "Billion", "Trillion"];

fn words(size: f64, ordinal: bool) -> R<String> {
    let mut text = String::new();
    if !size.is_finite() {
        return Err(internal("Maximum call stack size exceeded"));
    }
    spell(size, false, ordinal, 0, &mut text);
    Ok(text)
}

/// `depth` ends what multiples of trillions of trillions begin.
fn spell(number: f64, follows: bool, ordinal: bool, depth: u32, text: &mut String) {
    let pick = |list: &'static [&'static str], at: f64| list.get(at as usize).copied().unwrap_or("");
    if number <= 19.0 {
        text.push_str(if follows { " and " } else { "" });
        text.push_str(pick(if ordinal { &FEW_ORDINAL } else { &FEW }, number));
    } else if number < 100.0 {
        let (tens, rest) = (libm::floor(number / 10.0), libm::fmod(number, 10.0));
        text.push_str(if follows { " and " } else { "" });
        let word = pick(&TENS, tens - 2.0);
        if rest > 0.0 {
            text.push_str(word);
            text.push('-');
            spell(rest, false, ordinal, depth, text);
        } else if ordinal {
            text.push_str(word.get(..word.len() - 1).unwrap_or(word));
            text.push_str("ieth");
        } else {
            text.push_str(word);
        }
    } else {
        text.push_str(if follows { ", " } else { "" });
        let rest = if number < 1000.0 {
            text.push_str(pick(&FEW, libm::floor(number / 100.0)));
            text.push_str(" Hundred");
            libm::fmod(number, 100.0)
        } else {
            let magnitude = libm::floor(libm::log10(number) / 3.0).min(MAGNITUDES.len() as f64);
            let factor = libm::pow(10.0, magnitude * 3.0);
            let count = libm::floor(number / factor);
            if depth < 64 {
                spell(count, false, false, depth + 1, text);
            }
            text.push(' ');
            text.push_str(pick(&MAGNITUDES, magnitude - 1.0));
            number - count * factor
        };
        if rest > 0.0 {
            spell(rest, true, ordinal, depth, text);
        } else if ordinal {
            text.push_str("th");
        }
    }
}

/// The value of a word in lower case.
fn word_value(word: &str) -> Option<f64> {
    let of = |list: &[&str]| list.iter().position(|known| known.eq_ignore_ascii_case(word)).map(|at| at as f64);
    if let Some(few) = of(&FEW).or_else(|| of(&FEW_ORDINAL)) {
        return Some(few);
    }
    if let Some(tens) = of(&TENS) {
        return Some((tens + 2.0) * 10.0);
    }
    if word == "hundredth" {
        return Some(100.0);
    }
    let singular = word.strip_suffix("ieth").map(|stem| format!("{stem}y"));
    if let Some(tens) = singular.and_then(|word| TENS.iter().position(|known| known.eq_ignore_ascii_case(&word))) {
        return Some((tens as f64 + 2.0) * 10.0);
    }
    let magnitude = of(&MAGNITUDES).or_else(|| {
        let stem = word.strip_suffix("th")?;
        MAGNITUDES.iter().position(|known| known.eq_ignore_ascii_case(stem)).map(|at| at as f64)
    })?;
    Some(libm::pow(10.0, (magnitude + 1.0) * 3.0))
}

/// `one thousand, two hundred and thirty-first`
fn words_value(text: &str) -> f64 {
    let mut sums = vec![0.0_f64];
    let text = text.replace(" and ", " ").replace(", ", " ");
    for word in text.split(|c: char| c.is_whitespace() || c == '-' || c == '\\') {
        let value = word_value(word).unwrap_or(f64::NAN);
        let last = sums.pop().unwrap_or(0.0);
        if value < 100.0 {
            if last >= 1000.0 {
                sums.push(last);
                sums.push(value);
            } else {
                sums.push(last + value);
            }
        } else {
            sums.push(last * value);
        }
    }
    sums.iter().sum()
}

/// Where a text of number words may end.
fn word_ends(text: &str) -> Vec<usize> {
    let lower = text.to_ascii_lowercase();
    let mut reached = vec![false; lower.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    let known = |rest: &str, see: &mut dyn FnMut(usize)| {
        if rest.starts_with(['-', ',', ' ']) {
            see(1);
        }
        if rest.starts_with("and") {
            see(3);
        }
        let longest = rest.bytes().take_while(u8::is_ascii_lowercase).count();
        for end in 3..=longest.min(12) {
            if rest.get(..end).and_then(word_value).is_some() {
                see(end);
            }
        }
    };
    for at in 0..lower.len() {
        if reached.get(at) == Some(&true)
            && let Some(rest) = lower.get(at..)
        {
            known(rest, &mut |step| {
                if let Some(end) = reached.get_mut(at + step) {
                    *end = true;
                }
            });
        }
    }
    (1..reached.len()).rev().filter(|end| reached.get(*end) == Some(&true)).collect()
}

/// A picture is left out only where a variable is not bound.
pub(super) fn picture_of(val: &Val) -> R<String> {
    let text = val.as_str().ok_or_else(|| internal("Cannot read properties of undefined (reading 'lastIndexOf')"))?;
    Ok(text.to_owned())
}

pub(super) fn format_integer(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val, picture] = take(arguments);
    if val.is_undefined() {
        return Ok(val);
    }
    let picture = picture_of(&picture)?;
    machine.budget.spend(16)?;
    // Every sign of the picture is put between all digits.
    machine.budget.spend_text(picture.len().saturating_mul(picture.len()))?;
    let number = val.as_f64().unwrap_or(f64::NAN);
    machine.text(Picture::read(&picture)?.write(libm::floor(number))?)
}

pub(super) fn parse_integer(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val, picture] = take(arguments);
    let Some(text) = val.as_str() else { return Ok(Val::Undefined) };
    let picture = picture_of(&picture)?;
    machine.budget.spend_text(picture.len() + text.len() * 4)?;
    Ok(Val::Float(Picture::read(&picture)?.parse(text)?))
}
