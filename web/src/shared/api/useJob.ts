import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, ask } from "./client";
import { jobsKey, putJob, type Job } from "./events";

export function jobIsOver(job: Job): boolean {
  return job.state === "done" || job.state === "failed" || job.state === "cancelled";
}

/**
 * useJob follows one job: give it the job_id of a 202 answer, or undefined while there is none.
 * The event stream moves it; a slow poll is the net below.
 */
export function useJob(id: string | undefined) {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: [...jobsKey, "one", id],
    enabled: id !== undefined,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/jobs/{job}", { signal, params: { path: { job: id! } } })),
    refetchInterval: (q) => (q.state.data && jobIsOver(q.state.data) ? false : 5_000),
  });
  const cancel = useCallback(async () => {
    if (id) putJob(client, await ask(api.POST("/api/v1/jobs/{job}/cancellation", { params: { path: { job: id } } })));
  }, [client, id]);
  return { ...query, job: query.data, cancel };
}
