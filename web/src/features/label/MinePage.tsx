import { Link } from "react-router";
import { api, ask, type Schemas } from "../../shared/api/client";
import { useFormat } from "../../shared/format/useFormat";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useCursorList } from "../../shared/table/useCursorList";
import { useWords } from "../../shared/words/useWords";
import { Labels } from "./Labels";
import { useQueueHead } from "./useQueueHead";
import css from "./label.module.css";

/** MinePage lists one's own answers in a queue, newest first. */
export function MinePage() {
  const w = useWords("label");
  const f = useFormat();
  const { product, id, queue, nameOf, here } = useQueueHead();
  const list = useCursorList(["label", product, "mine", id], (cursor, signal) => ask(api.GET("/api/v1/queues/{queue}/answers", { signal, params: { path: { queue: id }, query: { cursor, limit: 200 } } })));
  const columns: Column<Schemas["LabelGiven"]>[] = [
    { key: "text", title: w("col_text"), cell: (r) => r.text, plain: (r) => r.text },
    { key: "labels", title: w("col_labels"), width: 260, cell: (r) => <Labels of={r.labels} nameOf={nameOf} />, plain: (r) => r.labels?.map(nameOf).join(w("comma")) },
    { key: "seconds", title: w("col_seconds"), width: 90, align: "right", cell: (r) => f.duration(r.seconds), plain: (r) => r.seconds },
    { key: "suggested", title: w("col_suggested"), width: 90, hidden: true, cell: (r) => (r.suggestion_shown ? "●" : ""), plain: (r) => r.suggestion_shown },
    { key: "at", title: w("col_at"), width: 130, cell: (r) => f.time(r.at_us), plain: (r) => new Date(r.at_us / 1000) },
  ];
  return (
    <Page title={w("title")} name={w("mine_of", { queue: queue.data?.name ?? "" })} facts={<Link to={here}>{w("to_desk")}</Link>} flush>
      <Faces of={list.query} empty={<Empty text={w("no_mine")} act={<Link to={here}>{w("to_desk")}</Link>} />}>
        {(rows) => (
          <DataTable id="label.mine" label={w("mine_of", { queue: queue.data?.name ?? "" })} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} exportName={w("mine")}
            peek={(r) => <div className={css["peek"]}>{[...(r.context ?? []).map((l) => `${w(`who_${l.who}`)}：${l.text}`), r.text].join("\n")}</div>} />
        )}
      </Faces>
    </Page>
  );
}
