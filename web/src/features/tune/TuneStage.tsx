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

/** TuneStage is the list of studies. */
export function TuneStage() {
  const w = useWords("tune");
  const f = useFormat();
  const product = useProduct();
  const list = useCursorList(["tune", product, "studies"], (cursor, signal) =>
    ask(api.GET("/api/v1/products/{product}/studies", { signal, params: { path: { product }, query: { cursor, limit: 200 } } })),
  );
  const columns: Column<Schemas["TuneStudy"]>[] = [
    { key: "component", title: w("col_component"), cell: (r) => r.component, plain: (r) => r.component },
    { key: "sampler", title: w("col_sampler"), cell: (r) => r.sampler, plain: (r) => r.sampler, width: 160 },
    { key: "done_count", title: w("col_done_count"), cell: (r) => f.count(r.done_count), plain: (r) => r.done_count, width: 110, align: "right" },
    { key: "trials", title: w("col_trials"), cell: (r) => f.count(r.trials), plain: (r) => r.trials, width: 110, align: "right" },
    { key: "best_score", title: w("col_best_score"), cell: (r) => f.score(r.best_score, 3), plain: (r) => r.best_score, width: 110, align: "right" },
    { key: "state", title: w("col_state"), cell: (r) => r.state, plain: (r) => r.state, width: 110 },
  ];
  return (
    <Page title={w("title")} flush>
      <Faces of={list.query} empty={<Empty text={w("empty")} />}>
        {(rows) => <DataTable id="tune.studies" label={w("title")} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} exportName={w("title")} />}
      </Faces>
    </Page>
  );
}
