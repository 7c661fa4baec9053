//! Map: one iteration for each item.

use super::super::context::MapItem;
use super::super::group::Group;
use super::super::run::{Fault, Work};
use super::super::strand::{Phase, StrandId};
use super::super::{Execution, Now};
use crate::asl::program::{Items, Map, Source, State};
use crate::asl::query::Template;
use crate::base::{Text, Value};
use crate::engine::history::{EventKind, Record};
use std::rc::Rc;

impl Execution {
    pub(in super::super) fn map<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        state: &State,
        map: &Map,
    ) -> Result<Work, Fault> {
        let limit = self.concurrency(now, id, state, map)?;
        if let Some(distributed) = &map.distributed {
            return self.map_distributed(now, id, state, map, distributed, limit);
        }
        let items = self.items(now, id, state, map)?;
        let started = self.emit(now, id, EventKind::MapStateStarted { length: items.len() as u32 });
        self.strands[id].trigger = started;
        let mut group = Group::new(items.len(), limit);
        group.items = items;
        if group.is_done() {
            self.strands[id].phase = Phase::Joined(group.collect());
            self.ready.push_front(id);
            return Ok(Work::Under);
        }
        self.strands[id].phase = Phase::Group(Box::new(group));
        self.start_iterations(now, id, map)?;
        Ok(Work::Under)
    }

    /// What it iterates over.
    pub(in super::super) fn items<R: Record>(
        &self,
        now: &Now<'_, R>,
        id: StrandId,
        state: &State,
        map: &Map,
    ) -> Result<Rc<[Value]>, Fault> {
        let input = self.effective_input(now, id, state)?;
        let (items, place) = match &map.items {
            Items::Input => (input, Text::from("$")),
            Items::Path(path) => (self.query(now.at, id, &input, |scope| scope.read(path))?, path.text().clone()),
            Items::Template(template) => {
                let items = self.query(now.at, id, &input, |scope| match template {
                    Template::Jsonata(expression) => expression.expect(scope, "array"),
                    template => template.evaluate(scope),
                })?;
                (items, Text::from("Items"))
            }
        };
        match &items {
            Value::Array(array) => Ok(array.iter().cloned().collect()),
            _ => Err(Fault::Runtime(format!("Reference path \"{place}\" must point to array."))),
        }
    }

    /// MaxConcurrency; none and zero stand for as many as there are.
    fn concurrency<R: Record>(&self, now: &Now<'_, R>, id: StrandId, state: &State, map: &Map) -> Result<u32, Fault> {
        let Some(limit) = self.map_integer(now, id, state, map.max_concurrency.as_ref(), "MaxConcurrency")? else {
            return Ok(u32::MAX);
        };
        match limit {
            0 => Ok(u32::MAX),
            1.. => Ok(u32::try_from(limit).unwrap_or(u32::MAX)),
            _ => Err(Fault::Runtime("MaxConcurrency must be a non-negative integer.".into())),
        }
    }

    /// An integer setting of a Map. Digits in a string are taken for the number that they are.
    pub(in super::super) fn map_integer<R: Record>(
        &self,
        now: &Now<'_, R>,
        id: StrandId,
        state: &State,
        source: Option<&Source<i64>>,
        field: &str,
    ) -> Result<Option<i64>, Fault> {
        let value = self.map_setting(now, id, state, source)?;
        let Some(value) = value else { return Ok(None) };
        let number = value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        number.map(Some).ok_or_else(|| self.bad_setting(source, field, &value, "integer"))
    }

    pub(in super::super) fn map_float<R: Record>(
        &self,
        now: &Now<'_, R>,
        id: StrandId,
        state: &State,
        source: Option<&Source<f64>>,
        field: &str,
    ) -> Result<Option<f64>, Fault> {
        let value = self.map_setting(now, id, state, source)?;
        let Some(value) = value else { return Ok(None) };
        let number = value
            .as_f64()
            .or_else(|| value.as_str().and_then(|text| text.parse().ok()).filter(|float: &f64| float.is_finite()));
        number.map(Some).ok_or_else(|| self.bad_setting(source, field, &value, "float"))
    }

    fn map_setting<R: Record, T: Copy + Into<Value>>(
        &self,
        now: &Now<'_, R>,
        id: StrandId,
        state: &State,
        source: Option<&Source<T>>,
    ) -> Result<Option<Value>, Fault> {
        let Some(source) = source else { return Ok(None) };
        match (self.jsonata_number(now, id, source)?, source) {
            (None, Source::Path(path)) => {
                let input = self.effective_input(now, id, state)?;
                Ok(Some(self.query(now.at, id, &input, |scope| scope.read(path))?))
            }
            (value, _) => Ok(value),
        }
    }

    fn bad_setting<T>(&self, source: Option<&Source<T>>, field: &str, value: &Value, expected: &str) -> Fault {
        let shown = value.as_str().map_or_else(|| value.to_json(), str::to_owned);
        match source {
            Some(Source::Path(path)) => Fault::Runtime(format!(
                "The {field}Path field refers to value \"{shown}\" which is not a valid {expected}: {}",
                path.text()
            )),
            _ => Fault::Runtime(format!("The {field} field has the value \"{shown}\" which is not a valid {expected}")),
        }
    }

    /// Starts as many iterations as may run.
    pub(in super::super) fn start_iterations<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        map: &Map,
    ) -> Result<(), Fault> {
        let key = self.attempt_key(id);
        let scope = self.strands[id].scope;
        while let Some(index) = self.group_mut(id).and_then(|group| group.startable()) {
            if self.scopes[scope].full {
                break;
            }
            let Some(group) = self.group_mut(id) else { break };
            let value = group.items.get(index as usize).cloned().unwrap_or_default();
            let item = Rc::new(MapItem { index, value });
            let input = self.item_input(now, id, map, &item)?;
            let trigger = self.strands[id].trigger;
            let started = self.emit_after(now, id, trigger, EventKind::MapIterationStarted { index });
            let child = self.spawn(id, index, map.processor, input, key.with(u64::from(index)), started);
            self.strands[child].item = Some(item);
            if let Some(group) = self.group_mut(id) {
                group.running += 1;
                group.next = index + 1;
            }
        }
        Ok(())
    }

    /// What an iteration gets: the item, or what ItemSelector makes of it.
    pub(in super::super) fn item_input<R: Record>(
        &mut self,
        now: &Now<'_, R>,
        id: StrandId,
        map: &Map,
        item: &Rc<MapItem>,
    ) -> Result<Value, Fault> {
        let Some(selector) = &map.item_selector else { return Ok(item.value.clone()) };
        let program = Rc::clone(&self.program);
        let state = &program.states[self.strands[id].state];
        let input = self.effective_input(now, id, state)?;
        // The selector sees the item in the context object, where the iteration will see it too.
        let outer = self.strands[id].item.replace(Rc::clone(item));
        let made = self.query(now.at, id, &input, |scope| selector.evaluate(scope));
        self.strands[id].item = outer;
        Ok(made?)
    }
}
