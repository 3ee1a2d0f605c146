import type { Word } from "../words/useWords";

/** pointsSummary tells a line of numbers in one sentence: how many, first, last, lowest, highest. w reads shared words. */
export function pointsSummary(w: Word, name: string, values: number[], show: (n: number) => string = String): string {
  if (!values.length) return "";
  return w("chart_points", { name, count: values.length, first: show(values[0]!), last: show(values.at(-1)!), min: show(Math.min(...values)), max: show(Math.max(...values)) });
}
