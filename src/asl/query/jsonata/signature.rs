//! Signatures of functions: `<s-nn?:s>`. A signature checks the arguments of a call, supplies the context for one that
//! is left out (`-`), and makes an array of a single value where an array is asked for.

use super::error::{R, raise};
use super::value::{Elements, Kind, Seq, Val};

#[derive(Debug)]
pub(super) struct Signature {
    pub params: Vec<Param>,
}

/// One parameter. `symbols` are those of the types it takes, a bit each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Param {
    symbols: u16,
    repeat: Repeat,
    /// Takes the context when it is left out.
    context: bool,
    /// An array, of elements of a type maybe.
    array: bool,
    subtype: Option<Subtype>,
}

/// The types of the elements of an array, as they are written: mostly one letter, of which the first counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Subtype {
    letters: [u8; 7],
    length: u8,
}

impl Subtype {
    const fn of(text: &[u8]) -> Subtype {
        let mut letters = [0; 7];
        let mut length = 0;
        let mut rest = text;
        while let ([first, tail @ ..], true) = (rest, length < 7) {
            // Within bounds: there are seven.
            if let Some((_, [place, ..])) = letters.split_at_mut_checked(length) {
                *place = *first;
            }
            length += 1;
            rest = tail;
        }
        Subtype { letters, length: length as u8 }
    }

