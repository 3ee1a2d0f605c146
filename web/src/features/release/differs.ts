import type { Release, ReleaseFigure } from "./api";

export type PartName = "model" | "knowledge" | "flow" | "guideline" | "thresholds";

/** differs lists the parts of a release that are not those of another; all of them when there is no other. */
export function differs(r: Release, before: Release | undefined): PartName[] {
  const parts: [PartName, unknown, unknown][] = [
    ["model", r.model_id, before?.model_id],
    ["knowledge", r.knowledge, before?.knowledge],
    ["flow", r.flow, before?.flow],
    ["guideline", r.guideline_version ?? 0, before?.guideline_version ?? 0],
    ["thresholds", JSON.stringify(r.thresholds ?? null), JSON.stringify(before?.thresholds ?? null)],
  ];
  return parts.filter(([, a, b]) => a !== b).map(([name]) => name);
}

/** Measure is a share of turns or sessions, or a time, of one stretch. */
export interface Measure {
  id: "missed" | "handed" | "p99";
  of: (c: { turns: number; sessions: number; handed: number; missed: number; p99_us: number }) => number;
}

/** measures are the lines that are drawn for each release: shares in percent, time in milliseconds. */
export const measures: Measure[] = [
  { id: "missed", of: (c) => (100 * c.missed) / Math.max(1, c.turns) },
  { id: "handed", of: (c) => (100 * c.handed) / Math.max(1, c.sessions) },
  { id: "p99", of: (c) => c.p99_us / 1000 },
];

/** share of a part in a whole, 0 when there is none of it. */
export const share = (part: number, whole: number) => (whole ? part / whole : 0);

/** figureOf finds the figures of a release; one that never answered has none. */
export const figureOf = (all: ReleaseFigure[] | null | undefined, release: string) => (all ?? []).find((f) => f.release_id === release);
