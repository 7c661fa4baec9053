// The page's shell: it loads from under a path, the editor works, themes, keyboard.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { screenshot, start } from "./rig.mjs";

const rig = await start();
after(() => rig.close());

const editor = (page) => page.getByRole("textbox", { name: "Definition" });
const ready = async (page) => {
  await page.locator(".cm-content").waitFor();
};

test("what is typed is checked by the library", () =>
  rig.visit({}, async (page) => {
    await ready(page);
    await editor(page).click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("ä");
    const squiggle = page.locator(".cm-lintRange-error").first();
    await squiggle.waitFor();
    await squiggle.hover();
    await page.locator(".cm-diagnostic").first().waitFor();
    await screenshot(page, "finding");
    await page.keyboard.press("Backspace");
    await squiggle.waitFor({ state: "detached" });
  }));

test("tab leaves the editor, and the skip link leads to it", () =>
  rig.visit({}, async (page) => {
    await ready(page);
    const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent);
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Skip to the panes");
    await page.keyboard.press("Enter");
    assert.equal(await focused(), "main");
    assert.equal(new URL(page.url()).hash, "", "the fragment is the workspace's");
    await editor(page).focus();
    await page.keyboard.press("Tab");
    assert.equal(await editor(page).evaluate((element) => element.matches(":focus")), false);
  }));

test("search, folding and undo answer to the keyboard", () =>
  rig.visit({}, async (page) => {
    await ready(page);
    await editor(page).click();
    await page.keyboard.press("Control+f");
    await page.keyboard.type("WasCharged");
    await page.locator(".cm-searchMatch").first().waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+Alt+[");
    await page.locator(".cm-foldPlaceholder").first().waitFor();
    await page.keyboard.press("Control+Alt+]");
    await page.keyboard.type("zzz");
    await page.keyboard.press("Control+z");
    assert.doesNotMatch(await editor(page).innerText(), /zzz/);
  }));

test("the theme is the system's until one is chosen, and the choice stays", () =>
  rig.visit({ theme: "dark" }, async (page) => {
    await ready(page);
    const scheme = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await scheme();
    await page.getByRole("button", { name: "switch to the light theme" }).click();
    const light = await scheme();
    assert.notEqual(light, dark);
    await page.reload();
    await ready(page);
    assert.equal(await scheme(), light);
    await page.getByRole("button", { name: "switch to the dark theme" }).click();
    assert.equal(await scheme(), dark);
  }));
