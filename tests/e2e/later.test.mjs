// The program is split in two modules: the first view must not wait for the second, and everything else must find it.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { start } from "./rig.mjs";

let rig;
before(async () => (rig = await start()));
after(() => rig.close());

/** How the later part was asked for, by the page and by each of its workers. */
async function asked(page) {
  const look = () => performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("_later.wasm")).map(({ initiatorType }) => initiatorType);
  return (await Promise.all([page, ...page.workers()].map((scope) => scope.evaluate(look)))).flat();
}

test("the first view, with all of its simulation, needs the first part only", async () => {
  await rig.visit({}, async (page) => {
    await page.getByRole("button", { name: /χ² test of the split: chance explains it/ }).waitFor();
    await page.waitForLoadState("networkidle");
    assert.deepEqual(await asked(page), ["fetch"], "a function of the first view is a later one: see www/later.txt");
  });
});

test("who is faster than the later part waits for it, and no more", async () => {
  await rig.visit({ expected: [/ERR_FAILED/] }, async (page) => {
    // What the page asks for when it is idle does not come; what a called function asks for does.
    await page.route(/_later\.wasm$/, (route) => (route.request().resourceType() === "fetch" ? route.abort() : route.continue()));
    await page.reload();
    await page.getByRole("tab", { name: "Tasks", exact: true }).click();
    await page.getByRole("tabpanel", { name: "Tasks" }).waitFor();
    assert.deepEqual((await asked(page)).filter((by) => by !== "fetch"), ["xmlhttprequest"]);
  });
});
