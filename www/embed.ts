// `<weir-playground>`: an embed as an element. It makes a frame when it comes into sight, gives the frame what its attributes
// say, and is as high as what the frame shows. README.md tells the attributes, messages and events.
//
// One file without dependencies, under a name that stays, for pages of others. It works as a classic script and as a module,
// which a browser takes from another origin only where the server says that it may.

/** The folder that this file came from; a page of Weir itself takes its own. */
const script = document.currentScript ?? document.querySelector('script[src$="/embed.js"]');
const SITE = new URL("./", (script as HTMLScriptElement | null)?.src || document.baseURI).href;

/** Longer addresses are not opened by every browser. */
const LONGEST = 2_000_000;
/** A frame that says nothing for so long will not, in milliseconds. */
const PATIENCE = 20_000;

/**
 * The frame is of its own origin, which is not that of the page around it; so it cannot lift its sandbox. It needs that
 * origin: a browser loads modules and workers from no other.
 */
const SANDBOX = "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads";

/** About how high panes are before they say it: in a narrow frame, in one as wide as a text, and in a wide one. */
const HEIGHTS: Record<string, [number, number, number]> = {
  graph: [356, 356, 356],
  alias: [170, 141, 141],
  versions: [147, 147, 147],
  definition: [396, 396, 396],
  tasks: [600, 420, 390],
  input: [302, 302, 302],
};
/** Tabs of one pane. */
const TABS: Record<string, [number, number, number]> = {
  traffic: [1400, 1100, 500],
  rollout: [2200, 1970, 1440],
  compare: [600, 550, 480],
  executions: [550, 475, 440],
  cost: [400, 280, 250],
  cli: [428, 428, 428],
};
const TAB_BAR = 33;
const FOOT = 33;

const STYLES = `
  :host { display: block; position: relative; overflow: hidden; border: 1px solid color-mix(in srgb, currentColor 22%, transparent); border-radius: 6px; }
  :host([hidden]) { display: none; }
  iframe { display: block; width: 100%; border: 0; }
  .waiting { display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 10px; box-sizing: border-box; width: 100%; padding: 16px; font: 14px/1.45 system-ui, sans-serif; text-align: center; }
  .over { position: absolute; inset: 0; background: Canvas; color: CanvasText; }
  .waiting p { margin: 0; max-width: 60ch; overflow-wrap: anywhere; }
  button { padding: 5px 18px; border: 1px solid currentColor; border-radius: 4px; background: none; color: inherit; font: inherit; cursor: pointer; }
  button:focus-visible { outline: 2px solid; outline-offset: 2px; }
  svg { fill: none; stroke: #0072b2; stroke-width: 2.2; stroke-linecap: round; }
  svg .v2 { stroke: #d98200; }
`;

type Message = Record<string, unknown>;

function make<K extends keyof HTMLElementTagNameMap>(name: K, members: Partial<HTMLElementTagNameMap[K]> = {}, ...children: (Node | string)[]) {
  const element = Object.assign(document.createElement(name), members);
  element.append(...children);
  return element;
}

function logo(): SVGElement {
  const of = (name: string, attributes: Record<string, string>) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name) as SVGElement;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const svg = of("svg", { viewBox: "0 0 20 20", width: "28", height: "28", "aria-hidden": "true" });
  svg.append(of("path", { d: "M2 5c3-2 5-2 8 0s5 2 8 0M2 11c3-2 5-2 8 0" }), of("path", { d: "M10 11c3 2 5 2 8 0", class: "v2" }));
  return svg;
}

