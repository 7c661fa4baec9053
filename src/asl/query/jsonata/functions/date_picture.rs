//! Pictures of instants (XPath and XQuery Functions 3.1, section 9.8), written and read as jsonata-js does.

use super::super::budget::Budget;
use super::super::error::{R, internal, raise};
use super::super::number;
use super::integer_picture::{Grouping, Picture as Integer, Style};
use rustc_hash::FxHashSet;

pub(super) const DAY: f64 = 86_400_000.0;

const DAYS: [&str; 8] = ["", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// What `$fromMillis` and `$now` write without a picture.
pub(super) const ISO_8601: &str = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]";

#[derive(Debug)]
pub(super) struct Picture {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Literal(String),
    Marker(Marker),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    Lower,
    Upper,
    Title,
}

#[derive(Debug)]
struct Marker {
    component: char,
    names: Option<Names>,
    integer: Option<Integer>,
    /// The longest name.
    longest: Option<usize>,
    /// The last so many digits of a year.
    digits: Option<f64>,
    /// `[Z…t]`: UTC is `Z`.
    traditional: bool,
}

impl Picture {
    pub fn read(text: &str) -> R<Picture> {
        let mut parts: Vec<Part> = Vec::new();
        let mut rest = text;
        let literal = |text: &str, parts: &mut Vec<Part>| {
            if !text.is_empty() {
                parts.push(Part::Literal(text.replace("]]", "]")));
            }
        };
        while let Some(open) = rest.find('[') {
            let (before, from) = rest.split_at(open);
            literal(before, &mut parts);
            if let Some(behind) = from.strip_prefix("[[") {
                parts.push(Part::Literal("[".to_owned()));
                rest = behind;
                continue;
            }
            let Some((inside, behind)) = from.get(1..).unwrap_or("").split_once(']') else {
                return Err(raise("D3135"));
            };
            let marker = Marker::read(inside)?;
            parts.push(Part::Marker(marker));
            rest = behind;
        }
        literal(rest, &mut parts);
        Ok(Picture { parts })
    }

    /// An instant, in milliseconds of the epoch, as a time zone shows it (`+0530`).
    pub fn write(&self, millis: f64, zone: Option<&str>) -> R<String> {
        let offset = zone.map_or(0.0, number::parse_int);
        let (hours, minutes) = (libm::floor(offset / 100.0), libm::fmod(offset, 100.0));
        let local = Moment::new(millis + (60.0 * hours + minutes) * 60_000.0);
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Marker(marker) => out.push_str(&marker.write(local, hours, minutes)?),
            }
        }
        Ok(out)
    }

    /// The instant that a text says, in milliseconds of the epoch; nothing where it is not of this form. What the picture
    /// does not say before its first part is that of `now`.
    pub fn parse(&self, text: &str, now: f64, budget: &mut Budget) -> R<Option<f64>> {
        for part in &self.parts {
            if let Part::Marker(marker) = part {
                marker.check()?;
            }
        }
        let mut found = Vec::new();
        let mut failed = FxHashSet::default();
        if !self.matches(0, text, 0, &mut found, &mut failed, budget)? {
            return Ok(None);
        }
        let mut given = Given::default();
        for (part, (from, to)) in self.parts.iter().zip(&found) {
            if let Part::Marker(marker) = part {
                let value = marker.parse(text.get(*from..*to).unwrap_or(""))?;
                given.set(marker.component, value);
            }
        }
        given.instant(now)
    }

    fn matches(
        &self,
        at: usize,
        text: &str,
        from: usize,
        found: &mut Vec<(usize, usize)>,
        failed: &mut FxHashSet<(usize, usize)>,
        budget: &mut Budget,
    ) -> R<bool> {
        budget.spend(1)?;
        let Some(part) = self.parts.get(at) else { return Ok(from == text.len()) };
        let rest = text.get(from..).unwrap_or("");
        if failed.contains(&(at, from)) {
            return Ok(false);
        }
        match part {
            // Words are looked up at each place.
            Part::Marker(Marker { integer: Some(Integer { style: Style::Words, .. }), .. }) => {
                budget.spend(rest.len() as u64 * 8)?;
            }
            _ => budget.spend_text(rest.len())?,
        }
        let ends = match part {
            Part::Literal(literal) => {
                let same =
                    rest.get(..literal.len()).is_some_and(|start| start.to_lowercase() == literal.to_lowercase());
                if same { vec![literal.len()] } else { Vec::new() }
            }
            Part::Marker(marker) => marker.ends(rest)?,
        };
        budget.enter()?;
        for end in ends {
            found.push((from, from + end));
            if self.matches(at + 1, text, from + end, found, failed, budget)? {
                budget.leave();
                return Ok(true);
            }
            found.pop();
        }
        budget.leave();
        failed.insert((at, from));
        Ok(false)
    }
}

