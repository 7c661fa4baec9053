//! Rollouts: who shifts the weight of an alias, when, and what makes them turn back.
//!
//! A [`Strategy`] is what the author wrote; a [`Controller`] is that strategy during one run. It is asked when it wants
//! to act next and then acts: it reads alarms and metrics, shifts the weight, and says when it is done. It starts no
//! execution and draws nothing. Each file holds one strategy, with its own system's rules.
//!
//! ```
//! use weir::base::{Delay, Time};
//! use weir::simulation::rollout::{Controller, Plan, Stage, Step, Steps};
//! let canary = Plan::Steps(Steps::hold([(10, 300), (100, 0)]));
//! let mut stage = Stage::new(0);
//! let mut controller = Controller::new(&canary);
//! while controller.next(&canary) < Time::MAX {
//!     stage.now = controller.next(&canary);
//!     controller.act(&canary, &mut stage);
//! }
//! let shifts: Vec<_> = stage.decisions.iter().map(|d| (d.at.as_millis() / 1000, d.after)).collect();
//! assert_eq!(shifts, [(0, 10), (300, 100), (300, 100)]);
//! ```

mod all_at_once;
mod argo;
mod aws_sample;
mod blue_green;
mod canary;
mod cloud_formation;
mod code_deploy;
mod flagger;
mod linear;
mod manual;
mod read;
mod sprt;
mod steps;
#[cfg(test)]
mod tests;

pub use argo::{Argo, ArgoStep, Condition, Measurement};
pub use blue_green::Smoke;
pub use cloud_formation::{alarm_message, drift_message};
pub use flagger::{Check, Flagger};
pub use manual::{ManualAction, ManualDeed};
pub use sprt::SprtPlan;
pub use steps::{Look, Step, Steps};

use super::alarm::{Alarm, AlarmState, Watch};
use super::metrics::Metrics;
use crate::base::{Text, Time};
use argo::ArgoRun;
use flagger::FlaggerRun;
use manual::ManualRun;
use serde::{Deserialize, Serialize};
use sprt::SprtRun;
use steps::StepsRun;

/// How a version is rolled out.
#[derive(Clone, Debug, PartialEq)]
pub struct Strategy {
    /// As the document calls it.
    pub kind: &'static str,
    pub plan: Plan,
    /// The alarms that guard it, by their places in the scenario.
    pub guards: Vec<usize>,
    /// Alarm names that are not in the scenario: AWS counts them as OK.
    pub unknown_alarms: Vec<Text>,
    pub at_start: AlarmAtStart,
    pub on_rollback: OnRollback,
}

/// What an alarm that is already in ALARM does to a rollout that is about to begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AlarmAtStart {
    #[default]
    Fail,
    Ignore,
}

/// What a rollback does to executions of the new version that are still running.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OnRollback {
    /// They go on, as on AWS.
    #[default]
    Keep,
    /// Somebody calls StopExecution for each.
    Abort,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Plan {
    /// Nobody touches the alias.
    Nothing,
    Steps(Steps),
    Argo(Argo),
    Flagger(Flagger),
    Sprt(SprtPlan),
    Manual(Vec<ManualAction>),
}

/// How a rollout ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Ending {
    /// All executions start on the new version, and nobody looks any more.
    Completed,
    RolledBack,
    /// It never began.
    Refused,
    /// It waits for a person.
    Paused,
}

/// What a controller did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Deed {
    Shift,
    RollBack,
    Refuse,
    Pause,
    /// A check failed, and the weight stays.
    Hold,
    Complete,
    /// Somebody else wrote the alias.
    OutsideEdit,
}

/// Why.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "cause")]
pub enum Cause {
    /// The step came due.
    Plan {
        step: usize,
    },
    /// An alarm of the scenario.
    Alarm {
        alarm: usize,
    },
    /// The alias did not hold what was written last.
    Drift {
        expected: u8,
        actual: u8,
    },
    /// Executions by version ARN failed.
    Smoke {
        failures: u32,
        executions: u32,
    },
    /// A check or measurement of the controller.
    Check {
        name: Text,
        value: Option<f64>,
        failures: u32,
    },
    /// Wald's test, after so many executions of the new version.
    Sprt {
        executions: u64,
        failures: u64,
    },
    Person,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub at: Time,
    pub deed: Deed,
    pub cause: Cause,
    /// The weight of the new version, in percent.
    pub before: u8,
    pub after: u8,
}

/// What a controller sees and touches.
#[derive(Debug)]
pub struct Stage<'a> {
    pub now: Time,
    /// The weight of the new version that the alias holds.
    pub weight: u8,
    pub alarms: &'a [Alarm],
    pub watches: &'a [Watch],
    pub metrics: Option<&'a Metrics>,
    pub guards: &'a [usize],
    pub at_start: AlarmAtStart,
    /// Of the new version so far: closed, and closed other than by success.
    pub closed: (u64, u64),
    /// When the last smoke test ended, and how many failed.
    pub smoked: Option<(Time, u32)>,
    pub decisions: Vec<Decision>,
    pub ending: Option<Ending>,
}

