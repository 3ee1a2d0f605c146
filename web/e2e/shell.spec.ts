// The frame by hand: keys, palette, input methods, undo of nothing, faults, signing out.

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cannot, openHouse, type House } from "./harness";

describe.skipIf(cannot !== "")(`shell ${cannot}`, () => {
  let house: House;
  let page: Page;
  beforeAll(async () => {
    house = await openHouse();
    page = await house.context.newPage();
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(`/${house.product}?lang=zh`);
    await page.waitForSelector("h1");
  });
  afterAll(async () => house?.close());

  const path = () => new URL(page.url()).pathname;

  test("G and a letter go, the address tells where", async () => {
    for (const [key, to] of [["d", "data"], ["i", "feedback"], ["m", "model"]] as const) {
      await page.keyboard.press("g");
      await page.keyboard.press(key);
      await page.waitForURL(`**/${house.product}/${to}`);
    }
    await page.keyboard.press("g");
    await page.keyboard.press("h");
    await page.waitForURL(`**/${house.product}`);
  });

  test("a key does nothing while an input method composes", async () => {
    const before = path();
    await page.evaluate(() => {
      for (const key of ["g", "d"]) dispatchEvent(new KeyboardEvent("keydown", { key, code: `Key${key.toUpperCase()}`, isComposing: true, bubbles: true }));
      for (const key of ["g", "d"]) {
        const e = new KeyboardEvent("keydown", { key, code: `Key${key.toUpperCase()}`, bubbles: true });
        Object.defineProperty(e, "keyCode", { value: 229 });
        dispatchEvent(e);
      }
    });
    await page.waitForTimeout(150);
    expect(path()).toBe(before);
  });

  test("the palette finds by characters, pinyin and initials, each within 50 ms, and goes there", async () => {
    await page.keyboard.press("Control+k");
    const field = page.getByRole("combobox");
    await field.waitFor();
    await page.waitForFunction(() => performance.getEntriesByType("resource").some((r) => r.name.includes("pinyinMatch")));
    const first = page.getByRole("option").first();
    for (const query of ["标注", "biaozhu", "bz"]) {
      await field.fill("");
      const ms = await page.evaluate(async (text) => {
        const input = document.querySelector<HTMLInputElement>('[role="combobox"]')!;
        const begun = performance.now();
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")!.set!.call(input, text);
        input.dispatchEvent(new Event("input", { bubbles: true }));
        const marked = () => document.querySelector('[role="option"] mark')?.textContent;
        while (marked() !== "标注" && performance.now() - begun < 3000) await new Promise((r) => requestAnimationFrame(r));
        return performance.now() - begun;
      }, query);
      console.log(`palette "${query}": ${ms.toFixed(0)} ms`);
      expect(await first.textContent()).toContain("标注");
    }
    // A letter typed here is text, not a key.
    expect(path()).toBe(`/${house.product}`);
    await field.press("Enter");
    await page.waitForURL(`**/${house.product}/label`);
    await field.waitFor({ state: "hidden" });
  });

  test("the palette finds entries, labels and rows of the data", async () => {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("酒店");
    await page.waitForFunction(() => ["知识", "行"].every((g) => [...document.querySelectorAll('[role="presentation"]')].some((e) => e.textContent?.startsWith(g))));
    await page.screenshot({ path: "e2e/shots/palette.png" });
    await page.keyboard.press("Escape");
    await page.getByRole("combobox").waitFor({ state: "hidden" });
  });

  test("@ finds people, and the palette lists the thread of what has focus", async () => {
    const me = (await (await house.context.request.get("/api/v1/me")).json()) as { id: string; name: string };
    await page.keyboard.press("Control+k");
    const field = page.getByRole("combobox", { name: "搜索行、知识、动作" });
    await field.fill(`@${me.name}`);
    await page.getByRole("option", { name: new RegExp(me.name) }).waitFor();
    await field.press("Enter");
    await page.waitForURL((u) => u.pathname === "/people" && u.searchParams.get("account") === me.id);
    await page.locator('.ant-table-row[data-current="true"]').waitFor();
    await page.goto(`/${house.product}/data/%E4%BC%9A%E8%AF%9D?lang=zh`);
    await page.locator(".ant-table-row[data-thread]").first().waitFor();
    await page.waitForFunction(() => !document.querySelector('[data-face="loading"]'));
    await page.keyboard.press("j");
    const row = await page.locator('.ant-table-row[data-current="true"][data-thread]').getAttribute("data-thread");
    await page.keyboard.press("Control+k");
    await field.fill("> 线索");
    await page.getByRole("option", { name: /看选中这条的线索/ }).click();
    await page.waitForURL((u) => u.pathname === `/${house.product}/thread/${encodeURIComponent(row!)}`);
  });

  test("jobs are filtered by state, stage and who, in the address", async () => {
    const me = (await (await house.context.request.get("/api/v1/me")).json()) as { id: string };
    await page.goto("/jobs?lang=zh&stage=learn&state=done");
    const count = async (query: string) => ((await (await house.context.request.get(`/api/v1/jobs?limit=100&${query}`)).json()) as { items: { kind: string }[] }).items;
    const learnt = await count("stage=learn&state=done");
    expect(learnt.every((j) => j.kind.startsWith("learn."))).toBe(true);
    await page.getByRole("group", { name: "筛选" }).getByText("阶段 训练").waitFor();
    await expect.poll(() => page.locator("main [data-state]").count(), { timeout: 10_000 }).toBe(learnt.length);
    await page.getByLabel("谁发起的").click();
    await page.getByText("我发起的", { exact: true }).click();
    await page.waitForURL((u) => u.searchParams.get("who") === me.id && u.searchParams.get("stage") === "learn");
    const mine = await count(`stage=learn&state=done&actor=${me.id}`);
    await expect.poll(() => page.locator("main [data-state]").count(), { timeout: 10_000 }).toBe(mine.length);
  });

  test("? shows the keys, Esc closes", async () => {
    await page.goto(`/${house.product}?lang=zh`); // out of the filter's field
    await page.waitForSelector("h1");
    await page.keyboard.press("Shift+?");
    await page.getByRole("dialog").waitFor();
    expect(await page.getByRole("dialog").innerText()).toContain("G D");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  });

  test("a key that a person changed works, and the old one no longer", async () => {
    await page.evaluate(() => localStorage.setItem("zhuomo.settings", JSON.stringify({ keys: { "go.data": "Q" } })));
    await page.reload();
    await page.waitForSelector("h1");
    await page.keyboard.press("q");
    await page.waitForURL(`**/${house.product}/data`);
    await page.evaluate(() => localStorage.removeItem("zhuomo.settings"));
    await page.reload();
  });

  test("a server that refuses or is gone is told in place with its fix, and the page comes back", async () => {
    await page.route("**/api/v1/products/*/overview", (r) => r.fulfill({ status: 500, contentType: "application/problem+json", body: JSON.stringify({ status: 500, code: "internal.broken", title: "坏了", detail: "内部错误", fix: "稍后重试", request_id: "req-1" }) }));
    await page.goto(`/${house.product}`);
    const band = page.locator('[data-fault="internal.broken"]');
    await band.waitFor();
    expect(await band.innerText()).toContain("稍后重试");
    expect(await band.innerText()).toContain("req-1");
    await page.unroute("**/api/v1/products/*/overview");
    await page.route("**/api/v1/products/*/overview", (r) => r.abort());
    await band.getByRole("button").first().click();
    await page.locator('[data-fault="web.unreachable"]').waitFor({ timeout: 15_000 });
    await page.unroute("**/api/v1/products/*/overview");
    await page.locator("[data-fault]").getByRole("button").first().click();
    await page.locator("[data-fault]").waitFor({ state: "detached" });
  });

  test("the pseudo-locale shows no word that was not put into the files", async () => {
    await page.goto(`/${house.product}?lang=pseudo`);
    await page.waitForFunction(() => !document.querySelector('[data-face="loading"]') && document.querySelector("h1"));
    const nav = await page.locator("nav").innerText();
    expect(nav.split("\n").filter((line) => /[a-z]{3}/i.test(line) && !line.startsWith("["))).toEqual([]);
  });

  test("eight tabs of one browser are all live over one stream, also after the tab that held it is closed", async () => {
    const tabs: Page[] = [];
    let streams = 0;
    house.context.on("request", (r) => (streams += r.url().endsWith("/api/v1/events") ? 1 : 0));
    for (let i = 0; i < 7; i++) {
      const tab = await house.context.newPage();
      tabs.push(tab);
      await tab.goto(`/${house.product}?lang=zh`);
      await tab.waitForSelector("h1");
    }
    expect(streams).toBeLessThanOrEqual(1); // the first page of this file holds it already, or its successor
    await page.goto("about:blank");
    const made = await tabs[0]!.request.post(`/api/v1/products/${house.product}/models`, { data: {} });
    expect(made.status()).toBe(202);
    const { job_id } = (await made.json()) as { job_id: string };
    const last = tabs.at(-1)!;
    await last.getByRole("button", { name: /个在跑/ }).click();
    await last.locator(`[data-job="${job_id}"][data-state="done"]`).waitFor({ timeout: 20_000 });
    expect(streams).toBeLessThanOrEqual(2);
    for (const tab of tabs) await tab.close();
  });

  test("signing out shows how to sign in again", async () => {
    await page.goto(`/${house.product}?lang=zh`);
    await page.getByRole("button", { name: /的菜单/ }).click();
    await page.getByRole("menuitem", { name: "退出登录" }).click();
    await page.waitForSelector('[data-face="signin"]');
    expect(await page.locator("main").innerText()).toContain("zhuomo people link");
    await page.screenshot({ path: "e2e/shots/signin.png" });
  });
});
