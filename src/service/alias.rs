//! Aliases: names that point to one or two versions of a state machine.

use super::arn::{Arn, Qualifier, STATE_MACHINE};
use super::page::Page;
use super::router::{Route, Routing, RoutingError};
use super::shape::{Shape, request, response};
use super::shapes::{ARN, DESCRIPTION, Nothing, PAGE_SIZE, PAGE_TOKEN};
use super::state_machine::{StateMachine, labelled_arn, version_arn};
use super::{Account, ServiceError};
use crate::base::{Text, Time};

/// At most so many of a state machine.
pub const MAX_ALIASES: usize = 100;

/// Its name never changes; description and routing do.
#[derive(Clone, Debug)]
pub struct Alias {
    pub name: Text,
    pub description: Option<Text>,
    pub routing: Routing,
    pub created: Time,
    pub updated: Time,
    /// Which of the aliases that its machine ever had.
    pub(super) number: u64,
}

const ALIAS_NAME: Shape = Shape::pattern(1, 80, "^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$", |name| {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    !name.is_empty() && name.chars().all(word) && !name.bytes().all(|byte| byte.is_ascii_digit())
});

const ROUTES: Shape = Shape::List { of: &Shape::Structure(&RouteItem::SHAPE), min: 1, max: 2 };

request! {
    RouteItem as "RoutingConfigurationListItem" {
        arn "stateMachineVersionArn": Text = ARN,
        weight "weight": i64 = Shape::integer(0, 100),
    }
}

request! {
    CreateStateMachineAlias as "CreateStateMachineAliasInput" {
        description "description": Option<Text> = DESCRIPTION,
        name "name": Text = ALIAS_NAME,
        routes "routingConfiguration": Vec<RouteItem> = ROUTES,
    }
}

response! {
    CreatedAlias { arn "stateMachineAliasArn": Text, creation_date "creationDate": Time }
}

request! {
    UpdateStateMachineAlias as "UpdateStateMachineAliasInput" {
        arn "stateMachineAliasArn": Text = ARN,
        description "description": Option<Text> = DESCRIPTION,
        routes "routingConfiguration": Option<Vec<RouteItem>> = ROUTES,
    }
}

response! { UpdatedAlias { update_date "updateDate": Time } }

request! { DescribeStateMachineAlias as "DescribeStateMachineAliasInput" { arn "stateMachineAliasArn": Text = ARN } }

response! {
    AliasDescription {
        arn "stateMachineAliasArn": Text,
        name "name": Text,
        description "description": Option<Text>,
        routes "routingConfiguration": Vec<RouteDescription>,
        creation_date "creationDate": Time,
        update_date "updateDate": Time,
    }
}

response! { RouteDescription { arn "stateMachineVersionArn": Text, weight "weight": i64 } }

request! { DeleteStateMachineAlias as "DeleteStateMachineAliasInput" { arn "stateMachineAliasArn": Text = ARN } }

request! {
    ListStateMachineAliases as "ListStateMachineAliasesInput" {
        arn "stateMachineArn": Text = ARN,
        next_token "nextToken": Option<Text> = PAGE_TOKEN,
        max_results "maxResults": Option<i64> = PAGE_SIZE,
    }
}

response! {
    AliasList { aliases "stateMachineAliases": Vec<AliasItem>, next_token "nextToken": Option<Text> }
}

response! { AliasItem { arn "stateMachineAliasArn": Text, creation_date "creationDate": Time } }

fn invalid_routing(message: String) -> ServiceError {
    ServiceError::validation(message).because("INVALID_ROUTING_CONFIGURATION")
}

fn listed<T: std::fmt::Display>(items: impl Iterator<Item = T>) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

