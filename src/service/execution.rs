//! Executions: starting, stopping, describing, listing, their histories, and starting them again where they failed.

use super::arn::{Arn, EXECUTION, MAP_RUN, Qualifier, is_name};
use super::configuration::{Encryption, Logging, Tracing};
use super::definition;
use super::driver::{Due, EXPRESS_LIFE, ExecutionId, Run};
use super::page::Page;
use super::shape::{Dates, Give, Shape, request, response};
use super::shapes::{
    ARN, CAUSE, CLIENT_TOKEN, DATA, ERROR, INCLUDED_DATA, LONG_ARN, NAME, PAGE_SIZE, PAGE_TOKEN, TRACE_HEADER,
};
use super::state_machine::{StateMachine, Type, labelled_arn};
use super::{Account, ServiceError};
use crate::base::sort::sort_by_key;
use crate::base::{Delay, Key, Object, Text, Time, Value};
use crate::engine::history::History;
use crate::engine::{ChildExecution, Execution, Failure, Identity, Limits, Log, ScopeId, Start, Status, vintage};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// A name is free again so long after its execution has ended.
const NAME_LIFE: Delay = Delay::from_secs(90 * 24 * 3600);
/// An execution can be redriven so long after it has ended.
const REDRIVE_LIFE: Delay = Delay::from_secs(14 * 24 * 3600);
/// With more events it cannot.
const REDRIVE_EVENTS: usize = 24_999;
/// So many client tokens make a redrive idempotent, each for so long.
const TOKENS: usize = 10;
const TOKEN_LIFE: Delay = Delay::from_secs(15 * 60);
/// The purpose of the draw that chooses a version: the same as in the simulation.
const ROUTE: u64 = Key::word("route");

// ---- requests and responses

request! {
    StartExecution as "StartExecutionInput" {
        arn "stateMachineArn": Text = ARN,
        name "name": Option<Text> = NAME,
        input "input": Option<Text> = DATA,
        trace_header "traceHeader": Option<Text> = TRACE_HEADER,
    }
}

response! { StartedExecution { arn "executionArn": Text, start_date "startDate": Time } }

request! {
    StartSyncExecution as "StartSyncExecutionInput" {
        arn "stateMachineArn": Text = ARN,
        name "name": Option<Text> = NAME,
        input "input": Option<Text> = DATA,
        trace_header "traceHeader": Option<Text> = TRACE_HEADER,
        included_data "includedData": Option<Text> = INCLUDED_DATA,
    }
}

response! {
    SyncExecution {
        arn "executionArn": Text,
        machine_arn "stateMachineArn": Text,
        name "name": Text,
        start_date "startDate": Time,
        stop_date "stopDate": Time,
        status "status": &'static str,
        error "error": Option<Text>,
        cause "cause": Option<Text>,
        input "input": Option<Text>,
        input_details "inputDetails": DataDetails,
        output "output": Option<Text>,
        output_details "outputDetails": DataDetails,
        trace_header "traceHeader": Option<Text>,
        billing "billingDetails": Billing,
    }
}

response! { DataDetails { included "included": bool } }

response! { Billing { memory "billedMemoryUsedInMB": i64, duration "billedDurationInMilliseconds": i64 } }

request! {
    StopExecution as "StopExecutionInput" {
        arn "executionArn": Text = ARN,
        error "error": Option<Text> = ERROR,
        cause "cause": Option<Text> = CAUSE,
    }
}

response! { StoppedExecution { stop_date "stopDate": Time } }

request! {
    DescribeExecution as "DescribeExecutionInput" {
        arn "executionArn": Text = ARN,
        included_data "includedData": Option<Text> = INCLUDED_DATA,
    }
}

response! {
    ExecutionDescription {
        arn "executionArn": Text,
        machine_arn "stateMachineArn": Text,
        name "name": Text,
        status "status": &'static str,
        start_date "startDate": Time,
        stop_date "stopDate": Option<Time>,
        input "input": Option<Text>,
        input_details "inputDetails": Option<DataDetails>,
        output "output": Option<Text>,
        output_details "outputDetails": Option<DataDetails>,
        trace_header "traceHeader": Option<Text>,
        map_run_arn "mapRunArn": Option<Text>,
        error "error": Option<Text>,
        cause "cause": Option<Text>,
        version_arn "stateMachineVersionArn": Option<Text>,
        alias_arn "stateMachineAliasArn": Option<Text>,
        redrives "redriveCount": Option<u32>,
        redrive_date "redriveDate": Option<Time>,
        redrive_status "redriveStatus": Option<&'static str>,
        redrive_reason "redriveStatusReason": Option<String>,
    }
}

