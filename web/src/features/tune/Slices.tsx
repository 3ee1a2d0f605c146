import { useMemo } from "react";
import { Chart } from "../../shared/chart/Chart";
import { color, tokens } from "../../shared/theme/tokens";
import { useMode } from "../../shared/theme/useMode";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import type { Param, Study, Trial } from "./api";
import { at, choicesOf, dialAxis, isNumeric, scoreWindow } from "./dialAxis";
import { isScored, measured, written } from "./progress";
import css from "./tune.module.css";

interface Props {
  study: Study;
  dials: Param[];
  trials: Trial[];
  figure: string;
  chosen: number | undefined;
  onTrial: (number: number) => void;
}

/** Slices draws a chart a dial: every trial a dot over its value, at its score; the later the deeper. */
export function Slices({ dials, ...rest }: Props) {
  return (
    <div className={css["grid"]}>
      {dials.map((p) => (
        <Slice key={p.name} dial={p} {...rest} />
      ))}
    </div>
  );
}

function Slice({ study, dial, trials, figure, chosen, onTrial }: Omit<Props, "dials"> & { dial: Param }) {
  const w = useWords("tune");
  const mode = useMode();
  const lang = useLang();
  const title = lang === "zh" ? dial.title.zh : dial.title.en;
  const dots = useMemo(() => trials.filter(isScored).flatMap((t) => {
    const x = at(dial, t.values[dial.name]);
    return x === undefined ? [] : [{ trial: t, x, score: measured(study, t.score) }];
  }), [trials, dial, study]);
  const without = trials.filter(isScored).length - dots.length;
  const [low, high] = useMemo(() => scoreWindow(trials.filter(isScored).map((t) => measured(study, t.score)), !!study.minimise), [trials, study]);
  const beyond = (score: number) => (study.minimise ? score > high : score < low);
  const far = dots.filter((d) => beyond(d.score)).length;
  const option = useMemo(() => {
    const shades = tokens.chart.sequential[mode].slice(2);
    const last = Math.max(1, ...dots.map((d) => d.trial.number));
    // Trials of the same choice stand beside each other: spread over its band by their numbers.
    const apart = (n: number) => (isNumeric(dial) ? 0 : (((n * 0.618034) % 1) - 0.5) * 0.5);
    return {
      animation: false,
      grid: { left: 48, right: 16, top: 12, bottom: 40 },
      tooltip: { trigger: "item" as const, renderMode: "richText" as const, formatter: (p: unknown) => { const d = dots[(p as { dataIndex: number }).dataIndex]; return d ? `#${d.trial.number}  ${figure} ${written(d.score)}\n${title} ${written(d.trial.values[dial.name])}` : ""; } },
      xAxis: { ...dialAxis(dial, title), nameGap: 24 },
      yAxis: { type: "value" as const, min: low, max: high, inverse: !!study.minimise, splitNumber: 3, axisLabel: { formatter: (v: number) => written(v), showMinLabel: false, showMaxLabel: false } },
      series: [
        {
          type: "scatter" as const,
          cursor: "pointer",
          data: dots.map(({ trial, x, score }) => ({
            value: [x + apart(trial.number), Math.min(high, Math.max(low, score))],
            symbol: beyond(score) ? "triangle" : "circle",
            symbolRotate: 180,
            symbolSize: trial.number === chosen ? 12 : 7,
            itemStyle: { color: shades[Math.min(shades.length - 1, Math.floor((trial.number / (last + 1)) * shades.length))]!, borderColor: color(mode, trial.number === chosen ? "ink1" : "sheet"), borderWidth: trial.number === chosen ? 2 : 0.5 },
          })),
        },
      ],
    };
  }, [dots, dial, study, figure, chosen, mode, title, low, high]); // eslint-disable-line react-hooks/exhaustive-deps
  const choices = isNumeric(dial) ? "" : w("choices_in_order", { choices: choicesOf(dial).join(", ") });
  return (
    <figure className={css["metric"]} data-measure>
      <Chart
        label={title}
        summary={`${w("slice_summary", { count: dots.length, dial: title, figure })} ${choices}`}
        option={option}
        height={230}
        table={{ columns: [w("col_trial"), title, figure], rows: dots.map((d) => [d.trial.number, written(d.trial.values[dial.name]), +d.score.toPrecision(6)]) }}
        onPoint={(p) => {
          const hit = dots[p.dataIndex];
          if (hit) onTrial(hit.trial.number);
        }}
      />
      {(without > 0 || far > 0) && <p className={css["caption"]}>{[without > 0 && w("slice_without", { count: without }), far > 0 && w("slice_far", { count: far })].filter(Boolean).join("; ")}</p>}
    </figure>
  );
}
