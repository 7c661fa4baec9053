//! Objects against the table of fields.

use super::{Adding, Checker, Sees};
use crate::asl::fields::{self, Owner, Shape};
use crate::asl::{QueryLanguage, StateType};
use crate::base::document::{listed, nearest};
use crate::base::value::read::{Kind, Member, Node};
use crate::base::{Pointer, Severity, Span, Text, Time};
use rustc_hash::FxHashSet;

/// A node, its pointer, and the key that it stands at if it does.
#[derive(Clone)]
pub(super) struct At<'d> {
    pub node: &'d Node,
    pub pointer: Pointer,
    pub key: Option<Span>,
}

impl<'d> At<'d> {
    pub fn new(node: &'d Node, pointer: Pointer) -> At<'d> {
        At { node, pointer, key: None }
    }

    /// The same, told at its key.
    pub fn at_key(self, key: Span) -> At<'d> {
        At { key: Some(key), ..self }
    }

    pub fn get(&self, key: &str) -> Option<At<'d>> {
        let member = self.node.member(key)?;
        Some(At::new(&member.value, self.pointer.key(key)).at_key(member.key_span))
    }

    pub fn has(&self, key: &str) -> bool {
        self.node.get(key).is_some()
    }

    pub fn elements(&self) -> impl Iterator<Item = At<'d>> + use<'d> {
        let pointer = self.pointer.clone();
        self.node.elements().iter().enumerate().map(move |(n, node)| At::new(node, pointer.index(n)))
    }

    pub fn members(&self) -> impl Iterator<Item = (&'d Member, At<'d>)> + use<'d> {
        let pointer = self.pointer.clone();
        self.node
            .members()
            .iter()
            .map(move |member| (member, At::new(&member.value, pointer.key(&member.key)).at_key(member.key_span)))
    }

    pub fn text(&self) -> Option<&'d Text> {
        self.node.as_text()
    }

    pub fn error<'c>(
        &self,
        checker: &'c mut Checker<'_>,
        code: &'static str,
        message: impl Into<String>,
    ) -> Adding<'c> {
        checker.add(Severity::Error, code, &self.pointer, self.place(), message.into())
    }

    pub fn warning<'c>(
        &self,
        checker: &'c mut Checker<'_>,
        code: &'static str,
        message: impl Into<String>,
    ) -> Adding<'c> {
        checker.add(Severity::Warning, code, &self.pointer, self.place(), message.into())
    }

    /// What to underline: of an object or array its key or else only its first character, all else whole.
    fn place(&self) -> Span {
        match self.node.kind {
            Kind::Object(_) | Kind::Array(_) => {
                // An empty place becomes that of the character behind it.
                self.key.unwrap_or(Span::at(self.node.span.start))
            }
            _ => self.node.span,
        }
    }
}

impl<'d> Checker<'d> {
    pub(super) fn wrong_type(&mut self, at: &At<'d>, expected: &str) {
        // What is missing is told already.
        if !matches!(at.node.kind, Kind::Missing) {
            let message = format!("expected {expected}, found {}", article(at.node.type_name()));
            let adding = at.error(self, "wrong-type", message);
            if let Some(help) = converted(at.node, expected) {
                adding.help(help);
            }
        }
    }

    /// Checks the members of an object: known, in the right language, only once, and of the right shape; and that none
    /// is missing.
    pub(super) fn object(&mut self, at: &At<'d>, owner: Owner, language: QueryLanguage) {
        if !at.node.is_object() {
            return self.wrong_type(at, "an object");
        }
        let mut met = FxHashSet::default();
        for (member, value) in at.members() {
            if self.is_full() {
                return;
            }
            if !met.insert(&*member.key) {
                self.add(
                    Severity::Error,
                    "duplicate-key",
                    &value.pointer,
                    member.key_span,
                    format!("`{}` is given twice", member.key),
                )
                .help("the last one would count; remove the others");
            }
            match fields::find(owner, &member.key, language) {
                Some(field) => match field.language.filter(|only| *only != language) {
                    Some(only) => self.wrong_language(member, &value, at, (only, language)),
                    None => self.field(&value, field, owner, language),
                },
                None => self.unknown_field(member, &value, at, (owner, language)),
            }
        }
        let missing: Vec<&str> = required(owner, language).iter().copied().filter(|key| !at.has(key)).collect();
        if !missing.is_empty() {
            let told = format!("These fields are required: [{}]", missing.join(", "));
            let verb = if missing.len() == 1 { "is" } else { "are" };
            let message = format!("{} {verb} missing", listed(&missing).replace(" or ", " and "));
            let adding = at.error(self, "missing-field", message).aws("SCHEMA_VALIDATION_FAILED", told);
            let first = missing.first().copied().unwrap_or_default();
            let help = another_document(at, owner).map(str::to_owned).or_else(|| otherwise_written(at, first));
            if let Some(help) = help.or_else(|| what_to_give(first).map(str::to_owned)) {
                adding.help(help);
            }
        }
        self.exclusive(at, owner);
    }

