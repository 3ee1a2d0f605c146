import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input } from "antd";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { FaultBand } from "../../shared/page/FaultBand";
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";
import css from "./feedback.module.css";

/** NewEntry keeps a question with its answer as a knowledge entry. */
export function NewEntry({ product, question, onDone }: { product: string; question: string; onDone: () => void }) {
  const w = useWords("feedback");
  const shared = useWords("shared");
  const client = useQueryClient();
  const stale = () => client.invalidateQueries({ queryKey: ["knowledge", product] });
  const save = useMutation({
    mutationFn: (v: { question: string; text: string }) => ask(api.POST("/api/v1/products/{product}/entries", { params: { path: { product } }, body: v })),
    onSuccess: (entry) => {
      void stale();
      did({ words: w("written"), undo: () => ask(api.DELETE("/api/v1/products/{product}/entries/{entry}", { params: { path: { product, entry: entry.id }, header: { "If-Match": String(entry.revision ?? 0) } } })).then(stale) });
      onDone();
    },
  });
  return (
    <div className={css["way"]}>
      {save.error && <FaultBand fault={asFault(save.error)} />}
      <Form layout="vertical" initialValues={{ question, text: "" }} onFinish={(v: { question: string; text: string }) => save.mutate(v)}>
        <Form.Item name="question" label={w("question")} rules={[{ required: true, whitespace: true, message: w("question_needed") }]}>
          <Input.TextArea autoSize />
        </Form.Item>
        <Form.Item name="text" label={w("answer")} rules={[{ required: true, whitespace: true, message: w("answer_needed") }]} extra={w("answer_help")}>
          <Input.TextArea autoSize={{ minRows: 5 }} autoFocus />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={save.isPending}>{shared("save")}</Button>
      </Form>
    </div>
  );
}
