//! What the author wrote: machines and states with their places, from any text however broken.

use crate::base::value::read::{Member, Node, ReadError, parse};
use crate::base::value::yaml;
use crate::base::{IndexVec, Pointer, Span, Text};
use crate::id;

id! {
    /// A state, numbered in the order in which machines are met; the same in a [`Definition`] and in the
    /// [`Program`](super::Program) made of it.
    pub StateId,
    /// A machine: the definition itself, a branch of a Parallel state, or the item processor of a Map state.
    pub MachineId,
}

/// The language of the queries in a state (States Language, "Query Languages").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum QueryLanguage {
    #[default]
    JsonPath,
    Jsonata,
}

impl QueryLanguage {
    pub fn from_name(name: &str) -> Option<QueryLanguage> {
        match name {
            "JSONPath" => Some(QueryLanguage::JsonPath),
            "JSONata" => Some(QueryLanguage::Jsonata),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            QueryLanguage::JsonPath => "JSONPath",
            QueryLanguage::Jsonata => "JSONata",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StateType {
    Pass,
    Task,
    Choice,
    Wait,
    Succeed,
    Fail,
    Parallel,
    Map,
}

impl StateType {
    pub const ALL: [StateType; 8] = [
        StateType::Pass,
        StateType::Task,
        StateType::Choice,
        StateType::Wait,
        StateType::Succeed,
        StateType::Fail,
        StateType::Parallel,
        StateType::Map,
    ];

    pub fn from_name(name: &str) -> Option<StateType> {
        StateType::ALL.into_iter().find(|type_| type_.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            StateType::Pass => "Pass",
            StateType::Task => "Task",
            StateType::Choice => "Choice",
            StateType::Wait => "Wait",
            StateType::Succeed => "Succeed",
            StateType::Fail => "Fail",
            StateType::Parallel => "Parallel",
            StateType::Map => "Map",
        }
    }
}

/// A text read as a state machine definition. There is one for every text: what could not be read is in
/// [`syntax`](Definition::syntax), what is read but wrong is for the checker to tell.
///
/// ```
/// use weir::asl::{Definition, StateType};
/// let definition = Definition::parse(r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3, "End": true}}}"#);
/// let (_, state) = definition.states.iter_enumerated().next().unwrap();
/// assert_eq!((&*state.name, state.state_type), ("A", Some(StateType::Wait)));
/// ```
#[derive(Clone, Debug)]
pub struct Definition {
    /// What was read: all spans are places in it. Empty where the definition is a part of a text that is not at hand.
    pub text: Text,
    pub root: Node,
    /// Where the text is not JSON.
    pub syntax: Vec<ReadError>,
    /// The definition itself comes first, each other machine after the one that holds it.
    pub machines: IndexVec<MachineId, Machine>,
    pub states: IndexVec<StateId, State>,
}

#[derive(Clone, Debug)]
pub struct Machine {
    pub node: Node,
    pub pointer: Pointer,
    /// The state that holds it; none for the definition itself.
    pub owner: Option<Owner>,
    /// Its states as written, including any whose name is taken by another.
    pub states: Vec<StateId>,
}

/// How a state holds a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The n-th of the Branches of a Parallel state.
    Branch(StateId, usize),
    /// The ItemProcessor (or Iterator, its older name) of a Map state.
    ItemProcessor(StateId),
}

impl Owner {
    pub fn state(self) -> StateId {
        match self {
            Owner::Branch(state, _) | Owner::ItemProcessor(state) => state,
        }
    }
}

#[derive(Clone, Debug)]
pub struct State {
    pub name: Text,
    pub name_span: Span,
    pub node: Node,
    pub pointer: Pointer,
    pub machine: MachineId,
    /// None where Type is missing or unknown.
    pub state_type: Option<StateType>,
    /// Its own QueryLanguage, else that of the definition.
    pub language: QueryLanguage,
    /// Branches or the item processor.
    pub machines: Vec<MachineId>,
}

/// One way out of a state, as written.
#[derive(Clone, Debug)]
pub struct Transition {
    pub via: Via,
    pub target: Text,
    pub span: Span,
    pub pointer: Pointer,
}

/// What makes a transition happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    Next,
    /// The n-th rule of Choices.
    Choice(usize),
    Default,
    /// The n-th catcher of Catch.
    Catch(usize),
}

impl Definition {
    /// Reads a definition in JSON.
    pub fn parse(text: &str) -> Definition {
        let parsed = parse(text);
        Definition::from_node(text.into(), parsed.root, parsed.errors)
    }

