//! What runs of the new version, for a rollback that wants to know, or to stop it.

use super::Rig;
use crate::base::Delay;
use crate::simulation::arrivals::MINUTE;
use crate::simulation::metrics::{Close, Stream};
use crate::simulation::run::tally::{NEVER, Tally};
use crate::simulation::runner::{Fate, Runner};

/// When the executions of the new version that run close, and which of them badly. Those that have closed are forgotten
/// when there is no room for more.
#[derive(Debug, Default)]
pub(super) struct Running {
    /// Twice the end, and 1 where it is a bad one.
    pub(super) ends: Vec<u64>,
}

impl Running {
    pub(super) fn add(&mut self, end: u64, bad: bool, now: u64) {
        if self.ends.len() == self.ends.capacity() {
            self.ends.retain(|known| known >> 1 > now);
            make_room(&mut self.ends);
        }
        self.ends.push(end.min(u64::MAX >> 1) << 1 | u64::from(bad));
    }

    /// How many run, and how many of them will close badly. What closes at this very instant has closed before anyone
    /// decides.
    pub(super) fn at(&self, now: u64) -> (u32, u32) {
        let running = self.ends.iter().filter(|known| **known >> 1 > now);
        running.fold((0, 0), |(all, bad), known| (all + 1, bad + (*known as u32 & 1)))
    }
}

/// Makes room in a list that what is over was taken out of: half as much again, so that it is not done all the time.
pub(super) fn make_room<T>(list: &mut Vec<T>) {
    if list.len() * 3 > list.capacity() * 2 || list.capacity() < 1000 {
        list.reserve_exact((list.capacity() / 2).max(1000));
    }
}

/// An execution of the new version.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) fate: Fate,
    pub(super) class: u32,
    pub(super) lost: bool,
    pub(super) attributable: bool,
}

impl<R: Runner> Rig<R> {
    /// Adds an execution of the new version to those of which a rollback wants to know.
    pub(super) fn remember(&mut self, entry: Entry, bad: bool, tally: &mut Tally) {
        let now = self.course.now;
        if self.course.ending.is_some() {
            // Nobody turns back any more.
            self.course.after += u32::from(bad && self.course.row.is_rolled_back());
            return self.count(true, &entry, tally);
        }
        if !self.aborts {
            self.running.add(entry.fate.close.map_or(NEVER, |_| entry.end), bad, now);
            return self.count(true, &entry, tally);
        }
        if self.ledger.len() == self.ledger.capacity() {
            let mut ledger = std::mem::take(&mut self.ledger);
            ledger.retain(|entry| {
                let runs = entry.end > now || entry.fate.close.is_none();
                if !runs {
                    self.count(true, entry, tally);
                }
                runs
            });
            make_room(&mut ledger);
            self.ledger = ledger;
        }
        self.ledger.push(entry);
    }

    /// The rollout was rolled back at this instant: what of the new version still runs?
    pub(super) fn turn_back(&mut self) {
        let now = self.course.now;
        if !self.remembers {
            let done = self.metrics.stream(Stream::New).iter().take((now / MINUTE) as usize);
            let (closed, _) = done.fold((0, 0), |(closed, bad), m| (closed + m.closed(), bad + m.bad()));
            self.course.row.in_flight = self.course.row.started.new.saturating_sub(closed);
            return;
        }
        if !self.aborts {
            (self.course.row.in_flight, self.course.after) = self.running.at(now);
            return;
        }
        let running = |entry: &Entry| entry.end > now || entry.fate.close.is_none();
        self.course.row.in_flight = self.ledger.iter().filter(|entry| running(entry)).count() as u32;
        for entry in self.ledger.iter_mut().filter(|entry| running(entry)) {
            if let Some(close) = entry.fate.close {
                self.metrics.reopen(Stream::New, entry.end, entry.fate.duration.as_nanos(), close, entry.lost);
            }
            let ran = Delay::from_nanos(now - entry.start);
            entry.end = now;
            entry.fate = Fate { close: Some(Close::Aborted), error: 0, duration: ran, ..entry.fate };
            entry.attributable = false;
            self.metrics.close(Stream::New, now, ran.as_nanos(), Close::Aborted, entry.lost);
        }
    }
}
