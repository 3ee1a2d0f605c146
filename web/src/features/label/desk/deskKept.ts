import { Fault } from "../../../shared/api/fault";
import { keep, readKept } from "../../../shared/api/kept";
import type { Queue, Saved, Task } from "../api";
import type { Done } from "./deskState";

/** DeskKept is what a desk needs to go on while the server is gone: the queue, its guideline, the tasks in hand, what was done last. */
export interface DeskKept {
  queue?: Queue;
  saved?: Saved;
  tasks?: Task[];
  done?: Done[];
}

const parts = ["queue", "saved", "tasks", "done"] as const;
const name = (queue: string, person: string, part: string) => `desk.${queue}.${person}.${part}`;

/** keepDesk keeps parts of a desk on this machine. */
export function keepDesk(queue: string, person: string, of: DeskKept): void {
  for (const part of parts) if (of[part] !== undefined) keep(name(queue, person, part), of[part]);
}

/** readDesk is what was kept of a person's desk; undefined when nothing was. */
export function readDesk(queue: string, person: string | undefined): DeskKept | undefined {
  if (!person) return undefined;
  const found = Object.fromEntries(parts.map((part) => [part, readKept(name(queue, person, part))])) as DeskKept;
  return found.queue || found.tasks ? found : undefined;
}

/** isGone tells that the server was not reached. */
export function isGone(e: unknown): boolean {
  return e instanceof Fault && e.status === 0 && e.code === "web.unreachable";
}
