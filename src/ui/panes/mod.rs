//! The panes around the workflow: what they show is a [`View`](super::store::View), what they want is an [`Action`].

pub mod cli;
pub mod definition;
pub mod dialog;
pub mod executions;
mod field;
pub mod inputs;
pub mod tasks;
pub mod versions;

use crate::base::{Text, Value};
use std::rc::Rc;

/// What a pane asks for.
#[derive(Clone, Debug)]
pub enum Action {
    Type(Rc<str>),
    /// An operation of the service: what it is in a word or two, its name, its request.
    Call(&'static str, &'static str, Value),
    /// With this description.
    Publish(String),
    /// How the tasks of a version behave, or of the draft.
    Behave(Option<u32>, Value),
    /// The mocked answers are to go.
    Unmock,
    /// They are wanted as a file.
    SaveMocks,
    Inputs(Value),
    LookAt(Text),
    /// Routes of an alias: what it is in a word or two, its name, (version, weight).
    Route(&'static str, Text, Vec<(u32, u8)>),
    Start {
        target: String,
        name: String,
        input: String,
    },
    /// An execution that was started by hand, by its ARN.
    Open(Text),
    Cli(String),
    /// A version's text into the editor.
    Edit(Text),
    Select(Option<Rc<str>>),
    /// A text for the clipboard, and what it is.
    Copy(String, &'static str),
    /// Put all commands on the clipboard, as a shell script.
    CopyScript,
}
