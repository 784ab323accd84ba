// The desk's page in a browser: file, inbox, decide by keyboard, export, sheet; two people; what a screen reader is told.
// `npm test`, with Debian's chromium (CHROMIUM names another one). SCREENSHOTS=DIR keeps pictures.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { ARTICLES, Server } from "./server.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PICTURES = process.env.SCREENSHOTS;
let browser;
let server;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  server = await Server.start();
  await server.post("/v1/flag?add=true", ARTICLES);
});

after(async () => {
  await browser.close();
  await server.stop();
});

async function desk(options = {}, name = "Ann") {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  const page = await context.newPage();
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(error.message));
  page.on("console", (message) => { if (message.type() === "error" && !message.text().includes("409")) page.faults.push(message.text()); });
  await page.goto(server.address);
  await page.waitForSelector(".card[aria-current]");
  if (name) {
    await page.fill("#who", name);
    await page.press("#who", "Escape");
  }
  return page;
}

async function ready(page) {
  await page.waitForSelector("#pair .texts");
}

/** Violations that axe finds, in words. The page's own policy keeps scripts out, so axe comes by the debugger. */
async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(" ")).slice(0, 3).join("; ")}`);
}

async function picture(page, name) {
  if (!PICTURES) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: `${PICTURES}/${name}.png` });
}

test("matches are read, decided by keyboard, exported and printed", async () => {
  const page = await desk();
  await ready(page);
  const cards = await page.locator(".card").count();
  assert.ok(cards >= 4, `${cards} cards`);
  // down and up again
  const first = await page.locator(".card[aria-current]").getAttribute("data-match");
  await page.keyboard.press("j");
  await page.waitForFunction((id) => document.querySelector(".card[aria-current]").dataset.match !== id, first);
  await page.keyboard.press("k");
  await page.waitForFunction((id) => document.querySelector(".card[aria-current]").dataset.match === id, first);
  await ready(page);
  // yes: the next one is there at once
  await page.keyboard.press("y");
  await page.waitForSelector(`.card[data-match="${first}"].decided`);
  await page.waitForFunction((id) => document.querySelector(".card[aria-current]").dataset.match !== id, first);
  const second = await page.locator(".card[aria-current]").getAttribute("data-match");
  await page.waitForSelector('[data-decision="partial"]');
  // no asks why
  await page.keyboard.press("n");
  await page.waitForSelector("#reason[open]");
  await page.keyboard.press("4");
  await page.waitForSelector(`.card[data-match="${second}"].decided`);
  await page.waitForFunction((id) => document.querySelector(".card[aria-current]").dataset.match !== id, second);
  // undo goes back to what was decided last
  await page.keyboard.press("u");
  await page.waitForFunction((id) => !document.querySelector(`.card[data-match="${id}"]`).classList.contains("decided"), second);
  assert.equal(await page.locator(".card[aria-current]").getAttribute("data-match"), second);
  await page.waitForFunction(() => document.querySelectorAll(".events li").length === 2);
  await page.keyboard.press("p");
  await page.waitForSelector(`.card[data-match="${second}"].decided`);

  const lines = (await (await server.get("/v1/export.jsonl?decision=decided")).text()).trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map((line) => line.stands.decision).sort(), ["derived", "partial"]);
  const sheet = await page.context().newPage();
  await sheet.goto(`${server.address}/v1/matches/${first}/sheet`);
  assert.match(await sheet.locator("footer").innerText(), /Ann: derived/);
  assert.equal(await sheet.locator("script").count(), 0);
  const pdf = await sheet.pdf({ format: "A4" });
  assert.ok(pdf.length > 5000);
  await picture(sheet, "sheet");
  assert.deepEqual(await violations(sheet), []);
  assert.deepEqual(page.faults, []);
});

test("of two people on one match the second is told of the first", async () => {
  const [ann, bob] = [await desk({}, "Ann"), await desk({}, "Bob")];
  for (const page of [ann, bob]) await ready(page);
  const id = await ann.locator(".card[aria-current]").getAttribute("data-match");
  assert.equal(await bob.locator(".card[aria-current]").getAttribute("data-match"), id);
  // Bob's page hears nothing for a moment
  await bob.route("**/v1/matches/*", (route) => route.abort());
  await ann.keyboard.press("y");
  await ann.waitForSelector(`.card[data-match="${id}"].decided`);
  await bob.keyboard.press("p");
  await bob.waitForSelector("#toast:not([hidden])");
  await bob.unroute("**/v1/matches/*");
  const events = (await (await server.get(`/v1/matches/${id}`)).json()).events;
  assert.deepEqual([events.length, events[0].who], [1, "Ann"], "nothing was written over");
  // now he sees it, and may say otherwise
  await bob.reload();
  await bob.selectOption("#decision", "");
  await bob.locator(`.card[data-match="${id}"]`).click();
  await bob.waitForFunction(() => document.querySelector(".events") && document.querySelector(".events").textContent.includes("Ann"));
  await bob.keyboard.press("u");
  await bob.waitForFunction(() => document.querySelectorAll(".events li").length === 2);
  await ann.close();
  await bob.close();
});

test("what comes in and what others decide is seen without a reload", async () => {
  const page = await desk();
  await ready(page);
  await server.post("/v1/flag?add=true", { ...ARTICLES[1], id: "late/1", title: "A late print", source: "Late Paper" });
  await page.waitForSelector("#news:not([hidden])");
  await page.click("#news");
  await page.waitForFunction(() => [...document.querySelectorAll(".card strong")].some((title) => title.textContent === "A late print"));
  const id = await page.locator(".card").first().getAttribute("data-match");
  await server.post(`/v1/matches/${id}/decision`, { decision: "derived", who: "Somebody" });
  await page.waitForSelector(`.card[data-match="${id}"].decided`);
  assert.deepEqual(page.faults, []);
  await page.close();
});

test("what a feed brings is in the inbox, and one that fails is told", async () => {
  const folder = mkdtempSync(join(tmpdir(), "retold-feed-"));
  const path = join(folder, "wire.rss");
  const own = await Server.start(["--feed", path, "--feed-every", "1"]);
  const state = async () => (await (await own.get("/v1/status")).json()).feeds[0];
  while (!(await state()).is_failing) await new Promise((resolve) => setTimeout(resolve, 100));
  const page = await browser.newPage();
  await page.goto(own.address);
  await page.waitForFunction(() => document.querySelector("#tally").textContent.includes("1 feed fails"));
  const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const items = ARTICLES.slice(0, 2).map(({ id, title, text }) => `<item><guid>${id}</guid><title>${escaped(title)}</title><content:encoded>${escaped(text)}</content:encoded></item>`);
  writeFileSync(path, `<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Wire</title>${items.join("")}</channel></rss>`);
  // an empty inbox fills by itself
  await page.waitForSelector(".card[data-match]");
  while ((await state()).is_failing) await new Promise((resolve) => setTimeout(resolve, 100));
  await page.reload();
  await page.waitForSelector(".card[data-match]");
  assert.equal(await page.textContent("#tally"), "1 match undecided · 1 match in all · 2 articles");
  await page.close();
  await own.stop();
  rmSync(folder, { recursive: true });
});

test("the archive is searched, and an article's family drawn", async () => {
  const page = await desk();
  await page.keyboard.press("/");
  await page.keyboard.type("orrin brandt");
  await page.waitForFunction(() => document.querySelectorAll(".card").length >= 3 && document.querySelector("#status").textContent.includes("article"));
  await page.locator(".card", { hasText: "Orrin dam closed after" }).click();
  await page.waitForFunction(() => document.querySelector(".article-text") && document.querySelector("#detail h2").textContent.startsWith("Orrin dam closed after"));
  await picture(page, "article");
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Family" }).click();
  await page.waitForFunction(() => document.querySelector("#detail h2").textContent.startsWith("Family of"));
  assert.ok(await page.locator(".tree .link").count() >= 3);
  await picture(page, "family");
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(page.faults, []);
  await page.close();
});

test("hostile texts stay texts", async () => {
  const page = await desk();
  await page.selectOption("#decision", "");
  for (const card of await page.locator(".card").all()) {
    await card.click();
    await ready(page);
  }
  await page.fill("#outlet", "</script>");
  await page.press("#outlet", "Enter");
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.equal(await page.locator("img").count(), 0);
  assert.equal(await page.locator('a[href^="javascript"]').count(), 0);
  await page.close();
});

for (const scheme of ["light", "dark"]) {
  for (const width of [1400, 420]) {
    test(`nothing is in a screen reader's way, ${scheme}, ${width} pixels wide`, async () => {
      const page = await desk({ colorScheme: scheme, viewport: { width, height: 900 } });
      await page.selectOption("#decision", "");
      await page.waitForTimeout(300);
      await picture(page, `inbox-${scheme}-${width}`);
      assert.deepEqual(await violations(page), []);
      await page.locator(".card").first().click();
      await ready(page);
      await picture(page, `match-${scheme}-${width}`);
      assert.deepEqual(await violations(page), []);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${wide} pixels stand out`);
      await page.keyboard.press("?");
      await page.waitForSelector("#keys[open]");
      assert.deepEqual(await violations(page), []);
      await page.close();
    });
  }
}
