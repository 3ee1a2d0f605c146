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

/** DataStage is the list of datasets. */
export function DataStage() {
  const w = useWords("data");
  const f = useFormat();
  const product = useProduct();
  const list = useCursorList(["data", product, "datasets"], (cursor, signal) =>
    ask(api.GET("/api/v1/products/{product}/datasets", { signal, params: { path: { product }, query: { cursor, limit: 200 } } })),
  );
  const columns: Column<Schemas["Dataset"]>[] = [
    { key: "name", title: w("col_name"), cell: (r) => r.name, plain: (r) => r.name },
    { key: "version_count", title: w("col_version_count"), cell: (r) => f.count(r.version_count), plain: (r) => r.version_count, width: 110, align: "right" },
    { key: "row_count", title: w("col_row_count"), cell: (r) => f.count(r.row_count), plain: (r) => r.row_count, width: 110, align: "right" },
    { key: "created_us", title: w("col_created_us"), cell: (r) => f.time(r.created_us), plain: (r) => new Date(r.created_us / 1000), width: 150 },
  ];
  return (
    <Page title={w("title")} flush>
      <Faces of={list.query} empty={<Empty text={w("empty")} />}>
        {(rows) => <DataTable id="data.datasets" label={w("title")} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} exportName={w("title")} />}
      </Faces>
    </Page>
  );
}
