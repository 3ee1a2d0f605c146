import type { Fix } from "./api";

/** parts of the fix loop, in their order. */
export const parts = ["relabel", "train", "test", "gate", "release"] as const;
export type Part = (typeof parts)[number];

/** noTime is the clock of a fix that has not begun. */
export const noTime: Fix["clock"] = { relabel: 0, train: 0, test: 0, gate: 0, release: 0 };

/** promise is what the fix loop may take, in seconds. */
export const promise = 2;

export interface Stretch {
  part: Part;
  seconds: number;
  /** from and to are shares of the strip, 0–1. */
  from: number;
  to: number;
}

/** stretches lays the parts of a fix along a strip that shows at least 1.2 × the promise. */
export function stretches(fix: Pick<Fix, "clock" | "seconds">): { whole: number; of: Stretch[] } {
  const whole = Math.max(promise * 1.2, fix.seconds * 1.05);
  let at = 0;
  return {
    whole,
    of: parts.map((part) => {
      const seconds = fix.clock[part];
      const from = at / whole;
      at += seconds;
      return { part, seconds, from, to: Math.min(1, at / whole) };
    }),
  };
}
