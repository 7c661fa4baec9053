//! `$formatNumber`: pictures of decimal numbers (XPath and XQuery Functions 3.1, section 4.7), with what jsonata-js makes
//! of them.

use super::super::budget::Budget;
use super::super::error::{R, internal, raise};
use super::super::machine::{Context, Machine};
use super::super::number;
use super::super::value::Val;
use super::take;

/// The signs that a picture is made of.
struct Signs {
    decimal: String,
    grouping: String,
    exponent: String,
    minus: String,
    percent: String,
    per_mille: String,
    zero: char,
    digit: String,
    pattern: String,
}

impl Signs {
    fn of(options: &Val, budget: &mut Budget) -> R<Signs> {
        let mut sign = |name: &str, default: &str| {
            let given = options.members().and_then(|members| members.get(name));
            given.map_or_else(|| Ok(default.to_owned()), |val| super::to_text(&val, budget))
        };
        Ok(Signs {
            decimal: sign("decimal-separator", ".")?,
            grouping: sign("grouping-separator", ",")?,
            exponent: sign("exponent-separator", "e")?,
            minus: sign("minus-sign", "-")?,
            percent: sign("percent", "%")?,
            per_mille: sign("per-mille", "\u{2030}")?,
            zero: sign("zero-digit", "0")?.chars().next().unwrap_or('0'),
            digit: sign("digit", "#")?,
            pattern: sign("pattern-separator", ";")?,
        })
    }

    fn is_digit(&self, c: char) -> bool {
        u32::from(c).checked_sub(u32::from(self.zero)).is_some_and(|digit| digit < 10)
    }

    /// Whether a character takes part in the picture, and is not just written.
    fn is_active(&self, c: char) -> bool {
        let is = |sign: &String| sign.chars().eq([c]);
        self.is_digit(c)
            || [&self.decimal, &self.exponent, &self.grouping, &self.digit, &self.pattern].into_iter().any(is)
    }

    fn is_optional(&self, c: char) -> bool {
        self.digit.chars().eq([c])
    }
}

/// One of the two pictures: of numbers that are not negative, and of those that are.
struct Parts<'p> {
    whole: &'p str,
    prefix: &'p str,
    suffix: &'p str,
    active: &'p str,
    mantissa: String,
    exponent: Option<String>,
    integer: String,
    fraction: String,
}

/// What a picture comes to.
#[derive(Clone)]
struct Plan {
    whole: String,
    prefix: String,
    suffix: String,
    /// Places of grouping signs, counted in digits.
    groups: Vec<usize>,
    regular: usize,
    fraction_groups: Vec<usize>,
    least_integer: usize,
    scaling: usize,
    least_fraction: usize,
    most_fraction: usize,
    least_exponent: usize,
}

fn parts<'p>(picture: &'p str, signs: &Signs) -> R<Parts<'p>> {
    let is_edge = |c: char| signs.is_active(c) && !signs.exponent.chars().eq([c]);
    let Some(start) = picture.find(is_edge) else {
        return Err(internal("Cannot read properties of undefined (reading 'length')"));
    };
    let end = picture.rfind(is_edge).and_then(|at| Some(at + picture.get(at..)?.chars().next()?.len_utf8()));
    let end = end.unwrap_or(picture.len());
    let slice = |from: usize, to: usize| picture.get(from..to).unwrap_or("");
    let (prefix, active, suffix) = (slice(0, start), slice(start, end), slice(end, picture.len()));
    let found = picture.get(start..).and_then(|rest| rest.find(&signs.exponent)).map(|at| at + start);
    // The place is one of the whole picture, but what is cut is its active part: as jsonata-js does it.
    let (mantissa, exponent) = match found.filter(|at| *at <= end) {
        Some(at) => {
            let cut = |from: usize, to: usize| active.get(from.min(active.len())..to.min(active.len())).unwrap_or("");
            (cut(0, at).to_owned(), Some(cut(at + 1, active.len()).to_owned()))
        }
        None => (active.to_owned(), None),
    };
    let (integer, fraction) = match mantissa.split_once(&*signs.decimal) {
        Some((integer, fraction)) => (integer.to_owned(), fraction.to_owned()),
        None => (mantissa.clone(), suffix.to_owned()),
    };
    Ok(Parts { whole: picture, prefix, suffix, active, mantissa, exponent, integer, fraction })
}

