//! ResultWriter: where the results of a Map in distributed mode go.

use super::super::super::run::Fault;
use super::super::super::strand::StrandId;
use super::super::super::{ChildExecution, Execution, Failure, Now, Status};
use crate::asl::program::{ResultWriter, Transformation};
use crate::base::sort::sort_by_key;
use crate::base::{Array, Object, Text, Value};
use crate::engine::history::Record;

impl Execution {
    /// What is to be written, if anything is, and the result of the state without it.
    pub(super) fn written<R: Record>(
        &mut self,
        now: &Now<'_, R>,
        id: StrandId,
        writer: &ResultWriter,
    ) -> Result<(Option<Value>, Value), Failure> {
        let program = std::rc::Rc::clone(&self.program);
        let state = &program.states[self.strands[id].state];
        let Some(run) = self.group_mut(id).and_then(|group| group.run.as_ref()) else { return Ok((None, Value::Null)) };
        let run_arn = run.arn.clone();
        let mut children: Vec<ChildExecution<'_>> =
            self.children().filter(|child| child.identity.map_run_arn.as_ref() == Some(&run_arn)).collect();
        sort_by_key(&mut children, |child| child.index);
        let select = |wanted: fn(Status) -> bool| -> Vec<&ChildExecution<'_>> {
            children.iter().filter(|child| wanted(child.status)).collect()
        };
        let succeeded = transform(writer.transformation, &select(|status| status == Status::Succeeded));
        let failed = transform(Transformation::None, &select(|status| status == Status::Failed));
        if writer.resource.is_none() {
            return Ok((None, succeeded));
        }
        let target = match &writer.arguments {
            Some(template) => {
                let made = self
                    .effective_input(now, id, state)
                    .and_then(|input| self.query(now.at, id, &input, |scope| template.evaluate(scope)));
                made.map_err(|error| self.failure_of(id, state, Fault::Query(error)).0)?
            }
            None => Value::Null,
        };
        let text = |key: &str| target.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (bucket, prefix) = (text("Bucket"), text("Prefix"));
        let folder = run_arn.rsplit(':').next().unwrap_or_default();
        let base =
            if prefix.is_empty() { folder.to_owned() } else { format!("{}/{folder}", prefix.trim_end_matches('/')) };
        let mut files = Array::new();
        let mut index = Object::new();
        for (name, results) in [("FAILED", &failed), ("PENDING", &Value::array([])), ("SUCCEEDED", &succeeded)] {
            let mut listed = Array::new();
            if results.as_array().is_some_and(|results| !results.is_empty()) {
                let suffix = if writer.jsonl { "jsonl" } else { "json" };
                let key = format!("{base}/{name}_0.{suffix}");
                let body = if writer.jsonl { lines(results) } else { results.to_json() };
                listed.push(Value::object([("Key", Value::from(key.as_str())), ("Size", Value::from(body.len()))]));
                files.push(Value::object([("Key", Value::from(key)), ("Body", Value::from(body))]));
            }
            index.insert(name.into(), listed.into());
        }
        let manifest = Value::object([
            ("DestinationBucket", Value::from(bucket.as_str())),
            ("MapRunArn", Value::String(run_arn.clone())),
            ("ResultFiles", index.into()),
        ]);
        let key = format!("{base}/manifest.json");
        files.push(Value::object([("Key", Value::from(key.as_str())), ("Body", Value::from(manifest.to_json()))]));
        let details = Value::object([("Bucket", Value::from(bucket.as_str())), ("Key", Value::from(key))]);
        let output = Value::object([("MapRunArn", Value::String(run_arn)), ("ResultWriterDetails", details)]);
        let call =
            Value::object([("Bucket", Value::from(bucket)), ("Files", files.into()), ("Output", output.clone())]);
        Ok((Some(call), output))
    }
}

/// What the writer makes of child executions (WriterConfig, Transformation).
fn transform(transformation: Transformation, children: &[&ChildExecution<'_>]) -> Value {
    let output = |child: &ChildExecution<'_>| child.output.cloned().unwrap_or_default();
    match transformation {
        Transformation::None => children.iter().map(|child| description(child)).collect(),
        Transformation::Compact => children.iter().map(|child| output(child)).collect(),
        Transformation::Flatten => children
            .iter()
            .flat_map(|child| match output(child) {
                Value::Array(items) => items.to_vec(),
                other => vec![other],
            })
            .collect(),
    }
}

/// A child execution as DescribeExecution would tell it.
fn description(child: &ChildExecution<'_>) -> Value {
    let included = || Value::object([("Included", Value::Bool(true))]);
    let mut members: Vec<(&str, Value)> = vec![
        ("ExecutionArn", child.identity.arn.clone().into()),
        ("Input", child.input.to_json().into()),
        ("InputDetails", included()),
        ("Name", child.identity.name.clone().into()),
    ];
    if let Some(output) = child.output {
        members.push(("Output", output.to_json().into()));
        members.push(("OutputDetails", included()));
    }
    if let Some(failure) = child.failure {
        let fields = [("Cause", &failure.cause), ("Error", &failure.error)];
        members.extend(fields.into_iter().filter_map(|(key, text)| Some((key, Value::from(text.clone()?)))));
    }
    let redrivable = child.status != Status::Succeeded;
    members.push(("RedriveCount", Value::from(0_i64)));
    members.push(("RedriveStatus", if redrivable { "REDRIVABLE".into() } else { "NOT_REDRIVABLE".into() }));
    if !redrivable {
        members.push(("RedriveStatusReason", "Execution is SUCCEEDED and cannot be redriven".into()));
    }
    members.push(("StartDate", child.started.to_rfc3339().into()));
    members.push(("StateMachineArn", child.identity.state_machine_arn.clone().into()));
    members.push(("Status", child.status.name().into()));
    if let Some(stopped) = child.stopped {
        members.push(("StopDate", stopped.to_rfc3339().into()));
    }
    Value::object(members.into_iter().map(|(key, value)| (Text::from(key), value)))
}

fn lines(results: &Value) -> String {
    let items = results.as_array().map(|items| &items[..]).unwrap_or_default();
    items.iter().map(|item| item.to_json() + "\n").collect()
}
