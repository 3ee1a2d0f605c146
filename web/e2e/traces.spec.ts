// Traces that a program outside sent by OTLP are searched, opened as a waterfall, folded, and each span tells what it did.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cannot, openHouse, type House } from "./harness";

let house: House;
let page: Page;
let run = "";

const hex = (n: number | bigint, length: number) => n.toString(16).padStart(length, "0");
const card = 0x4111111111111111n; // looks like the number of a card
const at = 1_790_000_000_000; // ms
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

beforeAll(async () => {
  if (cannot) return;
  house = await openHouse();
  const token = house.zhuomo<{ secret: string }>("tokens", "create", "tracer", "--role", "trainer").secret;
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${house.address}/mlflow/${house.product}${path}`, { method: "POST", headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json() as Promise<{ run: { info: { run_id: string } } }>;
  };
  run = (await post("/api/2.0/mlflow/runs/create", { run_name: "replayed" })).run.info.run_id;
  const span = (trace: number, id: number | bigint, parent: number, name: string, from: number, to: number, more: object = {}) => ({ traceId: hex(trace, 32), spanId: hex(id, 16), ...(parent ? { parentSpanId: hex(parent, 16) } : {}), name, startTimeUnixNano: `${at + from}000000`, endTimeUnixNano: `${at + to}000000`, ...more });
  const send = (spans: object[], headers: Record<string, string>) => post("/v1/traces", { resourceSpans: [{ resource: { attributes: [text("service.name", "客服")] }, scopeSpans: [{ spans }] }] }, headers);
  await send(
    [
      span(1, 1, 0, "接待", 0, 100, { attributes: [text("input.value", "能带狗吗")] }),
      span(1, 2, 1, "检索", 10, 40),
      span(1, 3, 2, "向量", 12, 30),
      span(1, card, 1, "回答", 50, 100, { status: { code: 2, message: "模型没有回答" }, attributes: [text("model", "m1")], events: [{ name: "exception", timeUnixNano: `${at + 90}000000`, attributes: [text("exception.message", "超时")] }] }),
    ],
    { "x-mlflow-run-id": run },
  );
  await send(Array.from({ length: 260 }, (_, i) => span(1000 + i, 1, 0, `问 ${i}`, 1000 + i, 1002 + i)), {});
  page = await house.context.newPage();
});
afterAll(async () => house?.close());

test.skipIf(cannot)("all traces can be scrolled to, a filter finds one, a wrong one says what there is", async () => {
  await page.goto(`/${house.product}/tune/traces?lang=zh`);
  await page.getByText("问 259", { exact: true }).waitFor();
  const search = page.getByRole("searchbox", { name: "按 MLflow 的语法筛选" });
  await search.fill("colour = 'red'");
  await search.press("Enter");
  await page.getByText("execution_time_ms", { exact: false }).first().waitFor();
  await page.getByRole("searchbox", { name: "按 MLflow 的语法筛选" }).fill("execution_time_ms > 50");
  await page.getByRole("searchbox", { name: "按 MLflow 的语法筛选" }).press("Enter");
  await page.getByText("接待", { exact: true }).waitFor();
  expect(await page.locator("[data-total]").getAttribute("data-total")).toBe("1");
  await page.goto(`/${house.product}/tune/traces?lang=zh&order=timestamp_ms+ASC`);
  const names = page.locator(".ant-table-row b");
  await page.getByText("接待", { exact: true }).waitFor();
  expect(await names.first().textContent()).toBe("接待");
  await names.first().hover();
  for (let i = 0; i < 40 && !(await page.getByText("问 259", { exact: true }).count()); i++) await page.mouse.wheel(0, 2000);
  await page.getByText("问 259", { exact: true }).waitFor(); // beyond the first 200
});

test.skipIf(cannot)("a trace is a waterfall: bars stand where spans began, a span folds, and tells how it ended", async () => {
  await page.goto(`/${house.product}/tune/traces?lang=zh&filter=status+%3D+%27OK%27+and+name+%3D+%27接待%27`);
  await page.getByText("接待", { exact: true }).click();
  await page.waitForURL(/\/tune\/traces\/tr-0+1/);
  const rows = page.locator(".ant-table-row");
  await page.getByText("向量", { exact: true }).waitFor();
  expect(await rows.count()).toBe(4);
  const bars = await page.locator(".ant-table-row [data-state]").evaluateAll((all) => all.filter((b) => b.tagName === "I").map((b) => (b as HTMLElement).style.left));
  expect(bars).toEqual(["0%", "10%", "12%", "50%"]);
  await page.getByRole("button", { name: "收起 检索" }).press("Enter");
  expect(await rows.count()).toBe(3);
  await page.getByRole("button", { name: "展开 检索" }).click();
  await page.getByText("回答", { exact: true }).click();
  const pane = page.getByRole("complementary", { name: "环节" });
  for (const words of ["模型没有回答", "m1", "超时"]) await pane.getByText(words, { exact: true }).waitFor();
  expect(new URL(page.url()).searchParams.get("span")).toBe(hex(card, 16));
  await page.goto(`${page.url()}&lang=zh`);
  await pane.getByText("超时", { exact: true }).waitFor();
  await page.getByRole("button", { name: "看整条追踪" }).click();
  await page.getByText("能带狗吗", { exact: true }).waitFor();
  await page.getByRole("link", { name: "看运行" }).click();
  await page.waitForURL(new RegExp(`/tune/runs/${run}`));
  await page.getByRole("link", { name: "接待" }).waitFor();
});

test.skipIf(cannot)("a trace that is not there says so", async () => {
  await page.goto(`/${house.product}/tune/traces/tr-${hex(9, 32)}?lang=en`);
  await page.getByText("there is no trace", { exact: false }).waitFor();
});
