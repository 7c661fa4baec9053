//! The durations of what closed, by minute, where percentiles are asked for.
//!
//! A percentile over few durations is that of their ranks, so these are kept one by one; of many it is told by a
//! histogram, so those are only counted. Which it is depends on how many there are, never on when somebody looked.

use super::{Stream, Streams};
use crate::simulation::statistics::{Histogram, Packed, percentile};

/// Up to so many durations a percentile is that of their ranks; of more it is told to within 0.4 %.
const MAX_RANKED: u64 = 100_000;
/// Durations that are kept one by one at most; where more are, as of a hundred thousand executions a minute that all run
/// for hours, minutes that hold more than a few are counted.
const MAX_LISTED: u64 = 6_000_000;
const FEW: u64 = 1000;

#[derive(Clone, Debug, Default)]
pub struct Times {
    minutes: Streams<Vec<Minute>>,
    /// Those that are kept one by one.
    listed: u64,
    /// Before this minute all are forgotten.
    forgotten: u64,
}

/// Those of a minute.
#[derive(Clone, Debug)]
enum Minute {
    Listed(Vec<u64>),
    Counted(Packed),
}

impl Default for Minute {
    fn default() -> Minute {
        Minute::Listed(Vec::new())
    }
}

impl Minute {
    fn len(&self) -> u64 {
        match self {
            Minute::Listed(list) => list.len() as u64,
            Minute::Counted(counts) => counts.count(),
        }
    }

    /// Counts what is kept one by one. How many that were.
    fn count(&mut self) -> u64 {
        let Minute::Listed(list) = self else { return 0 };
        let list = std::mem::take(list);
        *self = Minute::Counted(list.iter().copied().collect());
        list.len() as u64
    }
}

impl Times {
    /// Forgets all, and makes room for so many minutes of each stream.
    pub fn clear(&mut self, minutes: impl Fn(Stream) -> usize) {
        for stream in Stream::ALL {
            let room = self.minutes.of_mut(stream);
            for minute in room.iter_mut() {
                match minute {
                    Minute::Listed(list) => list.clear(),
                    Minute::Counted(_) => *minute = Minute::default(),
                }
            }
            room.resize_with(minutes(stream), Minute::default);
        }
        self.listed = 0;
        self.forgotten = 0;
    }

    pub fn add(&mut self, stream: Stream, minute: usize, time: u64) {
        let Some(minute) = self.minutes.of_mut(stream).get_mut(minute) else { return };
        match minute {
            Minute::Listed(list) => {
                list.push(time);
                self.listed += 1;
                if list.len() as u64 > MAX_RANKED {
                    self.listed -= minute.count();
                }
            }
            Minute::Counted(counts) => counts.add(time),
        }
    }

    /// Takes one out that was added.
    pub fn take(&mut self, stream: Stream, minute: usize, time: u64) {
        match self.minutes.of_mut(stream).get_mut(minute) {
            Some(Minute::Listed(list)) => {
                if let Some(place) = list.iter().rposition(|known| *known == time) {
                    list.swap_remove(place);
                    self.listed -= 1;
                }
            }
            Some(Minute::Counted(counts)) => counts.take(time),
            None => {}
        }
    }

    #[cfg(test)]
    pub fn listed(&self) -> u64 {
        self.listed
    }

    /// Forgets what is before a minute: nobody will ask for it.
    pub fn forget(&mut self, minute: u64) {
        let forgotten = self.forgotten.min(minute);
        for stream in Stream::ALL {
            let kept = self.minutes.of_mut(stream).get_mut(forgotten as usize..).unwrap_or_default();
            for minute in kept.iter_mut().take((minute - forgotten) as usize) {
                if let Minute::Listed(list) = minute {
                    self.listed -= list.len() as u64;
                }
                *minute = Minute::default();
            }
        }
        self.forgotten = minute;
    }

