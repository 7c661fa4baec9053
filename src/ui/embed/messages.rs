//! What an embed says to the page around it. README.md has the table.

use super::say;
use crate::base::{Text, Value};
use crate::simulation::customers::Told;
use crate::simulation::report::{Report, VersionReport};
use crate::ui::simulate::Heard;
use crate::workspace::embed::{Embed, VOCABULARY, Wrong};

type Members = Vec<(&'static str, Value)>;

fn tell(kind: &'static str, members: Members) {
    let head = [("weir", Value::from(VOCABULARY)), ("type", kind.into())];
    say(Value::object(head.into_iter().chain(members)));
}

/// An answer has the id of what it answers.
fn with_id(mut members: Members, id: Option<Value>) -> Members {
    members.extend(id.map(|id| ("id", id)));
    members
}

fn weights(alias: Option<&Text>, routes: &[(u32, u8)]) -> Members {
    let weights = routes.iter().map(|(version, weight)| (version.to_string(), Value::from(u32::from(*weight))));
    let alias = alias.map_or_else(Value::default, |alias| alias.clone().into());
    vec![("alias", alias), ("weights", Value::object(weights))]
}

/// It is drawn, and listens.
pub fn ready(shows: &Embed, alias: Option<&Text>, routes: &[(u32, u8)]) {
    let panes = shows.panes.iter().map(|pane| pane.name()).collect::<Vec<_>>().join(",");
    let mut members = vec![("embed", Value::from(panes)), ("readonly", shows.is_readonly.into())];
    members.extend(weights(alias, routes));
    tell("ready", members);
}

/// The weights of the alias that is shown are others now.
pub fn changed(alias: Option<&Text>, routes: &[(u32, u8)]) {
    tell("changed", weights(alias, routes));
}

pub fn complain(Wrong { what, place, mend }: &Wrong, id: Option<Value>) {
    let members =
        vec![("what", Value::from(what.as_str())), ("where", place.as_str().into()), ("mend", mend.as_str().into())];
    tell("error", with_id(members, id));
}

/// What the simulation has to tell.
pub fn heard(heard: &Heard) {
    match heard {
        Heard::Traffic(told) => traffic(told),
        Heard::Rollout(report) => rollout(report),
        Heard::NoSuch { number, of } => no_such(*number, *of),
    }
}

fn no_such(number: usize, of: usize) {
    let what = format!("there is no execution {number} among the {of} that were simulated");
    complain(&Wrong::new(what, "/execution", format!("send a number from 1 to {of}")), None);
}

/// The answer to `export`.
pub fn workspace(document: &str, id: Option<Value>) {
    let document = Value::parse(document).unwrap_or_default();
    tell("workspace", with_id(vec![("workspace", document)], id));
}

/// The traffic has been played, or counted anew for another weight.
fn traffic(told: &Told) {
    let executions: u64 = told.versions.iter().map(|version| version.started).sum();
    let versions = told.versions.iter().map(|version| (version.version.clone(), numbers(version)));
    tell(
        "report",
        vec![
            ("pane", "traffic".into()),
            ("executions", executions.into()),
            ("versions", Value::object(versions)),
            ("attributable", told.attributable.into()),
        ],
    );
}

fn numbers(version: &VersionReport) -> Value {
    let errors = version.errors.iter().map(|error| (error.error.clone(), Value::from(error.count)));
    let mut members = vec![
        ("started", Value::from(version.started)),
        ("succeeded", version.succeeded.into()),
        ("failed", version.failed.into()),
        ("timedOut", version.timed_out.into()),
        ("running", version.running.into()),
        ("errors", Value::object(errors)),
        ("transitions", version.transitions_per_execution.into()),
    ];
    if let Some(duration) = &version.duration {
        let percentiles = [("p50", duration.p50), ("p90", duration.p90), ("p99", duration.p99)];
        members.extend(percentiles.map(|(name, quantile)| (name, quantile.value.into())));
    }
    Value::object(members)
}

/// Rollouts have been played to the end.
fn rollout(report: &Report) {
    let Some(rollout) = &report.rollout else { return };
    let mut members = vec![
        ("pane", Value::from("rollout")),
        ("rollouts", report.replications.into()),
        ("rolledBack", rollout.rolled_back.into()),
        ("completed", rollout.completed.into()),
        ("rollback", rollout.rollback.value.into()),
        ("failures", rollout.blast.failed.mean.into()),
        ("attributable", rollout.blast.attributable.mean.into()),
    ];
    if let Some(exact) = rollout.exact.answer() {
        members.push(("rollbackExact", exact.passage.total().into()));
    }
    if let Some(minutes) = &rollout.detection.mean_if_detected {
        members.push(("minutesToRollback", minutes.mean.into()));
    }
    tell("report", members);
}
