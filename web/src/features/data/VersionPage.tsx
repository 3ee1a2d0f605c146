import { useQueryClient } from "@tanstack/react-query";
import { Button, Dropdown, Select } from "antd";
import { Download, History } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { api, ask } from "../../shared/api/client";
import { href } from "../../shared/api/href";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Bones } from "../../shared/page/Bones";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { Page } from "../../shared/page/Page";
import { ReadFault } from "../../shared/page/ReadFault";
import { did } from "../../shared/undo/undo";
import { useUnmasked } from "../../shared/api/unmasked";
import { useWords } from "../../shared/words/useWords";
import { useDataset, useFacets, useFormats, useProfile, useReport, useVersionsOf } from "./api";
import { DropZone } from "./DropZone";
import { EncodingBand } from "./EncodingBand";
import { Facets } from "./Facets";
import { isFiltered, noFilter, readFilter, writeFilter, type RowFilter } from "./filter";
import { ImportDrawer, type Reread } from "./ImportDrawer";
import { ImportLine } from "./ImportLine";
import { ProfileTable } from "./ProfileTable";
import { RowsPanel } from "./RowsPanel";
import css from "./data.module.css";

/** VersionPage is one version: what its columns hold, its facets, its rows; the version and the filters stand in the address. */
export function VersionPage() {
  const w = useWords("data");
  const plain = useUnmasked();
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const may = useMay("trainer");
  const { dataset = "" } = useParams();
  const client = useQueryClient();
  const [params, setParams] = useSearchParams();
  const [drawer, setDrawer] = useState<{ file?: File; reread?: Reread }>();
  const [started, setStarted] = useState<{ job: string; dataset: string; before: string | undefined }>();
  const set = useDataset(product, dataset);
  const versions = useVersionsOf(product, dataset);
  const formats = useFormats();
  const version = versions.data?.find((v) => v.id === params.get("version") || `v${v.number}` === params.get("version")) ?? versions.data?.[0];
  const profile = useProfile(product, dataset, version?.id);
  const report = useReport(product, dataset, version);
  const filter = readFilter(params);
  // Without a filter every place stands still, and until the rows were looked at for the first time the counts that need no look are there.
  const looked = useFacets(product, dataset, version?.id, noFilter, true);
  const quick = useFacets(product, dataset, version?.id, noFilter, false, !looked.data);
  const whole = looked.data ?? quick.data;
  const under = useFacets(product, dataset, version?.id, filter, !!looked.data, isFiltered(filter));
  const counts = isFiltered(filter) ? (under.isPlaceholderData ? undefined : under.data) : whole;
  const change = (next: RowFilter) => setParams((old) => writeFilter(old, next), { replace: true });
  const toVersion = (id: string) =>
    setParams((old) => {
      const next = new URLSearchParams(old);
      if (id) next.set("version", id);
      else next.delete("version");
      return next;
    }, { replace: true });
  const restore = async (id: string) => {
    await ask(api.POST("/api/v1/products/{product}/datasets/{dataset}/versions/{version}/restorations", { params: { path: { product, dataset, version: id } } }));
    await client.invalidateQueries({ queryKey: ["data", product] });
  };
  const imported = async () => {
    setStarted(undefined);
    toVersion("");
    const before = started?.before;
    const made = (await versions.refetch()).data?.[0];
    if (before && made && made.id !== before) did({ words: w("did_import", { made: String(made.number) }), undo: () => restore(before), redo: () => restore(made.id) });
  };
  const add = { id: "data.import", words: w("import"), key: "N", when: () => may, run: () => setDrawer({}) };
  const clean = { id: "data.clean", words: w("to_clean"), key: "C", when: () => !!version, run: () => go(`/${product}/clean?version=${version!.id}`) };
  // The finding in focus, else the one that the rows are filtered by.
  const atHand = () => document.activeElement?.getAttribute("data-finding") ?? filter.finding[0];
  const turn = { id: "data.turn", words: w("turn"), key: "V", when: () => may && !!version && !!atHand(), run: () => go(`/${product}/clean?version=${version!.id}&take=${atHand()}`) };
  useActions([add, clean]);
  const guess = report.data?.detected?.find((d) => d.what === "encoding");
  const reread = (encoding?: string) => report.data && setDrawer({ reread: { raw: report.data.blob, name: report.data.name, ...(encoding ? { encoding } : {}) } });
  return (
    <Page
      title={w("title")}
      name={set.data?.name}
      facts={
        version && (
          <>
            <Link to={`?version=v${version.number}`}><b>{f.count(version.row_count)}</b></Link> {w("rows_unit")} · <b>{(version.schema.columns ?? []).length}</b> {w("columns_unit")}
            {guess && (
              <>
                {" · "}<b>{guess.value.toUpperCase()}</b> {guess.confidence < 1 ? w("guessed", { share: f.percent(guess.confidence) }) : w("set_by_you")}
                {may && <Button type="link" size="small" className={css["inline"]!} onClick={() => reread()}>{w("change")}</Button>}
              </>
            )}
          </>
        )
      }
      acts={
        <>
          {version && (
            <Select aria-label={w("col_version")} value={version.id} variant="borderless" onChange={toVersion} options={(versions.data ?? []).map((v) => ({ value: v.id, label: `v${v.number} · ${w(`made_${v.made_by.kind}`)} · ${f.count(v.row_count)}` }))} popupMatchSelectWidth={false} />
          )}
          {version && <Button icon={<History size={14} />} onClick={() => go(`/${product}/data/${dataset}/versions`)}>{w("versions")}</Button>}
          {version && may && (
            <Dropdown trigger={["click"]} menu={{ items: (formats.data?.items ?? []).filter((x) => x.writes).map((x) => ({ key: x.id, label: <a href={href("/api/v1/products/{product}/datasets/{dataset}/versions/{version}/export", { product, dataset, version: version.id }, { format: x.id, unmasked: plain || undefined })} download>{x.id}</a> })) }}>
              <Button icon={<Download size={14} />} aria-label={w("export")} title={w("export")} />
            </Dropdown>
          )}
          {may && <ActionButton action={add} />}
          <ActionButton type="primary" action={clean} />
        </>
      }
      flush
    >
      <DropZone take={(file) => setDrawer({ file })} off={!may}>
        {started && <ImportLine started={started} done={imported} />}
        <ReadFault of={looked.error ? looked : under} />
        {report.data && <EncodingBand report={report.data} reread={may ? reread : undefined} />}
        <Faces of={versions} empty={<Empty text={w("empty_version")} act={may && <ActionButton action={add} />} />}>
          {() => (
            <div className={css["split"]}>
              {whole ? <Facets whole={whole} looked={!!looked.data} counts={counts} filter={filter} change={change} /> : <aside className={css["facets"]} aria-label={w("facets")}><Bones shape="rows" /></aside>}
              <div className={css["main"]}>
                <Faces of={profile} isEmpty={() => false}>{(p) => <ProfileTable profile={p} whole={whole} filter={filter} change={change} />}</Faces>
                {version && <RowsPanel product={product} dataset={dataset} name={set.data?.name ?? ""} version={version} profile={profile.data?.columns ?? undefined} filter={filter} change={change} counts={counts} findings={looked.data?.findings} turn={turn} />}
              </div>
            </div>
          )}
        </Faces>
      </DropZone>
      {drawer && (
        <ImportDrawer
          product={product}
          file={drawer.file}
          reread={drawer.reread}
          dataset={set.data?.id ?? dataset}
          close={() => setDrawer(undefined)}
          started={(job, to) => (setStarted({ job, dataset: to, before: versions.data?.[0]?.id }), setDrawer(undefined))}
        />
      )}
    </Page>
  );
}
