//! The work of each type of state.

mod choice;
mod distributed;
mod io;
mod map;
mod parallel;
mod pass;
mod task;
mod wait;

pub(super) use distributed::MapRun;
pub use distributed::{MapRunChange, MapRunSettings};
pub(super) use io::{evaluate, place};
