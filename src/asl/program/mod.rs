//! What runs: a definition without errors, with every name a number and every query parsed.
//!
//! A [`Program`] cannot express a mistake, so whoever runs it has none to look for. It is immutable and shared by any
//! number of executions. It is not bytecode: one `match` on [`Kind`] per state is fast enough and can be read.

mod compile;
mod facts;
mod resource;
mod walk;

pub use compile::compile;
pub use facts::Facts;
pub use resource::{Pattern, Resource, Service};

use super::model::{QueryLanguage, StateId};
use super::query::{Expression, Path, Template};
use crate::base::{Delay, IndexVec, Text, Value};
use crate::id;

id! {
    /// A sequence of states with one start: the program itself, a branch, or an item processor. Numbered as the
    /// machines of the [`Definition`](super::Definition).
    pub FlowId,
}

#[derive(Debug)]
pub struct Program {
    /// The first is the program itself.
    pub flows: IndexVec<FlowId, Flow>,
    pub states: IndexVec<StateId, State>,
    /// TimeoutSeconds of the definition.
    pub timeout: Option<Delay>,
    pub facts: Facts,
}

#[derive(Debug)]
pub struct Flow {
    pub start: StateId,
}

#[derive(Debug)]
pub struct State {
    pub name: Text,
    /// [`Key::word`](crate::base::Key::word) of the name: what its draws are keyed by.
    pub word: u64,
    pub flow: FlowId,
    pub language: QueryLanguage,
    /// Whether a flow can come back to it, so that its visits must be counted.
    pub repeats: bool,
    pub kind: Kind,
}

#[derive(Debug)]
pub enum Kind {
    Pass { result: Option<Value>, io: Io, next: Next },
    Task(Box<Task>),
    Choice(Box<Choice>),
    Wait { until: Until, io: Io, next: Next },
    Succeed { io: Io },
    Fail { error: Option<TextField>, cause: Option<TextField>, io: Io },
    Parallel { branches: Vec<FlowId>, io: Io, recovery: Recovery, next: Next },
    Map(Box<Map>),
}

impl Kind {
    /// Its Type, as the definition and the history name it.
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Pass { .. } => "Pass",
            Kind::Task(_) => "Task",
            Kind::Choice(_) => "Choice",
            Kind::Wait { .. } => "Wait",
            Kind::Succeed { .. } => "Succeed",
            Kind::Fail { .. } => "Fail",
            Kind::Parallel { .. } => "Parallel",
            Kind::Map(_) => "Map",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    State(StateId),
    End,
}

/// How a state reads its input and shapes its output, in the order in which it happens
/// (States Language, "Input and Output Processing").
#[derive(Debug, Default)]
pub struct Io {
    /// JSONPath.
    pub input_path: InputPath,
    /// Parameters in JSONPath, Arguments in JSONata.
    pub arguments: Option<Template>,
    /// JSONPath.
    pub result_selector: Option<Template>,
    /// JSONPath.
    pub result_path: ResultPath,
    /// JSONPath.
    pub output_path: InputPath,
    /// JSONata.
    pub output: Option<Template>,
    pub assign: Option<Assign>,
}

/// InputPath or OutputPath.
#[derive(Debug, Default)]
pub enum InputPath {
    /// `$`, or not given.
    #[default]
    Whole,
    /// `null`: an empty object instead.
    Nothing,
    Path(Path),
}

#[derive(Debug, Default)]
pub enum ResultPath {
    /// `$`, or not given: the result replaces the input.
    #[default]
    Replace,
    /// `null`: the result is dropped.
    Discard,
    Into(Path),
}

/// Variables and what they become, all at once.
#[derive(Debug)]
pub struct Assign {
    pub variables: Vec<(Text, Template)>,
}

#[derive(Debug)]
pub struct Task {
    pub resource: Resource,
    pub io: Io,
    pub timeout: Option<Source<i64>>,
    pub heartbeat: Option<Source<i64>>,
    pub credentials: Option<Template>,
    pub recovery: Recovery,
    pub next: Next,
}

/// A value that is given, or found when the state runs.
#[derive(Debug)]
pub enum Source<T> {
    Given(T),
    /// The field with the suffix `Path`.
    Path(Path),
    Jsonata(Expression),
}

/// A string that is given, or found when the state runs: Error and Cause of Fail.
#[derive(Debug)]
pub enum TextField {
    Given(Text),
    /// ErrorPath, CausePath: a path or an intrinsic function.
    Template(Template),
}

/// Retry and Catch.
#[derive(Debug, Default)]
pub struct Recovery {
    pub retriers: Vec<Retrier>,
    pub catchers: Vec<Catcher>,
}

#[derive(Debug)]
pub struct Retrier {
    pub errors: Vec<ErrorName>,
    pub interval: Delay,
    pub max_attempts: u32,
    pub backoff_rate: f64,
    pub max_delay: Option<Delay>,
    /// JitterStrategy FULL: wait a uniform part of the delay.
    pub full_jitter: bool,
}

#[derive(Debug)]
pub struct Catcher {
    pub errors: Vec<ErrorName>,
    /// JSONPath.
    pub result_path: ResultPath,
    /// JSONata.
    pub output: Option<Template>,
    pub assign: Option<Assign>,
    pub next: StateId,
}

/// One of ErrorEquals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorName {
    /// `States.ALL`.
    All,
    /// `States.TaskFailed`: all but timeouts.
    TaskFailed,
    /// `States.Timeout`: also where a heartbeat was missed.
    Timeout,
    Named(Text),
}

