import { api, ask, type Schemas } from "../../shared/api/client";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useCursorList } from "../../shared/table/useCursorList";
import { useWords } from "../../shared/words/useWords";

/** FeedbackStage is the list of inbox. */
export function FeedbackStage() {
  const w = useWords("feedback");
  const f = useFormat();
  const product = useProduct();
  const list = useCursorList(["feedback", product, "inbox"], (_cursor, signal) =>
    ask(api.GET("/api/v1/products/{product}/inbox", { signal, params: { path: { product }, query: { limit: 200 } } })),
  );
  const columns: Column<Schemas["FeedbackItem"]>[] = [
    { key: "text", title: w("col_text"), cell: (r) => r.text, plain: (r) => r.text },
    { key: "cause", title: w("col_cause"), cell: (r) => r.cause, plain: (r) => r.cause, width: 140 },
    { key: "label", title: w("col_label"), cell: (r) => r.label, plain: (r) => r.label, width: 180 },
    { key: "count", title: w("col_count"), cell: (r) => f.count(r.count), plain: (r) => r.count, width: 110, align: "right" },
    { key: "status", title: w("col_status"), cell: (r) => r.status, plain: (r) => r.status, width: 110 },
  ];
  return (
    <Page title={w("title")} flush>
      <Faces of={list.query} empty={<Empty text={w("empty")} />}>
        {(rows) => <DataTable id="feedback.inbox" label={w("title")} columns={columns} rows={rows} rowKey={(r) => r.turn_id} hasMore={list.hasMore} more={list.more} exportName={w("title")} />}
      </Faces>
    </Page>
  );
}
