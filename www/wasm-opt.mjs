// wasm-opt, from the npm package `binaryen`.

import { execFile } from "node:child_process";
import { rename, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const wasmOpt = join(dirname(createRequire(import.meta.url).resolve("binaryen/package.json")), "bin/wasm-opt");

/** What runs fast. */
export const SPEED = ["-O3"];

/**
 * What is small after brotli, which is not what is small before it: -Oz takes away 3 % of the bytes and adds 1 % to what
 * is left of them when they are compressed. Each of these passes was tried by itself. Functions of similar names are
 * similar, and compress better beside each other; alignments are hints that no engine heeds.
 */
export const SIZE = [
  "reorder-functions-by-name",
  "dce",
  "remove-unused-brs",
  "remove-unused-names",
  "optimize-instructions",
  "simplify-locals-notee-nostructure",
  "vacuum",
  "merge-blocks",
  "remove-unused-module-elements",
  "reorder-locals",
  "dealign",
].map((pass) => `--${pass}`);

/** For a module that is not done yet: keeps the names of its functions. */
export const NAMED = ["-g"];

/** Without names, and without what nothing uses. */
export const BARE = [
  "duplicate-function-elimination",
  "remove-unused-module-elements",
  "strip-debug",
  "strip-producers",
].map((pass) => `--${pass}`);

/** Optimises a module in place. Which features of WebAssembly the compiler used stands in it (.cargo/config.toml). */
export async function optimise(file, passes = SPEED, end = BARE) {
  const before = (await stat(file)).size;
  await promisify(execFile)(process.execPath, [wasmOpt, file, ...passes, ...end, "-o", `${file}.opt`]);
  await rename(`${file}.opt`, file);
  const after = (await stat(file)).size;
  console.log(`wasm-opt: ${basename(file)} ${before} → ${after} bytes`);
}

// By itself: `node www/wasm-opt.mjs FILE…`.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await Promise.all(process.argv.slice(2).map((file) => optimise(file)));
}
