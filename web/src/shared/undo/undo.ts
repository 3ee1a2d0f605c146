// What was done last and how to take it back. Undo beats asking "are you sure?".

export interface Done {
  /** words tell what was done: "已移出 12 行". */
  words: string;
  undo: () => Promise<unknown> | void;
  /** redo does it again; without one it can only be taken back. */
  redo?: () => Promise<unknown> | void;
}

const keep = 50;
let past: Done[] = [];
let future: Done[] = [];
const listeners = new Set<(done: Done, state: "done" | "undone" | "redone") => void>();

export function onDone(listener: (done: Done, state: "done" | "undone" | "redone") => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** did remembers an act and shows it with an undo button. */
export function did(done: Done): void {
  past = [...past, done].slice(-keep);
  future = [];
  for (const l of listeners) l(done, "done");
}

export const canUndo = () => past.length > 0;
export const canRedo = () => future.length > 0;

/** undo takes the last act back; when that fails it stays undoable and the fault is thrown. */
export async function undo(): Promise<void> {
  const last = past.at(-1);
  if (!last) return;
  past = past.slice(0, -1);
  try {
    await last.undo();
  } catch (e) {
    past = [...past, last];
    throw e;
  }
  if (last.redo) future = [...future, last];
  for (const l of listeners) l(last, "undone");
}

export async function redo(): Promise<void> {
  const next = future.at(-1);
  if (!next?.redo) return;
  future = future.slice(0, -1);
  try {
    await next.redo();
  } catch (e) {
    future = [...future, next];
    throw e;
  }
  past = [...past, next];
  for (const l of listeners) l(next, "redone");
}

/** forget empties the stack: another product, another person. */
export function forget(): void {
  past = [];
  future = [];
}