impl Marker {
    /// What stands between the brackets.
    fn read(inside: &str) -> R<Marker> {
        let text: String = inside.chars().filter(|c| !number::is_space(*c)).collect();
        let mut chars = text.chars();
        let Some(component) = chars.next() else { return Err(raise("D3132")) };
        let rest = chars.as_str();
        let (modifier, width) = match rest.rfind(',') {
            Some(at) => (rest.get(..at).unwrap_or(""), rest.get(at + 1..)),
            None => (rest, None),
        };
        let width_of = |text: &str| match text {
            "" | "*" => None,
            text => Some(number::parse_int(text)).filter(|width| width.is_finite()),
        };
        let (least, most) = match width {
            None => (None, None),
            Some(width) => match width.split_once('-') {
                Some((least, most)) => (width_of(least), width_of(most)),
                None => (width_of(width), None),
            },
        };
        let is_single = modifier.chars().count() == 1;
        let last = modifier.chars().next_back().filter(|c| !is_single && "atco".contains(*c));
        let presentation = match (modifier, last) {
            ("", _) => default_of(component).ok_or_else(|| raise("D3132").value(component.to_string().as_str()))?,
            (modifier, Some(last)) => modifier.strip_suffix(last).unwrap_or(modifier),
            (modifier, None) => modifier,
        };
        let mut marker = Marker {
            component,
            names: None,
            integer: None,
            longest: most.map(|most| most.max(0.0) as usize),
            digits: None,
            traditional: last == Some('t'),
        };
        if presentation.starts_with('n') {
            marker.names = Some(Names::Lower);
        } else if presentation.starts_with('N') {
            marker.names = Some(if presentation.starts_with("Nn") { Names::Title } else { Names::Upper });
        } else if "YMDdFWwXxHhmsf".contains(component) {
            let pattern = match last {
                Some(last) => format!("{presentation};{last}"),
                None => presentation.to_owned(),
            };
            let mut integer = Integer::read(&pattern)?;
            // Widths are of no use beyond what a number can have.
            const WIDEST: f64 = 400.0;
            if let Some(least) = least {
                integer.mandatory = integer.mandatory.max(least.clamp(0.0, WIDEST) as usize);
            }
            if "YMD".contains(component) {
                let own = integer.mandatory + integer.optional;
                if let Some(most) = most {
                    integer.mandatory = most.clamp(0.0, WIDEST) as usize;
                }
                let digits = most.or((own >= 2).then_some(own as f64));
                integer.width = digits.filter(|digits| *digits > 0.0).map(|digits| {
                    let most = digits.min(WIDEST) as usize;
                    (most.saturating_sub(integer.optional), most)
                });
                marker.digits = digits.filter(|_| component == 'Y');
            }
            marker.integer = Some(integer);
        }
        if matches!(component, 'Z' | 'z') {
            marker.integer = Some(Integer::read(presentation)?);
        }
        Ok(marker)
    }

