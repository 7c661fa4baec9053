//! Reading a strategy from a scenario document.

use super::{
    AlarmAtStart, OnRollback, Plan, Strategy, all_at_once, argo, aws_sample, blue_green, canary, cloud_formation,
    code_deploy, flagger, linear, manual, sprt,
};
use super::{Look, Steps};
use crate::base::document::{Findings, Members, Place};
use crate::base::{Delay, Text};
use crate::engine::tasks::read_millis;
use crate::simulation::alarm::{Alarm, Names, read_name};
use crate::simulation::scenario::read_rhythm;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    AllAtOnce,
    BlueGreen,
    Canary,
    Linear,
    Steps,
    CloudFormation,
    AwsSample,
    CodeDeploy,
    Argo,
    Flagger,
    Sprt,
    Manual,
}

const KINDS: [(&str, Kind); 12] = [
    ("allAtOnce", Kind::AllAtOnce),
    ("blueGreen", Kind::BlueGreen),
    ("canary", Kind::Canary),
    ("linear", Kind::Linear),
    ("steps", Kind::Steps),
    ("cloudFormation", Kind::CloudFormation),
    ("awsSample", Kind::AwsSample),
    ("codeDeploy", Kind::CodeDeploy),
    ("argo", Kind::Argo),
    ("flagger", Kind::Flagger),
    ("sprt", Kind::Sprt),
    ("manual", Kind::Manual),
];

impl Strategy {
    /// An alias that nobody touches.
    pub fn nothing() -> Strategy {
        Strategy {
            kind: "none",
            plan: Plan::Nothing,
            guards: Vec::new(),
            unknown_alarms: Vec::new(),
            at_start: AlarmAtStart::Fail,
            on_rollback: OnRollback::Keep,
        }
    }

    /// `is_split` tells that the alias routes to two versions before the rollout.
    pub(in crate::simulation) fn read(
        place: &Place,
        names: &Names,
        alarms: &[Alarm],
        is_split: bool,
        findings: &mut Findings,
    ) -> Option<Strategy> {
        let kind = place.free_object(findings)?.required("kind", findings)?.word(&KINDS, findings)?;
        let own: &[&str] = match kind {
            Kind::AllAtOnce => &["alarms", "bake_ms", "poll_ms"],
            Kind::BlueGreen => &["alarms", "bake_ms", "poll_ms", "smoke"],
            Kind::Canary | Kind::Linear => &["alarms", "bake_ms", "poll_ms", "weight", "interval_ms"],
            Kind::Steps => &["alarms", "bake_ms", "poll_ms", "steps"],
            Kind::CloudFormation => {
                &["Type", "Percentage", "Interval", "Alarms", "bake_ms", "first_increment_at_start"]
            }
            Kind::AwsSample => &["alarms", "strategy", "increment", "interval_s", "poll_s"],
            Kind::CodeDeploy => &["alarms", "bake_ms", "poll_ms", "name"],
            Kind::Argo => &["steps", "analysis", "bake_ms"],
            Kind::Flagger => &["interval_ms", "stepWeight", "maxWeight", "threshold", "metrics", "bake_ms"],
            Kind::Sprt => &["alarms", "weight", "p0", "p1", "alpha", "beta", "bake_ms"],
            Kind::Manual => &["actions"],
        };
        let mut known = vec!["kind", "to", "on_alarm_at_start", "on_rollback"];
        known.extend(own);
        let members = place.known_members(findings, &known)?;
        let bake = members.get("bake_ms").map_or(Some(Delay::ZERO), |at| read_millis(&at, findings));
        let look = members.get("poll_ms").map_or(Some(Look::Always), |at| {
            let poll = read_rhythm(&at, findings)?;
            Some(Look::Every { poll, at_end: true })
        });
        let starts = [("fail", AlarmAtStart::Fail), ("ignore", AlarmAtStart::Ignore)];
        let at_start = match members.get("on_alarm_at_start") {
            Some(at) => at.word(&starts, findings),
            // The sample scripts ask no alarm before they shift.
            None if kind == Kind::AwsSample => Some(AlarmAtStart::Ignore),
            None => Some(AlarmAtStart::Fail),
        };
        let rollbacks = [("keep", OnRollback::Keep), ("abort", OnRollback::Abort)];
        let on_rollback = match members.get("on_rollback") {
            Some(at) => at.word(&rollbacks, findings),
            None => Some(OnRollback::Keep),
        };
        let (guards, unknown_alarms) = read_guards(&members, kind, alarms, findings);
        let (bake, look) = (bake?, look?);
        let mut steps = |read: fn(&Members, Delay, Look, &mut Findings) -> Option<Steps>| {
            read(&members, bake, look, findings).map(Plan::Steps)
        };
        let plan = match kind {
            Kind::AllAtOnce => Some(Plan::Steps(all_at_once::plan(bake, look))),
            Kind::BlueGreen => steps(blue_green::read),
            Kind::Canary => steps(canary::read),
            Kind::Linear => steps(linear::read),
            Kind::Steps => steps(Steps::read),
            Kind::CodeDeploy => steps(code_deploy::read),
            Kind::CloudFormation => cloud_formation::read(&members, bake, is_split, findings).map(Plan::Steps),
            Kind::AwsSample => aws_sample::read(&members, findings).map(Plan::Steps),
            Kind::Argo => argo::read(&members, bake, names, findings).map(Plan::Argo),
            Kind::Flagger => flagger::read(&members, bake, names, findings).map(Plan::Flagger),
            Kind::Sprt => sprt::read(&members, bake, findings).map(Plan::Sprt),
            Kind::Manual => manual::read(&members, findings).map(Plan::Manual),
        };
        let kind = KINDS.iter().find(|(_, known)| *known == kind).map_or("", |(name, _)| name);
        Some(Strategy { kind, plan: plan?, guards, unknown_alarms, at_start: at_start?, on_rollback: on_rollback? })
    }
}

/// The alarms named: their places, and the names that are not alarms of the scenario. All guard where none are named,
/// but for CloudFormation, which asks only those of its list.
fn read_guards(members: &Members, kind: Kind, alarms: &[Alarm], findings: &mut Findings) -> (Vec<usize>, Vec<Text>) {
    let most = match kind {
        Kind::Argo | Kind::Flagger | Kind::Manual => return (Vec::new(), Vec::new()),
        Kind::CodeDeploy => 10,
        _ => 100,
    };
    let key = if kind == Kind::CloudFormation { "Alarms" } else { "alarms" };
    let Some(at) = members.get(key) else {
        let all = if kind == Kind::CloudFormation { 0 } else { alarms.len() };
        return ((0..all).collect(), Vec::new());
    };
    let (mut guards, mut unknown) = (Vec::new(), Vec::<Text>::new());
    let places = at.array(findings).unwrap_or_default();
    for place in &places {
        let Some(name) = read_name(place, findings) else { continue };
        match alarms.iter().position(|alarm| alarm.name == name) {
            Some(guard) if guards.contains(&guard) => {
                findings.push(place.error("duplicate-member", format!("`{name}` is named twice")));
            }
            Some(guard) => guards.push(guard),
            None => unknown.push(name),
        }
    }
    if places.len() > most || (kind == Kind::CloudFormation && places.is_empty()) {
        let message = format!("{} alarms, between 1 and {most} are possible", places.len());
        findings.push(at.error("out-of-range", message));
    }
    (guards, unknown)
}