    /// Reads a definition in JSON or YAML, whichever it looks like. (AWS itself takes JSON only; its tools also take YAML.)
    pub fn read(text: &str) -> Definition {
        // Every definition in JSON is an object; a comment in front of it is a mistake that is told as one of JSON.
        let is_json = text.trim_start().chars().next().is_none_or(|first| matches!(first, '{' | '[' | '"' | '/'));
        if is_json {
            return Definition::parse(text);
        }
        let parsed = yaml::parse(text);
        Definition::from_node(text.into(), parsed.root, parsed.errors)
    }

    /// Finds the machines and states in a document that is read already; `text` is the whole text of it.
    pub fn from_node(text: Text, root: Node, syntax: Vec<ReadError>) -> Definition {
        let mut definition = Definition { text, root, syntax, machines: IndexVec::new(), states: IndexVec::new() };
        let language = language_of(&definition.root).unwrap_or_default();
        let mut open = vec![(definition.root.clone(), Pointer::root(), None)];
        // A worklist and not recursion: machines nest as deep as the text says.
        while let Some((node, pointer, owner)) = open.pop() {
            let machine = definition.machines.push(Machine { node: node.clone(), pointer, owner, states: Vec::new() });
            if let Some(owner) = owner
                && let Some(state) = definition.states.lookup_mut(owner.state())
            {
                state.machines.push(machine);
            }
            let first_open = open.len();
            let states = node.get("States").map(Node::members).unwrap_or_default();
            for member in states {
                let id = definition.add_state(machine, member, language);
                open.extend(definition.inner_machines(id));
            }
            // Popped from the end: inner machines in the order of the text.
            if let Some(added) = open.get_mut(first_open..) {
                added.reverse();
            }
        }
        definition
    }

    fn add_state(&mut self, machine: MachineId, member: &Member, language: QueryLanguage) -> StateId {
        let node = member.value.clone();
        let pointer = self.machines[machine].pointer.key("States").key(&member.key);
        let id = self.states.push(State {
            name: member.key.clone(),
            name_span: member.key_span,
            pointer,
            machine,
            state_type: node.get("Type").and_then(Node::as_str).and_then(StateType::from_name),
            language: language_of(&node).unwrap_or(language),
            machines: Vec::new(),
            node,
        });
        self.machines[machine].states.push(id);
        id
    }

