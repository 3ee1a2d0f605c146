// Data by a person: a dirty file is imported in a wrong encoding and read again, every count opens its
// rows, a finding becomes a cleaning step, versions are compared, a dataset set aside comes back.

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cannot, openHouse, undoLast, type House } from "./harness";

let house: House;
let page: Page;
const phone = "13800135520";

/** dirty is a chat log in GB18030 as customers send it, with its answers known: what is wrong with how many rows. */
function dirty(): { bytes: Buffer; glossed: number; wide: number; rows: number } {
  const said = ["你好，想订一间房", "我要(yào)退票", "订单ＳＣ２０２６怎么还没到", `电话${phone}联系我`, "<p>几点关门</p>", "谢谢，再见了"];
  const lines = ["会话,角色,渠道,内容"];
  const counts = { glossed: 0, wide: 0 };
  for (let i = 0; i < 240; i++) {
    const text = said[i % said.length]!;
    if (text.includes("(yào)")) counts.glossed++;
    if (text.includes("ＳＣ")) counts.wide++;
    lines.push(`s${Math.floor(i / 4)},${i % 2 ? "客服" : "顾客"},${["微信", "App", "电话"][i % 3]},${text}${"很".repeat(i % 30)}${i}`);
  }
  return { bytes: gb18030(lines.join("\n") + "\n"), ...counts, rows: 240 };
}

/** gb18030 writes a text in that encoding by turning the decoder round: Node only reads it. */
function gb18030(text: string): Buffer {
  const decoder = new TextDecoder("gb18030");
  const table = new Map<string, number[]>();
  for (let a = 0x81; a <= 0xfe; a++) {
    for (let b = 0x40; b <= 0xfe; b++) {
      const c = decoder.decode(new Uint8Array([a, b]));
      if (b !== 0x7f && c.length === 1 && c !== "\ufffd" && !table.has(c)) table.set(c, [a, b]);
    }
  }
  return Buffer.from([...text].flatMap((c) => (c < "\u0080" ? [c.charCodeAt(0)] : table.get(c)!)));
}

const ready = async () => {
  await page.waitForSelector("h1");
  await page.waitForFunction(() => !document.querySelector('[data-face="loading"]'));
};

