// A mock configuration of Step Functions Local in the page: opened, told what to mend, played, kept, and removed.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { accessibility, screenshot, start } from "./rig.mjs";

const rig = await start();
after(() => rig.close());

const alias = (page) => page.getByRole("region", { name: "alias PROD", exact: true });
const simulate = (page) => page.getByRole("region", { name: "Simulate" });
const inspector = (page) => page.getByRole("region", { name: /^execution / });
const tab = (page, name) => page.getByRole("tab", { name, exact: true });
const dialog = (page) => page.getByRole("dialog", { name: "Start an execution" });
const cases = (page) => page.getByRole("region", { name: "test cases" });
const notice = (page, text) => page.locator(".notice").filter({ hasText: text });
const tells = (page, text) => notice(page, text).waitFor();
const pane = (page, name) => page.getByRole("navigation", { name: "Panes" }).getByRole("button", { name }).click();
const ready = (page) => simulate(page).locator(".said").filter({ hasText: /executions · / }).waitFor();

const open = async (page, file, name = "MockConfigFile.json") => {
  await page.getByRole("button", { name: "File" }).click();
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("menuitem", { name: /^Open.*MockConfigFile/ }).click()]);
  await chooser.setFiles({ name, mimeType: "application/json", buffer: Buffer.from(typeof file === "string" ? file : JSON.stringify(file)) });
};

const file = (machine = "orders") => ({
  StateMachines: {
    [machine]: {
      TestCases: {
        HappyPath: { Charge: "Charged" },
        Declined: { Charge: "CardDeclined" },
      },
    },
  },
  MockedResponses: {
    Charged: { 0: { Return: { status: "OK", receipt: "mock-4711" } } },
    CardDeclined: { "0-9": { Throw: { Error: "MockedDecline", Cause: "the mocked card has no money" } } },
  },
});

