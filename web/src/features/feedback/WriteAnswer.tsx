import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Drawer, Form, Input } from "antd";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { FaultBand } from "../../shared/page/FaultBand";
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";

/** WriteAnswer keeps a question with its answer as a knowledge entry. It answers live from the next release on. */
export function WriteAnswer({ product, open, onClose, question }: { product: string; open: boolean; onClose: () => void; question: string }) {
  const w = useWords("feedback");
  const shared = useWords("shared");
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: (v: { question: string; text: string }) => ask(api.POST("/api/v1/products/{product}/entries", { params: { path: { product } }, body: v })),
    onSuccess: (entry) => {
      void client.invalidateQueries({ queryKey: ["knowledge", product] });
      did({ words: w("written"), undo: () => ask(api.DELETE("/api/v1/products/{product}/entries/{entry}", { params: { path: { product, entry: entry.id }, header: { "If-Match": String(entry.revision ?? 0) } } })) });
      onClose();
    },
  });
  return (
    <Drawer open={open} onClose={onClose} title={w("write")} size={480} destroyOnHidden footer={<Button type="primary" htmlType="submit" form="write-answer" loading={save.isPending}>{shared("save")}</Button>}>
      {save.error && <FaultBand fault={asFault(save.error)} />}
      <Form id="write-answer" layout="vertical" initialValues={{ question, text: "" }} onFinish={(v: { question: string; text: string }) => save.mutate(v)}>
        <Form.Item name="question" label={w("question")} rules={[{ required: true, whitespace: true, message: w("question_needed") }]}>
          <Input.TextArea autoSize />
        </Form.Item>
        <Form.Item name="text" label={w("answer")} rules={[{ required: true, whitespace: true, message: w("answer_needed") }]} extra={w("answer_help")}>
          <Input.TextArea autoSize={{ minRows: 5 }} autoFocus />
        </Form.Item>
      </Form>
    </Drawer>
  );
}
