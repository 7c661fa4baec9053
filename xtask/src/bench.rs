//! The benchmarks. They print figures and judge no time: the machine is as quiet as it is.

use crate::shell::{self, Failure, Result, cargo, command, heading, target};
use crate::tools::{self, Tool, WASM, chromium};
use crate::{only, package, site};
use std::path::Path;

const MENDS: &str = "see what is said above";

pub fn run(arguments: &[String]) -> Result<()> {
    for kind in only(arguments, &["native", "peers", "size", "service", "browser", "page"])? {
        match kind {
            "native" => native()?,
            "peers" => peers()?,
            "size" => size()?,
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

/// What JSONata adds to a module: `xtask/size`, with and without it.
fn size() -> Result<()> {
    tools::need(&[Tool::WasmTarget, Tool::NpmPackages])?;
    heading("the weight of JSONata");
    let out = target().join("bench");
    let at = |path: &Path| Failure::new(format!("could not write {}", path.display()), "make target/ writable");
    std::fs::create_dir_all(&out).map_err(|_| at(&out))?;
    let mut weigh = command("node", ["benches/size.mjs"]);
    for (name, features) in [("without", ""), ("with", "jsonata")] {
        let mut build = cargo(["build", "--locked", "--package", "size", "--profile", "site", "--features", features]);
        build.args(["--target", WASM]).env(site::SMALL.0, site::SMALL.1);
        shell::run(build, MENDS)?;
        let module = out.join(format!("{name}-jsonata.wasm"));
        std::fs::copy(target().join(WASM).join("site/size.wasm"), &module).map_err(|_| at(&module))?;
        weigh.arg(module);
    }
    shell::run(weigh, MENDS)
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
