//! Paths that lead to what no state before can have made.
//!
//! Each state is looked at with what is known of its input: which members it can have at most. What comes from outside
//! (the input of the execution, results of tasks) may have any. So a warning is given only where every way to a state
//! is known to bring something else; AWS takes such a definition, and its execution fails there.

use super::Checker;
use crate::asl::model::{Machine, QueryLanguage, State, StateId, StateType, Via};
use crate::asl::query::intrinsic::Call;
use crate::asl::query::{Path, Root};
use crate::base::document::{listed, nearest};
use crate::base::value::read::Node;
use crate::base::{Id, Pointer, Severity, Text};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a value can be at most.
#[derive(Clone, Debug, PartialEq)]
enum Shape {
    /// Nothing is known of it.
    Any,
    /// No other members than these.
    Object(Rc<BTreeMap<Text, Shape>>),
    /// A text, a number, a boolean or null.
    Scalar,
}

/// Objects are known so deep.
const DEPTH: usize = 6;
/// A state that is come to so often with something new, as in a loop, has any input.
const TURNS: u32 = 8;

impl Shape {
    fn of(node: &Node, depth: usize) -> Shape {
        if depth == 0 {
            return Shape::Any;
        }
        if node.is_object() {
            let members = node.members().iter().map(|member| (member.key.clone(), Shape::of(&member.value, depth - 1)));
            return Shape::Object(Rc::new(members.collect()));
        }
        // Of arrays nothing is known: a path into one selects.
        if node.elements().is_empty()
            && (node.is_null() || node.as_str().is_some() || node.as_number().is_some() || node.as_bool().is_some())
        {
            Shape::Scalar
        } else {
            Shape::Any
        }
    }

    fn object(members: impl IntoIterator<Item = (Text, Shape)>) -> Shape {
        Shape::Object(Rc::new(members.into_iter().collect()))
    }

    /// What is one or the other.
    fn or(&self, other: &Shape) -> Shape {
        match (self, other) {
            (a, b) if a == b => a.clone(),
            (Shape::Object(a), Shape::Object(b)) => {
                let mut members = (**a).clone();
                for (key, shape) in b.iter() {
                    let joined = members.get(key).map_or_else(|| shape.clone(), |known| known.or(shape));
                    members.insert(key.clone(), joined);
                }
                Shape::Object(Rc::new(members))
            }
            _ => Shape::Any,
        }
    }

    /// What is behind names, or the name that is not there and what is there instead.
    fn behind(&self, names: &[&str]) -> Result<Shape, (usize, Vec<Text>)> {
        let mut shape = self.clone();
        for (at, name) in names.iter().enumerate() {
            shape = match &shape {
                Shape::Any => return Ok(Shape::Any),
                Shape::Scalar => return Err((at, Vec::new())),
                Shape::Object(members) => match members.get(*name) {
                    Some(inner) => inner.clone(),
                    None => return Err((at, members.keys().cloned().collect())),
                },
            };
        }
        Ok(shape)
    }

    /// The same with something put in.
    fn with(&self, names: &[&str], put: Shape) -> Shape {
        let Some((first, rest)) = names.split_first() else { return put };
        match self {
            Shape::Any => Shape::Any,
            Shape::Scalar => Shape::Any,
            Shape::Object(members) => {
                let mut members = (**members).clone();
                let inner = members.get(*first).cloned().unwrap_or_else(|| Shape::object([]));
                members.insert(Text::from(*first), inner.with(rest, put));
                Shape::Object(Rc::new(members))
            }
        }
    }
}

/// A path that leads nowhere.
struct Missing {
    pointer: Pointer,
    span: crate::base::Span,
    path: Text,
    /// Up to the name that is missing.
    known: usize,
    instead: Vec<Text>,
}

/// What a state makes of its input.
struct Made {
    output: Shape,
    /// What a catcher hands on, by its number.
    caught: Vec<Shape>,
    /// What each machine inside begins with.
    inside: Shape,
}

