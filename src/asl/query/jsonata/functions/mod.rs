//! The functions of the language: a table of names, signatures and code.

mod arrays;
mod aws;
mod date_picture;
mod dates;
mod higher_order;
mod integer_picture;
mod number_picture;
mod numbers;
mod objects;
mod regexes;
mod strings;
mod urls;

use super::Dialect;
use super::budget::Budget;
use super::error::R;
use super::machine::{Context, Machine};
use super::number;
use super::signature::{
    ANYTHING, ARRAY, BOOLEAN, FUNCTION, JSON, NUMBER, OBJECT, OBJECT_OR_ARRAY_PARAM, Param, SCALAR, STRING,
    STRING_OR_FUNCTION,
};
use super::value::{Elements, Val};
use crate::base::Value;

/// One of the functions of the language, by its number in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Native(u8);

pub(super) struct Spec {
    pub name: &'static str,
    /// Functions of Step Functions look at their arguments themselves.
    pub signature: Option<&'static [Param]>,
    /// What jsonata-js takes for the number of arguments when it is passed to another function.
    pub arity: usize,
    /// The parameters that partial application knows.
    parameters: usize,
    dialects: Dialects,
    pub run: fn(&mut Machine<'_>, Vec<Val>, Context<'_>) -> R<Val>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialects {
    Both,
    Reference,
    Aws,
}

impl Native {
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    pub fn parameters(self) -> usize {
        spec(self).parameters
    }
}

pub(super) fn spec(native: Native) -> &'static Spec {
    // INVARIANT: a `Native` is only made by `find`, from a position in the table.
    #[expect(clippy::indexing_slicing, reason = "a native is a position in this table")]
    &SPECS[native.index()]
}

pub(super) fn find(name: &str, dialect: Dialect) -> Option<Native> {
    let fits = |spec: &Spec| match spec.dialects {
        Dialects::Both => true,
        Dialects::Reference => dialect == Dialect::Reference,
        Dialects::Aws => dialect == Dialect::Aws,
    };
    let at = SPECS.iter().position(|spec| spec.name == name && fits(spec))?;
    Some(Native(at as u8))
}

/// The names of all functions that an expression in the dialect can call.
pub(super) fn names(dialect: Dialect) -> impl Iterator<Item = &'static str> {
    SPECS.iter().map(|spec| spec.name).filter(move |name| find(name, dialect).is_some())
}

type Run = fn(&mut Machine<'_>, Vec<Val>, Context<'_>) -> R<Val>;

const fn spec_of(name: &'static str, signature: &'static [Param], arity: usize, run: Run) -> Spec {
    Spec { name, signature: Some(signature), arity, parameters: arity, dialects: Dialects::Both, run }
}

const fn aws(name: &'static str, arity: usize, run: Run) -> Spec {
    Spec { name, signature: None, arity, parameters: arity, dialects: Dialects::Aws, run }
}

const fn reference(spec: Spec) -> Spec {
    Spec { dialects: Dialects::Reference, ..spec }
}

const S: Param = STRING;
/// The string that is the context, if it is left out.
const SC: Param = STRING.context();
const N: Param = NUMBER;
const NC: Param = NUMBER.context();
const XC: Param = ANYTHING.context();
const NUMBERS: Param = ARRAY.of_type(b"n");