    fn write(&self, at: Moment, hours: f64, minutes: f64) -> R<String> {
        let integer = |value: f64| match &self.integer {
            Some(integer) => integer.write(value),
            None => Ok(number::to_string(value)),
        };
        match self.component {
            'Z' | 'z' => return self.write_zone(hours, minutes),
            'P' => {
                let text = if at.hour() >= 12.0 { "pm" } else { "am" };
                return Ok(if self.names == Some(Names::Upper) { text.to_uppercase() } else { text.to_owned() });
            }
            'C' | 'E' => return Ok("ISO".to_owned()),
            _ => {}
        }
        let Some(mut value) = at.component(self.component) else { return Ok("undefined".to_owned()) };
        if let Some(digits) = self.digits {
            value = libm::fmod(value, libm::pow(10.0, digits));
        }
        let Some(names) = self.names.filter(|_| self.component != 'f') else { return integer(value) };
        let name = match self.component {
            'M' | 'x' => (value >= 1.0).then(|| MONTHS.get(value as usize - 1)).flatten(),
            'F' => (value >= 1.0).then(|| DAYS.get(value as usize)).flatten(),
            other => return Err(raise("D3133").value(other.to_string().as_str())),
        };
        let name = match name {
            Some(name) => *name,
            None if names == Names::Title && self.longest.is_none() => return Ok("undefined".to_owned()),
            None => return Err(internal("Cannot read properties of undefined")),
        };
        let name = match names {
            Names::Title => name.to_owned(),
            Names::Upper => name.to_uppercase(),
            Names::Lower => name.to_lowercase(),
        };
        let longest = self.longest.unwrap_or(name.len()).min(name.len());
        Ok(name.get(..longest).unwrap_or("").to_owned())
    }

    fn write_zone(&self, hours: f64, minutes: f64) -> R<String> {
        let offset = hours * 100.0 + minutes;
        let Some(integer) = &self.integer else { return Ok(String::new()) };
        let is_regular = matches!(&integer.style, Style::Digits { grouping: Grouping::Regular(..), .. });
        let mut text = match integer.mandatory {
            _ if is_regular => integer.write(offset)?,
            1 | 2 => {
                let mut text = integer.write(hours)?;
                if minutes != 0.0 {
                    text.push(':');
                    text.push_str(&Integer::read("00")?.write(minutes)?);
                }
                text
            }
            3 | 4 => integer.write(offset)?,
            digits => return Err(raise("D3134").value(digits)),
        };
        if offset >= 0.0 {
            text.insert(0, '+');
        }
        if self.component == 'z' {
            text.insert_str(0, "GMT");
        }
        Ok(if offset == 0.0 && self.traditional { "Z".to_owned() } else { text })
    }

    /// Whether it can be read at all.
    fn check(&self) -> R<()> {
        match (&self.integer, self.component) {
            (_, 'Z' | 'z') | (None, 'M' | 'x' | 'F' | 'P') => Ok(()),
            (Some(integer), _) => integer.ends("").map(drop),
            (None, other) => Err(raise("D3133").value(other.to_string().as_str())),
        }
    }

    /// The sign between hours and minutes of a zone.
    fn zone_sign(&self) -> Option<char> {
        match self.integer.as_ref().map(|integer| &integer.style) {
            Some(Style::Digits { grouping: Grouping::Regular(_, sign), .. }) => Some(*sign),
            _ => None,
        }
    }

