import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { guidelineOptions } from "../../shared/api/guideline";
import { useLang } from "../../shared/words/useLang";

/** useLabels is the labels of the newest guideline with their names. */
export function useLabels(product: string): { id: string; name: string }[] {
  const lang = useLang();
  const guideline = useQuery(guidelineOptions(product, "latest"));
  return useMemo(() => (guideline.data?.guideline.labels ?? []).map((l) => ({ id: l.id, name: (lang === "zh" ? l.zh : l.en || l.zh) || l.id })), [guideline.data, lang]);
}
