import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, Progress, Upload } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../shared/api/client";
import { asFault } from "../shared/api/fault";
import { upload } from "../shared/api/upload";
import { useFormat } from "../shared/format/useFormat";
import { FaultBand } from "../shared/page/FaultBand";
import { useWords } from "../shared/words/useWords";
import css from "./first.module.css";

/** FirstRun makes a product of one's own file: a name, a file, home. What was made before a fault is kept for the next try. */
export function FirstRun() {
  const w = useWords("app");
  const f = useFormat();
  const client = useQueryClient();
  const go = useNavigate();
  const [file, setFile] = useState<File>();
  const [sent, setSent] = useState(0);
  const [made, setMade] = useState<{ product?: string | undefined; dataset?: string | undefined }>({});
  const begin = useMutation({
    mutationFn: async ({ name }: { name: string }) => {
      const product = made.product ?? (await ask(api.POST("/api/v1/products", { body: { name: name.trim() } }))).id;
      setMade({ ...made, product });
      if (!file) return product;
      const dataset = made.dataset ?? (await ask(api.POST("/api/v1/products/{product}/datasets", { params: { path: { product } }, body: { name: file.name.replace(/\.[^.]+$/, "") || file.name } }))).id;
      setMade({ product, dataset });
      await upload({ path: "/api/v1/products/{product}/datasets/{dataset}/imports", values: { product, dataset }, file, onProgress: (now, all) => setSent((100 * now) / all) });
      return product;
    },
    onSuccess: async (product) => {
      await client.invalidateQueries({ queryKey: ["products"] });
      void go(`/${product}`);
    },
  });
  return (
    <div className={css["first"]}>
      <p>{w("first_empty")}</p>
      {begin.error && <FaultBand fault={asFault(begin.error)} />}
      <Form<{ name: string }> layout="vertical" onFinish={(values) => begin.mutate(values)}>
        <Form.Item name="name" label={w("product_name")} rules={[{ required: true, whitespace: true, message: w("product_name_missing") }]} extra={w("product_name_help")}>
          <Input autoFocus maxLength={200} disabled={!!made.product} />
        </Form.Item>
        <Form.Item label={w("first_file")} htmlFor="first-file">
          <Upload.Dragger id="first-file" maxCount={1} showUploadList={false} beforeUpload={(chosen) => { setFile(chosen); setMade({ ...made, dataset: undefined }); return false; }}>
            <p>{file ? `${file.name} · ${f.bytes(file.size)}` : w("first_drop")}</p>
          </Upload.Dragger>
        </Form.Item>
        {begin.isPending && file && <Progress percent={Math.round(sent)} size="small" aria-label={w("first_file")} />}
        <Button type="primary" htmlType="submit" loading={begin.isPending}>
          {w(file ? "first_begin" : "product_create")}
        </Button>
      </Form>
    </div>
  );
}
