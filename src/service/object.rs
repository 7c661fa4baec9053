//! Objects that an ItemReader reads and a ResultWriter writes: what S3 is to this account.

use super::Account;
use crate::base::{Object, Text, Value};
use crate::engine::{Answer, Failure};
use std::collections::BTreeMap;

/// By bucket and key.
#[derive(Debug, Default)]
pub struct Objects {
    by_key: BTreeMap<(Text, Text), Text>,
}

impl Objects {
    /// GetObject, or ListObjectsV2.
    pub(super) fn read(&self, arguments: &Value, lists: bool) -> Answer {
        let text = |key: &str| arguments.get(key).and_then(Value::as_str).unwrap_or_default();
        let bucket = text("Bucket");
        // What a listing named is asked for by its key.
        if lists && arguments.get("Key").is_none() {
            let prefix = text("Prefix");
            let inside = self.by_key.iter().filter(|((b, key), _)| **b == *bucket && key.starts_with(prefix));
            return Answer::Succeeded(
                inside
                    .map(|((_, key), body)| {
                        Value::object([
                            ("Etag", Value::from("\"etag\"")),
                            ("LastModified", Value::from(0_i64)),
                            ("Key", key.clone().into()),
                            ("Size", Value::from(body.len())),
                            ("StorageClass", Value::from("STANDARD")),
                        ])
                    })
                    .collect(),
            );
        }
        match self.by_key.get(&(bucket.into(), text("Key").into())) {
            Some(body) => Answer::Succeeded(Value::String(body.clone())),
            None => Answer::Failed(Failure::new("S3.NoSuchKeyException", "The specified key does not exist.")),
        }
    }

    /// What a ResultWriter has made: some files in one bucket.
    pub(super) fn write(&mut self, arguments: &Value) -> Answer {
        let text = |of: &Value, key: &str| Text::from(of.get(key).and_then(Value::as_str).unwrap_or_default());
        let bucket = text(arguments, "Bucket");
        for file in arguments.get("Files").and_then(Value::as_array).into_iter().flat_map(|files| files.iter()) {
            self.by_key.insert((bucket.clone(), text(file, "Key")), text(file, "Body"));
        }
        Answer::Succeeded(arguments.get("Output").cloned().unwrap_or_else(|| Object::new().into()))
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Text, &Text, &Text)> {
        self.by_key.iter().map(|((bucket, key), body)| (bucket, key, body))
    }
}

impl Account {
    pub fn put_object(&mut self, bucket: &str, key: &str, body: &str) {
        self.objects.by_key.insert((bucket.into(), key.into()), body.into());
    }

    pub fn object(&self, bucket: &str, key: &str) -> Option<&Text> {
        self.objects.by_key.get(&(bucket.into(), key.into()))
    }

    pub fn objects(&self) -> &Objects {
        &self.objects
    }
}
