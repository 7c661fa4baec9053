// Embeds: the page inside of pages of others, from another origin; the element, the messages, and the dialog that makes one.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { deflateSync } from "node:zlib";
import { accessibility, policy, screenshot, serve, start } from "./rig.mjs";

const rig = await start();
/** Pages of an author, from another origin, with a policy that is as strict as theirs can be. */
const pages = new Map();
const author = createServer((request, response) => {
  const page = pages.get(request.url);
  response.writeHead(page ? 200 : 404, {
    "content-type": request.url.endsWith(".json") ? "application/json" : "text/html; charset=utf-8",
    "content-security-policy": `default-src 'none'; script-src ${rig.site.url} 'self'; frame-src ${rig.site.url}; connect-src 'self'; img-src data:; style-src 'self'`,
  });
  response.end(page ?? "not found");
});
await new Promise((done) => author.listen(0, "127.0.0.1", done));
// Another host name, so that it is another site, too.
const home = `http://localhost:${author.address().port}`;
after(() => (author.close(), rig.close()));

const example = await readFile(new URL("../../www/examples/order.scenario.json", import.meta.url), "utf8");
const weir = `${rig.site.url}/weir/`;
let count = 0;
/** The address of a page with this in its body. */
function page(body, head = "") {
  const path = `/${++count}`;
  pages.set(path, `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,">${head}</head><body><main><h1>A page</h1>${body}</main></body></html>`);
  return home + path;
}
const loader = `<script async src="${weir}embed.js"></script>`;

const frameOf = (page) => page.frameLocator("weir-playground iframe");
const told = (frame) => frame.locator(".by-version");
const split = async (frame) => {
  await told(frame).waitFor();
  return (await told(frame).innerText()).replace(/\s+/g, " ");
};
/** Keeps what the element tells, for the test to look at. */
const keepsEvents = (page) =>
  page.evaluate(() => {
    globalThis.told = [];
    for (const type of ["ready", "resize", "changed", "report", "error", "workspace"]) {
      document.querySelector("weir-playground").addEventListener(type, ({ detail }) => told.push({ type, ...detail }));
    }
  });
const last = async (page, type, is = () => true) => {
  for (const begin = Date.now(); Date.now() - begin < 30_000; ) {
    const found = (await page.evaluate(() => told)).findLast((message) => message.type === type && is(message));
    if (found) return found;
    await page.waitForTimeout(40);
  }
  throw new Error(`no ${type}: ${JSON.stringify(await page.evaluate(() => told))}`);
};
const onElement = (page, act, ...given) => page.evaluate(([act, given]) => document.querySelector("weir-playground")[act](...given), [act, given]);
const pack = (document) => deflateSync(Buffer.from(JSON.stringify(document))).toString("base64url");

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 640, 280]) {
    test(`an embed at ${width} px, ${theme}`, () =>
      rig.visit({ width, theme, height: 900, hash: "#scenario=orders&embed=graph,alias,traffic" }, async (page) => {
        await page.locator(".said").filter({ hasText: "executions · " }).waitFor();
        await screenshot(page, "embed");
        assert.deepEqual(await accessibility(page), []);
        const [whole, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
        assert.ok(whole <= seen, `it is ${whole} px wide in a frame of ${seen} px`);
        assert.equal(await page.locator(".bar").count(), 0);
        const order = await page.locator(".embed-panes > section").evaluateAll((panes) => panes.map((pane) => pane.ariaLabel));
        assert.deepEqual(order, ["Workflow", "Alias", "Simulation"]);
      }));
  }
}

