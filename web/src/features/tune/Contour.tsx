import { useMemo } from "react";
import { Chart } from "../../shared/chart/Chart";
import { color, tokens } from "../../shared/theme/tokens";
import { useMode } from "../../shared/theme/useMode";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import type { Param, Study, Trial } from "./api";
import { at, dialAxis, scoreWindow, valueAt } from "./dialAxis";
import { fieldOf } from "./field";
import { isScored, measured, written } from "./progress";
import css from "./tune.module.css";

interface Render {
  value(dim: number): number;
  coord(point: [number, number]): [number, number];
}

/** whole puts a point between pixels, so that no seam shows between cells. */
const whole = ([x, y]: [number, number]): [number, number] => [Math.round(x), Math.round(y)];

/** Contour draws the plane of two dials: the colour is the average score of the trials near a place, blank where none is; every trial is a dot in the colour of its own. */
export function Contour({ study, x, y, trials, figure, chosen, onTrial }: { study: Study; x: Param; y: Param; trials: Trial[]; figure: string; chosen: number | undefined; onTrial: (number: number) => void }) {
  const w = useWords("tune");
  const mode = useMode();
  const lang = useLang();
  const name = (p: Param) => (lang === "zh" ? p.title.zh : p.title.en);
  const scored = useMemo(() => trials.filter(isScored), [trials]);
  const dots = useMemo(() => scored.flatMap((t) => {
    const dx = at(x, t.values[x.name]);
    const dy = at(y, t.values[y.name]);
    return dx === undefined || dy === undefined ? [] : [{ trial: t, x: dx, y: dy, score: measured(study, t.score) }];
  }), [scored, x, y, study]);
  const option = useMemo(() => {
    const [low, high] = scoreWindow(dots.map((d) => d.score), !!study.minimise);
    const clipped = (s: number) => Math.min(high, Math.max(low, s));
    const field = fieldOf(x, y, dots.map((d) => ({ ...d, score: clipped(d.score) })));
    const data: [number, number, number][] = [];
    field.scores.forEach((score, i) => {
      if (!Number.isNaN(score)) data.push([i % field.columns, Math.floor(i / field.columns), score]);
    });
    const shades = [...tokens.chart.sequential[mode]];
    const shadeOf = (score: number) => {
      const s = (clipped(score) - low) / (high - low);
      return shades[Math.min(shades.length - 1, Math.floor((study.minimise ? 1 - s : s) * shades.length))]!;
    };
    return {
      animation: false,
      grid: { left: 96, right: 132, top: 16, bottom: 44 },
      tooltip: { trigger: "item" as const, renderMode: "richText" as const, formatter: (p: unknown) => { const { seriesIndex, dataIndex } = p as { seriesIndex: number; dataIndex: number }; const d = dots[dataIndex]; return seriesIndex === 1 && d ? `#${d.trial.number}  ${figure} ${written(d.score)}\n${name(x)} ${written(d.trial.values[x.name])}\n${name(y)} ${written(d.trial.values[y.name])}` : ""; } },
      xAxis: { ...dialAxis(x, name(x)), nameGap: 28 },
      yAxis: { ...dialAxis(y, name(y)), nameGap: 78 },
      // The legend alone: the colours are set on the marks, in equal steps as it shows them.
      visualMap: { type: "piecewise" as const, seriesIndex: [], min: low, max: high, splitNumber: shades.length, inRange: { color: study.minimise ? [...shades].reverse() : shades }, right: 0, top: "middle" as const, itemWidth: 12, itemHeight: 12, itemGap: 4, hoverLink: false, selectedMode: false as const, precision: Math.max(0, 2 - Math.floor(Math.log10(high - low))), formatter: (a: unknown, b: unknown) => `${written(Number(a))} – ${written(Number(b))}`, textStyle: { color: color(mode, "ink3"), fontSize: 11 } },
      series: [
        {
          type: "custom" as const,
          silent: true,
          data,
          encode: { x: -1, y: -1 },
          renderItem: (_: unknown, api: unknown) => {
            const { value, coord } = api as Render;
            const c = value(0);
            const r = value(1);
            const [x0, y0] = whole(coord([valueAt(x, c / field.columns), valueAt(y, r / field.rows)]));
            const [x1, y1] = whole(coord([valueAt(x, (c + 1) / field.columns), valueAt(y, (r + 1) / field.rows)]));
            return { type: "rect" as const, shape: { x: x0, y: y1, width: x1 - x0, height: y0 - y1 }, style: { fill: shadeOf(value(2)) } };
          },
        },
        {
          type: "scatter" as const,
          cursor: "pointer",
          data: dots.map((d) => ({ value: [d.x, d.y], symbolSize: d.trial.number === chosen ? 14 : 9, itemStyle: { color: shadeOf(d.score), borderColor: color(mode, d.trial.number === chosen ? "ink1" : "ink2"), borderWidth: d.trial.number === chosen ? 2.5 : 1 } })),
        },
      ],
    };
  }, [dots, x, y, study, figure, chosen, mode, lang]); // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <div data-measure>
      <Chart
        label={w("view_contour")}
        summary={w("contour_summary", { count: dots.length, x: name(x), y: name(y), figure })}
        option={option}
        height={420}
        table={{ columns: [w("col_trial"), name(x), name(y), figure], rows: dots.map((d) => [d.trial.number, written(d.trial.values[x.name]), written(d.trial.values[y.name]), +d.score.toPrecision(6)]) }}
        onPoint={(p) => {
          const hit = p.seriesIndex === 1 ? dots[p.dataIndex] : undefined;
          if (hit) onTrial(hit.trial.number);
        }}
      />
      {scored.length > dots.length && <p className={css["caption"]}>{w("contour_without", { count: scored.length - dots.length })}</p>}
    </div>
  );
}
