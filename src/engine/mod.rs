//! Running it.

pub mod tasks;
