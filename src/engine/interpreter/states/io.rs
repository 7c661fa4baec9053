//! Input and output processing: what a state sees of its input, and what it makes of its result.

use super::super::run::Fault;
use super::super::strand::StrandId;
use super::super::{Execution, Failure, Now};
use crate::asl::QueryLanguage;
use crate::asl::program::{Assign, InputPath, Kind, Next, ResultPath, Source, State};
use crate::asl::query::{NumberRange, QueryError, Scope, Template};
use crate::base::{Object, Text, Value};
use crate::engine::history::Record;

impl Execution {
    /// The input after InputPath.
    pub(in super::super) fn effective_input<R: Record>(
        &self,
        now: &Now<'_, R>,
        id: StrandId,
        state: &State,
    ) -> Result<Value, QueryError> {
        let input = &self.strands[id].input;
        match &state.io().input_path {
            InputPath::Whole => Ok(input.clone()),
            InputPath::Nothing => Ok(Object::new().into()),
            InputPath::Path(path) => self.query(now.at, id, input, |scope| scope.read(path)),
        }
    }

    /// What a Task or a Parallel state hands on: its Parameters or Arguments, which have the limit of payloads too, else
    /// its effective input.
    pub(in super::super) fn arguments<R: Record>(
        &self,
        now: &Now<'_, R>,
        id: StrandId,
        state: &State,
    ) -> Result<Value, Fault> {
        let input = self.effective_input(now, id, state)?;
        match &state.io().arguments {
            Some(template) => {
                let made = self.query(now.at, id, &input, |scope| template.evaluate(scope))?;
                self.check_parameters(state, &made)?;
                Ok(made)
            }
            // A Task in JSONata that says nothing of Arguments is called with nothing.
            None if state.language == QueryLanguage::Jsonata && matches!(state.kind, Kind::Task(_)) => {
                Ok(Object::new().into())
            }
            None => Ok(input),
        }
    }

