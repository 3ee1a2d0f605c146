// The inbox by keys: a wrong answer is corrected, live, and taken back.
import { afterAll, beforeAll, expect, test } from "vitest";
import { cannot, openHouse, type House } from "./harness";

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
