import type { Schemas } from "../../shared/api/client";
import type { Trial } from "./api";

export interface Bar {
  number: number;
  state: string;
  /** lane is the row that it stands in. */
  lane: number;
  /** from and to are seconds since the first began, without the pauses that are cut out. */
  from: number;
  to: number;
}

export interface Timeline {
  bars: Bar[];
  /** lanes are the rows: a worker each, or "" where none is named. */
  lanes: string[];
  /** cuts are long pauses that are left out: where, and how long they were. */
  cuts: { at: number; seconds: number }[];
  /** untimed is of how many trials it is not known when they were measured. */
  untimed: number;
}

/** longPause is from which part of the measured time on a pause is cut out. */
const longPause = 0.1;

/** timelineOf lays trials, those under way until now, in rows by worker; trials of one worker that overlap have several. */
export function timelineOf(trials: Trial[], asked: Schemas["TuneAsked"][], nowUS: number): Timeline {
  const spans = trials
    .filter((t) => t.begun_us && t.ended_us)
    .map((t) => ({ number: t.number, state: t.state as string, worker: t.worker ?? "", from: t.begun_us!, to: t.ended_us! }));
  const untimed = trials.length - spans.length;
  const known = new Set(trials.map((t) => t.number));
  for (const a of asked) if (!known.has(a.number)) spans.push({ number: a.number, state: "running", worker: a.worker ?? "", from: a.asked_us, to: Math.max(nowUS, a.asked_us) });
  spans.sort((a, b) => a.from - b.from || a.number - b.number);

  const pauses: { from: number; to: number }[] = [];
  let busy = 0;
  let until = spans[0]?.from ?? 0;
  for (const s of spans) {
    if (s.from > until) pauses.push({ from: until, to: s.from });
    busy += Math.max(0, s.to - Math.max(until, s.from));
    until = Math.max(until, s.to);
  }
  const long = pauses.filter((p) => p.to - p.from > longPause * busy && p.to - p.from > 1e6);
  const first = spans[0]?.from ?? 0;
  const elapsed = (us: number) => {
    let out = us - first;
    for (const p of long) if (p.from < us) out -= Math.min(us, p.to) - p.from;
    return out / 1e6;
  };

  // Workers have their rows one below the other, in the order in which they came.
  const rows = new Map<string, number[]>(); // until when each row of a worker is taken
  const placed = spans.map((s) => {
    const taken = rows.get(s.worker) ?? [];
    rows.set(s.worker, taken);
    let row = taken.findIndex((end) => end <= s.from);
    if (row < 0) row = taken.length;
    taken[row] = s.to;
    return { s, row };
  });
  const firstRow = new Map<string, number>();
  const lanes: string[] = [];
  for (const [worker, taken] of rows) {
    firstRow.set(worker, lanes.length);
    lanes.push(...taken.map(() => worker));
  }
  return {
    bars: placed.map(({ s, row }) => ({ number: s.number, state: s.state, lane: firstRow.get(s.worker)! + row, from: elapsed(s.from), to: elapsed(s.to) })),
    lanes,
    cuts: long.map((p) => ({ at: elapsed(p.from), seconds: (p.to - p.from) / 1e6 })),
    untimed,
  };
}
