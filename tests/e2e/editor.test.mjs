// The text editor and the view of differences by themselves: what `src/ui/editor/` calls, in the page and under its
// policy.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { screenshot, start } from "./rig.mjs";

const rig = await start();
after(() => rig.close());

const OPTIONS = { doc: "", language: "json", readOnly: false, ariaLabel: "Trial" };

/** Puts an editor of its own over the page; `globalThis.trial` is it. */
async function open(page, options) {
  await page.locator(".cm-content").first().waitFor();
  await page.evaluate(async (options) => {
    document.getElementById("app").hidden = true;
    const parent = document.createElement("div");
    parent.className = "editor-view";
    document.body.append(parent);
    const { create } = await globalThis.weir.loadEditor();
    globalThis.trial = create(parent, options);
    globalThis.heard = [];
    globalThis.trial.onChange((doc) => globalThis.heard.push(doc));
  }, { ...OPTIONS, ...options });
  return page.getByRole("textbox", { name: "Trial" });
}

const call = (page, method, ...args) =>
  page.evaluate(([method, args]) => globalThis.trial[method](...args), [method, args]);
const doc = (page) => page.evaluate(() => globalThis.trial.doc);
const heard = (page) => page.evaluate(() => globalThis.heard);

test("hears what the author types, and not what the page puts in", () =>
  rig.visit({}, async (page) => {
    const editor = await open(page, { doc: "[1]" });
    await call(page, "setDoc", "[1, 2]");
    assert.equal(await doc(page), "[1, 2]");
    assert.deepEqual(await heard(page), []);
    await editor.click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("😀");
    assert.equal((await heard(page)).at(-1), "[1, 2]😀");
  }));

test("a text put in keeps the cursor where it was", () =>
  rig.visit({}, async (page) => {
    const editor = await open(page, { doc: "one\ntwo\nthree" });
    await editor.click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("ArrowDown");
    await call(page, "setDoc", "one\ntwo\nthree\nfour");
    await page.keyboard.type("x");
    assert.equal(await doc(page), "one\nxtwo\nthree\nfour");
  }));

test("findings beyond the end of the text are put at its end", () =>
  rig.visit({}, async (page) => {
    await open(page, { doc: "[1]" });
    await call(page, "setDiagnostics", [
      { from: 1, to: 2, severity: "warning", message: "a number", help: "take another" },
      { from: 900, to: 950, severity: "error", message: "far out" },
    ]);
    await page.locator(".cm-lintRange-warning").hover();
    const tooltip = page.locator(".cm-diagnostic");
    await tooltip.first().waitFor();
    assert.match(await tooltip.first().innerText(), /a number\s+take another/);
  }));

test("nothing can be typed where it is read only", () =>
  rig.visit({}, async (page) => {
    const editor = await open(page, { doc: "[1]", readOnly: true });
    await editor.click();
    await page.keyboard.type("2");
    assert.equal(await doc(page), "[1]");
    await call(page, "setReadOnly", false);
    await page.keyboard.type("2");
    assert.equal((await doc(page)).length, 4);
  }));

test("completes and explains what the page knows", () =>
  rig.visit({}, async (page) => {
    const editor = await open(page, { doc: '"Sta"', language: "plain" });
    await page.evaluate(() => {
      globalThis.trial.setCompletions(({ doc, at }) => ({
        from: doc.indexOf("S"),
        options: [{ label: `States after ${doc.slice(0, at)}`, apply: "States", type: "property" }],
      }));
      globalThis.trial.setHover(({ at }) => ({ from: at, to: at + 1, text: "what stands here" }));
    });
    await editor.click();
    await page.keyboard.press("Control+End");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Control+Space");
    const option = page.getByRole("option", { name: 'States after "Sta' });
    await option.waitFor();
    await page.waitForTimeout(100); // CodeMirror ignores a choice in the first instant
    await page.keyboard.press("Enter");
    assert.equal(await doc(page), '"States"');
    await editor.getByText('"States"').hover({ position: { x: 30, y: 8 } });
    await page.getByText("what stands here").waitFor();
  }));

test("goes to a place and marks ranges", () =>
  rig.visit({}, async (page) => {
    const lines = Array.from({ length: 400 }, (_, i) => `line ${i}`);
    const text = lines.join("\n");
    await open(page, { doc: text, language: "plain" });
    const from = text.indexOf("line 333");
    await call(page, "setHighlights", [{ from, to: from + 8 }, { from: 5, to: 5 }]);
    await call(page, "goTo", from, from + 8);
    const mark = page.locator(".cm-highlight");
    await mark.waitFor();
    assert.equal(await mark.innerText(), "line 333");
    await page.keyboard.type("here");
    assert.equal((await doc(page)).split("\n")[333], "here");
  }));

test("YAML and JSONata have colours, and YAML folds", () =>
  rig.visit({ theme: "dark" }, async (page) => {
    const doc = 'StartAt: A # first\nStates:\n  A:\n    Type: Pass\n    Output: "{% $sum($states.input.n) + 1 & \'x\' %}"\n    End: true\n';
    await open(page, { doc, language: "yaml" });
    const color = (selector) => page.locator(selector).first().evaluate((element) => getComputedStyle(element).color);
    const colors = [
      await color(".cm-jsonata-function"),
      await color(".cm-jsonata-variable"),
      await color(".cm-jsonata-number"),
      await color(".cm-jsonata-string"),
    ];
    assert.equal(new Set(colors).size, 4, String(colors));
    await screenshot(page, "yaml");
    await call(page, "goTo", 20, 20);
    await page.keyboard.press("Control+Alt+[");
    await page.locator(".cm-foldPlaceholder").waitFor();
    await call(page, "setLanguage", "plain");
    await page.locator(".cm-jsonata-function").waitFor({ state: "detached" });
  }));

test("an editor that is destroyed is gone", () =>
  rig.visit({}, async (page) => {
    const editor = await open(page, { doc: "[1]" });
    await call(page, "destroy");
    assert.equal(await editor.count(), 0);
  }));

test("two texts stand beside each other", () =>
  rig.visit({}, async (page) => {
    await page.locator(".cm-content").first().waitFor();
    await page.evaluate(async () => {
      const before = document.querySelector(".editor-view").shadowRoot.querySelector(".cm-content").innerText;
      document.getElementById("app").hidden = true;
      const parent = document.createElement("div");
      parent.className = "diff-view";
      document.body.append(parent);
      const { create } = await globalThis.weir.loadDiff();
      globalThis.trial = create(parent, {
        before: { doc: before, ariaLabel: "version 1" },
        after: { doc: before.replace("1000", "2500"), ariaLabel: "version 2" },
        language: "json",
      });
    });
    await page.getByRole("textbox", { name: "version 1" }).waitFor();
    const changed = page.getByRole("textbox", { name: "version 2" }).locator(".cm-changedText");
    await changed.first().waitFor();
    await screenshot(page, "diff");
    await call(page, "destroy");
    assert.equal(await page.getByRole("textbox", { name: "version 1" }).count(), 0);
  }));
