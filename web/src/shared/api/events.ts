// One event stream keeps all pages live. Query keys are [stage, product, …]; when a job of a
// product ends, everything read about that product is stale.

import type { Query, QueryClient } from "@tanstack/react-query";
import type { Schemas } from "./client";
import { follow } from "./stream";

export type Job = Schemas["JobView"];
export const jobsKey = ["jobs"] as const;

const over = (job: Job) => job.state === "done" || job.state === "failed" || job.state === "cancelled";

/** putJob writes what is known of a job into every list and page that shows it. */
export function putJob(client: QueryClient, job: Job): void {
  client.setQueryData<Job>([...jobsKey, "one", job.id], (old) => ({ ...old, ...job, result: job.result ?? old?.result }));
  client.setQueryData<{ items: Job[] }>([...jobsKey, "recent"], (old) => {
    if (!old) return old;
    const items = old.items.some((j) => j.id === job.id) ? old.items.map((j) => (j.id === job.id ? { ...j, ...job } : j)) : [job, ...old.items];
    return { ...old, items };
  });
}

/** listen keeps the cache live until the returned function is called. */
export function listen(client: QueryClient): () => void {
  return follow((heard) => {
    if (heard.kind === "anew") return void client.invalidateQueries();
    putJob(client, heard.job);
    if (!over(heard.job)) return;
    // The stream carries neither the result nor the failure in this person's language.
    void client.invalidateQueries({ queryKey: jobsKey });
    makeStale(client, heard.job.product_id);
  });
}

/** makeStale asks anew what is read about a product. A first answer that is still on its way may be older than the job's end: it is asked for again when it has come. */
export function makeStale(client: QueryClient, product: string | undefined): void {
  const about = (q: Query) => q.queryKey[0] !== "jobs" && (q.queryKey[1] === product || q.queryKey[0] === "products");
  for (const q of client.getQueryCache().findAll({ predicate: about })) {
    const again = () => void client.invalidateQueries({ queryKey: q.queryKey, exact: true });
    if (q.state.data === undefined && q.state.fetchStatus === "fetching") void q.fetch().then(again, again);
    else again();
  }
}
