import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";
import { useDataset, useVersionsOf, type Version } from "./api";

/** VersionsPage lists the versions of a dataset, the newest first; two of them can be compared, any can come back. */
export function VersionsPage() {
  const w = useWords("data");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const may = useMay("trainer");
  const client = useQueryClient();
  const { dataset = "" } = useParams();
  const set = useDataset(product, dataset);
  const versions = useVersionsOf(product, dataset);
  const [picked, setPicked] = useState<string[]>([]);
  const all = versions.data ?? [];
  const here = `/${product}/data/${dataset}`;
  const restore = async (id: string) => {
    const made = await ask(api.POST("/api/v1/products/{product}/datasets/{dataset}/versions/{version}/restorations", { params: { path: { product, dataset, version: id } } }));
    await client.invalidateQueries({ queryKey: ["data", product] });
    return made;
  };
  const back = useMutation({
    mutationFn: ({ to }: { to: Version; from: Version }) => restore(to.id),
    onSuccess: (made, { to, from }) => did({ words: w("did_restore", { number: String(to.number), made: String(made.number) }), undo: () => restore(from.id), redo: () => restore(to.id) }),
  });
  const compared = all.filter((v) => picked.includes(v.id));
  const compare = {
    id: "data.compare",
    words: w("compare"),
    key: "C",
    when: () => (compared.length === 2 || compared.length === 0) && all.length > 1,
    run: () => {
      const [after, before] = compared.length === 2 ? compared : all;
      void go(`${here}/compare?base=v${before!.number}&with=v${after!.number}`);
    },
  };
  useActions([compare]);
  const parent = (v: Version) => all.find((x) => x.id === v.parent);
  const columns: Column<Version>[] = [
    { key: "number", title: w("col_version"), width: 90, plain: (v) => `v${v.number}`, cell: (v) => <Link to={`${here}?version=v${v.number}`} onClick={(e) => e.stopPropagation()}>v{v.number}</Link> },
    { key: "made", title: w("col_made"), width: 110, plain: (v) => w(`made_${v.made_by.kind}`), cell: (v) => w(`made_${v.made_by.kind}`) },
    { key: "rows", title: w("col_row_count"), width: 110, align: "right", plain: (v) => v.row_count, cell: (v) => f.count(v.row_count) },
    { key: "columns", title: w("columns_unit"), width: 90, align: "right", plain: (v) => v.schema.columns?.length ?? 0, cell: (v) => f.count(v.schema.columns?.length ?? 0) },
    { key: "created_us", title: w("col_created_us"), width: 160, plain: (v) => new Date(v.created_us / 1000), cell: (v) => f.time(v.created_us) },
    { key: "parent", title: w("col_parent"), cell: (v) => { const p = parent(v); return p && <Link to={`${here}/compare?base=v${p.number}&with=v${v.number}`} onClick={(e) => e.stopPropagation()}>{w("compare_with", { number: String(p.number) })}</Link>; } },
    { key: "acts", title: w("restore"), width: 130, cell: (v) => may && v.id !== all[0]?.id && <Button type="text" size="small" disabled={back.isPending} onClick={(e) => (e.stopPropagation(), back.mutate({ to: v, from: all[0]! }))}>{w("restore_to", { number: String(v.number) })}</Button> },
  ];
  return (
    <Page title={w("title")} name={set.data?.name} facts={<><b>{f.count(all.length)}</b> {w("versions_unit")}</>} acts={<ActionButton type="primary" action={compare} />} flush>
      {back.error && <FaultBand fault={asFault(back.error)} />}
      <Faces of={versions} empty={<Empty text={w("empty_version")} act={<Button onClick={() => go(here)}>{w("import")}</Button>} />}>
        {(rows) => <DataTable id="data.versions" label={w("versions")} columns={columns} rows={rows} rowKey={(v) => v.id} open={(v) => go(`${here}?version=v${v.number}`)} selected={picked} onSelect={(keys) => setPicked(keys.slice(-2))} total={rows.length} exportName={`${set.data?.name ?? ""} ${w("versions")}`} />}
      </Faces>
    </Page>
  );
}
