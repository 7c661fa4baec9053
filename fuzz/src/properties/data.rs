//! JSON, YAML, and what is kept in them.

use super::{told, within};
use weir::base::value::read::{Node, Parsed, parse};
use weir::base::value::yaml;
use weir::base::{LineIndex, Utf16, Value};
use weir::workspace::embed::{Asked, Embed, Order};
use weir::workspace::{Workspace, link};

/// The two readers agree, places are places, and what is written reads back.
pub fn json(text: &str) {
    let parsed = parse(text);
    read(text, &parsed);
    match Value::parse(text) {
        Ok(value) => {
            assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
            assert_eq!(parsed.root.to_value(), value);
            written(&value);
        }
        Err(error) => {
            within(text, error.span, &error.message);
            assert!(!parsed.errors.is_empty(), "only one of the readers finds {error:?}");
        }
    }
}

pub fn yaml(text: &str) {
    let parsed = yaml::parse(text);
    read(text, &parsed);
    written(&parsed.root.to_value());
}

fn read(text: &str, parsed: &Parsed) {
    let (lines, utf16) = (LineIndex::new(text), Utf16::new(text));
    for error in &parsed.errors {
        within(text, error.span, &error.message);
        assert!(!error.message.is_empty());
        let _ = (lines.position(text, error.span.start), utf16.range(error.span));
    }
    node(text, &parsed.root);
}

fn node(text: &str, root: &Node) {
    within(text, root.span, root.type_name());
    for member in root.members() {
        within(text, member.key_span, &member.key);
        node(text, &member.value);
    }
    for element in root.elements() {
        node(text, element);
    }
}

/// What is written reads back as the same.
pub fn written(value: &Value) {
    let json = value.to_json();
    assert_eq!(json.len(), value.json_len(), "{json}");
    let again = Value::parse(&json).unwrap_or_else(|error| panic!("{error} in {json}"));
    assert!(again == *value, "{json}");
    assert_eq!(again.to_json(), json);
    assert!(Value::parse(&value.to_pretty()).is_ok_and(|again| again == *value), "{json}");
}

/// A workspace that can be read can be written, sent, and made a scenario of.
pub fn workspace(text: &str) {
    match Workspace::parse(text) {
        Ok(workspace) => {
            let written = workspace.to_json();
            let again = Workspace::parse(&written).unwrap_or_else(|findings| panic!("{findings:?} in {written}"));
            assert_eq!(again.to_json(), written);
            let sent = link::decode(&link::encode(&written));
            assert_eq!(sent.as_deref(), Ok(&*written));
            // What the page simulates: it may be refused, in words.
            if let Err(findings) = weir::simulation::scenario::Scenario::parse(&workspace.to_scenario(None)) {
                assert!(findings.iter().all(|finding| !finding.message.is_empty()));
            }
        }
        Err(findings) => {
            assert!(!findings.is_empty());
            told(text, &findings);
        }
    }
}

/// As what a link says of an embed, and as what the page around one says to it.
pub fn embedded(text: &str) {
    if let Some(embed) = Embed::read(text) {
        assert!(!embed.panes.is_empty() || !embed.wrong.is_empty(), "never a blank");
        let again = Embed::read(&embed.write()).unwrap_or_else(|| panic!("{}", embed.write()));
        assert_eq!((again.theme, again.is_readonly), (embed.theme, embed.is_readonly));
        assert!(embed.panes.is_empty() || again.panes == embed.panes);
    }
    match Asked::read(text).order {
        Ok(Order::Set(set)) => {
            assert!(set.weights.len() <= 2 && set.weights.iter().all(|(_, weight)| *weight <= 100));
            set.workspace.iter().for_each(|document| workspace(document));
        }
        Ok(_) => {}
        Err(wrong) => assert!(!wrong.what.is_empty() && !wrong.mend.is_empty(), "{wrong:?}"),
    }
}

/// As a link, and into a link.
pub fn link(text: &str) {
    let fragment = link::encode(text);
    assert!(link::is_link(&fragment));
    assert_eq!(link::decode(&fragment).as_deref(), Ok(text));
    match link::decode(text) {
        Ok(found) => workspace(&found),
        Err(why) => assert!(!why.is_empty()),
    }
}
