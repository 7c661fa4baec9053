//! `weir check`: what is wrong with definitions.

use crate::Stop;
use crate::arguments::{Arguments, read};
use crate::print::{self, Colours};
use weir::asl::Definition;
use weir::asl::check::{Finding, Profile, Resources, check as find};
use weir::base::{LineIndex, Value};

pub fn check(mut arguments: Arguments) -> Result<bool, Stop> {
    let resources = match arguments.value("--profile")?.as_deref() {
        None | Some("aws") => Resources::Aws,
        Some("spec") => Resources::Spec,
        Some(other) => return Err(Stop::Usage(format!("no profile `{other}`: there are `aws` and `spec`"))),
    };
    let profile = Profile { resources, express: arguments.has("--express"), ..Profile::default() };
    let as_json = arguments.has("--json");
    let colours = Colours::of_output();
    let names = arguments.files(&["--profile", "--express", "--json"])?;
    let (mut valid, mut unread, mut files) = (0, 0, Vec::new());
    for file in &names {
        let text = match read(file) {
            Ok(text) => text,
            // The others are checked all the same.
            Err(Stop::Usage(message)) if names.len() > 1 => {
                eprintln!("weir: {message}");
                unread += 1;
                continue;
            }
            Err(stop) => return Err(stop),
        };
        let definition = Definition::read(&text);
        let findings = find(&definition, &profile);
        let errors = findings.iter().filter(|finding| finding.diagnostic.is_error()).count();
        valid += usize::from(errors == 0);
        let lines = LineIndex::new(&text);
        if as_json {
            let diagnostics: Value = findings.iter().map(|finding| as_value(finding, &definition, &lines)).collect();
            files.push(Value::object([("file", Value::from(&**file)), ("diagnostics", diagnostics)]));
            continue;
        }
        for finding in &findings {
            print::out(&print::diagnostic(file, &text, &lines, &finding.diagnostic, colours));
            print::out("\n");
        }
        print::out(&format!("{file}: {}\n", summary(errors, findings.len() - errors, definition.states.len())));
    }
    if as_json {
        print::out(&format!("{}\n", Value::from(files).to_json()));
    } else if names.len() > 1 {
        let wrong = names.len() - valid - unread;
        let parts = [(valid, "valid"), (wrong, "with errors"), (unread, "not read")];
        let told: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
        print::out(&format!("{} files: {}\n", names.len(), told.join(", ")));
    }
    if unread > 0 { Err(Stop::Told) } else { Ok(valid == names.len()) }
}

fn summary(errors: usize, warnings: usize, states: usize) -> String {
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, 0) => format!("valid, {}", count(states, "state")),
        (0, warnings) => format!("valid, {}", count(warnings, "warning")),
        (errors, 0) => count(errors, "error"),
        (errors, warnings) => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
    }
}

fn as_value(finding: &Finding, definition: &Definition, lines: &LineIndex) -> Value {
    let diagnostic = &finding.diagnostic;
    let aws = finding.to_aws(definition);
    let position = |offset: u32| {
        let at = lines.position(&definition.text, offset);
        Value::object([("line", Value::from(at.line)), ("column", Value::from(at.column))])
    };
    let optional = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    Value::object([
        ("severity", Value::from(if diagnostic.is_error() { "error" } else { "warning" })),
        ("code", Value::from(diagnostic.code)),
        ("message", Value::from(&*diagnostic.message)),
        ("help", optional(diagnostic.help.as_deref())),
        ("pointer", Value::from(diagnostic.pointer.as_str())),
        ("start", position(diagnostic.span.start)),
        ("end", position(diagnostic.span.end)),
        (
            "aws",
            Value::object([
                ("code", Value::from(aws.code)),
                ("message", Value::from(&*aws.message)),
                ("location", optional(aws.location.as_deref())),
            ]),
        ),
    ])
}
