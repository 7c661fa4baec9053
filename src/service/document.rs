//! An account as a document: what a workspace keeps of it. Executions are not kept; they can be started again.

use super::alias::Alias;
use super::arn::STATE_MACHINE;
use super::definition;
use super::router::{Route, Routing};
use super::state_machine::{CreatedWith, Revision, StateMachine, Type};
use super::tag::Tags;
use super::version::Version;
use super::{Account, Settings};
use crate::base::{Diagnostic, Object, Pointer, Span, Text, Time, Value};
use crate::engine::tasks::mock::MockConfiguration;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::rc::Rc;

impl Account {
    /// The state machines with their versions, aliases and behaviours, objects, and mock configuration.
    pub fn export(&self) -> Value {
        let mut document = Object::new();
        document.insert("accountId".into(), self.settings.account_id.clone().into());
        document.insert("region".into(), self.settings.region.clone().into());
        document.insert("seed".into(), Value::from(self.settings.seed));
        document.insert("startTime".into(), self.settings.start_time.to_rfc3339().into());
        let machines = self.machines.values().map(|machine| self.machine_document(machine));
        document.insert("stateMachines".into(), machines.collect());
        let activities: Vec<Value> = self.activities.keys().map(|name| Value::String(name.clone())).collect();
        if !activities.is_empty() {
            document.insert("activities".into(), Value::array(activities));
        }
        let objects: Vec<Value> = self
            .objects
            .iter()
            .map(|(bucket, key, body)| {
                Value::object(
                    [("bucket", bucket.clone()), ("key", key.clone()), ("body", body.clone())]
                        .map(|(k, v)| (k, Value::String(v))),
                )
            })
            .collect();
        if !objects.is_empty() {
            document.insert("objects".into(), Value::array(objects));
        }
        if let Some(mocks) = &self.mocks {
            document.insert("mockConfiguration".into(), mocks.document().clone());
        }
        document.into()
    }

    fn machine_document(&self, machine: &StateMachine) -> Value {
        let mut document = Object::new();
        document.insert("name".into(), machine.name.clone().into());
        if machine.kind == Type::Express {
            document.insert("type".into(), machine.kind.name().into());
        }
        document.insert("creationDate".into(), machine.created.to_rfc3339().into());
        revision_members(&machine.revision, &mut document);
        document.insert("updates".into(), Value::from(machine.updates));
        document.insert("nextVersion".into(), Value::from(machine.next_version));
        if let Some(behaviours) = self.behaviours(&machine.name, None) {
            document.insert("behaviours".into(), behaviours.clone());
        }
        let tags: Vec<Value> = machine
            .tags
            .iter()
            .map(|(key, value)| Value::object([("key", Value::String(key.clone())), ("value", value.clone().into())]))
            .collect();
        if !tags.is_empty() {
            document.insert("tags".into(), Value::array(tags));
        }
        let versions = machine.versions.values().map(|version| {
            let mut document = Object::new();
            document.insert("version".into(), Value::from(version.number));
            if let Some(description) = &version.description {
                document.insert("description".into(), description.clone().into());
            }
            document.insert("creationDate".into(), version.created.to_rfc3339().into());
            // The text of the present revision is told once.
            if !Rc::ptr_eq(&version.revision, &machine.revision) {
                revision_members(&version.revision, &mut document);
            }
            if let Some(behaviours) = self.behaviours(&machine.name, Some(version.number)) {
                document.insert("behaviours".into(), behaviours.clone());
            }
            Value::from(document)
        });
        document.insert("versions".into(), versions.collect());
        let aliases = machine.aliases.iter().map(|alias| {
            let mut document = Object::new();
            document.insert("name".into(), alias.name.clone().into());
            if let Some(description) = &alias.description {
                document.insert("description".into(), description.clone().into());
            }
            let routes = alias.routing.routes().iter().map(|route| {
                Value::object([
                    ("version", Value::from(route.version)),
                    ("weight", Value::from(u32::from(route.weight))),
                ])
            });
            document.insert("routes".into(), routes.collect());
            document.insert("creationDate".into(), alias.created.to_rfc3339().into());
            document.insert("updateDate".into(), alias.updated.to_rfc3339().into());
            Value::from(document)
        });
        document.insert("aliases".into(), aliases.collect());
        document.into()
    }