/** As links hold a workspace: deflated, in the alphabet of addresses. */
async function pack(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

class WeirPlayground extends HTMLElement {
  static observedAttributes = ["src", "workspace", "scenario", "embed", "theme", "readonly", "height", "max-height", "title"];

  #root = this.attachShadow({ mode: "open" });
  #frame: HTMLIFrameElement | undefined;
  #sight?: IntersectionObserver;
  #patience?: ReturnType<typeof setTimeout>;
  #fits?: ReturnType<typeof setInterval>;
  #origin = "";
  /** What the frame said of its height. */
  #high: number | undefined;
  #isReady = false;
  /** What is said to the frame as soon as it listens. */
  #unsaid: Message[] = [];
  #exports = new Map<number, (document: unknown) => void>();
  #asked = 0;
  /** Counts the loads: what an earlier one still waits for is nobody's. */
  #load = 0;

  constructor() {
    super();
    const styles = new CSSStyleSheet();
    styles.replaceSync(STYLES);
    this.#root.adoptedStyleSheets = [styles];
  }

  connectedCallback(): void {
    addEventListener("message", this.#hear);
    this.#wait();
    if (this.getAttribute("loading") === "click" || !globalThis.IntersectionObserver) return;
    this.#sight = new IntersectionObserver(([entry]) => entry?.isIntersecting && void this.load(), { rootMargin: "200px" });
    this.#sight.observe(this);
  }

  disconnectedCallback(): void {
    removeEventListener("message", this.#hear);
    this.#leave();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now || !this.isConnected) return;
    if (name === "height" || name === "max-height") {
      if (this.#isReady) this.#fit();
      return this.#measure();
    }
    if (!this.#frame) return name === "title" || name === "embed" ? this.#wait() : undefined;
    switch (name) {
      case "title":
        this.#frame.title = this.#title;
        break;
      case "embed":
        return this.set({ embed: now ?? "" });
      case "theme":
        return this.set({ theme: now || "auto" });
      case "readonly":
        return this.set({ readonly: now !== null });
      case "scenario":
        return now === null ? undefined : this.set({ scenario: now });
      default:
        // Another workspace, or another site: from the beginning. Attributes that change together are one change.
        void this.load();
    }
  }

  /** Loads the frame now, without waiting for it to be seen; again, where it is there. */
  async load(): Promise<void> {
    this.#leave();
    const load = ++this.#load;
    await null;
    let address: string;
    try {
      address = await this.#address();
      if (address.length > LONGEST) throw new Error("the workspace is too large for an address: leave out what is not needed");
    } catch (error) {
      if (load === this.#load && this.isConnected) this.#fail(error instanceof Error ? error.message : String(error));
      return;
    }
    if (load !== this.#load || !this.isConnected) return;
    this.#origin = new URL(address).origin;
    const frame = make("iframe", { title: this.#title, src: address, allow: "clipboard-write", referrerPolicy: "strict-origin-when-cross-origin" });
    // A frame of this page's own origin could lift it: then it would be none.
    if (this.#origin !== location.origin) frame.setAttribute("sandbox", SANDBOX);
    frame.setAttribute("part", "frame");
    // Not before: the first document of a frame is of this page's origin. And again until it has begun to listen.
    frame.addEventListener("load", () => {
      this.#fit();
      clearInterval(this.#fits);
      this.#fits = setInterval(() => this.#fit(), 500);
    });
    this.#frame = frame;
    this.#root.replaceChildren(frame, this.#cover(make("p", {}, "Weir is loading …")));
    this.#measure();
    this.#patience = setTimeout(() => this.#fail("Weir does not answer. It may be out of reach, or not allowed in other pages"), PATIENCE);
  }

  /** Changes what it shows: `weights`, `alias`, `scenario`, `workspace`, `embed`, `theme`, `readonly`. */
  set(what: Message): void {
    this.#say({ type: "set", ...what });
  }

  /** Plays anew what is shown, or the pane of this name. */
  run(pane?: string): void {
    this.#say(pane === undefined ? { type: "run" } : { type: "run", pane });
  }

  stop(): void {
    this.#say({ type: "stop" });
  }

  /** Opens a simulated execution by its number, from 1. */
  open(execution: number): void {
    this.#say({ type: "open", execution });
  }

  /** The workspace document as it is now. */
  export(): Promise<unknown> {
    const id = ++this.#asked;
    return new Promise((done) => {
      this.#exports.set(id, done);
      this.#say({ type: "export", id });
    });
  }

  get #title(): string {
    return this.title || "Weir: a playground for versions and aliases of AWS Step Functions";
  }

  /** The height that the author fixed. */
  get #fixed(): number | undefined {
    return parseFloat(this.getAttribute("height") ?? "") || undefined;
  }

  get #panes(): string[] {
    return (this.getAttribute("embed") || "graph,alias,traffic").split(",").map((name) => name.trim());
  }

  /** About what it will be. */
  get #guess(): number {
    const wide = this.clientWidth;
    const size = wide < 560 ? 0 : wide < 1000 ? 1 : 2;
    const panes = this.#panes;
    const tabs = panes.filter((name) => name in TABS);
    const simulation = (TABS[tabs[0] ?? ""]?.[size] ?? 0) + (tabs.length > 1 ? TAB_BAR : 0);
    // The others stand two by two where there is room.
    const others = panes.map((name) => HEIGHTS[name]?.[size] ?? 0).filter(Boolean);
    let high = 0;
    for (let n = 0; n < others.length; n += wide < 690 ? 1 : 2) high += Math.max(others[n]!, wide < 690 ? 0 : (others[n + 1] ?? 0));
    return Math.max(high + simulation, 60) + FOOT;
  }

  #measure(): void {
    const most = parseFloat(this.getAttribute("max-height") ?? "") || Infinity;
    const height = `${this.#fixed ?? Math.min(this.#high ?? this.#guess, most)}px`;
    if (this.#frame) this.#frame.style.height = height;
    else this.#root.querySelector<HTMLElement>(".waiting")?.style.setProperty("min-height", height);
  }

  /** The address of the frame. */
  async #address(): Promise<string> {
    const site = new URL(this.getAttribute("src") || SITE, document.baseURI);
    const given = new Map<string, string | undefined>();
    for (const part of site.hash.slice(1).split("&").filter(Boolean)) {
      const [key = "", value] = part.split(/=(.*)/s, 2);
      given.set(key, value);
    }
    site.hash = "";
    const workspace = this.getAttribute("workspace");
    const scenario = this.getAttribute("scenario");
    if (workspace) {
      given.delete("scenario");
      // What is packed has neither dot nor slash; the name of a file has.
      given.set("w", /[./]/.test(workspace) ? await this.#file(workspace) : workspace.replace(/^#?w=/, ""));
    } else if (scenario) {
      given.delete("w");
      given.set("scenario", scenario);
    }
    if (this.hasAttribute("embed") || !given.has("embed")) given.set("embed", this.#panes.join(","));
    if (this.hasAttribute("theme")) given.set("theme", this.getAttribute("theme")!);
    if (this.hasAttribute("readonly")) given.set("readonly", undefined);
    const parts = [...given].map(([key, value]) => (value === undefined ? key : `${key}=${value}`));
    return `${site.href.replace(/#$/, "")}#${parts.join("&")}`;
  }

  /** A workspace that lies beside the author's page. */
  async #file(name: string): Promise<string> {
    const url = new URL(name, document.baseURI).href;
    const response = await fetch(url).catch(() => undefined);
    if (!response?.ok) throw new Error(`the workspace could not be read from ${url}${response ? `: the server answered ${response.status}` : ""}`);
    return pack(await response.text());
  }

  #leave(): void {
    this.#sight?.disconnect();
    clearTimeout(this.#patience);
    clearInterval(this.#fits);
    this.#load++;
    this.#frame = undefined;
    this.#high = undefined;
    this.#isReady = false;
    this.#unsaid = [];
    this.#root.replaceChildren();
  }

  /** What stands here until it is loaded. What the author put into the element is shown in it, and alone without JavaScript. */
  #wait(): void {
    const load = make("button", { type: "button", textContent: "Load", ariaLabel: `Load ${this.#title}` });
    load.addEventListener("click", () => void this.load());
    const waiting = make("div", { className: "waiting" }, logo(), make("p", {}, this.#title), load, make("slot"));
    this.#root.replaceChildren(waiting);
    this.#measure();
  }

  #cover(...contents: Node[]): HTMLElement {
    return make("div", { className: "waiting over" }, logo(), ...contents);
  }

  /** Tells the frame whether it is made as high as what it shows. */
  #fit(): void {
    this.#post({ type: "fit", fits: this.#fixed === undefined });
  }

  #fail(why: string): void {
    clearInterval(this.#fits);
    const again = make("button", { type: "button", textContent: "Try again" });
    again.addEventListener("click", () => void this.load());
    const told = make("p", {}, `${why.charAt(0).toUpperCase()}${why.slice(1)}.`);
    told.setAttribute("role", "alert");
    const cover = this.#cover(told, again, make("slot"));
    if (!this.#frame) cover.classList.remove("over");
    this.#root.querySelector(".over")?.remove();
    this.#root.append(cover);
    this.#measure();
    this.#tell("error", { what: why, where: "", mend: "look at the attributes of the element" });
  }

  #say(message: Message): void {
    if (this.#isReady) this.#post(message);
    else this.#unsaid.push(message);
  }

  #post(message: Message): void {
    this.#frame?.contentWindow?.postMessage({ weir: 1, ...message }, this.#origin);
  }

  #tell(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #hear = ({ source, origin, data }: MessageEvent): void => {
    if (!this.#frame || source !== this.#frame.contentWindow || origin !== this.#origin) return;
    if (typeof data !== "object" || data === null || data.weir !== 1 || typeof data.type !== "string") return;
    const { weir, type, ...detail } = data;
    // It draws; and when it is ready, it listens.
    clearTimeout(this.#patience);
    this.#root.querySelector(".over")?.remove();
    if (type === "ready" && !this.#isReady) {
      this.#isReady = true;
      clearInterval(this.#fits);
      this.#fit();
      for (const message of this.#unsaid.splice(0)) this.#post(message);
    }
    if (type === "resize" && Number.isFinite(data.height)) {
      this.#high = Math.min(Math.max(data.height, 40), 20_000);
      this.#measure();
    }
    if (type === "workspace") {
      this.#exports.get(data.id)?.(data.workspace);
      this.#exports.delete(data.id);
    }
    this.#tell(type, detail);
  };
}

if (!customElements.get("weir-playground")) customElements.define("weir-playground", WeirPlayground);
