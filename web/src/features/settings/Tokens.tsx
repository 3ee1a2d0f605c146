import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, Modal, Popconfirm, Select, Typography } from "antd";
import { useState } from "react";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useMe } from "../../shared/api/useMe";
import { useFormat } from "../../shared/format/useFormat";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { useWords } from "../../shared/words/useWords";
import css from "./settings.module.css";

const roles = ["owner", "lead", "trainer", "reviewer", "labeller", "viewer", "customer"] as const;
type Role = (typeof roles)[number];
const key = ["people", "tokens"];

/** Tokens let programs call the API; a token is shown once, when it is made. */
export function Tokens() {
  const w = useWords("settings");
  const shared = useWords("shared");
  const f = useFormat();
  const client = useQueryClient();
  const me = useMe().data;
  const list = useQuery({ queryKey: key, queryFn: ({ signal }) => ask(api.GET("/api/v1/tokens", { signal, params: { query: { limit: 500 } } })) });
  const [open, setOpen] = useState(false);
  const [form] = Form.useForm<{ name: string; role: Role }>();
  const again = () => client.invalidateQueries({ queryKey: key });
  const make = useMutation({ mutationFn: (body: { name: string; role: Role }) => ask(api.POST("/api/v1/tokens", { body })), onSuccess: again });
  const revoke = useMutation({ mutationFn: (token: string) => ask(api.DELETE("/api/v1/tokens/{token}", { params: { path: { token } } })), onSuccess: again });
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
                  <span>{t.account} · {shared(`role_${t.role}`)} · {t.used_us ? w("token_used", { time: f.time(t.used_us) }) : w("token_unused")}</span>
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
          <Form form={form} layout="vertical" initialValues={{ role: "viewer" }} onFinish={(v) => make.mutate(v)}>
            <Form.Item name="name" label={w("token_name")} rules={[{ required: true, whitespace: true, message: w("token_name_missing") }]}>
              <Input autoFocus maxLength={200} />
            </Form.Item>
            <Form.Item name="role" label={w("token_role")}>
              <Select options={mine.map((value) => ({ value, label: shared(`role_${value}`) }))} />
            </Form.Item>
          </Form>
        )}
      </Modal>
    </>
  );
}
