//! ItemReader: what the items of a Map in distributed mode are made from.

use super::super::super::run::Fault;
use super::super::super::strand::StrandId;
use super::super::super::{Execution, Failure, Now};
use crate::asl::program::{CsvConfig, InputType, ItemReader, Resource, State};
use crate::base::{Object, Text, Value};
use crate::engine::history::Record;

impl Execution {
    pub(super) fn reader_arguments<R: Record>(
        &self,
        now: &Now<'_, R>,
        id: StrandId,
        state: &State,
        reader: &ItemReader,
    ) -> Result<Value, Fault> {
        let input = self.effective_input(now, id, state)?;
        // A bad MaxItemsPath is found before anything is read.
        self.max_items(now, id, state, reader)?;
        match &reader.arguments {
            Some(template) => Ok(self.query(now.at, id, &input, |scope| template.evaluate(scope))?),
            None => Ok(Object::new().into()),
        }
    }

    fn max_items<R: Record>(
        &self,
        now: &Now<'_, R>,
        id: StrandId,
        state: &State,
        reader: &ItemReader,
    ) -> Result<Option<i64>, Fault> {
        self.map_integer(now, id, state, reader.max_items.as_ref(), "MaxItems")
    }

    /// The items in what the world has read.
    pub(super) fn read_items<R: Record>(
        &self,
        now: &Now<'_, R>,
        id: StrandId,
        state: &State,
        reader: &ItemReader,
        read: &Value,
    ) -> Result<Vec<Value>, Failure> {
        let failed = |cause: &str| Failure::new("States.ItemReaderFailed", cause);
        let max_items = self.max_items(now, id, state, reader).unwrap_or(None);
        let max_items = match max_items {
            None | Some(0) => usize::MAX,
            Some(count @ 1..) => usize::try_from(count).unwrap_or(usize::MAX),
            Some(_) => return Err(failed("field MaxItems must be positive")),
        };
        let mut items = match read {
            // A listing comes as it is.
            Value::Array(items) => items.to_vec(),
            Value::String(body) => parse_body(reader, body).map_err(|cause| failed(&cause))?,
            _ => return Err(failed("The ItemReader returned nothing that items can be read from.")),
        };
        items.truncate(max_items);
        Ok(items)
    }
}

/// Whether a reader lists objects instead of reading one.
pub(super) fn lists_objects(resource: &Resource) -> bool {
    matches!(resource, Resource::Service(service) if &*service.action == "listObjectsV2")
}

fn parse_body(reader: &ItemReader, body: &str) -> Result<Vec<Value>, String> {
    match reader.input_type {
        _ if lists_objects(&reader.resource) => Err("A listing is an array of objects.".into()),
        InputType::Json => {
            let value =
                Value::parse(body).map_err(|error| format!("Attempting to parse the JSON file failed: {error}"))?;
            let found = match &reader.items_pointer {
                Some(pointer) => {
                    value.pointer(pointer).ok_or_else(|| format!("ItemsPointer '{pointer}' points to nothing."))?
                }
                None => &value,
            };
            match found {
                Value::Array(items) => Ok(items.to_vec()),
                Value::Object(members) => Ok(members.iter().map(|(key, value)| pair(key, value)).collect()),
                _ => Err("Attempting to map over non-iterable node.".into()),
            }
        }
        InputType::Jsonl => {
            let lines = body.lines().filter(|line| !line.trim().is_empty());
            lines.map(|line| Value::parse(line).map_err(|error| format!("A line is not JSON: {error}"))).collect()
        }
        InputType::Csv => csv(body, &reader.csv),
        InputType::Manifest => {
            Err("S3 inventory manifests are not read here; list the objects or give their items as JSON.".into())
        }
        InputType::Parquet => Err("Parquet files are not read here; give the items as JSON, JSONL or CSV.".into()),
    }
}

/// A member of an object as an item.
fn pair(key: &Text, value: &Value) -> Value {
    Value::object([("Key", Value::String(key.clone())), ("Value", value.clone())])
}

/// Rows of a CSV text (RFC 4180) as objects by header.
fn csv(body: &str, config: &CsvConfig) -> Result<Vec<Value>, String> {
    let mut rows = csv_rows(body, config.delimiter.unwrap_or(',')).into_iter();
    let headers = match &config.headers {
        Some(headers) => headers.clone(),
        None => rows.next().unwrap_or_default().into_iter().map(Text::from).collect(),
    };
    for (n, header) in headers.iter().enumerate() {
        if headers.iter().take(n).any(|earlier| earlier == header) {
            return Err("CSV headers cannot contain duplicates.".into());
        }
    }
    let item = |row: Vec<String>| {
        let mut fields = row.into_iter();
        let members = headers.iter().map(|header| (header.clone(), Value::from(fields.next().unwrap_or_default())));
        Value::from(members.collect::<Object>())
    };
    Ok(rows.map(item).collect())
}

fn csv_rows(body: &str, delimiter: char) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut field = String::new();
    let mut quoted = false;
    let mut chars = body.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if field.is_empty() => quoted = true,
            c if quoted => field.push(c),
            c if c == delimiter => row.push(std::mem::take(&mut field)),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            c => field.push(c),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    // An empty line is no row.
    rows.retain(|row| row.len() > 1 || row.iter().any(|field| !field.is_empty()));
    rows
}
