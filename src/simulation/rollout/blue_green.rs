//! `{"kind": "blueGreen", "smoke": {"executions": 20, "max_failures": 0}, "bake_ms": 600000}`: the new version proves
//! itself on executions that are started by its version ARN, then takes all traffic.

use super::all_at_once;
use super::steps::{Look, Steps};
use crate::base::Delay;
use crate::base::document::{Findings, Members, Range};

/// Executions by version ARN, all at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Smoke {
    pub executions: u32,
    /// With more failures nothing is shifted.
    pub max_failures: u32,
}

pub(super) fn read(members: &Members, bake: Delay, look: Look, findings: &mut Findings) -> Option<Steps> {
    let smoke = match members.get("smoke") {
        None => None,
        Some(at) => {
            let smoke = at.object(findings, &["executions", "max_failures"])?;
            let range = Range::between(1.0, 10_000.0);
            let executions = smoke.required("executions", findings).and_then(|at| at.integer(range, findings));
            let max_failures = match smoke.get("max_failures") {
                Some(at) => at.integer(Range::between(0.0, 10_000.0), findings),
                None => Some(0),
            };
            if let (Some(executions), Some(most)) = (executions, max_failures)
                && most >= executions
            {
                let message = format!("{executions} executions never fail more often than {most} times");
                findings.push(at.error("out-of-range", message).help("`max_failures` is less than `executions`"));
            }
            Some(Smoke { executions: executions? as u32, max_failures: max_failures? as u32 })
        }
    };
    Some(Steps { smoke, ..all_at_once::plan(bake, look) })
}
