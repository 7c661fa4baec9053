// The page at work, as it is published: what its main thread is busy with when a weight moves, and how long a definition
// of many states takes after a keystroke. Busy time is what the browser itself counts (Performance.getMetrics), with
// layout and paint; waiting for the next frame is not work.

import { start } from "../../tests/e2e/rig.mjs";

const MOVES = 80;
const WARM = 20;
const EXECUTIONS = 100_000;
const STATES = 200;

const rank = (numbers, share) => numbers.toSorted((a, b) => a - b)[Math.ceil(numbers.length * share) - 1];
const ms = (seconds) => (1000 * seconds).toFixed(1);

const rig = await start();
try {
  await rig.visit({ height: 1100 }, async (page) => {
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    const busy = async () => {
      const { metrics } = await session.send("Performance.getMetrics");
      return metrics.find(({ name }) => name === "TaskDuration").value;
    };
    const drawn = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));
    const said = page.getByRole("region", { name: "Simulate" }).getByRole("status");
    const editor = page.getByRole("textbox", { name: "Definition" });
    await page.locator(".cm-content").waitFor();
    await page.getByRole("spinbutton", { name: "executions" }).fill(String(EXECUTIONS));
    await page.keyboard.press("Enter");
    await said.filter({ hasText: /^100,000 executions/ }).waitFor({ timeout: 60_000 });

    await editor.click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("End");
    // What asking costs by itself, which is none of the page's doing.
    const idle = [];
    for (let n = 0; n < 20; n++) {
      const before = await busy();
      await drawn();
      idle.push((await busy()) - before);
    }
    const moves = [];
    for (let n = 0; n < MOVES; n++) {
      // What the keystroke itself costs is measured below.
      await page.keyboard.type(" ");
      await drawn();
      await drawn();
      const before = await busy();
      await page.evaluate((weight) => {
        const slider = document.querySelector(".weight-control input[type=range]");
        slider.value = String(weight);
        slider.dispatchEvent(new Event("input", { bubbles: true }));
      }, 5 + (n % 90));
      await drawn();
      moves.push((await busy()) - before - rank(idle, 0.5));
    }
    // The browser compiles what runs often once more, and better.
    const [early, warm] = [moves.slice(0, WARM), moves.slice(WARM)];
    console.log(`a weight moved, ${EXECUTIONS.toLocaleString("en")} executions told anew and drawn beside an editor that is typed in:`);
    for (const [name, moves] of [[`the first ${WARM}`, early], ["later ones", warm]]) {
      console.log(`  ${name}: median ${ms(rank(moves, 0.5))} ms, 95th percentile ${ms(rank(moves, 0.95))} ms (a frame is 16.7 ms)`);
    }

    const states = {};
    for (let n = 0; n < STATES; n++) {
      states[`Step${n}`] = { Type: "Pass", Result: { n }, ...(n + 1 < STATES ? { Next: `Step${n + 1}` } : { End: true }) };
    }
    await editor.click();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText(JSON.stringify({ Comment: "x", StartAt: "Step0", States: states }, null, 2));
    await page.waitForTimeout(1500);
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    for (let n = 0; n < 3; n++) await page.keyboard.press("ArrowLeft");
    const strokes = [];
    for (let n = 0; n < 30; n++) {
      const before = await busy();
      await page.keyboard.type("y");
      await drawn();
      strokes.push((await busy()) - before - rank(idle, 0.5));
    }
    console.log(`a keystroke in a definition of ${STATES} states, to its findings and its picture:`);
    console.log(`  median ${ms(rank(strokes, 0.5))} ms, 95th percentile ${ms(rank(strokes, 0.95))} ms of ${strokes.length}`);
  });
} finally {
  await rig.close();
}
