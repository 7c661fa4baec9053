// Runs what the page asks for, and times it here, where nothing else happens.

import { byHand, contestants, prepare } from "./contestants.mjs";

const ready = new Map();

/** Interprets so many executions of a definition. */
async function run({ name, definition, input, count }) {
  if (!ready.has(name)) ready.set(name, await contestants[name](definition, input));
  const begin = performance.now();
  const succeeded = await ready.get(name)(count);
  const seconds = (performance.now() - begin) / 1000;
  if (succeeded !== count) throw new Error(`${name}: ${succeeded} of ${count} executions succeeded`);
  return { seconds };
}

/** Plays every `step`-th block of a scenario from the `first`. */
async function play({ document, first, step }) {
  if (!ready.has(document)) ready.set(document, await prepare(document));
  const begin = performance.now();
  const [executions, interpreted, memory] = ready.get(document)(first, step);
  return { seconds: (performance.now() - begin) / 1000, executions, interpreted, memory };
}

/** The hand-written loop. */
async function floor({ executions, perMin, lognormal }) {
  await byHand(1, perMin, lognormal);
  const begin = performance.now();
  const succeeded = await byHand(executions, perMin, lognormal);
  const seconds = (performance.now() - begin) / 1000;
  // One in a hundred million fails four times.
  if (succeeded < executions * 0.999) throw new Error(`${succeeded} of ${executions} executions succeeded`);
  return { seconds, executions, interpreted: 0, memory: 0 };
}

self.onmessage = async ({ data }) => {
  try {
    self.postMessage(await (data.executions ? floor(data) : data.document ? play(data) : run(data)));
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