request! {
    ListExecutions as "ListExecutionsInput" {
        arn "stateMachineArn": Option<Text> = ARN,
        status "statusFilter": Option<Text> = Shape::words(&["SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"]),
        max_results "maxResults": Option<i64> = PAGE_SIZE,
        next_token "nextToken": Option<Text> = Shape::text(1, 3096),
        map_run_arn "mapRunArn": Option<Text> = LONG_ARN,
        redrive "redriveFilter": Option<Text> = Shape::words(&["REDRIVEN", "NOT_REDRIVEN"]),
    }
}

response! {
    ExecutionList { executions "executions": Vec<ExecutionItem>, next_token "nextToken": Option<Text> }
}

response! {
    ExecutionItem {
        arn "executionArn": Text,
        machine_arn "stateMachineArn": Text,
        name "name": Text,
        status "status": &'static str,
        start_date "startDate": Time,
        stop_date "stopDate": Option<Time>,
        map_run_arn "mapRunArn": Option<Text>,
        item_count "itemCount": Option<i64>,
        version_arn "stateMachineVersionArn": Option<Text>,
        alias_arn "stateMachineAliasArn": Option<Text>,
        redrives "redriveCount": Option<u32>,
        redrive_date "redriveDate": Option<Time>,
    }
}

request! {
    GetExecutionHistory as "GetExecutionHistoryInput" {
        arn "executionArn": Text = ARN,
        max_results "maxResults": Option<i64> = PAGE_SIZE,
        reverse "reverseOrder": Option<bool> = Shape::Boolean,
        next_token "nextToken": Option<Text> = PAGE_TOKEN,
        include_data "includeExecutionData": Option<bool> = Shape::Boolean,
    }
}

response! { ExecutionHistory { events "events": Vec<Value>, next_token "nextToken": Option<Text> } }

request! {
    DescribeStateMachineForExecution as "DescribeStateMachineForExecutionInput" {
        arn "executionArn": Text = ARN,
        included_data "includedData": Option<Text> = INCLUDED_DATA,
    }
}

response! {
    MachineOfExecution {
        arn "stateMachineArn": Text,
        name "name": Text,
        definition "definition": Text,
        role_arn "roleArn": Text,
        update_date "updateDate": Time,
        logging "loggingConfiguration": Logging,
        tracing "tracingConfiguration": Tracing,
        map_run_arn "mapRunArn": Option<Text>,
        label "label": Option<Text>,
        revision_id "revisionId": Option<Text>,
        encryption "encryptionConfiguration": Option<Encryption>,
        variable_references "variableReferences": Option<Object>,
    }
}

request! {
    RedriveExecution as "RedriveExecutionInput" {
        arn "executionArn": Text = ARN,
        client_token "clientToken": Option<Text> = CLIENT_TOKEN,
    }
}

response! { RedrivenExecution { redrive_date "redriveDate": Time } }

/// An execution that an ARN names: one that was started, or a child of a Map Run.
pub(super) struct Found<'a> {
    pub run: &'a Run,
    pub child: Option<ChildExecution<'a>>,
}

// ---- operations

impl Account {
    /// StartExecution: of a machine, a version, or an alias, which draws. The choice is made once and kept.
    pub fn start_execution(&mut self, request: StartExecution) -> Result<StartedExecution, ServiceError> {
        let (arn, test_case) = split_test_case(&request.arn);
        let id = self.start(arn, test_case, request.name, request.input, request.trace_header, false)?;
        self.run_due();
        let run = self.driver.run(id).ok_or_else(|| ServiceError::no_execution(&request.arn))?;
        Ok(StartedExecution { arn: run.arn.clone(), start_date: run.execution.started() })
    }

