import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Input, type InputRef } from "antd";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { api, ask, type Schemas } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useFormat } from "../../shared/format/useFormat";
import { FaultBand } from "../../shared/page/FaultBand";
import { loadPinyin, matchText, type Matcher } from "../../shared/text/pinyin";
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";
import css from "./feedback.module.css";
import { foundEntries } from "./foundEntries";

type Entry = Schemas["KnowledgeEntry"];

/** ToEntry adds a question to an entry as another wording: the nearest entries first, others by characters, pinyin or initials. */
export function ToEntry({ product, question, onDone }: { product: string; question: string; onDone: () => void }) {
  const w = useWords("feedback");
  const f = useFormat();
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const [match, setMatch] = useState<Matcher>(() => matchText);
  const field = useRef<InputRef>(null);
  useEffect(() => void loadPinyin().then((m) => setMatch(() => m)), []);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => setAt(0), [typed]);
  const entries = useQuery({
    queryKey: ["knowledge", product, "entries"],
    queryFn: async ({ signal }) => {
      const all: Entry[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await ask(api.GET("/api/v1/products/{product}/entries", { signal, params: { path: { product }, query: { cursor, limit: 500 } } }));
        all.push(...page.items);
        if (!page.next) return all;
        cursor = page.next;
      }
    },
  });
  const near = useQuery({
    queryKey: ["knowledge", product, "search", question, "variant"],
    queryFn: async ({ signal }) => (await ask(api.POST("/api/v1/products/{product}/searches", { signal, params: { path: { product } }, body: { text: question, limit: 12, drafts: true } }))).items,
  });
  const found = useMemo(() => foundEntries(entries.data ?? [], near.data ?? [], typed, match), [entries.data, near.data, typed, match]);
  const stale = () => client.invalidateQueries({ queryKey: ["knowledge", product] });
  const add = useMutation({
    mutationFn: async (id: string) => {
      const path = { product, entry: id };
      const e = await ask(api.GET("/api/v1/products/{product}/entries/{entry}", { params: { path } }));
      const { question: asked, category, variants, answer, conditions, sources } = e;
      const body = {
        question: asked, answer, state: e.state === "draft" ? ("draft" as const) : ("live" as const), variants: [...(variants ?? []), question],
        ...(category ? { category } : {}), ...(conditions ? { conditions } : {}), ...(sources ? { sources } : {}),
      };
      const saved = await ask(api.PUT("/api/v1/products/{product}/entries/{entry}", { params: { path, header: { "If-Match": String(e.revision ?? 0) } }, body }));
      return { saved, before: e.revision ?? 0 };
    },
    onSuccess: ({ saved, before }) => {
      void stale();
      did({ words: w("made_variant", { question: saved.question }), undo: () => ask(api.POST("/api/v1/products/{product}/entries/{entry}/restorations", { params: { path: { product, entry: saved.id } }, body: { revision: before } })).then(stale) });
      onDone();
    },
  });
  const fault = add.error ?? entries.error ?? near.error;
  const take = (i: number) => {
    const one = found[i];
    if (one && !add.isPending) add.mutate(one.entry.id);
  };
  const onKeyDown = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return;
    if (e.key === "ArrowDown") setAt(Math.min(found.length - 1, at + 1));
    else if (e.key === "ArrowUp") setAt(Math.max(0, at - 1));
    else if (e.key === "Enter") take(at);
    else return;
    e.preventDefault();
  };
  return (
    <div className={css["way"]}>
      {fault && <FaultBand fault={asFault(fault)} retry={() => (add.reset(), void entries.refetch(), void near.refetch())} />}
      <Input ref={field} value={typed} placeholder={w("find_entry")} aria-label={w("find_entry")} role="combobox" aria-expanded aria-controls="found-entries" aria-activedescendant={found[at] ? `found-${at}` : undefined} onChange={(e) => setTyped(e.target.value)} onKeyDown={onKeyDown} />
      <ul id="found-entries" role="listbox" aria-label={w("way_variant")} className={css["entries"]}>
        {found.map((x, i) => (
          <li key={x.entry.id} id={`found-${i}`} role="option" aria-selected={i === at} onMouseEnter={() => setAt(i)} onClick={() => take(i)}>
            <span>{x.entry.question}</span>
            {x.likeness > 0 && <b>{f.score(x.likeness)}</b>}
            <small>{[x.entry.category, w("wordings", { count: 1 + (x.entry.variants?.length ?? 0) })].filter(Boolean).join(" · ")}</small>
          </li>
        ))}
      </ul>
      {found.length === 0 && !entries.isPending && !near.isPending && <p className={css["heardNothing"]}>{w("no_entry_found")}</p>}
      <p className={css["help"]}>{w("variant_help")}</p>
    </div>
  );
}
