//! Where AWS itself has changed: the virtual date decides which of its behaviours is shown.
//!
//! Recordings of different years disagree on these points, or AWS announced them on that day.

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

/// 2024-07-25: state machines and activities tell how they are encrypted.
pub fn knows_encryption(now: Time) -> bool {
    now >= Time::from_millis(1_721_865_600_000)
}

/// 2025-09-18: a Map takes an object for its pairs, and its context object tells their keys, and where items come from.
pub fn maps_objects(now: Time) -> bool {
    now >= Time::from_millis(1_758_153_600_000)
}

/// 2025-08-01 (between January and November): errors of AWS SDK integrations tell how often the SDK tried.
pub fn tells_sdk_attempts(now: Time) -> bool {
    now >= Time::from_millis(1_754_006_400_000)
}