describe.skipIf(cannot !== "")(`data ${cannot}`, () => {
  const file = cannot ? undefined : dirty();
  beforeAll(async () => {
    house = await openHouse();
    page = await house.context.newPage();
    await page.setViewportSize({ width: 1440, height: 900 });
  });
  afterAll(async () => house?.close());

  test("a row put back from quarantine keeps why, and Z sets it aside again", async () => {
    const runs = house.zhuomo<{ items: { id: string; set_aside: number; recipe_id: string }[] }>("clean", "runs", house.product).items;
    const run = runs.find((r) => r.set_aside > 0)!;
    await page.goto(`/${house.product}/clean/${encodeURIComponent(run.recipe_id)}/aside?run=${run.id}&lang=zh`);
    await page.locator(".ant-table-row").first().waitFor();
    await page.locator(".ant-table-row .ant-checkbox-input").first().click();
    await page.getByLabel("为什么放回（可不填）").fill("是客户的话");
    await page.getByRole("button", { name: "放回所选" }).click();
    await page.getByText(/已放回，成为 v\d+/).waitFor();
    await page.getByText(/已放回 · .*是客户的话/).first().waitFor();
    await undoLast(page);
    await page.getByText(/已放回 · .*是客户的话/).first().waitFor({ state: "detached" });
    expect(house.zhuomo<{ items: { put_back: number }[] }>("clean", "reasons", run.id).items.every((r) => !r.put_back), "it is set aside again").toBe(true);
  });

  test("a file is taken from its address; one of this machine is not asked", async () => {
    const shop: Server = createServer((_, answer) => answer.setHeader("Content-Type", "text/csv").end("问,答\n几点开门,九点\n能退吗,七天内能\n")).listen(0, "127.0.0.2");
    await new Promise((r) => shop.once("listening", r));
    await page.goto(`/${house.product}/data?lang=zh`);
    await ready();
    await page.keyboard.press("n");
    const field = page.getByLabel("或写一个网址");
    await field.fill(`${house.address}/metrics`);
    await field.press("Enter");
    const band = page.locator('[data-fault="outgoing.private_address"]');
    await band.waitFor();
    await page.screenshot({ path: "e2e/shots/data-address.png" });
    await field.fill(`http://127.0.0.2:${(shop.address() as AddressInfo).port}/faq.csv`);
    await field.press("Enter");
    await page.locator(".ant-drawer td", { hasText: "七天内能" }).first().waitFor();
    expect(await band.count()).toBe(0);
    expect(await page.getByLabel("数据集名称").or(page.getByLabel("名称")).first().inputValue()).toContain("faq");
    await page.getByRole("button", { name: "取消" }).first().click();
    shop.close();
  });

  test("a file in another encoding is read again in one act", async () => {
    await page.goto(`/${house.product}/data?lang=zh`);
    await ready();
    await page.keyboard.press("n");
    await page.locator("input[type=file]").setInputFiles({ name: "夜班.csv", mimeType: "text/csv", buffer: file!.bytes });
    await page.getByLabel("编码", { exact: true }).waitFor();
    // Somebody sets it wrong: the preview says so and offers what the file looks like.
    await page.getByLabel("编码", { exact: true }).click();
    await page.locator(".ant-select-item-option", { hasText: /^UTF-8$/ }).click();
    const band = page.locator('[data-fault="dataset.encoding"]');
    await band.waitFor();
    expect(await band.innerText()).toMatch(/第 \d+ 行不是 UTF-8，可能是 GB18030/);
    await band.getByRole("button", { name: "改用 GB18030 重新读取" }).click();
    await band.waitFor({ state: "detached" });
    await page.locator(".ant-drawer td", { hasText: "我要(yào)退票" }).first().waitFor();
    expect(await page.locator(".ant-drawer").innerText()).not.toContain(phone);
    await page.keyboard.press("Control+Enter");
    await page.waitForURL(/\/data\/[^/]+$/);
    await ready();
    await page.getByText("GB18030").first().waitFor();
    expect(await page.locator("header", { has: page.locator("h1") }).innerText()).toContain("240");
  });

  test("every count of a facet opens exactly that many rows", async () => {
    await page.locator("[data-finding]").first().waitFor();
    const facets = page.locator("[data-facet]");
    const n = await facets.count();
    expect(n).toBeGreaterThan(10);
    for (let i = 0; i < n; i++) {
      const facet = facets.nth(i);
      const count = Number(((await facet.locator("em").count()) ? await facet.locator("em").innerText() : /：([\d,]+) 行/.exec((await facet.getAttribute("aria-label"))!)![1]!).replace(/\D/g, ""));
      const name = (await facet.getAttribute("aria-label")) ?? (await facet.innerText());
      if (count === 0) continue;
      await facet.click();
      await expect.poll(() => page.locator("[data-matched]").getAttribute("data-matched"), { message: name, timeout: 10_000 }).toBe(String(count));
      await expect.poll(() => page.getByText(/^第 [\d,]+–[\d,]+ 行，共/).innerText(), { message: name }).toContain(`共 ${count} 行`);
      await facet.click();
      await page.locator("[data-matched]").waitFor({ state: "detached" });
    }
    const gloss = page.locator('[data-finding="clean.pinyin_gloss.v1"]');
    expect(await gloss.locator("em").innerText()).toBe(String(file!.glossed));
    expect(await page.locator('[data-finding="clean.width.v1"] em').innerText()).toBe(String(file!.wide));
    // Shift: all but these.
    await gloss.click({ modifiers: ["Shift"] });
    await expect.poll(() => page.locator("[data-matched]").getAttribute("data-matched")).toBe(String(file!.rows - file!.glossed));
    await gloss.click({ modifiers: ["Shift"] });
  });

  test("the finding is marked in its rows, and V makes it a cleaning step that Z takes back", async () => {
    const version = page.url();
    await page.locator('[data-finding="clean.pinyin_gloss.v1"]').click();
    await expect.poll(() => page.locator("mark").first().innerText()).toBe("(yào)");
    const others = house.zhuomo<{ items: { name: string; revision: number }[] | null }>("clean", "list", house.product).items ?? [];
    for (const r of others) house.zhuomo("clean", "delete", house.product, r.name, "--if-match", String(r.revision));
    await page.keyboard.press("v");
    await page.waitForURL(/\/clean\/[^/?]+\?version=/);
    const steps = page.locator("aside ol > li");
    await expect.poll(() => steps.allInnerTexts()).toHaveLength(1);
    expect(await steps.first().innerText()).toContain("去掉夹注拼音");
    await page.locator("del", { hasText: "(yào)" }).first().waitFor();
    expect(new URL(page.url()).searchParams.get("take")).toBeNull();
    await undoLast(page);
    await expect.poll(() => steps.count()).toBe(0);
    await page.keyboard.press("Shift+Z");
    await expect.poll(() => steps.count()).toBe(1);
    await page.getByText("已存").first().waitFor();
    await page.keyboard.press("a");
    await page.getByRole("link", { name: "看清洗后的版本" }).waitFor({ timeout: 30_000 });
    const back = new URL(version);
    back.searchParams.set("lang", "zh");
    await page.goto(back.href);
  });

  test("two versions are compared row by row; each count opens its rows", async () => {
    await ready();
    await page.getByRole("button", { name: "版本" }).first().click();
    await page.locator(".ant-table-row").nth(1).waitFor();
    await page.getByRole("link", { name: "和 v1 比" }).click();
    await page.waitForURL(/\/compare\?base=v1&with=v2/);
    const changed = page.locator("[data-figure]", { hasText: "改动" }).locator("a");
    await expect.poll(() => changed.innerText()).toBe(String(file!.glossed));
    await changed.click();
    await page.waitForURL(/kind=changed/);
    await expect.poll(() => page.getByText(/^第 1–/).innerText()).toContain(`共 ${file!.glossed} 行`);
    expect(await page.locator("del").first().innerText()).toBe("(yào)");
    const sheet = page.waitForEvent("download");
    await page.getByRole("button", { name: "导出 Excel" }).click();
    expect(readFileSync(await (await sheet).path()).subarray(0, 2).toString()).toBe("PK");
    await page.goBack();
    await page.goBack();
  });

  test("an older version comes back, and going back is undone", async () => {
    await page.getByRole("button", { name: "回到 v1" }).click();
    await expect.poll(() => page.locator(".ant-table-row").count()).toBe(3);
    await undoLast(page);
    await expect.poll(() => page.locator(".ant-table-row").count()).toBe(4);
    const latest = house.zhuomo<{ changed: number; added: number; removed: number }>("dataset", "diff", house.product, "夜班", "v4", "--base", "v2");
    expect([latest.changed, latest.added, latest.removed]).toEqual([0, 0, 0]);
  });

  test("a dataset set aside is out of the list and comes back with Z", async () => {
    await page.goto(`/${house.product}/data?lang=zh`);
    const row = page.locator(".ant-table-row", { hasText: "夜班" });
    await row.getByRole("button", { name: "移走" }).click();
    await row.waitFor({ state: "detached" });
    await undoLast(page);
    await row.waitFor();
    await row.getByRole("link", { name: "夜班" }).click();
    await page.locator("[data-finding]").first().waitFor();
  });
});