    fn wrong_language(
        &mut self,
        member: &Member,
        value: &At<'d>,
        object: &At<'d>,
        (only, language): (QueryLanguage, QueryLanguage),
    ) {
        let message =
            format!("`{}` is a field of {}, and this state is in {}", member.key, only.name(), language.name());
        let told = format!(
            "The QueryLanguage is set to '{}', but field '{}' is only supported for the '{}' QueryLanguage",
            language.name(),
            member.key,
            only.name()
        );
        let adding = self
            .add(Severity::Error, "wrong-query-language", &value.pointer, member.key_span, message)
            .aws("SCHEMA_VALIDATION_FAILED", told)
            .aws_at(&object.pointer);
        // Not every state has a result to select from.
        let has_result = object.has("Resource") || object.has("Branches") || object.has("ItemProcessor");
        let help = match (language, &*member.key, object.get("Type").and_then(|given| given.text().cloned()).as_deref())
        {
            (QueryLanguage::JsonPath, "Output", _) if has_result => counterpart("Output", language),
            (QueryLanguage::JsonPath, "Output", Some("Pass")) => counterpart("Arguments", language),
            (QueryLanguage::JsonPath, "Output", Some(_)) => Some("select from the input by `OutputPath`".to_owned()),
            (QueryLanguage::JsonPath, "Output", None) => Some("say by `ResultPath` where the error goes".to_owned()),
            (_, key, _) => counterpart(key, language),
        };
        if let Some(help) = help {
            adding.help(help);
        }
    }

    fn unknown_field(
        &mut self,
        member: &Member,
        value: &At<'d>,
        object: &At<'d>,
        (owner, language): (Owner, QueryLanguage),
    ) {
        let fits = |field: &&fields::Field| field.language.is_none_or(|only| only == language);
        let known: Vec<&str> = fields::of(owner).filter(fits).map(|field| field.name).collect();
        let help = match nearest(&member.key, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => elsewhere(&member.key, owner).unwrap_or_else(|| match known.as_slice() {
                few if few.len() <= 6 => format!("its fields are {}", listed(few).replace(" or ", " and ")),
                many if many.contains(&"Comment") => "remove it; a note can stand in `Comment`".to_owned(),
                _ => "remove it".to_owned(),
            }),
        };
        let message = format!("{} has no field `{}`", name_of(owner), member.key);
        self.add(Severity::Error, "unknown-field", &value.pointer, member.key_span, message)
            .aws("SCHEMA_VALIDATION_FAILED", format!("Field '{}' is not supported", member.key))
            .aws_at(&object.pointer)
            .help(help);
    }

    fn field(&mut self, value: &At<'d>, field: &fields::Field, owner: Owner, language: QueryLanguage) {
        if field.shape == Shape::Resource {
            return self.resource(value, owner);
        }
        let before = std::mem::replace(&mut self.sees, sees(owner, field.name));
        self.shape(value, (field.shape, field.dynamic), language, field.name);
        self.sees = before;
        if language == QueryLanguage::JsonPath
            && field.shape != Shape::Any
            && let Some(text) = value.text()
            && super::queries::looks_like_a_query(text)
        {
            let with_path = format!("{}Path", field.name);
            if fields::of(owner).any(|other| other.name == with_path) {
                value
                    .warning(
                        self,
                        "no-path",
                        format!("`{}` takes this as it stands, and it looks like a path", field.name),
                    )
                    .help(format!("`{with_path}` reads a path"))
                    .aws_code("NO_PATH");
            }
        }
    }

