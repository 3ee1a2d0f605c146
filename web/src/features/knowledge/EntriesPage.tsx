import { Input, Select } from "antd";
import { useEffect, useMemo, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
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
import { useConflicts, useEntries, useMined, useUses, type Entry } from "./api";
import { dueOf, inView, rivalsOf, views, type Known, type View } from "./entries";
import { EntryEditor } from "./EntryEditor";
import { ImportEntries } from "./ImportEntries";
import css from "./knowledge.module.css";
import { KnowledgeTabs } from "./KnowledgeTabs";
import { TryDrawer } from "./TryDrawer";
import { Used } from "./Used";
import { Wordings } from "./Wordings";

const always: readonly View[] = ["all", "short", "conflict", "due"]; // none is news too

/** EntriesPage is the questions with their answers and what they did live, and the one that is open. */
export function EntriesPage() {
  const w = useWords("knowledge");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const mayEdit = useMay("trainer");
  const { entry: addressed = "" } = useParams();
  // The address follows in a transition, which may take its time: what is typed next must be in the entry that was asked for.
  const [wanted, setWanted] = useState<string>();
  useEffect(() => setWanted((id) => (id === addressed ? undefined : id)), [addressed]);
  const openID = wanted ?? addressed;
  const { filters, set } = useFilters(["view", "category", "text", "try"] as const);
  const entries = useEntries(product);
  const uses = useUses(product);
  const conflicts = useConflicts(product);
  const mined = useMined(product);
  const [now] = useState(() => Date.now() * 1000);
  const known: Known = useMemo(() => ({ now, conflicts: conflicts.data ?? [], mined: mined.data ?? [] }), [now, conflicts.data, mined.data]);
  const view: View = views.find((v) => v === filters.view) ?? "all";
  const all = useMemo(() => entries.data ?? [], [entries.data]);
  const counts = useMemo(() => new Map(views.map((v) => [v, all.filter((e) => inView(e, v, known)).length])), [all, known]);
  const rows = useMemo(
    () => all.filter((e) => inView(e, view, known) && (!filters.category || e.category === filters.category) && (!filters.text || [e.question, ...(e.variants ?? [])].some((t) => t.includes(filters.text)))),
    [all, view, known, filters.category, filters.text],
  );
  const creating = openID === "new";
  const at = creating ? undefined : openID ? all.find((e) => e.id === openID) : rows[0];
  const search = new URLSearchParams(Object.entries(filters).filter(([, v]) => v)).toString();
  const open = (id: string) => {
    if (id !== addressed) setWanted(id);
    void go(`/${product}/knowledge/${encodeURIComponent(id)}${search ? `?${search}` : ""}`, { replace: true });
  };
  const create = { id: "knowledge.new", words: w("new"), key: "N", when: () => mayEdit, run: () => open("new") };
  const tryIt = { id: "knowledge.try", words: w("try"), key: "R", run: () => set({ try: "1" }) };
  useActions([create, tryIt]);
  const variants = useMemo(() => all.flatMap((e) => (e.variants ?? []).map((text) => ({ text, of: e }))), [all]);
  const categories = useMemo(() => [...new Set(all.map((e) => e.category ?? ""))].filter(Boolean).sort((a, b) => a.localeCompare(b, "zh")), [all]);
  const chips = (r: Entry) => {
    const due = dueOf(r, now);
    return (
      <>
        {r.state === "draft" && <> <Chip tone="plum">{w("draft")}</Chip></>}
        {inView(r, "conflict", known) && <> <Chip tone="cinnabar">{w("view_conflict")}</Chip></>}
        {due && <> <Chip tone={due === "expired" ? "cinnabar" : "gamboge"}>{w(due)}</Chip></>}
        {inView(r, "mined", known) && <> <Chip guess>{w("mined_n", { count: known.mined.filter((m) => m.entry_id === r.id).length })}</Chip></>}
      </>
    );
  };
  const columns: Column<Entry>[] = [
    { key: "question", title: w("col_question"), plain: (r) => r.question, cell: (r) => <>{r.question}{chips(r)}</> },
    { key: "category", title: w("col_category"), width: 96, cell: (r) => r.category, plain: (r) => r.category ?? "" },
    { key: "hits", title: w("col_hits"), width: 88, align: "right", cell: (r) => <Used product={product} entry={r.id} used={uses.data?.get(r.id)} what="hits" />, plain: (r) => uses.data?.get(r.id)?.hits ?? 0 },
    { key: "resolved", title: w("col_resolved"), width: 88, align: "right", cell: (r) => <Used product={product} entry={r.id} used={uses.data?.get(r.id)} what="resolved" />, plain: (r) => { const u = uses.data?.get(r.id); return u ? u.resolved / u.hits : null; } },
    { key: "due", title: w("col_due"), width: 92, align: "right", hidden: true, cell: (r) => dayOf(r), plain: dayOf },
    { key: "variants", title: w("col_variants"), width: 80, align: "right", hidden: true, cell: (r) => f.count(r.variants?.length ?? 0), plain: (r) => r.variants?.length ?? 0 },
    { key: "all_variants", title: w("col_all_variants"), hidden: true, cell: (r) => (r.variants ?? []).join(" / "), plain: (r) => (r.variants ?? []).join("\n") },
  ];
  return (
    <Page
      title={w("title")}
      facts={entries.data && <><b>{f.count(all.length)}</b> {w("entries")} · {w("wordings")} <Link to={`/${product}/knowledge?view=wordings`}><b>{f.count(variants.length)}</b></Link></>}
      acts={<><ImportEntries product={product} /><ActionButton action={tryIt} /><ActionButton action={create} type="primary" /></>}
      bar={
        <>
          <KnowledgeTabs />
          <div className={css["filterBar"]}>
            {views.map((v) => {
              const count = counts.get(v) ?? 0;
              return count > 0 || always.includes(v) || v === view ? (
                <button key={v} type="button" className={css["view"]} aria-pressed={view === v && filters.view !== "wordings"} title={v === "all" ? undefined : w(`about_${v}`)} onClick={() => set({ view: v === "all" ? "" : v })}>{w(`view_${v}`)} <b>{f.count(count)}</b></button>
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
              {filters.view === "wordings" ? <Wordings rows={variants.filter((v) => !filters.text || v.text.includes(filters.text))} open={(r) => open(r.of.id)} /> : rows.length === 0 ? <Empty text={w("nothing_here")} /> : <DataTable id="knowledge.entries" label={w("title")} columns={columns} rows={rows} total={rows.length} rowKey={(r) => r.id} current={at?.id} open={(r) => open(r.id)} onCurrent={(r) => r.id !== at?.id && !creating && open(r.id)} exportName={w("title")} />}
            </div>
            <div className={css["right"]}>
              {(creating || at) && (
                <EntryEditor
                  key={creating ? "new" : `${at!.id}`}
                  product={product}
                  entry={creating ? undefined : at}
                  mayEdit={mayEdit}
                  categories={categories}
                  used={at && uses.data?.get(at.id)}
                  rivals={at ? rivalsOf(at.id, known.conflicts) : []}
                  mined={at ? known.mined.filter((m) => m.entry_id === at.id) : []}
                  onSaved={open}
                  onGone={() => go(`/${product}/knowledge`)}
                />
              )}
              {!creating && !at && rows.length > 0 && <Empty text={w("entry_gone")} />}
            </div>
          </div>
        )}
      </Faces>
      <TryDrawer product={product} open={filters.try === "1"} onClose={() => set({ try: "" })} onOpen={(id) => open(id)} />
    </Page>
  );
}

const dayOf = (e: Entry) => (e.conditions?.valid_to_us ? new Date(e.conditions.valid_to_us / 1000).toISOString().slice(0, 10) : "");