test("every pane can be shown alone, and all of them together", () =>
  rig.visit({ width: 480, hash: "#embed=cli,cost,executions,compare,rollout,traffic,input,tasks,definition,versions,alias,graph" }, async (page) => {
    await page.locator(".cm-content").waitFor();
    const tabs = await page.getByRole("tablist").getByRole("tab").allInnerTexts();
    assert.deepEqual(tabs, ["AWS CLI", "Cost", "Executions", "Compare", "Rollout", "Traffic"], "the simulation is one pane, and its tabs are in this order");
    const order = await page.locator(".embed-panes > section").evaluateAll((panes) => panes.map((pane) => pane.ariaLabel));
    assert.deepEqual(order, ["Simulation", "Input", "Tasks", "Definition", "Versions", "Alias", "Workflow"]);
    for (const [pane, shows] of [["rollout", "of these rollouts"], ["cost", "a million executions"], ["tasks", "Charge"], ["input", "Executions start"], ["versions", "Published as version 2"], ["executions", "of 10,000"], ["cli", "Whatever is done"]]) {
      await page.goto("about:blank");
      await page.goto(`${weir}#scenario=orders&embed=${pane}`);
      await page.getByText(shows).first().waitFor();
      assert.equal(await page.locator(".embed-panes > section").count(), 1);
    }
  }));

test("what does not exist is told in the frame, and what does is shown", () =>
  rig.visit({ width: 640, height: 300, hash: "#scenario=orders&embed=grap,alias" }, async (page) => {
    await page.getByRole("alert").filter({ hasText: "There is no pane `grap`" }).filter({ hasText: "graph, alias, traffic" }).waitFor();
    await page.getByRole("region", { name: "alias PROD" }).waitFor();
    for (const [hash, what] of [
      ["#w=abc&embed", "cut off or damaged"],
      [`#w=${pack({ weir: 99 })}&embed`, "made by a newer Weir"],
      ["#scenario=tango&embed", "There is no scenario `tango`; there are orders, empty"],
      ["#embed=pink", "There is no pane `pink`"],
      // Little that says to be a lot.
      [`#w=${deflateSync(" ".repeat(30_000_000)).toString("base64url")}&embed`, "larger than 20 MB"],
    ]) {
      await page.goto("about:blank");
      await page.goto(weir + hash);
      await page.getByRole("alert").filter({ hasText: what }).waitFor();
      assert.equal(await page.locator(".embed-panes").count(), 0, "no example in the place of what was meant");
      await page.getByRole("link", { name: "Open in the playground" }).waitFor();
    }
    await screenshot(page, "embed-wrong");
  }));

test("a link to a scenario of the gallery opens it in the whole page, too", () =>
  rig.visit({ hash: "#scenario=canary" }, async (page) => {
    await page.getByRole("spinbutton", { name: "percent of version 6 in PROD" }).waitFor();
    assert.equal(new URL(page.url()).hash, "");
    await page.goto(`${weir}#scenario=tango`);
    await page.locator(".notice").filter({ hasText: "there is no scenario `tango`" }).waitFor();
  }));

test("the theme is that of the page around it until it is named", async () => {
  const colour = (page, n) => frameOf(page).nth(n).locator("body").evaluate((body) => getComputedStyle(body).backgroundColor);
  const body = `<weir-playground scenario="orders" embed="alias"></weir-playground><weir-playground scenario="orders" embed="alias" theme="light"></weir-playground>`;
  await rig.visit({ theme: null, url: page(body, `${loader}<meta name="color-scheme" content="dark">`) }, async (page) => {
    for (const n of [0, 1]) await page.frameLocator("weir-playground iframe").nth(n).getByRole("region", { name: "alias PROD" }).waitFor();
    assert.notEqual(await colour(page, 0), await colour(page, 1));
    await screenshot(page, "embed-themes");
    await page.emulateMedia({ colorScheme: "dark" });
    assert.notEqual(await colour(page, 0), await colour(page, 1));
  });
});

