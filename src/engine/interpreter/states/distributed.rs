//! Map in distributed mode: each item, or batch of items, is a child execution with a history of its own; all of them
//! are a Map Run.

mod reader;
mod settings;
mod writer;

pub use settings::{MapRunChange, MapRunSettings};

use super::super::context::{Identity, MapItem};
use super::super::group::Group;
use super::super::run::{Fault, Work};
use super::super::scope::Scope;
use super::super::strand::{Phase, StrandId};
use super::super::{Answer, Call, Execution, Failure, Now, data};
use super::map::{Found, STATE_DATA};
use crate::asl::program::{Distributed, Map, State};
use crate::base::{Object, Text, Value};
use crate::engine::history::{EventId, EventKind, Record};
use crate::engine::vintage;
use reader::{Read, ReadItem, Reading};
use std::rc::Rc;

/// What a Map keeps of its Map Run.
#[derive(Debug)]
pub(in super::super) struct MapRun {
    pub arn: Text,
    /// `<label>` in the names of its child executions.
    label: Text,
    started: EventId,
    /// Where its settings are among those of the execution.
    settings: usize,
    /// How many items there are, and how many of them have failed; in a batch all items do.
    items: u64,
    failed: u64,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Reading(Reading),
    Running,
    Writing,
}

impl Execution {
    pub(super) fn map_distributed<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        state: &State,
        map: &Map,
        distributed: &Distributed,
        limit: u32,
    ) -> Result<Work, Fault> {
        let found = match &distributed.reader {
            Some(_) => Found { items: Rc::new([]), keyed: false },
            None => self.items(now, id, state, map)?,
        };
        let started = self.emit(now, id, EventKind::MapStateStarted { length: found.items.len() as u32 });
        self.strands[id].trigger = started;
        let settings = self.map_run_settings(now, id, state, map, limit)?;
        let reader = match &distributed.reader {
            Some(reader) => Some(self.reader_arguments(now, id, state, reader)?),
            None => None,
        };
        let key = self.attempt_key(id).with_str("map run");
        let identity = Rc::clone(&self.scopes[self.strands[id].scope].identity);
        let label = distributed.label.clone().unwrap_or_else(|| key.with(0).uuid().into());
        let arn = map_run_arn(&identity, &label, &key.with(1).uuid());
        let started = self.emit(now, id, EventKind::MapRunStarted { arn: arn.clone() });
        self.strands[id].trigger = started;
        let stage = match &reader {
            Some(arguments) => Stage::Reading(Reading::of(arguments)),
            None => Stage::Running,
        };
        let mut group = Group::new(0, settings.limit());
        self.map_runs.push(MapRunSettings { arn: arn.clone(), ..settings });
        let run = MapRun { arn, label, started, settings: self.map_runs.len() - 1, items: 0, failed: 0, stage };
        group.run = Some(run);
        if let Some(arguments) = reader {
            self.strands[id].phase = Phase::Mapping(Box::new(group));
            self.invoke(id, Call::Reader, arguments, None, None);
            return Ok(Work::Under);
        }
        self.strands[id].phase = Phase::Group(Box::new(group));
        let item = |value: &Value| ReadItem { value: value.clone(), keyed: found.keyed, source: STATE_DATA.into() };
        self.run_items(now, id, map, distributed, found.items.iter().map(item).collect())?;
        Ok(Work::Under)
    }

    /// Takes the answer of the reader or of the writer.
    pub(in super::super) fn map_answered<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        state: &State,
        group: Box<Group>,
        answer: Answer,
    ) -> Result<Work, Fault> {
        use crate::asl::program::Kind;
        let mut group = group;
        let run = group.run.as_mut();
        let reading = match run.map(|run| std::mem::replace(&mut run.stage, Stage::Running)) {
            Some(Stage::Reading(reading)) => Some(reading),
            _ => None,
        };
        self.strands[id].phase = Phase::Group(group);
        let program = Rc::clone(&self.program);
        let Kind::Map(map) = &program.states[self.strands[id].state].kind else { return Ok(Work::Under) };
        let Some(distributed) = &map.distributed else { return Ok(Work::Under) };
        let done = match (answer, reading, &distributed.reader) {
            (Answer::Succeeded(value), Some(mut reading), Some(reader)) => {
                match self.read(now, id, state, reader, &mut reading, &value) {
                    Ok(Read::All(items)) => {
                        return self.run_items(now, id, map, distributed, items).map(|()| Work::Under);
                    }
                    Ok(Read::Next(arguments)) => {
                        self.set_stage(id, Stage::Reading(reading));
                        self.invoke(id, Call::Reader, arguments, None, None);
                        return Ok(Work::Under);
                    }
                    Err(failure) => Err(failure),
                }
            }
            (Answer::Succeeded(value), ..) => Ok(value),
            (Answer::Failed(failure) | Answer::SubmitFailed(failure), Some(_), _) => {
                Err(Failure { error: Some("States.ItemReaderFailed".into()), ..failure })
            }
            (Answer::Failed(failure) | Answer::SubmitFailed(failure), ..) => {
                Err(Failure { error: Some("States.ResultWriterFailed".into()), ..failure })
            }
            _ => Err(Failure::timeout()),
        };
        match done {
            Ok(value) => self.succeed_run(now, id, value),
            Err(failure) => self.fail_run(now, id, failure),
        }
        Ok(Work::Under)
    }

    /// Begins with the child executions.
    fn run_items<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        map: &Map,
        distributed: &Distributed,
        items: Vec<ReadItem>,
    ) -> Result<(), Fault> {
        let count = items.len();
        let mut inputs = Vec::with_capacity(count);
        for (index, ReadItem { value, keyed, source }) in items.into_iter().enumerate() {
            let item = Rc::new(MapItem { index: index as u32, value, keyed, source });
            inputs.push(self.item_input(now, id, map, &item)?);
        }
        if let Some(batcher) = &distributed.batcher {
            inputs = self.batches(now, id, batcher, inputs)?;
        }
        let Some(group) = self.group_mut(id) else { return Ok(()) };
        group.results = vec![None; inputs.len()];
        group.items = inputs.into();
        if let Some(run) = &mut group.run {
            run.items = count as u64;
        }
        self.start_children(now, id, map);
        self.finish_run(now, id, distributed);
        Ok(())
    }

    /// Starts as many child executions as may run.
    fn start_children<R: Record>(&mut self, now: &mut Now<'_, R>, id: StrandId, map: &Map) {
        let base = self.attempt_key(id);
        let identity = Rc::clone(&self.scopes[self.strands[id].scope].identity);
        let start = self.program.flows[map.processor].start;
        while let Some(group) = self.group_mut(id)
            && let Some(index) = group.startable()
        {
            let Some(run) = &group.run else { return };
            let (label, arn) = (run.label.clone(), run.arn.clone());
            group.running += 1;
            group.next = index + 1;
            let input = group.items.get(index as usize).cloned().unwrap_or_default();
            let key = base.with(u64::from(index));
            let identity = Rc::new(child_identity(&identity, &label, &key.with_str("name").uuid(), arn));
            let scope = self.scopes.push(Scope::new(identity, input.clone(), now.at, Some((id, index))));
            self.emit_scope(now, scope, EventKind::ExecutionStarted { input: data::<R>(&input) });
            let child = self.strands.add(scope, start, input, key);
            self.ready.push_back(child);
        }
    }

    /// A child execution has ended.
    pub(in super::super) fn child_ended<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        index: u32,
        result: Result<Value, Failure>,
    ) {
        use crate::asl::program::Kind;
        if self.group_mut(id).is_none() {
            return;
        }
        let program = Rc::clone(&self.program);
        let Kind::Map(map) = &program.states[self.strands[id].state].kind else { return };
        let Some(distributed) = &map.distributed else { return };
        let Some(group) = self.group_mut(id) else { return };
        group.running -= 1;
        match (result, group.results.get_mut(index as usize), &mut group.run) {
            (Ok(output), Some(place), _) => *place = Some(output),
            (Err(_), _, Some(run)) => {
                let input = group.items.get(index as usize).filter(|_| distributed.batcher.is_some());
                let batch = input.and_then(|input| input.get("Items")).and_then(Value::as_array);
                run.failed += batch.map_or(1, |items| items.len() as u64);
                let (failed, items, settings) = (run.failed, run.items, run.settings);
                if !self.map_runs.get(settings).is_some_and(|settings| settings.tolerates(failed, items)) {
                    return self.fail_run(now, id, exceeded());
                }
            }
            _ => {}
        }
        self.start_children(now, id, map);
        self.finish_run(now, id, distributed);
    }

    /// Once all child executions have ended: writes the results, or hands them on.
    fn finish_run<R: Record>(&mut self, now: &mut Now<'_, R>, id: StrandId, distributed: &Distributed) {
        let Some(group) = self.group_mut(id) else { return };
        if !group.is_done() {
            return;
        }
        let Some(writer) = &distributed.writer else {
            let results = group.collect();
            return self.succeed_run(now, id, results);
        };
        match self.written(now, id, writer) {
            Ok((None, output)) => self.succeed_run(now, id, output),
            Ok((Some(arguments), _)) => {
                self.set_stage(id, Stage::Writing);
                self.invoke(id, Call::Writer, arguments, None, None);
            }
            Err(failure) => self.fail_run(now, id, failure),
        }
    }

    /// Waits for what the Map Run has asked for.
    fn set_stage(&mut self, id: StrandId, stage: Stage) {
        let strand = &mut self.strands[id];
        if let Phase::Group(mut group) = std::mem::take(&mut strand.phase) {
            if let Some(run) = &mut group.run {
                run.stage = stage;
            }
            strand.phase = Phase::Mapping(group);
        }
    }

    fn succeed_run<R: Record>(&mut self, now: &mut Now<'_, R>, id: StrandId, output: Value) {
        let started = self.run_started(id);
        let ended = self.emit_after(now, id, started, EventKind::MapRunSucceeded);
        let follows_start = vintage::exit_follows_map_run_start(now.at);
        let strand = &mut self.strands[id];
        strand.trigger = if follows_start { started } else { ended };
        strand.phase = Phase::Joined(output);
        self.ready.push_front(id);
    }

    fn fail_run<R: Record>(&mut self, now: &mut Now<'_, R>, id: StrandId, failure: Failure) {
        let started = self.run_started(id);
        self.abort_scopes(now, id);
        let ended = self.emit_after(now, id, started, EventKind::MapRunFailed(failure.clone()));
        let strand = &mut self.strands[id];
        strand.trigger = ended;
        if let Phase::Group(group) = std::mem::take(&mut strand.phase) {
            strand.phase = Phase::Broken(group, failure);
            self.ready.push_front(id);
        }
    }

    fn run_started(&mut self, id: StrandId) -> EventId {
        self.group_mut(id).and_then(|group| group.run.as_ref()).map_or(EventId(0), |run| run.started)
    }

    /// Items put together (ItemBatcher).
    fn batches<R: Record>(
        &self,
        now: &Now<'_, R>,
        id: StrandId,
        batcher: &crate::asl::program::ItemBatcher,
        items: Vec<Value>,
    ) -> Result<Vec<Value>, Fault> {
        let state = &self.program.states[self.strands[id].state];
        let positive = |value: Option<i64>, field: &str| match value {
            Some(0) | None => Ok(None),
            Some(value @ 1..) => Ok(Some(value.unsigned_abs())),
            Some(_) => Err(Fault::Runtime(format!("field {field} must be positive"))),
        };
        let max_items = self.map_integer(now, id, state, batcher.max_items.as_ref(), "MaxItemsPerBatch")?;
        let max_items = positive(max_items, "MaxItemsPerBatch")?.unwrap_or(u64::MAX);
        let max_bytes = self.map_integer(now, id, state, batcher.max_bytes.as_ref(), "MaxInputBytesPerBatch")?;
        let max_bytes =
            positive(max_bytes, "MaxInputBytesPerBatch")?.unwrap_or(u64::MAX).min(self.limits.payload as u64);
        let shared = match &batcher.batch_input {
            Some(template) => {
                let input = self.effective_input(now, id, state)?;
                Some(self.query(now.at, id, &input, |scope| template.evaluate(scope))?)
            }
            None => None,
        };
        let frame = shared.as_ref().map_or(12, |shared| shared.json_len() + 26) as u64;
        let mut batches = Vec::new();
        let mut batch: Vec<Value> = Vec::new();
        let mut bytes = frame;
        for item in items {
            let size = item.json_len() as u64 + 1;
            if !batch.is_empty() && (batch.len() as u64 >= max_items || bytes + size > max_bytes) {
                batches.push(batch_input(shared.as_ref(), std::mem::take(&mut batch)));
                bytes = frame;
            }
            bytes += size;
            batch.push(item);
        }
        if !batch.is_empty() {
            batches.push(batch_input(shared.as_ref(), batch));
        }
        Ok(batches)
    }
}

