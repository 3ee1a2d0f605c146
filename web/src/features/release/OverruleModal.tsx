import { Form, Input, Modal } from "antd";
import { useWords } from "../../shared/words/useWords";

/** OverruleModal takes the reason for which a named person passes over the gate; it stays in the log. */
export function OverruleModal({ name, why, busy, onDo, onClose }: { name: string; why: string; busy: boolean; onDo: (reason: string) => void; onClose: () => void }) {
  const w = useWords("release");
  const [form] = Form.useForm<{ reason: string }>();
  return (
    <Modal open width={480} title={w("overrule", { name })} okText={w("overrule_do")} okButtonProps={{ danger: true }} confirmLoading={busy} onOk={() => form.submit()} onCancel={onClose}>
      <p>{why}</p>
      <Form form={form} layout="vertical" onFinish={(v) => onDo(v.reason.trim())}>
        <Form.Item name="reason" label={w("overrule_reason")} rules={[{ required: true, whitespace: true, message: w("overrule_missing") }]}>
          <Input.TextArea autoFocus maxLength={1000} autoSize={{ minRows: 2 }} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
