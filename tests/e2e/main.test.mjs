// The main job as a person does it, with clicks and keys only: edit, publish, weigh, simulate, see the split, roll back.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { accessibility, screenshot, start } from "./rig.mjs";

const rig = await start();
after(() => rig.close());

const editor = (page) => page.getByRole("textbox", { name: "Definition" });
const versions = (page) => page.getByRole("region", { name: "Versions and aliases" });
const alias = (page, name = "PROD") => page.getByRole("region", { name: `alias ${name}`, exact: true });
const percentOf = (page) => alias(page).getByRole("spinbutton", { name: "percent of version 2 in PROD" });
const workflow = (page) => page.getByRole("region", { name: "Workflow" });
const simulate = (page) => page.getByRole("region", { name: "Simulate" });
const inspector = (page) => page.getByRole("region", { name: /^execution / });
const tab = (page, name) => page.getByRole("tab", { name, exact: true });
const told = (page) => simulate(page).locator(".by-version");
const done = (page) => simulate(page).locator(".said").filter({ hasText: /executions · / }).waitFor();
const ready = async (page) => {
  await page.locator(".cm-content").waitFor();
  await done(page);
};
/** Replaces the text of the editor. */
const write = async (page, text) => {
  await editor(page).click();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  // As a paste comes in: typing would close brackets.
  await page.keyboard.insertText(text);
};
const tells = (page, text) => page.locator(".notice").filter({ hasText: text }).waitFor();
const scroll = (page) => page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 360]) {
    test(`the first picture at ${width} px, ${theme}`, () =>
      rig.visit({ width, theme, height: width < 500 ? 740 : 900 }, async (page) => {
        await done(page);
        await screenshot(page, "page");
        assert.deepEqual(await accessibility(page), []);
        if (width < 500) {
          for (const pane of ["Definition", "Workflow", "Versions"]) {
            await page.getByRole("navigation", { name: "Panes" }).getByRole("button", { name: pane }).click();
            await page.waitForTimeout(150);
            await screenshot(page, `page-${pane}`);
            assert.deepEqual(await accessibility(page), []);
            const [whole, seen] = await scroll(page);
            assert.ok(whole <= seen, `${pane} is ${whole} px wide in a window of ${seen} px`);
          }
        }
      }));
  }
}

test("edit, publish, weigh, see the split, roll back", () =>
  rig.visit({}, async (page) => {
    await ready(page);
    // It opens on a split, and on which version fails.
    assert.match(await told(page).innerText(), /v1\s+v2/);
    assert.match(await simulate(page).innerText(), /ChargeFailed/);
    assert.equal(await versions(page).getByRole("button", { name: "Published as version 2" }).isDisabled(), true);

    // Edit: the mistake is told where it is, and cannot be published.
    const definition = JSON.stringify(
      {
        StartAt: "Charge",
        States: {
          Charge: { Type: "Task", Resource: "arn:aws:lambda:us-east-1:123456789012:function:Charge", Next: "Nowhere" },
          Done: { Type: "Succeed" },
        },
      },
      null,
      2,
    );
    await write(page, definition);
    await page.getByText(/[12] errors?/).first().waitFor();
    assert.equal(await versions(page).getByRole("button", { name: "Publish as version 3" }).isDisabled(), true);
    await screenshot(page, "mistake");
    await write(page, definition.replace("Nowhere", "Done"));
    await page.getByText("no problems").waitFor();

    // Publish.
    await versions(page).getByRole("textbox", { name: "description of the version" }).fill("straight to the card");
    await versions(page).getByRole("button", { name: "Publish as version 3" }).click();
    await tells(page, "Version 3 is published");
    assert.match(await versions(page).getByRole("list", { name: "Versions" }).innerText(), /v3[\s\S]*straight to the card/);

    // Weigh: version 3 in the place of version 2, by the field.
    await alias(page).getByRole("combobox", { name: "newer version of PROD" }).selectOption("3");
    const percent = alias(page).getByRole("spinbutton", { name: "percent of version 3 in PROD" });
    await percent.fill("25");
    await percent.press("Enter");
    await page.waitForFunction(() => /v3/.test(document.querySelector(".by-version")?.innerText ?? ""));
    await done(page);
    const share = await told(page).innerText();
    const shown = Number(/share\s+([\d.]+) %\s+([\d.]+) %/.exec(share)[2]);
    assert.ok(Math.abs(shown - 25) < 1.5, `the page shows ${shown} % for a weight of 25 %`);

    // Roll back, and by Undo the weight is there again.
    await alias(page).getByRole("button", { name: "Roll back" }).click();
    assert.match(await versions(page).getByRole("list", { name: "Versions" }).innerText(), /PROD 100 %/);
    await page.getByRole("button", { name: /^Undo: / }).click();
    assert.match(await versions(page).getByRole("list", { name: "Versions" }).innerText(), /PROD 25 %/);
    await alias(page).getByRole("button", { name: "Promote" }).click();
    assert.match(await versions(page).getByRole("list", { name: "Versions" }).innerText(), /v3\s[\s\S]*PROD 100 %[\s\S]*v2/);

    // Every action is a command.
    await tab(page, "AWS CLI").click();
    const commands = await page.getByRole("log", { name: "commands" }).innerText();
    for (const command of ["update-state-machine ", "publish-state-machine-version", "update-state-machine-alias"]) {
      assert.ok(commands.includes(`aws stepfunctions ${command}`), `${command} is not in:\n${commands}`);
    }
    await screenshot(page, "cli");

    // And all of it is there after a reload.
    await page.getByText("saved", { exact: true }).waitFor();
    await page.reload();
    await ready(page);
    assert.match(await versions(page).getByRole("list", { name: "Versions" }).innerText(), /v3\s[\s\S]*PROD 100 %/);
  }));

