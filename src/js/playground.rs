//! An account for JavaScript.

use super::memory::make_room;
use super::{named, refused, take};
use crate::base::{Delay, Diagnostic, Pointer, Span, Time, Value};
use crate::engine::tasks::mock::MockConfiguration;
use crate::service::metrics::{Dimension, Metric};
use crate::service::{Account, Clock, ServiceError, Settings, aws_cli};
use crate::workspace::Workspace;
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// An account of its own: state machines, versions, aliases, executions, and a clock. `www/npm/playground.js` wraps it.
#[wasm_bindgen(skip_typescript)]
#[derive(Debug)]
pub struct Playground {
    workspace: Workspace,
    /// Whether a draft was given that is not the definition of its machine.
    has_draft: bool,
}

#[wasm_bindgen]
impl Playground {
    /// Of the JSON text of its options.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &str) -> Result<Playground, JsValue> {
        let account = Account::new(settings(&take(options)?)?);
        Ok(Playground {
            workspace: Workspace { account, machine: "".into(), draft: "".into(), ..Workspace::empty() },
            has_draft: false,
        })
    }

    /// Calls an operation with the JSON text of a request and gives that of the response; throws an `Error` named as AWS
    /// names the exception.
    pub fn call(&mut self, operation: &str, request: &str) -> Result<String, JsValue> {
        make_room();
        let request = take(request)?;
        let response = self.workspace.account.call(operation, &request).map_err(|error| thrown(&error))?;
        Ok(response.to_json())
    }

    /// Answers a request of AWS JSON 1.0.
    pub fn request(&mut self, target: &str, body: &str) -> Object {
        make_room();
        let response = self.workspace.account.request(target, body);
        let answer = Object::new();
        // Plain properties of a plain object: they cannot fail.
        let _ = Reflect::set(&answer, &"status".into(), &f64::from(response.status).into());
        let _ = Reflect::set(&answer, &"body".into(), &response.body.into());
        answer
    }

    /// Moves time by so many seconds.
    pub fn advance(&mut self, seconds: f64) {
        self.workspace.account.advance(Delay::from_secs_f64(seconds));
    }

    /// The present, such as `2026-01-01T00:00:00Z`.
    #[wasm_bindgen(getter)]
    pub fn now(&self) -> String {
        self.workspace.account.now().to_rfc3339()
    }

    /// `"leap"` or `"manual"`.
    #[wasm_bindgen(js_name = setClock)]
    pub fn set_clock(&mut self, clock: &str) -> Result<(), JsValue> {
        self.workspace.account.set_clock(clock_named(clock)?);
        Ok(())
    }

    #[wasm_bindgen(js_name = setMockConfiguration)]
    pub fn set_mock_configuration(&mut self, file: Option<String>) -> Result<(), JsValue> {
        let mocks = file.map(|text| MockConfiguration::parse(&text).map_err(|findings| refused(&findings)));
        self.workspace.account.set_mock_configuration(mocks.transpose()?);
        Ok(())
    }

    /// How tasks behave: rules by the name of the state, for a version or (without one) the unpublished definition.
    #[wasm_bindgen(js_name = setBehaviours)]
    pub fn set_behaviours(&mut self, machine: &str, version: Option<u32>, rules: &str) -> Result<(), JsValue> {
        let rules = take(rules)?;
        self.workspace.account.set_behaviours(machine, version, &rules).map_err(|findings| refused(&findings))
    }

    #[wasm_bindgen(js_name = putObject)]
    pub fn put_object(&mut self, bucket: &str, key: &str, body: &str) {
        self.workspace.account.put_object(bucket, key, body);
    }

    /// The body of an object, or undefined.
    #[wasm_bindgen(js_name = getObject)]
    pub fn get_object(&self, bucket: &str, key: &str) -> Option<String> {
        self.workspace.account.object(bucket, key).map(|body| body.to_string())
    }

    /// Runs a command such as `aws stepfunctions list-state-machines` and gives what it prints.
    #[wasm_bindgen(js_name = awsCli)]
    pub fn aws_cli(&mut self, line: &str) -> Result<String, JsValue> {
        aws_cli::run(&mut self.workspace.account, line).map_err(|error| named("AwsCliError", &error))
    }

    /// What may follow what was typed so far of a command: whole words.
    #[wasm_bindgen(js_name = awsCliCompletions)]
    pub fn aws_cli_completions(&self, line: &str) -> Vec<String> {
        aws_cli::complete(line)
    }

    /// Data points by minute: `{stateMachineArn, metricName, version?, alias?}`.
    pub fn metrics(&self, query: &str) -> Result<String, JsValue> {
        let query = take(query)?;
        let text = |key: &str| query.get(key).and_then(Value::as_str);
        let metric = match text("metricName").unwrap_or_default() {
            "ExecutionsStarted" => Metric::ExecutionsStarted,
            "ExecutionsSucceeded" => Metric::ExecutionsSucceeded,
            "ExecutionsFailed" => Metric::ExecutionsFailed,
            "ExecutionsTimedOut" => Metric::ExecutionsTimedOut,
            "ExecutionsAborted" => Metric::ExecutionsAborted,
            "ExecutionTime" => Metric::ExecutionTime,
            "ExecutionsRedriven" => Metric::ExecutionsRedriven,
            other => return Err(named("RangeError", &format!("there is no metric `{other}`"))),
        };
        let version = query.get("version").and_then(Value::as_i64).and_then(|number| u32::try_from(number).ok());
        let dimension = match (version, text("alias")) {
            (None, None) => Dimension::StateMachine,
            (Some(version), None) => Dimension::Version(version),
            (None, Some(alias)) => Dimension::Alias(alias.into()),
            (Some(_), Some(_)) => {
                return Err(named("RangeError", "there is no metric of a version and an alias together"));
            }
        };
        let arn = text("stateMachineArn").unwrap_or_default();
        let points = self.workspace.account.metrics().points(arn, metric, &dimension).map(|(at, points)| {
            Value::object([
                ("timestamp", Value::from(at.to_rfc3339())),
                ("sum", points.sum.into()),
                ("sampleCount", Value::from(points.sample_count)),
                ("minimum", points.minimum.into()),
                ("maximum", points.maximum.into()),
            ])
        });
        Ok(points.collect::<Value>().to_json())
    }

    /// The workspace document, as its JSON text; executions are not part of it.
    pub fn export(&mut self) -> String {
        let workspace = &mut self.workspace;
        if workspace.account.machine(&workspace.machine).is_none() {
            let first = workspace.account.machines().next();
            workspace.machine = first.map_or_else(|| "".into(), |machine| machine.name.clone());
            self.has_draft = false;
        }
        if !self.has_draft {
            let machine = workspace.account.machine(&workspace.machine);
            workspace.draft = machine.map_or_else(|| "".into(), |machine| machine.revision.definition.clone());
        }
        workspace.to_json()
    }

    /// Becomes the account of a workspace document.
    pub fn restore(&mut self, document: &str) -> Result<(), JsValue> {
        let mut workspace = Workspace::parse(document).map_err(|findings| refused(&findings))?;
        // A page shows a machine even where there is none; here none is none.
        if let Some(account) = take(document)?.get("account") {
            workspace.account = Account::import(account).map_err(|findings| refused(&findings))?;
        }
        let machine = workspace.account.machine(&workspace.machine);
        self.has_draft = machine.is_some_and(|machine| machine.revision.definition != workspace.draft);
        self.workspace = workspace;
        Ok(())
    }

    /// Becomes an empty account.
    pub fn reset(&mut self) {
        self.workspace.account = Account::new(self.workspace.account.settings().clone());
    }
}

