import type { Param } from "./api";
import { written } from "./progress";

/** isNumeric tells a dial of numbers from one of choices. */
export function isNumeric(p: Param): boolean {
  return p.kind === "int" || p.kind === "float";
}

/** choicesOf are what a dial without numbers may be. */
export function choicesOf(p: Param): string[] {
  return p.choices?.length ? p.choices : [written(false), written(true)];
}

/** at is where a value stands on the axis of a dial: itself, or the place of a choice; undefined where the trial has no such value, as under a condition that does not hold. */
export function at(p: Param, value: unknown): number | undefined {
  if (isNumeric(p)) return typeof value === "number" && (!isLog(p) || value > 0) ? value : undefined;
  const place = value === undefined || value === null ? -1 : choicesOf(p).indexOf(typeof value === "string" ? value : written(value));
  return place < 0 ? undefined : place;
}

function isLog(p: Param): boolean {
  return !!p.log && p.min > 0;
}

/** bounds are the ends of the axis of a dial; choices have half a step of room at both sides. */
export function bounds(p: Param): [number, number] {
  if (!isNumeric(p)) return [-0.5, choicesOf(p).length - 0.5];
  return p.max > p.min ? [p.min, p.max] : [p.min - 0.5, p.min + 0.5];
}

/** share is where a point of the axis stands between its ends, 0–1; valueAt is its inverse. */
export function share(p: Param, v: number): number {
  const [low, high] = bounds(p);
  const s = isLog(p) ? Math.log(v / low) / Math.log(high / low) : (v - low) / (high - low);
  return Math.min(1, Math.max(0, s));
}

export function valueAt(p: Param, s: number): number {
  const [low, high] = bounds(p);
  return isLog(p) ? low * (high / low) ** s : low + s * (high - low);
}

/** dialAxis is the axis of a dial for a chart of ECharts. */
export function dialAxis(p: Param, name: string) {
  const [min, max] = bounds(p);
  const base = { name, nameLocation: "middle" as const, min, max, splitLine: { show: false } };
  if (isNumeric(p)) return { ...base, type: isLog(p) ? ("log" as const) : ("value" as const), splitNumber: 4, ...(p.kind === "int" ? { minInterval: 1 } : {}), axisLabel: { formatter: (v: number) => written(v), hideOverlap: true } };
  const choices = choicesOf(p);
  return { ...base, type: "value" as const, interval: 0.5, axisTick: { show: false }, axisLabel: { formatter: (v: number) => choices[v] ?? "", hideOverlap: true, width: 72, overflow: "truncate" as const } };
}

/** scoreWindow is the part of the scores worth drawing: where a tenth at the bad end is far from the rest, the axis ends before it, and what lies beyond stands on its edge. */
export function scoreWindow(scores: number[], minimise: boolean): [number, number] {
  const sorted = [...scores].sort((a, b) => (minimise ? a - b : b - a)); // the best first
  if (!sorted.length) return [0, 1];
  const best = sorted[0]!;
  const most = sorted[Math.floor((sorted.length - 1) * 0.9)]!;
  let worst = sorted.at(-1)!;
  if (Math.abs(worst - best) > 3 * Math.abs(most - best)) worst = most + (most - best) * 0.25;
  if (worst === best) return [best - 0.01, best + 0.01];
  return best < worst ? [best, worst] : [worst, best];
}
