//! What the commands of the simulator share: formats and progress.

use crate::Stop;
use crate::arguments::Arguments;
use serde::Serialize;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Table,
    Markdown,
    Json,
    Csv,
}

impl Format {
    /// The format that is asked for; a table unless another is.
    pub fn of(arguments: &mut Arguments) -> Result<Format, Stop> {
        if arguments.has("--json") {
            return Ok(Format::Json);
        }
        match arguments.value("--format")?.as_deref() {
            None | Some("table") => Ok(Format::Table),
            Some("markdown" | "md") => Ok(Format::Markdown),
            Some("json") => Ok(Format::Json),
            Some("csv") => Ok(Format::Csv),
            Some(other) => {
                Err(Stop::Usage(format!("no format `{other}`: there are `table`, `markdown`, `json` and `csv`")))
            }
        }
    }
}

/// As JSON.
pub fn json(value: &impl Serialize) -> String {
    // It fails for keys that are no strings only, and reports have none.
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

/// Markdown with its tables drawn for a terminal.
pub fn table(markdown: &str) -> String {
    let mut out = String::new();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for line in markdown.lines().chain(std::iter::once("")) {
        match line.strip_prefix('|') {
            Some(rest) => {
                let cells = rest.strip_suffix('|').unwrap_or(rest).replace("\\|", "\u{1}");
                rows.push(cells.split('|').map(|cell| cell.trim().replace('\u{1}', "|")).collect());
            }
            None => {
                draw(&mut out, &std::mem::take(&mut rows));
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    out.trim_end().to_owned() + "\n"
}

fn draw(out: &mut String, rows: &[Vec<String>]) {
    let is_rule = |row: &[String]| row.iter().all(|cell| !cell.is_empty() && cell.bytes().all(|b| b"-:".contains(&b)));
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter(|row| !is_rule(row)).filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let mut line = String::new();
        for (column, width) in widths.iter().enumerate() {
            let cell = row.get(column).map_or("", String::as_str);
            let (cell, fill) = if is_rule(row) { ("", '─') } else { (cell, ' ') };
            line.push_str(cell);
            line.extend(std::iter::repeat_n(fill, width.saturating_sub(cell.chars().count())));
            line.push_str("  ");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// A bar on the error output, where that is a terminal.
pub struct Progress {
    on: bool,
    last: Option<Instant>,
}

impl Progress {
    pub fn new() -> Progress {
        Progress { on: std::io::stderr().is_terminal(), last: None }
    }

    /// `part` is from 0 to 1.
    pub fn show(&mut self, what: &str, part: f64) {
        const WIDTH: usize = 30;
        if !self.on || self.last.is_some_and(|last| last.elapsed() < Duration::from_millis(100)) {
            return;
        }
        self.last = Some(Instant::now());
        let full = (part.clamp(0.0, 1.0) * WIDTH as f64) as usize;
        eprint!("\r\x1b[K{}{} {:>3.0} % {what}", "█".repeat(full), "░".repeat(WIDTH - full), part * 100.0);
        // A bar that cannot be drawn is no reason to stop.
        let _ = std::io::stderr().flush();
    }

    pub fn clear(&mut self) {
        if self.last.is_some() {
            eprint!("{}", clear());
        }
    }
}

/// What takes a bar away from where it stands.
pub fn clear() -> &'static str {
    if std::io::stderr().is_terminal() { "\r\x1b[K" } else { "" }
}
