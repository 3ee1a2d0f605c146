import { useMemo } from "react";
import { Chart } from "../../../shared/chart/Chart";
import { color } from "../../../shared/theme/tokens";
import { useMode } from "../../../shared/theme/useMode";
import { useWords } from "../../../shared/words/useWords";
import type { Axis } from "./differ";
import { number } from "./number";

/** Parallel draws each run as a line over what differs between them; the last axis colours the lines. */
export function Parallel({ axes, names, label }: { axes: Axis[]; names: string[]; label: string }) {
  const w = useWords("tune");
  const mode = useMode();
  const option = useMemo(() => {
    const last = axes.at(-1);
    const values = last?.numbers ? (last.values as number[]) : [];
    const low = Math.min(...values);
    const high = Math.max(...values);
    const strong = (i: number) => (high > low ? (values[i]! - low) / (high - low) : 1);
    return {
      animation: false,
      parallel: { left: 48, right: 72, top: 36, bottom: 20, parallelAxisDefault: { nameTextStyle: { color: color(mode, "ink1"), fontSize: 12 }, axisLine: { show: true, lineStyle: { color: color(mode, "ink3") } }, axisTick: { show: false }, axisLabel: { color: color(mode, "ink3"), fontSize: 11 } } },
      parallelAxis: axes.map((a, dim) => (a.numbers ? { dim, name: a.key, type: "value" as const, scale: true, splitNumber: 3, axisLabel: { formatter: (v: number) => number(v) } } : { dim, name: a.key, type: "category" as const, data: [...new Set(a.values as string[])] })),
      series: [{ type: "parallel" as const, smooth: 0.2, data: names.map((_, i) => ({ value: axes.map((a) => a.values[i]!), lineStyle: { width: 1.6, color: color(mode, strong(i) > 0.66 ? "jade" : "azurite"), opacity: 0.4 + 0.6 * strong(i) } })) }],
    };
  }, [axes, names, mode]);
  return <Chart label={label} summary={w("parallel_summary", { count: names.length })} option={option} height={260} table={{ columns: [w("col_run"), ...axes.map((a) => a.key)], rows: names.map((n, i) => [n, ...axes.map((a) => a.values[i]!)]) }} />;
}
