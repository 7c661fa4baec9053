//! The machine with a door: it moves one state at a time, says what it needs of the world, and waits.
//!
//! It never waits for real and never asks the time: the present is an argument, and whoever drives it answers its
//! [`Effect`]s whenever it pleases. So one interpreter serves the debugger, the simulation and the API.
//!
//! ```
//! use std::rc::Rc;
//! use weir::asl::{Definition, compile};
//! use weir::base::{Time, Value};
//! use weir::engine::{Execution, Log, Start, Status};
//! let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 42, "End": true}}}"#;
//! let program = Rc::new(compile(&Definition::parse(text)).unwrap());
//! let mut log = Log::default();
//! let mut execution = Execution::start(program, Start::new(Value::Null), Time::ZERO, &mut log);
//! while execution.step(Time::ZERO, &mut log).is_moved() {}
//! assert_eq!(execution.status(), Status::Succeeded);
//! assert_eq!(execution.output(), Some(&Value::from(42_i64)));
//! assert_eq!(log.events.len(), 4);
//! ```

mod context;
mod failure;
mod group;
mod recovery;
mod run;
mod scope;
mod states;
mod strand;
mod way;

pub use context::{Identity, MapItem};
pub use failure::Failure;
pub use recovery::{JITTER, spread};
pub use scope::{ChildExecution, Status};
pub use states::{MapRunChange, MapRunSettings};
pub use way::{Inside, Rung};

use super::history::{EventKind, Record, ScopeId};
use crate::asl::program::Resource;
use crate::asl::{Program, StateId};
use crate::base::{Delay, IndexVec, Key, Text, Time, Value};
use scope::Scope;
use std::collections::VecDeque;
use std::rc::Rc;
use strand::{Phase, StrandId, Strands};

/// One run of a program.
#[derive(Debug)]
pub struct Execution {
    program: Rc<Program>,
    limits: Limits,
    scopes: IndexVec<ScopeId, Scope>,
    strands: Strands,
    ready: VecDeque<StrandId>,
    effects: VecDeque<Effect>,
    /// Of the Map Runs that it has started, in that order.
    map_runs: Vec<MapRunSettings>,
    transitions: u64,
}

/// What an execution starts with.
#[derive(Clone, Debug)]
pub struct Start {
    pub input: Value,
    pub identity: Rc<Identity>,
    /// What its draws, ids and tokens are keyed by.
    pub key: Key,
    pub limits: Limits,
}

impl Start {
    /// An execution that nobody will ask for its name.
    pub fn new(input: Value) -> Start {
        Start { input, identity: Rc::default(), key: Key::new(0), limits: Limits::default() }
    }
}

/// The bounds within which AWS keeps an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Events in one history. (Standard: 25,000.)
    pub events: u32,
    /// Bytes of UTF-8 in an input, output or result.
    pub payload: usize,
    /// Bytes of all variables that a state sees. (Developer Guide, "Passing data between states with variables": 10 MiB.)
    pub variables: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { events: 25_000, payload: 262_144, variables: 10_485_760 }
    }
}

/// The name of one thing that a strand waits for. It is good until that has come or is no longer wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token {
    strand: StrandId,
    turn: u32,
}

/// What the machine asks of the world.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Call this, and answer the token by its deadline at the latest. An activity is answered at once with
    /// [`Answer::Scheduled`] or [`Answer::Missing`].
    Invoke(Box<Invoke>),
    /// Answer the token with [`Answer::Woken`] at that time.
    Sleep { token: Token, until: Time },
    /// Whatever was asked with this token is not wanted any more.
    Cancel { token: Token },
}

/// A call.
#[derive(Clone, Debug)]
pub struct Invoke {
    pub token: Token,
    pub scope: ScopeId,
    pub state: StateId,
    pub call: Call,
    pub arguments: Value,
    /// When TimeoutSeconds runs out. The world then answers [`Answer::TimedOut`].
    pub deadline: Option<Time>,
    /// HeartbeatSeconds: the longest silence. After that the world answers [`Answer::HeartbeatTimedOut`].
    pub heartbeat: Option<Delay>,
    /// What the draws of this attempt are keyed by.
    pub key: Key,
    /// How often this visit of the state was tried before.
    pub attempt: u32,
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// The Resource of the Task.
    Task,
    /// The ItemReader of a Map: answer with the body of the object as a string, or where the arguments hold no `Key` and
    /// the resource lists objects, with an array of what there is.
    Reader,
    /// The ResultWriter of a Map: the arguments hold `Bucket`, `Files` (of `Key` and `Body`) and the `Output` to answer
    /// with.
    Writer,
}

impl Invoke {
    /// What `$$.Task.Token` says in this attempt.
    pub fn task_token(&self) -> Text {
        context::task_token(self.key)
    }

    /// The Resource that is called.
    pub fn resource<'p>(&self, program: &'p Program) -> Option<&'p Resource> {
        use crate::asl::program::Kind;
        match (&program.states[self.state].kind, self.call) {
            (Kind::Task(task), _) => Some(&task.resource),
            (Kind::Map(map), call) => {
                let distributed = map.distributed.as_ref()?;
                match call {
                    Call::Reader => distributed.reader.as_ref().map(|reader| &reader.resource),
                    _ => distributed.writer.as_ref()?.resource.as_ref(),
                }
            }
            _ => None,
        }
    }
}

