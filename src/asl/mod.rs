//! The Amazon States Language: from the author's text to a program that can be run a million times.
//!
//! [`Definition::parse`] always answers, however broken the text; [`compile`] makes a [`Program`] of a definition
//! without errors. Running a program is not done here but in [`engine`](crate::engine).

pub mod check;
pub mod fields;
pub mod hints;
mod model;
pub mod program;
pub mod query;
pub mod substitutions;

pub use model::{Definition, Machine, MachineId, Owner, QueryLanguage, State, StateId, StateType, Transition, Via};
pub use program::{Program, compile};
