// The library as JavaScript has it. The module takes and gives texts: whatever runs while an object is read (getters,
// `toJSON`, an error for a circle) runs before the module is entered, and what is no text never gets there.

import { Playground as Account, SimulationRun, validate as findings, version as number } from "./weir.js";

// Between two of them the event loop gets its turn.
const SLICE_MS = 12;

const breathe = () => new Promise((resolve) => {
  // Timers of pages are late by milliseconds; messages are not.
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    resolve();
  };
  port2.postMessage(null);
});

let isStarted = false;

/** The module is there. */
export function started() {
  isStarted = true;
}

function needModule() {
  if (!isStarted) throw new Error("weir is not started: await init(), or call initSync(bytes), before anything else");
}

function text(value, what) {
  if (typeof value !== "string") throw new TypeError(`${what} is a string, not ${kind(value)}`);
  return value;
}

/** The JSON text of a document: an object, or that text. */
function json(value, what) {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) throw new TypeError(`${what} is an object or its JSON text, not ${kind(value)}`);
  return JSON.stringify(value);
}

const kind = (value) => (value === null ? "null" : Array.isArray(value) ? "an array" : typeof value);

export function version() {
  needModule();
  return number();
}

/** What is wrong with a definition. */
export function validate(definition) {
  needModule();
  return JSON.parse(findings(text(definition, "a definition")));
}

/** Plays a scenario; gives the report. */
export async function simulate(scenario, { onProgress, signal } = {}) {
  needModule();
  signal?.throwIfAborted();
  const run = new SimulationRun(json(scenario, "a scenario"));
  try {
    let pace = 2000;
    let last = 0;
    for (;;) {
      const start = performance.now();
      if (run.advance(pace)) break;
      const took = performance.now() - start;
      if (took < SLICE_MS / 2) pace = Math.min(pace * 2, 5e6);
      else if (took > SLICE_MS * 2) pace = Math.max(pace / 2, 100);
      if (start + took - last > SLICE_MS) {
        last = start + took;
        onProgress?.({ executions: run.executions, replications: run.replications, mostReplications: run.mostReplications });
        await breathe();
        signal?.throwIfAborted();
      }
    }
    onProgress?.({ executions: run.executions, replications: run.replications, mostReplications: run.mostReplications });
    return JSON.parse(run.report());
  } finally {
    run.free();
  }
}

export class Playground {
  #account;

  constructor(options) {
    needModule();
    this.#account = new Account(json(options ?? {}, "options"));
  }

  get #module() {
    if (!this.#account) throw new Error("this playground was freed");
    return this.#account;
  }

  call(operation, request) {
    return JSON.parse(this.#module.call(text(operation, "the name of an operation"), json(request ?? {}, "a request")));
  }

  // It waits, and it never throws but for a playground that was freed: what is no text is no JSON either.
  async request(target, body) {
    const bytes = body instanceof ArrayBuffer || ArrayBuffer.isView(body);
    return this.#module.request(String(target ?? ""), bytes ? new TextDecoder().decode(body) : String(body ?? ""));
  }

  advance(by) {
    const part = (name) => {
      const value = by?.[name] ?? 0;
      if (typeof value !== "number" || !(value >= 0) || value === Infinity) throw new RangeError(`\`${name}\` is a number from 0`);
      return value;
    };
    const other = Object.keys(Object(by)).find((name) => name !== "seconds" && name !== "milliseconds");
    if (typeof by !== "object" || other) throw new TypeError("advance takes `seconds`, `milliseconds` or both");
    this.#module.advance(part("seconds") + part("milliseconds") / 1000);
  }

  get now() {
    return this.#module.now;
  }

  setClock(clock) {
    this.#module.setClock(text(clock, "a clock"));
  }

  setMockConfiguration(file) {
    this.#module.setMockConfiguration(file == null ? undefined : json(file, "a mock configuration"));
  }

  setBehaviours(stateMachineName, version, rules) {
    if (version != null && !(Number.isInteger(version) && version > 0 && version < 2 ** 32)) throw new RangeError("a version is a whole number from 1, or null");
    this.#module.setBehaviours(text(stateMachineName, "the name of a state machine"), version ?? undefined, json(rules, "rules"));
  }

  putObject(object) {
    const part = (name) => text(object?.[name], `putObject: \`${name}\``);
    this.#module.putObject(part("bucket"), part("key"), part("body"));
  }

  getObject(bucket, key) {
    return this.#module.getObject(text(bucket, "a bucket"), text(key, "a key"));
  }

  awsCli(line) {
    return this.#module.awsCli(text(line, "a command"));
  }

  awsCliCompletions(line) {
    return this.#module.awsCliCompletions(text(line, "a command"));
  }

  metrics(query) {
    return JSON.parse(this.#module.metrics(json(query, "a query")));
  }

  simulate(scenario, options) {
    return simulate(scenario, options);
  }

  export() {
    return JSON.parse(this.#module.export());
  }

  restore(document) {
    this.#module.restore(json(document, "a workspace"));
  }

  static import(document) {
    const playground = new Playground();
    playground.restore(document);
    return playground;
  }

  reset() {
    this.#module.reset();
  }

  free() {
    this.#account?.free();
    this.#account = undefined;
  }
}
