//! The versions of a scenario as programs, each Task with its behaviour.

use super::drive::Played;
use crate::asl::program::{ErrorName, Kind, Program, TextField};
use crate::asl::{Definition, StateId, compile};
use crate::base::document::{Findings, Place};
use crate::base::{Diagnostic, Id, Key, Text, Time, Value};
use crate::engine::tasks::{Behaviour, Latency, Outage, OutagePath, Outcome};
use crate::engine::{Identity, Limits};
use crate::simulation::runner::Fate;
use crate::simulation::scenario::{Scenario, Version, WorkflowType};
use std::rc::Rc;

pub const TIMEOUT: u32 = 1;
const RUNTIME: u32 = 2;

/// Errors that the runtime itself gives, after none, `States.Timeout` and `States.Runtime`.
const GIVEN: [&str; 15] = [
    "",
    "States.Timeout",
    "States.Runtime",
    "States.HeartbeatTimeout",
    "States.TaskFailed",
    "States.Permissions",
    "States.ResultPathMatchFailure",
    "States.ParameterPathFailure",
    "States.BranchFailed",
    "States.NoChoiceMatched",
    "States.IntrinsicFailure",
    "States.ExceedToleratedFailureThreshold",
    "States.ItemReaderFailed",
    "States.ResultWriterFailed",
    "States.QueryEvaluationError",
];

/// Names that are only made while an execution runs share one number, so that numbers do not depend on who ran what.
const OTHER: &str = "(made at run time)";

/// All versions of a scenario, and what their executions share.
#[derive(Debug)]
pub struct Machines {
    pub list: Vec<Machine>,
    /// The names of errors by their numbers.
    pub errors: Vec<Text>,
    groups: Vec<Outage>,
    pub outages: Vec<OutagePath>,
    pub limits: Limits,
}

/// One version.
#[derive(Debug)]
pub struct Machine {
    pub program: Rc<Program>,
    /// By input class.
    pub inputs: Vec<Value>,
    /// The names of the input classes, where there are any.
    pub classes: Rc<[Text]>,
    behaviours: Vec<Behaviour>,
    /// The behaviour of what the scenario says nothing about: it echoes at once.
    silence: Behaviour,
    /// By state: the place of its behaviour, from 1; 0 where it has none.
    roles: Vec<usize>,
    pub identity: Rc<Identity>,
    /// Tasks about which the scenario says nothing.
    pub silent: Vec<Text>,
}

impl Machines {
    pub fn new(scenario: &Scenario) -> Result<Machines, Vec<Diagnostic>> {
        let express = scenario.price.workflow_type == WorkflowType::Express;
        let events = if express { u32::MAX } else { Limits::default().events };
        let mut machines = Machines {
            list: Vec::new(),
            errors: GIVEN.map(Text::from).into(),
            groups: Vec::new(),
            outages: Vec::new(),
            limits: Limits { events, ..Limits::default() },
        };
        let mut findings = Findings::default();
        let inputs = || match scenario.inputs.is_empty() {
            true => vec![crate::base::Object::new().into()],
            false => scenario.inputs.iter().map(|class| class.json.clone()).collect(),
        };
        let classes: Rc<[Text]> = scenario.inputs.iter().map(|class| class.name.clone()).collect();
        for version in &scenario.versions {
            let machine = machines.read(version, inputs(), &classes, &mut findings);
            machines.list.extend(machine);
        }
        machines.errors.push(OTHER.into());
        if findings.has_errors() { Err(findings.list) } else { Ok(machines) }
    }

    fn read(
        &mut self,
        version: &Version,
        inputs: Vec<Value>,
        classes: &Rc<[Text]>,
        findings: &mut Findings,
    ) -> Option<Machine> {
        let place = Place { node: &version.definition, pointer: version.definition_pointer.clone() };
        let definition = Definition::from_node("".into(), version.definition.clone(), Vec::new());
        let program = match compile(&definition) {
            Ok(program) => Rc::new(program),
            Err(error) => {
                let pointer = error.pointer.parts().fold(place.pointer, |pointer, part| pointer.key(&part));
                findings.push(Diagnostic { pointer, ..error });
                return None;
            }
        };
        let mut behaviours = Vec::new();
        let mut roles = vec![0; program.states.len()];
        for (task, behaviour) in &version.behaviours {
            let mut behaviour = behaviour.clone();
            self.share_outages(&mut behaviour, &place, findings);
            let mut used = false;
            for (role, (_, state)) in roles.iter_mut().zip(program.states.iter_enumerated()) {
                if state.name == *task && matches!(state.kind, Kind::Task(_)) {
                    *role = behaviours.len() + 1;
                    used = true;
                }
            }
            if !used {
                let message = format!("version `{}` has no Task state `{task}`", version.name);
                let finding = place.error("unknown-name", message);
                findings.push(finding.help("a behaviour is named after the Task state that it stands for"));
            }
            behaviours.push(behaviour);
        }
        self.name_errors(&program, &behaviours);
        let is_silent = |(role, state): (&usize, &crate::asl::program::State)| {
            (*role == 0 && matches!(state.kind, Kind::Task(_))).then(|| state.name.clone())
        };
        let silent = roles.iter().zip(program.states.iter()).filter_map(is_silent).collect();
        let account = "arn:aws:states:us-east-1:123456789012";
        let identity = Rc::new(Identity {
            role_arn: "arn:aws:iam::123456789012:role/simulated".into(),
            state_machine_arn: format!("{account}:stateMachine:simulated:{}", version.name).into(),
            state_machine_name: "simulated".into(),
            ..Identity::default()
        });
        let silence = Behaviour::always(None, Latency::ZERO);
        Some(Machine { program, inputs, classes: Rc::clone(classes), behaviours, silence, roles, identity, silent })
    }

