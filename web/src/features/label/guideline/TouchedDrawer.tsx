import { Drawer } from "antd";
import { Link } from "react-router";
import { api, ask, type Schemas } from "../../../shared/api/client";
import { useFormat } from "../../../shared/format/useFormat";
import { Chip } from "../../../shared/page/Chip";
import { Faces } from "../../../shared/page/Faces";
import type { Column } from "../../../shared/table/columns";
import { DataTable } from "../../../shared/table/DataTable";
import { useCursorList } from "../../../shared/table/useCursorList";
import { useWords } from "../../../shared/words/useWords";
import { usePeopleNames } from "../../../shared/api/usePeopleNames";
import type { Saved } from "../api";
import { Labels } from "../Labels";
import css from "./guideline.module.css";

type Row = Schemas["LabelTouched"];

/** TouchedDrawer lists past labels that a version, or an unsaved change (its list is in `of`), may have made wrong. */
export function TouchedDrawer({ product, of, nameOf, close }: { product: string; of: Saved; nameOf: (id: string) => string; close: () => void }) {
  const w = useWords("label");
  const f = useFormat();
  const personName = usePeopleNames();
  const unsaved = of.touched_count >= 0;
  const list = useCursorList<Row>(["label", product, "touched", of.version, unsaved, of.touched_count], async (cursor, signal) =>
    unsaved ? { items: of.touched ?? [] } : ask(api.GET("/api/v1/products/{product}/guidelines/{version}/touched", { signal, params: { path: { product, version: `v${of.version}` }, query: { cursor, limit: 200 } } })),
  );
  const columns: Column<Row>[] = [
    { key: "text", title: w("col_text"), cell: (r) => <Link to={`/${product}/thread/${encodeURIComponent(r.row_id)}`}>{r.text || r.row_id.slice(0, 14)}</Link>, plain: (r) => r.text },
    { key: "labels", title: w("col_labels"), width: 180, cell: (r) => <Labels of={r.labels} nameOf={nameOf} />, plain: (r) => r.labels?.map(nameOf).join(w("comma")) },
    { key: "why", title: w("col_why"), width: 190, cell: (r) => (r.contradicts ? <Chip tone="cinnabar">{w("example_says", { labels: r.contradicts.map(nameOf).join(w("comma")) })}</Chip> : <Chip tone="gamboge">{w("rule_changed", { labels: r.changed?.map(nameOf).join(w("comma")) ?? "" })}</Chip>), plain: (r) => (r.contradicts ?? r.changed)?.map(nameOf).join(w("comma")) },
    { key: "person", title: w("col_person"), width: 90, cell: (r) => personName(r.person), plain: (r) => personName(r.person) },
  ];
  return (
    <Drawer open onClose={close} size={820} title={unsaved ? w("touched_by_change", { count: f.count(of.touched_count) }) : w("touched_by", { version: of.version })}>
      <div className={css["touchedList"]}>
        <Faces of={list.query} empty={<p>{w("none_touched")}</p>}>
          {(rows) => <DataTable id="label.touched" label={w("would_touch")} columns={columns} rows={rows} rowKey={(r) => r.id} {...(unsaved ? { total: of.touched_count } : {})} hasMore={list.hasMore} more={list.more} exportName={w("would_touch")} />}
        </Faces>
      </div>
    </Drawer>
  );
}
