// Compiled, not run: what the package's types promise.

import init, { Playground, initSync, simulate, validate, version } from "weir";
import type { Diagnostic, HistoryEvent, Report } from "weir";
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
const report: Promise<Report> = playground.simulate({}, { onProgress: ({ executions }) => executions, signal: new AbortController().signal });
const found: Diagnostic[] = validate("{}");
requestHandler(Playground.import(playground.export()));
simulate("{}");

export { answer, arn, events, found, report, started, wire };
