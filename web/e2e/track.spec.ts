// What a program logged by MLflow's protocol is searched, opened, compared; a version goes to its stage by a request and an approval.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cannot, openHouse, type House } from "./harness";

let house: House;
let page: Page;
const runs: string[] = [];

beforeAll(async () => {
  if (cannot) return;
  house = await openHouse();
  const token = house.zhuomo<{ secret: string }>("tokens", "create", "logger", "--role", "trainer").secret;
  const call = async <T,>(path: string, body: unknown): Promise<T> => {
    const answer = await fetch(`${house.address}/mlflow/${house.product}/api/2.0/mlflow/${path}`, { method: "POST", headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  for (const [i, name] of ["slow", "fast"].entries()) {
    const id = (await call<{ run: { info: { run_id: string } } }>("runs/create", { run_name: name, start_time: 1_700_000_000_000 + i })).run.info.run_id;
    await call("runs/log-batch", {
      run_id: id,
      params: [{ key: "lr", value: String(0.1 * (i + 1)) }, { key: "seed", value: "7" }],
      metrics: Array.from({ length: 300 }, (_, step) => ({ key: "loss", value: 1 / (step + 1 + i), timestamp: 1_700_000_000_000 + step, step })),
    });
    await call("runs/update", { run_id: id, status: "FINISHED", end_time: 1_700_000_009_000 });
    const put = await fetch(`${house.address}/mlflow/${house.product}/api/2.0/mlflow-artifacts/artifacts/0/${id}/artifacts/notes/read.txt`, { method: "PUT", headers: { Authorization: `Bearer ${token}` }, body: `第 ${i} 次` });
    expect(put.status).toBe(200);
    runs.push(id);
  }
  await call("registered-models/create", { name: "意图" });
  await call("model-versions/create", { name: "意图", source: "x", run_id: runs[0] });
  page = await house.context.newPage();
});
afterAll(async () => house?.close());

test.skipIf(cannot)("a filter in MLflow's syntax finds a run, a wrong one says what is wrong, and two runs are compared", async () => {
  await page.goto(`/${house.product}/tune/runs?lang=zh`);
  await page.getByText("fast", { exact: true }).waitFor();
  const search = page.getByRole("searchbox", { name: "按 MLflow 的语法筛选" });
  await search.fill("params.lr >");
  await search.press("Enter");
  await page.getByText("看不懂筛选或排序").waitFor();
  await page.getByRole("searchbox", { name: "按 MLflow 的语法筛选" }).fill("params.lr = '0.1'");
  await page.getByRole("searchbox", { name: "按 MLflow 的语法筛选" }).press("Enter");
  await page.getByText("slow", { exact: true }).waitFor();
  expect(await page.getByText("fast", { exact: true }).count()).toBe(0);
  await page.goto(`/${house.product}/tune/runs?lang=zh`);
  for (const box of [1, 2]) await page.locator(".ant-table-row input[type=checkbox]").nth(box - 1).check();
  await page.getByRole("button", { name: /^对比 2 个/ }).click();
  await page.waitForURL(/\/tune\/runs\/compare\?runs=/);
  const table = page.getByRole("region", { name: "指标在上，不同的参数在下" });
  await table.getByText("lr", { exact: true }).waitFor();
  expect(await table.getByText("seed", { exact: true }).count()).toBe(0);
  await page.locator("[data-chart][data-drawn]").nth(1).waitFor();
});

test.skipIf(cannot)("a run shows its curve, its params and the beginning of a file", async () => {
  await page.goto(`/${house.product}/tune/runs/${runs[0]}?lang=zh`);
  await page.locator("[data-chart][data-drawn]").first().waitFor();
  await page.getByRole("table", { name: "参数" }).getByText("0.1", { exact: true }).waitFor();
  await page.getByRole("button", { name: "notes" }).click();
  await page.getByRole("button", { name: "read.txt" }).click();
  await page.getByText("第 0 次", { exact: true }).waitFor();
  await page.getByRole("link", { name: "意图 v1" }).waitFor();
});

test.skipIf(cannot)("a request waits until it is approved, then the version stands at its stage", async () => {
  await page.goto(`/${house.product}/tune/registry?lang=zh`);
  await page.getByText("意图", { exact: true }).click();
  await page.getByRole("button", { name: "申请换阶段" }).click();
  await page.getByLabel("为什么").fill("测过了");
  await page.getByRole("button", { name: "申请", exact: true }).click();
  await page.getByText("测过了").waitFor();
  expect(await page.locator(".ant-table-row").getByText("试用", { exact: true }).count()).toBe(0);
  await page.getByRole("button", { name: "批准", exact: true }).click();
  await page.locator(".ant-table-row").getByText("试用", { exact: true }).waitFor();
  expect(house.zhuomo<{ requests: { state: string; decider: string }[] }>("models", "show", house.product, "意图").requests[0]).toMatchObject({ state: "approved" });
});
