import { api, ask } from "../../../shared/api/client";
import { Fault } from "../../../shared/api/fault";
import type { Wire } from "./outbox";

/** makeWire carries the acts of one queue to the server. */
export function makeWire(queue: string): Wire {
  return {
    async answers(acts) {
      const items = acts.map((a) => ({ id: a.id, task_id: a.task, labels: a.labels, seconds: a.seconds, guideline_id: a.guideline, suggestion_shown: a.suggested }));
      const out = await ask(api.POST("/api/v1/annotations", { body: { items } }));
      return out.items.map((o) => (o.code ? { code: o.code, message: o.message ?? "", fix: o.fix ?? "" } : undefined));
    },
    async other(act) {
      const params = { path: { task: act.task } };
      if (act.kind === "undo") await gone(ask(api.DELETE("/api/v1/annotations/{annotation}", { params: { path: { annotation: act.annotation } } })));
      else if (act.kind === "unskip") await ask(api.DELETE("/api/v1/tasks/{task}/skips", { params }));
      else if (act.kind === "skip") await ask(api.POST("/api/v1/tasks/{task}/skips", { params, body: { reason: act.reason } }));
      else await ask(api.POST("/api/v1/tasks/{task}/asks", { params, body: { question: act.reason } }));
    },
    async renew() {
      await ask(api.POST("/api/v1/queues/{queue}/heartbeats", { params: { path: { queue } } }));
    },
  };
}

/** gone lets an undo pass whose answer is not there: it was refused, or undone already. */
async function gone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (e) {
    if (!(e instanceof Fault) || e.code !== "label.no_annotation") throw e;
  }
}
