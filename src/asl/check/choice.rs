//! The rules of a Choice state (States Language, "Choice State").

use super::Checker;
use super::object::At;
use crate::asl::fields::Owner;
use crate::asl::{QueryLanguage, fields};

/// Whether a rule in JSONPath has no such field.
fn is_foreign(key: &str) -> bool {
    let field = fields::find(Owner::Rule, key, QueryLanguage::JsonPath);
    field.is_none_or(|field| field.language == Some(QueryLanguage::Jsonata))
}

impl<'d> Checker<'d> {
    /// What the fields alone do not say: in JSONPath each rule is either one comparison or one of And, Or and Not.
    pub(super) fn choices(&mut self, at: &At<'d>, language: QueryLanguage) {
        if language == QueryLanguage::JsonPath {
            for rule in at.get("Choices").iter().flat_map(At::elements) {
                self.test(&rule);
            }
        }
    }

    fn test(&mut self, at: &At<'d>) {
        if !at.node.is_object() || self.is_full() {
            return;
        }
        let inner = ["And", "Or", "Not"].into_iter().filter_map(|key| Some((key, at.get(key)?)));
        let comparisons = at.members().filter(|(member, _)| fields::is_comparison(&member.key));
        let found: Vec<(&str, At<'d>)> =
            inner.chain(comparisons.map(|(member, value)| (&*member.key, value))).collect();
        match found.as_slice() {
            // A member that does not belong here is told, and was meant to be it.
            [] if at.members().any(|(member, _)| is_foreign(&member.key)) => {}
            [] => {
                at.error(self, "missing-field", "a choice rule needs a comparison")
                    .help("compare a `Variable`, as in `\"Variable\": \"$.total\", \"NumericGreaterThan\": 100`");
            }
            [(only, _)] => {
                let takes_variable = !matches!(*only, "And" | "Or" | "Not");
                match at.get("Variable") {
                    None if takes_variable => {
                        at.error(self, "missing-field", "`Variable` is missing")
                            .help(format!("say what `{only}` compares"))
                            .aws("SCHEMA_VALIDATION_FAILED", "These fields are required: [Variable]");
                    }
                    Some(variable) if !takes_variable => self.both(only, "Variable", &variable),
                    _ => {}
                }
            }
            [(first, _), .., (last, value)] => self.both(first, last, value),
        }
        for (_, value) in found {
            if value.node.is_array() {
                value.elements().for_each(|test| self.test(&test));
            } else if value.node.is_object() {
                self.test(&value);
            }
        }
    }

    /// The Condition of a rule in JSONata.
    pub(super) fn condition(&mut self, at: &At<'d>) {
        if at.node.as_bool().is_some() {
            return;
        }
        match at.text() {
            None => self.wrong_type(at, "an expression or a boolean"),
            Some(_) if self.is_expression(at) => self.expression(at),
            Some(text) if self.is_substitution(text) => {}
            Some(_) => {
                at.error(self, "not-an-expression", "a condition is an expression or a boolean")
                    .help("write an expression as in `{% $states.input.total > 100 %}`");
            }
        }
    }
}
