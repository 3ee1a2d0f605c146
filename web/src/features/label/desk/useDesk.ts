import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useReducer, useRef, useState, useSyncExternalStore } from "react";
import { api, ask } from "../../../shared/api/client";
import { asFault, type Fault } from "../../../shared/api/fault";
import type { Queue, Task } from "../api";
import { isGone, keepDesk, readDesk } from "./deskKept";
import { deskReducer, emptyDesk, lastAct, type Done } from "./deskState";
import { Outbox, timeID, type Pending } from "./outbox";
import { makeWire } from "./wire";

const prefetch = 20;
const low = 12;
const leaseS = 1800;
const heartbeatMS = 120_000;
const lookAgainMS = 15_000;
const goneAgainMS = 3_000;
const keptDone = 20;

/** useDesk hands out tasks ahead of need, takes decisions at once, and sends them when it can. */
export function useDesk(queue: Queue, person: string) {
  const client = useQueryClient();
  const [state, dispatch] = useReducer(deskReducer, emptyDesk);
  const [fault, setFault] = useState<Fault>();
  const [ready, setReady] = useState(false);
  const listeners = useRef(new Set<() => void>());
  const [outbox] = useState(() => new Outbox(`${queue.id}.${person}`, localStorage, makeWire(queue.id), () => listeners.current.forEach((l) => l())));
  const sending = useSyncExternalStore(
    useCallback((l: () => void) => (listeners.current.add(l), () => listeners.current.delete(l)), []),
    () => outbox.view(),
  );
  const claiming = useRef(false);
  const begun = useRef({ task: "", at: 0 });

  const claim = useCallback(async () => {
    if (claiming.current) return;
    claiming.current = true;
    try {
      const got = await ask(api.POST("/api/v1/queues/{queue}/claims", { params: { path: { queue: queue.id } }, body: { count: prefetch, lease_s: leaseS } }));
      setFault(undefined);
      dispatch({ do: "claimed", tasks: got.items, exhausted: got.items.length === 0 });
    } catch (e) {
      setFault(asFault(e));
    } finally {
      claiming.current = false;
      setReady(true);
    }
  }, [queue.id]);

  // What was in hand before a reload comes first, then new tasks; decided ones stay away.
  const open = useCallback(async () => {
    const before = decidedTasks(outbox.acts());
    try {
      void outbox.send();
      const path = { params: { path: { queue: queue.id } } };
      const [held, mine] = await Promise.all([ask(api.GET("/api/v1/queues/{queue}/claims", path)), ask(api.GET("/api/v1/queues/{queue}/answers", { params: { path: { queue: queue.id }, query: { limit: 20 } } }))]);
      const decided = new Set([...before, ...decidedTasks(outbox.acts())]); // some may have gone out meanwhile
      const known: Done[] = mine.items.map((a) => ({
        id: a.id, kind: "answer", labels: a.labels ?? [], reason: "", at: a.at_us / 1000,
        task: { id: a.task_id!, queue_id: queue.id, row_id: a.row_id, text_hash: a.text_hash, text: a.text, context: a.context, session: a.session ?? "" },
      }));
      dispatch({ do: "loaded", done: known });
      dispatch({ do: "claimed", tasks: held.items.filter((t) => !decided.has(t.id)), exhausted: false });
      if (held.items.length < low) await claim();
      else setReady(true);
      setFault(undefined);
    } catch (e) {
      // The server is gone: go on with what is on this machine.
      const last = isGone(e) ? readDesk(queue.id, person) : undefined;
      const decided = decidedTasks(outbox.acts());
      if (last) {
        dispatch({ do: "loaded", done: last.done ?? [] });
        dispatch({ do: "claimed", tasks: (last.tasks ?? []).filter((t) => !decided.has(t.id)), exhausted: false });
      }
      setFault(asFault(e));
      setReady(true);
    }
  }, [claim, outbox, person, queue.id]);

  useEffect(() => {
    void open();
    const beat = setInterval(() => void api.POST("/api/v1/queues/{queue}/heartbeats", { params: { path: { queue: queue.id } } }).catch(() => undefined), heartbeatMS);
    const online = () => void outbox.send();
    addEventListener("online", online);
    return () => {
      clearInterval(beat);
      removeEventListener("online", online);
      outbox.close();
    };
  }, [open, outbox, queue.id]);

  const inHand = state.tasks.length;
  const gone = fault !== undefined && isGone(fault);
  useEffect(() => {
    if (ready && state.tasks.length) keepDesk(queue.id, person, { tasks: state.tasks, done: state.done.slice(0, keptDone) });
  }, [ready, state.tasks, state.done, queue.id, person]);
  useEffect(() => {
    if (!gone) return;
    const timer = setInterval(() => void open(), goneAgainMS);
    return () => clearInterval(timer);
  }, [gone, open]);
  useEffect(() => {
    if (!ready || sending.offline || gone) return;
    if (inHand < low && !state.exhausted) void claim();
    if (inHand > 0 || !state.exhausted) return;
    const timer = setInterval(() => void claim(), lookAgainMS);
    return () => clearInterval(timer);
  }, [ready, inHand, state.exhausted, sending.offline, gone, claim]);

  const current = state.tasks[0];
  if (current && begun.current.task !== current.id) begun.current = { task: current.id, at: performance.now() };
  const seconds = () => Math.round((performance.now() - begun.current.at) / 10) / 100;

  const answer = (tasks: Task[], labels: string[], suggested: boolean) => {
    const each = Math.min(86_400, seconds() / Math.max(1, tasks.length));
    const at = Date.now();
    const done = tasks.map((task): Done => ({ id: timeID(), kind: "answer", task, labels, reason: "", at }));
    for (const d of done) outbox.put({ id: d.id, kind: "answer", task: d.task.id, text: d.task.text, labels, seconds: each, guideline: queue.guideline_id, suggested, at: d.at });
    dispatch({ do: "finish", done });
  };
  const putAside = (kind: "skip" | "ask", reason: string) => {
    if (!current) return;
    const d: Done = { id: timeID(), kind, task: current, labels: [], reason, at: Date.now() };
    outbox.put({ id: d.id, kind, task: current.id, text: current.text, reason, at: d.at });
    dispatch({ do: "finish", done: [d] });
  };
  const back = (id: string) => {
    const d = state.done.find((one) => one.id === id);
    if (d) takeBack(d);
  };
  const takeBack = (d: Done) => {
    if (d.kind === "answer") outbox.put({ id: timeID(), kind: "undo", task: d.task.id, annotation: d.id, at: Date.now() });
    else outbox.put({ id: timeID(), kind: "unskip", task: d.task.id, at: Date.now() });
    dispatch({ do: "back", id: d.id });
  };

  return {
    ...state, current, ready, fault, sending: gone && !sending.offline ? { ...sending, offline: true } : sending,
    retry: () => void open(),
    choose: (labels: string[]) => dispatch({ do: "choose", labels }),
    answer, putAside, back,
    /** backLast takes the newest act back: one row, or all that got one answer together. */
    backLast: () => lastAct(state.done).forEach(takeBack),
    again: () => outbox.again(),
    forgive: () => outbox.forgive(),
    refresh: () => void client.invalidateQueries({ queryKey: ["label"] }),
  };
}

export type DeskHand = ReturnType<typeof useDesk>;

/** decidedTasks are those whose last act on its way is a decision. */
function decidedTasks(acts: readonly Pending[]): Set<string> {
  const out = new Set<string>();
  for (const a of acts) {
    if (a.kind === "undo" || a.kind === "unskip") out.delete(a.task);
    else out.add(a.task);
  }
  return out;
}