    /// The account of a document that [`Account::export`] made, or that somebody wrote.
    ///
    /// # Errors
    /// What is wrong with it, with a pointer.
    pub fn import(document: &Value) -> Result<Account, Vec<Diagnostic>> {
        let mut reader = Reader { findings: Vec::new() };
        let root = Pointer::root();
        if document.as_object().is_none() {
            reader.error(&root, "an account is an object", "");
            return Err(reader.findings);
        }
        let defaults = Settings::default();
        let settings = Settings {
            account_id: reader.text(document, &root, "accountId").unwrap_or(defaults.account_id),
            region: reader.text(document, &root, "region").unwrap_or(defaults.region),
            seed: reader.number(document, &root, "seed").unwrap_or(0),
            start_time: reader.time(document, &root, "startTime").unwrap_or(defaults.start_time),
            partition: defaults.partition,
            clock: defaults.clock,
        };
        if settings.account_id.len() != 12 || !settings.account_id.bytes().all(|byte| byte.is_ascii_digit()) {
            reader.error(&root.key("accountId"), "an account id has twelve digits", "such as \"123456789012\"");
        }
        let mut account = Account::new(settings);
        for (value, pointer) in reader.list(document, &root, "stateMachines") {
            reader.machine(&mut account, &value, &pointer);
        }
        for (value, pointer) in reader.list(document, &root, "activities") {
            match value.as_str() {
                Some(name) => {
                    let request = Value::object([("name", Value::from(name))]);
                    if let Err(error) = account.call("CreateActivity", &request) {
                        reader.error(&pointer, &error.message, "");
                    }
                }
                None => reader.error(&pointer, "the name of an activity is a string", ""),
            }
        }
        for (value, pointer) in reader.list(document, &root, "objects") {
            let part = |key: &str| value.get(key).and_then(Value::as_str);
            match (part("bucket"), part("key"), part("body")) {
                (Some(bucket), Some(key), Some(body)) => account.put_object(bucket, key, body),
                _ => reader.error(&pointer, "an object has `bucket`, `key` and `body`, all strings", ""),
            }
        }
        if let Some(mocks) = document.get("mockConfiguration") {
            match MockConfiguration::parse(&mocks.to_json()) {
                Ok(mocks) => account.set_mock_configuration(Some(mocks)),
                Err(findings) => reader.nested(&root.key("mockConfiguration"), findings),
            }
        }
        if reader.findings.is_empty() { Ok(account) } else { Err(reader.findings) }
    }
}

fn revision_members(revision: &Revision, document: &mut Object) {
    document.insert("definition".into(), revision.definition.clone().into());
    document.insert("roleArn".into(), revision.role_arn.clone().into());
    if let Some(id) = &revision.id {
        document.insert("revisionId".into(), id.clone().into());
    }
    document.insert("updateDate".into(), revision.updated.to_rfc3339().into());
}

struct Reader {
    findings: Vec<Diagnostic>,
}

impl Reader {
    fn error(&mut self, pointer: &Pointer, message: &str, help: &str) {
        let finding = Diagnostic::error("bad-account", pointer.clone(), Span::default(), message);
        self.findings.push(if help.is_empty() { finding } else { finding.help(help) });
    }

    /// What is wrong inside of a part, told with pointers from the root.
    fn nested(&mut self, pointer: &Pointer, findings: Vec<Diagnostic>) {
        for finding in findings {
            let inside = finding.pointer.parts().fold(pointer.clone(), |pointer, part| pointer.key(&part));
            self.findings.push(Diagnostic { pointer: inside, span: Span::default(), ..finding });
        }
    }

    fn text(&mut self, value: &Value, pointer: &Pointer, key: &str) -> Option<Text> {
        match value.get(key)? {
            Value::String(text) => Some(text.clone()),
            other => {
                self.error(&pointer.key(key), &format!("expected a string, found {}", other.type_name()), "");
                None
            }
        }
    }

    fn number(&mut self, value: &Value, pointer: &Pointer, key: &str) -> Option<u64> {
        let found = value.get(key)?;
        let number = found.as_i64().and_then(|number| u64::try_from(number).ok());
        if number.is_none() {
            self.error(&pointer.key(key), &format!("expected a whole number from 0, found {}", found.to_json()), "");
        }
        number
    }

    fn time(&mut self, value: &Value, pointer: &Pointer, key: &str) -> Option<Time> {
        let text = self.text(value, pointer, key)?;
        let time = Time::from_rfc3339(&text);
        if time.is_none() {
            self.error(&pointer.key(key), &format!("`{text}` is not a time"), "such as 2026-01-01T00:00:00Z");
        }
        time
    }

