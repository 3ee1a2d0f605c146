import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Input, Select } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, ask, type Schemas } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { FilterChips } from "../../shared/table/FilterChips";
import { useCursorList } from "../../shared/table/useCursorList";
import { useFilters } from "../../shared/table/useFilters";
import { useWords } from "../../shared/words/useWords";
import { usePeopleNames } from "../../shared/api/usePeopleNames";
import { useGuideline } from "./api";
import { Labels } from "./Labels";
import { LabelTabs } from "./LabelTabs";
import { Simulated } from "./Simulated";
import { useLabelName } from "./useLabelName";
import css from "./label.module.css";

type Row = Schemas["LabelGold"];
const names = ["label", "how", "simulated", "text", "row"] as const;
const hows = ["agreed", "majority", "judged", "decided", "imported"] as const;

/** GoldPage lists the settled answers; one that is wrong is taken back, the one before returns. */
export function GoldPage() {
  const w = useWords("label");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const client = useQueryClient();
  const mayTake = useMay("reviewer");
  const mayAdopt = useMay("trainer");
  const guideline = useGuideline(product, "latest");
  const nameOf = useLabelName(guideline.data);
  const personName = usePeopleNames();
  const { filters, set, clear } = useFilters(names);
  const [at, setAt] = useState<Row>();
  const query = {
    label: filters.label || undefined, text: filters.text || undefined, row: filters.row || undefined,
    ...(filters.how ? { how: filters.how as (typeof hows)[number] } : {}), ...(filters.simulated ? { simulated: filters.simulated as "yes" } : {}),
  };
  const page = (cursor: string | undefined, signal?: AbortSignal) => ask(api.GET("/api/v1/products/{product}/gold", { ...(signal ? { signal } : {}), params: { path: { product }, query: { ...query, cursor, limit: 200 } } }));
  const list = useCursorList(["label", product, "gold", query], page);
  const all = async () => {
    const rows: Row[] = [];
    for (let cursor: string | undefined; ; ) {
      const got = await page(cursor);
      rows.push(...got.items);
      if (!got.next) return rows;
      cursor = got.next;
    }
  };
  const takeBack = useMutation({
    mutationFn: (r: Row) => ask(api.DELETE("/api/v1/products/{product}/gold/{row}", { params: { path: { product, row: r.row_id } } })),
    onSuccess: () => (setAt(undefined), client.invalidateQueries({ queryKey: ["label", product] })),
  });
  const adopt = { id: "label.adopt_open", words: w("adopt"), key: "N", when: () => mayAdopt, run: () => void go(`/${product}/label/adopt`) };
  useActions([adopt, { id: "label.gold_back", words: w("gold_back"), key: "Del", when: () => mayTake && !!at && !takeBack.isPending, run: () => takeBack.mutate(at!) }]);
  const columns: Column<Row>[] = [
    { key: "text", title: w("col_text"), cell: (r) => r.text, plain: (r) => r.text },
    { key: "labels", title: w("col_labels"), width: 240, cell: (r) => <Labels of={r.labels} nameOf={nameOf} tone="jade" />, plain: (r) => r.labels?.map(nameOf).join(w("comma")) },
    { key: "how", title: w("col_how"), width: 130, cell: (r) => <>{w(`how_${r.how}`)}{r.simulated && <Simulated />}</>, plain: (r) => w(`how_${r.how}`) + (r.simulated ? ` ${w("simulated")}` : "") },
    { key: "people", title: w("col_people"), width: 150, cell: (r) => r.annotators?.map(personName).join(w("comma")), plain: (r) => r.annotators?.map(personName).join(w("comma")) },
    { key: "guideline", title: w("col_guideline"), width: 70, cell: (r) => `v${r.guideline_version}`, plain: (r) => `v${r.guideline_version}` },
    { key: "at", title: w("col_settled_at"), width: 120, cell: (r) => f.time(r.settled_us), plain: (r) => new Date(r.settled_us / 1000) },
    { key: "row", title: w("col_row"), width: 140, hidden: true, plain: (r) => r.row_id, cell: (r) => <span className="mono">{r.row_id.slice(0, 14)}</span> },
    { key: "session", title: w("col_session"), width: 120, hidden: true, plain: (r) => r.session ?? "", cell: (r) => r.session },
  ];
  const show = { label: nameOf, how: (v: string) => w(`how_${v}`), simulated: (v: string) => w(`simulated_${v}`), text: (v: string) => v, row: (v: string) => v.slice(0, 14) };
  const chips = names.filter((n) => filters[n]).map((n) => ({ name: n, words: `${w(`by_${n}`)} ${show[n](filters[n])}`, remove: () => set({ [n]: "" }) }));
  return (
    <Page
      title={w("title")}
      name={w("tab_gold")}
      acts={mayAdopt && <ActionButton action={adopt} />}
      bar={
        <>
          <LabelTabs />
          <div className={css["filterBar"]}>
            <Input.Search key={filters.text} size="small" style={{ width: 200 }} allowClear defaultValue={filters.text} placeholder={w("by_text")} aria-label={w("by_text")} onSearch={(text) => set({ text })} />
            <Select size="small" style={{ width: 180 }} aria-label={w("by_label")} placeholder={w("by_label")} allowClear showSearch={{ optionFilterProp: "label" }} value={filters.label || null} onChange={(v) => set({ label: v ?? "" })} options={(guideline.data?.guideline.labels ?? []).map((l) => ({ value: l.id, label: nameOf(l.id) }))} />
            <Select size="small" style={{ width: 120 }} aria-label={w("by_how")} placeholder={w("by_how")} allowClear value={filters.how || null} onChange={(v) => set({ how: v ?? "" })} options={hows.map((value) => ({ value, label: w(`how_${value}`) }))} />
            <Select size="small" style={{ width: 120 }} aria-label={w("by_simulated")} placeholder={w("by_simulated")} allowClear value={filters.simulated || null} onChange={(v) => set({ simulated: v ?? "" })} options={["yes", "no"].map((value) => ({ value, label: w(`simulated_${value}`) }))} />
            <FilterChips chips={chips} onClear={clear} />
          </div>
        </>
      }
      flush
    >
      {takeBack.error && <FaultBand fault={asFault(takeBack.error)} retry={() => takeBack.reset()} />}
      <Faces of={list.query} empty={chips.length ? <Empty text={w("no_gold_here")} /> : <Empty text={w("no_gold")} {...(mayAdopt ? { link: { to: `/${product}/label/adopt`, words: w("adopt_ask") } } : {})} />}>
        {(rows) => (
          <DataTable id="label.gold" label={w("tab_gold")} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} exportName={w("tab_gold")} exportAll={all} onCurrent={setAt}
            open={(r) => go(`/${product}/thread/${encodeURIComponent(r.row_id)}`)}
            peek={(r) => <div className={css["peek"]}>{[...(r.context ?? []).map((l) => `${w(`who_${l.who}`)}：${l.text}`), r.text].join("\n")}</div>} />
        )}
      </Faces>
    </Page>
  );
}
