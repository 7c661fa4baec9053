//! The npm package: the library as a WebAssembly module of its own, and what makes it a package.

use crate::shell::{self, Result, cargo, command, heading, target};
use crate::site::SMALL;
use crate::tools::{self, Tool, WASM};

const MENDS: &str = "see what cargo, wasm-bindgen or www/npm/build.mjs say above";

/// Writes `target/npm/`.
pub fn run() -> Result<()> {
    tools::need(&[Tool::WasmTarget, Tool::WasmBindgen, Tool::NpmPackages])?;
    heading("building the npm package");
    // The library is an `rlib` for everybody else, so that the exports of this one do not weigh on the page.
    let library = ["rustc", "--locked", "--lib", "--crate-type", "cdylib", "--profile", "library", "--features", "js"];
    let mut library = cargo(library);
    library.args(["--target", WASM]).env(SMALL.0, SMALL.1);
    shell::run(library, MENDS)?;

    let mut bindgen = command("wasm-bindgen", ["--target", "web", "--out-name", "weir", "--out-dir"]);
    bindgen.arg(target().join("npm")).arg(target().join(WASM).join("library/weir.wasm"));
    shell::run(bindgen, MENDS)?;

    let mut finish = command("node", ["www/npm/build.mjs"]);
    finish.arg(target().join("npm"));
    shell::run(finish, MENDS)
}
