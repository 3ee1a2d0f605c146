import { useMemo } from "react";
import { Chart } from "../../shared/chart/Chart";
import { pointsSummary } from "../../shared/chart/pointsSummary";
import { useFormat } from "../../shared/format/useFormat";
import { color } from "../../shared/theme/tokens";
import { useMode } from "../../shared/theme/useMode";
import { useWords } from "../../shared/words/useWords";
import type { Study, Trial } from "./api";
import { bestSoFar, isOutside, isScored, measured, written } from "./progress";

/** BestSoFar draws every trial as a point and the best so far as a step; the dashed line is what the defaults had. */
export function BestSoFar({ study, trials, onTrial }: { study: Study; trials: Trial[]; onTrial: (number: number) => void }) {
  const w = useWords("tune");
  const shared = useWords("shared");
  const f = useFormat();
  const mode = useMode();
  const steps = useMemo(() => bestSoFar(trials).map((s) => ({ ...s, score: measured(study, s.score), best: measured(study, s.best) })), [trials, study]);
  const outside = isOutside(study);
  const left = useMemo(() => trials.filter((t) => isScored(t) && t.state !== "done").map((t) => ({ number: t.number, score: measured(study, t.score) })), [trials, study]);
  const option = useMemo(() => {
    const scores = [...steps, ...left].map((s) => s.score).sort((a, b) => a - b);
    const low = Math.floor(100 * (scores[Math.floor(scores.length / 10)] ?? 0)) / 100;
    const high = scores[Math.floor((scores.length * 9) / 10)] ?? 0;
    const said = (v: number) => (outside ? written(v) : f.score(v));
    const last = steps.at(-1);
    return {
      animation: false,
      grid: { left: 40, right: 72, top: 16, bottom: 28 },
      xAxis: { type: "value" as const, min: 0, max: Math.max(study.trials - 1, last?.number ?? 1, left.at(-1)?.number ?? 1, 1), splitLine: { show: false }, minInterval: 1, splitNumber: 4 },
      yAxis: { type: "value" as const, ...(study.minimise ? { inverse: true, max: high } : { min: low }), splitNumber: 3, axisLabel: { formatter: said } },
      series: [
        { type: "scatter" as const, symbolSize: 6, itemStyle: { color: color(mode, "jadeMark"), opacity: 0.6 }, data: steps.map((s) => [s.number, s.score]), cursor: "pointer" },
        { type: "line" as const, step: "end" as const, symbol: "none", lineStyle: { width: 2, color: color(mode, "jade") }, data: steps.map((s) => [s.number, s.best]), endLabel: { show: true, formatter: last ? `${w("best")} ${outside ? written(last.best) : f.score(last.best, 3)}` : "", color: color(mode, "jade"), fontWeight: 600 as const }, markLine: { silent: true, symbol: "none", lineStyle: { type: "dashed" as const, color: color(mode, "ink3") }, label: { formatter: `${w("defaults")} ${f.score(study.default_score, 3)}`, position: "insideEndBottom" as const, color: color(mode, "ink3") }, data: study.best_number >= 0 && !outside ? [{ yAxis: study.default_score }] : [] } },
        { type: "scatter" as const, symbolSize: 5, itemStyle: { color: "transparent", borderColor: color(mode, "ink3"), borderWidth: 1 }, data: left.map((t) => [t.number, t.score]), cursor: "pointer" },
      ],
    };
  }, [steps, left, study, outside, mode, w, f]);
  return (
    <Chart
      label={w("so_far")}
      summary={pointsSummary(shared, w("best"), steps.map((s) => s.best), (n) => n.toFixed(3))}
      option={option}
      height={230}
      table={{ columns: [w("col_trial"), w("col_best_score"), w("best")], rows: steps.map((s) => [s.number, +s.score.toFixed(4), +s.best.toFixed(4)]) }}
      onPoint={(p) => {
        const at = p.seriesIndex === 2 ? left[p.dataIndex] : steps[p.dataIndex];
        if (at && p.seriesIndex !== 1) onTrial(at.number);
      }}
    />
  );
}
