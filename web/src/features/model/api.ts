import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../shared/api/client";

export type Made = Schemas["LearnMade"];
export type Judgement = Schemas["EvaluateJudgement"];
export type Measurement = Schemas["EvaluateMeasurement"];
export type Outcome = "right" | "asked" | "in_vain" | "handover" | "wrong" | "missed";
export const outcomes: Outcome[] = ["right", "asked", "in_vain", "handover", "wrong", "missed"];
export type Part = "train" | "dev" | "test";
/** Shown is a part, or learnt: all that a model was made of, train and dev. */
export type Shown = Part | "learnt";

export const nameOf = (m: { number: number }) => `m${m.number}`;

export function useModel(product: string, model: string) {
  return useQuery({
    queryKey: ["model", product, "one", model],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/models/{model}", { signal, params: { path: { product, model } } })),
  });
}

/** useModels are the newest models of the product, the newest first. */
export function useModels(product: string) {
  return useQuery({
    queryKey: ["model", product, "newest"],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/models", { signal, params: { path: { product }, query: { limit: 100 } } })),
  });
}

/** useMeasurement is a model measured on a part of the gold, beside another when `beside` is not "". */
export function useMeasurement(product: string, model: string, beside: string, part: Part = "test") {
  return useQuery({
    queryKey: ["model", product, "measures", model, beside, part],
    enabled: model !== "",
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/models/{model}/measures", { signal, params: { path: { product, model }, query: { part, ...(beside ? { with: beside } : {}) } } })),
  });
}

/** useCross is the model's settings cross-validated over all gold, where the test rows are few. */
export function useCross(product: string, model: string) {
  return useQuery({
    queryKey: ["model", product, "cross", model],
    enabled: model !== "",
    staleTime: Infinity,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/models/{model}/cross-validation", { signal, params: { path: { product, model } } })),
  });
}

/** useJudgements are all rows of a part with what the model says. */
export function useJudgements(product: string, model: string, part: Shown, slice = "", outcome?: { outcome: Outcome; answer: number; offer: number }) {
  return useQuery({
    queryKey: ["model", product, "judgements", model, part, slice, outcome],
    enabled: model !== "",
    queryFn: async ({ signal }) => {
      const read = async (of: Part) => {
        const rows: Judgement[] = [];
        for (let cursor: string | undefined; ; ) {
          const page = await ask(api.GET("/api/v1/products/{product}/models/{model}/judgements", { signal, params: { path: { product, model }, query: { part: of, limit: 5000, ...(slice ? { slice: slice as "short" } : {}), ...outcome, ...(cursor ? { cursor } : {}) } } }));
          rows.push(...(page.items ?? []));
          if (!page.next) return rows;
          cursor = page.next;
        }
      };
      return part === "learnt" ? [...(await read("train")), ...(await read("dev"))] : read(part);
    },
  });
}

export function useCurve(product: string, model: string) {
  return useQuery({
    queryKey: ["model", product, "curve", model],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/models/{model}/curves", { signal, params: { path: { product, model } } })),
  });
}

/** useFlow is the product's first flow with its text and thresholds; null when there is none. */
export function useFlow(product: string) {
  return useQuery({
    queryKey: ["flow", product, "first"],
    queryFn: async ({ signal }) => {
      const flows = await ask(api.GET("/api/v1/products/{product}/flows", { signal, params: { path: { product }, query: { limit: 1 } } }));
      const first = flows.items?.[0];
      if (!first) return null;
      return ask(api.GET("/api/v1/products/{product}/flows/{flow}", { signal, params: { path: { product, flow: first.id } } }));
    },
  });
}
