// The first script of the page: compiles the WebAssembly module once, starts it, and offers it what Rust cannot do for
// itself. `src/worker/handle.rs`, `src/ui/host.rs`, `src/ui/editor/host.rs` and `src/ui/trouble.rs` are its typed other side.

import type { embedded } from "./embedded";
import { compile, laterPart } from "./later";
import { openEditors } from "./open-editors";

/** Put in by `build.mjs`. */
declare const WORKER: string;

const THEME = "weir.theme"; // as in src/ui/theme.rs
const RESCUED = "weir.rescued";
const WORKSPACE = "weir.workspace"; // as in src/ui/store/keep.rs

/** A part of another page: it reads nothing of what its visitor keeps here, and keeps nothing. */
const isEmbed = /[#&]embed(=|&|$)/.test(location.hash); // as in src/workspace/embed.rs

/** What is asked of the store, where a page may have one. */
function stored<T>(ask: (storage: Storage) => T): T | undefined {
  try {
    return isEmbed ? undefined : ask(localStorage);
  } catch {
    return undefined; // private mode, or full
  }
}

const theme = isEmbed ? /[#&]theme=(\w+)/.exec(location.hash)?.[1] : stored((storage) => storage.getItem(THEME));
document.documentElement.toggleAttribute("data-embed", isEmbed);
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;

// Trunk fills in the names of the files (Trunk.toml).
const script = document.querySelector<HTMLScriptElement>("script[data-wasm]")!;
const url = (name: string) => new URL(script.dataset[name]!, document.baseURI).href;

let module: WebAssembly.Module | undefined;
const later = laterPart(script.dataset.later && url("later"));

const rescue = new Map<string, string>(
  stored((storage) => {
    const found = JSON.parse(storage.getItem(RESCUED) ?? "[]");
    storage.removeItem(RESCUED);
    return found;
  }) ?? [],
);

let troubled = false;

/** Says that the program failed, and offers what the author typed. */
function trouble(what: string): void {
  if (troubled) return; // what follows a failure says nothing new
  troubled = true;
  const texts = () => [...openEditors].map((editor) => [editor.label, editor.doc] as const);
  const keep = () => stored((storage) => (storage.setItem(RESCUED, JSON.stringify(texts())), true)) ?? false;
  const kept = keep();
  const hasText = openEditors.size > 0;
  // The editors still work, and who goes on typing keeps that, too.
  addEventListener("pagehide", keep);

  const banner = document.createElement("div");
  banner.className = "trouble";
  banner.setAttribute("role", "alert");
  const sentence = document.createElement("p");
  sentence.textContent =
    !hasText
      ? "Weir could not go on: this is a fault of Weir, not yours."
      : kept
        ? "Weir could not go on: this is a fault of Weir, not yours. Your text is kept and comes back when the page is loaded again."
        : "Weir could not go on: this is a fault of Weir, not yours. Your text could not be stored here: please download it.";
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = "What happened";
  const report = document.createElement("pre");
  report.textContent = what;
  details.append(summary, report);

  const button = (label: string, act: () => void) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", act);
    return button;
  };
  const buttons = document.createElement("p");
  if (kept || !hasText) buttons.append(button("Load the page again", () => location.reload()));
  if (hasText) {
    buttons.append(
      button("Download my text", () => texts().forEach(([label, text]) => download(`${label}.txt`, text))),
      button("Start without my text", () => {
        removeEventListener("pagehide", keep);
        stored((storage) => storage.removeItem(RESCUED));
        // What the page keeps of itself may be what it failed on. It stays where a human can find it.
        stored((storage) => storage.setItem(`${WORKSPACE}.broken`, storage.getItem(WORKSPACE) ?? ""));
        stored((storage) => storage.removeItem(WORKSPACE));
        location.reload();
      }),
    );
  }
  banner.append(sentence, buttons, details);
  document.body.prepend(banner);
}

function download(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A worker that runs this page's module: compiled once, never fetched again. `died` hears, once, why it is no more. */
function startWorker(died: (why: string) => void): Worker | undefined {
  let worker: Worker;
  try {
    worker = new Worker(new URL(WORKER, import.meta.url), { type: "module", name: "weir" });
  } catch {
    return undefined; // in a sandbox without an origin
  }
  let dead = false;
  const die = (why: string) => {
    if (dead) return;
    dead = true;
    worker.terminate();
    died(why);
  };
  worker.addEventListener("message", ({ data }) => {
    if (typeof data?.trouble === "string") die(data.trouble);
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    die(event.message ?? "it could not be started");
  });
  worker.postMessage({ module, glue: url("glue"), later: later.url, laterModule: later.module });
  return worker;
}

/** What an embed says and hears; set before the program begins. */
let around: ReturnType<typeof embedded> | undefined;

const host = {
  later: later.join,
  say: (message: string): void => around?.say(message),
  listen: (hear: (message: string) => void): void => around?.listen(hear),
  loadEmbed: () => import(new URL("./embed.js", import.meta.url).href),
  startWorker,
  trouble,
  /** From then on it is this script that keeps the author's texts. */
  isTroubled: (): boolean => troubled,
  download,
  rescued: (label: string): string | undefined => {
    const text = rescue.get(label);
    rescue.delete(label);
    return text;
  },
  loadEditor: () => import("./editor"),
  loadDiff: () => import("./diff"),
};

declare global {
  var weir: typeof host;
}
globalThis.weir = host;

try {
  let whole = () => {};
  const isWhole = new Promise<void>((done) => (whole = done));
  const [compiled, glue, frame] = await Promise.all([
    compile(url("wasm")),
    import(url("glue")),
    isEmbed ? import("./embedded") : undefined,
  ]);
  around = frame?.embedded(isWhole);
  module = compiled;
  await glue.default({ module_or_path: compiled });
  // When the first view is drawn. Safari does not tell when it is idle.
  const whenIdle = globalThis.requestIdleCallback ?? ((act: () => void) => setTimeout(act, 500));
  whenIdle(() => void later.fetch().then(whole), { timeout: 2_000 });
} catch (error) {
  trouble(`the program could not be started: ${error}`);
  throw error;
}