test("nothing is stored, and what is stored is not touched", () =>
  rig.visit({ hash: "" }, async (page) => {
    await page.locator(".cm-content").waitFor();
    await page.getByText("saved", { exact: true }).waitFor();
    await page.evaluate(() => localStorage.setItem("weir.theme", "dark"));
    const before = await page.evaluate(() => JSON.stringify(localStorage));
    await page.goto("about:blank");
    await page.goto(`${weir}#scenario=canary&embed=alias,traffic&theme=light`);
    const percent = page.getByRole("spinbutton", { name: "percent of version 6 in PROD" });
    assert.equal(await percent.inputValue(), "0");
    await percent.fill("40");
    await percent.press("Enter");
    await page.getByText(/expected 40 %/).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light");
    await page.waitForTimeout(600);
    assert.equal(await page.evaluate(() => JSON.stringify(localStorage)), before);
    // Its own undo, and the way back to what the author meant.
    await page.getByRole("heading", { name: "Alias" }).click();
    await page.keyboard.press("Control+z");
    await page.waitForFunction(() => document.querySelector('[aria-label^="percent of version 6"]').value === "0");
    await percent.fill("70");
    await percent.press("Enter");
    await page.getByRole("button", { name: "Reset" }).click();
    await page.waitForFunction(() => document.querySelector('[aria-label^="percent of version 6"]').value === "0");
    // And the fragment is still there: a reload is the same embed.
    await page.reload();
    await percent.waitFor();
  }));

