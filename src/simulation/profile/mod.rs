//! A runner for workflows whose way does not depend on data: Pass, Task, Wait, Parallel, Succeed and Fail, with Retry,
//! Catch and timeouts. It draws by the same keys as the interpreter and must agree with it draw for draw; it knows no
//! inputs, outputs, Choice or Map, and refuses definitions that need them.
//!
//! ```
//! use weir::base::{Key, Time};
//! use weir::simulation::{profile::Profile, runner::{Customer, Runner}, scenario::Scenario};
//! let scenario = Scenario::parse(r#"{"weir": 1, "traffic": {"kind": "constant", "per_min": 60, "stop": {"count": 10}},
//!   "versions": {"1": {"definition": {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 5, "End": true}}}}},
//!   "alias": {"weights": {"1": 100}}}"#).unwrap();
//! let mut profile = Profile::new(&scenario).unwrap();
//! let customer = Customer { key: Key::new(1), class: 0, start: Time::ZERO, live_since: Time::ZERO, number: 0 };
//! assert_eq!(profile.run(0, &customer).duration.as_secs_f64(), 5.0);
//! ```

mod compile;
mod futures;

use super::metrics::Close;
use super::runner::{Customer, Fate, Future, Runner};
use super::scenario::Scenario;
use crate::base::{Delay, Diagnostic, Key, Text, Time};
use crate::engine::tasks::{Behaviour, Circumstances, Outage, OutagePath, Outcome};

/// The purpose of the draw that spreads a retry.
const JITTER: u64 = Key::word("jitter");

/// States after which an execution is given up: a loop that chance does not end.
const MAX_TRANSITIONS: u32 = 25_000;

/// Runs the versions of a scenario.
#[derive(Debug)]
pub struct Profile {
    programs: Vec<Program>,
    errors: Vec<Text>,
    groups: Vec<Outage>,
    outages: Vec<OutagePath>,
    visits: Vec<u32>,
    retries: Vec<u32>,
}

#[derive(Debug)]
struct Program {
    states: Vec<State>,
    start: usize,
    /// TimeoutSeconds of the machine.
    timeout: Option<Delay>,
    /// Whether a flow can come back to a state.
    repeats: bool,
}

#[derive(Debug)]
struct State {
    word: u64,
    kind: Kind,
    /// None: the flow ends.
    next: Option<usize>,
    retriers: Vec<Retrier>,
    catchers: Vec<(Vec<Pattern>, usize)>,
}

#[derive(Debug)]
enum Kind {
    Pass,
    Succeed,
    Fail {
        error: u32,
    },
    Wait(Delay),
    Task {
        behaviour: Behaviour,
        timeout: Option<Delay>,
        errors: Vec<u32>,
    },
    /// The starts of the branches.
    Parallel(Vec<usize>),
}

/// What an ErrorEquals covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pattern {
    All,
    TaskFailed,
    Named(u32),
}

impl Pattern {
    fn covers(self, error: u32) -> bool {
        match self {
            Pattern::All => true,
            Pattern::TaskFailed => error != TIMEOUT,
            Pattern::Named(name) => name == error,
        }
    }
}

const NO_ERROR: u32 = 0;
const TIMEOUT: u32 = 1;
/// An execution that went round too often.
const RUNTIME: u32 = 2;

/// One retrier of a Retry.
#[derive(Debug, Clone, PartialEq)]
pub struct Retrier {
    errors: Vec<Pattern>,
    pub max_attempts: u32,
    pub interval: Delay,
    pub backoff_rate: f64,
    pub max_delay: Option<Delay>,
    pub full_jitter: bool,
}

impl Retrier {
    /// The wait before the retry that follows `used` earlier ones, before jitter:
    /// min(IntervalSeconds × BackoffRate^used, MaxDelaySeconds).
    pub fn delay(&self, used: u32) -> Delay {
        let factor = libm::pow(self.backoff_rate, f64::from(used));
        let full = Delay::from_secs_f64(self.interval.as_secs_f64() * factor);
        self.max_delay.map_or(full, |max| full.min(max))
    }
}

/// A flow under way.
struct Flow {
    elapsed: Delay,
    transitions: u32,
    attempts: u32,
}

/// How a flow comes to its end.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Success,
    Error(u32),
    /// Something never answers.
    Never,
}

