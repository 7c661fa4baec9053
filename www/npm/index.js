import { started } from "./playground.js";
import start, { initSync as startSync } from "./weir.js";

export { Playground, simulate, validate, version } from "./playground.js";

export default async function init(source = new URL("./weir_bg.wasm", import.meta.url)) {
  await start({ module_or_path: source });
  started();
}

export function initSync(module) {
  startSync({ module });
  started();
}
