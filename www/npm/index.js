import start, { initSync as startSync } from "./weir.js";

export { validate, version } from "./weir.js";
export { Playground, simulate } from "./playground.js";

export default async function init(source = new URL("./weir_bg.wasm", import.meta.url)) {
  await start({ module_or_path: source });
}

export function initSync(module) {
  startSync({ module });
}
