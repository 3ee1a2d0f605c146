import { Form, Input, Modal } from "antd";
import { useWords } from "../../shared/words/useWords";

/** RevealModal asks why personal data must be seen; the look is kept with the reason. */
export function RevealModal({ busy, onReveal, onClose }: { busy: boolean; onReveal: (reason: string) => void; onClose: () => void }) {
  const w = useWords("thread");
  const [form] = Form.useForm<{ reason: string }>();
  return (
    <Modal open width={420} title={w("reveal")} okText={w("reveal_do")} confirmLoading={busy} onOk={() => form.submit()} onCancel={onClose}>
      <p>{w("reveal_help")}</p>
      <Form form={form} layout="vertical" onFinish={(v) => onReveal(v.reason.trim())}>
        <Form.Item name="reason" label={w("reveal_reason")} rules={[{ required: true, whitespace: true, min: 2, message: w("reveal_missing") }]}>
          <Input autoFocus maxLength={200} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
