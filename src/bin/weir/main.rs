//! The native command: the same core as the page, for terminals and pipelines.

mod arguments;
mod check;
mod export;
mod interrupt;
mod output;
mod print;
mod run;
mod simulate;

use arguments::Arguments;
use std::path::Path;
use std::process::ExitCode;
use weir::base::document::nearest;

const HELP: &str = "\
weir: see where your executions go before you deploy

usage: weir check FILE… [--profile aws|spec] [--express] [--json]
       weir run FILE [--input JSON|FILE] [--mocks FILE] [--case NAME] [--machine NAME]
                     [--set NAME=VALUE]… [--express] [--seed N] [--json]
       weir simulate SCENARIO [--format table|markdown|json|csv]
       weir compare COMPARISON [--format table|markdown|json|csv]
       weir export WORKSPACE --as cloudformation|sam|cdk|terraform [--alias NAME]

  check            says what is wrong with definitions, in JSON or YAML; `-` is the standard input
    --profile      aws: resources that AWS can call (the default); spec: any URI, as the States Language says
    --express      the definitions are for Express workflows
  run              runs one execution in virtual time and shows its history
    --input        the input, as JSON or in a file; {} if left out
    --mocks        a mock configuration file of Step Functions Local; tasks that it does not mock echo their input
    --case         which of its test cases; may be left out where there is one
    --machine      the name of the state machine in that file; may be left out where there is one
    --set          what stands for ${NAME} in the definition
    --seed         what random numbers and ids are made of
  simulate         plays a scenario, a rollout thousands of times, on all cores
  compare          plays variants of a scenario on the same customers, and recommends one
    --format       table: drawn for a terminal (the default); csv: a line per replication or variant
  export           writes a workspace, or a scenario, for the tool that deploys it; notes go to the standard error
    --as           a template in JSON, a stack in TypeScript or a module in HCL
    --alias        which of its aliases; the first if left out
  --json           the result as JSON

  -h, --help       this text
  -V, --version    the version

It exits with 0 if all is well, with 1 if a document has errors or the execution does not succeed, with 2 if it was
called in a wrong way, and with 130 if Ctrl-C stopped it.
";

/// What ends the command before it has a result.
enum Stop {
    /// It was called in a wrong way, or a file cannot be read.
    Usage(String),
    /// The same, and that is told already.
    Told,
}

const COMMANDS: [&str; 5] = ["check", "run", "simulate", "compare", "export"];

fn main() -> ExitCode {
    let mut arguments = Arguments::new(std::env::args().skip(1));
    let done = match arguments.command().as_deref() {
        None | Some("-h" | "--help" | "help") => {
            print::out(HELP);
            Ok(true)
        }
        Some("-V" | "--version") => {
            print::out(&format!("weir {}\n", env!("CARGO_PKG_VERSION")));
            Ok(true)
        }
        Some("check") => check::check(arguments),
        Some("run") => run::run(arguments),
        Some("simulate") => simulate::simulate(arguments),
        Some("compare") => simulate::compare(arguments),
        Some("export") => export::export(arguments),
        Some(other) => Err(Stop::Usage(match nearest(other, &COMMANDS) {
            Some(near) => format!("no command `{other}`; did you mean `{near}`?"),
            None if Path::new(other).is_file() => {
                format!(
                    "what about `{other}`? `weir check {other}` says what is wrong with it, `weir run {other}` runs it"
                )
            }
            None => format!("no command `{other}`\n\n{HELP}"),
        })),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(Stop::Usage(message)) => {
            eprintln!("weir: {}", message.trim_end());
            ExitCode::from(2)
        }
        Err(Stop::Told) => ExitCode::from(2),
    }
}
