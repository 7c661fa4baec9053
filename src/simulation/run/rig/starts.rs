//! Starts whose futures do not depend on each other: those of a whole minute at once, [`LANES`] side by side.

use super::Rig;
use super::course::MinuteCursor;
use super::running::Entry;
use crate::base::{Key, Time};
use crate::simulation::arrivals::MINUTE;
use crate::simulation::metrics::{Close, Stream};
use crate::simulation::run::route;
use crate::simulation::run::tally::Tally;
use crate::simulation::runner::{Ahead, Customer, Fate, LANES, LOSS, Runner, Start};

/// Billed durations are rounded up to this.
const BILLED: u64 = 100_000_000;

/// An execution that is about to start: its draws that no version has a part in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lane {
    key: Key,
    at: Time,
    class: u32,
    new: bool,
}

/// Whether an execution runs on the new version under a weight.
#[inline(always)]
fn is_new(key: Key, weight: u8) -> bool {
    // No draw decides over all or nothing.
    weight >= 100 || (weight > 0 && route(key) < weight)
}

impl<R: Runner> Rig<R> {
    /// Draws all starts up to an instant. Whether the budget lasted.
    pub(super) fn start_all(&mut self, to: u64, budget: &mut u64, tally: &mut Tally) -> bool {
        while self.course.now < to {
            let minute = self.course.now / MINUTE;
            let minute_end = (minute + 1) * MINUTE;
            let until = to.min(minute_end);
            let listed = self.course.minute.minute == minute && self.course.minute.listed;
            if minute >= self.arrivals.minutes() || (self.course.left == 0 && !listed) {
                self.course.now = to;
                break;
            }
            self.enter(minute);
            let whole = self.course.now == minute * MINUTE && until == minute_end;
            let cursor = self.course.minute;
            let cut = u64::from(cursor.count - cursor.next) > self.course.left;
            if whole && !cursor.listed && !cut && self.arrivals.is_single() {
                let mut index = cursor.next;
                let mut lanes = [Lane { key: cursor.key, at: Time::ZERO, class: 0, new: false }; LANES];
                let mut ahead = [Ahead::NOTHING; LANES];
                while index < cursor.count && *budget > 0 {
                    self.draw_ahead(minute, index, &mut lanes, &mut ahead);
                    for (lane, ahead) in lanes.iter().zip(&ahead) {
                        if index == cursor.count || *budget == 0 {
                            break;
                        }
                        self.start(lane, *ahead, minute, index, tally);
                        index += 1;
                        *budget = budget.saturating_sub(1 + self.runner.effort());
                    }
                }
                self.course.minute.next = index;
                self.course.left -= u64::from(index - cursor.next);
                if index < cursor.count {
                    return false;
                }
            } else {
                self.list();
                while let Some(arrival) = self.listed.get(self.course.minute.next as usize).copied()
                    && arrival.at(minute).as_nanos() < until
                {
                    if *budget == 0 {
                        return false;
                    }
                    self.course.minute.next += 1;
                    let key = cursor.key.with(u64::from(arrival.index()));
                    let lane = self.lane(key, arrival.at(minute));
                    self.start(&lane, Ahead::NOTHING, minute, arrival.index(), tally);
                    *budget = budget.saturating_sub(1 + self.runner.effort());
                }
            }
            self.course.now = until;
            // A minute costs something even where nothing starts in it.
            *budget = budget.saturating_sub(1);
            if *budget == 0 && until < to {
                return false;
            }
        }
        true
    }

    /// An execution that starts under the weight of now.
    #[inline(always)]
    pub(super) fn lane(&self, key: Key, at: Time) -> Lane {
        Lane { key, at, class: self.scenario.class_of(key), new: is_new(key, self.course.weight) }
    }

    /// Makes the first draws of those that start next in a minute, from the `first` on; past the last they are of nobody.
    #[inline(always)]
    fn draw_ahead(&self, minute: u64, first: u32, lanes: &mut [Lane; LANES], ahead: &mut [Ahead; LANES]) {
        let minute_key = self.course.minute.key;
        for (lane, index) in lanes.iter_mut().zip(first..) {
            lane.key = minute_key.with(u64::from(index));
        }
        for (lane, index) in lanes.iter_mut().zip(first..) {
            lane.at = self.arrivals.at(minute, index, lane.key);
        }
        for lane in lanes.iter_mut() {
            *lane = self.lane(lane.key, lane.at);
        }
        let starts = lanes.map(|Lane { key, class, new, .. }| Start { key, class, version: self.version(new) });
        self.runner.draw_ahead(&starts, ahead);
    }

