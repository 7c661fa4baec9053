//! State machines and their revisions.

use super::alias::Alias;
use super::arn::{Arn, Qualifier, STATE_MACHINE, check_role, is_name};
use super::configuration::{
    Encryption, EncryptionConfiguration, Logging, LoggingConfiguration, Tracing, TracingConfiguration,
};
use super::definition::{self, Compiled};
use super::driver::ExecutionId;
use super::page::{Page, Pager};
use super::shape::{Shape, request, response};
use super::shapes::{
    ARN, DEFINITION, DESCRIPTION, INCLUDED_DATA, NAME, Nothing, PAGE_SIZE, PAGE_TOKEN, TAGS, TYPE, Tag,
};
use super::tag::Tags;
use super::version::Version;
use super::{Account, ServiceError};
use crate::asl::Program;
use crate::base::{Key, Object, Text, Time};
use crate::engine::vintage;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::rc::Rc;

/// At most so many in an account and region.
const MAX_MACHINES: usize = 100_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Standard,
    Express,
}

impl Type {
    pub fn from_name(name: &str) -> Type {
        if name == "EXPRESS" { Type::Express } else { Type::Standard }
    }

    pub fn name(self) -> &'static str {
        match self {
            Type::Standard => "STANDARD",
            Type::Express => "EXPRESS",
        }
    }
}

/// The one thing with a name, a type and tags. (Reference, "Data model")
#[derive(Debug)]
pub struct StateMachine {
    pub name: Text,
    pub arn: Text,
    pub kind: Type,
    pub created: Time,
    /// What its draws and ids are keyed by; a machine that is created again under the name has another.
    pub(super) key: Key,
    pub revision: Rc<Revision>,
    /// How many updates made a revision.
    pub(super) updates: u32,
    /// The number of the next version: it never goes back.
    pub next_version: u32,
    pub versions: BTreeMap<u32, Version>,
    /// In the order of their creation.
    pub aliases: Vec<Alias>,
    pub(super) next_alias: u64,
    pub tags: Tags,
    pub(super) created_with: CreatedWith,
    /// Whether it goes as soon as no execution runs.
    pub deleting: bool,
    /// How many executions run.
    pub(super) running: u64,
    /// How many executions were started, of all and by version.
    pub(super) started: u64,
    pub(super) starts: BTreeMap<Option<u32>, u64>,
    /// The latest execution of a name.
    pub(super) names: FxHashMap<Text, ExecutionId>,
}

/// What a repeated CreateStateMachine is compared with besides the revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CreatedWith {
    pub publish: bool,
    pub version_description: Option<Text>,
}

/// A definition with its configuration, as one update left them. Only the newest can be reached, and those that were
/// published.
#[derive(Debug)]
pub struct Revision {
    /// None for the initial one.
    pub id: Option<Text>,
    pub definition: Text,
    pub program: Rc<Program>,
    /// The variables that each state refers to, where it does.
    pub variable_references: Object,
    pub role_arn: Text,
    pub logging: Logging,
    pub tracing: Tracing,
    pub encryption: Encryption,
    pub updated: Time,
}

impl Revision {
    /// The id, or the word that stands for the initial revision in requests.
    pub fn name(&self) -> &str {
        self.id.as_deref().unwrap_or(INITIAL)
    }
}

pub const INITIAL: &str = "INITIAL";

// ---- requests and responses

request! {
    CreateStateMachine as "CreateStateMachineInput" {
        name "name": Text = NAME,
        definition "definition": Text = DEFINITION,
        role_arn "roleArn": Text = ARN,
        kind "type": Option<Text> = TYPE,
        logging "loggingConfiguration": Option<LoggingConfiguration> = Shape::Structure(&LoggingConfiguration::SHAPE),
        tags "tags": Option<Vec<Tag>> = TAGS,
        tracing "tracingConfiguration": Option<TracingConfiguration> = Shape::Structure(&TracingConfiguration::SHAPE),
        publish "publish": Option<bool> = Shape::Boolean,
        version_description "versionDescription": Option<Text> = DESCRIPTION,
        encryption "encryptionConfiguration": Option<EncryptionConfiguration> = Shape::Structure(&EncryptionConfiguration::SHAPE),
    }
}

