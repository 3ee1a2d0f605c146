import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Form, Input, Modal, Select } from "antd";
import { useState } from "react";
import { api, ask } from "../../../shared/api/client";
import { asFault } from "../../../shared/api/fault";
import { FaultBand } from "../../../shared/page/FaultBand";
import { useWords } from "../../../shared/words/useWords";
import type { ModelVersion } from "./api";

type Stage = ModelVersion["stage"];
const stages: Stage[] = ["Staging", "Production", "Archived", "None"];

/** AskStage asks that a version go to another stage; a lead decides. */
export function AskStage({ product, version, onClose }: { product: string; version: ModelVersion; onClose: () => void }) {
  const w = useWords("tune");
  const shared = useWords("shared");
  const client = useQueryClient();
  const others = stages.filter((s) => s !== version.stage);
  const [stage, setStage] = useState<Stage>(others[0]!);
  const [archive, setArchive] = useState(true);
  const [note, setNote] = useState("");
  const send = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/products/{product}/registered-models/{model}/versions/{version}/stage-requests", { params: { path: { product, model: version.model, version: version.version } }, body: { stage, archive, note } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["tune", product] });
      onClose();
    },
  });
  return (
    <Modal open onCancel={onClose} title={w("ask_title", { version: `${version.model} v${version.version}` })} footer={<><Button onClick={onClose}>{shared("cancel")}</Button><Button type="primary" loading={send.isPending} onClick={() => send.mutate()}>{w("ask_send")}</Button></>}>
      {send.error && <FaultBand fault={asFault(send.error)} retry={() => send.mutate()} />}
      <Form layout="vertical">
        <Form.Item label={w("ask_stage")}><Select value={stage} aria-label={w("ask_stage")} onChange={setStage} options={others.map((value) => ({ value, label: w(`stage_${value}`) }))} /></Form.Item>
        {(stage === "Staging" || stage === "Production") && <Form.Item><Checkbox checked={archive} onChange={(e) => setArchive(e.target.checked)}>{w("ask_archive")}</Checkbox></Form.Item>}
        <Form.Item label={w("ask_note")}><Input.TextArea value={note} maxLength={500} autoSize={{ minRows: 2, maxRows: 6 }} aria-label={w("ask_note")} onChange={(e) => setNote(e.target.value)} /></Form.Item>
      </Form>
    </Modal>
  );
}