test("an execution by hand: its path and its history", () =>
  rig.visit({}, async (page) => {
    await ready(page);
    await alias(page).getByRole("button", { name: "Start" }).click();
    const dialog = page.getByRole("dialog", { name: "Start an execution" });
    await dialog.getByRole("textbox", { name: "Name" }).fill("first");
    await screenshot(page, "start");
    await dialog.getByRole("button", { name: "Start" }).click();
    await inspector(page).waitFor();
    assert.match(await inspector(page).innerText(), /first[\s\S]*SUCCEEDED[\s\S]*ExecutionStarted[\s\S]*PassStateEntered/);
    await screenshot(page, "execution");
    assert.deepEqual(await accessibility(page), []);
    // Back to its first event: only the start is done.
    const gone = workflow(page).locator(".state.done");
    assert.equal(await gone.count(), 5);
    await inspector(page).press("Home");
    assert.equal(await gone.count(), 0);
    for (let n = 0; n < 2; n++) await inspector(page).press("ArrowRight");
    assert.equal(await gone.count(), 1);
    await inspector(page).press("Escape");
    assert.equal(await inspector(page).count(), 0);
    // It is in the table, and its row opens it again.
    await tab(page, "Executions").click();
    await simulate(page).getByRole("button", { name: "Started by hand 1" }).click();
    await simulate(page).getByRole("button", { name: "first" }).click();
    await inspector(page).waitFor();
  }));

test("simulated executions are filtered, and each opens", () =>
  rig.visit({}, async (page) => {
    await ready(page);
    await tab(page, "Executions").click();
    await simulate(page).getByRole("combobox", { name: "version" }).selectOption("2");
    await simulate(page).getByRole("combobox", { name: "status" }).selectOption("FAILED");
    await screenshot(page, "executions");
    const row = simulate(page).locator("tbody tr").first();
    assert.match(await row.innerText(), /v2\s+× failed\s+(ChargeFailed|CardDeclined)/);
    await row.getByRole("button").click();
    await inspector(page).waitFor();
    assert.match(await inspector(page).innerText(), /v2[\s\S]*FAILED[\s\S]*ExecutionFailed/);
    assert.equal(await workflow(page).locator(".state.failed").count(), 1);
    await screenshot(page, "failed");
  }));

test("tasks and inputs change what is simulated", () =>
  rig.visit({}, async (page) => {
    await ready(page);
    await tab(page, "Tasks").click();
    const charge = page.getByRole("region", { name: "Charge" });
    await screenshot(page, "tasks");
    assert.deepEqual(await accessibility(page), []);
    const share = charge.getByRole("spinbutton", { name: "share of attempts" }).first();
    await share.fill("40");
    await share.press("Enter");
    await page.waitForFunction(() => /v2[\s\S]*success\s+99[\d.]* %\s+[\d.–\s]*(5[5-9]|6[0-4])/.test(document.querySelector(".by-version")?.innerText ?? ""));
    // What cannot be is told.
    const details = charge.getByRole("group").last();
    await details.getByText("as JSON").click();
    await charge.getByRole("textbox", { name: "behaviour of Charge" }).fill('{"outcomes": [{"p": 2, "outcome": "success"}]}');
    await page.keyboard.press("Tab");
    await tells(page, "This behaviour is not possible");
    await tab(page, "Input").click();
    const json = page.getByRole("textbox", { name: "JSON of order" });
    await json.fill("{ not json");
    await page.keyboard.press("Tab");
    await page.getByText(/not JSON, line 1/).waitFor();
    await screenshot(page, "input");
    assert.equal(await json.inputValue(), "{ not json", "what was typed stays");
  }));