    fn list(&mut self, value: &Value, pointer: &Pointer, key: &str) -> Vec<(Value, Pointer)> {
        let pointer = pointer.key(key);
        match value.get(key) {
            None => Vec::new(),
            Some(Value::Array(items)) => {
                items.iter().enumerate().map(|(n, item)| (item.clone(), pointer.index(n))).collect()
            }
            Some(other) => {
                self.error(&pointer, &format!("expected an array, found {}", other.type_name()), "");
                Vec::new()
            }
        }
    }

    fn revision(&mut self, value: &Value, pointer: &Pointer, kind: Type, created: Time) -> Option<Rc<Revision>> {
        let Some(text) = self.text(value, pointer, "definition") else {
            self.error(pointer, "the field `definition` is required", "put the text of the definition there");
            return None;
        };
        let compiled = match definition::compile(&text, kind) {
            Ok(compiled) => compiled,
            Err(error) => {
                self.error(&pointer.key("definition"), &error.message, "");
                return None;
            }
        };
        Some(Rc::new(Revision {
            id: self.text(value, pointer, "revisionId"),
            definition: text,
            program: compiled.program,
            variable_references: compiled.variable_references,
            role_arn: self
                .text(value, pointer, "roleArn")
                .unwrap_or_else(|| "arn:aws:iam::123456789012:role/weir".into()),
            logging: super::configuration::Logging::default(),
            tracing: super::configuration::Tracing { enabled: false },
            encryption: super::configuration::Encryption::default(),
            updated: self.time(value, pointer, "updateDate").unwrap_or(created),
        }))
    }

    fn machine(&mut self, account: &mut Account, value: &Value, pointer: &Pointer) {
        let Some(name) = self.text(value, pointer, "name") else {
            return self.error(pointer, "the field `name` is required", "");
        };
        if !super::arn::is_name(&name) || name.chars().count() > 80 {
            return self.error(&pointer.key("name"), &format!("`{name}` is no name of a state machine"), "");
        }
        if account.machines.contains_key(&name) {
            return self.error(&pointer.key("name"), &format!("a second state machine named `{name}`"), "");
        }
        let kind = Type::from_name(&self.text(value, pointer, "type").unwrap_or_else(|| "STANDARD".into()));
        let created = self.time(value, pointer, "creationDate").unwrap_or(account.now);
        let Some(revision) = self.revision(value, pointer, kind, created) else { return };
        let mut machine = StateMachine {
            name: name.clone(),
            arn: account.arn(STATE_MACHINE, &name),
            kind,
            created,
            key: account.key.with_str("state machine").with(account.created),
            revision: Rc::clone(&revision),
            updates: self.number(value, pointer, "updates").and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
            next_version: 1,
            versions: BTreeMap::new(),
            aliases: Vec::new(),
            next_alias: 0,
            tags: Tags::default(),
            created_with: CreatedWith::default(),
            deleting: false,
            running: 0,
            started: 0,
            starts: BTreeMap::new(),
            names: FxHashMap::default(),
        };
        account.created += 1;
        let mut behaviours = vec![(None, value.get("behaviours").cloned(), pointer.key("behaviours"))];
        for (item, pointer) in self.list(value, pointer, "versions") {
            let number = self.number(&item, &pointer, "version").and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
            if number == 0 || machine.versions.contains_key(&number) {
                self.error(&pointer.key("version"), "versions are numbered from 1, each once", "");
                continue;
            }
            let created = self.time(&item, &pointer, "creationDate").unwrap_or(created);
            let revision = match item.get("definition") {
                Some(_) => self.revision(&item, &pointer, kind, created),
                None => Some(Rc::clone(&revision)),
            };
            let Some(revision) = revision else { continue };
            let description = self.text(&item, &pointer, "description");
            machine.versions.insert(number, Version { number, revision, description, created });
            machine.next_version = machine.next_version.max(number.saturating_add(1));
            behaviours.push((Some(number), item.get("behaviours").cloned(), pointer.key("behaviours")));
        }
        let next = self.number(value, pointer, "nextVersion").and_then(|n| u32::try_from(n).ok()).unwrap_or(1);
        machine.next_version = machine.next_version.max(next);
        for (item, pointer) in self.list(value, pointer, "aliases") {
            self.alias(&mut machine, &item, &pointer, created);
        }
        for (item, pointer) in self.list(value, pointer, "tags") {
            let (key, value) = (self.text(&item, &pointer, "key"), self.text(&item, &pointer, "value"));
            let tag = super::shapes::Tag { key, value };
            if let Ok(tags) = machine.tags.with(vec![tag]) {
                machine.tags = tags;
            }
        }
        account.machines.insert(name.clone(), machine);
        for (version, document, pointer) in behaviours {
            if let Some(document) = document
                && let Err(findings) = account.set_behaviours(&name, version, &document)
            {
                self.nested(&pointer, findings);
            }
        }
    }

