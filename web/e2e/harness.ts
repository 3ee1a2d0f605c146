// The real program on a private copy of the data that one demo (demo.ts) made, and a real Chromium that
// signed in by a one-time link.

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";

const program = resolve("../bin/zhuomo");
const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((p) => existsSync(p));

/** cannot says why browser tests cannot run here; "" when they can. */
export const cannot = !browserPath ? "no Chromium (make tools)" : !existsSync(program) ? "no bin/zhuomo (make build)" : "";

export interface House {
  address: string;
  product: string;
  /** folder is the data folder; the demo's dirty files lie in its incoming. */
  folder: string;
  browser: Browser;
  /** context is a browser window that is signed in as the owner. */
  context: BrowserContext;
  /** zhuomo runs a command on the server and gives its JSON. */
  zhuomo<T>(...args: string[]): T;
  /** stop ends the server and leaves the browser; start begins it again at the same address. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** openHouse starts everything; demo=false leaves the data folder empty, postgres=true keeps the rows in a PostgreSQL database of its own. */
export async function openHouse({ demo = true, postgres = false } = {}): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), "zhuomo-e2e-"));
  const where = ["--data", folder, ...(postgres ? ["--db", newDatabase()] : [])];
  const run = (...args: string[]) => spawnSync(program, [...args, ...where, "--json"], { encoding: "utf8", timeout: 120_000 });
  if (demo) postgres ? moveDemo(folder, run) : cpSync(process.env["ZHUOMO_DEMO"]!, folder, { recursive: true });
  const serve = (listen: string) => spawn(program, ["serve", "--listen", listen, ...where, "--outgoing-to", "127.0.0.2"], { stdio: ["ignore", "pipe", "pipe"] });
  let server = serve("127.0.0.1:0");
  const address = await started(server);
  const stop = async () => {
    const gone = new Promise((r) => server.once("exit", r));
    server.kill("SIGTERM");
    await gone;
  };
  const zhuomo = <T,>(...args: string[]): T => {
    const answer = run(...args);
    if (answer.status !== 0) throw new Error(`zhuomo ${args.join(" ")}: ${answer.stdout}${answer.stderr}`);
    return JSON.parse(answer.stdout) as T;
  };
  const browser = await chromium.launch({ executablePath: browserPath!, args: ["--no-sandbox", "--font-render-hinting=none"] });
  const context = await browser.newContext({ baseURL: address });
  const page = await context.newPage();
  await page.goto(zhuomo<{ url: string }>("people", "link").url);
  await page.close();
  const products = zhuomo<{ items: { id: string }[] }>("product", "list").items;
  return {
    address,
    product: products[0]?.id ?? "",
    folder,
    browser,
    context,
    zhuomo,
    stop,
    start: async () => {
      server = serve(new URL(address).host);
      await started(server);
    },
    close: async () => {
      await browser.close();
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** withoutPostgres says why nothing can be kept in PostgreSQL here; "" when it can. */
export const withoutPostgres = process.env["ZHUOMO_TEST_POSTGRES"] ? "" : "no PostgreSQL (make tools)";

/** newDatabase makes a database on the server of the tests, which goes with all that is in it when they end. */
function newDatabase(): string {
  const server = process.env["ZHUOMO_TEST_POSTGRES"]!;
  const name = `house_${randomUUID().replaceAll("-", "")}`;
  const made = spawnSync("psql", [server, "-c", `CREATE DATABASE ${name}`], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`CREATE DATABASE: ${made.stderr}`);
  return server.replace("/postgres?", `/${name}?`);
}

/** moveDemo brings the demo to another database as a person would: by a backup. */
function moveDemo(folder: string, run: (...args: string[]) => { status: number | null; stdout: string; stderr: string }): void {
  const demo = process.env["ZHUOMO_DEMO"]!;
  const file = `${folder}.tar.zst`;
  const saved = spawnSync(program, ["backup", file, "--data", demo], { encoding: "utf8" });
  if (saved.status !== 0) throw new Error(`backup: ${saved.stdout}${saved.stderr}`);
  const restored = run("restore", file);
  rmSync(file);
  if (restored.status !== 0) throw new Error(`restore: ${restored.stdout}${restored.stderr}`);
  cpSync(join(demo, "incoming"), join(folder, "incoming"), { recursive: true });
}

/** undoLast presses Z once the page offers it: a person takes back what they see was done. */
export async function undoLast(page: Page): Promise<void> {
  await page.locator(".ant-message button").first().waitFor();
  await page.keyboard.press("z");
}

function started(server: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    let said = "";
    const timer = setTimeout(() => fail(new Error(`the server did not start: ${said}`)), 30_000);
    const hear = (text: Buffer) => {
      said += text;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (!found) return;
      clearTimeout(timer);
      done(found[0]);
    };
    server.stdout!.on("data", hear);
    server.stderr!.on("data", hear);
    server.once("exit", (code) => fail(new Error(`the server ended (${code}): ${said}`)));
  });
}