    /// StartSyncExecution: an Express workflow, run to its end.
    pub fn start_sync_execution(&mut self, request: StartSyncExecution) -> Result<SyncExecution, ServiceError> {
        let (arn, test_case) = split_test_case(&request.arn);
        let id = self.start(arn, test_case, request.name, request.input, request.trace_header, true)?;
        let end = self.now + EXPRESS_LIFE;
        let mut budget = 20_000_000;
        // Called by a task, it is told the end later.
        while !self.driver.driving {
            self.run_until(self.now, &mut budget);
            let running = self.driver.run(id).is_some_and(|run| run.status() == Status::Running);
            let Some(next) = self.driver.agenda.next_time().filter(|at| running && *at <= end && budget > 0) else {
                break;
            };
            self.run_until(next, &mut budget);
        }
        let with_data = request.included_data.as_deref() != Some("METADATA_ONLY");
        self.sync_response(id, with_data).ok_or_else(|| ServiceError::no_execution(&request.arn))
    }

    pub(super) fn sync_response(&self, id: ExecutionId, with_data: bool) -> Option<SyncExecution> {
        let run = self.driver.run(id)?;
        let stopped = run.execution.stopped().unwrap_or(self.now);
        let millis = stopped.since(run.execution.started()).as_millis_f64();
        let memory = 50 + run.revision.definition.len().div_ceil(1 << 20) as i64;
        Some(SyncExecution {
            arn: run.arn.clone(),
            machine_arn: run.machine_arn.clone(),
            name: run.name.clone(),
            start_date: run.execution.started(),
            stop_date: stopped,
            status: run.status().name(),
            error: run.execution.failure().and_then(|failure| failure.error.clone()),
            cause: run.execution.failure().and_then(|failure| failure.cause.clone()),
            input: with_data.then(|| run.input.clone()),
            input_details: DataDetails { included: with_data },
            output: run.execution.output().filter(|_| with_data).map(|output| output.to_json().into()),
            output_details: DataDetails { included: with_data },
            trace_header: run.trace_header.clone(),
            billing: Billing {
                memory: (memory + 63) / 64 * 64,
                duration: (libm::ceil(millis / 100.0).max(1.0) as i64) * 100,
            },
        })
    }

