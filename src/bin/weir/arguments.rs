//! What stands behind the name of the command.

use crate::Stop;
use std::collections::VecDeque;
use std::io::{ErrorKind, Read};
use weir::base::document::nearest;

/// Options without a value.
const SWITCHES: [&str; 2] = ["--express", "--json"];

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

    /// What is left: no options any more. `options` are those that the command has.
    pub fn files(self, options: &[&str]) -> Result<Vec<String>, Stop> {
        match self.rest.iter().find(|argument| argument.starts_with('-') && argument.len() > 1) {
            Some(unknown) => {
                let (name, value) = unknown.split_once('=').map_or((&**unknown, None), |(name, it)| (name, Some(it)));
                Err(Stop::Usage(match nearest(name, options) {
                    Some(near) if near == name && SWITCHES.contains(&name) => {
                        format!("`{name}` takes no value, and is given `{}`", value.unwrap_or_default())
                    }
                    Some(near) if near == name => format!("`{name}` is given twice"),
                    Some(near) => format!("no option `{name}`; did you mean `{near}`?"),
                    None => format!("no option `{name}`; `weir --help` lists them"),
                }))
            }
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
    let bytes = read.map_err(|error| {
        Stop::Usage(match error.kind() {
            ErrorKind::NotFound => format!("there is no file `{file}`"),
            ErrorKind::IsADirectory => format!("`{file}` is a folder: name the files in it"),
            _ => format!("`{file}` cannot be read: {error}"),
        })
    })?;
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Stop::Usage(format!("`{file}` is in UTF-16: save it in UTF-8")));
    }
    let text = String::from_utf8(bytes).map_err(|error| Stop::Usage(format!("`{file}` is not UTF-8: {error}")))?;
    // A byte order mark is no part of the text.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
