//! ValidateStateMachineDefinition.

use super::definition;
use super::shape::{Shape, request, response};
use super::shapes::{DEFINITION, TYPE};
use super::state_machine::Type;
use super::{Account, ServiceError};
use crate::asl::Definition;
use crate::asl::check::{AwsDiagnostic, to_aws};
use crate::base::Text;

request! {
    ValidateStateMachineDefinition as "ValidateStateMachineDefinitionInput" {
        definition "definition": Text = DEFINITION,
        kind "type": Option<Text> = TYPE,
        severity "severity": Option<Text> = Shape::words(&["ERROR", "WARNING"]),
        max_results "maxResults": Option<i64> = Shape::integer(0, 100),
    }
}

response! {
    Validation {
        result "result": &'static str,
        diagnostics "diagnostics": Vec<DiagnosticItem>,
        truncated "truncated": bool,
    }
}

response! {
    DiagnosticItem {
        severity "severity": &'static str,
        code "code": &'static str,
        message "message": String,
        location "location": Option<String>,
    }
}

impl Account {
    /// An invalid definition is an answer, not an exception.
    pub fn validate_state_machine_definition(
        &mut self,
        request: ValidateStateMachineDefinition,
    ) -> Result<Validation, ServiceError> {
        let kind = Type::from_name(request.kind.as_deref().unwrap_or("STANDARD"));
        let definition = Definition::parse(&request.definition);
        let told = to_aws(&definition, &definition::findings(&definition, kind));
        let is_error = |told: &AwsDiagnostic| told.severity == "ERROR";
        let fails = told.iter().any(is_error);
        let warnings = request.severity.as_deref() == Some("WARNING");
        let shown: Vec<_> = told.into_iter().filter(|told| warnings || is_error(told)).collect();
        let most = match request.max_results {
            None | Some(0) => 100,
            Some(most) => usize::try_from(most).unwrap_or(100),
        };
        let truncated = shown.len() > most;
        let item =
            |AwsDiagnostic { severity, code, message, location }| DiagnosticItem { severity, code, message, location };
        Ok(Validation {
            result: if fails { "FAIL" } else { "OK" },
            diagnostics: shown.into_iter().take(most).map(item).collect(),
            truncated,
        })
    }
}
