//! Paths, payload templates and expressions.

use super::object::At;
use super::{Adding, Checker, Sees};
use crate::asl::QueryLanguage;
use crate::asl::fields::Shape;
use crate::asl::query::intrinsic::Call;
use crate::asl::query::path::SyntaxError;
use crate::asl::query::{Expression, Path, Root};
use crate::base::document::{listed, nearest};
use crate::base::value::read::offset_behind;
use crate::base::{Pointer, Severity, Span};
use rustc_hash::FxHashSet;

/// Whether a text that is not evaluated was likely meant to be.
pub(super) fn looks_like_a_query(text: &str) -> bool {
    let path = |rest: &str| rest.starts_with(['.', '[']) && rest.len() > 1;
    if let Some(name) = text.strip_prefix("States.") {
        return Call::parse(text).is_ok() && name.ends_with(')');
    }
    match text.strip_prefix("$$").or_else(|| text.strip_prefix('$')) {
        Some(rest) => path(rest) && Path::parse(text).is_ok(),
        None => false,
    }
}

impl<'d> Checker<'d> {
    /// The place of a part of a string.
    pub(super) fn inside(&self, at: &At<'d>, part: Span) -> Span {
        let string = at.node.span;
        let offset = |decoded: u32| {
            let decoded = decoded as usize;
            let beginning = (string, (0, string.start + 1));
            let (known, place) = self.known.get().unwrap_or(beginning);
            let from = if known == string && place.0 <= decoded { place } else { beginning.1 };
            let place = offset_behind(&self.definition.text, string, from, decoded);
            self.known.set(Some((string, place)));
            place.1
        };
        let end = string.end;
        let start = offset(part.start).min(end.saturating_sub(1));
        Span::new(start, offset(part.end).clamp(start + 1, end.max(start + 1)))
    }

    /// A field that holds a path.
    pub(super) fn path(&mut self, at: &At<'d>, shape: Shape) {
        let may_be_null = matches!(shape, Shape::PathOrNull | Shape::ResultPath);
        if at.node.is_null() && may_be_null {
            return;
        }
        let Some(text) = at.text() else {
            return self.wrong_type(at, if may_be_null { "a path or null" } else { "a path" });
        };
        if self.is_substitution(text) {
            return;
        }
        if shape == Shape::PathOrCall && text.starts_with("States.") {
            return match Call::parse(text) {
                Ok(call) => self.reads_of_call(&call, at),
                Err(error) => {
                    self.syntax_error(at, "intrinsic-syntax", error);
                }
            };
        }
        let path = match Path::parse(text) {
            Ok(path) => path,
            Err(error) => {
                let told = if shape == Shape::ResultPath {
                    "Value is not a Reference Path"
                } else {
                    "Value must be a valid JSONPath."
                };
                self.syntax_error(at, "path-syntax", error).aws("SCHEMA_VALIDATION_FAILED", told);
                return;
            }
        };
        match shape {
            Shape::ResultPath if *path.root() != Root::Input => {
                at.error(
                    self,
                    "not-a-reference-path",
                    format!("`{text}` is no place in the input, and only there a result can be put"),
                )
                .help("variables get their values in `Assign`")
                .aws("SCHEMA_VALIDATION_FAILED", "Value is not a Reference Path");
            }
            Shape::ResultPath if !path.is_reference_path() => {
                at.error(self, "not-a-reference-path", format!("`{text}` does not name one place"))
                    .help("use names and indexes only, as in `$.order.items[0]`")
                    .aws("SCHEMA_VALIDATION_FAILED", "Value is not a Reference Path");
            }
            Shape::Reference if !path.is_definite() => {
                at.error(self, "not-a-reference-path", format!("`{text}` does not name one value"))
                    .help("use names and indexes only, as in `$.order.items[0]`")
                    .aws("SCHEMA_VALIDATION_FAILED", "Value is not a Reference Path");
            }
            _ => {}
        }
        self.reads_of_path(&path, at);
    }