fn thrown(error: &ServiceError) -> JsValue {
    let thrown = named(error.code, &error.message);
    if let Some(reason) = error.reason {
        let _ = Reflect::set(&thrown, &"reason".into(), &reason.into());
    }
    thrown
}

fn clock_named(name: &str) -> Result<Clock, JsValue> {
    match name {
        "leap" => Ok(Clock::Leap),
        "manual" => Ok(Clock::Manual),
        other => Err(named("RangeError", &format!("a clock is \"leap\" or \"manual\", not \"{other}\""))),
    }
}

fn settings(options: &Value) -> Result<Settings, JsValue> {
    let bad = |key: &str, message: &str| {
        let place = Pointer::root().key(key);
        refused(&[Diagnostic::error("bad-option", place, Span::default(), message)])
    };
    let known = ["seed", "accountId", "region", "startTime", "clock"];
    let Some(members) = options.as_object() else { return Err(named("TypeError", "the options are an object")) };
    if let Some(unknown) = members.keys().find(|key| !known.contains(&&***key)) {
        return Err(bad(unknown, &format!("there is no option `{unknown}`; there are {}", known.join(", "))));
    }
    let text = |key: &str| match options.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(bad(key, "expected a string")),
    };
    let mut settings = Settings::default();
    if let Some(account) = text("accountId")? {
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(bad("accountId", "an account id has twelve digits"));
        }
        settings.account_id = account;
    }
    if let Some(region) = text("region")? {
        let is_region = region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if region.is_empty() || !is_region {
            return Err(bad("region", "a region is such as us-east-1"));
        }
        settings.region = region;
    }
    if let Some(start) = text("startTime")? {
        settings.start_time = Time::from_rfc3339(&start)
            .ok_or_else(|| bad("startTime", "expected a time such as 2026-01-01T00:00:00Z"))?;
    }
    if let Some(clock) = text("clock")? {
        settings.clock = clock_named(&clock)?;
    }
    if let Some(seed) = options.get("seed") {
        let seed = seed.as_i64().and_then(|seed| u64::try_from(seed).ok());
        settings.seed = seed.ok_or_else(|| bad("seed", "a seed is a whole number from 0"))?;
    }
    Ok(settings)
}
