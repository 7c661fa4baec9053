//! JSONPath as Step Functions has it: reading a value, and writing a result into one.
//!
//! The dialect is that of Jayway's JsonPath for Java in an early version, which shows in what AWS says and does (its
//! exception texts are in AWS's causes word for word): there are no functions, no steps in slices, and filters know
//! no operators that are words. A [`Path`] is parsed once and knows no scope: the caller takes the value that
//! [`Path::root`] names. Not here: what a missing value means for a field of a state, and which field takes which
//! paths.
//!
//! ```
//! use weir::asl::query::Path;
//! use weir::base::Value;
//! let order = Value::parse(r#"{"items": [{"id": 7, "price": 12.5}, {"id": 8, "price": 2}]}"#).unwrap();
//! let read = |path: &str| Path::parse(path).unwrap().select(&order).map(|value| value.to_json());
//! assert_eq!(read("$.items[0].id").unwrap(), "7");
//! assert_eq!(read("$.items[?(@.price > 10)].id").unwrap(), "[7]");
//! assert_eq!(read("$.customer").unwrap_err().to_string(), "No results for path: $['customer']");
//! ```

mod error;
mod filter;
mod select;
mod set;
mod syntax;
#[cfg(test)]
mod tests;

pub use error::PathError;
pub use syntax::SyntaxError;

use crate::base::Text;
use error::Kind;
use filter::Filter;

/// A path (States Language, "Paths").
#[derive(Clone, Debug)]
pub struct Path {
    text: Text,
    /// As Jayway prints it: `$['items'][0]['id']`.
    canonical: Text,
    root: Root,
    steps: Vec<Step>,
    /// Where the definite part ends; the number of steps if all is definite.
    definite: usize,
}

/// What a path starts at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Root {
    /// `$`: the input, or whatever the field applies to.
    Input,
    /// `$$`: the context object.
    Context,
    /// `$name`: a variable.
    Variable(Text),
}

#[derive(Clone, Debug)]
struct Step {
    segment: Segment,
    /// What of the canonical text is this step.
    start: u32,
    end: u32,
}

#[derive(Clone, Debug)]
enum Segment {
    /// `.name`, `['name']`
    Name(Text),
    /// `[2]`, `[-1]`, `[(@.length-1)]`
    Index(i32),
    /// `['a','b']`: one object of these members. Only at the end of a path.
    Names(Vec<Text>),
    /// `[0,2]`
    Indexes(Vec<i32>),
    /// `[1:]`, `[:2]`, `[1:2]`
    Slice(Option<i32>, Option<i32>),
    /// `.*`, `[*]`
    Wildcard,
    /// `[?(@.price < 10)]`
    Filter(Filter),
    /// `..` and the segment that is looked for at every depth.
    Scan(Box<Segment>),
}

impl Segment {
    fn is_definite(&self) -> bool {
        matches!(self, Segment::Name(_) | Segment::Index(_) | Segment::Names(_))
    }
}

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// The first place where it is none, with a span within `text`.
    pub fn parse(text: &str) -> Result<Path, SyntaxError> {
        syntax::parse(text)
    }

    /// As its author wrote it.
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// As Jayway prints it, `$['items'][0]`: the name of a path in AWS's messages.
    pub fn canonical(&self) -> &Text {
        &self.canonical
    }

    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Whether it names one value, which is read as it is; all else is read as an array of what was found.
    pub fn is_definite(&self) -> bool {
        self.definite == self.steps.len()
    }

    /// Whether it is a Reference Path (States Language, "Reference Paths"): only names and array indexes.
    pub fn is_reference_path(&self) -> bool {
        self.steps.iter().all(|step| matches!(&step.segment, Segment::Name(_) | Segment::Index(0..)))
    }

    /// The names that it starts with: of which members it is certain to read.
    pub fn leading_names(&self) -> Vec<&str> {
        self.steps
            .iter()
            .map_while(|step| if let Segment::Name(name) = &step.segment { Some(&**name) } else { None })
            .collect()
    }

    /// What reading it comes to where its variable has no value.
    pub fn missing_root(&self) -> PathError {
        self.error(Kind::Unset, 0)
    }

    /// What went wrong at a step.
    fn error(&self, kind: Kind, step: usize) -> PathError {
        let end = self.canonical.len() as u32;
        let (start, end) = self.steps.get(step).map_or((end, end), |step| (step.start, step.end));
        PathError { kind, canonical: self.canonical.clone(), start, end }
    }
}
