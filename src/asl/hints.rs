//! What an editor says and proposes at a place in a definition, from the same table of fields that the checker reads.
//!
//! ```
//! use weir::asl::{Definition, hints};
//! let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Ne"}, "B": {"Type": "Succeed"}}}"#;
//! let definition = Definition::read(text);
//! let completion = hints::complete(&definition, text.find("Ne\"").unwrap() as u32 + 2).unwrap();
//! assert_eq!(completion.span.of(text), "\"Ne\"");
//! let next = completion.proposals.iter().find(|proposal| proposal.label == "Next").unwrap();
//! assert_eq!(next.insert, "\"Next\": ");
//! let hover = hints::hover(&definition, text.find("StartAt").unwrap() as u32).unwrap();
//! assert_eq!(hover.about, "The state that runs first.");
//! ```

use super::check::{ERRORS, resources};
use super::fields::{self, Field, Owner, Shape};
use super::model::{Definition, QueryLanguage, StateType};
use super::query::jsonata::{Dialect, functions};
use crate::base::value::read::{Kind, Member, Node};
use crate::base::{Span, Text};

/// What the thing at a place is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub span: Span,
    /// `Next`
    pub title: String,
    /// A sentence.
    pub about: String,
}

/// What could stand at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What a proposal replaces; empty where nothing stands yet.
    pub span: Span,
    pub proposals: Vec<Proposal>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// What is compared with what the author has typed.
    pub label: String,
    /// What is put into the text, with quotes where it needs them.
    pub insert: String,
    /// What it is for; empty where the label says all.
    pub about: String,
    pub sort: Sort,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Field,
    Value,
    /// The name of a state.
    State,
    Resource,
    /// The name of an error.
    Error,
    /// What an expression can call or read.
    Variable,
}

/// What there is to say about the field, or about the name of a state, at an offset.
pub fn hover(definition: &Definition, offset: u32) -> Option<Hover> {
    let spot = Spot::find(definition, offset);
    match spot.place {
        Place::Key(owner, member) => {
            let field = owner.and_then(|owner| fields::find(owner, &member.key, spot.language))?;
            Some(Hover { span: member.key_span, title: field.name.to_owned(), about: field.about.to_owned() })
        }
        Place::StateKey(member) => Some(spot.state(&member.key, member.key_span, &member.value)),
        Place::Value(Field { shape: Shape::StateName, .. }, node) => {
            let name = node.as_text()?;
            let state = spot.machine.get("States")?.get(name)?;
            Some(spot.state(name, node.span, state))
        }
        _ => None,
    }
}

/// What could stand at an offset: fields that are not given yet, words, states, resources, names of errors; in an
/// expression functions and what `$states` has.
pub fn complete(definition: &Definition, offset: u32) -> Option<Completion> {
    if let Some(expression) = before_in_expression(&definition.text, offset) {
        return in_expression(expression, offset);
    }
    let spot = Spot::find(definition, offset);
    let (span, proposals) = match &spot.place {
        Place::Key(owner, member) => {
            let lacks_value = matches!(member.value.kind, Kind::Missing);
            (member.key_span, spot.fields((*owner)?, Some(&member.key), lacks_value))
        }
        Place::Object(owner) => (Span::at(offset), spot.fields((*owner)?, None, true)),
        Place::Value(field, node) => (node.span, spot.values(field)),
        Place::StateKey(_) | Place::Elsewhere => return None,
    };
    (!proposals.is_empty()).then_some(Completion { span, proposals })
}

/// What stands between `{%` and an offset in it, if there is one: expressions have no lines.
fn before_in_expression(text: &str, offset: u32) -> Option<&str> {
    let before = text.get(..offset as usize)?;
    let line = before.rsplit_once('\n').map_or(before, |(_, line)| line);
    let (_, expression) = line.rsplit_once("{%")?;
    (!expression.contains("%}")).then_some(expression)
}

