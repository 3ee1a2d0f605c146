import { api, ask, type Schemas } from "../../shared/api/client";
import { useFormat } from "../../shared/format/useFormat";
import { Faces } from "../../shared/page/Faces";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useCursorList } from "../../shared/table/useCursorList";
import { useWords } from "../../shared/words/useWords";

/** PeopleStage is who may work here. */
export function PeopleStage() {
  const w = useWords("people");
  const f = useFormat();
  const list = useCursorList(["accounts"], (cursor, signal) => ask(api.GET("/api/v1/accounts", { signal, params: { query: { cursor, limit: 200 } } })));
  const columns: Column<Schemas["PeopleAccount"]>[] = [
    { key: "name", title: w("col_name"), cell: (r) => r.name, plain: (r) => r.name },
    { key: "role", title: w("col_role"), cell: (r) => r.role, plain: (r) => r.role, width: 140 },
    { key: "signed_in_us", title: w("col_signed_in_us"), cell: (r) => (r.signed_in_us ? f.time(r.signed_in_us) : w("never")), plain: (r) => (r.signed_in_us ? new Date(r.signed_in_us / 1000) : null), width: 180 },
  ];
  return (
    <Page title={w("title")} flush>
      <Faces of={list.query}>
        {(rows) => <DataTable id="people.accounts" label={w("title")} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} exportName={w("title")} />}
      </Faces>
    </Page>
  );
}