    fn start(
        &mut self,
        arn: &str,
        test_case: Option<&str>,
        name: Option<Text>,
        input: Option<Text>,
        trace_header: Option<Text>,
        synchronous: bool,
    ) -> Result<ExecutionId, ServiceError> {
        let (machine, qualifier) = self.find(arn)?;
        if let Some(Qualifier::Label(_)) = qualifier {
            return Err(labelled_arn(arn));
        }
        if machine.deleting {
            return Err(ServiceError::deleting(&machine.arn));
        }
        if synchronous && machine.kind != Type::Express {
            return Err(ServiceError::type_not_supported());
        }
        let key = machine.key.with_str("execution").with(machine.started);
        let missing = || ServiceError::no_machine(arn);
        let (version, alias) = match &qualifier {
            None | Some(Qualifier::Label(_)) => (None, None),
            Some(Qualifier::Version(number)) => (Some(*number), None),
            Some(Qualifier::Alias(name)) => {
                let alias = machine.alias(name).ok_or_else(missing)?;
                (Some(alias.routing.choose(key.with(ROUTE).uniform())), Some(alias.name.clone()))
            }
        };
        let (revision, live_since) = match version {
            Some(number) => {
                let version = machine.versions.get(&number).ok_or_else(missing)?;
                (Rc::clone(&version.revision), version.created)
            }
            None => (Rc::clone(&machine.revision), machine.revision.updated),
        };
        if let Some(name) = name.as_ref().filter(|name| !is_name(name)) {
            return Err(ServiceError::invalid_name(name));
        }
        let input = input.unwrap_or_else(|| "{}".into());
        let value = Value::parse(&input).map_err(|error| {
            let (line, column) = place_in(&input, error.span.start as usize);
            ServiceError::new(
                "InvalidExecutionInput",
                format!("Invalid State Machine Execution Input: '{} at line {line}, column {column}'", error.message),
            )
        })?;
        let name = name.unwrap_or_else(|| key.with_str("name").uuid().into());
        let (machine_name, machine_arn, kind) = (machine.name.clone(), machine.arn.clone(), machine.kind);
        let arn = match kind {
            Type::Standard => self.arn(EXECUTION, &format!("{machine_name}:{name}")),
            Type::Express => {
                let id = key.with_str("id").uuid();
                self.arn("express", &format!("{machine_name}:{name}:{id}"))
            }
        };
        let test_case = match test_case {
            Some(test_case) => {
                let mocks = self.mocks.as_ref().and_then(|mocks| mocks.test_case(&machine_name, test_case));
                Some(Rc::clone(mocks.ok_or_else(|| {
                    ServiceError::validation(format!(
                        "The mock configuration has no test case '{test_case}' of state machine '{machine_name}'"
                    ))
                })?))
            }
            None => None,
        };
        if kind == Type::Standard
            && let Some(id) = machine.names.get(&name)
            && let Some(other) = self.driver.run(*id)
        {
            let running = other.status() == Status::Running;
            if running && other.input == input {
                return Ok(*id);
            }
            let free = other.execution.stopped().is_some_and(|stopped| stopped + NAME_LIFE <= self.now);
            if !free {
                let message = format!("Execution Already Exists: '{}'", other.arn);
                return Err(ServiceError::new("ExecutionAlreadyExists", message));
            }
        }
        let identity = Identity {
            arn: arn.clone(),
            name: name.clone(),
            role_arn: revision.role_arn.clone(),
            state_machine_arn: machine_arn.clone(),
            state_machine_name: machine_name.clone(),
            map_run_arn: None,
            context: None,
        };
        let limits = match kind {
            Type::Standard => Limits::default(),
            Type::Express => Limits { events: u32::MAX, ..Limits::default() },
        };
        let now = self.now;
        let mut log = Log::default();
        let start = Start { input: value, identity: Rc::new(identity), key, limits };
        let execution = Execution::start(Rc::clone(&revision.program), start, now, &mut log);
        let id = ExecutionId(self.driver.runs.len());
        let deadline = execution.deadline();
        let mut number = 0;
        if let Some(machine) = self.machines.get_mut(&machine_name) {
            machine.started += 1;
            machine.running += 1;
            machine.names.insert(name.clone(), id);
            let counter = machine.starts.entry(version).or_default();
            number = *counter;
            *counter += 1;
        }
        let run = Run {
            arn: arn.clone(),
            name,
            machine: machine_name,
            machine_arn,
            kind,
            version,
            alias,
            revision,
            input,
            trace_header,
            execution,
            log,
            redrives: 0,
            redriven: None,
            redrive_tokens: Vec::new(),
            test_case,
            calls: FxHashMap::default(),
            number,
            live_since,
            closed: false,
        };
        self.metrics.started(&run, now);
        self.driver.runs.push(run);
        self.driver.by_arn.insert(arn, id);
        self.driver.ready.push_back(id);
        let life = (kind == Type::Express).then(|| now + EXPRESS_LIFE);
        if let Some(end) = [deadline, life].into_iter().flatten().min() {
            self.driver.agenda.add(end, Due::Expire(id, 0));
        }
        Ok(id)
    }

    /// StopExecution: acts at the present instant, so one can be stopped in its Wait.
    pub fn stop_execution(&mut self, request: StopExecution) -> Result<StoppedExecution, ServiceError> {
        self.run_due();
        let id = self.execution_id(&request.arn)?;
        let failure = Failure { error: request.error, cause: request.cause, heartbeat: false };
        self.abort(id, failure);
        let stopped = self.driver.run(id).and_then(|run| run.execution.stopped());
        Ok(StoppedExecution { stop_date: stopped.unwrap_or(self.now) })
    }

    pub fn describe_execution(&mut self, request: DescribeExecution) -> Result<ExecutionDescription, ServiceError> {
        self.settle();
        let found = self.found(&request.arn)?;
        Ok(self.description(&found, request.included_data.as_deref() != Some("METADATA_ONLY")))
    }

