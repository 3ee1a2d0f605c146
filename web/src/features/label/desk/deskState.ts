// What the desk shows, as data: the tasks in hand, the choice on the first of them, what was done.

import type { Task } from "../api";

/** Done is one act of this person, newest first in the list. id is the annotation's, or the act's. */
export interface Done {
  id: string;
  kind: "answer" | "skip" | "ask";
  task: Task;
  labels: string[];
  reason: string;
  /** at is when, in ms; rows that got one answer together have the same. */
  at: number;
}

/** lastAct is what the newest act did: one row, or all that got one answer together, the newest first. */
export function lastAct(done: Done[]): Done[] {
  const newest = done[0];
  if (!newest) return [];
  const end = done.findIndex((d) => d.kind !== newest.kind || d.at !== newest.at);
  return end < 0 ? done : done.slice(0, end);
}

export interface DeskState {
  /** tasks in hand; the first is on the desk. */
  tasks: Task[];
  chosen: string[];
  done: Done[];
  /** count is how many answers were given since the desk was opened, less those taken back. */
  count: number;
  /** exhausted: the last claim gave nothing. */
  exhausted: boolean;
}

export type DeskAct =
  | { do: "loaded"; done: Done[] }
  | { do: "claimed"; tasks: Task[]; exhausted: boolean }
  | { do: "choose"; labels: string[] }
  | { do: "finish"; done: Done[] }
  | { do: "back"; id: string };

export const emptyDesk: DeskState = { tasks: [], chosen: [], done: [], count: 0, exhausted: false };
const keepDone = 100;

export function deskReducer(s: DeskState, a: DeskAct): DeskState {
  switch (a.do) {
    case "loaded":
      // What was decided here and is not there yet stays in front.
      return { ...s, done: [...s.done.filter((d) => !a.done.some((k) => k.id === d.id)), ...a.done].slice(0, keepDone) };
    case "claimed": {
      const known = new Set(s.tasks.map((t) => t.id));
      const finished = new Set(s.done.map((d) => d.task.id));
      return { ...s, tasks: [...s.tasks, ...a.tasks.filter((t) => !known.has(t.id) && !finished.has(t.id))], exhausted: a.exhausted };
    }
    case "choose":
      return { ...s, chosen: a.labels };
    case "finish": {
      const gone = new Set(a.done.map((d) => d.task.id));
      const onDesk = s.tasks[0] && gone.has(s.tasks[0].id);
      return {
        ...s,
        tasks: s.tasks.filter((t) => !gone.has(t.id)),
        chosen: onDesk ? [] : s.chosen,
        done: [...a.done.slice().reverse(), ...s.done].slice(0, keepDone),
        count: s.count + a.done.filter((d) => d.kind === "answer").length,
      };
    }
    case "back": {
      const back = s.done.find((d) => d.id === a.id);
      if (!back) return s;
      return {
        ...s,
        tasks: [back.task, ...s.tasks.filter((t) => t.id !== back.task.id)],
        chosen: back.labels,
        done: s.done.filter((d) => d.id !== a.id),
        count: s.count - (back.kind === "answer" ? 1 : 0),
      };
    }
  }
}
