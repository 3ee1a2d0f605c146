import { Select } from "antd";
import { Link, useNavigate } from "react-router";
import { api, ask, type Schemas } from "../../shared/api/client";
import { useFormat } from "../../shared/format/useFormat";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { FilterChips } from "../../shared/table/FilterChips";
import { useCursorList } from "../../shared/table/useCursorList";
import { useFilters } from "../../shared/table/useFilters";
import { useWords } from "../../shared/words/useWords";
import { usePeopleNames } from "../../shared/api/usePeopleNames";
import { initial } from "./initial";
import { Labels } from "./Labels";
import { useQueueHead } from "./useQueueHead";
import css from "./label.module.css";

type Row = Schemas["LabelReviewed"];
const names = ["state", "person", "label", "other", "differ", "wrong", "sent_back", "twice", "from_us", "to_us"] as const;

/** TasksPage is the rows behind the figures of a queue: tasks with everybody's answers, filtered by the address. */
export function TasksPage() {
  const w = useWords("label");
  const f = useFormat();
  const go = useNavigate();
  const { product, id, queue, guideline, nameOf, here } = useQueueHead();
  const personName = usePeopleNames();
  const { filters, set, clear } = useFilters(names);
  const query = {
    ...(filters.state ? { state: filters.state as "waiting" } : {}),
    person: filters.person || undefined, label: filters.label || undefined, other: filters.other || undefined,
    differ: filters.differ === "1" || undefined, wrong: filters.wrong === "1" || undefined, sent_back: filters.sent_back === "1" || undefined, twice: filters.twice === "1" || undefined,
    from_us: Number(filters.from_us) || undefined, to_us: Number(filters.to_us) || undefined,
  };
  const page = (cursor: string | undefined, signal?: AbortSignal) => ask(api.GET("/api/v1/queues/{queue}/tasks", { ...(signal ? { signal } : {}), params: { path: { queue: id }, query: { ...query, cursor, limit: 200 } } }));
  const list = useCursorList(["label", product, "tasks", id, query], page);
  const all = async () => {
    const rows: Row[] = [];
    for (let cursor: string | undefined; ; ) {
      const got = await page(cursor);
      rows.push(...got.items);
      if (!got.next) return rows;
      cursor = got.next;
    }
  };
  const said = (r: Row) => r.answers?.map((a) => `${personName(a.person)}: ${a.labels?.map(nameOf).join(w("comma"))}`).join("; ");
  const columns: Column<Row>[] = [
    { key: "text", title: w("col_text"), cell: (r) => r.text, plain: (r) => r.text },
    {
      key: "answers", title: w("col_said"), width: 340, plain: said,
      cell: (r) => <span className={css["answers"]}>{r.answers?.map((a) => <span key={a.id}><i className={css["person"]} title={personName(a.person)}>{initial(personName(a.person))}</i><Labels of={a.labels} nameOf={nameOf} /></span>)}</span>,
    },
    { key: "gold", title: w("col_gold"), width: 180, plain: (r) => r.gold?.map(nameOf).join(w("comma")), cell: (r) => r.gold_how && <Labels of={r.gold} nameOf={nameOf} tone="jade" /> },
    { key: "state", title: w("col_state"), width: 80, plain: (r) => w(`task_${r.state}`), cell: (r) => w(`task_${r.state}`) },
    { key: "returned", title: w("col_returned"), width: 70, align: "right", plain: (r) => r.returned, cell: (r) => r.returned || "" },
    { key: "session", title: w("col_session"), width: 120, hidden: true, plain: (r) => r.session ?? "", cell: (r) => r.session },
    { key: "row", title: w("col_row"), width: 140, hidden: true, plain: (r) => r.row_id, cell: (r) => <span className="mono">{r.row_id.slice(0, 14)}</span> },
  ];
  const show: Partial<Record<(typeof names)[number], (v: string) => string>> = { state: (v) => w(`task_${v}`), person: personName, label: nameOf, other: nameOf, from_us: (v) => f.time(Number(v)), to_us: (v) => f.time(Number(v)) };
  const named = (n: string) => (n === "other" ? w("by_instead") : w(`by_${n}`));
  const chips = names.filter((n) => filters[n]).map((n) => ({ name: n, words: show[n] ? `${named(n)} ${show[n](filters[n])}` : named(n), remove: () => set({ [n]: "" }) }));
  return (
    <Page
      title={w("title")}
      name={w("rows_of", { queue: queue.data?.name ?? "" })}
      facts={<Link to={`${here}/quality`}>{w("to_quality")}</Link>}
      bar={
        <div className={css["filterBar"]}>
          <Select size="small" style={{ width: 130 }} aria-label={w("by_state")} placeholder={w("by_state")} allowClear value={filters.state || null} onChange={(v) => set({ state: v ?? "" })} options={["waiting", "settled", "disputed"].map((value) => ({ value, label: w(`task_${value}`) }))} />
          <Select size="small" style={{ width: 180 }} aria-label={w("by_label")} placeholder={w("by_label")} allowClear showSearch={{ optionFilterProp: "label" }} value={filters.label || null} onChange={(v) => set({ label: v ?? "" })} options={(guideline.data?.guideline.labels ?? []).map((l) => ({ value: l.id, label: nameOf(l.id) }))} />
          <FilterChips chips={chips} onClear={clear} />
        </div>
      }
      flush
    >
      <Faces of={list.query} empty={<Empty text={w("no_tasks")} />}>
        {(rows) => (
          <DataTable id="label.tasks" label={w("rows_of", { queue: queue.data?.name ?? "" })} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} exportName={queue.data?.name ?? w("title")} exportAll={all}
            open={(r) => go(`/${product}/thread/${encodeURIComponent(r.row_id)}`)}
            peek={(r) => <div className={css["peek"]}>{[...(r.context ?? []).map((l) => `${w(`who_${l.who}`)}：${l.text}`), r.text].join("\n")}</div>} />
        )}
      </Faces>
    </Page>
  );
}
