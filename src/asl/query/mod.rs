//! Queries: how a state reads its input and shapes its output, in JSONPath or JSONata.
//!
//! A query is parsed once, when the definition is compiled, and evaluated in a [`Scope`]: what one state can see at one
//! moment. The languages themselves are in [`path`], [`intrinsic`] and [`jsonata`]; [`Template`] puts them into JSON.

mod error;
mod expression;
pub mod intrinsic;
mod java;
pub mod jsonata;
pub mod path;
mod scope;
mod template;

pub use error::{NumberRange, QueryError, Unexpected};
pub use expression::Expression;
pub use path::{Path, Root};
pub use scope::{Scope, Variables};
pub use template::Template;
