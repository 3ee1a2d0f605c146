import { useMutation } from "@tanstack/react-query";
import { Upload } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { upload } from "../../shared/api/upload";
import type { Schemas } from "../../shared/api/client";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useCursorList } from "../../shared/table/useCursorList";
import { useWords } from "../../shared/words/useWords";
import type { Batch } from "./api";
import { EvaluateTabs } from "./EvaluateTabs";
import css from "./evaluate.module.css";

/** BatchesPage takes a sheet of questions and what should come, and lists the batch tests there were. */
export function BatchesPage() {
  const w = useWords("evaluate");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const may = useMay("trainer");
  const [sent, setSent] = useState(0);
  const list = useCursorList<Batch>(["evaluate", product, "batches"], async (cursor, signal) => {
    const page = await ask(api.GET("/api/v1/products/{product}/batches", { signal, params: { path: { product }, query: { ...(cursor ? { cursor } : {}), limit: 200 } } }));
    return { ...page, items: page.items ?? [] };
  });
  const put = useMutation({
    mutationFn: (file: File) => upload<Schemas["EvaluateBatchStarted"]>({ path: "/api/v1/products/{product}/batches", values: { product }, query: { look: true }, file, onProgress: (a, b) => setSent(a / Math.max(1, b)) }),
    onSuccess: (got) => void go(`/${product}/evaluate/batch/${got.batch.id}`),
  });
  const choose = { id: "evaluate.batch", words: w("batch_new"), key: "N", when: () => may && !put.isPending, run: () => document.querySelector<HTMLInputElement>("[data-batch] input[type=file]")?.click() };
  useActions([choose]);
  const columns: Column<Batch>[] = [
    { key: "name", title: w("col_file"), cell: (r) => <b>{r.name}</b>, plain: (r) => r.name },
    { key: "of", title: w("col_of"), cell: (r) => r.of || "—", plain: (r) => r.of, width: 80 },
    { key: "kind", title: w("col_expects"), cell: (r) => w(`expects_${r.kind}`), plain: (r) => w(`expects_${r.kind}`), width: 120 },
    { key: "rows", title: w("col_rows"), cell: (r) => f.count(r.rows), plain: (r) => r.rows, width: 90, align: "right" },
    { key: "right", title: w("batch_right"), cell: (r) => f.count(r.right), plain: (r) => r.right, width: 90, align: "right" },
    { key: "wrong", title: w("batch_wrong"), cell: (r) => <span className={r.wrong ? css["worse"] : undefined}>{f.count(r.wrong)}</span>, plain: (r) => r.wrong, width: 90, align: "right" },
    { key: "created", title: w("col_at"), cell: (r) => f.time(r.created_us), plain: (r) => new Date(r.created_us / 1000), width: 150 },
  ];
  return (
    <Page title={w("title")} name={w("tab_batch")} facts={w("batch_note")} acts={<ActionButton type="primary" action={choose} loading={put.isPending} />} bar={<EvaluateTabs />} flush>
      {put.error && <FaultBand fault={asFault(put.error)} />}
      <div className={css["drop"]} data-batch>
        <Upload.Dragger accept=".xlsx,.xlsm,.csv,.tsv,.jsonl,.json,.txt" showUploadList={false} disabled={!may || put.isPending} beforeUpload={(file) => { setSent(0); put.mutate(file); return false; }}>
          <p><b>{put.isPending ? w("sending", { percent: Math.round(100 * sent) }) : w("drop")}</b></p>
          <p className={css["caption"]}>{w("drop_help")}</p>
        </Upload.Dragger>
      </div>
      <Faces of={list.query} empty={<p className={css["noBatch"]}>{w("batch_empty")}</p>}>
        {(rows) => <DataTable id="evaluate.batches" label={w("tab_batch")} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} open={(r) => void go(r.id)} exportName={w("tab_batch")} />}
      </Faces>
    </Page>
  );
}
