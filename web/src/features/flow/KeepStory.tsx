import { Form, Input, Modal } from "antd";
import { useWords } from "../../shared/words/useWords";

/** KeepStory asks for the name of a story. */
export function KeepStory({ name, busy, onKeep, onClose }: { name: string; busy: boolean; onKeep: (name: string) => void; onClose: () => void }) {
  const w = useWords("flow");
  const [form] = Form.useForm<{ name: string }>();
  return (
    <Modal open title={w("story_keep")} okText={w("story_keep")} confirmLoading={busy} onOk={() => form.submit()} onCancel={onClose} width={420}>
      <p>{w("story_help")}</p>
      <Form form={form} layout="vertical" initialValues={{ name }} onFinish={(v) => onKeep(v.name.trim())}>
        <Form.Item name="name" label={w("story_name")} rules={[{ required: true, whitespace: true, message: w("story_name_missing") }]}>
          <Input autoFocus maxLength={80} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
