import { expect, test } from "vitest";
import { axesOf, differing } from "./differ";
import { figureText, number } from "./number";

const list = (of: Record<string, string>) => Object.entries(of).map(([key, value]) => ({ key, value }));

test("what differs comes first, a missing value differs too", () => {
  const rows = differing([list({ C: "1", loss: "hinge", seed: "7" }), list({ C: "0.5", loss: "hinge" })]);
  expect(rows.map((r) => [r.key, r.same])).toEqual([["C", false], ["seed", false], ["loss", true]]);
  expect(rows[1]!.values).toEqual(["7", undefined]);
});

test("an axis is numbers only when all its values are, and every run must stand on it", () => {
  const rows = differing([list({ C: "1", kernel: "rbf", seed: "7" }), list({ C: "1e-3", kernel: "10" })]);
  expect(axesOf(rows, 5)).toEqual([{ key: "C", numbers: true, values: [1, 0.001] }, { key: "kernel", numbers: false, values: ["rbf", "10"] }]);
  expect(axesOf(rows, 1)).toHaveLength(1);
});

test("figures are short, and say what is no number", () => {
  expect([number(0.912345678), number(123456), number(1.23456e-9), number(-0.5)]).toEqual(["0.91235", "123456", "1.2346e-9", "-0.5"]);
  expect([figureText({ value: 0, odd: "NaN" }), figureText({ value: 0, odd: "-Infinity" }), figureText(undefined)]).toEqual(["NaN", "-∞", "—"]);
});
