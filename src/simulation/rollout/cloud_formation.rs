//! `{"kind": "cloudFormation", "Type": "CANARY", "Percentage": 10, "Interval": 5, "Alarms": ["failures"]}`: the
//! DeploymentPreference of `AWS::StepFunctions::StateMachineAlias`, by the rules of the handler that AWS has published.
//!
//! A tick at the start and then every minute: the alias must hold what the last tick wrote; any alarm in ALARM ends the
//! deployment; then, if the interval has passed, the next shift. Nothing is watched once all traffic is on the new
//! version, and ALL_AT_ONCE never asks an alarm. Interval is in minutes. AWS does not say for certain that the first
//! increment of LINEAR is at the start: `"first_increment_at_start": false` lets it come after an interval.

use super::linear;
use super::steps::{Look, Step, Steps};
use crate::base::Delay;
use crate::base::document::{Findings, Members, Range};

/// The longest that a LINEAR deployment may be estimated to take, in minutes.
const MOST_MINUTES: u64 = 2100;

#[derive(Clone, Copy, PartialEq)]
enum Type {
    Linear,
    AllAtOnce,
    Canary,
}

const TYPES: [(&str, Type); 3] = [("LINEAR", Type::Linear), ("ALL_AT_ONCE", Type::AllAtOnce), ("CANARY", Type::Canary)];

/// `is_split` tells that the alias routes to two versions already.
pub(super) fn read(members: &Members, bake: Delay, is_split: bool, findings: &mut Findings) -> Option<Steps> {
    let type_ = members.required("Type", findings).and_then(|at| at.word(&TYPES, findings));
    let percentage = members.get("Percentage").map(|at| at.integer(Range::between(1.0, 99.0), findings));
    let minutes = members.get("Interval").map(|at| at.integer(Range::between(1.0, 2100.0), findings));
    let at_start = members.get("first_increment_at_start").map_or(Some(true), |at| at.bool(findings));
    let type_ = type_?;
    let name = TYPES.iter().find(|(_, known)| *known == type_).map_or("", |(name, _)| name);
    let mut refuse = |message: String| findings.push(members.place().error("invalid-deployment", message));
    if type_ != Type::AllAtOnce {
        let asked = match (minutes.is_some(), percentage.is_some()) {
            (false, false) => Some(("an interval and percentage", "'interval' and 'percentage' properties")),
            (false, true) => Some(("an interval", "'interval' property")),
            (true, false) => Some(("a percentage", "'percentage' property")),
            (true, true) => None,
        };
        if let Some((what, which)) = asked {
            refuse(format!(
                "Deployments of type '{name}' require {what} for traffic shifting. Configure the deployment preference \
                 with the {which} and try again."
            ));
        }
        if is_split {
            refuse(format!(
                "Failed to start deployment of type '{name}', invalid initial state detected. Expected the alias to be \
                 routing 100% of traffic towards one version, but it is currently routing traffic towards two. Update \
                 the alias to route 100% of traffic towards one version and try the deployment again."
            ));
        }
    }
    if let (Type::Linear, Some(Some(percentage)), Some(Some(minutes))) = (type_, percentage, minutes) {
        let estimate = 100_u64.div_ceil(percentage) * minutes;
        if estimate > MOST_MINUTES {
            refuse(format!(
                "The linear deployment configured is estimated to take {estimate} minutes, which exceeds the maximum \
                 allowable deployment time of {MOST_MINUTES} minutes. Configure the deployment preference to use a \
                 higher shift percentage or lower time interval and try again."
            ));
        }
    }
    let look = Look::Every { poll: Delay::from_secs(60), at_end: true };
    let watched = |weight, hold| Step { weight, hold, watched: true };
    let mut steps = match type_ {
        Type::AllAtOnce => vec![watched(100, bake)],
        _ => {
            let (weight, interval) = (percentage?? as u8, Delay::from_secs(60 * minutes??));
            match type_ {
                Type::Linear => {
                    let mut steps = linear::plan(weight, interval, bake, look).steps;
                    if !at_start? {
                        steps.insert(0, watched(0, interval));
                    }
                    steps
                }
                _ => vec![watched(weight, interval), watched(100, bake)],
            }
        }
    };
    if let Some(last) = steps.last_mut() {
        // Only an author who asks for a bake time has one: the handler has none.
        last.watched = bake > Delay::ZERO;
    }
    Some(Steps { smoke: None, steps, look, checks_drift: true })
}

/// What the handler says when it finds the alias changed.
pub fn drift_message(type_: &str, expected: &str, actual: &str) -> String {
    format!(
        "Failed to continue deployment of type '{type_}', drift detected. Expected routing configuration: \
         '{expected}', actual routing configuration: '{actual}'. Ensure that UpdateStateMachineAlias is not being \
         invoked elsewhere and try the deployment again."
    )
}

/// What it says when alarms ring.
pub fn alarm_message(alarms: &[&str]) -> String {
    let names = alarms.join(", ");
    format!("Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [{names}].")
}
