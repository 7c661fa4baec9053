//! What if: rollouts played thousands of times before they happen once.

pub mod alarm;
pub mod arrivals;
pub mod metrics;
pub mod rollout;
pub mod scenario;
pub mod statistics;
