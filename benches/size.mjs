// What JSONata adds to a module: `xtask/size` with and without it, after what the page's own module goes through.
// `cargo xtask bench --only size` builds the two and calls this with their paths.

import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { SIZE, optimise } from "../www/wasm-opt.mjs";

const TARGET = 150_000;

const weights = [];
for (const file of process.argv.slice(2)) {
  await optimise(file, SIZE);
  weights.push(gzipSync(await readFile(file), { level: 9 }).length);
}
const [without, withIt] = weights;
const added = withIt - without;
console.log(`JSONata adds ${added} bytes gzip (${without} → ${withIt}); the target is ${TARGET} at most`);
process.exitCode = added > TARGET ? 1 : 0;
