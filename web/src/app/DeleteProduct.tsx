import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Form, Input, Modal } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../shared/api/client";
import { asFault } from "../shared/api/fault";
import { FaultBand } from "../shared/page/FaultBand";
import { useWords } from "../shared/words/useWords";
import type { Product } from "./products";

/** DeleteProduct asks for the name once more: what is deleted does not come back. */
export function DeleteProduct({ product, onClose }: { product: Product; onClose: () => void }) {
  const w = useWords("app");
  const shared = useWords("shared");
  const client = useQueryClient();
  const go = useNavigate();
  const [name, setName] = useState("");
  const same = name.trim() === product.name;
  const remove = useMutation({
    mutationFn: () => ask(api.DELETE("/api/v1/products/{product}", { params: { path: { product: product.id }, query: { name: product.name } } })),
    onSuccess: () => {
      client.setQueryData<Product[]>(["products"], (all) => all?.filter((p) => p.id !== product.id));
      onClose();
      void go("/");
    },
  });
  return (
    <Modal open onCancel={onClose} title={w("delete_title", { name: product.name })} okText={w("product_delete")} okButtonProps={{ danger: true, disabled: !same }} cancelText={shared("cancel")} confirmLoading={remove.isPending} onOk={() => remove.mutate()}>
      {remove.error && <FaultBand fault={asFault(remove.error)} />}
      <p>{w("delete_what")}</p>
      <Form layout="vertical" onFinish={() => same && remove.mutate()}>
        <Form.Item label={w("delete_name", { name: product.name })} htmlFor="delete-name">
          <Input id="delete-name" autoFocus value={name} onChange={(e) => setName(e.target.value)} autoComplete="off" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
