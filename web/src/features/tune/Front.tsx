import { useMemo } from "react";
import { Chart } from "../../shared/chart/Chart";
import { useFormat } from "../../shared/format/useFormat";
import { color } from "../../shared/theme/tokens";
import { useMode } from "../../shared/theme/useMode";
import { useWords } from "../../shared/words/useWords";
import type { Trial } from "./api";

/** Front draws measured trials by the size of their model and their score; those that no other beats in score, size and speed alike are filled. */
export function Front({ trials, front, objective, onTrial }: { trials: Trial[]; front: number[]; objective: string; onTrial: (number: number) => void }) {
  const w = useWords("tune");
  const f = useFormat();
  const mode = useMode();
  const measured = useMemo(() => trials.filter((t) => (t.state === "done" || t.state === "over") && t.figures?.["size_bytes"] !== undefined), [trials]);
  const option = useMemo(() => {
    const at = (t: Trial) => [(t.figures?.["size_bytes"] ?? 0) / 1e6, t.score];
    const on = measured.filter((t) => front.includes(t.number));
    const off = measured.filter((t) => !front.includes(t.number));
    return {
      animation: false,
      grid: { left: 48, right: 24, top: 16, bottom: 40 },
      xAxis: { type: "log" as const, name: w("size_mb"), nameLocation: "middle" as const, nameGap: 24, axisLabel: { formatter: (v: number) => String(Number(v.toPrecision(2))) } },
      yAxis: { type: "value" as const, scale: true, splitNumber: 3, axisLabel: { formatter: (v: number) => f.score(v) } },
      series: [
        { type: "scatter" as const, symbolSize: 9, itemStyle: { color: color(mode, "jade") }, data: on.map(at), cursor: "pointer" },
        { type: "scatter" as const, symbolSize: 6, itemStyle: { color: "transparent", borderColor: color(mode, "ink3"), borderWidth: 1 }, data: off.map(at), cursor: "pointer" },
      ],
    };
  }, [measured, front, mode, w, f]);
  const groups = [measured.filter((t) => front.includes(t.number)), measured.filter((t) => !front.includes(t.number))];
  return (
    <Chart
      label={w("front")}
      summary={w("front_summary", { count: front.length, all: measured.length })}
      option={option}
      height={230}
      table={{ columns: [w("col_trial"), w(`figure_${objective}`), w("size_mb"), w("row_us"), w("front")], rows: measured.map((t) => [t.number, +t.score.toFixed(4), +((t.figures?.["size_bytes"] ?? 0) / 1e6).toFixed(2), +(t.figures?.["row_us"] ?? 0).toFixed(1), front.includes(t.number) ? "✓" : ""]) }}
      onPoint={(p) => {
        const hit = groups[p.seriesIndex ?? 0]?.[p.dataIndex];
        if (hit) onTrial(hit.number);
      }}
    />
  );
}
