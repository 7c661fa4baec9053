//! What the commands need besides cargo, node and npm: is it there, and how it gets there.

use crate::shell::{self, Failure, Result, cargo, command, find, heading, output, root, run_beside, target};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

/// The newest that Rust 1.95 compiles.
const TRUNK: &str = "0.21.14";

pub const WASM: &str = "wasm32-unknown-unknown";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    WasmTarget,
    Trunk,
    WasmBindgen,
    NpmPackages,
    BenchPackages,
    Chromium,
    CompilerOfCpp,
    Lints,
}

/// Brings the tools that are missing, all of them at the same time. Each that could not be had is in the answer.
pub fn bring(tools: &[Tool]) -> Vec<(Tool, Failure)> {
    let missing: Vec<Tool> = tools.iter().copied().filter(|tool| !tool.is_there()).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    heading("installing what is missing");
    for tool in &missing {
        println!("{:>12} : {}", tool.label(), tool.why());
    }
    let start = Instant::now();
    let failures = std::thread::scope(|scope| {
        let installing: Vec<_> = missing.iter().map(|tool| (*tool, scope.spawn(|| tool.install()))).collect();
        installing
            .into_iter()
            .filter_map(|(tool, thread)| match thread.join() {
                Ok(Ok(())) => None,
                Ok(Err(failure)) => Some((tool, failure)),
                Err(_) => Some((tool, Failure::new("an installation panicked", "please report this"))),
            })
            .collect::<Vec<_>>()
    });
    println!("{} of {} installed in {:.0?}", missing.len() - failures.len(), missing.len(), start.elapsed());
    failures
}

/// As [`bring`]; the first that could not be had is the failure.
pub fn need(tools: &[Tool]) -> Result<()> {
    match bring(tools).into_iter().next() {
        Some((_, failure)) => Err(failure),
        None => Ok(()),
    }
}

impl Tool {
    fn label(self) -> &'static str {
        match self {
            Tool::WasmTarget => "wasm target",
            Tool::Trunk => "trunk",
            Tool::WasmBindgen => "wasm-bindgen",
            Tool::NpmPackages => "npm",
            Tool::BenchPackages => "npm, bench",
            Tool::Chromium => "chromium",
            Tool::CompilerOfCpp => "c++",
            Tool::Lints => "lints",
        }
    }

    fn why(self) -> String {
        match self {
            Tool::WasmTarget => "Rust's standard library for the browser, by rustup; seconds".into(),
            Tool::Trunk => format!("Trunk {TRUNK}, which builds and serves the page; compiled, some minutes, once"),
            Tool::WasmBindgen => {
                let version = wasm_bindgen_version().unwrap_or_default();
                format!("wasm-bindgen {version}, which joins Rust and JavaScript; compiled, a minute or two, once")
            }
            Tool::NpmPackages => "the editor, esbuild, wasm-opt and what the page tests drive; seconds".into(),
            Tool::BenchPackages => "what the benchmarks compare with; seconds".into(),
            Tool::Chromium => "the browser of the tests and its driver, by apt-get; a minute".into(),
            Tool::CompilerOfCpp => "libFuzzer is C++: its compiler, by apt-get; a minute".into(),
            Tool::Lints => "rustfmt and clippy, by rustup; seconds".into(),
        }
    }

    fn is_there(self) -> bool {
        match self {
            Tool::WasmTarget => {
                let libraries = ["--print", "target-libdir", "--target", WASM];
                output(command("rustc", libraries)).is_some_and(|folder| PathBuf::from(folder).is_dir())
            }
            Tool::Trunk => output(command("trunk", ["--version"])) == Some(format!("trunk {TRUNK}")),
            Tool::WasmBindgen => wasm_bindgen_version().is_ok_and(|version| {
                ["wasm-bindgen", "wasm-bindgen-test-runner"]
                    .iter()
                    .all(|name| output(command(name, ["--version"])).is_some_and(|said| said.ends_with(&version)))
            }),
            Tool::NpmPackages => npm_packages_are_there("www"),
            Tool::BenchPackages => npm_packages_are_there("benches/browser"),
            Tool::Chromium => chromium().is_some() && find("chromedriver").is_some(),
            Tool::CompilerOfCpp => std::env::var_os("CXX").is_some() || find("c++").is_some(),
            Tool::Lints => [["fmt", "--version"], ["clippy", "--version"]]
                .into_iter()
                .all(|arguments| output(cargo(arguments)).is_some()),
        }
    }

    fn install(self) -> Result<()> {
        match self {
            Tool::WasmTarget => run_beside(
                self.label(),
                command("rustup", ["target", "add", WASM]),
                "install rustup, or the standard library for wasm32-unknown-unknown of your Rust",
            ),
            Tool::Trunk => install_trunk(),
            Tool::WasmBindgen => install_wasm_bindgen(),
            Tool::NpmPackages => self.install_npm_packages("www"),
            Tool::BenchPackages => self.install_npm_packages("benches/browser"),
            Tool::Chromium => self.install_packages(&["chromium", "chromium-driver"], "Chromium and its ChromeDriver"),
            Tool::CompilerOfCpp => self.install_packages(&["g++"], "a compiler of C++"),
            Tool::Lints => run_beside(
                self.label(),
                command("rustup", ["component", "add", "rustfmt", "clippy"]),
                "install rustup, or rustfmt and clippy of your Rust",
            ),
        }
    }

    fn install_npm_packages(self, folder: &str) -> Result<()> {
        let mend = format!("install Node.js {NODE} or newer, with npm");
        match node_major() {
            0 => return Err(Failure::new("there is no `node` on the path", mend)),
            NODE.. => {}
            old => return Err(Failure::new(format!("the `node` on the path is of version {old}"), mend)),
        }
        find("npm").ok_or_else(|| Failure::new("there is no `npm` on the path", mend))?;
        let folder = root().join(folder);
        // None of these packages needs a script to run when it is installed.
        let mut install = command("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        install.current_dir(&folder);
        run_beside(self.label(), install, "see what npm says above; it must reach a registry")?;
        fs::copy(folder.join("package-lock.json"), folder.join(NPM_STAMP))
            .map(|_| ())
            .map_err(|error| Failure::new(format!("could not write node_modules: {error}"), "make its folder writable"))
    }

    /// By Debian's package manager, where there is one.
    fn install_packages(self, packages: &[&str], what: &str) -> Result<()> {
        let mend = format!("install {what} (Debian: `sudo apt-get install {}`)", packages.join(" "));
        let refused = |why: &str| Err(Failure::new(format!("there is no {what} here, and {why}"), &mend));
        if find("apt-get").is_none() {
            return refused("no apt-get to install it by");
        }
        let is_root = output(command("id", ["-u"])).as_deref() == Some("0");
        if !is_root && output(command("sudo", ["-n", "true"])).is_none() {
            return refused("this user may not install it");
        }
        let apt = |arguments: &[&str]| {
            let mut apt: Command = command(if is_root { "env" } else { "sudo" }, []);
            if !is_root {
                apt.args(["-n", "env"]);
            }
            apt.arg("DEBIAN_FRONTEND=noninteractive").arg("apt-get").args(arguments);
            run_beside(self.label(), apt, &mend)
        };
        apt(&["update", "-q"])?;
        apt(&[&["install", "-y", "-q", "--no-install-recommends"], packages].concat())
    }
}