impl Profile {
    /// Compiles the scenario's versions.
    ///
    /// # Errors
    /// What the definitions hold that it cannot run, and behaviours of tasks that are not there.
    pub fn new(scenario: &Scenario) -> Result<Profile, Vec<Diagnostic>> {
        compile::compile(scenario)
    }

    /// The retriers of a Task state.
    pub fn retriers(&self, version: usize, state: &str) -> &[Retrier] {
        let word = Key::word(state);
        let states = self.programs.get(version).map(|program| &program.states[..]).unwrap_or_default();
        states.iter().find(|state| state.word == word).map_or(&[], |state| &state.retriers)
    }
}

impl Runner for Profile {
    fn begin(&mut self, replication: Key, end: Time) {
        self.outages.clear();
        self.outages.extend(self.groups.iter().map(|group| group.path(replication, Time::ZERO, end)));
    }

    #[inline]
    fn run(&mut self, version: usize, customer: &Customer) -> Fate {
        let Some(program) = self.programs.get(version) else {
            let (close, duration) = (Some(Close::Succeeded), Delay::ZERO);
            return Fate { close, error: NO_ERROR, duration, transitions: 0, attempts: 0 };
        };
        if program.repeats {
            self.visits.clear();
            self.visits.resize(program.states.len(), 0);
        }
        let mut machine = Machine {
            program,
            customer,
            outages: &self.outages,
            visits: &mut self.visits,
            retries: &mut self.retries,
            limit: program.timeout.unwrap_or(Delay::MAX),
        };
        let mut flow = Flow { elapsed: Delay::ZERO, transitions: 0, attempts: 0 };
        let end = machine.run(program.start, customer.key, &mut flow);
        let (close, error) = match end {
            _ if flow.elapsed > machine.limit => {
                flow.elapsed = machine.limit;
                (Some(Close::TimedOut), TIMEOUT)
            }
            End::Success => (Some(Close::Succeeded), NO_ERROR),
            End::Error(error) => (Some(Close::Failed), error),
            End::Never => (None, NO_ERROR),
        };
        Fate { close, error, duration: flow.elapsed, transitions: flow.transitions, attempts: flow.attempts }
    }

    fn errors(&self) -> &[Text] {
        &self.errors
    }

    fn futures(&self, version: usize, class: u32, start: Time, live_since: Time) -> Result<Vec<Future>, String> {
        self.futures_of(version, class, start, live_since)
    }

    fn is_steady(&self, version: usize) -> bool {
        let states = self.programs.get(version).map(|program| &program.states[..]).unwrap_or_default();
        states.iter().all(|state| match &state.kind {
            Kind::Task { behaviour, .. } => behaviour.rules.iter().all(|rule| rule.is_steady()),
            _ => true,
        })
    }
}

/// One execution.
struct Machine<'a> {
    program: &'a Program,
    customer: &'a Customer,
    outages: &'a [OutagePath],
    visits: &'a mut Vec<u32>,
    /// Used-up retries of the retriers of the states that are being run, innermost last.
    retries: &'a mut Vec<u32>,
    limit: Delay,
}

