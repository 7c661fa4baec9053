//! ItemReader: what the items of a Map in distributed mode are made from.

use super::super::super::run::Fault;
use super::super::super::strand::StrandId;
use super::super::super::{Execution, Failure, Now};
use super::super::map::pair;
use crate::asl::program::{CsvConfig, InputType, ItemReader, Manifest, State};
use crate::base::{Object, Text, Value};
use crate::engine::history::Record;
use crate::engine::vintage;
use std::collections::VecDeque;

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

    /// Takes what the world has read: the items, or what is to be read next.
    pub(super) fn read<R: Record>(
        &self,
        now: &Now<'_, R>,
        id: StrandId,
        state: &State,
        reader: &ItemReader,
        reading: &mut Reading,
        read: &Value,
    ) -> Result<Read, Failure> {
        let failed = |cause: &str| Failure::new("States.ItemReaderFailed", cause);
        let max_items = self.max_items(now, id, state, reader).unwrap_or(None);
        let max_items = match max_items {
            None | Some(0) => usize::MAX,
            Some(count @ 1..) => usize::try_from(count).unwrap_or(usize::MAX),
            Some(_) => return Err(failed("field MaxItems must be positive")),
        };
        reading.take(reader, read, vintage::maps_objects(now.at)).map_err(|cause| failed(&cause))?;
        reading.items.truncate(max_items);
        if reading.items.len() < max_items
            && let Some(next) = reading.further.pop_front()
        {
            let arguments = Value::object([
                ("Bucket", Value::String(next.bucket.clone())),
                ("Key", Value::String(next.key.clone())),
            ]);
            reading.at = next;
            return Ok(Read::Next(arguments));
        }
        Ok(Read::All(std::mem::take(&mut reading.items)))
    }
}

/// An item and where it comes from.
#[derive(Debug)]
pub(super) struct ReadItem {
    pub value: Value,
    /// Whether it is a pair of an object.
    pub keyed: bool,
    pub source: Text,
}

/// What a Map Run has read so far.
#[derive(Debug)]
pub(super) struct Reading {
    /// What is being read.
    at: Location,
    /// Objects that a listing or a manifest has named, and what is in them.
    further: VecDeque<Location>,
    within: Option<Format>,
    items: Vec<ReadItem>,
}

#[derive(Debug)]
struct Location {
    bucket: Text,
    /// Nothing for a listing.
    key: Text,
}

#[derive(Clone, Debug)]
enum Format {
    Given(InputType),
    /// Rows of an S3 inventory, whose columns its manifest names.
    Inventory(Vec<Text>),
}

/// What reading has come to.
pub(super) enum Read {
    All(Vec<ReadItem>),
    /// An object is to be read, by these arguments.
    Next(Value),
}

impl Reading {
    pub fn of(arguments: &Value) -> Reading {
        let text = |key: &str| Text::from(arguments.get(key).and_then(Value::as_str).unwrap_or_default());
        let at = Location { bucket: text("Bucket"), key: text("Key") };
        Reading { at, further: VecDeque::new(), within: None, items: Vec::new() }
    }

    fn source(&self) -> Text {
        let Location { bucket, key } = &self.at;
        if key.is_empty() { format!("S3://{bucket}").into() } else { format!("S3://{bucket}/{key}").into() }
    }

