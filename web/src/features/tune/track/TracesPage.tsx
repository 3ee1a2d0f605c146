import { Button, Input, Select } from "antd";
import { useMemo } from "react";
import { Link, useNavigate } from "react-router";
import { api, ask } from "../../../shared/api/client";
import { useProduct } from "../../../shared/api/useProduct";
import { useFormat } from "../../../shared/format/useFormat";
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
import { useExperiments, type Trace } from "./api";
import { HowToLog } from "./HowToLog";
import { TraceStateChip } from "./TraceStateChip";

/** TracesPage is what programs outside sent of their requests, the newest first. */
export function TracesPage() {
  const w = useWords("tune");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const { filters, set } = useFilters(["experiment", "run", "filter", "order"] as const);
  const experiments = useExperiments(product);
  const list = useCursorList<Trace>(["tune", product, "traces", filters.experiment, filters.run, filters.filter, filters.order], (cursor, signal) =>
    ask(api.GET("/api/v1/products/{product}/logged-traces", { signal, params: { path: { product }, query: { limit: 200, ...(filters.experiment ? { experiment: filters.experiment } : {}), ...(filters.run ? { run: filters.run } : {}), ...(filters.filter ? { filter: filters.filter } : {}), ...(filters.order ? { order: [filters.order] } : {}), ...(cursor ? { cursor } : {}) } } })),
  );
  const columns = useMemo<Column<Trace>[]>(
    () => [
      { key: "name", title: w("col_trace"), cell: (t) => <b>{t.name || "—"}</b>, plain: (t) => t.name, width: 150 },
      { key: "state", title: w("col_state"), cell: (t) => <TraceStateChip state={t.state} />, plain: (t) => w(`trace_state_${t.state}`), width: 92 },
      { key: "asked", title: w("trace_asked"), cell: (t) => t.asked ?? "", plain: (t) => t.asked },
      { key: "answered", title: w("trace_answered"), cell: (t) => t.answered ?? "", plain: (t) => t.answered },
      { key: "started", title: w("col_started"), cell: (t) => f.time(t.begun_us), plain: (t) => new Date(t.begun_us / 1000), width: 130 },
      { key: "took", title: w("col_seconds"), cell: (t) => (t.state === "open" ? "—" : f.duration(t.took_ms / 1000)), plain: (t) => (t.state === "open" ? null : t.took_ms / 1000), width: 90, align: "right" },
      { key: "spans", title: w("trace_spans"), cell: (t) => f.count(t.span_count), plain: (t) => t.span_count, width: 80, align: "right" },
      { key: "experiment", title: w("col_experiment"), cell: (t) => t.experiment_name, plain: (t) => t.experiment_name, width: 120 },
      { key: "run", title: w("col_run"), cell: (t) => (t.run_id ? <Link to={`/${product}/tune/runs/${t.run_id}`} onClick={(e) => e.stopPropagation()}>{w("see_run")}</Link> : "—"), plain: (t) => t.run_id, width: 90 },
      { key: "service", title: w("trace_service"), cell: (t) => t.service, plain: (t) => t.service, width: 120, hidden: true },
      { key: "id", title: w("trace_id"), cell: (t) => t.id, plain: (t) => t.id, width: 290, hidden: true },
    ],
    [w, f, product],
  );
  const orders = [
    { value: "", label: w("order_newest") },
    { value: "timestamp_ms ASC", label: w("order_oldest") },
    { value: "execution_time_ms DESC", label: w("order_slowest") },
    { value: "span_count DESC", label: w("order_spans") },
    { value: "name ASC", label: w("order_name") },
  ];
  const narrowed = !!(filters.filter || filters.experiment || filters.run);
  return (
    <Page title={w("title")} facts={w("traces_note")} bar={<TuneTabs />} flush>
      <div className={css["filters"]}>
        <Select size="small" value={filters.experiment} aria-label={w("col_experiment")} style={{ minWidth: 150 }} onChange={(v) => set({ experiment: v })} options={[{ value: "", label: w("all_experiments") }, ...(experiments.data?.items ?? []).map((e) => ({ value: e.id, label: e.name }))]} />
        <Input.Search key={filters.filter} size="small" defaultValue={filters.filter} allowClear aria-label={w("filter_runs")} placeholder={w("filter_traces_example")} onSearch={(v) => set({ filter: v.trim() })} className={css["search"]!} />
        <Select size="small" value={filters.order} aria-label={w("order")} style={{ minWidth: 150 }} onChange={(v) => set({ order: v })} options={orders.some((o) => o.value === filters.order) ? orders : [...orders, { value: filters.order, label: filters.order }]} />
        {filters.run && <Button size="small" onClick={() => set({ run: "" })}>{w("traces_of_all_runs")}</Button>}
      </div>
      <Faces of={list.query} empty={narrowed ? <Empty text={w("traces_none")} link={{ to: `/${product}/tune/traces`, words: w("traces_all") }} /> : <HowToLog text={w("traces_empty")} lines={`export OTEL_EXPORTER_OTLP_ENDPOINT=${location.origin}/mlflow/${product}\nexport OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer zm_…"`} />}>
        {(rows) => <DataTable id="tune.traces" label={w("tab_traces")} columns={columns} rows={rows} rowKey={(t) => t.id} hasMore={list.hasMore} more={list.more} open={(t) => void go(t.id)} exportName={w("tab_traces")} {...(list.hasMore ? {} : { total: rows.length })} />}
      </Faces>
    </Page>
  );
}