impl Machine<'_> {
    fn run(&mut self, start: usize, key: Key, flow: &mut Flow) -> End {
        let mut at = start;
        loop {
            let Some(state) = self.program.states.get(at) else { return End::Error(RUNTIME) };
            if flow.elapsed > self.limit {
                return End::Never;
            }
            if flow.transitions >= MAX_TRANSITIONS {
                return End::Error(RUNTIME);
            }
            flow.transitions += 1;
            let next = match &state.kind {
                Kind::Pass => state.next,
                Kind::Succeed => return End::Success,
                Kind::Fail { error } => return End::Error(*error),
                Kind::Wait(delay) => {
                    flow.elapsed = flow.elapsed + *delay;
                    state.next
                }
                Kind::Task { .. } | Kind::Parallel(_) => match self.work(at, state, key, flow) {
                    Ok(next) => next,
                    Err(end) => return end,
                },
            };
            match next {
                Some(next) => at = next,
                None => return End::Success,
            }
        }
    }

    /// Tries a state as often as its retriers allow. Where the flow goes on; or how it ends.
    #[inline]
    fn work(&mut self, at: usize, state: &State, key: Key, flow: &mut Flow) -> Result<Option<usize>, End> {
        let mut visit = 0;
        if self.program.repeats
            && let Some(visits) = self.visits.get_mut(at)
        {
            visit = *visits;
            *visits += 1;
        }
        let key = key.with(state.word).with(u64::from(visit));
        let base = self.retries.len();
        let mut attempt = 0;
        let end = loop {
            let attempt_key = key.with(u64::from(attempt));
            let end = match &state.kind {
                Kind::Task { behaviour, timeout, errors } => {
                    self.call(behaviour, *timeout, errors, attempt, attempt_key, flow)
                }
                Kind::Parallel(branches) => self.fork(branches, attempt_key, flow),
                _ => End::Success,
            };
            let End::Error(error) = end else { break end };
            if flow.elapsed > self.limit {
                break End::Never;
            }
            if attempt == 0 {
                self.retries.resize(base + state.retriers.len(), 0);
            }
            let covers = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.covers(error));
            // The first that matches decides; once it is used up, no other is asked.
            let place = state.retriers.iter().position(|retrier| covers(&retrier.errors));
            if let Some((place, retrier)) = place.and_then(|place| Some((place, state.retriers.get(place)?)))
                && let Some(used) = self.retries.get_mut(base + place)
                && *used < retrier.max_attempts
            {
                let delay = retrier.delay(*used);
                *used += 1;
                let delay = match retrier.full_jitter {
                    true => Delay::from_secs_f64(delay.as_secs_f64() * attempt_key.with(JITTER).uniform()),
                    false => delay,
                };
                flow.elapsed = flow.elapsed + delay;
                flow.transitions += 1;
                attempt += 1;
                continue;
            }
            if let Some((_, next)) = state.catchers.iter().find(|(patterns, _)| covers(patterns)) {
                self.retries.truncate(base);
                return Ok(Some(*next));
            }
            break end;
        };
        self.retries.truncate(base);
        match end {
            End::Success => Ok(state.next),
            end => Err(end),
        }
    }

    #[inline]
    fn call(
        &self,
        behaviour: &Behaviour,
        timeout: Option<Delay>,
        errors: &[u32],
        attempt: u32,
        key: Key,
        flow: &mut Flow,
    ) -> End {
        flow.attempts += 1;
        let circumstances = Circumstances {
            class: self.customer.class,
            attempt: attempt + 1,
            now: self.customer.start + flow.elapsed,
            live_since: self.customer.live_since,
            number: self.customer.number,
            outages: self.outages,
        };
        let (case, latency) = behaviour.draw(key, &circumstances);
        let limit = timeout.unwrap_or(Delay::MAX);
        let outcome = behaviour.cases.get(case).map(|case| &case.outcome);
        let silent =
            matches!(outcome, Some(Outcome::Never)) || (matches!(outcome, Some(Outcome::Timeout)) && timeout.is_some());
        if silent || latency > limit {
            flow.elapsed = flow.elapsed + limit;
            return if timeout.is_some() { End::Error(TIMEOUT) } else { End::Never };
        }
        flow.elapsed = flow.elapsed + latency;
        match outcome {
            Some(Outcome::Success { .. }) | None => End::Success,
            Some(Outcome::Error { .. }) => End::Error(errors.get(case).copied().unwrap_or(RUNTIME)),
            Some(Outcome::Timeout | Outcome::Never) => End::Error(TIMEOUT),
        }
    }

    /// Runs branches side by side: as long as the longest; the first that fails ends all.
    fn fork(&mut self, branches: &[usize], key: Key, flow: &mut Flow) -> End {
        let begin = flow.elapsed;
        let (mut longest, mut first_failure) = (begin, None::<(Delay, u32)>);
        let mut never = false;
        for branch in branches {
            let mut own = Flow { elapsed: begin, transitions: flow.transitions, attempts: flow.attempts };
            let end = self.run(*branch, key, &mut own);
            flow.transitions = own.transitions;
            flow.attempts = own.attempts;
            match end {
                End::Success => longest = longest.max(own.elapsed),
                End::Error(error) if first_failure.is_none_or(|(at, _)| own.elapsed < at) => {
                    first_failure = Some((own.elapsed, error));
                }
                End::Error(_) => {}
                End::Never => never = true,
            }
        }
        match first_failure {
            Some((at, error)) => {
                flow.elapsed = at;
                End::Error(error)
            }
            None if never => {
                flow.elapsed = Delay::MAX;
                End::Never
            }
            None => {
                flow.elapsed = longest;
                End::Success
            }
        }
    }
}
