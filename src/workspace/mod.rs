//! What is kept: one document with the account, the text that is being written, inputs, and the settings of simulations.
//!
//! A host keeps its JSON text, gives it as a file, or packs it into a link ([`link`]). Executions are not part of it:
//! whoever has the document can start them again and sees the same. Nothing here stores or fetches anything.
//!
//! ```
//! use weir::workspace::{Workspace, link};
//! let workspace = Workspace::example();
//! let fragment = link::encode(&workspace.to_json());
//! let again = Workspace::parse(&link::decode(&fragment).unwrap()).unwrap();
//! assert_eq!(again.to_json(), workspace.to_json());
//! assert!(Workspace::parse("{\"weir\": 2}").unwrap_err()[0].message.contains("newer"));
//! ```

pub mod embed;
pub mod export;
pub mod import;
pub mod link;

use crate::base::document::{Findings, Place};
use crate::base::sort::{sort, sort_by_key};
use crate::base::value::read;
use crate::base::{Diagnostic, Object, Pointer, Span, Text, Value};
use crate::service::Account;
use crate::simulation::presets::PRESETS;
use std::rc::Rc;

/// The version of the document that is written here. Older ones are brought up to it when they are read.
pub const VERSION: i64 = 1;

/// The published schema of the document (JSON Schema, draft 2020-12).
pub const SCHEMA: &str = include_str!("schema.json");

/// Texts longer than this are refused before they are read.
pub const MAX_LENGTH: usize = 20_000_000;

#[derive(Debug)]
pub struct Workspace {
    pub account: Account,
    /// The name of the state machine that is looked at; the account has it.
    pub machine: Text,
    /// The text of its definition as it is being written: it may be broken.
    pub draft: Text,
    /// Input classes, as scenario documents have them: `[{"name", "weight", "json"}]`.
    pub inputs: Value,
    /// The members of a scenario that do not come from the account: traffic, alarms, strategy, seed, …
    pub simulation: Value,
    /// Where things stand on the page; whatever the page makes of it.
    pub layout: Value,
}

impl Workspace {
    /// The order workflow in two versions, of which the second fails its charge for 5 % of the orders, and `PROD`, which
    /// sends 10 % of the executions to it.
    pub fn example() -> Workspace {
        let scenario = include_str!("../../www/examples/order.scenario.json");
        let draft = include_str!("../../www/examples/order.asl.json");
        Workspace::from_scenario(scenario, "orders", Some(draft))
            // INVARIANT: a test reads it.
            .unwrap_or_else(|_| Workspace::empty())
    }

    /// One machine with nothing in it.
    pub fn empty() -> Workspace {
        let mut account = Account::new(crate::service::Settings::default());
        let definition = "{\n  \"StartAt\": \"First\",\n  \"States\": {\n    \"First\": {\n      \"Type\": \"Pass\",\n      \"End\": true\n    }\n  }\n}\n";
        let request = Value::object([
            ("name", Value::from("workflow")),
            ("definition", definition.into()),
            ("roleArn", ROLE.into()),
        ]);
        // A definition of ours on an empty account: it is not refused.
        let _ = account.call("CreateStateMachine", &request);
        Workspace {
            account,
            machine: "workflow".into(),
            draft: definition.into(),
            inputs: Value::array([]),
            simulation: default_simulation(),
            layout: Object::new().into(),
        }
    }

    /// A scenario of the gallery: `orders`, `empty`, or one of the presets.
    ///
    /// # Errors
    /// Which there are, where there is none of this id.
    pub fn of_gallery(id: &str) -> Result<Workspace, String> {
        match id {
            "orders" => return Ok(Workspace::example()),
            "empty" => return Ok(Workspace::empty()),
            _ => {}
        }
        let preset = PRESETS.iter().find(|preset| preset.id == id);
        let workspace = preset.and_then(|preset| Workspace::from_scenario(preset.document, "workflow", None).ok());
        workspace.ok_or_else(|| {
            let known = PRESETS.iter().map(|preset| preset.id).collect::<Vec<_>>().join(", ");
            format!(
                "there is no scenario `{}`; there are orders, empty, {known}",
                id.chars().take(40).collect::<String>()
            )
        })
    }

