// A script in every stored text: an attacker has got markup into every name, note, sentence, answer and label that the
// database holds, into rows of a file and into a customer's words. Every page shows it as the text that it is.

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cannot, openHouse, type House } from "./harness";
import { addressOf, firstQueue, pages } from "./pages";

const script = "<img src=x onerror=hit(1)>";

/** made lists the elements that stored markup has become, shadow trees included. */
const made = (page: Page) =>
  page.evaluate(() => {
    const walk = (root: ParentNode): string[] =>
      [...root.querySelectorAll("*")].flatMap((e) => [
        ...(e.matches('img[src="x"], [onerror], [onload], a[href^="javascript:" i], script:not([src])') && !e.matches('script[type="application/json"]') ? [e.outerHTML.slice(0, 200)] : []),
        ...(e.shadowRoot ? walk(e.shadowRoot) : []),
      ]);
    return walk(document);
  });

describe.skipIf(cannot !== "")(`a script in every text ${cannot}`, () => {
  let house: House;
  let page: Page;
  let queue = "";
  let shown = 0;
  const said: string[] = [];
  beforeAll(async () => {
    house = await openHouse();
    queue = firstQueue(house);
    const file = join(house.folder, `script${script.slice(5, 8)}.csv`);
    writeFileSync(file, `问,答\n${[...Array(20).keys()].map((i) => `几点开门${i}${script},九点${script}`).join("\n")}\n`);
    house.zhuomo("dataset", "create", house.product, "--name", `脚本${script}`);
    house.zhuomo("dataset", "import", `脚本${script}`, file, "--product", house.product);
    await house.stop();
    const spoilt = spawnSync("go", ["run", "./internal/testkit/hostile", house.folder], { cwd: resolve(".."), encoding: "utf8" });
    expect(spoilt.status, spoilt.stderr).toBe(0);
    expect(Number(spoilt.stdout), "texts that hold the script").toBeGreaterThan(1000);
    await house.start();
    page = await house.context.newPage();
    await page.setViewportSize({ width: 1440, height: 900 });
    page.on("console", (m) => /Content Security Policy|Refused to/.test(m.text()) && said.push(m.text()));
    page.on("dialog", (d) => (said.push(d.message()), void d.dismiss()));
    await page.addInitScript("window.hit = () => { window.hits = (window.hits ?? 0) + 1; }");
  });
  afterAll(async () => house?.close());

  for (const p of pages) {
    test(p.name, async () => {
      said.length = 0;
      await page.goto(addressOf(p, house.product, queue));
      await page.waitForSelector("h1");
      await page.waitForFunction(() => !document.querySelector('[data-face="loading"], [data-chart]:not([data-drawn])'), undefined, { timeout: 15_000 });
      expect(await made(page), "markup that was stored as text").toEqual([]);
      expect(await page.evaluate("window.hits ?? 0"), "scripts that ran").toBe(0);
      expect(said, "what the policy had to refuse").toEqual([]);
      shown += (await page.evaluate(() => document.body.innerText.split("onerror=hit(1)").length - 1)) as number;
    });
  }

  test("the chat says it back as text", async () => {
    await page.goto(`/chat/${house.product}`);
    const chat = page.locator("zhuomo-chat");
    await chat.locator("textarea").fill(`你好${script}[点](javascript:hit(1))`);
    await chat.locator("textarea").press("Enter");
    await chat.locator(".answer .rate").first().waitFor();
    expect(await made(page)).toEqual([]);
    expect(await chat.locator(".bubble.me").last().innerText()).toContain(script);
    await page.goto(`/${house.product}/feedback`);
    await page.waitForSelector("h1");
    expect(await made(page)).toEqual([]);
  });

  test("it was there to be seen", () => {
    expect(shown, "scripts shown as text on all pages").toBeGreaterThan(200);
    console.log(`hostile: ${shown} scripts shown as text on ${pages.length} pages, none ran`);
  });
});
