// The package as its users meet it: installed in a folder, found by its name, in Node and in a browser.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { transform } from "../../www/node_modules/esbuild/lib/main.js";
import { launch, serve } from "../e2e/rig.mjs";

const folder = fileURLToPath(new URL("../../target/npm", import.meta.url));
const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));

const project = await mkdtemp(join(tmpdir(), "weir-package-"));
after(() => rm(project, { recursive: true }));
await mkdir(join(project, "node_modules"));
await symlink(folder, join(project, "node_modules/weir"));

async function node(source) {
  const file = join(project, "test.mjs");
  await writeFile(file, source);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--no-warnings", file]);
  assert.equal(stderr, "");
  return stdout.trim();
}

test("in Node, by its name", async () => {
  assert.equal(await node(`import init, { version } from "weir"; await init(); console.log(version());`), version);
});

test("in Node, from bytes", async () => {
  const source = `
    import { readFileSync } from "node:fs";
    import { initSync, version } from "weir";
    initSync(readFileSync(${JSON.stringify(join(folder, "weir_bg.wasm"))}));
    console.log(version());`;
  assert.equal(await node(source), version);
});

test("before it is started it says so", async () => {
  assert.match(await node(`import { Playground } from "weir"; try { new Playground(); } catch (error) { console.log(error.message); }`), /await init\(\)/);
});

test("the examples of its README", async () => {
  const readme = await readFile(join(folder, "README.md"), "utf8");
  const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  assert.equal(examples.length, 3);
  const sdk = fileURLToPath(new URL("../../www/node_modules/@aws-sdk", import.meta.url));
  await symlink(sdk, join(project, "node_modules/@aws-sdk"));
  const { code } = await transform(examples.join("\n"), { loader: "ts" });
  const told = await node(code);
  assert.match(told, /^SUCCEEDED\n/);
  assert.match(told, /name: 'orders'/);
  assert.match(told, /value: [01]\.?\d*/);
});

test("its schemas are where it exports them", async () => {
  const source = `
    import { createRequire } from "node:module";
    const schema = createRequire(import.meta.url)("weir/schemas/workspace.schema.json");
    console.log(schema.title);`;
  assert.equal(await node(source), "A workspace of Weir");
});

test("in a browser", async () => {
  const site = await serve({ "/package/": "target/npm" });
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(`${site.url}/package/package.json`);
    const answer = await page.evaluate(async (url) => {
      const weir = await import(url);
      await weir.default();
      return weir.version();
    }, `${site.url}/package/index.js`);
    assert.equal(answer, version);
  } finally {
    await browser.close();
    site.close();
  }
});
