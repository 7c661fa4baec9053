// Runs what the page asks for, and times it here, where nothing else happens.

import { contestants } from "./contestants.mjs";

const ready = new Map();

self.onmessage = async ({ data: { name, definition, input, count } }) => {
  try {
    if (!ready.has(name)) ready.set(name, await contestants[name](definition, input));
    const begin = performance.now();
    const succeeded = await ready.get(name)(count);
    const seconds = (performance.now() - begin) / 1000;
    if (succeeded !== count) throw new Error(`${name}: ${succeeded} of ${count} executions succeeded`);
    self.postMessage({ seconds });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
