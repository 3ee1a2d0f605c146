import { useInfiniteQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useMemo } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { api, ask, type Schemas } from "../../shared/api/client";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { useActions } from "../../shared/keys/useActions";
import { Chip } from "../../shared/page/Chip";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { Figures } from "../../shared/page/Figures";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { FilterChips } from "../../shared/table/FilterChips";
import { useFilters } from "../../shared/table/useFilters";
import { useWords } from "../../shared/words/useWords";
import { useDataset, useVersionsOf } from "./api";
import { stretches } from "./rowDiff";
import css from "./data.module.css";

type RowDiff = Schemas["DatasetRowDiff"];
const kinds = ["changed", "added", "removed"] as const;
type Kind = (typeof kinds)[number];
const tones = { changed: "gamboge", added: "jade", removed: "cinnabar" } as const;

/** ComparePage is how two versions differ, row by row; each count opens its rows. */
export function ComparePage() {
  const w = useWords("data");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const { dataset = "" } = useParams();
  const [params] = useSearchParams();
  const { filters, set: put } = useFilters(["base", "with", "kind"] as const);
  const set = useDataset(product, dataset);
  const versions = useVersionsOf(product, dataset);
  const all = versions.data ?? [];
  const after = all.find((v) => `v${v.number}` === filters.with) ?? all[0];
  const before = all.find((v) => `v${v.number}` === filters.base) ?? all.find((v) => v.id === after?.parent) ?? all.find((v) => v.id !== after?.id);
  const kind = kinds.find((k) => k === filters.kind);
  const read = (cursor: string | undefined, signal?: AbortSignal) =>
    ask(api.GET("/api/v1/products/{product}/datasets/{dataset}/versions/{version}/diff", { ...(signal ? { signal } : {}), params: { path: { product, dataset, version: after!.id }, query: { base: before!.id, cursor, limit: 500, ...(kind ? { kind } : {}) } } }));
  const list = useInfiniteQuery({
    queryKey: ["data", product, "diff", dataset, before?.id, after?.id, kind],
    enabled: !!before && !!after,
    staleTime: Infinity, // versions never change
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    getNextPageParam: (last) => last.next,
  });
  const rows = useMemo(() => list.data?.pages.flatMap((p) => p.items ?? []) ?? [], [list.data]);
  const head = list.data?.pages[0];
  const names = useMemo(() => head?.columns ?? [], [head]);
  const differs = (d: RowDiff, i: number) => d.kind !== "changed" || d.before?.[i] !== d.after?.[i];
  const columns = useMemo<Column<RowDiff>[]>(
    () => [
      { key: "#kind", title: w("diff_kind"), width: 90, plain: (d) => w(`diff_${d.kind}`), cell: (d) => <Chip tone={tones[d.kind as Kind]}>{w(`diff_${d.kind}`)}</Chip> },
      { key: "#", title: w("row_id"), width: 110, plain: (d) => d.id, cell: (d) => <span className={css["id"]}>{d.id}</span> },
      ...names.map((name, i): Column<RowDiff> => ({
        key: name,
        title: name,
        width: i === widest(rows, names.length) ? 460 : 150,
        plain: (d) => (d.kind === "changed" && differs(d, i) ? `${d.before?.[i] ?? ""} → ${d.after?.[i] ?? ""}` : (d.after ?? d.before)?.[i]),
        cell: (d) => <Cell before={d.before?.[i]} after={d.after?.[i]} />,
      })),
    ],
    [names, rows, w],
  );
  const everything = async () => {
    const out: RowDiff[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await read(cursor);
      out.push(...(page.items ?? []));
      if (!page.next) return out;
      cursor = page.next;
    }
  };
  const here = `/${product}/data/${dataset}`;
  const to = (k: Kind) => {
    const next = new URLSearchParams(params);
    next.set("kind", k);
    return `${here}/compare?${next}`;
  };
  const swap = { id: "data.swap", words: w("swap"), key: "S", when: () => !!before && !!after, run: () => put({ base: `v${after!.number}`, with: `v${before!.number}` }) };
  useActions([swap]);
  const choose = (label: string, value: string | undefined, change: (id: string) => void) => (
    <Select aria-label={label} value={value ?? null} variant="borderless" popupMatchSelectWidth={false} onChange={change} options={all.map((v) => ({ value: `v${v.number}`, label: `v${v.number} · ${w(`made_${v.made_by.kind}`)} · ${f.count(v.row_count)}` }))} />
  );
  return (
    <Page
      title={w("title")}
      name={set.data?.name}
      facts={w("compare_facts")}
      acts={
        <>
          {choose(w("compare_base"), before && `v${before.number}`, (x) => put({ base: x }))}
          →
          {choose(w("compare_after"), after && `v${after.number}`, (x) => put({ with: x }))}
        </>
      }
      bar={
        head && (
          <Figures
            of={[
              ...kinds.map((k) => ({ label: w(`diff_${k}`), value: f.count(head[k]), to: to(k), ...(k === kind ? { base: w("shown") } : {}) })),
              { label: w("diff_same"), value: f.count(head.same), to: `${here}?version=v${after!.number}`, grouped: true /* they stand among all rows of the version */, base: w("of_rows", { count: f.count(after!.row_count) }) },
            ]}
          />
        )
      }
      flush
    >
      {versions.data && all.length < 2 ? (
        <Empty text={w("compare_empty")} act={null} link={{ to: here, words: w("to_version") }} />
      ) : (
        <>
          {kind && (
            <div className={css["rowsBar"]}>
              <FilterChips chips={[{ name: "kind", words: w(`diff_${kind}`), remove: () => put({ kind: "" }) }]} onClear={() => put({ kind: "" })} />
            </div>
          )}
          <Faces of={{ data: list.data && rows, error: versions.error ?? list.error, isFetching: list.isFetching }} empty={<Empty text={kind ? w("diff_none_such") : w("diff_none")} />}>
            {(items) => (
              <DataTable
                key={`${before?.id}${after?.id}${kind ?? ""}`}
                id={`data.diff.${dataset}`}
                label={w("compare")}
                columns={columns}
                rows={items}
                rowKey={(d) => d.id}
                thread={(d) => d.id}
                hasMore={list.hasNextPage}
                more={() => list.hasNextPage && !list.isFetchingNextPage && void list.fetchNextPage()}
                peek={(d) => <Peek diff={d} names={names} />}
                open={(d) => d.kind === "removed" || go(`/${product}/thread/${encodeURIComponent(d.id)}`)}
                {...(head ? { total: kind ? head[kind] : head.changed + head.added + head.removed } : {})}
                exportName={`${set.data?.name ?? ""} v${before?.number} v${after?.number}`}
                exportAll={everything}
              />
            )}
          </Faces>
        </>
      )}
    </Page>
  );
}