    /// A workspace around a scenario document: its versions are published, its alias is made.
    ///
    /// # Errors
    /// What is wrong with the scenario.
    pub fn from_scenario(text: &str, machine: &str, draft: Option<&str>) -> Result<Workspace, Vec<Diagnostic>> {
        let scenario = Value::parse(text)
            .map_err(|error| vec![Diagnostic::error("syntax", Pointer::root(), error.span, &error.message)])?;
        let refused = |pointer: &str, message: &str| {
            let pointer = pointer.split('/').skip(1).fold(Pointer::root(), |pointer, part| pointer.key(part));
            vec![Diagnostic::error("bad-scenario", pointer, Span::default(), message)]
        };
        let versions = scenario.get("versions").and_then(Value::as_object).cloned().unwrap_or_default();
        let mut numbers: Vec<(u32, &Value)> =
            versions.iter().filter_map(|(number, version)| Some((number.parse().ok()?, version))).collect();
        sort_by_key(&mut numbers, |(number, _)| *number);
        let Some((newest, _)) = numbers.last() else {
            return Err(refused("/versions", "a scenario has at least one version"));
        };
        let newest = *newest;
        let definition_of = |version: &Value| -> Text {
            version.get("definition").map(|definition| definition.to_pretty() + "\n").unwrap_or_default().into()
        };
        let mut listed = Vec::new();
        let mut present = (Text::from(""), None);
        for (number, version) in &numbers {
            let mut entry = Object::new();
            entry.insert("version".into(), Value::from(*number));
            let mut definition = definition_of(version);
            if let Some(draft) = draft
                && Value::parse(draft).ok().as_ref() == version.get("definition")
            {
                definition = draft.into();
            }
            if *number == newest {
                present = (definition, version.get("behaviour").cloned());
            } else {
                entry.insert("definition".into(), definition.into());
            }
            if let Some(behaviour) = version.get("behaviour") {
                entry.insert("behaviours".into(), behaviour.clone());
            }
            listed.push(Value::from(entry));
        }
        let weights = scenario.pointer("/alias/weights").and_then(Value::as_object).cloned().unwrap_or_default();
        let routes: Value = weights
            .iter()
            .filter_map(|(number, weight)| {
                let number: u32 = number.parse().ok()?;
                Some(Value::object([("version", Value::from(number)), ("weight", weight.clone())]))
            })
            .collect();
        let name = scenario.pointer("/alias/name").cloned().unwrap_or_else(|| "PROD".into());
        let mut entry = Object::new();
        entry.insert("name".into(), machine.into());
        entry.insert("definition".into(), present.0.clone().into());
        entry.insert("roleArn".into(), ROLE.into());
        if let Some(behaviours) = present.1 {
            entry.insert("behaviours".into(), behaviours);
        }
        entry.insert("versions".into(), Value::array(listed));
        let has_routes = routes.as_array().is_some_and(|routes| !routes.is_empty());
        if has_routes {
            entry.insert("aliases".into(), Value::array([Value::object([("name", name), ("routes", routes)])]));
        }
        let seed = scenario.get("seed").cloned().unwrap_or_else(|| Value::from(7_i64));
        let document = Value::object([("seed", seed), ("stateMachines", Value::array([Value::from(entry)]))]);
        let account = Account::import(&document)?;
        let own = ["weir", "versions", "alias", "inputs"];
        let simulation: Object = scenario
            .as_object()
            .into_iter()
            .flat_map(Object::iter)
            .filter(|(key, _)| !own.contains(&&***key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        Ok(Workspace {
            account,
            machine: machine.into(),
            draft: present.0,
            inputs: scenario.get("inputs").cloned().unwrap_or_else(|| Value::array([])),
            simulation: simulation.into(),
            layout: Object::new().into(),
        })
    }

    pub fn to_json(&self) -> String {
        let mut document = Object::new();
        document.insert("weir".into(), Value::from(VERSION));
        document.insert("machine".into(), self.machine.clone().into());
        document.insert("account".into(), self.account.export());
        let published = self.account.machine(&self.machine).map(|machine| machine.revision.definition.clone());
        if published.as_ref() != Some(&self.draft) {
            document.insert("draft".into(), self.draft.clone().into());
        }
        document.insert("inputs".into(), self.inputs.clone());
        document.insert("simulation".into(), self.simulation.clone());
        if self.layout.as_object().is_some_and(|layout| !layout.is_empty()) {
            document.insert("layout".into(), self.layout.clone());
        }
        Value::from(document).to_json()
    }

    /// Reads a document.
    ///
    /// # Errors
    /// All that is wrong with it; a text that is no workspace at all is told as such.
    pub fn parse(text: &str) -> Result<Workspace, Vec<Diagnostic>> {
        let root = Pointer::root();
        let alone = |code, message: &str, help: &str| {
            Err(vec![Diagnostic::error(code, Pointer::root(), Span::default(), message).help(help)])
        };
        if text.len() > MAX_LENGTH {
            let message = format!("{} MB are too much for a workspace", text.len() / 1_000_000);
            return alone("too-large", &message, "leave out what is not needed; 20 MB is the most");
        }
        let parsed = read::parse(text);
        if let Some(error) = parsed.errors.first() {
            let finding = Diagnostic::error("syntax", root, error.span, format!("not JSON: {}", error.message));
            return Err(vec![finding.help("a workspace is a file that Weir exported")]);
        }
        let value = parsed.root.to_value();
        match value.get("weir").and_then(Value::as_i64) {
            Some(VERSION) => {}
            Some(newer) if newer > VERSION => {
                let message = format!("this workspace is of version {newer}, made by a newer Weir");
                return alone("newer", &message, "open it with that one, or load this page again to get it");
            }
            _ => {
                let message = "this is not a workspace of Weir: it does not begin with \"weir\": 1";
                return alone("not-a-workspace", message, "choose a file that Weir exported");
            }
        }
        if value.get("versions").is_some() && value.get("account").is_none() {
            return Workspace::from_scenario(text, "workflow", None);
        }
        let mut findings = Findings::default();
        let place = Place::root(&parsed.root);
        let known = ["weir", "machine", "account", "draft", "inputs", "simulation", "layout"];
        let members = place.object(&mut findings, &known);
        let account = match value.get("account") {
            Some(account) => Account::import(account).map_err(|inner| {
                let below = |finding: Diagnostic| {
                    let pointer = finding.pointer.parts().fold(root.key("account"), |pointer, part| pointer.key(&part));
                    Diagnostic { pointer, ..finding }
                };
                findings.list.extend(inner.into_iter().map(below));
            }),
            None => {
                findings.push(place.error("missing-member", "the member `account` is missing"));
                Err(())
            }
        };
        let text_of = |key: &str, findings: &mut Findings| {
            members.as_ref().and_then(|members| members.get(key)).map(|at| at.string(findings))
        };
        let (machine, draft) = (text_of("machine", &mut findings), text_of("draft", &mut findings));
        for (key, is_good) in [
            ("inputs", value.get("inputs").is_none_or(|inputs| inputs.as_array().is_some())),
            ("simulation", value.get("simulation").is_none_or(|settings| settings.as_object().is_some())),
            ("layout", value.get("layout").is_none_or(|layout| layout.as_object().is_some())),
        ] {
            if !is_good {
                let kind = if key == "inputs" { "an array" } else { "an object" };
                let message = format!("`{key}` is {kind}");
                findings.push(Diagnostic::error("wrong-type", root.key(key), Span::default(), message));
            }
        }
        let Ok(account) = account else { return Err(findings.list) };
        if findings.has_errors() {
            return Err(findings.list);
        }
        let first = account.machines().next().map(|machine| machine.name.clone());
        let wanted = machine.flatten().filter(|name| account.machine(name).is_some());
        let Some(machine) = wanted.or(first) else {
            let mut empty = Workspace::empty();
            empty.simulation = value.get("simulation").cloned().unwrap_or(empty.simulation);
            return Ok(empty);
        };
        let published = account.machine(&machine).map(|machine| machine.revision.definition.clone());
        Ok(Workspace {
            draft: draft.flatten().or(published).unwrap_or_else(|| "".into()),
            account,
            machine,
            inputs: value.get("inputs").cloned().unwrap_or_else(|| Value::array([])),
            simulation: value.get("simulation").cloned().unwrap_or_else(default_simulation),
            layout: value.get("layout").cloned().unwrap_or_else(|| Object::new().into()),
        })
    }

    /// The scenario of an alias: what a simulation plays. Without an alias, or where there is none of that name, it is
    /// of the newest version; without versions, of the unpublished definition as version 1.
    pub fn to_scenario(&self, alias: Option<&str>) -> String {
        let mut scenario = Object::new();
        scenario.insert("weir".into(), Value::from(1_i64));
        for (key, value) in self.simulation.as_object().into_iter().flat_map(Object::iter) {
            scenario.insert(key.clone(), value.clone());
        }
        if self.inputs.as_array().is_some_and(|inputs| !inputs.is_empty()) {
            scenario.insert("inputs".into(), self.inputs.clone());
        }
        let Some(machine) = self.account.machine(&self.machine) else { return Value::from(scenario).to_json() };
        let definition = |text: &str| Value::parse(text).unwrap_or_else(|_| Object::new().into());
        let mut versions = Object::new();
        let mut add = |number: u32, text: &str, behaviours: Option<&Value>| {
            let mut version = Object::new();
            version.insert("definition".into(), definition(text));
            if let Some(behaviours) = behaviours {
                version.insert("behaviour".into(), behaviours.clone());
            }
            versions.insert(number.to_string().into(), version.into());
        };
        for version in machine.versions.values() {
            let behaviours = self.account.behaviours(&self.machine, Some(version.number));
            add(version.number, &version.revision.definition, behaviours);
        }
        if machine.versions.is_empty() {
            add(1, &machine.revision.definition, self.account.behaviours(&self.machine, None));
        }
        let newest = machine.versions.keys().next_back().copied().unwrap_or(1);
        let alias = match alias {
            Some(name) => machine.alias(name),
            None => machine.aliases.first(),
        };
        let mut weights = Object::new();
        match alias {
            Some(alias) => {
                // The older version first: a scenario's rollout goes from the first to the second.
                let mut routes: Vec<(u32, u8)> =
                    alias.routing.routes().iter().map(|route| (route.version, route.weight)).collect();
                sort(&mut routes);
                // An alias that has gone over to the newest version wholly: the one before it is what it came from.
                if let [(only, _)] = *routes.as_slice()
                    && only == newest
                    && let Some(before) = machine.versions.keys().rev().find(|number| **number < only)
                {
                    routes.insert(0, (*before, 0));
                }
                for (version, weight) in routes {
                    weights.insert(version.to_string().into(), Value::from(u32::from(weight)));
                }
            }
            None => drop(weights.insert(newest.to_string().into(), Value::from(100_i64))),
        }
        let name = alias.map_or_else(|| Text::from("PROD"), |alias| alias.name.clone());
        let alias = Value::object([("name", Value::String(name)), ("weights", weights.into())]);
        scenario.insert("alias".into(), alias);
        scenario.insert("versions".into(), versions.into());
        Value::Object(Rc::new(scenario)).to_json()
    }
}

const ROLE: &str = "arn:aws:iam::123456789012:role/weir";

/// 10,000 executions that arrive by chance, 100 a minute.
fn default_simulation() -> Value {
    let text = r#"{"seed": 7, "traffic": {"kind": "poisson", "per_min": 100, "stop": {"count": 10000}}}"#;
    Value::parse(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::scenario::Scenario;

    #[test]
    fn the_example_is_a_split() {
        let workspace = Workspace::example();
        let machine = workspace.account.machine("orders").unwrap();
        assert_eq!(machine.versions.len(), 2);
        let routes: Vec<_> =
            machine.aliases[0].routing.routes().iter().map(|route| (route.version, route.weight)).collect();
        assert_eq!(routes, [(1, 90), (2, 10)]);
        let scenario = Scenario::parse(&workspace.to_scenario(None)).unwrap();
        assert_eq!((scenario.old_name(), scenario.new_name()), ("1", "2"));
        // The scenario is the one that it was made of, whatever the order of its members.
        let given = Value::parse(include_str!("../../www/examples/order.scenario.json")).unwrap();
        let made = Value::parse(&workspace.to_scenario(None)).unwrap();
        assert_eq!(made.get("versions"), given.get("versions"));
        assert_eq!(made.get("traffic"), given.get("traffic"));
    }

    #[test]
    fn what_is_written_can_be_read() {
        let mut workspace = Workspace::example();
        workspace.draft = "{ broken".into();
        let text = workspace.to_json();
        let again = Workspace::parse(&text).unwrap();
        assert_eq!(&*again.draft, "{ broken");
        assert_eq!(again.to_json(), text);
        assert_eq!(Workspace::parse(&Workspace::empty().to_json()).unwrap().to_json(), Workspace::empty().to_json());
    }

    #[test]
    fn what_is_no_workspace_is_told() {
        let text = Workspace::example().to_json();
        for (broken, pointer, part) in [
            ("", "", "not JSON"),
            (&text[..text.len() / 2], "", "not JSON"),
            ("[]", "", "not a workspace"),
            (r#"{"name": "package"}"#, "", "not a workspace"),
            (r#"{"weir": 9}"#, "", "newer"),
            (r#"{"weir": 1}"#, "", "`account`"),
            (r#"{"weir": 1, "account": {}, "inputs": 1}"#, "/inputs", "an array"),
            (
                &text.replace("\"weight\":10", "\"weight\":11"),
                "/account/stateMachines/0/aliases/0/routes",
                "add up to 100",
            ),
            (&text.replace("\"machine\":\"orders\"", "\"machine\":7"), "/machine", "string"),
        ] {
            let findings = Workspace::parse(broken).unwrap_err();
            let found =
                findings.iter().find(|finding| finding.pointer.as_str() == pointer && finding.message.contains(part));
            assert!(found.is_some(), "{pointer} {part}: {findings:?}");
        }
    }

    #[test]
    fn presets_become_workspaces() {
        for preset in crate::simulation::presets::PRESETS {
            let workspace = Workspace::from_scenario(preset.document, "orders", None);
            let workspace = workspace.unwrap_or_else(|findings| panic!("{}: {findings:?}", preset.id));
            let scenario = workspace.to_scenario(None);
            Scenario::parse(&scenario).unwrap_or_else(|findings| panic!("{}: {findings:?}", preset.id));
            assert!(Workspace::of_gallery(preset.id).is_ok());
        }
        assert!(Workspace::of_gallery("orders").is_ok() && Workspace::of_gallery("empty").is_ok());
        assert!(Workspace::of_gallery("tango").unwrap_err().contains("there are orders, empty, blue-green"));
    }

    #[test]
    fn broken_documents_never_panic() {
        use crate::base::Key;
        let text: Vec<char> = Workspace::example().to_json().chars().collect();
        for n in 0..400_u64 {
            let key = Key::new(3).with(n);
            let at = (key.with(0).bits() % text.len() as u64) as usize;
            let end = (at + (key.with(1).bits() % 30) as usize).min(text.len());
            let mut broken = text.clone();
            broken.splice(at..end, ["1", "\"", "{}", ""][(key.with(2).bits() % 4) as usize].chars());
            let _ = Workspace::parse(&broken.into_iter().collect::<String>());
        }
    }
}
