// Every number on a page is a door: a link or a button, in a row that opens, or the count of rows that stand
// on the same page. Links that are counts are followed: the page behind holds just so many rows ([data-total]).
// [data-measure] marks what is counted from no rows: a time, a seed, a bound. [data-grouped] counts groups of the
// rows behind. ONLY=home,data picks pages.

import type { Page, Response } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cannot, openHouse, type House } from "./harness";
import { addressOf, firstQueue, pages } from "./pages";

interface Seen {
  text: string;
  around: string;
  /** door is how it opens; "" when it does not. */
  door: "" | "link" | "button" | "row" | "here";
  href: string;
  grouped: boolean;
  /** counts are the whole numbers of the door. */
  counts: number[];
}

const only = process.env["ONLY"]?.split(",");

describe.skipIf(cannot !== "")(`numbers ${cannot}`, () => {
  let house: House;
  let page: Page;
  let queue = "";
  const followed = new Map<string, number[]>();
  const tally = { numbers: 0, doors: 0, counted: 0 };
  beforeAll(async () => {
    house = await openHouse();
    queue = firstQueue(house);
    const chinese = await house.browser.newContext({ baseURL: house.address, locale: "zh-CN", viewport: { width: 1440, height: 900 }, storageState: await house.context.storageState() });
    page = await chinese.newPage();
  });
  afterAll(async () => {
    console.log(`numbers: ${tally.numbers} seen, ${tally.doors} links, ${tally.counted} counts held against the rows behind them`);
    await house?.close();
  });

  for (const p of pages.filter((p) => !only || only.includes(p.name))) {
    test(p.name, { timeout: 240_000 }, async () => {
      await page.goto(addressOf(p, house.product, queue));
      await settled(page);
      const here = page.url();
      const seen = await numbers(page);
      tally.numbers += seen.length;
      expect(seen.filter((n) => n.door === "").map((n) => `${n.text} in “${n.around}”`), "numbers that open nothing").toEqual([]);
      const wrong: string[] = [];
      for (const n of seen) {
        if (n.door !== "link") continue;
        tally.doors++;
        if (n.counts.length === 0) continue;
        tally.counted++;
        const holds = (totals: number[]) => (n.grouped ? totals.some((t) => t > 0) === n.counts[0]! > 0 : n.counts.some((c) => totals.includes(c)));
        const known = followed.get(n.href);
        const totals = known && holds(known) ? known : await follow(page, new URL(n.href, here).href, holds);
        followed.set(n.href, totals);
        if (!holds(totals)) wrong.push(`${n.text} in “${n.around}” → ${n.href}: ${totals.join(", ") || "no total"}`);
      }
      expect([...new Set(wrong)], "counts with other rows behind them").toEqual([]);
    });
  }
});

/** numbers finds the numbers that a page shows: texts that are a number, alone in their element. */
function numbers(page: Page): Promise<Seen[]> {
  return page.evaluate(() => {
    const out: Seen[] = [];
    const here = [...document.querySelectorAll("main [data-total]")].map((e) => Number(e.getAttribute("data-total")));
    const walk = document.createTreeWalker(document.querySelector("main")!, NodeFilter.SHOW_TEXT);
    const done = new Set<Element>();
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const el = node.parentElement!;
      if (done.has(el)) continue;
      done.add(el);
      const own = [...el.childNodes].map((n) => (n.nodeType === Node.TEXT_NODE ? n.textContent! : "\n")).join("");
      const text = own.split(/[\n·/]/).map((t) => t.replace(/^[\s▲▼≥≤×]+|\s+$/g, "")).find((t) => /^[+−±-]?\.?\d[\d,.]*\s?%?$/.test(t));
      if (text === undefined || !el.checkVisibility()) continue;
      if (el.closest("kbd, input, textarea, code, svg, nav, .cm-editor, .ant-slider, .ant-select, .ant-input-data-count, [data-said], [data-measure], [data-figure] [class*=figureBase]")) continue;
      const link = el.closest<HTMLAnchorElement>("a[href]");
      const whole = /^[\d,]+$/.test(text) ? Number(text.replaceAll(",", "")) : undefined;
      const place = link?.getAttribute("href")?.startsWith("#"); // further down on the same page
      const door = link && !place ? "link" : el.closest("button, label, [role=tab], [role=option], [role=button]") ? "button" : el.closest('[data-opens="true"] .ant-table-row') ? "row" : whole !== undefined && here.includes(whole) ? "here" : "";
      const row = link?.closest(".ant-table-row, li, p, section, header") ?? el.closest("li, p, tr, section, header");
      const counts = link ? [whole, ...[...link.innerText.matchAll(/(?<![\d.,v#r])\d[\d,]*(?![\d.,]|\s?%)/g)].map((m) => Number(m[0].replaceAll(",", "")))].filter((n) => n !== undefined) : [];
      out.push({ text, around: (row?.textContent ?? "").slice(0, 50), door, href: link?.getAttribute("href") ?? "", grouped: !!el.closest("[data-grouped]"), counts: whole === undefined ? [] : counts });
    }
    return out;
  });
}

/** follow goes behind a number and gives how many rows each list there has; of a list that is read as one scrolls the server is asked to its end. */
async function follow(page: Page, to: string, holds: (totals: number[]) => boolean): Promise<number[]> {
  let list = "";
  const hear = (r: Response) => void (r.request().method() === "GET" && /\/api\/v1\/.*[?&]limit=/.test(r.url()) && void r.json().then((body: { next?: string }) => body.next && (list = r.url()), () => undefined));
  page.on("response", hear);
  // What stood before must not be taken for what is behind the number: its totals go first.
  await page.evaluate((address) => {
    for (const old of document.querySelectorAll('main [data-total], main [data-face="empty"]')) (old.removeAttribute("data-total"), old.removeAttribute("data-face"));
    history.pushState({}, "", address);
    dispatchEvent(new PopStateEvent("popstate", { state: history.state }));
  }, to);
  const read = async () => {
    const found = await page.locator("main [data-total]").evaluateAll((all) => all.map((e) => Number(e.getAttribute("data-total"))));
    return (await page.locator('main [data-face="empty"]').count()) ? [...found, 0] : found;
  };
  let totals: number[] = [];
  for (let n = 0; n < 30 && !holds(totals); n++) {
    if (n === 15) await page.goto(to); // a list that kept its count says so only anew
    await page.waitForTimeout(100);
    await settled(page);
    totals = await read();
    if (!holds(totals) && list && n > 5) totals.push(await wholeList(page, list));
  }
  page.off("response", hear);
  return [...new Set(totals)];
}

async function wholeList(page: Page, first: string): Promise<number> {
  const at = new URL(first);
  at.searchParams.delete("cursor");
  for (let count = 0; ; ) {
    const body = (await (await page.request.get(at.href)).json()) as { items: unknown[]; next?: string };
    count += body.items.length;
    if (!body.next) return count;
    at.searchParams.set("cursor", body.next);
  }
}

async function settled(page: Page): Promise<void> {
  await page.waitForSelector("h1");
  await page.waitForTimeout(120);
  await page.waitForFunction(() => !document.querySelector('[data-face="loading"], [data-chart]:not([data-drawn])'), undefined, { timeout: 30_000 });
  await page.waitForFunction(() => {
    const reads = performance.getEntriesByType("resource").filter((r) => r.name.includes("/api/")).length;
    const before = document.body.dataset["reads"];
    document.body.dataset["reads"] = String(reads);
    return before === String(reads);
  }, undefined, { polling: 150, timeout: 15_000 });
}