impl Checker<'_> {
    pub(super) fn data_flow(&mut self) {
        let definition = self.definition;
        let mut begins: Vec<Option<Shape>> = vec![None; definition.machines.len()];
        if let Some(first) = begins.first_mut() {
            *first = Some(Shape::Any);
        }
        // Machines come in the order of the text: outer ones before those inside.
        for (id, machine) in definition.machines.iter_enumerated() {
            let Some(Some(input)) = begins.get(id.index()).cloned() else { continue };
            for (state, input) in inputs(definition, machine, input) {
                let Some(state) = definition.states.lookup(state) else { continue };
                let mut missing = Vec::new();
                let made = made(state, &input, &mut missing);
                for inner in &state.machines {
                    if let Some(begin) = begins.get_mut(inner.index()) {
                        *begin = Some(made.inside.clone());
                    }
                }
                missing.into_iter().for_each(|missing| self.tell_missing(missing));
            }
        }
    }

    fn tell_missing(&mut self, missing: Missing) {
        if self.is_full() {
            return;
        }
        let Missing { pointer, span, path, known, instead } = missing;
        let names: Vec<&str> = instead.iter().map(|name| &**name).collect();
        let wanted = Path::parse(&path).ok();
        let name = wanted.as_ref().and_then(|path| path.leading_names().get(known).map(|name| (*name).to_owned()));
        let help = match name.as_deref().and_then(|name| nearest(name, &names)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => "there is no object by then".to_owned(),
            None => format!("there is {} by then", listed(&names)),
        };
        self.add(Severity::Warning, "no-such-data", &pointer, span, format!("no way to this state brings `{path}`"))
            .help(help);
    }
}

/// The states of a machine that can be reached, and what is known of their inputs.
fn inputs(definition: &crate::asl::Definition, machine: &Machine, input: Shape) -> Vec<(StateId, Shape)> {
    let names = machine.states.iter().filter_map(|id| Some((&*definition.states.lookup(*id)?.name, *id)));
    let by_name: FxHashMap<&str, StateId> = names.collect();
    let named = |name: &str| by_name.get(name).copied();
    let Some(start) = machine.node.get("StartAt").and_then(Node::as_str).and_then(named) else { return Vec::new() };
    let mut known: BTreeMap<StateId, (Shape, u32)> = BTreeMap::new();
    known.insert(start, (input, 0));
    let mut open = vec![start];
    while let Some(id) = open.pop() {
        let (Some((shape, _)), Some(state)) = (known.get(&id).cloned(), definition.states.lookup(id)) else { continue };
        let made = made(state, &shape, &mut Vec::new());
        for transition in state.transitions() {
            let Some(target) = named(&transition.target) else { continue };
            let brought = match transition.via {
                Via::Catch(n) => made.caught.get(n).cloned().unwrap_or(Shape::Any),
                _ => made.output.clone(),
            };
            let (next, turns) = match known.get(&target) {
                None => (brought, 0),
                Some((before, turns)) => {
                    let joined = if *turns >= TURNS { Shape::Any } else { before.or(&brought) };
                    if joined == *before {
                        continue;
                    }
                    (joined, turns + 1)
                }
            };
            known.insert(target, (next, turns));
            open.push(target);
        }
    }
    known.into_iter().map(|(id, (shape, _))| (id, shape)).collect()
}

fn made(state: &State, input: &Shape, missing: &mut Vec<Missing>) -> Made {
    if state.language == QueryLanguage::Jsonata {
        return made_by_jsonata(state, input);
    }
    let mut reader = Reader { state, missing };
    let effective = match state.node.get("InputPath") {
        Some(node) if node.is_null() => Shape::object([]),
        Some(node) => reader.path("InputPath", node, input),
        None => input.clone(),
    };
    for key in [
        "SecondsPath",
        "TimestampPath",
        "TimeoutSecondsPath",
        "HeartbeatSecondsPath",
        "MaxConcurrencyPath",
        "ErrorPath",
        "CausePath",
    ] {
        if let Some(node) = state.node.get(key) {
            reader.path(key, node, &effective);
        }
    }
    if let Some(node) = state.node.get("ItemsPath") {
        reader.path("ItemsPath", node, &effective);
    }
    // Of a Map they are made anew for each item.
    let parameters = state.node.get("Parameters");
    let given = parameters.map(|node| reader.template(node, &state.pointer.key("Parameters"), &effective));
    let selector = state
        .node
        .get("ItemSelector")
        .map(|node| reader.template(node, &state.pointer.key("ItemSelector"), &effective));
    let handed_on = given.clone().unwrap_or_else(|| effective.clone());
    let result = match state.state_type {
        Some(StateType::Pass) => match state.node.get("Result") {
            Some(node) => Shape::of(node, DEPTH),
            None => handed_on.clone(),
        },
        Some(StateType::Choice | StateType::Wait | StateType::Succeed | StateType::Fail) => effective.clone(),
        _ => Shape::Any,
    };
    let result = match state.node.get("ResultSelector") {
        Some(node) => reader.template(node, &state.pointer.key("ResultSelector"), &result),
        None => result,
    };
    let whole = match state.state_type {
        Some(StateType::Pass | StateType::Task | StateType::Parallel | StateType::Map) => {
            put(state.node.get("ResultPath"), input, result)
        }
        _ => result,
    };
    let output = match state.node.get("OutputPath") {
        Some(node) if node.is_null() => Shape::object([]),
        Some(node) => reader.path("OutputPath", node, &whole),
        None => whole,
    };
    let error = || Shape::object(["Error", "Cause"].map(|key| (Text::from(key), Shape::Scalar)));
    let catchers = state.node.get("Catch").map(Node::elements).unwrap_or_default();
    let caught = catchers.iter().map(|catcher| put(catcher.get("ResultPath"), input, error())).collect();
    let inside = match state.state_type {
        Some(StateType::Map) => selector.or(given).unwrap_or(Shape::Any),
        _ => handed_on,
    };
    Made { output, caught, inside }
}

