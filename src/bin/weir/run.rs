//! `weir run`: one execution, in an account of its own.

use crate::Stop;
use crate::arguments::{Arguments, read};
use crate::print::{self, Colours};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use weir::asl::Definition;
use weir::asl::check::{Profile, check};
use weir::asl::substitutions::fill;
use weir::base::document::nearest;
use weir::base::{LineIndex, Text, Time, Value};
use weir::engine::tasks::mock::MockConfiguration;
use weir::service::{Account, Settings};

/// Of inputs, outputs and parameters the table shows so many characters.
const SHOWN: usize = 100;

pub fn run(mut arguments: Arguments) -> Result<bool, Stop> {
    let input = match arguments.value("--input")? {
        None => "{}".to_owned(),
        // JSON never is the name of a file that there is, but for numbers: then the file is meant.
        Some(file) if std::path::Path::new(&file).is_file() || file == "-" => read(&file)?,
        Some(json) => json,
    };
    if let Err(error) = Value::parse(&input) {
        return Err(Stop::Usage(format!("the input is neither JSON nor a file that there is: {error}")));
    }
    let mocks = arguments.value("--mocks")?;
    let (case, machine) = (arguments.value("--case")?, arguments.value("--machine")?);
    let mut given = BTreeMap::new();
    while let Some(setting) = arguments.value("--set")? {
        let Some((name, value)) = setting.split_once('=') else {
            return Err(Stop::Usage(format!("`--set {setting}` sets nothing: write `--set NAME=VALUE`")));
        };
        given.insert(Text::from(name), Value::parse(value).unwrap_or_else(|_| Value::from(value)));
    }
    let seed = match arguments.value("--seed")? {
        None => 0,
        Some(seed) => seed.parse().map_err(|_| Stop::Usage(format!("`{seed}` is not a seed: it is a number")))?,
    };
    let (express, as_json) = (arguments.has("--express"), arguments.has("--json"));
    let options = ["--input", "--mocks", "--case", "--machine", "--set", "--seed", "--express", "--json"];
    let files = arguments.files(&options)?;
    let [file] = files.as_slice() else { return Err(Stop::Usage("only one definition can be run at a time".into())) };
    let text = read(file)?;
    let definition = Definition::read(&text);
    let findings = check(&definition, &Profile { express, ..Profile::default() });
    let errors: Vec<_> = findings.iter().map(|finding| &finding.diagnostic).filter(|found| found.is_error()).collect();
    if !errors.is_empty() {
        let lines = LineIndex::new(&text);
        for error in &errors {
            eprintln!("{}", print::diagnostic(file, &text, &lines, error, Colours::of_errors()));
        }
        eprintln!("{file} has errors, and is not run");
        return Ok(false);
    }
    let mut account = Account::new(Settings { seed, ..Settings::default() });
    let (machine, case) = match mocks {
        None => (machine.unwrap_or("machine".into()), case),
        Some(file) => mocked(&mut account, &file, &definition, machine, case)?,
    };
    let definition = fill(&definition.root.to_value(), &given).to_json();
    let execution = Execution::start(&mut account, &machine, &definition, express, case.as_deref(), &input)?;
    let succeeded = execution.text("status") == "SUCCEEDED";
    print::out(&if as_json { execution.as_json() } else { execution.as_table() });
    Ok(succeeded)
}

/// Gives the account a mock configuration; answers which machine and which test case of it are meant.
fn mocked(
    account: &mut Account,
    file: &str,
    definition: &Definition,
    machine: Option<String>,
    case: Option<String>,
) -> Result<(String, Option<String>), Stop> {
    let text = read(file)?;
    let mocks = MockConfiguration::parse(&text).map_err(|errors| {
        let lines = LineIndex::new(&text);
        let told = errors.iter().map(|error| print::diagnostic(file, &text, &lines, error, Colours::of_errors()));
        Stop::Usage(format!("`{file}` is not a mock configuration\n\n{}", told.collect::<Vec<_>>().join("\n")))
    })?;
    let machines = mocks.document().get("StateMachines").and_then(Value::as_object);
    let names: Vec<String> =
        machines.into_iter().flat_map(|found| found.iter()).map(|(name, _)| name.to_string()).collect();
    let machine = only("state machine", "--machine", machine, &names)?;
    let cases: Vec<String> = mocks.test_cases(&machine).map(ToString::to_string).collect();
    let case = only("test case", "--case", case, &cases)?;
    unknown_states(&mocks, definition, &machine, &case);
    for remark in mocks.remarks() {
        eprintln!("weir: {file}: {}: {}", remark.pointer, remark.message);
    }
    account.set_mock_configuration(Some(mocks));
    Ok((machine, Some(case)))
}

/// Warns of states that a test case mocks and the definition does not have: their mocks are never asked.
fn unknown_states(mocks: &MockConfiguration, definition: &Definition, machine: &str, case: &str) {
    let machines = mocks.document().get("StateMachines");
    let cases = machines.and_then(|machines| machines.get(machine)).and_then(|machine| machine.get("TestCases"));
    let mocked = cases.and_then(|cases| cases.get(case)).and_then(Value::as_object);
    let states: Vec<&str> = definition.states.iter().map(|state| &*state.name).collect();
    for (name, _) in mocked.into_iter().flat_map(|mocked| mocked.iter()) {
        if states.contains(&&**name) {
            continue;
        }
        let help = nearest(name, &states).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        eprintln!("weir: the test case `{case}` mocks `{name}`, and there is no such state{help}");
    }
}

