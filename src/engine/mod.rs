//! Running programs: the interpreter, what it tells, and what drives it.
//!
//! Nothing here knows of versions, aliases or accounts: an execution has a program and an input.

pub mod agenda;
pub mod history;
mod interpreter;
pub mod tasks;
pub mod vintage;

pub use history::{Event, EventId, EventKind, Log, Record, ScopeId, Tally};
pub use interpreter::{
    Answer, Call, ChildExecution, Effect, Execution, Failure, Identity, Inside, Invoke, JITTER, Limits, MapItem,
    MapRunChange, MapRunSettings, Rung, Start, Status, Step, Token, spread,
};