    fn description(&self, found: &Found<'_>, with_data: bool) -> ExecutionDescription {
        let run = found.run;
        let view = View::of(found);
        let redrive = vintage::knows_redrive(self.now);
        let (redrive_status, redrive_reason) = self.redrivable(found);
        let details = |shown: bool| shown.then_some(DataDetails { included: true });
        ExecutionDescription {
            arn: view.arn,
            machine_arn: view.machine_arn,
            name: view.name,
            status: view.status.name(),
            start_date: view.started,
            stop_date: view.stopped,
            input: with_data.then(|| view.input.clone()),
            input_details: details(with_data),
            output: view.output.as_ref().filter(|_| with_data).map(|output| output.to_json().into()),
            output_details: details(with_data && view.output.is_some()),
            trace_header: run.trace_header.clone().filter(|_| found.child.is_none()),
            map_run_arn: view.map_run_arn,
            // That it timed out is all there is to say of an execution that did.
            error: view.failure.filter(|_| view.status != Status::TimedOut).and_then(|failure| failure.error.clone()),
            cause: view.failure.and_then(|failure| failure.cause.clone()),
            version_arn: run.version_arn(),
            alias_arn: run.alias_arn(),
            redrives: redrive.then_some(run.redrives),
            redrive_date: run.redriven,
            redrive_status: redrive.then_some(redrive_status),
            redrive_reason: redrive_reason.filter(|_| redrive),
        }
    }

    /// As DescribeExecution answers, for whoever has the run in hand.
    pub(super) fn describe_run(&self, run: &Run) -> Option<Value> {
        self.description(&Found { run, child: None }, true).give(Dates::Iso)
    }

    fn redrivable(&self, found: &Found<'_>) -> (&'static str, Option<String>) {
        let view = View::of(found);
        if found.child.is_some() && matches!(view.status, Status::Failed | Status::TimedOut | Status::Aborted) {
            return ("REDRIVABLE_BY_MAP_RUN", None);
        }
        let no = |reason: String| ("NOT_REDRIVABLE", Some(reason));
        match view.status {
            Status::Running | Status::Succeeded => {
                no(format!("Execution is {} and cannot be redriven", view.status.name()))
            }
            _ if view.stopped.is_some_and(|stopped| stopped + REDRIVE_LIFE < self.now) => {
                no("Execution redrive period exceeded".into())
            }
            _ if found.run.log.events.len() > REDRIVE_EVENTS => no("Execution history event limit exceeded".into()),
            _ if self.machines.get(&found.run.machine).is_none_or(|machine| machine.deleting) => {
                no("State machine is in DELETING status".into())
            }
            _ => ("REDRIVABLE", None),
        }
    }

