//! Reading a comparison.

use crate::base::document::{Findings, Members, Place, Range};
use crate::base::value::read::parse;
use crate::base::{Array, Diagnostic, Object, Pointer, Text, Value};
use crate::simulation::scenario::{Scenario, VERSION};
use std::rc::Rc;

/// `{"weir": 1, "scenario": {…}, "variants": [{"name": "…", "patch": {…}}], "want": {"catch": 0.95, "false_rollback": 0.05}}`
/// or, instead of variants, `"sweep": [{"pointer": "/strategy/weight", "values": [1, 5, 10]}]`.
#[derive(Clone, Debug)]
pub struct Comparison {
    pub alternatives: Vec<Alternative>,
    /// The pointers that are swept over.
    pub swept: Vec<String>,
    pub want: Want,
}

/// A scenario to be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    pub name: Text,
    /// The swept values, as JSON.
    pub values: Vec<String>,
    /// A scenario document.
    pub document: String,
}

/// What a rollout is expected to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Want {
    /// P(rollback) of the new version, at least.
    pub catch: f64,
    /// P(rollback) of a version that is no worse than the old one, at most.
    pub false_rollback: f64,
}

impl Default for Want {
    fn default() -> Want {
        Want { catch: 0.95, false_rollback: 0.05 }
    }
}

/// More alternatives than anyone will read.
const MAX_ALTERNATIVES: usize = 400;

impl Comparison {
    /// Reads a document and makes its scenarios.
    ///
    /// # Errors
    /// All that is wrong with it; what is wrong with a scenario that it makes is told with the alternative's name.
    pub fn parse(text: &str) -> Result<Comparison, Vec<Diagnostic>> {
        let parsed = parse(text);
        if !parsed.errors.is_empty() {
            let finding = |error: crate::base::value::ReadError| {
                Diagnostic::error("not-json", Pointer::root(), error.span, error.message)
            };
            return Err(parsed.errors.into_iter().map(finding).collect());
        }
        let mut findings = Findings::default();
        match read(&Place::root(&parsed.root), &mut findings) {
            Some(comparison) if !findings.has_errors() => Ok(comparison),
            _ => Err(findings.list),
        }
    }
}

/// The alternatives that other values at a pointer make of a scenario, without those that cannot be played.
pub fn swept(base: &Value, pointer: &str, values: impl IntoIterator<Item = Value>) -> Vec<Alternative> {
    let pointer = Pointer::from(pointer);
    let alternative = |value: Value| {
        let document = replaced(base, &pointer, &value)?.to_json();
        let values = vec![value.to_json()];
        Scenario::parse(&document).ok()?;
        Some(Alternative { name: values.concat().into(), values, document })
    };
    values.into_iter().filter_map(alternative).collect()
}

fn read(place: &Place, findings: &mut Findings) -> Option<Comparison> {
    let members = place.object(findings, &["weir", "$schema", "scenario", "variants", "sweep", "want"])?;
    if let Some(at) = members.required("weir", findings)
        && at.integer(Range::NOT_NEGATIVE, findings).is_some_and(|version| version != VERSION)
    {
        findings.push(at.error("unknown-format", "this format is not known here"));
    }
    let scenario = members.required("scenario", findings)?;
    let base = scenario.node.to_value();
    let want = match members.get("want") {
        Some(at) => read_want(&at, findings),
        None => Some(Want::default()),
    };
    let mut swept = Vec::new();
    let alternatives = match (members.get("variants"), members.get("sweep")) {
        (Some(at), None) => read_variants(&at, &base, findings),
        (None, Some(at)) => read_sweep(&at, &base, &mut swept, findings),
        _ => {
            let finding = place.error("missing-member", "nothing to compare");
            findings.push(finding.help("give `variants`, or a `sweep`"));
            None
        }
    }?;
    for (alternative, at) in &alternatives {
        // What is wrong with the scenario itself is told once.
        for finding in Scenario::parse(&alternative.document).err().into_iter().flatten() {
            let message = format!("`{}`: at `{}`: {}", alternative.name, finding.pointer, finding.message);
            let told = Diagnostic { pointer: at.pointer.clone(), span: at.span(), message, ..finding };
            let same = |known: &Diagnostic| known.code == told.code && known.pointer == told.pointer;
            if findings.list.len() < 50 && !findings.list.iter().any(same) {
                findings.push(told);
            }
        }
    }
    let alternatives = alternatives.into_iter().map(|(alternative, _)| alternative).collect();
    Some(Comparison { alternatives, swept, want: want? })
}

fn read_want(place: &Place, findings: &mut Findings) -> Option<Want> {
    let members = place.object(findings, &["catch", "false_rollback"])?;
    let mut part = |key: &str, default: f64| match members.get(key) {
        Some(at) => at.number(Range::PROBABILITY, findings),
        None => Some(default),
    };
    let (catch, false_rollback) = (part("catch", 0.95), part("false_rollback", 0.05));
    Some(Want { catch: catch?, false_rollback: false_rollback? })
}

