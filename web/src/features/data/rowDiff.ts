import { diff } from "@codemirror/merge";

export interface Stretch {
  kind: "same" | "add" | "del";
  text: string;
}

/** stretches is how one text became another, removed before added. */
export function stretches(before: string, after: string): Stretch[] {
  const out: Stretch[] = [];
  const add = (kind: Stretch["kind"], text: string) => text && out.push({ kind, text });
  let at = 0;
  for (const c of diff(before, after, { timeout: 50 })) {
    add("same", before.slice(at, c.fromA));
    add("del", before.slice(c.fromA, c.toA));
    add("add", after.slice(c.fromB, c.toB));
    at = c.toA;
  }
  add("same", before.slice(at));
  return out;
}
