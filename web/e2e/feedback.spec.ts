// The inbox by keys: a wrong answer is corrected, live, and taken back.
import { afterAll, beforeAll, expect, test } from "vitest";
import { cannot, openHouse, undoLast, type House } from "./harness";

let house: House;
beforeAll(async () => {
  if (!cannot) house = await openHouse();
});
afterAll(async () => house?.close());

interface Fixes {
  items: { id: string; state: string; labels: string[]; turn_id: string }[];
}
const fixes = () => house.zhuomo<Fixes>("feedback", "fixes").items;
const live = () => house.zhuomo<{ items: { name: string; state: string }[] }>("serve", "releases").items.find((r) => r.state === "live")!.name;

test.skipIf(cannot)("a wrong answer is corrected by keys, goes live, and Z takes it back", async () => {
  const before = fixes().length;
  const was = live();
  const page = await house.context.newPage();
  await page.goto(`/${house.product}/feedback?lang=zh`);
  const list = page.getByRole("listbox", { name: "反馈" });
  await list.waitFor();
  // What the clock shows while a fix runs: how many of its five parts have ended.
  await page.evaluate(() => {
    const seen = ((window as unknown as { seen: Set<string> }).seen = new Set<string>());
    const clock = document.querySelector('[data-testid="clock"]')!;
    new MutationObserver(() => clock.getAttribute("data-running") === "true" && seen.add(`${clock.getAttribute("data-done")}`)).observe(clock, { attributes: true });
  });
  // The gate may refuse a correction, as it should; then the next one is tried.
  for (let tries = 0; tries < 6 && live() === was; tries++) {
    await page.locator('[aria-pressed][data-machine="false"]').first().waitFor();
    await page.keyboard.press("2");
    await page.locator('[aria-pressed="true"][data-machine="false"]').first().waitFor();
    await page.keyboard.press("Enter");
    const made = before + tries + 1;
    await expect.poll(() => fixes().filter((f) => f.state !== "working").length, { timeout: 20_000 }).toBeGreaterThanOrEqual(made);
    if (live() === was) await page.keyboard.press("j");
  }
  expect(live()).not.toBe(was);
  await page.getByText("修正已上线").waitFor();
  const seen = await page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen].map(Number));
  expect(seen).toContain(0);
  expect(seen.filter((n) => n > 0 && n < 5).length, `parts told on the way: ${seen}`).toBeGreaterThanOrEqual(2);
  await page.getByRole("button", { name: /^训练 .* 日志$/ }).click();
  const log = page.getByRole("dialog");
  await log.getByText(/训练：这句/).first().waitFor();
  await log.getByText(/替下/).waitFor();
  await page.keyboard.press("Escape");
  await log.waitFor({ state: "hidden" });
  await page.keyboard.press("z");
  await expect.poll(live, { timeout: 10_000 }).toBe(was);
  await page.close();
}, 120_000);

test.skipIf(cannot)("an answer that was right leaves the list, and undo brings it back", async () => {
  const page = await house.context.newPage();
  await page.goto(`/${house.product}/feedback?lang=zh`);
  const first = page.getByRole("option").first();
  await first.waitFor();
  const id = await first.getAttribute("id");
  await page.keyboard.press("a");
  await expect.poll(() => page.locator(`[id="${id}"]`).count()).toBe(0);
  await page.keyboard.press("z");
  await page.locator(`[id="${id}"]`).waitFor();
  await page.close();
}, 60_000);

test.skipIf(cannot)("W adds the question to an entry found by pinyin, and Z takes it out again", async () => {
  interface Entry { id: string; question: string; variants: string[] | null }
  const at = (path: string) => `/api/v1/products/${house.product}${path}`;
  const made = (await (await house.context.request.post(at("/entries"), { data: { question: "帆板租赁押金", text: "三百。" } })).json()) as Entry;
  const variants = async () => ((await (await house.context.request.get(at(`/entries/${made.id}`))).json()) as Entry).variants ?? [];
  const page = await house.context.newPage();
  await page.goto(`/${house.product}/feedback?lang=zh`);
  const first = page.getByRole("option", { selected: true });
  await first.waitFor();
  const asked = await first.locator("span").first().textContent();
  await page.keyboard.press("w");
  await page.getByText("加到已有条目").click();
  const field = page.getByLabel("找条目：字、拼音或首字母");
  await field.waitFor();
  await field.fill("fanbanzulin");
  await page.getByRole("option", { name: /帆板租赁押金/ }).waitFor();
  await page.keyboard.press("Enter");
  await expect.poll(variants, { timeout: 10_000 }).toEqual([asked]);
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await undoLast(page);
  await expect.poll(variants, { timeout: 10_000 }).toEqual([]);
  await page.close();
}, 60_000);
