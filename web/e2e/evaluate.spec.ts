// Evaluation by keys: a flip is judged and unjudged, a report is signed, a sheet is tested and its wrong rows become checks.
import { writeFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cannot, openHouse, undoLast, type House } from "./harness";

let house: House;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "zhuomo-batch-"));
  if (!cannot) house = await openHouse();
});
afterAll(async () => {
  await house?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Flips {
  items: { row_id: string; verdict?: string }[];
}
const newest = () => house.zhuomo<{ items: { id: string }[] }>("evaluate", "list", "--product", house.product).items[0]!.id;

test.skipIf(cannot)("1 judges a flip and Z takes it back; S signs the report into a candidate", async () => {
  const page = await house.context.newPage();
  await page.goto(`/${house.product}/evaluate/latest?lang=zh`);
  await page.getByRole("button", { name: /^签发|^越过门禁/ }).waitFor();
  const report = newest();
  const judged = () => house.zhuomo<Flips>("evaluate", "flips", report).items.filter((f) => f.verdict).length;
  if (house.zhuomo<Flips>("evaluate", "flips", report).items.length) {
    await page.getByText("已裁 0").waitFor();
    await page.keyboard.press("1");
    await expect.poll(judged).toBe(1);
    await undoLast(page);
    await expect.poll(judged).toBe(0);
  }
  await page.keyboard.press("s");
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  const reason = dialog.getByRole("textbox");
  if (await reason.count()) await reason.fill("演示：人工核对过改坏的行");
  await dialog.getByRole("button", { name: /^签发|^越过门禁/ }).click();
  await page.getByText(/签发为 r\d+/).waitFor();
  const releases = house.zhuomo<{ items: { report_id?: string; state: string }[] }>("serve", "releases", "--product", house.product).items;
  expect(releases.some((r) => r.report_id === report && r.state === "candidate")).toBe(true);
  await page.close();
}, 60_000);

test.skipIf(cannot)("a sheet is taken in with its columns guessed, tested, and V keeps the wrong rows as checks", async () => {
  const sheet = join(folder, "问题.csv");
  writeFileSync(sheet, "用户问题,期望意图\n帮我推荐一家人民广场附近的酒店,找酒店\n我要投诉,找酒店\n,投诉\n");
  const page = await house.context.newPage();
  await page.goto(`/${house.product}/evaluate/batch?lang=zh`);
  await page.locator("[data-batch] input[type=file]").setInputFiles(sheet);
  await page.getByText("列是猜的，可以改").waitFor();
  await page.keyboard.press("r");
  await page.getByText("听成别的").waitFor({ timeout: 20_000 });
  const suite = () => house.zhuomo<{ version: number; text: string }>("evaluate", "suite", "--product", house.product);
  const before = suite().version;
  await page.keyboard.press("v");
  await expect.poll(() => suite().version).toBe(before + 1);
  expect(suite().text).toContain("我要投诉");
  await page.getByRole("link", { name: /^错 1/ }).click();
  await page.getByText("共 1 行").waitFor();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByText("错的存成 Excel").click()]);
  const path = join(folder, "wrong.xlsx");
  await file.saveAs(path);
  expect(readFileSync(path).subarray(0, 2).toString()).toBe("PK");
  await page.close();
}, 60_000);