    fn take(&mut self, reader: &ItemReader, read: &Value, objects: bool) -> Result<(), String> {
        let body = || read.as_str().ok_or("The ItemReader returned nothing that items can be read from.");
        if let Some(format) = &self.within {
            let (values, keyed) = parse(format, reader, body()?, objects)?;
            self.add(values, keyed);
            return Ok(());
        }
        match (read, reader.manifest) {
            (Value::Array(listed), _) if reader.flatten => {
                let keys = listed.iter().filter_map(|object| object.get("Key").and_then(Value::as_str));
                let bucket = &self.at.bucket;
                self.further = keys.map(|key| Location { bucket: bucket.clone(), key: key.into() }).collect();
                self.within = Some(Format::Given(reader.input_type));
            }
            // A listing comes as it is.
            (Value::Array(listed), _) => {
                self.at.key = "".into();
                self.add(listed.to_vec(), false);
            }
            (_, Some(Manifest::Inventory)) => {
                let (files, columns) = inventory(body()?)?;
                self.further = files;
                self.within = Some(Format::Inventory(columns));
            }
            (_, Some(Manifest::Athena)) => {
                self.further = body()?.lines().filter_map(location).collect();
                self.within = Some(Format::Given(reader.input_type));
            }
            (_, None) => {
                let (values, keyed) = parse(&Format::Given(reader.input_type), reader, body()?, objects)?;
                self.add(values, keyed);
            }
        }
        Ok(())
    }

    fn add(&mut self, values: Vec<Value>, keyed: bool) {
        let source = self.source();
        self.items.extend(values.into_iter().map(|value| ReadItem { value, keyed, source: source.clone() }));
    }
}

/// `s3://bucket/key`, as the manifests of Athena name the files of a query.
fn location(line: &str) -> Option<Location> {
    let (bucket, key) = line.trim().trim_matches('"').strip_prefix("s3://")?.split_once('/')?;
    Some(Location { bucket: bucket.into(), key: key.into() })
}

/// The files of an S3 inventory and the names of their columns, by its manifest.
fn inventory(body: &str) -> Result<(VecDeque<Location>, Vec<Text>), String> {
    let manifest = Value::parse(body).map_err(|error| format!("The manifest is not JSON: {error}"))?;
    let text =
        |key: &str| manifest.get(key).and_then(Value::as_str).ok_or_else(|| format!("The manifest has no `{key}`."));
    if text("fileFormat")? != "CSV" {
        return Err("Only inventories in CSV are read.".into());
    }
    let bucket = text("destinationBucket")?;
    let bucket: Text = bucket.rsplit(":::").next().unwrap_or(bucket).into();
    let columns = text("fileSchema")?.split(',').map(|column| column.trim().into()).collect();
    let files = manifest.get("files").and_then(Value::as_array).ok_or("The manifest has no `files`.")?;
    let keys = files.iter().filter_map(|file| file.get("key").and_then(Value::as_str));
    Ok((keys.map(|key| Location { bucket: bucket.clone(), key: key.into() }).collect(), columns))
}

/// The items in the text of an object, and whether they are the pairs of one in JSON.
fn parse(format: &Format, reader: &ItemReader, body: &str, objects: bool) -> Result<(Vec<Value>, bool), String> {
    let items = match format {
        Format::Inventory(columns) => csv(body, &CsvConfig { headers: Some(columns.clone()), delimiter: None })?,
        Format::Given(InputType::Json) => {
            let value =
                Value::parse(body).map_err(|error| format!("Attempting to parse the JSON file failed: {error}"))?;
            let found = match &reader.items_pointer {
                Some(pointer) => {
                    value.pointer(pointer).ok_or_else(|| format!("ItemsPointer '{pointer}' points to nothing."))?
                }
                None => &value,
            };
            match found {
                Value::Array(items) => items.to_vec(),
                Value::Object(members) if objects => {
                    return Ok((members.iter().map(|(key, value)| pair(key, value)).collect(), true));
                }
                _ => return Err("Attempting to map over non-iterable node.".into()),
            }
        }
        Format::Given(InputType::Jsonl) => {
            let lines = body.lines().filter(|line| !line.trim().is_empty());
            let line = |line| Value::parse(line).map_err(|error| format!("A line is not JSON: {error}"));
            lines.map(line).collect::<Result<_, _>>()?
        }
        Format::Given(InputType::Csv) => csv(body, &reader.csv)?,
        Format::Given(InputType::Parquet) => {
            return Err("Parquet files are not read here; give the items as JSON, JSONL or CSV.".into());
        }
    };
    Ok((items, false))
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
