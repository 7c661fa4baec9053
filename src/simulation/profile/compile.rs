//! From definitions to programs.

use super::{Kind, Pattern, Profile, Program, Retrier, State};
use crate::base::document::{Findings, Place};
use crate::base::value::read::Node;
use crate::base::{Delay, Diagnostic, Key, Text};
use crate::engine::tasks::{Behaviour, Latency, Outage, Outcome};
use crate::simulation::scenario::{Scenario, Version};

/// Parallel states in Parallel states.
const MAX_DEPTH: u32 = 16;

pub(super) fn compile(scenario: &Scenario) -> Result<Profile, Vec<Diagnostic>> {
    let mut errors: Vec<Text> = ["", "States.Timeout", "States.Runtime"].map(Text::from).into();
    let mut groups = Vec::new();
    let mut findings = Findings::default();
    let mut programs = Vec::new();
    for version in &scenario.versions {
        let place = Place { node: &version.definition, pointer: version.definition_pointer.clone() };
        let mut compiler = Compiler {
            version,
            states: Vec::new(),
            names: Vec::new(),
            errors: &mut errors,
            groups: &mut groups,
            findings: &mut findings,
            used: vec![false; version.behaviours.len()],
        };
        let start = compiler.machine(&place, 0);
        for ((task, _), used) in version.behaviours.iter().zip(&compiler.used) {
            if !used {
                let finding =
                    place.error("unknown-name", format!("version `{}` has no Task state `{task}`", version.name));
                compiler.findings.push(finding.help("a behaviour is named after the Task state that it stands for"));
            }
        }
        let repeats = compiler.repeats();
        let timeout = seconds(&place, "TimeoutSeconds");
        programs.extend(start.map(|start| Program { states: compiler.states, start, timeout, repeats }));
    }
    if findings.has_errors() {
        return Err(findings.list);
    }
    Ok(Profile { programs, errors, groups, outages: Vec::new(), visits: Vec::new(), retries: Vec::new() })
}

struct Compiler<'a> {
    version: &'a Version,
    states: Vec<State>,
    names: Vec<Text>,
    errors: &'a mut Vec<Text>,
    groups: &'a mut Vec<Outage>,
    findings: &'a mut Findings,
    used: Vec<bool>,
}

fn seconds(place: &Place, key: &str) -> Option<Delay> {
    let number = place.node.get(key)?.as_number()?.as_i64()?;
    u64::try_from(number).ok().map(Delay::from_secs)
}

