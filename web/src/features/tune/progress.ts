import type { Param, Study, Trial } from "./api";

/** isOutside tells a study that programs elsewhere measure; its trials are no learner's settings. */
export function isOutside(study: Study | undefined): boolean {
  return study?.component === "tune.outside.v1";
}

/** measured is a score as it was measured: where less is better, scores are its opposite. */
export function measured(study: Study, score: number): number {
  return study.minimise ? -score : score;
}

/** bestSoFar gives after each finished trial, in the order of numbers, the best score up to it. */
export function bestSoFar(trials: Trial[]): { number: number; score: number; best: number }[] {
  let best = -Infinity;
  return [...trials]
    .filter((t) => t.state === "done")
    .sort((a, b) => a.number - b.number)
    .map((t) => {
      best = Math.max(best, t.score);
      return { number: t.number, score: t.score, best };
    });
}

/** isScored tells that a trial has a score, be it the estimate of one that a race left early. */
export function isScored(t: Trial): boolean {
  return t.state === "done" || t.state === "stopped" || t.state === "aside";
}

/** place is where a value stands in a dial, 0–1 on its own scale. */
export function place(dial: Param, value: unknown): number {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string") {
    const choices = dial.choices ?? [];
    return choices.length > 1 ? Math.max(0, choices.indexOf(value)) / (choices.length - 1) : 0;
  }
  if (typeof value !== "number" || dial.max <= dial.min) return 0;
  const at = dial.log && dial.min > 0 ? (Math.log(value) - Math.log(dial.min)) / (Math.log(dial.max) - Math.log(dial.min)) : (value - dial.min) / (dial.max - dial.min);
  return Math.min(1, Math.max(0, at));
}

/** spread is where the best tenth of the finished trials, three at least, stand in a dial: lowest and highest place. */
export function spread(dial: Param, trials: Trial[]): [number, number] | undefined {
  const done = trials.filter((t) => t.state === "done").sort((a, b) => b.score - a.score);
  if (done.length < 3) return undefined;
  const places = done.slice(0, Math.max(3, Math.round(done.length / 10))).map((t) => place(dial, t.values[dial.name]));
  return [Math.min(...places), Math.max(...places)];
}

/** written is a value as people read it: three digits, powers of ten when small; a switch as on or off. */
export function written(value: unknown): string {
  if (typeof value === "boolean") return value ? "✓" : "–";
  if (typeof value === "number") {
    if (Number.isInteger(value)) return String(value);
    const small = Math.abs(value) < 0.001;
    return small ? value.toExponential(1) : String(Number(value.toPrecision(3)));
  }
  if (Array.isArray(value)) return value.join(", ");
  return value === null || value === undefined ? "—" : String(value);
}