test("a click on a state goes to its text; arrows walk the ways", () =>
  rig.visit({}, async (page) => {
    await ready(page);
    await workflow(page).getByRole("button", { name: /^WasCharged, Choice/ }).click();
    await page.waitForFunction(() => {
      const root = document.querySelector(".editor-view").shadowRoot;
      return /WasCharged/.test(root.querySelector(".cm-activeLine")?.textContent ?? "");
    });
    await workflow(page).getByRole("button", { name: /^Receive, Pass/ }).focus();
    for (const name of ["WorthCharging", "Charge", "WasCharged"]) {
      await page.keyboard.press("ArrowDown");
      assert.match(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), new RegExp(`^${name},`));
    }
    await workflow(page).getByRole("button", { name: "diff" }).click();
    await workflow(page).getByText("~ Charge").waitFor();
    await screenshot(page, "diff");
  }));

test("a long definition is typed in freely, and looked at when its author pauses", () =>
  rig.visit({}, async (page) => {
    await ready(page);
    const states = Object.fromEntries(
      Array.from({ length: 600 }, (_, n) => [`Step${n}`, { Type: "Pass", Comment: "x".repeat(80), ...(n < 599 ? { Next: `Step${n + 1}` } : { End: true }) }]),
    );
    const text = JSON.stringify({ StartAt: "Step0", States: states }, null, 1);
    assert.ok(text.length > 60_000);
    // As a paste comes in: the browser's own insertion of thousands of lines takes minutes.
    await editor(page).click();
    await page.keyboard.press("Control+a");
    await editor(page).evaluate((element, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }, text);
    await workflow(page).getByRole("button", { name: "Step599, Pass; ends" }).waitFor();
    await page.getByText("no problems").waitFor();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    for (let n = 0; n < 2; n++) await page.keyboard.press("ArrowLeft");
    await page.keyboard.type("x");
    const problem = page.getByRole("region", { name: "Problems" }).getByRole("button", { name: /^error *line 2/ });
    await problem.filter({ hasText: "Step0x" }).waitFor();
    await screenshot(page, "long");
    // The picture of so many states begins where it can be read, and goes where the keys go.
    const within = async (name) => {
      const box = await workflow(page).getByRole("button", { name }).boundingBox();
      const pane = await workflow(page).locator(".graph").boundingBox();
      return box.y >= pane.y && box.y + box.height <= pane.y + pane.height && box.height > 10;
    };
    assert.ok(await within(/^Step1,/));
    assert.ok(!(await within(/^Step300,/)));
    await workflow(page).getByRole("button", { name: /^Step0,/ }).focus();
    for (let n = 0; n < 20; n++) await page.keyboard.press("ArrowDown");
    assert.ok(await within(/^Step20,/));
    // A state that is chosen after it is gone to where it is now.
    await workflow(page).getByRole("button", { name: /^Step20,/ }).press("Enter");
    await page.keyboard.type("!");
    await page.getByRole("region", { name: "Problems" }).getByRole("button", { name: /^error *line 104/ }).first().waitFor();
  }));

