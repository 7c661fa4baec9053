//! The ground that every other module stands on: places in a text, findings about a text, typed indexes, virtual
//! time, keyed randomness, special functions of probability, shared JSON values and the reading of our own documents.
//!
//! It is not about state machines: nothing here knows a word of the States Language.
//!
//! ```
//! use weir::base::{Time, Value};
//! let order = Value::parse(r#"{"order": {"total": 12.5}}"#).unwrap();
//! assert_eq!(order.pointer("/order/total"), Some(&Value::from(12.5)));
//! assert_eq!(Time::from_rfc3339("2026-01-01T00:00:00Z").unwrap().to_rfc3339(), "2026-01-01T00:00:00.000Z");
//! ```

mod diagnostic;
pub mod document;
mod index;
mod random;
pub mod sort;
mod span;
pub mod special;
mod time;
mod utf16;
pub mod value;

pub use diagnostic::{Diagnostic, Pointer, Severity};
pub use index::{Id, IndexVec};
pub use random::Key;
pub use span::{LineIndex, Position, Span};
pub use time::{Delay, Time};
pub use utf16::Utf16;
pub use value::{Array, Number, Object, Text, Value};
