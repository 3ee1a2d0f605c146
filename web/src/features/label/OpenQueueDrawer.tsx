import { useMutation, useQuery } from "@tanstack/react-query";
import { Checkbox, Drawer, Form, Input, InputNumber, Select } from "antd";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { api, ask, type Schemas } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { FaultBand } from "../../shared/page/FaultBand";
import { ReadFault } from "../../shared/page/ReadFault";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import { useVersions } from "../../shared/api/useVersions";
import css from "./label.module.css";

type Order = Schemas["LabelQueueOrder"];

/** OpenQueueDrawer makes a queue of a dataset version: columns and speakers are found, a person mends them. */
export function OpenQueueDrawer({ product, name, close, started }: { product: string; name: string; close: () => void; started: (job: string) => void }) {
  const w = useWords("label");
  const f = useFormat();
  const lang = useLang();
  const versions = useVersions(product);
  const [version, setVersion] = useState<string>();
  const [speaker, setSpeaker] = useState<string>();
  const [form] = Form.useForm<Order>();
  const chosen = version ?? versions.data?.[0]?.id;
  const draft = useQuery({
    queryKey: ["label", product, "draft", chosen, speaker],
    enabled: !!chosen,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/queue-drafts/{version}", { signal, params: { path: { product, version: chosen! }, query: { speaker } } })),
  });
  useEffect(() => {
    if (draft.data) form.setFieldsValue({ ...draft.data.order, name: form.getFieldValue("name") as string });
  }, [draft.data, form]);
  const open = useMutation({
    mutationFn: (order: Order) => ask(api.POST("/api/v1/products/{product}/queues", { params: { path: { product } }, body: { ...draft.data!.order, ...order, version_id: chosen! } })),
    onSuccess: (job) => started(job.job_id),
  });
  const go = { id: "label.open_now", words: w("open_queue"), key: "Ctrl Enter", when: () => !!draft.data && !open.isPending, run: () => form.submit() };
  useActions([go], "dialog");
  const fault = open.error ? asFault(open.error) : undefined;
  const field = (name: string) => (fault?.field.endsWith(name) ? { validateStatus: "error" as const, help: fault.fix } : {});
  const columns = (draft.data?.columns ?? []).map((c) => ({ value: c, label: c }));
  const why = (role: string) => {
    const guess = draft.data?.roles?.find((r) => r.role === role);
    return guess && (lang === "zh" ? guess.why.zh : guess.why.en);
  };
  const labelled = draft.data?.label_columns[0];
  const notTaken = labelled ? labelled.filled_count - draft.data!.adopted_count : 0;
  const customers = draft.data?.speakers ?? [];
  return (
    <Drawer
      open
      onClose={close}
      size={480}
      title={w("open_queue")}
      footer={
        <ActionButton type="primary" action={go} loading={open.isPending} />
      }
    >
      <ReadFault of={draft} />
      <ReadFault of={versions} />
      {fault && <FaultBand fault={fault} />}
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ name, annotators: 1, order: "file", context_turns: 4, leave: 0, sample: 0 }} onFinish={(o) => open.mutate({ ...o, leave: o.leave ?? 0, sample: o.sample ?? 0 })}>
        <Form.Item name="name" label={w("f_name")} rules={[{ required: true, whitespace: true, message: w("f_name_missing") }]} {...field("name")}>
          <Input autoFocus maxLength={100} onFocus={(e) => e.target.select()} onPressEnter={(e) => !e.nativeEvent.isComposing && go.when() && go.run()} />
        </Form.Item>
        <Form.Item label={w("f_version")} {...(draft.data ? { extra: w("f_version_rows", { count: f.count(draft.data.row_count) }) } : {})}>
          <Select aria-label={w("f_version")} value={chosen ?? null} loading={versions.isPending} onChange={(v: string) => (setVersion(v), setSpeaker(undefined))} options={(versions.data ?? []).map((v) => ({ value: v.id, label: v.words }))} />
        </Form.Item>
        {labelled && notTaken > 0 && (
          <p className={css["draftNote"]} data-adopt>
            {w("draft_adopt", { column: labelled.column, count: f.count(notTaken), labels: f.count(labelled.distinct_count) })} <Link to={`/${product}/label/adopt?version=${encodeURIComponent(chosen!)}&column=${encodeURIComponent(labelled.column)}`}>{w("adopt")}</Link>
          </p>
        )}
        <Form.Item name="text_column" label={w("f_text")} extra={why("text")} rules={[{ required: true, message: w("f_text_missing") }]} {...field("text_column")}>
          <Select options={columns} />
        </Form.Item>
        <div className={css["formRow"]}>
          <Form.Item name="session_column" label={w("f_session")} extra={why("session")}>
            <Select options={columns} allowClear />
          </Form.Item>
          <Form.Item name="speaker_column" label={w("f_speaker")} extra={why("speaker")}>
            <Select options={columns} allowClear onChange={(v?: string) => v && setSpeaker(v)} />
          </Form.Item>
        </div>
        {customers.length > 0 && (
          <Form.Item name="speakers" label={w("f_speakers")} {...field("speakers")}>
            <Checkbox.Group options={customers.slice(0, 12).map((s) => ({ value: s.name, label: `${s.name} ${f.count(s.count)}` }))} />
          </Form.Item>
        )}
        <div className={css["formRow"]}>
          <Form.Item name="annotators" label={w("f_annotators")} extra={w("f_annotators_help")}>
            <InputNumber min={1} max={20} style={{ width: "100%" }} />
          </Form.Item>
          <Form.Item name="context_turns" label={w("f_context")}>
            <InputNumber min={0} max={50} style={{ width: "100%" }} />
          </Form.Item>
          <Form.Item name="sample" label={w("f_sample")} extra={w("f_sample_help")}>
            <InputNumber min={0} style={{ width: "100%" }} />
          </Form.Item>
          <Form.Item name="leave" label={w("f_leave")} extra={w("f_leave_help")}>
            <InputNumber min={0} style={{ width: "100%" }} />
          </Form.Item>
        </div>
        {(draft.data?.adopted_count ?? 0) > 0 && (
          <Form.Item name="with_adopted" valuePropName="checked">
            <Checkbox>{w("f_with_adopted")}</Checkbox>
          </Form.Item>
        )}
        <Form.Item name="order" label={w("f_order")} {...field("order")}>
          <Select options={["file", "shuffled", "uncertain"].map((value) => ({ value, label: w(`order_${value}`) }))} />
        </Form.Item>
      </Form>
    </Drawer>
  );
}
