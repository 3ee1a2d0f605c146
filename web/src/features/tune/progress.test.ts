import { expect, test } from "vitest";
import type { Param, Trial } from "./api";
import { bestSoFar, isScored, place, spread, written } from "./progress";

const trial = (number: number, score: number, state = "done", values: Record<string, unknown> = {}): Trial => ({ number, score, state, seconds: 1, values });
const dial = (over: Partial<Param>): Param => ({ name: "x", kind: "float", title: { zh: "x", en: "x" }, help: { zh: "", en: "" }, default: 1, min: 0, max: 10, ...over });

test("the best so far never falls, and only finished trials count", () => {
  expect(bestSoFar([trial(2, 0.3), trial(0, 0.5), trial(1, 0.9, "failed"), trial(3, 0.7)]).map((s) => s.best)).toEqual([0.5, 0.5, 0.7]);
});

test("what a race left early has a score too, what failed has none", () => {
  expect(["done", "stopped", "aside", "failed", "running"].map((state) => isScored(trial(0, 0.5, state)))).toEqual([true, true, true, false, false]);
});

test("places follow the dial's scale", () => {
  expect(place(dial({}), 5)).toBe(0.5);
  expect(place(dial({ min: 0.01, max: 100, log: true }), 1)).toBeCloseTo(0.5);
  expect(place(dial({ kind: "choice", choices: ["a", "b", "c"] }), "c")).toBe(1);
  expect(place(dial({ kind: "bool" }), true)).toBe(1);
  expect(place(dial({ min: 3, max: 3 }), 3)).toBe(0);
  expect(place(dial({}), 99)).toBe(1);
});

test("the best tenth, three at least, spans a range", () => {
  const trials = [trial(0, 0.9, "done", { x: 4 }), trial(1, 0.8, "done", { x: 6 }), trial(2, 0.7, "done", { x: 5 }), trial(3, 0.1, "done", { x: 0 })];
  expect(spread(dial({}), trials)).toEqual([0.4, 0.6]);
  expect(spread(dial({}), trials.slice(0, 2))).toBeUndefined();
});

test("values are short", () => {
  expect([written(4), written(0.07634), written(3.3e-6), written(["a", "b"]), written(true), written(undefined)]).toEqual(["4", "0.0763", "3.3e-6", "a, b", "✓", "—"]);
});
