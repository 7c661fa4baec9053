//! Chance: what is drawn from random bits, and what a seed decides.

/// A random UUID (RFC 9562, version 4).
pub(super) fn uuid(entropy: &mut dyn FnMut() -> u64) -> String {
    let (high, low) = (entropy(), entropy());
    let high = high & !0xF000 | 0x4000;
    let low = low & !(0b11 << 62) | 0b10 << 62;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xFFFF,
        high & 0xFFFF,
        low >> 48,
        low & 0xFFFF_FFFF_FFFF
    )
}

/// A number from `from` on and below `below`, every one as likely as the others.
pub(super) fn between(from: i32, below: i32, entropy: &mut dyn FnMut() -> u64) -> i64 {
    let span = (i64::from(below) - i64::from(from)).unsigned_abs();
    // The high half of the product; a bias of at most 2⁻³² is beyond notice.
    i64::from(from) + ((u128::from(entropy()) * u128::from(span)) >> 64) as i64
}

/// The number that a seed decides: Java's `Random`, which AWS's `$random` in JSONata is bit by bit; for
/// `States.MathRandom` no result of AWS is known, only that a seed repeats it.
pub(super) fn seeded(from: i32, below: i32, seed: i64) -> i64 {
    let mut random = JavaRandom::new(seed);
    match below.checked_sub(from) {
        Some(span) => i64::from(from) + i64::from(random.below(span)),
        None => loop {
            let number = random.next(32);
            if (from..below).contains(&number) {
                return i64::from(number);
            }
        },
    }
}

struct JavaRandom(u64);

impl JavaRandom {
    const MASK: u64 = (1 << 48) - 1;

    fn new(seed: i64) -> JavaRandom {
        JavaRandom((seed as u64 ^ 0x5_DEEC_E66D) & Self::MASK)
    }

    fn next(&mut self, bits: u32) -> i32 {
        self.0 = self.0.wrapping_mul(0x5_DEEC_E66D).wrapping_add(0xB) & Self::MASK;
        (self.0 >> (48 - bits)) as i32
    }

    /// `nextInt(bound)`, for a positive bound.
    fn below(&mut self, bound: i32) -> i32 {
        if bound & (bound - 1) == 0 {
            return ((i64::from(bound) * i64::from(self.next(31))) >> 31) as i32;
        }
        loop {
            let bits = self.next(31);
            let value = bits % bound;
            if bits.wrapping_sub(value).wrapping_add(bound - 1) >= 0 {
                return value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Key;

    /// What `new Random(42)` is known to give.
    #[test]
    fn seeds_decide_as_in_java() {
        let mut random = JavaRandom::new(42);
        assert_eq!([(); 2].map(|()| random.next(32)), [-1_170_105_035, 234_785_527]);
        let mut random = JavaRandom::new(42);
        assert_eq!([(); 5].map(|()| random.below(10)), [0, 3, 8, 4, 0]);
        assert_eq!(seeded(1, 11, 42), 1);
        assert!((i64::from(i32::MIN)..i64::from(i32::MAX)).contains(&seeded(i32::MIN, i32::MAX, 1)));
    }

    #[test]
    fn in_range_and_spread() {
        let mut draw = 0;
        let mut entropy = || {
            draw += 1;
            Key::new(1).with(draw).bits()
        };
        let mut seen = [0; 5];
        for _ in 0..5000 {
            seen[(between(-2, 3, &mut entropy) + 2) as usize] += 1;
        }
        assert!(seen.iter().all(|count| (900..1100).contains(count)), "{seen:?}");
        assert_eq!(between(i32::MIN, i32::MAX, &mut || u64::MAX), i64::from(i32::MAX) - 1);
    }

    #[test]
    fn uuids_are_of_version_4() {
        assert_eq!(uuid(&mut || u64::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid(&mut || 0), "00000000-0000-4000-8000-000000000000");
    }
}
