//! Retry and Catch (States Language, "Errors").

use super::reader::Reader;
use super::state::{assign, target};
use crate::asl::program::{Catcher, ErrorName, Recovery, Retrier};
use crate::asl::{Definition, State};
use crate::base::{Delay, Diagnostic};

pub(super) fn recovery(definition: &Definition, state: &State, at: &Reader<'_>) -> Result<Recovery, Diagnostic> {
    let mut recovery = Recovery::default();
    for at in at.get("Retry").map(|at| at.elements()).transpose()?.unwrap_or_default() {
        recovery.retriers.push(retrier(&at)?);
    }
    for (n, at) in at.get("Catch").map(|at| at.elements()).transpose()?.unwrap_or_default().iter().enumerate() {
        let place = format!("Catch[{n}]/");
        recovery.catchers.push(Catcher {
            errors: errors(at)?,
            result_path: Reader::result_path(at.get("ResultPath").as_ref())?,
            output: at.get("Output").map(|at| at.template(&format!("{place}Output"), state.language)).transpose()?,
            assign: assign(at, &place, state.language)?,
            next: target(definition, state, &at.required("Next")?)?,
        });
    }
    Ok(recovery)
}

fn retrier(at: &Reader<'_>) -> Result<Retrier, Diagnostic> {
    let integer = |key: &str| at.get(key).map(|at| at.integer()).transpose();
    Ok(Retrier {
        errors: errors(at)?,
        interval: Delay::from_secs(integer("IntervalSeconds")?.unwrap_or(1).max(0).unsigned_abs()),
        max_attempts: integer("MaxAttempts")?.map_or(3, |count| u32::try_from(count.max(0)).unwrap_or(u32::MAX)),
        backoff_rate: at.get("BackoffRate").map(|at| at.number()).transpose()?.unwrap_or(2.0),
        max_delay: integer("MaxDelaySeconds")?.map(|secs| Delay::from_secs(secs.max(0).unsigned_abs())),
        full_jitter: at.get("JitterStrategy").map(|at| at.text()).transpose()?.as_deref() == Some("FULL"),
    })
}

fn errors(at: &Reader<'_>) -> Result<Vec<ErrorName>, Diagnostic> {
    let name = |at: &Reader<'_>| {
        at.text().map(|name| match &*name {
            "States.ALL" => ErrorName::All,
            "States.TaskFailed" => ErrorName::TaskFailed,
            "States.Timeout" => ErrorName::Timeout,
            _ => ErrorName::Named(name),
        })
    };
    at.required("ErrorEquals")?.elements()?.iter().map(name).collect()
}
