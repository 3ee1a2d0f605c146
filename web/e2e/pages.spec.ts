// Every page × two languages × two themes × three widths: opens, is ready, does not overflow,
// axe finds nothing, no word is missing, nothing is printed to the console. ONLY=data,clean
// picks pages. Pictures are kept in e2e/shots.

import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cannot, openHouse, type House } from "./harness";
import { addressOf, firstQueue, pages } from "./pages";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const widths = [1440, 1280, 1024];
const only = process.env["ONLY"]?.split(",");

describe.skipIf(cannot !== "")(`pages ${cannot}`, () => {
  let house: House;
  let page: Page;
  let queue = "";
  const said: string[] = [];
  beforeAll(async () => {
    mkdirSync("e2e/shots", { recursive: true });
    house = await openHouse();
    queue = firstQueue(house);
    page = await house.context.newPage();
    page.on("console", (m) => (m.type() === "error" || m.type() === "warning") && said.push(m.text()));
    page.on("response", (r) => r.status() >= 400 && said.push(`${r.status()} ${r.request().method()} ${r.url()}`));
    page.on("pageerror", (e) => said.push(String(e)));
  });
  afterAll(async () => house?.close());

  for (const p of pages.filter((p) => !only || only.includes(p.name))) {
    for (const lang of ["zh", "en"] as const) {
      test(`${p.name} ${lang}`, async () => {
        const address = addressOf(p, house.product, queue);
        said.length = 0;
        await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
        await page.goto(`${address}${address.includes("?") ? "&" : "?"}lang=${lang}`);
        for (const theme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" }); // without a new load
          for (const width of widths) {
            await page.setViewportSize({ width, height: 900 });
            await ready(page);
            await page.screenshot({ path: `e2e/shots/${p.name}-${lang}-${theme}-${width}.png` });
            expect(await overflow(page), `${theme} ${width}: wider than the window`).toEqual([]);
            expect(await rawKeys(page), `${theme} ${width}: words that are missing`).toEqual([]);
            expect(said, `${theme} ${width}: said on the console`).toEqual([]);
          }
          expect(await violations(page), `${theme}: axe`).toEqual([]);
        }
      });
    }
  }
});

async function ready(page: Page): Promise<void> {
  await page.waitForSelector("h1");
  await page.waitForFunction(() => !document.querySelector('[data-face="loading"], [data-chart]:not([data-drawn])'), undefined, { timeout: 15_000 });
  await page.waitForLoadState("load").catch(() => undefined);
  await page.evaluate(() => document.fonts.ready);
}

function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    const out: string[] = [];
    if (document.documentElement.scrollWidth > room) out.push(`the page: ${document.documentElement.scrollWidth} > ${room}`);
    for (const el of document.querySelectorAll("header *, nav *, main *")) {
      const box = el.getBoundingClientRect();
      if (box.width && box.right > room + 1 && !el.closest("[data-scroll], .ant-table, .ant-tabs-nav, [data-wide]")) out.push(`${el.tagName} ${el.textContent?.slice(0, 30)}: ${Math.round(box.right)} > ${room}`);
    }
    return out.slice(0, 5);
  });
}

/** rawKeys finds keys of the words files that stand where words should; what users wrote, [data-said], may hold braces. */
function rawKeys(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found: string[] = [];
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const around = node.parentElement;
      if (!around || around.closest("[data-said], script, style") || !around.checkVisibility()) continue;
      found.push(...[...node.textContent!.matchAll(/\b(?:title|col|stage|empty|job|table|fault|nav)_[a-z_]+\b|\{\w+\}/g)].map((m) => m[0]));
    }
    return found;
  });
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const run = (window as unknown as { axe: { run(o: object): Promise<{ violations: { id: string; help: string; nodes: { target: unknown[]; failureSummary: string }[] }[] }> } }).axe;
    const { violations } = await run.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return violations.map((v) => `${v.id}: ${v.help} ${v.nodes.slice(0, 3).map((n) => `${n.target.join(" ")} ${n.failureSummary.replace(/\s+/g, " ").slice(0, 200)}`).join(" | ")}`);
  });
}
