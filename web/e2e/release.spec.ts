// What is live: taken back with one key within a second and put back; a turn leads to its thread; the
// chat answers on its own page, keeps its session, and works on another site.

import { createServer, type Server } from "node:http";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cannot, openHouse, type House } from "./harness";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

describe.skipIf(cannot !== "")(`release ${cannot}`, () => {
  let house: House;
  let page: Page;
  let shop: Server;
  const live = async () => ((await (await house.context.request.get(`/api/v1/products/${house.product}/releases/live`)).json()) as { name: string }).name;
  beforeAll(async () => {
    house = await openHouse();
    page = await house.context.newPage();
    await page.emulateMedia({ reducedMotion: "reduce" });
  });
  afterAll(async () => {
    shop?.close();
    await house?.close();
  });

  test("Z takes the live release back within a second, and again brings it back", async () => {
    const first = await live();
    await page.goto(`/${house.product}/release?lang=zh`);
    await page.getByRole("button", { name: `撤回 ${first}` }).waitFor();
    const began = Date.now();
    await page.keyboard.press("z");
    await expect.poll(live, { interval: 20, timeout: 10_000 }).not.toBe(first);
    console.log(`taken back in ${Date.now() - began} ms (bar 1000 ms)`);
    await page.getByRole("button", { name: `撤回 ${await live()}` }).waitFor();
    await page.keyboard.press("z");
    await expect.poll(live, { timeout: 10_000 }).toBe(first);
  });

  test("a live turn leads down to its raw line", async () => {
    await page.goto(`/${house.product}/release/turns?lang=zh&band=answer&state=bot`);
    await page.waitForSelector(".ant-table-row");
    await page.keyboard.press("j");
    await page.keyboard.press("t");
    await page.waitForURL(/\/thread\//);
    await page.waitForSelector("ol li[aria-current]");
    expect(await page.locator("ol > li").count()).toBe(7);
    await page.keyboard.press("j");
    expect(await page.locator('li[aria-current="true"] h2').textContent()).toBe("发布版");
  });

  test("a release is saved as a bundle that the program takes for whole", async () => {
    const name = await live();
    await page.goto(`/${house.product}/release?lang=zh&row=${name}`);
    const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "下载发布包" }).click()]);
    expect(saved.suggestedFilename()).toBe(`${name}.zhuomo`);
    const file = `${house.folder}/${name}.zhuomo`;
    await saved.saveAs(file);
    house.zhuomo("export", "--product", house.product, "--release", name, "--bundle", `${file}-by-command.zhuomo`); // it reads the file back and checks it
    expect(readFileSync(file).equals(readFileSync(`${file}-by-command.zhuomo`))).toBe(true);
    await page.route("**/bundle", (r) => r.abort());
    await page.getByRole("button", { name: "下载发布包" }).click();
    await page.getByText("连不上琢磨的服务").first().waitFor();
    await page.unroute("**/bundle");
  });

  test("a voice platform is connected: what to paste, a new key, and the end", async () => {
    await page.goto(`/${house.product}/release?lang=zh`);
    const card = page.locator("section", { has: page.getByRole("heading", { name: "语音渠道" }) });
    await card.getByText("还没有").waitFor();
    await card.getByRole("button", { name: "接语音平台" }).click();
    const form = page.getByRole("dialog");
    await form.getByLabel("平台").click();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await form.getByText("平台不签名", { exact: false }).waitFor();
    await form.getByRole("button", { name: "建渠道" }).click();
    await form.getByText("填上渠道名。").waitFor();
    await form.getByLabel("渠道名").fill("客厅");
    await form.getByLabel("技能编号").fill("31082");
    await form.getByRole("button", { name: "建渠道" }).click();
    await form.getByText("口令只显示这一次", { exact: false }).waitFor();
    const [address, key] = await form.locator("code").allTextContents();
    expect(address).toContain(`${house.address}/webhooks/voice/`);
    const hears = async (with_: string) =>
      (await house.context.request.post(address!, { headers: { "X-Zhuomo-Key": with_ }, data: { sessionId: "g", utterance: "你好", skillId: 31082, intentName: "say", requestId: `r${Math.random()}` } })).status();
    expect(await hears(key!)).toBe(200);
    await form.getByRole("button", { name: "关闭" }).last().click();
    await card.getByText(address!).waitFor();

    await card.getByRole("button", { name: "换口令" }).click();
    await page.locator(".ant-popover").getByRole("button", { name: "换口令" }).click();
    await card.getByText("口令只显示这一次", { exact: false }).waitFor();
    const anew = (await card.locator("code").allTextContents())[1]!;
    expect(anew).not.toBe(key);
    expect(await hears(key!)).toBe(403);
    expect(await hears(anew)).toBe(200);

    await card.getByRole("button", { name: "移除" }).click();
    await page.locator(".ant-popover").getByRole("button", { name: "移除" }).click();
    await card.getByText("还没有").waitFor();
    expect(await hears(anew)).toBe(404);
  });

  test("with the server gone the page says so", async () => {
    await page.route("**/api/v1/products/*/releases**", (r) => r.abort());
    await page.goto(`/${house.product}/release?lang=zh`);
    await page.getByText("连不上琢磨的服务").first().waitFor({ timeout: 10_000 });
    await page.unroute("**/api/v1/products/*/releases**");
  });

  test("the chat answers on a phone, is rated, keeps its session over a reload", async () => {
    const phone = await house.browser.newPage({ viewport: { width: 360, height: 600 } });
    await phone.goto(`${house.address}/chat/${house.product}`);
    const chat = phone.locator("zhuomo-chat");
    await chat.locator("textarea").fill("你好");
    await chat.locator("textarea").press("Enter");
    await chat.locator(".answer .rate").first().waitFor();
    await chat.locator(".rate button").first().click();
    await chat.locator('.rate button[aria-pressed="true"]').waitFor();
    expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await phone.evaluate(axe);
    const found = await phone.evaluate(async () => (await (window as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } }).axe.run()).violations.map((v) => v.id));
    expect(found).toEqual([]);
    await phone.reload();
    await chat.locator('.rate button[aria-pressed="true"]').waitFor();
    expect(await chat.locator(".bubble.me").count()).toBe(1);
    await phone.close();
  });

  test("one script line puts the chat on another site, and leaves that page alone", async () => {
    shop = createServer((_, answer) => {
      answer.setHeader("Content-Type", "text/html; charset=utf-8");
      answer.end(`<!doctype html><html lang="zh"><title>小店</title><h1>小店</h1><script type="module" src="${house.address}/assets/chat.js"></script><zhuomo-chat product="${house.product}" base="${house.address}" lang="zh" floating></zhuomo-chat></html>`);
    }).listen(0, "127.0.0.1");
    await new Promise((r) => shop.once("listening", r));
    const site = await house.browser.newPage();
    await site.goto(`http://127.0.0.1:${(shop.address() as AddressInfo).port}/`);
    const chat = site.locator("zhuomo-chat");
    expect(await chat.count()).toBe(1);
    await chat.locator("#launch").click();
    await chat.locator("textarea").fill("你好");
    await chat.locator("textarea").press("Enter");
    await chat.locator(".answer .rate").first().waitFor();
    await chat.locator("textarea").press("Escape");
    expect(await chat.locator("#launch").isVisible()).toBe(true);
    expect(await site.title()).toBe("小店");
    await site.close();
  });
});
