// A study is begun from the drawer, grows live, and P trains with its best trial.
import { afterAll, beforeAll, expect, test } from "vitest";
import { cannot, openHouse, type House } from "./harness";

let house: House;
beforeAll(async () => {
  if (!cannot) house = await openHouse();
});
afterAll(async () => house?.close());

interface Studies {
  items: { number: number; state: string; done_count: number; trials: number }[];
}
const studies = () => house.zhuomo<Studies>("tune", "list", "--product", house.product).items;

test.skipIf(cannot)("N begins a study with the preset dials, it runs to its end, P trains with the best trial", async () => {
  const page = await house.context.newPage();
  await page.goto(`/${house.product}/tune?lang=zh`);
  await page.getByText("s1", { exact: true }).waitFor();
  const before = studies().length;
  await page.keyboard.press("n");
  const count = page.getByRole("spinbutton", { name: "试验次数" });
  await count.fill("3");
  await count.press("Tab");
  await page.getByRole("button", { name: "开始，试 3 次" }).click();
  await page.waitForURL(/\/tune\/[0-9a-f-]{36}/);
  await expect.poll(() => studies()[0], { timeout: 60_000 }).toMatchObject({ state: "done", done_count: 3 });
  expect(studies().length).toBe(before + 1);
  await page.getByRole("button", { name: /^用 #\d+ 训练/ }).waitFor();
  await page.keyboard.press("p");
  await page.getByRole("link", { name: /^看模型 m\d+$/ }).waitFor({ timeout: 30_000 });
  await page.close();
}, 120_000);
