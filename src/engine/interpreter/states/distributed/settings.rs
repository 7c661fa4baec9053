//! What a Map Run may do, which UpdateMapRun can change while it is under way.

use super::super::super::run::Fault;
use super::super::super::strand::StrandId;
use super::super::super::{Execution, Now};
use crate::asl::program::{Kind, Map, State};
use crate::base::{Text, Time, Value};
use crate::engine::history::Record;
use std::rc::Rc;

/// As many child executions run at once where MaxConcurrency says nothing.
const MAX_CONCURRENCY: u32 = 10_000;

/// The settings of a Map Run.
#[derive(Clone, Debug)]
pub struct MapRunSettings {
    pub arn: Text,
    /// How many child executions may run at once; 0 stands for as many as AWS lets.
    pub max_concurrency: u32,
    /// How many items may fail: as a number, and as a share of all.
    pub tolerated_count: Option<i64>,
    pub tolerated_percentage: Option<f64>,
}

/// What UpdateMapRun changes: nothing where nothing is given.
#[derive(Clone, Copy, Debug, Default)]
pub struct MapRunChange {
    pub max_concurrency: Option<u32>,
    pub tolerated_count: Option<i64>,
    pub tolerated_percentage: Option<f64>,
}

impl MapRunSettings {
    /// Where nothing is said no item may fail; where both are, neither bound may be passed.
    pub(super) fn tolerates(&self, failed: u64, items: u64) -> bool {
        let by_count = self.tolerated_count.is_none_or(|count| failed <= count.unsigned_abs());
        let by_share = self.tolerated_percentage.is_none_or(|share| failed as f64 * 100.0 <= share * items as f64);
        let some = self.tolerated_count.is_some() || self.tolerated_percentage.is_some();
        failed == 0 || (some && by_count && by_share)
    }

    pub(super) fn limit(&self) -> u32 {
        if self.max_concurrency == 0 { MAX_CONCURRENCY } else { self.max_concurrency.min(MAX_CONCURRENCY) }
    }
}

impl Execution {
    /// What the state says. `limit` is its MaxConcurrency, `u32::MAX` where it has none.
    pub(super) fn map_run_settings<R: Record>(
        &self,
        now: &Now<'_, R>,
        id: StrandId,
        state: &State,
        map: &Map,
        limit: u32,
    ) -> Result<MapRunSettings, Fault> {
        let count = self.map_integer(now, id, state, map.tolerated_failure_count.as_ref(), "ToleratedFailureCount")?;
        let percentage =
            self.map_float(now, id, state, map.tolerated_failure_percentage.as_ref(), "ToleratedFailurePercentage")?;
        if count.is_some_and(|count| count < 0) {
            return Err(Fault::Runtime("ToleratedFailureCount cannot be negative.".into()));
        }
        if percentage.is_some_and(|share| !(0.0..=100.0).contains(&share)) {
            return Err(Fault::Runtime("ToleratedFailurePercentage must be between 0 and 100.".into()));
        }
        Ok(MapRunSettings {
            arn: "".into(),
            max_concurrency: if limit == u32::MAX { 0 } else { limit },
            tolerated_count: count,
            tolerated_percentage: percentage,
        })
    }

    /// The settings of the Map Runs that it has started.
    pub fn map_runs(&self) -> &[MapRunSettings] {
        &self.map_runs
    }

    /// The inputs of the child executions that a Map Run has not started yet.
    pub fn pending_children(&self, map_run: &str) -> &[Value] {
        let groups = self.strands.iter().filter_map(|strand| strand.phase.group());
        let mut of_run = groups.filter(|group| group.run.as_ref().is_some_and(|run| *run.arn == *map_run));
        of_run.find_map(|group| group.items.get(group.next as usize..)).unwrap_or_default()
    }

    /// Changes the settings of a Map Run that is under way; more child executions may start at once.
    pub fn update_map_run<R: Record>(&mut self, map_run: &str, change: MapRunChange, at: Time, record: &mut R) {
        let Some(settings) = self.map_runs.iter_mut().find(|settings| *settings.arn == *map_run) else { return };
        settings.max_concurrency = change.max_concurrency.unwrap_or(settings.max_concurrency);
        settings.tolerated_count = change.tolerated_count.or(settings.tolerated_count);
        settings.tolerated_percentage = change.tolerated_percentage.or(settings.tolerated_percentage);
        let limit = settings.limit();
        let program = Rc::clone(&self.program);
        for id in self.strands.ids() {
            let Some(group) = self.group_mut(id) else { continue };
            if group.run.as_ref().is_none_or(|run| *run.arn != *map_run) {
                continue;
            }
            group.limit = limit;
            if let Kind::Map(map) = &program.states[self.strands[id].state].kind {
                self.start_children(&mut Now { at, record }, id, map);
            }
            return;
        }
    }
}