fn in_expression(before: &str, offset: u32) -> Option<Completion> {
    let start = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').len();
    let (head, part) = before.split_at_checked(start)?;
    let is_member = head.ends_with("$states.");
    if !is_member && !head.ends_with('$') {
        return None;
    }
    // The `$` is a part of a name.
    let start = offset - part.len() as u32 - u32::from(!is_member);
    let proposal = |label: String, insert: String, about: &str| Proposal {
        label,
        insert,
        about: about.to_owned(),
        sort: Sort::Variable,
    };
    let members = [
        ("input", "The input of the state."),
        ("context", "The context object."),
        ("result", "What the task, the branches or the iterations gave."),
        ("errorOutput", "The error that was caught."),
    ];
    let proposals = if is_member {
        members.into_iter().map(|(name, about)| proposal(name.to_owned(), name.to_owned(), about)).collect()
    } else {
        let mut names: Vec<&str> = functions(Dialect::Aws).collect();
        names.sort_unstable();
        let states = proposal("$states".to_owned(), "$states.".to_owned(), "The input, the context object, a result.");
        let calls = names.into_iter().map(|name| proposal(format!("${name}"), format!("${name}("), ""));
        std::iter::once(states).chain(calls).collect()
    };
    Some(Completion { span: Span::new(start, offset), proposals })
}

/// Where an offset is.
enum Place<'d> {
    /// On the key of an object of a kind; none for a state that has no Type yet.
    Key(Option<Owner>, &'d Member),
    /// Between the members of an object.
    Object(Option<Owner>),
    /// On the name of a state, where it is defined.
    StateKey(&'d Member),
    /// On the value of a field.
    Value(&'static Field, &'d Node),
    Elsewhere,
}

struct Spot<'d> {
    place: Place<'d>,
    /// The object that the offset is in.
    object: &'d Node,
    /// The machine around it.
    machine: &'d Node,
    language: QueryLanguage,
    is_yaml: bool,
}

/// What a node on the way to an offset is.
#[derive(Clone, Copy)]
enum Step {
    Of(Owner),
    /// A state without a Type.
    Untyped,
    States,
    List(Owner),
    Value(&'static Field),
    Other,
}

impl<'d> Spot<'d> {
    fn find(definition: &'d Definition, offset: u32) -> Spot<'d> {
        let root = &definition.root;
        let state = definition.state_at(offset).map(|id| &definition.states[id]);
        let language = state.map_or(definition.language(), |state| state.language);
        let is_yaml = !definition.text.trim_start().starts_with('{');
        let mut spot = Spot { place: Place::Elsewhere, object: root, machine: root, language, is_yaml };
        let (mut node, mut step) = (root, Step::Of(Owner::Definition));
        // Down to the innermost thing that holds the offset: at most as deep as the text nests.
        loop {
            let owner = match step {
                Step::Of(owner) => Some(owner),
                _ => None,
            };
            if matches!(owner, Some(Owner::Definition | Owner::Branch | Owner::Processor)) {
                spot.machine = node;
            }
            if let Step::Value(field) = step
                && !node.is_array()
            {
                spot.place = Place::Value(field, node);
                return spot;
            }
            if node.is_array() {
                let inner = match step {
                    Step::List(owner) => Step::Of(owner),
                    Step::Value(field) => Step::Value(field),
                    _ => Step::Other,
                };
                match node.elements().iter().find(|element| holds(element.span, offset)) {
                    Some(element) => (node, step) = (element, inner),
                    None => return spot,
                }
                continue;
            }
            if !node.is_object() {
                return spot;
            }
            spot.object = node;
            let on_key = node.members().iter().find(|member| holds(member.key_span, offset));
            let in_value = node.members().iter().find(|member| holds(member.value.span, offset));
            match (on_key, in_value, step) {
                (Some(member), _, Step::States) => spot.place = Place::StateKey(member),
                (Some(member), _, Step::Of(_) | Step::Untyped) => spot.place = Place::Key(owner, member),
                (Some(_), ..) | (None, None, Step::Other | Step::States | Step::List(_) | Step::Value(_)) => {}
                (None, None, Step::Of(_) | Step::Untyped) => spot.place = Place::Object(owner),
                (None, Some(member), _) => {
                    (node, step) = (&member.value, inner(step, owner, member, language));
                    continue;
                }
            }
            return spot;
        }
    }

    fn state(&self, name: &str, span: Span, state: &Node) -> Hover {
        let kind = state.get("Type").and_then(Node::as_str).unwrap_or("no");
        let comment = state.get("Comment").and_then(Node::as_str).map(|comment| format!(": {comment}"));
        Hover { span, title: name.to_owned(), about: format!("{kind} state{}", comment.unwrap_or_default()) }
    }

    /// The fields that the object does not have yet.
    fn fields(&self, owner: Owner, typed: Option<&Text>, with_colon: bool) -> Vec<Proposal> {
        let given =
            |field: &&Field| self.object.get(field.name).is_some() && typed.is_none_or(|typed| **typed != *field.name);
        let fits = |field: &&Field| field.language.is_none_or(|language| language == self.language);
        let proposal = |field: &Field| Proposal {
            label: field.name.to_owned(),
            insert: match with_colon {
                true => format!("{}: ", self.quoted(field.name)),
                false => self.quoted(field.name),
            },
            about: field.about.to_owned(),
            sort: Sort::Field,
        };
        fields::of(owner).filter(fits).filter(|field| !given(field)).map(proposal).collect()
    }

    fn values(&self, field: &Field) -> Vec<Proposal> {
        let quoted = |sort: Sort| {
            move |label: &str| Proposal {
                label: label.to_owned(),
                insert: self.quoted(label),
                about: String::new(),
                sort,
            }
        };
        match field.shape {
            Shape::Word(words) => words.iter().copied().map(quoted(Sort::Value)).collect(),
            Shape::Boolean => ["true", "false"]
                .map(|word| Proposal {
                    label: word.into(),
                    insert: word.into(),
                    about: String::new(),
                    sort: Sort::Value,
                })
                .into(),
            Shape::StateName => {
                let states = self.machine.get("States").map(Node::members).unwrap_or_default();
                let itself = |member: &&Member| std::ptr::eq(&raw const member.value.kind, &raw const self.object.kind);
                states.iter().filter(|member| !itself(member)).map(|member| quoted(Sort::State)(&member.key)).collect()
            }
            Shape::Resource => resources::proposals().map(|resource| quoted(Sort::Resource)(&resource)).collect(),
            Shape::Names => ERRORS.into_iter().map(quoted(Sort::Error)).collect(),
            _ => Vec::new(),
        }
    }

    /// A word as a string: in YAML without quotes where it can do without.
    fn quoted(&self, word: &str) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ' ' | '-' | '/');
        let needs_none = word.starts_with(|c: char| c.is_ascii_alphabetic())
            && word.chars().all(|c| plain(c) || c == ':')
            && !word.contains(": ")
            && !word.ends_with([' ', ':'])
            && !matches!(word.to_ascii_lowercase().as_str(), "true" | "false" | "null");
        if self.is_yaml && needs_none {
            return word.to_owned();
        }
        crate::base::Value::from(word).to_json()
    }
}