/** widest is the column with the longest text among the first rows. */
function widest(rows: RowDiff[], columns: number): number {
  let best = 0;
  let most = -1;
  for (let i = 0; i < columns; i++) {
    const n = Math.max(0, ...rows.slice(0, 100).map((d) => (d.after ?? d.before)?.[i]?.length ?? 0));
    if (n > most) [best, most] = [i, n];
  }
  return best;
}

function Cell({ before, after }: { before: string | undefined; after: string | undefined }) {
  if (before !== undefined && after !== undefined && before === after) return <span data-said>{after}</span>;
  if (before === undefined) return <ins className={css["added"]} data-said>{after}</ins>;
  if (after === undefined) return <del className={css["removed"]} data-said>{before}</del>;
  return (
    <span data-said>
      {stretches(before, after).map((s, i) => (s.kind === "same" ? <span key={i}>{s.text}</span> : s.kind === "add" ? <ins key={i} className={css["added"]}>{s.text}</ins> : <del key={i} className={css["removed"]}>{s.text}</del>))}
    </span>
  );
}

/** Peek is the whole of a row before and after. */
function Peek({ diff, names }: { diff: RowDiff; names: string[] }) {
  return (
    <dl className={css["peek"]}>
      {names.map((name, i) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd><Cell before={diff.before?.[i]} after={diff.after?.[i]} /></dd>
        </div>
      ))}
    </dl>
  );
}
