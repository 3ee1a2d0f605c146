import { Input, Select } from "antd";
import { useMemo, useState } from "react";
import { useNavigate, useParams } from "react-router";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Chip } from "../../shared/page/Chip";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useFilters } from "../../shared/table/useFilters";
import { useWords } from "../../shared/words/useWords";
import { useEntries, type Entry } from "./api";
import { inView, views, type View } from "./entries";
import { EntryEditor } from "./EntryEditor";
import { ImportButton } from "./ImportButton";
import css from "./knowledge.module.css";
import { KnowledgeTabs } from "./KnowledgeTabs";
import { TryDrawer } from "./TryDrawer";

/** EntriesPage is the questions with their answers, and the one that is open. */
export function EntriesPage() {
  const w = useWords("knowledge");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const mayEdit = useMay("trainer");
  const { entry: openID } = useParams();
  const { filters, set } = useFilters(["view", "category", "text", "try"] as const);
  const entries = useEntries(product);
  const [now] = useState(() => Date.now() * 1000);
  const view: View = views.find((v) => v === filters.view) ?? "all";
  const all = useMemo(() => entries.data ?? [], [entries.data]);
  const rows = useMemo(
    () => all.filter((e) => inView(e, view, now) && (!filters.category || e.category === filters.category) && (!filters.text || [e.question, ...(e.variants ?? [])].some((t) => t.includes(filters.text)))),
    [all, view, now, filters.category, filters.text],
  );
  const creating = openID === "new";
  const at = creating ? undefined : (all.find((e) => e.id === openID) ?? rows[0]);
  const search = new URLSearchParams(Object.entries(filters).filter(([, v]) => v)).toString();
  const open = (id: string) => go(`/${product}/knowledge/${encodeURIComponent(id)}${search ? `?${search}` : ""}`, { replace: true });
  const create = { id: "knowledge.new", words: w("new"), key: "N", when: () => mayEdit, run: () => open("new") };
  const tryIt = { id: "knowledge.try", words: w("try"), key: "R", run: () => set({ try: "1" }) };
  useActions([create, tryIt]);
  const variants = useMemo(() => all.reduce((n, e) => n + (e.variants?.length ?? 0), 0), [all]);
  const categories = useMemo(() => [...new Set(all.map((e) => e.category ?? ""))].filter(Boolean).sort((a, b) => a.localeCompare(b, "zh")), [all]);
  const columns: Column<Entry>[] = [
    { key: "question", title: w("col_question"), plain: (r) => r.question, cell: (r) => <>{r.question} {r.state === "draft" && <Chip tone="plum">{w("draft")}</Chip>}{inView(r, "expired", now) && <Chip tone="cinnabar">{w("view_expired")}</Chip>}{inView(r, "expiring", now) && <Chip tone="gamboge">{w("view_expiring")}</Chip>}</> },
    { key: "category", title: w("col_category"), width: 110, cell: (r) => r.category, plain: (r) => r.category ?? "" },
    { key: "variants", title: w("col_variants"), width: 80, align: "right", cell: (r) => f.count(r.variants?.length ?? 0), plain: (r) => r.variants?.length ?? 0 },
    { key: "all_variants", title: w("col_all_variants"), hidden: true, cell: (r) => (r.variants ?? []).join(" / "), plain: (r) => (r.variants ?? []).join("\n") },
  ];
  return (
    <Page
      title={w("title")}
      facts={entries.data && <><b>{f.count(all.length)}</b> {w("entries")} · {w("wordings")} <b>{f.count(variants)}</b></>}
      acts={<><ImportButton product={product} kind="entries" /><ActionButton action={tryIt} /><ActionButton action={create} type="primary" /></>}
      bar={
        <>
          <KnowledgeTabs />
          <div className={css["filterBar"]}>
            {views.map((v) => {
              const count = all.filter((e) => inView(e, v, now)).length;
              return count > 0 || v === "all" ? (
                <button key={v} type="button" className={css["view"]} aria-pressed={view === v} onClick={() => set({ view: v === "all" ? "" : v })}>{w(`view_${v}`)} <b>{f.count(count)}</b></button>
              ) : null;
            })}
            <Select size="small" style={{ width: 150 }} allowClear showSearch value={filters.category || null} placeholder={w("col_category")} aria-label={w("col_category")} onChange={(v) => set({ category: v ?? "" })} options={categories.map((value) => ({ value, label: value }))} />
            <Input.Search key={filters.text} size="small" style={{ width: 200 }} allowClear defaultValue={filters.text} placeholder={w("find")} aria-label={w("find")} onSearch={(text) => set({ text })} />
          </div>
        </>
      }
      flush
    >
      <Faces of={entries} empty={creating ? undefined : <Empty text={w("empty")} act={<ActionButton action={create} type="primary" />} />} isEmpty={(d) => d.length === 0 && !creating}>
        {() => (
          <div className={css["split"]}>
            <div className={css["left"]}>
              {rows.length === 0 ? <Empty text={w("nothing_here")} /> : <DataTable id="knowledge.entries" label={w("title")} columns={columns} rows={rows} total={rows.length} rowKey={(r) => r.id} current={at?.id} open={(r) => open(r.id)} onCurrent={(r) => r.id !== at?.id && !creating && open(r.id)} exportName={w("title")} />}
            </div>
            <div className={css["right"]}>
              {(creating || at) && <EntryEditor key={creating ? "new" : `${at!.id}`} product={product} entry={creating ? undefined : at} mayEdit={mayEdit} categories={categories} onSaved={open} onGone={() => go(`/${product}/knowledge`)} />}
            </div>
          </div>
        )}
      </Faces>
      <TryDrawer product={product} open={filters.try === "1"} onClose={() => set({ try: "" })} onOpen={(id) => open(id)} />
    </Page>
  );
}
