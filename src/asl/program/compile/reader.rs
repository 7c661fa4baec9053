//! Reading fields of a definition with errors that know their place.

use crate::asl::program::{Resource, ResultPath, Source};
use crate::asl::query::{Expression, Path, Template, intrinsic};
use crate::asl::{QueryLanguage, State};
use crate::base::value::read::{Kind, Node};
use crate::base::{Diagnostic, Pointer, Text, Value};

/// A node of the definition and its pointer.
#[derive(Clone)]
pub(super) struct Reader<'d> {
    pub node: &'d Node,
    pub pointer: Pointer,
}

type Read<T> = Result<T, Diagnostic>;

impl<'d> Reader<'d> {
    pub fn new(node: &'d Node, pointer: Pointer) -> Reader<'d> {
        Reader { node, pointer }
    }

    pub fn of(state: &'d State) -> Reader<'d> {
        Reader::new(&state.node, state.pointer.clone())
    }

    pub fn error(&self, code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, self.pointer.clone(), self.node.span, message)
    }

    fn wrong_type(&self, expected: &str) -> Diagnostic {
        self.error("wrong-type", format!("expected {expected}, found {}", self.node.type_name()))
    }

    pub fn get(&self, key: &str) -> Option<Reader<'d>> {
        self.node.get(key).map(|node| Reader::new(node, self.pointer.key(key)))
    }

    pub fn required(&self, key: &str) -> Read<Reader<'d>> {
        self.get(key).ok_or_else(|| self.error("missing-field", format!("the field `{key}` is required")))
    }

    pub fn elements(&self) -> Read<Vec<Reader<'d>>> {
        if !self.node.is_array() {
            return Err(self.wrong_type("an array"));
        }
        let element = |(n, node)| Reader::new(node, self.pointer.index(n));
        Ok(self.node.elements().iter().enumerate().map(element).collect())
    }

    pub fn text(&self) -> Read<Text> {
        self.node.as_text().cloned().ok_or_else(|| self.wrong_type("a string"))
    }

    pub fn integer(&self) -> Read<i64> {
        self.node.as_number().and_then(|number| number.as_i64()).ok_or_else(|| self.wrong_type("an integer"))
    }

    pub fn number(&self) -> Read<f64> {
        self.node.as_number().map(|number| number.as_f64()).ok_or_else(|| self.wrong_type("a number"))
    }

    pub fn boolean(&self) -> Read<bool> {
        self.node.as_bool().ok_or_else(|| self.wrong_type("a boolean"))
    }

    pub fn value(&self) -> Value {
        self.node.to_value()
    }

    pub fn path(&self) -> Read<Path> {
        Path::parse(&self.text()?).map_err(|error| self.error("path-syntax", error.message))
    }

    pub fn result_path(this: Option<&Reader<'_>>) -> Read<ResultPath> {
        match this {
            None => Ok(ResultPath::Replace),
            Some(at) if at.node.is_null() => Ok(ResultPath::Discard),
            Some(at) if at.node.as_str() == Some("$") => Ok(ResultPath::Replace),
            Some(at) => Ok(ResultPath::Into(at.path()?)),
        }
    }

    pub fn resource(&self) -> Read<Resource> {
        Ok(Resource::parse(&self.text()?))
    }

    /// The expression that a whole string is, if it is one.
    pub fn expression(&self, field: &str) -> Read<Option<Expression>> {
        let Some(source) = self.node.as_str().and_then(Expression::source) else { return Ok(None) };
        Expression::compile(source, field).map(Some).map_err(|error| self.error("jsonata-syntax", error.message))
    }

    /// A field that is given, or in JSONata may be an expression.
    pub fn source<T>(&self, field: &str, language: QueryLanguage, given: impl Fn(&Self) -> Read<T>) -> Read<Source<T>> {
        if language == QueryLanguage::Jsonata
            && let Some(expression) = self.expression(field)?
        {
            return Ok(Source::Jsonata(expression));
        }
        given(self).map(Source::Given)
    }

    /// A field of this object that is given as `key`, or in JSONPath as a path in `keyPath`.
    pub fn source_or_path<T>(
        &self,
        key: &str,
        prefix: &str,
        language: QueryLanguage,
        given: impl Fn(&Reader<'d>) -> Read<T>,
    ) -> Read<Option<Source<T>>> {
        if let Some(at) = self.get(key) {
            return at.source(&format!("{prefix}{key}"), language, given).map(Some);
        }
        match self.get(&format!("{key}Path")) {
            Some(at) => Ok(Some(Source::Path(at.path()?))),
            None => Ok(None),
        }
    }

    /// A payload template of the state's language.
    pub fn template(&self, field: &str, language: QueryLanguage) -> Read<Template> {
        match language {
            QueryLanguage::JsonPath => self.path_template(),
            QueryLanguage::Jsonata => self.jsonata_template(field),
        }
    }

    fn path_template(&self) -> Read<Template> {
        match &self.node.kind {
            Kind::Array(_) => {
                let items = self.elements()?.iter().map(Reader::path_template).collect::<Read<Vec<_>>>()?;
                Ok(Template::array(items))
            }
            Kind::Object(members) => {
                let member = |member: &'d crate::base::value::read::Member| {
                    let at = Reader::new(&member.value, self.pointer.key(&member.key));
                    match member.key.strip_suffix(".$") {
                        Some(name) => Ok((Text::from(name), at.dynamic(&member.key)?)),
                        None => Ok((member.key.clone(), at.path_template()?)),
                    }
                };
                Ok(Template::object(members.iter().map(member).collect::<Read<Vec<_>>>()?))
            }
            _ => Ok(Template::Constant(self.value())),
        }
    }

    /// The string of a member whose key ends in `.$`, or of a field such as ErrorPath: a path or an intrinsic function.
    pub fn dynamic(&self, field: &Text) -> Read<Template> {
        let text = self.text()?;
        if text.starts_with('$') {
            return Ok(Template::Path { path: self.path()?, field: field.clone() });
        }
        let call = intrinsic::Call::parse(&text).map_err(|error| self.error("intrinsic-syntax", error.message))?;
        Ok(Template::Intrinsic { call, field: field.clone() })
    }

    fn jsonata_template(&self, field: &str) -> Read<Template> {
        match &self.node.kind {
            Kind::String(_) => match self.expression(field)? {
                Some(expression) => Ok(Template::Jsonata(expression)),
                None => Ok(Template::Constant(self.value())),
            },
            Kind::Array(_) => {
                let items = self.elements()?;
                let item = |(n, at): (usize, &Reader<'d>)| at.jsonata_template(&format!("{field}[{n}]"));
                Ok(Template::array(items.iter().enumerate().map(item).collect::<Read<Vec<_>>>()?))
            }
            Kind::Object(members) => {
                let member = |member: &'d crate::base::value::read::Member| {
                    let at = Reader::new(&member.value, self.pointer.key(&member.key));
                    let field = format!("{field}/{}", member.key);
                    Ok((member.key.clone(), at.jsonata_template(&field)?))
                };
                Ok(Template::object(members.iter().map(member).collect::<Read<Vec<_>>>()?))
            }
            _ => Ok(Template::Constant(self.value())),
        }
    }
}