    /// ListExecutions: the latest first, by the end of those that have ended and the start of those that run. A version leaves those that it ran, through an alias or not; an alias those that
    /// were started through it.
    pub fn list_executions(&mut self, request: ListExecutions) -> Result<ExecutionList, ServiceError> {
        let about = format!("{:?}", (&request.arn, &request.map_run_arn, &request.status, &request.redrive));
        let pager = self.pager("ListExecutions", &about, request.max_results, request.next_token.as_deref())?;
        if let (Some(_), Some(_)) | (None, None) = (&request.arn, &request.map_run_arn) {
            return Err(ServiceError::validation(
                "Must provide exactly one of the following: [stateMachineArn, mapRunArn]",
            )
            .because("MISSING_REQUIRED_PARAMETER"));
        }
        if request.status.as_deref() == Some("PENDING_REDRIVE") && request.map_run_arn.is_none() {
            return Err(ServiceError::validation(
                "The status PENDING_REDRIVE can only be filtered by with a mapRunArn",
            ));
        }
        let redrive = vintage::knows_redrive(self.now);
        let fits = |status: Status| request.status.as_deref().is_none_or(|wanted| wanted == status.name());
        let was_redriven =
            |run: &Run| request.redrive.as_deref().is_none_or(|wanted| (wanted == "REDRIVEN") == (run.redrives > 0));
        if let Some(map_run_arn) = &request.map_run_arn {
            Arn::parse(map_run_arn, &[MAP_RUN])?;
            self.settle();
            let run = self.run_of_map_run(map_run_arn)?;
            let mut children: Vec<ChildExecution<'_>> = run
                .execution
                .children()
                .filter(|child| child.identity.map_run_arn.as_ref() == Some(map_run_arn))
                .filter(|child| fits(child.status) && was_redriven(run))
                .collect();
            children.reverse();
            let Page { items, next_token } =
                pager.page(children.iter().enumerate(), |(at, _)| (*at as u64 + 1, "".into()));
            let item = |(_, child): (usize, &ChildExecution<'_>)| ExecutionItem {
                arn: child.identity.arn.clone(),
                machine_arn: child.identity.state_machine_arn.clone(),
                name: child.identity.name.clone(),
                status: child.status.name(),
                start_date: child.started,
                stop_date: child.stopped,
                map_run_arn: Some(map_run_arn.clone()),
                item_count: Some(super::map_run::item_count(run, map_run_arn, child.input)),
                version_arn: run.version_arn(),
                alias_arn: run.alias_arn(),
                redrives: redrive.then_some(run.redrives),
                redrive_date: run.redriven,
            };
            return Ok(ExecutionList { executions: items.into_iter().map(item).collect(), next_token });
        }
        let arn = request.arn.clone().unwrap_or_else(|| "".into());
        let (machine, qualifier) = self.find(&arn)?;
        if machine.kind == Type::Express {
            return Err(ServiceError::type_not_supported());
        }
        if let Some(Qualifier::Label(_)) = qualifier {
            return Err(labelled_arn(&arn));
        }
        check_qualifier(machine, qualifier.as_ref(), &arn)?;
        let (machine, created) = (machine.arn.clone(), machine.created);
        self.settle();
        let wanted = |run: &Run| {
            run.machine_arn == machine
                && run.execution.started() >= created
                && match &qualifier {
                    None | Some(Qualifier::Label(_)) => true,
                    Some(Qualifier::Version(number)) => run.version == Some(*number),
                    Some(Qualifier::Alias(name)) => run.alias.as_ref() == Some(name),
                }
                && fits(run.status())
                && was_redriven(run)
        };
        let mut runs: Vec<(usize, &Run)> = self.driver.runs.iter().enumerate().filter(|(_, run)| wanted(run)).collect();
        let order = |(number, run): &(usize, &Run)| {
            let at = run.execution.stopped().or(run.redriven).unwrap_or(run.execution.started());
            (u64::MAX - at.as_millis(), usize::MAX - number)
        };
        sort_by_key(&mut runs, order);
        let place = |run: &(usize, &Run)| {
            let (at, number) = order(run);
            (at, format!("{number:016x}").into())
        };
        let Page { items, next_token } = pager.page(runs.into_iter(), place);
        let item = |(_, run): (usize, &Run)| ExecutionItem {
            arn: run.arn.clone(),
            machine_arn: run.machine_arn.clone(),
            name: run.name.clone(),
            status: run.status().name(),
            start_date: run.execution.started(),
            stop_date: run.execution.stopped(),
            map_run_arn: None,
            item_count: None,
            version_arn: run.version_arn(),
            alias_arn: run.alias_arn(),
            redrives: redrive.then_some(run.redrives),
            redrive_date: run.redriven,
        };
        Ok(ExecutionList { executions: items.into_iter().map(item).collect(), next_token })
    }

    pub fn get_execution_history(&mut self, request: GetExecutionHistory) -> Result<ExecutionHistory, ServiceError> {
        self.settle();
        let reverse = request.reverse.unwrap_or(false);
        let include_data = request.include_data.unwrap_or(true);
        let about = format!("{} {reverse} {include_data}", request.arn);
        let pager = self.pager("GetExecutionHistory", &about, request.max_results, request.next_token.as_deref())?;
        let found = self.found(&request.arn)?;
        let run = found.run;
        let scope = found.child.as_ref().map_or_else(main_scope, |child| child.scope);
        let history = History {
            program: run.execution.program(),
            role_arn: run.revision.role_arn.clone(),
            version_arn: run.version_arn(),
            alias_arn: run.alias_arn(),
            region: self.settings.region.clone(),
            input_text: found.child.is_none().then(|| run.input.clone()),
            include_data,
        };
        let events = run.log.events.iter().filter(|event| event.scope == scope);
        let place = |id: u32| u64::from(if reverse { u32::MAX - id } else { id });
        let page = if reverse {
            pager.page(events.rev(), |event| (place(event.id.0), "".into()))
        } else {
            pager.page(events, |event| (place(event.id.0), "".into()))
        };
        let export = |event: &crate::engine::Event| {
            let exported = history.export(event);
            let mut object = Object::with_capacity(5);
            object.insert("timestamp".into(), event.at.give(self.dates).unwrap_or_default());
            object.insert("type".into(), Value::String(exported.event_type));
            object.insert("id".into(), Value::from(event.id.0));
            object.insert("previousEventId".into(), Value::from(event.previous.0));
            if let Some((key, details)) = exported.details {
                object.insert(key, details.into());
            }
            Value::from(object)
        };
        Ok(ExecutionHistory { events: page.items.into_iter().map(export).collect(), next_token: page.next_token })
    }

