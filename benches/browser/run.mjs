// The benchmarks in a browser, all in one run of one Chromium and each in a worker: `cargo xtask bench --only browser`.
// Contestants take turns, so that a machine that is busy for a while is busy for all; medians are compared.

import { access, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, serve } from "../../tests/e2e/rig.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const out = join(root, "target/bench");
const { build } = createRequire(join(root, "www/package.json"))("esbuild");

const ROUNDS = 7;
/** Of a round, roughly, in seconds. */
const LENGTH = 0.7;

/** The order workflow of the shared data; where that is absent, the project's own, which has as many states. */
async function order() {
  for (const folder of [process.env.WEIR_CONFORMANCE, join(root, "../shared/conformance")].filter(Boolean)) {
    const file = (name) => join(folder, "bench", name);
    if (await access(file("b_order.json")).then(() => true, () => false)) {
      return [await readFile(file("b_order.json"), "utf8"), await readFile(file("b_input.json"), "utf8")];
    }
  }
  console.log("no shared data: measuring www/examples/order.asl.json");
  const definition = await readFile(join(root, "www/examples/order.asl.json"), "utf8");
  return [definition, JSON.stringify({ order: { id: "o-1", total: 129.5, country: "US" } })];
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const rounded = (number) => Math.round(number).toLocaleString("en");

await build({
  entryPoints: [join(here, "worker.mjs")],
  outdir: out,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  target: "esnext",
  conditions: ["browser"],
  nodePaths: [join(here, "node_modules")],
  logLevel: "warning",
});
await writeFile(join(out, "index.html"), "<!doctype html><title>bench</title>");

const site = await serve({ "/": "target/bench" });
const browser = await launch();
try {
  const page = await browser.newPage();
  await page.goto(`${site.url}/index.html`);
  const [definition, input] = await order();
  await page.evaluate(() => {
    const worker = new Worker("worker.mjs", { type: "module" });
    globalThis.measure = (request) =>
      new Promise((done, failed) => {
        worker.onmessage = ({ data }) => (data.error ? failed(new Error(data.error)) : done(data.seconds));
        worker.onerror = (event) => failed(new Error(event.message));
        worker.postMessage(request);
      });
  });
  const measure = (name, count) =>
    page.evaluate((request) => globalThis.measure(request), { name, definition, input, count });

  const contestants = [];
  for (const name of ["weir, full interpretation", "weir, with histories", "aws-local-stepfunctions"]) {
    await measure(name, 500);
    const trial = 2000;
    const count = Math.max(trial, Math.round((trial * LENGTH) / (await measure(name, trial))));
    contestants.push({ name, count, rates: [] });
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, count, rates } of contestants) rates.push(count / (await measure(name, count)));
  }

  const reference = median(contestants.at(-1).rates);
  console.log(`the order workflow, one worker, Chromium ${browser.version()}, medians of ${ROUNDS} rounds`);
  console.log(`${"".padEnd(28)}${"executions/s".padStart(14)}${"lowest".padStart(12)}${"highest".padStart(12)}${"ratio".padStart(9)}`);
  for (const { name, rates } of contestants) {
    const columns = [median(rates), Math.min(...rates), Math.max(...rates)].map(rounded);
    const ratio = (median(rates) / reference).toFixed(1);
    console.log(`${name.padEnd(28)}${columns[0].padStart(14)}${columns[1].padStart(12)}${columns[2].padStart(12)}${ratio.padStart(9)}`);
  }
} finally {
  await browser.close();
  site.close();
}