response! {
    CreatedStateMachine {
        arn "stateMachineArn": Text,
        creation_date "creationDate": Time,
        version_arn "stateMachineVersionArn": Option<Text>,
    }
}

request! {
    UpdateStateMachine as "UpdateStateMachineInput" {
        arn "stateMachineArn": Text = ARN,
        definition "definition": Option<Text> = DEFINITION,
        role_arn "roleArn": Option<Text> = ARN,
        logging "loggingConfiguration": Option<LoggingConfiguration> = Shape::Structure(&LoggingConfiguration::SHAPE),
        tracing "tracingConfiguration": Option<TracingConfiguration> = Shape::Structure(&TracingConfiguration::SHAPE),
        publish "publish": Option<bool> = Shape::Boolean,
        version_description "versionDescription": Option<Text> = DESCRIPTION,
        encryption "encryptionConfiguration": Option<EncryptionConfiguration> = Shape::Structure(&EncryptionConfiguration::SHAPE),
    }
}

response! {
    UpdatedStateMachine {
        update_date "updateDate": Time,
        revision_id "revisionId": Option<Text>,
        version_arn "stateMachineVersionArn": Option<Text>,
    }
}

request! {
    DescribeStateMachine as "DescribeStateMachineInput" {
        arn "stateMachineArn": Text = ARN,
        included_data "includedData": Option<Text> = INCLUDED_DATA,
    }
}

response! {
    StateMachineDescription {
        arn "stateMachineArn": Text,
        name "name": Text,
        status "status": &'static str,
        definition "definition": Text,
        role_arn "roleArn": Text,
        kind "type": &'static str,
        creation_date "creationDate": Time,
        logging "loggingConfiguration": Logging,
        tracing "tracingConfiguration": Tracing,
        label "label": Option<Text>,
        revision_id "revisionId": Option<Text>,
        description "description": Option<Text>,
        encryption "encryptionConfiguration": Option<Encryption>,
        variable_references "variableReferences": Option<Object>,
    }
}

request! { DeleteStateMachine as "DeleteStateMachineInput" { arn "stateMachineArn": Text = ARN } }

request! {
    ListStateMachines as "ListStateMachinesInput" {
        max_results "maxResults": Option<i64> = PAGE_SIZE,
        next_token "nextToken": Option<Text> = PAGE_TOKEN,
    }
}

response! {
    StateMachineList { machines "stateMachines": Vec<StateMachineItem>, next_token "nextToken": Option<Text> }
}

response! {
    StateMachineItem {
        arn "stateMachineArn": Text,
        name "name": Text,
        kind "type": &'static str,
        creation_date "creationDate": Time,
    }
}

// ---- operations

