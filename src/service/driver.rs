//! Moves the executions of an account through virtual time: the one place where their effects are answered.

use super::Account;
use super::state_machine::{Revision, Type};
use crate::base::{Delay, Text, Time};
use crate::engine::agenda::Agenda;
use crate::engine::tasks::mock::TestCase;
use crate::engine::{Answer, Effect, Execution, Failure, Log, Status, Token};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

/// Steps that one call may cost: what does not end by then goes on in the next call, so no call hangs.
const BUDGET: u64 = 5_000_000;

/// An Express workflow may run for five minutes.
pub(super) const EXPRESS_LIFE: Delay = Delay::from_secs(300);

/// One that loops without taking any time would never come to the end of them; so many events are taken for it.
const EXPRESS_EVENTS: usize = 100_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ExecutionId(pub usize);

/// An execution and what the account knows of it.
#[derive(Debug)]
pub struct Run {
    pub arn: Text,
    pub name: Text,
    /// The name of the state machine.
    pub machine: Text,
    pub machine_arn: Text,
    pub kind: Type,
    pub version: Option<u32>,
    pub alias: Option<Text>,
    pub revision: Rc<Revision>,
    /// As the caller wrote it.
    pub input: Text,
    pub trace_header: Option<Text>,
    pub execution: Execution,
    pub log: Log,
    pub redrives: u32,
    pub redriven: Option<Time>,
    /// The client tokens of the latest redrives.
    pub(super) redrive_tokens: Vec<(Text, Time)>,
    pub(super) test_case: Option<Rc<TestCase>>,
    /// How often each state called, in a test case.
    pub(super) calls: FxHashMap<Text, u32>,
    /// How many executions of its version were started before it.
    pub(super) number: u64,
    /// When its version was published.
    pub(super) live_since: Time,
    /// Whether its end was told.
    pub(super) closed: bool,
}

/// Something that is due.
#[derive(Debug)]
pub(super) enum Due {
    Answer(ExecutionId, Token, Answer),
    /// A heartbeat should have come.
    Heartbeat(Text),
    /// The time that its type or its definition gives it has run out. A redrive makes the clock start again.
    Expire(ExecutionId, u32),
}

/// A task that is held by a token.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub run: ExecutionId,
    pub token: Token,
    pub heartbeat: Option<Delay>,
    pub last_beat: Time,
}

/// A task that waits for the end of another execution.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parent {
    pub run: ExecutionId,
    pub token: Token,
    pub wants: Wants,
}

/// What a task is told of the execution that it waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wants {
    /// `.sync`: payloads as their texts.
    Texts,
    /// `.sync:2`: payloads as JSON.
    Json,
    /// StartSyncExecution: its response, whatever became of it.
    Response,
}

/// What an execution that a task starts costs of the budget: it stays in memory.
pub(super) const START_COST: u64 = 1000;

#[derive(Debug, Default)]
pub(super) struct Driver {
    pub runs: Vec<Run>,
    pub by_arn: FxHashMap<Text, ExecutionId>,
    pub agenda: Agenda<Due>,
    pub ready: VecDeque<ExecutionId>,
    /// By task token. Those of tasks that are over stay, to be told from those that never were.
    pub held: FxHashMap<Text, Held>,
    /// Executions that a task of another one waits for.
    pub parents: BTreeMap<ExecutionId, Parent>,
    /// Whether executions are being moved: then what a task asks of this account is called from within, and must not
    /// move them itself.
    pub driving: bool,
    /// What tasks have cost the budget besides steps.
    pub owed: u64,
}

impl Driver {
    pub fn run(&self, id: ExecutionId) -> Option<&Run> {
        self.runs.get(id.0)
    }

    pub fn run_mut(&mut self, id: ExecutionId) -> Option<&mut Run> {
        self.runs.get_mut(id.0)
    }
}

impl Run {
    pub fn status(&self) -> Status {
        self.execution.status()
    }

    pub fn version_arn(&self) -> Option<Text> {
        self.version.map(|version| super::state_machine::version_arn(&self.machine_arn, version))
    }

    pub fn alias_arn(&self) -> Option<Text> {
        self.alias.as_ref().map(|alias| format!("{}:{alias}", self.machine_arn).into())
    }
}

impl Account {
    /// Does all that is due at the present instant.
    pub(super) fn run_due(&mut self) {
        let mut budget = BUDGET;
        self.run_until(self.now, &mut budget);
    }

    /// In clock `leap`: lets time leap from event to event until all executions have ended, or only task tokens and
    /// activities hold them. In clock `manual` only what is due is done.
    pub(super) fn settle(&mut self) {
        let end = match self.settings.clock {
            super::Clock::Leap => Time::MAX,
            super::Clock::Manual => self.now,
        };
        let mut budget = BUDGET;
        self.run_until(end, &mut budget);
    }

    /// Moves time forward and does what comes due on the way.
    pub fn advance(&mut self, by: Delay) {
        let end = self.now + by;
        let mut budget = BUDGET;
        self.run_until(end, &mut budget);
        if budget > 0 {
            self.now = end;
        }
    }

    /// Does what is due until `end`; stops early when nothing is left or the budget is spent.
    pub(super) fn run_until(&mut self, end: Time, budget: &mut u64) {
        if std::mem::replace(&mut self.driver.driving, true) {
            return;
        }
        self.run_while(end, budget);
        self.driver.driving = false;
    }