/// The one that is named, or the only one.
fn only(what: &str, option: &str, named: Option<String>, there: &[String]) -> Result<String, Stop> {
    match (named, there) {
        (Some(name), there) if there.contains(&name) => Ok(name),
        (None, [only]) => Ok(only.clone()),
        (Some(name), _) => {
            Err(Stop::Usage(format!("the mock configuration has no {what} `{name}`: it has {}", there.join(", "))))
        }
        (None, []) => Err(Stop::Usage(format!("the mock configuration has no {what}"))),
        (None, _) => Err(Stop::Usage(format!("which {what}? name it with `{option}`: {}", there.join(", ")))),
    }
}

/// What the service says of the execution.
struct Execution {
    described: Value,
    events: Vec<Value>,
}

impl Execution {
    fn start(
        account: &mut Account,
        machine: &str,
        definition: &str,
        express: bool,
        case: Option<&str>,
        input: &str,
    ) -> Result<Execution, Stop> {
        let mut call = |operation: &str, request: &[(&str, &str)]| {
            let request = Value::object(request.iter().map(|(key, value)| (*key, Value::from(*value))));
            account.call(operation, &request).map_err(|error| Stop::Usage(format!("{}: {}", error.code, error.message)))
        };
        let kind = if express { "EXPRESS" } else { "STANDARD" };
        let role = "arn:aws:iam::123456789012:role/weir";
        let created = call(
            "CreateStateMachine",
            &[("name", machine), ("definition", definition), ("roleArn", role), ("type", kind)],
        )?;
        let mut arn = text(&created, "stateMachineArn").to_owned();
        if let Some(case) = case {
            arn = format!("{arn}#{case}");
        }
        let request = [("stateMachineArn", &*arn), ("input", input), ("name", "run")];
        if express {
            return Ok(Execution { described: call("StartSyncExecution", &request)?, events: Vec::new() });
        }
        let started = call("StartExecution", &request)?;
        let arn = text(&started, "executionArn");
        let described = call("DescribeExecution", &[("executionArn", arn)])?;
        let (mut events, mut token) = (Vec::new(), None::<String>);
        loop {
            let mut request = vec![("executionArn", arn)];
            request.extend(token.as_deref().map(|token| ("nextToken", token)));
            let page = call("GetExecutionHistory", &request)?;
            events.extend(
                page.get("events").and_then(Value::as_array).into_iter().flat_map(|events| events.iter().cloned()),
            );
            match page.get("nextToken").and_then(Value::as_str) {
                Some(next) => token = Some(next.to_owned()),
                None => return Ok(Execution { described, events }),
            }
        }
    }

    fn text(&self, key: &str) -> &str {
        text(&self.described, key)
    }

    fn as_json(&self) -> String {
        let shown = ["status", "input", "output", "error", "cause", "startDate", "stopDate"];
        let members = shown.into_iter().filter_map(|key| Some((key, self.described.get(key)?.clone())));
        let events = ("events", Value::from(self.events.clone()));
        format!("{}\n", Value::object(members.chain([events])).to_json())
    }

    fn as_table(&self) -> String {
        let Colours { error, faint, bold, end, .. } = Colours::of_output();
        let time = |value: &Value, key: &str| Time::from_rfc3339(text(value, key));
        let start = time(&self.described, "startDate");
        let since = |at: Option<Time>| match (start, at) {
            (Some(start), Some(at)) => format!("{:.3} s", at.since(start).as_secs_f64()),
            _ => String::new(),
        };
        let rows: Vec<[String; 5]> = self
            .events
            .iter()
            .map(|event| {
                let details = event.as_object().into_iter().flat_map(|event| event.iter());
                let details =
                    details.filter(|(key, _)| key.ends_with("EventDetails")).map(|(_, details)| details).next();
                let number = event.get("id").map(Value::to_json).unwrap_or_default();
                let state = details.map(|details| text(details, "name")).unwrap_or_default().to_owned();
                [number, since(time(event, "timestamp")), text(event, "type").to_owned(), state, brief(details)]
            })
            .collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths = [width(0), width(1), width(2), width(3)];
        let mut table = String::new();
        for [number, at, kind, state, details] in &rows {
            let colour =
                if ["Failed", "TimedOut", "Aborted"].iter().any(|end| kind.ends_with(end)) { error } else { "" };
            let line = format!(
                "{number:>0$}  {faint}{at:>1$}{end}  {colour}{kind:<2$}{end}  {bold}{state:<3$}{end}  {details}",
                widths[0], widths[1], widths[2], widths[3]
            );
            let _ = writeln!(table, "{}", line.trim_end());
        }
        let status = self.text("status");
        let told = match status {
            "SUCCEEDED" => self.text("output").to_owned(),
            "RUNNING" => "it waits for a task token or an activity".to_owned(),
            _ => [self.text("error"), self.text("cause")]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join(": "),
        };
        let stop =
            time(&self.described, "stopDate").map(|at| format!(" after {}", since(Some(at)))).unwrap_or_default();
        let separator = if table.is_empty() { "" } else { "\n" };
        let _ =
            writeln!(table, "{separator}{bold}{status}{end}{stop}{}{told}", if told.is_empty() { "" } else { ": " });
        table
    }
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The details of an event without the name of the state, cut.
fn brief(details: Option<&Value>) -> String {
    let members = details.and_then(Value::as_object).into_iter().flat_map(|details| details.iter());
    let told: Vec<String> = members
        .filter(|(key, _)| !key.ends_with("Details") && !matches!(&***key, "name" | "roleArn"))
        .map(|(key, value)| match value {
            Value::String(text) => format!("{key} {text}"),
            other => format!("{key} {}", other.to_json()),
        })
        .collect();
    let all = told.join("  ").replace(['\n', '\r'], " ");
    let mut chars = all.chars();
    let shown: String = chars.by_ref().take(SHOWN).collect();
    if chars.next().is_some() { shown + "…" } else { shown }
}
