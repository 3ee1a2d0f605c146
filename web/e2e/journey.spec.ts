// The whole thread as a person walks it, in Chinese, by keys alone: from the sign-in link to a wrong
// answer that is right again, and down to its raw line. Pictures are kept in e2e/shots.

import { mkdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Hand } from "./hand";
import { cannot, openHouse, withoutPostgres, type House } from "./harness";
import { hearSlow, tellSlow, type Slow } from "./trace";

describe.each([
  { on: "SQLite", postgres: false, cannot },
  { on: "PostgreSQL", postgres: true, cannot: cannot || withoutPostgres },
])("the journey on $on $cannot", ({ on, postgres, cannot }) => {
 describe.skipIf(cannot !== "")("by a person", () => {
  let house: House;
  let page: Page;
  let slow: Slow[] = [];
  let hand: Hand;
  const get = <T,>(path: string) => hand.get<T>(path);
  const press = (...keys: string[]) => hand.press(...keys);
  const type = (text: string) => hand.type(text);
  const go = (key: string, stage: string) => hand.go(key, stage);
  const shot = (name: string) => hand.shot(name);

  beforeAll(async () => {
    mkdirSync("e2e/shots", { recursive: true });
    house = await openHouse({ postgres }); // signs in by the one-time link
    const chinese = await house.browser.newContext({ baseURL: house.address, locale: "zh-CN", viewport: { width: 1440, height: 900 }, storageState: await house.context.storageState() });
    page = await chinese.newPage();
    slow = await hearSlow(page);
    await page.goto(`/${house.product}`);
    await page.waitForSelector("h1");
    hand = new Hand(house, page, house.product, (name) => page.screenshot({ path: `e2e/shots/journey-${name}.png` }));
  });
  afterAll(async () => {
    console.log(`journey on ${on}: ${hand.acts} acts, ${Math.round(hand.seconds)} s at human speed (bar 600 s)`);
    await house?.close();
  });

  test("import a dirty file: what it is was found, and can be changed before anything is kept", async () => {
    await go("d", "data");
    await page.waitForSelector(".ant-table-row");
    await press("n");
    const drawer = page.getByRole("dialog");
    await drawer.waitFor();
    await hand.file('input[type="file"]', `${house.folder}/incoming/service/chats_1.csv`);
    await drawer.getByText(/gb18030/i).first().waitFor({ timeout: 15_000 });
    await shot("import");
    await press("Control+Enter");
    const rows = async () => (await get<{ items: { name: string; row_count: number; latest: number }[] }>("/datasets")).items.find((d) => d.name.startsWith("chats_1"))?.row_count ?? 0;
    await expect.poll(rows, { timeout: 20_000 }).toBeGreaterThan(1000);
    await shot("data");
  });

  test("clean: preview, run, nothing lost", async () => {
    interface Run {
      rows_in: number;
      rows_added: number;
      rows_out: number;
      set_aside: number;
      state: string;
    }
    const runs = async () => (await get<{ items: Run[] }>("/clean-runs")).items;
    const before = (await runs()).length;
    await go("c", "clean");
    await page.locator(".ant-table-row", { hasText: "service" }).waitFor();
    await press("j", "Enter");
    await page.waitForURL(/\/clean\/.+/);
    await page.getByRole("button", { name: /运行/ }).first().waitFor();
    await shot("clean-preview");
    await press("a");
    const done = async () => (await runs()).filter((r) => r.state === "done").length;
    await expect.poll(done, { timeout: 20_000 }).toBe(before + 1);
    for (const r of await runs()) expect(r.rows_in + r.rows_added).toBe(r.rows_out + r.set_aside);
    await shot("clean");
  });

  test("label 30 rows by keys", async () => {
    await go("l", "label");
    await page.locator(".ant-table-row", { hasText: "第 1 批" }).waitFor();
    await press("j", "Enter");
    await page.waitForSelector('[data-testid="task"]');
    const queue = /queues\/([^/?]+)/.exec(page.url())![1]!;
    const count = async () => (await get<{ items: unknown[] }>(`/api/v1/queues/${queue}/answers?limit=200`)).items.length;
    const before = await count();
    await hand.label(30, (_, n) => String((n % 9) + 1));
    expect(await count()).toBe(before + 30);
    await shot("label");
  });

  test("train", async () => {
    const models = async () => (await get<{ items: unknown[] }>("/models")).items.length;
    const before = await models();
    await go("m", "model");
    await page.locator(".ant-table-row", { hasText: "m2" }).waitFor();
    await press("r");
    await expect.poll(models, { timeout: 30_000 }).toBe(before + 1);
    await shot("model");
  });

  test("test: the report says what got better, what broke, and whether the gate passes", async () => {
    const reports = async () => (await get<{ items: { id: string }[] }>("/evaluations")).items;
    const before = (await reports()).length;
    await go("e", "evaluate");
    await page.locator(".ant-table-row").first().waitFor();
    await press("r");
    await expect.poll(async () => (await reports()).length, { timeout: 30_000 }).toBeGreaterThan(before);
    const newest = (await reports())[0]!.id;
    await page.waitForURL((u) => u.pathname.endsWith(`/evaluate/${newest}`)); // it opens by itself
    await page.getByText("门禁", { exact: false }).first().waitFor();
    await shot("evaluate");
  });

  test("flow: the stories pass in the drawing", async () => {
    await go("f", "flow");
    await page.waitForSelector(".react-flow__node", { timeout: 15_000 }).catch(async () => {
      await press("j", "Enter");
      await page.waitForSelector(".react-flow__node");
    });
    await shot("flow");
  });

  test("release: signed, put live", async () => {
    const live = async () => (await get<{ name: string }>("/releases/live")).name;
    const was = await live();
    const report = (await get<{ items: { id: string; passed: boolean }[] }>("/evaluations")).items[0]!;
    await go("e", "evaluate");
    await hand.first(report.id);
    await page.getByRole("button", { name: report.passed ? /签发/ : /越过门禁签发/ }).first().waitFor();
    await press("s");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    if (!report.passed) await type("旅程测试：三十行随手标注，仍要走完");
    await dialog.locator(".ant-btn-primary, .ant-btn-dangerous").last().focus();
    await press("Enter");
    await dialog.waitFor({ state: "hidden" });
    await go("r", "release");
    await page.getByRole("button", { name: /发布 r/ }).first().waitFor();
    await press("s");
    const why = page.getByRole("dialog");
    if (await why.isVisible().catch(() => false)) {
      await type("旅程测试");
      await why.locator(".ant-btn-primary, .ant-btn-dangerous").last().focus();
      await press("Enter");
    }
    await expect.poll(live, { timeout: 15_000 }).not.toBe(was);
    await shot("release");
  });

  const odd = "屋顶那个能看星星的小酒馆几号开张";
  test("chat, a wrong answer, the fix, the right answer, the thread", async () => {
    await hand.home();
    await hand.reach(/^和它聊天$/);
    const opened = page.waitForEvent("popup");
    await press("Enter");
    const tab = await opened;
    const customer = new Hand(house, tab, house.product, (name) => tab.screenshot({ path: `e2e/shots/journey-${name}.png` }));
    const chat = tab.locator("zhuomo-chat");
    await chat.locator("textarea").waitFor();
    await customer.reach(/说说|留言|输入/);
    await customer.type(odd);
    await customer.press("Enter");
    await chat.locator(".answer .rate").first().waitFor();
    await chat.locator(".rate button").last().focus();
    await customer.press("Enter"); // thumbs down
    await customer.shot("chat");
    await tab.close();
    hand.acts += customer.acts;
    hand.seconds += customer.seconds;

    await go("i", "feedback");
    await page.getByRole("option").first().waitFor();
    const chosen = page.locator('[role="option"][aria-selected="true"]');
    for (let n = 0; n < 200 && !(await chosen.textContent())?.includes(odd); n++) await page.keyboard.press("j");
    expect(await chosen.textContent()).toContain(odd);
    const live = async () => (await get<{ name: string }>("/releases/live")).name;
    const was = await live();
    const before = (await get<{ items: unknown[] }>("/fixes")).items.length;
    await page.locator('[aria-pressed][data-machine="false"]').first().waitFor();
    await press("2");
    await page.locator('[aria-pressed="true"][data-machine="false"]').first().waitFor();
    await press("Enter");
    await expect.poll(async () => (await get<{ items: { state: string }[] }>("/fixes")).items.filter((f) => f.state !== "working").length, { timeout: 30_000 }).toBe(before + 1);
    const fix = (await get<{ items: { state: string; turn_id: string; seconds: number; learnt: boolean }[] }>("/fixes")).items[0]!;
    console.log(`journey on ${on}: fix ${fix.state} in ${fix.seconds.toFixed(2)} s`);
    expect(["live", "refused"]).toContain(fix.state);
    if (fix.state === "live") {
      expect(await live()).not.toBe(was);
      expect(fix.learnt).toBe(true);
    } else expect(await live()).toBe(was); // the gate held: what is live did not change
    await shot("fixed");

    await press("t");
    await page.waitForURL((u) => u.pathname === `/${house.product}/thread/${fix.turn_id}`);
    await page.waitForSelector("ol li[aria-current]");
    await press("j", "j", "j");
    expect(await page.locator("ol > li").count()).toBeGreaterThanOrEqual(6);
    await shot("thread");
  });

  test("no interaction took long", async () => {
    await page.waitForTimeout(200); // the last events are told after their paint
    tellSlow(slow);
    expect(slow.length, "the trace hears").toBeGreaterThan(0);
    expect(hand.seconds).toBeLessThan(600);
  });
 });
});
