// FILE: the main path through a page in Debian's Firefox, over WebDriver BiDi. Prints what it found as JSON; tests/explorer judges it.
import puppeteer from "puppeteer-core";
import { pathToFileURL } from "node:url";

// The size is the window's: to set a viewport, puppeteer asks for commands that Debian's Firefox does not know.
const browser = await puppeteer.launch({
  browser: "firefox", executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr", headless: true,
  defaultViewport: null, args: ["--width=1280", "--height=900"],
});
try {
  const page = await browser.newPage();
  const faults = [];
  page.on("console", (message) => ["error", "warn"].includes(message.type()) && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(error.message));
  await page.goto(pathToFileURL(process.argv[2]).href);
  await page.waitForFunction("latebloom.state.steps.value.length > 0", { timeout: 60_000 });
  const settle = () => page.evaluate("new Promise((r) => setTimeout(r, 100)).then(() => latebloom.whenIdle())");
  const shown = () => page.evaluate("({ step: latebloom.state.step.value, frequency: latebloom.state.frequency.value, story: latebloom.state.storyStop.value, hash: location.hash })");
  await settle();
  const found = { first: await shown() };

  found.colours = await page.evaluate(() => {
    const canvas = document.querySelector("#view-losses canvas");
    return new Set(new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size;
  });
  await page.keyboard.press("Home");
  await settle();
  found.home = await shown();
  await page.click(".chip");
  found.lit = await shown();
  await page.keyboard.press("s");
  await settle();
  found.story = await shown();
  await page.keyboard.press("n");
  await settle();
  found.next = await shown();
  await page.keyboard.press("Escape");
  found.closed = await shown();
  found.overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  console.log(JSON.stringify({ ...found, faults }));
} finally {
  await browser.close();
}
