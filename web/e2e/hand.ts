// A person at the keyboard, for the tests that walk the whole thread: every act is a key or a word typed, and is
// counted, with the time that a person takes for it.

import type { Page } from "playwright-core";
import type { House } from "./harness";

const actSeconds = 1.5; // what a person takes for one act, looking included
const typeSeconds = 0.35; // a character typed with an input method
const tabSeconds = 0.3; // one Tab of a row of them

const titles: Record<string, string> = { data: "数据", clean: "清洗", label: "标注", model: "训练", evaluate: "评测", flow: "交互", release: "上线", feedback: "反馈" };

export class Hand {
  acts = 0;
  seconds = 0;

  constructor(
    readonly house: House,
    readonly page: Page,
    /** product is whose pages are walked. */
    public product: string,
    private readonly keep: (name: string) => Promise<unknown>,
  ) {}

  shot = (name: string) => this.keep(name);

  async get<T>(path: string): Promise<T> {
    return (await (await this.house.context.request.get(path.startsWith("/api") ? path : `/api/v1/products/${this.product}${path}`)).json()) as T;
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      await this.page.keyboard.press(key);
      this.acts++;
      this.seconds += actSeconds;
    }
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.insertText(text);
    this.acts++;
    this.seconds += actSeconds + typeSeconds * [...text].length;
  }

  /** file hands a file to the page; the system's own dialog is no page. */
  async file(selector: string, path: string): Promise<void> {
    await this.page.locator(selector).setInputFiles(path);
    this.acts++;
    this.seconds += 10 * actSeconds;
  }

  /** can waits until an act can be done: its button is on. */
  async can(words: string): Promise<void> {
    await this.page.locator("button:enabled", { hasText: words }).first().waitFor();
  }

  /** reach goes by Tab to what is called so, and fails when Tab never comes there. */
  async reach(name: RegExp, most = 60): Promise<void> {
    for (let n = 0; n < most; n++) {
      const here = await this.page.evaluate(() => {
        let e = document.activeElement;
        while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
        return e && e !== document.body ? (e.getAttribute("aria-label") ?? e.getAttribute("placeholder") ?? e.querySelector("[aria-hidden]")?.previousSibling?.textContent ?? e.textContent ?? "").trim() : "";
      });
      if (name.test(here)) return;
      await this.page.keyboard.press("Tab");
      this.seconds += tabSeconds;
    }
    throw new Error(`Tab does not come to ${String(name)}`);
  }

  /** go presses G and the key of a stage, and waits for its page. */
  async go(key: string, stage: string): Promise<void> {
    await this.press("g", key);
    await this.page.waitForURL((u) => u.pathname.startsWith(`/${this.product}/${stage}`));
    await this.page.locator("h1", { hasText: titles[stage]! }).waitFor();
  }

  /** back is the browser's own Alt and Left: the chat is a customer's page and leads nowhere. */
  async back(): Promise<void> {
    await this.page.goBack();
    this.acts++;
    this.seconds += actSeconds;
  }

  /** first opens the first row of the list. */
  async first(key: string): Promise<void> {
    await this.page.locator(`.ant-table-row[data-row-key="${key}"]`).waitFor();
    await this.press("j", "Enter");
    await this.page.waitForURL((u) => decodeURIComponent(u.pathname).endsWith(`/${key}`));
  }

  async home(): Promise<void> {
    await this.press("g", "h");
    await this.page.waitForURL((u) => u.pathname === `/${this.product}`);
    await this.page.locator("h1").waitFor();
  }

  /** label answers so many tasks of the desk that is open; key tells which label a text has. */
  async label(count: number, key: (text: string, n: number) => string): Promise<void> {
    const task = '[data-testid="task"]';
    await this.page.waitForSelector(task);
    for (let n = 0; n < count; n++) {
      const now = await this.page.getAttribute(task, "data-task");
      await this.press(key(await this.page.innerText(task), n), "Enter");
      await this.page.waitForFunction((was) => document.querySelector('[data-testid="task"]')?.getAttribute("data-task") !== was, now);
    }
    await this.page.waitForSelector('[data-testid="saved"][data-pending="0"]');
  }
}
