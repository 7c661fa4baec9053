//! All tests, one after the other; what fails hides nothing of what comes after it.

use crate::shell::{self, Failure, Result, cargo, command, dim, find, heading, output, root, target};
use crate::tools::{self, Tool, WASM, chromium};
use crate::{only, package, site};
use std::time::{Duration, Instant};

struct Step {
    group: &'static str,
    name: &'static str,
    needs: &'static [Tool],
    run: fn() -> Result<()>,
}

const STEPS: &[Step] = &[
    Step { group: "lint", name: "formatting", needs: &[Tool::Lints], run: formatting },
    Step { group: "lint", name: "clippy", needs: &[Tool::Lints], run: clippy },
    Step {
        group: "lint",
        name: "clippy of the page",
        needs: &[Tool::Lints, Tool::WasmTarget],
        run: clippy_of_the_page,
    },
    Step { group: "lint", name: "the core without the web", needs: &[], run: core },
    Step { group: "lint", name: "types of www/", needs: &[Tool::NpmPackages], run: types },
    Step { group: "native", name: "native tests", needs: &[Tool::NpmPackages], run: native },
    Step { group: "native", name: "exports, by cfn-lint", needs: &[], run: exports },
    Step { group: "native", name: "examples in the documentation", needs: &[], run: doctests },
    Step {
        group: "wasm",
        name: "tests in the browser",
        needs: &[Tool::WasmTarget, Tool::WasmBindgen, Tool::Chromium],
        run: wasm,
    },
    Step {
        group: "page",
        name: "the site",
        needs: &[Tool::WasmTarget, Tool::Trunk, Tool::WasmBindgen, Tool::NpmPackages],
        run: site::build,
    },
    Step { group: "page", name: "the page", needs: &[Tool::NpmPackages, Tool::Chromium], run: page },
    Step {
        group: "package",
        name: "the npm package",
        needs: &[Tool::WasmTarget, Tool::WasmBindgen, Tool::NpmPackages],
        run: package::run,
    },
    Step {
        group: "package",
        name: "the npm package's tests",
        needs: &[Tool::NpmPackages, Tool::Chromium],
        run: package_tests,
    },
];

pub fn run(arguments: &[String]) -> Result<()> {
    let groups = only(arguments, &["lint", "native", "wasm", "page", "package"])?;
    let steps: Vec<&Step> = STEPS.iter().filter(|step| groups.contains(&step.group)).collect();
    let start = Instant::now();

    let mut needs: Vec<Tool> = Vec::new();
    for tool in steps.iter().flat_map(|step| step.needs) {
        if !needs.contains(tool) {
            needs.push(*tool);
        }
    }
    let missing = tools::bring(&needs);

    let mut results: Vec<(&Step, Result<()>, Duration)> = Vec::new();
    for step in steps {
        heading(&format!("{}: {}", step.group, step.name));
        let start = Instant::now();
        let lacking = missing.iter().find(|(tool, _)| step.needs.contains(tool));
        let result = match lacking {
            Some((_, failure)) => Err(failure.clone()),
            None => (step.run)(),
        };
        match &result {
            Ok(()) => println!("{}", dim(&format!("{}: {:.1?}", step.name, start.elapsed()))),
            Err(failure) => println!("{failure}"),
        }
        results.push((step, result, start.elapsed()));
    }

    heading("summary");
    for (step, result, time) in &results {
        let (mark, what) = match result {
            Ok(()) => ("ok    ", String::new()),
            Err(failure) => ("FAILED", format!("  {}", failure.what)),
        };
        println!("{mark} {:>7.1} s  {:<8} {}{what}", time.as_secs_f64(), step.group, step.name);
    }
    println!("{:>14.1} s  in all", start.elapsed().as_secs_f64());

    let failed = results.iter().filter(|(_, result, _)| result.is_err()).count();
    match failed {
        0 => Ok(()),
        _ => Err(Failure::new(
            format!("{failed} of {} steps failed", results.len()),
            "each says above what it needs; `cargo xtask test --only GROUP` runs a group alone",
        )),
    }
}

fn formatting() -> Result<()> {
    shell::run(cargo(["fmt", "--all", "--check"]), "run `cargo fmt --all`")
}

fn clippy() -> Result<()> {
    let clippy = cargo(["clippy", "--locked", "-p", "weir", "-p", "xtask", "--all-targets", "--", "-D", "warnings"]);
    shell::run(clippy, "mend what clippy says; `#[expect(…, reason = \"…\")]` where it is wrong")
}

