import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Modal, Upload } from "antd";
import { Upload as UploadIcon } from "lucide-react";
import type { Schemas } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { upload } from "../../shared/api/upload";
import { FaultBand } from "../../shared/page/FaultBand";
import { useWords } from "../../shared/words/useWords";

/** ImportButton takes in a sheet of questions with answers, or a table of entities, and tells what came of it. */
export function ImportButton({ product, kind }: { product: string; kind: "entries" | "table" }) {
  const w = useWords("knowledge");
  const client = useQueryClient();
  const take = useMutation({
    mutationFn: (file: File): Promise<Schemas["KnowledgeImportReport"] | Schemas["KnowledgeTableHead"]> =>
      kind === "entries"
        ? upload<Schemas["KnowledgeImportReport"]>({ path: "/api/v1/products/{product}/entries/imports", values: { product }, file })
        : upload<Schemas["KnowledgeTableHead"]>({ path: "/api/v1/products/{product}/entities", values: { product }, file }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["knowledge", product] }),
  });
  const done = take.data;
  return (
    <>
      <Upload accept={kind === "entries" ? ".yaml,.yml,.csv,.xlsx" : ".csv"} showUploadList={false} beforeUpload={(file) => (take.mutate(file), false)}>
        <Button icon={<UploadIcon size={14} />} loading={take.isPending}>{w(kind === "entries" ? "import_entries" : "import_table")}</Button>
      </Upload>
      <Modal open={!!take.error || !!done} onCancel={() => take.reset()} footer={null} title={w(kind === "entries" ? "import_entries" : "import_table")}>
        {take.error && <FaultBand fault={asFault(take.error)} />}
        {done && "added" in done && (
          <>
            <p>{w("imported", { added: String(done.added), changed: String(done.changed), same: String(done.same) })}</p>
            <ul>{(done.warnings ?? []).slice(0, 20).map((x, i) => <li key={i}>{w("alike_theirs", { mine: x.mine, theirs: x.theirs, question: x.question, likeness: x.likeness.toFixed(2) })}</li>)}</ul>
          </>
        )}
        {done && "row_count" in done && <p>{w("table_imported", { name: done.name, rows: String(done.row_count) })}</p>}
      </Modal>
    </>
  );
}