    pub fn describe_state_machine_for_execution(
        &mut self,
        request: DescribeStateMachineForExecution,
    ) -> Result<MachineOfExecution, ServiceError> {
        let found = self.found(&request.arn)?;
        let revision = &found.run.revision;
        let label = found.child.as_ref().and_then(|child| child.identity.state_machine_name.split_once('/'));
        let label: Option<Text> = label.map(|(_, label)| label.into());
        let definition = match &label {
            Some(label) => definition::labelled(&revision.definition, label),
            None => None,
        };
        let definition = definition.unwrap_or_else(|| revision.definition.clone());
        let view = View::of(&found);
        Ok(MachineOfExecution {
            name: match &label {
                Some(label) => format!("{}/{label}", found.run.machine).into(),
                None => found.run.machine.clone(),
            },
            arn: view.machine_arn,
            definition: match request.included_data.as_deref() {
                Some("METADATA_ONLY") => "{}".into(),
                _ => definition,
            },
            role_arn: revision.role_arn.clone(),
            update_date: revision.updated,
            logging: revision.logging.clone(),
            tracing: revision.tracing.clone(),
            map_run_arn: view.map_run_arn,
            label,
            revision_id: revision.id.clone(),
            encryption: vintage::knows_encryption(self.now).then(|| revision.encryption.clone()),
            variable_references: Some(revision.variable_references.clone()).filter(|variables| !variables.is_empty()),
        })
    }

    /// RedriveExecution: goes on where it failed, on the version and the definition that it was started with.
    pub fn redrive_execution(&mut self, request: RedriveExecution) -> Result<RedrivenExecution, ServiceError> {
        self.settle();
        let id = self.execution_id(&request.arn)?;
        let now = self.now;
        let Some(run) = self.driver.run(id) else { return Err(ServiceError::no_execution(&request.arn)) };
        let known =
            |(token, at): &&(Text, Time)| Some(token) == request.client_token.as_ref() && now <= *at + TOKEN_LIFE;
        if let Some((_, at)) = run.redrive_tokens.iter().find(known) {
            return Ok(RedrivenExecution { redrive_date: *at });
        }
        if let ("NOT_REDRIVABLE", reason) = self.redrivable(&Found { run, child: None }) {
            let reason = reason.unwrap_or_default();
            return Err(ServiceError::new("ExecutionNotRedrivable", format!("Execution Not Redrivable: '{reason}'")));
        }
        let mut expire = None;
        if let Some(run) = self.driver.run_mut(id) {
            run.execution.redrive(now, &mut run.log);
            run.redrives += 1;
            run.redriven = Some(now);
            if let Some(token) = request.client_token {
                if run.redrive_tokens.len() == TOKENS {
                    run.redrive_tokens.remove(0);
                }
                run.redrive_tokens.push((token, now));
            }
            run.closed = false;
            if let Some(timeout) = run.execution.program().timeout {
                expire = Some((now + timeout, run.redrives));
            }
            self.metrics.redriven(run, now);
            if let Some(machine) = self.machines.get_mut(&run.machine) {
                machine.running += 1;
            }
        }
        if let Some((at, redrives)) = expire {
            self.driver.agenda.add(at, Due::Expire(id, redrives));
        }
        self.driver.ready.push_back(id);
        self.run_due();
        Ok(RedrivenExecution { redrive_date: now })
    }

    // ---- finding

    /// An execution that was started, by its ARN.
    pub(super) fn execution_id(&self, arn: &str) -> Result<ExecutionId, ServiceError> {
        Arn::parse(arn, &[EXECUTION])?;
        self.driver.by_arn.get(arn).copied().ok_or_else(|| ServiceError::no_execution(arn))
    }

