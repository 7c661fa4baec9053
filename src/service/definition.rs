//! From the text of a definition to a program, or to what AWS says is wrong with it.

use super::ServiceError;
use super::state_machine::Type;
use crate::asl::{self, Definition, Program};
use crate::base::value::read::Node;
use crate::base::{Object, Text, Value};
use std::rc::Rc;

/// A definition that can be run.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub program: Rc<Program>,
    pub variable_references: Object,
}

/// A finding as ValidateStateMachineDefinition tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub is_error: bool,
    /// `SCHEMA_VALIDATION_FAILED`
    pub code: Text,
    pub message: Text,
    /// `/States/A/Next`; none for what has no place.
    pub location: Option<Text>,
}

/// What is wrong with a definition, errors and warnings.
pub fn findings(definition: &Definition, _kind: Type) -> Vec<Finding> {
    let schema = |message: &str, location: Option<&str>| Finding {
        is_error: true,
        code: "SCHEMA_VALIDATION_FAILED".into(),
        message: message.into(),
        location: location.map(Text::from),
    };
    if let Some(error) = definition.syntax.first() {
        return vec![match definition.root.is_object() {
            true => Finding { code: "INVALID_JSON_DESCRIPTION".into(), ..schema(&error.message, None) },
            false => schema("Definition must be a valid JSON object", None),
        }];
    }
    match asl::compile(definition) {
        Ok(_) => Vec::new(),
        Err(error) => {
            let pointer = error.pointer.as_str();
            vec![schema(&error.message, Some(if pointer.is_empty() { "/" } else { pointer }))]
        }
    }
}

/// # Errors
/// InvalidDefinition with all errors.
pub fn compile(text: &str, kind: Type) -> Result<Compiled, ServiceError> {
    compile_definition(&Definition::parse(text), kind)
}

/// # Errors
/// InvalidDefinition with all errors.
pub fn compile_definition(definition: &Definition, kind: Type) -> Result<Compiled, ServiceError> {
    let findings = findings(definition, kind);
    let errors: Vec<String> = findings.iter().filter(|finding| finding.is_error).map(Finding::told).collect();
    if !errors.is_empty() {
        return Err(ServiceError::invalid_definition(errors.join(", ")));
    }
    let program = asl::compile(definition).map_err(|error| {
        ServiceError::invalid_definition(format_args!(
            "SCHEMA_VALIDATION_FAILED: {} at {}",
            error.message, error.pointer
        ))
    })?;
    let variable_references = variable_references(&program);
    Ok(Compiled { program: Rc::new(program), variable_references })
}

impl Finding {
    /// As the message of an InvalidDefinition has it.
    fn told(&self) -> String {
        match &self.location {
            Some(location) => format!("{}: {} at {location}", self.code, self.message),
            None => format!("{}: {}", self.code, self.message),
        }
    }
}

/// The variables that each state refers to, where it refers to any.
fn variable_references(program: &Program) -> Object {
    let mut references = Object::new();
    for state in program.states.iter() {
        let names = state.variables();
        if !names.is_empty() {
            let names: Value = names.into_iter().map(Value::String).collect();
            references.insert(state.name.clone(), names);
        }
    }
    references
}

/// The part of a definition that the Map with a label runs.
pub fn labelled(text: &str, label: &str) -> Option<Text> {
    let definition = Definition::parse(text);
    let owner = definition.states.iter().find(|state| state.node.get("Label").and_then(Node::as_str) == Some(label))?;
    let machine = definition.machines.lookup(*owner.machines.first()?)?;
    Some(machine.node.span.of(text).into())
}
