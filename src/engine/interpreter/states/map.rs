//! Map: one iteration for each item.

use super::super::context::MapItem;
use super::super::group::Group;
use super::super::run::{Fault, Work};
use super::super::strand::{Phase, StrandId};
use super::super::{Execution, Now};
use crate::asl::program::{Items, Map, Source, State};
use crate::asl::query::{NumberRange, Template};
use crate::base::{Text, Value};
use crate::engine::history::{EventKind, Record};
use crate::engine::vintage;
use std::rc::Rc;

/// What counts of a Map may be.
pub(in super::super) const COUNTS: NumberRange = NumberRange::integers(0, i64::MAX);

/// What `Map.Item.Source` of the context object says of items that are no S3 object's.
pub(in super::super) const STATE_DATA: &str = "STATE_DATA";

/// What a Map iterates over.
#[derive(Debug)]
pub(in super::super) struct Found {
    pub items: Rc<[Value]>,
    /// Whether they are the pairs of an object.
    pub keyed: bool,
}

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
        let Found { items, keyed } = self.items(now, id, state, map)?;
        let started = self.emit(now, id, EventKind::MapStateStarted { length: items.len() as u32 });
        self.strands[id].trigger = started;
        let mut group = Group::new(items.len(), limit);
        group.items = items;
        group.keyed = keyed;
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
    ) -> Result<Found, Fault> {
        let objects = vintage::maps_objects(now.at);
        let input = self.effective_input(now, id, state)?;
        let (items, place) = match &map.items {
            Items::Input => (input, Text::from("$")),
            Items::Path(path) => (self.query(now.at, id, &input, |scope| scope.read(path))?, path.text().clone()),
            Items::Template(template) => {
                let items = self.query(now.at, id, &input, |scope| match template {
                    Template::Jsonata(expression) if objects => expression.expect_items(scope),
                    Template::Jsonata(expression) => expression.expect(scope, "array"),
                    template => template.evaluate(scope),
                })?;
                (items, Text::from("Items"))
            }
        };
        match &items {
            Value::Array(array) => Ok(Found { items: array.iter().cloned().collect(), keyed: false }),
            Value::Object(object) if objects => {
                Ok(Found { items: object.iter().map(|(key, value)| pair(key, value)).collect(), keyed: true })
            }
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
            // Only by a path: an expression is held to what it may give.
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
        let value = self.map_setting(now, id, state, source, COUNTS)?;
        let Some(value) = value else { return Ok(None) };
        let number = value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        number.map(Some).ok_or_else(|| self.bad_setting(source, field, &value, "integer"))
    }

    /// A share in percent.
    pub(in super::super) fn map_float<R: Record>(
        &self,
        now: &Now<'_, R>,
        id: StrandId,
        state: &State,
        source: Option<&Source<f64>>,
        field: &str,
    ) -> Result<Option<f64>, Fault> {
        let share = NumberRange { from: 0, to: 100, fractions: true };
        let value = self.map_setting(now, id, state, source, share)?;
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
        range: NumberRange,
    ) -> Result<Option<Value>, Fault> {
        let Some(source) = source else { return Ok(None) };
        match (self.jsonata_number(now, id, source, range)?, source) {
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
            let item = Rc::new(MapItem { index, value, keyed: group.keyed, source: STATE_DATA.into() });
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
        let made = made?;
        self.check_parameters(state, &made)?;
        Ok(made)
    }
}

/// A member of an object as an item.
pub(in super::super) fn pair(key: &Text, value: &Value) -> Value {
    Value::object([("Key", Value::String(key.clone())), ("Value", value.clone())])
}
