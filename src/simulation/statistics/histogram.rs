//! Percentiles of any number of values in little memory.

/// Bins per octave: a bin is at most 1/256 of its lower edge wide.
const PER_OCTAVE: u64 = 256;
const OCTAVE_BITS: u32 = PER_OCTAVE.trailing_zeros();

/// Counts of values by size, in bins of at most 0.4 % relative width; values below 512 have a bin each. Adding and
/// merging commute exactly, so it does not matter who counted what.
///
/// ```
/// use weir::simulation::statistics::Histogram;
/// let mut durations = Histogram::default();
/// (1..=1000).for_each(|ms| durations.add(ms * 1_000_000));
/// let p90 = durations.percentile(0.9).unwrap() as f64 / 1e6;
/// assert!((p90 - 900.0).abs() <= 900.0 * 0.004);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: Vec<u64>,
    n: u64,
}

impl Histogram {
    #[inline(always)]
    pub fn add(&mut self, value: u64) {
        self.add_many(bin(value), 1);
    }

    /// Takes one out that was added.
    pub fn take(&mut self, value: u64) {
        if let Some(known) = self.counts.get_mut(bin(value)).filter(|known| **known > 0) {
            *known -= 1;
            self.n -= 1;
        }
    }

    #[inline(always)]
    pub(super) fn add_many(&mut self, bin: usize, count: u64) {
        self.n += count;
        match self.counts.get_mut(bin) {
            Some(known) => *known += count,
            None => self.grow(bin, count),
        }
    }

    #[cold]
    fn grow(&mut self, bin: usize, count: u64) {
        self.counts.resize(bin, 0);
        self.counts.push(count);
    }

    pub fn merge(&mut self, other: &Histogram) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        self.counts.iter_mut().zip(&other.counts).for_each(|(mine, theirs)| *mine += theirs);
        self.n += other.n;
    }

    pub fn len(&self) -> u64 {
        self.n
    }

    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// Empties it and keeps its memory.
    pub fn clear(&mut self) {
        self.counts.clear();
        self.n = 0;
    }

    /// The nearest-rank percentile: within 0.4 % of the value of rank ⌈p n⌉. Nothing where there are no values.
    pub fn percentile(&self, p: f64) -> Option<u64> {
        self.of_rank(nearest_rank(self.n, p)?)
    }

    /// About the value of that rank, counted from 1.
    pub fn of_rank(&self, rank: u64) -> Option<u64> {
        let mut left = rank.checked_sub(1)?;
        for (bin, count) in self.counts.iter().enumerate() {
            if left < *count {
                // Values are taken as evenly spread over their bin.
                let (low, width) = edges(bin);
                let within = (left as f64 + 0.5) / *count as f64 * width as f64;
                return Some(low + (within as u64).min(width - 1));
            }
            left -= count;
        }
        None
    }

    /// How many values are smaller than `value`, counting the bin it falls into by the part below it.
    pub fn below(&self, value: u64) -> f64 {
        let at = bin(value);
        let whole = self.counts.iter().take(at).sum::<u64>() as f64;
        let (low, width) = edges(at);
        let inside = self.counts.get(at).copied().unwrap_or(0) as f64;
        whole + inside * (value - low) as f64 / width as f64
    }

    /// The bins that hold anything: lower edge, width, count.
    pub fn bins(&self) -> impl Iterator<Item = (u64, u64, u64)> + '_ {
        let filled = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        filled.map(|(bin, count)| {
            let (low, width) = edges(bin);
            (low, width, *count)
        })
    }

    /// Its bins as (number, count), for the way between workers.
    pub fn to_pairs(&self) -> Vec<(u32, u64)> {
        let filled = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        filled.map(|(bin, count)| (bin as u32, *count)).collect()
    }

    /// The histogram of such pairs; unknown bins are left out.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (u32, u64)>) -> Histogram {
        let mut histogram = Histogram::default();
        for (bin_number, count) in pairs {
            if bin_number as usize <= bin(u64::MAX) {
                histogram.add_many(bin_number as usize, count);
            }
        }
        histogram
    }
}

