//! What only Map states have.

use super::Checker;
use super::object::At;
use crate::asl::{State, StateType};
use rustc_hash::FxHashSet;

/// The longest Label, in characters.
const MAX_LABEL: usize = 40;
/// The fields that mean something in distributed mode only.
const DISTRIBUTED: [&str; 7] = [
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    "Label",
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentage",
];

impl<'d> Checker<'d> {
    pub(super) fn map(&mut self, at: &At<'d>, state: &State) {
        let Some(processor) = at.get("ItemProcessor").or_else(|| at.get("Iterator")) else {
            at.error(self, "missing-field", "`ItemProcessor` is missing")
                .help("it holds the states that run for each item")
                .aws("SCHEMA_VALIDATION_FAILED", "These fields are required: [ItemProcessor]");
            return;
        };
        let config = processor.get("ProcessorConfig");
        let mode = config.as_ref().and_then(|config| config.get("Mode"));
        if mode.as_ref().and_then(|mode| mode.node.as_str()) != Some("DISTRIBUTED") {
            for (key, value) in DISTRIBUTED.into_iter().filter_map(|key| Some((key, at.get(key)?))) {
                let help = "set the `Mode` of `ProcessorConfig` to DISTRIBUTED";
                self.add(
                    crate::base::Severity::Warning,
                    "only-distributed",
                    &value.pointer,
                    value.key.unwrap_or(value.node.span),
                    format!("`{key}` has no effect in a Map state that is not distributed"),
                )
                .help(help);
            }
            return;
        }
        if let Some(config) = config.filter(|config| !config.has("ExecutionType")) {
            config
                .error(self, "missing-field", "`ExecutionType` is missing")
                .help("a distributed Map runs its items as STANDARD or as EXPRESS executions")
                .aws("SCHEMA_VALIDATION_FAILED", "These fields are required: [ExecutionType]");
        }
        self.batches(at);
        self.columns(at);
        if self.profile.express {
            at.error(
                self,
                "not-in-express",
                format!("an Express workflow cannot run the distributed Map `{}`", state.name),
            )
            .help("set its `Mode` to INLINE, or use a Standard workflow");
        }
    }

    /// A batcher says how large a batch may be.
    fn batches(&mut self, at: &At<'d>) {
        let Some(batcher) = at.get("ItemBatcher").filter(|batcher| batcher.node.is_object()) else { return };
        let limits = ["MaxItemsPerBatch", "MaxInputBytesPerBatch"];
        if !limits.iter().any(|limit| batcher.has(limit) || batcher.has(&format!("{limit}Path"))) {
            batcher
                .warning(self, "missing-field", "`ItemBatcher` says nothing of how large a batch is")
                .help("give it `MaxItemsPerBatch`, `MaxInputBytesPerBatch` or both");
        }
    }

    /// Columns that are named have names.
    fn columns(&mut self, at: &At<'d>) {
        let config = at.get("ItemReader").and_then(|reader| reader.get("ReaderConfig"));
        let Some(config) = config else { return };
        let given = config.get("CSVHeaderLocation");
        if let Some(given) = given.filter(|given| given.node.as_str() == Some("GIVEN") && !config.has("CSVHeaders")) {
            given
                .warning(self, "missing-field", "the names of the columns are not given")
                .help("list them in `CSVHeaders`, or take them from the FIRST_ROW");
        }
    }

    /// Labels of Map states: they become part of names, and are unique.
    pub(super) fn labels(&mut self) {
        let definition = self.definition;
        let mut met = FxHashSet::default();
        for state in definition.states.iter().filter(|state| state.state_type == Some(StateType::Map)) {
            let at = At::new(&state.node, state.pointer.clone());
            let Some(label) = at.get("Label") else { continue };
            let Some(text) = label.text() else { continue };
            if self.is_substitution(text) {
                continue;
            }
            let odd = |c: char| c.is_whitespace() || c.is_control() || "?*<>{}[]:;,\\|^~$#%&`\"/".contains(c);
            if text.is_empty() || text.chars().count() > MAX_LABEL || text.contains(odd) {
                label
                    .error(self, "label", format!("`{text}` cannot be a label"))
                    .help(format!("a label has 1 to {MAX_LABEL} characters, no blanks, and none of ? * < > {{ }} [ ] : ; , \\ | ^ ~ $ # % & ` \" /"))
                    .aws_code("INVALID_LABEL_NAME");
            }
            if !met.insert(&**text) {
                label
                    .error(self, "duplicate-label", format!("the label `{text}` is that of another Map state, too"))
                    .help("labels are unique in the whole definition")
                    .aws_code("DUPLICATE_LABEL_NAME");
            }
        }
    }
}
