import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { api, ask, type Schemas } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useFormat } from "../../shared/format/useFormat";
import { Chip } from "../../shared/page/Chip";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { Page } from "../../shared/page/Page";
import { Pane } from "../../shared/page/Pane";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useCursorList } from "../../shared/table/useCursorList";
import { useWords } from "../../shared/words/useWords";
import { usePeopleNames } from "../../shared/api/usePeopleNames";
import { useQueueHead } from "./useQueueHead";
import css from "./label.module.css";

type Row = Schemas["LabelSkipped"];

/** SkipsPage is what people could not answer: skips with their reasons, questions with the lead's replies. */
export function SkipsPage() {
  const w = useWords("label");
  const f = useFormat();
  const client = useQueryClient();
  const personName = usePeopleNames();
  const { product, id, queue, here } = useQueueHead();
  const [current, setCurrent] = useState<Row>();
  const [reply, setReply] = useState("");
  const list = useCursorList(["label", product, "skips", id], (cursor, signal) => ask(api.GET("/api/v1/queues/{queue}/skips", { signal, params: { path: { queue: id }, query: { cursor, limit: 200 } } })));
  const send = useMutation({
    mutationFn: (r: Row) => ask(api.PUT("/api/v1/tasks/{task}/replies/{person}", { params: { path: { task: r.task_id, person: r.person } }, body: { reply } })),
    onSuccess: () => (setReply(""), setCurrent(undefined), client.invalidateQueries({ queryKey: ["label", product] })),
  });
  const kind = (r: Row) => (r.kind === "skip" ? w("skipped") : r.replied_us ? w("ask_replied") : w("ask_open"));
  const columns: Column<Row>[] = [
    { key: "kind", title: w("col_kind"), width: 90, cell: (r) => <Chip tone={r.kind === "skip" ? "plain" : r.replied_us ? "jade" : "cinnabar"}>{kind(r)}</Chip>, plain: kind },
    { key: "text", title: w("col_text"), cell: (r) => r.text, plain: (r) => r.text },
    { key: "reason", title: w("col_reason"), width: 240, cell: (r) => r.reason, plain: (r) => r.reason },
    { key: "reply", title: w("col_reply"), width: 200, cell: (r) => r.reply, plain: (r) => r.reply },
    { key: "person", title: w("col_person"), width: 110, cell: (r) => personName(r.person), plain: (r) => personName(r.person) },
    { key: "at", title: w("col_at"), width: 120, cell: (r) => f.time(r.at_us), plain: (r) => new Date(r.at_us / 1000) },
  ];
  return (
    <Page
      title={w("title")}
      name={w("skips_of", { queue: queue.data?.name ?? "" })}
      facts={<Link to={`${here}/quality`}>{w("to_quality")}</Link>}
      pane={
        current && current.kind === "ask" ? (
          <Pane title={w("reply_to", { person: personName(current.person) })}>
            <div className={css["form"]}>
              <p className={css["peek"]}>{current.text}</p>
              <p>{current.reason}</p>
              {send.error && <FaultBand fault={asFault(send.error)} retry={() => send.mutate(current)} />}
              <Input.TextArea rows={4} maxLength={500} value={reply} onChange={(e) => setReply(e.target.value)} aria-label={w("col_reply")} placeholder={current.reply ?? ""} />
              <Button type="primary" disabled={!reply.trim()} loading={send.isPending} onClick={() => send.mutate(current)}>
                {w("send_reply")}
              </Button>
              <p className={css["note"]}>{w("reply_note")}</p>
            </div>
          </Pane>
        ) : undefined
      }
      flush
    >
      <Faces of={list.query} empty={<Empty text={w("no_skips")} />}>
        {(rows) => <DataTable id="label.skips" label={w("skips_of", { queue: queue.data?.name ?? "" })} columns={columns} rows={rows} rowKey={(r) => `${r.task_id} ${r.person}`} hasMore={list.hasMore} more={list.more} open={setCurrent} exportName={w("skips")} />}
      </Faces>
    </Page>
  );
}
