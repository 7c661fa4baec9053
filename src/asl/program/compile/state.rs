//! One state, by its type.

use super::reader::Reader;
use super::{choice, flow_of, map, recovery};
use crate::asl::program::{Assign, FlowId, InputPath, Io, Kind, Next, ResultPath, Source, Task, TextField, Until};
use crate::asl::{Definition, QueryLanguage, State, StateId, StateType};
use crate::base::{Diagnostic, Text};

pub(super) fn kind(definition: &Definition, id: StateId) -> Result<Kind, Diagnostic> {
    let state = &definition.states[id];
    let at = Reader::of(state);
    let language = state.language;
    let Some(state_type) = state.state_type else {
        return Err(at.error("unknown-type", "a state needs a Type that is one of the eight"));
    };
    let io = io(&at, language)?;
    let next = || next(definition, state, &at);
    Ok(match state_type {
        StateType::Pass => Kind::Pass { result: at.get("Result").map(|at| at.value()), io, next: next()? },
        StateType::Succeed => Kind::Succeed { io },
        StateType::Fail => {
            Kind::Fail { error: text_field(&at, "Error", language)?, cause: text_field(&at, "Cause", language)?, io }
        }
        StateType::Wait => Kind::Wait { until: until(&at, language)?, io, next: next()? },
        StateType::Choice => Kind::Choice(Box::new(choice::choice(definition, state, &at, io)?)),
        StateType::Task => Kind::Task(Box::new(Task {
            resource: at.required("Resource")?.resource()?,
            io,
            timeout: at.source_or_path("TimeoutSeconds", "", language, Reader::integer)?,
            heartbeat: at.source_or_path("HeartbeatSeconds", "", language, Reader::integer)?,
            credentials: at.get("Credentials").map(|at| at.template("Credentials", language)).transpose()?,
            recovery: recovery::recovery(definition, state, &at)?,
            next: next()?,
        })),
        // Without a branch nothing would ever end it.
        StateType::Parallel if state.machines.is_empty() => {
            return Err(at.error("missing-field", "a Parallel state needs `Branches`"));
        }
        StateType::Parallel => Kind::Parallel {
            branches: flows(state),
            io,
            recovery: recovery::recovery(definition, state, &at)?,
            next: next()?,
        },
        StateType::Map => {
            let Some(processor) = flows(state).first().copied() else {
                return Err(at.error("missing-field", "a Map state needs an `ItemProcessor`"));
            };
            Kind::Map(Box::new(map::map(definition, state, &at, io, processor, next()?)?))
        }
    })
}

fn flows(state: &State) -> Vec<FlowId> {
    state.machines.iter().copied().map(flow_of).collect()
}

fn next(definition: &Definition, state: &State, at: &Reader<'_>) -> Result<Next, Diagnostic> {
    match at.get("Next") {
        Some(next) => Ok(Next::State(target(definition, state, &next)?)),
        None => Ok(Next::End),
    }
}

/// The state that a field names.
pub(super) fn target(definition: &Definition, state: &State, at: &Reader<'_>) -> Result<StateId, Diagnostic> {
    let name = at.text()?;
    let found = definition.state_named(state.machine, &name);
    found.ok_or_else(|| at.error("unknown-state", format!("there is no state `{name}` here")))
}

fn io(at: &Reader<'_>, language: QueryLanguage) -> Result<Io, Diagnostic> {
    let template = |key: &str| at.get(key).map(|at| at.template(key, language)).transpose();
    Ok(match language {
        QueryLanguage::JsonPath => Io {
            input_path: input_path(at.get("InputPath"))?,
            arguments: template("Parameters")?,
            result_selector: template("ResultSelector")?,
            result_path: Reader::result_path(at.get("ResultPath").as_ref())?,
            output_path: input_path(at.get("OutputPath"))?,
            output: None,
            assign: assign(at, "", language)?,
        },
        QueryLanguage::Jsonata => Io {
            arguments: template("Arguments")?,
            output: template("Output")?,
            assign: assign(at, "", language)?,
            result_path: ResultPath::Replace,
            ..Io::default()
        },
    })
}

fn input_path(at: Option<Reader<'_>>) -> Result<InputPath, Diagnostic> {
    match at {
        None => Ok(InputPath::Whole),
        Some(at) if at.node.is_null() => Ok(InputPath::Nothing),
        Some(at) if at.node.as_str() == Some("$") => Ok(InputPath::Whole),
        Some(at) => Ok(InputPath::Path(at.path()?)),
    }
}

/// The Assign of a state, a rule or a catcher; `place` is that of the latter, as AWS names fields: `Catch[0]/`.
pub(super) fn assign(at: &Reader<'_>, place: &str, language: QueryLanguage) -> Result<Option<Assign>, Diagnostic> {
    let Some(at) = at.get("Assign") else { return Ok(None) };
    let mut variables = Vec::new();
    for member in at.node.members() {
        let value = Reader::new(&member.value, at.pointer.key(&member.key));
        let (name, template) = match (language, member.key.strip_suffix(".$")) {
            (QueryLanguage::JsonPath, Some(name)) => (Text::from(name), value.dynamic(&member.key)?),
            _ => (member.key.clone(), value.template(&format!("{place}Assign/{}", member.key), language)?),
        };
        variables.push((name, template));
    }
    Ok(Some(Assign { variables }))
}

fn text_field(at: &Reader<'_>, key: &str, language: QueryLanguage) -> Result<Option<TextField>, Diagnostic> {
    if let Some(field) = at.get(key) {
        return Ok(Some(match language {
            QueryLanguage::Jsonata => TextField::Template(field.template(key, language)?),
            QueryLanguage::JsonPath => TextField::Given(field.text()?),
        }));
    }
    let key = Text::from(format!("{key}Path"));
    at.get(&key).map(|field| field.dynamic(&key).map(TextField::Template)).transpose()
}

fn until(at: &Reader<'_>, language: QueryLanguage) -> Result<Until, Diagnostic> {
    if let Some(seconds) = at.source_or_path("Seconds", "", language, Reader::integer)? {
        return Ok(Until::Seconds(seconds));
    }
    match at.source_or_path("Timestamp", "", language, Reader::text)? {
        Some(timestamp) => Ok(Until::Timestamp(timestamp)),
        None => Err(at.error("missing-field", "a Wait state needs `Seconds` or `Timestamp`")),
    }
}

/// For the fields that only say something when given.
pub(super) fn given<T>(source: Option<Source<T>>, nothing: impl Fn(&T) -> bool) -> Option<Source<T>> {
    source.filter(|source| !matches!(source, Source::Given(value) if nothing(value)))
}
