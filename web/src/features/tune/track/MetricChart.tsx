import { useMemo } from "react";
import { Chart } from "../../../shared/chart/Chart";
import { pointsSummary } from "../../../shared/chart/pointsSummary";
import { Bones } from "../../../shared/page/Bones";
import { ReadFault } from "../../../shared/page/ReadFault";
import { color } from "../../../shared/theme/tokens";
import { useMode } from "../../../shared/theme/useMode";
import { useWords } from "../../../shared/words/useWords";
import { useCurves, type Curve, type Drawn } from "./api";
import { number } from "./number";

const tones = ["jade", "azurite", "plum", "gamboge", "cinnabar"] as const;
const dashes = ["solid", "dashed", "dotted"] as const;

/** MetricChart draws one metric of one run or of many over each other; of a long history only what the eye can see was sent. */
export function MetricChart({ product, runs, metric, drawn, height = 220 }: { product: string; runs: { id: string; name: string; running: boolean }[]; metric: string; drawn: Drawn; height?: number }) {
  const w = useWords("tune");
  const shared = useWords("shared");
  const mode = useMode();
  const asked = useCurves(product, runs, metric, drawn);
  const fault = asked.find((a) => a.error);
  const curves = asked.map((a) => a.data);
  const stamp = asked.map((a) => a.dataUpdatedAt).join();
  const option = useMemo(() => {
    const lines = curves.flatMap((c, i) => (c ? [{ curve: c, name: runs[i]!.name, tone: color(mode, tones[i % tones.length]!), dash: dashes[Math.floor(i / tones.length) % dashes.length]! }] : []));
    const fits = (v: number) => !drawn.log || v > 0;
    const line = (x: number[], y: number[]) => x.flatMap((at, i) => (fits(y[i]!) ? [[at, y[i]!]] : []));
    return {
      animation: false,
      grid: { left: 64, right: lines.length > 1 ? 110 : 24, top: 12, bottom: 28 },
      xAxis: { type: "value" as const, scale: true, splitLine: { show: false }, splitNumber: 4, axisLabel: { formatter: (v: number) => (drawn.along === "time" ? `${number(v)} s` : number(v)) } },
      yAxis: { type: drawn.log ? ("log" as const) : ("value" as const), scale: true, splitNumber: 3, axisLabel: { formatter: (v: number) => number(v) } },
      tooltip: { trigger: "axis" as const, valueFormatter: (v: unknown) => (typeof v === "number" ? number(v) : String(v)), order: "valueDesc" as const },
      dataZoom: [{ type: "inside" as const, filterMode: "none" as const }],
      series: lines.flatMap((l) => {
        const smoothed = !!l.curve.smooth_x?.length;
        const main = { type: "line" as const, name: l.name, symbol: "circle", symbolSize: 6, showSymbol: l.curve.x.length < 2, labelLayout: { moveOverlap: "shiftY" as const }, lineStyle: { width: 1.6, color: l.tone, type: l.dash }, itemStyle: { color: l.tone }, data: smoothed ? line(l.curve.smooth_x!, l.curve.smooth_y!) : line(l.curve.x, l.curve.y), ...(lines.length > 1 && lines.length <= 8 ? { endLabel: { show: true, formatter: l.name, color: l.tone, width: 100, overflow: "truncate" as const } } : {}) };
        return smoothed ? [{ ...main, name: `${l.name} ·`, silent: true, tooltip: { show: false }, endLabel: { show: false }, lineStyle: { ...main.lineStyle, width: 1, opacity: 0.3 }, data: line(l.curve.x, l.curve.y) }, main] : [main];
      }),
    };
    // The curves are new whenever their stamp is.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [stamp, drawn.log, drawn.along, mode, runs]);
  if (fault) return <ReadFault of={fault} />;
  if (!curves.some(Boolean)) return <Bones shape="chart" />;
  if (asked.every((a) => a.data && a.data.x.length < 2)) return null; // its value stands above, a line it is not
  const first = curves.find((c): c is Curve => !!c)!;
  const rows = curves.flatMap((c, i) => (c ? c.x.map((x, at) => [runs[i]!.name, x, c.y[at]!] as (string | number)[]) : []));
  return <Chart label={metric} summary={pointsSummary(shared, metric, first.y, number)} option={option} height={height} table={{ columns: [w("col_run"), w(`along_${drawn.along}`), metric], rows: rows.slice(0, 2000) }} />;
}
