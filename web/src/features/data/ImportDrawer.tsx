import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Drawer, Form, Input, Progress, Radio, Select, Upload } from "antd";
import { FileUp } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { upload } from "../../shared/api/upload";
import { useFormat } from "../../shared/format/useFormat";
import { useActions } from "../../shared/keys/useActions";
import { FaultBand } from "../../shared/page/FaultBand";
import { useWords } from "../../shared/words/useWords";
import { useDatasets, type Previewed, type Settings } from "./api";
import { DetectedForm } from "./DetectedForm";
import { EncodingBand } from "./EncodingBand";
import { PreviewRows } from "./PreviewRows";
import { choicesOf, clash, settingsOf, titleOf, type ColumnChoice } from "./settings";
import css from "./data.module.css";

/** Reread is a file that the server has already, to be read in another way. */
export interface Reread {
  raw: string;
  name: string;
  encoding?: string;
}

/** ImportDrawer sends a file, or takes one again that is there, shows what was detected, lets every guess be changed, and only then imports. */
export function ImportDrawer({ product, file, reread, dataset, close, started }: { product: string; file: File | undefined; reread?: Reread | undefined; dataset?: string; close: () => void; started: (job: string, dataset: string) => void }) {
  const w = useWords("data");
  const shared = useWords("shared");
  const f = useFormat();
  const client = useQueryClient();
  const sets = useDatasets(product);
  const stop = useRef<AbortController>(null);
  const [chosen, setChosen] = useState(file);
  const [sent, setSent] = useState(0);
  const [base, setBase] = useState<Settings>({});
  const [choices, setChoices] = useState<ColumnChoice[]>([]);
  const [seen, setSeen] = useState<Previewed>();
  const [into, setInto] = useState(dataset ?? "");
  const [name, setName] = useState("");
  const [mode, setMode] = useState<"append" | "replace">(reread ? "replace" : "append");

  const show = (found: Previewed) => {
    setSeen(found);
    setChoices(choicesOf(found));
  };
  const send = useMutation({
    mutationFn: (of: File) => {
      stop.current = new AbortController();
      return upload<Previewed>({ path: "/api/v1/products/{product}/previews", values: { product }, file: of, signal: stop.current.signal, onProgress: (bytes) => setSent(bytes) });
    },
    onSuccess: show,
  });
  const fetching = useMutation({
    mutationFn: (url: string) => {
      stop.current = new AbortController();
      return ask(api.POST("/api/v1/products/{product}/fetches", { params: { path: { product } }, body: { url }, signal: stop.current.signal }));
    },
    onSuccess: (found) => {
      setName(titleOf(found.name));
      setBase({});
      show(found);
    },
  });
  const again = useMutation({
    mutationFn: (settings: Settings) => {
      const { raw, name } = seen ?? reread!;
      return ask(api.POST("/api/v1/products/{product}/previews/{raw}", { params: { path: { product, raw } }, body: { name, settings } }));
    },
    onSuccess: show,
  });
  const order = useMutation({
    mutationFn: async () => {
      const to = into || (await ask(api.POST("/api/v1/products/{product}/datasets", { params: { path: { product } }, body: { name: name.trim() } }))).id;
      setInto(to); // a second try goes into the same dataset
      const job = await ask(api.POST("/api/v1/products/{product}/datasets/{dataset}/orders", { params: { path: { product, dataset: to } }, body: { raw: seen!.raw, name: seen!.name, mode, settings: settingsOf(base, choices) } }));
      return { job: job.job_id, to };
    },
    onSuccess: ({ job, to }) => {
      void client.invalidateQueries({ queryKey: ["data", product] });
      started(job, to);
    },
  });
  const take = (next: File) => {
    setChosen(next);
    setSeen(undefined);
    setBase({});
    setSent(0);
    setName(titleOf(next.name));
    send.mutate(next);
  };
  const begun = useRef(false);
  useEffect(() => {
    if (file && !begun.current) take(file);
    if (reread && !begun.current) change(reread.encoding ? { encoding: reread.encoding } : {});
    begun.current = true;
    return () => stop.current?.abort();
  }, []); // eslint-disable-line react-hooks/exhaustive-deps -- the file that was dropped or is read again, once
  const leave = () => {
    stop.current?.abort();
    close();
  };
  const change = (part: Settings) => {
    const next = { ...base, ...part };
    setBase(next);
    again.mutate(next);
  };
  const double = clash(choices);
  const ready = !!seen && !again.isPending && !double && choices.some((c) => c.keep) && (!!into || !!name.trim());
  const go = { id: "data.order", words: w("import_now"), key: "Ctrl Enter", when: () => ready && !order.isPending, run: () => order.mutate() };
  useActions([go], "dialog");
  const error = order.error ?? again.error ?? send.error ?? fetching.error;
  const fault = error && !(error instanceof DOMException) ? asFault(error) : undefined;
  return (
    <Drawer
      open
      onClose={leave}
      size={seen ? 860 : 520}
      title={reread ? w("reread_title") : w("import_title")}
      footer={
        <div className={css["drawerFoot"]}>
          <Button type="primary" disabled={!ready} loading={order.isPending} onClick={() => order.mutate()}>
            {w("import_now")} <kbd aria-hidden>Ctrl ↵</kbd>
          </Button>
          <Button onClick={leave}>{shared("cancel")}</Button>
          {seen && <span className={css["note"]}>{w("nothing_yet")}</span>}
        </div>
      }
    >
      {fault && (
        <FaultBand
          fault={fault}
          act={again.error && base.encoding ? { words: w("reread_detected"), run: () => change({ encoding: "" }) } : undefined}
          retry={send.error && chosen ? () => take(chosen) : fetching.error ? () => fetching.mutate(fetching.variables) : undefined}
          retrying={again.isPending}
        />
      )}
      {!seen && again.isPending && <p className={css["note"]}>{w("detecting", { name: reread?.name ?? "" })}</p>}
      {!seen && !send.isPending && !fetching.isPending && !reread && (
        <Upload.Dragger height={260} accept="" multiple={false} showUploadList={false} beforeUpload={(picked) => (take(picked), false)}>
          <FileUp size={28} strokeWidth={1.5} className={css["dropMark"]} aria-hidden />
          <p className={css["dropWords"]}>{w("drop_words")}</p>
          <p className={css["note"]}>{w("drop_formats")}</p>
        </Upload.Dragger>
      )}
      {!seen && !send.isPending && !reread && (
        <Form layout="vertical" requiredMark={false} className={css["fromURL"]} onFinish={({ url }: { url: string }) => (send.reset(), fetching.mutate(url.trim()))}>
          <Form.Item name="url" label={w("f_url")} extra={w("url_note")} rules={[{ required: true, whitespace: true, message: w("url_empty") }]}>
            <Input type="text" inputMode="url" autoComplete="off" spellCheck={false} placeholder="https://" maxLength={4000} disabled={fetching.isPending} />
          </Form.Item>
          <Button htmlType="submit" loading={fetching.isPending}>{w("fetch_now")}</Button>
          {fetching.isPending && <Button type="link" onClick={() => stop.current?.abort()}>{shared("cancel")}</Button>}
        </Form>
      )}
      {send.isPending && chosen && (
        <div className={css["sending"]}>
          <p>{sent < chosen.size ? w("sending", { name: chosen.name }) : w("detecting", { name: chosen.name })}</p>
          <Progress percent={Math.floor((100 * sent) / Math.max(1, chosen.size))} showInfo={false} aria-label={w("sending", { name: chosen.name })} />
          <p className={css["note"]}>
            {f.bytes(sent)} / {f.bytes(chosen.size)}
            <Button type="link" size="small" onClick={() => stop.current?.abort()}>{shared("cancel")}</Button>
          </p>
        </div>
      )}
      {seen && <EncodingBand report={seen.report} reread={(encoding) => change({ encoding })} rereading={again.isPending} />}
      {seen && (
        <Form layout="vertical" requiredMark={false} component="div">
          <p className={css["fileLine"]}>
            <b>{seen.name}</b> {f.bytes(seen.report.size_bytes)} · {(seen.report.schema.columns ?? []).length} {w("columns_unit")}
            {!reread && <Button type="link" size="small" onClick={() => (setSeen(undefined), setChosen(undefined))}>{w("other_file")}</Button>}
          </p>
          <div className={css["formRow"]}>
            <Form.Item label={w("f_dataset")}>
              <Select
                aria-label={w("f_dataset")}
                value={into}
                onChange={setInto}
                disabled={!!dataset}
                options={[{ value: "", label: w("new_dataset") }, ...(sets.data?.items ?? []).map((d) => ({ value: d.id, label: d.name }))]}
              />
            </Form.Item>
            {into ? (
              <Form.Item label={w("f_mode")}>
                <Radio.Group value={mode} onChange={(e) => setMode(e.target.value as typeof mode)} options={(["append", "replace"] as const).map((value) => ({ value, label: w(`mode_${value}`) }))} />
              </Form.Item>
            ) : (
              <Form.Item label={w("f_name")}>
                <Input aria-label={w("f_name")} value={name} maxLength={200} onChange={(e) => setName(e.target.value)} />
              </Form.Item>
            )}
          </div>
          <DetectedForm detected={seen.report.detected ?? []} settings={base} change={change} busy={again.isPending} />
          <PreviewRows seen={seen} choices={choices} setChoices={setChoices} busy={again.isPending} />
          {double && <p className={css["bad"]} role="alert">{w("name_clash", { name: double })}</p>}
        </Form>
      )}
    </Drawer>
  );
}