static SPECS: &[Spec] = &[
    spec_of("sum", &[NUMBERS], 1, numbers::sum),
    spec_of("count", &[ARRAY], 1, arrays::count),
    spec_of("max", &[NUMBERS], 1, numbers::max),
    spec_of("min", &[NUMBERS], 1, numbers::min),
    spec_of("average", &[NUMBERS], 1, numbers::average),
    Spec { parameters: 2, ..spec_of("string", &[XC, BOOLEAN.optional()], 1, strings::string) },
    spec_of("substring", &[SC, N, N.optional()], 3, strings::substring),
    spec_of("substringBefore", &[SC, S], 2, strings::substring_before),
    spec_of("substringAfter", &[SC, S], 2, strings::substring_after),
    spec_of("lowercase", &[SC], 1, strings::lowercase),
    spec_of("uppercase", &[SC], 1, strings::uppercase),
    spec_of("length", &[SC], 1, strings::length),
    spec_of("trim", &[SC], 1, strings::trim),
    spec_of("pad", &[SC, N, S.optional()], 3, strings::pad),
    spec_of("match", &[SC, FUNCTION.of_type(b"s:o"), N.optional()], 3, regexes::find_all),
    spec_of("contains", &[SC, STRING_OR_FUNCTION], 2, regexes::contains),
    spec_of("replace", &[SC, STRING_OR_FUNCTION, STRING_OR_FUNCTION, N.optional()], 4, regexes::replace),
    spec_of("split", &[SC, STRING_OR_FUNCTION, N.optional()], 3, regexes::split),
    spec_of("join", &[ARRAY.of_type(b"s"), S.optional()], 2, strings::join),
    spec_of("formatNumber", &[NC, S, OBJECT.optional()], 3, number_picture::format_number),
    spec_of("formatBase", &[NC, N.optional()], 2, numbers::format_base),
    spec_of("formatInteger", &[NC, S], 2, integer_picture::format_integer),
    spec_of("parseInteger", &[SC, S], 2, integer_picture::parse_integer),
    spec_of("number", &[SCALAR.context()], 1, numbers::number),
    spec_of("floor", &[NC], 1, numbers::floor),
    spec_of("ceil", &[NC], 1, numbers::ceil),
    spec_of("round", &[NC, N.optional()], 2, numbers::round),
    spec_of("abs", &[NC], 1, numbers::abs),
    spec_of("sqrt", &[NC], 1, numbers::sqrt),
    spec_of("power", &[NC, N], 2, numbers::power),
    reference(spec_of("random", &[], 0, numbers::random)),
    spec_of("boolean", &[XC], 1, objects::boolean),
    spec_of("not", &[XC], 1, objects::not),
    spec_of("map", &[ARRAY, FUNCTION], 2, higher_order::map),
    spec_of("zip", &[ARRAY.many()], 0, arrays::zip),
    spec_of("filter", &[ARRAY, FUNCTION], 2, higher_order::filter),
    spec_of("single", &[ARRAY, FUNCTION.optional()], 2, higher_order::single),
    spec_of("reduce", &[ARRAY, FUNCTION, JSON.optional()], 3, higher_order::reduce),
    spec_of("sift", &[OBJECT.context(), FUNCTION.optional()], 2, higher_order::sift),
    spec_of("keys", &[XC], 1, objects::keys),
    spec_of("lookup", &[XC, S], 2, objects::lookup),
    spec_of("append", &[ANYTHING, ANYTHING], 2, arrays::append),
    spec_of("exists", &[ANYTHING], 1, objects::exists),
    spec_of("spread", &[XC], 1, objects::spread),
    spec_of("merge", &[ARRAY.of_type(b"o")], 1, objects::merge),
    spec_of("reverse", &[ARRAY], 1, arrays::reverse),
    spec_of("each", &[OBJECT.context(), FUNCTION], 2, higher_order::each),
    spec_of("error", &[S.optional()], 1, objects::error),
    spec_of("assert", &[BOOLEAN, S.optional()], 2, objects::assert),
    spec_of("type", &[ANYTHING], 1, objects::type_of),
    spec_of("sort", &[ARRAY, FUNCTION.optional()], 2, higher_order::sort),
    spec_of("shuffle", &[ARRAY], 1, arrays::shuffle),
    spec_of("distinct", &[ANYTHING], 1, arrays::distinct),
    spec_of("base64encode", &[SC], 1, urls::base64_encode),
    spec_of("base64decode", &[SC], 1, urls::base64_decode),
    spec_of("encodeUrlComponent", &[SC], 1, urls::encode_component),
    spec_of("encodeUrl", &[SC], 1, urls::encode),
    spec_of("decodeUrlComponent", &[SC], 1, urls::decode_component),
    spec_of("decodeUrl", &[SC], 1, urls::decode),
    reference(spec_of("eval", &[S, ANYTHING.optional()], 2, objects::eval)),
    spec_of("toMillis", &[SC, S.optional()], 2, dates::to_millis),
    spec_of("fromMillis", &[NC, S.optional(), S.optional()], 3, dates::from_millis),
    spec_of("clone", &[OBJECT_OR_ARRAY_PARAM.context()], 1, objects::clone),
    spec_of("now", &[S.optional(), S.optional()], 2, dates::now),
    spec_of("millis", &[], 0, dates::millis),
    aws("partition", 2, aws::partition),
    aws("range", 3, aws::range),
    aws("hash", 2, aws::hash),
    aws("random", 1, aws::random),
    aws("uuid", 0, aws::uuid),
    aws("parse", 1, aws::parse),
];

