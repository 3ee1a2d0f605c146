import { useQuery } from "@tanstack/react-query";
import { api, ask } from "./client";
import { useFormat } from "../format/useFormat";

/** useVersions are the newest versions of all datasets of a product, the newest first, with words for a list. */
export function useVersions(product: string) {
  const f = useFormat();
  return useQuery({
    queryKey: ["data", product, "versions", "all"],
    queryFn: async ({ signal }) => {
      const sets = await ask(api.GET("/api/v1/products/{product}/datasets", { signal, params: { path: { product }, query: { limit: 200 } } }));
      const all = await Promise.all(
        sets.items.map(async (set) => {
          const found = await ask(api.GET("/api/v1/products/{product}/datasets/{dataset}/versions", { signal, params: { path: { product, dataset: set.id }, query: { limit: 200 } } }));
          return found.items.map((v) => ({ id: v.id, dataset: set.id, number: v.number, rows: v.row_count, columns: (v.schema.columns ?? []).map((c) => c.name), created: v.created_us, words: `${set.name} v${v.number} · ${f.count(v.row_count)}` }));
        }),
      );
      return all.flat().sort((a, b) => b.created - a.created);
    },
  });
}
