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

/** ModelStage is the list of models. */
export function ModelStage() {
  const w = useWords("model");
  const f = useFormat();
  const product = useProduct();
  const list = useCursorList(["model", product, "models"], (cursor, signal) =>
    ask(api.GET("/api/v1/products/{product}/models", { signal, params: { path: { product }, query: { cursor, limit: 200 } } })),
  );
  const columns: Column<Schemas["LearnMade"]>[] = [
    { key: "number", title: w("col_number"), cell: (r) => `m${r.number}`, plain: (r) => `m${r.number}`, width: 110 },
    { key: "learner", title: w("col_learner"), cell: (r) => r.learner, plain: (r) => r.learner },
    { key: "example_count", title: w("col_example_count"), cell: (r) => f.count(r.example_count), plain: (r) => r.example_count, width: 110, align: "right" },
    { key: "label_count", title: w("col_label_count"), cell: (r) => f.count(r.label_count), plain: (r) => r.label_count, width: 110, align: "right" },
    { key: "seconds", title: w("col_seconds"), cell: (r) => f.duration(r.seconds), plain: (r) => r.seconds, width: 110, align: "right" },
    { key: "created_us", title: w("col_created_us"), cell: (r) => f.time(r.created_us), plain: (r) => new Date(r.created_us / 1000), width: 150 },
  ];
  return (
    <Page title={w("title")} flush>
      <Faces of={list.query} empty={<Empty text={w("empty")} />}>
        {(rows) => <DataTable id="model.models" label={w("title")} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} exportName={w("title")} />}
      </Faces>
    </Page>
  );
}
