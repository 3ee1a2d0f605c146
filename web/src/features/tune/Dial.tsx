import { useFormat } from "../../shared/format/useFormat";
import { useWords } from "../../shared/words/useWords";
import type { Importance, Param, Trial } from "./api";
import { place, spread, written } from "./progress";
import css from "./tune.module.css";

/** Dial is one searched parameter: its range, where the best trials stand in it, the chosen value, how much it mattered. */
export function Dial({ dial, value, trials, title, importance }: { dial: Param; value: unknown; trials: Trial[]; title: string; importance?: Importance }) {
  const w = useWords("tune");
  const f = useFormat();
  const range = dial.kind === "int" || dial.kind === "float" ? `${written(dial.min)} – ${written(dial.max)}${dial.log ? ` ${w("log")}` : ""}` : (dial.choices ?? [written(false), written(true)]).join(" / ");
  const best = spread(dial, trials);
  return (
    <div className={css["dial"]} data-measure>
      <div className={css["dialHead"]}>
        <span>{title}</span>
        <small>{range}</small>
        <b>{written(value)}</b>
      </div>
      <div className={css["track"]} aria-hidden>
        {best && <i style={{ left: `${100 * best[0]}%`, width: `${Math.max(1, 100 * (best[1] - best[0]))}%` }} />}
        {value !== undefined && <em style={{ left: `${100 * place(dial, value)}%` }} />}
      </div>
      {importance !== undefined && (
        <div className={css["matters"]}>
          <small>{w("matters")}</small>
          <span aria-hidden><i style={{ width: `${100 * importance.share}%` }} /></span>
          <small title={w("matters_title", { low: f.score(importance.low), high: f.score(importance.high) })}>
            {f.score(importance.share)} ({f.score(importance.low)}–{f.score(importance.high)})
          </small>
        </div>
      )}
    </div>
  );
}
