//! Broken copies of good texts, for every parser, the checker, the evaluators, the interpreter, the service and the
//! simulator: a fixed number of them, in a second or two. What must hold for each is in `fuzz/src/properties/`, and
//! `cargo xtask fuzz` looks for texts for which it does not; those that it has found (`fuzz/cases/`) are played here, too.

#[path = "../fuzz/src/properties/mod.rs"]
mod properties;

use properties::{ALL, DIVIDER, seeds};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use weir::base::Key;

macro_rules! each {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            on_a_small_stack(|| play(stringify!($name)));
        })*

        #[test]
        fn every_property_is_played() {
            let played: BTreeSet<&str> = [$(stringify!($name)),*].into();
            assert_eq!(played, ALL.iter().map(|property| property.name).collect());
            assert_eq!(played, seeds::counted().into_iter().filter(|(_, count)| *count > 0).map(|(name, _)| name).collect());
        }
    };
}

each! {
    json yaml checked path intrinsic jsonata regex interpreted mocked requested commanded scenario comparison workspace link embedded
}

/// A stack like that of WebAssembly.
fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    // Frames of unoptimised native code are larger than those of the wasm that is published.
    let size = if cfg!(debug_assertions) { 8 << 20 } else { 1 << 20 };
    let thread = std::thread::Builder::new().stack_size(size).spawn(run).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

fn play(name: &str) {
    let property = ALL.iter().find(|property| property.name == name).unwrap();
    let holds = |what: &str, text: &str| {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (property.holds)(text))) {
            println!("{name} does not hold for {what}:\n{text}");
            std::panic::resume_unwind(panic);
        }
    };
    let cases = seeds::cases(property);
    for (file, text) in &cases {
        holds(file, text);
    }
    let good = seeds::of(property);
    let mut length = 0;
    for n in 0..property.copies {
        let key = Key::new(11).with_str(name).with(n);
        let text = &good[below(key.with(0), good.len())];
        let other = &good[below(key.with(1), good.len())];
        let broken = broken(text, other, property.words, key.with(2));
        length += broken.len();
        holds("a broken copy", &broken);
    }
    println!(
        "{name}: {} cases, {} broken copies of {} texts, {length} bytes",
        cases.len(),
        property.copies,
        good.len()
    );
}

fn below(key: Key, count: usize) -> usize {
    (key.bits() % count.max(1) as u64) as usize
}

/// Words, numbers, and all other characters one by one.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let end = if word(first) { rest.find(|c| !word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (token, behind) = rest.split_at(end);
        tokens.push(token);
        rest = behind;
    }
    tokens
}

/// A copy with one to four tokens cut, swapped, doubled, replaced, taken out or put in, from itself, from another text
/// and from the words of the language.
fn broken(text: &str, other: &str, words: &[&str], key: Key) -> String {
    const STRANGE: [&str; 14] = [
        "",
        "\u{0}",
        "é",
        "😀",
        "\u{FEFF}",
        "\\",
        "\"",
        "-1",
        "0",
        "1e400",
        "99999999999999999999",
        "\n",
        DIVIDER,
        "$",
    ];
    let (mut here, there) = (tokens(text), tokens(other));
    for n in 0..1 + below(key.with(0), 4) as u64 {
        let draw = |purpose: u64, count: usize| below(key.with(1 + n).with(purpose), count);
        if here.is_empty() {
            break;
        }
        let (at, from) = (draw(0, here.len()), draw(1, here.len()));
        match draw(2, 8) {
            0 if n == 0 => here.truncate(at),
            0 | 1 => here.swap(at, from),
            2 => drop(here.remove(at)),
            3 => here.insert(at, here[from]),
            4 => here[at] = here[from],
            5 => here.insert(at, there.get(draw(3, there.len())).copied().unwrap_or_default()),
            6 => here.insert(at, words[draw(3, words.len())]),
            _ => here[at] = STRANGE[draw(3, STRANGE.len())],
        }
    }
    here.concat()
}
