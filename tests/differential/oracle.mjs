// Evaluates expressions by the npm package jsonata: a line of JSON in, `[expression, data]`, a line of JSON out.
//   node oracle.mjs FOLDER_OF_JSONATA NAME_OF_A_FUNCTION…

import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const { default: jsonata } = await import(pathToFileURL(join(process.argv[2], "jsonata.js")).href);

// The present and chance are the same each time.
const Clock = Date;
globalThis.Date = class extends Clock {
  constructor(...time) {
    super(...(time.length ? time : [0]));
  }
};
Math.random = () => 0.25;

const HOLDS_A_FUNCTION = Symbol();

// An error names the function that was called last by its name, in whichever evaluation: these are to be forgotten.
const functions = [];
for (const name of process.argv.slice(3)) functions.push(await jsonata("$" + name).evaluate({}));

/** As Weir writes values: nothing in a list is null, and numbers that are not finite are texts. */
function told(value) {
  if (value === undefined || value === null) return null;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "function" || value._jsonata_function || value._jsonata_lambda) throw HOLDS_A_FUNCTION;
  if (Array.isArray(value)) return Array.from(value, told);
  if (typeof value === "object") {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(members.map(([name, member]) => [name, told(member)]));
  }
  return value;
}

function toldOr(value) {
  if (value === undefined) return undefined;
  try {
    return told(value);
  } catch {
    return undefined;
  }
}

async function answer(source, data) {
  for (const called of functions) {
    delete called.token;
    delete called.position;
  }
  try {
    const value = await jsonata(source).evaluate(data);
    if (value === undefined) return { kind: "undefined" };
    try {
      return { kind: "value", value: told(value) };
    } catch (error) {
      return { kind: error === HOLDS_A_FUNCTION ? "function" : "cycle" };
    }
  } catch (error) {
    const code = typeof error?.code === "string" ? error.code : null;
    const { position, token, value } = code ? error : {};
    return { kind: "error", code, message: String(error?.message), position, token: toldOr(token), value: toldOr(value) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const [source, data] = JSON.parse(line);
  process.stdout.write(JSON.stringify(await answer(source, data)) + "\n");
}
