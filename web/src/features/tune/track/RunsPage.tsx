import { Input, Select } from "antd";
import { useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../../../shared/api/client";
import { useProduct } from "../../../shared/api/useProduct";
import { useFormat } from "../../../shared/format/useFormat";
import { ActionButton } from "../../../shared/keys/ActionButton";
import { useActions } from "../../../shared/keys/useActions";
import { Empty } from "../../../shared/page/Empty";
import { Faces } from "../../../shared/page/Faces";
import { Page } from "../../../shared/page/Page";
import type { Column } from "../../../shared/table/columns";
import { DataTable } from "../../../shared/table/DataTable";
import { useCursorList } from "../../../shared/table/useCursorList";
import { useFilters } from "../../../shared/table/useFilters";
import { useWords } from "../../../shared/words/useWords";
import { TuneTabs } from "../TuneTabs";
import css from "../tune.module.css";
import { useExperiments, type LoggedRun } from "./api";
import { HowToLog } from "./HowToLog";
import { figureText } from "./number";
import { StateChip } from "./StateChip";

/** shownAtFirst is how many metrics and params are columns until the person chooses. */
const shownAtFirst = 3;
/** mostCompared runs are drawn over each other. */
const mostCompared = 20;

/** RunsPage is what programs outside logged, searched in MLflow's syntax; C compares those that are chosen. */
export function RunsPage() {
  const w = useWords("tune");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const { filters, set } = useFilters(["experiment", "filter", "order"] as const);
  const [selected, setSelected] = useState<string[]>([]);
  const experiments = useExperiments(product);
  const list = useCursorList<LoggedRun>(["tune", product, "runs", filters.experiment, filters.filter, filters.order], (cursor, signal) =>
    ask(api.GET("/api/v1/products/{product}/logged-runs", { signal, params: { path: { product }, query: { limit: 200, ...(filters.experiment ? { experiment: filters.experiment } : {}), ...(filters.filter ? { filter: filters.filter } : {}), ...(filters.order ? { order: [filters.order] } : {}), ...(cursor ? { cursor } : {}) } } })),
  );
  const compare = { id: "tune.runs.compare", words: w("compare_runs", { count: selected.length }), key: "C", when: () => selected.length > 1 && selected.length <= mostCompared, run: () => void go(`compare?runs=${selected.join(",")}`) };
  useActions([compare]);
  const keys = useMemo(() => {
    const of = (what: (r: LoggedRun) => { key: string }[]) => [...new Set(list.rows.flatMap((r) => what(r).map((x) => x.key)))].sort();
    return { metrics: of((r) => r.metrics), params: of((r) => r.params), tags: of((r) => r.tags.filter((t) => !t.key.startsWith("mlflow."))) };
  }, [list.rows]);
  const columns = useMemo<Column<LoggedRun>[]>(
    () => [
      { key: "name", title: w("col_run"), cell: (r) => <b>{r.name}</b>, plain: (r) => r.name },
      { key: "state", title: w("col_state"), cell: (r) => <StateChip state={r.state} />, plain: (r) => w(`run_state_${r.state}`), width: 92 },
      { key: "experiment", title: w("col_experiment"), cell: (r) => r.experiment_name, plain: (r) => r.experiment_name, width: 140 },
      { key: "started", title: w("col_started"), cell: (r) => f.time(r.started_us), plain: (r) => new Date(r.started_us / 1000), width: 140 },
      { key: "seconds", title: w("col_seconds"), cell: (r) => (r.ended_us > 0 ? f.duration((r.ended_us - r.started_us) / 1e6) : "—"), plain: (r) => (r.ended_us > 0 ? (r.ended_us - r.started_us) / 1e6 : null), width: 90, align: "right" },
      ...keys.metrics.map((key, i): Column<LoggedRun> => ({ key: `metric ${key}`, title: key, cell: (r) => figureText(r.metrics.find((m) => m.key === key)), plain: (r) => r.metrics.find((m) => m.key === key)?.value, width: 110, align: "right", hidden: i >= shownAtFirst })),
      ...keys.params.map((key, i): Column<LoggedRun> => ({ key: `param ${key}`, title: key, cell: (r) => r.params.find((p) => p.key === key)?.value ?? "—", plain: (r) => r.params.find((p) => p.key === key)?.value, width: 110, hidden: i >= shownAtFirst })),
      ...keys.tags.map((key): Column<LoggedRun> => ({ key: `tag ${key}`, title: key, cell: (r) => r.tags.find((t) => t.key === key)?.value ?? "—", plain: (r) => r.tags.find((t) => t.key === key)?.value, width: 110, hidden: true })),
      { key: "user", title: w("col_user"), cell: (r) => r.user_name, plain: (r) => r.user_name, width: 110, hidden: true },
    ],
    [keys, w, f],
  );
  const orders = [
    { value: "", label: w("order_newest") },
    { value: "attributes.start_time ASC", label: w("order_oldest") },
    { value: "attributes.run_name ASC", label: w("order_name") },
    ...keys.metrics.flatMap((key) => [
      { value: `metrics.\`${key}\` DESC`, label: `${key} ↓` },
      { value: `metrics.\`${key}\` ASC`, label: `${key} ↑` },
    ]),
  ];
  const narrowed = !!(filters.filter || filters.experiment);
  return (
    <Page title={w("title")} facts={w("runs_note")} acts={<ActionButton type="primary" action={compare} />} bar={<TuneTabs />} flush>
      <div className={css["filters"]}>
        <Select size="small" value={filters.experiment} aria-label={w("col_experiment")} style={{ minWidth: 150 }} onChange={(v) => set({ experiment: v })} options={[{ value: "", label: w("all_experiments") }, ...(experiments.data?.items ?? []).map((e) => ({ value: e.id, label: `${e.name} · ${f.count(e.run_count)}` }))]} />
        <Input.Search key={filters.filter} size="small" defaultValue={filters.filter} allowClear aria-label={w("filter_runs")} placeholder={w("filter_example")} onSearch={(v) => set({ filter: v.trim() })} className={css["search"]!} />
        <Select size="small" value={filters.order} aria-label={w("order")} style={{ minWidth: 150 }} onChange={(v) => set({ order: v })} options={orders.some((o) => o.value === filters.order) ? orders : [...orders, { value: filters.order, label: filters.order }]} />
      </div>
      <Faces of={list.query} empty={narrowed ? <Empty text={w("runs_none")} link={{ to: `/${product}/tune/runs`, words: w("runs_all") }} /> : <HowToLog text={w("runs_empty")} lines={`export MLFLOW_TRACKING_URI=${location.origin}/mlflow/${product}\nexport MLFLOW_TRACKING_TOKEN=zm_…`} />}>
        {(rows) => <DataTable id="tune.runs" label={w("tab_runs")} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} open={(r) => void go(r.id)} selected={selected} onSelect={setSelected} exportName={w("tab_runs")} {...(list.hasMore ? {} : { total: rows.length })} />}
      </Faces>
    </Page>
  );
}
