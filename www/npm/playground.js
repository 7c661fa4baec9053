// The account, with what is better said in JavaScript.

import { Playground as Account, SimulationRun } from "./weir.js";

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

/** Plays a scenario; gives the report. */
export async function simulate(scenario, { onProgress, signal } = {}) {
  signal?.throwIfAborted();
  const run = new SimulationRun(typeof scenario === "string" ? scenario : JSON.stringify(scenario));
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
    return run.report();
  } finally {
    run.free();
  }
}

export class Playground extends Account {
  simulate(scenario, options) {
    return simulate(scenario, options);
  }

  static import(document) {
    const playground = new Playground();
    playground.restore(document);
    return playground;
  }
}
