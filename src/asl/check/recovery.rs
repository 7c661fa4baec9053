//! Retry and Catch (States Language, "Errors").

use super::Checker;
use super::object::At;
use crate::base::document::nearest;

/// The error names that Step Functions itself reports.
pub const ERRORS: [&str; 18] = [
    "States.ALL",
    "States.BranchFailed",
    "States.DataLimitExceeded",
    "States.ExceedToleratedFailureThreshold",
    "States.HeartbeatTimeout",
    "States.Http.Socket",
    "States.IntrinsicFailure",
    "States.ItemReaderFailed",
    "States.NoChoiceMatched",
    "States.ParameterPathFailure",
    "States.Permissions",
    "States.QueryEvaluationError",
    "States.ReferencePathConflict",
    "States.ResultPathMatchFailure",
    "States.ResultWriterFailed",
    "States.Runtime",
    "States.TaskFailed",
    "States.Timeout",
];

impl<'d> Checker<'d> {
    /// Where States.ALL may stand; the rest is in the fields.
    pub(super) fn recovery(&mut self, at: &At<'d>) {
        for key in ["Retry", "Catch"] {
            let Some(list) = at.get(key) else { continue };
            let last = list.node.elements().len().saturating_sub(1);
            for (n, element) in list.elements().enumerate() {
                let Some(names) = element.get("ErrorEquals") else { continue };
                let Some(all) = names.elements().find(|name| name.node.as_str() == Some("States.ALL")) else {
                    continue;
                };
                if names.node.elements().len() > 1 {
                    all.error(self, "states-all", "`States.ALL` stands alone").help("it covers the other names");
                } else if n < last {
                    all.error(self, "states-all", format!("`States.ALL` stands in the last element of `{key}` only"))
                        .help("what follows would never be looked at");
                }
            }
        }
    }

    /// ErrorEquals.
    pub(super) fn names(&mut self, at: &At<'d>) {
        if !at.node.is_array() {
            return self.wrong_type(at, "an array");
        }
        if at.node.elements().is_empty() {
            at.error(self, "empty", "there must be at least one name")
                .aws("SCHEMA_VALIDATION_FAILED", "Value cannot be empty");
        }
        for name in at.elements() {
            let Some(text) = name.text() else {
                self.wrong_type(&name, "a string");
                continue;
            };
            if text.starts_with("States.") && !ERRORS.contains(&&**text) {
                let adding = name.warning(self, "unknown-error", format!("Step Functions reports no error `{text}`"));
                if let Some(near) = nearest(text, &ERRORS) {
                    adding.help(format!("did you mean `{near}`?"));
                }
            }
        }
    }
}
