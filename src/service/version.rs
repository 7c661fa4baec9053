//! Versions: numbered snapshots of a state machine that never change.

use super::arn::{Arn, Qualifier, STATE_MACHINE};
use super::page::Page;
use super::shape::{request, response};
use super::shapes::{ANY, ARN, DESCRIPTION, LONG_ARN, Nothing, PAGE_SIZE, PAGE_TOKEN};
use super::state_machine::{Revision, StateMachine, version_arn};
use super::{Account, ServiceError};
use crate::base::{Text, Time};
use std::rc::Rc;

/// At most so many of a state machine.
pub const MAX_VERSIONS: usize = 1000;

#[derive(Clone, Debug)]
pub struct Version {
    pub number: u32,
    pub revision: Rc<Revision>,
    pub description: Option<Text>,
    pub created: Time,
}

request! {
    PublishStateMachineVersion as "PublishStateMachineVersionInput" {
        arn "stateMachineArn": Text = ARN,
        revision_id "revisionId": Option<Text> = ANY,
        description "description": Option<Text> = DESCRIPTION,
    }
}

response! {
    PublishedVersion { creation_date "creationDate": Time, arn "stateMachineVersionArn": Text }
}

request! {
    ListStateMachineVersions as "ListStateMachineVersionsInput" {
        arn "stateMachineArn": Text = ARN,
        next_token "nextToken": Option<Text> = PAGE_TOKEN,
        max_results "maxResults": Option<i64> = PAGE_SIZE,
    }
}

response! {
    VersionList { versions "stateMachineVersions": Vec<VersionItem>, next_token "nextToken": Option<Text> }
}

response! {
    VersionItem { arn "stateMachineVersionArn": Text, creation_date "creationDate": Time }
}

request! {
    DeleteStateMachineVersion as "DeleteStateMachineVersionInput" { arn "stateMachineVersionArn": Text = LONG_ARN }
}

impl StateMachine {
    /// The version that was published of the present revision, if there is one.
    pub fn version_of_revision(&self) -> Option<&Version> {
        self.versions.values().find(|version| Rc::ptr_eq(&version.revision, &self.revision))
    }

    pub(super) fn check_version_quota(&self) -> Result<(), ServiceError> {
        if self.versions.len() < MAX_VERSIONS {
            return Ok(());
        }
        Err(ServiceError::new(
            "ServiceQuotaExceededException",
            format!("The number of versions of the state machine exceeds the quota of {MAX_VERSIONS}: '{}'", self.arn),
        ))
    }

    /// Publishes the present revision, or finds the version that it is already. Numbers are never used again.
    pub(super) fn publish(&mut self, description: Option<Text>, now: Time) -> Result<u32, ServiceError> {
        if let Some(version) = self.version_of_revision() {
            return Ok(version.number);
        }
        self.check_version_quota()?;
        let number = self.next_version;
        self.next_version += 1;
        let revision = Rc::clone(&self.revision);
        self.versions.insert(number, Version { number, revision, description, created: now });
        Ok(number)
    }
}

impl Account {
    /// PublishStateMachineVersion: idempotent on the revision. `revisionId` does not choose one, it guards.
    pub fn publish_state_machine_version(
        &mut self,
        request: PublishStateMachineVersion,
    ) -> Result<PublishedVersion, ServiceError> {
        let now = self.now;
        let machine = self.unqualified_mut(&request.arn)?;
        let current = machine.revision.name();
        if let Some(expected) = request.revision_id.filter(|expected| **expected != *current) {
            return Err(ServiceError::new(
                "ConflictException",
                format!(
                    "Failed to publish the State Machine version for revision {expected}. The current State Machine revision is {current}."
                ),
            ));
        }
        let number = machine.publish(request.description, now)?;
        let created = machine.versions.get(&number).map_or(now, |version| version.created);
        Ok(PublishedVersion { creation_date: created, arn: version_arn(&machine.arn, number) })
    }

    /// ListStateMachineVersions: the newest first.
    pub fn list_state_machine_versions(
        &mut self,
        request: ListStateMachineVersions,
    ) -> Result<VersionList, ServiceError> {
        let pager =
            self.pager("ListStateMachineVersions", &request.arn, request.max_results, request.next_token.as_deref())?;
        let (machine, _) = self.find(&request.arn)?;
        let newest_first = machine.versions.values().rev();
        let Page { items, next_token } =
            pager.page(newest_first, |version| (u64::from(u32::MAX - version.number), "".into()));
        let item = |version: &Version| VersionItem {
            arn: version_arn(&machine.arn, version.number),
            creation_date: version.created,
        };
        Ok(VersionList { versions: items.into_iter().map(item).collect(), next_token })
    }

    /// DeleteStateMachineVersion: what is not there is no error; what an alias refers to stays, whatever its weight.
    pub fn delete_state_machine_version(
        &mut self,
        request: DeleteStateMachineVersion,
    ) -> Result<Nothing, ServiceError> {
        let Arn::StateMachine { name, qualifier } = Arn::parse(&request.arn, &[STATE_MACHINE])? else {
            return Ok(Nothing {});
        };
        let Some(Qualifier::Version(number)) = qualifier else {
            return Err(ServiceError::validation(format!(
                "The ARN must be that of a state machine version. Received: '{}'",
                request.arn
            )));
        };
        if !self.owns(&request.arn) {
            return Ok(Nothing {});
        }
        let Some(machine) = self.machines.get_mut(&name) else { return Ok(Nothing {}) };
        if !machine.versions.contains_key(&number) {
            return Ok(Nothing {});
        }
        let aliases: Vec<&str> =
            machine.aliases.iter().filter(|alias| alias.routing.refers_to(number)).map(|alias| &*alias.name).collect();
        if !aliases.is_empty() {
            return Err(ServiceError::new(
                "ConflictException",
                format!(
                    "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [{}]",
                    aliases.join(", ")
                ),
            ));
        }
        machine.versions.remove(&number);
        Ok(Nothing {})
    }
}
