//! All that can become of an execution, with probabilities: the ground of the exact mode.
//!
//! The interpreter is led through every case of every attempt once; what it met on the way are the factors of the
//! probability and the parts of the duration.

use super::learn::Steps;
use crate::base::{Delay, Time};
use crate::engine::tasks::{Case, Circumstances, DriftPer, Rule};
use crate::engine::{Execution, Token};
use crate::simulation::interpret::{Ask, Driver, Listen, Machine, Machines, is_silent};
use crate::simulation::metrics::Close;
use crate::simulation::runner::{Customer, Future};
use std::cell::OnceCell;

/// More futures than this are too many to add up under a slider.
const MAX_WAYS: usize = 5_000;
/// More moves than this are too many to wait for.
const MAX_EFFORT: u64 = 2_000_000;
/// The same where a warning is all that there is to win.
const MAX_LOOK: u64 = 200_000;

/// The ways of one version with one input class, once somebody has asked.
#[derive(Debug, Default)]
pub struct Ways {
    found: OnceCell<Result<Vec<Way>, String>>,
}

#[derive(Debug)]
struct Way {
    steps: Vec<Step>,
    close: Option<Close>,
    transitions: u32,
}

#[derive(Clone, Debug)]
enum Step {
    /// The n-th case of a rule.
    Call {
        role: usize,
        rule: usize,
        choice: Choice,
        limit: Option<Delay>,
    },
    Pause(Delay),
}

#[derive(Clone, Copy, Debug)]
struct Choice {
    case: usize,
    is_late: bool,
}

impl Ways {
    pub fn futures(
        &self,
        machines: &Machines,
        machine: &Machine,
        class: u32,
        start: Time,
        live_since: Time,
    ) -> Result<Vec<Future>, String> {
        let ways = self.found.get_or_init(|| find(machines, machine, class)).as_ref().map_err(Clone::clone)?;
        let mut futures = Vec::with_capacity(ways.len());
        for way in ways {
            futures.extend(way.future(machine, start, live_since)?);
        }
        Ok(futures)
    }
}

/// Follows all ways.
fn find(machines: &Machines, machine: &Machine, class: u32) -> Result<Vec<Way>, String> {
    if machine.program.timeout.is_some() {
        return Err("the machine's TimeoutSeconds cuts across its states".into());
    }
    let key = crate::base::Key::new(0);
    let customer = Customer { key, class, start: Time::ZERO, live_since: Time::ZERO, number: 0 };
    let mut driver = Driver::default();
    let (mut ways, mut open, mut effort) = (Vec::new(), vec![Vec::new()], 0);
    while let Some(given) = open.pop() {
        let mut guide = Guide { lead: Lead { given, taken: 0, open }, steps: Vec::new(), chance: 0, error: None };
        let played = driver.run(machines, machine, &customer, &mut Steps::default(), &mut guide);
        if let Some(error) = guide.error {
            return Err(error.into());
        }
        effort += driver.take_effort();
        open = guide.lead.open;
        let transitions = u32::try_from(played.transitions).unwrap_or(u32::MAX);
        ways.push(Way { steps: guide.steps, close: played.close, transitions });
        if open.len() + ways.len() > MAX_WAYS || effort > MAX_EFFORT {
            return Err("there are too many ways through the workflow".into());
        }
    }
    Ok(ways)
}

/// Leads an execution: the choices that it is given, and then the first of what is possible.
struct Lead {
    given: Vec<Choice>,
    taken: usize,
    /// Ways that are still to be followed.
    open: Vec<Vec<Choice>>,
}

impl Lead {
    /// What comes of an attempt; the other cases are left for later, if they are wanted.
    fn choose(&mut self, ask: &Ask, rule: &Rule, others: bool) -> Choice {
        let taken = self.given.get(self.taken).copied();
        self.taken += 1;
        if let Some(choice) = taken {
            return choice;
        }
        let silent = |case: usize| ask.is_silent(rule.first_case() + case);
        let cases = ask.behaviour.cases_of(rule);
        let mut possible = possible(cases, rule.is_steady(), ask.limit, silent).into_iter();
        let first = possible.next().unwrap_or(Choice { case: 0, is_late: false });
        for other in possible {
            if others && self.open.len() < MAX_WAYS {
                let mut way = self.given.clone();
                way.push(other);
                self.open.push(way);
            }
        }
        self.given.push(first);
        first
    }
}

/// Takes note of what is met on the way.
struct Guide {
    lead: Lead,
    steps: Vec<Step>,
    /// Latencies that are left to chance.
    chance: u32,
    error: Option<&'static str>,
}

impl Listen for Guide {
    fn draw(&mut self, ask: &Ask) -> (usize, Delay) {
        let Some((number, rule)) = ask.behaviour.rule(ask.circumstances) else { return (0, Delay::ZERO) };
        let cases = ask.behaviour.cases_of(rule);
        if ask.execution.way(ask.invoke.token).len() > 1 {
            self.error.get_or_insert("branches run side by side");
        }
        if cases.iter().any(|case| case.outage.is_some()) {
            self.error.get_or_insert("outages make executions fail together");
        }
        if cases.iter().any(|case| case.drift.is_some_and(|drift| drift.per == DriftPer::Execution)) {
            self.error.get_or_insert("a probability drifts with the number of executions");
        }
        // Once there is a reason to give up, one way is enough.
        let choice = self.lead.choose(ask, rule, self.error.is_none());
        let case = rule.first_case() + choice.case;
        let constant = cases.get(choice.case).and_then(|case| case.latency.constant());
        if constant.is_none() && !choice.is_late && !ask.is_silent(case) {
            self.chance += 1;
            if self.chance > 1 {
                self.error.get_or_insert("two latencies that are left to chance follow one another");
            }
        }
        self.steps.push(Step::Call { role: ask.role, rule: number, choice, limit: ask.limit });
        (case, if choice.is_late { Delay::MAX } else { constant.unwrap_or(Delay::ZERO) })
    }

