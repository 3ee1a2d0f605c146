// The pictures of the guides, from the running program: the demo's product for the stages, a stranger's own product
// for the first hour. Fixed seeds, one size, WebP; the program is the one that was built last.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { sheet } from "./bookshop";
import * as hour from "./firstHour";
import { Hand } from "./hand";
import { cannot, openHouse } from "./harness";
import { firstQueue } from "./pages";

const folder = "../docs/guide/img";
const size = { width: 1280, height: 800 };
const most = 150_000; // bytes of one picture
const mostOfAll = 4_000_000;

let sum = 0;

async function picture(page: Page, name: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality: 82 });
  await devtools.detach();
  const bytes = Buffer.from(data, "base64");
  expect(bytes.length, name).toBeLessThan(most);
  sum += bytes.length;
  writeFileSync(join(folder, `${name}.webp`), bytes);
}

/** stages are the pages of the demo's product that guides show; ready is what tells that they are drawn. */
const stages: { name: string; path: string; ready: string }[] = [
  { name: "home", path: "", ready: "h1" },
  { name: "data", path: "data/会话", ready: ".ant-table-row" },
  { name: "clean", path: "clean/service", ready: "text=样本里改动" },
  { name: "knowledge", path: "knowledge", ready: '[role="option"], .ant-table-row' },
  { name: "label", path: "label/queues/{queue}", ready: '[data-testid="task"]' },
  { name: "quality", path: "label/queues/{queue}/quality", ready: "canvas, table" },
  { name: "model", path: "model/m1?say=%E8%80%81%E4%BA%BA%E5%9D%90%E8%BD%AE%E6%A4%85%EF%BC%8C%E9%85%92%E5%BA%97%E6%96%B9%E4%BE%BF%E8%BF%9B%E5%87%BA%E5%90%97", ready: "[data-cell]" },
  { name: "tune", path: "tune/s1", ready: "canvas, .ant-table-row" },
  { name: "evaluate", path: "evaluate/latest", ready: "h1" },
  { name: "flow", path: "flow/拾程旅行客服", ready: ".react-flow__node" },
  { name: "release", path: "release", ready: ".ant-table-row" },
  { name: "feedback", path: "feedback", ready: '[role="option"]' },
  { name: "thread", path: "thread/chats_1.csv:456", ready: "ol li" },
];

test.skipIf(cannot !== "")(`pictures of the stages ${cannot}`, async () => {
  mkdirSync(folder, { recursive: true });
  const house = await openHouse();
  const context = await house.browser.newContext({ baseURL: house.address, locale: "zh-CN", viewport: size, colorScheme: "light", reducedMotion: "reduce", storageState: await house.context.storageState() });
  const page = await context.newPage();
  for (const s of stages) {
    await page.goto(`/${house.product}/${s.path.replace("{queue}", firstQueue(house))}`);
    await page.locator(s.ready).first().waitFor();
    await page.waitForFunction(() => !document.querySelector('[data-face="loading"]'));
    await page.waitForTimeout(1500); // charts are drawn
    await picture(page, s.name);
  }
  await house.close();
});

test.skipIf(cannot !== "")("pictures of the first hour", async () => {
  const own = mkdtempSync(join(tmpdir(), "zhuomo-pictures-"));
  const house = await openHouse({ demo: false });
  const context = await house.browser.newContext({ baseURL: house.address, locale: "zh-CN", viewport: size, colorScheme: "light", reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(house.zhuomo<{ url: string }>("people", "link").url);
  const hand = new Hand(house, page, "", (name) => picture(page, `hour-${name}`));
  const file = join(own, "书店客服.csv");
  writeFileSync(file, sheet());
  await hour.makeProduct(hand, "书店客服", file);
  await hour.result(hand, "import");
  await hand.shot("home");
  await hour.clean(hand);
  await hour.labelThirty(hand);
  await hour.train(hand);
  await hour.judge(hand);
  await hour.drawFlow(hand);
  await hour.release(hand);
  await hour.openChat(hand);
  await hour.talk(hand, "我的快递到哪里了");
  await hour.talk(hand, hour.wrong);
  await hand.shot("chat");
  await hour.fix(hand, hour.wrong);
  await hour.thread(hand);
  await house.close();
  rmSync(own, { recursive: true, force: true });
  expect(sum, "all pictures").toBeLessThan(mostOfAll);
});
