import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../shared/api/client";

export type Release = Schemas["ServeRelease"];
export type ReleaseFigure = Schemas["ServeReleaseFigure"];
export type Turn = Schemas["ServeTurn"];

const refreshMS = 5_000;

/** useFigures counts what was measured live over the last hours, anew every few seconds. */
export function useFigures(product: string, hours: number) {
  return useQuery({
    queryKey: ["release", product, "figures", hours],
    refetchInterval: refreshMS,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/live-figures", { signal, params: { path: { product }, query: { hours } } })),
  });
}

export function usePublications(product: string) {
  return useQuery({
    queryKey: ["release", product, "publications"],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/publications", { signal, params: { path: { product }, query: { limit: 50 } } })),
  });
}

/** useModelNumbers gives the short names of models by id. */
export function useModelNumbers(product: string) {
  return useQuery({
    queryKey: ["release", product, "models"],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/models", { signal, params: { path: { product }, query: { limit: 500 } } })),
    select: (page) => new Map((page.items ?? []).map((m) => [m.id, `m${m.number}`])),
  });
}

export function useReport(report: string | undefined) {
  return useQuery({
    queryKey: ["release", "report", report],
    enabled: !!report,
    staleTime: Infinity, // a report never changes
    queryFn: ({ signal }) => ask(api.GET("/api/v1/evaluations/{report}", { signal, params: { path: { report: report! } } })),
  });
}

export const publish = (product: string, release: string, overrule?: string) =>
  ask(api.POST("/api/v1/products/{product}/releases/{release}/publications", { params: { path: { product, release } }, body: overrule ? { overrule } : {} }));

export const takeBack = (product: string, reason = "") => ask(api.POST("/api/v1/products/{product}/takebacks", { params: { path: { product } }, body: { reason } }));
