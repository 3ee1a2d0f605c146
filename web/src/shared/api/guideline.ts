import { queryOptions } from "@tanstack/react-query";
import { api, ask, type Schemas } from "./client";

/** guidelineOptions reads a version of the guideline, "latest", "v3" or its id; null where a product has none yet. Versions never change. */
export function guidelineOptions(product: string, version: string) {
  return queryOptions<Schemas["LabelSavedGuideline"] | null>({
    queryKey: ["label", product, "guideline", version],
    staleTime: version === "latest" ? 5_000 : Infinity,
    queryFn: async ({ signal }) => {
      const one = (v: string) => ask(api.GET("/api/v1/products/{product}/guidelines/{version}", { signal, params: { path: { product, version: v } } }));
      if (version !== "latest") return one(version);
      // The list is asked first, so that a product without a guideline is no error.
      const newest = (await ask(api.GET("/api/v1/products/{product}/guidelines", { signal, params: { path: { product }, query: { limit: 1 } } }))).items[0];
      return newest ? one(`v${newest.version}`) : null;
    },
  });
}
