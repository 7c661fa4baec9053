//! The scenario document as the pane edits it, and the documents that it makes of it to be played.
//!
//! The alias's weight stays out of what is played for the Traffic tab: a moved weight is a matter of counting.

use crate::base::{Object, Value};
use std::rc::Rc;

/// A scenario document that is read as JSON.
#[derive(Clone, Debug)]
pub struct Document {
    pub root: Value,
    /// The version that the alias points to, the one that gets a share, and that share in percent.
    pub old: Rc<str>,
    pub new: Rc<str>,
    pub weight: u8,
}

/// Members that belong to the account, not to the settings of a simulation.
const ACCOUNT: [&str; 4] = ["weir", "versions", "alias", "inputs"];

/// Executions where the traffic does not say how many.
pub const EXECUTIONS: i64 = 10_000;
/// What a page plays of customers at most.
pub const MOST_EXECUTIONS: i64 = 1_000_000;
/// Replications where the document does not say how many.
pub const REPLICATIONS: i64 = 1_000;
const HORIZON: f64 = 1_800_000.0;

pub fn number(value: f64) -> Value {
    Value::Number(crate::base::value::Number::from_computed(value))
}

pub fn text(value: &str) -> Value {
    Value::String(value.into())
}

/// A copy with a member of its own, or without it.
pub fn with(object: &Value, key: &str, value: Option<Value>) -> Value {
    let mut members = object.as_object().cloned().unwrap_or_default();
    match value {
        Some(value) => drop(members.insert(key.into(), value)),
        None => drop(members.remove(key)),
    }
    Value::Object(Rc::new(members))
}

fn has_strategy(root: &Value) -> bool {
    root.get("strategy").is_some_and(|strategy| strategy.get("kind").is_some())
}

impl Document {
    /// Reads a document; nothing where it has no alias that points to a version.
    pub fn read(document: &str) -> Option<Document> {
        let root = Value::parse(document).ok()?;
        let weights = root.pointer("/alias/weights")?.as_object()?;
        let mut routes = weights.iter();
        let (old, _) = routes.next()?;
        let second = routes.next();
        let known = root.get("versions")?.as_object()?;
        let rank = |version: &str| version.parse::<u64>().unwrap_or(0);
        let target =
            root.pointer("/strategy/to").and_then(Value::as_str).filter(|to| known.contains_key(to) && **to != **old);
        let newest = known
            .keys()
            .filter(|version| *version != old)
            .max_by_key(|version| rank(version))
            .map(|version| &**version);
        let new = second.map(|(version, _)| &**version).or(target).or(newest).unwrap_or(old);
        let weight = second.and_then(|(_, weight)| weight.as_i64()).unwrap_or(0).clamp(0, 100) as u8;
        Some(Document { old: Rc::clone(old), new: new.into(), weight, root: root.clone() })
    }

    pub fn is_single(&self) -> bool {
        self.old == self.new
    }

    pub fn get(&self, pointer: &str) -> Option<&Value> {
        self.root.pointer(pointer)
    }

    pub fn alias(&self) -> &str {
        self.get("/alias/name").and_then(Value::as_str).unwrap_or("PROD")
    }

    pub fn executions(&self) -> i64 {
        self.get("/traffic/stop/count").and_then(Value::as_i64).unwrap_or(EXECUTIONS)
    }

    pub fn seed(&self) -> i64 {
        self.get("/seed").and_then(Value::as_i64).unwrap_or(0)
    }

    pub fn replications(&self) -> i64 {
        self.get("/replications").and_then(Value::as_i64).unwrap_or(REPLICATIONS)
    }

    /// In minutes.
    pub fn horizon(&self) -> f64 {
        self.get("/horizon_ms").and_then(Value::as_f64).unwrap_or(HORIZON) / 60_000.0
    }

