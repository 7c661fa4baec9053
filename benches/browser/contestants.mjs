// Who takes part: each prepares a definition and an input, and answers with a function that runs so many executions of
// it, one after the other, and says how many succeeded. Every task is answered {"status":"OK"}.

import { StateMachine } from "aws-local-stepfunctions";
import init, { Plays, Runs, by_hand } from "../../target/bench/browser_bench.js";

const start = init({ module_or_path: new URL("browser_bench_bg.wasm", self.location.href) });

async function weir(definition, input, what) {
  await start;
  const runs = new Runs(definition, input);
  return (count) => runs[what](count);
}

export const contestants = {
  "weir, full interpretation": (definition, input) => weir(definition, input, "tally"),

  "weir, with histories": (definition, input) => weir(definition, input, "histories"),

  "aws-local-stepfunctions": async (definition, input) => {
    // Its check of ARNs and the time it takes are not what is compared.
    const machine = new StateMachine(JSON.parse(definition), { validationOptions: { checkArn: false } });
    const order = JSON.parse(input);
    const ok = async () => ({ status: "OK" });
    const overrides = { taskResourceLocalHandlers: new Proxy({}, { get: () => ok, has: () => true }) };
    return async (count) => {
      let succeeded = 0;
      for (let i = 0; i < count; i++) {
        await machine.run(order, { overrides, noThrowOnAbort: true }).result;
        succeeded++;
      }
      return succeeded;
    };
  },
};

/** Plays blocks of a scenario: [executions, the share of them that was interpreted, bytes of memory]. */
export async function prepare(document) {
  const { memory } = await start;
  const plays = new Plays(document);
  return (first, step) => {
    let executions = 0;
    for (let block = first; block < plays.blocks(); block += step) executions += plays.play(block);
    return [executions, plays.interpreted(), memory.buffer.byteLength];
  };
}

/** The loop that somebody would write by hand: how many of so many executions succeeded. */
export async function byHand(executions, perMin, lognormal) {
  await start;
  return by_hand(executions, perMin, lognormal);
}
