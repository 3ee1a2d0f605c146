import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Modal, Upload } from "antd";
import { Upload as UploadIcon } from "lucide-react";
import { useState } from "react";
import { api, ask, type Schemas } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { upload } from "../../shared/api/upload";
import { useFormat } from "../../shared/format/useFormat";
import { Chip } from "../../shared/page/Chip";
import { FaultBand } from "../../shared/page/FaultBand";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";
import css from "./knowledge.module.css";

type Report = Schemas["KnowledgeImportReport"];
type Row = Schemas["KnowledgeImportRow"];
const tones = { added: "jade", changed: "azurite", refused: "cinnabar" } as const;

/** ImportEntries shows what a sheet of questions and answers would add, change and not be taken for, before anything is written. */
export function ImportEntries({ product }: { product: string }) {
  const w = useWords("knowledge");
  const shared = useWords("shared");
  const f = useFormat();
  const client = useQueryClient();
  const [file, setFile] = useState<File>();
  const stale = () => client.invalidateQueries({ queryKey: ["knowledge", product] });
  const send = (of: File, query: { preview?: boolean; skip?: boolean }) => upload<Report>({ path: "/api/v1/products/{product}/entries/imports", values: { product }, query, file: of });
  const look = useMutation({ mutationFn: (of: File) => send(of, { preview: true }) });
  const take = useMutation({
    mutationFn: (of: File) => send(of, { skip: true }),
    onSuccess: (r) => {
      void stale();
      setFile(undefined);
      const id = r.id;
      if (id) did({ words: w("imported", { added: f.count(r.added), changed: f.count(r.changed) }), undo: () => ask(api.POST("/api/v1/products/{product}/entries/imports/{import}/takeback", { params: { path: { product, import: id } } })).then(stale) });
    },
  });
  const begin = (of: File) => {
    setFile(of);
    take.reset();
    look.mutate(of);
  };
  const r = look.data;
  const all = r ? r.added + r.changed : 0;
  const columns: Column<Row>[] = [
    { key: "line", title: w("row_line"), width: 60, align: "right", cell: (x) => x.line, plain: (x) => x.line },
    { key: "kind", title: w("row_kind"), width: 84, cell: (x) => <Chip tone={tones[x.kind]}>{w(`row_${x.kind}`)}</Chip>, plain: (x) => w(`row_${x.kind}`) },
    { key: "question", title: w("col_question"), cell: (x) => x.question, plain: (x) => x.question },
    { key: "what", title: w("row_what"), cell: (x) => whatOf(x), plain: (x) => whatOf(x) },
  ];
  const whatOf = (x: Row) => (x.kind === "refused" ? [x.reason, x.fix].filter(Boolean).join(w("comma")) : (x.fields ?? []).map((name) => w(`field_${name}`)).join(w("comma")));
  const fault = look.error ?? take.error;
  return (
    <>
      <Upload accept=".yaml,.yml,.csv,.tsv,.xlsx" showUploadList={false} beforeUpload={(of) => (begin(of), false)}>
        <Button icon={<UploadIcon size={14} />} loading={look.isPending}>{w("import_entries")}</Button>
      </Upload>
      <Modal
        open={!!file && (!!r || !!fault)}
        onCancel={() => setFile(undefined)}
        width={760}
        title={`${w("import_entries")} · ${file?.name ?? ""}`}
        footer={[
          <Button key="no" onClick={() => setFile(undefined)}>{shared("cancel")}</Button>,
          <Button key="yes" type="primary" disabled={!r || all === 0} loading={take.isPending} onClick={() => file && take.mutate(file)}>{w("import_n", { count: all })}</Button>,
        ]}
      >
        {fault && <FaultBand fault={asFault(fault)} retry={() => file && (take.error ? take.mutate(file) : look.mutate(file))} />}
        {r && (
          <>
            <p>{w("import_counts", { added: f.count(r.added), changed: f.count(r.changed), same: f.count(r.same), refused: f.count(r.refused) })}</p>
            {r.rows.length > 0 && <DataTable id="knowledge.import" label={w("import_entries")} columns={columns} rows={r.rows} total={r.added + r.changed + r.refused} rowKey={(x) => `${x.line}`} height={320} exportName={w("import_entries")} />}
            {r.warnings.length > 0 && (
              <details className={css["warned"]}>
                <summary>{w("import_alike", { count: r.warnings.length })}</summary>
                <ul>{r.warnings.slice(0, 50).map((x, i) => <li key={i}>{w("alike_theirs", { mine: x.mine, theirs: x.theirs, question: x.question, likeness: x.likeness.toFixed(2) })}</li>)}</ul>
              </details>
            )}
          </>
        )}
      </Modal>
    </>
  );
}
