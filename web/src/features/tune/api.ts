import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../shared/api/client";
import { useProduct } from "../../shared/api/useProduct";
import { isOutside } from "./progress";

export type Study = Schemas["TuneStudy"];
export type Trial = Schemas["TuneTrial"];
export type Param = Schemas["SpecParam"];
export type Importance = Schemas["TuneImportance"];
export type Shown = Schemas["TuneStudyShown"] & { trials: Trial[] };

/** useStudy is a study with all its trials. */
export function useStudy(product: string, study: string) {
  return useQuery<Shown>({
    queryKey: ["tune", product, "one", study],
    // No job tells of a study that programs outside measure.
    refetchInterval: (q) => (isOutside(q.state.data?.study) && q.state.data?.study.state === "running" ? 2000 : false),
    queryFn: async ({ signal }): Promise<Shown> => {
      const trials: Trial[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await ask(api.GET("/api/v1/products/{product}/studies/{study}", { signal, params: { path: { product, study }, query: { limit: 1000, ...(cursor ? { cursor } : {}) } } }));
        trials.push(...(page.items ?? []));
        if (!page.next) return { ...page, trials };
        cursor = page.next;
      }
    },
  });
}

/** useAsked is what programs outside have under way of a study; of one that runs here nobody is asked. */
export function useAsked(study: Study) {
  const product = useProduct();
  return useQuery({
    queryKey: ["tune", product, "asked", study.id],
    enabled: isOutside(study),
    refetchInterval: study.state === "running" ? 2000 : false,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/studies/{study}/asked", { signal, params: { path: { product, study: study.id } } })),
    select: (page) => page.items ?? [],
  });
}

/** useTunables lists what can be tuned in a product: learners that answer with labels, and cleaning recipes. */
export function useTunables(product: string) {
  return useQuery({
    queryKey: ["tune", product, "tunables"],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/tunables", { signal, params: { path: { product } } })),
  });
}

/** recipeOf is the cleaning recipe that a study tunes, undefined for a learner. */
export function recipeOf(component: string | undefined): string | undefined {
  return component?.startsWith("clean/") ? component.slice("clean/".length) : undefined;
}

export function useSamplers() {
  return useQuery({ queryKey: ["samplers"], staleTime: Infinity, queryFn: ({ signal }) => ask(api.GET("/api/v1/samplers", { signal })) });
}
