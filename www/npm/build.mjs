// Makes a package of what wasm-bindgen wrote: `cargo xtask package` calls it with the folder.

import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { SIZE, optimise } from "../wasm-opt.mjs";
import { declarations } from "./documents.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const folder = process.argv[2];

const version = /^version = "(.*)"$/m.exec(await readFile(join(root, "Cargo.toml"), "utf8"))[1];
const manifest = {
  name: "weir",
  version,
  description: "A playground for AWS Step Functions versions and aliases: interpreter, service and simulator in WebAssembly",
  license: "MIT OR Apache-2.0",
  keywords: ["aws", "step functions", "states language", "asl", "canary", "simulation"],
  type: "module",
  sideEffects: false,
  engines: { node: ">=18" },
  types: "./index.d.ts",
  exports: {
    ".": { types: "./index.d.ts", node: "./node.js", default: "./index.js" },
    "./aws-sdk": { types: "./aws-sdk.d.ts", default: "./aws-sdk.js" },
    "./weir_bg.wasm": "./weir_bg.wasm",
    "./schemas/*": "./schemas/*",
    "./package.json": "./package.json",
  },
};

const module = join(folder, "weir_bg.wasm");
await optimise(module, SIZE);
const own = ["index.js", "node.js", "playground.js", "aws-sdk.js", "index.d.ts", "operations.d.ts", "aws-sdk.d.ts", "README.md"];
for (const name of own) await copyFile(join(here, name), join(folder, name));
for (const name of ["LICENSE-MIT", "LICENSE-APACHE"]) await copyFile(join(root, name), join(folder, name));
const documents = { Scenario: "src/simulation/scenario", Report: "src/simulation/report", Workspace: "src/workspace" };
await mkdir(join(folder, "schemas"), { recursive: true });
const types = [];
for (const [name, place] of Object.entries(documents)) {
  const schema = await readFile(join(root, place, "schema.json"), "utf8");
  await writeFile(join(folder, "schemas", `${name.toLowerCase()}.schema.json`), schema);
  types.push(declarations(name, JSON.parse(schema)));
}
await writeFile(join(folder, "documents.d.ts"), `// The documents, as their JSON Schemas in schemas/ have them.\n\n${types.join("\n")}`);
await writeFile(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
const files = await Promise.all((await readdir(folder)).filter((name) => /\.(js|wasm)$/.test(name)).map((name) => readFile(join(folder, name))));
const weight = files.reduce((sum, file) => sum + brotliCompressSync(file).length, 0);
console.log(`what the package runs weighs ${(weight / 1000).toFixed(1)} kB after brotli; the target is 600 kB`);
console.log(`${folder}: ${(await readdir(folder)).sort().join(" ")}`);
