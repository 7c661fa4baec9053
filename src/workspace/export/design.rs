//! What all formats say, each in its own words.

use crate::base::{Text, Value};
use crate::service::state_machine::Type;
use crate::simulation::alarm::Alarm;
use crate::simulation::rollout::{Plan, Step, Steps, Strategy};
use crate::simulation::scenario::Scenario;
use crate::workspace::Workspace;

/// The longest CloudFormation deployment, in minutes.
const MOST_MINUTES: u64 = 2100;

pub(super) struct Design {
    pub machine: Text,
    pub is_express: bool,
    /// The text of the version, in JSON.
    pub definition: Text,
    pub description: Option<Text>,
    pub alias: Option<Named>,
    pub rollout: Rollout,
    pub alarms: Vec<Alarm>,
    /// The places of those that guard the rollout.
    pub guards: Vec<usize>,
    /// The number of the version that is rolled out over.
    pub old: u32,
    pub notes: Vec<String>,
}

pub(super) struct Named {
    pub name: Text,
    pub description: Option<Text>,
}

/// How CloudFormation moves an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rollout {
    AllAtOnce,
    /// Percent, and minutes.
    Canary(u8, u64),
    Linear(u8, u64),
}

impl Design {
    pub fn of(workspace: &Workspace, alias: Option<&str>) -> Result<Design, String> {
        let machine = workspace
            .account
            .machine(&workspace.machine)
            .ok_or("there is no state machine to write: publish the definition first")?;
        let mut notes = Vec::new();
        let alias = match alias {
            Some(name) => Some(machine.alias(name).ok_or_else(|| format!("there is no alias {name}"))?),
            None => machine.aliases.first(),
        };
        let routes = || alias.into_iter().flat_map(|alias| alias.routing.routes().iter().map(|route| route.version));
        let newest = machine.versions.keys().next_back().copied();
        let new = routes().max().or(newest);
        let old = routes().min().filter(|old| Some(*old) != new).or(new);
        let version = new.and_then(|number| machine.versions.get(&number));
        let definition = version.map_or(&machine.revision, |version| &version.revision).definition.clone();
        if *workspace.draft != *definition {
            notes.push(match new {
                Some(number) => format!("This is version {number}: what was written since then is not published."),
                None => "This is the definition as it was saved last.".to_owned(),
            });
        }
        let scenario = Scenario::parse(&workspace.to_scenario(alias.map(|alias| &*alias.name)));
        let (alarms, strategy) = match scenario {
            Ok(scenario) => (scenario.alarms, Some(scenario.strategy)),
            Err(_) => {
                notes.push("Alarms and strategy are not here: the scenario has errors.".to_owned());
                (Vec::new(), None)
            }
        };
        let rollout = strategy.as_ref().map_or(Rollout::AllAtOnce, |strategy| read(strategy, &mut notes));
        let guards = strategy.map(|strategy| strategy.guards).unwrap_or_default();
        let alias = alias.map(|alias| Named {
            name: alias.name.clone(),
            description: alias.description.clone().filter(|text| !text.is_empty()),
        });
        let is_guarded = alias.is_some() && !guards.is_empty();
        if alias.is_some() {
            notes.push(
                "An alias that is new goes to its version at once: deploy the version before this one with it first."
                    .to_owned(),
            );
        }
        if is_guarded && rollout == Rollout::AllAtOnce {
            notes.push("ALL_AT_ONCE asks no alarm: what fails is not rolled back.".to_owned());
        }
        Ok(Design {
            machine: machine.name.clone(),
            is_express: machine.kind == Type::Express,
            definition,
            description: version.and_then(|version| version.description.clone()).filter(|text| !text.is_empty()),
            alias,
            rollout,
            alarms,
            guards,
            old: old.unwrap_or(1),
            notes,
        })
    }

    /// Alarms on the version that is rolled out over know it by the number that it has here.
    pub fn note_old_version(&mut self) {
        use crate::simulation::metrics::Dimension;
        if self.alarms.iter().any(|alarm| alarm.query.dimension == Dimension::OldVersion) {
            self.notes.push(format!("Alarms on the old version name its number here, {}: put in yours.", self.old));
        }
    }
}

/// What CloudFormation can do of a strategy.
fn read(strategy: &Strategy, notes: &mut Vec<String>) -> Rollout {
    let steps = match &strategy.plan {
        Plan::Steps(steps) => steps,
        Plan::Nothing => return Rollout::AllAtOnce,
        Plan::Argo(_) | Plan::Flagger(_) | Plan::Sprt(_) | Plan::Manual(_) => {
            notes.push(format!(
                "No deployment of AWS works as strategy `{}` does: this goes over all at once.",
                strategy.kind
            ));
            return Rollout::AllAtOnce;
        }
    };
    if steps.smoke.is_some() {
        notes.push("Smoke tests are yours to run, by the ARN of the version, before the alias is moved.".to_owned());
    }
    if steps.steps.iter().any(|step| step.weight >= 100 && step.watched && step.hold.as_nanos() > 0) {
        notes.push("CloudFormation watches no more once all traffic is on the new version.".to_owned());
    }
    shape(steps).unwrap_or_else(|| {
        notes.push(
            "CloudFormation knows one step, or equal ones, of whole minutes: this strategy goes over all at once."
                .to_owned(),
        );
        Rollout::AllAtOnce
    })
}

fn shape(steps: &Steps) -> Option<Rollout> {
    let held: Vec<&Step> = steps.steps.iter().filter(|step| step.weight > 0 && step.weight < 100).collect();
    let Some(first) = held.first() else { return Some(Rollout::AllAtOnce) };
    let seconds = first.hold.as_secs_f64();
    let minutes = (seconds / 60.0) as u64;
    if minutes as f64 * 60.0 != seconds || !(1..=MOST_MINUTES).contains(&minutes) {
        return None;
    }
    if held.len() == 1 {
        return Some(Rollout::Canary(first.weight, minutes));
    }
    let percent = u64::from(first.weight);
    let is_even =
        (1_u64..).zip(&held).all(|(n, step)| u64::from(step.weight) == n * percent && step.hold == first.hold);
    let increments = 100_u64.div_ceil(percent);
    (is_even && held.len() as u64 == increments - 1 && increments * minutes <= MOST_MINUTES)
        .then_some(Rollout::Linear(first.weight, minutes))
}

/// `order-flow` → `OrderFlow`: what CloudFormation and the CDK call things.
pub(super) fn pascal(name: &str) -> String {
    let parts = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let made: String = parts
        .map(|part| {
            let mut chars = part.chars();
            chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
        })
        .collect();
    if made.starts_with(|c: char| c.is_ascii_alphabetic()) { made } else { format!("Workflow{made}") }
}

/// `Order Flow` → `order_flow`: what Terraform calls things.
pub(super) fn snake(name: &str) -> String {
    let made: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    if made.starts_with(|c: char| c.is_ascii_alphabetic()) { made } else { format!("workflow_{made}") }
}

/// A member of an object, where there is a value for it.
pub(super) fn member(key: &'static str, value: Option<Value>) -> Option<(&'static str, Value)> {
    value.map(|value| (key, value))
}
