//! The benchmarks. They print figures and judge none: the machine is as quiet as it is.

use crate::shell::{self, Result, cargo, command, heading, target};
use crate::tools::{self, Tool, WASM, chromium};
use crate::{only, package, site};

const MENDS: &str = "see what is said above";

pub fn run(arguments: &[String]) -> Result<()> {
    for kind in only(arguments, &["native", "peers", "service", "browser", "page"])? {
        match kind {
            "native" => native()?,
            "peers" => peers()?,
            "service" => service()?,
            "browser" => browser()?,
            _ => page()?,
        }
    }
    Ok(())
}

/// All of `benches/*.rs`.
fn native() -> Result<()> {
    heading("native benchmarks");
    shell::run(cargo(["bench", "--locked", "--package", "weir", "--benches"]), MENDS)
}

/// `benches/peers/`, a workspace of its own.
fn peers() -> Result<()> {
    heading("beside other libraries");
    let mut peers = cargo(["run", "--locked", "--release", "--quiet", "--manifest-path", "benches/peers/Cargo.toml"]);
    peers.env("CARGO_TARGET_DIR", target().join("peers"));
    shell::run(peers, MENDS)
}

/// The npm package in Node: `benches/browser/service.mjs`.
fn service() -> Result<()> {
    package::run()?;
    heading("the service in Node");
    shell::run(command("node", ["benches/browser/service.mjs"]), MENDS)
}

/// `benches/browser/`.
fn browser() -> Result<()> {
    tools::need(&[Tool::WasmTarget, Tool::WasmBindgen, Tool::NpmPackages, Tool::BenchPackages, Tool::Chromium])?;
    heading("benchmarks in the browser");
    let mut build = cargo(["build", "--locked", "--release", "--example", "browser_bench", "--features", "js"]);
    build.args(["--target", WASM]);
    shell::run(build, MENDS)?;
    let out = target().join("bench");
    let mut bindgen = command("wasm-bindgen", ["--target", "web", "--no-typescript", "--out-dir"]);
    bindgen.arg(&out).arg(target().join(WASM).join("release/examples/browser_bench.wasm"));
    shell::run(bindgen, MENDS)?;
    let mut optimise = command("node", ["www/wasm-opt.mjs"]);
    optimise.arg(out.join("browser_bench_bg.wasm"));
    shell::run(optimise, MENDS)?;
    let mut compare = command("node", ["benches/browser/run.mjs"]);
    if let Some(chromium) = chromium() {
        compare.env("CHROMIUM", chromium);
    }
    shell::run(compare, MENDS)
}

/// The site as it is published, in a browser: `benches/browser/page.mjs`.
fn page() -> Result<()> {
    tools::need(&[Tool::NpmPackages, Tool::Chromium])?;
    site::build()?;
    heading("the page at work");
    let mut measure = command("node", ["benches/browser/page.mjs"]);
    if let Some(chromium) = chromium() {
        measure.env("CHROMIUM", chromium);
    }
    shell::run(measure, MENDS)
}
