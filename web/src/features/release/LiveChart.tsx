import type { EChartsOption } from "echarts";
import { useMemo } from "react";
import { useFormat } from "../../shared/format/useFormat";
import { Chart } from "../../shared/chart/Chart";
import { pointsSummary } from "../../shared/chart/pointsSummary";
import { useWords } from "../../shared/words/useWords";
import type { ReleaseFigure } from "./api";
import type { Measure } from "./differs";
import css from "./release.module.css";

const drawn = 4; // releases at most
const dashes = ["solid", "dashed", "dotted", [8, 3, 2, 3]] as const;

/** LiveChart is one measure over time, one line a release, told apart by dash as well. */
export function LiveChart({ measure, releases, fromUS, toUS }: { measure: Measure; releases: ReleaseFigure[]; fromUS: number; toUS: number }) {
  const w = useWords("release");
  const shared = useWords("shared");
  const f = useFormat();
  const title = w(`measure_${measure.id}`);
  const shown = releases.slice(0, drawn);
  const option = useMemo<EChartsOption>(
    () => ({
      grid: { left: 32, right: 66, top: 12, bottom: 24 },
      xAxis: { type: "time", min: fromUS / 1000, max: toUS / 1000, splitNumber: 3, axisLabel: { hideOverlap: true } },
      yAxis: { type: "value", min: 0, splitNumber: 2 },
      tooltip: { trigger: "axis", valueFormatter: (v) => Number(v).toFixed(1) },
      series: shown.map((r, i) => ({
        name: r.release,
        type: "line",
        symbol: (r.points ?? []).length < 3 ? "circle" : "none",
        symbolSize: 5,
        lineStyle: { type: dashes[i] as never, width: 2 },
        endLabel: { show: true, formatter: (p: { value: unknown }) => `${(p.value as number[])[1]!.toFixed(1)} ${r.release}`, color: "inherit" },
        labelLayout: { moveOverlap: "shiftY" },
        data: (r.points ?? []).map((p) => [p.at_us / 1000, measure.of(p)]),
      })),
    }),
    [shown.map((r) => `${r.release_id} ${r.turns} ${r.bad} ${r.last_us}`).join(), fromUS, measure],
  );
  const rows = shown.flatMap((r) => (r.points ?? []).map((p) => [r.release, f.time(p.at_us), p.turns, Number(measure.of(p).toFixed(2))]));
  return (
    <div className={css["chart"]}>
      <h2>
        {title} <span>{w(`unit_${measure.id}`)}</span>
      </h2>
      <Chart label={title} height={150} option={option} summary={shown.map((r) => pointsSummary(shared, r.release, (r.points ?? []).map(measure.of), (n) => n.toFixed(1))).join(" ")} table={{ columns: [w("col_name"), w("col_at"), w("turns"), title], rows }} />
    </div>
  );
}
