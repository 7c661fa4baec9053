//! Wait: until some seconds have passed, or until an instant.

use super::super::run::{Fault, Work};
use super::super::strand::{Phase, StrandId};
use super::super::{Effect, Execution, Now};
use crate::asl::QueryLanguage;
use crate::asl::program::{Io, Source, State, Until};
use crate::asl::query::{NumberRange, QueryError};
use crate::base::{Delay, Text, Time, Value};
use crate::engine::history::Record;

/// How long a Wait may be, in seconds: some three years at most.
const RANGE: NumberRange = NumberRange::integers(0, 99_999_999);

impl Execution {
    pub(in super::super) fn wait<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        state: &State,
        until: &Until,
        _: &Io,
    ) -> Result<Work, Fault> {
        let until = match until {
            Until::Seconds(seconds) => now.at + Delay::from_secs(self.seconds(now, id, state, seconds)?),
            Until::Timestamp(timestamp) => self.timestamp(now, id, state, timestamp)?,
        };
        let token = self.strands.next_token(id);
        self.strands[id].phase = Phase::Sleeping;
        self.effects.push_back(Effect::Sleep { token, until: until.max(now.at) });
        Ok(Work::Under)
    }

    pub(in super::super) fn wake<R: Record>(
        &mut self,
        now: &mut Now<'_, R>,
        id: StrandId,
        state: &State,
    ) -> Result<Work, Fault> {
        let result = match state.language {
            QueryLanguage::JsonPath => self.effective_input(now, id, state)?,
            QueryLanguage::Jsonata => self.strands[id].input.clone(),
        };
        Ok(Work::Result(result))
    }

    fn seconds<R: Record>(
        &self,
        now: &Now<'_, R>,
        id: StrandId,
        state: &State,
        source: &Source<i64>,
    ) -> Result<u64, Fault> {
        let value = match self.jsonata_number(now, id, source, RANGE)? {
            Some(value) => value,
            None => {
                let Source::Path(path) = source else { return Ok(0) };
                let input = self.effective_input(now, id, state)?;
                let missing = || {
                    Fault::Runtime(format!(
                        "The SecondsPath parameter does not reference an input value: {}",
                        path.text()
                    ))
                };
                self.query(now.at, id, &input, |scope| scope.read(path)).map_err(|_| missing())?
            }
        };
        let seconds = value.as_i64().filter(|_| RANGE.holds(&value));
        seconds.map(i64::unsigned_abs).ok_or_else(|| match source {
            Source::Path(path) => Fault::Runtime(format!(
                "The SecondsPath parameter does not reference a non-negative integer value: {} == {}",
                path.text(),
                value.to_json()
            )),
            _ => Fault::Runtime(format!("The Seconds field must be {RANGE}, but was {}", value.to_json())),
        })
    }

    fn timestamp<R: Record>(
        &self,
        now: &Now<'_, R>,
        id: StrandId,
        state: &State,
        source: &Source<Text>,
    ) -> Result<Time, Fault> {
        let read = |text: &str| Time::from_rfc3339(text);
        match source {
            Source::Given(text) if state.language == QueryLanguage::Jsonata => {
                read(text).ok_or_else(|| QueryError::Timestamp { value: text.clone() }.into())
            }
            Source::Given(text) => {
                read(text).ok_or_else(|| Fault::Runtime(format!("The Timestamp is not a date-time: {text}")))
            }
            Source::Jsonata(expression) => {
                let input = &self.strands[id].input;
                let value = self.query(now.at, id, input, |scope| expression.expect(scope, "string"))?;
                let text = value.as_str().unwrap_or_default();
                read(text).ok_or_else(|| QueryError::Timestamp { value: text.into() }.into())
            }
            Source::Path(path) => {
                let input = self.effective_input(now, id, state)?;
                let value = self.query(now.at, id, &input, |scope| scope.read(path)).map_err(|_| {
                    Fault::Runtime(format!(
                        "The TimestampPath parameter does not reference an input value: {}",
                        path.text()
                    ))
                })?;
                value.as_str().and_then(read).ok_or_else(|| {
                    let shown = match &value {
                        Value::String(text) => text.to_string(),
                        other => other.to_json(),
                    };
                    Fault::Runtime(format!(
                        "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: {} == {shown}",
                        path.text()
                    ))
                })
            }
        }
    }
}
