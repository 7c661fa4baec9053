// What the page tests stand on: the site served from under a path as a host would, with the page's own
// Content-Security-Policy as a header; a browser; and a page that fails its test on any error it logs.

import { createReadStream } from "node:fs";
import { mkdir, readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const require = createRequire(join(root, "www/package.json"));
const { chromium } = require("playwright-core");

const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** Serves folders under paths: `{ "/weir/": "dist" }`. Answers with the address and what ends it. */
export async function serve(folders, headers = {}) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const [base, folder] = Object.entries(folders).find(([base]) => pathname.startsWith(base)) ?? [];
    const path = base && normalize(join(root, folder, decodeURIComponent(pathname.slice(base.length)) || "index.html"));
    const found = path?.startsWith(join(root, folder) + sep) && (await stat(path).catch(() => undefined))?.isFile();
    if (!found) return void response.writeHead(404, headers).end("not found");
    response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream", ...headers });
    createReadStream(path).pipe(response);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** The policy that stands in the page. */
export async function policy() {
  const html = await readFile(join(root, "dist/index.html"), "utf8");
  return /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(html)[1];
}

/** Debian's Chromium, or another one by `$CHROMIUM`; nothing is downloaded. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * A browser and the site, for the tests of one file: `const rig = await start()`, and `after(() => rig.close())`.
 */
export async function start() {
  const [site, browser] = await Promise.all([
    serve({ "/weir/": "dist" }, { "content-security-policy": await policy() }),
    launch(),
  ]);

  /**
   * Opens the page in a profile of its own, hands it to `use`, and fails where the page logged an error, threw one,
   * asked for what is not there, or met the Content-Security-Policy. `expected` names errors that belong to the test;
   * `url` is that of a page of somebody else.
   */
  async function visit({ width = 1440, height = 900, theme = "light", hash = "", path = "", url, expected = [] }, use) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion: "reduce" });
    const troubles = [];
    try {
      const page = await context.newPage();
      page.on("console", (message) => {
        // Who is faster than the later part of the program waits for it (www/later.ts): Chromium warns of the way that is done.
        if (/trunk\/ws|Synchronous XMLHttpRequest/.test(message.text())) return;
        if (["error", "warning"].includes(message.type())) troubles.push(`${message.type()}: ${message.text()}`);
      });
      page.on("pageerror", (error) => troubles.push(`thrown: ${error}`));
      page.on("response", (response) => {
        if (response.status() >= 400) troubles.push(`${response.status()} for ${response.url()}`);
      });
      await page.addInitScript(() => {
        addEventListener("securitypolicyviolation", (event) => {
          console.error(`policy: ${event.violatedDirective} refused ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`);
        });
      });
      await page.goto(url ?? `${site.url}/weir/${path}${hash}`);
      await use(page);
    } finally {
      await context.close();
    }
    const unexpected = troubles.filter((trouble) => !expected.some((pattern) => pattern.test(trouble)));
    if (unexpected.length > 0) throw new Error(`the page is in trouble:\n${unexpected.join("\n")}`);
  }

  async function close() {
    await browser.close();
    site.close();
  }

  return { browser, site, visit, close };
}

/** Takes a picture for people to look at: `target/screens/NAME-WIDTH-THEME.png`. */
export async function screenshot(page, name) {
  const folder = join(root, "target/screens");
  await mkdir(folder, { recursive: true });
  const dark = await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme === "dark" || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches));
  const path = join(folder, `${name}-${page.viewportSize().width}-${dark ? "dark" : "light"}.png`);
  await page.screenshot({ path });
}

/** What axe-core finds that is serious or worse, a line each. */
export async function accessibility(page) {
  const source = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");
  // Through the debugger's protocol: the page's policy holds for scripts that a page adds.
  await page.evaluate(source);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} (${target.flat(9).join(" ")})`));
}
