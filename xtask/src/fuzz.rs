//! Looks for texts that break something: `fuzz/`, by libFuzzer. CI does not; it plays what was found (`tests/mutations.rs`).

use crate::shell::{self, Failure, Result, cargo, command, dim, heading, output, root};
use crate::tools::{self, Tool};
use std::path::PathBuf;
use std::process::Command;

/// The compiler counts which ways were gone, for libFuzzer: what `cargo fuzz` asks of it, without a sanitizer, which would
/// need a nightly compiler and finds nothing in safe Rust.
const COUNTING: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing";

/// Kilobytes of stack: what WebAssembly has.
const STACK: u32 = 1024;
/// Megabytes of memory, before it is taken for a leak.
const MEMORY: u32 = 2048;

pub fn run(arguments: &[String]) -> Result<()> {
    let (mut minutes, mut chosen) = (10.0, Vec::new());
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let value = match argument.strip_prefix("--minutes") {
            Some("") => arguments.next().map(String::as_str).unwrap_or_default(),
            Some(value) => value.trim_start_matches('='),
            None if argument.starts_with('-') => {
                return Err(Failure::usage(format!("`{argument}` means nothing here")));
            }
            None => {
                chosen.push(argument.clone());
                continue;
            }
        };
        minutes = value
            .parse::<f64>()
            .ok()
            .filter(|minutes| minutes.is_finite() && *minutes > 0.0)
            .ok_or_else(|| Failure::usage(format!("`--minutes` takes a number, not `{value}`")))?;
    }

    tools::need(&[Tool::CompilerOfCpp])?;
    heading("the fuzzer");
    let program = build()?;
    let known = names(&program)?;
    if let Some(unknown) = chosen.iter().find(|name| !known.contains(name)) {
        return Err(Failure::usage(format!("there is nothing called `{unknown}` to fuzz: {}", known.join(", "))));
    }
    let chosen = if chosen.is_empty() { known } else { chosen };

    let mut broken = Vec::new();
    for name in &chosen {
        heading(&format!("{name}: {minutes} minutes"));
        if fuzz(&program, name, minutes).is_err() {
            broken.push(name.as_str());
        }
    }
    if broken.is_empty() {
        println!("{}", dim(&format!("nothing found in {}", chosen.join(", "))));
        return Ok(());
    }
    Err(Failure::new(
        format!("something was found in {}", broken.join(", ")),
        "the text is in fuzz/artifacts/; mend what it breaks and put it, made small, into fuzz/cases/NAME/",
    ))
}

fn build() -> Result<PathBuf> {
    let about = output(command("rustc", ["-vV"])).unwrap_or_default();
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.ok_or_else(|| Failure::new("`rustc -vV` does not tell its host", "install Rust by rustup"))?;
    let target = root().join("fuzz/target");
    let mut build = cargo(["build", "--locked", "--release", "--manifest-path", "fuzz/Cargo.toml"]);
    // With a target, the flags are not for build scripts and macros.
    build.args(["--target", host, "--target-dir"]).arg(&target).env("RUSTFLAGS", COUNTING);
    shell::run(build, "see what cargo says above; libFuzzer needs a compiler of C++ ($CXX)")?;
    Ok(target.join(host).join("release").join(format!("weir-fuzz{}", std::env::consts::EXE_SUFFIX)))
}

/// What there is to fuzz.
fn names(program: &PathBuf) -> Result<Vec<String>> {
    let told = output(Command::new(program));
    let told = told.ok_or_else(|| Failure::new("the fuzzer does not start", "run it to see why"))?;
    Ok(told.lines().map(str::to_owned).collect())
}

fn fuzz(program: &PathBuf, name: &str, minutes: f64) -> Result<()> {
    let folder = |what: &str| root().join("fuzz").join(what).join(name);
    let (corpus, seeds, artifacts) = (folder("corpus"), folder("seeds"), folder("artifacts"));
    for folder in [&corpus, &seeds, &artifacts] {
        std::fs::create_dir_all(folder).map_err(|error| {
            Failure::new(format!("could not make {}: {error}", folder.display()), "make fuzz/ writable")
        })?;
    }
    // The shell bounds the stack of what it becomes.
    let mut fuzz = command("sh", ["-c"]);
    fuzz.arg(format!("ulimit -s {STACK}; exec nice -n 15 \"$0\" \"$@\"")).arg(program).args([&corpus, &seeds]);
    fuzz.arg(format!("-dict={}", seeds.with_extension("dict").display()));
    fuzz.arg(format!("-artifact_prefix={}/", artifacts.display()));
    fuzz.arg(format!("-max_total_time={}", (minutes * 60.0).ceil()));
    fuzz.arg(format!("-rss_limit_mb={MEMORY}"));
    fuzz.args(["-timeout=30", "-max_len=16000", "-print_final_stats=1"]);
    fuzz.env("WEIR_FUZZ", name).env("WEIR_FUZZ_SEEDS", &seeds);
    shell::run(fuzz, "see what libFuzzer says above")
}
