//! Diagnostics under the text that they are about.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use weir::base::{Diagnostic, LineIndex, Span};

/// Of a longer line only the part around the place is shown.
const WIDTH: usize = 120;

/// Writes to the standard output. Whoever reads may stop before the end: that is no failure of ours.
pub fn out(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Escape sequences for a terminal, or nothing.
#[derive(Clone, Copy)]
pub struct Colours {
    pub error: &'static str,
    pub warning: &'static str,
    pub faint: &'static str,
    pub bold: &'static str,
    pub end: &'static str,
}

impl Colours {
    pub fn of_output() -> Colours {
        Colours::on(std::io::stdout().is_terminal())
    }

    pub fn of_errors() -> Colours {
        Colours::on(std::io::stderr().is_terminal())
    }

    fn on(terminal: bool) -> Colours {
        if terminal && std::env::var_os("NO_COLOR").is_none() {
            Colours { error: "\x1b[1;31m", warning: "\x1b[1;33m", faint: "\x1b[2m", bold: "\x1b[1m", end: "\x1b[0m" }
        } else {
            Colours { error: "", warning: "", faint: "", bold: "", end: "" }
        }
    }
}

/// A diagnostic, the line that it is about, and a mark under the place.
pub fn diagnostic(file: &str, text: &str, lines: &LineIndex, diagnostic: &Diagnostic, colours: Colours) -> String {
    let Colours { faint, bold, end, .. } = colours;
    let (word, colour) = if diagnostic.is_error() { ("error", colours.error) } else { ("warning", colours.warning) };
    let at = lines.position(text, diagnostic.span.start);
    let number = at.line.to_string();
    let gap = " ".repeat(number.len());
    let line = lines.line(text, at.line);
    let (shown, before, marked) = excerpt(text, line, diagnostic.span);
    let mut told = String::new();
    let _ = writeln!(told, "{colour}{word}[{}]{end}{bold}: {}{end}", diagnostic.code, diagnostic.message);
    let _ = writeln!(told, "{gap}{faint}-->{end} {file}:{}:{}", at.line, at.column);
    let _ = writeln!(told, "{gap} {faint}|{end}");
    let _ = writeln!(told, "{faint}{number} |{end} {shown}");
    let help = diagnostic.help.as_deref().unwrap_or_default();
    let mark = format!("{}{colour}{}{end} {help}", " ".repeat(before), "^".repeat(marked));
    let _ = writeln!(told, "{gap} {faint}|{end} {}", mark.trim_end());
    told
}

/// What to show of a line, how many characters of it are before the mark, and how many are marked.
fn excerpt(text: &str, line: Span, place: Span) -> (String, usize, usize) {
    let start = place.start.clamp(line.start, line.end);
    // A line may be a whole file: no more of it is walked through than is shown.
    let (left, right) = (Span::new(line.start, start).of(text), Span::new(start, line.end).of(text));
    let marked = Span::new(start, place.end.clamp(start, line.end)).of(text).chars().take(WIDTH).count().max(1);
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    let mut before = left.chars().rev().take(WIDTH + 1).count();
    let cut = before + marked.min(WIDTH / 2) > WIDTH && before > WIDTH / 2;
    if cut {
        before = WIDTH / 2;
    }
    let from = left.char_indices().rev().take(before).last().map_or(left.len(), |(at, _)| at);
    let mut chars = left.get(from..).unwrap_or("").chars().chain(right.chars()).map(printable);
    let mut shown: String = if cut { "…".into() } else { String::new() };
    shown.extend(chars.by_ref().take(WIDTH));
    if chars.next().is_some() {
        shown.push('…');
    }
    let before = before + usize::from(cut);
    (shown, before, marked.min((WIDTH + 1).saturating_sub(before)).max(1))
}
