import { useMemo } from "react";
import { useLang } from "../../shared/words/useLang";
import type { Saved } from "./api";
import { labelName } from "./labelNames";

/** useLabelName names the labels of a guideline; an id that it does not know stays an id. */
export function useLabelName(saved: Saved | null | undefined): (id: string) => string {
  const lang = useLang();
  return useMemo(() => {
    const known = new Map((saved?.guideline.labels ?? []).map((l) => [l.id, l]));
    return (id: string) => labelName(known.get(id), lang, id);
  }, [saved, lang]);
}
