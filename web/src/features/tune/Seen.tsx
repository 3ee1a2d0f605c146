import { Segmented, Select } from "antd";
import { Section } from "../../shared/page/Section";
import { useFilters } from "../../shared/table/useFilters";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import type { Importance, Param, Study, Trial } from "./api";
import { Contour } from "./Contour";
import { Lines } from "./Lines";
import { Slices } from "./Slices";
import { Timeline } from "./Timeline";
import css from "./tune.module.css";

const views = ["lines", "slices", "contour", "timeline"] as const;

/** mostSlices is how many dials have a slice until some are chosen: those that mattered most. */
const mostSlices = 6;
const mostLines = 12; // more axes than that cannot be read

interface Props {
  study: Study;
  space: Param[];
  trials: Trial[];
  importance: Map<string, Importance>;
  figure: string;
  chosen: number | undefined;
  onTrial: (number: number) => void;
  onKeep: (numbers: number[] | undefined) => void;
}

/** Seen is the trials of a study drawn in one of four ways; which one, and of which dials, stays in the address. */
export function Seen({ study, space, trials, importance, figure, chosen, onTrial, onKeep }: Props) {
  const w = useWords("tune");
  const lang = useLang();
  const { filters, set } = useFilters(["view", "dials", "x", "y"] as const);
  const view = views.find((v) => v === filters.view) ?? "lines";
  const ranked = [...space].sort((a, b) => (importance.get(b.name)?.share ?? 0) - (importance.get(a.name)?.share ?? 0));
  const named = filters.dials ? filters.dials.split(",") : [];
  const few = (most: number) => (named.length ? named.flatMap((n) => space.find((p) => p.name === n) ?? []) : ranked.slice(0, most));
  const lined = space.length > mostLines ? few(mostLines) : space;
  const picked = view === "slices" ? few(mostSlices) : lined;
  const x = space.find((p) => p.name === filters.x) ?? ranked.find((p) => p.name !== filters.y);
  const y = space.find((p) => p.name === filters.y && p !== x) ?? ranked.find((p) => p !== x);
  const options = space.map((p) => ({ value: p.name, label: lang === "zh" ? p.title.zh : p.title.en }));
  const pick = (axis: "x" | "y", other: Param | undefined, now: Param | undefined) => (
    <Select size="small" className={css["axisPick"]!} aria-label={w(`axis_${axis}`)} value={now?.name} options={options.map((o) => ({ ...o, disabled: o.value === other?.name }))} onChange={(v) => set({ x: x?.name ?? "", y: y?.name ?? "", [axis]: v })} popupMatchSelectWidth={false} />
  );
  return (
    <Section
      title={w(`view_title_${view}`)}
      note={w(`view_note_${view}`)}
      acts={
        <>
          {(view === "slices" || (view === "lines" && space.length > mostLines)) && <Select size="small" className={css["axisPick"]!} mode="multiple" maxTagCount={1} aria-label={w("params")} value={picked.map((p) => p.name)} options={options} onChange={(v) => set({ dials: v.join(",") })} popupMatchSelectWidth={false} />}
          {view === "contour" && space.length > 1 && <>{pick("x", y, x)}<span aria-hidden>×</span>{pick("y", x, y)}</>}
          <Segmented size="small" aria-label={w("view")} value={view} onChange={(v) => { onKeep(undefined); set({ view: v === "lines" ? "" : v }); }} options={views.map((value) => ({ value, label: w(`view_${value}`) }))} />
        </>
      }
    >
      {view === "lines" && <Lines study={study} space={lined} trials={trials} figure={figure} {...(chosen === undefined ? {} : { chosen })} onKeep={onKeep} />}
      {view === "slices" && <Slices study={study} dials={picked} trials={trials} figure={figure} chosen={chosen} onTrial={onTrial} />}
      {view === "contour" && (x && y ? <Contour study={study} x={x} y={y} trials={trials} figure={figure} chosen={chosen} onTrial={onTrial} /> : <p className={css["caption"]}>{w("contour_few")}</p>)}
      {view === "timeline" && <Timeline study={study} trials={trials} chosen={chosen} onTrial={onTrial} />}
    </Section>
  );
}
