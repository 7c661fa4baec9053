// When the program fails: a sentence, and the author's text.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { screenshot, start } from "./rig.mjs";

const rig = await start();
after(() => rig.close());

const editor = (page) => page.getByRole("textbox", { name: "Definition" });
const fail = (page) => page.evaluate(() => globalThis.weir.trouble("panicked at src/somewhere.rs:1:2"));

async function write(page, text) {
  await page.locator(".cm-content").waitFor();
  await editor(page).click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type(text);
}

test("what was typed comes back when the page is loaded again", () =>
  rig.visit({}, async (page) => {
    await write(page, "mine");
    await fail(page);
    await fail(page);
    assert.equal(await page.getByRole("alert").count(), 1);
    await page.getByText("Your text is kept").waitFor();
    await screenshot(page, "trouble");
    await editor(page).press("!");
    await page.getByRole("button", { name: "Load the page again" }).click();
    await page.locator(".cm-content").waitFor();
    assert.match(await editor(page).innerText(), /^mine!\{/);
    // From now on it is the page that keeps it.
    await page.getByText("saved", { exact: true }).waitFor();
    await page.reload();
    await page.locator(".cm-content").waitFor();
    assert.match(await editor(page).innerText(), /^mine!\{/);
  }));

test("what was typed can be downloaded, or left behind", () =>
  rig.visit({ width: 360, theme: "dark" }, async (page) => {
    await page.getByRole("navigation", { name: "Panes" }).getByRole("button", { name: "Definition" }).click();
    await write(page, "mine");
    await fail(page);
    await screenshot(page, "trouble");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download my text" }).click(),
    ]);
    assert.equal(download.suggestedFilename(), "Definition.txt");
    assert.match(await readFile(await download.path(), "utf8"), /^mine\{/);
    await page.getByRole("button", { name: "Start without my text" }).click();
    await page.getByRole("navigation", { name: "Panes" }).getByRole("button", { name: "Definition" }).click();
    await page.locator(".cm-content").waitFor();
    assert.doesNotMatch(await editor(page).innerText(), /mine/);
  }));

test("a store that is full is no way to lose it", () =>
  rig.visit({}, async (page) => {
    await write(page, "mine");
    await page.evaluate(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    });
    await fail(page);
    await page.getByText("please download it").waitFor();
    assert.equal(await page.getByRole("button", { name: "Load the page again" }).count(), 0);
  }));

test("a program that does not arrive is told", () =>
  rig.visit({ expected: [/503/, /could not be started|the server answered/] }, async (page) => {
    await page.route("**/*.wasm", (route) => route.fulfill({ status: 503 }));
    await page.reload();
    await page.getByText("Weir could not go on").waitFor();
    await page.getByText("What happened").click();
    await page.getByText(/the server answered 503/).waitFor();
  }));

test("an editor that does not arrive leaves a plain field that works", () =>
  rig.visit({ expected: [/503/, /the editor could not be loaded/] }, async (page) => {
    await page.route("**/editor-*.js", (route) => route.fulfill({ status: 503 }));
    await page.reload();
    const field = page.locator("textarea");
    await field.waitFor();
    await field.fill('{"StartAt": "A"');
    assert.equal(await field.inputValue(), '{"StartAt": "A"');
    await page.waitForTimeout(300);
    assert.equal(await field.inputValue(), '{"StartAt": "A"');
  }));
