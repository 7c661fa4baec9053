// Compiled, not run: what the package's types promise.

import init, { initSync, version } from "weir";

const started: Promise<void> = init();
init(fetch("weir_bg.wasm"));
init(new URL("weir_bg.wasm", "https://example.org"));
initSync(new Uint8Array());
const answer: string = version();

// @ts-expect-error: it takes no arguments
version(1);

export { answer, started };
