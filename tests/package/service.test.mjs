// The service of the package: through `call`, through the wire, and under the real AWS SDK. In Node and in a browser.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "../../www/node_modules/esbuild/lib/main.js";
import { launch, serve } from "../e2e/rig.mjs";

const folder = fileURLToPath(new URL("../../target/npm", import.meta.url));
const weir = await import(join(folder, "node.js"));
const { requestHandler } = await import(join(folder, "aws-sdk.js"));
const sfn = await import("../../www/node_modules/@aws-sdk/client-sfn/dist-cjs/index.js");

before(() => weir.default());

const pass = (result) => JSON.stringify({ StartAt: "A", States: { A: { Type: "Pass", Result: result, End: true } } });
const roleArn = "arn:aws:iam::123456789012:role/r";

function published(p, ...results) {
  const created = p.call("CreateStateMachine", { name: "orders", definition: pass(results[0]), roleArn, publish: true });
  for (const result of results.slice(1))
    p.call("UpdateStateMachine", { stateMachineArn: created.stateMachineArn, definition: pass(result), publish: true });
  return created.stateMachineArn;
}

test("the operations of a deployment, by call", () => {
  const p = new weir.Playground({ seed: 7 });
  const arn = published(p, 1, 2);
  const alias = p.call("CreateStateMachineAlias", {
    name: "PROD",
    routingConfiguration: [{ stateMachineVersionArn: `${arn}:1`, weight: 90 }, { stateMachineVersionArn: `${arn}:2`, weight: 10 }],
  });
  const { executionArn } = p.call("StartExecution", { stateMachineArn: alias.stateMachineAliasArn });
  const described = p.call("DescribeExecution", { executionArn });
  assert.equal(described.status, "SUCCEEDED");
  assert.equal(described.stateMachineAliasArn, alias.stateMachineAliasArn);
  assert.equal(`${arn}:${described.output}`, described.stateMachineVersionArn);
  assert.throws(() => p.call("DeleteStateMachineVersion", { stateMachineVersionArn: `${arn}:1` }), {
    name: "ConflictException",
    message: "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [PROD]",
  });
  p.call("UpdateStateMachineAlias", {
    stateMachineAliasArn: alias.stateMachineAliasArn,
    routingConfiguration: [{ stateMachineVersionArn: `${arn}:1`, weight: 100 }],
  });
  p.call("DeleteStateMachineVersion", { stateMachineVersionArn: `${arn}:2` });
  assert.equal(p.call("ListStateMachineVersions", { stateMachineArn: arn }).stateMachineVersions.length, 1);
  assert.throws(() => p.call("Nonsense", {}), { name: "UnknownOperationException" });
});

test("the wire never throws", async () => {
  const p = new weir.Playground();
  for (const [target, body, status, type] of [
    ["AWSStepFunctions.ListStateMachines", "{}", 200, undefined],
    ["AWSStepFunctions.ListStateMachines", "", 200, undefined],
    ["AWSStepFunctions.Nonsense", "{}", 400, "UnknownOperationException"],
    ["", "{}", 400, "UnknownOperationException"],
    ["AWSStepFunctions.ListStateMachines", "{", 400, "SerializationException"],
    ["AWSStepFunctions.ListStateMachines", "[]", 400, "SerializationException"],
    ["AWSStepFunctions.DescribeStateMachine", `{"stateMachineArn": 1}`, 400, "SerializationException"],
    ["AWSStepFunctions.DescribeStateMachine", `{"stateMachineArn": "x"}`, 400, "InvalidArn"],
    ["AWSStepFunctions.DescribeStateMachine", "{}", 400, "ValidationException"],
  ]) {
    const answer = await p.request(target, body);
    assert.equal(answer.status, status, `${target} ${body}`);
    assert.equal(JSON.parse(answer.body).__type?.split("#")[1], type, `${target} ${body}`);
  }
});

