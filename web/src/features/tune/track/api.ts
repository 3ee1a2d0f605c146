import { useQueries, useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../../shared/api/client";

export type LoggedRun = Schemas["MlflowLoggedRun"];
export type RunShown = Schemas["MlflowRunShown"];
export type Figure = Schemas["MlflowFigure"];
export type Curve = Schemas["MlflowCurve"];
export type RegisteredModel = Schemas["MlflowRegisteredModel"];
export type ModelVersion = Schemas["MlflowModelVersion"];
export type StageRequest = Schemas["MlflowStageRequest"];
export type Trace = Schemas["MlflowTrace"];
export type TraceShown = Schemas["MlflowTraceShown"];
export type SpanOf = Schemas["MlflowSpanOf"];

/** live is how often what still runs is read again, in milliseconds. */
const live = 3000;

export function useExperiments(product: string) {
  return useQuery({ queryKey: ["tune", product, "experiments"], queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/experiments", { signal, params: { path: { product } } })) });
}

const runQuery = (product: string, run: string) => ({
  queryKey: ["tune", product, "run", run],
  queryFn: ({ signal }: { signal: AbortSignal }) => ask(api.GET("/api/v1/products/{product}/logged-runs/{run}", { signal, params: { path: { product, run } } })),
});

/** useRun is one logged run; read again while it runs. */
export function useRun(product: string, run: string) {
  return useQuery({ ...runQuery(product, run), refetchInterval: (q) => (q.state.data?.state === "running" ? live : false) });
}

export function useRuns(product: string, runs: string[]) {
  return useQueries({ queries: runs.map((r) => runQuery(product, r)) });
}

/** How a curve is drawn; along and smooth are the server's work, so that a million points stay there. */
export interface Drawn {
  along: "step" | "time";
  smooth: number;
  log: boolean;
}

/** useCurves are the curves of one metric, one a run. */
export function useCurves(product: string, runs: { id: string; running: boolean }[], metric: string, drawn: Drawn) {
  return useQueries({
    queries: runs.map((r) => ({
      queryKey: ["tune", product, "points", r.id, metric, drawn.along, drawn.smooth],
      refetchInterval: r.running ? live : (false as const),
      queryFn: ({ signal }: { signal: AbortSignal }) => ask(api.GET("/api/v1/products/{product}/logged-runs/{run}/points", { signal, params: { path: { product, run: r.id }, query: { metric, along: drawn.along, ...(drawn.smooth ? { smooth: drawn.smooth } : {}) } } })),
    })),
  });
}

export function useModel(product: string, model: string) {
  return useQuery({ queryKey: ["tune", product, "registered", model], queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/registered-models/{model}", { signal, params: { path: { product, model } } })) });
}

/** useTrace is one trace with its spans; read again while it is not over. */
export function useTrace(product: string, trace: string) {
  return useQuery({ queryKey: ["tune", product, "trace", trace], queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/logged-traces/{trace}", { signal, params: { path: { product, trace } } })), refetchInterval: (q) => (q.state.data?.state === "open" ? live : false) });
}

export function useSpan(product: string, trace: string, span: string) {
  return useQuery({ queryKey: ["tune", product, "span", trace, span], queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/logged-traces/{trace}/spans/{span}", { signal, params: { path: { product, trace, span } } })) });
}

/** useTracesOf are the newest traces of a run. */
export function useTracesOf(product: string, run: string) {
  return useQuery({ queryKey: ["tune", product, "traces of", run], queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/logged-traces", { signal, params: { path: { product }, query: { run, limit: 5 } } })) });
}