#[derive(Debug)]
pub struct Choice {
    pub rules: Vec<Rule>,
    pub default: Option<Exit>,
    pub io: Io,
}

#[derive(Debug)]
pub struct Rule {
    pub condition: Condition,
    pub exit: Exit,
}

/// Where a Choice goes, and what it makes of its input on the way.
#[derive(Debug)]
pub struct Exit {
    pub next: StateId,
    /// JSONata.
    pub output: Option<Template>,
    pub assign: Option<Assign>,
}

#[derive(Debug)]
pub enum Condition {
    Not(Box<Condition>),
    And(Vec<Condition>),
    Or(Vec<Condition>),
    /// A comparison in JSONPath.
    Compare {
        variable: Path,
        test: Test,
    },
    Jsonata(Expression),
}

/// A comparison operator with what it compares to.
#[derive(Debug)]
pub enum Test {
    IsPresent(bool),
    IsNull(bool),
    IsBoolean(bool),
    IsNumeric(bool),
    IsString(bool),
    IsTimestamp(bool),
    StringMatches(Text),
    String(Relation, Operand),
    Numeric(Relation, Operand),
    Timestamp(Relation, Operand),
    /// BooleanEquals.
    Boolean(Operand),
}

#[derive(Debug)]
pub enum Operand {
    Given(Value),
    /// The operator with the suffix `Path`.
    Path(Path),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    Equals,
    LessThan,
    GreaterThan,
    LessThanEquals,
    GreaterThanEquals,
}

#[derive(Debug)]
pub enum Until {
    /// Seconds, SecondsPath.
    Seconds(Source<i64>),
    /// Timestamp, TimestampPath.
    Timestamp(Source<Text>),
}

#[derive(Debug)]
pub struct Map {
    pub processor: FlowId,
    pub io: Io,
    pub items: Items,
    /// ItemSelector, or Parameters of the older form.
    pub item_selector: Option<Template>,
    pub max_concurrency: Option<Source<i64>>,
    pub tolerated_failure_count: Option<Source<i64>>,
    pub tolerated_failure_percentage: Option<Source<f64>>,
    /// Set where ProcessorConfig says Mode DISTRIBUTED.
    pub distributed: Option<Distributed>,
    pub recovery: Recovery,
    pub next: Next,
}

#[derive(Debug)]
pub enum Items {
    /// The whole effective input.
    Input,
    /// ItemsPath.
    Path(Path),
    /// Items of JSONata.
    Template(Template),
}

/// What only a Map in distributed mode has.
#[derive(Debug)]
pub struct Distributed {
    /// ExecutionType EXPRESS.
    pub express: bool,
    pub label: Option<Text>,
    pub reader: Option<ItemReader>,
    pub batcher: Option<ItemBatcher>,
    pub writer: Option<ResultWriter>,
}

#[derive(Debug)]
pub struct ItemReader {
    pub resource: Resource,
    pub arguments: Option<Template>,
    pub input_type: InputType,
    /// Where what is read only names the objects that hold the items.
    pub manifest: Option<Manifest>,
    pub csv: CsvConfig,
    pub max_items: Option<Source<i64>>,
    /// ItemsPointer: where in a JSON object the array is.
    pub items_pointer: Option<Text>,
    /// Transformation LOAD_AND_FLATTEN of listings.
    pub flatten: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputType {
    #[default]
    Json,
    Jsonl,
    Csv,
    Parquet,
}

/// ManifestType.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manifest {
    /// S3_INVENTORY, and InputType MANIFEST.
    Inventory,
    /// ATHENA_DATA.
    Athena,
}

#[derive(Debug, Default)]
pub struct CsvConfig {
    /// CSVHeaderLocation GIVEN; the first row otherwise.
    pub headers: Option<Vec<Text>>,
    pub delimiter: Option<char>,
}

#[derive(Debug)]
pub struct ItemBatcher {
    pub max_items: Option<Source<i64>>,
    pub max_bytes: Option<Source<i64>>,
    pub batch_input: Option<Template>,
}

#[derive(Debug)]
pub struct ResultWriter {
    pub resource: Option<Resource>,
    pub arguments: Option<Template>,
    pub transformation: Transformation,
    /// OutputType JSONL; JSON otherwise.
    pub jsonl: bool,
}

/// WriterConfig.Transformation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transformation {
    #[default]
    None,
    Compact,
    Flatten,
}

impl Program {
    /// The flow that an execution of the whole program runs.
    pub fn main(&self) -> FlowId {
        use crate::base::Id;
        FlowId::from_usize(0)
    }

    pub fn state_named(&self, name: &str) -> Option<StateId> {
        self.states.iter_enumerated().find(|(_, state)| &*state.name == name).map(|(id, _)| id)
    }
}

impl State {
    pub fn recovery(&self) -> Option<&Recovery> {
        match &self.kind {
            Kind::Task(task) => Some(&task.recovery),
            Kind::Parallel { recovery, .. } => Some(recovery),
            Kind::Map(map) => Some(&map.recovery),
            _ => None,
        }
    }

    pub fn io(&self) -> &Io {
        match &self.kind {
            Kind::Pass { io, .. }
            | Kind::Wait { io, .. }
            | Kind::Succeed { io }
            | Kind::Fail { io, .. }
            | Kind::Parallel { io, .. } => io,
            Kind::Task(task) => &task.io,
            Kind::Choice(choice) => &choice.io,
            Kind::Map(map) => &map.io,
        }
    }
}
