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

/** LabelStage is the list of queues. */
export function LabelStage() {
  const w = useWords("label");
  const f = useFormat();
  const product = useProduct();
  const list = useCursorList(["label", product, "queues"], (cursor, signal) =>
    ask(api.GET("/api/v1/products/{product}/queues", { signal, params: { path: { product }, query: { cursor, limit: 200 } } })),
  );
  const columns: Column<Schemas["LabelQueue"]>[] = [
    { key: "name", title: w("col_name"), cell: (r) => r.name, plain: (r) => r.name },
    { key: "task_count", title: w("col_task_count"), cell: (r) => f.count(r.task_count), plain: (r) => r.task_count, width: 110, align: "right" },
    { key: "settled_count", title: w("col_settled_count"), cell: (r) => f.count(r.settled_count), plain: (r) => r.settled_count, width: 110, align: "right" },
    { key: "disputed_count", title: w("col_disputed_count"), cell: (r) => f.count(r.disputed_count), plain: (r) => r.disputed_count, width: 110, align: "right" },
    { key: "state", title: w("col_state"), cell: (r) => r.state, plain: (r) => r.state, width: 110 },
  ];
  return (
    <Page title={w("title")} flush>
      <Faces of={list.query} empty={<Empty text={w("empty")} />}>
        {(rows) => <DataTable id="label.queues" label={w("title")} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} exportName={w("title")} />}
      </Faces>
    </Page>
  );
}
