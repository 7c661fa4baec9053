// Tells what the files of a site weigh after brotli, all of them and those of the first load, whether the first load meets a
// target, and fails where one of them is above its ceiling: `node sizes.mjs dist 600 620 900`.

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

/** What is fetched when the first view is drawn, or not before it is asked for, or by other pages. tests/e2e/later.test.mjs holds it to that. */
const LATER = [/_later\.wasm$/, /^diff-/, /^embed/];

const [folder, target, firstCeiling, ceiling] = process.argv.slice(2);
const rows = [];
for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const bytes = await readFile(path);
  // The brotli quality of hosts that compress beforehand is the highest, which is Node's default, too.
  const sizes = [bytes.length, gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes).length];
  rows.push([path.slice(folder.length + 1), ...sizes]);
}
const isLater = ([name]) => LATER.some((pattern) => pattern.test(name));
rows.sort((a, b) => isLater(a) - isLater(b) || b[3] - a[3]);
const sum = (name, rows) => [name, ...[1, 2, 3].map((column) => rows.reduce((sum, row) => sum + row[column], 0))];
const first = sum("first load", rows.filter((row) => !isLater(row)));
const all = sum("all files", rows);

const kB = (bytes) => (bytes / 1000).toFixed(1);
const width = Math.max(...rows.map(([name]) => name.length));
const line = (name, ...cells) => console.log(name.padEnd(width), ...cells.map((cell) => cell.padStart(9)));
line("kB", "raw", "gzip", "brotli");
for (const row of [...rows.filter((row) => !isLater(row)), first, ...rows.filter(isLater), all]) {
  line(row[0], ...row.slice(1).map(kB));
}

const over = first[3] - target * 1000;
console.log(`\nfirst load: ${over > 0 ? `over the target of ${target} kB by ${kB(over)} kB` : `within the target of ${target} kB`}`);
for (const [[name, , , weight], most] of [[first, firstCeiling], [all, ceiling]]) {
  if (weight <= most * 1000) continue;
  console.error(`${name}: ${kB(weight)} kB after brotli, and may weigh ${most} kB`);
  process.exitCode = 1;
}
