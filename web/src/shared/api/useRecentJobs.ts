import { useQuery } from "@tanstack/react-query";
import { api, ask } from "./client";
import { jobsKey, type Job } from "./events";

/** useRecentJobs are the newest jobs of all products; the event stream keeps them true. */
export function useRecentJobs(): Job[] {
  const { data } = useQuery({
    queryKey: [...jobsKey, "recent"],
    queryFn: async ({ signal }) => await ask(api.GET("/api/v1/jobs", { signal, params: { query: { limit: 30 } } })),
  });
  return (data?.items ?? []) as Job[];
}
