// The later part of the program: what its first view does not need is a second WebAssembly module (`xtask/split`), which
// works on the memory of the first. It is fetched when the page is idle, or at once where a function of it is called.

export async function compile(url: string): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${response.url}`);
  // Hosts that do not know the type of .wasm files cannot be compiled from as they stream.
  return response.headers.get("content-type")?.startsWith("application/wasm")
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

/** As [`compile`], and does not return before it is done: a function is being called. */
function compileNow(url: string): WebAssembly.Module {
  const request = new XMLHttpRequest();
  request.open("GET", url, false);
  // In a page, this is the only way to ask for bytes and wait for them.
  request.overrideMimeType("text/plain; charset=x-user-defined");
  request.send();
  if (request.status !== 200) throw new Error(`the server answered ${request.status} for ${url}`);
  const text = request.responseText;
  return new WebAssembly.Module(Uint8Array.from(text, (unit) => unit.charCodeAt(0) & 0xff));
}

/** There is none, and no `url`, where the page was not built to be published. */
export function laterPart(url: string | undefined, module?: WebAssembly.Module) {
  let first: WebAssembly.Exports | undefined;

  function put(compiled: WebAssembly.Module): void {
    part.module = compiled;
    const isThere = first!.loaded as WebAssembly.Global;
    if (!isThere.value) new WebAssembly.Instance(compiled, { 0: first! as WebAssembly.ModuleImports });
  }

  const part = {
    url,
    module,
    /** `src/worker/later.rs`: takes the exports of the first part; with nothing, returns when the later part is there. */
    join: (exports: WebAssembly.Exports | null): void => {
      if (exports) first = exports;
      else put(part.module ?? compileNow(url!));
    },
    fetch: async (): Promise<void> => {
      // Where it fails, the first call of a later function tries again, and tells.
      if (url && first) await compile(url).then(put, () => {});
    },
  };
  return part;
}
