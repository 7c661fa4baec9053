//! What if: rollouts played thousands of times before they happen once.

pub mod alarm;
pub mod arrivals;
pub mod exact;
pub mod metrics;
pub mod profile;
pub mod rollout;
pub mod run;
pub mod runner;
pub mod scenario;
pub mod statistics;