    /// Where what it stands for may end: the furthest first.
    fn ends(&self, text: &str) -> R<Vec<usize>> {
        let run = |text: &str, is_in: &dyn Fn(char) -> bool| {
            text.char_indices().find(|(_, c)| !is_in(*c)).map_or(text.len(), |(at, _)| at)
        };
        let is_digit = |c: char| c.is_ascii_digit();
        if matches!(self.component, 'Z' | 'z') {
            let prefix = if self.component == 'z' { 3 } else { 0 };
            let is_named = text.get(..prefix).is_some_and(|start| start.eq_ignore_ascii_case("GMT"));
            let Some(rest) =
                text.get(prefix..).filter(|rest| (is_named || prefix == 0) && rest.starts_with(['+', '-']))
            else {
                return Ok(Vec::new());
            };
            let digits = run(rest.get(1..).unwrap_or(""), &is_digit);
            let from = prefix + 1;
            return Ok(match self.zone_sign() {
                None => (1..=digits).rev().map(|count| from + count).collect(),
                Some(sign) => {
                    let behind = rest.get(1 + digits..).and_then(|rest| rest.strip_prefix(sign));
                    let more = behind.map_or(0, |behind| run(behind, &is_digit));
                    if digits == 0 {
                        return Ok(Vec::new());
                    }
                    (1..=more).rev().map(|count| from + digits + sign.len_utf8() + count).collect()
                }
            });
        }
        match &self.integer {
            Some(integer) => integer.ends(text),
            None => Ok((1..=run(text, &|c| c.is_ascii_alphabetic())).rev().collect()),
        }
    }

    /// What a part of a text says; nothing where it is no name.
    fn parse(&self, text: &str) -> R<Option<f64>> {
        if matches!(self.component, 'Z' | 'z') {
            let text = if self.component == 'z' { text.get(3..).unwrap_or("") } else { text };
            let (hours, minutes) = match self.zone_sign().and_then(|sign| text.split_once(sign)) {
                Some((hours, minutes)) => (hours, minutes),
                None if text.len() <= 3 => (text, ""),
                None => text.split_at_checked(3).unwrap_or((text, "")),
            };
            let minutes = if minutes.is_empty() { 0.0 } else { number::parse_int(minutes) };
            return Ok(Some(number::parse_int(hours) * 60.0 + minutes));
        }
        if let Some(integer) = &self.integer {
            return integer.parse(text).map(Some);
        }
        let short = |name: &'static str| name.get(..self.longest.unwrap_or(name.len()).min(name.len())).unwrap_or(name);
        let place = |names: &[&'static str]| names.iter().rposition(|name| short(name) == text).map(|at| at as f64);
        Ok(match self.component {
            'M' | 'x' => place(&MONTHS).map(|at| at + 1.0),
            'F' => place(&DAYS).filter(|at| *at > 0.0),
            _ => match text {
                "am" | "AM" => Some(0.0),
                "pm" | "PM" => Some(1.0),
                _ => None,
            },
        })
    }
}

fn default_of(component: char) -> Option<&'static str> {
    Some(match component {
        'Y' | 'M' | 'D' | 'd' | 'W' | 'w' | 'X' | 'x' | 'H' | 'h' | 'f' => "1",
        'F' | 'P' | 'C' | 'E' => "n",
        'm' | 's' => "01",
        'Z' | 'z' => "01:01",
        _ => return None,
    })
}

/// The parts of an instant that a text gives.
#[derive(Default)]
struct Given {
    values: Vec<(char, Option<f64>)>,
}

impl Given {
    fn set(&mut self, component: char, value: Option<f64>) {
        self.values.retain(|(known, _)| *known != component);
        self.values.push((component, value));
    }

    fn get(&self, component: char) -> Option<f64> {
        self.values.iter().find(|(known, _)| *known == component).and_then(|(_, value)| *value)
    }

    /// Which of these are given, and not zero, as bits.
    fn mask(&self, components: &str) -> u32 {
        components
            .chars()
            .fold(0, |mask, c| mask << 1 | u32::from(self.get(c).is_some_and(|value| value != 0.0 && !value.is_nan())))
    }

