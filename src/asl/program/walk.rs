//! Every query of a state, wherever it stands.

use super::{
    Assign, Catcher, Condition, Exit, InputPath, Io, Items, Kind, Map, Operand, Source, State, Test, TextField, Until,
};
use crate::asl::query::intrinsic::Call;
use crate::asl::query::{Expression, Path, Root, Template};
use crate::base::Text;
use std::collections::BTreeSet;

pub(super) enum Query<'q> {
    Path(&'q Path),
    Intrinsic(&'q Call),
    Jsonata(&'q Expression),
}

impl State {
    /// The variables that it refers to, by name.
    pub fn variables(&self) -> BTreeSet<Text> {
        let mut names = BTreeSet::new();
        queries(self, &mut |query| match query {
            Query::Path(path) => names.extend(variable(path)),
            Query::Intrinsic(call) => call.paths(&mut |path| names.extend(variable(path))),
            Query::Jsonata(expression) => names.extend(expression.variables().map(|variable| variable.name.clone())),
        });
        names
    }
}

fn variable(path: &Path) -> Option<Text> {
    match path.root() {
        Root::Variable(name) => Some(name.clone()),
        _ => None,
    }
}

/// Shows every query of a state.
pub(super) fn queries(state: &State, see: &mut dyn FnMut(Query<'_>)) {
    io(state.io(), see);
    for Catcher { output, assign, .. } in state.recovery().into_iter().flat_map(|recovery| &recovery.catchers) {
        exit(output.as_ref(), assign.as_ref(), see);
    }
    match &state.kind {
        Kind::Pass { .. } | Kind::Succeed { .. } | Kind::Parallel { .. } => {}
        Kind::Task(task) => {
            for bound in task.timeout.iter().chain(&task.heartbeat) {
                source(bound, see);
            }
            if let Some(credentials) = &task.credentials {
                template(credentials, see);
            }
        }
        Kind::Map(map) => queries_of_map(map, see),
        Kind::Wait { until, .. } => match until {
            Until::Seconds(seconds) => source(seconds, see),
            Until::Timestamp(timestamp) => source(timestamp, see),
        },
        Kind::Fail { error, cause, .. } => {
            for field in error.iter().chain(cause) {
                if let TextField::Template(field) = field {
                    template(field, see);
                }
            }
        }
        Kind::Choice(choice) => {
            for rule in &choice.rules {
                condition(&rule.condition, see);
            }
            for Exit { output, assign, .. } in choice.rules.iter().map(|rule| &rule.exit).chain(&choice.default) {
                exit(output.as_ref(), assign.as_ref(), see);
            }
        }
    }
}

fn template(this: &Template, see: &mut dyn FnMut(Query<'_>)) {
    this.visit(&mut |part| match part {
        Template::Path { path, .. } => see(Query::Path(path)),
        Template::Intrinsic { call, .. } => see(Query::Intrinsic(call)),
        Template::Jsonata(expression) => see(Query::Jsonata(expression)),
        _ => {}
    });
}

fn io(io: &Io, see: &mut dyn FnMut(Query<'_>)) {
    for path in [&io.input_path, &io.output_path] {
        if let InputPath::Path(path) = path {
            see(Query::Path(path));
        }
    }
    for part in io.arguments.iter().chain(&io.result_selector) {
        template(part, see);
    }
    exit(io.output.as_ref(), io.assign.as_ref(), see);
}

fn exit(output: Option<&Template>, assign: Option<&Assign>, see: &mut dyn FnMut(Query<'_>)) {
    let variables = assign.into_iter().flat_map(|assign| assign.variables.iter().map(|(_, template)| template));
    for part in output.into_iter().chain(variables) {
        template(part, see);
    }
}

fn source<T>(this: &Source<T>, see: &mut dyn FnMut(Query<'_>)) {
    match this {
        Source::Given(_) => {}
        Source::Path(path) => see(Query::Path(path)),
        Source::Jsonata(expression) => see(Query::Jsonata(expression)),
    }
}

fn queries_of_map(map: &Map, see: &mut dyn FnMut(Query<'_>)) {
    match &map.items {
        Items::Input => {}
        Items::Path(path) => see(Query::Path(path)),
        Items::Template(items) => template(items, see),
    }
    if let Some(selector) = &map.item_selector {
        template(selector, see);
    }
    for setting in map.max_concurrency.iter().chain(&map.tolerated_failure_count) {
        source(setting, see);
    }
    if let Some(share) = &map.tolerated_failure_percentage {
        source(share, see);
    }
    let Some(distributed) = &map.distributed else { return };
    if let Some(reader) = &distributed.reader {
        reader.arguments.iter().for_each(|part| template(part, see));
        reader.max_items.iter().for_each(|setting| source(setting, see));
    }
    if let Some(batcher) = &distributed.batcher {
        batcher.batch_input.iter().for_each(|part| template(part, see));
        batcher.max_items.iter().chain(&batcher.max_bytes).for_each(|setting| source(setting, see));
    }
    if let Some(writer) = &distributed.writer {
        writer.arguments.iter().for_each(|part| template(part, see));
    }
}

fn condition(this: &Condition, see: &mut dyn FnMut(Query<'_>)) {
    match this {
        Condition::Not(inner) => condition(inner, see),
        Condition::And(conditions) | Condition::Or(conditions) => {
            for inner in conditions {
                condition(inner, see);
            }
        }
        Condition::Jsonata(expression) => see(Query::Jsonata(expression)),
        Condition::Compare { variable, test } => {
            see(Query::Path(variable));
            if let Test::String(_, Operand::Path(path))
            | Test::Numeric(_, Operand::Path(path))
            | Test::Timestamp(_, Operand::Path(path))
            | Test::Boolean(Operand::Path(path)) = test
            {
                see(Query::Path(path));
            }
        }
    }
}