/// What the world says to a token.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The activity is there: the task waits for a worker.
    Scheduled,
    /// There is no such activity.
    Missing,
    /// An activity worker has taken the task.
    Started {
        worker: Option<Text>,
    },
    /// The service has taken the call; the result comes later (`.sync`, `.waitForTaskToken`).
    Submitted(Value),
    Succeeded(Value),
    Failed(Failure),
    /// The call never reached the service.
    SubmitFailed(Failure),
    TimedOut,
    HeartbeatTimedOut,
    Woken,
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A strand moved; there may be more to do now.
    Moved,
    /// Nothing moves until a token is answered.
    Waiting,
    /// The execution is over.
    Finished,
}

impl Step {
    pub fn is_moved(self) -> bool {
        self == Step::Moved
    }
}

/// What every step carries along.
struct Now<'r, R> {
    at: Time,
    record: &'r mut R,
}

impl Execution {
    /// Starts an execution. Nothing runs before the first [`step`](Execution::step).
    pub fn start<R: Record>(program: Rc<Program>, start: Start, now: Time, record: &mut R) -> Execution {
        let Start { input, identity, key, limits } = start;
        let flow = program.main();
        let state = program.flows[flow].start;
        let mut execution = Execution {
            program,
            limits,
            scopes: IndexVec::new(),
            strands: Strands::default(),
            ready: VecDeque::new(),
            effects: VecDeque::new(),
            map_runs: Vec::new(),
            transitions: 0,
        };
        let now = &mut Now { at: now, record };
        let scope = execution.scopes.push(Scope::new(identity, input.clone(), now.at, None));
        execution.emit_scope(now, scope, EventKind::ExecutionStarted { input: data::<R>(&input) });
        let strand = execution.strands.add(scope, state, input, key);
        execution.ready.push_back(strand);
        execution
    }

    /// Moves one strand by one state or one answer.
    pub fn step<R: Record>(&mut self, now: Time, record: &mut R) -> Step {
        if self.status() != Status::Running {
            return Step::Finished;
        }
        let Some(strand) = self.ready.pop_front() else { return Step::Waiting };
        self.move_strand(&mut Now { at: now, record }, strand);
        Step::Moved
    }

    /// The next thing that it needs of the world. The answer can change after each `start`, `step`, `resolve`,
    /// `abort`, `expire` and `redrive`.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// Answers a token. A stale one is ignored: what it was for is over. Whether it was good is returned.
    pub fn resolve<R: Record>(&mut self, token: Token, answer: Answer, now: Time, record: &mut R) -> bool {
        if !self.is_waiting(token) {
            return false;
        }
        self.take_answer(&mut Now { at: now, record }, token.strand, answer);
        true
    }

    /// Whether an answer to the token would be heard.
    pub fn is_waiting(&self, token: Token) -> bool {
        let strand = self.strands.live(token.strand);
        strand.is_some_and(|strand| strand.turn == token.turn && strand.phase.awaits_answer())
    }

    /// Stops it from outside: StopExecution.
    pub fn abort<R: Record>(&mut self, failure: Failure, now: Time, record: &mut R) {
        self.stop(&mut Now { at: now, record }, Status::Aborted, failure);
    }

    /// Stops it because its TimeoutSeconds, or the time that its type is given, has run out.
    pub fn expire<R: Record>(&mut self, now: Time, record: &mut R) {
        self.stop(&mut Now { at: now, record }, Status::TimedOut, Failure::timeout());
    }

    pub fn program(&self) -> &Rc<Program> {
        &self.program
    }

    pub fn status(&self) -> Status {
        self.main().status
    }

    /// Once it has succeeded.
    pub fn output(&self) -> Option<&Value> {
        self.main().output.as_ref()
    }

    /// Once it has failed, timed out or was aborted.
    pub fn failure(&self) -> Option<&Failure> {
        self.main().failure.as_ref()
    }

    pub fn started(&self) -> Time {
        self.main().started
    }

    /// When it ended.
    pub fn stopped(&self) -> Option<Time> {
        self.main().stopped
    }

    /// States entered and attempts made again: what a Standard workflow is billed by.
    pub fn transitions(&self) -> u64 {
        self.transitions
    }

    /// When the TimeoutSeconds of the definition runs out.
    pub fn deadline(&self) -> Option<Time> {
        self.program.timeout.map(|timeout| self.started() + timeout)
    }

    /// The child executions of its Maps in distributed mode, in the order in which they started.
    pub fn children(&self) -> impl Iterator<Item = ChildExecution<'_>> {
        self.scopes.iter_enumerated().filter_map(|(id, scope)| scope.as_child(id))
    }

    /// Where its strands are: each state that is being run, and since when.
    pub fn active_states(&self) -> impl Iterator<Item = (StateId, Time)> {
        self.strands
            .iter()
            .filter(|strand| !matches!(strand.phase, Phase::Enter))
            .map(|strand| (strand.state, strand.entered_at))
    }
}

/// A payload, where the listener wants it.
fn data<R: Record>(value: &Value) -> Value {
    if R::DATA { value.clone() } else { Value::Null }
}
