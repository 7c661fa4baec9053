// Compiled, not run: what the package's types promise.

import init, { Playground, initSync, simulate, validate, version } from "weir";
import type { Diagnostic, HistoryEvent, Report, Scenario } from "weir";
import { requestHandler } from "weir/aws-sdk";

const started: Promise<void> = init();
init(fetch("weir_bg.wasm"));
init(new URL("weir_bg.wasm", "https://example.org"));
initSync(new Uint8Array());
const answer: string = version();

// @ts-expect-error: it takes no arguments
version(1);

const playground = new Playground({ seed: 7, clock: "manual" });
const arn: string | undefined = playground.call("CreateStateMachine", { name: "a", definition: "{}", roleArn: "r" }).stateMachineVersionArn;
const events: HistoryEvent[] = playground.call("GetExecutionHistory", { executionArn: "a" }).events;
playground.call("ListStateMachines");
playground.call("UpdateStateMachineAlias", {
  stateMachineAliasArn: "a",
  routingConfiguration: [{ stateMachineVersionArn: "v", weight: 100 }],
});
// @ts-expect-error: no such operation
playground.call("ListStateMachine", {});
// @ts-expect-error: a request without what is required
playground.call("StartExecution", { name: "x" });
// @ts-expect-error: no such clock
playground.setClock("fast");
const wire: Promise<{ status: number; body: string }> = playground.request("AWSStepFunctions.ListStateMachines", "{}");
const scenario: Scenario = { weir: 1, traffic: { kind: "poisson", per_min: 100 }, alias: { weights: { 1: 100 } }, versions: { 1: { definition: {} } } };
const report: Promise<Report> = playground.simulate(scenario, { onProgress: ({ executions }) => executions, signal: new AbortController().signal });
const found: Diagnostic[] = validate("{}");
requestHandler(Playground.import(playground.export()));
simulate("{}");
// @ts-expect-error: no scenario without traffic
simulate({ weir: 1 });
const words: string[] = playground.awsCliCompletions("aws");
playground.setMockConfiguration({ StateMachines: {}, MockedResponses: { A: { 0: { Return: 1 } } } });

export { words, answer, arn, events, found, report, started, wire };