    /// The same with another member; what is edited, as the page keeps it.
    pub fn edited(&self, key: &str, value: Option<Value>) -> Rc<str> {
        let whole = with(&self.root, key, value);
        let own = whole.as_object().cloned().unwrap_or_default();
        let settings: Object = own
            .iter()
            .filter(|(key, _)| !ACCOUNT.contains(&&***key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        Value::Object(Rc::new(settings)).to_json().into()
    }

    /// The same with another weight of the new version.
    pub fn with_weight(&self, weight: u8) -> Rc<str> {
        let alias = self.root.get("alias").cloned().unwrap_or_default();
        let weights =
            Value::object([(&*self.old, number(f64::from(100 - weight))), (&*self.new, number(f64::from(weight)))]);
        with(&self.root, "alias", Some(with(&alias, "weights", Some(weights)))).to_json().into()
    }

    /// A document with other settings in the place of its own.
    pub fn merged(document: &str, settings: &str) -> Option<Rc<str>> {
        let (root, settings) = (Value::parse(document).ok()?, Value::parse(settings).ok()?);
        let account = root.as_object()?.iter().filter(|(key, _)| ACCOUNT.contains(&&***key));
        let own = settings.as_object()?.iter().filter(|(key, _)| !ACCOUNT.contains(&&***key));
        let whole: Object = account.chain(own).map(|(key, value)| (key.clone(), value.clone())).collect();
        Some(Value::Object(Rc::new(whole)).to_json().into())
    }

    /// The versions that matter, and the alias on the old one.
    fn base(&self) -> Value {
        let versions = self.root.get("versions").and_then(Value::as_object).cloned().unwrap_or_default();
        let both = versions.iter().filter(|(version, _)| **version == self.old || **version == self.new);
        let both: Object = both.map(|(version, value)| (version.clone(), value.clone())).collect();
        let alias = self.root.get("alias").cloned().unwrap_or_default();
        let mut root = with(&self.root, "versions", Some(Value::Object(Rc::new(both))));
        root = with(&root, "alias", Some(with(&alias, "weights", Some(Value::object([(&*self.old, number(100.0))])))));
        with(&root, "name", None)
    }

    /// What the Traffic tab plays: all customers on both versions.
    pub fn traffic(&self) -> Rc<str> {
        let mut root = self.base();
        for key in ["strategy", "alarms", "horizon_ms", "replications", "precision", "twin", "metrics", "concurrency"] {
            root = with(&root, key, None);
        }
        let traffic = root.get("traffic").cloned().unwrap_or_default();
        let stop = Value::object([("count", number(self.executions() as f64))]);
        root = with(&root, "traffic", Some(with(&traffic, "stop", Some(stop))));
        root.to_json().into()
    }

    /// What the Rollout tab plays: the strategy, from all executions on the old version.
    pub fn rollout(&self) -> Value {
        let mut root = self.base();
        let traffic = root.get("traffic").cloned().unwrap_or_default();
        root = with(&root, "traffic", Some(with(&traffic, "stop", None)));
        if root.get("horizon_ms").is_none() {
            root = with(&root, "horizon_ms", Some(number(HORIZON)));
        }
        if root.get("replications").is_none() && root.get("precision").is_none() {
            root = with(&root, "replications", Some(number(REPLICATIONS as f64)));
        }
        let alarms = self.alarms().into_iter().map(|alarm| self.followed(&alarm));
        root = with(&root, "alarms", Some(Value::array(alarms)));
        let strategy =
            if has_strategy(&root) { root.get("strategy").cloned().unwrap_or_default() } else { default_strategy() };
        with(&root, "strategy", Some(with(&strategy, "to", Some(text(&self.new)))))
    }

    /// An alarm on a version that is no longer rolled out looks at the one that is.
    fn followed(&self, alarm: &Value) -> Value {
        let watched = alarm.pointer("/dimension/Version").and_then(Value::as_str);
        match watched {
            Some(version) if *version != *self.old && *version != *self.new => {
                with(alarm, "dimension", Some(Value::object([("Version", text(&self.new))])))
            }
            _ => alarm.clone(),
        }
    }

    pub fn alarms(&self) -> Vec<Value> {
        match self.root.get("alarms").and_then(Value::as_array) {
            Some(alarms) => alarms.iter().cloned().collect(),
            None => vec![default_alarm(&self.new, "failures")],
        }
    }

    pub fn strategy(&self) -> Value {
        if has_strategy(&self.root) {
            self.root.get("strategy").cloned().unwrap_or_default()
        } else {
            default_strategy()
        }
    }
}

/// A canary of 10 % for five minutes, watched for ten more.
pub fn default_strategy() -> Value {
    Value::parse(r#"{"kind": "canary", "weight": 10, "interval_ms": 300000, "bake_ms": 600000}"#).unwrap_or_default()
}

/// Two failures or more of the new version in two of three minutes.
pub fn default_alarm(version: &str, name: &str) -> Value {
    let alarm = r#"{"name": "", "metric": "ExecutionsFailed", "statistic": "Sum", "dimension": {}, "operator": ">=",
        "threshold": 2, "period_s": 60, "N": 3, "M": 2, "treatMissing": "notBreaching"}"#;
    let alarm = with(&Value::parse(alarm).unwrap_or_default(), "name", Some(text(name)));
    with(&alarm, "dimension", Some(Value::object([("Version", text(version))])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::scenario::Scenario;

    const DOCUMENT: &str = r#"{"weir": 1, "seed": 7, "traffic": {"kind": "poisson", "per_min": 100, "stop": {"count": 500}},
        "alias": {"name": "PROD", "weights": {"1": 90, "3": 10}}, "versions": {
            "1": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}},
            "2": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}},
            "3": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Fail"}}}}},
        "alarms": [{"name": "a", "metric": "ExecutionsFailed", "statistic": "Sum", "dimension": {"Version": "2"},
            "operator": ">=", "threshold": 1}]}"#;

    #[test]
    fn what_is_played_is_a_scenario() {
        let document = Document::read(DOCUMENT).unwrap();
        assert_eq!((&*document.old, &*document.new, document.weight), ("1", "3", 10));
        let traffic = Scenario::parse(&document.traffic()).unwrap();
        assert_eq!((traffic.old_name(), traffic.new_name(), traffic.traffic.count), ("1", "3", Some(500)));
        let rollout = Scenario::parse(&document.rollout().to_json()).unwrap();
        assert_eq!((rollout.old_name(), rollout.new_name(), rollout.strategy.kind), ("1", "3", "canary"));
        assert_eq!(rollout.strategy.guards, [0]);
    }

    #[test]
    fn a_moved_weight_changes_nothing_that_is_played() {
        let moved = DOCUMENT.replace(r#"{"1": 90, "3": 10}"#, r#"{"1": 20, "3": 80}"#);
        let (document, moved) = (Document::read(DOCUMENT).unwrap(), Document::read(&moved).unwrap());
        assert_eq!(moved.weight, 80);
        assert_eq!(document.traffic(), moved.traffic());
        assert_eq!(document.rollout().to_json(), moved.rollout().to_json());
    }

    #[test]
    fn settings_come_and_go() {
        let document = Document::read(DOCUMENT).unwrap();
        let settings = document.edited("seed", Some(number(8.0)));
        assert!(!settings.contains("versions") && settings.contains(r#""seed":8"#));
        let merged = Document::read(&Document::merged(DOCUMENT, &settings).unwrap()).unwrap();
        assert_eq!((merged.seed(), merged.executions(), merged.weight), (8, 500, 10));
        assert!(Document::read("{}").is_none() && Document::read("{").is_none());
    }
}
