//! The fields of the language: where each may stand, in which query language, what it holds, and what it is for.
//!
//! One table for the checker, for what the editor says when the pointer rests on a field, and for what it proposes.

use super::model::{QueryLanguage, StateType};

/// A kind of object in a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    Definition,
    /// A branch of a Parallel state.
    Branch,
    /// ItemProcessor or Iterator.
    Processor,
    State(StateType),
    /// A rule of Choices.
    Rule,
    /// What stands inside of And, Or and Not.
    Test,
    Retrier,
    Catcher,
    ProcessorConfig,
    ItemReader,
    ReaderConfig,
    ItemBatcher,
    ResultWriter,
    WriterConfig,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    Any,
    Text,
    Boolean,
    Word(&'static [&'static str]),
    Integer(i64, i64),
    Number(f64, f64),
    /// An RFC 3339 date-time.
    Timestamp,
    /// A path in JSONPath.
    Path,
    /// A path, or `null`.
    PathOrNull,
    /// A path that names one place: `.name` and `[n]` only.
    Reference,
    /// The place for a result, or `null`.
    ResultPath,
    /// A path or an intrinsic function.
    PathOrCall,
    /// JSON with queries in it.
    Template,
    /// The same, and an object.
    Variables,
    /// Items of JSONata: an array or an object, or an expression that gives one.
    Items,
    /// A JSONata expression, or a boolean.
    Condition,
    StateName,
    States,
    Resource,
    /// A non-empty array of strings.
    Names,
    /// Names of columns.
    Headers,
    Credentials,
    Object(Owner),
    List(Owner),
}

/// A field of the language.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub name: &'static str,
    /// None: in both.
    pub language: Option<QueryLanguage>,
    pub shape: Shape,
    /// Whether JSONata may give the value instead.
    pub dynamic: bool,
    /// What it is for, in a sentence.
    pub about: &'static str,
}

const PATH: Option<QueryLanguage> = Some(QueryLanguage::JsonPath);
const JSONATA: Option<QueryLanguage> = Some(QueryLanguage::Jsonata);
/// The longest time that the language can say in seconds.
pub const MAX_SECONDS: i64 = 99_999_999;

const fn both(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field { name, language: None, shape, dynamic: false, about }
}

const fn in_path(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field { name, language: PATH, shape, dynamic: false, about }
}

const fn in_jsonata(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field { name, language: JSONATA, shape, dynamic: false, about }
}

/// In both, and in JSONata an expression may give it.
const fn dynamic(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field { name, language: None, shape, dynamic: true, about }
}

const COMMENT: Field = both("Comment", Shape::Text, "A note for readers; nothing runs it.");

const MACHINE: &[Field] = &[
    COMMENT,
    both("StartAt", Shape::StateName, "The state that runs first."),
    both("States", Shape::States, "The states, by name. Names are unique in the whole definition."),
];

const DEFINITION: &[Field] = &[
    both(
        "QueryLanguage",
        Shape::Word(&["JSONPath", "JSONata"]),
        "The query language of states that do not name their own; JSONPath if left out.",
    ),
    both("TimeoutSeconds", Shape::Integer(0, MAX_SECONDS), "The execution times out when it has run this long."),
    both("Version", Shape::Word(&["1.0"]), "The version of the States Language."),
];

const PROCESSOR: &[Field] = &[both(
    "ProcessorConfig",
    Shape::Object(Owner::ProcessorConfig),
    "How the items are run: inline, or each as an execution of its own.",
)];

const PROCESSOR_CONFIG: &[Field] = &[
    both(
        "Mode",
        Shape::Word(&["INLINE", "DISTRIBUTED"]),
        "INLINE runs items inside of this execution; DISTRIBUTED starts a child execution for each item or batch.",
    ),
    both("ExecutionType", Shape::Word(&["STANDARD", "EXPRESS"]), "The type of the child executions."),
];