/// The last of its mistakes: jsonata-js looks at all of them.
fn mistake(parts: &Parts<'_>, signs: &Signs) -> Option<&'static str> {
    let Parts { whole, active, mantissa, exponent, integer, fraction, .. } = parts;
    let twice = |sign: &str| whole.find(sign) != whole.rfind(sign);
    let has = |sign: &str| whole.contains(sign);
    let is_digit = |c: char| signs.is_digit(c);
    let is_optional = |c: char| signs.is_optional(c);
    let mut found = None;
    let mut check = |is_wrong: bool, code: &'static str| {
        if is_wrong {
            found = Some(code);
        }
    };
    check(twice(&signs.decimal), "D3081");
    check(twice(&signs.percent), "D3082");
    check(twice(&signs.per_mille), "D3083");
    check(has(&signs.percent) && has(&signs.per_mille), "D3084");
    check(!mantissa.contains(|c| is_digit(c) || is_optional(c)), "D3085");
    check(active.contains(|c| !signs.is_active(c)), "D3086");
    match whole.split_once(&*signs.decimal) {
        Some((before, after)) => {
            check(before.ends_with(&*signs.grouping) || after.starts_with(&*signs.grouping), "D3087");
        }
        None => check(integer.ends_with(&*signs.grouping), "D3088"),
    }
    check(has(&format!("{0}{0}", signs.grouping)), "D3089");
    let before = integer.find(is_optional).and_then(|at| integer.get(..at));
    check(before.is_some_and(|before| before.contains(is_digit)), "D3090");
    let after = fraction.rfind(is_optional).and_then(|at| fraction.get(at..));
    check(after.is_some_and(|after| after.contains(is_digit)), "D3091");
    if let Some(exponent) = exponent {
        check(!exponent.is_empty() && (has(&signs.percent) || has(&signs.per_mille)), "D3092");
        check(exponent.is_empty() || exponent.contains(|c| !is_digit(c)), "D3093");
    }
    found
}

fn plan(parts: &Parts<'_>, signs: &Signs) -> Plan {
    let is_digit = |c: &char| signs.is_digit(*c);
    let counts = |text: &str| text.chars().filter(|c| signs.is_digit(*c) || signs.is_optional(*c)).count();
    // Further signs are looked for in the integer part, whichever part it began in.
    let places = |part: &str, to_left: bool| {
        let mut places = Vec::new();
        let mut at = part.find(&*signs.grouping);
        while let Some(place) = at {
            let side = if to_left { part.get(..place) } else { part.get(place..) };
            places.push(counts(side.unwrap_or(if to_left { part } else { "" })));
            let next = place + 1;
            at = parts.integer.get(next..).and_then(|rest| rest.find(&*signs.grouping)).map(|found| found + next);
        }
        places
    };
    let groups = places(&parts.integer, false);
    let fraction_groups = places(&parts.fraction, true);
    fn divisor(a: usize, b: usize) -> usize {
        if b == 0 { a } else { divisor(b, a % b) }
    }
    let step = groups.iter().copied().fold(0, divisor);
    let regular = if (1..=groups.len()).all(|turn| groups.contains(&(turn * step))) { step } else { 0 };
    let mut least_integer = parts.integer.chars().filter(is_digit).count();
    let scaling = least_integer;
    let mut least_fraction = parts.fraction.chars().filter(is_digit).count();
    let mut most_fraction = counts(&parts.fraction);
    let has_exponent = parts.exponent.is_some();
    if least_integer == 0 && most_fraction == 0 {
        if has_exponent {
            (least_fraction, most_fraction) = (1, 1);
        } else {
            least_integer = 1;
        }
    }
    if has_exponent && least_integer == 0 && parts.integer.contains(|c| signs.is_optional(c)) {
        least_integer = 1;
    }
    if least_integer == 0 && least_fraction == 0 {
        least_fraction = 1;
    }
    let least_exponent = parts.exponent.as_ref().map_or(0, |exponent| exponent.chars().filter(is_digit).count());
    Plan {
        whole: parts.whole.to_owned(),
        prefix: parts.prefix.to_owned(),
        suffix: parts.suffix.to_owned(),
        groups,
        regular,
        fraction_groups,
        least_integer,
        scaling,
        least_fraction,
        most_fraction,
        least_exponent,
    }
}

