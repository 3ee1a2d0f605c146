import { useQuery } from "@tanstack/react-query";
import { Input } from "antd";
import { useMemo } from "react";
import { useParams } from "react-router";
import { api, ask } from "../../shared/api/client";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useFilters } from "../../shared/table/useFilters";
import { useWords } from "../../shared/words/useWords";
import css from "./knowledge.module.css";

interface Row {
  n: number;
  cells: string[];
}

/** TablePage is the rows of one table of entities. */
export function TablePage() {
  const w = useWords("knowledge");
  const f = useFormat();
  const product = useProduct();
  const { table = "" } = useParams();
  const { filters, set } = useFilters(["text"] as const);
  const read = useQuery({
    queryKey: ["knowledge", product, "table", table],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/entities/{table}", { signal, params: { path: { product, table } } })),
  });
  const columns: Column<Row>[] = useMemo(
    () => (read.data?.columns ?? []).map((c, i) => ({ key: c.name, title: c.name, cell: (r: Row) => r.cells[i], plain: (r: Row) => r.cells[i] ?? "", ...(i > 0 ? { width: 150 } : {}) })),
    [read.data],
  );
  const rows = useMemo(
    () => (read.data?.rows ?? []).map((r, n) => ({ n, cells: r.cells ?? [] })).filter((r) => !filters.text || r.cells.some((c) => c.includes(filters.text))),
    [read.data, filters.text],
  );
  return (
    <Page
      title={w("title")}
      name={table}
      facts={read.data && <><b>{f.count(read.data.rows?.length ?? 0)}</b> {w("rows")} · <b data-measure>{f.count(read.data.columns?.length ?? 0)}</b> {w("columns")}</>}
      bar={<div className={css["filterBar"]}><Input.Search size="small" style={{ width: 240 }} allowClear defaultValue={filters.text} placeholder={w("find")} aria-label={w("find")} onSearch={(text) => set({ text })} /></div>}
      flush
    >
      <Faces of={read}>
        {() => (rows.length === 0 ? <Empty text={w("nothing_here")} /> : <div className={css["cells"]} data-said><DataTable id={`knowledge.table.${table}`} label={table} columns={columns} rows={rows} rowKey={(r) => String(r.n)} exportName={table} /></div>)}
      </Faces>
    </Page>
  );
}
