import { useMemo, useState } from "react";
import { asForm, readDocument } from "./document";

interface Kept {
  base: number;
  source: string;
}

/** useDraft is the text that is being changed: kept in this browser until it is saved, so that no typed work is lost. */
export function useDraft(product: string, saved: { version: number; source: string }) {
  const key = `zhuomo.guideline.${product}`;
  const [draft, setDraft] = useState<Kept | undefined>(() => {
    try {
      const kept = JSON.parse(localStorage.getItem(key) ?? "null") as Kept | null;
      return kept && kept.source !== saved.source ? kept : undefined;
    } catch {
      return undefined;
    }
  });
  const keep = (next: Kept | undefined) => {
    setDraft(next);
    try {
      if (next) localStorage.setItem(key, JSON.stringify(next));
      else localStorage.removeItem(key);
    } catch {
      // It lives until the page is left.
    }
  };
  const source = draft?.source ?? saved.source;
  const read = useMemo(() => readDocument(source), [source]);
  const form = useMemo(() => (read.problem ? undefined : asForm(read.doc)), [read]);
  return {
    source, form, problem: read.problem, dirty: draft !== undefined,
    /** base is the version that the changes were begun on. */
    base: draft?.base ?? saved.version,
    set: (text: string) => keep(text === saved.source ? undefined : { base: draft?.base ?? saved.version, source: text }),
    /** edit changes the document that the text is: give it what document.ts offers. */
    doc: () => readDocument(source).doc,
    drop: () => {
      const gone = draft;
      keep(undefined);
      return () => gone && keep(gone);
    },
  };
}

export type Draft = ReturnType<typeof useDraft>;
