// The page and the package are the same simulator: the same seed, the same split.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { start } from "../e2e/rig.mjs";

const weir = await import(new URL("../../target/npm/node.js", import.meta.url).href);
const rig = await start();
after(() => rig.close());

test("the split that the page shows is that of Playground.simulate", () =>
  rig.visit({}, async (page) => {
    await page.locator(".said").filter({ hasText: /executions · / }).waitFor();
    await page.getByRole("button", { name: "File" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: /^Save the scenario/ }).click(),
    ]);
    const scenario = JSON.parse(await readFile(await download.path(), "utf8"));
    // The Traffic tab shows the alias as it is: nothing is rolled out.
    for (const key of ["strategy", "alarms", "horizon_ms"]) delete scenario[key];
    scenario.replications = 1;
    await weir.default();
    const playground = new weir.Playground({ seed: scenario.seed });
    const report = await playground.simulate(scenario);
    const number = (text) => Number(text.replaceAll(",", ""));
    const shown = /executions\s+([\d,]+)\s+([\d,]+)/.exec(await page.locator(".by-version").innerText());
    assert.deepEqual(report.versions.map(({ started }) => started), [number(shown[1]), number(shown[2])]);
  }));