    /// Goes to a minute, unless it is there.
    pub(super) fn enter(&mut self, minute: u64) {
        if self.course.minute.minute != minute {
            let key = self.course.key.with(minute);
            let count = self.arrivals.count(minute, key);
            self.course.minute = MinuteCursor { minute, key, count, next: 0, listed: false };
        }
    }

    /// Lists the starts of the minute in the order of time, no more than are allowed.
    pub(super) fn list(&mut self) {
        let cursor = &mut self.course.minute;
        if cursor.listed {
            return;
        }
        self.listed.clear();
        self.arrivals.list(cursor.minute, cursor.key, &mut self.listed);
        self.listed.truncate(self.course.left.min(u64::from(u32::MAX)) as usize);
        cursor.listed = true;
        cursor.count = self.listed.len() as u32;
        self.course.left -= self.listed.len() as u64;
    }

    /// Starts an execution through the alias and books its whole future.
    #[inline]
    pub(super) fn start(
        &mut self,
        lane: &Lane,
        ahead: Ahead,
        minute: u64,
        index: u32,
        tally: &mut Tally,
    ) -> (bool, Fate) {
        let Lane { key, at, class, new } = *lane;
        let course = &mut self.course;
        let counted = course.numbers.of_mut(new);
        let number = *counted;
        *counted += 1;
        let customer = Customer { key, class, start: at, live_since: *course.live_since.of(new), number };
        let version = self.version(new);
        let fate = self.runner.run_on(version, &customer, ahead);
        let stream = if new { Stream::New } else { Stream::Old };
        let start = at.as_nanos();
        self.metrics.start(stream, start);
        let lost = self.metrics.switches.loss > 0.0 && key.with(LOSS).uniform() < self.metrics.switches.loss;
        let duration = fate.duration.as_nanos();
        let end = start.saturating_add(duration);
        if let Some(close) = fate.close {
            self.metrics.close(stream, end, duration, close, lost);
        }
        if self.course.twin {
            return (new, fate);
        }
        *self.course.row.started.of_mut(new) += 1;
        let bad = matches!(fate.close, Some(Close::Failed | Close::TimedOut));
        let mut on_old = false;
        if new && bad && self.scenario.old != self.scenario.new {
            // The same customer with the same draws on the old version.
            let customer = Customer { live_since: self.course.live_since.old, ..customer };
            let other = self.runner.run(self.scenario.old, &customer);
            on_old = matches!(other.close, Some(Close::Failed | Close::TimedOut));
        }
        let entry = Entry { start, end, fate, class, lost, attributable: bad && !on_old };
        if new && self.remembers {
            self.remember(entry, bad, tally);
        } else {
            self.count(new, &entry, tally);
        }
        if let Some(watch) = &mut self.watch {
            watch.sample.add(&customer, (minute, index), new, &fate, on_old);
        }
        (new, fate)
    }

    /// Adds an execution to the sums.
    #[inline(always)]
    pub(super) fn count(&mut self, new: bool, entry: &Entry, tally: &mut Tally) {
        let row = &mut self.course.row;
        let version = tally.versions.of_mut(new);
        let Fate { close, error, duration, transitions, attempts } = entry.fate;
        version.started += 1;
        version.attempts += u64::from(attempts);
        version.transitions += u64::from(transitions);
        *row.transitions.of_mut(new) += u64::from(transitions);
        let bad = matches!(close, Some(Close::Failed | Close::TimedOut));
        if let Some(close) = close {
            version.closes.add(close);
            let nanos = duration.as_nanos();
            version.durations.add(nanos);
            if self.express {
                let billed = nanos.div_ceil(BILLED);
                version.billed += billed;
                *row.billed.of_mut(new) += billed;
            }
        }
        if error > 0 {
            match version.errors.get_mut(error as usize) {
                Some(count) => *count += 1,
                None => {
                    version.errors.resize(error as usize, 0);
                    version.errors.push(1);
                }
            }
        }
        if self.scenario.inputs.len() > 1 {
            if version.classes.len() < self.scenario.inputs.len() {
                version.classes.resize(self.scenario.inputs.len(), (0, 0));
            }
            if let Some((started, failed)) = version.classes.get_mut(entry.class as usize) {
                *started += 1;
                *failed += u64::from(bad);
            }
        }
        if bad {
            *row.failed.of_mut(new) += 1;
            row.attributable += u32::from(new && entry.attributable);
        }
    }
}
