//! Virtual time. Nobody reads a clock: the present is an argument.

use std::fmt;
use std::ops::{Add, Sub};

/// An instant: nanoseconds since 1970-01-01T00:00:00Z. Arithmetic saturates, so [`Time::MAX`] (in the year 2554)
/// means "never".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

/// A length of time in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Delay(u64);

const NANOS: u64 = 1_000_000_000;
const DAY: i64 = 86_400;

impl Delay {
    pub const ZERO: Delay = Delay(0);
    pub const MAX: Delay = Delay(u64::MAX);

    pub const fn from_nanos(nanos: u64) -> Delay {
        Delay(nanos)
    }

    pub const fn from_millis(millis: u64) -> Delay {
        Delay(millis.saturating_mul(1_000_000))
    }

    pub const fn from_secs(secs: u64) -> Delay {
        Delay(secs.saturating_mul(NANOS))
    }

    /// The nearest nanosecond; nothing for negative or NaN seconds, [`Delay::MAX`] past the range.
    pub fn from_secs_f64(secs: f64) -> Delay {
        // `as` saturates and sends NaN to zero, which is what is wanted.
        Delay(libm::round(secs * NANOS as f64) as u64)
    }

    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOS as f64
    }

    pub fn as_millis_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    #[must_use]
    pub const fn saturating_mul(self, factor: u64) -> Delay {
        Delay(self.0.saturating_mul(factor))
    }
}

impl Add for Delay {
    type Output = Delay;
    fn add(self, other: Delay) -> Delay {
        Delay(self.0.saturating_add(other.0))
    }
}

impl Time {
    pub const ZERO: Time = Time(0);
    pub const MAX: Time = Time(u64::MAX);

    pub const fn from_nanos(nanos: u64) -> Time {
        Time(nanos)
    }

    pub const fn from_millis(millis: u64) -> Time {
        Time(millis.saturating_mul(1_000_000))
    }

    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000_000
    }

    /// Seconds since 1970, as AWS JSON puts instants on the wire.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOS as f64
    }

    /// Reads an ISO-8601 extended offset date-time such as `2016-03-14T01:59:00Z` or `2016-03-14T01:59:00.5+01:00`,
    /// the one form that Timestamp of a Wait state takes. Instants before 1970 become 1970: both are past.
    pub fn from_rfc3339(text: &str) -> Option<Time> {
        let (secs, nanos) = parse_offset_date_time(text)?;
        match u64::try_from(secs) {
            Ok(secs) => Some(Time(secs.saturating_mul(NANOS).saturating_add(nanos))),
            Err(_) => Some(Time::ZERO),
        }
    }

    /// `2026-01-01T00:00:00.000Z`: UTC with milliseconds, as the context object and the API show instants.
    pub fn to_rfc3339(self) -> String {
        let millis = self.as_millis();
        let secs = (millis / 1000) as i64;
        let (year, month, day) = civil_from_days(secs.div_euclid(DAY));
        let of_day = secs.rem_euclid(DAY);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", millis % 1000)
    }

    /// The time that has passed since `earlier`; nothing if that lies ahead.
    pub const fn since(self, earlier: Time) -> Delay {
        Delay(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Delay> for Time {
    type Output = Time;
    fn add(self, delay: Delay) -> Time {
        Time(self.0.saturating_add(delay.0))
    }
}

impl Sub<Delay> for Time {
    type Output = Time;
    fn sub(self, delay: Delay) -> Time {
        Time(self.0.saturating_sub(delay.0))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar; month and day count from 1.
pub(crate) fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (i64::from(month) + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a number of days since 1970-01-01.
pub(crate) fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = (of_year - (153 * shifted_month + 2) / 5 + 1) as u32;
    let month = (if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 }) as u32;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Seconds since 1970 and the nanoseconds beyond them.
fn parse_offset_date_time(text: &str) -> Option<(i64, u64)> {
    let mut scan = Scan { rest: text.as_bytes() };
    let year = i64::from(scan.digits(4)?);
    scan.byte(b'-')?;
    let month = scan.digits(2)?;
    scan.byte(b'-')?;
    let day = scan.digits(2)?;
    scan.one_of(b"Tt")?;
    let hour = scan.digits(2)?;
    scan.byte(b':')?;
    let minute = scan.digits(2)?;
    let second = if scan.byte(b':').is_some() { scan.digits(2)? } else { 0 };
    let mut nanos = 0;
    if scan.byte(b'.').is_some() {
        let mut unit = NANOS / 10;
        let mut count = 0;
        while let Some(digit) = scan.digit() {
            nanos += u64::from(digit) * unit;
            unit /= 10;
            count += 1;
        }
        if count == 0 || count > 9 {
            return None;
        }
    }
    let offset = if scan.one_of(b"Zz").is_some() {
        0
    } else {
        let sign = if scan.one_of(b"+-")? == b'-' { -1 } else { 1 };
        let hours = scan.digits(2)?;
        scan.byte(b':')?;
        let minutes = scan.digits(2)?;
        if hours > 18 || minutes > 59 {
            return None;
        }
        sign * i64::from(hours * 3600 + minutes * 60)
    };
    let in_range = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
    if !scan.rest.is_empty() || !in_range || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let of_day = i64::from(hour * 3600 + minute * 60 + second);
    Some((days_from_civil(year, month, day) * DAY + of_day - offset, nanos))
}

struct Scan<'a> {
    rest: &'a [u8],
}

impl Scan<'_> {
    fn one_of(&mut self, set: &[u8]) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        set.contains(first).then(|| {
            self.rest = rest;
            *first
        })
    }

    fn byte(&mut self, byte: u8) -> Option<u8> {
        self.one_of(&[byte])
    }

    fn digit(&mut self) -> Option<u32> {
        self.one_of(b"0123456789").map(|b| u32::from(b - b'0'))
    }

    fn digits(&mut self, count: usize) -> Option<u32> {
        (0..count).try_fold(0, |sum, _| Some(sum * 10 + self.digit()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_instants() {
        let t = Time::from_rfc3339("2016-03-14T01:59:00.25+01:00").unwrap();
        assert_eq!(t.to_rfc3339(), "2016-03-14T00:59:00.250Z");
        assert_eq!(Time::from_rfc3339("1969-12-31T23:59:59Z"), Some(Time::ZERO));
        assert_eq!(Time::from_rfc3339("9999-12-31T23:59:59Z"), Some(Time::MAX));
        for wrong in [
            "2016-13-05T21:29:29Z",
            "2016-02-30T00:00:00Z",
            "2016-03-14 01:59:00Z",
            "2016-03-14T01:59:00",
            "2016-03-14",
            "",
        ] {
            assert_eq!(Time::from_rfc3339(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn calendar_goes_both_ways() {
        for days in (-800_000..800_000).step_by(37) {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, month, day), days);
        }
    }

    #[test]
    fn time_saturates() {
        assert_eq!(Time::MAX + Delay::from_secs(1), Time::MAX);
        assert_eq!(Delay::from_secs_f64(f64::NAN), Delay::ZERO);
        assert_eq!(Delay::from_secs_f64(-3.0), Delay::ZERO);
        assert_eq!(Delay::from_secs_f64(1e30), Delay::MAX);
    }
}
