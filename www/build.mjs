// Called by Trunk when the program is compiled (Trunk.toml): bundles the scripts and styles of this folder into the
// site under names that carry their hashes, writes those names into index.html, and optimises the WebAssembly module.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, readFile, readdir, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build, transform } from "esbuild";
import { BARE, NAMED, SIZE, optimise } from "./wasm-opt.mjs";

const www = dirname(fileURLToPath(import.meta.url));
const site = process.env.TRUNK_STAGING_DIR;
const release = process.env.TRUNK_PROFILE === "release";
if (!site) throw new Error("www/build.mjs is a hook of Trunk: run `cargo xtask build` or `cargo xtask serve`");

/** Bundles one entry point; the name of its file in the site. */
async function bundle(entry, options = {}) {
  const { metafile } = await build({
    absWorkingDir: www,
    entryPoints: [entry],
    outdir: site,
    bundle: true,
    format: "esm",
    target: ["chrome123", "firefox120", "safari17.5"],
    splitting: true,
    minify: release,
    sourcemap: release ? false : "linked",
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    legalComments: "none",
    loader: { ".svg": "copy" },
    metafile: true,
    logLevel: "warning",
    ...options,
  });
  const [file] = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === entry);
  return basename(file);
}

const [worker, styles, icon] = await Promise.all([
  bundle("worker.ts"),
  bundle("styles/index.css"),
  bundle("icons/weir.svg"),
]);
// Pages of others ask for it: its name stays. It stands alone, whatever else is bundled.
await bundle("embed.ts", { entryNames: "[name]", splitting: false, format: "iife" });
await copyFile(join(www, "embed-example.html"), join(site, "embed-example.html"));
const main = await bundle("main.ts", { define: { WORKER: JSON.stringify(`./${worker}`) } });
const names = { MAIN: main, STYLES: styles, ICON: icon };

const index = join(site, "index.html");
let html = await readFile(index, "utf8");
if (!release) {
  const reload = await bundle("reload.ts");
  html = html.replace("</body>", `<script type="module" src="./${reload}"></script></body>`);
}
html = html.replace(/\s*<!--.*?-->/gs, "").replace(/%([A-Z]+)%/g, (_, name) => names[name] ?? fail(`index.html: no file %${name}%`));

if (release) {
  const files = await readdir(site);
  const module = join(site, files.find((name) => name.endsWith(".wasm")));
  const glue = join(site, `${basename(module, "_bg.wasm")}.js`);
  const minified = await transform(await readFile(glue, "utf8"), { minify: true, format: "esm" });
  await writeFile(glue, minified.code);
  await optimise(module, SIZE, NAMED);
  const later = module.replace("_bg.wasm", "_later.wasm");
  await split(module, later);
  await Promise.all([module, later].map((file) => optimise(file, [], BARE)));
  html = html.replace(" data-wasm=", ` data-later="./${basename(later)}" data-wasm=`);
  await name([module, glue, later]);
}
await writeFile(index, html);

/** What the first view does not need becomes a module of its own. */
async function split(module, later) {
  const arguments_ = ["run", "--quiet", "--locked", "--profile", "bindgen", "--package", "split", "--"];
  const files = [module, module, later, join(www, "later.txt")];
  const { stdout } = await promisify(execFile)("cargo", [...arguments_, ...files], { cwd: dirname(www) });
  process.stdout.write(stdout);
}

/** Trunk's hash does not know what was done to the modules since: a browser must not put parts of two builds together. */
async function name(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(await readFile(file));
  const [old] = /-[0-9a-f]+/.exec(basename(files[0]));
  const now = `-${hash.digest("hex").slice(0, 16)}`;
  await Promise.all(files.map((file) => rename(file, join(site, basename(file).replace(old, now)))));
  html = html.replaceAll(old, now);
}

function fail(message) {
  throw new Error(message);
}