    fn inner_machines(&self, id: StateId) -> Vec<(Node, Pointer, Option<Owner>)> {
        let state = &self.states[id];
        match state.state_type {
            Some(StateType::Parallel) => {
                let pointer = state.pointer.key("Branches");
                let branches = state.node.get("Branches").map(Node::elements).unwrap_or_default();
                let branch = |(n, node): (usize, &Node)| (node.clone(), pointer.index(n), Some(Owner::Branch(id, n)));
                branches.iter().enumerate().map(branch).collect()
            }
            Some(StateType::Map) => {
                let key = if state.node.get("ItemProcessor").is_some() { "ItemProcessor" } else { "Iterator" };
                let processor = |node: &Node| (node.clone(), state.pointer.key(key), Some(Owner::ItemProcessor(id)));
                state.node.get(key).map(processor).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// The query language of states that do not name their own.
    pub fn language(&self) -> QueryLanguage {
        language_of(&self.root).unwrap_or_default()
    }

    pub fn main(&self) -> Option<&Machine> {
        self.machines.iter().next()
    }

    /// The state of a machine that a name means: the last one written with it.
    pub fn state_named(&self, machine: MachineId, name: &str) -> Option<StateId> {
        self.machines[machine].states.iter().copied().rfind(|id| &*self.states[*id].name == name)
    }

    /// The innermost state whose text holds an offset.
    pub fn state_at(&self, offset: u32) -> Option<StateId> {
        let covers = |state: &State| state.name_span.cover(state.node.span).contains(offset);
        self.states
            .iter_enumerated()
            .filter(|(_, state)| covers(state))
            .map(|(id, _)| id)
            .max_by_key(|id| self.states[*id].name_span)
    }
}

impl Machine {
    /// Its StartAt and where that stands.
    pub fn start_at(&self) -> Option<(&Text, Span)> {
        let node = self.node.get("StartAt")?;
        Some((node.as_text()?, node.span))
    }
}

impl State {
    /// Every way out of it that is written, whether or not there is such a state.
    pub fn transitions(&self) -> Vec<Transition> {
        let mut found = Vec::new();
        let mut add = |via: Via, owner: &Node, key: &str, pointer: Pointer| {
            if let Some(node) = owner.get(key)
                && let Some(target) = node.as_text()
            {
                found.push(Transition { via, target: target.clone(), span: node.span, pointer: pointer.key(key) });
            }
        };
        if self.state_type == Some(StateType::Choice) {
            let choices = self.pointer.key("Choices");
            for (n, rule) in self.node.get("Choices").map(Node::elements).unwrap_or_default().iter().enumerate() {
                add(Via::Choice(n), rule, "Next", choices.index(n));
            }
            add(Via::Default, &self.node, "Default", self.pointer.clone());
        } else {
            add(Via::Next, &self.node, "Next", self.pointer.clone());
        }
        let catch = self.pointer.key("Catch");
        for (n, catcher) in self.node.get("Catch").map(Node::elements).unwrap_or_default().iter().enumerate() {
            add(Via::Catch(n), catcher, "Next", catch.index(n));
        }
        found
    }

    /// Whether the machine may end with it: `"End": true`, Succeed or Fail.
    pub fn is_terminal(&self) -> bool {
        matches!(self.state_type, Some(StateType::Succeed | StateType::Fail))
            || self.node.get("End").and_then(Node::as_bool) == Some(true)
    }
}

fn language_of(node: &Node) -> Option<QueryLanguage> {
    node.get("QueryLanguage").and_then(Node::as_str).and_then(QueryLanguage::from_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_machines_in_the_order_of_the_text() {
        let definition = Definition::parse(
            r#"{"StartAt": "P", "States": {
                "P": {"Type": "Parallel", "Next": "M", "Branches": [
                    {"StartAt": "A", "States": {"A": {"Type": "Map", "ItemProcessor": {"States": {"X": {}}}}}},
                    {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}}]},
                "M": {"Type": "Map", "Iterator": {"States": {"C": {"Type": "Succeed"}}}, "Catch": [{"Next": "P"}]}}}"#,
        );
        let pointers: Vec<_> = definition.machines.iter().map(|machine| machine.pointer.as_str()).collect();
        let branch = "/States/P/Branches/0";
        let inner = format!("{branch}/States/A/ItemProcessor");
        assert_eq!(pointers, ["", branch, &inner, "/States/P/Branches/1", "/States/M/Iterator"]);
        let map = &definition.states[definition.state_named(MachineId::from_usize(0), "M").unwrap()];
        assert_eq!(map.transitions()[0].via, Via::Catch(0));
        assert_eq!(definition.states.iter().filter(|state| state.is_terminal()).count(), 2);
    }

    #[test]
    fn a_broken_text_has_an_outline() {
        let definition =
            Definition::parse(r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "#);
        assert_eq!(definition.states.len(), 2);
        assert!(!definition.syntax.is_empty());
    }

    use crate::base::Id;
}
