import { useNavigate } from "react-router";
import { api, ask, type Schemas } from "../../shared/api/client";
import { useLabelNames } from "../../shared/api/useLabelNames";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { Chip } from "../../shared/page/Chip";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useCursorList } from "../../shared/table/useCursorList";
import { useWords } from "../../shared/words/useWords";

/** FixesPage lists what was corrected, before and after, and how long it took to be live. */
export function FixesPage() {
  const w = useWords("feedback");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const nameOf = useLabelNames(product);
  const list = useCursorList(["feedback", product, "fixes", "all"], (cursor, signal) =>
    ask(api.GET("/api/v1/products/{product}/fixes", { signal, params: { path: { product }, query: { cursor, limit: 200 } } })),
  );
  const said = (labels: string[] | null) => (labels ?? []).map(nameOf).join(w("comma"));
  const columns: Column<Schemas["FeedbackFix"]>[] = [
    { key: "state", title: w("col_status"), width: 110, cell: (r) => <Chip tone={r.state === "live" ? "jade" : r.state === "refused" || r.state === "failed" ? "cinnabar" : "plain"}>{w(`state_${r.state}`)}</Chip>, plain: (r) => w(`state_${r.state}`) },
    { key: "before", title: w("col_before"), cell: (r) => said(r.before), plain: (r) => said(r.before) },
    { key: "labels", title: w("col_labels"), cell: (r) => said(r.labels), plain: (r) => said(r.labels) },
    { key: "after", title: w("col_after"), cell: (r) => said(r.after), plain: (r) => said(r.after) },
    { key: "seconds", title: w("col_seconds"), width: 90, align: "right", cell: (r) => r.seconds.toFixed(2), plain: (r) => r.seconds },
    { key: "why", title: w("col_why"), cell: (r) => r.why ?? "", plain: (r) => r.why ?? "" },
    { key: "at", title: w("col_at"), width: 130, cell: (r) => f.time(Date.parse(r.at) * 1000), plain: (r) => new Date(r.at) },
  ];
  return (
    <Page title={w("title")} name={w("fixes")} flush>
      <Faces of={list.query} empty={<Empty text={w("no_fixes")} />}>
        {(rows) => <DataTable id="feedback.fixes" label={w("fixes")} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} exportName={w("fixes")} open={(r) => go(`/${product}/thread/${r.turn_id}`)} />}
      </Faces>
    </Page>
  );
}
