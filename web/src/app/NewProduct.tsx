import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Form, Input, Modal } from "antd";
import { useNavigate } from "react-router";
import { api, ask } from "../shared/api/client";
import { asFault } from "../shared/api/fault";
import { FaultBand } from "../shared/page/FaultBand";
import { useWords } from "../shared/words/useWords";

/** NewProduct asks for a name, makes the product and goes there. */
export function NewProduct({ open, onClose }: { open: boolean; onClose: () => void }) {
  const w = useWords("app");
  const shared = useWords("shared");
  const client = useQueryClient();
  const go = useNavigate();
  const [form] = Form.useForm<{ name: string }>();
  const make = useMutation({
    mutationFn: ({ name }: { name: string }) => ask(api.POST("/api/v1/products", { body: { name: name.trim() } })),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ["products"] });
      form.resetFields();
      onClose();
      void go(`/${made.id}/data`);
    },
  });
  return (
    <Modal open={open} onCancel={onClose} title={w("product_new")} okText={w("product_create")} cancelText={shared("cancel")} confirmLoading={make.isPending} onOk={() => form.submit()}>
      {make.error && <FaultBand fault={asFault(make.error)} />}
      <Form form={form} layout="vertical" onFinish={(values) => make.mutate(values)}>
        <Form.Item name="name" label={w("product_name")} rules={[{ required: true, whitespace: true, message: w("product_name_missing") }]} extra={w("product_name_help")}>
          <Input autoFocus maxLength={200} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