    /// A field and the one that says where to read the same, and the older names of fields.
    fn exclusive(&mut self, at: &At<'d>, owner: Owner) {
        // Comparisons are told where rules are. And ResultPath is not about where to read Result.
        let has_path =
            |field: &&fields::Field| !matches!(owner, Owner::Rule | Owner::Test) && field.shape != Shape::Any;
        for field in fields::of(owner).filter(has_path).filter(|field| at.has(field.name)) {
            let path = format!("{}Path", field.name);
            if let Some(second) = at.get(&path)
                && fields::of(owner).any(|other| *other.name == path)
            {
                self.both(field.name, &path, &second);
            }
        }
        if owner == Owner::State(StateType::Map) {
            for (new, old) in [("ItemProcessor", "Iterator"), ("ItemSelector", "Parameters")] {
                if let Some(second) = at.get(old).filter(|_| at.has(new)) {
                    self.both(new, old, &second);
                }
            }
        }
    }

    /// Two fields of which only one may be given; told at the second.
    pub(super) fn both(&mut self, first: &str, second: &str, at: &At<'d>) {
        let span = at.key.unwrap_or(at.node.span);
        self.add(
            Severity::Error,
            "exclusive-fields",
            &at.pointer,
            span,
            format!("`{first}` and `{second}` cannot both be given"),
        )
        .help("remove one of them");
    }

    fn shape(&mut self, at: &At<'d>, (shape, dynamic): (Shape, bool), language: QueryLanguage, key: &str) {
        if dynamic && language == QueryLanguage::Jsonata && self.is_expression(at) {
            return self.expression(at);
        }
        match shape {
            Shape::Any => {}
            Shape::Condition => self.condition(at),
            Shape::Text => {
                if at.text().is_none() {
                    self.wrong_type(at, "a string");
                } else if language == QueryLanguage::Jsonata && dynamic {
                    self.half_expression(at);
                }
            }
            Shape::Boolean => {
                if at.node.as_bool().is_none() {
                    self.wrong_type(at, "a boolean");
                }
            }
            Shape::Word(words) => match at.text() {
                None => self.wrong_type(at, "a string"),
                Some(word) if words.contains(&&**word) || self.is_substitution(word) => {}
                Some(word) => {
                    let help = match nearest(word, words) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => listed(words),
                    };
                    at.error(self, "unknown-value", format!("`{word}` is not a {key}")).help(help);
                }
            },
            Shape::Integer(least, most) => self.integer(at, least, most, dynamic, language),
            Shape::Number(least, most) => match at.node.as_number().map(|number| number.as_f64()) {
                None if self.stands_for_anything(at) => {}
                None => self.wrong_type(
                    at,
                    if dynamic && language == QueryLanguage::Jsonata {
                        "a number or an expression"
                    } else {
                        "a number"
                    },
                ),
                Some(number) if !(least..=most).contains(&number) => {
                    let range =
                        if most == f64::MAX { format!("at least {least}") } else { format!("from {least} to {most}") };
                    at.error(
                        self,
                        "out-of-range",
                        format!("`{}` is out of range: it must be {range}", at.node.span.of(&self.definition.text)),
                    );
                }
                Some(_) => {}
            },
            Shape::Timestamp => match at.text() {
                None => self.wrong_type(at, "a string"),
                Some(text) if Time::from_rfc3339(text).is_some() || self.is_substitution(text) => {}
                Some(text) => {
                    at.error(self, "not-a-timestamp", format!("`{text}` is not a date-time"))
                        .help("write it as in `2026-01-31T12:00:00Z`")
                        .aws("SCHEMA_VALIDATION_FAILED", "String does not match RFC3339 timestamp");
                }
            },
            Shape::Path | Shape::PathOrNull | Shape::Reference | Shape::ResultPath | Shape::PathOrCall => {
                self.path(at, shape)
            }
            Shape::Template => self.template(at, language),
            Shape::Variables => self.assign(at, language),
            Shape::Items => {
                if at.node.is_array() || at.node.is_object() || self.is_expression(at) {
                    self.template(at, language);
                } else {
                    self.wrong_type(at, "an array, an object or an expression");
                }
            }
            Shape::StateName => {
                if at.text().is_none() {
                    self.wrong_type(at, "the name of a state");
                }
            }
            // Looked at where machines and states are.
            Shape::States | Shape::Object(Owner::Processor) => {
                if !at.node.is_object() {
                    self.wrong_type(at, "an object");
                }
            }
            Shape::List(owner) => self.list(at, owner, language),
            Shape::Object(owner) => self.object(at, owner, language),
            Shape::Resource => {}
            Shape::Names => self.names(at),
            Shape::Headers => {
                if !at.node.is_array() || at.node.elements().iter().any(|node| node.as_str().is_none()) {
                    self.wrong_type(at, "an array of strings");
                }
            }
            Shape::Credentials => self.credentials(at, language),
        }
    }

    fn list(&mut self, at: &At<'d>, owner: Owner, language: QueryLanguage) {
        if !at.node.is_array() {
            return self.wrong_type(at, "an array");
        }
        let may_be_empty = matches!(owner, Owner::Retrier | Owner::Catcher);
        if at.node.elements().is_empty() && !may_be_empty {
            at.error(self, "empty", "there must be at least one")
                .aws("SCHEMA_VALIDATION_FAILED", "Value cannot be empty");
        }
        for element in at.elements() {
            match owner {
                // Looked at where machines are.
                Owner::Branch => {
                    if !element.node.is_object() {
                        self.wrong_type(&element, "an object");
                    }
                }
                owner => self.object(&element, owner, language),
            }
        }
    }

    fn integer(&mut self, at: &At<'d>, least: i64, most: i64, dynamic: bool, language: QueryLanguage) {
        let Some(number) = at.node.as_number() else {
            if self.stands_for_anything(at) {
                return;
            }
            let expected = if dynamic && language == QueryLanguage::Jsonata {
                "an integer or an expression"
            } else {
                "an integer"
            };
            return self.wrong_type(at, expected);
        };
        match number.as_i64() {
            None => {
                at.error(self, "wrong-type", format!("`{}` is not an integer", at.node.span.of(&self.definition.text)));
            }
            Some(number) if !(least..=most).contains(&number) => {
                at.error(
                    self,
                    "out-of-range",
                    format!("`{number}` is out of range: it must be from {least} to {most}"),
                );
            }
            Some(_) => {}
        }
    }

    /// Whether a string is filled in by CloudFormation before AWS sees it.
    pub(super) fn is_substitution(&self, text: &str) -> bool {
        self.profile.substitutions && text.split_once("${").is_some_and(|(_, rest)| rest.contains('}'))
    }

    fn stands_for_anything(&self, at: &At<'d>) -> bool {
        at.text().is_some_and(|text| self.is_substitution(text))
    }

    /// Credentials: an object with a RoleArn.
    fn credentials(&mut self, at: &At<'d>, language: QueryLanguage) {
        if !at.node.is_object() {
            return self.wrong_type(at, "an object");
        }
        self.template(at, language);
        let named = ["RoleArn", "RoleArn.$"].iter().any(|key| at.has(key));
        if !named && self.profile.resources == super::Resources::Aws {
            at.error(self, "missing-field", "Credentials need a `RoleArn`")
                .aws("SCHEMA_VALIDATION_FAILED", "The field 'RoleArn' is required but was missing");
        }
    }
}

