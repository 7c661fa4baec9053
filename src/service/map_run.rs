//! Map Runs: what a Map in distributed mode starts.

use super::arn::{Arn, EXECUTION, MAP_RUN};
use super::driver::Run;
use super::page::Page;
use super::shape::{Shape, request, response};
use super::shapes::{ARN, LONG_ARN, Nothing, PAGE_SIZE, PAGE_TOKEN};
use super::{Account, ServiceError};
use crate::asl::program::{Distributed, Kind};
use crate::base::{Text, Time, Value};
use crate::engine::{Event, EventKind, MapRunChange, Status};

request! { DescribeMapRun as "DescribeMapRunInput" { arn "mapRunArn": Text = LONG_ARN } }

response! {
    MapRunDescription {
        arn "mapRunArn": Text,
        execution_arn "executionArn": Text,
        status "status": &'static str,
        start_date "startDate": Time,
        stop_date "stopDate": Option<Time>,
        max_concurrency "maxConcurrency": i64,
        tolerated_percentage "toleratedFailurePercentage": f64,
        tolerated_count "toleratedFailureCount": i64,
        item_counts "itemCounts": Counts,
        execution_counts "executionCounts": Counts,
        redrives "redriveCount": u32,
        redrive_date "redriveDate": Option<Time>,
    }
}

response! {
    Counts {
        pending "pending": i64,
        running "running": i64,
        succeeded "succeeded": i64,
        failed "failed": i64,
        timed_out "timedOut": i64,
        aborted "aborted": i64,
        total "total": i64,
        written "resultsWritten": i64,
        not_redrivable "failuresNotRedrivable": i64,
        pending_redrive "pendingRedrive": i64,
    }
}

request! {
    ListMapRuns as "ListMapRunsInput" {
        arn "executionArn": Text = ARN,
        max_results "maxResults": Option<i64> = PAGE_SIZE,
        next_token "nextToken": Option<Text> = PAGE_TOKEN,
    }
}

response! { MapRunList { map_runs "mapRuns": Vec<MapRunItem>, next_token "nextToken": Option<Text> } }

response! {
    MapRunItem {
        execution_arn "executionArn": Text,
        arn "mapRunArn": Text,
        machine_arn "stateMachineArn": Text,
        start_date "startDate": Time,
        stop_date "stopDate": Option<Time>,
    }
}

request! {
    UpdateMapRun as "UpdateMapRunInput" {
        arn "mapRunArn": Text = LONG_ARN,
        max_concurrency "maxConcurrency": Option<i64> = Shape::integer(0, i64::MAX),
        tolerated_percentage "toleratedFailurePercentage": Option<f64> = Shape::Float { min: 0.0, max: 100.0 },
        tolerated_count "toleratedFailureCount": Option<i64> = Shape::integer(0, i64::MAX),
    }
}

/// The Map Runs that an execution started, with the events that tell it.
pub(super) fn started(run: &Run) -> impl Iterator<Item = (&Text, &Event)> {
    run.log.events.iter().filter_map(|event| match &event.kind {
        EventKind::MapRunStarted { arn } => Some((arn, event)),
        _ => None,
    })
}

/// The event that ends a Map Run: the next one of its state.
fn ended<'r>(run: &'r Run, start: &Event) -> Option<&'r Event> {
    run.log.events.iter().find(|event| {
        event.scope == start.scope
            && event.id > start.id
            && event.state == start.state
            && matches!(event.kind, EventKind::MapRunSucceeded | EventKind::MapRunFailed(_) | EventKind::MapRunAborted)
    })
}

/// What the state of a Map Run says.
fn distributed<'r>(run: &'r Run, start: &Event) -> Option<&'r Distributed> {
    match &run.execution.program().states.lookup(start.state?)?.kind {
        Kind::Map(map) => map.distributed.as_ref(),
        _ => None,
    }
}

/// How many items a child execution has.
pub(super) fn item_count(run: &Run, map_run_arn: &str, input: &Value) -> i64 {
    let batched = started(run)
        .find(|(arn, _)| ***arn == *map_run_arn)
        .and_then(|(_, start)| distributed(run, start))
        .is_some_and(|distributed| distributed.batcher.is_some());
    let items = input.get("Items").and_then(Value::as_array).filter(|_| batched);
    items.map_or(1, |items| items.len() as i64)
}

impl Counts {
    fn add(&mut self, status: Status, count: i64) {
        self.total += count;
        match status {
            Status::Running => self.running += count,
            Status::Succeeded => {
                self.succeeded += count;
                self.written += count;
            }
            Status::Failed => self.failed += count,
            Status::TimedOut => self.timed_out += count,
            Status::Aborted => self.aborted += count,
        }
    }

    fn wait(&mut self, count: i64) {
        self.total += count;
        self.pending += count;
    }

