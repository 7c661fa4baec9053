//! What happened: events, who listens to them, and how they look from outside.

mod event;
mod export;
mod record;
mod view;

pub use event::{Event, EventId, EventKind, RunLimits, Scheduled, ScopeId};
pub use export::{Exported, History};
pub use record::{Log, Record, Tally};
pub use view::{View, Visits};
