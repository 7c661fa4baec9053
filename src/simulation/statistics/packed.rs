//! Many histograms at a time, each in as little memory as what it has seen needs.

use super::histogram::{Histogram, bin};

/// Values that are counted in one go.
const GO: usize = 4096;

/// Counts of values in the bins of a [`Histogram`], of which most are empty.
#[derive(Clone, Debug, Default)]
pub struct Packed {
    /// (number, count), ascending.
    bins: Box<[(u16, u32)]>,
    /// The bins of values that are not counted yet.
    fresh: Vec<u16>,
    n: u64,
}

impl Packed {
    pub fn add(&mut self, value: u64) {
        self.fresh.push(bin(value) as u16);
        self.n += 1;
        if self.fresh.len() >= GO {
            self.fold();
            self.fresh.clear();
        }
    }

    /// Takes one out that was added.
    pub fn take(&mut self, value: u64) {
        let mut all = Histogram::default();
        self.pour_into(&mut all);
        all.take(value);
        self.pack(&all);
    }

    pub fn count(&self) -> u64 {
        self.n
    }

    /// Adds all to a histogram.
    pub fn pour_into(&self, histogram: &mut Histogram) {
        self.bins.iter().for_each(|(bin, count)| histogram.add_many(usize::from(*bin), u64::from(*count)));
        self.fresh.iter().for_each(|bin| histogram.add_many(usize::from(*bin), 1));
    }

    /// Makes itself as small as it can be.
    pub fn settle(&mut self) {
        if !self.fresh.is_empty() {
            self.fold();
        }
        self.fresh = Vec::new();
    }

    fn fold(&mut self) {
        let mut all = Histogram::default();
        self.pour_into(&mut all);
        self.pack(&all);
    }

    fn pack(&mut self, all: &Histogram) {
        let pairs = all.to_pairs();
        self.bins = pairs.iter().map(|(bin, count)| (*bin as u16, u32::try_from(*count).unwrap_or(u32::MAX))).collect();
        self.fresh.clear();
        self.n = all.len();
    }
}

impl FromIterator<u64> for Packed {
    fn from_iter<I: IntoIterator<Item = u64>>(values: I) -> Packed {
        let mut all = Histogram::default();
        values.into_iter().for_each(|value| all.add(value));
        let mut packed = Packed::default();
        packed.pack(&all);
        packed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Key;

    #[test]
    fn counts_as_a_histogram_does() {
        let key = Key::new(5);
        let values: Vec<u64> = (0..30_000).map(|n| key.with(n).bits() >> (n % 60)).chain([0, u64::MAX]).collect();
        let mut all = Histogram::default();
        let mut packed: Packed = values.iter().take(100).copied().collect();
        values.iter().skip(100).for_each(|value| packed.add(*value));
        values.iter().for_each(|value| all.add(*value));
        for value in values.iter().take(3) {
            let mut poured = Histogram::default();
            packed.pour_into(&mut poured);
            assert_eq!((poured.len(), packed.count()), (all.len(), all.len()));
            assert_eq!(poured.to_pairs(), all.to_pairs());
            packed.take(*value);
            all.take(*value);
            packed.settle();
        }
    }
}
