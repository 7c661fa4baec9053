//! Pass and Fail.

use super::super::run::{Fault, Work};
use super::super::strand::StrandId;
use super::super::{Execution, Failure, Now};
use crate::asl::QueryLanguage;
use crate::asl::program::{Io, State, TextField};
use crate::base::{Text, Value};
use crate::engine::history::Record;

impl Execution {
    pub(in super::super) fn pass<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        result: Option<&Value>,
        io: &Io,
    ) -> Result<Work, Fault> {
        let program = std::rc::Rc::clone(&self.program);
        let state = &program.states[self.strands[id].state];
        let input = self.effective_input(now, id, state)?;
        let passed = match &io.arguments {
            Some(template) => self.query(now.at, id, &input, |scope| template.evaluate(scope))?,
            None => input,
        };
        Ok(Work::Result(result.cloned().unwrap_or(passed)))
    }

    pub(in super::super) fn fail<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        state: &State,
        error: Option<&TextField>,
        cause: Option<&TextField>,
    ) -> Result<Work, Fault> {
        let error = self.text_field(now, id, state, error, "Error")?;
        let cause = self.text_field(now, id, state, cause, "Cause")?;
        Err(Fault::Failure(Failure { error, cause, heartbeat: false }))
    }

    fn text_field<R: Record>(
        &self,
        now: &Now<'_, R>,
        id: StrandId,
        state: &State,
        field: Option<&TextField>,
        name: &str,
    ) -> Result<Option<Text>, Fault> {
        let template = match field {
            None => return Ok(None),
            Some(TextField::Given(text)) => return Ok(Some(text.clone())),
            Some(TextField::Template(template)) => template,
        };
        let input = self.effective_input(now, id, state)?;
        let value = self.query(now.at, id, &input, |scope| match template {
            crate::asl::query::Template::Jsonata(expression) => expression.expect(scope, "string"),
            template => template.evaluate(scope),
        })?;
        match value {
            Value::String(text) => Ok(Some(text)),
            other if state.language == QueryLanguage::JsonPath => Err(Fault::Runtime(format!(
                "The {name}Path field refers to a value that is not a string: {}",
                other.to_json()
            ))),
            other => Ok(Some(other.to_json().into())),
        }
    }
}
