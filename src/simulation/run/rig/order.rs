//! Starts and completions one by one, in the order of time: where executions hinder each other, or a controller hears of
//! every completion.

use super::Rig;
use crate::base::Time;
use crate::simulation::arrivals::MINUTE;
use crate::simulation::metrics::Close;
use crate::simulation::rollout::Plan;
use crate::simulation::run::tally::{NEVER, Tally};
use crate::simulation::runner::{Ahead, Runner};
use crate::simulation::scenario::Throttle;
use std::cmp::Reverse;

/// After so long a start is tried again, in nanoseconds.
const AGAIN: u64 = 1_000_000_000;

/// An execution that is running: when it closes, and its number with whether it is on the new version and closes well.
pub(super) type Open = (u64, u64);
/// A start that is tried again: when, its minute and index, and how often it was tried.
pub(super) type Again = (u64, u64, u32, u32);

impl<R: Runner> Rig<R> {
    /// Takes starts and completions one by one. Whether the budget lasted.
    pub(super) fn start_in_order(&mut self, to: u64, budget: &mut u64, tally: &mut Tally, plan: &Plan) -> bool {
        while self.course.now < to {
            let minute = self.course.now / MINUTE;
            let until = to.min((minute + 1) * MINUTE);
            let goes_on = minute < self.arrivals.minutes() && (self.course.left > 0 || self.course.minute.listed);
            if goes_on {
                self.enter(minute);
                self.list();
            }
            loop {
                let listed = if goes_on { self.listed.get(self.course.minute.next as usize) } else { None };
                let first = listed.map_or(NEVER, |arrival| arrival.at(minute).as_nanos());
                let again = self.again.front().map_or(NEVER, |(at, ..)| *at);
                let closes = self.open.peek().map_or(NEVER, |Reverse((end, ..))| *end);
                // At one instant: completions, then starts.
                let next = closes.min(first).min(again);
                if next > until || (next == until && closes > until) {
                    break;
                }
                if closes == next {
                    if self.close_next(plan) {
                        return true;
                    }
                    continue;
                }
                if *budget == 0 {
                    return false;
                }
                *budget -= 1;
                let (minute, index, tries) = if first <= again {
                    let index = listed.map_or(0, |arrival| arrival.index());
                    self.course.minute.next += 1;
                    (minute, index, 0)
                } else {
                    let Some((_, minute, index, tries)) = self.again.pop_front() else { break };
                    (minute, index, tries)
                };
                self.try_start(next, minute, index, tries, tally);
                *budget = budget.saturating_sub(self.runner.effort());
            }
            self.course.now = until;
            *budget = budget.saturating_sub(1);
            if *budget == 0 && until < to {
                return false;
            }
        }
        true
    }

    /// An execution closes. Whether the controller made something of it, so that the weight may be another.
    fn close_next(&mut self, plan: &Plan) -> bool {
        let Some(Reverse((end, which))) = self.open.pop() else { return false };
        let (new, well) = (which & 2 != 0, which & 1 != 0);
        if !new || !self.course.controller.hears_closes() {
            return false;
        }
        self.course.closed.0 += 1;
        self.course.closed.1 += u64::from(!well);
        let before = self.course.decisions.len();
        let now = self.course.now;
        self.course.now = end;
        self.on_stage(|controller, stage| controller.closed(plan, stage));
        if self.course.decisions.len() > before {
            self.course.row.decided_after = self.course.closed.0 as u32;
            return true;
        }
        self.course.now = now;
        false
    }

    /// Starts an execution unless a limit forbids it.
    fn try_start(&mut self, at: u64, minute: u64, index: u32, tries: u32, tally: &mut Tally) {
        if let Some(throttle) = self.scenario.throttle {
            let (tokens, since) = self.course.tokens;
            let refill = (at - since) as f64 / 1e9 * throttle.refill_per_s;
            let tokens = (tokens + refill).min(throttle.bucket);
            let full = throttle.max_open.is_some_and(|most| self.open.len() as u64 >= most);
            if tokens < 1.0 || full {
                self.course.tokens = (tokens, at);
                self.metrics.throttle(at);
                let later = at + AGAIN;
                if throttle.retries && tries < Throttle::MAX_TRIES && later < self.course.horizon {
                    self.again.push_back((later, minute, index, tries + 1));
                } else {
                    self.course.row.dropped += 1;
                }
                return;
            }
            self.course.tokens = (tokens - 1.0, at);
        }
        let key = self.course.key.with(minute).with(u64::from(index));
        let lane = self.lane(key, Time::from_nanos(at));
        let (new, fate) = self.start(&lane, Ahead::NOTHING, minute, index, tally);
        if self.counts_open {
            let end = fate.close.map_or(NEVER, |_| at.saturating_add(fate.duration.as_nanos()));
            let well = fate.close == Some(Close::Succeeded);
            self.course.sequence += 1;
            self.open.push(Reverse((end, self.course.sequence << 2 | u64::from(new) << 1 | u64::from(well))));
        }
    }
}
