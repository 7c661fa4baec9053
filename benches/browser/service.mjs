// The npm package's service in Node: pairs of StartExecution and DescribeExecution, medians of rounds.
// `cargo xtask bench --only service`.

import { pathToFileURL } from "node:url";
import { join } from "node:path";

const ROUNDS = 7;
const PAIRS = 10_000;

const { default: init, Playground } = await import(pathToFileURL(join(import.meta.dirname, "../../target/npm/node.js")));
await init();
const playground = new Playground({ seed: 7 });
const definition = JSON.stringify({ StartAt: "A", States: { A: { Type: "Pass", End: true } } });
const roleArn = "arn:aws:iam::123456789012:role/r";
const { stateMachineArn } = playground.call("CreateStateMachine", { name: "orders", definition, roleArn });
const rates = [];
for (let round = 0; round < ROUNDS; round++) {
  const begin = performance.now();
  for (let n = 0; n < PAIRS; n++) {
    const { executionArn } = playground.call("StartExecution", { stateMachineArn, input: '{"a":1}' });
    const { status } = playground.call("DescribeExecution", { executionArn });
    if (status !== "SUCCEEDED") throw new Error(`an execution is ${status}`);
  }
  rates.push((1000 * PAIRS) / (performance.now() - begin));
}
rates.sort((a, b) => a - b);
const told = [rates[Math.floor(ROUNDS / 2)], rates[0], rates.at(-1)].map((rate) => Math.round(rate).toLocaleString("en"));
console.log(`StartExecution and DescribeExecution: ${told[0]} pairs/s, lowest ${told[1]}, highest ${told[2]}; medians of ${ROUNDS} rounds`);