fn install_trunk() -> Result<()> {
    // A folder that stays until all is done: what an interrupted run compiled is not compiled again.
    let (root, scratch) = (target().join("tools"), target().join("tools-trunk"));
    let version = format!("={TRUNK}");
    // Its default features are TLS and a check for updates, which a local server does not need and which take longer
    // to compile than the rest. Unoptimised, because it waits for cargo most of the time anyway.
    let mut install =
        cargo(["install", "trunk", "--version", &version, "--locked", "--no-default-features", "--debug"]);
    install.arg("--root").arg(&root).arg("--target-dir").arg(&scratch);
    install.env("CARGO_PROFILE_DEV_DEBUG", "false").env("CARGO_INCREMENTAL", "0");
    run_beside(
        Tool::Trunk.label(),
        install,
        &format!("see what cargo says above; a `trunk` {TRUNK} from elsewhere on the path will do, too"),
    )?;
    // Nothing reads it any more, and it is large.
    let _ = fs::remove_dir_all(scratch);
    Ok(())
}

fn install_wasm_bindgen() -> Result<()> {
    run_beside(
        Tool::WasmBindgen.label(),
        cargo(["build", "--locked", "--package", "bindgen", "--profile", "bindgen"]),
        "see what cargo says above; commands of the version that Cargo.lock names, on the path, will do, too",
    )?;
    let failed = |error| Failure::new(format!("could not copy to target/tools: {error}"), "make target/ writable");
    fs::create_dir_all(shell::tools()).map_err(failed)?;
    for name in ["wasm-bindgen", "wasm-bindgen-test-runner"] {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        let (built, tool) = (target().join("bindgen").join(&file), shell::tools().join(&file));
        // Not onto the old file: it may be running.
        let _ = fs::remove_file(&tool);
        fs::copy(built, tool).map_err(failed)?;
    }
    Ok(())
}

/// The version that the crate has, which the commands must have, too.
fn wasm_bindgen_version() -> Result<String> {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap_or_default();
    let mut lines = lock.lines().skip_while(|line| *line != "name = \"wasm-bindgen\"");
    let version = lines.nth(1).and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
    version
        .map(str::to_owned)
        .ok_or_else(|| Failure::new("Cargo.lock names no wasm-bindgen", "take Cargo.lock from the repository"))
}

/// A copy of the lock file that `node_modules` was made from, written when that was complete.
const NPM_STAMP: &str = "node_modules/.installed-from";

fn npm_packages_are_there(folder: &str) -> bool {
    let read = |name: &str| fs::read(root().join(folder).join(name)).ok();
    node_major() >= NODE && read(NPM_STAMP).is_some_and(|stamp| Some(stamp) == read("package-lock.json"))
}

/// The oldest Node.js that the tests' browser driver runs on.
const NODE: u32 = 20;

/// 0 where there is none.
fn node_major() -> u32 {
    let version = output(command("node", ["--version"])).unwrap_or_default();
    version.trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0)
}

/// The browser of the tests.
pub fn chromium() -> Option<PathBuf> {
    let chosen = std::env::var_os("CHROMIUM").map(PathBuf::from).filter(|path| path.is_file());
    chosen.or_else(|| ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| find(name)))
}
