import { expect, test } from "vitest";
import type { SpanOf } from "./api";
import { waterfall } from "./waterfall";

const span = (id: string, depth: number, after_ms: number, took_ms: number): SpanOf => ({ id, depth, after_ms, took_ms, name: id, line: id, kind: "", state: "ok" });
const tree = [span("a", 0, 0, 10), span("b", 1, 1, 4), span("c", 2, 2, 1), span("d", 1, 6, 14), span("e", 0, 8, 2)];

test("a bar stands where its span began, and is as wide as it took", () => {
  const { steps, lastMS } = waterfall(tree, new Set());
  expect(lastMS).toBe(20);
  expect(steps.map((s) => [s.span.id, s.from, s.width, s.below])).toEqual([["a", 0, 0.5, 3], ["b", 0.05, 0.2, 1], ["c", 0.1, 0.05, 0], ["d", 0.3, 0.7, 0], ["e", 0.4, 0.1, 0]]);
});

test("what stands under a folded span is left out, and its bar stays", () => {
  expect(waterfall(tree, new Set(["b"])).steps.map((s) => s.span.id)).toEqual(["a", "b", "d", "e"]);
  expect(waterfall(tree, new Set(["a", "c"])).steps.map((s) => s.span.id)).toEqual(["a", "e"]);
});

test("a trace without spans, and spans without a length, have no bars that are no numbers", () => {
  expect(waterfall([], new Set())).toEqual({ steps: [], lastMS: 0 });
  expect(waterfall([span("a", 0, 0, 0)], new Set()).steps[0]).toMatchObject({ from: 0, width: 0 });
});