test("time, mocks, objects, documents", () => {
  const p = new weir.Playground({ clock: "manual", startTime: "2026-01-01T00:00:00Z" });
  const wait = JSON.stringify({ StartAt: "W", States: { W: { Type: "Wait", Seconds: 30, End: true } } });
  const { stateMachineArn } = p.call("CreateStateMachine", { name: "wait", definition: wait, roleArn });
  const { executionArn } = p.call("StartExecution", { stateMachineArn });
  const status = () => p.call("DescribeExecution", { executionArn }).status;
  p.advance({ seconds: 29 });
  assert.equal(status(), "RUNNING");
  p.advance({ milliseconds: 1000 });
  assert.equal(status(), "SUCCEEDED");
  assert.match(p.now, /^2026-01-01T00:00:30/);

  const task = JSON.stringify({ StartAt: "T", States: { T: { Type: "Task", Resource: "arn:aws:lambda:us-east-1:1:function:f", End: true } } });
  const tasks = p.call("CreateStateMachine", { name: "tasks", definition: task, roleArn }).stateMachineArn;
  p.setMockConfiguration({
    StateMachines: { tasks: { TestCases: { Down: { T: "Fails" } } } },
    MockedResponses: { Fails: { 0: { Throw: { Error: "Down", Cause: "why" } } } },
  });
  const mocked = p.call("StartExecution", { stateMachineArn: `${tasks}#Down` });
  assert.equal(p.call("DescribeExecution", mocked.executionArn ? { executionArn: mocked.executionArn } : {}).error, "Down");
  assert.throws(() => p.setMockConfiguration({}), { name: "InvalidDocument" });

  p.putObject({ bucket: "b", key: "k", body: "[1]" });
  assert.equal(p.getObject("b", "k"), "[1]");
  const document = p.export();
  assert.deepEqual(weir.Playground.import(document).export(), document);
  p.reset();
  assert.deepEqual(p.call("ListStateMachines").stateMachines, []);
  assert.throws(() => new weir.Playground({ accountId: "1" }), { name: "InvalidDocument" });
});

test("a workspace of the page goes through the package unchanged", () => {
  const p = new weir.Playground();
  const stateMachineArn = published(p, 1);
  assert.equal(p.export().machine, "orders");
  const document = { ...p.export(), draft: "{ broken", inputs: [{ name: "a", weight: 1, json: { a: 1 } }], layout: { tab: "x" } };
  const q = weir.Playground.import(document);
  assert.deepEqual(q.export(), document);
  assert.equal(q.call("DescribeStateMachine", { stateMachineArn: `${stateMachineArn}:1` }).definition, pass(1));
  assert.throws(() => weir.Playground.import({ weir: 99 }), /made by a newer Weir/);
});

test("misuse is told, and harms nothing", async () => {
  const p = new weir.Playground();
  const circle = {};
  circle.again = circle;
  for (const [wrong, error] of [
    [() => p.call(), /the name of an operation is a string, not undefined/],
    [() => p.call(5), TypeError],
    [() => p.call("ListStateMachines", 5), /a request is an object/],
    [() => p.call("ListStateMachines", "{"), { name: "SyntaxError" }],
    [() => p.call("ListStateMachines", "[".repeat(200_000)), { name: "SyntaxError" }],
    [() => p.call("ListStateMachines", circle), TypeError],
    [() => p.call("ListStateMachines", { maxResults: 1n }), TypeError],
    [() => p.call("ListStateMachines", { get maxResults() { throw new Error("mine"); } }), /mine/],
    [() => p.advance(5), TypeError],
    [() => p.advance({ minutes: 1 }), TypeError],
    [() => p.advance({ seconds: -1 }), RangeError],
    [() => p.advance({ seconds: NaN }), RangeError],
    [() => p.setClock(), TypeError],
    [() => p.setBehaviours("orders", -1, {}), RangeError],
    [() => p.putObject({ bucket: "b", key: "k", body: 5 }), /`body` is a string/],
    [() => p.awsCli(), TypeError],
    [() => weir.Playground.import(null), TypeError],
    [() => weir.validate(5), TypeError],
    [() => new weir.Playground({ sed: 1 }), /there is no option `sed`/],
    [() => new weir.Playground({ region: "" }), /region/],
  ])
    assert.throws(wrong, error, String(wrong));
  await assert.rejects(p.simulate(), TypeError);
  await assert.rejects(p.simulate(circle), TypeError);
  for (const [target, body, status] of [
    [undefined, undefined, 400],
    [1, 2, 400],
    ["AWSStepFunctions.ListStateMachines", undefined, 200],
    ["AWSStepFunctions.ListStateMachines", {}, 400],
    ["AWSStepFunctions.ListStateMachines", "[".repeat(200_000), 400],
    ["AWSStepFunctions.ListStateMachines", new TextEncoder().encode("{}"), 200],
  ])
    assert.equal((await p.request(target, body)).status, status, `${target} ${body}`);
  // A getter that calls the playground again is served.
  const again = { get maxResults() { return p.call("ListStateMachines").stateMachines.length; } };
  assert.deepEqual(p.call("ListStateMachines", again).stateMachines, []);
  p.free();
  p.free();
  assert.throws(() => p.call("ListStateMachines"), /was freed/);
});