test("the test cases of a file can be chosen where an execution is started, and answer", () =>
  rig.visit({}, async (page) => {
    await ready(page);
    // Nothing to choose from before.
    await alias(page).getByRole("button", { name: "Start" }).click();
    assert.equal(await dialog(page).getByRole("combobox", { name: "Test case" }).count(), 0);
    await page.keyboard.press("Escape");

    await open(page, file());
    await tells(page, "MockConfigFile.json is open: 2 test cases of orders");
    await alias(page).getByRole("button", { name: "Start" }).click();
    const choice = dialog(page).getByRole("combobox", { name: "Test case" });
    assert.deepEqual(await choice.getByRole("option").allInnerTexts(), ["none", "Declined", "HappyPath"]);
    await choice.selectOption("HappyPath");
    await dialog(page).getByRole("textbox", { name: "Name" }).fill("happy");
    await screenshot(page, "mocks-start");
    assert.deepEqual(await accessibility(page), []);
    await dialog(page).getByRole("button", { name: "Start" }).click();
    await inspector(page).waitFor();
    assert.match(await inspector(page).innerText(), /happy[\s\S]*SUCCEEDED/);
    await inspector(page).getByRole("row").filter({ hasText: "LambdaFunctionSucceeded" }).click();
    await inspector(page).getByText("event 9 of").waitFor();
    await screenshot(page, "mocks-history");
    assert.match(await inspector(page).innerText(), /lambdaFunctionSucceededEventDetails[\s\S]*mock-4711/);

    // The other case, of a version; and without one nothing is mocked.
    const start = async (name, chosen) => {
      await page.getByRole("button", { name: "Start", exact: true }).first().click();
      await dialog(page).getByRole("textbox", { name: "Name" }).fill(name);
      if (chosen) await dialog(page).getByRole("combobox", { name: "Test case" }).selectOption(chosen);
      await dialog(page).getByRole("button", { name: "Start" }).click();
      await page.getByRole("region", { name: new RegExp(`^execution .*${name}`) }).waitFor();
      return inspector(page).innerText();
    };
    assert.match(await start("sad", "Declined"), /MockedDecline/);
    assert.doesNotMatch(await start("plain"), /mock/i);

    // The commands say it as Step Functions Local has it, and do it again.
    await inspector(page).press("Escape");
    await tab(page, "AWS CLI").click();
    const commands = await page.getByRole("log", { name: "commands" }).innerText();
    assert.match(commands, /start-execution --state-machine-arn '?arn:aws:states:us-east-1:123456789012:stateMachine:orders:PROD#HappyPath'? [^#]*--name happy/);
    assert.match(commands, /orders:2#Declined'? [^#]*--name sad/);
    assert.match(commands, /orders:2 [^#]*--name plain/);
    // But AWS has no test cases: its script is without them.
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: /^AWS CLI script/ }).click();
    const script = await readFile(await (await saved).path(), "utf8");
    assert.match(script, /--name plain/);
    assert.doesNotMatch(script, /HappyPath|Declined/);
  }));

test("mocks are kept, shared, listed, saved, removed, and had back", () =>
  rig.visit({}, async (page) => {
    await ready(page);
    await open(page, file("OrdersLocal"));
    await tells(page, "`OrdersLocal` is taken for `orders`");
    await tab(page, "Tasks").click();
    assert.match(await cases(page).innerText(), /Declined\s+Charge\s+HappyPath\s+Charge/);
    await page.getByText("saved", { exact: true }).waitFor();
    await page.reload();
    await ready(page);
    await tab(page, "Tasks").click();
    await cases(page).waitFor();

    await page.getByRole("button", { name: "Share", exact: true }).click();
    const address = await page.getByRole("textbox", { name: "Link to this workspace" }).inputValue();
    await page.keyboard.press("Escape");

    const [download] = await Promise.all([page.waitForEvent("download"), cases(page).getByRole("button", { name: "Save" }).click()]);
    assert.equal(download.suggestedFilename(), "MockConfigFile.json");
    assert.deepEqual(JSON.parse(await readFile(await download.path(), "utf8")), file("orders"));

    await cases(page).getByRole("button", { name: "Remove" }).click();
    await tells(page, "The mocked answers are gone");
    assert.equal(await cases(page).count(), 0);
    await page.getByRole("button", { name: /^Undo: removal of the mocks/ }).click();
    await cases(page).waitFor();
    await cases(page).getByRole("button", { name: "Remove" }).click();
    await page.getByText("saved", { exact: true }).waitFor();

    // The link still has them.
    await page.goto(address);
    await page.reload();
    await ready(page);
    await tab(page, "Tasks").click();
    await cases(page).waitFor();
  }));

for (const width of [1440, 360]) {
  test(`what is wrong with a file is told, where, and how to mend it, at ${width} px`, () =>
    rig.visit({ width, height: width < 500 ? 740 : 900 }, async (page) => {
      await ready(page);
      const broken = file();
      broken.StateMachines.orders.TestCases.HappyPath.Charge = "Chraged";
      broken.MockedResponses.Charged = { "2-0": { Return: 1 }, 3: { Return: 1, Throw: { Error: "E" } } };
      await open(page, broken);
      await tells(page, "MockConfigFile.json is not taken as it is");
      const told = await notice(page, "not taken").innerText();
      assert.match(told, /\/StateMachines\/orders\/TestCases\/HappyPath\/Charge: there is no mocked response `Chraged` \(did you mean `Charged`\?\)/);
      assert.match(told, /\/MockedResponses\/Charged\/2-0: `2-0` runs backwards \(write `"0-2"`\)/);
      assert.match(told, /\/MockedResponses\/Charged\/3: an answer has `Return` or `Throw`, not both/);
      await screenshot(page, "mocks-mistakes");
      assert.deepEqual(await accessibility(page), []);

      const others = file("Checkout");
      others.StateMachines.Refunds = {};
      await open(page, others, "others.json");
      await tells(page, "there is no state machine `Checkout` here (if it is `orders`, rename it in the file)");
      await open(page, '{"MockedResponses": {', "cut.json");
      await tells(page, /cut\.json is n/);

      // What can be played is taken, and remarked.
      const odd = file();
      odd.StateMachines.orders.TestCases.HappyPath.Chrage = "Charged";
      odd.MockedResponses.Charged[3] = { Return: 1 };
      await open(page, odd, "odd.json");
      await tells(page, "there is no state `Chrage` (did you mean `Charge`?)");
      await tells(page, "calls 1 to 2 have no answer");
      if (width < 500) await pane(page, "Definition");
      await tab(page, "Tasks").click();
      await cases(page).getByText("2 remarks").click();
      await cases(page).scrollIntoViewIfNeeded();
      await page.getByRole("button", { name: "close", exact: true }).click();
      await screenshot(page, "mocks-tasks");
      assert.deepEqual(await accessibility(page), []);
      const [whole, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      assert.ok(whole <= seen, `the page is ${whole} px wide in a window of ${seen} px`);
    }));
}

test("a file of some megabytes does not hold the page up", () =>
  rig.visit({}, async (page) => {
    await ready(page);
    const large = file();
    for (let n = 0; n < 20_000; n++) {
      large.MockedResponses[`R${n}`] = { 0: { Return: { text: "x".repeat(60), n } }, "1-2": { Throw: { Error: "E" } } };
      large.StateMachines.orders.TestCases[`Case${n}`] = { Charge: `R${n}`, [`Nowhere${n}`]: `R${n}` };
    }
    const text = JSON.stringify(large);
    await page.evaluate(() => {
      globalThis.blocked = [];
      new PerformanceObserver((list) => globalThis.blocked.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
    });
    await open(page, text);
    await tells(page, "20002 test cases of orders");
    await page.getByText("saved", { exact: true }).waitFor();
    const blocked = await page.evaluate(() => globalThis.blocked);
    console.log(`${(text.length / 1e6).toFixed(1)} MB: the page was busy for ${blocked.map(Math.round).join(", ")} ms`);
    assert.ok(Math.max(0, ...blocked) < 2000, `busy for ${blocked} ms`);
    await tab(page, "Tasks").click();
    await cases(page).getByText("and 19982 more").waitFor();
  }));
