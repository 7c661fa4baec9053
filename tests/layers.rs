//! The shape of the house: each room of `src/` uses only those before it, and those before `js` know neither browser
//! nor clock nor chance (`ARCHITECTURE.md`).
//!
//! It reads the text and not what the compiler makes of it: tokens without comments and strings, so that a word in a
//! sentence is no finding.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// In the order of the story.
const ROOMS: [&str; 10] =
    ["base", "asl", "engine", "service", "simulation", "workspace", "graph", "js", "worker", "ui"];

const BROWSER: [&str; 9] = [
    "console_error_panic_hook",
    "gloo",
    "js_sys",
    "serde_wasm_bindgen",
    "wasm_bindgen",
    "wasm_bindgen_futures",
    "wasm_bindgen_test",
    "web_sys",
    "yew",
];
const CLOCK: [&str; 3] = ["Instant", "SystemTime", "UNIX_EPOCH"];
const CHANCE: [&str; 7] = ["fastrand", "getrandom", "rand", "rand_core", "thread_rng", "OsRng", "RandomState"];
/// Of `std`: they differ between machines in the last bit, where `libm` does not. `sqrt` and the like are exact.
const INEXACT: [&str; 25] = [
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "exp", "exp2", "exp_m1",
    "hypot", "ln", "ln_1p", "log", "log10", "log2", "powf", "powi", "sin", "sinh", "tan", "tanh",
];
const UNORDERED: [&str; 4] = ["HashMap", "HashSet", "FxHashMap", "FxHashSet"];
const WALKS: [&str; 9] =
    ["drain", "into_iter", "into_keys", "into_values", "iter", "iter_mut", "keys", "values", "values_mut"];

fn room_number(name: &str) -> Option<usize> {
    ROOMS.iter().position(|room| *room == name)
}

/// What is wrong with a file of a room: findings, each after its line. `depth` is how many modules it is below the root.
fn findings(room: usize, depth: usize, text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let mut found = later_rooms(room, depth, &tokens);
    if room < room_number("js").unwrap() {
        found.extend(impurities(&without_tests(&tokens)));
    }
    found
}

fn later_rooms(room: usize, depth: usize, tokens: &[Token]) -> Vec<String> {
    let mut found = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        // From the root: `crate::`, or as many `super::` as there are modules above.
        let mut next = i + 1;
        match token.text {
            "crate" => {}
            "super" if i < 2 || tokens[i - 2].text != "super" => {
                let mut supers = 1;
                while tokens.get(next).is_some_and(|t| t.text == "::")
                    && tokens.get(next + 1).is_some_and(|t| t.text == "super")
                {
                    (supers, next) = (supers + 1, next + 2);
                }
                if supers < depth {
                    continue;
                }
            }
            _ => continue,
        }
        if tokens.get(next).is_none_or(|t| t.text != "::") {
            continue;
        }
        for name in first_segments(&tokens[next + 1..]) {
            if room_number(name.text).is_some_and(|used| used > room) {
                found.push(format!("{}: `{}` uses `{}`, which comes after it", name.line, ROOMS[room], name.text));
            }
        }
    }
    found
}

/// Of `a::b` the `a`; of `{a::b, c}` both `a` and `c`.
fn first_segments<'a>(path: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut found = Vec::new();
    match path.first() {
        Some(first) if first.text == "{" => {
            let mut depth = 0;
            for (i, token) in path.iter().enumerate() {
                match token.text {
                    "{" => depth += 1,
                    "}" => depth -= 1,
                    _ if depth == 1 && matches!(path[i - 1].text, "{" | ",") => found.push(*token),
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
            }
        }
        first => found.extend(first),
    }
    found
}