pub(super) fn article(noun: &str) -> String {
    match noun {
        "null" | "nothing" => noun.to_owned(),
        "array" | "object" => format!("an {noun}"),
        _ => format!("a {noun}"),
    }
}

fn name_of(owner: Owner) -> String {
    match owner {
        Owner::Definition => "a definition".into(),
        Owner::Branch => "a branch".into(),
        Owner::Processor => "an item processor".into(),
        Owner::State(state) => format!("a {} state", state.name()),
        Owner::Rule => "a choice rule".into(),
        Owner::Test => "a condition inside of a choice rule".into(),
        Owner::Retrier => "a retrier".into(),
        Owner::Catcher => "a catcher".into(),
        Owner::ProcessorConfig => "`ProcessorConfig`".into(),
        Owner::ItemReader => "`ItemReader`".into(),
        Owner::ReaderConfig => "`ReaderConfig`".into(),
        Owner::ItemBatcher => "`ItemBatcher`".into(),
        Owner::ResultWriter => "`ResultWriter`".into(),
        Owner::WriterConfig => "`WriterConfig`".into(),
    }
}

/// How what is given becomes what is expected.
fn converted(node: &Node, expected: &str) -> Option<&'static str> {
    let is_number = expected.starts_with("a number") || expected.starts_with("an integer");
    match &node.kind {
        Kind::String(text) if is_number => {
            text.parse::<f64>().is_ok().then_some("write it without the quotation marks")
        }
        Kind::String(text) if expected == "a boolean" => {
            matches!(&**text, "true" | "false").then_some("write it without the quotation marks")
        }
        Kind::Number(_) | Kind::Bool(_) if expected == "a string" => Some("write it in quotation marks"),
        kind if matches!(expected, "an array" | "an array of strings") && !matches!(kind, Kind::Null) => {
            Some("write it in brackets, as in `[…]`, even where it is only one")
        }
        _ => None,
    }
}

