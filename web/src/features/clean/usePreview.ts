import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, ask, type Schemas } from "../../shared/api/client";
import { sample, type PreviewStep } from "./api";
import { byPlace } from "./byPlace";

export interface Tried {
  rows: number;
  out: number;
  aside: number;
  /** steps by their place in the recipe, from 0; a line that includes another recipe has several. */
  steps: Map<number, PreviewStep[]>;
  all: PreviewStep[];
  /** lines are the texts that the asked step changed, and more how many are not listed. */
  lines: Schemas["CleanPreviewLine"][];
  more: number;
  /** ms is how long the answer took. */
  ms: number;
}

/** usePreview tries the text on the sample as it is typed; step, from 0, is the one whose changes are listed. */
export function usePreview(product: string, recipe: string, version: string | undefined, source: string, step: number) {
  const [calm, setCalm] = useState(source);
  useEffect(() => {
    const wait = setTimeout(() => setCalm(source), 120);
    return () => clearTimeout(wait);
  }, [source]);
  return useQuery({
    queryKey: ["clean", product, "preview", recipe, version, calm, step],
    enabled: !!version,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
    queryFn: async ({ signal }): Promise<Tried> => {
      const begin = performance.now();
      const found = await ask(api.POST("/api/v1/products/{product}/recipes/{recipe}/previews", { signal, params: { path: { product, recipe } }, body: { version: version!, ...sample, source: calm, step: step + 1 } }));
      const all = found.steps ?? [];
      return { rows: found.rows, out: found.out, aside: found.set_aside, all, steps: byPlace(all), lines: found.lines ?? [], more: found.more_lines ?? 0, ms: performance.now() - begin };
    },
  });
}
