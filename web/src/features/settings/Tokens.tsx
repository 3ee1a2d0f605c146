import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, InputNumber, Modal, Popconfirm, Select, Typography } from "antd";
import { useState } from "react";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useMe } from "../../shared/api/useMe";
import { useFormat } from "../../shared/format/useFormat";
import { Chip } from "../../shared/page/Chip";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { useWords } from "../../shared/words/useWords";
import css from "./settings.module.css";

const roles = ["owner", "lead", "trainer", "reviewer", "labeller", "viewer", "customer"] as const;
type Role = (typeof roles)[number];
type Order = { name: string; role: Role; days: number; products?: string[] };
const key = ["people", "tokens"];

/** Tokens let programs call the API: for some products or all, always until a day. A token is shown once, when it is made. */
export function Tokens() {
  const w = useWords("settings");
  const shared = useWords("shared");
  const f = useFormat();
  const client = useQueryClient();
  const me = useMe().data;
  const list = useQuery({ queryKey: key, queryFn: ({ signal }) => ask(api.GET("/api/v1/tokens", { signal, params: { query: { limit: 500 } } })) });
  const [open, setOpen] = useState(false);
  const [form] = Form.useForm<Order>();
  const again = () => client.invalidateQueries({ queryKey: key });
  const make = useMutation({ mutationFn: (body: Order) => ask(api.POST("/api/v1/tokens", { body })), onSuccess: again });
  const revoke = useMutation({ mutationFn: (token: string) => ask(api.DELETE("/api/v1/tokens/{token}", { params: { path: { token } } })), onSuccess: again });
  const products = useQuery({ queryKey: ["products", "all"], queryFn: ({ signal }) => ask(api.GET("/api/v1/products", { signal, params: { query: { limit: 500 } } })) });
  const nameOf = (id: string) => products.data?.items.find((p) => p.id === id)?.name ?? id;
  const mine = roles.filter((r) => me?.roles.some((have) => roles.indexOf(have as Role) <= roles.indexOf(r)));
  const button = (
    <Button type="primary" onClick={() => setOpen(true)}>
      {w("token_new")}
    </Button>
  );
  return (
    <>
      <p className={css["help"]}>{w("tokens_help")}</p>
      {revoke.error && <FaultBand fault={asFault(revoke.error)} />}
      <Faces of={list} empty={<Empty text={w("tokens_empty")} act={button} />}>
        {(tokens) => (
          <>
            {button}
            <ul className={css["tokens"]}>
              {tokens.items.map((t) => (
                <li key={t.id}>
                  <b>{t.name}</b>
                  <span>{t.account} · {shared(`role_${t.role}`)} · {t.products.length ? t.products.map(nameOf).join("、") : w("token_all")} · {t.used_us ? w("token_used", { time: f.time(t.used_us) }) : w("token_unused")}{t.expires_us > 0 && !t.revoked_us && ` · ${w("token_ends", { time: f.time(t.expires_us) })}`}</span>
                  {t.ends_soon && <Chip tone="gamboge">{w("token_soon")}</Chip>}
                  {t.revoked_us ? (
                    <span>{w("token_revoked")}</span>
                  ) : (
                    <Popconfirm title={w("token_revoke_ask")} okText={w("token_revoke")} cancelText={shared("cancel")} onConfirm={() => revoke.mutate(t.id)}>
                      <Button size="small" danger type="text">
                        {w("token_revoke")}
                      </Button>
                    </Popconfirm>
                  )}
                </li>
              ))}
            </ul>
          </>
        )}
      </Faces>
      <Modal
        open={open}
        title={w("token_new")}
        okText={make.data ? shared("close") : w("token_make")}
        cancelButtonProps={make.data ? { style: { display: "none" } } : {}}
        cancelText={shared("cancel")}
        confirmLoading={make.isPending}
        onOk={() => (make.data ? setOpen(false) : form.submit())}
        onCancel={() => setOpen(false)}
        afterClose={() => {
          make.reset();
          form.resetFields();
        }}
      >
        {make.error && <FaultBand fault={asFault(make.error)} />}
        {make.data ? (
          <>
            <p>{w("token_once")}</p>
            <Typography.Paragraph code copyable={{ text: make.data.secret }}>{make.data.secret}</Typography.Paragraph>
          </>
        ) : (
          <Form form={form} layout="vertical" initialValues={{ role: "viewer", days: 90 }} onFinish={(v) => make.mutate(v)}>
            <Form.Item name="name" label={w("token_name")} rules={[{ required: true, whitespace: true, message: w("token_name_missing") }]}>
              <Input autoFocus maxLength={200} />
            </Form.Item>
            <Form.Item name="role" label={w("token_role")}>
              <Select options={mine.map((value) => ({ value, label: shared(`role_${value}`) }))} />
            </Form.Item>
            <Form.Item name="products" label={w("token_products")}>
              <Select mode="multiple" placeholder={w("token_all")} options={(products.data?.items ?? []).map((p) => ({ value: p.id, label: p.name }))} optionFilterProp="label" />
            </Form.Item>
            <Form.Item name="days" label={w("token_days")} rules={[{ required: true, message: w("token_days_missing") }]}>
              <InputNumber min={1} max={365} />
            </Form.Item>
          </Form>
        )}
      </Modal>
    </>
  );
}
