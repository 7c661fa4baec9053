//! What executions cost: list prices of Step Functions in us-east-1, unless the scenario gives others.
//!
//! Standard workflows pay per state transition, and a retry is one; Express workflows per request and per GB-second of
//! duration, rounded up to 100 ms, and memory, rounded up to 64 MB. Versions, aliases and their updates are free.
//!
//! ```
//! use weir::simulation::{cost::{Use, cost}, scenario::{Price, WorkflowType}};
//! let standard = Use { executions: 1e6, transitions: 5e6, billed_seconds: 0.0 };
//! assert!((cost(&Price::default(), standard).usd - 125.0).abs() < 1e-9);
//! let express = Price { workflow_type: WorkflowType::Express, ..Price::default() };
//! let used = Use { executions: 1e6, transitions: 0.0, billed_seconds: 2e6 };
//! assert_eq!(format!("{:.2}", cost(&express, used).usd), "3.08");
//! ```

use super::scenario::{Price, WorkflowType};
use serde::Serialize;

/// What is paid for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Use {
    pub executions: f64,
    pub transitions: f64,
    /// Each execution rounded up to 100 ms.
    pub billed_seconds: f64,
}

/// A bill in USD.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    pub usd: f64,
    pub executions: f64,
    /// Standard: transitions beyond the free ones.
    pub transitions: f64,
    /// Express.
    pub gb_hours: f64,
}

/// GB-hours at the first price, and at the second.
const TIERS: [f64; 2] = [1000.0, 4000.0];

/// The memory that is billed for an execution of so many MB.
pub fn billed_memory_mb(memory_mb: f64) -> f64 {
    64.0 * libm::ceil(memory_mb / 64.0).max(1.0)
}

pub fn cost(price: &Price, used: Use) -> Cost {
    match price.workflow_type {
        WorkflowType::Standard => {
            let transitions = (used.transitions - price.free_transitions as f64).max(0.0);
            let usd = transitions / 1000.0 * price.per_1000_transitions;
            Cost { usd, executions: used.executions, transitions, gb_hours: 0.0 }
        }
        WorkflowType::Express => {
            let gb_hours = used.billed_seconds * billed_memory_mb(price.memory_mb) / 1024.0 / 3600.0;
            let first = gb_hours.min(TIERS[0]);
            let second = (gb_hours - first).min(TIERS[1]);
            let [a, b, c] = price.per_gb_hour;
            let duration = first * a + second * b + (gb_hours - first - second) * c;
            let usd = used.executions / 1e6 * price.per_million_requests + duration;
            Cost { usd, executions: used.executions, transitions: 0.0, gb_hours }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of AWS's pricing page.
    #[test]
    fn pricing_page() {
        let express = Price { workflow_type: WorkflowType::Express, memory_mb: 62.85, ..Price::default() };
        let used = Use { executions: 1e8, transitions: 0.0, billed_seconds: 1e9 };
        let bill = cost(&express, used);
        assert!((bill.gb_hours - 17_361.11).abs() < 0.01);
        assert!((bill.usd - 482.97).abs() < 0.01, "{bill:?}");
        let standard = Price { free_transitions: 4000, ..Price::default() };
        let used = Use { executions: 1e5, transitions: 3e5 + 4000.0, billed_seconds: 0.0 };
        assert!((cost(&standard, used).usd - 7.5).abs() < 1e-9);
        assert_eq!(cost(&standard, Use { transitions: 10.0, ..Use::default() }).usd, 0.0);
        assert_eq!(billed_memory_mb(65.0), 128.0);
        assert_eq!(billed_memory_mb(0.0), 64.0);
    }
}