    fn instant(mut self, now: f64) -> R<Option<f64>> {
        if self.values.is_empty() {
            return Ok(None);
        }
        // Whether nothing is given but what the form has, and something of it.
        let is = |mask: u32, form: u32| mask & !form == 0 && mask & form != 0;
        let date = self.mask("YXMxWwdD");
        let by_date = is(date, 0b1010_0001);
        let by_day = !by_date && is(date, 0b1000_0010);
        let by_month_week = is(date, 0b0101_0100);
        let by_week = !by_month_week && is(date, 0b0100_1000);
        let time = self.mask("PHhmsf");
        let by_half = !is(time, 0b01_0111) && is(time, 0b10_1111);
        let dates = match () {
            () if by_day => "YD",
            () if by_month_week => "XxwF",
            () if by_week => "XWF",
            () => "YMD",
        };
        let times = if by_half { "Phmsf" } else { "Hmsf" };
        let (mut began, mut ended) = (false, false);
        for component in dates.chars().chain(times.chars()) {
            if self.get(component).is_some() {
                began = true;
                if ended {
                    return Err(raise("D3136"));
                }
            } else if began {
                self.set(component, Some(if "MDd".contains(component) { 1.0 } else { 0.0 }));
                ended = true;
            } else {
                self.set(component, Moment(now).component(component));
            }
        }
        let value = |component: char| self.get(component).unwrap_or(f64::NAN);
        let mut month = self.get('M').filter(|month| *month > 0.0).map_or(0.0, |month| month - 1.0);
        let mut day = value('D');
        if by_day {
            let at = Moment(utc(value('Y'), 0.0, 1.0) + (value('d') - 1.0) * DAY);
            (_, month, day) = at.date();
        }
        if by_month_week || by_week {
            return Err(raise("D3136"));
        }
        let mut hour = value('H');
        if by_half {
            hour = if value('h') == 12.0 { 0.0 } else { value('h') };
            if self.get('P') == Some(1.0) {
                hour += 12.0;
            }
        }
        let of_day = ((hour * 60.0 + value('m')) * 60.0 + value('s')) * 1000.0 + value('f');
        let mut millis = Moment::new(utc(value('Y'), month, day) + of_day).0;
        let zone = self.get('Z').filter(|zone| *zone != 0.0).or_else(|| self.get('z'));
        if let Some(zone) = zone {
            millis -= zone * 60_000.0;
        }
        Ok(Some(millis))
    }
}

/// Milliseconds of the epoch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment(pub f64);

/// `Date.UTC(year, month, day)`: months and days may run over.
pub(super) fn utc(year: f64, month: f64, day: f64) -> f64 {
    if !(year.abs() < 400_000.0 && month.abs() < 1e7 && day.abs() < 1e9) {
        return f64::NAN;
    }
    // Years of two digits are of the last century to `Date.UTC`.
    let year = if (0.0..=99.0).contains(&year) { year + 1900.0 } else { year };
    let (year, month) = (year + libm::floor(month / 12.0), month - libm::floor(month / 12.0) * 12.0);
    (days_before(year as i64, month as i64 + 1) as f64 + day - 1.0) * DAY
}

/// Days from the epoch to the first of a month (1 to 12) in the proleptic Gregorian calendar.
fn days_before(year: i64, month: i64) -> i64 {
    // Years that begin in March have their leap day at the end.
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5 - 719_468
}

impl Moment {
    /// As dates of JavaScript hold it: in whole milliseconds, and not a number beyond its range.
    fn new(millis: f64) -> Moment {
        Moment(if millis.abs() <= 8.64e15 { libm::trunc(millis) } else { f64::NAN })
    }

    fn days(self) -> f64 {
        libm::floor(self.0 / DAY)
    }

    /// Milliseconds of the day.
    fn rest(self) -> f64 {
        self.0 - self.days() * DAY
    }

    fn hour(self) -> f64 {
        libm::floor(self.rest() / 3_600_000.0)
    }

    /// Year, month from 0, day from 1.
    fn date(self) -> (f64, f64, f64) {
        let days = self.days();
        // Dates of JavaScript end here.
        if days.is_nan() || days.abs() > 100_000_000.0 {
            return (f64::NAN, f64::NAN, f64::NAN);
        }
        let days = days as i64;
        // A year that is not too late, to begin with.
        let mut year = 1970 + days.div_euclid(if days < 0 { 365 } else { 366 });
        while days_before(year + 1, 1) <= days {
            year += 1;
        }
        let month = (1..=12).rev().find(|month| days_before(year, *month) <= days).unwrap_or(1);
        let day = days - days_before(year, month) + 1;
        (year as f64, month as f64 - 1.0, day as f64)
    }

