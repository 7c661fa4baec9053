//! What starting executions is bounded by, and what it costs.

use crate::base::document::{Findings, Place, Range};
use serde::Serialize;

/// `{"bucket": 1300, "refill_per_s": 300, "max_open": 1000000, "on_throttle": "drop"}`: StartExecution's token bucket
/// and the limit of open executions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Throttle {
    pub bucket: f64,
    pub refill_per_s: f64,
    /// No start while so many executions are open.
    pub max_open: Option<u64>,
    /// Whether callers try again a second later, for five minutes; else the start is lost.
    pub retries: bool,
}

impl Throttle {
    /// Starts that are tried again each second are given up after so many.
    pub const MAX_TRIES: u32 = 300;

    /// About how often each start is tried again, where so many come per minute.
    pub(super) fn tries(&self, per_min: f64) -> f64 {
        if !self.retries {
            return 0.0;
        }
        let refused = if self.max_open.is_some() { 1.0 } else { 1.0 - 60.0 * self.refill_per_s / per_min };
        f64::from(Throttle::MAX_TRIES) * refused.max(0.0)
    }

    pub(super) fn read(place: &Place, findings: &mut Findings) -> Option<Throttle> {
        let members = place.object(findings, &["bucket", "refill_per_s", "max_open", "on_throttle"])?;
        let mut number = |key: &str, default: f64| match members.get(key) {
            Some(at) => at.number(Range::POSITIVE.up_to(1e9), findings),
            None => Some(default),
        };
        let (bucket, refill) = (number("bucket", 1e9), number("refill_per_s", 1e9));
        let max_open = members.get("max_open").map(|at| at.integer(Range::between(1.0, 1e9), findings));
        let words = [("drop", false), ("retry", true)];
        let retries = members.get("on_throttle").map_or(Some(false), |at| at.word(&words, findings));
        if ["bucket", "refill_per_s", "max_open"].iter().all(|key| members.get(key).is_none()) {
            let finding = place.error("missing-member", "nothing is limited");
            findings.push(finding.help("give `bucket` and `refill_per_s`, or `max_open`; or leave `concurrency` out"));
        }
        Some(Throttle {
            bucket: bucket?.max(1.0),
            refill_per_s: refill?,
            max_open: max_open.map_or(Some(None), |read| read.map(Some))?,
            retries: retries?,
        })
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum WorkflowType {
    #[default]
    Standard,
    Express,
}

/// `{"type": "STANDARD", "per_1000_transitions": 0.025, "free_transitions": 4000}` or
/// `{"type": "EXPRESS", "memory_mb": 64}`: list prices in USD of us-east-1 unless others are given.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Price {
    pub workflow_type: WorkflowType,
    /// Standard.
    pub per_1000_transitions: f64,
    /// Standard: what is left of the free tier.
    pub free_transitions: u64,
    /// Express.
    pub per_million_requests: f64,
    /// Express: memory that an execution takes, in MB.
    pub memory_mb: f64,
    /// Express: USD per GB-hour of the first 1,000, the next 4,000, and beyond.
    pub per_gb_hour: [f64; 3],
}

impl Default for Price {
    fn default() -> Price {
        Price {
            workflow_type: WorkflowType::Standard,
            per_1000_transitions: 0.025,
            free_transitions: 0,
            per_million_requests: 1.0,
            memory_mb: 64.0,
            per_gb_hour: [0.06, 0.03, 0.01642],
        }
    }
}

impl Price {
    pub(super) fn read(place: &Place, findings: &mut Findings) -> Option<Price> {
        let members = place.object(
            findings,
            &["type", "per_1000_transitions", "free_transitions", "per_million_requests", "memory_mb", "per_gb_hour"],
        )?;
        let mut price = Price::default();
        let words = [("STANDARD", WorkflowType::Standard), ("EXPRESS", WorkflowType::Express)];
        if let Some(at) = members.get("type") {
            price.workflow_type = at.word(&words, findings)?;
        }
        let range = Range::NOT_NEGATIVE.up_to(1e6);
        let fields = [
            ("per_1000_transitions", &mut price.per_1000_transitions),
            ("per_million_requests", &mut price.per_million_requests),
            ("memory_mb", &mut price.memory_mb),
        ];
        for (key, field) in fields {
            if let Some(at) = members.get(key) {
                *field = at.number(range, findings)?;
            }
        }
        if let Some(at) = members.get("free_transitions") {
            price.free_transitions = at.integer(Range::NOT_NEGATIVE.up_to(1e12), findings)?;
        }
        if let Some(at) = members.get("per_gb_hour") {
            let tiers: Option<Vec<f64>> = at.array(findings)?.iter().map(|at| at.number(range, findings)).collect();
            match <[f64; 3]>::try_from(tiers?) {
                Ok(tiers) => price.per_gb_hour = tiers,
                Err(tiers) => {
                    let finding = at.error("out-of-range", format!("{} prices for three tiers", tiers.len()));
                    findings.push(finding.help("the first 1,000 GB-hours, the next 4,000, and beyond"));
                }
            }
        }
        Some(price)
    }
}
