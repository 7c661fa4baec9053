//! An account in a region: all that the service keeps. Two accounts share nothing.

use super::activity::Activity;
use super::answer::Behaviours;
use super::driver::Driver;
use super::metrics::Metrics;
use super::object::Objects;
use super::shape::Dates;
use super::state_machine::StateMachine;
use crate::base::{Key, Text, Time};
use crate::engine::tasks::mock::MockConfiguration;
use std::collections::BTreeMap;
use std::rc::Rc;

/// How virtual time passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// Whoever asks about executions lets time leap from event to event, until all have ended or only task tokens and
    /// activities hold them.
    #[default]
    Leap,
    /// Time moves only by [`Account::advance`].
    Manual,
}

/// What an account starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Twelve digits.
    pub account_id: Text,
    pub region: Text,
    pub partition: Text,
    pub start_time: Time,
    /// What ids, draws and tokens are made of.
    pub seed: u64,
    pub clock: Clock,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            account_id: "123456789012".into(),
            region: "us-east-1".into(),
            partition: "aws".into(),
            // 2026-01-01T00:00:00Z
            start_time: Time::from_millis(1_767_225_600_000),
            seed: 0,
            clock: Clock::Leap,
        }
    }
}

#[derive(Debug)]
pub struct Account {
    pub(super) settings: Settings,
    /// `arn:aws:states:us-east-1:123456789012:`
    pub(super) prefix: Text,
    pub(super) key: Key,
    pub(super) now: Time,
    pub(super) machines: BTreeMap<Text, StateMachine>,
    pub(super) activities: BTreeMap<Text, Activity>,
    pub(super) driver: Driver,
    pub(super) objects: Objects,
    pub(super) metrics: Metrics,
    pub(super) mocks: Option<Rc<MockConfiguration>>,
    pub(super) behaviours: Behaviours,
    /// How many state machines were created, deleted ones included.
    pub(super) created: u64,
    /// How the request under way wants instants told.
    pub(super) dates: Dates,
}

impl Account {
    pub fn new(settings: Settings) -> Account {
        let prefix = format!("arn:{}:states:{}:{}:", settings.partition, settings.region, settings.account_id);
        Account {
            prefix: prefix.into(),
            key: Key::new(settings.seed),
            now: settings.start_time,
            settings,
            machines: BTreeMap::new(),
            activities: BTreeMap::new(),
            driver: Driver::default(),
            objects: Objects::default(),
            metrics: Metrics::default(),
            mocks: None,
            behaviours: Behaviours::default(),
            created: 0,
            dates: Dates::Iso,
        }
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The present.
    pub fn now(&self) -> Time {
        self.now
    }

    pub fn set_clock(&mut self, clock: Clock) {
        self.settings.clock = clock;
    }

    /// Task answers from a file of Step Functions Local; an execution asks for a test case by starting
    /// `<state machine ARN>#<test case>`.
    pub fn set_mock_configuration(&mut self, mocks: Option<MockConfiguration>) {
        self.mocks = mocks.map(Rc::new);
    }

    pub fn mock_configuration(&self) -> Option<&Rc<MockConfiguration>> {
        self.mocks.as_ref()
    }

    pub(super) fn arn(&self, kind: &str, rest: &str) -> Text {
        format!("{}{kind}:{rest}", self.prefix).into()
    }

    /// Whether an ARN is of this account and region.
    pub(super) fn owns(&self, arn: &str) -> bool {
        arn.starts_with(&*self.prefix)
    }
}