impl Compiler<'_> {
    /// Compiles a machine; the number of its first state.
    fn machine(&mut self, place: &Place, depth: u32) -> Option<usize> {
        if depth > MAX_DEPTH {
            self.findings.push(place.error("too-deep", "Parallel states nest too deep"));
            return None;
        }
        let members = place.free_object(self.findings)?;
        let states = members.required("States", self.findings)?.free_object(self.findings)?;
        let first = self.states.len();
        for (member, _) in states.iter() {
            self.names.push(member.key.clone());
            let word = Key::word(&member.key);
            self.states.push(State { word, kind: Kind::Pass, next: None, retriers: Vec::new(), catchers: Vec::new() });
        }
        let own = first..self.states.len();
        let at = members.required("StartAt", self.findings)?;
        let start = self.target(&at, own.clone());
        for ((member, at), number) in states.iter().zip(own.clone()) {
            let state = self.state(&member.key, &at, own.clone(), depth);
            if let (Some(state), Some(place)) = (state, self.states.get_mut(number)) {
                *place = state;
            }
        }
        start
    }

    fn target(&mut self, at: &Place, own: std::ops::Range<usize>) -> Option<usize> {
        let name = at.string(self.findings)?;
        let found = self.names.get(own.clone())?.iter().position(|known| *known == name);
        if found.is_none() {
            self.findings.push(at.error("unknown-state", format!("there is no state `{name}` here")));
        }
        found.map(|place| own.start + place)
    }

    fn state(&mut self, name: &Text, at: &Place, own: std::ops::Range<usize>, depth: u32) -> Option<State> {
        let members = at.free_object(self.findings)?;
        let type_at = members.required("Type", self.findings)?;
        let type_ = type_at.string(self.findings)?;
        let kind = match &*type_ {
            "Pass" => Kind::Pass,
            "Succeed" => Kind::Succeed,
            "Fail" => {
                let error = at.node.get("Error").and_then(Node::as_str).unwrap_or("");
                Kind::Fail { error: self.error(error) }
            }
            "Wait" => match seconds(at, "Seconds") {
                Some(delay) => Kind::Wait(delay),
                None => {
                    self.findings.push(at.error("unsupported", "only Wait states with `Seconds` can be profiled"));
                    return None;
                }
            },
            "Task" => self.task(name, at),
            "Parallel" => {
                let branches = members.required("Branches", self.findings)?.array(self.findings)?;
                Kind::Parallel(branches.iter().filter_map(|branch| self.machine(branch, depth + 1)).collect())
            }
            other => {
                let finding = type_at.error("unsupported", format!("a {other} state cannot be profiled"));
                self.findings.push(finding.help("its way depends on data"));
                return None;
            }
        };
        let next = match members.get("Next") {
            Some(at) => self.target(&at, own.clone()),
            None => None,
        };
        let mut retriers = Vec::new();
        if let Some(retry) = members.get("Retry") {
            for place in retry.array(self.findings)? {
                retriers.push(self.retrier(&place));
            }
        }
        let mut catchers = Vec::new();
        if let Some(catch) = members.get("Catch") {
            for place in catch.array(self.findings)? {
                let errors = self.patterns(&place);
                let catcher = place.free_object(self.findings)?;
                let at = catcher.required("Next", self.findings)?;
                catchers.extend(self.target(&at, own.clone()).map(|next| (errors, next)));
            }
        }
        Some(State { word: Key::word(name), kind, next, retriers, catchers })
    }

    fn task(&mut self, name: &Text, at: &Place) -> Kind {
        let known = self.version.behaviours.iter().position(|(task, _)| task == name);
        if let Some(used) = known.and_then(|place| self.used.get_mut(place)) {
            *used = true;
        }
        let behaviour = known.and_then(|place| self.version.behaviours.get(place));
        let success = || Behaviour::always(None, Latency::ZERO);
        let mut behaviour = behaviour.map_or_else(success, |(_, behaviour)| behaviour.clone());
        let mut errors = Vec::new();
        for case in &mut behaviour.cases {
            errors.push(match &case.outcome {
                Outcome::Error { error, .. } => self.error(error),
                _ => 0,
            });
            if let Some(outage) = &case.outage {
                let known = self.groups.iter().position(|group| group.group == outage.group);
                let group = known.unwrap_or_else(|| {
                    self.groups.push(outage.clone());
                    self.groups.len() - 1
                });
                if self.groups.get(group) != Some(outage) {
                    let message = format!("the group `{}` has two kinds of outages", outage.group);
                    let finding = at.error("out-of-range", message);
                    self.findings.push(finding.help("give it the same rate and mean everywhere"));
                }
                case.group = Some(group);
            }
        }
        Kind::Task { behaviour, timeout: seconds(at, "TimeoutSeconds"), errors }
    }

    fn retrier(&mut self, place: &Place) -> Retrier {
        let number = |key: &str| place.node.get(key).and_then(Node::as_number).map(|number| number.as_f64());
        Retrier {
            errors: self.patterns(place),
            max_attempts: number("MaxAttempts").map_or(3, |most| most as u32),
            interval: seconds(place, "IntervalSeconds").unwrap_or(Delay::from_secs(1)),
            backoff_rate: number("BackoffRate").unwrap_or(2.0),
            max_delay: seconds(place, "MaxDelaySeconds"),
            full_jitter: place.node.get("JitterStrategy").and_then(Node::as_str) == Some("FULL"),
        }
    }

    fn patterns(&mut self, place: &Place) -> Vec<Pattern> {
        let names = place.node.get("ErrorEquals").map(Node::elements).unwrap_or_default();
        let pattern = |node: &Node| match node.as_str() {
            Some("States.ALL") | None => Pattern::All,
            Some("States.TaskFailed") => Pattern::TaskFailed,
            Some(name) => Pattern::Named(self.error(name)),
        };
        names.iter().map(pattern).collect()
    }

    fn error(&mut self, name: &str) -> u32 {
        let known = self.errors.iter().position(|error| **error == *name);
        known.unwrap_or_else(|| {
            self.errors.push(name.into());
            self.errors.len() - 1
        }) as u32
    }

    /// Whether a flow can come back to a state: whether not every state can be put after all that lead to it.
    fn repeats(&self) -> bool {
        let ways = |state: &State| -> Vec<usize> {
            state.next.into_iter().chain(state.catchers.iter().map(|(_, next)| *next)).collect()
        };
        let mut ways_in = vec![0_usize; self.states.len()];
        let count = |ways_in: &mut Vec<usize>, next: usize, change: fn(usize) -> usize| {
            ways_in.get_mut(next).map(|count| {
                *count = change(*count);
                *count
            })
        };
        self.states.iter().flat_map(ways).for_each(|next| {
            count(&mut ways_in, next, |n| n + 1);
        });
        let mut free: Vec<usize> =
            (0..).zip(&ways_in).filter(|(_, count)| **count == 0).map(|(state, _)| state).collect();
        let mut placed = 0;
        while let Some(state) = free.pop() {
            placed += 1;
            for next in self.states.get(state).map(ways).unwrap_or_default() {
                if count(&mut ways_in, next, |n| n.saturating_sub(1)) == Some(0) {
                    free.push(next);
                }
            }
        }
        placed < self.states.len()
    }
}
