//! `{"kind": "steps", "steps": [{"weight": 5, "hold_ms": 300000}, {"weight": 25, "hold_ms": 300000}]}`: weights held
//! for a time each, then 100 % for the bake time. All strategies of AWS are of this form, with rules of their own about
//! when they look at their alarms.

use super::blue_green::Smoke;
use super::{AlarmAtStart, Cause, Deed, Stage};
use crate::base::document::{Findings, Members, Place, Range};
use crate::base::{Delay, Time};
use crate::simulation::arrivals::MINUTE;
use crate::simulation::scenario::read_length;

#[derive(Clone, Debug, PartialEq)]
pub struct Steps {
    /// Executions by version ARN before anything is shifted.
    pub smoke: Option<Smoke>,
    pub steps: Vec<Step>,
    pub look: Look,
    /// Whether it checks that the alias still holds what it wrote (CloudFormation).
    pub checks_drift: bool,
}

/// A weight of the new version and how long it is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub weight: u8,
    pub hold: Delay,
    /// Whether alarms are looked at meanwhile.
    pub watched: bool,
}

/// When alarms are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// It hears at once when an alarm goes to ALARM: an alarm that was there before is not heard of.
    Always,
    /// It asks for the state when a step begins and every so often after; also when the step ends, if `at_end`.
    Every { poll: Delay, at_end: bool },
}

impl Steps {
    /// Watched steps: percent and seconds.
    pub fn hold(steps: impl IntoIterator<Item = (u8, u64)>) -> Steps {
        let step = |(weight, secs)| Step { weight, hold: Delay::from_secs(secs), watched: true };
        Steps { smoke: None, steps: steps.into_iter().map(step).collect(), look: Look::Always, checks_drift: false }
    }

    pub(super) fn read(members: &Members, bake: Delay, look: Look, findings: &mut Findings) -> Option<Steps> {
        let at = members.required("steps", findings)?;
        let places = at.array(findings)?;
        let mut steps = Vec::new();
        for place in &places {
            let Some(step) = place.object(findings, &["weight", "hold_ms"]) else { continue };
            let weight = step.required("weight", findings).and_then(|at| read_weight(&at, findings));
            let hold = step.required("hold_ms", findings).and_then(|at| read_length(&at, findings));
            if let (Some(weight), Some(hold)) = (weight, hold) {
                steps.push(Step { weight, hold, watched: true });
            }
        }
        if places.is_empty() || places.len() > 1000 {
            findings.push(at.error("out-of-range", format!("{} steps, between 1 and 1000 are possible", places.len())));
        }
        if steps.last().is_none_or(|step| step.weight < 100) {
            steps.push(Step { weight: 100, hold: bake, watched: true });
        }
        Some(Steps { steps, look, ..Steps::hold([]) })
    }
}

/// A whole percentage, as aliases hold them.
pub(super) fn read_weight(place: &Place, findings: &mut Findings) -> Option<u8> {
    place.integer(Range::between(0.0, 100.0), findings).map(|weight| weight as u8)
}

#[derive(Debug, Default)]
pub struct StepsRun {
    /// The step that is held, and since when; nothing before the first.
    held: Option<(usize, Time)>,
    /// When it acts next.
    next: Time,
    written: u8,
    ended: bool,
}

impl StepsRun {
    pub(super) fn next(&self, _: &Steps) -> Time {
        if self.ended { Time::MAX } else { self.next }
    }

    pub(super) fn act(&mut self, plan: &Steps, stage: &mut Stage) {
        match self.held {
            None => self.begin(plan, stage),
            Some((at, since)) => self.look(plan, stage, at, since),
        }
        self.ended |= stage.ending.is_some();
    }

    fn begin(&mut self, plan: &Steps, stage: &mut Stage) {
        if stage.now == Time::ZERO
            && stage.at_start == AlarmAtStart::Fail
            && let Some(alarm) = stage.ringing()
        {
            return stage.refuse(Cause::Alarm { alarm });
        }
        if let (Some(smoke), Some((end, failures))) = (plan.smoke, stage.smoked) {
            if stage.now < end {
                self.next = end;
                return;
            }
            if failures > smoke.max_failures {
                return stage.refuse(Cause::Smoke { failures, executions: smoke.executions });
            }
        }
        self.take(plan, stage, 0);
    }

    /// Shifts to a step, and looks as soon as its rules say.
    fn take(&mut self, plan: &Steps, stage: &mut Stage, n: usize) {
        let Some(step) = plan.steps.get(n) else {
            return stage.complete(Cause::Plan { step: n });
        };
        stage.shift(step.weight, Cause::Plan { step: n });
        self.written = step.weight;
        self.held = Some((n, stage.now));
        if let Look::Every { .. } = plan.look
            && step.watched
            && let Some(alarm) = stage.ringing()
        {
            return stage.roll_back(Cause::Alarm { alarm });
        }
        if step.hold == Delay::ZERO {
            return self.take(plan, stage, n + 1);
        }
        self.next = self.after(plan, stage, stage.now, n);
    }

    fn look(&mut self, plan: &Steps, stage: &mut Stage, n: usize, since: Time) {
        let Some(step) = plan.steps.get(n) else { return };
        if plan.checks_drift && stage.weight != self.written {
            let (expected, actual) = (self.written, stage.weight);
            return stage.roll_back(Cause::Drift { expected, actual });
        }
        let over = stage.now >= since + step.hold;
        let rung = match plan.look {
            Look::Always => stage.just_rung(),
            Look::Every { at_end: false, .. } if over => None,
            Look::Every { .. } => stage.ringing(),
        };
        if let Some(alarm) = rung.filter(|_| step.watched) {
            return stage.roll_back(Cause::Alarm { alarm });
        }
        if over {
            return self.take(plan, stage, n + 1);
        }
        self.next = self.after(plan, stage, since, n);
    }

    /// The next instant at which step `n`, held since `since`, needs a look.
    fn after(&self, plan: &Steps, stage: &Stage, since: Time, n: usize) -> Time {
        let Some(step) = plan.steps.get(n) else { return Time::MAX };
        let (now, end) = (stage.now, since + step.hold);
        if !plan.checks_drift && (!step.watched || stage.guards.is_empty()) {
            return end;
        }
        let next = match plan.look {
            Look::Always => Time::from_nanos((now.as_nanos() / MINUTE + 1) * MINUTE),
            Look::Every { poll, .. } => {
                let poll = poll.as_nanos().max(1);
                let done = now.since(since).as_nanos() / poll;
                since + Delay::from_nanos((done + 1).saturating_mul(poll))
            }
        };
        next.min(end)
    }
}

impl Stage<'_> {
    /// Somebody else writes the alias.
    pub fn edit_outside(&mut self, weight: u8) {
        self.decide(Deed::OutsideEdit, Cause::Person, weight);
    }
}