    fn alias(&mut self, machine: &mut StateMachine, item: &Value, pointer: &Pointer, created: Time) {
        let Some(name) = self.text(item, pointer, "name") else {
            return self.error(pointer, "the field `name` is required", "");
        };
        let mut routes = Vec::new();
        for (route, pointer) in self.list(item, pointer, "routes") {
            let version = self.number(&route, &pointer, "version").and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
            let weight = self.number(&route, &pointer, "weight").and_then(|n| u8::try_from(n).ok()).unwrap_or(255);
            if !machine.versions.contains_key(&version) {
                self.error(&pointer.key("version"), &format!("there is no version {version}"), "");
                return;
            }
            routes.push(Route { version, weight });
        }
        match Routing::new(routes) {
            Ok(routing) => {
                let created = self.time(item, pointer, "creationDate").unwrap_or(created);
                machine.aliases.push(Alias {
                    name,
                    description: self.text(item, pointer, "description"),
                    routing,
                    created,
                    updated: self.time(item, pointer, "updateDate").unwrap_or(created),
                    number: machine.next_alias,
                });
                machine.next_alias += 1;
            }
            Err(error) => self.error(&pointer.key("routes"), &error.to_string(), ""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"{"accountId": "123456789012", "region": "eu-west-1", "seed": 7, "stateMachines": [{"name": "orders",
        "definition": "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true}}}",
        "versions": [{"version": 1, "description": "first", "definition": "{\"StartAt\": \"B\", \"States\": {\"B\": {\"Type\": \"Succeed\"}}}"},
                     {"version": 3, "behaviours": {"A": {"outcomes": [{"p": 0.1, "outcome": "error", "error": "E"}]}}}],
        "aliases": [{"name": "PROD", "routes": [{"version": 1, "weight": 90}, {"version": 3, "weight": 10}]}]}],
        "objects": [{"bucket": "b", "key": "k", "body": "1"}]}"#;

    #[test]
    fn what_is_exported_can_be_imported() {
        let account = Account::import(&Value::parse(DOCUMENT).unwrap()).unwrap();
        let document = account.export();
        let again = Account::import(&document).unwrap();
        assert_eq!(again.export(), document);
        let machine = again.machine("orders").unwrap();
        assert_eq!((machine.next_version, machine.versions.len(), machine.aliases.len()), (4, 2, 1));
        // The text of the present revision is that of version 3, so publishing it again gives version 3.
        assert_eq!(machine.version_of_revision().unwrap().number, 3);
    }

    #[test]
    fn mistakes_have_their_places() {
        for (from, to, pointer, part) in [
            ("123456789012", "12", "/accountId", "twelve digits"),
            ("\"weight\": 90", "\"weight\": 80", "/stateMachines/0/aliases/0/routes", "add up to 100"),
            (
                "\"version\": 1, \"weight\"",
                "\"version\": 2, \"weight\"",
                "/stateMachines/0/aliases/0/routes/0/version",
                "no version 2",
            ),
            ("\"p\": 0.1", "\"p\": 1.1", "/stateMachines/0/versions/1/behaviours/A/outcomes/0/p", ""),
            (
                "\\\"Type\\\": \\\"Succeed\\\"",
                "",
                "/stateMachines/0/versions/0/definition",
                "Invalid State Machine Definition",
            ),
            ("\"name\": \"orders\"", "\"name\": 1", "/stateMachines/0/name", "expected a string"),
        ] {
            let text = DOCUMENT.replacen(from, to, 1);
            let findings = Account::import(&Value::parse(&text).unwrap()).unwrap_err();
            let found =
                findings.iter().any(|finding| finding.pointer.as_str() == pointer && finding.message.contains(part));
            assert!(found, "{to}: {findings:?}");
        }
    }
}