// What functions have in common

/// The arguments by place; what is left out is undefined.
fn take<const COUNT: usize>(arguments: Vec<Val>) -> [Val; COUNT] {
    let mut arguments = arguments.into_iter();
    std::array::from_fn(|_| arguments.next().unwrap_or_default())
}

/// `String(value)`, as JavaScript does it where it gets something else than it expects.
pub(super) fn to_text(val: &Val, budget: &mut Budget) -> R<String> {
    let text = match val {
        Val::Undefined => "undefined".to_owned(),
        Val::Json(Value::Null) => "null".to_owned(),
        Val::Json(Value::Bool(bool)) => bool.to_string(),
        Val::Json(Value::String(text)) => text.to_string(),
        Val::Function(_) => "[object Object]".to_owned(),
        _ => match (val.as_f64(), val.elements()) {
            (Some(float), _) => number::to_string(float),
            (None, Some(elements)) => {
                let mut joined = String::new();
                // Nobody needs more of a list that stands where a text should be.
                for (at, element) in elements.iter().take(1000).enumerate() {
                    joined.push_str(if at > 0 { "," } else { "" });
                    if !matches!(element, Val::Undefined | Val::Json(Value::Null)) {
                        joined.push_str(&to_text(&element, budget)?);
                    }
                    budget.allow_text(joined.len())?;
                }
                joined
            }
            (None, None) => "[object Object]".to_owned(),
        },
    };
    budget.spend_text(text.len())?;
    Ok(text)
}

/// The byte at an offset in UTF-16 units; nothing beyond the end.
pub(super) fn byte_offset(text: &str, units: f64) -> Option<usize> {
    let units = if units.is_nan() { 0.0 } else { libm::trunc(units).max(0.0) };
    if units > text.len() as f64 {
        return None;
    }
    let units = units as usize;
    if text.is_ascii() {
        return Some(units);
    }
    let mut seen = 0;
    for (at, c) in text.char_indices() {
        if seen >= units {
            return Some(at);
        }
        seen += c.len_utf16();
    }
    (seen >= units).then_some(text.len())
}

/// The offset in UTF-16 units of a byte.
pub(super) fn unit_offset(text: &str, byte: usize) -> usize {
    let before = text.get(..byte).unwrap_or(text);
    if before.is_ascii() { before.len() } else { before.chars().map(char::len_utf16).sum() }
}

/// `array.slice(start, end)` on so many elements: which of them.
fn slice(count: usize, start: f64, end: Option<f64>) -> std::ops::Range<usize> {
    let length = count as f64;
    let place = |at: f64| {
        let at = if at.is_nan() { 0.0 } else { libm::trunc(at) };
        (if at < 0.0 { (length + at).max(0.0) } else { at.min(length) }) as usize
    };
    let start = place(start);
    let end = end.map_or(count, place);
    start..end.max(start)
}

fn items(val: &Val) -> impl Iterator<Item = Val> {
    val.elements().into_iter().flat_map(Elements::iter)
}
