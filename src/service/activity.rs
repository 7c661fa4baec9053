//! Activities: tasks that workers poll for, and the answers to task tokens.

use super::arn::{ACTIVITY, Arn, is_name};
use super::configuration::{Encryption, EncryptionConfiguration};
use super::driver::Due;
use super::page::Page;
use super::shape::{Shape, request, response};
use super::shapes::{ARN, CAUSE, DATA, ERROR, NAME, Nothing, PAGE_SIZE, PAGE_TOKEN, TAGS, TASK_TOKEN, Tag};
use super::tag::Tags;
use super::{Account, Clock, ServiceError};
use crate::base::{Delay, Text, Time, Value};
use crate::engine::{Answer, Failure, vintage};
use std::collections::VecDeque;

/// How long GetActivityTask waits for a task.
const POLL: Delay = Delay::from_secs(60);

#[derive(Debug)]
pub struct Activity {
    pub name: Text,
    pub arn: Text,
    pub created: Time,
    pub tags: Tags,
    pub(super) encryption: Encryption,
    /// Tasks that no worker has taken: their tokens and inputs.
    pub(super) waiting: VecDeque<(Text, Value)>,
}

request! {
    CreateActivity as "CreateActivityInput" {
        name "name": Text = NAME,
        tags "tags": Option<Vec<Tag>> = TAGS,
        encryption "encryptionConfiguration": Option<EncryptionConfiguration> = Shape::Structure(&EncryptionConfiguration::SHAPE),
    }
}

response! { CreatedActivity { arn "activityArn": Text, creation_date "creationDate": Time } }

request! { DescribeActivity as "DescribeActivityInput" { arn "activityArn": Text = ARN } }

response! {
    ActivityDescription {
        arn "activityArn": Text,
        name "name": Text,
        creation_date "creationDate": Time,
        encryption "encryptionConfiguration": Option<Encryption>,
    }
}

request! { DeleteActivity as "DeleteActivityInput" { arn "activityArn": Text = ARN } }

request! {
    ListActivities as "ListActivitiesInput" {
        max_results "maxResults": Option<i64> = PAGE_SIZE,
        next_token "nextToken": Option<Text> = PAGE_TOKEN,
    }
}

response! { ActivityList { activities "activities": Vec<ActivityItem>, next_token "nextToken": Option<Text> } }

response! { ActivityItem { arn "activityArn": Text, name "name": Text, creation_date "creationDate": Time } }

request! {
    GetActivityTask as "GetActivityTaskInput" {
        arn "activityArn": Text = ARN,
        worker "workerName": Option<Text> = NAME,
    }
}

response! { ActivityTask { token "taskToken": Option<Text>, input "input": Option<Text> } }

request! {
    SendTaskSuccess as "SendTaskSuccessInput" { token "taskToken": Text = TASK_TOKEN, output "output": Text = DATA }
}

request! {
    SendTaskFailure as "SendTaskFailureInput" {
        token "taskToken": Text = TASK_TOKEN,
        error "error": Option<Text> = ERROR,
        cause "cause": Option<Text> = CAUSE,
    }
}

request! { SendTaskHeartbeat as "SendTaskHeartbeatInput" { token "taskToken": Text = TASK_TOKEN } }

impl Account {
    /// CreateActivity: idempotent on the name.
    pub fn create_activity(&mut self, request: CreateActivity) -> Result<CreatedActivity, ServiceError> {
        if !is_name(&request.name) {
            return Err(ServiceError::invalid_name(&request.name));
        }
        let encryption = request.encryption.map(Encryption::new).transpose()?.unwrap_or_default();
        let arn = self.arn(ACTIVITY, &request.name);
        if let Some(activity) = self.activities.get(&request.name) {
            if activity.encryption != encryption {
                let message = format!("Activity Already Exists: '{arn}'");
                return Err(ServiceError::new("ActivityAlreadyExists", message));
            }
            return Ok(CreatedActivity { arn, creation_date: activity.created });
        }
        let tags = Tags::new(request.tags.unwrap_or_default())?;
        let activity = Activity {
            name: request.name.clone(),
            arn: arn.clone(),
            created: self.now,
            tags,
            encryption,
            waiting: VecDeque::new(),
        };
        self.activities.insert(request.name, activity);
        Ok(CreatedActivity { arn, creation_date: self.now })
    }

    pub fn describe_activity(&mut self, request: DescribeActivity) -> Result<ActivityDescription, ServiceError> {
        let now = self.now;
        let activity = self.activity(&request.arn)?;
        Ok(ActivityDescription {
            arn: activity.arn.clone(),
            name: activity.name.clone(),
            creation_date: activity.created,
            encryption: vintage::knows_encryption(now).then(|| activity.encryption.clone()),
        })
    }