    /// From 1, a Monday, to 7.
    fn weekday(self) -> f64 {
        let day = libm::fmod(libm::fmod(self.days() + 3.0, 7.0) + 7.0, 7.0);
        day + 1.0
    }

    /// What a letter of a picture stands for.
    fn component(self, component: char) -> Option<f64> {
        let (year, month, day) = self.date();
        let today = utc(year, month, day);
        let (year_of, month_of) = ((year, 0.0), (year, month));
        Some(match component {
            'Y' => year,
            'M' => month + 1.0,
            'D' => day,
            'd' => (today - utc(year, 0.0, 1.0)) / DAY + 1.0,
            'F' => self.weekday(),
            'W' => week(today, year_of, 52.0, (year + 1.0, 0.0), (year - 1.0, 0.0)),
            'w' => week(today, month_of, 4.0, (year, month + 1.0), (year, month - 1.0)),
            'X' => match self.0 {
                now if now < first_week(year_of) => year - 1.0,
                now if now >= first_week((year + 1.0, 0.0)) => year + 1.0,
                _ => year,
            },
            'x' => match self.0 {
                now if now < first_week(month_of) => libm::fmod(month + 11.0, 12.0) + 1.0,
                now if now >= first_week((year, month + 1.0)) => libm::fmod(month + 1.0, 12.0) + 1.0,
                _ => month + 1.0,
            },
            'H' => self.hour(),
            'h' => match libm::fmod(self.hour(), 12.0) {
                0.0 => 12.0,
                hour => hour,
            },
            'P' => f64::from(u8::from(self.hour() >= 12.0)),
            'm' => libm::floor(libm::fmod(self.rest(), 3_600_000.0) / 60_000.0),
            's' => libm::floor(libm::fmod(self.rest(), 60_000.0) / 1000.0),
            'f' => libm::floor(libm::fmod(self.rest(), 1000.0)),
            _ => return None,
        })
    }
}

/// The Monday of the first week of a year or a month: that with its first Thursday.
fn first_week((year, month): (f64, f64)) -> f64 {
    let first = utc(year, month, 1.0);
    let weekday = Moment(first).weekday();
    if weekday > 4.0 { first + (8.0 - weekday) * DAY } else { first - (weekday - 1.0) * DAY }
}

/// The week of a day in a year or a month, which has `most` weeks or one more.
fn week(today: f64, of: (f64, f64), most: f64, next: (f64, f64), before: (f64, f64)) -> f64 {
    let weeks = |from: f64| (today - from) / (DAY * 7.0) + 1.0;
    let mut week = weeks(first_week(of));
    if week > most {
        if today >= first_week(next) {
            week = 1.0;
        }
    } else if week < 1.0 {
        week = weeks(first_week(before));
    }
    libm::floor(week)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_calendar() {
        for (millis, date) in [
            (0.0, (1970.0, 0.0, 1.0)),
            (951_782_400_000.0, (2000.0, 1.0, 29.0)),
            (-1.0, (1969.0, 11.0, 31.0)),
            (-62_135_596_800_000.0, (1.0, 0.0, 1.0)),
            (253_402_300_799_999.0, (9999.0, 11.0, 31.0)),
        ] {
            assert_eq!(Moment(millis).date(), date);
        }
        assert_eq!(utc(2018.0, 2.0, 27.0), 1_522_108_800_000.0);
        assert_eq!(utc(2018.0, 14.0, 0.0), utc(2019.0, 1.0, 28.0));
        assert_eq!(Moment(utc(2018.0, 2.0, 27.0)).weekday(), 2.0);
    }
}
