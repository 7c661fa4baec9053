//! How states follow each other: names, targets, what can be reached, where it ends.

use super::Checker;
use super::object::At;
use crate::asl::fields::Owner as Fields;
use crate::asl::model::{Machine, Owner, StateId, Transition};
use crate::base::document::nearest;
use crate::base::{Pointer, Severity};
use rustc_hash::{FxHashMap, FxHashSet};

/// The longest name of a state, in characters.
const MAX_NAME: usize = 80;
/// So many names are compared with a mistyped one.
const MAX_COMPARED: usize = 200;

impl<'d> Checker<'d> {
    /// The fields of every machine and of every state.
    pub(super) fn machines(&mut self) {
        let definition = self.definition;
        for (id, machine) in definition.machines.iter_enumerated() {
            self.machine = Some(id);
            let at = At::new(&machine.node, machine.pointer.clone());
            // Where a machine should stand and another thing does, its state tells so.
            if at.node.is_object() {
                let owner = match machine.owner {
                    None => Fields::Definition,
                    Some(Owner::Branch(..)) => Fields::Branch,
                    Some(Owner::ItemProcessor(_)) => Fields::Processor,
                };
                self.object(&at, owner, definition.language());
            }
            for state in &machine.states {
                self.state(&definition.states[*state]);
            }
        }
        self.labels();
    }

    pub(super) fn flows(&mut self) {
        self.names_of_states();
        for machine in self.definition.machines.iter() {
            if machine.node.is_object() {
                self.flow(machine);
            }
        }
    }

    /// Names are unique in the whole definition, and not too long.
    fn names_of_states(&mut self) {
        let definition = self.definition;
        let mut met = FxHashMap::default();
        for state in definition.states.iter() {
            if self.is_full() {
                return;
            }
            let length = state.name.chars().count();
            if length > MAX_NAME || length == 0 {
                self.add(
                    Severity::Error,
                    "state-name",
                    &state.pointer,
                    state.name_span,
                    format!("the name of this state has {length} characters"),
                )
                .help(format!("names of states have 1 to {MAX_NAME} characters"))
                .aws_code("INVALID_STATE_NAME");
            }
            if let Some(first) = met.insert(&*state.name, &state.pointer) {
                let message = format!("there are two states with the name `{}`", state.name);
                self.add(Severity::Error, "duplicate-state", &state.pointer, state.name_span, message)
                    .help(format!("names are unique in the whole definition; the other one is at {first}"))
                    .aws("DUPLICATE_STATE_NAME", format!("Duplicate state name: {}", state.name));
            }
        }
    }

    fn flow(&mut self, machine: &'d Machine) {
        let definition = self.definition;
        let at = At::new(&machine.node, machine.pointer.clone());
        let Some(states) = at.get("States").filter(|states| states.node.is_object()) else { return };
        if machine.states.is_empty() {
            states.error(self, "empty", "there is no state").aws("SCHEMA_VALIDATION_FAILED", "Value cannot be empty");
            return;
        }
        let named: FxHashMap<&str, StateId> =
            machine.states.iter().map(|id| (&*definition.states[*id].name, *id)).collect();
        let start = at.get("StartAt").and_then(|at| Some((at.text()?, at)));
        let first = start.as_ref().and_then(|(name, _)| named.get(&***name).copied());
        if let Some((name, at)) = &start
            && first.is_none()
            && !self.is_substitution(name)
        {
            let help = self.meant(name, machine, None);
            at.error(self, "unknown-state", format!("there is no state `{name}` here"))
                .help(help)
                .aws("MISSING_TRANSITION_TARGET", missing_target(name));
        }
        let (mut ends, mut is_known) = (false, true);
        let mut reached: FxHashSet<StateId> = first.into_iter().collect();
        let mut successors: FxHashMap<StateId, Vec<StateId>> = FxHashMap::default();
        for id in &machine.states {
            let state = &definition.states[*id];
            // A state that says neither is told where its fields are.
            ends |= state.is_terminal() || (state.state_type.is_none() || state.transitions().is_empty());
            for transition in state.transitions() {
                match named.get(&*transition.target) {
                    Some(target) => successors.entry(*id).or_default().push(*target),
                    None if self.is_substitution(&transition.target) => is_known = false,
                    None => self.no_target(&transition, machine, *id),
                }
            }
        }
        if !ends {
            at.get("States")
                .unwrap_or(at)
                .error(self, "no-end", "no state ends this flow")
                .help("give one of them `\"End\": true`, or add a Succeed or Fail state")
                .aws("MISSING_END_STATE", "Workflow has no terminal state")
                .aws_nowhere();
        }
        // As AWS does: what cannot be reached is told of a flow that can begin and end.
        if first.is_none() || !ends || !is_known {
            return;
        }
        let mut open: Vec<StateId> = first.into_iter().collect();
        while let Some(id) = open.pop() {
            for next in successors.get(&id).into_iter().flatten() {
                if reached.insert(*next) {
                    open.push(*next);
                }
            }
        }
        for id in machine.states.iter().filter(|id| !reached.contains(id)) {
            if self.is_full() {
                return;
            }
            let state = &definition.states[*id];
            // One that a namesake hides is told as a duplicate, and what is no state at all where it stands.
            if named.get(&*state.name) == Some(id) && state.node.is_object() {
                self.add(
                    Severity::Error,
                    "unreachable",
                    &state.pointer,
                    state.name_span,
                    format!("no state leads to `{}`", state.name),
                )
                .help("name it in `StartAt` or as the target of another state of the same flow, or remove it")
                .aws("MISSING_TRANSITION_TARGET", format!("State \"{}\" is not reachable.", state.name));
            }
        }
    }

    fn no_target(&mut self, transition: &Transition, machine: &'d Machine, from: StateId) {
        let Transition { target, span, pointer, .. } = transition;
        if self.is_full() {
            return;
        }
        let help = self.meant(target, machine, Some(from));
        self.add(Severity::Error, "unknown-state", pointer, *span, format!("there is no state `{target}` here"))
            .help(help)
            .aws("MISSING_TRANSITION_TARGET", missing_target(target));
    }

    /// Which state of the flow a name that it does not have may mean.
    fn meant(&self, name: &str, machine: &Machine, from: Option<StateId>) -> String {
        let states = &self.definition.states;
        let others = machine.states.iter().filter(|id| Some(**id) != from).take(MAX_COMPARED);
        let known: Vec<&str> = others.map(|id| &*states[*id].name).collect();
        if let Some(near) = nearest(name, &known) {
            return format!("did you mean `{near}`?");
        }
        let elsewhere: Option<&Pointer> = states.iter().find(|state| &*state.name == name).map(|state| &state.pointer);
        match elsewhere {
            Some(pointer) => {
                format!("the state at {pointer} is in another flow, and states lead to states of their own flow only")
            }
            None => "add a state with this name, or name one that there is".to_owned(),
        }
    }
}

/// AWS says `Next` whichever the field is.
fn missing_target(name: &str) -> String {
    format!("Missing 'Next' target: {name}")
}
