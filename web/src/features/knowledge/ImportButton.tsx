import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Modal, Upload } from "antd";
import { Upload as UploadIcon } from "lucide-react";
import type { Schemas } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { upload } from "../../shared/api/upload";
import { FaultBand } from "../../shared/page/FaultBand";
import { useWords } from "../../shared/words/useWords";

/** ImportButton takes in a table of entities and tells what came of it. */
export function ImportButton({ product }: { product: string }) {
  const w = useWords("knowledge");
  const client = useQueryClient();
  const take = useMutation({
    mutationFn: (file: File) => upload<Schemas["KnowledgeTableHead"]>({ path: "/api/v1/products/{product}/entities", values: { product }, file }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["knowledge", product] }),
  });
  return (
    <>
      <Upload accept=".csv" showUploadList={false} beforeUpload={(file) => (take.mutate(file), false)}>
        <Button icon={<UploadIcon size={14} />} loading={take.isPending}>{w("import_table")}</Button>
      </Upload>
      <Modal open={!!take.error || !!take.data} onCancel={() => take.reset()} footer={null} title={w("import_table")}>
        {take.error && <FaultBand fault={asFault(take.error)} />}
        {take.data && <p>{w("table_imported", { name: take.data.name, rows: String(take.data.row_count) })}</p>}
      </Modal>
    </>
  );
}
