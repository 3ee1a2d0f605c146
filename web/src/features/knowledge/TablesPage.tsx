import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { api, ask, type Schemas } from "../../shared/api/client";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useWords } from "../../shared/words/useWords";
import { ImportButton } from "./ImportButton";
import { KnowledgeTabs } from "./KnowledgeTabs";

/** TablesPage lists the tables of entities. */
export function TablesPage() {
  const w = useWords("knowledge");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const tables = useQuery({
    queryKey: ["knowledge", product, "tables"],
    queryFn: async ({ signal }) => (await ask(api.GET("/api/v1/products/{product}/entities", { signal, params: { path: { product } } }))).items,
  });
  const columns: Column<Schemas["KnowledgeTableHead"]>[] = [
    { key: "name", title: w("col_name"), cell: (r) => r.name, plain: (r) => r.name },
    { key: "rows", title: w("col_rows"), width: 120, align: "right", cell: (r) => f.count(r.row_count), plain: (r) => r.row_count },
    { key: "revision", title: w("col_revision"), width: 100, align: "right", cell: (r) => f.count(r.revision), plain: (r) => r.revision },
    { key: "at", title: w("col_at"), width: 160, cell: (r) => f.time(r.updated_us), plain: (r) => new Date(r.updated_us / 1000) },
  ];
  return (
    <Page title={w("title")} name={w("tab_tables")} bar={<KnowledgeTabs />} acts={<ImportButton product={product} />} flush>
      <Faces of={tables} empty={<Empty text={w("no_tables")} />}>
        {(rows) => <DataTable id="knowledge.tables" label={w("tab_tables")} columns={columns} rows={rows} rowKey={(r) => r.id} exportName={w("tab_tables")} open={(r) => go(encodeURIComponent(r.name))} />}
      </Faces>
    </Page>
  );
}
