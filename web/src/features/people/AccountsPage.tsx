import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, Modal, Select, Typography } from "antd";
import { useState } from "react";
import { api, ask, type Schemas } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useMay, useMe } from "../../shared/api/useMe";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Chip } from "../../shared/page/Chip";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useCursorList } from "../../shared/table/useCursorList";
import { useFilters } from "../../shared/table/useFilters";
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";
import { PeopleTabs } from "./PeopleTabs";

type Account = Schemas["PeopleAccount"];
const roles = ["owner", "lead", "trainer", "reviewer", "labeller", "viewer", "customer"] as const;
type Role = (typeof roles)[number];

/** AccountsPage is who may work here and as what; owners add, change, disable, and hand out sign-in links. */
export function AccountsPage() {
  const w = useWords("people");
  const shared = useWords("shared");
  const f = useFormat();
  const client = useQueryClient();
  const owner = useMay("owner");
  const me = useMe().data;
  const { account } = useFilters(["account"] as const).filters; // whom the palette found
  const [adding, setAdding] = useState(false);
  const [form] = Form.useForm<{ name: string; role: Role }>();
  const list = useCursorList(["accounts"], (cursor, signal) => ask(api.GET("/api/v1/accounts", { signal, params: { query: { cursor, limit: 200 } } })));
  const again = () => client.invalidateQueries({ queryKey: ["accounts"] });
  const putRole = (account: string, role: Role) => ask(api.PUT("/api/v1/accounts/{account}/role", { params: { path: { account } }, body: { role } })).finally(again);
  const setDisabled = (account: string, disabled: boolean) =>
    ask(disabled ? api.POST("/api/v1/accounts/{account}/disabling", { params: { path: { account } } }) : api.DELETE("/api/v1/accounts/{account}/disabling", { params: { path: { account } } })).finally(again);
  const link = useMutation({ mutationFn: (account: string) => ask(api.POST("/api/v1/sign-in-links", { body: { account } })) });
  const add = useMutation({
    mutationFn: (body: { name: string; role: Role }) => ask(api.POST("/api/v1/accounts", { body })),
    onSuccess: (made) => {
      setAdding(false);
      form.resetFields();
      void again();
      link.mutate(made.id);
    },
  });
  const change = useMutation({
    mutationFn: async ({ of, role, disabled }: { of: Account; role?: Role; disabled?: boolean }) => {
      if (role) {
        await putRole(of.id, role);
        did({ words: w("did_role", { name: of.name, role: shared(`role_${role}`) }), undo: () => putRole(of.id, of.role as Role), redo: () => putRole(of.id, role) });
      }
      if (disabled !== undefined) {
        await setDisabled(of.id, disabled);
        did({ words: w(disabled ? "did_disable" : "did_enable", { name: of.name }), undo: () => setDisabled(of.id, !disabled), redo: () => setDisabled(of.id, disabled) });
      }
    },
  });
  const action = { id: "people.add", words: w("add"), key: "N", when: () => owner, run: () => setAdding(true) };
  useActions(owner ? [action] : []);
  const columns: Column<Account>[] = [
    { key: "state", title: w("col_state"), width: 90, cell: (r) => <Chip tone={r.disabled ? "gamboge" : "jade"}>{r.disabled ? w("disabled") : w("active")}</Chip>, plain: (r) => (r.disabled ? w("disabled") : w("active")) },
    { key: "name", title: w("col_name"), cell: (r) => r.name, plain: (r) => r.name },
    {
      key: "role",
      title: w("col_role"),
      width: 160,
      cell: (r) =>
        owner && r.id !== me?.id ? (
          <Select size="small" style={{ width: 136 }} aria-label={w("role_of", { name: r.name })} value={r.role as Role} onChange={(role) => change.mutate({ of: r, role })} options={roles.map((value) => ({ value, label: shared(`role_${value}`) }))} />
        ) : (
          shared(`role_${r.role}`)
        ),
      plain: (r) => shared(`role_${r.role}`),
    },
    { key: "signed_in_us", title: w("col_signed_in_us"), width: 150, cell: (r) => (r.signed_in_us ? f.time(r.signed_in_us) : w("never")), plain: (r) => (r.signed_in_us ? new Date(r.signed_in_us / 1000) : null) },
    {
      key: "acts",
      title: w("col_acts"),
      width: 220,
      cell: (r) =>
        owner && (
          <>
            <Button type="link" size="small" disabled={r.disabled} loading={link.isPending && link.variables === r.id} onClick={() => link.mutate(r.id)}>
              {w("link")}
            </Button>
            {r.id !== me?.id && (
              <Button type="link" size="small" onClick={() => change.mutate({ of: r, disabled: !r.disabled })}>
                {r.disabled ? w("enable") : w("disable")}
              </Button>
            )}
          </>
        ),
    },
  ];
  const fault = change.error ?? link.error;
  return (
    <Page title={w("title")} facts={list.query.data && <><b>{list.rows.length}</b> {w("accounts")}</>} acts={owner && <ActionButton type="primary" action={action} />} bar={owner && <PeopleTabs />} flush>
      {fault && <FaultBand fault={asFault(fault)} />}
      <Faces of={list.query}>
        {(rows) => <DataTable id="people.accounts" label={w("title")} columns={columns} rows={rows} rowKey={(r) => r.id} current={account || undefined} hasMore={list.hasMore} more={list.more} exportName={w("title")} />}
      </Faces>
      <Modal open={adding} title={w("add")} okText={w("add")} cancelText={shared("cancel")} confirmLoading={add.isPending} onOk={() => form.submit()} onCancel={() => setAdding(false)}>
        {add.error && <FaultBand fault={asFault(add.error)} />}
        <Form form={form} layout="vertical" initialValues={{ role: "labeller" }} onFinish={(v) => add.mutate(v)}>
          <Form.Item name="name" label={w("col_name")} rules={[{ required: true, whitespace: true, message: w("name_missing") }]}>
            <Input autoFocus maxLength={200} />
          </Form.Item>
          <Form.Item name="role" label={w("col_role")}>
            <Select options={roles.map((value) => ({ value, label: shared(`role_${value}`) }))} />
          </Form.Item>
        </Form>
      </Modal>
      <Modal open={!!link.data} title={w("link_title", { name: link.data?.account ?? "" })} footer={null} onCancel={() => link.reset()}>
        <p>{w("link_what", { time: f.time(link.data?.expires_us ?? 0) })}</p>
        <Typography.Paragraph code copyable={{ text: link.data?.url ?? "" }}>
          {link.data?.url}
        </Typography.Paragraph>
      </Modal>
    </Page>
  );
}
