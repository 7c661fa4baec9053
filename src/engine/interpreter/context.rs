//! The context object: what an execution knows of itself (`$$`, `$states.context`).

use super::Execution;
use super::strand::StrandId;
use crate::asl::program::Kind;
use crate::base::{Key, Object, Text, Time, Value};
use crate::engine::vintage;

/// The names under which an execution is filed. The interpreter only hands them to queries and to child executions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Identity {
    pub arn: Text,
    pub name: Text,
    pub role_arn: Text,
    pub state_machine_arn: Text,
    pub state_machine_name: Text,
    /// The Map Run that it is a child of.
    pub map_run_arn: Option<Text>,
    /// The context object, where it is given instead of made: TestState.
    pub context: Option<Value>,
}

/// The item of a Map that an iteration is about.
#[derive(Clone, Debug)]
pub struct MapItem {
    pub index: u32,
    /// What the iteration gets: the item, or of an object a pair.
    pub value: Value,
    /// Whether it is such a pair.
    pub keyed: bool,
    /// `STATE_DATA`, or the object in S3 that it was read from.
    pub source: Text,
}

impl MapItem {
    /// `Map.Item` of the context object.
    fn told(&self, now: Time) -> Value {
        let mut item = Object::with_capacity(4);
        item.insert("Index".into(), Value::from(self.index));
        let part = |key: &str| self.value.get(key).cloned().unwrap_or_default();
        if self.keyed {
            item.insert("Key".into(), part("Key"));
        }
        item.insert("Value".into(), if self.keyed { part("Value") } else { self.value.clone() });
        if vintage::maps_objects(now) {
            item.insert("Source".into(), self.source.clone().into());
        }
        item.into()
    }
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Object {
    members.into_iter().map(|(key, value)| (Text::from(key), value)).collect()
}

impl Execution {
    /// The context object as a strand sees it at this moment.
    pub(super) fn context(&self, id: StrandId) -> Value {
        let strand = &self.strands[id];
        let scope = &self.scopes[strand.scope];
        let state = &self.program.states[strand.state];
        let identity = &*scope.identity;
        if let Some(given) = &identity.context {
            return given.clone();
        }
        let mut execution = object([
            ("Id", identity.arn.clone().into()),
            ("Input", scope.input.clone()),
            ("Name", identity.name.clone().into()),
            ("RoleArn", identity.role_arn.clone().into()),
            ("StartTime", scope.started.to_rfc3339().into()),
        ]);
        if vintage::knows_redrive(scope.started) {
            execution.insert("RedriveCount".into(), Value::from(scope.redrives));
        }
        if let Some(at) = scope.redriven {
            execution.insert("RedriveTime".into(), at.to_rfc3339().into());
        }
        let mut here =
            object([("EnteredTime", strand.entered_at.to_rfc3339().into()), ("Name", state.name.clone().into())]);
        let machine = object([
            ("Id", identity.state_machine_arn.clone().into()),
            ("Name", identity.state_machine_name.clone().into()),
        ]);
        let retries = state.recovery().is_some();
        if retries {
            here.insert("RetryCount".into(), Value::from(strand.attempt));
        }
        let mut context =
            object([("Execution", execution.into()), ("StateMachine", machine.into()), ("State", here.into())]);
        if let Kind::Task(task) = &state.kind
            && task.resource.has_token()
        {
            let token = object([("Token", task_token(self.attempt_key(id)).into())]);
            context.insert("Task".into(), token.into());
        }
        if let Some(item) = &strand.item {
            context.insert("Map".into(), object([("Item", item.told(scope.started))]).into());
        }
        context.into()
    }

    /// What the draws of the present attempt are keyed by: state, visit and attempt below the strand's own key.
    pub(super) fn attempt_key(&self, id: StrandId) -> Key {
        let strand = &self.strands[id];
        let word = self.program.states[strand.state].word;
        strand.key.with(word).with(u64::from(strand.visit)).with(u64::from(strand.attempt))
    }
}

/// A task token: opaque to all who send it back, and a function of the attempt that waits for it.
pub(super) fn task_token(key: Key) -> Text {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut token = String::from("AQCEAAAAKgAAAAMAAAAA");
    for block in 0..10 {
        let mut bits = key.with_str("token").with(block).bits();
        for _ in 0..10 {
            token.push(ALPHABET.get((bits & 63) as usize).copied().map_or('A', char::from));
            bits >>= 6;
        }
    }
    token.into()
}
