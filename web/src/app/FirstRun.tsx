import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, Progress, Radio, Upload } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../shared/api/client";
import { jobsKey } from "../shared/api/events";
import { asFault } from "../shared/api/fault";
import { upload } from "../shared/api/upload";
import { useMay } from "../shared/api/useMe";
import { useFormat } from "../shared/format/useFormat";
import { FaultBand } from "../shared/page/FaultBand";
import { useLang } from "../shared/words/useLang";
import { useWords } from "../shared/words/useWords";
import css from "./first.module.css";

type From = "file" | "example";

/**
 * FirstRun makes a product: a name, then one's own file or the example, then home. The example is made by a
 * job, so home comes at once. What was made before a fault is kept for the next try.
 */
export function FirstRun({ more = false }: { more?: boolean }) {
  const w = useWords("app");
  const f = useFormat();
  const lang = useLang();
  const client = useQueryClient();
  const go = useNavigate();
  const may = useMay("lead");
  const [form] = Form.useForm<{ name: string }>();
  const [from, setFrom] = useState<From>("file");
  const [file, setFile] = useState<File>();
  const [sent, setSent] = useState(0);
  const [made, setMade] = useState<{ product?: string | undefined; dataset?: string | undefined }>({});
  const begin = useMutation({
    mutationFn: async ({ name }: { name: string }) => {
      if (from === "example" && !made.product) return (await ask(api.POST("/api/v1/product-examples", { body: { name: name.trim(), lang: lang === "zh" ? "zh" : "en" } }))).product_id;
      const product = made.product ?? (await ask(api.POST("/api/v1/products", { body: { name: name.trim() } }))).id;
      setMade({ ...made, product });
      if (!file) return product;
      const dataset = made.dataset ?? (await ask(api.POST("/api/v1/products/{product}/datasets", { params: { path: { product } }, body: { name: file.name.replace(/\.[^.]+$/, "") || file.name } }))).id;
      setMade({ product, dataset });
      await upload({ path: "/api/v1/products/{product}/datasets/{dataset}/imports", values: { product, dataset }, file, onProgress: (now, all) => setSent((100 * now) / all) });
      return product;
    },
    onSuccess: async (product) => {
      await Promise.all([client.invalidateQueries({ queryKey: ["products"] }), client.invalidateQueries({ queryKey: jobsKey })]);
      void go(`/${product}`);
    },
  });
  const choose = (now: From) => {
    setFrom(now);
    const name = form.getFieldValue("name") as string | undefined;
    if (now === "example" && !name?.trim()) form.setFieldValue("name", w("example_name"));
    if (now === "file" && name === w("example_name")) form.setFieldValue("name", "");
  };
  if (!may) return <p className={css["first"]}>{w("first_wait")}</p>;
  return (
    <div className={css["first"]}>
      <p>{w(more ? "first_more" : "first_empty")}</p>
      {begin.error && <FaultBand fault={asFault(begin.error)} />}
      <Form<{ name: string }> form={form} layout="vertical" onFinish={(values) => begin.mutate(values)}>
        <Form.Item name="name" label={w("first_name")} rules={[{ required: true, whitespace: true, message: w("product_name_missing") }]} extra={w("product_name_help")}>
          <Input autoFocus maxLength={100} disabled={!!made.product} />
        </Form.Item>
        <Form.Item label={w("first_from")}>
          <Radio.Group value={from} onChange={(e) => choose(e.target.value as From)} disabled={!!made.product} options={(["file", "example"] as const).map((value) => ({ value, label: w(`from_${value}`) }))} />
        </Form.Item>
        {from === "file" ? (
          <Form.Item label={w("first_file")} htmlFor="first-file">
            <Upload.Dragger id="first-file" maxCount={1} showUploadList={false} beforeUpload={(chosen) => { setFile(chosen); setMade({ ...made, dataset: undefined }); return false; }}>
              <p>{file ? `${file.name} · ${f.bytes(file.size)}` : w("first_drop")}</p>
            </Upload.Dragger>
          </Form.Item>
        ) : (
          <p className={css["what"]}>{w("example_what")}</p>
        )}
        {begin.isPending && file && <Progress percent={Math.round(sent)} size="small" aria-label={w("first_file")} />}
        <Button type="primary" htmlType="submit" loading={begin.isPending}>
          {w(from === "example" ? "example_begin" : file ? "first_begin" : "product_create")}
        </Button>
      </Form>
    </div>
  );
}
