import { expect, test } from "vitest";
import { depth, gridOf, hue, isIn } from "./confusion";

const measured = {
  rows: 20,
  figures: {},
  by_label: [
    { label: "a", precision: 0.5, recall: 0.8, f1: 0.6, support: 10 },
    { label: "b", precision: 0.5, recall: 0.5, f1: 0.5, support: 6 },
    { label: "c", precision: 1, recall: 1, f1: 1, support: 4 },
    { label: "d", precision: 0, recall: 0, f1: 0, support: 0 },
  ],
  confusion: [
    { gold: "a", said: "b", count: 2 },
    { gold: "b", said: "", count: 3 },
  ],
};

test("the labels that err most come first, those without rows are left out", () => {
  expect(gridOf(measured, 2)).toEqual({ labels: ["b", "a"], cells: [[3, 0], [2, 8]] });
  expect(gridOf(measured, 0).labels).toEqual(["a", "b", "c"]);
});

test("errors and hits have scales of their own", () => {
  const grid = gridOf(measured, 2);
  expect(hue(grid, 1, 1)).toBe(1);
  expect(hue(grid, 1, 0)).toBe(1);
  expect(hue(grid, 0, 1)).toBe(0);
});

test("a cell's rows are those that it counts", () => {
  const half = { gold: ["a", "b"], said: ["a", "c"] };
  expect(isIn(half, "b", "c")).toBe(true);
  expect(isIn(half, "a", "c")).toBe(false);
  expect(isIn(half, "a", "a")).toBe(true);
  const missed = { gold: ["b"], said: [] };
  expect(isIn(missed, "b", "")).toBe(true);
  expect(isIn(missed, "", "b")).toBe(false);
  expect(isIn({ gold: ["a"], said: ["a"] }, "", "")).toBe(false);
});

test("hits are light or full, never in between; errors grow evenly", () => {
  expect([0.1, 0.5].every((h) => depth(h, true) <= 42)).toBe(true);
  expect([0.51, 1].every((h) => depth(h, true) >= 90)).toBe(true);
  expect(depth(1, false)).toBe(100);
});
