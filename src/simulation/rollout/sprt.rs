//! `{"kind": "sprt", "weight": 10, "p0": 0.01, "p1": 0.05, "alpha": 0.05, "beta": 0.1}`: a canary that asks Wald's test
//! after every execution that closes, and is promoted or rolled back as soon as enough is known.

use super::steps::read_weight;
use super::{AlarmAtStart, Cause, Stage};
use crate::base::document::{Findings, Members, Range};
use crate::base::{Delay, Time};
use crate::simulation::statistics::{Sprt, Verdict};

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SprtPlan {
    pub weight: u8,
    pub test: Sprt,
    /// The failure probabilities of a good and of a bad version.
    pub p0: f64,
    pub p1: f64,
    /// How long 100 % is held before the rollout counts as done. Nothing is tested then.
    pub bake: Delay,
}

pub(super) fn read(members: &Members, bake: Delay, findings: &mut Findings) -> Option<SprtPlan> {
    let weight = members.required("weight", findings).and_then(|at| {
        let weight = read_weight(&at, findings)?;
        if weight == 0 {
            findings.push(
                at.error("out-of-range", "a test at 0 % never hears anything").help("give a weight from 1 to 100"),
            );
        }
        Some(weight)
    });
    let mut p =
        |key: &str| members.required(key, findings).and_then(|at| at.number(Range::INNER_PROBABILITY, findings));
    let (p0, p1, alpha, beta) = (p("p0"), p("p1"), p("alpha"), p("beta"));
    let (p0, p1, alpha, beta) = (p0?, p1?, alpha?, beta?);
    let Some(test) = Sprt::new(p0, p1, alpha, beta) else {
        let finding = members.place().error("out-of-range", "these do not make a test");
        findings.push(finding.help("`p0` is less than `p1`, and `alpha` and `beta` add up to less than 1"));
        return None;
    };
    Some(SprtPlan { weight: weight?, test, p0, p1, bake })
}

#[derive(Debug, Default)]
pub struct SprtRun {
    phase: Phase,
}

#[derive(Debug, Default, PartialEq)]
enum Phase {
    #[default]
    Before,
    Testing,
    Baking {
        until: Time,
    },
    Over,
}

impl SprtRun {
    pub(super) fn is_open(&self) -> bool {
        self.phase == Phase::Testing
    }

    pub(super) fn next(&self, _: &SprtPlan) -> Time {
        match self.phase {
            Phase::Before => Time::ZERO,
            Phase::Testing | Phase::Over => Time::MAX,
            Phase::Baking { until } => until,
        }
    }

    pub(super) fn act(&mut self, plan: &SprtPlan, stage: &mut Stage) {
        match self.phase {
            Phase::Before => {
                if stage.at_start == AlarmAtStart::Fail
                    && let Some(alarm) = stage.ringing()
                {
                    self.phase = Phase::Over;
                    return stage.refuse(Cause::Alarm { alarm });
                }
                stage.shift(plan.weight, Cause::Plan { step: 0 });
                self.phase = Phase::Testing;
            }
            Phase::Baking { .. } => {
                stage.complete(Cause::Plan { step: 2 });
                self.phase = Phase::Over;
            }
            Phase::Testing | Phase::Over => {}
        }
    }

    pub(super) fn closed(&mut self, plan: &SprtPlan, stage: &mut Stage) {
        let (executions, failures) = stage.closed;
        let cause = Cause::Sprt { executions, failures };
        match plan.test.verdict(executions, failures) {
            Verdict::Undecided => {}
            Verdict::Bad => {
                stage.roll_back(cause);
                self.phase = Phase::Over;
            }
            Verdict::Good => {
                stage.shift(100, cause);
                self.phase = Phase::Baking { until: stage.now + plan.bake };
            }
        }
    }
}
