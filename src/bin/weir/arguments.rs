//! What stands behind the name of the command.

use crate::Stop;
use std::collections::VecDeque;
use std::io::Read;

pub struct Arguments {
    rest: VecDeque<String>,
}

impl Arguments {
    pub fn new(arguments: impl Iterator<Item = String>) -> Arguments {
        Arguments { rest: arguments.collect() }
    }

    /// The first of them; help where it is asked for further on.
    pub fn command(&mut self) -> Option<String> {
        if self.rest.iter().any(|argument| argument == "-h" || argument == "--help") {
            return Some("--help".into());
        }
        self.rest.pop_front()
    }

    /// Takes out a switch.
    pub fn has(&mut self, name: &str) -> bool {
        let before = self.rest.len();
        self.rest.retain(|argument| argument != name);
        self.rest.len() < before
    }

    /// Takes out an option and its value, `--name value` or `--name=value`.
    pub fn value(&mut self, name: &str) -> Result<Option<String>, Stop> {
        let is_it = |argument: &String| {
            argument.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        };
        let Some(at) = self.rest.iter().position(is_it) else { return Ok(None) };
        let argument = self.rest.remove(at).unwrap_or_default();
        match argument.split_once('=') {
            Some((_, value)) => Ok(Some(value.to_owned())),
            None => match self.rest.remove(at) {
                Some(value) => Ok(Some(value)),
                None => Err(Stop::Usage(format!("`{name}` needs a value"))),
            },
        }
    }

    /// What is left: no options any more.
    pub fn files(self) -> Result<Vec<String>, Stop> {
        match self.rest.iter().find(|argument| argument.starts_with('-') && argument.len() > 1) {
            Some(unknown) => Err(Stop::Usage(format!("no option `{unknown}`; `weir --help` lists them"))),
            None if self.rest.is_empty() => Err(Stop::Usage("which file? `weir --help` shows how to call".into())),
            None => Ok(self.rest.into()),
        }
    }
}

/// The text of a file; `-` is the standard input.
pub fn read(file: &str) -> Result<String, Stop> {
    let mut bytes = Vec::new();
    let read = match file {
        "-" => std::io::stdin().read_to_end(&mut bytes).map(|_| bytes),
        file => std::fs::read(file),
    };
    let bytes = read.map_err(|error| Stop::Usage(format!("`{file}` cannot be read: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|error| Stop::Usage(format!("`{file}` is not UTF-8: {error}")))?;
    // A byte order mark is no part of the text.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
