use super::Text;
use std::cmp::Ordering;

/// A JSON number. Integers stay exact, however long; all else is a double.
#[derive(Clone, Debug)]
pub enum Number {
    Int(i64),
    /// Finite: JSON has no infinities. What computes one must fail instead of storing it.
    Float(f64),
    /// An integer outside of `i64`, in its canonical digits.
    Big(Text),
}

impl Number {
    /// Reads a JSON number; nothing if `text` is none or exceeds the range of a double.
    pub fn parse(text: &str) -> Option<Number> {
        if let Ok(int) = text.parse::<i64>()
            && text != "-0"
        {
            return Some(Number::Int(int));
        }
        if !text.contains(['.', 'e', 'E']) && text != "-0" {
            return Some(Number::Big(text.into()));
        }
        text.parse::<f64>().ok().filter(|float| float.is_finite()).map(Number::Float)
    }

    /// The nearest double.
    pub fn as_f64(&self) -> f64 {
        match self {
            Number::Int(int) => *int as f64,
            Number::Float(float) => *float,
            Number::Big(text) => text.parse().unwrap_or(f64::MAX),
        }
    }

    /// The integer, if it is one and fits; `3.0` is one.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Number::Int(int) => Some(*int),
            Number::Float(float) => integer(*float),
            Number::Big(_) => None,
        }
    }

    pub fn is_integer(&self) -> bool {
        match self {
            Number::Int(_) | Number::Big(_) => true,
            Number::Float(float) => libm::trunc(*float) == *float,
        }
    }

    /// A double, as an integer where it is one: how results of JSONata, which computes in doubles, are stored.
    pub fn from_computed(float: f64) -> Number {
        match integer(float) {
            // Beyond 2⁵³ the neighbours of a double are further apart than one.
            Some(int) if int.unsigned_abs() <= 1 << 53 => Number::Int(int),
            _ => Number::Float(float),
        }
    }
}

fn integer(float: f64) -> Option<i64> {
    // i64::MAX is not a double; the next one below 2⁶³ is.
    let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&float);
    (fits && libm::trunc(float) == float).then_some(float as i64)
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => a.partial_cmp(b),
            (Number::Big(a), Number::Big(b)) => {
                let key = |text: &str| (!text.starts_with('-'), text.len());
                match (key(a), key(b)) {
                    ((true, m), (true, n)) => Some(m.cmp(&n).then_with(|| a.cmp(b))),
                    ((false, m), (false, n)) => Some(n.cmp(&m).then_with(|| b.cmp(a))),
                    ((a, _), (b, _)) => Some(a.cmp(&b)),
                }
            }
            // A big integer is outside of the range of the small ones.
            (Number::Int(_), Number::Big(b)) => {
                Some(if b.starts_with('-') { Ordering::Greater } else { Ordering::Less })
            }
            (Number::Big(_), Number::Int(_)) => other.partial_cmp(self).map(Ordering::reverse),
            (a, b) => a.as_f64().partial_cmp(&b.as_f64()),
        }
    }
}

impl From<u64> for Number {
    fn from(int: u64) -> Number {
        i64::try_from(int).map_or_else(|_| Number::Big(int.to_string().into()), Number::Int)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_stay_exact() {
        assert!(matches!(Number::parse("9223372036854775807"), Some(Number::Int(i64::MAX))));
        assert!(matches!(Number::parse("9223372036854775808"), Some(Number::Big(_))));
        assert!(matches!(Number::parse("1.0"), Some(Number::Float(_))));
        assert_eq!(Number::parse("1e400").map(|n| n.as_f64()), None);
        assert_eq!(Number::parse("90.57000000000001").unwrap().as_f64(), 90.570_000_000_000_01);
    }

    #[test]
    fn ordered_across_forms() {
        let sorted = [
            "-99999999999999999999",
            "-9223372036854775809",
            "-1",
            "-0.5",
            "0",
            "1",
            "9223372036854775808",
            "99999999999999999999",
        ];
        for pair in sorted.windows(2) {
            assert!(Number::parse(pair[0]) < Number::parse(pair[1]), "{pair:?}");
        }
        assert_eq!(Number::parse("1"), Number::parse("1.0"));
    }
}