fn is_few(place: &Place, count: usize, findings: &mut Findings) -> Option<()> {
    if (1..=MAX_ALTERNATIVES).contains(&count) {
        return Some(());
    }
    let message = format!("{count} alternatives, between 1 and {MAX_ALTERNATIVES} are possible");
    findings.push(place.error("out-of-range", message));
    None
}

fn read_variants<'n>(
    place: &Place<'n>,
    base: &Value,
    findings: &mut Findings,
) -> Option<Vec<(Alternative, Place<'n>)>> {
    let places = place.array(findings)?;
    is_few(place, places.len(), findings)?;
    let mut alternatives: Vec<(Alternative, Place)> = Vec::new();
    for at in places {
        let Some(variant) = at.object(findings, &["name", "patch"]) else { continue };
        let name = variant.required("name", findings).and_then(|at| at.string(findings));
        let patch = variant.required("patch", findings);
        let (Some(name), Some(patch)) = (name, patch) else { continue };
        if alternatives.iter().any(|(known, _)| known.name == name) {
            findings.push(at.error("duplicate-member", format!("two variants are called `{name}`")));
        }
        let document = merged(base, &patch.node.to_value()).to_json();
        alternatives.push((Alternative { name, values: Vec::new(), document }, patch));
    }
    Some(alternatives)
}

fn read_sweep<'n>(
    place: &Place<'n>,
    base: &Value,
    swept: &mut Vec<String>,
    findings: &mut Findings,
) -> Option<Vec<(Alternative, Place<'n>)>> {
    let places = place.array(findings)?;
    if !(1..=2).contains(&places.len()) {
        let message = format!("{} values are swept over, one or two are possible", places.len());
        findings.push(place.error("out-of-range", message));
        return None;
    }
    // Each sweep multiplies what the ones before it made.
    let mut made = vec![(Vec::new(), base.clone(), place.clone())];
    for at in places {
        let sweep = at.object(findings, &["pointer", "values"])?;
        let (pointer, values) = read_values(&sweep, findings)?;
        is_few(&at, made.len() * values.len(), findings)?;
        let mut next = Vec::new();
        for (names, document, _) in &made {
            for value in &values {
                let Some(changed) = replaced(document, &pointer, &value.node.to_value()) else {
                    let finding = at.error("unknown-name", format!("there is nothing at `{pointer}` in the scenario"));
                    findings.push(finding.help("sweep over a value that is there"));
                    return None;
                };
                let mut names: Vec<String> = names.clone();
                names.push(value.node.to_value().to_json());
                next.push((names, changed, value.clone()));
            }
        }
        made = next;
        swept.push(pointer.as_str().to_owned());
    }
    let last = |pointer: &str| pointer.rsplit('/').next().unwrap_or("").to_owned();
    let alternative = |(values, document, at): (Vec<String>, Value, Place<'n>)| {
        let parts = swept.iter().zip(&values).map(|(pointer, value)| format!("{} {value}", last(pointer)));
        let name = parts.collect::<Vec<_>>().join(", ").into();
        (Alternative { name, values, document: document.to_json() }, at)
    };
    Some(made.into_iter().map(alternative).collect())
}

fn read_values<'n>(sweep: &Members<'n>, findings: &mut Findings) -> Option<(Pointer, Vec<Place<'n>>)> {
    let pointer = sweep.required("pointer", findings).and_then(|at| at.string(findings));
    let values = sweep.required("values", findings).and_then(|at| at.array(findings));
    Some((Pointer::from(&*pointer?), values?))
}

/// A JSON Merge Patch (RFC 7396). Values are read with bounded depth, and so is this.
fn merged(target: &Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else { return patch.clone() };
    let mut object = target.as_object().cloned().unwrap_or_else(Object::new);
    for (key, value) in patch.iter() {
        if value.is_null() {
            object.remove(key);
        } else {
            let before = object.get(key).cloned().unwrap_or_default();
            // A strategy of another kind has other members: it is replaced as a whole.
            let is_other = matches!((before.get("kind"), value.get("kind")), (Some(a), Some(b)) if a != b);
            let merged = if is_other { value.clone() } else { merged(&before, value) };
            object.insert(key.clone(), merged);
        }
    }
    object.into()
}

/// The value with another at a pointer, where there is one.
fn replaced(value: &Value, pointer: &Pointer, new: &Value) -> Option<Value> {
    let parts: Vec<String> = pointer.parts().collect();
    replaced_at(value, &parts, new)
}

fn replaced_at(value: &Value, parts: &[String], new: &Value) -> Option<Value> {
    let Some((first, rest)) = parts.split_first() else { return Some(new.clone()) };
    match value {
        Value::Object(object) => {
            let changed = replaced_at(object.get(first)?, rest, new)?;
            let mut object: Object = (**object).clone();
            object.insert(Rc::from(first.as_str()), changed);
            Some(object.into())
        }
        Value::Array(array) => {
            let at: usize = first.parse().ok()?;
            let changed = replaced_at(array.get(at)?, rest, new)?;
            let mut array: Array = (**array).clone();
            array.set(at, changed);
            Some(array.into())
        }
        _ => None,
    }
}
