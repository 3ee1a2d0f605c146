// Where people begin: labellers at the desk, seeing only labelling; leads at the quality of the labels; others at home.
import { afterAll, beforeAll, expect, test } from "vitest";
import { cannot, openHouse, type House } from "./harness";

let house: House;
beforeAll(async () => {
  if (!cannot) house = await openHouse();
});
afterAll(async () => house?.close());

/** begin signs somebody of a role in and gives the page that they begin on. */
async function begin(name: string, role: string) {
  house.zhuomo("people", "add", "--name", name, "--role", role);
  const context = await house.browser.newContext({ baseURL: house.address, locale: "zh-CN", viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(house.zhuomo<{ url: string }>("people", "link", "--account", name).url);
  return page;
}

test.skipIf(cannot)("a labeller sits down at the desk and is led to labelling alone", async () => {
  const page = await begin("小周", "labeller");
  await page.waitForSelector('[data-testid="task"]');
  expect(await page.locator("nav[aria-label='主导航'] a").evaluateAll((all) => all.map((a) => a.textContent!.replace(/\d+/g, "")))).toEqual(["标注", "设置"]);
  await page.keyboard.press("g");
  await page.keyboard.press("m"); // leads nowhere
  await page.keyboard.press("g");
  await page.keyboard.press("l");
  await page.waitForURL(/\/label$/);
  await page.screenshot({ path: "e2e/shots/roles-labeller.png" });
});

test.skipIf(cannot)("a lead begins at the quality of the newest queue", async () => {
  const page = await begin("老何", "lead");
  await page.waitForURL(/\/label\/queues\/[^/]+\/quality$/);
  expect(await page.locator("nav[aria-label='主导航'] a").count()).toBe(13);
});

test.skipIf(cannot)("a trainer begins at home", async () => {
  const page = await begin("小陈", "trainer");
  await page.waitForURL((u) => u.pathname === `/${house.product}`);
  await page.getByRole("button", { name: /切换产品/ }).click();
  await page.getByRole("menuitem").first().waitFor();
  expect(await page.getByRole("menuitem", { name: "删除产品" }).count()).toBe(0); // that is for leads
});