test("the workflow tells where the executions go, and where they fail", () =>
  rig.visit({}, async (page) => {
    await ready(page);
    const strands = (version) => workflow(page).locator(`.flow path.v${version}`).count();
    const losses = async () => Number((await workflow(page).locator(".loss").textContent()).replace(/^.*×/, "").replace(/\D/g, ""));
    /** The failures of a version as the table has them. */
    const failed = async (version) => {
      const row = told(page).locator("tr").filter({ has: page.getByRole("rowheader", { name: "errors", exact: true }) });
      const text = await row.locator("td").nth(version - 1).innerText();
      return [...text.matchAll(/\d+/g)].reduce((sum, [count]) => sum + Number(count), 0);
    };
    assert.ok((await strands(1)) > 4 && (await strands(2)) > 4, "the draft shows both versions");
    assert.equal(await losses(), (await failed(1)) + (await failed(2)));
    await workflow(page).getByRole("button", { name: "v2", exact: true }).click();
    assert.equal(await strands(1), 0);
    assert.equal(await losses(), await failed(2));
    const before = await losses();
    const percent = percentOf(page);
    await percent.fill("50");
    await percent.press("Enter");
    await page.getByText(/expected 50 %/).waitFor();
    assert.ok((await losses()) > 3 * before, "more of them fail as more of them go there");
    assert.equal(await losses(), await failed(2));
    await percent.fill("0");
    await percent.press("Enter");
    await page.getByText("nothing is left to chance").waitFor();
    assert.equal(await strands(2), 0, "nobody goes there");
  }));

test("a link holds all of it, and opening one loses nothing", () =>
  rig.visit({}, async (page) => {
    await ready(page);
    const percent = percentOf(page);
    await percent.fill("33");
    await percent.press("Enter");
    await page.getByRole("button", { name: "Share", exact: true }).click();
    const field = page.getByRole("textbox", { name: "Link to this workspace" });
    const link = await field.inputValue();
    await screenshot(page, "share");
    await page.keyboard.press("Escape");
    await percent.fill("50");
    await percent.press("Enter");
    await page.getByText("saved", { exact: true }).waitFor();
    await page.goto(link.replace(/^[^#]*/, page.url().replace(/#.*/, "")));
    await page.reload();
    await ready(page);
    await page.goto("about:blank");
    await page.goto(link);
    await ready(page);
    assert.equal(await percent.inputValue(), "33");
    assert.equal(new URL(page.url()).hash, "");
    // Cut in half.
    await page.goto("about:blank");
    await page.goto(link.slice(0, link.length / 2));
    await ready(page);
    await tells(page, /link/);
    assert.equal(await percent.inputValue(), "33", "what was here stays");
  }));

test("files: a workspace, a definition, and what is neither", () =>
  rig.visit({}, async (page) => {
    await ready(page);
    const choose = async (name, text) => {
      await page.getByRole("button", { name: "File" }).click();
      const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("menuitem", { name: /^Open/ }).click()]);
      await chooser.setFiles({ name, mimeType: "application/json", buffer: Buffer.from(text) });
    };
    await choose("wait.asl.yaml", "StartAt: A\nStates:\n  A:\n    Type: Wait\n    Seconds: 3\n    End: true\n");
    await tells(page, "wait.asl.yaml is in the editor");
    await workflow(page).getByRole("button", { name: /^A, Wait/ }).waitFor();
    await choose("package.json", '{"name": "other"}');
    await tells(page, "package.json is no workspace of Weir");
    await choose("future.json", '{"weir": 99}');
    await tells(page, "made by a newer Weir");
    await choose("broken.json", '{"weir": 1, "account": [');
    await tells(page, /broken\.json cannot be opened|neither JSON nor YAML/);
    // What was taken over can be taken back.
    await page.getByRole("button", { name: /^Undo: opening of wait/ }).click();
    await workflow(page).getByRole("button", { name: /^Receive, Pass/ }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      (async () => {
        await page.getByRole("button", { name: "File" }).click();
        await page.getByRole("menuitem", { name: /^Save the workspace/ }).click();
      })(),
    ]);
    assert.equal(download.suggestedFilename(), "weir-workspace.json");
  }));

test("what was designed is written for the tool that deploys it, and templates open", () =>
  rig.visit({}, async (page) => {
    await ready(page);
    const save = async (name) => {
      const download = page.waitForEvent("download");
      await page.getByRole("button", { name: "Export" }).click();
      await page.getByRole("menuitem", { name }).click();
      const file = await download;
      return [file.suggestedFilename(), await readFile(await file.path(), "utf8")];
    };
    const [name, text] = await save(/^CloudFormation template/);
    assert.equal(name, "orders.template.json");
    const { Resources } = JSON.parse(text);
    assert.equal(Resources.OrdersAliasPROD.Properties.DeploymentPreference.Type, "CANARY");
    await tells(page, /orders.template.json is written.*CloudFormation watches no more/);
    assert.match((await save(/^SAM template/))[1], /AWS::Serverless::StateMachine/);
    assert.match((await save(/^CDK stack/))[1], /class OrdersStack extends Stack/);
    assert.match((await save(/^Terraform module/))[1], /resource "aws_sfn_alias" "prod"/);
    assert.match((await save(/^AWS CLI script/))[1], /aws stepfunctions create-state-machine-alias/);
    // And the other way.
    const template = "Resources:\n  Flow:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Definition:\n        StartAt: Only\n        States:\n          Only: {Type: Task, Resource: !GetAtt Work.Arn, End: true}\n";
    await page.locator("input[type=file]").setInputFiles({ name: "template.yaml", mimeType: "text/yaml", buffer: Buffer.from(template) });
    await tells(page, /Flow of template.yaml is in the editor/);
    await workflow(page).getByRole("button", { name: "Only, Task; ends" }).waitFor();
    await page.getByText("no problems").waitFor();
  }));

