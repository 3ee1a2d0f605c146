import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, ask } from "../../shared/api/client";
import { useLang } from "../../shared/words/useLang";

/** useLabels is the labels of the newest guideline with their names. */
export function useLabels(product: string): { id: string; name: string }[] {
  const lang = useLang();
  const guideline = useQuery({
    queryKey: ["label", product, "guideline", "latest"],
    staleTime: 5_000,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/guidelines/{version}", { signal, params: { path: { product, version: "latest" } } })),
  });
  return useMemo(() => (guideline.data?.guideline.labels ?? []).map((l) => ({ id: l.id, name: (lang === "zh" ? l.zh : l.en || l.zh) || l.id })), [guideline.data, lang]);
}