impl Account {
    /// CreateStateMachine: idempotent on everything but role and tags, which it ignores where the machine is there.
    pub fn create_state_machine(&mut self, request: CreateStateMachine) -> Result<CreatedStateMachine, ServiceError> {
        let publish = request.publish.unwrap_or(false);
        check_version_description(publish, request.version_description.as_ref())?;
        if !is_name(&request.name) {
            return Err(ServiceError::invalid_name(&request.name));
        }
        check_role(&request.role_arn)?;
        let kind = Type::from_name(request.kind.as_deref().unwrap_or("STANDARD"));
        let logging = request.logging.map(Logging::new).transpose()?.unwrap_or_default();
        let tracing = Tracing::new(&request.tracing.unwrap_or(TracingConfiguration { enabled: None }));
        let encryption = request.encryption.map(Encryption::new).transpose()?.unwrap_or_default();
        let created_with = CreatedWith { publish, version_description: request.version_description };
        let arn = self.arn(STATE_MACHINE, &request.name);
        if let Some(machine) = self.machines.get(&request.name) {
            if machine.deleting {
                return Err(ServiceError::deleting(&arn));
            }
            let revision = &machine.revision;
            let same = *revision.definition == *request.definition
                && machine.kind == kind
                && (&revision.logging, &revision.tracing, &revision.encryption) == (&logging, &tracing, &encryption)
                && machine.created_with == created_with;
            if !same {
                let message = format!("State Machine Already Exists: '{arn}'");
                return Err(ServiceError::new("StateMachineAlreadyExists", message));
            }
            let version_arn = publish.then(|| version_arn(&arn, 1));
            return Ok(CreatedStateMachine { arn, creation_date: machine.created, version_arn });
        }
        let compiled = definition::compile(&request.definition, kind)?;
        let tags = Tags::new(request.tags.unwrap_or_default())?;
        if self.machines.len() >= MAX_MACHINES {
            let message = format!("State machine limit exceeded: {MAX_MACHINES}");
            return Err(ServiceError::new("StateMachineLimitExceeded", message));
        }
        let revision = Rc::new(Revision {
            id: None,
            definition: request.definition,
            program: compiled.program,
            variable_references: compiled.variable_references,
            role_arn: request.role_arn,
            logging,
            tracing,
            encryption,
            updated: self.now,
        });
        let mut machine = StateMachine {
            name: request.name.clone(),
            arn: arn.clone(),
            kind,
            created: self.now,
            key: self.key.with_str("state machine").with(self.created),
            revision,
            updates: 0,
            next_version: 1,
            versions: BTreeMap::new(),
            aliases: Vec::new(),
            next_alias: 0,
            tags,
            created_with: created_with.clone(),
            deleting: false,
            running: 0,
            started: 0,
            starts: BTreeMap::new(),
            names: FxHashMap::default(),
        };
        self.created += 1;
        let version_arn = match publish {
            true => Some(version_arn(&arn, machine.publish(created_with.version_description, self.now)?)),
            false => None,
        };
        self.machines.insert(request.name, machine);
        Ok(CreatedStateMachine { arn, creation_date: self.now, version_arn })
    }

    /// UpdateStateMachine: a change makes a revision, equal values make none. Then it publishes, if asked to.
    pub fn update_state_machine(&mut self, request: UpdateStateMachine) -> Result<UpdatedStateMachine, ServiceError> {
        let publish = request.publish.unwrap_or(false);
        check_version_description(publish, request.version_description.as_ref())?;
        let now = self.now;
        let machine = self.unqualified_mut(&request.arn)?;
        let nothing = request.definition.is_none()
            && request.role_arn.is_none()
            && request.logging.is_none()
            && request.tracing.is_none()
            && request.encryption.is_none();
        if nothing {
            return Err(ServiceError::new(
                "MissingRequiredParameter",
                "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified",
            ));
        }
        if let Some(role) = &request.role_arn {
            check_role(role)?;
        }
        let old = Rc::clone(&machine.revision);
        let changed = request.definition.filter(|definition| *definition != old.definition);
        let new_role = request.role_arn.filter(|role| *role != old.role_arn);
        let logging = request.logging.map(Logging::new).transpose()?.filter(|logging| *logging != old.logging);
        let tracing = request.tracing.map(|tracing| Tracing::new(&tracing)).filter(|tracing| *tracing != old.tracing);
        let encryption = request.encryption.map(Encryption::new).transpose()?;
        let encryption = encryption.filter(|encryption| *encryption != old.encryption);
        let effective =
            changed.is_some() || new_role.is_some() || logging.is_some() || tracing.is_some() || encryption.is_some();
        if publish && (effective || machine.version_of_revision().is_none()) {
            machine.check_version_quota()?;
        }
        if effective {
            let (definition, compiled) = match changed {
                Some(text) => {
                    let compiled = definition::compile(&text, machine.kind)?;
                    (text, compiled)
                }
                None => (
                    old.definition.clone(),
                    Compiled { program: Rc::clone(&old.program), variable_references: old.variable_references.clone() },
                ),
            };
            let id = machine.key.with_str("revision").with(u64::from(machine.updates)).uuid();
            machine.updates += 1;
            machine.revision = Rc::new(Revision {
                id: Some(id.into()),
                definition,
                program: compiled.program,
                variable_references: compiled.variable_references,
                role_arn: new_role.unwrap_or_else(|| old.role_arn.clone()),
                logging: logging.unwrap_or_else(|| old.logging.clone()),
                tracing: tracing.unwrap_or_else(|| old.tracing.clone()),
                encryption: encryption.unwrap_or_else(|| old.encryption.clone()),
                updated: now,
            });
        }
        let version_arn = match publish {
            true => {
                let number = machine.publish(request.version_description, now)?;
                Some(version_arn(&machine.arn, number))
            }
            false => None,
        };
        Ok(UpdatedStateMachine { update_date: now, revision_id: machine.revision.id.clone(), version_arn })
    }

