import type { Schemas } from "../../shared/api/client";

type Measured = Schemas["EvaluateMeasured"];

/** Grid is a confusion table: cells[i][j] counts rows whose gold has labels[i] and that the model called labels[j]. */
export interface Grid {
  labels: string[];
  cells: number[][];
}

/** gridOf takes the `most` labels that err most, each with what it is taken for; all of them when most is 0. The diagonal counts rows whose label was found. */
export function gridOf(m: Measured, most: number): Grid {
  const wrong = new Map<string, number>();
  for (const c of m.confusion ?? []) {
    for (const l of [c.gold, c.said]) if (l !== "") wrong.set(l, (wrong.get(l) ?? 0) + c.count);
  }
  const by = (m.by_label ?? []).filter((l) => l.support > 0 || wrong.has(l.label));
  const chosen = most ? [...by].sort((a, b) => (wrong.get(b.label) ?? 0) - (wrong.get(a.label) ?? 0) || a.label.localeCompare(b.label)).slice(0, most) : by;
  const labels = chosen.map((l) => l.label);
  const at = new Map(labels.map((l, i) => [l, i]));
  const cells = labels.map(() => labels.map(() => 0));
  chosen.forEach((l, i) => (cells[i]![i] = Math.round(l.recall * l.support)));
  for (const c of m.confusion ?? []) {
    const i = at.get(c.gold);
    const j = at.get(c.said);
    if (i !== undefined && j !== undefined) cells[i]![j] = c.count;
  }
  return { labels, cells };
}

/** hue is how strong a cell is drawn, 0–1: the diagonal against the largest hit, errors against the largest error. */
export function hue(grid: Grid, i: number, j: number): number {
  const value = grid.cells[i]![j]!;
  if (!value) return 0;
  let most = 1;
  grid.cells.forEach((row, a) => row.forEach((v, b) => (a === b) === (i === j) && (most = Math.max(most, v))));
  return value / most;
}

/** depth is how much of its colour a cell takes, in percent. Hits leave out the middle, on which neither ink nor paper is read well. */
export function depth(h: number, hit: boolean): number {
  if (!hit) return Math.round(14 + 86 * h);
  return Math.round(h > 0.5 ? 80 + 20 * h : 12 + 60 * h);
}

/** isIn tells whether a row stands behind a cell: on the diagonal the label was found; else gold was missed and said was wrong. "" stands for no label. */
export function isIn(row: { gold: string[] | null; said: string[] | null }, gold: string, said: string): boolean {
  const is = row.gold ?? [];
  const got = row.said ?? [];
  if (gold === said) return is.includes(gold) && got.includes(gold);
  const missed = is.filter((l) => !got.includes(l));
  const wrong = got.filter((l) => !is.includes(l));
  if (!missed.length && !wrong.length) return false;
  return (gold === "" ? !missed.length : missed.includes(gold)) && (said === "" ? !wrong.length : wrong.includes(said));
}
