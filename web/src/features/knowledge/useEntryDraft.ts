import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";
import { removeEntry, replayOf, restoreEntry, type Entry, type Replay } from "./api";
import { blank, bodyOf, draftOf, type Draft } from "./entries";
import { useSettled } from "./useSettled";

const settleMS = 500;

/**
 * useEntryDraft is an entry as it is written: what was typed is kept until it is saved, and what customers
 * asked last is asked again over it while it is typed, and once more before it is saved.
 */
export function useEntryDraft(product: string, entry: Entry | undefined, onSaved: (id: string) => void, onGone: () => void) {
  const w = useWords("knowledge");
  const client = useQueryClient();
  const [draft, setDraft] = useState<Draft>(() => (entry ? draftOf(entry) : blank));
  const [base, setBase] = useState(entry);
  const [seen, setSeen] = useState<Replay>(); // of what was saved last
  const change = (part: Partial<Draft>) => setDraft((d) => ({ ...d, ...part }));
  const show = (e: Entry) => (setBase(e), setDraft(draftOf(e)));
  const dirty = JSON.stringify(draft) !== JSON.stringify(base ? draftOf(base) : blank);
  useEffect(() => {
    // A newer revision came in and nothing was typed: show it.
    if (entry && base && entry.revision !== base.revision && !dirty) show(entry);
  }, [entry, base, dirty]);
  const stale = () => client.invalidateQueries({ queryKey: ["knowledge", product] });
  const body = bodyOf(draft, base);
  const whole = body.question !== "" && (body.answer?.length ?? 0) > 0;
  const settled = useSettled(body, JSON.stringify(body), settleMS);
  const replay = useQuery({ ...replayOf(product, entry?.id, settled), enabled: dirty && whole, placeholderData: (old) => old });
  const save = useMutation({
    mutationFn: async (over?: number) => {
      // The replay informs; a save does not depend on it.
      setSeen(await client.fetchQuery(replayOf(product, entry?.id, body)).catch(() => undefined));
      return entry
        ? ask(api.PUT("/api/v1/products/{product}/entries/{entry}", { params: { path: { product, entry: entry.id }, header: { "If-Match": String(over ?? base?.revision ?? 0) } }, body }))
        : ask(api.POST("/api/v1/products/{product}/entries", { params: { path: { product } }, body }));
    },
    onSuccess: (saved) => {
      const before = base;
      // The list has it at once: the page goes on to it before the list was read anew.
      client.setQueryData<Entry[]>(["knowledge", product, "entries"], (old) => old && (old.some((e) => e.id === saved.id) ? old.map((e) => (e.id === saved.id ? saved : e)) : [...old, saved]));
      void stale();
      show(saved);
      did({ words: w("saved"), undo: () => (before?.revision ? restoreEntry(product, saved.id, before.revision) : removeEntry(product, saved.id)).then(stale) });
      if (!entry) onSaved(saved.id);
    },
    onError: (e) => {
      if (asFault(e).status === 409) void stale(); // brings what the other saved, to show both
    },
  });
  const remove = useMutation({
    mutationFn: () => removeEntry(product, entry!.id, entry!.revision),
    onSuccess: () => {
      void stale();
      const { id, revision } = entry!;
      did({ words: w("removed", { question: entry!.question }), undo: () => restoreEntry(product, id, revision ?? 0).then(stale) });
      onGone();
    },
  });
  return {
    draft, change, base, show, dirty, save, remove, stale,
    discard: () => setDraft(base ? draftOf(base) : blank),
    replay: { data: dirty ? (whole ? replay.data : undefined) : seen, working: save.isPending || (dirty && whole && (replay.isFetching || settled !== body)), fault: dirty && replay.error ? asFault(replay.error) : undefined },
  };
}
