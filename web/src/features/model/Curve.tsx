import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { jobsKey } from "../../shared/api/events";
import { useMay } from "../../shared/api/useMe";
import { useRunning } from "../../shared/api/useRunning";
import { Chart } from "../../shared/chart/Chart";
import { pointsSummary } from "../../shared/chart/pointsSummary";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { JobLine } from "../../shared/page/JobLine";
import { Section } from "../../shared/page/Section";
import { color } from "../../shared/theme/tokens";
import { useMode } from "../../shared/theme/useMode";
import { useWords } from "../../shared/words/useWords";
import { useCurve } from "./api";
import { forecast } from "./forecast";
import css from "./model.module.css";

/** Curve shows how good the learner becomes with more rows, and grows while it is drawn. */
export function Curve({ product, model }: { product: string; model: string }) {
  const w = useWords("model");
  const shared = useWords("shared");
  const f = useFormat();
  const mode = useMode();
  const client = useQueryClient();
  const may = useMay("trainer");
  const curve = useCurve(product, model);
  const running = useRunning(product, "evaluate.curve");
  const start = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/products/{product}/models/{model}/curves", { params: { path: { product, model } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: jobsKey }),
  });
  const done = running?.done;
  useEffect(() => {
    if (done) void client.invalidateQueries({ queryKey: ["model", product, "curve", model] });
  }, [done, client, product, model]);
  const draw = { id: "model.curve", words: w("curve_draw"), key: "A", when: () => may && !running && !start.isPending, run: () => start.mutate() };
  useActions([draw]);
  const points = useMemo(() => curve.data?.points ?? [], [curve.data]);
  const option = useMemo(() => {
    const jade = color(mode, "jade");
    const azurite = color(mode, "azurite");
    const low = Math.floor(Math.min(1, ...points.map((p) => p.dev.low)) * 10) * 10;
    const end = (text: string, ink: string) => ({ show: true, formatter: text, color: ink, fontWeight: 600 as const, distance: 6 });
    const last = points.at(-1);
    return {
      animation: false,
      grid: { left: 44, right: 96, top: 16, bottom: 28 },
      tooltip: { trigger: "axis" as const, valueFormatter: (v: unknown) => (typeof v === "number" ? v.toFixed(1) : "") },
      xAxis: { type: "value" as const, min: 0, ...(last ? { max: last.rows } : {}), splitNumber: 4, splitLine: { show: false }, axisLabel: { formatter: (v: number) => f.count(v) } },
      yAxis: { type: "value" as const, min: low, max: 100, interval: Math.ceil((100 - low) / 30) * 10 },
      series: [
        { type: "line" as const, name: "low", stack: "band", symbol: "none", lineStyle: { opacity: 0 }, tooltip: { show: false }, data: points.map((p) => [p.rows, 100 * p.dev.low]), silent: true },
        { type: "line" as const, name: "band", stack: "band", symbol: "none", lineStyle: { opacity: 0 }, areaStyle: { color: color(mode, "jadeTint"), opacity: 0.9 }, tooltip: { show: false }, data: points.map((p) => [p.rows, 100 * (p.dev.high - p.dev.low)]), silent: true },
        { type: "line" as const, name: w("on_train"), symbolSize: 4, lineStyle: { width: 1.5, type: "dashed" as const, color: azurite }, itemStyle: { color: azurite }, data: points.map((p) => [p.rows, 100 * p.train]), endLabel: end(last ? `${f.percent(last.train)} ${w("on_train")}` : "", azurite) },
        { type: "line" as const, name: w("on_dev"), symbolSize: 5, lineStyle: { width: 2, color: jade }, itemStyle: { color: jade }, data: points.map((p) => [p.rows, 100 * p.dev.value]), endLabel: end(last ? `${f.percent(last.dev.value)} ${w("on_dev")}` : "", jade) },
      ],
    };
  }, [points, mode, w, f]);
  const gain = forecast(points.map((p) => ({ rows: p.rows, value: p.dev.value })));
  return (
    <Section title={w("curve")} note={points.length ? w("curve_note") : undefined} acts={points.length > 0 && <ActionButton size="small" type="text" action={draw} />}>
      {start.error && <FaultBand fault={asFault(start.error)} retry={() => start.mutate()} />}
      {running && <JobLine job={running} />}
      <Faces of={curve} shape="chart" isEmpty={(c) => !(c.points ?? []).length} empty={!running && <div className={css["caption"]}><p>{w("curve_empty")}</p><ActionButton action={draw} loading={start.isPending} /></div>}>
        {() => (
          <>
            <Chart label={w("curve")} summary={pointsSummary(shared, w("on_dev"), points.map((p) => 100 * p.dev.value), (n) => n.toFixed(1))} option={option} height={228} table={{ columns: [w("rows"), w("on_train"), w("on_dev"), w("interval"), w("seconds")], rows: points.map((p) => [p.rows, +(100 * p.train).toFixed(1), +(100 * p.dev.value).toFixed(1), `[${f.percent(p.dev.low)}, ${f.percent(p.dev.high)}]`, +p.seconds.toFixed(2)]) }} />
            {gain !== undefined && <p className={css["caption"]}>{gain >= 0.002 ? w("curve_more", { gain: (100 * gain).toFixed(1) }) : w("curve_flat")}</p>}
          </>
        )}
      </Faces>
    </Section>
  );
}