    pub(super) fn found(&self, arn: &str) -> Result<Found<'_>, ServiceError> {
        let Arn::Execution { machine, .. } = Arn::parse(arn, &[EXECUTION])? else {
            return Err(ServiceError::no_execution(arn));
        };
        if let Some(run) = self.driver.by_arn.get(arn).and_then(|id| self.driver.run(*id)) {
            return Ok(Found { run, child: None });
        }
        let owner = machine.split_once('/').map(|(owner, _)| owner);
        let runs = self.driver.runs.iter().filter(|run| Some(&*run.machine) == owner);
        let mut children =
            runs.flat_map(|run| run.execution.children().map(move |child| Found { run, child: Some(child) }));
        children
            .find(|found| found.child.as_ref().is_some_and(|child| *child.identity.arn == *arn))
            .ok_or_else(|| ServiceError::no_execution(arn))
    }

    pub(super) fn run_of_map_run(&self, map_run_arn: &str) -> Result<&Run, ServiceError> {
        let owns = |run: &&Run| {
            run.execution.children().any(|child| child.identity.map_run_arn.as_deref() == Some(map_run_arn))
                || super::map_run::started(run).any(|(arn, _)| **arn == *map_run_arn)
        };
        self.driver.runs.iter().find(owns).ok_or_else(|| ServiceError::no_resource(map_run_arn))
    }

    /// Takes over the executions of an account that is an earlier or a later state of this one, and its present.
    pub fn take_executions(&mut self, other: Account) {
        self.now = self.now.max(other.now);
        self.driver = other.driver;
    }

    /// All executions, in the order in which they were started.
    pub fn runs(&self) -> &[Run] {
        &self.driver.runs
    }

    /// An execution by its ARN, Express ones included.
    pub fn run(&self, arn: &str) -> Option<&Run> {
        self.driver.by_arn.get(arn).and_then(|id| self.driver.run(*id))
    }
}

/// What an execution and a child execution have in common.
struct View<'a> {
    arn: Text,
    name: Text,
    machine_arn: Text,
    map_run_arn: Option<Text>,
    status: Status,
    started: Time,
    stopped: Option<Time>,
    input: Text,
    output: Option<&'a Value>,
    failure: Option<&'a Failure>,
}

impl<'a> View<'a> {
    fn of(found: &Found<'a>) -> View<'a> {
        match &found.child {
            Some(child) => View {
                arn: child.identity.arn.clone(),
                name: child.identity.name.clone(),
                machine_arn: child.identity.state_machine_arn.clone(),
                map_run_arn: child.identity.map_run_arn.clone(),
                status: child.status,
                started: child.started,
                stopped: child.stopped,
                input: child.input.to_json().into(),
                output: child.output,
                failure: child.failure,
            },
            None => {
                let execution = &found.run.execution;
                View {
                    arn: found.run.arn.clone(),
                    name: found.run.name.clone(),
                    machine_arn: found.run.machine_arn.clone(),
                    map_run_arn: None,
                    status: execution.status(),
                    started: execution.started(),
                    stopped: execution.stopped(),
                    input: found.run.input.clone(),
                    output: execution.output(),
                    failure: execution.failure(),
                }
            }
        }
    }
}

pub(super) fn main_scope() -> ScopeId {
    use crate::base::Id;
    ScopeId::from_usize(0)
}

fn check_qualifier(machine: &StateMachine, qualifier: Option<&Qualifier>, arn: &str) -> Result<(), ServiceError> {
    let known = match qualifier {
        Some(Qualifier::Version(number)) => machine.versions.contains_key(number),
        Some(Qualifier::Alias(name)) => machine.alias(name).is_some(),
        _ => true,
    };
    if known { Ok(()) } else { Err(ServiceError::no_machine(arn)) }
}

/// `<state machine ARN>#<test case>`, as Step Functions Local has it.
fn split_test_case(arn: &str) -> (&str, Option<&str>) {
    match arn.split_once('#') {
        Some((arn, test_case)) => (arn, Some(test_case)),
        None => (arn, None),
    }
}

/// Line and column of a byte, from 1.
fn place_in(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before.get(line_start..).unwrap_or_default().chars().count() + 1)
}