test("commands of the AWS CLI", () => {
  const p = new weir.Playground();
  published(p, 1);
  assert.match(p.awsCli("aws stepfunctions list-state-machines"), /"name": "orders"/);
  assert.throws(() => p.awsCli("aws stepfunctions list-state-machine"), /did you mean `list-state-machines`/);
  assert.match(p.awsCli("aws stepfunctions start-execution help"), /--state-machine-arn <string> \(required\)/);
  assert.deepEqual(p.awsCliCompletions("aws stepfunctions start-execution --n"), ["--name"]);
});

test("metrics by dimension", () => {
  const p = new weir.Playground();
  const stateMachineArn = published(p, 1);
  p.call("StartExecution", { stateMachineArn: `${stateMachineArn}:1` });
  p.call("StartExecution", { stateMachineArn });
  p.call("ListExecutions", { stateMachineArn });
  const sum = (query) => p.metrics({ stateMachineArn, metricName: "ExecutionsSucceeded", ...query }).reduce((sum, point) => sum + point.sum, 0);
  assert.equal(sum({}), 2);
  assert.equal(sum({ version: 1 }), 1);
});

test("a simulation tells its progress, and can be stopped", async () => {
  const scenario = {
    weir: 1, seed: 7, replications: 100, horizon_ms: 900_000, traffic: { kind: "poisson", per_min: 100 },
    alias: { weights: { 1: 100 } },
    versions: {
      1: { definition: JSON.parse(pass(1)) },
      2: {
        definition: { StartAt: "A", States: { A: { Type: "Task", Resource: "x", End: true } } },
        behaviour: { A: { outcomes: [{ p: 0.2, outcome: "error", error: "Bug" }] } },
      },
    },
    alarms: [{ name: "failures", metric: "ExecutionsFailed", statistic: "Sum", dimension: { Version: "2" }, operator: ">=", threshold: 1, N: 3, M: 2 }],
    strategy: { kind: "canary", weight: 10, interval_ms: 300_000, bake_ms: 600_000 },
  };
  const p = new weir.Playground();
  let progress;
  const report = await p.simulate(scenario, { onProgress: (now) => (progress = now) });
  assert.equal(progress.replications, 100);
  assert.ok(report.rollout.rollback.value > 0.9);
  assert.deepEqual(await weir.simulate(JSON.stringify(scenario)), report);
  await assert.rejects(p.simulate({ ...scenario, replications: 1e6 }, { signal: AbortSignal.timeout(50) }), { name: "TimeoutError" });
  await assert.rejects(p.simulate({ ...scenario, traffic: { kind: "poisson", per_min: -1 } }), (error) => {
    assert.equal(error.diagnostics[0].pointer, "/traffic/per_min");
    return true;
  });
});


