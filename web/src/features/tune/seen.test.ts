import { expect, test } from "vitest";
import type { Param, Trial } from "./api";
import { at, bounds, scoreWindow, share, valueAt } from "./dialAxis";
import { fieldOf } from "./field";
import { timelineOf } from "./timeline";

const dial = (over: Partial<Param>): Param => ({ name: "x", kind: "float", title: { zh: "x", en: "x" }, help: { zh: "", en: "" }, default: 1, min: 0, max: 1, ...over });
const kind = dial({ kind: "choice", choices: ["a", "b", "c"], min: 0, max: 0 });
const trial = (number: number, over: Partial<Trial> = {}): Trial => ({ number, score: 1, state: "done", seconds: 1, values: {}, ...over });

test("a value stands on its axis, a choice at its place, one that a trial has not nowhere", () => {
  expect([at(dial({}), 0.3), at(kind, "b"), at(dial({ kind: "bool" }), true)]).toEqual([0.3, 1, 1]);
  expect([at(dial({}), undefined), at(kind, "d"), at(dial({ log: true, min: 0.1 }), 0), at(kind, undefined)]).toEqual([undefined, undefined, undefined, undefined]);
});

test("a share of an axis and its value are each other's inverse", () => {
  for (const p of [dial({ min: -2, max: 6 }), dial({ log: true, min: 1e-4, max: 10 }), kind, dial({ min: 3, max: 3 })])
    for (const s of [0, 0.25, 1]) expect(share(p, valueAt(p, s))).toBeCloseTo(s);
  expect(bounds(kind)).toEqual([-0.5, 2.5]);
});

test("the window keeps all scores, unless a bad tenth is far off", () => {
  expect(scoreWindow([0.5, 0.9, 0.7], false)).toEqual([0.5, 0.9]);
  const losses = [...Array.from({ length: 19 }, (_, i) => 1 + i / 18), 1000];
  const [low, high] = scoreWindow(losses, true);
  expect(low).toBe(1);
  expect(high).toBeLessThan(3);
  expect(scoreWindow([2, 2], true)).toEqual([1.99, 2.01]);
  expect(scoreWindow([], false)).toEqual([0, 1]);
});

test("a field is each trial's score near it, blank far away, and knows no neighbours among choices", () => {
  const points = [
    { x: 0.02, y: 0, score: 1 },
    { x: 0.98, y: 2, score: 3 },
  ];
  const f = fieldOf(dial({}), kind, points);
  expect([f.columns, f.rows]).toEqual([32, 3]);
  const cell = (r: number, c: number) => f.scores[r * f.columns + c];
  expect(cell(0, 0)).toBeCloseTo(1);
  expect(cell(2, 31)).toBeCloseTo(3);
  expect([cell(0, 31), cell(1, 0), cell(2, 0)]).toEqual([NaN, NaN, NaN]);
});

test("between two trials a field goes from one to the other", () => {
  const f = fieldOf(dial({}), dial({ name: "y" }), [
    { x: 0.4, y: 0.5, score: 0 },
    { x: 0.6, y: 0.5, score: 1 },
  ]);
  const row = Array.from({ length: 6 }, (_, i) => f.scores[16 * f.columns + 13 + i]!);
  for (let i = 1; i < row.length; i++) expect(row[i]).toBeGreaterThan(row[i - 1]!);
});

test("trials lie in a row a worker, overlapping ones beneath each other, those under way until now", () => {
  const t = timelineOf(
    [trial(0, { begun_us: 1e6, ended_us: 3e6, worker: "w1" }), trial(1, { begun_us: 2e6, ended_us: 4e6, worker: "w2" }), trial(2, { begun_us: 2e6, ended_us: 5e6, worker: "w1" }), trial(3)],
    [{ number: 4, values: {}, lease: "", tries: 1, due_us: 0, asked_us: 3e6, worker: "w1" }],
    6e6,
  );
  expect(t.lanes).toEqual(["w1", "w1", "w2"]);
  expect(t.bars.map((b) => [b.number, b.lane, b.from, b.to, b.state])).toEqual([
    [0, 0, 0, 2, "done"],
    [1, 2, 1, 3, "done"],
    [2, 1, 1, 4, "done"],
    [4, 0, 2, 5, "running"],
  ]);
  expect([t.untimed, t.cuts.length]).toEqual([1, 0]);
});

test("a night between two days of trials is cut out, and told", () => {
  const night = 8 * 3600e6;
  const t = timelineOf([trial(0, { begun_us: 1, ended_us: 10e6 + 1 }), trial(1, { begun_us: night, ended_us: night + 10e6 })], [], 0);
  expect(t.bars.map((b) => [b.from, b.to])).toEqual([[0, 10], [10, 20]]);
  expect(t.cuts).toHaveLength(1);
  expect(t.cuts[0]!.at).toBe(10);
  expect(t.cuts[0]!.seconds).toBeCloseTo(8 * 3600 - 10, 0);
});
