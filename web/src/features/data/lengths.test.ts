import { expect, test } from "vitest";
import { merged } from "./lengths";

test("bars are joined without losing rows or lengths", () => {
  for (const n of [1, 6, 7, 8, 20, 40]) {
    const bars = Array.from({ length: n }, (_, i) => ({ from: 1 + 3 * i, to: 3 + 3 * i, count: i }));
    const few = merged(bars);
    expect(few.length).toBeLessThanOrEqual(7);
    expect(few.reduce((sum, b) => sum + b.count, 0)).toBe((n * (n - 1)) / 2);
    expect([few[0]!.from, few.at(-1)!.to]).toEqual([1, 3 * n]);
    few.slice(1).forEach((b, i) => expect(b.from).toBe(few[i]!.to + 1));
  }
});
