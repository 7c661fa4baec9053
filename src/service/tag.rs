//! Tags: on state machines and activities, never on versions or aliases.

use super::arn::{ACTIVITY, Arn, STATE_MACHINE};
use super::shape::{Shape, request, response};
use super::shapes::{ARN, Nothing, TAGS, Tag};
use super::{Account, ServiceError};
use crate::base::Text;

/// At most so many on one thing.
const MAX_TAGS: usize = 50;

/// By key, in the order in which they were first put.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags(Vec<(Text, Text)>);

impl Tags {
    /// # Errors
    /// TooManyTags.
    pub fn new(tags: Vec<Tag>) -> Result<Tags, ServiceError> {
        Tags::default().with(tags)
    }

    pub(super) fn with(&self, tags: Vec<Tag>) -> Result<Tags, ServiceError> {
        let mut all = self.clone();
        for tag in tags {
            let (key, value) = (tag.key.unwrap_or_else(|| "".into()), tag.value.unwrap_or_else(|| "".into()));
            match all.0.iter_mut().find(|(known, _)| *known == key) {
                Some((_, known)) => *known = value,
                None => all.0.push((key, value)),
            }
        }
        if all.0.len() > MAX_TAGS {
            let message = format!("Too many tags: a resource can have at most {MAX_TAGS}");
            return Err(ServiceError::new("TooManyTags", message));
        }
        Ok(all)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Text, &Text)> {
        self.0.iter().map(|(key, value)| (key, value))
    }
}

request! {
    TagResource as "TagResourceInput" {
        arn "resourceArn": Text = ARN,
        tags "tags": Vec<Tag> = TAGS,
    }
}

request! {
    UntagResource as "UntagResourceInput" {
        arn "resourceArn": Text = ARN,
        keys "tagKeys": Vec<Text> = Shape::list(&Shape::text(1, 128)),
    }
}

request! { ListTagsForResource as "ListTagsForResourceInput" { arn "resourceArn": Text = ARN } }

response! { TagList { tags "tags": Vec<TagItem> } }

response! { TagItem { key "key": Text, value "value": Text } }

impl Account {
    pub fn tag_resource(&mut self, request: TagResource) -> Result<Nothing, ServiceError> {
        let tags = self.tags_of(&request.arn)?;
        *tags = tags.with(request.tags)?;
        Ok(Nothing {})
    }

    pub fn untag_resource(&mut self, request: UntagResource) -> Result<Nothing, ServiceError> {
        self.tags_of(&request.arn)?.0.retain(|(key, _)| !request.keys.contains(key));
        Ok(Nothing {})
    }

    pub fn list_tags_for_resource(&mut self, request: ListTagsForResource) -> Result<TagList, ServiceError> {
        let tags = self.tags_of(&request.arn)?.iter();
        Ok(TagList { tags: tags.map(|(key, value)| TagItem { key: key.clone(), value: value.clone() }).collect() })
    }

    fn tags_of(&mut self, arn: &str) -> Result<&mut Tags, ServiceError> {
        let missing = || ServiceError::no_resource(arn);
        let parsed = Arn::parse(arn, &[STATE_MACHINE, ACTIVITY])?;
        if !self.owns(arn) {
            return Err(missing());
        }
        match parsed {
            Arn::StateMachine { name, qualifier: None } => {
                self.machines.get_mut(&name).map(|machine| &mut machine.tags).ok_or_else(missing)
            }
            Arn::Activity { name } => {
                self.activities.get_mut(&name).map(|activity| &mut activity.tags).ok_or_else(missing)
            }
            _ => Err(missing()),
        }
    }
}