    /// DescribeStateMachine. What an alias with two routes is to answer is nobody's knowledge: here it is the version
    /// with the greater weight.
    pub fn describe_state_machine(
        &mut self,
        request: DescribeStateMachine,
    ) -> Result<StateMachineDescription, ServiceError> {
        let (machine, qualifier) = self.find(&request.arn)?;
        let version = match &qualifier {
            None | Some(Qualifier::Label(_)) => None,
            Some(Qualifier::Version(number)) => Some(*number),
            Some(Qualifier::Alias(name)) => {
                let alias = machine.alias(name).ok_or_else(|| ServiceError::no_machine(&request.arn))?;
                alias.routing.routes().iter().rev().max_by_key(|route| route.weight).map(|route| route.version)
            }
        };
        let version = match version {
            Some(number) => {
                let version = machine.versions.get(&number);
                Some(version.ok_or_else(|| ServiceError::no_machine(&request.arn))?)
            }
            None => None,
        };
        let revision = version.map_or(&machine.revision, |version| &version.revision);
        let mut definition = revision.definition.clone();
        let mut label = None;
        if let Some(Qualifier::Label(name)) = &qualifier {
            definition = definition::labelled(&revision.definition, name)
                .ok_or_else(|| ServiceError::no_machine(&request.arn))?;
            label = Some(name.clone());
        }
        if request.included_data.as_deref() == Some("METADATA_ONLY") {
            definition = "{}".into();
        }
        Ok(StateMachineDescription {
            arn: match (version, &label) {
                (Some(version), _) => version_arn(&machine.arn, version.number),
                (None, Some(label)) => format!("{}/{label}", machine.arn).into(),
                (None, None) => machine.arn.clone(),
            },
            name: match &label {
                Some(label) => format!("{}/{label}", machine.name).into(),
                None => machine.name.clone(),
            },
            status: if machine.deleting { "DELETING" } else { "ACTIVE" },
            definition,
            role_arn: revision.role_arn.clone(),
            kind: machine.kind.name(),
            creation_date: version.map_or(machine.created, |version| version.created),
            logging: revision.logging.clone(),
            tracing: revision.tracing.clone(),
            label,
            revision_id: revision.id.clone(),
            description: version.and_then(|version| version.description.clone()).filter(|text| !text.is_empty()),
            encryption: vintage::knows_encryption(self.now).then(|| revision.encryption.clone()),
            variable_references: Some(revision.variable_references.clone()).filter(|variables| !variables.is_empty()),
        })
    }

