import { Checkbox } from "antd";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { useProduct } from "../../../shared/api/useProduct";
import { Bones } from "../../../shared/page/Bones";
import { Empty } from "../../../shared/page/Empty";
import { Page } from "../../../shared/page/Page";
import { ReadFault } from "../../../shared/page/ReadFault";
import { Section } from "../../../shared/page/Section";
import { useFilters } from "../../../shared/table/useFilters";
import { useWords } from "../../../shared/words/useWords";
import css from "../tune.module.css";
import { useRuns, type RunShown } from "./api";
import { axesOf, differing, type Differing } from "./differ";
import { HowDrawn } from "./HowDrawn";
import { MetricChart } from "./MetricChart";
import { figureText } from "./number";
import { Parallel } from "./Parallel";
import { StateChip } from "./StateChip";
import { useDrawn } from "./useDrawn";

/** mostAxes is how many params and metrics are axes of the drawing over all runs. */
const mostAxes = 6;

/** ComparePage is 2–20 logged runs side by side: the params that differ, their metrics as curves over each other, all of it as lines over axes. */
export function ComparePage() {
  const w = useWords("tune");
  const product = useProduct();
  const { drawn } = useDrawn();
  const { filters } = useFilters(["runs"] as const);
  const ids = useMemo(() => filters.runs.split(",").filter(Boolean).slice(0, 20), [filters.runs]);
  const [all, setAll] = useState(false);
  const asked = useRuns(product, ids);
  const fault = asked.find((a) => a.error);
  const runs = asked.flatMap((a) => (a.data ? [a.data] : []));
  const ready = ids.length > 1 && runs.length === ids.length;
  const params = useMemo(() => differing(runs.map((r) => r.params)), [ready]); // eslint-disable-line react-hooks/exhaustive-deps
  const figures = useMemo(() => differing(runs.map((r) => r.metrics.map((m) => ({ key: m.key, value: m.odd ? m.odd : String(m.value) })))), [ready]); // eslint-disable-line react-hooks/exhaustive-deps
  const lines = useMemo(() => runs.map((r) => ({ id: r.id, name: r.name, running: r.state === "running" })), [ready]); // eslint-disable-line react-hooks/exhaustive-deps
  const axes = useMemo(() => [...axesOf(params, mostAxes), ...axesOf(figures, mostAxes)], [params, figures]);
  const names = useMemo(() => lines.map((l) => l.name), [lines]);
  const rows = params.filter((p) => all || !p.same);
  return (
    <Page title={w("title")} name={w("compare_name", { count: ids.length })} facts={<Link to={`/${product}/tune/runs`}>{w("tab_runs")}</Link>} flush>
      {fault ? (
        <ReadFault of={fault} />
      ) : ids.length < 2 ? (
        <Empty text={w("compare_few")} link={{ to: `/${product}/tune/runs`, words: w("tab_runs") }} />
      ) : !ready ? (
        <Bones shape="chart" />
      ) : (
        <div className={css["compare"]}>
          {axes.length > 1 && <Section title={w("parallel")} note={w("parallel_note")}><Parallel axes={axes} names={names} label={w("parallel")} /></Section>}
          <Section title={w("params")} note={w("differ_note")} acts={<Checkbox checked={all} onChange={(e) => setAll(e.target.checked)}>{w("also_same")}</Checkbox>}>
            <Beside runs={runs} rows={rows} product={product} figures={figures} />
          </Section>
          <Section title={w("metrics")} acts={<HowDrawn />}>
            <div className={css["grid"]}>
              {figures.map((m) => (
                <figure key={m.key} className={css["metric"]}>
                  <figcaption><span>{m.key}</span></figcaption>
                  <MetricChart product={product} runs={lines.filter((_, i) => m.values[i] !== undefined)} metric={m.key} drawn={drawn} height={260} />
                </figure>
              ))}
            </div>
          </Section>
        </div>
      )}
    </Page>
  );
}

function Beside({ runs, rows, figures, product }: { runs: RunShown[]; rows: Differing[]; figures: Differing[]; product: string }) {
  const w = useWords("tune");
  return (
    <div className={css["beside"]} tabIndex={0} role="region" aria-label={w("differ_note")}>
      <table>
        <thead>
          <tr><td />{runs.map((r) => <th key={r.id} scope="col"><Link to={`/${product}/tune/runs/${r.id}`}>{r.name}</Link> <StateChip state={r.state} /></th>)}</tr>
        </thead>
        <tbody>
          {figures.map((m) => (
            <tr key={`m ${m.key}`}><th scope="row">{m.key}</th>{runs.map((r) => <td key={r.id} data-measure data-figure-cell>{figureText(r.metrics.find((x) => x.key === m.key))}</td>)}</tr>
          ))}
          {rows.map((p) => (
            <tr key={`p ${p.key}`} data-same={p.same}><th scope="row">{p.key}</th>{p.values.map((v, i) => <td key={runs[i]!.id} data-measure>{v ?? "—"}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