fn impurities(tokens: &[Token]) -> Vec<String> {
    let mut found = Vec::new();
    let mut unordered = BTreeSet::new();
    let at = |i: usize| tokens.get(i).map_or("", |token: &Token| token.text);
    for (i, Token { text, line }) in tokens.iter().enumerate() {
        if BROWSER.contains(text) {
            found.push(format!("{line}: names `{text}`, which belongs to the browser"));
        }
        if CLOCK.contains(text) {
            found.push(format!("{line}: names `{text}`: time comes from the caller"));
        }
        if CHANCE.contains(text) {
            found.push(format!("{line}: names `{text}`: draws are keyed (`base::Key`)"));
        }
        if INEXACT.contains(text) && at(i + 1) == "(" && (i > 0 && at(i - 1) == "." || i > 1 && at(i - 2) == "f64") {
            found.push(format!("{line}: `{text}` of `std` differs between machines: `libm` has it"));
        }
        // `name: …HashMap<…` and `name = HashMap::…`: what has that name must not be walked through.
        if UNORDERED.contains(text) {
            let named = (0..i).rev().take(8).take_while(|j| !matches!(at(*j), ";" | "," | "(" | "{" | "}" | "->"));
            let named = named.filter(|j| matches!(at(*j), ":" | "=")).last();
            if let Some(name) = named.and_then(|j| j.checked_sub(1)).map(at) {
                unordered.insert(name);
            }
        }
    }
    for (i, Token { text, line }) in tokens.iter().enumerate() {
        if !unordered.contains(text) {
            continue;
        }
        let walked = at(i + 1) == "." && WALKS.contains(&at(i + 2)) && at(i + 3) == "(";
        // `for … in &self.name {`
        let looped = at(i + 1) == "{"
            && (0..i)
                .rev()
                .take(6)
                .find(|j| !matches!(at(*j), "&" | "mut" | "self" | "."))
                .is_some_and(|j| at(j) == "in");
        if walked || looped {
            found.push(format!("{line}: walks through `{text}`, a hash map, in no order"));
        }
    }
    found
}

#[derive(Clone, Copy, Debug)]
struct Token<'a> {
    text: &'a str,
    line: usize,
}

/// Words and marks; no comments, no texts, no characters.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let (mut i, mut line) = (0, 1);
    while i < bytes.len() {
        let rest = &text[i..];
        let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80;
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(length) = raw_text(rest) {
            length
        } else if bytes[i] == b'"' || rest.starts_with("b\"") {
            quoted(rest)
        } else if bytes[i] == b'\'' {
            character_or_lifetime(rest)
        } else if is_word(bytes[i]) {
            let length = rest.bytes().position(|b| !is_word(b)).unwrap_or(rest.len());
            found.push(Token { text: &rest[..length], line });
            length
        } else if let Some(mark) = ["::", "->", "=>"].iter().find(|mark| rest.starts_with(**mark)) {
            found.push(Token { text: mark, line });
            2
        } else {
            if !bytes[i].is_ascii_whitespace() {
                found.push(Token { text: &rest[..1], line });
            }
            1
        };
        line += rest[..length].matches('\n').count();
        i += length;
    }
    found
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut i) = (0, 0);
    while i < rest.len() {
        match rest.as_bytes()[i..] {
            [b'/', b'*', ..] => (depth, i) = (depth + 1, i + 2),
            [b'*', b'/', ..] => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            break;
        }
    }
    i
}

/// `r"…"`, `r#"…"#`, `br"…"`.
fn raw_text(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('r').or_else(|| rest.strip_prefix("br"))?;
    let hashes = body.bytes().take_while(|b| *b == b'#').count();
    let inner = body[hashes..].strip_prefix('"')?;
    let end = inner.find(&format!("\"{}", "#".repeat(hashes)))?;
    Some(rest.len() - inner.len() + end + 1 + hashes)
}

fn quoted(rest: &str) -> usize {
    let start = rest.find('"').unwrap() + 1;
    let mut escaped = false;
    for (i, b) in rest.bytes().enumerate().skip(start) {
        match b {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return i + 1,
            _ => {}
        }
    }
    rest.len()
}

fn character_or_lifetime(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => rest[3..].find('\'').map_or(rest.len(), |end| end + 4),
        Some(_) if chars.next().is_some_and(|(_, c)| c == '\'') => rest[1..].find('\'').map_or(1, |end| end + 2),
        _ => 1,
    }
}