    fn text(&self) -> &[u8] {
        self.letters.get(..usize::from(self.length)).unwrap_or(&[])
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Repeat {
    Once,
    Optional,
    OptionalLazy,
    Many,
    ManyLazy,
}

/// The type of an argument as signatures spell it; `m` is missing.
fn symbol(val: &Val) -> u8 {
    match val.kind() {
        Kind::Undefined => b'm',
        Kind::Null => b'l',
        Kind::Bool => b'b',
        Kind::Number => b'n',
        Kind::String => b's',
        Kind::Array => b'a',
        Kind::Object => b'o',
        Kind::Function => b'f',
    }
}

const ANY: &[u8] = b"asnblfom";

const fn bit(symbol: u8) -> u16 {
    match symbol {
        b'a' => 1,
        b's' => 2,
        b'n' => 4,
        b'b' => 8,
        b'l' => 16,
        b'f' => 32,
        b'o' => 64,
        b'm' => 128,
        _ => 0,
    }
}

const fn bits(symbols: &[u8]) -> u16 {
    let mut sum = 0;
    let mut rest = symbols;
    while let [first, tail @ ..] = rest {
        sum |= bit(*first);
        rest = tail;
    }
    sum
}

/// The parameters of the functions of the language are written with these: `STRING.context()` for `s-`.
pub(super) const STRING: Param = Param::of(b"sm");
pub(super) const NUMBER: Param = Param::of(b"nm");
pub(super) const BOOLEAN: Param = Param::of(b"bm");
pub(super) const OBJECT: Param = Param::of(b"om");
pub(super) const FUNCTION: Param = Param::of(b"f");
pub(super) const JSON: Param = Param::of(b"asnblom");
pub(super) const ANYTHING: Param = Param::of(ANY);
pub(super) const ARRAY: Param = Param { array: true, ..Param::of(ANY) };
/// `(sf)`
pub(super) const STRING_OR_FUNCTION: Param = Param::of(b"sfm");
/// `(nsb)`
pub(super) const SCALAR: Param = Param::of(b"nsbm");
/// `<(oa):o>`, that of a transform.
pub(super) const OBJECT_OR_ARRAY_PARAM: Param = Param::of(b"oam");
pub(super) static OBJECT_OR_ARRAY: [Param; 1] = [OBJECT_OR_ARRAY_PARAM];

fn closing(text: &[u8], start: usize, open: u8, close: u8) -> usize {
    let mut depth = 1;
    let mut at = start;
    while at < text.len() {
        at += 1;
        match text.get(at) {
            Some(byte) if *byte == close => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            Some(byte) if *byte == open => depth += 1,
            _ => {}
        }
    }
    at
}

/// The plural of a type, for messages.
fn plural(subtype: Subtype) -> Option<&'static str> {
    Some(match subtype.text() {
        b"a" => "arrays",
        b"b" => "booleans",
        b"f" => "functions",
        b"n" => "numbers",
        b"o" => "objects",
        b"s" => "strings",
        _ => return None,
    })
}

impl Signature {
    /// Reads what stands between `<` and `>`, those included.
    ///
    /// # Errors
    /// `S0401`, `S0402`; their position is the offset in the text.
    pub fn parse(text: &str) -> R<Signature> {
        let bytes = text.as_bytes();
        let slice = |from: usize, to: usize| text.get(from..to).unwrap_or("");
        let mut params: Vec<Param> = Vec::new();
        let mut at = 1;
        while let Some(byte) = bytes.get(at) {
            match byte {
                // What is returned is not checked.
                b':' => break,
                b's' => params.push(STRING),
                b'n' => params.push(NUMBER),
                b'b' => params.push(BOOLEAN),
                b'o' => params.push(OBJECT),
                b'l' => params.push(Param::of(b"lm")),
                b'a' => params.push(ARRAY),
                b'f' => params.push(FUNCTION),
                b'j' => params.push(JSON),
                b'x' => params.push(ANYTHING),
                b'-' => {
                    if let Some(last) = params.last_mut() {
                        last.context = true;
                        last.repeat = last.repeat.optional();
                    }
                }
                b'?' => {
                    if let Some(last) = params.last_mut() {
                        last.repeat = last.repeat.optional();
                    }
                }
                b'+' => {
                    if let Some(last) = params.last_mut() {
                        last.repeat = Repeat::Many;
                    }
                }
                b'(' => {
                    let end = closing(bytes, at, b'(', b')');
                    let choice = slice(at + 1, end);
                    if choice.contains('<') {
                        return Err(raise("S0402").value(choice).position(at as u32));
                    }
                    params.push(Param { symbols: bits(choice.as_bytes()) | bit(b'm'), ..STRING });
                    at = end;
                }
                b'<' => {
                    let end = closing(bytes, at, b'<', b'>');
                    match params.last_mut() {
                        Some(last) if last.array || last.symbols == bit(b'f') => {
                            last.subtype = Some(Subtype::of(slice(at + 1, end).as_bytes()));
                        }
                        _ => return Err(raise("S0401").position(at as u32)),
                    }
                    at = end;
                }
                _ => {}
            }
            at += 1;
        }
        Ok(Signature { params })
    }
}

/// The arguments as a function with these parameters wants them.
///
/// # Errors
/// `T0410`, `T0411`, `T0412`.
pub(super) fn check(params: &[Param], arguments: Vec<Val>, context: &Val) -> R<Vec<Val>> {
    // Mostly there is an argument for each parameter, of its type.
    let fits = |(param, argument): (&Param, &Val)| param.takes(argument);
    if arguments.len() == params.len() && params.iter().zip(&arguments).all(fits) {
        return Ok(arguments);
    }
    let symbols: Vec<u8> = arguments.iter().map(symbol).collect();
    let mut counts = Vec::with_capacity(params.len());
    if !fit(params, &symbols, true, &mut counts) {
        return Err(mismatch(params, &arguments, &symbols));
    }
    let mut checked = Vec::with_capacity(arguments.len().max(params.len()));
    let mut arguments = arguments.into_iter();
    let mut at = 0;
    for (param, count) in params.iter().zip(counts) {
        if count == 0 {
            if !param.context {
                checked.push(arguments.next().unwrap_or_default());
                at += 1;
            } else if param.symbols & bit(symbol(context)) != 0 {
                checked.push(context.clone());
            } else {
                return Err(raise("T0411").value(context.clone()).index(at + 1));
            }
            continue;
        }
        let first = arguments.next().unwrap_or_default();
        if !param.array {
            // jsonata-js repeats the first one.
            (1..count).for_each(|_| checked.push(first.clone()));
            arguments.by_ref().take(count - 1).for_each(drop);
            checked.push(first);
            at += count;
            continue;
        }
        let types = symbols.get(at..at + count).unwrap_or(&[]);
        let rest: Vec<Val> = arguments.by_ref().take(count - 1).collect();
        for argument in std::iter::once(first).chain(rest) {
            checked.push(param.array(argument, types, at)?);
            at += 1;
        }
    }
    Ok(checked)
}

/// The first argument that the parameters up to some one cannot take.
fn mismatch(params: &[Param], arguments: &[Val], symbols: &[u8]) -> Box<super::error::Raised> {
    let mut good = 0;
    for upto in 1..=params.len() {
        let mut counts = Vec::new();
        if !fit(params.get(..upto).unwrap_or(&[]), symbols, false, &mut counts) {
            break;
        }
        good = counts.iter().sum();
    }
    raise("T0410").value(arguments.get(good).cloned()).index(good + 1)
}

impl Repeat {
    fn optional(self) -> Repeat {
        match self {
            Repeat::Once => Repeat::Optional,
            Repeat::Optional | Repeat::OptionalLazy => Repeat::OptionalLazy,
            Repeat::Many | Repeat::ManyLazy => Repeat::ManyLazy,
        }
    }
}

impl Param {
    const fn of(symbols: &[u8]) -> Param {
        Param { symbols: bits(symbols), repeat: Repeat::Once, context: false, array: false, subtype: None }
    }

