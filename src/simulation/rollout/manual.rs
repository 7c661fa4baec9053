//! `{"kind": "manual", "actions": [{"at_ms": 0, "weight": 10}, {"at_ms": 300000, "do": "rollBack"}]}`: a person at the
//! slider.

use super::steps::read_weight;
use super::{Cause, Stage};
use crate::base::Time;
use crate::base::document::{Findings, Members};
use crate::base::sort::sort_by_key;
use crate::engine::tasks::read_millis;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManualAction {
    pub at: Time,
    pub deed: ManualDeed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManualDeed {
    Weight(u8),
    RollBack,
    Promote,
}

/// Sorted by time.
pub(super) fn read(members: &Members, findings: &mut Findings) -> Option<Vec<ManualAction>> {
    let at = members.required("actions", findings)?;
    let mut actions = Vec::new();
    let places = at.array(findings)?;
    for place in &places {
        let Some(action) = place.object(findings, &["at_ms", "weight", "do"]) else { continue };
        let time = action.required("at_ms", findings).and_then(|at| read_millis(&at, findings));
        let words = [("rollBack", ManualDeed::RollBack), ("promote", ManualDeed::Promote)];
        let deed = match (action.get("weight"), action.get("do")) {
            (Some(at), None) => read_weight(&at, findings).map(ManualDeed::Weight),
            (None, Some(at)) => at.word(&words, findings),
            _ => {
                let finding = place.error("missing-member", "an action is a `weight`, or a `do`");
                findings.push(finding.help("`do` is `rollBack` or `promote`"));
                None
            }
        };
        if let (Some(time), Some(deed)) = (time, deed) {
            actions.push(ManualAction { at: Time::ZERO + time, deed });
        }
    }
    if places.is_empty() || places.len() > 10_000 {
        findings.push(at.error("out-of-range", format!("{} actions, between 1 and 10000 are possible", places.len())));
    }
    sort_by_key(&mut actions, |action| action.at);
    Some(actions)
}

#[derive(Debug, Default)]
pub struct ManualRun {
    done: usize,
    ended: bool,
}

impl ManualRun {
    pub(super) fn next(&self, actions: &[ManualAction]) -> Time {
        if self.ended { Time::MAX } else { actions.get(self.done).map_or(Time::MAX, |action| action.at) }
    }

    pub(super) fn act(&mut self, actions: &[ManualAction], stage: &mut Stage) {
        let Some(action) = actions.get(self.done) else { return };
        self.done += 1;
        match action.deed {
            ManualDeed::Weight(weight) => stage.shift(weight, Cause::Person),
            ManualDeed::RollBack => stage.roll_back(Cause::Person),
            ManualDeed::Promote => {
                stage.shift(100, Cause::Person);
                stage.complete(Cause::Person);
            }
        }
        self.ended = stage.ending.is_some();
    }
}
