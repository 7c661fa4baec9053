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
        if lists {
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

    pub(super) fn write(&mut self, arguments: &Value) -> Answer {
        let text = |key: &str| Text::from(arguments.get(key).and_then(Value::as_str).unwrap_or_default());
        let body = match arguments.get("Body") {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_json().into(),
            None => "".into(),
        };
        self.by_key.insert((text("Bucket"), text("Key")), body);
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
