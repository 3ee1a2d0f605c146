// What was typed outlives a save that is refused, a server that fails and one that is gone: the page says what
// happened, the text stands where it was, and the same key saves it once the server answers again.

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cannot, openHouse, type House } from "./harness";
import { firstQueue } from "./pages";

interface Case {
  name: string;
  path: string;
  /** call is the address that saves. */
  call: RegExp;
  /** write does what a person does up to the save. */
  write(page: Page): Promise<void>;
  save(page: Page): Promise<void>;
  /** typed is what stands on the page. */
  typed(page: Page): Promise<string>;
  /** kept is where the server has it, below /api/v1 or /api/v1/products/{product}. */
  kept: string;
}

let text = "";

describe.skipIf(cannot !== "")(`typed work ${cannot}`, () => {
  let house: House;
  let page: Page;
  beforeAll(async () => {
    house = await openHouse();
    const chinese = await house.browser.newContext({ baseURL: house.address, locale: "zh-CN", viewport: { width: 1440, height: 900 }, storageState: await house.context.storageState() });
    page = await chinese.newPage();
  });
  afterAll(async () => house?.close());

  const dialog = (p: Page) => p.getByRole("dialog");
  const cases: Case[] = [
    {
      name: "a knowledge entry",
      call: /entries$/,
      path: "/{product}/knowledge/new",
      write: async (p) => {
        await p.getByLabel("标准问").fill(text);
        await p.getByLabel("答案", { exact: true }).fill("答案");
      },
      save: async (p) => p.keyboard.press("Control+Enter"),
      typed: (p) => p.getByLabel("标准问").inputValue(),
      kept: "/entries?limit=1000",
    },
    {
      name: "a recipe as text",
      call: /recipes$/,
      path: "/{product}/clean/service",
      write: async (p) => {
        await p.getByRole("button", { name: "YAML" }).click();
        const field = dialog(p).getByRole("textbox");
        await field.fill(`# ${text}\n${await field.inputValue()}`);
        await dialog(p).locator(".ant-drawer-footer button").click();
      },
      save: async () => undefined, // by itself
      typed: (p) => dialog(p).getByRole("textbox").inputValue(),
      kept: "/recipes?limit=100",
    },
    {
      name: "a flow as text",
      call: /flows\?/,
      path: "/{product}/flow/拾程旅行客服?view=text",
      write: async (p) => {
        await p.click(".cm-content");
        await p.keyboard.press("Control+Home");
        await p.keyboard.insertText(`# ${text}\n`);
      },
      save: async (p) => p.keyboard.press("Control+Enter"),
      typed: (p) => p.locator(".cm-content").innerText(),
      kept: "/flows/拾程旅行客服",
    },
    {
      name: "a node of a flow",
      call: /flows\?/,
      path: "/{product}/flow/拾程旅行客服?node=hello&thread=all",
      write: async (p) => {
        await p.waitForSelector(".react-flow__node");
        await p.keyboard.press("Enter");
        await dialog(p).locator("input").first().fill(`节点${text}`);
        await p.keyboard.press("Control+Enter");
        await dialog(p).waitFor({ state: "detached" });
      },
      save: async (p) => p.keyboard.press("Control+Enter"),
      typed: (p) => p.locator(".react-flow__node").allInnerTexts().then((all) => all.join()),
      kept: "/flows/拾程旅行客服",
    },
    {
      name: "a rule of the guideline",
      call: /guidelines$/,
      path: "/{product}/label/guideline",
      write: async (p) => p.getByLabel("规则", { exact: true }).fill(text),
      save: async (p) => p.keyboard.press("Control+s"),
      typed: (p) => p.getByLabel("规则", { exact: true }).inputValue(),
      kept: "/guidelines/latest",
    },
    {
      name: "the checks of the suite",
      call: /suite$/,
      path: "/{product}/evaluate/rules/suite",
      write: async (p) => p.getByRole("textbox", { name: "行为测试集" }).fill(`# ${text}\n${await p.getByRole("textbox", { name: "行为测试集" }).inputValue()}`),
      save: async (p) => p.keyboard.press("Control+s"),
      typed: (p) => p.getByRole("textbox", { name: "行为测试集" }).inputValue(),
      kept: "/suite",
    },
    {
      name: "an answer written in the inbox",
      call: /entries$/,
      path: "/{product}/feedback",
      write: async (p) => {
        await p.getByRole("option").first().waitFor();
        await p.keyboard.press("w");
        await dialog(p).getByText("写新答案").click();
        await dialog(p).getByRole("textbox", { name: "答案" }).fill(`回答：${text}`);
      },
      save: async (p) => dialog(p).locator(".ant-btn-primary").click(),
      typed: (p) => dialog(p).getByRole("textbox", { name: "答案" }).inputValue(),
      kept: "/entries?limit=1000",
    },
    {
      name: "a person",
      call: /accounts$/,
      path: "/people",
      write: async (p) => {
        await p.getByRole("button", { name: /添加人员/ }).first().click();
        await dialog(p).locator("input").first().fill(text);
      },
      save: async (p) => dialog(p).locator(".ant-btn-primary").click(),
      typed: (p) => dialog(p).locator("input").first().inputValue(),
      kept: "//accounts?limit=500",
    },
    {
      name: "a token in the settings",
      call: /tokens$/,
      path: "/settings/tokens",
      write: async (p) => {
        await p.locator("main .ant-btn-primary").click();
        await dialog(p).locator("input").first().fill(text);
      },
      save: async (p) => dialog(p).locator(".ant-btn-primary").click(),
      typed: (p) => dialog(p).locator("input").first().inputValue(),
      kept: "//tokens?limit=500",
    },
    {
      name: "the name of a new product",
      call: /products$/,
      path: "/new",
      write: async (p) => p.fill("#name", text),
      save: async (p) => p.getByRole("button", { name: "建立产品" }).click(),
      typed: (p) => p.inputValue("#name"),
      kept: "//products?limit=500",
    },
  ];

  for (const c of cases) {
    test(c.name, async () => {
      text = `断网也不能丢的一句，${c.name}`;
      const has = async () => {
        const below = c.kept.startsWith("//") ? c.kept.slice(1) : `/products/${house.product}${c.kept}`;
        return (await (await house.context.request.get(`/api/v1${below}`)).text()).includes(text);
      };
      await page.goto(c.path.replace("{product}", house.product));
      await page.waitForSelector("h1");
      const stop = await failing(page, c.call);
      await c.write(page);
      for (const [how, code] of [["refused", "auth.forbidden"], ["broken", "internal.broken"], ["gone", "web.unreachable"]] as const) {
        const tried = stop(how);
        await c.save(page);
        await expect.poll(tried, { timeout: 12_000 }).toBeGreaterThan(0);
        await page.locator(`[data-fault="${code}"]`).first().waitFor({ timeout: 12_000 });
        expect(await c.typed(page), how).toContain(text);
      }
      expect(await has(), "nothing was saved meanwhile").toBe(false);
      stop("well");
      await c.save(page);
      await expect.poll(has, { timeout: 12_000 }).toBe(true);
      await page.unrouteAll();
    });
  }

  test("a label and a question on the desk", async () => {
    text = "断网也不能丢的一问";
    const queue = firstQueue(house);
    const mine = async () => ((await (await house.context.request.get(`/api/v1/queues/${queue}/answers?limit=200`)).json()) as { items: unknown[] }).items.length;
    const asked = async () => (await (await house.context.request.get(`/api/v1/queues/${queue}/skips`)).text()).includes(text);
    const before = await mine();
    await page.goto(`/${house.product}/label/queues/${queue}`);
    await page.waitForSelector('[data-testid="task"]');
    const stop = await failing(page, /annotations$|asks$/);
    const chosen = page.locator('[data-label][aria-pressed="true"]');
    await expect.poll(async () => (await chosen.count()) || void (await page.keyboard.press("1")), { interval: 1_000, timeout: 15_000 }).toBe(1); // the keys may not be heard yet
    await page.keyboard.press("Enter");
    const refused = page.getByRole("alert").filter({ hasText: "没有收下" });
    await refused.getByText("有 1 条").waitFor();
    await page.keyboard.press("f");
    await dialog(page).getByRole("textbox").fill(text);
    await page.keyboard.press("Control+Enter");
    await refused.getByText(text).waitFor();
    expect(await mine()).toBe(before);
    stop("gone");
    await refused.getByRole("button", { name: "再发一次" }).click();
    await page.getByTestId("offline").waitFor();
    stop("well");
    await expect.poll(mine, { timeout: 12_000 }).toBe(before + 1);
    await expect.poll(asked, { timeout: 12_000 }).toBe(true);
    await page.unrouteAll();
  });

  test("a question to the product", async () => {
    text = "断网也不能丢的一问";
    await page.goto(`/chat/${house.product}`);
    const chat = page.locator("zhuomo-chat");
    const stop = await failing(page, /turns$/);
    stop("broken");
    await chat.locator("textarea").fill(text);
    await page.keyboard.press("Enter");
    await chat.getByText("没有发出", { exact: false }).waitFor();
    await chat.getByText(text).waitFor();
    stop("well");
    await chat.getByRole("button", { name: "重试" }).click();
    await chat.locator(".answer .rate").first().waitFor();
  });
});

type How = "refused" | "broken" | "gone" | "well";

/**
 * failing lets writes to an address fail in the way that the returned function sets, refused at first; what is gone
 * answers nothing at all. That function gives how often the address was tried since.
 */
async function failing(page: Page, call: RegExp): Promise<(how: How) => () => number> {
  let how: How = "refused";
  let tries = 0;
  await page.route("**/api/v1/**", (route) => {
    const saves = route.request().method() !== "GET" && call.test(route.request().url());
    if (saves) tries++;
    if (how === "gone") return route.abort();
    if (how === "well" || !saves) return route.fallback();
    const problem = how === "refused" ? { status: 403, code: "auth.forbidden", detail: "这里需要训练师的权限", fix: "由负责人在「成员」里改角色" } : { status: 500, code: "internal.broken", detail: "服务器内部出错", fix: "稍后重试" };
    return route.fulfill({ status: problem.status, contentType: "application/problem+json", body: JSON.stringify({ title: "没有完成", request_id: "req-1", ...problem }) });
  });
  return (next) => {
    how = next;
    tries = 0;
    return () => tries;
  };
}