/** The same journey for Node and for a browser. */
async function journey({ SFNClient, paginateListExecutions, paginateGetExecutionHistory, ConflictException, ...sfn }, playground, requestHandler, roleArn) {
  const client = new SFNClient({ region: "us-east-1", credentials: { accessKeyId: "x", secretAccessKey: "x" }, requestHandler: requestHandler(playground), maxAttempts: 1 });
  const send = (name, input) => client.send(new sfn[`${name}Command`](input));
  const pass = (result) => JSON.stringify({ StartAt: "A", States: { A: { Type: "Pass", Result: result, End: true } } });
  const told = {};
  const { stateMachineArn } = await send("CreateStateMachine", { name: "orders", definition: pass(1), roleArn });
  const first = await send("PublishStateMachineVersion", { stateMachineArn, revisionId: "INITIAL", description: "first" });
  told.created = first.creationDate instanceof Date;
  await send("UpdateStateMachine", { stateMachineArn, definition: pass(2), publish: true });
  const routingConfiguration = [
    { stateMachineVersionArn: `${stateMachineArn}:1`, weight: 90 },
    { stateMachineVersionArn: `${stateMachineArn}:2`, weight: 10 },
  ];
  const alias = await send("CreateStateMachineAlias", { name: "PROD", routingConfiguration });
  try {
    await send("CreateStateMachineAlias", { name: "PROD", description: "other", routingConfiguration });
  } catch (error) {
    told.conflict = error instanceof ConflictException && error.message;
  }
  const starts = 10_000;
  for (let n = 0; n < starts; n++) await send("StartExecution", { stateMachineArn: alias.stateMachineAliasArn });
  told.newer = 0;
  told.all = 0;
  for await (const page of paginateListExecutions({ client, pageSize: 1000 }, { stateMachineArn: alias.stateMachineAliasArn }))
    for (const execution of page.executions) {
      told.all++;
      told.newer += execution.stateMachineVersionArn.endsWith(":2") ? 1 : 0;
      told.arn = execution.executionArn;
    }
  told.events = [];
  for await (const page of paginateGetExecutionHistory({ client, pageSize: 2 }, { executionArn: told.arn }))
    told.events.push(...page.events.map((event) => event.type));
  // A callback.
  const waits = JSON.stringify({ StartAt: "T", States: { T: { Type: "Task", Resource: "arn:aws:states:us-east-1:123456789012:activity:work", End: true } } });
  const { activityArn } = await send("CreateActivity", { name: "work" });
  const machine = await send("CreateStateMachine", { name: "waits", definition: waits, roleArn });
  const { executionArn } = await send("StartExecution", { stateMachineArn: machine.stateMachineArn, input: `{"a": 1}` });
  const task = await send("GetActivityTask", { activityArn, workerName: "w" });
  told.before = (await send("DescribeExecution", { executionArn })).status;
  await send("SendTaskSuccess", { taskToken: task.taskToken, output: task.input });
  const after = await send("DescribeExecution", { executionArn });
  told.after = [after.status, after.output];
  try {
    await send("SendTaskSuccess", { taskToken: task.taskToken, output: "1" });
  } catch (error) {
    told.late = error.name;
  }
  await send("DeleteStateMachineAlias", { stateMachineAliasArn: alias.stateMachineAliasArn });
  await send("DeleteStateMachine", { stateMachineArn });
  told.left = (await send("ListStateMachines", {})).stateMachines.map((machine) => machine.name);
  return told;
}

function judge(told) {
  assert.equal(told.created, true);
  assert.match(told.conflict, /an alias with the same name and a different routing configuration already exists/);
  assert.equal(told.all, 10_000);
  // Five standard deviations of the binomial: 1,000 ± 150.
  assert.ok(Math.abs(told.newer - 1000) <= 150, `${told.newer} of 10,000 went to version 2`);
  assert.deepEqual(told.events, ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]);
  assert.equal(told.before, "RUNNING");
  assert.deepEqual(told.after, ["SUCCEEDED", `{"a":1}`]);
  assert.equal(told.late, "TaskTimedOut");
  assert.deepEqual(told.left, ["waits"]);
}

test("the AWS SDK in Node", async () => {
  judge(await journey(sfn, new weir.Playground({ seed: 7 }), requestHandler, roleArn));
});

test("the AWS SDK in a browser", async () => {
  const bundle = await build({
    stdin: { contents: `export * from "@aws-sdk/client-sfn";`, resolveDir: fileURLToPath(new URL("../../www", import.meta.url)) },
    bundle: true, format: "esm", platform: "browser", outfile: fileURLToPath(new URL("../../target/sdk/sfn.js", import.meta.url)), logLevel: "error",
  });
  assert.equal(bundle.errors.length, 0);
  const site = await serve({ "/package/": "target/npm", "/sdk/": "target/sdk" });
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(`${site.url}/package/package.json`);
    const told = await page.evaluate(async ({ journey, roleArn }) => {
      const weir = await import("/package/index.js");
      await weir.default();
      const { requestHandler } = await import("/package/aws-sdk.js");
      const sfn = await import("/sdk/sfn.js");
      return (0, eval)(`(${journey})`)(sfn, new weir.Playground({ seed: 7 }), requestHandler, roleArn);
    }, { journey: journey.toString(), roleArn });
    judge(told);
  } finally {
    await browser.close();
    site.close();
  }
});

test("every operation has its types", async () => {
  const types = await readFile(join(folder, "operations.d.ts"), "utf8");
  const kebab = (name) => name.replace(/(?!^)[A-Z]/g, "-$&").toLowerCase();
  const listed = [...types.matchAll(/^  (\w+): \{$/gm)].map(([, name]) => kebab(name));
  const known = new weir.Playground().awsCli("aws stepfunctions help").split("\n").filter((line) => line.startsWith("  ")).map((line) => line.trim());
  assert.deepEqual(listed.sort(), known.sort());
});
