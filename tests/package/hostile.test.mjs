// Expressions that want to take for ever, or all of the stack or memory, in WebAssembly: an answer, never a trap.
// `tests/jsonata.rs` asks the same of native code.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const weir = await import(new URL("../../target/npm/node.js", import.meta.url));
await weir.default();

// Seconds of the processor: some machines are slow, and some busy with other things.
const LONGEST = 2;

test("hostile expressions end", async () => {
  const playground = new weir.Playground();
  const lines = (await readFile(new URL("../hostile.jsonl", import.meta.url), "utf8")).trim().split("\n");
  assert.ok(lines.length > 100);
  let slowest = [0, ""];
  for (const line of lines) {
    const { expression = "", start = "", before = "", times = 0, between = "", after = "", end = "" } = JSON.parse(line);
    const source = expression + start + before.repeat(times) + between + after.repeat(times) + end;
    const definition = JSON.stringify({ QueryLanguage: "JSONata", Type: "Pass", Output: `{% ${source} %}`, End: true });
    const begin = process.cpuUsage().user;
    try {
      const { status } = playground.call("TestState", { definition, roleArn: "arn:aws:iam::123456789012:role/r", input: "{}" });
      assert.match(status, /^(SUCCEEDED|FAILED)$/);
    } catch (error) {
      // AWS would refuse it; a trap of WebAssembly has another name.
      assert.match(error.name, /^(InvalidDefinition|ValidationException|InvalidExecutionInput)$/, `${source.slice(0, 80)}: ${error}`);
    }
    const seconds = (process.cpuUsage().user - begin) / 1e6;
    if (seconds > slowest[0]) slowest = [seconds, source.slice(0, 80)];
  }
  console.log(`${lines.length} hostile expressions, the slowest in ${slowest[0].toFixed(2)} s: ${slowest[1]}`);
  assert.ok(slowest[0] < LONGEST, `${slowest[0]} s for ${slowest[1]}`);
  // It is as good as before.
  const definition = JSON.stringify({ QueryLanguage: "JSONata", Type: "Pass", Output: "{% 1 + 1 %}", End: true });
  assert.equal(playground.call("TestState", { definition, roleArn: "arn:aws:iam::123456789012:role/r" }).output, "2");
});