    /// Left out, it is missing: `?`.
    pub const fn optional(self) -> Param {
        Param { repeat: Repeat::Optional, ..self }
    }

    /// Left out, it is the context: `-`.
    pub const fn context(self) -> Param {
        Param { repeat: Repeat::Optional, context: true, ..self }
    }

    /// One or more: `+`.
    pub const fn many(self) -> Param {
        Param { repeat: Repeat::Many, ..self }
    }

    /// An array of these only: `a<n>`.
    pub const fn of_type(self, subtype: &[u8]) -> Param {
        Param { subtype: Some(Subtype::of(subtype)), ..self }
    }

    /// Whether an argument is right as it is.
    fn takes(&self, argument: &Val) -> bool {
        let single = symbol(argument);
        if self.symbols & bit(single) == 0 || matches!(self.repeat, Repeat::OptionalLazy | Repeat::ManyLazy) {
            return false;
        }
        !self.array || (single == b'a' && self.elements_fit(argument))
    }

    fn elements_fit(&self, array: &Val) -> bool {
        let (Some(subtype), Some(elements)) = (&self.subtype, array.elements()) else { return true };
        let wanted = subtype.text().first().copied();
        match elements {
            Elements::Range { len, .. } => len == 0 || wanted == Some(b'n'),
            elements => elements.iter().all(|element| Some(symbol(&element)) == wanted),
        }
    }

    fn array(&self, argument: Val, types: &[u8], at: usize) -> R<Val> {
        let single = symbol(&argument);
        if single == b'm' {
            return Ok(Val::Undefined);
        }
        let fits = match &self.subtype {
            Some(subtype) if single != b'a' => types == subtype.text(),
            _ => self.elements_fit(&argument),
        };
        if !fits {
            let mut raised = raise("T0412").value(argument).index(at + 1);
            raised.element = self.subtype.and_then(plural);
            return Err(raised);
        }
        Ok(match argument {
            array if single == b'a' => array,
            other => Seq::One(other).into_list(0),
        })
    }
}

/// How many arguments each parameter takes, if they take all (or `whole` is not asked for): as a regular expression
/// over the types would match, in which an optional parameter is tried with before without.
fn fit(params: &[Param], symbols: &[u8], whole: bool, counts: &mut Vec<usize>) -> bool {
    let Some((param, rest)) = params.split_first() else { return !whole || symbols.is_empty() };
    let run = symbols.iter().take_while(|symbol| param.symbols & bit(**symbol) != 0).count();
    let mut attempt = |count: usize| {
        counts.push(count);
        let fits = fit(rest, symbols.get(count..).unwrap_or(&[]), whole, counts);
        if !fits {
            counts.pop();
        }
        fits
    };
    match param.repeat {
        Repeat::Once => run > 0 && attempt(1),
        Repeat::Optional => (run > 0 && attempt(1)) || attempt(0),
        Repeat::OptionalLazy => attempt(0) || (run > 0 && attempt(1)),
        Repeat::Many => (1..=run).rev().any(attempt),
        Repeat::ManyLazy => (1..=run).any(attempt),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(signature: &str, arguments: &[&str], context: &str) -> String {
        let val = |text: &str| Val::Json(crate::base::Value::parse(text).unwrap());
        let arguments = arguments.iter().map(|text| val(text)).collect();
        match super::check(&Signature::parse(signature).unwrap().params, arguments, &val(context)) {
            Ok(vals) => vals.iter().map(super::super::json::for_message).collect::<Vec<_>>().join(" "),
            Err(raised) => format!("{} {:?}", raised.code, raised.index),
        }
    }

    #[test]
    fn fills_in_the_context_and_makes_arrays() {
        assert_eq!(check("<s-nn?:s>", &["1"], "\"abc\""), "\"abc\" 1 undefined");
        assert_eq!(check("<s-nn?:s>", &["\"x\"", "1", "2"], "null"), "\"x\" 1 2");
        assert_eq!(check("<s-nn?:s>", &["1"], "true"), "T0411 Some(1)");
        assert_eq!(check("<s-nn?:s>", &["\"x\"", "\"y\""], "null"), "T0410 Some(2)");
        assert_eq!(check("<a<n>:n>", &["1"], "null"), "[1]");
        assert_eq!(check("<a<n>:n>", &["[1,\"x\"]"], "null"), "T0412 Some(1)");
        assert_eq!(check("<n+>", &["1", "2"], "null"), "1 1");
        assert_eq!(check("<a+>", &["1", "[2]"], "null"), "[1] [2]");
    }
}