    /// DeleteStateMachine: at once where nothing runs, else when the last execution has come to its next transition.
    /// Aliases do not keep it, and what is not there is no error.
    pub fn delete_state_machine(&mut self, request: DeleteStateMachine) -> Result<Nothing, ServiceError> {
        let Arn::StateMachine { name, qualifier } = Arn::parse(&request.arn, &[STATE_MACHINE])? else {
            return Ok(Nothing {});
        };
        if let Some(Qualifier::Label(_)) = qualifier {
            return Err(labelled_arn(&request.arn));
        }
        // Nobody knows what a version or an alias ARN does here; it names no state machine, so nothing is deleted.
        if qualifier.is_none()
            && self.owns(&request.arn)
            && let Some(machine) = self.machines.get_mut(&name)
        {
            machine.deleting = true;
            if machine.running == 0 {
                self.machines.remove(&name);
            }
        }
        Ok(Nothing {})
    }

    pub fn list_state_machines(&mut self, request: ListStateMachines) -> Result<StateMachineList, ServiceError> {
        let pager = self.pager("ListStateMachines", "", request.max_results, request.next_token.as_deref())?;
        let Page { items, next_token } = pager.page(self.machines.iter(), |(name, _)| (0, Text::clone(name)));
        let item = |(_, machine): (&Text, &StateMachine)| StateMachineItem {
            arn: machine.arn.clone(),
            name: machine.name.clone(),
            kind: machine.kind.name(),
            creation_date: machine.created,
        };
        Ok(StateMachineList { machines: items.into_iter().map(item).collect(), next_token })
    }

    // ---- finding

    /// The machine that an ARN of any form is about.
    pub(super) fn find(&self, arn: &str) -> Result<(&StateMachine, Option<Qualifier>), ServiceError> {
        let Arn::StateMachine { name, qualifier } = Arn::parse(arn, &[STATE_MACHINE])? else {
            return Err(ServiceError::no_machine(arn));
        };
        match self.machines.get(&name) {
            Some(machine) if self.owns(arn) => Ok((machine, qualifier)),
            _ => Err(ServiceError::no_machine(arn)),
        }
    }

    /// The machine that an ARN without version or alias names, and that is not being deleted.
    pub(super) fn unqualified_mut(&mut self, arn: &str) -> Result<&mut StateMachine, ServiceError> {
        let Arn::StateMachine { name, qualifier } = Arn::parse(arn, &[STATE_MACHINE])? else {
            return Err(ServiceError::no_machine(arn));
        };
        match qualifier {
            None => {}
            Some(Qualifier::Label(_)) => return Err(labelled_arn(arn)),
            Some(_) => return Err(ServiceError::no_machine(arn)),
        }
        if !self.owns(arn) {
            return Err(ServiceError::no_machine(arn));
        }
        match self.machines.get_mut(&name) {
            Some(machine) if machine.deleting => Err(ServiceError::deleting(arn)),
            Some(machine) => Ok(machine),
            None => Err(ServiceError::no_machine(arn)),
        }
    }

    pub fn machines(&self) -> impl Iterator<Item = &StateMachine> {
        self.machines.values()
    }

    pub fn machine(&self, name: &str) -> Option<&StateMachine> {
        self.machines.get(name)
    }

    pub(super) fn pager(
        &self,
        operation: &str,
        about: &str,
        max_results: Option<i64>,
        token: Option<&str>,
    ) -> Result<Pager, ServiceError> {
        Pager::new(self.key, self.now, operation, about, max_results, token)
    }
}

impl StateMachine {
    pub fn alias(&self, name: &str) -> Option<&Alias> {
        self.aliases.iter().find(|alias| *alias.name == *name)
    }
}

pub(super) fn version_arn(machine: &str, number: u32) -> Text {
    format!("{machine}:{number}").into()
}

pub(super) fn labelled_arn(arn: &str) -> ServiceError {
    ServiceError::validation(format!("This operation does not support labeled ARNs: '{arn}'"))
        .because("API_DOES_NOT_SUPPORT_LABELED_ARNS")
}

fn check_version_description(publish: bool, description: Option<&Text>) -> Result<(), ServiceError> {
    if description.is_some() && !publish {
        return Err(ServiceError::validation("Version description can only be set when publish is true"));
    }
    Ok(())
}
