// A list of 100,000 rows, scrolled from the first to the last without a gap or a row out of order; the first
// page of a cold browser. Times are told, not asserted: a shared machine cannot promise them.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cannot, openHouse, type House } from "./harness";

const count = 100_000;
const name = "一百千";

describe.skipIf(cannot !== "")(`speed ${cannot}`, () => {
  let house: House;
  let page: Page;
  beforeAll(async () => {
    house = await openHouse();
    page = await house.context.newPage();
    await page.setViewportSize({ width: 1440, height: 900 });
  });
  afterAll(async () => house?.close());

  test("the first page of a cold browser", async () => {
    const state = await house.context.storageState();
    const times: number[] = [];
    const painted: number[] = [];
    for (let n = 0; n < 3; n++) {
      const cold = await house.browser.newContext({ baseURL: house.address, storageState: state });
      const first = await cold.newPage();
      const begun = performance.now();
      await first.goto(`/${house.product}`, { waitUntil: "commit" });
      await first.waitForFunction(() => document.querySelector("h1") && !document.querySelector('[data-face="loading"]'));
      times.push(performance.now() - begun);
      painted.push(await first.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0));
      await cold.close();
    }
    const told = (list: number[]) => list.map((t) => `${(t / 1000).toFixed(2)} s`).join(", ");
    console.log(`first page, cold: painted after ${told(painted)}, all of it read and shown after ${told(times)} (bar 1 s)`);
    expect(times).toHaveLength(3);
  });

  test("100,000 rows scroll to the last without a gap", async () => {
    const file = join(house.folder, "many.csv");
    const said = ["想订一间房", "退票要多久", "几点关门", "怎么开发票", "能带狗吗"];
    writeFileSync(file, ["编号,内容", ...Array.from({ length: count }, (_, i) => `${i},${said[i % said.length]}${i}`)].join("\n"));
    const sets = house.zhuomo<{ id: string }>("dataset", "create", house.product, name);
    house.zhuomo("dataset", "import", sets.id, file);
    await page.goto(`/${house.product}/data/${encodeURIComponent(name)}?lang=zh`);
    await page.locator(".ant-table-row").first().waitFor();
    await page.waitForFunction(() => !document.querySelector('[data-face="loading"]'));
    const seen = await page.evaluate(scrollThrough, count);
    console.log(`100,000 rows: ${seen.looks} looks in ${(seen.ms / 1000).toFixed(1)} s, longest wait for rows ${Math.round(seen.longest)} ms`);
    expect(seen.gaps, "looks at which a part of the list was empty").toEqual([]);
    expect(seen.last, "the last row").toBe(count - 1);
  }, 300_000);
});

/** scrollThrough turns the wheel fifteen screens at a time, as fast as the list can be painted, and looks at it after every paint. A gap is one that outlives a second paint. */
async function scrollThrough(count: number) {
  const body = document.querySelector<HTMLElement>(".ant-table-tbody-virtual-holder")!;
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const look = () => {
    const box = body.getBoundingClientRect();
    const rows = [...body.querySelectorAll<HTMLElement>(".ant-table-row")]
      .map((r) => ({ box: r.getBoundingClientRect(), n: Number(r.querySelectorAll(".ant-table-cell")[1]?.textContent) }))
      .filter((r) => r.box.bottom > box.top + 1 && r.box.top < box.bottom - 1)
      .sort((a, b) => a.box.top - b.box.top);
    const top = rows[0];
    const bottom = rows.at(-1);
    const whole = !!top && !!bottom && top.box.top <= box.top + 1 && bottom.box.bottom >= box.bottom - top.box.height;
    const torn = rows.findIndex((r, i) => i > 0 && r.n !== rows[i - 1]!.n + 1);
    return { last: bottom?.n ?? -1, fault: !whole ? `${rows.length} rows drawn` : torn > 0 ? `${rows[torn - 1]!.n} then ${rows[torn]!.n}` : "", height: box.height };
  };
  const begun = performance.now();
  const out = { looks: 0, gaps: [] as string[], last: -1, ms: 0, longest: 0 };
  let moved = begun;
  while (out.last < count - 1 && out.gaps.length < 20 && performance.now() - moved < 20_000) {
    await painted();
    let seen = look();
    if (seen.fault) {
      await painted();
      seen = look();
    }
    out.looks++;
    if (seen.fault) out.gaps.push(`after row ${out.last}: ${seen.fault}`);
    if (seen.last > out.last) moved = performance.now();
    else out.longest = Math.max(out.longest, performance.now() - moved);
    out.last = Math.max(out.last, seen.last);
    body.dispatchEvent(new WheelEvent("wheel", { deltaY: 15 * (seen.height - 40), bubbles: true, cancelable: true }));
  }
  out.ms = performance.now() - begun;
  return out;
}