    fn syntax_error(&mut self, at: &At<'d>, code: &'static str, error: SyntaxError) -> Adding<'_> {
        let span = self.inside(at, error.span);
        let adding = self.add(Severity::Error, code, &at.pointer, span, error.message);
        match error.help {
            Some(help) => adding.help(help),
            None => adding,
        }
    }

    /// JSON with queries in it.
    pub(super) fn template(&mut self, at: &At<'d>, language: QueryLanguage) {
        match language {
            QueryLanguage::JsonPath => self.path_template(at, &at.pointer),
            QueryLanguage::Jsonata => self.jsonata_template(at),
        }
    }

    fn path_template(&mut self, at: &At<'d>, field: &Pointer) {
        if self.is_full() {
            return;
        }
        let mut met = FxHashSet::default();
        for (member, value) in at.members() {
            if self.is_full() {
                return;
            }
            let (name, dynamic) = match member.key.strip_suffix(".$") {
                Some(name) => (name, true),
                None => (&*member.key, false),
            };
            if !met.insert(name) {
                self.add(
                    Severity::Error,
                    "duplicate-key",
                    &value.pointer,
                    member.key_span,
                    format!("`{name}` is given twice"),
                )
                .help("a key that ends in `.$` gives up its ending; remove one of the two")
                .aws_at(field);
            }
            if dynamic {
                self.dynamic(&member.key, &value, field);
            } else {
                if let Some(text) = value.text()
                    && looks_like_a_query(text)
                {
                    self.add(
                        Severity::Warning,
                        "no-dollar",
                        &value.pointer,
                        member.key_span,
                        format!("`{name}` gets this text as it stands, and it looks like a query"),
                    )
                    .help(format!("write the key as `{name}.$`"))
                    .aws_code("NO_DOLLAR");
                }
                self.path_template(&value, field);
            }
        }
        for element in at.elements() {
            self.path_template(&element, field);
        }
    }

    /// What stands behind a key that ends in `.$`.
    fn dynamic(&mut self, key: &str, at: &At<'d>, field: &Pointer) {
        let told =
            || format!("The value for the field '{key}' must be a valid JSONPath or a valid intrinsic function call");
        let Some(text) = at.text() else {
            let message = format!("`{key}` takes a path or an intrinsic function, in a string");
            at.error(self, "wrong-type", message)
                .help("without `.$` at its end the key takes any value")
                .aws("SCHEMA_VALIDATION_FAILED", told())
                .aws_at(field);
            return;
        };
        if self.is_substitution(text) {
            return;
        }
        let error = if text.starts_with('$') {
            match Path::parse(text) {
                Ok(path) => return self.reads_of_path(&path, at),
                Err(error) => ("path-syntax", error),
            }
        } else {
            match Call::parse(text) {
                Ok(call) => return self.reads_of_call(&call, at),
                Err(error) => ("intrinsic-syntax", error),
            }
        };
        let (code, error) = error;
        self.syntax_error(at, code, error).aws("SCHEMA_VALIDATION_FAILED", told()).aws_at(field);
    }

    fn jsonata_template(&mut self, at: &At<'d>) {
        if self.is_full() {
            return;
        }
        if at.text().is_some() {
            if self.is_expression(at) {
                self.expression(at);
            } else {
                self.half_expression(at);
            }
        }
        let mut met = FxHashSet::default();
        for (member, value) in at.members() {
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
            self.jsonata_template(&value);
        }
        for element in at.elements() {
            self.jsonata_template(&element);
        }
    }

    /// Variables and what they get.
    pub(super) fn assign(&mut self, at: &At<'d>, language: QueryLanguage) {
        if !at.node.is_object() {
            return self.wrong_type(at, "an object");
        }
        for (member, value) in at.members() {
            let name = match language {
                QueryLanguage::JsonPath => member.key.strip_suffix(".$").unwrap_or(&member.key),
                QueryLanguage::Jsonata => &member.key,
            };
            let odd = |c: char| !(c.is_alphanumeric() || c == '_');
            if name == "states" {
                self.add(
                    Severity::Error,
                    "variable-name",
                    &value.pointer,
                    member.key_span,
                    "`states` is taken: `$states` holds what a state can see",
                )
                .help("choose another name");
            } else if name.is_empty()
                || name.contains(odd)
                || name.starts_with(|c: char| c.is_numeric())
                || name.chars().count() > 80
            {
                self.add(
                    Severity::Warning,
                    "variable-name",
                    &value.pointer,
                    member.key_span,
                    format!("no query can read a variable with the name `{name}`"),
                )
                .help("names are made of up to 80 letters, digits and `_`, and do not begin with a digit");
            }
        }
        self.template(at, language);
    }

    pub(super) fn is_expression(&self, at: &At<'d>) -> bool {
        at.text().is_some_and(|text| text.starts_with("{%") && text.ends_with("%}") && text.len() >= 4)
    }

    /// A JSONata expression.
    pub(super) fn expression(&mut self, at: &At<'d>) {
        let Some(text) = at.text() else { return };
        let Some(inner) = text.get(2..text.len().saturating_sub(2)) else { return };
        if self.is_substitution(inner) {
            return;
        }
        if inner.trim_start_matches([' ', '\t']).starts_with(['\n', '\r']) {
            let span = self.inside(at, Span::new(0, 2));
            self.add(
                Severity::Error,
                "jsonata-syntax",
                &at.pointer,
                span,
                "an expression begins on the line of its `{%`",
            )
            .help("move it up behind the `{%`");
            return;
        }
        let Some(source) = Expression::source(text) else { return };
        // The place of the expression in the string.
        let start = (source.as_ptr() as usize).saturating_sub(text.as_ptr() as usize) as u32;
        let place = |this: &Self, span: Span| this.inside(at, Span::new(start + span.start, start + span.end));
        match Expression::compile(source, "") {
            Ok(expression) => {
                self.reads_of_expression(&expression, source, at, start);
                for reference in expression.jsonata().states() {
                    let Some(name) = reference.path.first() else { continue };
                    // Up to the member, not to all that is read behind it.
                    let behind = source.get(reference.span.start as usize..).and_then(|text| text.find(&**name));
                    let end = behind.map_or(reference.span.end, |at| reference.span.start + (at + name.len()) as u32);
                    let span = place(self, Span::new(reference.span.start, end.min(reference.span.end)));
                    self.states_member(at, name, span);
                }
                for context in expression.jsonata().context() {
                    let span = place(self, context.span);
                    self.add(Severity::Error, "jsonata-context", &at.pointer, span, context.message())
                        .help("read the input of the state as `$states.input`")
                        .aws_code("UNSUPPORTED_JSONATA_EXPRESSION");
                }
            }
            Err(error) => {
                let span = place(self, error.span);
                self.add(Severity::Error, "jsonata-syntax", &at.pointer, span, error.message)
                    .aws_code("INVALID_JSONATA_EXPRESSION");
            }
        }
    }

    /// A member of `$states`: that there is one of that name, and that it has a value by then.
    fn states_member(&mut self, at: &At<'d>, name: &str, span: Span) {
        const MEMBERS: [&str; 4] = ["input", "context", "result", "errorOutput"];
        let help = match name {
            "input" | "context" => return,
            "result" if self.sees == Sees::Result => return,
            "errorOutput" if self.sees == Sees::Error => return,
            "result" => "only `Output` and `Assign` of Task, Parallel and Map states see a result".to_owned(),
            "errorOutput" => "only `Output` and `Assign` of a catcher see an error".to_owned(),
            name => match nearest(name, &MEMBERS) {
                Some(near) => format!("did you mean `$states.{near}`?"),
                None => format!("it has {}", listed(&MEMBERS).replace(" or ", " and ")),
            },
        };
        let message = if MEMBERS.contains(&name) {
            format!("`$states.{name}` has no value here")
        } else {
            format!("`$states` has no `{name}`")
        };
        self.add(Severity::Error, "states-member", &at.pointer, span, message)
            .help(help)
            .aws("UNSUPPORTED_JSONATA_EXPRESSION", format!("Field '$states.{name}' does not exist."));
    }

    /// A string that has only one end of an expression.
    pub(super) fn half_expression(&mut self, at: &At<'d>) {
        let Some(text) = at.text() else { return };
        match (text.starts_with("{%"), text.ends_with("%}")) {
            (true, false) if text.trim_end().ends_with("%}") => {
                at.error(self, "jsonata-syntax", "blanks follow the `%}` of this expression")
                    .help("the string ends with `%}`; in YAML `|-` and `>-` leave no line break behind it");
            }
            (true, false) => {
                at.error(self, "jsonata-syntax", "this expression is never closed by a `%}`")
                    .help("the string ends with `%}`");
            }
            (false, true) => {
                at.error(self, "jsonata-syntax", "this ends like an expression, and does not begin with `{%`")
                    .help("a string is an expression as a whole: join texts inside of it with `&`");
            }
            (true, true) if text.len() < 4 => {
                at.error(self, "jsonata-syntax", "this expression has no end of its own").help("write `{% … %}`");
            }
            _ => {}
        }
    }
}