impl Plan {
    fn write(&self, value: f64, signs: &Signs) -> String {
        let mut mantissa = value;
        if self.whole.contains(&*signs.percent) {
            mantissa *= 100.0;
        } else if self.whole.contains(&*signs.per_mille) {
            mantissa *= 1000.0;
        }
        let mut exponent = None;
        if self.least_exponent > 0 {
            let (mut power, size) = (0_i32, mantissa.abs());
            // Zero and infinity have no exponent that would fit; jsonata-js looks for one for ever.
            if size > 0.0 && size.is_finite() {
                let (least, most) = (libm::pow(10.0, self.scaling as f64 - 1.0), libm::pow(10.0, self.scaling as f64));
                let mut scaled = size;
                while scaled < least {
                    scaled *= 10.0;
                    power -= 1;
                }
                while scaled > most {
                    scaled /= 10.0;
                    power += 1;
                }
                mantissa = if mantissa < 0.0 { -scaled } else { scaled };
            }
            exponent = Some(power);
        }
        let own_digits = |text: String| -> String {
            let digit = |c: char| match c.to_digit(10) {
                Some(digit) if signs.zero != '0' => char::from_u32(u32::from(signs.zero) + digit).unwrap_or(c),
                _ => c,
            };
            text.chars().map(digit).collect()
        };
        let rounded = number::round(mantissa, self.most_fraction as f64);
        let text = own_digits(number::to_fixed(rounded, self.most_fraction));
        let (integer, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let mut integer: Vec<char> = integer.trim_start_matches(signs.zero).chars().collect();
        let mut fraction: Vec<char> = fraction.trim_end_matches(signs.zero).chars().collect();
        while integer.len() < self.least_integer {
            integer.insert(0, signs.zero);
        }
        while fraction.len() < self.least_fraction {
            fraction.push(signs.zero);
        }
        // From here on as jsonata-js does it, on one text: a sign that belongs before its first character is put
        // where `slice` counts to from its end.
        let mark: Vec<char> = signs.decimal.chars().collect();
        let mut text: Vec<char> = integer;
        let end = text.len();
        text.extend(&mark);
        text.append(&mut fraction);
        let put = |text: &mut Vec<char>, at: isize| {
            let at =
                if at < 0 { text.len().saturating_sub(at.unsigned_abs()) } else { at.unsigned_abs().min(text.len()) };
            text.splice(at..at, signs.grouping.chars());
        };
        match self.regular {
            0 => {
                for (turn, place) in self.groups.iter().enumerate() {
                    put(&mut text, end as isize + turn as isize - *place as isize);
                }
            }
            step => {
                for turn in 1..=end.saturating_sub(1) / step {
                    put(&mut text, end as isize - (turn * step) as isize);
                }
            }
        }
        let decimal = |text: &[char]| text.windows(mark.len().max(1)).position(|part| part == mark);
        if let Some(decimal) = decimal(&text) {
            for place in &self.fraction_groups {
                put(&mut text, (place + decimal + 1) as isize);
            }
        }
        if !self.whole.contains(&*signs.decimal) || decimal(&text).is_some_and(|at| at + 1 == text.len()) {
            text.pop();
        }
        let mut out = self.prefix.clone();
        out.extend(text);
        if let Some(power) = exponent {
            let digits = own_digits(power.unsigned_abs().to_string());
            out.push_str(&signs.exponent);
            out.push_str(if power < 0 { &signs.minus } else { "" });
            for _ in digits.chars().count()..self.least_exponent {
                out.push(signs.zero);
            }
            out.push_str(&digits);
        }
        out.push_str(&self.suffix);
        out
    }
}

pub(super) fn format_number(machine: &mut Machine<'_>, arguments: Vec<Val>, _: Context<'_>) -> R<Val> {
    let [val, picture, options] = take(arguments);
    if val.is_undefined() {
        return Ok(val);
    }
    let value = val.as_f64().unwrap_or(f64::NAN);
    let picture = super::integer_picture::picture_of(&picture)?;
    // It is looked at some twenty times, and grouping looks at it for each sign.
    machine.budget.spend(32)?;
    machine.budget.spend_text(picture.len() * 32)?;
    machine.budget.spend((picture.len() as u64 / 64) * (picture.len() as u64 / 64))?;
    let signs = Signs::of(&options, &mut machine.budget)?;
    let pictures: Vec<&str> = picture.split(&*signs.pattern).collect();
    if pictures.len() > 2 {
        return Err(raise("D3080"));
    }
    let parts = pictures.into_iter().map(|picture| parts(picture, &signs)).collect::<R<Vec<_>>>()?;
    for part in &parts {
        if let Some(code) = mistake(part, &signs) {
            return Err(raise(code));
        }
    }
    let mut plans: Vec<Plan> = parts.iter().map(|part| plan(part, &signs)).collect();
    if let [only] = plans.as_slice() {
        let mut negative = only.clone();
        negative.prefix = format!("{}{}", signs.minus, negative.prefix);
        plans.push(negative);
    }
    let plan = if value >= 0.0 { plans.first() } else { plans.last() };
    machine.text(plan.map(|plan| plan.write(value, &signs)).unwrap_or_default())
}