impl Account {
    /// The machine and the routing that a routing configuration means. The order of the checks is that of the
    /// reference's section 12.
    fn routing(&self, items: &[RouteItem]) -> Result<(Text, Routing), ServiceError> {
        let received = || listed(items.iter().map(|item| &item.arn));
        let mut parsed = Vec::new();
        for item in items {
            match Arn::parse(&item.arn, &[STATE_MACHINE])? {
                Arn::StateMachine { name, qualifier: Some(Qualifier::Version(number)) } => parsed.push((name, number)),
                _ => {
                    return Err(invalid_routing(format!(
                        "Routing configuration must contain state machine version ARNs. Received: [{}]",
                        received()
                    )));
                }
            }
        }
        let weight = |item: &RouteItem| u8::try_from(item.weight).unwrap_or(u8::MAX);
        let routes =
            parsed.iter().zip(items).map(|((_, version), item)| Route { version: *version, weight: weight(item) });
        // Versions of two machines may bear one number: only equal ARNs are not distinct.
        let same_machine = parsed.iter().all(|(name, _)| parsed.first().is_some_and(|(first, _)| first == name));
        let routing = match Routing::new(routes.collect()) {
            Ok(routing) => Ok(routing),
            Err(RoutingError::NotDistinct) if !same_machine => Err(None),
            Err(RoutingError::NotDistinct) => Err(Some(format!(
                "Routing configuration must contain distinct state machine version ARNs. Received: [{}]",
                received()
            ))),
            Err(_) => Err(Some(format!(
                "Sum of routing configuration weights must equal 100. Received: [{}]",
                listed(items.iter().map(|item| item.weight))
            ))),
        };
        match routing {
            Ok(routing) if same_machine => {
                let name = parsed.into_iter().next().map(|(name, _)| name).unwrap_or_else(|| "".into());
                for item in items {
                    let (machine, qualifier) = self.find(&item.arn).map_err(|_| ServiceError::no_reference())?;
                    if machine.deleting {
                        return Err(ServiceError::deleting(&machine.arn));
                    }
                    if !matches!(qualifier, Some(Qualifier::Version(number)) if machine.versions.contains_key(&number))
                    {
                        return Err(ServiceError::no_reference());
                    }
                }
                Ok((name, routing))
            }
            Err(Some(message)) => Err(invalid_routing(message)),
            _ => Err(invalid_routing(format!(
                "Routing configuration must contain versions of the same state machine. Received: [{}]",
                received()
            ))),
        }
    }

    /// CreateStateMachineAlias: takes no machine; that follows from the versions. Idempotent on all of its parameters.
    pub fn create_state_machine_alias(
        &mut self,
        request: CreateStateMachineAlias,
    ) -> Result<CreatedAlias, ServiceError> {
        let (name, routing) = self.routing(&request.routes)?;
        let now = self.now;
        let Some(machine) = self.machines.get_mut(&name) else { return Err(ServiceError::no_reference()) };
        let arn = alias_arn(machine, &request.name);
        if let Some(alias) = machine.alias(&request.name) {
            if (&alias.description, &alias.routing) != (&request.description, &routing) {
                return Err(ServiceError::new(
                    "ConflictException",
                    "Failed to create alias because an alias with the same name and a different routing configuration already exists.",
                ));
            }
            return Ok(CreatedAlias { arn, creation_date: alias.created });
        }
        if machine.aliases.len() >= MAX_ALIASES {
            return Err(ServiceError::new(
                "ServiceQuotaExceededException",
                format!(
                    "The number of aliases of the state machine exceeds the quota of {MAX_ALIASES}: '{}'",
                    machine.arn
                ),
            ));
        }
        machine.aliases.push(Alias {
            name: request.name,
            description: request.description,
            routing,
            created: now,
            updated: now,
            number: machine.next_alias,
        });
        machine.next_alias += 1;
        Ok(CreatedAlias { arn, creation_date: now })
    }

    /// UpdateStateMachineAlias: what is not given is kept; routes are replaced as a whole.
    pub fn update_state_machine_alias(
        &mut self,
        request: UpdateStateMachineAlias,
    ) -> Result<UpdatedAlias, ServiceError> {
        if request.description.is_none() && request.routes.is_none() {
            return Err(ServiceError::validation(
                "Either the description or the routing configuration of the alias must be specified",
            )
            .because("MISSING_REQUIRED_PARAMETER"));
        }
        let routing = request.routes.map(|routes| self.routing(&routes)).transpose();
        let now = self.now;
        let (machine, name) = self.alias_of(&request.arn)?;
        let (machine_name, machine_arn) = (machine.name.clone(), machine.arn.clone());
        if machine.deleting {
            return Err(ServiceError::deleting(&machine_arn));
        }
        if machine.alias(&name).is_none() {
            return Err(ServiceError::no_reference());
        }
        let routing = match routing? {
            Some((owner, _)) if owner != machine_name => {
                return Err(invalid_routing(format!(
                    "Routing configuration must contain versions of the same state machine as the alias: '{machine_arn}'"
                )));
            }
            Some((_, routing)) => Some(routing),
            None => None,
        };
        let alias = self.machines.get_mut(&machine_name).into_iter().flat_map(|machine| machine.aliases.iter_mut());
        if let Some(alias) = alias.into_iter().find(|alias| alias.name == name) {
            alias.description = request.description.or(alias.description.take());
            if let Some(routing) = routing {
                alias.routing = routing;
            }
            alias.updated = now;
        }
        Ok(UpdatedAlias { update_date: now })
    }

