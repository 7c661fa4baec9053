use crate::base::{Span, Text};
use std::fmt;

/// Why a path gave no value, in the words of Jayway, which AWS repeats.
#[derive(Clone, Debug)]
pub struct PathError {
    pub(super) kind: Kind,
    pub(super) canonical: Text,
    /// The step that failed, in the canonical text.
    pub(super) start: u32,
    pub(super) end: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// `$.x` in `{}`
    Missing,
    /// `$.x.y` in `{}`
    MissingProperty,
    /// `$.x.y` in `{"x":1}`
    NoObject,
    /// `$.x[0]` in `{"x":null}`
    Null,
    /// `$.x[9]` in `{"x":[]}`
    OutOfRange,
    /// `$.x[0]` in `{"x":1}`, with the value that is there
    NoArray(String),
    /// `$.x[?(@.y)]` in `{"x":1}`, with the value that is there
    Primitive(String),
    /// `$name` where there is no such variable
    Unset,
    /// Writing `$.x` into `"text"`
    Conflict,
    /// Writing what is no Reference Path
    NotWritable,
    TooDeep,
    TooMuch,
}

impl PathError {
    /// Whether there simply is nothing: a Choice takes it for absence, and a payload template reports the field.
    /// Otherwise the path does not fit the data, or asks for too much.
    pub fn is_missing(&self) -> bool {
        use Kind::{Missing, MissingProperty, NoObject, Null, OutOfRange, Unset};
        matches!(self.kind, Missing | MissingProperty | NoObject | Null | OutOfRange | Unset)
    }

    /// Whether the last step asks for an element that an array does not have. A payload template makes that null.
    pub fn is_out_of_range(&self) -> bool {
        self.kind == Kind::OutOfRange && self.end as usize == self.canonical.len()
    }

    /// Whether a result cannot be put there, because what is there holds no members.
    pub fn is_conflict(&self) -> bool {
        self.kind == Kind::Conflict
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = &*self.canonical;
        let (start, end, len) = (self.start, self.end, all.len() as u32);
        let [before, step, to, from] =
            [(0, start), (start, end), (0, end), (start, len)].map(|(from, to)| Span::new(from, to).of(all));
        match &self.kind {
            Kind::Missing => write!(f, "No results for path: {all}"),
            Kind::MissingProperty => write!(f, "Missing property in path {to}"),
            Kind::NoObject => write!(f, "Property {step} not found in path {before}"),
            Kind::Null => write!(f, "The path {before} is null"),
            Kind::OutOfRange => write!(f, "Index out of bounds when evaluating path {to}"),
            Kind::NoArray(found) => {
                write!(f, "Filter: {from} can only be applied to arrays. Current context is: {found}")
            }
            Kind::Primitive(found) => {
                write!(f, "Filter: {from} can not be applied to primitives. Current context is: {found}")
            }
            Kind::Unset => write!(f, "No results for path: {all}, because the variable has no value"),
            Kind::Conflict => write!(f, "There is no object or array element to write to at {to}"),
            Kind::NotWritable => write!(f, "Only a reference path can be written to"),
            Kind::TooDeep => write!(f, "The result is nested deeper than 1000 levels"),
            Kind::TooMuch => write!(f, "The path visits too many values"),
        }
    }
}

impl std::error::Error for PathError {}
