import { useQuery } from "@tanstack/react-query";
import { api, ask } from "./client";
import { jobsKey, type Job } from "./events";
import { jobIsOver } from "./useJob";

/** useRunning is the job of a kind that works on the product now, whoever began it and from whichever page. */
export function useRunning(product: string, kind: string): Job | undefined {
  const recent = useQuery({
    queryKey: [...jobsKey, "recent"],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/jobs", { signal, params: { query: { limit: 30 } } })),
  });
  return recent.data?.items?.find((j) => j.kind === kind && j.product_id === product && !jobIsOver(j));
}