/// A missing field that is there in other letters.
pub(super) fn otherwise_written(at: &At<'_>, missing: &str) -> Option<String> {
    let mut keys = at.node.members().iter().map(|member| &*member.key);
    let found = keys.find(|key| key.eq_ignore_ascii_case(missing))?;
    Some(format!("write `{found}` as `{missing}`"))
}

/// What a field that is missing takes.
fn what_to_give(missing: &str) -> Option<&'static str> {
    Some(match missing {
        "ErrorEquals" => "name the errors that it is for, as in `[\"States.ALL\"]`",
        "Next" => "say which state comes then",
        "StartAt" => "name the state that comes first",
        "States" => "it holds the states by their names",
        "Choices" => "it holds the rules in an array, each with a `Next`",
        "Branches" => "it holds the flows in an array, each with `StartAt` and `States`",
        "Condition" => "give it an expression that is true or false, as in `{% $states.input.count > 1 %}`",
        "Resource" => "say what is called, as in `arn:aws:states:::lambda:invoke`",
        _ => return None,
    })
}

/// What a document is that is read as a definition and is none.
fn another_document(at: &At<'_>, owner: Owner) -> Option<&'static str> {
    match owner {
        Owner::Definition if at.has("MockedResponses") => {
            Some("this is a mock configuration: it says what the tasks of a definition answer")
        }
        Owner::Definition if at.has("Resources") => Some(
            "this is a template: a definition stands in its `Definition`, or in the file that `DefinitionUri` names",
        ),
        _ => None,
    }
}

/// What the expressions of a field see (Developer guide, "Reserved variable: $states").
fn sees(owner: Owner, field: &str) -> Sees {
    match owner {
        _ if !matches!(field, "Output" | "Assign") => Sees::Nothing,
        Owner::State(StateType::Task | StateType::Parallel | StateType::Map) => Sees::Result,
        Owner::Catcher => Sees::Error,
        _ => Sees::Nothing,
    }
}

/// The fields that an object must have, in the order in which AWS lists them.
fn required(owner: Owner, language: QueryLanguage) -> &'static [&'static str] {
    match owner {
        Owner::Definition | Owner::Branch | Owner::Processor => &["States", "StartAt"],
        Owner::State(StateType::Task) => &["Resource"],
        Owner::State(StateType::Choice) => &["Choices"],
        Owner::State(StateType::Parallel) => &["Branches"],
        Owner::Rule if language == QueryLanguage::Jsonata => &["Condition", "Next"],
        Owner::Rule => &["Next"],
        Owner::Retrier => &["ErrorEquals"],
        Owner::Catcher => &["ErrorEquals", "Next"],
        Owner::ItemReader => &["Resource"],
        _ => &[],
    }
}

/// What the other query language has for a field.
fn counterpart(key: &str, language: QueryLanguage) -> Option<String> {
    let pair = match (language, key) {
        (QueryLanguage::Jsonata, "Parameters") => "Arguments",
        (QueryLanguage::Jsonata, "InputPath") => return Some("refer to `$states.input` in the expressions".into()),
        (QueryLanguage::Jsonata, "OutputPath" | "ResultPath" | "ResultSelector") => "Output",
        (QueryLanguage::Jsonata, "ItemsPath") => "Items",
        (QueryLanguage::Jsonata, "Variable") => "Condition",
        (QueryLanguage::Jsonata, key) if key.ends_with("Path") => {
            let plain = key.trim_end_matches("Path");
            return Some(format!("give `{plain}` an expression: `{{% … %}}`"));
        }
        (QueryLanguage::JsonPath, "Arguments") => "Parameters",
        (QueryLanguage::JsonPath, "Output") => "ResultSelector",
        (QueryLanguage::JsonPath, "Items") => "ItemsPath",
        (QueryLanguage::JsonPath, "Condition") => "Variable",
        _ => return None,
    };
    Some(format!("use `{pair}`, or set `QueryLanguage` to the other language"))
}

/// Where a field that has no place here does have one.
fn elsewhere(key: &str, owner: Owner) -> Option<String> {
    if !matches!(owner, Owner::State(_)) {
        return None;
    }
    let types: Vec<&str> = StateType::ALL
        .iter()
        .filter(|state| fields::of(Owner::State(**state)).any(|field| field.name == key))
        .map(|state| state.name())
        .collect();
    (!types.is_empty()).then(|| format!("it is a field of {} states", types.join(", ")))
}
