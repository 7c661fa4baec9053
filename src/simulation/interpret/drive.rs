//! Driving one execution through virtual time: the world of the simulation answers what the engine asks.

use super::machines::{Machine, Machines};
use crate::asl::program::{Pattern, Resource};
use crate::base::{Delay, Key, Text, Time, Value};
use crate::engine::agenda::Agenda;
use crate::engine::tasks::{Asked, Behaviour, Circumstances, Outcome, echo};
use crate::engine::{Answer, Call, Effect, Execution, Failure, Identity, Invoke, Record, Start, Status, Step, Token};
use crate::simulation::metrics::Close;
use crate::simulation::runner::Customer;
use std::rc::Rc;

/// The instant that scenarios call zero: 2026-01-01T00:00:00Z.
pub const EPOCH: Time = Time::from_millis(1_767_225_600_000);

/// Moves of one execution. What is not over by then, such as a fan-out without end, fails as one does whose history is
/// full.
const MAX_STEPS: u64 = 100_000;

/// Steps of JSONata that cost as much as a move.
const GUARD_STEPS: u64 = 20;

/// Runs executions, one after the other.
#[derive(Debug, Default)]
pub struct Driver {
    agenda: Agenda<(Token, Reply)>,
    steps: u64,
}

/// What becomes of an execution.
#[derive(Clone, Debug, PartialEq)]
pub struct Played {
    /// Nothing where it never ends.
    pub close: Option<Close>,
    pub error: Option<Text>,
    pub duration: Delay,
    pub transitions: u64,
    pub attempts: u32,
    /// It was given up.
    pub is_overflow: bool,
}

#[derive(Debug)]
enum Reply {
    Woken,
    TimedOut,
    HeartbeatTimedOut,
    /// The case of the behaviour of the invoked state.
    Case(Box<Invoke>, usize),
    Reader(Value),
}

/// An attempt that asks for its luck.
pub struct Ask<'a> {
    pub execution: &'a Execution,
    pub invoke: &'a Invoke,
    /// The place of the behaviour among those of its machine.
    pub role: usize,
    pub behaviour: &'a Behaviour,
    pub circumstances: &'a Circumstances<'a>,
    /// The longest latency that is waited for.
    pub limit: Option<Delay>,
    /// Calls of the execution so far, this one included.
    pub attempts: u32,
}

impl Ask<'_> {
    /// Whether a case is not answered at all within the limit.
    pub fn is_silent(&self, case: usize) -> bool {
        is_silent(self.behaviour, case, self.limit)
    }
}

/// Never, or a timeout that the state itself sets.
pub fn is_silent(behaviour: &Behaviour, case: usize, limit: Option<Delay>) -> bool {
    match behaviour.cases.get(case).map(|case| &case.outcome) {
        Some(Outcome::Never) => true,
        Some(Outcome::Timeout) => limit.is_some(),
        _ => false,
    }
}

/// Who listens to the luck of an execution, or makes it.
pub trait Listen {
    /// The case and the latency of an attempt.
    fn draw(&mut self, ask: &Ask) -> (usize, Delay) {
        ask.behaviour.draw(ask.invoke.key, ask.circumstances)
    }

    /// It sleeps for a while.
    fn slept(&mut self, _: &Execution, _: Token, _: Delay, _attempts: u32) {}
}

/// Does not listen.
impl Listen for () {}

impl Driver {
    /// What the moves since it was last asked cost, in executions that are remembered.
    #[inline]
    pub fn take_effort(&mut self) -> u64 {
        4 * std::mem::take(&mut self.steps)
    }

    /// Takes note of work besides moves.
    pub fn add_effort(&mut self, steps: u64) {
        self.steps += steps;
    }

    /// Runs the execution of a customer to its end.
    pub fn run<R: Record, L: Listen>(
        &mut self,
        machines: &Machines,
        machine: &Machine,
        customer: &Customer,
        record: &mut R,
        listen: &mut L,
    ) -> Played {
        self.play(machines, machine, customer, record, listen).1
    }

