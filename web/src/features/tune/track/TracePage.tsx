import { Button } from "antd";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import { Link, useParams } from "react-router";
import { useProduct } from "../../../shared/api/useProduct";
import { useFormat } from "../../../shared/format/useFormat";
import { Empty } from "../../../shared/page/Empty";
import { Faces } from "../../../shared/page/Faces";
import { Page } from "../../../shared/page/Page";
import { Pane } from "../../../shared/page/Pane";
import type { Column } from "../../../shared/table/columns";
import { DataTable } from "../../../shared/table/DataTable";
import { useFilters } from "../../../shared/table/useFilters";
import { useWords } from "../../../shared/words/useWords";
import css from "../tune.module.css";
import { useTrace } from "./api";
import { SpanDetail } from "./SpanDetail";
import { TraceStateChip } from "./TraceStateChip";
import { TraceTold } from "./TraceTold";
import { waterfall, type Step } from "./waterfall";

/** deepest is how many levels are indented. */
const deepest = 16;

/** TracePage is one trace as a waterfall: its spans as a tree, each with a bar from when it began to when it ended; the chosen one tells what it did. */
export function TracePage() {
  const w = useWords("tune");
  const f = useFormat();
  const product = useProduct();
  const { trace: id = "" } = useParams();
  const { filters, set } = useFilters(["span"] as const);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const shown = useTrace(product, id);
  const trace = shown.data;
  const { steps, lastMS } = useMemo(() => waterfall(trace?.spans ?? [], folded), [trace?.spans, folded]);
  const columns = useMemo<Column<Step>[]>(() => {
    const fold = (span: string) => setFolded((old) => (old.has(span) ? new Set([...old].filter((o) => o !== span)) : new Set([...old, span])));
    return [
      {
        key: "name",
        title: w("trace_span"),
        cell: ({ span, below }) => (
          <span className={css["spanName"]} style={{ paddingLeft: 16 * Math.min(span.depth, deepest) }}>
            {below > 0 ? (
              <Button type="text" size="small" icon={folded.has(span.id) ? <ChevronRight size={14} /> : <ChevronDown size={14} />} aria-label={w(folded.has(span.id) ? "unfold_span" : "fold_span", { name: span.name })} aria-expanded={!folded.has(span.id)} onClick={(e) => { e.stopPropagation(); fold(span.id); }} />
            ) : (
              <i />
            )}
            <b>{span.name || "—"}</b>
            {span.orphan && <small>{w("span_orphan")}</small>}
          </span>
        ),
        plain: ({ span }) => span.line,
        width: 250,
      },
      { key: "kind", title: w("trace_kind"), cell: ({ span }) => span.kind, plain: ({ span }) => span.kind, width: 100 },
      { key: "state", title: w("col_state"), cell: ({ span }) => <TraceStateChip state={span.state} />, plain: ({ span }) => w(`trace_state_${span.state}`), width: 80 },
      { key: "took", title: w("col_seconds"), cell: ({ span }) => f.duration(span.took_ms / 1000), plain: ({ span }) => span.took_ms / 1000, width: 90, align: "right" },
      { key: "after", title: w("trace_after"), cell: ({ span }) => f.duration(span.after_ms / 1000), plain: ({ span }) => span.after_ms / 1000, width: 90, align: "right", hidden: true },
      {
        key: "bar",
        title: `0 – ${f.duration(lastMS / 1000)}`,
        cell: ({ span, from, width }) => (
          <span className={css["bar"]} aria-hidden>
            <i data-state={span.state} style={{ left: `${100 * from}%`, width: `max(2px, ${100 * width}%)` }} />
          </span>
        ),
      },
    ];
  }, [w, f, folded, lastMS]);
  return (
    <Page
      title={w("title")}
      name={trace && (trace.name || trace.id)}
      facts={
        trace && (
          <>
            <Link to={`/${product}/tune/traces`}>{w("tab_traces")}</Link> <TraceStateChip state={trace.state} /> {f.time(trace.begun_us)}
            {trace.state !== "open" && <> · <b data-measure>{f.duration(trace.took_ms / 1000)}</b></>}
            {trace.service && ` · ${trace.service}`} · <Link to={`/${product}/tune/traces?experiment=${trace.experiment_id}`}>{trace.experiment_name}</Link>
            {trace.run_id && <> · <Link to={`/${product}/tune/runs/${trace.run_id}`}>{w("see_run")}</Link></>}
          </>
        )
      }
      flush
      pane={<Pane title={filters.span ? w("trace_span") : w("col_trace")} width={360}>{filters.span ? <SpanDetail product={product} trace={id} span={filters.span} onClose={() => set({ span: "" })} /> : trace && <TraceTold trace={trace} />}</Pane>}
    >
      <Faces of={shown} isEmpty={(t) => t.spans.length === 0} empty={<Empty text={w("trace_spans_none")} />}>
        {(t) => <DataTable id="tune.spans" label={w("trace_spans")} columns={columns} rows={steps} rowKey={(s) => s.span.id} total={steps.length} current={filters.span || undefined} open={(s) => set({ span: s.span.id })} exportName={t.name || t.id} />}
      </Faces>
    </Page>
  );
}
