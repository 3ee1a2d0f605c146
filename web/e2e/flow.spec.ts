// The designer on the demo's flow: try it, keep what was tried as a story, change a node in the form
// and save, all with the keyboard; the API tells the same.

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cannot, openHouse, undoLast, type House } from "./harness";

describe.skipIf(cannot !== "")(`flow ${cannot}`, () => {
  let house: House;
  let page: Page;
  let flow: { id: string; revision: number; text: string };
  const read = async () => (await (await house.context.request.get(`/api/v1/products/${house.product}/flows/${flow.id}`)).json()) as typeof flow;
  beforeAll(async () => {
    house = await openHouse();
    page = await house.context.newPage();
    await page.emulateMedia({ reducedMotion: "reduce" });
    const list = (await (await house.context.request.get(`/api/v1/products/${house.product}/flows`)).json()) as { items: { id: string }[] };
    flow = { ...list.items[0]!, revision: 0, text: "" };
    flow = await read();
  });
  afterAll(async () => house?.close());

  test("a conversation is tried, seen, and kept as a story that passes", async () => {
    await page.goto(`/${house.product}/flow?lang=zh`);
    await page.waitForSelector(".react-flow__node");
    await page.focus("#flow-say");
    await page.keyboard.type("帮我推荐湖西区400块以内的酒店");
    await page.keyboard.press("Enter");
    await page.waitForSelector('[role="log"] dl');
    await page.waitForSelector('.react-flow__node [data-glow="true"]');
    await page.keyboard.press("Control+s");
    await page.waitForSelector('[role="dialog"] input');
    await page.fill('[role="dialog"] input', "从模拟存下的");
    await page.keyboard.press("Enter");
    await page.waitForSelector('[role="dialog"]', { state: "detached" });
    const kept = (await (await house.context.request.get(`/api/v1/products/${house.product}/flows/${flow.id}/stories`)).json()) as { stories: { name: string }[] };
    expect(kept.stories.at(-1)!.name).toBe("从模拟存下的");
    const run = (await (await house.context.request.post(`/api/v1/products/${house.product}/flows/${flow.id}/story-runs`, { data: {} })).json()) as { results: { name: string; passed: boolean; failed?: string }[] };
    expect(run.results.find((r) => r.name === "从模拟存下的")).toMatchObject({ passed: true });
  });

  test("a node is changed in the form; the rest of the file stays byte for byte; undo brings it back", async () => {
    const before = await read();
    await page.goto(`/${house.product}/flow/${flow.id}?lang=zh&node=hello&thread=all`);
    await page.waitForSelector(".react-flow__node");
    await page.keyboard.press("Enter");
    await page.waitForSelector('[role="dialog"] input');
    await page.focus('[role="dialog"] input');
    await page.keyboard.type("打个招呼");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector('[role="dialog"]', { state: "detached" });
    await page.getByText("未保存").waitFor();
    await page.keyboard.press("Control+Enter");
    await page.getByText("未保存").waitFor({ state: "detached" });
    const after = await read();
    expect(after.revision).toBe(before.revision + 1);
    expect(after.text).toContain("打个招呼");
    const lines = (text: string) => new Set(text.split("\n"));
    expect([...lines(before.text)].filter((l) => !lines(after.text).has(l)).length).toBeLessThanOrEqual(2);
    await undoLast(page);
    await page.waitForFunction(() => !document.body.textContent?.includes("打个招呼"));
    await expect.poll(async () => (await read()).text).toBe(before.text);
  });

  test("text that cannot be read marks its line and keeps the drawing", async () => {
    await page.goto(`/${house.product}/flow/${flow.id}?lang=zh&view=both`);
    await page.waitForSelector(".cm-content");
    const drawn = await page.locator(".react-flow__node").count();
    await page.click(".cm-content");
    await page.keyboard.press("Control+End");
    await page.keyboard.type("\n  broken: {sya: 你好}");
    await page.waitForSelector(".cm-lintRange-error");
    await page.getByText("图停在上一次读得懂的样子").waitFor();
    expect(await page.locator(".react-flow__node").count()).toBe(drawn);
  });

  test("somebody else's change is shown, not overwritten", async () => {
    await page.goto(`/${house.product}/flow/${flow.id}?lang=zh&node=hello&thread=all`);
    await page.waitForSelector(".react-flow__node");
    const now = await read();
    await house.context.request.post(`/api/v1/products/${house.product}/flows?flow=${flow.id}&filename=f.yaml`, { headers: { "Content-Type": "application/octet-stream", Origin: house.address }, data: now.text.replace("# 酒店", "# 住的地方") });
    await page.keyboard.press("Enter");
    await page.waitForSelector('[role="dialog"] input');
    await page.focus('[role="dialog"] input');
    await page.keyboard.type("我的改动");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector('[role="dialog"]', { state: "detached" });
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector(".cm-mergeView");
    expect((await read()).text).toContain("# 住的地方");
  });

  test("with the server gone the page says so", async () => {
    await page.route("**/api/v1/products/*/flows/**", (r) => r.abort());
    await page.goto(`/${house.product}/flow/${flow.id}?lang=zh`);
    await page.getByText("连不上琢磨的服务").waitFor({ timeout: 10_000 });
    await page.unroute("**/api/v1/products/*/flows/**");
  });
});