    /// Counts what nobody will ask for one by one: nothing closes before `minute` any more, and who asks from now on asks
    /// at least up to there. A stretch that begins earlier and holds too many is too long from there on, too.
    pub fn settle(&mut self, minute: u64) {
        for stream in Stream::ALL {
            let mut sum = 0;
            let done = self.minutes.of_mut(stream).get_mut(..minute as usize).unwrap_or_default();
            let kept = done.get_mut(self.forgotten as usize..).unwrap_or_default();
            for minute in kept.iter_mut().rev() {
                sum += minute.len();
                if sum > MAX_RANKED {
                    self.listed -= minute.count();
                }
                if let Minute::Counted(counts) = minute {
                    counts.settle();
                }
            }
        }
        if self.listed > MAX_LISTED {
            for stream in Stream::ALL {
                for minute in self.minutes.of_mut(stream).iter_mut().filter(|minute| minute.len() > FEW) {
                    self.listed -= minute.count();
                }
            }
        }
    }

    /// The percentile over the minutes [from, to) of some streams.
    pub fn percentile(&self, streams: impl Fn(Stream) -> bool, p: f64, from: u64, to: u64) -> Option<u64> {
        let minutes = || {
            let streams = Stream::ALL.into_iter().filter(|stream| streams(*stream));
            streams.flat_map(|stream| self.minutes.of(stream).get(from as usize..to as usize).unwrap_or_default())
        };
        let counted = minutes().any(|minute| matches!(minute, Minute::Counted(_)));
        if !counted && minutes().map(Minute::len).sum::<u64>() <= MAX_RANKED {
            let mut all = Vec::new();
            for minute in minutes() {
                if let Minute::Listed(list) = minute {
                    all.extend_from_slice(list);
                }
            }
            return percentile(&mut all, p);
        }
        let mut all = Histogram::default();
        for minute in minutes() {
            match minute {
                Minute::Listed(list) => list.iter().for_each(|time| all.add(*time)),
                Minute::Counted(counts) => counts.pour_into(&mut all),
            }
        }
        all.percentile(p)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Key;

    /// A minute in which so many closed.
    fn fill(times: &mut Times, minute: usize, count: u64) {
        let key = Key::new(8).with(minute as u64);
        (0..count).for_each(|n| times.add(Stream::New, minute, key.with(n).bits() >> 30));
    }

    fn room(minutes: usize) -> Times {
        let mut times = Times::default();
        times.clear(|stream| if stream == Stream::Direct { 0 } else { minutes });
        times
    }

    /// Whatever is settled when, everybody who may still ask hears the same.
    #[test]
    fn settling_changes_nothing() {
        let counts = [3, 70_000, 20_000, 0, 100_001, 40_000, 59_999, 2, 5, 99_990];
        for period in [1, 2, 3, 7] {
            let (mut lazy, mut busy) = (room(counts.len()), room(counts.len()));
            for (minute, count) in counts.into_iter().enumerate() {
                fill(&mut lazy, minute, count);
                fill(&mut busy, minute, count);
                let to = minute as u64 + 1;
                busy.settle(to);
                busy.forget(to.saturating_sub(period));
                for from in to.saturating_sub(period)..to.saturating_sub(period) + 1 {
                    let of = |times: &Times| times.percentile(|_| true, 0.9, from, to);
                    assert_eq!(of(&lazy), of(&busy), "{from} to {to}");
                }
            }
            assert!(busy.listed <= 2 * MAX_RANKED, "{}", busy.listed);
        }
    }

    #[test]
    fn few_are_ranked_and_taken_back() {
        let mut times = room(2);
        (1..=9).for_each(|n| times.add(Stream::Old, 1, n));
        times.take(Stream::Old, 1, 9);
        assert_eq!(times.percentile(|_| true, 0.5, 0, 2), Some(4));
        assert_eq!(times.percentile(|stream| stream == Stream::New, 0.5, 0, 2), None);
    }

    /// More than can be kept: they are counted, and what is told is off by less than half a percent.
    #[test]
    fn too_many_are_counted() {
        let mut times = room(80);
        (0..80).for_each(|minute| fill(&mut times, minute, 90_000));
        let exact = times.percentile(|_| true, 0.9, 7, 8).unwrap();
        times.settle(0);
        assert_eq!(times.listed, 0);
        let told = times.percentile(|_| true, 0.9, 7, 8).unwrap();
        assert!(told.abs_diff(exact) as f64 <= 0.004 * exact as f64, "{told} {exact}");
    }
}
