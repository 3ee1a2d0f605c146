// A stranger's first hour, in Chinese and by keys alone: from the sign-in link of an empty house to a wrong answer
// that is right again and down to its raw line, on a dirty file of their own. Pictures are kept in e2e/shots.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sheet } from "./bookshop";
import * as hour from "./firstHour";
import { Hand } from "./hand";
import { cannot, openHouse, type House } from "./harness";

describe.skipIf(cannot !== "")(`the first hour ${cannot}`, () => {
  let house: House;
  let folder: string;
  let hand: Hand;

  beforeAll(async () => {
    mkdirSync("e2e/shots", { recursive: true });
    folder = mkdtempSync(join(tmpdir(), "zhuomo-first-"));
    house = await openHouse({ demo: false });
    const chinese = await house.browser.newContext({ baseURL: house.address, locale: "zh-CN", viewport: { width: 1440, height: 900 } });
    const page = await chinese.newPage();
    await page.goto(house.zhuomo<{ url: string }>("people", "link").url);
    hand = new Hand(house, page, "", (name) => page.screenshot({ path: `e2e/shots/empty-${name}.png` }));
  });
  afterAll(async () => {
    console.log(`first hour: ${hand.acts} acts, ${Math.round(hand.seconds)} s at human speed (bar 600 s)`);
    await house?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("a product of one's own file", async () => {
    const file = join(folder, "书店客服.csv");
    writeFileSync(file, sheet());
    await hour.makeProduct(hand, "书店客服", file);
    expect(await hour.result(hand, "import")).toContain("231 行");
  });

  test("clean: the steps are those that the rows need, and no row is lost", async () => {
    await hour.clean(hand);
    const run = (await hand.get<{ items: { rows_in: number; rows_added: number; rows_out: number; set_aside: number }[] }>("/clean-runs")).items[0]!;
    expect(run.rows_in + run.rows_added).toBe(run.rows_out + run.set_aside);
    expect(await hour.result(hand, "clean")).toContain("留");
  });

  test("label 30: a guideline, a queue, the desk", async () => {
    await hour.labelThirty(hand);
    expect(await hour.result(hand, "label")).toContain("30 行");
  });

  test("train on them", async () => {
    await hour.train(hand);
    expect(await hour.result(hand, "train")).toContain("m1");
  });

  test("test: on rows that it has not learnt from", async () => {
    await hour.judge(hand);
    const report = (await hand.get<{ items: { rows: number }[] }>("/evaluations")).items[0]!;
    expect(report.rows).toBeGreaterThan(2);
    await hour.result(hand, "test");
  });

  test("a flow with a place for every label, and nothing wrong with it", async () => {
    await hour.drawFlow(hand);
    await hour.result(hand, "flow");
  });

  test("release: signed, then live", async () => {
    await hour.release(hand);
    expect(await hour.result(hand, "release")).toContain("r1");
  });

  test("chat: one sentence is understood, one is not; the fix goes live, the same sentence is answered, and its thread leads to the raw lines", async () => {
    await hour.openChat(hand);
    expect(await hour.talk(hand, "我的快递到哪里了")).toContain("查订单");
    expect(await hour.talk(hand, hour.wrong)).not.toContain("营业时间");
    await hand.shot("chat");
    await hour.fix(hand, hour.wrong);
    const fix = (await hand.get<{ items: { state: string; seconds: number }[] }>("/fixes")).items[0]!;
    console.log(`first hour: fix ${fix.state} in ${fix.seconds.toFixed(2)} s`);
    expect(fix.state).toBe("live");
    await hour.thread(hand);
    expect(await hand.page.locator("ol > li").count()).toBeGreaterThanOrEqual(4);
    await hand.page.goto(`/${hand.product}`);
    await hand.page.waitForSelector("h1");
    expect(await hand.page.locator("[data-guide]").count()).toBe(0); // all is done: the strip is gone
    await hand.page.goto(`/chat/${hand.product}`);
    expect(await hour.talk(hand, hour.wrong)).toContain("营业时间");
    await hand.shot("answered");
  });
});
