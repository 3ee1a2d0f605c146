import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useMemo } from "react";
import { api, ask, type Schemas } from "../../shared/api/client";
import { useFormat } from "../../shared/format/useFormat";
import type { Action } from "../../shared/keys/actions";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { FilterChips } from "../../shared/table/FilterChips";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import type { ColumnProfile, Facets, Row, Version } from "./api";
import { isFiltered, noFilter, partsOf, queryOf, type RowFilter } from "./filter";
import { Marked } from "./Marked";
import { RowPeek } from "./RowPeek";
import css from "./data.module.css";

interface Props {
  product: string;
  dataset: string;
  name: string;
  version: Version;
  profile: ColumnProfile[] | undefined;
  filter: RowFilter;
  change: (next: RowFilter) => void;
  /** counts are those under the filter. */
  counts: Facets | undefined;
  findings: Facets["findings"] | undefined;
  /** turn makes the chosen finding a cleaning step. */
  turn: Action;
}

/** RowsPanel are the rows under a filter, with what the findings that were asked for are about marked. */
export function RowsPanel({ product, dataset, name, version, profile, filter, change, counts, findings, turn }: Props) {
  const w = useWords("data");
  const f = useFormat();
  const zh = useLang() === "zh";
  const filtered = isFiltered(filter);
  const read = (cursor: string | undefined, signal?: AbortSignal) =>
    ask(api.GET("/api/v1/products/{product}/datasets/{dataset}/versions/{version}/rows", { ...(signal ? { signal } : {}), params: { path: { product, dataset, version: version.id }, query: { cursor, limit: 1000, ...queryOf(filter) } } }));
  const rows = useInfiniteQuery({
    queryKey: ["data", product, "rows", dataset, version.id, filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    getNextPageParam: (last) => last.next,
  });
  const here = useMemo(() => rows.data?.pages.flatMap((p) => p.items ?? []) ?? [], [rows.data]);
  const hits = useMemo(() => new Map<string, Schemas["DatasetHit"][]>(rows.data?.pages.flatMap((p) => Object.entries(p.hits ?? {}).map(([id, found]) => [id, found ?? []] as const)) ?? []), [rows.data]);
  const names = useMemo(() => version.schema.columns ?? [], [version]);
  const columns = useMemo<Column<Row>[]>(() => {
    const widest = Math.max(...(profile ?? []).map((c) => c.length_max), 0);
    const width = (column: string) => {
      const c = profile?.find((x) => x.name === column);
      if (!c || c.length_mean === 0) return 110;
      return Math.round(c.length_max === widest ? 440 : Math.min(320, Math.max(90, 32 + c.length_mean * (c.type === "text" ? 13 : 8))));
    };
    const blank = (column: string) => profile?.some((x) => x.name === column && x.distinct_count === 0) ?? false;
    const cell = (r: Row, i: number) => {
      const found = hits.get(r.id)?.filter((h) => h.column === i) ?? [];
      const text = r.values?.[i] ?? "";
      return <span data-said>{found.length ? <Marked text={text} hits={found} /> : text}</span>;
    };
    return [
      { key: "#", title: w("row_id"), width: 110, plain: (r) => r.id, cell: (r) => <span className={css["id"]}>{r.id}</span> },
      ...names.map((c, i): Column<Row> => ({ key: c.name, title: c.name, width: width(c.name), hidden: blank(c.name), plain: (r) => r.values?.[i], cell: (r) => cell(r, i) })),
    ];
  }, [names, profile, hits, w]);
  useActions([
    { id: "data.find", words: w("find"), key: "/", run: () => document.getElementById("data-find")?.focus(), hidden: true },
    turn,
  ]);
  const titleOf = (kind: string) => { const x = findings?.find((k) => k.finding === kind); return x ? x.title[zh ? "zh" : "en"] : kind; };
  const chips = [
    ...(filter.contains ? [{ name: "contains", words: w("contains_chip", { text: filter.contains }), remove: () => change({ ...filter, contains: "" }) }] : []),
    ...(["finding", "without"] as const).flatMap((part) => filter[part].map((x) => ({ name: `${part} ${x}`, words: part === "finding" ? titleOf(x) : w("without_chip", { what: titleOf(x) }), remove: () => change({ ...filter, [part]: filter[part].filter((y) => y !== x) }) }))),
    ...(["where", "length"] as const).flatMap((part) =>
      filter[part].map((x) => {
        const { column, value, not } = partsOf(x);
        return { name: `${part} ${x}`, words: `${column} ${not ? "≠" : "="} ${part === "length" ? w("length_chip", { span: value }) : value || w("blank")}`, remove: () => change({ ...filter, [part]: filter[part].filter((y) => y !== x) }) };
      }),
    ),
  ];
  const total = filtered ? counts?.matched : version.row_count;
  const all = async () => {
    const out: Row[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await read(cursor);
      out.push(...(page.items ?? []));
      if (!page.next) return out;
      cursor = page.next;
    }
  };
  return (
    <>
      <div className={css["rowsBar"]}>
        <h2>{w("rows_title")}</h2>
        {filtered && counts && <span className={css["note"]} data-matched={counts.matched}>{f.count(counts.matched)} / {f.count(counts.row_count)}</span>}
        <Input.Search id="data-find" key={filter.contains} size="small" allowClear defaultValue={filter.contains} placeholder={w("find")} aria-label={w("find")} onSearch={(text) => change({ ...filter, contains: text.trim() })} style={{ width: 180 }} />
        <FilterChips chips={chips} onClear={() => change(noFilter)} />
        {filter.finding.length > 0 && <span className={css["turn"]}><ActionButton size="small" action={turn} /></span>}
      </div>
      <Faces of={{ data: rows.data && here, error: rows.error, isFetching: rows.isFetching }} empty={<Empty text={filtered ? w("no_match") : w("no_rows")} act={filtered && <Button onClick={() => change(noFilter)}>{w("show_all")}</Button>} />}>
        {(items) => (
          <DataTable
            key={version.id}
            id={`data.rows.${dataset}`}
            label={w("rows_title")}
            columns={columns}
            rows={items}
            rowKey={(r) => r.id}
            thread={(r) => r.id}
            hasMore={rows.hasNextPage}
            more={() => rows.hasNextPage && !rows.isFetchingNextPage && void rows.fetchNextPage()}
            peek={(r) => <RowPeek product={product} row={r} columns={names.map((c) => c.name)} />}
            {...(total === undefined ? {} : { total })}
            exportName={name || w("rows_title")}
            exportAll={all}
          />
        )}
      </Faces>
    </>
  );
}
