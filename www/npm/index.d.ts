import type { InitInput } from "./weir.js";

// What the library exports is typed there; these two are of the package.
export * from "./weir.js";

/**
 * Compiles and starts the library: once, before anything else of it is used. Without an argument it takes the
 * `weir_bg.wasm` beside this file.
 */
export default function init(source?: InitInput | Promise<InitInput>): Promise<void>;

/** As {@link init}, for who has the bytes or the compiled module already. */
export function initSync(module: BufferSource | WebAssembly.Module): void;