    const NONE: Counts = Counts {
        pending: 0,
        running: 0,
        succeeded: 0,
        failed: 0,
        timed_out: 0,
        aborted: 0,
        total: 0,
        written: 0,
        not_redrivable: 0,
        pending_redrive: 0,
    };
}

impl Account {
    pub fn describe_map_run(&mut self, request: DescribeMapRun) -> Result<MapRunDescription, ServiceError> {
        Arn::parse(&request.arn, &[MAP_RUN])?;
        self.settle();
        let run = self.run_of_map_run(&request.arn)?;
        let Some((arn, start)) = started(run).find(|(arn, _)| **arn == request.arn) else {
            return Err(ServiceError::no_resource(&request.arn));
        };
        let end = ended(run, start);
        let (mut items, mut executions) = (Counts::NONE, Counts::NONE);
        for child in run.execution.children().filter(|child| child.identity.map_run_arn.as_ref() == Some(arn)) {
            let batch = item_count(run, arn, child.input);
            executions.add(child.status, 1);
            items.add(child.status, batch);
        }
        for input in run.execution.pending_children(arn) {
            executions.wait(1);
            items.wait(item_count(run, arn, input));
        }
        let writes = distributed(run, start).and_then(|distributed| distributed.writer.as_ref());
        if end.is_none() || writes.is_none_or(|writer| writer.resource.is_none()) {
            (items.written, executions.written) = (0, 0);
        }
        let settings = run.execution.map_runs().iter().find(|settings| settings.arn == *arn);
        Ok(MapRunDescription {
            arn: arn.clone(),
            execution_arn: run.arn.clone(),
            status: match end.map(|event| &event.kind) {
                Some(EventKind::MapRunSucceeded) => "SUCCEEDED",
                Some(EventKind::MapRunFailed(_)) => "FAILED",
                Some(_) => "ABORTED",
                None if run.status() == Status::Running => "RUNNING",
                None => "ABORTED",
            },
            start_date: start.at,
            stop_date: end.map(|event| event.at),
            max_concurrency: settings.map_or(0, |settings| i64::from(settings.max_concurrency)),
            tolerated_percentage: settings.and_then(|settings| settings.tolerated_percentage).unwrap_or(0.0),
            tolerated_count: settings.and_then(|settings| settings.tolerated_count).unwrap_or(0),
            item_counts: items,
            execution_counts: executions,
            redrives: run.redrives,
            redrive_date: run.redriven,
        })
    }

    pub fn list_map_runs(&mut self, request: ListMapRuns) -> Result<MapRunList, ServiceError> {
        Arn::parse(&request.arn, &[EXECUTION])?;
        self.settle();
        let pager = self.pager("ListMapRuns", &request.arn, request.max_results, request.next_token.as_deref())?;
        let id = self.execution_id(&request.arn)?;
        let Some(run) = self.driver.run(id) else { return Err(ServiceError::no_execution(&request.arn)) };
        let Page { items, next_token } = pager.page(started(run), |(_, event)| (u64::from(event.id.0), "".into()));
        let item = |(arn, start): (&Text, &Event)| MapRunItem {
            execution_arn: run.arn.clone(),
            arn: arn.clone(),
            machine_arn: run.machine_arn.clone(),
            start_date: start.at,
            stop_date: ended(run, start).map(|event| event.at),
        };
        Ok(MapRunList { map_runs: items.into_iter().map(item).collect(), next_token })
    }

    /// UpdateMapRun: acts at the present instant, so a Map Run can be changed while its executions wait.
    pub fn update_map_run(&mut self, request: UpdateMapRun) -> Result<Nothing, ServiceError> {
        Arn::parse(&request.arn, &[MAP_RUN])?;
        self.run_due();
        let run = self.run_of_map_run(&request.arn)?;
        if request.max_concurrency.is_none()
            && request.tolerated_percentage.is_none()
            && request.tolerated_count.is_none()
        {
            return Err(ServiceError::validation("Must provide at least one of the following: [maxConcurrency, toleratedFailurePercentage, toleratedFailureCount]")
                .because("MISSING_REQUIRED_PARAMETER"));
        }
        let running = run.status() == Status::Running
            && started(run).any(|(arn, start)| *arn == request.arn && ended(run, start).is_none());
        if !running {
            return Err(ServiceError::validation("Completed Map Run cannot be updated")
                .because("CANNOT_UPDATE_COMPLETED_MAP_RUN"));
        }
        let id = self.execution_id(&run.arn)?;
        let now = self.now;
        let change = MapRunChange {
            max_concurrency: request.max_concurrency.map(|most| u32::try_from(most).unwrap_or(u32::MAX)),
            tolerated_count: request.tolerated_count,
            tolerated_percentage: request.tolerated_percentage,
        };
        if let Some(run) = self.driver.run_mut(id) {
            run.execution.update_map_run(&request.arn, change, now, &mut run.log);
        }
        self.driver.ready.push_back(id);
        self.run_due();
        Ok(Nothing {})
    }
}
