import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "./client";

export type Overview = Schemas["AppOverview"];
export type Standing = Schemas["AppStanding"];

/** useOverview is a product on one screen: stages, scores of releases, live figures. Navigation and home read the same answer. */
export function useOverview(product: string | undefined) {
  return useQuery({
    queryKey: ["overview", product],
    enabled: !!product,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/overview", { signal, params: { path: { product: product! } } })),
    refetchInterval: 60_000, // the traffic of a live product moves without a job
    refetchOnMount: "always", // so do labels: who comes home from the desk sees what they did
  });
}
