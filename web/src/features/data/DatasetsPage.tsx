import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
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
import { useCursorList } from "../../shared/table/useCursorList";
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";
import type { Dataset } from "./api";
import { DropZone } from "./DropZone";
import { ImportDrawer } from "./ImportDrawer";
import { ImportLine } from "./ImportLine";

/** DatasetsPage lists the datasets; a file dropped anywhere on it begins an import. */
export function DatasetsPage() {
  const w = useWords("data");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const may = useMay("trainer");
  const lead = useMay("lead");
  const client = useQueryClient();
  const [at, setAt] = useState<Dataset>();
  const [file, setFile] = useState<File>();
  const [open, setOpen] = useState(false);
  const [started, setStarted] = useState<{ job: string; dataset: string }>();
  const list = useCursorList(["data", product, "datasets"], (cursor, signal) =>
    ask(api.GET("/api/v1/products/{product}/datasets", { signal, params: { path: { product }, query: { cursor, limit: 200 } } })),
  );
  const again = () => client.invalidateQueries({ queryKey: ["data", product] });
  const path = (d: Dataset) => ({ params: { path: { product, dataset: d.id } } });
  const away = async (d: Dataset) => {
    await ask(api.DELETE("/api/v1/products/{product}/datasets/{dataset}", path(d)));
    await again();
  };
  const back = async (d: Dataset) => {
    await ask(api.POST("/api/v1/products/{product}/datasets/{dataset}/put-backs", path(d)));
    await again();
  };
  const remove = useMutation({
    mutationFn: away,
    onSuccess: (_, d) => {
      setAt(undefined);
      did({ words: w("removed", { name: d.name }), undo: () => back(d), redo: () => away(d) });
    },
  });
  const add = { id: "data.import", words: w("import"), key: "N", when: () => may, run: () => setOpen(true) };
  useActions([add, { id: "data.remove", words: w("remove"), key: "Delete", when: () => lead && !!at && !remove.isPending, run: () => remove.mutate(at!) }]);
  const take = (dropped: File) => {
    setFile(dropped);
    setOpen(true);
  };
  const to = (d: Dataset) => `/${product}/data/${d.id}`;
  const columns: Column<Dataset>[] = [
    { key: "name", title: w("col_name"), cell: (r) => <Link to={to(r)} onClick={(e) => e.stopPropagation()}>{r.name}</Link>, plain: (r) => r.name },
    { key: "version_count", title: w("col_version_count"), cell: (r) => f.count(r.version_count), plain: (r) => r.version_count, width: 110, align: "right" },
    { key: "row_count", title: w("col_row_count"), cell: (r) => f.count(r.row_count), plain: (r) => r.row_count, width: 110, align: "right" },
    { key: "created_us", title: w("col_created_us"), cell: (r) => f.time(r.created_us), plain: (r) => new Date(r.created_us / 1000), width: 150 },
    { key: "acts", title: w("remove"), width: 90, cell: (r) => lead && <Button type="text" size="small" disabled={remove.isPending} onClick={(e) => (e.stopPropagation(), remove.mutate(r))}>{w("remove")}</Button> },
  ];
  return (
    <Page title={w("title")} acts={may && <ActionButton type="primary" action={add} />} flush>
      <DropZone take={take} off={!may}>
        {started && <ImportLine started={started} done={(to) => go(to)} />}
        {remove.error && <FaultBand fault={asFault(remove.error)} />}
        <Faces of={list.query} empty={<Empty text={w("empty")} act={may && <ActionButton action={add} />} />}>
          {(rows) => <DataTable id="data.datasets" label={w("title")} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} open={(r) => go(to(r))} onCurrent={setAt} exportName={w("title")} />}
        </Faces>
      </DropZone>
      {open && (
        <ImportDrawer
          product={product}
          file={file}
          close={() => (setOpen(false), setFile(undefined))}
          started={(job, dataset) => (setStarted({ job, dataset }), setOpen(false), setFile(undefined))}
        />
      )}
    </Page>
  );
}
