//! What a Task calls.

use crate::base::Text;

/// The Resource of a Task, by how its events are named in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// `arn:aws:lambda:…:function:…`: a function called without the Lambda integration.
    Lambda(Text),
    /// `arn:aws:states:…:activity:…`: workers poll for it.
    Activity(Text),
    /// `arn:aws:states:::service:action.pattern`.
    Service(Service),
}

/// A service integration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The whole Resource.
    pub arn: Text,
    /// `sqs`, `aws-sdk:dynamodb`: the resourceType of history events.
    pub service: Text,
    /// `sendMessage.waitForTaskToken`: the resource of history events.
    pub action: Text,
    pub pattern: Pattern,
}

/// How long a service integration waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// For the response of the call.
    RequestResponse,
    /// `.sync`, `.sync:2`: until the job that the call started has ended.
    Sync,
    /// `.waitForTaskToken`: until somebody sends the token back.
    WaitForTaskToken,
}

impl Resource {
    /// Any text is taken: whether AWS knows such a resource is the checker's to say.
    pub fn parse(arn: &Text) -> Resource {
        let parts: Vec<&str> = arn.split(':').collect();
        match parts.as_slice() {
            ["arn", _, "lambda", _, _, "function", ..] => Resource::Lambda(arn.clone()),
            ["arn", _, "states", _, _, "activity", _] => Resource::Activity(arn.clone()),
            ["arn", _, "states", _, _, rest @ ..] if rest.len() >= 2 => {
                // `.sync:2` has a colon of its own, `aws-sdk:` names have one more.
                let split = if rest.first() == Some(&"aws-sdk") { 2 } else { 1 };
                let (service, action) = rest.split_at(split.min(rest.len()));
                Resource::Service(Service::new(arn, &service.join(":"), &action.join(":")))
            }
            _ => Resource::Service(Service::new(arn, "", arn)),
        }
    }

    /// How long whoever calls it waits.
    pub fn pattern(&self) -> Pattern {
        match self {
            Resource::Lambda(_) | Resource::Activity(_) => Pattern::RequestResponse,
            Resource::Service(service) => service.pattern,
        }
    }

    /// Whether somebody may answer it later with a task token.
    pub fn has_token(&self) -> bool {
        match self {
            Resource::Lambda(_) => false,
            Resource::Activity(_) => true,
            Resource::Service(service) => service.pattern != Pattern::RequestResponse,
        }
    }

    /// The Resource as written.
    pub fn arn(&self) -> &Text {
        match self {
            Resource::Lambda(arn) | Resource::Activity(arn) => arn,
            Resource::Service(service) => &service.arn,
        }
    }
}

impl Service {
    fn new(arn: &Text, service: &str, action: &str) -> Service {
        let pattern = match action.split_once('.').map(|(_, pattern)| pattern) {
            Some("sync" | "sync:2") => Pattern::Sync,
            Some("waitForTaskToken") => Pattern::WaitForTaskToken,
            _ => Pattern::RequestResponse,
        };
        Service { arn: arn.clone(), service: service.into(), action: action.into(), pattern }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_integrations() {
        let cases = [
            ("arn:aws:states:::states:startExecution.sync:2", "states", "startExecution.sync:2", Pattern::Sync),
            ("arn:aws:states:::aws-sdk:dynamodb:putItem", "aws-sdk:dynamodb", "putItem", Pattern::RequestResponse),
            (
                "arn:aws:states:::aws-sdk:sfn:startSyncExecution.waitForTaskToken",
                "aws-sdk:sfn",
                "startSyncExecution.waitForTaskToken",
                Pattern::WaitForTaskToken,
            ),
            ("arn:aws:states:::http:invoke", "http", "invoke", Pattern::RequestResponse),
            ("urn:something", "", "urn:something", Pattern::RequestResponse),
        ];
        for (arn, service, action, pattern) in cases {
            let Resource::Service(found) = Resource::parse(&arn.into()) else { panic!("{arn}") };
            assert_eq!((&*found.service, &*found.action, found.pattern), (service, action, pattern), "{arn}");
        }
        assert!(matches!(
            Resource::parse(&"arn:aws:lambda:us-east-1:1:function:f:$LATEST".into()),
            Resource::Lambda(_)
        ));
        assert!(matches!(Resource::parse(&"arn:aws:states:us-east-1:1:activity:a".into()), Resource::Activity(_)));
    }
}