impl<'a> Stage<'a> {
    /// A stage without alarms and metrics.
    pub fn new(weight: u8) -> Stage<'a> {
        Stage {
            now: Time::ZERO,
            weight,
            alarms: &[],
            watches: &[],
            metrics: None,
            guards: &[],
            at_start: AlarmAtStart::default(),
            closed: (0, 0),
            smoked: None,
            decisions: Vec::new(),
            ending: None,
        }
    }

    fn decide(&mut self, deed: Deed, cause: Cause, after: u8) {
        self.decisions.push(Decision { at: self.now, deed, cause, before: self.weight, after });
        self.weight = after;
    }

    fn shift(&mut self, weight: u8, cause: Cause) {
        self.decide(Deed::Shift, cause, weight);
    }

    fn roll_back(&mut self, cause: Cause) {
        self.decide(Deed::RollBack, cause, 0);
        self.ending = Some(Ending::RolledBack);
    }

    fn refuse(&mut self, cause: Cause) {
        self.decide(Deed::Refuse, cause, self.weight);
        self.ending = Some(Ending::Refused);
    }

    fn pause(&mut self, cause: Cause) {
        self.decide(Deed::Pause, cause, self.weight);
        self.ending = Some(Ending::Paused);
    }

    fn complete(&mut self, cause: Cause) {
        self.decide(Deed::Complete, cause, self.weight);
        self.ending = Some(Ending::Completed);
    }

    /// The first guard that is in ALARM.
    fn ringing(&self) -> Option<usize> {
        let rings = |guard: &&usize| self.watches.get(**guard).is_some_and(|watch| watch.state == AlarmState::Alarm);
        self.guards.iter().find(rings).copied()
    }

    /// The first guard that has gone to ALARM at this instant.
    fn just_rung(&self) -> Option<usize> {
        let minute = self.now.as_nanos() / super::arrivals::MINUTE;
        let rung = |guard: &&usize| self.watches.get(**guard).is_some_and(|watch| watch.entered == Some(minute));
        self.now.as_nanos().is_multiple_of(super::arrivals::MINUTE).then(|| self.guards.iter().find(rung).copied())?
    }
}

/// A strategy during one run.
#[derive(Debug)]
pub enum Controller {
    Nothing,
    Steps(StepsRun),
    Argo(ArgoRun),
    Flagger(FlaggerRun),
    Sprt(SprtRun),
    Manual(ManualRun),
}

impl Controller {
    pub fn new(plan: &Plan) -> Controller {
        match plan {
            Plan::Nothing => Controller::Nothing,
            Plan::Steps(_) => Controller::Steps(StepsRun::default()),
            Plan::Argo(argo) => Controller::Argo(ArgoRun::new(argo)),
            Plan::Flagger(_) => Controller::Flagger(FlaggerRun::default()),
            Plan::Sprt(_) => Controller::Sprt(SprtRun::default()),
            Plan::Manual(_) => Controller::Manual(ManualRun::default()),
        }
    }

    /// When it wants to act next; [`Time::MAX`] when never. The answer changes only by [`act`](Controller::act) and
    /// [`closed`](Controller::closed).
    pub fn next(&self, plan: &Plan) -> Time {
        match (self, plan) {
            (Controller::Steps(run), Plan::Steps(steps)) => run.next(steps),
            (Controller::Argo(run), Plan::Argo(argo)) => run.next(argo),
            (Controller::Flagger(run), _) => run.next(),
            (Controller::Sprt(run), Plan::Sprt(sprt)) => run.next(sprt),
            (Controller::Manual(run), Plan::Manual(actions)) => run.next(actions),
            _ => Time::MAX,
        }
    }

    /// Acts at `stage.now`, which must be the instant that [`next`](Controller::next) told. The alarms must have been
    /// evaluated up to it.
    pub fn act(&mut self, plan: &Plan, stage: &mut Stage) {
        match (self, plan) {
            (Controller::Steps(run), Plan::Steps(steps)) => run.act(steps, stage),
            (Controller::Argo(run), Plan::Argo(argo)) => run.act(argo, stage),
            (Controller::Flagger(run), Plan::Flagger(flagger)) => run.act(flagger, stage),
            (Controller::Sprt(run), Plan::Sprt(sprt)) => run.act(sprt, stage),
            (Controller::Manual(run), Plan::Manual(actions)) => run.act(actions, stage),
            _ => {}
        }
    }

    /// Whether it wants to hear of every execution of the new version that closes.
    pub fn hears_closes(&self) -> bool {
        matches!(self, Controller::Sprt(run) if run.is_open())
    }

    /// An execution of the new version has closed at `stage.now`.
    pub fn closed(&mut self, plan: &Plan, stage: &mut Stage) {
        if let (Controller::Sprt(run), Plan::Sprt(sprt)) = (self, plan) {
            run.closed(sprt, stage);
        }
    }
}

impl Plan {
    /// Whether decisions can fall on any instant at which an execution closes, so that executions must be followed one
    /// by one.
    pub fn follows_closes(&self) -> bool {
        matches!(self, Plan::Sprt(_))
    }

    /// About how often it looks at alarms or metrics of its own in so many minutes.
    pub fn looks(&self, minutes: f64) -> f64 {
        let every = |delay: crate::base::Delay| minutes * 60.0 / delay.as_secs_f64();
        match self {
            Plan::Steps(Steps { look: Look::Every { poll, .. }, .. }) => every(*poll),
            Plan::Steps(_) => minutes,
            Plan::Argo(argo) => {
                argo.measurements().map(|asks| every(asks.interval) * (1 + asks.window / 16) as f64).sum()
            }
            Plan::Flagger(flagger) => {
                flagger.checks.iter().map(|check| every(flagger.interval) * (1 + check.window / 16) as f64).sum()
            }
            Plan::Nothing | Plan::Sprt(_) | Plan::Manual(_) => 0.0,
        }
    }

    /// The highest weight below 100 that it holds, and for how long: what it calls its canary.
    pub fn canary(&self) -> Option<(u8, crate::base::Delay)> {
        match self {
            Plan::Steps(steps) => {
                let first = steps.steps.iter().find(|step| step.weight > 0).filter(|step| step.weight < 100)?;
                Some((first.weight, first.hold))
            }
            Plan::Flagger(flagger) => Some((flagger.step_weight, flagger.interval)),
            _ => None,
        }
    }
}
