import { api, ask, type Schemas } from "../../shared/api/client";
import { useProduct } from "../../shared/api/useProduct";
import { Chip } from "../../shared/page/Chip";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useCursorList } from "../../shared/table/useCursorList";
import { useWords } from "../../shared/words/useWords";

/** EvaluateStage is the list of evaluations. */
export function EvaluateStage() {
  const w = useWords("evaluate");
  const product = useProduct();
  const list = useCursorList(["evaluate", product, "evaluations"], (cursor, signal) =>
    ask(api.GET("/api/v1/products/{product}/evaluations", { signal, params: { path: { product }, query: { cursor, limit: 200 } } })),
  );
  const columns: Column<Schemas["EvaluateReportHead"]>[] = [
    { key: "id", title: w("col_id"), cell: (r) => r.id, plain: (r) => r.id },
    { key: "model_id", title: w("col_model_id"), cell: (r) => r.model_id, plain: (r) => r.model_id },
    { key: "passed", title: w("col_passed"), cell: (r) => <Chip tone={r.passed ? "jade" : "cinnabar"}>{r.passed ? w("passed") : w("refused")}</Chip>, plain: (r) => r.passed, width: 110 },
    { key: "at", title: w("col_at"), cell: (r) => r.at, plain: (r) => r.at, width: 200 },
  ];
  return (
    <Page title={w("title")} flush>
      <Faces of={list.query} empty={<Empty text={w("empty")} />}>
        {(rows) => <DataTable id="evaluate.evaluations" label={w("title")} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} exportName={w("title")} />}
      </Faces>
    </Page>
  );
}
