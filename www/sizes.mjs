// Tells what the files of a site weigh and whether their sum after brotli meets a target, and fails above a ceiling:
// `node sizes.mjs dist 600 800`.

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const [folder, target, ceiling] = process.argv.slice(2);
const rows = [];
for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const bytes = await readFile(path);
  // The brotli quality of hosts that compress beforehand is the highest, which is Node's default, too.
  const sizes = [bytes.length, gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes).length];
  rows.push([path.slice(folder.length + 1), ...sizes]);
}
rows.sort((a, b) => b[3] - a[3]);
rows.push(["all files", ...[1, 2, 3].map((column) => rows.reduce((sum, row) => sum + row[column], 0))]);

const kB = (bytes) => (bytes / 1000).toFixed(1);
const width = Math.max(...rows.map(([name]) => name.length));
const line = (name, ...cells) => console.log(name.padEnd(width), ...cells.map((cell) => cell.padStart(9)));
line("kB", "raw", "gzip", "brotli");
for (const [name, ...sizes] of rows) line(name, ...sizes.map(kB));

const total = rows.at(-1)[3];
const over = total - target * 1000;
console.log(over > 0 ? `\nover the target of ${target} kB by ${kB(over)} kB` : `\nwithin the target of ${target} kB`);
if (total > ceiling * 1000) {
  console.error(`the site weighs ${kB(total)} kB after brotli; it may weigh ${ceiling} kB`);
  process.exit(1);
}
