// A tool for whoever makes the first load smaller: runs the site's first view with a module that remembers which of its
// functions were called, and tells what www/later.txt puts off although it is called, and what could be put off besides.
// After `cargo xtask build`: `node www/first-view.mjs`, or `node www/first-view.mjs '#scenario=orders&embed'` for another one.

import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { NAMED, SIZE, optimise } from "./wasm-opt.mjs";
import { launch, serve } from "../tests/e2e/rig.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const site = join(root, "target/first-view");
const run = (program, ...given) => execFileSync(program, given, { cwd: root, encoding: "utf8", maxBuffer: 1e9 });
const split = (...given) => run("cargo", "run", "--quiet", "--locked", "--profile", "bindgen", "--package", "split", "--", ...given);

rmSync(site, { recursive: true, force: true });
cpSync(join(root, "dist"), site, { recursive: true });
const module = join(site, readdirSync(site).find((name) => name.endsWith("_bg.wasm")));
const compiled = "target/wasm32-unknown-unknown/site/app.wasm";
run("target/tools/bin/wasm-bindgen", "--target", "web", "--no-typescript", "--out-dir", site, "--out-name", "app", compiled);
const named = join(site, "app_bg.wasm");
await optimise(named, SIZE, NAMED);
split("--watch", named, module, join(site, "names"));
cpSync(join(site, "app.js"), module.replace("_bg.wasm", ".js"));
const index = join(site, "index.html");
writeFileSync(index, readFileSync(index, "utf8").replace(/ data-later="[^"]*"/, ""));

const [served, browser] = await Promise.all([serve({ "/": "target/first-view" }), launch()]);
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
await page.goto(`${served.url}/${process.argv[2] ?? ""}`);
await page.getByRole("button", { name: /χ² test of the split/ }).waitFor();
await page.waitForTimeout(1_000);
const glue = await page.evaluate(() => new URL(document.querySelector("script[data-glue]").dataset.glue, document.baseURI).href);
const look = async (glue) => {
  const exports = (await import(glue)).initSync();
  return Object.keys(exports).filter((name) => name[0] === "#" && exports[name].value).map((name) => Number(name.slice(1)));
};
const scopes = [page, ...page.workers()];
const called = new Set((await Promise.all(scopes.map((scope) => scope.evaluate(look, glue)))).flat());
await browser.close();
served.close();

const functions = split("--list", named, "www/later.txt").trimEnd().split("\n").map((line) => line.split("\t"));
const sums = {};
const groups = new Map();
functions.forEach(([when, size, name], at) => {
  const kind = `${when}, ${called.has(at) ? "called" : "not called"}`;
  sums[kind] = (sums[kind] ?? 0) + Number(size);
  if (kind === "later, called") console.log(`put off, and called: ${name}`);
  if (kind !== "first, not called") return;
  const path = name.match(/weir::[a-z_0-9:]+[A-Za-z]*/)?.[0] ?? name.match(/[a-z_0-9]+/)?.[0];
  groups.set(path, (groups.get(path) ?? 0) + Number(size));
});
console.log("\nbytes before compression of what is not put off, and not called:");
for (const [path, size] of [...groups].sort((a, b) => b[1] - a[1]).slice(0, 40)) console.log(String(size).padStart(8), path);
for (const [kind, size] of Object.entries(sums)) console.log(`${kind}: ${Math.round(size / 1000)} kB`);
