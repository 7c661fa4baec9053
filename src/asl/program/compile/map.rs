//! The Map state, inline and distributed (States Language, "Map State").

use super::reader::Reader;
use super::state::given;
use crate::asl::program::{
    CsvConfig, Distributed, FlowId, InputType, Io, ItemBatcher, ItemReader, Items, Manifest, Map, Next, ResultWriter,
    Transformation,
};
use crate::asl::{Definition, QueryLanguage, State};
use crate::base::Diagnostic;

pub(super) fn map(
    definition: &Definition,
    state: &State,
    at: &Reader<'_>,
    mut io: Io,
    processor: FlowId,
    next: Next,
) -> Result<Map, Diagnostic> {
    let language = state.language;
    let template = |key: &str| at.get(key).map(|at| at.template(key, language)).transpose();
    let items = match language {
        QueryLanguage::JsonPath => match at.get("ItemsPath") {
            Some(path) => Items::Path(path.path()?),
            None => Items::Input,
        },
        QueryLanguage::Jsonata => match at.get("Items") {
            Some(items) => Items::Template(items.template("Items", language)?),
            None => Items::Input,
        },
    };
    // Before ItemSelector there was Parameters, and it meant each item, not the whole.
    let item_selector = match template("ItemSelector")? {
        Some(selector) => Some(selector),
        None => io.arguments.take(),
    };
    let percentage = |at: &Reader<'_>| at.number();
    Ok(Map {
        processor,
        io,
        items,
        item_selector,
        max_concurrency: given(at.source_or_path("MaxConcurrency", "", language, Reader::integer)?, |count| {
            *count == 0
        }),
        tolerated_failure_count: at.source_or_path("ToleratedFailureCount", "", language, Reader::integer)?,
        tolerated_failure_percentage: at.source_or_path("ToleratedFailurePercentage", "", language, percentage)?,
        distributed: distributed(definition, state, at)?,
        recovery: super::recovery::recovery(definition, state, at)?,
        next,
    })
}

fn distributed(definition: &Definition, state: &State, at: &Reader<'_>) -> Result<Option<Distributed>, Diagnostic> {
    let config = state.machines.first().and_then(|machine| definition.machines[*machine].node.get("ProcessorConfig"));
    let setting = |key: &str| config.and_then(|config| config.get(key)).and_then(|node| node.as_str());
    if setting("Mode") != Some("DISTRIBUTED") {
        return Ok(None);
    }
    Ok(Some(Distributed {
        express: setting("ExecutionType") == Some("EXPRESS"),
        label: at.get("Label").map(|at| at.text()).transpose()?,
        reader: at.get("ItemReader").map(|at| reader(&at, state.language)).transpose()?,
        batcher: at.get("ItemBatcher").map(|at| batcher(&at, state.language)).transpose()?,
        writer: at.get("ResultWriter").map(|at| writer(&at, state.language)).transpose()?,
    }))
}

/// Parameters in JSONPath, Arguments in JSONata.
fn arguments(
    at: &Reader<'_>,
    field: &str,
    language: QueryLanguage,
) -> Result<Option<crate::asl::query::Template>, Diagnostic> {
    let key = if language == QueryLanguage::JsonPath { "Parameters" } else { "Arguments" };
    at.get(key).map(|at| at.template(&format!("{field}/{key}"), language)).transpose()
}

fn reader(at: &Reader<'_>, language: QueryLanguage) -> Result<ItemReader, Diagnostic> {
    let config = at.get("ReaderConfig");
    let text = |key: &str| config.as_ref().and_then(|config| config.get(key)).map(|at| at.text()).transpose();
    let input_type = text("InputType")?;
    let manifest = match (text("ManifestType")?.as_deref(), input_type.as_deref()) {
        (Some("ATHENA_DATA"), _) => Some(Manifest::Athena),
        (Some("S3_INVENTORY"), _) | (None, Some("MANIFEST")) => Some(Manifest::Inventory),
        _ => None,
    };
    let input_type = match input_type.as_deref() {
        Some("CSV") => InputType::Csv,
        Some("JSONL") => InputType::Jsonl,
        Some("PARQUET") => InputType::Parquet,
        _ => InputType::Json,
    };
    let headers = config.as_ref().and_then(|config| config.get("CSVHeaders"));
    let headers =
        headers.map(|at| at.elements()?.iter().map(Reader::text).collect::<Result<Vec<_>, _>>()).transpose()?;
    let given_headers = text("CSVHeaderLocation")?.as_deref() == Some("GIVEN");
    let delimiter = text("CSVDelimiter")?.and_then(|name| match &*name {
        "COMMA" => Some(','),
        "PIPE" => Some('|'),
        "SEMICOLON" => Some(';'),
        "SPACE" => Some(' '),
        "TAB" => Some('\t'),
        _ => None,
    });
    let max_items = match &config {
        Some(config) => config.source_or_path("MaxItems", "ItemReader/ReaderConfig/", language, Reader::integer)?,
        None => None,
    };
    Ok(ItemReader {
        resource: at.required("Resource")?.resource()?,
        arguments: arguments(at, "ItemReader", language)?,
        input_type,
        manifest,
        csv: CsvConfig { headers: headers.filter(|_| given_headers), delimiter },
        max_items,
        items_pointer: text("ItemsPointer")?,
        flatten: text("Transformation")?.as_deref() == Some("LOAD_AND_FLATTEN"),
    })
}

fn batcher(at: &Reader<'_>, language: QueryLanguage) -> Result<ItemBatcher, Diagnostic> {
    let limit = |key: &str| at.source_or_path(key, "ItemBatcher/", language, Reader::integer);
    Ok(ItemBatcher {
        max_items: limit("MaxItemsPerBatch")?,
        max_bytes: limit("MaxInputBytesPerBatch")?,
        batch_input: at.get("BatchInput").map(|at| at.template("ItemBatcher/BatchInput", language)).transpose()?,
    })
}

fn writer(at: &Reader<'_>, language: QueryLanguage) -> Result<ResultWriter, Diagnostic> {
    let config = at.get("WriterConfig");
    let text = |key: &str| config.as_ref().and_then(|config| config.get(key)).map(|at| at.text()).transpose();
    Ok(ResultWriter {
        resource: at.get("Resource").map(|at| at.resource()).transpose()?,
        arguments: arguments(at, "ResultWriter", language)?,
        transformation: match text("Transformation")?.as_deref() {
            Some("COMPACT") => Transformation::Compact,
            Some("FLATTEN") => Transformation::Flatten,
            _ => Transformation::None,
        },
        jsonl: text("OutputType")?.as_deref() == Some("JSONL"),
    })
}
