// wasm-opt, from the npm package `binaryen`.

import { execFile } from "node:child_process";
import { rename, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const wasmOpt = join(dirname(createRequire(import.meta.url).resolve("binaryen/package.json")), "bin/wasm-opt");

/** Optimises a module in place. Which features of WebAssembly the compiler used stands in it (.cargo/config.toml). */
export async function optimise(file) {
  const before = (await stat(file)).size;
  await promisify(execFile)(process.execPath, [wasmOpt, file, "-O3", "--strip-producers", "-o", `${file}.opt`]);
  await rename(`${file}.opt`, file);
  const after = (await stat(file)).size;
  console.log(`wasm-opt: ${basename(file)} ${before} → ${after} bytes`);
}

// By itself: `node www/wasm-opt.mjs FILE…`.
if (process.argv[1] === fileURLToPath(import.meta.url)) await Promise.all(process.argv.slice(2).map(optimise));
