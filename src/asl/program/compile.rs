//! From a definition to a program.
//!
//! The checker tells everything that is wrong with a definition, and how to mend it; here the first thing that cannot
//! be understood ends the work. On a definition that the checker passes there is none.

mod choice;
mod map;
mod reader;
mod recovery;
mod state;

use super::super::model::{Definition, MachineId, StateId};
use super::{Facts, Flow, FlowId, Kind, Next, Program, State};
use crate::base::{Delay, Diagnostic, Id, IndexVec, Key};
use reader::Reader;

/// Compiles a definition that the checker has passed.
///
/// # Errors
/// What the program cannot be made of: the first mistake that this meets.
pub fn compile(definition: &Definition) -> Result<Program, Diagnostic> {
    if let Some(error) = definition.syntax.first() {
        let pointer = crate::base::Pointer::root();
        return Err(Diagnostic::error("syntax", pointer, error.span, &error.message));
    }
    let main = Reader::new(&definition.root, crate::base::Pointer::root());
    let mut flows = IndexVec::new();
    for (id, machine) in definition.machines.iter_enumerated() {
        let at = Reader::new(&machine.node, machine.pointer.clone());
        let start = at.required("StartAt")?;
        let target = start.text()?;
        let found = definition.state_named(id, &target);
        flows.push(Flow {
            start: found.ok_or_else(|| start.error("unknown-state", format!("there is no state `{target}`")))?,
        });
    }
    let mut states = IndexVec::new();
    for (id, state) in definition.states.iter_enumerated() {
        let kind = state::kind(definition, id)?;
        states.push(State {
            name: state.name.clone(),
            word: Key::word(&state.name),
            flow: flow_of(state.machine),
            language: state.language,
            repeats: false,
            kind,
        });
    }
    let timeout = main.get("TimeoutSeconds").map(|at| at.integer()).transpose()?;
    let mut program = Program {
        flows,
        states,
        timeout: timeout.map(|secs| Delay::from_secs(secs.max(0).unsigned_abs())),
        facts: Facts::default(),
    };
    if program.flows.is_empty() {
        return Err(main.error("not-an-object", "a definition is a JSON object"));
    }
    mark_repeating(&mut program);
    program.facts = facts(&program);
    Ok(program)
}

fn flow_of(machine: MachineId) -> FlowId {
    FlowId::from_usize(machine.index())
}

/// Finds the states that their flow can come back to.
fn mark_repeating(program: &mut Program) {
    let successors: Vec<Vec<StateId>> = program.states.iter().map(successors).collect();
    let mut repeats = vec![false; program.states.len()];
    // From each state follow the ways out until it is met again; quadratic at worst, on graphs of some hundred states.
    let mut seen = vec![usize::MAX; program.states.len()];
    for id in program.states.ids() {
        let mut open = successors.get(id.index()).cloned().unwrap_or_default();
        while let Some(next) = open.pop() {
            if next == id {
                if let Some(repeat) = repeats.get_mut(id.index()) {
                    *repeat = true;
                }
                break;
            }
            if let Some(mark) = seen.get_mut(next.index())
                && *mark != id.index()
            {
                *mark = id.index();
                open.extend(successors.get(next.index()).into_iter().flatten());
            }
        }
    }
    for (state, repeats) in program.states.iter_mut().zip(repeats) {
        state.repeats = repeats;
    }
}

fn successors(state: &State) -> Vec<StateId> {
    let mut found = Vec::new();
    let next = match &state.kind {
        Kind::Pass { next, .. } | Kind::Wait { next, .. } | Kind::Parallel { next, .. } => Some(*next),
        Kind::Task(task) => Some(task.next),
        Kind::Map(map) => Some(map.next),
        Kind::Choice(choice) => {
            found.extend(choice.rules.iter().map(|rule| rule.exit.next));
            found.extend(choice.default.as_ref().map(|exit| exit.next));
            None
        }
        Kind::Succeed { .. } | Kind::Fail { .. } => None,
    };
    if let Some(Next::State(id)) = next {
        found.push(id);
    }
    found
        .extend(state.recovery().into_iter().flat_map(|recovery| recovery.catchers.iter().map(|catcher| catcher.next)));
    found
}

/// Walks every query of the program.
fn facts(program: &Program) -> Facts {
    let mut facts = Facts::default();
    for state in program.states.iter() {
        facts.see_state(state);
    }
    facts
}
