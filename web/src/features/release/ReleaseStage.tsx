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

/** ReleaseStage is the list of releases. */
export function ReleaseStage() {
  const w = useWords("release");
  const f = useFormat();
  const product = useProduct();
  const list = useCursorList(["release", product, "releases"], (cursor, signal) =>
    ask(api.GET("/api/v1/products/{product}/releases", { signal, params: { path: { product }, query: { cursor, limit: 200 } } })),
  );
  const columns: Column<Schemas["ServeRelease"]>[] = [
    { key: "name", title: w("col_name"), cell: (r) => r.name, plain: (r) => r.name },
    { key: "state", title: w("col_state"), cell: (r) => r.state, plain: (r) => r.state, width: 140 },
    { key: "note", title: w("col_note"), cell: (r) => r.note, plain: (r) => r.note },
    { key: "created_us", title: w("col_created_us"), cell: (r) => f.time(r.created_us), plain: (r) => new Date(r.created_us / 1000), width: 150 },
  ];
  return (
    <Page title={w("title")} flush>
      <Faces of={list.query} empty={<Empty text={w("empty")} />}>
        {(rows) => <DataTable id="release.releases" label={w("title")} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} exportName={w("title")} />}
      </Faces>
    </Page>
  );
}