fn batch_input(shared: Option<&Value>, items: Vec<Value>) -> Value {
    let mut input = Object::with_capacity(2);
    if let Some(shared) = shared {
        input.insert("BatchInput".into(), shared.clone());
    }
    input.insert("Items".into(), items.into());
    input.into()
}

fn exceeded() -> Failure {
    Failure::new("States.ExceedToleratedFailureThreshold", "The specified tolerated failure threshold was exceeded")
}

/// `arn:aws:states:…:mapRun:<machine>/<label>:<uuid>`.
fn map_run_arn(identity: &Identity, label: &str, uuid: &str) -> Text {
    let arn = identity.state_machine_arn.replacen(":stateMachine:", ":mapRun:", 1);
    format!("{arn}/{label}:{uuid}").into()
}

fn child_identity(parent: &Identity, label: &str, name: &str, map_run_arn: Text) -> Identity {
    let machine = format!("{}/{label}", parent.state_machine_arn);
    Identity {
        arn: format!("{}:{name}", machine.replacen(":stateMachine:", ":execution:", 1)).into(),
        name: name.into(),
        role_arn: parent.role_arn.clone(),
        state_machine_name: format!("{}/{label}", parent.state_machine_name).into(),
        state_machine_arn: machine.into(),
        map_run_arn: Some(map_run_arn),
        context: None,
    }
}
