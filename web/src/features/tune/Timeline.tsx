import { useMemo } from "react";
import { Chart } from "../../shared/chart/Chart";
import { useFormat } from "../../shared/format/useFormat";
import { color } from "../../shared/theme/tokens";
import { useMode } from "../../shared/theme/useMode";
import { useWords } from "../../shared/words/useWords";
import { useAsked, type Study, type Trial } from "./api";
import { written } from "./progress";
import { timelineOf, type Bar } from "./timeline";
import css from "./tune.module.css";

interface Render {
  value(dim: number): number;
  coord(point: [number, number]): [number, number];
  size(span: [number, number]): [number, number];
}

/** rowHeight is how high a lane is, px. */
const rowHeight = 26;

/** Timeline draws trials as bars over time, a row a worker, coloured by how they ended; long pauses are cut out. */
export function Timeline({ study, trials, chosen, onTrial }: { study: Study; trials: Trial[]; chosen: number | undefined; onTrial: (number: number) => void }) {
  const w = useWords("tune");
  const f = useFormat();
  const mode = useMode();
  const asked = useAsked(study);
  const line = useMemo(() => timelineOf(trials, asked.data ?? [], 1000 * asked.dataUpdatedAt), [trials, asked.data, asked.dataUpdatedAt]);
  const option = useMemo(() => {
    const shade = (b: Bar) => color(mode, b.state === "done" ? "jadeMark" : b.state === "failed" ? "cinnabar" : b.state === "running" ? "gambogeMark" : "ink4");
    const rows = Math.max(1, line.lanes.length);
    return {
      animation: false,
      grid: { left: 96, right: 24, top: 24, bottom: 40 },
      tooltip: { trigger: "item" as const, renderMode: "richText" as const, formatter: (p: unknown) => { const b = line.bars[(p as { dataIndex: number }).dataIndex]; return b ? `#${b.number}  ${w(`state_${b.state}`)}\n${f.duration(b.to - b.from)}` : ""; } },
      xAxis: { type: "value" as const, name: w("since_begin"), nameLocation: "middle" as const, nameGap: 24, min: 0, max: Math.max(...line.bars.map((b) => b.to), 1e-3), splitNumber: 5, axisLabel: { formatter: (s: number) => (s ? f.duration(s) : "0"), hideOverlap: true } },
      yAxis: { type: "value" as const, inverse: true, min: 0, max: rows, interval: 0.5, splitLine: { show: false }, axisTick: { show: false }, axisLabel: { width: 84, overflow: "truncate" as const, formatter: (v: number) => (v % 1 === 0.5 ? line.lanes[Math.floor(v)] || w("worker_none") : ""), hideOverlap: true } },
      dataZoom: [{ type: "inside" as const, xAxisIndex: 0, filterMode: "weakFilter" as const, zoomOnMouseWheel: "ctrl" as const }],
      series: [
        {
          type: "custom" as const,
          cursor: "pointer",
          encode: { x: [0, 1], y: 2 },
          data: line.bars.map((b) => [b.from, b.to, b.lane]),
          renderItem: (params: unknown, api: unknown) => {
            const { value, coord, size } = api as Render;
            const b = line.bars[(params as { dataIndex: number }).dataIndex]!;
            const [x0, top] = coord([value(0), value(2)]);
            const [x1] = coord([value(1), value(2)]);
            const high = size([0, 1])[1];
            return { type: "rect" as const, shape: { x: x0, y: top + high * 0.15, width: Math.max(2, x1 - x0 - 1), height: high * 0.7, r: 2 }, style: { fill: shade(b), stroke: color(mode, "ink1"), lineWidth: b.number === chosen ? 2 : 0 } };
          },
          markLine: { silent: true, symbol: "none", lineStyle: { type: "dashed" as const, color: color(mode, "ink3") }, label: { position: "start" as const, color: color(mode, "ink3"), fontSize: 11 }, data: line.cuts.map((c) => ({ xAxis: c.at, label: { formatter: w("pause_cut", { time: f.duration(c.seconds) }) } })) },
        },
      ],
    };
  }, [line, chosen, mode, w, f]);
  if (!line.bars.length) return <p className={css["caption"]}>{w("timeline_none")}</p>;
  const byNumber = new Map(trials.map((t) => [t.number, t]));
  return (
    <div data-measure>
      <Chart
        label={w("view_timeline")}
        summary={w("timeline_summary", { count: line.bars.length, workers: new Set(line.lanes).size, time: f.duration(Math.max(...line.bars.map((b) => b.to))) })}
        option={option}
        height={Math.min(600, 80 + rowHeight * Math.max(3, line.lanes.length))}
        table={{ columns: [w("col_trial"), w("worker"), w("col_state"), w("since_begin"), w("col_seconds"), w("col_best_score")], rows: line.bars.map((b) => [b.number, line.lanes[b.lane] || "—", w(`state_${b.state}`), f.duration(b.from), f.duration(b.to - b.from), byNumber.has(b.number) ? written(byNumber.get(b.number)!.score) : "—"]) }}
        onPoint={(p) => {
          const hit = line.bars[p.dataIndex];
          if (hit && byNumber.has(hit.number)) onTrial(hit.number);
        }}
      />
      {line.untimed > 0 && <p className={css["caption"]}>{w("timeline_untimed", { count: line.untimed })}</p>}
    </div>
  );
}