/// What the value of a member is.
fn inner(step: Step, owner: Option<Owner>, member: &Member, language: QueryLanguage) -> Step {
    if matches!(step, Step::States) {
        let state_type = member.value.get("Type").and_then(Node::as_str).and_then(StateType::from_name);
        return state_type.map_or(Step::Untyped, |state_type| Step::Of(Owner::State(state_type)));
    }
    let owner = match step {
        // Type is a field of all of them.
        Step::Untyped => Some(Owner::State(StateType::Succeed)),
        _ => owner,
    };
    let Some(field) = owner.and_then(|owner| fields::find(owner, &member.key, language)) else { return Step::Other };
    match field.shape {
        Shape::States => Step::States,
        Shape::Object(owner) => Step::Of(owner),
        Shape::List(owner) => Step::List(owner),
        _ => Step::Value(field),
    }
}

/// Whether a cursor at the offset is on it: at its end, too.
fn holds(span: Span, offset: u32) -> bool {
    span.start <= offset && offset <= span.end
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The labels proposed where `|` stands, and what they replace.
    fn proposed(marked: &str) -> (String, Vec<String>) {
        let at = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        let definition = Definition::read(&text);
        match complete(&definition, at as u32) {
            Some(completion) => {
                let labels = completion.proposals.iter().map(|proposal| proposal.insert.clone()).collect();
                (completion.span.of(&text).to_owned(), labels)
            }
            None => (String::new(), Vec::new()),
        }
    }

    fn has(marked: &str, replaced: &str, some: &[&str], none: &[&str]) {
        let (span, labels) = proposed(marked);
        assert_eq!(span, replaced, "{marked}");
        assert!(some.iter().all(|label| labels.iter().any(|found| found == label)), "{marked}: {labels:?}");
        assert!(none.iter().all(|label| !labels.iter().any(|found| found == label)), "{marked}: {labels:?}");
    }

    #[test]
    fn proposals() {
        has("{|}", "", &["\"StartAt\": ", "\"States\": "], &["\"Next\": "]);
        has(r#"{"StartAt": "|", "States": {"A": {}, "B": {}}}"#, "\"\"", &["\"A\"", "\"B\""], &[]);
        has(r#"{"States": {"A": {"Type": "|"}}}"#, "\"\"", &["\"Pass\"", "\"Map\""], &[]);
        has(
            r#"{"States": {"A": {"Type": "Pass", | "End": true}}}"#,
            "",
            &["\"Next\": ", "\"Parameters\": "],
            &["\"End\": ", "\"Type\": ", "\"Arguments\": ", "\"Resource\": "],
        );
        has(
            r#"{"States": {"A": {"QueryLanguage": "JSONata", "Type": "Task", |}}}"#,
            "",
            &["\"Arguments\": "],
            &["\"Parameters\": "],
        );
        has(r#"{"States": {"A": {"Type": "Task", "Res|": ""}}}"#, "\"Res\"", &["\"Resource\""], &[]);
        has(
            r#"{"States": {"A": {"Type": "Task", "Resource": "|"}}}"#,
            "\"\"",
            &["\"arn:aws:states:::lambda:invoke\""],
            &[],
        );
        has(
            r#"{"States": {"A": {"Type": "Task", "Retry": [{"ErrorEquals": ["|"]}]}}}"#,
            "\"\"",
            &["\"States.ALL\""],
            &[],
        );
        has(r#"{"States": {"A": {"Type": "Task", "Retry": [{|}]}}}"#, "", &["\"BackoffRate\": "], &["\"Next\": "]);
        has(
            r#"{"States": {"M": {"Type": "Map", "ItemProcessor": {"States": {"B": {"Type": "Pass", "Next": "|"}, "C": {}}}}}}"#,
            "\"\"",
            &["\"C\""],
            &["\"M\"", "\"B\""],
        );
        has("States:\n  A:\n    Type: Pass\n    Next: x|\n  B C: {}\n", "x", &["B C"], &["A"]);
        assert!(proposed(r#"{"States": {"A": {"Type": "Pass", "Parameters": {|}}}}"#).1.is_empty());
        let jsonata = r#"{"QueryLanguage": "JSONata", "States": {"A": {"Type": "Pass", "Output": {"é": "{% "#;
        has(&format!("{jsonata}$su| %}}\"}}}}}}}}"), "$su", &["$sum(", "$states.", "$partition("], &["$eval("]);
        has(&format!("{jsonata}1 + $|"), "$", &["$hash("], &[]);
        has(&format!("{jsonata}$states.in| %}}\"}}}}}}}}"), "in", &["input", "errorOutput"], &["$sum("]);
        for elsewhere in ["|", "price|", "1 %} $|", "$states.input.x|"] {
            assert!(proposed(&format!("{jsonata}{elsewhere}")).1.is_empty(), "{elsewhere}");
        }
    }

    #[test]
    fn every_place_has_an_answer() {
        let text = r#"{"StartAt": "é", "States": {"é": {"Type": "Map", "ItemProcessor": {"States": {"B": {"Type": "Choice", "Choices": [{"And": [{}], "Next": "B"}]}}}, "Catch": [{"ErrorEquals": []}]}, "C": 1, "D": {"#;
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            let definition = Definition::read(&text[..end]);
            for offset in 0..=end as u32 + 1 {
                let _ = (hover(&definition, offset), complete(&definition, offset));
            }
        }
    }

    #[test]
    fn hovers() {
        let text =
            r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Comment": "a while", "Seconds": 3, "End": true}}}"#;
        let definition = Definition::read(text);
        let about = |what: &str| hover(&definition, text.find(what).unwrap() as u32 + 1).map(|hover| hover.about);
        assert_eq!(about("\"Seconds").as_deref(), Some("How long to wait."));
        assert_eq!(about("\"A\", ").as_deref(), Some("Wait state: a while"));
        assert_eq!(about("\"A\": ").as_deref(), Some("Wait state: a while"));
        assert_eq!(about("true"), None);
    }
}