/// Without `#[cfg(test)] mod … { … }`: tests may measure and sum as they like.
fn without_tests<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut kept = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        let next: Vec<&str> = tokens[i..].iter().take(8).map(|token| token.text).collect();
        if !next.starts_with(&["#", "[", "cfg", "(", "test", ")", "]", "mod"]) {
            kept.push(tokens[i]);
            i += 1;
            continue;
        }
        let mut depth = 0;
        while i < tokens.len() {
            match tokens[i].text {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
            i += 1;
            if depth == 0 && matches!(tokens[i - 1].text, "}" | ";") {
                break;
            }
        }
    }
    kept
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn each_room_uses_only_those_before_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut count = 0;
    for file in rust_files(&src) {
        let inside: Vec<_> = file.strip_prefix(&src).unwrap().iter().map(|part| part.to_str().unwrap()).collect();
        let room = inside[0].trim_end_matches(".rs");
        if room == "lib" || room == "bin" {
            continue; // They are above the house.
        }
        let number =
            room_number(room).unwrap_or_else(|| panic!("`src/{room}` is no room of the map: see ARCHITECTURE.md"));
        let last = inside[inside.len() - 1];
        let depth = inside.len() - usize::from(last == "mod.rs");
        let text = fs::read_to_string(&file).unwrap();
        let text = if last == "tests.rs" { format!("#[cfg(test)] mod tests {{{text}}}") } else { text };
        count += 1;
        found
            .extend(findings(number, depth, &text).iter().map(|finding| format!("src/{}:{finding}", inside.join("/"))));
    }
    assert!(count > 20, "only {count} files were found below {}", src.display());
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
}

#[test]
fn every_room_in_the_library_is_on_the_map() {
    let library = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let tokens = tokens(&library);
    let rooms: Vec<_> = tokens.windows(2).filter(|pair| pair[0].text == "mod").map(|pair| pair[1].text).collect();
    let numbers: Vec<_> = rooms.iter().map(|room| room_number(room).unwrap_or_else(|| panic!("`{room}`"))).collect();
    assert!(numbers.is_sorted(), "`src/lib.rs` tells the story out of order: {rooms:?}");
}

#[test]
fn what_is_forbidden_is_found() {
    let engine = room_number("engine").unwrap();
    for text in [
        "use crate::service::Alias;",
        "use crate::{base::Value, graph::layout};",
        "use crate::{\n    base::{Time, Key},\n    ui,\n};",
        "fn f() -> crate::simulation::Report {}",
        "use super::super::worker::Reply;",
        "use wasm_bindgen::prelude::*;",
        "let now = std::time::Instant::now();",
        "use std::time::{Duration, SystemTime};",
        "let x = rand::random();",
        "fn f(x: f64) -> f64 { x.ln() }",
        "fn f(x: f64) -> f64 { f64::powf(x, 2.5) }",
        "struct S { names: HashMap<Text, u32> } impl S { fn f(&self) { for x in &self.names {} } }",
        "struct S { names: Option<Box<FxHashMap<Text, u32>>> } impl S { fn f(&self) { self.names.iter() } }",
        "let mut seen = HashSet::new(); let all: Vec<_> = seen.into_iter().collect();",
        "let seen: FxHashSet<u32> = given; for s in seen {}",
        "let c = '\"'; use crate::js::version;",
        "let s = r#\"a \" b\"#; use crate::ui::App;",
    ] {
        assert_eq!(findings(engine, 2, text).len(), 1, "{text}: {:?}", findings(engine, 2, text));
    }
}

#[test]
fn what_is_allowed_is_not_found() {
    let engine = room_number("engine").unwrap();
    for text in [
        "use crate::asl::Program; use crate::base::{Key, Value};",
        "// use crate::ui; Instant, rand, x.ln()",
        "/* crate::ui /* crate::js */ crate::worker */",
        "/// use crate::service;\nfn f() {}",
        "let s = \"crate::ui \\\" SystemTime\"; let r = r#\"crate::js\"#;",
        "use super::history::graph;",
        "fn f<'a>(x: &'a str) -> char { '\\'' }",
        "let x = libm::log(y); let z = w.sqrt();",
        "struct S { names: HashMap<Text, u32> } impl S { fn f(&self) { self.names.get(&x) } }",
        "fn f(names: HashMap<Text, u32>, list: Vec<u32>) { for x in list {} }",
        "#[cfg(test)]\nmod tests { fn f() { Instant::now(); x.ln() } }",
        "self.rand_number(); let instant = Time::ZERO;",
    ] {
        assert_eq!(findings(engine, 2, text), Vec::<String>::new(), "{text}");
    }
}
