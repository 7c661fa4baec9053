//! From the text of a definition to a program, or to what AWS says is wrong with it.

use super::ServiceError;
use super::state_machine::Type;
use crate::asl::check::{Finding, Profile, Resources, check, invalid_definition};
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

/// What is wrong with a definition, errors and warnings.
pub fn findings(definition: &Definition, kind: Type) -> Vec<Finding> {
    let express = kind == Type::Express;
    check(definition, &Profile { resources: Resources::Aws, substitutions: false, express, data_flow: false })
}

/// # Errors
/// InvalidDefinition with all errors.
pub fn compile(text: &str, kind: Type) -> Result<Compiled, ServiceError> {
    compile_definition(&Definition::parse(text), kind)
}

/// # Errors
/// InvalidDefinition with all errors.
pub fn compile_definition(definition: &Definition, kind: Type) -> Result<Compiled, ServiceError> {
    if let Some(errors) = invalid_definition(definition, &findings(definition, kind)) {
        return Err(ServiceError::invalid_definition(errors));
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