/// Values below 2·256 are their own bin; above, the top nine bits and the octave make the number.
#[inline(always)]
pub(super) fn bin(value: u64) -> usize {
    let shift = (63 - (value | PER_OCTAVE).leading_zeros()) - OCTAVE_BITS;
    ((u64::from(shift) << OCTAVE_BITS) + (value >> shift)) as usize
}

/// The lower edge and the width of a bin.
fn edges(bin: usize) -> (u64, u64) {
    let bin = bin as u64;
    let shift = (bin >> OCTAVE_BITS).saturating_sub(1);
    ((bin - (shift << OCTAVE_BITS)) << shift, 1 << shift)
}

/// The rank, from 1, of the p-percentile of n values by the nearest-rank rule: ⌈p n⌉.
pub fn nearest_rank(n: u64, p: f64) -> Option<u64> {
    if n == 0 || p.is_nan() {
        return None;
    }
    // 0.07 × 100 is a little more than 7 in doubles.
    let rank = libm::ceil(p * n as f64 - 1e-9 * p * n as f64);
    Some((rank as u64).clamp(1, n))
}

/// The nearest-rank percentile of values, which are left in another order.
pub fn percentile(values: &mut [u64], p: f64) -> Option<u64> {
    let rank = nearest_rank(values.len() as u64, p)?;
    Some(*values.select_nth_unstable((rank - 1) as usize).1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Key;

    #[test]
    fn bins_are_contiguous_and_narrow() {
        let mut expected = 0;
        for number in 0..=bin(u64::MAX) {
            let (low, width) = edges(number);
            assert_eq!(low, expected);
            assert_eq!((bin(low), bin(low + (width - 1))), (number, number));
            assert!(width == 1 || width * PER_OCTAVE <= low);
            expected = low.wrapping_add(width);
        }
        assert_eq!(expected, 0, "the last bin ends at 2⁶⁴");
    }

    #[test]
    fn percentiles_are_within_half_a_percent() {
        let key = Key::new(3);
        let mut values: Vec<u64> = (0..50_000).map(|n| libm::exp(25.0 * key.with(n).uniform()) as u64).collect();
        let mut histogram = Histogram::default();
        values.iter().for_each(|value| histogram.add(*value));
        for p in [0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0] {
            let (exact, about) = (percentile(&mut values, p).unwrap(), histogram.percentile(p).unwrap());
            assert!(exact.abs_diff(about) as f64 <= 0.005 * exact as f64, "p{p}: {exact} {about}");
        }
    }

    #[test]
    fn merging_is_adding() {
        let key = Key::new(4);
        let (mut all, mut even, mut odd) = (Histogram::default(), Histogram::default(), Histogram::default());
        for n in 0..1000 {
            let value = key.with(n).bits() >> (n % 60);
            all.add(value);
            if n % 2 == 0 { even.add(value) } else { odd.add(value) }
        }
        odd.merge(&even);
        assert_eq!(odd, all);
        assert_eq!(Histogram::from_pairs(all.to_pairs()), all);
        assert_eq!(Histogram::from_pairs([(u32::MAX, 1)]), Histogram::default());
    }

    #[test]
    fn nearest_ranks() {
        assert_eq!(nearest_rank(100, 0.9), Some(90));
        assert_eq!(nearest_rank(100, 0.07), Some(7));
        assert_eq!(nearest_rank(3, 0.5), Some(2));
        assert_eq!(nearest_rank(3, 0.0), Some(1));
        assert_eq!(nearest_rank(0, 0.5), None);
        assert_eq!(percentile(&mut [5, 1, 4], 0.5), Some(4));
        assert_eq!(Histogram::default().percentile(0.5), None);
    }

    #[test]
    fn counts_below() {
        let mut histogram = Histogram::default();
        (0..200).for_each(|value| histogram.add(value));
        assert_eq!(histogram.below(50), 50.0);
    }
}
