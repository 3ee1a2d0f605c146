import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../shared/api/client";

export type Report = Schemas["EvaluateReport"];
export type Head = Schemas["EvaluateReportHead"];
export type Flip = Schemas["EvaluateFlip"];
export type CheckResult = Schemas["EvaluateCheckResult"];
export type Batch = Schemas["EvaluateBatch"];
export type BatchRow = Schemas["EvaluateBatchRow"];
export type Share = Schemas["EvaluateShare"];

export function useReport(product: string, report: string) {
  return useQuery({
    queryKey: ["evaluate", product, "report", report],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/evaluations/{report}", { signal, params: { path: { report } } })),
  });
}

/** useModelNames turns ids of models into m1, m2 …; one that is older than the newest hundred keeps the head of its id. */
export function useModelNames(product: string): (id: string | undefined) => string {
  const models = useQuery({
    queryKey: ["model", product, "newest"],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/models", { signal, params: { path: { product }, query: { limit: 100 } } })),
  });
  return (id) => {
    const found = models.data?.items?.find((m) => m.id === id);
    if (models.isPending) return "";
    return found ? `m${found.number}` : (id ?? "").replace("sha256:", "").slice(0, 8);
  };
}

export function useBatch(product: string, batch: string) {
  return useQuery({
    queryKey: ["evaluate", product, "batch", batch],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/batches/{batch}", { signal, params: { path: { product, batch } } })),
  });
}