fn clippy_of_the_page() -> Result<()> {
    let page = ["--target", WASM, "--features", "page,js", "--lib", "--bin", "app", "--test", "web", "--examples"];
    let mut clippy = cargo(["clippy", "--locked"]);
    clippy.args(page).args(["--", "-D", "warnings"]);
    shell::run(clippy, "mend what clippy says; `#[expect(…, reason = \"…\")]` where it is wrong")
}

/// Everything before `js` builds alone, and pulls in nothing of the web.
fn core() -> Result<()> {
    let check = cargo(["check", "--locked", "--no-default-features"]);
    shell::run(check, "put what needs the browser behind feature `js` or `page`")?;
    let tree =
        ["tree", "--locked", "--no-default-features", "--edges", "normal", "--target", "all", "--prefix", "none"];
    let crates = output(cargo(tree)).ok_or_else(|| Failure::new("`cargo tree` failed", "run it to see why"))?;
    let names = || crates.lines().filter_map(|line| line.split_whitespace().next());
    println!("without features: {}", names().collect::<Vec<_>>().join(", "));
    let of_the_web =
        |name: &str| ["wasm-bindgen", "web-sys", "js-sys", "gloo", "yew"].iter().any(|web| name.starts_with(web));
    match names().find(|name| of_the_web(name)) {
        Some(name) => Err(Failure::new(format!("the core depends on `{name}`"), "make that dependency optional")),
        None => Ok(()),
    }
}

fn types() -> Result<()> {
    shell::run(command("node", ["www/node_modules/typescript/bin/tsc", "-p", "www"]), "mend the types in www/")
}

fn native() -> Result<()> {
    let nextest = output(cargo(["nextest", "--version"])).is_some();
    let test = if nextest {
        cargo(["nextest", "run", "--locked", "-p", "weir", "-p", "xtask", "--no-fail-fast"])
    } else {
        cargo(["test", "--locked", "-p", "weir", "-p", "xtask", "--lib", "--bins", "--tests", "--no-fail-fast"])
    };
    shell::run(test, "`cargo test NAME` runs one test alone")
}

/// The templates that the native tests have written.
fn exports() -> Result<()> {
    let folder = target().join("tmp/exports");
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    if files.is_empty() {
        let what = format!("there are no templates in {}", folder.display());
        return Err(Failure::new(what, "`cargo xtask test --only native` writes them"));
    }
    let Some(version) = output(command("cfn-lint", ["--version"])) else {
        println!(
            "NOT RUN: there is no cfn-lint on the path (`pip install cfn-lint`); {} templates unread",
            files.len()
        );
        return Ok(());
    };
    let mut lint = command("cfn-lint", []);
    lint.args(&files);
    shell::run(lint, "mend src/workspace/export/")?;
    println!("{version}: {} templates, no findings", files.len());
    Ok(())
}

fn doctests() -> Result<()> {
    shell::run(cargo(["test", "--locked", "--doc"]), "mend the example; it is what readers try first")
}

fn wasm() -> Result<()> {
    // The second compiles the examples of the modules that need the browser; they have nothing to run.
    [["--test", "web", "--test", "determinism"].as_slice(), &["--doc"]].into_iter().try_for_each(|what| {
        let mut test = cargo(["test", "--locked", "--target", WASM, "--features", "page,js"]);
        test.args(what)
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", find("wasm-bindgen-test-runner").unwrap_or_default())
            .env("CHROMEDRIVER", find("chromedriver").unwrap_or_default())
            .env("WASM_BINDGEN_TEST_TIMEOUT", "120");
        shell::run(test, "`NO_HEADLESS=1 cargo xtask test --only wasm` shows them in a browser of yours")
    })
}

fn page() -> Result<()> {
    node_tests("tests/e2e", "pictures are in target/screens; the test that failed is named above")
}

fn package_tests() -> Result<()> {
    let types = command("node", ["www/node_modules/typescript/bin/tsc", "-p", "tests/package"]);
    shell::run(types, "mend www/npm/index.d.ts or what uses it")?;
    node_tests("tests/package", "the test that failed is named above")
}

/// Runs the files `*.test.mjs` of a folder by Node's test runner.
fn node_tests(folder: &str, mend: &str) -> Result<()> {
    let mut files: Vec<String> = std::fs::read_dir(root().join(folder))
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".test.mjs"))
        .map(|name| format!("{folder}/{name}"))
        .collect();
    files.sort();
    // One file at a time: each starts a browser of its own, and two cores are soon taken.
    let mut node = command("node", ["--test", "--test-concurrency=1", "--test-reporter=spec"]);
    node.args(&files);
    if let Some(chromium) = chromium() {
        node.env("CHROMIUM", chromium);
    }
    shell::run(node, mend)
}
