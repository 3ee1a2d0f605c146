// Every page with the server slow, refusing and gone: bones first, then what happened and what to do, and
// one retry that brings the whole page once the server answers again. ONLY=data,clean picks pages.

import type { Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, test } from "vitest";
import { cannot, openHouse, type House } from "./harness";
import { addressOf, firstQueue, pages } from "./pages";

const only = process.env["ONLY"]?.split(",");
const tabs = 2; // what is tested is mostly waiting; another file is tested meanwhile

/** own pages read nothing of the server but what the shell has: they stand as they are. */
const own = ["settings", "keys", "nowhere", "thread-find", "new"];

describe.skipIf(cannot !== "")(`faults ${cannot}`, () => {
  let house: House;
  let queue = "";
  const free: Page[] = [];
  const waiting: ((page: Page) => void)[] = [];
  beforeAll(async () => {
    house = await openHouse();
    queue = firstQueue(house);
    const chinese = await house.browser.newContext({ baseURL: house.address, locale: "zh-CN", viewport: { width: 1440, height: 900 }, storageState: await house.context.storageState() });
    for (let n = 0; n < tabs; n++) free.push(await chinese.newPage());
  });
  afterAll(async () => house?.close());

  const take = () => new Promise<Page>((done) => (free.length ? done(free.pop()!) : waiting.push(done)));
  const give = (page: Page) => (waiting.shift() ?? ((p) => void free.push(p)))(page);

  for (const p of pages.filter((p) => !only || only.includes(p.name))) {
    test.concurrent(`${p.name}: slow, refusing, gone, back`, async ({ expect }) => {
      const page = await take();
      const said: string[] = [];
      const hear = (e: Error) => void said.push(String(e));
      page.on("pageerror", hear);
      try {
        await page.goto(addressOf(p, house.product, queue));
        const well = await settled(page);
        const server = await hold(page);
        await page.reload();
        if (own.includes(p.name)) {
          await server.answer("broken");
          await page.waitForSelector("h1");
        } else {
          await page.locator('[data-face="loading"][role="status"]').first().waitFor();
          for (const [how, code] of [["refused", "auth.forbidden"], ["broken", "internal.broken"], ["gone", "web.unreachable"]] as const) {
            await server.answer(how);
            if (how !== "refused") await retry(page);
            const band = page.locator(`main [data-fault="${code}"]`, { has: page.getByRole("button", { name: "重试" }) }).first();
            await band.waitFor({ timeout: 30_000 });
            for (const part of await band.locator("p").allInnerTexts()) expect(part.trim(), `${how}: what happened, what to do`).not.toBe("");
          }
        }
        await server.answer("well");
        if (await page.locator("main [data-fault]").count()) await retry(page);
        await expect.poll(async () => missing(well, await lines(page)), { timeout: 10_000, interval: 100, message: "one retry brings the whole page" }).toEqual([]);
        expect(said, "thrown in the page").toEqual([]);
      } finally {
        page.off("pageerror", hear);
        await page.unrouteAll();
        give(page);
      }
    });
  }
});

type How = "refused" | "broken" | "gone" | "well";

/** hold keeps the answers of the server back until answer says how it answers from now on. */
async function hold(page: Page): Promise<{ answer(how: How): Promise<void> }> {
  let how: How | undefined;
  let held: Route[] = [];
  const reply = (route: Route) => {
    const problem = (status: number, code: string, detail: string, fix: string) => route.fulfill({ status, contentType: "application/problem+json", body: JSON.stringify({ status, code, title: "没有完成", detail, fix, request_id: "req-1" }) });
    switch (how) {
      case undefined:
        return void held.push(route);
      case "refused":
        return problem(403, "auth.forbidden", "这里需要训练师的权限", "由负责人在「成员」里改角色");
      case "broken":
        return problem(500, "internal.broken", "服务器内部出错", "稍后重试，仍不行则把报告发给运维");
      case "gone":
        return route.abort();
      case "well":
        return route.fallback();
    }
  };
  await page.route("**/api/v1/**", (route) => (/\/api\/v1\/(me|events)$/.test(new URL(route.request().url()).pathname) ? route.fallback() : reply(route)));
  return {
    async answer(next) {
      how = next;
      const now = held;
      held = [];
      await Promise.all(now.map((route) => Promise.resolve(reply(route)).catch(() => undefined)));
    },
  };
}

/** retry presses the button, unless the page has mended itself meanwhile: news of the server make it read anew. */
async function retry(page: Page): Promise<void> {
  const button = page.locator("main [data-fault] button", { hasText: "重试" }).first();
  await button.click({ timeout: 15_000 }).catch(async (e: unknown) => {
    if (await button.count()) throw e;
  });
}

/** settled is what a page says once it has read everything. */
async function settled(page: Page): Promise<string[]> {
  await page.waitForSelector("h1");
  await page.waitForFunction(() => !document.querySelector('[data-face="loading"], [data-chart]:not([data-drawn])'), undefined, { timeout: 60_000 });
  await page.waitForFunction(() => {
    const reads = performance.getEntriesByType("resource").filter((r) => r.name.includes("/api/"));
    return reads.length === Number(document.body.dataset["reads"]) || void (document.body.dataset["reads"] = String(reads.length));
  }, undefined, { polling: 300, timeout: 30_000 });
  return lines(page);
}

/** missing are the lines that are not there again; what came later than the first look may be there as well. */
const missing = (well: string[], now: string[]) => well.filter((line) => !now.includes(line));

/** lines is what a page says, without digits: times go on. */
async function lines(page: Page): Promise<string[]> {
  const text = await page.locator("main").innerText();
  return [...new Set(text.split("\n").map((line) => line.replace(/[\d.,:%±]+/g, "#").trim()))].filter(Boolean).sort();
}