test("commands that are typed do what they say", () =>
  rig.visit({}, async (page) => {
    await ready(page);
    await tab(page, "AWS CLI").click();
    const prompt = page.getByRole("textbox", { name: "AWS CLI command" });
    const log = page.getByRole("log", { name: "commands" });
    await prompt.fill("aws stepfunctions delete-state-machine-version --state-machine-version-arn arn:aws:states:us-east-1:123456789012:stateMachine:orders:2");
    await prompt.press("Enter");
    await log.getByText(/ConflictException/).waitFor();
    await prompt.fill("list-sta");
    await prompt.fill("aws stepfunctions list-state-machine-a");
    await prompt.press("Tab");
    assert.equal(await prompt.inputValue(), "aws stepfunctions list-state-machine-aliases ");
    await page.keyboard.type("--state-machine-arn arn:aws:states:us-east-1:123456789012:stateMachine:orders");
    await prompt.press("Enter");
    await log.getByText(/stateMachineAliasArn/).waitFor();
    await prompt.press("ArrowUp");
    assert.match(await prompt.inputValue(), /list-state-machine-aliases/);
    // The script makes what was here at first, and does what was done since.
    await percentOf(page).fill("25");
    await percentOf(page).press("Enter");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy as script" }).click();
    await tells(page, "The script is on the clipboard");
    const script = await page.evaluate(() => navigator.clipboard.readText());
    const commands = [...script.matchAll(/^aws stepfunctions (\S+)/gm)].map(([, command]) => command);
    assert.deepEqual(commands.slice(0, 5), ["create-state-machine", "publish-state-machine-version", "update-state-machine", "publish-state-machine-version", "create-state-machine-alias"]);
    assert.equal(commands.at(-1), "update-state-machine-alias");
    await prompt.fill("aws s3 ls");
    await prompt.press("Enter");
    await log.locator(".bad").last().waitFor();
  }));

test("the service's refusals are told in its words", () =>
  rig.visit({}, async (page) => {
    await ready(page);
    await versions(page).getByRole("button", { name: "delete version 1" }).click();
    await tells(page, "ConflictException");
    await screenshot(page, "refused");
    await page.getByRole("button", { name: "New alias" }).click();
    const dialog = page.getByRole("dialog", { name: "New alias" });
    await dialog.getByRole("textbox", { name: "Name" }).fill("12");
    await dialog.getByText("digits alone would be a version").waitFor();
    assert.equal(await dialog.getByRole("button", { name: "Create alias" }).isDisabled(), true);
    await dialog.getByRole("textbox", { name: "Name" }).fill("STAGING");
    await dialog.getByRole("button", { name: "Create alias" }).click();
    await alias(page, "STAGING").waitFor();
  }));

test("another tab is noticed, and nothing is overwritten unasked", () =>
  rig.visit({}, async (page) => {
    await ready(page);
    const other = await page.context().newPage();
    await other.goto(page.url());
    await ready(other);
    await alias(other).getByRole("button", { name: "Roll back" }).click();
    await other.getByText("saved", { exact: true }).waitFor();
    await page.getByText("Another tab has changed this workspace").waitFor();
    await screenshot(page, "two-tabs");
    await page.getByRole("button", { name: "The other one" }).click();
    assert.match(await versions(page).getByRole("list", { name: "Versions" }).innerText(), /PROD 100 %/);
  }));

test("full storage is told, and the file is offered", () =>
  rig.visit({}, async (page) => {
    await ready(page);
    await page.evaluate(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    });
    await alias(page).getByRole("button", { name: "Roll back" }).click();
    await page.getByText("its storage is full").waitFor();
    await screenshot(page, "full");
  }));
