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

/** KnowledgeStage is the list of entries. */
export function KnowledgeStage() {
  const w = useWords("knowledge");
  const f = useFormat();
  const product = useProduct();
  const list = useCursorList(["knowledge", product, "entries"], (cursor, signal) =>
    ask(api.GET("/api/v1/products/{product}/entries", { signal, params: { path: { product }, query: { cursor, limit: 200 } } })),
  );
  const columns: Column<Schemas["KnowledgeEntry"]>[] = [
    { key: "question", title: w("col_question"), cell: (r) => r.question, plain: (r) => r.question },
    { key: "category", title: w("col_category"), cell: (r) => r.category, plain: (r) => r.category, width: 160 },
    { key: "variants", title: w("col_variants"), cell: (r) => f.count(r.variants?.length ?? 0), plain: (r) => r.variants?.length ?? 0, width: 110, align: "right" },
    { key: "state", title: w("col_state"), cell: (r) => r.state, plain: (r) => r.state, width: 110 },
  ];
  return (
    <Page title={w("title")} flush>
      <Faces of={list.query} empty={<Empty text={w("empty")} />}>
        {(rows) => <DataTable id="knowledge.entries" label={w("title")} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} exportName={w("title")} />}
      </Faces>
    </Page>
  );
}
