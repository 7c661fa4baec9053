//! Who listens to an execution.

use super::{Event, EventKind};

/// A listener. The interpreter is compiled once for each kind, so that what a listener does not want costs nothing.
pub trait Record {
    /// Whether events carry their payloads.
    const DATA: bool;

    fn record(&mut self, event: Event);
}

/// Keeps every event: the history.
#[derive(Clone, Debug, Default)]
pub struct Log {
    pub events: Vec<Event>,
}

impl Record for Log {
    const DATA: bool = true;

    fn record(&mut self, event: Event) {
        self.events.push(event);
    }
}

/// Counts: what a million executions can afford.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// States entered, retries included: what Standard workflows are billed by.
    pub transitions: u64,
    pub events: u64,
}

impl Record for Tally {
    const DATA: bool = false;

    fn record(&mut self, event: Event) {
        self.events += 1;
        // A retry runs the work of the state again without entering it again, and is billed alike.
        self.transitions += u64::from(matches!(event.kind, EventKind::StateEntered { .. }));
    }
}

/// Does not listen.
impl Record for () {
    const DATA: bool = false;

    fn record(&mut self, _: Event) {}
}
