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

/** [name, scenario or what the loop by hand is given, workers, target in millions a second] */
function scenarios(definition, input) {
  const retrying = JSON.parse(definition);
  const charge = Object.values(retrying.States).find((state) => state.Type === "Task");
  charge.Retry = [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 3 }];
  const name = Object.keys(retrying.States).find((name) => retrying.States[name] === charge);
  const exponential = { kind: "exponential", mean_ms: 1000 };
  const lognormal = { kind: "lognormal", median_ms: 1000, sigma: 0.5 };
  const version = (p, latency) => ({
    definition: retrying,
    behaviour: {
      [name]: {
        latency,
        outcomes: [{ p, outcome: "error", error: "Declined" }, { outcome: "success", output: { status: "OK" } }],
      },
    },
  });
  const scenario = (latency, per_min, more) =>
    JSON.stringify({
      weir: 1,
      seed: 7,
      traffic: { kind: "poisson", per_min },
      inputs: [{ name: "order", weight: 1, json: JSON.parse(input) }],
      versions: { 1: version(0.01, latency), 2: version(0.05, latency) },
      alias: { weights: { 1: 100 } },
      ...more,
    });
  const alarm = { name: "failures", metric: "ExecutionsFailed", statistic: "Sum", dimension: { Version: "2" } };
  const canaries = {
    replications: 1000,
    twin: false,
    horizon_ms: 1800000,
    strategy: { kind: "canary", weight: 10, interval_ms: 300000, bake_ms: 600000 },
    alarms: [{ ...alarm, operator: ">=", threshold: 2, N: 3, M: 2 }],
  };
  const once = { replications: 1, horizon_ms: 6000000 };
  return [
    ["1,000 canaries, exponential latency", scenario(exponential, 100, canaries), 1, ">= 10 M/s"],
    ["1,000 canaries, log-normal latency", scenario(lognormal, 100, canaries), 1, "none"],
    ["1,000 canaries, exponential, two workers", scenario(exponential, 100, canaries), 2, "< 1 s"],
    ["one run of 10,000,000, exponential latency", scenario(exponential, 100000, once), 1, ">= 10 M/s"],
    ["a loop by hand, exponential latency", { executions: 3e6, perMin: 100, lognormal: false }, 1, "the floor"],
    ["a loop by hand, log-normal latency", { executions: 3e6, perMin: 100, lognormal: true }, 1, "the floor"],
  ];
}

/** [name, scenario]: runs of 100,000,000 executions, of which only the memory is told. */
function large(definition, input) {
  const [, document] = scenarios(definition, input)[3];
  const slow = { name: "slow", metric: "ExecutionTime", statistic: "p90", dimension: {}, operator: ">", threshold: 1e9 };
  const more = {
    horizon_ms: 60_000_000,
    twin: false,
    strategy: { kind: "canary", weight: 10, interval_ms: 30_000_000, on_rollback: "abort" },
    alarms: [{ ...slow, period_s: 900, N: 3, M: 2 }],
  };
  return [
    ["one run", JSON.stringify({ ...JSON.parse(document), horizon_ms: 60_000_000 })],
    ["a canary, p90 over 15 minutes, abort", JSON.stringify({ ...JSON.parse(document), ...more })],
  ];
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
    const workers = [0, 1].map(() => new Worker("worker.mjs", { type: "module" }));
    globalThis.measure = (request, nth = 0) =>
      new Promise((done, failed) => {
        workers[nth].onmessage = ({ data }) => (data.error ? failed(new Error(data.error)) : done(data));
        workers[nth].onerror = (event) => failed(new Error(event.message));
        workers[nth].postMessage(request);
      });
    /** Plays a scenario on a new worker. */
    globalThis.alone = (document) =>
      new Promise((done, failed) => {
        const worker = new Worker("worker.mjs", { type: "module" });
        worker.onmessage = ({ data }) => {
          worker.terminate();
          if (data.error) failed(new Error(data.error));
          else done(data);
        };
        worker.onerror = (event) => failed(new Error(event.message));
        worker.postMessage({ document, first: 0, step: 1 });
      });
    /** Plays a scenario on so many workers; the time is that of the slowest. */
    globalThis.play = async (document, count) => {
      // Not a document: what the loop by hand is given.
      if (typeof document !== "string") return globalThis.measure(document);
      const parts = await Promise.all(
        workers.slice(0, count).map((_, first) => globalThis.measure({ document, first, step: count }, first)),
      );
      const sum = (key) => parts.reduce((sum, part) => sum + part[key], 0);
      const most = (key) => Math.max(...parts.map((part) => part[key]));
      const [executions, memory] = [sum("executions"), most("memory")];
      return { executions, seconds: most("seconds"), interpreted: most("interpreted"), memory };
    };
  });
  const measure = (name, count) =>
    page.evaluate(async (request) => (await globalThis.measure(request)).seconds, { name, definition, input, count });

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

  console.log(`\nwhat-if: the same with Retry on Charge, 1 % and 5 % errors, Poisson starts, medians of ${ROUNDS} rounds`);
  console.log(`${"".padEnd(44)}${"M executions/s".padStart(16)}${"highest".padStart(10)}${"seconds".padStart(10)}${"interpreted".padStart(13)}${"MB".padStart(6)}${"target".padStart(12)}`);
  for (const [name, document, workers, target] of scenarios(definition, input)) {
    const rounds = [];
    // The first round learns the tree: it is not left out, only not the median.
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push(await page.evaluate(([document, workers]) => globalThis.play(document, workers), [document, workers]));
    }
    const seconds = median(rounds.map((round) => round.seconds));
    const { executions, interpreted, memory } = rounds[0];
    const highest = executions / Math.min(...rounds.map((round) => round.seconds));
    const columns = [executions / seconds / 1e6, highest / 1e6].map((rate) => rate.toFixed(2));
    columns.push(seconds.toFixed(3), `${(100 * interpreted).toFixed(4)} %`);
    console.log(
      `${name.padEnd(44)}${columns[0].padStart(16)}${columns[1].padStart(10)}${columns[2].padStart(10)}${columns[3].padStart(13)}${(memory / 1e6).toFixed(0).padStart(6)}${target.padStart(12)}`,
    );
  }

  console.log("\nmemory of 100,000,000 executions in a worker of its own, target < 200 MB");
  for (const [name, document] of large(definition, input)) {
    const { executions, memory, seconds } = await page.evaluate((document) => globalThis.alone(document), document);
    const told = `${(executions / 1e6).toFixed(1)} M executions, ${(memory / 1e6).toFixed(0)} MB, ${seconds.toFixed(1)} s`;
    console.log(`${name.padEnd(44)}${told}`);
  }
} finally {
  await browser.close();
  site.close();
}
