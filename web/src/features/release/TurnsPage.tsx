import { Select } from "antd";
import { useEffect, useState } from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../../shared/api/client";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { useActions } from "../../shared/keys/useActions";
import { Chip, type Tone } from "../../shared/page/Chip";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { FilterChips } from "../../shared/table/FilterChips";
import { useCursorList } from "../../shared/table/useCursorList";
import { useFilters } from "../../shared/table/useFilters";
import { useWords } from "../../shared/words/useWords";
import type { Turn } from "./api";
import css from "./release.module.css";

const names = ["release", "band", "state", "rating", "session", "entry", "settled", "hours"] as const;
const free: readonly string[] = ["release", "session", "entry"]; // shown as they are; the others by their word
const choices = { band: ["answer", "offer", "fallback"], state: ["bot", "handover"], rating: ["good", "bad"] } as const;
const tones: Record<string, Tone> = { answer: "jade", offer: "gamboge", fallback: "cinnabar" };
const refreshMS = 5_000;
const onePage = 200;

const said = (t: Turn) => (t.parts ?? []).map((p) => p.text ?? p.title ?? "").filter(Boolean).join(" ");

/** TurnsPage is what customers say live, the newest first; each opens its thread. */
export function TurnsPage() {
  const w = useWords("release");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const { filters, set, clear } = useFilters(names);
  const [here, setHere] = useState<Turn>();
  const list = useCursorList(["release", product, "turns", filters], (cursor, signal) =>
    ask(
      api.GET("/api/v1/products/{product}/turns", {
        signal,
        params: {
          path: { product },
          query: {
            cursor,
            limit: onePage,
            ...(filters.release ? { release: filters.release } : {}),
            ...(filters.session ? { session: filters.session } : {}),
            ...(filters.band ? { band: filters.band as "answer" } : {}),
            ...(filters.state ? { state: filters.state as "bot" } : {}),
            ...(filters.rating ? { rating: filters.rating as "good" } : {}),
            ...(filters.entry ? { entry: filters.entry } : {}),
            ...(filters.settled ? { settled: filters.settled as "yes" } : {}),
            ...(Number(filters.hours) > 0 ? { hours: Number(filters.hours) } : {}),
          },
        },
      }),
    ),
  );
  const { refetch } = list.query;
  const top = list.rows.length <= onePage;
  useEffect(() => {
    if (!top) return; // whoever reads further down is not pulled back
    const timer = setInterval(() => document.visibilityState === "visible" && void refetch(), refreshMS);
    return () => clearInterval(timer);
  }, [top, refetch]);
  const open = (t: Turn) => void go(`/${product}/thread/${t.id}`);
  useActions([{ id: "turns.thread", words: w("thread"), key: "T", when: () => !!here, run: () => open(here!) }]);
  const columns: Column<Turn>[] = [
    { key: "at_us", title: w("col_at"), cell: (t) => f.time(t.at_us), plain: (t) => new Date(t.at_us / 1000), width: 124 },
    { key: "text", title: w("col_text"), cell: (t) => t.text, plain: (t) => t.text },
    { key: "meaning", title: w("col_meaning"), cell: (t) => { const l = t.trace.labels?.[0]; return l ? <>{l.title || l.label} <span className={css["grey"]}>{f.score(l.probability)}</span></> : ""; }, plain: (t) => t.trace.labels?.[0]?.label, width: 150 },
    { key: "band", title: w("col_band"), cell: (t) => <Chip tone={t.state === "handover" ? "plum" : (tones[t.band] ?? "plain")}>{t.state === "handover" ? w("state_handover") : w(`band_${t.band}`)}</Chip>, plain: (t) => w(`band_${t.band}`), width: 90 },
    { key: "reply", title: w("col_reply"), cell: (t) => <span className={css["grey"]}>{said(t)}</span>, plain: said },
    { key: "rating", title: w("col_rating"), cell: (t) => (t.rating ? <Chip tone={t.rating === "bad" ? "cinnabar" : "jade"}>{w(`rating_${t.rating}`)}</Chip> : ""), plain: (t) => (t.rating ? w(`rating_${t.rating}`) : ""), width: 72 },
    { key: "think_us", title: w("col_ms"), cell: (t) => (t.think_us / 1000).toFixed(2), plain: (t) => t.think_us / 1000, width: 80, align: "right" },
  ];
  const chips = names.filter((n) => filters[n]).map((n) => ({ name: n, words: n === "hours" ? w("last_hours", { hours: filters.hours }) : `${w(`by_${n}`)} ${free.includes(n) ? filters[n].slice(0, 24) : n === "settled" ? w(`settled_${filters.settled}`) : w(`${n}_${filters[n]}`)}`, remove: () => set({ [n]: "" }) }));
  return (
    <Page
      title={w("title")}
      name={w("live_turns")}
      flush
      bar={
        <div className={css["filters"]}>
          {(["band", "state", "rating"] as const).map((n) => (
            <Select key={n} size="small" allowClear placeholder={w(`by_${n}`)} aria-label={w(`by_${n}`)} value={filters[n] || undefined} onChange={(v) => set({ [n]: v ?? "" })} options={choices[n].map((v) => ({ value: v, label: w(`${n}_${v}`) }))} className={css["filter"]!} />
          ))}
          <FilterChips chips={chips} onClear={clear} />
        </div>
      }
    >
      <Faces of={list.query} empty={<Empty text={chips.length ? w("turns_none") : w("turns_empty")} link={{ to: `/${product}/release`, words: w("to_embed") }} />}>
        {(rows) => (
          <DataTable id="release.turns" label={w("live_turns")} columns={columns} rows={rows} rowKey={(t) => t.id} open={open} onCurrent={setHere} peek={(t) => <p className={css["peek"]}>{said(t)}</p>} hasMore={list.hasMore} more={list.more} exportName={w("live_turns")} />
        )}
      </Faces>
    </Page>
  );
}
