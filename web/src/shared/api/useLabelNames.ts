import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useLang } from "../words/useLang";
import { guidelineOptions } from "./guideline";

/** useLabelNames names labels as the newest guideline does, in the language of the page; an id that it does not know stays an id. */
export function useLabelNames(product: string): (id: string) => string {
  const lang = useLang();
  const guideline = useQuery(guidelineOptions(product, "latest"));
  return useMemo(() => {
    const known = new Map((guideline.data?.guideline.labels ?? []).map((l) => [l.id, l]));
    return (id: string) => {
      const label = known.get(id);
      return (lang === "zh" ? label?.zh : label?.en || label?.zh) || id;
    };
  }, [guideline.data, lang]);
}