    /// Numbers the groups of outages: a case of whatever version names one of them.
    fn share_outages(&mut self, behaviour: &mut Behaviour, place: &Place, findings: &mut Findings) {
        for case in &mut behaviour.cases {
            let Some(outage) = &case.outage else { continue };
            let known = self.groups.iter().position(|group| group.group == outage.group);
            let group = known.unwrap_or_else(|| {
                self.groups.push(outage.clone());
                self.groups.len() - 1
            });
            if self.groups.get(group) != Some(outage) {
                let message = format!("the group `{}` has two kinds of outages", outage.group);
                let finding = place.error("out-of-range", message);
                findings.push(finding.help("give it the same rate and mean everywhere"));
            }
            case.group = Some(group);
        }
    }

    fn name_errors(&mut self, program: &Program, behaviours: &[Behaviour]) {
        let mut names: Vec<Text> = Vec::new();
        for state in program.states.iter() {
            if let Kind::Fail { error: Some(TextField::Given(name)), .. } = &state.kind {
                names.push(name.clone());
            }
            let recovery = state.recovery().into_iter();
            for name in recovery.flat_map(|recovery| {
                let retried = recovery.retriers.iter().flat_map(|retrier| &retrier.errors);
                retried.chain(recovery.catchers.iter().flat_map(|catcher| &catcher.errors))
            }) {
                if let ErrorName::Named(name) = name {
                    names.push(name.clone());
                }
            }
        }
        for case in behaviours.iter().flat_map(|behaviour| &behaviour.cases) {
            if let Outcome::Error { error, .. } = &case.outcome {
                names.push(error.clone());
            }
        }
        for name in names {
            if !self.errors.contains(&name) {
                self.errors.push(name);
            }
        }
    }

    /// Draws what the executions of a replication share. How much that was.
    pub fn begin(&mut self, replication: Key, end: Time) -> u64 {
        self.outages.clear();
        self.outages.extend(self.groups.iter().map(|group| group.path(replication, Time::ZERO, end)));
        self.outages.iter().map(|path| path.spans().len() as u64).sum()
    }

    /// What became of an execution, in numbers.
    pub fn fate(&self, played: &Played) -> Fate {
        let number = |name: &Text| {
            let known = self.errors.iter().position(|error| error == name);
            known.unwrap_or(self.errors.len() - 1) as u32
        };
        Fate {
            close: played.close,
            error: match played.is_overflow {
                true => RUNTIME,
                false => played.error.as_ref().map_or(0, number),
            },
            duration: played.duration,
            transitions: u32::try_from(played.transitions).unwrap_or(u32::MAX),
            attempts: played.attempts,
        }
    }
}

impl Machine {
    /// The role of a state: which behaviour it has.
    pub fn role(&self, state: StateId) -> usize {
        self.roles.get(state.index()).copied().unwrap_or(0)
    }

    pub fn behaviour(&self, role: usize) -> &Behaviour {
        role.checked_sub(1).and_then(|place| self.behaviours.get(place)).unwrap_or(&self.silence)
    }

    /// The rules that have a guard: the place of the behaviour, that of the rule, and the number of the guard.
    pub fn guarded_rules(&self) -> Vec<(usize, usize, u32)> {
        let mut guarded = Vec::new();
        for (place, behaviour) in self.behaviours.iter().enumerate() {
            let rules = behaviour.rules.iter().enumerate();
            guarded.extend(rules.filter_map(|(rule, of)| of.guard().map(|guard| (place, rule, guard))));
        }
        guarded
    }

    /// Whether all probabilities are the same at all times.
    pub fn is_steady(&self) -> bool {
        self.behaviours.iter().flat_map(|behaviour| &behaviour.rules).all(|rule| rule.is_steady())
    }
}
