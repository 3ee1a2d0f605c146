import { expect, test } from "vitest";
import { promise, stretches } from "./clock";

const clock = { relabel: 0.02, train: 0.86, test: 0.5, gate: 0.1, release: 0.14 };

test("the parts stand one behind the other and end where the fix ended", () => {
  const { whole, of } = stretches({ clock, seconds: 1.62 });
  expect(whole).toBeCloseTo(promise * 1.2);
  expect(of.map((s) => s.part)).toEqual(["relabel", "train", "test", "gate", "release"]);
  for (const [i, s] of of.entries()) expect(s.from).toBeCloseTo(i === 0 ? 0 : of[i - 1]!.to);
  expect(of.at(-1)!.to * whole).toBeCloseTo(1.62);
});

test("a slow fix stays on the strip, past the promise", () => {
  const { whole, of } = stretches({ clock: { ...clock, train: 5 }, seconds: 5.76 });
  expect(whole).toBeGreaterThan(5.76);
  expect(of.at(-1)!.to).toBeLessThanOrEqual(1);
  expect(promise / whole).toBeLessThan(of[1]!.to);
});