    fn run_while(&mut self, end: Time, budget: &mut u64) {
        while *budget > 0 {
            *budget = budget.saturating_sub(std::mem::take(&mut self.driver.owed));
            if let Some(id) = self.driver.ready.pop_front() {
                self.drive(id, budget);
                continue;
            }
            let Some((at, due)) = self.driver.agenda.next_by(end) else { return };
            if !self.is_wanted(&due) {
                continue;
            }
            *budget -= 1;
            self.now = self.now.max(at);
            self.take_due(due);
        }
    }

    /// Whether something still waits for it. What is not wanted must not move time.
    fn is_wanted(&self, due: &Due) -> bool {
        match due {
            Due::Answer(id, token, _) => self.driver.run(*id).is_some_and(|run| run.execution.is_waiting(*token)),
            Due::Heartbeat(token) => {
                self.driver.held.get(token).is_some_and(|held| {
                    self.driver.run(held.run).is_some_and(|run| run.execution.is_waiting(held.token))
                })
            }
            Due::Expire(id, redrives) => {
                self.driver.run(*id).is_some_and(|run| run.status() == Status::Running && run.redrives == *redrives)
            }
        }
    }

    fn take_due(&mut self, due: Due) {
        let now = self.now;
        match due {
            Due::Answer(id, token, answer) => {
                if matches!(answer, Answer::TimedOut) {
                    self.stop_nested(id, token);
                }
                self.resolve(id, token, answer);
            }
            Due::Heartbeat(task_token) => {
                let Some(held) = self.driver.held.get(&task_token).cloned() else { return };
                let Some(heartbeat) = held.heartbeat else { return };
                let silence_ends = held.last_beat + heartbeat;
                if silence_ends > now {
                    self.driver.agenda.add(silence_ends, Due::Heartbeat(task_token));
                } else {
                    self.stop_nested(held.run, held.token);
                    self.resolve(held.run, held.token, Answer::HeartbeatTimedOut);
                }
            }
            Due::Expire(id, _) => {
                if let Some(run) = self.driver.run_mut(id) {
                    run.execution.expire(now, &mut run.log);
                }
                self.driver.ready.push_back(id);
            }
        }
    }

    /// Gives an execution an answer; it goes on when its turn comes.
    pub(super) fn resolve(&mut self, id: ExecutionId, token: Token, answer: Answer) {
        let now = self.now;
        if let Some(run) = self.driver.run_mut(id)
            && run.execution.resolve(token, answer, now, &mut run.log)
        {
            self.driver.ready.push_back(id);
        }
    }

    /// Lets one execution go on until it waits, then sees to what it asked for.
    fn drive(&mut self, id: ExecutionId, budget: &mut u64) {
        let now = self.now;
        let mut effects = Vec::new();
        let Some(run) = self.driver.run_mut(id) else { return };
        loop {
            while let Some(effect) = run.execution.poll_effect() {
                effects.push(effect);
            }
            if *budget == 0 {
                self.driver.ready.push_front(id);
                break;
            }
            *budget -= 1;
            if run.kind == Type::Express && run.log.events.len() > EXPRESS_EVENTS {
                run.execution.expire(now, &mut run.log);
            }
            if !run.execution.step(now, &mut run.log).is_moved() {
                break;
            }
        }
        for effect in effects {
            match effect {
                Effect::Sleep { token, until } => self.driver.agenda.add(until, Due::Answer(id, token, Answer::Woken)),
                // A stale token is ignored when its time comes.
                Effect::Cancel { token } => self.stop_nested(id, token),
                Effect::Invoke(invoke) => self.answer(id, *invoke),
            }
        }
        self.close(id);
    }

    /// Sees to what the end of an execution means for others.
    fn close(&mut self, id: ExecutionId) {
        let Some(run) = self.driver.run_mut(id) else { return };
        if run.closed || run.status() == Status::Running {
            return;
        }
        run.closed = true;
        let machine_name = run.machine.clone();
        let started = run.redriven.unwrap_or(run.execution.started());
        let duration = run.execution.stopped().unwrap_or(self.now).since(started);
        self.metrics.ended(run, self.now, duration);
        if let Some(machine) = self.machines.get_mut(&machine_name) {
            machine.running = machine.running.saturating_sub(1);
            if machine.deleting && machine.running == 0 {
                self.machines.remove(&machine_name);
            }
        }
        self.answer_parent(id);
    }

    /// Tells the task that waits for an execution that it has ended, if one does and it has.
    pub(super) fn answer_parent(&mut self, child: ExecutionId) {
        if self.driver.run(child).is_some_and(|run| run.closed)
            && let Some(parent) = self.driver.parents.remove(&child)
        {
            let answer = self.nested_answer(child, parent.wants);
            self.resolve(parent.run, parent.token, answer);
        }
    }

    /// Stops the execution that a task has waited for with `.sync`, as AWS does for one that is given up.
    fn stop_nested(&mut self, run: ExecutionId, token: Token) {
        let waits = |parent: &Parent| parent.run == run && parent.token == token && parent.wants != Wants::Response;
        let child = self.driver.parents.iter().find(|(_, parent)| waits(parent)).map(|(child, _)| *child);
        if let Some(child) = child {
            self.driver.parents.remove(&child);
            self.abort(child, Failure::default());
        }
    }

    /// Ends a running execution from outside.
    pub(super) fn abort(&mut self, id: ExecutionId, failure: Failure) {
        let now = self.now;
        if let Some(run) = self.driver.run_mut(id) {
            run.execution.abort(failure, now, &mut run.log);
        }
        self.driver.ready.push_back(id);
        self.run_due();
    }
}
