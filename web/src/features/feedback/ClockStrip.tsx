import { Button } from "antd";
import { ScrollText, Undo2 } from "lucide-react";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { useFormat } from "../../shared/format/useFormat";
import { useWords } from "../../shared/words/useWords";
import type { Fix } from "./api";
import { noTime, parts, promise, stretches, type Part } from "./clock";
import css from "./feedback.module.css";

interface Props {
  product: string;
  running: boolean;
  /** began is when the key was pressed, in ms of performance.now(). */
  began: number;
  /** done is how many parts have ended while it runs. */
  done: number;
  /** fix is the one shown; while it runs, as far as it is known. */
  fix: Fix | undefined;
  onTakeBack: () => void;
  onLog: (part: Part) => void;
}

/** ClockStrip is the fix loop's clock: while it runs a bead moves at the speed of the work and each part stands as soon as it has ended; each opens its log. */
export function ClockStrip({ product, running, began, done, fix, onTakeBack, onLog }: Props) {
  const w = useWords("feedback");
  const f = useFormat();
  const elapsed = useElapsed(running, began);
  const { whole, of } = stretches({ clock: fix?.clock ?? noTime, seconds: running ? elapsed : (fix?.seconds ?? 0) });
  const refused = !running && fix && fix.state !== "live" && fix.state !== "taken_back";
  const ended = of.filter((s, i) => s.to > s.from && (!running || i < done));
  const reached = ended.at(-1)?.to ?? 0;
  const bead = running ? Math.min(1, Math.max(reached, elapsed / whole)) : reached;
  return (
    <div className={css["strip"]} data-measure role="status" aria-live="polite" data-testid="clock" data-running={running} data-done={running ? done : undefined}>
      <div className={css["total"]} data-refused={!!refused}>
        <span>{w("loop")}</span>
        <b>{running || fix ? (running ? elapsed : fix!.seconds).toFixed(2) : "–"}</b>
        <small>s</small>
      </div>
      <div className={css["track"]} aria-hidden>
        {ended.map((s) => <i key={s.part} className={css["stretch"]} data-odd={parts.indexOf(s.part) % 2 === 1} style={{ left: `${100 * s.from}%`, width: `${100 * (s.to - s.from)}%` }} />)}
        {running && <i className={css["stretch"]} data-odd={done % 2 === 1} data-now style={{ left: `${100 * reached}%`, width: `${100 * (bead - reached)}%` }} />}
        {(running || fix) && <i className={css["bead"]} data-refused={!!refused} style={{ left: `${100 * bead}%` }} />}
        <i className={css["promise"]} style={{ left: `${(100 * promise) / whole}%` }}>
          <small>{promise.toFixed(2)} s</small>
        </i>
      </div>
      <div className={css["parts"]}>
        {parts.map((part, i) => {
          const known = !!fix && (running ? i < done : fix.clock[part] > 0);
          return (
            <button key={part} type="button" disabled={!fix} data-now={running && i === done} aria-label={`${w(`part_${part}`)} ${known ? f.score(Math.min(fix!.clock[part], 99)) : ""} · ${w("log")}`} onClick={() => onLog(part)}>
              <span>{w(`part_${part}`)}</span>
              <b>{known ? f.score(Math.min(fix!.clock[part], 99)) : "–"}</b>
            </button>
          );
        })}
      </div>
      <div className={css["outcome"]}>
        {running && <>{w("working")} · {w(`part_${parts[Math.min(done, parts.length - 1)]!}`)}</>}
        {!running && !fix && w("idle")}
        {!running && fix && (
          <>
            <b data-refused={!!refused}>{w(`state_${fix.state}`)}</b>
            {refused && <span className={css["whyNot"]}>{fix.why}</span>}
            <Button size="small" type="text" icon={<ScrollText size={14} />} onClick={() => onLog("relabel")}>{w("log")}</Button>
            {fix.report_id && <Link to={`/${product}/evaluate/${fix.report_id}`}>{w("see_report")}</Link>}
            {fix.state === "live" && (
              <Button size="small" icon={<Undo2 size={14} />} onClick={onTakeBack}>
                {w("take_back")} <kbd aria-hidden>Z</kbd>
              </Button>
            )}
          </>
        )}
      </div>
    </div>
  );
}

/** useElapsed is the seconds since the fix began, moving with every frame while it runs. */
function useElapsed(running: boolean, began: number): number {
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (!running) return;
    let frame = requestAnimationFrame(function step(at) {
      setNow(Math.max(0, (at - began) / 1000));
      frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [running, began]);
  return now;
}
