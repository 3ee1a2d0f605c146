import { expect, test } from "vitest";
import { missing, readNeed, shareOf } from "./need";

const rule = (need: string, got: string, passed = true) => ({ id: "x", need, got, passed });

test("needs and what was got are taken apart", () => {
  expect(readNeed(rule("exact ≥ 0.42", "0.4937"))).toEqual({ need: "≥ 42.0", got: "49.4", base: "" });
  expect(readNeed(rule("suite minimum ≥ 0.6", "0.8624 (188/218)"))).toEqual({ need: "≥ 60.0", got: "86.2", base: "188/218" });
  expect(readNeed(rule("exact ≥ live − 0.01", "0.4937, live 0.4800, p = 0.25"))).toEqual({ need: "≥ live − 1.0", got: "49.4", base: "live 48.0 · p 0.25" });
  expect(readNeed(rule("exact ≥ live − 0.01", "0.4937"))).toEqual({ need: "≥ live − 1.0", got: "49.4", base: "" });
  expect(readNeed(rule("stories 100%", "44/44"))).toEqual({ need: "100%", got: "44/44", base: "" });
  expect(readNeed(rule("broken ≤ 20", "0"))).toEqual({ need: "≤ 20", got: "0", base: "" });
  expect(readNeed(rule("suite all ≥ 0.9", "—", false))).toEqual({ need: "≥ 90.0", got: "—", base: "" });
});

test("how many more must pass", () => {
  expect(missing(rule("suite typo ≥ 0.97", "0.9608 (98/102)", false))).toBe(1);
  expect(missing(rule("suite typo ≥ 0.97", "0.9804 (100/102)"))).toBe(0);
  expect(missing(rule("suite all ≥ 0.5", "0.0000 (0/4)", false))).toBe(2);
  expect(missing(rule("broken ≤ 3", "5", false))).toBe(0);
});

test("which part of the suite a rule looks at", () => {
  expect([shareOf(rule("suite minimum ≥ 0.6", "")), shareOf(rule("exact ≥ 0.5", ""))]).toEqual(["minimum", ""]);
});
