//! What the results of a program can depend on besides its input and the answers of its tasks.

use super::{
    Assign, Catcher, Condition, Exit, InputPath, Io, Items, Kind, Map, Operand, Source, State, Task, Test, TextField,
    Until,
};
use crate::asl::query::{Expression, Path, Root, Template};

/// Where all are false, an execution is a function of its input and of the answers to its tasks: whoever knows one run
/// knows all that get the same answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Any part of the context object is read (`$$`, `$states.context`).
    pub context: bool,
    /// Instants are read: StartTime, EnteredTime, `$now`, `$millis`, or a Wait until a timestamp.
    pub clock: bool,
    /// The name or ARN of the execution is read.
    pub identity: bool,
    /// A task token is read.
    pub token: bool,
    /// Random numbers or UUIDs are drawn without a seed.
    pub entropy: bool,
    /// A Map in distributed mode.
    pub distributed: bool,
}

impl Facts {
    fn see_template(&mut self, template: &Template) {
        template.visit(&mut |part| match part {
            Template::Path { path, .. } => self.see_path(path),
            Template::Intrinsic { call, .. } => {
                self.entropy |= call.uses_entropy();
                call.paths(&mut |path| self.see_path(path));
            }
            Template::Jsonata(expression) => self.see_expression(expression),
            _ => {}
        });
    }

    fn see_expression(&mut self, expression: &Expression) {
        let uses = expression.uses();
        self.clock |= uses.clock;
        self.entropy |= uses.entropy;
        for names in expression.context_paths() {
            self.see_context(&names);
        }
    }

    fn see_path(&mut self, path: &Path) {
        if *path.root() == Root::Context {
            self.see_context(&path.leading_names());
        }
    }

    /// A read below the context object, by the names of which it is certain.
    fn see_context(&mut self, names: &[&str]) {
        self.context = true;
        match names {
            ["Execution", "Input" | "RoleArn" | "RedriveCount", ..] | ["StateMachine", ..] | ["Map", ..] => {}
            ["State", "Name" | "RetryCount", ..] => {}
            ["Execution", "StartTime" | "RedriveTime", ..] | ["State", "EnteredTime", ..] => self.clock = true,
            ["Execution", "Name" | "Id", ..] => self.identity = true,
            ["Task", ..] => self.token = true,
            ["State", ..] => self.clock = true,
            ["Execution", ..] => (self.clock, self.identity) = (true, true),
            _ => (self.clock, self.identity, self.token) = (true, true, true),
        }
    }

    /// Every query of a state.
    pub(super) fn see_state(&mut self, state: &State) {
        self.see_io(state.io());
        for Catcher { output, assign, .. } in state.recovery().into_iter().flat_map(|recovery| &recovery.catchers) {
            self.see_exit(output.as_ref(), assign.as_ref());
        }
        match &state.kind {
            Kind::Pass { .. } | Kind::Succeed { .. } | Kind::Parallel { .. } => {}
            Kind::Task(task) => self.see_task(task),
            Kind::Map(map) => self.see_map(map),
            Kind::Wait { until, .. } => match until {
                Until::Seconds(seconds) => self.see_source(seconds),
                Until::Timestamp(timestamp) => {
                    // How long it waits depends on when it is reached.
                    self.clock = true;
                    self.see_source(timestamp);
                }
            },
            Kind::Fail { error, cause, .. } => {
                for field in error.iter().chain(cause) {
                    if let TextField::Template(template) = field {
                        self.see_template(template);
                    }
                }
            }
            Kind::Choice(choice) => {
                for rule in &choice.rules {
                    self.see_condition(&rule.condition);
                }
                for Exit { output, assign, .. } in choice.rules.iter().map(|rule| &rule.exit).chain(&choice.default) {
                    self.see_exit(output.as_ref(), assign.as_ref());
                }
            }
        }
    }

    fn see_io(&mut self, io: &Io) {
        for path in [&io.input_path, &io.output_path] {
            if let InputPath::Path(path) = path {
                self.see_path(path);
            }
        }
        for template in io.arguments.iter().chain(&io.result_selector) {
            self.see_template(template);
        }
        self.see_exit(io.output.as_ref(), io.assign.as_ref());
    }

    fn see_exit(&mut self, output: Option<&Template>, assign: Option<&Assign>) {
        let variables = assign.into_iter().flat_map(|assign| assign.variables.iter().map(|(_, template)| template));
        for template in output.into_iter().chain(variables) {
            self.see_template(template);
        }
    }

    fn see_source<T>(&mut self, source: &Source<T>) {
        match source {
            Source::Given(_) => {}
            Source::Path(path) => self.see_path(path),
            Source::Jsonata(expression) => self.see_expression(expression),
        }
    }

    fn see_task(&mut self, task: &Task) {
        for source in task.timeout.iter().chain(&task.heartbeat) {
            self.see_source(source);
        }
        if let Some(credentials) = &task.credentials {
            self.see_template(credentials);
        }
    }

    fn see_map(&mut self, map: &Map) {
        match &map.items {
            Items::Input => {}
            Items::Path(path) => self.see_path(path),
            Items::Template(template) => self.see_template(template),
        }
        if let Some(selector) = &map.item_selector {
            self.see_template(selector);
        }
        for source in map.max_concurrency.iter().chain(&map.tolerated_failure_count) {
            self.see_source(source);
        }
        if let Some(source) = &map.tolerated_failure_percentage {
            self.see_source(source);
        }
        if let Some(distributed) = &map.distributed {
            // What it reads and writes is not told here: nothing about such a run is taken for granted.
            self.distributed = true;
            let reader = distributed.reader.iter().flat_map(|reader| &reader.arguments);
            let batcher = distributed.batcher.iter().flat_map(|batcher| &batcher.batch_input);
            let writer = distributed.writer.iter().flat_map(|writer| &writer.arguments);
            for template in reader.chain(batcher).chain(writer) {
                self.see_template(template);
            }
        }
    }

    fn see_condition(&mut self, condition: &Condition) {
        match condition {
            Condition::Not(condition) => self.see_condition(condition),
            Condition::And(conditions) | Condition::Or(conditions) => {
                for condition in conditions {
                    self.see_condition(condition);
                }
            }
            Condition::Jsonata(expression) => self.see_expression(expression),
            Condition::Compare { variable, test } => {
                self.see_path(variable);
                if let Test::String(_, Operand::Path(path))
                | Test::Numeric(_, Operand::Path(path))
                | Test::Timestamp(_, Operand::Path(path))
                | Test::Boolean(Operand::Path(path)) = test
                {
                    self.see_path(path);
                }
            }
        }
    }
}
