import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useLang } from "../words/useLang";
import { api, ask } from "./client";
import { Fault } from "./fault";

/** useLabelNames names labels as the newest guideline does, in the language of the page; an id that it does not know stays an id. */
export function useLabelNames(product: string): (id: string) => string {
  const lang = useLang();
  const guideline = useQuery({
    queryKey: ["label", product, "guideline", "latest"],
    staleTime: 5_000,
    retry: (n, e) => n < 2 && !(e instanceof Fault && e.status === 404),
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/guidelines/{version}", { signal, params: { path: { product, version: "latest" } } })),
  });
  return useMemo(() => {
    const known = new Map((guideline.data?.guideline.labels ?? []).map((l) => [l.id, l]));
    return (id: string) => {
      const label = known.get(id);
      return (lang === "zh" ? label?.zh : label?.en || label?.zh) || id;
    };
  }, [guideline.data, lang]);
}
