//! All that can become of an execution, with probabilities: the ground of the exact mode.

use super::{Kind, Pattern, Profile, RUNTIME, State, TIMEOUT};
use crate::base::{Delay, Time};
use crate::engine::tasks::{Circumstances, DriftPer, Latency, Outcome};
use crate::simulation::metrics::Close;
use crate::simulation::runner::Future;

/// More futures than this are too many to add up under a slider.
const MAX_FUTURES: usize = 5_000;

/// A way that an execution may take, as far as it has come.
#[derive(Clone, Debug)]
struct Way {
    p: f64,
    at: usize,
    offset: Delay,
    latency: Option<Latency>,
    cut: Option<Delay>,
    transitions: u32,
    /// Attempts at the present state, and used-up retries by retrier.
    attempt: u32,
    retries: Vec<u32>,
}

impl Way {
    fn end(&self, close: Option<Close>) -> Future {
        let (p, offset) = (self.p, self.offset);
        let (latency, cut, transitions) = (self.latency.clone(), self.cut, self.transitions);
        Future { p, close, offset, latency, cut, transitions }
    }
}

impl Profile {
    pub(super) fn futures_of(
        &self,
        version: usize,
        class: u32,
        start: Time,
        live_since: Time,
    ) -> Result<Vec<Future>, String> {
        let Some(program) = self.programs.get(version) else { return Ok(Vec::new()) };
        if program.timeout.is_some() {
            return Err("the machine's TimeoutSeconds cuts across its states".into());
        }
        let mut futures = Vec::new();
        let mut open = vec![Way {
            p: 1.0,
            at: program.start,
            offset: Delay::ZERO,
            latency: None,
            cut: None,
            transitions: 0,
            attempt: 0,
            retries: Vec::new(),
        }];
        while let Some(mut way) = open.pop() {
            if open.len() + futures.len() > MAX_FUTURES || way.transitions > 10_000 {
                return Err("there are too many ways through the workflow".into());
            }
            let Some(state) = program.states.get(way.at) else { continue };
            if way.attempt == 0 {
                way.transitions += 1;
            }
            match &state.kind {
                Kind::Succeed => futures.push(way.end(Some(Close::Succeeded))),
                Kind::Fail { .. } => futures.push(way.end(Some(Close::Failed))),
                Kind::Pass => go_on(way, state, &mut open, &mut futures),
                Kind::Wait(delay) => {
                    way.offset = way.offset + *delay;
                    go_on(way, state, &mut open, &mut futures);
                }
                Kind::Parallel(_) => return Err("branches run side by side".into()),
                Kind::Task { behaviour, timeout, errors } => {
                    let circumstances = Circumstances {
                        class,
                        attempt: way.attempt + 1,
                        now: start + way.offset,
                        live_since,
                        number: 0,
                        outages: &[],
                    };
                    let Some(rule) = behaviour.rule(class, way.attempt + 1) else { continue };
                    let cases = behaviour.cases_of(rule);
                    if cases.iter().any(|case| case.outage.is_some()) {
                        return Err("outages make executions fail together".into());
                    }
                    let drifts = cases.iter().filter_map(|case| case.drift);
                    for drift in drifts {
                        if drift.per == DriftPer::Execution {
                            return Err("a probability drifts with the number of executions".into());
                        }
                        if way.latency.is_some() {
                            return Err("a probability drifts while a latency is left to chance".into());
                        }
                    }
                    let mut left = 1.0;
                    for (n, case) in cases.iter().enumerate() {
                        let last = n + 1 == cases.len();
                        let p = if last { left } else { case.chance(&circumstances).min(left) };
                        left -= p;
                        if p <= 0.0 {
                            continue;
                        }
                        let error = errors.get(rule.first_case() + n).copied().unwrap_or(RUNTIME);
                        let way = Way { p: way.p * p, ..way.clone() };
                        answer(way, state, &case.outcome, &case.latency, *timeout, error, &mut open, &mut futures)?;
                    }
                }
            }
        }
        Ok(futures)
    }
}

/// An attempt is answered: splits a way where the answer may come too late.
#[expect(clippy::too_many_arguments, reason = "all of them are one attempt")]
fn answer(
    mut way: Way,
    state: &State,
    outcome: &Outcome,
    latency: &Latency,
    timeout: Option<Delay>,
    error: u32,
    open: &mut Vec<Way>,
    futures: &mut Vec<Future>,
) -> Result<(), String> {
    let silent = matches!(outcome, Outcome::Never) || (matches!(outcome, Outcome::Timeout) && timeout.is_some());
    if silent {
        match timeout {
            None => futures.push(way.end(None)),
            Some(timeout) => {
                way.offset = way.offset + timeout;
                fail(way, state, TIMEOUT, open, futures)?;
            }
        }
        return Ok(());
    }
    match (latency.constant(), timeout) {
        (Some(constant), Some(timeout)) if constant > timeout => {
            way.offset = way.offset + timeout;
            return fail(way, state, TIMEOUT, open, futures);
        }
        (Some(constant), _) => way.offset = way.offset + constant,
        (None, timeout) => {
            if way.latency.is_some() {
                return Err("two latencies that are left to chance follow one another".into());
            }
            if let Some(timeout) = timeout {
                let late = 1.0 - latency.cdf(timeout);
                let mut slow = way.clone();
                slow.p *= late;
                slow.offset = slow.offset + timeout;
                fail(slow, state, TIMEOUT, open, futures)?;
                way.cut = Some(timeout);
            }
            way.latency = Some(latency.clone());
        }
    }
    match outcome {
        Outcome::Success { .. } => {
            go_on(way, state, open, futures);
            Ok(())
        }
        Outcome::Error { .. } => fail(way, state, error, open, futures),
        Outcome::Timeout | Outcome::Never => fail(way, state, TIMEOUT, open, futures),
    }
}

fn go_on(mut way: Way, state: &State, open: &mut Vec<Way>, futures: &mut Vec<Future>) {
    way.attempt = 0;
    way.retries.clear();
    match state.next {
        Some(next) => {
            way.at = next;
            open.push(way);
        }
        None => futures.push(way.end(Some(Close::Succeeded))),
    }
}

fn fail(mut way: Way, state: &State, error: u32, open: &mut Vec<Way>, futures: &mut Vec<Future>) -> Result<(), String> {
    let covers = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.covers(error));
    way.retries.resize(state.retriers.len(), 0);
    let place = state.retriers.iter().position(|retrier| covers(&retrier.errors));
    if let Some((place, retrier)) = place.and_then(|place| Some((place, state.retriers.get(place)?)))
        && let Some(used) = way.retries.get_mut(place)
        && *used < retrier.max_attempts
    {
        if retrier.full_jitter {
            return Err("jitter leaves the waits between attempts to chance".into());
        }
        way.offset = way.offset + retrier.delay(*used);
        *used += 1;
        way.attempt += 1;
        way.transitions += 1;
        open.push(way);
        return Ok(());
    }
    if let Some((_, next)) = state.catchers.iter().find(|(patterns, _)| covers(patterns)) {
        way.attempt = 0;
        way.retries.clear();
        way.at = *next;
        open.push(way);
        return Ok(());
    }
    futures.push(way.end(Some(Close::Failed)));
    Ok(())
}
