//! Diagnostics for JavaScript.

use super::json;
use crate::asl::Definition;
use crate::asl::check::{Profile, check};
use crate::base::{Diagnostic, Utf16};
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// A diagnostic. Offsets count UTF-16 units, as JavaScript does.
#[derive(Debug, Serialize)]
pub(super) struct Told<'d> {
    severity: &'static str,
    code: &'d str,
    message: &'d str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'d str>,
    pointer: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<u32>,
}

impl<'d> Told<'d> {
    pub fn new(diagnostic: &'d Diagnostic, text: Option<&Utf16>) -> Told<'d> {
        let range = text.map(|text| text.range(diagnostic.span));
        Told {
            severity: if diagnostic.is_error() { "ERROR" } else { "WARNING" },
            code: diagnostic.code,
            message: &diagnostic.message,
            help: diagnostic.help.as_deref(),
            pointer: diagnostic.pointer.to_string(),
            from: range.map(|(from, _)| from),
            to: range.map(|(_, to)| to),
        }
    }
}

/// What is wrong with a definition: severity, code, message, help, JSON pointer, and the range in the text.
#[wasm_bindgen(skip_typescript)]
pub fn validate(definition: &str) -> Result<String, JsValue> {
    let findings = check(&Definition::parse(definition), &Profile::default());
    let text = Utf16::new(definition);
    let told: Vec<Told<'_>> = findings.iter().map(|finding| Told::new(&finding.diagnostic, Some(&text))).collect();
    json(&told)
}
