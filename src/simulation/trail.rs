//! Where an execution went: the ways between states that it has gone, told by the names of the states.
//!
//! A trail is no history: it knows how often a way was gone and not when, so that of a million executions there are only a
//! few different ones, and each of them costs a number.

use crate::base::Text;
use serde::{Deserialize, Serialize};

/// A way between two states: none in the first place is where the flow begins, none in the second where it ends.
pub type Way = (Option<Text>, Option<Text>);

/// The ways that one execution has gone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Trail {
    /// In order, each with how often it was gone.
    pub ways: Vec<(Way, u32)>,
    /// The state that it failed in, if it failed.
    pub failed_in: Option<Text>,
}