    pub fn describe_state_machine_alias(
        &mut self,
        request: DescribeStateMachineAlias,
    ) -> Result<AliasDescription, ServiceError> {
        let (machine, name) = self.alias_of(&request.arn)?;
        let alias = machine.alias(&name).ok_or_else(ServiceError::no_reference)?;
        let route = |route: &Route| RouteDescription {
            arn: version_arn(&machine.arn, route.version),
            weight: i64::from(route.weight),
        };
        Ok(AliasDescription {
            arn: alias_arn(machine, &name),
            name,
            description: alias.description.clone().filter(|text| !text.is_empty()),
            routes: alias.routing.routes().iter().map(route).collect(),
            creation_date: alias.created,
            update_date: alias.updated,
        })
    }

    /// DeleteStateMachineAlias: what is not there is no error.
    pub fn delete_state_machine_alias(&mut self, request: DeleteStateMachineAlias) -> Result<Nothing, ServiceError> {
        let found = self.alias_of(&request.arn).map(|(machine, alias)| (machine.name.clone(), alias));
        match found {
            Ok((machine, name)) => {
                if let Some(machine) = self.machines.get_mut(&machine) {
                    machine.aliases.retain(|alias| alias.name != name);
                }
                Ok(Nothing {})
            }
            Err(error) if error.code == "ResourceNotFound" => Ok(Nothing {}),
            Err(error) => Err(error),
        }
    }

    /// ListStateMachineAliases: in the order of their creation, which is what recordings show. A version ARN leaves
    /// those that refer to it.
    pub fn list_state_machine_aliases(&mut self, request: ListStateMachineAliases) -> Result<AliasList, ServiceError> {
        let pager =
            self.pager("ListStateMachineAliases", &request.arn, request.max_results, request.next_token.as_deref())?;
        let (machine, qualifier) = self.find(&request.arn)?;
        let wanted = |alias: &&Alias| match &qualifier {
            None => true,
            Some(Qualifier::Version(number)) => alias.routing.refers_to(*number),
            Some(Qualifier::Alias(name)) => alias.name == *name,
            Some(Qualifier::Label(_)) => false,
        };
        if let Some(Qualifier::Version(number)) = &qualifier
            && !machine.versions.contains_key(number)
        {
            return Err(ServiceError::no_reference());
        }
        if let Some(Qualifier::Label(_)) = qualifier {
            return Err(labelled_arn(&request.arn));
        }
        let aliases = machine.aliases.iter().filter(wanted);
        let Page { items, next_token } = pager.page(aliases, |alias| (alias.number, "".into()));
        let item = |alias: &Alias| AliasItem { arn: alias_arn(machine, &alias.name), creation_date: alias.created };
        Ok(AliasList { aliases: items.into_iter().map(item).collect(), next_token })
    }

    /// The machine of an alias ARN, and the alias' name, whether or not there is one.
    fn alias_of(&self, arn: &str) -> Result<(&StateMachine, Text), ServiceError> {
        match Arn::parse(arn, &[STATE_MACHINE])? {
            Arn::StateMachine { name, qualifier: Some(Qualifier::Alias(alias)) } if self.owns(arn) => {
                let machine = self.machines.get(&name).ok_or_else(ServiceError::no_reference)?;
                Ok((machine, alias))
            }
            Arn::StateMachine { qualifier: Some(Qualifier::Alias(_)), .. } => Err(ServiceError::no_reference()),
            _ => Err(ServiceError::validation(format!(
                "The ARN must be that of a state machine alias. Received: '{arn}'"
            ))),
        }
    }
}

pub(super) fn alias_arn(machine: &StateMachine, name: &str) -> Text {
    format!("{}:{name}", machine.arn).into()
}
