import { useMemo } from "react";
import { Chart } from "../../shared/chart/Chart";
import { color } from "../../shared/theme/tokens";
import { useMode } from "../../shared/theme/useMode";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import type { Param, Study, Trial } from "./api";
import { choicesOf } from "./dialAxis";
import { isOutside, isScored, measured, written } from "./progress";

/** Lines draws each finished trial as a line over its dials to its score; dragging on an axis keeps only the trials within. */
export function Lines({ study, space, trials, figure, chosen, onKeep }: { study: Study; space: Param[]; trials: Trial[]; figure: string; chosen?: number; onKeep: (numbers: number[] | undefined) => void }) {
  const w = useWords("tune");
  const lang = useLang();
  const mode = useMode();
  const done = useMemo(() => trials.filter(isScored).sort((a, b) => a.score - b.score), [trials]);
  const option = useMemo(() => {
    const axisOf = (p: Param, dim: number) => {
      const name = lang === "zh" ? p.title.zh : p.title.en;
      if (p.kind === "int" || p.kind === "float") return { dim, name, type: p.log && p.min > 0 ? ("log" as const) : ("value" as const), min: p.min, max: p.max, axisLabel: { formatter: (v: number) => written(v) }, ...(p.kind === "int" ? { minInterval: 1 } : {}), splitNumber: 3 };
      return { dim, name, type: "category" as const, data: choicesOf(p) };
    };
    const value = (p: Param, t: Trial) => {
      const v = t.values[p.name];
      return typeof v === "number" ? Math.min(p.max, Math.max(p.min, v)) : written(v); // a trial may lie outside ranges that were narrowed since
    };
    const scores = done.map((t) => measured(study, t.score));
    const low = Math.min(...scores);
    const high = Math.max(...scores);
    const strong = (s: number) => (high > low ? (study.minimise ? high - s : s - low) / (high - low) : 1);
    return {
      animation: false,
      parallel: { left: 40, right: 64, top: 40, bottom: 20, axisExpandable: false, parallelAxisDefault: { nameLocation: "end" as const, nameGap: 14, nameTextStyle: { color: color(mode, "ink1"), fontSize: 12 }, axisLine: { show: true, lineStyle: { color: color(mode, "ink3") } }, axisTick: { show: false }, axisLabel: { color: color(mode, "ink3"), fontSize: 11 }, areaSelectStyle: { width: 14, borderColor: color(mode, "jade"), color: color(mode, "jadeTint2"), opacity: 0.6 } } },
      parallelAxis: [...space.map(axisOf), { dim: space.length, name: figure, type: "value" as const, inverse: !!study.minimise, nameLocation: study.minimise ? ("start" as const) : ("end" as const), min: low === high ? low - 0.01 : low, max: high, axisLabel: { formatter: (v: number) => (isOutside(study) ? written(v) : v.toFixed(3).replace(/^0/, "")) }, splitNumber: 3 }],
      series: [
        {
          type: "parallel" as const,
          smooth: space.length > 8 ? 0 : 0.25, // close axes bend the lines out of the chart
          inactiveOpacity: 0.04,
          data: done.map((t) => ({
            value: [...space.map((p) => value(p, t)), measured(study, t.score)],
            lineStyle: t.number === chosen ? { width: 3, color: color(mode, "ink1"), opacity: 1 } : { width: 1.2, color: color(mode, strong(measured(study, t.score)) > 0.66 ? "jadeMark" : "line2"), opacity: 0.35 + 0.6 * strong(measured(study, t.score)) },
          })),
        },
      ],
    };
  }, [done, study, space, figure, chosen, mode, lang]);
  return (
    <Chart
      label={w("lines")}
      summary={w("lines_summary", { count: done.length })}
      option={option}
      height={340}
      onBrush={(indices) => onKeep(indices.length === done.length ? undefined : indices.flatMap((i) => done[i]?.number ?? []))}
      table={{ columns: [w("col_trial"), ...space.map((p) => (lang === "zh" ? p.title.zh : p.title.en)), figure], rows: done.map((t) => [t.number, ...space.map((p) => written(t.values[p.name])), +measured(study, t.score).toFixed(4)]) }}
    />
  );
}
