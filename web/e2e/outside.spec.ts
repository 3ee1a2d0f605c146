// A study that a program outside measures shows on the study page like others, and moves on while one looks.

import { describe, expect, it } from "vitest";
import { cannot, openHouse } from "./harness";

describe.skipIf(cannot)(`an outside study${cannot && `: ${cannot}`}`, () => {
  it("is asked, told, watched, paused and resumed", { timeout: 120_000 }, async () => {
    const house = await openHouse({ demo: false });
    try {
      const product = house.zhuomo<{ id: string }>("product", "create", "外面").id;
      const on = <T,>(...words: string[]) => house.zhuomo<T>("tune", ...words, "--product", product);
      const params = [{ name: "lr", kind: "float", min: 1e-5, max: 0.1, log: true }, { name: "depth", kind: "int", min: 1, max: 8 }, { name: "kind", kind: "choice", choices: ["甲", "乙"] }];
      const { study } = on<{ study: { id: string } }>("declare", "--name", "夜间", "--params", JSON.stringify(params), "--objective", "loss", "--minimise", "--seed", "3");
      const valley = (v: { lr: number; depth: number; kind: string }) => (Math.log10(v.lr) + 3) ** 2 + (v.depth - 4) ** 2 / 10 + (v.kind === "乙" ? 0 : 0.5);
      const earlier = Array.from({ length: 24 }, (_, i) => ({ lr: 10 ** (-5 + (i % 5)), depth: 1 + (i % 8), kind: i % 2 ? "甲" : "乙" })).map((values, i) => (i === 5 ? { values, state: "failed", problem: "显存不够" } : { values, value: valley(values) }));
      on("import", "夜间", "--trials", JSON.stringify(earlier));
      const trial = () => {
        const given = on<{ trial: { number: number; values: { lr: number; depth: number; kind: string } } }>("ask", "夜间", "--worker", "gpu1").trial;
        return { number: given.number, value: valley(given.values) };
      };
      const page = await house.context.newPage();
      await page.setViewportSize({ width: 1440, height: 900 });
      const wrong: string[] = [];
      page.on("console", (m) => m.type() === "error" && wrong.push(m.text()));
      await page.goto(`/${product}/tune/${study.id}?lang=zh`);
      await page.getByText("由外部程序测量").waitFor();
      await page.getByText("s1 夜间").first().waitFor();
      await page.getByText("显存不够").waitFor();
      expect(await page.getByText("比默认").count()).toBe(0);
      if (process.env["SHOT"]) await page.screenshot({ path: process.env["SHOT"] });
      const last = trial();
      on("tell", "夜间", String(last.number), "--value", String(last.value));
      await page.locator("b", { hasText: /^25$/ }).first().waitFor(); // without a reload
      await page.getByRole("button", { name: /暂停/ }).click();
      await page.getByText("已暂停").waitFor();
      expect(on<{ state: string }>("ask", "夜间").state).toBe("paused");
      await page.getByRole("button", { name: /继续/ }).click();
      await page.getByRole("button", { name: /暂停/ }).waitFor();
      expect(trial().number).toBe(25);
      await page.goto(`/${product}/tune?lang=zh`);
      await page.getByText("由外部程序测量 · 夜间").waitFor();
      expect(wrong).toEqual([]);
    } finally {
      await house.close();
    }
  });
});
