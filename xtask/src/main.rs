//! The project's commands. Each brings what it needs first: a clean clone, cargo, node and npm are enough.

mod bench;
mod fuzz;
mod package;
mod shell;
mod site;
mod test;
mod tools;

use shell::{Failure, Result};
use std::process::ExitCode;

const HELP: &str = "\
usage: cargo xtask COMMAND

  serve     build the page and serve it on this machine; changes of files are built and served anew
              --port N    instead of 8080 or the next one that is free
              --no-open   open no browser
              --dev       build faster, without optimisation; the page loads again after each build
  build     write the static site to dist/, optimised, and tell the sizes of its files
  test      run all tests
              --only lint|native|wasm|page|package   run some; may be given more than once
  package   write the npm package to target/npm/
  bench     run the benchmarks
              --only native|peers|size|service|browser|page   run some
  fuzz      look for texts that break a parser, the checker, an evaluator, the interpreter, the service or the simulator
              NAME …        only these; without a name, all of them
              --minutes N   for each; 10 where none are given

Each installs what it needs and does not find: tools into target/, npm packages into www/node_modules/, and for
`test` and `bench` Chromium, for `fuzz` a compiler of C++, by apt-get.
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next();
    let rest: Vec<String> = arguments.collect();
    let outcome = match command.as_deref() {
        Some("serve") => site::serve(&rest),
        Some("build") => no_more(&rest).and_then(|()| site::build()),
        Some("test") => test::run(&rest),
        Some("package") => no_more(&rest).and_then(|()| package::run()),
        Some("bench") => bench::run(&rest),
        Some("fuzz") => fuzz::run(&rest),
        Some(site::ANNOUNCE) => site::announce(&rest),
        None | Some("help" | "-h" | "--help") => {
            print!("{HELP}");
            Ok(())
        }
        Some(other) => Err(Failure::usage(format!("there is no command `{other}`"))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}

fn no_more(arguments: &[String]) -> Result<()> {
    match arguments.first() {
        Some(argument) => Err(Failure::usage(format!("`{argument}` means nothing here"))),
        None => Ok(()),
    }
}

/// The values of `--only`, each one of `known`; all of `known` where none is given.
fn only<'a>(arguments: &[String], known: &[&'a str]) -> Result<Vec<&'a str>> {
    let mut chosen = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let value = match (argument.as_str(), argument.strip_prefix("--only=")) {
            ("--only", _) => arguments.next().map(String::as_str).unwrap_or_default(),
            (_, Some(value)) => value,
            _ => return Err(Failure::usage(format!("`{argument}` means nothing here"))),
        };
        match known.iter().find(|name| **name == value) {
            Some(name) => chosen.push(*name),
            None => return Err(Failure::usage(format!("`--only` takes {}, not `{value}`", known.join(", ")))),
        }
    }
    Ok(if chosen.is_empty() { known.to_vec() } else { chosen })
}
