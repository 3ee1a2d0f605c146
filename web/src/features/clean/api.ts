import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../shared/api/client";

export type Saved = Schemas["CleanSavedRecipe"];
export type Spec = Schemas["CleanSpec"];
export type Param = Schemas["SpecParam"];
export type Run = Schemas["CleanRun"];
export type Suggestion = Schemas["CleanSuggestion"];
export type PreviewStep = Schemas["CleanPreviewStep"];
export type Preview = Schemas["CleanPreview"];
export type Quarantined = Schemas["CleanQuarantined"];

/** sample is what previews and suggestions are drawn from: the same rows every time. */
export const sample = { rows: 1000, seed: 7 };

export function useOperators() {
  return useQuery({ queryKey: ["clean", "operators"], staleTime: Infinity, queryFn: ({ signal }) => ask(api.GET("/api/v1/operators", { signal })) });
}

export function useRecipe(product: string, recipe: string) {
  return useQuery({
    queryKey: ["clean", product, "recipe", recipe],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/recipes/{recipe}", { signal, params: { path: { product, recipe } } })),
  });
}

export function useSuggestions(product: string, version: string | undefined) {
  return useQuery({
    queryKey: ["clean", product, "suggestions", version],
    enabled: !!version,
    staleTime: Infinity, // of the same rows the same steps
    queryFn: ({ signal }) => ask(api.POST("/api/v1/products/{product}/recipe-suggestions", { signal, params: { path: { product } }, body: { version: version!, ...sample } })),
  });
}

/** useRuns are the newest runs of the product. */
export function useRuns(product: string) {
  return useQuery({
    queryKey: ["clean", product, "runs"],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/clean-runs", { signal, params: { path: { product }, query: { limit: 100 } } })),
  });
}

export function useReasons(product: string, run: string | undefined) {
  return useQuery({
    queryKey: ["clean", product, "reasons", run],
    enabled: !!run,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/clean-runs/{run}/reasons", { signal, params: { path: { run: run! } } })),
  });
}
