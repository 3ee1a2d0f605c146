// A stranger's first hour by keys: the tasks of the guide strip, one by one, on a file of one's own. The test
// (empty.spec.ts) holds each to what was measured, the guide's pictures are made on the way.

import { expect } from "vitest";
import type { Hand } from "./hand";
import { labels, labelOf } from "./bookshop";

/** task does what the strip on the home page says is next; N goes there. */
async function task(hand: Hand, id: string): Promise<void> {
  await hand.home();
  await hand.page.waitForSelector(`[data-step="${id}"][aria-current="step"]`, { timeout: 20_000 });
  await hand.press("n");
}

/** result is what the strip says of a task that is done. */
export async function result(hand: Hand, id: string): Promise<string> {
  await hand.home();
  await hand.page.waitForSelector(`[data-step="${id}"][data-done="true"]`, { timeout: 30_000 });
  return (await hand.page.innerText(`[data-step="${id}"]`)).split("\n").at(-1)!;
}

/** wrong is what the young model does not understand; the owner of the shop knows that it asks for the opening hours. */
export const wrong = "今晚几点打烊";

export async function makeProduct(hand: Hand, name: string, sheet: string): Promise<void> {
  const { page } = hand;
  await page.getByLabel("产品名称").waitFor();
  await hand.type(name);
  await hand.file("input[type=file]", sheet);
  await page.getByText(sheet.split("/").at(-1)!).waitFor();
  await hand.shot("product");
  await hand.press("Enter");
  await page.waitForSelector("[data-guide]");
  hand.product = new URL(page.url()).pathname.split("/")[1]!;
}

export async function clean(hand: Hand): Promise<void> {
  const { page } = hand;
  await task(hand, "clean");
  await hand.can("新方案");
  await hand.press("n"); // the steps come from what is wrong with the rows
  await page.waitForURL(/\/clean\/.+/);
  await page.getByText("行改动").first().waitFor();
  await hand.press("ArrowDown");
  await page.getByText(/样本里改动 [1-9]/).waitFor();
  await hand.shot("clean");
  await hand.press("a");
  await page.locator(".ant-message button").first().waitFor({ timeout: 20_000 });
}

export async function labelThirty(hand: Hand): Promise<void> {
  const { page } = hand;
  await task(hand, "label");
  await hand.can("写标注规范");
  await hand.press("n");
  await hand.can("加标签");
  await hand.press("n");
  for (const [n, name] of labels.entries()) {
    await page.locator('input[aria-label="中文名"]:focus').waitFor();
    await expect.poll(() => page.locator('input[aria-label="中文名"]').inputValue()).not.toBe(labels[n - 1] ?? "");
    await hand.type(name);
    if (n < labels.length - 1) await hand.press("Enter");
  }
  await hand.shot("guideline");
  await hand.press("Control+s");
  await page.getByText(/^v1/).first().waitFor();
  await hand.press("Escape");
  await hand.go("l", "label");
  await hand.can("开队列");
  await hand.press("n");
  await page.getByText("列名「用户问题」").waitFor(); // which column to label was found
  await hand.press("Control+Enter");
  await page.locator(".ant-table-row", { hasText: "标注中" }).waitFor({ timeout: 20_000 });
  await hand.press("j", "Enter");
  await hand.label(15, labelKey);
  await hand.shot("desk");
  await hand.label(15, labelKey);
}

function labelKey(text: string): string {
  return String(labels.indexOf(labelOf(text)) + 1);
}

export async function train(hand: Hand): Promise<void> {
  const { page } = hand;
  await task(hand, "train");
  await hand.can("训练");
  await hand.press("r");
  await page.waitForURL(/\/model\/m1/, { timeout: 30_000 });
  await page.getByText("学得怎样").waitFor();
  await hand.shot("model");
}

export async function judge(hand: Hand): Promise<void> {
  const { page } = hand;
  await task(hand, "test");
  await hand.can("评测最新模型");
  await hand.press("r");
  await page.waitForURL(/\/evaluate\/.+/, { timeout: 30_000 });
  await page.getByText("门禁").first().waitFor();
  await hand.shot("report");
}

export async function drawFlow(hand: Hand): Promise<void> {
  const { page } = hand;
  await task(hand, "flow");
  await hand.can("新建流程");
  await hand.press("n");
  await page.waitForSelector(".react-flow__node");
  await page.getByText("体检 0").waitFor(); // nothing is wrong with it
  await hand.shot("flow");
}

export async function release(hand: Hand): Promise<void> {
  const { page } = hand;
  await task(hand, "release"); // nothing is signed yet: the report is where that is done
  await hand.go("e", "evaluate");
  await page.locator(".ant-table-row").first().waitFor();
  await hand.press("j", "Enter");
  await hand.can("签发 m1");
  await hand.press("s");
  await page.getByRole("dialog").waitFor();
  await hand.reach(/^签发 m1$/);
  await hand.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await hand.go("r", "release");
  await hand.can("发布 r1");
  await hand.press("s");
  await expect.poll(async () => (await hand.get<{ name?: string }>("/releases/live")).name, { timeout: 20_000 }).toBe("r1");
  await hand.shot("release");
}

/** talk says a sentence in the chat and gives the answer that is shown. */
export async function talk(hand: Hand, text: string): Promise<string> {
  const { page } = hand;
  const answers = page.locator("zhuomo-chat .answer");
  await page.locator("zhuomo-chat [role=log]:not([aria-busy])").waitFor(); // what was said earlier is back
  const before = await answers.count();
  await hand.reach(/说说|留言|输入/);
  await hand.type(text);
  await hand.press("Enter");
  await answers.nth(before).waitFor();
  return await answers.nth(before).innerText();
}

export async function openChat(hand: Hand): Promise<void> {
  await task(hand, "chat");
  await hand.page.waitForURL(/\/chat\//);
  await hand.page.locator("zhuomo-chat textarea").waitFor();
}

/** fix gives a live sentence its right meaning and puts it live; N of the strip leads to the inbox. */
export async function fix(hand: Hand, text: string): Promise<void> {
  const { page } = hand;
  await hand.back();
  await task(hand, "fix");
  const chosen = page.locator('[role="option"][aria-selected="true"]');
  await chosen.waitFor();
  for (let n = 0; n < 20 && !(await chosen.innerText()).includes(text); n++) await hand.press("j");
  const meanings = page.locator("button[aria-pressed]");
  await meanings.first().waitFor();
  const words = await meanings.allInnerTexts();
  const at = words.findIndex((w) => w.includes(labelOf(text)));
  if (at >= 0) await hand.press(String(at + 1));
  else {
    await hand.reach(/别的意思/); // not among the five that the model thought of
    await hand.type(labelOf(text));
    await hand.press("Enter");
  }
  await page.locator('button[aria-pressed="true"]', { hasText: labelOf(text) }).waitFor();
  await hand.shot("inbox");
  await hand.press("Enter");
  await expect.poll(async () => (await hand.get<{ items: { state: string }[] }>("/fixes")).items[0]?.state ?? "", { timeout: 30_000 }).toMatch(/live|refused/);
  await page.getByText(`您问的是${labelOf(text)}`).first().waitFor(); // its new answer stands under the old one
  await hand.shot("fixed");
}

/** thread follows the sentence that was fixed to its raw line. */
export async function thread(hand: Hand): Promise<void> {
  const { page } = hand;
  await hand.press("t");
  await page.waitForURL(/\/thread\/.+/);
  await page.waitForSelector("ol li[aria-current]");
  await hand.press("j", "j", "j");
  await hand.shot("thread");
}
