// The first script of a worker: takes the page's compiled module and starts it. The program sees by its global scope
// that this is a worker, and sets `onmessage`.

import { laterPart } from "./later";

declare const self: {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  removeEventListener(type: "message", listener: (event: MessageEvent) => void): void;
};

const trouble = (what: string) => self.postMessage({ trouble: what });

self.onmessage = async ({ data: { module, glue, later, laterModule } }) => {
  self.onmessage = null;
  globalThis.weir = { trouble, later: laterPart(later, laterModule).join } as typeof globalThis.weir;
  // What the page says before the program listens.
  const early: MessageEvent[] = [];
  const keep = (event: MessageEvent) => void early.push(event);
  self.addEventListener("message", keep);
  try {
    const { default: init } = await import(glue);
    await init({ module_or_path: module });
  } catch (error) {
    trouble(`the program could not be started: ${error}`);
    throw error;
  }
  self.removeEventListener("message", keep);
  const listen = (self as { onmessage: ((event: MessageEvent) => void) | null }).onmessage;
  for (const event of early) listen?.(event);
};
