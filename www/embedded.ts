// The frame's side of an embed: what it says to the page around it, and what it hears from there. Only from its parent, and
// to nobody but its parent's origin. README.md has the table of messages; `src/workspace/embed.rs` reads them.

interface Message {
  weir: 1;
  type: string;
  [member: string]: unknown;
}

/** The origin of the page around this one, where the browser tells it before that page has said anything. */
function parentOrigin(): string | undefined {
  const [closest] = location.ancestorOrigins ?? [];
  if (closest) return closest;
  return document.referrer ? new URL(document.referrer).origin : undefined;
}

/** `whole` is done when the later part of the program is there: nothing is asked of it before. */
export function embedded(whole: Promise<void>) {
  const { parent } = window;
  let origin = parent === window ? undefined : parentOrigin();
  let hear: ((message: string) => void) | undefined;
  let height = 0;

  function post(message: Message): void {
    // A page from a file, or in a sandbox, has no origin that could be named: only the parent hears this all the same.
    if (origin !== undefined) parent.postMessage(message, origin === "null" ? "*" : origin);
  }

  const postHeight = () => post({ weir: 1, type: "resize", height });

  addEventListener("message", async (event) => {
    const { source, data } = event;
    if (source !== parent || parent === window) return;
    // What is not meant for Weir may be said here, too.
    if (typeof data !== "object" || data === null || !("weir" in data)) return;
    if (origin !== undefined && event.origin !== origin) return;
    // What was told before it was known to whom, nobody has heard.
    if (origin === undefined) void whole.then(greet);
    origin = event.origin;
    if (data.weir === 1 && data.type === "fit") {
      // Who makes the frame as high as its contents wants no more of them than there is.
      document.documentElement.toggleAttribute("data-fits", data.fits === true);
      return postHeight();
    }
    let text: string;
    try {
      text = JSON.stringify(data);
    } catch {
      return post({ weir: 1, type: "error", what: "this message cannot be written as JSON", where: "", mend: "send plain values only" });
    }
    await whole;
    hear?.(text);
  });
  const greet = () => hear?.('{"weir": 1, "type": "hello"}');
  void whole.then(() => origin !== undefined && greet());

  // A frame may be higher than the window: what floats above appears where its reader is, and stays there.
  const here = (event: Event) => {
    const { target } = event;
    if (!(target instanceof Element) || target.closest("dialog, .notice")) return;
    const y = event instanceof PointerEvent ? event.clientY : target.getBoundingClientRect().bottom;
    document.documentElement.style.setProperty("--here", `${Math.round(y)}px`);
  };
  addEventListener("pointerdown", here, { capture: true });
  addEventListener("focusin", here);

  // How high it is, whenever that changes.
  const app = document.getElementById("app")!;
  new ResizeObserver(() => {
    const now = Math.ceil(app.getBoundingClientRect().height);
    if (now === height) return;
    height = now;
    postHeight();
  }).observe(app);

  return {
    say: (message: string): void => post(JSON.parse(message)),
    listen: (to: (message: string) => void): void => void (hear = to),
  };
}
