import { Button, Segmented } from "antd";
import { useRef, useState } from "react";
import { useFormat } from "../../shared/format/useFormat";
import { useActions } from "../../shared/keys/useActions";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import { DiffLine } from "./DiffLine";
import { longest } from "./longest";
import type { View } from "./parts";
import type { Tried } from "./usePreview";
import css from "./clean.module.css";

/** ChangedRows are the rows of the sample that a step changed, one merged line each. */
export function ChangedRows({ preview, chosen, title, masks }: { preview: Tried; chosen: number; title: string; masks: number[] }) {
  const w = useWords("clean");
  const f = useFormat();
  const zh = useLang() === "zh";
  const [view, setView] = useState<View>("both");
  const [at, setAt] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const mine = preview.steps.get(chosen) ?? [];
  const { lines } = preview;
  const left = mine.flatMap((s) => s.left ?? []);
  const here = Math.min(at, lines.length - 1);
  const step = (by: number) => {
    const next = (here + by + lines.length) % Math.max(1, lines.length);
    setAt(next);
    box.current?.querySelectorAll("[data-line]")[next]?.scrollIntoView({ block: "nearest" });
  };
  useActions([
    { id: "clean.next", words: w("next"), key: ".", more: ["J"], when: () => lines.length > 0, run: () => step(1), repeat: true },
    { id: "clean.previous", words: w("previous"), key: "K", when: () => lines.length > 0, run: () => step(-1), hidden: true, repeat: true },
  ]);
  const rows = mine.reduce((n, s) => n + s.rows_changed, 0);
  const more = preview.more + mine.reduce((n, s) => n + Math.max(0, s.set_aside - (s.left ?? []).length), 0);
  return (
    <>
      <div className={css["rowsHead"]}>
        <h2>{w("step_title", { n: String(chosen + 1), name: title })}</h2>
        <span className={css["note"]}>{left.length ? w("step_aside", { count: f.count(mine.reduce((n, s) => n + s.set_aside, 0)) }) : w("step_changes", { count: f.count(rows) })}</span>
        <div className={css["rowsActs"]}>
          <Button size="small" type="text" disabled={lines.length === 0} onClick={() => step(1)}>{w("next")} <kbd>.</kbd></Button>
          <Segmented<View> size="small" value={view} onChange={setView} options={(["before", "both", "after"] as const).map((value) => ({ value, label: w(`view_${value}`) }))} />
        </div>
      </div>
      <div className={css["rows"]} ref={box} tabIndex={0} role="region" aria-label={w("changed_rows")}>
        {lines.map((l, i) => (
          <div key={`${l.row} ${l.column}`} className={css["line"]} data-line data-on={i === here} onClick={() => setAt(i)}>
            <span className={css["rowID"]} data-said title={`${l.row} · ${l.column}`}>{l.row.slice(0, 8)}<small>{l.column}</small></span>
            <DiffLine parts={l.parts ?? []} chosen={chosen + 1} masks={masks} view={view} />
            <span className={css["by"]} data-measure>{(l.steps ?? []).map((n) => <i key={n} data-on={n === chosen + 1}>{n}</i>)}</span>
          </div>
        ))}
        {left.map((x) => (
          <div key={`left${x.row}`} className={css["line"]}>
            <span className={css["rowID"]} data-said title={x.row}>{x.row.slice(0, 8)}</span>
            <span className={css["leftText"]}>{longest(x.values)}</span>
            <span className={css["reason"]}>{zh ? x.reason.zh : x.reason.en}</span>
          </div>
        ))}
        {lines.length + left.length === 0 && <p className={css["nothing"]}>{w("nothing_changed")}</p>}
        {more > 0 && <p className={css["nothing"]}>{w("and_more", { count: f.count(more) })}</p>}
      </div>
      <div className={css["legend"]}>
        <span><del data-strong="true">{w("legend_removed")}</del> <ins data-strong="true">{w("legend_added")}</ins> <mark>{w("legend_masked")}</mark></span>
        <span>{w("legend_faint")}</span>
      </div>
    </>
  );
}
