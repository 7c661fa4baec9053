//! Where AWS itself has changed: the virtual date decides which of its behaviours is shown.
//!
//! Recordings of different years disagree on these points and on no others that the conformance data shows.

use crate::base::Time;

/// 2023-11-15: executions can be redriven, and the context object counts it.
pub fn knows_redrive(now: Time) -> bool {
    now >= Time::from_millis(1_700_006_400_000)
}

/// 2024-10-01 (between August and November): in the history the exit of a Map in distributed mode follows the start of
/// its Map Run; before, it followed the end.
pub fn exit_follows_map_run_start(now: Time) -> bool {
    now >= Time::from_millis(1_727_740_800_000)
}
