import type { Param } from "./api";
import { choicesOf, isNumeric, share } from "./dialAxis";

/** cells is into how many parts an axis of numbers is cut; choices have one each. */
const cells = 32;

/** reach is how far a trial tells of its surroundings, in cells: the standard deviation of the average over neighbours. */
const reach = 2.5;

/** enough is the weight below which a cell stays blank: a trial two reaches away has about so much. */
const enough = 0.1;

export interface Field {
  columns: number;
  rows: number;
  /** scores by row and column, NaN where no trial is near. */
  scores: Float64Array;
}

/**
 * fieldOf averages the scores of trials over the plane of two dials, each trial weighed by how near it is
 * (Nadaraya–Watson with a Gaussian on cells). Numbers are neighbours along their axis, choices are not.
 */
export function fieldOf(x: Param, y: Param, points: { x: number; y: number; score: number }[]): Field {
  const columns = isNumeric(x) ? cells : choicesOf(x).length;
  const rows = isNumeric(y) ? cells : choicesOf(y).length;
  const sum = new Float64Array(columns * rows);
  const weight = new Float64Array(columns * rows);
  for (const p of points) {
    const cell = Math.min(rows - 1, Math.floor(share(y, p.y) * rows)) * columns + Math.min(columns - 1, Math.floor(share(x, p.x) * columns));
    sum[cell]! += p.score;
    weight[cell]! += 1;
  }
  for (const a of [sum, weight]) {
    if (isNumeric(x)) for (let r = 0; r < rows; r++) blur(a, r * columns, 1, columns);
    if (isNumeric(y)) for (let c = 0; c < columns; c++) blur(a, c, columns, rows);
  }
  const scores = sum.map((s, i) => (weight[i]! >= enough ? s / weight[i]! : NaN));
  return { columns, rows, scores };
}

/** blur spreads what stands in a line of cells by a Gaussian of height 1. */
function blur(a: Float64Array, from: number, step: number, count: number): void {
  const line = Array.from({ length: count }, (_, i) => a[from + i * step]!);
  for (let i = 0; i < count; i++) {
    let s = 0;
    for (let j = 0; j < count; j++) if (line[j]) s += line[j]! * Math.exp(-((i - j) ** 2) / (2 * reach * reach));
    a[from + i * step] = s;
  }
}