test("read-only: the workflow stays, weights and runs are free", () =>
  rig.visit({ width: 900, hash: "#scenario=orders&embed=versions,alias,definition,tasks,input,traffic,cli&readonly" }, async (page) => {
    await page.locator(".cm-content").waitFor();
    await page.locator(".cm-content").click();
    await page.keyboard.type("zzz");
    assert.doesNotMatch(await page.locator(".cm-content").innerText(), /zzz/);
    for (const name of [/^Publish/, /^delete /, "Edit", "Add an input"]) assert.equal(await page.getByRole("button", { name }).count(), 0, String(name));
    assert.equal(await page.getByRole("spinbutton", { name: "share of attempts" }).first().isDisabled(), true);
    assert.equal(await page.getByRole("textbox", { name: "name of the input" }).isDisabled(), true);
    await page.getByRole("combobox", { name: "of", exact: true }).selectOption("1");
    const percent = page.getByRole("spinbutton", { name: "percent of version 2 in PROD" });
    await percent.fill("60");
    await percent.press("Enter");
    await page.getByText(/expected 60 %/).waitFor();
    await page.getByRole("button", { name: "Reset" }).click();
    await page.getByRole("region", { name: "alias PROD" }).getByRole("button", { name: "Start" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Start" }).click();
    await page.getByRole("region", { name: /^execution / }).waitFor();
    await screenshot(page, "embed-readonly");
    assert.deepEqual(await accessibility(page), []);
  }));

test("the way to the whole page opens what is here now", () =>
  rig.visit({ width: 1000, hash: "#scenario=orders&embed=alias" }, async (page) => {
    const percent = page.getByRole("spinbutton", { name: "percent of version 2 in PROD" });
    await percent.fill("35");
    await percent.press("Enter");
    const link = page.getByRole("link", { name: "Open in the playground" });
    assert.equal(await link.getAttribute("rel"), "noopener");
    const [opened] = await Promise.all([page.context().waitForEvent("page"), link.click()]);
    await opened.locator(".cm-content").waitFor();
    assert.equal(await opened.getByRole("spinbutton", { name: "percent of version 2 in PROD" }).inputValue(), "35");
    assert.equal(await opened.evaluate(() => globalThis.opener), null);
    await opened.close();
  }));

test("its first view needs less than the page's: no editor, and no later part", () =>
  rig.visit({ hash: `#w=${pack(JSON.parse(example))}&embed` }, async (page) => {
    await page.getByRole("button", { name: /χ² test of the split/ }).waitFor();
    await page.waitForLoadState("networkidle");
    const loaded = () => page.evaluate(() => performance.getEntriesByType("resource").map(({ name, initiatorType, encodedBodySize }) => [name.replace(/.*\//, ""), initiatorType, encodedBodySize]));
    const asked = await loaded();
    assert.equal(asked.some(([name]) => name.startsWith("editor")), false);
    assert.deepEqual(asked.filter(([name]) => name.endsWith("_later.wasm")).map(([, by]) => by), ["fetch"], "nothing waits for the later part");
    await page.goto("about:blank");
    await page.goto(weir);
    await page.locator(".cm-content").waitFor();
    await page.waitForLoadState("networkidle");
    const weight = (files) => files.reduce((sum, [, , size]) => sum + size, 0);
    const whole = weight(await loaded());
    assert.ok(weight(asked) < whole, `${weight(asked)} bytes, and the page ${whole}`);
  }));

test("the element loads when it is seen, from another origin, and is as high as what it shows", () =>
  rig.visit({ width: 800, height: 700, url: page(`<p id="far"></p><weir-playground scenario="orders" embed="alias,traffic" title="Orders"></weir-playground>`, loader) }, async (page) => {
    const element = page.locator("weir-playground");
    await element.getByRole("button", { name: "Load Orders" }).or(element.locator("iframe")).first().waitFor();
    const frame = frameOf(page);
    assert.match(await split(frame), /v1 v2 executions/);
    const iframe = element.locator("iframe");
    assert.equal(await iframe.getAttribute("title"), "Orders");
    assert.match(await iframe.getAttribute("sandbox"), /allow-scripts/);
    const fits = () =>
      frame.locator("html").evaluate((root) => [root.scrollHeight, root.clientHeight, root.scrollWidth - root.clientWidth]);
    await page.waitForFunction(() => document.querySelector("weir-playground").clientHeight > 500);
    const [whole, seen, wide] = await fits();
    assert.ok(whole <= seen && wide <= 0, `${whole} px in ${seen}, ${wide} px too wide`);
    // Narrower, and so higher; and wider again, and so lower.
    const high = await element.evaluate((element) => element.clientHeight);
    await page.setViewportSize({ width: 340, height: 700 });
    await page.waitForFunction((high) => document.querySelector("weir-playground").clientHeight > high + 100, high);
    await page.setViewportSize({ width: 800, height: 700 });
    await page.waitForFunction((high) => Math.abs(document.querySelector("weir-playground").clientHeight - high) <= 2, high);
    assert.deepEqual(await accessibility(page), []);
    // No higher than its author wants; and then it scrolls.
    await element.evaluate((element) => element.setAttribute("max-height", "300"));
    assert.equal(await element.evaluate((element) => element.clientHeight), 300);
    await screenshot(page, "embed-element");
  }));

test("messages: weights, reports, runs, executions, the workspace", () =>
  rig.visit({ width: 800, url: page(`<weir-playground scenario="orders" embed="graph,traffic,rollout" loading="click"></weir-playground>`, loader) }, async (page) => {
    await page.waitForFunction(() => customElements.get("weir-playground"));
    await keepsEvents(page);
    assert.equal(await page.locator("iframe").count(), 0, "it waits for its reader");
    await page.getByRole("button", { name: /^Load / }).click();
    const frame = frameOf(page);
    const ready = await last(page, "ready");
    assert.deepEqual([ready.embed, ready.alias, ready.weights], ["graph,traffic,rollout", "PROD", { 1: 90, 2: 10 }]);
    const report = await last(page, "report");
    assert.equal(report.executions, 10_000);
    assert.equal(report.versions[1].started + report.versions[2].started, 10_000);
    assert.ok(report.versions[2].errors.ChargeFailed > 0);

    // The weight, by the page around it and by the reader.
    await onElement(page, "set", { weights: { 2: 25 } });
    assert.deepEqual((await last(page, "changed")).weights, { 1: 75, 2: 25 });
    await frame.getByText(/expected 25 %/).waitFor();
    const more = await last(page, "report", (message) => message.versions[2].started > 2000);
    assert.ok(more.versions[2].failed > report.versions[2].failed);
    await frame.getByRole("spinbutton", { name: "weight of version 2, in percent" }).fill("30");
    await frame.getByRole("spinbutton", { name: "weight of version 2, in percent" }).press("Enter");
    assert.deepEqual((await last(page, "changed", (message) => message.weights[2] === 30)).weights, { 1: 70, 2: 30 });

    // A run of a pane, and what comes of it.
    await onElement(page, "run", "rollout");
    await frame.getByRole("tab", { name: "Rollout", selected: true }).waitFor();
    const rollout = await last(page, "report", (message) => message.pane === "rollout");
    assert.ok(rollout.rollouts > 0 && rollout.rollback >= 0 && rollout.rollback <= 1);
    await onElement(page, "run", "rollout");
    await onElement(page, "stop");
    await onElement(page, "run", "traffic");
    await frame.getByRole("tab", { name: "Traffic", selected: true }).waitFor();

    // An execution, and one that there is not.
    await onElement(page, "open", 17);
    await frame.getByRole("region", { name: /^execution minute 1, / }).waitFor();
    await onElement(page, "open", 9_000);
    await frame.getByRole("region", { name: /^execution minute 9\d, / }).waitFor();
    await onElement(page, "open", 999_999);
    assert.match((await last(page, "error")).what, /no execution 999999 among the 10000/);

    const document = await onElement(page, "export");
    assert.equal(document.weir, 1);
    assert.match(JSON.stringify(document), /"weight":30/);
    // Attributes that change are passed on.
    await page.locator("weir-playground").evaluate((element) => {
      element.setAttribute("embed", "alias");
      element.setAttribute("theme", "dark");
      element.setAttribute("readonly", "");
      element.setAttribute("scenario", "canary");
    });
    await frame.getByRole("spinbutton", { name: "percent of version 6 in PROD" }).waitFor();
    await frame.locator('html[data-theme="dark"] main[data-readonly]').waitFor();
    await onElement(page, "set", { workspace: document });
    await frame.getByRole("spinbutton", { name: "percent of version 2 in PROD" }).waitFor();
    assert.equal(await page.locator("iframe").count(), 1, "and nothing is loaded again");
  }));

test("a broken link is told to both, and mended by a message", () =>
  rig.visit({ width: 800, url: page(`<weir-playground workspace="abc" embed="alias"></weir-playground>`, loader) }, async (page) => {
    await page.waitForFunction(() => customElements.get("weir-playground"));
    await keepsEvents(page);
    const error = await last(page, "error");
    assert.deepEqual([error.where, error.what], ["w", "the link is cut off or damaged; copy it again, as a whole"]);
    await frameOf(page).getByRole("alert").waitFor();
    await onElement(page, "set", { scenario: "orders" });
    await frameOf(page).getByRole("region", { name: "alias PROD" }).waitFor();
    assert.equal(await frameOf(page).getByRole("alert").count(), 0);
  }));

test("bad messages are answered, and those of others are not heard", () =>
  rig.visit({ width: 800, url: page(`<weir-playground scenario="orders" embed="alias"></weir-playground>`, loader) }, async (page) => {
    await page.waitForFunction(() => customElements.get("weir-playground"));
    await keepsEvents(page);
    await last(page, "ready");
    const say = (message) => page.evaluate(`document.querySelector("weir-playground").shadowRoot.querySelector("iframe").contentWindow.postMessage(${message}, "*")`);
    for (const [message, where, what] of [
      [`({ weir: 2, type: "run" })`, "/weir", /no version/],
      [`({ weir: 1, type: "fly" })`, "/type", /no message/],
      [`({ weir: 1, type: "set", weights: { 1: 50, 2: 60 } })`, "/weights", /add up to 110/],
      [`({ weir: 1, type: "set", weights: { 7: 50, 1: 50 } })`, "/weights", /.+/],
      [`({ weir: 1, type: "set", workspace: { weir: 1 } })`, "/workspace", /`account` is missing/],
      [`({ weir: 1, type: "set", workspace: "!" })`, "/workspace", /no link has/],
      [`({ weir: 1, type: "set", scenario: "tango" })`, "/scenario", /tango/],
      [`({ weir: 1, type: "set", alias: "NONE" })`, "/alias", /no alias/],
      [`({ weir: 1, type: "run", pane: "rollout" })`, "/pane", /does not show/],
      [`({ weir: 1, type: "open", execution: { toString: 1 } })`, "/execution", /number/],
      [`({ weir: 1, type: "set", theme: 10n })`, "", /JSON/],
      [`(() => { const own = { weir: 1, type: "set" }; own.own = own; return own; })()`, "", /JSON/],
      [`({ weir: 1, type: "set", embed: "a".repeat(1e5) })`, "/embed", /no pane/],
    ]) {
      const before = await page.evaluate(() => told.length);
      await say(message);
      await page.waitForFunction((before) => told.slice(before).some(({ type }) => type === "error"), before);
      const error = await page.evaluate((before) => told.slice(before).find(({ type }) => type === "error"), before);
      assert.equal(error.where, where, message);
      assert.match(error.what, what, message);
      assert.ok(error.mend.length > 0, message);
    }
    // What is not for Weir is none of its business.
    const before = await page.evaluate(() => told.length);
    for (const message of [`"hello"`, `null`, `[1]`, `({ type: "set" })`]) await say(message);
    // Nor is what a page says that is not the parent; and the element believes nobody but its frame.
    await page.evaluate(() => {
      document.body.append(document.createElement("iframe"));
      postMessage({ weir: 1, type: "changed", weights: { 1: 0 } }, "*");
    });
    const other = page.frames().find((frame) => frame.url() === "about:blank");
    await other.evaluate(() => {
      const { contentWindow } = parent.document.querySelector("weir-playground").shadowRoot.querySelector("iframe");
      contentWindow.postMessage({ weir: 1, type: "set", weights: { 2: 99 } }, "*");
    });
    await onElement(page, "set", { weights: { 2: 11 } });
    const changed = await last(page, "changed");
    assert.deepEqual(changed.weights, { 1: 89, 2: 11 });
    assert.deepEqual(await page.evaluate((before) => told.slice(before).map(({ type }) => type).filter((type) => type !== "report"), before), ["changed"]);
  }));

test("several on one page, each with its own state; one of them from a file beside the page", async () => {
  const document = JSON.parse(example);
  document.alias.weights = { 1: 55, 2: 45 };
  pages.set("/orders.json", JSON.stringify(document));
  const one = `<weir-playground id="a" scenario="orders" embed="alias" title="A"></weir-playground><weir-playground id="b" workspace="orders.json" embed="alias" title="B"></weir-playground><weir-playground id="c" workspace="nothing.json" embed="alias" title="C"><a href="https://example.com">instead</a></weir-playground>`;
  await rig.visit({ width: 700, url: page(one, loader), expected: [/404/] }, async (page) => {
    const percent = (id) => page.frameLocator(`#${id} iframe`).getByRole("spinbutton", { name: "percent of version 2 in PROD" });
    await percent("a").waitFor();
    await percent("b").waitFor();
    assert.deepEqual([await percent("a").inputValue(), await percent("b").inputValue()], ["10", "45"]);
    await percent("a").fill("80");
    await percent("a").press("Enter");
    assert.equal(await percent("b").inputValue(), "45");
    await page.locator("#c").getByText(/could not be read from .*nothing\.json: the server answered 404/).waitFor();
    await page.locator("#c").getByRole("link", { name: "instead" }).waitFor();
    await screenshot(page, "embed-several");
    assert.deepEqual(await accessibility(page), []);
  });
});

test("in a sandbox without an origin: no storage, no workers, and it plays all the same", async () => {
  // Modules are loaded by such a frame only from a host that allows it.
  const open = await serve({ "/weir/": "dist" }, { "content-security-policy": await policy(), "access-control-allow-origin": "*" });
  const path = `/${++count}`;
  pages.set(path, `<!doctype html><title>A page</title><link rel="icon" href="data:,"><iframe sandbox="allow-scripts" width="800" height="900" src="${open.url}/weir/#scenario=orders&amp;embed=alias,traffic,rollout"></iframe>`);
  const bare = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end(pages.get(path)));
  await new Promise((done) => bare.listen(0, "127.0.0.1", done));
  try {
    await rig.visit({ url: `http://localhost:${bare.address().port}/` }, async (page) => {
      const frame = page.frameLocator("iframe");
      assert.match(await split(frame), /v1 v2 executions/);
      const percent = frame.getByRole("spinbutton", { name: "percent of version 2 in PROD" });
      await percent.fill("50");
      await percent.press("Enter");
      await frame.getByText(/expected 50 %/).waitFor();
      await frame.getByRole("tab", { name: "Rollout" }).click();
      await frame.getByText("of these rollouts are rolled back").waitFor();
      assert.equal(page.workers().length, 0);
    });
  } finally {
    open.close();
    bare.close();
  }
});

test("the example page works under the site's own policy", () =>
  rig.visit({ width: 900, path: "embed-example.html" }, async (page) => {
    const first = page.frameLocator("weir-playground >> nth=0 >> iframe");
    await first.getByRole("region", { name: "alias PROD" }).waitFor();
    await page.locator("weir-playground").nth(2).getByRole("button", { name: "Load The workflow" }).waitFor();
    assert.deepEqual(await accessibility(page), []);
  }));

for (const [width, height, theme] of [[1440, 900, "light"], [1440, 900, "dark"], [640, 800, "dark"], [360, 740, "light"]]) {
  test(`the dialog makes the line of HTML, at ${width} px, ${theme}`, () =>
    rig.visit({ width, height, theme }, async (page) => {
      await page.locator(".said").filter({ hasText: "executions · " }).waitFor();
      await page.getByRole("button", { name: "Embed", exact: true }).click();
      const dialog = page.getByRole("dialog", { name: "Embed" });
      const line = dialog.getByRole("textbox", { name: "line of HTML" });
      const preview = dialog.frameLocator("iframe");
      await preview.getByRole("region", { name: "alias PROD" }).waitFor();
      assert.match(await line.inputValue(), /^<script async src="http[^"]+\/weir\/embed.js"><\/script><weir-playground scenario="orders" embed="graph,alias,traffic"><\/weir-playground>$/);
      // By the keyboard: without the workflow and with the rollout, dark, and to be played with only.
      await dialog.getByRole("button", { name: "Workflow" }).press("Enter");
      await dialog.getByRole("button", { name: "Rollout" }).press("Space");
      await dialog.getByRole("combobox", { name: "theme" }).selectOption("dark");
      await dialog.getByRole("combobox", { name: "height" }).selectOption("480");
      await dialog.getByRole("checkbox", { name: /read-only/ }).check();
      assert.match(await line.inputValue(), / embed="alias,traffic,rollout" theme="dark" readonly max-height="480"></);
      await preview.locator('html[data-theme="dark"] main[data-readonly]').waitFor();
      await preview.getByRole("tab", { name: "Rollout" }).waitFor();
      await dialog.getByRole("button", { name: "iframe" }).click();
      assert.match(await line.inputValue(), /^<iframe src="http[^"]+#scenario=orders&amp;embed=alias,traffic,rollout&amp;theme=dark&amp;readonly" title="Weir playground" width="100%" height="480"/);
      await screenshot(page, "embed-dialog");
      assert.deepEqual(await accessibility(page), []);
      const [whole, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      assert.ok(whole <= seen, `the page is ${whole} px wide in a window of ${seen} px`);
      // What the line makes is what was seen.
      const html = await line.inputValue();
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await dialog.getByRole("button", { name: "Copy" }).click();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), html);
      await page.keyboard.press("Escape");
      assert.equal(await page.getByRole("dialog").count(), 0);
    }));
}

test("a workspace of one's own is in the line, and opens as it is", () =>
  rig.visit({}, async (page) => {
    await page.locator(".cm-content").waitFor();
    const percent = page.getByRole("spinbutton", { name: "percent of version 2 in PROD" });
    await percent.fill("42");
    await percent.press("Enter");
    await page.getByRole("button", { name: "Embed", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Embed" });
    await dialog.frameLocator("iframe").getByRole("spinbutton", { name: "percent of version 2 in PROD" }).waitFor();
    assert.equal(await dialog.frameLocator("iframe").getByRole("spinbutton", { name: "percent of version 2 in PROD" }).inputValue(), "42");
    const [, packed] = /workspace="([\w-]+)"/.exec(await dialog.getByRole("textbox", { name: "line of HTML" }).inputValue());
    await page.goto("about:blank");
    await page.goto(`${weir}#w=${packed}&embed=alias`);
    await percent.waitFor();
    assert.equal(await percent.inputValue(), "42");
  }));
