// The changed cells of a preview, one line each, for the step that is chosen or for all.

import type { PreviewStep } from "./api";
import { merged, type Op, type Segment } from "./merged";

export interface Line {
  key: string;
  row: string;
  column: string;
  segments: Segment[];
  steps: number[];
}

/** linesOf merges the changes of every cell; step 0 gives all, another only the cells that it changed. */
export function linesOf(steps: PreviewStep[], step: number): Line[] {
  const cells = new Map<string, { row: string; column: string; changes: { step: number; ops: Op[] }[] }>();
  for (const s of steps) {
    for (const c of s.changes ?? []) {
      const key = `${c.row}\u0000${c.column}`;
      const cell = cells.get(key) ?? { row: c.row, column: c.column, changes: [] };
      cell.changes.push({ step: s.step, ops: (c.ops ?? []) as Op[] });
      cells.set(key, cell);
    }
  }
  return [...cells]
    .filter(([, c]) => step === 0 || c.changes.some((x) => x.step === step))
    .map(([key, c]) => ({ key, row: c.row, column: c.column, segments: merged(c.changes), steps: [...new Set(c.changes.map((x) => x.step))] }));
}

/** longest is the cell of a row that a person would read. */
export function longest(values: Record<string, string>): string {
  return Object.values(values).reduce((best, v) => (v.length > best.length ? v : best), "");
}