    /// From the result of the work to the way out.
    pub(in super::super) fn leave<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        state: &State,
        result: Value,
    ) -> Result<(), Fault> {
        let next = match &state.kind {
            Kind::Pass { next, .. } | Kind::Wait { next, .. } | Kind::Parallel { next, .. } => *next,
            Kind::Task(task) => task.next,
            Kind::Map(map) => map.next,
            Kind::Succeed { .. } => Next::End,
            // A Choice leaves by its rules, a Fail by none.
            Kind::Choice(_) | Kind::Fail { .. } => return Ok(()),
        };
        let io = state.io();
        let (output, assigned) = self.shape(now, id, state, result, io.output.as_ref(), io.assign.as_ref())?;
        self.check_size(state, &output)?;
        self.check_assigned(id, state, &assigned)?;
        self.exit(now, id, output, assigned, next);
        Ok(())
    }

    /// The output and the variables that a result becomes.
    pub(in super::super) fn shape<R: Record>(
        &self,
        now: &Now<'_, R>,
        id: StrandId,
        state: &State,
        result: Value,
        output: Option<&Template>,
        assign: Option<&Assign>,
    ) -> Result<(Value, Vec<(Text, Value)>), QueryError> {
        let input = &self.strands[id].input;
        let io = state.io();
        if state.language == QueryLanguage::Jsonata {
            if output.is_none() && assign.is_none() {
                return Ok((result, Vec::new()));
            }
            let called = matches!(state.kind, Kind::Task(_) | Kind::Parallel { .. } | Kind::Map(_));
            return self.query_after(now.at, id, input, called.then_some(&result), None, |scope| {
                // Both see the variables as they were.
                let output = output.map(|template| template.evaluate(scope)).transpose()?;
                let assigned = assign.map_or(Ok(Vec::new()), |assign| evaluate(assign, scope))?;
                Ok((output.unwrap_or_else(|| result.clone()), assigned))
            });
        }
        let selected = match &io.result_selector {
            Some(template) => self.query(now.at, id, &result, |scope| template.evaluate(scope))?,
            None => result,
        };
        let assigned = match assign {
            Some(assign) => self.query(now.at, id, &selected, |scope| evaluate(assign, scope))?,
            None => Vec::new(),
        };
        let placed = place(&io.result_path, input, selected)?;
        let output = match &io.output_path {
            InputPath::Whole => placed,
            InputPath::Nothing => Object::new().into(),
            InputPath::Path(path) => self.query(now.at, id, &placed, |scope| scope.read(path))?,
        };
        Ok((output, assigned))
    }

    /// The limit on payloads.
    pub(in super::super) fn check_size(&self, state: &State, output: &Value) -> Result<(), Fault> {
        if output.json_len() > self.limits.payload { Err(Fault::Failure(too_large(&state.name))) } else { Ok(()) }
    }

    /// The limit on what a state makes for its work.
    pub(in super::super) fn check_parameters(&self, state: &State, made: &Value) -> Result<(), Fault> {
        if made.json_len() > self.limits.payload {
            Err(Fault::Failure(exceeds(&state.name, "provided parameters")))
        } else {
            Ok(())
        }
    }

    /// The limits on what one Assign sets, and on all variables then (Developer Guide, "Passing data between states with
    /// variables").
    pub(in super::super) fn check_assigned(
        &self,
        id: StrandId,
        state: &State,
        assigned: &[(Text, Value)],
    ) -> Result<(), Fault> {
        if assigned.is_empty() {
            return Ok(());
        }
        let size: usize = assigned.iter().map(|(_, value)| value.json_len()).sum();
        let variables = &self.strands[id].variables;
        // None of them is larger than a payload: a few are never too much, and need not be measured.
        let may_be_much = (variables.count() + 1).saturating_mul(self.limits.payload) > self.limits.variables;
        let others = || -> usize {
            let kept = variables.all().filter(|(name, _)| !assigned.iter().any(|(new, _)| new == *name));
            kept.map(|(_, value)| value.json_len()).sum()
        };
        if size > self.limits.payload || may_be_much && size + others() > self.limits.variables {
            return Err(Fault::Failure(too_large(&state.name)));
        }
        Ok(())
    }

    /// A number that is given, or found by JSONata; a path is the caller's, who knows what AWS says of a bad one.
    pub(in super::super) fn jsonata_number<R: Record, T: Copy + Into<Value>>(
        &self,
        now: &Now<'_, R>,
        id: StrandId,
        source: &Source<T>,
        range: NumberRange,
    ) -> Result<Option<Value>, QueryError> {
        match source {
            Source::Given(value) => Ok(Some((*value).into())),
            Source::Jsonata(expression) => {
                let input = &self.strands[id].input;
                let value = self.query(now.at, id, input, |scope| expression.expect_number(scope, range))?;
                Ok(Some(value))
            }
            Source::Path(_) => Ok(None),
        }
    }
}

/// The failure of what came back too large.
pub(in super::super) fn too_large(name: &str) -> Failure {
    exceeds(name, "returned a result")
}

fn exceeds(name: &str, did: &str) -> Failure {
    let cause =
        format!("The state/task '{name}' {did} with a size exceeding the maximum number of bytes service limit.");
    Failure::new("States.DataLimitExceeded", cause)
}

/// Evaluates all before any is set: each sees the variables as they were.
pub(in super::super) fn evaluate(assign: &Assign, scope: &Scope<'_>) -> Result<Vec<(Text, Value)>, QueryError> {
    assign.variables.iter().map(|(name, template)| Ok((name.clone(), template.evaluate(scope)?))).collect()
}

/// ResultPath.
pub(in super::super) fn place(path: &ResultPath, input: &Value, result: Value) -> Result<Value, QueryError> {
    match path {
        ResultPath::Replace => Ok(result),
        ResultPath::Discard => Ok(input.clone()),
        ResultPath::Into(path) => {
            let mut output = input.clone();
            path.set(&mut output, result).map_err(|error| match error.is_conflict() {
                true => QueryError::ResultPath { text: path.text().clone(), input: input.clone() },
                false => QueryError::path(path, error),
            })?;
            Ok(output)
        }
    }
}
