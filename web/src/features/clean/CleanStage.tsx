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

/** CleanStage is the list of recipes. */
export function CleanStage() {
  const w = useWords("clean");
  const f = useFormat();
  const product = useProduct();
  const list = useCursorList(["clean", product, "recipes"], (cursor, signal) =>
    ask(api.GET("/api/v1/products/{product}/recipes", { signal, params: { path: { product }, query: { cursor, limit: 200 } } })),
  );
  const columns: Column<Schemas["CleanSavedRecipe"]>[] = [
    { key: "name", title: w("col_name"), cell: (r) => r.name, plain: (r) => r.name },
    { key: "revision", title: w("col_revision"), cell: (r) => f.count(r.revision), plain: (r) => r.revision, width: 110, align: "right" },
    { key: "updated_us", title: w("col_updated_us"), cell: (r) => f.time(r.updated_us), plain: (r) => new Date(r.updated_us / 1000), width: 150 },
  ];
  return (
    <Page title={w("title")} flush>
      <Faces of={list.query} empty={<Empty text={w("empty")} />}>
        {(rows) => <DataTable id="clean.recipes" label={w("title")} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} exportName={w("title")} />}
      </Faces>
    </Page>
  );
}