fn made_by_jsonata(state: &State, input: &Shape) -> Made {
    let expression =
        |node: &Node| if node.as_str().is_some_and(|text| text.starts_with("{%")) { Shape::Any } else { Shape::Scalar };
    let output = match (state.node.get("Output"), state.state_type) {
        (Some(node), _) if node.is_object() => {
            // Members are known by name, what is in them is not.
            Shape::object(node.members().iter().map(|member| {
                let inner = if member.value.as_str().is_some() { expression(&member.value) } else { Shape::Any };
                (member.key.clone(), inner)
            }))
        }
        (Some(_), _) => Shape::Any,
        (None, Some(StateType::Task | StateType::Parallel | StateType::Map)) => Shape::Any,
        (None, _) => input.clone(),
    };
    let caught = state.node.get("Catch").map(Node::elements).unwrap_or_default().iter().map(|_| Shape::Any).collect();
    Made { output, caught, inside: Shape::Any }
}

/// What a result is put into.
fn put(result_path: Option<&Node>, input: &Shape, result: Shape) -> Shape {
    match result_path {
        None => result,
        Some(node) if node.is_null() => input.clone(),
        Some(node) => match node.as_str().and_then(|text| Path::parse(text).ok()) {
            Some(path) if path.is_reference_path() && *path.root() == Root::Input => {
                let names = path.leading_names();
                // An index is no name: then nothing is known of it.
                if path.canonical().matches('[').count() > names.len() {
                    Shape::Any
                } else {
                    input.with(&names, result)
                }
            }
            _ => Shape::Any,
        },
    }
}

struct Reader<'s, 'm> {
    state: &'s State,
    missing: &'m mut Vec<Missing>,
}

impl Reader<'_, '_> {
    fn path(&mut self, key: &str, node: &Node, input: &Shape) -> Shape {
        let Some(path) = node.as_str().and_then(|text| Path::parse(text).ok()) else { return Shape::Any };
        let pointer = self.state.pointer.key(key);
        self.read(&path, node, &pointer, input)
    }

    fn read(&mut self, path: &Path, node: &Node, pointer: &Pointer, input: &Shape) -> Shape {
        if *path.root() != Root::Input || !path.is_definite() {
            return Shape::Any;
        }
        let names = path.leading_names();
        match input.behind(&names) {
            // It goes on by an index.
            Ok(_) if path.canonical().matches('[').count() > names.len() => Shape::Any,
            Ok(shape) => shape,
            Err((known, instead)) => {
                let (pointer, path) = (pointer.clone(), path.text().clone());
                self.missing.push(Missing { pointer, span: node.span, path, known, instead });
                Shape::Any
            }
        }
    }

    /// What a payload template makes.
    fn template(&mut self, node: &Node, pointer: &Pointer, input: &Shape) -> Shape {
        if !node.is_object() {
            for (at, element) in node.elements().iter().enumerate() {
                self.template(element, &pointer.index(at), input);
            }
            return Shape::of(node, 1);
        }
        let mut members = Vec::new();
        for member in node.members() {
            let at = pointer.key(&member.key);
            let Some(name) = member.key.strip_suffix(".$") else {
                members.push((member.key.clone(), self.template(&member.value, &at, input)));
                continue;
            };
            let text = member.value.as_str().unwrap_or_default();
            let shape = if text.starts_with('$') {
                Path::parse(text).map_or(Shape::Any, |path| self.read(&path, &member.value, &at, input))
            } else {
                if let Ok(call) = Call::parse(text) {
                    let mut paths = Vec::new();
                    call.paths(&mut |path| paths.push(path.text().clone()));
                    for path in paths.iter().filter_map(|text| Path::parse(text).ok()) {
                        self.read(&path, &member.value, &at, input);
                    }
                }
                Shape::Any
            };
            members.push((Text::from(name), shape));
        }
        Shape::object(members)
    }
}
