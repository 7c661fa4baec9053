//! Keyed randomness: every draw is a function of what it is for, never of how many draws came before it.
//!
//! So results do not depend on the number of workers, any execution can be re-run alone, and the same customer can be
//! sent through two versions even when one of them has a Task more.

/// A place in the tree of all draws. Descend with [`Key::with`], then draw; equal paths give equal draws on every
/// platform.
///
/// ```
/// use weir::base::Key;
/// let execution = Key::new(7).with(3);
/// assert_eq!(execution.with_str("Charge").uniform(), Key::new(7).with(3).with_str("Charge").uniform());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(u64);

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

impl Key {
    pub const fn new(seed: u64) -> Key {
        Key(mix(seed.wrapping_add(GOLDEN)))
    }

    /// The key below this one that `word` names.
    #[must_use]
    #[inline(always)]
    pub const fn with(self, word: u64) -> Key {
        // Multiplying by an odd number keeps words apart; the mixer then makes neighbours unrelated.
        Key(mix(self.0 ^ word.wrapping_mul(GOLDEN).wrapping_add(0xD1B5_4A32_D192_ED03)))
    }

    /// The key below this one that a name names: [`Key::word`] of it.
    #[must_use]
    pub fn with_str(self, name: &str) -> Key {
        self.with(Key::word(name))
    }

    /// A name as a word, to be computed once and used with [`Key::with`] many times.
    pub const fn word(name: &str) -> u64 {
        // FNV-1a, then mixed: names are short and few.
        let bytes = name.as_bytes();
        let mut hash: u64 = 0xCBF2_9CE4_8422_2325;
        let mut rest = bytes;
        while let [first, tail @ ..] = rest {
            hash = (hash ^ *first as u64).wrapping_mul(0x0000_0100_0000_01B3);
            rest = tail;
        }
        mix(hash)
    }

    /// 64 random bits.
    #[inline(always)]
    pub const fn bits(self) -> u64 {
        mix(self.0.wrapping_add(GOLDEN))
    }

    /// A UUID of version 4 (RFC 9562) made of 122 of its bits.
    pub fn uuid(self) -> String {
        let (a, b) = (self.with(0).bits(), self.with(1).bits());
        let version = 0x4000 | (a & 0x0FFF);
        let variant = 0x8000 | (b >> 48 & 0x3FFF);
        format!("{:08x}-{:04x}-{version:04x}-{variant:04x}-{:012x}", a >> 32, a >> 16 & 0xFFFF, b & 0xFFFF_FFFF_FFFF)
    }

    /// Uniform in `[0, 1)`, a multiple of 2⁻⁵³.
    #[inline(always)]
    pub fn uniform(self) -> f64 {
        // Signed, because that is one instruction of every machine.
        (self.bits() >> 11) as i64 as f64 * (1.0 / 9_007_199_254_740_992.0)
    }
}

/// The finalizer of SplitMix64: a bijection in which each input bit flips each output bit with probability one half.
#[inline(always)]
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_path_same_draw() {
        assert_eq!(Key::new(1).with(2).bits(), Key::new(1).with(2).bits());
        assert_ne!(Key::new(1).with(2).bits(), Key::new(2).with(1).bits());
        assert_ne!(Key::new(1).with_str("a").with_str("b"), Key::new(1).with_str("b").with_str("a"));
    }

    /// The stream is part of the product: a link must show the same curve for ever.
    #[test]
    fn draws_never_change() {
        assert_eq!(Key::new(7).with_str("route").with(41).bits(), 905_566_730_720_492_116);
    }

    #[test]
    fn uuids_have_their_shape() {
        let uuid = Key::new(7).uuid();
        let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(uuid.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&uuid.as_bytes()[19]));
        assert_ne!(uuid, Key::new(8).uuid());
    }

    #[test]
    fn neighbours_are_unrelated() {
        let n = 100_000u64;
        let key = Key::new(42);
        let (mut sum, mut product, mut last) = (0.0, 0.0, 0.5);
        for i in 0..n {
            let u = key.with(i).uniform();
            sum += u;
            product += (u - 0.5) * (last - 0.5);
            last = u;
        }
        let n = n as f64;
        assert!((sum / n - 0.5).abs() < 4.5 / (12.0 * n).sqrt(), "mean {}", sum / n);
        assert!((product / n).abs() < 4.5 / (12.0 * n.sqrt()), "lag-1 covariance {}", product / n);
    }
}
