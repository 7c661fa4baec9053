//! Which variables are read that nothing can have assigned.
//!
//! AWS takes such a definition: the execution fails when it comes there. So these are warnings.

use super::Checker;
use super::object::At;
use crate::asl::MachineId;
use crate::asl::query::intrinsic::Call;
use crate::asl::query::jsonata::{self, Dialect};
use crate::asl::query::{Expression, Path, Root};
use crate::base::document::nearest;
use crate::base::{Pointer, Severity, Span, Text};
use rustc_hash::FxHashSet;

/// So many names are compared with a mistyped one.
const MAX_COMPARED: usize = 200;

/// A query that reads a variable.
pub(super) struct Read {
    machine: MachineId,
    name: Text,
    /// It is called as a function.
    is_called: bool,
    pointer: Pointer,
    span: Span,
}

impl<'d> Checker<'d> {
    pub(super) fn reads_of_path(&mut self, path: &Path, at: &At<'d>) {
        if let (Root::Variable(name), Some(machine)) = (path.root(), self.machine) {
            let pointer = at.pointer.clone();
            self.reads.push(Read { machine, name: name.clone(), is_called: false, pointer, span: at.node.span });
        }
    }

    pub(super) fn reads_of_call(&mut self, call: &Call, at: &At<'d>) {
        call.paths(&mut |path| self.reads_of_path(path, at));
    }

    /// `start`: where the expression begins in its string.
    pub(super) fn reads_of_expression(&mut self, expression: &Expression, source: &str, at: &At<'d>, start: u32) {
        let Some(machine) = self.machine else { return };
        for variable in expression.variables() {
            let Some(span) = variable.spans.first() else { continue };
            let behind = source.get(span.end as usize..).unwrap_or_default();
            let is_called = behind.trim_start().starts_with('(');
            let span = self.inside(at, Span::new(start + span.start, start + span.end));
            let pointer = at.pointer.clone();
            self.reads.push(Read { machine, name: variable.name.clone(), is_called, pointer, span });
        }
    }

    /// Tells the reads of variables that no state of the flow, or of those around it, assigns.
    pub(super) fn variables(&mut self) {
        let reads = std::mem::take(&mut self.reads);
        if reads.is_empty() {
            return;
        }
        let assigned = self.assigned();
        for Read { machine, name, is_called, pointer, span } in reads {
            let definition = self.definition;
            let around = std::iter::successors(Some(machine), |id| {
                definition.machines[*id].owner.map(|owner| definition.states[owner.state()].machine)
            });
            let sets = || around.clone().filter_map(|id| assigned.get(crate::base::Id::index(id)));
            if self.is_full() || sets().any(|set| set.contains(&*name)) {
                continue;
            }
            if is_called {
                self.unknown_function(&name, &pointer, span);
            } else {
                let mut known: Vec<&str> = sets().flatten().copied().take(MAX_COMPARED).collect();
                known.sort_unstable();
                let help = match nearest(&name, &known) {
                    Some(near) => format!("did you mean `${near}`?"),
                    None => format!(
                        "give it a value in the `Assign` of a state that runs before, as in `\"Assign\": {{\"{name}\": …}}`"
                    ),
                };
                self.add(
                    Severity::Warning,
                    "undefined-variable",
                    &pointer,
                    span,
                    format!("no state assigns the variable `${name}`"),
                )
                .help(help);
            }
        }
    }

    fn unknown_function(&mut self, name: &str, pointer: &Pointer, span: Span) {
        let functions: Vec<&str> = jsonata::functions(Dialect::Aws).collect();
        let help = match name {
            "eval" => Some("Step Functions evaluates no texts; `$parse` reads JSON".to_owned()),
            name => nearest(name, &functions).map(|near| format!("did you mean `${near}`?")),
        };
        let message = format!("there is no function `${name}`");
        let adding = self.add(Severity::Warning, "undefined-variable", pointer, span, message);
        if let Some(help) = help {
            adding.help(help);
        }
    }

    /// The names that the states of each machine assign.
    fn assigned(&self) -> Vec<FxHashSet<&'d str>> {
        let definition = self.definition;
        let names = |machine: &'d crate::asl::Machine| {
            let states = machine.states.iter().map(|id| &definition.states[*id].node);
            let lists = ["Choices", "Catch"];
            let parts = states.flat_map(move |state| {
                let inner = lists.into_iter().filter_map(|key| state.get(key)).flat_map(|list| list.elements());
                std::iter::once(state).chain(inner)
            });
            let members = parts.filter_map(|part| part.get("Assign")).flat_map(|assign| assign.members());
            members.map(|member| member.key.strip_suffix(".$").unwrap_or(&member.key)).collect()
        };
        definition.machines.iter().map(names).collect()
    }
}