    /// The same, with the execution as it ended.
    pub fn play<R: Record, L: Listen>(
        &mut self,
        machines: &Machines,
        machine: &Machine,
        customer: &Customer,
        record: &mut R,
        listen: &mut L,
    ) -> (Execution, Played) {
        let begin = EPOCH + customer.start.since(Time::ZERO);
        let mut now = begin;
        let start = Start {
            input: machine.inputs.get(customer.class as usize).cloned().unwrap_or_default(),
            identity: identity::<R>(machine, customer.key),
            key: customer.key,
            limits: machines.limits,
        };
        self.agenda.clear();
        let mut execution = Execution::start(Rc::clone(&machine.program), start, now, record);
        let deadline = execution.deadline();
        let mut attempts = 0;
        let mut steps = 0;
        let played = |execution: &Execution, close, attempts, at: Time| Played {
            close,
            error: execution.failure().and_then(|failure| failure.error.clone()),
            duration: at.since(begin),
            transitions: execution.transitions(),
            attempts,
            is_overflow: false,
        };
        loop {
            while execution.step(now, record) == Step::Moved {
                steps += 1;
                if steps > MAX_STEPS {
                    self.steps += steps;
                    let failure = overflow(machines.limits.events);
                    execution.abort(failure, now, record);
                    let played = played(&execution, Some(Close::Failed), attempts, now);
                    return (execution, Played { is_overflow: true, ..played });
                }
            }
            while let Some(effect) = execution.poll_effect() {
                match effect {
                    Effect::Sleep { token, until } => {
                        listen.slept(&execution, token, until.since(now), attempts);
                        self.agenda.add(until, (token, Reply::Woken));
                    }
                    Effect::Cancel { .. } => {}
                    Effect::Invoke(invoke) if invoke.call == Call::Task => {
                        attempts += 1;
                        self.call(machines, machine, customer, &mut execution, invoke, attempts, now, record, listen);
                    }
                    // What a reader reads is not said: nothing. A writer is told where it wrote.
                    Effect::Invoke(invoke) => {
                        let answer = match invoke.call {
                            Call::Reader => Value::array([]),
                            _ => invoke.arguments.get("Output").cloned().unwrap_or_default(),
                        };
                        self.agenda.add(now, (invoke.token, Reply::Reader(answer)));
                    }
                }
            }
            let close = match execution.status() {
                Status::Running => None,
                Status::Succeeded => Some(Close::Succeeded),
                Status::Failed => Some(Close::Failed),
                Status::TimedOut => Some(Close::TimedOut),
                Status::Aborted => Some(Close::Aborted),
            };
            if close.is_some() {
                self.steps += steps;
                let played = played(&execution, close, attempts, now);
                return (execution, played);
            }
            let next = self.agenda.next_time().filter(|at| deadline.is_none_or(|deadline| *at <= deadline));
            match (next.and_then(|_| self.agenda.next()), deadline) {
                (Some((at, (token, reply))), _) => {
                    now = at;
                    // An answer is an answer even where nobody waits for it any more: a loop of them is a loop.
                    steps += 1;
                    let answer = reply.answer(machine);
                    execution.resolve(token, answer, now, record);
                }
                (None, Some(deadline)) => {
                    now = deadline;
                    execution.expire(now, record);
                }
                (None, None) => {
                    self.steps += steps;
                    let played = Played { duration: Delay::MAX, ..played(&execution, None, attempts, now) };
                    return (execution, played);
                }
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "all of them are one call")]
    fn call<R: Record, L: Listen>(
        &mut self,
        machines: &Machines,
        machine: &Machine,
        customer: &Customer,
        execution: &mut Execution,
        invoke: Box<Invoke>,
        attempts: u32,
        now: Time,
        record: &mut R,
        listen: &mut L,
    ) {
        let role = machine.role(invoke.state);
        let behaviour = machine.behaviour(role);
        let attempt = invoke.attempt + 1;
        let asked = Asked { input: &invoke.arguments, class: machine.classes.get(customer.class as usize), attempt };
        let mut steps = 0;
        let guards = behaviour.guards(customer.class, &asked, &mut steps);
        self.steps += steps / GUARD_STEPS;
        let circumstances = Circumstances {
            class: customer.class,
            attempt,
            guards,
            now: Time::ZERO + now.since(EPOCH),
            live_since: customer.live_since,
            number: customer.number,
            outages: &machines.outages,
        };
        let timeout = invoke.deadline.map(|deadline| deadline.since(now));
        // Nobody sends heartbeats here: a silence as long as that is the end of it.
        let limit = match (timeout, invoke.heartbeat) {
            (Some(timeout), Some(heartbeat)) => Some(timeout.min(heartbeat)),
            (timeout, heartbeat) => timeout.or(heartbeat),
        };
        let (case, latency) = listen.draw(&Ask {
            execution,
            invoke: &invoke,
            role,
            behaviour,
            circumstances: &circumstances,
            limit,
            attempts,
        });
        let token = invoke.token;
        let silent = is_silent(behaviour, case, limit);
        let resource = invoke.resource(&machine.program);
        match resource {
            Some(Resource::Activity(_)) => {
                execution.resolve(token, Answer::Scheduled, now, record);
                execution.resolve(token, Answer::Started { worker: None }, now, record);
            }
            Some(Resource::Service(service)) if service.pattern != Pattern::RequestResponse => {
                let submitted = echo(resource, &invoke.arguments);
                execution.resolve(token, Answer::Submitted(submitted), now, record);
            }
            _ => {}
        }
        match limit {
            Some(limit) if silent || latency > limit => {
                let is_heartbeat = invoke.heartbeat.is_some_and(|heartbeat| timeout.is_none_or(|t| heartbeat < t));
                let reply = if is_heartbeat { Reply::HeartbeatTimedOut } else { Reply::TimedOut };
                self.agenda.add(now + limit, (token, reply));
            }
            None if silent => {}
            _ => self.agenda.add(now + latency, (token, Reply::Case(invoke, case))),
        }
    }
}

impl Reply {
    fn answer(self, machine: &Machine) -> Answer {
        match self {
            Reply::Woken => Answer::Woken,
            Reply::TimedOut => Answer::TimedOut,
            Reply::HeartbeatTimedOut => Answer::HeartbeatTimedOut,
            Reply::Reader(value) => Answer::Succeeded(value),
            Reply::Case(invoke, case) => {
                let behaviour = machine.behaviour(machine.role(invoke.state));
                match behaviour.cases.get(case).map(|case| &case.outcome) {
                    Some(Outcome::Success { output: Some(output) }) => Answer::Succeeded(output.clone()),
                    Some(Outcome::Success { output: None }) | None => {
                        Answer::Succeeded(echo(invoke.resource(&machine.program), &invoke.arguments))
                    }
                    Some(Outcome::Error { error, cause }) => {
                        Answer::Failed(Failure { error: Some(error.clone()), cause: cause.clone(), heartbeat: false })
                    }
                    Some(Outcome::Timeout | Outcome::Never) => Answer::TimedOut,
                }
            }
        }
    }
}

fn overflow(events: u32) -> Failure {
    let events = if events == u32::MAX { 25_000 } else { events };
    let cause = format!("The execution reached the maximum number of history events ({events}).");
    Failure::new("States.Runtime", cause)
}

/// Names are only made for those who can read them.
pub(super) fn identity<R: Record>(machine: &Machine, key: Key) -> Rc<Identity> {
    let facts = machine.program.facts;
    if !(R::DATA || facts.identity || facts.distributed) {
        return Rc::clone(&machine.identity);
    }
    let name: Text = key.with_str("name").uuid().into();
    let arn = format!("arn:aws:states:us-east-1:123456789012:execution:simulated:{name}").into();
    Rc::new(Identity { arn, name, ..Identity::clone(&machine.identity) })
}
