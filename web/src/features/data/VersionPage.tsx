import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Dropdown, Input, Select } from "antd";
import { Download } from "lucide-react";
import { useMemo, useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { api, ask } from "../../shared/api/client";
import { href } from "../../shared/api/href";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { FilterChips } from "../../shared/table/FilterChips";
import { useWords } from "../../shared/words/useWords";
import { useDataset, useFormats, useProfile, useReport, useVersionsOf, type Row } from "./api";
import { DropZone } from "./DropZone";
import { Facets } from "./Facets";
import { conditionOf, partsOf, toggled } from "./conditions";
import { ImportDrawer } from "./ImportDrawer";
import { ImportLine } from "./ImportLine";
import { ProfileTable } from "./ProfileTable";
import { RowPeek } from "./RowPeek";
import css from "./data.module.css";

/** VersionPage is one version: what its columns hold, its facets, its rows; the version and the filters stand in the address. */
export function VersionPage() {
  const w = useWords("data");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const may = useMay("trainer");
  const { dataset = "" } = useParams();
  const [params, setParams] = useSearchParams();
  const [file, setFile] = useState<File>();
  const [open, setOpen] = useState(false);
  const [started, setStarted] = useState<{ job: string; dataset: string }>();
  const set = useDataset(product, dataset);
  const versions = useVersionsOf(product, dataset);
  const formats = useFormats();
  const version = versions.data?.find((v) => v.id === params.get("version") || `v${v.number}` === params.get("version")) ?? versions.data?.[0];
  const profile = useProfile(product, dataset, version?.id);
  const report = useReport(product, dataset, version);
  const contains = params.get("contains") ?? "";
  const where = params.getAll("where");
  const filtered = !!contains || where.length > 0;
  const put = (change: { version?: string; contains?: string; where?: string[] }) =>
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        for (const name of ["version", "contains"] as const) if (change[name] !== undefined) change[name] ? next.set(name, change[name]) : next.delete(name);
        if (change.where) {
          next.delete("where");
          for (const x of change.where) next.append("where", x);
        }
        return next;
      },
      { replace: true },
    );
  const rows = useInfiniteQuery({
    queryKey: ["data", product, "rows", dataset, version?.id, contains, where],
    enabled: !!version,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      ask(api.GET("/api/v1/products/{product}/datasets/{dataset}/versions/{version}/rows", { signal, params: { path: { product, dataset, version: version!.id }, query: { cursor: pageParam, limit: 500, ...(contains ? { contains } : {}), ...(where.length ? { where } : {}) } } })),
    getNextPageParam: (last) => last.next,
  });
  const here = useMemo(() => rows.data?.pages.flatMap((p) => p.items ?? []) ?? [], [rows.data]);
  const names = useMemo(() => version?.schema.columns ?? [], [version]);
  const columns = useMemo<Column<Row>[]>(() => {
    const widest = Math.max(...(profile.data?.columns ?? []).map((c) => c.length_mean), 0);
    const width = (name: string) => {
      const c = profile.data?.columns?.find((x) => x.name === name);
      if (!c || c.length_mean === 0) return 110;
      return Math.round(c.length_mean === widest ? 440 : Math.min(320, Math.max(90, 32 + c.length_mean * (c.type === "text" ? 13 : 8))));
    };
    const blank = (name: string) => profile.data?.columns?.some((x) => x.name === name && x.empty_count === profile.data.row_count) ?? false;
    return [
      { key: "#", title: w("row_id"), width: 110, plain: (r) => r.id, cell: (r) => <span className={css["id"]}>{r.id}</span> },
      ...names.map((c, i): Column<Row> => {
        return { key: c.name, title: c.name, width: width(c.name), hidden: blank(c.name), plain: (r) => r.values?.[i], cell: (r) => r.values?.[i] ?? "" };
      }),
    ];
  }, [names, profile.data, w]);
  const add = { id: "data.import", words: w("import"), key: "N", when: () => may, run: () => setOpen(true) };
  const clean = { id: "data.clean", words: w("to_clean"), key: "C", when: () => !!version, run: () => go(`/${product}/clean?version=${version!.id}`) };
  const find = { id: "data.find", words: w("find"), key: "/", run: () => document.getElementById("data-find")?.focus(), hidden: true };
  useActions([add, clean, find]);
  const guess = report.data?.detected?.find((d) => d.what === "encoding");
  const pick = (column: string, value: string, not: boolean) => put({ where: toggled(where, conditionOf(column, value, not)) });
  const chips = [
    ...(contains ? [{ name: "contains", words: w("contains_chip", { text: contains }), remove: () => put({ contains: "" }) }] : []),
    ...where.map((x) => {
      const { column, value, not } = partsOf(x);
      return { name: x, words: `${column} ${not ? "≠" : "="} ${value || w("blank")}`, remove: () => put({ where: where.filter((y) => y !== x) }) };
    }),
  ];
  return (
    <Page
      title={w("title")}
      name={set.data?.name}
      facts={
        version && (
          <>
            <b>{f.count(version.row_count)}</b> {w("rows_unit")} · <b>{names.length}</b> {w("columns_unit")}
            {guess && <> · {w("what_encoding")} <b>{guess.value.toUpperCase()}</b> {w("sure", { share: f.percent(guess.confidence) })}</>}
          </>
        )
      }
      acts={
        <>
          {version && (
            <Select aria-label={w("col_version")} value={version.id} variant="borderless" onChange={(id: string) => put({ version: id })} options={(versions.data ?? []).map((v) => ({ value: v.id, label: `v${v.number} · ${w(`made_${v.made_by.kind}`)} · ${f.count(v.row_count)}` }))} popupMatchSelectWidth={false} />
          )}
          {version && may && (
            <Dropdown trigger={["click"]} menu={{ items: (formats.data?.items ?? []).filter((x) => x.writes).map((x) => ({ key: x.id, label: <a href={href("/api/v1/products/{product}/datasets/{dataset}/versions/{version}/export", { product, dataset, version: version.id }, { format: x.id })} download>{x.id}</a> })) }}>
              <Button icon={<Download size={14} />}>{w("export")}</Button>
            </Dropdown>
          )}
          {may && <ActionButton action={add} />}
          <ActionButton type="primary" action={clean} />
        </>
      }
      flush
    >
      <DropZone take={(x) => (setFile(x), setOpen(true))} off={!may}>
        {started && <ImportLine started={started} done={() => (setStarted(undefined), put({ version: "" }))} />}
        <Faces of={versions} empty={<Empty text={w("empty_version")} act={may && <ActionButton action={add} />} />}>
          {() => (
            <div className={css["split"]}>
              <Facets profile={profile.data} where={where} pick={pick} />
              <div className={css["main"]}>
                <Faces of={profile} isEmpty={() => false}>{(p) => <ProfileTable profile={p} />}</Faces>
                <div className={css["rowsBar"]}>
                  <h2>{w("rows_title")}</h2>
                  <Input.Search id="data-find" key={contains} size="small" allowClear defaultValue={contains} placeholder={w("find")} aria-label={w("find")} onSearch={(text) => put({ contains: text.trim() })} style={{ width: 220 }} />
                  <FilterChips chips={chips} onClear={() => put({ contains: "", where: [] })} />
                </div>
                <Faces of={{ data: rows.data && here, error: rows.error, isFetching: rows.isFetching }} empty={<Empty text={filtered ? w("no_match") : w("no_rows")} act={filtered && <Button onClick={() => put({ contains: "", where: [] })}>{w("show_all")}</Button>} />}>
                  {(items) => (
                    <DataTable
                      key={`${version?.id}${profile.isSuccess}`}
                      id={`data.rows.${dataset}`}
                      label={w("rows_title")}
                      columns={columns}
                      rows={items}
                      rowKey={(r) => r.id}
                      thread={(r) => r.id}
                      hasMore={rows.hasNextPage}
                      more={() => rows.hasNextPage && !rows.isFetchingNextPage && void rows.fetchNextPage()}
                      peek={(r) => <RowPeek row={r} columns={names.map((c) => c.name)} />}
                      {...(filtered || !version ? {} : { total: version.row_count })}
                      exportName={set.data?.name ?? w("rows_title")}
                    />
                  )}
                </Faces>
              </div>
            </div>
          )}
        </Faces>
      </DropZone>
      {open && <ImportDrawer product={product} file={file} dataset={set.data?.id ?? dataset} close={() => (setOpen(false), setFile(undefined))} started={(job, to) => (setStarted({ job, dataset: to }), setOpen(false), setFile(undefined))} />}
    </Page>
  );
}
