//! An account for JavaScript.

use super::memory::make_room;
use super::{give, named, refused, take};
use crate::base::{Delay, Diagnostic, Pointer, Span, Time, Value};
use crate::engine::tasks::mock::MockConfiguration;
use crate::service::metrics::{Dimension, Metric};
use crate::service::{Account, Clock, ServiceError, Settings, aws_cli};
use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// An account of its own: state machines, versions, aliases, executions, and a clock.
#[wasm_bindgen(skip_typescript)]
#[derive(Debug)]
pub struct Playground {
    account: Account,
}

#[wasm_bindgen]
impl Playground {
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue) -> Result<Playground, JsValue> {
        let options = if options.is_null() { JsValue::UNDEFINED } else { options };
        Ok(Playground { account: Account::new(settings(&take(&options)?)?) })
    }

    /// Calls an operation; throws an `Error` named as AWS names the exception.
    pub fn call(&mut self, operation: &str, request: JsValue) -> Result<JsValue, JsValue> {
        make_room();
        let request = take(&request)?;
        let response = self.account.call(operation, &request).map_err(|error| thrown(&error))?;
        give(&response)
    }

    /// Answers a request of AWS JSON 1.0.
    pub fn request(&mut self, target: &str, body: &str) -> Promise<Object> {
        make_room();
        let response = self.account.request(target, body);
        let answer = Object::new();
        // Plain properties of a plain object: they cannot fail.
        let _ = Reflect::set(&answer, &"status".into(), &f64::from(response.status).into());
        let _ = Reflect::set(&answer, &"body".into(), &response.body.into());
        Promise::resolve(&answer)
    }

    /// Moves time: `{seconds, milliseconds}`.
    pub fn advance(&mut self, by: JsValue) -> Result<(), JsValue> {
        let by = take(&by)?;
        let part = |key: &str| match by.get(key) {
            None => Ok(0.0),
            Some(value) => value
                .as_f64()
                .filter(|value| *value >= 0.0)
                .ok_or_else(|| named("RangeError", &format!("`{key}` must be a number from 0"))),
        };
        let seconds = part("seconds")? + part("milliseconds")? / 1000.0;
        self.account.advance(Delay::from_secs_f64(seconds));
        Ok(())
    }

    /// The present, such as `2026-01-01T00:00:00Z`.
    #[wasm_bindgen(getter)]
    pub fn now(&self) -> String {
        self.account.now().to_rfc3339()
    }

    /// `"leap"` or `"manual"`.
    #[wasm_bindgen(js_name = setClock)]
    pub fn set_clock(&mut self, clock: &str) -> Result<(), JsValue> {
        self.account.set_clock(clock_named(clock)?);
        Ok(())
    }

    #[wasm_bindgen(js_name = setMockConfiguration)]
    pub fn set_mock_configuration(&mut self, file: JsValue) -> Result<(), JsValue> {
        if file.is_null() || file.is_undefined() {
            self.account.set_mock_configuration(None);
            return Ok(());
        }
        let text = match file.as_string() {
            Some(text) => text,
            None => take(&file)?.to_json(),
        };
        let mocks = MockConfiguration::parse(&text).map_err(|findings| refused(&findings))?;
        self.account.set_mock_configuration(Some(mocks));
        Ok(())
    }

    /// How tasks behave: rules by the name of the state, for a version or (with null) the unpublished definition.
    #[wasm_bindgen(js_name = setBehaviours)]
    pub fn set_behaviours(&mut self, machine: &str, version: Option<u32>, rules: JsValue) -> Result<(), JsValue> {
        let rules = take(&rules)?;
        self.account.set_behaviours(machine, version, &rules).map_err(|findings| refused(&findings))
    }

    #[wasm_bindgen(js_name = putObject)]
    pub fn put_object(&mut self, object: JsValue) -> Result<(), JsValue> {
        let object = take(&object)?;
        let part = |key: &str| {
            let text = object.get(key).and_then(Value::as_str);
            text.ok_or_else(|| named("TypeError", &format!("putObject needs `{key}`, a string")))
        };
        let (bucket, key, body) = (part("bucket")?, part("key")?, part("body")?);
        self.account.put_object(bucket, key, body);
        Ok(())
    }

    /// The body of an object, or undefined.
    #[wasm_bindgen(js_name = getObject)]
    pub fn get_object(&self, bucket: &str, key: &str) -> Option<String> {
        self.account.object(bucket, key).map(|body| body.to_string())
    }

    /// Runs a command such as `aws stepfunctions list-state-machines` and gives what it prints.
    #[wasm_bindgen(js_name = awsCli)]
    pub fn aws_cli(&mut self, line: &str) -> Result<String, JsValue> {
        aws_cli::run(&mut self.account, line).map_err(|error| named("AwsCliError", &error))
    }

    /// What may follow what was typed so far of a command: whole words.
    #[wasm_bindgen(js_name = awsCliCompletions)]
    pub fn aws_cli_completions(&self, line: &str) -> Vec<String> {
        aws_cli::complete(line)
    }

    /// Data points by minute: `{stateMachineArn, metricName, version?, alias?}`.
    pub fn metrics(&self, query: JsValue) -> Result<JsValue, JsValue> {
        let query = take(&query)?;
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
        let points = self.account.metrics().points(arn, metric, &dimension).map(|(at, points)| {
            Value::object([
                ("timestamp", Value::from(at.to_rfc3339())),
                ("sum", points.sum.into()),
                ("sampleCount", Value::from(points.sample_count)),
                ("minimum", points.minimum.into()),
                ("maximum", points.maximum.into()),
            ])
        });
        give(&points.collect::<Value>())
    }

    /// All that the account keeps, as a document; executions are not part of it.
    pub fn export(&self) -> Result<JsValue, JsValue> {
        give(&self.account.export())
    }

    /// Becomes the account of a document.
    pub fn restore(&mut self, document: JsValue) -> Result<(), JsValue> {
        self.account = Account::import(&take(&document)?).map_err(|findings| refused(&findings))?;
        Ok(())
    }

    /// Becomes an empty account.
    pub fn reset(&mut self) {
        self.account = Account::new(self.account.settings().clone());
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