    /// DeleteActivity: what is not there is no error.
    pub fn delete_activity(&mut self, request: DeleteActivity) -> Result<Nothing, ServiceError> {
        if let Arn::Activity { name } = Arn::parse(&request.arn, &[ACTIVITY])?
            && self.owns(&request.arn)
        {
            self.activities.remove(&name);
        }
        Ok(Nothing {})
    }

    pub fn list_activities(&mut self, request: ListActivities) -> Result<ActivityList, ServiceError> {
        let pager = self.pager("ListActivities", "", request.max_results, request.next_token.as_deref())?;
        let Page { items, next_token } = pager.page(self.activities.values(), |activity| (0, activity.name.clone()));
        let item = |activity: &Activity| ActivityItem {
            arn: activity.arn.clone(),
            name: activity.name.clone(),
            creation_date: activity.created,
        };
        Ok(ActivityList { activities: items.into_iter().map(item).collect(), next_token })
    }

    /// GetActivityTask: a long poll. In clock `leap` time goes on until a task is there, for at most a minute.
    pub fn get_activity_task(&mut self, request: GetActivityTask) -> Result<ActivityTask, ServiceError> {
        let name = self.activity(&request.arn)?.name.clone();
        self.run_due();
        let end = self.now + POLL;
        loop {
            let next = self.activities.get_mut(&name).and_then(|activity| activity.waiting.pop_front());
            let Some((token, input)) = next else {
                let leaps = self.settings.clock == Clock::Leap;
                let Some(at) = self.driver.agenda.next_time().filter(|at| leaps && *at <= end) else {
                    return Ok(ActivityTask { token: None, input: None });
                };
                let mut budget = 1_000_000;
                self.run_until(at, &mut budget);
                if budget == 0 {
                    return Ok(ActivityTask { token: None, input: None });
                }
                continue;
            };
            let now = self.now;
            let Some(held) = self.driver.held.get_mut(&token) else { continue };
            held.last_beat = now;
            let (run, engine_token, heartbeat) = (held.run, held.token, held.heartbeat);
            if !self.driver.run(run).is_some_and(|run| run.execution.is_waiting(engine_token)) {
                continue;
            }
            if let Some(heartbeat) = heartbeat {
                self.driver.agenda.add(now + heartbeat, Due::Heartbeat(token.clone()));
            }
            self.resolve(run, engine_token, Answer::Started { worker: request.worker });
            return Ok(ActivityTask { token: Some(token), input: Some(input.to_json().into()) });
        }
    }

    pub fn send_task_success(&mut self, request: SendTaskSuccess) -> Result<Nothing, ServiceError> {
        let output = Value::parse(&request.output)
            .map_err(|error| ServiceError::new("InvalidOutput", format!("Invalid Output: '{}'", error.message)))?;
        self.answer_token(&request.token, Answer::Succeeded(output))
    }

    pub fn send_task_failure(&mut self, request: SendTaskFailure) -> Result<Nothing, ServiceError> {
        let failure = Failure { error: request.error, cause: request.cause, heartbeat: false };
        self.answer_token(&request.token, Answer::Failed(failure))
    }

    pub fn send_task_heartbeat(&mut self, request: SendTaskHeartbeat) -> Result<Nothing, ServiceError> {
        self.check_token(&request.token)?;
        let now = self.now;
        if let Some(held) = self.driver.held.get_mut(&request.token) {
            held.last_beat = now;
        }
        Ok(Nothing {})
    }

    fn answer_token(&mut self, token: &Text, answer: Answer) -> Result<Nothing, ServiceError> {
        self.check_token(token)?;
        if let Some((run, engine_token)) = self.driver.held.get(token).map(|held| (held.run, held.token)) {
            self.resolve(run, engine_token, answer);
        }
        self.run_due();
        Ok(Nothing {})
    }

    /// Whether a task waits for the token at the present instant.
    fn check_token(&mut self, token: &Text) -> Result<(), ServiceError> {
        self.run_due();
        let Some(held) = self.driver.held.get(token) else { return Err(ServiceError::invalid_token()) };
        match self.driver.run(held.run).is_some_and(|run| run.execution.is_waiting(held.token)) {
            true => Ok(()),
            false => Err(ServiceError::new("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")),
        }
    }

    fn activity(&self, arn: &str) -> Result<&Activity, ServiceError> {
        let Arn::Activity { name } = Arn::parse(arn, &[ACTIVITY])? else {
            return Err(ServiceError::no_activity(arn));
        };
        self.activities.get(&name).filter(|_| self.owns(arn)).ok_or_else(|| ServiceError::no_activity(arn))
    }
}