const STATE: &[Field] = &[
    COMMENT,
    both(
        "Type",
        Shape::Word(&["Pass", "Task", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"]),
        "What the state does.",
    ),
    both("QueryLanguage", Shape::Word(&["JSONPath", "JSONata"]), "The query language of this state."),
];

const NEXT: &[Field] = &[
    both("Next", Shape::StateName, "The state that runs after this one."),
    both("End", Shape::Boolean, "The flow ends with this state."),
];

const INPUT_OUTPUT: &[Field] = &[
    in_path(
        "InputPath",
        Shape::PathOrNull,
        "The part of the input that this state works on; null gives it an empty object.",
    ),
    in_path("OutputPath", Shape::PathOrNull, "The part of the output that goes on; null hands on an empty object."),
    in_jsonata("Output", Shape::Template, "What the state hands on, instead of its result or input."),
];

const ASSIGN: &[Field] =
    &[both("Assign", Shape::Variables, "Variables and the values they get when the state is left.")];

const PARAMETERS: &[Field] = &[in_path(
    "Parameters",
    Shape::Template,
    "What the state works on, instead of its effective input. Keys that end in `.$` hold paths or intrinsic functions.",
)];

const RESULT_PATH: &[Field] =
    &[in_path("ResultPath", Shape::ResultPath, "Where the result is put into the input; null drops it.")];

const RESULT_SELECTOR: &[Field] =
    &[in_path("ResultSelector", Shape::Template, "What is made of the result before ResultPath.")];

const ARGUMENTS: &[Field] = &[in_jsonata("Arguments", Shape::Template, "What the state works on.")];

const RECOVERY: &[Field] = &[
    both("Retry", Shape::List(Owner::Retrier), "When to try again after an error."),
    both("Catch", Shape::List(Owner::Catcher), "Where to go after an error that Retry does not mend."),
];

const TASK: &[Field] = &[
    both("Resource", Shape::Resource, "What is called: a Lambda function, an activity, or a service integration."),
    dynamic("TimeoutSeconds", Shape::Integer(1, MAX_SECONDS), "An attempt times out after this long."),
    in_path("TimeoutSecondsPath", Shape::Reference, "Where the input says TimeoutSeconds."),
    dynamic(
        "HeartbeatSeconds",
        Shape::Integer(1, MAX_SECONDS),
        "An attempt times out after this long without a heartbeat.",
    ),
    in_path("HeartbeatSecondsPath", Shape::Reference, "Where the input says HeartbeatSeconds."),
    both("Credentials", Shape::Credentials, "The role with which the resource is called."),
];

const PASS: &[Field] = &[in_path("Result", Shape::Any, "The result, as it stands; nothing in it is evaluated.")];

const CHOICE: &[Field] = &[
    both("Choices", Shape::List(Owner::Rule), "Rules, of which the first that holds decides where to go."),
    both("Default", Shape::StateName, "Where to go when no rule holds."),
];

const WAIT: &[Field] = &[
    dynamic("Seconds", Shape::Integer(0, MAX_SECONDS), "How long to wait."),
    in_path("SecondsPath", Shape::Reference, "Where the input says how long to wait."),
    dynamic("Timestamp", Shape::Timestamp, "The instant to wait for."),
    in_path("TimestampPath", Shape::Reference, "Where the input says the instant to wait for."),
];

const FAIL: &[Field] = &[
    dynamic("Error", Shape::Text, "The name of the error."),
    in_path("ErrorPath", Shape::PathOrCall, "Where the input says the name of the error."),
    dynamic("Cause", Shape::Text, "What went wrong, for readers."),
    in_path("CausePath", Shape::PathOrCall, "Where the input says what went wrong."),
];

const PARALLEL: &[Field] =
    &[both("Branches", Shape::List(Owner::Branch), "Flows that run at once; the state ends when all have ended.")];

const MAP: &[Field] = &[
    both("ItemProcessor", Shape::Object(Owner::Processor), "The flow that runs for each item."),
    both("Iterator", Shape::Object(Owner::Processor), "The older name of ItemProcessor."),
    in_path("ItemsPath", Shape::Path, "Where the array of items is."),
    in_jsonata("Items", Shape::Items, "The array of items."),
    both("ItemSelector", Shape::Template, "What each iteration gets, instead of its item."),
    dynamic(
        "MaxConcurrency",
        Shape::Integer(0, MAX_SECONDS),
        "How many iterations run at once; 0 is as many as there are.",
    ),
    in_path("MaxConcurrencyPath", Shape::Reference, "Where the input says MaxConcurrency."),
    dynamic("ToleratedFailureCount", Shape::Integer(0, MAX_SECONDS), "How many items may fail."),
    in_path("ToleratedFailureCountPath", Shape::Reference, "Where the input says ToleratedFailureCount."),
    dynamic("ToleratedFailurePercentage", Shape::Number(0.0, 100.0), "How many percent of the items may fail."),
    in_path("ToleratedFailurePercentagePath", Shape::Reference, "Where the input says ToleratedFailurePercentage."),
    both("ItemReader", Shape::Object(Owner::ItemReader), "Where the items are read from, in distributed mode."),
    both("ItemBatcher", Shape::Object(Owner::ItemBatcher), "How items are put together, in distributed mode."),
    both("ResultWriter", Shape::Object(Owner::ResultWriter), "Where the results are written, in distributed mode."),
    both("Label", Shape::Text, "The name of the Map state in the names of its child executions."),
];

const RULE_ENDS: &[Field] = &[
    both("Next", Shape::StateName, "Where to go when the rule holds."),
    in_jsonata("Condition", Shape::Condition, "The rule holds when this is true."),
    in_jsonata("Output", Shape::Template, "What the state hands on when the rule holds."),
];

macro_rules! comparisons {
    ($($kind:literal $shape:expr),*) => { &[
        COMMENT,
        in_path("Variable", Shape::Path, "The value that is compared."),
        in_path("And", Shape::List(Owner::Test), "Holds when all of these do."),
        in_path("Or", Shape::List(Owner::Test), "Holds when one of these does."),
        in_path("Not", Shape::Object(Owner::Test), "Holds when this does not."),
        in_path("IsPresent", Shape::Boolean, "Whether there is a value."),
        in_path("IsNull", Shape::Boolean, "Whether the value is null."),
        in_path("IsNumeric", Shape::Boolean, "Whether the value is a number."),
        in_path("IsString", Shape::Boolean, "Whether the value is a string."),
        in_path("IsBoolean", Shape::Boolean, "Whether the value is a boolean."),
        in_path("IsTimestamp", Shape::Boolean, "Whether the value is a date-time."),
        in_path("StringMatches", Shape::Text, "Whether the value fits a pattern in which * stands for anything."),
        in_path("BooleanEquals", Shape::Boolean, "Whether the value is this boolean."),
        in_path("BooleanEqualsPath", Shape::Path, "Whether the value is the boolean there."),
        $(
            in_path(concat!($kind, "Equals"), $shape, "Whether the value equals this one."),
            in_path(concat!($kind, "LessThan"), $shape, "Whether the value is less than this one."),
            in_path(concat!($kind, "GreaterThan"), $shape, "Whether the value is greater than this one."),
            in_path(concat!($kind, "LessThanEquals"), $shape, "Whether the value is at most this one."),
            in_path(concat!($kind, "GreaterThanEquals"), $shape, "Whether the value is at least this one."),
            in_path(concat!($kind, "EqualsPath"), Shape::Path, "Whether the value equals the one there."),
            in_path(concat!($kind, "LessThanPath"), Shape::Path, "Whether the value is less than the one there."),
            in_path(concat!($kind, "GreaterThanPath"), Shape::Path, "Whether the value is greater than the one there."),
            in_path(concat!($kind, "LessThanEqualsPath"), Shape::Path, "Whether the value is at most the one there."),
            in_path(concat!($kind, "GreaterThanEqualsPath"), Shape::Path, "Whether the value is at least the one there."),
        )*
    ] };
}

const COMPARISONS: &[Field] = comparisons!(
    "String" Shape::Text,
    "Numeric" Shape::Number(f64::MIN, f64::MAX),
    "Timestamp" Shape::Timestamp
);

const ERROR_EQUALS: Field =
    both("ErrorEquals", Shape::Names, "The errors that this covers; States.ALL covers all that can be caught.");

const RETRIER: &[Field] = &[
    COMMENT,
    ERROR_EQUALS,
    both("IntervalSeconds", Shape::Integer(1, MAX_SECONDS), "The delay before the first retry; 1 if left out."),
    both("MaxAttempts", Shape::Integer(0, MAX_SECONDS), "How many retries; 3 if left out, 0 for none."),
    both("BackoffRate", Shape::Number(1.0, f64::MAX), "By what the delay is multiplied each time; 2 if left out."),
    both("MaxDelaySeconds", Shape::Integer(1, 31_622_400), "The longest delay."),
    both("JitterStrategy", Shape::Word(&["FULL", "NONE"]), "FULL waits a random part of the delay."),
];

const CATCHER: &[Field] = &[
    COMMENT,
    ERROR_EQUALS,
    both("Next", Shape::StateName, "The state that goes on after the error."),
    in_path("ResultPath", Shape::ResultPath, "Where the error is put into the input; null drops it."),
    in_jsonata("Output", Shape::Template, "What goes on, instead of the error."),
    both("Assign", Shape::Variables, "Variables and the values they get."),
];

const ITEM_READER: &[Field] = &[
    COMMENT,
    both("Resource", Shape::Resource, "The call that reads: s3:getObject or s3:listObjectsV2."),
    both("ReaderConfig", Shape::Object(Owner::ReaderConfig), "How what is read becomes items."),
    in_path("Parameters", Shape::Template, "What is read: Bucket, Key, Prefix."),
    in_jsonata("Arguments", Shape::Template, "What is read: Bucket, Key, Prefix."),
];

const READER_CONFIG: &[Field] = &[
    both("InputType", Shape::Word(&["CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"]), "The format of the object."),
    both(
        "Transformation",
        Shape::Word(&["NONE", "LOAD_AND_FLATTEN"]),
        "LOAD_AND_FLATTEN reads the listed objects too.",
    ),
    both("ManifestType", Shape::Word(&["ATHENA_DATA", "S3_INVENTORY"]), "Which kind of manifest it is."),
    both("CSVHeaderLocation", Shape::Word(&["FIRST_ROW", "GIVEN"]), "Where the names of the columns are."),
    both("CSVHeaders", Shape::Headers, "The names of the columns, when they are GIVEN."),
    both("CSVDelimiter", Shape::Word(&["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"]), "What separates the columns."),
    dynamic("MaxItems", Shape::Integer(0, 100_000_000), "At most so many items are read."),
    in_path("MaxItemsPath", Shape::Reference, "Where the input says MaxItems."),
    both("ItemsPointer", Shape::Text, "A JSON pointer to the array inside of the object."),
];

const ITEM_BATCHER: &[Field] = &[
    in_path("BatchInput", Shape::Template, "What each batch gets besides its items."),
    in_jsonata("BatchInput", Shape::Template, "What each batch gets besides its items."),
    dynamic("MaxItemsPerBatch", Shape::Integer(1, MAX_SECONDS), "At most so many items in a batch."),
    in_path("MaxItemsPerBatchPath", Shape::Reference, "Where the input says MaxItemsPerBatch."),
    dynamic("MaxInputBytesPerBatch", Shape::Integer(1, 262_144), "At most so many bytes in a batch."),
    in_path("MaxInputBytesPerBatchPath", Shape::Reference, "Where the input says MaxInputBytesPerBatch."),
];

const RESULT_WRITER: &[Field] = &[
    both("Resource", Shape::Resource, "The call that writes: s3:putObject."),
    both("WriterConfig", Shape::Object(Owner::WriterConfig), "What is made of the results."),
    in_path("Parameters", Shape::Template, "Where to: Bucket, Prefix."),
    in_jsonata("Arguments", Shape::Template, "Where to: Bucket, Prefix."),
];

const WRITER_CONFIG: &[Field] = &[
    both("OutputType", Shape::Word(&["JSON", "JSONL"]), "The format of the files."),
    both(
        "Transformation",
        Shape::Word(&["NONE", "COMPACT", "FLATTEN"]),
        "COMPACT leaves only the outputs, FLATTEN joins them.",
    ),
];

/// The groups of fields that an object of this kind may have.
pub fn groups(owner: Owner) -> Vec<&'static [Field]> {
    match owner {
        Owner::Definition => vec![MACHINE, DEFINITION],
        Owner::Branch => vec![MACHINE],
        Owner::Processor => vec![MACHINE, PROCESSOR],
        Owner::State(state) => match state {
            StateType::Pass => vec![STATE, PASS, INPUT_OUTPUT, PARAMETERS, RESULT_PATH, ASSIGN, NEXT],
            StateType::Task => vec![
                STATE,
                TASK,
                INPUT_OUTPUT,
                PARAMETERS,
                ARGUMENTS,
                RESULT_SELECTOR,
                RESULT_PATH,
                ASSIGN,
                RECOVERY,
                NEXT,
            ],
            StateType::Choice => vec![STATE, CHOICE, INPUT_OUTPUT, ASSIGN],
            StateType::Wait => vec![STATE, WAIT, INPUT_OUTPUT, ASSIGN, NEXT],
            StateType::Succeed => vec![STATE, INPUT_OUTPUT],
            StateType::Fail => vec![STATE, FAIL],
            StateType::Parallel => vec![
                STATE,
                PARALLEL,
                INPUT_OUTPUT,
                PARAMETERS,
                ARGUMENTS,
                RESULT_SELECTOR,
                RESULT_PATH,
                ASSIGN,
                RECOVERY,
                NEXT,
            ],
            StateType::Map => {
                vec![STATE, MAP, INPUT_OUTPUT, PARAMETERS, RESULT_SELECTOR, RESULT_PATH, ASSIGN, RECOVERY, NEXT]
            }
        },
        Owner::Rule => vec![COMPARISONS, RULE_ENDS, ASSIGN],
        Owner::Test => vec![COMPARISONS],
        Owner::Retrier => vec![RETRIER],
        Owner::Catcher => vec![CATCHER],
        Owner::ProcessorConfig => vec![PROCESSOR_CONFIG],
        Owner::ItemReader => vec![ITEM_READER],
        Owner::ReaderConfig => vec![READER_CONFIG],
        Owner::ItemBatcher => vec![ITEM_BATCHER],
        Owner::ResultWriter => vec![RESULT_WRITER],
        Owner::WriterConfig => vec![WRITER_CONFIG],
    }
}

/// All fields of an object, whatever their language.
pub fn of(owner: Owner) -> impl Iterator<Item = &'static Field> {
    groups(owner).into_iter().flatten()
}

/// The field with that name, in that language if there is one, else in the other.
pub fn find(owner: Owner, name: &str, language: QueryLanguage) -> Option<&'static Field> {
    let named = || of(owner).filter(|field| field.name == name);
    named().find(|field| field.language.is_none_or(|own| own == language)).or_else(|| named().next())
}

/// The operators of a choice rule.
pub fn is_comparison(name: &str) -> bool {
    !matches!(name, "Comment" | "Variable" | "And" | "Or" | "Not") && COMPARISONS.iter().any(|field| field.name == name)
}