    fn slept(&mut self, execution: &Execution, token: Token, pause: Delay, _: u32) {
        if execution.way(token).len() > 1 {
            self.error.get_or_insert("branches run side by side");
        }
        if execution.spread_of(token).is_some() {
            self.error.get_or_insert("jitter leaves the waits between attempts to chance");
        }
        self.steps.push(Step::Pause(pause));
    }
}

/// Which guards ever decide, by role, over all ways and input classes; nothing where there are too many ways to tell.
pub fn guards_that_hold(machines: &Machines, machine: &Machine) -> Option<Vec<u64>> {
    let mut hold = Vec::new();
    let (mut driver, mut followed, mut effort) = (Driver::default(), 0, 0);
    for class in 0..machine.inputs.len() {
        let key = crate::base::Key::new(0);
        let customer = Customer { key, class: class as u32, start: Time::ZERO, live_since: Time::ZERO, number: 0 };
        let mut open = vec![Vec::new()];
        while let Some(given) = open.pop() {
            let mut hunt = Hunt { lead: Lead { given, taken: 0, open }, hold };
            driver.run(machines, machine, &customer, &mut Steps::default(), &mut hunt);
            (open, hold) = (hunt.lead.open, hunt.hold);
            followed += 1;
            effort += driver.take_effort();
            if followed + open.len() > MAX_WAYS || effort > MAX_LOOK {
                return None;
            }
        }
    }
    Some(hold)
}

/// Takes note of the guards that decide.
struct Hunt {
    lead: Lead,
    hold: Vec<u64>,
}

impl Listen for Hunt {
    fn draw(&mut self, ask: &Ask) -> (usize, Delay) {
        if self.hold.len() <= ask.role {
            self.hold.resize(ask.role + 1, 0);
        }
        if let Some(hold) = self.hold.get_mut(ask.role) {
            *hold |= ask.circumstances.guards;
        }
        let Some((_, rule)) = ask.behaviour.rule(ask.circumstances) else { return (0, Delay::ZERO) };
        let choice = self.lead.choose(ask, rule, true);
        let constant = ask.behaviour.cases_of(rule).get(choice.case).and_then(|case| case.latency.constant());
        let latency = if choice.is_late { Delay::MAX } else { constant.unwrap_or(Delay::ZERO) };
        (rule.first_case() + choice.case, latency)
    }
}

/// What may come of an attempt.
fn possible(cases: &[Case], steady: bool, limit: Option<Delay>, silent: impl Fn(usize) -> bool) -> Vec<Choice> {
    let mut left = 1.0;
    let mut choices = Vec::new();
    for (case, law) in cases.iter().enumerate() {
        let p = if case + 1 == cases.len() { left } else { law.p.min(left) };
        left -= p;
        if steady && p <= 0.0 {
            continue;
        }
        let constant = law.latency.constant();
        let late = |is_late| Choice { case, is_late };
        match (limit, constant) {
            (Some(_), _) if silent(case) => choices.push(late(true)),
            (Some(limit), Some(constant)) => choices.push(late(constant > limit)),
            (Some(_), None) => choices.extend([late(false), late(true)]),
            (None, _) => choices.push(late(false)),
        }
    }
    choices
}

impl Way {
    /// The future that it is for a start at that instant; nothing where it is impossible.
    fn future(&self, machine: &Machine, start: Time, live: Time) -> Result<Option<Future>, String> {
        let (close, transitions) = (self.close, self.transitions);
        let mut future = Future { p: 1.0, close, offset: Delay::ZERO, latency: None, cut: None, transitions };
        for step in &self.steps {
            let (role, rule, choice, limit) = match step {
                Step::Call { role, rule, choice, limit } => (*role, *rule, *choice, *limit),
                Step::Pause(delay) => {
                    future.offset = future.offset + *delay;
                    continue;
                }
            };
            let behaviour = machine.behaviour(role);
            let Some(rule) = behaviour.rules.get(rule) else { continue };
            let cases = behaviour.cases_of(rule);
            if !rule.is_steady() && future.latency.is_some() {
                return Err("a probability drifts while a latency is left to chance".into());
            }
            let now = start + future.offset;
            let at = Circumstances { now, live_since: live, ..Circumstances::default() };
            let mut left = 1.0;
            for (n, case) in cases.iter().enumerate().take(choice.case + 1) {
                let p = if n + 1 == cases.len() { left } else { case.chance(&at).min(left) };
                left -= p;
                if n == choice.case {
                    future.p *= p;
                }
            }
            let Some(case) = cases.get(choice.case) else { continue };
            let silent = is_silent(behaviour, rule.first_case() + choice.case, limit);
            match (limit, case.latency.constant()) {
                (Some(limit), constant) if choice.is_late => {
                    if constant.is_none() && !silent {
                        future.p *= 1.0 - case.latency.cdf(limit);
                    }
                    future.offset = future.offset + limit;
                }
                _ if silent => {}
                (_, Some(constant)) => future.offset = future.offset + constant,
                (limit, None) => {
                    future.latency = Some(case.latency.clone());
                    future.cut = limit;
                }
            }
            if future.p <= 0.0 {
                return Ok(None);
            }
        }
        Ok(Some(future))
    }
}
