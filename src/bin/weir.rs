//! The native command: the same core as the page, for terminals and pipelines.

use std::process::ExitCode;

const HELP: &str = "\
weir: see where your executions go before you deploy

usage: weir [--help | --version]

  -h, --help       this text
  -V, --version    the version
";

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        None | Some("-h" | "--help") => print!("{HELP}"),
        Some("-V" | "--version") => println!("weir {}", env!("CARGO_PKG_VERSION")),
        Some(other) => {
            eprintln!("weir: no command `{other}`\n\n{HELP}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
