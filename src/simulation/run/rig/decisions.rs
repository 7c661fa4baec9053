//! Alarms are evaluated, and everyone acts who wants to.

use super::Rig;
use crate::base::Time;
use crate::simulation::rollout::{Cause, Controller, Ending, Plan, Stage};
use crate::simulation::run::tally::NEVER;
use crate::simulation::runner::Runner;
use std::rc::Rc;

/// Decisions at one instant; more are a controller that goes round.
const MAX_ACTS: u32 = 10_000;
/// Minutes whose alarms are evaluated before anyone asks how much the budget has left.
const PIECE: u64 = 256;

impl<R: Runner> Rig<R> {
    /// Evaluates the alarms and lets everyone act who wants to at this instant.
    pub(super) fn decide(&mut self, plan: &Plan) {
        let now = self.course.now;
        let scenario = Rc::clone(&self.scenario);
        while let Some((at, weight)) = scenario.alias.edits.get(self.course.edits)
            && at.as_nanos() <= now
        {
            self.course.edits += 1;
            self.on_stage(|_, stage| stage.edit_outside(*weight));
        }
        for _ in 0..MAX_ACTS {
            if self.course.controller.next(plan).as_nanos() > now || self.course.ending.is_some() {
                break;
            }
            self.spent += 1;
            self.on_stage(|controller, stage| controller.act(plan, stage));
        }
        self.see();
    }

    /// Evaluates the alarms up to a minute, or some of it. Whether that was all.
    pub(super) fn watch_up_to(&mut self, minute: u64) -> bool {
        let mut reached = true;
        for (n, (watch, alarm)) in self.watches.iter_mut().zip(&self.scenario.alarms).enumerate() {
            let told = self.watch.as_mut().and_then(|watch| watch.evaluations.get_mut(n));
            let to = minute.min(watch.evaluated() + PIECE);
            self.spent += to.saturating_sub(watch.evaluated()) * self.efforts.get(n).copied().unwrap_or(1);
            watch.advance(alarm, &self.metrics, to, told);
            reached &= to == minute;
        }
        reached
    }

    /// Lets someone act, and takes note of what was done.
    pub(super) fn on_stage(&mut self, act: impl FnOnce(&mut Controller, &mut Stage)) {
        let scenario = Rc::clone(&self.scenario);
        let course = &mut self.course;
        let first = course.decisions.len();
        let mut stage = Stage {
            now: Time::from_nanos(course.now),
            weight: course.written,
            alarms: &scenario.alarms,
            watches: &self.watches,
            metrics: Some(&self.metrics),
            guards: &scenario.strategy.guards,
            at_start: scenario.strategy.at_start,
            closed: course.closed,
            smoked: course.smoked,
            decisions: std::mem::take(&mut course.decisions),
            ending: course.ending,
        };
        act(&mut course.controller, &mut stage);
        let Stage { decisions, ending, weight, .. } = stage;
        course.decisions = decisions;
        let turned = course.ending.is_none() && ending == Some(Ending::RolledBack);
        course.ending = ending;
        if weight != course.written {
            course.written = weight;
            let seen = course.now.saturating_add(scenario.alias.propagation.as_nanos());
            course.propagating.push_back((seen, weight));
        }
        if weight == 100 {
            course.full = course.full.min(course.now);
        } else if course.decisions.len() > first {
            course.full = NEVER;
        }
        if turned {
            let cause = course.decisions.last().map(|decision| &decision.cause);
            if let Some(Cause::Alarm { alarm }) = cause {
                course.row.alarm = *alarm as u32;
            }
            course.row.rolled_back = course.now;
            self.turn_back();
        }
        self.see();
    }

    /// Weights that have propagated are what starts see.
    fn see(&mut self) {
        let course = &mut self.course;
        while let Some((at, weight)) = course.propagating.front().copied()
            && at <= course.now
        {
            course.propagating.pop_front();
            course.weight = weight;
            course.weights.push((course.now, weight));
            if weight > 0 && course.row.first_shift == NEVER {
                course.row.first_shift = course.now;
                course.live_since.new = Time::from_nanos(course.now);
            }
        }
    }
}
