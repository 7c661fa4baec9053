// Evaluates expressions by the npm package: a line `{"expr", "data"}` in, a line with what came of it out.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const www = fileURLToPath(new URL("../../www/package.json", import.meta.url));
const jsonata = createRequire(www)("jsonata");

/** The result as JSON; nothing for what is, or holds, a function. */
function json(value) {
  let whole = true;
  const text = JSON.stringify(value, (_, inner) => {
    if (typeof inner === "function" || (inner && (inner._jsonata_lambda || inner._jsonata_function))) whole = false;
    return typeof inner === "number" && !Number.isFinite(inner) ? String(inner) : inner;
  });
  return whole ? text : undefined;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { expr, data } = JSON.parse(line);
  let answer;
  try {
    const value = await jsonata(expr).evaluate(data);
    if (value === undefined) answer = { undefined: true };
    else {
      const text = json(value);
      answer = text === undefined ? { function: true } : { value: JSON.parse(text) };
    }
  } catch (error) {
    answer = error.code ? { code: error.code, message: error.message, position: error.position ?? null } : { thrown: String(error.message) };
  }
  console.log(JSON.stringify(answer));
}
