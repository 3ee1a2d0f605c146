import { useMemo } from "react";
import { useNavigate } from "react-router";
import type { Schemas } from "../../../shared/api/client";
import { Chart } from "../../../shared/chart/Chart";
import { pointsSummary } from "../../../shared/chart/pointsSummary";
import { useFormat } from "../../../shared/format/useFormat";
import { color } from "../../../shared/theme/tokens";
import { useMode } from "../../../shared/theme/useMode";
import { useWords } from "../../../shared/words/useWords";

/** DayChart is agreement and accuracy by day, with a line where the guideline changed; a point opens the rows of its day. */
export function DayChart({ quality, here }: { quality: Schemas["LabelQuality"]; here: string }) {
  const w = useWords("label");
  const shared = useWords("shared");
  const f = useFormat();
  const mode = useMode();
  const go = useNavigate();
  const days = useMemo(() => quality.days ?? [], [quality]);
  const name = (us: number) => new Date(us / 1000).toISOString().slice(5, 10);
  const option = useMemo(() => {
    const pick = (of: (d: (typeof days)[number]) => Schemas["LabelShare"]) => days.map((d) => (of(d).defined ? of(d).value : null));
    const least = Math.min(0.9, ...days.flatMap((d) => [d.same, d.right]).filter((s) => s.defined).map((s) => s.value));
    const changes = days.flatMap((d, i) => (i > 0 && d.version > days[i - 1]!.version ? [{ xAxis: i, label: { formatter: `${w("tab_guideline")} v${d.version}` } }] : []));
    const line = (words: string, data: (number | null)[], paint: string, dashed: boolean) => ({
      type: "line" as const, name: words, data, symbol: "circle", symbolSize: 6, lineStyle: { color: paint, width: 2, ...(dashed ? { type: "dashed" as const } : {}) }, itemStyle: { color: paint },
      endLabel: { show: true, color: paint, formatter: (p: { value: unknown }) => `${f.percent(Number(p.value))}% ${words}` },
    });
    return {
      grid: { left: 40, right: 110, top: 24, bottom: 28 },
      xAxis: { type: "category" as const, data: days.map((d) => name(d.from_us)), boundaryGap: days.length < 2 },
      yAxis: { type: "value" as const, min: Math.floor(least * 10) / 10, max: 1, splitNumber: 3, axisLabel: { formatter: (v: number) => f.score(v, 2) } },
      tooltip: { trigger: "axis" as const },
      series: [
        { ...line(w("day_right"), pick((d) => d.right), color(mode, "azurite"), false), markLine: { symbol: "none", data: changes, lineStyle: { color: color(mode, "line2"), type: "solid" as const } } },
        line(w("day_same"), pick((d) => d.same), color(mode, "jade"), true),
      ],
    };
  }, [days, f, mode, w]);
  return (
    <Chart
      label={w("q_days")}
      summary={pointsSummary(shared, w("day_same"), days.filter((d) => d.same.defined).map((d) => d.same.value), (n) => `${f.percent(n)}%`)}
      option={option}
      height={220}
      table={{ columns: [w("col_at"), w("day_right"), w("day_same"), w("tab_guideline")], rows: days.map((d) => [name(d.from_us), d.right.defined ? `${f.percent(d.right.value)}%` : "—", d.same.defined ? `${f.percent(d.same.value)}%` : "—", `v${d.version}`]) }}
      onPoint={(p) => {
        const d = days[p.dataIndex];
        if (d) void go(`${here}/tasks?from_us=${d.from_us}&to_us=${d.to_us}`);
      }}
    />
  );
}
